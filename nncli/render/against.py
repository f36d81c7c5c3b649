"""A network against another one: a table of layers, what differs in sentences, and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import PurePath
from typing import Any

import numpy as np

from nncli.evaluation.against import (
    Comparison,
    Difference,
    Flip,
    Flips,
    Furthest,
    LayerDifference,
)
from nncli.render.json_output import network_object
from nncli.render.layout.view import BLANK, Block, Column, Field, Grid, Span, line, table
from nncli.render.numbers import DEFAULT_PRECISION, format_numbers
from nncli.results.json_values import json_array
from nncli.specs.model import NetworkSpec
from nncli.words import count_of, numbered

_Cells = tuple[str, str, str, str, str]


def against_blocks(
    comparison: Comparison, names: tuple[str, str], precision: int = DEFAULT_PRECISION
) -> list[Block]:
    """Return what came of a comparison for a screen.  names: of both networks, as files have them.

    precision: the decimals of a difference.
    """
    whole, brief = _told_apart(comparison, names), _briefly(comparison, names)
    are_alike = names[0] == names[1] or comparison.dtypes[0] == comparison.dtypes[1]
    types = "" if are_alike else " and ".join(comparison.dtypes)
    return [
        line(Span(f"{whole[0]} against {whole[1]}", "accent"), "   ", Span(types, "dim"), level=2),
        _layers_grid(comparison, precision),
        *(line(Span(f" {text}", "dim")) for text in _legend(comparison)),
        BLANK,
        *(line(f" {sentence}") for sentence in _sentences(comparison, *brief)),
        *_flips_blocks(comparison.flips, *brief),
    ]


def against_object(comparison: Comparison, second: NetworkSpec, source: str) -> dict[str, Any]:
    """Return what came of a comparison as a JSON object.  second, source: the other network."""
    beyond = comparison.first_beyond
    return {
        "source": source,
        "network": network_object(second),
        "samples": comparison.samples,
        "rtol": comparison.nearness.rtol,
        "atol": comparison.nearness.atol,
        "layers": [_layer_object(layer) for layer in comparison.layers],
        "first_layer_beyond": beyond.pair.layer if beyond is not None else None,
        "outputs": _difference_object(comparison.outputs),
        "flips": _flips_object(comparison.flips),
    }


# ----------------------------------------------------------------------------------- views


def _told_apart(comparison: Comparison, names: tuple[str, str]) -> tuple[str, str]:
    """Return what two networks are called: of the same file they are told apart by their types."""
    if names[0] != names[1]:
        return names
    one, other = (
        f"{name} in {dtype}" for name, dtype in zip(names, comparison.dtypes, strict=True)
    )
    return (one, other) if one != other else (f"{names[0]} (1)", f"{names[1]} (2)")


def _briefly(comparison: Comparison, names: tuple[str, str]) -> tuple[str, str]:
    """Return what two networks are called below their names: what of these tells them apart."""
    if names[0] == names[1]:
        one, other = comparison.dtypes
        return (one, other) if one != other else ("(1)", "(2)")
    files = (PurePath(names[0]).name, PurePath(names[1]).name)
    return files if files[0] != files[1] else names


def _layers_grid(comparison: Comparison, precision: int) -> Grid:
    headings = ("beyond", "difference", "at", "relative", "at")
    columns = (
        Column("#", "right"),
        Column("layer"),
        Column("neurons", "right"),
        *(Column(heading, "right") for heading in headings),
    )
    differences = [layer.difference for layer in comparison.layers]
    labels = [_labels(layer) for layer in comparison.layers]
    if comparison.outputs != differences[-1]:  # scaled, or of layers that do not pair
        differences.append(comparison.outputs)
        labels.append(("", "outputs", str(comparison.neurons)))
    rows = tuple(
        tuple(map(Span, (*label, *cells)))
        for label, cells in zip(labels, _cells(differences, precision), strict=True)
    )
    # where all values are equal, nothing is furthest apart
    shown = [n for n, _ in enumerate(columns) if any(row[n].text for row in rows)]
    return Grid(
        tuple(columns[n] for n in shown),
        tuple(tuple(row[n] for n in shown) for row in rows),
        keys=2,
    )


def _labels(layer: LayerDifference) -> tuple[str, str, str]:
    pair = layer.pair
    name = next(name for name in pair.names if name is not None)
    sizes = ["none" if size is None else str(size) for size in pair.neurons]
    return str(pair.layer), name, sizes[0] if sizes[0] == sizes[1] else "/".join(sizes)


def _cells(differences: Sequence[Difference | None], precision: int) -> Iterator[_Cells]:
    """Yield what a table says of some differences."""
    columns = [
        _numbers([each.absolute if each else None for each in differences], precision),
        _numbers([each.relative if each else None for each in differences], precision),
    ]
    for each, absolute, relative in zip(differences, *columns, strict=True):
        if each is None:
            yield "", "", "", "", ""
        else:
            places = (_place(each.absolute), _place(each.relative))
            yield f"{each.values:,}", absolute, places[0], relative, places[1]


def _numbers(found: Sequence[Furthest | None], precision: int) -> list[str]:
    """Return differences as a column of numbers, 0 where there is none."""
    values = [0.0 if each is None else each.difference for each in found]
    return format_numbers(values, precision)


def _place(furthest: Furthest | None) -> str:
    return "" if furthest is None else f"{furthest.sample:,} · {furthest.neuron:,}"


def _legend(comparison: Comparison) -> Iterator[str]:
    nearness = comparison.nearness
    limit = f"{nearness.atol:g} + {nearness.rtol:g} · the larger one"
    yield f"beyond: apart by more than {limit}"
    differences = (comparison.outputs, *(layer.difference for layer in comparison.layers))
    at = "   at: sample · neuron" if any(each and each.absolute for each in differences) else ""
    yield f"relative: to the larger one{at}"


def _sentences(comparison: Comparison, one: str, other: str) -> Iterator[str]:
    """Yield which layer is the first beyond, which outputs differ, and which predictions flip."""
    apart = [layer.pair.layer for layer in comparison.layers if layer.difference is None]
    if apart:
        verb, whose = ("is", "its") if len(apart) == 1 else ("are", "their")
        yield f"{numbered('layer', apart)} {verb} not compared: {whose} sizes differ"
    beyond = comparison.first_beyond
    if beyond is not None:
        number, name = beyond.pair.layer, beyond.pair.names[0]
        named = "" if name == f"layer_{number}" else f" ({name})"
        yield f"layer {number}{named} is the first with values beyond that"
    elif len(apart) < len(comparison.layers):
        yield "no layer has a value beyond that"
    outputs, samples = comparison.outputs, count_of(comparison.samples, "sample")
    if outputs.values:
        total = count_of(comparison.samples * comparison.neurons, "value")
        values = f"{outputs.values:,} of {total}"
        yield f"outputs differ in {outputs.samples:,} of {samples}: {values}"
    else:
        yield f"the outputs of {samples} agree"
    if comparison.flips is not None:
        yield from _flips_sentences(comparison.flips, one, other)


def _flips_sentences(flips: Flips, one: str, other: str) -> Iterator[str]:
    if not flips.count:
        yield "no prediction flips"
        return
    flip = f"{count_of(flips.count, 'prediction')} {'flips' if flips.count == 1 else 'flip'}"
    if flips.helped is None or flips.hurt is None:
        yield flip
        return
    rest = flips.count - flips.helped - flips.hurt
    yield f"{flip}: {flips.helped:,} helped, {flips.hurt:,} hurt, {rest:,} wrong in both"
    yield f"helped: right in {one}, wrong in {other}; hurt: the other way round"


def _flips_blocks(flips: Flips | None, one: str, other: str) -> Iterator[Block]:
    """Yield a table of the first flips, and how many more there are."""
    if flips is None or not flips.first:
        return
    fields = [
        Field[Flip]("sample", lambda flip: Span(f"{flip.row:,}"), "right"),
        Field[Flip](one, lambda flip: _class(flip.classes[0], flip)),
        Field[Flip](other, lambda flip: _class(flip.classes[1], flip)),
    ]
    if flips.first[0].label is not None:
        fields.insert(1, Field("label", lambda flip: Span(flip.label or "")))
    if flips.helped is not None:
        fields.append(Field("target", lambda flip: Span(flip.target or "")))
    yield BLANK
    yield table(fields, flips.first)
    more = flips.count - len(flips.first)
    if more:
        yield line(Span(f" {count_of(more, 'flip')} not shown", "dim"))


def _class(name: str, flip: Flip) -> Span:
    """Return a predicted class, in the accent if it is right."""
    return Span(name or "no class", "accent" if name == flip.target else "")


# ------------------------------------------------------------------------------------ JSON


def _layer_object(layer: LayerDifference) -> dict[str, Any]:
    """Return how far a layer is apart; null where shapes differ."""
    pair = layer.pair
    return {
        "layer": pair.layer,
        "names": list(pair.names),
        "neurons": list(pair.neurons),
        **_difference_object(layer.difference),
    }


def _difference_object(difference: Difference | None) -> dict[str, Any]:
    if difference is None:
        return dict.fromkeys(("absolute", "relative", "samples_beyond", "values_beyond"))
    return {
        "absolute": _furthest_object(difference.absolute),
        "relative": _furthest_object(difference.relative),
        "samples_beyond": difference.samples,
        "values_beyond": difference.values,
    }


def _furthest_object(furthest: Furthest | None) -> dict[str, Any] | None:
    """Return where the largest difference is; null where there is none."""
    if furthest is None:
        return None
    difference, *values = json_array(np.array([furthest.difference, *furthest.values]))
    return {
        "difference": difference,
        "sample": furthest.sample,
        "neuron": furthest.neuron,
        "values": values,
    }


def _flips_object(flips: Flips | None) -> dict[str, Any] | None:
    """Return the predictions that flip; null of numbers."""
    if flips is None:
        return None
    return {
        "count": flips.count,
        "helped": flips.helped,
        "hurt": flips.hurt,
        "first": [
            {
                "sample": flip.row,
                "label": flip.label,
                "classes": [name or None for name in flip.classes],
                "target": flip.target,
            }
            for flip in flips.first
        ],
    }
