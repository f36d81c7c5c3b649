"""A sum of an explanation line by line, and the activation below it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from nncli.explanation.chains import Symbol, chain
from nncli.explanation.notation import Notation
from nncli.explanation.shown import Shown
from nncli.explanation.steps import NeuronStep
from nncli.render.explain_formulas import activation_links
from nncli.render.explain_lines import INDENT, Screen, left
from nncli.render.explain_signs import Signs
from nncli.render.layout.text import text_width
from nncli.render.layout.view import Block

_PLUS = " + "


def whole_sum(step: NeuronStep, notation: Notation, screen: Screen) -> Iterator[Block]:
    """Yield the lines of a sum: three that run side by side, then the sum before the bias, z."""
    signs, lines = screen.signs, chain(step, notation)
    rows = [[_term(term, signs) for term in each.terms] for each in lines[:-1]]
    rows.append([signs.number(step.z.shown)])  # alone, and so without parentheses
    begins = [signs.said(each.sign).ljust(3 + signs.is_ascii) for each in lines]
    z = signs.symbol(Symbol("z", (step.neuron,)))
    head = f"{INDENT}{z}  "
    room = None if screen.width is None else screen.width - text_width(head) - len(begins[0])
    if room is not None and max(text_width(text) for row in rows for text in row) > room:
        yield screen.copied(f"{INDENT}{z}")
        room, head = room + text_width(head) - len(INDENT), INDENT
    together = min(3, len(lines) - 1)
    groups = [slice(together), *(slice(at, at + 1) for at in range(together, len(lines)))]
    for group in groups:
        for text in _side_by_side(rows[group], begins[group], room, signs):
            yield screen.copied(f"{head}{text}")
            head = " " * text_width(head)
    if step.from_rounded is not None:
        factors, products = map(signs.number, step.from_rounded)
        said = [f"the rounded factors give {factors},", f"the rounded products {products}"]
        yield from screen.words(said, indent=head, style="dim")


def _term(term: Iterable[Symbol | Shown], signs: Signs) -> str:
    return signs.times.join(map(signs.factor, term))


def _side_by_side(
    rows: Sequence[Sequence[str]], begins: Sequence[str], room: int | None, signs: Signs
) -> Iterator[str]:
    """Yield rows of terms below one another, in as many parts as there is room for.

    begins: the signs in front of the rows.  A later part begins with +, and a factor that needs a
    line of its own with the sign of products.
    """
    columns = list(zip(*rows, strict=True))
    widths = [max(map(text_width, column)) for column in columns]
    for part in _parts(widths, room):
        cells = zip(*columns[part], strict=True)
        for begin, row in zip(begins, cells, strict=True):
            text = _PLUS.join(map(left, row, widths[part])).rstrip()
            start = begin if part.start == 0 else "+".ljust(len(begin))
            if room is not None and text_width(text) > room:  # a single term
                text, _, factor = text.partition(signs.times)
                yield start + text
                start, text = signs.times.ljust(len(begin)), factor
            yield start + text


def _parts(widths: Sequence[int], room: int | None) -> Iterator[slice]:
    """Yield which columns stand beside one another, one at least."""
    start, used = 0, 0
    for at, width in enumerate(widths):
        if room is not None and at > start and used + width > room:
            yield slice(start, at)
            start, used = at, 0
        used += width + len(_PLUS)
    yield slice(start, len(widths))


def activation(step: NeuronStep, screen: Screen) -> Iterator[Block]:
    """Yield what the activation makes of a sum; nothing if it is linear, or a table shows it."""
    links = activation_links(step, screen.signs)
    pieces = [f"{sign}  {text}" for sign, text in links]
    head = f"{INDENT}{screen.signs.symbol(Symbol('a', (step.neuron,)))}  "
    for text in screen.wrapped(pieces, text_width(head), "  ") if links else ():
        yield screen.copied(f"{head}{text}")
        head = " " * text_width(head)
