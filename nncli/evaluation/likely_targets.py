"""Which columns of a file are likely what a network is to get right."""

from __future__ import annotations

from nncli.data.columns import ColumnChoice, Header
from nncli.network.prediction import are_classes
from nncli.specs.model import NetworkSpec

# What targets are called, wherever they stand.
_USUAL = frozenset({"target", "targets", "label", "labels", "class", "classes", "y", "y_true"})


def likely_targets(spec: NetworkSpec, header: Header, choice: ColumnChoice) -> tuple[str, ...]:
    """Return the columns that are likely the targets, as the command line calls them.

    Nothing if no column is left beside the network's inputs.
    """
    needed = 1 if are_classes(spec) else spec.layers[-1].neurons
    named = choice.columns or spec.inputs.columns or ()
    others = {*named, *choice.drop}
    left = [i for i, name in enumerate(header.names) if name not in others]
    outputs = [i for i in left if header.names[i] in spec.output_columns]
    if len(outputs) == needed:
        return tuple(header.item(position) for position in outputs)
    usual = [i for i in left if header.names[i].casefold() in _USUAL]
    found = usual if len(usual) == needed else left[-needed:]
    return tuple(header.item(position) for position in found) if len(found) == needed else ()
