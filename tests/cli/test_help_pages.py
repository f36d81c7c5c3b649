"""Help pages: without words of the program, and ending with three examples that run."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest
from commands import ROOT, RunCli

COMMANDS = (
    "forward",
    "evaluate",
    "shapes",
    "explain",
    "bench",
    "convert",
    "explain-error",
    "schema",
)


@pytest.mark.parametrize("command", COMMANDS)
def test_three_examples_run(command: str, cli: RunCli, tmp_path: Path) -> None:
    page = cli(command, "--help").out
    examples = page.partition("Examples\n")[2].strip().splitlines()
    assert len(examples) == 3
    for folder in ("configs", "sample_data"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    for example in examples:
        # what printf writes is the data; what stands behind the command is for the shell
        data, _, words = example.rpartition("| nncli ")
        stdin = "".join(shlex.split(data)[1:]).replace("\\n", "\n").encode()
        arguments = shlex.split(re.split(" [|>]", words.removeprefix("nncli "))[0])
        assert arguments[0] == command
        if command == "bench":  # that it runs does not depend on how long it measures
            arguments += ["--max-time", "0.5"]
        done = cli(*arguments, stdin=stdin, cwd=tmp_path)
        assert (done.code, bool(done.out or done.err)) == (0, True), example


@pytest.mark.parametrize("command", [(), *((command,) for command in COMMANDS)])
def test_no_words_of_the_program(command: tuple[str, ...], cli: RunCli) -> None:
    page = cli(*command, "--help").out
    assert not re.search(r"<\w+|list\[|[{}]|\[\[", page)
    # each box holds more than one option
    boxes = re.findall(r"╭─ (\w+) ─+╮\n(.*?)╰", page, flags=re.DOTALL)
    options = {
        name: len(re.findall(r"^│ \*? *-", body, flags=re.MULTILINE)) for name, body in boxes
    }
    assert options.get("Help", 2) > 1
    assert options.get("Options", 2) > 1
