"""The command `nncli`: its commands, and the way into and out of the process."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence
from typing import Annotated

import typer
from typer.main import get_command

from nncli import __version__
from nncli.cli.completion import let_zsh_begin_at_once
from nncli.cli.edge import TYPED, Stopped, end_on_signals, report_bug, report_usage_error
from nncli.cli.help_pages import EXIT_CODES, HelpfulCommand, HelpfulGroup
from nncli.cli.streams import (
    ReaderGone,
    abandon_stdout,
    flushed,
    make_streams_safe,
    report,
    show,
)
from nncli.errors import ExitCode, NncliError
from nncli.render.layout.view import line

# One BLAS thread: faster for the sizes at hand, and the same bits whatever the machine's load.
_ONE_THREAD = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS", "BLIS_NUM_THREADS")


app = typer.Typer(
    cls=HelpfulGroup,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=EXIT_CODES,
)


def _print_version(wanted: bool) -> None:
    if wanted:
        show(lambda _: [line(f"nncli {__version__}")])
        raise typer.Exit


@app.callback()
def nncli(
    _: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """Run a batch through a dense neural network, and see every shape and every number."""


def _register_commands() -> None:
    from nncli.cli.bench import bench
    from nncli.cli.convert import convert
    from nncli.cli.evaluate import evaluate
    from nncli.cli.explain import explain
    from nncli.cli.explain_error import explain_error
    from nncli.cli.forward import forward
    from nncli.cli.schema import schema
    from nncli.cli.shapes import shapes

    for command in (forward, evaluate, shapes, explain, bench, convert, explain_error, schema):
        name = command.__name__.replace("_", "-")
        app.command(name, cls=HelpfulCommand)(command)


_register_commands()


def run(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit code; nothing is raised, nothing exits."""
    TYPED.set(tuple(arguments))
    let_zsh_begin_at_once(arguments)
    try:
        result = get_command(app).main(
            args=list(arguments), prog_name="nncli", standalone_mode=False
        )
    except typer.TyperException as error:
        if type(error).__name__ == "NoArgsIsHelpError":
            return ExitCode.USAGE  # the help was shown already
        return report_usage_error(error)
    except typer.Abort:
        return ExitCode.INTERRUPTED
    except ReaderGone:
        return ExitCode.READER_GONE
    except Stopped as stopped:
        return stopped.code
    except NncliError as error:  # outside a command's body, as in --version
        report(error)
        return error.exit_code
    except OSError as error:  # the help page could not be written
        return abandon_stdout(error).exit_code
    except SystemExit as error:  # the completion scripts end this way
        return _exit_code(error)
    except Exception as error:
        report_bug(error, debug="--debug" in arguments)
        return ExitCode.BUG
    return result if isinstance(result, int) else ExitCode.DONE


def _exit_code(error: SystemExit) -> int:
    """Return the code that an exit from within Typer means."""
    if type(sys.stdout).__name__ == "PacifyFlushWrapper":  # how Typer meets a broken pipe
        return ExitCode.READER_GONE
    return error.code if isinstance(error.code, int) else ExitCode.DONE


def main() -> None:
    """Run the process's command line and exit."""
    # A short run makes many objects and hardly any cycles: looking for these takes two fifths of
    # the time in which a large spec is read.
    gc.set_threshold(100_000, 50, 50)
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "1")  # their look-up costs start-up time
    for variable in _ONE_THREAD:
        os.environ[variable] = "1"  # read when NumPy is imported
    # Arrow's own allocators keep more of what is freed: a fifth more memory for no gain in time
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
    make_streams_safe()
    try:
        end_on_signals()
        code = flushed(run(sys.argv[1:]))
    except KeyboardInterrupt:
        code = ExitCode.INTERRUPTED
    except Stopped as stopped:
        code = stopped.code
    sys.exit(code)
