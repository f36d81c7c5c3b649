"""What may mend a fault of a spec, by its kind: each to be tried before it is told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from nncli.doctor import forms
from nncli.doctor.edits import edited
from nncli.doctor.names import named
from nncli.doctor.spec_edits import Proposal, SpecEditor
from nncli.doctor.written_lists import relisted
from nncli.problems import Edit, Suggestion
from nncli.specs.faults import Fault, Kind


def proposals(fault: Fault, editor: SpecEditor) -> Iterator[Suggestion]:
    """Yield the changes that may mend a fault, the likeliest first, each once."""
    seen = set()
    for suggestion in _suggestions(_proposals(fault, editor)):
        if not suggestion.edits and not suggestion.options:
            yield suggestion  # it is for its words
            continue
        result = suggestion.options, edited(editor.source.text.text, suggestion.edits)
        if result not in seen:
            seen.add(result)
            yield suggestion


def _suggestions(proposed: Iterable[Proposal | Suggestion]) -> Iterator[Suggestion]:
    """Yield the changes that the text allows."""
    for each in proposed:
        if isinstance(each, Suggestion):
            yield each
            continue
        words, made = each
        edits = (made,) if made is None or isinstance(made, Edit) else made
        possible = [edit for edit in edits if edit is not None]
        if possible and len(possible) == len(edits):
            in_order = sorted(possible, key=lambda edit: (edit.line, edit.column))
            yield Suggestion(words, edits=tuple(in_order))


def _proposals(fault: Fault, editor: SpecEditor) -> Iterator[Proposal | Suggestion]:
    as_lists = relisted(editor.source)
    of_its_kind = _PROPOSALS[fault.kind] if fault.kind is not None else ()
    if fault.kind == "row length":  # one row says more than all lists together
        yield from forms.as_long_a_row(fault, editor)
    yield from (suggestion for suggestion, _ in as_lists)
    if any(keys.intersection(editor.source_path(fault.path)) for _, keys in as_lists):
        return  # what is no list yet says nothing else
    for propose in (*of_its_kind, forms.by_its_place):
        yield from propose(fault, editor)


_PROPOSALS: dict[Kind, tuple[Callable[[Fault, SpecEditor], Iterator[Proposal | Suggestion]], ...]]
_PROPOSALS = {
    "activations of layers": (forms.into_layers,),
    "array name": (forms.as_advised,),
    "choice": (named, forms.alone),
    "choice form": (named, forms.alone),
    "count of activations": (forms.as_many_activations,),
    "count of names": (forms.as_many_names,),
    "count of outputs": (forms.without_outputs,),
    "empty": (forms.as_advised,),
    "flat weights": (forms.as_rows,),
    "missing key": (forms.with_missing,),
    "nested biases": (),
    "no number": (forms.as_number, forms.alone),
    "no seed": (forms.with_seed,),
    "no text": (forms.as_texts,),
    "odd blank": (forms.as_advised,),
    "other layers": (forms.as_layers,),
    "row length": (forms.as_long_a_row,),
    "transposed file": (forms.as_advised,),
    "unknown key": (named,),
}
