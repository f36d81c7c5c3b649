"""Clips and scales written out, and numbers in them that are none."""

from __future__ import annotations

import pytest

from nncli.errors import SpecError
from nncli.specs.reader import read_spec
from nncli.specs.scaling import long_clip, long_scale


def test_numbers_become_floats_and_lists_tuples_of_floats() -> None:
    assert long_clip({"low": 0, "high": [1, 2.5]}) == {"low": 0.0, "high": (1.0, 2.5)}
    scale = {"kind": "min_max", "min": 0, "max": [1, 9], "to": [-1, 1]}
    assert long_scale(scale) == {
        "kind": "min_max",
        "min": 0.0,
        "max": (1.0, 9.0),
        "to": (-1.0, 1.0),
    }


def test_what_is_faulty_is_left_out_and_what_is_unknown_stays() -> None:
    assert long_clip({"low": "x", "high": [1, "2"], "hihg": 3}) == {"hihg": 3}
    assert long_scale({"kind": "standard", "mean": True, "std": 1}) == {
        "kind": "standard",
        "std": 1.0,
    }
    assert long_scale({"kind": "other", "mean": "x"}) == {"kind": "other", "mean": "x"}


STANDARD = "scale: {standard: {mean: 0, std: 1}}"


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        ("clip: 3", [("N105", 25)]),
        ("clip: {}", [("N106", 25)]),
        ("clip: {low: 0}", [("N106", 25)]),
        ("clip: {low: , high: 1}", [("N105", 26)]),
        ("clip: {low: x, high: 1}", [("N105", 31)]),
        ("clip: {low: {}, high: 1}", [("N105", 31)]),
        ("clip: {low: [], high: 1}", [("N105", 31)]),
        ("clip: {low: [0, x], high: 1}", [("N105", 35)]),
        ("clip: {low: 0, high: .inf}", [("N105", 40)]),
        ("clip: {low: 0, high: 1e999}", [("N105", 40)]),
        ("clip: {low: 0, hihg: 1}", [("N101", 34)]),
        ("scale: standard", [("N106", 26), ("N106", 26)][:1]),
        ("scale: {}", [("N105", 26)]),
        ("scale: 2", [("N105", 26)]),
        ("scale: {standard: }", [("N105", 27)]),
        ("scale: {standard: 3}", [("N105", 37)]),
        ("scale: {standard: {mean: 0}}", [("N106", 37)]),
        ("scale: {standard: {mean: 0, std: }}", [("N105", 47)]),
        ("scale: {standard: {mean: .nan, std: true}}", [("N105", 44), ("N105", 55)]),
        ("scale: {standard: {mean: 0, std: 1, to: [0, 1]}}", [("N101", 55)]),
        ("scale: {standrd: {mean: 0, std: 1}}", [("N107", 27)]),
        ("scale: {min_max: {min: 0, max: 1, to: 1}}", [("N107", 57)]),
        ("scale: {min_max: {min: 0, max: 1, to: [0]}}", [("N107", 57)]),
        ("scale: {min_max: {min: 0, max: 1, to: [2, 2]}}", [("N107", 57)]),
        ("scale: {min_max: {min: 0, max: 1, to: [0, x]}}", [("N107", 57)]),
        (f"{STANDARD}, {STANDARD}", [("N102", 57)]),
    ],
)
def test_a_faulty_number_is_told_once_at_its_own_place(
    inputs: str, expected: list[tuple[str, int]]
) -> None:
    text = f"inputs: {{size: 2, {inputs}}}\nlayers: [{{neurons: 1}}]\nseed: 0\n"
    with pytest.raises(SpecError) as caught:
        read_spec(text.encode(), "net.yaml")
    found = caught.value.problems
    assert [(p.code, p.place and p.place.column) for p in found] == expected
    assert all(problem.help for problem in found)
