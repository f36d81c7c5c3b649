"""Words of other programs, misspelt names and other forms of a choice are taken for what they mean.

What a word means elsewhere is known from the documentation of the program that has it.
"""

from __future__ import annotations

import pytest

from nncli.doctor import spec as doctor
from nncli.doctor.spec_edits import edited
from nncli.errors import SpecError
from nncli.meant.known_words import keys_meant, meanings
from nncli.specs.model import ACTIVATIONS, INITIALIZERS
from nncli.specs.reader import examine_spec, read_spec

SHORT = "layer_sizes: [2, 3, 1]\nseed: 0\n"


def treated(text: str) -> SpecError:
    return doctor.treat_spec(examine_spec(text.encode(), "net.yaml"))


def mended(text: str) -> str:
    """Return a text with the first suggestion of its first problem followed."""
    return edited(text, treated(text).problems[0].suggestions[0].edits)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("ReLU", "relu"),
        ("nn.ReLU()", "relu"),
        ("torch.nn.functional.softplus", "softplus"),
        ("np.tanh", "tanh"),
        ("hard-tanh", "hard_tanh"),
        ("Softmax(dim=1)", "softmax"),
        ("sigmoid(x)", "sigmoid"),
        ("swish", "silu"),
        ("nn_elu()", "elu"),
        ("layer_activation_elu", "elu"),
        ("\N{GREEK SMALL LETTER SIGMA}", "sigmoid"),
        ("logistic", "sigmoid"),
        ("tansig", "tanh"),
        ("purelin", "linear"),
        ("none", "linear"),
        ("hardlim", "{step: {at_zero: 1}}"),
        ("hardlims", "{sign: {at_zero: 1}}"),
        ("satlin", "{hard_tanh: {min: 0, max: 1}}"),
        ("elliotsig", "softsign"),
        ("LReLU", "leaky_relu"),
        ("tf.nn.leaky_relu", "{leaky_relu: {negative_slope: 0.2}}"),
        ("jax.nn.gelu", "{gelu: {approximate: tanh}}"),
        ("leaky_relu(0.3)", "{leaky_relu: {negative_slope: 0.3}}"),
        ("leaky_relu 0.3", "{leaky_relu: {negative_slope: 0.3}}"),
        ("nn.LeakyReLU(0.3, inplace=True)", "{leaky_relu: {negative_slope: 0.3}}"),
        ("{leaky_relu: 0.3}", "{leaky_relu: {negative_slope: 0.3}}"),
        ("{leaky_relu: {alpha: 0.3}}", "{leaky_relu: {negative_slope: 0.3}}"),
        ("[leaky_relu, 0.3]", "{leaky_relu: {negative_slope: 0.3}}"),
        ("{name: elu, alpha: 2}", "{elu: {alpha: 2}}"),
        ("{class_name: ELU, config: {alpha: 2}}", "{elu: {alpha: 2}}"),
        ("{elu: {alfa: 2}}", "{elu: {alpha: 2}}"),
        ("Softplus(beta=1)", "softplus"),
        ("sigmoind", "sigmoid"),
        ("softsing", "softsign"),
        ("relu activation function", "relu"),
        ("f(x) = x", "linear"),
        ("1/(1 + np.exp(-z))", "sigmoid"),
        ("logsitic", "sigmoid"),
    ],
)
def test_an_activation_in_other_words_or_forms_is_written_as_it_should_be(
    written: str, expected: str
) -> None:
    text = f"inputs: 2\nseed: 0\nlayers:\n  - neurons: 3\n    activation: {written}\n"
    assert mended(text) == text.replace(written, expected)
    assert read_spec(mended(text).encode(), "net.yaml")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("{weights: xavier_normal}", "{weights: glorot_normal}"),
        ("{weights: kaiming_uniform_}", "{weights: he_uniform}"),
        ("{weights: glorot}", "{weights: glorot_uniform}"),
        ("HeNormal()", "he_normal"),
        ("{weights: RandomNormal(stddev=0.05)}", "{weights: {normal: {std: 0.05}}}"),
        ("{normal: {std: 0.2}}", "{weights: {normal: {std: 0.2}}}"),
        ("normal(std=0.2)", "{weights: {normal: {std: 0.2}}}"),
        ("{kernel: HeNormal, bias: zeros}", "{weights: he_normal, biases: zeros}"),
        ("{biases: 0.5}", "{biases: {constant: {value: 0.5}}}"),
        ("{weights: he_normel}", "{weights: he_normal}"),
        ("{weights: WholeNumbers}", "{weights: whole_numbers}"),
        (
            "{weights: {whole_number: {min: -3, max: 3}}}",
            "{weights: {whole_numbers: {low: -3, high: 3}}}",
        ),
        ("{biases: np.random.randint}", "{biases: whole_numbers}"),
    ],
)
def test_an_initializer_in_other_words_or_forms_is_written_as_it_should_be(
    written: str, expected: str
) -> None:
    assert mended(f"{SHORT}init: {written}\n") == f"{SHORT}init: {expected}\n"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("dtype: double", "dtype: float64"),
        ("dtype: np.float32", "dtype: float32"),
        ("dtype: float23", "dtype: float32"),
        ("dtype: 64", "dtype: float64"),
        ("layout: pytorch", "layout: neurons_by_inputs"),
        ("layout: inputs x neurons", "layout: inputs_by_neurons"),
        ("layout: NeuronsByInputs", "layout: neurons_by_inputs"),
        ("activation: relu", "activations: relu"),
        ("activatons: relu", "activations: relu"),
        ("activations: [ReLU, Softmax]", "activations: [relu, softmax]"),
        ("data_type: float32", "dtype: float32"),
        ("title: a", "name: a"),
        ("loss: mse\noptimizer: adam", ""),
    ],
)
def test_a_key_or_value_of_another_program_is_written_as_it_should_be(
    written: str, expected: str
) -> None:
    assert mended(f"{written}\n{SHORT}") == f"{expected}\n{SHORT}".lstrip("\n")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "inputs: 2\nlayers:\n- {units: 1, kernel: [[1], [2]], bias: [3]}\n",
            "inputs: 2\nlayers:\n- {neurons: 1, weights: [[1], [2]], biases: [3]}\n",
        ),
        (
            "seed: 0\nlayers:\n- in_features: 2\n  out_features: 3\n- {in_features: 3, n: 1}\n",
            "inputs: 2\nseed: 0\nlayers:\n- neurons: 3\n- {neurons: 1}\n",
        ),
        (
            "inputs: 2\nseed: 0\nlayers:\n- {type: Dense, act: swish, units: 1}\n",
            "inputs: 2\nseed: 0\nlayers:\n- {activation: silu, neurons: 1}\n",
        ),
    ],
)
def test_the_layers_of_another_program_are_mended_in_one_change(text: str, expected: str) -> None:
    assert mended(text) == expected


def test_a_key_around_everything_becomes_a_comment() -> None:
    block = "net:\n" + "".join(f"  {line}\n" for line in SHORT.splitlines())
    assert mended(block) == f"# {block}"


def test_a_name_in_a_layer_far_below_is_put_right() -> None:
    text = "inputs: 2\nseed: 0\nlayers:\n" + "- neurons: 2\n" * 60 + "  activation: swish\n"
    assert mended(text) == text.replace("swish", "silu")


def test_foreign_keys_at_the_end_are_taken_away_together() -> None:
    assert mended(f"{SHORT}loss: mse\noptimizer: adam\n").rstrip() == SHORT.rstrip()


def test_of_thousands_of_unknown_keys_only_some_are_looked_up() -> None:
    """Each of them is compared with all words of other programs."""
    before = keys_meant.cache_info().misses
    assert treated("".join(f"kea{n}: 1\n" for n in range(2000))).problems[0].code == "N101"
    assert keys_meant.cache_info().misses - before <= 50


def test_a_key_with_a_word_more_is_perhaps_the_key() -> None:
    text = SHORT.replace("seed:", "seed_value:")
    assert mended(text) == SHORT
    assert "perhaps" in treated(text).problems[0].suggestions[0].words


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("activations: radbas", "`radbas` (MATLAB) is exp(-x²); nncli lacks it"),
        ("activations: crelu", "nncli lacks it"),
        ("activations: RReLU", "nncli lacks it"),
        ("activations: Softplus(beta=2)", "`softplus` has no such parameters here"),
        ("activations: leaky_relu_02", "the activations are"),
        ("activations: 1/(1+exp(x))", "the activations are"),
        ("init: orthogonal", "nncli lacks it"),
        ("dtype: half", "nncli lacks it"),
        ("layout: row_major", "says nothing of their meaning"),
        ("hidden_layer_sizes: [3]", "the sizes of the hidden layers alone"),
    ],
)
def test_what_nncli_lacks_is_told_and_nothing_is_offered_for_it(line: str, words: str) -> None:
    problem = treated(f"{line}\n{SHORT}").problems[0]
    assert problem.suggestions == ()
    assert words in problem.help[0]


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("activations: heaviside", ["step", "{step: {at_zero: 1}}"]),
        ("activations: Hardsigmoid", ["hard_sigmoid", "{hard_sigmoid: {slope: 0.2}}"]),
        ("activations: erlu", ["elu", "relu"]),
        ("init: xavier", ["glorot_uniform", "glorot_normal"]),
        ("dtype: float", ["float64", "float32"]),
    ],
)
def test_what_may_mean_two_things_is_offered_as_two_that_say_what_they_assume(
    line: str, offered: list[str]
) -> None:
    problem = treated(f"{line}\n{SHORT}").problems[0]
    assert [edit.text for each in problem.suggestions for edit in each.edits] == offered
    for each in problem.suggestions:
        assert any(word in each.words for word in ("assuming", "if ", "perhaps"))


@pytest.mark.parametrize("kind", ["activation", "initializer"])
def test_no_known_word_is_taken_for_another_function(kind: str) -> None:
    own = ACTIVATIONS if kind == "activation" else INITIALIZERS
    for name in own:
        assert all(known.instead in (name, None) for known in meanings(kind, name, own))
    for word in ("rrelu", "crelu", "softmin", "tanhshrink", "radbas", "sparsemax"):
        assert [known.instead for known in meanings("activation", word)][:1] == [None]


@pytest.mark.parametrize("word", ["usecols", "index_col"])
def test_an_option_that_may_mean_other_columns_or_lines_says_what_it_assumes(word: str) -> None:
    assert all(" here, if " in known.words for known in meanings("option", word))
