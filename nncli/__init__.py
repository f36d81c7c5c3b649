r"""nncli: the forward pass of a dense neural network, every shape and number shown.

>>> from nncli import Network
>>> Network.from_yaml_text("layer_sizes: [4, 5, 2]\nseed: 0").layer_sizes
(4, 5, 2)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from nncli.errors import DataError, FileError, NncliError, ShapeError, SpecError
    from nncli.network.dense import Dense, LayerResult
    from nncli.network.network import Network, build_network
    from nncli.network.prediction import Prediction
    from nncli.network.shapes import ShapeTable, shape_table
    from nncli.network.trace import Trace
    from nncli.notebook.explained import Explained, explain
    from nncli.specs.files import load_spec
    from nncli.specs.model import NetworkSpec
    from nncli.specs.reader import read_spec

# Imported on first use: `import nncli` must stay light, for `--help` and completion.
_HOMES = {
    "DataError": "nncli.errors",
    "Dense": "nncli.network.dense",
    "Explained": "nncli.notebook.explained",
    "FileError": "nncli.errors",
    "LayerResult": "nncli.network.dense",
    "Network": "nncli.network.network",
    "NetworkSpec": "nncli.specs.model",
    "NncliError": "nncli.errors",
    "Prediction": "nncli.network.prediction",
    "ShapeError": "nncli.errors",
    "ShapeTable": "nncli.network.shapes",
    "SpecError": "nncli.errors",
    "Trace": "nncli.network.trace",
    "build_network": "nncli.network.network",
    "explain": "nncli.notebook.explained",
    "load_spec": "nncli.specs.files",
    "read_spec": "nncli.specs.reader",
    "shape_table": "nncli.network.shapes",
}

__all__ = [
    "DataError",
    "Dense",
    "Explained",
    "FileError",
    "LayerResult",
    "Network",
    "NetworkSpec",
    "NncliError",
    "Prediction",
    "ShapeError",
    "ShapeTable",
    "SpecError",
    "Trace",
    "__version__",
    "build_network",
    "explain",
    "load_spec",
    "read_spec",
    "shape_table",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
