"""What can go wrong: problems with a place and a remedy, and the errors that carry them.

A `Problem` is a value that says where, what and what would help; an `NncliError` carries one or
more of them up to the one edge that prints them.  Each floor adds only what it knows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import ClassVar


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


# Stable: a code keeps its meaning for good, and a retired one is never used again.
PROBLEM_TITLES: dict[str, str] = {
    "N100": "not YAML",
    "N101": "unknown key",
    "N102": "repeated key",
    "N103": "YAML feature that is not allowed",
    "N104": "too large or too deep",
    "N105": "wrong kind of value",
    "N106": "missing key",
    "N107": "value that is not allowed",
    "N108": "keys that exclude each other",
    "N109": "missing seed",
    "N110": "unreadable characters",
    "N111": "counts that differ",
    "N201": "layers that do not fit",
    "N202": "weights and neurons that do not fit",
    "N203": "biases and neurons that do not fit",
    "N204": "batch and network that do not fit",
    "N301": "ragged weights",
    "N302": "weights that are not numbers",
    "N303": "weights that are not finite",
    "N401": "empty data",
    "N402": "no data rows",
    "N403": "ragged row",
    "N404": "cell that is not a number",
    "N405": "misplaced quote",
    "N406": "unreadable bytes",
    "N407": "batch width that does not fit the network",
    "N408": "unknown column",
    "N409": "ambiguous column",
    "N410": "unclear header",
    "N411": "not a CSV file",
    "N412": "too much data",
    "N413": "line too long",
    "N414": "unusable NPY file",
    "N415": "number too large",
    "N416": "broken compression",
    "N417": "not a saved benchmark",
    "N418": "files whose columns differ",
    "N419": "unusable Parquet file",
    "N501": "no such file",
    "N502": "not a file",
    "N503": "permission denied",
    "N504": "file exists",
    "N505": "output is an input",
    "N506": "writing failed",
    "N507": "reading failed",
    "N508": "not enough memory",
    "N601": "expectation not met",
    "N602": "expected values of another shape",
    "N603": "non-finite values",
    "N604": "outputs that differ",
    "N605": "slower than allowed",
}


# Problems of some data beyond these are counted, not kept: a wrong file may hold millions.
KEPT_PROBLEMS = 5


@dataclass(frozen=True)
class Place:
    """Where a problem is: a file and, if known, a line and column, both counted from 1.

    *excerpt* is the text of that physical line; *caret* the 0-based character in it to point at
    (a CSV column is a field number, so the caret cannot be derived from it).
    """

    file: str
    line: int | None = None
    column: int | None = None
    excerpt: str | None = None
    caret: int | None = None


@dataclass(frozen=True)
class Edit:
    """A piece of a text file, and the text to put in its place.

    Lines and columns count from 1, columns in characters (a place in a CSV file counts fields);
    the piece ends before end_line:end_column.  summary: what a screen shows of it.
    """

    file: str
    line: int
    column: int
    end_line: int
    end_column: int
    text: str
    summary: str

    @classmethod
    def without_lines(cls, file: str, first: int, count: int = 1) -> Edit:
        """Return the edit that takes whole lines away."""
        return cls(file, first, 1, first + count, 1, "", "(without this line)")


@dataclass(frozen=True)
class Suggestion:
    """A change that would mend a problem: in words, then exactly.

    options: to add to the command line; edits: of files, first to last, none touching another.
    """

    words: str
    options: tuple[str, ...] = ()
    edits: tuple[Edit, ...] = ()


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong: a stable code, what was found, where, and what would help.

    The code is a key of PROBLEM_TITLES, or empty for a wrong command line.  help: advice in
    words; suggestions: changes that the doctor has tried, or has yet to try.
    """

    code: str
    message: str
    place: Place | None = None
    help: tuple[str, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()


@dataclass(frozen=True)
class Note:
    """A remark that stops nothing: a code, the 1-based layer it is about (if any), the words."""

    code: str
    message: str
    layer: int | None = None


class NncliError(Exception):
    """Anything that the user can mend.  Root of the family; `exit_code` says which stage failed.

    notes: remarks that may have to do with it.
    """

    exit_code: ClassVar[ExitCode] = ExitCode.BUG
    notes: tuple[Note, ...] = ()

    def __init__(self, problems: Problem | Sequence[Problem], *, more: int = 0) -> None:
        """problems: one or several; more: how many further ones were counted but not kept."""
        self.problems = (problems,) if isinstance(problems, Problem) else tuple(problems)
        self.more = more
        super().__init__("; ".join(problem.message for problem in self.problems))


class UsageError(NncliError):
    """The command line contradicts itself."""

    exit_code = ExitCode.USAGE

    def __init__(self, message: str, *help_lines: str) -> None:
        # a wrong command line needs no code: it is all in front of whoever typed it
        super().__init__(Problem("", message, help=help_lines))


class SpecError(NncliError):
    """The spec or its weights are wrong, or the layers do not fit each other."""

    exit_code = ExitCode.SPEC


class ShapeError(SpecError):
    """Two shapes do not fit."""


@dataclass(frozen=True)
class FirstLook:
    """The first bytes of some data, decompressed; complete: whether they are all there is."""

    content: bytes
    complete: bool


class DataError(NncliError):
    """The input data is wrong, its width for this network included.

    looks: the beginning of each source that is at fault, for a doctor to try changes on; features:
    the width of the data, if it is that which does not fit; rejects: the file that lists every
    fault, if there is one.
    """

    exit_code = ExitCode.DATA
    features: int | None = None
    rejects: str | None = None

    def __init__(self, problems: Problem | Sequence[Problem], *, more: int = 0) -> None:
        super().__init__(problems, more=more)
        self.looks: dict[str, FirstLook] = {}


class FileError(NncliError):
    """Reading or writing failed: missing, forbidden, existing, full disk, no memory."""

    exit_code = ExitCode.FILES


class CheckFailed(NncliError):  # noqa: N818  # the run was no error; the check failed
    """A check that the user asked for did not pass."""

    exit_code = ExitCode.CHECK_FAILED


def shorten(text: str, limit: int = 60) -> str:
    """Return *text*, cut to *limit* characters with an ellipsis, fit to be quoted in a message.

    >>> shorten("abcdef", limit=4)
    'abc…'
    """
    return text if len(text) <= limit else text[: limit - 1] + "…"


def quoted(text: str) -> str:
    """Return *text* in single quotes, shortened, for a message."""
    return f"'{shorten(text)}'"


def count_of(number: int, singular: str, plural: str | None = None) -> str:
    """Return a count with its noun.

    >>> count_of(1, "row"), count_of(1234, "row")
    ('1 row', '1,234 rows')
    """
    noun = singular if number == 1 else (plural or singular + "s")
    return f"{number:,} {noun}"


def nearest(word: str, candidates: Sequence[str]) -> str | None:
    """Return the candidate that *word* was probably meant to be, if one is close."""
    import difflib  # only needed once something is already wrong

    folded = {candidate.casefold(): candidate for candidate in reversed(candidates)}
    close = difflib.get_close_matches(word.casefold()[:200], list(folded), n=1, cutoff=0.6)
    return folded[close[0]] if close else None


def strange_character(text: str) -> tuple[str, ...]:
    """Return the help line that names the first character of *text* beyond plain ASCII, or none.

    Such a character often only looks like another: a no-break space, a curly quote, a minus sign.
    """
    import unicodedata

    strange = next((c for c in text if not 32 <= ord(c) < 127), None)
    if strange is None:
        return ()
    name = unicodedata.name(strange, "a control character")
    instead = "; use '-'" if strange == "\u2212" or unicodedata.category(strange) == "Pd" else ""
    return (f"it contains U+{ord(strange):04X} {name}{instead}",)


def did_you_mean(word: str, candidates: Sequence[str]) -> tuple[str, ...]:
    """Return the help line that proposes the nearest candidate, or none."""
    best = nearest(word, candidates)
    return (f"did you mean `{best}`?",) if best is not None else ()
