"""The command line as a patient: words that were mistyped, and what was meant by them."""

from __future__ import annotations

from collections.abc import Sequence


def replaced(argv: Sequence[str], option: str, old: str, new: str) -> tuple[str, ...] | None:
    """Return the words with the value *old* of an option, or one item of its list, as *new*.

    argv: the words after `nncli`.  None if the option is not there with that value.

    >>> replaced(["forward", "net.yaml", "--keep=id,Name"], "--keep", "Name", "name")
    ('forward', 'net.yaml', '--keep=id,name')
    """
    for place, word in enumerate(argv):
        if word == option and place + 1 < len(argv):
            at, start = place + 1, ""
        elif word.startswith(f"{option}="):
            at, start = place, f"{option}="
        elif len(option) == 2 and word.startswith(option):  # -oFILE
            at, start = place, option
        else:
            continue
        value = argv[at][len(start) :]
        items = [new if item.strip() == old else item for item in value.split(",")]
        changed = new if value == old else ",".join(items)
        if changed != value:
            return (*argv[:at], start + changed, *argv[at + 1 :])
    return None
