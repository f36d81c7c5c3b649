"""Shapes between layers: what keeps the order of features passes, what mixes samples does not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from onnx_models import batch, computed, evaluated, imported, model, node

from nncli.errors import SpecError
from nncli.formats.onnx_import.dims import BATCH, features, shape_text

RANDOM = np.random.RandomState(5)
W = RANDOM.standard_normal((6, 3))
IMAGES = {"x": ("N", 2, 3)}


def shape(*sizes: int) -> Any:
    return np.array(sizes, np.int64)


PASSING: list[tuple[list[Any], dict[str, Any], int]] = [
    ([node("Flatten", "x", "f")], {}, 20),
    ([node("Flatten", "x", "f", axis=-2)], {}, 20),
    ([node("Reshape", "x s", "f")], {"s": shape(-1, 6)}, 20),
    ([node("Reshape", "x s", "f")], {"s": shape(0, 6)}, 20),
    ([node("Reshape", "x s", "f")], {"s": shape(0, -1)}, 20),
    (
        [
            node("Shape", "x", "n"),
            node("Gather", "n i", "g"),
            node("Unsqueeze", "g i0", "u"),
            node("Concat", "u m", "s", axis=0),
            node("Reshape", "x s", "f"),
        ],
        {"i": np.array(0), "i0": shape(0), "m": shape(-1)},
        20,
    ),
    ([node("Unsqueeze", "x a", "u"), node("Flatten", "u", "f")], {"a": shape(1)}, 20),
    (
        [
            node("Flatten", "x", "g"),
            node("Unsqueeze", "g", "u", axes=[1]),
            node("Squeeze", "u", "f", axes=[1]),
        ],
        {},
        12,
    ),
    ([node("Flatten", "x", "g"), node("Transpose", "g", "f", perm=[0, 1])], {}, 20),
]


@pytest.mark.parametrize(("nodes", "constants", "opset"), PASSING)
def test_what_only_names_the_features_anew_passes(
    tmp_path: Path, nodes: list[Any], constants: dict[str, Any], opset: int
) -> None:
    made = model(
        [*nodes, node("MatMul", "f w", "y")], {"w": W, **constants}, inputs=IMAGES, opset=opset
    )
    network = imported(tmp_path, made)
    assert network.spec.layer_sizes == (6, 3)
    (note,) = network.notes
    assert note.code == "flattened"
    assert note.message.startswith("the model takes images: each sample's 6 numbers")
    x = batch(5, 6)
    expected = evaluated(made, x.reshape(5, 2, 3))
    np.testing.assert_allclose(computed(network, x), expected, rtol=1e-5)


MIXING: list[tuple[list[Any], dict[str, Any], str]] = [
    ([node("Flatten", "x", "f", axis=0)], {}, "flattens .* at axis 0, which mixes samples"),
    ([node("Flatten", "x", "f", axis=2)], {}, "flattens .* at axis 2, which mixes samples"),
    ([node("Reshape", "x s", "f")], {"s": shape(-1, 3)}, "mixes the numbers of different samples"),
    ([node("Reshape", "x s", "f")], {"s": shape(6, -1)}, "mixes the numbers of different samples"),
    (
        [node("Transpose", "x", "t", perm=[0, 2, 1]), node("Flatten", "t", "f")],
        {},
        "turns .* around",
    ),
    ([node("Unsqueeze", "x a", "f")], {"a": shape(0)}, "puts an axis before the batch"),
    ([node("Squeeze", "x a", "f")], {"a": shape(1)}, "which are not of size 1"),
    ([node("Identity", "x", "f")], {}, "each sample has several rows that share the weights"),
]


@pytest.mark.parametrize(("nodes", "constants", "message"), MIXING)
def test_what_mixes_samples_or_features_is_refused(
    tmp_path: Path, nodes: list[Any], constants: dict[str, Any], message: str
) -> None:
    width = 3 if nodes[0].op_type == "Identity" else 6
    made = model([*nodes, node("MatMul", "f w", "y")], {"w": W[:width], **constants}, inputs=IMAGES)
    with pytest.raises(SpecError, match=message) as caught:
        imported(tmp_path, made)
    assert caught.value.problems[0].code == "N310"


def test_a_reshape_within_an_activation_must_keep_the_shape(tmp_path: Path) -> None:
    """log(sigmoid(z)) with a reshape between that makes a sample of each number."""
    nodes = [
        node("MatMul", "x w", "z"),
        node("Sigmoid", "z", "s"),
        node("Reshape", "s t", "r"),
        node("Log", "r", "y"),
    ]
    mixing = model(nodes, {"w": W[:4], "t": shape(-1, 1)})
    with pytest.raises(SpecError, match=r"node 'y' \(Log\)"):
        imported(tmp_path, mixing)
    keeping = model(nodes, {"w": W[:4], "t": shape(0, 3)})
    assert imported(tmp_path, keeping).spec.activations == ["log_sigmoid"]


def test_a_batch_size_that_was_frozen_in_is_ignored(tmp_path: Path) -> None:
    nodes = [node("Reshape", "x s", "f"), node("MatMul", "f w", "y")]
    made = model(nodes, {"w": W, "s": shape(5, -1)}, inputs={"x": (5, 2, 3)})
    assert imported(tmp_path, made).spec.layer_sizes == (6, 3)


def test_an_output_of_one_number_per_sample_may_lose_its_axis(tmp_path: Path) -> None:
    nodes = [node("MatMul", "x w", "h"), node("Squeeze", "h a", "y")]
    made = model(nodes, {"w": W[:4, :1], "a": shape(-1)})
    network = imported(tmp_path, made)
    np.testing.assert_allclose(computed(network, batch())[:, 0], evaluated(made, batch()), 1e-5)


def test_shapes_in_messages_and_in_numbers() -> None:
    assert shape_text((BATCH, 8, None)) == "(N, 8, ?)"
    assert shape_text((BATCH,)) == "(N,)"
    assert features((BATCH, 2, 3)) == 6
    assert features((BATCH,)) == 1
    assert features((BATCH, None)) is None
