"""How well scores rank samples of two classes: every distinct score with its counts."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from nncli.evaluation.exact_sums import ExactSum, Floats, nearest_float

Words: TypeAlias = npt.NDArray[np.uint64]
Counts: TypeAlias = npt.NDArray[np.unsignedinteger[Any]]
Mask: TypeAlias = npt.NDArray[np.bool_]

# So many distinct scores are held, of all rankings together: at some 10 bytes each.
MAX_SCORES = 10_000_000
# Beyond, scores are put into 2**20 equal bins; into fewer where several rankings need more.
MOST_BIN_BITS = 20
# New scores, of 8 bytes each, wait until with those that were sorted in they take as much as so
# many.  No fewer are sorted in at a time, unless they are the last; and so many looked at at once.
_MAX_HELD = 12_000_000
_MIN_WAITING = 2**21
_PIECE = 2**17
# Scores stand in sorted leaves of about so many, of which one at a time is made anew.
_LEAF = 2**16
# The last bit of a word, behind those of a score.
_CLASS = np.uint64(1)


@dataclass(frozen=True)
class RankFigures:
    """How well scores rank the samples of two classes; NaN where that is not defined."""

    roc_auc: float
    average_precision: float
    bins: int | None = None  # equal ones that the scores were put into; None: they are exact
    # how far the two may be from those of the scores themselves, at most
    roc_auc_bound: float = 0.0
    average_precision_bound: float = 0.0


class _Leaf(NamedTuple):
    """Distinct scores in rising order, as bits of floats, and how many samples have each."""

    scores: Words  # (scores,)
    negatives: Counts  # (scores,) in the smallest type that holds them
    positives: Counts  # (scores,)


_EMPTY = _Leaf(np.empty(0, np.uint64), np.empty(0, np.uint8), np.empty(0, np.uint8))


class Ranking:
    """All scores of the samples of two classes, and how many of each class have them."""

    def __init__(self) -> None:
        """Begin without samples."""
        self._leaves: list[_Leaf] = []
        # Bits of scores, then one of the class: those that wait come first.  It grows in place,
        # for many small arrays would not give their memory back.
        self._words = np.empty(0, np.uint64)
        self.waiting = 0  # how many scores wait to be sorted in
        self._bin_bits: int | None = None
        self._has_nan = False

    def add(self, scores: Floats, is_positive: Mask) -> None:
        """Take samples in: scores from 0 to 1, or NaN, and whether it is the second class."""
        known = ~np.isnan(scores)
        if not known.all():
            self._has_nan = True
            scores, is_positive = scores[known], is_positive[known]
        # positive floats are in the order of their bits; those of -0 shall be those of 0
        bits = (scores + 0.0).view(np.uint64)
        self._take((bits << _CLASS) | is_positive)

    def merge(self, other: Ranking) -> None:
        """Take the samples of another ranking in, which has only just begun."""
        self._has_nan |= other._has_nan
        self._take(other._words[: other.waiting])

    def _take(self, words: Words) -> None:
        """Let scores wait."""
        end = self.waiting + len(words)
        if end > len(self._words):
            self._words.resize(end + self.waiting // 8, refcheck=False)
        self._words[self.waiting : end] = words
        self.waiting = end

    @property
    def distinct(self) -> int:
        """How many distinct scores there are, without those that wait."""
        return sum(len(leaf.scores) for leaf in self._leaves)

    def sort_in(self) -> None:
        """Sort in what waits."""
        if not self.waiting:
            return
        words = self._words
        self._words = np.empty(0, np.uint64)
        words.resize(self.waiting, refcheck=False)
        self.waiting = 0
        words.sort()
        if self._bin_bits is not None:
            words = (_in_bins(words >> _CLASS, self._bin_bits) << _CLASS) | (words & _CLASS)
        leaves, self._leaves = self._leaves or [_EMPTY], []
        found: list[_Leaf] = []  # the highest first
        # from the highest on, giving memory back on the way: there may be millions
        while leaves:
            leaf = leaves.pop()
            lowest = leaf.scores[0] if leaves else np.uint64(0)
            start = int(np.searchsorted(words, lowest << _CLASS))
            while start < len(words):
                at = max(start, len(words) - _PIECE)
                score = words[at] >> _CLASS if at > start else lowest
                at = int(np.searchsorted(words, score << _CLASS))
                leaf, above = _parted(leaf, int(np.searchsorted(leaf.scores, score)))
                found += reversed(_cut(_merged(above, _counted(words[at:]))))
                words.resize(at, refcheck=False)
            found += [leaf] if len(leaf.scores) else []
        self._leaves = found[::-1]

    def put_into_bins(self, bits: int) -> None:
        """Put all scores into 2**bits equal bins, and those to come.  bits: no more than before."""
        self.sort_in()
        self._bin_bits = bits
        old, self._leaves = self._leaves[::-1], []
        while old:
            leaf = old.pop()
            binned = _joined(_in_bins(leaf.scores, bits), leaf.negatives, leaf.positives)
            last = self._leaves.pop() if self._leaves else _EMPTY
            self._leaves += _cut(_merged(last, binned))

    def figures(self) -> RankFigures:
        """Return the figures.

        roc_auc: as sklearn.metrics.roc_auc_score, NaN where a class has no samples;
        average_precision: as sklearn.metrics.average_precision_score, 0 without positive samples.
        """
        self.sort_in()
        positives = sum(int(leaf.positives.sum()) for leaf in self._leaves)
        negatives = sum(int(leaf.negatives.sum()) for leaf in self._leaves)
        if self._has_nan or not positives + negatives:
            return RankFigures(math.nan, math.nan)
        auc, auc_bound = self._roc_auc(positives, negatives)
        precision, precision_bound = self._average_precision(positives, negatives)
        if self._bin_bits is None:
            return RankFigures(auc, precision)
        return RankFigures(auc, precision, 2**self._bin_bits, auc_bound, precision_bound)

    def _roc_auc(self, positives: int, negatives: int) -> tuple[float, float]:
        """Return the share of pairs that are ranked right, a tie counting half, and its bound."""
        if not positives or not negatives:
            return math.nan, math.nan
        right = ties = below = 0  # pairs, twice; pairs; negatives with a lower score
        for leaf in self._leaves:
            up, down = _objects_if_large(leaf)
            before = np.cumsum(down) - down
            tied = int((up * down).sum())
            right += 2 * (int((up * before).sum()) + below * int(up.sum())) + tied
            ties += tied
            below += int(down.sum())
        pairs = 2 * positives * negatives
        return nearest_float(Fraction(right, pairs)), nearest_float(Fraction(ties, pairs))

    def _average_precision(self, positives: int, negatives: int) -> tuple[float, float]:
        """Return the mean precision at the score of each positive sample, and its bound."""
        if not positives:
            return 0.0, 0.0
        found, most, least = ExactSum(), ExactSum(), ExactSum()
        above, false = float(positives), float(negatives)  # with this score or a higher one
        for leaf in self._leaves:
            up, down = leaf.positives.astype(np.float64), leaf.negatives.astype(np.float64)
            hits = above - (np.cumsum(up) - up)  # (scores,): positives from this score on
            misses = false - (np.cumsum(down) - down)
            found.add(up * (hits / (hits + misses)))
            above, false = above - float(up.sum()), false - float(down.sum())
            if self._bin_bits is None:
                continue
            most.add(up * (hits / np.maximum(hits + (misses - down), 1)))
            least.add(_least_precisions(up, hits, misses))
        mean = found.over(positives)
        if self._bin_bits is None:
            return mean, 0.0
        return mean, max(most.over(positives) - mean, mean - least.over(positives))


def _least_precisions(up: Floats, hits: Floats, misses: Floats) -> Floats:
    """Return how small the precisions of each bin's positives can be together.

    All its negatives are ranked above them: the sum of i / (i + misses) for i up to hits, which is
    no less than by the integral of misses / x.
    """
    logarithms = np.zeros_like(up)
    some = misses > 0
    lower = (hits - up + misses)[some]
    logarithms[some] = np.log((hits[some] + misses[some]) / lower)
    least: Floats = np.maximum(up - misses * logarithms, 0.0)
    return least


def limit_scores(rankings: Sequence[Ranking], most: int = MAX_SCORES) -> None:
    """Sort in what waits if it is much, and put scores into bins if there are too many of them.

    most: distinct scores of all rankings together.  What becomes of them depends on the samples
    alone: the bins are the finest of which they fill no more.
    """
    waiting = sum(ranking.waiting for ranking in rankings)
    distinct = sum(ranking.distinct for ranking in rankings)
    if waiting > max(_MIN_WAITING, _MAX_HELD - distinct * 5 // 4):
        settle_scores(rankings, most)


def settle_scores(rankings: Sequence[Ranking], most: int = MAX_SCORES) -> None:
    """Do so however few of them wait: once all samples were taken in."""
    for ranking in rankings:
        ranking.sort_in()
    while sum(ranking.distinct for ranking in rankings) > most:
        bits = min((r._bin_bits for r in rankings if r._bin_bits is not None), default=None)
        finer = MOST_BIN_BITS if bits is None else bits - 1
        if finer < 0:
            return  # one bin each: no fewer are possible
        for ranking in rankings:
            ranking.put_into_bins(finer)


# ------------------------------------------------------------------------------ leaves


def _counted(words: Words) -> _Leaf:
    """Return the distinct scores of some words in rising order."""
    scores = words >> _CLASS
    starts = _starts(scores)
    if len(starts) == len(words):
        positives = (words & _CLASS).astype(np.uint8)
        return _Leaf(scores, np.uint8(1) - positives, positives)
    sizes = np.diff(starts, append=len(words))
    up = np.add.reduceat(words & _CLASS, starts)
    return _Leaf(scores[starts], _small(sizes - up.astype(np.int64)), _small(up))


def _starts(scores: Words) -> npt.NDArray[np.intp]:
    """Return where each of some scores in rising order stands for the first time."""
    is_new = np.ones(len(scores), np.bool_)
    np.not_equal(scores[1:], scores[:-1], out=is_new[1:])
    return np.flatnonzero(is_new)


def _small(counts: npt.NDArray[Any]) -> Counts:
    """Return counts in the smallest type that holds them."""
    return counts.astype(np.min_scalar_type(int(counts.max(initial=0))))


def _in_bins(scores: Words, bits: int) -> Words:
    """Return scores rounded down to the beginnings of 2**bits bins, in the same order."""
    bins = np.minimum(np.floor(scores.view(np.float64) * 2**bits), 2**bits - 1)
    found: Words = (bins / 2**bits).view(np.uint64)
    return found


def _joined(scores: Words, negatives: Counts, positives: Counts) -> _Leaf:
    """Return scores in rising order with the counts of equal ones added up."""
    starts = _starts(scores)
    if len(starts) == len(scores):
        return _Leaf(scores, negatives, positives)
    down, up = (
        np.add.reduceat(counts.astype(np.uint64), starts) for counts in (negatives, positives)
    )
    return _Leaf(scores[starts], _small(down), _small(up))


def _merged(one: _Leaf, other: _Leaf) -> _Leaf:
    """Return the scores of two leaves, in order."""
    scores = np.concatenate((one.scores, other.scores))
    order = np.argsort(scores, kind="stable")  # two rising parts: they are only merged
    down = np.concatenate((one.negatives, other.negatives))[order]
    up = np.concatenate((one.positives, other.positives))[order]
    return _joined(scores[order], down, up)


def _parted(leaf: _Leaf, place: int) -> tuple[_Leaf, _Leaf]:
    """Return what stands before a place, and the rest."""
    return _Leaf(*(values[:place] for values in leaf)), _Leaf(*(values[place:] for values in leaf))


def _cut(leaf: _Leaf) -> list[_Leaf]:
    """Cut what became too large for a leaf; each piece has memory of its own."""
    count = len(leaf.scores)
    pieces = count // _LEAF if count > 2 * _LEAF else 1
    edges = [number * count // pieces for number in range(pieces + 1)]
    return [
        _Leaf(
            leaf.scores[start:end].copy(),
            _small(leaf.negatives[start:end]),
            _small(leaf.positives[start:end]),
        )
        for start, end in pairwise(edges)
    ]


def _objects_if_large(leaf: _Leaf) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """Return a leaf's positives and negatives in a type in which sums of products are exact."""
    largest = int(leaf.positives.sum()) * int(leaf.negatives.sum())
    kind = np.int64 if largest < 2**62 else np.object_
    return leaf.positives.astype(kind), leaf.negatives.astype(kind)
