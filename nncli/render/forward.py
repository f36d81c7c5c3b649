"""A forward run as a view: the layers, then every layer's numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import SupportsFloat

from nncli.files import sources_name
from nncli.network.activations import Array
from nncli.network.dense import Dense, LayerResult
from nncli.network.statistics import LayerStatistics
from nncli.pipeline.run import ForwardRun
from nncli.render.activations import activation_formula, activation_label
from nncli.render.layout.text import inert, text_width
from nncli.render.layout.view import (
    BLANK,
    GAP,
    Align,
    Block,
    Column,
    Grid,
    Line,
    Span,
    Style,
    View,
    line,
)
from nncli.render.numbers import (
    DEFAULT_PRECISION,
    align_decimals,
    format_number,
    format_numbers,
    format_percent,
    format_shape,
)
from nncli.render.quantities import format_rate, format_seconds
from nncli.words import count_of, shorten

# On a terminal, a carried text longer than this is cut; everywhere else it is whole.
_LABEL_CHARACTERS = 24


@dataclass(frozen=True)
class Display:
    """What the user wants to see of a run."""

    layers: tuple[int, ...]  # those whose numbers are shown, counted from 1
    rows: int = 10  # the most samples of a table
    precision: int = DEFAULT_PRECISION  # decimals
    weights: bool = False  # whether to show weights and biases, too


@dataclass(frozen=True)
class ResourceUsage:
    """What a run took."""

    seconds: float
    data_bytes: int  # how much of the data was read, compressed if the file is
    peak_bytes: int | None  # the most memory that the process has had; None if unknown


@dataclass(frozen=True)
class _TextColumn:
    """A column of ready texts."""

    heading: str
    cells: Sequence[str]
    align: Align = "left"
    style: Style = ""

    def width(self) -> int:
        return max(text_width(inert(text)) for text in (self.heading, *self.cells))


def forward_view(run: ForwardRun, display: Display, width: int | None) -> View:
    """Return everything that a run shows.  width: of the terminal; None for no limit."""
    blocks: list[Block] = [*layers_view(run, display)]
    for number in display.layers:
        blocks += _layer_blocks(run, number, display, width)
    return blocks


def layers_view(run: ForwardRun, display: Display) -> View:
    """Return the run without its numbers: title, table of layers, statistics of a large batch."""
    blocks: list[Block] = [_title(run), BLANK, _layers_grid(run)]
    if run.samples > display.rows:
        blocks += [BLANK, _statistics_grid(run.network.layers, run.statistics, display.precision)]
    return blocks


def summary_line(samples: int, usage: ResourceUsage, path: str) -> Line:
    """Return one line on a run whose result is in a file."""
    rate = format_rate(usage.data_bytes / max(usage.seconds, 1e-9))
    unit = "B/s" if rate[-1].isalpha() else " B/s"
    rows = f"{count_of(samples, 'row')} in, {samples:,} out"
    parts = [rows, format_seconds(usage.seconds), f"{rate}{unit}"]
    if usage.peak_bytes is not None:
        parts.append(f"peak {usage.peak_bytes / 1e6:,.0f} MB")
    return line("   ".join([*parts, f"→ {path}"]))


def _title(run: ForwardRun) -> Line:
    source = sources_name(run.sources)
    shape = f"{count_of(run.samples, 'sample')} × {count_of(len(run.columns), 'feature')}"
    return line(Span(run.network.name, "accent"), f"   {run.network.dtype}   {shape}   {source}")


def _layers_grid(run: ForwardRun) -> Grid:
    samples, layers, specs = run.samples, run.network.layers, run.network.spec.layers
    grid = _grid(
        _TextColumn("#", list(map(str, range(1, len(layers) + 1))), "right", "dim"),
        _TextColumn("layer", [layer.name for layer in layers]),
        _TextColumn("input", [format_shape((samples, layer.inputs)) for layer in layers]),
        _TextColumn("", ["@"] * len(layers), style="dim"),
        _TextColumn("weights", [format_shape(layer.weights.shape) for layer in layers]),
        _TextColumn("", ["+"] * len(layers), style="dim"),
        _TextColumn("biases", [format_shape(layer.biases.shape) for layer in layers]),
        _TextColumn("activation", [activation_label(layer.activation) for layer in specs]),
        _TextColumn("output", [format_shape((samples, layer.neurons)) for layer in layers]),
        _TextColumn("parameters", [f"{layer.parameters:,}" for layer in layers], "right"),
    )
    if len(layers) == 1:
        return grid
    total = sum(layer.parameters for layer in layers)
    empty = [Span("")] * (len(grid.columns) - 3)
    return replace(
        grid, rows=(*grid.rows, (Span(""), Span("total", "dim"), *empty, Span(f"{total:,}")))
    )


def _statistics_grid(
    layers: Sequence[Dense], statistics: Sequence[LayerStatistics], precision: int
) -> Grid:
    def numbers(heading: str, values: Iterable[float]) -> _TextColumn:
        return _TextColumn(heading, format_numbers(values, precision), "right")

    return _grid(
        _TextColumn("#", [str(row.layer) for row in statistics], "right"),
        _TextColumn("layer", [layer.name for layer in layers]),
        numbers("min", [row.minimum for row in statistics]),
        numbers("mean", [row.mean for row in statistics]),
        numbers("max", [row.maximum for row in statistics]),
        numbers("std", [row.std for row in statistics]),
        _TextColumn("zeros", [format_percent(row.zeros) for row in statistics], "right"),
        _TextColumn("non-finite", [f"{row.nonfinite:,}" for row in statistics], "right"),
    )


def _layer_blocks(run: ForwardRun, number: int, display: Display, width: int | None) -> list[Block]:
    layer, result = run.network.layers[number - 1], run.shown.layers[number - 1]
    linear = layer.activation_name == "linear"
    activation = activation_formula(run.network.spec.layers[number - 1].activation)
    formula = "a = x @ W + b" if linear else f"z = x @ W + b,  a = {activation}"
    blocks: list[Block] = [
        BLANK,
        line(Span(f"{number} {layer.name}", "accent"), "   ", Span(formula, "dim")),
    ]
    if display.weights:
        blocks += _weights_blocks(layer, display, width)
    shown = _shown_samples(run.shown.numbers, display.rows)
    labels = _labels(run, shown, width)
    last = number == len(run.shown.layers)
    names = run.network.spec.output_columns if last and run.network.spec.outputs else None
    groups = _neuron_columns(result, names, shown, display.precision, linear=linear, width=width)
    fitting = _fitting(labels, groups, width)
    samples, neurons = run.samples, result.output.shape[1]
    hints = []
    if samples > display.rows:
        everything = "; -o FILE writes all" if last else ""
        hints.append(f"{samples - display.rows:,} of {samples:,} samples not shown{everything}")
    if fitting < neurons and _fitting(labels, groups[-1:], width) == neurons:
        # rather every output than some of both
        groups, fitting = groups[-1:], neurons
        hints.append("z not shown; --format json for all")
    elif fitting < neurons:
        everything = "-o FILE" if last else "--format json"
        hints.append(f"{fitting} of {neurons:,} neurons shown; {everything} for all")
    blocks.append(_grid(*labels, *(column for group in groups for column in group[:fitting])))
    return [*blocks, *(line(Span(f" {hint}", "dim")) for hint in hints)]


def _shown_rows(count: int, rows: int) -> list[int | None]:
    """Return the positions of the first and last rows, None for those between."""
    if count <= rows:
        return list(range(count))
    last = rows // 2
    return [*range(rows - last), None, *range(count - last, count)]


def _shown_samples(numbers: Sequence[int], rows: int) -> list[int | None]:
    """Return the positions of the samples that a table shows, None where some are left out."""
    positions = [row for row in _shown_rows(len(numbers), rows) if row is not None]
    shown: list[int | None] = []
    for position in positions:
        before = numbers[shown[-1]] if shown and shown[-1] is not None else 0
        shown += [position] if numbers[position] == before + 1 else [None, position]
    return shown


def _labels(run: ForwardRun, shown: list[int | None], width: int | None) -> list[_TextColumn]:
    def column(heading: str, texts: Sequence[str]) -> _TextColumn:
        limit = _LABEL_CHARACTERS if width is not None else 10**9
        cells = [shorten(texts[row], limit) if row is not None else "" for row in shown]
        return _TextColumn(shorten(heading, limit), cells, style="dim")

    samples = run.shown
    numbers = ["…" if row is None else str(samples.numbers[row]) for row in shown]
    labels = [_TextColumn("sample", numbers, "right", "dim")]
    if samples.sample_names is not None:
        labels.append(column("name", samples.sample_names))
    return [*labels, *(column(name, texts) for name, texts in samples.kept.items())]


def _neuron_columns(
    result: LayerResult,
    names: Sequence[str] | None,
    shown: list[int | None],
    precision: int,
    *,
    linear: bool,
    width: int | None,
) -> list[list[_TextColumn]]:
    """Return the columns of z and a, or of a alone where the activation changes nothing."""
    neurons = result.output.shape[1]
    # the narrowest column is a digit and a gap: more cannot fit, and need not be formatted
    count = neurons if width is None else min(neurons, width // (1 + GAP) + 1)
    parts = [] if linear else [("z", result.pre_activation, None)]
    return [
        [
            _number_column(
                named[index] if named else f"{symbol} {index + 1}",
                values[:, index],
                shown,
                precision,
            )
            for index in range(count)
        ]
        for symbol, values, named in [*parts, ("a", result.output, names)]
    ]


def _number_column(
    heading: str,
    values: Array,
    shown: list[int | None],
    precision: int,
    *last: SupportsFloat,
) -> _TextColumn:
    """Return the shown values, aligned at the decimal point, with *last* below them."""
    texts = ["" if row is None else format_number(values[row], precision) for row in shown]
    texts += [format_number(value, precision) for value in last]
    return _TextColumn(heading, align_decimals(texts), "right")


def _fitting(labels: list[_TextColumn], groups: list[list[_TextColumn]], width: int | None) -> int:
    """Return how many neurons of each group fit into the width; at least one."""
    count = len(groups[0])
    if width is None:
        return count
    used = 1 + sum(label.width() for label in labels) + GAP * (len(labels) - 1)
    fitting = 0
    for index in range(count):
        used += sum(GAP + group[index].width() for group in groups)
        if used > width:
            break
        fitting += 1
    return max(fitting, 1)


def _grid(*columns: _TextColumn) -> Grid:
    spans = ([Span(text, column.style) for text in column.cells] for column in columns)
    headings = tuple(Column(column.heading, column.align) for column in columns)
    return Grid(headings, tuple(zip(*spans, strict=True)))


def _weights_blocks(layer: Dense, display: Display, width: int | None) -> list[Block]:
    """Return a layer's weights and biases in the layout in which the spec writes them."""
    inputs_by_neurons = layer.layout == "inputs_by_neurons"
    weights = layer.weights if inputs_by_neurons else layer.weights.T
    row_word, column_word = ("input", "neuron") if inputs_by_neurons else ("neuron", "input")
    shown = _shown_rows(len(weights), display.rows)
    numbers = ["…" if row is None else str(row + 1) for row in shown]
    count = weights.shape[1]
    formatted = count if width is None else min(count, width // (1 + GAP) + 1)
    biases = layer.biases
    columns = [
        _number_column(
            f"{column_word} {index + 1}",
            weights[:, index],
            shown,
            display.precision,
            *([biases[index]] if inputs_by_neurons else []),
        )
        for index in range(formatted)
    ]
    if inputs_by_neurons:
        labels = [_TextColumn(row_word, [*numbers, "bias"], "right", "dim")]
    else:
        label = _TextColumn(row_word, numbers, "right", "dim")
        bias = _number_column("bias", biases, shown, display.precision)
        labels = [label, replace(bias, style="dim")]
    fitting = _fitting(labels, [columns], width)
    blocks: list[Block] = [_grid(*labels, *columns[:fitting])]
    left_out = [
        f"{len(weights) - display.rows:,} of {len(weights):,} {row_word}s"
        if len(weights) > display.rows
        else "",
        f"{count - fitting:,} of {count:,} {column_word}s" if fitting < count else "",
    ]
    if any(left_out):
        hint = f" {' and '.join(filter(None, left_out))} not shown; --format json for all"
        blocks.append(line(Span(hint, "dim")))
    return [*blocks, BLANK]
