"""Parts of a spec that are built otherwise, have too much around them, or too few items."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from nncli.doctor.spec_edits import Proposal, SpecEditor
from nncli.doctor.written_lists import joined_numbers
from nncli.meant.layers import flow_text, layers_meant
from nncli.problems import Edit, Suggestion
from nncli.specs.faults import Fault, Path
from nncli.specs.keys import keys_at
from nncli.specs.model import ACTIVATIONS
from nncli.specs.origins import value_at
from nncli.words import count_of

# Nobody has typed a longer list of weights without noticing.
_MAX_FLAT = 100
# What stands where there is nothing, and for the number of samples in other programs.
_NOTHING = ("", "~", "none", "null", "false", "no", "off", "-", "[]")
_SAMPLES = frozenset({*_NOTHING, "-1", "n", "?", "batch", "batch_size", "samples"})


def as_advised(fault: Fault, editor: SpecEditor) -> Iterator[Proposal]:
    """Yield the edit that does what the fault's own advice says."""
    made: Edit | None = None
    match fault.kind:
        case "empty" if fault.path[-1] == "seed":
            made = editor.replace(fault.path, "0")
        case "array name":
            made = editor.replace(fault.path, f"{{tensor: {fault.typed}}}")
        case "odd blank":
            made = editor.replace_key(fault.path, re.sub(r"\s", " ", fault.typed))
        case "transposed file":  # the layout in which the matrices fit
            made = editor.insert_key(fault.path, "layout", fault.choices[0])
    yield fault.help[-1], made


# -------------------------------------------------------------------------- too much, or too little


def alone(fault: Fault, editor: SpecEditor) -> Iterator[Proposal]:
    """Yield the only value that lists and mappings in its place hold, beside the samples."""
    where = editor.source_path(fault.path)
    for outer in (where, where[:-1]):
        inner, held = outer, editor.value_at(outer)
        while isinstance(held, list | dict):
            steps = list(held) if isinstance(held, dict) else range(len(held))
            steps = [n for n in steps if _typed(editor, (*inner, n)) not in _SAMPLES]
            inner = (*inner, *steps[:1])
            held = value_at(held, inner[-1:]) if len(steps) == 1 else None
        if held is not None and inner != outer and isinstance((outer or (0,))[-1], str):
            yield "write it without what is around it", editor.replace(outer, editor.typed(inner))


def _typed(editor: SpecEditor, path: Path) -> str:
    return editor.typed(path).strip("\"'").casefold()


def without_needless(fault: Fault, editor: SpecEditor) -> Iterator[Proposal]:
    """Yield the spec without what says nothing, or what something else says."""
    where = editor.source_path(fault.path)
    sizes = [
        _typed(editor, ("layer_sizes", n)) for n in range(editor.source.items(("layer_sizes",)))
    ]
    if where[:1] in (("layer_sizes",), ("activations",)) and sizes[:1] and sizes[0] in _SAMPLES:
        words = "leave it out: the samples are no size of the network"
        yield words, editor.splice(("layer_sizes",), 0, 1, ())
    is_key = editor.source.key_span(where) is not None
    if is_key and fault.kind != "empty" and _typed(editor, where) in _NOTHING:
        yield "leave the key out: it says nothing", editor.remove_key(where)
    if fault.kind == "count of outputs" and _typed(editor, _last_size(editor)) == fault.typed:
        yield "remove it: the last layer says how many there are", editor.remove_key(fault.path)


def _last_size(editor: SpecEditor) -> Path:
    return "layers", editor.layers() - 1, "neurons"


def of_another_length(fault: Fault, editor: SpecEditor) -> Iterator[Proposal]:
    """Yield a list with as many items as are wanted, or the size that goes with its items."""
    path, items, wanted = fault.path, editor.items(fault.path), int(fault.choices[0])
    surplus = len(items) - wanted
    what = {"activations": "activation", "layers": "number"}.get(str(path[0]), "name")
    if what == "number":
        yield from joined_numbers(editor, path, surplus)
    if what == "activation" and surplus == 1:
        yield from _of_the_inputs(path, items[0].strip("\"'"), editor)
    if surplus == 1 or (surplus > 0 and what != "number"):
        last = f"the last {what}" if surplus == 1 else f"the last {surplus} {what}s"
        yield f"leave {last} out, if it is too many", editor.resize(path, wanted)
    if what == "name":
        of_inputs = path[0] == "inputs"
        taker, part = ("network take", "input") if of_inputs else ("last layer have", "neuron")
        words = f"let the {taker} {count_of(len(items), part)}, if the names are right"
        size = ("inputs", "size") if of_inputs else _last_size(editor)
        yield words, editor.replace(size, str(len(items)))
    if surplus < 0:
        yield from _filled_up(path, what, items, wanted, editor)


def _of_the_inputs(path: Path, first: str, editor: SpecEditor) -> Iterator[Proposal]:
    """Yield the inputs in front of the sizes, or the activations without one for the inputs."""
    inputs = editor.features
    if inputs and inputs != editor.value_at(("inputs", "size")):
        words = f"write the {count_of(inputs, 'input')} in front of the layers' sizes"
        yield words, editor.insert_first(("layer_sizes",), str(inputs))
    if first == "linear" or (first not in ACTIVATIONS and "{" not in first):
        doubt = ", if it is theirs" * (first == "linear")
        words = f"leave the first one out: the inputs have none{doubt}"
        yield words, editor.splice(path, 0, 1, ())


def _filled_up(
    path: Path, what: str, items: list[str], wanted: int, editor: SpecEditor
) -> Iterator[Proposal]:
    missing, is_same = wanted - len(items), len(set(items)) == 1
    if what == "name":
        new = [f"{str(path[0])[:-1]}_{n}" for n in range(len(items) + 1, min(wanted, 99) + 1)]
        words = f"add {count_of(missing, 'name')}, if the size is right"
        yield words, editor.resize(path, wanted, new)
    if what == "activation" and items and (is_same or missing == 1):
        new = [*items[:1] * (missing - 1), "linear"]
        yield "let the last layer be linear, if it was left out", editor.resize(path, wanted, new)
    if what == "activation" and is_same:
        yield "write one for every layer, if they are all the same", editor.replace(path, items[0])


def as_rows(fault: Fault, editor: SpecEditor) -> Iterator[Proposal]:
    """Yield the ways to write a flat list as a matrix: in rows of each possible length."""
    written = editor.items(fault.path)
    count = len(written)
    widths = range(1, count + 1) if count <= _MAX_FLAT and all(written) else ()
    for width in (width for width in widths if count % width == 0):
        rows = [f"[{', '.join(written[n : n + width])}]" for n in range(0, count, width)]
        words = f"in {count_of(len(rows), 'row')} of {width}"
        yield words, editor.replace(fault.path, f"[{', '.join(rows)}]")


# ------------------------------------------------------------------------------- what is missing


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
    yield words, editor.insert_key((next(iter(value)),), "seed", "0")
    yield Suggestion(f"choose one for this run{assumed}", options=("--seed", "0"))


def with_missing(fault: Fault, editor: SpecEditor) -> Iterator[Proposal]:
    """Yield the sizes of layers under their own key, and the inputs that the data has."""
    value = editor.source.value
    for key in value if fault.path[:1] in ((), ("inputs",), ("layers",)) else ():
        is_of_sizes = key == "layers" or key not in keys_at(())
        if is_of_sizes and isinstance(value[key], list) and {int} >= set(map(type, value[key])):
            words = "`layer_sizes` holds the inputs, then the neurons of each layer"
            yield words, editor.replace_key((key,), "layer_sizes")
    if fault.path[:1] == ("inputs",) and "layers" in value and editor.features:
        words = f"the data has {count_of(editor.features, 'feature column')}"
        yield words, editor.insert_key(("layers",), "inputs", str(editor.features))


# ------------------------------------------------------------------------------------------ layers


def as_layers(fault: Fault, editor: SpecEditor) -> Iterator[Proposal]:
    """Yield the layers as a list of mappings: with their names, sizes and activations in them."""
    value, path = editor.source.value, ("layers",)
    written, beside = value.get("layers"), value.get("activations")
    read = layers_meant(written, beside) if isinstance(written, dict | list) else None
    if read is None or fault.path[:1] not in ((), path, ("activations",), ("inputs",)):
        return
    inputs, layers = read
    whole = editor.replace(path, f"[{', '.join(map(flow_text, layers))}]")
    is_list = isinstance(written, list) and len(layers) == len(written)
    edits = _in_place(written, layers, editor) if is_list else [whole]
    if edits and beside:
        edits.append(editor.remove_key(("activations",)))
    if edits and inputs and "inputs" not in value:
        edits.append(editor.insert_key((next(iter(value)),), "inputs", inputs))
    yield "write the layers as a list, each with its keys", edits


def _in_place(written: Any, layers: list[dict[str, Any]], editor: SpecEditor) -> list[Edit | None]:
    """Return the edits of the layers that are written otherwise: if they lack a key, that alone."""
    edits = []
    for index, (held, layer) in enumerate(zip(written, layers, strict=True)):
        place = ("layers", index)
        if isinstance(held, dict) and held.items() < layer.items():
            new = [key for key in layer if key not in held]
            first = (*place, next(iter(held)))
            edits += [editor.insert_key(first, key, flow_text(layer[key])) for key in new]
        elif held != layer:
            edits.append(editor.replace(place, flow_text(layer)))
    return edits
