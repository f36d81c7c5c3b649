"""Layers that do not fit each other: what may make them fit, each change to be tried."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain, product

from nncli.doctor.proposals import suggestion_of
from nncli.doctor.spec_edits import Proposal, SpecEditor
from nncli.doctor.written_lists import joined_numbers
from nncli.network.shapes import LayerShape, layer_shape, shape_table
from nncli.problems import Suggestion
from nncli.specs.faults import Fault, Path
from nncli.specs.fit import Misfit, other_layout, shape_held_by
from nncli.specs.model import NetworkSpec
from nncli.words import count_of, numbered

_MEANINGS = {"neurons_by_inputs": "(neurons, inputs)", "inputs_by_neurons": "(inputs, neurons)"}


def layer_changes(fault: Fault, editor: SpecEditor, spec: NetworkSpec) -> Iterator[Suggestion]:
    """Yield the changes that may make a layer fit, the likeliest first."""
    layer = _layer(fault, spec)
    misfit = next(each for each in layer.misfits if each.code == fault.code)
    path: Path = ("layers", fault.layer - 1, misfit.key)
    surplus = misfit.found - misfit.wanted
    ways = (
        _turned(layer, editor, spec),
        joined_numbers(editor, (*path, 0), surplus),  # of several rows, all would be too long
        joined_numbers(editor, path, surplus),
        _resized(layer, editor, spec, misfit),
        _of_several(layer, editor, spec),
    )
    yield from filter(None, (suggestion_of(*each) for each in chain(*ways)))


def _layer(fault: Fault, spec: NetworkSpec) -> LayerShape:
    inputs = spec.layers[fault.layer - 2].neurons if fault.layer > 1 else spec.inputs.size
    return layer_shape(fault.layer, spec.layers[fault.layer - 1], inputs)


def by_hand(fault: Fault, spec: NetworkSpec | None) -> Iterator[Suggestion]:
    """Yield the change that only the user can make: weights for other inputs or neurons."""
    if spec is None or fault.code == "N203":
        return
    layer = _layer(fault, spec)
    held, wanted = layer.weights_shape, (layer.inputs, layer.neurons)
    if held not in (wanted, wanted[::-1]):
        axis = int(held[0] == wanted[0])  # the inputs do not fit, or else the neurons
        are_rows = (axis == 0) == (layer.layout == "inputs_by_neurons")
        part, of_rows = ("row", "") if are_rows else ("number", " in each row")
        count = f"{count_of(wanted[axis], part)}{of_rows}, not {held[axis]:,}"
        weights = f"weights for {count_of(wanted[axis], ('input', 'neuron')[axis])}"
        yield Suggestion(f"give layer {layer.layer} {weights}: {count}")


def _turned(layer: LayerShape, editor: SpecEditor, spec: NetworkSpec) -> Iterator[Proposal]:
    """Yield the weights of this layer, and of all layers, read the other way round."""
    layout, helps, square = other_layout(layer.layout), dict[int, bool](), list[int]()
    for each, own in zip(shape_table(spec).layers, spec.layers, strict=True):
        first = editor.value_at(("layers", each.layer - 1, "weights", 0))
        # a flat list has no other way round
        if own.weights is not None and each.layout != layout and not isinstance(first, int | float):
            turned = shape_held_by(own.model_copy(update={"layout": layout})) or (0, 0)
            helps[each.layer] = turned[0] == each.inputs or turned[1] == each.neurons
            # whether a square one must be turned, too, nobody can see
            square += [each.layer] * (each.weights_shape == each.weights_shape[::-1])
    # of a large spec, only the first way is tried
    are_many = all(helps.values()) and len(helps) > len(square) + 1
    ways = sorted([(layer.layer,), tuple(helps)], key=len, reverse=are_many)
    for chosen in dict.fromkeys(ways) if helps.get(layer.layer) else ():
        which = "all layers" if chosen[1:] else f"layer {layer.layer}"
        words = f"read the weights of {which} as {_MEANINGS[layout]}"
        if square:
            are_so = "are so, too" if chosen[1:] else "are right"
            words += f", if those of {numbered('layer', square)} {are_so}: they fit either way"
        paths: list[Path] = [("layers", number - 1, "layout") for number in chosen]
        if chosen[1:] and not any(map(editor.source.holds, paths)):
            paths = [("layout",)]
        yield words, [editor.write(path, layout) for path in paths]


def _resized(
    layer: LayerShape, editor: SpecEditor, spec: NetworkSpec, misfit: Misfit
) -> Iterator[Proposal]:
    """Yield the sizes around a layer as weights or biases say, then as many biases as it takes."""
    claims = _claims(spec)
    for number in (layer.layer - 1, layer.layer):
        for size in dict.fromkeys(claims[number]):
            if size != spec.layer_sizes[number]:
                yield sized({number: size}, editor, spec)
    if misfit.key == "biases":
        biases = count_of(abs(misfit.found - misfit.wanted), "bias", "biases")
        words = f"take {biases} away from layer {layer.layer}, the last if it is the wrong one"
        if misfit.found < misfit.wanted:
            words = f"add {biases} to layer {layer.layer}, if 0 is what was left out"
        yield words, editor.resize(("layers", layer.layer - 1, "biases"), misfit.wanted)


def _of_several(layer: LayerShape, editor: SpecEditor, spec: NetworkSpec) -> Iterator[Proposal]:
    """Yield layers without a copy, or exchanged, or only a part of theirs; then all wrong sizes."""
    held, wanted = layer.weights_shape, (layer.inputs, layer.neurons)
    if held != wanted == held[::-1] and editor.features in (None, spec.inputs.size):
        return  # what changes several places is not likelier
    number, layers = layer.layer, editor.value_at(("layers",)) or []
    if number > 1 and layers[number - 1 : number] == layers[number - 2 : number - 1] != []:
        words = f"leave layer {number} out, if it was pasted twice"
        yield words, editor.splice(("layers",), number - 1, number, ())
    near = range(max(1, number - 2), min(number + 2, len(spec.layers)) + 1)
    for key, other in product(("", "biases", "weights"), near):
        one, two = sorted((number, other))
        paths: list[Path] = [("layers", n - 1, key)[: 2 + bool(key)] for n in (one, two)]
        what = f"the {key} of layers" if key else "layers"
        words = f"swap {what} {one} and {two}, if they were exchanged"
        yield words, editor.swap(*paths)
    sizes = enumerate(zip(spec.layer_sizes, _claims(spec), strict=True))
    wrong = {n: said[0] for n, (size, said) in sizes if said and size not in said}
    if 1 < len(wrong) <= 5:  # whoever has more to change has more wrong than that
        yield sized(wrong, editor, spec)


def sized(sizes: Mapping[int, int], editor: SpecEditor, spec: NetworkSpec) -> Proposal:
    """Return the change of some layers' neurons, or of the network's inputs: number 0."""
    words, edits = [], []
    for number, size in sizes.items():
        path: Path = ("layers", number - 1, "neurons") if number else ("inputs", "size")
        edits.append(editor.write(path, str(size)))
        taker = f"layer {number} have" if number else "the network take"
        words.append(f"let {taker} {count_of(size, 'neuron' if number else 'input')}")
        layer = spec.layers[number - 1]
        # of biases alone, the weights are drawn, and then others
        part = "weights" if layer.weights is not None else "biases" * bool(layer.biases_count)
        if number and part and _claims(spec)[number].count(size) == 1:
            words[-1] += f", if its {part} are right"
    return " and ".join(words), edits


def _claims(spec: NetworkSpec) -> list[list[int]]:
    """Return what the weights and biases around them say of each size, the inputs first."""
    claims: list[list[int]] = [[] for _ in spec.layer_sizes]
    for index, layer in enumerate(spec.layers):
        for place, size in enumerate(shape_held_by(layer) or (), index):
            claims[place].append(size)
        claims[index + 1] += [layer.biases_count] if layer.biases_count else []
    return claims
