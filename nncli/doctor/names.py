"""Names that a spec does not know: keys, activations, initializers and other choices."""

from __future__ import annotations

from collections.abc import Iterator

from nncli.doctor.spec_edits import Proposal, SpecEditor
from nncli.specs.faults import Fault
from nncli.specs.wording import NO_ACTIVATION
from nncli.words import nearest


def chosen(fault: Fault, editor: SpecEditor) -> Iterator[Proposal]:
    """Yield the name that was probably meant: a value, a key, or the key of parameters."""
    better = nearest(fault.typed, fault.choices)
    if fault.typed.casefold() in NO_ACTIVATION and "linear" in fault.choices:
        better = "linear"
    if better is not None:
        rewrite = editor.replace_key if fault.of_key else editor.replace
        yield f"did you mean `{better}`?", rewrite(fault.path, better)
