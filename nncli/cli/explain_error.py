"""`nncli explain-error`: a short lesson about a problem code."""

from __future__ import annotations

import re

from nncli.cli import options as opt
from nncli.cli.edge import error_edge
from nncli.cli.streams import show
from nncli.errors import UsageError
from nncli.problems import PROBLEM_TITLES
from nncli.words import did_you_mean, quoted


def explain_error(
    code: opt.Code = None,
    debug: opt.Debug = False,
) -> None:
    """Explain a problem's CODE: what it means, a tiny example, how to mend it."""
    with error_edge(debug=debug):
        from nncli.render.lessons import codes_view, lesson_view

        if code is None:
            show(lambda _: codes_view())
            return
        digits = re.search("[0-9]+", code)
        known = f"N{digits[0]}" if digits is not None else code.upper()
        if known not in PROBLEM_TITLES:
            hints = did_you_mean(known, list(PROBLEM_TITLES))
            raise UsageError(
                f"there is no code {quoted(code)}",
                *hints,
                "`nncli explain-error` lists them",
                code="N703",
            )
        show(lambda width: lesson_view(known, width))
