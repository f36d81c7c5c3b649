"""Slips of YAML: small changes of a spec's text near the place where something is wrong.

How a line goes wrong is a table, yaml_slips.toml; lines go wrong one by one or together.  What is
proposed here, doctor/spec.py tries.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from importlib.resources import files
from itertools import islice, takewhile
from typing import Any, NamedTuple

from nncli.doctor.spec_edits import edit_of
from nncli.problems import Edit
from nncli.specs.keys import every_key
from nncli.specs.spec_text import Span, SpecText, code_of, indentation, is_item
from nncli.specs.yaml_source import REFUSED
from nncli.words import count_of, shorten

_MAX_LINE = 2_000  # a longer line is not written by hand
_MAX_PLACES, _MAX_COLUMNS = 40, 8  # of one slip in one line
_NEAR, _MAX_NEAR, _MAX_TOGETHER = 20, 100, 400  # lines
_SUSPECTED = 12  # lines, with which others may have gone wrong


class Repair(NamedTuple):
    """A change of a spec's text, and how to say what is wrong there."""

    cost: float  # the less the likelier
    message: str  # empty: what was said of the place says it already
    words: str
    assuming: str  # the words where something else may be meant
    edits: tuple[Edit, ...]


def repairs(text: SpecText, suspects: Iterable[int], reach: int) -> Iterator[Repair]:
    """Yield what may mend a text, about the likeliest first: changes of a line, or of several.

    suspects: numbers of lines, from 0; reach: how many lines away to look.
    """
    away = {
        number: min(abs(number - suspect) for suspect in suspects)
        for number, line in enumerate(text.lines)
        if line.strip() and len(line) <= _MAX_LINE
    }
    near = sorted((n for n in away if away[n] <= reach), key=away.__getitem__)[:_MAX_NEAR]
    for number in near:
        yield from _unrepeated(text, number)
    codes = {number: code for number in away if (code := code_of(text.lines[number]))}
    near = [number for number in near if number in codes]
    groups: dict[tuple[int, ...], float] = {(number,): 0.0 for number in near}
    for number in near[:_SUSPECTED]:
        together = _together(codes, number)
        groups |= {lines: 0.5 for lines in together if 1 < len(lines) <= _MAX_TOGETHER}
    tried = [
        (slip.cost + dearer + min(away[lines[0]], 3) / 8, slip, lines)
        for lines, dearer in groups.items()
        for slip in _slips()
    ]
    for cost, slip, lines in sorted(tried, key=lambda each: each[0]):
        for repair in _of_slip(slip, text, {number: codes[number] for number in lines}):
            yield repair._replace(cost=cost)


def _together(codes: dict[int, str], number: int) -> Iterator[tuple[int, ...]]:
    """Yield the lines that may have gone wrong together with one: those beside it, or below."""
    inside = {n: indentation(code) - indentation(codes[number]) for n, code in codes.items()}
    below = list(takewhile(lambda n: inside[n] >= 0, (n for n in codes if n >= number)))
    above = list(takewhile(lambda n: inside[n] >= 0, (n for n in reversed(codes) if n < number)))
    beside = [n for n in (*reversed(above), *below) if not inside[n]]
    of_kind = is_item(codes[number])
    words = {n: re.findall(r"\w+|$", codes[n])[0] for n in beside if is_item(codes[n]) == of_kind}
    seen, starts = set[str](), set[int]()
    for n, word in words.items():
        if word in seen or not seen:  # a new layer begins where a key comes again
            seen.clear()
            starts.add(n)
        seen.add(word)
    yield tuple(n for n in words if n in starts)
    yield tuple(n for n in words if n not in starts)
    yield tuple(words)
    # with what stands below them, further right
    yield tuple(takewhile(lambda n: n in words or inside[n] > 0, below))
    yield tuple(codes)


class _Slip(NamedTuple):
    """A row of the table."""

    cost: float
    rank: int  # which of the columns that may be meant
    pattern: re.Pattern[str]
    instead: str
    message: str
    words: str
    assumes: str

    def changed(self, line: str, further: int) -> list[tuple[re.Match[str], str]]:
        """Return what becomes of a line: with each place changed, then with all of them.

        further: how much further right than the line what is moved is to stand.
        """
        instead = self.instead.replace("<AT>", " " * max(0, indentation(line) + further))
        if "<PLAIN>" in instead:
            instead = _plain(line).replace("\\", r"\\")
        places = list(islice(self.pattern.finditer(line), _MAX_PLACES))
        made = [(m, f"{line[: m.start()]}{m.expand(instead)}{line[m.end() :]}") for m in places]
        if len(places) > 1:
            made.append((places[0], self.pattern.sub(instead, line)))
        return [(match, new) for match, new in made if new != line]


def _of_slip(slip: _Slip, text: SpecText, lines: dict[int, str]) -> Iterator[Repair]:
    """Yield the changes of a line, place by place, or of all lines that have the same slip.

    lines: what is read of each.
    """
    first = next((n for n, line in lines.items() if slip.pattern.search(line)), -1)
    columns = _columns(text, first) if "<AT>" in slip.instead else [(0, "")]
    if first < 0 or slip.rank >= len(columns):
        return
    column, like = columns[slip.rank]
    further = column - indentation(lines[first])
    made = {n: new for n, line in lines.items() if (new := slip.changed(line, further))}
    if len(made) < min(len(lines), 2):
        return
    ways = [{n: ways[-1] for n, ways in made.items()}]
    for way in ways if len(lines) > 1 else [{first: way} for way in made[first]]:
        match, _ = next(iter(way.values()))
        words = match.expand(slip.words).replace("<LIKE>", like)
        words += f", here and in {count_of(len(way) - 1, 'more line')}" if len(way) > 1 else ""
        around = match.string[: match.start()][-1:] + match.string[match.end() :][:1]
        if not (match.expand(slip.instead) or slip.assumes) and re.fullmatch(r"[\d.]{2}", around):
            words += ", if it stands for nothing"  # it may stand for a digit or a point
        behind = {n: text.lines[n][len(lines[n]) :] for n in way}
        edits = tuple(_edit(text, n, new + behind[n]) for n, (_, new) in way.items())
        assuming = f"{words}, {slip.assumes}" if slip.assumes else words
        yield Repair(slip.cost, match.expand(slip.message), words, assuming, edits)


@lru_cache(maxsize=1000)
def _columns(text: SpecText, number: int) -> list[tuple[int, str]]:
    """Return where lines begin, or what stands in them, the nearest to one first."""
    near = range(max(0, number - _NEAR), min(len(text.lines), number + _NEAR))
    found: dict[int, str] = {}
    for n in sorted(near, key=lambda n: abs(n - number)):
        if code := code_of(text.lines[n]):
            for column in (len(code) - len(code.lstrip(" \t-")), indentation(code)):
                found.setdefault(column, f"like line {n + 1}")
    return list(found.items())


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads((files("nncli.doctor") / "yaml_slips.toml").read_text(encoding="utf-8"))


@cache
def _slips() -> tuple[_Slip, ...]:
    keys = "|".join(sorted(map(re.escape, every_key()), key=len, reverse=True))
    parts = {"<KEY>": keys, **_table()["parts"]}
    return tuple(
        _Slip(
            cost + rank / 10,
            rank,
            re.compile(re.sub("<[A-Z]+>", lambda m: parts[m[0]], pattern)),
            instead,
            *said,
        )
        for cost, pattern, instead, *said in _table()["slips"]
        for rank in range(_MAX_COLUMNS if "<AT>" in instead else 1)
    )


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
    differ = (n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b)
    return next(differ, min(len(one), len(other)))


def _unrepeated(text: SpecText, number: int) -> Iterator[Repair]:
    """Yield a key without the same key and value again."""
    line = text.lines[number]
    first = text.lines.index(line)
    if first < number and re.match(r" *[\w\"']+ *:", line):
        cost, message = min(number - first, 2), f"line {number + 1} repeats line {first + 1}"
        words = "remove it, if it was written twice by mistake"
        yield Repair(cost, message, words, words, (_edit(text, number, ""),))
