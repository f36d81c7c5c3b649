"""Bounds on the digits of what a worksheet asks for: never fewer than it has."""

from __future__ import annotations

from decimal import Decimal
from random import Random

import numpy as np
import pytest
from sheet_cases import random_sheet, scaled_network, sheet_of

from nncli.explanation.digits import Digits, DigitsOnSheet, digits_of
from nncli.explanation.explanation import WantedLayer, Wish
from nncli.explanation.questions import place_of
from nncli.explanation.steps import NeuronStep, ScalingStep


@pytest.mark.parametrize(
    ("decimals", "size", "are_short"),
    [
        (6, "999.5", True),
        (6, "1000", False),  # ten digits
        (7, "0", False),
        (0, "999999999", True),
        (0, "1e9", False),
    ],
)
def test_short_is_what_all_numbers_of_such_digits_are(
    decimals: int, size: str, are_short: bool
) -> None:
    assert Digits(decimals, Decimal(size)).are_short is are_short


def is_within(value: Decimal, digits: Digits) -> bool:
    own = digits_of(value)
    return own.decimals <= digits.decimals and own.size <= digits.size


def test_no_number_has_more_digits_than_its_bound() -> None:
    checked = 0
    for seed in range(40):
        sheet = random_sheet(Random(seed))
        places = {place_of(question) for question in sheet.questions}
        digits = DigitsOnSheet(sheet.found, places)
        for step in sheet.found.steps:
            if isinstance(step, NeuronStep) and step.z.shown.value.is_exact:
                z = digits.sum(place_of(step))
                terms = [term.product for term in step.terms]
                for shown in (*terms, step.before_bias, step.z.shown):
                    assert is_within(shown.value.value, z)
                if step.a.shown.value.is_exact:
                    assert is_within(step.a.shown.value.value, digits.output(place_of(step)))
                    checked += 1
    assert checked > 100


@pytest.mark.parametrize("activation", ["linear", "{leaky_relu: {negative_slope: 0.25}}"])
def test_outputs_too_unless_they_are_divided(activation: str) -> None:
    network = scaled_network(activation)
    wish = Wish((1, 2), (WantedLayer(1), WantedLayer(2)))
    sheet = sheet_of(network, np.array([[1.0, 2.0, -0.5], [3.5, -4.0, 1.0]]), wish, 2, 0)
    digits = DigitsOnSheet(sheet.found, {place_of(q) for q in sheet.questions})
    for question in sheet.questions:
        if question.layer == 2:
            _, y = question.answers[-1]
            bound = digits.unscaled(place_of(question))
            assert bound is not None
            assert is_within(y.value.value, bound)
    steps = [s for s in sheet.found.steps if isinstance(s, ScalingStep) and s.where == "outputs"]
    assert steps


def test_a_division_may_have_any_digits() -> None:
    network = scaled_network("linear", to="[-1, 2]")
    wish = Wish((1, 2), (WantedLayer(1), WantedLayer(2)))
    sheet = sheet_of(network, np.array([[1.0, 2.0, -0.5], [3.5, -4.0, 1.0]]), wish, 2, 0)
    digits = DigitsOnSheet(sheet.found, {place_of(q) for q in sheet.questions})
    assert digits.unscaled(place_of(sheet.questions[-1])) is None
