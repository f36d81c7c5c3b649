"""Specs with many problems, and specs made to harm: what a table of inputs cannot show."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from commands import run_limited

ROOT = Path(__file__).resolve().parents[2]

Write = Callable[[str, str | bytes], Path]
RunCli = Callable[..., Any]
# a problem's code, line and column
Located = tuple[str, int | None, int | None]


SHORT = "layer_sizes: [2, 1]\n"
SEEDED = "seed: 0\nlayer_sizes: [2, 1]\n"


def refused_by(cli: RunCli, *arguments: str | Path, file: Path) -> list[Located]:
    """Run a command that refuses a spec; return what it said."""
    done = cli(*arguments)
    assert (done.code, done.out) == (3, "")
    assert "Traceback" not in done.err
    assert "bug in nncli" not in done.err
    assert {told.file for told in done.told} == {str(file)}
    return [(told.code, told.line, told.column) for told in done.told]


def test_all_problems_of_a_spec_are_reported_in_one_run(cli: RunCli, write: Write) -> None:
    path = write(
        "spec.yaml",
        "seed: -1\n"
        "activatons: relu\n"
        "inputs: 0\n"
        "layers:\n"
        "  - {neurons: 2.5, activation: sigmod, seed: 1}\n"
        "  - {neurons: 2, weights: [[1, x], [.inf, 2]]}\n"
        "  - {neurons: 2, biases: [1]}\n"
        "outputs: {columns: [a, a]}\n"
        "seed: 3\n",
    )
    expected = [
        ("N107", 1, 7),
        ("N101", 2, 1),
        ("N107", 3, 9),
        ("N105", 5, 15),
        ("N107", 5, 32),
        ("N101", 5, 40),
        ("N302", 6, 32),
        ("N303", 6, 37),
        ("N203", 7, 26),
        ("N107", 8, 24),
        ("N102", 9, 1),
    ]
    assert refused_by(cli, "shapes", path, file=path) == expected
    assert refused_by(cli, "forward", path, "missing.csv", file=path) == expected


def test_of_very_many_problems_the_first_are_shown_and_all_are_counted(
    cli: RunCli, write: Write
) -> None:
    sizes = ", ".join(["x"] * 1000)
    path = write("spec.yaml", f"seed: 0\nlayer_sizes: [{sizes}]\n")
    done = cli("shapes", path)
    assert done.code == 3
    shown = done.told
    assert [told.column for told in shown] == [15 + 3 * index for index in range(len(shown))]
    more = re.search(r"and (\d[\d,]*) more problem", done.err)
    assert more is not None
    assert len(shown) + int(more[1].replace(",", "")) == 1000


def test_a_layer_that_does_not_fit_is_explained_by_the_sample_spec(cli: RunCli) -> None:
    forward = cli("forward", "configs/broken.yaml", "sample_data/layer_objects.csv")
    shapes = cli("shapes", "configs/broken.yaml")
    assert (forward.code, forward.out, shapes.code) == (3, "", 3)
    # what `shapes` shows as its result is a remark of `forward`, which has none
    assert forward.err == shapes.out + shapes.err
    head, *rest = shapes.err.splitlines()
    assert head == (
        "configs/broken.yaml:12:14: error[N201]: layer 2 takes 5 inputs, but layer 1 has 3 neurons"
    )
    assert rest[0].startswith("  12 |     weights: [[0.1, -0.14], [0.5, 0.2]")
    assert rest[1] == "     |              ^"
    assert rest[2].startswith("help: ")


def test_a_layer_of_a_thousand_million_neurons_is_explained_by_shapes(
    cli: RunCli, write: Write
) -> None:
    """`forward` would have to build it, and refuses."""
    path = write("spec.yaml", "seed: 0\nlayer_sizes: [2, 1000000000, 1000000000]\n")
    forward = cli("forward", path, write("data.csv", "1,2\n"))
    assert (forward.code, forward.out) == (5, "")
    # 8 · (2·10^9 + 10^9 + 10^18 + 10^9)
    assert (
        "error[N508]: the network's parameters need 8,000,000,032,000,000,000 bytes" in forward.err
    )
    assert "help: `nncli shapes` explains" in forward.err
    shapes = cli("shapes", path, "--format", "json")
    assert (shapes.code, shapes.err) == (0, "")
    # 2·10^9 + 10^9, then 10^9 · 10^9 + 10^9
    assert shapes.json["total_parameters"] == 3 * 10**9 + 10**18 + 10**9


def test_a_range_that_no_float_can_span_is_refused_by_every_command(
    cli: RunCli, write: Write
) -> None:
    # from -1e308 to 1e308 is further than the largest float64: the weights would be infinite
    init = "init: {weights: {uniform: {low: -1.0e308, high: 1.0e308}}}\n"
    path, data = write("spec.yaml", SEEDED + init), write("data.csv", "1,2\n")
    for command in [("shapes", path), ("forward", path, data)]:
        [(_, line, _)] = refused_by(cli, *command, file=path)
        assert line == 3


# -------------------------------------------------------------------- specs that are made to harm


def alias_bomb() -> str:
    lines = [
        f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 9)}]\n" for level in range(1, 10)
    ]
    return "".join(["a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1]\n", *lines])


def merge_bomb() -> str:
    lines = ["a0: &a0 {x: 1}"]
    lines += [
        f"a{level}: &a{level} {{<<: [{', '.join([f'*a{level - 1}'] * 9)}]}}"
        for level in range(1, 10)
    ]
    return "\n".join(lines) + "\n"


COLUMNS = "seed: 0\nlayers: [{{neurons: 0}}]\ninputs: {{columns: [{}]}}\n"

BOMBS: dict[str, tuple[str, str]] = {
    "9^9 in lists": (alias_bomb(), "N104"),
    "9^9 in merges": (merge_bomb(), "N104"),
    "500 levels": ("[" * 500 + "]" * 500, "N104"),
    "500 mappings": ("".join(" " * level + "a:\n" for level in range(500)), "N104"),
    "50,000 lists": ("[" * 50_000, "N104"),
    "50,000 mappings": ("{a: " * 50_000, "N104"),
    "a chain of 5,000 aliases": (
        "a0: &a0 [1]\n" + "".join(f"a{i}: &a{i} [*a{i - 1}]\n" for i in range(1, 5000)),
        "N104",
    ),
    "100,001 values": (f"seed: 0\nlayer_sizes: [{'1, ' * 100_001}]\n", "N104"),
    "over 2 MiB": (SEEDED + "#" * (2 * 1024 * 1024), "N104"),
    "a seed of a million zeros": (f"{SHORT}seed: {'0' * 1_000_000}8\n", "N105"),
    "a seed of a million zeros and a letter": (f"{SHORT}seed: {'0' * 1_000_000}x\n", "N105"),
    "40,000 unknown keys": (SEEDED + "".join(f"k{i}: 1\n" for i in range(40_000)), "N101"),
    "90,000 faulty sizes": (f"seed: 0\nlayer_sizes: [{'x, ' * 90_000}]\n", "N105"),
    "99,000 negative sizes": (f"seed: 0\nlayer_sizes: [{'-1, ' * 99_000}]\n", "N107"),
    "one wrong activation of 99,000 layers": (
        f"seed: 0\nlayer_sizes: [{'1, ' * 99_000}]\nactivations: rleu\n",
        "N107",
    ),
    "30,000 misspelt keys": (
        "seed: 0\ninputs: 3\nlayers:\n" + "- {neuron: 3}\n" * 30_000,
        "N101",
    ),
    "90,000 columns of one name": (COLUMNS.format(", ".join("a" * 90_000)), "N107"),
    "524,000 lines of comments": ("#  \n" * 524_000, "N106"),
    "30,000 tags": (f"seed: 0\nlayer_sizes: [{'!x 1, ' * 30_000}]\n", "N103"),
    "19,000 faulty layers": (
        "inputs: 1\nlayers:\n" + "  - {weights: [[x]]}\n" * 19_000,
        "N(106|302)",
    ),
    "90,000 columns": (
        COLUMNS.format(", ".join(f"c{index}" for index in range(90_000))),
        "N107",
    ),
}


@pytest.mark.parametrize(("spec", "code"), BOMBS.values(), ids=BOMBS)
def test_a_spec_that_is_made_to_harm_is_refused_with_little_memory(
    write: Write, spec: str, code: str
) -> None:
    path = write("spec.yaml", spec)
    done = run_limited("shapes", path)
    assert (done.returncode, done.stdout) == (3, "")
    assert "Traceback" not in done.stderr
    first, *_, last = done.stderr.rstrip("\n").split("\n")
    assert re.match(rf"{re.escape(str(path))}(:\d+:\d+)?: error\[{code}\]: ", first)
    assert "help: " in done.stderr
    assert len(done.stderr) < 20_000
    if last.startswith("peak KiB"):  # where the system tells
        assert int(last.split()[-1]) < 200 * 1024


@pytest.mark.parametrize("name", [b"name_not_utf8_\xff.yaml", "größe.yaml".encode()])
def test_a_spec_runs_under_any_name_where_the_locale_is_ascii(tmp_path: Path, name: bytes) -> None:
    path = os.path.join(os.fsencode(tmp_path), name)
    try:
        Path(os.fsdecode(path)).write_text(SEEDED, encoding="utf-8")
    except OSError:
        pytest.skip("this system allows no such name")
    done = subprocess.run(
        [sys.executable, "-m", "nncli", "shapes", path],
        cwd=ROOT,
        env={**os.environ, "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"1 layer" in done.stdout


def test_a_tag_runs_nothing(tmp_path: Path, write: Write) -> None:
    victim = tmp_path / "victim"
    spec = f'seed: 0\nlayer_sizes: !!python/object/apply:os.system ["touch {victim}"]\n'
    done = run_limited("shapes", write("spec.yaml", spec))
    assert done.returncode == 3
    assert "error[N103]" in done.stderr
    assert not victim.exists()
