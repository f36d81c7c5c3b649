"""How good a network is, in figures: frozen values for tables and files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from nncli.evaluation.ranking import RankFigures

Table: TypeAlias = tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class ClassScores:
    """How well one class is told; 0 where nothing could be divided by, as scikit-learn has it."""

    name: str
    samples: int  # whose class it is
    predicted: int  # that were taken for it
    precision: float
    recall: float
    f1: float


@dataclass(frozen=True)
class ClassFigures:
    """How well samples are told into classes."""

    samples: int
    unclassified: int  # with an output of NaN, hence without a predicted class: they count as wrong
    majority_rate: float  # of the largest class: the accuracy of always saying it
    accuracy: float
    balanced_accuracy: float  # the mean recall of the classes that samples have
    log_loss: float  # NaN if any output is
    classes: tuple[ClassScores, ...]
    # means over the classes that are in the targets or the predictions
    macro_precision: float
    macro_recall: float
    macro_f1: float
    confusion: Table | None  # rows are true, columns predicted; None: too many classes
    top: tuple[tuple[int, float], ...] = ()  # k, and how often the class is among the k first
    ranking: RankFigures | None = None  # of two classes, by the probability of the second
    brier: float | None = None  # of two classes


@dataclass(frozen=True)
class LabelFigures:
    """How well labels are told that each sample has or has not."""

    samples: int
    unclassified: int  # with an output of NaN: they count as wrong
    accuracy: float  # the share of samples that have all labels right
    log_loss: float  # the mean over labels
    macro_precision: float  # means over labels, of those that are there
    macro_recall: float
    macro_f1: float
    names: tuple[str, ...]
    labels: tuple[ClassFigures, ...]  # of each label: the classes "0", "1"


@dataclass(frozen=True)
class NumberScores:
    """How close one output is to its target, or several on average."""

    mse: float
    rmse: float
    mae: float
    r2: float
    max_error: float  # the largest of several


@dataclass(frozen=True)
class NumberFigures:
    """How close outputs are to their targets."""

    samples: int
    names: tuple[str, ...]
    outputs: tuple[NumberScores, ...]  # of each output
    mean: NumberScores  # over the outputs


Figures: TypeAlias = ClassFigures | LabelFigures | NumberFigures


@dataclass(frozen=True)
class GroupFigures:
    """The figures of the samples that have the same text in a column."""

    value: str
    figures: Figures


@dataclass(frozen=True)
class GreatLoss:
    """A sample whose loss is among the greatest."""

    row: int  # its number, from 1
    kept: tuple[str, ...]  # the texts of its carried columns
    targets: tuple[str | float, ...]  # a class, labels as 0 and 1, or numbers
    predictions: tuple[str | float, ...]  # likewise; an empty text is no class
    loss: float


@dataclass(frozen=True)
class Result:
    """What came of an evaluation."""

    figures: Figures
    greatest: tuple[GreatLoss, ...]  # the greatest loss first, of equal ones the first row
    groups: tuple[GroupFigures, ...] = ()  # in the order of their numbers, or of their texts
