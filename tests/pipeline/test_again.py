"""The samples of a run through another network: as if it had read them itself."""

from __future__ import annotations

import numpy as np
import pytest

from nncli.data.rows import Rows
from nncli.network.network import Network
from nncli.pipeline.again import shown_again
from nncli.pipeline.shown import SamplesToShow, ShownSamples, ShownSoFar
from nncli.pipeline.units import Unit
from nncli.pipeline.work import work

SPEC = """\
inputs: {size: 3, scale: {standard: {mean: [1, 2, 3], std: 0.7}}}
outputs: {scale: {standard: {mean: 5, std: 3}}}
layers: [{neurons: 17, activation: tanh}, {neurons: 2}]
seed: SEED
"""


def network(seed: int) -> Network:
    return Network.from_yaml_text(SPEC.replace("SEED", str(seed)))


def shown(of: Network) -> ShownSamples:
    """Return the first samples of a long batch, and one far behind them."""
    columns = tuple(np.random.RandomState(0).normal(size=(3, 700)))
    found = SamplesToShow(8, 0, (601,))
    so_far = ShownSoFar(found)
    part = work(of, found, None, (), Unit(1, (Rows(columns),))).shown
    assert part is not None
    so_far.add(part, 700)
    return so_far.samples(of, (), None)


@pytest.mark.parametrize("seed", range(5))
def test_another_network_makes_of_them_what_it_makes_in_its_own_run(seed: int) -> None:
    own, again = shown(network(seed)), shown_again(network(seed), shown(network(77)))
    assert again.numbers == own.numbers == (*range(1, 9), 601)
    assert own.inputs is not None
    assert again.inputs is not None
    assert np.array_equal(again.inputs, own.inputs)
    assert np.array_equal(again.outputs, own.outputs)
    for one, other in zip(again.layers, own.layers, strict=True):
        assert np.array_equal(one.pre_activation, other.pre_activation)
        assert np.array_equal(one.output, other.output)
