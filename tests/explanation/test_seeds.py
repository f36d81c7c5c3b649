"""Seeds whose networks suit a worksheet: each wish, held against a plain loop."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np
import pytest

from nncli.errors import SpecError
from nncli.explanation.seeds import SEEDS_PER_VARIANT, draws_numbers, suitable_networks
from nncli.network.activations import Array
from nncli.network.network import Network, build_network
from nncli.specs.model import NetworkSpec
from nncli.specs.reader import read_spec

EXERCISE = b"""\
layer_sizes: [3, 4, 3, 2]
activations: [relu, relu, linear]
init: {weights: whole_numbers, biases: whole_numbers}
seed: 0
"""
BATCH = np.array([[1.0, 2.0, -1.0], [2.0, 0.0, 1.0]])


def first_of(spec: NetworkSpec, tensors: Mapping[str, Array], batch: Array, first: int) -> Network:
    return next(suitable_networks(spec, tensors, batch, first))


def suits(network: Network, batch: np.ndarray) -> bool:
    """Whether a network suits a worksheet, number by number."""
    relus = []
    x = [list(map(float, row)) for row in batch]
    for number, layer in enumerate(network.layers):
        w = [list(map(float, row)) for row in layer.weights]
        if any(not any(row) for row in w) or any(
            not any(column) for column in zip(*w, strict=True)
        ):
            return False
        z = [
            [
                sum(a * w[i][n] for i, a in enumerate(row)) + float(b)
                for n, b in enumerate(layer.biases)
            ]
            for row in x
        ]
        if any(abs(each) > 20 for row in z for each in row):
            return False
        is_relu = number < 2
        x = [[max(0.0, each) if is_relu else each for each in row] for row in z]
        relus += [each for row in z for each in row] if is_relu else []
        if any(not any(row) for row in x):
            return False
    cut = sum(each <= 0 for each in relus)
    return any(each < 0 for each in relus) and cut <= 0.6 * len(relus)


@pytest.mark.parametrize("first", range(0, 4000, 250))
def test_the_first_seed_that_suits_is_found(first: int) -> None:
    spec = read_spec(EXERCISE, "net.yaml")
    found = first_of(spec, {}, BATCH, first)
    assert found.spec.seed is not None
    networks = [
        build_network(spec.model_copy(update={"seed": seed}))
        for seed in range(first, found.spec.seed + 1)
    ]
    assert [suits(network, BATCH) for network in networks] == [False] * (len(networks) - 1) + [True]
    for one, other in zip(found.layers, networks[-1].layers, strict=True):
        assert np.array_equal(one.weights, other.weights)
        assert np.array_equal(one.biases, other.biases)


@pytest.mark.parametrize(
    ("text", "batch", "why"),
    [
        ("{whole_numbers: {zeros: 1}}", [[1, 2]], "a row or a column of weights is all 0"),
        ("{whole_numbers: {low: 1, zeros: 0}}", [[30, 1]], "a sum is beyond 20"),
        ("{whole_numbers: {low: 1, zeros: 0}}", [[1, 2]], "no sum is negative before a relu"),
        (
            "{whole_numbers: {low: 1, zeros: 0}}",
            [[-1, -2]],
            "all neurons of a layer give 0 for a sample",
        ),
        ("he_normal", [[0, 0]], "all neurons of a layer give 0 for a sample"),
    ],
)
def test_where_none_suits_it_is_said_what_most_of_them_lack(
    text: str, batch: list[list[float]], why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nncli.explanation.seeds.SEEDS_PER_VARIANT", 50)
    spec = read_spec(
        f"layer_sizes: [2, 2]\nactivations: relu\ninit: {{weights: {text}}}\nseed: 7\n".encode(),
        "net.yaml",
    )
    with pytest.raises(SpecError, match=re.escape(f"50 times {why}")) as caught:
        first_of(spec, {}, np.array(batch, float), 7)
    (problem,) = caught.value.problems
    assert (problem.code, caught.value.exit_code) == ("N113", 3)
    assert "none of the 50 seeds from 7 on" in problem.message


@pytest.mark.parametrize("activation", ["relu", "relu6"])
def test_relus_may_cut_six_of_ten_sums_and_must_cut_one(activation: str) -> None:
    spec = read_spec(
        f"layer_sizes: [1, 5]\nactivations: {activation}\n".encode()
        + b"init: {weights: {whole_numbers: {low: -1, high: 1, zeros: 0}}}\nseed: 0\n",
        "net.yaml",
    )
    found = [first_of(spec, {}, np.array([[1.0]]), first) for first in range(40)]
    assert {int((network.layers[0].weights < 0).sum()) for network in found} == {1, 2, 3}


def test_a_sum_may_be_20_and_no_more() -> None:
    spec = read_spec(
        b"layer_sizes: [1, 2]\ninit: {weights: {whole_numbers: {low: -2, high: 2}}}\nseed: 0\n",
        "net.yaml",
    )
    found = [first_of(spec, {}, np.array([[10.0]]), first) for first in range(40)]
    assert {abs(w) for network in found for w in network.layers[0].weights.flat} == {1, 2}


def test_sums_of_other_numbers_may_be_large() -> None:
    spec = read_spec(b"layer_sizes: [2, 3]\ninit: {weights: normal}\nseed: 0\n", "net.yaml")
    found = first_of(spec, {}, np.array([[1e4, 1e4]]), 0)
    assert found.spec.seed == 0


def test_only_what_is_drawn_has_to_suit() -> None:
    """The zeros of given weights are meant."""
    spec = read_spec(
        b"inputs: 2\ninit: {weights: whole_numbers}\nseed: 0\nlayers:\n"
        b"- {weights: [[1, 0], [0, 0]]}\n- {neurons: 2}\n",
        "net.yaml",
    )
    assert draws_numbers(spec)
    assert first_of(spec, {}, np.array([[1.0, 1.0]]), 0).spec.seed is not None
    assert not draws_numbers(read_spec(b"layers: [{weights: [[1]]}]\n", "net.yaml"))


def test_ten_thousand_seeds_are_tried() -> None:
    assert SEEDS_PER_VARIANT == 10_000
