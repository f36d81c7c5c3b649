"""Every figure is scikit-learn's of the same outputs and targets."""

from __future__ import annotations

import importlib.util
import math
import warnings
from typing import Any

import numpy as np
import pytest
from evaluated import class_task, classes_of, evaluated, labels_of, numbers_of, shares

from nncli.evaluation.figures import ClassFigures
from nncli.evaluation.tasks import LabelTask, NumberTask

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("sklearn") is None, reason="needs scikit-learn"
)
SEEDS = range(40)


@pytest.fixture(autouse=True)
def _without_its_warnings() -> Any:
    with warnings.catch_warnings():
        # of a class without samples, of probabilities whose sum is not quite 1
        warnings.simplefilter("ignore")
        yield


def close(found: float, expected: float) -> None:
    if math.isnan(expected):
        assert math.isnan(found)
    else:
        assert found == pytest.approx(expected, rel=1e-9, abs=1e-14)


def check_counts(found: ClassFigures, targets: Any, predicted: Any) -> None:
    from sklearn import metrics

    labels = list(range(len(found.classes)))
    confusion = metrics.confusion_matrix(targets, predicted, labels=labels)
    assert found.confusion == tuple(map(tuple, confusion.tolist()))
    close(found.accuracy, metrics.accuracy_score(targets, predicted))
    close(found.balanced_accuracy, metrics.balanced_accuracy_score(targets, predicted))
    columns = metrics.precision_recall_fscore_support(targets, predicted, labels=labels)
    for one, precision, recall, f1, samples in zip(found.classes, *columns, strict=True):
        close(one.precision, precision)
        close(one.recall, recall)
        close(one.f1, f1)
        assert one.samples == samples
    means = metrics.precision_recall_fscore_support(targets, predicted, average="macro")
    close(found.macro_precision, means[0])
    close(found.macro_recall, means[1])
    close(found.macro_f1, means[2])


def random_of(seed: int) -> tuple[np.random.RandomState, int, int]:
    """Return a source, how many samples, and how many digits: few make ties, 0 constants."""
    random = np.random.RandomState(seed)
    return random, int(random.choice([1, 2, 30, 700])), int(random.choice([0, 1, 2, 12]))


@pytest.mark.parametrize("seed", SEEDS)
def test_classes(seed: int) -> None:
    from sklearn import metrics

    random, samples, digits = random_of(seed)
    classes = int(random.randint(3, 9))
    outputs = shares(random, samples, classes, digits)
    targets = random.randint(random.randint(1, classes + 1), size=samples)
    found = classes_of(evaluated(class_task(classes), outputs, targets, [256]).figures)
    check_counts(found, targets, outputs.argmax(axis=1))
    labels = list(range(classes))
    close(found.log_loss, metrics.log_loss(targets, outputs, labels=labels))
    assert len(found.top) == (3 if classes > 5 else 0)
    for k, rate in found.top:
        close(rate, metrics.top_k_accuracy_score(targets, outputs, k=k, labels=labels))


def check_second(found: ClassFigures, targets: Any, second: Any) -> None:
    from sklearn import metrics

    assert found.ranking is not None
    close(found.ranking.roc_auc, metrics.roc_auc_score(targets, second))
    close(found.ranking.average_precision, metrics.average_precision_score(targets, second))
    both = np.stack([1 - second, second], axis=1)
    close(found.log_loss, metrics.log_loss(targets, both, labels=[0, 1]))
    assert found.brier is not None
    close(found.brier, float(np.mean((second - targets) ** 2)))
    if len(set(targets)) == 2:
        close(found.brier, metrics.brier_score_loss(targets, second))


@pytest.mark.parametrize("seed", SEEDS)
def test_two_classes_of_a_sigmoid_or_a_softmax(seed: int) -> None:
    random, samples, digits = random_of(seed)
    outputs = shares(random, samples, 2, digits)
    second = outputs[:, 1]
    targets = (random.random_sample(samples) * random.choice([0.1, 1]) < second).astype(int)
    by_sigmoid = evaluated(class_task(2, "second"), outputs[:, 1:], targets, [256])
    check_counts(classes_of(by_sigmoid.figures), targets, second > 0.5)
    check_second(classes_of(by_sigmoid.figures), targets, second)
    by_softmax = evaluated(class_task(2), outputs, targets)
    check_counts(classes_of(by_softmax.figures), targets, outputs.argmax(axis=1))


@pytest.mark.parametrize("seed", SEEDS)
def test_labels(seed: int) -> None:
    from sklearn import metrics

    random, samples, digits = random_of(seed)
    labels = int(random.randint(2, 5))
    outputs = np.round(random.random_sample((samples, labels)), digits)
    targets = random.randint(2, size=(samples, labels))
    task = LabelTask(tuple(map(str, range(labels))), "float64", 0.25)
    found = labels_of(evaluated(task, outputs, targets).figures)
    for label, target, second in zip(found.labels, targets.T, outputs.T, strict=True):
        check_counts(label, target, second > 0.25)
        check_second(label, target, second)
    predicted = (outputs > 0.25).astype(int)
    confusions = metrics.multilabel_confusion_matrix(targets, predicted)
    assert [label.confusion for label in found.labels] == [
        tuple(map(tuple, table)) for table in confusions.tolist()
    ]
    close(found.accuracy, metrics.accuracy_score(targets, predicted))
    close(found.macro_f1, metrics.f1_score(targets, predicted, average="macro"))
    close(found.macro_recall, metrics.recall_score(targets, predicted, average="macro"))
    close(found.macro_precision, metrics.precision_score(targets, predicted, average="macro"))


@pytest.mark.parametrize("seed", SEEDS)
def test_numbers(seed: int) -> None:
    from sklearn import metrics

    random, samples, digits = random_of(seed)
    width = int(random.randint(1, 4))
    outputs, targets = (
        np.round(random.standard_normal((samples, width)), digits) * 10 + 20 for _ in range(2)
    )
    names = tuple(map(str, range(width)))
    found = numbers_of(evaluated(NumberTask(names), outputs, targets).figures)
    for each in (
        *((found.outputs[i], targets[:, [i]], outputs[:, [i]]) for i in range(width)),
        (found.mean, targets, outputs),
    ):
        scores, true, predicted = each
        close(scores.mse, metrics.mean_squared_error(true, predicted))
        close(scores.rmse, metrics.root_mean_squared_error(true, predicted))
        close(scores.mae, metrics.mean_absolute_error(true, predicted))
        close(scores.r2, metrics.r2_score(true, predicted))
        close(scores.max_error, float(np.abs(true - predicted).max()))


@pytest.mark.parametrize("seed", range(10))
def test_outputs_of_float32_are_clipped_as_scikit_learn_clips_them(seed: int) -> None:
    from sklearn import metrics

    random = np.random.RandomState(seed)
    second = (10.0 ** random.uniform(-12, 0, 500)).astype(np.float32)
    targets = random.randint(2, size=500)
    task = class_task(2, "second", dtype="float32")
    found = classes_of(evaluated(task, second[:, None], targets).figures)
    both = np.stack([1 - second, second], axis=1)
    # its own arithmetic is float32
    assert found.log_loss == pytest.approx(metrics.log_loss(targets, both), rel=1e-5)
    assert found.ranking is not None
    close(found.ranking.roc_auc, metrics.roc_auc_score(targets, second))
    check_counts(found, targets, second > 0.5)
