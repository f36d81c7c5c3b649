"""A forward run as a view: the layers, then every layer's numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import SupportsFloat, TypeAlias

from nncli.data.csv.first_row import positions
from nncli.explanation.notation import Letters, Notation, Written
from nncli.files import sources_name
from nncli.network.activations import Array
from nncli.network.dense import Dense
from nncli.network.prediction import are_classes, largest_outputs
from nncli.network.scaling import scales_outputs
from nncli.network.shapes import input_steps, output_steps
from nncli.network.statistics import LayerStatistics
from nncli.pipeline.run import ForwardRun
from nncli.render.activations import activation_formula, activation_label
from nncli.render.layout.text import elided, inert, text_width
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
    format_numbers,
    format_percent,
    format_shape,
)
from nncli.render.products import batch_shape, in_order, product_sign, weights_text
from nncli.render.quantities import format_rate, format_seconds
from nncli.render.scaling import with_scaling
from nncli.results.listeners import PREDICTION_NAMES
from nncli.words import count_of

# On a terminal, a carried text longer than this is cut; everywhere else it is whole.
_LABEL_CHARACTERS = 24


# What a step made: its symbol, (samples shown, columns), and what they are called, or None.
_Part: TypeAlias = tuple[str, Array, Sequence[str] | None]


@dataclass(frozen=True)
class Display:
    """What the user wants to see of a run."""

    layers: tuple[int, ...]  # those whose numbers are shown, in order; 0: the inputs
    rows: int = 10  # the most samples of a table
    precision: int = DEFAULT_PRECISION  # decimals
    weights: bool = False  # whether to show weights and biases, too
    notation: Notation = "rows"  # how the layers' formulas are written
    options: bool = True  # whether to say by which option the rest is shown


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
    lit: frozenset[int] = frozenset()  # which cells are in the accent

    def width(self) -> int:
        """Return how wide the column is on a screen."""
        return max(text_width(inert(text)) for text in (self.heading, *self.cells))

    def spans(self) -> list[Span]:
        """Return its cells; among numbers an exact zero steps back."""
        zero: Style = "dim" if self.align == "right" else self.style
        styles = (
            "accent" if at in self.lit else zero if text.strip() in ("0", "-0") else self.style
            for at, text in enumerate(self.cells)
        )
        return list(map(Span, self.cells, styles))


def forward_view(run: ForwardRun, display: Display, width: int | None) -> View:
    """Return everything that a run shows.  width: of the terminal; None for no limit."""
    blocks: list[Block] = [*layers_view(run, display)]
    for number in display.layers:
        blocks += (
            _layer_blocks(run, number, display, width)
            if number
            else _inputs_blocks(run, display, width)
        )
    if display.layers[-1] == len(run.network.layers):
        return [*blocks, *_outputs_blocks(run, display, width)]
    return [*blocks, *_classes_blocks(run, display, width)]


def layers_view(run: ForwardRun, display: Display) -> View:
    """Return the run without its numbers: title, table of layers, statistics of a large batch."""
    grid = replace(
        _layers_grid(run, display.notation),
        shorter=_layers_grid(run, display.notation, brief=True),
    )
    blocks: list[Block] = [_title(run), BLANK, grid]
    if run.samples > display.rows:
        statistics = _statistics_grid(run.network.layers, run.statistics, display.precision)
        blocks += [BLANK, replace(statistics, caption="over all samples")]
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
    source = f"   {sources_name(run.sources)}" if run.sources else ""
    shape = f"{count_of(run.samples, 'sample')} × {count_of(len(run.columns), 'feature')}"
    rest = f"   {run.network.dtype}   {shape}{source}"
    return line(Span(run.network.name, "accent"), rest, level=1)


def _layers_grid(run: ForwardRun, notation: Notation, *, brief: bool = False) -> Grid:
    """Return the table of layers.  brief: whether it is to be narrow."""
    samples, layers, specs = run.samples, run.network.layers, run.network.spec.layers
    shapes = {
        heading: [format_shape(batch_shape(samples, width, notation)) for width in widths]
        for heading, widths in (
            ("input", [layer.inputs for layer in layers]),
            ("output", [layer.neurons for layer in layers]),
        )
    }
    weights = [
        weights_text(layer.weights.shape, spec.held_layout, notation, brief=brief)
        for layer, spec in zip(layers, specs, strict=True)
    ]
    product = [
        _TextColumn("input", shapes["input"]),
        _TextColumn("", [product_sign(notation)] * len(layers), style="dim"),
        _TextColumn("weights", weights),
    ]
    grid = _grid(
        _TextColumn("#", list(map(str, range(1, len(layers) + 1))), "right", "dim"),
        _TextColumn("layer", [layer.name for layer in layers]),
        *in_order(product, notation),
        _TextColumn("", ["+"] * len(layers), style="dim"),
        _TextColumn("biases", [format_shape(layer.biases.shape) for layer in layers]),
        _TextColumn("activation", [activation_label(layer.activation) for layer in specs]),
        _TextColumn("output", shapes["output"]),
        _TextColumn("parameters", [f"{layer.parameters:,}" for layer in layers], "right"),
        keys=2,
    )
    spec = run.network.spec
    grid = with_scaling(grid, input_steps(spec), output_steps(spec), str(samples), notation)
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
        keys=2,
    )


def _layer_blocks(run: ForwardRun, number: int, display: Display, width: int | None) -> list[Block]:
    layer, result = run.network.layers[number - 1], run.shown.layers[number - 1]
    linear = layer.activation_name == "linear"
    activation = activation_formula(run.network.spec.layers[number - 1].activation)
    written = Written(display.notation).sum(Letters("x", "W", "b", "a" if linear else "z"))
    formula = written if linear else f"{written},  a = {activation}"
    blocks: list[Block] = _heading(f"{number} {layer.name}", formula)
    if display.weights:
        blocks += _weights_blocks(layer, display, width)
    spec = run.network.spec
    is_output = number == len(run.network.layers) and not scales_outputs(spec)
    names = spec.output_columns if is_output and spec.outputs else None
    parts: list[_Part] = [("a", result.output, names)]
    if not linear:
        parts.insert(0, ("z", result.pre_activation, None))
    return [*blocks, *_values_blocks(run, parts, display, width, is_output=is_output)]


def _inputs_blocks(run: ForwardRun, display: Display, width: int | None) -> list[Block]:
    """Return the batch itself, then the scaled inputs, if they are scaled."""
    names = None if run.columns == positions(len(run.columns)) else run.columns
    part: _Part = ("x", run.shown.batch, names)
    blocks = _heading("0 inputs", "x, the batch as it was read")
    blocks += _values_blocks(run, [part], display, width, is_output=False)
    if run.shown.inputs is None:
        return blocks
    *_, last = steps = input_steps(run.network.spec)
    formula = ",  then ".join(step.formula for step in steps)
    scaled: _Part = ("x", run.shown.inputs, names)
    blocks += _heading(last.name, formula)
    return [*blocks, *_values_blocks(run, [scaled], display, width, is_output=False)]


def _outputs_blocks(run: ForwardRun, display: Display, width: int | None) -> list[Block]:
    """Return the outputs whose scale was undone, if they have one."""
    spec = run.network.spec
    if not scales_outputs(spec):
        return []
    (step,) = output_steps(spec)
    part: _Part = ("y", run.shown.outputs, spec.output_columns)
    blocks = _values_blocks(run, [part], display, width, is_output=True)
    return [*_heading(step.name, step.formula), *blocks]


def _classes_blocks(run: ForwardRun, display: Display, width: int | None) -> list[Block]:
    """Return the classes alone, if they are wanted, where the outputs are not shown."""
    if run.shown.prediction is None:
        return []
    shown = _shown_samples(run.shown.numbers, display.rows)
    columns = [*_labels(run, shown, width), *_prediction_columns(run, shown, display, width)]
    return [BLANK, _grid(*columns), *_hint_lines(_left_out(run, display, is_output=True))]


def _heading(name: str, formula: str) -> list[Block]:
    return [BLANK, line(Span(name, "accent"), "   ", Span(formula, "dim"), level=2)]


def _values_blocks(
    run: ForwardRun,
    parts: Sequence[_Part],
    display: Display,
    width: int | None,
    *,
    is_output: bool,
) -> list[Block]:
    """Return a table of what a step made of the samples, and what it leaves out.

    is_output: whether it is the network's output.
    """
    shown = _shown_samples(run.shown.numbers, display.rows)
    labels = _labels(run, shown, width)
    ends = _prediction_columns(run, shown, display, width) if is_output else []
    groups = _neuron_columns(parts, shown, display.precision, width=width)
    if is_output:
        groups[-1] = _with_classes_lit(run, groups[-1], shown)
    fitted = _fitted([*labels, *ends], groups, width)
    hints = _left_out(run, display, is_output=is_output)
    if len(fitted) < len(groups):
        hints.append(_hint("z not shown", "--format json for all", display))
    fitting, columns = len(fitted[-1]), parts[-1][1].shape[1]
    if fitting < columns and parts[0][0] == "x":  # no file holds them
        said = f"{fitting} of {columns:,} inputs shown"
        hints.append(_hint(said, "| less -S for all", display))
    elif fitting < columns:
        everything = "-o FILE" if is_output else "--format json"
        said = f"{fitting} of {columns:,} neurons shown"
        hints.append(_hint(said, f"{everything} for all", display))
    grid = _grid(*labels, *chain(*fitted), *ends)
    if display.weights and parts[-1][0] == "a":  # those of W and b stand right above
        grid = replace(grid, caption=" and ".join(part[0] for part in parts[-len(fitted) :]))
    return [grid, *_hint_lines(hints)]


def _left_out(run: ForwardRun, display: Display, *, is_output: bool) -> list[str]:
    """Return what there is to say of samples that are not shown."""
    if run.samples <= display.rows:
        return []
    said = f"{run.samples - display.rows:,} of {run.samples:,} samples not shown"
    return [_hint(said, "-o FILE writes all", display) if is_output else said]


def _hint(said: str, remedy: str, display: Display) -> str:
    """Return what is left out, and by which option it is shown."""
    return f"{said}; {remedy}" if display.options else said


def _hint_lines(hints: Iterable[str]) -> Iterator[Line]:
    return (line(Span(f" {hint}", "dim")) for hint in hints)


def _prediction_columns(
    run: ForwardRun, shown: list[int | None], display: Display, width: int | None
) -> list[_TextColumn]:
    """Return each sample's class and its probability, if they are wanted."""
    prediction = run.shown.prediction
    if prediction is None:
        return []
    class_name, probability = PREDICTION_NAMES
    classes = ["" if row is None else _cut(prediction.classes[row], width) for row in shown]
    return [
        _TextColumn(class_name, classes, style="accent"),
        _number_column(probability, prediction.probabilities, shown, display.precision),
    ]


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


def _cut(text: str, width: int | None) -> str:
    """Return a text, on a terminal without its middle if it is long."""
    return text if width is None else elided(text, _LABEL_CHARACTERS)


def _labels(run: ForwardRun, shown: list[int | None], width: int | None) -> list[_TextColumn]:
    def column(heading: str, texts: Sequence[str]) -> _TextColumn:
        cells = [_cut(texts[row], width) if row is not None else "" for row in shown]
        return _TextColumn(_cut(heading, width), cells, style="dim")

    samples = run.shown
    numbers = ["…" if row is None else str(samples.numbers[row]) for row in shown]
    labels = [_TextColumn("sample", numbers, "right", "dim")]
    if samples.sample_names is not None:
        labels.append(column("name", samples.sample_names))
    return [*labels, *(column(name, texts) for name, texts in samples.kept.items())]


def _neuron_columns(
    parts: Sequence[_Part], shown: list[int | None], precision: int, *, width: int | None
) -> list[list[_TextColumn]]:
    """Return a column for each neuron, for each of some parts."""
    neurons = parts[0][1].shape[1]
    # the narrowest column is a digit and a blank: more cannot fit, and need not be formatted
    count = neurons if width is None else min(neurons, width // 2 + 1)
    return [
        [
            _number_column(
                _cut(named[index], width) if named else f"{symbol} {index + 1}",
                values[:, index],
                shown,
                precision,
            )
            for index in range(count)
        ]
        for symbol, values, named in parts
    ]


def _with_classes_lit(
    run: ForwardRun, columns: list[_TextColumn], shown: list[int | None]
) -> list[_TextColumn]:
    """Return the columns of the outputs, each sample's largest in the accent if it is a class."""
    told = run.shown.prediction is not None or are_classes(run.network.spec)
    if not told or run.network.spec.layers[-1].neurons == 1:
        return columns
    largest = largest_outputs(run.shown.outputs.T)
    classes = [None if row is None else largest[row] for row in shown]
    return [
        replace(column, lit=frozenset(at for at, each in enumerate(classes) if each == number))
        for number, column in enumerate(columns)
    ]


def _number_column(
    heading: str,
    values: Array,
    shown: list[int | None],
    precision: int,
    *last: SupportsFloat,
) -> _TextColumn:
    """Return the shown values, aligned at the decimal point, with *last* below them."""
    numbers = [values[row] for row in shown if row is not None]
    texts = iter(format_numbers([*numbers, *last], precision))
    cells = ["" if row is None else next(texts) for row in shown]
    return _TextColumn(heading, [*cells, *texts], "right")


def _fitted(
    others: list[_TextColumn], groups: list[list[_TextColumn]], width: int | None
) -> list[list[_TextColumn]]:
    """Return what fits beside other columns: all groups, the last one, or its first columns.

    A table may stand closer together than usual before it leaves out any.
    """
    if width is None or _width([*others, *chain(*groups)], gap=2) <= width:
        return groups
    last = groups[-1]
    if _width([*others, *last], gap=1) <= width:
        return [last]
    used, fitting = _width([*others, last[0]], gap=GAP), 1
    for column in last[1:]:
        used += GAP + column.width()
        if used > width:
            break
        fitting += 1
    return [last[:fitting]]


def _width(columns: Sequence[_TextColumn], gap: int) -> int:
    """Return how wide a table of some columns is."""
    return 1 + sum(column.width() for column in columns) + gap * (len(columns) - 1)


def _grid(*columns: _TextColumn, keys: int = 1) -> Grid:
    headings = tuple(Column(column.heading, column.align) for column in columns)
    rows = tuple(zip(*(column.spans() for column in columns), strict=True))
    return Grid(headings, rows, keys=keys)


def _weights_blocks(layer: Dense, display: Display, width: int | None) -> list[Block]:
    """Return W and b as the formula has them, whatever way round the spec writes them."""
    by_neurons = display.notation != "rows"
    weights = layer.weights.T if by_neurons else layer.weights
    row, column = ("neuron", "input") if by_neurons else ("input", "neuron")
    shown = _shown_rows(len(weights), display.rows)
    labels = ["…" if at is None else f"{row} {at + 1}" for at in shown]
    # where a neuron is a row, its bias stands beside its weights, else below them
    below, beside = layer.biases, []
    if by_neurons:
        below, beside = below[:0], [_number_column("b", below, shown, display.precision)]
    else:
        labels.append("b")
    # as many columns as may fit: a blank and a digit each
    formatted = weights.shape[1] if width is None else width // 2 + 1
    columns = [
        _number_column(f"{column} {at + 1}", values, shown, display.precision, *below[at : at + 1])
        for at, values in enumerate(weights.T[:formatted])
    ]
    label = _TextColumn("W", labels, style="dim")
    fitted = _fitted([label, *beside], [columns], width)[0]
    rows_left, columns_left = len(weights) - display.rows, weights.shape[1] - len(fitted)
    left_out = [
        f"{count:,} of {total:,} {what}s"
        for count, total, what in zip(
            (rows_left, columns_left), weights.shape, (row, column), strict=True
        )
        if count > 0
    ]
    said = f"{' and '.join(left_out)} not shown"
    hints = [_hint(said, "--format json for all", display)] if left_out else []
    grid = replace(_grid(label, *fitted, *beside), caption="W and b")
    return [grid, *_hint_lines(hints), BLANK]
