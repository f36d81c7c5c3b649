"""Layers that do not fit: which changes are offered for them, and in which order."""

from __future__ import annotations

import pytest

from nncli.doctor.spec import changes_of_inputs, treat_spec
from nncli.doctor.spec_edits import edited
from nncli.problems import Edit, Problem
from nncli.specs.reader import SpecReading, examine_spec, inspect_spec

SAME_CAUSE = ("the first change above mends this, too",)


def reading(text: str) -> SpecReading:
    return inspect_spec(text.encode(), "net.yaml")


def treated(text: str, features: int | None = None) -> tuple[Problem, ...]:
    return treat_spec(examine_spec(text.encode(), "net.yaml"), features=features).problems


def codes(problems: tuple[Problem, ...]) -> list[tuple[str, int | None]]:
    return [(p.code, p.place.line if p.place else None) for p in problems]


def offered(problem: Problem) -> list[tuple[int, str]]:
    """Return each change as the line that it is made in, and what a screen shows of it."""
    return [(e.line, e.summary) for s in problem.suggestions for e in s.edits]


def with_lines(text: str, *edits: Edit) -> str:
    """Make edits that stand on one line each."""
    lines = text.split("\n")
    for edit in edits:
        assert edit.line == edit.end_line
        line = lines[edit.line - 1]
        lines[edit.line - 1] = line[: edit.column - 1] + edit.text + line[edit.end_column - 1 :]
    return "\n".join(lines)


# ---- one clash: what is offered, the likeliest first ---------------------------------------------

CASES = {
    # (3, 2) where (2, 3) is wanted, behind a square matrix that fits either way round: nobody can
    # see whether that is turned, too
    "one turned, one square": (
        """\
inputs: 2
layers:
  - neurons: 2
    weights: [[1, 2], [3, 4]]
  - neurons: 3
    weights: [[1, 2], [3, 4], [5, 6]]
""",
        ("N201", 6),
        [(6, "layout: neurons_by_inputs"), (2, "layout: neurons_by_inputs")],
    ),
    # 4 neurons would suit the biases, but not the next layer's weights
    "the next layer speaks for the neurons": (
        """\
inputs: 2
layers:
  - neurons: 3
    biases: [1, 2, 3, 4]
  - neurons: 1
    weights: [[1], [2], [3]]
seed: 0
""",
        ("N203", 4),
        [(4, "biases: [1, 2, 3]")],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_the_changes_that_mend_a_clash_are_offered_the_likeliest_first(name: str) -> None:
    text, clash, expected = CASES[name]
    problems = treated(text)
    assert codes(problems) == [clash]
    assert offered(problems[0]) == expected


@pytest.mark.parametrize("name", CASES)
def test_each_change_that_is_offered_leaves_no_clash(name: str) -> None:
    text, _, _ = CASES[name]
    for suggestion in treated(text)[0].suggestions:
        assert reading(with_lines(text, *suggestion.edits)).misfits == ()


# ---- several clashes -----------------------------------------------------------------------------


def test_a_change_that_makes_a_new_clash_is_not_offered() -> None:
    # 5 neurons would suit layer 2, but layer 1 has weights for 3; (5, 1) turned is (1, 5)
    text = """\
inputs: 1
layers:
  - neurons: 3
    weights: [[1, 2, 3]]
  - neurons: 1
    weights: [[1], [2], [3], [4], [5]]
"""
    [problem] = treated(text)
    assert (problem.code, problem.suggestions) == ("N201", ())
    # what is left to do: other weights
    assert any("3 rows, not 5" in advice for advice in problem.help)


def test_weights_to_be_written_anew_are_counted_in_the_layers_own_layout() -> None:
    text = """\
inputs: 1
layers:
  - neurons: 3
    weights: [[1, 2, 3]]
  - neurons: 2
    layout: neurons_by_inputs
    weights: [[1, 2, 3, 4], [5, 6, 7, 8]]
"""
    [problem] = treated(text)
    assert any("3 numbers in each row, not 4" in advice for advice in problem.help)


def test_a_size_that_two_clashes_speak_of_is_changed_once() -> None:
    # 5 biases, and 5 inputs of the next layer: it is `neurons` that is wrong
    text = """\
inputs: 2
layers:
  - neurons: 3
    biases: [1, 2, 3, 4, 5]
  - neurons: 1
    weights: [[1], [2], [3], [4], [5]]
seed: 0
"""
    first, second = treated(text)
    assert [codes((first, second)), offered(first)] == [
        [("N203", 4), ("N201", 6)],
        [(3, "neurons: 5")],
    ]
    assert (second.help, second.suggestions) == (SAME_CAUSE, ())


def test_advice_for_a_clash_follows_from_the_changes_above_it() -> None:
    # 5 biases and 4 inputs of the next layer: no size suits both
    text = """\
inputs: 2
layers:
  - neurons: 3
    biases: [1, 2, 3, 4, 5]
  - neurons: 1
    weights: [[1], [2], [3], [4]]
seed: 0
"""
    first, second = treated(text)
    assert offered(first) == [(3, "neurons: 5"), (4, "biases: [1, 2, 3]")]
    assert (second.code, second.suggestions) == ("N201", ())
    # once layer 1 has 5 neurons
    assert any("5 rows, not 4" in advice for advice in second.help)


def test_of_changes_that_mend_a_part_the_one_that_leaves_least_comes_first() -> None:
    # nothing mends all three: 4 neurons suit the biases and the weights behind, 2 biases neither
    text = """\
inputs: 2
layers:
  - neurons: 2
    biases: [1, 2, 3, 4]
  - neurons: 1
    weights: [[1], [2], [3], [4]]
  - neurons: 1
    weights: [[1], [2]]
seed: 0
"""
    problems = treated(text)
    assert codes(problems) == [("N203", 4), ("N201", 6), ("N201", 8)]
    assert offered(problems[0]) == [(3, "neurons: 4"), (4, "biases: [1, 2]")]
    assert problems[1].help == SAME_CAUSE


def test_a_value_that_an_alias_repeats_is_not_edited() -> None:
    # to change `neurons` at its anchor would change layer 2 as well
    text = """\
inputs: 2
layers:
  - neurons: &size 3
    biases: [1, 2, 3, 4]
  - neurons: *size
seed: 0
"""
    [problem] = treated(text)
    edits = [[edit.summary for edit in s.edits] for s in problem.suggestions]
    assert edits == [["biases: [1, 2, 3]"]]


def test_layouts_that_each_layer_has_are_edited_together() -> None:
    text = """\
inputs: 2
layers:
  - neurons: 3
    layout: inputs_by_neurons
    weights: [[1, 2], [3, 4], [5, 6]]
  - neurons: 2
    layout: inputs_by_neurons
    weights: [[1, 2, 3], [4, 5, 6]]
"""
    first, second = treated(text)
    [suggestion] = first.suggestions
    assert [edit.line for edit in suggestion.edits] == [4, 7]
    assert reading(with_lines(text, *suggestion.edits)).misfits == ()
    assert (second.help, second.suggestions) == (SAME_CAUSE, ())


def test_edits_that_go_together_are_made_first_to_last() -> None:
    # layer 1 fits either way round, layer 2 clashes
    text = """\
inputs: 2
layers:
  - neurons: 2
    layout: inputs_by_neurons
    weights: [[1, 2], [3, 4]]
  - neurons: 3
    layout: inputs_by_neurons
    weights: [[1, 2], [3, 4], [5, 6]]
"""
    [problem] = treated(text)
    assert [[edit.line for edit in s.edits] for s in problem.suggestions] == [[7], [4, 7]]


def test_of_layouts_that_are_shared_none_is_edited() -> None:
    text = """\
inputs: 2
layers:
  - neurons: 3
    layout: &layout inputs_by_neurons
    weights: [[1, 2], [3, 4], [5, 6]]
  - neurons: 2
    layout: *layout
    weights: [[1, 2, 3], [4, 5, 6]]
"""
    assert [problem.suggestions for problem in treated(text)] == [(), ()]


@pytest.mark.parametrize(
    ("key", "sizes", "one", "other"),
    [
        ("biases", (1, 3), "[1, 2, 3]", "[4]"),
        ("weights", (3, 1), "[[1], [2], [3]]", "[[1, 2, 3], [4, 5, 6]]"),
    ],
)
def test_values_of_two_layers_that_were_exchanged_are_swapped(
    key: str, sizes: tuple[int, int], one: str, other: str
) -> None:
    def written(first: str, second: str) -> str:
        layers = zip(sizes, (first, second), strict=True)
        rows = [f"  - neurons: {neurons}\n    {key}: {value}\n" for neurons, value in layers]
        return f"inputs: 2\nlayers:\n{''.join(rows)}seed: 0\n"

    suggestion = treated(written(one, other))[0].suggestions[0]
    assert suggestion.words == f"swap the {key} of layers 1 and 2, if they were exchanged"
    assert with_lines(written(one, other), *suggestion.edits) == written(other, one)


def test_lists_of_dashes_are_swapped_as_lists_in_brackets() -> None:
    text = """\
inputs: 2
layers:
  - neurons: 3
    weights:
      - [1]
      - - 2
      - [3]
  - neurons: 1
    weights: [[1, 2, 3], [4, 5, 6]]
"""
    [suggestion] = treated(text)[0].suggestions
    assert [e.text.strip() for e in suggestion.edits] == [
        "[[1, 2, 3], [4, 5, 6]]",
        "[[1], [2], [3]]",
    ]
    assert reading(edited(text, suggestion.edits)).misfits == ()


@pytest.mark.parametrize("dash", ["  - ", "- "])
def test_a_layer_that_was_pasted_twice_is_left_out(dash: str) -> None:
    copy = "{neurons: 3, biases: [1, 2, 3], weights: [[1, 1, 1], [2, 2, 2]]}"
    last = f"{dash}{{neurons: 1, weights: [[1], [2], [3]]}}\n"
    text = f"inputs: 2\nlayers:\n{dash}{copy}\n{dash}{copy}\n{last}"
    [suggestion] = treated(text)[0].suggestions
    assert suggestion.words == "leave layer 2 out, if it was pasted twice"
    assert edited(text, suggestion.edits) == f"inputs: 2\nlayers:\n{dash}{copy}\n{last}"


def with_one_change(text: str) -> tuple[str, str]:
    """Return what the first suggestion says, and the spec after it, in which nothing clashes."""
    first, *others = treated(text)
    assert {problem.help for problem in others} <= {SAME_CAUSE}
    suggestion = first.suggestions[0]
    after = edited(text, suggestion.edits)
    assert reading(after).misfits == ()
    return suggestion.words, after


def test_sizes_that_all_are_wrong_are_written_as_the_weights_say() -> None:
    # each layer says its inputs instead of its neurons
    text = """\
inputs: 2
layers:
  - {neurons: 2, weights: [[1, 2, 3], [4, 5, 6]], biases: [1, 2, 3]}
  - {neurons: 3, weights: [[1], [2], [3]], biases: [1]}
"""
    words, after = with_one_change(text)
    assert words == "let layer 1 have 3 neurons and let layer 2 have 1 neuron"
    assert after == text.replace("neurons: 3", "neurons: 1").replace("neurons: 2", "neurons: 3")


def test_the_width_of_the_data_decides_between_changes() -> None:
    # (3, 2) turned is (2, 3), and fits as well; but the data has three columns
    text = "inputs: 2\nlayers:\n  - {neurons: 3, weights: [[1, 2], [3, 4], [5, 6]]}\n"
    assert [s.words[:4] for s in treated(text)[0].suggestions] == ["read"]
    [problem] = treated(text, 3)
    assert offered(problem) == [(1, "inputs: 3"), (3, "neurons: 2")]


# ---- column names, which speak of sizes as well --------------------------------------------------


def test_a_size_that_the_outputs_names_contradict_is_not_offered() -> None:
    text = """\
inputs: 2
layers:
  - neurons: 3
    biases: [1, 2, 3, 4]
seed: 0
outputs: {columns: [p, q, r]}
"""
    [problem] = treated(text)
    assert offered(problem) == [(4, "biases: [1, 2, 3]")]


def test_a_size_that_the_inputs_names_contradict_is_not_offered() -> None:
    text = """\
inputs: {size: 3, columns: [a, b, c]}
layers:
  - neurons: 2
    weights: [[1, 2], [3, 4]]
"""
    [problem] = treated(text)
    assert problem.suggestions == ()


def test_neurons_that_their_slopes_contradict_are_not_offered() -> None:
    text = """\
inputs: 2
layers:
  - {neurons: 2, activation: {prelu: {slopes: [0.1, 0.2]}}}
  - {neurons: 1, weights: [[1], [2], [3]]}
seed: 0
"""
    [problem] = treated(text)
    assert offered(problem) == []
    [problem] = treated(text.replace("[0.1, 0.2]", "0.1"))
    assert offered(problem) == [(3, "neurons: 3")]


# ---- the width of the data -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # drawn weights take any number
        ("inputs: 2\nlayers: [{neurons: 3}]\nseed: 0\n", ["inputs: 5"]),
        ("layer_sizes: [2, 3]\nseed: 0\n", ["layer_sizes: [5, 2, 3]", "layer_sizes: [5, 3]"]),
        # a number that is nearly that of the columns is a slip of its own
        ("layer_sizes: [4, 3]\nseed: 0\n", ["layer_sizes: [5, 3]", "layer_sizes: [5, 4, 3]"]),
        # activations that are as many as the layers say that the first size is of the inputs
        ("layer_sizes: [2, 3]\nactivations: [relu]\nseed: 0\n", ["layer_sizes: [5, 3]"]),
        # explicit ones only their own
        ("inputs: 2\nlayers:\n  - neurons: 1\n    weights: [[1], [2]]\n", []),
        (
            "inputs: 2\nlayers:\n  - neurons: 1\n    weights: [[1], [2], [3], [4], [5]]\n",
            ["inputs: 5"],
        ),
        # another layer would still not fit
        ("inputs: 2\nlayers:\n  - {neurons: 1, biases: [1, 2]}\nseed: 0\n", []),
        # two numbers for two columns do not clip five
        (
            "inputs: {size: 2, clip: {low: [0, 1], high: 9}}\nlayers: [{neurons: 3}]\nseed: 0\n",
            [],
        ),
        # the inputs are also layer 1's neurons
        ("inputs: &n 2\nlayers: [{neurons: *n}]\nseed: 0\n", []),
    ],
)
def test_the_inputs_follow_the_data_if_all_layers_then_fit(text: str, expected: list[str]) -> None:
    changes = changes_of_inputs(reading(text), 5)
    assert [edit.summary for change in changes for edit in change.edits] == expected


# ---- how much is tried ---------------------------------------------------------------------------


@pytest.mark.parametrize(("clashes", "are_tried"), [(1, True), (60, False)])
def test_of_many_clashes_the_last_ones_are_told_without_a_change(
    clashes: int, are_tried: bool
) -> None:
    wrong = "  - {neurons: 2, biases: [1]}\n" * clashes
    sound = "  - {neurons: 2}\n" * (60 - clashes)
    problems = treated(f"inputs: 2\nlayers:\n{wrong}{sound}seed: 0\n")
    assert len(problems) == clashes
    assert problems[0].suggestions
    assert bool(problems[-1].suggestions) is are_tried
    assert are_tried or "no change that was tried" in problems[-1].help[0]


@pytest.mark.parametrize("inputs", [2_000, 90_000])
def test_the_likeliest_change_is_tried_however_long_the_spec_takes_to_read(inputs: int) -> None:
    row = ", ".join(["1"] * inputs)
    text = f"inputs: {inputs}\nlayers: [{{neurons: 1, weights: [[{row}]]}}]\n"
    [problem] = treated(text)
    assert "they look transposed" in problem.message
    assert offered(problem)[0] == (2, "layout: neurons_by_inputs")


def test_neurons_that_only_the_weights_say_turn_with_them() -> None:
    text = "inputs: 3\nlayers:\n  - weights: [[1, 0, 1], [0, 1, 1]]\n  - weights: [1, 10]\n"
    first, second = treated(text)
    assert offered(first) == [(3, "layout: neurons_by_inputs")]
    assert (second.suggestions, second.help) == ((), SAME_CAUSE)


def test_a_flat_list_is_not_read_the_other_way_round() -> None:
    [problem] = treated("inputs: 1\nlayers:\n  - weights: [1, 10]\n")
    assert offered(problem) == [(1, "inputs: 2")]


@pytest.mark.parametrize("width", [3, 40_000])
def test_layers_that_are_all_turned_are_turned_together_however_long_the_spec(width: int) -> None:
    rows = [["1"] * width, ["1"] * width]
    first = ", ".join(f"[{', '.join(row)}]" for row in rows)
    layers = f"[{{neurons: 2, weights: [{first}]}}, {{neurons: 1, weights: [[1, 2]]}}]"
    problems = treated(f"inputs: {width}\nlayers: {layers}\n")
    assert [each.words for each in problems[0].suggestions] == [
        "read the weights of all layers as (neurons, inputs)"
    ]
    assert problems[1].help == SAME_CAUSE


def test_what_only_the_user_can_do_takes_no_try_from_a_long_spec() -> None:
    rows = ", ".join(["[1]"] * 30_000)
    [problem] = treated(f"inputs: 30001\nlayers: [{{neurons: 1, weights: [{rows}]}}]\n")
    assert offered(problem) == [(1, "inputs: 30000")]


def test_a_flat_list_that_is_to_be_cut_into_rows_says_in_which_order_it_is_read() -> None:
    text = "inputs: 2\nlayers:\n  - {neurons: 3, weights: [1, 2, 3, 4, 5, 6]}\n"
    [problem] = treated(text)
    assert [each.words for each in problem.suggestions] == [
        "write it in 2 rows of 3, if it is row by row"
    ]
