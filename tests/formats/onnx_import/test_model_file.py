"""Files that are no models, or ask for more than they are, are refused."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from onnx_models import imported, model, node, onnx

from nncli.errors import FileError, SpecError
from nncli.formats.onnx_import import import_onnx
from nncli.formats.onnx_import.model_file import MOST_PIECES, Window, WireFault, count_pieces

W = np.random.RandomState(10).standard_normal((4, 3))


def refused(folder: Path, content: bytes) -> str:
    path = folder / "m.onnx"
    path.write_bytes(content)
    with pytest.raises(SpecError) as caught:
        import_onnx(str(path))
    (problem,) = caught.value.problems
    assert problem.code == "N311"
    return problem.message


def varint(value: int) -> bytes:
    """Return a number in groups of seven bits, as protobuf writes it."""
    groups = []
    while value > 127:
        groups.append(value & 127 | 128)
        value >>= 7
    return bytes([*groups, value])


def field(number: int, content: bytes) -> bytes:
    """Return a field that holds bytes: a text, or an inner message."""
    return varint(number << 3 | 2) + varint(len(content)) + content


WHOLE = model([node("MatMul", "x w", "y")], {"w": W}).SerializeToString()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file is empty"),
        (b"\x08\x09", "it has no operators"),
        (b"hello, this is text\n", "no message|longer than|middle of a number"),
        (WHOLE[: len(WHOLE) // 2], "longer than what is left of the file"),
        (b"\x3a\xff\xff\xff\xff\x7f", "longer than what is left of the file"),
        (b"\x3a" + b"\xff" * 12, "middle of a number"),
        (field(7, field(1, b"") * (MOST_PIECES + 1)), "far more pieces"),
        (field(7, field(5, field(7, b"\x00" * (9 << 20)))), "far more pieces"),
    ],
)
def test_what_is_no_whole_model_is_refused(tmp_path: Path, content: bytes, message: str) -> None:
    assert re.search(message, refused(tmp_path, content))


def test_graphs_within_graphs_end_somewhere(tmp_path: Path) -> None:
    """An attribute may hold a graph, whose nodes have attributes."""
    inner = b""
    for _ in range(200):
        inner = field(1, field(5, field(6, inner)))
    assert "far more pieces" in refused(tmp_path, field(7, inner))


def pieces(content: bytes) -> int:
    window = Window(io.BytesIO(content))
    return count_pieces(window, len(content), onnx.ModelProto.DESCRIPTOR)


def test_pieces_are_counted_those_within_others_included() -> None:
    two_nodes = field(7, field(1, field(4, b"Relu")) * 2)
    assert pieces(two_nodes) == 5
    with pytest.raises(WireFault):
        pieces(b"\x0b")


def huge(operator: str, **constants: Any) -> Any:
    return [node(operator, " ".join(constants), "c"), node("Add", "h c", "y")], constants


BOMBS = [
    huge("ConstantOfShape", s=np.array([1 << 40])),
    huge("Expand", o=np.array([1.0]), s=np.array([1 << 20, 1 << 20])),
    huge("Mul", a=np.ones((4096, 1)), b=np.ones((1, 4096))),
    huge("MatMul", a=np.ones((4096, 1)), b=np.ones((1, 4096))),
    huge("Gather", a=np.ones((4, 4096)), b=np.zeros(4096, np.int64)),
]


@pytest.mark.parametrize(("nodes", "constants"), BOMBS)
def test_a_constant_that_grows_beyond_the_file_is_refused(
    tmp_path: Path, nodes: list[Any], constants: dict[str, Any]
) -> None:
    made = model([node("MatMul", "x w", "h"), *nodes], {"w": W, **constants})
    with pytest.raises(SpecError, match="numbers of constants, more than a dense network needs"):
        imported(tmp_path, made)


def test_constants_that_double_again_and_again_are_refused(tmp_path: Path) -> None:
    nodes, name = [], "c0"
    for step in range(60):
        nodes.append(node("Concat", f"c{step} c{step}", f"c{step + 1}", axis=0))
        name = f"c{step + 1}"
    nodes += [node("MatMul", "x w", "h"), node("Add", f"h {name}", "y")]
    with pytest.raises(SpecError, match="more than a dense network needs"):
        imported(tmp_path, model(nodes, {"w": W, "c0": np.ones(3)}))


def test_a_node_without_what_its_operator_needs_is_damage(tmp_path: Path) -> None:
    made = model([node("BatchNormalization", "x", "h"), node("MatMul", "h w", "y")], {"w": W})
    with pytest.raises(SpecError, match="not what its operator says"):
        imported(tmp_path, made)


def test_values_are_made_once_and_before_they_are_used(tmp_path: Path) -> None:
    nodes = [node("MatMul", "x w", "h"), node("Relu", "h", "y")]
    with pytest.raises(SpecError, match="uses the value 'h', which nothing before it makes"):
        imported(tmp_path, model(nodes[::-1], {"w": W}))
    with pytest.raises(SpecError, match="makes 'h', which exists already"):
        imported(tmp_path, model([nodes[0], *nodes], {"w": W}))
    with pytest.raises(SpecError, match="no node makes the value 'z', and it is no input"):
        imported(tmp_path, model(nodes, {"w": W}, outputs=("z",)))


def test_layers_that_do_not_fit_are_damage(tmp_path: Path) -> None:
    nodes = [node("MatMul", "x w", "h"), node("MatMul", "h w", "y")]
    with pytest.raises(SpecError, match=r"node 'y' \(MatMul\) takes 4 inputs, and gets 3"):
        imported(tmp_path, model(nodes, {"w": W}))


def test_damaged_bytes_never_raise_anything_else(tmp_path: Path) -> None:
    random = np.random.RandomState(11)
    nodes = [
        node("Gemm", "x w b", "h"),
        node("Elu", "h", "e", alpha=0.5),
        node("Softmax", "e", "y"),
    ]
    whole = model(nodes, {"w": W, "b": W[0, :3]}).SerializeToString()
    path = tmp_path / "m.onnx"
    for _ in range(300):
        content = bytearray(whole)
        for _ in range(random.randint(1, 4)):
            content[random.randint(len(content))] = random.randint(256)
        path.write_bytes(bytes(content))
        try:
            import_onnx(str(path))
        except (SpecError, FileError):
            continue


def test_without_the_package_onnx_the_line_to_type_is_given(tmp_path: Path) -> None:
    (tmp_path / "m.onnx").write_bytes(WHOLE)
    code = (
        "import sys; sys.modules['onnx'] = None\n"
        "from nncli.errors import UsageError\n"
        "from nncli.formats.onnx_import import import_onnx\n"
        "try: import_onnx('m.onnx')\n"
        "except UsageError as error: print(error.exit_code, *error.problems[0].help)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout == "2 pip install 'nncli-forward[onnx]'\n"
