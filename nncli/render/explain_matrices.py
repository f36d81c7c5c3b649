"""Matrices in brackets: side by side, and in the arrangement in which a product can be read off.

The right factor stands above, the left one beside the result: each number of the result stands
where the row and the column meet that it is made of.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nncli.explain.notation import Written
from nncli.explain.steps import Matrix, Notation, ProductStep, TransposeStep
from nncli.render.layout.text import text_width
from nncli.render.numbers import format_shape

if TYPE_CHECKING:
    from nncli.render.explain_text import Signs

_GAP = "  "
Texts = Sequence[Sequence[str]]


@dataclass(frozen=True)
class Corner:
    """A product's parts as they stand around its corner, as texts."""

    left: Texts
    above: Texts
    result: Texts
    lit: tuple[int, int]  # the row and the column of the result whose sum is written out
    names: tuple[str, str, str]  # what left, above and result are, with their shapes
    bias: Sequence[str] | None  # a number for each column, added to every row
    output: Texts | None = None  # of the same size as the result


def turned(matrix: Texts) -> Texts:
    """Return columns as rows."""
    return list(zip(*matrix, strict=True))


def transposed(step: TransposeStep, neuron: int, signs: Signs) -> list[str]:
    """Return weights as the spec holds them, and the other way round, side by side."""
    held = _texts(step.held, signs)
    names = ("a row per neuron", "a column per neuron")
    left = _matrix(held, signs, row=neuron)
    right = _matrix(turned(held), signs, column=neuron)
    heads = [
        f"{name} {format_shape(shape)}: {which}"
        for name, shape, which in zip(
            ("W", "W.T"), (step.spec_shape, step.shape), names, strict=True
        )
    ]
    return beside([[heads[0], "", *left[1:]], [heads[1], *right]], f" {signs.said('→')} ")


def beside(blocks: Sequence[list[str]], sign: str) -> list[str]:
    """Return blocks of lines beside each other, a sign between them at half their height."""
    height = max(map(len, blocks))
    widths = [max(map(text_width, block)) for block in blocks]
    lines = []
    for number in range(height):
        parts = [
            _left(block[number] if number < len(block) else "", width)
            for block, width in zip(blocks, widths, strict=True)
        ]
        lines.append((sign if number == height // 2 + 1 else " " * len(sign)).join(parts).rstrip())
    return lines


def arrangement(step: ProductStep, notation: Notation, signs: Signs) -> list[str]:
    """Return the matrices of a layer in the arrangement of a notation, line by line."""
    drawn = _drawn(corner(step, notation, signs), signs)
    if notation == "columns":
        drawn += ["", f"  + b to every column: {', '.join(signs.number(b.text) for b in step.b)}"]
    return drawn


def corner(step: ProductStep, notation: Notation, signs: Signs) -> Corner:
    """Return what stands where."""
    x, w = _texts(step.x, signs), _texts(step.w, signs)
    z, b = _texts(step.z, signs), [signs.number(value.text) for value in step.b]
    a = _texts(step.a, signs) if step.a is not None else None
    letter = "X" if step.layer == 1 else f"A{signs.index(step.layer - 1)}"
    row, column = step.samples.index(step.sample), step.neuron - 1
    written = Written(notation)
    if notation == "columns":
        parts = turned(w), turned(x), turned(z)
        names = _names(("W", letter, "Z"), parts)
        output = turned(a) if a is not None else None
        return Corner(*parts, (column, row), names, None, output)
    parts = x, w, z
    return Corner(*parts, (row, column), _names((letter, written.w, "Z"), parts), b, a)


def _names(letters: Sequence[str], parts: Sequence[Texts]) -> tuple[str, str, str]:
    places = ("below", "to the right", "where they meet")
    first, second, third = (
        f"{letter} {format_shape((len(part), len(part[0])))} {place}"
        for letter, part, place in zip(letters, parts, places, strict=True)
    )
    return first, second, third


def _drawn(parts: Corner, signs: Signs) -> list[str]:
    lit_row, lit_column = parts.lit
    stacked = [
        *parts.above,
        *parts.result,
        *([parts.bias] if parts.bias else []),
        *(parts.output or []),
    ]
    widths = [max(map(text_width, column)) for column in zip(*stacked, strict=True)]
    left = _matrix(parts.left, signs, row=lit_row + 1)[1:]
    indent = max(*map(text_width, left), *map(text_width, parts.names)) + 2
    above = _boxed(parts.above, widths, signs)
    if parts.bias:
        above += _boxed([parts.bias], widths, signs)
    before = sum(widths[:lit_column]) + 4 * lit_column
    rows = [" " * (before + 2 + widths[lit_column]) + signs.marks[1], *above]
    labels = [*parts.names, *["+ b to every row"] * bool(parts.bias)]
    rows = [*[""] * (len(labels) - len(above)), *rows]
    # the names stand beside the matrix above, that of the bias beside the bias
    gaps = [""] * (len(rows) - len(labels))
    labels = [*gaps[:1], *labels[:3], *gaps[1:], *labels[3:]] if parts.bias else [*gaps, *labels]
    lines = [_left(label, indent) + row for label, row in zip(labels, rows, strict=True)]
    lines.append("")
    lit = (lit_row, lit_column)
    for text, row in zip(left, _boxed(parts.result, widths, signs, lit), strict=True):
        lines.append(_left(text, indent) + row)
    if parts.output is not None:
        lines.append("")
        lines += [" " * indent + row for row in _boxed(parts.output, widths, signs, lit)]
    return [f"  {text}".rstrip() for text in lines]


def _boxed(
    rows: Texts, widths: Sequence[int], signs: Signs, lit: tuple[int, int] | None = None
) -> list[str]:
    """Return a matrix with columns of given widths, room for brackets around each number."""
    lines = []
    for number, row in enumerate(rows):
        cells = []
        for column, (text, width) in enumerate(zip(row, widths, strict=True)):
            padded = " " * (width - text_width(text)) + text
            cells.append(f"[{padded}]" if (number, column) == lit else f" {padded} ")
        lines.append(_GAP.join(cells))
    return _in_brackets(lines, signs)


def _in_brackets(lines: Sequence[str], signs: Signs) -> list[str]:
    first, middle, last, only = signs.brackets
    pairs = [first, *[middle] * (len(lines) - 2), last] if len(lines) > 1 else [only]
    return [f"{pair[0]} {text} {pair[1]}" for pair, text in zip(pairs, lines, strict=True)]


def _matrix(rows: Texts, signs: Signs, row: int = 0, column: int = 0) -> list[str]:
    """Return a matrix, a row or a column pointed at; the first line is for what points down."""
    widths = [max(map(text_width, each)) for each in zip(*rows, strict=True)]
    texts = [
        _GAP.join(" " * (w - text_width(t)) + t for t, w in zip(each, widths, strict=True))
        for each in rows
    ]
    mark, down = signs.marks
    at = 4 + sum(widths[:column]) + len(_GAP) * (column - 1) - 1 if column else 0
    lines = [" " * at + down if column else ""]
    for number, text in enumerate(_in_brackets(texts, signs), start=1):
        lines.append(f"{mark if number == row else ' '} {text}")
    return lines


def _texts(matrix: Matrix, signs: Signs) -> list[list[str]]:
    return [[signs.number(value.text) for value in row] for row in matrix]


def _left(text: str, width: int) -> str:
    return text + " " * (width - text_width(text))
