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
    return {"$schema": _DIALECT, **schema, "title": "nncli spec", "$defs": definitions}


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
