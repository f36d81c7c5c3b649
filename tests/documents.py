"""Documents whose commands are run: their blocks, and a shell in which `nncli` is this one."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def blocks(document: str, language: str) -> list[str]:
    """Return a document's fenced blocks of one language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", document, re.DOTALL | re.MULTILINE)


def run_shell(command: str, cwd: Path = ROOT) -> str:
    """Run a line with this Python and its nncli; return output, errors, exit code."""
    python = shlex.quote(sys.executable)
    functions = f'nncli() {{ {python} -m nncli "$@"; }}; python3() {{ {python} "$@"; }}; '
    done = subprocess.run(
        ["bash", "-c", functions + command],
        cwd=cwd,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    return done.stdout + (f"[exit code {done.returncode}]\n" if done.returncode else "")
