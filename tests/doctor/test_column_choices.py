"""Names of columns that were mistyped, in the spec or on the command line."""

from __future__ import annotations

import pytest

from nncli.data.columns import ColumnChoice, WantedInputs
from nncli.data.opened import DataOptions
from nncli.data.source_bytes import FirstLook
from nncli.doctor.case import DataCase
from nncli.doctor.diagnosis import diagnose, treat_data
from nncli.doctor.edits import edited
from nncli.problems import Problem
from nncli.specs.reader import inspect_spec, read_spec

LAYERS = "layers: [{neurons: 1}]\nseed: 0\n"
TABLE = "Insulin,mean radius,x_3\n1,2,3\n4,5,6\n"
ALL = ("Insulin", "mean radius", "x_3")


def make_case(
    content: str, spec: str, *, choice: ColumnChoice | None = None, argv: tuple[str, ...] = ()
) -> DataCase:
    reading = inspect_spec(spec.encode(), "net.yaml")
    inputs = reading.spec.inputs
    options = DataOptions().for_source("batch.csv")
    look = FirstLook(content.encode(), complete=True)
    wanted = WantedInputs(inputs.size, inputs.columns)
    choice = choice or ColumnChoice()
    return DataCase("batch.csv", look, options, choice, wanted, reading, argv=argv)


def treated(case: DataCase) -> Problem:
    """Return the one problem of a case, with what is offered for it."""
    fault = case.fault()
    assert fault is not None
    [problem] = treat_data(fault, {"batch.csv": case}).problems
    return problem


@pytest.mark.parametrize(
    ("inputs", "columns"),
    [
        ("inputs: {columns: [Insulin mean radius, x_3]}", ALL),
        ("inputs: {columns: [Insulin; mean radius; x_3]}", ALL),
        ("inputs:\n  columns:\n  - Insulin\n    mean radius\n  - x_3", ALL),
        ("inputs:\n- Insulin\n  x_3", ("Insulin", "x_3")),
        ("inputs: [insulin, Mean_Radius, x3]", ALL),
        ("inputs: {columns: [Insuln, x_3]}", ("Insulin", "x_3")),
    ],
)
def test_names_are_put_right_in_the_spec(inputs: str, columns: tuple[str, ...]) -> None:
    case = make_case(TABLE, f"{inputs}\n{LAYERS}")
    problem = treated(case)
    source = case.reading.source
    assert source is not None
    text = edited(source.text.text, problem.suggestions[0].edits)
    assert read_spec(text.encode(), "net.yaml").inputs.columns == columns
    assert problem.place is not None
    assert (problem.place.file, problem.place.line) == (
        "net.yaml",
        problem.suggestions[0].edits[0].line,
    )
    assert "not in the header of the data" in problem.message


def test_joined_names_are_told_before_the_layers_that_need_them_apart() -> None:
    spec = "inputs: [Insulin x_3]\nlayers: [{neurons: 1, weights: [[1], [2]]}]\n"
    case = make_case(TABLE, spec)
    names, layers = diagnose(case.reading, case).problems
    assert (names.code, layers.code) == ("N408", "N201")
    assert names.suggestions[0].edits[0].summary == "inputs: [Insulin, x_3]"
    assert layers.help == ("the first change above mends this, too",)


def test_columns_in_their_order_are_offered_as_an_assumption_only() -> None:
    problem = treated(make_case(TABLE, f"inputs: [a, b, c]\n{LAYERS}"))
    [suggestion] = problem.suggestions
    assert suggestion.options == ("--columns", "1,2,3")
    assert suggestion.words.startswith("if they stand in the order of the inputs (a, b, c)")
    for names in ("a, b", "x_3, b, c"):  # another number, or another order
        problem = treated(make_case(TABLE, f"inputs: [{names}]\n{LAYERS}"))
        assert problem.suggestions == ()


def test_of_a_repeated_name_none_is_guessed() -> None:
    problem = treated(make_case("x,y,x\n1,2,3\n", f"inputs: [x, y]\n{LAYERS}"))
    words = "choose by position instead, with --columns: it counts from 1"
    assert (problem.suggestions, problem.help) == ((), (words,))
    choice = ColumnChoice(drop=("x",))
    problem = treated(make_case("x,y,x\n1,2,3\n", f"inputs: 2\n{LAYERS}", choice=choice))
    words = "write its position instead, 1 or 3"
    assert (problem.suggestions, problem.help) == ((), (words,))


@pytest.mark.parametrize(
    ("header", "names"),
    [("t1.ash,t1.tax", "ash, tax"), ("data$ash,data$tax", "ash, tax"), ("ash,tax", "t.ash, t.tax")],
)
def test_a_tables_prefix_is_no_part_of_a_name(header: str, names: str) -> None:
    problem = treated(make_case(f"{header}\n1,2\n", f"inputs: [{names}]\n{LAYERS}"))
    assert ("if they are meant" in problem.suggestions[0].words) is True
    assert problem.suggestions[1].options == ("--columns", header)


@pytest.mark.parametrize(
    ("option", "typed", "meant"),
    [
        ("columns", "0,1", "1,2"),
        ("drop", "-1", "3"),
        ("columns", "1-2", "Insulin,mean radius"),
        ("columns", "2:3", "mean radius,x_3"),
        ("columns", "0:2", "Insulin,mean radius"),
        ("columns", ":-1", "Insulin,mean radius"),
        ("columns", "1:", "mean radius,x_3"),
        ("drop", "last", "3"),
        ("columns", "1;2", "1,2"),
        ("columns", "Insulin;x_3", "Insulin,x_3"),
        ("columns", "insulin,x3", "Insulin,x_3"),
        ("drop", "X_3", "x_3"),
        ("drop", "0", "1"),
        ("keep", "Insuln", "Insulin"),
    ],
)
def test_an_item_of_the_command_line_is_put_right_in_its_place(
    option: str, typed: str, meant: str
) -> None:
    choice = ColumnChoice(**{option: tuple(typed.split(","))})
    words = ("forward", "net.yaml", "batch.csv", f"--{option}")
    spec = f"inputs: 2\n{LAYERS}"
    problem = treated(make_case(TABLE, spec, choice=choice, argv=(*words, typed)))
    [suggestion] = problem.suggestions
    assert (suggestion.argv, suggestion.options) == ((*words, meant), ())


@pytest.mark.parametrize("typed", ["0:9", "x_4", "1,9", "weight"])
def test_an_item_that_means_nothing_certain_is_left_to_the_user(typed: str) -> None:
    choice = ColumnChoice(columns=tuple(typed.split(",")))
    problem = treated(make_case(TABLE, f"inputs: 2\n{LAYERS}", choice=choice))
    assert problem.suggestions == ()
    assert "the columns are Insulin, mean radius, x_3" in problem.help
