"""How far batches stray: counted over all batches, as the theory has it, in any units."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations, pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from evaluated import class_task
from hypothesis import given
from hypothesis import strategies as st

from nncli.evaluation.spread import BatchLosses, BatchSpread, LossSpread, spread_of
from nncli.evaluation.tasks import NumberTask
from nncli.results.listeners import UnitOutputs

Floats = npt.NDArray[np.float64]
NUMBERS = NumberTask(("y",))


def only(found: LossSpread) -> BatchSpread:
    (spread,) = found.sizes
    return spread


def heard(
    losses: Floats, sizes: Sequence[int], cuts: Sequence[int] = (), **options: Any
) -> LossSpread:
    """Hear squared errors that are the losses, in units that end at the cuts."""
    listener = BatchLosses(NUMBERS, sizes, **options)
    for start, end in pairwise(sorted({0, *(min(cut, len(losses)) for cut in cuts), len(losses)})):
        outputs = [np.sqrt(losses[start:end])]
        targets = [np.zeros(end - start)]
        listener.take(listener.prepare(UnitOutputs(start + 1, (), outputs, targets=targets)))
    listener.finish()
    return listener.finished()


# --------------------------------------------------------------------- every batch there is


@pytest.mark.parametrize(("samples", "size"), [(5, 2), (7, 3), (9, 4), (9, 5), (10, 9)])
def test_the_spread_is_that_of_all_batches_that_can_be_drawn(samples: int, size: int) -> None:
    losses = np.random.RandomState(samples).exponential(size=samples)
    batches = [math.fsum(batch) / size for batch in combinations(losses.tolist(), size)]
    loss = math.fsum(losses) / samples
    std = math.sqrt(math.fsum((batch - loss) ** 2 for batch in batches) / len(batches))
    found = spread_of(losses, [size])
    spread = only(found)
    assert found.loss == pytest.approx(loss, rel=1e-15)
    # 10,000 batches or more were drawn
    assert spread.std == pytest.approx(std, rel=0.03)
    for bound, share in ((spread.p05, 0.05), (spread.p95, 0.95)):
        below = sum(batch < bound - 1e-12 for batch in batches) / len(batches)
        up_to = sum(batch <= bound + 1e-12 for batch in batches) / len(batches)
        assert below - 0.01 <= share <= up_to + 0.01


def test_single_samples_by_hand() -> None:
    """Their mean is 3, the squares of their distances 9, 1, 0, 1, 9."""
    spread = only(spread_of(np.array([4.0, 0, 6, 3, 2]), [1]))
    assert spread.std == spread.theory_std == pytest.approx(2, rel=1e-15)
    # a fifth of the way from the first to the second, as NumPy's linear quantiles
    assert [spread.p05, spread.p95] == pytest.approx([0.4, 5.6])


def test_pairs_by_hand() -> None:
    """Of 0, 0, 6 the pairs have 0, 3, 3; the mean of all is 2: (4 + 1 + 1) / 3 is 2."""
    spread = only(spread_of(np.array([0.0, 0, 6]), [2]))
    assert spread.std == pytest.approx(math.sqrt(2), rel=0.03)
    assert spread.theory_std == pytest.approx(math.sqrt(8 / 2), rel=1e-15)
    assert [spread.p05, spread.p95] == pytest.approx([0, 3], abs=1e-12)


def test_all_batches_of_a_shuffle_count() -> None:
    """What one half of the samples is above the loss of all, the other is below."""
    found = spread_of(np.random.RandomState(10).exponential(size=20), [10])
    spread = only(found)
    assert spread.p95 - found.loss == pytest.approx(found.loss - spread.p05, rel=1e-9)


# ------------------------------------------------------------------------------- the theory


def test_many_random_losses_stray_as_the_theory_has_it() -> None:
    losses = np.random.RandomState(1).chisquare(1, 200_000)
    sigma = math.sqrt(2)  # of that distribution
    for spread in spread_of(losses, [1, 4, 16, 32, 128]).sizes:
        assert spread.theory_std == pytest.approx(sigma / math.sqrt(spread.batch_size), rel=0.02)
        assert spread.std == pytest.approx(spread.theory_std, rel=0.02)


@pytest.mark.parametrize("size", [8, 64, 128, 250, 400])
def test_a_batch_of_much_of_the_data_strays_by_less(size: int) -> None:
    losses = np.random.RandomState(2).chisquare(1, 512)
    spread = only(spread_of(losses, [size]))
    factor = math.sqrt((512 - size) / 511)
    assert spread.theory_std == pytest.approx(float(losses.std()) / math.sqrt(size), rel=1e-12)
    assert spread.std == pytest.approx(spread.theory_std * factor, rel=0.03)


def test_large_batches_lie_as_a_normal_distribution_does() -> None:
    losses = np.random.RandomState(3).chisquare(1, 100_000)
    found = spread_of(losses, [256])
    spread = only(found)
    assert (spread.p05 - found.loss) / spread.std == pytest.approx(-1.645, abs=0.12)
    assert (spread.p95 - found.loss) / spread.std == pytest.approx(1.645, abs=0.12)


# ------------------------------------------------------------------------------- the edges


def test_a_batch_of_all_strays_by_nothing() -> None:
    losses = np.random.RandomState(4).random_sample(100)
    found = spread_of(losses, [100])
    spread = only(found)
    assert (spread.std, spread.p05, spread.p95) == (0, found.loss, found.loss)


@pytest.mark.parametrize("loss", [0.0, 0.1, 1 / 3, 1e300, 5e-324])
def test_equal_losses_have_no_spread(loss: float) -> None:
    found = spread_of(np.full(77, loss), [1, 3, 10, 77])
    assert found.loss == loss
    assert found.sizes == tuple(BatchSpread(n, 0.0, loss, loss, 0.0) for n in (1, 3, 10, 77))


def test_batches_larger_than_the_data_are_left_out_with_a_note() -> None:
    found = spread_of(np.arange(10.0), [16, 2, 1024, 2])
    assert [spread.batch_size for spread in found.sizes] == [2]
    assert found.too_large == (16, 1024)
    (note,) = found.notes
    assert note.code == "large_batches"
    assert note.message == (
        "no losses of batch sizes 16 and 1024: batches are drawn from 10 samples"
    )


def test_no_samples_have_no_batches() -> None:
    found = spread_of(np.empty(0), [1, 4])
    assert (found.samples, found.sizes, found.too_large) == (0, (), (1, 4))
    assert math.isnan(found.loss)


def test_one_sample_is_one_batch() -> None:
    found = spread_of(np.array([2.5]), [1, 2])
    assert found.sizes == (BatchSpread(1, 0.0, 2.5, 2.5, 0.0),)


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_beside_a_loss_that_is_not_finite_nothing_is_found(bad: float) -> None:
    found = spread_of(np.array([1.0, bad, 2.0]), [1, 2])
    for spread in found.sizes:
        assert all(map(math.isnan, (spread.std, spread.p05, spread.p95, spread.theory_std)))


@pytest.mark.parametrize("scale", [1e-300, 1e250])
def test_losses_of_any_size_stray_alike(scale: float) -> None:
    losses = np.random.RandomState(5).random_sample(50)
    usual, scaled = (only(spread_of(losses * by, [4])) for by in (1.0, scale))
    assert scaled.std / scale == pytest.approx(usual.std, rel=1e-9)
    assert scaled.theory_std / scale == pytest.approx(usual.theory_std, rel=1e-9)


# ------------------------------------------------------------------------------- the seeds


def test_a_seed_draws_the_same_batches_and_another_others() -> None:
    losses = np.random.RandomState(6).random_sample(500)
    assert spread_of(losses, [7], seed=1) == spread_of(losses, [7], seed=1)
    first, second = (only(spread_of(losses, [7], seed=seed)) for seed in (1, 2))
    assert first != second
    assert first.std == pytest.approx(second.std, rel=0.05)


def test_what_is_found_of_a_batch_size_does_not_depend_on_the_others() -> None:
    losses = np.random.RandomState(7).random_sample(300)
    together = spread_of(losses, [1, 2, 5, 50, 151, 299, 300]).sizes
    assert together == tuple(only(spread_of(losses, [spread.batch_size])) for spread in together)


def test_the_losses_are_left_as_they_are() -> None:
    losses = np.random.RandomState(8).random_sample(100)
    before = losses.copy()
    spread_of(losses, [3])
    assert losses.tobytes() == before.tobytes()


# ----------------------------------------------------------------------------- the listener


def test_the_listener_takes_the_losses_of_the_task() -> None:
    """Log losses of classes: log 2, log 4."""
    listener = BatchLosses(class_task(2), [1])
    outputs = [np.array([0.5, 0.75]), np.array([0.5, 0.25])]
    listener.take(listener.prepare(UnitOutputs(1, (), outputs, targets=[np.array([0, 1])])))
    found = listener.finished()
    assert found.loss == pytest.approx(1.5 * math.log(2), rel=1e-15)
    assert only(found).std == pytest.approx(0.5 * math.log(2), rel=1e-12)


@given(st.lists(st.integers(0, 60)), st.integers(1, 60))
def test_it_is_the_same_however_the_samples_are_cut(cuts: list[int], most: int) -> None:
    losses = np.random.RandomState(9).random_sample(60)
    assert heard(losses, [1, 3], cuts, most=most) == heard(losses, [1, 3], most=most)


def test_of_more_samples_than_are_held_a_random_sample_is() -> None:
    found = heard(np.arange(1000.0), [1, 200], seed=3, most=100)
    assert (found.samples, found.held, found.too_large) == (1000, 100, (200,))
    assert found.notes[0].code == "sampled_losses"
    assert found.notes[0].message == (
        "the batches are drawn from a random sample of 100 of 1,000 samples"
    )
    # the mean of 100 of 0 to 999, within four standard deviations
    assert found.loss == pytest.approx(499.5, abs=4 * 27.4)
    assert heard(np.arange(1000.0), [1], seed=4, most=100).loss != found.loss


def test_every_sample_is_held_equally_often() -> None:
    """Each of 10 in 3 of 10 draws: 600 of 2,000, within five standard deviations."""
    counts = np.zeros(10, int)
    for seed in range(2000):
        listener = BatchLosses(NUMBERS, [1], seed, most=3)
        listener.take(np.arange(7.0))
        listener.take(np.arange(7.0, 10))
        total = Fraction(listener.finished().loss).limit_denominator(3) * 3
        counts[list(listener._held.astype(int))] += 1
        assert total == sum(listener._held.astype(int))
    assert counts.sum() == 6000
    assert abs(counts - 600).max() < 5 * math.sqrt(2000 * 0.3 * 0.7)
