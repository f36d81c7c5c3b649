"""What all pictures share: settings, colours, an axis of batch sizes, the bytes of a file."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Literal

PictureKind = Literal["svg", "png"]

# Okabe & Ito's colours, which most kinds of colour blindness leave apart.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
_DOTS_PER_INCH = 150
_MAX_TICKS = 12
_LONGEST_LEVEL_TICK = 9999


@contextmanager
def own_settings() -> Iterator[None]:
    """Draw the same picture for the same figures, whatever the user's settings.

    Raises ImportError without matplotlib.
    """
    import matplotlib as mpl

    # inert foreign text
    settings = {"svg.hashsalt": "nncli", "text.parse_math": False}
    with mpl.rc_context({**mpl.rcParamsDefault, **settings, "backend": "agg"}):
        yield


def picture_bytes(figure: Any, kind: PictureKind) -> bytes:
    """Return a figure of matplotlib as a file, without the time at which it was made."""
    stream = io.BytesIO()
    metadata = {"Date": None} if kind == "svg" else {"Software": None}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # a name that no font has all signs for
        figure.savefig(stream, format=kind, dpi=_DOTS_PER_INCH, metadata=metadata)
    return stream.getvalue()


def label_sizes(axes: Any, sizes: Sequence[int]) -> None:
    """Let the horizontal axis be one of batch sizes, each twice as large as the one before."""
    from matplotlib.ticker import NullLocator

    axes.set_xscale("log", base=2)
    axes.set_xticks(_spread_out(sizes))
    axes.xaxis.set_major_formatter("{x:,.0f}")
    if sizes[-1] > _LONGEST_LEVEL_TICK:
        axes.tick_params(axis="x", rotation=45)
    axes.xaxis.set_minor_locator(NullLocator())


def clear_axes(axes: Any, title: str) -> None:
    """Give axes a title and light lines behind what is drawn, and no box around it."""
    axes.set_title(title, loc="left")
    axes.grid(visible=True, which="major", color="#dddddd")
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)


def _spread_out(sizes: Sequence[int]) -> list[int]:
    """Return as many batch sizes as can be labelled on a logarithmic axis, the last among them."""
    least_step = max((sizes[-1] / sizes[0]) ** (1 / _MAX_TICKS), 1.0)
    chosen: list[int] = []
    for size in reversed(sizes):
        if not chosen or size * least_step <= chosen[-1]:
            chosen.append(size)
    return chosen[::-1]
