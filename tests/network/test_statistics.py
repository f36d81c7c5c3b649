"""Statistics against exact fractions, and the remarks at exactly their thresholds."""

from __future__ import annotations

import math
import statistics
import sys
from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nncli.errors import Note
from nncli.network.activations import Array
from nncli.network.dense import LayerResult
from nncli.network.statistics import (
    LayerStatistics,
    NonFinite,
    find_nonfinite,
    find_notes,
    layer_statistics,
    nonfinite_message,
)

INF, NAN = math.inf, math.nan
LARGEST = sys.float_info.max
Rows = Sequence[Sequence[float]]


def stats(rows: Rows, dtype: str = "float64") -> LayerStatistics:
    return layer_statistics(3, np.array(rows, dtype=dtype))


def result(layer: int, rows: Rows, before: Rows | None = None) -> LayerResult:
    """Return a layer's result; before: its pre-activation, if that differs."""
    a: Array = np.array(rows, dtype=np.float64)
    z: Array = a if before is None else np.array(before, dtype=np.float64)
    return LayerResult(layer, f"layer_{layer}", z, a)


# ------------------------------------------------------------------------------ statistics


def test_statistics_worked_by_hand() -> None:
    """1, 2, 3, 6: mean 3, deviations -2 -1 0 3, variance 14/4, mean square 50/4."""
    found = stats([[1, 2], [3, 6]])
    assert (found.layer, found.minimum, found.mean, found.maximum) == (3, 1, 3, 6)
    assert found.std == pytest.approx(math.sqrt(14 / 4), rel=1e-15)
    assert found.rms == pytest.approx(math.sqrt(50 / 4), rel=1e-15)
    assert (found.zeros, found.nonfinite) == (0, 0)


def exact_mean(values: list[Fraction]) -> Fraction:
    return sum(values, Fraction(0)) / len(values)


def exact_root(value: Fraction) -> float:
    """Return the square root of a fraction of any size as a float."""
    if value == 0:
        return 0.0
    # 2**400 more than needed, so that the whole-number root has digits enough
    shift = 2 * (400 + max(0, value.denominator.bit_length() - value.numerator.bit_length()))
    return float(Fraction(math.isqrt(int(value * 2**shift)), 2 ** (shift // 2)))


@given(
    st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=20),
)
def test_statistics_agree_with_exact_fractions(values: list[float]) -> None:
    found = stats([values])
    exact = [Fraction(value) for value in values]
    largest = float(max(map(abs, exact)))
    mean = exact_mean(exact)
    spread = exact_root(exact_mean([(value - mean) ** 2 for value in exact]))
    rms = exact_root(exact_mean([value**2 for value in exact]))
    near = 1e-13 * largest + 5e-324
    assert (found.minimum, found.maximum) == (min(values), max(values))
    assert found.mean == pytest.approx(float(mean), rel=1e-12, abs=near)
    assert found.std == pytest.approx(spread, rel=1e-7, abs=near)
    assert found.rms == pytest.approx(rms, rel=1e-12, abs=5e-324)
    assert found.zeros == pytest.approx(values.count(0) / len(values))


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30))
def test_statistics_agree_with_the_standard_library(values: list[float]) -> None:
    found = stats([[value] for value in values])
    near = 1e-9 * max(map(abs, values))
    assert found.mean == pytest.approx(statistics.fmean(values), rel=1e-12, abs=near)
    assert found.std == pytest.approx(statistics.pstdev(values), rel=1e-9, abs=near)


@pytest.mark.parametrize("count", [1, 2, 3, 7, 10, 1000])
def test_statistics_of_the_largest_number_are_that_number(count: int) -> None:
    """No sum, square or rounding may leave the range."""
    found = stats([[LARGEST]] * count)
    assert (found.minimum, found.maximum) == (LARGEST, LARGEST)
    assert found.mean == pytest.approx(LARGEST, rel=1e-14)
    assert found.rms == pytest.approx(LARGEST, rel=1e-14)
    assert found.std <= 1e-14 * LARGEST


def test_statistics_of_both_ends_of_the_range() -> None:
    found = stats([[1e308], [-1e308]])
    assert (found.mean, found.std, found.rms) == (0, 1e308, 1e308)


@pytest.mark.parametrize("size", [1e-100, 1e-200, 1e-300])
def test_statistics_of_small_numbers_are_not_zero(size: float) -> None:
    """size and 3·size: mean 2·size, standard deviation size, mean square 5·size²."""
    found = stats([[size], [3 * size]])
    assert found.mean == pytest.approx(2 * size, rel=1e-12, abs=0)
    assert found.std == pytest.approx(size, rel=1e-12, abs=0)
    assert found.rms == pytest.approx(math.sqrt(5) * size, rel=1e-12, abs=0)


def test_float32_values_are_summed_in_float64() -> None:
    """Squares of 3e38 overflow float32; a million tenths lose digits in it."""
    found = stats([[3e38], [-3e38]], "float32")
    assert found.rms == pytest.approx(float(np.float32(3e38)))
    many = stats([[0.1]] * 100_000, "float32")
    assert many.mean == pytest.approx(float(np.float32(0.1)), rel=1e-12)


def test_statistics_are_over_the_finite_values_and_zeros_over_all() -> None:
    found = stats([[NAN, 1], [INF, 3], [-INF, 0], [0, -0.0]])
    assert (found.minimum, found.mean, found.maximum, found.nonfinite) == (0, 0.8, 3, 3)
    assert found.zeros == 3 / 8


def test_statistics_of_nothing_finite_are_nan() -> None:
    found = stats([[NAN, INF]])
    numbers = (found.minimum, found.mean, found.maximum, found.std, found.rms)
    assert all(math.isnan(number) for number in numbers)
    assert (found.zeros, found.nonfinite) == (0, 2)


# ----------------------------------------------------------------------------- remarks


def notes(results: Sequence[LayerResult], *activations: str) -> list[tuple[str, int | None]]:
    """Return code and layer of each note."""
    return [(note.code, note.layer) for note in all_notes(results, *activations)]


def all_notes(results: Sequence[LayerResult], *activations: str) -> tuple[Note, ...]:
    numbers = [layer_statistics(found.layer, found.output) for found in results]
    return find_notes(results, numbers, activations or ("linear",) * len(results))


def test_a_neuron_that_is_zero_for_every_sample_is_dead() -> None:
    (note,) = all_notes([result(1, [[0, 1, -0.0], [0, 0, 0]])], "relu")
    assert (note.code, note.layer) == ("dead", 1)
    assert "neurons 1 and 3 are 0 for every sample" in note.message


def test_one_dead_neuron_is_named_in_the_singular() -> None:
    (note,) = all_notes([result(2, [[1, 0], [1, 0]])], "relu")
    assert "layer 2: neuron 2 is 0 for every sample (dead)" in note.message


def test_a_layer_of_dead_neurons_is_called_dead() -> None:
    (note,) = all_notes([result(1, [[0, 0], [0, 0]])], "relu")
    assert "every neuron is 0" in note.message
    assert "dead layer" in note.message


def test_one_sample_is_too_few_to_call_a_neuron_dead() -> None:
    assert notes([result(1, [[0, 1]])], "relu") == []


def test_a_neuron_that_is_zero_for_all_samples_but_one_is_not_dead() -> None:
    assert notes([result(1, [[0], [0], [5e-324]])], "relu") == []
    assert notes([result(1, [[0], [0], [NAN]])], "relu") == []


def test_of_many_dead_neurons_the_first_few_are_named() -> None:
    (note,) = all_notes([result(1, [[0] * 1200 + [1]] * 2)], "relu")
    assert "neurons 1, 2, 3, 4, 5, 6, 7, 8 and 1,192 more are 0" in note.message


BELOW, ABOVE = math.nextafter(0.01, 0), math.nextafter(0.99, 1)


@pytest.mark.parametrize(
    ("activation", "values", "saturated"),
    [
        ("sigmoid", [BELOW, ABOVE], True),
        ("sigmoid", [0.01, 0.01], False),
        ("sigmoid", [0.99, 0.99], False),
        ("sigmoid", [BELOW, 0.5], False),
        ("tanh", [ABOVE, -ABOVE], True),
        ("tanh", [0.99, 0.99], False),
        ("tanh", [-0.99, -0.99], False),
        ("tanh", [-1.0, 0.5], False),
        ("tanh", [0.001, 0.001], False),
        ("softmax", [1.0, 1.0], False),
        ("linear", [1.0, 1.0], False),
    ],
)
def test_a_neuron_is_saturated_beyond_the_threshold_for_every_sample(
    activation: str, values: list[float], saturated: bool
) -> None:
    found = notes([result(1, [[value] for value in values])], activation)
    assert found == ([("saturated", 1)] if saturated else [])


def test_saturated_neurons_are_named() -> None:
    (note,) = all_notes([result(4, [[0.5, 0.999, 0.001], [0.5, 0.999, 0.999]])], "sigmoid")
    assert note.message.startswith("layer 4: neurons 2 and 3 are at the flat ends of sigmoid")


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (100.0, []),
        (math.nextafter(100.0, INF), [("exploding", 2)]),
        (0.01, []),
        (math.nextafter(0.01, 0), [("vanishing", 2)]),
        (1e-200, [("vanishing", 2)]),
        (1e-300, [("vanishing", 2)]),
        (1e300, [("exploding", 2)]),
        (LARGEST, [("exploding", 2)]),
    ],
)
@pytest.mark.parametrize("activation", ["linear", "relu"])
def test_a_change_of_more_than_a_hundredfold_is_remarked(
    activation: str, after: float, expected: list[tuple[str, int]]
) -> None:
    """The root mean square goes from 1 to *after*."""
    first, second = result(1, [[1], [-1]]), result(2, [[after], [after]])
    assert notes([first, second], "linear", activation) == expected


def test_the_first_layer_has_no_layer_before_it_to_explode_from() -> None:
    assert notes([result(1, [[1e9], [-1e9]])], "linear") == []


def test_a_bounded_activation_is_small_by_nature_and_does_not_vanish() -> None:
    """From scores of 1000 to shares of one half: no signal is lost."""
    first, second = result(1, [[1000, 1000]]), result(2, [[0.5, 0.5]])
    assert notes([first, second], "linear", "softmax") == []
    assert notes([first, second], "linear", "linear") == [("vanishing", 2)]


def test_a_dead_layer_is_not_said_to_vanish_too() -> None:
    results = [result(1, [[1], [1]]), result(2, [[0], [0]]), result(3, [[1], [1]])]
    assert notes(results, "relu", "relu", "linear") == [("dead", 2)]


def test_a_layer_without_finite_values_neither_explodes_nor_vanishes() -> None:
    results = [result(1, [[1], [1]]), result(2, [[NAN], [INF]]), result(3, [[1], [1]])]
    assert notes(results) == []


# ------------------------------------------------------------------------ where NaN comes from


def find(x: Rows, *results: LayerResult) -> tuple[NonFinite, ...]:
    return find_nonfinite(np.array(x, dtype=np.float64), results)


def test_finite_values_give_nothing_to_report() -> None:
    assert find([[1, 2]], result(1, [[3]])) == ()


def test_non_finite_data_are_reported_with_the_first_place_and_the_count() -> None:
    (found,) = find([[1, 2], [3, -INF], [NAN, 4]], result(1, [[1], [NAN], [NAN]]))
    assert (found.layer, found.sample, found.column, found.count) == (0, 2, 2, 2)
    assert found.value == -INF


def test_a_layer_that_passes_on_what_came_in_is_not_named() -> None:
    assert find([[NAN]], result(1, [[NAN]]), result(2, [[INF]]))[0].layer == 0
    assert len(find([[NAN]], result(1, [[NAN]]), result(2, [[INF]]))) == 1


def test_the_layer_where_an_overflow_arises_is_named_and_not_those_after_it() -> None:
    fine, over, after = (
        result(1, [[1, 2]] * 3),
        result(2, [[1], [INF], [NAN]]),
        result(3, [[NAN]] * 3),
    )
    (found,) = find([[1]] * 3, fine, over, after)
    assert (found.layer, found.sample, found.column, found.value, found.count) == (2, 2, 1, INF, 2)


def test_an_overflow_beside_non_finite_data_is_reported_too() -> None:
    data, layer = find([[NAN], [1e308]], result(1, [[NAN], [INF]]))
    assert (data.layer, data.sample) == (0, 1)
    assert (layer.layer, layer.sample, layer.count) == (1, 2, 1)


def test_an_infinite_pre_activation_counts_though_its_sigmoid_is_finite() -> None:
    (found,) = find([[1e308]], result(1, [[1.0]], before=[[INF]]))
    assert (found.layer, found.value) == (1, INF)


def test_a_non_finite_output_of_a_finite_pre_activation_counts() -> None:
    (found,) = find([[1.0]], result(1, [[NAN]], before=[[2.0]]))
    assert (found.layer, found.sample, found.column) == (1, 1, 1)
    assert math.isnan(found.value)


def test_the_words_for_non_finite_data_name_the_column() -> None:
    message = nonfinite_message(NonFinite(0, 2, 1, INF, 1234), ("height", "width"))
    assert message == (
        "the data holds 1,234 non-finite values, the first (inf) at sample 2, column 1 ('height')"
    )


def test_the_words_for_a_layer_name_the_neuron() -> None:
    message = nonfinite_message(NonFinite(2, 7, 3, NAN, 1), ())
    assert message == "layer 2: 1 non-finite value, the first (nan) at sample 7, neuron 3"
