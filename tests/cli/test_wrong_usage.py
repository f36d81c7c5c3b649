"""Wrong command lines: their codes, the whole line that is meant, and JSON for programs."""

from __future__ import annotations

import re
import shlex
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from commands import run_here
from hypothesis import given, settings
from hypothesis import strategies as st

if TYPE_CHECKING:
    from conftest import RunCli

SPEC = "layer_sizes: [2, 1]\nseed: 7\n"
DATA = "a,b\n1,2\n3,4\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "net.yaml").write_text(SPEC)
    (tmp_path / "batch.csv").write_text(DATA)
    (tmp_path / "deeper").mkdir()
    (tmp_path / "deeper" / "wanted.csv").write_text("output_1\n1\n2\n")
    (tmp_path / "deeper" / "other.yaml").write_text(SPEC)
    return tmp_path


def problem(cli: RunCli, line: str, folder: Path) -> dict[str, Any]:
    done = cli(*shlex.split(line), cwd=folder)
    [told] = done.json["problems"]
    assert f"error[{told['code']}]: " in done.err
    found: dict[str, Any] = told
    return found


# What is typed, then what is meant; + stands for a command line that is right so far.
BASE = "forward net.yaml batch.csv"
MENDED = """
N701  infer net.yaml batch.csv  =>  +
N701  Forwrad net.yaml batch.csv  =>  +
N701  predcit net.yaml batch.csv  =>  +
N701  summary net.yaml batch.csv  =>  shapes net.yaml batch.csv
N701  benchmark net.yaml batch.csv  =>  bench net.yaml batch.csv
N701  net.yaml batch.csv  =>  +
N701  net.yaml  =>  shapes net.yaml
N701  net.yaml forward batch.csv  =>  +
N701  nncli forward net.yaml batch.csv  =>  +
N701  foward net.yml batch.csv --sep ,  =>  + --delimiter ,
N701  python -m nncli forward net.yaml batch.csv  =>  +
N701  $ nncli forward net.yaml batch.csv  =>  +
N701  run forward net.yaml batch.csv  =>  +
N701  predict --model net.yaml --data batch.csv  =>  +
N702  + --sep ,  =>  + --delimiter ,
N702  + --sep=,  =>  + --delimiter ,
N702  + -columns a,b  =>  + --columns a,b
N702  + -sep ,  =>  + --delimiter ,
N702  + -s ,  =>  + --delimiter ,
N702  + -s 7  =>  + --seed 7
N702  + --head 1  =>  + --limit 1
N702  + -n 1  =>  + --limit 1
N702  + --exclude a  =>  + --drop a
N702  + --exclude class  =>  + --drop class
N702  + --usecols a  =>  + --columns a
N702  + --random-state 1  =>  + --seed 1
N702  + --no_header  =>  + --no-header
N702  + --prec 3  =>  + --precision 3
N702  + --verbose  =>  +
N702  + --verbose=2  =>  +
N702  + --verbose 2  =>  +
N702  forward --config net.yaml --data batch.csv  =>  +
N702  forward --data=batch.csv net.yaml  =>  +
N702  + --float32  =>  + --dtype float32
N702  + --fp32  =>  + --dtype float32
N702  + --axis rows  =>  + --samples rows
N702  + -F,  =>  + --delimiter ,
N702  + --rows:5  =>  + --rows 5
N702  bench net.yaml --batches 1 2  =>  bench net.yaml --batch-sizes 1,2
N702  + --tsv  =>  + --delimiter tab
N703  + --precision float32  =>  + --dtype float32
N703  + --delimiter comma  =>  + --delimiter ,
N703  + --delimiter "','"  =>  + --delimiter ,
N703  + --dtype=double  =>  + --dtype float64
N703  + --samples col  =>  + --samples columns
N703  + --rows =5  =>  + --rows 5
N703  + --encoding uft-8  =>  + --encoding utf-8
N703  + --columns a, b  =>  + --columns a,b
N703  + --rows 1e3  =>  + --rows 1000
N703  + --rows 1_000  =>  + --rows 1000
N703  + --rtol 1%  =>  + --rtol 0.01
N703  + --seed none  =>  +
N703  + --header=False  =>  + --no-header
N501  + --header no  =>  + --no-header
N501  + --header true  =>  + --header
N703  bench net.yaml --batch-sizes '1;8'  =>  bench net.yaml --batch-sizes 1,8
N703  bench net.yaml --batch-sizes '[1, 8]'  =>  bench net.yaml --batch-sizes 1,8
N703  bench net.yaml --dtype float,fp32  =>  bench net.yaml --dtype float64,float32
N703  bench net.yaml --backend numpy,pytorch  =>  bench net.yaml --backend numpy,torch
N703  + --decimal comma  =>  + --decimal ,
N703  + --layers 1.0  =>  + --layers 1
N703  + --layers lyer_1,last  =>  + --layers layer_1,last
N703  + --layers '0;layer_1'  =>  + --layers 0,layer_1
N704  bench net.yaml --batch-sizes 1 8 32  =>  bench net.yaml --batch-sizes 1,8,32
N704  shapes net.yaml batch.csv deeper  =>  shapes net.yaml batch.csv
N704  + batch.csv  =>  +
N501  forward nte.yaml batch.csv  =>  +
N501  forward net.yaml batch.tsv  =>  +
N501  forward net batch  =>  +
N501  forward other.yaml batch.csv  =>  forward deeper/other.yaml batch.csv
N501  forward deepr/other.yaml batch.csv  =>  forward deeper/other.yaml batch.csv
N501  + --expect=deeper/wnated.csv  =>  + --expect deeper/wanted.csv
N501  forward forward net.yaml batch.csv  =>  +
N501  forward '[net.yaml]' '<batch.csv>'  =>  +
N501  forward '"net.yaml"' batch.csv  =>  +
N501  + —rows 3  =>  + --rows 3
N501  + rows=3  =>  + --rows 3
N501  + /rows:3  =>  + --rows 3
N501  + --columns a b  =>  + --columns a,b
N501  + --limit 2 --columns 1 2  =>  + --limit 2 --columns 1,2
N501  + --drop=a b  =>  + --drop a,b
N501  forward net.yaml and batch.csv  =>  +
N501  forward net.yaml, CONFIG=batch.csv  =>  +
N501  + /rows 3  =>  + --rows 3
N105  forward batch.csv net.yaml  =>  +
N105  shapes batch.csv net.yaml  =>  shapes net.yaml batch.csv
"""


@pytest.mark.parametrize("row", MENDED.strip().splitlines())
def test_the_first_suggestion_is_the_line_that_is_meant(
    cli: RunCli, folder: Path, row: str
) -> None:
    code, typed, meant = re.split("  =>  |  ", re.sub(r"\+(?= |$)", BASE, row))
    found = problem(cli, shlex.join([*shlex.split(typed), "--format", "json"]), folder)
    argv = found["suggestions"][0]["argv"]
    at = argv.index("--format")  # data that stood before it may stand behind it
    assert (found["code"], argv[:at] + argv[at + 2 :]) == (code, shlex.split(meant))
    assert argv[at + 1] == "json"
    assert found["suggestions"][0]["options"] == found["suggestions"][0]["edits"] == []


# A command line as before, what is suggested, and what stands in the help lines.
TOLD = [
    ("+ --seed 1.5", ["if 1 is meant", "if any seed will do"], ""),
    ("+ --seed -1", ["if 1 is meant", "if any seed will do"], ""),
    ("+ --seed abc", ["if any seed will do"], ""),
    ("+ --layers 1.0,2.0", [], "its layers are layer_1; numbers count from 1"),
    ("+ --layers output", [], "its layers are layer_1; numbers count from 1"),
    (
        "+ --header=0",
        ["if yes is meant, write `--header` alone", "if none is meant, write `--no-header` alone"],
        "",
    ),
    ("forward run net.yaml batch.csv", ["leave `run` out, if it is no file"], ""),
    ("train net.yaml batch.csv", [], "does not train"),
    ("frobnicate net.yaml", [], "the commands are forward, evaluate, shapes"),
    ("+ --epochs 3", [], "does not train"),
    ("+ --backend numpy", [], "`nncli forward --help`"),
    ("+ --dtype float16", [], "nncli lacks it"),
    ("bench net.yaml --min-time 500ms", [], "`nncli bench --help`"),
    ("forward", [], "write `nncli forward CONFIG DATA [OPTIONS]`"),
    ("shapes", [], "write `nncli shapes CONFIG [DATA] [OPTIONS]`"),
    ("forward net.yaml 1,2", [], "echo 1,2,3 | nncli forward CONFIG -"),
    ("+ --format json --rows", [], "write it behind: `--rows N`"),
    ("--rows 3 --format=json forward net.yaml", [], "after the command: nncli forward … --rows"),
    ("+ --format json --delimiter", ["if a `;` was meant, quote it"], ""),
]


@pytest.mark.parametrize(("row", "suggested", "words"), TOLD, ids=[row for row, *_ in TOLD])
def test_what_is_doubtful_says_what_it_assumes_and_what_is_lacking_is_said(
    cli: RunCli, folder: Path, row: str, suggested: list[str], words: str
) -> None:
    form = "" if "--format" in row else " --format json"
    found = problem(cli, row.replace("+", BASE) + form, folder)
    assert [each["message"] for each in found["suggestions"]] == suggested
    assert words in " ".join(found["help"])


@pytest.mark.parametrize(
    "format_",
    ["--format json", "--format=JSON", "--format jsn", "--format yaml", "--formt json", "--json"],
)
def test_a_misspelling_of_json_is_answered_in_json(cli: RunCli, folder: Path, format_: str) -> None:
    done = cli(*shlex.split(f"forwrd net.yaml batch.csv {format_}"), cwd=folder)
    assert (done.code, done.json["format"]) == (2, "nncli.problems/1")
    assert done.json["problems"][0]["title"] == "unknown command"


def test_json_that_may_be_meant_is_answered_in_json(cli: RunCli, folder: Path) -> None:
    done = cli(*shlex.split(f"{BASE} --to json"), cwd=folder)
    told = [each["argv"][-2:] for each in done.json["problems"][0]["suggestions"]]
    assert told == [["--output", "json"], ["--format", "json"]]


@pytest.mark.parametrize("format_", ["", "--format tabel", "--format csv", "--format jsonl"])
def test_other_forms_have_nothing_on_standard_output(
    cli: RunCli, folder: Path, format_: str
) -> None:
    done = cli(*shlex.split(f"forwrd net.yaml batch.csv {format_}"), cwd=folder)
    assert (done.code, done.out) == (2, "")


def test_a_terminal_shows_the_whole_line_to_type(cli: RunCli, folder: Path) -> None:
    done = cli("forward", "net.yaml", "batch.csv", "--sep", ";", cwd=folder)
    assert done.err == (
        "error[N702]: forward has no option '--sep'\n"
        "help: `--sep` (pandas) is `--delimiter` here   "
        "nncli forward net.yaml batch.csv --delimiter ';'\n"
    )


def test_a_file_that_would_be_added_is_not_moved_to_the_data(cli: RunCli, folder: Path) -> None:
    (folder / "other.csv").write_text(DATA)
    found = problem(cli, "forward net.yaml batch.csv --zzz other.csv --format json", folder)
    assert found["suggestions"] == []


@pytest.mark.parametrize("options", ["-o none/batch.csv", "--rejects none/batch.csv"])
def test_no_other_file_is_proposed_to_be_written(cli: RunCli, folder: Path, options: str) -> None:
    done = cli(*shlex.split(f"forward net.yaml batch.csv {options}"), cwd=folder)
    assert (done.code, "did you mean" in done.err) == (5, False)


def test_a_missing_weights_file_says_nothing_of_the_spec_that_names_it(
    cli: RunCli, folder: Path
) -> None:
    (folder / "nets.yaml").write_text(
        "inputs: 2\nlayers: [{neurons: 1}]\nweights_file: w.safetensors\n"
    )
    done = cli("shapes", "nets.yaml", cwd=folder)
    assert (done.code, "did you mean" in done.err) == (5, False)


def test_a_list_is_mended_item_by_item(cli: RunCli, folder: Path) -> None:
    (folder / "net.npz").touch()
    done = cli("convert", "net.npz", "n.yaml", "--activations", "rely,Tanh", cwd=folder)
    assert done.err.splitlines()[1] == (
        "help: did you mean `relu`, and write it `tanh`?   "
        "nncli convert net.npz n.yaml --activations relu,tanh"
    )


@pytest.mark.parametrize("words", [("-o", "new.yaml"), ("to", "new.yaml")])
def test_the_destination_has_no_word_before_it(
    cli: RunCli, folder: Path, words: tuple[str, ...]
) -> None:
    done = cli("convert", "net.yaml", *words, cwd=folder)
    assert (done.code, done.err.splitlines()[1].endswith("nncli convert net.yaml new.yaml")) == (
        2,
        True,
    )


def test_nothing_is_run_or_shown_while_lines_are_tried(cli: RunCli, folder: Path) -> None:
    """An option that ends the run would print while it is parsed."""
    for line, meant in (("--versoin", "--version"), ("forwrd --help", "forward --help")):
        done = cli(*shlex.split(line), cwd=folder)
        assert (done.code, done.out) == (2, "")
        assert done.err.splitlines()[1].endswith(f"nncli {meant}")


WORDS_TYPED = st.lists(
    st.sampled_from(
        [
            *(
                "forward",
                "shapes",
                "benhc",
                "convert",
                "schema",
                "run",
                "explain",
                "nncli",
                "",
                "-",
                "--",
            ),
            *(
                "net.yaml",
                "batch.csv",
                "nte.yaml",
                "a,b",
                "=",
                "5",
                "1.5",
                "none",
                "no",
                "json",
                ";",
            ),
            *(
                "--rows",
                "--sep",
                "--sep=;",
                "--header",
                "--header=0",
                "--format",
                "-q",
                "-qz",
                "-o",
            ),
            *("--delimiter", "--batch-sizes", "1", "8,", "--columns", "\u2014rows", "--json", "-h"),
        ]
    ),
    max_size=7,
)


@given(WORDS_TYPED)
@settings(max_examples=150, deadline=None)
def test_whatever_is_typed_ends_with_a_code_of_the_table(words: list[str]) -> None:
    """And what is suggested is never refused as wrong usage, but for contradictions."""
    with tempfile.TemporaryDirectory() as name:
        Path(name, "net.yaml").write_text(SPEC)
        Path(name, "batch.csv").write_text(DATA)
        done = run_here(*words, "--format=json", cwd=Path(name))
    assert done.code in (0, 2, 3, 4, 5), words
    assert "a bug in nncli" not in done.err


def test_files_with_the_same_ending_are_not_alike_for_that(cli: RunCli, folder: Path) -> None:
    found = problem(cli, "forward wine.yaml batch.csv --format json", folder)
    assert (found["code"], found["help"]) == ("N501", ["check the path"])


def test_a_value_that_fits_its_option_is_not_offered_to_another_one(
    cli: RunCli, folder: Path
) -> None:
    found = problem(cli, "forward net.yaml batch.csv --delimiter comma --format json", folder)
    assert [s["argv"][-4:-2] for s in found["suggestions"]] == [["--delimiter", ","]]


def test_a_column_that_is_both_kept_and_dropped_is_told_what_to_do(
    cli: RunCli, folder: Path
) -> None:
    line = "forward net.yaml batch.csv --drop a --keep a --format json"
    found = problem(cli, line, folder)
    advice = ["what is kept is no feature either: name it with --keep alone"]
    assert (found["code"], found["help"]) == ("N705", advice)
