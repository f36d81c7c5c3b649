"""Bad and odd specs through the command line: where, which code, which exit, never a traceback."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]

Write = Callable[[str, str | bytes], Path]
RunCli = Callable[..., Any]
# a problem's code, line and column; None is any column
Located = tuple[str, int, int | None]

_HEAD = re.compile(r"^(?P<file>.+?):(?P<line>\d+):(?P<column>\d+): error\[(?P<code>N\d+)\]: .+$")
_NO_ADDRESS = re.compile(r"^(?P<file>.+?): error\[(?P<code>N\d+)\]: .+$")


def located(text: str, file: str) -> list[tuple[str, int, int]]:
    """Return code, line and column of every problem in an error text about *file*."""
    heads = [match for match in map(_HEAD.match, text.split("\n")) if match]
    assert {head["file"] for head in heads} <= {file}
    return [(head["code"], int(head["line"]), int(head["column"])) for head in heads]


def agrees(found: list[tuple[str, int, int]], expected: list[Located]) -> bool:
    return [
        (code, line, column if wanted[2] is not None else None)
        for (code, line, column), wanted in zip(found, expected, strict=False)
    ] == expected and len(found) == len(expected)


SHORT = "layer_sizes: [2, 1]\n"
SEEDED = "seed: 0\nlayer_sizes: [2, 1]\n"
LAYER = "seed: 0\ninputs: 2\nlayers:\n  - neurons: 1\n"
EIGHT = "[1, 2, 3, 4, 5, 6, 7, 8]"

# what it is, the spec, its problems, words that must be in what is said
REFUSED: list[tuple[str, str | bytes, list[Located], list[str]]] = [
    # nothing, or something else
    ("empty", "", [("N106", 1, 1)], ["empty", "layer_sizes: [4, 5, 2]"]),
    ("comments", "# one\n# two\n", [("N106", 1, 1)], ["empty", "layer_sizes: [4, 5, 2]"]),
    ("blank lines", "\n\n\n", [("N106", 1, 1)], ["empty"]),
    ("a list", "[1, 2]\n", [("N105", 1, 1)], ["mapping", "a list"]),
    ("a list in lines", "# x\n- a\n", [("N105", 2, 1)], ["mapping", "a list"]),
    ("a number", "42\n", [("N105", 1, 1)], ["mapping", "42"]),
    ("a text", "hello\n", [("N105", 1, 1)], ["mapping", "hello"]),
    # keys
    (
        "unknown key",
        SEEDED + "activatons: relu\n",
        [("N101", 3, 1)],
        ["activatons", "did you mean `activations`?", "layer_sizes"],
    ),
    (
        "unknown key of a layer",
        LAYER + "    activaton: relu\n",
        [("N101", 5, 5)],
        ["activaton", "did you mean `activation`?", "neurons"],
    ),
    (
        "wrong case",
        "seed: 0\ninputs: 2\nLayers:\n  - neurons: 1\n",
        [("N101", 3, 1)],
        ["Layers", "did you mean `layers`?"],
    ),
    ("repeated key", SEEDED + "seed: 1\n", [("N102", 3, 1)], ["seed", "1:1"]),
    ("repeated key of a layer", LAYER + "    neurons: 2\n", [("N102", 5, 5)], ["neurons", "4:5"]),
    ("unknown rate", SEEDED + "lr: 1e-3\n", [("N101", 3, 1)], ["lr"]),
    # numbers that are none
    ("octal", SHORT + "seed: 010\n", [("N105", 2, 7)], ["010", "octal", "10 or 0o10"]),
    ("base 60", SHORT + "seed: 1:30\n", [("N105", 2, 7)], ["1:30", "base-60"]),
    ("underscore", SHORT + "seed: 1_000\n", [("N105", 2, 7)], ["1_000", "1000"]),
    ("point", SHORT + "seed: 1.0\n", [("N105", 2, 7)], ["1.0", "whole number"]),
    ("exponent", SHORT + "seed: 1e3\n", [("N105", 2, 7)], ["1e3", "whole number"]),
    ("negative seed", SHORT + "seed: -1\n", [("N107", 2, 7)], ["0", "4294967295"]),
    ("large seed", SHORT + "seed: 4294967296\n", [("N107", 2, 7)], ["0", "4294967295"]),
    ("true", SHORT + "seed: true\n", [("N105", 2, 7)], ["true", "whole number"]),
    ("quoted", SHORT + 'seed: "42"\n', [("N105", 2, 7)], ['"42"', "quote", "text"]),
    ("null", SHORT + "seed:\n", [("N105", 2, 1)], ["seed", "empty"]),
    ("tilde", SHORT + "seed: ~\n", [("N105", 2, 1)], ["seed", "empty"]),
    ("no date", "seed: 0\nlayer_sizes: [2, 2024-13-45]\n", [("N105", 2, 18)], ["2024-13-45"]),
    (
        "date",
        "seed: 0\ninputs: {size: 2024-01-01}\nlayers: [{neurons: 1}]\n",
        [("N105", 2, 16)],
        ["2024-01-01", "date", "whole number"],
    ),
    # YAML itself
    ("open bracket", "seed: 0\nlayer_sizes: [4, 8, 3\n", [("N100", 2, 14)], ["[", "end of the"]),
    ("open brace", "seed: 0\ninputs: {size: 3\n", [("N100", 2, 9)], ["{", "end of the"]),
    ("tab", "seed: 0\ninputs:\n\tsize: 2\n", [("N100", 3, 1)], ["tab", "spaces"]),
    ("only key without a space", "seed:1\n", [("N105", 1, None)], ["space after"]),
    ("first key without a space", "seed:1\n" + SHORT, [("N100", 1, None)], ["space after"]),
    ("last key without a space", SHORT + "seed:1\n", [("N100", 2, None)], ["space after"]),
    ("list without a space", "seed: 0\nlayer_sizes:[4,8]\n", [("N100", 2, None)], ["space after"]),
    ("only a list without a space", "layer_sizes:[4,8]\n", [("N105", 1, None)], ["space after"]),
    ("two documents", SEEDED + "---\n" + SEEDED, [("N103", 3, 1)], ["second", "document"]),
    (
        "tag",
        'layer_sizes: [2, 1]\nseed: 0\nname: !!python/object/apply:os.system ["touch x"]\n',
        [("N103", 3, 7), ("N105", 3, 7)],
        ["tag", "not allowed"],
    ),
    ("harmless tag", SHORT + "seed: !!int 3\n", [("N103", 2, 7)], ["tag", "not allowed"]),
    (
        "merge",
        LAYER.replace("- ", "- &a {name: x}\n  - <<: *a\n    "),
        [("N106", 4, 5), ("N103", 5, 5)],
        ["<<", "merge"],
    ),
    ("undefined alias", "seed: *x\n" + SHORT, [("N100", 1, 7)], ["alias"]),
    ("cycle", "seed: 0\ninputs: 2\nlayers: &a [*a]\n", [("N104", 3, 13)], ["*a"]),
    ("longer cycle", "seed: 0\ninputs: &a\n  size: [*a]\n", [("N104", 3, 10)], ["*a"]),
    # sizes
    ("size 0", "seed: 0\nlayer_sizes: [2, 0]\n", [("N107", 2, 18)], ["`0`", "neuron"]),
    ("no inputs", "seed: 0\nlayer_sizes: [0, 2]\n", [("N107", 2, 15)], ["`0`", "feature"]),
    ("negative size", "seed: 0\nlayer_sizes: [2, -3]\n", [("N107", 2, 18)], ["`-3`"]),
    ("broken size", "seed: 0\nlayer_sizes: [2, 2.5]\n", [("N105", 2, 18)], ["`2.5`", "whole"]),
    (
        "words as sizes",
        "seed: 0\nlayer_sizes: [2, true, yes, on]\n",
        [("N105", 2, 18), ("N105", 2, 24), ("N105", 2, 29)],
        ["`true`", "`yes`", "`on`", "whole number"],
    ),
    # activations
    ("no", SEEDED + "activations: no\n", [("N107", 3, 14)], ["'no'", "write `linear`", "softmax"]),
    ("off", SEEDED + "activations: [off]\n", [("N107", 3, 15)], ["'off'", "write `linear`"]),
    ("activation null", SEEDED + "activations: null\n", [("N105", 3, 1)], ["write `linear`"]),
    ("activation ~", LAYER + "    activation: ~\n", [("N105", 5, 5)], ["write `linear`"]),
    (
        "misspelt activation",
        SEEDED + "activations: sigmod\n",
        [("N107", 3, 14)],
        ["'sigmod'", "did you mean `sigmoid`?"],
    ),
    (
        "too few activations",
        "seed: 0\nlayer_sizes: [2, 3, 1]\nactivations: [relu]\n",
        [("N111", 3, 14)],
        ["1 activation", "2 layers", "2:1"],
    ),
    (
        "too many activations",
        SEEDED + "activations: [relu, linear]\n",
        [("N111", 3, 14)],
        ["2 activations", "1 layer", "2:1"],
    ),
    ("only inputs", "seed: 0\nlayer_sizes: [4]\n", [("N107", 2, 14)], ["1 size", "[4, 5, 2]"]),
    ("no sizes", "seed: 0\nlayer_sizes: []\n", [("N107", 2, 14)], ["0 sizes", "[4, 5, 2]"]),
    ("no layers", "inputs: 4\nseed: 0\n", [("N106", 1, 1)], ["no layers"]),
    ("empty layers", "inputs: 4\nseed: 0\nlayers: []\n", [("N107", 3, 9)], ["layers"]),
    # weights
    (
        "ragged",
        LAYER + "    weights:\n      - [1]\n      - [2, 3]\n",
        [("N301", 7, 9)],
        ["row 2", "2 numbers"],
    ),
    ("text", LAYER + "    weights: [[1], [a]]\n", [("N302", 5, 21)], ["`a`", "number"]),
    ("null weight", LAYER + "    weights: [[1], [null]]\n", [("N302", 5, 21)], ["`null`"]),
    ("dict", LAYER + "    weights: [[1], [{a: 1}]]\n", [("N302", 5, 21)], ["a mapping"]),
    ("empty row", LAYER + "    weights: [[1], []]\n", [("N302", 5, 20)], ["an empty list"]),
    ("nan", LAYER + "    weights: [[1], [.nan]]\n", [("N303", 5, 21)], ["`.nan`", "finite"]),
    ("inf", LAYER + "    weights: [[1], [-.inf]]\n", [("N303", 5, 21)], ["`-.inf`", "finite"]),
    (
        "too large",
        LAYER + "    weights: [[1], [1e400]]\n",
        [("N303", 5, 21)],
        ["`1e400`", "finite"],
    ),
    ("NaN", LAYER + "    weights: [[1], [NaN]]\n", [("N302", 5, 21)], ["`NaN`", "finite"]),
    ("nan bias", LAYER + "    biases: [.nan]\n", [("N303", 5, 14)], ["`.nan`", "finite"]),
    # bytes and characters
    (
        "latin-1",
        "seed: 0\nname: größe\n".encode("latin-1"),
        [("N110", 2, 9)],
        ["0xF6", "UTF-8"],
    ),
    ("NUL", "seed: 0\nname: a\0b\n", [("N110", 2, 8)], ["U+0000"]),
    ("UTF-16 without a mark", SEEDED.encode("utf-16-le"), [("N110", 1, 2)], ["U+0000", "UTF-16"]),
    ("half a UTF-16 unit", b"\xff\xfes\0e", [("N110", 1, 2)], ["UTF-16"]),
    ("NEL", "seed: 0\x85" + SHORT, [("N110", 1, 8)], ["U+0085"]),
    ("line separator", "seed: 0\n\u2028" + SHORT, [("N110", 2, 1)], ["U+2028"]),
    ("NBSP as an indent", SEEDED + "\xa0name: x\n", [("N101", 3, 1)], ["U+00A0"]),
    ("NBSP before a value", SHORT + "seed: \xa00\n", [("N105", 2, 7)], ["U+00A0"]),
    ("NBSP after a colon", "seed:\xa00\n" + SHORT, [("N100", 1, None)], ["U+00A0"]),
    (
        "smart quotes",
        SEEDED + "activations: \u201crelu\u201d\n",
        [("N107", 3, 14)],
        ["U+201C", "LEFT DOUBLE QUOTATION MARK"],
    ),
]


def refused_by(cli: RunCli, *arguments: str | Path, file: Path) -> list[tuple[str, int, int]]:
    """Run a command that refuses a spec; return what it said."""
    done = cli(*arguments)
    assert (done.code, done.out) == (3, "")
    assert "Traceback" not in done.err
    assert "bug in nncli" not in done.err
    return located(done.err, str(file))


@pytest.mark.parametrize(
    ("spec", "expected", "words"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED]
)
def test_a_wrong_spec_is_refused_alike_by_every_command(
    cli: RunCli, write: Write, spec: str | bytes, expected: list[Located], words: list[str]
) -> None:
    path = write("spec.yaml", spec)
    # the spec is looked at before the data: that there is none does not come up
    commands = [("shapes", path), ("forward", path, "missing.csv"), ("shapes", path, "missing.csv")]
    texts = []
    for command in commands:
        done = cli(*command)
        assert (done.code, done.out) == (3, "")
        assert "Traceback" not in done.err
        assert "bug in nncli" not in done.err
        texts.append(done.err)
    assert texts == [texts[0]] * len(commands)
    assert agrees(located(texts[0], str(path)), expected), texts[0]
    for word in words:
        assert word in texts[0]


@pytest.mark.parametrize("spec", [row[1] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_every_problem_is_shown_with_its_line_a_caret_and_help(
    cli: RunCli, write: Write, spec: str | bytes
) -> None:
    path = write("spec.yaml", spec)
    blocks = cli("shapes", path).err.rstrip("\n").split("\n\n")
    for block in blocks:
        head, *rest = block.split("\n")
        match = _HEAD.match(head)
        assert match is not None
        assert any(line.startswith("help: ") for line in rest), block
        assert re.fullmatch(rf" *{match['line']} \|( .*)?", rest[0])
        assert re.fullmatch(r" +\| +\^", rest[1])
        before = rest[1].index("^") - rest[1].index("|") - 2
        if match["code"] != "N110":  # a refused character is shown as an escape, which is wider
            assert before == int(match["column"]) - 1


LINE_ENDS = {"LF": "\n", "CRLF": "\r\n", "CR": "\r"}
ENCODINGS = {
    "UTF-8": ("utf-8", b""),
    "UTF-8 with a mark": ("utf-8", b"\xef\xbb\xbf"),
    "UTF-16 LE with a mark": ("utf-16-le", b"\xff\xfe"),
    "UTF-16 BE with a mark": ("utf-16-be", b"\xfe\xff"),
}


@pytest.mark.parametrize("line_end", LINE_ENDS.values(), ids=LINE_ENDS)
@pytest.mark.parametrize(("encoding", "mark"), ENCODINGS.values(), ids=ENCODINGS)
def test_places_are_right_for_every_line_end_and_encoding(
    cli: RunCli, write: Write, line_end: str, encoding: str, mark: bytes
) -> None:
    lines = ["seed: -1", "# größe 😀", "", "inputs: 2", "layers:", "  - {name: 😀, neurons: 0}", ""]
    path = write("spec.yaml", mark + line_end.join(lines).encode(encoding))
    found = refused_by(cli, "shapes", path, file=path)
    assert found == [("N107", 1, 7), ("N107", 6, 24)]


ACCEPTED: dict[str, str | bytes] = {
    "plain": SEEDED,
    "numbers of YAML 1.2": (
        "inputs: 2\nlayers:\n  - neurons: 1\n    weights: [[1e-3], [-.5]]\n    biases: [+.5]\n"
    ),
    "exponent without a point": SEEDED + "activations: {elu: {alpha: 1e3}}\n",
    "octal of YAML 1.2": SHORT + "seed: 0o10\n",
    "alias": "seed: 0\ninputs: 2\nlayers:\n  - &a {neurons: 2, activation: relu}\n  - *a\n",
    "mark": b"\xef\xbb\xbf" + SEEDED.encode(),
    "CRLF": SEEDED.replace("\n", "\r\n"),
    "CR": SEEDED.replace("\n", "\r"),
    "UTF-16 LE": b"\xff\xfe" + SEEDED.encode("utf-16-le"),
    "UTF-16 BE": b"\xfe\xff" + SEEDED.encode("utf-16-be"),
    "no line end": SEEDED.rstrip("\n"),
    "document marks": "%YAML 1.2\n---\n" + SEEDED + "...\n",
    "largest seed": SHORT + "seed: 4294967295\n",
    "accents": SEEDED + "name: größe 😀\n",
}


@pytest.mark.parametrize("spec", ACCEPTED.values(), ids=ACCEPTED)
def test_an_odd_but_valid_spec_is_taken_by_every_command(
    cli: RunCli, write: Write, spec: str | bytes
) -> None:
    path, data = write("spec.yaml", spec), write("data.csv", "1,2\n")
    for command in [("shapes", path), ("shapes", path, data), ("forward", path, data)]:
        done = cli(*command)
        assert (done.code, done.err) == (0, "")
        assert done.out != ""


def test_a_number_of_yaml_1_2_has_its_value(cli: RunCli, write: Write) -> None:
    path, data = write("spec.yaml", ACCEPTED["numbers of YAML 1.2"]), write("data.csv", "1000,1\n")
    # 1000 · 0.001 + 1 · (-0.5) + 0.5 = 1
    assert cli("forward", path, data, "--format", "json").json["output"]["values"] == [[1.0]]


def test_an_octal_seed_is_eight(cli: RunCli, write: Write) -> None:
    path, data = write("spec.yaml", ACCEPTED["octal of YAML 1.2"]), write("data.csv", "1,2\n")
    assert cli("forward", path, data, "--format", "json").json["network"]["seed"] == 8


# --------------------------------------------------------------------------------------- files


def test_a_missing_spec_ends_with_5_and_the_nearest_name(cli: RunCli, write: Write) -> None:
    path = write("network.yaml", SEEDED)
    wanted = path.with_name("netwrk.yaml")
    for command in [("shapes", wanted), ("forward", wanted, "missing.csv")]:
        done = cli(*command)
        assert (done.code, done.out) == (5, "")
        head, *rest = done.err.splitlines()
        match = _NO_ADDRESS.match(head)
        assert match is not None
        assert (match["file"], match["code"]) == (str(wanted), "N501")
        assert any(line.startswith("help: ") and str(path) in line for line in rest)


def test_a_folder_is_no_spec(cli: RunCli, tmp_path: Path) -> None:
    for command in [("shapes", tmp_path), ("forward", tmp_path, "missing.csv")]:
        done = cli(*command)
        assert (done.code, done.out) == (5, "")
        assert done.err.startswith(f"{tmp_path}: error[N502]: is a directory\nhelp: ")


def test_a_file_in_a_missing_folder_is_missing(cli: RunCli, tmp_path: Path) -> None:
    done = cli("shapes", tmp_path / "nowhere" / "spec.yaml")
    assert (done.code, done.out) == (5, "")
    assert "error[N501]" in done.err


# ------------------------------------------------------------------------------ many and misfits


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
    shown = located(done.err, str(path))
    assert [column for _, _, column in shown] == [15 + 3 * index for index in range(len(shown))]
    more = re.search(r"and (\d[\d,]*) more problem", done.err)
    assert more is not None
    assert len(shown) + int(more[1].replace(",", "")) == 1000


TRANSPOSED = (
    f"inputs: 4\nlayers:\n  - neurons: 8\n    weights: [{EIGHT}, {EIGHT}, {EIGHT}, {EIGHT}]\n"
    f"  - neurons: 3\n    weights: [{EIGHT}, {EIGHT}, {EIGHT}]\n"
)


def test_transposed_weights_are_named_with_both_shapes(cli: RunCli, write: Write) -> None:
    path = write("spec.yaml", TRANSPOSED)
    assert refused_by(cli, "forward", path, "missing.csv", file=path) == [("N201", 6, 14)]
    done = cli("shapes", path)
    assert done.code == 3
    assert located(done.err, str(path)) == [("N201", 6, 14)]
    for words in ("layer 2", "(3, 8)", "(8, 3)", "transpose", "layout: neurons_by_inputs"):
        assert words in done.err
    assert "layer_1" in done.out  # the table up to the bad layer


def test_a_layer_that_does_not_fit_is_explained_by_the_sample_spec(cli: RunCli) -> None:
    forward = cli("forward", "configs/broken.yaml", "missing.csv")
    shapes = cli("shapes", "configs/broken.yaml")
    assert (forward.code, forward.out, shapes.code) == (3, "", 3)
    assert forward.err == shapes.err
    head, *rest = forward.err.splitlines()
    assert head == (
        "configs/broken.yaml:12:14: error[N201]: layer 2 takes 5 inputs, but layer 1 has 3 neurons"
    )
    assert rest[0].startswith("  12 |     weights: [[0.1, -0.14], [0.5, 0.2]")
    assert rest[1] == "     |              ^"
    assert rest[2].startswith("help: ")


def test_a_layer_of_a_thousand_million_neurons_is_explained_but_not_built(
    cli: RunCli, write: Write
) -> None:
    path = write("spec.yaml", "seed: 0\nlayer_sizes: [2, 1000000000, 1000000000]\n")
    shapes = cli("shapes", path, "--format", "json")
    assert (shapes.code, shapes.err) == (0, "")
    # 2·10^9 + 10^9, then 10^9 · 10^9 + 10^9
    assert shapes.json["total_parameters"] == 3 * 10**9 + 10**18 + 10**9
    forward = cli("forward", path, write("data.csv", "1,2\n"))
    assert (forward.code, forward.out) == (5, "")
    assert "error[N508]" in forward.err


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

_RUN = """
import contextlib, resource, sys
with contextlib.suppress(ValueError, OSError):  # not every system has this limit
    resource.setrlimit(resource.RLIMIT_AS, (1_500_000_000, 1_500_000_000))
from nncli.cli.app import main
try:
    main()
finally:
    if "coverage" not in sys.modules:  # it needs memory of its own
        with contextlib.suppress(OSError), open("/proc/self/status") as status:
            peak = next(line for line in status if line.startswith("VmHWM:"))
            print("peak KiB", peak.split()[1], file=sys.stderr)
"""


def run_limited(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run nncli in a process of its own that may use 1.5 GB of address space."""
    return subprocess.run(
        [sys.executable, "-c", _RUN, *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        check=False,
        encoding="utf-8",
        timeout=30,  # generous: what it is for never ends
    )


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
    "50,000 lists": ("[" * 50_000, "N104"),
    "50,000 mappings": ("{a: " * 50_000, "N104"),
    "a chain of 5,000 aliases": (
        "a0: &a0 [1]\n" + "".join(f"a{i}: &a{i} [*a{i - 1}]\n" for i in range(1, 5000)),
        "N104",
    ),
    "100,001 values": (f"seed: 0\nlayer_sizes: [{'1, ' * 100_001}]\n", "N104"),
    "over 2 MiB": (SEEDED + "#" * (2 * 1024 * 1024), "N104"),
    "a size of 5,000 digits": (f"seed: 0\nlayer_sizes: [2, {'9' * 5000}]\n", "N10[57]"),
    "a seed of 5,000 digits": (f"{SHORT}seed: {'9' * 5000}\n", "N10[57]"),
    "a seed of a million zeros": (f"{SHORT}seed: {'0' * 1_000_000}8\n", "N105"),
    "a seed of a million zeros and a letter": (f"{SHORT}seed: {'0' * 1_000_000}x\n", "N105"),
    "40,000 unknown keys": (SEEDED + "".join(f"k{i}: 1\n" for i in range(40_000)), "N101"),
    "90,000 faulty sizes": (f"seed: 0\nlayer_sizes: [{'x, ' * 90_000}]\n", "N105"),
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


def test_a_tag_runs_nothing(tmp_path: Path, write: Write) -> None:
    victim = tmp_path / "victim"
    spec = f'seed: 0\nlayer_sizes: !!python/object/apply:os.system ["touch {victim}"]\n'
    done = run_limited("shapes", write("spec.yaml", spec))
    assert done.returncode == 3
    assert "error[N103]" in done.stderr
    assert not victim.exists()
