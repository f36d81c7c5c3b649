"""A long sum of an explanation: its largest terms with bars, and what the others add."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from nncli.explanation.chains import Symbol, last_sign, product_of
from nncli.explanation.notation import Notation
from nncli.explanation.shown import Shown
from nncli.explanation.steps import NeuronStep, Term
from nncli.render.explain_lines import INDENT, Screen, left, right
from nncli.render.explain_signs import Signs
from nncli.render.layout.text import inert, text_width
from nncli.render.layout.view import BLANK, Block

_BAR = 16


def long_sum(step: NeuronStep, notation: Notation, screen: Screen) -> Iterator[Block]:
    """Yield the largest terms of a sum, and what the others add."""
    yield from screen.words(shortened(step, notation, screen.signs), gap="     ")
    yield BLANK
    rows = [heads(step, notation, screen.signs)]
    rows += [_row(term, notation, screen) for term in step.terms]
    widths = _Widths(*(max(map(text_width, column)) for column in zip(*rows, strict=True)))
    is_wide = screen.width is not None and widths.end > screen.width
    if not is_wide:
        yield screen.copied(_line(rows[0], widths, " ", " "))
    bar = _BAR if screen.width is None else min(_BAR, screen.width - widths.end - len("  + "))
    largest = max(term.size for term in step.terms)
    for row, term in zip(rows[1:], step.terms, strict=True):
        times, sign = screen.signs.times, screen.signs.sign(is_rounded=term.is_rounded)
        if is_wide:
            yield screen.copied(f"{INDENT}{row.name}")
            pieces = [f"{row.one} {times} {row.other}", f"{sign} {row.product}"]
            yield from screen.words(pieces, indent=INDENT * 2)
        else:
            drawn = _bar(term.product, largest, bar, screen) if bar > 0 else ""
            yield screen.copied(f"{_line(row, widths, times, sign)}  {drawn}".rstrip())
    sign = last_sign(step, notation)
    yield from _ends(step, sign, 0 if is_wide else widths.end, screen)


def shortened(step: NeuronStep, notation: Notation, signs: Signs) -> tuple[str, str]:
    """Return the sum in symbols, its first two terms and the last, and how many there are."""
    terms = [
        signs.times.join(map(signs.factor, product_of(number, step, notation)))
        for number in (1, 2, step.terms_total)
    ]
    z, b = (signs.symbol(Symbol(letter, (step.neuron,))) for letter in "zb")
    zeros = sum(term.product.text == "0" for term in step.terms) + step.left_out.zeros
    written = f"{z} = {' + '.join([*terms[:2], signs.said('…'), terms[2], b])}"
    return written, f"{step.terms_total:,} terms, {zeros:,} of them 0"


class Row(NamedTuple):
    """A line of the table, as texts."""

    name: str  # of the input, or its number
    one: str  # of the factors: x, in columns w
    other: str
    product: str


class _Widths(NamedTuple):
    """How wide each column of the table is."""

    name: int
    one: int
    other: int
    product: int

    @property
    def end(self) -> int:
        """Where the products end on their lines."""
        return sum(self) + len("  " + "  " + " · " + " ≈ ")


def heads(step: NeuronStep, notation: Notation, signs: Signs) -> Row:
    """Return what the columns are called."""
    k = "k" if signs.is_ascii else "ₖ"
    indices = [k, signs.index(step.neuron)]
    x = f"{step.input_letter}{k}"
    w = f"w{','.join(indices if notation == 'rows' else indices[::-1])}"
    one, other = (w, x) if notation == "columns" else (x, w)
    name = "" if step.terms[0].is_named else "k"
    return Row(name, one, other, f"{one}{signs.times}{other}")


def _row(term: Term, notation: Notation, screen: Screen) -> Row:
    x, w = map(screen.signs.term, (term.x, term.w))
    one, other = (w, x) if notation == "columns" else (x, w)
    name = inert(term.name or "") if term.is_named else str(term.input)
    return Row(name, one, other, screen.signs.number(term.product))


def _line(row: Row, widths: _Widths, times: str, sign: str) -> str:
    name, one, other, product = map(right, row, widths)
    return f"{INDENT}{name}  {one} {times} {other} {sign} {product}"


def _bar(product: Shown, largest: Decimal, length: int, screen: Screen) -> str:
    """Return how large a product is as a bar."""
    value, signs = product.value.value, screen.signs
    if not value.is_finite() or not largest.is_finite() or not largest:
        return ""
    cells = int(abs(value) / largest * length + Decimal("0.5"))
    return f"{signs.number('-' if value < 0 else '+')} {('#' if signs.is_ascii else '█') * cells}"


def _ends(step: NeuronStep, sign: str, end: int, screen: Screen) -> Iterator[Block]:
    """Yield what the parts add up to, below a line their sum, below another one z.

    sign: in front of z; end: where the products end on the lines above.
    """
    signs, rows = screen.signs, parts(step, sign, screen.signs)
    names = max(text_width(name) for name, _ in rows)
    values = max(text_width(signs.number(text)) for _, text in rows)
    end = max(end, names + values + 2 * len(INDENT))
    end = end if screen.width is None else min(end, screen.width)
    for name, text in rows:
        value = signs.number(text) if name else signs.said("─") * values
        line = f"{INDENT}{left(name, names)}"
        if text_width(line) + text_width(value) + 2 > end:
            if name:
                yield screen.copied(line.rstrip())
            line = ""
        yield screen.copied(line + right(value, end - text_width(line)))


def parts(step: NeuronStep, sign: str, signs: Signs) -> list[tuple[str, str]]:
    """Return the parts of a sum, each with its name; both empty for a line below them."""
    others = step.left_out
    is_of_inputs = others.zero_inputs == others.zeros
    which = f"with {step.input_letter} = 0" if is_of_inputs else f"that {_be(others.zeros)} 0"
    z, b = (signs.symbol(Symbol(letter, (step.neuron,))) for letter in "zb")
    shown = len(step.terms)
    largest = "the largest term" if shown == 1 else f"the {shown} largest terms"
    rows = [(largest, step.terms_sum.text)]
    if others.count:
        rows.append((f"the other {others.count:,} that {_be(others.count)} not 0", others.sum.text))
    if others.zeros:
        rows.append((f"the {others.zeros:,} {which}", "0"))
    rows += [("", ""), ("the sum before the bias", step.before_bias.text)]
    rows += [
        (f"the bias {b}", step.bias.text),
        ("", ""),
        (f"{z} {signs.said(sign)}", step.z.shown.text),
    ]
    return rows


def _be(count: int) -> str:
    return "is" if count == 1 else "are"
