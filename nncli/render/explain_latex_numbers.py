"""Numbers of an explanation in LaTeX's mathematics: as they are, or in a worksheet's boxes."""

from __future__ import annotations

from nncli.explain.chains import Factor, Symbol
from nncli.explain.shown import Shown
from nncli.render.explain_signs import Signs
from nncli.render.layout.latex import escaped, maths, maths_width

SIGNS = Signs()
# So wide is a box, in points: 14 mm, its frame and the space around it.
_BOX = 46.0

# What a worksheet writes its boxes with: at least 14 x 7 mm, with a label; and a line without one.
BOXES = r"""
% \blank{label}{number}: a box to write in
\newlength{\blankwidth}
\newcommand{\blank}[2]{\,\vcenter{\kern0.6mm\hbox{\setlength{\fboxsep}{0pt}%
  \settowidth{\blankwidth}{\tiny\,#1\,}\addtolength{\blankwidth}{3mm}%
  \addtolength{\blankwidth}{\widthof{$#2$}}%
  \ifdim\blankwidth<14mm\setlength{\blankwidth}{14mm}\fi
  \fbox{\rule[-2.5mm]{0pt}{7mm}\makebox[0pt][l]{\raisebox{2.2mm}{\tiny\,#1}}%
  \makebox[\blankwidth]{$#2$}}}\kern0.6mm}\,}
% \gap{number}: a line to write on
\newcommand{\gap}[1]{\underline{\rule[-0.5mm]{0pt}{6mm}%
  \settowidth{\blankwidth}{$#1$}%
  \ifdim\blankwidth<10mm\setlength{\blankwidth}{10mm}\fi\makebox[\blankwidth]{$#1$}}}
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
        return max(_BOX, 24 + maths_width(each.text))
    return maths_width(SIGNS.term(each.text) if is_term else SIGNS.number(each.text))


def said_sign(*, is_rounded: bool) -> str:
    """Return the sign of a value."""
    return maths(SIGNS.sign(is_rounded=is_rounded))


def set_name(name: str) -> str:
    """Return a name in a table: a long one on several lines."""
    text = escaped(name)
    return rf"\parbox{{60mm}}{{\raggedright {text}}}" if len(name) > 32 else rf"\text{{{text}}}"
