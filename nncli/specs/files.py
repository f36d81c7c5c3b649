"""Spec files: reading one from disk, never more of it than a spec may have."""

from __future__ import annotations

from nncli.errors import SpecError
from nncli.file_kinds import kind_of
from nncli.files import open_binary
from nncli.problems import Place, Problem
from nncli.specs.model import NetworkSpec
from nncli.specs.reader import Overrides, read_spec
from nncli.specs.yaml_source import MAX_BYTES, too_large


def load_spec(path: str, overrides: Overrides | None = None) -> NetworkSpec:
    """Read the spec at *path*.  Raises SpecError for its content, FileError for the file."""
    return read_spec(read_spec_file(path), path, overrides)


def read_spec_file(path: str) -> bytes:
    """Return the bytes of a spec.  Raises SpecError if they cannot be one, FileError."""
    return check_spec_bytes(read_beginning(path), path)


def read_beginning(path: str) -> bytes:
    """Return the beginning of a file, one byte more than a spec may have.  Raises FileError."""
    with open_binary(path) as stream:
        return stream.read(MAX_BYTES + 1)


def check_spec_bytes(content: bytes, path: str) -> bytes:
    """Return the bytes of a spec.

    Raises SpecError if they are too many, or those of another kind of file.
    """
    # no spec begins with numbers, so what may be a table is one
    kind = kind_of(content, doubtful=True)
    if kind is not None and kind.as_spec is not None:
        message = f"this is not a spec but {kind.name}"
        program = kind.program_for(path)
        raise SpecError(Problem("N100", message, Place(path, 1), (kind.as_spec,), program=program))
    if len(content) > MAX_BYTES:
        raise too_large(path)
    return content
