"""Help pages: what Typer shows of a command, without its types, and with examples that run."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from typer.core import TyperArgument, TyperCommand, TyperGroup

from nncli.cli.streams import ReaderGone, open_stdout, show, terminal_columns
from nncli.render.layout.view import Span, line

# Longer lines are hard to read.
_MAX_WIDTH = 100

EXIT_CODES = (
    "Exit codes: 0 done · 1 a requested check failed · 2 wrong usage · 3 spec, weights or shapes · "
    "4 data · 5 reading or writing · 70 a bug in nncli"
)
# Three for each command, the simplest first; they run in the project's folder.
EXAMPLES: dict[str, tuple[str, str, str]] = {
    "forward": (
        "nncli forward configs/batch.yaml sample_data/batch.csv",
        "nncli forward configs/iris.yaml sample_data/iris_test.csv --predict class",
        "printf '1,2\\n2,-1\\n' | nncli forward configs/three_inputs.yaml - --format csv",
    ),
    "evaluate": (
        "nncli evaluate configs/iris.yaml sample_data/iris_test.csv --target species",
        "nncli evaluate configs/digits.yaml sample_data/digits_test.csv --target digit",
        "nncli evaluate configs/cancer.yaml sample_data/cancer_test.csv --target diagnosis -q",
    ),
    "shapes": (
        "nncli shapes configs/two_layers.yaml --draw",
        "nncli shapes configs/wide.yaml --batch-size 512",
        "nncli shapes configs/iris.yaml sample_data/iris_test.csv",
    ),
    "explain": (
        "nncli explain configs/neuron.yaml sample_data/neuron.csv",
        "nncli explain configs/batch.yaml sample_data/batch.csv --neuron 3",
        "nncli explain configs/iris.yaml sample_data/iris_test.csv --layer last -o iris.html",
    ),
    "bench": (
        "nncli bench configs/two_layers.yaml --batch-sizes 1,8,32",
        "nncli bench configs/two_layers.yaml --batch-sizes 8,32 --backend numpy,loop",
        "nncli bench configs/iris.yaml sample_data/iris_test.csv --max-time 3",
    ),
    "convert": (
        "nncli convert configs/iris.yaml iris.safetensors",
        "nncli convert configs/iris.yaml iris.py",
        "nncli convert configs/iris.safetensors iris_net.yaml --activations relu,softmax",
    ),
    "explain-error": (
        "nncli explain-error N201",
        "nncli explain-error N407",
        "nncli explain-error",
    ),
    "schema": (
        "nncli schema",
        "nncli schema > spec.schema.json",
        "nncli schema | python3 -m json.tool | less",
    ),
}


def _prepare_page() -> None:
    """Make Rich's help pages readable at any width, and end as promised if their reader goes away.

    Raises FileError if standard output is closed.
    """
    from rich.console import Console
    from typer import rich_utils

    open_stdout()
    rich_utils.MAX_WIDTH = min(terminal_columns(), _MAX_WIDTH)

    def on_broken_pipe(_: Console) -> None:
        raise ReaderGone

    Console.on_broken_pipe = on_broken_pipe  # type: ignore[method-assign,assignment]


def _without_types(parameters: Iterable[Any]) -> None:
    """Let parameters show what stands for a value as it was written for people, and no types."""
    for parameter in parameters:
        words = type(parameter).display_type_rich
        if isinstance(parameter, TyperArgument) or parameter.is_flag:
            parameter.display_type_rich = lambda ctx: None  # noqa: ARG005
        else:
            parameter.display_type_rich = partial(_bare, partial(words, parameter))


def _bare(shown: Callable[..., str | None], ctx: Any) -> str:
    return (shown(ctx=ctx) or "").strip("<>")


class HelpfulCommand(TyperCommand):
    """A command whose help page names no types, and ends with examples."""

    def format_help(self, *arguments: Any) -> None:
        """Write the page as Typer does, and the examples below it."""
        _prepare_page()
        _without_types(self.get_params(arguments[0]))
        super().format_help(*arguments)
        examples = EXAMPLES[str(self.name)]
        # an example is one line at any width, so that it can be pasted
        show(lambda _: [line(Span("Examples", "heading")), *map(line, examples)])

    def get_help_option(self, ctx: Any) -> Any:
        """Return `--help`, which stands in one panel with `--debug`."""
        option = super().get_help_option(ctx)
        if option is not None:
            option.rich_help_panel = "Help"
        return option

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        """Return the words of the usage line; what may be left out is in brackets."""
        pieces = " ".join(super().collect_usage_pieces(ctx)).replace("[[", "[").replace("]]", "]")
        return re.sub("[{}]", "", pieces).split(" ")


class HelpfulGroup(TyperGroup):
    """The command `nncli` itself."""

    def format_help(self, *arguments: Any) -> None:
        """Write the page as Typer does."""
        _prepare_page()
        _without_types(self.get_params(arguments[0]))
        super().format_help(*arguments)
