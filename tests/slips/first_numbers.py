"""Numbers in a spec that are written as people write numbers, not as YAML does."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from random import Random

from slips.intact import Case
from slips.kinds import Kind, anywhere, kind, pattern

NUMBER = r"(?<=[\[ ])-?\d+\.\d+(?=[,\]])"  # of weights or biases: nothing else has decimals so


def _one_of(*forms: str) -> Callable[[re.Match[str], Random], str]:
    return lambda match, rng: rng.choice(forms).format(match[0])


decimal_comma = pattern(NUMBER, lambda m, _: m[0].replace(".", ","))
letter_in_a_number = pattern(
    r"(?<=[\[ ])-?\d*[01]\d*\.\d+(?=[,\]])",
    lambda m, rng: re.sub(
        "[01]", lambda d: rng.choice({"0": "Oo", "1": "lI"}[d[0]]), m[0], count=1
    ),
)
blank_in_a_number = pattern(
    r"(?<=[\[ ])(-?\d+)\.(\d+)(?=[,\]])",
    lambda m, rng: (
        rng.choice((f"{m[1]}. {m[2]}", f"{m[1]} .{m[2]}"))
        if m[1][0] != "-" or rng.random() < 0.4
        else f"- {m[1][1:]}.{m[2]}"
    ),
)
number_with_a_suffix = pattern(NUMBER, _one_of("{}f", "{}F", "{}f0"))
minus_of_another_kind = pattern(
    r"(?<=[\[ ])-(?=\d+\.\d+[,\]])", lambda _, rng: rng.choice("\u2212\u2013\u2010\u2012")
)
two_points_or_a_stray_sign = pattern(
    NUMBER,
    lambda m, rng: rng.choice(
        (m[0].replace(".", ".."), f"{m[0]}*", f"{m[0]}.", f"{m[0]}'", f"{m[0]}`")
    ),
)
number_in_quotes = pattern(NUMBER, _one_of('"{}"', "'{}'"))
number_in_parentheses_of_a_call = pattern(
    NUMBER, _one_of("float({})", "np.float64({})", "tensor({})")
)
plus_sign_or_bare_point = pattern(
    r"(?<=[\[ ])(-?)(\d+\.\d+)(?=[,\]])",
    lambda m, _: m[1] + (m[2][1:] if m[2][0] == "0" else f"{'' if m[1] else '+'}{m[2]}"),
)


@kind()
def decimal_commas_everywhere(case: Case, _rng: Random) -> Case | None:
    text = re.sub(NUMBER, lambda m: m[0].replace(".", ","), case.text)
    return replace(case, spec=text) if text != case.text else None


@kind(0, "only the user knows the number that is missing")
def number_missing(case: Case, rng: Random) -> Case | None:
    words = ("nan", "null", "~", "None", "NA", "?", "inf", ".nan", "-", "x")
    return anywhere(NUMBER, lambda *_: rng.choice(words), case, rng)


def _written_otherwise(forms: dict[str, Sequence[str]]) -> Kind:
    """Return the kind that puts a number into the weights and writes it otherwise."""

    def slip(case: Case, rng: Random) -> Case | None:
        number = rng.choice(list(forms))
        state = rng.getstate()
        meant = anywhere(NUMBER, lambda *_: number, case, rng)
        rng.setstate(state)
        broken = anywhere(NUMBER, lambda *_: "@@", case, rng)
        if meant is None or broken is None:
            return None
        text = broken.text.replace("@@", rng.choice(forms[number]))
        return replace(broken, spec=text, meant=meant)

    return Kind(slip)


thousands_in_a_number = _written_otherwise(
    {
        "1234.5": ("1_234.5", "1'234.5", "1,234.5", "1 234.5", "1\u00a0234.5"),
        "-25300.75": ("-25_300.75", "-25'300.75", "-25,300.75", "-25 300.75"),
    }
)
times_ten_in_a_number = _written_otherwise(
    {
        "1.5e-3": ("1.5x10^-3", "1.5*10^-3", "1.5\u00d710^-3", "1.5 e-3", "1.5e -3", "1.5*10**-3"),
        "-2.25e2": ("-2.25x10^2", "-2.25*10^2", "-2.25 e2", "-2.25*^2", "-2.25d2", "-2.25x10^+2"),
    }
)
fraction_for_a_number = _written_otherwise({"0.5": ("1/2",), "-0.75": ("-3/4",), "0.125": ("1/8",)})
percentage_for_a_number = _written_otherwise({"0.5": ("50%", "50 %"), "-0.125": ("-12.5%",)})
