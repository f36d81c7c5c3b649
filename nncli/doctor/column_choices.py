"""Which columns may be meant: of which names, by which numbers, without which others."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain

from nncli.data.column_facts import ColumnFacts, Suspicion, table_facts
from nncli.data.column_names import BETWEEN, Meant, columns_meant
from nncli.data.columns import Header
from nncli.doctor.case import Change, DataCase, called, read_rows
from nncli.doctor.command_line import replaced
from nncli.doctor.spec import changes_of_inputs
from nncli.doctor.spec_edits import SpecEditor
from nncli.meant.numbers import numbers_meant
from nncli.network.shapes import shape_table
from nncli.problems import Suggestion, Words
from nncli.specs.written import scalar
from nncli.words import quoted, shorten

# Whoever has more to leave out had better say what stays.
_MAX_LEFT_OUT = 10
# What may go without an "if"; of others, one at most.
_SURE = (Suspicion.TEXT, Suspicion.BY_NAME_AND_VALUES, Suspicion.BY_NAME)
_VERBS = {"keep": "carry {} through unread", "drop": "leave {} out"}
# Nobody types more, and nobody means a longer range.
_MAX_COLUMNS = 1000
_RANGE = re.compile(r"(.*?)(:|\.\.+|-)(.*)")


def column_changes(change: Change) -> Iterator[Change]:
    """Yield the change together with a choice of columns, or with other inputs of the network."""
    case, header = change.case, change.case.header
    if header is None:
        return
    for option, items in vars(case.choice).items():
        is_plain = [item.isdecimal() or item in header.positions for item in items]
        if not all(is_plain) or None in [_place(item, header, 1) for item in items]:
            yield from _items_meant(change, header, option, items)
            return
    if case.choice.columns:
        return
    if case.wanted.columns is None or header.positional:
        yield from _of_another_width(change, header)
    elif not header.transposed:  # where columns are the samples, no option chooses features
        yield from _inputs_by_name(change, header, case.wanted.columns)


def _of_another_width(change: Change, header: Header) -> Iterator[Change]:
    """Yield the columns to leave out, and other inputs of the network."""
    case = change.case
    left_out = {_place(item, header, 1) for item in (*case.chosen.drop, *case.choice.keep)}
    features = [position for position in range(len(header.names)) if position not in left_out]
    surplus = len(features) - case.wanted.size
    assumed = "every column is a feature" if surplus > 0 else "no column is missing"
    if surplus > 0 and not header.transposed:
        yield from _fewer_columns(change, header, features)
    if change.suggestion.words or not (features and surplus):
        return
    wanted = replace(case.wanted, size=len(features))
    for other in changes_of_inputs(case.reading, len(features)):
        joint = "and" if ", if " in other.words else "if"
        suggestion = replace(other, words=f"{other.words}, {joint} {assumed}")
        yield Change(replace(case, wanted=wanted), suggestion, 5 if surplus > 0 else 45)


def _ranked_facts(case: DataCase, header: Header, features: list[int]) -> list[ColumnFacts]:
    """Return what the columns seem to be, the most suspicious first."""
    rows = read_rows(case, header)
    facts = table_facts(header, features, rows)
    for at, fact in enumerate(facts):
        cells = [row[fact.position] for row in rows[:10]]  # so many tell
        if fact.suspicion == Suspicion.TEXT and all(map(numbers_meant, cells)):
            facts[at] = ColumnFacts(fact.position, Suspicion.NONE, "", is_identifier=False)
    # where nothing speaks for any, a label stands at the end
    return sorted(facts, key=lambda f: (f.suspicion, f.is_identifier, f.position), reverse=True)


def _fewer_columns(change: Change, header: Header, features: list[int]) -> Iterator[Change]:
    """Yield the most suspicious columns left out; of many, only how many and which are likely."""
    surplus = len(features) - change.case.wanted.size
    ranked = _ranked_facts(change.case, header, features)
    chosen, following = sorted(ranked[:surplus], key=lambda f: f.position), ranked[surplus]
    if following.suspicion == Suspicion.TEXT:
        return
    least = min(fact.suspicion for fact in chosen)
    words, added = [], dict[str, list[str]]()
    for option, verb in _VERBS.items():
        of_option = [fact for fact in chosen if fact.is_identifier == (option == "keep")]
        added |= {option: [header.item(fact.position) for fact in of_option]} if of_option else {}
        for reason in dict.fromkeys(fact.reason for fact in of_option):
            names = [called(header, fact.position) for fact in of_option if fact.reason == reason]
            why = f": {reason}" if reason else ", or another one, if it is no feature"
            of_many = why.replace("it is", "they are").replace("another one", "others")
            words.append(verb.format(" and ".join(names)) + (of_many if names[1:] else why))
    # as much may speak against the one that stays
    is_even = least == following.suspicion != Suspicion.NONE
    doubt = f", if {called(header, following.position)} is a feature" if is_even else ""
    fewer = change.with_options("; ".join(words) + doubt, 55 + 5 * least if least else 30, **added)
    # to guess so many would help nobody
    if surplus > _MAX_LEFT_OUT or sum(fact.suspicion not in _SURE for fact in chosen) > 1:
        likely = [f"{called(header, f.position)} ({f.reason})" for f in chosen if f.suspicion]
        named = f", likely {shorten(', '.join(likely))}" if likely else ""
        told = f"{surplus:,} columns must go{named}: name those that stay with --columns"
        fewer = replace(fewer, suggestion=Suggestion(told))
    yield fewer


def _inputs_by_name(change: Change, header: Header, names: tuple[str, ...]) -> Iterator[Change]:
    """Yield the columns that the spec's inputs may mean: written in the spec, or chosen."""
    case, source, spec = change.case, change.case.reading.source, change.case.reading.spec
    in_order: Meant = [(name,) for name in header.names[: len(names) + 1]]
    meant = columns_meant(names, header.names) if header.named else in_order
    columns = tuple(chain.from_iterable(meant))
    is_repeated = any(len(header.positions[name]) > 1 for name in columns)
    is_whole = len(names) == len(meant) <= _MAX_COLUMNS and all(meant)
    if not is_whole or is_repeated or len(set(columns)) < len(columns):
        return
    edits = [
        SpecEditor(source).splice(("inputs", "columns"), at, at + 1, list(map(scalar, new)))
        for at, (name, new) in enumerate(zip(names, meant, strict=True))
        if source is not None and new != (name,)
    ]
    inputs = spec.inputs.model_copy(update={"columns": columns, "size": len(columns)})
    misfits = shape_table(spec.model_copy(update={"inputs": inputs})).misfits
    if (written := tuple(edit for edit in edits if edit is not None)) and not misfits:
        named = shorten(", ".join(quoted(name) for name in columns if name not in names))
        words = f"write as in the header, if they are meant: {named}"
        wanted = replace(case.wanted, columns=columns, size=len(columns))
        yield change.then(replace(case, wanted=wanted), 78, Suggestion(words, edits=written))
    if len(columns) == len(names) and not case.choice.drop:  # the two do not go together
        words = f"take these columns for {shorten(', '.join(names))}, if they are meant"
        items = [header.item(header.positions[column][0]) for column in columns]
        yield change.with_options(words, 75 if header.named else 30, columns=items)


def _items_meant(change: Change, header: Header, option: str, items: Words) -> list[Change]:
    """Return what a list on the command line may mean of which an item is no column."""
    case, found = change.case, []
    plain = [item if item in header.positions else item.strip("[](){}'\" ") for item in items]
    near = dict(zip(plain, columns_meant(plain, header.names), strict=True))  # all at once
    for first in (1, 0):  # the number of the first column: as here, and as in Python
        meant = [_meant(item, header, near, first) for item in plain]
        columns = tuple(chain.from_iterable(meant))
        if all(meant) and len(set(columns)) == len(columns):
            typed = ",".join(columns)
            argv = replaced(case.argv, f"--{option}", ",".join(items), typed)
            other = replace(case, choice=replace(case.choice, **{option: columns}))
            words = "if this is meant" if re.search(r"[^\d,]", typed) else "positions count from 1"
            suggestion = Suggestion(f"{words}: `--{option} {typed}`", argv=argv)
            found.append(Change(other, suggestion, 85))
    # what counts from 1 and fits is not said to count from 0
    return sorted(found, key=lambda each: each.case.fault() is not None)[:1]


def _meant(item: str, header: Header, near: Mapping[str, Sequence[str]], first: int) -> list[str]:
    """Return what to type for an item: itself, a range, the nearest name, or several joined."""
    if (place := _place(item, header, first)) is not None:
        return [item if item in header.positions else str(place + 1)]
    if ends := _RANGE.fullmatch(item):
        # Python's ranges stop before their end: it is the last one's number from 1
        last = 1 if ends[2] == ":" else first
        begin = _place(ends[1] or str(first), header, first)
        end = _place(ends[3] or "-1", header, last)
        if begin is not None and end is not None:
            end -= first < last and ends[3].startswith("-")
            return [header.item(place) for place in range(begin, end + 1)[:_MAX_COLUMNS]]
    if re.search(r"[^\d\W]", item) and near.get(item) and item not in header.positions:
        return [header.item(header.positions[column][0]) for column in near[item]]
    words = re.split(BETWEEN, item)
    parts = [_meant(word, header, near, first) for word in words] if words[1:] else []
    return list(chain.from_iterable(parts)) if all(parts) else []


def _place(text: str, header: Header, first: int) -> int | None:
    """Return the place, from 0, that a name or a number has; first: the number of the first one."""
    number, width = "-1" if text in ("last", "end") else text, len(header.names)
    if text in header.positions or not re.fullmatch("-?[0-9]{1,9}", number):
        places = header.positions.get(text, ())
        return places[0] if len(places) == 1 else None
    place = int(number) + (width if number[0] == "-" else -first)
    return place if 0 <= place < width else None
