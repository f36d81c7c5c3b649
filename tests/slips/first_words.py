"""Words that the spec does not know: misspelt, or known elsewhere."""

from __future__ import annotations

import re
from random import Random

from slips.intact import Case
from slips.kinds import anywhere, kind, pattern, respelt

KEYS = (
    "layer_sizes", "activations", "activation", "seed", "inputs", "layers", "neurons", "weights",
    "biases", "dtype", "layout", "init", "outputs", "columns", "size", "name",
)  # fmt: skip
ANY_KEY = rf"\b(?:{'|'.join(KEYS)})(?=:)"
NEIGHBOURS = {"a": "s", "e": "r", "i": "o", "n": "m", "s": "d", "u": "y", "t": "r", "o": "p"}
DISTINCT = ("softplus", "sigmoid", "linear", "softmax", "leaky_relu", "softsign", "hard_sigmoid")


def dropped(word: str, rng: Random) -> str:
    at = rng.randrange(1, len(word))
    return word[:at] + word[at + 1 :]


def doubled(word: str, rng: Random) -> str:
    at = rng.randrange(len(word))
    return word[: at + 1] + word[at:]


def swapped(word: str, rng: Random) -> str:
    at = rng.randrange(1, len(word) - 1)
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :]


def neighbouring(word: str, rng: Random) -> str:
    at = rng.choice([n for n, letter in enumerate(word) if letter in NEIGHBOURS])
    return word[:at] + NEIGHBOURS[word[at]] + word[at + 1 :]


def camel(word: str) -> str:
    first, *rest = word.split("_")
    return first + "".join(part.title() for part in rest)


key_letter_dropped = pattern(ANY_KEY, lambda m, rng: dropped(m[0], rng))
key_letter_doubled = pattern(ANY_KEY, lambda m, rng: doubled(m[0], rng))
key_letters_swapped = pattern(ANY_KEY, lambda m, rng: swapped(m[0], rng))
key_neighbouring_letter = pattern(ANY_KEY, lambda m, rng: neighbouring(m[0], rng))
key_in_capitals = pattern(ANY_KEY, lambda m, rng: rng.choice((m[0].title(), m[0].upper())))
key_singular_or_plural = pattern(
    ANY_KEY.replace("|name)", ")"),
    lambda m, _: {"biases": "bias"}.get(m[0]) or (m[0][:-1] if m[0][-1] == "s" else m[0] + "s"),
)
key_joined_otherwise = pattern(
    r"\b(?:layer_sizes|negative_slope)(?=:)",
    lambda m, rng: rng.choice(
        (m[0].replace("_", "-"), m[0].replace("_", " "), m[0].replace("_", ""), camel(m[0]))
    ),
)
key_of_keras = respelt(
    r"\b",
    {
        "neurons": ("units", "n_units"),
        "weights": ("kernel",),
        "biases": ("bias",),
        "seed": ("random_seed",),
        "inputs": ("input_dim", "input_size"),
        "activation": ("activation_function", "act"),
        "outputs": ("output",),
    },
    after="(?=:)",
)
key_of_pytorch = respelt(
    r"\b",
    {
        "neurons": ("out_features",),
        "inputs": ("in_features",),
        "weights": ("weight", "W"),
        "biases": ("bias", "b"),
        "activation": ("nonlinearity",),
        "seed": ("manual_seed",),
    },
    after="(?=:)",
)
key_of_others = respelt(
    r"\b",
    {
        "seed": ("random_state", "rng", "randomSeed"),
        "layer_sizes": ("sizes", "dims", "layer_dims", "architecture", "topology"),
        "neurons": ("nodes", "size", "width", "num_neurons", "n_neurons"),
        "activation": ("transfer_function", "act_fn", "transferFcn"),
        "init": ("initializer", "initialization", "weight_init"),
        "columns": ("names", "feature_names", "features"),
        "dtype": ("precision", "data_type"),
    },
    after="(?=:)",
)
activation_misspelt = pattern(
    rf"(?<=[\[ ]){'(?:' + '|'.join(DISTINCT) + ')'}(?=[,\]\s}}])",
    lambda m, rng: rng.choice((dropped, doubled, swapped, neighbouring))(m[0], rng),
)
ACTIVATION = r"(?<=[\[ ])"
activation_in_capitals = pattern(
    rf"{ACTIVATION}(?:relu|tanh|sigmoid|linear|softmax|elu|selu|gelu)(?=[,\]\s}}])",
    lambda m, rng: rng.choice((m[0].upper(), m[0].title())),
)
activation_joined_otherwise = pattern(
    rf"{ACTIVATION}(?:hard_sigmoid|hard_tanh|leaky_relu|log_sigmoid)(?=[,\]\s}}])",
    lambda m, rng: m[0].replace("_", rng.choice(("", "-", " "))),
)
activation_of_a_library = respelt(
    ACTIVATION,
    {
        "relu": ("nn.ReLU()", "tf.nn.relu", "F.relu", "torch.relu", "jax.nn.relu", "nn.ReLU"),
        "tanh": ("nn.Tanh()", "np.tanh", "torch.tanh", "tf.math.tanh", "math.tanh"),
        "sigmoid": ("nn.Sigmoid()", "torch.sigmoid", "tf.nn.sigmoid", "F.sigmoid"),
        "linear": ("nn.Identity()", "Identity"),
        "leaky_relu": ("nn.LeakyReLU()", "F.leaky_relu"),
        "elu": ("nn.ELU()", "F.elu"),
        "selu": ("nn.SELU()", "tf.nn.selu"),
        "gelu": ("nn.GELU()", "F.gelu"),
        "silu": ("nn.SiLU()", "F.silu"),
        "softplus": ("nn.Softplus()", "F.softplus"),
        "softmax": ("nn.Softmax(dim=1)", "F.softmax", "tf.nn.softmax", "nn.Softmax(-1)"),
        "softsign": ("nn.Softsign()", "F.softsign"),
        "hard_tanh": ("nn.Hardtanh()",),
        "hard_sigmoid": ("nn.Hardsigmoid()",),
        "mish": ("nn.Mish()",),
        "relu6": ("nn.ReLU6()", "tf.nn.relu6"),
    },
    after=r"(?=[,\]\s}])",
)
activation_synonym = respelt(
    ACTIVATION,
    {
        "relu": ("rectifier", "rectified_linear", "poslin"),
        "tanh": ("tansig", "hyperbolic_tangent", "TanH"),
        "sigmoid": ("logistic", "expit", "logsig"),
        "linear": ("identity", "purelin", "none"),
        "silu": ("swish", "Swish"),
        "leaky_relu": ("lrelu", "LReLU"),
        "step": ("heaviside", "binary_step", "unit_step", "threshold", "hardlim"),
        "hard_sigmoid": ("hardsigmoid",),
        "hard_silu": ("hardswish", "hard_swish"),
        "sign": ("signum",),
    },
    after=r"(?=[,\]\s}])",
)


@kind(0, "only the user knows what to take instead of a function that there is not")
def activation_that_does_not_exist_here(case: Case, rng: Random) -> Case | None:
    lacking = ("maxout", "hardshrink", "tanhshrink", "sparsemax", "radbas", "softmin", "glu", "sin")
    return anywhere(
        rf"{ACTIVATION}(?:relu|tanh|softsign|softplus|elu)(?=[,\]\s}}])",
        lambda _, rng: rng.choice(lacking),
        case,
        rng,
    )


def _otherwise(match: re.Match[str], rng: Random) -> str:
    name, parameter, value = match.groups()
    other = {"negative_slope": rng.choice(("alpha", "slope")), "alpha": "negative_slope"}[parameter]
    torch = {"leaky_relu": "nn.LeakyReLU", "elu": "nn.ELU"}[name]
    return rng.choice(
        (
            f"{name}({value})",
            f"{name}({parameter}={value})",
            f"{torch}({value})",
            f"{torch}({parameter}={value})",
            f"{{{name}: {value}}}",
            f"{{name: {name}, {parameter}: {value}}}",
            f"{{type: {name}, {parameter}: {value}}}",
            f"{{{name}: {{{other}: {value}}}}}",
            f"{{{name}: [{value}]}}",
            f"{name} {value}",
        )
    )


activation_with_its_parameter_otherwise = pattern(
    r"\{(leaky_relu|elu): \{(negative_slope|alpha): ([\d.]+)\}\}", _otherwise
)
INITIALIZER = r"(?<=weights: )"
initializer_of_a_library = respelt(
    INITIALIZER,
    {
        "glorot_uniform": ("xavier_uniform", "GlorotUniform", "xavier_uniform_"),
        "he_normal": ("kaiming_normal", "HeNormal", "kaiming_normal_"),
        "he_uniform": ("kaiming_uniform", "HeUniform"),
        "lecun_normal": ("LecunNormal", "lecun-normal"),
    },
)


@kind(2, "elsewhere these draw with another spread")
def initializer_with_another_spread(case: Case, rng: Random) -> Case | None:
    words = {
        "normal": ("random_normal", "RandomNormal", "gaussian", "randn"),
        "uniform": ("random_uniform", "rand", "RandomUniform"),
    }
    return anywhere(
        r"(?<=weights: )(?:normal|uniform)", lambda m, rng: rng.choice(words[m[0]]), case, rng
    )


dtype_synonym = respelt(
    "(?<=dtype: )",
    {
        "float64": ("double", "np.float64", "f64", "torch.float64", "Float64", "fp64", "64"),
        "float32": ("single", "fp32", "np.float32", "f32", "torch.float32", "32"),
    },
)
layout_synonym = respelt(
    "(?<=layout: )",
    {
        "neurons_by_inputs": (
            "pytorch", "out_in", "neurons_x_inputs", "neurons-by-inputs", "outputs_by_inputs",
            "neurons by inputs", "neuronsByInputs", "torch", "(out, in)",
        ),
        "inputs_by_neurons": (
            "keras", "in_out", "inputs x neurons", "inputs-by-neurons", "inputs_by_outputs",
            "tensorflow",
        ),
    },
)  # fmt: skip
