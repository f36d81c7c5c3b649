"""How arithmetic is written on a screen: numbers, letters and signs, as they are or in ASCII."""

from __future__ import annotations

from dataclasses import dataclass

from nncli.explanation.chains import Factor, Symbol
from nncli.explanation.notation import Letters
from nncli.explanation.shown import Shown

_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_ASCII = str.maketrans(
    {
        "·": "*",
        "→": "->",
        "≈": "~=",
        "−": "-",
        "÷": "/",
        "…": "...",
        "│": "|",
        "─": "-",
        "ᵀ": "",
        "±": "+-",
    }
)
# How wide an empty box is, whatever is to be written into it.
_BOX = 8
# The signs that an output must take for all to be written as it is.
NOT_ASCII = "·→≈−÷…│─ᵀ∞₀₁₂₃₄₅₆₇₈₉ₖ⎡⎤⎢⎥⎣⎦▸▾█"


@dataclass(frozen=True)
class Signs:
    """How arithmetic is written: in its own signs, or in ASCII, where Python can read it."""

    is_ascii: bool = False
    is_close: bool = False  # whether the columns of matrices stand closer together than usual

    def number(self, number: Shown | str) -> str:
        """Return a number, or the box that it stands in: empty ones are as wide as each other."""
        if isinstance(number, Shown):
            text = self.number(number.text)
            if not number.box:
                return "_" * _BOX if number.is_empty else text
            return f"[{number.box.ljust(_BOX)}]" if number.is_empty else f"[{number.box}: {text}]"
        text = number
        if self.is_ascii:
            return text
        words = {"nan": "NaN", "inf": "∞", "-inf": "−∞"}
        mantissa, e, exponent = text.partition("e")
        return words.get(text) or mantissa.replace("-", "−") + e + exponent

    def term(self, number: Shown | str) -> str:
        """Return a number that is added or multiplied: a negative one in parentheses."""
        text = number if isinstance(number, str) else "" if number.box else number.text
        return f"({self.number(number)})" if text.startswith("-") else self.number(number)

    def symbol(self, symbol: Symbol) -> str:
        """Return a letter with its indices."""
        comma = "," if symbol.has_comma else ""
        return symbol.letter + comma.join(map(self.index, symbol.indices))

    def index(self, number: int) -> str:
        """Return a number below the line."""
        return str(number) if self.is_ascii else str(number).translate(_SUBSCRIPTS)

    def factor(self, factor: Factor) -> str:
        """Return a number or a letter that is multiplied."""
        return self.term(factor) if isinstance(factor, Shown) else self.symbol(factor)

    def sign(self, *, is_rounded: bool) -> str:
        """Return the sign in front of a value."""
        return self.said("≈") if is_rounded else "="

    def said(self, text: str) -> str:
        """Return words with signs between them."""
        return text.translate(_ASCII) if self.is_ascii else text

    def letters(self, layer: int, layers: int) -> Letters:
        """Return what the matrices of a layer are called.  layers: how many there are."""
        index = self.index(layer) if layers > 1 else ""
        x = "X" if layer == 1 else f"A{self.index(layer - 1)}"
        return Letters(x, f"W{index}", f"b{index}", f"Z{index}")

    @property
    def times(self) -> str:
        """The sign of a product."""
        return self.said("·")

    @property
    def brackets(self) -> tuple[tuple[str, str], ...]:
        """The brackets of a matrix's first, middle and last row, and of a single one."""
        if self.is_ascii:
            return (("[", "]"),) * 4
        return ("⎡", "⎤"), ("⎢", "⎥"), ("⎣", "⎦"), ("[", "]")

    @property
    def gaps(self) -> tuple[str, str]:
        """Between the columns of a matrix, and of one with room for brackets around each number."""
        return (" ", "") if self.is_close else ("  ", "  ")

    @property
    def marks(self) -> tuple[str, str]:
        """What points to a row, and down to a column."""
        return (">", "v") if self.is_ascii else ("▸", "▾")
