"""Clip and scales as single steps of arithmetic, to be written down in another language."""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from nncli.specs.model import Clip, MinMax, Numbers, Scale

Operation = Literal["sub", "div", "mul", "add", "max", "min"]


class Step(NamedTuple):
    """One operation on every sample.  values: () for all columns alike, or (columns,)."""

    operation: Operation
    name: str  # of the values, as the spec calls them
    values: npt.NDArray[np.float64]


def clip_steps(clip: Clip | None) -> tuple[Step, ...]:
    """Return the steps that keep inputs within their bounds."""
    if clip is None:
        return ()
    return (_step("max", "low", clip.low), _step("min", "high", clip.high))


def scale_steps(scale: Scale | None) -> tuple[Step, ...]:
    """Return the steps of a scale: (x - mean) / std, or from [min, max] to [0, 1] and then to *to*.

    >>> [step.operation for step in scale_steps(MinMax(kind="min_max", min=0.0, max=5.0))]
    ['sub', 'div']
    """
    if scale is None:
        return ()
    if not isinstance(scale, MinMax):
        return (_step("sub", "mean", scale.mean), _step("div", "std", scale.std))
    steps = (_step("sub", "min", scale.min), _step("div", "range", _range(scale)))
    low, high = scale.to
    if (low, high) == (0.0, 1.0):
        return steps
    return (*steps, _step("mul", "to_range", high - low), _step("add", "to_low", low))


def unscale_steps(scale: Scale | None) -> tuple[Step, ...]:
    """Return the steps that undo a scale."""
    undoing: dict[Operation, Operation] = {"sub": "add", "div": "mul", "mul": "div", "add": "sub"}
    steps = reversed(scale_steps(scale))
    return tuple(step._replace(operation=undoing[step.operation]) for step in steps)


def _range(scale: MinMax) -> npt.NDArray[np.float64]:
    return np.subtract(scale.max, scale.min, dtype=np.float64)


def _step(operation: Operation, name: str, values: Numbers | npt.NDArray[np.float64]) -> Step:
    return Step(operation, name, np.asarray(values, dtype=np.float64))
