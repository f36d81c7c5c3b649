"""What every kind of weights file must keep to, and the error if it does not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from nncli.errors import SpecError
from nncli.problems import Place, Problem
from nncli.words import count_of, quoted, shorten

if TYPE_CHECKING:
    from typing import Any

    import numpy as np
    import numpy.typing as npt

    Floats = npt.NDArray[np.floating[Any]]

# A network of thousands of layers has fewer; the names alone of more would take seconds to check.
MAX_TENSORS = 10_000
# No program writes longer names; to compare those of thousands of arrays would take seconds.
_MAX_NAME = 250
# The largest size of an axis that NumPy can count, and more axes than anyone has.
_MAX_SIZE = 2**63 - 1
_MAX_AXES = 32


def unusable(file: str, what: str, hint: str = "save it again") -> SpecError:
    """Return the error of a weights file that is damaged, or made to do harm."""
    return SpecError(Problem("N304", f"not a usable weights file: {what}", Place(file), (hint,)))


def check_described(file: str, name: str, shape: Sequence[object]) -> tuple[int, ...]:
    """Return the shape of an array as whole numbers that memory could hold.

    Raises SpecError, for a name that is too long or no text as well.
    """
    if not name.isascii() and any("\ud800" <= character <= "\udfff" for character in name):
        what = f"the name {quoted(name)} holds half a character"
        raise unusable(file, what, "save it under another name")
    if len(name) > _MAX_NAME:
        what = f"the name {quoted(name)} has {len(name):,} characters, at most {_MAX_NAME} are read"
        raise unusable(file, what, "save it under a shorter name")
    sizes = tuple(size for size in shape if type(size) is int and 0 <= size <= _MAX_SIZE)
    if len(sizes) != len(shape) or len(sizes) > _MAX_AXES:
        try:
            shown = shorten(str(list(shape[: _MAX_AXES + 1])))
        except ValueError:  # a number of thousands of digits, which Python does not write out
            shown = "of such numbers"
        raise unusable(file, f"the shape {shown} of {quoted(name)} is not possible")
    return sizes


def check_count(file: str, tensors: int) -> None:
    """Check that a file does not hold more arrays than any network has.  Raises SpecError."""
    if tensors > MAX_TENSORS:
        what = f"it holds {count_of(tensors, 'array')}, at most {MAX_TENSORS:,} are read"
        raise unusable(file, what, "save the weights of the network alone")


def check_names(file: str, names: Iterable[str]) -> None:
    """Check that no two arrays have one name: either could be meant.  Raises SpecError."""
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise unusable(file, f"it holds {quoted(name)} twice", "save it under two names")
        seen.add(name)


def changed(file: str) -> SpecError:
    """Return the error of a file that is not what it was when its header was checked."""
    return unusable(file, "it changed while it was read", "try again")
