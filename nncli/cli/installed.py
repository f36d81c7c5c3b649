"""Whether a package of an extra is installed."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.util import find_spec

from nncli.errors import UsageError


def check_installed(what: str, packages: Iterable[str], extra: str) -> None:
    """Check that what is asked for is installed.  Raises UsageError with the line to type.

    extra: of nncli, that brings the packages.
    """
    missing = [package for package in packages if find_spec(package) is None]
    if missing:
        message = f"{what} needs {' and '.join(missing)}, not installed here"
        raise UsageError(message, f"pip install 'nncli-forward[{extra}]'", code="N703")
