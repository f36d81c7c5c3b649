"""Which of a model's outputs is the network's, and what its classes are called."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from onnx_models import batch, computed, imported, ml, model, node, onnx

from nncli.errors import SpecError

RANDOM = np.random.RandomState(7)
W = RANDOM.standard_normal((4, 3))


def labelled(scores: str, classes: str = "classes") -> list[Any]:
    """Return the nodes by which scikit-learn's exporter makes labels of scores."""
    return [
        node("ArgMax", scores, "place", axis=1),
        ml("ArrayFeatureExtractor", f"{classes} place", "chosen"),
        node("Cast", "chosen", "label", to=7),
    ]


def test_labels_become_the_classes_and_are_not_computed(tmp_path: Path) -> None:
    nodes = [
        node("MatMul", "x w", "z"),
        node("Softmax", "z", "p"),
        *labelled("p"),
        ml("ZipMap", "p", "y", classlabels_int64s=[7, 8, 9]),
    ]
    made = model(nodes, {"w": W, "classes": np.array([7, 8, 9])}, outputs=("label", "y"))
    made.graph.output[0].type.tensor_type.elem_type = 7
    network = imported(tmp_path, made)
    assert network.spec.activations == ["softmax"]
    assert network.spec.outputs is not None
    assert network.spec.outputs.classes == ("7", "8", "9")
    assert network.spec.output_columns == ("7", "8", "9")


def test_one_minus_p_beside_p_is_one_sigmoid_of_two_classes(tmp_path: Path) -> None:
    nodes = [
        node("MatMul", "x w", "z"),
        node("Sigmoid", "z", "p"),
        node("Sub", "one p", "q"),
        node("Concat", "q p", "y", axis=1),
        *labelled("y"),
    ]
    made = model(nodes, {"w": W[:, :1], "one": 1.0}, outputs=("y", "label"))
    made.graph.initializer.append(onnx.helper.make_tensor("classes", 8, [2], [b"no", b"yes"]))
    made.graph.output[1].type.tensor_type.elem_type = 8
    network = imported(tmp_path, made)
    assert network.spec.layer_sizes == (4, 1)
    assert network.spec.outputs is not None
    assert network.spec.outputs.classes == ("no", "yes")
    assert [note.code for note in network.notes] == ["one_of_two"]
    expected = 1 / (1 + np.exp(-batch() @ W[:, :1]))
    np.testing.assert_allclose(computed(network, batch()), expected, rtol=1e-5)


def test_labels_alone_lead_to_the_scores_that_they_are_chosen_by(tmp_path: Path) -> None:
    nodes = [node("MatMul", "x w", "z"), node("ArgMax", "z", "y", axis=1)]
    made = model(nodes, {"w": W})
    made.graph.output[0].type.tensor_type.elem_type = 7
    network = imported(tmp_path, made)
    assert network.spec.activations == ["linear"]
    assert network.spec.outputs is None


@pytest.mark.parametrize("chosen", ["of another value", "along the samples"])
def test_labels_that_are_not_chosen_by_the_output_are_no_classes(
    tmp_path: Path, chosen: str
) -> None:
    nodes = [
        node("MatMul", "x w", "z"),
        node("Softmax", "z", "y"),
        node("Neg", "z", "n"),
        node("ArgMax", "n" if chosen == "of another value" else "z", "place", axis=1),
        ml("ArrayFeatureExtractor", "classes place", "label"),
    ]
    if chosen == "along the samples":
        nodes[3].attribute[0].i = 0
    made = model(nodes, {"w": W, "classes": np.array([7, 8, 9])}, outputs=("y", "label"))
    made.graph.output[1].type.tensor_type.elem_type = 7
    assert imported(tmp_path, made).spec.outputs is None


def test_the_same_output_twice_is_one(tmp_path: Path) -> None:
    nodes = [node("MatMul", "x w", "z"), node("Relu", "z", "y"), node("Identity", "y", "again")]
    network = imported(tmp_path, model(nodes, {"w": W}, outputs=("y", "again")))
    assert (network.spec.activations, network.notes) == (["relu"], ())


def test_the_last_of_several_outputs_in_a_row_is_the_networks(tmp_path: Path) -> None:
    nodes = [node("MatMul", "x w", "z"), node("Softmax", "z", "y")]
    network = imported(tmp_path, model(nodes, {"w": W}, outputs=("z", "y")))
    assert network.spec.activations == ["softmax"]
    assert [note.message for note in network.notes] == ["outputs that are not computed: z"]


def test_two_heads_are_refused(tmp_path: Path) -> None:
    nodes = [
        node("MatMul", "x w", "h"),
        node("Relu", "h", "y"),
        node("Tanh", "h", "other"),
    ]
    with pytest.raises(SpecError, match="makes one of several outputs"):
        imported(tmp_path, model(nodes, {"w": W}, outputs=("y", "other")))


def test_a_value_that_is_used_twice_is_no_chain(tmp_path: Path) -> None:
    square = W @ W.T
    nodes = [node("MatMul", "x s", "h"), node("Relu", "h", "r"), node("Add", "r x", "y")]
    with pytest.raises(SpecError, match="two branches of the network") as caught:
        imported(tmp_path, model(nodes, {"s": square}))
    assert caught.value.problems[0].help == ("a dense network is a single chain of layers",)


@pytest.mark.parametrize("opset", [6, 10, 12])
def test_dropout_is_left_out_unless_it_is_in_training(tmp_path: Path, opset: int) -> None:
    attributes = {"is_test": 1} if opset < 7 else {}
    nodes = [node("MatMul", "x w", "h"), node("Dropout", "h", "d m", **attributes)]
    made = model([*nodes, node("Relu", "d", "y")], {"w": W}, opset=opset)
    assert imported(tmp_path, made).spec.layer_sizes == (4, 3)
    if opset == 6:
        training, constants = node("Dropout", "h", "d"), {"w": W}
    elif opset == 12:
        training = node("Dropout", "h r t", "d")
        constants = {"w": W, "r": np.array(0.5), "t": np.array(True)}
    else:
        return
    made = model([nodes[0], training, node("Relu", "d", "y")], constants, opset=opset)
    with pytest.raises(SpecError, match="training mode"):
        imported(tmp_path, made)


def test_one_minus_p_beside_several_p_is_refused(tmp_path: Path) -> None:
    nodes = [node("MatMul", "x w", "h"), node("Sigmoid", "h", "p"), node("Sub", "one p", "q"),
             node("Concat", "q p", "y", axis=1)]  # fmt: skip
    made = model(nodes, {"w": np.ones((4, 3)), "one": np.array(1.0)})
    with pytest.raises(SpecError, match="joins values"):
        imported(tmp_path, made)


@pytest.mark.parametrize(("limit", "said"), [(0.5, None), (0.3, 0.3)])
def test_the_threshold_of_the_labels_is_the_outputs(
    tmp_path: Path, limit: float, said: float | None
) -> None:
    nodes = [node("MatMul", "x w", "h"), node("Sigmoid", "h", "p"),
             ml("Binarizer", "p", "b", threshold=limit), node("Cast", "b", "place", to=7),
             ml("ArrayFeatureExtractor", "classes place", "label")]  # fmt: skip
    made = model(nodes, {"w": W[:, :1], "classes": np.array([3, 7])}, outputs=["label", "p"])
    made.graph.output[0].type.tensor_type.elem_type = onnx.TensorProto.INT64
    outputs = imported(tmp_path, made).spec.outputs
    assert outputs is not None
    assert (outputs.classes, outputs.threshold) == (("3", "7"), said)
