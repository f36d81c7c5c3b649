"""A network's symbolic shapes as a view."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from nncli.explanation.notation import Notation
from nncli.network.shapes import LayerShape, ShapeTable
from nncli.render.clash import clash_blocks, fit_blocks
from nncli.render.layout.view import BLANK, Block, Field, Grid, Span, Style, View, line, table
from nncli.render.numbers import format_bytes, format_shape
from nncli.render.products import batch_shape, in_order, product_sign, weights_text
from nncli.render.scaling import with_scaling
from nncli.specs.model import Layout
from nncli.words import count_of

# Made once, as are the cells of shapes below: a long network has a few, in 100,000 rows.
_PLUS, _ARROW = (Span(sign, "dim") for sign in "+→")
_CLASH = Span("✗", "error")
# More drawings than these nobody looks at.
_MAX_DRAWN = 12


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


def shapes_view(
    table: ShapeTable, batch: BatchSize, notation: Notation = "rows", *, draw: bool = False
) -> View:
    """Return the walk through the layers, up to and including the first that does not fit.

    draw: whether to draw the matrices of those that fit, too.
    """
    ends = (table.layers[0].inputs, table.layers[-1].neurons)
    first, last = (format_shape(batch_shape(batch.symbol, end, notation)) for end in ends)
    title = line(
        Span(table.name, "accent"),
        f"   {table.dtype}   {count_of(len(table.layers), 'layer')}   {first} → {last}",
        level=1,
    )
    shown: list[LayerShape] = []
    for layer in table.layers:
        shown.append(layer)
        if layer.misfits:
            break
    after = () if table.misfits else table.after
    grid, brief = (
        with_scaling(
            layers_grid(shown, batch.symbol, notation, brief=is_brief),
            table.before,
            after,
            batch.symbol,
            notation,
        )
        for is_brief in (False, True)
    )
    grid = replace(grid, shorter=brief)
    blocks: list[Block] = [title, BLANK, grid]
    if draw:
        blocks += drawn_layers([each for each in shown if not each.misfits], batch.symbol, notation)
    if table.misfits:
        # a blank line at the end: the problem, on another stream, follows right below
        return [*blocks, BLANK, *clash_blocks(shown[-1], batch.symbol, notation), BLANK]
    return [*blocks, BLANK, *_totals(table, batch)]


def drawn_layers(layers: Sequence[LayerShape], samples: str, notation: Notation) -> list[Block]:
    """Return drawings of the first layers, all of which fit.  samples: as for `layers_grid`."""
    blocks: list[Block] = []
    for layer in layers[:_MAX_DRAWN]:
        title = line(Span(f"{layer.layer} {layer.name}", "accent"), level=2)
        blocks += [BLANK, title, *fit_blocks(layer, samples, notation)]
    if len(layers) > _MAX_DRAWN:
        hint = f" {_MAX_DRAWN} of {len(layers):,} layers drawn"
        blocks += [BLANK, line(Span(hint, "dim"))]
    return blocks


def layers_grid(
    layers: list[LayerShape], samples: str, notation: Notation = "rows", *, brief: bool = False
) -> Grid:
    """Return a table of layers.

    samples: what stands for their number in a shape; brief: whether it is to be narrow.
    """

    def of_batch(width: int) -> tuple[int | str, ...]:
        return batch_shape(samples, width, notation)

    times = Span(product_sign(notation), "dim")
    product: list[Field[LayerShape]] = [
        Field("input", lambda layer: _cell(of_batch(layer.inputs), "inputs", layer)),
        Field("", lambda _: times),
        Field("weights", lambda layer: _weights(layer, notation, brief=brief)),
    ]
    fields: list[Field[LayerShape]] = [
        Field("#", lambda layer: Span(str(layer.layer), "dim"), "right"),
        Field("layer", lambda layer: Span(layer.name)),
        *in_order(product, notation),
        Field("", lambda _: _PLUS),
        Field("biases", lambda layer: _cell(layer.biases_shape, "biases", layer)),
        Field("", lambda layer: _CLASH if layer.misfits else _ARROW),
        Field("output", lambda layer: _result(layer, _shape_cell(of_batch(layer.neurons)))),
        Field("parameters", lambda layer: _result(layer, _parameters(layer)), "right"),
        Field("multiply–adds", lambda layer: _result(layer, _multiply_adds(layer)), "right"),
    ]
    if any(layer.tensors for layer in layers):
        fields.append(Field("tensors", _tensors))
        fields.append(Field("layout", lambda layer: Span(layer.layout if layer.tensors else "")))
    return table(fields, layers, keys=2)


def _tensors(layer: LayerShape) -> Span:
    """Return which arrays of a file weights and biases are; a dash where the file has none."""
    if layer.tensors is None:
        return Span("")
    weights, biases = layer.tensors
    return Span(weights if weights == biases else f"{weights} + {biases or '—'}")


def _cell(shape: tuple[int | str, ...], key: str, layer: LayerShape) -> Span:
    """Return a shape, marked if it is one of those of a layer that do not fit."""
    return _shape_cell(shape, _style(key, layer))


def _weights(layer: LayerShape, notation: Notation, *, brief: bool) -> Span:
    shape, style = layer.weights_shape, _style("weights", layer)
    return _weights_cell(shape, layer.held_layout, notation, brief, style)


def _style(key: str, layer: LayerShape) -> Style:
    """Return the style of a shape, which says if it is one of those that do not fit."""
    faulty = layer.misfits and any(misfit.key == key for misfit in layer.misfits)
    return "error" if faulty else ""


@lru_cache
def _shape_cell(shape: tuple[int | str, ...], style: Style = "") -> Span:
    return Span(format_shape(shape), style)


@lru_cache
def _weights_cell(
    shape: tuple[int, int], held: Layout | None, notation: Notation, brief: bool, style: Style
) -> Span:
    return Span(weights_text(shape, held, notation, brief=brief), style)


def _result(layer: LayerShape, cell: Span) -> Span:
    """Return what comes of a layer, nothing if its shapes do not fit."""
    return Span("") if layer.misfits else cell


def _parameters(layer: LayerShape) -> Span:
    return _derivation(*layer.weights_shape, *layer.biases_shape, layer.parameters)


@lru_cache
def _derivation(inputs: int, neurons: int, biases: int, parameters: int) -> Span:
    return Span(f"{inputs:,}×{neurons:,} + {biases:,} = {parameters:,}")


def _multiply_adds(layer: LayerShape) -> Span:
    return Span(f"{layer.multiply_adds:,}")


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
    blocks += [
        line(Span(f" {step.name:<13}   ", "dim"), step.formula)
        for step in (*table.before, *table.after)
    ]
    if batch.samples is not None:
        fits = f" {batch.source}: {count_of(batch.samples, 'sample')}"
        width = count_of(table.layers[0].inputs, "feature")
        blocks.append(line(Span(f"{fits} × {width}, which fits the network", "dim")))
    return blocks
