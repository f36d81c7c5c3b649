"""Spec files: reading one from disk, never more of it than a spec may have."""

from __future__ import annotations

from nncli.files import read_at_most
from nncli.specs.model import NetworkSpec
from nncli.specs.reader import Overrides, read_spec
from nncli.specs.yaml_source import MAX_BYTES, too_large


def load_spec(path: str, overrides: Overrides | None = None) -> NetworkSpec:
    """Read the spec at *path*.  Raises SpecError for its content, FileError for the file."""
    return read_spec(read_spec_file(path), path, overrides)


def read_spec_file(path: str) -> bytes:
    """Return the bytes of a spec.  Raises SpecError if they are too many, FileError."""
    content = read_at_most(path, MAX_BYTES)
    if content is None:
        raise too_large(path)
    return content
