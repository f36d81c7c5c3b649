"""Odd and wrong command lines: the exit code, and what is on which stream."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from commands import NNCLI, ROOT, run_apart

import nncli

if TYPE_CHECKING:
    from conftest import RunCli

Write = Callable[[str, str | bytes], Path]
FILES = ("configs/two_layers.yaml", "sample_data/two_layers.csv")
OUTPUT = "output_1,output_2,output_3\n"


# --------------------------------------------------------------------------- help and version


@pytest.mark.parametrize("option", ["--help", "-h"])
@pytest.mark.parametrize("command", [(), ("forward",), ("shapes",), ("bench",), ("schema",)])
def test_help_is_on_standard_output(cli: RunCli, command: tuple[str, ...], option: str) -> None:
    done = cli(*command, option)
    assert (done.code, done.err) == (0, "")
    assert " ".join(["Usage: nncli", *command]) in done.out


def test_help_lists_every_command_and_every_exit_code(cli: RunCli) -> None:
    out = " ".join(cli("--help").out.split())
    for command in ("forward", "shapes", "bench", "schema"):
        assert f"│ {command} " in out
    for code in ("0 done", "1 a requested", "2 wrong", "3 spec", "4 data", "5 reading", "70 a bug"):
        assert code in out


def test_options_of_forward_stand_in_panels(cli: RunCli) -> None:
    out = cli("forward", "--help").out
    panels = [f"╭─ {name} ─" for name in ("Network", "Data", "Display", "Output", "Checks")]
    places = [out.index(panel) for panel in panels]
    assert places == sorted(places)


def test_no_arguments_show_help_and_end_with_2(cli: RunCli) -> None:
    done = cli()
    assert done.code == 2
    assert "Usage: nncli" in done.out
    assert done.err == ""


def test_the_version_is_one_line_on_standard_output(cli: RunCli) -> None:
    done = cli("--version")
    assert (done.code, done.out, done.err) == (0, f"nncli {nncli.__version__}\n", "")


def test_the_version_goes_before_anything_else(cli: RunCli) -> None:
    assert cli("--version", "forward", "nothing.yaml").out == f"nncli {nncli.__version__}\n"


def test_the_module_runs_like_the_command(cli: RunCli) -> None:
    for arguments in (("--version",), ("fourward",), ("forward", *FILES)):
        assert run_apart([*NNCLI, *arguments]) == cli(*arguments)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts_can_be_shown(
    cli: RunCli, monkeypatch: pytest.MonkeyPatch, shell: str
) -> None:
    monkeypatch.setenv("_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION", "1")
    done = cli("--show-completion", shell)
    assert (done.code, done.err) == (0, "")
    assert "_NNCLI_COMPLETE" in done.out


def test_completion_for_an_unknown_shell_is_wrong_usage(
    cli: RunCli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION", "1")
    done = cli("--show-completion", "tcsh")
    assert (done.code, done.out) == (2, "")
    assert "tcsh" in done.err


# ----------------------------------------------------------------------------- wrong usage


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("fourward", *FILES), "forward"),
        (("shaps",), "shapes"),
        (("xyzzy",), "xyzzy"),
        (("--versoin",), "did you mean `--version`?"),
        (("forward", *FILES, "--formt", "json"), "did you mean `--format`?"),
        (("forward", *FILES, "--percision=3"), "did you mean `--precision`?"),
        (("forward", *FILES, "-z"), "-z"),
        (("forward",), "CONFIG"),
        (("forward", FILES[0]), "DATA"),
        (("shapes",), "CONFIG"),
        (("shapes", *FILES, "more"), "more"),
        (("schema", "more"), "more"),
        (("forward", *FILES, "--rows"), "--rows"),
        (("forward", *FILES, "--format", "xml"), "'table', 'json', 'jsonl', 'csv', 'md'"),
        (("shapes", FILES[0], "--format", "csv"), "'table', 'json', 'md'"),
        (("forward", *FILES, "--dtype", "float16"), "'float64', 'float32'"),
        (("forward", *FILES, "--samples", "cols"), "'rows', 'columns'"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_a_wrong_command_line_ends_with_2_and_names_what_is_wrong(
    cli: RunCli, arguments: tuple[str, ...], words: str
) -> None:
    done = cli(*arguments)
    assert done.code == 2
    assert (
        done.out == "" or done.json["format"] == "nncli.problems/1"
    )  # --format json is among them
    assert done.err.startswith("error[N70")
    assert words in done.err
    assert "Traceback" not in done.err


NOT_WHOLE = ("0", "-1", "1.0", "1_000", "1e3", "٣", str(10**30), "", " ", "0x10", "nan", "²")


@pytest.mark.parametrize("value", NOT_WHOLE)
@pytest.mark.parametrize(
    "arguments",
    [
        ("shapes", FILES[0], "--batch-size"),
        ("forward", *FILES, "--rows"),
        ("forward", *FILES, "--precision"),
    ],
    ids=lambda value: value[-1],
)
def test_a_count_is_a_plain_whole_number_of_at_least_1(
    cli: RunCli, arguments: tuple[str, ...], value: str
) -> None:
    *command, option = arguments
    done = cli(*command, f"{option}={value}")
    assert (done.code, done.out) == (2, "")
    assert option in done.err
    assert "1" in done.err


@pytest.mark.parametrize("value", sorted({*NOT_WHOLE} - {"0"}))
def test_a_layer_is_named_or_numbered(cli: RunCli, value: str) -> None:
    done = cli("forward", *FILES, f"--layers={value}")
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("error[N703]: --layers")


@pytest.mark.parametrize(("precision", "code"), [(1, 0), (17, 0), (0, 2), (18, 2), (400, 2)])
def test_precision_is_from_1_to_17(cli: RunCli, precision: int, code: int) -> None:
    done = cli("forward", *FILES, "--precision", str(precision))
    assert done.code == code
    assert ("from 1 to 17" in done.err) is (code == 2)


@pytest.mark.parametrize(
    ("seed", "code"),
    [("0", 0), ("4294967295", 0), ("4294967296", 2), ("-1", 2), ("1.5", 2), ("x", 2), ("", 2)],
)
def test_a_seed_is_a_whole_number_of_32_bits(cli: RunCli, seed: str, code: int) -> None:
    done = cli("forward", *FILES, f"--seed={seed}")
    assert done.code == code
    assert ("from 0 to 4294967295" in done.err) is (code == 2)


@pytest.mark.parametrize(
    "text", ["", ";;", "\n", "\r", '"', "a", "1", ".", "-", "+", "é", "\0", "\\n"]
)
def test_a_delimiter_is_one_character_that_can_separate(cli: RunCli, text: str) -> None:
    done = cli("forward", *FILES, f"--delimiter={text}")
    assert (done.code, done.out) == (2, "")
    assert "--delimiter" in done.err


@pytest.mark.parametrize("text", ["\\t", "tab", "\t"])
def test_a_tab_can_be_said_in_words(cli: RunCli, text: str) -> None:
    command = ("forward", "configs/three_inputs.yaml", "-", "--format", "csv", "--delimiter", text)
    done = cli(*command, stdin=b"1\t2\n")
    assert (done.code, done.out) == (0, "output_1,output_2\n2,1\n")


@pytest.mark.parametrize("name", ["klingon", "", "base64", "rot13", "utf-8\0", "../etc"])
def test_an_encoding_is_that_of_text(cli: RunCli, name: str) -> None:
    done = cli("forward", *FILES, f"--encoding={name}")
    assert (done.code, done.out) == (2, "")
    assert "for example utf-8, utf-16, latin-1, cp1252" in done.err


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--columns", ""),
        ("--columns", "1,,2"),
        ("--columns", "1,"),
        ("--columns", "1,2,1"),
        ("--drop", " , "),
        ("--keep", "a,a"),
    ],
)
def test_a_list_of_columns_has_no_empty_and_no_repeated_item(
    cli: RunCli, option: str, value: str
) -> None:
    done = cli("forward", *FILES, f"{option}={value}")
    assert (done.code, done.out) == (2, "")
    assert option in done.err


def test_an_item_may_not_be_repeated_over_two_uses_of_an_option(cli: RunCli) -> None:
    done = cli("forward", *FILES, "--drop", "1", "--drop", "1")
    assert done.code == 2
    assert "--drop names '1' twice" in done.err


@pytest.mark.parametrize(
    "options",
    [
        ("--columns", "1", "--drop", "2"),
        ("--drop", "1", "--keep", "1"),
        ("--samples", "columns", "--drop", "1"),
        ("--samples", "columns", "--columns", "1"),
        ("--samples", "columns", "--keep", "1"),
        ("-o", "out.csv", "--format", "md"),
        ("-o", "out.csv", "--format", "table"),
        ("-o", "out.xyz"),
        ("-o", "out"),
        ("-o", ""),
        ("-o", "out.md"),
        ("--layers", "3"),
        ("--layers", "1,3"),
        ("--layers", "first"),
    ],
    ids=" ".join,
)
def test_options_that_contradict_each_other_end_with_2(
    cli: RunCli, tmp_path: Path, options: tuple[str, ...]
) -> None:
    done = cli("forward", *(ROOT / name for name in FILES), *options, cwd=tmp_path)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("error[N70")
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_suffix_is_answered_with_the_formats(cli: RunCli) -> None:
    done = cli("forward", *FILES, "-o", "out.xyz")
    assert ".csv, .json, .jsonl, .ndjson, .npy" in done.err
    assert "help: or name it: --format csv" in done.err


@pytest.mark.parametrize(("name", "form"), [("a b.txt", "table"), ("out.MD", "md")])
def test_a_file_of_tables_is_answered_with_the_way_to_write_them(
    cli: RunCli, tmp_path: Path, name: str, form: str
) -> None:
    files, place = [ROOT / file for file in FILES], shlex.quote(name)
    done = cli("forward", *files, "-o", name, cwd=tmp_path)
    redirected = f"help: for the tables, write `--format {form} > {place}` in place of"
    assert f"{redirected} `-o {place}`\n" in done.err
    assert redirected in cli("forward", *files, "-o", name, "--format", form, cwd=tmp_path).err


@pytest.mark.parametrize(
    ("command", "name", "other"),
    [
        ("forward", "a b.txt", "explain"),
        ("forward", "out.MD", "explain"),
        ("forward", "out.html", "explain"),
        ("forward", "out.tex", "explain"),
        ("explain", "out.csv", "forward"),
        ("explain", "out.parquet", "forward"),
    ],
)
def test_a_file_of_another_command_is_answered_with_its_whole_line(
    cli: RunCli, command: str, name: str, other: str
) -> None:
    words = (*FILES, "--seed", "1", "-o", name)
    advice = f"help: `nncli {other}` takes `-o {shlex.quote(name)}`, and writes the"
    done = cli(command, *words)
    assert (done.code, done.out) == (2, "")
    (told,) = (text for text in done.err.splitlines() if text.startswith(advice))
    assert told.endswith(f"   {shlex.join(['nncli', other, *words])}")


def test_a_line_that_the_other_command_refuses_is_not_told(cli: RunCli) -> None:
    done = cli("forward", *FILES, "-o", "out.txt", "--rows", "5")
    assert "help: `nncli explain` takes `-o out.txt`, and writes the sums out\n" in done.err


# ------------------------------------------------------------------------- allowed oddities


def test_the_last_of_a_repeated_option_wins(cli: RunCli) -> None:
    plain = cli("forward", *FILES, "--format", "csv")
    assert cli("forward", *FILES, "--format", "json", "--format", "csv").out == plain.out


@pytest.mark.parametrize(
    ("options", "code"), [(("--header", "--no-header"), 0), (("--no-header", "--header"), 0)]
)
def test_of_header_and_no_header_the_last_wins(
    cli: RunCli, options: tuple[str, ...], code: int
) -> None:
    done = cli("forward", *FILES, *options, "--format", "csv")
    samples = 3 if options[-1] == "--no-header" else 2
    assert (done.code, len(done.out.splitlines())) == (code, 1 + samples)


def test_options_may_stand_anywhere(cli: RunCli) -> None:
    after = cli("forward", *FILES, "--format", "csv")
    assert cli("forward", "--format", "csv", *FILES).out == after.out
    assert cli("forward", FILES[0], "--format=csv", FILES[1]).out == after.out


def test_file_names_that_start_with_a_dash_follow_a_double_dash(
    cli: RunCli, write: Write, tmp_path: Path
) -> None:
    write("-net.yaml", "{inputs: 1, layers: [{neurons: 1, weights: [[2]]}]}")
    write("--data.csv", "3\n")
    done = cli("forward", "--format", "csv", "--", "-net.yaml", "--data.csv", cwd=tmp_path)
    assert (done.code, done.out) == (0, "output_1\n6\n")
    assert cli("forward", "--format", "csv", "./-net.yaml", "./--data.csv", cwd=tmp_path).code == 0


NAMES = [
    "a space.csv",
    "new\nline.csv",
    "[red]x[bold].csv",
    "🙂 重さ.csv",
    "%s{}.csv",
    "x" * 251 + ".csv",
    os.fsdecode(b"not \xff utf-8.csv"),
    "\x1b[31m.csv",
    "'\"$(ls).csv",
]


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_any_file_name_works_and_is_shown_inert(
    cli: RunCli, write: Write, tmp_path: Path, name: str
) -> None:
    if sys.platform == "darwin" and "\udcff" in name:
        pytest.skip("its file system takes UTF-8 only")
    write("net.yaml", "{inputs: 1, layers: [{neurons: 1, weights: [[2]]}]}")
    write(name, "3\n")
    done = cli("forward", "net.yaml", name, cwd=tmp_path)
    assert (done.code, done.err) == (0, "")
    title = done.out.splitlines()[0]
    assert title.startswith("net   float64   1 sample × 1 feature   ")
    assert all(c.isprintable() for c in done.out.replace("\n", ""))
    assert cli("forward", "net.yaml", name, "--format", "json", cwd=tmp_path).code == 0
    write(name, "x\ny\n")
    refused = cli("forward", "net.yaml", name, "--no-header", cwd=tmp_path)
    assert refused.code == 4
    assert ":1:1: error[N404]: " in refused.err
    assert all(c.isprintable() for c in refused.err.replace("\n", ""))


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_any_file_name_can_be_missing(cli: RunCli, tmp_path: Path, name: str) -> None:
    done = cli("forward", name, name, cwd=tmp_path)
    assert (done.code, done.out) == (5, "")
    assert "error[N501]" in done.err
    assert all(c.isprintable() for c in done.err.replace("\n", ""))


@pytest.mark.parametrize("name", ["x" * 300 + ".csv", "a\0b.csv", ""])
def test_what_cannot_be_a_file_name_ends_with_5(cli: RunCli, name: str) -> None:
    for arguments in ((name, FILES[1]), (FILES[0], name)):
        done = cli("forward", *arguments)
        assert (done.code, done.out) == (5, "")
        assert "error[N50" in done.err


def test_the_seed_of_the_command_line_wins_and_that_is_said(cli: RunCli) -> None:
    command = ("forward", "configs/layer_objects.yaml", "sample_data/layer_objects.csv")
    done = cli(*command, "--seed", "1", "--format", "json")
    assert done.json["network"]["seed"] == 1
    assert done.err == "note: seed 1 from the command line, not the spec's 0\n"
    assert cli(*command, "--seed", "1", "--format", "json", "-q").err == ""
    assert cli(*command, "--seed", "0", "--format", "csv").err == ""


def test_the_dtype_of_the_command_line_wins(cli: RunCli) -> None:
    done = cli("forward", *FILES, "--dtype", "float32", "--format", "json")
    assert done.json["network"]["dtype"] == "float32"
    assert done.json["output"]["values"][0][0] == pytest.approx(0.5031, abs=1e-6)


def test_an_unknown_column_ends_with_4_and_the_nearest_name(cli: RunCli) -> None:
    done = cli("forward", "configs/iris.yaml", "sample_data/iris.csv", "--drop", "spices")
    assert (done.code, done.out) == (4, "")
    assert "if this is meant: `--drop species`" in done.err


# ------------------------------------------------------------- the first stage with an error


BAD_SPEC, MISSING = "{layer_sizes: [2, 2], sed: 0}", "nothing.csv"


def test_the_first_stage_with_an_error_decides(cli: RunCli, write: Write, tmp_path: Path) -> None:
    """Usage 2, spec 3, output path 5, data 4."""
    good = write("net.yaml", "{inputs: 1, layers: [{neurons: 1, weights: [[2]]}]}")
    bad, text = write("bad.yaml", BAD_SPEC), write("text.csv", "1\nx\n")
    nowhere = tmp_path / "no" / "out.csv"
    assert cli("forward", bad, text, "-o", nowhere, "--rows", "0").code == 2
    assert cli("forward", bad, text, "-o", nowhere, "--columns", "1", "--drop", "2").code == 2
    assert cli("forward", bad, text, "-o", nowhere).code == 3
    assert cli("forward", good, text, "-o", nowhere).code == 5
    assert cli("forward", good, text).code == 4
    assert cli("forward", good, tmp_path / MISSING).code == 5


@pytest.mark.parametrize("form", ["table", "json", "jsonl", "csv", "md"])
def test_whatever_the_format_errors_are_on_standard_error(
    cli: RunCli, write: Write, form: str
) -> None:
    done = cli("forward", write("bad.yaml", BAD_SPEC), MISSING, "--format", form)
    assert done.code == 3
    assert "error[N101]" in done.err
    if form == "json":  # for programs: the same problems, as data
        assert [problem["code"] for problem in done.json["problems"]] == ["N101"]
    else:
        assert done.out == ""


@pytest.mark.parametrize("form", ["table", "json", "jsonl", "csv", "md"])
def test_notes_are_on_standard_error_alone_and_quiet_silences_them(
    cli: RunCli, write: Write, form: str
) -> None:
    spec = "{inputs: 1, layers: [{neurons: 1, weights: [[-1]], activation: relu}]}"
    command = ("forward", write("net.yaml", spec), "-", "--format", form)
    loud, quiet = (cli(*command, *more, stdin=b"1\n2\n") for more in ((), ("-q",)))
    assert loud.err == "note: layer 1: every neuron is 0 for every sample (dead layer)\n"
    assert (quiet.code, quiet.err) == (0, "")
    assert quiet.out == loud.out
    assert "note:" not in loud.out


def test_with_an_output_file_standard_output_has_the_layers_and_the_summary_is_a_remark(
    cli: RunCli, tmp_path: Path
) -> None:
    out = tmp_path / "out.csv"
    done = cli("forward", *FILES, "-o", out)
    assert done.code == 0
    assert done.out.startswith("two_layers   float64")
    assert "1 layer_1   a =" not in done.out
    assert done.err.startswith("3 rows in, 3 out   ")
    assert done.err.endswith(f"   → {out}\n")
    assert done.err.count("\n") == 1
    assert out.read_text(encoding="utf-8").startswith(OUTPUT)
    assert cli("forward", *FILES, "-o", out, "--force", "--quiet").err == ""


@pytest.mark.parametrize("name", ["-", "/dev/stdout"])
def test_standard_output_as_output_is_csv_and_nothing_else(cli: RunCli, name: str) -> None:
    done = cli("forward", *FILES, "-o", name)
    assert (done.code, done.err) == (0, "")
    assert done.out == cli("forward", *FILES, "--format", "csv").out
    assert done.out.startswith(OUTPUT)


@pytest.mark.parametrize("command", ["forward", "shapes"])
def test_quiet_silences_the_notes_beside_an_error_too(
    cli: RunCli, write: Write, command: str
) -> None:
    spec = "inputs: 2\nlayers:\n  - {neurons: 2, weights: [[1, 2], [3, 4]]}\n"
    arguments = (command, write("net.yaml", spec), "-")
    loud, quiet = (cli(*arguments, *more, stdin=b"1,2,3\n") for more in ((), ("-q",)))
    assert (loud.code, quiet.code) == (4, 4)
    assert "note: layer 1: square weights would fit transposed" in loud.err
    assert "note:" not in quiet.err
    assert "error[N407]" in quiet.err


@pytest.mark.parametrize(
    ("command", "typed", "meant"),
    [
        ("forward", "--layer 2", "--layers 2"),  # explain's
        ("explain", "--layers 2", "--layer 2"),  # forward's
        ("explain", "--format tex", "--format latex"),
    ],
)
def test_the_one_remedy_is_the_word_that_was_meant(
    cli: RunCli, command: str, typed: str, meant: str
) -> None:
    done = cli(command, *FILES, *typed.split())
    assert (done.code, done.out) == (2, "")
    (remedy,) = [line for line in done.err.splitlines() if line.startswith("help: ")]
    assert remedy.endswith(f"   nncli {command} {' '.join(FILES)} {meant}")
