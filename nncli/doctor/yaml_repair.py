"""Slips of YAML: small changes of a spec's text near the place where something is wrong.

How a line goes wrong is a table, yaml_slips.toml; doctor/spec.py tries what is proposed here.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from itertools import islice
from typing import Any, NamedTuple

from nncli.doctor.spec_edits import edit_of
from nncli.problems import Edit
from nncli.specs.keys import every_key
from nncli.specs.spec_text import Span, SpecText, code_of, indentation, is_item
from nncli.specs.yaml_source import REFUSED
from nncli.words import shorten

# A longer line is not written by hand.
_MAX_LINE = 2_000
_MAX_PLACES = 40  # of one slip in one line
_MAX_EDITS = 100
_NEAR = 20  # lines
_EVERYWHERE = 2  # a slip that costs less may have been made in every line
# What the patterns of the table are made of.
_PARTS = {"NUMBER": r"[-+]?\.?\d[\d.]*(?:[eE][-+]?\d+)?", "VALUE": r"""[-+.\w"'\[{]"""}
_KINDS = (
    {"OPEN": "[", "CLOSE": "]", "QUOTE": '"'},
    {"OPEN": "{", "CLOSE": "}", "QUOTE": "'"},
)


@dataclass(frozen=True)
class Repair:
    """A change of a spec's text, and how to say what is wrong there."""

    cost: float  # the less the likelier
    message: str  # empty: what was said of the place says it already
    words: str
    edits: tuple[Edit, ...]
    assumes: str = ""  # what is added to the words where something else may be meant

    @property
    def assuming(self) -> str:
        """The words with what they assume."""
        return f"{self.words}, {self.assumes}" if self.assumes else self.words


def repairs(text: SpecText, suspects: Iterable[int], reach: int) -> Iterator[Repair]:
    """Yield what may mend a text, nearest to the suspected lines first.

    suspects: numbers of lines, from 0; reach: how many lines away to look.
    """
    away = {
        number: min(abs(number - suspect) for suspect in suspects)
        for number, line in enumerate(text.lines)
        if line.strip() and len(line) <= _MAX_LINE
    }
    yield from _everywhere(text, away)
    for number in sorted(away, key=lambda number: away[number]):
        if away[number] <= reach:
            for repair in _of_line(text, number):
                yield replace(repair, cost=repair.cost + min(away[number], 3) / 8)


def _of_line(text: SpecText, number: int) -> Iterator[Repair]:
    """Yield the changes of one line, its comment left alone or not."""
    line = text.lines[number]
    for cost, code in enumerate(dict.fromkeys((code_of(line), line.rstrip()))):
        for slip in _slips():
            for repair in slip.repairs(text, number, code):
                yield replace(repair, cost=repair.cost + cost / 2)
    yield from _unrepeated(text, number)


def _everywhere(text: SpecText, numbers: Iterable[int]) -> Iterator[Repair]:
    """Yield the same change of all lines that it can be made in."""
    codes = {number: code_of(text.lines[number]) for number in numbers}
    for slip in _slips():
        if slip.cost < _EVERYWHERE:
            found = [number for number, code in codes.items() if slip.pattern.search(code)]
            of_lines = [slip.repairs(text, n, codes[n])[-1:] for n in found[: _MAX_EDITS + 1]]
            made = [repair for of_line in of_lines for repair in of_line]
            if 1 < len(made) <= _MAX_EDITS:
                edits = tuple(edit for repair in made for edit in repair.edits)
                words = f"{made[0].words}, here and below"
                yield replace(made[0], cost=slip.cost + 1, words=words, edits=edits)


class _Slip(NamedTuple):
    """A row of the table."""

    cost: float
    pattern: re.Pattern[str]
    instead: str
    message: str
    words: str
    assumes: str

    def repairs(self, text: SpecText, number: int, code: str) -> list[Repair]:
        """Return the changes of a line without its comment: of each place, then of all of them."""
        places = list(islice(self.pattern.finditer(code), _MAX_PLACES))
        if not places:
            return []
        instead = self._instead_at(text, number, code)
        made = [(m, f"{code[: m.start()]}{m.expand(instead)}{code[m.end() :]}") for m in places]
        if len(places) > 1 and self.cost < _EVERYWHERE:
            made.append((places[0], self.pattern.sub(instead, code)))
        comment = text.lines[number][len(code) :]
        return [
            self._repair(match, _edit(text, number, new + comment))
            for match, new in made
            if new != code
        ]

    def _instead_at(self, text: SpecText, number: int, code: str) -> str:
        """Return what stands in a line instead of what matches, as for re.sub."""
        if "<" not in self.instead:
            return self.instead
        line = text.lines[number]
        inner = len(line) - len(line.lstrip(" -"))
        above = [other for other in text.lines[max(0, number - _NEAR) : number] if code_of(other)]
        below = [other for other in text.lines[number + 1 : number + _NEAR] if code_of(other)]
        items = dict.fromkeys(indentation(other) for other in above[::-1] if is_item(other))
        widths = {
            "SAME": indentation(line),
            "INDENT": inner,
            "ABOVE": indentation(above[-1]) if above else 0,
            "BELOW": indentation(below[0]) if below else inner,
            "ITEM": next(iter(items), 0),
            "OUTER": [*items, 0][min(1, len(items))],
        }
        blanks = {f"<{name}>": " " * width for name, width in widths.items()}
        blanks["<PLAIN>"] = _plain(code).replace("\\", r"\\")
        return re.sub("<[A-Z]+>", lambda name: blanks[name[0]], self.instead)

    def _repair(self, match: re.Match[str], edit: Edit) -> Repair:
        """Return the change of what matches, in words."""
        found = [shorten(part or "", 30).strip() for part in (match[0], *match.groups())]
        message, words = (
            re.sub(r"\{(\d)\}", lambda number: found[int(number[1])], said)
            for said in (self.message, self.words)
        )
        return Repair(self.cost, message, words, (edit,), self.assumes)


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads((files("nncli.doctor") / "yaml_slips.toml").read_text(encoding="utf-8"))


@cache
def _slips() -> tuple[_Slip, ...]:
    keys = "|".join(sorted(map(re.escape, every_key()), key=len, reverse=True))
    rows = set()
    for kind in _KINDS:
        for cost, *row in _table()["slips"]:
            cells = "\0".join(row)
            for name, part in (_PARTS | kind | {"KEY": keys}).items():
                cells = cells.replace(f"<{name}>", part)
            rows.add((cost, *cells.split("\0")))
    return tuple(_Slip(cost, re.compile(row[0]), *row[1:]) for cost, *row in sorted(rows))


def _plain(line: str) -> str:
    """Return a line without characters that only look like others, or are not allowed."""
    for instead, signs in _table()["plain"].items():
        line = re.sub(f"[{signs}]", instead, line)
    plain = unicodedata.normalize("NFKC", line)
    return REFUSED.sub(lambda match: "\n" if match[0] in "\x85\u2028\u2029" else "", plain)


def _edit(text: SpecText, number: int, new: str) -> Edit:
    """Return the smallest edit that makes *new* of a line."""
    old = text.lines[number]
    start = _same(old, new)
    same = _same(old[start:][::-1], new[start:][::-1])
    span = Span(number, start, number, len(old) - same)
    return edit_of(text, span, new[start : len(new) - same], shorten(new.strip()))


def _same(one: str, other: str) -> int:
    """Return how many characters two texts begin with alike."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((n for n, (a, b) in pairs if a != b), min(len(one), len(other)))


def _unrepeated(text: SpecText, number: int) -> Iterator[Repair]:
    """Yield a key without the same key and value again."""
    lines = [line.rstrip() for line in text.lines[: number + 1]]
    first = lines.index(lines[number])
    if first < number and re.match(r" *[\w\"']+ *:", lines[number]):
        end = min((number + 1, 0), (len(text.lines) - 1, len(text.lines[-1])))
        edit = edit_of(text, Span(number, 0, *end), "", "(without this line)")
        message = f"line {number + 1} repeats line {first + 1}"
        cost = 1 if first == number - 1 else 2
        yield Repair(cost, message, "remove it", (edit,), "if it was written twice by mistake")
