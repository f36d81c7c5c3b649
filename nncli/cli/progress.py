"""How far a long run is, for somebody who watches a terminal, and what it took."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nncli.data.stream import SampleStream

# What is over sooner needs no bar; and more pictures a second nobody sees.
_SILENT_SECONDS = 1.0
_REDRAW_SECONDS = 0.2

# Takes what is done, the seconds so far, and those expected in all, if anybody knows.
Advance = Callable[[str, float, float | None], None]


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

    def advance(what: str, elapsed: float, expected: float | None) -> None:
        nonlocal drawn
        now = time.monotonic()
        if now - started < _SILENT_SECONDS or now - drawn < _REDRAW_SECONDS:
            return
        drawn = now
        left = f"{max(expected - elapsed, 0):.0f} s left" if expected is not None else ""
        bar.update(task, description=what, completed=elapsed, total=expected, left=left)
        bar.start()
        bar.refresh()

    try:
        yield advance
    finally:
        bar.stop()


@contextmanager
def samples_progress(samples: SampleStream, *, quiet: bool) -> Iterator[Callable[[int], None]]:
    """Yield a function that draws how many samples are done; time left if the size is known."""
    started = time.monotonic()
    with progress_bar(quiet=quiet) as draw:

        def advance(done: int) -> None:
            elapsed = max(time.monotonic() - started, 1e-9)
            position, size = samples.progress.position(), samples.progress.size
            expected = elapsed * size / position if size and position else None
            draw(f"{done:,} rows   {position / elapsed / 1e6:.0f} MB/s", elapsed, expected)

        yield advance
