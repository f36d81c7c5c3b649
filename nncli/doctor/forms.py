"""Values of a spec that are written in another form than it has, or too many or too few of them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nncli.doctor.spec_edits import Proposal, SpecEditor
from nncli.specs.faults import Fault
from nncli.specs.wording import MAX_NUMBER, number_help
from nncli.words import count_of

# Nobody has typed a longer list of weights without noticing.
_MAX_FLAT = 100


def one_for_all(fault: Fault, editor: SpecEditor) -> Iterator[Proposal]:
    """Yield the only activation of a list as that of every layer."""
    if editor.source.items(fault.path) == 1:
        only = editor.source.written((*fault.path, 0))
        yield "the same for every layer", editor.replace(fault.path, only) if only else None


def as_rows(fault: Fault, editor: SpecEditor) -> Iterator[Proposal]:
    """Yield the ways to write a flat list as a matrix: in rows of each possible length."""
    source, where = editor.source, editor.source_path(fault.path)
    count = source.items(where)
    written = [source.written((*where, index)) or "" for index in range(min(count, _MAX_FLAT))]
    if count > _MAX_FLAT or not all(written):
        return
    for width in (width for width in range(1, count + 1) if count % width == 0):
        rows = [written[start : start + width] for start in range(0, count, width)]
        text = ", ".join(f"[{', '.join(row)}]" for row in rows)
        words = f"in {count_of(len(rows), 'row')} of {width}"
        yield words, editor.replace(fault.path, f"[{text}]")


# Texts in a number's place whose number is beyond doubt, and how to get to it.
_NUMBERS_IN_DISGUISE: tuple[tuple[str, str], ...] = (
    (r'"\s*([-+]?[0-9.]+(?:[eE][-+]?[0-9]+)?)\s*"', r"\1"),
    (r"([-+]?[0-9]+)\.0*", r"\1"),
    (r"([-+]?)0+([0-9]+)", r"\1\2"),
)


def as_number(fault: Fault, editor: SpecEditor) -> Iterator[Proposal]:
    """Yield the number that a text looks like, if it looks like one."""
    written = editor.source.written(editor.source_path(fault.path))
    if written is None or len(written) > MAX_NUMBER:
        return
    text = written.replace("\u2212", "-").replace("\u00a0", "")
    if re.fullmatch(r"[-+]?[0-9][0-9_]*", written):
        text = written.replace("_", "")
    for pattern, number in _NUMBERS_IN_DISGUISE:
        if re.fullmatch(pattern, text):
            text = re.sub(pattern, number, text)
            break
    if text != written:
        words = number_help(written) or ("write a whole number",)
        yield words[0], editor.replace(fault.path, text)
