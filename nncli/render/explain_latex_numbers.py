"""Numbers of an explanation in LaTeX's mathematics: as they are, or in a worksheet's boxes."""

from __future__ import annotations

from nncli.explanation.chains import Factor, Symbol
from nncli.explanation.shown import Shown
from nncli.render.explain_signs import Signs
from nncli.render.layout.latex import escaped, maths, maths_width

SIGNS = Signs()
# How wide a box is, with its frame and the space around it, and a line to write on; both are wider
# where a number is rounded.  No width depends on the number: filled in, a sheet stays as it is.
_BOX, _LINE, _ROUNDED = 53.0, 36.0, 14.0

# What a worksheet writes its boxes with.
BOXES = r"""
% \blank{label}{number}: a box to write in, of at least 16 mm x 7 mm
\newlength{\blankwidth}
\newcommand{\blank}[2]{\,\vcenter{\kern0.6mm\hbox{\setlength{\fboxsep}{0pt}%
  \settowidth{\blankwidth}{$#2$}\addtolength{\blankwidth}{3mm}%
  \ifdim\blankwidth<16mm\setlength{\blankwidth}{16mm}\fi
  \fbox{\rule[-2mm]{0pt}{7mm}\rlap{\raisebox{2.9mm}{\scriptsize\,#1}}%
  \makebox[\blankwidth]{$#2$}}}\kern0.6mm}\,}
% \tall: a row as tall as one with a box
\newcommand{\tall}{\rule[-3.3mm]{0pt}{8.4mm}}
% \amid{box}{number}: a number in the middle of the room that a box takes
\newcommand{\amid}[2]{\settowidth{\blankwidth}{$#1$}\makebox[\blankwidth]{$#2$}}
% \gap{number}: a line to write on
\newcommand{\gap}[1]{\settowidth{\blankwidth}{$#1$}%
  \ifdim\blankwidth<12mm\setlength{\blankwidth}{12mm}\fi
  \underline{\rule[-0.5mm]{0pt}{5mm}\makebox[\blankwidth]{$#1$}}}
"""


def number(shown: Shown) -> str:
    """Return a number, or the box that it stands in."""
    text = maths(SIGNS.number(shown.text))
    if shown.box is None:
        return text
    return rf"\blank{{{shown.box}}}{{{text}}}" if shown.box else rf"\gap{{{text}}}"


def term(shown: Shown) -> str:
    """Return a number that is added or multiplied: a negative one in parentheses."""
    return number(shown) if shown.box is not None else maths(SIGNS.term(shown.text))


def factor(each: Factor) -> str:
    """Return a number or a letter that is multiplied."""
    return maths(SIGNS.symbol(each)) if isinstance(each, Symbol) else term(each)


def width(each: Factor, *, is_term: bool = True) -> float:
    """Return about how wide a number or a letter is, in points.

    is_term: whether a negative number stands in parentheses.
    """
    if isinstance(each, Symbol):
        return maths_width(SIGNS.symbol(each))
    if each.box is not None:
        return (_BOX if each.box else _LINE) + _ROUNDED * each.is_rounded
    return maths_width(SIGNS.term(each.text) if is_term else SIGNS.number(each.text))


def said_sign(*, is_rounded: bool) -> str:
    """Return the sign of a value."""
    return maths(SIGNS.sign(is_rounded=is_rounded))


def set_name(name: str) -> str:
    """Return a name in a table: a long one on several lines."""
    text = escaped(name)
    return rf"\parbox{{60mm}}{{\raggedright {text}}}" if len(text) > 40 else rf"\text{{{text}}}"
