"""NPZ files, ZIP archives of NPY arrays: checked before any array is made, never unpickled.

Of each member the beginning is inflated, as much as a header may take.  The directory says how
long the member is; a shape that does not come to that is refused, whatever it would inflate to.
"""

from __future__ import annotations

import errno
import io
import math
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, BinaryIO, ClassVar

from nncli.errors import SpecError
from nncli.files import file_error, open_binary
from nncli.formats.stored_arrays import (
    changed,
    check_count,
    check_described,
    check_names,
    unusable,
)
from nncli.problems import Place, Problem
from nncli.specs.stored import StoredTensor, WeightsHeader
from nncli.words import quoted, shorten

if TYPE_CHECKING:
    import numpy.typing as npt

_SUFFIX = ".npy"
_ENCRYPTED = 0x1
# The header of an array of floats takes fewer; thousands of longer ones would take minutes.
_HEADER_BYTES = 512
# The directory of ten thousand members takes half of it.
_MAX_DIRECTORY_BYTES = 2 * 1024 * 1024
# What a damaged or hostile archive makes `zipfile` raise.
_ZIP_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    ValueError,
    OverflowError,
    RuntimeError,
    NotImplementedError,
)


@dataclass(frozen=True, eq=False)
class NpzFile:
    """An NPZ file whose members have been checked."""

    header: WeightsHeader
    members: Mapping[str, zipfile.ZipInfo]  # by the names of their arrays
    metadata: ClassVar[Mapping[str, str]] = MappingProxyType({})  # there is no place for any

    def array(self, stored: StoredTensor) -> npt.NDArray[Any]:
        """Return one of the arrays in the machine's byte order.  Raises SpecError, FileError."""
        import numpy as np

        with (
            warnings.catch_warnings(action="ignore"),  # that Python 2 wrote it is no news
            _read_errors(self.header.file, f"its member {quoted(stored.name)}"),
            self._opened.open(self.members[stored.name]) as member,
        ):
            array = np.lib.format.read_array(member, allow_pickle=False)
            is_at_end = not member.read(1)  # where the checksum is compared
        if not is_at_end or (array.shape, array.dtype.name) != (stored.shape, stored.dtype):
            raise changed(self.header.file)
        return array.astype(array.dtype.newbyteorder("="), copy=False)

    @cached_property
    def _opened(self) -> zipfile.ZipFile:
        return zipfile.ZipFile(self.header.file)


class _Directory(io.RawIOBase):
    """An archive's bytes while its directory is read, never too many of them at once."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def read(self, size: int = -1) -> bytes:
        """Return so many bytes, or all.  Raises ValueError if a directory takes fewer."""
        wanted = size if 0 <= size <= _MAX_DIRECTORY_BYTES else _MAX_DIRECTORY_BYTES + 1
        content = self._stream.read(wanted)
        if len(content) > _MAX_DIRECTORY_BYTES:
            raise ValueError(f"a directory of more than {_MAX_DIRECTORY_BYTES:,} bytes")
        return content

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go to a place."""
        return self._stream.seek(offset, whence)

    def tell(self) -> int:
        """Return the place."""
        return self._stream.tell()

    def seekable(self) -> bool:
        """Whether it can go to a place: it can."""
        return True


def read_npz(path: str) -> NpzFile:
    """Read the headers of an NPZ file's members.  Raises SpecError for them, FileError."""
    with open_binary(path) as stream, _read_errors(path, "the ZIP archive"):
        directory: Any = _Directory(stream)  # all that `zipfile` asks of a file
        with zipfile.ZipFile(directory) as archive:
            found = archive.infolist()
            check_count(path, len(found))
            check_names(path, (member.filename for member in found))
            members = {_array_name(path, member): member for member in found}
            stored = [_stored(path, archive, name, member) for name, member in members.items()]
    return NpzFile(WeightsHeader.of(path, stored), members)


@contextmanager
def _read_errors(path: str, what: str) -> Iterator[None]:
    """Word what goes wrong within an archive."""
    try:
        yield
    except _ZIP_ERRORS as error:
        if str(error) == "File is not a zip file":  # what begins as one, but has no end
            raise unusable(
                path, f"{what} is damaged or truncated: the directory at its end is missing"
            ) from None
        reason = shorten(str(error).splitlines()[0] if str(error) else type(error).__name__)
        raise unusable(path, f"{what} is damaged ({reason})") from None
    except OSError as error:
        if error.errno != errno.EINVAL:
            raise file_error(error, path, "reading") from None
        raise unusable(path, f"{what} is damaged (a place outside the file)") from None


def _array_name(path: str, member: zipfile.ZipInfo) -> str:
    """Return the name of a member's array.  Raises SpecError if it is none."""
    name = member.filename
    steps = PurePosixPath(name.replace("\\", "/"))
    if steps.is_absolute() or ".." in steps.parts:
        raise unusable(path, f"its member {quoted(name)} points out of the archive")
    if not name.endswith(_SUFFIX):
        hint = "save the arrays alone: numpy.savez(FILE, W1=…, b1=…)"
        raise unusable(path, f"its member {quoted(name)} is no NPY array", hint)
    if member.flag_bits & _ENCRYPTED:
        raise unusable(
            path, f"its member {quoted(name)} is encrypted", "save it without a password"
        )
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        what = f"its member {quoted(name)} is compressed in a way that NumPy does not write"
        raise unusable(path, what, "save it with numpy.savez_compressed")
    return name[: -len(_SUFFIX)]


def _stored(
    path: str, archive: zipfile.ZipFile, name: str, member: zipfile.ZipInfo
) -> StoredTensor:
    """Return what a member's header says of its array.  Raises SpecError."""
    from nncli.data.npy_header import read_header

    with archive.open(member) as stream:
        beginning = stream.read(_HEADER_BYTES)
    try:
        found = read_header(beginning)
    except ValueError as error:
        raise unusable(path, f"its member {quoted(name)} is no NPY array: {error}") from None
    if found.dtype.hasobject or found.dtype.names is not None:
        what = "Python objects, which are never loaded" if found.dtype.hasobject else "records"
        message = f"{quoted(name)} holds {what}"
        raise SpecError(Problem("N307", message, Place(path), ("save numbers only",)))
    shape = check_described(path, name, found.shape)
    needed, held = math.prod(shape) * found.dtype.itemsize, member.file_size - found.start
    if needed != held:
        state = "truncated" if held < needed else "longer than its header says"
        what = f"{shorten(f'{needed:,}', 30)} bytes of values expected, {held:,} found"
        raise unusable(path, f"its member {quoted(name)} is {state}: {what}")
    return StoredTensor(name, shape, found.dtype.name)
