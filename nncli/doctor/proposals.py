"""What may mend a fault of a spec, by its kind: each to be tried before it is told."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import chain

from nncli.doctor.edits import edited
from nncli.doctor.forms import (
    alone,
    as_layers,
    as_long_a_row,
    as_many_activations,
    as_many_names,
    as_number,
    as_rows,
    as_texts,
    into_layers,
    with_missing,
    without_outputs,
)
from nncli.doctor.names import named
from nncli.doctor.spec_edits import Proposal, SpecEditor
from nncli.doctor.written_lists import relisted
from nncli.problems import Edit, Suggestion
from nncli.specs.faults import Fault, Kind


def proposals(fault: Fault, editor: SpecEditor) -> Iterator[Suggestion]:
    """Yield the changes that may mend a fault, the likeliest first, each once."""
    seen = set()
    for suggestion in _proposals(fault, editor):
        if not suggestion.edits and not suggestion.options:
            yield suggestion  # it is for its words
            continue
        result = suggestion.options, edited(editor.source.text.text, suggestion.edits)
        if result not in seen:
            seen.add(result)
            yield suggestion


def _proposals(fault: Fault, editor: SpecEditor) -> Iterator[Suggestion]:
    as_lists = list(relisted(editor.source))
    if fault.kind != "row length":  # of which one row says more than all lists together
        yield from (suggestion for suggestion, _ in as_lists)
        if any(keys.intersection(editor.source_path(fault.path)) for _, keys in as_lists):
            return  # what is no list yet says nothing else
    if fault.kind in _NAMES:
        yield from named(fault, editor)
    propose = _PROPOSALS.get(fault.kind, _as_advised) if fault.kind is not None else _as_advised
    may_be_alone = fault.path and fault.kind in (None, "no number", "choice", "choice form")
    by_its_form = alone(fault, editor) if may_be_alone else ()
    of_its_kind = propose(fault, editor) if fault.kind not in _NAMES else ()
    for words, made in chain(of_its_kind, by_its_form):
        edits = (made,) if isinstance(made, Edit) else tuple(made or ())
        if edits and None not in edits:
            in_order = sorted(filter(None, edits), key=lambda edit: (edit.line, edit.column))
            yield Suggestion(words, edits=tuple(in_order))
    if fault.kind == "row length":
        yield from (suggestion for suggestion, _ in as_lists)
    if fault.kind == "no seed":
        yield Suggestion("choose one for this run", options=("--seed", "0"))


def _as_advised(fault: Fault, editor: SpecEditor) -> Iterator[Proposal]:
    """Yield the edit that does what the fault's own advice says."""
    yield fault.help[-1], _value_edit(fault, editor)


def _value_edit(fault: Fault, editor: SpecEditor) -> Edit | None:
    match fault.kind:
        case "empty" if fault.path[-1] == "seed":
            return editor.fill(fault.path, "0")
        case "array name":
            return editor.replace(fault.path, f"{{tensor: {fault.typed}}}")
        case "odd blank":
            return editor.replace_key(fault.path, re.sub(r"\s", " ", fault.typed))
    return None


def _with_seed(_fault: Fault, editor: SpecEditor) -> Iterator[Proposal]:
    first = next(iter(editor.source.value))
    yield "write a seed into the spec", editor.insert_key((first,), "seed", "0")


def _turned(fault: Fault, editor: SpecEditor) -> Iterator[Proposal]:
    """Yield the layout in which the matrices of a weights file fit."""
    yield fault.help[0], editor.insert_key(fault.path, "layout", fault.choices[0])


# What is a wrong name: what is yielded without a change is for words.
_NAMES: frozenset[Kind] = frozenset({"choice", "choice form", "unknown key"})

_PROPOSALS: dict[Kind, Callable[[Fault, SpecEditor], Iterator[Proposal]]] = {
    "activations of layers": into_layers,
    "other layers": as_layers,
    "count of activations": as_many_activations,
    "count of names": as_many_names,
    "count of outputs": without_outputs,
    "flat weights": as_rows,
    "missing key": with_missing,
    "no number": as_number,
    "no seed": _with_seed,
    "no text": as_texts,
    "row length": as_long_a_row,
    "transposed file": _turned,
}
