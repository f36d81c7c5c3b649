"""What goes into a model: one matrix of samples, or one input per column."""

from __future__ import annotations

from dataclasses import dataclass

from nncli.formats.onnx_import.dims import features, shape_text
from nncli.formats.onnx_import.folding import Facts
from nncli.formats.onnx_import.graph import Node
from nncli.formats.onnx_import.recognition import is_float_cast
from nncli.words import count_of, quoted, shorten

_JOINING = ("Concat", "FeatureVectorizer")
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
    return node.operator in _JOINING and all(
        _input_behind(facts, name) is not None for name in node.inputs
    )


def entry(facts: Facts, value: str) -> Entry:
    """Return what the samples are, where *value* is an entry.  Raises SpecError."""
    graph = facts.graph
    node = graph.producers.get(value)
    names = (
        tuple(filter(None, (_input_behind(facts, name) for name in node.inputs)))
        if node is not None
        else (value,)
    )
    by_name = {each.name: each for each in graph.inputs}
    text = next((name for name in names if by_name[name].type == "STRING"), None)
    if text is not None:
        raise graph.refusal(
            graph.nodes[0], f"takes the text column {quoted(text)}: a dense network takes numbers"
        )
    if node is None:
        dims = facts.dims[value]
        return Entry(names, None, features(dims), dims is not None and len(dims) > 2)
    wide = next((name for name in names if features(facts.dims[name]) not in (1, None)), None)
    if wide is not None or len(set(names)) < len(names):
        what = f"joins {count_of(len(names), 'input')}, "
        what += (
            f"of which {quoted(wide)} is {shape_text(facts.dims[wide])}: they are no single columns"
            if wide is not None
            else f"one of them twice: {shorten(', '.join(names))}"
        )
        raise graph.refusal(node, what, "a dense network takes one matrix, or one input per column")
    return Entry(names, names, len(names))


def _input_behind(facts: Facts, name: str) -> str | None:
    """Return the input that a value is, but for its type; None if more was done to it."""
    while (node := facts.graph.producers.get(name)) is not None:
        if not _passes(node) or facts.data_inputs(node) != [node.inputs[0]]:
            return None
        name = node.inputs[0]
    return None if facts.is_constant(name) else name


def _passes(node: Node) -> bool:
    return is_float_cast(node) if node.operator == "Cast" else node.operator in _PASSED
