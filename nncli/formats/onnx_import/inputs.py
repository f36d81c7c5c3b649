"""What goes into a model: one matrix of samples, or one input per column, in the file's order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from nncli.errors import SpecError
from nncli.formats.onnx_import.dims import features, shape_text
from nncli.formats.onnx_import.folding import Facts
from nncli.formats.onnx_import.graph import Graph, Node
from nncli.formats.onnx_import.model_file import damaged
from nncli.formats.onnx_import.steps import Activate, Affine, Bounds, Floats, Product, Step
from nncli.problems import Place, Problem
from nncli.words import count_of, quoted, shorten

_PASSED = ("Identity", "Reshape", "Flatten")


@dataclass(frozen=True)
class Entry:
    """Where the walk from the output ended: at what the samples are."""

    names: tuple[str, ...]  # of the inputs
    columns: tuple[str, ...] | None  # their names, if there is one per column; None: one matrix
    size: int | None  # the features of one sample; None: the first layer says it
    is_image: bool = False  # whether a sample of the matrix has several axes


def is_entry(facts: Facts, value: str) -> bool:
    """Tell whether a value is an input, or several of them joined as columns."""
    if value not in facts.graph.producers:
        return True
    node = facts.graph.producers[value]
    is_joined = node.operator == "FeatureVectorizer" or (
        node.operator == "Concat" and node.attributes.get("axis") in (1, -1)
    )
    return is_joined and all(_input_behind(facts, name) is not None for name in node.inputs)


def entry(facts: Facts, value: str) -> Entry:
    """Return what the samples are, where *value* is an entry.  Raises SpecError."""
    graph = facts.graph
    node = graph.producers.get(value)
    if node is None and value not in facts.dims:
        raise damaged(graph.path, f"no node makes the value {quoted(value)}, and it is no input")
    joined = node.inputs if node is not None else (value,)
    names = tuple(filter(None, (_input_behind(facts, name) for name in joined)))
    used = set(names)
    text = [each for each in graph.inputs if each.name in used and each.type == "STRING"]
    if text:
        user = next(each for each in graph.nodes if text[0].name in each.inputs)
        what = f"takes text, the input {quoted(text[0].name)}: a dense network takes numbers"
        raise graph.refusal(user, what)
    if len(names) == 1:
        dims = facts.dims[names[0]]
        return Entry(names, None, features(dims), dims is not None and len(dims) > 2)
    _check_columns(facts, graph.producer(value), names)
    return Entry(names, names, len(names))


def _check_columns(facts: Facts, node: Node, names: tuple[str, ...]) -> None:
    """Raise SpecError unless each of several inputs is one column, and another one."""
    wide = next((name for name in names if features(facts.dims[name]) not in (1, None)), None)
    if wide is None and len(set(names)) == len(names):
        return
    what = f"joins {count_of(len(names), 'input')}, "
    what += (
        f"of which {quoted(wide)} is {shape_text(facts.dims[wide])}: they are no single columns"
        if wide is not None
        else f"one of them twice: {shorten(', '.join(names))}"
    )
    hint = "a dense network takes one matrix, or one input per column"
    raise facts.graph.refusal(node, what, hint)


def _input_behind(facts: Facts, name: str) -> str | None:
    """Return the input that a value is, but for its type; None if more was done to it."""
    while (node := facts.graph.producers.get(name)) is not None:
        passes = node.operator in _PASSED or node.is_float_cast
        if not passes or facts.data_inputs(node) != [node.inputs[0]]:
            return None
        name = node.inputs[0]
    return None if facts.is_constant(name) else name


def in_file_order(graph: Graph, entry: Entry, steps: Sequence[Step]) -> tuple[Entry, list[Step]]:
    """Return the columns in the order of the file's inputs, and the steps for that order.

    Names that a user gives are in that order, too.  The rows of the first weights move with their
    columns, and so does what is done to the columns before.  Raises SpecError if nothing can.
    """
    if entry.columns is None:
        return entry, list(steps)
    place = {name: number for number, name in enumerate(entry.columns)}
    listed = tuple(value.name for value in graph.inputs if value.name in place)
    if listed == entry.columns:
        return entry, list(steps)
    places = [place[name] for name in listed]
    ordered = list(steps)
    for number, step in enumerate(steps):
        if isinstance(step, Affine):
            factor, offset = _moved(step.factor, places), _moved(step.offset, places)
            ordered[number] = replace(step, factor=factor, offset=offset)
        elif isinstance(step, Bounds):
            low, high = _moved(step.low, places), _moved(step.high, places)
            ordered[number] = replace(step, low=low, high=high)
        elif isinstance(step, Product) and len(step.weights) == len(places):
            ordered[number] = replace(step, weights=step.weights[places])
            return replace(entry, names=listed, columns=listed), ordered
        elif not isinstance(step, Activate) or step.activation.kind == "prelu":
            break
    message = "the inputs are joined in another order than they are listed in, before no layer"
    raise SpecError(Problem("N310", message, Place(graph.path)))


def _moved(values: Floats, places: list[int]) -> Floats:
    return values[places] if values.ndim else values
