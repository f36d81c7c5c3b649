"""Which columns of a file are features, which are carried along, and whether they fit."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from nncli.errors import DataError
from nncli.problems import Note, Place, Problem
from nncli.words import count_of, did_you_mean, quoted, shorten

# Names take a hundred bytes each: of more columns they alone would fill the memory.
MAX_COLUMNS = 1_000_000
# Of columns that a message lists; the others are counted.
_MAX_LISTED = 5


@dataclass(frozen=True)
class Header:
    """The names of a file's columns: from its first row, or column_1, column_2, … if it has none.

    place: the line of the header, or of the first row; positional: the file cannot have names, so
    that columns wanted by name are taken in their order; transposed: they are the file's lines.
    """

    names: tuple[str, ...]
    named: bool
    place: Place
    positional: bool = False
    transposed: bool = False

    @cached_property
    def positions(self) -> dict[str, list[int]]:
        """The 0-based positions of each name."""
        found: dict[str, list[int]] = {}
        for position, name in enumerate(self.names):
            found.setdefault(name, []).append(position)
        return found

    def item(self, position: int) -> str:
        """Return how the command line would call a column: by its name if that is plain."""
        name = self.names[position]
        plain = name.isprintable() and name.strip() == name != "" and "," not in name
        if self.named and plain and len(name) < 40 and len(self.positions[name]) == 1:
            return name
        return str(position + 1)


@dataclass(frozen=True)
class Selection:
    """0-based positions: the columns to read as numbers, in order, and those to carry as text."""

    features: tuple[int, ...]
    kept: tuple[int, ...] = ()
    notes: tuple[Note, ...] = ()


Select = Callable[[Header], Selection]


@dataclass(frozen=True)
class ColumnChoice:
    """What the command line says of columns; each item is a name or a position from 1."""

    columns: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()


@dataclass(frozen=True)
class WantedInputs:
    """What the network wants: so many features, perhaps by name; no value of *largest* or more.

    outputs: the names of its outputs, which no carried column may have as well.
    """

    size: int
    columns: tuple[str, ...] | None = None
    largest: float = field(default=float("inf"))
    outputs: tuple[str, ...] = ()


def check_width(width: int, place: Place) -> None:
    """Check that a file has no more columns than are read.  Raises DataError."""
    if width > MAX_COLUMNS:
        message = f"{width:,} values in a sample: no more than {MAX_COLUMNS:,} are read"
        hints = ("is it the right file, with its samples as its rows?",)
        raise DataError(Problem("N412", message, place, hints))


def feature_selector(choice: ColumnChoice, wanted: WantedInputs) -> Select:
    """Return the selection of a network's inputs."""

    def select(header: Header) -> Selection:
        kept = tuple(find_column(item, header, "--keep") for item in choice.keep)
        dropped = {find_column(item, header, "--drop") for item in choice.drop}
        _refuse_repeats(kept, header, "--keep")
        _refuse_same_names(kept, header, wanted.outputs)
        notes: tuple[Note, ...] = ()
        if choice.columns:
            features = tuple(find_column(item, header, "--columns") for item in choice.columns)
            _refuse_repeats(features, header, "--columns")
        elif wanted.columns is not None and not header.positional:
            features = _named_features(wanted.columns, header)
            for position in dropped.intersection(features):
                name = quoted(header.names[position])
                message = f"--drop leaves out {name}, which is one of the spec's inputs"
                hint = ("choose all inputs with --columns, or drop another",)
                raise DataError(Problem("N408", message, header.place, hint))
            notes = _ignored(header, {*features, *kept, *dropped})
        else:
            left_out = {*kept, *dropped}
            features = tuple(i for i in range(len(header.names)) if i not in left_out)
        if len(features) != wanted.size:
            error = DataError(_width_problem(header, len(features), wanted.size, choice))
            error.features = len(features)
            raise error
        return Selection(features, kept, notes)

    return select


def expected_selector(names: Sequence[str]) -> Select:
    """Return the selection of expected values: by output name if all are there, else everything."""

    def select(header: Header) -> Selection:
        if header.named and header.positions.keys() >= set(names):
            features = tuple(find_column(name, header, "--expect") for name in names)
        else:
            features = tuple(range(len(header.names)))
        return Selection(features)

    return select


def find_column(item: str, header: Header, option: str) -> int:
    """Return the position of a name, or of a number that counts columns from 1.

    option: what the message names.  Raises DataError if there is none, or more than one.
    """
    positions = header.positions.get(item, [])
    if len(positions) > 1:
        numbers = " and ".join(str(i + 1) for i in positions[:_MAX_LISTED])
        if len(positions) > _MAX_LISTED:
            numbers += f" and {len(positions) - _MAX_LISTED:,} more"
        message = f"{option}: the name {quoted(item)} stands at columns {numbers}"
        raise DataError(Problem("N409", message, header.place, ("choose by position instead",)))
    if positions:
        return positions[0]
    if re.fullmatch("0*[1-9][0-9]{0,8}", item) and int(item) <= len(header.names):
        return int(item) - 1
    listed = shorten(", ".join(header.names), 200)
    message = f"{option}: there is no column {quoted(item)}"
    hints = (*did_you_mean(item, header.names[:1000]), f"the columns are {listed}")
    raise DataError(Problem("N408", message, header.place, hints))


def _refuse_repeats(positions: tuple[int, ...], header: Header, option: str) -> None:
    seen: set[int] = set()
    for position in positions:
        if position in seen:
            message = f"{option} names the column {quoted(header.names[position])} twice"
            raise DataError(Problem("N409", message, header.place, ("name it once",)))
        seen.add(position)


def _refuse_same_names(kept: tuple[int, ...], header: Header, outputs: tuple[str, ...]) -> None:
    """Raise DataError if two columns of the result would have the same name."""
    seen = set(outputs)
    for position in kept:
        name = header.names[position]
        if name in seen:
            message = f"--keep: the result already has a column named {quoted(name)}"
            hint = ("rename the column, or name the outputs with `outputs.columns`",)
            raise DataError(Problem("N409", message, header.place, hint))
        seen.add(name)


def _named_features(columns: tuple[str, ...], header: Header) -> tuple[int, ...]:
    if not header.named:
        message = "the spec finds its inputs by column name, but the file has no header"
        hint = f"add a header: {shorten(','.join(columns), 200)}"
        raise DataError(Problem("N408", message, header.place, (hint,)))
    missing = [name for name in columns if name not in header.positions]
    if missing:
        listed = ", ".join(quoted(name) for name in missing[:5])
        hints = (
            *did_you_mean(missing[0], header.names[:1000]),
            f"the columns are {shorten(', '.join(header.names), 200)}",
        )
        message = f"the spec's inputs name {listed}, not in the header"
        raise DataError(Problem("N408", message, header.place, hints))
    return tuple(find_column(name, header, "inputs.columns") for name in columns)


def _ignored(header: Header, used: set[int]) -> tuple[Note, ...]:
    extra = [name for i, name in enumerate(header.names) if i not in used]
    if not extra:
        return ()
    listed = shorten(", ".join(extra), 120)
    noun = "column" if len(extra) == 1 else "columns"
    return (Note("ignored_columns", f"{noun} not among the spec's inputs, ignored: {listed}"),)


def _width_problem(header: Header, features: int, size: int, choice: ColumnChoice) -> Problem:
    found = count_of(features, "feature line" if header.transposed else "feature column")
    owner = f"--columns chooses {found}" if choice.columns else f"the file has {found}"
    message = f"{owner}, the network takes {size:,}"
    return Problem("N407", message, header.place)
