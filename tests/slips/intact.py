"""Random networks and tables that fit each other, written in many ways: what slips happen to.

Nothing here or in the kinds of slips knows the program under test.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from random import Random
from typing import Any

# A YAML document whose scalars are texts as they stand in the file, quotes included.
Document = dict[str, Any]
Row = tuple[str, ...]

NAMES = (
    "age", "BMI", "weight", "tax", "rooms", "wind speed", "sepal length (cm)", "x1", "x2", "x3",
    "feature_a", "feature_b", "torque", "ash", "alcohol", "malic_acid", "pressure", "humidity",
    "Insulin", "SkinThickness", "voltage", "current", "ptratio", "mean radius", "height",
)  # fmt: skip
OUTPUTS = ("a", "b", "c", "left", "right", "setosa", "versicolor", "p_no", "p_yes", "level", "load")
# Mostly those whose numbers betray another network are drawn: softmax of one neuron is always 1.
TELLING = (
    "tanh", "sigmoid", "linear", "leaky_relu", "elu", "gelu", "silu", "softplus", "selu", "mish",
    "softsign", "log_sigmoid", "{leaky_relu: {negative_slope: 0.2}}", "{elu: {alpha: 0.5}}",
)  # fmt: skip
FLAT = ("relu", "step", "sign", "relu6", "hard_sigmoid", "hard_tanh", "hard_silu", "softmax")
INITIALIZERS = ("normal", "uniform", "glorot_uniform", "he_normal", "lecun_normal", "he_uniform")
COMMENTS = ("# see the book, p. 12", "# hidden layer", "#neurons: 5", "# was 7 (too many?)", "#")


@dataclass(frozen=True)
class Table:
    """A CSV file's content: names of the columns, or None, and the cells as they are written."""

    names: Row | None
    rows: tuple[Row, ...]

    @property
    def lines(self) -> tuple[Row, ...]:
        return (*([self.names] if self.names else []), *self.rows)

    @property
    def columns(self) -> list[Row]:
        return list(zip(*self.rows, strict=True))

    def text(self, delimiter: str = ",") -> str:
        return "".join(delimiter.join(line) + "\n" for line in self.lines)

    def with_cell(self, row: int, column: int, cell: str) -> Table:
        line = self.rows[row]
        changed = (*line[:column], cell, *line[column + 1 :])
        return replace(self, rows=(*self.rows[:row], changed, *self.rows[row + 1 :]))

    def with_column(self, at: int, name: str, cells: Row) -> Table:
        """Return the table with one more column before the 0-based position."""
        names = (*self.names[:at], name, *self.names[at:]) if self.names else None
        rows = ((*r[:at], cell, *r[at:]) for r, cell in zip(self.rows, cells, strict=True))
        return Table(names, tuple(rows))

    def mapped(self, column: int, cells: Row) -> Table:
        """Return the table with the cells of one column replaced."""
        rows = zip(self.rows, cells, strict=True)
        return replace(self, rows=tuple((*r[:column], c, *r[column + 1 :]) for r, c in rows))


@dataclass(frozen=True)
class Case:
    """A spec, its data and the command line; style: how the document is written, as a seed."""

    document: Document
    style: int
    table: Table
    spec: str | bytes
    data: str | bytes
    words: tuple[str, ...] = ("forward", "net.yaml", "batch.csv", "--format", "json")
    meant: Case | None = None  # what was meant, if that is not the case that was drawn

    @property
    def text(self) -> str:
        assert isinstance(self.spec, str)
        return self.spec

    @property
    def shown(self) -> str:
        """The files and the command line, for a person to read."""
        return "\n".join((str(self.spec), str(self.data), " ".join(self.words)))

    @property
    def sizes(self) -> list[int]:
        """The inputs, then the neurons of each layer."""
        if "layer_sizes" in self.document:
            return [int(size) for size in self.document["layer_sizes"]]
        inputs = self.document["inputs"]
        if isinstance(inputs, dict):
            inputs = inputs.get("size", len(inputs["columns"]))
        return [int(inputs), *(int(layer["neurons"]) for layer in self.document["layers"])]

    def with_document(self, document: Document) -> Case:
        return replace(self, document=document, spec=written(document, Random(self.style)))

    def with_table(self, table: Table) -> Case:
        return replace(self, table=table, data=table.text())


def draw_case(rng: Random) -> Case:
    """Draw a network and a batch that fit each other."""
    document = draw_document(rng)
    style = rng.randrange(2**32)
    empty = Table(None, ())
    case = Case(document, style, empty, written(document, Random(style)), "")
    inputs = document.get("inputs")
    names = [_bare(n) for n in inputs["columns"]] if isinstance(inputs, dict) else None
    return case.with_table(draw_table(rng, case.sizes[0], names))


# ---- documents ----------------------------------------------------------------------------------


def draw_document(rng: Random) -> Document:
    sizes = [rng.randint(2, 6), *(rng.randint(2, 6) for _ in range(rng.choice((1, 2, 2, 3, 4))))]
    sizes[-1] = rng.randint(1, 5)
    document = _draw_short(rng, sizes) if rng.random() < 0.4 else _draw_long(rng, sizes)
    if rng.random() < 0.3:
        document["name"] = rng.choice(("my net", "'my net'", '"iris 2"', "chapter_2"))
    if rng.random() < 0.2:
        document["dtype"] = rng.choice(("float64", "float32"))
    if rng.random() < 0.35:
        document["outputs"] = {"columns": rng.sample(OUTPUTS, sizes[-1])}
    keys = list(document)
    if rng.random() < 0.5:
        rng.shuffle(keys)
    return {key: document[key] for key in keys}


def _draw_short(rng: Random, sizes: list[int]) -> Document:
    document: Document = {"layer_sizes": [str(size) for size in sizes]}
    count = len(sizes) - 1
    if rng.random() < 0.8:
        many = [draw_activation(rng) for _ in range(count)]
        document["activations"] = many if rng.random() < 0.7 else draw_activation(rng)
    document["seed"] = str(rng.randrange(10000))
    if rng.random() < 0.25:
        document["init"] = {"weights": rng.choice(INITIALIZERS)}
    return document


def _draw_long(rng: Random, sizes: list[int]) -> Document:
    inputs: Any = str(sizes[0])
    if rng.random() < 0.3:
        columns = [_quoted(rng, name) for name in rng.sample(NAMES, sizes[0])]
        inputs = {"columns": columns}
        if rng.random() < 0.5:
            inputs = {"size": str(sizes[0]), "columns": columns}
    document: Document = {"inputs": inputs}
    explicit = rng.random() < 0.6
    by_neurons = rng.random() < 0.3
    if by_neurons and explicit:
        document["layout"] = "neurons_by_inputs"
    pairs = pairwise(sizes)
    document["layers"] = [
        _draw_layer(rng, index, shape, explicit, by_neurons) for index, shape in enumerate(pairs, 1)
    ]
    if not all("weights" in layer for layer in document["layers"]):
        document["seed"] = str(rng.randrange(10000))
        if rng.random() < 0.2:
            document["init"] = {"weights": rng.choice(INITIALIZERS)}
    return document


def _draw_layer(
    rng: Random, index: int, shape: tuple[int, int], explicit: bool, by_neurons: bool
) -> Document:
    inputs, neurons = shape
    layer: Document = {"neurons": str(neurons)}
    if rng.random() < 0.3:
        layer = {"name": f"{rng.choice(('dense', 'hidden', 'fc'))}_{index}", **layer}
    if rng.random() < 0.8:
        layer["activation"] = draw_activation(rng)
    if explicit and rng.random() < 0.9:
        rows, columns = (neurons, inputs) if by_neurons else (inputs, neurons)
        layer["weights"] = [[draw_number(rng) for _ in range(columns)] for _ in range(rows)]
        if rng.random() < 0.7:
            layer["biases"] = [draw_number(rng) for _ in range(neurons)]
    elif rng.random() < 0.2:
        layer["biases"] = [draw_number(rng) for _ in range(neurons)]
    return layer


def draw_activation(rng: Random) -> str:
    return rng.choice(TELLING if rng.random() < 0.75 else FLAT)


def draw_number(rng: Random) -> str:
    value = rng.uniform(-2, 2) * rng.choice((1, 1, 1, 1, 5))
    if rng.random() < 0.12:
        return str(round(value))
    if rng.random() < 0.1:
        return f"{value:.2e}"
    return f"{value:.{rng.choice((1, 2, 2, 3, 4))}f}"


def _quoted(rng: Random, name: str) -> str:
    quote = rng.choice(("", "", "'", '"'))
    return f"{quote}{name}{quote}"


def _bare(text: str) -> str:
    return text.strip("'\"")


# ---- writing them --------------------------------------------------------------------------------


def written(document: Document, rng: Random) -> str:
    """Write a document in block or flow style, or both, with comments or without."""
    step = rng.choice((2, 2, 4))
    lines = [line for key in document for line in _entry(key, document[key], rng, 0, step)]
    comments = rng.random() < 0.35
    out = []
    for line in lines:
        if comments and rng.random() < 0.1 and line[:1] not in {" ", "-"}:
            out.append(rng.choice(COMMENTS))
        if line.startswith("  - ") and rng.random() < 0.1:
            out.append("")
        ends = comments and rng.random() < 0.15 and line[-1] not in "[,"
        out.append(f"{line}  {rng.choice(COMMENTS)}" if ends else line)
    return ("---\n" if rng.random() < 0.1 else "") + "\n".join(out) + "\n"


def _entry(key: str, node: Any, rng: Random, indent: int, step: int) -> list[str]:
    """Write a key and its value as lines."""
    start = f"{' ' * indent}{key}:"
    if isinstance(node, str):
        return [f"{start} {node}"]
    if key == "layers":
        dash = rng.choice((indent, indent + step))
        return [start, *(line for item in node for line in _item(item, rng, dash, step))]
    if key == "weights" and rng.random() < 0.6:
        if rng.random() < 0.5:
            return [start, *(f"{' ' * (indent + step)}- {flow(row)}" for row in node)]
        gap = ",\n" + " " * (len(start) + 2)
        return f"{start} [{gap.join(map(flow, node))}]".split("\n")
    if rng.random() < 0.7 or (isinstance(node, list) and not node):
        return [f"{start} {flow(node)}"]
    if isinstance(node, dict):
        inner = (_entry(name, node[name], rng, indent + step, step) for name in node)
        return [start, *(line for lines in inner for line in lines)]
    return [start, *(f"{' ' * (indent + step)}- {flow(item)}" for item in node)]


def _item(layer: Document, rng: Random, dash: int, step: int) -> list[str]:
    start = f"{' ' * dash}- "
    if rng.random() < 0.25:
        return [start + flow(layer)]
    entries = (_entry(key, layer[key], rng, dash + 2, step) for key in layer)
    lines = [line for entry in entries for line in entry]
    return [start + lines[0].lstrip(), *lines[1:]]


def flow(node: Any) -> str:
    """Write a node on one line, in brackets and braces."""
    if isinstance(node, dict):
        return "{" + ", ".join(f"{key}: {flow(value)}" for key, value in node.items()) + "}"
    return f"[{', '.join(map(flow, node))}]" if isinstance(node, list) else str(node)


# ---- tables --------------------------------------------------------------------------------------


def draw_table(rng: Random, width: int, names: list[str] | None) -> Table:
    count = rng.choice((3, 4, 6, 8, 12))
    columns = [_draw_column(rng, count) for _ in range(width)]
    if names or rng.random() < 0.6:
        names = list(names or rng.sample(NAMES, width))
        rng.shuffle(names)
    return Table(tuple(names) if names else None, tuple(zip(*columns, strict=True)))


def _draw_column(rng: Random, count: int) -> list[str]:
    if rng.random() < 0.3:
        return [str(number) for number in rng.sample(range(2, 99), count)]
    spread, decimals = rng.choice(((1, 1), (1, 3), (5, 2), (10, 1), (60, 1)))
    lowest = rng.choice((-spread, 0))
    return [f"{rng.uniform(lowest, spread):.{max(decimals, 1)}f}" for _ in range(count)]
