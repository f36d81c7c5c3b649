"""Weights files of either kind: what is taken with which values, and what is refused unread."""

from __future__ import annotations

import json
import struct
import warnings
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save_file
from stored_files import npy, npy_of, npz, npz_of, safetensors, safetensors_of

from nncli.errors import FileError, SpecError
from nncli.formats.weights_files import open_weights

Write = Callable[[str, str | bytes], Path]

W = np.array([[1.5, -2.0], [0.25, 4.0], [-0.5, 8.0]])
B = np.array([0.125, -1.0])


# ---------------------------------------------------------------------------------- what is taken


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_floats_keep_their_values_whoever_wrote_them(tmp_path: Path, dtype: str) -> None:
    arrays: dict[str, Any] = {"layer.10.W": W.astype(dtype), "layer.9.b": B.astype(dtype)}
    save_file(arrays, tmp_path / "theirs.safetensors")
    np.savez(tmp_path / "theirs.npz", **arrays)
    np.savez_compressed(tmp_path / "packed.npz", **arrays)
    (tmp_path / "ours.safetensors").write_bytes(safetensors(arrays, {"format": "np"}))
    for path in tmp_path.iterdir():
        weights = open_weights(str(path))
        described = [(t.name, t.shape, t.dtype) for t in weights.header.tensors]
        assert described == [("layer.9.b", (2,), dtype), ("layer.10.W", (3, 2), dtype)]
        assert list(weights) == ["layer.9.b", "layer.10.W"]
        assert len(weights) == 2
        for name, array in arrays.items():
            assert weights[name].tolist() == array.tolist()


def test_bfloat16_widens_exactly(write: Write) -> None:
    """A sign, eight bits of exponent, seven of fraction: (1 + f / 128) * 2 ** (e - 127)."""
    halves = np.arange(0, 0x7F80, 37, dtype=np.uint16)  # from 0 to the largest finite value
    header = {"b": {"dtype": "BF16", "shape": [len(halves)], "data_offsets": [0, 2 * len(halves)]}}
    path = write("net.safetensors", safetensors_of(json.dumps(header), halves.tobytes()))
    found = open_weights(str(path))["b"]
    assert found.dtype == np.float32
    for bits, value in zip(halves.tolist(), found.tolist(), strict=True):
        exponent, fraction = bits >> 7, bits & 0x7F
        leading, power = (1, exponent - 127) if exponent else (0, -126)
        assert value == (leading + fraction / 128) * 2.0**power


@pytest.mark.parametrize("stored", [np.asfortranarray(W), W.astype(">f8"), W[::-1], W.T.copy().T])
def test_the_order_of_bytes_and_axes_in_an_archive_changes_no_value(
    write: Write, stored: np.ndarray[Any, Any]
) -> None:
    found = open_weights(str(write("net.npz", npz({"W": stored}))))["W"]
    assert found.tolist() == stored.tolist()
    assert found.dtype.isnative


def test_what_a_maker_notes_in_a_file_is_kept(write: Write) -> None:
    path = write("net.safetensors", safetensors({"W": W}, {"key": "text"}))
    assert open_weights(str(path)).metadata == {"key": "text"}
    assert open_weights(str(write("net.npz", npz({"W": W})))).metadata == {}


def test_what_a_file_is_its_content_says(write: Write) -> None:
    archive, other = (
        write("net.safetensors", npz({"W": W})),
        write("net.npz", safetensors({"W": W})),
    )
    assert open_weights(str(archive))["W"].tolist() == open_weights(str(other))["W"].tolist()


def test_a_header_is_all_that_is_read_of_ten_gigabytes(tmp_path: Path) -> None:
    size = 10 * 2**30
    header = {"W": {"dtype": "F32", "shape": [size // 4096, 1024], "data_offsets": [0, size]}}
    path = tmp_path / "large.safetensors"
    content = safetensors_of(json.dumps(header))
    with path.open("wb") as stream:
        stream.write(content)
        stream.truncate(len(content) + size)  # a hole: no disk holds it
    [tensor] = open_weights(str(path)).header.tensors
    assert tensor.shape == (2_621_440, 1024)


def test_ten_thousand_arrays_are_taken_in_the_order_of_their_numbers(write: Write) -> None:
    arrays = {f"layers.{number}.W": np.zeros(1, np.float32) for number in range(10_000)}
    weights = open_weights(str(write("net.safetensors", safetensors(arrays))))
    assert list(weights) == list(arrays)
    assert weights["layers.9999.W"].tolist() == [0]


# --------------------------------------------------------------------------- what cannot be taken


def entry(
    shape: Any = (2, 2), offsets: Any = (0, 32), dtype: Any = "F64", **more: Any
) -> dict[str, Any]:
    return {"dtype": dtype, "shape": shape, "data_offsets": offsets, **more}


def headed(entries: dict[str, Any], values: int = 32) -> bytes:
    return safetensors_of(json.dumps(entries), bytes(values))


ENTRY = json.dumps(entry())
HUGE = "9" * 5000  # more digits than Python reads
REFUSED_SAFETENSORS: dict[str, tuple[bytes, str]] = {
    "two arrays of one name": (
        safetensors_of(f'{{"W": {ENTRY}, "W": {ENTRY}}}', bytes(32)),
        "it holds 'W' twice",
    ),
    "a key twice in an entry": (
        safetensors_of('{"W": {"dtype": "F64", "dtype": "F32"}}'),
        "it holds 'dtype' twice",
    ),
    "bytes behind the values": (headed({"W": entry()}, 33), "longer than its header says"),
    "cut off": (headed({"W": entry()}, 31), "truncated: 32 bytes of values expected, 31 found"),
    "overlapping": (
        headed({"W": entry(), "b": entry(offsets=(16, 48))}, 48),
        "'b' overlaps the array before it",
    ),
    "the same place": (headed({"W": entry(), "b": entry()}), "'b' overlaps"),
    "a gap": (headed({"W": entry(), "b": entry(offsets=(40, 72))}, 72), "'b' leaves a gap"),
    "a gap at the beginning": (headed({"W": entry(offsets=(8, 40))}, 40), "'W' leaves a gap"),
    "backwards": (headed({"W": entry(offsets=(32, 0))}), "`data_offsets` of 'W'"),
    "before the beginning": (headed({"W": entry(offsets=(-32, 0))}), "`data_offsets` of 'W'"),
    "offsets that are booleans": (
        headed({"W": entry(shape=[], dtype="BOOL", offsets=(False, True))}, 1),
        "`data_offsets` of 'W'",
    ),
    "offsets beyond 64 bits": (
        headed({"W": entry(shape=(2**60, 2**60), offsets=(0, 2**123))}),
        "`data_offsets` of 'W'",
    ),
    "three offsets": (headed({"W": entry(offsets=(0, 16, 32))}), "`data_offsets` of 'W'"),
    "another size than the shape's": (
        headed({"W": entry(shape=(2, 3))}),
        "'W' has 32 bytes, but its shape (2, 3) in float64 takes 48",
    ),
    "a shape of 10^12": (headed({"W": entry(shape=(10**12,))}), "takes 8,000,000,000,000"),
    "a shape of 2^96": (headed({"W": entry(shape=(2**32,) * 3)}), "'W' has 32 bytes"),
    "a shape beyond 64 bits": (headed({"W": entry(shape=(2**63, 0))}), "is not possible"),
    "a negative shape": (headed({"W": entry(shape=(-2, -2))}), "[-2, -2] of 'W' is not possible"),
    "a boolean shape": (headed({"W": entry(shape=(True, 4))}), "is not possible"),
    "a fractional shape": (headed({"W": entry(shape=(2.0, 2))}), "is not possible"),
    "forty axes": (headed({"W": entry(shape=(1,) * 40)}, 8), "is not possible"),
    "a shape of thousands of digits": (
        safetensors_of(ENTRY.join(['{"W":', "}"]).replace("[2, 2]", f"[{HUGE}]"), bytes(32)),
        "its header cannot be read",
    ),
    "a shape that is no list": (headed({"W": entry(shape="2x2")}), "'W' is not described by"),
    "a dtype that is no text": (headed({"W": entry(dtype=64)}), "'W' is not described by"),
    "a key too many": (headed({"W": entry(scale=1)}), "'W' is not described by"),
    "an entry that is no mapping": (headed({"W": [1, 2]}), "'W' is not described by"),
    "an entry that is empty": (headed({"W": {}}), "'W' is not described by"),
    "metadata that is no mapping": (headed({"__metadata__": 1}, 0), "`__metadata__`"),
    "metadata that is no text": (headed({"__metadata__": {"a": 1}}, 0), "`__metadata__`"),
    "a header that is a list": (safetensors_of("[1, 2]"), "its header is no mapping"),
    "a header that is no JSON": (safetensors_of("{'W': 1}"), "its header cannot be read"),
    "a header that is no UTF-8": (safetensors_of(b'{"\xff": 1}'), "its header cannot be read"),
    "a header that ends early": (safetensors_of('{"W": {'), "its header cannot be read"),
    "nothing behind the length": (struct.pack("<Q", 10), "its header is said to take 10 bytes"),
    "half a length": (b"\x02\0\0", "its header is said to take 2 bytes, but 0 are there"),
    "a header of no bytes": (struct.pack("<Q", 0) + b"{}", "said to take 0 bytes"),
    "a header longer than the file": (struct.pack("<Q", 3_000_000_000) + b"{}", "3,000,000,000"),
    "a header of 2^64 bytes": (b"\xfe" * 8 + b"{}", "18,374,403,900,871,474,942 bytes"),
    "a header behind blanks": (safetensors_of("  {}"), "its header is no mapping"),
    "a header nested a million deep": (safetensors_of('{"":' * 1_000_000), "cannot be read"),
    "a name that is no text": (headed({"\ud800": entry([0], (0, 0))}, 0), "half a character"),
    "a name of a million characters": (
        headed({"W" * 1_000_000: entry([0], (0, 0))}, 0),
        "has 1,000,000 characters",
    ),
    "a header of 5 MB": (safetensors_of("{" + " " * 5_000_000 + "}"), "at most 4,194,304"),
    "20,000 arrays": (
        headed({f"t{number}": entry([], (number, number), "U8") for number in range(20_000)}, 0),
        "it holds 20,000 arrays, at most 10,000",
    ),
}


@pytest.mark.parametrize(
    ("content", "words"), REFUSED_SAFETENSORS.values(), ids=REFUSED_SAFETENSORS
)
def test_a_safetensors_file_that_is_not_sound_is_refused(
    write: Write, content: bytes, words: str
) -> None:
    assert_refused(write("net.safetensors", content), words)


def assert_refused(path: Path, words: str, code: str = "N304") -> None:
    with pytest.raises(SpecError) as caught:
        open_weights(str(path))
    [problem] = caught.value.problems
    assert problem.code == code
    assert words in problem.message
    assert len(problem.message) < 400
    assert problem.place is not None
    assert problem.place.file == str(path)
    assert problem.help


def member(content: bytes, name: str = "W.npy") -> bytes:
    return npz_of([(name, content)])


def objects() -> bytes:
    """Return an array of Python objects; what it holds would be run if it were unpickled."""
    return npy(np.array([Path("a"), None], dtype=object))


def encrypted() -> bytes:
    content = bytearray(npz({"W": W}))
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(mark) + flags] |= 1
    return bytes(content)


def same_name_twice() -> bytes:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return npz_of([("W.npy", npy(W)), ("W.npy", npy(W))])


def said_to_be(size: int, content: bytes) -> bytes:
    """Return an archive whose directory says that its member inflates to another size."""
    archive = bytearray(npz_of([("W.npy", content)], zipfile.ZIP_DEFLATED))
    for mark, place in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = archive.index(mark) + place
        archive[at : at + 4] = struct.pack("<I", size)
    return bytes(archive)


NPZ = npz({"W": W})
BOMB = npy_of("(2,)", values=bytes(64 * 2**20))
REFUSED_NPZ: dict[str, tuple[bytes, str]] = {
    "two members of one name": (same_name_twice(), "it holds 'W.npy' twice"),
    "a member outside": (member(npy(W), "../../evil.npy"), "points out of the archive"),
    "an absolute member": (member(npy(W), "/etc/evil.npy"), "points out of the archive"),
    "a member outside, on Windows": (member(npy(W), "..\\evil.npy"), "points out"),
    "a text beside the arrays": (
        npz_of([("W.npy", npy(W)), ("a.txt", b"text")]),
        "its member 'a.txt' is no NPY array",
    ),
    "a member that is no array": (member(b"no array"), "'W' is no NPY array"),
    "an empty member": (member(b""), "'W' is no NPY array"),
    "a header that runs": (member(npy_of("__import__('os').getcwd()")), "'W' is no NPY array"),
    "a header of 3 GB": (
        member(b"\x93NUMPY\x02\x00" + struct.pack("<I", 3_000_000_000) + b"{"),
        "a header of 3,000,000,000 bytes",
    ),
    "a header that is longer than any": (
        member(npy_of("(1,)" + " " * 600, values=bytes(8))),
        "bytes of it expected, 502 found",
    ),
    "an absurd version": (member(b"\x93NUMPY\x09\x00" + bytes(100)), "'W' is no NPY array"),
    "trailing bytes": (member(npy(W) + b"x"), "longer than its header says: 48 bytes"),
    "cut off": (member(npy(W)[:-1]), "truncated: 48 bytes of values expected, 47 found"),
    "a shape of 10^12": (member(npy_of("(1000000000000,)")), "8,000,000,000,000 bytes"),
    "a shape of 2^96": (member(npy_of("(4294967296, 4294967296, 4294967296)")), "truncated"),
    "a shape beyond 64 bits": (member(npy_of(f"({2**63}, 0)")), "is not possible"),
    "a negative shape": (member(npy_of("(-1,)")), "is not possible"),
    "a shape of negative product": (member(npy_of("(-2, -3)", values=bytes(48))), "not possible"),
    "a boolean shape": (member(npy_of("(True,)", values=bytes(8))), "is not possible"),
    "forty axes": (member(npy_of(str((1,) * 40), values=bytes(8))), "is not possible"),
    "a bomb of zeros": (
        npz_of([("W.npy", BOMB)], zipfile.ZIP_DEFLATED),
        "longer than its header says: 16 bytes of values expected, 67,108,864 found",
    ),
    "encrypted": (encrypted(), "is encrypted"),
    "compressed with LZMA": (npz_of([("W.npy", npy(W))], zipfile.ZIP_LZMA), "NumPy does not"),
    "compressed with bzip2": (npz_of([("W.npy", npy(W))], zipfile.ZIP_BZIP2), "NumPy does not"),
    "an archive cut off": (NPZ[:-30], "the ZIP archive is damaged"),
    "half an archive": (NPZ[: len(NPZ) // 2], "the ZIP archive is damaged"),
    "the beginning of an archive": (NPZ[:60], "the ZIP archive is damaged"),
    "20,000 members": (
        npz_of([(f"{number}.npy", b"") for number in range(20_000)]),
        "it holds 20,000 arrays, at most 10,000",
    ),
    "names of a megabyte": (
        npz_of([(f"{number}{'n' * 60_000}.npy", b"") for number in range(40)]),
        "a directory of more than 2,097,152 bytes",
    ),
}


@pytest.mark.parametrize(("content", "words"), REFUSED_NPZ.values(), ids=REFUSED_NPZ)
def test_an_npz_file_that_is_not_sound_is_refused(write: Write, content: bytes, words: str) -> None:
    assert_refused(write("net.npz", content), words)


def test_python_objects_are_never_loaded(write: Write) -> None:
    path = write("net.npz", npz_of([("W.npy", npy(W)), ("x.npy", objects())]))
    assert_refused(path, "'x' holds Python objects, which are never loaded", "N307")


@pytest.mark.parametrize("wrong", [0, 7, 1_000])
def test_a_member_that_does_not_inflate_to_what_is_said_is_refused_when_it_is_read(
    write: Write, wrong: int
) -> None:
    """The directory and the header agree, what is there does not."""
    content = npy(np.zeros(5_000))  # more than is looked at for its header
    path = write("net.npz", said_to_be(len(content), content[: len(content) - 8] + bytes(wrong)))
    weights = open_weights(str(path))
    with pytest.raises(SpecError, match="'W' is damaged"):
        weights["W"]


def test_a_checksum_that_is_wrong_is_found_when_the_array_is_read(write: Write) -> None:
    content = bytearray(npz({"W": np.ones(5_000)}))  # more than is looked at for its header
    content[len(content) // 2] ^= 1
    weights = open_weights(str(write("net.npz", bytes(content))))
    with pytest.raises(SpecError, match="CRC"):
        weights["W"]


OTHERS: dict[str, tuple[str, bytes, str]] = {
    "nothing": ("net.npz", b"", "it is empty"),
    "nothing, as safetensors": ("net.safetensors", b"", "it is empty"),
    "an NPY array": ("net.npz", npy(W), "not a weights file but an NPY array"),
    "a pickle": ("net.safetensors", b"\x80\x04\x95\x10", "not a weights file but a pickle"),
    "a PyTorch file": (
        "net.npz",
        npz_of([("archive/data.pkl", b"\x80\x02}q\x00."), ("archive/version", b"3")]),
        "not a weights file but a PyTorch file",
    ),
    "an HDF5 file": ("net.npz", b"\x89HDF\r\n\x1a\n", "not a weights file but an HDF5 file"),
    "text": ("net.npz", b"W: [1, 2]\n", "the ZIP archive is damaged"),
    "text that is called nothing": ("net.bin", b"W: [1, 2]\n", "neither safetensors nor NPZ"),
    "other members alone": ("net.npz", npz_of([("a.txt", b"a")]), "not a weights file but a ZIP"),
}


@pytest.mark.parametrize(("name", "content", "words"), OTHERS.values(), ids=OTHERS)
def test_another_file_is_told_by_what_it_is(
    write: Write, name: str, content: bytes, words: str
) -> None:
    assert_refused(write(name, content), words)


def test_a_file_that_is_not_there_or_no_file_is_named(tmp_path: Path) -> None:
    for path, code in ((tmp_path / "no.npz", "N501"), (tmp_path, "N502")):
        with pytest.raises(FileError) as caught:
            open_weights(str(path))
        assert caught.value.problems[0].code == code
    with pytest.raises(FileError, match="regular"):
        open_weights("/dev/zero")


@pytest.mark.parametrize("form", [npz, safetensors])
def test_a_file_with_a_few_wrong_bytes_is_read_or_refused_and_nothing_else(
    write: Write, form: Callable[[dict[str, Any]], bytes]
) -> None:
    sound = form({"W": W, "b": B.astype(np.float16), "n": np.arange(3)})
    for seed in range(400):
        random = Random(seed)
        content = bytearray(sound)
        for _ in range(random.randint(1, 3)):
            place = random.randrange(len(content))
            content[place : place + random.randrange(3)] = random.randbytes(random.randrange(3))
        path = str(write("net.bin", bytes(content)))
        try:
            weights = open_weights(path)
            for name in weights:
                with suppress(SpecError):
                    weights[name]
        except SpecError:
            continue
        except Exception as error:
            raise AssertionError(f"seed {seed}") from error


# ----------------------------------------------------------------------------- what is in an array


@pytest.mark.parametrize("stored", [np.arange(4), np.ones(2, bool), np.ones(2, complex)])
def test_an_array_of_no_floats_is_refused_by_its_dtype_when_it_is_asked_for(
    write: Write, stored: np.ndarray[Any, Any]
) -> None:
    weights = open_weights(str(write("net.npz", npz({"n": stored, "W": W}))))
    with pytest.raises(SpecError, match=f"'n' holds {stored.dtype}") as caught:
        weights["n"]
    assert caught.value.problems[0].code == "N307"
    assert weights["W"].tolist() == W.tolist()


@pytest.mark.parametrize("form", [npz, safetensors])
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_value_that_is_not_finite_is_named_with_its_index(
    write: Write, form: Callable[[dict[str, Any]], bytes], value: float
) -> None:
    faulty = W.astype(np.float32)
    faulty[2, 1] = value
    weights = open_weights(str(write("net.bin", form({"W": faulty, "b": B}))))
    with pytest.raises(SpecError, match=rf"{value} of 'W' at \[2, 1\]") as caught:
        weights["W"]
    assert caught.value.problems[0].code == "N303"
    assert weights["b"].tolist() == B.tolist()


def test_a_value_that_float32_cannot_hold_is_refused_for_a_float32_network(write: Write) -> None:
    path = str(write("net.npz", npz({"W": np.array([[1.0, -1e39]])})))
    assert open_weights(path)["W"].tolist() == [[1.0, -1e39]]
    with pytest.raises(SpecError, match=r"-1e\+39 of 'W' at \[0, 1\].* too large for float32"):
        open_weights(path, "float32")["W"]


def test_an_array_that_is_not_there_is_a_key_error(write: Write) -> None:
    weights = open_weights(str(write("net.npz", npz({"W": W}))))
    with pytest.raises(KeyError):
        weights["b"]


@pytest.mark.parametrize("form", [npz, safetensors])
def test_a_file_that_changes_after_its_header_was_read_is_refused(
    write: Write, form: Callable[[dict[str, Any]], bytes]
) -> None:
    path = write("net.bin", form({"W": W}))
    weights = open_weights(str(path))
    path.write_bytes(form({"W": W[:2]}))
    with pytest.raises(SpecError, match=r"changed while it was read|damaged"):
        weights["W"]


def test_what_helps_is_about_weights_not_about_the_command_line(write: Write) -> None:
    onnx = b"\x08\x0a\x12\x07pytorch\x1a\x032.1"
    for content, hint in ((npy(W), "numpy.savez"), (onnx, "needs no spec")):
        with pytest.raises(SpecError) as caught:
            open_weights(str(write("net.npz", content)))
        [problem] = caught.value.problems
        assert hint in problem.help[0]


def test_records_are_refused_before_anything_else_is_read(write: Write) -> None:
    """Each of ten thousand members could have a field for every byte of its header."""
    content = npz_of([("a.npy", npy(np.zeros(1, [("x", "f4")]))), ("b.npy", b"")])
    assert_refused(write("net.npz", content), "'a' holds records", "N307")


def test_python_2_wrote_shapes_in_its_own_way(write: Write) -> None:
    content = npz_of([("W.npy", npy_of("(2L, 1L)", values=bytes(16)))])
    assert open_weights(str(write("net.npz", content)))["W"].tolist() == [[0.0], [0.0]]
