"""Layers that do not fit each other: every change of the spec that would make them fit.

A change is a few values of the spec as they would be; it is tried on the shapes alone, and kept
if nothing clashes any more.  Where clashes have several causes, a change counts if it mends its
own clash and makes no new one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain, pairwise, product
from typing import Any

from nncli.doctor.edits import edited
from nncli.doctor.spec_edits import SpecEditor, edit_of
from nncli.doctor.written_lists import MAX_CHARACTERS, joined_numbers, relisted
from nncli.network.shapes import LayerShape, layer_shape, shape_table
from nncli.problems import Edit, Problem, Suggestion
from nncli.specs.faults import Path
from nncli.specs.fit import Misfit, as_inputs_by_neurons, other_layout, shape_held_by
from nncli.specs.model import LayerSpec, NetworkSpec, OutputsSpec, WithinWeights
from nncli.specs.reader import SpecReading, examine_spec
from nncli.specs.spec_text import Span
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

_INPUTS: Path = ("inputs", "size")
# A clash, by the layer's number and the problem's code.
Clash = tuple[int, str]


@dataclass(frozen=True)
class _Change:
    """What would be different: values of the spec, by their paths."""

    words: str
    edits: tuple[Edit | None, ...]
    values: Mapping[Path, Any] = field(default_factory=dict)

    def suggestion(self) -> Suggestion:
        """Return the change as the user is told of it: no edits if one of them is not possible."""
        edits = [edit for edit in self.edits if edit is not None and None not in self.edits]
        edits.sort(key=lambda edit: (edit.line, edit.column))
        return Suggestion(self.words, edits=tuple(edits))

    def applied_to(self, spec: NetworkSpec) -> NetworkSpec:
        """Return a spec with the change made."""
        inputs, layers = spec.inputs, list(spec.layers)
        for path, value in self.values.items():
            if path == _INPUTS:
                inputs = inputs.model_copy(update={"size": value})
            else:
                place, key = int(path[1]), str(path[2])
                layers[place] = layers[place].model_copy(update={key: value})
        return spec.model_copy(update={"inputs": inputs, "layers": tuple(layers)})


@dataclass(frozen=True)
class _Patient:
    """A spec, the maker of its edits, and what clashes in it."""

    spec: NetworkSpec
    editor: SpecEditor
    clashes: frozenset[Clash]

    def after(self, change: _Change) -> _Patient:
        """Return the spec with a change made; only changed layers and those behind are asked."""
        spec = change.applied_to(self.spec)
        changed = {-1 if path == _INPUTS else int(path[1]) for path in change.values}
        asked = {place + step for place in changed for step in (1, 2)}
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
        words, path = f"let the network take {count_of(size, 'input')}", _INPUTS
        if number:
            words = f"let layer {number} have {count_of(size, 'neuron')}"
            path = ("layers", number - 1, "neurons")
            layer = self.spec.layers[number - 1]
            if layer.weights is None and isinstance(layer.biases, tuple):
                words += ", if its biases are right"  # the weights are drawn, and then others
        return _Change(words, (self.editor.replace(path, str(size)),), {path: size})


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
    rewritten = () if is_single else _rewritten(reading.source)
    if not rewritten:
        return problems
    return replace(problems[0], help=(), suggestions=rewritten), *same_cause(problems[1:])


def same_cause(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Return problems that are gone once the first change is made."""
    return tuple(replace(each, help=(SAME_CAUSE,), suggestions=()) for each in problems)


def _rewritten(source: YamlSource) -> tuple[Suggestion, ...]:
    """Return the change of how lists are written, or of a copied layer, if then all layers fit."""
    text = source.text
    if len(text.text) > MAX_CHARACTERS:
        return ()
    for change in (*(suggestion for suggestion, _ in relisted(source)), *_without_copies(source)):
        if not examine_spec(edited(text.text, change.edits).encode(), text.file).found.problems:
            return (change,)
    return ()


def _without_copies(source: YamlSource) -> Iterator[Suggestion]:
    """Yield the spec without a layer that is the same as the one in front of it."""
    layers = source.value.get("layers")
    for index, (one, two) in enumerate(pairwise(layers if isinstance(layers, list) else ())):
        before, copy = (source.span(("layers", place)) for place in (index, index + 1))
        if one == two and before is not None and copy is not None:
            span = Span(*before[2:], *copy[2:])
            edit = edit_of(source.text, span, "", f"(without layer {index + 2})")
            yield Suggestion(f"leave layer {index + 2} out, if it was pasted twice", edits=(edit,))


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
    """Return the change that only the user can make: weights for other inputs or neurons."""
    held, wanted = layer.weights_shape, (layer.inputs, layer.neurons)
    parts = [("row", ""), ("number", " in each row")]
    parts = parts if layer.layout == "inputs_by_neurons" else parts[::-1]
    sizes = zip(("input", "neuron"), held, wanted, parts, strict=True)
    for what, size, number, (part, each) in sizes if held != wanted[::-1] else ():
        if size != number:
            weights = f"weights for {count_of(number, what)}"
            count = f"{count_of(number, part)}{each}, not {size:,}"
            return (f"{prefix}give layer {layer.layer} {weights}: {count}",)
    return ()


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
        if not features or change.values.get(_INPUTS, features) == features
    ]
    # if nothing suits the names, they are the next to be told of
    suiting = [each for each in tried if _fits_names(each[1].spec, each[0].values)]
    tried = suiting if suiting or _fits_names(patient.spec) else tried
    left = [(change, after.clashes) for change, after in tried]
    clean = [each for each in left if (number, code) not in each[1] <= patient.clashes]
    whole = [each for each in clean if not each[1]]
    # what cannot be typed as it stands comes last; otherwise the order is the likelihood
    ranked = sorted(whole or clean, key=lambda e: (not e[0].suggestion().edits, len(e[1])))
    return [change for change, _ in ranked]


def _fits_names(spec: NetworkSpec, changed: Iterable[Path] = ()) -> bool:
    """Whether inputs, outputs and neurons are as many as the spec names, or has numbers for.

    changed: what else may be contradicted: the slopes of these layers.
    """
    inputs, outputs, last = spec.inputs, spec.outputs or OutputsSpec(), spec.layers[-1].neurons
    lists: list[tuple[int, Any]] = [(inputs.size, inputs.columns), (last, outputs.columns)]
    lists.append((max(last, 2), outputs.classes))  # one neuron tells two classes apart
    scales = ((inputs.size, inputs.clip), (inputs.size, inputs.scale), (last, outputs.scale))
    for size, part in scales:  # `to` is a range, not of one column each
        lists += [(size, value) for key, value in part or () if key != "to"]
    for layer in (spec.layers[int(path[1])] for path in changed if path != _INPUTS):
        lists.append((layer.neurons, layer.activation.parameters().get("slopes")))
    return all(len(each) == size for size, each in lists if isinstance(each, tuple))


def _layout_changes(patient: _Patient, layer: LayerShape, _: Misfit) -> Iterator[_Change]:
    """Yield the weights of this layer, of all that clash, and of all layers the other way round."""
    spec, number, layout = patient.spec, layer.layer, other_layout(layer.layout)
    alike = [
        n
        for n, each in enumerate(spec.layers if len(spec.layers) <= _MAX_TURNED_LAYERS else (), 1)
        if each.weights is not None and each.layout != layout and not patient.is_flat(n)
    ]
    square = [n for n in alike if len(set(spec.layers[n - 1].weights_shape or ())) == 1]
    clashing = {n for n, code in patient.clashes if code != "N203"}
    # whether a square one must be turned, nobody can see, unless several others must
    choices = [number], alike, [n for n in alike if n in clashing and n not in square]
    for chosen in dict.fromkeys(tuple(each) for each in choices if {number} <= {*each} & {*alike}):
        values = [_turned(patient.editor, n, spec.layers[n - 1]) for n in chosen]
        is_all = list(chosen) == alike and len(alike) > 1
        which = "all layers" if is_all else numbered("layer", chosen)
        words = f"read the weights of {which} as {_MEANINGS[layout]}"
        if square:
            others = f"those of {numbered('layer', square)}"
            doubt = f"if {others} are so, too" if is_all else f"assuming {others} right"
            words += f", {doubt}: they fit either way"
        edits = _layout_edits(patient.editor, chosen, layout, is_all)
        yield _Change(words, edits, dict(chain(*values)))


def _turned(editor: SpecEditor, number: int, layer: LayerSpec) -> list[tuple[Path, Any]]:
    """Return a layer's other layout, and the neurons that follow if only the weights say them."""
    owner, layout = ("layers", number - 1), other_layout(layer.layout)
    held = shape_held_by(layer.model_copy(update={"layout": layout}))
    are_said = editor.source.holds(editor.source_path((*owner, "neurons")))
    neurons = [] if held is None or are_said else [((*owner, "neurons"), held[1])]
    return [((*owner, "layout"), layout), *neurons]


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
        one, two = sorted((number - 1, other - 1))
        edits = _exchanged(patient.editor, ("layers", one), ("layers", two), key)
        what = f"the {key} of layers" if key else "layers"
        words = f"swap {what} {one + 1} and {two + 1}, if they were exchanged"
        values: dict[Path, Any] = {
            ("layers", place, name): getattr(layers[source], name)
            for place, source in ((one, two), (two, one))
            for name in ([key] if key else LayerSpec.model_fields)
        }
        change = _Change(words, edits, values)
        if edits and not patient.after(change).clashes:
            yield change


def _exchanged(editor: SpecEditor, one: Path, two: Path, key: str) -> tuple[Edit | None, ...]:
    """Return the edits that swap two mappings, or a value of theirs, which is written in brackets.

    Lists of dashes cannot stand wherever those in brackets do.
    """
    if not key:
        return editor.swap(one, two)
    paths = [(*one, key), (*two, key)]
    texts = [editor.in_brackets(path) for path in reversed(paths)]
    return tuple(editor.replace(path, text) for path, text in zip(paths, texts, strict=True))


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


def _fitted(own: LayerSpec, layer: LayerShape, key: str) -> Any:
    """Return the weights or biases of a layer, as many as it needs; None if they are no list."""
    rows, numbers = as_inputs_by_neurons((layer.inputs, layer.neurons), layer.layout)
    if key == "weights" and isinstance(own.weights, tuple):
        return tuple(row[:numbers] for row in own.weights[:rows])
    if key == "biases" and isinstance(own.biases, tuple):
        return (*own.biases, *[0.0] * own.neurons)[: own.neurons]
    return None


def _joined_changes(patient: _Patient, layer: LayerShape, misfit: Misfit) -> Iterator[_Change]:
    """Yield lists in which a comma that belongs to a number does not separate it any more."""
    own = patient.spec.layers[layer.layer - 1]
    path: Path = ("layers", layer.layer - 1, misfit.key)
    written, fitted = getattr(own, misfit.key), _fitted(own, layer, misfit.key)
    is_nested = misfit.key == "weights" and not patient.is_flat(layer.layer)
    # of several rows, all would have to be too long
    if fitted is not None and not (is_nested and len(written) > 1):
        inner = (*path, 0) if is_nested else path
        for words, edits in joined_numbers(patient.editor, inner, misfit.found - misfit.wanted):
            yield _Change(words, edits, {path: fitted})


def _resized(patient: _Patient, layer: LayerShape, misfit: Misfit) -> Iterator[_Change]:
    """Yield the weights without their last row, if one is too many, or as many biases as needed."""
    own, number, key = patient.spec.layers[layer.layer - 1], layer.layer, misfit.key
    written, fitted = getattr(own, key), _fitted(own, layer, key)
    if fitted is None or isinstance(own.biases, WithinWeights):
        return
    surplus, what, whose = len(written) - len(fitted), "bias", f"layer {number}"
    if key == "weights":
        what, whose = "number" if patient.is_flat(number) else "row", f"the weights of {whose}"
        if surplus != 1 or fitted != written[:-1]:
            return
    count, path = count_of(abs(surplus), what, "biases"), ("layers", number - 1, key)
    words = f"add {count} to {whose}, if 0 is what was left out"
    if surplus > 0:
        words = f"take {count} away from {whose}, the last if it is the wrong one"
    yield _Change(words, (patient.editor.resize(path, len(fitted)),), {path: fitted})
