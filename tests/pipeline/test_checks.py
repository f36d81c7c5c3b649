"""`--expect` and `--strict` on the command line: what passes, what fails, and in which words."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pytest
from pyarrow import parquet

from nncli.data.rows import Rows
from nncli.data.stream import SampleStream
from nncli.pipeline.checks import ExpectedOutputs
from nncli.pipeline.compare import Tolerance

if TYPE_CHECKING:
    from conftest import Done, RunCli

Write = Callable[[str, str | bytes], Path]

# Doubles its two inputs.
DOUBLING = """
inputs: 2
layers: [{neurons: 2, weights: [[2, 0], [0, 2]]}]
outputs: {columns: [left, right]}
"""
# Overflows in its second layer.
OVERFLOWING = """
inputs: 1
layers: [{neurons: 1, weights: [[1e200]]}, {neurons: 1, weights: [[1e200]]}]
"""

Check = Callable[..., "Done"]


@pytest.fixture
def check(cli: RunCli, write: Write) -> Check:
    """Run the doubling network on a batch: check(data, expected, *options)."""

    def run_check(data: str, expected: str | bytes, *options: str, name: str = "e.csv") -> Done:
        files = (write("net.yaml", DOUBLING), write("data.csv", data))
        return cli("forward", *files, "--expect", write(name, expected), *options)

    return run_check


def npy(values: object) -> bytes:
    stream = io.BytesIO()
    np.save(stream, np.array(values))
    return stream.getvalue()


# ---------------------------------------------------------------------------------- --expect


def test_expected_values_that_are_met_end_with_0_and_change_nothing(
    check: Check, cli: RunCli, write: Write
) -> None:
    done = check("1,2\n3,4\n", "2,4\n6,8\n")
    assert (done.code, done.err.split()[0]) == (0, "note:")
    plain = cli("forward", write("net.yaml", DOUBLING), write("data.csv", "1,2\n3,4\n"))
    assert done.out == plain.out


def test_the_first_difference_is_named_by_sample_and_neuron(check: Check) -> None:
    done = check("1,2\n3,4\n5,6\n", "2,4\n6,8.5\n10.5,12\n")
    assert done.code == 1
    assert "error[N601]: sample 2, neuron 2 ('right'): expected 8.5, got 8.0" in done.err
    assert "2 of 6 values differ" in done.err
    assert "help: allowed was 0 + 1e-09" in done.err


def test_of_one_value_it_is_said_that_it_differs(cli: RunCli, write: Write) -> None:
    spec = write("net.yaml", "inputs: 1\nlayers: [{neurons: 1, weights: [[2]]}]\n")
    expected = write("expected.csv", "5\n")
    done = cli("forward", spec, write("data.csv", "1\n"), "--expect", expected)
    assert "1 of 1 value differs; " in done.err


def test_the_result_is_shown_before_the_check_fails(check: Check) -> None:
    done = check("1,2\n", "0,0\n", "--format", "csv")
    assert (done.code, done.out) == (1, "left,right\n2,4\n")


def test_the_output_file_is_complete_although_the_check_fails(check: Check, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    done = check("1,2\n", "0,0\n", "-o", str(out))
    assert done.code == 1
    assert out.read_text(encoding="utf-8") == "left,right\n2,4\n"


@pytest.mark.parametrize(
    ("expected", "options", "code"),
    [
        ("2.000000001,4", (), 0),  # 5e-10 off, relatively: the default is 1e-9
        ("2.00000001,4", (), 1),
        ("2.1,4", ("--rtol", "0.1"), 0),
        ("2.5625,4", ("--atol", "0.5", "--rtol", "0"), 1),
        ("2.0000000000000004,4", ("--rtol", "0"), 1),
        ("2,4.75", ("--rtol", ".1", "--atol", "+.3"), 0),  # 0.75 <= 0.3 + 0.475
    ],
)
def test_tolerances_are_those_that_are_said(
    check: Check, expected: str, options: tuple[str, ...], code: int
) -> None:
    assert check("1,2\n", f"{expected}\n", *options).code == code


@pytest.mark.parametrize(
    ("expected", "code"), [("2.00001,4", 0), ("2.0001,4", 1), ("2.000000001,4", 0)]
)
def test_the_default_tolerance_is_wider_in_float32(check: Check, expected: str, code: int) -> None:
    """1e-5; 2.00001 is 5e-6 off."""
    assert check("1,2\n", f"{expected}\n", "--dtype", "float32").code == code


def test_nan_is_met_by_nan_alone(check: Check) -> None:
    assert check("nan,nan\n", "nan,nan\n").code == 0
    done = check("1,2\n", "nan,4\n", "--atol", "1e9")
    assert done.code == 1
    assert "expected nan, got 2.0" in done.err


@pytest.mark.parametrize("expected", ["2,4\n6,8\n10,12\n", "2,4\n", "2,4,6\n8,10,12\n", "2\n4\n"])
def test_expected_values_of_another_shape_end_with_1(check: Check, expected: str) -> None:
    done = check("1,2\n3,4\n", expected)
    assert done.code == 1
    assert "error[N602]: expected values of shape" in done.err
    assert "the output is (2, 2)" in done.err


def test_expected_columns_are_found_by_the_outputs_names(check: Check) -> None:
    assert check("1,2\n", "id,right,left\nx,4,2\n").code == 0


def test_without_all_names_in_the_header_columns_count_by_position(check: Check) -> None:
    assert check("1,2\n", "first,second\n2,4\n").code == 0
    assert check("1,2\n", "right,second\n2,4\n").code == 0
    assert check("1,2\n", "right,left\n2,4\n").code == 1


def test_expected_values_without_a_header_count_by_position(check: Check) -> None:
    assert check("1,2\n", "2,4\n").code == 0


def test_expected_values_are_read_with_the_samples_as_the_data_are(check: Check) -> None:
    data, expected = "1,3,5\n2,4,6\n", "2,6,10\n4,8,12\n"
    assert check(data, expected, "--samples", "columns").code == 0
    assert check(data, "2,4\n6,8\n10,12\n", "--samples", "columns").code == 1


def test_expected_values_may_be_an_npy_file(check: Check) -> None:
    assert check("1,2\n", npy([[2.0, 4.0]]), name="e.npy").code == 0
    assert check("1,2\n", npy([[2.0, 5.0]]), name="e.npy").code == 1


def test_the_columns_of_the_data_do_not_choose_those_of_the_expected_values(check: Check) -> None:
    done = check("a,b,c\n1,9,2\n", "2,4\n", "--columns", "a,c")
    assert (done.code, done.err.split()[0]) == (0, "note:")


def test_the_output_of_a_run_meets_itself(cli: RunCli, tmp_path: Path) -> None:
    """What CSV writes reads back to the same bits."""
    run = ("forward", "configs/iris.yaml", "sample_data/iris.csv", "--drop", "species")
    for name in ("out.csv", "out.npy"):
        out = tmp_path / name
        assert cli(*run, "-o", out).code == 0
        assert cli(*run, "--expect", out, "--rtol", "0").code == 0


def test_faulty_expected_values_are_faulty_data(check: Check) -> None:
    done = check("1,2\n", "2,x\n")
    assert done.code == 4
    assert "e.csv:1:" in done.err


def test_a_missing_file_of_expected_values_ends_with_5(cli: RunCli, write: Write) -> None:
    files = (write("net.yaml", DOUBLING), write("data.csv", "1,2\n"))
    done = cli("forward", *files, "--expect", "nowhere/e.csv")
    assert (done.code, done.out) == (5, "")
    assert "nowhere" in done.err


def test_expected_values_may_come_from_standard_input(cli: RunCli, write: Write) -> None:
    files = (write("net.yaml", DOUBLING), write("data.csv", "1,2\n"))
    assert cli("forward", *files, "--expect", "-", stdin=b"2,4\n").code == 0
    assert cli("forward", *files, "--expect", "-", stdin=b"2,5\n").code == 1


def test_data_and_expected_values_cannot_both_be_standard_input(cli: RunCli, write: Write) -> None:
    done = cli("forward", write("net.yaml", DOUBLING), "-", "--expect", "-", stdin=b"1,2\n")
    assert (done.code, done.out) == (2, "")
    assert "cannot both be standard input" in done.err


@pytest.mark.parametrize(
    ("option", "value"),
    [("--rtol", "nan"), ("--rtol", "-0.1"), ("--atol", "1e400"), ("--atol", "1_0"), ("--atol", "")],
)
def test_a_tolerance_is_a_finite_number_of_at_least_0(
    check: Check, option: str, value: str
) -> None:
    done = check("1,2\n", "2,4\n", f"{option}={value}")
    assert (done.code, done.out) == (2, "")
    assert option in done.err


def test_quiet_does_not_silence_a_failed_check(check: Check) -> None:
    assert "error[N601]" in check("1,2\n", "2,5\n", "--quiet").err


# ------------------------------------------------------------------- --expect in units of work

SAMPLES = 1500


@pytest.fixture
def doubled(write: Write) -> npt.NDArray[np.float64]:
    """Write net.yaml and data.csv of many samples, and return what is expected of them."""
    values = np.random.RandomState(3).randint(-99, 99, (SAMPLES, 2)).astype(np.float64)
    write("net.yaml", DOUBLING)
    write("data.csv", csv_of(values))
    return 2 * values


def csv_of(values: npt.NDArray[np.float64]) -> str:
    return "".join(",".join(map(repr, row)) + "\n" for row in values.tolist())


def table_of(values: npt.NDArray[np.float64]) -> bytes:
    stream = io.BytesIO()
    columns = {"right": values[:, 1], "left": values[:, 0]}
    parquet.write_table(pa.table(columns), stream, row_group_size=70)
    return stream.getvalue()


FORMS: dict[str, Callable[[npt.NDArray[np.float64]], str | bytes]] = {
    "e.csv": csv_of,
    "e.npy": npy,
    "e.parquet": table_of,
}


@pytest.fixture
def meet(
    cli: RunCli, write: Write, doubled: npt.NDArray[np.float64], tmp_path: Path
) -> Callable[..., Done]:
    """Compare the outputs with values in small units of work: meet(values, *options, name=…)."""
    del doubled

    def run_meet(values: npt.NDArray[np.float64], *options: str, name: str = "e.csv") -> Done:
        write(name, FORMS[name](values))
        command = ("net.yaml", "data.csv", "--expect", name, "--format", "csv")
        return cli("forward", *command, "--batch-size", "1", *options, cwd=tmp_path)

    return run_meet


Meet = Callable[..., "Done"]


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize("options", [("--threads", "3"), ("--batch-size", "700")])
def test_values_are_met_over_many_units_in_every_form(
    meet: Meet, doubled: npt.NDArray[np.float64], name: str, options: tuple[str, ...]
) -> None:
    done = meet(doubled, *options, name=name)
    assert (done.code, done.err.split()[0]) == (0, "note:")
    assert len(done.out.splitlines()) == SAMPLES + 1


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize("sample", [257, SAMPLES])
def test_the_first_difference_in_a_later_unit_has_its_number_in_the_whole(
    meet: Meet,
    doubled: npt.NDArray[np.float64],
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    sample: int,
) -> None:
    # pieces of the expected values that end within units of the outputs
    monkeypatch.setattr("nncli.data.parquet._MAX_ROWS", 100)
    monkeypatch.setattr("nncli.data.npy_rows._CHUNK_BYTES", 1600)
    expected = doubled.copy()
    expected[sample - 1, 1] += 1
    expected[sample:, 0] += 1
    done = meet(expected, name=name)
    assert done.code == 1
    want, got = float(expected[sample - 1, 1]), float(doubled[sample - 1, 1])
    assert f"sample {sample}, neuron 2 ('right'): expected {want}, got {got};" in done.err
    assert f"{SAMPLES - sample + 1:,} of 3,000 values differ" in done.err


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize("change", [-1, 5000])
def test_expected_values_of_another_length_are_told_with_both_shapes(
    meet: Meet, doubled: npt.NDArray[np.float64], name: str, change: int
) -> None:
    longer = np.concatenate([doubled, np.zeros((max(change, 0), 2))])
    done = meet(longer[: SAMPLES + change], name=name)
    assert done.code == 1
    assert (
        f"{name}: error[N602]: expected values of shape ({SAMPLES + change}, 2), "
        f"the output is ({SAMPLES}, 2)\n"
    ) in done.err
    assert "N601" not in done.err


def test_a_wrong_width_is_told_with_the_number_of_all_rows(
    meet: Meet, doubled: npt.NDArray[np.float64]
) -> None:
    done = meet(np.concatenate([doubled, doubled[:, :1]], axis=1))
    assert done.code == 1
    assert f"expected values of shape ({SAMPLES}, 3), the output is ({SAMPLES}, 2)" in done.err


@pytest.mark.parametrize("line", [2, SAMPLES])
def test_a_bad_cell_of_the_expected_values_ends_with_4_at_its_place(
    cli: RunCli, write: Write, doubled: npt.NDArray[np.float64], tmp_path: Path, line: int
) -> None:
    lines = csv_of(doubled).splitlines()
    lines[line - 1] = "oops,1"
    write("e.csv", "\n".join(lines))
    command = ("net.yaml", "data.csv", "--expect", "e.csv", "-o", "out.csv")
    done = cli("forward", *command, cwd=tmp_path)
    assert (done.code, done.out) == (4, "")
    assert f"e.csv:{line}:1: error[N404]: 'oops' in column 1" in done.err
    assert not (tmp_path / "out.csv").exists()


def test_a_bad_cell_of_the_expected_values_is_no_reject_of_the_data(
    cli: RunCli, write: Write, tmp_path: Path
) -> None:
    write("net.yaml", DOUBLING)
    write("data.csv", "1,2\n3,4\n")
    write("e.csv", "2,4\n6,oops\n")
    command = ("net.yaml", "data.csv", "--expect", "e.csv", "--rejects", "r.csv")
    done = cli("forward", *command, cwd=tmp_path)
    assert done.code == 4
    assert "e.csv:2:2: error[N404]" in done.err
    assert "r.csv" not in done.err
    assert not (tmp_path / "r.csv").exists()


def test_rejects_of_the_data_are_listed_beside_expected_values(
    cli: RunCli, write: Write, tmp_path: Path
) -> None:
    write("net.yaml", DOUBLING)
    write("data.csv", "1,2\nx,4\n")
    write("e.csv", "2,4\n6,8\n")
    command = ("net.yaml", "data.csv", "--expect", "e.csv", "--rejects", "r.csv")
    assert cli("forward", *command, cwd=tmp_path).code == 4
    assert (tmp_path / "r.csv").read_text().splitlines()[1:] == ["data.csv,2,1,column_1,N404,x"]


def test_expected_values_are_compared_with_as_many_samples_as_run(
    meet: Meet, doubled: npt.NDArray[np.float64]
) -> None:
    assert meet(doubled[:300], "--limit", "300").code == 0
    assert "shape (1500, 2), the output is (300, 2)" in meet(doubled, "--limit", "300").err


def test_of_the_expected_values_no_more_than_one_piece_is_held() -> None:
    """They are read when outputs come, and no further."""
    rows = [np.arange(10.0) + 10 * number for number in range(100)]
    ahead: list[int] = []

    def chunks() -> Iterator[Rows]:
        for number, values in enumerate(rows, start=1):
            ahead.append(number)
            yield Rows((values,))

    expected = ExpectedOutputs(
        SampleStream(("y",), chunks(), sources=("e.csv",)), Tolerance(0.0, 0.0)
    )
    assert ahead == []
    done = 0
    for size in (5, 5, 3, 17, 1, 40, 200, 9):
        expected.take([np.arange(done, done + size, dtype=np.float64)])
        done += size
        assert len(ahead) == -(-done // 10)  # as many pieces as hold what was compared


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ("0.474", 0),
        ("0.4739", 0),
        ("0.47400", 1),  # the last 0 counts
        ("0.5", 0),
        ("0.6", 1),
        ("4.74e-1", 0),
        ("nan", 1),
    ],
)
def test_digits_compares_at_the_digits_that_are_shown(
    cells: str, code: int, cli: RunCli, write: Callable[[str, str | bytes], Path]
) -> None:
    # sigmoid(-0.1045) = 0.473898748…, by hand with a calculator
    spec = "{inputs: 1, layers: [{weights: [1], biases: 0, activation: sigmoid}]}"
    arguments = ("forward", write("net.yaml", spec), write("x.csv", "-0.1045\n"), "--expect")
    expected = write("y.csv", f"y\n{cells}\n")
    done = cli(*arguments, expected, "--digits")
    assert done.code == code
    if code == 0:
        assert "note: 1 value agrees with" in done.err
    else:
        assert "the largest difference is" in done.err
    # without it, a value that was rounded differs
    plain = cli(*arguments, expected, "--format", "json")
    assert (plain.code, cli(*arguments[:3], "--digits").code) == (1, 2)
    assert plain.json["problems"][0]["suggestions"][0]["options"] == ["--digits"]


def test_numbers_of_an_array_show_no_digits_to_compare(
    cli: RunCli, write: Callable[[str, str | bytes], Path], tmp_path: Path
) -> None:
    np.save(tmp_path / "y.npy", np.array([[0.5]]))
    spec = write("net.yaml", "{inputs: 1, layers: [{weights: [1], biases: 0}]}")
    arguments = ("forward", spec, write("x.csv", "1\n"), "--expect", tmp_path / "y.npy")
    assert cli(*arguments, "--digits").code == 2
    differing = cli(*arguments)
    assert (differing.code, "--digits" in differing.err) == (1, False)


def test_digits_counts_those_behind_a_decimal_comma(
    cli: RunCli, write: Callable[[str, str | bytes], Path]
) -> None:
    spec = "{inputs: 1, layers: [{weights: [1], biases: 0, activation: sigmoid}]}"
    arguments = ("forward", write("net.yaml", spec), write("x.csv", '"-0,1045"\n'))
    for cell, code in (("0,474", 0), ("0,47400", 1)):
        expected = write("y.csv", f'y\n"{cell}"\n')
        done = cli(*arguments, "--decimal", ",", "--expect", expected, "--digits")
        assert done.code == code


# ---------------------------------------------------------------------------------- --strict


def test_strict_passes_what_is_finite(cli: RunCli) -> None:
    arguments = ("forward", "configs/two_layers.yaml", "sample_data/two_layers.csv")
    strict = cli(*arguments, "--strict")
    assert (strict.code, strict.err) == (0, "")
    assert strict.out == cli(*arguments).out


def test_strict_fails_with_the_layer_and_the_sample_of_an_overflow(
    cli: RunCli, write: Write
) -> None:
    files = (write("net.yaml", OVERFLOWING), write("data.csv", "0\n1\n"))
    done = cli("forward", *files, "--strict", "--format", "csv")
    assert (done.code, done.out) == (1, "output_1\n0\ninf\n")
    assert "error[N603]: layer 2:" in done.err
    assert "sample 2, neuron 1" in done.err


def test_without_strict_an_overflow_is_a_note(cli: RunCli, write: Write) -> None:
    files = (write("net.yaml", OVERFLOWING), write("data.csv", "1\n"))
    done = cli("forward", *files, "--format", "csv")
    assert (done.code, done.out) == (0, "output_1\ninf\n")
    assert done.err == (
        "note: layer 2: 1 non-finite value, the first (inf) at sample 1, neuron 1\n"
    )


@pytest.mark.parametrize("cell", ["nan", "inf", "-Infinity"])
def test_strict_fails_with_the_column_of_non_finite_data(
    cli: RunCli, write: Write, cell: str
) -> None:
    files = (write("net.yaml", DOUBLING), write("data.csv", f"a,b\n1,2\n3,{cell}\n"))
    done = cli("forward", *files, "--strict")
    assert done.code == 1
    assert "error[N603]: the data holds 1 non-finite value" in done.err
    assert "sample 2, column 2 ('b')" in done.err


def test_in_float32_strict_fails_where_float64_does_not(cli: RunCli, write: Write) -> None:
    """4e38 is more than float32 holds."""
    config = write("net.yaml", "{inputs: 1, layers: [{neurons: 1, weights: [[4]]}]}")
    data = write("data.csv", "1e38\n")
    assert cli("forward", config, data, "--strict").code == 0
    done = cli("forward", config, data, "--strict", "--dtype", "float32")
    assert done.code == 1
    assert "layer 1: 1 non-finite value" in done.err


def test_both_failed_checks_are_reported_in_one_run(cli: RunCli, write: Write) -> None:
    files = (write("net.yaml", OVERFLOWING), write("data.csv", "1\n"))
    done = cli("forward", *files, "--strict", "--expect", write("e.csv", "1\n"))
    assert done.code == 1
    assert "error[N603]" in done.err
    assert "error[N601]" in done.err


@pytest.mark.parametrize("expected", ["3\n7\nq\n", "a,b\n1,q\n"])
def test_wrong_expected_values_leave_no_result(cli: RunCli, write: Write, expected: str) -> None:
    folder = write("net.yaml", "layer_sizes: [2, 1]\nseed: 0\n").parent
    write("data.csv", "1,2\n3,4\n")
    write("e.csv", expected)
    options = ("--expect", "e.csv", "-o", "out.csv")
    done = cli("forward", "net.yaml", "data.csv", *options, cwd=folder)
    assert (done.code, "e.csv:" in done.err) == (4, True)
    assert not (folder / "out.csv").exists()
