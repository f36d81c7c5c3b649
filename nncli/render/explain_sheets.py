"""Worksheets as text, and the key to them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from nncli.explanation.shown import Shown, in_full, is_short
from nncli.explanation.steps import Question, Sheet
from nncli.render.explain_lines import Screen
from nncli.render.explain_signs import Signs
from nncli.render.explain_text import explanation_view
from nncli.render.layout.narrow import fitted
from nncli.render.layout.text import inert
from nncli.render.layout.view import BLANK, Block, Column, Grid, Span
from nncli.words import count_of


def worksheet_view(sheets: Sequence[Sheet], width: int | None, signs: Signs) -> list[Block]:
    """Return worksheets as lines; if they are filled in, behind a table of all answers.

    width: of the screen; None for no limit.
    """
    screen = Screen(width, signs)
    blocks: list[Block] = [*_key(sheets, screen)] if sheets[0].has_answers else []
    for sheet in sheets:
        blocks += [BLANK, BLANK] if blocks else []
        blocks += _top(sheet, screen)
        blocks += [BLANK, *explanation_view(sheet.found, width, signs)]
    return blocks


def sheet_title(sheet: Sheet) -> str:
    """Return what a sheet is called."""
    variant = f" {sheet.variant} of {sheet.variants}" if sheet.variants > 1 else ""
    return f"{inert(sheet.found.spec.name)}: worksheet{variant}"


def instructions(sheet: Sheet) -> list[str]:
    """Return what a sheet says of itself, a line each: the same whatever its numbers are."""
    decimals = count_of(sheet.found.precision, "decimal")
    return [
        "Fill in the boxes; those with the same label hold the same number.",
        "Write a number in full if it has at most 6 decimals;",
        f"round any other to {decimals}, but to three significant digits at least.",
    ]


def points_of(questions: Iterable[Question]) -> int:
    """Return what questions are worth together."""
    return sum(question.points for question in questions)


def key_columns(sheets: Sequence[Sheet]) -> list[str]:
    """Return the labels of all that some sheets ask for, in their order."""
    most = max(len(sheet.questions) for sheet in sheets)
    labels = {label for sheet in sheets for label in key_answers(sheet)}
    named = (f"{number}{letter}" for number in range(1, most + 1) for letter in "zapy")
    return [label for label in named if label in labels]


def key_answers(sheet: Sheet) -> dict[str, Shown]:
    """Return the answers of a sheet by their labels."""
    return {f"{q.number}{letter}": shown for q in sheet.questions for letter, shown in q.answers}


def key_text(answer: Shown, signs: Signs) -> str:
    """Return an answer, and how far off it may be if it was rounded."""
    text, value = signs.number(answer.text), answer.value
    if value.is_exact and is_short(value.value):
        return text
    unit = Decimal(1).scaleb(int(answer.number.as_tuple().exponent))
    return f"{text} {signs.said('±')} {signs.number(in_full(unit))}"


def _key(sheets: Sequence[Sheet], screen: Screen) -> Iterator[Block]:
    """Yield the table of all answers: a row for each sheet."""
    labels = key_columns(sheets)
    name = inert(sheets[0].found.spec.name)
    yield from screen.heading(f"{name}: answers", [count_of(len(sheets), "worksheet")])
    yield BLANK
    heads = ("variant", "seed", "points", *labels)
    rows = []
    for sheet in sheets:
        answers = key_answers(sheet)
        texts = [
            key_text(answers[label], screen.signs) if label in answers else "" for label in labels
        ]
        numbers = (sheet.variant, sheet.seed, points_of(sheet.questions))
        rows.append(tuple(map(Span, (*map(str, numbers), *texts))))
    grid = Grid(tuple(Column(head, "right") for head in heads), rows)
    yield from fitted(grid, screen.width) if screen.width is not None else [grid]


def _top(sheet: Sheet, screen: Screen) -> Iterator[Block]:
    """Yield the lines above a sheet's numbers."""
    yield from screen.heading(sheet_title(sheet), [f"seed {sheet.seed}"])
    yield BLANK
    blanks = [f"Name {'_' * 24}", f"Date {'_' * 10}", f"Points ____ / {points_of(sheet.questions)}"]
    yield from screen.words(blanks, gap="  ")
    yield BLANK
    for said in instructions(sheet):
        yield from screen.words([said])
