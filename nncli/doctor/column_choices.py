"""Which columns to leave out or to take, so that the data has the network's width."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from nncli.data.column_facts import ColumnFacts, Suspicion, table_facts
from nncli.data.columns import Header, find_column
from nncli.data.csv.numbers import is_number
from nncli.doctor.case import Change, DataCase, called, read_rows
from nncli.doctor.column_names import inputs_by_name, mistyped_items, with_choice
from nncli.doctor.layers import changes_of_inputs
from nncli.errors import DataError
from nncli.problems import Suggestion
from nncli.words import quoted

# Whoever has more to leave out had better say what stays.
_MAX_COLUMNS_LEFT_OUT = 10
# Of more columns the number is said.
_MAX_NAMED = 3


def column_changes(change: Change) -> Iterator[Change]:
    """Yield the change together with a choice of columns, or with other inputs of the network."""
    case = change.case
    header = case.header
    if header is None:
        return
    if mistyped := mistyped_items(change, header):
        yield from mistyped
        return
    if case.choice.columns:
        return
    if case.wanted.columns is not None and not header.positional:
        if not header.transposed:  # where columns are the samples, no option chooses features
            yield from inputs_by_name(change, header, case.wanted.columns)
        return
    features = _features(case, header)
    surplus = len(features) - case.wanted.size
    facts: list[ColumnFacts] = []
    if surplus > 0 and not header.transposed:
        facts = _ranked_facts(case, header, features)
        yield from _fewer_columns(change, header, facts, surplus)
    if surplus < 0 and not change.suggestion.words:
        yield from _more_columns(change)
    may_have_others = features and surplus and not change.suggestion.words
    likely = [called(header, fact.position) for fact in facts if fact.suspicion][:2]
    too = f", {' and '.join(likely)} too" if likely else ""
    assumed = f"every column is a feature{too}" if surplus > 0 else "no column is missing"
    wanted = replace(case.wanted, size=len(features))
    for other in changes_of_inputs(case.reading, len(features)) if may_have_others else ():
        joint = "and" if ", if " in other.words else "if"
        suggestion = replace(other, words=f"{other.words}, {joint} {assumed}")
        yield Change(replace(case, wanted=wanted), suggestion, 5 if surplus > 0 else 45)


def _features(case: DataCase, header: Header) -> list[int]:
    """Return the columns that are read as numbers; none if what names them names others."""
    choice = case.choice
    columns = choice.columns or (() if header.positional else case.wanted.columns or ())
    try:
        if columns:
            return [find_column(item, header, "") for item in columns]
        left_out = {find_column(item, header, "") for item in (*choice.drop, *choice.keep)}
    except DataError:
        return []
    return [position for position in range(len(header.names)) if position not in left_out]


def _ranked_facts(case: DataCase, header: Header, features: list[int]) -> list[ColumnFacts]:
    """Return what the columns seem to be, the most suspicious first."""
    last = len(header.names) - 1

    def rank(fact: ColumnFacts) -> tuple[int, bool, bool, bool, int]:
        # where nothing speaks for any, a label stands at the end or in front
        position = fact.position
        return fact.suspicion, fact.is_identifier, position == last, position == 0, position

    return sorted(table_facts(header, features, read_rows(case, header)), key=rank, reverse=True)


def _fewer_columns(
    change: Change, header: Header, ranked: list[ColumnFacts], surplus: int
) -> Iterator[Change]:
    """Yield the columns to leave out, the most suspicious first."""
    chosen, others = ranked[:surplus], ranked[surplus:]
    last, following = chosen[-1], others[0]
    if following.suspicion == Suspicion.TEXT:
        return
    first = _leaving_out(change, header, chosen, 0)
    likely = [fact for fact in chosen if fact.suspicion]
    if surplus > _MAX_COLUMNS_LEFT_OUT or surplus - len(likely) > 1:
        # to guess so many would help nobody
        likely.sort(key=lambda fact: fact.position)
        reasons = [f"{called(header, f.position)} ({f.reason})" for f in likely]
        named = f", likely {_listed(reasons)}" if likely else ""
        words = f"{surplus:,} columns must go{named}: name those that stay with --columns"
        yield replace(first, suggestion=Suggestion(words))
        return
    yield first
    is_feature = f"; then {called(header, last.position)} is a feature" if last.suspicion else ""
    if last.suspicion in (following.suspicion, Suspicion.PERHAPS):
        second = _leaving_out(change, header, [*chosen[:-1], following], 1)
        words = second.suggestion.words + is_feature
        yield replace(second, suggestion=replace(second.suggestion, words=words))
    elif surplus == 1:
        other = replace(last, is_identifier=not last.is_identifier, reason="")
        yield _leaving_out(change, header, [other], 1)
    if last.suspicion < Suspicion.TEXT and len(others) > 1 and not change.suggestion.options:
        another = _leaving_out(change, header, [*chosen[:-1], others[1]], 2)
        yield replace(another, suggestion=Suggestion(f"leave another one out{is_feature}"))


_LIKELIHOODS = {
    Suspicion.TEXT: 85,
    Suspicion.BY_NAME_AND_VALUES: 80,
    Suspicion.BY_NAME: 75,
    Suspicion.BY_VALUES: 70,
    Suspicion.PERHAPS: 60,
    Suspicion.NONE: 30,
}


def _leaving_out(change: Change, header: Header, facts: list[ColumnFacts], number: int) -> Change:
    """Return the change without some columns.  number: how many likelier choices there are."""
    choice = change.case.choice
    items: dict[str, list[str]] = {"keep": [*choice.keep], "drop": [*choice.drop]}
    words: list[str] = []
    options: list[str] = []
    for option, verb in (("keep", "carry {} through unread"), ("drop", "leave {} out")):
        chosen = [fact for fact in facts if fact.is_identifier == (option == "keep")]
        if chosen:
            chosen.sort(key=lambda fact: fact.position)
            added = [header.item(fact.position) for fact in chosen]
            items[option] += added
            options += [f"--{option}", ",".join(added)]
            words.append(_with_reasons(verb, header, chosen))
    likelihood = min(_LIKELIHOODS[fact.suspicion] for fact in facts) - number
    choice = replace(choice, keep=tuple(items["keep"]), drop=tuple(items["drop"]))
    return with_choice(change, choice, "; ".join(words), options, likelihood)


def _with_reasons(verb: str, header: Header, facts: Sequence[ColumnFacts]) -> str:
    """Return what to do with some columns, and why."""
    names = [called(header, fact.position) for fact in facts]
    reasons = [fact.reason if fact.suspicion else "if it is no feature" for fact in facts]
    if len(set(reasons)) > 1:
        pairs = zip(names, reasons, strict=True)
        return verb.format(" and ".join(f"{name} ({reason})" for name, reason in pairs))
    mark = ", " if not facts[0].suspicion else ": " if reasons[0] else ""
    reason = reasons[0] if len(facts) == 1 else reasons[0].replace("it is", "they are")
    return f"{verb.format(' and '.join(names))}{mark}{reason}"


def _more_columns(change: Change) -> Iterator[Change]:
    """Yield the case without each of the columns that the user has left out."""
    choice = change.case.choice
    for option in ("drop", "keep"):
        items: tuple[str, ...] = getattr(choice, option)
        for item in items:
            others = tuple(other for other in items if other != item)
            case = replace(change.case, choice=replace(choice, **{option: others}))
            typed = f"`--{option} {','.join(items)}`"
            words = f"leave {quoted(item)} out of {typed}" if others else f"do without {typed}"
            yield Change(case, Suggestion(words), 60)


def first_row_in_doubt(case: DataCase) -> tuple[str, ...]:
    """Say that a header may be a sample, where every column is text and holds the same words."""
    header = case.header
    rows = read_rows(case, header) if header is not None and header.named else []
    if header is None or not rows or any(is_number(cell) for row in rows for cell in row):
        return ()
    columns = zip(header.names, zip(*rows, strict=True), strict=True)
    if 2 * sum(name in cells for name, cells in columns) < len(header.names):
        return ()
    return ("the first row holds the same words as the others: is it a header at all?",)


def _listed(names: Sequence[str]) -> str:
    """Return `a, b and c`; of many, the first and how many more."""
    more = len(names) - _MAX_NAMED
    *before, last = (*names[:_MAX_NAMED], f"{more:,} more") if more > 0 else names
    return f"{', '.join(before)} and {last}" if before else last
