"""What is no spec and no table that nncli reads is named, with what to do, wherever it is given."""

from __future__ import annotations

import ast
import bz2
import gzip
import importlib.util
import io
import lzma
import pickle
import sqlite3
import struct
import subprocess
import sys
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet
import pytest
from hypothesis import given
from hypothesis import strategies as st
from slips.follow import applied

from nncli.file_kinds import kind_of, looks_like_a_table

if TYPE_CHECKING:
    from conftest import RunCli

    Write = Callable[[str, bytes], Path]

NET = b"inputs: 2\nlayers:\n  - {neurons: 1, weights: [[1], [10]], biases: [0]}\n"
ARRAY = np.array([[1.0, 2.0]])
TABLE = pa.table({"a": [1.0], "b": [2.0]})


def saved(save: Callable[..., Any], *before: Any, after: tuple[Any, ...] = ()) -> bytes:
    """Return what a function writes into the stream among its arguments."""
    stream = io.BytesIO()
    save(*before, stream, *after)
    return stream.getvalue()


def archive(*members: str, content: str = "", method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a ZIP archive of members with these names."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as file:
        for name in members:
            file.writestr(name, content)
    return stream.getvalue()


def tar() -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as file:
        file.addfile(tarfile.TarInfo("data.csv"))
    return stream.getvalue()


def database() -> bytes:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("create table data (a, b)")
        return connection.serialize()


# The fields of a ModelProto (onnx/onnx.proto): version, producer, its version, graph.
ONNX_GRAPH = b"\x3a\x07\x0a\x05\x22\x03Add"
ONNX = b"\x08\x0a\x12\x07pytorch\x1a\x032.1" + ONNX_GRAPH
SAFETENSORS = b'{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}'
EXCEL = ("[Content_Types].xml", "_rels/.rels", "xl/workbook.xml")
NETWORK, DATA_SECOND = ("YAML", "nncli schema"), ("spec first", "data second")


@dataclass(frozen=True)
class Case:
    """A file, what it is called, and words of the help where it is given as DATA and CONFIG."""

    content: bytes
    name: str
    as_data: tuple[str, ...]
    as_spec: tuple[str, ...]


EQUINOX = saved(np.save, after=(ARRAY,)) + saved(np.save, after=(ARRAY[0],))
FLAX_ARRAY = b"\xc7\x1a\x01\x93\x92\x01\x02\xa7float32\xc4\x08" + ARRAY.astype("<f4").tobytes()
SAVE = ("save what it holds", "Python")
CASES = {
    # networks
    "TFLite": Case(b"\x1c\0\0\0TFL3" + b"\0" * 20, "a TensorFlow Lite model", ("CSV",), SAVE),
    "FANN": Case(b"FANN_FLO_2.1\nnum_layers=3\n", "a FANN network", ("CSV",), NETWORK),
    "PyTorch": Case(
        archive("net/data.pkl", "net/version", "net/data/0"), "a PyTorch file", ("numpy",), SAVE
    ),
    "PyTorch before 1.6": Case(
        pickle.dumps(0x1950A86A20F9469CFC6C, 2), "a PyTorch file", ("numpy",), SAVE
    ),
    "TorchScript": Case(
        archive("net/data/0", "net/data.pkl", "net/code/__torch__.py", "net/constants.pkl"),
        "a TorchScript model",
        ("CSV",),
        SAVE,
    ),
    "TorchScript, its program far behind": Case(
        archive("net/data/0"), "a TorchScript model", ("CSV",), SAVE
    ),
    "torch.export": Case(
        archive("net/data/weights/weight_0", "net/models/model.json", "net/archive_format"),
        "a PyTorch program (torch.export)",
        ("CSV",),
        SAVE,
    ),
    "Keras": Case(
        archive("metadata.json", "config.json", "model.weights.h5"), "a Keras model", ("CSV",), SAVE
    ),
    "Keras, before version 3": Case(
        b"\x89HDF\r\n\x1a\n\0\0keras_version\0model_config",
        "a Keras model (HDF5)",
        ("CSV",),
        SAVE,
    ),
    "HDF5": Case(b"\x89HDF\r\n\x1a\n\0\0", "an HDF5 file", ("NPY",), SAVE),
    "skops": Case(
        archive("140032642511632.npy", "schema.json"),
        "a scikit-learn model (skops)",
        ("CSV",),
        SAVE,
    ),
    "skops, its schema far behind": Case(
        archive("140032642511632.npy"), "a scikit-learn model (skops)", ("CSV",), SAVE
    ),
    "scikit-learn, pickled": Case(
        b"\x80\x04\x95\0\x8c\x10sklearn.pipeline\x94",
        "a pickled scikit-learn model",
        ("never loaded",),
        ("your own", "ONNX"),
    ),
    "joblib, compressed": Case(
        zlib.compress(pickle.dumps(ARRAY, 4)),
        "a compressed pickle (joblib)",
        ("never loaded",),
        ("your own", "ONNX"),
    ),
    "Flax": Case(
        b"\x81\xa6params\x81\xa7Dense_0\x81\xa6kernel" + FLAX_ARRAY,
        "a Flax file (msgpack)",
        ("CSV",),
        SAVE,
    ),
    "Weka": Case(b"\xac\xed\0\x05sr\0\x20weka", "a Java object", ("CSV",), NETWORK),
    # arrays and tables
    **{
        f"pickle, protocol {number}": Case(
            pickle.dumps(ARRAY, number), "a pickle", ("never loaded", "NPY"), ("numpy.savez",)
        )
        for number in (2, 3, 4, 5)
    },
    "MATLAB": Case(
        b"MATLAB 5.0 MAT-file, Platform: GLNXA64".ljust(124) + b"\0\1IM",
        "a MATLAB file",
        ("CSV",),
        SAVE,
    ),
    "MATLAB, in HDF5": Case(
        b"MATLAB 7.0 MAT-file, Platform: PCWIN64".ljust(124) + b"\0\2IM",
        "a MATLAB file",
        ("CSV",),
        SAVE,
    ),
    "RDS": Case(b"X\n\0\0\0\x03\0\x04\x03\0", "an R data file", ("write.csv",), NETWORK),
    "RData": Case(b"RDX3\nX\n\0\0\0\x03", "an R data file", ("write.csv",), NETWORK),
    "Parquet, encrypted": Case(
        b"PARE\x2a\0\0\0\xc0\xbf\x05\xc3", "an encrypted Parquet file", ("without",), DATA_SECOND
    ),
    "Excel": Case(archive(*EXCEL), "an Excel file", ("export", "CSV"), DATA_SECOND),
    "Excel, by openpyxl": Case(
        archive("docProps/app.xml", "docProps/core.xml", "xl/theme/theme1.xml"),
        "an Excel file",
        ("export", "CSV"),
        DATA_SECOND,
    ),
    "Excel, old": Case(
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Excel file", ("export", "CSV"), DATA_SECOND
    ),
    "ODS": Case(
        archive(
            "mimetype",
            content="application/vnd.oasis.opendocument.spreadsheet",
            method=zipfile.ZIP_STORED,
        ),
        "an OpenDocument spreadsheet",
        ("export", "CSV"),
        DATA_SECOND,
    ),
    "Word": Case(
        archive("[Content_Types].xml", "word/document.xml"), "a Word document", ("CSV",), ("YAML",)
    ),
    "Feather": Case(
        saved(pyarrow.feather.write_feather, TABLE), "an Arrow file", ("Parquet",), DATA_SECOND
    ),
    "SQLite": Case(database(), "an SQLite database", ("CSV",), DATA_SECOND),
    "Avro": Case(b"Obj\x01\x04\x14avro.codec", "an Avro file", ("CSV",), DATA_SECOND),
    "MNIST": Case(
        b"\0\0\x08\x03\0\0\0\x01\0\0\0\x02\0\0\0\x01\x05\x06",
        "an IDX file (MNIST)",
        ("NPY",),
        DATA_SECOND,
    ),
    "ARFF with a text": Case(
        b"% 1. Title\n%\n@RELATION x\n\n@ATTRIBUTE a NUMERIC\n@ATTRIBUTE b {u,v}\n@DATA\n1,u\n",
        "an ARFF file (Weka)",
        ("no row of the table",),
        DATA_SECOND,
    ),
    # documents, pictures, archives
    "PDF": Case(b"%PDF-1.7\n%\xe2\xe3\n", "a PDF", ("CSV",), ("YAML",)),
    "HTML": Case(b"\n<!DOCTYPE html>\n<html>", "an HTML page", ("download",), ("download",)),
    "XML": Case(b'<?xml version="1.0"?>\n<a/>', "an XML document", ("CSV",), ("YAML",)),
    "PNG": Case(b"\x89PNG\r\n\x1a\n", "a picture", ("data",), ("YAML",)),
    "JPEG": Case(b"\xff\xd8\xff\xe0\0\x10JFIF", "a picture", ("data",), ("YAML",)),
    "GIF": Case(b"GIF89a\x01\0\x01\0", "a picture", ("data",), ("YAML",)),
    "Git LFS": Case(
        b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 3\n",
        "a Git LFS pointer, not the file",
        ("git lfs pull",),
        ("git lfs pull",),
    ),
    "ZIP": Case(archive("data.csv"), "a ZIP archive", ("unpack",), ("unpack",)),
    "ZIP, empty": Case(archive(), "a ZIP archive", ("unpack",), ("unpack",)),
    "tar": Case(tar(), "a tar archive", ("unpack",), ("unpack",)),
    "7-Zip": Case(b"7z\xbc\xaf\x27\x1c\0\4", "a 7-Zip archive", ("unpack",), ("unpack",)),
    "RAR": Case(b"Rar!\x1a\x07\x01\0", "a RAR archive", ("unpack",), ("unpack",)),
    "bzip2": Case(bz2.compress(NET), "compressed with bzip2", ("bunzip2",), ("bunzip2",)),
    "xz": Case(lzma.compress(NET), "compressed with xz", ("unxz",), ("unxz",)),
    "Zstandard": Case(
        b"\x28\xb5\x2f\xfd\x04\0", "compressed with Zstandard", ("unzstd",), ("unzstd",)
    ),
}


def names(cases: dict[str, Any]) -> list[Any]:
    return [pytest.param(case, id=name) for name, case in cases.items()]


def help_of(err: str) -> str:
    return "\n".join(line for line in err.splitlines() if line.startswith("help: "))


# What is read as a network, or as its weights.
AS_DATA_ONLY = {
    "NPZ": Case(
        saved(lambda stream: np.savez(stream, x=ARRAY, y=ARRAY)),
        "a NumPy archive (.npz)",
        ("numpy.save",),
        (),
    ),
    "NPZ, compressed": Case(
        saved(lambda stream: np.savez_compressed(stream, ARRAY)),
        "a NumPy archive (.npz)",
        ("numpy.load",),
        (),
    ),
    "ONNX": Case(ONNX, "an ONNX model", ("CSV", "NPY"), ()),
    "ONNX, nobody's": Case(b"\x08\x0a" + ONNX_GRAPH, "an ONNX model", ("CSV",), ()),
    "safetensors": Case(
        struct.pack("<Q", len(SAFETENSORS)) + SAFETENSORS + b"\0" * 4,
        "a safetensors file",
        ("NPY",),
        (),
    ),
}


@pytest.mark.parametrize("case", names(CASES | AS_DATA_ONLY))
def test_a_file_of_another_kind_given_as_data_is_named(
    cli: RunCli, write: Write, case: Case
) -> None:
    folder = write("data", case.content).parent
    write("net.yaml", NET)
    done = cli("forward", "net.yaml", "data", cwd=folder)
    first = done.err.splitlines()[0]
    assert (done.code, done.out) == (4, "")
    assert first.startswith("data:1: error[N411]: this is not a plain CSV file but " + case.name)
    assert [word for word in case.as_data if word not in help_of(done.err)] == []


@pytest.mark.parametrize("case", names(CASES))
def test_it_is_named_as_well_when_it_comes_compressed_through_a_pipe(
    cli: RunCli, write: Write, case: Case
) -> None:
    folder = write("net.yaml", NET).parent
    done = cli("forward", "net.yaml", "-", stdin=gzip.compress(case.content), cwd=folder)
    assert done.code == 4
    assert f"<stdin>:1: error[N411]: this is not a plain CSV file but {case.name}" in done.err


# What is read as data, or would be named by a problem of a row.
AS_SPEC_ONLY = {
    "Equinox": Case(EQUINOX, "an Equinox file (several NPY arrays)", (), SAVE),
    "NPY": Case(saved(np.save, after=(ARRAY,)), "an NPY array", (), DATA_SECOND),
    "Parquet": Case(saved(pyarrow.parquet.write_table, TABLE), "a Parquet file", (), DATA_SECOND),
    "gzip": Case(gzip.compress(NET), "compressed with gzip", (), ("gunzip",)),
    "LIBSVM": Case(b"+1 1:0.7 2:0.3\n", "LIBSVM data", (), DATA_SECOND),
    "FANN's data": Case(b"1 2 1\n0.1 0.2\n1\n", "FANN training data", (), DATA_SECOND),
}


@pytest.mark.parametrize("case", names(CASES | AS_SPEC_ONLY))
@pytest.mark.parametrize("size", [0, 3 * 2**20], ids=["", "larger than a spec may be"])
def test_a_file_of_another_kind_given_as_a_spec_is_named(
    cli: RunCli, write: Write, case: Case, size: int
) -> None:
    folder = write("net", case.content + b"\n" * size).parent
    done = cli("shapes", "net", cwd=folder)
    first = done.err.splitlines()[0]
    assert (done.code, done.out) == (3, "")
    assert first.startswith("net:1: error[N100]: this is not a spec but " + case.name)
    assert [word for word in case.as_spec if word not in help_of(done.err)] == []


@dataclass(frozen=True)
class Library:
    """Another library: what it is imported with, how it saves a network, what the help makes."""

    modules: tuple[str, ...]
    saving: str  # lines that write the file
    file: str
    made: str  # the file that the help's lines write
    left_out: int = 0  # lines at the end, which are for another case


KERAS = """
import os; os.environ["KERAS_BACKEND"] = "torch"
import keras
model = keras.Sequential([keras.layers.Input((4,)), keras.layers.Dense(3, activation="relu")])
"""
SKLEARN = """
from sklearn.datasets import load_iris
from sklearn.neural_network import MLPClassifier
model = MLPClassifier((3,), max_iter=2000).fit(*load_iris(return_X_y=True))
"""
TORCH = "import torch; model = torch.nn.Sequential(torch.nn.Linear(4, 3), torch.nn.ReLU())\n"
LIBRARIES = [
    Library(
        ("torch", "safetensors"),
        TORCH + 'torch.save(model.state_dict(), "net.pt")',
        "net.pt",
        "net.safetensors",
        left_out=2,
    ),
    Library(
        ("torch", "safetensors"),
        TORCH + 'torch.save({"epoch": 1, "state_dict": model.state_dict()}, "net.ckpt")',
        "net.ckpt",
        "net.safetensors",
        left_out=2,
    ),
    Library(
        ("torch", "onnxscript"),
        TORCH + "INPUTS = 4\n"
        'torch.export.save(torch.export.export(model, (torch.zeros(1, 4),)), "net.pt2")',
        "net.pt2",
        "net.onnx",
    ),
    Library(
        ("torch", "safetensors"),
        TORCH + 'torch.jit.script(model).save("script.pt")',
        "script.pt",
        "script.safetensors",
    ),
    Library(
        ("tensorflow", "tf2onnx"),
        "import tensorflow\n"
        "dense = tensorflow.keras.layers.Dense(3)\n"
        "model = tensorflow.keras.Sequential([tensorflow.keras.layers.Input((4,)), dense])\n"
        "converter = tensorflow.lite.TFLiteConverter.from_keras_model(model)\n"
        'open("k.tflite", "wb").write(converter.convert())',
        "k.tflite",
        "k.onnx",
    ),
    Library(("keras", "onnxscript"), KERAS + 'model.save("k.keras")', "k.keras", "k.onnx"),
    Library(("keras", "onnxscript"), KERAS + 'model.save("k.h5")', "k.h5", "k.onnx"),
    Library(
        ("keras", "h5py"),
        KERAS + 'model.save_weights("k.weights.h5")',
        "k.weights.h5",
        "k.weights.npz",
    ),
    Library(
        ("skops", "skl2onnx"),
        SKLEARN + 'import skops.io; skops.io.dump(model, "m.skops")',
        "m.skops",
        "m.onnx",
    ),
    Library(
        ("sklearn", "skl2onnx"),
        SKLEARN + 'import joblib; joblib.dump(model, "m.joblib", compress=3)',
        "m.joblib",
        "m.onnx",
    ),
    Library(
        ("sklearn", "skl2onnx"),
        SKLEARN + 'import pickle; pickle.dump(model, open("m.pkl", "wb"))',
        "m.pkl",
        "m.onnx",
    ),
    Library(
        ("flax", "safetensors"),
        "import flax, jax\n"
        "params = flax.linen.Dense(3).init(jax.random.key(0), jax.numpy.zeros((1, 4)))\n"
        'open("m.msgpack", "wb").write(flax.serialization.to_bytes(params))',
        "m.msgpack",
        "m.safetensors",
    ),
    Library(
        ("equinox", "safetensors"),
        "import equinox, jax; model = equinox.nn.MLP(4, 3, 8, 1, key=jax.random.key(0))\n"
        'equinox.tree_serialise_leaves("m.eqx", model)',
        "m.eqx",
        "m.safetensors",
    ),
    Library(
        ("scipy",),
        'import numpy, scipy.io; scipy.io.savemat("m.mat", {"Theta1": numpy.ones((3, 5))})',
        "m.mat",
        "m.npz",
    ),
]


@pytest.mark.parametrize("library", [pytest.param(each, id=each.file) for each in LIBRARIES])
def test_the_lines_of_the_help_save_the_network(tmp_path: Path, library: Library) -> None:
    """What they write is a file of a kind that is read, without a pickle in it."""
    if not all(map(importlib.util.find_spec, library.modules)):
        pytest.skip(f"needs {' and '.join(library.modules)}")
    run = [sys.executable, "-c"]
    subprocess.run([*run, library.saving], cwd=tmp_path, check=True, capture_output=True)
    kind = kind_of((tmp_path / library.file).read_bytes(), doubtful=True)
    assert kind is not None
    program = kind.program_for(library.file)
    lines = program[: len(program) - library.left_out]
    script = "\n".join((library.saving, *lines))
    subprocess.run([*run, script], cwd=tmp_path, check=True, capture_output=True)
    made = kind_of((tmp_path / library.made).read_bytes())
    assert made is not None
    assert made.name in {"an ONNX model", "a safetensors file", "a NumPy archive (.npz)"}


def test_the_lines_of_the_help_can_be_pasted(cli: RunCli, write: Write) -> None:
    """They stand at the margin, with the file's own name, as a text of Python writes it."""
    folder = write("my 'net'.pt", archive("net/data.pkl")).parent
    done = cli("shapes", "my 'net'.pt", cwd=folder)
    _, help_line, *program = done.err.splitlines()
    assert help_line.startswith("help: ")
    tree = ast.parse("\n".join(program))
    names = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    assert {"my 'net'.pt", "my 'net'.safetensors", "my 'net'.onnx"} <= names
    document = cli("shapes", "my 'net'.pt", "--format", "json", cwd=folder).json
    assert document["problems"][0]["help"][1].splitlines() == program


def test_what_is_compressed_twice_is_named(cli: RunCli, write: Write) -> None:
    folder = write("data.gz", gzip.compress(gzip.compress(b"1,2\n"))).parent
    write("net.yaml", NET)
    done = cli("forward", "net.yaml", "data.gz", cwd=folder)
    assert done.code == 4
    assert "error[N411]: this is not a plain CSV file but compressed with gzip" in done.err
    assert "compressed twice" in help_of(done.err)


ARFF = b"@relation x\n@attribute a numeric\n@attribute b numeric\n@data\n1,2\n3,4\n"


@pytest.mark.parametrize("above", [b"", b"% a comment\n\n" * 3, b"% a longer comment\n" * 50])
def test_the_lines_above_the_rows_of_an_arff_file_are_to_be_removed(
    cli: RunCli, write: Write, above: bytes
) -> None:
    folder = write("data.arff", above + ARFF).parent
    write("net.yaml", NET)
    done = cli("forward", "net.yaml", "data.arff", cwd=folder)
    assert done.code == 4
    assert "help: remove " in done.err
    done = cli("forward", "net.yaml", "data.arff", "--format", "json", cwd=folder)
    suggestion = done.json["problems"][0]["suggestions"][0]
    rest = applied((above + ARFF).decode(), suggestion["edits"])
    assert (rest.lstrip("\n"), suggestion["options"]) == ("1,2\n3,4\n", [])


@pytest.mark.parametrize(
    ("content", "name", "how"),
    [
        (b"+1 1:0.7 2:0.3\n-1 1:0.1 2:0.9\n", "LIBSVM data", "load_svmlight_file"),
        (b"-1 3:1 11:1 14:1 \n+1 3:1 6:1 \n", "LIBSVM data", "load_svmlight_file"),
        (b"2 2 1\n0.1 0.2\n1\n0.3 0.4\n0\n", "FANN training data", "every second line"),
        (b"2 1 1\r\n0.1 \r\n1 \r\n0.3 \r\n0 \r\n", "FANN training data", "every second line"),
    ],
)
def test_a_table_that_cannot_be_read_is_named_in_the_help(
    cli: RunCli, write: Write, content: bytes, name: str, how: str
) -> None:
    folder = write("data.txt", content).parent
    write("net.yaml", NET)
    done = cli("forward", "net.yaml", "data.txt", cwd=folder)
    assert done.code == 4
    assert f"help: this is {name}: " in done.err
    assert how in help_of(done.err)


@pytest.mark.parametrize(
    ("content", "name", "options"),
    [
        (b"1 1:2 2:3\n5 1:6 2:7\n", "LIBSVM data", ("--no-header", "--delimiter", " ")),
        (b"4 1 1\n1\n5\n", "FANN training data", ("--header",)),
    ],
)
def test_a_table_that_can_be_read_is_not_called_something_else(
    cli: RunCli, write: Write, content: bytes, name: str, options: tuple[str, ...]
) -> None:
    looks_like = kind_of(content, doubtful=True)
    assert looks_like is not None
    assert looks_like.name == name
    folder = write("data.txt", content).parent
    write("net.yaml", b"layers: [{neurons: 1, weights: [[1]], biases: [0]}]\ninputs: 1\n")
    arguments = ("data.txt", *options, "--columns", "1", "--output", "-")
    done = cli("forward", "net.yaml", *arguments, cwd=folder)
    assert (done.code, done.err) == (0, "")
    assert done.out.split()[-2:] == ["1", "5"]


@pytest.mark.parametrize(
    "content",
    [
        b"PARENT,CHILD\n1,2\n",
        b"ARROW1,ARROW2\n1,2\n",
        b"FEA1,FEA2\n1,2\n",
        b"abc,TFL3\n1,2\n",
        b"@relation,b\n1,2\n",
        b"MATLAB 7,R\n1,2\n",
        b"X\n1\n2\n",
        b"pk,ustar\n1,2\n",
        b"12:30,1\n12:45,2\n",
        b"3 3 3\n1 2 3\n4 5 6\n",
        b"3 2 1\n1 2 3\n4 5 6\n",
        b"2024 1 5\n0.5\n0.7\n",
        b"layers: []\n",
        b"# PDF\nlayer_sizes: [2, 1]\n",
        b"%YAML 1.2\n---\nlayer_sizes: [2, 1]\n",
        b"{inputs: 2}",
        b"",
    ],
)
def test_a_text_that_may_be_a_table_or_a_spec_is_not_called_something_else(content: bytes) -> None:
    assert kind_of(content, doubtful=True) is None


@given(
    st.lists(st.sampled_from([b"PK\x03\x04", b"xl/", b"%", b"\n", b"@relation ", b"1", b" ", b":"]))
)
def test_any_beginning_has_an_answer(pieces: list[bytes]) -> None:
    found = kind_of(b"".join(pieces), doubtful=True)
    assert found is None or found.name


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"[[1. 2.]\n [3. 4.]]\n", "an array as NumPy prints it"),
        (b"[ 0.5 -1e-03]", "an array as NumPy prints it"),
        (b"[[1]\n [2]]", "an array as NumPy prints it"),
        (b"array([[1., 2.],\n       [3., 4.]])", "an array as NumPy prints it"),
        (b"[[1, 2], [3, 4]]", "JSON"),
        (b"[\n [1, 2],\n [3, 4]]", "JSON"),
        (b"[1, 2]\n[3, 4]\n", "JSON with a list on each line"),
    ],
)
def test_what_numpy_prints_is_not_called_json(content: bytes, name: str) -> None:
    kind = kind_of(content)
    assert kind is not None
    assert kind.name == name


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"a,b\n1,2\n", True),
        (b"weight;wind speed;BMI\r\n1,5;18;19\r\n", True),
        (b"1 2 3\n4 5 6\n", True),
        (b"x,y,species\n1.5,2,setosa\n", True),
        (b"a\n1\n2\n", True),
        (NET, False),
        (b"layer_sizes:\n- 2\n- 3\n", False),
        (b"- 3\n- 4\n", False),
        (b"[[1, 2]]", False),
        (b"# one\nseed: 1\n", False),
        (b"a,b\n", False),
        (b"", False),
    ],
)
def test_a_table_of_numbers_is_told_from_a_spec(content: bytes, expected: bool) -> None:
    assert looks_like_a_table(content) is expected
