"""An evaluation as a view: the figures of all samples, by class, and by group."""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from nncli.evaluation.evaluated import Evaluated
from nncli.evaluation.figures import (
    ClassFigures,
    ClassScores,
    Figures,
    GroupFigures,
    LabelFigures,
    NumberFigures,
    NumberScores,
    Result,
    Table,
)
from nncli.render.against import against_blocks
from nncli.render.layout.text import inert, text_width
from nncli.render.layout.view import (
    BLANK,
    Block,
    Column,
    Field,
    Grid,
    Line,
    Span,
    View,
    line,
    table,
)
from nncli.render.quantities import format_significant
from nncli.render.spread import spread_view
from nncli.words import count_of, shorten

_GAP = "   "
# Of more classes, nobody reads a table of each by each: the commonest mistakes are listed instead.
_MOST_IN_TABLE = 20
_MOST_MISTAKES = 10
_MOST_SCORES = 100
_LONGEST_NAME = 24
_DIGITS = 4
_UNDEFINED = "–"


def evaluate_view(evaluated: Evaluated, width: int | None) -> View:
    """Return everything that an evaluation shows.  width: of the terminal; None for no limit."""
    blocks: list[Block] = []
    if evaluated.result is not None:
        blocks += _figures_blocks(evaluated, evaluated.result, width)
    if evaluated.spread is not None and evaluated.spread.sizes:
        blocks += [BLANK, *spread_view(evaluated.spread, width)]
    if evaluated.beside is not None:
        blocks += [BLANK] if blocks else []
        blocks += against_blocks(evaluated.beside.comparison, evaluated.beside.names)
    return blocks


def _figures_blocks(evaluated: Evaluated, result: Result, width: int | None) -> list[Block]:
    """Return the figures of all samples, by class, and by group."""
    figures = result.figures
    blocks: list[Block] = [*_flowing(_summary(figures), width)]
    blocks += _flowing(_further(evaluated, figures), width)
    if isinstance(figures, ClassFigures):
        blocks += [BLANK, *_confusion(figures), BLANK, *_scores(figures)]
    elif isinstance(figures, LabelFigures):
        blocks += [BLANK, *_labels(figures)]
    elif len(figures.outputs) > 1:
        blocks += [BLANK, _outputs(figures)]
    if evaluated.by is not None:
        blocks += [BLANK, _groups(evaluated.by, result.groups)]
    return blocks


# ------------------------------------------------------------------------------- the summary


def _summary(figures: Figures) -> list[list[Span]]:
    """Return what matters most, part by part."""
    parts = [[Span(count_of(figures.samples, "sample"))]]
    if isinstance(figures, ClassFigures):
        rate = format_rate_of(figures.majority_rate)
        parts.append([Span("accuracy "), Span(format_rate_of(figures.accuracy), "accent")])
        parts.append([Span(f"(the largest class alone: {rate})", "dim")])
        parts.append([Span(f"log loss {_figure(figures.log_loss)}")])
    elif isinstance(figures, LabelFigures):
        accuracy = format_rate_of(figures.accuracy)
        parts.append([Span("all labels right "), Span(accuracy, "accent")])
        parts.append([Span(f"log loss {_figure(figures.log_loss)}")])
    else:
        mean = figures.mean
        parts.append([Span("RMSE "), Span(_figure(mean.rmse), "accent")])
        parts.append([Span(f"MAE {_figure(mean.mae)}")])
        parts.append([Span(f"R² {_figure(mean.r2)}")])
        parts.append([Span("(the mean of the targets alone: 0)", "dim")])
    return parts


def _further(evaluated: Evaluated, figures: Figures) -> list[list[Span]]:
    """Return the other figures, part by part."""
    if isinstance(figures, NumberFigures):
        mean = figures.mean
        texts = [f"MSE {_figure(mean.mse)}", f"largest error {_figure(mean.max_error)}"]
        if len(figures.outputs) > 1:
            texts.append("(means over the outputs, and the largest of all errors)")
    elif isinstance(figures, LabelFigures):
        texts = [f"macro F1 {_score(figures.macro_f1)}"]
    else:
        texts = [
            f"balanced accuracy {format_rate_of(figures.balanced_accuracy)}",
            f"macro F1 {_score(figures.macro_f1)}",
            *(f"top-{k} accuracy {format_rate_of(share)}" for k, share in figures.top),
        ]
        if figures.ranking is not None and figures.brier is not None:
            texts += [
                f"ROC AUC {_score(figures.ranking.roc_auc)}",
                f"average precision {_score(figures.ranking.average_precision)}",
                f"Brier score {_figure(figures.brier)}",
            ]
    if evaluated.threshold is not None:
        texts.append(f"threshold {evaluated.threshold:g}")
    return [[Span(text)] for text in texts]


def _flowing(parts: Sequence[Sequence[Span]], width: int | None) -> list[Line]:
    """Return parts one behind the other, on as many lines as they need."""
    lines: list[list[Span]] = []
    used = 0
    for part in parts:
        own = sum(text_width(inert(span.text)) for span in part)
        if lines and (width is None or used + len(_GAP) + own <= width):
            lines[-1] += [Span(_GAP), *part]
            used += len(_GAP) + own
        else:
            lines.append([Span(" "), *part])
            used = 1 + own
    return [line(*spans) for spans in lines]


# --------------------------------------------------------------------------------- by class


def _confusion(figures: ClassFigures) -> list[Block]:
    """Return how often each class is taken for which."""
    names = [one.name for one in figures.classes]
    if figures.confusion is None:
        return [line(Span(" too many classes to count each by each", "dim"))]
    if len(names) > _MOST_IN_TABLE:
        return _mistakes(names, figures.confusion)
    shown = [shorten(name, _LONGEST_NAME) for name in names]
    extra = ("no class",) if figures.unclassified else ()
    columns = [Column(name, "right") for name in (*shown, *extra, "recall")]
    rows = [
        (
            Span(name),
            *_counts(row, own),
            *(_count(scores.samples - sum(row)) for _ in extra),
            _recall(scores),
        )
        for own, (name, row, scores) in enumerate(
            zip(shown, figures.confusion, figures.classes, strict=True)
        )
    ]
    caption = "How often each class is taken for which"
    return [Grid((Column("true \\ predicted"), *columns), tuple(rows), caption=caption)]


def _counts(row: Sequence[int], own: int) -> list[Span]:
    return [
        Span(f"{count:,}", "accent") if index == own and count else _count(count)
        for index, count in enumerate(row)
    ]


def _count(count: int) -> Span:
    return Span(f"{count:,}", "" if count else "dim")


def _recall(scores: ClassScores) -> Span:
    """Return the share of a class that was told; of one without samples there is none."""
    return Span(format_rate_of(scores.recall if scores.samples else math.nan))


@dataclass(frozen=True)
class _Mistake:
    """Samples of one class that were taken for another."""

    true: str
    predicted: str
    samples: int
    share: float  # of those of their class


def _mistakes(names: Sequence[str], confusion: Table) -> list[Block]:
    """Return which classes are most often taken for which others."""
    pairs = [
        (count, -true, -predicted)
        for true, row in enumerate(confusion)
        for predicted, count in enumerate(row)
        if count and true != predicted
    ]
    if not pairs:
        return [line(" no class is taken for another")]
    found = [
        _Mistake(names[-true], names[-predicted], count, count / sum(confusion[-true]))
        for count, true, predicted in heapq.nlargest(_MOST_MISTAKES, pairs)
    ]
    fields: list[Field[_Mistake]] = [
        Field("true", lambda one: Span(shorten(one.true, _LONGEST_NAME))),
        Field("predicted", lambda one: Span(shorten(one.predicted, _LONGEST_NAME))),
        Field("samples", lambda one: Span(f"{one.samples:,}"), "right"),
        Field("of the class", lambda one: Span(format_rate_of(one.share)), "right"),
    ]
    title = line(Span(f"the commonest of {count_of(len(pairs), 'kind')} of mistakes", "accent"))
    return [title, table(fields, found, keys=2)]


def _scores(figures: ClassFigures) -> list[Block]:
    """Return how well each class is told, and the means over the classes that there are."""
    classes, title = figures.classes, []
    if len(classes) > _MOST_SCORES:
        with_samples = (one for one in classes if one.samples)
        classes = tuple(heapq.nsmallest(_MOST_IN_TABLE, with_samples, key=lambda one: one.f1))
        words = f"the {len(classes)} classes of lowest F1; --format json has all"
        title = [line(Span(words, "accent"))]
    macro = (figures.macro_precision, figures.macro_recall, figures.macro_f1)
    columns = _score_columns(classes, macro)
    headings = ("samples", "predicted", "precision", "recall", "F1")
    rows = [
        (
            Span(shorten(one.name, _LONGEST_NAME)),
            Span(f"{one.samples:,}"),
            Span(f"{one.predicted:,}"),
            *map(Span, texts),
        )
        for one, *texts in zip(classes, *(column[:-1] for column in columns), strict=True)
    ]
    total = (
        Span("macro mean", "dim"),
        Span(f"{figures.samples:,}", "dim"),
        Span(f"{figures.samples - figures.unclassified:,}", "dim"),
        *(Span(column[-1], "dim") for column in columns),
    )
    grid = Grid(
        (Column("class"), *(Column(heading, "right") for heading in headings)),
        (*rows, total),
        caption="How well each class is told",
    )
    return [*title, grid]


def _score_columns(classes: Iterable[ClassScores], macro: Sequence[float]) -> list[list[str]]:
    """Return precision, recall and F1 of some classes, and behind them the means."""
    each = [(one.precision, one.recall, one.f1) for one in classes]
    return [list(map(_score, column)) for column in zip(*each, macro, strict=True)]


# -------------------------------------------------------------------- by label, by output


def _labels(figures: LabelFigures) -> list[Block]:
    """Return how well each label is told, and how often it is there and taken to be."""
    own = [label.classes[1] for label in figures.labels]
    macro = (figures.macro_precision, figures.macro_recall, figures.macro_f1)
    columns = _score_columns(own, macro)
    names = [shorten(name, _LONGEST_NAME) for name in figures.names]
    headings = ("accuracy", "largest", "precision", "recall", "F1", "ROC AUC", "log loss")
    rows = [
        (
            Span(name),
            Span(format_rate_of(label.accuracy)),
            Span(format_rate_of(label.majority_rate), "dim"),
            *map(Span, texts),
            Span(_score(label.ranking.roc_auc if label.ranking is not None else math.nan)),
            Span(_figure(label.log_loss)),
        )
        for name, label, *texts in zip(
            names, figures.labels, *(column[:-1] for column in columns), strict=True
        )
    ]
    empty = (Span(""), Span(""))
    averages = (Span(column[-1], "dim") for column in columns)
    means = (Span("macro mean", "dim"), *empty, *averages, *empty)
    right = [Column(heading, "right") for heading in headings]
    scores_grid = Grid(
        (Column("label"), *right), (*rows, means), caption="How well each label is told"
    )
    return [scores_grid, BLANK, _label_counts(figures, names)]


def _label_counts(figures: LabelFigures, names: Sequence[str]) -> Grid:
    """Return the confusion of each label, on a line of its own."""
    headings = ("there, seen", "there, missed", "not there, seen", "not there, not seen")
    rows = []
    for name, label in zip(names, figures.labels, strict=True):
        (nothing, seen), (missed, found) = label.confusion or ((0, 0), (0, 0))
        rows.append((Span(name), *map(_count, (found, missed, seen, nothing))))
    columns = (Column("label"), *(Column(heading, "right") for heading in headings))
    return Grid(columns, tuple(rows), caption="How often each label is there, and seen")


def _outputs(figures: NumberFigures) -> Grid:
    """Return how close each output is."""
    rows = [*zip(figures.names, figures.outputs, strict=True), ("mean", figures.mean)]
    return _closeness("output", rows, caption="How close each output is")


def _closeness(heading: str, rows: Sequence[tuple[str, NumberScores]], caption: str) -> Grid:
    figures = {
        "RMSE": [one.rmse for _, one in rows],
        "MAE": [one.mae for _, one in rows],
        "R²": [one.r2 for _, one in rows],
        "largest error": [one.max_error for _, one in rows],
        "MSE": [one.mse for _, one in rows],
    }
    columns = [map(_figure, values) for values in figures.values()]
    cells = zip((shorten(name, _LONGEST_NAME) for name, _ in rows), *columns, strict=True)
    return Grid(
        (Column(heading), *(Column(name, "right") for name in figures)),
        tuple(tuple(map(Span, row)) for row in cells),
        caption=caption,
    )


# --------------------------------------------------------------------------------- by group


def _groups(by: str, groups: Sequence[GroupFigures]) -> Grid:
    """Return the figures of each group, a line for each."""
    caption, heading = "The same by group", shorten(by, _LONGEST_NAME)
    if isinstance(groups[0].figures, NumberFigures):
        rows = [(g.value, g.figures.mean) for g in groups if isinstance(g.figures, NumberFigures)]
        grid = _closeness(heading, rows, caption)
        counts = [Span(f"{group.figures.samples:,}") for group in groups]
        columns = (grid.columns[0], Column("samples", "right"), *grid.columns[1:])
        merged = zip(grid.rows, counts, strict=True)
        return Grid(
            columns, tuple((row[0], count, *row[1:]) for row, count in merged), caption=caption
        )
    fields: list[Field[GroupFigures]] = [
        Field(heading, lambda one: Span(shorten(one.value, _LONGEST_NAME))),
        Field("samples", lambda one: Span(f"{one.figures.samples:,}"), "right"),
        Field("accuracy", lambda one: Span(format_rate_of(_accuracy(one.figures))), "right"),
        Field("log loss", lambda one: Span(_figure(_log_loss(one.figures))), "right"),
        Field("macro F1", lambda one: Span(_score(_macro_f1(one.figures))), "right"),
    ]
    if isinstance(groups[0].figures, ClassFigures):
        fields.insert(3, Field("largest class", lambda one: Span(_majority(one)), "right"))
    grid = table(fields, groups)
    return Grid(grid.columns, grid.rows, caption=caption)


def _accuracy(figures: Figures) -> float:
    return math.nan if isinstance(figures, NumberFigures) else figures.accuracy


def _log_loss(figures: Figures) -> float:
    return math.nan if isinstance(figures, NumberFigures) else figures.log_loss


def _macro_f1(figures: Figures) -> float:
    return math.nan if isinstance(figures, NumberFigures) else figures.macro_f1


def _majority(group: GroupFigures) -> str:
    figures = group.figures
    return format_rate_of(figures.majority_rate if isinstance(figures, ClassFigures) else math.nan)


# ----------------------------------------------------------------------------------- numbers


def format_rate_of(share: float) -> str:
    """Return a share as a percentage with a decimal, 0 % and 100 % only when it is exactly that.

    >>> format_rate_of(14 / 15), format_rate_of(0.9999), format_rate_of(1)
    ('93.3 %', '>99.9 %', '100 %')
    """
    if math.isnan(share):
        return _UNDEFINED
    if share in (0, 1):
        return f"{share:.0%}".replace("%", " %")
    if share < 0.001:
        return "<0.1 %"
    return ">99.9 %" if share > 0.999 else f"{share:.1%}".replace("%", " %")


def _figure(value: float) -> str:
    """Return a figure with four digits, one that is not defined as a dash."""
    if math.isnan(value):
        return _UNDEFINED
    if value != 0 and not 1e-4 <= abs(value) < 1e8:
        return f"{value:.{_DIGITS - 1}g}"
    return format_significant(value, _DIGITS)


def _score(value: float) -> str:
    """Return a score from 0 to 1 with four decimals, 0 and 1 only when it is exactly that.

    >>> _score(2 / 3), _score(1), _score(1e-9)
    ('0.6667', '1.0000', '<0.0001')
    """
    if math.isnan(value):
        return _UNDEFINED
    if 0 < value < 0.0001:
        return "<0.0001"
    return ">0.9999" if 0.9999 < value < 1 else f"{value:.4f}"
