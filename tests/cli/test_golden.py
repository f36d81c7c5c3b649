"""Messages as a reader meets them: each file of tests/golden holds files, a command, its output."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from recorded import GOLDEN, Golden

if TYPE_CHECKING:
    from conftest import RunCli


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_a_command_prints_what_its_golden_file_shows(cli: RunCli, path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert Golden.read(text).answered(cli).text() == text


def test_there_are_golden_files() -> None:
    assert len(GOLDEN) >= 20
