"""An explanation as text: matrices where they meet, sums line by line, at any width."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from nncli.explain.chains import Symbol, chain
from nncli.explain.notation import Letters, Written
from nncli.explain.shown import Shown, in_full
from nncli.explain.steps import (
    Explanation,
    NeuronStep,
    ProductStep,
    Result,
    ScalingStep,
    SoftmaxStep,
    Step,
    TransposeStep,
)
from nncli.render.explain_formulas import formula
from nncli.render.explain_lines import INDENT, Screen
from nncli.render.explain_long_sums import long_sum
from nncli.render.explain_matrices import arrangement, transposed
from nncli.render.explain_signs import Signs
from nncli.render.explain_tables import scaling, softmax
from nncli.render.layout.text import inert, text_width
from nncli.render.layout.view import BLANK, Block
from nncli.render.numbers import format_shape
from nncli.words import count_of, numbered


def explanation_view(found: Explanation, width: int | None, signs: Signs) -> list[Block]:
    """Return an explanation as lines.  width: of the screen; None for no limit."""
    return list(_Drawing(found, Screen(width, signs)).blocks())


class _Drawing:
    """Draws one explanation."""

    def __init__(self, found: Explanation, screen: Screen) -> None:
        self._found, self._screen, self._signs = found, screen, screen.signs
        self._written = Written(found.notation, found.has_ones)
        self._layers = found.spec.layers
        self._sums = [step for step in found.steps if isinstance(step, NeuronStep)]
        self._products = {s.layer: s for s in found.steps if isinstance(s, ProductStep)}
        # a sum alone needs no headings of its own
        self._is_alone = len(found.steps) == len(self._sums) == 1

    def blocks(self) -> Iterator[Block]:
        """Yield everything from top to bottom."""
        yield from self._heading()
        layer = 0
        for step in self._found.steps:
            number = getattr(step, "layer", 0)
            if number not in (0, layer) and len(self._layers) > 1 and not self._is_alone:
                yield BLANK
                yield from self._screen.heading(self._layer_name(number), self._formulas(number))
            layer = number or layer
            shown = list(self._of_step(step))
            yield from [BLANK, *shown] if shown else []

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
                return scaling(step, self._columns_shown(step), self._screen)

    # ------------------------------------------------------------------------------ headings

    def _heading(self) -> Iterator[Block]:
        found, pieces = self._found, []
        if self._is_alone and len(self._layers) > 1:
            pieces.append(self._layer_name(self._sums[0].layer))
        pieces.append(self._samples())
        if self._is_alone and self._sums[0].neurons > 1:
            pieces.append(self._neuron(self._sums[0]))
        if self._is_alone or len(self._layers) == 1:
            pieces += self._formulas(found.layers[0])
        sizes = self._signs.said(" → ".join(map(str, found.spec.layer_sizes)))
        yield from self._screen.heading(inert(found.spec.name), [sizes, *pieces])

    def _samples(self) -> str:
        """Return which samples are shown."""
        found = self._found
        explained = tuple(dict.fromkeys(step.sample for step in self._sums))
        numbers = found.samples if self._products else explained
        total = f" of {found.samples_total:,}" if found.samples_total is not None else ""
        if len(numbers) == 1 or not self._products:
            return f"{numbered('sample', numbers)}{total}"
        first = "first " if numbers[-1] == len(numbers) and not total else ""
        return f"{first}{count_of(len(numbers), 'sample')}{total}"

    def _layer_name(self, number: int) -> str:
        name = self._layers[number - 1].name
        own = f" {inert(name)}" if name != f"layer_{number}" else ""
        return f"layer {number} of {len(self._layers)}{own}"

    def _neuron(self, step: NeuronStep) -> str:
        return f"neuron {step.neuron}" + (f" ({inert(step.name)})" if step.name else "")

    def _formulas(self, number: int) -> list[str]:
        """Return the formulas of a layer."""
        letters, a = self._letters(number)
        activation = f"{a} = {self._layers[number - 1].activation.kind}({letters.z})"
        is_linear = self._layers[number - 1].activation.kind == "linear"
        written = self._signs.said(self._written.sum(letters))
        return [written, "no activation" if is_linear else activation]

    def _letters(self, number: int) -> tuple[Letters, str]:
        """Return what a layer's parts are called, and its output."""
        is_softmax = self._layers[number - 1].activation.kind == "softmax"
        is_last = number == len(self._layers)
        a = "P" if is_softmax and is_last else "A"
        if number in self._products:
            letters = self._signs.letters(number, len(self._layers))
            return letters, a + letters.z[1:]
        return Letters("x" if number == 1 else "a", "W", "b", "z"), a.lower()

    # ---------------------------------------------------------------------------------- sums

    def _sum(self, step: NeuronStep) -> Iterator[Block]:
        if not self._is_alone:
            said = f"sample {step.sample:,}, {self._neuron(step)}"
            yield from self._screen.words([said], style="dim")
        first = next(one for one in self._sums if one.sample == step.sample)
        if first is step and step.layer == 1 and step.is_whole:
            yield from self._legend(step)
        if step.is_whole:
            yield from self._chain(step)
        else:
            yield from long_sum(step, self._found.notation, self._screen)
        yield from self._activation(step)
        yield from self._float(step.z if step.z.other is not None else step.a)

    def _float(self, result: Result, of: str = "") -> Iterator[Block]:
        """Yield what `forward` has for a result, if that is another number."""
        if result.other is not None:
            gets = self._signs.number(in_full(result.other))
            said = f"forward, in {self._found.spec.dtype}, gets {gets}{of}"
            yield from self._screen.words([said], style="dim")

    def _legend(self, step: NeuronStep) -> Iterator[Block]:
        """Yield what the inputs are called, if they have names, and what they are."""
        if not any(term.is_named for term in step.terms):
            return
        said = [
            f"{self._signs.symbol(Symbol('x', (term.input,)))} {inert(term.name or '')} "
            f"{self._signs.number(term.x.text)}"
            for term in step.terms
        ]
        yield from self._screen.words(said, gap=self._signs.said(" · "), style="dim")

    def _chain(self, step: NeuronStep) -> Iterator[Block]:
        """Yield the lines of a whole sum: three that run side by side, then the sum, and z."""
        lines = chain(step, self._found.notation)
        texts = [[self._term(term) for term in each.terms] for each in lines[:-1]]
        texts.append([self._signs.number(step.z.shown.text)])
        signs = [self._signs.said(each.sign).ljust(3 + self._signs.is_ascii) for each in lines]
        z = self._signs.symbol(Symbol("z", (step.neuron,)))
        width = self._screen.width
        head = f"{INDENT}{z}  "
        room = None if width is None else width - text_width(head) - len(signs[0])
        if room is not None and max(text_width(text) for row in texts for text in row) > room:
            yield self._screen.copied(f"{INDENT}{z}")
            room, head = room + text_width(head) - len(INDENT), INDENT
        whole = len(lines) - 2 if step.z.shown.value.is_finite else len(lines) - 1
        groups = [(0, whole), *((at, at + 1) for at in range(whole, len(lines)))]
        for start, end in groups:
            for text in self._side_by_side(texts[start:end], signs[start:end], room):
                yield self._screen.copied(f"{head}{text}")
                head = " " * text_width(head)
        if step.from_rounded is not None:
            factors, products = map(self._signs.number, step.from_rounded)
            said = [f"the rounded factors give {factors},", f"the rounded products {products}"]
            yield from self._screen.words(said, gap=" ", indent=head, style="dim")

    def _term(self, term: Iterable[Symbol | Shown]) -> str:
        return self._signs.times.join(map(self._signs.factor, term))

    def _side_by_side(
        self, rows: Sequence[Sequence[str]], signs: Sequence[str], room: int | None
    ) -> Iterator[str]:
        """Yield rows of terms below one another, in as many parts as there is room for.

        A later part begins with +, a factor that needs a line of its own with the sign of products.
        """
        columns = list(zip(*rows, strict=True))
        widths = [max(map(text_width, column)) for column in columns]
        start = 0
        while start < len(columns):
            end, left = start + 1, (room or 10**9) - widths[start]
            while end < len(columns) and left >= widths[end] + 3:
                left -= widths[end] + 3
                end += 1
            for number, sign in enumerate(signs):
                cells = [
                    columns[at][number] + " " * (widths[at] - text_width(columns[at][number]))
                    for at in range(start, end)
                ]
                text = " + ".join(cells).rstrip()
                begin = "+".ljust(len(sign)) if start else sign
                if room is not None and text_width(text) > room:
                    text, *factors = text.split(self._signs.times)
                    yield begin + text
                    begin, text = self._signs.times.ljust(len(sign)), "".join(factors)
                yield begin + text
            start = end

    def _activation(self, step: NeuronStep) -> Iterator[Block]:
        kind, z = step.activation.kind, step.z.shown
        if kind in ("linear", "softmax", "log_softmax"):
            return
        is_z_itself = kind in ("leaky_relu", "prelu") and step.slope is None
        factors = (z, step.slope or z)
        is_formula_rounded = not is_z_itself and any(each.is_rounded for each in factors)
        is_rounded = z.is_rounded or is_formula_rounded or step.a.shown.is_rounded
        symbol = self._signs.symbol(Symbol("z", (step.neuron,)))
        parts = [
            f"=  {kind}({symbol})",
            f"{self._signs.sign(is_rounded=is_formula_rounded)}  {formula(step, self._signs)}",
            f"{self._signs.sign(is_rounded=is_rounded)}  {self._signs.number(step.a.shown.text)}",
        ]
        a = self._signs.symbol(Symbol("a", (step.neuron,)))
        head = f"{INDENT}{a}  "
        texts = self._screen.wrapped(parts, text_width(head), "  ")
        for number, text in enumerate(texts):
            yield self._screen.copied((head if number == 0 else " " * text_width(head)) + text)

    def _columns_shown(self, step: ScalingStep) -> set[str] | None:
        """Return which inputs the sums shown one by one are made of; None for all."""
        if step.where == "outputs":
            return None
        sums = [one for one in self._sums if one.layer == 1 and one.sample == step.sample]
        if any(one.is_whole for one in sums):
            return None
        return {term.name for one in sums for term in one.terms if term.name is not None}

    def _softmax(self, step: SoftmaxStep) -> Iterator[Block]:
        yield from softmax(step, self._screen)
        for row in step.rows:
            yield from self._float(row.share, f" for {inert(row.name)}")

    # ------------------------------------------------------------------------------- matrices

    def _transpose(self, step: TransposeStep) -> Iterator[Block]:
        letters, _ = self._letters(step.layer)
        w = letters.w
        if self._found.notation != "rows":
            names = (w, f"{w}.T") if self._found.notation == "torch" else ("the spec", w)
            drawn = transposed(step, self._products[step.layer].neuron, names, self._signs)
            if self._screen.holds(drawn):
                yield from map(self._screen.copied, drawn)
                return
        by_neuron = step.spec_shape[0] == self._layers[step.layer - 1].neurons
        way = "a row per neuron" if by_neuron else "a column per neuron"
        shapes = f"{format_shape(step.spec_shape)}ᵀ → {format_shape(step.shape)}"
        said = [f"the spec holds {w} turned, {way}:", self._signs.said(shapes)]
        yield from self._screen.words(said, gap=" ")

    def _product(self, step: ProductStep) -> Iterator[Block]:
        letters, a = self._letters(step.layer)
        name = f"{a} = {self._layers[step.layer - 1].activation.kind}({letters.z})"
        lines = arrangement(step, (letters, name), self._written, self._signs, self._screen.width)
        if lines is not None:
            yield from map(self._screen.copied, lines)
            return
        explained = {s.neuron for s in self._sums if s.layer == step.layer}
        if len(explained) < len(step.b):
            return  # some neurons were chosen: it is their sums that are wanted
        said = f"the matrices are wider than {self._screen.width} columns: they are left out"
        yield from self._screen.words([said], style="dim")
