"""What all tests share: the command line in this process, and files made on the spot."""

from __future__ import annotations

import io
import json
import signal
import sys
from collections.abc import Callable
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


class _Stdin(io.TextIOWrapper):
    """Standard input that is no terminal."""

    def isatty(self) -> bool:
        return False


@pytest.fixture
def cli(capsysbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch) -> RunCli:
    """Run a command line in this process, from the project's root: cli("forward", …).

    stdin: bytes to pipe in; cwd: another folder to run in.
    """

    def run_cli(*arguments: str | Path, stdin: bytes = b"", cwd: Path = ROOT) -> Done:
        monkeypatch.chdir(cwd)
        monkeypatch.setattr(sys, "stdin", _Stdin(io.BytesIO(stdin)))
        capsysbinary.readouterr()
        code = run([str(argument) for argument in arguments])
        captured = capsysbinary.readouterr()
        return Done(int(code), captured.out.decode(), captured.err.decode())

    return run_cli


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str | bytes], Path]:
    """Write a file into the test's own folder and return its path."""

    def write_file(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write_file
