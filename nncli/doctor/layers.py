"""Layers that do not fit each other: every change of the spec that would make them fit.

A change is a few layers as they would be; it is tried on the shapes alone, and kept if nothing
clashes any more.  Where clashes have several causes, a change counts if it mends its own clash
and makes no new one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import product
from typing import Any

from nncli.doctor.edits import edited
from nncli.doctor.forms import joined_numbers
from nncli.doctor.spec_edits import SpecEditor
from nncli.doctor.written_lists import MAX_CHARACTERS, relisted
from nncli.network.shapes import LayerShape, layer_shape, shape_table
from nncli.problems import Edit, Problem, Suggestion
from nncli.specs.faults import Path
from nncli.specs.fit import Misfit, as_inputs_by_neurons, other_layout, shape_held_by
from nncli.specs.model import LayerSpec, NetworkSpec, OutputsSpec, WithinWeights
from nncli.specs.reader import SpecReading, examine_spec
from nncli.specs.yaml_source import YamlSource
from nncli.words import count_of, numbered

# Nobody reads more of them; those beyond are reported without a remedy.
_TREATED_MISFITS = 20
# Trying to turn the weights of more layers takes too long, and nobody has written them by hand.
_MAX_TURNED_LAYERS = 1000
# Two layers out of place clash themselves, and those behind them.
_MOST_OF_A_SWAP = 4
_NOTHING_WORKS = "no single change of a size, a layout or a list of biases makes the network fit"
SAME_CAUSE = "the first change above mends this, too"
_MEANINGS = {"neurons_by_inputs": "(neurons, inputs)", "inputs_by_neurons": "(inputs, neurons)"}

# A clash, by the layer's number and the problem's code.
Clash = tuple[int, str]


@dataclass(frozen=True)
class _Change:
    """What would be different: some layers by number from 1, or the network's inputs."""

    words: str
    edits: tuple[Edit | None, ...]
    layers: Mapping[int, LayerSpec] = field(default_factory=dict)
    inputs: int | None = None

    def suggestion(self) -> Suggestion:
        """Return the change as the user is told of it: no edits if one of them is not possible."""
        edits = [edit for edit in self.edits if edit is not None and None not in self.edits]
        edits.sort(key=lambda edit: (edit.line, edit.column))
        return Suggestion(self.words, edits=tuple(edits))

    def applied_to(self, spec: NetworkSpec) -> NetworkSpec:
        """Return a spec with the change made."""
        numbered_layers = enumerate(spec.layers, start=1)
        layers = tuple(self.layers.get(number, layer) for number, layer in numbered_layers)
        inputs = spec.inputs.model_copy(update={"size": self.inputs or spec.inputs.size})
        return spec.model_copy(update={"inputs": inputs, "layers": layers})


@dataclass(frozen=True)
class _Patient:
    """A spec, the maker of its edits, and what clashes in it."""

    spec: NetworkSpec
    editor: SpecEditor
    clashes: frozenset[Clash]

    def after(self, change: _Change) -> _Patient:
        """Return the spec with a change made; only changed layers and those behind are asked."""
        spec = change.applied_to(self.spec)
        changed = [*change.layers, *([0] if change.inputs else [])]
        asked = {number + step for number in changed for step in (0, 1)}
        asked &= {*range(1, len(spec.layers) + 1)}
        now = {(number, misfit.code) for number in asked for misfit in _shape(spec, number).misfits}
        others = frozenset(clash for clash in self.clashes if clash[0] not in asked)
        return replace(self, spec=spec, clashes=others | now)

    def is_flat(self, number: int) -> bool:
        """Whether a layer's weights are written as a flat list, which has no other way round."""
        written = self.editor.value_at(("layers", number - 1, "weights"))
        return isinstance(written, list) and not isinstance(written[0], list)

    def sized(self, number: int, size: int) -> _Change:
        """Return the change of a layer's neurons, or of the network's inputs: number 0."""
        if number == 0:
            words, path = f"let the network take {count_of(size, 'input')}", ("inputs", "size")
            return _Change(words, (self.editor.replace(path, str(size)),), inputs=size)
        edit = self.editor.replace(("layers", number - 1, "neurons"), str(size))
        changed = self.spec.layers[number - 1].model_copy(update={"neurons": size})
        words = f"let layer {number} have {count_of(size, 'neuron')}"
        return _Change(words, (edit,), {number: changed})


def _shape(spec: NetworkSpec, number: int) -> LayerShape:
    """Return the shapes of a layer, behind the one in front of it."""
    inputs = spec.layers[number - 2].neurons if number > 1 else spec.inputs.size
    return layer_shape(number, spec.layers[number - 1], inputs)


def treat_layers(reading: SpecReading, features: int | None = None) -> tuple[Problem, ...]:
    """Return the problems of a spec whose layers do not fit, with the changes that mend them.

    features: how many the data has, if that is known.
    """
    if reading.source is None:  # there is no text to change
        return reading.misfits
    problems = tuple(_one_by_one(reading.spec, reading.source, features))
    # of a single clash, its own list says more
    is_single = len(problems) == 1 and problems[0].suggestions
    rewritten = () if is_single else _as_lists(reading.source)
    if not rewritten:
        return problems
    told = [replace(each, help=(SAME_CAUSE,), suggestions=()) for each in problems]
    return replace(told[0], help=(), suggestions=rewritten), *told[1:]


def _as_lists(source: YamlSource) -> tuple[Suggestion, ...]:
    """Return the change of lists that are written another way, if then all layers fit."""
    text = source.text
    for suggestion, _ in relisted(source) if len(text.text) <= MAX_CHARACTERS else ():
        if not examine_spec(edited(text.text, suggestion.edits).encode(), text.file).found.problems:
            return (suggestion,)
    return ()


def _one_by_one(spec: NetworkSpec, source: YamlSource, features: int | None) -> Iterator[Problem]:
    """Yield the clashes, each with the changes that mend it."""
    clashing = [(layer, misfit) for layer in shape_table(spec).layers for misfit in layer.misfits]
    clashes = frozenset((layer.layer, misfit.code) for layer, misfit in clashing)
    patient = _Patient(spec, SpecEditor(source), clashes)
    for number, (layer, misfit) in enumerate(clashing):
        place = source.place(("layers", layer.layer - 1, misfit.key))
        problem = Problem(misfit.code, misfit.message, place, (SAME_CAUSE,))
        if (layer.layer, misfit.code) in patient.clashes:
            working, advice = [], _by_hand(layer)
            if number < _TREATED_MISFITS:
                working = _working(patient, layer.layer, misfit.code, features)
                by_hand = _by_hand(_shape(patient.spec, layer.layer), "or " if working else "")
                advice = by_hand if working or by_hand else (_NOTHING_WORKS,)
            told = tuple(change.suggestion() for change in working)
            problem = replace(problem, help=advice, suggestions=told)
            # the advice must go together: what follows is of the spec as it is then
            patient = patient.after(working[0]) if working else patient
        yield problem


def _by_hand(layer: LayerShape, prefix: str = "") -> tuple[str, ...]:
    """Return the change that only the user can make: weights for other inputs."""
    rows, numbers = as_inputs_by_neurons(layer.weights_shape, layer.layout)
    wanted = as_inputs_by_neurons((layer.inputs, layer.neurons), layer.layout)
    if (rows + 1, numbers) == wanted:
        what = f"the row that the weights of layer {layer.layer} lack"
        return (f"{prefix}add {what}: {count_of(wanted[0], 'row')}, not {rows:,}",)
    held = layer.weights_shape[0]
    if held == layer.inputs or (numbers, rows) == wanted:
        return ()
    count = count_of(layer.inputs, "row")
    if layer.layout == "neurons_by_inputs":
        count = f"{count_of(layer.inputs, 'number')} in each row"
    weights = f"weights for {count_of(layer.inputs, 'input')}"
    return (f"{prefix}give layer {layer.layer} {weights}: {count}, not {held:,}",)


def changes_of_inputs(reading: SpecReading, features: int) -> tuple[Suggestion, ...]:
    """Return the changes after which the network takes that many inputs, and all layers fit.

    The likelier first: of `layer_sizes`, the inputs may have been left out.
    """
    if reading.source is None:
        return ()
    editor = SpecEditor(reading.source)
    change = _Patient(reading.spec, editor, frozenset()).sized(0, features)
    after, own = change.applied_to(reading.spec), change.suggestion()
    if shape_table(after).misfits or not own.edits or not _fits_names(after):
        return ()
    sizes, activations = (reading.source.value.get(k) for k in ("layer_sizes", "activations"))
    edit = editor.insert_first(("layer_sizes",), str(features)) if isinstance(sizes, list) else None
    if edit is None or isinstance(activations, list) or reading.spec.weights_file:
        return (own,)
    words = f"write the {count_of(features, 'input')} in front, if these are the layers alone"
    front = Suggestion(words, edits=(edit,))
    own = replace(own, words=f"{own.words}, if the first size is theirs")
    # sizes that are nearly equal are a slip of the one number
    return (own, front) if abs(sizes[0] - features) == 1 else (front, own)


def _working(patient: _Patient, number: int, code: str, features: int | None) -> list[_Change]:
    """Return the changes that mend a clash, the likeliest first.

    If some make the whole network fit, only those.
    """
    layer = _shape(patient.spec, number)
    misfit = next(misfit for misfit in layer.misfits if misfit.code == code)
    ways = (_layout_changes, _joined_changes, _swaps, _size_changes, _resized)
    changes = [change for way in ways for change in way(patient, layer, misfit)]
    tried = [
        (change, patient.after(change))
        for change in changes
        if not features or change.inputs in (None, features)
    ]
    # if nothing suits the names, they are the next to be told of
    suiting = [each for each in tried if _fits_names(each[1].spec, each[0].layers)]
    tried = suiting if suiting or _fits_names(patient.spec) else tried
    left = [(change, after.clashes) for change, after in tried]
    clean = [each for each in left if (number, code) not in each[1] <= patient.clashes]
    whole = [each for each in clean if not each[1]]
    # what cannot be typed as it stands comes last; otherwise the order is the likelihood
    ranked = sorted(whole or clean, key=lambda e: (not e[0].suggestion().edits, len(e[1])))
    return [change for change, _ in ranked]


def _fits_names(spec: NetworkSpec, changed: Collection[int] = ()) -> bool:
    """Whether inputs, outputs and neurons are as many as the spec names, or has numbers for.

    changed: the numbers of the layers whose slopes are asked, too.
    """
    inputs, outputs, last = spec.inputs, spec.outputs or OutputsSpec(), spec.layers[-1].neurons
    classes = len(outputs.classes or ()) or last
    lists: list[tuple[int, Any]] = [(inputs.size, inputs.columns), (last, outputs.columns)]
    scales = ((inputs.size, inputs.clip), (inputs.size, inputs.scale), (last, outputs.scale))
    for size, part in scales:  # `to` is a range, not of one column each
        lists += [(size, value) for key, value in part or () if key != "to"]
    for layer in (spec.layers[number - 1] for number in changed):
        lists.append((layer.neurons, layer.activation.parameters().get("slopes")))
    fits = all(len(each) == size for size, each in lists if isinstance(each, tuple))
    return fits and (classes == last or (classes, last) == (2, 1))


def _layout_changes(patient: _Patient, layer: LayerShape, _: Misfit) -> Iterator[_Change]:
    """Yield the weights of this layer, of all that clash, and of all layers the other way round."""
    spec, number, layout = patient.spec, layer.layer, other_layout(layer.layout)
    is_short = len(spec.layers) <= _MAX_TURNED_LAYERS
    alike = [
        other
        for other in (range(1, len(spec.layers) + 1) if is_short else (number,))
        if (each := spec.layers[other - 1]).weights is not None
        and each.layout != layout
        and not patient.is_flat(other)
    ]
    square = [n for n in alike if len(set(spec.layers[n - 1].weights_shape or ())) == 1]
    clashing = {n for n, code in patient.clashes if code != "N203"}
    turnable = [n for n in alike if n not in square]
    # those that must be turned come first: whether a square one must be, nobody can see, unless
    # several others must
    choices = [[number], [n for n in turnable if n in clashing], turnable, alike]
    if len(turnable) > 1 and clashing >= set(turnable):
        choices.insert(1, alike)
    for chosen in dict.fromkeys(tuple(each) for each in choices if {number} <= {*each} & {*alike}):
        turned = {n: _turned(patient.editor, n, spec.layers[n - 1]) for n in chosen}
        is_all = list(chosen) == alike and len(alike) > 1
        which = "all layers" if is_all else numbered("layer", chosen)
        words = f"read the weights of {which} as {_MEANINGS[layout]}"
        if square:
            others = f"those of {numbered('layer', square)}"
            doubt = f"if {others} are so, too" if is_all else f"assuming {others} right"
            words += f", {doubt}: they fit either way"
        yield _Change(words, _layout_edits(patient.editor, chosen, layout, is_all), turned)


def _turned(editor: SpecEditor, number: int, layer: LayerSpec) -> LayerSpec:
    """Return a layer whose weights are read the other way round, and say its neurons if they do."""
    turned = layer.model_copy(update={"layout": other_layout(layer.layout)})
    held = shape_held_by(turned)
    if held is None or editor.source.holds(editor.source_path(("layers", number - 1, "neurons"))):
        return turned
    return turned.model_copy(update={"neurons": held[1]})


def _layout_edits(
    editor: SpecEditor, numbers: Collection[int], layout: str, is_all: bool
) -> tuple[Edit | None, ...]:
    """Return the edit of the layout for all layers, or those of each if they have their own."""
    holds, layers = editor.source.holds, len(editor.value_at(("layers",)) or ())
    owners: list[Path] = [("layers", number - 1) for number in numbers]
    if is_all and not any(holds(("layers", index, "layout")) for index in range(layers)):
        owners = [()]
    return tuple(
        editor.replace((*owner, "layout"), layout)
        if holds((*owner, "layout"))
        else editor.insert_key((*owner, "weights" if owner else "layers"), "layout", layout)
        for owner in owners
    )


def _swaps(patient: _Patient, layer: LayerShape, _: Misfit) -> Iterator[_Change]:
    """Yield two layers, or a value of theirs, in each other's place, if then everything fits."""
    layers, number = patient.spec.layers, layer.layer
    clashing = {number for number, _ in patient.clashes}
    if len(clashing) > _MOST_OF_A_SWAP:
        return
    others = ({number - 1, number + 1} | clashing) & {*range(1, len(layers) + 1)} - {number}
    is_turned = layer.weights_shape == (layer.neurons, layer.inputs)
    keys = ("", "biases", "neurons") if is_turned else ("", "biases", "weights", "neurons")
    for key, other in product(keys, sorted(others)):
        one, two = sorted((number, other))
        pairs = ((one, layers[two - 1]), (two, layers[one - 1]))
        path: Path = (key,) if key else ()
        swapped = {
            n: layers[n - 1].model_copy(update={key: getattr(each, key)}) if key else each
            for n, each in pairs
        }
        edits = patient.editor.swap(("layers", one - 1, *path), ("layers", two - 1, *path))
        words = f"swap layers {one} and {two}"
        if key:
            words = f"swap the {key} of layers {one} and {two}, if they were exchanged"
        change = _Change(words, edits, swapped)
        if edits and not patient.after(change).clashes:
            yield change


def _size_changes(patient: _Patient, layer: LayerShape, misfit: Misfit) -> Iterator[_Change]:
    """Yield: the sizes that weights or biases speak of, written where they are declared.

    Of the layer in front as well as of its own: either may be the wrong one.
    """
    layers, number = patient.spec.layers, layer.layer
    inputs, neurons = layer.weights_shape
    sizes = [(number - 1, inputs)] if misfit.code == "N201" else []
    sizes += [(number, neurons)] if layers[number - 1].weights is not None else []
    if misfit.code == "N203":
        sizes.append((number, misfit.found))
        if number < len(layers):
            sizes.append((number, _shape(patient.spec, number + 1).weights_shape[0]))
    yield from (patient.sized(*each) for each in dict.fromkeys(sizes))


def _fitted(own: LayerSpec, layer: LayerShape, key: str) -> LayerSpec | None:
    """Return a layer with its list of weights or biases as long as needed; None if it has none."""
    rows, numbers = as_inputs_by_neurons((layer.inputs, layer.neurons), layer.layout)
    if key == "biases" and isinstance(own.biases, tuple):
        biases = (*own.biases, *[0.0] * own.neurons)[: own.neurons]
        return own.model_copy(update={"biases": biases})
    if key == "weights" and isinstance(own.weights, tuple):
        weights = tuple(row[:numbers] for row in own.weights[:rows])
        return own.model_copy(update={"weights": weights})
    return None


def _joined_changes(patient: _Patient, layer: LayerShape, misfit: Misfit) -> Iterator[_Change]:
    """Yield lists in which a comma that belongs to a number does not separate it any more."""
    own, number = patient.spec.layers[layer.layer - 1], layer.layer
    path: Path = ("layers", number - 1, misfit.key)
    if misfit.key == "weights" and not patient.is_flat(number):
        path = (*path, 0)  # of several rows, all would have to be too long
        if not isinstance(own.weights, tuple) or len(own.weights) > 1:
            return
    if (changed := _fitted(own, layer, misfit.key)) is not None:
        joined = joined_numbers(patient.editor, path, misfit.found - misfit.wanted)
        yield from (_Change(words, edits, {number: changed}) for words, edits in joined)


def _resized(patient: _Patient, layer: LayerShape, misfit: Misfit) -> Iterator[_Change]:
    """Yield the weights without their last row, if one is too many, or as many biases as needed."""
    own, number = patient.spec.layers[layer.layer - 1], layer.layer
    rows, numbers = as_inputs_by_neurons((layer.inputs, layer.neurons), layer.layout)
    lists = [("weights", rows, 1, "number" if patient.is_flat(number) else "row")]
    if own.weights_shape != (rows + 1, numbers) or isinstance(own.biases, WithinWeights):
        lists = []
    if misfit.code == "N203":
        lists.append(("biases", own.neurons, misfit.found - own.neurons, "bias"))
    for key, length, surplus, part in lists:
        whose = f"layer {number}" if key == "biases" else f"the weights of layer {number}"
        count = count_of(abs(surplus), part, "biases")
        words = f"add {count} to {whose}, if 0 is what was left out"
        if surplus > 0:
            words = f"take {count} away from {whose}, the last if it is the wrong one"
        edit = patient.editor.resize(("layers", number - 1, key), length)
        if (changed := _fitted(own, layer, key)) is not None:
            yield _Change(words, (edit,), {number: changed})
