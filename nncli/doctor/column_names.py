"""Names of columns that were mistyped, in the spec or on the command line, and what was meant."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
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

# Nobody types more.
_MAX_COLUMNS_NAMED = 1000
# Nobody means a longer range.
_MAX_RANGE = 1000


def inputs_by_name(change: Change, header: Header, names: tuple[str, ...]) -> Iterator[Change]:
    """Yield the columns that the spec's inputs may mean: of nearly those names, or in order."""
    if change.case.choice.drop or len(names) > _MAX_COLUMNS_NAMED:
        return  # the one goes with no other choice, the other would fill the screen
    repeated = list(_of_repeated(names, header)) if header.named else []
    if repeated:
        # nothing is known where one of them is no column, nor a position
        for words, items in repeated if all(name in header.positions for name in names) else ():
            yield _taken(change, items, words, 75)
        return
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


def _of_repeated(items: Sequence[str], header: Header) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the columns by their positions, if several have one of the names; in words, too."""
    places = [header.positions.get(item, ()) for item in items]
    repeated = [item for item, found in zip(items, places, strict=True) if len(found) > 1]
    for which, index in (("first", 0), ("last", -1)) if repeated else ():
        pairs = zip(items, places, strict=True)
        meant = tuple(str(found[index] + 1) if found else item for item, found in pairs)
        yield f"if the {which} {quoted(repeated[0])} is meant", meant


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
    """Return the changes of a list on the command line with an item that is no column, or none.

    None if all items are columns.
    """
    case = change.case
    for option, items in vars(case.choice).items():
        if all(_is_found(item, header) for item in items):
            continue
        changes: list[Change] = []
        for words, meant in _readings(items, header):
            if len(set(meant)) == len(meant) >= len(items):
                typed = ",".join(meant)
                argv = replaced(case.argv, f"--{option}", ",".join(items), typed)
                suggestion = Suggestion(f"{words}: `--{option} {typed}`", argv=argv)
                other = replace(case, choice=replace(case.choice, **{option: meant}))
                changes.append(Change(other, suggestion, 85 - len(changes)))
        return changes
    return None


def _is_found(item: str, header: Header) -> bool:
    try:
        find_column(item, header, "")
    except DataError:
        return False
    return True


def _readings(items: Sequence[str], header: Header) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield what items may mean, in words and as items; nothing if that is not known of all."""
    numbers = [int(item) for item in items if re.fullmatch("[0-9]{1,9}", item)]
    if len(numbers) == len(items) and 0 in numbers and max(numbers) < len(header.names):
        yield "positions count from 1", tuple(str(number + 1) for number in numbers)
        return
    repeated = list(_of_repeated(items, header))
    yield from repeated
    found = [_item_meant(item, header) for item in items]
    if not repeated and all(found):
        several = any(len(each) > 1 for each in found)
        nearest, each = "if the nearest name is meant", "name each column, with commas between"
        yield each if several else nearest, tuple(chain.from_iterable(found))


def _item_meant(item: str, header: Header) -> list[str]:
    """Return the columns that one item means: itself, a range, several joined, or the nearest."""
    if _is_found(item, header):
        return [item]
    ends = re.fullmatch(r"(.+?)(?:-|:|\.\.+)(.+)", item)
    if ends and all(_is_found(end, header) for end in ends.groups()):
        first, last = (find_column(end, header, "") for end in ends.groups())
        return [header.item(position) for position in range(first, last + 1)][:_MAX_RANGE]
    words = re.split(BETWEEN, item)
    if all(_is_found(word, header) for word in words):
        return words
    [columns] = columns_meant([item], header.names)
    return [header.item(header.positions[column][0]) for column in columns]
