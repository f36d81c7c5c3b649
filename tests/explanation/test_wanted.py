"""Choosing layers and neurons by number and by name; the command line has more of it."""

from __future__ import annotations

import pytest

from nncli.explanation.explanation import WantedLayer
from nncli.explanation.wanted import ChoiceError, wanted_layers
from nncli.specs.reader import read_spec

SPEC = read_spec(
    b"""\
inputs: 2
layers: [{name: wide, neurons: 3}, {neurons: 2}]
outputs: {columns: [cat, "1"]}
seed: 0
""",
    "spec.yaml",
)


@pytest.mark.parametrize(
    ("layers", "neurons", "wanted"),
    [
        (["all"], ["all"], [(1, None), (2, None)]),
        (["last", "wide"], ["all"], [(1, None), (2, None)]),
        (["all"], ["3", "1"], [(1, (1, 3)), (2, (1,))]),
        (["all"], ["cat"], [(2, (1,))]),
        (["2"], ["cat", "2", "1"], [(2, (1, 2))]),
    ],
)
def test_layers_and_neurons_are_chosen_by_number_and_name(
    layers: list[str], neurons: list[str], wanted: list[tuple[int, tuple[int, ...] | None]]
) -> None:
    found = wanted_layers(layers, neurons, SPEC)
    assert found == tuple(WantedLayer(*each) for each in wanted)


def test_what_is_not_there_is_told_with_what_there_is() -> None:
    with pytest.raises(ChoiceError) as told:
        wanted_layers(["wide", "tall"], ["all"], SPEC)
    assert str(told.value).splitlines() == [
        "layer: there is no layer 'tall', and the network has 2 layers",
        "their names are 'wide', 'layer_2'",
    ]
    assert told.value.choices == ("wide", "layer_2", "1", "2", "all", "last")
    with pytest.raises(ChoiceError, match=r"^neuron cat: it is in layer 2, the last, which"):
        wanted_layers(["1"], ["cat"], SPEC)
