"""Slips of YAML: small changes of a spec's text near the place where something is wrong.

How one line goes wrong is a table, yaml_slips.toml; doctor/spec.py tries what is proposed here.
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

from nncli.doctor.spec_edits import edit_of
from nncli.problems import Edit
from nncli.specs.keys import every_key
from nncli.specs.spec_text import Span, SpecText
from nncli.specs.yaml_source import REFUSED
from nncli.words import count_of, shorten

# A longer line is not written by hand.
_MAX_LINE = 4_000
_MAX_PLACES = 40  # of one slip in one line
_MAX_EDITS = 100
# What the patterns of the table are made of.
_PARTS = {"NUMBER": r"[-+]?\.?\d[\d.]*(?:[eE][-+]?\d+)?", "VALUE": r"""[-+.\w"'\[{]"""}
_KINDS = (
    {"OPEN": "[", "CLOSE": "]", "QUOTE": '"'},
    {"OPEN": "{", "CLOSE": "}", "QUOTE": "'"},
)
# What only looks like a character of YAML, or is none.
_PLAIN = {**dict.fromkeys(map(ord, "“”„‟«»"), '"'), **dict.fromkeys(map(ord, "‘’‚‛´"), "'")}
_PLAIN |= {**dict.fromkeys(map(ord, "–—−"), "-"), **dict.fromkeys(map(ord, "\u200b\u200d\u2060"))}
_PLAIN |= {ord("："): ": ", ord("，"): ", ", ord("、"): ", "}
_STRANGE = ("", "write plain characters instead of those that only look like them")
# Where a text may stand, and what YAML takes for something else than a text.
_TEXTS = (
    re.compile(r"(?:(?<=\w: )|(?<=- )|(?<=[\[{])|(?<=, ))[^\s,\]}\[{][^,\]}]*"),
    re.compile(r"(?:(?<=\w: )|(?<=- )).*\S"),
)
_SPECIAL = re.compile(r"[-@`%*&!|>{}\[\],?:#\"'].*|.*(?:: | #).*|.*:")


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
    yield from _untabbed(text)
    yield from _everywhere(text, sorted(away))
    for number in sorted(away, key=lambda number: away[number]):
        if away[number] <= reach:
            for repair in _of_line(text, number):
                yield replace(repair, cost=repair.cost + min(away[number], 3) / 8)


def _of_line(text: SpecText, number: int) -> Iterator[Repair]:
    """Yield the changes of one line."""
    line = text.lines[number]
    code, comment = _parted(line)
    for slip in _slips():
        found = list(islice(slip.pattern.finditer(code), _MAX_PLACES))
        for match in found:
            new = code[: match.start()] + match.expand(slip.instead) + code[match.end() :]
            yield slip.repair(match, _edit(text, number, new + comment))
        if len(found) > 1 and slip.cost < 2:
            new = slip.pattern.sub(slip.instead, code)
            yield slip.repair(found[0], _edit(text, number, new + comment), 0.5)
    yield from _quoted(text, number, code, comment)
    if (plain := _plain(line)) != line:
        yield Repair(0.5, *_STRANGE, (_edit(text, number, plain),))
    yield from _indented(text, number)
    yield from _unrepeated(text, number)
    yield from _broken(text, number, code, comment)


def _everywhere(text: SpecText, numbers: list[int]) -> Iterator[Repair]:
    """Yield the same change of all lines that it can be made in."""
    strange = [n for n in numbers if _plain(text.lines[n]) != text.lines[n]]
    if 1 < len(strange) <= _MAX_EDITS:
        edits = [_edit(text, n, _plain(text.lines[n])) for n in strange]
        yield Repair(1, *_STRANGE, tuple(edits))
    for slip in _slips():
        edits, first = [], None
        for number in numbers if slip.cost < 2 else ():
            code, comment = _parted(text.lines[number])
            new = slip.pattern.sub(slip.instead, code)
            if new != code and len(edits) <= _MAX_EDITS:
                first = first or slip.pattern.search(code)
                edits.append(_edit(text, number, new + comment))
        if first and 1 < len(edits) <= _MAX_EDITS:
            repair = slip.repair(first, edits[0], 1)
            yield replace(repair, edits=tuple(edits), words=f"{repair.words}, here and below")


@dataclass(frozen=True)
class _Slip:
    """A row of the table."""

    cost: float
    pattern: re.Pattern[str]
    instead: str
    message: str
    words: str
    assumes: str

    def repair(self, match: re.Match[str], edit: Edit, more_cost: float = 0) -> Repair:
        """Return the change of what matches, in words."""
        found = [shorten(part or "", 30).strip() for part in (match[0], *match.groups())]
        message = re.sub(r"\{(\d)\}", lambda number: found[int(number[1])], self.message)
        words = re.sub(r"\{(\d)\}", lambda number: found[int(number[1])], self.words)
        return Repair(self.cost + more_cost, message, words, (edit,), self.assumes)


@cache
def _slips() -> tuple[_Slip, ...]:
    table = files("nncli.doctor").joinpath("yaml_slips.toml").read_text(encoding="utf-8")
    keys = sorted(map(re.escape, every_key()), key=len, reverse=True)
    parts = _PARTS | {"KEY": "|".join(keys)}
    rows = {
        (cost, *(re.sub("<([A-Z]+)>", lambda name: (parts | kind)[name[1]], cell) for cell in row))
        for cost, *row in tomllib.loads(table)["slips"]
        for kind in _KINDS
    }
    return tuple(_Slip(row[0], re.compile(row[1]), *row[2:]) for row in sorted(rows))


def _plain(line: str) -> str:
    """Return a line without characters that only look like others, or are not allowed."""
    plain = unicodedata.normalize("NFKC", line.translate(_PLAIN)).translate(_PLAIN)
    return REFUSED.sub(lambda match: "\n" if match[0] in "\x85\u2028\u2029" else "", plain)


def _parted(line: str) -> tuple[str, str]:
    """Return the code of a line, without blanks at its end, and its comment."""
    end = next((m.start() for m in re.finditer(r"(?<!\S)#", line) if _is_outside(line, m)), None)
    code = line[:end].rstrip()
    return code, line[len(code) :]


def _is_outside(line: str, match: re.Match[str]) -> bool:
    """Whether no text in quotes is open in front of a match."""
    before = re.sub(r"(?<!\w)(\"[^\"]*\"|'[^']*')", "", line[: match.start()])
    return not re.search(r"(?<!\w)[\"']", before)


def _edit(text: SpecText, number: int, new: str) -> Edit:
    """Return the smallest edit that makes *new* of a line."""
    old = text.lines[number]
    start = next(
        (place for place, (a, b) in enumerate(zip(old, new, strict=False)) if a != b),
        min(len(old), len(new)),
    )
    same = 0
    while same < min(len(old), len(new)) - start and old[-same - 1] == new[-same - 1]:
        same += 1
    span = Span(number, start, number, len(old) - same)
    shown = new if new[: len(old)].strip() == old.strip() else new.strip()
    return edit_of(text, span, new[start : len(new) - same], shorten(shown))


def _quoted(text: SpecText, number: int, code: str, comment: str) -> Iterator[Repair]:
    """Yield the quotes around a text that YAML takes for something else."""
    for cost, (pattern, where) in enumerate(
        ((_TEXTS[0], code), (_TEXTS[1], code), (_TEXTS[1], code + comment))
    ):
        for match in islice(pattern.finditer(where), _MAX_PLACES):
            chunk = match[0].rstrip()
            if not _SPECIAL.fullmatch(chunk):
                continue
            sign = next(part for part in (": ", " #", chunk[0]) if part in chunk)
            message = f"a text with a `{sign}` must stand in quotes"
            if chunk[0] in "\"'":
                message = "the quotes around this text are no pair"
            inner = chunk.strip(chunk[0]).rstrip("\"'") if chunk[0] in "\"'" else chunk
            inner = _single(inner) if set(inner) & set('"\\') else f'"{inner}"'
            new = where[: match.start()] + inner + where[match.start() + len(chunk) :]
            edit = _edit(text, number, new + (comment if where == code else ""))
            yield Repair(1.5 + cost / 4, message, "put it in quotes", (edit,))


def _unrepeated(text: SpecText, number: int) -> Iterator[Repair]:
    """Yield a key without the same key and value again."""
    line = text.lines[number].rstrip()
    first = next((n for n in range(number) if text.lines[n].rstrip() == line), None)
    if first is not None and re.match(r" *[\w\"']+ *:", line):
        edit = Edit.without_lines(text.file, number + 1)
        if number == len(text.lines) - 1:  # no line end to take away with it
            span = Span(number - 1, len(text.lines[number - 1]), number, len(line))
            edit = edit_of(text, span, "", edit.summary)
        message = f"line {number + 1} repeats line {first + 1}"
        cost = 1 if first == number - 1 else 2
        yield Repair(cost, message, "remove it", (edit,), "if it was written twice by mistake")


def _single(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _indented(text: SpecText, number: int) -> Iterator[Repair]:
    """Yield other indentations of a line, and a dash in front: first those of its neighbours."""
    line = text.lines[number]
    content = line.lstrip(" \t")
    own = len(line) - len(content)
    around = {n: _indentation(text.lines[n]) for n in _neighbours(text, number)}
    widths = {width: n for n, (width, _) in reversed(around.items())}
    inner = {width + 2 for width, is_item in around.values() if is_item}
    others = {_indentation(other)[0] for other in text.lines if other.strip()} | {own - 1, own + 1}
    for width in (*widths, *sorted(inner - {*widths}), *sorted(others - {*widths} - inner)):
        if width != own and width >= 0:
            cost = 2 if width in widths else 2.5 if width in inner else 3
            cost += min(abs(width - own), 6) / 10
            message = f"line {number + 1} is indented by {count_of(own, 'blank')}"
            words = f"indent it by {width}"
            if width in widths:
                other = widths[width] + 1
                more = "more" if own > width else "less"
                message += f", {abs(own - width)} {more} than line {other}"
                words = f"indent it like line {other}"
            edit = _edit(text, number, " " * width + content)
            yield Repair(cost, message, words, (edit,), "if it belongs there")
    dashes = {width for width, is_item in around.values() if is_item} | {own, max(own - 2, 0)}
    for width in sorted(dashes):
        message = f"line {number + 1} stands in a list, but has no `- ` in front"
        edit = _edit(text, number, " " * width + "- " + content)
        far = min(abs(width - own), 9) / 10
        yield Repair(
            2 + far, message, "put a `- ` in front", (edit,), "if it is an item of its own"
        )


def _indentation(line: str) -> tuple[int, bool]:
    """Return by how many blanks a line is indented, and whether it begins with a dash."""
    content = line.lstrip(" \t")
    return len(line) - len(content), content.startswith(("- ", "-\t"))


def _neighbours(text: SpecText, number: int) -> list[int]:
    """Return the lines with content around a line, and the nearest items of a list above it."""
    lines = [n for n, line in enumerate(text.lines) if line.strip() and line.lstrip()[0] != "#"]
    above = [n for n in lines if n < number][:-20:-1]
    below = [n for n in lines if n > number][:1]
    return [*above[:1], *below, *(n for n in above[1:] if _indentation(text.lines[n])[1])][:4]


def _broken(text: SpecText, number: int, code: str, comment: str) -> Iterator[Repair]:
    """Yield a line that holds two, as two."""
    width = len(code) - len(code.lstrip(" -"))
    below = next((_indentation(line)[0] for line in text.lines[number + 1 :] if line.strip()), 0)
    for match in islice(re.finditer(r"(?<=\S)(?:[,;] *+| ++)(?=- |\w+: )", code), _MAX_PLACES):
        key = re.match(r"(?:- +)*(\w*)", code[match.end() :])
        cost = 1.25 if key and key[1] in every_key() else 2.5
        for indentation in {width, below, max(below - 2, 0)}:
            new = code[: match.start()] + "\n" + " " * indentation + code[match.end() :]
            edit = _edit(text, number, new + comment)
            yield Repair(cost, "two lines stand in one", "begin a new line here", (edit,))


def _untabbed(text: SpecText) -> Iterator[Repair]:
    """Yield the blanks that tabs may stand for, one width for all of them."""
    tabbed = [n for n, line in enumerate(text.lines) if "\t" in line[: _start(line)]]
    if not 0 < len(tabbed) <= _MAX_EDITS:
        return
    near = _indentation(text.lines[tabbed[0] - 1])
    widths = dict.fromkeys((2, 4, near[0], near[0] + 2, 8, 1, 3, 5, 6, 7))
    for cost, width in enumerate(width for width in widths if width):
        edits = tuple(
            _edit(
                text,
                n,
                text.lines[n][: _start(text.lines[n])].replace("\t", " " * width)
                + text.lines[n][_start(text.lines[n]) :],
            )
            for n in tabbed
        )
        yield Repair(cost / 10, "a tab cannot indent YAML", "use spaces", edits)


def _start(line: str) -> int:
    """Return where the content of a line begins."""
    return len(line) - len(line.lstrip(" \t-"))
