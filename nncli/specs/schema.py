"""The JSON Schema of a spec as people write it, for editors to complete and check.

The long form comes from the models; what the reader writes out before validation (a name for a
mapping, a number for `inputs`, `layer_sizes`) is added here.
"""

from __future__ import annotations

from typing import Any

from nncli.specs.model import ACTIVATIONS, INITIALIZERS, SCALES, NetworkSpec

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def spec_schema() -> dict[str, Any]:
    """Return the JSON Schema that every valid spec obeys."""
    schema = NetworkSpec.model_json_schema()
    definitions: dict[str, Any] = schema.pop("$defs")
    for name in {model.__name__ for model in (ACTIVATIONS | INITIALIZERS | SCALES).values()}:
        definitions.pop(name, None)
    models = {"activation": ACTIVATIONS, "initializer": INITIALIZERS, "scale": SCALES}
    for what, choices in models.items():
        definitions[what] = _choice_schema(choices)
    for owner in (schema, *definitions.values()):
        _forbid_null(owner)
    for owner, key, definition in _CHOICES:
        _refer(definitions[owner], key, definition)
    definitions["LayerSpec"].pop("required")
    definitions["OutputsSpec"]["minProperties"] = 1
    _add_short_forms(schema, definitions)
    described = {"$schema": _DIALECT, **schema, "title": "nncli spec", "$defs": definitions}
    _describe(described, "")
    return described


# What is chosen by name, where: the model, its key, the definition of the choice.
_CHOICES = (
    ("LayerSpec", "activation", "activation"),
    ("InitSpec", "weights", "initializer"),
    ("InitSpec", "biases", "initializer"),
    ("InputsSpec", "scale", "scale"),
    ("OutputsSpec", "scale", "scale"),
)


def _add_short_forms(schema: dict[str, Any], definitions: dict[str, Any]) -> None:
    """Add what the reader writes out before validation, and what may be left out."""
    properties, inputs = schema["properties"], definitions["InputsSpec"]
    size, names = inputs["properties"]["size"], inputs["properties"]["columns"]
    inputs.pop("required")
    properties["inputs"] = {"anyOf": [size, names, {"$ref": "#/$defs/InputsSpec"}]}
    properties["outputs"] = {"anyOf": [names, {"$ref": "#/$defs/OutputsSpec"}]}
    by_name, _ = definitions["initializer"]["anyOf"]
    for owner in (schema, definitions["LayerSpec"]):
        owner["properties"]["init"] = {"anyOf": [by_name, {"$ref": "#/$defs/InitSpec"}]}
    properties["layer_sizes"] = {
        "description": "Short form: the inputs, then the neurons of each layer.",
        "type": "array",
        "items": size,
        "minItems": 2,
    }
    activation = {"$ref": "#/$defs/activation"}
    properties["activations"] = {
        "description": "Short form: one activation for all layers, or one per layer.",
        "anyOf": [activation, {"type": "array", "items": activation, "minItems": 1}],
    }
    schema.pop("required")
    schema["oneOf"] = [
        {
            "required": ["layer_sizes"],
            "not": {"anyOf": [{"required": ["layers"]}, {"required": ["inputs"]}]},
        },
        {
            "required": ["layers"],
            "not": {"required": ["activations"]},
            "anyOf": [{"required": ["weights_file"]}, _SIZES_SAID],
        },
    ]


# Where no weights file says them, sizes are written, or said by the weights of their layer.
_SIZES_SAID: dict[str, Any] = {
    "properties": {
        "layers": {"items": {"anyOf": [{"required": ["neurons"]}, {"required": ["weights"]}]}}
    },
    "anyOf": [
        {"properties": {"layers": {"prefixItems": [{"required": ["weights"]}]}}},
        {
            "required": ["inputs"],
            "properties": {
                "inputs": {
                    "if": {"type": "object"},
                    "then": {"anyOf": [{"required": ["size"]}, {"required": ["columns"]}]},
                }
            },
        },
    ],
}


def _choice_schema(choices: dict[str, Any]) -> dict[str, Any]:
    """Return: a name whose parameters all have defaults, or a mapping of one name to parameters."""
    names, mappings = [], {}
    for name, model in choices.items():
        parameters = model.model_json_schema()
        parameters["properties"].pop("kind")
        required = [key for key in parameters.pop("required") if key != "kind"]
        if required:
            parameters["required"] = required
        else:
            names.append(name)
        mappings[name] = parameters
    return {
        "anyOf": [
            *([{"enum": names}] if names else []),
            {
                "type": "object",
                "properties": mappings,
                "additionalProperties": False,
                "minProperties": 1,
                "maxProperties": 1,
            },
        ]
    }


def _refer(owner: dict[str, Any], key: str, definition: str) -> None:
    description = owner["properties"][key].get("description")
    reference = {"$ref": f"#/$defs/{definition}"}
    owner["properties"][key] = reference | ({"description": description} if description else {})


def _forbid_null(owner: dict[str, Any]) -> None:
    """Remove the null that stands for an absent key in the models: no key may be empty."""
    for value in owner.get("properties", {}).values():
        alternatives = value.get("anyOf", [])
        kept = [choice for choice in alternatives if choice != {"type": "null"}]
        if len(kept) < len(alternatives):
            value.pop("anyOf")
            value.update(kept[0] if len(kept) == 1 else {"anyOf": kept})
        # a default in the models' own form would mislead an editor
        if value.get("default", 0) is None or "$ref" in value:
            value.pop("default", None)


# What an editor shows of a key; where a word means two things, with the owner's definition.
_DESCRIPTIONS = {
    "name": "What the network is called; the file's name unless it is said.",
    "LayerSpec.name": "What the layer is called; layer_1, layer_2, … unless it is said.",
    "dtype": "The type of all numbers: float64, the default, or float32.",
    "layout": "How weights are written: inputs_by_neurons (a row per input, the default) or "
    "neurons_by_inputs (a row per neuron, as PyTorch has it).",
    "seed": "What random weights are drawn from: the same seed draws the same weights everywhere.",
    "init": "How weights and biases that are not written are made: normal with std 0.1, and zeros, "
    "unless it is said.",
    "InitSpec.weights": "How weights are drawn.",
    "InitSpec.biases": "How biases are made; zeros unless it is said.",
    "inputs": "How many inputs the network takes, their names, or a mapping of both and more.",
    "InputsSpec.size": "How many inputs the network takes.",
    "InputsSpec.columns": "The names of the inputs: the columns of the data are found by them.",
    "InputsSpec.clip": "The bounds that inputs are held within before they are scaled.",
    "InputsSpec.scale": "How inputs are scaled before the first layer.",
    "low": "The lower bound.",
    "high": "The upper bound.",
    "layers": "The layers, from the inputs to the outputs.",
    "neurons": "How many neurons the layer has; may be left out where its weights say it.",
    "activation": "What is applied to x @ W + b; linear, which changes nothing, unless it is said.",
    "weights": "The weights, as rows of numbers (see layout), or an array of the weights file.",
    "biases": "A bias for each neuron, one number for all, or an array of the weights file.",
    "tensor": "The name of an array of the weights file.",
    "within_weights": "Whether the biases are the first or the last row of the weights.",
    "outputs": "The names of the outputs, or a mapping of names, classes and a scale.",
    "OutputsSpec.columns": "The names of the outputs, one for each neuron of the last layer.",
    "OutputsSpec.classes": "The names of the classes: one for each output, or two for one sigmoid.",
    "OutputsSpec.threshold": "Above which output of one sigmoid the second class is meant; 0.5.",
    "OutputsSpec.scale": "How the outputs were scaled for the training: it is undone.",
    "weights_file": "A .safetensors or .npz file with the weights, beside this spec.",
    "at_zero": "What the function is at 0 itself.",
    "negative_slope": "The slope below 0; 0.01 unless it is said.",
    "slopes": "The slope below 0: one for all neurons, or one for each.",
    "alpha": "How far the function goes below 0; 1 unless it is said.",
    "approximate": "none, the exact function, or tanh, its approximation.",
    "slope": "The slope of the straight line; 1/6 unless it is said.",
    "offset": "The value at 0; 0.5 unless it is said.",
    "mean": "The mean: of a distribution, or of each column.",
    "std": "The standard deviation: of a distribution, or of each column.",
    "min": "The least value.",
    "max": "The greatest value.",
    "to": "The bounds of the scaled values; [0, 1] unless they are said.",
    "value": "The value that all have.",
}


def _describe(schema: Any, owner: str) -> None:
    """Give every key of a schema its description.  owner: the definition that it is part of."""
    if isinstance(schema, list):
        for each in schema:
            _describe(each, owner)
    if not isinstance(schema, dict):
        return
    # a branch that only says which keys go together has no types
    for key, value in schema.get("properties", {}).items() if "type" in schema else ():
        words = _DESCRIPTIONS.get(f"{owner}.{key}") or _DESCRIPTIONS.get(key)
        if words is not None:
            value.setdefault("description", words)
    for key, value in schema.items():
        if key == "$defs":
            for name, definition in value.items():
                _describe(definition, name)
        elif key == "properties":
            _describe(list(value.values()), owner)
        else:
            _describe(value, owner)
