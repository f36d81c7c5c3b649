"""Data that does not fit or cannot be read: which options and edits are offered for it."""

from __future__ import annotations

import io

import numpy as np
import numpy.typing as npt
import pytest

from nncli.data.columns import ColumnChoice, WantedInputs
from nncli.data.opened import DataOptions
from nncli.data.source_bytes import FirstLook
from nncli.doctor.case import DataCase
from nncli.doctor.data import treat_file
from nncli.errors import DataError
from nncli.problems import Place, Problem
from nncli.specs.reader import inspect_spec

# Explicit weights take so many inputs and no other number.
TWO_INPUTS = "inputs: 2\nlayers:\n  - neurons: 1\n    weights: [[1], [2]]\n"
ONE_INPUT = "inputs: 1\nlayers:\n  - neurons: 1\n    weights: [[1]]\n"
DRAWN = "inputs: 2\nlayers: [{neurons: 1}]\nseed: 0\n"
NAMED = "inputs: {columns: [width, height]}\nlayers: [{neurons: 1}]\nseed: 0\n"
ALL = ColumnChoice()
Shown = tuple[tuple[str, ...], str | None]


def make_case(
    content: str | bytes,
    spec: str = TWO_INPUTS,
    *,
    options: DataOptions | None = None,
    choice: ColumnChoice = ALL,
    complete: bool = True,
) -> DataCase:
    reading = inspect_spec(spec.encode(), "net.yaml")
    inputs = reading.spec.inputs
    wanted = WantedInputs(inputs.size, inputs.columns, outputs=reading.spec.output_columns)
    raw = content.encode() if isinstance(content, str) else content
    options = (options or DataOptions()).for_source("batch.csv")
    return DataCase("batch.csv", FirstLook(raw, complete), options, choice, wanted, reading)


def treat(case: DataCase) -> DataError:
    fault = case.fault()
    assert fault is not None, "the data fits"
    return treat_file(fault, case)


def offered(problem: Problem) -> list[Shown]:
    """Return each change as options to type, and what a screen shows of its edit."""
    return [
        (s.options, ", ".join(edit.summary for edit in s.edits) or None)
        for s in problem.suggestions
    ]


def options_for(content: str | bytes, spec: str = TWO_INPUTS) -> list[tuple[str, ...]]:
    """Return the options offered for a file's first problem; there must be no edits."""
    shown = offered(treat(make_case(content, spec)).problems[0])
    assert all(edit is None for _, edit in shown)
    return [options for options, _ in shown]


def npy(array: npt.NDArray[np.float64]) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array)
    return stream.getvalue()


# ---- ways of reading -----------------------------------------------------------------------------


def test_a_delimiter_that_does_not_make_the_data_fit_is_not_offered() -> None:
    [problem] = treat(make_case("1;2;3;4\n1;2;3\n")).problems
    assert problem.suggestions == ()


def test_lines_that_are_features_are_offered_as_such() -> None:
    # two lines, each of four numbers or of a name and four numbers
    assert ("--samples", "columns") in options_for("1,2,3,4\n5,6,7,8\n")
    assert options_for("width,1,2,3,4\nheight,5,6,7,8\n")[0] == ("--samples", "columns")
    assert ("--samples", "columns") not in options_for("1,2,3\n3,4,1\n5,6,0\n")


def test_columns_are_no_samples_if_columns_were_chosen_or_not_all_is_known() -> None:
    content = "a,b,c,d\n1,2,3,4\n5,6,7,8\n"
    cut = make_case(content, complete=False)
    chosen = make_case(content, choice=ColumnChoice(drop=("a",)))
    for case in (cut, chosen):
        shown = offered(treat(case).problems[0])
        assert not any("--samples" in options for options, _ in shown)


def test_where_columns_are_samples_no_option_chooses_features() -> None:
    """`--columns` would be refused, whether a name is another one or an exporter's."""
    options = DataOptions(samples="columns")
    for wanted in ("height", "wid_th"):
        spec = f"inputs: {{columns: [{wanted}, length]}}\nlayers: [{{neurons: 1}}]\nseed: 0\n"
        case = make_case("wid th,1,2\nlength,3,4\n", spec, options=options)
        [problem] = treat(case).problems
        assert (problem.code, problem.suggestions) == ("N408", ())
        assert "--columns" not in " ".join(problem.help)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_with_its_mark_is_offered_as_utf_16_first(encoding: str) -> None:
    [problem] = treat(make_case("\ufeffa,b\n1,2\n".encode(encoding))).problems
    assert (problem.code, offered(problem)[0]) == ("N411", (("--encoding", "utf-16"), None))


def test_a_zero_byte_in_plain_text_does_not_make_it_utf_16() -> None:
    [problem] = treat(make_case("a,b\n1,\0\n3,4\n")).problems
    assert (problem.code, offered(problem)) == ("N406", [])


WITHOUT = "(without this line)"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("% made by a program\n1,2\n", ((), WITHOUT)),
        ("// made by a program\na,b\n1,2\n", ((), WITHOUT)),
        ("SEP=|\r\n1|2\r\n", (("--delimiter", "|"), WITHOUT)),
    ],
)
def test_a_first_line_that_is_no_row_is_offered_to_be_removed(
    content: str, expected: Shown
) -> None:
    problem = treat(make_case(content)).problems[0]
    assert offered(problem)[0] == expected
    [edit] = problem.suggestions[0].edits
    assert (edit.line, edit.column, edit.end_line, edit.end_column, edit.text) == (1, 1, 2, 1, "")


@pytest.mark.parametrize("content", ["Data\na,b,c\n1,2\n", "#x\n1,a\n", "a\n1,2,3\n4,5,6\n7,8\n"])
def test_a_first_line_stays_if_what_is_below_does_not_fit_either(content: str) -> None:
    assert treat(make_case(content)).problems[0].suggestions == ()


@pytest.mark.parametrize(
    ("content", "spec"),
    [
        # a ragged row is found in line 3, however it is read
        ("1,2,3\n4,5,6\n1,2\n7,8,9\n", ONE_INPUT),
        # a title of two words is no header of two names
        pytest.param(
            "My data\na,b,c\n1,2\n",
            TWO_INPUTS,
        ),
    ],
)
def test_an_option_is_not_offered_if_it_only_moves_the_fault(content: str, spec: str) -> None:
    shown = offered(treat(make_case(content, spec)).problems[0])
    assert not any("--delimiter" in options or "--samples" in options for options, _ in shown)


def test_a_delimiter_is_offered_if_it_brings_a_faulty_cell_to_light() -> None:
    problem = treat(make_case("a;b\n1;2\n3;x\n5;6\n")).problems[0]
    assert offered(problem) == [(("--delimiter", ";"), None)]


@pytest.mark.parametrize(
    "content",
    [
        "a,b,c\n1,2\n",  # one row may be the faulty one
        "a,b,c\n1,2\n3,4\n5,6,7\n",  # rows that differ
        '"a",b,c\n1,2\n3,4\n',  # its text cannot be cut at the commas
    ],
)
def test_a_header_stays_if_the_rows_do_not_say_what_it_should_be(content: str) -> None:
    shown = offered(treat(make_case(content)).problems[0])
    assert not any(edit for _, edit in shown)


# ---- columns -------------------------------------------------------------------------------------


def test_no_columns_are_named_where_there_are_more_than_ten_too_many() -> None:
    for surplus, expected in ((10, True), (11, False)):
        row = ",".join(["0.5"] * 2 + ["a"] * surplus) + "\n"
        problem = treat(make_case(row * 3, options=DataOptions(header=False))).problems[0]
        assert any(options[:1] == ("--drop",) for options, _ in offered(problem)) is expected
    assert problem.suggestions[0].words.startswith(
        "11 columns must go, likely column 3 (it is text)"
    )


@pytest.mark.parametrize(
    ("content", "spec", "expected"),
    [
        # a label by its few values, wherever it stands; then the next, saying what is kept
        (
            "a,b,c\n" + "".join(f"0.{n}1,{n % 2},{n * 7}\n" for n in range(6)),
            TWO_INPUTS,
            [
                ("leave 'b' out: it holds only 2 whole numbers", ("--drop", "b")),
            ],
        ),
        # nothing tells: the last
        (
            "0.5,2,3\n1.5,4,5\n2.5,6,0\n",
            TWO_INPUTS,
            [
                ("leave column 3 out, or another one, if it is no feature", ("--drop", "3")),
            ],
        ),
        # drawn weights could take a label as well: that is said, and comes last
        (
            "a,b,price\n1,2,3\n3,4,5\n5,6,0\n",
            DRAWN,
            [
                ("leave 'price' out: its name is that of a label", ("--drop", "price")),
                (
                    "let the network take 3 inputs, if every column is a feature",
                    (),
                ),
            ],
        ),
        # of two too many both are named
        (
            '"",a,b,c\n1,2,3,0.5\n2,4,5,1.5\n3,4,0,2.5\n',
            TWO_INPUTS,
            [
                (
                    (
                        "carry column 1 through unread: it has no name; "
                        "leave 'c' out, or another one, if it is no feature"
                    ),
                    ("--keep", "1", "--drop", "c"),
                ),
            ],
        ),
        # of more than one that nothing tells of, only the number
        (
            "a,b,c,id\n1.5,3,0.5,7\n4,5,1.5,8\n",
            ONE_INPUT,
            [
                (
                    (
                        "3 columns must go, likely 'id' (its name is that of an identifier): "
                        "name those that stay with --columns"
                    ),
                    (),
                )
            ],
        ),
    ],
)
def test_what_must_go_is_said_with_what_speaks_for_it(
    content: str, spec: str, expected: list[tuple[str, tuple[str, ...]]]
) -> None:
    [problem] = treat(make_case(content, spec)).problems
    assert [(s.words, s.options) for s in problem.suggestions] == expected


@pytest.mark.parametrize(
    ("content", "first"),
    [
        # as many lines as inputs: each column is a sample
        ("1,2,3\n3,4,1\n", "--samples"),
        ("feature,s0,s1\nwidth,5,60\nheight,7,37\n", "--samples"),
        # unless each column has decimals of its own, or names stand above numbers
        ("1,0.5,3\n3,2.5,1\n", "--drop"),
        ("a,b,c\n1,2,3\n3,4,1\n", "--drop"),
        ("id,b,c\nx,5,60\ny,7,37\n", "--keep"),
        ("flower,b,c\nf1,5,60\nf2,7,37\n", "--keep"),
    ],
)
def test_as_many_lines_as_inputs_are_features_unless_something_speaks_against_it(
    content: str, first: str
) -> None:
    [problem] = treat(make_case(content)).problems
    assert problem.suggestions[0].options[0] == first


def test_a_dead_end_names_the_columns_of_text() -> None:
    content = "city,land,age,fare\nOslo,Norge,3,\nRoma,Italia,,1\nBern,Schweiz,2,?\n"
    [problem] = treat(make_case(content, "layer_sizes: [3, 1]\nseed: 0\n")).problems[:1]
    assert problem.suggestions == ()
    told = " ".join(problem.help)
    for part in (
        "'city'",
        "'land'",
        "are text",
        "--columns",
    ):
        assert part in told


@pytest.mark.parametrize("content", ["1,2,?\n3,4,5\n", "76,79;\n6,45\n", "1,x,3,4\n1,2,3,4\n"])
def test_a_first_row_of_mostly_numbers_is_never_offered_as_a_header(content: str) -> None:
    for problem in treat(
        make_case(content, f"inputs: {content.count(',') // 2}\n" + DRAWN[9:])
    ).problems:
        assert not any("--header" in suggestion.options for suggestion in problem.suggestions)


@pytest.mark.parametrize("first", ["0,1,2", "1990,1991,1992"])
def test_a_first_row_that_counts_up_is_first_offered_as_a_header(first: str) -> None:
    spec = TWO_INPUTS.replace("2\n", "3\n", 1).replace("[2]", "[2], [3]")
    [problem] = treat(make_case(f"{first}\n5.1,3.5,1.4\n4.9,3.0,1.3\n", spec)).problems
    assert [options for options, _ in offered(problem)][:2] == [("--header",), ("--no-header",)]


@pytest.mark.parametrize("choice", [ColumnChoice(drop=("1",)), ColumnChoice(keep=("1",))])
@pytest.mark.parametrize("content", ["a\n1\n2\n", "a,b\n1,2\n"])
def test_a_network_is_never_offered_to_take_no_inputs(choice: ColumnChoice, content: str) -> None:
    for spec in (DRAWN, TWO_INPUTS):
        problem = treat(make_case(content, spec, choice=choice)).problems[0]
        assert problem.code == "N407"
        assert not any(edit == "inputs: 0" for _, edit in offered(problem))


@pytest.mark.parametrize("spec", [DRAWN, NAMED])
@pytest.mark.parametrize("complete", [True, False])
def test_a_first_row_longer_than_the_first_look_is_no_trouble(spec: str, complete: bool) -> None:
    content = ",".join(["a"] * 150_000) + ",1"
    case = make_case(content[: 2**18], spec, complete=complete)
    error = DataError(Problem("N404", "no number", Place("batch.csv", 2, 1, "x,1", 0), ("help",)))
    assert treat_file(error, case).problems[0].code == "N404"


# ---- a look that is not complete -----------------------------------------------------------------

ROWS = "a,b,label\n0.5,2,0\n1.5,4,0\n0.25,6,1\n0.75,8,1\n"


@pytest.mark.parametrize("cut", ["", "9", "9,1", "9,1,", "x,y,z", '"9,1'])
def test_a_look_that_ends_within_a_row_is_judged_by_the_rows_before_it(cut: str) -> None:
    whole, looked = make_case(ROWS), make_case(ROWS + cut, complete=False)
    expected = [s for s in offered(treat(whole).problems[0]) if "--samples" not in s[0]]
    assert offered(treat(looked).problems[0]) == expected
    assert expected[0] == (("--drop", "label"), None)


def test_a_look_that_ends_within_a_quoted_cell_is_judged_by_the_rows_before_it() -> None:
    content = 'a,b,note\n1,2,"good\nor bad"\n3,4,"good\nor'
    shown = offered(treat(make_case(content, complete=False)).problems[0])
    assert (("--drop", "note"), None) in shown


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16"])
def test_more_rows_than_are_tried_change_nothing(encoding: str) -> None:
    content = ("größe,b\n" + "1.5,2.5\n" * 20_000).encode(encoding)
    [problem] = treat(make_case(content)).problems
    assert offered(problem) == [(("--encoding", encoding), None)]


# ---- NPY arrays ----------------------------------------------------------------------------------


def test_an_array_whose_columns_are_samples_is_offered_to_be_read_so() -> None:
    [problem] = treat(make_case(npy(np.full((2, 5), 0.5)))).problems
    assert (problem.code, offered(problem)[0]) == ("N407", (("--samples", "columns"), None))


def test_an_array_with_a_column_too_many_is_offered_to_do_without_the_last() -> None:
    [problem] = treat(make_case(npy(np.full((5, 3), 0.5)))).problems
    dropped = [options for options, _ in offered(problem) if options[:1] == ("--drop",)]
    assert dropped == [("--drop", "3")]


def test_an_array_larger_than_the_first_look_is_judged_by_its_whole_rows() -> None:
    content = npy(np.arange(60_000.0).reshape(20_000, 3))[: 2**18]
    [problem] = treat(make_case(content, complete=False)).problems
    assert problem.code == "N407"
    assert (("--drop", "3"), None) in offered(problem)


@pytest.mark.parametrize("shape", [(5, 3), (20_000, 3)])
def test_an_array_is_not_offered_delimiters(shape: tuple[int, int]) -> None:
    content = npy(np.arange(float(shape[0] * shape[1])).reshape(shape))
    shown = offered(treat(make_case(content)).problems[0])
    assert not any("--delimiter" in options for options, _ in shown)


def test_an_array_is_not_offered_to_lose_columns_that_are_samples() -> None:
    shown = offered(treat(make_case(npy(np.full((5, 3), 0.5)))).problems[0])
    assert not any("--samples" in options and "--drop" in options for options, _ in shown)


# ---- decimal commas, aligned columns -------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "delimiter"),
    [
        ("a;b\n1,5;2,5\n3,5;4,5\n", ";"),
        ("a\tb\n1,5\t2,5\n3,5\t4,5\n", "tab"),
        ("a|b\n1,5|2\n3,5|4\n", "|"),
        ("  a     b\n1,5 2\n3,5  4\n", "blanks"),
    ],
)
def test_decimal_commas_are_read(content: str, delimiter: str) -> None:
    [problem] = treat(make_case(content)).problems
    assert offered(problem) == [(("--delimiter", delimiter, "--decimal", ","), None)]


@pytest.mark.parametrize(
    "content",
    [
        "1   2\n3   4\n",
        "  1    2\n 13    4\n",
        "a    b\r\n1    2 \r\n3   14\r\n",
        "1\t2\n3\t\t4\n",
        "1 2\n3 4 \n",
    ],
)
def test_columns_aligned_with_blanks_are_read(content: str) -> None:
    [problem] = treat(make_case(content)).problems
    assert offered(problem) == [(("--delimiter", "blanks"), None)]


# ---- several problems ----------------------------------------------------------------------------


def test_columns_of_text_are_explained_each() -> None:
    error = treat(make_case("city,land\nOslo,Norge\nRoma,Italia\n"))
    assert error.problems[0].suggestions == ()
    assert len(error.problems) + error.more in (2, 4)  # a fault for each row, or each cell


def test_what_the_reader_counted_and_measured_is_passed_on() -> None:
    case = make_case("a,b,c\n1,2,3\n")
    fault = case.fault()
    assert fault is not None
    assert treat_file(fault, case).features == 3


def test_nothing_is_offered_for_what_no_option_mends() -> None:
    for content in ("", "\n\n", "a,b\n", "PK\x03\x04"):
        problem = treat(make_case(content)).problems[0]
        assert problem.suggestions == ()
        assert problem.help
    [problem] = treat(make_case("a\n1\n2\n3\n")).problems
    assert (problem.code, problem.suggestions) == ("N407", ())
    assert problem.help  # that nothing was found is said


def test_a_thousand_wanted_names_that_are_nowhere_are_not_compared_with_each_other() -> None:
    """Comparing each with all by likeness would take minutes."""
    names = ", ".join(f"feature_{number}_x" for number in range(1000))
    spec = f"inputs: {{columns: [{names}]}}\nlayers: [{{neurons: 1, init: {{weights: ones}}}}]\n"
    header = ",".join(f"feature_{number}_y" for number in range(1001))
    content = header + "\n" + ",".join("1" * 1001) + "\n"
    assert treat(make_case(content, spec)).problems[0].code == "N408"


def test_a_row_with_a_number_is_never_advised_to_be_removed() -> None:
    for cell in ("O", "#REF!", "x", "1.5.", "5*"):
        problem = treat(make_case(f"a,b\n1,2\n{cell},4\n5,6\n")).problems[0]
        assert not any(edit.end_line > edit.line for s in problem.suggestions for edit in s.edits)


def test_an_encoding_and_a_delimiter_are_found_together() -> None:
    problem = treat(make_case("größe;b\n1;2\n3;4\n".encode("latin-1"))).problems[0]
    assert offered(problem)[0] == (("--encoding", "cp1252", "--delimiter", ";"), None)


@pytest.mark.parametrize(
    ("content", "options", "lines"),
    [
        (
            "größe;b\n1,5;2\n3;4,5\n".encode("cp1252"),
            "--encoding cp1252 --delimiter ; --decimal ,",
            [],
        ),
        ("sep=;\na;b\n1,5;2,5\n", "--delimiter ; --decimal ,", [1]),
        ("| a | b |\n|---|---|\n| 1 | 2 |\n| 3 | 4 |\n", "--delimiter | --drop 1,4", [2]),
        ('"a";"b"\n"1";5,5;6\n"2";7;8,5\n', "--delimiter ; --decimal , --keep 1", [1]),
        ("May\n\na;b\n1;2\n3;4\nSource: me\n", "--delimiter ;", [1, 6]),
    ],
)
def test_what_is_wrong_together_is_mended_together(
    content: str | bytes, options: str, lines: list[int]
) -> None:
    suggestion = treat(make_case(content)).problems[0].suggestions[0]
    assert suggestion.options == tuple(options.split())
    assert [edit.line for edit in suggestion.edits] == lines


def test_quotes_around_each_line_go_with_the_lines_that_are_no_samples() -> None:
    problem = treat(make_case('"Report"\n"a;b"\n"1;2"\n"3;4"\n')).problems[0]
    [edit] = problem.suggestions[0].edits
    assert (edit.line, edit.end_line, edit.text) == (1, 5, "a;b\n1;2\n3;4\n")


def test_with_decimal_commas_no_number_is_proposed_with_a_point() -> None:
    options = DataOptions(delimiter=";", decimal=",")
    case = make_case("a;b\n1,5;2\n50 %;3\n4,5;6\n1.5;2.5\n", options=options)
    first, other = treat(case).problems
    assert [[edit.text for edit in s.edits] for s in first.suggestions] == [["0,5"], ["50"]]
    assert [[edit.text for edit in s.edits] for s in other.suggestions] == [["1,5", "2,5"]]


@pytest.mark.parametrize(
    ("content", "features"),
    [
        ("a,b,c\n1,2,3\n4,5,6\n", 3),
        ("1;2\n3;4\n", None),
        ("1,2,3\n4,5,6\n", None),
        ("Report\na,b\n1,2\n3,4\n", None),
        ("0.9\n0.6,-0.3\n-0.3,0.8\n", None),
    ],
)
def test_a_width_is_no_fact_if_the_file_is_to_be_read_otherwise(
    content: str, features: int | None
) -> None:
    assert treat(make_case(content)).features == features


def test_of_columns_too_few_the_advice_says_how_many_to_add() -> None:
    spec = "inputs: 3\nlayers:\n  - neurons: 1\n    weights: [[1], [2], [3]]\n"
    [problem] = treat(make_case("a,b\n1,2\n4,5\n", spec)).problems
    assert problem.help == ("add 1 column, or write a network with 2 inputs",)


def test_rows_that_all_end_in_a_text_are_no_trouble_below_a_shorter_header() -> None:
    case = make_case("a,b\n" + "1,2,# x\n" * 20_000, complete=False)
    [first, *_] = treat(case).problems
    assert (first.code, first.suggestions) == ("N403", ())
    assert first.help


def test_columns_that_are_left_out_are_none_that_a_network_could_take() -> None:
    spec = "inputs: 3\nlayers:\n  - neurons: 1\n    weights: [[1], [2], [3]]\n"
    case = make_case("a,b,c\n1,2,3\n4,5,6\n", spec, choice=ColumnChoice(drop=("c",)))
    [problem] = treat(case).problems
    assert problem.help == ("add 1 column, or write a network with 2 inputs",)


def test_of_a_row_with_another_delimiter_no_value_is_said_to_be_missing() -> None:
    [problem] = treat(make_case("a,b\n1,2\n3;4\n5,6\n")).problems
    assert problem.help == ("write the delimiter of the other rows, if these are 2 values",)


def test_of_a_beginning_gaps_are_counted_as_the_least() -> None:
    case = make_case("a,b\n1,\n2,\n3,4\n", complete=False)
    assert treat(case).problems[0].help[0].startswith("'b' has at least 2 missing values")
