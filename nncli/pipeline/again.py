"""The samples of a run once more, through another network."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from nncli.data.rows import Rows
from nncli.network.network import Network
from nncli.pipeline.shown import ALL_SAMPLES, ShownSamples, ShownSoFar
from nncli.pipeline.units import Unit
from nncli.pipeline.work import work


def shown_again(network: Network, shown: ShownSamples) -> ShownSamples:
    """Return what a network makes of samples that another one of the same inputs was shown with."""
    rows = Rows(tuple(map(np.ascontiguousarray, shown.batch.T)))
    found = ShownSoFar(ALL_SAMPLES)
    result = work(network, ALL_SAMPLES, None, (), Unit(1, (rows,)))
    if result.shown is not None:
        found.add(result.shown, len(rows))
    return replace(found.samples(network, (), None), numbers=shown.numbers)
