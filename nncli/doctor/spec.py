"""A spec that cannot be read as it stands: the proposed changes of its text, tried one by one.

First each problem's own changes; if none of them leaves the spec whole, slips of YAML near them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
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

_TREATED_PROBLEMS, _MAX_REPAIRS = 10, 3
# What is read again with the problems' own changes, then with slips, as `cost` counts it; and how
# many characters are parsed for these.
_MAX_READ, _MAX_SEARCHED, _MAX_PARSED_CHARACTERS = 1_500_000, 1_000_000, 1024 * 1024
# How far from a problem a slip may be that still is YAML; where there is no YAML, it is anywhere.
_REACH = 2
# A repair that costs so much more than another is not what was meant.
_MUCH_DEARER = 1.25
# A slip that costs no more is told even where a change of another kind works as well; in a text
# that is no YAML, even if there are other faults; and what costs more says what it assumes.
_BEYOND_DOUBT, _LIKELY, _DOUBTFUL, _ANY = 1.0, 2.0, 3.0, 100.0
# Where the message says more than a slip's.
_SAID_WELL = frozenset({"N103", "N110"})
# The names in a network, which decide no number.
_NAMES: dict[str, Any] = {"name": True, "layers": {"__all__": {"name"}}}


def treat_spec(
    examined: Examination, header: WeightsHeader | None = None, features: int | None = None
) -> SpecError:
    """Return what a spec is refused for, with the changes that were seen to mend it.

    header: of the weights file that the spec names, if it has been read; features: how many the
    data has, if that is known.
    """
    found, editor = examined.found, SpecEditor(examined.source, features)
    if len(examined.source.text.text) > MAX_CHARACTERS:
        return SpecError(found.problems, more=found.more)
    patient = _Patient(examined, header)
    proposed = (
        (number, suggestion)
        for number, fault in enumerate(found.faults[:_TREATED_PROBLEMS])
        for suggestion in proposals(fault, editor)
    )
    words = defaultdict[int, list[str]](list)
    kept = defaultdict[int, list[_Tried]](list)
    for number, suggestion in islice(proposed, _MAX_READ // patient.cost):
        if not suggestion.edits and not suggestion.options:
            words[number].append(suggestion.words)
        elif tried := patient.tried(suggestion, found.problems[number]):
            kept[number].append(tried)
    problems, offered = list[Problem](), list[tuple[Suggestion, ...]]()
    for n, problem in enumerate(found.problems):
        advised = _advised(problem, found.faults[n], words[n], kept[n])
        first = advised.suggestions[:1]
        is_same = first in offered and first != ()
        problems.append(replace(problem, help=(SAME_CAUSE,)) if is_same else advised)
        offered.append(first)
    is_mended = any(not tried.left for tried in kept[0])
    if working := sorted(patient.slips(is_mended), key=lambda e: (len(e[1].left), e[0].cost)):
        left = _seen(working[0][1].left)  # the slip explains what its repair mends
        others = [problem for problem in problems if _seen([problem]) <= left]
        problems = [_slip(working, examined), *others]
    return SpecError(problems, more=found.more)


def _advised(problem: Problem, fault: Fault, words: list[str], kept: list[_Tried]) -> Problem:
    """Return a problem with the changes that mend it: if some leave the spec whole, only those."""
    best = [tried for tried in kept if not tried.left] or kept
    made = [tried.spec for tried in best]  # of two ways to write the same, the likelier
    best = [t for n, t in enumerate(best) if t.spec is None or t.spec not in made[:n]]
    suggestions = tuple(tried.suggestion for tried in best)
    advice = () if best and (fault.choices or not best[0].left) else problem.help
    return replace(problem, help=(*words, *advice), suggestions=suggestions)


class _Tried(NamedTuple):
    """A change that mends its problem."""

    suggestion: Suggestion
    spec: NetworkSpec | None  # that it makes, if nothing but misfits is wrong with it
    left: tuple[Problem, ...]  # what is still wrong


@dataclass(frozen=True)
class _Patient:
    """A spec of which changes are tried.  header: of its weights file, if it has been read."""

    examined: Examination
    header: WeightsHeader | None

    @property
    def cost(self) -> int:
        """About how long it takes to read the spec, in thirds of a microsecond."""
        found, text = self.examined.found, self.examined.source.text.text
        marks = sum(map(text.count, ",:\n"))
        return 1 + len(text) + 20 * marks + 60 * (len(found.faults) + found.more)

    def tried(self, suggestion: Suggestion, problem: Problem | None) -> _Tried | None:
        """Return a change that makes its problem go away, and brings none where it is made.

        A misspelt key hides what is wrong below it: that may come to light.  problem: None for
        any, of which some must go and none come.
        """
        text, overrides = self.examined.source.text, self.examined.overrides
        if suggestion.options:
            overrides = replace(overrides, seed=int(suggestion.options[1]))
        content = edited(text.text, suggestion.edits).encode()
        form, header = read_form(content, text.file, overrides), self.header
        again = examine_form(form) if header is None else examine_completed(form, header)
        left = tuple(p for p in again.found.problems if p.message != NOT_ASKED.message)
        known = _seen(self.examined.found.problems)
        new = [other for other in left if not _seen([other]) <= known]
        if problem is None:
            is_mended = not new and len(left) < len(known)
        else:
            changed = {None, *(edit.line for edit in suggestion.edits)}
            # a value that fits no other may well stand behind a misspelt key
            bad = [p for p in new if problem.code != "N101" or not p.code.startswith("N2")]
            is_bad = any(p.code == "N100" or (p.place and p.place.line) in changed for p in bad)
            is_mended = not is_bad and not _seen([problem]) <= _seen(left)
        return _Tried(suggestion, again.spec, left) if is_mended else None

    def slips(self, is_mended: bool) -> Iterator[tuple[Repair, _Tried]]:
        """Yield the slips of YAML whose repairs work, about the likeliest first.

        They leave the spec whole, or they are likely and make YAML of it, or mend some problems.
        is_mended: whether another change leaves the spec whole.
        """
        source, problems = self.examined.source, self.examined.found.problems
        problem, likely = (problems[0], _LIKELY) if source.is_unreadable else (None, _BEYOND_DOUBT)
        enough, is_whole = _ANY, False
        if is_mended:  # what leaves something is no better
            enough, likely = _BEYOND_DOUBT, -1.0
        for repair in islice(self._repairs(), _MAX_SEARCHED // self.cost):
            if repair.cost > enough:
                return
            tried = self.tried(Suggestion(repair.words, edits=repair.edits), problem)
            if tried and not tried.left and not is_whole:
                enough, is_whole = repair.cost + _MUCH_DEARER, True
            if tried and (not tried.left or repair.cost <= likely):
                yield repair, tried

    def _repairs(self) -> Iterator[Repair]:
        """Yield the repairs that make YAML of the text, each result once."""
        text, found = self.examined.source.text, self.examined.found
        if any(problem.code == "N104" for problem in found.problems):
            return  # too much of it is no slip
        suspects = {place.line - 1 for p in found.problems if (place := p.place) and place.line}
        suspects |= {fault.stopped[0] for fault in found.faults if fault.stopped}
        reach = len(text.lines) if self.examined.source.is_unreadable else _REACH
        seen = {text.text}
        proposed = repairs(text, suspects or {0}, reach)
        for repair in islice(proposed, _MAX_PARSED_CHARACTERS // max(1, len(text.text))):
            content = edited(text.text, repair.edits)
            # what could not be read must not be there any more
            if content not in seen and "\ufffd" not in content and is_yaml(content):
                yield repair
            seen.add(content)


def _seen(problems: Iterable[Problem]) -> set[tuple[str, str]]:
    """Return what problems are known by where lines may move."""
    return {(problem.code, problem.message) for problem in problems}


def _slip(working: list[tuple[Repair, _Tried]], examined: Examination) -> Problem:
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
    problems, left = examined.found.problems, _seen(tried.left)
    mended = next((problem for problem in problems if not _seen([problem]) <= left), problems[0])
    if not best.message or mended.code in _SAID_WELL:
        return replace(mended, help=mended.help[:1], suggestions=suggestions)
    place = examined.source.text.place(best.edits[0].line - 1, best.edits[0].column - 1)
    return Problem(mended.code, best.message, place, suggestions=suggestions)
