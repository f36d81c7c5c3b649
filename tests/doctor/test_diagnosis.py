"""One look at everything: layers that do not fit, and data that does not fit besides."""

from __future__ import annotations

import io

import numpy as np
import pytest

from nncli.data.columns import ColumnChoice, WantedInputs
from nncli.data.opened import DataOptions
from nncli.data.source_bytes import FirstLook
from nncli.doctor.case import DataCase
from nncli.doctor.diagnosis import Diagnosis, diagnose
from nncli.problems import Problem
from nncli.specs.reader import SpecReading, inspect_spec

SAME_CAUSE = ("the first change above mends this, too",)
# 2 inputs are declared, the weights take 3
WRONG_INPUTS = "inputs: 2\nlayers:\n  - neurons: 1\n    weights: [[1], [2], [3]]\n"
# 1 neuron, and 2 biases
WRONG_BIASES = """\
inputs: 2
layers:
  - neurons: 1
    weights: [[1], [2]]
    biases: [1, 2]
"""


def read(spec: str) -> SpecReading:
    return inspect_spec(spec.encode(), "net.yaml")


def diagnosed(
    spec: str, content: str | bytes, *, options: DataOptions | None = None, complete: bool = True
) -> Diagnosis:
    reading = read(spec)
    raw = content.encode() if isinstance(content, str) else content
    wanted = WantedInputs(reading.spec.inputs.size, outputs=reading.spec.output_columns)
    options = (options or DataOptions()).for_source("batch.csv")
    look = FirstLook(raw, complete)
    case = DataCase("batch.csv", look, options, ColumnChoice(), wanted, reading)
    return diagnose(reading, case)


def told(problem: Problem) -> tuple[str, list[str], bool]:
    """Return a problem's code, its edits and options, and whether another's remedy mends it."""
    typed = [
        " ".join([*(edit.summary for edit in s.edits), *s.options]) for s in problem.suggestions
    ]
    return problem.code, typed, problem.help == SAME_CAUSE


def test_without_data_only_the_layers_are_told() -> None:
    found = diagnose(read(WRONG_INPUTS), None)
    within = [f"biases: {{within_weights: {where}}}" for where in ("last", "first")]
    changes = ["inputs: 3", *within]
    assert [told(problem) for problem in found.problems] == [("N201", changes, False)]
    assert found.features is None


def test_data_that_fits_is_not_spoken_of() -> None:
    found = diagnosed(WRONG_BIASES, "a,b\n1,2\n")
    assert [told(problem) for problem in found.problems] == [("N203", ["biases: [1]"], False)]
    assert found.features is None


def test_data_that_cannot_be_read_is_told_too() -> None:
    found = diagnosed(WRONG_BIASES, "a;b\n1;2\n3;4\n")
    assert [told(problem) for problem in found.problems] == [
        ("N203", ["biases: [1]"], False),
        ("N407", ["--delimiter ;"], False),
    ]
    found = diagnosed(WRONG_BIASES, "a,b\n1,2O\n3,4\n")
    assert [told(problem) for problem in found.problems] == [
        ("N203", ["biases: [1]"], False),
        ("N404", ["20"], False),
    ]


def test_problems_of_the_layers_come_first() -> None:
    spec = WRONG_BIASES + "  - neurons: 1\n    weights: [[1]]\n    biases: [1, 2]\n"
    found = diagnosed(spec, "a,b\n1,x\n3,4\n")
    assert [problem.code for problem in found.problems] == ["N203", "N203", "N404"]


# ---- data larger than what was looked at ---------------------------------------------------------

LOOK = 2**18


def array(*shape: int, fortran: bool = False) -> bytes:
    stream = io.BytesIO()
    values = np.ones(shape)
    np.save(stream, np.asfortranarray(values) if fortran else values)
    return stream.getvalue()


def test_rows_and_arrays_beyond_the_first_look_are_no_fault() -> None:
    for content in (
        b"1,2\n" * LOOK,
        array(20_000, 2),
        ("a,b\n" + "1,2\n" * LOOK).encode("utf-16-be"),
    ):
        encoding = "utf-16-be" if content.startswith(b"\0") else "utf-8"
        cut = content[:LOOK]
        assert len(cut) < len(content)
        options = DataOptions(encoding=encoding)
        found = diagnosed(WRONG_BIASES, cut, options=options, complete=False)
        assert [problem.code for problem in found.problems] == ["N203"]


@pytest.mark.parametrize(
    ("spec", "content", "encoding"),
    [
        # the last 0x0A is the first half of a line end
        (WRONG_BIASES, ("a,b\n" + "1.5,2\n" * LOOK).encode("utf-16-le"), "utf-16-le"),
        # whole columns one by one
        (WRONG_BIASES, array(20_000, 2, fortran=True), "utf-8"),
        # a single row is longer
        (WRONG_INPUTS.replace("2", "90000", 1), array(2, 90_000), "utf-8"),
        (
            WRONG_INPUTS.replace("2", "200000", 1),
            b",".join([b"1"] * 200_000) + b"\n",
            "utf-8",
        ),
        # within a quoted cell
        (WRONG_INPUTS, b'a,b\n1,"' + b"2\n" * LOOK, "utf-8"),
    ],
)
def test_what_stands_beyond_the_first_look_is_no_fault(
    spec: str, content: bytes, encoding: str
) -> None:
    cut = content[:LOOK]
    assert len(cut) < len(content)
    options = DataOptions(encoding=encoding)
    found = diagnosed(spec, cut, options=options, complete=False)
    assert {problem.code for problem in found.problems} == {"N201", "N203"} & {
        misfit.code for misfit in read(spec).misfits
    }
