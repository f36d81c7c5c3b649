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
_LAYER_KEYS = frozenset(keys_at(("layers", 0)))
# Lists that other programs have beside the sizes, one item for each layer.
_BESIDE = {
    **dict.fromkeys(("activations", "activation", "transferfcns"), "activation"),
    **dict.fromkeys(("weights", "coefs", "kernels"), "weights"),
    **dict.fromkeys(("biases", "bias", "intercepts"), "biases"),
}


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
        if not apart or (edit.line, edit.column) >= (apart[-1].end_line, apart[-1].end_column):
            apart.append(edit)
            continue
        end_line, end_column = edit.end_line, edit.end_column
        both = f"{apart[-1].summary} {edit.summary}"  # two neighbours are taken away: as one
        apart[-1] = replace(apart[-1], end_line=end_line, end_column=end_column, summary=both)
    return Suggestion(words, edits=tuple(apart))


def _proposed(fault: Fault, editor: SpecEditor) -> Iterator[Proposal | Suggestion]:
    as_lists = relisted(editor.source)
    if fault.kind == "row length":  # one row says more than all lists together
        yield from of_another_length(fault, editor)
    yield from (suggestion for suggestion, _ in as_lists)
    if any(keys.intersection(editor.source_path(fault.path)) for _, keys in as_lists):
        return  # what is no list yet says nothing else
    is_spec = isinstance(editor.source.value, dict)
    for move in (*_OF_KIND.get(fault.kind, ()), *_OF_ANY) if is_spec else ():
        yield from move(fault, editor)


# ----------------------------------------------------------------------------------- moves


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


def alone(fault: Fault, editor: SpecEditor) -> Iterator[Proposal]:
    """Yield the only value that lists and mappings in its place hold, beside the samples."""
    where = editor.source_path(fault.path)
    for outer in filter(None, (where, where[:-1])):
        inner = _innermost(editor, outer)
        held = editor.value_at(outer)
        if inner == outer and isinstance(held, dict) and len(held) == 1:
            inner = (*outer, *held)  # {values: [1, 2]}
        is_place = outer == where or isinstance((outer or (0,))[-1], str)
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
        words = f"leave {last} out, if it is too many"
        words = words if what != "number" else "take one away, the last if it is the wrong one"
        yield words, editor.resize(path, wanted)
    if what == "name":
        of_inputs = path[0] == "inputs"
        taker, part = ("network take", "input") if of_inputs else ("last layer have", "neuron")
        words = f"let the {taker} {count_of(len(items), part)}, if the names are right"
        size = ("inputs", "size") if of_inputs else ("layers", editor.layers() - 1, "neurons")
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
    words = f"the data has {count_of(editor.features or 0, 'feature column')}"
    if fault.path[:1] == ("inputs",) and "layers" in value and editor.features:
        is_first = editor.value_at(("layers", 0, "neurons")) == editor.features
        doubt = ", if layer 1 does not stand for them" * is_first
        yield words + doubt, editor.insert_key(("layers",), "inputs", str(editor.features))
    if fault.path == ("layer_sizes",) and editor.features:
        yield f"{words}: write them in front", editor.insert_first(fault.path, str(editor.features))


def moved(fault: Fault, editor: SpecEditor) -> Iterator[Proposal]:
    """Yield an unknown key with its value in the part of the spec to which it belongs."""
    owner, key, value = fault.path[:-1], fault.path[-1:], editor.source.value
    homes: tuple[Path, ...] = ((), ("inputs",), ("outputs",))
    for home in homes if fault.of_key and len(editor.value_at(owner)) > 1 else ():
        held, pair = editor.value_at(home), f"{key[0]}: {editor.in_brackets(fault.path)}"
        if home == owner or key[0] not in keys_at(home):
            continue
        if isinstance(held, dict):
            made = editor.insert_key((*home, next(iter(held))), *pair.split(": ", 1))
        elif held is None:
            made = editor.insert_key((next(iter(value)),), str(home[0]), f"{{{pair}}}")
        else:
            implied = "columns" if isinstance(held, list) else "size"
            made = editor.replace(home, f"{{{implied}: {editor.in_brackets(home)}, {pair}}}")
        words = f"write it in the {home[0]}" if home else "write it at the top of the spec"
        yield (
            f"{words}, if it is theirs" * bool(home) or words,
            [made, editor.remove_key(fault.path)],
        )


def as_layers(fault: Fault, editor: SpecEditor) -> Iterator[Proposal]:
    """Yield the layers as a list of mappings, which hold what stands beside them for each."""
    path, beside, read = _layers_read(editor.source)
    is_about = not fault.path[1:] or fault.path[:1] in (path, ("inputs",))
    if not read or not is_about or fault.kind == "odd blank":
        return
    edits = _edits_of_layers(path, [layer.keys for layer in read], editor)
    edits += [editor.remove_key((key,)) for key in beside] if edits else []
    if edits and read[0].inputs and "inputs" not in editor.source.value:
        first = (next(iter(editor.source.value)),)
        edits.append(editor.insert_key(first, "inputs", read[0].inputs))
    assumed = dict.fromkeys(words for layer in read for words in layer.assumed)
    yield "; ".join(("write the layers as a list, each with its keys", *assumed)), edits


@lru_cache(maxsize=1)  # every fault of a spec asks for it
def _layers_read(source: YamlSource) -> tuple[Path, tuple[str, ...], list[Layer] | None]:
    """Return where the layers stand, what stands beside them, and what they were meant to be."""
    value, path = source.value, ("layers",)
    beside = {key: own for key in value if (own := _BESIDE.get(plain("key", str(key))))}
    written, sizes = value.get("layers"), value.get("layer_sizes")
    if isinstance(sizes, list) and len(set(beside.values())) > 1:
        path, written = ("layer_sizes",), sizes[1:]
    steps = (
        [*written]
        if isinstance(written, dict)
        else range(len(written) if isinstance(written, list) else 0)
    )
    is_typed = isinstance(written, dict | list) and len(steps) <= _MAX_FLAT
    if not is_typed or any(source.is_merged((*path, step)) for step in steps):
        return path, (), None
    read = layers_meant(written, {own: value[key] for key, own in beside.items()})
    return path, tuple(beside), read


def _edits_of_layers(
    path: Path, layers: list[dict[str, Any]], editor: SpecEditor
) -> list[Edit | None]:
    """Return the edits of those layers that are written otherwise; of all, if they are no list."""
    texts, written = list(map(flow_text, layers)), editor.value_at(path)
    if path != ("layers",):
        gap = ", " if editor.source.is_flow(()) else "\n"
        keys = f"inputs: {editor.typed((*path, 0))}{gap}layers"
        whole = editor.replace(path, f"[{', '.join(texts)}]")
        return [editor.replace_key(path, keys), whole]
    if isinstance(written, list) and len(layers) == len(written):
        changed = [n for n, layer in enumerate(layers) if layer != written[n]]
        if all(_is_flat(written[n]) and written[n].keys() - layers[n].keys() for n in changed):
            return []  # its keys are seen to by themselves
        return [editor.replace((*path, n), texts[n]) for n in changed]
    if isinstance(written, list) and layers == written[1:]:
        return [editor.splice(path, 0, 1, ())]
    return [editor.replace(path, f"[{', '.join(texts)}]")]


def _is_flat(layer: Any) -> bool:
    """Whether a layer is a mapping that holds its values itself."""
    held = layer.items() if isinstance(layer, dict) else [("", {})]
    return not any(isinstance(each, dict) and key not in _LAYER_KEYS for key, each in held)


_Move = Callable[[Fault, SpecEditor], Iterator[Proposal | Suggestion]]
_OF_VALUES: tuple[Kind, ...] = ("choice", "choice form", "no number")
# The moves that suit some kinds of faults, then those that any may need.
_OF_KIND: dict[Kind | None, tuple[_Move, ...]] = {
    None: (alone, with_missing, moved),
    **dict.fromkeys(_OF_VALUES, (read_otherwise, alone)),
    **dict.fromkeys(("count of activations", "count of names"), (of_another_length,)),
    **dict.fromkeys(("array name", "empty", "odd blank", "transposed file"), (as_advised,)),
    "flat weights": (as_rows,),
    **dict.fromkeys(("missing key", "other layers"), (as_layers, with_missing)),
    "no seed": (with_seed,),
    "no text": (alone, read_otherwise),
    "unknown key": (read_otherwise, renamed, alone, moved),
}
_OF_ANY: tuple[_Move, ...] = (without_needless, as_layers)
