"""An explanation as text: matrices where they meet, sums line by line, at any width."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from nncli.explain.chains import ChainLine, Factor, Symbol, chain, weight_of
from nncli.explain.notation import Written
from nncli.explain.shown import Shown
from nncli.explain.steps import (
    Explanation,
    NeuronStep,
    ProductStep,
    ScalingStep,
    SoftmaxStep,
    Step,
    TransposeStep,
)
from nncli.render.explain_matrices import arrangement, transposed
from nncli.render.layout.text import text_width
from nncli.render.layout.view import BLANK, Block, Line, Span, Style, line
from nncli.render.numbers import format_shape
from nncli.words import count_of

_MARGIN = "  "
_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_BAR = 16


@dataclass(frozen=True)
class Signs:
    """How arithmetic is written: in its own signs, or in ASCII, where Python can read it."""

    is_ascii: bool = False

    def number(self, text: str) -> str:
        """Return a number."""
        words = {"nan": "NaN", "inf": "∞", "-inf": "−∞"}
        if self.is_ascii:
            return text
        mantissa, e, exponent = text.partition("e")
        return words.get(text) or mantissa.replace("-", "−") + e + exponent

    def term(self, text: str) -> str:
        """Return a number that is added or multiplied: a negative one in parentheses."""
        return f"({self.number(text)})" if text.startswith("-") else self.number(text)

    def symbol(self, symbol: Symbol) -> str:
        """Return a letter with its indices."""
        letter, indices = symbol
        text = ("," if any(index > 9 for index in indices) else "").join(map(str, indices))
        return letter + (text if self.is_ascii else text.translate(_SUBSCRIPTS))

    def index(self, number: int) -> str:
        """Return a number below the line."""
        return str(number) if self.is_ascii else str(number).translate(_SUBSCRIPTS)

    def sign(self, sign: str) -> str:
        """Return = or ≈."""
        return "~=" if self.is_ascii and sign == "≈" else sign

    def said(self, text: str) -> str:
        """Return words with signs between them."""
        if not self.is_ascii:
            return text
        return text.replace("·", "*").replace("→", "->").replace("≈", "~=").replace("−", "-")

    @property
    def times(self) -> str:
        """The sign of a product."""
        return "*" if self.is_ascii else "·"

    @property
    def brackets(self) -> tuple[tuple[str, str], ...]:
        """The brackets of a matrix's first, middle and last row, and of a single one."""
        if self.is_ascii:
            return (("[", "]"),) * 4
        return ("⎡", "⎤"), ("⎢", "⎥"), ("⎣", "⎦"), ("[", "]")

    @property
    def marks(self) -> tuple[str, str]:
        """What points to a row, and down to a column."""
        return (">", "v") if self.is_ascii else ("▸", "▾")


def explanation_view(found: Explanation, width: int | None, signs: Signs) -> list[Block]:
    """Return an explanation as lines.  width: of the screen; None for no limit."""
    return list(_Drawing(found, width, signs).blocks())


class _Drawing:
    """Draws one explanation."""

    def __init__(self, found: Explanation, width: int | None, signs: Signs) -> None:
        self._found, self._width, self._signs = found, width, signs
        self._written = Written(found.notation)

    def blocks(self) -> Iterator[Block]:
        yield from self._heading()
        layer = 0
        for step in self._found.steps:
            number = getattr(step, "layer", 0)
            if number != layer and number:
                yield from self._layer_heading(number)
                layer = number
            yield BLANK
            yield from self._of_step(step)

    def _of_step(self, step: Step) -> Iterable[Block]:
        match step:
            case NeuronStep():
                return self._sum(step)
            case ProductStep():
                return self._product(step)
            case TransposeStep():
                return self._transpose(step)
            case SoftmaxStep():
                return self._softmax(step)
            case ScalingStep():
                return self._scaling(step)

    # ------------------------------------------------------------------------------ headings

    def _heading(self) -> Iterator[Block]:
        found = self._found
        sizes = " → ".join(map(str, found.spec.layer_sizes))
        total = f" of {found.samples_total:,}" if found.samples_total is not None else ""
        samples = f"sample {found.samples[0]:,}{total}"
        if len(found.samples) > 1:
            samples = f"{count_of(len(found.samples), 'sample')}{total}"
        said = f"   {sizes}   {samples}"
        if len(found.spec.layers) == 1:
            said += f"   {self._formula_of(1)}"
        yield line(Span(found.spec.name, "accent"), self._signs.said(said))

    def _layer_heading(self, number: int) -> Iterator[Block]:
        layers = self._found.spec.layers
        if len(layers) > 1:
            yield BLANK
            name = f"layer {number} of {len(layers)} {layers[number - 1].name}"
            said = self._signs.said(f"   {self._formula_of(number)}")
            yield line(Span(name, "accent"), Span(said, "dim"))

    def _formula_of(self, number: int) -> str:
        """Return the formulas of a layer."""
        kind, many = self._found.spec.layers[number - 1].activation.kind, self._is_many(number)
        formula = self._written.sum("x" if number == 1 else "a", many=many)
        if kind == "linear":
            return formula
        return f"{formula}   {'A' if many else 'a'} = {kind}({'Z' if many else 'z'})"

    def _is_many(self, layer: int) -> bool:
        return any(isinstance(s, ProductStep) and s.layer == layer for s in self._found.steps)

    # ---------------------------------------------------------------------------------- sums

    def _sum(self, step: NeuronStep) -> Iterator[Block]:
        if len(self._found.steps) > 1:
            yield _plain(f"sample {step.sample:,}, neuron {step.neuron}", "dim")
        yield from self._legend(step)
        z = self._signs.symbol(("z", (step.neuron,)))
        if step.is_whole:
            yield from self._chain(step, z)
        else:
            yield from self._long_sum(step, z)
        yield from self._activation(step, z)
        if step.z.other is not None:
            gets = self._signs.number(str(step.z.other))
            yield _plain(f"forward, in {self._found.spec.dtype}, gets {gets}", "dim")

    def _legend(self, step: NeuronStep) -> Iterator[Block]:
        """Yield what the inputs are called, above the first sum of a sample."""
        firsts = (s for s in self._found.steps if isinstance(s, NeuronStep) and s.layer == 1)
        is_first = any(s is step for s in firsts if s.neuron == step.neuron)
        names = [(term.input, term.name, self._number(term.x)) for term in step.terms]
        if is_first and step.is_whole and any(n != f"column_{i}" for i, n, _ in names if n):
            said = (f"{self._signs.symbol(('x', (i,)))} {name} {x}" for i, name, x in names)
            yield _plain(self._signs.said(" · ").join(said), "dim")

    def _chain(self, step: NeuronStep, z: str) -> Iterator[Block]:
        *three, two, one = chain(step, self._found.notation)
        head = f"{_MARGIN}{z}  "
        indent = " " * text_width(head)
        for number, texts in enumerate(self._wrapped(three, len(head) + 4)):
            for sign, terms in zip(three, texts, strict=True):
                begin = head if number == 0 and sign is three[0] else indent
                mark = self._sign(sign.sign) if number == 0 else "+".ljust(len(self._sign("=")))
                yield _copied(f"{begin}{mark}{terms}")
        yield _copied(f"{indent}{self._sign(two.sign)}{' + '.join(self._terms(two))}")
        yield _copied(f"{indent}{self._sign(one.sign)}{self._number(step.z.shown)}")
        if step.from_rounded is not None:
            factors, products = map(self._signs.number, step.from_rounded)
            text = f"the rounded factors give {factors}, the rounded products {products}"
            yield Line((Span(indent), Span(text, "dim")))

    def _sign(self, sign: str) -> str:
        return self._signs.sign(sign).ljust(3 + self._signs.is_ascii)

    def _wrapped(self, lines: Sequence[ChainLine], used: int) -> Iterator[list[str]]:
        """Yield the texts of some lines below one another, in as many parts as the width asks."""
        columns = list(zip(*(self._terms(each) for each in lines), strict=True))
        widths = [max(map(text_width, column)) for column in columns]
        start = 0
        while start < len(columns):
            end, room = start + 1, (self._width or 10**9) - used - widths[start]
            while end < len(columns) and room >= widths[end] + 3:
                room -= widths[end] + 3
                end += 1
            padded = [
                [text + " " * (width - text_width(text)) for text in column]
                for column, width in zip(columns[start:end], widths[start:end], strict=True)
            ]
            yield [" + ".join(row).rstrip() for row in zip(*padded, strict=True)]
            start = end

    def _terms(self, each: ChainLine) -> list[str]:
        return [self._signs.times.join(map(self._factor, term)) for term in each.terms]

    def _factor(self, factor: Factor) -> str:
        if isinstance(factor, Shown):
            return self._signs.term(factor.text)
        return self._signs.symbol(factor)

    def _activation(self, step: NeuronStep, z: str) -> Iterator[Block]:
        kind = step.activation.kind
        if kind in ("linear", "softmax", "log_softmax"):
            return
        a = self._signs.symbol(("a", (step.neuron,)))
        before = self._signs.sign("≈" if step.z.shown.is_rounded else "=")
        after = self._signs.sign("≈" if step.z.shown.is_rounded or step.a.shown.is_rounded else "=")
        parts = [
            ("=", f"{kind}({z})"),
            (before, self._formula(step)),
            (after, self._number(step.a.shown)),
        ]
        text = f"{_MARGIN}{a}"
        for sign, part in parts:
            added = f"  {sign}  {part}"
            if self._width is not None and text_width(text + added) > self._width:
                yield _copied(text)
                text = _MARGIN + " " * text_width(a)
            text += added
        yield _copied(text)

    def _formula(self, step: NeuronStep) -> str:
        """Return the function with the number that it is of."""
        z = self._signs.number(step.z.shown.text)
        negative = step.z.shown.text.startswith("-")
        match step.activation.kind:
            case "relu":
                return f"max(0, {z})"
            case "relu6":
                return f"min(6, max(0, {z}))"
            case "sigmoid":
                other = self._signs.number(step.z.shown.text[1:]) if negative else f"−{z}"
                return self._signs.said(f"1 / (1 + exp({other}))")
            case "leaky_relu" if negative:
                slope = str(step.activation.parameters()["negative_slope"])
                return f"{slope}{self._signs.times}({z})"
        return f"{step.activation.kind}({z})"

    def _number(self, shown: Shown) -> str:
        return self._signs.number(shown.text)

    # ------------------------------------------------------------------------------ long sums

    def _long_sum(self, step: NeuronStep, z: str) -> Iterator[Block]:
        zeros = sum(term.product.text == "0" for term in step.terms) + step.left_out.zeros
        yield _plain(
            f"{self._shortened(step, z)}     {step.terms_total:,} terms, {zeros:,} of them 0"
        )
        yield BLANK
        largest = max((abs(t.product.value.value) for t in step.terms), default=Decimal(1))
        rows = [
            (
                term.name or str(term.input),
                *(self._signs.term(each.text) for each in (term.x, term.w)),
                self._signs.number(term.product.text),
                "≈" if any(e.is_rounded for e in (term.x, term.w, term.product)) else "=",
                self._bar(term.product, largest),
            )
            for term in step.terms
        ]
        names, xs, ws, products = (
            max(map(text_width, c)) for c in list(zip(*rows, strict=True))[:4]
        )
        for name, x, w, value, sign, bar in rows:
            factors = f"{_right(x, xs)} {self._signs.times} {_right(w, ws)}"
            result = f"{self._signs.sign(sign)} {_right(value, products)}"
            yield _copied(f"{_MARGIN}{_right(name, names)}  {factors} {result}  {bar}".rstrip())
        yield from self._ends(step, z)

    def _shortened(self, step: NeuronStep, z: str) -> str:
        """Return the sum in symbols: its first two terms and the last."""
        letter, terms = "x" if step.layer == 1 else "a", []
        for number in (1, 2, step.terms_total):
            w = weight_of(number, step.neuron, self._found.notation)
            factors: list[Symbol] = [(letter, (number,)), w]
            factors = factors[::-1] if self._found.notation == "columns" else factors
            terms.append(self._signs.times.join(map(self._signs.symbol, factors)))
        dots = "..." if self._signs.is_ascii else "…"
        b = self._signs.symbol(("b", (step.neuron,)))
        return f"{z} = {' + '.join([*terms[:2], dots, terms[2], b])}"

    def _ends(self, step: NeuronStep, z: str) -> Iterator[Block]:
        left, which = step.left_out, "x = 0" if step.left_out.zero_inputs else "a product of 0"
        said = [(f"the {len(step.terms)} largest terms", step.terms_sum)]
        if left.count:
            said.append((f"the other {left.count:,} that are not 0", left.sum))
        texts = [(words, self._number(each)) for words, each in said]
        if left.zeros:
            texts.append((f"the {left.zeros:,} with {which}", "0"))
        texts.append((f"bias {self._signs.symbol(('b', (step.neuron,)))}", self._number(step.bias)))
        sign = "≈" if step.z.shown.is_rounded else "="
        texts.append((f"{z} {self._signs.sign(sign)}", self._number(step.z.shown)))
        words, values = (max(map(text_width, column)) for column in zip(*texts, strict=True))
        for number, (text, value) in enumerate(texts):
            if number == len(texts) - 1:
                yield _copied(_MARGIN + " " * (words + 2) + "─" * values)
            yield _copied(
                f"{_MARGIN}{text}{' ' * (words - text_width(text) + 2)}{_right(value, values)}"
            )

    def _bar(self, product: Shown, largest: Decimal) -> str:
        value = product.value.value
        if not value.is_finite() or not largest.is_finite() or not largest:
            return ""
        cells = int(abs(value) / largest * _BAR + Decimal("0.5"))
        mark = "-" if value < 0 else "+"
        return f"{self._signs.number(mark)} {('#' if self._signs.is_ascii else '█') * cells}"

    # ------------------------------------------------------------------------------- matrices

    def _transpose(self, step: TransposeStep) -> Iterator[Block]:
        if self._found.notation == "torch":
            drawn = transposed(step, self._lit_neuron(step.layer), self._signs)
            if self._width is None or max(map(text_width, drawn)) <= self._width:
                yield from map(_copied, drawn)
                return
        shapes = f"{format_shape(step.spec_shape)}ᵀ → {format_shape(step.shape)}"
        way = (
            "a row per neuron"
            if step.spec_shape[0] == self._neurons(step.layer)
            else "a column per neuron"
        )
        yield _plain(
            self._signs.said(f"the spec holds W turned, {way}: {shapes}").replace(
                "ᵀ", "" if self._signs.is_ascii else "ᵀ"
            )
        )

    def _lit_neuron(self, layer: int) -> int:
        products = (s for s in self._found.steps if isinstance(s, ProductStep))
        return next(step.neuron for step in products if step.layer == layer)

    def _neurons(self, layer: int) -> int:
        return self._found.spec.layers[layer - 1].neurons

    def _product(self, step: ProductStep) -> Iterator[Block]:
        lines = arrangement(step, self._found.notation, self._signs)
        if self._width is not None and max(map(text_width, lines)) > self._width:
            yield _plain(
                f"the matrices are wider than {self._width} columns: they are left out", "dim"
            )
            return
        for text in lines:
            yield _copied(text)

    # -------------------------------------------------------------------------------- tables

    def _softmax(self, step: SoftmaxStep) -> Iterator[Block]:
        yield _copied(f"{_MARGIN}largest z  m = {self._number(step.largest)}")
        yield BLANK
        heading = ("", "z", self._signs.said("z − m"), self._signs.said("exp(z − m)"), "", "p")
        rows: list[tuple[str, ...]] = [heading]
        total = self._number(step.sum)
        divided = f"{'/' if self._signs.is_ascii else '÷'} {total}"
        for row in step.rows:
            numbers = (row.z, row.difference, row.exponential)
            share = self._number(row.share.shown)
            rows.append((row.name, *map(self._number, numbers), divided, share))
        rows.append(("sum", "", "", total, "", self._signs.number(step.shares_sum)))
        widths = [max(map(text_width, column)) for column in zip(*rows, strict=True)]
        for name, *texts in rows:
            cells = [_right(text, width) for text, width in zip(texts, widths[1:], strict=True)]
            yield _copied(f"{_MARGIN}{name.ljust(widths[0])}  {'  '.join(cells)}".rstrip())

    def _scaling(self, step: ScalingStep) -> Iterator[Block]:
        what = "scaled inputs" if step.where == "inputs" else "outputs, their scale undone"
        yield _plain(f"sample {step.sample:,}: {what}", "dim")
        names = max(text_width(column.name) for column in step.columns)
        for column in step.columns:
            texts = (
                self._signs.said(p) if isinstance(p, str) else self._signs.term(p.text)
                for p in column.formula
            )
            is_rounded = column.result.is_rounded or any(
                isinstance(part, Shown) and part.is_rounded for part in column.formula
            )
            sign = self._signs.sign("≈" if is_rounded else "=")
            name = column.name + " " * (names - text_width(column.name))
            result = self._number(column.result)
            yield _copied(f"{_MARGIN}{name}  {''.join(texts)}  {sign}  {result}")


def _plain(text: str, style: Style = "") -> Line:
    return line(Span(_MARGIN), Span(text, style))


def _copied(text: str) -> Line:
    return Line((Span(text),), is_copied=True)


def _right(text: str, width: int) -> str:
    return " " * (width - text_width(text)) + text
