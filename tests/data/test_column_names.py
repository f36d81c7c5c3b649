"""Which columns names mean that are not in the header."""

from __future__ import annotations

import pytest

from nncli.data.column_names import columns_meant

ALL = ("Insulin", "mean radius", "x_3")


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("insulin", ("Insulin",)),
        (" Mean_Radius ", ("mean radius",)),
        ("X3", ("x_3",)),
        ("Insuln", ("Insulin",)),
        ("Insulin mean radius", ("Insulin", "mean radius")),
        ("x3; mean_radius", ("x_3", "mean radius")),
        ("Insulin,mean radius,x_3", ALL),
        # other digits are another name
        ("x_4", ()),
        ("x_33", ()),
        ("Insulin (mU/l)", ("Insulin",)),
        ("weight", ()),
        ("Insulin weight", ()),
    ],
)
def test_a_name_means_another_spelling_or_several_that_were_joined(
    name: str, meant: tuple[str, ...]
) -> None:
    assert columns_meant([name], ALL) == [meant]


def test_a_unit_more_or_less_is_the_same_name_but_another_unit_is_not() -> None:
    found = ("height (cm)", "width_mm", "depth", "age (months)", "age (years)")
    assert columns_meant(["height", "width", "depth in m"], found) == [(n,) for n in found[:3]]
    assert columns_meant(["width_cm", "age"], found) == [(), ()]
