"""YAML text as plain values with places, through the C parser and through the pure Python one."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
import yaml

from nncli.errors import SpecError
from nncli.problems import Problem
from nncli.specs import yaml_nodes, yaml_source
from nncli.specs.located import located
from nncli.specs.reader import inspect_spec
from nncli.specs.yaml_source import YamlSource, read_yaml

ROOT = Path(__file__).resolve().parents[2]
LOADERS: dict[str, Any] = {"python": yaml.SafeLoader}
if hasattr(yaml, "CSafeLoader"):
    LOADERS["c"] = yaml.CSafeLoader


@pytest.fixture(params=sorted(LOADERS), autouse=True)
def parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Every test in this file runs once with each of PyYAML's parsers."""
    monkeypatch.setattr(yaml_source, "_LOADER", LOADERS[request.param])
    return str(request.param)


def read(text: str | bytes) -> YamlSource:
    content = text.encode() if isinstance(text, str) else text
    return read_yaml(content, "spec.yaml")


def refusal(text: str | bytes) -> Problem:
    """Return the one problem for which the text is refused."""
    source = read(text)
    assert source.is_unreadable
    [problem] = problems(source)
    return problem


def problems(source: YamlSource) -> tuple[Problem, ...]:
    return located(source.faults, source).problems


def where(problem: Problem) -> tuple[str, int | None, int | None]:
    """Return a problem's code, line and column."""
    assert problem.place is not None
    return problem.code, problem.place.line, problem.place.column


# ------------------------------------------------------------------------------------- scalars

SCALARS: list[tuple[str, object]] = [
    ("1", 1),
    ("+1", 1),
    ("-12", -12),
    ("0", 0),
    ("0o10", 8),
    ("0x1F", 31),
    ("1e-3", 0.001),
    ("1e3", 1000.0),
    ("5e-05", 0.00005),
    ("-.5", -0.5),
    ("+.5", 0.5),
    ("2.", 2.0),
    ("2.0", 2.0),
    ("1E+2", 100.0),
    (".inf", math.inf),
    ("-.Inf", -math.inf),
    ("1e400", math.inf),
    ("true", True),
    ("FALSE", False),
    ("null", None),
    ("~", None),
    ("", None),
    # none of these is a number, a truth value or a date in YAML 1.2
    ("010", "010"),
    ("-007", "-007"),
    ("08", "08"),
    ("0b1", "0b1"),
    ("1_000", "1_000"),
    ("1:30", "1:30"),
    ("190:20:30.15", "190:20:30.15"),
    ("1,5", "1,5"),
    ("yes", "yes"),
    ("No", "No"),
    ("on", "on"),
    ("off", "off"),
    ("y", "y"),
    ("tRUE", "tRUE"),
    ("nan", "nan"),
    ("inf", "inf"),
    ("NaN", "NaN"),
    ("2024-01-01", "2024-01-01"),
    ("2024-13-45", "2024-13-45"),
    ("\u0661", "\u0661"),  # ARABIC-INDIC DIGIT ONE
    ("=", "="),
    # quotes make text of anything
    ('"42"', "42"),
    ("'42'", "42"),
    ('"true"', "true"),
    ('""', ""),
    ("|\n  1\n", "1\n"),
    (">\n  1\n", "1\n"),
]


@pytest.mark.parametrize(("written", "value"), SCALARS)
def test_a_scalar_is_read_by_the_core_schema_of_yaml_1_2(written: str, value: object) -> None:
    found = read(f"a: {written}\n").value["a"]
    assert (found, type(found)) == (value, type(value))


def test_not_a_number_is_written_with_a_point() -> None:
    assert math.isnan(read("a: .nan\n").value["a"])


def test_an_integer_of_five_thousand_digits_is_read_without_an_exception() -> None:
    assert read(f"a: {'9' * 5000}\n").value["a"] > 2**64


def test_keys_are_text_however_they_look() -> None:
    assert read("1: a\ntrue: b\n~: c\n'x y': d\n").value == {
        "1": "a",
        "true": "b",
        "~": "c",
        "x y": "d",
    }


def test_nothing_at_all_has_no_value() -> None:
    for text in ("", "\n\n", "# a remark\n", "---\n", "\ufeff"):
        assert read(text).value is None


@pytest.mark.parametrize("line", ["# a remark  \n", "  \n", "\t\r\n", f"{' ' * 10_000}# x\n"])
def test_lines_without_content_cost_no_more_than_their_length(line: str) -> None:
    assert read(line * 30).value is None
    assert read(line.replace("\t", " ") * 30 + "a: 1\n").value == {"a": 1}


# -------------------------------------------------------------------------------------- places

LINES = ["seed: 0", "layers:", "  - neurons: 3", "    name: größe 😀", "  - {neurons: 4, name: b}"]


def encoded(line_end: str, encoding: str = "utf-8", bom: bytes = b"") -> bytes:
    return bom + line_end.join([*LINES, ""]).encode(encoding)


ENCODINGS = {
    "lf": encoded("\n"),
    "crlf": encoded("\r\n"),
    "cr": encoded("\r"),
    "mark": encoded("\n", bom=b"\xef\xbb\xbf"),
    "mark-crlf": encoded("\r\n", bom=b"\xef\xbb\xbf"),
    "utf-16-le": encoded("\n", "utf-16-le", b"\xff\xfe"),
    "utf-16-be-crlf": encoded("\r\n", "utf-16-be", b"\xfe\xff"),
    "no-end": encoded("\n")[:-1],
}


@pytest.mark.parametrize("content", ENCODINGS.values(), ids=ENCODINGS)
def test_places_are_physical_lines_and_characters_whatever_the_encoding(content: bytes) -> None:
    source = read(content)
    assert source.value == {
        "seed": 0,
        "layers": [{"neurons": 3, "name": "größe 😀"}, {"neurons": 4, "name": "b"}],
    }
    places = {
        (path, of_key): source.place(path, of_key=of_key)
        for path in [("seed",), ("layers", 0, "name"), ("layers", 1), ("layers", 1, "name")]
        for of_key in (False, True)
    }
    assert {key: (place.line, place.column) for key, place in places.items()} == {
        (("seed",), False): (1, 7),
        (("seed",), True): (1, 1),
        (("layers", 0, "name"), False): (4, 11),
        (("layers", 0, "name"), True): (4, 5),
        (("layers", 1), False): (5, 5),
        (("layers", 1), True): (5, 5),  # an item of a list has no key
        (("layers", 1, "name"), False): (5, 24),
        (("layers", 1, "name"), True): (5, 18),
    }
    for place in places.values():
        assert place.line is not None
        assert place.column is not None
        assert (place.excerpt, place.caret) == (LINES[place.line - 1], place.column - 1)


def test_columns_count_characters_not_bytes_or_code_units() -> None:
    place = read("{name: 😀é, seed: -1}\n").place(("seed",))
    assert (place.line, place.column, place.caret) == (1, 18, 17)


def test_mixed_line_ends_count_one_line_each() -> None:
    place = read("# a\r\n# b\r# c\n\r\nseed: 0\n").place(("seed",), of_key=True)
    assert (place.line, place.column) == (5, 1)


def test_what_is_absent_stands_at_its_nearest_parent() -> None:
    source = read("inputs: {size: 4}\nlayers:\n  - neurons: 1\n")
    lines_and_columns = [
        (place.line, place.column)
        for place in map(source.place, [("layers", 0, "name"), ("layers", 7), ("inputs", "x", 1)])
    ]
    assert lines_and_columns == [(3, 5), (3, 3), (1, 9)]


def test_a_scalar_is_given_back_as_it_was_typed() -> None:
    source = read("a: 010\nb: '42'\nc: \"42\"\nd:\ne: [1]\n")
    assert [source.written((key,)) for key in "abcde"] == ["010", '"42"', '"42"', "", None]


# ---------------------------------------------------------------- what does not stop the reading


def test_a_repeated_key_is_refused_at_its_second_place_with_the_first() -> None:
    source = read("seed: 1\nname: x\nseed: 2\nseed: 3\n")
    assert source.value == {"seed": 1, "name": "x"}
    assert [where(problem) for problem in problems(source)] == [("N102", 3, 1), ("N102", 4, 1)]
    assert all("1:1" in problem.message for problem in problems(source))


def test_a_repeated_key_is_found_however_it_is_quoted_or_nested() -> None:
    source = read("layers:\n  - neurons: 1\n    'neurons': 2\n  - {name: a, name: b}\n")
    assert [where(problem) for problem in problems(source)] == [("N102", 3, 5), ("N102", 4, 15)]
    assert "2:5" in problems(source)[0].message
    assert "4:6" in problems(source)[1].message


def test_merge_keys_are_refused_and_the_quoted_word_is_an_ordinary_key() -> None:
    source = read("a: &a {b: 1}\nc:\n  <<: *a\n'<<': 1\n")
    assert [where(problem) for problem in problems(source)] == [("N103", 3, 3)]
    assert source.value == {"a": {"b": 1}, "c": {}, "<<": 1}


def test_tags_are_refused_one_by_one_and_run_nothing() -> None:
    text = 'a: !!python/object/apply:os.system ["exit 1"]\nb: !!int 1\nc: !own {d: ! e}\n'
    source = read(text)
    assert [where(problem) for problem in problems(source)] == [
        ("N103", 1, 4),
        ("N103", 2, 4),
        ("N103", 3, 4),
        ("N103", 3, 13),
    ]
    assert source.value["a"] == ["exit 1"]


def test_a_collection_cannot_be_a_key() -> None:
    source = read("? [a]\n: 1\n? {b: 1}\n: 2\nc: 3\n")
    assert [where(problem) for problem in problems(source)] == [("N105", 1, 3), ("N105", 3, 3)]
    assert source.value == {"c": 3}


def test_a_complete_anchor_may_be_repeated() -> None:
    source = read("a: &a [1, {b: 2}]\nc: *a\nd: [*a, *a]\n")
    value = [1, {"b": 2}]
    assert source.value == {"a": value, "c": value, "d": [value, value]}
    assert problems(source) == ()


def test_every_problem_that_does_not_stop_the_reading_says_what_would_help() -> None:
    text = "a: 1\na: 2\nb: !c d\ne: &e {f: 1}\ng: {<<: *e}\n? [h]\n: 1\n"
    found = problems(read(text))
    assert sorted(problem.code for problem in found) == ["N102", "N103", "N103", "N105"]
    assert [problem.message for problem in found if not problem.help] == []


# ----------------------------------------------------------------------------- what does stop it

NOT_YAML: list[tuple[str, tuple[str, int, int]]] = [
    # a bracket that is not closed is shown where it was opened
    ("seed: 0\nlayer_sizes: [4, 8, 3\n", ("N100", 2, 14)),
    ("layer_sizes: [4, 8, 3\nseed: 0\n", ("N100", 1, 14)),
    ("inputs: {size: 4\nlayers: []\n", ("N100", 1, 9)),
    ("a: [[1, 2], [3, 4\n", ("N100", 1, 13)),
    # tabs
    ("inputs:\n\tsize: 2\n", ("N100", 2, 1)),
    ("a:\n  - b: 1\n\tc: 2\n", ("N100", 3, 1)),
    # a second document
    ("a: 1\n---\nb: 2\n", ("N103", 2, 1)),
    ("---\na: 1\n---\n", ("N103", 3, 1)),
    # aliases
    ("a: *b\n", ("N100", 1, 4)),
    ("a: &a [*a]\n", ("N104", 1, 8)),
    ("a: &a\n  b:\n    c: *a\n", ("N104", 3, 8)),
    # other faults of the YAML itself
    ("a: b: c\n", ("N100", 1, 5)),
    ("a: ]\n", ("N100", 1, 4)),
    ("@a: 1\n", ("N100", 1, 1)),
    ("a: `b`\n", ("N100", 1, 4)),
    ("a: %b\n", ("N100", 1, 4)),
    ("a: 1\n  b: 2\n", ("N100", 2, 4)),
    ("- a\nb: 1\n", ("N100", 2, 1)),
    ("a: !x!y 1\n", ("N103", 1, 4)),
    ("%YAML 3.0\n---\na: 1\n", ("N100", 1, 1)),
    ("a: &x 1\nb: &x 2\n", ("N100", 2, 4)),
    ("a: 1\n...\nb\n", ("N103", 3, 1)),
]


@pytest.mark.parametrize(("text", "expected"), NOT_YAML)
def test_text_that_is_not_yaml_is_refused_at_its_place(
    text: str, expected: tuple[str, int, int]
) -> None:
    assert where(refusal(text)) == expected


@pytest.mark.parametrize("text", [text for text, _ in NOT_YAML])
def test_text_that_is_not_yaml_is_refused_with_a_line_a_caret_and_help(text: str) -> None:
    problem = refusal(text)
    assert problem.place is not None
    assert problem.place.line is not None
    assert problem.place.excerpt == text.split("\n")[problem.place.line - 1]
    assert problem.place.caret is not None
    assert problem.help != ()


def test_a_comma_with_nothing_before_it_is_not_called_an_open_bracket() -> None:
    problem = refusal("layer_sizes: [2, , 1]\n")
    assert where(problem) == ("N100", 1, 18)
    assert "opened" not in problem.message


@pytest.mark.parametrize("text", ['name: "x\ty" z\n', "a: 'x\ty': b: c\n"])
def test_a_tab_that_does_not_indent_is_not_blamed(text: str) -> None:
    assert "indent" not in refusal(text).message


MISSING_SPACES = [
    ("seed: 0\nlayer_sizes:[4,8]\n", 2),
    ("name: x\nseed:1\nlayer_sizes: [4, 8]\n", 2),
    ("inputs: 2\nlayers:\n  - neurons:1\n    name: x\n", 3),
]


@pytest.mark.parametrize(("text", "line"), MISSING_SPACES)
def test_a_missing_space_after_a_colon_is_named_at_its_line(text: str, line: int) -> None:
    problem = refusal(text)
    assert where(problem)[:2] == ("N100", line)
    assert any("space" in help_line for help_line in problem.help)


# -------------------------------------------------------------------------------------- limits


def nested_lists(levels: int, value: str = "1") -> str:
    return "[" * levels + value + "]" * levels


def nested_mappings(levels: int) -> str:
    return "{a: " * levels + "1" + "}" * levels


@pytest.mark.parametrize("text", [nested_lists(64), nested_mappings(64)])
def test_sixty_four_levels_are_read(text: str) -> None:
    assert problems(read(text)) == ()


@pytest.mark.parametrize(
    "text",
    [
        nested_lists(65),
        nested_lists(500),
        "[" * 50_000,
        "a: " + nested_lists(65),
        nested_mappings(65),
        "{a: " * 50_000,
        "- " * 50_000 + "1",
        "? " * 50_000,
        "".join(f"{' ' * level}a:\n" for level in range(70)),
    ],
)
def test_deeper_nesting_is_refused_at_the_first_event_that_is_too_deep(text: str) -> None:
    problem = refusal(text)
    assert problem.code == "N104"
    assert "64" in problem.message


def alias_chain(links: int) -> str:
    """Return a document in which value *n* nests *n* levels, one alias in each."""
    return "a0: &a0 [1]\n" + "".join(
        f"a{link}: &a{link} [*a{link - 1}]\n" for link in range(1, links)
    )


def test_a_chain_of_aliases_may_be_sixty_levels_deep() -> None:
    value = read(alias_chain(60)).value["a59"]
    depth = 0
    while isinstance(value, list):
        [value] = value
        depth += 1
    assert (value, depth) == (1, 60)


@pytest.mark.parametrize("links", [66, 100, 5000])
def test_a_chain_of_aliases_deeper_than_64_is_refused(links: int) -> None:
    problem = refusal(alias_chain(links))
    assert problem.code == "N104"
    # the value in line n nests n levels below the document's own
    assert where(problem)[1] in (64, 65)


def test_the_limits_are_two_mebibytes_a_hundred_thousand_values_and_64_levels() -> None:
    limits = (yaml_source.MAX_BYTES, yaml_nodes.MAX_VALUES, yaml_nodes.MAX_DEPTH)
    assert limits == (2 * 1024 * 1024, 100_000, 64)


def test_more_values_than_allowed_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml_nodes, "MAX_VALUES", 1000)
    assert len(read(f"[{'1, ' * 990}1]").value) == 991
    problem = refusal(f"# many\n[{'1, ' * 1000}1]")
    assert where(problem)[:2] == ("N104", 2)
    assert "1,000 values" in problem.message
    assert any("weights_file" in line for line in problem.help)


@pytest.mark.parametrize("shape", ["lists", "mappings"])
def test_aliases_count_as_what_they_stand_for(shape: str) -> None:
    opening, closing = ("[", "]") if shape == "lists" else ("{", "}")
    keys = [f"k{index}: " if shape == "mappings" else "" for index in range(9)]
    lines = [f"a0: &a0 {opening}{', '.join(f'{key}1' for key in keys)}{closing}"]
    for level in range(1, 9):
        aliases = ", ".join(f"{key}*a{level - 1}" for key in keys)
        lines.append(f"a{level}: &a{level} {opening}{aliases}{closing}")
    problem = refusal("\n".join(lines))
    # nine ones, then nine times as many in each line: line 5 alone stands for 9^5 = 59,049 ones
    # (and the lists around them), line 6 for 531,441
    assert problem.code == "N104"
    assert where(problem)[1] in (5, 6)


def test_aliases_of_a_long_text_count_as_what_they_stand_for() -> None:
    lines = [f"name: &a {'x' * 100_000}", "layers:", *["- *a"] * 41]
    problem = refusal("\n".join(lines))
    assert where(problem) == ("N104", 43, 3)  # 4 MiB are 4,194,304 characters
    assert read("\n".join(lines[:42])).value["layers"] == ["x" * 100_000] * 40


def test_one_byte_too_many_is_refused_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml_source, "MAX_BYTES", 1000)
    content = b"seed: 0\n#".ljust(1000, b"x")
    assert read(content).value == {"seed": 0}
    with pytest.raises(SpecError) as caught:
        read(content + b"\xff")  # nobody looks at what it is
    [problem] = caught.value.problems
    assert problem.code == "N104"
    assert "2 MiB" in problem.message
    assert any("weights_file" in line for line in problem.help)


# ---------------------------------------------------------------------------------- characters

REFUSED_CHARACTERS = {
    "NUL": "\0",
    "bell": "\a",
    "escape": "\x1b",
    "Ctrl-Z": "\x1a",
    "DEL": "\x7f",
    "NEL": "\x85",
    "line separator": "\u2028",
    "paragraph separator": "\u2029",
    "byte-order mark": "\ufeff",
    "non-character": "\ufffe",
}


@pytest.mark.parametrize("character", REFUSED_CHARACTERS.values(), ids=REFUSED_CHARACTERS)
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_a_character_that_nobody_types_is_refused_at_its_place(
    character: str, line_end: str
) -> None:
    problem = refusal(f"seed: 0{line_end}name: é{character}b{line_end}")
    assert where(problem) == ("N110", 2, 8)
    assert f"U+{ord(character):04X}" in problem.message
    assert problem.help != ()


def test_tabs_accents_and_signs_beyond_the_first_plane_are_text() -> None:
    assert read("name: 'a\tb é 😀 \xa0' # \t😀\n").value == {"name": "a\tb é 😀 \xa0"}


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"seed: 0\nname: gr\xf6\xdfe\n", ("N110", 2, 9)),
        ("name: é".encode() + b"\xff\n", ("N110", 1, 8)),
        (b"seed: 0\r\n\r\n\xc3", ("N110", 3, 1)),
        (b"\xef\xbb\xbfname: \x80", ("N110", 1, 7)),
        (b"\xff\xfe" + "a: 1\n".encode("utf-16-le") + b"b", ("N110", 2, 1)),
        (b"\xff\xfea\0\0\xd8:\0", ("N110", 1, 2)),  # half of a surrogate pair
        ("seed: 0\n".encode("utf-16-le"), ("N110", 1, 2)),
        ("seed: 0\n".encode("utf-16-be"), ("N110", 1, 1)),
        (b"\xff\xfe\0\0a\0\0\0", ("N110", 1, 1)),  # UTF-32,
    ],
)
def test_bytes_that_are_not_text_are_refused_at_their_place(
    content: bytes, expected: tuple[str, int, int]
) -> None:
    problem = refusal(content)
    assert where(problem) == expected
    assert any("UTF-8" in line for line in problem.help)


# ---------------------------------------------------------------------------------- the parsers

SPECS = {path.name: path.read_bytes() for path in sorted((ROOT / "configs").glob("*.yaml"))} | {
    "odd-but-fine": "\ufeff%YAML 1.2\n--- # x\r\nlayer_sizes:\r- 2\r- &n 3\n- *n\n"
    "'seed' : 0x10\nname: >-\n  a\n  b\n...\n".encode(),
    "keys and values": b"seed: -1\nlayer_sizes: [2, 0, x]\nactivations: [sigmod, {elu: {x: 1}}]\n",
    "places": "{name: 😀, layers: [{neurons: ~, weights: [[1], [2, 3]]}], inputs: a}".encode(),
    "nested": b"inputs: 2\nlayers:\n- neurons: 1\n  weights:\n  - [1]\n  - [.nan]\n- neurons:\n",
    "repeated": b"seed: 0\nlayer_sizes: [2, 1]\nseed: 1\nfoo: !bar x\n",
    "unclosed": b"seed: 0\nlayer_sizes: [4, 8, 3\n",
    "tab": b"inputs:\n\tsize: 2\n",
    "two documents": b"seed: 0\n---\nlayer_sizes: [1, 2]\n",
    "cycle": b"layers: &a [*a]\n",
    "deep": b"[" * 100,
    "empty": b"# nothing\n",
    "a list": b"[1, 2]\n",
    "alias": b"seed: *x\n",
}


def verdict(content: bytes) -> tuple[object, ...]:
    """Return the spec, or the codes and places of its problems."""
    try:
        reading = inspect_spec(content, "spec.yaml")
    except SpecError as error:
        return ("refused", *(where(problem) for problem in error.problems))
    return (reading.spec, *(where(problem) for problem in reading.misfits))


def places(source: YamlSource, value: object, path: tuple[str | int, ...] = ()) -> list[object]:
    """Return the place of every key and value of a document."""
    found: list[object] = [(path, source.place(path), source.place(path, of_key=True))]
    children = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for step, child in children:
        found += places(source, child, (*path, step))
    return found


@pytest.mark.skipif(len(LOADERS) < 2, reason="this PyYAML has no C parser")
@pytest.mark.parametrize("content", SPECS.values(), ids=SPECS)
def test_both_parsers_give_the_same_values_places_and_verdicts(
    content: bytes, parser: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    found: list[object] = []
    for loader in LOADERS.values():
        monkeypatch.setattr(yaml_source, "_LOADER", loader)
        source = read(content)
        document = (source.value, places(source, source.value), problems(source))
        found.append((repr(document), verdict(content)))  # repr: nan is equal to nan
    assert found[0] == found[1], parser


def test_the_c_parser_is_used_where_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    assert yaml_source._LOADER is getattr(yaml, "CSafeLoader", yaml.SafeLoader)
