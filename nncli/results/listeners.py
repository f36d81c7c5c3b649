"""What hears a network's outputs as they come: sinks that write results, checks, evaluation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from nncli.data.rows import Texts

Array: TypeAlias = npt.NDArray[np.floating[Any]]
# What predictions are called: the columns of a table, the keys of an object.
PREDICTION_NAMES = ("class", "probability")


@dataclass(frozen=True)
class ResultColumns:
    """What a row of a result consists of."""

    kept_names: tuple[str, ...]  # of the text columns carried from the data
    names: tuple[str, ...]  # of the output neurons
    dtype: str  # of the numbers, the network's: float64 or float32
    predicts: bool = False  # whether a class and its probability follow

    @property
    def all_names(self) -> tuple[str, ...]:
        """The names of all columns, in their order."""
        return (*self.kept_names, *self.names, *(PREDICTION_NAMES if self.predicts else ()))


@dataclass(frozen=True, eq=False)
class UnitPrediction:
    """The class of each sample of a unit, and its probability."""

    classes: Texts
    probabilities: Array  # (samples,)


@dataclass(frozen=True, eq=False)
class NetworkValues:
    """What every layer of a network made of a unit of samples, and the network itself."""

    layers: Sequence[Array]  # of each layer (neurons, samples)
    outputs: Array  # (neurons, samples), their scale undone


@dataclass(frozen=True, eq=False)
class UnitOutputs:
    """What a layer, or the whole network, made of a unit of samples."""

    first: int  # the number of its first sample, from 1
    kept: Sequence[Texts]  # for each carried column a text for each sample
    values: Sequence[Array]  # for each neuron an array (samples,)
    prediction: UnitPrediction | None = None  # of the network's outputs, if it is wanted
    targets: Sequence[npt.NDArray[Any]] = ()  # for each target column an array (samples,)
    # of the network's outputs: its own layers, and those of another one that runs beside it
    both: tuple[NetworkValues, NetworkValues] | None = None


class Listener(Protocol):
    """Hears what one layer, or the whole network, makes of all samples, unit by unit.

    `prepare` may be called on any thread, and for several units at once; `take` is called on one,
    in the order of the samples, with what `prepare` returned.  A sink writes to a stream, which is
    neither opened nor closed here; if it is dropped before `finish`, it writes no more.
    """

    @property
    def layer(self) -> int | None:
        """The layer whose outputs are heard, from 1; None: the network's, their scale undone."""

    def prepare(self, outputs: UnitOutputs) -> Any:
        """Return what is to be taken of a unit; a sink's shares no memory with its numbers."""

    def take(self, prepared: Any) -> None:
        """Take the next unit.  Raises NncliError, OSError."""

    def finish(self) -> None:
        """See to what is left when all units were taken.  Raises NncliError, OSError."""
