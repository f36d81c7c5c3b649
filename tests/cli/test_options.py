"""Every option is declared once, and commands share the declaration."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import nncli.cli

FOLDER = Path(nncli.cli.__file__).parent
# `--version` is no value that a command takes: it prints and ends.
OWN = {"options.py", "app.py"}


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.py")), ids=lambda path: path.name)
def test_options_are_declared_in_one_file(path: Path) -> None:
    used = {
        node.attr
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute)
    }
    assert path.name in OWN or not used & {"Option", "Argument"}
