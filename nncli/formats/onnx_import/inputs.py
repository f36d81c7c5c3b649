"""What goes into a model: one matrix of samples, or one input per column."""

from __future__ import annotations

from dataclasses import dataclass

from nncli.formats.onnx_import.dims import features, shape_text
from nncli.formats.onnx_import.folding import Facts
from nncli.formats.onnx_import.graph import Node
from nncli.formats.onnx_import.model_file import damaged
from nncli.formats.onnx_import.recognition import is_float_cast
from nncli.words import count_of, quoted, shorten

_PASSED = ("Identity", "Cast", "Reshape", "Flatten")


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
        if not _passes(node) or facts.data_inputs(node) != [node.inputs[0]]:
            return None
        name = node.inputs[0]
    return None if facts.is_constant(name) else name


def _passes(node: Node) -> bool:
    return is_float_cast(node) if node.operator == "Cast" else node.operator in _PASSED
