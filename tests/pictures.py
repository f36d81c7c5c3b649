"""Makes the pictures of docs/: a page as a browser shows it, a worksheet as it is printed.

PYTHONPATH=.:tests python tests/pictures.py needs a Chromium and pdftoppm (poppler-utils).
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from browser import browser_path, running_browser
from commands import run_here

PICTURES = Path(__file__).resolve().parent.parent / "docs" / "pictures"
BATCH = ("configs/batch.yaml", "sample_data/batch.csv")
SHEET = ("configs/exercise.yaml", "sample_data/exercise.csv", "--blanks", "8")


def made(path: Path, *arguments: str) -> Path:
    """Write a page."""
    done = run_here("explain", *arguments, "--quiet", "-o", path)
    assert done.code == 0, done.err
    return path


def main() -> None:
    """Make all pictures anew."""
    where = browser_path()
    if where is None:
        sys.exit("there is no Chromium")
    PICTURES.mkdir(exist_ok=True)
    with TemporaryDirectory() as name, running_browser(where, Path(name)) as browser:
        folder = Path(name)
        with browser.page(made(folder / "batch.html", *BATCH), 1040) as page:
            (PICTURES / "page.png").write_bytes(page.picture())
        with browser.page(made(folder / "sheet.html", *SHEET)) as page:
            (folder / "sheet.pdf").write_bytes(page.pdf("A4"))
        to_png = ["pdftoppm", "-r", "80", "-l", "1", "-png", "-singlefile"]
        subprocess.run([*to_png, folder / "sheet.pdf", PICTURES / "worksheet"], check=True)


if __name__ == "__main__":
    main()
