"""Weights and biases: lists of numbers as tuples of floats, and what is wrong with them."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from nncli.specs.faults import Fault, Path
from nncli.specs.model import Layout, Matrix, Vector
from nncli.words import count_of

# A text that no initializer is called, and that an array may be.
_ARRAY_NAME = re.compile(r"(?=.*[A-Za-z])(?=.*[./0-9])[\w./-]+")


def as_weights(value: Any, neurons: Any, layout: Any, largest: float) -> Matrix | None:
    """Return typed weights as rows of floats; a flat list is the weights of a single neuron.

    neurons, layout: as the layer says them, rightly or not; None if anything is faulty.
    """
    if not _is_of_one_neuron(value, neurons):
        return as_matrix(value, largest)
    if (weights := as_vector(value, largest)) is None:
        return None
    by_neurons: Layout = "neurons_by_inputs"
    return (weights,) if layout == by_neurons else tuple((weight,) for weight in weights)


def _is_of_one_neuron(weights: Any, neurons: Any) -> bool:
    """Whether weights are a flat list, and nothing says that they are of several neurons."""
    is_flat = isinstance(weights, list) and not any(isinstance(row, list) for row in weights)
    return is_flat and bool(weights) and not (type(neurons) is int and neurons > 1)


def as_biases(value: Any, largest: float) -> Vector | float | None:
    """Return typed biases as floats, one for all neurons or one for each; None if faulty."""
    if isinstance(value, list):
        return as_vector(value, largest)
    number = as_float(value)
    return number if number is not None and abs(number) < largest else None


def as_matrix(rows: Any, largest: float) -> Matrix | None:
    """Return a list of rows of equal length as floats; None if anything in it is faulty.

    largest: no magnitude may reach it.
    """
    vectors = [as_vector(row, largest) for row in rows] if isinstance(rows, list) else []
    whole = tuple(row for row in vectors if row is not None)
    is_whole = len(whole) == len(vectors) and len(set(map(len, whole))) == 1
    return whole if is_whole else None


def as_vector(values: Any, largest: float) -> Vector | None:
    """Return a list of finite numbers as floats; None if anything in it is faulty."""
    if not isinstance(values, list) or not values:
        return None
    numbers = tuple(map(as_float, values))
    # written so that not a number is none
    finite = [number is not None and abs(number) < largest for number in numbers]
    return numbers if all(finite) else None  # type: ignore[return-value]


def as_float(value: Any) -> float | None:
    """Return a number as a float, infinite if it is too large for one; None if it is none."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        return float(value)
    except OverflowError:  # an integer of more than 308 digits
        return math.inf


def weights_faults(
    path: Path, rows: Any, neurons: Any, largest: float, width: Any = None
) -> Iterator[Fault]:
    """Yield what is wrong with a list of rows, row by row.

    neurons: as the layer says them: of one, the weights may be a flat list; width: how long the
    sizes say that a row is.
    """
    if as_matrix(rows, largest) is not None:
        return
    if isinstance(rows, str) and _ARRAY_NAME.fullmatch(rows):
        yield _array_fault(path, rows, "the weights are a list of rows")
        return
    if _is_of_one_neuron(rows, neurons):
        yield from _vector_faults(path, rows, largest)
        return
    if not isinstance(rows, list) or not rows or not any(isinstance(row, list) for row in rows):
        hint = "write each row in brackets: [[0.2, 0.8], [0.5, -0.9]]"
        message = "the weights are a list of rows"
        if isinstance(rows, list) and rows:
            message += ", got one flat list"
            yield Fault("N302", message, (hint,), path, kind="flat weights")
        else:
            yield Fault("N302", message, (hint,), path, names_found=True)
        return
    for index, row in enumerate(rows):
        yield from _vector_faults((*path, index), row, largest)
    lengths = {index: len(row) for index, row in enumerate(rows) if isinstance(row, list) and row}
    if width not in lengths.values():
        width = _most_common(lengths.values())
    usual = [index for index, length in lengths.items() if length == width]
    for index, length in lengths.items():
        if length != width:
            message = (
                f"row {index + 1} of the weights has {count_of(length, 'number')}, "
                f"{_rows(usual)} {width}"
            )
            other = count_of(abs(width - length), "number")
            missing = "the missing number" if width - length == 1 else f"the {other} missing"
            too_many = "one away, the last if it is the wrong one"
            too_many = too_many if length == width + 1 else f"{other} away"
            hint = f"add {missing}" if length < width else f"take {too_many}"
            fault = Fault("N301", message, (hint,), (*path, index), kind="row length")
            yield fault._replace(choices=(str(width),))


def _most_common(lengths: Iterable[int]) -> int:
    """Return the length that most rows have; of several, the first row's."""
    [(length, _)] = Counter(lengths).most_common(1) or [(0, 0)]
    return length


def _rows(indices: list[int]) -> str:
    """Return 'row 1 has', 'rows 1 and 2 have', or 'the 98 others have' for many."""
    if len(indices) == 1:
        return f"row {indices[0] + 1} has"
    if len(indices) == 2:
        return f"rows {indices[0] + 1} and {indices[1] + 1} have"
    return f"the {len(indices):,} others have"


def biases_faults(path: Path, values: Any, largest: float) -> Iterator[Fault]:
    """Yield what is wrong with biases, which NumPy must not broadcast."""
    if as_biases(values, largest) is not None:
        return
    if isinstance(values, str) and _ARRAY_NAME.fullmatch(values):
        yield _array_fault(path, values, "expected a list of numbers")
        return
    if as_float(values) is not None:
        yield _number_fault(path, values, largest)
        return
    if isinstance(values, list) and values and all(isinstance(row, list) for row in values):
        widths = {len(row) for row in values}
        if widths == {1} or (len(values) == 1 and widths != {0}):
            shape = (len(values), len(values[0]))
            message = (
                f"the biases have the shape {shape}, not ({max(shape)},): one number per neuron; "
                "NumPy would broadcast some such shapes into a wrong answer without a word"
            )
            hint = "take the brackets away that are too many"
            yield Fault("N203", message, (hint,), path, kind="nested biases")
            return
    yield from _vector_faults(path, values, largest)


def slopes_faults(path: Path, value: Any, largest: float) -> Iterator[Fault]:
    """Yield what is wrong with a slope for all neurons, or a list of one for each."""
    if as_biases(value, largest) is None:
        many = isinstance(value, list)
        faults = _vector_faults(path, value, largest) if many else ()
        for fault in faults or (_number_fault(path, value, largest),):
            yield fault._replace(covers=(path,))


def _vector_faults(path: Path, values: Any, largest: float) -> Iterator[Fault]:
    if not isinstance(values, list) or not values:
        hint = "write the numbers in one pair of brackets: [0.2, 0.8]"
        yield Fault("N302", "expected a list of numbers", (hint,), path, names_found=True)
        return
    for index, value in enumerate(values):
        if as_vector([value], largest) is None:
            yield _number_fault((*path, index), value, largest)


def _array_fault(path: Path, name: str, message: str) -> Fault:
    """Return the fault of a text that may be the name of an array."""
    hint = f"for an array of the weights file, write `{{tensor: {name}}}`"
    fault = Fault("N302", message, (hint,), path, names_found=True)
    return fault._replace(kind="array name", typed=name)


def _number_fault(path: Path, value: Any, largest: float) -> Fault:
    """Return what is wrong with what is no number, or one that is too large."""
    number = as_float(value)
    if number is None:
        message, hint = "expected a number", "write a number"
        return Fault("N302", message, (hint,), path, names_found=True, kind="no number")
    dtype = "float64" if largest == math.inf else "float32"
    learnt = "slopes" if "slopes" in path else "weights and biases"
    message = f"{learnt} must be finite {dtype} numbers"
    overflows = dtype == "float32" and math.isfinite(number)
    large = "use dtype: float64, or a smaller number"
    hint = large if overflows else "write a finite number"
    return Fault("N303", message, (hint,), path, names_found=True)
