"""The command line as a patient: words that were mistyped, and what was meant by them."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import islice, takewhile

from nncli.files import may_be, paths_like
from nncli.meant.known_words import meanings
from nncli.meant.typed_words import as_value, kind_of, one_text, values_meant, words_meant
from nncli.problems import Problem, Suggestion, UsageFault, Words

# How many mistyped words of one line are mended, and how many changes of each are tried.
_MAX_FAULTS, _MAX_CHANGES, _MAX_TOLD = 3, 6, 3
# An option with other signs than dashes, or any but a blank in front of its value.
_SIGNED = re.compile(r"[\W_]*(\w[\w-]*\w)(?:[^\w.]+(.*))?")

Lines = Iterator[tuple[str, Words]]  # what is changed, in words, and the line as it would be
FaultOf = Callable[[Words], UsageFault | None]  # what is refused of a line, without running it


def treat_command(argv: Words, fault: UsageFault, fault_of: FaultOf) -> Problem:
    """Return the problem of a command line with the changes after which nothing is refused."""
    told: dict[Words, str] = {}
    found = _mended(argv, fault, fault_of, _MAX_FAULTS)
    for texts, words in sorted(found, key=lambda each: len(each[0])):
        told.setdefault(words, one_text(texts))
    suggestions = [Suggestion(text, argv=words) for words, text in told.items()][:_MAX_TOLD]
    lacking = [each.words for each in meanings(kind_of(fault), fault.typed) if each.instead is None]
    helps = () if suggestions else fault.problem.help
    return replace(fault.problem, suggestions=tuple(suggestions), help=(*lacking, *helps))


def with_option(problem: Problem, option: str) -> Problem:
    """Return a problem with the advice that names an option without values as suggestions."""
    told = tuple(Suggestion(text, (option,)) for text in problem.help if option in text)
    helps = tuple(text for text in problem.help if option not in text)
    return replace(problem, suggestions=told, help=helps)


def with_line(problem: Problem, advice: str, argv: Words) -> Problem:
    """Return a problem with one of its pieces of advice as a suggestion of a whole line."""
    told = Suggestion(advice, argv=argv)
    helps = tuple(text for text in problem.help if text != advice)
    return replace(problem, suggestions=(told, *problem.suggestions), help=helps)


def _mended(
    argv: Words, fault: UsageFault, fault_of: FaultOf, most: int
) -> Iterator[tuple[Words, Words]]:
    """Yield what is changed, and the command line after it; at most so many words are wrong."""
    changes = (change for change in _changes(argv, fault) if change[1] not in ((), argv))
    for text, words in islice(changes, _MAX_CHANGES):
        other = fault_of(words)
        if other is None:
            yield (text,), words
        elif most > 1 and other.problem != fault.problem:
            further = list(islice(_mended(words, other, fault_of, most - 1), 1))
            # a file that is missing, with none like it, hides no other mistake
            rest: list[tuple[Words, Words]] = [((), words)] if other.problem.code == "N501" else []
            yield from (((text, *texts), last) for texts, last in further or rest)


def _spot(argv: Words, name: str, *, takes_value: bool = True) -> tuple[Words, str, Words] | None:
    """Return what is before a word where it stands last, its value, and what is behind both."""
    places = [at for at, word in enumerate(argv) if name in (word, word.partition("=")[0])]
    if not name or not places:
        return None
    at = places[-1]
    end = at + 1 + (takes_value and argv[at] == name)
    return argv[:at], "".join(argv[at + 1 : end]) or argv[at][len(name) + 1 :], argv[end:]


def replaced(argv: Sequence[str], option: str, old: str, new: str) -> Words | None:
    """Return the words after `nncli` with another value of an option, if it has this one."""
    spot = _spot(tuple(argv), option)
    if spot is None or re.sub(r"\s*,\s*", ",", spot[1]) != old:
        return None
    return (*spot[0], option, new, *spot[2])


def _changes(argv: Words, fault: UsageFault) -> Lines:
    """Yield the line with other words in the place of those at fault, or in another order."""
    code, typed, name = fault.problem.code, fault.typed, fault.option or fault.typed
    form = fault.form(name)
    takes_value = name[:1] == "-" if form is None else form.takes_value
    spot = _spot(argv, name, takes_value=takes_value)
    if spot is None:
        return
    before, value, after = spot
    if not fault.option and code in ("N501", "N704"):
        yield from _no_file(before, fault, after)
    elif code == "N701":
        file = (typed,) if os.path.exists(typed) or "." in typed else ()
        commands = {name for name in fault.names if name[:1] != "-"}
        begun = [after[at:] for at, word in enumerate(after) if word in commands]
        for command, *rest in begun or [(each, *after) for each in ("forward", "shapes") if file]:
            yield f"begin with the command {command}", (command, *file, *rest)
    for text, words in _meant(name, value, fault):
        yield text, (*before, *filter(None, words), *after)
    yield from _arguments(before, value, fault, after)


def _arguments(before: Words, value: str, fault: UsageFault, after: Words) -> Lines:
    """Yield the line with one argument more, with one less, or with another order."""
    code, typed = fault.problem.code, fault.typed
    if code == "N702" and "." in value:
        is_file = os.path.exists(value)
        line = _with_file((*before, *after), value) if is_file else (*before, value, *after)
        yield f"if `{typed}` names a file, write `{value}` without an option", line
    elif code == "N704" or (code == "N501" and "." not in typed):
        words = [*before, typed, *after]
        needless = [at for at, word in enumerate(before) if meanings("argument", word)]
        word = words.pop(needless[0] if needless else len(before))
        doubt = ", if it is no file" if code == "N501" else ""
        if not "".join(before[-2:]).startswith("-"):  # of a list it may be a part
            yield f"leave `{word}` out{doubt}", tuple(words)
    elif fault.argument and code != "N501":
        yield "name the network first", _with_file((*before, *after), typed)


def _meant(name: str, value: str, fault: UsageFault) -> Lines:
    """Yield what the words at fault may mean, and what to write in their place."""
    typed, code, form = fault.typed, fault.problem.code, fault.form(fault.option)
    if code == "N703" and form is not None:
        if not typed and form.name == "--delimiter":
            yield "if a `;` was meant, quote it", (name, ";")
        yield from values_meant(name, typed, form) if typed else ()
    elif not fault.option:
        signed = _SIGNED.fullmatch(typed)
        if signed is not None and fault.form(f"--{signed[1]}") is not None:
            yield f"write `--{signed[1]}`", (f"--{signed[1]}", signed[2] or "", value)
        for text, words in as_value(typed.lstrip("-").lower(), fault):  # --json
            yield text, (*words, value)
        for text, meant in words_meant(kind_of(fault), typed, fault.names):
            yield text, (*meant.split(), value)
        for text, meant in words_meant("option", typed[:2], fault.names) if code == "N702" else ():
            yield text, (*meant.split(), typed[2:], value)  # -d;
    yield from as_value(value, fault)  # --kind json
    for path in paths_like(typed, fault.argument) if code == "N501" else ():
        yield f"did you mean `{path}`?", (fault.option, path)


def _with_file(words: Words, path: str) -> Words:
    """Return the line with a file in its place; nothing if it names one like it already."""
    role = "CONFIG" if may_be(path, "CONFIG") else "DATA"
    if any(may_be(word, role) for word in words):
        return ()
    return (*words[:1], path, *words[1:]) if role == "CONFIG" else (*words, path)


def _no_file(before: Words, fault: UsageFault, after: Words) -> Lines:
    """Yield the line with a word that is no file as an answer, or as a part of a list."""
    start = max((at for at, word in enumerate(before) if word[:1] == "-"), default=0)
    option, _, first = before[start].partition("=")
    form = fault.form(option)
    if form is not None and not form.takes_value and start == len(before) - 1:
        for text, words in values_meant(option, fault.typed, form):
            yield text, (*before[:-1], *words, *after)
    if form is not None and form.takes_list:
        rest = [*takewhile(lambda word: word[:1] != "-" and not os.path.exists(word), after)]
        items = [item.strip(",;") for item in (first, *before[start + 1 :], fault.typed, *rest)]
        line = (*before[:start], option, ",".join(filter(None, items)), *after[len(rest) :])
        yield "separate the items with commas alone", line
