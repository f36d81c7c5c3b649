"""What may be written after an option, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from nncli.cli.values import (
    ChoiceList,
    batch_sizes,
    bounds,
    comma_list,
    delimiter,
    encoding,
    layer_list,
    nonnegative_number,
    percentage,
    share,
    whole_number,
    whole_numbers,
)

UNDERSTOOD: list[tuple[Callable[[Any], Any], str, Any]] = [
    (whole_number(1), "+7", 7),
    (whole_number(0, 3), "03", 3),
    (whole_numbers(1, 9), "1, 2", [1, 2]),
    (nonnegative_number, "1e-3", 0.001),
    (percentage, "12.5 %", 0.125),
    (share, "95%", 0.95),
    (share, "0.5", 0.5),
    (bounds, "r2=0, accuracy=9e-1", [("r2", 0.0), ("accuracy", 0.9)]),
    (comma_list, "a, b c", ["a", "b c"]),
    (ChoiceList(("numpy", "loop")), "loop", ["loop"]),
    (batch_sizes, "4-16*2,5,4-6", [4, 8, 16, 5, 4, 5, 6]),
    (layer_list, "1,3", "1,3"),
    (delimiter, "tab", "\t"),
    (delimiter, "blanks", "blanks"),
    (encoding, "UTF8", "utf-8"),
]
REFUSED: list[tuple[Callable[[Any], Any], str, str]] = [
    (whole_number(1), "1_000", "'1_000' is not a whole number of at least 1"),
    (whole_number(1, 17), "18", "'18' is not a whole number from 1 to 17"),
    (share, "95", "'95' is not a number from 0 to 1"),
    (share, "101%", "'101%' is not a number from 0 to 1"),
    (bounds, "accuracy", "'accuracy' has no bound: write accuracy=0.95"),
    (bounds, "mse=1", "'mse' is the better, the smaller it is"),
    (bounds, "f1=1", "'f1' is not one of accuracy"),
    (bounds, "r2=x", "'x' is not a finite number"),
    (nonnegative_number, "1e999", "'1e999' is not a finite number of at least 0"),
    (comma_list, "a,,b", "'a,,b' has an empty item"),
    (comma_list, "a,a", "'a' is named twice"),
    (ChoiceList(("numpy", "loop")), "numpi", "'numpi' is not one of numpy, loop"),
    (batch_sizes, "8-4", "does not go from a batch size of at least 1 to a larger one"),
    (batch_sizes, "1-9*1", "'1-9*1' never ends: it has to grow"),
    (delimiter, "e", "'e' is part of numbers or names"),
    (encoding, "punycode", "'punycode' is not a text encoding"),
]


@pytest.mark.parametrize(("parse", "text", "value"), UNDERSTOOD)
def test_a_value_is_understood(parse: Callable[[Any], Any], text: str, value: Any) -> None:
    assert parse(text) == value


@pytest.mark.parametrize(("parse", "text", "words"), REFUSED)
def test_a_value_is_refused_in_words(parse: Callable[[Any], Any], text: str, words: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011  # the words are looked at
        parse(text)
    assert words in str(caught.value)
