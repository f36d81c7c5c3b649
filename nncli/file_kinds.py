"""What a file is, by its first bytes and lines, whatever its name says; what to do with it then.

One table for specs and data.  A kind is only claimed where no spec and no CSV file begins so.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from pathlib import PurePath

NPY_MAGIC = b"\x93NUMPY"
PARQUET_MAGIC = b"PAR1"
GZIP_MAGIC = b"\x1f\x8b"
ZIP_MAGIC = b"PK\x03\x04"
# The longest of these marks, and enough of a page to see a tag in it.
HEAD_BYTES = 512
# Among so many bytes stand the names of a ZIP archive's members.
_MAX_BYTES = 2**18
# So many lines of a table are enough to know it by, and so many cells.
_TABLE_LINES, _TABLE_CELLS = 6, 1000
_OF_YAML = re.compile(rb"\s*(?:[\w. -]{1,60}:(?:\s|$)|- |[\[{#%])")


@dataclass(frozen=True)
class FileKind:
    """A kind of file: what it is called, what to do with it, and how it is recognised."""

    name: str  # behind "this is not a spec but"
    as_data: str | None  # what helps if it is given as DATA; None if it is read, or not met there
    as_spec: str | None  # and as CONFIG or as a weights file; None if it is read, or not met there
    starts: tuple[bytes, ...]  # one of these stands at its beginning
    offset: int = 0  # or so many bytes further on
    pattern: bytes = b""  # what is to be found as well
    is_text: bool = False  # a byte-order mark, blanks in front, upper and lower case do not matter
    is_doubtful: bool = False  # whether a CSV file that can be read may begin so as well
    holds_csv: bool = False  # below lines, or within brackets, that can be taken away
    check: Callable[[bytes], bool] | None = None  # what no pattern can tell
    # Lines of Python by which the library that wrote the network saves it as one that is read.
    # FILE stands for the file's name, NEW.onnx for that of a new file beside it.
    program: tuple[str, ...] = ()

    def begins(self, first: bytes) -> bool:
        """Whether a file of this kind begins so."""
        return (
            first.startswith(self.starts, self.offset)
            and re.search(self.pattern, first) is not None
            and (self.check is None or self.check(first))
        )

    def program_for(self, file: str) -> tuple[str, ...]:
        """Return the lines of Python that save the network in *file* as one that is read."""
        # as Python writes a text, whatever characters a name has
        return tuple(
            re.sub(
                r"\bFILE\b|\bNEW(\.[a-z]+)",
                lambda name: repr(str(PurePath(file).with_suffix(name[1])) if name[1] else file),
                line,
            )
            for line in self.program
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


def looks_like_a_table(first: bytes) -> bool:
    r"""Whether the beginning of a file is like that of a table of numbers, and not of a spec.

    >>> looks_like_a_table(b"a,b\n1,2\n"), looks_like_a_table(b"inputs: 2\nseed: 1\n")
    (True, False)
    """
    lines = [line for line in first[:_MAX_BYTES].splitlines() if line.strip()][:_TABLE_LINES]
    cut = (re.split(rb"[,;\t| ]+", line.strip(), maxsplit=_TABLE_CELLS) for line in lines)
    numbers = [[re.match(rb"[\"']?[-+]?\.?[0-9]", cell) is not None for cell in row] for row in cut]
    below = numbers[1:] or numbers
    return (
        not any(map(_OF_YAML.match, lines))
        and any(map(any, below))
        and (all(2 * sum(row) >= len(row) for row in below))
    )


def _is_fann_training(text: bytes) -> bool:
    """Whether a first line counts samples, inputs and outputs, and the next two lines agree."""
    first, *lines = (line.split() for line in text.split(b"\n", 3)[:3])
    if len(first) != 3 or not all(count.isdigit() and len(count) < 10 for count in first):
        return False
    # three of each could be a table as well
    return [len(line) for line in lines] == [int(count) for count in first[1:]] != [3, 3]


def _is_compressed_pickle(first: bytes) -> bool:
    """Whether what zlib compressed begins as a pickle does: joblib writes such files."""
    try:
        return zlib.decompressobj().decompress(first, 2).startswith(_PICKLE_STARTS)
    except zlib.error:
        return False


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
# What helps where CONFIG is another file, and nowhere else.
ABOUT_SPECS = (_SPEC, _SPEC_FIRST)
_WRITE_SPEC = (
    "a network is read from a spec in YAML: write its layers, weights and biases into one "
    "(`nncli schema` lists the keys)"
)

_SAVE = "save what it holds as a file that nncli reads, with Python"
_SAVE_ARRAYS = (
    "a pickle can run any program and is never loaded: where its arrays are at hand, save them by "
    'their names, numpy.savez("weights.npz", **arrays)'
)
_OWN_PICKLE = (
    "loading it runs whatever program is in it, so nncli never does: where the model is at hand, "
    "or if the file is your own, save it as ONNX, with Python"
)
_ARRAYS = "its arrays as weights: `nncli shapes FILE` lists them, "
_CONVERT = "`nncli convert FILE NEW.yaml --activations relu,…,linear` makes a network of them"

# Each line was run, with torch 2.13, keras 3.15, scikit-learn 1.9, skl2onnx 1.20, skops 0.16,
# flax 0.12, equinox 0.13, tf2onnx 1.17, h5py 3.16 and scipy 1.18.
_FROM_PYTORCH = (
    "import torch",
    "from safetensors.torch import save_file",
    'state = torch.load(FILE, map_location="cpu", weights_only=True)',
    'save_file(state.get("state_dict", state), NEW.safetensors)',
    "# if that refuses a whole model, in the program that trained it:",
    "torch.onnx.export(model.eval(), (torch.zeros(1, INPUTS),), NEW.onnx)",
)
_FROM_TORCHSCRIPT = (
    "import torch",
    "from safetensors.torch import save_file",
    'save_file(torch.jit.load(FILE, map_location="cpu").state_dict(), NEW.safetensors)',
)
_FROM_TORCH_EXPORT = (
    "import torch",
    "torch.onnx.export(torch.export.load(FILE), (torch.zeros(1, INPUTS),), NEW.onnx)",
)
# With TensorFlow as the backend, the constants of a Normalization are lost.
_FROM_KERAS = (
    'import os; os.environ["KERAS_BACKEND"] = "torch"',
    "import keras",
    "model = keras.saving.load_model(FILE)",
    "model(keras.ops.zeros((1, *model.input_shape[1:])))",
    'model.export(NEW.onnx, format="onnx")',
)
_TO_ONNX = (
    "onnx = skl2onnx.to_onnx(model, numpy.zeros((1, model.n_features_in_), numpy.float32))",
    'open(NEW.onnx, "wb").write(onnx.SerializeToString())',
)
_FROM_SKOPS = (
    "import numpy, skl2onnx, skops.io",
    'trusted = ["sklearn.neural_network._stochastic_optimizers.AdamOptimizer"]',
    "model = skops.io.load(FILE, trusted=trusted)",
    *_TO_ONNX,
)
_FROM_JOBLIB = (
    "import joblib, numpy, skl2onnx",
    "model = joblib.load(FILE)  # runs the program in it: only if the file is your own",
    *_TO_ONNX,
)
_FROM_HDF5 = (
    "import h5py, numpy",
    "arrays = {}",
    "keep = lambda name, item: arrays.update({name: item[()]}) if hasattr(item, 'dtype') else None",
    "h5py.File(FILE).visititems(keep)",
    "numpy.savez(NEW.npz, **arrays)",
)
_FROM_TFLITE = ("import tf2onnx.convert", "tf2onnx.convert.from_tflite(FILE, output_path=NEW.onnx)")
_FROM_FLAX = (
    "from flax.serialization import msgpack_restore",
    "from flax.traverse_util import flatten_dict",
    "from safetensors.numpy import save_file",
    'arrays = flatten_dict(msgpack_restore(open(FILE, "rb").read()), sep=".")',
    "save_file(arrays, NEW.safetensors)",
)
_FROM_EQUINOX = (
    "import equinox, jax, numpy",
    "from safetensors.numpy import save_file",
    "model = equinox.tree_deserialise_leaves(FILE, model)  # a model of the same structure",
    "leaves = jax.tree_util.tree_leaves_with_path(equinox.filter(model, equinox.is_array))",
    'name = lambda path: jax.tree_util.keystr(path, simple=True, separator=".")',
    "save_file({name(path): numpy.asarray(leaf) for path, leaf in leaves}, NEW.safetensors)",
)
_FROM_MATLAB = (
    "import numpy, scipy.io",
    "arrays = scipy.io.loadmat(FILE)",
    'numpy.savez(NEW.npz, **{name: arrays[name] for name in arrays if name[:2] != "__"})',
)

_PICKLE_STARTS = (b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05")
_ZLIB_STARTS = (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")
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
# An array in msgpack as Flax writes it: its shape, its type and its bytes (flax/serialization.py).
_FLAX_ARRAY = (
    rb"(?s)[\xc7-\xc9].{1,4}\x01\x93[\x90-\x9f].{0,45}?"
    rb"[\xa4-\xaf](?:float|bfloat|int|uint|bool)\d*[\xc4-\xc6]"
)
_ARFF_COMMENTS = rb"\s*+(?:%[^\r\n]*+\s*+)*+"
_ARFF_START = rb"\A%b@relation[ \t][^\r\n]*+%b@attribute[ \t]" % (_ARFF_COMMENTS, _ARFF_COMMENTS)
_PAIR = rb"[ \t]+[0-9]+:[-+.0-9e]+"
_PRINTED = rb"[-+]?[0-9][-+.0-9e]*|[-+]?(?:nan|inf)"
# Blanks between numbers, rows without commas behind them, or the name of the type.
_PRINTED_ARRAY = rb"\A(?:array\(|\[+\s*(?:%b)(?:[ \t\n]+(?:%b)|\s*\]\s*\[))" % (_PRINTED, _PRINTED)
_NUMBER_STARTS = tuple(b"%c" % sign for sign in b"0123456789+-.")
_KINDS: tuple[FileKind, ...] = (
    # networks, and what may be one
    FileKind("an ONNX model", _DATA_FIRST, None, (b"\x08",), pattern=_ONNX),
    FileKind(
        "a safetensors file",
        _AS_NPY,
        None,
        (b'\0\0\0\0{"', b"\0\0\0\0{}"),
        offset=4,  # behind the low half of the header's length
    ),
    FileKind(
        "a TorchScript model",
        _DATA_FIRST,
        _SAVE,
        _ZIP,
        # its arrays may come first, and be long
        pattern=_MEMBER + rb"[\w .-]+/(?:code/|constants\.pkl)|\A.{30}[\w .-]+/data/\d",
        program=_FROM_TORCHSCRIPT,
    ),
    FileKind(
        "a PyTorch program (torch.export)",
        _DATA_FIRST,
        _SAVE,
        _ZIP,
        pattern=_MEMBER + rb"[\w .-]+/(?:archive_format|models/|data/weights/)",
        program=_FROM_TORCH_EXPORT,
    ),
    FileKind(
        "a PyTorch file",
        _TENSOR,
        _SAVE,
        _ZIP,
        pattern=_MEMBER + rb"[\w .-]+/data\.pkl",
        program=_FROM_PYTORCH,
    ),
    FileKind(
        "a PyTorch file",
        _TENSOR,
        _SAVE,
        (b"\x80\x02\x8a\x0a\x6c\xfc\x9c\x46",),
        program=_FROM_PYTORCH,
    ),
    FileKind(
        "a Keras model",
        _DATA_FIRST,
        _SAVE,
        _ZIP,
        pattern=_MEMBER + rb"(?:config\.json|model\.weights\.h5)",
        program=_FROM_KERAS,
    ),
    FileKind(
        "a scikit-learn model (skops)",
        _DATA_FIRST,
        _SAVE,
        _ZIP,
        # its arrays, which may come before, are named by numbers as long as an address
        pattern=_MEMBER + rb"(?:schema\.json|\d{9,}\.npy)",
        program=_FROM_SKOPS,
    ),
    FileKind(
        "a pickled scikit-learn model",
        _PICKLE,
        _OWN_PICKLE,
        _PICKLE_STARTS,
        pattern=rb"sklearn\.",
        program=_FROM_JOBLIB,
    ),
    FileKind("a pickle", _PICKLE, _SAVE_ARRAYS, _PICKLE_STARTS),
    FileKind(
        "a compressed pickle (joblib)",
        _PICKLE,
        _OWN_PICKLE,
        _ZLIB_STARTS,
        check=_is_compressed_pickle,
        program=_FROM_JOBLIB,
    ),
    FileKind(
        "a Keras model (HDF5)",
        _DATA_FIRST,
        _SAVE,
        (b"\x89HDF",),
        pattern=rb"model_config",
        program=_FROM_KERAS,
    ),
    FileKind("an HDF5 file", _AS_NPY, _SAVE, (b"\x89HDF",), program=_FROM_HDF5),
    FileKind(
        "a TensorFlow Lite model",
        _DATA_FIRST,
        _SAVE,
        (b"\0\0TFL3",),
        offset=2,
        program=_FROM_TFLITE,
    ),
    FileKind(
        "a Flax file (msgpack)",
        _DATA_FIRST,
        _SAVE,
        tuple(b"%c" % (0x80 + entries) for entries in range(1, 16)),
        pattern=_FLAX_ARRAY,
        program=_FROM_FLAX,
    ),
    FileKind(
        "an Equinox file (several NPY arrays)",
        None,
        _SAVE,
        (NPY_MAGIC,),
        pattern=rb"(?s).\x93NUMPY[\x01-\x03]\0",
        program=_FROM_EQUINOX,
    ),
    FileKind("a FANN network", _DATA_FIRST, _WRITE_SPEC, (b"FANN_FLO_", b"FANN_FIX_")),
    FileKind("a Java object, as Weka saves models", _DATA_FIRST, _WRITE_SPEC, (b"\xac\xed\0\x05",)),
    # what is read as data
    FileKind("an NPY array", None, _SPEC_FIRST, (NPY_MAGIC,)),
    FileKind("a Parquet file", None, _SPEC_FIRST, (PARQUET_MAGIC,)),
    FileKind(
        "compressed with gzip",
        "it is compressed twice: decompress it once (gunzip FILE)",
        _GUNZIP,
        (GZIP_MAGIC,),
    ),
    # arrays and tables
    FileKind(
        "a NumPy archive (.npz)",
        _ARRAY_OF,
        _ARRAYS + _CONVERT,
        _ZIP,
        pattern=_MEMBER + rb"[^\0-\x1f\x7f]+\.npy",
    ),
    FileKind(
        "a MATLAB file",
        _MATLAB,
        _SAVE,
        (b"MATLAB ",),
        pattern=rb"\A.{6} \d\.\d MAT-file",
        program=_FROM_MATLAB,
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
        holds_csv=True,
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
        "one with a `sep=` line for Excel",
        "remove the first line",
        None,
        (b"sep=",),
        is_text=True,
        holds_csv=True,
    ),
    FileKind(
        "an array as NumPy prints it",
        'save the array itself: numpy.savetxt("data.csv", x, delimiter=",")',
        _SPEC_FIRST,
        (b"[", b"array("),
        pattern=_PRINTED_ARRAY,
        is_text=True,
        holds_csv=True,
    ),
    FileKind(
        "JSON with a list on each line",
        "convert it to CSV: jq -r @csv FILE > NEW",
        _SPEC_FIRST,
        (b"[",),
        pattern=rb"\A\[[^\[\]{}]*\]\s*\[",
        is_text=True,
        holds_csv=True,
    ),
    FileKind(
        "JSON",
        "convert it to CSV (a list of lists: jq -r '.[] | @csv' FILE > NEW)",
        None,
        (b"[", b"{"),
        pattern=rb"\A(?:\[\s*[\[{\"0-9-]|\{\s*(?:\"|$))",
        is_text=True,
        holds_csv=True,
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
