"""Layers that do not fit each other: every change of the spec that would make them fit.

A change is a few layers as they would be; it is tried on the shapes alone, and kept if nothing
clashes any more.  Where clashes have several causes, a change counts if it mends its own clash
and makes no new one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Any

from nncli.doctor.edits import edited
from nncli.doctor.forms import joined_numbers
from nncli.doctor.spec_edits import SpecEditor
from nncli.doctor.written_lists import MAX_CHARACTERS, relisted
from nncli.network.shapes import LayerShape, layer_shape, shape_table
from nncli.problems import Edit, Problem, Suggestion
from nncli.specs.faults import Path
from nncli.specs.fit import Misfit, other_layout, shape_held_by
from nncli.specs.model import (
    Clip,
    LayerSpec,
    MinMax,
    NetworkSpec,
    OutputsSpec,
    Standard,
    WithinWeights,
)
from nncli.specs.reader import SpecReading, examine_spec
from nncli.specs.yaml_source import YamlSource
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


def treat_layers(reading: SpecReading, features: int | None = None) -> tuple[Problem, ...]:
    """Return the problems of a spec whose layers do not fit, with the changes that mend them.

    features: how many the data has, if that is known.
    """
    if reading.source is None:  # there is no text to change
        return reading.misfits
    problems = _one_by_one(reading.spec, reading.source, features)
    # of a single clash, its own list says more
    if len(problems) > 1 or not any(problem.suggestions for problem in problems):
        first, *others = problems
        if (rewritten := _as_lists(reading.source)) is not None:
            told = replace(first, help=(), suggestions=(rewritten,))
            return told, *(replace(p, help=(SAME_CAUSE,), suggestions=()) for p in others)
    return problems


def _one_by_one(spec: NetworkSpec, source: YamlSource, features: int | None) -> tuple[Problem, ...]:
    """Return the clashes, each with the changes that mend it."""
    editor = SpecEditor(source)
    clashing = [(layer, misfit) for layer in shape_table(spec).layers for misfit in layer.misfits]
    left = frozenset((layer.layer, misfit.code) for layer, misfit in clashing)
    problems: list[Problem] = []
    for number, (layer, misfit) in enumerate(clashing):
        place = source.place(("layers", layer.layer - 1, misfit.key))
        suggestions: tuple[Suggestion, ...] = ()
        if (layer.layer, misfit.code) not in left:
            advice: tuple[str, ...] = (SAME_CAUSE,)
        elif number < _TREATED_MISFITS:
            # what is left after the likeliest changes so far: the advice must go together
            patient = _Patient(spec, editor, left, features)
            working = _working(patient, (layer.layer, misfit.code))
            suggestions = tuple(change.suggestion() for change, _ in working)
            if working:
                change, left = working[0]
                spec = change.applied_to(spec)
            advice = _by_hand(patient.shape(layer.layer), prefix="or " if working else "")
            advice = advice if working or advice else (_NOTHING_WORKS,)
        else:
            advice = _by_hand(layer)
        problems.append(Problem(misfit.code, misfit.message, place, advice, suggestions))
    return tuple(problems)


def _as_lists(source: YamlSource) -> Suggestion | None:
    """Return the change of lists that are written another way, if then all layers fit."""
    text = source.text
    if len(text.text) > MAX_CHARACTERS:
        return None
    for suggestion, _ in relisted(source):
        if not examine_spec(edited(text.text, suggestion.edits).encode(), text.file).found.problems:
            return suggestion
    return None


def _by_hand(layer: LayerShape, prefix: str = "") -> tuple[str, ...]:
    """Return the change that only the user can make: weights for other inputs."""
    inputs, neurons = layer.weights_shape
    if (inputs, neurons) == (layer.neurons, layer.inputs):
        return ()
    is_by_rows = layer.layout == "inputs_by_neurons"
    rows, numbers = (inputs, neurons) if is_by_rows else (neurons, inputs)
    wanted_rows, wanted_numbers = _wanted_shape(layer)
    which = f"the weights of layer {layer.layer}"
    if rows == wanted_rows - 1 and numbers == wanted_numbers:
        wanted = f"{count_of(wanted_rows, 'row')}, not {rows:,}"
        return (f"{prefix}add the row that {which} lack: {wanted}",)
    if inputs == layer.inputs:
        return ()
    part = "row" if is_by_rows else "number"
    wanted = f"{count_of(layer.inputs, part)}{'' if is_by_rows else ' in each row'}, not {inputs:,}"
    shape = f"weights for {count_of(layer.inputs, 'input')}"
    return (f"{prefix}give layer {layer.layer} {shape}: {wanted}",)


def changes_of_inputs(reading: SpecReading, features: int) -> tuple[Suggestion, ...]:
    """Return the changes after which the network takes that many inputs, and all layers fit.

    The likelier first: of `layer_sizes`, the inputs may have been left out.
    """
    if reading.source is None:
        return ()
    spec, editor = reading.spec, SpecEditor(reading.source)
    clashing = (layer for layer in shape_table(spec).layers if layer.misfits)
    clashes = frozenset((layer.layer, m.code) for layer in clashing for m in layer.misfits)
    change = _inputs_change(editor, features)
    if not (change.possible_edits() and _fits_names(spec, change)):
        return ()
    if _clashes_after(_Patient(spec, editor, clashes), change):
        return ()
    sizes, activations = (reading.source.value.get(k) for k in ("layer_sizes", "activations"))
    if not isinstance(sizes, list) or isinstance(activations, list) or spec.weights_file:
        return (change.suggestion(),)
    edit = editor.insert_first(("layer_sizes",), str(features))
    words = f"write the {count_of(features, 'input')} in front, if these are the layers alone"
    front = (Suggestion(words, edits=(edit,)),) if edit is not None else ()
    own = replace(change.suggestion(), words=f"{change.words}, if the first size is theirs")
    # sizes that are nearly equal are a slip of the one number
    return (own, *front) if abs(sizes[0] - features) == 1 else (*front, own)


@dataclass(frozen=True)
class _Patient:
    """A spec, the maker of its edits, what clashes in it, and how many features the data has."""

    spec: NetworkSpec
    editor: SpecEditor
    clashes: frozenset[Clash]
    features: int | None = None

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
        _joined_changes(patient, layer, misfit),
        _swaps(patient, layer.layer),
        _size_changes(patient, layer, misfit),
        _shorter_weights(patient, layer),
        _bias_changes(patient, layer, misfit),
    )
    of_data = patient.features
    known = [change for change in candidates if not of_data or change.inputs in (None, of_data)]
    # if nothing suits the names, they are the next to be told of
    fitting = [change for change in known if _fits_names(patient.spec, change)]
    if not _fits_names(patient.spec, _Change("", ())):
        fitting = fitting or known
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
    """Yield the weights of this layer, of all that clash, and of all layers the other way round."""
    spec, editor = patient.spec, patient.editor
    own = spec.layers[number - 1]
    if own.weights is None or _is_flat(editor, number):
        return
    layout = other_layout(own.layout)
    alike = [number]
    if len(spec.layers) <= _MAX_TURNED_LAYERS:
        alike = [
            n
            for n, layer in enumerate(spec.layers, start=1)
            if layer.weights is not None and layer.layout != layout and not _is_flat(editor, n)
        ]
    square = [n for n in alike if len(set(spec.layers[n - 1].weights_shape or ())) == 1]
    clashing = {n for n, code in patient.clashes if code != "N203"}
    turnable = [n for n in alike if n not in square]
    # those that must be turned come first: whether a square one must be, nobody can see, unless
    # several others must
    choices = [[number], [n for n in turnable if n in clashing], turnable, alike]
    if len(turnable) > 1 and clashing >= set(turnable):
        choices.insert(1, alike)
    for chosen in dict.fromkeys(tuple(each) for each in choices if number in each):
        turned = {n: _turned(editor, n, spec.layers[n - 1]) for n in chosen}
        words = f"read the weights of {_layers(chosen, alike)} as {_meaning(layout)}"
        if square and set(square) <= set(chosen) and chosen != (number,):
            words += f", if those of {_layers(square, alike)} are so, too: they fit either way"
        elif square and not set(square) & set(chosen):
            words += f", assuming those of {_layers(square, alike)} right: they fit either way"
        if list(chosen) == alike and len(chosen) > 1:
            edits = _all_layouts_edits(editor, spec, turned, layout)
        else:
            edits = tuple(_layout_edit(editor, n, layout) for n in chosen)
        yield _Change(words, edits, layers=turned)


def _layers(numbers: Sequence[int], of_all: Sequence[int]) -> str:
    """Return 'all layers', 'layer 2' or 'layers 1, 2 and 4'."""
    if len(numbers) > 1 and len(numbers) == len(of_all):
        return "all layers"
    *first, last = map(str, numbers)
    return f"layers {', '.join(first)} and {last}" if first else f"layer {last}"


def _swaps(patient: _Patient, number: int) -> Iterator[_Change]:
    """Yield a layer in the place of its neighbour, if then everything fits."""
    spec = patient.spec
    for one in (number, number - 1):
        if 1 <= one < len(spec.layers):
            edits = patient.editor.swap(("layers", one - 1), ("layers", one))
            swapped = {one: spec.layers[one], one + 1: spec.layers[one - 1]}
            change = _Change(f"swap layers {one} and {one + 1}", edits, layers=swapped)
            if edits and not _clashes_after(patient, change):
                yield change


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


def _joined_changes(patient: _Patient, layer: LayerShape, misfit: Misfit) -> Iterator[_Change]:
    """Yield lists in which a comma that belongs to a number does not separate it any more."""
    own, number = patient.spec.layers[layer.layer - 1], layer.layer
    weights, changed = own.weights, dict[str, Any]()
    path: Path = ("layers", number - 1, misfit.key)
    if misfit.code == "N203" and isinstance(own.biases, tuple):
        changed = {"biases": own.biases[: own.neurons]}
    elif isinstance(weights, tuple) and (_is_flat(patient.editor, number) or len(weights) == 1):
        shape = _wanted_shape(layer)
        changed = {"weights": tuple(row[: shape[1]] for row in weights[: shape[0]])}
        path = path if _is_flat(patient.editor, number) else (*path, 0)
    else:
        return
    for words, edits in joined_numbers(patient.editor, path, misfit.found - misfit.wanted):
        layers = {number: own.model_copy(update=changed)}
        yield _Change(words, edits, layers=layers)


def _wanted_shape(layer: LayerShape) -> tuple[int, int]:
    """Return how many rows, and numbers in each, the weights of a layer should have."""
    shape = (layer.inputs, layer.neurons)
    return shape if layer.layout == "inputs_by_neurons" else shape[::-1]


def _shorter_weights(patient: _Patient, layer: LayerShape) -> Iterator[_Change]:
    """Yield the weights without their last row, if one is too many."""
    own, (rows, _) = patient.spec.layers[layer.layer - 1], _wanted_shape(layer)
    weights = own.weights
    if isinstance(weights, tuple) and not isinstance(own.biases, WithinWeights):
        part = "number" if _is_flat(patient.editor, layer.layer) else "row"
        words = f"take 1 {part} away from the weights of layer {layer.layer}, the last if it"
        edit = patient.editor.resize(("layers", layer.layer - 1, "weights"), rows)
        changed = own.model_copy(update={"weights": weights[:rows]})
        if len(weights) == rows + 1:
            yield _Change(f"{words} is the wrong one", (edit,), layers={layer.layer: changed})


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
        words = f"add {added} to layer {number}, if 0 is what was left out"
    else:
        left_out = count_of(-lacking, "bias", "biases")
        words = f"take {left_out} away from layer {number}, the last if it is the wrong one"
    edit = patient.editor.resize(("layers", number - 1, "biases"), own.neurons)
    changed = own.model_copy(update={"biases": biases})
    yield _Change(words, (edit,), layers={number: changed})
