"""Train the sample networks of this folder from data that scikit-learn ships, or that a seed draws.

Writes configs/NAME.yaml and configs/NAME.safetensors, and in sample_data/ the rows that were held
out of the training, NAME_test.csv, with what scikit-learn makes of them, NAME_test_expected.csv:

    pip install scikit-learn==1.9.1 numpy==2.4.6 safetensors==0.8.0
    python configs/train.py

Then prints how well scikit-learn and a loop in NumPy over the files do on those rows.  On another
machine the last digits of the weights may differ.
"""

from __future__ import annotations

import csv
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file
from sklearn import datasets
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.preprocessing import StandardScaler
from sklearn.utils import Bunch

CONFIGS = Path(__file__).resolve().parent
SAMPLE_DATA = CONFIGS.parent / "sample_data"
# What a scaling is rounded to before anything is trained with it, so that a spec can be read.
DIGITS = 5
# Of every split and training.
SEED = 0
COPY = "; this copy: scikit-learn"

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Sample:
    """A data set, and the network that is trained on it."""

    name: str
    title: str  # the first line of the spec
    source: str  # of the data
    load: Callable[..., Any]
    label: str  # the column of what is to be told
    hidden: int
    held_out: float  # the share of the rows that are not trained with
    patience: int = 10  # how many rounds without progress end the training


@dataclass(frozen=True)
class Split:
    """The rows of a data set in two parts, labels as they stand in the data."""

    columns: list[str]
    classes: list[str]  # empty for a regression
    train: Array  # (samples, features)
    train_labels: Array
    test: Array
    test_labels: Array


def noisy_sine() -> Bunch:
    """Return 1,024 points around one wave of a sine, which stray from it by 0.1, as data."""
    random = np.random.RandomState(SEED)
    x = random.uniform(-np.pi, np.pi, 1024).round(4)
    y = (np.sin(x) + random.normal(0, 0.1, len(x))).round(4)
    return Bunch(data=x[:, None], target=y, feature_names=["x"])


SAMPLES = (
    Sample(
        "iris",
        "Which iris is it?",
        f"R. A. Fisher, 1936{COPY}",
        datasets.load_iris,
        "species",
        8,
        1 / 3,
    ),
    Sample(
        "digits",
        "Which digit was written?",
        f"E. Alpaydin and C. Kaynak, 1998{COPY}",
        datasets.load_digits,
        "digit",
        32,
        0.2,
    ),
    Sample(
        "cancer",
        "Is a tumour of the breast benign?",
        f"W. Wolberg, O. Mangasarian, N. Street and W. Street, 1995{COPY}",
        datasets.load_breast_cancer,
        "diagnosis",
        8,
        0.25,
    ),
    Sample(
        "diabetes",
        "How far will diabetes have got in a year?",
        f"B. Efron, T. Hastie, I. Johnstone and R. Tibshirani, 2004{COPY}",
        lambda: datasets.load_diabetes(scaled=False),
        "progression",
        6,
        0.25,
    ),
    Sample(
        "sine",
        "How high is a wave there?",
        "points around a sine, drawn from a seed by configs/train.py",
        noisy_sine,
        "y",
        16,
        0.5,
        patience=200,
    ),
)
# A header of bare numbers could be taken for data.
DIGIT_NAMES = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]


def split_rows(sample: Sample) -> Split:
    """Return the rows of a sample in two parts, with the same shares of the classes in both."""
    data = sample.load()
    classes = [str(name) for name in getattr(data, "target_names", [])]
    classes = DIGIT_NAMES if sample.name == "digits" else classes
    train, test, train_labels, test_labels = train_test_split(
        data.data,
        data.target,
        test_size=sample.held_out,
        random_state=SEED,
        stratify=data.target if classes else None,
    )
    columns = [str(name) for name in data.feature_names]
    return Split(columns, classes, train, train_labels, test, test_labels)


def rounded(values: Array) -> Array:
    """Return values with as many digits as a spec shows.

    >>> rounded(np.array([5.84333333]))
    array([5.8433])
    """
    return np.array([float(f"{value:.{DIGITS}g}") for value in values])


def fitted_scaler(values: Array) -> StandardScaler:
    """Return a scaler for an array of (samples, features), its numbers rounded."""
    scaler = StandardScaler().fit(values)
    scaler.mean_, scaler.scale_ = rounded(scaler.mean_), rounded(scaler.scale_)
    return scaler


def train_network(kind: Any, sample: Sample, features: Array, labels: Array) -> Any:
    """Return a network with one hidden layer, its weights rounded to float32."""
    model = kind(
        hidden_layer_sizes=(sample.hidden,),
        alpha=0.01,
        max_iter=5000,
        n_iter_no_change=sample.patience,
        random_state=SEED,
    )
    model.fit(features, labels)
    model.coefs_ = [weights.astype(np.float32).astype(float) for weights in model.coefs_]
    model.intercepts_ = [biases.astype(np.float32).astype(float) for biases in model.intercepts_]
    return model


def write_weights(path: Path, model: Any) -> None:
    """Write weights as (neurons, inputs), as PyTorch does, and biases."""
    tensors = {}
    for number, (weights, biases) in enumerate(
        zip(model.coefs_, model.intercepts_, strict=True), 1
    ):
        tensors[f"layer_{number}.weight"] = np.ascontiguousarray(weights.T, dtype=np.float32)
        tensors[f"layer_{number}.bias"] = biases.astype(np.float32)
    save_file(tensors, path)


def yaml_list(values: list[Any], indent: int) -> str:
    """Return a list in the flow style of YAML, broken into lines that fit a page."""
    one_line = f"[{', '.join(map(str, values))}]"
    if len(one_line) + indent <= 90:
        return one_line
    margin = " " * (indent + 2)
    lines = textwrap.wrap(
        one_line[1:-1].replace(" ", "\0").replace(",\0", ", "),
        100,
        initial_indent=margin,
        subsequent_indent=margin,
    )
    return "[\n" + "\n".join(lines).replace("\0", " ") + f"\n{' ' * indent}]"


def scale_lines(scaler: StandardScaler, indent: int) -> str:
    """Return the lines of a spec that say how a scaler scales."""
    margin = "\n" + " " * (indent + 2)
    mean, std = ([float(x) for x in values] for values in (scaler.mean_, scaler.scale_))
    if len(mean) == 1:
        return f" {{standard: {{mean: {mean[0]}, std: {std[0]}}}}}"
    inner = indent + 4
    return (
        f"{margin}standard:{margin}  mean: {yaml_list(mean, inner)}"
        f"{margin}  std: {yaml_list(std, inner)}"
    )


def spec_text(
    sample: Sample, split: Split, scaler: StandardScaler | None, target: StandardScaler | None
) -> str:
    """Return the spec of a trained sample.

    scaler: of the inputs, None for pixels; target: of the outputs, for a regression.
    """
    scale = " {min_max: {min: 0, max: 16}}" if scaler is None else scale_lines(scaler, 2)
    if target is not None:
        last = "{neurons: 1}"
        outputs = f"{{columns: [{sample.label}], scale:{scale_lines(target, 0)}}}"
    else:
        sigmoid = len(split.classes) == 2
        last = f"{{neurons: {1 if sigmoid else len(split.classes)}, "
        last += f"activation: {'sigmoid' if sigmoid else 'softmax'}}}"
        outputs = f"{{classes: [{', '.join(split.classes)}]}}"
    predict = "" if target is not None else " --predict class"
    return f"""\
# {sample.title}  Trained by configs/train.py, without the rows to test with.
#   nncli forward configs/{sample.name}.yaml sample_data/{sample.name}_test.csv{predict}
# Data: {sample.source}.
inputs:
  columns: {yaml_list(split.columns, 2)}
  scale:{scale}
layers:
  - {{neurons: {sample.hidden}, activation: relu}}
  - {last}
outputs: {outputs}
weights_file: {sample.name}.safetensors
"""


def write_rows(path: Path, header: list[str], rows: list[list[str]]) -> None:
    """Write a CSV file."""
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *rows])


def write_test(sample: Sample, split: Split, outputs: Array, names: list[str]) -> None:
    """Write the rows that were held out with their labels, and what the network makes of them."""
    labels = [
        split.classes[int(label)] if split.classes else f"{label:g}" for label in split.test_labels
    ]
    rows = [
        [*(f"{value:.12g}" for value in row), label]
        for row, label in zip(split.test, labels, strict=True)
    ]
    write_rows(SAMPLE_DATA / f"{sample.name}_test.csv", [*split.columns, sample.label], rows)
    expected = [[f"{value:.8g}" for value in row] for row in outputs]
    write_rows(SAMPLE_DATA / f"{sample.name}_test_expected.csv", names, expected)


def numpy_outputs(sample: Sample, split: Split, scaled: Array) -> Array:
    """Return the outputs that a loop over the weights file gives for scaled samples."""
    tensors = load_file(CONFIGS / f"{sample.name}.safetensors")
    hidden = np.maximum(scaled @ tensors["layer_1.weight"].T + tensors["layer_1.bias"], 0)
    scores = hidden @ tensors["layer_2.weight"].astype(float).T + tensors["layer_2.bias"]
    if not split.classes:
        return np.asarray(scores, dtype=float)
    if len(split.classes) == 2:
        return np.asarray(1 / (1 + np.exp(-scores)))
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def train_classifier(sample: Sample, split: Split) -> None:
    """Train a network that tells classes apart, write its files, and print how well it does."""
    scaler = None if sample.name == "digits" else fitted_scaler(split.train)
    scaled, test = (
        values / 16 if scaler is None else scaler.transform(values)
        for values in (split.train, split.test)
    )
    model = train_network(MLPClassifier, sample, scaled, split.train_labels)
    write_weights(CONFIGS / f"{sample.name}.safetensors", model)
    spec = spec_text(sample, split, scaler, None)
    (CONFIGS / f"{sample.name}.yaml").write_text(spec, encoding="utf-8")
    # one sigmoid tells the second of two classes
    first = 1 if len(split.classes) == 2 else 0
    expected = model.predict_proba(test)[:, first:]
    write_test(sample, split, expected, split.classes[first:])
    outputs = numpy_outputs(sample, split, test)
    told = (outputs[:, 0] > 0.5) if first else outputs.argmax(axis=1)
    right = int((told == split.test_labels).sum())
    by_sklearn = model.score(test, split.test_labels)
    print(f"{sample.name}: {right} of {len(test)} right; scikit-learn's accuracy {by_sklearn:.4f}")
    print(f"  largest difference of a probability {np.abs(outputs - expected).max():.2e}")


def train_regression(sample: Sample, split: Split) -> None:
    """Train a network that tells a number, write its files, and print how well it does."""
    scaler = fitted_scaler(split.train)
    target = fitted_scaler(split.train_labels[:, None])
    labels = target.transform(split.train_labels[:, None])[:, 0]
    model = train_network(MLPRegressor, sample, scaler.transform(split.train), labels)
    write_weights(CONFIGS / f"{sample.name}.safetensors", model)
    spec = spec_text(sample, split, scaler, target)
    (CONFIGS / f"{sample.name}.yaml").write_text(spec, encoding="utf-8")
    test = scaler.transform(split.test)
    expected = target.inverse_transform(model.predict(test)[:, None])
    write_test(sample, split, expected, [sample.label])
    outputs = target.inverse_transform(numpy_outputs(sample, split, test))
    error = np.abs(outputs[:, 0] - split.test_labels).mean()
    naive = np.abs(split.train_labels.mean() - split.test_labels).mean()
    by_sklearn = np.abs(expected[:, 0] - split.test_labels).mean()
    print(
        f"{sample.name}: {len(test)} rows, mean error {error:.3f}; scikit-learn's {by_sklearn:.3f}"
    )
    print(f"  always saying the mean of the training: {naive:.3f}")


def main() -> None:
    """Train all samples."""
    for sample in SAMPLES:
        split = split_rows(sample)
        (train_classifier if split.classes else train_regression)(sample, split)


if __name__ == "__main__":
    main()
