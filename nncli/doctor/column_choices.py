"""Which columns to leave out or to take, so that the data has the network's width."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from nncli.data.column_facts import ColumnFacts, Suspicion, table_facts
from nncli.data.columns import Header, find_column
from nncli.doctor.case import Change, DataCase, called, read_rows
from nncli.doctor.column_names import inputs_by_name, mistyped_items
from nncli.doctor.layers import changes_of_inputs
from nncli.problems import Suggestion

# Whoever has more to leave out had better say what stays; so had who has as many, and a doubt.
_MAX_LEFT_OUT, _MAX_LEFT_OUT_IN_DOUBT = 10, 3
# Of more columns the number is said.
_MAX_NAMED = 3
# What may go without an "if"; of others, one at most.
_SURE = (Suspicion.TEXT, Suspicion.BY_NAME_AND_VALUES, Suspicion.BY_NAME)
_VERBS = {"keep": "carry {} through unread", "drop": "leave {} out"}


def column_changes(change: Change) -> Iterator[Change]:
    """Yield the change together with a choice of columns, or with other inputs of the network."""
    case, header = change.case, change.case.header
    if header is None:
        return
    if (mistyped := mistyped_items(change, header)) is not None or case.choice.columns:
        yield from mistyped or ()
    elif case.wanted.columns is None or header.positional:
        yield from _of_another_width(change, header)
    elif not header.transposed:  # where columns are the samples, no option chooses features
        yield from inputs_by_name(change, header, case.wanted.columns)


def _of_another_width(change: Change, header: Header) -> Iterator[Change]:
    """Yield the columns to leave out, and other inputs of the network."""
    case = change.case
    left_out = {find_column(item, header, "") for item in (*case.choice.drop, *case.choice.keep)}
    features = [position for position in range(len(header.names)) if position not in left_out]
    surplus = len(features) - case.wanted.size
    likely: list[str] = []
    if surplus > 0 and not header.transposed:
        facts = _ranked_facts(case, header, features)
        likely = [called(header, fact.position) for fact in facts if fact.suspicion][:2]
        yield from _fewer_columns(change, header, facts, surplus)
    if change.suggestion.words or not (features and surplus):
        return
    too = f", {' and '.join(likely)} too" if likely else ""
    assumed = f"every column is a feature{too}" if surplus > 0 else "no column is missing"
    wanted = replace(case.wanted, size=len(features))
    for other in changes_of_inputs(case.reading, len(features)):
        joint = "and" if ", if " in other.words else "if"
        suggestion = replace(other, words=f"{other.words}, {joint} {assumed}")
        yield Change(replace(case, wanted=wanted), suggestion, 5 if surplus > 0 else 45)


def _ranked_facts(case: DataCase, header: Header, features: list[int]) -> list[ColumnFacts]:
    """Return what the columns seem to be, the most suspicious first."""
    facts = table_facts(header, features, read_rows(case, header))
    last = len(header.names) - 1
    # where nothing speaks for any, a label stands at the end or in front
    facts.sort(key=lambda f: (f.position == last, f.position == 0, f.position), reverse=True)
    return sorted(facts, key=lambda f: (f.suspicion, f.is_identifier), reverse=True)


def _fewer_columns(
    change: Change, header: Header, ranked: list[ColumnFacts], surplus: int
) -> Iterator[Change]:
    """Yield the columns to leave out, the most suspicious first."""
    chosen, (following, *others) = ranked[:surplus], ranked[surplus:]
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
        reasons = [f"{called(header, f.position)} ({f.reason})" for f in likely[:_MAX_NAMED]]
        reasons += ["and others"] if len(likely) > _MAX_NAMED else []
        named = f", likely {', '.join(reasons)}" if likely else ""
        words = f"{surplus:,} columns must go{named}: name those that stay with --columns"
        yield replace(first, suggestion=Suggestion(words))
        return
    yield first
    is_feature = f"; then {called(header, last.position)} is a feature" if last.suspicion else ""
    if last.suspicion in (following.suspicion, Suspicion.PERHAPS):
        yield _leaving_out(change, header, [*before, following], is_feature)
    if last.suspicion < Suspicion.TEXT and others and not change.suggestion.options:
        another = _leaving_out(change, header, [*before, others[0]], "")
        yield replace(another, suggestion=Suggestion("leave another one out"))


def _leaving_out(change: Change, header: Header, facts: Sequence[ColumnFacts], then: str) -> Change:
    """Return the change without some columns.  then: what else is so, behind the words."""
    choice = change.case.choice
    words: list[str] = []
    options: list[str] = []
    for option, verb in _VERBS.items():
        chosen = [fact for fact in facts if fact.is_identifier == (option == "keep")]
        by_reason: dict[str, list[int]] = {}
        for fact in sorted(chosen, key=lambda fact: fact.position):
            why = f": {fact.reason}" if fact.suspicion else ", if it is no feature"
            by_reason.setdefault(why, []).append(fact.position)
        for why, positions in by_reason.items():
            names = " and ".join(called(header, position) for position in positions)
            several = why.replace("it is", "they are") if len(positions) > 1 else why
            words.append(verb.format(names) + several)
        if added := [header.item(place) for places in by_reason.values() for place in places]:
            choice = replace(choice, **{option: (*getattr(choice, option), *added)})
            options += [f"--{option}", ",".join(added)]
    least = min(fact.suspicion for fact in facts)
    likelihood = 55 + 5 * least if least else 30
    case = replace(change.case, choice=choice)
    return change.then(case, "; ".join(words) + then, likelihood, options)
