"""The errors that carry problems up to the one edge that prints them, and their exit codes."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from typing import ClassVar

from nncli.problems import Problem


class ExitCode(IntEnum):
    """How a run ended.  The table is closed: no other code is ever returned."""

    DONE = 0
    CHECK_FAILED = 1
    USAGE = 2
    SPEC = 3
    DATA = 4
    FILES = 5
    BUG = 70
    HUNG_UP = 129
    INTERRUPTED = 130
    READER_GONE = 141
    TERMINATED = 143


class NncliError(Exception):
    """Anything that the user can mend.  Root of the family; `exit_code` says which stage failed."""

    exit_code: ClassVar[ExitCode] = ExitCode.BUG

    def __init__(self, problems: Problem | Sequence[Problem], *, more: int = 0) -> None:
        """problems: one or several; more: how many further ones were counted but not kept."""
        self.problems = (problems,) if isinstance(problems, Problem) else tuple(problems)
        self.more = more
        super().__init__("\n".join(map(str, self.problems)))

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle what the error holds: its kind is not made of its text, as Exception believes."""
        return type(self).__new__, (type(self),), {**vars(self), "args": self.args}


class UsageError(NncliError):
    """The command line is wrong, or contradicts itself."""

    exit_code = ExitCode.USAGE

    def __init__(
        self,
        problem: Problem | str,
        *help_lines: str,
        code: str = "N705",
        choices: Sequence[str] = (),
        elsewhere: tuple[str, str] | None = None,
    ) -> None:
        """Say what is wrong.

        problem: or its message, told with this advice and under this code; choices: all that an
        item of the option that the message begins with may be, where only its command knows that;
        elsewhere: advice, and the command that takes the words as they are.
        """
        if isinstance(problem, str):
            advice = (elsewhere[0], *help_lines) if elsewhere is not None else help_lines
            problem = Problem(code, problem, help=advice)
        super().__init__(problem)
        self.choices = tuple(choices)
        self.elsewhere = elsewhere


class SpecError(NncliError):
    """The spec or its weights are wrong, or the layers do not fit each other."""

    exit_code = ExitCode.SPEC


class ShapeError(SpecError):
    """Two shapes do not fit."""


class DataError(NncliError):
    """The input data is wrong, its width for this network included."""

    exit_code = ExitCode.DATA

    def __init__(
        self,
        problems: Problem | Sequence[Problem],
        *,
        more: int = 0,
        features: int | None = None,
    ) -> None:
        """features: the width of the data, if it is that which does not fit."""
        super().__init__(problems, more=more)
        self.features = features


class FileError(NncliError):
    """Reading or writing failed: missing, forbidden, existing, full disk, no memory."""

    exit_code = ExitCode.FILES


class CheckFailed(NncliError):  # noqa: N818  # the run was no error; the check failed
    """A check that the user asked for did not pass."""

    exit_code = ExitCode.CHECK_FAILED
