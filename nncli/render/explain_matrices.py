"""Matrices in brackets: side by side, and around the corner of a product."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from nncli.explanation.corner import Corner, corner, turned
from nncli.explanation.notation import Letters, Written
from nncli.explanation.shown import Shown
from nncli.explanation.steps import Matrix, ProductStep, TransposeStep
from nncli.render.explain_signs import Signs
from nncli.render.layout.text import text_width
from nncli.render.numbers import format_shape

_MARGIN = "  "
# Where nothing is pointed at.
_UNLIT = (-1, -1)

Texts = Sequence[Sequence[str]]


# ---------------------------------------------------------------------------- both ways round


def transposed(step: TransposeStep, neuron: int, names: tuple[str, str], signs: Signs) -> list[str]:
    """Return weights as the spec holds them, and the other way round, side by side.

    neuron: whose row and column are pointed at, 0 for none; names: of both.
    """
    is_by_neurons = names[1].endswith(".T")  # else the spec's is turned, a column per neuron
    ways = ("a row per neuron", "a column per neuron")[:: 1 if is_by_neurons else -1]
    pairs = zip(names, (step.spec_shape, step.shape), ways, strict=True)
    heads = [f"{name} {format_shape(shape)}: {way}" for name, shape, way in pairs]
    row, column = (neuron, 0) if is_by_neurons else (0, neuron)
    left = _matrix(step.held, signs, row=row, column=column)
    right = _matrix(turned(step.held), signs, row=column, column=row)
    lines = _beside([[heads[0], *left], [heads[1], *right]], signs.said("  →  "))
    return [f"{_MARGIN}{text}".rstrip() for text in lines]


def _beside(blocks: Sequence[list[str]], sign: str) -> list[str]:
    """Return blocks of lines beside each other, a sign between them at the lower one's middle."""
    widths = [max(map(text_width, block)) for block in blocks]
    middle = 2 + (min(map(len, blocks)) - 2) // 2
    lines = []
    for number in range(max(map(len, blocks))):
        parts = [
            _left(block[number] if number < len(block) else "", width)
            for block, width in zip(blocks, widths, strict=True)
        ]
        lines.append((sign if number == middle else " " * len(sign)).join(parts))
    return lines


# ----------------------------------------------------------------------------- around a corner


def arrangement(
    step: ProductStep,
    names: tuple[Letters, str],
    written: Written,
    signs: Signs,
    width: int | None,
    *,
    is_lit: bool = True,
) -> list[str] | None:
    """Return the matrices of a layer in the arrangement of a notation, line by line.

    names: what they and the outputs are called; width: None for no limit;
    is_lit: whether the number is pointed at whose sum follows.  None if they do not fit.
    """
    letters, output = names
    parts = corner(step, written.notation)
    parts = parts if is_lit else replace(parts, lit=_UNLIT)
    places = ("below", "to the right", "where they meet")
    factors = (*written.factors(letters), letters.z)
    said = [" ".join(each) for each in zip(factors, parts.shapes, places, strict=True)]
    for each in (signs, replace(signs, is_close=True)):
        for are_names_above in (False, True):
            lines = _drawn(parts, (said, letters.b, output), each, are_names_above=are_names_above)
            if width is None or max(map(text_width, lines)) <= width:
                return lines
    return None


def _drawn(
    parts: Corner, names: tuple[Sequence[str], str, str], signs: Signs, *, are_names_above: bool
) -> list[str]:
    """Return the arrangement line by line.  names: of the matrices, the biases, the outputs."""
    said, bias, output = names
    widths = _widths(parts, signs)
    left, before_bias = _left_block(parts, signs)
    labels = [*said] if not are_names_above else []
    indent = max(*map(text_width, left), *map(text_width, labels), 0) + 2
    above = _boxed(parts.above, widths, signs)
    has_bias_row = bool(parts.bias) and not parts.is_turned
    if has_bias_row:
        labels += [""] * (len(above) - len(labels)) if are_names_above else []
        added = f"+ {bias} to every row"
        labels.append(added if text_width(added) + 2 <= indent else f"+ {bias}")
        above += _boxed((parts.bias,), widths, signs)
    lines = _labelled(
        labels, [*_mark_above(parts, widths, signs), *above], indent, is_last_apart=has_bias_row
    )
    added = f"{' ' * before_bias}+ {bias}" if parts.bias and parts.is_turned else ""
    lines.append(added)
    for text, cells in zip(left, _boxed(parts.result, widths, signs, parts.lit), strict=True):
        lines.append(_left(text, indent) + cells)
    if parts.output is not None:
        name = output if text_width(output) + 2 <= indent else ""
        rows = _boxed(parts.output, widths, signs, parts.lit)
        lines += ["", *(_left("" if n else name, indent) + text for n, text in enumerate(rows))]
    above_all = [*said] if are_names_above else []
    return [f"{_MARGIN}{text}".rstrip() for text in (*above_all, *lines)]


def _mark_above(parts: Corner, widths: Sequence[int], signs: Signs) -> list[str]:
    """Return the line that points down to a column, if one is pointed at."""
    _, column = parts.lit
    if parts.lit == _UNLIT:
        return []
    before = sum(widths[: column + 1]) + (2 + len(signs.gaps[1])) * column
    return [" " * (before + 2) + signs.marks[1]]


def _widths(parts: Corner, signs: Signs) -> list[int]:
    """Return how wide the columns of all are that stand below one another."""
    rows = [*parts.above, *parts.result, *(parts.output or [])]
    rows += [parts.bias] if parts.bias and not parts.is_turned else []
    return _text_widths(_texts(rows, signs))


def _text_widths(rows: Texts) -> list[int]:
    return [max(map(text_width, column)) for column in zip(*rows, strict=True)]


def _left_block(parts: Corner, signs: Signs) -> tuple[list[str], int]:
    """Return the left factor, a column of biases behind it, and where that begins."""
    left = _matrix(parts.left, signs, row=parts.lit[0] + 1, has_bar=not parts.bias)[1:]
    before = max(map(text_width, left)) + 2
    if parts.bias and parts.is_turned:
        column = _matrix(turned((parts.bias,)), signs)[1:]
        left = [f"{one}{two}" for one, two in zip(left, column, strict=True)]
    return left, before


def _labelled(
    names: Sequence[str], rows: Sequence[str], indent: int, *, is_last_apart: bool
) -> list[str]:
    """Return rows with names beside them, the first row with none if there are more rows.

    is_last_apart: whether the last name belongs to the last row, and the others to the first ones.
    """
    rows = [*[""] * (len(names) - len(rows)), *rows]
    gaps = [""] * (len(rows) - len(names))
    first, others = gaps[:1], gaps[1:]  # right below what points down, if there is room
    last = names[-1:] if is_last_apart else []
    labels = [*first, *names[: len(names) - len(last)], *others, *last]
    return [_left(label, indent) + row for label, row in zip(labels, rows, strict=True)]


# ------------------------------------------------------------------------ one below the other


def stacked(
    step: ProductStep,
    names: tuple[Letters, str],
    written: Written,
    signs: Signs,
    width: int,
    *,
    is_lit: bool = True,
) -> list[str] | None:
    """Return the matrices of a layer one below the other, as its formula has them.

    As the arrangement; where a matrix is still too wide, some of its columns are left out.
    """
    letters, output = names
    parts = corner(step, written.notation)
    row, column = (at + 1 for at in (parts.lit if is_lit else _UNLIT))
    (left, right), (times, way) = written.factors(letters), ("@", "row")
    if parts.is_turned:
        times, way = signs.times, "column"
    b = (parts.bias,) if not parts.is_turned else turned((parts.bias,))
    blocks = [
        (f"{left} {parts.shapes[0]}", parts.left, row, 0),
        (f"{times} {right} {parts.shapes[1]}", parts.above, 0, column),
        (f"+ {letters.b} to every {way}", b if parts.bias else (), 0, 0),
        (f"{letters.z} {parts.shapes[2]}", parts.result, row, column),
        (output, parts.output or (), row, column),
    ]
    lines: list[str] = []
    for name, matrix, *lit in blocks:
        if matrix:
            bar = not parts.bias and matrix is parts.left
            drawn = _narrow(matrix, lit, signs, width - len(_MARGIN), has_bar=bar)
            lines += ["", name, *drawn] if lines else [name, *drawn]
    lines = [f"{_MARGIN}{text}".rstrip() for text in lines]
    return lines if max(map(text_width, lines)) <= width else None


def _narrow(
    matrix: Matrix, lit: Sequence[int], signs: Signs, width: int, *, has_bar: bool
) -> list[str]:
    """Return a matrix as narrow as it must be: its columns closer together, or some left out."""
    row, column = lit
    for each in (signs, replace(signs, is_close=True)):
        drawn = _matrix(matrix, each, row=row, column=column, has_bar=has_bar)
        if max(map(text_width, drawn)) <= width:
            break
    else:
        room = width - text_width("▸ ⎡  ⎤") - 2 * has_bar
        rows, column = _fewer_columns(_texts(matrix, each), column, each, room)
        drawn = _pointed(rows, each, row=row, column=column, has_bar=has_bar)
    return drawn if drawn[0] else drawn[1:]


def _fewer_columns(
    rows: Texts, column: int, signs: Signs, room: int
) -> tuple[list[list[str]], int]:
    """Return the columns that fit, dots between them for the others, and where *column* is now.

    That one and the last are the first to be kept.
    """
    dots, (gap, _), widths = signs.said("…"), signs.gaps, _text_widths(rows)
    last = len(widths) - 1
    kept = [max(0, column - 1)]
    for at in (last, *range(last)):
        tried = sorted({*kept, at})
        shown = list(_with_gaps(tried, last))
        needed = sum(len(dots) if each is None else widths[each] for each in shown)
        if needed + len(gap) * (len(shown) - 1) > room:
            break
        kept = tried
    shown = list(_with_gaps(kept, last))
    texts = [[dots if at is None else row[at] for at in shown] for row in rows]
    return texts, shown.index(column - 1) + 1 if column else 0


def _with_gaps(numbers: Sequence[int], last: int) -> Iterator[int | None]:
    """Yield numbers in order, None where some from 0 to the last are left out."""
    before = -1
    for number in numbers:
        if number > before + 1:
            yield None
        yield number
        before = number
    if before < last:
        yield None


# --------------------------------------------------------------------------------- in brackets


def _boxed(
    matrix: Matrix, widths: Sequence[int], signs: Signs, lit: tuple[int, int] | None = None
) -> list[str]:
    """Return a matrix with columns of given widths, room for brackets around each number."""
    lines = []
    for number, row in enumerate(_texts(matrix, signs)):
        cells = []
        for column, (text, width) in enumerate(zip(row, widths, strict=True)):
            cell = f"[{text}]" if (number, column) == lit else f" {text} "
            cells.append(" " * (width - text_width(text)) + cell)
        lines.append(signs.gaps[1].join(cells))
    return _in_brackets(lines, signs)


def _in_brackets(lines: Sequence[str], signs: Signs) -> list[str]:
    first, middle, last, only = signs.brackets
    pairs = [first, *[middle] * (len(lines) - 2), last] if len(lines) > 1 else [only]
    return [f"{pair[0]} {text} {pair[1]}" for pair, text in zip(pairs, lines, strict=True)]


def _matrix(
    matrix: Matrix, signs: Signs, *, row: int = 0, column: int = 0, has_bar: bool = False
) -> list[str]:
    """Return a matrix, a row or a column pointed at; the first line is for what points down.

    has_bar: whether a bar stands before the last column.
    """
    return _pointed(_texts(matrix, signs), signs, row=row, column=column, has_bar=has_bar)


def _pointed(
    rows: Texts, signs: Signs, *, row: int = 0, column: int = 0, has_bar: bool = False
) -> list[str]:
    """Return the same of a matrix in texts."""
    widths, (gap, _) = _text_widths(rows), signs.gaps
    texts = []
    for each in rows:
        cells = [" " * (w - text_width(t)) + t for t, w in zip(each, widths, strict=True)]
        end = f" {signs.said('│')} {cells.pop()}" if has_bar else ""
        texts.append(gap.join(cells) + end)
    mark, down = signs.marks
    at = 4 + sum(widths[:column]) + len(gap) * (column - 1) - 1 if column else 0
    lines = [" " * at + down if column else ""]
    for number, text in enumerate(_in_brackets(texts, signs), start=1):
        lines.append(f"{mark if number == row else ' '} {text}")
    return lines


def _texts(matrix: Iterable[Iterable[Shown]], signs: Signs) -> list[list[str]]:
    return [[signs.number(value) for value in row] for row in matrix]


def _left(text: str, width: int) -> str:
    return text + " " * (width - text_width(text))
