"""Which layers and neurons are explained, chosen by their numbers and names."""

from __future__ import annotations

from collections.abc import Sequence

from nncli.explanation.explanation import WantedLayer, output_names
from nncli.specs.model import NetworkSpec
from nncli.words import count_of, quoted

# So many samples stand in the matrices.
MAX_SAMPLES = 8
# So many names are told of what there is.
_NAMED = 12
_ALL = ("all",)


class ChoiceError(ValueError):
    """The network has no layer or neuron that was chosen."""

    def __init__(self, message: str, *help_lines: str, choices: Sequence[str] = ()) -> None:
        """Say what is wrong.

        message: begins with what was chosen, layer or neuron; choices: all that could be.
        """
        super().__init__("\n".join((message, *help_lines)))
        self.message, self.help, self.choices = message, help_lines, tuple(choices)


def wanted_layers(
    layers: Sequence[str], neurons: Sequence[str], spec: NetworkSpec
) -> tuple[WantedLayer, ...]:
    """Return the layers that are named or numbered, and which of their neurons.

    layers: numbers, names, or `last`; `all` alone.  neurons: numbers of any layer, names of the
    last one; `all` alone.  Raises ChoiceError for what the network has not.
    """
    numbers = _layers(layers, [each.name for each in spec.layers])
    if tuple(neurons) == _ALL:
        return tuple(map(WantedLayer, numbers))
    count, sizes = len(spec.layers), spec.layer_sizes[1:]
    names, largest = output_names(spec), max(sizes[number - 1] for number in numbers)
    found: dict[int, set[int]] = {number: set() for number in numbers}
    for item in neurons:
        number = _numbered("neuron", item, names, largest, _has(numbers, largest))
        if item not in names or item.isdigit():
            for one in numbers:
                found[one] |= {number} if number <= sizes[one - 1] else set()
        elif count in found:
            found[count].add(number)
        else:
            message = f"neuron {item}: it is in layer {count}, the last, which was not chosen"
            raise ChoiceError(message, "choose the layer `last`, too, or no layers")
    return tuple(WantedLayer(one, tuple(sorted(own))) for one, own in found.items() if own)


def wants_matrices(layers: Sequence[str], neurons: Sequence[str], spec: NetworkSpec) -> bool:
    """Whether matrices are wanted, too: not where it is a sum alone that is."""
    return spec.layer_sizes[1:] != (1,) and _ALL in (tuple(layers), tuple(neurons))


def _has(layers: Sequence[int], largest: int) -> str:
    """Return how many neurons some layers have."""
    who = f"layer {layers[0]} has" if len(layers) == 1 else "the layers have at most"
    return f"{who} {count_of(largest, 'neuron')}"


def _layers(wanted: Sequence[str], names: Sequence[str]) -> tuple[int, ...]:
    """Return the numbers of layers.  names: of all.  Raises ChoiceError."""
    count = len(names)
    if tuple(wanted) == _ALL:
        return tuple(range(1, count + 1))
    has = f"the network has {count_of(count, 'layer')}"
    numbered = (str(count) if item == "last" else item for item in wanted)
    return tuple(sorted({_numbered("layer", item, names, count, has) for item in numbered}))


def _numbered(what: str, item: str, names: Sequence[str], count: int, has: str) -> int:
    """Return the number of a layer or neuron.  has: how many there are.  Raises ChoiceError."""
    known = (*names, *map(str, range(1, count + 1)), "all", *["last"] * (what == "layer"))
    if item.isascii() and item.isdigit():
        if 1 <= int(item) <= count:
            return int(item)
        start = f"{what}s are numbered from 1, and " if int(item) == 0 else ""
        raise ChoiceError(f"{what} {item}: {start}{has}", choices=known)
    if item in names:
        return names.index(item) + 1
    message = f"{what}: there is no {what} {quoted(item)}, and {has}"
    listed = f"their names are {', '.join(map(quoted, names[:_NAMED]))}"
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    help_lines = (f"{listed}{more}",) if names else ()
    raise ChoiceError(message, *help_lines, choices=known)
