"""Slips of YAML: small changes of a spec's text near the place where something is wrong.

How a line goes wrong is a table, yaml_slips.toml; lines go wrong one by one or together.  What is
proposed here, doctor/spec.py tries.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files
from itertools import islice, takewhile
from operator import itemgetter
from typing import Any, NamedTuple

from nncli.doctor.spec_edits import edit_of
from nncli.problems import Edit
from nncli.specs.keys import every_key
from nncli.specs.spec_text import Span, SpecText, code_of, indentation, is_item
from nncli.specs.yaml_source import REFUSED
from nncli.words import count_of, shorten

_MAX_LINE = 2_000  # a longer line is not written by hand
_MAX_PLACES, _MAX_COLUMNS = 40, 8  # of one slip in one line
_NEAR, _MAX_NEAR, _SUSPECTED, _MAX_TOGETHER = 20, 100, 12, 400  # lines


class Repair(NamedTuple):
    """A change of a spec's text, and how to say what is wrong there."""

    cost: float  # the less the likelier
    message: str  # empty: what was said of the place says it already
    words: str
    assuming: str  # the words where something else may be meant
    edits: tuple[Edit, ...]


def repairs(text: SpecText, suspects: Iterable[int], reach: int) -> Iterator[Repair]:
    """Yield what may mend a text, the likeliest first: changes of a line, or of several.

    suspects: numbers of lines, from 0; reach: how many lines away to look.
    """
    codes = {
        number: code
        for number, line in enumerate(text.lines)
        if len(line) <= _MAX_LINE and (code := code_of(line))
    }
    away = {number: min(abs(number - suspect) for suspect in suspects) for number in codes}
    near = sorted((n for n in away if away[n] <= reach), key=away.__getitem__)[:_MAX_NEAR]
    groups: dict[tuple[int, ...], float] = {(number,): 0.0 for number in near}
    for number in near[:_SUSPECTED]:
        together = map(tuple, _together(codes, number))
        groups |= {lines: 0.5 for lines in together if 1 < len(lines) <= _MAX_TOGETHER}
    columns = {lines[0]: _columns(codes, lines[0]) for lines in groups}
    tried = [
        (slip.cost + dearer + rank / 10 + min(away[lines[0]], 3) / 8, slip, lines, column)
        for lines, dearer in groups.items()
        for slip in _slips()
        for rank, column in enumerate(columns[lines[0]] if "<AT>" in slip.instead else [(0, 0)])
    ]
    for cost, slip, lines, column in sorted(tried, key=itemgetter(0)):
        yield from _of_slip(slip, cost, column, text, {number: codes[number] for number in lines})


def _together(codes: dict[int, str], number: int) -> Iterator[Iterable[int]]:
    """Yield the lines that may have gone wrong together with one: those beside it, or below."""
    inside = {n: indentation(code) - indentation(codes[number]) for n, code in codes.items()}
    below = list(takewhile(lambda n: inside[n] >= 0, (n for n in codes if n >= number)))
    above = takewhile(lambda n: inside[n] >= 0, (n for n in reversed(codes) if n < number))
    of_kind = is_item(codes[number])
    beside = [n for n in (*above, *below) if not inside[n] and is_item(codes[n]) == of_kind]
    words = {n: re.findall(r"\w+|$", codes[n])[0] for n in sorted(beside)}
    seen, starts = set[str](), dict[int, str]()
    for n, word in words.items():
        if word in seen or not seen:  # a new layer begins where a key comes again
            seen, starts[n] = set(), word
        seen.add(word)
    yield starts
    yield [n for n in words if n not in starts]
    yield words
    yield takewhile(lambda n: n in words or inside[n] > 0, below)  # with what is further right
    yield codes


class _Slip(NamedTuple):
    """A row of the table."""

    cost: float
    pattern: re.Pattern[str]
    instead: str
    message: str
    words: str
    assumes: str

    def changed(self, line: str, further: int) -> list[tuple[re.Match[str], str]]:
        """Return what becomes of a line: with each place changed, then with all of them.

        further: how much further right than the line what is moved is to stand.
        """
        at = " " * max(0, indentation(line) + further)
        instead = self.instead.replace("<AT>", at).replace("<ONCE>", "")
        if "<PLAIN>" in instead:
            instead = _plain(line).replace("\\", r"\\")
        places = list(islice(self.pattern.finditer(line), _MAX_PLACES))
        made = [(m, f"{line[: m.start()]}{m.expand(instead)}{line[m.end() :]}") for m in places]
        if len(places) > 1:
            made.append((places[0], self.pattern.sub(instead, line)))
        return [(match, new) for match, new in made if new != line]


def _of_slip(
    slip: _Slip, cost: float, column: tuple[int, int], text: SpecText, lines: dict[int, str]
) -> Iterator[Repair]:
    """Yield the changes of a line, place by place, or of all lines that have the same slip.

    column: where the first of them may begin, and a line that does; lines: what is read of each.
    """
    further = column[0] - indentation(next(iter(lines.values())))
    found = [n for n, line in lines.items() if slip.pattern.search(line)]
    if slip.instead == "<ONCE>":
        found = [n for n in found if text.lines[n] in text.lines[:n][-1:]]
    made = {n: new for n in found if (new := slip.changed(lines[n], further))}
    alone = [{n: each} for n in made for each in made[n]]
    together = [{n: made[n][-1] for n in made}] if len(made) > 1 else []
    for way in together if len(lines) > 1 else alone:
        match, _ = next(iter(way.values()))
        words = match.expand(slip.words).replace("<LIKE>", f"like line {column[1] + 1}")
        words += f", here and in {count_of(len(way) - 1, 'more line')}" if len(way) > 1 else ""
        assuming = f"{words}, {slip.assumes}" if slip.assumes else words
        edits: list[Edit] = []
        for n, (_, after) in way.items():
            same = next((i for i, c in enumerate(lines[n]) if c != after[i : i + 1]), len(lines[n]))
            span = Span(n, same, n, len(lines[n]))
            edits.append(edit_of(text, span, after[same:], shorten(after.strip())))
        yield Repair(cost, match.expand(slip.message), words, assuming, tuple(edits))


def _columns(codes: dict[int, str], number: int) -> list[tuple[int, int]]:
    """Return where lines begin, or what stands in them, each with a line; the nearest first."""
    found: dict[int, int] = {}
    for n in sorted(range(number - _NEAR, number + _NEAR), key=lambda n: abs(n - number)):
        if code := codes.get(n):
            for column in (len(code) - len(code.lstrip(" \t-")), indentation(code)):
                found.setdefault(column, n)
    return list(found.items())[:_MAX_COLUMNS]


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads((files("nncli.doctor") / "yaml_slips.toml").read_text(encoding="utf-8"))


@cache
def _slips() -> list[_Slip]:
    keys = "|".join(sorted(map(re.escape, every_key()), key=len, reverse=True))
    parts = {"<KEY>": keys, **_table()["parts"]}
    return [
        _Slip(cost, re.compile(re.sub("<[A-Z]+>", lambda m: parts[m[0]], pattern)), *said)
        for cost, pattern, *said in _table()["slips"]
    ]


def _plain(line: str) -> str:
    """Return a line without characters that only look like others, or are not allowed."""
    for instead, signs in _table()["plain"].items():
        line = re.sub(f"[{signs}]", instead, line)
    return REFUSED.sub("", unicodedata.normalize("NFKC", line))
