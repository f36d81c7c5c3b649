"""What commands answered, recorded: whole screens in tests/golden, short cases in tests/cases.

To judge a change of words, record all of them anew and read the difference:

    python tests/recorded.py

A case is a title, an input, and what `forward` says of it, without drawings and excerpts:

    ## thousands behind a comma
    data: a,b\\n1,"1,234"
    data.csv:2:2: error[N404]: '1,234' in column 2 ('b') is not a number
    help: write it without the thousands separator   data.csv:2   1234
    tried: data.csv:2: 1,1234 gives 1,1234

`tried` shows what the first suggestions of all problems change, made as a reader of the JSON
document would make them, and what the command gives then, or which problem they leave.  An input
that is accepted has its notes, if any, and what it gives.  The exit code is that of the first
problem, or 0.

A value is a text with escapes, to which a line end is added unless it ends with `\\-`;
`\\(1,*1000)` repeats.  The lines of a longer one stand indented below its key.  A spec that is
named above all cases is referred to as `spec: *NAME`; the first of them is that of every case
that has none.  Without data, it is one sample of two features.
"""

from __future__ import annotations

import difflib
import json
import re
import shlex
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from commands import Done, RunCli, run_here

HERE = Path(__file__).resolve().parent
GOLDEN = sorted((HERE / "golden").glob("*.txt"))
CASES = sorted((HERE / "cases").glob("*.txt"))


# ------------------------------------------------------------------------------ whole screens

_SECTION = re.compile(r"^=== (.*)\n", re.MULTILINE)


@dataclass(frozen=True)
class Golden:
    """Files by name, the command on them, and what it printed."""

    files: dict[str, str]
    command: str
    done: Done

    @classmethod
    def read(cls, text: str) -> Golden:
        """Read the text of a golden file; its last three sections may be missing."""
        _, *parts = _SECTION.split(text)
        sections = dict(zip(parts[::2], parts[1::2], strict=True))
        command = next(name for name in sections if name.startswith("$ "))
        names = list(sections)
        files = {name: sections[name] for name in names[: names.index(command)]}
        code = next((int(n.split()[-1]) for n in names if n.startswith("exit code ")), 0)
        done = Done(code, sections[command], sections.get("standard error", ""))
        return cls(files, command.removeprefix("$ "), done)

    def text(self) -> str:
        """Return the text of a golden file."""
        parts = [f"=== {name}\n{content}" for name, content in self.files.items()]
        parts.append(f"=== $ {self.command}\n{self.done.out}")
        parts.append(f"=== standard error\n{self.done.err}")
        parts.append(f"=== exit code {self.done.code}\n")
        return "".join(parts)

    def answered(self, cli: RunCli) -> Golden:
        """Return the same with what the command prints now."""
        with tempfile.TemporaryDirectory() as folder:
            for name, content in self.files.items():
                (Path(folder) / name).write_text(content, encoding="utf-8")
            program, *arguments = shlex.split(self.command)
            assert program == "nncli"
            return replace(self, done=cli(*arguments, cwd=Path(folder)))


# ------------------------------------------------------------------------------ short cases

_KEY = re.compile(r"(spec|data|config|source|options)(?: ([\w-]+))?:(?: (.*))?")
_REPEATED = re.compile(r"\\\((.*?)\*(\d+)\)")
_ESCAPE = re.compile(r"\\(?:x(..)|u(....)|(.))")
_PLAIN = {"n": "\n", "r": "\r", "t": "\t", "\\": "\\", "-": ""}
_TOLD = re.compile(r"(?:.*: )?error\[N\d{3}\]: |help: |note: |… ")
_CODE = re.compile(r"error\[(N\d{3})\]")


def content(value: str, encoding: str = "utf-8") -> bytes:
    """Return the content that a value stands for; `\\xNN` is a byte, whatever the encoding."""
    text = value if value.endswith("\\-") else value + "\\n"
    text = _REPEATED.sub(lambda match: match[1] * int(match[2]), text)
    parts, end = [], 0
    for match in _ESCAPE.finditer(text):
        byte, character, letter = match.groups()
        escaped = chr(int(character, 16)) if character else _PLAIN.get(letter, "")
        parts += [text[end : match.start()].encode(encoding)]
        parts += [bytes.fromhex(byte) if byte else escaped.encode(encoding)]
        end = match.end()
    return b"".join(parts)


@dataclass(frozen=True)
class Case:
    """An input of `forward` and what is said of it.

    lines: as they stand in the file, from the title to the last line of the input.
    """

    title: str
    lines: tuple[str, ...]
    spec: bytes
    data: bytes
    config: str
    source: str
    options: tuple[str, ...]
    answer: tuple[str, ...]

    @property
    def exit_code(self) -> int:
        """The exit code that goes with the first problem."""
        found = _CODE.search("\n".join(self.answer))
        return {"1": 3, "2": 3, "3": 3, "4": 4, "5": 5}[found[1][1]] if found else 0

    @property
    def edited(self) -> dict[str, str]:
        """The encodings of the files that a suggestion may edit."""
        named = dict(zip(self.options, self.options[1:], strict=False)).get("--encoding")
        return {self.config: "utf-8-sig", self.source: named or "utf-8-sig"}

    def command(self, *more: str) -> list[str]:
        """Return the arguments that run the case."""
        return ["forward", self.config, self.source, *self.options, *more]

    def write(self, folder: Path) -> None:
        """Write the case's files; a case with another name for one of them may want it missing."""
        (folder / "spec.yaml").write_bytes(self.spec)
        if self.source != "-":
            (folder / self.source).write_bytes(self.data)

    def run(self, cli: RunCli, folder: Path, *more: str, words: Sequence[str] = ()) -> Done:
        """Run the case in a folder that has its files.  words: instead of its own."""
        typed = [*words, *more] if words else self.command(*more)
        return cli(*typed, stdin=self.data if self.source == "-" else b"", cwd=folder)


@dataclass(frozen=True)
class CaseFile:
    """The cases of a file, and what stands above them."""

    head: str
    cases: tuple[Case, ...]

    @classmethod
    def read(cls, text: str) -> CaseFile:
        """Read the text of a file of cases."""
        head, *parts = re.split(r"^(?=## )", text, flags=re.MULTILINE)
        specs = {
            name: text
            for key, name, text, _ in _values(head.splitlines())
            if key == "spec" and name
        }
        return cls(head, tuple(_case(part.splitlines(), specs) for part in parts))

    def text(self) -> str:
        """Return the text of a file of cases."""
        lines = [line for case in self.cases for line in (*case.lines, *case.answer)]
        return self.head + "".join(f"{line}\n" for line in lines)


def _values(lines: Sequence[str]) -> Iterator[tuple[str, str | None, str, int]]:
    """Yield each value of an input: its key, what stands beside it, its text, the next line."""
    number = 0
    while number < len(lines):
        found = _KEY.fullmatch(lines[number])
        number += 1
        if not found:
            continue
        key, beside, value = found.groups()
        if not value:
            start = number
            while number < len(lines) and lines[number].startswith("  "):
                number += 1
            value = "\\n".join(line.removeprefix("  ") for line in lines[start:number])
        yield key, beside, value, number


def _case(lines: Sequence[str], specs: dict[str, str]) -> Case:
    found: dict[str, tuple[str, str]] = {}
    end = 1
    for key, encoding, value, end in _values(lines):  # noqa: B007 - the last one is used below
        found[key] = (value, encoding or "utf-8")
    first = next(iter(specs), None)
    spec, encoding = found.get("spec", (f"*{first}", "utf-8"))
    if spec.startswith("*"):
        spec = specs[spec.removeprefix("*")]
    data, data_encoding = found.get("data", ("1,2", "utf-8"))
    return Case(
        title=lines[0].removeprefix("## "),
        lines=tuple(lines[:end]),
        spec=content(spec, encoding),
        data=content(data, data_encoding),
        config=found.get("config", ("spec.yaml", ""))[0],
        source=found.get("source", ("data.csv", ""))[0],
        options=tuple(shlex.split(found.get("options", ("", ""))[0])),
        answer=tuple(lines[end:]),
    )


def answered(case: Case, cli: RunCli) -> tuple[Case, Done]:
    """Return the case with what is said of it now, and how it was said."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        case.write(folder)
        done = case.run(cli, folder, "--format", "csv")
        if not done.code:
            notes = tuple(done.err.splitlines())
            return replace(case, answer=(*notes, f"gives {_rows(done.out)}")), done
        told = tuple(line for line in done.err.splitlines() if _TOLD.match(line))
        problems = json.loads(case.run(cli, folder, "--format", "json").out)["problems"]
        first = [problem["suggestions"][0] for problem in problems if problem["suggestions"]]
        tried = tried_out(case, cli, folder, first)
    return replace(case, answer=(*told, tried) if tried else told), done


def tried_out(case: Case, cli: RunCli, folder: Path, suggestions: Sequence[Any]) -> str | None:
    """Return what suggestions change and what is said then; None if all is to be done by hand."""
    options, edited = applied(case, folder, suggestions)
    words = next((each["argv"] for each in suggestions if each["argv"]), None)
    typed = [word for word in words or () if word not in ("--format", "json")]
    changes = [shlex.join(each) for each in (typed, options) if each] + edited
    if not changes:
        return None
    done = case.run(cli, folder, *options, "--format", "csv", words=typed)
    if done.code:
        left = next(line for line in done.err.splitlines() if _CODE.search(line))
        return f"tried: {'; '.join(changes)} leaves {left.partition(']')[0]}]"
    return f"tried: {'; '.join(changes)} gives {_rows(done.out)}"


def applied(case: Case, folder: Path, suggestions: Sequence[Any]) -> tuple[list[str], list[str]]:
    """Make the edits of suggestions; return the options that they add, and what was edited."""
    options = [option for suggestion in suggestions for option in suggestion["options"]]
    edits = [edit for suggestion in suggestions for edit in suggestion["edits"]]
    files = {edit["file"] for edit in edits}
    assert files <= set(case.edited)
    return options, [
        f"{file}:{edit_file(folder / file, encoding, [e for e in edits if e['file'] == file])}"
        for file, encoding in case.edited.items()
        if file in files
    ]


def edit_file(path: Path, encoding: str, edits: Sequence[Any]) -> str:
    """Make edits in a file; return the number of the first line that changes, and the new lines."""
    content = path.read_bytes()
    mark = b"\xef\xbb\xbf" if content.startswith(b"\xef\xbb\xbf") else b""
    before = content.decode(encoding)
    after = with_edits(before, edits)
    path.write_bytes(mark + after.encode(encoding.removesuffix("-sig")))
    old, new = (re.findall(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+", text) for text in (before, after))
    changes = difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    first, last = (
        [change for change in changes if change[0] != "equal"][place] for place in (0, -1)
    )
    changed = _escaped("".join(new[first[3] : last[4]]))
    return f"{first[1] + 1}: {changed}" if changed else f"{first[1] + 1} goes"


def with_edits(text: str, edits: Sequence[Any]) -> str:
    """Return a text with edits made in it, the last one first so that no place moves."""
    for edit in sorted(edits, key=lambda edit: (edit["line"], edit["column"]), reverse=True):
        lines = [*re.findall(r"[^\r\n]*(?:\r\n|\r|\n|\Z)", text), ""]
        first, last = lines[edit["line"] - 1], lines[edit["end_line"] - 1]
        assert edit["column"] - 1 <= len(first.rstrip("\r\n"))
        assert edit["end_column"] - 1 <= len(last.rstrip("\r\n"))
        before = "".join(lines[: edit["line"] - 1]) + first[: edit["column"] - 1]
        behind = last[edit["end_column"] - 1 :] + "".join(lines[edit["end_line"] :])
        text = before + edit["text"] + behind
    return text


def _escaped(text: str) -> str:
    """Return a text in one line; a last line end is left out."""
    text = text.removesuffix("\n").replace("\\", "\\\\")
    return "".join(
        {"\n": "\\n", "\r": "\\r", "\t": "\\t"}.get(c)
        or (c if c.isprintable() else f"\\u{ord(c):04x}")
        for c in text
    )


def _rows(out: str) -> str:
    """Return the rows of a CSV result in one line, no number with more than 12 digits.

    The last ones depend on the processor and on the library that multiplies.
    """
    rows = "; ".join(out.splitlines()[1:])
    return re.sub(
        r"-?[0-9]+[.][0-9]{13,}(e[+-]?[0-9]+)?", lambda found: f"{float(found[0]):.12g}", rows
    )


if __name__ == "__main__":
    for path in GOLDEN:
        golden = Golden.read(path.read_text(encoding="utf-8"))
        path.write_text(golden.answered(run_here).text(), encoding="utf-8")
    for path in CASES:
        file = CaseFile.read(path.read_text(encoding="utf-8"))
        cases = tuple(answered(case, run_here)[0] for case in file.cases)
        path.write_text(replace(file, cases=cases).text(), encoding="utf-8")
