"""Saved benchmarks read back: the good ones exactly, every odd one refused in words."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from nncli.errors import DataError, FileError
from nncli.timing.saved import Key, read_saved

if TYPE_CHECKING:
    from conftest import RunCli

Write = Callable[[str, str | bytes], Path]

FIRST: dict[str, Any] = {
    "backend": "numpy",
    "dtype": "float64",
    "threads": 1,
    "batch_size": 1,
    "timings_seconds": [0.5, 0.25, 1],
}
GOOD: dict[str, Any] = {
    "format": "nncli.bench/2",
    "network": {"layer_sizes": [4, 3, 3], "activations": ["linear", "linear"]},
    "results": [FIRST, {**FIRST, "batch_size": 8}],
    "machine": {"processor": "Z80", "processors": 1, "versions": {"numpy": "1.0"}},
}


def changed(key: str, value: object) -> str:
    """Return a good saved benchmark with one value of its second result changed."""
    content = copy.deepcopy(GOOD)
    content["results"][1][key] = value
    return json.dumps(content)


def without(key: str) -> str:
    """Return a good saved benchmark that lacks a key: of the whole, or of its second result."""
    content = copy.deepcopy(GOOD)
    del (content if key in content else content["results"][1])[key]
    return json.dumps(content)


def refusal(path: Path) -> str:
    """Return what is said about a file that is no saved benchmark."""
    with pytest.raises(DataError) as caught:
        read_saved(str(path))
    [problem] = caught.value.problems
    assert (problem.code, caught.value.exit_code) == ("N417", 4)
    assert problem.place is not None
    assert problem.place.file == str(path)
    assert problem.help == ("save one first: nncli bench CONFIG --save FILE",)
    what, _, why = problem.message.partition(": ")
    assert what == "not a saved benchmark"
    return why


# ------------------------------------------------------------------------------ what is saved


def test_what_was_saved_is_read_back(write: Write) -> None:
    path = write("saved.json", json.dumps(GOOD))
    saved = read_saved(str(path))
    assert saved.source == str(path)
    assert saved.timings == {
        Key("numpy", "float64", 1, 1): (0.5, 0.25, 1.0),
        Key("numpy", "float64", 1, 8): (0.5, 0.25, 1.0),
    }
    assert (saved.network, saved.machine) == (GOOD["network"], GOOD["machine"])


def test_a_real_run_is_read_back_to_the_last_bit(cli: RunCli, tmp_path: Path) -> None:
    path = tmp_path / "saved.json"
    options = ("--batch-sizes", "1,8", "--backend", "numpy,loop", "--dtype", "float32,float64")
    command = ("bench", "configs/two_layers.yaml", "--max-time", "0", "--repetitions", "2")
    done = cli(*command, *options, "--save", path, "--format", "json")
    assert (done.code, done.err) == (0, "")
    saved = read_saved(str(path))
    assert len(saved.timings) == 8
    for one in done.json["results"]:
        key = Key(one["backend"], one["dtype"], one["threads"], one["batch_size"])
        assert list(saved.timings[key]) == one["timings_seconds"]
    assert (saved.network, saved.machine) == (done.json["network"], done.json["machine"])


def test_a_byte_order_mark_changes_nothing(write: Write) -> None:
    """Some editors put one before everything that they write."""
    text = json.dumps(GOOD)
    plain = read_saved(str(write("plain.json", text)))
    marked = read_saved(str(write("marked.json", b"\xef\xbb\xbf" + text.encode())))
    assert marked.timings == plain.timings


def test_a_saved_benchmark_may_have_no_results(write: Write) -> None:
    path = write("saved.json", json.dumps({**GOOD, "results": []}))
    assert read_saved(str(path)).timings == {}


# ------------------------------------------------------------------------------ what is not


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b" \n",
        b"layer_sizes: [4, 3]\n",
        b"1,2,3,4\n",
        b"{",
        b'{"format": "nncli.bench/2"',
        b"{}\n{}\n",
        json.dumps(GOOD).encode() + b"x",
        json.dumps(GOOD).replace("Z80", "Z\xff").encode("latin-1"),
        b"\xff\xfe\xff",
        b"\x00" * 100,
        b"\x89PNG\r\n\x1a\n",
        b"[" * 100_000 + b"]" * 100_000,
        b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    ],
    ids=lambda content: repr(content[:12]),
)
def test_what_is_not_json_is_refused(write: Write, content: bytes) -> None:
    assert refusal(write("old.json", content)) == "it is not JSON"


@pytest.mark.parametrize("content", ["[]", "[1, 2]", "null", "true", "1", '"text"', "NaN", "1e999"])
def test_json_that_is_no_object_is_refused(write: Write, content: str) -> None:
    assert refusal(write("old.json", content)) == "it is not a JSON object"


@pytest.mark.parametrize(
    "found",
    ["nncli.bench/3", "nncli.forward/1", "NNCLI.BENCH/1", "", None, 1, ["nncli.bench/2"], {}],
)
def test_another_format_is_refused(write: Write, found: object) -> None:
    path = write("old.json", json.dumps({**GOOD, "format": found}))
    assert refusal(path) == "its `format` is not 'nncli.bench/2'"


def test_a_result_of_another_command_is_refused(cli: RunCli, write: Write) -> None:
    done = cli("shapes", "configs/two_layers.yaml", "--format", "json")
    assert refusal(write("old.json", done.out)) == "its `format` is not 'nncli.bench/2'"
    assert refusal(write("old.json", "{}")) == "its `format` is not 'nncli.bench/2'"


@pytest.mark.parametrize("key", ["results", "network", "machine"])
def test_a_missing_part_is_named(write: Write, key: str) -> None:
    assert refusal(write("old.json", without(key))) == f"{key} is missing"


@pytest.mark.parametrize("key", list(FIRST))
def test_what_a_result_lacks_is_named_with_its_place(write: Write, key: str) -> None:
    assert refusal(write("old.json", without(key))) == f"results[2].{key} is missing"


@pytest.mark.parametrize("value", [None, 1, "text", True, [], [1]])
@pytest.mark.parametrize("key", ["network", "machine"])
def test_a_part_of_another_kind_is_named(write: Write, key: str, value: object) -> None:
    path = write("old.json", json.dumps({**GOOD, key: value}))
    assert refusal(path) == f"{key} is not an object"


@pytest.mark.parametrize("value", [None, 1, "text", True, {}, {"1": FIRST}])
def test_results_are_a_list(write: Write, value: object) -> None:
    path = write("old.json", json.dumps({**GOOD, "results": value}))
    assert refusal(path) == "results is not a list"


@pytest.mark.parametrize("value", [None, 1, "text", [], [FIRST]])
def test_a_result_is_an_object(write: Write, value: object) -> None:
    path = write("old.json", json.dumps({**GOOD, "results": [FIRST, value]}))
    assert refusal(path) == "results[2] is not an object"


@pytest.mark.parametrize("value", [None, 1, True, ["numpy"], {}])
@pytest.mark.parametrize("key", ["backend", "dtype"])
def test_a_name_is_a_text(write: Write, key: str, value: object) -> None:
    assert refusal(write("old.json", changed(key, value))) == f"results[2].{key} is not a text"


@pytest.mark.parametrize(
    "value", [True, False, 0, -1, 1.0, 1.5, "1", None, [1], float("nan"), float("inf")]
)
@pytest.mark.parametrize("key", ["threads", "batch_size"])
def test_a_count_is_a_whole_number_from_1(write: Write, key: str, value: object) -> None:
    path = write("old.json", changed(key, value))
    assert refusal(path) == f"results[2].{key} is not a whole number"


@pytest.mark.parametrize(
    "seconds",
    [
        [],
        {},
        None,
        0.5,
        "0.5",
        [0],
        [0.0],
        [-0.0],
        [-1],
        [-0.5],
        [True],
        [None],
        ["0.5"],
        [[0.5]],
        [float("nan")],
        [float("inf")],
        [float("-inf")],
        [0.5, float("nan")],
        [0.5, 0],
        [10**400],
        [0.5, 10**400],
        [-(10**400)],
    ],
    ids=lambda value: repr(value)[:12],
)
def test_seconds_are_a_list_of_positive_finite_numbers(write: Write, seconds: object) -> None:
    path = write("old.json", changed("timings_seconds", seconds))
    assert refusal(path) == "results[2].timings_seconds is not a list of seconds"


@pytest.mark.parametrize("literal", ["1e400", "1e-400", "-1e400", "Infinity", "-Infinity", "NaN"])
def test_a_literal_that_no_float_holds_is_no_time(write: Write, literal: str) -> None:
    path = write("old.json", json.dumps(GOOD).replace("0.25", literal))
    assert refusal(path) == "results[1].timings_seconds is not a list of seconds"


def test_a_number_of_ten_thousand_digits_is_refused(write: Write) -> None:
    assert refusal(write("old.json", json.dumps(GOOD).replace("0.25", "9" * 10_000)))


def test_a_measurement_that_is_there_twice_is_refused(write: Write) -> None:
    """Nobody knows which of them is meant."""
    twice = {**GOOD, "results": [FIRST, {**FIRST, "timings_seconds": [9]}]}
    assert "results[2]" in refusal(write("old.json", json.dumps(twice)))


# -------------------------------------------------------------------------------- how much


def test_more_than_64_mib_are_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "old.json"
    with path.open("wb") as stream:
        stream.truncate(64 * 2**20 + 1)
    assert refusal(path) == "is larger than 64 MiB"


def test_the_limit_itself_is_allowed(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    text = json.dumps(GOOD)
    path = write("old.json", text)
    monkeypatch.setattr("nncli.timing.saved._MAX_BYTES", len(text))
    assert len(read_saved(str(path)).timings) == 2
    monkeypatch.setattr("nncli.timing.saved._MAX_BYTES", len(text) - 1)
    assert refusal(path).startswith("is larger than ")


# ----------------------------------------------------------------------- at the command line


@pytest.mark.parametrize("name", ["old.json", "new\nline.json", "[red]\x1b[31m.json"])
def test_at_the_command_line_the_file_is_named_inert(cli: RunCli, write: Write, name: str) -> None:
    done = cli("bench", "configs/two_layers.yaml", "--compare", write(name, without("network")))
    assert (done.code, done.out) == (4, "")
    assert ".json: error[N417]: not a saved benchmark: network is missing" in done.err
    assert "help: save one first: nncli bench CONFIG --save FILE" in done.err
    assert all(c.isprintable() for c in done.err.replace("\n", ""))


@pytest.mark.parametrize(
    "content",
    [
        changed("timings_seconds", [10**400]),
        changed("threads", True),
        '{"format": "nncli.bench/2", "results": [' + "[" * 5000,
    ],
    ids=["huge", "bool", "deep"],
)
def test_at_the_command_line_no_content_is_a_bug(cli: RunCli, write: Write, content: str) -> None:
    done = cli("bench", "configs/two_layers.yaml", "--compare", write("old.json", content))
    assert (done.code, done.out) == (4, "")
    assert "error[N417]" in done.err


def test_a_file_that_cannot_be_read_is_another_matter(tmp_path: Path) -> None:
    for path, code in ((tmp_path / "nothing.json", "N501"), (tmp_path, "N502")):
        with pytest.raises(FileError) as caught:
            read_saved(str(path))
        assert caught.value.problems[0].code == code


# ------------------------------------------------------------------------ an earlier format


def as_format_1(document: dict[str, Any]) -> dict[str, Any]:
    """Return a saved benchmark as nncli wrote it before its timings were called so."""
    results = [
        {("samples_seconds" if key == "timings_seconds" else key): one[key] for key in one}
        for one in document["results"]
    ]
    return {**document, "format": "nncli.bench/1", "results": results}


def test_a_benchmark_in_the_earlier_format_is_still_read(write: Write) -> None:
    now, before = (
        write("now.json", json.dumps(GOOD)),
        write("old.json", json.dumps(as_format_1(GOOD))),
    )
    assert read_saved(str(before)).timings == read_saved(str(now)).timings


def test_faults_of_an_earlier_format_are_told_in_its_own_words(write: Write) -> None:
    wrong = as_format_1({**GOOD, "results": [{**FIRST, "timings_seconds": [0]}]})
    assert refusal(write("a.json", json.dumps(wrong))) == (
        "results[1].samples_seconds is not a list of seconds"
    )
    del wrong["results"][0]["samples_seconds"]
    assert refusal(write("b.json", json.dumps(wrong))) == "results[1].samples_seconds is missing"
