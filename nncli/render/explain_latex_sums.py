"""The sums of an explanation in LaTeX: line by line, or the largest terms as a table."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from nncli.explanation.chains import ChainLine, Factor, Symbol, chain, last_sign
from nncli.explanation.notation import Notation
from nncli.explanation.shown import Shown
from nncli.explanation.steps import NeuronStep, Term
from nncli.render.explain_formulas import activation_links
from nncli.render.explain_latex_numbers import (
    SIGNS,
    factor,
    number,
    said_sign,
    set_name,
    term,
    width,
)
from nncli.render.explain_long_sums import heads, parts, shortened
from nncli.render.layout.latex import escaped, maths, maths_width, sized

# How wide a line of terms may be, in points, behind the letter and its sign: the text is 484 wide.
_ROOM = 442.0
_HALF = 207.0  # in a column of two
_INDENT = 22.0  # of what is continued
_PLUS = maths_width("+")
# How long the bar of a long sum's largest term is.
_BAR_MM, _BAR_WIDTH = 25, 145.0  # the latter in points, with all signs and spaces


def comment(step: NeuronStep) -> str:
    """Return a sum's results as a comment, by which a program finds them."""
    z, a = (
        shown.text if not shown.is_empty else f"[{shown.box}]"
        for shown in (step.z.shown, step.a.shown)
    )
    place = f"sample {step.sample}, layer {step.layer}, neuron {step.neuron}"
    return f"% {place}: z = {z}, a = {a}"


# ------------------------------------------------------------------------------- line by line


def whole_sum(step: NeuronStep, notation: Notation, notes: Sequence[str]) -> Iterator[str]:
    """Yield a sum with its activation: lines of terms, then z and a.

    Terms stand below one another, if all of them have room on one line.  notes: to stand below.
    """
    together, below = _parts(chain(step, notation))
    is_aligned = _terms_width(together) <= _ROOM
    rows: list[str] = []
    for line in together:
        groups = [slice(None)] if is_aligned else _even_groups(list(map(_width, line.terms)))
        rows += _rows(line, groups, " &&+ " if is_aligned else " + ")
    first_width = max(_width(line.terms[0]) for line in together)
    rows += [_end(line, first_width) for line in below]
    rows[0] = _symbol("z", step) + rows[0]
    pairs = f"{{{len(together[0].terms)}}}"
    name, argument = ("alignedat", pairs) if is_aligned else ("aligned", "")
    yield r"\["
    yield rf"\begin{{{name}}}{argument}"
    yield " \\\\\n".join([*rows, *_activation(step), *map(_note, notes)])
    yield rf"\end{{{name}}}"
    yield r"\]"


def is_narrow(step: NeuronStep, notation: Notation) -> bool:
    """Whether two such sums have room beside each other, as far as lines with signs go."""
    if not step.is_whole:
        return False
    together, _ = _parts(chain(step, notation))
    links = "".join(f"{sign}{text}" for sign, text in activation_links(step, SIGNS)[:-1])
    wide = maths_width(links) + _PLUS + width(step.a.shown)
    return max(_terms_width(together), wide) <= _HALF


def _parts(lines: list[ChainLine]) -> tuple[list[ChainLine], list[ChainLine]]:
    """Return the lines whose terms stand below one another, and those below them."""
    count = len(lines) - 2 if len(lines) > 3 else len(lines) - 1
    return lines[:count], lines[count:]


def _terms_width(lines: Sequence[ChainLine]) -> float:
    """Return how wide lines are whose terms stand below one another."""
    columns = zip(*(map(_width, line.terms) for line in lines), strict=True)
    return sum(max(column, default=0.0) for column in columns) + _PLUS * (len(lines[0].terms) - 1)


def _symbol(letter: str, step: NeuronStep) -> str:
    return maths(SIGNS.symbol(Symbol(letter, (step.neuron,))))


def _width(factors: Iterable[Factor]) -> float:
    widths = list(map(width, factors))
    return sum(widths) + maths_width("·") * (len(widths) - 1)


def _even_groups(widths: Sequence[float]) -> list[slice]:
    """Return which terms stand beside one another: in few lines, none much longer than others."""
    found = list(_groups(widths, _ROOM - _INDENT))
    narrower, room = found, _ROOM - _INDENT
    while len(narrower) == len(found) > 1:
        found, room = narrower, room - _PLUS
        narrower = list(_groups(widths, room))
    return found


def _groups(widths: Sequence[float], room: float) -> Iterator[slice]:
    """Yield which terms stand beside one another, one at least."""
    start, used = 0, 0.0
    for at, each in enumerate(widths):
        if at > start and used + each > room:
            yield slice(start, at)
            start, used = at, 0.0
        used += each + _PLUS
    yield slice(start, len(widths))


def _rows(line: ChainLine, groups: Sequence[slice], plus: str) -> Iterator[str]:
    """Yield a line of terms; what there is no room for stands below it and begins with +."""
    begin = f" &{maths(line.sign)} "
    for group in groups:
        cells = [r"\cdot ".join(map(factor, factors)) for factors in line.terms[group]]
        yield begin + plus.join(cells)
        begin = r" &\quad + "


def _end(line: ChainLine, first_width: float) -> str:
    """Return a line below those whose terms stand below one another.

    first_width: of what stands in their first column; a longer line does not widen it.
    """
    (first, *others) = (each for terms in line.terms for each in terms)
    if others or not isinstance(first, Shown):
        return _across(maths(line.sign), " + ".join(map(factor, (first, *others))))
    if width(first, is_term=False) > first_width:
        return _across(maths(line.sign), number(first))
    return f" &{maths(line.sign)} {number(first)}"


def _across(sign: str, text: str) -> str:
    return rf" &{sign} \rlap{{${text}$}}"


def _note(text: str) -> str:
    return rf" & \rlap{{\small {text}}}"


def _activation(step: NeuronStep) -> list[str]:
    """Return what the activation makes of a sum: a line, or a line for each sign."""
    links = activation_links(step, SIGNS)
    if not links:
        return []
    texts = [*(maths(text) for _, text in links[:-1]), number(step.a.shown)]
    signs = [maths(sign) for sign, _ in links]
    a = _symbol("a", step)
    if sum(maths_width(f"{sign}{text}") for sign, text in links) <= _ROOM:
        more = (f" {sign} {text}" for sign, text in zip(signs[1:], texts[1:], strict=True))
        return [a + _across(signs[0], texts[0] + "".join(more))]
    first, *others = map(_across, signs, texts)
    return [a + first, *others]


# ------------------------------------------------------------------------------ largest terms


def long_sum(step: NeuronStep, notation: Notation, notes: Sequence[str]) -> Iterator[str]:
    """Yield the largest terms of a sum as a table, and what the others add."""
    written, counted = shortened(step, notation, SIGNS)
    yield rf"\\ ${maths(written)}$ \quad {escaped(counted)}"
    name, *letters = heads(step, notation, SIGNS)
    one, other, product = map(maths, letters)
    lines = [r"\begin{array}{r@{\quad}r@{}c@{}r@{}c@{}rl}"]
    lines += [rf"{name} & {one} & & {other} & & {product} \\", r"\hline"]
    largest = max(each.size for each in step.terms)
    for each in step.terms:
        lines.append(rf"{_row(each, notation)} & {_bar(each.product, largest)} \\")
    for said, text in parts(step, last_sign(step, notation), SIGNS):
        cell = rf"\multicolumn{{5}}{{l}}{{{_said(said)}}}"
        value = maths(SIGNS.number(text))
        lines.append(rf"{cell} & {value} \\" if said else r"\cline{1-6}")
    lines.append(r"\end{array}")
    columns = zip(*((each.x, each.w, each.product) for each in step.terms), strict=True)
    names = max(len(escaped(each.name or "")) for each in step.terms)
    wide = sum(max(map(width, column)) for column in columns) + 5.0 * min(names, 40)
    yield from sized(["\n".join(lines)], wide + _BAR_WIDTH)
    below = [*_activation(step), *map(_note, notes)]
    if below:
        yield from (r"\[\begin{aligned}", " \\\\\n".join(below), r"\end{aligned}\]")


def _said(words: str) -> str:
    """Return words with letters of mathematics between them."""
    return rf"\text{{{re.sub('[a-z][₀-₉]+|≈', lambda found: f'${maths(found[0])}$', words)}}}"


def _row(each: Term, notation: Notation) -> str:
    factors = (each.w, each.x) if notation == "columns" else (each.x, each.w)
    one, other = map(term, factors)
    name = set_name(each.name or "") if each.is_named else str(each.input)
    sign = rf"{{}}{said_sign(is_rounded=each.is_rounded)}{{}}"
    cells = (name, one, r"{}\cdot{}", other, sign, number(each.product))
    return " & ".join(cells)


def _bar(product: Shown, largest: Decimal) -> str:
    """Return how large a product is as a bar behind its sign."""
    value = product.value.value
    if not value.is_finite() or not largest.is_finite() or not largest:
        return ""
    length = float(abs(value) / largest) * _BAR_MM
    return rf"\;{'-' if value < 0 else '+'}\;\rule{{{length:.1f}mm}}{{1.5mm}}"
