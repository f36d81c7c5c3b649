"""Which sums a worksheet asks for: spread over the layers, most of them with printed inputs."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from parse_back import explained

from nncli.errors import UsageError
from nncli.explanation.explanation import WantedLayer, Wish
from nncli.explanation.questions import Place, drawn_places, refuse_large_layers
from nncli.explanation.steps import Explanation
from nncli.network.network import Network
from nncli.specs.reader import read_spec

BATCH = np.array([[1.0, 2.0, -1.0], [3.0, -0.5, 2.0]])


def whole(text: str, samples: tuple[int, ...] = (1, 2), batch: np.ndarray = BATCH) -> Explanation:
    """Return all sums of a network for some samples."""
    network = Network.from_yaml_text(text)
    layers = tuple(WantedLayer(n) for n in range(1, len(network.layers) + 1))
    return explained(network, batch, Wish(samples, layers))


ONE_SAMPLE = whole("layer_sizes: [3, 4, 3, 4, 2]\nactivations: relu\nseed: 1\n", (1,))
DEEP = whole("layer_sizes: [3, 4, 3, 4, 2]\nactivations: relu\nseed: 1\n")
SHARES = whole("layer_sizes: [3, 2, 3]\nactivations: [relu, softmax]\nseed: 1\n")


def dependents(places: tuple[Place, ...]) -> int:
    """Return how many sums use an answer."""
    asked = {(place.layer, place.sample) for place in places}
    return sum((place.layer - 1, place.sample) in asked for place in places)


def test_all_are_asked_for_but_the_worked_example() -> None:
    places = drawn_places(DEEP, "all", 0)
    assert len(places) == 2 * 13 - 1
    assert (1, 1, 1) not in places
    assert list(places) == sorted(places)


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize("wanted", [1, 2, 4, 8, 12])
def test_some_are_spread_over_the_layers_and_at_most_half_use_an_answer(
    wanted: int, seed: int
) -> None:
    places = drawn_places(DEEP, wanted, seed)
    assert len(set(places)) == len(places) == wanted
    assert (1, 1, 1) not in places
    assert dependents(places) <= wanted // 2
    if wanted <= 8:
        counts = Counter(place.layer for place in places)
        assert max(counts.values()) - min(counts[n] for n in (1, 2, 3, 4)) <= 1


@pytest.mark.parametrize("seed", range(20))
def test_of_one_sample_a_layer_rather_waits_its_turn(seed: int) -> None:
    """Each question in another layer would use an answer: of four, two may."""
    places = drawn_places(ONE_SAMPLE, 4, seed)
    assert len(places) == 4
    assert dependents(places) == 2
    assert max(Counter(place.layer for place in places).values()) == 2


def test_every_number_of_questions_can_be_had() -> None:
    for wanted in range(1, 26):
        assert len(drawn_places(DEEP, wanted, wanted)) == wanted


def test_a_seed_draws_the_same_questions_each_time_and_another_one_others() -> None:
    drawn = [drawn_places(DEEP, 6, seed) for seed in range(20)]
    assert drawn == [drawn_places(DEEP, 6, seed) for seed in range(20)]
    assert len(set(drawn)) > 15
    # as it was when worksheets began, whatever Python runs it
    assert drawn[7] == ((1, 2, 1), (1, 2, 4), (2, 1, 2), (2, 2, 1), (3, 1, 2), (4, 1, 1))


@pytest.mark.parametrize("wanted", [1, 2, 3, 4, 5, 6, 7, 8, 9])
def test_the_shares_of_a_softmax_are_asked_for_together_or_not_at_all(wanted: int) -> None:
    for seed in range(20):
        places = drawn_places(SHARES, wanted, seed)
        assert len(places) == wanted
        for sample in (1, 2):
            assert len([p for p in places if p[:2] == (2, sample)]) in (0, 3)


def test_what_cannot_be_asked_for_is_refused_with_what_can() -> None:
    alone = whole("layer_sizes: [3, 3]\nactivations: softmax\nseed: 1\n")
    # sample 1 has the worked example
    assert [place.sample for place in drawn_places(alone, "all", 0)] == [2, 2, 2]
    with pytest.raises(UsageError, match="a softmax is asked for as a whole") as caught:
        drawn_places(alone, 2, 0)
    (problem,) = caught.value.problems
    assert (problem.code, problem.help) == ("N703", ("this would do: --blanks 3",))
    with pytest.raises(UsageError, match="--blanks 4: there are 3 questions"):
        drawn_places(alone, 4, 0)
    single = whole("layer_sizes: [3, 2]\nactivations: softmax\nseed: 1\n", (1,))
    for wanted in (1, "all"):
        with pytest.raises(UsageError, match="nothing to ask for beside the worked example"):
            drawn_places(single, wanted, 0)


def test_what_is_no_number_is_not_asked_for() -> None:
    broken = whole(
        "layer_sizes: [3, 2]\nactivations: relu\nseed: 1\n",
        batch=np.array([[1.0, 2.0, -1.0], [np.nan, 1.0, 2.0]]),
    )
    assert drawn_places(broken, "all", 0) == ((1, 1, 2),)


@pytest.mark.parametrize(
    ("sizes", "layers", "message", "remedy"),
    [
        ("[12, 12, 3]", (1, 2), "", ""),
        ("[13, 12, 3]", (2,), "", ""),
        ("[13, 12, 3]", (1, 2), "layer 1 has 13 inputs and 12 neurons", "--layer 2"),
        ("[3, 4, 20, 5]", (1, 2, 3), "layer 2 has 4 inputs and 20 neurons", "--layer 1"),
        ("[64, 32]", (1,), "takes up to 12 of each", "no layer of this network fits"),
    ],
)
def test_layers_too_large_for_a_sheet_are_refused(
    sizes: str, layers: tuple[int, ...], message: str, remedy: str
) -> None:
    spec = read_spec(f"layer_sizes: {sizes}\nseed: 0\n".encode(), "net.yaml")
    if not message:
        refuse_large_layers(spec, layers)
        return
    with pytest.raises(UsageError, match=message) as caught:
        refuse_large_layers(spec, layers)
    assert remedy in caught.value.problems[0].help[0]
