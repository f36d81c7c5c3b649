"""Names as other libraries and books have them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from random import Random

from slips.intact import Case
from slips.kinds import Kind, respelt


def _functions(ways: str) -> Kind:
    """Ways: for each function its name, a colon and its other names."""
    spellings: dict[str, Sequence[str]] = {}
    for one in ways.split(";"):
        name, others = one.split(":")
        spellings[name.strip()] = others.split("|")
    return respelt(r"(?<![\w.#])", spellings, r"(?![\w:.()])")


# Functions whose parameters differ from nncli's where they are not said are left out.
functions_of_torch = _functions(
    "tanh:nn.Tanh()|torch.tanh|F.tanh;sigmoid:nn.Sigmoid()|torch.sigmoid|nn.Sigmoid;"
    "linear:nn.Identity()|nn.Identity;leaky_relu:nn.LeakyReLU()|F.leaky_relu|nn.LeakyReLU(0.01);"
    "elu:nn.ELU()|F.elu;gelu:nn.GELU()|F.gelu;silu:nn.SiLU()|F.silu;mish:nn.Mish();"
    "softplus:nn.Softplus()|F.softplus;selu:nn.SELU()|F.selu;softsign:nn.Softsign();"
    "log_sigmoid:nn.LogSigmoid()|F.logsigmoid;relu:nn.ReLU()|F.relu|nn.ReLU(inplace=True);"
    "relu6:nn.ReLU6();hard_sigmoid:nn.Hardsigmoid();hard_tanh:nn.Hardtanh()|F.hardtanh;"
    "hard_silu:nn.Hardswish();softmax:nn.Softmax(dim=1)|nn.Softmax(dim=-1)|F.softmax"
)
functions_of_matlab_r_or_a_book = _functions(
    "tanh:tansig|tanhLayer|hyperbolic tangent;sigmoid:logsig|sigmoidLayer|logistic function|expit;"
    "linear:purelin|identity|none|None;relu:poslin|reluLayer|rectifier|rectified linear;"
    "elu:eluLayer;gelu:geluLayer;silu:swishLayer|swish;softplus:softplusLayer;"
    "softmax:softmaxLayer|soft-max;step:heaviside|unit step|unitstep;sign:signum|sgn"
)


def _keys_everywhere(*choices: str) -> Kind:
    """Rename keys in every layer, as whoever is used to other words does."""

    def slip(case: Case, rng: Random) -> Case | None:
        renamed = dict(pair.split("=") for pair in rng.choice(choices).split())
        keys = rf"(?<![\w#])({'|'.join(renamed)})(?=:\s+[\[\d-])"
        spec = re.sub(keys, lambda match: renamed[match[0]], case.text)
        return replace(case, spec=spec) if "layers" in case.document and spec != case.text else None

    return Kind(slip)


units_for_neurons = _keys_everywhere(
    "neurons=units", "neurons=units", "neurons=nodes", "neurons=out_features", "neurons=num_units"
)
keys_for_weights_and_biases = _keys_everywhere(
    *["weights=weight biases=bias"] * 2, "weights=W biases=b", "weights=kernel biases=bias"
)
keys_of_the_network = respelt(
    "^",
    {"layer_sizes": ("sizes", "layer_dims", "dims", "architecture", "topology"),
     "inputs": ("input_dim", "input_size", "in_features", "n_features", "num_inputs"),
     "seed": ("random_state", "random_seed", "rng_seed", "manual_seed")}, r"(?=:\s+[\d\[a-z{])",
)  # fmt: skip
precision_of_a_library = respelt(
    "dtype: ", {"float64": ("double", "torch.float64", "np.float64", "f8", "fp64"),
                "float32": ("single", "torch.float32", "np.float32", "f4", "fp32")},
)  # fmt: skip
