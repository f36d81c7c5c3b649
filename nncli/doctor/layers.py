"""Layers that do not fit each other: every change of the spec that would make them fit.

A change is a few layers as they would be; it is tried on the shapes alone, and kept if nothing
clashes any more.  Where clashes have several causes, a change counts if it mends its own clash
and makes no new one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from nncli.doctor.spec_edits import SpecEditor
from nncli.network.shapes import LayerShape, layer_shape, shape_table
from nncli.problems import Edit, Problem, Suggestion
from nncli.specs.fit import Misfit, other_layout, shape_held_by
from nncli.specs.model import Clip, LayerSpec, MinMax, NetworkSpec, OutputsSpec, Standard
from nncli.specs.reader import SpecReading
from nncli.words import count_of

# Nobody reads more of them; those beyond are reported without a remedy.
_TREATED_MISFITS = 20
# Trying to turn the weights of more layers takes too long, and nobody has written them by hand.
_MAX_TURNED_LAYERS = 1000
_NOTHING_WORKS = "no single change of a size, a layout or a list of biases makes the network fit"
SAME_CAUSE = "the first change above mends this, too"

# A clash, by the layer's number and the problem's code.
Clash = tuple[int, str]


@dataclass(frozen=True)
class _Change:
    """What would be different: the network's inputs, some layers by number from 1."""

    words: str
    edits: tuple[Edit | None, ...]
    inputs: int | None = None
    layers: Mapping[int, LayerSpec] = field(default_factory=dict)

    def suggestion(self) -> Suggestion:
        """Return the change as the user is told of it."""
        return Suggestion(self.words, edits=self.possible_edits())

    def possible_edits(self) -> tuple[Edit, ...]:
        """Return the edits that make the change; none if one of them is not possible."""
        edits = tuple(edit for edit in self.edits if edit is not None)
        if len(edits) < len(self.edits):
            return ()
        return tuple(sorted(edits, key=lambda edit: (edit.line, edit.column)))

    def applied_to(self, spec: NetworkSpec) -> NetworkSpec:
        """Return a spec with the change made."""
        size = self.inputs or spec.inputs.size
        numbered = enumerate(spec.layers, start=1)
        layers = tuple(self.layers.get(number, layer) for number, layer in numbered)
        inputs = spec.inputs.model_copy(update={"size": size})
        return spec.model_copy(update={"inputs": inputs, "layers": layers})


def treat_layers(reading: SpecReading) -> tuple[Problem, ...]:
    """Return the problems of a spec whose layers do not fit, with the changes that mend them."""
    if reading.source is None:  # there is no text to change
        return reading.misfits
    spec, editor = reading.spec, SpecEditor(reading.source)
    clashing = [(layer, misfit) for layer in shape_table(spec).layers for misfit in layer.misfits]
    left = frozenset((layer.layer, misfit.code) for layer, misfit in clashing)
    problems: list[Problem] = []
    for number, (layer, misfit) in enumerate(clashing):
        place = reading.source.place(("layers", layer.layer - 1, misfit.key))
        suggestions: tuple[Suggestion, ...] = ()
        if (layer.layer, misfit.code) not in left:
            advice: tuple[str, ...] = (SAME_CAUSE,)
        elif number < _TREATED_MISFITS:
            # what is left after the likeliest changes so far: the advice must go together
            patient = _Patient(spec, editor, left)
            working = _working(patient, (layer.layer, misfit.code))
            suggestions = tuple(change.suggestion() for change, _ in working)
            if working:
                change, left = working[0]
                spec = change.applied_to(spec)
            advice = _by_hand(patient.shape(layer.layer), prefix="or " if working else "")
            advice = advice if working else (_NOTHING_WORKS, *advice)
        else:
            advice = _by_hand(layer)
        problems.append(Problem(misfit.code, misfit.message, place, advice, suggestions))
    return tuple(problems)


def _by_hand(layer: LayerShape, prefix: str = "") -> tuple[str, ...]:
    """Return the change that only the user can make: weights for other inputs."""
    inputs, neurons = layer.weights_shape
    if inputs == layer.inputs or (inputs, neurons) == (layer.neurons, layer.inputs):
        return ()
    rows = "rows" if layer.layout == "inputs_by_neurons" else "numbers in each row"
    shape = f"weights for {count_of(layer.inputs, 'input')}"
    return (f"{prefix}give layer {layer.layer} {shape}: {layer.inputs:,} {rows}, not {inputs:,}",)


def change_of_inputs(reading: SpecReading, features: int) -> Suggestion | None:
    """Return the change of the network's inputs to that many, if all layers then fit."""
    if reading.source is None:
        return None
    spec, editor = reading.spec, SpecEditor(reading.source)
    clashing = (layer for layer in shape_table(spec).layers if layer.misfits)
    clashes = frozenset((layer.layer, m.code) for layer in clashing for m in layer.misfits)
    change = _inputs_change(editor, features)
    if not (change.possible_edits() and _fits_names(spec, change)):
        return None
    if _clashes_after(_Patient(spec, editor, clashes), change):
        return None
    return change.suggestion()


@dataclass(frozen=True)
class _Patient:
    """A spec, the maker of its edits, and what clashes in it."""

    spec: NetworkSpec
    editor: SpecEditor
    clashes: frozenset[Clash]

    def shape(self, number: int) -> LayerShape:
        """Return the shapes of a layer."""
        return layer_shape(number, self.spec.layers[number - 1], self.spec.layer_sizes[number - 1])


def _working(patient: _Patient, clash: Clash) -> list[tuple[_Change, frozenset[Clash]]]:
    """Return the changes that mend a clash, the likeliest first, each with what still clashes.

    If some make the whole network fit, only those.
    """
    layer = patient.shape(clash[0])
    misfit = next(misfit for misfit in layer.misfits if misfit.code == clash[1])
    candidates = chain(
        _layout_changes(patient, layer.layer),
        _size_changes(patient, layer, misfit),
        _bias_changes(patient, layer, misfit),
    )
    fitting = (change for change in candidates if _fits_names(patient.spec, change))
    tried = [(change, _clashes_after(patient, change)) for change in fitting]
    clean = [
        (change, after)
        for change, after in tried
        if clash not in after and after <= patient.clashes
    ]
    whole = [(change, after) for change, after in clean if not after]

    def rank(item: tuple[_Change, frozenset[Clash]]) -> tuple[bool, int]:
        change, after = item
        # what cannot be typed as it stands comes last; otherwise the order is the likelihood
        return not change.possible_edits(), len(after)

    return sorted(whole or clean, key=rank)


def _fits_names(spec: NetworkSpec, change: _Change) -> bool:
    """Whether inputs, outputs and neurons stay as many as the spec names, or has numbers for."""
    last = change.layers.get(len(spec.layers), spec.layers[-1])
    inputs, outputs = change.inputs or spec.inputs.size, spec.outputs or OutputsSpec()
    classes = len(outputs.classes) if outputs.classes is not None else last.neurons
    of_inputs = (spec.inputs.columns, *_numbers(spec.inputs.clip), *_numbers(spec.inputs.scale))
    of_outputs = (outputs.columns, *_numbers(outputs.scale))
    return (
        all(len(each) == inputs for each in of_inputs if isinstance(each, tuple))
        and all(len(each) == last.neurons for each in of_outputs if isinstance(each, tuple))
        and (classes == last.neurons or (classes, last.neurons) == (2, 1))
        and all(_has_its_slopes(layer) for layer in change.layers.values())
    )


def _has_its_slopes(layer: LayerSpec) -> bool:
    """Whether an activation has as many slopes as there are neurons, or one for all."""
    slopes = layer.activation.parameters().get("slopes")
    return not isinstance(slopes, tuple) or len(slopes) == layer.neurons


def _numbers(part: Clip | Standard | MinMax | None) -> list[Any]:
    """Return the numbers of a clip or a scale: each one for all columns, or a tuple of one each."""
    return [] if part is None else [value for key, value in part if key not in ("kind", "to")]


def _clashes_after(patient: _Patient, change: _Change) -> frozenset[Clash]:
    """Return what clashes after a change; only changed layers and those behind them are asked."""
    spec = patient.spec
    asked = set(change.layers) | {number + 1 for number in change.layers}
    if change.inputs is not None:
        asked.add(1)
    now: set[Clash] = set()
    for number in asked:
        if number > len(spec.layers):
            continue
        inputs = change.inputs or spec.inputs.size
        if number > 1:
            inputs = change.layers.get(number - 1, spec.layers[number - 2]).neurons
        layer = change.layers.get(number, spec.layers[number - 1])
        now |= {(number, misfit.code) for misfit in layer_shape(number, layer, inputs).misfits}
    return frozenset(clash for clash in patient.clashes if clash[0] not in asked) | now


def _layout_changes(patient: _Patient, number: int) -> Iterator[_Change]:
    """Yield: the weights of all layers the other way round; this layer's."""
    spec, editor = patient.spec, patient.editor
    own = spec.layers[number - 1]
    if own.weights is None or _is_flat(editor, number):
        return
    layout = other_layout(own.layout)
    turned = {number: _turned(editor, number, own)}
    if len(spec.layers) <= _MAX_TURNED_LAYERS:
        turned |= {
            n: _turned(editor, n, layer)
            for n, layer in enumerate(spec.layers, start=1)
            if layer.weights is not None and layer.layout != layout and not _is_flat(editor, n)
        }
    if len(turned) > 1:
        words = f"read the weights of all layers as {_meaning(layout)}"
        yield _Change(words, _all_layouts_edits(editor, spec, turned, layout), layers=turned)
    words = f"read the weights of layer {number} as {_meaning(layout)}"
    edit = _layout_edit(editor, number, layout)
    yield _Change(words, (edit,), layers={number: turned[number]})


def _is_flat(editor: SpecEditor, number: int) -> bool:
    """Whether the weights are written as a flat list, which has no other way round."""
    written = editor.value_at(("layers", number - 1, "weights"))
    return isinstance(written, list) and not isinstance(written[0], list)


def _turned(editor: SpecEditor, number: int, layer: LayerSpec) -> LayerSpec:
    """Return a layer whose weights are read the other way round, and say its neurons if they do."""
    turned = layer.model_copy(update={"layout": other_layout(layer.layout)})
    held = shape_held_by(turned)
    if held is None or editor.source.holds(editor.source_path(("layers", number - 1, "neurons"))):
        return turned
    return turned.model_copy(update={"neurons": held[1]})


def _layout_edit(editor: SpecEditor, number: int, layout: str) -> Edit | None:
    path = ("layers", number - 1)
    if editor.source.holds((*path, "layout")):
        return editor.replace((*path, "layout"), layout)
    return editor.insert_key((*path, "weights"), "layout", layout)


def _meaning(layout: str) -> str:
    return "(neurons, inputs)" if layout == "neurons_by_inputs" else "(inputs, neurons)"


def _all_layouts_edits(
    editor: SpecEditor, spec: NetworkSpec, turned: Mapping[int, LayerSpec], layout: str
) -> tuple[Edit | None, ...]:
    """Return the edit of the layout for all layers, or those of each if they have their own."""
    layers = range(len(spec.layers))
    if any(editor.source.holds(("layers", index, "layout")) for index in layers):
        return tuple(_layout_edit(editor, number, layout) for number in turned)
    if editor.source.holds(("layout",)):
        return (editor.replace(("layout",), layout),)
    return (editor.insert_key(("layers",), "layout", layout),)


def _size_changes(patient: _Patient, layer: LayerShape, misfit: Misfit) -> Iterator[_Change]:
    """Yield: the sizes that weights or biases speak of, written where they are declared.

    Of the layer in front as well as of its own: either may be the wrong one.
    """
    spec, number = patient.spec, layer.layer
    held_inputs, held_neurons = layer.weights_shape
    if misfit.code == "N201" and number == 1:
        yield _inputs_change(patient.editor, held_inputs)
    if misfit.code == "N201" and number > 1:
        yield _neurons_change(patient, number - 1, held_inputs)
    sizes = []
    if spec.layers[number - 1].weights is not None:
        sizes.append(held_neurons)
    if misfit.code == "N203":
        sizes.append(misfit.found)
        if number < len(spec.layers):
            sizes.append(patient.shape(number + 1).weights_shape[0])
    for size in dict.fromkeys(sizes):
        yield _neurons_change(patient, number, size)


def _inputs_change(editor: SpecEditor, inputs: int) -> _Change:
    words = f"let the network take {count_of(inputs, 'input')}"
    edit = editor.replace(("inputs", "size"), str(inputs))
    return _Change(words, (edit,), inputs=inputs)


def _neurons_change(patient: _Patient, number: int, neurons: int) -> _Change:
    layer = patient.spec.layers[number - 1]
    edit = patient.editor.replace(("layers", number - 1, "neurons"), str(neurons))
    changed = layer.model_copy(update={"neurons": neurons})
    words = f"let layer {number} have {count_of(neurons, 'neuron')}"
    return _Change(words, (edit,), layers={number: changed})


def _bias_changes(patient: _Patient, layer: LayerShape, misfit: Misfit) -> Iterator[_Change]:
    """Yield the list of biases as long as the layer needs it."""
    number = layer.layer
    own = patient.spec.layers[number - 1]
    if misfit.code != "N203" or not isinstance(own.biases, tuple):
        return
    lacking = own.neurons - len(own.biases)
    biases = (*own.biases, *[0.0] * lacking)[: own.neurons]
    if lacking > 0:
        added = count_of(lacking, "bias", "biases")
        words = f"add {added} to layer {number}, with what belongs there instead of 0"
    else:
        left_out = count_of(-lacking, "bias", "biases")
        words = f"take {left_out} away from layer {number}, the last if it is the wrong one"
    edit = patient.editor.resize(("layers", number - 1, "biases"), own.neurons)
    changed = own.model_copy(update={"biases": biases})
    yield _Change(words, (edit,), layers={number: changed})
