"""What may mend a fault of a spec: a few moves, each to be tried before it is told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import astuple, replace

from nncli.doctor import forms
from nncli.doctor.edits import edited
from nncli.doctor.names import renamed
from nncli.doctor.spec_edits import Proposal, SpecEditor
from nncli.doctor.values import read_otherwise
from nncli.doctor.written_lists import relisted
from nncli.problems import Edit, Suggestion
from nncli.specs.faults import Fault, Kind

_Move = Callable[[Fault, SpecEditor], Iterator[Proposal | Suggestion]]
_OF_VALUES: tuple[Kind, ...] = ("choice", "choice form", "no number", "no text")
# The moves that suit some kinds of faults, then those that any may need.
_OF_KIND: dict[Kind | None, tuple[_Move, ...]] = {
    None: (forms.alone,),
    **dict.fromkeys(_OF_VALUES, (read_otherwise, forms.alone)),
    **dict.fromkeys(("count of activations", "count of names"), (forms.of_another_length,)),
    **dict.fromkeys(("array name", "empty", "odd blank", "transposed file"), (forms.as_advised,)),
    "flat weights": (forms.as_rows,),
    **dict.fromkeys(("missing key", "other layers"), (forms.with_missing,)),
    "no seed": (forms.with_seed,),
    "unknown key": (read_otherwise, renamed, forms.alone),
}
_OF_ANY: tuple[_Move, ...] = (forms.without_needless, forms.as_layers)


def proposals(fault: Fault, editor: SpecEditor) -> Iterator[Suggestion]:
    """Yield the changes that may mend a fault, the likeliest first, each once.

    One without edits and options is for its words.
    """
    seen = set()
    for proposed in _proposed(fault, editor):
        each = proposed if isinstance(proposed, Suggestion) else _suggestion(*proposed)
        if each is None:
            continue
        is_change = each.edits or each.options
        result = (
            each.options,
            edited(editor.source.text.text, each.edits) if is_change else each.words,
        )
        if result not in seen:
            seen.add(result)
            yield each


def _suggestion(words: str, made: Edit | Iterable[Edit | None] | None) -> Suggestion | None:
    """Return a change in some places, each once; None if the text does not allow one of them."""
    edits = set((made,) if made is None or isinstance(made, Edit) else made)
    if not edits or None in edits:
        return None
    apart: list[Edit] = []
    for edit in sorted(filter(None, edits), key=astuple):
        apart.append(edit)
        if apart[1:] and (edit.line, edit.column) < (apart[-2].end_line, apart[-2].end_column):
            line, column, both = apart[-2].line, apart[-2].column, apart[-2].summary
            # two neighbours are taken away: as one
            edit = replace(edit, line=line, column=column, summary=f"{both} {edit.summary}")
            apart[-2:] = [edit]
    return Suggestion(words, edits=tuple(apart))


def _proposed(fault: Fault, editor: SpecEditor) -> Iterator[Proposal | Suggestion]:
    as_lists = relisted(editor.source)
    if fault.kind == "row length":  # one row says more than all lists together
        yield from forms.of_another_length(fault, editor)
    yield from (suggestion for suggestion, _ in as_lists)
    if any(keys.intersection(editor.source_path(fault.path)) for _, keys in as_lists):
        return  # what is no list yet says nothing else
    is_spec = isinstance(editor.source.value, dict)
    for move in (*_OF_KIND.get(fault.kind, ()), *_OF_ANY) if is_spec else ():
        yield from move(fault, editor)
