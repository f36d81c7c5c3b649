"""The command line as a patient: words that were mistyped, and what was meant by them."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import islice, takewhile

from nncli.data.csv.numbers import is_number
from nncli.files import may_be, paths_like
from nncli.meant.known_words import alike, meanings
from nncli.meant.numbers import numbers_meant
from nncli.problems import OptionForm, Problem, Suggestion, UsageFault, Words
from nncli.words import nearest

# How many mistyped words of one line are mended, and how many changes of each are tried.
_MAX_FAULTS, _MAX_CHANGES, _MAX_TOLD = 3, 5, 3
_NONE_MEANT = frozenset({"none", "null", "default", "auto"})
_YES, _NO = frozenset({"yes", "true", "on"}), frozenset({"no", "false", "none"})
# For the values of which options other tools have other words.
_KINDS = {"--delimiter": "delimiter", "--dtype": "dtype", "--format": "format"}
_KINDS |= {"--activations": "activation", "--encoding": "encoding", "--samples": "samples"}
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
        told.setdefault(words, _one_text(parts))
    suggestions = [Suggestion(text, argv=words) for words, text in told.items()][:_MAX_TOLD]
    form = fault.form(fault.option)
    kind = {"N701": "command", "N702": "option"}.get(fault.problem.code, "")
    kind = _KINDS.get(form.name, "") if form is not None else kind
    lacking = [known.words for known in meanings(kind, fault.typed) if known.instead is None]
    # a file that is not there says itself which is like it, but not how to name that
    helps = () if suggestions and fault.problem.code == "N501" else fault.problem.help
    return replace(fault.problem, suggestions=tuple(suggestions), help=(*lacking, *helps))


def _mended(
    argv: Words, fault: UsageFault, fault_of: FaultOf, most: int
) -> Iterator[tuple[Words, Words]]:
    """Yield what is changed, and the command line after it; at most so many words are wrong."""
    for text, words in islice(_proposals(argv, fault), _MAX_CHANGES):
        other = fault_of(words)
        if other is None:
            yield (text,), words
        elif most > 1 and other.problem != fault.problem and other.problem.code != "N704":
            further = list(islice(_mended(words, other, fault_of, most - 1), 1))
            yield from (((text, *texts), last) for texts, last in further)
            if not further and other.problem.code == "N501":
                yield (text, ""), words  # told if nothing else is


def _one_text(parts: Words) -> str:
    """Return several changes as one, and one question of several."""
    first, *others = dict.fromkeys(part.rstrip("?") for part in parts if part) or ("",)
    text = ", and ".join([first, *(part.removeprefix("did you mean ") for part in others)])
    return f"{text}?" if first.startswith("did you mean") else text


def _proposals(argv: Words, fault: UsageFault) -> Proposals:
    ways = {"N701": _commands, "N702": _options, "N703": _values, "N704": _arguments}
    return ways.get(fault.problem.code, _files)(argv, fault)


# ------------------------------------------------------------------------ commands and options


def _commands(argv: Words, fault: UsageFault) -> Proposals:
    at, typed = argv.index(fault.typed), fault.typed.split()
    later = [word for word in argv[at + 1 :] if word in fault.commands]
    if len(typed) > 1 and typed[0] in fault.commands:
        yield "write it without quotes around all words", (*argv[:at], *typed, *argv[at + 1 :])
    for text, command in _meant("command", fault.typed, fault.commands):
        yield text, (*argv[:at], *filter(None, [command]), *argv[at + 1 :])
    if later:
        place = argv.index(later[0], at + 1)
        rest = (*argv[:place], *argv[place + 1 :])
        yield f"begin with the command {later[0]}", (later[0], *rest)
    elif os.path.exists(fault.typed) or "." in fault.typed:
        for command in ("forward", "shapes"):
            yield f"begin with the command {command}", (*argv[:at], command, *argv[at:])


def _options(argv: Words, fault: UsageFault) -> Proposals:
    typed, form = fault.typed, fault.form(fault.typed)
    if form is not None:
        at = _place(argv, typed)
        end = at + 1 + (form.takes_value and "=" not in argv[at])
        yield "options come after the command", (*argv[:at], *argv[end:], *argv[at:end])
        return
    value = typed.lstrip("-").lower()
    for form in fault.options:
        if value in form.choices:
            yield f"`{value}` is a value of `{form.name}`", _put(argv, typed, form.name, value)
    names = [name for form in fault.options for name in (*form.names, *form.opposite)]
    at = _place(argv, typed)
    behind = argv[at + 1 + ("=" not in argv[at]) :]
    for form in fault.options if "=" not in argv[at] else ():
        rest = typed.removeprefix(form.name).lstrip(":") if form.takes_value else ""
        if rest and typed.startswith(form.name):
            words = (*argv[:at], form.name, rest, *argv[at + 1 :])
            yield "write a blank between an option and its value", words
    for text, name in _meant("option", typed, names):
        yield text, _put(argv, typed, *name.split())
        if not name:  # and what it would take
            yield text, (*argv[:at], *behind)
    path = argv[at][len(typed) + 1 :] or next(iter(argv[at + 1 :]), "")
    role = "CONFIG" if may_be(path, "CONFIG") else "DATA"
    named = [word for word in argv if may_be(word, role) and word not in (path, argv[at])]
    if os.path.exists(path) and not named:
        *front, data = (path, "") if role == "CONFIG" else ("", path)
        words = (*argv[:1], *front, *argv[1:at], *behind, data)
        yield "name files without an option", tuple(filter(None, words))


def _meant(kind: str, typed: str, own: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield what a word may have meant: by another tool's name, then by likeness.

    own: what can be meant; nothing else is yielded, but for the empty word: it can go.
    """
    # of a short word many are a letter away
    known = meanings(kind, typed, own) or (len(typed) > 4 and alike(kind, typed, own)) or ()
    for each in known:
        if each.instead is not None and {*each.instead.split()[:1]} <= {*own}:
            yield each.words, each.instead
    begun = [name for name in own if name.startswith(typed) and len(typed) > 4]
    like = begun[0] if len(begun) == 1 else nearest(typed, own)
    if not known and like is not None:
        yield f"did you mean `{like}`?", like


# ------------------------------------------------------------------------------------- values


def _values(argv: Words, fault: UsageFault) -> Proposals:
    form, option, typed = fault.form(fault.option), fault.option, fault.typed
    if form is None:
        return
    if not form.takes_value:
        for names, answers in zip(form.answers(option), (_YES, _NO), strict=True):
            if names and (typed.lower() in answers or typed.lower() not in _YES | _NO):
                doubt = "" if typed.lower() in answers else f"if {max(answers)} is meant, "
                yield f"{doubt}write `{names[0]}` alone", _put(argv, f"{option}={typed}", names[0])
    elif not typed and form.name == "--delimiter":
        yield "if a `;` was meant, quote it", (*argv, ";")
    elif typed == "=" or f"{option}=" in argv:
        at = _place(argv, option)
        yield (
            "write no blank around the `=`",
            (*argv[:at], option, *argv[at + 1 + (typed == "=") :]),
        )
    else:
        if typed.lower() in _NONE_MEANT:
            at = _place(argv, option)
            end = at + 1 + ("=" not in argv[at])
            yield f"leave `{option}` out", (*argv[:at], *argv[end:])
        for text, value in _values_meant(typed, form):
            words = replaced(argv, option, typed, value)
            if words is not None:
                yield text, words


def _values_meant(typed: str, form: OptionForm) -> Iterator[tuple[str, str]]:
    """Yield what a value may have meant, and the value so: what is beyond doubt first."""
    bare = typed.strip("=:'\"`()[]{} ") or typed.strip("'\"`")
    kind = _KINDS.get(form.name, "")
    items = re.split(r"\s*[,;|]\s*|\s+", bare) if form.takes_list else [bare]
    alone = "separate the items with commas alone" if form.takes_list else "write it alone"
    yield alone, ",".join(filter(None, items))
    yield "write it once", bare[:1] if len({*bare}) == 1 else bare
    yield "name each once", ",".join(dict.fromkeys(items))
    yield "write out the range", ",".join(map(_range, items))
    if not re.search(r"[^\W\dexo_]", bare):  # a unit may change the number
        yield from ((text, _whole(number)) for text, number in numbers_meant(bare)[:1])
    yield "write a whole number", ",".join(map(_whole, items))
    known = [_of_value(kind, item, form.choices) for item in items]
    yield _one_text(tuple(text for text, _ in known if text)), ",".join(word for _, word in known)
    if found := re.fullmatch(r"-?([0-9]+)(?:\.[0-9]*)?", bare):
        yield f"if {found[1]} is meant", found[1]
    if form.name == "--seed":
        yield "if any seed will do", "0"


def _of_value(kind: str, item: str, choices: Words) -> tuple[str, str]:
    """Return what one value may have meant, in words and itself; no words if that is not known."""
    if item in choices:
        return "", item
    if len(choices) == 1:
        return f"the only value is `{choices[0]}`", choices[0]
    if choices:
        return next(_meant(kind, item, choices), ("", item))
    known = meanings(kind, item) or alike(kind, item, ())
    return next(((each.words, each.instead) for each in known if each.instead), ("", item))


def _range(item: str) -> str:
    """Return the whole numbers of a short range such as 1-4 or 1:4, or the item itself."""
    found = re.fullmatch(r"([0-9]{1,4})(?:-|:|\.\.+)([0-9]{1,4})", item)
    if not found or not 0 < int(found[2]) - int(found[1]) < 100:
        return item
    return ",".join(map(str, range(int(found[1]), int(found[2]) + 1)))


def _whole(text: str) -> str:
    """Return 1.0 and 1e3 as 1 and 1000, anything else as it is."""
    found = re.fullmatch(r"[0-9.]+(?:[eE][0-9])?", text)
    number = float(text) if found and is_number(text) else 0.5
    return str(int(number)) if number == int(number) else text


# -------------------------------------------------------------------------- arguments and files


def _arguments(argv: Words, fault: UsageFault) -> Proposals:
    """Yield what is an option or a part of a list, then the line with one argument more or less."""
    if fault.typed:
        others = list(_no_arguments(argv, fault))
        at = argv.index(fault.typed)
        yield from others or [(f"leave `{fault.typed}` out", (*argv[:at], *argv[at + 1 :]))]
        return
    data = next((at for at, word in enumerate(argv) if may_be(word, "DATA")), None)
    missing = fault.argument if data is None else "CONFIG"
    found = [path for path in paths_like("", missing) if path not in argv]
    behind = [at + 1 for at, word in enumerate(argv) if may_be(word, "CONFIG")]
    for at, parts in ((at, word.split(",")) for at, word in enumerate(argv)):
        if len(parts) > 1 and all(map(os.path.exists, parts)):
            yield "separate files with blanks", (*argv[:at], *parts, *argv[at + 1 :])
    if len(found) == 1 and (data is not None or behind):
        at, what = (data, "network") if data is not None else (behind[0], "data")
        yield f"if the {what} is `{found[0]}`", (*argv[:at], found[0], *argv[at:])


def _no_arguments(argv: Words, fault: UsageFault) -> Proposals:
    """Yield an option that does not look like one, and a list that was written with blanks."""
    typed, at = fault.typed, len(argv) - 1 - argv[::-1].index(fault.typed)
    name = "--" + _DASHES.sub("-", typed).lstrip("-")
    if fault.form(name.partition("=")[0]) is not None:
        yield "write an option with two plain dashes", _put(argv, typed, name)
    if typed == argv[at - 1]:
        yield f"write `{typed}` once", (*argv[:at], *argv[at + 1 :])
    flag = fault.form(argv[at - 1])
    if flag is not None and not flag.takes_value and typed.lower() in _YES | _NO:
        names = flag.answers(argv[at - 1])[typed.lower() in _NO]
        text = f"write `{names[0]}` alone" if names else f"leave `{argv[at - 1]} {typed}` out"
        yield text, (*argv[: at - 1], *names[:1], *argv[at + 1 :])
    before = next((b for b in range(at, 0, -1) if argv[b].startswith("-")), 0)
    form = fault.form(argv[before])
    if form is not None and form.takes_list and before + 1 < at:
        rest = takewhile(lambda word: word[:1] != "-" and not os.path.exists(word), argv[at:])
        items = (*argv[before + 1 : at], *rest)
        joined = ",".join(item.strip(",;") for item in items)
        words = (*argv[: before + 1], joined, *argv[before + 1 + len(items) :])
        yield "separate the items with commas alone", words


def _files(argv: Words, fault: UsageFault) -> Proposals:
    """Yield files with a name like one that is not there, or the other order of the arguments."""
    if fault.problem.code == "N501":
        typed, option = fault.typed, f"={fault.typed}"
        if typed in argv:
            yield from _no_arguments(argv, fault)
        for path in paths_like(typed, fault.argument):
            words = (path if w == typed else w.replace(option, f"={path}") for w in argv)
            if path not in argv:
                yield f"did you mean `{path}`?", tuple(words)
    else:
        swap = {fault.typed: fault.argument, fault.argument: fault.typed}
        yield "name the network first", tuple(swap.get(word, word) for word in argv)


# -------------------------------------------------------------------------------------- words


def _place(argv: Words, typed: str) -> int:
    """Return where a word stands, alone or in front of `=`."""
    return next(at for at, word in enumerate(argv) if word == typed or word.startswith(f"{typed}="))


def _put(argv: Words, typed: str, *instead: str) -> Words:
    """Return the command line with a word, or what stands in front of its `=`, as others."""
    at = _place(argv, typed)
    *others, last = instead or ("",)
    words = (*others, last + argv[at][len(typed) :])
    return (*argv[:at], *filter(None, words), *argv[at + 1 :])


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
