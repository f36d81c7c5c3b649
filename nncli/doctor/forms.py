"""Values of a spec that are written in another form than it has, or too many or too few of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from nncli.data.csv.numbers import is_number
from nncli.doctor.spec_edits import Proposal, SpecEditor
from nncli.meant.numbers import numbers_meant
from nncli.problems import Edit, Suggestion
from nncli.specs.faults import Fault, Path
from nncli.specs.keys import keys_at
from nncli.specs.model import ACTIVATIONS
from nncli.specs.origins import value_at
from nncli.specs.wording import MAX_NUMBER, number_help
from nncli.words import count_of

# Nobody has typed a longer list of weights without noticing.
_MAX_FLAT = 100
_WHOLE = frozenset({"neurons", "size", "seed", "inputs", "layer_sizes"})
_YES_AND_NO = frozenset({"true", "false", "yes", "no", "on", "off", "y", "n"})
# What stands where there is nothing.
_NOTHING = ("", "~", "none", "null", "false", "no", "off", "-", "[]")
# What other programs write for the number of samples.
_SAMPLES = frozenset({*_NOTHING, "-1", "n", "?", "batch"})
_COUNTS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def as_number(fault: Fault, editor: SpecEditor) -> Iterator[Proposal]:
    """Yield the numbers that a text may mean, each with the other such texts of the spec."""
    where = editor.source_path(fault.path)
    places = dict.fromkeys((where, *islice(_texts(editor.source.value, ()), _MAX_FLAT)))
    for words, _ in _numbers(editor.source.written(where), where):
        edits = [
            editor.replace(path, number)
            for path in places
            for said, number in _numbers(editor.source.written(path), path)
            if said == words
        ]
        yield words, list(filter(None, edits))[:_MAX_FLAT]


def _is_whole(where: Path) -> bool:
    return bool(_WHOLE.intersection(where[-1:] if isinstance(where[-1], str) else where[:1]))


def _numbers(written: str | None, where: Path) -> list[tuple[str, str]]:
    """Return the numbers that a text may mean in its place, each behind what would help."""
    text = (written or "").strip("\"'“”„‘’").strip().rstrip(",;")  # noqa: RUF001
    text = re.sub(r"^[\w.]+\((.*)\)$", r"\1", text)  # np.float64(0.5)
    if is_whole := _is_whole(where):
        text = re.sub(r"^(None|-1|N), *", "", text.strip("([{,}])"))  # the samples
        text = str(_COUNTS.index(text.casefold())) if text.casefold() in _COUNTS else text
    if not text or len(text) > MAX_NUMBER or text.casefold() in _YES_AND_NO:
        return []
    meant = [("write it in digits", text)] if is_number(text) else numbers_meant(text)
    numbers = []
    for words, number in meant:
        plain = re.sub(r"(?<![0-9.])0+(?=[0-9])", "", number)
        if is_whole:
            is_one = re.fullmatch(r"[0-9.]+(e[0-9]+)?", plain) and float(plain).is_integer()
            plain = str(int(float(plain))) if is_one else ""
        if plain != written and re.search("[0-9]", plain):
            numbers.append(((number_help(written) or (words,))[0], plain))
    return numbers


def _texts(value: Any, path: Path) -> Iterator[Path]:
    """Yield where texts stand; none of names."""
    if isinstance(value, dict | list):
        for step, held in value.items() if isinstance(value, dict) else enumerate(value):
            if step not in ("name", "columns", "classes", "activations", "outputs", "init"):
                yield from _texts(held, (*path, step))
    elif isinstance(value, str):
        yield path


def as_texts(fault: Fault, editor: SpecEditor) -> Iterator[Proposal]:
    """Yield the names of a list, or the only one, as texts that they are no numbers any more."""
    where = editor.source_path(fault.path)
    owner = where[:-1] if isinstance(where[-1], int) else where
    *samples, last = editor.items(owner) or [""]
    if owner == ("inputs",) and last.isdecimal() and _SAMPLES.issuperset(map(str.lower, samples)):
        yield "write the number of inputs without brackets", editor.replace(owner, last)
    count = editor.source.items(owner)
    paths = [(*owner, index) for index in range(min(count, _MAX_FLAT))] or [where]
    wrong = [path for path in paths if not isinstance(value_at(editor.source.value, path), str)]
    edits = [editor.replace(path, f'"{editor.source.written(path)}"') for path in wrong]
    yield "write them in quotes" if len(edits) > 1 else fault.help[0], edits


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
    """Yield the only item of a list as what should not be one."""
    items = editor.items(fault.path) if fault.path else []
    if len(items) == 1:
        yield "write it without brackets", editor.replace(fault.path, items[0])


def by_its_place(fault: Fault, editor: SpecEditor) -> Iterator[Proposal]:
    """Yield what mends a value that has sense in other programs, by where it stands."""
    where = editor.source_path(fault.path)
    typed = editor.typed(fault.path).strip("\"'").casefold()
    if where == ("layer_sizes", 0) and typed in _SAMPLES:
        words = "leave it out: the samples are no size of the network"
        yield words, editor.splice(where[:1], 0, 1, ())
    if where[-1:] == ("biases",) and typed in _NOTHING:
        yield "leave the key out: biases that are not written are 0", editor.remove_key(fault.path)
    if where[:1] == ("layers",):
        yield from _with_activations(editor)
    if fault.kind is None:
        yield from alone(fault, editor)


def _with_activations(editor: SpecEditor) -> Iterator[Proposal]:
    """Yield layers with their activations in them, where these stand as layers of their own."""
    layers, items = editor.value_at(("layers",)), list[str]()
    for index, layer in enumerate(layers if isinstance(layers, list) else ()):
        [name, *others] = [*layer.values(), None] if isinstance(layer, dict) else [layer]
        if items and name in tuple(ACTIVATIONS) and others in ([], [None]):
            items[-1] = f"{items[-1][:-1]}, activation: {name}}}"
        else:
            items.append(editor.in_brackets(("layers", index)))
    if items and len(items) < len(layers):
        words = "write each activation into the layer in front of it"
        yield words, editor.replace(("layers",), f"[{', '.join(items)}]")


def with_seed(fault: Fault, editor: SpecEditor) -> Iterator[Proposal | Suggestion]:
    """Yield a seed, and what it assumes where other weights are given: that some are drawn."""
    value, number = editor.source.value, int(fault.path[1]) + 1
    layers, assumed = value.get("layers", ()), ""
    if "weights_file" in value or any(
        isinstance(each, dict) and "weights" in each for each in layers
    ):
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
    for key in value if fault.path[:1] in ((), ("inputs",)) else ():
        is_of_sizes = key == "layers" or key not in keys_at(())
        if is_of_sizes and isinstance(value[key], list) and {int} >= set(map(type, value[key])):
            words = "`layer_sizes` holds the inputs, then the neurons of each layer"
            yield words, editor.replace_key((key,), "layer_sizes")
    if fault.path[:1] == ("inputs",) and "layers" in value and editor.features:
        words = f"the data has {count_of(editor.features, 'feature column')}"
        yield words, editor.insert_key(("layers",), "inputs", str(editor.features))


def as_layers(fault: Fault, editor: SpecEditor) -> Iterator[Proposal]:
    """Yield layers under their names, or of which only the neurons are written, as a list."""
    layers = editor.source.value["layers"]
    if isinstance(layers, dict) and all(isinstance(layer, dict) for layer in layers.values()):
        items = [f"{{name: {n}, {editor.in_brackets(('layers', n))[1:]}" for n in layers]
        words = "write each layer as an item of a list, with its name"
        yield words, editor.replace(("layers",), f"[{', '.join(items)}]")
    elif isinstance(layers, list) and all(type(n) is int for n in layers[:_MAX_FLAT]):
        edits = [editor.replace(("layers", i), f"{{neurons: {n}}}") for i, n in enumerate(layers)]
        yield "write the neurons of each layer under their key", edits
        yield from with_missing(fault._replace(path=()), editor)


# ---------------------------------------------------------------------------- as many as needed


def without_outputs(fault: Fault, editor: SpecEditor) -> Iterator[Proposal]:
    """Yield the spec without a number of outputs that its last layer says."""
    last = _last_size(editor)
    if last[1] != -1 and str(editor.value_at(last)) == fault.typed:
        yield "remove it: the last layer says how many there are", editor.remove_key(fault.path)


def _last_size(editor: SpecEditor) -> Path:
    return "layers", editor.layers() - 1, "neurons"


def as_many_activations(fault: Fault, editor: SpecEditor) -> Iterator[Proposal]:
    """Yield the activations that are missing, or those without the ones that are too many."""
    path, layers, written = fault.path, int(fault.choices[0]), editor.items(fault.path)
    lacking, inputs = layers - len(written), editor.features
    if not written:
        return
    if lacking == -1 and inputs and inputs != editor.value_at(("inputs", "size")):
        words = f"write the {count_of(inputs, 'input')} in front of the layers' sizes"
        yield words, editor.insert_first(("layer_sizes",), str(inputs))
    if lacking < 0:
        first = written[0].strip("\"'")
        without_first = editor.splice(path, 0, -lacking, ())
        if lacking == -1 and first not in ACTIVATIONS and "{" not in first:
            yield "leave the first one out: the inputs have none", without_first
        yield _without_last(editor, path, -lacking, "activation")
        if lacking == -1 and first == "linear":
            yield "leave the first one out, if it is of the inputs", without_first
        return
    is_same = len(set(written)) == 1
    if is_same or lacking == 1:
        added = (*written[:1] * (lacking - 1), "linear")
        words = "let the last layer be linear, if it was left out"
        yield words, editor.resize(path, layers, added)
    if is_same:
        words = "write one for every layer, if they are all the same"
        yield words, editor.replace(path, written[0])


def _without_last(editor: SpecEditor, path: Path, surplus: int, what: str) -> Proposal:
    last = f"the last {what}" if surplus == 1 else f"the last {surplus} {what}s"
    words = f"leave {last} out, if it is too many"
    return words, editor.resize(path, len(editor.items(path)) - surplus)


def into_layers(fault: Fault, editor: SpecEditor) -> Iterator[Proposal]:
    """Yield the `activations` of a spec with layers in the layers."""
    layers = editor.source.value.get("layers")
    if not isinstance(layers, list) or not all(isinstance(layer, dict) for layer in layers):
        return
    names = editor.items(fault.path) or [editor.typed(fault.path)] * len(layers)
    if len(names) == len(layers) and not any("activation" in layer for layer in layers):
        edits = [
            editor.insert_key(("layers", index, next(iter(layer))), "activation", name)
            for index, (layer, name) in enumerate(zip(layers, names, strict=True))
        ]
        yield "write each activation into its layer", (*edits, editor.remove_key(fault.path))


def as_many_names(fault: Fault, editor: SpecEditor) -> Iterator[Proposal]:
    """Yield as many names as there are neurons, and as many neurons as there are names."""
    owner, names, wanted = str(fault.path[0]), len(editor.items(fault.path)), int(fault.choices[0])
    size: Path = ("inputs", "size") if owner == "inputs" else _last_size(editor)
    taker, what = ("network take", "input") if owner == "inputs" else ("last layer have", "neuron")
    words = f"let the {taker} {count_of(names, what)}, if the names are right"
    other_size = (words, editor.replace(size, str(names)))
    if names > wanted:
        yield _without_last(editor, fault.path, names - wanted, "name")
        yield other_size
        return
    yield other_size
    added = [f"{owner[:-1]}_{number}" for number in range(names + 1, min(wanted, 99) + 1)]
    words = f"add {count_of(len(added), 'name')}, if the size is right"
    yield words, editor.resize(fault.path, wanted, added)


def as_long_a_row(fault: Fault, editor: SpecEditor) -> Iterator[Proposal]:
    """Yield a row of weights with as many numbers as the others."""
    surplus = editor.source.items(editor.source_path(fault.path)) - int(fault.choices[0])
    yield from joined_numbers(editor, fault.path, surplus)
    if surplus == 1:
        words = "take one away, the last if it is the wrong one"
        yield words, editor.resize(fault.path, int(fault.choices[0]))


def joined_numbers(
    editor: SpecEditor, path: Path, surplus: int
) -> Iterator[tuple[str, tuple[Edit | None, ...]]]:
    """Yield a list in which a comma that belongs to a number does not separate it any more.

    surplus: by how many numbers the list is too long.
    """
    text = editor.typed(path)
    parts = text.strip("[] ").split(",") if 0 < surplus < _MAX_FLAT and "#" not in text else []
    close = [index for index, part in enumerate(parts[1:]) if part[:1].strip()]
    choices = {
        index: meant[::-1]  # the likelier first: a decimal comma
        for index in close
        if (meant := numbers_meant(f"{parts[index].strip()},{parts[index + 1].strip()}"))
    }
    are_all_close = len(close) == len(parts) - 1
    if len(choices) != surplus or not (are_all_close or len(close) == surplus):
        return
    for number in range(max(map(len, choices.values()))):
        joined, words = list(parts), ""
        for index, meant in sorted(choices.items(), reverse=True):
            words, plain = meant[min(number, len(meant) - 1)]
            joined[index : index + 2] = [" " * (index > 0) + plain]
        words += ", if it is one number" if are_all_close and ", if " not in words else ""
        yield words, (editor.replace(path, f"[{','.join(joined).strip()}]"),)


def as_rows(fault: Fault, editor: SpecEditor) -> Iterator[Proposal]:
    """Yield the ways to write a flat list as a matrix: in rows of each possible length."""
    written = editor.items(fault.path)
    count = len(written)
    widths = range(1, count + 1) if count <= _MAX_FLAT and all(written) else ()
    for width in (width for width in widths if count % width == 0):
        rows = [f"[{', '.join(written[n : n + width])}]" for n in range(0, count, width)]
        words = f"in {count_of(len(rows), 'row')} of {width}"
        yield words, editor.replace(fault.path, f"[{', '.join(rows)}]")
