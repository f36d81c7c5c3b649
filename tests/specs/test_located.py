"""Echoes are dropped, and of many faults the first hundred are told."""

from __future__ import annotations

from importlib.metadata import version

import pytest

from nncli.specs.faults import MAX_PROBLEMS, Fault
from nncli.specs.keys import may_hold
from nncli.specs.located import located
from nncli.specs.reader import examine_spec
from nncli.specs.yaml_source import YamlSource, read_yaml

PYYAML = tuple(map(int, version("PyYAML").split(".")))


def source(text: str) -> YamlSource:
    return read_yaml(text.encode(), "net.yaml")


def codes(text: str) -> list[str]:
    found = examine_spec(text.encode(), "net.yaml").found
    return [problem.code for problem in found.problems]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # the key that is missing is the misspelt one, the merged one, or lacks its space
        ("inputs: 1\nlayers: [{neuron: 2}]\nseed: 0\n", ["N101"]),
        ("inputs: 1\nlayers: [{<<: {neurons: 2}}]\nseed: 0\n", ["N103"]),
        ("inputs: 1\nlayers: [{neurons:2}]\nseed: 0\n", ["N100"]),
        ("layer_size: [1, 2]\nseed: 0\n", ["N101"]),
        # what another program's key says: sizes, weights, a seed, the layers
        ("inputs: 1\nlayers: [{units: 2}]\nseed: 0\n", ["N101"]),
        ("layers: [{kernel: [[1]]}]\n", ["N101"]),
        ("layer_sizes: [1, 2]\nrandom_state: 0\n", ["N101"]),
        ("topology: [1, 2]\nactivations: [relu]\n", ["N101"]),
        ("inputs: {columnd: [a]}\nlayers: [{neurons: 1}]\nseed: 0\n", ["N101"]),
        # sizes that do not fit may do so with what it says
        ("inputs: 2\nlayuot: x\nlayers: [{weights: [[1, 2, 3]]}]\n", ["N101"]),
        # what is spelled like another key is that one
        ("inputs: 1\nlayers: [{nmae: a}]\nseed: 0\n", ["N106", "N101"]),
        # what has a tag is not looked at
        ("layer_sizes: [1, !!str x]\nseed: 0\n", ["N103"]),
        # faulty sizes bring neither inputs nor layers, faulty weights are not drawn
        ("layer_sizes: 4\nseed: 0\n", ["N105"]),
        ("inputs: 1\nlayers: [{neurons: 1, weights: [[x]]}]\n", ["N302"]),
        # one activation is every layer's, and is told of once
        ("layer_sizes: [1, 2, 3, 4]\nactivations: rleu\nseed: 0\n", ["N107"]),
        # what is no echo is told
        ("inputs: 1\nlayers: [{name: a}]\nseed: 0\n", ["N106"]),
    ],
)
def test_what_follows_only_from_another_fault_is_not_told(text: str, expected: list[str]) -> None:
    assert codes(text) == expected


def test_faults_are_told_in_the_order_of_the_file_and_counted_beyond_a_hundred() -> None:
    text = source("\n".join(f"k{number}: 0" for number in range(150)))
    faults = [
        Fault("N101", "m", path=(f"k{number}",), of_key=True) for number in range(149, -1, -1)
    ]
    found = located(faults, text)
    assert MAX_PROBLEMS == len(found.problems) == len(found.faults) == 100
    assert found.more == 50
    lines = [problem.place.line for problem in found.problems if problem.place is not None]
    assert lines == list(range(51, 151))


def test_a_fault_without_words_is_only_counted() -> None:
    found = located([Fault("N101", "", path=("a",))], source("a: 1"))
    assert (found.problems, found.more) == ((), 1)


def test_what_unknown_keys_mean_need_not_be_asked_of_each() -> None:
    text = source("layers: [{nmae: 1}, {neurons: 1}]")
    assert not may_hold(text, ("layers", 0, "weights"))
    assert may_hold(text, ("layers", 0, "weights"), exact=False)
    assert not may_hold(text, ("layers", 1, "weights"), exact=False)


def test_a_layer_in_another_form_is_shown_how_one_is_written() -> None:
    [problem] = examine_spec(
        b"inputs: 1\nlayers: [[5, relu]]\nseed: 0\n", "net.yaml"
    ).found.problems
    assert problem.message == "`layers[1]` is a mapping, got a list"
    assert problem.help == ("write a layer with its keys: `{neurons: 3, activation: relu}`",)


@pytest.mark.skipif(PYYAML < (6, 0, 4), reason="a lone ? in brackets is YAML since PyYAML 6.0.4")
def test_a_lone_question_mark_is_no_number() -> None:
    text = b"inputs: 1\nlayers: [{weights: [[?]]}]\n"
    [problem] = examine_spec(text, "net.yaml").found.problems
    assert (problem.message, problem.help) == ("expected a number, got `?`", ("write a number",))
