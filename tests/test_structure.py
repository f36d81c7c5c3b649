"""The rules of the house: imports only go down, and each outside package has its door."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

# From the top of the house to its cellar: a room imports from its own floor's room and from lower
# floors; rooms of one floor are strangers to each other.
FLOORS: tuple[tuple[str, ...], ...] = (
    ("cli", "notebook"),
    ("render", "cluster"),
    ("conversion",),
    ("pipeline", "explanation", "evaluation", "timing", "doctor"),
    ("network",),
    ("results", "formats"),
    ("meant",),
    ("data", "specs"),
    ("files", "file_kinds"),
    ("errors",),
    ("problems", "words", "machine"),
)
# Which rooms an outside package may be imported in.
DOORS: dict[str, set[str]] = {
    "typer": {"cli"},
    "rich": {"cli", "render"},
    "yaml": {"specs"},
    "pydantic": {"specs", "timing"},
    "pydantic_core": {"specs"},
    "pyarrow": {"data", "results"},
    "safetensors": {"formats"},
    "onnx": {"formats"},
    "threadpoolctl": {"network", "timing", "cluster"},
    "onnxruntime": {"timing"},
    "torch": {"timing"},
    "matplotlib": {"render"},
    "distributed": {"cluster"},
}
# The only ways up, each in the body of a function: a notebook asks the thing itself how it looks.
WAYS_UP = {
    ("nncli/network/network.py", "_repr_html_", "nncli.notebook.tables.network_html"),
    ("nncli/network/trace.py", "_repr_html_", "nncli.notebook.tables.trace_html"),
}
# The package itself hands out names of every room, and runs the command.
OUTSIDE = {"__init__", "__main__"}
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True)
class Import:
    """One import statement's module, whole: nncli.specs.model; typing: for type checkers only."""

    module: str
    line: int
    typing: bool
    within: str = ""  # the innermost function that it stands in


def is_type_checking(test: ast.expr) -> bool:
    name = test.attr if isinstance(test, ast.Attribute) else getattr(test, "id", "")
    return name == "TYPE_CHECKING"


def imports_of(
    node: ast.AST, package: str, *, typing: bool = False, within: str = ""
) -> Iterator[Import]:
    """Yield every import below *node*, in functions too.  package: of the file, for `from .`."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            for alias in child.names:
                yield Import(alias.name, child.lineno, typing, within)
        elif isinstance(child, ast.ImportFrom):
            parts = package.split(".")
            start = ".".join(parts[: len(parts) + 1 - child.level]) if child.level else ""
            base = ".".join(filter(None, (start, child.module)))
            for alias in child.names:
                yield Import(f"{base}.{alias.name}", child.lineno, typing, within)
        elif isinstance(child, ast.If) and is_type_checking(child.test):
            yield from imports_of(ast.Module(child.body, []), package, typing=True, within=within)
            otherwise = ast.Module(child.orelse, [])
            yield from imports_of(otherwise, package, typing=typing, within=within)
        else:
            name = child.name if isinstance(child, FUNCTIONS) else within
            yield from imports_of(child, package, typing=typing, within=name)


def room_of(module: str) -> str:
    """Return the room of a module of the package: its folder or its file."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else "__init__"


def floor_of(room: str) -> int | None:
    return next((number for number, rooms in enumerate(FLOORS) if room in rooms), None)


def goes_down(room: str, other: str) -> bool:
    if room == other:
        return True
    floor, below = floor_of(room), floor_of(other)
    return floor is not None and below is not None and floor < below


def violations(source: str, path: str) -> list[str]:
    """Return what breaks the rules of the house in one file.  path: nncli/specs/model.py."""
    parts = Path(path).with_suffix("").parts
    package = ".".join(parts[:-1])
    room = room_of(".".join(parts))
    if room in OUTSIDE:
        return []
    if floor_of(room) is None:
        return [f"{path}: the room `{room}` stands on no floor"]
    found = []
    for imported in imports_of(ast.parse(source), package):
        top = imported.module.split(".")[0]
        where = f"{path}:{imported.line}"
        if top == "nncli":
            other = room_of(imported.module)
            if other == "__version__" and room == "cli":
                continue
            is_way_up = (path, imported.within, imported.module) in WAYS_UP
            if not (goes_down(room, other) or is_way_up):
                found.append(f"{where}: `{room}` imports from `{other}`")
        elif room not in DOORS.get(top, {room}) and not imported.typing:
            found.append(f"{where}: `{top}` is used in `{room}`")
    return found


FILES = sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "nncli").rglob("*.py"))


@pytest.mark.parametrize("path", FILES)
def test_imports_only_go_down_and_through_their_doors(path: str) -> None:
    assert violations((ROOT / path).read_text(encoding="utf-8"), path) == []


def test_every_file_is_looked_at() -> None:
    assert {"nncli/errors.py", "nncli/specs/model.py", "nncli/cli/app.py"} <= set(FILES)
    assert len(FILES) > 30


WAY_UP = "def _repr_html_(self):\n    from nncli.notebook.tables import network_html"
PLANTED = [
    (
        "from nncli.cli.app import run",
        "nncli/render/layout/plain.py",
        "`render` imports from `cli`",
    ),
    (
        "import nncli.render.layout.view",
        "nncli/network/dense.py",
        "`network` imports from `render`",
    ),
    ("from nncli import render", "nncli/data/npy_rows.py", "`data` imports from `render`"),
    ("from ..network import dense", "nncli/specs/model.py", "`specs` imports from `network`"),
    ("from ..cli.app import run", "nncli/data/npy_rows.py", "`data` imports from `cli`"),
    ("from nncli.errors import FileError", "nncli/files.py", ""),
    ("from nncli.files import open_binary", "nncli/errors.py", "`errors` imports from `files`"),
    ("from nncli.specs import model", "nncli/data/npy_rows.py", "`data` imports from `specs`"),
    ("from nncli.formats import npz", "nncli/data/npy_rows.py", "`data` imports from `formats`"),
    ("from . import batch", "nncli/data/npy_rows.py", ""),
    ("import typer", "nncli/render/layout/plain.py", "`typer` is used in `render`"),
    ("from rich.text import Text", "nncli/pipeline/run.py", "`rich` is used in `pipeline`"),
    ("def f():\n    import yaml", "nncli/network/network.py", "`yaml` is used in `network`"),
    ("import pyarrow.compute as pc", "nncli/cli/forward.py", "`pyarrow` is used in `cli`"),
    ("import rich", "nncli/render/layout/terminal.py", ""),
    ("import json, numpy", "nncli/specs/model.py", ""),
    ("x = 1", "nncli/attic/old.py", "the room `attic` stands on no floor"),
    (WAY_UP, "nncli/network/network.py", ""),
    (WAY_UP, "nncli/network/dense.py", "`network` imports from `notebook`"),
    (WAY_UP.replace("_repr_html_", "run"), "nncli/network/network.py", "from `notebook`"),
    (WAY_UP.replace("network_html", "_run_of"), "nncli/network/network.py", "from `notebook`"),
    (WAY_UP.partition("\n    ")[2], "nncli/network/network.py", "from `notebook`"),
]


def test_every_way_up_is_gone() -> None:
    """None is allowed that there is not."""
    gone = {
        (path, imported.within, imported.module)
        for path in FILES
        for imported in imports_of(ast.parse((ROOT / path).read_text(encoding="utf-8")), "")
        if imported.within == "_repr_html_"
    }
    assert gone == WAYS_UP


@pytest.mark.parametrize(("source", "path", "words"), PLANTED)
def test_a_planted_violation_is_found(source: str, path: str, words: str) -> None:
    """Those without words are allowed."""
    found = violations(source, path)
    assert len(found) == bool(words)
    assert all(words in text for text in found)


def test_a_door_may_be_looked_through_for_types_but_not_a_ceiling() -> None:
    types = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    "
    assert violations(f"{types}import pydantic", "nncli/network/dense.py") == []
    upwards = violations(f"{types}from nncli.cli import app", "nncli/network/dense.py")
    assert upwards == ["nncli/network/dense.py:3: `network` imports from `cli`"]
    otherwise = f"{types}import json\nelse:\n    import pydantic"
    assert len(violations(otherwise, "nncli/network/dense.py")) == 1


def test_nothing_below_the_command_line_prints_or_exits() -> None:
    """Results hold numbers, a renderer returns text: only `cli` has streams and exit codes."""
    for path in FILES:
        if path.startswith("nncli/cli/") or path == "nncli/__main__.py":
            continue
        for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id not in ("print", "input", "exit", "quit"), (
                    f"{path}:{node.lineno}"
                )
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                used = f"{node.value.id}.{node.attr}"
                if (path, used) == ("nncli/timing/forked.py", "os._exit"):
                    continue  # the end of a forked copy, not of the command
                forbidden = ("sys.stdout", "sys.stderr", "sys.stdin", "sys.exit", "os._exit")
                assert used not in forbidden, f"{path}:{node.lineno}"


def names_imported(path: str) -> set[str]:
    """Return all that one file imports, with whole names: nncli.problems.Edit."""
    package = path.rpartition("/")[0].replace("/", ".")
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return {imported.module for imported in imports_of(tree, package)}


def test_only_the_doctor_makes_remedies() -> None:
    """Readers state faults; the doctor proposes changes, tries them, and they are drawn."""
    remedies = {"nncli.problems.Edit", "nncli.problems.Suggestion"}
    rooms = {
        room_of(path[:-3].replace("/", ".")) for path in FILES if names_imported(path) & remedies
    }
    assert rooms <= {"doctor", "render"}


def test_the_doctor_has_one_door() -> None:
    for path in FILES:
        if not path.startswith("nncli/doctor/"):
            seen = {name for name in names_imported(path) if name.startswith("nncli.doctor")}
            assert all(name.startswith("nncli.doctor.diagnosis.") for name in seen), path


def longest_bodies(source: str, most: int) -> list[str]:
    """Return the functions whose body has more lines than *most*, its docstring not counted."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, FUNCTIONS):
            continue
        body = node.body[1:] if ast.get_docstring(node) is not None else node.body
        lines = (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0
        if lines > most:
            found.append(f"{node.name}: {lines} lines")
    return found


@pytest.mark.parametrize("path", FILES)
def test_no_function_has_more_than_forty_lines_of_body(path: str) -> None:
    assert longest_bodies((ROOT / path).read_text(encoding="utf-8"), 40) == []


def test_a_long_body_is_found_and_its_docstring_is_not_counted() -> None:
    lines = "    x = 1\n" * 2
    assert longest_bodies(f'def f():\n    """A\n\n    B."""\n{lines}', 2) == []
    assert longest_bodies(f"def f():\n{lines}", 1) == ["f: 2 lines"]
