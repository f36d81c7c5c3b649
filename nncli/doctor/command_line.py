"""The command line as a patient: words that were mistyped, and what was meant by them."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from itertools import islice, takewhile

from nncli.data.csv.numbers import is_number
from nncli.doctor.disguises import numbers_meant
from nncli.doctor.known_words import meaning
from nncli.problems import Problem, Suggestion

# How many mistyped words of one line are mended, and how many changes of each are tried.
_MAX_FAULTS, _MAX_CHANGES = 3, 5
_MAX_NAMES, _MAX_FOLDERS = 10_000, 100
_LIKE = 0.6
_NONE_MEANT = frozenset({"none", "null", "default", "auto"})
_YES, _NO = frozenset({"yes", "true", "on"}), frozenset({"no", "false", "none"})
# For the values of which options other tools have other words.
_KINDS = {"--delimiter": "delimiter", "--dtype": "dtype", "--format": "format"}
_KINDS["--activations"] = "activation"
_SUFFIXES = {
    "CONFIG": (".yaml", ".yml", ".json", ".onnx", ".safetensors"),
    "DATA": (".csv", ".tsv", ".txt", ".npy", ".parquet", ".gz"),
}
_FORMS = ("table", "json", "jsonl", "csv", "md")
_DASHES = re.compile("[\u2010-\u2015\u2212]+")

Words = tuple[str, ...]
_Proposals = Iterator[tuple[str, Words]]  # in words, and the command line as it would be


@dataclass(frozen=True)
class OptionForm:
    """How an option is written."""

    names: Words
    opposite: Words = ()  # the names that say no
    takes_value: bool = True
    takes_list: bool = False
    choices: Words = ()  # the values, if only these are taken


@dataclass(frozen=True)
class UsageFault:
    """What is refused of a command line, and what would have been taken."""

    problem: Problem
    typed: str = ""  # the word that is wrong, without what it is joined to; empty if one is missing
    option: str = ""  # whose value it is, as it was typed
    argument: str = ""  # or which argument it is: CONFIG or DATA
    commands: Words = ()
    options: tuple[OptionForm, ...] = ()  # of the command; of all commands where there is none

    def form(self, option: str) -> OptionForm | None:
        """Return how an option is written, if there is one of this name."""
        return next((f for f in self.options if option in (*f.names, *f.opposite)), None)


def treat_command(
    argv: Words, fault: UsageFault, fault_of: Callable[[Words], UsageFault | None]
) -> Problem:
    """Return the problem of a command line with the changes after which nothing is refused.

    fault_of: says what is refused of a command line, without running it.
    """
    found = sorted(_mended(argv, fault, fault_of, _MAX_FAULTS), key=lambda each: len(each[0]))
    texts: dict[Words, str] = {}
    for parts, words in found:
        texts.setdefault(words, _one_text(parts))
    suggestions = tuple(Suggestion(text, argv=words) for words, text in texts.items())
    if suggestions and fault.problem.code == "N501":
        return replace(fault.problem, suggestions=suggestions[:3], help=())
    return replace(fault.problem, suggestions=suggestions[:3], help=_help(fault))


def _one_text(parts: Words) -> str:
    """Return several changes as one, and one question of several."""
    first, *others = (part.rstrip("?") for part in parts)
    text = ", and ".join([first, *(part.removeprefix("did you mean ") for part in others)])
    return f"{text}?" if first.startswith("did you mean") else text


def wants_json(argv: Words) -> bool:
    """Whether a command line asks for JSON, however it writes that."""
    for word, after in zip(argv, (*argv[1:], ""), strict=True):
        name, _, value = word.partition("=")
        known = meaning("option", _stem(name))
        is_format = known is not None and known.instead == "--format"
        if _stem(word) == "json" or (is_format or _like(name, ["--format"])):
            form = meaning("format", value or after)
            likely = [form.instead] if form is not None else _like(value or after, _FORMS)
            if name[:1] == "-" and (_stem(word) == "json" or likely[:1] == ["json"]):
                return True
    return False


def _help(fault: UsageFault) -> tuple[str, ...]:
    """Return the advice of a fault, and what a word of another tool means that nncli has not."""
    kind = {"N701": "command", "N702": "option"}.get(fault.problem.code)
    known = meaning(kind, _stem(fault.typed)) if kind is not None else None
    lacking = (known.words,) if known is not None and known.instead is None else ()
    return (*lacking, *fault.problem.help)


def _mended(
    argv: Words, fault: UsageFault, fault_of: Callable[[Words], UsageFault | None], most: int
) -> Iterator[tuple[Words, Words]]:
    """Yield what is changed, and the command line after it; at most so many words are wrong."""
    for text, words in islice(_proposals(argv, fault), _MAX_CHANGES):
        other = fault_of(words)
        if other is None:
            yield (text,), words
        elif most > 1 and other.problem != fault.problem and other.problem.code != "N704":
            further = list(islice(_mended(words, other, fault_of, most - 1), 1))
            yield from (((text, *texts), last) for texts, last in further)
            if not further and other.problem.code == "N501":  # this one is right all the same
                yield (text,), words


def _proposals(argv: Words, fault: UsageFault) -> _Proposals:
    code = fault.problem.code
    if code == "N701":
        yield from _commands(argv, fault)
    elif code == "N702":
        yield from _options(argv, fault)
    elif code == "N703":
        yield from _values(argv, fault)
    elif fault.typed:
        others = list(_not_an_argument(argv, fault))
        yield from others
        if code == "N501":
            yield from _paths(argv, fault)
        elif code == "N704" and not others:
            yield f"leave `{fault.typed}` out", _without(argv, fault.typed)
        elif code != "N704":  # the network, where the data should be
            first, second = argv.index(fault.typed), argv.index(fault.argument)
            words = list(argv)
            words[first], words[second] = argv[second], argv[first]
            yield "name the network first", tuple(words)
    elif fault.argument:
        yield from _missing(argv, fault)


# ------------------------------------------------------------------------ commands and options


def _commands(argv: Words, fault: UsageFault) -> _Proposals:
    typed, at = fault.typed, argv.index(fault.typed)
    known = meaning("command", typed.lower())
    if known is not None and known.instead is not None:
        yield f"`{typed}` is `{known.instead}` here", _put(argv, typed, known.instead)
    elif known is None and (os.path.exists(typed) or "." in typed):
        for command in ("forward", "shapes"):
            yield f"begin with the command: {command}", (*argv[:at], command, *argv[at:])
    elif known is None:
        for name in _like(typed, fault.commands):
            yield f"did you mean `{name}`?", _put(argv, typed, name)


def _options(argv: Words, fault: UsageFault) -> _Proposals:
    typed, stem = fault.typed, _stem(fault.typed)
    form = fault.form(typed)
    if form is not None:  # it stands in front of the command
        yield "options come after the command", _moved(argv, typed, form)
        return
    for form in fault.options:
        if stem in form.choices:
            yield (
                f"`{stem}` is a value of `{form.names[-1]}`",
                _put(argv, typed, form.names[-1], stem),
            )
    known = meaning("option", stem)
    if known is not None and known.instead is not None:
        yield f"`{typed}` is `{known.instead}` here", _put(argv, typed, *known.instead.split())
    elif known is not None:
        yield f"leave `{typed}` out", _without(argv, typed)
    else:
        names = [name for form in fault.options for name in (*form.names, *form.opposite)]
        for name in _like(f"--{stem}", names):
            yield f"did you mean `{name}`?", _put(argv, typed, name)


def _moved(argv: Words, option: str, form: OptionForm) -> Words:
    at = _place(argv, option)
    end = at + 1 + (form.takes_value and "=" not in argv[at])
    return (*argv[:at], *argv[end:], *argv[at:end])


# ------------------------------------------------------------------------------------- values


def _values(argv: Words, fault: UsageFault) -> _Proposals:
    form = fault.form(fault.option)
    if form is None:
        return
    if not form.takes_value:
        said = fault.typed.lower()
        for names, answers in ((form.names, _YES), (form.opposite, _NO)):
            if names and (said in answers or said not in _YES | _NO):
                doubt = "" if said in answers else f"if {max(answers)} is meant, "
                written = _put(argv, f"{fault.option}={fault.typed}", names[0])
                yield f"{doubt}write `{names[0]}` alone", written
        return
    if not fault.typed and fault.option == "--delimiter":
        yield "if a `;` was meant, quote it", (*argv, ";")
    for text, value in _meant(fault.typed, form, _KINDS.get(form.names[-1])):
        words = replaced(argv, fault.option, fault.typed, value)
        if words is not None:
            yield text, words
    if fault.typed.lower() in _NONE_MEANT:
        yield f"leave `{fault.option}` out", _without(argv, fault.option, fault.typed)


def _meant(typed: str, form: OptionForm, kind: str | None) -> Iterator[tuple[str, str]]:
    """Yield what a value may have meant, and the value so: what is beyond doubt first."""
    bare = typed.strip("'\"`()[]{} ") or typed.strip("'\"`")
    items = re.split(r"\s*[,;|]\s*|\s+", bare) if kind != "delimiter" else [bare]
    if kind is not None:
        known = [meaning(kind, item) for item in items]
        words = [k.instead if k and k.instead else i for k, i in zip(known, items, strict=True)]
        yield f"`{typed}` is `{','.join(words)}` here", ",".join(words)
    yield "write the value alone", bare
    yield "separate the items with commas", ",".join(filter(None, items))
    yield "name each once", ",".join(dict.fromkeys(items))
    yield "write out the range", ",".join(map(_range, items))
    for text, number in numbers_meant(bare)[:1]:
        yield text, _whole(number)
    yield "write a whole number", _whole(bare)
    if form.choices:
        near = [next(iter(_like(item, form.choices)), item) for item in items]
        yield f"did you mean `{','.join(near)}`?", ",".join(near)
    found = re.fullmatch(r"-?([0-9]+)(?:\.[0-9]*)?", bare)
    if found:
        yield f"if {found[1]} is meant", found[1]
    if "--seed" in form.names:
        yield "if any seed will do", "0"


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


# ---------------------------------------------------------------------------------- arguments


def _not_an_argument(argv: Words, fault: UsageFault) -> _Proposals:
    """Yield an option that does not look like one, and a list that was written with blanks."""
    typed, at = fault.typed, argv.index(fault.typed)
    name = "--" + _DASHES.sub("-", typed).lstrip("-")
    if fault.form(name.partition("=")[0]) is not None:
        yield "write an option with two plain dashes", _put(argv, typed, name)
    before = at
    while before > 0 and not argv[before].startswith("-"):
        before -= 1
    form = fault.form(argv[before])
    if form is not None and form.takes_list and before + 1 < at:
        rest = takewhile(lambda w: not w.startswith("-") and not os.path.exists(w), argv[at:])
        items = (*argv[before + 1 : at], *rest)
        joined = ",".join(item.strip(",;") for item in items)
        words = (*argv[: before + 1], joined, *argv[before + 1 + len(items) :])
        yield "separate the items with commas, without blanks", words


def _paths(argv: Words, fault: UsageFault) -> _Proposals:
    """Yield files that are there, with a name like one that is not."""
    folder, name = os.path.split(fault.typed)
    if folder and not os.path.isdir(folder):
        above, last = os.path.split(folder)
        folders = [each for each in _names(above) if os.path.isdir(os.path.join(above, each))]
        found = [os.path.join(above, like, name) for like in _like(last, folders)]
        found = [path for path in (*found, name) if os.path.isfile(path)]
    else:
        found = [os.path.join(folder, each) for each in _named_like(folder, name, fault.argument)]
    for path in found:
        if path not in argv:
            yield f"did you mean `{path}`?", _put(argv, fault.typed, path)


def _named_like(folder: str, name: str, argument: str) -> list[str]:
    """Return the names in a folder that may be meant by one that is not there, likely ones first."""
    names, stem = _names(folder), name.partition(".")[0].lower()
    stems = {n.partition(".")[0].lower(): n for n in reversed(names) if _may_be(argument, n)}
    deeper = (os.path.join(each, name) for each in names[:_MAX_FOLDERS] if "." not in each)
    below = [path for path in deeper if os.path.isfile(os.path.join(folder, path))]
    like = [stems[each] for each in _like(stem, list(stems))]
    same = [each for each in like if each.lower().startswith(f"{stem}.")]
    return [*same, *below, *(each for each in like if each not in same)]


def _missing(argv: Words, fault: UsageFault) -> _Proposals:
    """Yield the one file in this folder that could be what is missing."""
    at = next((at for at, word in enumerate(argv) if _may_be("DATA", word)), None)
    missing = "CONFIG" if at is not None and fault.argument == "DATA" else fault.argument
    found = [name for name in _names("") if _may_be(missing, name) and name not in argv]
    if len(found) != 1 or (at is None and missing == "CONFIG"):
        return
    place = len(argv) if at is None else at
    what = "network" if missing == "CONFIG" else "data"
    yield f"if the {what} is `{found[0]}`", (*argv[:place], found[0], *argv[place:])


def _may_be(argument: str, name: str) -> bool:
    return name.lower().endswith(_SUFFIXES.get(argument, ""))


def _names(folder: str) -> list[str]:
    try:
        with os.scandir(folder or ".") as entries:
            return sorted(entry.name for entry in islice(entries, _MAX_NAMES))
    except (OSError, ValueError):
        return []


# -------------------------------------------------------------------------------------- words


def _stem(option: str) -> str:
    return option.lstrip("-").lower().replace("_", "-")


def _like(word: str, names: Sequence[str]) -> list[str]:
    folded = {name.casefold(): name for name in reversed(names)}
    if word.casefold() in folded:
        return [folded[word.casefold()]]
    begun = [name for each, name in folded.items() if each.startswith(word.casefold())]
    if len(begun) == 1 and len(word) > 3:
        return begun
    close = get_close_matches(word.casefold()[:200], list(folded), n=2, cutoff=_LIKE)
    return [folded[each] for each in close]


def _place(argv: Words, typed: str) -> int:
    """Return where a word stands, alone or in front of `=`."""
    return next(at for at, word in enumerate(argv) if word == typed or word.startswith(f"{typed}="))


def _put(argv: Words, typed: str, *instead: str) -> Words:
    """Return the command line with a word, or what stands in front of its `=`, as others."""
    at = _place(argv, typed)
    *others, last = instead
    return (*argv[:at], *others, last + argv[at][len(typed) :], *argv[at + 1 :])


def _without(argv: Words, typed: str, value: str | None = None) -> Words:
    """Return the command line without a word, and without the value that follows it."""
    at = _place(argv, typed)
    follows = value is not None and "=" not in argv[at]
    return (*argv[:at], *argv[at + 1 + follows :])


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
