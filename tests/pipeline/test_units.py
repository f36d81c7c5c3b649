"""Units of whole blocks, cut out of a stream of samples."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from nncli.data.rows import Rows
from nncli.pipeline.units import BLOCK_SAMPLES, limited, whole_blocks


def numbered(sizes: list[int]) -> list[Rows]:
    """Return pieces of these sizes, whose values and texts count the samples from 1."""
    pieces, first = [], 1
    for size in sizes:
        values = np.arange(first, first + size, dtype=np.float64)
        pieces.append(Rows((values, -values), ([f"{value:g}" for value in values],)))
        first += size
    return pieces


@given(
    sizes=st.lists(st.integers(0, 1500), max_size=8),
    batch_size=st.one_of(st.none(), st.integers(1, 1200)),
    most=st.one_of(st.just(0), st.integers(1, 2000)),
)
def test_units_are_whole_blocks_of_the_same_samples_in_order(
    sizes: list[int], batch_size: int | None, most: int
) -> None:
    units = list(whole_blocks(numbered(sizes), batch_size, most))
    first = 1
    for unit in units:
        assert unit.first == first
        columns = [np.concatenate([part.columns[i] for part in unit.parts]) for i in (0, 1)]
        expected = np.arange(first, first + len(unit))
        assert np.array_equal(columns, [expected, -expected])
        texts = [text for part in unit.parts for text in part.kept[0]]
        assert texts == [str(number) for number in expected]
        first += len(unit)
    assert first == sum(sizes) + 1
    lengths = [len(unit) for unit in units]
    assert all(length > 0 for length in lengths)
    assert all(length % BLOCK_SAMPLES == 0 for length in lengths[:-1])
    if batch_size is None:
        assert all(length <= max(most, BLOCK_SAMPLES) for length in lengths)
    else:
        wanted = -(-batch_size // BLOCK_SAMPLES) * BLOCK_SAMPLES
        assert all(length == wanted for length in lengths[:-1])
        assert all(length <= wanted for length in lengths)


def test_without_a_batch_size_units_are_as_large_as_they_may_be() -> None:
    lengths = [len(unit) for unit in whole_blocks(numbered([2000, 100]), None, 900)]
    assert lengths == [768, 768, 256, 256, 52]


def test_a_unit_waits_for_no_more_samples_than_it_needs() -> None:
    """Whoever types data sees results as soon as a block is full."""
    read: list[int] = []

    def pieces() -> Iterator[Rows]:
        for number, rows in enumerate(numbered([200] * 5)):
            read.append(number)
            yield rows

    units = whole_blocks(pieces(), None)
    assert len(next(units)) == 256
    assert read == [0, 1]


@given(sizes=st.lists(st.integers(0, 400), max_size=6), limit=st.integers(1, 1000))
def test_a_limit_takes_the_first_samples_and_reads_no_further(sizes: list[int], limit: int) -> None:
    read = 0

    def pieces() -> Iterator[Rows]:
        nonlocal read
        for rows in numbered(sizes):
            read += len(rows)
            yield rows

    taken = np.concatenate([[0.0], *(rows.columns[0] for rows in limited(pieces(), limit))])
    assert np.array_equal(taken, np.arange(min(limit, sum(sizes)) + 1))
    borders = np.cumsum(sizes)
    assert read == next((border for border in borders if border >= limit), sum(sizes))
