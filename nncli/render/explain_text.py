"""An explanation as text: matrices where they meet, sums line by line, at any width."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from nncli.explanation.chains import Symbol
from nncli.explanation.shown import in_full
from nncli.explanation.steps import (
    Explanation,
    NeuronStep,
    ProductStep,
    Result,
    ScalingStep,
    SoftmaxStep,
    Step,
    TransposeStep,
)
from nncli.render.explain_lines import Screen
from nncli.render.explain_long_sums import long_sum
from nncli.render.explain_matrices import arrangement, stacked, transposed
from nncli.render.explain_names import Names
from nncli.render.explain_signs import Signs
from nncli.render.explain_sums import activation, whole_sum
from nncli.render.explain_tables import scaling, softmax
from nncli.render.layout.text import inert
from nncli.render.layout.view import BLANK, Block
from nncli.render.numbers import format_shape


def explanation_view(found: Explanation, width: int | None, signs: Signs) -> list[Block]:
    """Return an explanation as lines.  width: of the screen; None for no limit."""
    return list(_Drawing(found, Screen(width, signs)).blocks())


class _Drawing:
    """Draws one explanation."""

    def __init__(self, found: Explanation, screen: Screen) -> None:
        self._found, self._screen, self._signs = found, screen, screen.signs
        self._names = names = Names(found, screen.signs)
        self._layers = found.spec.layers
        self._sums, self._products = names.sums, names.products
        # a sum alone needs no headings of its own
        self._is_alone = len(found.steps) == len(self._sums) == 1
        self._is_sheet = names.is_sheet

    def blocks(self) -> Iterator[Block]:
        """Yield everything from top to bottom."""
        yield from self._heading()
        layer = 0
        for step in self._found.steps:
            number = getattr(step, "layer", 0)
            if number not in (0, layer) and len(self._layers) > 1 and not self._is_alone:
                yield BLANK
                yield from self._screen.heading(
                    self._names.layer(number), self._names.formulas(number), level=2
                )
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
                return scaling(step, self._names.scaled(step), self._screen)

    # ------------------------------------------------------------------------------ headings

    def _heading(self) -> Iterator[Block]:
        found, pieces = self._found, []
        if self._is_alone and len(self._layers) > 1:
            pieces.append(self._names.layer(self._sums[0].layer))
        pieces.append(self._names.samples())
        if self._is_alone and self._sums[0].neurons > 1:
            pieces.append(self._names.neuron(self._sums[0]))
        if self._is_alone or len(self._layers) == 1:
            pieces += self._names.formulas(found.layers[0])
        yield from self._screen.heading(inert(found.spec.name), [self._names.sizes, *pieces])

    # ---------------------------------------------------------------------------------- sums

    def _sum(self, step: NeuronStep) -> Iterator[Block]:
        if not self._is_alone:
            said = f"{self._number_of(step)}sample {step.sample:,}, {self._names.neuron(step)}"
            yield from self._screen.said(said)
        first = next(one for one in self._sums if one.sample == step.sample)
        if first is step and step.layer == 1 and step.is_whole:
            yield from self._legend(step)
        if step.is_whole:
            yield from whole_sum(step, self._found.notation, self._screen)
        else:
            yield from long_sum(step, self._found.notation, self._screen)
        yield from activation(step, self._screen)
        yield from self._float(step.compared)

    def _number_of(self, step: NeuronStep) -> str:
        """Return the number of a worksheet's question, or what else a sum is on it."""
        if step.question is not None:
            return f"{step.question.number}. "
        return "worked example: " if self._is_sheet else ""

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
            f"{self._signs.symbol(Symbol('x', (term.input,)))} {inert(term.name or '')}"
            # what a worksheet asks for is not told here
            + (f" {self._signs.number(term.x)}" if term.x.box is None else "")
            for term in step.terms
        ]
        gap = ", " if self._signs.is_ascii else " · "  # there the dot is a product's *
        yield from self._screen.words(said, gap=gap, style="dim")

    def _softmax(self, step: SoftmaxStep) -> Iterator[Block]:
        yield from softmax(step, self._screen)
        for row in step.rows:
            yield from self._float(row.share, f" for {inert(row.name)}")

    # ------------------------------------------------------------------------------- matrices

    def _transpose(self, step: TransposeStep) -> Iterator[Block]:
        letters, _ = self._names.letters(step.layer)
        w = letters.w
        if self._found.notation != "rows":
            neuron = 0 if self._is_sheet else self._products[step.layer].neuron
            names = (w, f"{w}.T") if self._found.notation == "torch" else ("the spec", w)
            for signs in (self._signs, replace(self._signs, is_close=True)):
                drawn = transposed(step, neuron, names, signs)
                if self._screen.holds(drawn):
                    yield from map(self._screen.copied, drawn)
                    return
        way = "a column per neuron" if self._found.notation == "columns" else "a row per neuron"
        shapes = f"{format_shape(step.spec_shape)}ᵀ → {format_shape(step.shape)}"
        turned = f"the spec holds {w} turned, {way}:"
        if self._found.notation == "torch":  # it holds W as it is
            turned = f"{w} has {way}, and the product takes {w}.T:"
        said = [turned, self._signs.said(shapes)]
        yield from self._screen.words(said, gap=" ")

    def _product(self, step: ProductStep) -> Iterator[Block]:
        letters, _ = self._names.letters(step.layer)
        about = (letters, self._names.output(step.layer)), self._names.written, self._signs
        width, is_lit = self._screen.width, not self._is_sheet
        lines = arrangement(step, *about, width, is_lit=is_lit)
        if lines is None and width is not None:
            explained = {s.neuron for s in self._sums if s.layer == step.layer}
            if len(explained) < len(step.b) and not self._is_sheet:
                return  # some neurons were chosen: it is their sums that are wanted
            lines = stacked(step, *about, width, is_lit=is_lit)
        if lines is not None:
            yield from map(self._screen.copied, lines)
            return
        said = f"the matrices are wider than {self._screen.width} columns: they are left out"
        yield from self._screen.words([said], style="dim")
