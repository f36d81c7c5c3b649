"""The Arrow lane: a chunk of rows read fast, or left to the exact reader."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from nncli.data.csv.cutting import count_line_feeds
from nncli.data.csv.first_row import CsvFrame
from nncli.data.csv.format import BLANKS
from nncli.data.csv.lines import MAX_LINE_BYTES
from nncli.data.rows import Rows, numbers_of

_LINE_FEED, _CARRIAGE_RETURN, _QUOTE, _BLANK = b'\n\r" '
_BOM = "\ufeff"
# A chunk of ordinary rows is smaller; the place of each quote of it takes eight bytes.
_MOST_QUOTED_BYTES = 2**23

Positions = npt.NDArray[np.intp]


def parse_rows(content: bytes, frame: CsvFrame, line_feeds: int | None = None) -> Rows | None:
    """Return the rows of a chunk, or None where the exact reader must decide.

    content: whole lines of UTF-8 without a header; line_feeds: how many it holds, if that is known.
    None does not mean that something is wrong:
    whatever Arrow may read in another way is left to that reader too.
    """
    if not (_is_plain_format(frame) and _is_plain_text(content)):
        return None
    if b"\r" in content and _has_lone_return(content):
        if (with_line_feeds := _with_line_feeds(content)) is None:
            return None
        content, line_feeds = with_line_feeds, None
    quotes = _quotes(content, frame.csv.delimiter)
    if quotes is None or _may_be_too_long(content, quotes):
        return None
    unended = not content.endswith(b"\n")
    if frame.csv.delimiter == BLANKS:
        content = _without_needless_blanks(content)
    table = _read(content, frame, newlines_in_values=len(quotes) > 0)
    if table is None or not table.num_rows:
        return None
    features = len(frame.selection.features)
    columns = tuple(numbers_of(_whole(column)) for column in table.columns[:features])
    if not all(_within(column, frame.selection.largest) for column in columns):
        return None
    texts = {p: _whole(c) for p, c in zip(_carried(frame), table.columns[features:], strict=True)}
    kept = tuple(texts[position] for position in frame.selection.kept)
    if line_feeds is None:
        line_feeds = count_line_feeds(content)
    blank_lines = _blank_lines(content, quotes, line_feeds, table.num_rows, unended=unended)
    return Rows(columns, kept, blank_lines)


def _is_plain_format(frame: CsvFrame) -> bool:
    """Whether Arrow can be told of it: no column twice as a number, and a delimiter of one byte."""
    selection, delimiter = frame.selection, frame.csv.delimiter
    positions = (*selection.features, *_carried(frame))
    return (
        # without numbers, a blank line of a lone text column is a row to Arrow
        bool(selection.features)
        and len(set(positions)) == len(positions)
        and (delimiter == BLANKS or (len(delimiter) == 1 and delimiter.isascii()))
        and delimiter not in '"\r\n'
    )


def _carried(frame: CsvFrame) -> tuple[int, ...]:
    """Return the positions of the carried columns, each once: a group may be the target, too."""
    return tuple(dict.fromkeys(frame.selection.kept))


def _is_plain_text(content: bytes) -> bool:
    """Whether the bytes are UTF-8 without a NUL or a byte-order mark."""
    if b"\0" in content:
        return False
    if content.isascii():
        return True
    try:
        # Arrow would look at the columns that it is asked for, and at no others
        return _BOM not in content.decode()
    except UnicodeDecodeError:
        return False


def _has_lone_return(content: bytes) -> bool:
    characters = np.frombuffer(content, np.uint8)
    returns = np.flatnonzero(characters == _CARRIAGE_RETURN)
    # a return at the very end has itself for a neighbour
    return bool((characters.take(returns + 1, mode="clip") != _LINE_FEED).any())


def _with_line_feeds(content: bytes) -> bytes | None:
    """Return rows that end with a CR as rows that end with a line feed; None if a cell holds one.

    If quotes do not open and close in turn, which is seen later, nothing is read of what returns.
    """
    if b'"' in content:
        characters = np.frombuffer(content, np.uint8)
        quotes = np.flatnonzero(characters == _QUOTE)
        returns = np.flatnonzero(characters == _CARRIAGE_RETURN)
        if (np.searchsorted(quotes, returns) % 2).any():
            return None
    return content.replace(b"\r\n", b"\n").replace(b"\r", b"\n")


def _quotes(content: bytes, delimiter: str) -> Positions | None:
    """Return where the quotes stand; None if one neither opens nor closes a cell.

    Quotes open and close in turn; a doubled one closes and opens its cell again.
    """
    if b'"' not in content:
        return np.zeros(0, np.intp)
    if len(content) > _MOST_QUOTED_BYTES or delimiter == BLANKS:
        return None
    characters = np.frombuffer(content, np.uint8)
    quotes = np.flatnonzero(characters == _QUOTE)
    if len(quotes) % 2:
        return None
    allowed = np.zeros(256, np.bool_)
    allowed[[ord(delimiter), _LINE_FEED, _QUOTE]] = True
    before = allowed.take(characters.take(quotes[::2] - 1, mode="wrap"))
    before[0] |= quotes[0] == 0
    allowed[_CARRIAGE_RETURN] = True
    # likewise a quote at the very end, which is allowed
    after = allowed.take(characters.take(quotes[1::2] + 1, mode="clip"))
    return quotes if before.all() and after.all() else None


def _without_needless_blanks(content: bytes) -> bytes:
    """Return lines without quotes with one blank for each run of blanks and tabs between cells."""
    characters = np.frombuffer(content.replace(b"\t", b" "), np.uint8)
    following = np.append(characters[1:], np.uint8(_LINE_FEED))
    is_end = (following == _LINE_FEED) | (following == _CARRIAGE_RETURN)
    is_needless = (characters == _BLANK) & ((following == _BLANK) | is_end)
    characters = characters[~is_needless]
    # of each run, one blank is left; it may stand in front of a line
    before = np.append(np.uint8(_LINE_FEED), characters[:-1])
    return bytes(characters[(characters != _BLANK) | (before != _LINE_FEED)])


def _line_ends(content: bytes, quotes: Positions) -> Positions:
    """Return where the line feeds stand that no quoted cell holds."""
    ends = np.flatnonzero(np.frombuffer(content, np.uint8) == _LINE_FEED)
    return ends[np.searchsorted(quotes, ends) % 2 == 0] if len(quotes) else ends


def _may_be_too_long(content: bytes, quotes: Positions) -> bool:
    """Whether a line, or a quoted cell of several, may hold too many bytes."""
    if len(content) <= MAX_LINE_BYTES:
        return False
    lengths = np.diff(_line_ends(content, quotes), prepend=-1, append=len(content))
    return bool(lengths.max() > MAX_LINE_BYTES)


def _blank_lines(
    content: bytes, quotes: Positions, line_feeds: int, rows: int, *, unended: bool
) -> int:
    """Return how many of the lines outside quotes are no rows.

    unended: whether the last line, perhaps of blanks that are gone, had no line end.
    """
    if len(quotes) and line_feeds + unended != rows:
        # only now can a cell go on over a line end, for every row takes a line at least
        line_feeds = len(_line_ends(content, quotes))
    return line_feeds + unended - rows


def _read(content: bytes, frame: CsvFrame, *, newlines_in_values: bool) -> Any:
    """Return the Arrow table of a chunk; None for doubt.

    It has the features, then each of the carried columns once.
    """
    # imported here: only a large file needs it
    import pyarrow as pa
    from pyarrow import csv

    names = [str(position) for position in range(len(frame.header.names))]
    features = [names[position] for position in frame.selection.features]
    kept = [names[position] for position in _carried(frame)]
    delimiter = " " if frame.csv.delimiter == BLANKS else frame.csv.delimiter
    types = dict.fromkeys(features, pa.float64()) | dict.fromkeys(kept, pa.string())
    try:
        return csv.read_csv(
            pa.BufferReader(content),
            csv.ReadOptions(use_threads=False, block_size=len(content) + 1, column_names=names),
            csv.ParseOptions(delimiter=delimiter, newlines_in_values=newlines_in_values),
            csv.ConvertOptions(
                check_utf8=False,  # seen to already
                column_types=types,
                decimal_point=frame.csv.decimal,
                include_columns=[*features, *kept],
                null_values=[],
                strings_can_be_null=False,
            ),
        )
    except pa.ArrowException:
        return None


def _whole(column: Any) -> Any:
    """Return a chunked array in one piece, which it is already unless Arrow cut the chunk."""
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()


def _within(values: npt.NDArray[np.float64], largest: float) -> bool:
    """Whether all values are finite, and below *largest* in magnitude."""
    # a NaN among them is both their minimum and their maximum, and less than nothing
    return bool(values.min() > -largest and values.max() < largest)
