"""A comparison of two networks: whole screens, their sentences, and JSON."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import Any

import pytest
from rich.console import Console

from nncli import read_spec
from nncli.evaluation.against import (
    Comparison,
    Difference,
    Flip,
    Flips,
    Furthest,
    LayerDifference,
    LayerPair,
    Nearness,
)
from nncli.render.against import against_blocks, against_object
from nncli.render.layout.markdown import to_markdown
from nncli.render.layout.plain import to_plain
from nncli.render.layout.terminal import to_rich

NOTHING = Difference(None, None, 0, 0)
LAYERS = (
    LayerDifference(
        LayerPair(1, ("hidden", "hidden"), (32, 32)),
        Difference(
            Furthest(1.43e-6, 330, 31, (2.5, 2.50000143)), Furthest(7e-4, 332, 13, (0, 0)), 0, 0
        ),
    ),
    LayerDifference(LayerPair(2, ("middle", "wider"), (16, 20)), None),
    LayerDifference(
        LayerPair(3, ("output", "output"), (3, 3)),
        Difference(
            Furthest(0.25, 1212, 2, (0.5, 0.25)), Furthest(0.75, 7, 3, (0.0625, 0.25)), 14, 31
        ),
    ),
)
FLIPS = Flips(
    count=12,
    helped=7,
    hurt=3,
    first=(
        Flip(7, ("setosa", "virginica"), "setosa"),
        Flip(1212, ("versicolor", ""), "virginica"),
    ),
)
COMPARISON = Comparison(
    samples=1500,
    dtypes=("float64", "float32"),
    nearness=Nearness(1e-5, 1e-5),
    layers=LAYERS,
    outputs=LAYERS[-1].difference or NOTHING,
    neurons=3,
    flips=FLIPS,
)
NAMES = ("iris.yaml", "small.onnx")

AT_100 = """\
iris.yaml against small.onnx   float64 and float32
 #   layer    neurons   beyond   difference          at   relative         at
 1   hidden        32        0     1.43e-06    330 · 31     0.0007   332 · 13
 2   middle     16/20
 3   output         3       31     0.25       1,212 · 2     0.7500      7 · 3
 beyond: apart by more than 1e-05 + 1e-05 · the larger one
 relative: to the larger one   at: sample · neuron

 layer 2 is not compared: its sizes differ
 layer 3 (output) is the first with values beyond that
 outputs differ in 14 of 1,500 samples: 31 of 4,500 values
 12 predictions flip: 7 helped, 3 hurt, 2 wrong in both
 helped: right in iris.yaml, wrong in small.onnx; hurt: the other way round

 sample   iris.yaml    small.onnx   target
      7   setosa       virginica    setosa
  1,212   versicolor   no class     virginica
 10 flips not shown
"""
AT_60 = """\
iris.yaml against small.onnx   float64 and float32
 #   layer    neurons   beyond   difference          at
 1   hidden        32        0     1.43e-06    330 · 31
 2   middle     16/20
 3   output         3       31     0.25       1,212 · 2

 #   layer    relative         at
 1   hidden     0.0007   332 · 13
 3   output     0.7500      7 · 3
 beyond: apart by more than 1e-05 + 1e-05 · the larger one
 relative: to the larger one   at: sample · neuron

 layer 2 is not compared: its sizes differ
 layer 3 (output) is the first with values beyond that
 outputs differ in 14 of 1,500 samples: 31 of 4,500 values
 12 predictions flip: 7 helped, 3 hurt, 2 wrong in both
 helped: right in iris.yaml, wrong in small.onnx; hurt: the
 other way round

 sample   iris.yaml    small.onnx   target
      7   setosa       virginica    setosa
  1,212   versicolor   no class     virginica
 10 flips not shown
"""


def screen(comparison: Comparison, width: int, names: tuple[str, str] = NAMES) -> str:
    console = Console(width=width, color_system=None, force_terminal=False)
    with console.capture() as capture:
        console.print(to_rich(against_blocks(comparison, names), width))
    return "".join(f"{line.rstrip()}\n" for line in capture.get().splitlines())


def sentences(comparison: Comparison, names: tuple[str, str] = NAMES) -> list[str]:
    text = to_plain(against_blocks(comparison, names))
    return [line.strip() for line in text.split("\n\n")[1].splitlines()]


@pytest.mark.parametrize(("width", "golden"), [(100, AT_100), (60, AT_60)])
def test_a_screen(width: int, golden: str) -> None:
    shown = screen(COMPARISON, width)
    assert shown == golden
    assert max(map(len, shown.splitlines())) <= width


def test_where_all_agree_it_is_said() -> None:
    layers = (replace(LAYERS[0], difference=NOTHING), replace(LAYERS[2], difference=NOTHING))
    flips = Flips(0, 0, 0, ())
    found = replace(COMPARISON, layers=layers, outputs=NOTHING, flips=flips)
    assert sentences(found) == [
        "no layer has a value beyond that",
        "the outputs of 1,500 samples agree",
        "no prediction flips",
    ]
    assert screen(found, 100).splitlines()[2].split() == ["1", "hidden", "32", "0", "0", "0"]
    assert len(sentences(replace(found, flips=None))) == 2


def test_a_layer_without_a_name_of_its_own_has_its_number() -> None:
    pair = replace(LAYERS[2].pair, names=("layer_3", "output"))
    layers = (*LAYERS[:2], replace(LAYERS[2], pair=pair))
    assert sentences(replace(COMPARISON, layers=layers))[1] == (
        "layer 3 is the first with values beyond that"
    )


def test_one_of_each_is_told_in_the_singular() -> None:
    one = Difference(LAYERS[0].difference.absolute if LAYERS[0].difference else None, None, 1, 1)
    flips = Flips(1, None, None, (Flip(3, ("a", "b"), None),))
    only = replace(LAYERS[1], pair=LayerPair(1, ("output", "output"), (1, 2)))
    found = replace(COMPARISON, samples=1, neurons=1, layers=(only,), outputs=one, flips=flips)
    assert sentences(found) == [
        "layer 1 is not compared: its sizes differ",
        "outputs differ in 1 of 1 sample: 1 of 1 value",
        "1 prediction flips",
    ]
    assert "target" not in screen(found, 100)


def test_outputs_have_a_row_where_they_are_not_the_last_layers() -> None:
    scaled = Difference(Furthest(20.0, 5, 1, (10.0, 30.0)), None, 1, 2)
    rows = screen(replace(COMPARISON, outputs=scaled), 100).splitlines()
    assert rows[5].split() == ["outputs", "3", "2", "20.00", "5", "·", "1", "0"]


def test_two_types_of_one_file_are_told_apart() -> None:
    lines = screen(COMPARISON, 100, ("a.yaml", "a.yaml")).splitlines()
    assert lines[0] == "a.yaml in float64 against a.yaml in float32"
    assert " sample   float64      float32     target" in lines
    same = screen(replace(COMPARISON, dtypes=("float32",) * 2), 100, ("a.yaml", "a.yaml"))
    assert same.startswith("a.yaml (1) against a.yaml (2)\n")


def test_labels_are_named_beside_their_flips() -> None:
    flips = Flips(1, 1, 0, (Flip(2, ("1", "0"), "1", "red"),))
    lines = screen(replace(COMPARISON, flips=flips), 100).splitlines()
    assert lines[-1].split() == ["2", "red", "1", "0", "1"]
    assert lines[-2].split() == ["sample", "label", "iris.yaml", "small.onnx", "target"]


def test_names_are_shown_inert_in_markdown() -> None:
    text = to_markdown(against_blocks(COMPARISON, ("*a*", "b|c")))
    assert text.startswith("## \\*a\\* against b\\|c\n")


def test_json_holds_all_of_it() -> None:
    second = read_spec(b"layer_sizes: [4, 32, 20, 3]\nseed: 5\ndtype: float32", "small")
    broken = Difference(Furthest(math.inf, 2, 1, (math.nan, 1.0)), None, 1, 1)
    found = against_object(replace(COMPARISON, outputs=broken), second, "small.onnx")
    assert found == json.loads(json.dumps(found, allow_nan=False))
    assert found["source"] == "small.onnx"
    assert found["network"]["layer_sizes"] == [4, 32, 20, 3]
    assert (found["samples"], found["rtol"], found["atol"]) == (1500, 1e-5, 1e-5)
    assert found["first_layer_beyond"] == 3
    nothing: dict[str, Any] = {"absolute": None, "relative": None}
    unknown = {"samples_beyond": None, "values_beyond": None}
    assert found["layers"][1] == {
        "layer": 2,
        "names": ["middle", "wider"],
        "neurons": [16, 20],
        **nothing,
        **unknown,
    }
    assert found["layers"][2]["absolute"] == {
        "difference": 0.25,
        "sample": 1212,
        "neuron": 2,
        "values": [0.5, 0.25],
    }
    largest = {"difference": "inf", "sample": 2, "neuron": 1, "values": ["nan", 1.0]}
    assert found["outputs"] == {
        "absolute": largest,
        "relative": None,
        "samples_beyond": 1,
        "values_beyond": 1,
    }
    flips = found["flips"]
    assert (flips["count"], flips["helped"], flips["hurt"]) == (12, 7, 3)
    assert flips["first"][1] == {
        "sample": 1212,
        "label": None,
        "classes": ["versicolor", None],
        "target": "virginica",
    }
    assert against_object(replace(COMPARISON, flips=None), second, "b")["flips"] is None
