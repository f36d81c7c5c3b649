"""Errors: what they carry goes wherever they are sent."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable

import pytest

from nncli.errors import (
    CheckFailed,
    DataError,
    FileError,
    NncliError,
    ShapeError,
    SpecError,
    UsageError,
)
from nncli.problems import FaultyRow, Place, Problem

ONE = Problem("N404", "not a number", Place("a.csv", 3, 2, "1,x", 2), ("write one",))
OTHER = Problem("N403", "2 fields", row=FaultyRow(",", ((1, "x"),)))


def pickled(error: NncliError) -> NncliError:
    sent: NncliError = pickle.loads(pickle.dumps(error))  # noqa: S301  # our own
    return sent


@pytest.mark.parametrize("sent", [pickled, copy.copy, copy.deepcopy])
@pytest.mark.parametrize(
    "error",
    [
        UsageError("--a excludes --b", "leave one out", "or both"),
        SpecError(ONE),
        ShapeError([ONE, OTHER]),
        DataError([ONE, OTHER], more=7, features=3),
        FileError(OTHER),
        CheckFailed([OTHER], more=1),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_error_that_is_sent_to_another_process_arrives_whole(
    error: NncliError, sent: Callable[[NncliError], NncliError]
) -> None:
    arrived = sent(error)
    assert type(arrived) is type(error)
    assert vars(arrived) == vars(error)
    assert (str(arrived), arrived.exit_code) == (str(error), error.exit_code)


def test_the_text_of_an_error_says_where_what_and_what_helps() -> None:
    """In Python nobody else prints it."""
    assert str(DataError([ONE, OTHER])).splitlines() == [
        "a.csv:3:2: not a number",
        "help: write one",
        "2 fields",
    ]


@pytest.mark.parametrize("kind", [SpecError, FileError])
def test_a_file_and_a_remedy_are_in_the_text_of_every_kind(kind: type[NncliError]) -> None:
    error = kind(Problem("N501", "no such file", Place("net.yaml"), ("check the path",)))
    assert str(error) == "net.yaml: no such file\nhelp: check the path"
