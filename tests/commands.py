"""The command: run in this process, in one of its own, or at a terminal of a given width."""

from __future__ import annotations

import io
import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NoReturn
from unittest.mock import patch

from typer.main import get_command

from nncli.cli.app import app, run

ROOT = Path(__file__).resolve().parent.parent
NNCLI = (sys.executable, "-m", "nncli")


_HEADLINE = re.compile(r"(?:(.*?)(?::(\d+))?(?::(\d+))?: )?error\[(N\d{3})\]: (.*)")


@dataclass(frozen=True)
class Told:
    """A problem as it is printed: its headline, the line and the caret below it, its help lines."""

    file: str
    line: int | None
    column: int | None
    code: str
    message: str
    shown: tuple[str, ...]
    help: str


def _told(lines: list[str]) -> Told | None:
    head = _HEADLINE.fullmatch(lines[0]) if lines else None
    if not head:
        return None
    line, column = (int(text) if text else None for text in head.group(2, 3))
    helps = [text for text in lines if text.startswith("help: ")]
    shown = tuple(text for text in lines if re.match(r" *\d* \|", text))
    return Told(head[1] or "", line, column, head[4], head[5], shown, "\n".join(helps))


@dataclass(frozen=True)
class Done:
    """A finished command line."""

    code: int
    out: str
    err: str

    @property
    def told(self) -> list[Told]:
        """The problems on standard error; a drawing of clashing shapes may stand before them."""
        found = (_told(block.splitlines()) for block in self.err.split("\n\n"))
        return [problem for problem in found if problem]

    @property
    def json(self) -> Any:
        """Standard output as one JSON document, as RFC 8259 has it: no bare NaN or Infinity."""
        return json.loads(self.out, parse_constant=_refuse)

    @property
    def json_lines(self) -> list[Any]:
        """Standard output as JSON Lines, each as strict."""
        return [json.loads(text, parse_constant=_refuse) for text in self.out.splitlines()]


def run_shell(command: str, folder: Path = ROOT) -> str:
    """Run a line of a document with this Python and its nncli; return output, errors, exit code."""
    python = shlex.quote(sys.executable)
    functions = f'nncli() {{ {python} -m nncli "$@"; }}; python3() {{ {python} "$@"; }}; '
    done = subprocess.run(
        ["bash", "-c", functions + command],
        cwd=folder,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    return done.stdout + (f"[exit code {done.returncode}]\n" if done.returncode else "")


def _refuse(constant: str) -> NoReturn:
    raise AssertionError(f"{constant} is no JSON")


RunCli = Callable[..., Done]


@cache
def _commands(_shell: str | None) -> Any:
    """Build the commands once for each answer to whether Typer may look for the user's shell."""
    return get_command(app)


def _built(_app: object) -> Any:
    return _commands(os.environ.get("_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION"))


def run_here(*arguments: str | Path, stdin: bytes = b"", cwd: Path = ROOT) -> Done:
    """Run a command line in this process, from the project's root: run_here("forward", …).

    stdin: bytes to pipe in; cwd: another folder to run in.  The commands are built once, not for
    each run, as a process of its own does: that takes three quarters of a short run.
    """
    out, err = io.BytesIO(), io.BytesIO()
    before = sys.stdin
    sys.stdin = io.TextIOWrapper(io.BytesIO(stdin))
    try:
        with (
            chdir(cwd),
            patch("nncli.cli.app.get_command", _built),
            redirect_stdout(io.TextIOWrapper(out, "utf-8", write_through=True)) as to_out,
            redirect_stderr(io.TextIOWrapper(err, "utf-8", write_through=True)) as to_err,
        ):
            code = run([str(argument) for argument in arguments])
            to_out.flush()
            to_err.flush()
            return Done(int(code), out.getvalue().decode(), err.getvalue().decode())
    finally:
        sys.stdin = before


def environment(**more: str) -> dict[str, str]:
    """Return this process's environment without what bears on terminals and encodings."""
    ours = ("COLUMNS", "LINES", "TERM", "NO_COLOR", "FORCE_COLOR", "PYTHONIOENCODING", "COLORTERM")
    kept = {name: value for name, value in os.environ.items() if name not in ours}
    return {**kept, **more}


def run_apart(
    command: Sequence[str | Path], *, cwd: Path = ROOT, encoding: str = "utf-8", **options: Any
) -> Done:
    """Run a whole command line; options: for the process, such as its environment."""
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    done = subprocess.run(
        list(map(str, command)),
        cwd=cwd,
        check=False,
        timeout=60,
        **{"env": environment(), **streams, **options},
    )
    out, err = ((stream or b"").decode(encoding) for stream in (done.stdout, done.stderr))
    return Done(done.returncode, out, err)


_LIMITED = """
import contextlib, resource, sys
with contextlib.suppress(ValueError, OSError):  # not every system has this limit
    resource.setrlimit(resource.RLIMIT_AS, (1_500_000_000, 1_500_000_000))
from nncli.cli.app import main
try:
    main()
finally:
    if "coverage" not in sys.modules:  # it needs memory of its own
        with contextlib.suppress(OSError), open("/proc/self/status") as status:
            peak = next(line for line in status if line.startswith("VmHWM:"))
            print("peak KiB", peak.split()[1], file=sys.stderr)
"""


def run_limited(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run nncli in a process of its own that may use 1.5 GB of address space."""
    return subprocess.run(
        [sys.executable, "-c", _LIMITED, *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        check=False,
        encoding="utf-8",
        timeout=30,  # generous: what it is for never ends
    )


def on_terminal(
    *arguments: str, width: int = 80, piped: bool = False, **variables: str
) -> tuple[int, str, str]:
    """Run nncli on a pseudo-terminal; return its exit code, its piped output, what is shown.

    piped: standard output is a pipe, and only the rest is shown.
    """
    import fcntl
    import pty
    import struct
    import termios

    leader, follower = pty.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 24, width, 0, 0))
    with subprocess.Popen(
        [*NNCLI, *arguments],
        cwd=ROOT,
        env=environment(**{"TERM": "xterm-256color", **variables}),
        stdin=follower,
        stdout=subprocess.PIPE if piped else follower,
        stderr=follower,
    ) as process:
        os.close(follower)
        shown = b""
        while part := _read(leader):
            shown += part
        os.close(leader)
        out = process.stdout.read() if process.stdout is not None else b""
        return process.wait(60), out.decode(), shown.decode().replace("\r\n", "\n")


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # how Linux says that the other side is closed
        return b""
