"""What a shell offers at Tab: files of the right kind, columns of DATA, layers, codes, names."""

from __future__ import annotations

import csv
import os
import re
import shlex
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path

from nncli.files import SUFFIXES
from nncli.problems import PROBLEM_TITLES

# Nobody looks through more, and a folder may hold millions.
_MAX_FILES = 1000
_MAX_HEADER = 2**16
# What a shell would split at or take for something else.
_SPECIAL = re.compile(r"([^\w@%+=:,./~-])")


def config_files(incomplete: str) -> list[str]:
    """Return the specs and models whose paths begin so, and folders."""
    return [_typed(path) for path in _paths(incomplete, SUFFIXES["CONFIG"])]


def data_files(incomplete: str) -> list[str]:
    """Return the files of samples whose paths begin so, and folders."""
    return [_typed(path) for path in _paths(incomplete, SUFFIXES["DATA"])]


def codes(incomplete: str) -> list[tuple[str, str]]:
    """Return the problem codes that begin so, with their titles."""
    return [item for item in PROBLEM_TITLES.items() if item[0].startswith(incomplete.upper())]


def one_of(*names: str) -> Callable[[str], list[str]]:
    """Return what offers names for the last item of a comma list."""
    return lambda incomplete: _last_items(incomplete, names)


def columns(incomplete: str) -> list[str]:
    """Return the columns of DATA that the last item of a comma list begins."""
    return _last_items(incomplete, _header(_word_ending(SUFFIXES["DATA"])))


def layers(incomplete: str) -> list[str]:
    """Return the layers of CONFIG for the last item of a comma list."""
    found: list[str] = []
    with suppress(Exception):  # whatever is wrong with it, a command says so
        from nncli.specs.files import load_spec

        spec = load_spec(_word_ending(SUFFIXES["CONFIG"]))
        for number, layer in enumerate(spec.layers, start=1):
            found += [str(number)] if layer.name == f"layer_{number}" else [str(number), layer.name]
    return _last_items(incomplete, ("all", "last", *found))


def _word_ending(suffixes: tuple[str, ...]) -> str:
    """Return the first word of the command line that ends so; the parser gives up too early."""
    line = os.environ.get("COMP_WORDS") or os.environ.get("_TYPER_COMPLETE_ARGS", "")
    try:
        words = shlex.split(line)
    except ValueError:  # an open quote
        words = line.split()
    return next((word for word in words if word.lower().endswith(suffixes)), "")


def let_zsh_begin_at_once(arguments: Sequence[str]) -> None:
    """Let the script for zsh answer the first Tab, at which zsh only loads it as a function.

    arguments: those of the command line, which may ask for the script.
    """
    if not any(argument.endswith("-completion") for argument in arguments):
        return
    from typer import _completion_classes, _completion_shared

    script = _completion_shared.COMPLETION_SCRIPT_ZSH + _ZSH_FIRST_TAB
    _completion_shared._completion_scripts["zsh"] = script
    _completion_classes.ZshComplete.source_template = script


_ZSH_FIRST_TAB = """
if [[ ${funcstack[1]} == _%(prog_name)s ]]; then
  %(complete_func)s "$@"
fi
"""


def _header(path: str) -> list[str]:
    """Return the names in the first line of a CSV file; none if it has no such line."""
    with suppress(OSError, UnicodeError, csv.Error), open(path, encoding="utf-8-sig") as file:
        delimiter = "\t" if path.endswith(".tsv") else ","
        text = file.read(_MAX_HEADER).splitlines()[:1]
        return next(csv.reader(text, delimiter=delimiter), [])
    return []


def _last_items(incomplete: str, names: Iterable[str]) -> list[str]:
    """Return a comma list with each name that its last item begins and that it has not yet."""
    before, comma, last = incomplete.rpartition(",")
    taken = before.split(",")
    return [
        _typed(before + comma + name)
        for name in names
        if name.startswith(last) and "," not in name and name not in taken
    ]


def _typed(text: str) -> str:
    """Return a word as it is typed: bash takes what it is offered for that, others quote it."""
    if os.environ.get("_NNCLI_COMPLETE") != "complete_bash":
        return text
    return _SPECIAL.sub(r"\\\1", text)


def _paths(incomplete: str, suffixes: tuple[str, ...]) -> Iterator[str]:
    """Yield the paths that begin so; of a folder what is in it, since a shell ends it with a blank.

    suffixes: those of files; in lower case.
    """
    folder, _, start = incomplete.rpartition("/")
    prefix = incomplete[: len(incomplete) - len(start)]
    for entry, is_folder in _entries(Path(folder or ("/" if prefix else ".")), suffixes):
        if not entry.startswith(start) or (entry.startswith(".") and not start):
            continue
        if not is_folder:
            yield prefix + entry
            continue
        within = _entries(Path(prefix + entry), suffixes)
        # folders that hold nothing but folders are only on the way
        files = [name for name, is_deeper in within if not is_deeper]
        names = files or [f"{name}/" for name, _ in within]
        yield from (f"{prefix}{entry}/{name}" for name in names)


def _entries(folder: Path, suffixes: tuple[str, ...]) -> list[tuple[str, bool]]:
    """Return the files of a folder with one of the suffixes, and the folders, which are True."""
    with suppress(OSError), os.scandir(folder.expanduser()) as found:
        entries = [(entry.name, entry.is_dir()) for entry in islice(found, _MAX_FILES)]
        return sorted(
            (name, is_folder)
            for name, is_folder in entries
            if is_folder or name.lower().endswith(suffixes)
        )
    return []
