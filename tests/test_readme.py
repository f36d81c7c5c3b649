"""The README tells the truth: its commands run, and print what it shows."""

from __future__ import annotations

import doctest
import re

import pytest
from commands import ROOT, run_shell

README = (ROOT / "README.md").read_text(encoding="utf-8")
# The pages whose commands run in the project's folder, too.
PAGES = (
    "README.md",
    "docs/data.md",
    "docs/doctor.md",
    "docs/python.md",
    "docs/samples.md",
    "docs/explain.md",
    "docs/evaluate.md",
    "docs/teaching.md",
)


def blocks(language: str, *pages: str) -> list[str]:
    """Return the fenced blocks of one language, of the README unless other pages are named."""
    texts = [(ROOT / page).read_text(encoding="utf-8") for page in pages or ("README.md",)]
    pattern = re.compile(rf"^```{language}\n(.*?)^```$", re.DOTALL | re.MULTILINE)
    return [block for text in texts for block in pattern.findall(text)]


@pytest.mark.parametrize(
    "block", blocks("console", *PAGES), ids=lambda text: text.split("\n")[0][2:60]
)
def test_a_command_of_the_readme_prints_what_the_readme_shows(block: str) -> None:
    command, _, shown = block.removeprefix("$ ").partition("\n")
    assert run_shell(command) == shown


@pytest.mark.parametrize("block", blocks("text"), ids=lambda text: text.split("\n")[0][2:60])
def test_a_timing_of_the_readme_has_the_lines_that_it_shows(block: str) -> None:
    """Figures differ from machine to machine; names, columns and batch sizes do not."""
    command, _, shown = block.removeprefix("$ ").partition("\n")

    def skeleton(text: str) -> list[list[str]]:
        rows = text[text.index("\n batch size") :].splitlines()[1:]
        table = [row for row in rows[: rows.index("")] if row]
        return [table[0].split(), *([row.split()[0]] for row in table[1:])]

    printed = run_shell(f"{command} --max-time 0")
    assert printed.split("\n")[0] == shown.split("\n")[0]
    assert skeleton(printed) == skeleton(shown)


def test_the_readme_is_short_and_shows_commands() -> None:
    assert len(README.splitlines()) <= 170
    assert (len(blocks("console")), len(blocks("console", *PAGES))) >= (3, 6)


def test_the_first_command_runs_the_first_block_after_its_installation() -> None:
    first = blocks("sh")[0].strip()
    installation, _, main_job = first.rpartition(" && .venv/bin/")
    assert installation == "python3 -m venv .venv && .venv/bin/pip install -q ."
    assert blocks("console")[0].startswith(f"$ {main_job}\n")


def test_continuous_integration_runs_the_second_command_exactly() -> None:
    second = blocks("sh")[1].strip()
    assert second in (ROOT / ".ci" / "run").read_text(encoding="utf-8").split("\n")


@pytest.mark.parametrize("spec", blocks("yaml"))
def test_a_spec_of_the_readme_is_valid(spec: str) -> None:
    from nncli import build_network, read_spec

    assert build_network(read_spec(spec.encode(), "readme.yaml")).layers


def test_the_python_of_the_readme_runs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    (block,) = blocks("python", "docs/python.md", "docs/samples.md", "docs/explain.md")
    exec(block, {})
    assert "layer_2" in capsys.readouterr().out


@pytest.mark.parametrize("block", blocks("pycon", "docs/python.md"))
def test_a_session_of_python_prints_what_its_page_shows(
    block: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    session = doctest.DocTestParser().get_doctest(block, {}, "docs/python.md", None, None)
    assert len(session.examples) >= 6
    told: list[str] = []
    results = doctest.DocTestRunner().run(session, out=told.append)
    assert results.failed == 0, "".join(told)


def test_the_table_of_exit_codes_is_complete() -> None:
    from nncli.errors import ExitCode

    shown = {
        int(code)
        for row in re.findall(r"^\| ([\d, ]+) \|", README, re.MULTILINE)
        for code in row.split(", ")
    }
    page = (ROOT / "docs" / "problems.md").read_text(encoding="utf-8")
    of_signals = {int(code) for code in re.findall(r"\b(1[0-9]{2}) \(", page)}
    assert shown | of_signals == {int(code) for code in ExitCode}
    assert not shown & of_signals


def test_nobody_is_told_to_install_the_other_nncli() -> None:
    documents = [README, *(path.read_text(encoding="utf-8") for path in ROOT.glob("docs/*.md"))]
    assert not any(re.search(r"pip install (-\S+ )*['\"]?nncli\b(?!-)", text) for text in documents)
