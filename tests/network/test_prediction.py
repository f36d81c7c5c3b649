"""From outputs to classes, by the meaning that the last layer gives them."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest

from nncli import Network, SpecError
from nncli.network.prediction import ClassRule, class_rule, largest_outputs, predict

NAN, INF = math.nan, math.inf
ABC = ("a", "b", "c")


def predicted(rule: ClassRule, rows: Any, dtype: str = "float64") -> tuple[list[str], list[float]]:
    found = predict(np.array(rows, dtype).T, rule)
    assert found.probabilities.dtype == dtype
    return found.classes.tolist(), found.probabilities.tolist()


def network_of(activation: str, neurons: int, outputs: dict[str, Any] | None) -> Network:
    layer = {"neurons": neurons, "activation": activation, "weights": [[1] * neurons]}
    spec = {"layers": [layer], "inputs": 1, **({"outputs": outputs} if outputs else {})}
    return Network.from_yaml_text(json.dumps(spec))


def test_the_largest_share_is_the_class() -> None:
    rule = ClassRule(ABC, "probabilities")
    assert predicted(rule, [[0.25, 0.5, 0.25], [0.75, 0.25, 0]]) == (["b", "a"], [0.5, 0.75])


def test_of_equal_outputs_the_first_is_the_class() -> None:
    assert predicted(ClassRule(ABC, "probabilities"), [[0.25, 0.375, 0.375]])[0] == ["b"]
    assert predicted(ClassRule(ABC, "scores"), [[1, 1, 1]]) == (["a"], [1 / 3])


def test_a_logarithm_of_a_share_is_undone() -> None:
    rows = [[math.log(0.25), math.log(0.75)], [-INF, 0]]
    classes, probabilities = predicted(ClassRule(("no", "yes"), "logarithms"), rows)
    assert classes == ["yes", "yes"]
    np.testing.assert_allclose(probabilities, [0.75, 1], rtol=1e-15)


def test_scores_have_their_softmax_as_probability() -> None:
    """e² / (e + e² + e³ …): scores far from 0 neither overflow nor vanish."""
    rows = [[1, 3, 2], [1001, 1003, 1002], [-1001, -1003, -1002]]
    classes, probabilities = predicted(ClassRule(ABC, "scores"), rows)
    share = 1 / (1 + math.exp(-1) + math.exp(-2))
    assert classes == ["b", "b", "a"]
    np.testing.assert_allclose(probabilities, [share] * 3, rtol=1e-15)


def test_infinite_scores_share_what_there_is() -> None:
    rows = [[INF, INF, 1], [INF, 2, 1], [-INF, -INF, -INF]]
    classes, probabilities = predicted(ClassRule(ABC, "scores"), rows)
    assert (classes, probabilities) == (["a", "a", "a"], [0.5, 1, 1 / 3])


@pytest.mark.parametrize(
    ("threshold", "classes", "probabilities"),
    [
        (0.5, ["no", "no", "yes"], [0.75, 0.5, 0.625]),
        (0.2, ["yes", "yes", "yes"], [0.25, 0.5, 0.625]),
    ],
)
def test_one_output_is_the_probability_of_the_second_class(
    threshold: float, classes: list[str], probabilities: list[float]
) -> None:
    """It has to be above the threshold, not at it."""
    rule = ClassRule(("no", "yes"), "second", threshold)
    assert predicted(rule, [[0.25], [0.5], [0.625]]) == (classes, probabilities)


@pytest.mark.parametrize("meaning", ["probabilities", "logarithms", "scores"])
def test_a_sample_with_nan_has_no_class(meaning: Any) -> None:
    classes, probabilities = predicted(
        ClassRule(("a", "b"), meaning), [[NAN, 9], [9, NAN], [0, -9]]
    )
    assert classes == ["", "", "a"]
    assert [math.isnan(probability) for probability in probabilities] == [True, True, False]


def test_a_sigmoid_of_nan_has_no_class() -> None:
    classes, (probability,) = predicted(ClassRule(("no", "yes"), "second"), [[NAN]])
    assert classes == [""]
    assert math.isnan(probability)


def test_probabilities_are_of_the_networks_type() -> None:
    rows = [[0.1, 0.9]]
    _, (probability,) = predicted(ClassRule(("a", "b"), "probabilities"), rows, "float32")
    assert probability == float(np.float32(0.9))


# ----------------------------------------------------------------------------- whole networks


@pytest.mark.parametrize(
    ("activation", "meaning"),
    [("softmax", "probabilities"), ("log_softmax", "logarithms"), ("linear", "scores")],
)
def test_outputs_of_several_neurons_are_named_by_classes_or_columns(
    activation: str, meaning: str
) -> None:
    for key in ("classes", "columns"):
        rule = class_rule(network_of(activation, 3, {key: ["a", "b", "c"]}).spec)
        assert (rule.classes, rule.meaning) == (ABC, meaning)


def test_one_sigmoid_has_two_classes_and_a_threshold() -> None:
    spec = network_of("sigmoid", 1, {"classes": ["no", "yes"], "threshold": 0.3}).spec
    assert class_rule(spec) == ClassRule(("no", "yes"), "second", 0.3)
    assert spec.output_columns == ("yes",)


@pytest.mark.parametrize(
    ("activation", "neurons", "outputs", "classes"),
    [
        ("softmax", 3, None, ("0", "1", "2")),
        ("log_softmax", 2, None, ("0", "1")),
        ("sigmoid", 1, None, ("0", "1")),
        ("sigmoid", 1, {"columns": ["rain"]}, ("0", "1")),
    ],
)
def test_classes_without_names_are_numbered_from_0_with_a_note(
    activation: str, neurons: int, outputs: dict[str, Any] | None, classes: tuple[str, ...]
) -> None:
    rule = class_rule(network_of(activation, neurons, outputs).spec)
    assert rule.classes == classes
    assert "numbered from 0" in rule.notes()[0].message


def test_only_scores_are_remarked_on_unless_samples_have_no_class() -> None:
    assert ClassRule(ABC, "probabilities").notes() == ()
    (scores,) = ClassRule(ABC, "scores").notes()
    assert "taken as scores" in scores.message
    (no_class,) = ClassRule(ABC, "logarithms").notes(unclassified=2)
    assert no_class.message == "2 samples have an output of NaN, hence no class"


@pytest.mark.parametrize(
    ("activation", "neurons", "outputs", "message", "hint"),
    [
        ("linear", 4, None, "nothing says that its outputs are scores", "NAME_3, …]"),
        ("sigmoid", 3, {"columns": ["a", "b", "c"]}, "3 sigmoids say yes or no", "softmax"),
        ("linear", 1, {"columns": ["price"]}, "one linear output", "activation: sigmoid"),
        ("tanh", 2, {"columns": ["a", "b"]}, "is tanh, which tells no class", "softmax"),
    ],
)
def test_outputs_that_tell_no_class_are_refused_with_what_to_write(
    activation: str, neurons: int, outputs: dict[str, Any] | None, message: str, hint: str
) -> None:
    network = network_of(activation, neurons, outputs)
    with pytest.raises(SpecError) as caught:
        network.predict([[1.0]])
    (problem,) = caught.value.problems
    assert problem.code == "N112"
    assert message in problem.message
    assert hint in problem.help[0]


def test_quantities_are_no_scores() -> None:
    scale = {"standard": {"mean": 0.0, "std": 1.0}}
    network = network_of("linear", 2, {"columns": ["a", "b"], "scale": scale})
    with pytest.raises(SpecError, match="quantities"):
        class_rule(network.spec)


def test_predict_of_a_network_by_hand() -> None:
    """Scores 0, 1 and 2 for x = 1: the share of the last is 1 / (1 + e⁻¹ + e⁻²)."""
    layer = {"neurons": 3, "weights": [[0, 1, 2]], "activation": "softmax"}
    spec = {"inputs": 1, "layers": [layer], "outputs": {"classes": ["a", "b", "c"]}}
    found = Network.from_yaml_text(json.dumps(spec)).predict([[1.0], [-1.0], [NAN]])
    share = 1 / (1 + math.exp(-1) + math.exp(-2))
    assert found.classes.tolist() == ["c", "a", ""]
    np.testing.assert_allclose(found.probabilities, [share, share, NAN], rtol=1e-15)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_an_output_that_equals_the_threshold_is_not_above_it(dtype: str) -> None:
    """0.3 of float32, shown as 0.3, is 0.30000001 in float64."""
    at = np.array([0.3], dtype)
    outputs = np.stack([at, np.nextafter(at, np.ones_like(at))], axis=1)
    found = predict(outputs, ClassRule(("no", "yes"), "second", 0.3))
    assert found.classes.tolist() == ["no", "yes"]


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_the_largest_outputs_are_the_first_of_equal_ones_and_none_beside_nan(dtype: str) -> None:
    random = np.random.RandomState(0)
    for neurons in (1, 2, 7):
        outputs = random.randint(-2, 3, (neurons, 500)).astype(dtype)
        outputs[random.random_sample(outputs.shape) < 0.05] = NAN
        outputs[random.random_sample(outputs.shape) < 0.05] = -INF
        expected = outputs.argmax(axis=0)
        expected[np.isnan(outputs).any(axis=0)] = -1
        np.testing.assert_array_equal(largest_outputs(outputs), expected)
        np.testing.assert_array_equal(largest_outputs(list(outputs)), expected)


def test_the_largest_of_very_many_outputs_is_found() -> None:
    outputs = np.zeros((40_000, 2))
    outputs[39_999, 0] = outputs[33_000, 1] = 1
    assert largest_outputs(outputs).tolist() == [39_999, 33_000]
