"""The one place where errors become messages and exit codes."""

from __future__ import annotations

import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from types import FrameType
from typing import NoReturn

import typer

from nncli.cli.streams import ReaderGone, remark, remark_view, report, write_text
from nncli.errors import CheckFailed, DataError, ExitCode, FileError, NncliError
from nncli.machine import ENDING_SIGNALS
from nncli.problems import Note, Problem
from nncli.render.layout.view import Span, View, line

# The words after `nncli`, for suggestions that change one of them.
TYPED: ContextVar[tuple[str, ...]] = ContextVar("TYPED", default=())


class Stopped(BaseException):
    """The process was told to end; carries the exit code.  Not an Exception: clean-ups run."""

    def __init__(self, code: ExitCode) -> None:
        self.code = code
        super().__init__(code)


class Refused(Exception):  # noqa: N818  # it carries an error, and what the command adds to it
    """An error on its way to the edge, with what the command has to say besides."""

    def __init__(
        self,
        error: NncliError,
        notes: Sequence[Note] = (),
        rejects: str | None = None,
        clash: View = (),
    ) -> None:
        """Add what the command knows.

        notes: what may have to do with it; rejects: the file that lists what was refused;
        clash: a drawing of the shapes that do not fit.
        """
        self.error = error
        self.notes = tuple(notes)
        self.rejects = rejects
        self.clash = clash
        super().__init__(error)

    @property
    def features(self) -> int | None:
        """The width of the data, if it is that which does not fit."""
        return self.error.features if isinstance(self.error, DataError) else None


@contextmanager
def error_edge(*, debug: bool, json: bool = False) -> Iterator[None]:
    """Run a command's body; whatever goes wrong in it ends as a message and an exit code.

    json: whether standard output, which has nothing yet, gets the problems as JSON.
    """
    try:
        yield
    except (NncliError, Refused) as error:
        refused = _blamed(error if isinstance(error, Refused) else Refused(error))
        if json:
            _write_json(refused)
        fail(refused)
    except ReaderGone:
        raise typer.Exit(ExitCode.READER_GONE) from None
    except typer.TyperException:
        raise
    except Exception as error:
        # typer.Exit and typer.Abort are RuntimeErrors and mean no bug
        if isinstance(error, (typer.Exit, typer.Abort)):
            raise
        shortage = _shortage(error)
        if shortage is not None:
            fail(Refused(FileError(shortage)))
        report_bug(error, debug=debug)
        raise typer.Exit(ExitCode.BUG) from None


def _blamed(refused: Refused) -> Refused:
    """Return what was refused, with the words of the command line that explain it, if some do."""
    if not TYPED.get():
        return refused
    from nncli.cli.wrong_usage import blamed_on_words

    blamed = blamed_on_words(refused.error, TYPED.get())
    return refused if blamed is refused.error else Refused(blamed)


def _shortage(error: Exception) -> Problem | None:
    """Return the problem if it is no bug that was met, but a machine that has too little left."""
    words = str(error)
    if isinstance(error, MemoryError):
        hint = "split the data into smaller files"
        return Problem("N508", "not enough memory", help=(hint,))
    if words == "can't start new thread":
        hint = "allow more processes and memory (ulimit -u, ulimit -v), or use fewer --threads"
        return Problem("N508", "the system starts no more threads", help=(hint,))
    if not isinstance(error, (ImportError, OSError)):
        return None
    # what the loader of shared libraries says has no number
    if "failed to map segment" in words or "Cannot allocate memory" in words:
        hint = "allow more memory (ulimit -v)"
        return Problem("N508", "not enough memory to load the libraries", help=(hint,))
    if "Too many open files" in words or "Error 24" in words:
        hint = "raise the limit of open files (ulimit -n)"
        return Problem("N507", "reading failed: too many open files", help=(hint,))
    return None


def fail(refused: Refused) -> NoReturn:
    """Report an error and end the command with its exit code; its result is out already."""
    remark_view(refused.clash)
    report(refused.error, refused.notes, refused.rejects)
    raise typer.Exit(refused.error.exit_code) from None


def fail_if(failures: Sequence[Problem]) -> None:
    """End the command with what it did not pass of the checks that were asked for, if anything."""
    if failures:
        fail(Refused(CheckFailed(failures)))


def _write_json(refused: Refused) -> None:
    from nncli.render.json_output import problems_json

    with suppress(NncliError, ReaderGone):  # the message and the exit code say what matters
        write_text(problems_json(refused.error, refused.notes))


def report_bug(error: Exception, *, debug: bool) -> None:
    """Say in one line that nncli is at fault, and how to tell; with *debug*, the traceback too."""
    if debug:
        import traceback

        for text in traceback.format_exception(error):
            remark([line(part) for part in text.rstrip("\n").split("\n")])
    what = f"a bug in nncli: {type(error).__name__}: {error}"
    how = ";" if debug else "; run it again with --debug, and"
    please = f"{how} please report it with the command and its files"
    remark([line(Span("error", "error"), f": {what}{please}")])


def report_usage_error(error: typer.TyperException) -> int:
    """Report a command line that the parser refused, also as JSON if that is wanted."""
    from nncli.cli.wrong_usage import usage_error, wants_json

    refused = Refused(usage_error(error, TYPED.get()))
    if wants_json(refused.error, TYPED.get()):
        _write_json(refused)
    report(refused.error)
    return refused.error.exit_code


def end_on_signals() -> None:
    """Let SIGTERM and SIGHUP unwind the stack, as SIGINT does, so that nothing is left behind."""
    codes = {"SIGTERM": ExitCode.TERMINATED, "SIGHUP": ExitCode.HUNG_UP}

    def stop(number: int, _: FrameType | None) -> None:
        raise Stopped(codes[signal.Signals(number).name])

    for number in ENDING_SIGNALS:
        # an interrupt has its own exception; under nohup what hangs up stays ignored
        if (
            number.name in codes and signal.getsignal(number) is not signal.SIG_IGN
        ):  # under nohup it stays ignored
            signal.signal(number, stop)
