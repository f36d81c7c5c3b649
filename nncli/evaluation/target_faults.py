"""Words for target cells that cannot be what the network is to get right."""

from __future__ import annotations

from collections.abc import Sequence

from nncli.data.csv.numbers import is_missing, is_number
from nncli.data.rows import CellPlace
from nncli.network.prediction import ClassRule
from nncli.problems import Problem
from nncli.specs.written import flow
from nncli.words import did_you_mean, quoted, shorten

# Of more classes, the line that names them is too long to be read.
_MOST_LISTED = 20
_ADVICE = "every sample needs its target: fill it in, or remove the line"


def class_problem(
    text: str, rule: ClassRule, texts: Sequence[str], where: CellPlace | None
) -> Problem:
    """Word a cell that is none of the classes.  texts: all that stand in the column nearby."""
    if is_missing(text):
        return _problem(_missing(text, where), where, (_ADVICE,))
    count = len(rule.classes)
    if rule.is_named:
        classes = shorten(", ".join(rule.classes), 100)
        what = f"none of the classes, which are {classes}"
    else:
        what = f"no class: the network does not name them, so they are the numbers 0 to {count - 1}"
    message = f"{_cell(text, where)} is {what}"
    near = did_you_mean(text, rule.classes[:1000]) if rule.is_named else ()
    # where one class is only misspelt, the column's texts are not to be the classes
    return _problem(message, where, (*near, _line_of_classes(count, () if near else texts)))


def label_problem(text: str, where: CellPlace | None) -> Problem:
    """Word a cell that does not say whether a label is there."""
    if is_missing(text):
        return _problem(_missing(text, where), where, (_ADVICE,))
    message = f"{_cell(text, where)} does not say whether the label is there"
    return _problem(message, where, ("write 1 or true where it is, 0 or false where it is not",))


def number_problem(text: str, where: CellPlace | None) -> Problem:
    """Word a target that is NaN or infinite."""
    return _problem(f"{_cell(text, where)} is not finite: a target is a number", where, (_ADVICE,))


def _line_of_classes(count: int, texts: Sequence[str]) -> str:
    """Return the line of a spec under which a column's texts would be classes."""
    found = {text.strip(" \t") for text in texts if not is_missing(text)}
    from_1 = [str(number) for number in range(1, count + 1)]
    if from_1[-1] in found and found <= {*from_1}:
        if count > _MOST_LISTED:
            return f'if the labels count from 1, name the classes "1" to "{count}": outputs.classes'
        return f"if the labels count from 1, name the classes so: {_line(from_1)}"
    if len(found) == count <= _MOST_LISTED:
        line = _line(_sorted(found))
        return f"if the network was trained on these, in the order that scikit-learn has: {line}"
    names = [f"NAME_{number}" for number in range(1, min(count, 3) + 1)]
    line = _line(names).replace("]", ", …]") if count > 3 else _line(names)
    return f"name the classes as the column does, in the order of the outputs: {line}"


def _line(names: Sequence[str]) -> str:
    return f"`outputs: {flow({'classes': list(names)})}`"


def _sorted(texts: set[str]) -> list[str]:
    """Return texts as scikit-learn sorts labels: numbers by their size."""
    if all(map(is_number, texts)):
        return sorted(texts, key=float)
    return sorted(texts)


def _cell(text: str, where: CellPlace | None) -> str:
    return f"{quoted(text)}{_in(where)}"


def _missing(text: str, where: CellPlace | None) -> str:
    if not text.strip():
        return f"empty value{_in(where)}, the target"
    return f"{_cell(text, where)}, the target, is a missing value"


def _in(where: CellPlace | None) -> str:
    return f" in {where.called}" if where is not None else ""


def _problem(message: str, where: CellPlace | None, hints: tuple[str, ...]) -> Problem:
    return Problem("N420", message, None if where is None else where.place, hints)
