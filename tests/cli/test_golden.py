"""Messages as a reader meets them: each file of tests/golden holds inputs, a command, its output.

To judge a change of words, write them anew and read the difference:

    python tests/cli/test_golden.py
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import RunCli

# Runs arguments in a folder; returns exit code, output, errors.
Run = Callable[[Sequence[str], Path], tuple[int, str, str]]

FOLDER = Path(__file__).resolve().parents[1] / "golden"
FILES = sorted(FOLDER.glob("*.txt"))
_SECTION = re.compile(r"^=== (.*)\n", re.MULTILINE)


@dataclass(frozen=True)
class Golden:
    """Files by name, the command on them, and what it printed."""

    files: dict[str, str]
    command: str
    out: str
    err: str
    code: int

    @classmethod
    def read(cls, text: str) -> Golden:
        """Read the text of a golden file; its last three sections may be missing."""
        _, *parts = _SECTION.split(text)
        sections = dict(zip(parts[::2], parts[1::2], strict=True))
        command = next(name for name in sections if name.startswith("$ "))
        names = list(sections)
        files = {name: sections[name] for name in names[: names.index(command)]}
        code = next((int(n.split()[-1]) for n in names if n.startswith("exit code ")), 0)
        err = sections.get("standard error", "")
        return cls(files, command.removeprefix("$ "), sections[command], err, code)

    def text(self) -> str:
        """Return the text of a golden file."""
        parts = [f"=== {name}\n{content}" for name, content in self.files.items()]
        parts.append(f"=== $ {self.command}\n{self.out}")
        parts.append(f"=== standard error\n{self.err}")
        parts.append(f"=== exit code {self.code}\n")
        return "".join(parts)

    def run(self, run: Run) -> Golden:
        """Return the same with what the command prints now."""
        with tempfile.TemporaryDirectory() as folder:
            for name, content in self.files.items():
                (Path(folder) / name).write_text(content, encoding="utf-8")
            program, *arguments = shlex.split(self.command)
            assert program == "nncli"
            code, out, err = run(arguments, Path(folder))
        return Golden(self.files, self.command, out, err, code)


def run_apart(arguments: Sequence[str], folder: Path) -> tuple[int, str, str]:
    """Run a command in a process of its own; return exit code, output, errors."""
    done = subprocess.run(
        [sys.executable, "-m", "nncli", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_command_prints_what_its_golden_file_shows(cli: RunCli, path: Path) -> None:
    def run_here(arguments: Sequence[str], folder: Path) -> tuple[int, str, str]:
        done = cli(*arguments, cwd=folder)
        return done.code, done.out, done.err

    text = path.read_text(encoding="utf-8")
    assert Golden.read(text).run(run_here).text() == text


def test_there_are_golden_files() -> None:
    assert len(FILES) >= 20


if __name__ == "__main__":
    for path in FILES:
        golden = Golden.read(path.read_text(encoding="utf-8"))
        path.write_text(golden.run(run_apart).text(), encoding="utf-8")
