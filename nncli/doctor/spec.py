"""A spec that cannot be read as it stands: the proposed changes of its text, tried one by one.

First each problem's own changes; if none of them leaves the spec whole, slips of YAML near them.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

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
# How much is read for all changes together: of a long spec, fewer are tried.
_MAX_READ_CHARACTERS = 256 * 1024
# How much of that, if no change of a problem's own leaves the spec whole; how much is parsed.
_MAX_SEARCHED_CHARACTERS = 192 * 1024
_MAX_PARSED_CHARACTERS = 1024 * 1024
# How far from a problem a slip may be that still is YAML; where there is no YAML, it is anywhere.
_REACH = 2
# A repair that costs so much more than another is not what was meant.
_MUCH_DEARER = 1.25
_MAX_REPAIRS = 3
# A slip that costs no more is told even where a change of another kind works as well.
_BEYOND_DOUBT = 1.0
# A text that is no YAML may have other faults besides if a repair costs no more.
_LIKELY = 2.0
# A repair that costs more says what it assumes even if it is the only one.
_DOUBTFUL = 3.0
# Where a suggestion says all that the advice says.
_SELF_EXPLAINING = frozenset({"N106", "N109", "N110"})
# What its own message says better than that of a slip.
_SAID_WELL = frozenset({"N103", "N110"})
# What is wrong beyond YAML, or too much of it: no slip is looked for.
_NO_SLIP = frozenset({"N104"})


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
    characters = max(1, len(examined.source.text.text))
    if characters > MAX_CHARACTERS:
        return SpecError(found.problems, more=found.more)
    proposed = (
        (number, suggestion)
        for number, fault in enumerate(found.faults[:_TREATED_PROBLEMS])
        for suggestion in propose(fault, editor)
    )
    kept: dict[int, list[_Tried]] = {}
    words: dict[int, tuple[str, ...]] = {}
    for number, suggestion in islice(proposed, _MAX_READ_CHARACTERS // characters):
        if not suggestion.edits and not suggestion.options:  # it is for its words
            words[number] = (*words.get(number, ()), suggestion.words)
            continue
        tried = _tried(suggestion, found.problems[number], examined, header)
        if tried is not None:
            kept.setdefault(number, []).append(tried)
    told = [replace(p, help=words.get(n, ()) + p.help) for n, p in enumerate(found.problems)]
    advised = [_advised(problem, kept.get(n, [])) for n, problem in enumerate(told)]
    problems = [_unless_mended(problem, advised[:n]) for n, problem in enumerate(advised)]
    is_mended = any(tried.is_whole for tried in kept.get(0, ())) and _is_sure(found.faults[0])
    working = sorted(_working(examined, header), key=lambda it: (len(it[1].left), it[0].cost))
    if not working or (is_mended and working[0][0].cost > _BEYOND_DOUBT):
        return SpecError(problems, more=found.more)
    # the slip explains what its repair mends
    left = {(problem.code, problem.message) for problem in working[0][1].left}
    others = [problem for problem in problems if (problem.code, problem.message) in left]
    return SpecError([_slip(working, examined), *others], more=found.more)


def _unless_mended(problem: Problem, earlier: Sequence[Problem]) -> Problem:
    """Return a problem, and not again the change that was offered for an earlier one."""
    offered = [before.suggestions[:1] for before in earlier if before.suggestions]
    if problem.suggestions[:1] not in offered:
        return problem
    return replace(problem, help=(SAME_CAUSE,), suggestions=())


def _is_sure(fault: Fault) -> bool:
    """Whether a change of a fault's own is likelier than a slip that would explain it, too.

    A seed makes any network run, and no name has signs of YAML in it.
    """
    return fault.kind != "no seed" and not re.search(r"[\[\]{},:;=]", fault.typed)


@dataclass(frozen=True)
class _Tried:
    """A change that mends its problem, and the network that it makes; None if more is wrong."""

    suggestion: Suggestion
    spec: NetworkSpec | None
    left: tuple[Problem, ...] = ()

    @property
    def is_whole(self) -> bool:
        return self.spec is not None and not self.left


def _advised(problem: Problem, kept: Sequence[_Tried]) -> Problem:
    """Return a problem with the changes that mend it: if some leave the spec whole, only those."""
    whole = [tried for tried in kept if tried.is_whole]
    suggestions = tuple(tried.suggestion for tried in whole or kept)
    said = {suggestion.words for suggestion in suggestions}
    advice = tuple(text for text in problem.help if text not in said)
    if kept and problem.code in _SELF_EXPLAINING:
        advice = ()
    return replace(problem, help=advice, suggestions=suggestions)


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
    again = _examined_again(suggestion, examined, header)
    left = tuple(p for p in again.found.problems if p.message != NOT_ASKED.message)
    known = {(old.code, old.message) for old in examined.found.problems}
    if problem and (problem.code, problem.message) in {(p.code, p.message) for p in left}:
        return None
    new = [other for other in left if (other.code, other.message) not in known]
    if problem is None and (new or len(left) == len(known)):
        return None
    if any(other.code == "N100" for other in new):
        return None  # the text cannot be read any more
    changed = {edit.line for edit in suggestion.edits}
    if any(other.place is None or other.place.line in changed for other in new):
        return None
    return _Tried(suggestion, again.spec, left)


def _examined_again(
    suggestion: Suggestion, examined: Examination, header: WeightsHeader | None
) -> Examination:
    """Return what comes of a spec with a change."""
    text, overrides = examined.source.text, examined.overrides
    if suggestion.options:
        overrides = replace(overrides, seed=int(suggestion.options[1]))
    content = edited(text.text, suggestion.edits).encode()
    reading = read_form(content, text.file, overrides)
    return examine_form(reading) if header is None else examine_completed(reading, header)


def _slip(working: Sequence[tuple[Repair, _Tried]], examined: Examination) -> Problem:
    """Return the slip of YAML that the likeliest repair speaks of, as a problem.

    Repairs nearly as likely, but with other numbers, are offered beside it.
    """
    chosen = list(working[:1])
    best, tried = working[0]
    for other, also in working:
        is_near = other.cost <= best.cost + _MUCH_DEARER and len(also.left) == len(tried.left)
        if is_near and all(_numbers(also.spec) != _numbers(each.spec) for _, each in chosen):
            chosen.append((other, also))
    is_certain = len(chosen) == 1 and examined.source.is_unreadable and best.cost < _DOUBTFUL
    suggestions = tuple(
        Suggestion(repair.words if is_certain else repair.assuming, edits=repair.edits)
        for repair, _ in chosen[:_MAX_REPAIRS]
    )
    line, column = best.edits[0].line, best.edits[0].column
    places = [problem.place.line if problem.place else 0 for problem in examined.found.problems]
    away = [abs((place or 0) - line) for place in places]
    problem = examined.found.problems[away.index(min(away))]
    if not best.message or problem.code in _SAID_WELL:
        return replace(problem, help=problem.help[:1], suggestions=suggestions)
    place = examined.source.text.place(line - 1, column - 1)
    return Problem(problem.code, best.message, place, suggestions=suggestions)


def _working(
    examined: Examination, header: WeightsHeader | None
) -> Iterator[tuple[Repair, _Tried]]:
    """Yield the repairs that work, of those with the same text the likeliest.

    They leave the spec whole, or they are likely and make YAML of it, or mend some problems.
    """
    text, faults = examined.source.text, examined.found.faults
    problems = examined.found.problems
    if any(fault.code in _NO_SLIP for fault in faults):
        return
    suspects = {place.line - 1 for p in problems if (place := p.place) and place.line}
    suspects |= {fault.stopped[0] for fault in faults if fault.stopped}
    characters = max(1, len(text.text))
    is_yaml_already = not examined.source.is_unreadable
    proposed = repairs(text, suspects or {0}, _REACH if is_yaml_already else len(text.lines))
    likeliest: dict[str, Repair] = {}
    for repair in islice(proposed, _MAX_PARSED_CHARACTERS // characters):
        content = edited(text.text, repair.edits)
        known = likeliest.get(content)
        if "\ufffd" in content or (known is not None and known.cost <= repair.cost):
            continue  # what could not be read is still there, or the same text costs less
        if known is not None or is_yaml(content):
            likeliest[content] = repair
    candidates = sorted(likeliest.values(), key=lambda repair: repair.cost)
    enough = math.inf
    for repair in candidates[: _MAX_SEARCHED_CHARACTERS // characters]:
        if repair.cost > enough:
            return
        suggestion = Suggestion(repair.words, edits=repair.edits)
        problem = None if is_yaml_already else problems[0]
        tried = _tried(suggestion, problem, examined, header)
        is_likely = repair.cost <= (_BEYOND_DOUBT if is_yaml_already else _LIKELY)
        if tried is not None and (tried.is_whole or is_likely):
            enough = min(enough, repair.cost + _MUCH_DEARER if tried.is_whole else math.inf)
            yield repair, tried


def _numbers(spec: NetworkSpec | None) -> NetworkSpec | None:
    """Return a network without the names that decide no number."""
    if spec is None:
        return None
    layers = tuple(layer.model_copy(update={"name": ""}) for layer in spec.layers)
    return spec.model_copy(update={"name": "", "layers": layers})
