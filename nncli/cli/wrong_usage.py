"""What a command line is refused for, said by the parser that refuses it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import cache, partial
from itertools import chain
from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_command

from nncli.data.csv.numbers import is_number
from nncli.doctor.diagnosis import treat_command, with_line
from nncli.errors import DataError, FileError, NncliError, SpecError, UsageError
from nncli.files import STDIN, missing
from nncli.problems import OptionForm, Place, Problem, UsageFault, Words
from nncli.words import nearest, quoted

_PREFIX = re.compile(r"\bValue error, ")
# They end the run as soon as they are met: nothing is left to be refused.
_ENDING = frozenset({"--help", "-h", "--version", "--show-completion", "--install-completion"})
_FORMS = ("table", "json", "jsonl", "csv", "md", "yaml")
# Of what an option takes, what is usual, where that is no closed list.
_USUAL = {
    "--encoding": (
        "utf-8",
        "utf-8-sig",
        "utf-16",
        "latin-1",
        "cp1252",
        "cp1250",
        "shift-jis",
        "gbk",
    ),
    "--delimiter": (",", ";", "tab", "|", "blanks", " ", ":", "#"),
}
_ARGUMENTS = {
    "CONFIG": "the file with the network",
    "DATA": "the file with the samples",
    "SOURCE": "the file with the network",
    "DESTINATION": "the file to write, such as net.onnx",
}


def usage_error(error: typer.TyperException, argv: Sequence[str]) -> UsageError:
    """Return what the parser refused, with the changes after which it refuses nothing."""
    words = tuple(argv)
    return UsageError(treat_command(words, _fault(error, _group(), words), _refused))


def wants_json(error: NncliError, argv: Sequence[str]) -> bool:
    """Whether a wrong command line asks for JSON, however it writes that."""
    told = [s.argv for problem in error.problems for s in problem.suggestions if s.argv]
    for words in (tuple(argv), *told):
        for word, after in zip(words, (*words[1:], ""), strict=True):
            name, _, value = word.partition("=")
            likely = nearest(value or after, _FORMS) if nearest(name, ["--format"]) else None
            if "--json" in words or likely in ("json", "yaml"):
                return True
    return False


@cache
def _group() -> TyperGroup:
    from nncli.cli.app import app

    group = get_command(app)
    assert isinstance(group, TyperGroup)  # noqa: S101
    return group


def _parsed(words: Words) -> Any:
    """Return the context of a command with its own words read; nothing of it is run."""
    group = _group()
    context = group.make_context("nncli", list(words))
    at = len(words) - len(context.args) - 1  # behind the group's own options
    _, command, rest = group.resolve_command(context, list(words[at:]))
    assert command is not None  # what is no command raises  # noqa: S101
    return command.make_context(words[at], rest, parent=context)


def _refused(words: Words) -> UsageFault | None:
    """Return what a command line would be refused for."""
    if _ENDING & {*words}:
        return None
    try:
        context = _parsed(words)
    except typer.TyperException as error:
        return _fault(error, _group(), words)
    values = context.params
    for name in ("config", "source", "data", "expect", "compare"):
        for path in _listed(values.get(name)):
            if not _is_there(path):
                return _of_path(path, name, context)
    return None


# --------------------------------------------------------------- words that no parser can judge


def blamed_on_words(error: NncliError, argv: Sequence[str]) -> NncliError:
    """Return an error of a command's body, with the words of the command line that explain it."""
    words, problem = tuple(argv), error.problems[0]
    if isinstance(error, UsageError):
        fault_of = partial(_refused_item, error) if error.choices else _refused
        treated = treat_command(words, _of_body(error, words), fault_of)
        return UsageError(_with_command(treated, error.elsewhere, words))
    if isinstance(error, FileError | DataError):
        fault = _refused(words)
        if fault is not None:
            others = error.problems[1:] if isinstance(error, FileError) else ()
            return FileError([treat_command(words, fault, _refused), *others], more=error.more)
    elif isinstance(error, SpecError) and problem.code[:2] in ("N1", "N3"):
        fault = _swapped(problem, _parsed(words).params)
        if fault is not None:
            return SpecError(treat_command(words, fault, _refused))
    return error


def _with_command(problem: Problem, elsewhere: tuple[str, str] | None, words: Words) -> Problem:
    """Return a problem with the whole line of the command that takes the words, if one does."""
    if elsewhere is None or _refused((elsewhere[1], *words[1:])) is not None:
        return problem
    return with_line(problem, elsewhere[0], (elsewhere[1], *words[1:]))


def _of_body(error: UsageError, words: Words) -> UsageFault:
    """Return the fault of options that go together for the parser, but not for the command."""
    problem, context = error.problems[0], _parsed(words)
    forms = _forms([context.command])
    if problem.code == "N704":
        # an option may have a file's name, too: that of --against
        twice = (word for word in words if words.count(word) > 1)
        typed = next((word for word in twice if repr(word) in problem.message), "")
        return UsageFault(problem, typed, options=forms)
    named = [word for word in re.findall("--?[a-z-]+", problem.message) if word in _names(forms)]
    option, value = _last_value(named[:1] or [""], words)
    # a number is no misspelt name
    numbers = all(is_number(item.strip()) for item in value.split(","))
    choices = () if numbers else tuple(name for name in error.choices if not is_number(name))
    if choices:
        forms = tuple(replace(f, choices=choices) if option in f.names else f for f in forms)
    return UsageFault(problem, value, option, options=forms)


def _refused_item(error: UsageError, words: Words) -> UsageFault | None:
    """Return what a command line would be refused for, where the items of an option are known."""
    fault = _refused(words)
    if fault is not None:
        return fault
    fault = _of_body(error, words)
    items = [item.strip() for item in fault.typed.split(",")] if fault.typed else []
    unknown = [item for item in items if item not in error.choices]
    problem = Problem("N703", f"{fault.option}: there is no {', '.join(unknown)}")
    return replace(fault, problem=problem) if unknown else None


def _is_there(path: str) -> bool:
    from glob import glob

    return path == STDIN or os.path.lexists(path) or ("\0" not in path and bool(glob(path)))


def _of_path(typed: str, name: str, context: Any) -> UsageFault:
    """Return the fault of a file that is not there; name: of the parameter."""
    argument = {"config": "CONFIG", "source": "CONFIG", "data": "DATA"}.get(name, "")
    option = "" if argument else f"--{name}"
    problem = missing(typed)
    if name == "data" and re.fullmatch(r"[\d\s.,;\[\]+-]*\d[\d\s.,;\[\]]*", typed):
        typing = "DATA is a file; numbers go through a pipe: echo 1,2,3 | nncli forward CONFIG -"
        problem = replace(problem, help=(typing,))
    return UsageFault(problem, typed, option, argument, options=_forms([context.command]))


def _listed(data: Any) -> tuple[str, ...]:
    """Return the argument DATA of any command as a list."""
    return tuple(data) if isinstance(data, list | tuple) else (data,) if data is not None else ()


def _swapped(problem: Problem, values: Mapping[str, Any]) -> UsageFault | None:
    """Return the fault of data where the network should be, if the data is a network."""
    from nncli.formats.config import Config, read_config

    data = _listed(values.get("data"))
    if len(data) != 1 or data[0] == STDIN or problem.place is None:
        return None
    with suppress(NncliError):
        if isinstance(read_config(data[0]), Config):
            message = "this is no network but looks like data; the network comes first"
            place = Place(problem.place.file)
            return UsageFault(
                Problem(problem.code, message, place), str(values.get("config")), argument=data[0]
            )
    return None


# ------------------------------------------------------------------ what Typer says, as a value


def _fault(error: Any, group: TyperGroup, words: Words) -> UsageFault:
    context = getattr(error, "ctx", None)
    first = next((word for word in words if word[:1] != "-"), "")
    command = group.commands.get(first)
    if command is None or (context is not None and context.parent is None):
        return _fault_of_group(error, group, words, first)
    forms = _forms([command])
    hint = (f"`nncli {command.name} --help` lists the options",)
    name = getattr(error, "option_name", None)
    if name is not None and hasattr(error, "possibilities"):
        typed = _typed_option(name, words)
        others = [n for n, c in group.commands.items() if any(typed in p.opts for p in c.params)]
        has = "has" if len(others) == 1 else "have"
        elsewhere = f": only {' and '.join(others)} {has} it" if others else ""
        problem = Problem(
            "N702", f"{command.name} has no option {quoted(typed)}{elsewhere}", help=hint
        )
        return UsageFault(problem, typed, names=_names(forms), options=forms)
    if name is not None:  # a value is missing, or there is one where none is taken
        value = next((w.partition("=")[2] for w in words if w.startswith(f"{name}=")), "")
        verb = "takes no value" if value else "needs a value"
        param = next(p for p in command.params if name in (*p.opts, *p.secondary_opts))
        example = param.metavar or "|".join(_choices(param))
        more = () if value else (f"write it behind: `{name} {example}`",)
        problem = Problem("N703", f"{name} {verb}", help=(*more, *hint))
        return UsageFault(problem, value, name, options=forms)
    parameter = getattr(error, "param", None)
    if parameter is None:
        return _needless(error, command, words, forms)
    if hasattr(error, "param_type"):
        argument = parameter.metavar.strip("[]")
        what = _ARGUMENTS.get(argument, "a word")
        problem = Problem("N704", f"{argument} is missing: {what}", help=(_usage(command),))
        typed = next((word for word in words if word not in (first, "") and word[0] != "-"), "")
        return UsageFault(problem, typed, argument=argument, options=forms)
    detail = _PREFIX.sub("", error.message).rstrip(".")
    option, value = _last_value([*parameter.opts, *parameter.secondary_opts], words)
    problem = Problem("N703", f"{option}: {detail}", help=hint)
    return UsageFault(problem, value, option, options=forms)


def _fault_of_group(error: Any, group: TyperGroup, words: Words, first: str) -> UsageFault:
    """Return what is wrong in front of a command's own words."""
    name = getattr(error, "option_name", None)
    if name is not None:
        typed = _typed_option(name, words)
        forms = _forms([group, *group.commands.values()])
        message, hint = f"nncli has no option {quoted(typed)}", "`nncli --help` lists the commands"
        if typed in _names(forms):
            message = f"{quoted(typed)} stands before the command"
            hint = f"options come after the command: nncli forward … {typed}"
        problem = Problem("N702", message, help=(hint,))
        return UsageFault(problem, typed, names=_names(forms), options=forms)
    parameter = getattr(error, "param", None)
    if first and parameter is None:
        return _unknown_command(group, first)
    code = "N704" if parameter is None else "N703"
    return UsageFault(Problem(code, _PREFIX.sub("", error.format_message()).rstrip(".")))


def _unknown_command(group: TyperGroup, typed: str) -> UsageFault:
    names = tuple(group.commands)
    hint = f"the commands are {', '.join(names)}"
    problem = Problem("N701", f"there is no command {quoted(typed)}", help=(hint,))
    return UsageFault(problem, typed, names=(*names, "--help", "--version"))


def _needless(error: Any, command: Any, words: Words, forms: tuple[OptionForm, ...]) -> UsageFault:
    """Return the fault of the first argument that is one too many."""
    extra = _PREFIX.sub("", error.format_message()).partition("(s) (")[2].removesuffix(")")
    typed = next((w for w in words if w and (extra == w or extra.startswith(f"{w} "))), "")
    problem = Problem("N704", f"{quoted(extra)} is one argument too many", help=(_usage(command),))
    return UsageFault(problem, typed, options=forms)


def _usage(command: Any) -> str:
    arguments = (
        p.metavar if p.required else f"[{p.metavar.strip('[]')}]"
        for p in command.params
        if p.param_type_name == "argument"
    )
    words = " ".join(("nncli", command.name, *arguments, "[OPTIONS]"))
    return f"write `{words}`"


def _forms(commands: Iterable[Any]) -> tuple[OptionForm, ...]:
    """Return how the options of some commands are written."""
    options = (p for p in chain(*(c.params for c in commands)) if p.param_type_name == "option")
    return tuple(
        OptionForm(
            tuple(option.opts),
            tuple(option.secondary_opts),
            not option.is_flag,
            "," in (option.metavar or ""),
            _choices(option),
        )
        for option in options
    )


def _names(forms: Iterable[OptionForm]) -> Words:
    return tuple(name for form in forms for name in (*form.names, *form.opposite))


def _choices(option: Any) -> tuple[str, ...]:
    if option.opts[0] in _USUAL:
        return _USUAL[option.opts[0]]
    descriptor = option.type_descriptor
    parser = descriptor.parameter_info.parser
    return tuple(getattr(parser, "choices", descriptor.choices or ()))


def _typed_option(name: str, words: Sequence[str]) -> str:
    """Return an option as it was typed: of -sep the parser says -s."""
    whole = (word.partition("=")[0] for word in words if word[:1] == "-" and word[:2] != "--")
    inside = (word for word in whole if name[1:] in word[1:]) if len(name) == 2 else iter(())
    return name if name in words else next(inside, name)


def _last_value(names: Sequence[str], words: Sequence[str]) -> tuple[str, str]:
    """Return the last use of an option: its name as it was typed, and its value."""
    for at in reversed(range(len(words))):
        name, _, value = words[at].partition("=")
        if name in names:
            return name, value or next(iter(words[at + 1 :]), "")
        if words[at][:2] in names:
            return words[at][:2], words[at][2:]
    return names[-1], ""
