"""Values in JSON: every float reads back to the same bits."""

from __future__ import annotations

import json
import math
from decimal import Decimal

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from nncli.results.json_values import json_array


@given(
    st.lists(
        st.lists(st.floats(), min_size=2, max_size=2),
        min_size=1,
        max_size=5,
    )
)
def test_every_float_reads_back_to_the_same_bits(rows: list[list[float]]) -> None:
    listed = json.loads(json.dumps(json_array(np.array(rows)), allow_nan=False))
    for row, read in zip(rows, listed, strict=True):
        for value, back in zip(row, read, strict=True):
            if math.isfinite(value):
                assert math.copysign(1, back) == math.copysign(1, value)
                assert back == value
            else:
                assert back == str(value)


@given(st.lists(st.floats(width=32), min_size=1, max_size=5))
def test_a_float32_is_its_shortest_decimal(values: list[float]) -> None:
    """0.1, not 0.10000000149011612; it reads back to the same float32."""
    narrow = np.array([values], dtype=np.float32)
    for value, back in zip(narrow[0], json_array(narrow)[0], strict=True):
        if np.isfinite(value):
            assert np.float32(back) == value
            assert Decimal(repr(back)) == Decimal(str(value))
        else:
            assert back == str(value)
    assert json_array(np.array([[0.1]], dtype=np.float32)) == [[0.1]]
