"""Layers that do not fit each other: every change of the spec that would make them fit.

A change is tried on the shapes alone, and kept if nothing clashes any more.  Where clashes have
several causes, a change counts if it mends its own clash and makes no new one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, product
from typing import Any

from nncli.doctor.edits import edited
from nncli.doctor.spec_edits import SpecEditor
from nncli.doctor.written_lists import MAX_CHARACTERS, joined_numbers, relisted
from nncli.network.shapes import LayerShape, shape_table
from nncli.problems import Edit, Problem, Suggestion
from nncli.specs.faults import Path
from nncli.specs.fit import Misfit, as_inputs_by_neurons, other_layout, shape_held_by
from nncli.specs.model import NetworkSpec, OutputsSpec, WithinWeights
from nncli.specs.reader import SpecReading, examine_spec
from nncli.words import count_of, numbered

# Nobody reads more clashes, or writes more layers by hand: those beyond are told without a remedy.
_TREATED_MISFITS, _TREATED_LAYERS = 20, 50
# Whoever has more layers to change has more wrong than that.
_MAX_CHANGED = 5
_NOTHING_WORKS = "no single change of a size, a layout or a list of biases makes the network fit"
SAME_CAUSE = "the first change above mends this, too"
_MEANINGS = {"neurons_by_inputs": "(neurons, inputs)", "inputs_by_neurons": "(inputs, neurons)"}
_INPUTS: Path = ("inputs", "size")
_GUESSES = _LAST, _ZEROS = "the last if it is the wrong one", "if 0 is what was left out"

# A change as the user is told of it, and the spec with it.
_Change = tuple[Suggestion, NetworkSpec]


@dataclass(frozen=True)
class _Patient:
    """A spec, the maker of its edits, and what clashes in it."""

    spec: NetworkSpec
    editor: SpecEditor  # which knows how many features the data has, if that is known

    @property
    def layers(self) -> tuple[LayerShape, ...]:
        """The shapes of its layers."""
        return shape_table(self.spec).layers

    @property
    def clashes(self) -> frozenset[tuple[int, str]]:
        """What does not fit, by a layer's number and a problem's code.

        Number 0 is what the network has names or numbers for, and the data.
        """
        inputs, outputs = self.spec.inputs, self.spec.outputs or OutputsSpec()
        size, last = inputs.size, self.spec.layers[-1].neurons
        lists: list[tuple[int, Any]] = [(size, inputs.columns), (last, outputs.columns)]
        lists.append((max(last, 2), outputs.classes))  # one neuron tells two classes apart
        for count, step in (size, inputs.clip), (size, inputs.scale), (last, outputs.scale):
            # `to` is a range, not of one column each
            lists += [(count, each) for key, each in step or () if key != "to"]
        for layer in self.spec.layers:
            lists.append((layer.neurons, layer.activation.parameters().get("slopes")))
        found = {(each.layer, misfit.code) for each in self.layers for misfit in each.misfits}
        if any(len(each) != count for count, each in lists if isinstance(each, tuple)):
            found.add((0, "N111"))
        if self.editor.features not in (None, size):
            found.add((0, f"N407 {size}"))
        return frozenset(found)

    def change(
        self, words: str, values: Mapping[Path, Any], edits: Sequence[Edit | None] | None = None
    ) -> _Change:
        """Return the change of some values, by their paths; None for a layer that goes.

        edits: if they are others than those that write the values; told are all or none.
        """
        inputs, layers, editor = self.spec.inputs, list(self.spec.layers), self.editor
        for path, value in values.items():
            if path == _INPUTS:
                inputs = inputs.model_copy(update={"size": value})
                continue
            index, owner = int(path[1]), path[:2]
            layer = layers[index].model_copy(update={str(path[2]): value}) if path[2:] else value
            if path[2:] and not editor.source.holds(editor.source_path((*owner, "neurons"))):
                _, neurons = shape_held_by(layer) or (0, layer.neurons)  # the weights say them
                layer = layer.model_copy(update={"neurons": neurons})
            layers[index] = layer
        if edits is None:
            edits = [editor.write(path, str(value)) for path, value in values.items()]
        possible = [edit for edit in edits if edit is not None]
        possible.sort(key=lambda edit: (edit.line, edit.column))
        kept = tuple(layer for layer in layers if layer is not None)
        spec = self.spec.model_copy(update={"inputs": inputs, "layers": kept})
        return Suggestion(words, edits=tuple(possible) if len(possible) == len(edits) else ()), spec

    def is_flat(self, number: int) -> bool:
        """Whether a layer's weights are written as a flat list, which has no other way round."""
        written = self.editor.value_at(("layers", number - 1, "weights"))
        return isinstance(written, list) and not isinstance(written[0], list)

    def sized(self, sizes: Mapping[int, int]) -> _Change:
        """Return the change of some layers' neurons, or of the network's inputs: number 0."""
        words, values = [], dict[Path, Any]()
        for number, size in sizes.items():
            values[("layers", number - 1, "neurons") if number else _INPUTS] = size
            taker = f"layer {number} have" if number else "the network take"
            words.append(f"let {taker} {count_of(size, 'neuron' if number else 'input')}")
            layer = self.spec.layers[number - 1]
            # of biases alone, the weights are drawn, and then others
            part = "weights" if layer.weights is not None else "biases" * bool(layer.biases_count)
            if number and part and self.claims[number].count(size) == 1:
                words[-1] += f", if its {part} are right"
        return self.change(" and ".join(words), values)

    @property
    def claims(self) -> list[list[int]]:
        """What the weights and biases around them say of each size, the inputs first."""
        claims: list[list[int]] = [[] for _ in self.spec.layer_sizes]
        for index, layer in enumerate(self.spec.layers):
            for place, size in enumerate(shape_held_by(layer) or (), index):
                claims[place].append(size)
            claims[index + 1] += [layer.biases_count] if layer.biases_count else []
        return claims


# ------------------------------------------------------------------------------- what is told


def treat_layers(reading: SpecReading, features: int | None = None) -> tuple[Problem, ...]:
    """Return the problems of a spec whose layers do not fit, with the changes that mend them.

    features: how many the data has, if that is known.
    """
    if reading.source is None:  # there is no text to change
        return reading.misfits
    source, text = reading.source, reading.source.text
    problems = tuple(_one_by_one(_Patient(reading.spec, SpecEditor(source, features))))
    if len(problems) == 1 and problems[0].suggestions:
        return problems  # of a single clash, its own list says more than how all are written
    for change, _ in relisted(source) if len(text.text) <= MAX_CHARACTERS else ():
        if not examine_spec(edited(text.text, change.edits).encode(), text.file).found.problems:
            return replace(problems[0], help=(), suggestions=(change,)), *same_cause(problems[1:])
    return problems


def same_cause(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Return problems that are gone once the first change is made."""
    return tuple(replace(each, help=(SAME_CAUSE,), suggestions=()) for each in problems)


def _one_by_one(patient: _Patient) -> Iterator[Problem]:
    """Yield the clashes, each with the changes that mend it."""
    clashing = [(layer, misfit) for layer in patient.layers for misfit in layer.misfits]
    treated = _TREATED_MISFITS if len(patient.layers) <= _TREATED_LAYERS else 0
    for count, (layer, misfit) in enumerate(clashing):
        place = patient.editor.source.place(("layers", layer.layer - 1, misfit.key))
        advice: tuple[str, ...] = (SAME_CAUSE,)
        told = tuple[Suggestion, ...]()
        if count >= treated:
            advice = _by_hand(layer)
        elif (layer.layer, misfit.code) in patient.clashes:
            now = patient.layers[layer.layer - 1]
            working = _working(patient, now, misfit.code)
            by_hand = _by_hand(now, "or " if working else "")
            advice = by_hand if working or by_hand else (_NOTHING_WORKS,)
            told = tuple(suggestion for suggestion, _ in working)
            # the advice must go together: what follows is of the spec as it is then
            patient = replace(patient, spec=working[0][1]) if working else patient
        yield Problem(misfit.code, misfit.message, place, advice, told)


def _by_hand(layer: LayerShape, prefix: str = "") -> tuple[str, ...]:
    """Return the change that only the user can make: weights for other inputs or neurons."""
    held, wanted = layer.weights_shape, (layer.inputs, layer.neurons)
    for axis, what in enumerate(("input", "neuron")):
        if held[axis] != wanted[axis] and held != wanted[::-1]:
            are_rows = (axis == 0) == (layer.layout == "inputs_by_neurons")
            part, of_rows = ("row", "") if are_rows else ("number", " in each row")
            count = f"{count_of(wanted[axis], part)}{of_rows}, not {held[axis]:,}"
            weights = f"weights for {count_of(wanted[axis], what)}"
            return (f"{prefix}give layer {layer.layer} {weights}: {count}",)
    return ()


def _working(patient: _Patient, layer: LayerShape, code: str) -> list[_Change]:
    """Return the changes that mend a clash, the likeliest first.

    If some make the whole network fit, only those; the names and the data are the next to suit.
    """
    misfit = next(each for each in layer.misfits if each.code == code)
    clean: list[tuple[_Change, frozenset[tuple[int, str]]]] = []
    for ways in (_turned, _without_copy, _cut, _resized, _within), (_swapped, _all_resized):
        changes = [change for way in ways for change in way(patient, layer, misfit)]
        tried = [(change, replace(patient, spec=change[1]).clashes) for change in changes]
        clean += [each for each in tried if (layer.layer, code) not in each[1] <= patient.clashes]
        if any(not clashes for _, clashes in clean):
            break  # what changes several places is not likelier
    whole = [each for each in clean if not each[1]]
    of_layers = [each for each in clean if not any(number for number, _ in each[1])]
    # what cannot be typed as it stands comes last, and what is only a guess; otherwise the order
    # is the likelihood
    best = [(len(left), change) for change, left in whole or of_layers or clean]
    best.sort(key=lambda e: (not e[1][0].edits, e[1][0].words.endswith(_GUESSES), e[0]))
    return [change for _, change in best]


def changes_of_inputs(reading: SpecReading, features: int) -> tuple[Suggestion, ...]:
    """Return the changes after which the network takes that many inputs, and all layers fit.

    The likelier first: of `layer_sizes`, the inputs may have been left out.
    """
    if reading.source is None:
        return ()
    editor = SpecEditor(reading.source, features)
    own, spec = _Patient(reading.spec, editor).sized({0: features})
    if _Patient(spec, editor).clashes or not own.edits:
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


# --------------------------------------------------------------------------- what may be changed


def _turned(patient: _Patient, layer: LayerShape, _: Misfit) -> Iterator[_Change]:
    """Yield the weights of this layer, of all that clash, and of all layers the other way round."""
    editor, number, layout = patient.editor, layer.layer, other_layout(layer.layout)
    alike = {
        each.layer: each.weights_shape
        for each, own in zip(patient.layers, patient.spec.layers, strict=True)
        if own.weights is not None and own.layout != layout and not patient.is_flat(each.layer)
    }
    square = [n for n, (inputs, neurons) in alike.items() if inputs == neurons]
    clashing = {n for n, code in patient.clashes if code != "N203"}
    # whether a square one must be turned, nobody can see, unless several others must
    choices = [number], [*alike], [n for n in alike if n in clashing and n not in square]
    for chosen in dict.fromkeys(tuple(each) for each in choices if {number} <= {*each} & {*alike}):
        is_all = list(chosen) == [*alike] and len(alike) > 1
        which = "all layers" if is_all else numbered("layer", chosen)
        words = f"read the weights of {which} as {_MEANINGS[layout]}"
        if square:
            others = f"those of {numbered('layer', square)}"
            doubt = f"if {others} are so, too" if is_all else f"assuming {others} right"
            words += f", {doubt}: they fit either way"
        values: dict[Path, Any] = {("layers", n - 1, "layout"): layout for n in chosen}
        is_shared = is_all and not any(map(editor.source.holds, values))
        edits = [editor.write(path, layout) for path in ([("layout",)] if is_shared else values)]
        yield patient.change(words, values, edits)


def _without_copy(patient: _Patient, layer: LayerShape, _: Misfit) -> Iterator[_Change]:
    """Yield the spec without a layer that is the same as the one in front of it."""
    layers, number = patient.editor.value_at(("layers",)), layer.layer
    if layers and number > 1 and layers[number - 1] == layers[number - 2]:
        words = f"leave layer {number} out, if it was pasted twice"
        edit = patient.editor.splice(("layers",), number - 1, number, ())
        yield patient.change(words, {("layers", number - 1): None}, [edit])


def _resized(patient: _Patient, layer: LayerShape, _: Misfit) -> Iterator[_Change]:
    """Yield the sizes around a layer that weights or biases speak of, written where they belong."""
    sizes, claims = patient.spec.layer_sizes, patient.claims
    for number in (layer.layer - 1, layer.layer):
        for size in dict.fromkeys(claims[number]):
            if size != sizes[number]:
                yield patient.sized({number: size})


def _all_resized(patient: _Patient, _: LayerShape, __: Misfit) -> Iterator[_Change]:
    """Yield the sizes that nothing speaks for, as all around them says, if then all layers fit."""
    sizes = zip(patient.spec.layer_sizes, patient.claims, strict=True)
    wrong = {n: said[0] for n, (size, said) in enumerate(sizes) if said and size not in said}
    change = patient.sized(wrong) if 1 < len(wrong) <= _MAX_CHANGED else None
    if change and not shape_table(change[1]).misfits:
        yield change


def _swapped(patient: _Patient, layer: LayerShape, _: Misfit) -> Iterator[_Change]:
    """Yield two layers, or a part of theirs, in each other's place, if then all of them fit."""
    layers = patient.spec.layers
    near = {number for number, _ in patient.clashes} | {layer.layer - 1, layer.layer + 1}
    pairs = combinations(sorted(near & {*range(1, len(layers) + 1)})[:_MAX_CHANGED], 2)
    for key, (one, two) in product(("", "biases", "weights"), pairs):
        paths: list[Path] = [("layers", n - 1, key)[: 2 + bool(key)] for n in (one, two)]
        held = [getattr(layers[n - 1], key) if key else layers[n - 1] for n in (two, one)]
        what = f"the {key} of layers" if key else "layers"
        words = f"swap {what} {one} and {two}, if they were exchanged"
        change, spec = patient.change(words, dict(zip(paths, held, strict=True)), ())
        # only if all layers fit then are edits made: they take long
        if None not in held and not shape_table(spec).misfits:
            yield replace(change, edits=patient.editor.swap(*paths)), spec


def _within(patient: _Patient, layer: LayerShape, misfit: Misfit) -> Iterator[_Change]:
    """Yield the weights read as holding the biases, too, if they are for one input more."""
    biases: Path = ("layers", layer.layer - 1, "biases")
    own, surplus = patient.spec.layers[layer.layer - 1], misfit.found - misfit.wanted
    if misfit.code == "N201" and surplus == 1 and own.weights and own.biases is None:
        line = "row" if layer.layout == "inputs_by_neurons" else "number of each row"
        for where in ("last", "first"):
            words = f"read the {where} {line} of the weights of layer {layer.layer} as its biases"
            words += ", if these stand there"
            edit = patient.editor.write(biases, f"{{within_weights: {where}}}")
            yield patient.change(words, {biases: WithinWeights(where)}, [edit])


def _cut(patient: _Patient, layer: LayerShape, misfit: Misfit) -> Iterator[_Change]:
    """Yield a list without the commas that belong to numbers, and as many biases as are wanted."""
    number, key, surplus = layer.layer, misfit.key, misfit.found - misfit.wanted
    path, editor = ("layers", number - 1, key), patient.editor
    held = getattr(patient.spec.layers[number - 1], key)
    is_flat = key == "biases" or patient.is_flat(number)
    # of several rows, all would have to be too long
    if not isinstance(held, tuple) or (len(held) > 1 and not is_flat):
        return
    # the shape is all that is asked for
    value: Any = (0.0,) * misfit.wanted
    if key == "weights":
        rows, columns = as_inputs_by_neurons((layer.inputs, layer.neurons), layer.layout)
        value = ((0.0,) * columns,) * rows
    for words, edits in joined_numbers(editor, path if is_flat else (*path, 0), surplus):
        yield patient.change(words, {path: value}, edits)
    if key == "biases":
        biases = count_of(abs(surplus), "bias", "biases")
        words = f"take {biases} away from layer {number}, {_LAST}"
        if surplus < 0:
            words = f"add {biases} to layer {number}, {_ZEROS}"
        yield patient.change(words, {path: value}, [editor.resize(path, misfit.wanted)])
