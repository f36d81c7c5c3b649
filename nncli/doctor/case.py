"""Some data as a patient: its beginning, how it was to be read, and what it was for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from nncli.data.columns import ColumnChoice, Header, WantedInputs, choose
from nncli.data.csv.format import CsvFormat
from nncli.data.source_bytes import FirstLook
from nncli.doctor.spec_edits import edited
from nncli.doctor.table_lines import Row, cut_rows
from nncli.errors import DataError
from nncli.file_kinds import NPY_MAGIC
from nncli.problems import Edit, Suggestion
from nncli.specs.reader import SpecReading
from nncli.specs.spec_text import LINE_END
from nncli.words import quoted

if TYPE_CHECKING:
    from nncli.data.opened import DataOptions

# What may come of reading a file in another way than it was written.
MISREAD = frozenset({"N402", "N403", "N404", "N405", "N407", "N408", "N410"})


@dataclass(frozen=True)
class DataCase:
    """Some data, how it was to be read, and the network it was for."""

    file: str
    look: FirstLook
    options: DataOptions
    choice: ColumnChoice
    wanted: WantedInputs
    reading: SpecReading
    follows: bool = False  # whether another file, which is sound, is read in the same way
    argv: tuple[str, ...] = ()  # the words after `nncli`, as they were typed
    targets: tuple[str, ...] = ()  # columns that are left out, since they are no inputs

    @property
    def csv(self) -> CsvFormat:
        """How the file is written, if it is CSV."""
        delimiter, options = self.options.delimiter or ",", self.options
        return CsvFormat(self.file, delimiter, options.encoding, decimal=options.decimal)

    @property
    def chosen(self) -> ColumnChoice:
        """The choice of columns, with the targets left out that are no inputs."""
        inputs = self.wanted.columns or ()
        others = (target for target in self.targets if target not in inputs)
        return replace(self.choice, drop=(*self.choice.drop, *others))

    def fault(self) -> DataError | None:
        """Return what is wrong with the beginning of the data, if anything is."""
        return self._read[1]

    @property
    def header(self) -> Header | None:
        """The names of the columns as the case reads them, if it comes so far."""
        return self._read[0]

    @cached_property
    def _read(self) -> tuple[Header | None, DataError | None]:
        from nncli.data.opened import open_look  # brings NumPy

        # read once: a case is asked by whoever proposes a change and by whoever judges it
        header = None
        try:
            opened = open_look(self.look, self.file, self.options)
            header = opened.header
            for _ in opened.samples(choose(header, self.chosen, self.wanted)).rows_in_order():
                pass
        except DataError as error:
            # of a beginning, the last row may go on
            if self.look.complete or error.problems[-1].code != "N405" or error.problems[1:]:
                return header, error
        return header, None

    @cached_property
    def rows(self) -> list[Row]:
        """The lines of the beginning, cut into cells; of an array, none."""
        is_array = self.look.content.startswith(NPY_MAGIC)
        return [] if is_array else list(cut_rows(text_lines(self), self.csv))


@dataclass(frozen=True)
class Change:
    """A case as it would be, and how to get there; likelihood: larger is likelier."""

    case: DataCase
    suggestion: Suggestion
    likelihood: int

    def then(self, case: DataCase, likelihood: int, added: Suggestion) -> Change:
        """Return this change and one made to its case."""
        before = self.suggestion
        if not before.words:
            return Change(case, added, likelihood)
        options, edits = (*before.options, *added.options), (*before.edits, *added.edits)
        if before.edits and added.edits and len({edit.file for edit in edits}) == 1:
            # the one writes all lines anew: without what the other takes away, or with what it adds
            edits = (replace(before.edits[0], text=text_of(case)),)
        joint = ", " if before.words.startswith("if ") else ", and "
        both = Suggestion(before.words + joint + added.words, options, edits)
        return Change(case, both, min(likelihood, self.likelihood))

    def with_options(self, words: str, likelihood: int, **changes: Any) -> Change:
        """Return this change and one of the command line.

        changes: of the reading, as fields of DataOptions; and lists of columns that are added.
        """
        case, old = self.case, vars(self.case.choice)
        lists = {name: (*old[name], *new) for name, new in changes.items() if name in old}
        others = {name: new for name, new in changes.items() if name not in old}
        typed = [word for name, new in changes.items() for word in _typed(name, new)]
        options, choice = replace(case.options, **others), replace(case.choice, **lists)
        after = replace(case, options=options, choice=choice)
        return self.then(after, likelihood, Suggestion(words, tuple(typed)))

    def with_edits(self, words: str, likelihood: int, edits: Iterable[Edit]) -> Change:
        """Return this change and one of the file's text."""
        ordered = tuple(sorted(edits, key=lambda edit: edit.line))
        after = with_edits(self.case, ordered)
        return self.then(after, likelihood, Suggestion(words, edits=ordered))


def _typed(name: str, value: str | bool | Sequence[str]) -> list[str]:
    """Return what the command line writes for an option."""
    if isinstance(value, bool):
        return [f"--{name}" if value else f"--no-{name}"]
    text = value if isinstance(value, str) else ",".join(value)
    return [f"--{name}", "tab" if text == "\t" else text]


def with_edits(case: DataCase, edits: Iterable[Edit]) -> DataCase:
    """Return the case with its text edited."""
    content = edited(text_of(case), edits).encode(case.options.encoding, "replace")
    return replace(case, look=replace(case.look, content=content))


def text_of(case: DataCase) -> str:
    """Return the content as text, whatever it is; a byte-order mark in front is no part of it."""
    return case.look.content.decode(case.options.encoding, "replace").removeprefix("\ufeff")


def text_lines(case: DataCase) -> list[str]:
    """Return the lines of the text, without their ends; of a beginning, the whole ones."""
    lines = LINE_END.split(text_of(case))
    return lines if case.look.complete and lines[-1] else lines[:-1]


def read_rows(case: DataCase, header: Header) -> list[tuple[str, ...]]:
    """Return the cells of the rows below the header that are as wide as it."""
    rows = [row.pointed for row in case.rows[int(header.named) :]]
    return [row for row in rows if len(row) == len(header.names)]


def called(header: Header, position: int) -> str:
    """Return how a message calls a column."""
    has_name = header.named and header.names[position]
    return quoted(header.names[position]) if has_name else f"column {position + 1}"
