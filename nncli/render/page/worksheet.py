"""Worksheets as pages that print: boxes to write in, and a table of all answers with the key."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from nncli.explanation.steps import Sheet
from nncli.render.explain_names import Names
from nncli.render.explain_sheets import (
    instructions,
    key_answers,
    key_columns,
    key_text,
    points_of,
    sheet_title,
)
from nncli.render.page.document import document, how_to_read, network, section
from nncli.render.page.drawing import drawing_of
from nncli.render.page.markup import SIGNS, Html, joined, tag

# So many answers stand beside one another in the table of all.
_ACROSS = 12


def worksheet_page(sheets: Sequence[Sheet]) -> str:
    """Return worksheets as one page; filled in, if they are, behind a table of all answers."""
    name = sheets[0].found.spec.name
    has_answers = sheets[0].has_answers
    body = joined(*_key(sheets), *map(_sheet, sheets))
    return document(f"{name}: {'answers' if has_answers else 'worksheet'}", body)


def _key(sheets: Sequence[Sheet]) -> Iterator[Html]:
    """Yield the table of all answers, a row for each sheet; nothing if they are not wanted."""
    if not sheets[0].has_answers:
        return
    labels = key_columns(sheets)
    parts = [labels[at : at + _ACROSS] for at in range(0, len(labels), _ACROSS)]
    title = tag("h1", f"{sheets[0].found.spec.name}: answers")
    yield tag("article", title, *(_table(sheets, part) for part in parts), class_="answers")


def _table(sheets: Sequence[Sheet], labels: Sequence[str]) -> Html:
    heads = ("variant", "seed", "points", *labels)
    rows = [tag("tr", *(tag("th", each, scope="col") for each in heads))]
    for sheet in sheets:
        answers = key_answers(sheet)
        texts = [key_text(answers[each], SIGNS) if each in answers else "" for each in labels]
        numbers = sheet.seed, points_of(sheet.questions)
        cells = (*map(str, numbers), *texts)
        start = tag("th", str(sheet.variant), scope="row")
        rows.append(tag("tr", start, *(tag("td", each) for each in cells)))
    return tag("table", *rows)


def _sheet(sheet: Sheet) -> Html:
    """Return one worksheet."""
    names = Names(sheet.found, SIGNS)
    drawing = drawing_of(sheet.found)
    if drawing is not None:
        drawing = replace(drawing, samples=drawing.samples[:1])
    prefix = f"v{sheet.variant}-"
    blanks = ("Name", "Date", f"Points       / {points_of(sheet.questions)}")
    return tag(
        "article",
        tag("h1", sheet_title(sheet)),
        tag("p", *(tag("span", each) for each in blanks), class_="who"),
        tag(
            "p", f"{names.sizes}. {' '.join(instructions(sheet))} Seed {sheet.seed}.", class_="sub"
        ),
        *how_to_read(names),
        *network(drawing, prefix),
        *(section(names, layer, prefix, has_choices=False) for layer in sheet.found.layers),
        class_="sheet",
    )
