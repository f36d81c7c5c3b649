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

# Whoever has more to leave out had better say what stays.
_MAX_COLUMNS_LEFT_OUT = 10
# Of more columns the number is said.
_MAX_NAMED = 3
# What may go without an "if"; of others, one at most.
_SURE = (Suspicion.TEXT, Suspicion.BY_NAME_AND_VALUES, Suspicion.BY_NAME)
_VERBS = {"keep": "carry {} through unread", "drop": "leave {} out"}


def column_changes(change: Change) -> Iterator[Change]:
    """Yield the change together with a choice of columns, or with other inputs of the network."""
    case, header = change.case, change.case.header
    mistyped = mistyped_items(change, header) if header is not None else []
    if header is None or mistyped is not None or case.choice.columns:
        yield from mistyped or ()
        return
    if case.wanted.columns is not None and not header.positional:
        if not header.transposed:  # where columns are the samples, no option chooses features
            yield from inputs_by_name(change, header, case.wanted.columns)
        return
    left_out = {find_column(item, header, "") for item in (*case.choice.drop, *case.choice.keep)}
    features = [position for position in range(len(header.names)) if position not in left_out]
    surplus = len(features) - case.wanted.size
    facts: list[ColumnFacts] = []
    if surplus > 0 and not header.transposed:
        facts = _ranked_facts(case, header, features)
        yield from _fewer_columns(change, header, facts, surplus)
    if change.suggestion.words or not (features and surplus):
        return
    likely = [called(header, fact.position) for fact in facts if fact.suspicion][:2]
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
    chosen, others = ranked[:surplus], ranked[surplus:]
    *before, last = chosen
    following = others[0]
    if following.suspicion == Suspicion.TEXT:
        return
    # as much may speak against the one that stays
    is_even = last.suspicion == following.suspicion != Suspicion.NONE
    doubt = f", if {called(header, following.position)} is a feature" if is_even else ""
    first = _leaving_out(change, header, chosen, doubt)
    likely = sorted((f for f in chosen if f.suspicion), key=lambda fact: fact.position)
    unsure = sum(fact.suspicion not in _SURE for fact in chosen)
    if surplus > _MAX_COLUMNS_LEFT_OUT or unsure > 1:
        # to guess so many would help nobody
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
    if last.suspicion < Suspicion.TEXT and len(others) > 1 and not change.suggestion.options:
        another = _leaving_out(change, header, [*before, others[1]], "")
        yield replace(another, suggestion=Suggestion("leave another one out"))


def _leaving_out(change: Change, header: Header, facts: Sequence[ColumnFacts], then: str) -> Change:
    """Return the change without some columns.  then: what else is so, behind the words."""
    choice = change.case.choice
    words: list[str] = []
    options: list[str] = []
    for option, verb in _VERBS.items():
        chosen = [fact for fact in facts if fact.is_identifier == (option == "keep")]
        chosen.sort(key=lambda fact: fact.position)
        if chosen:
            added = [header.item(fact.position) for fact in chosen]
            choice = replace(choice, **{option: (*getattr(choice, option), *added)})
            options += [f"--{option}", ",".join(added)]
        for why in dict.fromkeys(map(_why, chosen)):
            names = [called(header, fact.position) for fact in chosen if _why(fact) == why]
            several = why.replace("it is", "they are") if len(names) > 1 else why
            words.append(verb.format(" and ".join(names)) + several)
    least = min(fact.suspicion for fact in facts)
    likelihood = 55 + 5 * least if least else 30
    case = replace(change.case, choice=choice)
    return change.then(case, "; ".join(words) + then, likelihood, options)


def _why(fact: ColumnFacts) -> str:
    """Return why a column is no feature, behind what to do with it."""
    return f": {fact.reason}" if fact.suspicion else ", if it is no feature"
