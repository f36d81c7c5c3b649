"""A grid on a screen for which it is too wide."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from nncli.render.layout.text import broken, elided, inert, text_width
from nncli.render.layout.view import BLANK, Block, Grid, Span

# Where not all of a table fits, a name beside a number is cut to so many characters.
_KEY, _SHORTEST = 24, 8


def fitted(grid: Grid, width: int) -> list[Block]:
    """Return a grid so that it fits a screen.

    As it is, closer together, in fewer words, in parts one below the other; if these are still too
    wide, with the texts of some columns broken.  No number is ever cut.
    """
    ways = [way for way in (grid, grid.shorter) if way is not None]
    longest_key = 0
    for way in ways:
        widths = way.widths()
        least, longest_key = 1 + sum(widths), max(longest_key, *widths[: way.keys])
        for gap in range(way.gap, 0, -1):
            closer = replace(way, gap=gap)
            if least + sum(closer.gaps()) <= width:
                return [closer]
    shorter = max(_SHORTEST, min(_KEY, width // 3))
    # a name that is all that tells the rows apart stays whole as long as it can
    wanted = (_KEY, shorter) if grid.keys > 1 else (longest_key,)
    limits = dict.fromkeys(min(longest_key, most) for most in wanted)
    cut = [_with_short_keys(way, most) for most in limits for way in ways]
    briefest_first = [_with_short_keys(way, most) for most in limits for way in ways[::-1]]
    return _apart(
        _in_parts(cut, width, tied=True)
        or _in_parts(briefest_first, width, tied=False)
        or _broken_parts(cut[-1], width)
    )


def _apart(parts: Sequence[Grid]) -> list[Block]:
    """Return parts of a table with a blank line between them."""
    blocks: list[Block] = []
    for part in parts:
        blocks += [*([BLANK] if blocks else []), part]
    return blocks


# -------------------------------------------------------------------------------- in parts


def _in_parts(grids: Sequence[Grid], width: int, *, tied: bool) -> list[Grid]:
    """Return one of some grids in parts that fit a screen: as few as can be; none if none fit.

    tied: whether what signs tie together is to stay together.
    """
    ways = (
        _parts(replace(grid, gap=gap), widths, width, tied=tied)
        for grid, widths in ((grid, _Widths.of(grid)) for grid in grids)
        for gap in range(grid.gap, 0, -1)
    )
    return min((parts for parts in ways if parts), key=len, default=[])


@dataclass(frozen=True)
class _Widths:
    """How wide the columns of a grid are."""

    own: Sequence[int]
    keys: Sequence[Sequence[int]]  # for each column, the keys of those rows that have a cell in it

    @classmethod
    def of(cls, grid: Grid) -> _Widths:
        """Measure a grid."""
        headings = [text_width(inert(column.heading)) for column in grid.columns]
        own, keys = [*headings], [headings[: grid.keys] for _ in headings]
        for row in grid.rows:
            cells = [text_width(inert(span.text)) for span in row]
            own = list(map(max, own, cells))
            is_bare = not _has_text(row[grid.keys :])
            for column, span in enumerate(row):
                if is_bare or span.text.strip():
                    keys[column] = list(map(max, keys[column], cells[: grid.keys]))
        return cls(own, keys)

    def of_part(self, grid: Grid, columns: Sequence[int]) -> int:
        """Return how wide some columns are behind their keys."""
        keys = [self.keys[column] for column in columns]
        total: int = 1 + sum(map(max, zip(*keys, strict=True)))
        return total + sum(self.own[at] for at in columns) + sum(_part(grid, columns).gaps())


def _parts(grid: Grid, widths: _Widths, width: int, *, tied: bool) -> list[Grid]:
    """Return a grid in parts, none of which is wider than a screen; nothing if one would be."""
    parts: list[list[int]] = []
    for unit in _units(grid, tied=tied):
        if parts and widths.of_part(grid, [*parts[-1], *unit]) <= width:
            parts[-1] += unit
        elif widths.of_part(grid, unit) <= width:
            parts.append([*unit])
        else:
            return []
    return _telling([_part(grid, part) for part in parts])


def _telling(parts: Sequence[Grid]) -> list[Grid]:
    """Return those parts that have anything in them; the first one if none has."""
    found = [part for part in parts if any(_has_text(row[part.keys :]) for row in part.rows)]
    return found or [*parts[:1]]


def _units(grid: Grid, *, tied: bool) -> list[list[int]]:
    """Return the columns behind the keys, those together that no end of a line may part."""
    units: list[list[int]] = []
    is_sign = [not column.heading for column in grid.columns]
    for at in range(grid.keys, len(is_sign)):
        after_sign = at > grid.keys and is_sign[at - 1]
        if units and (after_sign or (tied and is_sign[at])):
            units[-1].append(at)
        else:
            units.append([at])
    return units or [[]]


def _part(grid: Grid, columns: Sequence[int]) -> Grid:
    """Return some columns of a grid behind its keys."""
    columns = [*range(grid.keys), *columns]
    headings = tuple(grid.columns[column] for column in columns)
    return Grid(headings, _PartOfRows(grid.rows, columns, grid.keys), grid.gap, grid.keys)


@dataclass(frozen=True)
class _PartOfRows:
    """Some columns of a table's rows, but for those rows that have their cells in other parts."""

    rows: Iterable[tuple[Span, ...]]
    columns: Sequence[int]
    keys: int

    def __iter__(self) -> Iterator[tuple[Span, ...]]:
        for row in self.rows:
            cells = tuple([row[column] for column in self.columns])
            if _has_text(cells[self.keys :]) or not _has_text(row[self.keys :]):
                yield cells


def _has_text(cells: Iterable[Span]) -> bool:
    return any(cell.text.strip() for cell in cells)


# ---------------------------------------------------------------------------- texts that are cut


def _with_short_keys(grid: Grid, most: int) -> Grid:
    """Return a grid whose keys that are no numbers have at most so many characters."""
    keys = [column.align == "left" for column in grid.columns[: grid.keys]]
    rows = _ShortKeys(grid.rows, tuple(most if is_text else None for is_text in keys))
    return replace(grid, rows=rows)


def _broken_parts(grid: Grid, width: int) -> list[Grid]:
    """Return a grid in parts, texts that are too wide broken.

    A part with a number that is too wide is as wide as it takes.
    """
    close, rooms = replace(grid, gap=1), dict[int, int]()
    if grid.keys == 1:
        columns = zip(grid.columns, grid.widths(), strict=True)
        number = max((own for column, own in columns if column.align == "right"), default=0)
        close = _with_short_keys(close, max(_SHORTEST, min(width // 2, width - number - 2)))
    widths = _Widths.of(close)
    for unit in _units(close, tied=False):
        excess = widths.of_part(close, unit) - width
        if excess > 0 and close.columns[unit[-1]].align == "left":
            rooms[unit[-1]] = max(_SHORTEST, widths.own[unit[-1]] - excess)
    broken_grid = replace(close, rows=_BrokenRows(close.rows, rooms))
    widths = _Widths.of(broken_grid)
    least = max(widths.of_part(broken_grid, unit) for unit in _units(close, tied=False))
    return _in_parts([broken_grid], max(width, least), tied=False)


@dataclass(frozen=True)
class _ShortKeys:
    """Rows whose keys have at most so many characters."""

    rows: Iterable[tuple[Span, ...]]
    most: Sequence[int | None]  # for each key; None for no limit

    def __iter__(self) -> Iterator[tuple[Span, ...]]:
        for row in self.rows:
            keys = (
                span if most is None else span._replace(text=elided(inert(span.text), most))
                for span, most in zip(row, self.most, strict=False)
            )
            yield (*keys, *row[len(self.most) :])


@dataclass(frozen=True)
class _BrokenRows:
    """Rows that go on in further rows where a cell is wider than its column's room."""

    rows: Iterable[tuple[Span, ...]]
    rooms: Mapping[int, int]  # by the number of the column

    def __iter__(self) -> Iterator[tuple[Span, ...]]:
        for row in self.rows:
            cells = [
                broken(inert(span.text), self.rooms[at]) if at in self.rooms else [span.text]
                for at, span in enumerate(row)
            ]
            for texts in zip_longest(*cells, fillvalue=""):
                pieces = zip(row, texts, strict=True)
                yield tuple([span._replace(text=text) for span, text in pieces])
