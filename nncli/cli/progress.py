"""A progress bar on standard error, for somebody who watches a terminal."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

# What is over sooner needs no bar; and more pictures a second nobody sees.
_SILENT_SECONDS = 1.0
_REDRAW_SECONDS = 0.2

# Takes what is done, the seconds so far, and those expected in all.
Advance = Callable[[str, float, float], None]


@contextmanager
def progress_bar(*, quiet: bool) -> Iterator[Advance]:
    """Yield a function that draws how far the work is; the bar is gone when the block ends."""
    if quiet or sys.stderr is None or not sys.stderr.isatty():
        yield lambda _what, _elapsed, _expected: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    # drawn when told to, never by a thread of its own: that would run while calls are timed
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[left]}"),
        console=Console(stderr=True),
        transient=True,
        auto_refresh=False,
    )
    task = bar.add_task("", left="")
    started = drawn = time.monotonic()

    def advance(what: str, elapsed: float, expected: float) -> None:
        nonlocal drawn
        now = time.monotonic()
        if now - started < _SILENT_SECONDS or now - drawn < _REDRAW_SECONDS:
            return
        drawn = now
        left = f"{max(expected - elapsed, 0):.0f} s left"
        bar.update(task, description=what, completed=elapsed, total=expected, left=left)
        bar.start()
        bar.refresh()

    try:
        yield advance
    finally:
        bar.stop()
