"""An explanation as a LaTeX document that needs amsmath alone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from nncli.explanation.chains import Symbol
from nncli.explanation.shown import Shown, in_full
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
from nncli.render.explain_latex_matrices import COMMANDS, arrangement, transposed
from nncli.render.explain_latex_numbers import SIGNS, number, said_sign, set_name, term
from nncli.render.explain_latex_sums import comment, is_narrow, long_sum, whole_sum
from nncli.render.explain_names import Names
from nncli.render.layout.latex import escaped, maths, maths_width, sized
from nncli.render.numbers import format_shape
from nncli.words import count_of

# A block of text that fits A4 and Letter; displays begin at the left.
_PREAMBLE = r"""\documentclass[fleqn]{article}
\usepackage{amsmath}
\setlength{\textwidth}{170mm}
\setlength{\oddsidemargin}{-4.5mm}
\setlength{\textheight}{240mm}
\setlength{\topmargin}{-6mm}
\setlength{\headheight}{0mm}
\setlength{\headsep}{0mm}
\setlength{\parindent}{0mm}
\setlength{\parskip}{1ex plus 1ex}
\setlength{\mathindent}{4mm}
\renewcommand{\arraystretch}{1.15}
\allowdisplaybreaks
\interlinepenalty=10000
\sloppy
\raggedbottom
"""


def explain_latex(found: Explanation) -> str:
    """Return an explanation as a whole document."""
    names = Names(found, SIGNS)
    title = rf"\section*{{{escaped(found.spec.name)}}}"
    said = escaped(f"{names.samples()}. {names.rounding}")
    return latex_document([title, f"${maths(names.sizes)}$, {said}", *explanation_lines(found)])


def latex_document(lines: Iterable[str], preamble: str = "") -> str:
    """Return lines as a document.  preamble: more commands."""
    body = "\n".join(lines)
    return f"{_PREAMBLE}{COMMANDS}{preamble}\n\\begin{{document}}\n{body}\n\\end{{document}}\n"


def explanation_lines(found: Explanation) -> Iterator[str]:
    """Yield the layers of an explanation, from top to bottom."""
    return _Drawing(found).lines()


class _Drawing:
    """Draws one explanation."""

    def __init__(self, found: Explanation) -> None:
        self._found, self._names = found, Names(found, SIGNS)
        self._layers = found.spec.layers

    def lines(self) -> Iterator[str]:
        """Yield the steps, and a heading for each layer."""
        layer = 0
        for steps in self._groups():
            number = getattr(steps[0], "layer", 0)
            is_first = number not in (0, layer)
            if is_first:
                layer = number
                yield from self._heading(layer)
            drawn = [list(self._of_step(step)) for step in steps]
            yield from self._apart(_in_columns(drawn), is_first=is_first)

    def _groups(self) -> Iterator[Sequence[Step]]:
        """Yield the steps, those together that have room beside each other."""
        waiting: list[NeuronStep] = []
        for step in self._found.steps:
            if not isinstance(step, NeuronStep) or not self._is_narrow(step):
                yield from [[*waiting]] if waiting else []
                yield [step]
                waiting = []
            elif waiting and waiting[0].layer == step.layer:
                yield [*waiting, step]
                waiting = []
            else:
                yield from [[*waiting]] if waiting else []
                waiting = [step]
        yield from [[*waiting]] if waiting else []

    def _is_narrow(self, step: NeuronStep) -> bool:
        return not list(self._notes(step)) and is_narrow(step, self._found.notation)

    def _apart(self, lines: list[str], *, is_first: bool) -> Iterator[str]:
        """Yield the lines of a step as a paragraph.  is_first: whether a heading stands above."""
        if lines[0].startswith((r"\[", r"\begingroup")):
            yield from lines  # an empty line before a display would be set, too
        else:
            yield from [r"\par\nobreak" if is_first else "", *lines]

    def _heading(self, layer: int) -> Iterator[str]:
        name = escaped(self._names.layer(layer))
        formulas = self._names.formulas(layer)
        yield ""
        if len(self._layers) > 1:
            yield rf"\subsection*{{{name[0].upper()}{name[1:]}}}"
        yield r", \quad ".join(
            text if text == "no activation" else f"${maths(text)}$" for text in formulas
        )

    def _of_step(self, step: Step) -> Iterable[str]:
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

    # ---------------------------------------------------------------------------------- sums

    def _sum(self, step: NeuronStep) -> Iterator[str]:
        yield comment(step)
        yield rf"\textit{{{self._sum_name(step)}}}"
        first = next(one for one in self._names.sums if one.sample == step.sample)
        if first is step and step.layer == 1 and step.is_whole:
            yield from self._legend(step)
        draw = whole_sum if step.is_whole else long_sum
        yield from draw(step, self._found.notation, list(self._notes(step)))

    def _notes(self, step: NeuronStep) -> Iterator[str]:
        """Yield what is to be said of a sum."""
        if step.from_rounded is not None:
            factors, products = (maths(SIGNS.number(text)) for text in step.from_rounded)
            yield f"the rounded factors give ${factors}$, the rounded products ${products}$"
        yield from self._float(step.compared)

    def _sum_name(self, step: NeuronStep) -> str:
        name = escaped(f"sample {step.sample:,}, {self._names.neuron(step)}")
        question = step.question
        if question is not None:
            return rf"\textbf{{{question.number}.}} {name} ({count_of(question.points, 'point')})"
        return f"Worked example: {name}" if self._names.is_sheet else name

    def _legend(self, step: NeuronStep) -> Iterator[str]:
        """Yield what the inputs are called, if they have names, and what they are."""
        if any(term.is_named for term in step.terms):
            yield r"\\ " + r" $\cdot$ ".join(
                f"${maths(SIGNS.symbol(Symbol('x', (each.input,))))}$ {escaped(each.name or '')}"
                # what a worksheet asks for is not told here
                + (f" ${number(each.x)}$" if each.x.box is None else "")
                for each in step.terms
            )

    def _float(self, result: Result, of: str = "") -> Iterator[str]:
        """Yield what `forward` has for a result, if that is another number."""
        if result.other is not None:
            gets = maths(SIGNS.number(in_full(result.other)))
            yield f"forward, in {self._found.spec.dtype}, gets ${gets}${escaped(of)}"

    # ------------------------------------------------------------------------------- matrices

    def _transpose(self, step: TransposeStep) -> Iterator[str]:
        letters, _ = self._names.letters(step.layer)
        w = maths(letters.w)
        by_neuron = step.spec_shape[0] == self._layers[step.layer - 1].neurons
        if self._found.notation != "rows":
            is_torch = self._found.notation == "torch"
            names = (w, maths(f"{letters.w}.T")) if is_torch else (r"\text{the spec}", w)
            neuron = 0 if self._names.is_sheet else self._names.products[step.layer].neuron
            drawn = transposed(step, neuron, names, is_by_neurons=is_torch)
            if drawn is not None:
                yield from drawn
                return
        way = "a row per neuron" if by_neuron else "a column per neuron"
        shapes = maths(f"{format_shape(step.spec_shape)}ᵀ → {format_shape(step.shape)}")
        yield f"The spec holds ${w}$ turned, {way}: ${shapes}$."

    def _product(self, step: ProductStep) -> Iterator[str]:
        letters, _ = self._names.letters(step.layer)
        name = self._names.output(step.layer)
        is_lit = not self._names.is_sheet
        drawn = arrangement(step, (letters, name), self._names.written, is_lit=is_lit)
        if drawn is None:
            yield "The matrices are wider than the page: they are left out."
            return
        if is_lit:
            yield f"In bold: the numbers of sample {step.sample:,}, neuron {step.neuron}."
        yield from drawn

    # --------------------------------------------------------------------------------- tables

    def _softmax(self, step: SoftmaxStep) -> Iterator[str]:
        yield rf"\[ \text{{largest }} z \quad m = {number(step.largest)} \]"
        total, is_log = number(step.sum), step.log_sum is not None
        if step.log_sum is not None:
            log = rf"\log(\text{{sum}}) = \log({total}) \approx {number(step.log_sum)}"
            yield rf"\[ {log}, \quad \log p = z - m - \log(\text{{sum}}) \]"
        end = [r"\log p"] if is_log else [r"{}\div\text{sum}", "p"]
        rows = [["", "z", "z - m", r"\exp(z - m)", *end]]
        for row in step.rows:
            numbers = map(number, (row.z, row.difference, row.exponential))
            share = [] if is_log else [rf"{{}}\div {total}"]
            rows.append([set_name(row.name), *numbers, *share, number(row.share.shown)])
        rows.append([r"\text{sum}", "", "", total, *([""] if is_log else ["", "1"])])
        yield from _table(rows, "l" + "r" * (len(rows[0]) - 1), lines=(1, len(rows) - 1))
        if not is_log and step.shares_sum != 1:
            said = maths(SIGNS.number(f"{step.shares_sum:f}"))
            yield f"The printed shares add up to ${said}$."
        for row in step.rows:
            yield from self._float(row.share, f" for {row.name}")

    def _scaling(self, step: ScalingStep) -> Iterator[str]:
        columns = self._names.scaled(step)
        left_out = len(step.columns) - len(columns)
        more = f"; {left_out:,} of {len(step.columns):,} are left out" if left_out else ""
        yield rf"\textit{{sample {step.sample:,}: {step.title}{more}}}"
        rows = []
        for column in columns:
            formula = " ".join(
                term(part) if isinstance(part, Shown) else maths(part.replace("-", "−"))
                for part in column.formula
            )
            sign = said_sign(is_rounded=column.is_rounded)
            rows.append([set_name(column.name), formula, f"{{}}{sign} {number(column.result)}"])
        yield from _table(rows, "l@{\\quad}l@{\\;}l")


def _in_columns(blocks: list[list[str]]) -> list[str]:
    """Return blocks of lines beside each other."""
    if len(blocks) == 1:
        return blocks[0]
    lines = []
    for block in blocks:
        lines += [r"\begin{minipage}[t]{0.5\textwidth}", *block, r"\end{minipage}%"]
    return [*lines, r"\par\medskip"]


def _table(rows: list[list[str]], spec: str, lines: tuple[int, ...] = ()) -> list[str]:
    """Return a table in a display.  lines: above which rows there is one."""
    body = ""
    for at, row in enumerate(rows):
        body += "\\hline\n" if at in lines else ""
        body += " & ".join(row) + " \\\\\n"
    widths = [max(map(_cell_width, column)) for column in zip(*rows, strict=True)]
    return sized([f"\\begin{{array}}{{{spec}}}\n{body}\\end{{array}}"], sum(widths))


def _cell_width(cell: str) -> float:
    """Return about how wide a cell is, in points, with the space around it."""
    if cell.startswith(r"\parbox"):
        return 185.0
    plain = re.sub(r"\\[a-z]+|[{}]", "", cell)
    return maths_width(plain) + (60.0 if r"\blank" in cell else 12.0)
