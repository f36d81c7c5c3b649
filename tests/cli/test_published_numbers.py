"""The numbers of the books, videos and worksheets that nncli follows, asked of its command line.

Every expected value comes from outside nncli: printed in the source, worked by hand below, or
computed by the plain loops of this file in exact fractions.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from commands import ROOT, run_here

# A decimal text is read exactly by Fraction; a float stands for the binary fraction that it is.
Value = str | int | float | Fraction
Rows = Sequence[Sequence[Value]]
ExactRows = list[list[Fraction]]

EXACT = Fraction("1e-12")
EIGHT_DECIMALS = Fraction("5e-9")  # half a unit of the last digit that the source prints


# ------------------------------------------------------------------------------ running nncli


def forward(config: str | Path, data: str, *options: str, stdin: str = "") -> dict[str, Any]:
    """Return the JSON document of a forward pass that ends well, with nothing else to remark."""
    done = run_here("forward", config, data, "--format", "json", *options, stdin=stdin.encode())
    assert done.code == 0
    document: dict[str, Any] = done.json
    assert [note for note in document["notes"] if note["code"] != "compared"] == []
    assert document["format"] == "nncli.forward/1"
    return document


def forward_sample(stem: str, *options: str) -> dict[str, Any]:
    """Return the JSON document of a config run on the sample data of the same stem."""
    return forward(f"configs/{stem}.yaml", f"sample_data/{stem}.csv", *options)


# ------------------------------------------------------------------------------- the plain oracle


@dataclass(frozen=True)
class PaperLayer:
    """A layer as it stands on paper: weights with one row per neuron, in decimal texts."""

    weights: Rows
    biases: Sequence[Value]
    activation: Callable[[list[Fraction]], list[Fraction]]


@dataclass(frozen=True)
class PaperResult:
    """What one layer gives for every sample, before its activation and after it."""

    before: ExactRows
    after: ExactRows


def linear(scores: list[Fraction]) -> list[Fraction]:
    """Return the scores as they are."""
    return scores


def relu(scores: list[Fraction]) -> list[Fraction]:
    """Return the scores with everything below zero raised to zero."""
    return [max(score, Fraction(0)) for score in scores]


def tanh(scores: list[Fraction]) -> list[Fraction]:
    """Return the hyperbolic tangents, each to the precision of a float."""
    return [Fraction(math.tanh(score)) for score in scores]


def sigmoid(scores: list[Fraction]) -> list[Fraction]:
    """Return 1 / (1 + exp(-score)), each to the precision of a float."""
    return [Fraction(1 / (1 + math.exp(-score))) for score in scores]


def exact(rows: Rows) -> ExactRows:
    """Return a table of numbers as fractions, decimal texts read exactly."""
    return [[Fraction(value) for value in row] for row in rows]


def transposed(rows: Rows) -> list[list[Value]]:
    """Return columns as rows."""
    return [list(column) for column in zip(*rows, strict=True)]


def weighted_sums(batch: ExactRows, weights: Rows, biases: Sequence[Value]) -> ExactRows:
    """Return, for every sample, each neuron's bias plus the products of weights and inputs."""
    results: ExactRows = []
    for sample in batch:
        scores: list[Fraction] = []
        for neuron, bias in zip(exact(weights), biases, strict=True):
            score = Fraction(bias)
            for weight, value in zip(neuron, sample, strict=True):
                score += weight * value
            scores.append(score)
        results.append(scores)
    return results


def on_paper(batch: Rows, layers: Sequence[PaperLayer]) -> list[PaperResult]:
    """Return the results of every layer for a batch with one row per sample."""
    results: list[PaperResult] = []
    values = exact(batch)
    for layer in layers:
        before = weighted_sums(values, layer.weights, layer.biases)
        values = [layer.activation(scores) for scores in before]
        results.append(PaperResult(before, values))
    return results


def assert_close(actual: object, expected: Rows, tolerance: Fraction = EXACT) -> None:
    """Check that *actual* is a table of floats of the expected shape, each within *tolerance*."""
    assert isinstance(actual, list)
    assert [len(row) for row in actual] == [len(row) for row in expected]
    for sample, (row, wanted) in enumerate(zip(actual, expected, strict=True), start=1):
        for neuron, (value, want) in enumerate(zip(row, wanted, strict=True), start=1):
            difference = abs(Fraction(value) - Fraction(want))
            assert difference <= tolerance, (
                f"sample {sample}, neuron {neuron}: {value!r} is not {float(Fraction(want))!r}"
            )


def assert_agrees(document: dict[str, Any], batch: Rows, layers: Sequence[PaperLayer]) -> None:
    """Check shapes, counts and every number of a document against the same network on paper.

    batch: one row per sample.  Shapes are (samples, inputs), (inputs, neurons) and (neurons,).
    """
    samples, features = len(batch), len(batch[0])
    assert (document["data"]["samples"], document["data"]["features"]) == (samples, features)
    sizes = [features, *(len(layer.biases) for layer in layers)]
    assert document["network"]["layer_sizes"] == sizes

    results = on_paper(batch, layers)
    rows = zip(document["layers"], layers, results, sizes, sizes[1:], strict=False)
    assert len(document["layers"]) == len(layers)
    for number, (found, layer, result, inputs, neurons) in enumerate(rows, start=1):
        assert found["layer"] == number
        assert found["activation"] == layer.activation.__name__
        assert found["input_shape"] == [samples, inputs]
        assert found["weights_shape"] == [inputs, neurons]
        assert found["biases_shape"] == [neurons]
        assert found["output_shape"] == [samples, neurons]
        assert found["parameters"] == inputs * neurons + neurons
        assert_close(found["pre_activation"], result.before)
        assert_close(found["output"], result.after)
    assert document["output"]["values"] == document["layers"][-1]["output"]


# --------------------------------------------------- A: a neuron, a layer, a batch (the book)

BOOK_BATCH = [["1", "2", "3", "2.5"], ["2", "5", "-1", "2"], ["-1.5", "2.7", "3.3", "-0.8"]]
BOOK_WEIGHTS = [
    ["0.2", "0.8", "-0.5", "1"],
    ["0.5", "-0.91", "0.26", "-0.5"],
    ["-0.26", "-0.27", "0.17", "0.87"],
]
BOOK_BIASES = ["2", "3", "0.5"]
BOOK_LAYER = PaperLayer(BOOK_WEIGHTS, BOOK_BIASES, linear)
BEFORE_THE_BIASES = [
    ["2.8", "-1.79", "1.885"],
    ["6.9", "-4.81", "-0.3"],
    ["-0.59", "-1.949", "-0.474"],
]
AFTER_THE_BIASES = [["4.8", "1.21", "2.385"], ["8.9", "-1.81", "0.2"], ["1.41", "1.051", "0.026"]]


def test_a_dot_product_is_a_row_times_a_column() -> None:
    """[1, 2, 3] · [2, 3, 4] = 2 + 6 + 12 = 20, a matrix of shape (1, 1)."""
    document = forward_sample("dot_product")
    assert_agrees(document, [[1, 2, 3]], [PaperLayer([[2, 3, 4]], [0], linear)])
    assert document["output"]["values"] == [[20]]
    assert document["layers"][0]["output_shape"] == [1, 1]


def test_a_neuron_with_three_inputs_gives_the_books_number() -> None:
    """0.2 + 1.6 - 1.5 + 2 = 2.3."""
    document = forward_sample("neuron_3")
    assert_agrees(
        document, [["1", "2", "3"]], [PaperLayer([["0.2", "0.8", "-0.5"]], ["2"], linear)]
    )
    assert_close(document["output"]["values"], [["2.3"]])


def test_a_neuron_with_four_inputs_gives_the_books_number() -> None:
    """0.2 + 1.6 - 1.5 + 2.5 + 2 = 4.8."""
    document = forward_sample("neuron")
    assert_agrees(document, BOOK_BATCH[:1], [PaperLayer(BOOK_WEIGHTS[:1], ["2"], linear)])
    assert_close(document["output"]["values"], [["4.8"]])


def test_a_layer_of_three_neurons_gives_the_books_numbers_for_one_sample() -> None:
    """One sample, three neurons; the spec holds the weights with one column per neuron."""
    document = forward_sample("layer")
    assert document["network"]["name"] == "a layer of three neurons"
    assert_agrees(document, BOOK_BATCH[:1], [BOOK_LAYER])
    assert_close(document["output"]["values"], AFTER_THE_BIASES[:1])


def test_a_batch_gives_the_books_numbers_one_row_per_sample() -> None:
    """The weights stand in the spec as the book prints them, one row per neuron."""
    document = forward_sample("batch")
    assert document["network"]["name"] == "batch"  # the file's stem, as the spec names nothing
    assert_agrees(document, BOOK_BATCH, [BOOK_LAYER])
    assert_close(document["output"]["values"], AFTER_THE_BIASES)
    assert document["output"]["columns"] == ["output_1", "output_2", "output_3"]


def spec_without(stem: str, key: str) -> str:
    """Return the text of a config without the one line that sets *key*."""
    lines = (ROOT / f"configs/{stem}.yaml").read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in lines if not line.strip().startswith(f"{key}:")]
    assert len(kept) == len(lines) - 1
    return "".join(kept)


def test_without_biases_the_batch_gives_the_books_bare_matrix_product(tmp_path: Path) -> None:
    """Absent biases are zeros, and explicit weights need no seed."""
    config = tmp_path / "product.yaml"
    config.write_text(spec_without("batch", "biases"), encoding="utf-8")
    document = forward(config, "sample_data/batch.csv")
    assert_agrees(document, BOOK_BATCH, [PaperLayer(BOOK_WEIGHTS, [0, 0, 0], linear)])
    assert_close(document["output"]["values"], BEFORE_THE_BIASES)


def test_the_books_weights_do_not_fit_untransposed(tmp_path: Path) -> None:
    """(3, 4) times (3, 4): without the layout line the inner sizes 4 and 3 differ, exit 3."""
    config = tmp_path / "untransposed.yaml"
    config.write_text(spec_without("batch", "layout"), encoding="utf-8")
    done = run_here("forward", config, "sample_data/batch.csv", "--format", "csv")
    assert (done.code, done.out) == (3, "")
    assert "error[N2" in done.err
    assert "Traceback" not in done.err


# ------------------------------------------------------ B: two layers, layer objects (the video)


def test_two_layers_by_hand_give_the_videos_numbers() -> None:
    """The second layer takes in what the first puts out; all six decimals are exact."""
    second = PaperLayer(
        [["0.1", "-0.14", "0.5"], ["-0.5", "0.12", "-0.33"], ["-0.44", "0.73", "-0.13"]],
        ["-1", "2", "-0.5"],
        linear,
    )
    document = forward_sample("two_layers")
    assert_agrees(document, BOOK_BATCH, [BOOK_LAYER, second])
    assert_close(document["layers"][0]["output"], AFTER_THE_BIASES)
    published = [
        ["0.5031", "-1.04185", "-2.03875"],
        ["0.2434", "-2.7332", "-5.7633"],
        ["-0.99314", "1.41254", "-0.35655"],
    ]
    assert_close(document["output"]["values"], published)


def drawn_layers(
    seed: int, sizes: Sequence[int], activations: Sequence[Callable[..., list[Fraction]]]
) -> list[PaperLayer]:
    """Return layers whose weights 0.1 * randn are drawn one number at a time, biases zero.

    The draws run row by row through (inputs, neurons), layer after layer, from one generator.
    """
    generator = np.random.RandomState(seed)
    layers: list[PaperLayer] = []
    for inputs, neurons, activation in zip(sizes, sizes[1:], activations, strict=False):
        weights = [[0.1 * float(generator.randn()) for _ in range(neurons)] for _ in range(inputs)]
        layers.append(PaperLayer(transposed(weights), [0] * neurons, activation))
    return layers


def test_layer_objects_give_the_numbers_that_the_video_prints() -> None:
    """Seed 0 gives the printed outputs of both layers, to all eight decimals."""
    document = forward_sample("layer_objects")
    assert document["network"]["seed"] == 0
    assert_agrees(document, BOOK_BATCH, drawn_layers(0, [4, 5, 2], [linear, linear]))
    first = [
        ["0.10758131", "1.03983522", "0.24462411", "0.31821498", "0.18851053"],
        ["-0.08349796", "0.70846411", "0.00293357", "0.44701525", "0.36360538"],
        ["-0.50763245", "0.55688422", "0.07987797", "-0.34889573", "0.04553042"],
    ]
    second = [
        ["0.148296", "-0.08397602"],
        ["0.14100315", "-0.01340469"],
        ["0.20124979", "-0.07290616"],
    ]
    assert_close(document["layers"][0]["output"], first, EIGHT_DECIMALS)
    assert_close(document["layers"][1]["output"], second, EIGHT_DECIMALS)


def test_seeded_weights_are_the_well_known_draws_of_seed_0() -> None:
    """The draws of seed 0 begin 1.76405235, 0.40015721, …; the weights are a tenth of them."""
    document = forward_sample("layer_objects", "--weights")
    printed = [
        ["0.176405235", "0.040015721", "0.097873798", "0.22408932", "0.186755799"],
        ["-0.097727788", "0.095008842", "-0.015135721", "-0.010321885", "0.04105985"],
    ]
    layer = document["layers"][0]
    assert_close(layer["weights"][:2], printed, EIGHT_DECIMALS / 10)
    assert layer["biases"] == [0, 0, 0, 0, 0]


def test_another_seed_gives_other_weights() -> None:
    """--seed replaces the seed of the spec."""
    paths = ("configs/layer_objects.yaml", "sample_data/layer_objects.csv")
    done = run_here("forward", *paths, "--seed", "1", "--format", "json", "--quiet")
    assert (done.code, done.err) == (0, "")
    document = done.json
    assert [note["code"] for note in document["notes"]] == ["overridden"]
    assert document["network"]["seed"] == 1
    assert_agrees(document, BOOK_BATCH, drawn_layers(1, [4, 5, 2], [linear, linear]))


# ------------------------------------------------------ C: worksheets, samples as columns

# Three column vectors, worked by hand.  W1 is (4, 2), W2 is (2, 4).
#
#         W1      b1            a = (1, 2)       b = (2, -1)       c = (0, 3)
#       [  1  0]  [ 1]    1 + 0 + 1 =  2    2 + 0 + 1 =  3    0 + 0 + 1 =  1
#       [ -1  1]  [ 1]   -1 + 2 + 1 =  2   -2 - 1 + 1 = -2    0 + 3 + 1 =  4
#       [  2 -1]  [-2]    2 - 2 - 2 = -2    4 + 1 - 2 =  3    0 - 3 - 2 = -5
#       [  1  1]  [-1]    1 + 2 - 1 =  2    2 - 1 - 1 =  0    0 + 3 - 1 =  2
#
#       h = relu(h_z)     (2, 2, 0, 2)      (3, 0, 3, 0)      (1, 4, 0, 2)
#
#            W2          b2
#       [ 1 -1  0  2]  [-2]
#                  a:  2 - 2 + 0 + 4 - 2 =  2
#                  b:  3 - 0 + 0 + 0 - 2 =  1
#                  c:  1 - 4 + 0 + 4 - 2 = -1
#       [ 0  1 -1 -1]  [ 1]
#                  a:  0 + 2 - 0 - 2 + 1 =  1
#                  b:  0 + 0 - 3 - 0 + 1 = -2
#                  c:  0 + 4 - 0 - 2 + 1 =  3
#
#       y = relu(y_z)     (2, 1)            (1, 0)            (0, 3)
WORKSHEET_COLUMNS = [[1, 2, 0], [2, -1, 3]]
HIDDEN_SCORES = [[2, 3, 1], [2, -2, 4], [-2, 3, -5], [2, 0, 2]]
HIDDEN = [[2, 3, 1], [2, 0, 4], [0, 3, 0], [2, 0, 2]]
OUTPUT_SCORES = [[2, 1, -1], [1, -2, 3]]
OUTPUT = [[2, 1, 0], [1, 0, 3]]


def test_a_worksheet_of_three_columns_gives_the_numbers_worked_by_hand() -> None:
    """Both layers before and after relu; nncli answers with one row per sample."""
    document = forward_sample("three_inputs", "--samples", "columns")
    layers = [
        PaperLayer([[1, 0], [-1, 1], [2, -1], [1, 1]], [1, 1, -2, -1], relu),
        PaperLayer([[1, -1, 0, 2], [0, 1, -1, -1]], [-2, 1], relu),
    ]
    assert_agrees(document, transposed(WORKSHEET_COLUMNS), layers)
    hidden, output = document["layers"]
    assert (hidden["name"], output["name"]) == ("hidden", "output")
    assert hidden["pre_activation"] == transposed(HIDDEN_SCORES)
    assert hidden["output"] == transposed(HIDDEN)
    assert output["pre_activation"] == transposed(OUTPUT_SCORES)
    assert output["output"] == transposed(OUTPUT)


def test_the_network_by_hand_gives_its_published_numbers() -> None:
    """Tom Yeh's 4-3-4-3-1: z4 = [-2, 3], y = [0.11920292, 0.95257413]."""
    layers = [
        PaperLayer([[1, 0, -1, 1], [0, 1, 1, 0], [1, -1, 0, 0]], [1, 1, 0], relu),
        PaperLayer([[0, 1, 2], [-1, 0, 2], [0, 1, 1], [-1, 0, -3]], [1, 2, 1, 10], relu),
        PaperLayer([[0, 1, -1, 1], [-1, 0, 1, 0], [0, 1, 1, 0]], [-2, 1, 0], relu),
        PaperLayer([[1, 1, 0]], [-2], sigmoid),
    ]
    document = forward_sample("by_hand", "--samples", "columns")
    assert_agrees(document, [[2, 1, 2, 1], [-1, 1, 1, 2]], layers)
    assert document["network"]["layer_sizes"] == [4, 3, 4, 3, 1]
    assert document["layers"][3]["pre_activation"] == [[-2], [3]]
    assert_close(document["output"]["values"], [["0.11920292"], ["0.95257413"]], EIGHT_DECIMALS)


# ------------------------------------------------------ D: inside the black box (the course)

WEATHER = [["20", "1"], ["25", "1.02"], ["10", "0.98"], ["-5", "1.03"]]
WEATHER_LAYERS = [
    PaperLayer([["0.05", "1"], ["-0.02", "0.5"], ["0.1", "-2"]], ["-1.5", "0.2", "0.5"], tanh),
    PaperLayer([["2", "-1", "0.5"]], ["0.1"], linear),
]


def test_two_features_pass_three_hidden_neurons_to_one_output() -> None:
    """Weights (2, 3) and (3, 1); for 20 °C and 1 bar the hidden scores are 0.5, 0.3 and 0.5."""
    document = forward_sample("weather")
    assert_agrees(document, WEATHER, WEATHER_LAYERS)
    hidden, output = document["layers"]
    assert (hidden["name"], output["name"]) == ("hidden", "output")
    assert (hidden["weights_shape"], output["weights_shape"]) == ([2, 3], [3, 1])
    assert_close(hidden["pre_activation"][:1], [["0.5", "0.3", "0.5"]])
    assert document["output"]["columns"] == ["forecast"]


def test_a_larger_batch_gains_rows_and_leaves_the_network_as_it_is() -> None:
    """One sample alone gives the first row of four, to the last bit; no parameter is added."""
    lines = (ROOT / "sample_data/weather.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    one = forward("configs/weather.yaml", "-", stdin="".join(lines[:2]))
    four = forward_sample("weather")
    assert_agrees(one, WEATHER[:1], WEATHER_LAYERS)
    for alone, among in zip(one["layers"], four["layers"], strict=True):
        assert alone["weights_shape"] == among["weights_shape"]
        assert alone["parameters"] == among["parameters"]
        assert alone["output"] == among["output"][:1]


def test_columns_are_found_by_name_wherever_they_stand() -> None:
    """With the two columns exchanged every number stays the same."""
    exchanged = "pressure,temperature\n" + "".join(f"{row[1]},{row[0]}\n" for row in WEATHER)
    document = forward("configs/weather.yaml", "-", stdin=exchanged)
    assert document["output"] == forward_sample("weather")["output"]


# ------------------------------------------------------------------ a real table: iris

SPECIES = ["setosa", "versicolor", "virginica"]


def iris_rows() -> tuple[list[str], list[list[str]]]:
    """Return the header and the rows of the iris table, as texts."""
    with (ROOT / "sample_data/iris.csv").open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    return header, rows


def test_the_iris_table_is_the_one_that_scikit_learn_ships() -> None:
    """150 flowers, 50 of each species; the columns add up as those of load_iris() do."""
    header, rows = iris_rows()
    features = ["sepal length (cm)", "sepal width (cm)", "petal length (cm)", "petal width (cm)"]
    assert header == [*features, "species"]
    assert [row[4] for row in rows] == [name for name in SPECIES for _ in range(50)]
    sums = [sum(Fraction(row[column]) for row in rows) for column in range(4)]
    assert sums == [Fraction(text) for text in ("876.5", "458.6", "563.7", "179.9")]


def test_the_three_shares_of_every_flower_sum_to_1() -> None:
    """Softmax gives positive shares of a whole, for each of the 150 rows."""
    document = forward_sample("iris", "--drop", "species")
    assert document["output"]["columns"] == SPECIES
    values = document["output"]["values"]
    assert len(values) == len(iris_rows()[1])
    for shares in values:
        assert min(shares) > 0
        assert abs(math.fsum(shares) - 1) <= EXACT


def test_a_text_column_that_is_not_dropped_is_refused() -> None:
    """The species are no numbers: wrong data, exit 4, and nothing on stdout."""
    files = ("configs/layer_objects.yaml", "sample_data/iris.csv")
    done = run_here("forward", *files, "--format", "csv")
    assert (done.code, done.out) == (4, "")
    assert "sample_data/iris.csv:" in done.err
    assert "Traceback" not in done.err


# ------------------------------------------------------------------ expected values in files

PRINTED_DIGITS = ("--rtol", "0", "--atol", "5e-9")  # eight decimals, as the source prints them


EXPECTATIONS: dict[str, tuple[str, ...]] = {
    "dot_product": (),
    "neuron_3": (),
    "neuron": (),
    "layer": (),
    "batch": (),
    "two_layers": (),
    "layer_objects": PRINTED_DIGITS,
    "three_inputs": ("--samples", "columns"),
    "by_hand": ("--samples", "columns", *PRINTED_DIGITS),
    "exercise": (),
}


# Held against scikit-learn elsewhere (tests/test_samples.py).
TRAINED = ("cancer", "diabetes", "digits", "iris", "sine")


@pytest.mark.parametrize(("stem", "options"), EXPECTATIONS.items(), ids=EXPECTATIONS)
def test_the_expected_values_in_a_file_are_met(stem: str, options: tuple[str, ...]) -> None:
    """--expect with the published or hand-worked output exits 0."""
    forward_sample(stem, "--expect", f"sample_data/{stem}_expected.csv", *options)


def test_every_file_of_expected_values_is_checked() -> None:
    """No file of expected values lies about unused, and none is missing."""
    files = {path.name for path in (ROOT / "sample_data").glob("*_expected.csv")}
    trained = {f"{stem}_test_expected.csv" for stem in TRAINED}
    assert files == {f"{stem}_expected.csv" for stem in EXPECTATIONS} | trained


def test_expected_values_of_another_neuron_are_not_met() -> None:
    """4.8 is not 2.3: the check that was asked for fails, exit 1."""
    done = run_here(
        "forward",
        "configs/neuron.yaml",
        "sample_data/neuron.csv",
        "--expect",
        "sample_data/neuron_3_expected.csv",
    )
    assert done.code == 1
    assert "error[N601]" in done.err
    assert "Traceback" not in done.err


def test_published_digits_are_too_few_for_the_default_tolerance() -> None:
    """Eight decimals meet the full result only within half a unit of the last one."""
    done = run_here(
        "forward",
        "configs/layer_objects.yaml",
        "sample_data/layer_objects.csv",
        "--expect",
        "sample_data/layer_objects_expected.csv",
    )
    assert done.code == 1
    assert "error[N601]" in done.err


# ------------------------------------------------- an exercise of small whole numbers


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_the_exercise_gives_the_numbers_that_its_drawn_weights_make(dtype: str) -> None:
    """Drawn by seed 78: here they stand a row per neuron, and the sums are worked exactly."""
    first = PaperLayer([[0, 1, 2], [1, 2, 0], [1, -2, 0]], [-1, 1, 2], relu)
    second = PaperLayer([[1, -1, 0], [0, 1, 2]], [2, -1], linear)
    document = forward_sample("exercise", "--dtype", dtype)
    assert_agrees(document, [[1, 2, -1], [2, 0, 1], [-1, 1, 3]], [first, second])
    hidden, outputs = document["layers"]
    assert hidden["pre_activation"] == [[-1, 6, -1], [1, 3, 4], [6, 2, -1]]
    assert outputs["output"] == [[-4, 5], [0, 10], [6, 1]]


# ------------------------------------------------------------------ shapes


def test_layers_that_do_not_fit_end_with_exit_3() -> None:
    """configs/broken.yaml: 3 numbers meet weights for 5; the place is that of the weights."""
    done = run_here("shapes", "configs/broken.yaml")
    lines = (ROOT / "configs/broken.yaml").read_text(encoding="utf-8").splitlines()
    (line,) = (
        number for number, text in enumerate(lines, start=1) if text.strip().startswith("weights:")
    )
    goes_up_to_the_bad_layer = "hidden" in done.out
    assert (done.code, goes_up_to_the_bad_layer) == (3, True)
    assert f"configs/broken.yaml:{line}:" in done.err
    assert "error[N201]" in done.err
    assert "Traceback" not in done.err


CONFIGS_THAT_WORK = sorted(
    path.stem for path in (ROOT / "configs").glob("*.yaml") if path.stem != "broken"
)


@pytest.mark.parametrize("stem", CONFIGS_THAT_WORK)
def test_the_shapes_of_every_config_can_be_walked_without_data(stem: str) -> None:
    """Each neuron has a weight per input and one bias; the counts add up to the total."""
    done = run_here("shapes", f"configs/{stem}.yaml", "--format", "json")
    assert (done.code, done.err) == (0, "")
    document = done.json
    assert document["format"] == "nncli.shapes/1"
    total = 0
    width = document["layers"][0]["input_shape"][1]
    for layer in document["layers"]:
        inputs, neurons = layer["weights_shape"]
        assert inputs == width
        assert layer["input_shape"] == [None, inputs]
        assert layer["biases_shape"] == [neurons]
        assert layer["output_shape"] == [None, neurons]
        assert layer["parameters"] == inputs * neurons + neurons
        assert layer["multiply_adds"] == inputs * neurons
        total += layer["parameters"]
        width = neurons
    assert document["total_parameters"] == total
