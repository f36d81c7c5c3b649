"""`nncli forward` on several files: one batch, and every message about the right file."""

from __future__ import annotations

import csv
import gzip
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from commands import run_apart
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

if TYPE_CHECKING:
    from conftest import RunCli

Write = Callable[[str, str | bytes], Path]

NET = "layer_sizes: [2, 3, 2]\nactivations: tanh\nseed: 0\n"
# Its one output is the sum of its inputs.
SUM = "{inputs: 2, layers: [{neurons: 1, weights: [[1], [1]]}]}"
HEADER = "file,line,column,name,code,text"


@pytest.fixture
def folder(write: Write) -> Path:
    """A folder with networks, and files of two samples each."""
    write("net.yaml", NET)
    write("sum.yaml", SUM)
    write("a.csv", "a,b\n1,2\n3,4\n")
    write("b.csv", "a,b\n5,6\n7,8\n")
    write("c.csv", "a,b\n9,10\n11,12\n")
    return write("whole.txt", "a,b\n1,2\n3,4\n5,6\n7,8\n9,10\n11,12\n").parent


def many_lines(count: int, seed: int = 0) -> list[str]:
    values = np.random.RandomState(seed).standard_normal((count, 2))
    return [",".join(map(repr, row)) for row in values.tolist()]


# ----------------------------------------------------------------------------------- one batch


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    count=st.sampled_from([1, 5, 255, 256, 257, 600]),
    cuts=st.lists(st.integers(0, 600), max_size=4),
    options=st.sampled_from([(), ("--threads", "3"), ("--batch-size", "1"), ("--limit", "260")]),
)
def test_parts_of_a_file_give_the_bytes_of_the_whole(
    cli: RunCli, folder: Path, count: int, cuts: list[int], options: tuple[str, ...]
) -> None:
    lines = many_lines(count)
    borders = [0, *sorted(min(cut, count) for cut in cuts), count]
    parts = []
    for number in range(len(borders) - 1):
        part = lines[borders[number] : borders[number + 1]]
        parts.append(f"part{number}.txt")
        (folder / parts[-1]).write_text("\n".join(["a,b", *part, ""]))
    (folder / "whole.txt").write_text("\n".join(["a,b", *lines, ""]))
    command = ("--format", "csv", *options)
    whole = cli("forward", "net.yaml", "whole.txt", *command, cwd=folder)
    several = cli("forward", "net.yaml", *parts, *command, cwd=folder)
    assert (several.code, several.out, several.err) == (0, whole.out, "")


@pytest.mark.parametrize("name", ["out.csv", "out.npy", "out.jsonl", "out.parquet"])
def test_a_part_longer_than_a_block_gives_the_bytes_of_the_whole_in_every_form(
    cli: RunCli, folder: Path, name: str
) -> None:
    """So long that one part is for Arrow and the others are not."""
    lines = many_lines(9_000)
    for part, chosen in (("p1", lines[:5]), ("p2", lines[5:8_900]), ("p3", lines[8_900:])):
        (folder / part).write_text("\n".join(["a,b", *chosen, ""]))
    (folder / "whole.txt").write_text("\n".join(["a,b", *lines, ""]))
    assert (folder / "p2").stat().st_size > 2**18
    results = []
    for sources in (["whole.txt"], ["p1", "p2", "p3"]):
        done = cli("forward", "net.yaml", *sources, "-o", name, "--force", "-q", cwd=folder)
        assert (done.code, done.err) == (0, "")
        results.append((folder / name).read_bytes())
    assert results[0] == results[1]


def test_a_quoted_pattern_stands_for_its_files_in_their_order(cli: RunCli, folder: Path) -> None:
    by_name = cli("forward", "sum.yaml", "a.csv", "b.csv", "c.csv", "--format", "csv", cwd=folder)
    assert by_name.out == "output_1\n3\n7\n11\n15\n19\n23\n"
    pattern = cli("forward", "sum.yaml", "?.csv", "--format", "csv", cwd=folder)
    assert (pattern.code, pattern.out, pattern.err) == (0, by_name.out, "")


def test_files_are_read_in_the_order_in_which_they_are_named(cli: RunCli, folder: Path) -> None:
    done = cli("forward", "sum.yaml", "c.csv", "a.csv", "--format", "csv", cwd=folder)
    assert done.out == "output_1\n19\n23\n3\n7\n"


def test_the_screen_names_the_first_file_and_counts_the_others(cli: RunCli, folder: Path) -> None:
    two = cli("forward", "sum.yaml", "a.csv", "b.csv", cwd=folder)
    assert two.out.splitlines()[0].endswith("4 samples × 2 features   a.csv and 1 more file")
    three = cli("forward", "sum.yaml", "*.csv", cwd=folder)
    assert three.out.splitlines()[0].endswith("6 samples × 2 features   a.csv and 2 more files")


def test_json_names_all_files(cli: RunCli, folder: Path) -> None:
    done = cli("forward", "sum.yaml", "a.csv", "b.csv", "--format", "json", cwd=folder)
    data = done.json["data"]
    assert (data["source"], data["sources"]) == (None, ["a.csv", "b.csv"])
    assert data["samples"] == 4
    assert done.json["output"]["values"] == [[3], [7], [11], [15]]


def test_json_of_one_file_names_it(cli: RunCli, folder: Path) -> None:
    for source in ("a.csv", "-"):
        done = cli("forward", "sum.yaml", source, "--format", "json", stdin=b"1,2\n", cwd=folder)
        data = done.json["data"]
        assert (data["source"], data["sources"]) == (source, [source])


@pytest.mark.parametrize(("limit", "last"), [(1, "3"), (2, "7"), (3, "11"), (5, "19"), (99, "23")])
def test_a_limit_counts_over_all_files(cli: RunCli, folder: Path, limit: int, last: str) -> None:
    command = ("sum.yaml", "a.csv", "b.csv", "c.csv", "--limit", str(limit), "--format", "csv")
    done = cli("forward", *command, cwd=folder)
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines()[1:][-1] == last
    assert len(done.out.splitlines()) == 1 + min(limit, 6)


def test_what_stands_behind_the_limit_is_not_read(cli: RunCli, folder: Path, write: Write) -> None:
    write("z.csv", "a,b\n1,oops\n")
    done = cli("forward", "sum.yaml", "a.csv", "z.csv", "--limit", "2", "-q", cwd=folder)
    assert (done.code, done.err) == (0, "")


def test_names_may_be_any_text(cli: RunCli, folder: Path, write: Write) -> None:
    write("größe 日.csv", "a,b\n1,1\n")
    write("x[1].csv", "a,b\n2,2\n")
    command = ("sum.yaml", "größe 日.csv", "x[1].csv", "--format", "json")
    done = cli("forward", *command, cwd=folder)
    assert done.json["data"]["sources"] == ["größe 日.csv", "x[1].csv"]
    assert done.json["output"]["values"] == [[2], [4]]


FEW_FILES = """
import resource
resource.setrlimit(resource.RLIMIT_NOFILE, (20, 20))
import sys
from nncli.__main__ import main
sys.argv = ["nncli", "forward", "sum.yaml", "part*.csv", "--format", "csv", "--threads", "2"]
main()
"""


def test_more_files_than_may_be_open_are_read(folder: Path) -> None:
    for number in range(40):
        (folder / f"part{number:02}.csv").write_text(f"a,b\n{number},0\n")
    done = run_apart([sys.executable, "-c", FEW_FILES], cwd=folder)
    assert (done.code, done.err) == (0, "")
    assert done.out.split() == ["output_1", *map(str, range(40))]


# ------------------------------------------------------------------------------- wrong usage


@pytest.mark.parametrize("again", ["a.csv", "./a.csv", "link.csv", "?.csv"])
def test_a_file_that_is_named_twice_is_wrong_usage(cli: RunCli, folder: Path, again: str) -> None:
    os.symlink("a.csv", folder / "link.csv")
    done = cli("forward", "sum.yaml", "a.csv", again, cwd=folder)
    assert (done.code, done.out) == (2, "")
    headline, *helps = done.err.splitlines()
    assert headline.startswith("error[N704]: DATA names 'a.csv'")
    assert headline.endswith("each file is read once")
    # the same word twice can go; of another one nobody knows
    leave = ["help: leave `a.csv` out   nncli forward sum.yaml a.csv"]
    assert helps == (leave if again == "a.csv" else [])


def test_standard_input_beside_files_is_wrong_usage(cli: RunCli, folder: Path) -> None:
    done = cli("forward", "sum.yaml", "a.csv", "-", stdin=b"1,2\n", cwd=folder)
    assert (done.code, done.out) == (2, "")
    assert done.err == "error[N704]: standard input (-) is read alone, not beside files\n"


def test_samples_in_columns_are_those_of_one_file(cli: RunCli, folder: Path) -> None:
    done = cli("forward", "sum.yaml", "a.csv", "b.csv", "--samples", "columns", cwd=folder)
    assert (done.code, done.out) == (2, "")
    assert "--samples columns takes one file" in done.err


# ------------------------------------------------------------------------- files that are no data


def test_a_pattern_that_matches_nothing_ends_with_5(cli: RunCli, folder: Path) -> None:
    done = cli("forward", "sum.yaml", "none*.csv", cwd=folder)
    assert (done.code, done.out) == (5, "")
    assert done.err == "none*.csv: error[N501]: no file matches\nhelp: check the pattern\n"


@pytest.mark.parametrize(
    ("other", "code"), [("none.csv", "N501"), ("none*.csv", "N501"), ("f", "N502")]
)
def test_a_later_file_that_cannot_be_opened_is_found_before_anything_is_written(
    cli: RunCli, folder: Path, other: str, code: str
) -> None:
    (folder / "f").mkdir()
    (folder / "a.csv").write_text("\n".join(["a,b", *many_lines(3_000)]))
    command = ("forward", "sum.yaml", "a.csv", other)
    done = cli(*command, "--format", "csv", "--threads", "1", cwd=folder)
    assert (done.code, done.out) == (5, "")
    assert done.err.startswith(f"{other}: error[{code}]")
    assert cli(*command, "-o", "out.csv", "--rejects", "r.csv", cwd=folder).code == 5
    assert not (folder / "out.csv").exists()


@pytest.mark.parametrize("content", ["b,a\n1,2\n", "a,b,c\n1,2,3\n", "1,2\n", "a,x\n1,2\n"])
def test_columns_that_differ_are_found_before_anything_is_written(
    cli: RunCli, folder: Path, write: Write, content: str
) -> None:
    write("z.csv", content)
    write("out.csv", "old\n")
    (folder / "a.csv").write_text("\n".join(["a,b", *many_lines(3_000), "x,y"]))
    done = cli("forward", "sum.yaml", "a.csv", "z.csv", "--format", "csv", cwd=folder)
    assert (done.code, done.out) == (4, "")
    assert done.err.startswith("z.csv:1: error[N418]: ")
    assert done.err.count("error") == 1
    command = ("sum.yaml", "a.csv", "z.csv", "-o", "out.csv", "--force")
    assert cli("forward", *command, cwd=folder).code == 4
    assert (folder / "out.csv").read_text() == "old\n"


def test_a_message_about_columns_shows_their_line_and_says_what_would_help(
    cli: RunCli, folder: Path, write: Write
) -> None:
    write("z.csv", "b,a\n1,2\n")
    done = cli("forward", "sum.yaml", "a.csv", "z.csv", cwd=folder)
    assert done.err == (
        "z.csv:1: error[N418]: column 1 is 'b' here, 'a' in a.csv\n"
        "   1 | b,a\n"
        "help: files that are read together have the same columns in the same order\n"
    )


@pytest.mark.parametrize(
    "content",
    [
        b"id,a,b\nx,1,2\n",  # --drop id: the first file has no such column
        b"a;b\n1;2\n",
        "a,b\n1,2\n".encode("utf-16"),
        b"k,1\n1,2\n",  # --header: other names than in the first file
    ],
)
def test_no_option_is_offered_for_one_file_that_the_first_one_does_not_bear(
    cli: RunCli, folder: Path, content: bytes
) -> None:
    (folder / "z.csv").write_bytes(content)
    done = cli("forward", "sum.yaml", "a.csv", "z.csv", "--format", "json", cwd=folder)
    [problem] = json.loads(done.out)["problems"]
    assert (done.code, problem["file"], problem["suggestions"]) == (4, "z.csv", [])


def test_an_option_that_all_files_bear_is_offered_for_a_later_one(
    cli: RunCli, folder: Path
) -> None:
    (folder / "a.csv").write_text("a,b,note\n1,2,good\n")
    (folder / "z.csv").write_bytes("a,b,note\n1,2,größer\n".encode("latin-1"))
    command = ("forward", "sum.yaml", "a.csv", "z.csv", "--keep", "note")
    done = cli(*command, "--format", "json", cwd=folder)
    [problem] = json.loads(done.out)["problems"]
    assert problem["code"] == "N406"
    assert [found["options"] for found in problem["suggestions"]] == [["--encoding", "cp1252"]]
    assert cli(*command, "--encoding", "cp1252", cwd=folder).code == 0


def test_a_width_that_does_not_fit_is_told_of_the_first_file(cli: RunCli, folder: Path) -> None:
    (folder / "a.csv").write_text("a,b,c\n1,2,3\n")
    done = cli("forward", "sum.yaml", "a.csv", "b.csv", cwd=folder)
    assert (done.code, done.out) == (4, "")
    assert "a.csv:1:1: error[N407]" in done.err
    assert "b.csv" not in done.err
    assert done.err.count("error") == 1


# ------------------------------------------------------------------------------ faulty samples


def test_problems_of_several_files_are_each_told_in_theirs(
    cli: RunCli, folder: Path, write: Write
) -> None:
    write("x.csv", "a,b\n1,2\n3,oops\n")
    write("y.csv", 'a,b\n"1,000",2\n')
    done = cli("forward", "sum.yaml", "x.csv", "a.csv", "y.csv", cwd=folder)
    assert (done.code, done.out) == (4, "")
    assert "x.csv:3:2: error[N404]: 'oops' in column 2 ('b')" in done.err
    assert "   3 | 3,oops\n" in done.err
    assert "y.csv:2:1: error[N404]: '1,000' in column 1 ('a')" in done.err
    assert "a.csv" not in done.err


def test_a_suggestion_edits_the_file_that_it_is_about(
    cli: RunCli, folder: Path, write: Write
) -> None:
    """The doctor tries a change on the beginning of the file that it is for."""
    write("x.csv", "a,b\n1,2\n")
    write("y.csv", 'a,b\n"1,000",2\n3000,4\n')
    done = cli("forward", "sum.yaml", "x.csv", "y.csv", "--format", "json", cwd=folder)
    (problem,) = done.json["problems"]
    assert (problem["file"], problem["line"], problem["column"]) == ("y.csv", 2, 1)
    first, *others = [edit for change in problem["suggestions"] for edit in change["edits"]]
    assert (first["file"], first["line"], first["text"]) == ("y.csv", 2, "1000")
    assert {edit["file"] for edit in others} <= {"y.csv"}


def test_each_file_has_its_own_suggestions(cli: RunCli, folder: Path, write: Write) -> None:
    write("x.csv", 'a,b\n"1,000",2\n3,4\n')
    write("y.csv", 'a,b\n1,2\n"5,000",4\n')
    done = cli("forward", "sum.yaml", "x.csv", "y.csv", "--format", "json", cwd=folder)
    edited = []
    for problem in done.json["problems"]:
        edits = [edit for change in problem["suggestions"] for edit in change["edits"]]
        edited.append({(edit["file"], edit["line"]) for edit in edits})
    assert edited == [{("x.csv", 2)}, {("y.csv", 3)}]


def test_rejects_list_what_is_refused_of_all_files_with_its_file(
    cli: RunCli, folder: Path, write: Write
) -> None:
    write("x.csv", "a,b\n" + "".join(f"{n},x{n}\n" for n in range(60)))
    write("y, z.csv", "a,b\n1\n" + "".join(f"y{n},{n}\n" for n in range(60)))
    sources = ("x.csv", "a.csv", "y, z.csv")
    done = cli("forward", "sum.yaml", *sources, "--rejects", "r.csv", cwd=folder)
    assert (done.code, done.out) == (4, "")
    assert done.err.endswith("more problems; r.csv lists all\n")
    with (folder / "r.csv").open(newline="") as stream:
        header, *found = csv.reader(stream)
    assert ",".join(header) == HEADER
    assert found == [
        *(["x.csv", str(n + 2), "2", "b", "N404", f"x{n}"] for n in range(60)),
        ["y, z.csv", "2", "", "", "N403", "1"],
        *(["y, z.csv", str(n + 3), "1", "a", "N404", f"y{n}"] for n in range(60)),
    ]


@pytest.mark.parametrize("threads", ["1", "3"])
def test_rejects_before_the_end_of_the_reading_are_listed_with_it(
    cli: RunCli, folder: Path, write: Write, threads: str
) -> None:
    write("x.csv", "1,2\nx,4\n5\n")
    np.save(folder / "y.npy", np.ones((9, 2)))
    write("y.npy.gz", gzip.compress((folder / "y.npy").read_bytes()[:-1]))
    command = ("sum.yaml", "x.csv", "y.npy.gz", "--rejects", "r.csv", "--threads", threads)
    assert cli("forward", *command, cwd=folder).code == 4
    assert (folder / "r.csv").read_text() == (
        f"{HEADER}\nx.csv,2,1,column_1,N404,x\nx.csv,3,,,N403,5\ny.npy.gz,,,,N414,\n"
    )


def test_columns_that_differ_are_listed_with_their_file(
    cli: RunCli, folder: Path, write: Write
) -> None:
    write("y.csv", "b,a\n1,2\n")
    write("z.csv", "1,2\n")
    sources = ("a.csv", "y.csv", "z.csv")
    assert cli("forward", "sum.yaml", *sources, "--rejects", "r.csv", cwd=folder).code == 4
    assert (folder / "r.csv").read_text() == (
        f'{HEADER}\ny.csv,1,,,N418,"b,a"\nz.csv,1,,,N418,"1,2"\n'
    )


def test_what_is_held_for_json_is_limited_over_all_files(
    cli: RunCli, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nncli.data.source_bytes.MAX_HELD_BYTES", 2**20)
    lines = "\n".join(["a,b", *many_lines(15_000)])
    for name in ("a.csv", "b.csv"):
        (folder / name).write_text(lines)
        assert 2**19 < (folder / name).stat().st_size < 2**20
    done = cli("forward", "sum.yaml", "a.csv", "b.csv", "--format", "json", cwd=folder)
    assert done.code == 4
    assert "b.csv: error[N412]: more than 1 MiB of data" in done.err
    assert json.loads(done.out)["format"] == "nncli.problems/1"
    both = cli("forward", "sum.yaml", "a.csv", "b.csv", "--format", "csv", cwd=folder)
    assert (both.code, len(both.out.splitlines())) == (0, 30_001)


@pytest.mark.parametrize("command", ["shapes", "bench"])
def test_other_commands_take_one_file(cli: RunCli, folder: Path, command: str) -> None:
    done = cli(command, "sum.yaml", "a.csv", "b.csv", cwd=folder)
    assert (done.code, done.out) == (2, "")
    assert "b.csv" in done.err


@pytest.mark.parametrize("output", ["b.csv", "./a.csv"])
def test_none_of_the_files_is_overwritten(cli: RunCli, folder: Path, output: str) -> None:
    done = cli("forward", "sum.yaml", "a.csv", "b.csv", "-o", output, "--force", cwd=folder)
    assert (done.code, done.out) == (5, "")
    assert "error[N505]" in done.err
    assert (folder / "b.csv").read_text() == "a,b\n5,6\n7,8\n"
