"""Initializers: name → function that draws one layer's weights or biases.

Every function takes a generator, the shape to draw, and the layer's fans (inputs, neurons), and
returns float64 values.  Numbers come from the generator row by row, and from `standard_normal` and
`random_sample` alone: NumPy has frozen those streams of `RandomState` for good.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

Float64Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Fans:
    """How many values a layer connects."""

    inputs: int  # fan in
    neurons: int  # fan out


Shape = tuple[int, ...]


def normal(
    generator: np.random.RandomState, shape: Shape, _: Fans, mean: float = 0.0, std: float = 0.1
) -> Float64Array:
    """Draw from the normal distribution N(mean, std²)."""
    return mean + std * generator.standard_normal(shape)


def uniform(
    generator: np.random.RandomState, shape: Shape, _: Fans, low: float = -0.1, high: float = 0.1
) -> Float64Array:
    """Draw from the uniform distribution over [low, high)."""
    return low + (high - low) * generator.random_sample(shape)


def glorot_uniform(generator: np.random.RandomState, shape: Shape, fans: Fans) -> Float64Array:
    """Draw uniformly within ±√(6 / (inputs + neurons)) (Glorot & Bengio 2010, equation 16)."""
    limit = math.sqrt(6 / (fans.inputs + fans.neurons))
    return uniform(generator, shape, fans, -limit, limit)


def glorot_normal(generator: np.random.RandomState, shape: Shape, fans: Fans) -> Float64Array:
    """Draw from N(0, 2 / (inputs + neurons)), not truncated (Glorot & Bengio 2010)."""
    return normal(generator, shape, fans, 0, math.sqrt(2 / (fans.inputs + fans.neurons)))


def he_uniform(generator: np.random.RandomState, shape: Shape, fans: Fans) -> Float64Array:
    """Draw uniformly within ±√(6 / inputs) (He et al. 2015)."""
    limit = math.sqrt(6 / fans.inputs)
    return uniform(generator, shape, fans, -limit, limit)


def he_normal(generator: np.random.RandomState, shape: Shape, fans: Fans) -> Float64Array:
    """Draw from N(0, 2 / inputs), not truncated (He et al. 2015, equation 10)."""
    return normal(generator, shape, fans, 0, math.sqrt(2 / fans.inputs))


def lecun_uniform(generator: np.random.RandomState, shape: Shape, fans: Fans) -> Float64Array:
    """Draw uniformly within ±√(3 / inputs) (LeCun et al. 1998, "Efficient BackProp")."""
    limit = math.sqrt(3 / fans.inputs)
    return uniform(generator, shape, fans, -limit, limit)


def lecun_normal(generator: np.random.RandomState, shape: Shape, fans: Fans) -> Float64Array:
    """Draw from N(0, 1 / inputs), not truncated (LeCun et al. 1998, equation 16)."""
    return normal(generator, shape, fans, 0, math.sqrt(1 / fans.inputs))


def whole_numbers(
    generator: np.random.RandomState,
    shape: Shape,
    _: Fans,
    low: int = -2,
    high: int = 2,
    zeros: float = 0.3,
) -> Float64Array:
    """Draw 0 with probability *zeros*, else a whole number from *low* to *high* except 0.

    Those are equally likely.  For exercises: sums of such numbers can be worked by hand.
    """
    # one draw for each value, so that no value depends on how many are drawn at once
    draws = generator.random_sample(shape)
    count = high - low + 1 - (low <= 0 <= high)
    if count == 0 or zeros == 1:
        return np.zeros(shape)
    places = np.floor((draws - zeros) * (count / (1 - zeros)))
    numbers = low + np.minimum(places, count - 1)  # a product may be rounded up to the count
    numbers += (low <= 0) & (numbers >= 0)  # leave 0 out
    return np.where(draws < zeros, 0.0, numbers)


def constant(_: np.random.RandomState | None, shape: Shape, __: Fans, value: float) -> Float64Array:
    """Return *value* everywhere; draws nothing."""
    return np.full(shape, value, dtype=np.float64)


def zeros(_: np.random.RandomState | None, shape: Shape, __: Fans) -> Float64Array:
    """Return 0 everywhere; draws nothing."""
    return np.zeros(shape)


def ones(_: np.random.RandomState | None, shape: Shape, __: Fans) -> Float64Array:
    """Return 1 everywhere; draws nothing."""
    return np.ones(shape)


# The names are those of nncli.specs.model.INITIALIZERS; a test compares the two.
INITIALIZER_FUNCTIONS: Mapping[str, Callable[..., Float64Array]] = MappingProxyType(
    {
        function.__name__: function
        for function in (
            normal,
            uniform,
            glorot_uniform,
            glorot_normal,
            he_uniform,
            he_normal,
            lecun_uniform,
            lecun_normal,
            whole_numbers,
            constant,
            zeros,
            ones,
        )
    }
)
