"""Arrays within a model, and those in a file beside it, which is read only if it is a plain one."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from onnx_models import batch, computed, evaluated, model, node, onnx

from nncli.errors import FileError, SpecError
from nncli.formats.onnx_import import Imported, import_onnx

W, B = np.random.RandomState(9).standard_normal((4, 3)), np.array([1.0, -2.0, 0.5])
DATA = np.concatenate([W.reshape(-1), B]).astype("<f4").tobytes()


def beside(folder: Path, **changed: str) -> Path:
    """Write a model whose weights stand in m.onnx.data; changed: entries of the weights."""
    made = model([node("Gemm", "x w b", "y")], {"w": W, "b": B})
    for tensor, offset, length in zip(made.graph.initializer, (0, 48), (48, 12), strict=True):
        tensor.ClearField("raw_data")
        tensor.data_location = onnx.TensorProto.EXTERNAL
        entries = {"location": "m.onnx.data", "offset": str(offset), "length": str(length)}
        entries |= changed if tensor.name == "w" else {}
        for key, value in entries.items():
            tensor.external_data.add(key=key, value=value)
    path = folder / "m.onnx"
    path.write_bytes(made.SerializeToString())
    return path


def refused(path: Path) -> str:
    with pytest.raises(SpecError) as caught:
        import_onnx(str(path))
    (problem,) = caught.value.problems
    assert problem.code in ("N311", "N312")
    return f"{problem.code} {problem.message}"


def test_weights_in_a_file_beside_the_model_are_read(tmp_path: Path) -> None:
    path = beside(tmp_path)
    (tmp_path / "m.onnx.data").write_bytes(DATA)
    network = import_onnx(str(path))
    np.testing.assert_array_equal(network.tensors["layer_1.weight"], W.astype(np.float32))
    np.testing.assert_array_equal(network.tensors["layer_1.bias"], B.astype(np.float32))
    assert network.files == (str(path), str(tmp_path / "m.onnx.data"))


@pytest.mark.parametrize(
    "location",
    ["../m.onnx.data", "/etc/passwd", "sub/m.onnx.data", "..", ".", "", "c:\\data", "a\\b", "c:x"],
)
def test_only_a_plain_name_in_the_models_folder_is_read(tmp_path: Path, location: str) -> None:
    (tmp_path / "m.onnx.data").write_bytes(DATA)
    folder = tmp_path / "inner"
    folder.mkdir()
    message = refused(beside(folder, location=location))
    assert message.startswith("N312 weights are kept in ")
    assert "is not the plain name of a file beside the model" in message


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_links_folders_and_pipes_are_not_read(tmp_path: Path) -> None:
    path = beside(tmp_path)
    data = tmp_path / "m.onnx.data"
    (tmp_path / "real").write_bytes(DATA)
    data.symlink_to(tmp_path / "real")
    assert "is a link, which is not followed" in refused(path)
    data.unlink()
    data.mkdir()
    assert "is no regular file" in refused(path)
    data.rmdir()
    os.mkfifo(data)
    assert "is no regular file" in refused(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileError) as caught:
        import_onnx(str(beside(tmp_path)))
    (problem,) = caught.value.problems
    assert problem.code == "N501"
    assert problem.place is not None
    assert problem.place.file == str(tmp_path / "m.onnx.data")
    assert problem.help == (
        "the model keeps its weights in this file: put it back beside the model",
    )


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"offset": "20"}, "N312 .* has 60 bytes; the array 'w' would end at 68"),
        ({"offset": "-4"}, "N311 .* the array 'w' has '-4' as its offset"),
        ({"offset": "9" * 30}, "N311 .* as its offset"),
        ({"length": "44"}, "N311 .* the array 'w' is 48 bytes, not the 44 that it declares"),
        ({"length": "four"}, "N311 .* 'four' as its length"),
    ],
)
def test_a_place_outside_the_file_is_refused(
    tmp_path: Path, changed: dict[str, str], message: str
) -> None:
    path = beside(tmp_path, **changed)
    (tmp_path / "m.onnx.data").write_bytes(DATA[:60])
    assert re.match(message, refused(path))


def read(folder: Path, tensor: Any) -> Imported:
    made = model([node("MatMul", "x w", "y")], {}, inputs={"x": ("N", None)})
    made.graph.initializer.append(tensor)
    (folder / "m.onnx").write_bytes(made.SerializeToString())
    return import_onnx(str(folder / "m.onnx"))


@pytest.mark.parametrize("kind", ["FLOAT16", "BFLOAT16"])
@pytest.mark.parametrize("raw", [True, False])
def test_half_precision_is_widened_exactly(tmp_path: Path, kind: str, raw: bool) -> None:
    """1.5 is 0x3e00 in float16 and 0x3fc0 in bfloat16, -0.25 is 0xb400 and 0xbe80."""
    bits = {"FLOAT16": (0x3E00, 0xB400), "BFLOAT16": (0x3FC0, 0xBE80)}[kind]
    tensor = onnx.TensorProto(name="w", dims=[2, 1])
    tensor.data_type = onnx.TensorProto.DataType.Value(kind)
    if raw:
        tensor.raw_data = np.array(bits, "<u2").tobytes()
    else:
        tensor.int32_data.extend(bits)
    network = read(tmp_path, tensor)
    assert network.tensors["layer_1.weight"].tolist() == [[1.5], [-0.25]]
    assert network.spec.dtype == "float32"


@pytest.mark.parametrize(
    ("dims", "values"), [([2, 3], [1.0] * 5), ([-2], [1.0]), ([2**40, 2**40], []), ([0], [])]
)
def test_a_shape_that_its_numbers_do_not_fill_is_refused(
    tmp_path: Path, dims: list[int], values: list[float]
) -> None:
    tensor = onnx.TensorProto(name="w", data_type=1, dims=dims, float_data=values)
    with pytest.raises(SpecError) as caught:
        read(tmp_path, tensor)
    assert caught.value.problems[0].code in ("N310", "N311")


def test_weights_that_are_not_finite_are_refused(tmp_path: Path) -> None:
    tensor = onnx.TensorProto(name="w", data_type=1, dims=[2, 1], float_data=[1.0, float("inf")])
    with pytest.raises(SpecError) as caught:
        read(tmp_path, tensor)
    assert caught.value.problems[0].code == "N303"


def test_numbers_that_are_written_out_are_read_like_bytes(tmp_path: Path) -> None:
    tensor = onnx.TensorProto(name="w", data_type=1, dims=[4, 3], float_data=W.reshape(-1).tolist())
    network = read(tmp_path, tensor)
    made = model([node("MatMul", "x w", "y")], {"w": W})
    np.testing.assert_allclose(computed(network, batch()), evaluated(made, batch()), rtol=1e-5)


def test_the_model_itself_is_no_file_beside_it(tmp_path: Path) -> None:
    path = beside(tmp_path, location="m.onnx", offset="0")
    assert refused(path) == "N312 weights are kept in 'm.onnx', which is the model itself"


@pytest.mark.skipif(sys.platform == "win32", reason="needs files with holes")
def test_more_numbers_than_memory_holds_are_refused_unread(tmp_path: Path) -> None:
    numbers = 4 * 10**9
    made = model([node("MatMul", "x w", "y")], {"w": W})
    tensor = made.graph.initializer[0]
    tensor.ClearField("raw_data")
    tensor.dims[:] = [4, 10**9]
    tensor.data_location = onnx.TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="m.onnx.data")
    (tmp_path / "m.onnx").write_bytes(made.SerializeToString())
    with (tmp_path / "m.onnx.data").open("wb") as stream:
        stream.truncate(4 * numbers)
    assert "hold 4,000,000,000 numbers" in refused(tmp_path / "m.onnx")
