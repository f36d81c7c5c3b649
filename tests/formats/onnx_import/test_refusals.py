"""Models that are no dense networks are refused with the node, its operator, and what to do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from onnx_models import imported, ml, model, node, onnx

from nncli.errors import SpecError
from nncli.problems import Problem

RANDOM = np.random.RandomState(8)
W = RANDOM.standard_normal((4, 4))
PRODUCT = node("MatMul", "h w", "y")


def refused(folder: Path, made: Any) -> Problem:
    with pytest.raises(SpecError) as caught:
        imported(folder, made)
    (problem,) = caught.value.problems
    assert problem.code == "N310"
    assert problem.place is not None
    assert problem.place.file.endswith("m.onnx")
    return problem


NEEDS: list[tuple[list[Any], dict[str, Any], str]] = [
    (
        [node("LayerNormalization", "x s b", "h")],
        {"s": np.ones(4), "b": np.zeros(4)},
        "node 'h' (LayerNormalization) needs the mean and variance of each sample",
    ),
    (
        [
            node("ReduceMean", "x a", "m"),
            node("Sub", "x m", "h"),
        ],
        {"a": np.array([-1])},
        "node 'h' (Sub) belongs to a normalisation that needs the mean, norm or sum of each sample",
    ),
    ([ml("Normalizer", "x", "h", norm="L2")], {}, "needs the norm of each sample"),
    ([node("DequantizeLinear", "x s", "h")], {"s": np.array(0.5)}, "needs quantised numbers"),
    ([node("Sin", "x", "h")], {}, "node 'h' (Sin) computes what no layer or activation of nncli"),
    ([node("Gather", "x i", "h", axis=1)], {"i": np.array([0, 1, 2, 3])}, "pick numbers"),
    (
        [node("Gelu", "x", "h", domain="com.example")],
        {},
        "node 'h' (com.example.Gelu) is no operator of ONNX itself",
    ),
    ([node("Mul", "x x", "h")], {}, "combines 'x' and 'x', two branches of the network"),
]


@pytest.mark.parametrize(("nodes", "constants", "message"), NEEDS)
def test_what_an_operator_needs_is_said(
    tmp_path: Path, nodes: list[Any], constants: dict[str, Any], message: str
) -> None:
    problem = refused(tmp_path, model([*nodes, PRODUCT], {"w": W, **constants}))
    assert problem.message.startswith("this model is no dense network: node ")
    assert message in problem.message


def test_values_that_the_file_does_not_hold_are_named(tmp_path: Path) -> None:
    nodes = [node("MatMul", "x w", "z"), node("Mul", "z gamma", "y")]
    problem = refused(tmp_path, model(nodes, {"w": W}, inputs={"x": ("N", 4), "gamma": (4,)}))
    assert "needs values of 'gamma', which the file does not hold" in problem.message


def test_a_convolution_is_refused_by_what_it_is(tmp_path: Path) -> None:
    nodes = [node("Conv", "x k", "c"), node("Flatten", "c", "h"), PRODUCT]
    constants = {"k": RANDOM.standard_normal((1, 1, 3, 3)), "w": W}
    problem = refused(tmp_path, model(nodes, constants, inputs={"x": ("N", 1, 4, 4)}))
    assert "a convolution: weights shared between places of an image" in problem.message


def test_a_node_without_a_name_is_named_by_its_place(tmp_path: Path) -> None:
    nameless = node("Sin", "x", "h")
    nameless.name = ""
    problem = refused(tmp_path, model([nameless, PRODUCT], {"w": W}))
    assert "node 1 (Sin)" in problem.message


def test_preparation_of_data_is_named_with_its_columns_and_the_lines_without_it(
    tmp_path: Path,
) -> None:
    nodes = [
        ml("Imputer", "age", "filled", imputed_value_floats=[30.0]),
        ml("OneHotEncoder", "town", "coded", cats_strings=["a", "b", "c"]),
        node("Reshape", "coded s", "flat"),
        node("Concat", "filled flat", "h", axis=1),
        PRODUCT,
    ]
    constants = {"w": W, "s": np.array([-1, 3])}
    made = model(nodes, constants, inputs={"age": ("N", 1), "town": ("N", 1)})
    made.graph.input[1].type.tensor_type.elem_type = onnx.TensorProto.STRING
    problem = refused(tmp_path, made)
    assert "node 'filled' (Imputer) fills gaps in 'age'" in problem.message
    other, *lines = problem.help
    assert (
        other == "so does node 'coded' (OneHotEncoder), which makes columns of categories in 'town'"
    )
    assert "    prepared = pipeline[:-1].transform(X).astype('float32')" in lines


def test_preparation_of_some_columns_of_a_matrix_is_named_by_their_numbers(tmp_path: Path) -> None:
    nodes = [
        ml("ArrayFeatureExtractor", "x places", "some"),
        ml("Imputer", "some", "h", imputed_value_floats=[0.0]),
        PRODUCT,
    ]
    problem = refused(tmp_path, model(nodes, {"w": W, "places": np.array([1, 3])}))
    assert "fills gaps in 2 columns of 'x' (2, 4)" in problem.message


def test_text_columns_are_refused(tmp_path: Path) -> None:
    made = model([node("MatMul", "x w", "y")], {"w": W})
    made.graph.input[0].type.tensor_type.elem_type = onnx.TensorProto.STRING
    assert "takes text, the input 'x'" in refused(tmp_path, made).message


def test_the_reshape_of_several_targets_has_its_way_out(tmp_path: Path) -> None:
    """What scikit-learn's exporter writes for two targets: (N, 2) becomes (2N, 1)."""
    nodes = [node("MatMul", "x w", "h"), node("Reshape", "h s", "y")]
    problem = refused(tmp_path, model(nodes, {"w": W[:, :2], "s": np.array([-1, 1])}))
    assert (
        "makes (-1, 1) of (N, 2), which mixes the numbers of different samples" in problem.message
    )
    assert "numpy.savez('model.npz'" in problem.help[-1]
