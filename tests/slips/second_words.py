"""Words with something more, less or else about them than their letters mistyped."""

from __future__ import annotations

from slips.kinds import pattern, respelt

PLACE, END = r"(?<=[\[ ])", r"(?=[,\]\s}])"
PLAIN = rf"{PLACE}(?:relu|tanh|sigmoid|linear|softplus|softsign|selu|gelu|silu|mish){END}"

key_abbreviated = respelt(
    r"\b",
    {
        "activation": ("activ", "actv", "act_func"), "activations": ("acts", "activs"),
        "weights": ("wts", "w", "wgts"), "biases": ("bs", "bia"), "columns": ("cols", "col"),
        "neurons": ("neur", "n_neur", "nrns"), "inputs": ("in", "n_in", "ins"),
        "outputs": ("out", "outs"),
    },
    "(?=:)",
)  # fmt: skip
key_with_a_number = pattern(
    r"^ *(?:- )?(?:weights(?=: \[|:\n)|biases|neurons|activation)(?=:)",
    lambda m, rng: m[0] + rng.choice(("1", "_1", "2", "_0")),
)
key_with_a_word_more = respelt(
    r"\b",
    {
        "neurons": ("hidden_neurons", "layer_neurons", "neurons_count", "number_of_neurons"),
        "activation": ("hidden_activation", "layer_activation", "activation_fn", "activation_name"),
        "biases": ("bias_vector", "layer_biases", "biases_vector"),
        "seed": ("rng_seed", "numpy_seed", "seed_value"),
        "layers": ("hidden_layers", "dense_layers", "layers_list"),
        "inputs": ("num_inputs", "inputs_count", "number_of_inputs"),
    },
    after="(?=:)",
)
WORDY = ("{} activation", "{}_activation", "{} function", "activation_{}", "{}_fn", "{}()")
activation_with_a_word_more = pattern(PLAIN, lambda m, rng: rng.choice(WORDY).format(m[0]))
activation_as_a_formula = respelt(
    PLACE,
    {
        "tanh": ("tanh(x)", "tanh(z)", "f(x)=tanh(x)"),
        "sigmoid": ("sigmoid(x)", "1/(1+exp(-x))", "\u03c3", "\u03c3(z)"),
        "linear": ("f(x)=x", "y=x"),
        "softplus": ("log(1+exp(x))", "softplus(x)"),
        "softsign": ("x/(1+|x|)", "softsign(x)"),
        "relu": ("relu(x)", "relu(z)"),
    },
    END,
)
activation_of_matlab_or_r = respelt(
    PLACE,
    {
        "relu": ("reluLayer", "nn_relu()", "layer_activation_relu"),
        "tanh": ("tanhLayer", "nn_tanh()", "nnf_tanh"),
        "sigmoid": ("sigmoidLayer", "nn_sigmoid()", "nnf_sigmoid"),
        "softmax": ("softmaxLayer", "nn_softmax(dim=2)"),
        "elu": ("eluLayer", "nn_elu()", "layer_activation_elu"),
        "leaky_relu": ("leakyReluLayer", "nn_leaky_relu()"),
        "gelu": ("geluLayer", "nn_gelu()"),
        "silu": ("swishLayer", "nn_silu()"),
        "hard_tanh": ("satlins", "nn_hardtanh()"),
    },
    END,
)
