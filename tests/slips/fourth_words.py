"""Names of functions, keys and types as other libraries have them."""

from __future__ import annotations

from random import Random

from slips.intact import Case
from slips.kinds import Kind, kind, respelt

LEAKY, ELU = "{leaky_relu: {negative_slope: 0.2}}", "{elu: {alpha: 0.5}}"


def said(before: str, spellings: dict[str, str], after: str = "") -> Kind:
    """Return the kind that writes a word of the spec otherwise; spellings stand between `|`."""
    return respelt(before, {old: new.split("|") for old, new in spellings.items()}, after)


def _called(spellings: dict[str, str]) -> Kind:
    return said(r"(?:activations?: |[\[,] ?|^ *- )", spellings, r"(?=[\],}]|  #|$)")


activation_of_pytorch = _called(
    {"tanh": "nn.Tanh()|torch.tanh|nn.Tanh", "sigmoid": "nn.Sigmoid()|torch.sigmoid|F.sigmoid",
     "linear": "nn.Identity()|nn.Identity", "relu": "nn.ReLU()|F.relu|nn.ReLU(inplace=True)",
     "gelu": "nn.GELU()|F.gelu", "silu": "nn.SiLU()|torch.nn.SiLU", "elu": "nn.ELU()|F.elu",
     "softplus": "nn.Softplus()", "selu": "nn.SELU()|torch.selu", "mish": "nn.Mish()|F.mish",
     "softsign": "nn.Softsign()", "log_sigmoid": "nn.LogSigmoid()|F.logsigmoid",
     "leaky_relu": "nn.LeakyReLU()|F.leaky_relu", ELU: "nn.ELU(0.5)|nn.ELU(alpha=0.5)",
     LEAKY: "nn.LeakyReLU(0.2)|nn.LeakyReLU(negative_slope=0.2)", "hard_tanh": "nn.Hardtanh()",
     "hard_silu": "nn.Hardswish()", "softmax": "nn.Softmax(dim=1)|F.softmax|nn.Softmax(dim=-1)"}
)  # fmt: skip
activation_of_keras = _called(
    {"tanh": "tf.nn.tanh|keras.activations.tanh", "sigmoid": "tf.nn.sigmoid|tf.sigmoid",
     "linear": "None|null|keras.activations.linear", "relu": "tf.nn.relu|layers.ReLU()|ReLU()",
     "gelu": "tf.nn.gelu|keras.activations.gelu", "silu": "swish|tf.nn.swish", "elu": "ELU()",
     LEAKY: "LeakyReLU(alpha=0.2)|layers.LeakyReLU(negative_slope=0.2)|LeakyReLU(0.2)",
     ELU: "ELU(alpha=0.5)|layers.ELU(0.5)", "softplus": "tf.nn.softplus|activations.softplus",
     "softmax": "tf.nn.softmax|Softmax()", "selu": "tf.nn.selu|keras.activations.selu"}
)  # fmt: skip
activation_of_matlab = _called(
    {"tanh": "tansig|tanhLayer", "sigmoid": "logsig|sigmoidLayer", "linear": "purelin",
     "relu": "poslin|reluLayer", "silu": "swishLayer", "gelu": "geluLayer", "elu": "eluLayer",
     "softplus": "softplusLayer", ELU: "eluLayer(0.5)", LEAKY: "leakyReluLayer(0.2)",
     "leaky_relu": "leakyReluLayer", "softmax": "softmaxLayer", "softsign": "elliotsig"}
)  # fmt: skip
type_of_numpy_or_torch = said(
    "^dtype: ",
    {"float32": "np.float32|torch.float32|single|fp32|f32|'<f4'|float 32",
     "float64": "np.float64|torch.double|double|fp64|f64|'<f8'|numpy.float64"}
)  # fmt: skip
keys_of_the_network = said(
    "^",
    {"seed:": "random_state:|random_seed:|manual_seed:|rng:", "inputs:": "n_inputs:|input_dim:",
     "layer_sizes:": "sizes:|architecture:|topology:|layer_dims:",
     "activations:": "activation_functions:|transfer_functions:|nonlinearities:"}
)  # fmt: skip


@kind()
def keys_of_all_layers(case: Case, rng: Random) -> Case | None:
    """As another library calls them, in every layer that has the key."""
    names = {"neurons": "units|out_features|n_neurons|num_neurons|nodes|hidden_units",
             "weights": "kernel|W|coefs|weight_matrix", "biases": "bias|b|intercepts|bias_vector",
             "activation": "act|transfer_function|activation_function|nonlinearity"}  # fmt: skip
    layers = case.document.get("layers", [])
    old = rng.choice([key for key in names if any(key in layer for layer in layers)] or [""])
    new = rng.choice(names.get(old, "").split("|"))
    named = [{new if key == old else key: layer[key] for key in layer} for layer in layers]
    return case.with_document({**case.document, "layers": named}) if new else None
