"""Where a command draws a picture: which kind the name of its file asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nncli.cli.installed import check_installed
from nncli.errors import UsageError

if TYPE_CHECKING:
    from nncli.render.pictures import PictureKind

_KINDS: dict[str, PictureKind] = {".svg": "svg", ".png": "png"}


def picture_kind(path: str) -> PictureKind:
    """Return which picture a path's suffix names.  Raises UsageError."""
    for suffix, kind in _KINDS.items():
        if path.lower().endswith(suffix):
            return kind
    raise UsageError(f"the suffix of {path!r} names no picture: {', '.join(_KINDS)}", code="N703")


def check_plot(path: str | None) -> None:
    """Check that a picture can be drawn, if one is wanted.  Raises UsageError."""
    if path is not None:
        picture_kind(path)
        check_installed("--plot", ("matplotlib",), "plot")
