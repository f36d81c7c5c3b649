"""The command line as a patient: words that were mistyped, and what was meant by them."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import islice, takewhile

from nncli.files import may_be, paths_like
from nncli.meant.known_words import meanings
from nncli.meant.typed_words import (
    KINDS,
    NO,
    YES,
    answers_meant,
    as_value,
    one_text,
    values_meant,
    words_meant,
)
from nncli.problems import Problem, Suggestion, UsageFault, Words

# How many mistyped words of one line are mended, and how many changes of each are tried.
_MAX_FAULTS, _MAX_CHANGES, _MAX_TOLD = 3, 5, 3
_NONE_MEANT = frozenset({"none", "null", "default", "auto"})
_DASHES = re.compile("[\u2010-\u2015\u2212]+")

Proposals = Iterator[tuple[str, Words]]  # in words, and the command line as it would be
FaultOf = Callable[[Words], UsageFault | None]


def treat_command(argv: Words, fault: UsageFault, fault_of: FaultOf) -> Problem:
    """Return the problem of a command line with the changes after which nothing is refused.

    fault_of: says what is refused of a command line, without running it.
    """
    found = sorted(_mended(argv, fault, fault_of, _MAX_FAULTS), key=lambda each: len(each[0]))
    told: dict[Words, str] = {}
    for parts, words in [each for each in found if "" not in each[0]] or found:
        told.setdefault(words, one_text(parts))
    suggestions = [Suggestion(text, argv=words) for words, text in told.items()][:_MAX_TOLD]
    form = fault.form(fault.option)
    kind = KINDS.get(form.name if form is not None else fault.problem.code, "")
    lacking = [known.words for known in meanings(kind, fault.typed) if known.instead is None]
    # a file that is not there says itself which is like it, but not how to name that
    helps = () if suggestions and fault.problem.code == "N501" else fault.problem.help
    return replace(fault.problem, suggestions=tuple(suggestions), help=(*lacking, *helps))


def _mended(
    argv: Words, fault: UsageFault, fault_of: FaultOf, most: int
) -> Iterator[tuple[Words, Words]]:
    """Yield what is changed, and the command line after it; at most so many words are wrong."""
    ways = {"N701": _commands, "N702": _options, "N703": _values, "N704": _arguments}
    proposals = ways.get(fault.problem.code, _files)(argv, fault)
    for text, words in islice(proposals, _MAX_CHANGES):
        other = fault_of(words)
        if other is None:
            yield (text,), words
        elif most > 1 and other.problem != fault.problem and other.problem.code != "N704":
            further = list(islice(_mended(words, other, fault_of, most - 1), 1))
            yield from (((text, *texts), last) for texts, last in further)
            if not further and other.problem.code == "N501":
                yield (text, ""), words  # told if nothing else is


def _with(argv: Words, at: int, *words: str, of: int = 1) -> Words:
    """Return the command line with other words in the place of some, or of none."""
    return (*argv[:at], *filter(None, words), *argv[at + of :])


def _place(argv: Words, typed: str) -> int:
    """Return where a word stands, alone or in front of `=`."""
    return next(at for at, word in enumerate(argv) if word == typed or word.startswith(f"{typed}="))


def _commands(argv: Words, fault: UsageFault) -> Proposals:
    at = argv.index(fault.typed)
    later = next((word for word in argv[at + 1 :] if word in fault.commands), None)
    for text, command in words_meant("command", fault.typed, fault.commands):
        yield text, _with(argv, at, command)
    if later is not None:
        rest = _with(argv, argv.index(later, at + 1))
        yield f"begin with the command {later}", (later, *rest)
    elif os.path.exists(fault.typed) or "." in fault.typed:
        for command in ("forward", "shapes"):
            yield f"begin with the command {command}", _with(argv, at, command, of=0)


def _options(argv: Words, fault: UsageFault) -> Proposals:
    typed, at = fault.typed, _place(argv, fault.typed)
    joined, is_joined = argv[at][len(typed) :], "=" in argv[at]
    value = joined[1:] if is_joined else next(iter(argv[at + 1 :]), "")
    both = 1 + (not is_joined)  # words: the option and its value
    if (form := fault.form(typed)) is not None:
        end = at + (both if form.takes_value else 1)
        yield "options come after the command", (*argv[:at], *argv[end:], *argv[at:end])
        return
    # --json, -fjson, --format:json
    for word in dict.fromkeys((typed.lstrip("-").lower(), typed[2:], typed.rpartition(":")[2])):
        yield from ((text, _with(argv, at, *words)) for text, words in as_value(word, fault))
    names = [name for form in fault.options for name in (*form.names, *form.opposite)]
    for text, meant in words_meant("option", typed, names):
        *others, name = meant.split() or ("",)
        yield text, _with(argv, at, *others, name + joined)
        if not name:  # and what it would take
            yield text, _with(argv, at, of=both)
    for text, words in as_value(value, fault):
        yield text, _with(argv, at, *words, of=both)
    yield from _files_named(argv, typed, value, both)


def _files_named(argv: Words, typed: str, path: str, both: int) -> Proposals:
    """Yield a file that was named by an option that is none, in its place without one."""
    at, role = _place(argv, typed), "CONFIG" if may_be(path, "CONFIG") else "DATA"
    rest = _with(argv, at, of=both)
    if os.path.exists(path) and not any(may_be(word, role) for word in rest):
        words = f"if `{typed}` names a file, write that alone"
        yield words, (*rest[:1], path, *rest[1:]) if role == "CONFIG" else (*rest, path)


def _values(argv: Words, fault: UsageFault) -> Proposals:
    form, option, typed = fault.form(fault.option), fault.option, fault.typed
    if form is None:
        return
    at = _place(argv, option)
    both = 1 + ("=" not in argv[at])
    if not form.takes_value:
        at = argv.index(f"{option}={typed}")
        yield from (
            (text, _with(argv, at, name)) for text, name in answers_meant(form, option, typed)
        )
    elif not typed and form.name == "--delimiter":
        yield "if a `;` was meant, quote it", (*argv, ";")
    elif typed == "=" or f"{option}=" in argv:
        yield "write no blank around the `=`", _with(argv, at, option, of=1 + (typed == "="))
    else:
        if typed.lower() in _NONE_MEANT:
            yield f"leave `{option}` out", _with(argv, at, of=both)
        for text, value in values_meant(typed, form):
            if (words := replaced(argv, option, typed, value)) is not None:
                yield text, words
        for text, words in as_value(typed, fault):
            yield text, _with(argv, at, *words, of=both)


def replaced(argv: Sequence[str], option: str, old: str, new: str) -> tuple[str, ...] | None:
    """Return the words with the value *old* of an option, or one item of its list, as *new*.

    argv: the words after `nncli`.  None if the option is not there with that value.

    >>> replaced(["forward", "net.yaml", "--keep=id,Name"], "--keep", "Name", "name")
    ('forward', 'net.yaml', '--keep=id,name')
    """
    short = (option,) if len(option) == 2 else ()  # -oFILE
    for at, (before, word) in enumerate(zip(("", *argv), argv, strict=False)):
        starts = ("",) if before == option else (f"{option}=", *short)
        start = next((each for each in starts if word.startswith(each) and word != each), None)
        if start is not None:
            value = word[len(start) :]
            items = [new if item.strip() == old else item for item in value.split(",")]
            changed = new if value == old else ",".join(items)
            if changed != value:
                return _with(tuple(argv), at, start + changed)
    return None


def _arguments(argv: Words, fault: UsageFault) -> Proposals:
    """Yield what is an option or a part of a list, then the line with one argument more or less."""
    if fault.typed:
        others = list(_no_arguments(argv, fault))
        yield from others or [(f"leave `{fault.typed}` out", _with(argv, argv.index(fault.typed)))]
        return
    for at, parts in ((at, word.split(",")) for at, word in enumerate(argv)):
        if len(parts) > 1 and all(map(os.path.exists, parts)):
            yield "separate files with blanks", _with(argv, at, *parts)
    data = [at for at, word in enumerate(argv) if may_be(word, "DATA")]
    behind = [at + 1 for at, word in enumerate(argv) if may_be(word, "CONFIG")]
    missing = "CONFIG" if data else fault.argument
    found = [path for path in paths_like("", missing) if path not in argv]
    if len(found) == 1 and (data or behind):
        what = "network" if data else "data"
        yield f"if the {what} is `{found[0]}`", _with(argv, (data or behind)[0], found[0], of=0)


def _no_arguments(argv: Words, fault: UsageFault) -> Proposals:
    """Yield an option that does not look like one, and a list that was written with blanks."""
    typed, at = fault.typed, len(argv) - 1 - argv[::-1].index(fault.typed)
    before, name = argv[at - 1], "--" + _DASHES.sub("-", typed).lstrip("-")
    if fault.form(name.partition("=")[0]) is not None:
        yield "write an option with two plain dashes", _with(argv, at, name)
    if typed == before:
        yield f"write `{typed}` once", _with(argv, at)
    flag = fault.form(before)
    if flag is not None and not flag.takes_value and typed.lower() in YES | NO:
        for text, name in answers_meant(flag, before, typed):
            yield text, _with(argv, at - 1, name, of=2)
    start = next((place for place in range(at, 0, -1) if argv[place].startswith("-")), 0)
    form = fault.form(argv[start])
    if form is not None and form.takes_list and start + 1 < at:
        rest = takewhile(lambda word: word[:1] != "-" and not os.path.exists(word), argv[at:])
        items = [item.strip(",;") for item in (*argv[start + 1 : at], *rest)]
        words = _with(argv, start + 1, ",".join(items), of=len(items))
        yield "separate the items with commas alone", words


def _files(argv: Words, fault: UsageFault) -> Proposals:
    """Yield files with a name like one that is not there, or the other order of the arguments."""
    if fault.problem.code != "N501":
        swap = {fault.typed: fault.argument, fault.argument: fault.typed}
        yield "name the network first", tuple(swap.get(word, word) for word in argv)
        return
    typed, option = fault.typed, f"={fault.typed}"
    if typed in argv:
        yield from _no_arguments(argv, fault)
    for path in paths_like(typed, fault.argument):
        words = (path if w == typed else w.replace(option, f"={path}") for w in argv)
        if path not in argv:
            yield f"did you mean `{path}`?", tuple(words)
