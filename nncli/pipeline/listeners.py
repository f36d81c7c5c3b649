"""What hears the outputs of a run as they come: results that are written, checks, evaluation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from nncli.data.rows import Texts
from nncli.network.activations import Array

if TYPE_CHECKING:
    from nncli.results.sinks import Sink


@dataclass(frozen=True, eq=False)
class UnitOutputs:
    """What a layer made of a unit of samples."""

    first: int  # the number of its first sample, from 1
    kept: tuple[Texts, ...]  # for each carried column a text for each sample
    values: Sequence[Array]  # for each neuron an array (samples,)


class Listener(Protocol):
    """Hears what one layer makes of all samples, unit by unit.

    `prepare` may be called on any thread, and for several units at once; `take` is called on one,
    in the order of the samples, with what `prepare` returned.
    """

    @property
    def layer(self) -> int | None:
        """The layer whose outputs are heard, from 1; None: the last."""

    def prepare(self, outputs: UnitOutputs) -> Any:
        """Return what is to be taken of a unit."""

    def take(self, prepared: Any) -> None:
        """Take the next unit.  Raises NncliError, OSError."""

    def finish(self) -> None:
        """See to what is left when all units were taken.  Raises NncliError, OSError."""


@dataclass(frozen=True, eq=False)
class ResultWriter:
    """Writes a layer's outputs."""

    sink: Sink  # where to
    layer: int | None = None  # from 1; None: the last

    def prepare(self, outputs: UnitOutputs) -> Any:
        """Return the unit as the sink writes it."""
        return self.sink.encode(outputs.first, outputs.kept, outputs.values)

    def take(self, prepared: Any) -> None:
        """Write the next unit.  Raises OSError."""
        self.sink.write(prepared)

    def finish(self) -> None:
        """Write the end of the result.  Raises OSError."""
        self.sink.finish()
