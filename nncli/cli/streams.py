"""Standard output and standard error: results on the one, all remarks on the other.

Both may be closed, full, or read by somebody who goes away; each has its exit code.
"""

from __future__ import annotations

import codecs
import errno
import os
import shutil
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import BinaryIO, TextIO

from nncli.errors import ExitCode, FileError, NncliError
from nncli.files import file_error
from nncli.problems import Note, Place, Problem
from nncli.render.layout.plain import plain_texts, to_plain
from nncli.render.layout.view import View
from nncli.render.problems import error_view, note_line

# Nothing is laid out for less; a still narrower terminal wraps the lines.
_MIN_WIDTH = 40
_MAX_WIDTH = 10_000
# How standard output is named where a path is asked for, and what messages call it.
STDOUT_NAMES = ("-", "/dev/stdout")
_STDOUT = "<stdout>"

# What an output that is not Unicode gets instead of nncli's own signs.
_ASCII_SIGNS = {
    "×": "x",
    "·": ".",
    "→": "->",
    "≠": "!=",
    "≈": "~",
    "±": "+-",
    "–": "-",
    "…": "...",
    "✗": "X",
    "√": "sqrt",
    "ᵀ": ".T",
    "²": "^2",
    "µ": "u",
    "━": "-",
    "─": "-",
    "│": "|",
    **dict.fromkeys("┌┐└┘", "+"),
    **dict.fromkeys("█▉▊▋▌▍▎▏", "#"),
}


class ReaderGone(BaseException):
    """The reader of standard output went away: no error, but the end."""


def open_stdout() -> TextIO:
    """Return standard output.  Raises FileError if it is closed."""
    if sys.stdout is None:
        hint = ("redirect the output, or name a file with -o",)
        raise FileError(Problem("N506", "standard output is closed", Place(_STDOUT), hint))
    return sys.stdout


def write_result(chunks: Iterable[bytes]) -> None:
    """Write a result to standard output.  Raises FileError if it is closed or full, ReaderGone."""
    out = open_stdout()
    try:
        out.flush()
        for chunk in chunks:
            _write_all(out.buffer, chunk)
        out.buffer.flush()
    except BrokenPipeError:
        _abandon(out)
        raise ReaderGone from None
    except OSError as error:
        _abandon(out)
        raise file_error(error, _STDOUT, "writing") from None


def _write_all(stream: BinaryIO, data: bytes) -> None:
    """Write all of it: under PYTHONUNBUFFERED a stream may take a part, and say so."""
    rest = memoryview(data)
    while rest:
        written: int | None = stream.write(rest)
        if written is None:  # it would have to wait, and must not
            raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))
        rest = rest[written:]


class ResultStream:
    """Standard output as a stream for a result that comes in parts; each is out at once."""

    def write(self, data: bytes) -> int:
        """Write some of it.  Raises as `write_result` does."""
        write_result([data])
        return len(data)


def abandon_stdout(error: OSError) -> FileError:
    """Report that standard output could not be written, and write there no more."""
    failure = file_error(error, _STDOUT, "writing")
    if sys.stdout is not None:
        _abandon(sys.stdout)
    report(failure)
    return failure


def flushed(code: int) -> int:
    """Flush what others left in standard output; return *code*, or the one for a failure."""
    try:
        if sys.stdout is not None:
            write_result([])
    except ReaderGone:
        return ExitCode.READER_GONE
    except FileError as error:
        if code == ExitCode.DONE:
            report(error)
            return error.exit_code
    return code


def write_text(text: str) -> None:
    """Write text to standard output, in its encoding.  Raises as `write_result` does."""
    write_texts([text])


def write_texts(texts: Iterable[str]) -> None:
    """Write texts one after the other.  Raises as `write_result` does."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    errors = getattr(sys.stdout, "errors", None) or "strict"
    write_result(text.encode(encoding, errors) for text in texts)


def takes_unicode(signs: str) -> bool:
    """Whether some signs can be written to standard output as they are."""
    try:
        signs.encode(getattr(sys.stdout, "encoding", None) or "utf-8")
    except UnicodeError:
        return False
    return True


def show(build: Callable[[int | None], View]) -> None:
    """Show a view: laid out for the terminal, or plain and as wide as it takes.

    build: makes the view for a width, None for no limit.
    """
    width = _terminal_width(sys.stdout)
    if _takes_colours(sys.stdout):
        write_text(_as_ansi(build(width), width, sys.stdout))
    else:
        write_texts(plain_texts(build(None)))


def show_view(build: Callable[[int | None], View], form: str) -> None:
    """Show a view as `show` does, or as Markdown.  form: table or md."""
    if form == "md":
        from nncli.render.layout.markdown import to_markdown

        write_text(to_markdown(build(None)))
    else:
        show(build)


def remark_view(view: View) -> None:
    """Show a view on standard error, laid out as `show` does."""
    remark(view, _terminal_width(sys.stderr))


def report(error: NncliError, notes: Sequence[Note] = (), rejects: str | None = None) -> None:
    """Print an error's problems on standard error, and what the command has to say besides."""
    width = _terminal_width(sys.stderr)
    remark(error_view(error, width, notes, rejects), width)


def terminal_columns() -> int:
    """Return the terminal's width, within reason: COLUMNS may say anything."""
    return min(max(shutil.get_terminal_size().columns, _MIN_WIDTH), _MAX_WIDTH)


def _terminal_width(stream: TextIO | None) -> int | None:
    """Return the width to lay out for, None for no limit: only a terminal has one."""
    if stream is None or not stream.isatty():
        return None
    return terminal_columns()


def _takes_colours(stream: TextIO | None) -> bool:
    """Whether a stream is a terminal, or is to be treated as one (https://force-color.org)."""
    forced = os.environ.get("FORCE_COLOR") and not os.environ.get("NO_COLOR")
    return stream is not None and (stream.isatty() or bool(forced))


def remark_notes(notes: Iterable[Note], *, quiet: bool) -> None:
    """Print notes on standard error, one a line."""
    if not quiet:
        remark([note_line(note) for note in notes], _terminal_width(sys.stderr))


def remark(view: View, width: int | None = None) -> None:
    """Print on standard error; a closed or full one changes nothing about the run.

    width: of the terminal, for what must be laid out; None for lines of any length.
    """
    err = sys.stderr
    if err is None or not view:
        return
    try:
        err.write(_as_ansi(view, width, err) if _takes_colours(err) else to_plain(view))
        err.flush()
    except (OSError, ValueError):
        _abandon(err)


def _as_ansi(view: View, width: int | None, stream: TextIO) -> str:
    """Return a view with the colours that *stream* understands; width None: lines of any length."""
    from rich.console import Console

    from nncli.render.layout.terminal import to_rich

    any_length = max([_MIN_WIDTH, *(block.width() for block in view)]) + 1
    console = Console(
        file=stream,
        width=width or any_length,
        # without colours no codes at all: bold and dim would be left otherwise
        color_system=None if os.environ.get("NO_COLOR") else "auto",
        highlight=False,
        markup=False,
        emoji=False,
    )
    with console.capture() as capture:
        # what fits is never cut, whatever Rich takes some characters for
        console.print(to_rich(view, width or any_length), crop=False)
    lines = capture.get().split("\n")
    # without colour codes in the way, spaces at the ends of lines are only in the way
    return "\n".join(line.rstrip() for line in lines)


def _abandon(stream: TextIO) -> None:
    """Point a stream's descriptor at nothing, so that the flush at exit cannot fail as well."""
    try:
        descriptor = os.open(os.devnull, os.O_WRONLY)
        os.dup2(descriptor, stream.fileno())
        os.close(descriptor)
    except (OSError, ValueError):
        pass


def make_streams_safe() -> None:
    """Prepare the process's streams: every text can be encoded, no descriptor is left to chance."""
    for descriptor in (0, 1, 2):
        try:
            os.fstat(descriptor)
        except OSError:
            # a closed one would be taken by the next file that is opened
            os.open(os.devnull, os.O_RDWR)
    codecs.register_error("nncli", _replace_unencodable)
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.reconfigure(errors="nncli")  # type: ignore[union-attr]  # a TextIOWrapper here


def _replace_unencodable(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    bad = error.object[error.start : error.end]
    text = "".join(_ASCII_SIGNS.get(c) or c.encode("unicode_escape").decode() for c in bad)
    return text, error.end
