"""`nncli explain-error`: a lesson for every code, and a list of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from nncli.problems import PROBLEM_TITLES

if TYPE_CHECKING:
    from conftest import RunCli


@pytest.mark.parametrize("code", PROBLEM_TITLES)
def test_every_code_has_a_lesson_that_fits_a_screen(cli: RunCli, code: str) -> None:
    done = cli("explain-error", code)
    assert (done.code, done.err) == (0, "")
    title, blank, *text = done.out.splitlines()
    assert (title, blank) == (f"{code}   {PROBLEM_TITLES[code]}", "")
    assert 3 <= len(text) <= 45
    assert max(map(len, text)) <= 88
    # what cannot be seen is shown as an escape
    assert all(line.isprintable() for line in done.out.splitlines())


@pytest.mark.parametrize("typed", ["N201", "n201", "201", "error[N201]", "error[N201]:"])
def test_a_code_is_found_however_it_was_copied(cli: RunCli, typed: str) -> None:
    done = cli("explain-error", typed)
    assert done.code == 0
    assert done.out == cli("explain-error", "N201").out


@pytest.mark.parametrize("typed", ["N999", "nonsense", "", "2010"])
def test_an_unknown_code_is_wrong_usage(cli: RunCli, typed: str) -> None:
    done = cli("explain-error", typed)
    assert (done.code, done.out) == (2, "")
    assert f"there is no code '{typed}'" in done.err
    assert "`nncli explain-error` lists them" in done.err


def test_without_a_code_all_are_listed(cli: RunCli) -> None:
    done = cli("explain-error")
    assert (done.code, done.err) == (0, "")
    rows = [line for line in done.out.splitlines() if line.startswith(" N")]
    assert [row.split()[0] for row in rows] == list(PROBLEM_TITLES)
    for row, title in zip(rows, PROBLEM_TITLES.values(), strict=True):
        assert title in row


def test_a_lesson_shows_an_example_and_the_same_mended(cli: RunCli) -> None:
    text = cli("explain-error", "N407").out
    wrong, right = text.split("$ nncli ")[1:]
    assert wrong.startswith("forward net.yaml data.csv   ends with N407\n")
    assert right == "forward net.yaml data.csv --drop label   runs\n"


def test_an_empty_file_of_an_example_is_called_empty(cli: RunCli) -> None:
    assert "      (empty)\n" in cli("explain-error", "N401").out
