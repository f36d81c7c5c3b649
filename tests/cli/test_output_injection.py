"""Foreign text — names, cells, paths — on the screen: shown, and without power over it."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nncli.render.layout.text import inert

if TYPE_CHECKING:
    from conftest import Done, RunCli

Write = Callable[[str, str | bytes], Path]

SUM = "{inputs: 2, layers: [{neurons: 1, weights: [[1], [1]]}]}"
HOSTILE = [
    "[red]x[/red]\\[bold",
    "[/]",
    "[link=https://example.org]x[/link]",
    ":smile:",
    "\x1b[31mred",
    "\x1b]0;title\x07",
    "\x1b]8;;https://example.org\x1b\\x",
    "\x9b31m",
    "a\x07b",
    "a\x08\x08\x7fb",
    "\u202egnp.exe",
    "zero\u200bwidth",
    "e\u0301",
    "👩\u200d👩\u200d👧",
    "重さ",
    "=cmd|'/c calc'!A1",
    "%s {} $HOME `ls`",
    "<script>alert(1)</script>",
]
EVERYTHING = "".join(HOSTILE)
ids = [text.encode("unicode_escape").decode().replace(" ", "_") for text in HOSTILE]
TABLES = ("table", "md")


def assert_harmless(done: Done) -> None:
    """Check that nothing that was put out could steer a terminal."""
    for text in (done.out, done.err):
        bad = {c for c in text if c != "\n" and inert(c) != c}
        assert not bad, (bad, text)
    assert "Traceback" not in done.err


def as_yaml(content: object) -> str:
    """Return JSON that is YAML, too: it has no surrogate pairs."""

    def whole(pair: re.Match[str]) -> str:
        character = json.loads(f'"{pair[0]}"')
        return f"\\U{ord(character):08x}"

    return re.sub(r"\\ud[89ab]..\\ud[c-f]..", whole, json.dumps(content))


def as_cell(text: str) -> str:
    """Return a text as a CSV cell."""
    return '"' + text.replace('"', '""') + '"'


@pytest.mark.parametrize("text", HOSTILE, ids=ids)
@pytest.mark.parametrize("form", TABLES)
def test_a_header_name_is_harmless(cli: RunCli, write: Write, form: str, text: str) -> None:
    """As a kept column it is a heading; as a missing one it is quoted in a message."""
    config = write("net.yaml", SUM)
    data = write("data.csv", f"{as_cell(text)},a,b\nx,1,2\n")
    done = cli("forward", config, data, "--keep", "1", "--format", form)
    assert done.code == 0
    assert_harmless(done)
    wrong = cli("forward", config, data, "--columns", "none,such")
    assert wrong.code == 4
    assert_harmless(wrong)


@pytest.mark.parametrize("text", HOSTILE, ids=ids)
def test_a_kept_cell_is_shown_inert_and_written_as_it_is(
    cli: RunCli, write: Write, text: str
) -> None:
    config = write("net.yaml", SUM)
    data = write("data.csv", f"id,a,b\n{as_cell(text)},1,2\n")
    command = ("forward", config, data, "--keep", "id")
    table = cli(*command)
    assert table.code == 0
    assert_harmless(table)
    assert inert(text) in table.out
    written = cli(*command, "--format", "csv")
    assert list(csv.reader(io.StringIO(written.out, newline=""))) == [
        ["id", "output_1"],
        [text, "3"],
    ]
    assert json.loads(cli(*command, "--format", "jsonl").out)["kept"] == {"id": text}
    assert cli(*command, "--format", "json").json["data"]["kept"] == {"id": [text]}


@pytest.mark.parametrize("text", ["a,b", 'say "x"', "two\nlines", "\r\n", '"', ",", "", " x "])
def test_a_kept_cell_that_needs_quotes_reads_back(cli: RunCli, write: Write, text: str) -> None:
    config = write("net.yaml", SUM)
    data = write("data.csv", f"id,a,b\n{as_cell(text)},1,2\n")
    done = cli("forward", config, data, "--keep", "id", "--format", "csv")
    assert list(csv.reader(io.StringIO(done.out, newline="")))[1] == [text, "3"]


@pytest.mark.parametrize("text", HOSTILE, ids=ids)
@pytest.mark.parametrize("form", TABLES)
def test_names_in_a_spec_are_harmless(cli: RunCli, write: Write, form: str, text: str) -> None:
    """Escapes in YAML give any character."""
    spec = {
        "name": text,
        "inputs": 2,
        "layers": [{"name": text, "neurons": 1, "weights": [[1], [1]]}],
        "outputs": {"columns": [text]},
    }
    config = write("net.yaml", as_yaml(spec))
    data = write("data.csv", "1,2\n")
    for command in (("forward", config, data), ("shapes", config)):
        done = cli(*command, "--format", form)
        assert done.code == 0, done.err
        assert_harmless(done)


@pytest.mark.parametrize("text", HOSTILE, ids=ids)
def test_a_layer_name_is_shown_whole_in_a_table(cli: RunCli, write: Write, text: str) -> None:
    layer = {"name": text, "neurons": 1, "weights": [[1]]}
    config = write("net.yaml", as_yaml({"inputs": 1, "layers": [layer]}))
    assert inert(text) in cli("shapes", config).out


@pytest.mark.parametrize("text", HOSTILE, ids=ids)
def test_a_key_or_a_value_that_is_wrong_is_quoted_harmlessly(
    cli: RunCli, write: Write, text: str
) -> None:
    wrong = {text: 1, "layer_sizes": [2, text], "activations": text, "seed": text, "dtype": text}
    done = cli("shapes", write("net.yaml", as_yaml(wrong)))
    assert (done.code, done.out) == (3, "")
    assert_harmless(done)


@pytest.mark.parametrize("text", HOSTILE, ids=ids)
def test_a_cell_that_is_no_number_is_quoted_harmlessly(
    cli: RunCli, write: Write, text: str
) -> None:
    done = cli("forward", write("net.yaml", SUM), write("data.csv", f"a,b\n1,{as_cell(text)}\n"))
    assert (done.code, done.out) == (4, "")
    assert "data.csv:2:" in done.err
    assert_harmless(done)
    if text.startswith("[red]"):  # no style, but text as it stands
        assert text in done.err


def test_raw_bytes_in_a_spec_are_quoted_harmlessly(cli: RunCli, write: Write) -> None:
    for raw in (b"\x1b[31m: 1\n", b"seed: \x9b\n", b"a: \xe2\x80\xae\n", b"\x00", b"\x07: [\n"):
        done = cli("shapes", write("net.yaml", raw))
        assert (done.code, done.out) == (3, "")
        assert_harmless(done)


@pytest.mark.parametrize("text", [text for text in HOSTILE if "/" not in text])
def test_an_output_path_is_shown_inert(
    cli: RunCli, write: Write, tmp_path: Path, text: str
) -> None:
    config, data = write("net.yaml", SUM), write("data.csv", "1,2\n")
    out = tmp_path / f"{text}.csv"
    first, second = (cli("forward", config, data, "-o", out) for _ in range(2))
    assert (first.code, second.code) == (0, 5)
    assert inert(text) in first.err
    assert "error[N504]" in second.err
    assert_harmless(first)
    assert_harmless(second)


@pytest.mark.parametrize(
    "option", ["--format", "--rows", "--layers", "--encoding", "--rtol", "--seed", "-o"]
)
def test_a_wrong_option_value_is_quoted_harmlessly(cli: RunCli, option: str) -> None:
    files = ("configs/two_layers.yaml", "sample_data/two_layers.csv")
    done = cli("forward", *files, option, EVERYTHING)
    assert (done.code, done.out) == (2, "")
    assert_harmless(done)


@pytest.mark.parametrize(
    "arguments",
    [
        (EVERYTHING,),
        (f"--{EVERYTHING}",),
        ("forward", f"--{EVERYTHING}", "a", "b"),
        ("schema", EVERYTHING),
    ],
    ids=["command", "option", "option of a command", "argument"],
)
def test_an_unknown_word_is_quoted_harmlessly(cli: RunCli, arguments: tuple[str, ...]) -> None:
    done = cli(*arguments)
    assert (done.code, done.out) == (2, "")
    assert_harmless(done)


def test_a_huge_cell_is_quoted_in_part(cli: RunCli, write: Write) -> None:
    """Two megabytes in a cell, a screenful in the message."""
    data = write("data.csv", b"a,b\n1," + b"x" * 2_000_000 + b"\n")
    done = cli("forward", write("net.yaml", SUM), data)
    assert (done.code, done.out) == (4, "")
    assert len(done.err) < 1000
    assert max(map(len, done.err.splitlines())) < 300


def test_a_huge_header_name_is_quoted_in_part(cli: RunCli, write: Write) -> None:
    data = write("data.csv", b"a," + b"x" * 200_000 + b"\n1,y\n")
    done = cli("forward", write("net.yaml", SUM), data)
    assert done.code == 4
    assert len(done.err) < 1500


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=20))
def test_any_id_is_kept_and_harmless(cli: RunCli, write: Write, text: str) -> None:
    config, data = write("net.yaml", SUM), write("data.csv", f"id,a,b\n{as_cell(text)},1,2\n")
    command = ("forward", config, data, "--keep", "id")
    table, written = cli(*command), cli(*command, "--format", "csv")
    if table.code == 4:  # characters that are not allowed in data are refused, not garbled
        assert_harmless(table)
        return
    assert_harmless(table)
    assert list(csv.reader(io.StringIO(written.out, newline="")))[1] == [text, "3"]
