"""The samples that are shown: the first and the last ones of a stream."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_streams import in_pieces, network_of, rows_of, stream_of

from nncli.pipeline.run import RunPlan, run_forward
from nncli.pipeline.shown import SamplesToShow


@pytest.mark.parametrize(
    ("head", "tail", "first", "samples", "positions"),
    [
        (None, 0, 1, 3, [0, 1, 2]),
        (2, 1, 1, 5, [0, 1, 4]),
        (2, 1, 2, 5, [0, 4]),
        (2, 1, 3, 5, [4]),
        (2, 9, 1, 5, [0, 1, 2, 3, 4]),
        (0, 0, 1, 5, []),
    ],
)
def test_of_a_unit_the_samples_that_may_turn_out_to_be_first_or_last_are_wanted(
    head: int | None, tail: int, first: int, samples: int, positions: list[int]
) -> None:
    assert SamplesToShow(head, tail).positions(first, samples).tolist() == positions


@given(
    sizes=st.lists(st.integers(0, 40), max_size=8),
    head=st.integers(0, 12),
    tail=st.integers(0, 12),
    batch_size=st.sampled_from([None, 5]),
    limit=st.one_of(st.none(), st.integers(1, 700)),
)
def test_the_first_and_the_last_samples_are_shown_with_their_texts(
    sizes: list[int], head: int, tail: int, batch_size: int | None, limit: int | None
) -> None:
    network = network_of([2, 3, 2])
    x = rows_of(600, 2)
    texts = [f"row {number}" for number in range(1, 601)]
    plan = RunPlan(SamplesToShow(head, tail), batch_size=batch_size, limit=limit)
    run = run_forward(network, in_pieces(x, sizes, texts), plan)
    count = min(limit or 600, 600)
    wanted = [n for n in range(1, count + 1) if n <= head or n > count - tail]
    assert run.samples == count
    assert list(run.shown.numbers) == wanted
    assert list(run.shown.kept["id"]) == [f"row {n}" for n in wanted]
    if not wanted:
        assert run.shown.layers == ()
        return
    positions = [n - 1 for n in wanted]
    assert run.shown.batch.tolist() == x[positions].tolist()
    for shown, whole in zip(
        run.shown.layers, run_forward(network, stream_of(x), RunPlan()).shown.layers, strict=True
    ):
        assert shown.output.tobytes() == whole.output[positions].tobytes()
        assert shown.pre_activation.tobytes() == whole.pre_activation[positions].tobytes()
