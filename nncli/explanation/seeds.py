"""Seeds whose networks suit a worksheet: no sum too large, nothing that is always 0."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from nncli.errors import SpecError
from nncli.network.activations import Array
from nncli.network.dense import LayerResult
from nncli.network.network import Network, drawn_networks
from nncli.network.shapes import shape_table
from nncli.problems import Problem
from nncli.specs.model import NetworkSpec

# So far one variant's first seed is from the next one's, and so many are tried for each.
SEEDS_PER_VARIANT = 10_000

# Sums of whole numbers are to be done in the head.
_LARGEST_SUM = 20
# So much of what relus let through may be nothing.
_MOST_CUT = 0.6
_RELUS = ("relu", "relu6")


def draws_numbers(spec: NetworkSpec) -> bool:
    """Whether the network depends on a seed."""
    return bool(shape_table(spec).drawn_layers)


def suitable_networks(
    spec: NetworkSpec, tensors: Mapping[str, Array], batch: Array, first: int
) -> Iterator[Network]:
    """Yield the networks of those seeds that suit a worksheet.

    batch: (samples, features); first: of the `SEEDS_PER_VARIANT` seeds that are tried.  Raises
    SpecError if none does.
    """
    drawn = shape_table(spec).drawn_layers
    failed: Counter[str] = Counter()
    seeds = range(first, first + SEEDS_PER_VARIANT)
    for network in drawn_networks(spec, tensors, seeds):
        why = next(_misfits(network, drawn, batch), None)
        if why is None:
            yield network
        else:
            failed[why] += 1
    if failed.total() < len(seeds):
        return
    (most, times), *_ = failed.most_common(1)
    none = f"none of the {SEEDS_PER_VARIANT:,} seeds from {first} on"
    message = f"{none} draws a network for a worksheet: {times:,} times {most}"
    help_lines = ("draw other numbers, for fewer neurons or from smaller inputs",)
    raise SpecError(Problem("N113", message, help=help_lines))


def _misfits(network: Network, drawn: Sequence[int], batch: Array) -> Iterator[str]:
    """Yield what makes a network unsuitable, the cheapest test first."""
    weights = [network.layers[layer - 1].weights for layer in drawn]
    if not all((each != 0).any(axis=axis).all() for each in weights for axis in (0, 1)):
        yield "a row or a column of weights is all 0"
    results = network.trace(batch)
    numbers = [*weights, *(network.layers[layer - 1].biases for layer in drawn)]
    are_whole = all((each == np.rint(each)).all() for each in numbers)
    if are_whole and not all((abs(r.pre_activation) <= _LARGEST_SUM).all() for r in results):
        yield f"a sum is beyond {_LARGEST_SUM}"
    if any((result.output == 0).all(axis=1).any() for result in results):
        yield "all neurons of a layer give 0 for a sample"
    yield from _misfits_of_relus(network, results)


def _misfits_of_relus(network: Network, results: Sequence[LayerResult]) -> Iterator[str]:
    pairs = zip(network.layers, results, strict=True)
    cut = [result for layer, result in pairs if layer.activation_name in _RELUS]
    if not cut:
        return
    if not any((result.pre_activation < 0).any() for result in cut):
        yield "no sum is negative before a relu"
    outputs = np.concatenate([result.output.ravel() for result in cut])
    if (outputs == 0).mean() > _MOST_CUT:
        yield f"relus cut more than {_MOST_CUT:.0%} of their outputs to 0"
