"""Which columns to leave out or to take, so that the data has the network's width."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from nncli.data.columns import ColumnChoice, Header, find_column
from nncli.doctor.case import Change, called, read_rows
from nncli.doctor.column_kinds import ColumnFacts, Suspicion, column_facts
from nncli.doctor.layers import changes_of_inputs
from nncli.errors import DataError
from nncli.problems import Suggestion
from nncli.words import exported_name, nearest, quoted

# More of equal likelihood are no help.
_MAX_COLUMNS_TRIED = 8
# Whoever has more to leave out had better say what stays.
_MAX_COLUMNS_LEFT_OUT = 10
# Nobody types more.
_MAX_COLUMNS_NAMED = 1000
# To compare more with every name of a header takes too long.
_MAX_NAMES_COMPARED = 50


def column_changes(change: Change) -> Iterator[Change]:
    """Yield the change together with a choice of columns, or with other inputs of the network."""
    case = change.case
    header = case.header
    if header is None or case.choice.columns:
        return
    if case.wanted.columns is not None and not header.positional:
        if not header.transposed:  # where columns are the samples, no option chooses features
            yield from _columns_by_name(change, header, case.wanted.columns)
        return
    items = (*case.choice.drop, *case.choice.keep)
    try:
        left_out = {find_column(item, header, "") for item in items}
    except DataError:
        return
    features = [position for position in range(len(header.names)) if position not in left_out]
    surplus = len(features) - case.wanted.size
    if surplus > 0 and not header.transposed:
        yield from _fewer_columns(change, header, features, surplus)
    if surplus < 0 and not change.suggestion.words:
        yield from _more_columns(change)
    may_have_others = features and surplus and not change.suggestion.words
    wanted = replace(case.wanted, size=len(features))
    for other in changes_of_inputs(case.reading, len(features)) if may_have_others else ():
        yield Change(replace(case, wanted=wanted), other, 45)


def _fewer_columns(
    change: Change, header: Header, features: list[int], surplus: int
) -> Iterator[Change]:
    """Yield the columns to leave out, the most suspicious first."""
    if surplus > _MAX_COLUMNS_LEFT_OUT:
        return
    rows, names = read_rows(change.case, header), header.names
    cells = ([row[position] for row in rows] for position in features)
    facts = [
        column_facts(position, names[position], texts, is_last=position == len(names) - 1)
        for position, texts in zip(features, cells, strict=True)
    ]
    text = [fact for fact in facts if fact.suspicion == Suspicion.TEXT]
    if len(text) > surplus:
        return
    # where nothing speaks for either, the last columns are likelier than the first
    ranked = sorted(facts, key=lambda fact: (fact.suspicion, fact.position), reverse=True)
    if surplus == 1:
        choices = [[fact] for fact in (text or ranked[:_MAX_COLUMNS_TRIED])]
    else:
        choices = [ranked[:surplus]]
        if not text and facts[-surplus:] != sorted(ranked[:surplus], key=lambda f: f.position):
            choices.append(facts[-surplus:])
    for number, chosen in enumerate(choices):
        yield _leaving_out(change, header, chosen, number)
        if len(chosen) == 1 and chosen[0].suspicion:
            other = replace(chosen[0], is_identifier=not chosen[0].is_identifier, reason="")
            yield _leaving_out(change, header, [other], number + 1)


_LIKELIHOODS = {
    Suspicion.TEXT: 85,
    Suspicion.BY_NAME_AND_VALUES: 80,
    Suspicion.BY_NAME: 75,
    Suspicion.BY_VALUES: 70,
    Suspicion.NONE: 30,
}


def _leaving_out(change: Change, header: Header, facts: list[ColumnFacts], number: int) -> Change:
    """Return the change without some columns.  number: how many likelier choices there are."""
    choice = change.case.choice
    items: dict[str, list[str]] = {"keep": [*choice.keep], "drop": [*choice.drop]}
    words, options = [], []
    for option, verb in (("keep", "carry {} through unread"), ("drop", "leave {} out")):
        chosen = sorted(f.position for f in facts if f.is_identifier == (option == "keep"))
        if chosen:
            added = [header.item(position) for position in chosen]
            items[option] += added
            options += [f"--{option}", ",".join(added)]
            words.append(verb.format(" and ".join(called(header, i) for i in chosen)))
    reason = facts[0].reason if len(facts) == 1 else ""
    likelihood = min(_LIKELIHOODS[fact.suspicion] for fact in facts) - number
    choice = replace(choice, keep=tuple(items["keep"]), drop=tuple(items["drop"]))
    return _with_choice(change, choice, ", and ".join(words) + reason, options, likelihood)


def _with_choice(
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


def _names_meant(names: Sequence[str], found: Sequence[str]) -> list[str | None]:
    """Return the columns that the names may mean: the same but for case and blanks, or nearly.

    Exporters of models write `sepal_length__cm_` for `sepal length (cm)`.
    """
    folded = {name.strip().casefold(): name for name in reversed(found)}
    exported: dict[str, set[str]] = {}
    for name in found:
        exported.setdefault(exported_name(name), set()).add(name)
    only = {name: columns.pop() for name, columns in exported.items() if len(columns) == 1}
    meant = [folded.get(name.strip().casefold()) or only.get(name) for name in names]
    if len(names) > _MAX_NAMES_COMPARED:
        return meant
    candidates = found[:1000]
    pairs = zip(names, meant, strict=True)
    return [known or nearest(name, candidates) for name, known in pairs]


def _columns_by_name(change: Change, header: Header, names: tuple[str, ...]) -> Iterator[Change]:
    """Yield the columns that the spec's inputs may mean: of nearly those names, or in order."""
    if change.case.choice.drop or len(names) > _MAX_COLUMNS_NAMED:
        return  # the one goes with no other choice, the other would fill the screen
    meant = _names_meant(names, header.names) if header.named else []
    positions = [header.positions[name][0] for name in meant if name is not None]
    words = "take the columns whose names are nearest"
    if len(set(positions)) < len(names):
        positions = list(range(len(names)))
        words = "take the columns in their order"
        if len(names) > len(header.names) or (header.named and len(names) < len(header.names)):
            return
    items = tuple(map(header.item, positions))
    choice = replace(change.case.choice, columns=items)
    yield _with_choice(change, choice, words, ("--columns", ",".join(items)), 75)
