"""A stream cut anywhere against plain references over the whole, and the limits of precision."""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nncli.network.activations import Array
from nncli.network.statistics import LayerStatistics, NonFinite
from nncli.network.tally import RunTally
from nncli.problems import Note

INF, NAN = math.inf, math.nan
LARGEST = sys.float_info.max
Rows = Sequence[Sequence[float]]
# A layer over the whole stream: its activation, then z and a, (samples, neurons).
Layer = tuple[str, Array, Array]

# ------------------------------------------------------------------------- references


def exact_root(value: Fraction) -> float:
    """Return the square root of a fraction of any size as a float."""
    if value == 0:
        return 0.0
    # 2**400 more than needed, so that the whole-number root has digits enough
    shift = 2 * (400 + max(0, value.denominator.bit_length() - value.numerator.bit_length()))
    return float(Fraction(math.isqrt(int(value * 2**shift)), 2 ** (shift // 2)))


def exact_statistics(layer: int, a: Array) -> LayerStatistics:
    """Return the statistics by fractions, each rounded once."""
    every = [float(value) for value in a.ravel()]
    values = [value for value in every if math.isfinite(value)]
    zeros, nonfinite = every.count(0) / len(every), len(every) - len(values)
    if not values:
        return LayerStatistics(layer, NAN, NAN, NAN, NAN, NAN, zeros, nonfinite)
    exact = [Fraction(value) for value in values]
    mean = sum(exact, Fraction(0)) / len(exact)
    square = sum((value**2 for value in exact), Fraction(0)) / len(exact)
    std, rms = exact_root(square - mean**2), exact_root(square)
    return LayerStatistics(layer, min(values), float(mean), max(values), std, rms, zeros, nonfinite)


def plain_nonfinite(x: Array, layers: Sequence[Layer]) -> list[NonFinite]:
    """Look at every value in turn."""
    found = []
    bad = [(s, c) for s, c in np.ndindex(*x.shape) if not math.isfinite(x[s, c])]
    if bad:
        s, c = bad[0]
        found.append(NonFinite(0, s + 1, c + 1, float(x[s, c]), len(bad)))
    dirty = {s for s, _ in bad}
    for number, (_, z, a) in enumerate(layers, start=1):
        bad = [
            (s, n)
            for s, n in np.ndindex(*a.shape)
            if s not in dirty and not (math.isfinite(z[s, n]) and math.isfinite(a[s, n]))
        ]
        if bad:
            s, n = bad[0]
            value = z[s, n] if math.isfinite(a[s, n]) else a[s, n]
            found.append(NonFinite(number, s + 1, n + 1, float(value), len(bad)))
            break
    return found


def is_extreme(activation: str, value: float) -> bool:
    if activation == "sigmoid":
        return value < 0.01 or value > 0.99
    return activation == "tanh" and abs(value) > 0.99


def named(neurons: Sequence[int]) -> str:
    if len(neurons) == 1:
        return f"neuron {neurons[0]} is"
    return f"neurons {', '.join(map(str, neurons[:-1]))} and {neurons[-1]} are"


def plain_notes(x: Array, layers: Sequence[Layer]) -> list[Note]:
    """Return the remarks on layers of at most eight neurons."""
    notes, before = [], 0.0
    for number, (activation, _, a) in enumerate(layers, start=1):
        columns = [(n + 1, column.tolist()) for n, column in enumerate(a.T)]
        dead = [n for n, column in columns if len(column) > 1 and column.count(0) == len(column)]
        if dead:
            which = named(dead) + " 0 for every sample (dead)"
            if len(dead) == len(columns):
                which = "every neuron is 0 for every sample (dead layer)"
            notes.append(Note("dead", f"layer {number}: {which}", number))
        stuck = [n for n, column in columns if all(is_extreme(activation, v) for v in column)]
        if stuck:
            which = f"{named(stuck)} at the flat ends of {activation} for every sample (saturated)"
            notes.append(Note("saturated", f"layer {number}: {which}", number))
        rms = exact_statistics(number, a).rms
        change = f"layer {number}: the values' root mean square goes from {before:.3g} to {rms:.3g}"
        if before > 0 and rms > 0:
            if rms / before > 100:
                notes.append(Note("exploding", f"{change} (exploding)", number))
            bounded = activation in {"step", "sigmoid", "tanh", "softmax"}
            if before / rms > 100 and not bounded:
                notes.append(Note("vanishing", f"{change} (vanishing)", number))
        before = rms
    reach = max((abs(v) for v in x.ravel().tolist() if not math.isnan(v)), default=0)
    if len(stuck) == len(columns) and 100 < reach < INF:
        message = (
            f"the inputs reach {reach:,.0f}, and every output is saturated: perhaps the network "
            "was trained on scaled inputs (`inputs: scale`)"
        )
        notes.append(Note("unscaled", message))
    return notes


def assert_close(found: LayerStatistics, a: Array) -> None:
    """Compare with the exact statistics of at most 200 values.

    A sum of n numbers is wrong by at most n·2⁻⁵³ of their absolute sum.  The variance is taken as a
    difference only down to 1/16 of the mean square: 16·200·2⁻⁵³ = 3.6e-13, the deviation half that.
    Where values are scaled, deviations are also rounded to the digits of the largest.
    """
    exact = exact_statistics(found.layer, a)
    assert (found.zeros, found.nonfinite) == (exact.zeros, exact.nonfinite)
    if math.isnan(exact.mean):
        numbers = (found.minimum, found.mean, found.maximum, found.std, found.rms)
        assert all(map(math.isnan, numbers))
        return
    assert (found.minimum, found.maximum) == (exact.minimum, exact.maximum)
    assert exact.minimum <= found.mean <= exact.maximum
    largest = max(abs(exact.minimum), abs(exact.maximum))
    scaled = not 1e-130 < largest < 1e150
    tiny = 1e-322
    assert found.mean == pytest.approx(exact.mean, rel=1e-14, abs=3e-14 * exact.rms + tiny)
    near = 4e-15 * largest + tiny if scaled else 0.0
    assert found.std == pytest.approx(exact.std, rel=1e-12, abs=near)
    assert found.rms == pytest.approx(exact.rms, rel=1e-12, abs=tiny)


# --------------------------------------------------------------------- cut into tiles


def tile(rows: Array, groups: int, whole: bool = True) -> Array:
    """Return rows (samples, columns) as a tile (groups, columns, samples in a group)."""
    turned = rows.reshape(groups, -1, rows.shape[1]).transpose(0, 2, 1)
    if whole:
        return turned.copy()
    # the front of a larger array, as a last group is
    larger = np.full((groups, turned.shape[1], turned.shape[2] + 3), NAN, dtype=rows.dtype)
    larger[..., : turned.shape[2]] = turned
    return larger[..., : turned.shape[2]]


def tallied(x: Array, layers: Sequence[Layer], cuts: Sequence[tuple[int, int, bool]]) -> RunTally:
    """Tally a stream; cuts: per tile groups and columns, and whether a new tally begins with it."""
    tallies = [RunTally([activation for activation, _, _ in layers])]
    start = 0
    for index, (groups, columns, fresh) in enumerate(cuts):
        if fresh:
            tallies.append(RunTally([activation for activation, _, _ in layers]))
        rows = slice(start, start + groups * columns)
        results = []
        for _, z, a in layers:
            before = tile(z[rows], groups, whole=index % 2 == 0)
            results.append((before, before if a is z else tile(a[rows], groups)))
        tallies[-1].add(start + 1, tile(x[rows], groups), results)
        start = rows.stop
    while len(tallies) > 1:  # from the back, so that merged tallies are merged again
        later = tallies.pop()
        tallies[-1].merge(later)
    return tallies[0]


def whole(*rows_of_layers: Rows, activations: Sequence[str] | None = None) -> RunTally:
    """Tally layers given whole, as one tile of one group."""
    arrays = [np.array(rows, dtype=np.float64) for rows in rows_of_layers]
    names = activations or ["linear"] * len(arrays)
    layers = [(name, a, a) for name, a in zip(names, arrays, strict=True)]
    return tallied(arrays[0], layers, [(1, len(arrays[0]), False)])


PALETTES = ("plain", "positive", "zero", "ends", "shifted", "small", "large", "wild")
WILD = np.array([0.0, -0.0, 1.0, 1e-300, -1e300, 5e-324, LARGEST, 3.7, NAN, INF, -INF])


def column(rng: np.random.Generator, palette: str, samples: int) -> Array:
    """Return one neuron's values for every sample."""
    plain = rng.normal(size=samples)
    if palette == "positive":
        return np.maximum(plain, 0)
    if palette == "zero":
        return plain * 0.0
    if palette == "ends":
        return rng.choice([-0.9993, 0.0031, 0.9987], size=samples)
    if palette == "shifted":
        return 1e9 + 1e-3 * plain
    if palette == "wild":
        wild = rng.random(samples) < 0.2
        return np.where(wild, rng.choice(WILD, size=samples), plain)
    return plain * {"plain": 1.0, "small": 1e-300, "large": 1e300}[palette]


@st.composite
def streams(draw: st.DrawFn) -> tuple[Array, list[Layer], list[tuple[int, int, bool]]]:
    """Draw data, what some layers made of it, and a way to cut it."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    cuts = draw(
        st.lists(
            st.tuples(st.integers(1, 3), st.integers(1, 4), st.booleans()), min_size=1, max_size=4
        )
    )
    samples = sum(groups * columns for groups, columns, _ in cuts)
    palettes = st.lists(st.sampled_from(PALETTES), min_size=1, max_size=4)
    # one of a layer's neurons need not be like the others, but often is
    choices = st.one_of(palettes, st.sampled_from(PALETTES).map(lambda name: [name] * 3))

    def array() -> Array:
        return np.stack([column(rng, name, samples) for name in draw(choices)], axis=1)

    layers: list[Layer] = []
    for _ in range(draw(st.integers(1, 3))):
        activation = draw(st.sampled_from(["linear", "relu", "sigmoid", "tanh"]))
        a = array()
        z = a
        if activation != "linear":
            z = np.where(rng.random(a.shape) < draw(st.sampled_from([0, 0.1])), -INF, a)
        layers.append((activation, z, a))
    return array(), layers, cuts


@given(streams())
def test_a_stream_cut_anywhere_is_tallied_like_the_whole(
    stream: tuple[Array, list[Layer], list[tuple[int, int, bool]]],
) -> None:
    x, layers, cuts = stream
    tally = tallied(x, layers, cuts)
    assert tally.samples == len(x)
    for found, (_, _, a) in zip(tally.statistics(), layers, strict=True):
        assert_close(found, a)
    # NaN is equal to nothing, but its text is
    assert list(map(str, tally.nonfinite())) == list(map(str, plain_nonfinite(x, layers)))
    assert list(tally.notes()) == plain_notes(x, layers)


# ----------------------------------------------------------------------------- precision


def test_a_small_spread_about_a_large_mean_keeps_its_digits_over_a_thousand_tiles() -> None:
    rng = np.random.default_rng(5)
    rows = 1e9 + 1e-3 * rng.normal(size=(48_000, 1))
    cuts = [(2, 24, index % 100 == 99) for index in range(1000)]
    (found,) = tallied(rows, [("linear", rows, rows)], cuts).statistics()
    # differences from a neighbour are exact, and their sums exactly rounded
    differences = [value - 1e9 for value in rows.ravel().tolist()]
    shift = math.fsum(differences) / len(rows)
    variance = math.fsum((value - shift) ** 2 for value in differences) / len(rows)
    assert found.mean == pytest.approx(1e9 + shift, rel=2.3e-16)
    assert found.std == pytest.approx(math.sqrt(variance), rel=1e-12)


def test_a_stream_that_begins_far_from_its_mean_keeps_its_digits() -> None:
    """Each tile's guess of where the values are comes from another size of numbers."""
    rng = np.random.default_rng(6)
    steps = np.repeat([0.0, 1e9, -3e-6, 1e9, 7.0], 40)
    rows = (steps + 1e-3 * rng.normal(size=200))[:, None]
    (found,) = tallied(rows, [("linear", rows, rows)], [(1, 40, False)] * 5).statistics()
    assert_close(found, rows)


@pytest.mark.parametrize("centre", [0.3, 1000.0])
def test_a_large_tile_is_summed_closely(centre: float) -> None:
    """Sixteen groups of 64 neurons and 384 samples, compared with exactly rounded sums."""
    rng = np.random.default_rng(7)
    rows = rng.normal(centre, 1.0, size=(16 * 384, 64))
    (found,) = tallied(rows, [("linear", rows, rows)], [(16, 384, False)]).statistics()
    values = rows.ravel().tolist()
    mean = math.fsum(values) / len(values)
    variance = math.fsum((value - mean) ** 2 for value in values) / len(values)
    assert found.mean == pytest.approx(mean, rel=1e-12)
    assert found.std == pytest.approx(math.sqrt(variance), rel=1e-12)


def test_the_order_of_merging_hardly_matters() -> None:
    rng = np.random.default_rng(8)
    rows = [rng.normal(size, 1, size=(10, 3)) for size in (0, 50, -4)]

    def part(index: int) -> RunTally:
        tally = RunTally(["relu"])
        turned = tile(rows[index], 1)
        tally.add(1 + 10 * index, turned, [(turned, turned)])
        return tally

    left, right, middle = part(0), part(0), part(1)
    left.merge(part(1))
    left.merge(part(2))
    middle.merge(part(2))
    right.merge(middle)
    (one,), (other,) = left.statistics(), right.statistics()
    assert (one.minimum, one.maximum, one.zeros) == (other.minimum, other.maximum, other.zeros)
    assert one.mean == pytest.approx(other.mean, rel=1e-14)
    assert one.std == pytest.approx(other.std, rel=1e-14)


@pytest.mark.parametrize("value", [0.1, 1e-200, LARGEST, 5e-324])
def test_one_value_throughout_is_its_own_mean_and_has_no_spread(value: float) -> None:
    rows = np.full((3000, 2), value)
    cuts = [(1, 700, False), (1, 2300, True)]
    (found,) = tallied(rows, [("linear", rows, rows)], cuts).statistics()
    assert (found.minimum, found.mean, found.maximum, found.std) == (value, value, value, 0)
    assert found.rms == value


def test_no_sum_leaves_the_range_between_both_ends_of_it() -> None:
    rows = np.array([[LARGEST], [-LARGEST]] * 6)
    for cuts in ([(1, 12, False)], [(1, 1, False)] * 12, [(1, 3, True)] * 4):
        (found,) = tallied(rows, [("linear", rows, rows)], cuts).statistics()
        assert found.std == pytest.approx(LARGEST, rel=1e-14)
        assert abs(found.mean) < 1e-15 * LARGEST


def test_float32_values_are_summed_in_float64() -> None:
    rows = np.array([[3e38], [-3e38]] * 50 + [[0.1]] * 100, dtype=np.float32)
    (found,) = tallied(rows, [("linear", rows, rows)], [(2, 50, False)] * 2).statistics()
    assert_close(found, rows)


# --------------------------------------------------------------------- single and empty


def test_a_single_sample_has_statistics_but_no_dead_neuron() -> None:
    tally = whole([[0, 3]])
    (found,) = tally.statistics()
    assert (found.mean, found.std, found.zeros, tally.notes()) == (1.5, 1.5, 0.5, ())


def test_two_tallies_of_one_sample_each_find_a_dead_neuron() -> None:
    rows = np.array([[0.0, 1.0], [-0.0, 1.0]])
    tally = tallied(rows, [("relu", rows, rows)], [(1, 1, False), (1, 1, True)])
    assert [note.code for note in tally.notes()] == ["dead"]


def test_merging_with_an_empty_tally_changes_nothing() -> None:
    full, empty = whole([[1, 0], [2, 0]]), RunTally(["linear"])
    before = (full.samples, full.statistics(), full.notes())
    full.merge(RunTally(["linear"]))
    empty.merge(full)
    for tally in (full, empty):
        assert (tally.samples, tally.statistics(), tally.notes()) == before


def test_a_merged_tally_leaves_the_other_as_it_was() -> None:
    names = ["relu", "sigmoid"]
    tally, other = RunTally(names), whole([[0], [0]], [[1], [1]], activations=names)
    before = other.notes()
    tally.merge(other)
    halves = np.full((1, 1, 1), 0.5)
    tally.add(3, halves, [(halves, halves), (halves, halves)])
    assert [note.code for note in before] == ["dead", "saturated"]
    assert (other.samples, other.notes(), tally.notes()) == (2, before, ())


def test_nothing_tallied_gives_nan_and_no_remark() -> None:
    tally = RunTally(["sigmoid"])
    nothing = np.empty((1, 2, 0))
    tally.add(1, nothing, [(nothing, nothing)])
    (found,) = tally.statistics()
    assert math.isnan(found.mean)
    assert math.isnan(found.zeros)
    assert (tally.samples, tally.notes(), tally.nonfinite()) == (0, (), ())


def test_the_arguments_are_not_changed() -> None:
    rng = np.random.default_rng(9)
    z = 1e9 + rng.normal(size=(2, 3, 4))
    a = z.astype(np.float32)
    before = (z.copy(), a.copy())
    tally = RunTally(["relu", "linear"])
    for _ in range(2):
        tally.add(1, z, [(z, a), (z, z)])
    assert np.array_equal(z, before[0])
    assert np.array_equal(a, before[1])


# -------------------------------------------------------------------------- non-finite


def test_the_lowest_layer_wins_and_findings_in_it_add_up() -> None:
    """Layer 2 fails for sample 1; layer 1 for samples 3 and 4: sample 3 is the first."""
    x = np.ones((4, 1))
    first = np.array([[1.0, 1], [1, 1], [1, INF], [NAN, INF]])
    second = np.array([[-INF], [1.0], [1], [1]])
    layers = [("linear", first, first), ("linear", second, second)]
    for cuts in ([(1, 4, False)], [(1, 1, False)] * 4, [(1, 1, True)] * 4, [(2, 2, False)]):
        assert tallied(x, layers, cuts).nonfinite() == (NonFinite(1, 3, 2, INF, 3),)


@pytest.mark.parametrize("activation", ["step", "relu", "sigmoid", "tanh", "elu", "softplus"])
def test_an_infinite_pre_activation_is_found_behind_a_finite_output(activation: str) -> None:
    z, a = np.array([[1.0], [-INF]]), np.array([[1.0], [0.0]])
    tally = tallied(np.ones((2, 1)), [(activation, z, a)], [(1, 2, False)])
    assert tally.nonfinite() == (NonFinite(1, 2, 1, -INF, 1),)


def test_finite_values_whose_sum_overflows_are_finite() -> None:
    z = np.full((3, 2), LARGEST)
    assert tallied(z, [("relu", z, z.copy())], [(1, 3, False)]).nonfinite() == ()


# ------------------------------------------------------------------------------ remarks


def test_of_many_dead_neurons_the_first_few_are_named() -> None:
    (note,) = whole([[0] * 1200 + [1]] * 2).notes()
    assert "neurons 1, 2, 3, 4, 5, 6, 7, 8 and 1,192 more are 0" in note.message


BELOW, ABOVE = math.nextafter(0.01, 0), math.nextafter(0.99, 1)


@pytest.mark.parametrize(
    ("activation", "values", "saturated"),
    [
        ("sigmoid", [BELOW, ABOVE], True),
        ("sigmoid", [BELOW, 0.5, ABOVE], False),
        ("sigmoid", [BELOW, 0.3], False),
        ("sigmoid", [ABOVE, 0.6], False),
        ("sigmoid", [0.01, 0.01], False),
        ("sigmoid", [0.99, 0.99], False),
        ("sigmoid", [BELOW, NAN], False),
        ("tanh", [ABOVE, -ABOVE], True),
        ("tanh", [ABOVE, 0.0, -ABOVE], False),
        ("tanh", [ABOVE, 0.6], False),
        ("tanh", [-ABOVE, -0.6], False),
        ("tanh", [INF, INF], True),
        ("tanh", [0.99, 0.99], False),
        ("tanh", [-0.99, -0.99], False),
        ("tanh", [0.001, 0.001], False),
        ("hard_sigmoid", [0.0, 1.0], True),
        ("hard_sigmoid", [0.0, 0.5, 1.0], False),
        ("softsign", [ABOVE, -ABOVE], True),
        ("softsign", [-0.001, -0.001], False),
        ("hard_tanh", [1.0, 1.0], False),  # it may have other bounds
        ("softmax", [1.0, 1.0], False),
    ],
)
@pytest.mark.parametrize("one_by_one", [False, True])
def test_a_neuron_is_saturated_beyond_the_threshold_for_every_sample(
    activation: str, values: list[float], saturated: bool, one_by_one: bool
) -> None:
    rows = np.array(values)[:, None]
    cuts = [(1, 1, False)] * len(values) if one_by_one else [(1, len(values), False)]
    notes = tallied(rows, [(activation, rows, rows)], cuts).notes()
    assert [note.code for note in notes] == (["saturated"] if saturated else [])


@pytest.mark.parametrize(
    ("after", "codes"),
    [
        (100.0, []),
        (math.nextafter(100.0, INF), ["exploding"]),
        (0.01, []),
        (math.nextafter(0.01, 0), ["vanishing"]),
        (1e-300, ["vanishing"]),
        (LARGEST, ["exploding"]),
    ],
)
def test_a_change_of_more_than_a_hundredfold_is_remarked(after: float, codes: list[str]) -> None:
    tally = whole([[1], [-1]], [[after], [after]])
    assert [note.code for note in tally.notes()] == codes


def test_a_bounded_activation_is_small_by_nature_and_does_not_vanish() -> None:
    values = [[1000, 1000]], [[0.5, 0.5]]
    assert whole(*values, activations=["linear", "softmax"]).notes() == ()
    assert [note.code for note in whole(*values).notes()] == ["vanishing"]


def test_a_step_that_meets_0_is_remarked_unless_the_spec_says_what_it_is_there() -> None:
    z, a = (np.array([[[0.0, 1.0, 0.0]]]), np.array([[[0.0, 1.0, 0.0]]]))
    for undecided, count in (((1,), 1), ((), 0)):
        tally = RunTally(["step"], undecided)
        tally.add(1, z, [(z, a)])
        assert [note.code for note in tally.notes()] == ["jumps"] * count


@pytest.mark.parametrize(
    ("reach", "output", "remarked"),
    [(60_000.0, 1.0, True), (-60_000.0, 1.0, True), (60_000.0, 0.5, False), (3.0, 1.0, False)],
)
def test_large_inputs_that_saturate_every_output_may_be_unscaled(
    reach: float, output: float, remarked: bool
) -> None:
    x, a = np.array([[[1.0, reach]]]), np.array([[[output, output]], [[0.0, 0.0]]]).reshape(1, 2, 2)
    tally = RunTally(["softmax"])
    tally.add(1, x, [(a, a)])
    assert ("unscaled" in {note.code for note in tally.notes()}) == remarked
