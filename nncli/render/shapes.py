"""A network's symbolic shapes as a view."""

from __future__ import annotations

from dataclasses import dataclass

from nncli.network.shapes import LayerShape, ShapeTable
from nncli.render.clash import clash_blocks
from nncli.render.layout.view import BLANK, Block, Column, Grid, Span, View, line
from nncli.render.numbers import format_bytes, format_shape
from nncli.words import count_of


@dataclass(frozen=True)
class BatchSize:
    """How many samples a batch has."""

    number: int  # as many as memory is counted for
    samples: int | None = None  # as many as the data holds; None without data
    source: str = ""  # what messages call the data

    @property
    def symbol(self) -> str:
        """What stands for the samples in a shape: their number, or N if it is unknown."""
        return "N" if self.samples is None else str(self.samples)


def shapes_view(table: ShapeTable, batch: BatchSize) -> View:
    """Return the walk through the layers, up to and including the first that does not fit."""
    title = line(
        Span(table.name, "accent"),
        f"   {table.dtype}   {count_of(len(table.layers), 'layer')}   "
        f"({batch.symbol}, {table.layers[0].inputs}) → "
        f"({batch.symbol}, {table.layers[-1].neurons})",
    )
    shown: list[LayerShape] = []
    for layer in table.layers:
        shown.append(layer)
        if layer.misfits:
            break
    blocks: list[Block] = [title, BLANK, _grid(shown, batch.symbol)]
    if table.misfits:
        # a blank line at the end: the problem, on another stream, follows right below
        return [*blocks, BLANK, *clash_blocks(shown[-1], batch.symbol), BLANK]
    return [*blocks, BLANK, *_totals(table, batch)]


def _grid(layers: list[LayerShape], samples: str) -> Grid:
    columns = (
        Column("#", "right"),
        Column("layer"),
        Column("input"),
        Column(""),
        Column("weights"),
        Column(""),
        Column("biases"),
        Column(""),
        Column("output"),
        Column("parameters", "right"),
        Column("multiply–adds", "right"),
    )
    return Grid(columns, tuple(_row(layer, samples) for layer in layers))


def _row(layer: LayerShape, samples: str) -> tuple[Span, ...]:
    clash = bool(layer.misfits)
    inputs, neurons = layer.weights_shape
    derivation = f"{inputs:,}×{neurons:,} + {layer.biases_shape[0]:,} = {layer.parameters:,}"
    faulty = {misfit.key for misfit in layer.misfits}
    return (
        Span(str(layer.layer), "dim"),
        Span(layer.name),
        Span(format_shape((samples, layer.inputs)), "error" if "inputs" in faulty else ""),
        Span("·", "dim"),
        Span(format_shape(layer.weights_shape), "error" if "weights" in faulty else ""),
        Span("+", "dim"),
        Span(format_shape(layer.biases_shape), "error" if "biases" in faulty else ""),
        Span("✗", "error") if clash else Span("→", "dim"),
        Span("" if clash else format_shape((samples, layer.neurons))),
        Span("" if clash else derivation),
        Span("" if clash else f"{layer.multiply_adds:,}"),
    )


def _totals(table: ShapeTable, batch: BatchSize) -> list[Block]:
    parameters = f"{table.total_parameters:,}"
    multiply_adds = f"{table.total_multiply_adds:,}"
    activations = format_bytes(table.activation_bytes(batch.number))
    held = f"batch and outputs of {count_of(batch.number, 'sample')}"
    facts = [
        ("parameters", parameters, f"{format_bytes(table.parameter_bytes)} as {table.dtype}"),
        ("multiply–adds", multiply_adds, "per sample"),
        ("activations", activations, held),
    ]
    numbers = max(len(number) for _, number, _ in facts)
    blocks: list[Block] = [
        line(Span(f" {name:<14}", "dim"), f"{number:>{numbers}}   ", Span(meaning, "dim"))
        for name, number, meaning in facts
    ]
    if batch.samples is not None:
        fits = f" {batch.source}: {count_of(batch.samples, 'sample')}"
        width = count_of(table.layers[0].inputs, "feature")
        blocks.append(line(Span(f"{fits} × {width}, which fits the network", "dim")))
    return blocks
