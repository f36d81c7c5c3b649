"""Names of columns that were mistyped, in the spec or on the command line, and what was meant."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import chain

from nncli.data.column_names import BETWEEN, Meant, columns_meant, plain_name
from nncli.data.columns import Header, find_column
from nncli.doctor.case import Change, DataCase
from nncli.doctor.command_line import replaced
from nncli.doctor.spec_edits import SpecEditor
from nncli.errors import DataError
from nncli.network.shapes import shape_table
from nncli.problems import Edit, Problem, Suggestion
from nncli.specs.written import scalar
from nncli.words import quoted, shorten

# Nobody types more, and nobody means a longer range.
_MAX_COLUMNS = 1000


def inputs_by_name(change: Change, header: Header, names: tuple[str, ...]) -> Iterator[Change]:
    """Yield the columns that the spec's inputs may mean: of nearly those names, or in order."""
    is_repeated = any(len(header.positions.get(name, ())) > 1 for name in names)
    if change.case.choice.drop or len(names) > _MAX_COLUMNS or is_repeated:
        return  # the one goes with no other choice, the other would fill the screen
    meant = columns_meant(names, header.names) if header.named else []
    columns = tuple(chain.from_iterable(meant))
    in_order = [header.positions.get(name, [at]) for at, name in enumerate(names)]
    if all(meant) and len(set(columns)) == len(columns) >= len(names):
        yield from _renamed_inputs(change, meant)
        if len(columns) == len(names):
            words = "take the columns of those names, if they are meant"
            yield _taken(change, [header.item(header.positions[c][0]) for c in columns], words, 75)
    elif in_order == [[at] for at in range(len(header.names))]:
        words = f"if they stand in the order of the inputs ({shorten(', '.join(names))}), take all"
        yield _taken(change, [str(at + 1) for at in range(len(names))], words, 30)


def _taken(change: Change, items: Sequence[str], words: str, likelihood: int) -> Change:
    case = replace(change.case, choice=replace(change.case.choice, columns=tuple(items)))
    return change.then(case, words, likelihood, ("--columns", ",".join(items)))


def _renamed_inputs(change: Change, meant: Meant) -> Iterator[Change]:
    """Yield the change of the spec's names, if its text allows it and the layers then fit."""
    case, source, spec = change.case, change.case.reading.source, change.case.reading.spec
    old, columns = case.wanted.columns or (), tuple(chain.from_iterable(meant))
    inputs = spec.inputs.model_copy(update={"columns": columns, "size": len(columns)})
    shapes = shape_table(spec.model_copy(update={"inputs": inputs}))
    if source is None or any(layer.misfits for layer in shapes.layers):
        return
    pairs = list(enumerate(zip(old, meant, strict=True)))
    written = [_written(SpecEditor(source), at, new) for at, (name, new) in pairs if new != (name,)]
    edits = [edit for edit in written if edit is not None]
    named = [quoted(name) for name in columns if name not in old]
    how = "separate the names" if len(columns) > len(meant) else "write"
    alike = all(plain_name(name) == plain_name("".join(new)) for _, (name, new) in pairs)
    more = " and so on" if len(named) > 3 else ""
    doubt = "" if alike else ", if they are meant"
    words = f"{how} as in the header{doubt}: {', '.join(named[:3])}{more}"
    if len(edits) == len(written):
        wanted = replace(case.wanted, columns=columns, size=len(columns))
        yield change.then(replace(case, wanted=wanted), words, 78, edits=edits)


def _written(editor: SpecEditor, number: int, columns: Sequence[str]) -> Edit | None:
    """Return the edit that writes one or more columns in the place of an input's name."""
    path = ("inputs", "columns", number)
    edit = editor.replace(path, ", ".join(map(scalar, columns)))
    owner = editor.source_path(path)[:-1]
    if edit is None or len(columns) == 1 or editor.source.is_flow(owner):
        return edit
    opening = editor.source.span(owner)
    dash = "\n" + " " * (opening.column if opening is not None else 0) + "- "
    return replace(edit, text=dash.join(map(scalar, columns)))


def at_the_spec(problem: Problem, case: DataCase) -> Problem:
    """Return a problem of names that an edit of the spec mends, with its place in the spec."""
    source = case.reading.source
    edits = problem.suggestions[0].edits if problem.suggestions else ()
    if problem.code != "N408" or source is None or not edits or edits[0].file != source.text.file:
        return problem
    place = source.text.place(edits[0].line - 1, edits[0].column - 1)
    message = problem.message.replace("not in the header", "not in the header of the data")
    return replace(problem, message=message, place=place)


# ---- items of the command line -------------------------------------------------------------------


def mistyped_items(change: Change, header: Header) -> list[Change] | None:
    """Return what a list on the command line may mean if one of its items is no column.

    None if all items are columns.
    """
    case = change.case
    for option, items in vars(case.choice).items():
        if None not in [_position(item, header) for item in items]:
            continue
        words, meant = _reading(items, header)
        if not len(set(meant)) == len(meant) >= len(items):
            return []
        typed = ",".join(meant)
        argv = replaced(case.argv, f"--{option}", ",".join(items), typed)
        suggestion = Suggestion(f"{words}: `--{option} {typed}`", argv=argv)
        other = replace(case, choice=replace(case.choice, **{option: meant}))
        return [Change(other, suggestion, 85)]
    return None


def _position(item: str, header: Header) -> int | None:
    with suppress(DataError):
        return find_column(item, header, "")
    return None


def _reading(items: Sequence[str], header: Header) -> tuple[str, tuple[str, ...]]:
    """Return what items may mean, in words and as items; none if that is not known of all."""
    numbers = [int(item) for item in items if re.fullmatch("-?[0-9]{1,9}", item)]
    width = len(header.names)
    if len(numbers) == len(items):
        first, last = min(numbers), max(numbers)
        if first == 0 <= last < width or -width <= first <= last < 0:
            return "positions count from 1", tuple(str(n % width + 1) for n in numbers)
    found = [_item_meant(item, header) for item in items]
    several = any(len(each) > 1 for each in found)
    words = "name each column, with commas between" if several else "if the nearest name is meant"
    return words, tuple(chain.from_iterable(found)) if all(found) else ()


def _item_meant(item: str, header: Header) -> list[str]:
    """Return the columns that one item means: itself, a range, several joined, or the nearest."""
    if _position(item, header) is not None:
        return [item]
    ends = re.fullmatch(r"(.+?)(?:-|:|\.\.+)(.+)", item)
    first, last = (_position(end, header) for end in ends.groups()) if ends else (None, None)
    if first is not None and last is not None:
        return [header.item(position) for position in range(first, last + 1)][:_MAX_COLUMNS]
    words = re.split(BETWEEN, item)
    if None not in [_position(word, header) for word in words]:
        return words
    if item in header.positions or re.fullmatch(r"[\d\W]*", item):
        return []  # the name of several, or none
    [columns] = columns_meant([item], header.names)
    return [header.item(header.positions[column][0]) for column in columns]
