"""The JSON Schema of a spec, judged by an independent validator and compared with the reader."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from nncli.errors import SpecError
from nncli.specs.model import (
    ACTIVATIONS,
    INITIALIZERS,
    SCALES,
    Clip,
    InputsSpec,
    LayerSpec,
    NetworkSpec,
    OutputsSpec,
)
from nncli.specs.reader import inspect_spec, read_spec
from nncli.specs.schema import spec_schema

ROOT = Path(__file__).resolve().parents[2]
CONFIGS = sorted((ROOT / "configs").glob("*.yaml"))
VALIDATOR = Draft202012Validator(spec_schema())

Spec = dict[str, Any]

# What may stand alone: all its parameters, if it has some, have defaults.
WITHOUT_PARAMETERS = {
    name
    for name, model in (ACTIVATIONS | INITIALIZERS | SCALES).items()
    if [key for key, field in model.model_fields.items() if field.is_required()] == ["kind"]
}


def obeys_schema(spec: object) -> bool:
    return VALIDATOR.is_valid(spec)


def is_read(spec: object) -> bool:
    """Whether the reader takes a spec, written as JSON: every JSON document is YAML."""
    try:
        inspect_spec(json.dumps(spec).encode(), "spec.yaml").fitting_spec()
    except SpecError:
        return False
    return True


# ---------------------------------------------------------------------------------- the schema


def test_the_schema_is_one_and_says_which_dialect() -> None:
    schema = spec_schema()
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert json.loads(json.dumps(schema)) == schema


def test_the_schema_lists_every_key_for_an_editor_to_complete() -> None:
    schema = spec_schema()
    short = {"layer_sizes", "activations"}
    assert set(schema["properties"]) == short | set(NetworkSpec.model_fields)
    assert set(schema["$defs"]["LayerSpec"]["properties"]) == set(LayerSpec.model_fields)
    for model in (InputsSpec, OutputsSpec, Clip):
        assert set(schema["$defs"][model.__name__]["properties"]) == set(model.model_fields)


@pytest.mark.parametrize(
    ("what", "names"),
    [
        ("activation", set(ACTIVATIONS)),
        ("initializer", set(INITIALIZERS)),
        ("scale", set(SCALES)),
    ],
)
def test_the_schema_lists_every_activation_and_initializer(what: str, names: set[str]) -> None:
    *by_name, by_mapping = spec_schema()["$defs"][what]["anyOf"]
    assert set(by_mapping["properties"]) == names
    # a constant has no value unless one is given, nor has a scale
    enumerated = {name for choice in by_name for name in choice["enum"]}
    assert enumerated == names & WITHOUT_PARAMETERS


def test_every_reference_of_the_schema_leads_somewhere() -> None:
    schema = spec_schema()
    text = json.dumps(schema)
    references = {part.split('"')[0] for part in text.split('"$ref": "')[1:]}
    assert references == {f"#/$defs/{name}" for name in schema["$defs"]}


# ------------------------------------------------------------------------------- real specs


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.name)
def test_every_sample_spec_obeys_the_schema(path: Path) -> None:
    assert [error.message for error in VALIDATOR.iter_errors(yaml.safe_load(path.read_text()))] == (
        []
    )


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.name)
def test_every_sample_spec_but_the_broken_one_is_read(path: Path) -> None:
    if path.stem != "broken":
        read_spec(path.read_bytes(), str(path))
        return
    with pytest.raises(SpecError) as caught:
        read_spec(path.read_bytes(), str(path))
    assert [problem.code for problem in caught.value.problems] == ["N201"]


# ------------------------------------------------------------------------- good and bad specs

SHORT: Spec = {"layer_sizes": [4, 5, 2], "seed": 0}
LONG: Spec = {"seed": 0, "inputs": 2, "layers": [{"neurons": 1}]}


def short(**changes: Any) -> Spec:
    return {**copy.deepcopy(SHORT), **changes}


def long(**changes: Any) -> Spec:
    return {**copy.deepcopy(LONG), **changes}


def layer(**changes: Any) -> Spec:
    """Return a spec of one layer with two inputs and one neuron."""
    return long(layers=[{"neurons": 1, **changes}])


GOOD: dict[str, Spec] = {
    "short": short(),
    "one activation": short(activations="relu"),
    "one with a parameter": short(activations={"leaky_relu": {"negative_slope": 0.2}}),
    "an activation for each": short(activations=["relu", {"gelu": {"approximate": "tanh"}}]),
    "one slope": short(activations={"prelu": {"slopes": 0.25}}),
    "a slope for each neuron": layer(activation={"prelu": {"slopes": [0.25]}}),
    "no parameters given": short(activations={"relu": {}}),
    "long": long(),
    "inputs by size": long(inputs={"size": 2}),
    "inputs by columns": long(inputs={"columns": ["a", "b"]}),
    "inputs by both": long(inputs={"size": 2, "columns": ["a", "b"]}),
    "outputs": long(outputs={"columns": ["left"]}),
    "name": long(name="a name"),
    "float32": long(dtype="float32"),
    "layout": long(layout="neurons_by_inputs"),
    "largest seed": long(seed=4294967295),
    "largest layer": long(layers=[{"neurons": 2**63 - 1}]),
    "init": long(init={"weights": "he_normal", "biases": {"uniform": {"low": 0, "high": 1}}}),
    "init of biases": long(init={"biases": "ones"}),
    "constant": long(init={"weights": {"constant": {"value": -1}}}),
    "whole numbers by name": short(init="whole_numbers"),
    "whole numbers": long(
        init={
            "weights": {"whole_numbers": {"low": -9, "high": 9, "zeros": 0}},
            "biases": {"whole_numbers": {"zeros": 1}},
        }
    ),
    "explicit": layer(weights=[[1], [2.5]], biases=[0]),
    "rows of neurons": layer(weights=[[1, 2.5]], layout="neurons_by_inputs"),
    "weights as a flat list": layer(weights=[1, 2], biases=1),
    "sizes said by weights": {"layers": [{"weights": [[1, 2, 3]]}, {"weights": [1, 2, 3]}]},
    "names of inputs alone": long(inputs=["a", "b"], outputs=["left"]),
    "init of weights by name": long(init="he_normal", layers=[{"neurons": 1, "init": "ones"}]),
    "a weights file": {"weights_file": "m.npz", "inputs": 2, "layers": [{"neurons": 1}]},
    "a weights file for sizes": {"weights_file": "m.npz", "layer_sizes": [2, 1]},
    "arrays of a weights file": {
        "weights_file": "m.safetensors",
        "inputs": 2,
        "layers": [{"neurons": 1, "weights": {"tensor": "w"}, "biases": {"tensor": "b"}}],
    },
    "biases within weights": layer(weights=[[1], [2], [3]], biases={"within_weights": "last"}),
    "clipped and scaled inputs": long(
        inputs={
            "size": 2,
            "clip": {"low": 0, "high": [1, 2.5]},
            "scale": {"standard": {"mean": [12.5, 1], "std": 3}},
        }
    ),
    "inputs scaled to a range": long(
        inputs={"size": 2, "scale": {"min_max": {"min": 0, "max": [1, 255], "to": [-1, 1]}}}
    ),
    "scaled outputs": long(outputs={"scale": {"min_max": {"min": 0, "max": 9}}}),
    "classes": long(layers=[{"neurons": 3}], outputs={"classes": ["a", "b", "c"]}),
    "two classes of a sigmoid": long(
        layers=[{"neurons": 1, "activation": "sigmoid"}],
        outputs={"classes": ["no", "yes"], "threshold": 0.3},
    ),
    "all of a layer": layer(name="x", activation="tanh", init={"weights": "zeros"}),
} | {
    f"activation {name}": short(activations=[name, {name: {}}])
    for name in sorted(set(ACTIVATIONS) & WITHOUT_PARAMETERS)
}

BAD: dict[str, object] = {
    "no mapping": [4, 5, 2],
    "empty": {},
    "null": None,
    "no layers": {"seed": 0, "inputs": 4},
    "no inputs": {"seed": 0, "layers": [{"neurons": 1}]},
    "unknown key": short(activaton="relu"),
    "wrong case": short(Name="x"),
    "unknown key of a layer": layer(activaton="relu"),
    "unknown key of inputs": long(inputs={"size": 2, "colums": ["a", "b"]}),
    "unknown key of outputs": long(outputs={"columns": ["a"], "size": 1}),
    "unknown key of init": long(init={"wights": "zeros"}),
    "both forms": short(layers=[{"neurons": 1}]),
    "sizes and inputs": short(inputs=4),
    "layers and activations": long(activations="relu"),
    "sizes as a number": {"layer_sizes": 4, "seed": 0},
    "no sizes": short(layer_sizes=[]),
    "one size": short(layer_sizes=[4]),
    "size 0": short(layer_sizes=[4, 0]),
    "no inputs at all": short(layer_sizes=[0, 4]),
    "negative size": short(layer_sizes=[4, -3]),
    "broken size": short(layer_sizes=[4, 2.5]),
    "true as a size": short(layer_sizes=[4, True]),
    "text as a size": short(layer_sizes=[4, "2"]),
    "null as a size": short(layer_sizes=[4, None]),
    "list as a size": short(layer_sizes=[4, [2]]),
    "mapping as a size": short(layer_sizes=[4, {"neurons": 2}]),
    "empty mapping as a size": short(layer_sizes=[{}, 2]),
    "too large a size": short(layer_sizes=[4, 2**63]),
    "negative seed": short(seed=-1),
    "too large a seed": short(seed=2**32),
    "broken seed": short(seed=1.5),
    "true as a seed": short(seed=True),
    "text as a seed": short(seed="42"),
    "null as a seed": short(seed=None),
    "number as a name": short(name=12),
    "empty name": short(name=""),
    "unknown dtype": short(dtype="float16"),
    "unknown layout": short(layout="rows"),
    "list as a layout": short(layout=["rows"]),
    "unknown activation": short(activations="sigmod"),
    "no activations": short(activations=[]),
    "null as an activation": short(activations=[None, "relu"]),
    "false as an activation": short(activations=False),
    "two names in one": short(activations={"relu": {}, "tanh": {}}),
    "no name in one": short(activations={}),
    "parameter of none": short(activations={"relu": {"alpha": 1}}),
    "unknown parameter": short(activations={"elu": {"beta": 1}}),
    "kind as a parameter": short(activations={"elu": {"kind": "relu"}}),
    "text as a parameter": short(activations={"elu": {"alpha": "1"}}),
    "null as a parameter": short(activations={"elu": {"alpha": None}}),
    "list of parameters": short(activations={"elu": [1]}),
    "prelu without slopes": short(activations=["prelu", "relu"]),
    "no slopes": short(activations={"prelu": {"slopes": []}}),
    "text in slopes": layer(activation={"prelu": {"slopes": ["a"]}}),
    "mapping as slopes": short(activations={"prelu": {"slopes": {"a": 1}}}),
    "celu that divides by 0": short(activations={"celu": {"alpha": 0}}),
    "unknown approximation": short(activations={"gelu": {"approximate": "tan"}}),
    "unknown name as init": short(init="he_normel"),
    "init without its value": short(init="constant"),
    "unknown initializer": short(init={"weights": "he_normel"}),
    "negative spread": short(init={"weights": {"normal": {"std": -1}}}),
    "whole numbers from a fraction": short(init={"weights": {"whole_numbers": {"low": 0.5}}}),
    "whole numbers that float32 lacks": short(init={"weights": {"whole_numbers": {"high": 2**25}}}),
    "more zeros than all": short(init={"weights": {"whole_numbers": {"zeros": 1.5}}}),
    "constant without a value": short(init={"weights": "constant"}),
    "constant with no value": short(init={"weights": {"constant": {}}}),
    "null as init": short(init={"weights": None}),
    "layers as a number": long(layers=3),
    "no layer in layers": long(layers=[]),
    "number as a layer": long(layers=[3]),
    "null as a layer": long(layers=[None]),
    "layer without neurons": long(layers=[{"name": "x"}]),
    "empty layer name": layer(name=""),
    "null as neurons": layer(neurons=None),
    "inputs without a size": long(inputs={}),
    "inputs as a list of numbers": long(inputs=[2]),
    "no input in a list": long(inputs=[]),
    "inputs that are only scaled": long(inputs={"clip": {"low": 0, "high": 1}}),
    "inputs as text": long(inputs="2"),
    "no input 0": long(inputs=0),
    "empty list of columns": long(inputs={"columns": []}),
    "size and no columns": long(inputs={"size": 2, "columns": []}),
    "empty column name": long(inputs={"columns": ["a", ""]}),
    "number as a column name": long(inputs={"columns": ["a", 1]}),
    "columns as text": long(inputs={"columns": "a"}),
    "outputs as a list of numbers": long(outputs=[1]),
    "no output in a list": long(outputs=[]),
    "outputs without columns": long(outputs={}),
    "empty list of outputs": long(outputs={"columns": []}),
    "text in flat weights": layer(weights=["1", 2]),
    "unknown key of weights": layer(weights={"array": "w"}),
    "number as a tensor": {
        "weights_file": "m.npz",
        "inputs": 1,
        "layers": [{"neurons": 1, "weights": {"tensor": 1}}],
    },
    "two keys of biases": {
        "weights_file": "m.npz",
        "inputs": 1,
        "layers": [{"neurons": 1, "biases": {"tensor": "b", "within_weights": "last"}}],
    },
    "biases within weights, but where": layer(weights=[1, 2, 3], biases={"within_weights": 0}),
    "empty weights file": {"weights_file": "", "inputs": 2, "layers": [{"neurons": 1}]},
    "list of weights files": {"weights_file": ["a"], "inputs": 2, "layers": [{"neurons": 1}]},
    "clip without an end": long(inputs={"size": 2, "clip": {"low": 0}}),
    "text in a clip": long(inputs={"size": 2, "clip": {"low": "a", "high": 1}}),
    "no numbers in a clip": long(inputs={"size": 2, "clip": {"low": [], "high": 1}}),
    "unknown scale": long(inputs={"size": 2, "scale": {"minmax": {"min": 0, "max": 1}}}),
    "scale by name alone": long(inputs={"size": 2, "scale": "standard"}),
    "scale without std": long(inputs={"size": 2, "scale": {"standard": {"mean": 0}}}),
    "scale to one end": long(
        inputs={"size": 2, "scale": {"min_max": {"min": 0, "max": 1, "to": [1]}}}
    ),
    "clip of outputs": long(outputs={"clip": {"low": 0, "high": 1}}),
    "numbers as classes": long(outputs={"classes": [0]}),
    "threshold 1": long(
        layers=[{"neurons": 1, "activation": "sigmoid"}],
        outputs={"classes": ["no", "yes"], "threshold": 1},
    ),
    "no weights": layer(weights=[]),
    "weights without numbers": layer(weights=[[]]),
    "text in weights": layer(weights=[["a"], [1]]),
    "null in weights": layer(weights=[[None], [1]]),
    "true in weights": layer(weights=[[True], [1]]),
    "mapping in weights": layer(weights=[[{"a": 1}], [1]]),
    "weights too deep": layer(weights=[[[1]], [[1]]]),
    "null as weights": layer(weights=None),
    "biases as text": layer(biases="1"),
    "no biases": layer(biases=[]),
    "rows of biases": layer(biases=[[1]]),
    "text in biases": layer(biases=["1"]),
}


@pytest.mark.parametrize("spec", GOOD.values(), ids=GOOD)
def test_a_good_spec_obeys_the_schema_and_is_read(spec: Spec) -> None:
    assert (obeys_schema(spec), is_read(spec)) == (True, True)


@pytest.mark.parametrize("spec", BAD.values(), ids=BAD)
def test_a_bad_spec_is_refused_by_the_schema_and_by_the_reader(spec: object) -> None:
    assert (obeys_schema(spec), is_read(spec)) == (False, False)


@pytest.mark.parametrize("what", ["relu", "elu", "normal", "constant"])
def test_the_schema_and_the_reader_agree_on_a_choice_with_nothing_behind_it(what: str) -> None:
    spec = (
        short(activations={what: None})
        if what in ACTIVATIONS
        else short(init={"weights": {what: None}})
    )
    assert obeys_schema(spec) == is_read(spec)


# What a schema cannot say: how two parts of a spec relate.
RELATIONS: dict[str, Spec] = {
    "no seed to draw from": {"layer_sizes": [4, 5, 2]},
    "activations that are too many": short(activations=["relu", "relu", "relu"]),
    "columns that are too many": long(inputs={"size": 2, "columns": ["a", "b", "c"]}),
    "a column named twice": long(inputs={"columns": ["a", "a"]}),
    "slopes that are too few": short(activations=["relu", {"prelu": {"slopes": [0.25]}}]),
    "bounds the wrong way round": short(activations={"hard_tanh": {"min": 2}}),
    "ragged weights": layer(weights=[[1], [2, 3]]),
    "flat weights for two neurons": long(layers=[{"neurons": 2, "weights": [1, 2]}]),
    "tensor of no file": layer(weights={"tensor": "w"}),
    "init beside a weights file": long(weights_file="m.npz", init="ones"),
    "biases within no weights": layer(biases={"within_weights": "first"}),
    "scale of a softmax": long(
        layers=[{"neurons": 1, "activation": "softmax"}],
        outputs={"scale": {"standard": {"mean": 0, "std": 1}}},
    ),
    "whole numbers from high to low": short(init={"weights": {"whole_numbers": {"low": 3}}}),
    "low above high": long(inputs={"size": 2, "clip": {"low": 1, "high": 0}}),
    "std 0": long(inputs={"size": 2, "scale": {"standard": {"mean": 0, "std": 0}}}),
    "max equal to min": long(inputs={"size": 2, "scale": {"min_max": {"min": 1, "max": 1}}}),
    "means that are too many": long(
        inputs={"size": 2, "scale": {"standard": {"mean": [1, 2, 3], "std": 1}}}
    ),
    "classes of one linear neuron": long(outputs={"classes": ["no", "yes"]}),
    "threshold of several classes": long(
        layers=[{"neurons": 3}], outputs={"classes": ["a", "b", "c"], "threshold": 0.5}
    ),
}


@pytest.mark.parametrize("spec", RELATIONS.values(), ids=RELATIONS)
def test_the_reader_also_refuses_what_a_schema_cannot_say(spec: Spec) -> None:
    assert (obeys_schema(spec), is_read(spec)) == (True, False)


def test_every_key_is_described() -> None:
    def without_words(schema: Any, path: str) -> list[str]:
        if isinstance(schema, list):
            return [each for part in schema for each in without_words(part, path)]
        if not isinstance(schema, dict):
            return []
        found = []
        for key, value in schema.get("properties", {}).items() if "type" in schema else ():
            found += [f"{path}.{key}"] * ("description" not in value)
        for key, value in schema.items():
            found += without_words(value, f"{path}.{key}")
        return found

    assert without_words(spec_schema(), "") == []
    assert "a row per input" in spec_schema()["properties"]["layout"]["description"]
