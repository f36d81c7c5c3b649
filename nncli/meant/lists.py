"""Lists as programs and people write them: the list that a text stands for.

One reading of them all: NumPy's `[[0.1 0.2] [0.3 0.4]]`, MATLAB's `[1 2; 3 4]`, R's `c(1, 2)`,
`4-5-2`, a list in quotes, a bracket pair too many.
"""

from __future__ import annotations

import json
import re
from contextlib import suppress
from itertools import accumulate, pairwise
from typing import Any, Literal

from nncli.data.csv.numbers import is_number
from nncli.meant.numbers import numbers_meant
from nncli.specs.model import ACTIVATIONS

# What stands in a list.
Kind = Literal["sizes", "words", "names", "numbers"]
# The ways to read what is doubtful: as it stands; blanks within numbers; commas as points.
Way = Literal["plain", "joined", "decimal"]
# What programs write in front of a list.
# (A name without end is not read to its end at each of its letters.)
WRAPPER = r"(?:[\w.]{1,40}\.)?(?:array|asarray|tensor|matrix|constant|list|tuple|rbind|c)\s*\("
# A bracket, a comma or an item; where commas separate, an item may have blanks inside.
_MARK, _NAME = (
    re.compile(rf"""[\[\],]|"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^\[\],\s][^\[\],{ends}]*""")
    for ends in (r"\s", "")
)
# A list of one number again and again: np.zeros(3), [0] * 3.
_REPEATED = re.compile(
    r"(?:[\w.]{1,40}\.)?(zeros|ones|\[[-+.\w]{1,40}\])(?:\(+| *\* *)(\d\d?)[,)]*"
)
# A deeper list is none of numbers.
_MAX_DEPTH = 5


def list_meant(text: str, kind: Kind, depth: int, way: Way) -> list[Any] | None:
    """Return the list that a text stands for, its items as they are written in a spec.

    depth: of the list that belongs there, 0 for an item of one.  None if it is none.
    """
    plain = _plain(text, kind, way)
    tree = None if plain is None else _tree(plain, kind, depth)
    return tree and _as_deep(tree, max(depth, 1))


def in_brackets(tree: Any) -> str:
    """Return lists as a spec has them on one line."""
    return f"[{', '.join(map(in_brackets, tree))}]" if isinstance(tree, list) else str(tree)


def _plain(text: str, kind: Kind, way: Way) -> str | None:
    """Return a text in square brackets, without what only a program writes."""
    text = re.sub(r"^[|>][-+]?\s*\n", "", text.strip())
    if text[:1] == text[-1:] and text[:1] in ("'", '"') and text.count(text[0]) == 2:
        text = text[1:-1].strip()
    text = _REPEATED.sub(_repeated, text)
    text = re.sub(r",\s*dtype\s*=\s*[\w.]+\s*(?=\))", "", re.sub(WRAPPER, "(", text))
    is_named = kind in ("sizes", "words")  # {input: 4, hidden: [5, 3]}
    text = re.sub(r"[^\W\d][\w ]{,40}: ", " ", text) if is_named else text
    if "=" in text.replace("=>", "") or (":" in text and kind != "sizes"):
        return None
    text = text.translate(str.maketrans("(){}|", "[][],"))
    if kind == "sizes":
        pairs = re.findall(r"\[\s*(\d+)\s*,\s*(\d+)\s*\]", text)  # what each layer takes and has
        if len(pairs) > 1:
            is_chain = all(one[1] == two[0] for one, two in pairwise(pairs))
            return " ".join((pairs[0][0], *(last for _, last in pairs))) if is_chain else None
        text = re.sub(
            r"(?<=\d)\.0*(?!\d)|(?<=\d)[ _-]?(?:inputs?|hidden|outputs?|neurons?|units?)\b|[\[\]]",
            " ",
            text,
        )
        between = r"(?<=\d)\s*(?:->|=>|to|by|[x×*/:→_–—-])\s*(?=\d)"
        text = re.sub(between, " ", text) if "," not in text else text
    if kind == "words":
        text = re.sub(r"\s*(?:->|=>|→|\band\b|[/+&-])\s*", ",", text)
    if kind == "numbers":
        text = re.sub(r"(?:(?<=[\[,;])|^)\s*([-+])\s+(?=[\d.])", r"\1", text)
        if way == "joined":
            text = re.sub(r"(?<=[\d.])[ ](?=[\d.])", "", text) if "," in text else ""
        if way == "decimal":
            is_decimal = re.search(r"\d,\d", text) and re.search(r"\d[\"']?(?:, |;| )", text)
            text = re.sub(r"(?<=\d),(?=\d)", ".", text) if is_decimal else ""
    return text


def _repeated(found: re.Match[str]) -> str:
    number = {"zeros": "0", "ones": "1"}.get(found[1], found[1].strip("[]"))
    return f"[{', '.join([number] * int(found[2]))}]"


def _tree(text: str, kind: Kind, depth: int) -> list[Any] | None:
    """Return the lists in a text; None if it is none."""
    if max(accumulate((mark == "[") - (mark == "]") for mark in text), default=0) > _MAX_DEPTH:
        return None
    if depth == 2 and text.count("[") < 2 and re.search("[;\n]", text):
        rows = re.split(r"\s*,?\s*[;\n]\s*", text.strip("[] \n;"))
        text = f"[[{'], ['.join(rows)}]]"
    if kind != "names":  # a row in quotes is one all the same
        form = "[{}]" if depth == 2 else "{}"
        text = re.sub(
            r"""(["'])\[?([^"'\[\]]*)\]?\1""",
            lambda found: form.format(found[2]) if re.search(r"[\s,;]", found[2]) else found[0],
            text,
        )
    text = text.replace(";", ",")
    marks: list[str] = []
    for found in (_NAME if kind == "names" and "," in text else _MARK).finditer(text):
        mark = found[0].strip()
        mark = mark if mark in "[]," else json.dumps(_atom(mark, kind))
        if marks and marks[-1] not in "[," and mark not in "],":
            marks.append(",")
        if marks and mark == "]" and marks[-1] == ",":
            marks.pop()
        marks.append(mark)
    text = "".join(marks).removesuffix(",")
    for whole in (text, f"[{text}]"):
        with suppress(ValueError):
            if isinstance(tree := json.loads(whole), list):
                return tree
    return None


def _atom(item: str, kind: Kind) -> str | None:
    """Return an item as it is written in a spec; None if it cannot be one."""
    if kind == "names":
        return item if not item[0].isdecimal() else None
    item = item.strip("\"'")
    if kind == "words":
        return item if item in ACTIVATIONS else None
    if kind == "sizes":
        return item if item.isdecimal() and item.isascii() else None
    if is_number(item) and item.strip("+-.")[:1].isdigit():
        return item
    return next((number for _, number in numbers_meant(item)), None)


def depth_of(tree: Any) -> int:
    """Return how deep lists are within each other; 0 of what is none."""
    return 1 + max(map(depth_of, tree), default=0) if isinstance(tree, list) else 0


def _leaves(tree: Any) -> list[Any]:
    return [leaf for item in tree for leaf in _leaves(item)] if isinstance(tree, list) else [tree]


def _as_deep(tree: list[Any], depth: int) -> list[Any] | None:
    """Return lists without the bracket pairs that are too many; None if all of them mean something.

    >>> _as_deep([[["1"], ["2"]]], 2)
    [['1'], ['2']]
    """
    if None in _leaves(tree):
        return None
    while depth_of(tree) > depth:
        if len(tree) == 1:
            tree = tree[0]
        elif all(isinstance(item, list) and len(item) == 1 for item in tree):
            tree = [item[0] for item in tree]
        else:
            return None
    is_even = len(set(map(depth_of, tree))) == 1 and [] not in tree
    return tree if is_even else None
