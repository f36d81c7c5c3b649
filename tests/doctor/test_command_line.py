"""Command lines with a mistyped word: what is proposed in its place."""

from __future__ import annotations

import shlex

import pytest

from nncli.doctor.command_line import replaced


@pytest.mark.parametrize(
    ("typed", "option", "old", "new", "expected"),
    [
        ("forward n.yaml d.csv --keep Id", "--keep", "Id", "id", "forward n.yaml d.csv --keep id"),
        ("forward n d --keep=a,Id", "--keep", "a,Id", "a,id", "forward n d --keep a,id"),
        ("forward n d --keep 'a, b,c'", "--keep", "a,b,c", "a,B,c", "forward n d --keep a,B,c"),
        ("forward n d --keep a --keep b", "--keep", "b", "c", "forward n d --keep a --keep c"),
        ("forward n d --drop b", "--keep", "b", "c", None),
        ("forward n b --drop b", "--drop", "b", "c", "forward n b --drop c"),
        ("forward n d --keep", "--keep", "b", "c", None),
    ],
)
def test_a_value_is_replaced_where_it_was_typed(
    typed: str, option: str, old: str, new: str, expected: str | None
) -> None:
    words = replaced(shlex.split(typed), option, old, new)
    assert words == (tuple(shlex.split(expected)) if expected is not None else None)
