"""What can be wrong, as values: a problem with its place and what would help.

Each floor of the house adds to a problem only what it knows.
"""

from __future__ import annotations

from dataclasses import dataclass

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
    "N112": "outputs that tell no class",
    "N113": "no weights that suit a worksheet",
    "N114": "networks that cannot be compared",
    "N201": "layers that do not fit",
    "N202": "weights and neurons that do not fit",
    "N203": "biases and neurons that do not fit",
    "N204": "batch and network that do not fit",
    "N301": "ragged weights",
    "N302": "weights that are not numbers",
    "N303": "weights that are not finite",
    "N304": "unusable weights file",
    "N305": "array that is missing or not used",
    "N306": "arrays that do not fit the layers",
    "N307": "weights of another dtype",
    "N308": "normalisation with learned state",
    "N310": "model that is no dense network",
    "N311": "damaged ONNX model",
    "N312": "weights beside the model that are not read",
    "N313": "weights without a network",
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
    "N420": "unusable target",
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
    "N606": "worse than allowed",
    "N701": "unknown command",
    "N702": "unknown option",
    "N703": "option with a wrong value",
    "N704": "missing or needless arguments",
    "N705": "options that do not go together",
}


# Problems of some data beyond these are counted, not kept: a wrong file may hold millions.
KEPT_PROBLEMS = 5


@dataclass(frozen=True)
class Place:
    """Where a problem is: a file and, if known, a line and column, both counted from 1.

    *excerpt* is the text of that physical line; *caret* the 0-based character in it to point at
    (a CSV column is the number of a cell, so the caret cannot be derived from it).
    """

    file: str
    line: int | None = None
    column: int | None = None
    excerpt: str | None = None
    caret: int | None = None

    def __str__(self) -> str:
        """Return the place as compilers write it: FILE:LINE:COLUMN."""
        numbers = [str(number) for number in (self.line, self.column) if number is not None]
        return ":".join([self.file, *numbers])


@dataclass(frozen=True)
class Edit:
    """A piece of a text file, and the text to put in its place.

    Lines and columns count from 1, columns in characters (a place in a CSV file counts cells);
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
        summary = f"(without {'this line' if count == 1 else f'these {count:,} lines'})"
        return cls(file, first, 1, first + count, 1, "", summary)


@dataclass(frozen=True)
class Suggestion:
    """A change that would mend a problem: in words, then exactly.

    options: to add to the command line; edits: of files, first to last, none touching another;
    argv: all words after `nncli` as they should be, if one of them was wrong.
    """

    words: str
    options: tuple[str, ...] = ()
    edits: tuple[Edit, ...] = ()
    argv: tuple[str, ...] | None = None


@dataclass(frozen=True)
class FaultyRow:
    """What was seen of a line of a CSV file that is at fault, for a doctor to think of remedies."""

    delimiter: str
    cells: tuple[tuple[int, str], ...] = ()  # those that are wrong or too many, by 0-based position
    more: int = 0  # how many further ones were counted but not kept
    is_sample: bool = True  # whether it seems to be one, and no comment, title or header
    decimal: str = "."  # what stands before the decimals of its numbers


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong: a stable code, what was found, where, and what would help.

    The code is a key of PROBLEM_TITLES.  help: advice in
    words; program: lines of Python that do what the last help says; suggestions: changes that the
    doctor has tried, or has yet to try; row: until the doctor has seen to it, what a line of a CSV
    file holds.
    """

    code: str
    message: str
    place: Place | None = None
    help: tuple[str, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()
    row: FaultyRow | None = None
    program: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Return where it is, what, and what helps, a line each."""
        first = self.message if self.place is None else f"{self.place}: {self.message}"
        return "\n".join([first, *(f"help: {text}" for text in self.help)])


Words = tuple[str, ...]  # those of a command line, after `nncli`


@dataclass(frozen=True)
class OptionForm:
    """How an option is written."""

    names: Words
    opposite: Words = ()  # the names that say no
    takes_value: bool = True
    takes_list: bool = False
    choices: Words = ()  # the values, if only these are taken

    @property
    def name(self) -> str:
        """The long name."""
        return self.names[-1]

    @property
    def kind(self) -> str:
        """What kind of known word its values are, each of them: dtype, activation."""
        return self.name.lstrip("-").replace("activations", "activation")

    def answers(self, typed: str) -> tuple[Words, Words]:
        """Return the names that say yes and no to one of them."""
        yes, no = self.names, self.opposite
        return (yes, no) if typed in yes else (no, yes)


@dataclass(frozen=True)
class UsageFault:
    """What was seen of a command line that is refused, for a doctor to think of remedies."""

    problem: Problem
    typed: str = ""  # the word that is wrong, without what it is joined to; empty if one is missing
    option: str = ""  # whose value it is, as it was typed
    argument: str = ""  # which argument is missing or wrong: CONFIG, DATA; or the data's path
    names: Words = ()  # what could stand in its place: the commands, or the names of options
    options: tuple[OptionForm, ...] = ()  # of the command; of all commands where there is none

    def form(self, option: str) -> OptionForm | None:
        """Return how an option is written, if there is one of this name."""
        return next((f for f in self.options if option in (*f.names, *f.opposite)), None)


@dataclass(frozen=True)
class Note:
    """A remark that stops nothing: a code, the 1-based layer it is about (if any), the words."""

    code: str
    message: str
    layer: int | None = None
