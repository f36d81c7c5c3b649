"""Problems as a compiler words them: place, code, excerpt, caret, help."""

from __future__ import annotations

import pytest

from nncli.errors import DataError, FileError, SpecError, UsageError
from nncli.problems import Edit, Note, Place, Problem, Suggestion
from nncli.render.layout.plain import to_plain
from nncli.render.layout.text import text_width
from nncli.render.problems import error_view, note_line, problem_lines


def shown(problem: Problem, room: int = 100) -> list[str]:
    return to_plain(problem_lines(problem, room)).splitlines()


def test_a_problem_has_its_place_its_code_the_line_a_caret_and_help() -> None:
    place = Place("net.yaml", 9, 14, "    weights: [[0.1,", 13)
    problem = Problem("N201", "layer 2 takes 5 inputs", place, ("do this", "or that"))
    assert shown(problem) == [
        "net.yaml:9:14: error[N201]: layer 2 takes 5 inputs",
        "   9 |     weights: [[0.1,",
        "     |              ^",
        "help: do this",
        "help: or that",
    ]


@pytest.mark.parametrize(
    ("place", "start"),
    [
        (None, "error[N404]: words"),
        (Place("data.csv"), "data.csv: error[N404]: words"),
        (Place("data.csv", 7), "data.csv:7: error[N404]: words"),
        (Place("data.csv", 7, 3), "data.csv:7:3: error[N404]: words"),
        (Place("data.csv", 10_000_000, 1), "data.csv:10000000:1: error[N404]: words"),
    ],
)
def test_the_place_is_as_exact_as_it_is_known(place: Place | None, start: str) -> None:
    assert shown(Problem("N404", "words", place)) == [start]


def test_a_wrong_command_line_has_a_code_as_any_other_problem() -> None:
    view = error_view(UsageError("these exclude each other", "leave one out"))
    assert to_plain(view) == "error[N705]: these exclude each other\nhelp: leave one out\n"


def test_an_excerpt_without_a_caret_is_just_the_line() -> None:
    assert shown(Problem("N404", "words", Place("f", 3, None, "a,b")))[1:] == ["   3 | a,b"]


@pytest.mark.parametrize("room", [30, 50, 100])
@pytest.mark.parametrize("caret", [0, 10, 500, 995, 999, 1000])
def test_a_long_line_is_cut_to_a_window_around_the_caret(room: int, caret: int) -> None:
    text = "".join(chr(ord("a") + number % 26) for number in range(1000))
    _, excerpt, mark = shown(Problem("N404", "words", Place("f", 3, 1, text, caret)), room)
    column = mark.index("^")
    assert len(excerpt) <= 7 + room + 2
    if caret < len(text):
        assert excerpt[column] == text[caret]
    else:
        assert column == len(excerpt)
    assert excerpt.startswith("   3 | …") is (caret > room * 3 // 4)


def test_a_caret_stands_below_wide_and_escaped_characters() -> None:
    text = "重さ\x1b[0m,x"
    _, excerpt, mark = shown(Problem("N404", "words", Place("f", 1, 2, text, text.index("x"))))
    assert excerpt == r"   1 | 重さ\x1b[0m,x"
    assert text_width(mark[:-1]) == text_width(excerpt.partition("x")[0]) + len(r"\x1b[0m,") - 1


def test_a_tab_is_one_column_so_that_the_caret_is_right() -> None:
    _, excerpt, mark = shown(Problem("N404", "words", Place("f", 1, 2, "a\tb\tx", 4)))
    assert excerpt == "   1 | a b x"
    assert mark.index("^") == excerpt.index("x")


def test_line_numbers_of_any_length_keep_the_caret_in_place() -> None:
    """Row ten million is as likely to be wrong as row ten."""
    for number in (9, 99_999, 10_000_000):
        _, excerpt, mark = shown(Problem("N404", "words", Place("f", number, 2, "ab,x", 3)))
        assert mark.index("^") == excerpt.index("x"), number


def test_all_problems_of_an_error_are_shown_with_a_blank_line_between() -> None:
    error = SpecError([Problem("N101", "one"), Problem("N102", "two", help=("mend it",))])
    assert to_plain(error_view(error)) == ("error[N101]: one\n\nerror[N102]: two\nhelp: mend it\n")


def test_problems_that_were_only_counted_are_said_to_be_there() -> None:
    error = DataError([Problem("N404", "one")], more=1234)
    assert to_plain(error_view(error)).endswith("\n\n… and 1,234 more problems\n")
    assert "1 more problem\n" in to_plain(error_view(DataError([Problem("N404", "a")], more=1)))


def test_no_screen_is_flooded() -> None:
    error = SpecError([Problem("N101", f"number {n}") for n in range(100)])
    text = to_plain(error_view(error))
    assert text.count("error[N101]") == 20
    assert text.endswith("… and 80 more problems\n")


@pytest.mark.parametrize("width", [40, 60, 80, 140])
def test_an_excerpt_is_not_wrapped_away_from_its_caret(width: int) -> None:
    place = Place("f", 3, 1, "x" * 500, 250)
    lines = to_plain(error_view(FileError(Problem("N404", "words", place)), width)).splitlines()
    assert all(len(text) <= width for text in lines[1:])


def test_foreign_text_in_a_problem_is_inert() -> None:
    place = Place("a\x1b[31m.csv", 1, 1, "\x1b]0;x\x07,1", 0)
    problem = Problem("N404", "'\x9b' is \u202e no number", place, ("did you mean `\x08`?",))
    text = "\n".join(shown(problem))
    assert text.isprintable() is False  # its own line ends
    assert all(character.isprintable() for character in text.replace("\n", ""))


def test_markup_in_a_problem_is_text() -> None:
    (text,) = shown(Problem("N404", "[red]x[/red] [/]"))
    assert text == "error[N404]: [red]x[/red] [/]"


def test_a_note_is_one_line() -> None:
    assert note_line(Note("dead", "neuron 4 is 0\n\x1b", 1)).text == r"note: neuron 4 is 0\n\x1b"


def test_what_to_type_has_a_line_of_its_own_where_the_screen_is_narrow() -> None:
    words = ("forward", "net.yaml", "batch.csv", "--columns", "a b,c")
    suggestion = Suggestion("count from 1", argv=words)
    problem = Problem("N703", "words", suggestions=(suggestion,))
    typed = "nncli forward net.yaml batch.csv --columns 'a b,c'"
    assert shown(problem)[1:] == [f"help: count from 1   {typed}"]
    narrow = problem_lines(problem, width=60)[1:]
    assert to_plain(narrow).splitlines() == ["help: count from 1", f"      {typed}"]
    assert [line.is_copied for line in narrow] == [False, True]


def test_a_line_that_is_put_in_looks_other_than_one_that_is_changed() -> None:
    new = Edit("net.yaml", 2, 1, 2, 1, "seed: 0\n", "seed: 0")
    changed = Edit("net.yaml", 2, 7, 2, 8, "1", "seed: 1")
    for edit, wanted in ((new, "net.yaml:2   + seed: 0"), (changed, "net.yaml:2   seed: 1")):
        problem = Problem("N109", "words", suggestions=(Suggestion("do", edits=(edit,)),))
        assert shown(problem)[1] == f"help: do   {wanted}"


def test_of_a_change_that_is_many_lines_long_the_first_is_shown() -> None:
    edit = Edit("net.yaml", 7, 5, 9, 3, "", "weights: [[1, 2],\n  [3, 4]]")
    suggestion = Suggestion("swap the weights", edits=(edit, edit))
    [line] = shown(Problem("N201", "words", None, suggestions=(suggestion,)))[1:]
    assert line == "help: swap the weights   net.yaml:7   weights: [[1, 2], …   and 1 more change"


def test_a_change_after_which_nothing_stands_in_its_line_says_so() -> None:
    suggestion = Suggestion("remove it", edits=(Edit("net.yaml", 5, 1, 5, 8, "", ""),))
    [line] = shown(Problem("N102", "words", None, suggestions=(suggestion,)))[1:]
    assert line == "help: remove it   net.yaml:5   (an empty line)"


def test_what_stands_on_a_line_of_its_own_does_not_push_the_others_aside() -> None:
    long = Suggestion("let the network take what is there, if no column is missing", ("--x" * 9,))
    short = Suggestion("if each column is a sample", ("--samples", "columns"))
    problem = Problem("N407", "words", None, suggestions=(long, short))
    assert to_plain(problem_lines(problem, 70, 80)).splitlines()[1:] == [
        "help: let the network take what is there, if no column is missing",
        "      " + "--x" * 9,
        "help: or if each column is a sample   --samples columns",
    ]
