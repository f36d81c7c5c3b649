"""Names of columns that were mistyped, in the spec or on the command line, and what was meant."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain

from nncli.data.column_names import BETWEEN, Meant, columns_meant, plain_name
from nncli.data.columns import ColumnChoice, Header, find_column
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


def with_choice(
    change: Change, choice: ColumnChoice, words: str, options: Sequence[str], likelihood: int
) -> Change:
    """Return a change with a choice of columns besides.  options: what the user types for that."""
    before = change.suggestion
    suggestion = Suggestion(
        f"{before.words}, and {words}" if before.words else words,
        (*before.options, *options),
        before.edits,
    )
    likelihood = min(likelihood, change.likelihood or likelihood)
    return Change(replace(change.case, choice=choice), suggestion, likelihood)


# ---- the spec's names ----------------------------------------------------------------------------


def inputs_by_name(change: Change, header: Header, names: tuple[str, ...]) -> Iterator[Change]:
    """Yield the columns that the spec's inputs may mean: of nearly those names, or in order."""
    if change.case.choice.drop or len(names) > _MAX_COLUMNS_NAMED:
        return  # the one goes with no other choice, the other would fill the screen
    if header.named and any(len(header.positions.get(name, ())) > 1 for name in names):
        yield from _by_position(change, header, names)
        return
    meant = columns_meant(names, header.names) if header.named else []
    columns = tuple(chain.from_iterable(meant))
    if all(meant) and len(set(columns)) == len(columns) >= len(names) and header.named:
        if (renamed := _renamed_inputs(change, meant)) is not None:
            yield renamed
        if len(columns) == len(names):
            words = "take the columns of those names, if they are meant"
            yield _taken(change, [header.item(header.positions[c][0]) for c in columns], words, 75)
    elif len(names) == len(header.names) and all(
        header.positions.get(name, [number]) == [number] for number, name in enumerate(names)
    ):
        words = f"if they stand in the order of the inputs ({shorten(', '.join(names))}), take all"
        yield _taken(change, [str(number + 1) for number in range(len(names))], words, 30)


def _taken(change: Change, items: Sequence[str], words: str, likelihood: int) -> Change:
    choice = replace(change.case.choice, columns=tuple(items))
    return with_choice(change, choice, words, ("--columns", ",".join(items)), likelihood)


def _by_position(change: Change, header: Header, names: Sequence[str]) -> Iterator[Change]:
    """Yield the columns by their positions, where several have a name."""
    if any(name not in header.positions for name in names):
        return
    for which, index in (("first", 0), ("last", -1)):
        items = [str(header.positions[name][index] + 1) for name in names]
        several = [name for name in names if len(header.positions[name]) > 1]
        yield _taken(change, items, f"if the {which} {quoted(several[0])} is meant", 75 + index)


def _renamed_inputs(change: Change, meant: Meant) -> Change | None:
    """Return the change of the spec's names, if its text allows it and the layers then fit."""
    case = change.case
    source, spec = case.reading.source, case.reading.spec
    columns = tuple(chain.from_iterable(meant))
    inputs = spec.inputs.model_copy(update={"columns": columns, "size": len(columns)})
    shapes = shape_table(spec.model_copy(update={"inputs": inputs}))
    if source is None or any(layer.misfits for layer in shapes.layers):
        return None
    old = case.wanted.columns or ()
    editor = SpecEditor(source)
    edits = [
        _written(editor, number, new)
        for number, (name, new) in enumerate(zip(old, meant, strict=True))
        if new != (name,)
    ]
    if None in edits:
        return None
    named = [quoted(name) for new in meant for name in new if name not in old]
    listed = ", ".join(named[:3]) + (" and so on" if len(named) > 3 else "")
    how = "separate the names" if len(columns) > len(meant) else "write"
    alike = all(
        plain_name(name) == plain_name("".join(new)) for name, new in zip(old, meant, strict=True)
    )
    words = f"{how} as in the header{'' if alike else ', if they are meant'}: {listed}"
    before = change.suggestion
    suggestion = Suggestion(
        f"{before.words}, and {words}" if before.words else words,
        before.options,
        (*before.edits, *(edit for edit in edits if edit is not None)),
    )
    wanted = replace(case.wanted, columns=columns, size=len(columns))
    return Change(replace(case, wanted=wanted), suggestion, 78)


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


def mistyped_items(change: Change, header: Header) -> list[Change]:
    """Return the changes of a list of columns on the command line, if one of its items is none."""
    choice = change.case.choice
    for option in ("columns", "drop", "keep"):
        items: tuple[str, ...] = getattr(choice, option)
        if all(_is_found(item, header) for item in items):
            continue
        changes: list[Change] = []
        for words, meant in _readings(items, header):
            if len(set(meant)) == len(meant) >= len(items):
                typed = ",".join(meant)
                argv = replaced(change.case.argv, f"--{option}", ",".join(items), typed)
                suggestion = Suggestion(f"{words}: `--{option} {typed}`", argv=argv)
                case = replace(change.case, choice=replace(choice, **{option: meant}))
                changes.append(Change(case, suggestion, 85 - len(changes)))
        return changes
    return []


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
    repeated = [item for item in items if len(header.positions.get(item, ())) > 1]
    for which, index in (("first", 0), ("last", -1)) if repeated else ():
        chosen = (header.positions.get(item) for item in items)
        pairs = zip(items, chosen, strict=True)
        meant = tuple(str(at[index] + 1) if at else item for item, at in pairs)
        yield f"if the {which} {quoted(repeated[0])} is meant", meant
    found = [_item_meant(item, header) for item in items]
    if not repeated and all(found):
        several = any(len(each) > 1 for each in found)
        words = (
            "name each column, with commas between" if several else "if the nearest name is meant"
        )
        yield words, tuple(chain.from_iterable(found))


def _item_meant(item: str, header: Header) -> list[str]:
    """Return the columns that one item means: itself, a range, several joined, or the nearest."""
    if _is_found(item, header):
        return [item]
    ends = re.fullmatch(r"(.+?)(?:-|:|\.\.+)(.+)", item)
    if ends and all(_is_found(end, header) for end in ends.groups()):
        first, last = (find_column(end, header, "") for end in ends.groups())
        return [header.item(position) for position in range(first, last + 1)][:_MAX_RANGE]
    words = re.split(BETWEEN, item)
    if len(words) > 1 and all(_is_found(word, header) for word in words):
        return words
    [columns] = columns_meant([item], header.names)
    return [header.item(header.positions[column][0]) for column in columns]
