"""Every printed line is as true as its sign says, and none is wider than the screen."""

from __future__ import annotations

import pytest
from parse_back import check_seed


@pytest.mark.parametrize("seed", range(0, 120, 12))
def test_every_line_of_a_sum_is_as_true_as_its_sign(seed: int) -> None:
    assert sum(map(check_seed, range(seed, seed + 12))) > 100
