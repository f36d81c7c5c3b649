"""A folder to run the command in while something goes wrong, and what it holds afterwards."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

OLD = b"an earlier result\n"
SPEC = "layer_sizes: [4, 3]\nseed: 0\n"
# Only a guard: nothing here takes so long.
GUARD_SECONDS = 120
# Applies a limit to itself, then becomes the command: works in processes with threads, too.
_LIMITER = (
    "import os, resource, sys; "
    "name, most = sys.argv[1], int(sys.argv[2]); "
    "resource.setrlimit(getattr(resource, name), (most, most)); "
    "os.execv(sys.argv[3], sys.argv[3:])"
)
# Every form once, and data that is refused.
_RUN_ALL = """
from nncli.__main__ import main
from nncli.cli.app import run
for form in ("csv", "jsonl", "npy", "parquet", "json"):
    assert run(["forward", "net.yaml", "data.csv", "-o", f"out.{form}"]) == 0
assert run(["forward", "net.yaml", "bad.csv", "--rejects", "rejects.csv"]) == 4
"""


@dataclass(frozen=True)
class Ended:
    """A command that has ended: code is negative if a signal killed it; left: name → content."""

    code: int
    err: str
    left: dict[str, bytes]

    def fault(self, before: dict[str, bytes]) -> str:
        """Say what is wrong with how a fault ended: empty if it was exit 5 and nothing changed."""
        wrong = []
        if self.code != 5:
            wrong.append(f"exit code {self.code}")
        if self.left != before:
            wrong.append(f"left behind: {sorted(self.left)}")
        if re.findall(r"error(?:\[N\d|:)", self.err) != ["error[N5"] or "Traceback" in self.err:
            wrong.append(f"standard error: {self.err!r}")
        return "; ".join(wrong)


@dataclass(frozen=True)
class Scene:
    """A folder with a spec and data; whatever else is in it is a result, or left behind.

    bytecode: where the modules' bytecode is.
    """

    folder: Path
    bytecode: Path

    def write(self, name: str, content: bytes) -> Path:
        path = self.folder / name
        path.write_bytes(content)
        return path

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "nncli", *arguments]

    def limited(self, limit: str, most: int, *arguments: str) -> list[str]:
        """Return a command under a resource limit, such as RLIMIT_NOFILE."""
        return [sys.executable, "-c", _LIMITER, limit, str(most), *self.command(*arguments)]

    def run(self, command: Sequence[str], **options: Any) -> Ended:
        """Run a command here; options: for the process, such as its standard output.

        env: what its environment has beside the usual.
        """
        environment = {**self.environment(), **options.pop("env", {})}
        options = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, **options}
        done = subprocess.run(
            command,
            cwd=self.folder,
            env=environment,
            stderr=subprocess.PIPE,
            check=False,
            timeout=GUARD_SECONDS,
            **options,
        )
        return Ended(done.returncode, done.stderr.decode(), self.left())

    def start(self, command: Sequence[str], **options: Any) -> subprocess.Popen[bytes]:
        """Start a command here, its standard error a pipe."""
        options = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, **options}
        return subprocess.Popen(
            command, cwd=self.folder, env=self.environment(), stderr=subprocess.PIPE, **options
        )

    def left(self) -> dict[str, bytes]:
        """Return what is here beside what it began with, and traces."""
        ours = ("net.yaml", "data.csv", "trace")
        return {
            p.name: p.read_bytes()
            for p in self.folder.iterdir()
            if p.is_file() and p.name not in ours
        }

    def environment(self) -> dict[str, str]:
        """Return an environment in which a command opens the same files every time."""
        # a measurement of coverage would open and write files of its own
        kept = {k: value for k, value in os.environ.items() if not k.startswith("COVERAGE")}
        bytecode = {"PYTHONPYCACHEPREFIX": str(self.bytecode), "PYTHONDONTWRITEBYTECODE": "1"}
        return {**kept, **bytecode, "PYTHONHASHSEED": "0", "LC_ALL": "C.UTF-8"}

    def compile_all(self) -> None:
        """Put the bytecode of all that a command imports in its place: half of a run's time."""
        self.write("bad.csv", b"1,2,3,4\n5,x,7,8\n")
        environment = self.environment()
        del environment["PYTHONDONTWRITEBYTECODE"]
        subprocess.run(
            [sys.executable, "-c", _RUN_ALL],
            cwd=self.folder,
            env=environment,
            capture_output=True,
            check=True,
            timeout=GUARD_SECONDS,
        )


def rows(count: int) -> bytes:
    return b"a,b,c,d\n" + b"".join(b"%d,%d.25,-1e-3,0.1\n" % (i, -i) for i in range(count))


MakeScene = Callable[..., Scene]


@pytest.fixture(scope="session")
def make_scene(tmp_path_factory: pytest.TempPathFactory) -> MakeScene:
    """Make folders to run the command in, from any thread: make_scene(data)."""
    root = tmp_path_factory.mktemp("faults")
    bytecode = root / "bytecode"

    def make(data: bytes = rows(600)) -> Scene:
        scene = Scene(Path(tempfile.mkdtemp(dir=root)), bytecode)
        scene.write("net.yaml", SPEC.encode())
        scene.write("data.csv", data)
        return scene

    make().compile_all()
    return make


@pytest.fixture
def two_at_a_time() -> Iterator[ThreadPoolExecutor]:
    """Threads to wait for processes: most of their time goes into starting."""
    with ThreadPoolExecutor(2) as pool:
        yield pool
