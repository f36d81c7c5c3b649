"""What all tests share: the command line in this process, and files made on the spot."""

from __future__ import annotations

import compileall
import shutil
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from browser import Browser, BrowserError, browser_path, running_browser
from commands import ROOT, Done, RunCli, run_here
from hypothesis import settings


def pytest_configure(config: pytest.Config) -> None:
    """Compile nncli once: where no bytecode may be written, each of many processes would."""
    if not hasattr(config, "workerinput"):
        compileall.compile_dir(ROOT / "nncli", quiet=2)


# nothing is asserted about time: the machine may be busy
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

# in the background, or under nohup, the tests and all that they start would ignore some of these
for number in (signal.SIGTERM, signal.SIGHUP):
    signal.signal(number, signal.SIG_DFL)
signal.signal(signal.SIGINT, signal.default_int_handler)

__all__ = ["Done", "RunCli"]


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


@pytest.fixture(scope="module")  # other modules look for processes that are left behind
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Run a headless Chromium for the tests of a module."""
    path = browser_path()
    if path is None:
        pytest.skip("no Chromium is installed: pages are not looked at")
    with ExitStack() as stack:
        try:
            running = running_browser(path, tmp_path_factory.mktemp("browser"))
            found = stack.enter_context(running)
        except BrowserError as error:
            pytest.skip(f"{path} does not work here: {error}")
        yield found


@pytest.fixture(scope="session")
def pdftotext() -> str:
    """Return where the program is that reads what was printed."""
    path = shutil.which("pdftotext")
    if path is None:
        pytest.skip("pdftotext is not installed: what is printed cannot be read")
    return path
