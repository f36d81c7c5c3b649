"""The command line as a patient: words that were mistyped, and what was meant by them."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import chain, islice, takewhile

from nncli.data.column_names import columns_meant, plain_name
from nncli.files import may_be, paths_like
from nncli.meant.known_words import meanings
from nncli.meant.typed_words import as_value, kind_of, one_text, values_meant, words_meant
from nncli.problems import Problem, Suggestion, UsageFault, Words

# How many mistyped words of one line are mended, and how many changes of each are tried.
_MAX_FAULTS, _MAX_CHANGES, _MAX_TOLD = 3, 6, 3
# An option with other signs than dashes, or any but a blank in front of its value.
_SIGNED = re.compile(r"[\W_]*(\w[\w-]*\w)(?:[^\w.]+(.*))?")

Lines = Iterator[tuple[str, Words]]  # what is changed, in words, and the line as it would be
FaultOf = Callable[[Words], UsageFault | None]


def treat_command(argv: Words, fault: UsageFault, fault_of: FaultOf) -> Problem:
    """Return the problem of a command line with the changes after which nothing is refused.

    fault_of: says what is refused of a command line, without running it.
    """
    found = list(_mended(argv, fault, fault_of, _MAX_FAULTS))
    # a file that is missing, with none like it, hides no other mistake
    found = [each for each in found if fault_of(each[1]) is None] or found
    told: dict[Words, str] = {}
    for texts, words in sorted(found, key=lambda each: len([*filter(None, each[0])])):
        told.setdefault(words, one_text(texts))
    suggestions = [Suggestion(text, argv=words) for words, text in told.items()][:_MAX_TOLD]
    known = meanings(kind_of(fault), fault.typed)
    lacking = [meaning.words for meaning in known if meaning.instead is None]
    # a file that is not there says itself which is like it, but not how to name that
    helps = () if suggestions and fault.problem.code == "N501" else fault.problem.help
    return replace(fault.problem, suggestions=tuple(suggestions), help=(*lacking, *helps))


def with_option(problem: Problem, option: str) -> Problem:
    """Return a problem with the advice that names an option without values as suggestions."""
    told = tuple(Suggestion(text, (option,)) for text in problem.help if option in text)
    helps = tuple(text for text in problem.help if option not in text)
    return replace(problem, suggestions=told, help=helps)


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
            rest: list[tuple[Words, Words]] = [((), words)] if other.problem.code == "N501" else []
            yield from (((text, *texts), last) for texts, last in further or rest)


def _spot(argv: Words, name: str, *, takes_value: bool = True) -> tuple[Words, str, Words] | None:
    """Return what is before a word where it stands last, its value, and what is behind both."""
    places = [at for at, word in enumerate(argv) if name in (word, word.partition("=")[0])]
    if not name or not places:
        return None
    at, end = places[-1], places[-1] + 1
    if takes_value and argv[at] == name:
        return argv[:at], "".join(argv[end : end + 1]), argv[end + 1 :]
    return argv[:at], argv[at][len(name) + 1 :], argv[end:]


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
        commands = [name for name in fault.names if name[:1] != "-"]
        begun = [after[at:] for at, word in enumerate(after) if word in commands]
        for command, *rest in begun or [(each, *after) for each in ("forward", "shapes") if file]:
            yield f"begin with the command {command}", (command, *file, *rest)
    elif not fault.option and form is not None:
        yield "options come after the command", (*before, *after, *filter(None, (name, value)))
    for text, words in _meant(name, value, fault):
        yield text, (*before, *filter(None, words), *after)
    yield from _arguments(before, value, fault, after)


def _arguments(before: Words, value: str, fault: UsageFault, after: Words) -> Lines:
    """Yield the line with one argument more, with one less, or with another order."""
    code, typed = fault.problem.code, fault.typed
    if code == "N702" and "." in value:
        doubt = "" if meanings("option", typed) else f"if `{typed}` names a file, "
        is_file = os.path.exists(value)
        line = _with_file((*before, *after), value) if is_file else (*before, value, *after)
        yield f"{doubt}write `{value}` without an option", line
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
        if form.takes_value and not value.strip("="):
            yield "write no blank around the `=`", (name,)
        yield from values_meant(name, typed, form)
    yield from _name_meant(typed, value, fault) if not fault.option else as_value(value, fault)
    for path in paths_like(typed, fault.argument) if code == "N501" else ():
        yield f"did you mean `{path}`?", (fault.option, path)


def _name_meant(name: str, value: str, fault: UsageFault) -> Lines:
    """Yield what a command or an option may mean, or either word as the value of another one."""
    for text, words in as_value(name.lstrip("-").lower(), fault):  # --json
        yield text, (*words, value)
    signed = _SIGNED.fullmatch(name)
    if signed is not None and fault.form(f"--{signed[1]}") is not None:
        yield f"write `--{signed[1]}`", (f"--{signed[1]}", signed[2] or "", value)
    of_value = [*as_value(value, fault)]  # --to json
    found = [*words_meant(kind_of(fault), name, fault.names)]
    if not any(text.startswith("did you mean") for text, _ in found):
        yield from (each for each in of_value if value in each[1])
    for text, meant in found:
        yield text, (*meant.split(), value)
        if not meant:  # and what it would take
            yield text, ()
    yield from of_value
    for text, meant in words_meant("option", name[:2], fault.names) if name[:1] == "-" else ():
        yield text, (*meant.split(), name[2:], value)  # -d;


def _with_file(words: Words, path: str) -> Words:
    """Return the line with a file in its place; nothing if it names one like it already."""
    role = "CONFIG" if may_be(path, "CONFIG") else "DATA"
    if any(may_be(word, role) for word in words):
        return ()
    return (*words[:1], path, *words[1:]) if role == "CONFIG" else (*words, path)


def _no_file(before: Words, fault: UsageFault, after: Words) -> Lines:
    """Yield the line with a word that is no file as files, an answer, or a part of a list."""
    typed = fault.typed
    files = re.split(r"[\s,;]+", typed)
    if all(map(os.path.exists, files)):
        yield "separate files with blanks", (*before, *files, *after)
    start = max((at for at, word in enumerate(before) if word[:1] == "-"), default=0)
    option, _, first = before[start].partition("=")
    form = fault.form(option)
    if form is not None and not form.takes_value and start == len(before) - 1:
        yield "", (*before[:-1], f"{option}={typed}", *after)  # mended in its turn
    rest = [*takewhile(lambda word: word[:1] != "-" and not os.path.exists(word), after)]
    items = [*filter(None, [first]), *before[start + 1 :], typed, *rest]
    if form is not None and form.takes_list and len(items) > 1:
        named = re.split(r"\s*,\s*", " ".join(items))
        meant = tuple(chain(*columns_meant(named, fault.columns)))
        if plain_name("".join(meant)) != plain_name("".join(items)):
            meant = tuple(filter(None, (item.strip(",;") for item in items)))
        line = (*before[:start], option, ",".join(meant), *after[len(rest) :])
        yield "separate the items with commas alone", line
