"""Faults: what is wrong with a spec, as values that no one has worded for a place yet."""

from __future__ import annotations

from typing import Literal, NamedTuple

# A value's way from the top of the document: mapping keys and 0-based list positions.
Path = tuple[str | int, ...]

# Nobody mends more at once; the others are counted.
MAX_PROBLEMS = 100

# What a doctor may know a fault by; the others are for the user alone.
Kind = Literal[
    "activations of layers",
    "other layers",
    "choice",
    "choice form",
    "count of activations",
    "count of names",
    "count of outputs",
    "empty",
    "flat weights",
    "array name",
    "missing key",
    "nested biases",
    "no number",
    "no seed",
    "no text",
    "odd blank",
    "row length",
    "unknown key",
    "transposed file",
]


class Fault(NamedTuple):
    """One thing that is wrong with a spec."""

    code: str  # a key of PROBLEM_TITLES
    message: str  # empty where so many are wrong that this one is only counted
    help: tuple[str, ...] = ()
    path: Path = ()  # of the value in the long form
    of_key: bool = False  # whether the path's last key is at fault, not its value
    at: tuple[int, int] | None = None  # 0-based line and column, where the path does not say it
    # whether the message goes on with what stands there, as it was typed
    names_found: bool = False
    covers: tuple[Path, ...] = ()  # what is missing because of this alone
    absent: tuple[Path, ...] = ()  # the keys that are missing, if it is that
    # facts for a doctor
    kind: Kind | None = None
    typed: str = ""  # what stands there
    choices: tuple[str, ...] = ()  # what may stand there
    stopped: tuple[int, int] | None = None  # where reading stopped, if the fault is further up
    layer: int = 0  # the number of the one that does not fit what is around it
