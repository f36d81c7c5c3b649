"""Slips of YAML are found by search, named where they are, and mended by the first suggestion."""

from __future__ import annotations

import re

import pytest

from nncli.doctor.edits import edited
from nncli.doctor.spec import treat_spec
from nncli.problems import Problem
from nncli.specs.reader import examine_spec, inspect_spec

SHORT = """\
name: "my net"
layer_sizes: [4, 5, 2]
activations: [relu, linear]
seed: 37  # any
"""
LONG = """\
inputs: {size: 2, columns: [age, 'wind speed']}
layers:
  - neurons: 3
    activation: relu
    weights: [[0.5, -1.25, 2], [1, 0.25, -0.5]]
    biases:
      - 0.5
      - -1
      - 0.25
  - {neurons: 1, activation: tanh, weights: [[1], [-0.5], [2]]}
"""


def first_problem(text: str) -> Problem:
    return treat_spec(examine_spec(text.encode(), "net.yaml")).problems[0]


def numbers(text: str) -> dict[str, object]:
    """Return a network as plain data, without names that decide no number."""
    return inspect_spec(text.encode(), "net.yaml").fitting_spec().model_dump(exclude={"name"})


# what stands there -> what is written instead, and the line that the problem names
SLIPS = [
    (SHORT, "seed: 37", "seed 37", 4),
    (SHORT, "seed: 37", "seed = 37", 4),
    (SHORT, "seed: 37", "seed; 37", 4),
    (SHORT, "seed: 37", "seed:37", 4),
    (SHORT, "seed: 37", "seed: 37,", 4),
    (SHORT, "seed: 37", "seed: \u201c37\u201d", 4),
    (SHORT, "seed: 37", "seed\uff1a37", 4),
    (SHORT, "seed: 37", " seed: 37", 4),
    (SHORT, "# any", "// any", 4),
    (SHORT, "# any", "/* any */", 4),
    (SHORT, "seed: 37", "; my seed\nseed: 37", 4),
    (SHORT, "linear]\nseed", "linear], seed", 3),
    (SHORT, "[4, 5, 2]", "[4, 5, 2", 2),
    (SHORT, "[4, 5, 2]", "4, 5, 2]", 2),
    (SHORT, "[4, 5, 2]", "[4, 5, 2}", 2),
    (SHORT, "[4, 5, 2]", "[4, 5, 2]]", 2),
    (SHORT, "[4, 5, 2]", "[4, 5 2]", 2),
    (SHORT, "[4, 5, 2]", "[4,, 5, 2]", 2),
    (SHORT, '"my net"', '"my net', 1),
    (SHORT, '"my net"', "my: net", 1),
    (SHORT, '"my net"', "@net", 1),
    (SHORT, "seed: 37  # any\n", "seed: 37\nseed: 37\n", 5),
    (LONG, "size: 2", "size 2", 1),
    (LONG, "'wind speed'", "'wind speed", 1),
    (LONG, "activation: relu", " activation: relu", 4),
    (LONG, "    activation: relu", "\tactivation: relu", 4),
    (LONG, "  - neurons: 3", "  -neurons: 3", 3),
    (LONG, "  - neurons: 3", "    neurons: 3", 3),
    (LONG, "- 0.25", "0.25", 9),
    (LONG, "[[0.5, -1.25, 2], [1", "[[0.5, -1.25, 2, [1", 5),
    (LONG, "[[0.5, -1.25, 2], [1", "[[0.5, -1.25, 2] [1", 5),
    (LONG, "-1.25, 2", "- 1.25, 2", 5),
    (LONG, "-1.25, 2", "-1. 25, 2", 5),
    (LONG, "weights: [[1]", "weights:[[1]", 10),
    (LONG, "neurons: 1, ", "neurons: 1 ", 10),
    (LONG, "[2]]}", "[2]]", 10),
]  # fmt: skip


@pytest.mark.parametrize(("text", "old", "new", "line"), SLIPS)
def test_a_slip_is_named_at_its_line_and_mended_by_the_first_suggestion(
    text: str, old: str, new: str, line: int
) -> None:
    assert text.count(old) == 1
    broken = text.replace(old, new)
    problem = first_problem(broken)
    assert problem.place is not None
    assert problem.place.line == line
    assert numbers(edited(broken, problem.suggestions[0].edits)) == numbers(text)


def test_the_same_slip_in_all_lines_is_mended_at_once() -> None:
    for old, new in ((": ", " = "), (": ", ":"), ("]\n", "];\n")):
        broken = SHORT.replace(old, new)
        edits = first_problem(broken).suggestions[0].edits
        assert len({edit.line for edit in edits}) > 1
        assert numbers(edited(broken, edits)) == numbers(SHORT)


LAYERS = """\
inputs: 2
layers:
  - neurons: 3
    activation: relu
    biases: [0.5, -1, 0.25]
  - neurons: 1
    activation: tanh
outputs:
  columns: [y]
seed: 1
"""
# what stands in several lines -> what is written instead in all of them
TOGETHER = [
    (r"(?m)^  - ", "  "),
    (r"(?m)^  - ", "    "),
    (r"(?m)^    (?=[ab])", "  "),
    (r"(?m)^    (?=[ab])", "  - "),
    (r"(?m)^  - (.*)\n    (.*)\n    ", r"   - \1\n     \2\n     "),
    (r"\n(?=.)", "\n  "),
    (r"(?m)^  columns", "columns"),
    (r"(?m)^  columns", "  - columns"),
    (r"(?m)(: \S.*)$", r"\1;"),
]


@pytest.mark.parametrize(("pattern", "new"), TOGETHER)
def test_lines_that_went_wrong_together_are_mended_by_one_suggestion(
    pattern: str, new: str
) -> None:
    broken = re.sub(pattern, new, LAYERS)
    suggestion = first_problem(broken).suggestions[0]
    assert numbers(edited(broken, suggestion.edits)) == numbers(LAYERS)


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        # a dash without its blank, or an item without its dash
        (LONG.replace("- -1\n", "-1\n"), ["- 1", "- -1"]),
        # two sizes, or one number with a blank in it
        ("layer_sizes: [4, 1 5]\nseed: 0\n", ["[4, 1, 5]", "[4, 15]"]),
    ],
)
def test_what_may_mean_two_things_is_offered_as_two_that_say_what_they_assume(
    text: str, readings: list[str]
) -> None:
    suggestions = first_problem(text).suggestions
    assert [any(r in edited(text, s.edits) for r in readings) for s in suggestions] == [True] * 2
    assert all(", if " in suggestion.words for suggestion in suggestions)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("-1.25", "-1]25"),  # a sign instead of the point, or one too many
        ("-1.25", '-1."5'),
        ("[1, 0.25,", "[1, ,"),  # a number is gone, or a comma too many
        ("[[0.5, -1.25, 2], [1, 0.25, -0.5]]", "[ , [1, 0.25, -0.5]]"),
        ("[[1], [-0.5], [2]]", "[2 # [1], [0.5]]"),
    ],
)
def test_where_a_sign_may_stand_for_a_number_its_removal_says_what_it_assumes(
    old: str, new: str
) -> None:
    assert LONG.count(old) == 1
    for suggestion in first_problem(LONG.replace(old, new)).suggestions:
        assert ", if " in suggestion.words


def test_a_key_with_two_values_is_told_with_both_and_none_is_removed() -> None:
    problem = first_problem(SHORT + "seed: 410\n")
    assert "'37'" in problem.message
    assert "'410'" in problem.message
    assert problem.suggestions == ()


def test_a_list_of_one_item_whose_key_stands_twice_is_no_trouble() -> None:
    assert first_problem("units: 1\nunits: [1]\n").code == "N101"


def test_a_slip_beside_another_fault_is_mended_and_the_other_stays() -> None:
    found = treat_spec(examine_spec(f"{SHORT}dtyp: float32,\n".encode(), "net.yaml")).problems
    assert [problem.place.line for problem in found if problem.place] == [5]
    text = SHORT.replace("37", "37,").replace("relu", "foo")
    found = treat_spec(examine_spec(text.encode(), "net.yaml")).problems
    assert sorted(
        problem.place.line for problem in found if problem.place and problem.place.line
    ) == [3, 4]
    assert any("37" in edited(text, s.edits) for p in found for s in p.suggestions)


NO_SPECS = [
    "a: [1, 2",
    "layers:\n- a: b: c\n",
    "seed: @\n  x",
    "{]",
    "- &a",
    "%x\n",
    'a: "\\q"',
    "a:\n - b\n c",
]


@pytest.mark.parametrize("text", NO_SPECS)
def test_what_no_change_mends_is_told_in_plain_words(text: str) -> None:
    problem = first_problem(text)
    for word in ("expected", "token", "scalar", "while", "parsing", "block mapping"):
        assert word not in problem.message.replace("was expected before", "")
