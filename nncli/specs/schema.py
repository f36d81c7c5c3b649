"""The JSON Schema of a spec as people write it, for editors to complete and check.

The long form comes from the models; what the reader writes out before validation (a name for a
mapping, a number for `inputs`, `layer_sizes`) is added here.
"""

from __future__ import annotations

from typing import Any

from nncli.specs.model import ACTIVATIONS, INITIALIZERS, NetworkSpec

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def spec_schema() -> dict[str, Any]:
    """Return the JSON Schema that every valid spec obeys."""
    schema = NetworkSpec.model_json_schema()
    definitions: dict[str, Any] = schema.pop("$defs")
    for name in {model.__name__ for model in (ACTIVATIONS | INITIALIZERS).values()}:
        definitions.pop(name, None)
    models = {"activation": ACTIVATIONS, "initializer": INITIALIZERS}
    for what, choices in models.items():
        definitions[what] = _choice_schema(choices)
    _refer(definitions["LayerSpec"], "activation", "activation")
    for key in ("weights", "biases"):
        _refer(definitions["InitSpec"], key, "initializer")
    for owner in (schema, *definitions.values()):
        _forbid_null(owner)
    definitions["LayerSpec"]["required"] = ["neurons"]
    definitions["OutputsSpec"]["minProperties"] = 1
    inputs = definitions["InputsSpec"]
    size = inputs["properties"]["size"]
    inputs.pop("required")
    inputs["anyOf"] = [{"required": ["size"]}, {"required": ["columns"]}]
    properties = schema["properties"]
    properties["inputs"] = {"anyOf": [size, {"$ref": "#/$defs/InputsSpec"}]}
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
        {"required": ["inputs", "layers"], "not": {"required": ["activations"]}},
    ]
    return {"$schema": _DIALECT, **schema, "title": "nncli spec", "$defs": definitions}


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
            {"enum": names},
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
