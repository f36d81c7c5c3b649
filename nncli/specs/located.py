"""The last step with a spec's faults: echoes are dropped, the others get their places."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nncli.problems import Problem
from nncli.specs.faults import MAX_PROBLEMS, Fault, Path
from nncli.specs.keys import may_hold
from nncli.specs.origins import source_path
from nncli.specs.wording import describe, number_help
from nncli.specs.yaml_source import YamlSource


@dataclass(frozen=True)
class Located:
    """What is told of a spec's faults, in the order of the file."""

    faults: tuple[Fault, ...] = ()
    problems: tuple[Problem, ...] = ()  # the same, worded and placed
    more: int = 0  # how many are not told


def located(faults: Sequence[Fault], source: YamlSource) -> Located:
    """Drop what follows only from another fault, and place the rest."""
    covered = {path for fault in faults for path in fault.covers}
    known: set[Path] = set()
    seen: set[tuple[Path, str]] = set()
    told: dict[tuple[int, int, str], Fault] = {}
    more = 0
    for fault in faults:
        where = source_path(source.value, fault.path)
        is_enough = len(told) >= MAX_PROBLEMS
        if fault.path or fault.at is None:
            about = fault.absent[0] if fault.absent else fault.path
            is_known = about in known or (bool(fault.absent) and about in covered)
            known.add(about)
            if is_known or _is_echo(fault, where, source, exact=not is_enough):
                continue
        # what one place would say twice with the same code is told once
        if (fault.at or where, fault.code) in seen:
            continue
        seen.add((fault.at or where, fault.code))
        if is_enough or not fault.message:
            more += 1
        else:
            at = fault.at or source.position(where, of_key=fault.of_key)
            told.setdefault((*at, fault.code), fault)
    in_order = [told[key] for key in sorted(told)]
    problems = tuple(_problem(fault, source) for fault in in_order)
    return Located(tuple(in_order), problems, more)


def _is_echo(fault: Fault, where: Path, source: YamlSource, *, exact: bool) -> bool:
    if source.is_refused(where):
        return True
    for path in fault.absent:
        is_own = path == fault.path  # and not what a whole network lacks
        if is_own and source.holds_key_like(where[:-1], f"{path[-1]}:"):
            return True  # a key such as `neurons:3`, which is told of
        if may_hold(source, path, among_empty=not is_own, exact=exact):
            return True
    return False


def _problem(fault: Fault, source: YamlSource) -> Problem:
    where = source_path(source.value, fault.path)
    at = fault.at or source.position(where, of_key=fault.of_key)
    message, hints = fault.message, fault.help
    if fault.names_found:
        message += f", got {describe(source, where)}"
    if fault.kind == "no number":
        hints = number_help(source.written(where)) or hints
    return Problem(fault.code, message, source.text.place(*at), hints)
