"""The tables of an explanation: a softmax, scaling."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from nncli.explanation.steps import ScaledColumn, ScalingStep, SoftmaxStep
from nncli.render.explain_lines import INDENT, Screen, left
from nncli.render.layout.narrow import fitted
from nncli.render.layout.text import inert, text_width
from nncli.render.layout.view import BLANK, Block, Column, Grid, Span

# ------------------------------------------------------------------------------------ softmax


def softmax(step: SoftmaxStep, screen: Screen) -> Iterator[Block]:
    """Yield a softmax, or its logarithm, as a table: a row for each neuron."""
    signs = screen.signs
    yield screen.copied(f"{INDENT}largest z  m = {signs.number(step.largest)}")
    if step.log_sum is not None:
        sign = signs.sign(is_rounded=True)
        total, log = map(signs.number, (step.sum, step.log_sum))
        yield from screen.words([f"log(sum) = log({total})", f"{sign} {log}"], gap=" ")
        yield screen.copied(f"{INDENT}{signs.said('log p = z − m − log(sum)')}")
    yield BLANK
    headings = ["z", "z − m", "exp(z − m)", *(["÷ sum", "p"] if step.log_sum is None else [])]
    headings += ["log p"] if step.log_sum is not None else []
    columns = (Column(" "), *(Column(signs.said(text), "right") for text in headings))
    rows = [tuple(map(Span, row)) for row in _softmax_rows(step, screen)]
    grid = Grid(columns, rows)
    yield from fitted(grid, screen.width) if screen.width is not None else [grid]
    if step.log_sum is None and step.shares_sum.is_finite() and step.shares_sum != 1:
        said = f"the printed shares add up to {signs.number(f'{step.shares_sum:f}')}"
        yield BLANK
        yield from screen.words([said], style="dim")


def _softmax_rows(step: SoftmaxStep, screen: Screen) -> Iterator[list[str]]:
    signs, total = screen.signs, screen.signs.number(step.sum)
    for row in step.rows:
        numbers = [row.z, row.difference, row.exponential]
        end = [signs.said(f"÷ {total}")] if step.log_sum is None else []
        texts = map(signs.number, numbers)
        yield [f" {inert(row.name)}", *texts, *end, signs.number(row.share.shown)]
    yield [" sum", "", "", total, *(["", "1"] if step.log_sum is None else [""])]


# ------------------------------------------------------------------------------------ scaling


def scaling(step: ScalingStep, columns: Sequence[ScaledColumn], screen: Screen) -> Iterator[Block]:
    """Yield how a sample's numbers are scaled.  columns: those that are shown."""
    left_out = len(step.columns) - len(columns)
    more = f"; {left_out:,} of {len(step.columns):,} are left out" if left_out else ""
    yield from screen.said(f"sample {step.sample:,}: {step.title}{more}")
    texts = [(inert(each.name), _scaling_formula(each, screen)) for each in columns]
    names, formulas = (max(map(text_width, column)) for column in zip(*texts, strict=True))
    for (name, formula), column in zip(texts, columns, strict=True):
        sign = screen.signs.sign(is_rounded=column.is_rounded)
        result = f"{sign}  {screen.signs.number(column.result)}"
        line = f"{INDENT}{left(name, names)}  {left(formula, formulas)}  {result}"
        if screen.holds([line]):
            yield screen.copied(line)
        else:
            yield from screen.words([name])
            yield from screen.words([formula, result], gap="  ", indent=INDENT * 2)


def _scaling_formula(column: ScaledColumn, screen: Screen) -> str:
    signs = screen.signs
    return "".join(
        signs.said(part.replace("-", "−")) if isinstance(part, str) else signs.term(part)
        for part in column.formula
    )
