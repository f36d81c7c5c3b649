"""What a network makes of a batch, layer by layer, together with what went in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from nncli.network.dense import LayerResult
from nncli.network.samples import Samples

if TYPE_CHECKING:
    from nncli.network.network import Network

# So many of the first samples are shown, and of the last.
_ENDS = 5


class Trace(tuple[LayerResult, ...]):
    """What every layer makes of a batch, first to last; a notebook shows it as tables."""

    network: Network
    samples: int  # how many there are
    shown: tuple[int, ...]  # which of them are shown, from 0: the first and the last
    batch: Samples  # those, as they were given

    def __new__(cls, results: Iterable[LayerResult], network: Network, samples: Samples) -> Trace:
        """Keep what is shown of the samples, which somebody may change."""
        trace = super().__new__(cls, results)
        trace.network, trace.samples = network, len(samples.values)
        head = range(min(_ENDS, trace.samples))
        trace.shown = (*head, *range(max(len(head), trace.samples - _ENDS), trace.samples))
        trace.batch = samples.at(trace.shown)
        return trace

    def __getnewargs__(self) -> tuple[Any, ...]:
        """Copy it with all that it holds."""
        return tuple(self), self.network, self.batch

    def _repr_html_(self) -> str:
        """Return the tables of `nncli forward`, for a notebook."""
        from nncli.notebook.tables import trace_html

        return trace_html(self)
