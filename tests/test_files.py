"""Which files are meant: paths, and patterns in the order of their paths' bytes."""

from __future__ import annotations

import os
from glob import glob
from pathlib import Path

import pytest

from nncli.errors import UsageError
from nncli.files import expand_sources


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def touch(*names: str) -> None:
    for name in names:
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


@pytest.mark.usefixtures("folder")
def test_what_a_pattern_matches_is_sorted_by_the_bytes_of_its_path() -> None:
    touch("b.csv", "a.csv", "B.csv", "a10.csv", "a2.csv", "é.csv", "z.csv", "a.txt")
    expected = ("B.csv", "a.csv", "a10.csv", "a2.csv", "b.csv", "z.csv", "é.csv")
    assert expand_sources(["*.csv"]) == expected


@pytest.mark.usefixtures("folder")
def test_paths_and_patterns_keep_the_order_in_which_they_are_named() -> None:
    touch("b1.csv", "b2.csv", "a.csv", "c.csv")
    assert expand_sources(["c.csv", "b?.csv", "a.csv"]) == ("c.csv", "b1.csv", "b2.csv", "a.csv")


@pytest.mark.usefixtures("folder")
def test_two_stars_go_down_into_folders() -> None:
    touch("x.csv", "d/x.csv", "d/e/x.csv", "d/y.csv")
    assert expand_sources(["**/x.csv"]) == ("d/e/x.csv", "d/x.csv", "x.csv")


ANY_DEPTH = [
    *("**", "**/", "**/*", "**/*.csv", "d/**/x.csv", "d*/**/*.csv", "**/e/**/*.csv", "**/**/x.csv"),
    *("d/**", "./**/x.csv", "**/.hidden.csv", "**x.csv", "d**", "**/[[]f]/*", "none/**/*"),
]


@pytest.mark.parametrize("pattern", ANY_DEPTH)
@pytest.mark.usefixtures("folder")
def test_patterns_of_any_depth_match_what_pythons_own_do(pattern: str) -> None:
    touch("x.csv", "d/x.csv", "d/e/x.csv", "d/e/f/e/y.csv", "dd/e/z.csv", "[f]/x.csv")
    touch("d/.hidden.csv", ".h/x.csv", "**x.csv")
    # Python finds some of them twice
    files = [path for path in glob(pattern, recursive=True) if os.path.isfile(path)]
    expected = (pattern,) if os.path.lexists(pattern) else tuple(sorted(set(files))) or (pattern,)
    assert expand_sources([pattern]) == expected


@pytest.mark.usefixtures("folder")
def test_folders_that_links_lead_back_to_are_walked_once() -> None:
    touch("a.csv", "d/b.csv", "other/c.csv")
    for link, target in (("d/up", ".."), ("d/here", "."), ("far", "other"), ("near", "far")):
        os.symlink(target, link)
    os.symlink("gone", "broken")
    os.symlink("loop", "loop")
    assert expand_sources(["**/*.csv"]) == ("a.csv", "d/b.csv", "other/c.csv")
    assert expand_sources(["d/**/*.csv"]) == ("d/b.csv", "d/up/a.csv", "d/up/other/c.csv")


@pytest.mark.usefixtures("folder")
def test_a_file_whose_name_looks_like_a_pattern_is_that_file() -> None:
    touch("a[1].csv", "a1.csv", "what?.csv", "whatx.csv")
    assert expand_sources(["a[1].csv", "what?.csv"]) == ("a[1].csv", "what?.csv")


@pytest.mark.usefixtures("folder")
def test_folders_that_match_are_left_out() -> None:
    touch("a.csv", "b.csv/inside.csv", "c.csv")
    assert expand_sources(["*.csv"]) == ("a.csv", "c.csv")


@pytest.mark.parametrize("pattern", ["*.csv", "none?.csv", "[ab].csv", "**/none.csv"])
@pytest.mark.usefixtures("folder")
def test_a_pattern_that_nothing_matches_stays_as_it_is(pattern: str) -> None:
    touch("a.txt")
    assert expand_sources([pattern]) == (pattern,)


@pytest.mark.usefixtures("folder")
def test_names_that_are_no_text_are_sorted_as_well(folder: Path) -> None:
    try:
        os.close(os.open(os.fsencode(folder) + b"/\xff.csv", os.O_CREAT, 0o600))
    except OSError:
        pytest.skip("file names are text here")
    touch("é.csv", "a.csv")
    assert expand_sources(["*.csv"]) == ("a.csv", "é.csv", os.fsdecode(b"\xff.csv"))


@pytest.mark.parametrize("again", ["a.csv", "./a.csv", "d/../a.csv", "link.csv", "*.csv"])
@pytest.mark.usefixtures("folder")
def test_a_file_that_is_named_twice_is_refused(again: str) -> None:
    touch("a.csv", "d/x")
    os.symlink("a.csv", "link.csv")
    with pytest.raises(UsageError, match=r"DATA names 'a\.csv' (twice|again, as )"):
        expand_sources(["a.csv", again])


@pytest.mark.usefixtures("folder")
def test_copies_are_files_of_their_own() -> None:
    touch("a.csv", "b.csv")
    assert expand_sources(["a.csv", "b.csv"]) == ("a.csv", "b.csv")


@pytest.mark.parametrize("sources", [["-", "a.csv"], ["a.csv", "-"], ["-", "-"]])
def test_standard_input_is_read_alone(sources: list[str]) -> None:
    assert expand_sources(["-"]) == ("-",)
    with pytest.raises(UsageError, match=r"standard input \(-\) is read alone"):
        expand_sources(sources)


@pytest.mark.usefixtures("folder")
def test_a_file_called_minus_that_a_pattern_matches_is_a_file() -> None:
    touch("-", "a.csv")
    assert expand_sources(["*"]) == ("./-", "a.csv")


def test_a_name_with_a_nul_byte_is_left_to_whoever_opens_it() -> None:
    assert expand_sources(["a\0*.csv"]) == ("a\0*.csv",)
