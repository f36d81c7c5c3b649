"""Follow the first suggestion of the first problem, as a user would, and say where it led."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

from commands import run_here
from slips.intact import Case, draw_case
from slips.kinds import Kind

ASSUMING = ("if ", "If ", "perhaps", "Perhaps", "assum", "Assum")
GOOD = ("right", "runs")
BAD = ("WRONG", "silent")
VERDICTS = (*GOOD, *BAD, "assumed", "fails", "words", "nothing")


@dataclass(frozen=True)
class Followed:
    """How a broken case went; told: what was said, for a person to read."""

    verdict: str
    told: str
    broken: Case


@dataclass(frozen=True)
class _Ran:
    """A finished run: its answer, if that is JSON, and its outputs, if there are any."""

    answer: Any
    outputs: list[list[Any]] | None
    errors: str


def followed(broken: Case, meant: Case, nth: int = 0) -> Followed:
    """Run a broken case, do what the first suggestion says, and compare with what was meant.

    nth: which suggestion of the first problem, from 0.

    right: the meant numbers; runs: at once; WRONG: other numbers, and no word of an assumption;
    silent: other numbers and no problem; assumed: other numbers, on an assumption that is said;
    fails: still a problem; words: no change is offered; nothing: no problem in JSON at all.
    """
    want = _outputs_of(meant.spec, meant.data, meant.words)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _write(folder, broken)
        first = _run(folder, broken.words)
        if first.outputs is not None:
            return Followed("runs" if _same(first.outputs, want) else "silent", "", broken)
        problems = (first.answer or {}).get("problems")
        if not problems:
            return Followed("nothing", first.errors[:300], broken)
        problem = problems[0]
        told = f"{problem['code']} {problem['line']}:{problem['column']} {problem['message']}"
        change = next(iter(problem["suggestions"][nth:]), None)
        if change is None or not _is_change(change):
            return Followed("words", f"{told}\n    help: {problem['help']}", broken)
        told += f"\n    offered: {_shown(change)}"
        if _overlapping(change):
            return Followed("fails", f"{told}\n    then: two of its edits overlap", broken)
        second = _run(folder, _follow(folder, change, broken.words))
    if second.outputs is None:
        return Followed("fails", f"{told}\n    then: {_first_words(second)}", broken)
    if _same(second.outputs, want):
        return Followed("right", told, broken)
    assumes = any(word in change["message"] for word in ASSUMING)
    return Followed("assumed" if assumes else "WRONG", told, broken)


def measured(kind: Kind, draws: int, seed: int = 0, nth: int = 0) -> Iterator[Followed]:
    """Break so many random cases in this way and follow what is said of each."""
    rng = Random(f"{kind.name} {seed}")
    left = draws
    for _ in range(300 + 40 * draws):
        if not left:
            return
        case = draw_case(rng)
        broken = kind.slip(case, rng)
        if broken is not None:
            left -= 1
            yield followed(broken, broken.meant or case, nth)
    raise AssertionError(f"{kind.name} applies to too few cases")


def _shown(change: dict[str, Any]) -> str:
    edits = [(e["file"], e["line"], e["column"], e["text"]) for e in change["edits"][:3]]
    more = (change["options"], change.get("argv"), edits)
    return " ".join([change["message"], *(str(part) for part in more if part)])


def _first_words(ran: _Ran) -> str:
    problems = (ran.answer or {}).get("problems")
    return str(problems[0]["message"]) if problems else ran.errors[:200]


def _is_change(change: dict[str, Any]) -> bool:
    return bool(change["edits"] or change["options"] or change.get("argv"))


# ---- running -------------------------------------------------------------------------------------


def _bytes(content: str | bytes) -> bytes:
    return content.encode() if isinstance(content, str) else content


def _write(folder: Path, case: Case) -> None:
    (folder / "net.yaml").write_bytes(_bytes(case.spec))
    (folder / _data_name(case.words)).write_bytes(_bytes(case.data))


def _data_name(words: Sequence[str]) -> str:
    return next((word for word in words if word.startswith("batch.")), "batch.csv")


@cache
def _outputs_of(spec: str | bytes, data: str | bytes, words: tuple[str, ...]) -> list[list[Any]]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "net.yaml").write_bytes(_bytes(spec))
        (folder / _data_name(words)).write_bytes(_bytes(data))
        ran = _run(folder, words)
    assert ran.outputs is not None, f"the intact case fails: {ran}\n{spec!r}\n{data!r}\n{words}"
    return ran.outputs


def _run(folder: Path, words: Sequence[str]) -> _Ran:
    done = run_here(*words, cwd=folder)
    try:
        answer = done.json
    except ValueError:
        answer = None
    ran = isinstance(answer, dict) and not done.code and "output" in answer
    return _Ran(answer, answer["output"]["values"] if ran else None, done.err)


def _same(some: list[list[Any]], others: list[list[Any]]) -> bool:
    """Whether two outputs have the same shape and the same numbers, within 1e-9."""
    return [len(row) for row in some] == [len(row) for row in others] and all(
        a == b if isinstance(a, str) or isinstance(b, str) else math.isclose(a, b, rel_tol=1e-9)
        for row, other in zip(some, others, strict=True)
        for a, b in zip(row, other, strict=True)
    )


# ---- following -----------------------------------------------------------------------------------


def _follow(folder: Path, change: dict[str, Any], words: Sequence[str]) -> list[str]:
    """Make a change's edits in the folder and return the words of the command line to type."""
    for name in {edit["file"] for edit in change["edits"]}:
        path = folder / name
        text, encoding = _decoded(path.read_bytes())
        edits = [edit for edit in change["edits"] if edit["file"] == name]
        path.write_bytes(applied(text, edits).encode(encoding))
    return list(change.get("argv") or [*words, *change["options"]])


def _overlapping(change: dict[str, Any]) -> bool:
    edits = sorted(
        (e["file"], (e["line"], e["column"]), (e["end_line"], e["end_column"]))
        for e in change["edits"]
    )
    return any(a[0] == b[0] and b[1] < a[2] for a, b in pairwise(edits))


def _decoded(content: bytes) -> tuple[str, str]:
    """Return a file's text and the encoding to write it in again."""
    if content[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return content.decode("utf-16"), "utf-16"
    try:
        return content.decode("utf-8-sig"), "utf-8"
    except UnicodeDecodeError:
        return content.decode("cp1252", "surrogateescape"), "utf-8"


def applied(text: str, edits: Sequence[dict[str, Any]]) -> str:
    """Make edits in a text, found by walking through it character by character."""
    offsets = {}
    line = column = 1
    for offset, character in enumerate(text):
        offsets[line, column] = offset
        column += 1
        if character == "\n" or (character == "\r" and text[offset + 1 : offset + 2] != "\n"):
            line, column = line + 1, 1
    offsets[line, column] = len(text)
    pieces, position = [], 0
    for edit in sorted(edits, key=lambda edit: (edit["line"], edit["column"])):
        start = offsets[edit["line"], edit["column"]]
        end = offsets[edit["end_line"], edit["end_column"]]
        assert position <= start <= end, "no edit touches another"
        pieces += [text[position:start], edit["text"]]
        position = end
    return "".join([*pieces, text[position:]])
