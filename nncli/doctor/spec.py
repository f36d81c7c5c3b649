"""A spec that cannot be read as it stands: the proposed changes of its text, tried one by one.

First each problem's own changes; if none of them leaves the spec whole, slips of YAML near them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain, islice
from typing import Any, NamedTuple

from nncli.doctor.layers import by_hand, layer_changes, sized
from nncli.doctor.proposals import proposals, suggestion_of
from nncli.doctor.spec_edits import SpecEditor, edited
from nncli.doctor.written_lists import MAX_CHARACTERS
from nncli.doctor.yaml_repair import Repair, repairs
from nncli.errors import SpecError
from nncli.formats.config import examine_completed
from nncli.problems import Edit, Problem, Suggestion
from nncli.specs.faults import Fault
from nncli.specs.model import NetworkSpec
from nncli.specs.reader import NOT_ASKED, Examination, SpecReading, examine_form, read_form
from nncli.specs.stored import WeightsHeader
from nncli.specs.yaml_source import is_yaml
from nncli.words import count_of

SAME_CAUSE = "the first change above mends this, too"
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
_NOTHING_WORKS = "no change that was tried makes the network fit: of sizes, layouts, biases"
# What a problem is known by where lines move, and where sizes change.
_Key = tuple[str, str | int]


def treat_spec(
    examined: Examination, header: WeightsHeader | None = None, features: int | None = None
) -> SpecError:
    """Return what a spec is refused for, with the changes that were seen to mend it.

    header: of the weights file that the spec names, if it has been read; features: how many the
    data has, if that is known.
    """
    found, spec, text = examined.found, examined.spec, examined.source.text.text
    if spec is None and (len(text) > MAX_CHARACTERS or "N104" in {p.code for p in found.problems}):
        return SpecError(found.problems, more=found.more)
    width = features if spec else None  # how many a spec takes shows when it can be read
    patient = _Patient(examined, header, width, _wrong(examined, width))
    problems, is_mended = _one_by_one(patient, SpecEditor(examined.source, features))
    slips = patient.slips(is_mended) if spec is None else ()
    if working := sorted(slips, key=lambda e: (len(e[1].left), e[0].cost)):
        left = working[0][1].left  # the slip explains what its repair mends
        pairs = zip(map(_key, found.faults, found.problems), problems, strict=True)
        problems = [_slip(working, patient), *(problem for key, problem in pairs if key in left)]
    return SpecError(problems, more=found.more)


def _one_by_one(patient: _Patient, editor: SpecEditor) -> tuple[list[Problem], bool]:
    """Return the problems with what mends them, and whether a change for the first mends all."""
    found, spec, known = patient.examined.found, patient.examined.spec, patient.known
    problems, gone, is_mended = list[Problem](), set[_Key](), False
    tries = max(not found.more, _MAX_READ // patient.cost)
    for number, (fault, problem) in enumerate(zip(found.faults, found.problems, strict=True)):
        key = _key(fault, problem)
        if key in gone:
            problems.append(replace(problem, help=(SAME_CAUSE,)))
            continue
        moves = layer_changes(fault, editor, spec) if spec else proposals(fault, editor)
        words, kept = list[str](), list[_Tried]()
        for suggestion in chain(by_hand(fault, spec), moves if tries > 0 else ()):
            tries -= bool(suggestion.edits or suggestion.options)
            if not suggestion.edits and not suggestion.options:
                words.append(suggestion.words)
            elif tried := patient.tried(suggestion, key):
                kept.append(tried)
            if tries <= 0:
                break
        best = [tried for tried in kept if not tried.left] or kept
        made = [tried.spec for tried in best]  # of two ways to write the same, the likelier
        best = [t for n, t in enumerate(best) if t.spec is None or t.spec not in made[:n]]
        told = tuple(tried.suggestion for tried in best)
        advice = () if best and (fault.choices or not best[0].left) else problem.help
        if spec:
            words = [f"or {each}" if best else each for each in words]
            advice = () if best or words else (_NOTHING_WORKS,)
        problems.append(replace(problem, help=(*words, *advice), suggestions=told))
        if best:
            gone |= known.keys() - best[0].left.keys()
            is_mended |= number == 0 and not best[0].left
        if best and spec:  # the first changes of layers go together
            edits = (*patient.made, *told[0].edits)
            patient, spec = replace(patient, known=best[0].left, made=edits), best[0].spec
    return problems, is_mended


def changes_of_inputs(reading: SpecReading, features: int) -> tuple[Suggestion, ...]:
    """Return the changes after which the network takes that many inputs, and all layers fit.

    The likelier first: of `layer_sizes`, the inputs may have been left out.
    """
    if (examined := reading.examined) is None:  # there is no text to change
        return ()
    editor = SpecEditor(examined.source)
    patient = _Patient(examined, reading.header, features, _wrong(examined, features))
    own = suggestion_of(*sized({0: features}, editor, reading.spec))
    tried = patient.tried(own) if own and patient.cost <= 100_000 else None  # asked often
    if own is None or tried is None or tried.left:
        return ()
    words = f"write the {count_of(features, 'input')} in front, if these are the layers alone"
    front = suggestion_of(words, editor.splice(("layer_sizes",), 0, 0, [str(features)]))
    if front is None or patient.tried(front) is None:
        return (own,)
    own = replace(own, words=f"{own.words}, if the first size is theirs")
    # sizes that are nearly equal are a slip of the one number
    return (own, front) if abs(reading.spec.inputs.size - features) == 1 else (front, own)


class _Tried(NamedTuple):
    """A change that mends its problem."""

    suggestion: Suggestion
    spec: NetworkSpec | None  # that it makes, if nothing but misfits is wrong with it
    left: dict[_Key, Problem]  # what is still wrong


def _key(fault: Fault, problem: Problem) -> _Key:
    return fault.code, fault.layer or problem.message


def _wrong(examined: Examination, features: int | None) -> dict[_Key, Problem]:
    """Return what is wrong with a spec, the width of the data included, if that is known."""
    found, spec = examined.found, examined.spec
    pairs = zip(found.faults, found.problems, strict=True)
    wrong = {_key(*each): each[1] for each in pairs if each[0].message != NOT_ASKED.message}
    if spec and features not in (None, spec.inputs.size):
        wrong["N407", spec.inputs.size] = Problem("N407", "")
    return wrong


@dataclass(frozen=True)
class _Patient:
    """A spec of which changes are tried."""

    examined: Examination
    header: WeightsHeader | None  # of its weights file, if it has been read
    features: int | None  # how many the data has, if that is known
    known: dict[_Key, Problem]  # what is wrong with it, once the edits below are made
    made: tuple[Edit, ...] = ()

    @property
    def cost(self) -> int:
        """About how long it takes to read the spec, in thirds of a microsecond."""
        text, faults = self.examined.source.text.text, len(self.known) + self.examined.found.more
        return 1 + len(text) + 20 * sum(map(text.count, ",:\n")) + 60 * faults

    def tried(self, suggestion: Suggestion, key: _Key | None = None) -> _Tried | None:
        """Return a change that makes its problem go away, and brings none where it is made.

        A misspelt key hides what is wrong below it: that may come to light.  key: of the problem;
        None for any, of which some must go and none come.
        """
        text, overrides = self.examined.source.text, self.examined.overrides
        if suggestion.options:
            overrides = replace(overrides, seed=int(suggestion.options[1]))
        content = edited(text.text, (*self.made, *suggestion.edits)).encode()
        form, header = read_form(content, text.file, overrides), self.header
        again = examine_form(form) if header is None else examine_completed(form, header)
        left = _wrong(again, self.features)
        new = [left[key] for key in left.keys() - self.known.keys()]
        if key is None:
            is_mended = not new and len(left) < len(self.known)
        elif isinstance(key[1], int):  # of layers, and all of them, if several places change
            is_mended = key not in left and not new
            is_mended &= len(suggestion.edits) == 1 or {code for code, _ in left} <= {"N407"}
        else:
            changed = {None, *(edit.line for edit in suggestion.edits)}
            # a value that fits no other may well stand behind a misspelt key
            bad = [p for p in new if key[0] != "N101" or not p.code.startswith("N2")]
            is_bad = any(p.code == "N100" or (p.place and p.place.line) in changed for p in bad)
            is_mended = key not in left and not is_bad
        return _Tried(suggestion, again.spec, left) if is_mended else None

    def slips(self, is_mended: bool) -> Iterator[tuple[Repair, _Tried]]:
        """Yield the slips of YAML whose repairs work, about the likeliest first.

        They leave the spec whole, or they are likely and make YAML of it, or mend some problems.
        is_mended: whether another change leaves the spec whole.
        """
        key, likely = None, _BEYOND_DOUBT
        if self.examined.source.is_unreadable:
            key, likely = next(iter(self.known)), _LIKELY
        enough, is_whole = _ANY, False
        if is_mended:  # what leaves something is no better
            enough, likely = _BEYOND_DOUBT, -1.0
        for repair in islice(self._repairs(), _MAX_SEARCHED // self.cost):
            if repair.cost > enough:
                return
            tried = self.tried(Suggestion(repair.words, edits=repair.edits), key)
            if tried and not tried.left and not is_whole:
                enough, is_whole = repair.cost + _MUCH_DEARER, True
            if tried and (not tried.left or repair.cost <= likely):
                yield repair, tried

    def _repairs(self) -> Iterator[Repair]:
        """Yield the repairs that make YAML of the text, each result once."""
        text, found = self.examined.source.text, self.examined.found
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


def _slip(working: list[tuple[Repair, _Tried]], patient: _Patient) -> Problem:
    """Return the slip of YAML that the likeliest repair speaks of, as a problem.

    Repairs nearly as likely, but with other numbers, are offered beside it.
    """
    (best, tried), examined = working[0], patient.examined
    chosen: dict[str, Repair] = {}  # by the network that they make
    for other, also in working:
        if other.cost <= best.cost + _MUCH_DEARER and len(also.left) == len(tried.left):
            made = also.spec.model_dump(exclude=_NAMES) if also.spec else None
            chosen.setdefault(repr(made), other)
    is_certain = len(chosen) == 1 and examined.source.is_unreadable and best.cost < _DOUBTFUL
    suggestions = tuple(
        Suggestion(repair.words if is_certain else repair.assuming, edits=repair.edits)
        for repair in list(chosen.values())[:3]  # of more, nobody reads which is meant
    )
    known = patient.known.items()
    mended = next((p for key, p in known if key not in tried.left), examined.found.problems[0])
    if not best.message or mended.code in _SAID_WELL:
        return replace(mended, help=mended.help[:1], suggestions=suggestions)
    place = examined.source.text.place(best.edits[0].line - 1, best.edits[0].column - 1)
    return Problem(mended.code, best.message, place, suggestions=suggestions)
