"""Foreign text and arithmetic as LaTeX in ASCII, which pdflatex sets with amsmath alone."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from nncli.render.layout.text import inert

# ---------------------------------------------------------------------------------------- text

_SET = {
    **{sign: f"\\{sign}" for sign in "{}$&#%_"},
    "\\": r"\textbackslash{}",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\textquotedblright{}",
    # what would join with its neighbour to another sign
    "-": "-{}",
    "`": "`{}",
    "'": "'{}",
    "ß": r"\ss{}",
    "æ": r"\ae{}",
    "Æ": r"\AE{}",
    "œ": r"\oe{}",
    "Œ": r"\OE{}",
    "ø": r"\o{}",
    "Ø": r"\O{}",
    "ł": r"\l{}",
    "Ł": r"\L{}",
    "–": "--{}",
    "—": "---{}",
    "\u2018": "`{}",
    "\u2019": "'{}",
    "\u201c": "``{}",
    "\u201d": "''{}",
    "…": r"\dots{}",
    "\xa0": "~",
    "°": r"$^{\circ}$",
    "µ": r"$\mu$",
    "·": r"$\cdot$",
    "×": r"$\times$",
    "÷": r"$\div$",
    "±": r"$\pm$",
    "−": "$-$",
    "≈": r"$\approx$",
    "→": r"$\to$",
    "∞": r"$\infty$",
}
# By the name of the combining character: a command that sets it on a letter.
_ACCENTS = {
    "\u0300": "`",
    "\u0301": "'",
    "\u0302": "^",
    "\u0303": "~",
    "\u0304": "=",
    "\u0306": "u",
    "\u0307": ".",
    "\u0308": '"',
    "\u030a": "r",
    "\u030b": "H",
    "\u030c": "v",
    "\u0323": "d",
    "\u0327": "c",
    "\u0331": "b",
}
# A word without a place to break gets one after so many characters.
_WORD = 24


def escaped(text: str) -> str:
    r"""Return foreign text so that it is set as it reads, and nothing in it is a command.

    A character that pdflatex has no sign for is told by its number.

    >>> print(escaped("50 % of a_b: Grün, 漢"))
    50 \% of a\_b: Gr\"{u}n, [U+6F22]\allowbreak{}
    """
    words = inert(text).split(" ")
    return " ".join(
        r"\allowbreak{}".join(
            "".join(map(_set, word[at : at + _WORD])) for at in range(0, len(word), _WORD)
        )
        for word in words
    )


@lru_cache(maxsize=4096)
def _set(character: str) -> str:
    if character in _SET:
        return _SET[character]
    if character.isascii():
        return character
    letter, *marks = list(unicodedata.normalize("NFD", character))
    if marks and letter.isascii() and all(mark in _ACCENTS for mark in marks):
        inner = {"i": r"\i", "j": r"\j"}.get(letter, letter) if marks[0] < "\u0323" else letter
        for mark in marks:
            inner = f"\\{_ACCENTS[mark]}{{{inner}}}"
        return inner
    name = unicodedata.name(character, "")
    if greek := re.fullmatch("GREEK SMALL LETTER (?!OMICRON)([A-Z]+)", name):
        return f"$\\{greek[1].lower().replace('lamda', 'lambda')}$"
    if re.fullmatch(r"(SUB|SUPER)SCRIPT (\w+)", name) and unicodedata.digit(character, -1) >= 0:
        place = "_" if name.startswith("SUB") else "^"
        return f"${place}{{{unicodedata.digit(character)}}}$"
    return rf"[U+{ord(character):04X}]\allowbreak{{}}"


# ---------------------------------------------------------------------------------- arithmetic

# Functions that LaTeX has a command for; every other name becomes an operator.
_COMMANDS = frozenset(("max", "min", "exp", "log", "tanh"))
_SUBSCRIPTS = str.maketrans("₀₁₂₃₄₅₆₇₈₉ₖ", "0123456789k")
_SIGNS = {
    " @ ": r"\,",
    ".T": "^{T}",
    "ᵀ": "^{T}",
    " | ": r" \mid ",
    " ; ": r"\,;\,",
    "−": "-",
    "·": r"\cdot ",
    "≈": r"\approx ",
    "→": r"\to ",
    "÷": r"\div ",
    "±": r"\pm ",
    "…": r"\cdots",
    "∞": r"\infty ",
    "NaN": r"\text{NaN}",
}
_MATHS = re.compile(
    r"(?P<index>[₀-₉ₖ]+(?:,[₀-₉ₖ]+)*)|e(?P<power>[-−]?\d+)\b|(?P<name>[a-z_]{2,}\d?)(?=[(=])|"
    + "|".join(map(re.escape, _SIGNS))
)


def maths(text: str) -> str:
    r"""Return arithmetic that is written in its own signs for LaTeX's mathematics.

    >>> print(maths("Z₁ = X @ W₁.T + b₁"), maths("max(0, −1.5e-7)"), maths("a₁₂·w₁,₁₂"))
    Z_{1} = X\,W_{1}^{T} + b_{1} \max(0, -1.5\times 10^{-7}) a_{12}\cdot w_{1,12}
    """
    return " ".join(_MATHS.sub(_sign, text).split())


def _sign(found: re.Match[str]) -> str:
    if index := found["index"]:
        return f"_{{{index.translate(_SUBSCRIPTS)}}}"
    if power := found["power"]:
        return rf"\times 10^{{{power.replace('−', '-')}}}"
    if name := found["name"]:
        escaped_name = name.replace("_", r"\_")
        return f"\\{name}" if name in _COMMANDS else rf"\operatorname{{{escaped_name}}}"
    return _SIGNS[found[0]]


# How wide signs of mathematics are, in points at 10 points; digits and other letters are 5.
_WIDTHS = {".": 2.8, ",": 4.5, "(": 3.9, ")": 3.9, "[": 2.8, "]": 2.8, " ": 0.0}
_WIDTHS |= {"−": 7.8, "·": 7.3, "+": 12.3, "=": 13.4, "≈": 13.4, "e": 24.0, "→": 15.6, "±": 12.3}
_WIDTHS |= dict.fromkeys("₀₁₂₃₄₅₆₇₈₉ₖ", 4.0)
_WIDTHS |= dict.fromkeys("xzabwpWXZAP@", 7.5)


def maths_width(text: str) -> float:
    """Return about how wide arithmetic is that is written in its own signs, in points."""
    return sum(_WIDTHS.get(character, 5.0) for character in text)


# ------------------------------------------------------------------------------------ displays

# How wide a display may be, in points.
_ROOM = 465.0
# Sizes of type, and how wide a digit is in them; the smallest is hard to read.
_SIZES = (("", 1.0), (r"\small", 0.94), (r"\footnotesize", 0.87), (r"\scriptsize", 0.81))
_SMALLEST = r"\tiny"


def sized(displays: Sequence[str], width: float) -> list[str]:
    """Return displays in a size of type in which they fit, as far as there is one.

    width: of the widest, in points at the size of the text.
    """
    fitting = (size for size, factor in _SIZES if width * factor <= _ROOM)
    size = next(fitting, _SMALLEST)
    lines = [line for text in displays for line in (r"\[", *text.splitlines(), r"\]")]
    return [rf"\begingroup{size}", *lines, r"\endgroup"] if size else lines


def fitted(displays: Sequence[str], width: float) -> list[str] | None:
    """Return displays in a size of type that can be read; None if they do not fit in any."""
    return sized(displays, width) if width * _SIZES[-1][1] <= _ROOM else None
