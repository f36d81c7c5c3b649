"""What may mend a fault of a spec: a few moves of its text, each to be tried before it is told."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import astuple, replace
from functools import lru_cache
from typing import Any

from nncli.doctor.edits import edited
from nncli.doctor.names import read_otherwise, renamed
from nncli.doctor.spec_edits import Proposal, SpecEditor
from nncli.doctor.written_lists import joined_numbers, relisted
from nncli.meant.known_words import plain
from nncli.meant.layers import Layer, flow_text, layers_meant
from nncli.problems import Edit, Suggestion
from nncli.specs.faults import Fault, Kind, Path
from nncli.specs.keys import keys_at
from nncli.specs.model import ACTIVATIONS
from nncli.specs.origins import value_at
from nncli.specs.yaml_source import YamlSource
from nncli.words import count_of

# Nobody has typed more weights or layers in another form than they have.
_MAX_FLAT = 100
# What stands where there is nothing, and for the number of samples in other programs.
_NOTHING = ("", "~", "none", "null", "false", "no", "off", "-", "[]")
_SAMPLES = frozenset({*_NOTHING, "-1", "n", "?", "batch", "batch_size", "samples"})
# Keys of the activations, one for each layer or one for all, beside the layers.
_ACTIVATIONS = frozenset({"activations", "activation", "transferfcns"})


def proposals(fault: Fault, editor: SpecEditor) -> Iterator[Suggestion]:
    """Yield the changes that may mend a fault, the likeliest first, each once.

    One without edits and options is for its words.
    """
    seen = set()
    for proposed in _proposed(fault, editor):
        each = proposed if isinstance(proposed, Suggestion) else _suggestion(*proposed)
        if each is None:
            continue
        words = "" if each.edits else each.words
        result = (each.options, edited(editor.source.text.text, each.edits), words)
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
        if apart and (edit.line, edit.column) < (apart[-1].end_line, apart[-1].end_column):
            first = apart.pop()  # two neighbours are taken away: as one
            both = f"{first.summary} {edit.summary}"
            apart.append(replace(edit, line=first.line, column=first.column, summary=both))
        else:
            apart.append(edit)
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


# ----------------------------------------------------------------------------------- moves


def as_advised(fault: Fault, editor: SpecEditor) -> Iterator[Proposal]:
    """Yield the edit that does what the fault's own advice says."""
    if fault.kind == "odd blank":
        made = editor.replace_key(fault.path, re.sub(r"\s", " ", fault.typed))
    else:  # the layout in which the matrices fit
        made = editor.insert_key(fault.path, "layout", fault.choices[0])
    yield fault.help[-1], made


def alone(fault: Fault, editor: SpecEditor) -> Iterator[Proposal]:
    """Yield the only value that lists and mappings in its place hold, beside the samples."""
    where = editor.source_path(fault.path)
    # a weight or bias that is missing is no number of samples
    owner = where[:-1] if {"weights", "biases"}.isdisjoint(where[:-1]) else ()
    for outer in filter(None, (where, owner)):
        inner = _innermost(editor, outer)
        held = editor.value_at(outer)
        if inner == outer and isinstance(held, dict) and len(held) == 1:
            inner = (*outer, *held)  # {values: [1, 2]}
        is_place = outer != () and (outer == where or isinstance(outer[-1], str))
        if inner != outer and is_place and _typed(editor, inner) not in _NOTHING:
            around = "brackets" if isinstance(held, list) else "what is around it"
            yield f"write it without {around}", editor.replace(outer, editor.in_brackets(inner))


def _innermost(editor: SpecEditor, outer: Path) -> Path:
    """Return where the only value stands that lists and mappings hold; *outer* if there is none."""
    inner, held = outer, editor.value_at(outer)
    while isinstance(held, list | dict):
        steps = list(held) if isinstance(held, dict) else range(len(held))
        said = [step for step in steps if _typed(editor, (*inner, step)) not in _SAMPLES]
        if len(said) != 1:
            return outer
        inner, held = (*inner, said[0]), value_at(held, (said[0],))
    return inner


def _typed(editor: SpecEditor, path: Path) -> str:
    return editor.typed(path).strip("\"'").casefold()


def without_needless(fault: Fault, editor: SpecEditor) -> Iterator[Proposal]:
    """Yield the spec without what says nothing, or what something else says."""
    where = editor.source_path(fault.path)
    first, last = ("layer_sizes", 0), ("layers", editor.layers() - 1, "neurons")
    if where[:1] in (first[:1], ("activations",)) and editor.source.items(first[:1]):
        words = "leave it out: the samples are no size of the network"
        is_of_samples = _typed(editor, first) in _SAMPLES
        yield words, editor.splice(first[:1], 0, 1, ()) if is_of_samples else None
    is_biases = where[-1:] == ("biases",)  # what else is empty may have been forgotten
    is_key = editor.source.key_span(where) is not None and "activation" not in str(where[-1])
    if is_key and (is_biases or fault.kind != "empty") and _typed(editor, where) in _NOTHING:
        yield "leave the key out: it says nothing", editor.remove_key(where)
    if where[:1] == ("outputs",):
        is_said = _typed(editor, _innermost(editor, where[:1])) == _typed(editor, last)
        words = "remove it: the last layer says how many there are"
        yield words, editor.remove_key(where[:1]) if is_said else None


def row_of_another_length(fault: Fault, editor: SpecEditor) -> Iterator[Proposal]:
    """Yield a row of weights with as many numbers as are wanted."""
    wanted = int(fault.choices[0])
    surplus = len(editor.items(fault.path)) - wanted
    yield from joined_numbers(editor, fault.path, surplus)
    if surplus == 1:
        words = "take one away, the last if it is the wrong one"
        yield words, editor.resize(fault.path, wanted)


def other_count_of_activations(fault: Fault, editor: SpecEditor) -> Iterator[Proposal]:
    """Yield one activation for each layer, or the inputs in front of the layers' sizes."""
    path, items, wanted = fault.path, editor.items(fault.path), int(fault.choices[0])
    if not items:
        return
    first, missing, inputs = items[0].strip("\"'"), wanted - len(items), editor.features
    if missing == -1 and inputs and inputs != editor.value_at(("inputs", "size")):
        words = f"write the {count_of(inputs, 'input')} in front of the layers' sizes"
        yield words, editor.splice(("layer_sizes",), 0, 0, [str(inputs)])
    if missing == -1 and (first == "linear" or (first not in ACTIVATIONS and "{" not in first)):
        doubt = ", if it is theirs" * (first == "linear")
        words = f"leave the first one out: the inputs have none{doubt}"
        yield words, editor.splice(path, 0, 1, ())
    if missing < 0:
        yield f"keep the first {wanted}, if the rest is too much", editor.resize(path, wanted)
    elif missing == 1 or len(set(items)) == 1:
        new = [*items[:1] * (missing - 1), "linear"]
        yield "let the last layer be linear, if it was left out", editor.resize(path, wanted, new)
    if missing > 0 and len(set(items)) == 1:
        yield "write one for every layer, if they are all the same", editor.replace(path, items[0])


def other_count_of_names(fault: Fault, editor: SpecEditor) -> Iterator[Proposal]:
    """Yield as many names as there are inputs or outputs, or the size that goes with the names."""
    path, wanted, names = fault.path, int(fault.choices[0]), len(editor.items(fault.path))
    of_inputs = path[0] == "inputs"
    taker, part = ("network take", "input") if of_inputs else ("last layer have", "neuron")
    size = ("inputs", "size") if of_inputs else ("layers", editor.layers() - 1, "neurons")
    if names > wanted:
        yield f"keep the first {wanted}, if the rest is too much", editor.resize(path, wanted)
    words = f"let the {taker} {count_of(names, part)}, if the names are right"
    yield words, editor.replace(size, str(names))
    if names < wanted:
        new = [f"{str(path[0])[:-1]}_{n}" for n in range(names + 1, min(wanted, 99) + 1)]
        words = f"add {count_of(wanted - names, 'name')}, if the size is right"
        yield words, editor.resize(path, wanted, new)


def as_rows(fault: Fault, editor: SpecEditor) -> Iterator[Proposal]:
    """Yield the ways to write a flat list as a matrix: in rows of each possible length."""
    written = editor.items(fault.path)
    count = len(written)
    for width in range(1, count + 1) if count <= _MAX_FLAT and all(written) else ():
        if count % width == 0:
            rows = [f"[{', '.join(written[n : n + width])}]" for n in range(0, count, width)]
            words = f"write it in {count_of(len(rows), 'row')} of {width}"
            yield words, editor.replace(fault.path, f"[{', '.join(rows)}]")


def with_seed(fault: Fault, editor: SpecEditor) -> Iterator[Proposal | Suggestion]:
    """Yield a seed, and what it assumes where other weights are given: that some are drawn."""
    value, number = editor.source.value, int(fault.path[1]) + 1
    layers, assumed = value.get("layers", ()), ""
    if "weights_file" in value or any(isinstance(e, dict) and "weights" in e for e in layers):
        assumed = f", if layer {number} is to draw its weights"
        if number == 1:
            words = "leave layer 1 out, if it stands for the inputs"
            yield words, editor.splice(("layers",), 0, 1, ())
    words = f"write a seed into the spec{assumed}"
    yield words, editor.insert_at_top("seed", "0")
    yield Suggestion(f"choose one for this run{assumed}", options=("--seed", "0"))


def with_missing(fault: Fault, editor: SpecEditor) -> Iterator[Proposal]:
    """Yield the sizes of layers under their own key, and the inputs that the data has."""
    value = editor.source.value
    for key in value if fault.path[:1] in ((), ("inputs",), ("layers",)) else ():
        is_of_sizes = key == "layers" or key not in keys_at(())
        if is_of_sizes and isinstance(value[key], list) and {int} >= set(map(type, value[key])):
            words = "`layer_sizes` holds the inputs, then the neurons of each layer"
            yield words, editor.replace_key((key,), "layer_sizes")
    words = f"the data has {count_of(editor.features or 0, 'feature column')}"
    if fault.path[:1] == ("inputs",) and "layers" in value and editor.features:
        is_first = editor.value_at(("layers", 0, "neurons")) == editor.features
        doubt = ", if layer 1 does not stand for them" * is_first
        yield words + doubt, editor.insert_key(("layers",), "inputs", str(editor.features))


def moved(fault: Fault, editor: SpecEditor) -> Iterator[Proposal]:
    """Yield an unknown key with its value in the part of the spec to which it belongs."""
    owner = fault.path[:-1]
    if not fault.of_key or len(editor.value_at(owner)) < 2:
        return
    key, text = str(fault.path[-1]), editor.in_brackets(fault.path)
    for home in list[Path]([(), ("inputs",), ("outputs",)]):
        held = editor.value_at(home)
        if home == owner or key not in keys_at(home):
            continue
        if isinstance(held, dict):
            made = editor.insert_key((*home, next(iter(held))), key, text)
        elif held is None:
            made = editor.insert_at_top(str(home[0]), f"{{{key}: {text}}}")
        else:
            implied = "columns" if isinstance(held, list) else "size"
            both = f"{{{implied}: {editor.in_brackets(home)}, {key}: {text}}}"
            made = editor.replace(home, both)
        part = f"in the {home[0]}, if it is theirs" if home else "at the top of the spec"
        yield f"write it {part}", [made, editor.remove_key(fault.path)]


def as_layers(fault: Fault, editor: SpecEditor) -> Iterator[Proposal]:
    """Yield the layers as a list of mappings, which hold what stands beside them for each."""
    is_about = not fault.path[1:] or fault.path[:1] in (("layers",), ("inputs",))
    read = _layers_read(editor.source) if is_about and fault.kind != "odd blank" else None
    if not read:
        return
    edits, value = _edits_of_layers([layer.keys for layer in read], editor), editor.source.value
    edits += [editor.remove_key((key,)) for key in _beside(value)] if edits else []
    if edits and read[0].inputs and "inputs" not in value:
        edits.append(editor.insert_at_top("inputs", read[0].inputs))
    assumed = dict.fromkeys(words for layer in read for words in layer.assumed)
    yield "; ".join(("write the layers as a list, each with its keys", *assumed)), edits


@lru_cache(maxsize=1)  # every fault of a spec asks for it
def _layers_read(source: YamlSource) -> list[Layer] | None:
    """Return what the layers were meant to be, with the activations that stand beside them."""
    written = source.value.get("layers")
    if not isinstance(written, dict | list) or len(written) > _MAX_FLAT:
        return None
    steps = written if isinstance(written, dict) else range(len(written))
    is_shared = any(source.is_merged(("layers", step)) for step in steps)
    beside = [source.value[key] for key in _beside(source.value)]
    return None if is_shared else layers_meant(written, beside)


def _beside(value: dict[str, Any]) -> list[str]:
    return [key for key in value if plain("key", str(key)) in _ACTIVATIONS]


def _edits_of_layers(layers: list[dict[str, Any]], editor: SpecEditor) -> list[Edit | None]:
    """Return the edits of those layers that are written otherwise; of all, if they are no list."""
    path, texts, written = ("layers",), list(map(flow_text, layers)), editor.value_at(("layers",))
    if isinstance(written, list) and len(layers) == len(written):
        changed = [n for n, layer in enumerate(layers) if layer != written[n]]
        pairs = [(written[n], layers[n]) for n in changed]
        own = keys_at(("layers", 0))
        if all(
            isinstance(one, dict) and one.keys() - other.keys() for one, other in pairs
        ) and not any(
            isinstance(held, dict) and key not in own
            for one, _ in pairs
            for key, held in one.items()
        ):
            return []  # its keys are seen to by themselves
        return [editor.replace((*path, n), texts[n]) for n in changed]
    if isinstance(written, list) and layers == written[1:]:
        return [editor.splice(path, 0, 1, ())]
    return [editor.replace(path, f"[{', '.join(texts)}]")]


_Move = Callable[[Fault, SpecEditor], Iterator[Proposal | Suggestion]]
_OF_VALUES: tuple[Kind, ...] = ("choice", "choice form", "no number")
# The moves that suit some kinds of faults, then those that any may need.
_OF_KIND: dict[Kind | None, tuple[_Move, ...]] = {
    None: (alone, with_missing, moved),
    **dict.fromkeys(_OF_VALUES, (read_otherwise, alone)),
    "count of activations": (other_count_of_activations,),
    "flat weights": (as_rows,),
    "count of names": (other_count_of_names,),
    **dict.fromkeys(("odd blank", "transposed file"), (as_advised,)),
    **dict.fromkeys(("missing key", "other layers"), (as_layers, with_missing)),
    "no seed": (with_seed,),
    "no text": (alone, read_otherwise),
    "unknown key": (read_otherwise, renamed, alone, moved),
}
_OF_ANY: tuple[_Move, ...] = (without_needless, as_layers)
