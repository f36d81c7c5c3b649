"""What a file is, by its first bytes and lines, whatever its name says; what to do with it then.

One table for specs and data.  A kind is only claimed where no spec and no CSV file begins so.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import product

NPY_MAGIC = b"\x93NUMPY"
PARQUET_MAGIC = b"PAR1"
GZIP_MAGIC = b"\x1f\x8b"
ZIP_MAGIC = b"PK\x03\x04"
# The longest of these marks, and enough of a page to see a tag in it.
HEAD_BYTES = 512
# Among so many bytes stand the names of a ZIP archive's members.
_MAX_BYTES = 2**18


@dataclass(frozen=True)
class FileKind:
    """A kind of file: what it is called, what to do with it, and how it is recognised."""

    name: str  # behind "this is not a spec but"
    as_data: str | None  # what helps if it is given as DATA; None if it is read, or not met there
    as_spec: str | None  # and if it is given as CONFIG
    starts: tuple[bytes, ...]  # one of these stands at its beginning
    offset: int = 0  # or so many bytes further on
    pattern: bytes = b""  # what is to be found as well
    is_text: bool = False  # a byte-order mark, blanks in front, upper and lower case do not matter
    is_doubtful: bool = False  # whether a CSV file that can be read may begin so as well
    check: Callable[[bytes], bool] | None = None  # what no pattern can tell

    def begins(self, first: bytes) -> bool:
        """Whether a file of this kind begins so."""
        return (
            first.startswith(self.starts, self.offset)
            and re.search(self.pattern, first) is not None
            and (self.check is None or self.check(first))
        )


def kind_of(first: bytes, *, doubtful: bool = False) -> FileKind | None:
    """Return what the beginning of a file shows it to be; None if it may be a spec or CSV.

    doubtful: whether the file cannot be read, so that what looks like another kind is that.

    >>> kind_of(b"GIF89a").name
    'a picture'
    """
    first = first[:_MAX_BYTES]
    text = first.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    for kind in _KINDS:
        if (doubtful or not kind.is_doubtful) and kind.begins(text if kind.is_text else first):
            return kind
    return None


def _is_fann_training(text: bytes) -> bool:
    """Whether a first line counts samples, inputs and outputs, and the next two lines agree."""
    first, *lines = (line.split() for line in text.split(b"\n", 3)[:3])
    if len(first) != 3 or not all(count.isdigit() and len(count) < 10 for count in first):
        return False
    # three of each could be a table as well
    return [len(line) for line in lines] == [int(count) for count in first[1:]] != [3, 3]


_DATA_FIRST = "name the data: a CSV, NPY or Parquet file"
_AS_NPY = "save the array as NPY"
_EXPORT = "export the sheet as CSV"
_UNPACK = "unpack it, and name the file in it"
_PICKLE = "a pickle can run any program and is never loaded: save the array as NPY (numpy.save)"
_TENSOR = 'save the tensor as NPY: numpy.save("data.npy", tensor.numpy())'
_ARRAY_OF = 'save one of its arrays as NPY: numpy.save("data.npy", numpy.load(FILE)[NAME])'
_MATLAB = 'save the matrix as CSV (MATLAB: writematrix(x, "data.csv"))'
_R_TABLE = 'save the table as CSV (R: write.csv(x, "data.csv", row.names = FALSE))'
_SVMLIGHT = (
    "write all values out, with scikit-learn: "
    'numpy.save("data.npy", load_svmlight_file(FILE)[0].toarray())'
)
_FANN_INPUTS = (
    "its inputs are every second line: "
    "awk -v OFS=, 'NR % 2 == 0 { $1 = $1; print }' FILE > NEW makes them CSV"
)
_ARFF = "save it as CSV (Weka: Save, files of type CSV), or remove the lines down to @data"
_SPEC = "name the spec: a text in YAML, whose keys `nncli schema` lists"
_SPEC_FIRST = "name the spec first, a text in YAML, and the data second"
_WRITE_SPEC = (
    "a network is read from a spec in YAML: write its layers, weights and biases into one "
    "(`nncli schema` lists the keys)"
)

_ZIP = (ZIP_MAGIC, b"PK\x05\x06")
# A member's name stands behind its header, at the member and in the directory.
_MEMBER = rb"(?s)PK(?:\x03\x04.{26}|\x01\x02.{42})"
_BUNZIP2, _UNXZ = "decompress it first: bunzip2 FILE", "decompress it first: unxz FILE"
_UNZSTD, _GUNZIP = "decompress it first: unzstd FILE", "decompress it first: gunzip FILE"
# An ONNX model has no mark: its version, who made it, and the next field (onnx/onnx.proto).
_ONNX = (
    rb"(?s)\A\x08[\x01-\x1f]"
    rb"(?:\x12[\x00-\x20][ -~]*[\x1a\x22\x28\x32\x3a\x42]|\x3a[\x80-\xff]*.\x0a)"
)
_ARFF_COMMENTS = rb"\s*+(?:%[^\r\n]*+\s*+)*+"
_ARFF_START = rb"\A%b@relation[ \t][^\r\n]*+%b@attribute[ \t]" % (_ARFF_COMMENTS, _ARFF_COMMENTS)
_PAIR = rb"[ \t]+[0-9]+:[-+.0-9e]+"
_NUMBER_STARTS = tuple(b"%c" % sign for sign in b"0123456789+-.")
_KINDS: tuple[FileKind, ...] = (
    # what is read as data
    FileKind("an NPY array", None, _SPEC_FIRST, (NPY_MAGIC,)),
    FileKind("a Parquet file", None, _SPEC_FIRST, (PARQUET_MAGIC,)),
    FileKind(
        "compressed with gzip",
        "it is compressed twice: decompress it once (gunzip FILE)",
        _GUNZIP,
        (GZIP_MAGIC,),
    ),
    # networks, and what may be one
    FileKind("an ONNX model", _DATA_FIRST, _WRITE_SPEC, (b"\x08",), pattern=_ONNX),
    FileKind("a TensorFlow Lite model", _DATA_FIRST, _WRITE_SPEC, (b"\0\0TFL3",), offset=2),
    FileKind("a FANN network", _DATA_FIRST, _WRITE_SPEC, (b"FANN_FLO_", b"FANN_FIX_")),
    FileKind(
        "a safetensors file",
        _AS_NPY,
        _WRITE_SPEC,
        (b'\0\0\0\0{"', b"\0\0\0\0{}"),
        offset=4,  # behind the low half of the header's length
    ),
    FileKind(
        "a PyTorch file",
        _TENSOR,
        _WRITE_SPEC,
        _ZIP,
        pattern=_MEMBER + rb"[\w .-]+/data\.pkl",
    ),
    FileKind("a PyTorch file", _TENSOR, _WRITE_SPEC, (b"\x80\x02\x8a\x0a\x6c\xfc\x9c\x46",)),
    FileKind(
        "a Keras model", _DATA_FIRST, _WRITE_SPEC, _ZIP, pattern=_MEMBER + rb"model\.weights\.h5"
    ),
    FileKind(
        "a pickle", _PICKLE, _WRITE_SPEC, (b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05")
    ),
    FileKind("an HDF5 file", _AS_NPY, _WRITE_SPEC, (b"\x89HDF",)),
    FileKind("a Java object, as Weka saves models", _DATA_FIRST, _WRITE_SPEC, (b"\xac\xed\0\x05",)),
    # arrays and tables
    FileKind(
        "a NumPy archive (.npz)", _ARRAY_OF, _WRITE_SPEC, _ZIP, pattern=_MEMBER + rb"[\w .-]+\.npy"
    ),
    FileKind(
        "a MATLAB file", _MATLAB, _WRITE_SPEC, (b"MATLAB ",), pattern=rb"\A.{6} \d\.\d MAT-file"
    ),
    FileKind(
        "an R data file",
        _R_TABLE,
        _WRITE_SPEC,
        (b"X\n\0\0\0\x02", b"X\n\0\0\0\x03", b"RDX2\n", b"RDX3\n"),
    ),
    FileKind(
        "an encrypted Parquet file",
        "save it without encryption",
        _SPEC_FIRST,
        (b"PARE",),
        pattern=rb"(?s)\APARE..\0\0",  # the length of what is encrypted: PARENT is a word
    ),
    FileKind("an Excel file", _EXPORT, _SPEC_FIRST, _ZIP, pattern=_MEMBER + rb"xl/"),
    FileKind(
        "an OpenDocument spreadsheet",
        _EXPORT,
        _SPEC_FIRST,
        _ZIP,
        pattern=_MEMBER + rb"mimetypeapplication/vnd\.oasis\.opendocument\.spreadsheet",
    ),
    FileKind("a Word document", "save its table as CSV", _SPEC, _ZIP, pattern=_MEMBER + rb"word/"),
    FileKind("an old Excel file", _EXPORT, _SPEC_FIRST, (b"\xd0\xcf\x11\xe0",)),
    FileKind(
        "an Arrow file",
        "save it as Parquet, CSV or NPY",
        _SPEC_FIRST,
        (b"ARROW1\0\0", b"FEA1\0\0\0\0", b"\xff\xff\xff\xff"),
    ),
    FileKind("an SQLite database", "export the table as CSV", _SPEC_FIRST, (b"SQLite format 3\0",)),
    FileKind("an Avro file", "save it as Parquet or CSV", _SPEC_FIRST, (b"Obj\x01",)),
    FileKind(
        "an IDX file (MNIST)",
        "save the array as NPY, a row for each sample",
        _SPEC_FIRST,
        tuple(b"\0\0%c%c\0" % kind for kind in product(b"\x08\x09\x0b\x0c\x0d\x0e", b"\1\2\3\4")),
    ),
    FileKind(
        "an ARFF file (Weka)",
        _ARFF,
        _SPEC_FIRST,
        (b"@relation", b"%"),
        pattern=_ARFF_START,
        is_text=True,
    ),
    FileKind(
        "LIBSVM data",
        _SVMLIGHT,
        _SPEC_FIRST,
        _NUMBER_STARTS,
        pattern=rb"\A[-+.0-9e]+%b%b[ \t\r\n]" % (_PAIR, _PAIR),
        is_text=True,
        is_doubtful=True,
    ),
    FileKind(
        "FANN training data",
        _FANN_INPUTS,
        _SPEC_FIRST,
        _NUMBER_STARTS,
        is_text=True,
        is_doubtful=True,
        check=_is_fann_training,
    ),
    FileKind(
        "one with a `sep=` line for Excel", "remove the first line", None, (b"sep=",), is_text=True
    ),
    FileKind(
        "JSON",
        "convert it to CSV",
        None,
        (b"[", b"{"),
        pattern=rb"\A(?:\[\s*[\[{\"0-9-]|\{\s*(?:\"|$))",
        is_text=True,
    ),
    # documents, pictures, archives
    FileKind("a PDF", "find the table as a CSV file", _SPEC, (b"%PDF-",)),
    FileKind(
        "an HTML page",
        "download the file itself",
        "download the file itself",
        (b"<!doctype", b"<html"),
        is_text=True,
    ),
    FileKind("an XML document", "export the table as CSV", _SPEC, (b"<?xml",), is_text=True),
    FileKind(
        "a picture",
        "name the data file",
        _SPEC,
        (b"\x89PNG", b"\xff\xd8\xff", b"GIF87a", b"GIF89a", b"II*\0", b"MM\0*"),
    ),
    FileKind(
        "a Git LFS pointer, not the file",
        "run `git lfs pull`",
        "run `git lfs pull`",
        (b"version https://git-lfs",),
    ),
    FileKind("a ZIP archive", _UNPACK, _UNPACK, _ZIP),
    FileKind("a tar archive", _UNPACK, _UNPACK, (b"ustar\0", b"ustar  \0"), offset=257),
    FileKind("a 7-Zip archive", _UNPACK, _UNPACK, (b"7z\xbc\xaf\x27\x1c",)),
    FileKind("a RAR archive", _UNPACK, _UNPACK, (b"Rar!\x1a\x07",)),
    FileKind("compressed with bzip2", _BUNZIP2, _BUNZIP2, (b"BZh",)),
    FileKind("compressed with Zstandard", _UNZSTD, _UNZSTD, (b"\x28\xb5\x2f\xfd",)),
    FileKind("compressed with xz", _UNXZ, _UNXZ, (b"\xfd7zXZ",)),
)
