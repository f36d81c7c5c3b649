"""The command as a process: its streams closed, full or abandoned, its terminal, its signals."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from commands import NNCLI, ROOT, Done, environment, on_terminal, run_apart

# What a file's writing ends with on standard error.
SUMMARY = re.compile(
    r"3 rows in, 3 out   [0-9.]+ m?s   [0-9.]+( B| kB| MB)/s   peak [0-9]+ MB   → FILE\n"
)
TWO_LAYERS = ("forward", "configs/two_layers.yaml", "sample_data/two_layers.csv")
IRIS = ("forward", "configs/iris.yaml", "sample_data/iris.csv", "--drop", "species")

# every way of writing a result
WRITERS: dict[str, tuple[str, ...]] = {
    "table": TWO_LAYERS,
    "json": (*TWO_LAYERS, "--format", "json"),
    "csv": (*TWO_LAYERS, "--format", "csv"),
    "help": ("--help",),
    "completion": ("--show-completion", "bash"),
}
by_name = pytest.mark.parametrize("arguments", WRITERS.values(), ids=WRITERS)
table_and_help = pytest.mark.parametrize(
    "arguments", [TWO_LAYERS, ("--help",)], ids=["table", "help"]
)


def shell(redirection: str, arguments: Sequence[str]) -> Done:
    """Run nncli under a shell's redirection, such as >&-."""
    return run_apart(["sh", "-c", f'"$@" {redirection}', "sh", *NNCLI, *arguments])


# ------------------------------------------------------------- closed, full, abandoned streams


@table_and_help
def test_a_closed_standard_output_ends_with_5_and_a_message(arguments: tuple[str, ...]) -> None:
    done = shell(">&-", arguments)
    assert (done.code, done.out) == (5, "")
    assert "error[N506]: standard output is closed" in done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (TWO_LAYERS, 0),
        ((*TWO_LAYERS, "--expect", "sample_data/batch.csv"), 1),
        (("forward", "--no-such-option"), 2),
        (("forward", "nothing.yaml", "nothing.csv"), 5),
    ],
    ids=["0", "1", "2", "5"],
)
def test_a_closed_standard_error_changes_no_exit_code(
    arguments: tuple[str, ...], code: int
) -> None:
    done = shell("2>&-", arguments)
    assert done.code == code
    assert done.out.startswith("two_layers" if code < 2 else "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_full_standard_error_changes_no_exit_code() -> None:
    assert shell("2>/dev/full", ("forward", "nothing.yaml", "nothing.csv")).code == 5


def test_without_any_standard_stream_the_exit_code_still_tells() -> None:
    assert shell(">&- 2>&- <&-", ("forward", "configs/two_layers.yaml", "-")).code == 5


def test_a_closed_standard_input_ends_with_5() -> None:
    done = shell("<&-", ("forward", "configs/two_layers.yaml", "-"))
    assert (done.code, done.out) == (5, "")
    assert "<stdin>: error[N507]: standard input is closed" in done.err


def test_a_closed_standard_output_does_not_matter_to_a_file(tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    done = shell(">&-", (*TWO_LAYERS, "-o", str(out)))
    assert done.code == 0
    assert SUMMARY.fullmatch(done.err.replace(str(out), "FILE"))
    assert len(out.read_text(encoding="utf-8").splitlines()) == 4


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
@table_and_help
def test_a_full_device_ends_with_5_and_a_message(arguments: tuple[str, ...]) -> None:
    done = shell(">/dev/full", arguments)
    assert done.code == 5
    assert "<stdout>: error[N506]: writing failed: No space left on device" in done.err
    assert "Traceback" not in done.err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_full_device_as_output_file_ends_with_5() -> None:
    done = shell("", (*TWO_LAYERS, "-o", "/dev/full"))
    assert (done.code, done.out) == (5, "")
    assert "/dev/full: error[N506]" in done.err


@by_name
def test_a_reader_that_goes_away_ends_it_silently_with_141(arguments: tuple[str, ...]) -> None:
    """The pipe is closed before anything is written: the worst case of `| head`."""
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as pipe:
        variables = environment(_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION="1")
        done = run_apart([*NNCLI, *arguments], env=variables, stdout=pipe)
    assert (done.code, done.err) == (141, "")


def test_a_reader_that_goes_away_midway_ends_it_silently_with_141(tmp_path: Path) -> None:
    """More than a pipe holds, of which head takes one line."""
    data = tmp_path / "data.csv"
    data.write_text("1,2,3,4\n" * 20_000, encoding="utf-8")
    command = ("forward", "configs/two_layers.yaml", str(data), "--format", "csv")
    with subprocess.Popen(
        [*NNCLI, *command],
        cwd=ROOT,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline() == b"output_1,output_2,output_3\n"
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(60) == 141


def test_with_an_output_file_a_reader_that_goes_away_does_not_matter(tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    ended = ["sh", "-c", '("$@"; echo $? >&2) | true', "sh"]
    done = run_apart([*ended, *NNCLI, *TWO_LAYERS, "-o", out])
    summary, code = done.err.replace(str(out), "FILE").splitlines(keepends=True)
    assert SUMMARY.fullmatch(summary)
    assert code == "0\n"
    assert out.exists()


# ----------------------------------------------------------------------------------- encodings


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
@table_and_help
def test_an_output_that_is_not_unicode_gets_signs_that_it_has(
    arguments: tuple[str, ...], encoding: str
) -> None:
    done = run_apart(
        [*NNCLI, *arguments], env=environment(PYTHONIOENCODING=encoding), encoding=encoding
    )
    assert (done.code, done.err) == (0, "")


def test_in_ascii_nothing_is_lost() -> None:
    command = [*NNCLI, "shapes", "configs/two_layers.yaml"]
    text = run_apart(command, env=environment(PYTHONIOENCODING="ascii"), encoding="ascii").out
    assert "(N, 4) @ (3, 4).T -> (4, 3) + (3,)   -> (N, 3)   4x3 + 3 = 15" in text
    assert "multiply-adds   21   per sample" in text


def test_in_ascii_a_timing_can_be_read() -> None:
    command = ("bench", "configs/neuron.yaml", "--batch-sizes", "1,64", "--max-time", "0")
    variables = environment(PYTHONIOENCODING="ascii")
    text = run_apart([*NNCLI, *command], env=variables, encoding="ascii").out
    assert " us " in text
    assert "##########" in text
    assert "\\" not in text


def test_in_the_c_locale_an_error_is_shown_in_ascii() -> None:
    command = [*NNCLI, "forward", "configs/größe.yaml", "x.csv"]
    variables = environment(LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0")
    done = run_apart(command, env=variables, encoding="ascii")
    assert done.code == 5
    assert "error[N501]: no such file" in done.err


# ----------------------------------------------------------------------------------- terminals


ESCAPES = re.compile(r"\x1b\[[0-9;]*m")
COLOURS = re.compile(r"\x1b\[(?:[0-9;]*;)?[349][0-9](?:;[0-9;]*)?m")


def test_a_terminal_gets_colours() -> None:
    code, _, shown = on_terminal(*TWO_LAYERS)
    assert code == 0
    assert COLOURS.search(shown)


def test_colours_change_nothing_else() -> None:
    _, _, shown = on_terminal(*TWO_LAYERS, width=100)
    plain = [text.rstrip() for text in ESCAPES.sub("", shown).splitlines()]
    assert plain == shell("", TWO_LAYERS).out.splitlines()


NO_COLOURS: dict[str, dict[str, str]] = {
    "NO_COLOR": {"NO_COLOR": "1"},
    "TERM=dumb": {"TERM": "dumb"},
}
without_colours = pytest.mark.parametrize("variables", NO_COLOURS.values(), ids=NO_COLOURS)


@without_colours
@pytest.mark.parametrize(
    ("arguments", "code"),
    [(TWO_LAYERS, 0), (("shapes", "configs/broken.yaml"), 3)],
    ids=["result", "errors"],
)
def test_a_terminal_without_colours_gets_no_escape_codes(
    variables: dict[str, Any], arguments: tuple[str, ...], code: int
) -> None:
    ended, _, shown = on_terminal(*arguments, **variables)
    assert ended == code
    assert "\x1b" not in shown


@without_colours
def test_help_has_no_colours_either(variables: dict[str, Any]) -> None:
    code, _, shown = on_terminal("forward", "--help", **variables)
    assert (code, COLOURS.findall(shown)) == (0, [])


def test_off_a_terminal_there_are_no_escape_codes_even_if_colours_are_forced() -> None:
    variables = environment(TERM="xterm-256color", CLICOLOR_FORCE="1")
    done = run_apart([*NNCLI, *TWO_LAYERS], env=variables)
    assert "\x1b" not in done.out + done.err


def test_force_color_colours_tables_and_errors_off_a_terminal_and_nothing_else() -> None:
    variables = environment(TERM="xterm-256color", FORCE_COLOR="1")
    assert "\x1b" in run_apart([*NNCLI, *TWO_LAYERS], env=variables).out
    assert "\x1b" in run_apart([*NNCLI, "shapes", "none.yaml"], env=variables).err
    assert "\x1b" not in run_apart([*NNCLI, *TWO_LAYERS, "--format", "json"], env=variables).out
    without = run_apart([*NNCLI, *TWO_LAYERS], env={**variables, "NO_COLOR": "1"})
    assert "\x1b" not in without.out


def test_no_line_of_a_result_is_wider_than_the_terminal() -> None:
    code, _, shown = on_terminal(*IRIS, "--weights", width=60)
    assert code == 0
    for text in ESCAPES.sub("", shown).splitlines():
        assert len(text) <= 60


@pytest.mark.parametrize(
    ("arguments", "columns"),
    [(TWO_LAYERS, "0"), (("--help",), "0"), (("--help",), "99999999999999999999")],
    ids=["table", "help", "wide help"],
)
def test_a_nonsensical_width_hides_nothing(arguments: tuple[str, ...], columns: str) -> None:
    code, _, shown = on_terminal(*arguments, COLUMNS=columns)
    assert code == 0
    words = ESCAPES.sub("", shown)
    for wanted in ("-5.7633", "2.385") if arguments is TWO_LAYERS else ("forward", "shapes"):
        assert wanted in words


def test_a_name_that_libraries_measure_differently_cuts_nothing(tmp_path: Path) -> None:
    """Some count a heart with its variation selector as one cell, others as two."""
    config = tmp_path / "net.yaml"
    layers = "[{name: ❤️❤️❤️❤️❤️, neurons: 1, weights: [[1]]}, {neurons: 2, weights: [[1, 2]]}]"
    config.write_text(f"{{inputs: 1, layers: {layers}}}", encoding="utf-8")
    _, _, shown = on_terminal("shapes", str(config), width=100)
    assert "❤️❤️❤️❤️❤️" in shown
    assert "1×1 + 1 = 2" in shown
    assert "…" not in shown


@pytest.mark.parametrize(("typed", "code"), [("", 4), ("1,2,3,2.5\n", 0)])
def test_somebody_at_a_terminal_is_told_to_type_and_one_ctrl_d_ends_the_data(
    typed: str, code: int
) -> None:
    leader, follower = pty.openpty()
    with subprocess.Popen(
        [*NNCLI, "forward", "configs/two_layers.yaml", "-"],
        cwd=ROOT,
        env=environment(),
        stdin=follower,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        os.close(follower)
        try:
            os.write(leader, typed.encode() + b"\x04")
            _, err = process.communicate(timeout=30)
        finally:
            process.kill()  # one that waits for more would be waited for
    os.close(leader)
    assert process.returncode == code
    assert err.startswith(b"note: reading from the terminal; Ctrl-D ends the data\n")


# ------------------------------------------------------------------------------------- signals


@pytest.mark.parametrize(
    ("number", "code"),
    [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)],
    ids=lambda value: value.name if isinstance(value, signal.Signals) else "",
)
def test_a_signal_ends_it_silently_and_leaves_nothing_behind(
    tmp_path: Path, number: signal.Signals, code: int
) -> None:
    """It is reading from a pipe that nobody writes to when the signal comes."""
    out = tmp_path / "out.csv"
    command = ("forward", "configs/two_layers.yaml", "/dev/stdin", "-o", str(out))
    with subprocess.Popen(
        [*NNCLI, *command],
        cwd=ROOT,
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdin is not None
        # more than the pipe holds: once it is written, the command has begun to read
        process.stdin.write(b"1,2,3,4\n" * 20_000)
        process.stdin.flush()
        time.sleep(0.1)
        process.send_signal(number)
        assert process.stdout is not None
        assert process.stderr is not None
        assert (process.stdout.read(), process.stderr.read()) == (b"", b"")
        assert process.wait(60) == code
    assert list(tmp_path.iterdir()) == []


# ------------------------------------------------------------------------------------- imports

HEAVY = ("numpy", "pyarrow", "onnx", "safetensors", "pydantic", "yaml", "rich", "typer")
REPORT = """
import json, sys
try:
    {code}
except SystemExit:
    pass
sys.stderr.write(json.dumps([name for name in {heavy} if name in sys.modules]))
"""


def imported(code: str) -> set[str]:
    """Return which of the heavy packages a fresh interpreter has imported after *code*."""
    done = run_apart([sys.executable, "-c", REPORT.format(code=code, heavy=HEAVY)])
    assert done.code == 0, done.err
    return set(json.loads(done.err))


def imported_by(*arguments: str) -> set[str]:
    """Return which of the heavy packages a command line imports."""
    return imported(f"from nncli.cli.app import run; run({list(arguments)!r})")


def test_importing_the_package_imports_nothing_heavy() -> None:
    assert imported("import nncli; dir(nncli); nncli.__version__") == set()


def test_help_needs_no_arithmetic() -> None:
    heavy = {"numpy", "pyarrow", "onnx", "safetensors", "yaml"}
    for command in ([], ["forward"], ["convert"]):
        assert not imported_by(*command, "--help") & heavy


def test_completion_needs_no_arithmetic() -> None:
    code = (
        "import os; os.environ.update(_NNCLI_COMPLETE='complete_bash', COMP_WORDS='nncli f', "
        "COMP_CWORD='1'); from nncli.cli.app import run; run([])"
    )
    assert not imported(code) & {"numpy", "pyarrow", "onnx", "yaml"}


@pytest.mark.parametrize("form", ["table", "json"])
def test_only_csv_needs_arrow(form: str) -> None:
    heavy = imported_by(*TWO_LAYERS, "--format", form)
    assert "numpy" in heavy
    assert not heavy & {"pyarrow", "onnx", "safetensors"}


def test_csv_needs_arrow() -> None:
    """So that the tests above are able to fail."""
    assert "pyarrow" in imported_by(*TWO_LAYERS, "--format", "csv")


def test_off_a_terminal_shapes_need_neither_numpy_nor_rich() -> None:
    assert not imported_by("shapes", "configs/two_layers.yaml") & {"numpy", "rich"}
