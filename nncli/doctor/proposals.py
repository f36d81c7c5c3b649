"""What may mend a fault of a spec: a few moves of its text, each to be tried before it is told."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import astuple, replace
from functools import lru_cache

from nncli.doctor.names import read_otherwise, renamed
from nncli.doctor.spec_edits import Proposal, SpecEditor, edited
from nncli.doctor.written_lists import joined_numbers, relisted
from nncli.meant.known_words import plain
from nncli.meant.layers import flow_text, layers_meant
from nncli.problems import Edit, Suggestion
from nncli.specs.faults import Fault, Kind, Path
from nncli.specs.model import ACTIVATIONS
from nncli.words import count_of

# Nobody has typed more weights or layers in another form.
_MAX_FLAT = 100
# What stands where there is nothing, and for the number of samples in other programs.
_NOTHING = frozenset({"", "~", "none", "null", "false", "no", "off", "-", "[]"})
_NOTHING |= {"-1", "n", "?", "batch", "batch_size", "samples"}
# Keys of the activations, one for each layer or one for all, beside the layers.
_ACTIVATIONS = frozenset({"activations", "activation", "transferfcns"})


def proposals(fault: Fault, editor: SpecEditor) -> Iterator[Suggestion]:
    """Yield what may mend a fault, the likeliest first, each once: changes, or words alone."""
    seen = set()
    for proposed in _proposed(fault, editor):
        each = proposed if isinstance(proposed, Suggestion) else suggestion_of(*proposed)
        if each is None:
            continue
        words = "" if each.edits else each.words
        result = (each.options, edited(editor.source.text.text, each.edits), words)
        if result not in seen:
            seen.add(result)
            yield each


def suggestion_of(words: str, made: Edit | Iterable[Edit | None] | None) -> Suggestion | None:
    """Return a change in some places, each once; None if the text does not allow one of them."""
    edits = set((made,) if made is None or isinstance(made, Edit) else made)
    if not edits or None in edits:
        return None
    apart: list[Edit] = []
    for edit in sorted(filter(None, edits), key=astuple):
        start = edit.line, edit.column
        if apart and start < (apart[-1].end_line, apart[-1].end_column):
            first = apart.pop()  # two neighbours are taken away: as one
            start = first.line, first.column
        apart.append(replace(edit, line=start[0], column=start[1]))
    return Suggestion(words, edits=tuple(apart))


def _proposed(fault: Fault, editor: SpecEditor) -> Iterator[Proposal | Suggestion]:
    as_lists = relisted(editor.source)
    if fault.kind == "row length":  # one row says more than all lists together
        yield from row_of_another_length(fault, editor)
    yield from (suggestion for suggestion, _ in as_lists)
    if any(keys.intersection(editor.source_path(fault.path)) for _, keys in as_lists):
        return  # what is no list yet says nothing else
    is_spec = isinstance(editor.source.value, dict)
    for move in (*_OF_KIND.get(fault.kind, ()), *_OF_ANY) if is_spec else ():
        yield from move(fault, editor)


def as_advised(fault: Fault, editor: SpecEditor) -> Iterator[Proposal]:
    """Yield the edit that does what the fault's own advice says."""
    if fault.kind == "odd blank":
        made = editor.replace_key(fault.path, re.sub(r"\s", " ", fault.typed))
    else:  # the layout in which the matrices fit
        made = editor.write((*fault.path[:-1], "layout"), fault.choices[0])
    yield fault.help[-1], made


def alone(fault: Fault, editor: SpecEditor) -> Iterator[Proposal]:
    """Yield the only value that lists and mappings in its place hold, beside the samples."""
    where = editor.source_path(fault.path)
    # a weight or bias that is missing is no number of samples
    owner = where[:-1] if {"weights", "biases"}.isdisjoint(where[:-1]) else ()
    for outer in filter(None, (where, owner)):
        inner, words = outer, "write it without what is around it"
        while len(said := _said(editor, inner)) == 1:
            inner = (*inner, said[0])
            yield words, editor.replace(outer, editor.in_brackets(inner))


def _said(editor: SpecEditor, path: Path) -> list[str | int]:
    """Return the steps to what a list or a mapping holds, beside the samples."""
    held = editor.value_at(path)
    held = dict(enumerate(held)) if isinstance(held, list) else held
    steps = held if isinstance(held, dict) else ()
    return [step for step in steps if _typed(editor, (*path, step)) not in _NOTHING]


def _typed(editor: SpecEditor, path: Path) -> str:
    return editor.typed(path).strip("\"'").casefold()


def in_quotes(fault: Fault, editor: SpecEditor) -> Iterator[Proposal]:
    """Yield a number in the place of a text in quotes, with all those in the same list."""
    where = editor.source_path(fault.path)
    held, words, paths = editor.value_at(where[:-1]), fault.help[0], [where]
    if isinstance(held, list):
        words, beside = "write them in quotes", enumerate(held)
        paths = [(*where[:-1], n) for n, item in beside if not isinstance(item, str)]
    yield words, [editor.replace(path, f'"{editor.typed(path)}"') for path in paths]


def without_needless(fault: Fault, editor: SpecEditor) -> Iterator[Proposal]:
    """Yield the spec without what says nothing, or what something else says."""
    where, sizes = editor.source_path(fault.path), ("layer_sizes",)
    if where[:1] in (sizes, ("activations",)) and _typed(editor, (*sizes, 0)) in _NOTHING:
        yield "leave it out: the samples are no size of the network", editor.splice(sizes, 0, 1, ())
    is_biases = where[-1:] == ("biases",) and editor.source.holds(where)
    if is_biases and _typed(editor, where) in _NOTHING:
        yield "leave the key out: it says nothing", editor.remove_key(where)
    said = re.fullmatch(r"\W*(?:\w+: *)?(\d+)\W*", editor.typed(("outputs",)))  # {size: 2}
    if said and said[1] == _typed(editor, ("layers", editor.layers() - 1, "neurons")):
        yield "remove it: the last layer says how many there are", editor.remove_key(("outputs",))


def row_of_another_length(fault: Fault, editor: SpecEditor) -> Iterator[Proposal]:
    """Yield a row of weights with as many numbers as are wanted."""
    wanted = int(fault.choices[0])
    surplus = len(editor.items(fault.path)) - wanted
    yield from joined_numbers(editor, fault.path, surplus)
    if surplus == 1:
        yield "take one away, the last if it is the wrong one", editor.resize(fault.path, wanted)


def other_count_of_activations(fault: Fault, editor: SpecEditor) -> Iterator[Proposal]:
    """Yield one activation for each layer, or the inputs in front of the layers' sizes."""
    path, items, wanted = fault.path, editor.items(fault.path), int(fault.choices[0])
    first = items[0].strip("\"'") if items else ""
    missing, inputs = wanted - len(items), editor.features
    if missing == -1 and inputs and inputs != editor.value_at(("inputs", "size")):
        words = f"write the {count_of(inputs, 'input')} in front of the layers' sizes"
        yield words, editor.splice(("layer_sizes",), 0, 0, [str(inputs)])
    if missing == -1 and (first == "linear" or (first not in ACTIVATIONS and "{" not in first)):
        words = "leave the first one out, if it is of the inputs: they have none"
        yield words, editor.splice(path, 0, 1, ())
    if missing < 0:
        yield f"keep the first {wanted}, if the rest is too much", editor.resize(path, wanted)
    if missing == 1:
        words = "let the last layer be linear, if it was left out"
        yield words, editor.resize(path, wanted, ["linear"])
    if missing > 0 and len(set(items)) == 1:
        yield "write one for every layer, if they are all the same", editor.replace(path, items[0])


def other_count_of_names(fault: Fault, editor: SpecEditor) -> Iterator[Proposal | Suggestion]:
    """Yield fewer names, or the size of inputs or outputs that goes with the names."""
    path, wanted, names = fault.path, int(fault.choices[0]), len(editor.items(fault.path))
    if names > wanted:
        yield f"keep the first {wanted}, if the rest is too much", editor.resize(path, wanted)
    part, last = str(path[0])[:-1], ("layers", editor.layers() - 1, "neurons")
    size = ("inputs", "size") if part == "input" else last
    words = f"let there be {count_of(names, part)}, if the names are right"
    yield words, editor.replace(size, str(names))
    if names < wanted:
        yield Suggestion(f"name {wanted}, if the size is right")


def as_rows(fault: Fault, editor: SpecEditor) -> Iterator[Proposal]:
    """Yield the ways to write a flat list as a matrix: in rows of each possible length."""
    written, path = editor.items(fault.path), fault.path
    for width in range(1, len(written) + 1) if len(written) <= _MAX_FLAT else ():
        if len(written) % width == 0:
            rows = [f"[{', '.join(written[n : n + width])}]" for n in range(0, len(written), width)]
            words = f"write it in {count_of(len(rows), 'row')} of {width}, if it is row by row"
            yield words, editor.replace(path, f"[{', '.join(rows)}]")


def with_seed(fault: Fault, editor: SpecEditor) -> Iterator[Proposal | Suggestion]:
    """Yield a seed, and what it assumes where other weights are given: that some are drawn."""
    value, number = editor.source.value, int(fault.path[1]) + 1
    layers, assumed = value.get("layers", ()), ""
    if "weights_file" in value or any(isinstance(e, dict) and "weights" in e for e in layers):
        assumed = f", if layer {number} is to draw its weights"
        if number == 1:
            without = editor.splice(("layers",), 0, 1, ())
            yield "leave layer 1 out, if it stands for the inputs", without
    yield f"write a seed into the spec{assumed}", editor.write(("seed",), "0")
    yield Suggestion(f"choose one for this run{assumed}", options=("--seed", "0"))


def with_missing(fault: Fault, editor: SpecEditor) -> Iterator[Proposal]:
    """Yield the sizes of layers under their own key, and the inputs that the data has."""
    value, inputs = editor.source.value, editor.features
    layers = value.get("layers")
    if isinstance(layers, list) and {int} >= set(map(type, layers)):
        words = "`layer_sizes` holds the inputs, then the neurons of each layer"
        yield words, editor.replace_key(("layers",), "layer_sizes")
    if fault.path[:1] == ("inputs",) and layers and inputs and "inputs" not in value:
        is_first = editor.value_at(("layers", 0, "neurons")) == inputs
        doubt = ", if layer 1 does not stand for them" * is_first
        words = f"the data has {count_of(inputs, 'feature column')}{doubt}"
        yield words, editor.write(("inputs",), str(inputs))


def as_layers(fault: Fault, editor: SpecEditor) -> Iterator[Proposal]:
    """Yield the layers as a list of mappings, if the fault may be about them."""
    if not fault.path[1:] or fault.path[:1] in (("layers",), ("inputs",)):
        yield from _layers_as_list(editor)


@lru_cache(maxsize=1)  # every fault of a spec asks for it
def _layers_as_list(editor: SpecEditor) -> list[Proposal]:
    """Return the layers as a list of mappings, which hold what stands beside them for each."""
    path, value, written = ("layers",), editor.source.value, editor.value_at(("layers",))
    if not isinstance(written, list | dict) or len(written) > _MAX_FLAT:
        return []
    steps = written if isinstance(written, dict) else range(len(written))
    beside = [key for key in value if plain("key", str(key)) in _ACTIVATIONS]
    read = layers_meant(written, [value[key] for key in beside])
    if not read or any(editor.source.is_merged((*path, step)) for step in steps):
        return []
    layers = [layer.keys for layer in read]
    edits = [editor.replace(path, flow_text(layers))]
    if isinstance(written, list) and len(layers) == len(written):
        changed = [n for n, layer in enumerate(layers) if layer != written[n]]
        edits = [editor.replace((*path, n), flow_text(layers[n])) for n in changed]
    if edits and read[0].inputs and "inputs" not in value:
        edits.append(editor.write(("inputs",), read[0].inputs))
    assumed = dict.fromkeys(words for layer in read for words in layer.assumed)
    words = "; ".join(("write the layers as a list, each with its keys", *assumed))
    return [(words, [*edits, *(editor.remove_key((key,)) for key in beside)])] if edits else []


_Move = Callable[[Fault, SpecEditor], Iterator[Proposal | Suggestion]]
# The moves that suit some kinds of faults, then those that any may need.
_OF_KIND: dict[Kind | None, tuple[_Move, ...]] = {
    None: (alone, with_missing),
    **dict.fromkeys(("choice", "choice form", "no number"), (read_otherwise, alone)),
    "count of activations": (other_count_of_activations,),
    "flat weights": (as_rows,),
    "count of names": (other_count_of_names,),
    **dict.fromkeys(("odd blank", "transposed file"), (as_advised,)),
    **dict.fromkeys(("missing key", "other layers"), (as_layers, with_missing)),
    "no seed": (with_seed,),
    "no text": (alone, in_quotes),
    "unknown key": (read_otherwise, renamed, alone),
}
_OF_ANY: tuple[_Move, ...] = (without_needless, as_layers)
