"""A spec that cannot be read as it stands: the proposed changes of its text, tried one by one.

First each problem's own changes; if none of them leaves the spec whole, slips of YAML near them.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any, NamedTuple

from nncli.doctor.edits import edited
from nncli.doctor.layers import SAME_CAUSE
from nncli.doctor.proposals import proposals
from nncli.doctor.spec_edits import SpecEditor
from nncli.doctor.written_lists import MAX_CHARACTERS
from nncli.doctor.yaml_repair import Repair, repairs
from nncli.errors import SpecError
from nncli.formats.config import examine_completed
from nncli.problems import Problem, Suggestion
from nncli.specs.faults import Fault
from nncli.specs.model import NetworkSpec
from nncli.specs.reader import NOT_ASKED, Examination, examine_form, read_form
from nncli.specs.stored import WeightsHeader
from nncli.specs.yaml_source import is_yaml

_TREATED_PROBLEMS = 10
# What is read again with the problems' own changes, then with slips, as _reading_cost counts it;
# and how many characters are parsed for these.
_MAX_READ, _MAX_SEARCHED, _MAX_PARSED_CHARACTERS = 1_500_000, 1_000_000, 1024 * 1024
# How far from a problem a slip may be that still is YAML; where there is no YAML, it is anywhere.
_REACH = 2
# A repair that costs so much more than another is not what was meant.
_MUCH_DEARER = 1.25
_MAX_REPAIRS = 3
# A slip that costs no more is told even where a change of another kind works as well; in a text
# that is no YAML, even if there are other faults; and what costs more says what it assumes.
_BEYOND_DOUBT, _LIKELY, _DOUBTFUL = 1.0, 2.0, 3.0
# Where a suggestion says all that the advice says; and where the message says more than a slip's.
_SELF_EXPLAINING, _SAID_WELL = frozenset({"N106", "N109", "N110"}), frozenset({"N103", "N110"})
# The names in a network, which decide no number.
_NAMES: dict[str, Any] = {"name": True, "layers": {"__all__": {"name"}}}


def treat_spec(
    examined: Examination,
    propose: Callable[[Fault, SpecEditor], Iterable[Suggestion]] = proposals,
    header: WeightsHeader | None = None,
    features: int | None = None,
) -> SpecError:
    """Return what a spec is refused for, with the changes that were seen to mend it.

    header: of the weights file that the spec names, if it has been read; features: how many the
    data has, if that is known.
    """
    found, editor = examined.found, SpecEditor(examined.source, features)
    if len(examined.source.text.text) > MAX_CHARACTERS:
        return SpecError(found.problems, more=found.more)
    proposed = (
        (number, suggestion)
        for number, fault in enumerate(found.faults[:_TREATED_PROBLEMS])
        for suggestion in propose(fault, editor)
    )
    kept: defaultdict[int, list[_Tried]] = defaultdict(list)
    words: defaultdict[int, list[str]] = defaultdict(list)
    for number, suggestion in islice(proposed, _MAX_READ // _reading_cost(examined)):
        if not suggestion.edits and not suggestion.options:
            words[number].append(suggestion.words)
        elif tried := _tried(suggestion, found.problems[number], examined, header):
            kept[number].append(tried)
    problems: list[Problem] = []
    for n, problem in enumerate(found.problems):
        advised = _advised(problem, found.faults[n], words[n], kept[n])
        offered = [before.suggestions[0] for before in problems if before.suggestions]
        is_same = any(suggestion in offered for suggestion in advised.suggestions[:1])
        problems.append(replace(problem, help=(SAME_CAUSE,)) if is_same else advised)
    working = sorted(_working(examined, header), key=lambda it: (len(it[1].left), it[0].cost))
    is_mended = any(not tried.left for tried in kept[0]) and _is_sure(found.faults[0])
    if not working or (is_mended and working[0][0].cost > _BEYOND_DOUBT):
        return SpecError(problems, more=found.more)
    left = _seen(working[0][1].left)  # the slip explains what its repair mends
    others = [problem for problem in problems if _seen([problem]) <= left]
    return SpecError([_slip(working, examined), *others], more=found.more)


def _reading_cost(examined: Examination) -> int:
    """Return about how long it takes to read a spec, in thirds of a microsecond."""
    text, faults = examined.source.text.text, len(examined.found.faults) + examined.found.more
    return 1 + len(text) + 20 * sum(map(text.count, ",:\n")) + 60 * faults


def _is_sure(fault: Fault) -> bool:
    """Whether a change of a fault's own is likelier than a slip that would explain it, too.

    A seed makes any network run, and no name has signs of YAML in it.
    """
    return fault.kind != "no seed" and not re.search(r"[\[\]{},:;=]", fault.typed)


def _advised(problem: Problem, fault: Fault, words: list[str], kept: list[_Tried]) -> Problem:
    """Return a problem with the changes that mend it: if some leave the spec whole, only those."""
    best = [tried for tried in kept if not tried.left] or kept
    suggestions = tuple(tried.suggestion for tried in best)
    said = {suggestion.words for suggestion in suggestions}
    is_said = kept and (fault.choices or problem.code in _SELF_EXPLAINING)
    advice = () if is_said else tuple(text for text in problem.help if text not in said)
    return replace(problem, help=(*words, *advice), suggestions=suggestions)


# ------------------------------------------------------------------------------ what a change does


class _Tried(NamedTuple):
    """A change that mends its problem."""

    suggestion: Suggestion
    spec: NetworkSpec | None  # that it makes, if nothing but misfits is wrong with it
    left: tuple[Problem, ...]  # what is still wrong


def _tried(
    suggestion: Suggestion,
    problem: Problem | None,
    examined: Examination,
    header: WeightsHeader | None,
) -> _Tried | None:
    """Return a change that makes its problem go away, and brings none where it changes something.

    A misspelt key hides what is wrong below it: that may come to light.  problem: None for any,
    of which some must go and none come.
    """
    text, overrides = examined.source.text, examined.overrides
    if suggestion.options:
        overrides = replace(overrides, seed=int(suggestion.options[1]))
    content = edited(text.text, suggestion.edits).encode()
    reading = read_form(content, text.file, overrides)
    again = examine_form(reading) if header is None else examine_completed(reading, header)
    left = tuple(p for p in again.found.problems if p.message != NOT_ASKED.message)
    known = _seen(examined.found.problems)
    new = [other for other in left if not _seen([other]) <= known]
    if (new or len(left) == len(known)) if problem is None else _seen([problem]) <= _seen(left):
        return None
    changed = {edit.line for edit in suggestion.edits}
    for other in new:
        if other.code == "N100" or other.place is None or other.place.line in changed:
            return None
    return _Tried(suggestion, again.spec, left)


def _seen(problems: Iterable[Problem]) -> set[tuple[str, str]]:
    """Return what problems are known by where lines may move."""
    return {(problem.code, problem.message) for problem in problems}


# ----------------------------------------------------------------------------------- slips of YAML


def _working(
    examined: Examination, header: WeightsHeader | None
) -> Iterator[tuple[Repair, _Tried]]:
    """Yield the repairs that work, the likeliest first.

    They leave the spec whole, or they are likely and make YAML of it, or mend some problems.
    """
    text, problems = examined.source.text, examined.found.problems
    problem = problems[0] if examined.source.is_unreadable else None
    likely = _BEYOND_DOUBT if problem is None else _LIKELY
    enough = math.inf
    for repair in islice(_readable(examined), _MAX_SEARCHED // _reading_cost(examined)):
        if repair.cost > enough:
            return
        tried = _tried(Suggestion(repair.words, edits=repair.edits), problem, examined, header)
        if tried and not tried.left:
            enough = min(enough, repair.cost + _MUCH_DEARER)
        if tried and (not tried.left or repair.cost <= likely):
            yield repair, tried


def _readable(examined: Examination) -> Iterator[Repair]:
    """Yield the repairs that make YAML of a text, the likeliest first, each result once."""
    text, found = examined.source.text, examined.found
    if any(problem.code == "N104" for problem in found.problems):
        return  # too much of it is no slip
    suspects = {place.line - 1 for p in found.problems if (place := p.place) and place.line}
    suspects |= {fault.stopped[0] for fault in found.faults if fault.stopped}
    reach = len(text.lines) if examined.source.is_unreadable else _REACH
    proposed = repairs(text, suspects or {0}, reach)
    seen = set[str]()
    for repair in islice(proposed, _MAX_PARSED_CHARACTERS // max(1, len(text.text))):
        content = edited(text.text, repair.edits)
        # what could not be read must not be there any more
        if content not in seen and "\ufffd" not in content and is_yaml(content):
            yield repair
        seen.add(content)


def _slip(working: Sequence[tuple[Repair, _Tried]], examined: Examination) -> Problem:
    """Return the slip of YAML that the likeliest repair speaks of, as a problem.

    Repairs nearly as likely, but with other numbers, are offered beside it.
    """
    best, tried = working[0]
    chosen: dict[str, Repair] = {}  # by the network that they make
    for other, also in working:
        if other.cost <= best.cost + _MUCH_DEARER and len(also.left) == len(tried.left):
            made = also.spec.model_dump(exclude=_NAMES) if also.spec else None
            chosen.setdefault(repr(made), other)
    is_certain = len(chosen) == 1 and examined.source.is_unreadable and best.cost < _DOUBTFUL
    suggestions = tuple(
        Suggestion(repair.words if is_certain else repair.assuming, edits=repair.edits)
        for repair in list(chosen.values())[:_MAX_REPAIRS]
    )
    line, column = best.edits[0].line, best.edits[0].column
    lines = [(problem.place and problem.place.line) or 0 for problem in examined.found.problems]
    nearest = min(range(len(lines)), key=lambda number: abs(lines[number] - line))
    problem = examined.found.problems[nearest]
    if not best.message or problem.code in _SAID_WELL:
        return replace(problem, help=problem.help[:1], suggestions=suggestions)
    place = examined.source.text.place(line - 1, column - 1)
    return Problem(problem.code, best.message, place, suggestions=suggestions)
