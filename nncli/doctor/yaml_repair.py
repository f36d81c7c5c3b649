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
from nncli.specs.spec_text import Span, SpecText
from nncli.specs.yaml_source import REFUSED
from nncli.words import count_of, shorten

# A longer line is not written by hand.
_MAX_LINE = 2_000
_MAX_PLACES = 40  # of one slip in one line
_MAX_EDITS = 100
_EVERYWHERE = 2  # a slip that costs less may have been made in every line
# What the patterns of the table are made of.
_PARTS = {"NUMBER": r"[-+]?\.?\d[\d.]*(?:[eE][-+]?\d+)?", "VALUE": r"""[-+.\w"'\[{]"""}
_KINDS = (
    {"OPEN": "[", "CLOSE": "]", "QUOTE": '"'},
    {"OPEN": "{", "CLOSE": "}", "QUOTE": "'"},
)
_STRANGE = ("", "write plain characters instead")
_TAB = "a tab cannot indent YAML"


@dataclass(frozen=True)
class Repair:
    """A change of a spec's text, and how to say what is wrong there."""

    cost: float  # the less the likelier
    message: str  # empty: what was said of the place says it already
    words: str
    edits: tuple[Edit, ...]
    assumes: str = ""  # what is added to the words where something else may be meant


def repairs(text: SpecText, suspects: Iterable[int], reach: int) -> Iterator[Repair]:
    """Yield what may mend a text, nearest to the suspected lines first.

    suspects: numbers of lines, from 0; reach: how many lines away to look.
    """
    away = {
        number: min(abs(number - suspect) for suspect in suspects)
        for number, line in enumerate(text.lines)
        if line.strip() and len(line) <= _MAX_LINE
    }
    yield from _untabbed(text, away)
    yield from _everywhere(text, away)
    for number in sorted(away, key=lambda number: away[number]):
        if away[number] <= reach:
            for repair in _of_line(text, number):
                yield replace(repair, cost=repair.cost + min(away[number], 3) / 8)


def _of_line(text: SpecText, number: int) -> Iterator[Repair]:
    """Yield the changes of one line, its comment left alone or not."""
    line = text.lines[number]
    for cost, code in enumerate(dict.fromkeys((_code(line), line.rstrip()))):
        for slip in _slips():
            instead = slip.instead_at(text, number)
            found = list(islice(slip.pattern.finditer(code), _MAX_PLACES))
            changed = [f"{code[: m.start()]}{m.expand(instead)}{code[m.end() :]}" for m in found]
            if len(found) > 1 and slip.cost < _EVERYWHERE:
                found.append(found[0])
                changed.append(slip.pattern.sub(instead, code))
            for match, new in zip(found, changed, strict=True):
                edit = _edit(text, number, new + line[len(code) :])
                yield slip.repair(match, (edit,), cost / 2)
    if (plain := _plain(line)) != line:
        yield Repair(0.5, *_STRANGE, (_edit(text, number, plain),))
    yield from _unrepeated(text, number)
    yield from _indented(text, number)


def _everywhere(text: SpecText, numbers: Iterable[int]) -> Iterator[Repair]:
    """Yield the same change of all lines that it can be made in."""
    lines = {number: text.lines[number] for number in numbers}
    plain = {n: _plain(line) for n, line in lines.items() if _plain(line) != line}
    if 1 < len(plain) <= _MAX_EDITS:
        yield Repair(1, *_STRANGE, tuple(_edit(text, n, new) for n, new in plain.items()))
    for slip in _slips():
        tried = {n: slip.pattern.search(_code(line)) for n, line in lines.items()}
        found = {n: match for n, match in tried.items() if match}
        if slip.cost < _EVERYWHERE and 1 < len(found) <= _MAX_EDITS:
            edits = []
            for n, match in found.items():
                new = slip.pattern.sub(slip.instead_at(text, n), match.string)
                edits.append(_edit(text, n, new + lines[n][len(match.string) :]))
            repair = slip.repair(next(iter(found.values())), tuple(edits), 1)
            yield replace(repair, words=f"{repair.words}, here and below")


class _Slip(NamedTuple):
    """A row of the table."""

    cost: float
    pattern: re.Pattern[str]
    instead: str
    message: str
    words: str
    assumes: str

    def instead_at(self, text: SpecText, number: int) -> str:
        """Return what stands in a line instead of what matches, as for re.sub."""
        if "<" not in self.instead:
            return self.instead
        inner = len(text.lines[number]) - len(text.lines[number].lstrip(" -"))
        below = next((_indentation(ln) for ln in text.lines[number + 1 :] if ln.strip()), inner)
        blanks = {"<INDENT>": inner, "<BELOW>": below, "<LESS>": max(below - 2, 0)}
        return re.sub("<[A-Z]+>", lambda name: " " * blanks[name[0]], self.instead)

    def repair(self, match: re.Match[str], edits: tuple[Edit, ...], more_cost: float) -> Repair:
        """Return the change of what matches, in words."""
        found = [shorten(part or "", 30).strip() for part in (match[0], *match.groups())]
        message, words = (
            re.sub(r"\{(\d)\}", lambda number: found[int(number[1])], said)
            for said in (self.message, self.words)
        )
        return Repair(self.cost + more_cost, message, words, edits, self.assumes)


@cache
def _table() -> dict[str, Any]:
    text = files("nncli.doctor").joinpath("yaml_slips.toml").read_text(encoding="utf-8")
    table = tomllib.loads(text)
    plain = {ord(sign): instead for instead, signs in table["plain"].items() for sign in signs}
    return {"slips": table["slips"], "plain": plain}


@cache
def _slips() -> tuple[_Slip, ...]:
    keys = sorted(map(re.escape, every_key()), key=len, reverse=True)
    rows = set()
    for kind in _KINDS:
        parts = {**_PARTS, **kind, "KEY": "|".join(keys)}
        for cost, *row in _table()["slips"]:
            cells = "\0".join(row)
            for name, part in parts.items():
                cells = cells.replace(f"<{name}>", part)
            rows.add((cost, *cells.split("\0")))
    return tuple(_Slip(cost, re.compile(row[0]), *row[1:]) for cost, *row in sorted(rows))


def _plain(line: str) -> str:
    """Return a line without characters that only look like others, or are not allowed."""
    plain = unicodedata.normalize("NFKC", line.translate(_table()["plain"]))
    return REFUSED.sub(lambda match: "\n" if match[0] in "\x85\u2028\u2029" else "", plain)


def _code(line: str) -> str:
    """Return a line without its comment and the blanks at its end."""
    for match in re.finditer(r"(?<!\S)#", line):
        before = re.sub(r"(?<!\w)(\"[^\"]*\"|'[^']*')", "", line[: match.start()])
        if not re.search(r"(?<!\w)[\"']", before):  # no text in quotes is open
            return line[: match.start()].rstrip()
    return line.rstrip()


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
    line = text.lines[number].rstrip()
    first = next((n for n in range(number) if text.lines[n].rstrip() == line), None)
    if first is not None and re.match(r" *[\w\"']+ *:", line):
        edit = Edit.without_lines(text.file, number + 1)
        if number == len(text.lines) - 1:  # no line end to take away with it
            span = Span(number - 1, len(text.lines[number - 1]), number, len(text.lines[number]))
            edit = edit_of(text, span, "", edit.summary)
        message = f"line {number + 1} repeats line {first + 1}"
        cost = 1 if first == number - 1 else 2
        yield Repair(cost, message, "remove it", (edit,), "if it was written twice by mistake")


def _indented(text: SpecText, number: int) -> Iterator[Repair]:
    """Yield other indentations of a line, and a dash in front: first those of its neighbours."""
    line = text.lines[number]
    content, own = line.lstrip(" \t"), _indentation(line)
    near = {_indentation(text.lines[n]): n + 1 for n in reversed(_neighbours(text, number))}
    items = {_indentation(text.lines[n - 1]) for n in near.values() if _is_item(text.lines[n - 1])}
    inner = {width + 2 for width in items}
    others = {_indentation(other) for other in text.lines if other.strip()} | {own - 1, own + 1}
    for width in (near.keys() | inner | others) - {own, -1}:
        message, words = f"line {number + 1} is indented by {count_of(own, 'blank')}", ""
        if width in near:
            than = f"{abs(own - width)} {'more' if own > width else 'less'} than line {near[width]}"
            message, words = f"{message}, {than}", f"indent it like line {near[width]}"
        cost = 2 if width in near else 2.5 if width in inner else 3
        cost += min(abs(width - own), 6) / 10
        edit = _edit(text, number, " " * width + content)
        message = _TAB if "\t" in line[:own] else message
        words = words or f"indent it by {count_of(width, 'blank')}"
        yield Repair(cost, message, words, (edit,), "if it belongs there")
    for width in items | {own, max(own - 2, 0)}:
        message = f"line {number + 1} stands in a list, but has no `- ` in front"
        edit = _edit(text, number, f"{' ' * width}- {content}")
        cost = 2 + min(abs(width - own), 9) / 10
        yield Repair(cost, message, "put a `- ` in front", (edit,), "if it is an item of its own")


def _indentation(line: str) -> int:
    return len(line) - len(line.lstrip(" \t"))


def _is_item(line: str) -> bool:
    return line.lstrip(" \t").startswith(("- ", "-\t"))


def _neighbours(text: SpecText, number: int) -> list[int]:
    """Return the lines with content around a line, and the nearest items of a list above it."""
    lines = [n for n, line in enumerate(text.lines) if line.strip() and line.lstrip()[0] != "#"]
    above = [n for n in lines if n < number][:-20:-1]
    below = [n for n in lines if n > number][:1]
    return [*above[:1], *below, *(n for n in above[1:] if _is_item(text.lines[n]))][:4]


def _untabbed(text: SpecText, numbers: Iterable[int]) -> Iterator[Repair]:
    """Yield the blanks that tabs may stand for, one width for all of them."""
    starts = {n: re.match(r"[ \t-]*", text.lines[n]) for n in numbers}
    tabbed = {n: start[0] for n, start in starts.items() if start and "\t" in start[0]}
    for width in (2, 4, 8, 1, 3, 5, 6, 7) if 0 < len(tabbed) <= _MAX_EDITS else ():
        edits = tuple(
            _edit(text, n, start.replace("\t", " " * width) + text.lines[n][len(start) :])
            for n, start in tabbed.items()
        )
        yield Repair(0.5, _TAB, f"write {count_of(width, 'blank')} for each", edits)
