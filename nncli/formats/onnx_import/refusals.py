"""Why a node is no part of a dense network, and what to do about it."""

from __future__ import annotations

from nncli.errors import SpecError
from nncli.formats.onnx_import.folding import Facts
from nncli.formats.onnx_import.graph import Node
from nncli.words import count_of, quoted

_IS_NORMALISED = "belongs to a normalisation that needs the mean, norm or sum of each sample"
# What operators need that dense layers do not have.
_NEEDS = {
    **dict.fromkeys(
        (
            "LayerNormalization",
            "InstanceNormalization",
            "GroupNormalization",
            "RMSNormalization",
            "SimplifiedLayerNormalization",
            "MeanVarianceNormalization",
            "ReduceMean",
        ),
        "needs the mean and variance of each sample, which no dense layer computes",
    ),
    **dict.fromkeys(
        ("LpNormalization", "Normalizer"),
        "needs the norm of each sample, which no dense layer computes",
    ),
    "Conv": "needs a convolution: weights shared between places of an image",
    **dict.fromkeys(
        ("MaxPool", "AveragePool", "GlobalAveragePool"),
        "needs pooling over the places of an image",
    ),
    **dict.fromkeys(("LSTM", "GRU", "RNN"), "needs a memory from step to step"),
    "If": "needs a choice between two graphs",
    **dict.fromkeys(("Loop", "Scan"), "needs a loop"),
    "Dropout": "is in training mode: export the model for inference",
    **dict.fromkeys(
        ("QuantizeLinear", "DequantizeLinear"),
        "needs quantised numbers: export the model before it is quantised",
    ),
    "Attention": "needs attention",
    "ArrayFeatureExtractor": "picks some of the columns",
    **dict.fromkeys(("Gather", "Slice"), "needs to pick numbers by their places"),
    "Split": "needs several branches",
    "Concat": "joins values that are more than the inputs' columns",
}
# Steps of pipelines that are no arithmetic of a network.
_PREPARATION = {
    "Imputer": "fills gaps",
    "OneHotEncoder": "makes columns of categories",
    **dict.fromkeys(("LabelEncoder", "CategoryMapper"), "makes numbers of categories"),
    "DictVectorizer": "makes columns of names",
    "TfIdfVectorizer": "makes numbers of text",
    "StringNormalizer": "changes text",
    "Tokenizer": "cuts text into words",
    **dict.fromkeys(
        ("TreeEnsembleRegressor", "TreeEnsembleClassifier", "TreeEnsemble"), "is a forest of trees"
    ),
    **dict.fromkeys(("SVMClassifier", "SVMRegressor"), "is a support vector machine"),
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
    prepared = [each for each in graph.nodes_behind(*node.outputs) if each.operator in _PREPARATION]
    if prepared:
        what = f"{_PREPARATION[prepared[0].operator]}{_columns_of(facts, prepared[0])}"
        others = [
            f"so does {each.title}, which {_PREPARATION[each.operator]}{_columns_of(facts, each)}"
            for each in prepared[1:_MOST_LISTED]
        ]
        ends = ": it prepares data, which no dense network does"
        return graph.refusal(prepared[0], what + ends, *others, *_ALONE)
    if node.operator in _NEEDS:
        of_pipeline = any(each.operator in _PIPELINE for each in graph.nodes_behind(*node.outputs))
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
    before = graph.nodes_behind(*data)
    if any(each.operator.startswith("Reduce") for each in before):
        return graph.refusal(node, f"{_IS_NORMALISED}, which no dense layer computes")
    free = [value.name for value in graph.inputs if value.name in data]
    used = {name for each in before for name in each.inputs}
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


def _columns_of(facts: Facts, node: Node) -> str:
    """Return the columns that a node works on, for a message."""
    graph = facts.graph
    names = [value.name for value in graph.inputs]
    used: list[str] = []
    for each in graph.nodes_behind(*node.outputs):
        data = [name for name in dict.fromkeys(each.inputs) if name in names and name not in used]
        if each.operator == "ArrayFeatureExtractor" and data and facts.is_constant(each.inputs[1]):
            places = facts.constant(each.inputs[1]).reshape(-1).tolist()
            numbers = ", ".join(str(place + 1) for place in places[:_MOST_LISTED])
            return f" in {count_of(len(places), 'column')} of {quoted(data[0])} ({numbers})"
        used += data
    listed = ", ".join(quoted(name) for name in used[:_MOST_LISTED])
    more = f" and {len(used) - _MOST_LISTED} more" if len(used) > _MOST_LISTED else ""
    return f" in {listed}{more}" if used else ""
