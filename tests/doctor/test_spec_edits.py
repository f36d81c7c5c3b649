"""Edits of a spec's text: made by hand here, and read again by PyYAML."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from nncli.doctor.spec_edits import SpecEditor, edit_of, edited
from nncli.problems import Edit
from nncli.specs.faults import Path
from nncli.specs.spec_text import Span, SpecText
from nncli.specs.yaml_source import read_yaml


def editor(text: str) -> SpecEditor:
    return SpecEditor(read_yaml(text.encode(), "net.yaml"))


def applied(text: str, edit: Edit | None) -> str:
    """Make an edit by walking through the text to its start and to its end."""
    assert edit is not None, "no edit was possible"
    before, behind = [], []
    line = column = 1
    for offset, character in enumerate(text):
        if (line, column) < (edit.line, edit.column):
            before.append(character)
        if (line, column) >= (edit.end_line, edit.end_column):
            behind.append(character)
        column += 1
        if character == "\n" or (character == "\r" and text[offset + 1 : offset + 2] != "\n"):
            line, column = line + 1, 1
    return "".join([*before, edit.text, *behind])


def read(text: str) -> Any:
    return yaml.safe_load(text)


def test_the_hand_that_makes_edits_knows_lines_and_columns() -> None:
    edit = Edit("net.yaml", 2, 3, 3, 2, "X", "")
    for end in ("\n", "\r\n", "\r"):
        assert applied(f"ab{end}cdef{end}ghi{end}", edit) == f"ab{end}cdXhi{end}"


# ---- one network in many styles ------------------------------------------------------------------

BLOCK = """\
# a network
inputs: 4   # größe
layers:
  - name: größe
    neurons: 3
    biases:
      - 1
      - 2   # the second
      - 3
  - neurons: 2
    biases: [4, 5]  # flow
seed: 0
"""
TIGHT = """\
inputs: 4
layers:
- name: größe
  neurons: 3
  biases:
  - 1
  - 2
  - 3
- neurons: 2
  biases: [4,5]
seed: 0
"""
FLOW = """\
{inputs: 4, layers: [{name: größe, neurons: 3, biases: [1, 2, 3]},
  {neurons: 2, biases: [4,5]}], seed: 0}
"""
ITEMS = """\
---
inputs: 4
layers:
  - {name: 'größe', neurons: 3, biases: [1,
       2,
       3]}   # [9
  - {neurons: 2, biases: [ 4, 5 ]}
seed: 0
"""
NETWORK: dict[str, Any] = {
    "inputs": 4,
    "layers": [
        {"name": "größe", "neurons": 3, "biases": [1, 2, 3]},
        {"neurons": 2, "biases": [4, 5]},
    ],
    "seed": 0,
}
STYLES = {
    f"{name}, {ending}": text.replace("\n", end)
    for name, text in (("block", BLOCK), ("tight", TIGHT), ("flow", FLOW), ("items", ITEMS))
    for ending, end in (("LF", "\n"), ("CRLF", "\r\n"), ("CR", "\r"))
}
in_all_styles = pytest.mark.parametrize("style", STYLES)


def changed(**changes: Any) -> dict[str, Any]:
    """Return the network with other layers' values: layer1_biases=[1], inputs=5, …"""
    network = {**NETWORK, "layers": [dict(layer) for layer in NETWORK["layers"]]}
    for key, value in changes.items():
        layer, _, name = key.rpartition("_")
        owner = network["layers"][int(layer[-1]) - 1] if layer else network
        owner[name] = value
    return network


@in_all_styles
def test_the_styles_are_of_the_same_network(style: str) -> None:
    assert read(STYLES[style]) == NETWORK


@in_all_styles
@pytest.mark.parametrize(
    ("path", "text", "summary", "expected"),
    [
        (("inputs",), "7", "inputs: 7", changed(inputs=7)),
        (("seed",), "12", "seed: 12", changed(seed=12)),
        (("layers", 0, "neurons"), "30", "neurons: 30", changed(layer1_neurons=30)),
        (("layers", 1, "neurons"), "1", "neurons: 1", changed(layer2_neurons=1)),
        (("layers", 0, "name"), "ß", "name: ß", changed(layer1_name="ß")),
        (("layers", 1, "biases"), "[6]", "biases: [6]", changed(layer2_biases=[6])),
        # of a list all is shown: a lone item would not say which
        (("layers", 0, "biases", 1), "9", "biases: [1, 9, 3]", changed(layer1_biases=[1, 9, 3])),
    ],
)
def test_a_value_is_replaced_and_nothing_else(
    style: str, path: Path, text: str, summary: str, expected: dict[str, Any]
) -> None:
    edit = editor(STYLES[style]).replace(path, text)
    assert edit is not None
    assert (edit.file, edit.text, edit.summary) == ("net.yaml", text, summary)
    assert read(applied(STYLES[style], edit)) == expected


@in_all_styles
@pytest.mark.parametrize("length", [1, 2, 3, 5])
def test_a_list_is_cut_or_filled_up_with_zeros(style: str, length: int) -> None:
    for number, biases in ((1, [1, 2, 3]), (2, [4, 5])):
        edit = editor(STYLES[style]).resize(("layers", number - 1, "biases"), length)
        expected = (biases + [0] * length)[:length]
        assert edit is not None
        assert edit.summary == f"biases: {expected}"
        after = read(applied(STYLES[style], edit))
        assert after == changed(**{f"layer{number}_biases": expected})


@in_all_styles
def test_a_key_is_renamed(style: str) -> None:
    text = STYLES[style].replace("biases", "biasses")
    edit = editor(text).replace_key(("layers", 1, "biasses"), "biases")
    assert edit is not None
    assert edit.text == "biases"
    after = read(applied(text, edit))
    assert after["layers"][1] == {"neurons": 2, "biases": [4, 5]}
    assert after["layers"][0] == {"name": "größe", "neurons": 3, "biasses": [1, 2, 3]}


@in_all_styles
@pytest.mark.parametrize(
    ("key", "text", "owner"),
    [
        ("dtype", "float32", ()),
        ("layout", "neurons_by_inputs", ()),
        ("activation", "relu", ("layers", 0)),
        ("activation", "relu", ("layers", 1)),
    ],
)
def test_a_new_key_is_written_in_front_of_the_layers_or_of_all_others(
    style: str, key: str, text: str, owner: Path
) -> None:
    edit = editor(STYLES[style]).write((*owner, key), text)
    assert edit is not None
    assert edit.summary == f"{key}: {text}"
    expected = changed()
    holder: Any = expected
    for step in owner:
        holder = holder[step]
    holder[key] = text
    after = read(applied(STYLES[style], edit))
    assert after == expected
    keys = list(after if not owner else after["layers"][int(owner[1])])
    assert keys.index(key) == (0 if owner else 1)


@pytest.mark.parametrize(
    ("text", "path", "expected"),
    [
        ("layer_sizes: [1, 2]\nseed:\n", ("seed",), "layer_sizes: [1, 2]\nseed: 0\n"),
        ("seed:   # later\nlayer_sizes: [1, 2]\n", ("seed",), None),
        ("{seed: , layer_sizes: [1, 2]}\n", ("seed",), None),
        ("seed:\r\nlayer_sizes: [1, 2]\r\n", ("seed",), "seed: 0\r\nlayer_sizes: [1, 2]\r\n"),
        ('"seed":\nlayer_sizes: [1, 2]\n', ("seed",), None),
        ("seed :\nlayer_sizes: [1, 2]\n", ("seed",), None),
    ],
)
def test_an_empty_key_is_given_a_value(text: str, path: Path, expected: str | None) -> None:
    after = applied(text, editor(text).replace(path, "0"))
    assert read(after) == {"seed": 0, "layer_sizes": [1, 2]}
    assert expected is None or after == expected


@pytest.mark.parametrize("key", ["weights", "biases"])
def test_a_list_that_stands_right_below_its_key_is_replaced(key: str) -> None:
    text = f"layers:\n  - {key}:\n    - [1, 2]\n    neurons: 2\n"
    edit = editor(text).replace(("layers", 0, key), "[[3]]")
    assert read(applied(text, edit))["layers"] == [{key: [[3]], "neurons": 2}]


# ---- what is shared, or not there ----------------------------------------------------------------

SHARED = """\
inputs: &four 4
layers:
  - &layer
    neurons: *four
    biases: &list [1, 2, [3]]
  - *layer
  - neurons: 2
    biases: *list
seed: 0
"""


@pytest.mark.parametrize(
    "path",
    [
        ("inputs",),  # at the anchor
        ("layers", 0, "neurons"),  # at an alias
        ("layers", 0),
        ("layers", 0, "biases", 0),  # within what is shared
        ("layers", 1, "neurons"),
        ("layers", 2, "biases"),
        ("layers", 2, "biases", 1),
    ],
)
def test_what_an_anchor_shares_is_not_edited(path: Path) -> None:
    edit = editor(SHARED)
    assert edit.replace(path, "9") is None
    assert edit.resize(path, 2) is None


def test_keys_of_what_an_anchor_shares_are_not_edited() -> None:
    edit = editor(SHARED)
    assert edit.replace_key(("layers", 1, "neurons"), "neuron") is None
    assert edit.write(("layers", 0, "name"), "a") is None


def test_what_stands_beside_something_shared_is_edited() -> None:
    edit = editor(SHARED)
    after = read(applied(SHARED, edit.replace(("layers", 2, "neurons"), "9")))
    assert [layer["neurons"] for layer in after["layers"]] == [4, 4, 9]
    after = read(applied(SHARED, edit.replace_key(("inputs",), "input")))
    assert list(after) == ["input", "layers", "seed"]
    after = read(applied(SHARED, edit.write(("layers", 2, "name"), "c")))
    assert after["layers"][2]["name"] == "c"


@pytest.mark.parametrize("path", [("dtype",), ("layers", 5), ("layers", 0, "name"), ("seed", 0)])
def test_what_is_not_there_is_not_edited(path: Path) -> None:
    edit = editor("layers:\n  - neurons: 3\nseed: 0\n")
    assert edit.replace(path, "1") is None
    assert edit.replace_key(path, "key") is None
    assert edit.resize(path, 2) is None


def test_a_list_is_not_cut_to_nothing() -> None:
    edit = editor("layers:\n  - biases: [1, 2]\n    name: a\n")
    assert edit.resize(("layers", 0, "biases"), 0) is None
    assert edit.resize(("layers", 0, "name"), 2) is None  # no list


# ---- paths of the long form, where the source is short -------------------------------------------


def test_the_sizes_of_the_short_form_are_replaced_where_they_stand() -> None:
    text = "seed: 0\nlayer_sizes: [4, 5, 2]  # inputs first\nactivations: [relu, tanh]\n"
    edit = editor(text)
    for path, sizes in (
        (("inputs", "size"), [9, 5, 2]),
        (("layers", 0, "neurons"), [4, 9, 2]),
        (("layers", 1, "neurons"), [4, 5, 9]),
    ):
        change = edit.replace(path, "9")
        assert change is not None
        assert change.summary == f"layer_sizes: {sizes}"
        assert read(applied(text, change))["layer_sizes"] == sizes
    after = read(applied(text, edit.replace(("layers", 1, "activation"), "relu")))
    assert after["activations"] == ["relu", "relu"]
    assert edit.source.place(edit.source_path(("layers", 1, "neurons"))).line == 2


@in_all_styles
def test_two_items_stand_in_each_others_place(style: str) -> None:
    text = STYLES[style]
    edits = editor(text).swap(("layers", 0), ("layers", 1))
    layers = NETWORK["layers"]
    assert read(edited(text, edits)) == {**NETWORK, "layers": layers[::-1]}


@in_all_styles
def test_an_item_is_written_in_front_and_neighbours_become_one(style: str) -> None:
    text, path = STYLES[style], ("layers", 0, "biases")
    in_front = editor(text).splice(path, 0, 0, ["7"])
    assert in_front is not None
    assert in_front.summary == "biases: [7, 1, 2, 3]"
    assert read(applied(text, in_front)) == changed(layer1_biases=[7, 1, 2, 3])
    joined = editor(text).splice(path, 1, 3, ["2.3"])
    assert joined is not None
    assert joined.summary == "biases: [1, 2.3]"
    assert read(applied(text, joined)) == changed(layer1_biases=[1, 2.3])


@pytest.mark.parametrize("end", ["\n", "\r\n", ""])
def test_a_key_is_removed_with_its_line(end: str) -> None:
    text = f"seed: 0\noutputs:\n  - a  # one\nname: b{end}"
    for key, left in (("seed", ["outputs", "name"]), ("outputs", ["seed", "name"])):
        assert list(read(applied(text, editor(text).remove_key((key,))))) == left
    assert list(read(applied(text, editor(text).remove_key(("name",))))) == ["seed", "outputs"]
    assert read(
        applied("{seed: 0, name: b}\n", editor("{seed: 0, name: b}\n").remove_key(("name",)))
    ) == {"seed": 0}


def test_of_a_long_list_only_the_item_is_shown() -> None:
    sizes = list(range(1, 14))
    text = f"layer_sizes: {sizes}\nseed: 0\n"
    edit = editor(text).replace(("layers", 0, "neurons"), "99")
    assert edit is not None
    assert edit.summary == "layer_sizes, item 2: 99"
    assert read(applied(text, edit))["layer_sizes"] == [1, 99, *sizes[2:]]


# ---- the text itself -----------------------------------------------------------------------------


def test_a_span_counts_from_0_and_an_edit_from_1() -> None:
    text = SpecText.of("net.yaml", "a: 1\r\nb: größe\rc: 3")
    assert text.lines == ("a: 1", "b: größe", "c: 3")
    edit = edit_of(text, Span(1, 3, 2, 4), "x", "shown")
    assert edit == Edit("net.yaml", 2, 4, 3, 5, "x", "shown")
    assert applied("a: 1\r\nb: größe\rc: 3", edit) == "a: 1\r\nb: x"


@given(
    biases=st.lists(st.sampled_from(["1", "-2.5", "1.5e-3", ".5"]), min_size=1, max_size=6),
    length=st.integers(1, 8),
    style=st.sampled_from(["[{}]", "[ {} ]", "\n    - {}", "\n      - {}"]),
    end=st.sampled_from(["\n", "\r\n"]),
    comment=st.sampled_from(["", "  # ü, [1", " #"]),
)
def test_a_list_of_any_style_becomes_as_long_as_asked(
    biases: list[str], length: int, style: str, end: str, comment: str
) -> None:
    gap = ", " if "[" in style else f"{comment}\n{style[1:-2]}"
    text = f"layers:\n  - biases: {style.format(gap.join(biases))}{comment}\n    name: größe\n"
    text = text.replace("\n", end)
    edit = editor(text).resize(("layers", 0, "biases"), length)
    after = read(applied(text, edit))
    assert after == {
        "layers": [{"biases": (read(f"[{','.join(biases)}]") + [0] * 8)[:length], "name": "größe"}]
    }
