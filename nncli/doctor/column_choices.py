"""Which columns may be meant: of which names, by which numbers, without which others."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain

from nncli.data.column_facts import ColumnFacts, Suspicion, table_facts
from nncli.data.column_names import BETWEEN, Meant, columns_meant, plain_name
from nncli.data.columns import Header
from nncli.doctor.case import Change, DataCase, called, read_rows
from nncli.doctor.command_line import replaced
from nncli.doctor.layers import changes_of_inputs
from nncli.doctor.spec_edits import SpecEditor
from nncli.meant.numbers import numbers_meant
from nncli.network.shapes import shape_table
from nncli.problems import Problem, Suggestion
from nncli.specs.written import scalar
from nncli.words import quoted, shorten

# Whoever has more to leave out had better say what stays; so had who has as many, and a doubt.
_MAX_LEFT_OUT, _MAX_LEFT_OUT_IN_DOUBT = 10, 3
# So many rows tell whether a text may be a number.
_MAX_LOOKED_AT = 10
# What may go without an "if"; of others, one at most.
_SURE = (Suspicion.TEXT, Suspicion.BY_NAME_AND_VALUES, Suspicion.BY_NAME)
_VERBS = {"keep": "carry {} through unread", "drop": "leave {} out"}
# Nobody types more, and nobody means a longer range.
_MAX_COLUMNS = 1000
# The numbers of the first column and of the last one of a range that ends with it: as they are
# here, from 0, and as in Python, where a range stops before its end.
_COUNTINGS = ((1, 1), (0, 0), (0, 1))
_RANGE = re.compile(r"(.*?)(?::|\.\.+)(.*)|(.+)-(.+)")
_OF_A_LIST = "[](){}'\" "  # in Python
_LAST = {"last": "-1", "end": "-1"}


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
    left_out = {_place(item, header, 1) for item in (*case.choice.drop, *case.choice.keep)}
    features = [position for position in range(len(header.names)) if position not in left_out]
    surplus = len(features) - case.wanted.size
    assumed = "every column is a feature" if surplus > 0 else "no column is missing"
    if surplus > 0 and not header.transposed:
        ranked = _ranked_facts(case, header, features)
        likely = [called(header, fact.position) for fact in ranked if fact.suspicion][:2]
        assumed += f", {' and '.join(likely)} too" if likely else ""
        yield from _fewer_columns(change, header, ranked, surplus)
    if change.suggestion.words or not (features and surplus):
        return
    wanted = replace(case.wanted, size=len(features))
    for other in changes_of_inputs(case.reading, len(features)):
        joint = "and" if ", if " in other.words else "if"
        suggestion = replace(other, words=f"{other.words}, {joint} {assumed}")
        yield Change(replace(case, wanted=wanted), suggestion, 5 if surplus > 0 else 45)


def _ranked_facts(case: DataCase, header: Header, features: list[int]) -> list[ColumnFacts]:
    """Return what the columns seem to be, the most suspicious first."""
    rows, last = read_rows(case, header), len(header.names) - 1
    facts = table_facts(header, features, rows)
    for at, fact in enumerate(facts):
        cells = [row[fact.position] for row in rows[:_MAX_LOOKED_AT]]
        if fact.suspicion == Suspicion.TEXT and all(map(numbers_meant, cells)):
            reason = "its numbers are not plain"
            facts[at] = ColumnFacts(fact.position, Suspicion.PERHAPS, reason, False)
    # where nothing speaks for any, a label stands at the end or in front
    where = {last: 2, 0: 1}
    return sorted(
        facts,
        key=lambda f: (f.suspicion, f.is_identifier, where.get(f.position, 0), f.position),
        reverse=True,
    )


def _fewer_columns(
    change: Change, header: Header, ranked: list[ColumnFacts], surplus: int
) -> Iterator[Change]:
    """Yield the columns to leave out, the most suspicious first."""
    chosen, following = ranked[:surplus], ranked[surplus]
    *before, last = chosen
    if following.suspicion == Suspicion.TEXT:
        return
    # as much may speak against the one that stays
    is_even = last.suspicion == following.suspicion != Suspicion.NONE
    unsure = sum(fact.suspicion not in _SURE for fact in chosen)
    most = _MAX_LEFT_OUT_IN_DOUBT if is_even else _MAX_LEFT_OUT
    doubt = f", if {called(header, following.position)} is a feature" if is_even else ""
    first = _leaving_out(change, header, chosen, doubt)
    if surplus > most or unsure > 1:  # to guess so many would help nobody
        likely = sorted((f for f in chosen if f.suspicion), key=lambda fact: fact.position)
        reasons = [f"{called(header, f.position)} ({f.reason})" for f in likely]
        named = f", likely {shorten(', '.join(reasons))}" if likely else ""
        words = f"{surplus:,} columns must go{named}: name those that stay with --columns"
        yield replace(first, suggestion=Suggestion(words))
        return
    yield first
    is_feature = f"; then {called(header, last.position)} is a feature" if last.suspicion else ""
    if last.suspicion in (following.suspicion, Suspicion.PERHAPS):
        yield _leaving_out(change, header, [*before, following], is_feature)


def _leaving_out(change: Change, header: Header, facts: Sequence[ColumnFacts], then: str) -> Change:
    """Return the change without some columns.  then: what else is so, behind the words."""
    words, added = [], dict[str, list[str]]()
    for option, verb in _VERBS.items():
        chosen = [fact for fact in facts if fact.is_identifier == (option == "keep")]
        chosen.sort(key=lambda fact: fact.position)
        added |= {option: [header.item(fact.position) for fact in chosen]} if chosen else {}
        for reason in dict.fromkeys(fact.reason for fact in chosen):
            names = [called(header, fact.position) for fact in chosen if fact.reason == reason]
            why = f": {reason}" if reason else ", if it is no feature"
            several = why.replace("it is", "they are") if len(names) > 1 else why
            words.append(verb.format(" and ".join(names)) + several)
    least = min(fact.suspicion for fact in facts)
    return change.with_options("; ".join(words) + then, 55 + 5 * least if least else 30, **added)


# ---- names in the spec, and on the command line ----


def _inputs_by_name(change: Change, header: Header, names: tuple[str, ...]) -> Iterator[Change]:
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
            items = [header.item(header.positions[column][0]) for column in columns]
            yield change.with_options(words, 75, columns=items)
    elif in_order == [[at] for at in range(len(header.names))]:
        words = f"if they stand in the order of the inputs ({shorten(', '.join(names))}), take all"
        items = [str(at + 1) for at in range(len(names))]
        yield change.with_options(words, 30, columns=items)


def _renamed_inputs(change: Change, meant: Meant) -> Iterator[Change]:
    """Yield the change of the spec's names, if its text allows it and the layers then fit."""
    case, source, spec = change.case, change.case.reading.source, change.case.reading.spec
    old, columns = case.wanted.columns or (), tuple(chain.from_iterable(meant))
    inputs = spec.inputs.model_copy(update={"columns": columns, "size": len(columns)})
    if source is None or shape_table(spec.model_copy(update={"inputs": inputs})).misfits:
        return
    pairs = list(zip(old, meant, strict=True))
    edits = [
        SpecEditor(source).splice(("inputs", "columns"), at, at + 1, list(map(scalar, new)))
        for at, (name, new) in enumerate(pairs)
        if new != (name,)
    ]
    named = ", ".join(quoted(name) for name in columns if name not in old)
    alike = all(plain_name(name) == plain_name("".join(new)) for name, new in pairs)
    words = f"write as in the header{'' if alike else ', if they are meant'}: {shorten(named)}"
    wanted = replace(case.wanted, columns=columns, size=len(columns))
    if written := tuple(edit for edit in edits if edit is not None):
        yield change.then(replace(case, wanted=wanted), 78, Suggestion(words, edits=written))


def at_the_spec(problem: Problem, case: DataCase) -> Problem:
    """Return a problem of names that an edit of the spec mends, with its place in the spec."""
    source = case.reading.source
    edits = problem.suggestions[0].edits if problem.suggestions else ()
    if problem.code != "N408" or source is None or not edits or edits[0].file != source.text.file:
        return problem
    place = source.text.place(edits[0].line - 1, edits[0].column - 1)
    message = problem.message.replace("not in the header", "not in the header of the data")
    return replace(problem, message=message, place=place)


def _items_meant(
    change: Change, header: Header, option: str, items: tuple[str, ...]
) -> list[Change]:
    """Return what a list on the command line may mean of which an item is no column."""
    case, found = change.case, []
    plain = [item if item in header.positions else item.strip(_OF_A_LIST) for item in items]
    near = dict(zip(plain, columns_meant(plain, header.names), strict=True))  # all at once
    for counting in _COUNTINGS:
        meant = [_meant(item, header, near, *counting) for item in plain]
        columns = tuple(chain.from_iterable(meant))
        if not all(meant) or len(set(columns)) < len(columns):
            continue
        typed, words = ",".join(columns), "if the nearest name is meant"
        words = "positions count from 1" if typed.replace(",", "").isdecimal() else words
        words = "name each column, with commas between" if len(columns) > len(items) else words
        argv = replaced(case.argv, f"--{option}", ",".join(items), typed)
        other = replace(case, choice=replace(case.choice, **{option: columns}))
        suggestion = Suggestion(f"{words}: `--{option} {typed}`", argv=argv)
        found.append(Change(other, suggestion, 85))
    # what counts from 1 and fits is not said to count from 0
    return [each for each in found if each.case.fault() is None][:1] or found[:1]


def _meant(
    item: str, header: Header, near: Mapping[str, Sequence[str]], first: int, last: int
) -> list[str]:
    """Return what to type for an item: itself, a range, the nearest name, or several joined."""
    if (place := _place(item, header, first)) is not None:
        return [item if item in header.positions else str(place + 1)]
    if ends := _RANGE.fullmatch(item):
        start, stop = ends[1] or ends[3] or str(first), ends[2] or ends[4] or "-1"
        begin, end = _place(start, header, first), _place(stop, header, last)
        if begin is not None and end is not None:
            end -= first < last and stop == ends[2] and stop.startswith("-")
            return [header.item(place) for place in range(begin, end + 1)[:_MAX_COLUMNS]]
    if re.search(r"[^\d\W]", item) and near.get(item) and item not in header.positions:
        return [header.item(header.positions[column][0]) for column in near[item]]
    words = re.split(BETWEEN, item)
    parts = [_meant(word, header, near, first, last) for word in words] if words[1:] else []
    return list(chain.from_iterable(parts)) if all(parts) else []


def _place(text: str, header: Header, first: int) -> int | None:
    """Return the place, from 0, that a name or a number has; first: the number of the first one."""
    number, width = _LAST.get(text, text), len(header.names)
    if text in header.positions or not re.fullmatch("-?[0-9]{1,9}", number):
        places = header.positions.get(text, ())
        return places[0] if len(places) == 1 else None
    place = int(number) + (width if number[0] == "-" else -first)
    return place if 0 <= place < width else None
