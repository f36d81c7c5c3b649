"""The command line as a patient: words that were mistyped, and what was meant by them."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice, takewhile

from nncli.data.column_names import columns_meant, plain_name
from nncli.files import may_be, paths_like
from nncli.meant.known_words import meanings
from nncli.meant.typed_words import (
    KINDS,
    NONE,
    answers_meant,
    as_value,
    one_text,
    values_meant,
    words_meant,
)
from nncli.problems import OptionForm, Problem, Suggestion, UsageFault, Words

# How many mistyped words of one line are mended, and how many changes of each are tried.
_MAX_FAULTS, _MAX_CHANGES, _MAX_TOLD = 3, 5, 3
_ROLES = {"CONFIG": "network", "DATA": "data"}
_DASHES = re.compile("[\u2010-\u2015\u2212]+")
_GLUED = re.compile(r"(--[^:]+):(.+)|(-\w)(.+)")  # an option and its value: --format:json, -d;

Meant = Iterator[tuple[str, Words]]  # in words, and the words as they would be
FaultOf = Callable[[Words], UsageFault | None]


def treat_command(argv: Words, fault: UsageFault, fault_of: FaultOf) -> Problem:
    """Return the problem of a command line with the changes after which nothing is refused.

    fault_of: says what is refused of a command line, without running it.
    """
    told: dict[Words, str] = {}
    # fewer changes come first; last what still names a file that is not there
    for texts, words in sorted(_mended(argv, fault, fault_of, _MAX_FAULTS), key=_cost):
        if "" not in texts or not told:
            told.setdefault(words, one_text(texts))
    suggestions = [Suggestion(text, argv=words) for words, text in told.items()][:_MAX_TOLD]
    form = fault.form(fault.option)
    kind = KINDS.get(form.name if form is not None else fault.problem.code, "")
    lacking = [known.words for known in meanings(kind, fault.typed) if known.instead is None]
    # a file that is not there says itself which is like it, but not how to name that
    helps = () if suggestions and fault.problem.code == "N501" else fault.problem.help
    return replace(fault.problem, suggestions=tuple(suggestions), help=(*lacking, *helps))


def _cost(change: tuple[Words, Words]) -> tuple[bool, int]:
    return "" in change[0], len(change[0])


def _mended(
    argv: Words, fault: UsageFault, fault_of: FaultOf, most: int
) -> Iterator[tuple[Words, Words]]:
    """Yield what is changed, and the command line after it; at most so many words are wrong."""
    changes = (change for change in _changes(argv, fault) if change[1] not in ((), argv))
    for text, words in islice(changes, _MAX_CHANGES):
        other = fault_of(words)
        if other is None:
            yield (text,), words
        elif most > 1 and other.problem != fault.problem and other.problem.code != "N704":
            further = list(islice(_mended(words, other, fault_of, most - 1), 1))
            yield from (((text, *texts), last) for texts, last in further)
            if not further and other.problem.code == "N501":
                yield (text, ""), words


# ---- where the words at fault stand --------------------------------------------------------------


@dataclass(frozen=True)
class _Spot:
    """Words of a line that are changed as one: an option with its value, or a word alone."""

    before: Words
    name: str
    value: str  # empty if there is none
    is_joined: bool  # --name=value
    after: Words

    def line(self, *words: str) -> Words:
        """Return the line with other words here, or with none."""
        return (*self.before, *filter(None, words), *self.after)

    def pair(self, name: str, value: str) -> Words:
        """Return another option and value as these are written."""
        *others, last = name.split() or ("",)
        joined = self.is_joined and last and value
        return (*others, f"{last}={value}") if joined else (*others, last, value)


def _spot(argv: Words, name: str, *, takes_value: bool) -> _Spot | None:
    """Return where a word of the line stands last, alone or in front of `=`."""
    places = [at for at, word in enumerate(argv) if name in (word, word.partition("=")[0])]
    if not places or not name:
        return None
    at = places[-1]
    _, joint, value = argv[at][len(name) :].partition("=")
    end = at + 1 + (takes_value and not joint)
    return _Spot(argv[:at], name, value or "".join(argv[at + 1 : end]), bool(joint), argv[end:])


def replaced(argv: Sequence[str], option: str, old: str, new: str) -> Words | None:
    """Return the words after `nncli` with another value of an option, if it has this one.

    >>> replaced(["forward", "net.yaml", "--keep=id, Name"], "--keep", "id,Name", "id,name")
    ('forward', 'net.yaml', '--keep=id,name')
    """
    spot = _spot(tuple(argv), option, takes_value=True)
    if spot is None or re.sub(r"\s*,\s*", ",", spot.value) != old:
        return None
    return spot.line(*spot.pair(option, new))


# ---- what may be meant ---------------------------------------------------------------------------


def _changes(argv: Words, fault: UsageFault) -> Meant:
    """Yield the line with other words at the fault, or in another order."""
    code, message = fault.problem.code, fault.problem.message
    excluded = re.findall("--[a-z-]+", message) if code == "N705" else ()
    for name in excluded or (fault.option or fault.typed,):
        form = fault.form(name)
        takes_value = form.takes_value if form is not None else name[:1] == "-"
        spot = _spot(argv, name, takes_value=takes_value)
        if spot is not None and excluded:
            yield f"if `{name}` is not needed, leave it out", spot.line()
        elif spot is not None:
            yield from _moved(argv, spot, fault)
            yield from ((text, spot.line(*words)) for text, words in _meant(spot, fault))
        elif not excluded:
            yield from _completed(argv, fault)


def _meant(spot: _Spot, fault: UsageFault) -> Meant:
    """Yield what the words at fault may mean, and what to write in their place."""
    typed, option, code = fault.typed, fault.option, fault.problem.code
    form = fault.form(option)
    if code == "N703" and form is not None:
        yield from _value_meant(spot, typed, form)
    for word, rest in ((typed.lstrip("-").lower(), spot.value), (spot.value, "")):
        yield from ((text, (*words, rest)) for text, words in as_value(word, fault))
    for text, meant in words_meant(KINDS.get(code, "argument"), typed, fault.names):
        yield text, spot.pair(meant, spot.value)
        if not meant:  # and what it would take
            yield text, ()
    if code == "N702" and (glued := _GLUED.fullmatch(typed)):
        name, value = filter(None, glued.groups())
        for text, meant in (*words_meant("option", name, fault.names), ("write a blank", name)):
            yield text, (*spot.pair(meant, value), spot.value)
    if code == "N501":
        paths = [path for path in paths_like(typed, fault.argument) if path not in spot.before]
        yield from ((f"did you mean `{path}`?", spot.pair(option, path)) for path in paths)


def _value_meant(spot: _Spot, typed: str, form: OptionForm) -> Meant:
    """Yield what the value of an option may mean."""
    if not form.takes_value:
        yield from ((text, (name,)) for text, name in answers_meant(form, spot.name, typed))
    elif not typed and form.name == "--delimiter":
        yield "if a `;` was meant, quote it", (spot.name, ";")
    elif not spot.value.strip("="):
        yield "write no blank around the `=`", (spot.name,)
    else:
        if typed.lower() in NONE:
            yield f"leave `{spot.name}` out", ()
        yield from (
            (text, spot.pair(spot.name, value)) for text, value in values_meant(typed, form)
        )


def _moved(argv: Words, spot: _Spot, fault: UsageFault) -> Meant:
    """Yield the line with its command, its options or its files where they belong."""
    typed, code = fault.typed, fault.problem.code
    if fault.form(typed) is not None:
        yield "options come after the command", (*spot.line(), *spot.pair(typed, spot.value))
    if code == "N701":
        behind = tuple(word for word in spot.after if word in fault.names and word[0] != "-")
        is_file = os.path.exists(typed) or "." in typed
        for command in behind or ("forward", "shapes") * is_file:
            rest = (word for word in argv if word != command)
            yield f"begin with the command {command}", (command, *rest)
    if code == "N702" and os.path.exists(spot.value):
        role = "CONFIG" if may_be(spot.value, "CONFIG") else "DATA"
        text = f"if `{typed}` names a file, write that alone"
        yield text, _with_file(spot.line(), spot.value, role)
    if code in ("N501", "N704") and not fault.option:
        yield from _no_file(spot, fault)
    elif fault.argument:
        swap = {typed: fault.argument, fault.argument: typed}
        yield "name the network first", tuple(swap.get(word, word) for word in argv)


def _with_file(words: Words, path: str, role: str) -> Words:
    """Return the line with a file in its place; nothing if it names one like it already."""
    if any(may_be(word, role) for word in words):
        return ()
    return (*words[:1], path, *words[1:]) if role == "CONFIG" else (*words, path)


def _completed(argv: Words, fault: UsageFault) -> Meant:
    """Yield the line with one file more: two that are one word, or the only one there is."""
    for at, word in enumerate(argv):
        if "," in word and all(map(os.path.exists, word.split(","))):
            yield "separate files with blanks", (*argv[:at], *word.split(","), *argv[at + 1 :])
    for role, what in _ROLES.items() if fault.argument in _ROLES else ():
        found = [path for path in paths_like("", role) if path not in argv]
        if len(found) == 1:
            yield f"if the {what} is `{found[0]}`", _with_file(argv, found[0], role)


def _no_file(spot: _Spot, fault: UsageFault) -> Meant:
    """Yield the line with a word that is no file as an option, an answer or a part of a list."""
    typed, before = fault.typed, spot.before
    name = "--" + _DASHES.sub("-", typed).lstrip("-")
    if fault.form(name.partition("=")[0]) is not None:
        yield "write an option with two plain dashes", spot.line(name)
    if typed in before:
        yield f"write `{typed}` once", spot.line()
    start = max((at for at, word in enumerate(before) if word[:1] == "-"), default=0)
    option, _, first = before[start].partition("=")
    form = fault.form(option)
    if form is not None and not form.takes_value and start == len(before) - 1:
        for text, answer in answers_meant(form, option, typed):
            yield text, (*before[:-1], *filter(None, [answer]), *spot.after)
    if form is not None and form.takes_list:
        rest = [*takewhile(lambda word: word[:1] != "-" and not os.path.exists(word), spot.after)]
        items = [*filter(None, [first]), *before[start + 1 :], typed, *rest]
        [meant] = columns_meant([" ".join(items)], fault.columns)
        if plain_name("".join(meant)) != plain_name("".join(items)):
            meant = tuple(filter(None, (item.strip(",;") for item in items)))
        line = (*before[:start], option, ",".join(meant), *spot.after[len(rest) :])
        yield "write the list as one word, with commas", line
    if fault.problem.code == "N704":
        yield f"leave `{typed}` out", spot.line()
