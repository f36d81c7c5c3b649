"""Bad and odd specs and data, as a user meets them: the cases of tests/cases, and laws of them.

What a case is, and how all are recorded anew: see tests/recorded.py.
"""

from __future__ import annotations

import gzip
import json
import re
import unicodedata
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from commands import Told
from recorded import CASES, Case, CaseFile, answered, applied

if TYPE_CHECKING:
    from conftest import RunCli

FILES = {path.stem: CaseFile.read(path.read_text(encoding="utf-8")) for path in CASES}
ALL = {f"{stem}: {case.title}": case for stem, file in FILES.items() for case in file.cases}


def named(cases: dict[str, Case]) -> pytest.MarkDecorator:
    """Run a test for each of the cases."""
    return pytest.mark.parametrize("case", cases.values(), ids=cases)


def some(stem: str, count: int) -> dict[str, Case]:
    """Return about so many refused cases of a file, evenly spread, with the usual file names."""
    cases = [
        case
        for case in FILES[stem].cases
        if case.exit_code in (3, 4) and (case.config, case.source) == ("spec.yaml", "data.csv")
    ]
    return {case.title: case for case in cases[:: len(cases) // count]}


BAD_SPECS = some("spec_yaml", 6) | some("spec_values", 6)
GOOD_SPECS = {name: case for name, case in ALL.items() if "spec" in name and not case.exit_code}
BAD_DATA = some("data", 9) | some("cells", 3)
SUGGESTIVE = {
    name: case
    for name, case in ALL.items()
    if any("help: or " in line or " leaves " in line for line in case.answer)
}


# ------------------------------------------------------------------------------ all cases


@named(ALL)
def test_an_input_is_answered_as_its_case_shows(cli: RunCli, case: Case) -> None:
    now, answer = answered(case, cli)
    assert now.answer == case.answer
    assert answer.code == case.exit_code
    assert (answer.out == "") is (answer.code != 0)
    assert "Traceback" not in answer.err
    for told in answer.told:
        assert told.help
        assert_caret_is_below_what_is_named(case, told)
    for line in answer.err.split("\n"):
        assert len(line) < 300
        assert not {unicodedata.category(c) for c in line} & {"Cc", "Cf", "Cs", "Zl", "Zp"}


def assert_caret_is_below_what_is_named(case: Case, told: Told) -> None:
    """Check the line and the caret below a headline that names a column.

    In a spec, a column is a character; in data, it is a field: as many delimiters stand before the
    caret as there are fields before its own.
    """
    if told.file == case.config and told.column:
        text, caret = told.shown
        assert re.fullmatch(rf" *{told.line} \|( .*)?", text)
        assert re.fullmatch(r" +\| +\^", caret)
        # a refused character is shown as an escape, which is wider; a long line is cut
        if told.code != "N110" and "…" not in text and "😀" not in text:
            assert caret.index("^") - caret.index("|") - 2 == told.column - 1
    elif told.column and told.code != "N410":
        # only a line without quotes, wide characters and cuts can be counted so simply
        plain = [line for line in told.shown if line.isascii() and '"' not in line]
        if len(plain) == 2:
            delimiter = case.options[1] if "--delimiter" in case.options else ","
            text, caret = plain
            assert text[: caret.index("^")].count(delimiter) == told.column - 1


@named(SUGGESTIVE)
def test_no_suggestion_is_offered_that_does_not_work(
    cli: RunCli, tmp_path: Path, case: Case
) -> None:
    """Of those that are not the first, or that leave something to be mended."""

    def problems(*options: str) -> list[Any]:
        answer = case.run(cli, tmp_path, *options, "--format", "json")
        assert answer.code in (0, 3, 4), answer.err  # not a wrong command line
        return json.loads(answer.out)["problems"] if answer.code else []

    case.write(tmp_path)
    first = problems()[0]
    for suggestion in first["suggestions"]:
        case.write(tmp_path)
        if not suggestion["options"] and not suggestion["edits"]:
            continue  # to be done by hand
        options, _ = applied(case, tmp_path, [suggestion])
        left = [(problem["code"], problem["message"]) for problem in problems(*options)]
        assert (first["code"], first["message"]) not in left, suggestion


def test_cases_are_read_as_they_are_written_and_named_once() -> None:
    assert sum(len(file.cases) for file in FILES.values()) > 300
    for path in CASES:
        file = FILES[path.stem]
        assert file.text() == path.read_text(encoding="utf-8")
        titles = [case.title for case in file.cases]
        assert len(set(titles)) == len(titles)


# ------------------------------------------------------------------------------ some, in other ways


@named(BAD_SPECS)
def test_a_bad_spec_is_refused_alike_by_every_command(
    cli: RunCli, tmp_path: Path, case: Case
) -> None:
    """Every command validates alike; only `forward` builds a network."""
    case.write(tmp_path)
    commands = [["shapes"], ["forward", "data.csv"], ["shapes", "data.csv"], ["bench"]]
    answers = [cli(name, case.config, *data, cwd=tmp_path) for name, *data in commands]
    assert {answer.code for answer in answers} == {case.exit_code}
    assert all(answer.told == answers[0].told != [] for answer in answers)


@named(GOOD_SPECS)
def test_a_good_spec_is_taken_by_every_command(cli: RunCli, tmp_path: Path, case: Case) -> None:
    case.write(tmp_path)
    for data in ([], ["data.csv"]):
        answer = cli("shapes", case.config, *data, cwd=tmp_path)
        assert (answer.code, answer.err) == (0, "")
        assert answer.out != ""


@named(BAD_DATA)
def test_a_file_gzip_and_a_pipe_are_answered_the_same(
    cli: RunCli, tmp_path: Path, case: Case
) -> None:
    case.write(tmp_path)
    plain = case.run(cli, tmp_path, "--format", "csv")
    piped = ("forward", "spec.yaml", "-", *case.options, "--format", "csv")
    from_pipe = cli(*piped, stdin=case.data, cwd=tmp_path)
    assert from_pipe == replace(plain, err=plain.err.replace("data.csv:", "<stdin>:"))
    (tmp_path / "data.csv").write_bytes(gzip.compress(case.data))
    assert case.run(cli, tmp_path, "--format", "csv") == plain


LINE_ENDS = {"LF": "\n", "CRLF": "\r\n", "CR": "\r"}
ENCODINGS = {
    "UTF-8": ("utf-8", b""),
    "UTF-8 with a mark": ("utf-8", b"\xef\xbb\xbf"),
    "UTF-16 LE with a mark": ("utf-16-le", b"\xff\xfe"),
    "UTF-16 BE with a mark": ("utf-16-be", b"\xfe\xff"),
}


@pytest.mark.parametrize("line_end", LINE_ENDS.values(), ids=LINE_ENDS)
@pytest.mark.parametrize(("encoding", "mark"), ENCODINGS.values(), ids=ENCODINGS)
def test_places_in_a_spec_are_right_for_every_line_end_and_encoding(
    cli: RunCli, tmp_path: Path, line_end: str, encoding: str, mark: bytes
) -> None:
    lines = ["seed: -1", "# größe 😀", "", "inputs: 2", "layers:", "  - {name: 😀, neurons: 0}", ""]
    path = tmp_path / "spec.yaml"
    path.write_bytes(mark + line_end.join(lines).encode(encoding))
    places = [(told.code, told.line, told.column) for told in cli("shapes", path).told]
    assert places == [("N107", 1, 7), ("N107", 6, 24)]
