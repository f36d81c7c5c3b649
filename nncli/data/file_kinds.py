"""What a file is, by its first bytes, whatever its name says."""

from __future__ import annotations

import re

from nncli.errors import DataError
from nncli.problems import Place, Problem

NPY_MAGIC = b"\x93NUMPY"
PARQUET_MAGIC = b"PAR1"
GZIP_MAGIC = b"\x1f\x8b"
# The longest of these marks, and enough of a page to see a tag in it.
HEAD_BYTES = 512

_KINDS: tuple[tuple[bytes, str, str], ...] = (
    (b"PK\x03\x04", "an Excel file or a ZIP archive", "export the sheet as CSV, or unpack it"),
    (b"\xd0\xcf\x11\xe0", "an old Excel file", "export the sheet as CSV"),
    (b"%PDF", "a PDF", "find the table as a CSV file"),
    (b"ARROW1", "an Arrow file", "save it as Parquet, CSV or NPY"),
    (b"\x89HDF", "an HDF5 file", "save the array as NPY"),
    (b"\x89PNG", "a picture", "name the data file"),
    (b"\xff\xd8\xff", "a picture", "name the data file"),
    (b"SQLite format 3", "an SQLite database", "export the table as CSV"),
    (b"BZh", "compressed with bzip2", "decompress it first: bunzip2 FILE"),
    (b"\x28\xb5\x2f\xfd", "compressed with Zstandard", "decompress it first: unzstd FILE"),
    (b"\xfd7zXZ", "compressed with xz", "decompress it first: unxz FILE"),
    (b"version https://git-lfs", "a Git LFS pointer, not the file", "run `git lfs pull`"),
)
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_TEXT_KINDS: tuple[tuple[bytes, str, str], ...] = (
    (b"<!doctype", "an HTML page", "download the file itself"),
    (b"<html", "an HTML page", "download the file itself"),
    (b"<?xml", "an XML document", "export the table as CSV"),
    (b"sep=", "one with a `sep=` line for Excel", "remove the first line"),
)
_JSON = re.compile(rb"\[\s*[\[{\"0-9-]|\{\s*(?:\"|$)")


def refuse_foreign_kinds(head: bytes, file: str, encoding: str) -> None:
    """Raise DataError if a file's first bytes show that it is no CSV."""
    for magic, what, hint in _KINDS:
        if head.startswith(magic):
            raise _foreign(file, what, hint)
    if head.startswith(_UTF16_MARKS) and encoding == "utf-8":
        raise _foreign(file, "UTF-16 text", "say --encoding utf-16")
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    for magic, what, hint in _TEXT_KINDS:
        if text.startswith(magic):
            raise _foreign(file, what, hint)
    if _JSON.match(text):
        raise _foreign(file, "JSON", "convert it to CSV")


def _foreign(file: str, what: str, hint: str) -> DataError:
    return DataError(
        Problem("N411", f"this is not a plain CSV file but {what}", Place(file, 1), (hint,))
    )
