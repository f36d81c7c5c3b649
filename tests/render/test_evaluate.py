"""Tables of evaluations: golden texts of small ones."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from evaluated import class_task, evaluated

from nncli.evaluation.evaluated import Evaluated
from nncli.evaluation.tasks import LabelTask, NumberTask, Task
from nncli.render.evaluate import evaluate_view, format_rate_of
from nncli.render.layout.markdown import to_markdown
from nncli.render.layout.plain import to_plain
from nncli.specs.reader import read_spec

SPEC = read_spec(b"layer_sizes: [1, 1]\nseed: 0\n", "net.yaml")
GROUPS = ["north", "south", "north", "south"]


def shown(task: Task, outputs: Any, targets: Any, width: int | None = None, by: Any = None) -> str:
    return to_plain(evaluate_view(found(task, outputs, targets, by), width))


def found(task: Task, outputs: Any, targets: Any, by: Any = None) -> Evaluated:
    kept = () if by is None else (by,)
    result = evaluated(task, outputs, targets, kept=kept, by=None if by is None else 0)
    names = tuple(f"y{number}" for number in range(np.ndim(targets)))
    return Evaluated(SPEC, task, ("d.csv",), names, (), "place" if by else None, result)


def test_three_classes() -> None:
    """Worked by hand: log losses are -log of 0.5, 0.25, 0.5 and 0.5."""
    outputs = [[0.5, 0.25, 0.25], [0.5, 0.25, 0.25], [0.25, 0.25, 0.5], [0.25, 0.25, 0.5]]
    assert shown(class_task(3), outputs, [0, 1, 2, 2], by=GROUPS) == (
        " 4 samples   accuracy 75.0 %   (the largest class alone: 50.0 %)   log loss 0.8664\n"
        " balanced accuracy 66.7 %   macro F1 0.5556\n"
        "\n"
        " true \\ predicted   class 0   class 1   class 2   recall\n"
        " class 0                  1         0         0    100 %\n"
        " class 1                  1         0         0      0 %\n"
        " class 2                  0         0         2    100 %\n"
        "\n"
        " class        samples   predicted   precision   recall       F1\n"
        " class 0            1           2      0.5000   1.0000   0.6667\n"
        " class 1            1           0      0.0000   0.0000   0.0000\n"
        " class 2            2           2      1.0000   1.0000   1.0000\n"
        " macro mean         4           4      0.5000   0.6667   0.5556\n"
        "\n"
        " place   samples   accuracy   largest class   log loss   macro F1\n"
        " north         2      100 %          50.0 %     0.6931     1.0000\n"
        " south         2     50.0 %          50.0 %      1.040     0.3333\n"
    )


def test_two_classes_one_of_which_is_not_there() -> None:
    assert shown(class_task(2, "second"), [[0.75], [0.25]], [1, 1]) == (
        " 2 samples   accuracy 50.0 %   (the largest class alone: 100 %)   log loss 0.8370\n"
        " balanced accuracy 50.0 %   macro F1 0.3333   ROC AUC –   average precision 1.0000   "
        "Brier score 0.3125   threshold 0.5\n"
        "\n"
        " true \\ predicted   class 0   class 1   recall\n"
        " class 0                  0         0        –\n"
        " class 1                  1         1   50.0 %\n"
        "\n"
        " class        samples   predicted   precision   recall       F1\n"
        " class 0            0           1      0.0000   0.0000   0.0000\n"
        " class 1            2           1      1.0000   0.5000   0.6667\n"
        " macro mean         2           2      0.5000   0.2500   0.3333\n"
    )


def test_a_sample_without_a_class_has_a_column_of_its_own() -> None:
    text = shown(class_task(2), [[math.nan, 0.5], [0.25, 0.75]], [0, 1])
    assert " true \\ predicted   class 0   class 1   no class   recall\n" in text
    assert " class 0                  0         0          1      0 %\n" in text


def test_labels() -> None:
    task = LabelTask(("rain", "wind"), "float64")
    outputs = [[0.75, 0.75], [0.75, 0.25], [0.25, 0.75], [0.25, 0.75]]
    assert shown(task, outputs, [[1, 1], [0, 0], [0, 1], [0, 0]]) == (
        " 4 samples   all labels right 50.0 %   log loss 0.5623\n"
        " macro F1 0.7333   threshold 0.5\n"
        "\n"
        " label        accuracy   largest   precision   recall       F1   ROC AUC   log loss\n"
        " rain           75.0 %    75.0 %      0.5000   1.0000   0.6667    0.8333     0.5623\n"
        " wind           75.0 %    50.0 %      0.6667   1.0000   0.8000    0.7500     0.5623\n"
        " macro mean                           0.5833   1.0000   0.7333\n"
        "\n"
        " label   there, seen   there, missed   not there, seen   not there, not seen\n"
        " rain              1               0                 1                     2\n"
        " wind              2               0                 1                     1\n"
    )


def test_numbers() -> None:
    task = NumberTask(("u", "v"))
    assert shown(task, [[1, 0], [2, 0], [3, 4]], [[2, 0], [2, 1], [0, 2]]) == (
        " 3 samples   RMSE 1.558   MAE 1.167   R² -2.125   (the mean of the targets alone: 0)\n"
        " MSE 2.500   largest error 3.000   (means over the outputs, and the largest of all "
        "errors)\n"
        "\n"
        " output    RMSE     MAE       R²   largest error     MSE\n"
        " u        1.826   1.333   -2.750           3.000   3.333\n"
        " v        1.291   1.000   -1.500           2.000   1.667\n"
        " mean     1.558   1.167   -2.125           3.000   2.500\n"
    )


def test_of_many_classes_the_commonest_mistakes_are_listed() -> None:
    targets = np.array([0, 0, 0, 1, 1, 2])
    predicted = np.array([7, 7, 0, 24, 1, 2])
    text = shown(class_task(25), np.eye(25)[predicted], targets)
    assert text.split("\n\n")[1] == (
        "the commonest of 2 kinds of mistakes\n"
        " true      predicted   samples   of the class\n"
        " class 0   class 7           2         66.7 %\n"
        " class 1   class 24          1         50.0 %"
    )


def test_of_very_many_classes_the_worst_are_shown() -> None:
    targets = np.arange(30)
    predicted = np.where(targets == 3, 4, targets)
    text = shown(class_task(101), np.eye(101)[predicted], targets).split("\n\n")[2]
    title, _, first, second, *_ = text.splitlines()
    assert title == "the 20 classes of lowest F1; --format json has all"
    assert (first.split()[1], second.split()[1]) == ("3", "4")


@pytest.mark.parametrize("width", [40, 60, 80, 140])
def test_the_summary_fits_the_screen(width: int) -> None:
    view = evaluate_view(found(class_task(2, "second"), [[0.75], [0.25]], [1, 0]), width)
    lines = to_plain(view).split("\n\n")[0].splitlines()
    assert max(map(len, lines)) <= width
    joined = " ".join("   ".join(lines).split())
    assert "accuracy 100 % (the largest class alone: 50.0 %) log loss 0.2877" in joined


def test_markdown_parts_its_tables_with_captions() -> None:
    text = to_markdown(evaluate_view(found(class_task(2), [[0.75, 0.25]], [0]), None))
    assert "**How often each class is taken for which**\n\n| true \\\\ predicted |" in text
    assert "**How well each class is told**\n\n| class |" in text


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0, "0 %"),
        (1e-9, "<0.1 %"),
        (0.0549, "5.5 %"),
        (0.9995, ">99.9 %"),
        (1, "100 %"),
        (math.nan, "–"),
    ],
)
def test_a_share_is_none_or_all_only_if_it_is_exactly_that(share: float, text: str) -> None:
    assert format_rate_of(share) == text
