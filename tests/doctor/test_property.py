"""A network and its data, broken in one way: what undoes it is offered, and all that is works."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import HealthCheck, assume, event, given, note, settings
from hypothesis import strategies as st
from slips.follow import applied

if TYPE_CHECKING:
    from conftest import RunCli

SPEC, DATA = "net.yaml", "batch.csv"
OTHER_LAYOUT = {
    "inputs_by_neurons": "neurons_by_inputs",
    "neurons_by_inputs": "inputs_by_neurons",
}
Document = dict[str, Any]
Shapes = list[tuple[int, int]]


# ---- edits and shapes, worked out without the code under test -----------------------------------


def sizes_of(document: Document) -> list[int]:
    """Return the declared inputs, then the neurons of each layer."""
    inputs = document["inputs"]
    size = inputs["size"] if isinstance(inputs, dict) else inputs
    return [size, *(layer["neurons"] for layer in document["layers"])]


def held_shapes(document: Document) -> Shapes:
    """Return the (inputs, neurons) of each layer's weights; of drawn ones, as they will be."""
    sizes = sizes_of(document)
    shapes = []
    for index, layer in enumerate(document["layers"]):
        rows = layer.get("weights")
        if rows is None:
            shapes.append((sizes[index], sizes[index + 1]))
            continue
        layout = layer.get("layout", document.get("layout", "inputs_by_neurons"))
        shape = (len(rows), len(rows[0]))
        shapes.append(shape if layout == "inputs_by_neurons" else (shape[1], shape[0]))
    return shapes


def bias_counts(document: Document) -> list[int]:
    sizes = sizes_of(document)[1:]
    layers = zip(document["layers"], sizes, strict=True)
    return [len(layer["biases"]) if "biases" in layer else size for layer, size in layers]


def fits(document: Document) -> bool:
    sizes = sizes_of(document)
    chain = list(pairwise(sizes))
    return held_shapes(document) == chain and bias_counts(document) == sizes[1:]


# ---- a network that fits, as YAML text in one of many styles -----------------------------------

NUMBERS = st.sampled_from(["0.5", "-1.25", "2", "-3", "0", "1e-3", ".75", "+0.125", "10.0"])
COMMENTS = st.sampled_from(["# größer", "# layout: inputs_by_neurons", "# [1, 2", "#- neurons: 9"])


def matrix(draw: st.DrawFn, rows: int, columns: int) -> list[list[str]]:
    return [[draw(NUMBERS) for _ in range(columns)] for _ in range(rows)]


def transposed(rows: list[list[str]]) -> list[list[str]]:
    return [list(column) for column in zip(*rows, strict=True)]


@st.composite
def documents(draw: st.DrawFn) -> Document:
    """Draw a network in the long form; numbers of weights and biases are texts."""
    sizes = draw(st.lists(st.integers(1, 6), min_size=2, max_size=5))
    where = draw(st.sampled_from(["default", "top", "each layer", "mixed"]))
    top = draw(st.sampled_from(sorted(OTHER_LAYOUT)))
    layers: list[dict[str, Any]] = []
    for inputs, neurons in pairwise(sizes):
        layer: dict[str, Any] = {"neurons": neurons}
        layout = "inputs_by_neurons" if where == "default" else top
        if where == "mixed" and draw(st.booleans()):
            layout = layer["layout"] = OTHER_LAYOUT[top]
        elif where == "each layer":
            layer["layout"] = layout
        if draw(st.integers(0, 2)):
            rows = matrix(draw, inputs, neurons)
            layer["weights"] = rows if layout == "inputs_by_neurons" else transposed(rows)
        if draw(st.booleans()):
            layer["biases"] = [draw(NUMBERS) for _ in range(neurons)]
        if draw(st.booleans()):
            layer["activation"] = draw(st.sampled_from(["relu", "tanh", "softmax"]))
        if draw(st.booleans()):
            layer["name"] = draw(st.sampled_from(["größe", "hidden"])) + str(len(layers))
        layers.append({key: layer[key] for key in draw(st.permutations(sorted(layer)))})
    inputs_value: Any = {"size": sizes[0]} if draw(st.booleans()) else sizes[0]
    document = {"inputs": inputs_value, "layers": layers, "seed": 7}
    if where in ("top", "mixed"):
        document["layout"] = top
    return {key: document[key] for key in draw(st.permutations(sorted(document)))}


@dataclass(frozen=True)
class Style:
    """How a document is written."""

    draw: st.DrawFn

    def chooses(self) -> bool:
        return self.draw(st.booleans())

    def flow(self, value: Any) -> list[str]:
        """Return a value in brackets, on one line or several."""
        if not isinstance(value, (list, dict)):
            return [str(value)]
        if isinstance(value, list):
            items = [self.flow(item) for item in value]
        else:
            items = []
            for key, item in value.items():
                first, *rest = self.flow(item)
                items.append([f"{key}: {first}", *rest])
        opening, closing = "[]" if isinstance(value, list) else "{}"
        broken = len(value) > 1 and self.draw(st.integers(0, 3)) == 0
        lines = [opening + (" " if self.chooses() else "")]
        for number, (first, *rest) in enumerate(items, start=1):
            last = number == len(items)
            lines[-1] += first
            lines += [f"  {text}" for text in rest]
            lines[-1] += "" if last else ", "
            if broken and not last:
                lines.append("  ")
        lines[-1] += closing
        return lines

    def block(self, value: Any) -> list[str]:
        """Return a list or mapping with a line for each item."""
        lines: list[str] = []
        if isinstance(value, list):
            for item in value:
                is_inner = isinstance(item, (list, dict)) and bool(self.draw(st.integers(0, 2)))
                first, *rest = self.block(item) if is_inner else self.flow(item)
                lines += [f"- {first}", *(f"  {text}" for text in rest)]
            return lines
        for key, item in value.items():
            if isinstance(item, (list, dict)) and self.draw(st.integers(0, 2)):
                # a list may stand no further right than its key
                is_tight = isinstance(item, list) and self.chooses()
                step = "" if is_tight else "  "
                lines += [f"{key}:", *(step + text for text in self.block(item))]
            else:
                first, *rest = self.flow(item)
                lines += [f"{key}: {first}", *(f"    {text}" for text in rest)]
        return lines

    def text(self, document: Document) -> str:
        lines = self.flow(document) if self.draw(st.integers(0, 4)) == 0 else self.block(document)
        if self.chooses():
            for index in range(len(lines)):
                if self.draw(st.integers(0, 3)) == 0:
                    lines[index] += f"  {self.draw(COMMENTS)}"
            if self.chooses():
                lines.insert(self.draw(st.integers(0, len(lines))), self.draw(COMMENTS))
        if self.chooses():
            lines.insert(0, "---")
        mark = "\ufeff" if self.draw(st.integers(0, 7)) == 0 else ""
        return mark + self.draw(st.sampled_from(["\n", "\r\n"])).join([*lines, ""])


# ---- data that fits ----------------------------------------------------------------------------

CELLS = st.one_of(st.integers(-5, 5).map(str), st.sampled_from(["0.5", "-2.25", "1e1", "3.75"]))


@dataclass
class Table:
    """Data as columns of cells, with names or without."""

    names: list[str] | None
    columns: list[list[str]]

    def text(self) -> str:
        rows = [list(row) for row in zip(*self.columns, strict=True)]
        header = [self.names] if self.names else []
        return "".join(",".join(row) + "\n" for row in [*header, *rows])


def tables(width: int, *, named: bool) -> st.SearchStrategy[Table]:
    names = [f"x{number}" for number in range(1, width + 1)] if named else None
    column = st.integers(2, 8).flatmap(
        lambda rows: st.lists(
            st.lists(CELLS, min_size=rows, max_size=rows), min_size=width, max_size=width
        )
    )
    counted = [str(number) for number in range(width)]  # which may be names, and is refused
    is_clear = column.filter(lambda columns: named or [c[0] for c in columns] != counted)
    return is_clear.map(lambda columns: Table(names, columns))


# ---- the case: what was, what it has become, and how to see that it is undone ------------------


@dataclass
class Case:
    """A spec and data, broken; undone: whether a spec and the options typed undo that."""

    spec: str
    data: str
    undone: Callable[[Document, list[str]], bool]


def as_text(style: Style, document: Document, table: Table) -> tuple[str, str]:
    return style.text(document), table.text()


@st.composite
def one_layer_transposed(draw: st.DrawFn) -> Case:
    document = draw(documents())
    shapes = held_shapes(document)
    unequal = [
        index
        for index, layer in enumerate(document["layers"])
        if "weights" in layer and shapes[index][0] != shapes[index][1]
    ]
    assume(unequal)
    broken = copy.deepcopy(document)
    layer = broken["layers"][draw(st.sampled_from(unequal))]
    layer["weights"] = transposed(layer["weights"])
    table = draw(tables(shapes[0][0], named=draw(st.booleans())))
    return Case(*as_text(Style(draw), broken, table), lambda now, _: held_shapes(now) == shapes)


@st.composite
def all_layers_transposed(draw: st.DrawFn) -> Case:
    document = draw(documents())
    shapes = held_shapes(document)
    explicit = [layer for layer in document["layers"] if "weights" in layer]
    # Layers of both layouts are turned one by one: no layout for all of them undoes it.
    layouts = {layer.get("layout", document.get("layout")) for layer in explicit}
    assume(len(layouts) == 1)
    broken = copy.deepcopy(document)
    for layer in broken["layers"]:
        if "weights" in layer:
            layer["weights"] = transposed(layer["weights"])
    assume(len(explicit) > 1 and not fits(broken))
    table = draw(tables(shapes[0][0], named=draw(st.booleans())))
    return Case(*as_text(Style(draw), broken, table), lambda now, _: held_shapes(now) == shapes)


@st.composite
def one_size_changed(draw: st.DrawFn, *, of_inputs: bool) -> Case:
    document = draw(documents())
    sizes = sizes_of(document)
    broken = copy.deepcopy(document)
    number = 0 if of_inputs else draw(st.integers(1, len(sizes) - 1))
    size = draw(st.integers(1, 8).filter(lambda size: size != sizes[number]))
    if number:
        broken["layers"][number - 1]["neurons"] = size
        assume(not fits(broken))
    else:
        # noticed by the data, if not by the first layer
        broken["inputs"] = {"size": size} if isinstance(broken["inputs"], dict) else size
    table = draw(tables(sizes[0], named=draw(st.booleans())))
    return Case(*as_text(Style(draw), broken, table), lambda now, _: sizes_of(now) == sizes)


def with_biases(document: Document, least: int) -> list[int]:
    """Return the layers that have so many explicit biases at least."""
    layers = enumerate(document["layers"])
    return [index for index, layer in layers if len(layer.get("biases", ())) >= least]


@st.composite
def one_bias_too_few_or_many(draw: st.DrawFn) -> Case:
    document = draw(documents())
    counts = bias_counts(document)
    broken = copy.deepcopy(document)
    drops = draw(st.booleans())
    # without its only number a list is empty, which is a fault of another kind
    chosen = with_biases(document, 2 if drops else 1)
    assume(chosen)
    biases = broken["layers"][draw(st.sampled_from(chosen))]["biases"]
    if drops:
        biases.pop(draw(st.integers(0, len(biases) - 1)))
    else:
        biases.insert(draw(st.integers(0, len(biases))), draw(NUMBERS))
    table = draw(tables(sizes_of(document)[0], named=draw(st.booleans())))
    return Case(*as_text(Style(draw), broken, table), lambda now, _: bias_counts(now) == counts)


@st.composite
def biases_of_two_dimensions(draw: st.DrawFn) -> Case:
    document = draw(documents())
    chosen = with_biases(document, 1)
    assume(chosen)
    index = draw(st.sampled_from(chosen))
    flat = document["layers"][index]["biases"]
    broken = copy.deepcopy(document)
    broken["layers"][index]["biases"] = [flat] if draw(st.booleans()) else [[b] for b in flat]
    table = draw(tables(sizes_of(document)[0], named=draw(st.booleans())))

    def undone(now: Document, _: list[str]) -> bool:
        biases = now["layers"][index]["biases"]
        return not any(isinstance(bias, list) for bias in biases) and [
            float(bias) for bias in biases
        ] == [float(bias) for bias in flat]

    return Case(*as_text(Style(draw), broken, table), undone)


@st.composite
def one_column_more(draw: st.DrawFn) -> Case:
    document = draw(documents())
    table = draw(tables(sizes_of(document)[0], named=True))
    rows = len(table.columns[0])
    cells: st.SearchStrategy[list[str]]
    name, cells = draw(
        st.sampled_from(
            [
                ("label", st.lists(st.sampled_from(["0", "1"]), min_size=rows, max_size=rows)),
                ("classId", st.lists(st.sampled_from(["3", "4"]), min_size=rows, max_size=rows)),
                ("id", st.just([str(100 + row) for row in range(rows)])),
                ("no", st.permutations([str(row) for row in range(rows)])),
                ("city", st.lists(st.sampled_from(["Oslo", "Rome"]), min_size=rows, max_size=rows)),
                ("species", st.lists(st.sampled_from(["a", "b"]), min_size=rows, max_size=rows)),
            ]
        )
    )
    position = draw(st.integers(0, len(table.columns)))
    assert table.names is not None
    table.names.insert(position, name)
    table.columns.insert(position, draw(cells))
    wanted = (["--drop", name], ["--keep", name])
    return Case(*as_text(Style(draw), document, table), lambda _, options: options in wanted)


BREAKS = {
    "one layer transposed": one_layer_transposed(),
    "all layers transposed": all_layers_transposed(),
    "the inputs changed": one_size_changed(of_inputs=True),
    "the neurons of a layer changed": one_size_changed(of_inputs=False),
    "one bias too few or many": one_bias_too_few_or_many(),
    "biases of two dimensions": biases_of_two_dimensions(),
    "one column more": one_column_more(),
}


@pytest.mark.parametrize("kind", BREAKS)
@settings(
    deadline=None,
    max_examples=25,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.filter_too_much,
        HealthCheck.too_slow,
    ],
)
@given(data=st.data())
def test_what_undoes_a_fault_is_offered_and_all_that_is_offered_works(
    data: st.DataObject, cli: RunCli, tmp_path: Path, kind: str
) -> None:
    case = data.draw(BREAKS[kind])

    def forward(spec: str, table: str, options: Sequence[str] = ()) -> Any:
        (tmp_path / SPEC).write_bytes(spec.encode())
        (tmp_path / DATA).write_bytes(table.encode())
        return cli("forward", SPEC, DATA, "--format", "json", *options, cwd=tmp_path)

    done = forward(case.spec, case.data)
    note(f"spec:\n{case.spec}\ndata:\n{case.data}\nstderr:\n{done.err}")
    assert done.code in (3, 4)
    problems = done.json["problems"]
    event(f"{kind}: {problems[0]['code']}")
    seen = []
    for suggestion in problems[0]["suggestions"]:
        edits, options = suggestion["edits"], suggestion["options"]
        if not edits and not options:
            continue  # advice in words
        spec, mark = case.spec.removeprefix("\ufeff"), case.spec.startswith("\ufeff")
        spec = applied(spec, [edit for edit in edits if edit["file"] == SPEC])
        table = applied(case.data, [edit for edit in edits if edit["file"] == DATA])
        seen.append((spec, options))
        if len(problems) == 1:
            again = forward("\ufeff" * mark + spec, table, options)
            assert again.code == 0, f"{suggestion}\n{spec}\n{table}\n{again.err}"
    undone = [case.undone(yaml.safe_load(spec), options) for spec, options in seen]
    assert any(undone), problems[0]["suggestions"]
