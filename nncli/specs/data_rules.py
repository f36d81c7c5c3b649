"""What must hold between the names and scales of inputs and outputs, and the network's layers."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from nncli.specs.faults import Fault, Path
from nncli.specs.fit import shape_held_by
from nncli.specs.keys import may_say_sizes
from nncli.specs.long_form import LongForm, given_by
from nncli.specs.model import Numbers
from nncli.specs.yaml_source import YamlSource
from nncli.words import count_of, quoted

_SHARES = ("softmax", "log_softmax")  # of classes
_ONE_SIGMOID = "two classes go with one `sigmoid` neuron: the second for values above the threshold"


def data_faults(form: LongForm, source: YamlSource) -> Iterator[Fault]:
    """Yield names and scales that are not as many as what they stand for, or contradict it.

    Contradictions that an unknown key may explain are not told.
    """
    faults = tuple(_data_faults(form))
    is_sure = not faults or not may_say_sizes(source, 0, max(0, len(form.layers) - 1))
    yield from (fault for fault in faults if is_sure or fault.code == "N107")


def _data_faults(form: LongForm) -> Iterator[Fault]:
    sizes = _agreed_sizes(form)
    for owner, what in (("inputs", "input"), ("outputs", "output")):
        mapping = form.mapping(owner)
        columns = mapping.get("columns")
        if isinstance(columns, tuple):
            expected = sizes[owner]
            is_named = all(isinstance(column, str) for column in columns)
            if expected is not None and is_named and columns and len(columns) != expected:
                message = f"{count_of(len(columns), 'column')} for {count_of(expected, what)}"
                yield _count_of_names(message, (owner, "columns"), expected)
            yield from _repeated((owner, "columns"), columns, "column")
        yield from _clip_faults((owner, "clip"), mapping.get("clip"), sizes[owner], what)
        yield from _scale_faults((owner, "scale"), mapping.get("scale"), sizes[owner], what)
    yield from _outputs_faults(form, sizes["outputs"])


def _agreed_sizes(form: LongForm) -> dict[str, int | None]:
    """Return how many inputs and outputs there are, None where weights or biases contradict it.

    Which of the sizes is meant is told first: the names may be as many as are meant.
    """
    ends = (form.layers[0], form.layers[-1]) if form.layers else ({}, {})
    first, last = (shape_held_by(given_by(layer)) for layer in ends)
    biases = given_by(ends[1]).biases_count
    outputs = {form.outputs, last[1] if last else form.outputs, biases or form.outputs}
    return {
        "inputs": form.inputs if first is None or first[0] == form.inputs else None,
        "outputs": form.outputs if len(outputs) == 1 else None,
    }


def _count_of_names(message: str, path: Path, expected: int) -> Fault:
    fault = Fault("N111", message, (f"name {expected}",), path, kind="count of names")
    return fault._replace(choices=(str(expected),))


def _repeated(path: Path, names: tuple[Any, ...], what: str) -> Iterator[Fault]:
    seen: set[str] = set()
    for index, name in enumerate(names):
        if isinstance(name, str) and name in seen:
            message = f"the {what} {quoted(name)} is named twice"
            yield Fault("N107", message, ("give each its own name",), (*path, index))
        elif isinstance(name, str):
            seen.add(name)


# ------------------------------------------------------------------------------------- outputs


def _outputs_faults(form: LongForm, neurons: int | None) -> Iterator[Fault]:
    """Yield what in `outputs` does not go with the last layer.  neurons: how many it has."""
    outputs, last = form.mapping("outputs"), form.last_activation
    classes = outputs.get("classes")
    if isinstance(classes, tuple) and classes:
        if neurons is not None and last is not None:
            yield from _classes_faults(len(classes), neurons, last)
        yield from _repeated(("outputs", "classes"), classes, "class")
    if "threshold" in outputs:
        lacks_classes = not isinstance(classes, tuple) or len(classes) != 2
        if lacks_classes or (last or "sigmoid") != "sigmoid" or (neurons or 1) != 1:
            message = "`threshold` goes with two `classes` and one `sigmoid` neuron"
            hint = "remove it, or write two classes such as `classes: [no, yes]`"
            if last in _SHARES:
                hint = "remove it: the class is that of the largest output"
            yield Fault("N108", message, (hint,), ("outputs", "threshold"), of_key=True)
    # a bounded activation too can have a scaled target: published networks end in tanh or sigmoid
    if "scale" in outputs and (last in _SHARES or "classes" in outputs):
        what = f"the last layer is `{last}`" if last in _SHARES else "`classes` have none"
        message = f"`outputs.scale` is of quantities, and {what}"
        yield Fault("N108", message, ("remove `scale`",), ("outputs", "scale"), of_key=True)


def _classes_faults(classes: int, neurons: int, activation: str) -> Iterator[Fault]:
    if neurons == 1 and (classes != 2 or activation != "sigmoid"):
        message = f"{count_of(classes, 'class', 'classes')} for one neuron, which is `{activation}`"
        yield Fault("N111", message, (_ONE_SIGMOID,), ("outputs", "classes"))
    elif neurons not in (1, classes):
        message = f"{count_of(classes, 'class', 'classes')} for {count_of(neurons, 'output')}"
        yield _count_of_names(message, ("outputs", "classes"), neurons)


# ------------------------------------------------------------------------------------- scaling


def _clip_faults(path: Path, clip: Any, expected: int | None, what: str) -> Iterator[Fault]:
    if not isinstance(clip, dict):
        return
    yield from _count_faults(path, clip, expected, what)
    yield from _pair_faults(
        (*path, "high"), clip.get("low"), clip.get("high"), lambda low, high: low <= high
    )


def _scale_faults(path: Path, scale: Any, expected: int | None, what: str) -> Iterator[Fault]:
    if not isinstance(scale, dict):
        return
    kind = scale.get("kind")
    if kind not in ("standard", "min_max"):
        return
    parameters = {key: value for key, value in scale.items() if key not in ("kind", "to")}
    yield from _count_faults((*path, kind), parameters, expected, what)
    if kind == "standard":
        yield from _pair_faults(
            (*path, kind, "std"), 0.0, parameters.get("std"), lambda zero, std: std > zero
        )
    else:
        yield from _pair_faults(
            (*path, kind, "max"),
            parameters.get("min"),
            parameters.get("max"),
            lambda low, high: 0 < abs(high - low) < math.inf,
        )


_PAIRS = {
    "high": ("`high` must not be below `low`", "let each `high` be at least its `low`"),
    "std": (
        "`std` must be above 0",
        "a column of equal values says nothing: use 1, or leave it out",
    ),
    "max": (
        "`max` must differ from `min`, by no more than the largest float",
        "a column of equal values says nothing: leave it out, or let `max` be `min` + 1",
    ),
}


def _pair_faults(
    path: Path, one: Any, other: Any, holds: Callable[[float, float], bool]
) -> Iterator[Fault]:
    """Yield the first column in which two numbers do not go together, at the second."""
    counts = {len(value) for value in (one, other) if isinstance(value, tuple)}
    if one is None or other is None or len(counts) > 1:
        return
    for index in range(max(counts, default=1)):
        if not holds(_column(one, index), _column(other, index)):
            message, hint = _PAIRS[str(path[-1])]
            at_column = isinstance(other, tuple)
            where = f" (column {index + 1})" if counts else ""
            yield Fault(
                "N107",
                f"{message}{where}",
                (hint,),
                (*path, index) if at_column else path,
                names_found=True,
            )
            return


def _column(numbers: Numbers, index: int) -> float:
    return numbers[index] if isinstance(numbers, tuple) else numbers


def _count_faults(
    path: Path, owner: Mapping[str, Any], expected: int | None, what: str
) -> Iterator[Fault]:
    """Yield the lists of one number per column that are not as many as the columns."""
    for key, value in owner.items():
        if isinstance(value, tuple) and expected is not None and len(value) != expected:
            message = f"`{key}` has {count_of(len(value), 'number')} for {count_of(expected, what)}"
            hint = f"write one number for all, or {expected}"
            yield Fault("N111", message, (hint,), (*path, key))
