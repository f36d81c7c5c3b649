"""Slips in the text of a spec that YAML does not forgive, or reads as something else."""

from __future__ import annotations

import re
from dataclasses import replace
from random import Random

from slips.intact import Case
from slips.kinds import anywhere, kind, pattern, without

KEY = r"^ *(?:- )?\w+"
INDENTED = r"(?!init:|layout:|name:) *(- )?\w+:"  # not what a layer has, too
SCALAR = r"[^\s\[\]{}#,:]+"

colon_left_out = pattern(rf"({KEY}): (?=\S)", lambda m, _: f"{m[1]} ")
equals_for_colon = pattern(
    rf"({KEY}): (?=\S)", lambda m, rng: m[1] + rng.choice((" = ", "=", ": = ", "  = "))
)
no_space_after_colon = pattern(r"(\b[a-z_]+): (?=[^\s#])", lambda m, _: f"{m[1]}:")
space_before_colon = pattern(r"(\b[a-z_]+): (?=[^\s#])", lambda m, _: f"{m[1]} : ")
tab_after_colon = pattern(rf"({KEY}): (?=[\w\"'])", lambda m, _: f"{m[1]}:\t")
semicolon_for_colon = pattern(rf"({KEY}): (?=\S)", lambda m, rng: m[1] + rng.choice((";", "; ")))
dash_left_out = pattern(r"^( +)- (?=\w+: |[-\d{\[])", lambda m, rng: m[1] + rng.choice(("", "  ")))
no_space_after_dash = pattern(r"^( *)- (?=[\w\[{])", lambda m, _: f"{m[1]}-")
closing_bracket_left_out = pattern(r"[\]}]+(?= *(?:#.*)?$)", lambda m, _: m[0][:-1])
closing_bracket_inside_left_out = without(r"\](?=[,}\]])")
opening_bracket_left_out = without(r"(?<=: )\[(?=[^\[\]]*\])")
bracket_too_many = pattern(r"[\]}]", lambda m, rng: m[0] + rng.choice((m[0], "]", "}")))
bracket_of_the_other_kind = pattern(r"[\]}]", lambda m, _: {"]": "}", "}": "]"}[m[0]])
comma_doubled = pattern(r"(?<=[\w.]), (?=[\w-])", lambda _, rng: rng.choice((",, ", ", , ")))
comma_before_the_bracket = pattern(r"(?<=[\w.])\]", lambda *_: ",]")
comma_or_semicolon_at_the_end = pattern(
    rf"^( *(?:- )?\w+: (?:{SCALAR}|\[[^\[\]\n]*\]))(?= *(?:#.*)?$)",
    lambda m, rng: m[1] + rng.choice((",", ";", ",", "; ")),
)
fullwidth_punctuation = pattern(
    r": (?=\S)|, ", lambda m, _: {":": "\uff1a", ",": "\uff0c"}[m[0][0]]
)
no_break_space_for_a_blank = pattern(r"(?<=:) (?=\S)|(?<=,) ", lambda *_: "\u00a0")
curly_quotes = pattern(
    rf"(?<=: )({SCALAR}|\"[^\"]*\"|'[^']*')(?= *(?:#.*)?$)",
    lambda m, rng: rng.choice(("\u201c{}\u201d", "\u2018{}\u2019", "\u201e{}\u201c")).format(
        m[1].strip("'\"")
    ),
)
quote_left_open = pattern(r"(?<=: )(['\"])([^'\"\n]*)\1(?= *$)", lambda m, _: m[1] + m[2])
comment_sign_of_another_language = pattern(
    r"(?<=[\w\]}])$(?!\n*\Z)",
    lambda _, rng: rng.choice(
        ("  // hidden layer", " // 4 inputs", "  ; see the book", "  % tuned", "  /* two layers */")
    ),
)


@kind()
def whole_line_of_another_languages_comment(case: Case, rng: Random) -> Case | None:
    lines = case.text.splitlines(keepends=True)
    places = [n for n, line in enumerate(lines) if re.match(r"\w+:", line)]
    sign = rng.choice(("// my network", "% my network", "; by hand", "/* by hand */", "-- by hand"))
    lines.insert(rng.choice(places), sign + "\n")
    return replace(case, spec="".join(lines))


@kind()
def one_line_indented_otherwise(case: Case, rng: Random) -> Case | None:
    lines = case.text.splitlines(keepends=True)
    places = [n for n, line in enumerate(lines) if n and re.match(INDENTED, line)]
    if not places:
        return None
    at = rng.choice(places)
    less = lines[at].startswith(" ") and rng.random() < 0.5
    lines[at] = lines[at][1:] if less else " " * rng.choice((1, 1, 2)) + lines[at]
    return replace(case, spec="".join(lines))


@kind()
def tabs_for_indentation(case: Case, rng: Random) -> Case | None:
    lines = case.text.splitlines(keepends=True)
    places = [n for n, line in enumerate(lines) if re.match(r"  +[^ #]", line)]
    if not places:
        return None
    for at in places if rng.random() < 0.6 else [rng.choice(places)]:
        blanks = len(lines[at]) - len(lines[at].lstrip(" "))
        per_tab = 2 if blanks % 4 or rng.random() < 0.5 else 4
        lines[at] = "\t" * (blanks // per_tab) + " " * (blanks % per_tab) + lines[at][blanks:]
    return replace(case, spec="".join(lines))


@kind()
def key_pasted_twice(case: Case, rng: Random) -> Case | None:
    return anywhere(r"^ *[a-z]+: \S.*\n", lambda m, _: m[0] * 2, case, rng)


@kind(2, "either of the two values can be the newer one")
def key_twice_with_two_values(case: Case, rng: Random) -> Case | None:
    other = str(rng.randrange(10000))
    return anywhere(r"^seed: .*\n", lambda m, _: f"{m[0]}seed: {other}\n", case, rng)


def _two_on_a_line(match: re.Match[str], rng: Random) -> str:
    return f"{match[1]}{rng.choice((', ', '; ', ' ', ','))}{match[2]}"


two_keys_on_a_line = pattern(r"^(\w+: \w+)\n(\w+: \S+)$", _two_on_a_line)


@kind()
def special_characters_in_a_name(case: Case, rng: Random) -> Case | None:
    name = rng.choice(
        ("net: v2", "[draft] iris", "iris, 2nd: try", "@home", "*star*", "50%: half", "`net`",
         "&co", "{small}", "! urgent", "% of all", "a: b: c",
         "? maybe", "| x", "> y", "- first: net")
    )  # fmt: skip
    document = {**case.document, "name": "@NAME@"}
    broken = case.with_document(document)
    return replace(broken, spec=broken.text.replace("@NAME@", name), meant=case)


@kind()
def saved_in_another_encoding(case: Case, rng: Random) -> Case | None:
    case = case.with_document({**case.document, "name": '"Größe für Öl"'})
    encoding = rng.choice(("utf-16", "cp1252", "utf-8-sig", "utf-16-le"))
    mark = "\ufeff" if encoding == "utf-16-le" else ""
    return replace(case, spec=(mark + case.text).encode(encoding), meant=case)


@kind()
def carriage_returns(case: Case, rng: Random) -> Case | None:
    return replace(case, spec=case.text.replace("\n", rng.choice(("\r\n", "\r"))))


@kind()
def seed_in_quotes(case: Case, rng: Random) -> Case | None:
    quote = rng.choice("'\"")
    return anywhere(r"(?<=^seed: )\d+", lambda m, _: f"{quote}{m[0]}{quote}", case, rng)


@kind()
def comma_left_out(case: Case, rng: Random) -> Case | None:
    """Two names without a comma between them may be one name, but not if they are counted."""
    return anywhere(r"(?<=[\w.]), (?=[-\w]+[,\]])", lambda *_: " ", case, rng)
