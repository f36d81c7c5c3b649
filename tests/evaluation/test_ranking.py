"""Every pair counts for the area under the curve, and bins say how far they are off."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nncli.evaluation import ranking as rankings
from nncli.evaluation.ranking import RankFigures, Ranking, limit_scores, settle_scores


def ranking_of(scores: Any, positive: Any, parts: int = 1) -> Ranking:
    whole = Ranking()
    for some, labels in zip(
        np.array_split(np.asarray(scores, np.float64), parts),
        np.array_split(np.asarray(positive, np.bool_), parts),
        strict=True,
    ):
        part = Ranking()
        part.add(some, labels)
        whole.merge(part)
        whole.sort_in()
    return whole


def auc_of(scores: Any, positive: Any) -> float:
    """Return the share of pairs of a positive and a negative sample that are ranked right."""
    up = [score for score, is_up in zip(scores, positive, strict=True) if is_up]
    down = [score for score, is_up in zip(scores, positive, strict=True) if not is_up]
    right = sum(Fraction((a > b) + (a >= b), 2) for a in up for b in down)
    return float(right / (len(up) * len(down))) if up and down else math.nan


def precision_of(scores: Any, positive: Any) -> float:
    """Return the mean precision at the score of each positive sample."""
    precisions = []
    for score, is_up in zip(scores, positive, strict=True):
        if is_up:
            chosen = [
                label for other, label in zip(scores, positive, strict=True) if other >= score
            ]
            precisions.append(Fraction(sum(map(int, chosen)), len(chosen)))
    return float(sum(precisions) / len(precisions)) if precisions else 0.0


SAMPLES = st.lists(
    st.tuples(st.sampled_from([0.0, 0.1, 0.25, 0.5, 1.0]) | st.floats(0, 1), st.booleans()),
    min_size=1,
    max_size=40,
)


def check(found: RankFigures, scores: Any, positive: Any) -> None:
    np.testing.assert_equal(found.roc_auc, auc_of(scores, positive))
    assert found.average_precision == pytest.approx(precision_of(scores, positive), rel=1e-14)


@given(SAMPLES, st.integers(1, 5))
def test_the_figures_are_those_of_all_pairs(samples: list[tuple[float, bool]], parts: int) -> None:
    scores, positive = zip(*samples, strict=True)
    found = ranking_of(scores, positive, parts).figures()
    check(found, scores, positive)
    assert (found.bins, found.roc_auc_bound, found.average_precision_bound) == (None, 0.0, 0.0)


@pytest.mark.parametrize("digits", [2, 3, 15])
def test_many_leaves_hold_what_one_would(digits: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rankings, "_LEAF", 8)
    monkeypatch.setattr(rankings, "_PIECE", 5)
    random = np.random.RandomState(digits)
    scores = np.round(random.random_sample(700), digits)
    positive = random.random_sample(700) < scores
    found = ranking_of(scores, positive, 20)
    assert found.distinct == len(set(scores))
    assert found.figures() == ranking_of(scores, positive).figures()
    check(found.figures(), scores.tolist(), positive.tolist())


@given(SAMPLES, st.integers(0, 4), st.integers(1, 4))
def test_what_bins_change_is_within_the_bound(
    samples: list[tuple[float, bool]], bits: int, parts: int
) -> None:
    scores, positive = zip(*samples, strict=True)
    binned = ranking_of(scores, positive, parts)
    binned.put_into_bins(bits)
    found, exact = binned.figures(), ranking_of(scores, positive).figures()
    assert found.bins == 2**bits
    if not math.isnan(exact.roc_auc):
        assert abs(found.roc_auc - exact.roc_auc) <= found.roc_auc_bound + 1e-15
    difference = abs(found.average_precision - exact.average_precision)
    assert difference <= found.average_precision_bound + 1e-14
    # samples that come later are put into the same bins
    late = Ranking()
    late.put_into_bins(bits)
    late.merge(ranking_waiting(scores, positive))
    assert late.figures() == found


def ranking_waiting(scores: Any, positive: Any) -> Ranking:
    found = Ranking()
    found.add(np.asarray(scores), np.asarray(positive))
    return found


def test_too_many_scores_are_put_into_the_finest_bins_that_hold_them() -> None:
    random = np.random.RandomState(0)
    parts = [random.random_sample(1000) for _ in range(6)]
    labels = [random.random_sample(1000) < part for part in parts]
    for order in ([0, 1, 2, 3, 4, 5], [4, 2, 0, 5, 1, 3]):
        one, other = Ranking(), Ranking()
        for number in order:
            (one if number < 3 else other).merge(ranking_waiting(parts[number], labels[number]))
            settle_scores([one, other], 1200)
        assert one.distinct + other.distinct <= 1200
        figures = one.figures()
        assert figures.bins == 512
        expected = ranking_of(np.concatenate(parts[:3]), np.concatenate(labels[:3]))
        expected.put_into_bins(9)
        assert figures == expected.figures()
        finer = [ranking_of(np.concatenate(parts[i : i + 3]), [True] * 3000) for i in (0, 3)]
        for ranking in finer:
            ranking.put_into_bins(10)
        assert sum(ranking.distinct for ranking in finer) > 1200


def test_few_scores_wait_to_be_sorted_in() -> None:
    found = ranking_waiting([0.5, 0.25], [True, False])
    limit_scores([found])
    assert (found.waiting, found.distinct) == (2, 0)
    settle_scores([found])
    assert (found.waiting, found.distinct) == (0, 2)


def test_counts_beyond_a_byte_and_pairs_beyond_64_bits_are_exact() -> None:
    found = Ranking()
    leaf = rankings._Leaf(
        np.array([0.25, 0.5]).view(np.uint64),
        np.array([3_000_000_000, 5_000_000_000], np.uint64),
        np.array([4_000_000_001, 7_000_000_000], np.uint64),
    )
    found._leaves = [leaf]
    pairs = 11_000_000_001 * 8_000_000_000
    right = 7_000_000_000 * 3_000_000_000
    ties = 3_000_000_000 * 4_000_000_001 + 5_000_000_000 * 7_000_000_000
    assert found.figures().roc_auc == float(Fraction(2 * right + ties, 2 * pairs))
    assert ranking_of([0.5] * 300, [False] * 300).distinct == 1


def test_nan_has_no_rank_and_minus_0_is_0() -> None:
    assert math.isnan(ranking_of([math.nan, 0.5], [True, False]).figures().roc_auc)
    assert ranking_of([-0.0, 0.0], [True, False]).figures().roc_auc == 0.5
    assert math.isnan(Ranking().figures().roc_auc)


def test_one_class_alone_has_no_area_and_a_precision_of_1_or_0() -> None:
    only = ranking_of([0.5, 0.25], [True, True]).figures()
    assert (math.isnan(only.roc_auc), only.average_precision) == (True, 1.0)
    none = ranking_of([0.5, 0.25], [False, False]).figures()
    assert (math.isnan(none.roc_auc), none.average_precision) == (True, 0.0)
