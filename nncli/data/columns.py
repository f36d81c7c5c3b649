"""Which columns of a file are features, which are carried along, and whether they fit."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from nncli.errors import DataError
from nncli.problems import Note, Place, Problem
from nncli.words import count_of, did_you_mean, first_misplaced, quoted, shorten, with_digits_of

# Names take a hundred bytes each: of more columns they alone would fill the memory.
MAX_COLUMNS = 1_000_000
# Of columns that a message lists; the others are counted.
_MAX_LISTED = 5
AS_ROWS = "make each sample a row: x.reshape(len(x), -1)"
_IN_ORDER = "--columns names those that are meant, in the order of the inputs"
# Nobody types more names.
_MAX_DROPPED = 100


@dataclass(frozen=True)
class ColumnKind:
    """What a column holds, where the file itself says so."""

    name: str  # the file's own word for it
    is_number: bool
    is_text: bool  # its values have a text, so that it can be carried along


@dataclass(frozen=True)
class Header:
    """The names of a file's columns: from its first row, or column_1, column_2, … without one."""

    names: tuple[str, ...]
    named: bool
    place: Place  # the line of the header, or of the first row
    positional: bool = False  # it cannot have names: what is wanted by name is taken in order
    transposed: bool = False  # the columns are the file's lines
    kinds: tuple[ColumnKind, ...] | None = None  # where the file says what its columns hold
    image: tuple[int, ...] = ()  # of a file whose samples are arrays: their shape

    @cached_property
    def positions(self) -> dict[str, list[int]]:
        """The 0-based positions of each name."""
        found: dict[str, list[int]] = {}
        for position, name in enumerate(self.names):
            found.setdefault(name, []).append(position)
        return found

    def names_at(self, positions: Iterable[int]) -> tuple[str, ...]:
        """Return the names of some columns."""
        return tuple(self.names[position] for position in positions)

    def numbered(self, position: int) -> str:
        """Return what messages call a column: its number from 1, and its name."""
        return f"column {position + 1} ({quoted(self.names[position])})"

    def item(self, position: int) -> str:
        """Return how the command line would call a column: by its name if that is plain."""
        name = self.names[position]
        plain = name.isprintable() and name.strip() == name != "" and "," not in name
        if self.named and plain and len(name) < 40 and len(self.positions[name]) == 1:
            return name
        return str(position + 1)


@dataclass(frozen=True)
class Selection:
    """What is read of every row: columns by their 0-based positions."""

    features: tuple[int, ...]  # read as numbers, in this order
    kept: tuple[int, ...] = ()  # carried as text
    notes: tuple[Note, ...] = ()
    largest: float = float("inf")  # a finite value of this magnitude or more is refused


@dataclass(frozen=True)
class Frame:
    """What every row of a file is, and what is read of it."""

    header: Header  # of all columns
    selection: Selection  # of those that are read
    listed: bool  # whether somebody wants a list of all that is refused

    @property
    def features(self) -> tuple[str, ...]:
        """The names of the features."""
        return self.header.names_at(self.selection.features)

    @property
    def kept(self) -> tuple[str, ...]:
        """The names of the carried columns."""
        return self.header.names_at(self.selection.kept)


@dataclass(frozen=True)
class ColumnChoice:
    """What the command line says of columns; each item is a name or a position from 1."""

    columns: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()
    by: tuple[str, ...] = ()  # one at most, which divides the samples; the first that is carried


@dataclass(frozen=True)
class WantedInputs:
    """What the network wants of its data."""

    size: int  # so many features
    columns: tuple[str, ...] | None = None  # their names, if it finds them by name
    largest: float = float("inf")  # no finite value of this magnitude or more
    outputs: tuple[str, ...] = ()  # names that no carried column may have as well
    is_trained: bool = False  # elsewhere, on columns whose order somebody may not know


def choose(header: Header, choice: ColumnChoice, wanted: WantedInputs) -> Selection:
    """Return which columns are a network's inputs, and which are carried along.

    Raises DataError, with the number of features if it is not the network's.
    """
    kept = tuple(find_column(item, header, "--keep") for item in choice.keep)
    dropped = {find_column(item, header, "--drop") for item in choice.drop}
    _refuse_repeats(kept, header, "--keep")
    for item in choice.by:
        group = find_column(item, header, "--by")
        kept = (group, *(position for position in kept if position != group))
    _refuse_same_names(kept, header, wanted.outputs)
    notes = _as_rows(header, wanted.size)
    if choice.columns:
        features = tuple(find_column(item, header, "--columns") for item in choice.columns)
        _refuse_repeats(features, header, "--columns")
        notes = _another_order(header.names_at(features), wanted.columns or ())
    elif wanted.columns is not None and not header.positional:
        features = _named_features(wanted.columns, header)
        _refuse_dropped_inputs(dropped.intersection(features), header)
        notes = _ignored(header, {*features, *kept, *dropped})
    else:
        left_out = {*kept, *dropped}
        features = tuple(i for i in range(len(header.names)) if i not in left_out)
        if wanted.is_trained and header.named:
            notes = _by_order(header.names_at(features))
    if len(features) != wanted.size:
        problem = _width_problem(header, features, wanted.size, choice)
        raise DataError(problem, features=len(features))
    selection = Selection(features, kept, notes, wanted.largest)
    _check_kinds(header, selection)
    return selection


def choose_with_targets(
    header: Header,
    choice: ColumnChoice,
    targets: Sequence[str],
    wanted: WantedInputs,
    *,
    as_numbers: bool,
) -> Selection:
    """Return what `choose` does, with target columns behind the others; they are never inputs.

    targets: names or positions; as_numbers: whether they are read as features are, or carried.
    Raises DataError.
    """
    positions = tuple(find_column(item, header, "--target") for item in targets)
    _refuse_repeats(positions, header, "--target")
    names = header.names_at(positions)
    if wanted.columns is not None and not header.positional and not choice.columns:
        _refuse_targets([name for name in names if name in wanted.columns], header)
    own = choose(header, replace(choice, drop=(*choice.drop, *targets)), wanted)
    _refuse_targets(header.names_at(p for p in positions if p in own.features), header)
    if as_numbers:
        found = replace(own, features=(*own.features, *positions))
    else:
        found = replace(own, kept=(*own.kept, *positions))
    _check_kinds(header, found, positions)
    return found


def _refuse_targets(names: Sequence[str], header: Header) -> None:
    """Raise DataError if any target is an input."""
    if names:
        message = f"--target names {quoted(names[0])}, which is one of the network's inputs"
        hint = "a network that is given the answer shows nothing: name another column"
        raise DataError(Problem("N408", message, header.place, (hint,)))


def _as_rows(header: Header, size: int) -> tuple[Note, ...]:
    """Remark that samples which are arrays are read as rows.  Raises DataError if none fits."""
    if not header.image:
        return ()
    shape = " × ".join(f"{length:,}" for length in header.image[:_MAX_LISTED])
    if header.transposed:
        message = f"--samples columns is for rows of numbers, not arrays of {shape}"
        raise _images(header, message, AS_ROWS)
    if len(header.names) != size:
        values = f"each sample is an array of {shape}, {len(header.names):,} values"
        remedy = (
            "bring the images to the size that the network was trained on, or change its inputs"
        )
        raise _images(header, f"{values}: the network takes {size:,}", remedy)
    message = f"each sample, an array of {shape}, is read as a row of {size:,} features"
    return (Note("images", message),)


def _images(header: Header, message: str, remedy: str) -> DataError:
    return DataError(Problem("N414", message, header.place, (remedy,)))


def check_width(width: int, place: Place) -> None:
    """Check that a file has no more columns than are read.  Raises DataError."""
    if width > MAX_COLUMNS:
        message = f"{width:,} values in a sample: no more than {MAX_COLUMNS:,} are read"
        hints = ("is it the right file, with its samples as its rows?",)
        raise DataError(Problem("N412", message, place, hints))


def choose_outputs(header: Header, names: Sequence[str], *, with_texts: bool = False) -> Selection:
    """Return which columns are expected outputs: by name if all are there, else all of them.

    with_texts: whether their cells are carried as text, too.  Raises DataError.
    """
    if header.image:
        raise _images(
            header, "the expected outputs are arrays: each sample is a row of them", AS_ROWS
        )
    if header.named and header.positions.keys() >= set(names):
        selection = Selection(tuple(find_column(name, header, "--expect") for name in names))
    else:
        selection = Selection(tuple(range(len(header.names))))
    _check_kinds(header, selection)
    return replace(selection, kept=selection.features) if with_texts else selection


def check_same_columns(header: Header, first: Header, selection: Selection) -> None:
    """Check that what was selected of a first file is the same of another.  Raises DataError.

    They must have the same columns: the same names in the same order, or none at all.
    """
    difference = _difference(header, first)
    if difference:
        message = f"{difference} {first.place.file}"
        hint = "files that are read together have the same columns in the same order"
        place = replace(header.place, column=None, caret=None)  # the whole line
        raise DataError(Problem("N418", message, place, (hint,)))
    _check_kinds(header, selection)


def _difference(header: Header, first: Header) -> str:
    """Say what is different about columns, up to the name of the first file; "" for nothing."""
    if len(header.names) != len(first.names):
        found, wanted = count_of(len(header.names), "column"), len(first.names)
        return f"{found} here, {wanted:,} in"
    if header.named != first.named:
        return "a header here, none in" if header.named else "no header here, but one in"
    pairs = zip(header.names, first.names, strict=True)
    for number, (name, wanted_name) in enumerate(pairs, start=1):
        if name != wanted_name:
            return f"column {number} is {quoted(name)} here, {quoted(wanted_name)} in"
    return ""


def _by_position(option: str, positions: Sequence[int]) -> str:
    """Return how one of several columns of one name is chosen."""
    if option == "--expect":
        return "give each column a name of its own"
    if option == "inputs.columns":
        return "choose by position instead, with --columns: it counts from 1"
    first, second = (position + 1 for position in positions[:2])
    return f"write its position instead, {first} or {second}"


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
        raise DataError(Problem("N409", message, header.place, (_by_position(option, positions),)))
    if positions:
        return positions[0]
    if re.fullmatch("0*[1-9][0-9]{0,8}", item) and int(item) <= len(header.names):
        return int(item) - 1
    listed = shorten(", ".join(header.names), 200)
    message = f"{option}: there is no column {quoted(item)}"
    hints = (
        *did_you_mean(item, with_digits_of(item, header.names[:1000])),
        f"the columns are {listed}",
    )
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


def _refuse_dropped_inputs(dropped: set[int], header: Header) -> None:
    for position in dropped:
        name = quoted(header.names[position])
        message = f"--drop leaves out {name}, which is one of the spec's inputs"
        hint = ("choose all inputs with --columns, or drop another",)
        raise DataError(Problem("N408", message, header.place, hint))


def _named_features(columns: tuple[str, ...], header: Header) -> tuple[int, ...]:
    if not header.named:
        message = "the network finds its inputs by column name, but the file has no header"
        hint = f"add a header: {shorten(','.join(columns), 200)}"
        raise DataError(Problem("N408", message, header.place, (hint,)))
    missing = [name for name in columns if name not in header.positions]
    if missing:
        listed = ", ".join(quoted(name) for name in missing[:_MAX_LISTED])
        if len(missing) > _MAX_LISTED:
            listed += f" and {len(missing) - _MAX_LISTED:,} more"
        hints = (
            *did_you_mean(missing[0], with_digits_of(missing[0], header.names[:1000])),
            f"the columns are {shorten(', '.join(header.names), 200)}",
            *(() if header.transposed else (_IN_ORDER,)),
        )
        message = f"the network's inputs name {listed}, not in the header"
        raise DataError(Problem("N408", message, header.place, hints))
    return tuple(find_column(name, header, "inputs.columns") for name in columns)


def _ignored(header: Header, used: set[int]) -> tuple[Note, ...]:
    extra = [name for i, name in enumerate(header.names) if i not in used]
    if not extra:
        return ()
    listed = shorten(", ".join(extra), 120)
    noun = "column" if len(extra) == 1 else "columns"
    return (Note("ignored_columns", f"{noun} not among the network's inputs, ignored: {listed}"),)


def _another_order(names: Sequence[str], own: Sequence[str]) -> tuple[Note, ...]:
    """Say which column is taken for an input that is called like another column."""
    misplaced = first_misplaced(names, own)
    if misplaced is None:
        return ()
    taken, input_name = quoted(names[misplaced[0]]), quoted(own[misplaced[0]])
    message = f"--columns takes {taken} for the input {input_name}: it names them in their order"
    return (Note("another_order", message),)


def _by_order(names: Sequence[str]) -> tuple[Note, ...]:
    listed = shorten(", ".join(names), 120)
    message = (
        f"the network does not name its inputs: the columns are taken in their order, {listed}"
    )
    return (Note("by_order", message),)


def _width_problem(
    header: Header, features: tuple[int, ...], size: int, choice: ColumnChoice
) -> Problem:
    found = count_of(len(features), "feature line" if header.transposed else "feature column")
    owner = f"--columns chooses {found}" if choice.columns else f"the file has {found}"
    message = f"{owner}, the network takes {size:,}"
    hints = _what_holds_no_numbers(header, features, size, is_chosen=bool(choice.columns))
    return Problem("N407", message, header.place, hints)


def _what_holds_no_numbers(
    header: Header, features: tuple[int, ...], size: int, *, is_chosen: bool
) -> tuple[str, ...]:
    """Return what to leave out of a file that says what its columns hold.

    is_chosen: whether --columns has named the features.
    """
    if header.kinds is None:
        return ()
    others = [i for i in features if not header.kinds[i].is_number]
    if not others:
        listed = shorten(", ".join(header.names), 200)
        return (f"the columns are {listed}: choose with --columns",)
    hold = "holds" if len(others) == 1 else "hold"
    listed = ", ".join(quoted(header.names[position]) for position in others[:_MAX_LISTED])
    if len(others) > _MAX_DROPPED:
        return (f"{len(others):,} like {listed} {hold} no numbers: choose with --columns",)
    # without them there may still be too many, or too few
    if is_chosen or len(features) - len(others) != size:
        return (f"{listed} {hold} no numbers: choose with --columns",)
    items = ",".join(map(header.item, others))
    carried = all(header.kinds[position].is_text for position in others)
    keep = f", or --keep {items} to carry along" if carried else ""
    return (f"{listed} {hold} no numbers: --drop {items}{keep}",)


def _check_kinds(header: Header, selection: Selection, targets: Sequence[int] = ()) -> None:
    """Check that columns of a known kind hold what they are read as.  Raises DataError.

    targets: the positions of those that are no inputs.
    """
    if header.kinds is None:
        return
    for position in selection.features:
        _check_only(header, position)
        kind = header.kinds[position]
        if not kind.is_number:
            item = header.item(position)
            keep = f", or carry it along with --keep {item}" if kind.is_text else ""
            message = f"{header.numbered(position)} holds {kind.name}, not numbers"
            hint = f"leave it out with --drop {item}{keep}"
            if position in targets:
                hint = "this network puts numbers out: --target is to name columns of numbers"
            raise DataError(Problem("N404", message, header.place, (hint,)))
    for position in selection.kept:
        _check_only(header, position)
        kind = header.kinds[position]
        if not kind.is_text:
            what = f"{header.numbered(position)} holds {kind.name}, which is no text"
            message = f"not a usable Parquet file: {what}"
            raise DataError(Problem("N419", message, header.place, ("leave it out of --keep",)))


def _check_only(header: Header, position: int) -> None:
    """Check that no other column has the same name.  Raises DataError."""
    name = header.names[position]
    if len(header.positions[name]) > 1:
        count = count_of(len(header.positions[name]), "column")
        message = f"the file has {count} named {quoted(name)}"
        raise DataError(Problem("N409", message, header.place, ("rename them",)))
