"""Changes of a spec's text are tried, and kept if they work."""

from __future__ import annotations

from unittest.mock import patch

import pytest

from nncli.doctor import spec as doctor
from nncli.errors import SpecError
from nncli.problems import Edit, Problem, Suggestion
from nncli.specs.reader import Overrides, examine_spec, inspect_spec


def treated(content: str | bytes, overrides: Overrides | None = None) -> SpecError:
    raw = content.encode() if isinstance(content, str) else content
    return doctor.treat_spec(examine_spec(raw, "net.yaml", overrides))


def shown(problem: Problem) -> list[tuple[tuple[str, ...], list[str]]]:
    """Return the options of each suggestion, and what a screen shows of its edits."""
    return [(s.options, [edit.summary for edit in s.edits]) for s in problem.suggestions]


def with_proposals(text: str, *proposals: Suggestion) -> SpecError:
    """Treat the only problem of a text with other proposals than the doctor's own."""
    with patch.object(doctor, "proposals", lambda *_: proposals):
        return treated(text)


def edit_of(text: str, words: str, old: str, new: str) -> Suggestion:
    """Return the change of a piece of text that stands on one line."""
    lines = text.split("\n")
    row = next(number for number, line in enumerate(lines) if old in line)
    start = lines[row].index(old)
    edit = Edit("net.yaml", row + 1, start + 1, row + 1, start + len(old) + 1, new, new)
    return Suggestion(words, edits=(edit,))


def test_only_the_proposals_that_work_are_kept_in_their_order() -> None:
    text = "layer_sizes: [1, 2]\nactivations: rleu\nseed: 0\n"
    proposals = [
        edit_of(text, "not a name either", "rleu", "rlue"),
        edit_of(text, "right", "rleu", "relu"),
        edit_of(text, "not YAML", "rleu", "[relu"),
        edit_of(text, "right, too", "rleu", "tanh"),
        edit_of(text, "a new problem", "activations: rleu", "activation: relu"),
    ]
    [problem] = with_proposals(text, *proposals).problems
    assert [s.words for s in problem.suggestions] == ["right", "right, too"]


def test_a_change_that_leaves_no_yaml_is_not_kept() -> None:
    # a list that stands no further right than its key: brackets may not
    text = """\
inputs: 1
layers:
  - biases:
    - - 1
      - 2
    neurons: 2
seed: 0
"""
    [problem] = treated(text).problems
    for suggestion in problem.suggestions:
        for edit in suggestion.edits:
            lines = text.split("\n")
            first, last = lines[edit.line - 1], lines[edit.end_line - 1]
            piece = first[: edit.column - 1] + edit.text + last[edit.end_column - 1 :]
            lines[edit.line - 1 : edit.end_line] = piece.split("\n")
            assert inspect_spec("\n".join(lines).encode(), "net.yaml").misfits == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # 1 input and 3 neurons: only one row fits, not a row for each input
        ("inputs: 1\nlayers:\n  - neurons: 3\n    weights: [1, 2, 3]\n", ["weights: [[1, 2, 3]]"]),
        ("inputs: 3\nlayers:\n  - neurons: 2\n    weights: [1, 2]\n", []),
    ],
)
def test_of_the_ways_to_write_a_flat_list_only_the_fitting_one_is_kept(
    text: str, expected: list[str]
) -> None:
    [problem] = treated(text).problems
    assert [edit.summary for s in problem.suggestions for edit in s.edits] == expected


def test_advice_that_a_change_repeats_is_not_given_twice() -> None:
    [problem] = treated("layer_sizes: [1, 2]\nactivations: rleu\nseed: 0\n").problems
    [suggestion] = problem.suggestions
    assert suggestion.words not in problem.help


def test_beside_a_change_that_leaves_the_spec_whole_stands_no_advice() -> None:
    [problem] = treated("layer_sizes: 2x5x5\nseed: 0\n").problems
    assert [edit.text for edit in problem.suggestions[0].edits] == ["[2, 5, 5]"]
    assert problem.help == ()


def test_of_two_ways_to_write_the_same_network_one_is_offered() -> None:
    [problem] = treated("inputs: {colummns: [a, b]}\nlayers:\n- neurons: 1\nseed: 0\n").problems
    [suggestion] = problem.suggestions
    assert suggestion.words == "did you mean `columns`?"


def test_advice_stays_if_its_change_cannot_be_made() -> None:
    # the text stands once, for two layers: to change it there is not what anchors are for
    text = "layer_sizes: [1, 2, 2]\nactivations: [&a rleu, *a]\nseed: 0\n"
    problem = treated(text).problems[0]
    assert problem.suggestions == ()
    assert any("relu" in advice for advice in problem.help)


def test_what_the_command_line_says_instead_counts() -> None:
    # without --seed, the empty seed would be one problem and the missing one another
    text = "layer_sizes: [1, 2]\nactivations: rleu\n"
    [problem] = treated(text, Overrides(seed=1)).problems
    assert shown(problem) == [((), ["activations: relu"])]


def test_the_changes_of_ten_problems_are_tried_and_one_change_is_offered_once() -> None:
    layers = "".join(f"  - {{neuron: {number}}}\n" for number in range(1, 13))
    first, *others = treated(f"inputs: 1\nlayers:\n{layers}seed: 0\n").problems
    assert first.suggestions
    assert not any(problem.suggestions for problem in others)
    assert {problem.help for problem in others[:9]} == {("the first change above mends this, too",)}
    assert all(any("neurons" in advice for advice in p.help) for p in others[9:])


@pytest.mark.parametrize(("padding", "is_tried"), [(20_000, True), (33_000, False)])
def test_changes_of_a_very_long_spec_are_not_tried(padding: int, is_tried: bool) -> None:
    text = f"layer_sizes: [1, 2]\nactivations: rleu\nseed: 0\n# {'-' * padding}\n"
    [problem] = treated(text).problems
    assert bool(problem.suggestions) is is_tried
    assert problem.help or is_tried  # advice there is in any case


def test_of_a_spec_that_takes_long_to_read_fewer_changes_are_tried() -> None:
    for sizes, tried in ((9999, 6), (2000, 32), (50, 100)):
        text = f"layer_sizes: [{'2, ' * sizes}1]\nactivations: rleu\nseed: 0\n"
        slopes = (f"{{leaky_relu: {{negative_slope: {n}}}}}" for n in range(100))
        edits = [edit_of(text, "right", "rleu", slope) for slope in slopes]
        [problem] = with_proposals(text, *edits).problems
        assert len(problem.suggestions) == tried


def test_a_spec_of_one_key_that_stands_twice_is_told_so() -> None:
    first, second = treated("a: 1\na: 1\n").problems
    assert (first.code, second.code) == ("N102", "N101")


def test_further_problems_that_were_only_counted_stay_counted() -> None:
    assert treated(f"layer_sizes: {[-number for number in range(107)]}\nseed: 0\n").more == 7


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
def test_an_edit_is_tried_on_the_text_of_a_marked_spec(encoding: str) -> None:
    content = "layer_sizes: [2, 1]\nseed: 0\nactivatons: relu\n".encode(encoding)
    [problem] = treated(content).problems
    assert [edit.text for s in problem.suggestions for edit in s.edits] == ["activations"]
