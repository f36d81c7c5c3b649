"""Which column a target probably is, where nobody has named one."""

from __future__ import annotations

import pytest

from nncli.data.columns import ColumnChoice, Header
from nncli.evaluation.likely_targets import likely_targets
from nncli.problems import Place
from nncli.specs.reader import read_spec

ONE_CLASS = b"""
inputs: {columns: [a, b]}
layers: [{neurons: 3}]
seed: 0
outputs: {classes: [x, y, z]}
"""
TWO_NUMBERS = b"""
inputs: {columns: [a, b]}
layers: [{neurons: 2}]
seed: 0
outputs: {columns: [u, v]}
"""
NAMELESS = b"layer_sizes: [2, 1]\nseed: 0\n"


@pytest.mark.parametrize(
    ("spec", "names", "wanted"),
    [
        (ONE_CLASS, "a,b,kind", ("kind",)),
        (ONE_CLASS, "kind,a,b", ("kind",)),
        (ONE_CLASS, "Label,a,b,place", ("Label",)),
        (ONE_CLASS, "id,a,b,kind", ("kind",)),  # the last, as tables mostly have it
        (ONE_CLASS, "a,b", ()),
        (TWO_NUMBERS, "v,a,u,b,w", ("v", "u")),
        (TWO_NUMBERS, "a,b,p,q", ("p", "q")),
        (TWO_NUMBERS, "a,b,p", ()),
        (NAMELESS, "p,q,r", ("r",)),
    ],
)
def test_what_is_left_beside_the_inputs_is_likely(
    spec: bytes, names: str, wanted: tuple[str, ...]
) -> None:
    header = Header(tuple(names.split(",")), named=True, place=Place("d.csv", 1))
    found = likely_targets(read_spec(spec, "net.yaml"), header, ColumnChoice())
    assert found == wanted


def test_columns_that_are_chosen_or_dropped_are_not_likely() -> None:
    header = Header(("p", "q", "r", "s"), named=True, place=Place("d.csv", 1))
    choice = ColumnChoice(columns=("p", "r"), drop=("s",))
    assert likely_targets(read_spec(NAMELESS, "net.yaml"), header, choice) == ("q",)


def test_columns_without_names_are_called_by_their_position() -> None:
    header = Header(("column_1", "column_2", "column_3"), named=False, place=Place("d.csv", 1))
    assert likely_targets(read_spec(NAMELESS, "net.yaml"), header, ColumnChoice()) == ("3",)
