"""What all tests share: the command line in this process, and files made on the spot."""

from __future__ import annotations

import io
import json
import signal
import sys
from collections.abc import Callable
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import pytest
from hypothesis import settings

from nncli.cli.app import run

# nothing is asserted about time: the machine may be busy
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

# in the background, or under nohup, the tests and all that they start would ignore some of these
for number in (signal.SIGTERM, signal.SIGHUP):
    signal.signal(number, signal.SIG_DFL)
signal.signal(signal.SIGINT, signal.default_int_handler)

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Done:
    """A finished command line."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output as one JSON document, as RFC 8259 has it: no bare NaN or Infinity."""
        return json.loads(self.out, parse_constant=_refuse)

    @property
    def json_lines(self) -> list[Any]:
        """Standard output as JSON Lines, each as strict."""
        return [json.loads(text, parse_constant=_refuse) for text in self.out.splitlines()]


def _refuse(constant: str) -> NoReturn:
    raise AssertionError(f"{constant} is no JSON")


RunCli = Callable[..., Done]


def run_here(*arguments: str | Path, stdin: bytes = b"", cwd: Path = ROOT) -> Done:
    """Run a command line in this process, from the project's root: run_here("forward", …).

    stdin: bytes to pipe in; cwd: another folder to run in.
    """
    out, err = io.BytesIO(), io.BytesIO()
    before = sys.stdin
    sys.stdin = io.TextIOWrapper(io.BytesIO(stdin))
    try:
        with (
            chdir(cwd),
            redirect_stdout(io.TextIOWrapper(out, "utf-8", write_through=True)) as to_out,
            redirect_stderr(io.TextIOWrapper(err, "utf-8", write_through=True)) as to_err,
        ):
            code = run([str(argument) for argument in arguments])
            to_out.flush()
            to_err.flush()
            return Done(int(code), out.getvalue().decode(), err.getvalue().decode())
    finally:
        sys.stdin = before


@pytest.fixture
def cli() -> RunCli:
    """Run a command line in this process."""
    return run_here


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str | bytes], Path]:
    """Write a file into the test's own folder and return its path."""

    def write_file(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write_file
