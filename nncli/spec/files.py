"""Spec files: reading one from disk, never more of it than a spec may have."""

from __future__ import annotations

from nncli.files import read_at_most
from nncli.spec.model import NetworkSpec
from nncli.spec.reader import Overrides, SpecReading, inspect_spec, read_spec
from nncli.spec.yaml_source import MAX_BYTES, too_large


def load_spec(path: str, overrides: Overrides | None = None) -> NetworkSpec:
    """Read the spec at *path*.  Raises SpecError for its content, FileError for the file."""
    return read_spec(_read(path), path, overrides)


def inspect_spec_file(path: str, overrides: Overrides | None = None) -> SpecReading:
    """Read the spec at *path*; its layers may not fit.  Raises SpecError, FileError."""
    return inspect_spec(_read(path), path, overrides)


def _read(path: str) -> bytes:
    content = read_at_most(path, MAX_BYTES)
    if content is None:
        raise too_large(path)
    return content
