"""Why a node is no part of a dense network, and what to do about it."""

from __future__ import annotations

from nncli.errors import SpecError
from nncli.formats.onnx_import.folding import Facts
from nncli.formats.onnx_import.graph import Graph, Node
from nncli.words import count_of, quoted

_STATISTICS = "needs the mean and variance of each sample, which no dense layer computes"
_IS_NORMALISED = "belongs to a normalisation that needs the mean, norm or sum of each sample"
_IN_TRAINING = "is in training mode: export the model for inference"
# What operators need that dense layers do not have; by the beginning of their names.
_NEEDS = {
    "LayerNormalization": _STATISTICS,
    "InstanceNormalization": _STATISTICS,
    "GroupNormalization": _STATISTICS,
    "RMSNormalization": _STATISTICS,
    "SimplifiedLayerNormalization": _STATISTICS,
    "MeanVarianceNormalization": _STATISTICS,
    "LpNormalization": "needs the norm of each sample, which no dense layer computes",
    "Normalizer": "needs the norm of each sample, which no dense layer computes",
    "ReduceMean": _STATISTICS,
    "Conv": "needs a convolution: weights shared between places of an image",
    "MaxPool": "needs pooling over the places of an image",
    "AveragePool": "needs pooling over the places of an image",
    "GlobalAveragePool": "needs pooling over the places of an image",
    "LSTM": "needs a memory from step to step",
    "GRU": "needs a memory from step to step",
    "RNN": "needs a memory from step to step",
    "If": "needs a choice between two graphs",
    "Loop": "needs a loop",
    "Scan": "needs a loop",
    "Dropout": _IN_TRAINING,
    "QuantizeLinear": "needs quantised numbers: export the model before it is quantised",
    "DequantizeLinear": "needs quantised numbers: export the model before it is quantised",
    "Attention": "needs attention",
    "ArrayFeatureExtractor": "picks some of the columns",
    "Gather": "needs to pick numbers by their places",
    "Split": "needs several branches",
    "Slice": "needs to pick numbers by their places",
    "Concat": "joins values that are more than the inputs' columns",
}
# Steps of pipelines that are no arithmetic of a network.
_PREPARATION = {
    "Imputer": "fills gaps",
    "OneHotEncoder": "makes columns of categories",
    "LabelEncoder": "makes numbers of categories",
    "CategoryMapper": "makes numbers of categories",
    "DictVectorizer": "makes columns of names",
    "TfIdfVectorizer": "makes numbers of text",
    "StringNormalizer": "changes text",
    "Tokenizer": "cuts text into words",
    "TreeEnsembleRegressor": "is a forest of trees",
    "TreeEnsembleClassifier": "is a forest of trees",
    "TreeEnsemble": "is a forest of trees",
    "SVMClassifier": "is a support vector machine",
    "SVMRegressor": "is a support vector machine",
}
# Operators that come of a pipeline of scikit-learn.
_PIPELINE = frozenset({"ArrayFeatureExtractor", "FeatureVectorizer", "Normalizer", "Scaler"})
_MOST_LISTED = 8
# Tried with scikit-learn 1.9 and skl2onnx 1.20.
_ALONE = (
    "export the network alone, and prepare its data with the rest of the pipeline:",
    "    prepared = pipeline[:-1].transform(X).astype('float32')",
    "    model = skl2onnx.to_onnx(pipeline[-1], prepared[:1], options={'zipmap': False})",
    "    open('network.onnx', 'wb').write(model.SerializeToString())",
    "    numpy.save('prepared.npy', prepared)",
)


def refusal(facts: Facts, node: Node) -> SpecError:
    """Return the error for a node that stops the walk."""
    graph = facts.graph
    prepared = [each for each in _chain(graph, node) if each.operator in _PREPARATION]
    if prepared:
        what = f"{_PREPARATION[prepared[0].operator]}{_columns_of(facts, prepared[0])}"
        others = [
            f"so does {each.title}, which {_PREPARATION[each.operator]}{_columns_of(facts, each)}"
            for each in prepared[1:_MOST_LISTED]
        ]
        ends = ": it prepares data, which no dense network does"
        return graph.refusal(prepared[0], what + ends, *others, *_ALONE)
    if node.operator in _NEEDS:
        of_pipeline = any(each.operator in _PIPELINE for each in _chain(graph, node))
        return graph.refusal(node, _NEEDS[node.operator], *(_ALONE if of_pipeline else ()))
    data = facts.data_inputs(node)
    if len(data) > 1:
        return _several(facts, node, data)
    if "." in node.operator:
        hint = "export with ONNX's own operators; onnx.inliner writes out functions of a model"
        return graph.refusal(node, "is no operator of ONNX itself", hint)
    return graph.refusal(node, "computes what no layer or activation of nncli does")


def _several(facts: Facts, node: Node, data: list[str]) -> SpecError:
    """Return the error for a node that combines several values."""
    graph = facts.graph
    made_of = {each.operator for each in _ancestors(graph, data)}
    if made_of & {
        "ReduceMean",
        "ReduceSum",
        "ReduceL1",
        "ReduceL2",
        "ReduceSumSquare",
        "ReduceMax",
    }:
        what = f"{_IS_NORMALISED}, which no dense layer computes"
        return graph.refusal(node, what)
    free = [value.name for value in graph.inputs if value.name in data]
    used = {name for each in _ancestors(graph, data) for name in each.inputs}
    missing = [name for name in free if name not in used and used]
    if missing:
        what = f"needs values of {quoted(missing[0])}, which the file does not hold"
        hint = "export the model with all its weights, and its samples as the only input"
        return graph.refusal(node, what, hint)
    listed = " and ".join(quoted(name) for name in data[:3])
    if len(free) > 1:
        what = f"combines {count_of(len(free), 'input')}, {listed}: a dense network has one"
        hint = "if one of them is no data, export the model with its values in the file"
        return graph.refusal(node, what, hint)
    what = f"combines {listed}, two branches of the network (a residual connection, a gate)"
    return graph.refusal(node, what, "a dense network is a single chain of layers")


def _ancestors(graph: Graph, values: list[str]) -> list[Node]:
    """Return the nodes that some values come of, nearest first."""
    found: dict[int, Node] = {}
    waiting = list(values)
    while waiting:
        node = graph.producers.get(waiting.pop())
        if node is not None and node.number not in found:
            found[node.number] = node
            waiting += node.inputs
    return [found[number] for number in sorted(found, reverse=True)]


def _chain(graph: Graph, node: Node) -> list[Node]:
    """Return a node and all that it comes of, in the model's order."""
    return [*reversed(_ancestors(graph, list(node.inputs))), node]


def _columns_of(facts: Facts, node: Node) -> str:
    """Return the columns that a node works on, for a message."""
    graph = facts.graph
    names = [value.name for value in graph.inputs]
    used: list[str] = []
    for each in _chain(graph, node):
        data = [name for name in dict.fromkeys(each.inputs) if name in names and name not in used]
        if each.operator == "ArrayFeatureExtractor" and data and facts.is_constant(each.inputs[1]):
            places = facts.constant(each.inputs[1]).reshape(-1).tolist()
            numbers = ", ".join(str(place + 1) for place in places[:_MOST_LISTED])
            return f" in {count_of(len(places), 'column')} of {quoted(data[0])} ({numbers})"
        used += data
    listed = ", ".join(quoted(name) for name in used[:_MOST_LISTED])
    more = f" and {len(used) - _MOST_LISTED} more" if len(used) > _MOST_LISTED else ""
    return f" in {listed}{more}" if used else ""
