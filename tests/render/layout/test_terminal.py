"""Tables on a terminal: no line wider than the screen, no value cut, what is left out is said."""

from __future__ import annotations

import io
import json
import re

import numpy as np
import numpy.typing as npt
import pytest
from rich.cells import cell_len
from rich.console import Console
from whole_reading import Table, samples_of

from nncli.data.stream import SampleStream
from nncli.network.network import Network
from nncli.network.prediction import class_rule
from nncli.network.shapes import shape_table
from nncli.pipeline.run import ForwardRun, RunPlan, run_forward
from nncli.render.forward import Display, forward_view
from nncli.render.layout.plain import to_plain
from nncli.render.layout.terminal import to_rich
from nncli.render.layout.view import Column, Grid, Line, Span, View, line
from nncli.render.numbers import format_numbers
from nncli.render.shapes import BatchSize, shapes_view
from nncli.specs.reader import inspect_spec

WIDTHS = (40, 60, 80, 140)


def on_terminal(view: View, width: int, *, colour: bool = False) -> str:
    """Return what a terminal of that width gets."""
    stream = io.StringIO()
    console = Console(
        file=stream,
        width=width,
        force_terminal=colour,
        color_system="truecolor" if colour else None,
        highlight=False,
        legacy_windows=False,
    )
    console.print(to_rich(view, width), crop=False)
    return stream.getvalue()


def stream_of(
    values: npt.ArrayLike,
    columns: tuple[str, ...],
    kept: dict[str, tuple[str, ...]],
    source: str = "data.csv",
) -> SampleStream:
    """Return samples that are in memory.  values: (samples, features)."""
    return samples_of(Table(columns, np.array(values, np.float64), kept), source)


def make_run(
    sizes: list[int],
    samples: int,
    *,
    names: list[str] | None = None,
    kept: int = 0,
    scale: object = None,
) -> ForwardRun:
    """Return a run of a seeded network; kept: how many text columns go along."""
    spec = {
        "name": "net",
        "seed": 0,
        "inputs": {"size": sizes[0], **({"scale": scale} if scale else {})},
        "layers": [{"neurons": n, "activation": "tanh"} for n in sizes[1:]],
        "init": {"weights": "glorot_normal"},
    }
    if names is not None:
        spec["outputs"] = {"columns": names}
    network = Network.from_yaml_text(json.dumps(spec))
    values = np.random.RandomState(1).standard_normal((samples, sizes[0])) * 10
    columns = tuple(f"column_{number}" for number in range(1, sizes[0] + 1))
    texts = {f"id {n}": tuple(f"text {n} of {i}" for i in range(samples)) for n in range(kept)}
    return run_forward(network, stream_of(values, columns, texts, "some data.csv"), RunPlan())


def display(run: ForwardRun, **more: int | bool) -> Display:
    return Display(tuple(range(len(run.network.layers) + 1)), **more)  # type: ignore[arg-type]


RUNS = {
    "small": ([4, 3, 2], 3, 0),
    "wide": ([64, 64, 10], 30, 0),
    "with texts": ([3, 8, 8], 12, 2),
    "many layers": ([5, 4, 3, 2, 1], 40, 1),
}


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("weights", [False, True], ids=["", "weights"])
@pytest.mark.parametrize("case", RUNS)
def test_no_line_is_wider_than_the_terminal(case: str, weights: bool, width: int) -> None:
    sizes, samples, kept = RUNS[case]
    run = make_run(sizes, samples, kept=kept)
    view = forward_view(run, display(run, weights=weights), width)
    for text in on_terminal(view, width).splitlines():
        assert cell_len(text) <= width, text


def texts_of(values: npt.NDArray[np.floating]) -> list[str]:
    """Return how the numbers of a table are written, column by column."""
    return [text for column in values.T for text in format_numbers(column)]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("case", RUNS)
def test_no_value_is_ever_cut(case: str, width: int) -> None:
    """Every number on the screen is a number of the run, as it is written in full."""
    sizes, samples, kept = RUNS[case]
    run = make_run(sizes, samples, kept=kept)
    text = on_terminal(forward_view(run, display(run), width), width)
    arrays = [run.shown.batch]
    for result in run.shown.layers:
        arrays += [result.pre_activation, result.output]
    rows = np.arange(samples) if samples <= 10 else np.r_[:5, samples - 5 : samples]
    whole = {text.strip() for values in arrays for text in texts_of(values[rows])}
    statistics = {
        text.strip()
        for name in ("minimum", "mean", "maximum", "std")
        for text in format_numbers([getattr(row, name) for row in run.statistics])
    }
    shown = set(re.findall(r"(?<![\w.])-?\d+\.\d*(?:e[-+]\d+)?", text))
    assert shown
    assert shown <= whole | statistics
    assert not re.search(r"\d…", text)


@pytest.mark.parametrize("width", WIDTHS)
def test_the_first_neuron_is_shown_however_narrow_the_terminal(width: int) -> None:
    run = make_run([2, 50], 3, kept=3)
    text = on_terminal(forward_view(run, display(run), width), width)
    for number in format_numbers(run.shown.layers[-1].output[:, 0]):
        assert number.strip() in text
    assert "of 50 neurons shown; -o FILE for all" in " ".join(text.split())


def test_neurons_that_do_not_fit_are_counted() -> None:
    """In 80 columns 9 of 64; each takes a gap of three and seven digits."""
    run = make_run([2, 64], 3)
    text = on_terminal(forward_view(run, display(run, precision=2), 80), 80)
    said = re.search(r"^ (\d+) of 64 neurons shown; -o FILE for all$", text, re.MULTILINE)
    assert said is not None
    _, heading = (row for row in text.splitlines() if row.startswith(" sample"))
    assert re.findall(r"a (\d+)", heading) == [str(n) for n in range(1, int(said[1]) + 1)]


def test_where_not_every_neuron_fits_z_is_left_out_first() -> None:
    """Of an inner layer as of the last one."""
    run = make_run([2, 64, 64], 3)
    text = on_terminal(forward_view(run, display(run, precision=2), 80), 80)
    _, inner, outer = (row for row in text.splitlines() if row.startswith(" sample"))
    assert ("z 1 " in inner, "z 1 " in outer) == (False, False)
    assert text.count(" z not shown; --format json for all") == 2


def test_a_table_stands_closer_together_before_it_leaves_anything_out() -> None:
    run = make_run([2, 4], 3)
    whole = max(map(len, to_plain(forward_view(run, display(run), None)).splitlines()))
    gaps = 8  # of three blanks each, between the sample's number, four of z and four of a
    text = on_terminal(forward_view(run, display(run), whole - gaps), whole - gaps)
    assert re.search(r"^ sample  +z 1 .* a 4$", text, re.MULTILINE)
    assert "not shown" not in text
    narrower = on_terminal(forward_view(run, display(run), whole - gaps - 1), whole - gaps - 1)
    assert re.search(r"^ sample  +a 1 .* a 4 *$", narrower, re.MULTILINE)
    assert " z not shown; --format json for all" in narrower


def test_the_class_and_its_probability_are_left_out_last() -> None:
    network = Network.from_yaml_text(
        "{layer_sizes: [2, 30], seed: 0, outputs: {classes: ["
        + ", ".join(f"kind {n}" for n in range(30))
        + "]}}"
    )
    plan = RunPlan(rule=class_rule(network.spec))
    run = run_forward(network, stream_of([[1.0, 2.0]], ("a", "b"), {}), plan)
    text = on_terminal(forward_view(run, display(run), 60), 60)
    assert re.search(r"^ sample +kind 0 .* class +probability *$", text, re.MULTILINE)
    assert re.search(r"^ [1-5] of 30 neurons shown; -o FILE for all$", text, re.MULTILINE)


def test_of_an_inner_layer_json_has_the_neurons_that_do_not_fit() -> None:
    run = make_run([2, 64, 1], 3)
    text = on_terminal(forward_view(run, display(run), 80), 80)
    assert "of 64 neurons shown; --format json for all" in text
    assert "-o FILE" not in text


def test_a_long_name_of_an_output_leaves_room_for_the_others() -> None:
    names = ["short", f"one of many alike, number 1{'0' * 90}7"]
    run = make_run([2, 2], 1, names=names)
    text = on_terminal(forward_view(run, display(run), 80), 80)
    assert " short   one of many …00000000007 " in text
    assert " neurons shown" not in text
    assert names[1] in to_plain(forward_view(run, display(run), None))


def test_of_inputs_no_form_of_a_result_has_those_that_do_not_fit() -> None:
    """Neither of those that were read nor of the scaled ones."""
    scale = {"standard": {"mean": 0, "std": 2}}
    run = make_run([30, 1], 2, scale=scale)
    text = on_terminal(forward_view(run, display(run), 80), 80)
    said = r"^ \d of 30 inputs shown; \| less -S for all$"
    assert len(re.findall(said, text, re.MULTILINE)) == 2


def test_inputs_are_shown_as_they_were_read_then_scaled() -> None:
    """(20 − 12.5) / 3.2 = 2.34375 and (1 − 1) / 0.5 = 0."""
    network = Network.from_yaml_text(
        "{inputs: {size: 2, scale: {standard: {mean: [12.5, 1], std: [3.2, 0.5]}}},"
        " layers: [{neurons: 1, weights: [1, 1]}]}"
    )
    run = run_forward(network, stream_of([[20, 1]], ("warm", "wet"), {}), RunPlan())
    blocks = to_plain(forward_view(run, display(run), None)).split("\n\n")
    assert blocks[2:4] == [
        "0 inputs   x, the batch as it was read\n sample   warm   wet\n      1     20     1",
        "inputs.scale   (x - mean) / std\n sample     warm   wet\n      1   2.3438     0",
    ]


def test_inputs_without_names_are_numbered_as_neurons_are() -> None:
    run = make_run([3, 1], 2)
    text = to_plain(forward_view(run, display(run), None))
    assert re.search(r"^ sample +x 1 +x 2 +x 3$", text, re.MULTILINE)


def test_a_wider_terminal_shows_more() -> None:
    run = make_run([2, 64], 3)
    counts = []
    for width in WIDTHS:
        text = on_terminal(forward_view(run, display(run), width), width)
        said = re.search(r"(\d+) of 64 neurons", text)
        assert said is not None
        counts.append(int(said[1]))
    assert counts == sorted(set(counts))


def test_where_everything_fits_nothing_is_said_to_be_left_out() -> None:
    run = make_run([4, 3, 2], 3)
    text = on_terminal(forward_view(run, display(run), 80), 80)
    assert "shown" not in text
    assert "z 3" in text


def test_a_terminal_that_is_wide_enough_shows_what_a_pipe_gets() -> None:
    run = make_run([4, 3, 2], 3, kept=1)
    narrow = on_terminal(forward_view(run, display(run), 120), 120)
    plain = to_plain(forward_view(run, display(run), None))
    assert [row.rstrip() for row in narrow.splitlines()] == plain.splitlines()


def test_a_pipe_gets_every_neuron() -> None:
    run = make_run([2, 64], 3)
    text = to_plain(forward_view(run, display(run), None))
    assert "shown" not in text
    assert "a 64" in text
    for number in texts_of(run.shown.layers[-1].output):
        assert number.strip() in text


# ------------------------------------------------------------------- tables that come in parts


def test_a_layers_table_that_is_too_wide_comes_in_parts() -> None:
    """A total has no shapes, so that it stands in the last part alone."""
    run = make_run([4, 3, 2], 3)
    text = on_terminal(forward_view(run, display(run), 40), 40)
    parts = [[row.rstrip() for row in part.splitlines()] for part in text.split("\n\n")[1:3]]
    assert parts == [
        [
            " # layer   input    weights   biases",
            " 1 layer_1 (3, 4) @ (4, 3)  + (3,)",
            " 2 layer_2 (3, 3) @ (3, 2)  + (2,)",
        ],
        [
            " # layer   activation output parameters",
            " 1 layer_1 tanh       (3, 3)         15",
            " 2 layer_2 tanh       (3, 2)          8",
            "   total                             23",
        ],
    ]


def test_where_shapes_clash_a_narrow_table_reads_as_a_wide_one() -> None:
    text = (
        b"{name: net, layers: [{name: hidden, weights: [[1, 2], [3, 4], [5, 6]]},"
        b" {weights: [[1]]}]}"
    )
    spec = inspect_spec(text, "net.yaml").spec
    shown = on_terminal(shapes_view(shape_table(spec), BatchSize(1)), 60)
    assert [row.rstrip() for row in shown.splitlines()[2:8]] == [
        " #   layer     input    weights   biases   output",
        " 1   hidden    (N, 3) @ (3, 2)  + (2,)   → (N, 2)",
        " 2   layer_2   (N, 2) @ (1, 1)  + (1,)   ✗",
        "",
        " #   layer     parameters   multiply–adds",
        " 1   hidden   3×2 + 2 = 8               6",
    ]


def test_a_narrow_table_says_in_fewer_words_that_weights_are_transposed() -> None:
    text = b"layers: [{weights: [[1, 2, 3], [4, 5, 6]], layout: neurons_by_inputs}]"
    view = shapes_view(shape_table(inspect_spec(text, "net.yaml").spec), BatchSize(1))
    assert "@ (2, 3)ᵀ → (3, 2) +" in on_terminal(view, 80)
    assert "@ (2, 3)ᵀ +" in on_terminal(view, 72)


@pytest.mark.parametrize("width", WIDTHS)
def test_shapes_fit_the_terminal_with_every_derivation(width: int) -> None:
    network = Network.from_yaml_text("{layer_sizes: [400, 300, 2], seed: 0, name: net}")
    view = shapes_view(shape_table(network.spec), BatchSize(1))
    text = on_terminal(view, width)
    assert all(cell_len(row) <= width for row in text.splitlines())
    # 400·300 + 300 and 300·2 + 2
    assert "400×300 + 300 = 120,300" in text
    assert "300×2 + 2 = 602" in text
    assert "120,902" in text


# --------------------------------------------------------------------------- foreign text


MARKUP = "[red]x[/red] [/] [link=https://example.org]y[/link] :smile: [bold"


@pytest.mark.parametrize("colour", [False, True])
def test_markup_in_foreign_text_is_shown_as_it_is(colour: bool) -> None:
    grid = Grid((Column(MARKUP),), ((Span(MARKUP, "accent"),),))
    text = on_terminal([line(MARKUP), grid], 140, colour=colour)
    assert text.count(MARKUP) == 3


def test_control_characters_in_foreign_text_are_escaped() -> None:
    grid = Grid((Column("\x1b[2J"),), ((Span("\x07\u202e"),),))
    text = on_terminal([line("\x9b1m"), grid], 80)
    assert text.split() == [r"\x9b1m", r"\x1b[2J", r"\x07\u202e"]


@pytest.mark.parametrize("name", ["重さ", "❤️ hearts ❤️❤️", "👍🏽", "e\u0301te\u0301", "䷀䷁"])
def test_a_wide_or_composed_name_is_never_cut(name: str) -> None:
    """Terminals and libraries disagree about the width of some; every character must be there."""
    grid = Grid((Column("layer"), Column("parameters", "right")), ((Span(name), Span("15")),))
    text = on_terminal([grid], 60)
    assert name in text
    assert "…" not in text


def test_a_table_as_wide_as_the_terminal_is_not_cut_where_rich_takes_it_for_wider() -> None:
    grid = Grid((Column("layer"), Column("parameters")), ((Span("䷀" * 30), Span("15")),))
    assert cell_len("䷀" * 30) > 30
    assert on_terminal([grid], grid.width()).splitlines()[1].split() == ["䷀" * 30, "15"]


def test_a_long_kept_text_is_cut_on_a_terminal_and_whole_in_a_pipe() -> None:
    network = Network.from_yaml_text("{inputs: 1, layers: [{neurons: 1, weights: [[2]]}]}")
    kept: dict[str, tuple[str, ...]] = {"id": ("x" * 100,)}
    run = run_forward(network, stream_of([[1.0]], ("column_1",), kept), RunPlan())
    narrow = on_terminal(forward_view(run, display(run), 80), 80)
    assert f" {'x' * 12}…{'x' * 11} " in narrow
    assert "x" * 25 not in narrow
    assert "x" * 100 in to_plain(forward_view(run, display(run), None))


# ---------------------------------------------------------------------------------- colours


def test_an_exact_zero_steps_back() -> None:
    network = Network.from_yaml_text("{inputs: 1, layers: [{neurons: 1, weights: [[1]]}]}")
    run = run_forward(network, stream_of([[0.0], [-0.0], [1e-9]], ("x",), {}), RunPlan())
    text = on_terminal(forward_view(run, display(run), 80), 80, colour=True)
    assert re.search("\x1b\\[2m0 *\x1b\\[0m", text)
    assert re.search("\x1b\\[2m-0 *\x1b\\[0m", text)
    assert not re.search("\x1b\\[2m1e-09", text)


def test_the_class_of_a_sample_stands_out() -> None:
    network = Network.from_yaml_text(
        "{inputs: 1, layers: [{neurons: 2, weights: [[0, 2]]}], outputs: {classes: [lo, hi]}}"
    )
    plan = RunPlan(rule=class_rule(network.spec))
    run = run_forward(network, stream_of([[1.0]], ("column_1",), {}), plan)
    text = on_terminal(forward_view(run, display(run), 80), 80, colour=True)
    assert re.search("\x1b\\[1;36mhi *\x1b\\[0m", text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("net   float64   (N, 4) → (N, 3)", ["net   float64", "  (N, 4) → (N, 3)"]),
        (" 3 of 8 neurons shown; -o FILE", [" 3 of 8 neurons", " shown; -o FILE"]),
        ("error: layer 2 takes 5 inputs", ["error: layer 2 takes", "5 inputs"]),
        (" scale   from [min, max] to [0, 1]", [" scale   from [min,", "   max] to [0, 1]"]),
        ("x" * 25, ["x" * 20, "x" * 5]),
    ],
)
def test_a_line_that_is_too_long_is_broken_between_its_parts(
    text: str, expected: list[str]
) -> None:
    """Parts stand three blanks apart; one that is too long itself is broken at its blanks."""
    assert on_terminal([line(text)], 20).splitlines() == expected
    assert on_terminal([line(Span(text[:7], "accent"), text[7:])], 20).splitlines() == expected


# of the second row the first is the largest, too; the third has no class
SCORES = [[1.5, 2.0, -1.0], [3.0, 2.0, 3.0], [1.0, np.nan, 9.0], [0.5, 0.5, 0.75]]


@pytest.mark.parametrize(
    ("activation", "outputs", "largest"),
    [
        ("linear", "classes", {"2", "3", "0.75"}),
        ("softmax", "columns", {"0.6037", "0.4223", "0.391"}),
        ("linear", "columns", set()),  # these may be quantities
        ("sigmoid", "columns", set()),
        ("relu", "classes", set()),
    ],
)
def test_the_largest_of_some_classes_stands_out(
    activation: str, outputs: str, largest: set[str]
) -> None:
    layer = f"{{activation: {activation}, weights: [[1, 0, 0], [0, 1, 0], [0, 0, 1]]}}"
    text = f"{{inputs: 3, layers: [{layer}], outputs: {{{outputs}: [r, g, b]}}}}"
    network = Network.from_yaml_text(text)
    run = run_forward(network, stream_of(SCORES, ("x", "y", "z"), {}), RunPlan())
    shown = on_terminal(forward_view(run, display(run), 80), 80, colour=True)
    _, values = shown.split("1 layer_1\x1b")
    lit = re.findall("\x1b\\[1;36m *([^ ]+) *\x1b", values)
    assert {number.rstrip("0").rstrip(".") for number in lit} == largest
    assert len(lit) == len(largest)


def test_colours_are_there_only_if_asked_for() -> None:
    run = make_run([4, 3, 2], 3)
    view = forward_view(run, display(run), 80)
    assert "\x1b" not in on_terminal(view, 80)
    assert "\x1b[1;36m" in on_terminal(view, 80, colour=True)


def test_colours_change_no_character() -> None:
    run = make_run([4, 3, 2], 3)
    view = forward_view(run, display(run), 80)
    bare = re.sub(r"\x1b\[[0-9;]*m", "", on_terminal(view, 80, colour=True))
    assert bare == on_terminal(view, 80)


def test_what_is_to_be_pasted_is_not_broken() -> None:
    command = "nncli convert weights.safetensors weights.yaml --activations relu,linear"
    assert on_terminal([Line((Span(command),), is_copied=True)], 40) == f"{command}\n"
    assert on_terminal([line(command)], 40).count("\n") == 2
