"""Every lesson's example is run: the wrong one ends with its code, the right one well."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from nncli.problems import PROBLEM_TITLES
from nncli.render.lessons import Example, Lesson, lessons

if TYPE_CHECKING:
    from conftest import Done, RunCli

MAX_WORDS_CHARACTERS = 600
MAX_FILE_LINES = 6
MAX_LINE_CHARACTERS = 80
# The exit code of each hundred, as the README lists them.
EXIT_CODES = {"N1": 3, "N2": 3, "N3": 3, "N4": 4, "N5": 5, "N6": 1, "N7": 2}

LESSONS = lessons()
WRONG = {code: lesson for code, lesson in LESSONS.items() if lesson.wrong is not None}
RIGHT = {code: lesson for code, lesson in LESSONS.items() if lesson.right is not None}


def try_example(cli: RunCli, folder: Path, *examples: Example) -> Done:
    """Write the files of all examples, later ones over earlier ones, and run the last."""
    for example in examples:
        for name, content in example.files.items():
            (folder / name).write_bytes(content.encode())
    return cli(*shlex.split(examples[-1].command), cwd=folder)


def wrong_and_right(lesson: Lesson) -> tuple[Example, Example]:
    assert lesson.wrong is not None
    assert lesson.right is not None
    return lesson.wrong, lesson.right


def test_every_code_has_a_lesson_in_the_order_of_the_codes() -> None:
    assert list(LESSONS) == list(PROBLEM_TITLES)


@pytest.mark.parametrize("code", LESSONS)
def test_the_words_of_a_lesson_are_short_and_complete(code: str) -> None:
    for words in (LESSONS[code].meaning, LESSONS[code].remedy):
        assert 0 < len(words) <= MAX_WORDS_CHARACTERS
        assert words.endswith(".")
        assert words.count("`") % 2 == 0
        assert "  " not in words
        assert words == words.strip()


@pytest.mark.parametrize("code", WRONG)
def test_a_wrong_example_ends_with_its_code_and_no_other(
    code: str, cli: RunCli, tmp_path: Path
) -> None:
    wrong = WRONG[code].wrong
    assert wrong is not None
    done = try_example(cli, tmp_path, wrong)
    assert done.code == EXIT_CODES[code[:2]]
    assert re.findall(r"\berror\[(.*?)\]", done.err) == [code]


@pytest.mark.parametrize("code", RIGHT)
def test_a_right_example_runs_without_a_remark(code: str, cli: RunCli, tmp_path: Path) -> None:
    done = try_example(cli, tmp_path, *wrong_and_right(RIGHT[code]))
    assert done.code == 0
    remarks = [text for text in done.err.splitlines() if text.startswith("note:")]
    assert [text for text in remarks if "the largest difference is" not in text] == []


@pytest.mark.parametrize("code", RIGHT)
def test_a_right_example_shows_only_what_changes(code: str) -> None:
    wrong, right = wrong_and_right(RIGHT[code])
    changed = {name for name, text in right.files.items() if wrong.files.get(name) != text}
    assert changed == set(right.files)
    assert changed or right.command != wrong.command


@pytest.mark.parametrize("code", WRONG)
def test_an_example_is_tiny_and_uses_all_its_files(code: str) -> None:
    lesson = WRONG[code]
    examples = [example for example in (lesson.wrong, lesson.right) if example is not None]
    typed = {word for example in examples for word in shlex.split(example.command)}
    for example in examples:
        assert set(example.files) <= typed
        for content in example.files.values():
            lines = content.splitlines()
            assert len(lines) <= MAX_FILE_LINES
            assert all(len(line) <= MAX_LINE_CHARACTERS for line in lines)


def test_a_lesson_without_a_wrong_example_has_no_right_one() -> None:
    assert set(RIGHT) <= set(WRONG)


def test_most_lessons_have_examples() -> None:
    """Those without need another machine, bytes that are no text, a huge file, or Python."""
    assert set(LESSONS) - set(WRONG) == {
        *(
            "N204",
            "N305",
            "N306",
            "N307",
            "N308",
            "N310",
            "N311",
            "N312",
            "N313",
            "N412",
            "N413",
            "N414",
            "N416",
            "N419",
        ),
        *("N503", "N506", "N507", "N604", "N605"),
    }
    # mended by another command, which measures: see its remedy
    assert set(WRONG) - set(RIGHT) == {"N417"}


def test_the_lesson_on_inner_sizes_speaks_of_the_transpose(cli: RunCli) -> None:
    """It is what people who know PyTorch look for."""
    assert "transposed" in cli("explain-error", "N201").out
