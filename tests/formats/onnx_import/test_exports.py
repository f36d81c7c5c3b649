"""Models as exporters really write them: PyTorch, scikit-learn, Keras, JAX, TensorFlow."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from onnx_models import computed, onnx

from nncli.errors import SpecError
from nncli.formats.onnx_import import import_onnx
from nncli.network.network import build_network
from nncli.specs.model import Standard

FILES = Path(__file__).parent.parent / "onnx_files"
SKLEARN: dict[str, dict[str, Any]] = json.loads((FILES / "sklearn.json").read_text())


@pytest.mark.parametrize("name", SKLEARN)
def test_a_pipeline_of_scikit_learn_gives_its_own_probabilities(name: str) -> None:
    case = SKLEARN[name]
    network = import_onnx(str(FILES / f"sklearn_{name}.onnx"))
    spec = network.spec
    assert isinstance(spec.inputs.scale, Standard)
    if spec.inputs.columns is not None:
        mangled = [column.translate(str.maketrans(" ()", "___")) for column in case["columns"]]
        assert list(spec.inputs.columns) == mangled
    expected = np.array(case["expected"])
    if case["classes"] is not None:
        assert spec.outputs is not None
        assert spec.outputs.classes is not None
        assert list(spec.outputs.classes) == case["classes"]
        if len(case["classes"]) == 2:  # one sigmoid: the second class
            expected = expected[:, 1:]
    x = np.array(case["rows"])
    np.testing.assert_allclose(computed(network, x), expected, rtol=1e-5, atol=1e-5)
    # the engine takes the same spec and arrays: float32, as the model
    built = build_network(spec, network.tensors).forward(x)
    np.testing.assert_allclose(built, expected, rtol=1e-5, atol=1e-5)


def test_pytorchs_default_export_keeps_its_weights_beside_the_model() -> None:
    path = FILES / "torch_default.onnx"
    network = import_onnx(str(path))
    assert network.files == (str(path), str(FILES / "torch_default.onnx.data"))
    case = json.loads((FILES / "torch_default.json").read_text())
    layers = build_network(network.spec, network.tensors)
    np.testing.assert_allclose(layers.forward(np.array(case["x"])), case["y"], rtol=1e-5, atol=1e-6)


# What each is: layer sizes, activations.
EXPORTS: dict[str, tuple[tuple[int, ...], list[str]]] = {
    "bc_binary": ((30, 10, 1), ["relu", "sigmoid"]),
    "df_iris": ((4, 8, 3), ["relu", "softmax"]),
    "digits_view_legacy": ((64, 32, 10), ["relu", "linear"]),
    "eqx": ((4, 16, 16, 3), ["relu", "relu", "linear"]),
    "gelu_17": ((4, 16, 3), ["gelu", "softmax"]),
    "iris_bn_after_act_legacy": ((4, 16, 3), ["relu", "linear"]),
    "iris_bn_legacy": ((4, 16, 3), ["relu", "linear"]),
    "iris_norm_drop_bn": ((4, 16, 3), ["relu", "softmax"]),
}


def reference(path: Path, x: np.ndarray[Any, Any]) -> list[np.ndarray[Any, Any]]:
    """Return the float outputs that ONNX's reference evaluator gives."""
    from onnx.reference import ReferenceEvaluator

    model = onnx.load(str(path))
    inputs = list(model.graph.input)
    if len(inputs) > 1:
        batch = {value.name: x[:, [place]] for place, value in enumerate(inputs)}
    else:
        sizes = [each.dim_value for each in inputs[0].type.tensor_type.shape.dim[1:]]
        batch = {inputs[0].name: x.reshape(len(x), *sizes)}
    with np.errstate(over="ignore"):  # its sigmoid takes exp of large numbers
        results = ReferenceEvaluator(model).run(None, batch)
    return [each for each in results if getattr(each, "dtype", None) == np.float32]


@pytest.mark.parametrize("name", EXPORTS)
def test_an_export_gives_the_numbers_of_the_reference_evaluator(name: str) -> None:
    network = import_onnx(str(FILES / f"{name}.onnx"))
    sizes, activations = EXPORTS[name]
    assert (network.spec.layer_sizes, network.spec.activations) == (sizes, activations)
    x = (np.random.RandomState(0).standard_normal((2, sizes[0])) * 3).astype(np.float32)
    (expected,) = reference(FILES / f"{name}.onnx", x)
    expected = expected[:, -sizes[-1] :]  # of 1 - p and p, the second
    np.testing.assert_allclose(computed(network, x), expected, rtol=2e-5, atol=1e-5)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("dia_reg_multi", r"node 'Reshape' \(Reshape\) makes \(-1, 1\) of \(N, 2\)"),
        ("norm_bn_tf2onnx", r"combines 2 inputs, 'x' and 'sequential_1_1/normalization_1/Sub/y:0'"),
    ],
)
def test_what_is_no_dense_network_is_refused_with_its_node(name: str, message: str) -> None:
    with pytest.raises(SpecError, match=message):
        import_onnx(str(FILES / f"{name}.onnx"))
