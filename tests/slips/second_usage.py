"""Command lines as other tools want them."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from slips.first_usage import _instead, _options, _with_delimiter, _with_label
from slips.intact import Case
from slips.kinds import Kind, kind

options_of_training_tools = _options(
    [("--random-state 3", "--seed 3"), ("--precision float32", "--dtype float32"),
     ("--bs 256", "--batch-size 256"), ("--n-jobs 2", "--threads 2"), ("-j 2", "--threads 2"),
     ("--fp32", "--dtype float32"), ("--max-samples 2", "--limit 2"),
     ("--decimals 3", "--precision 3")]
)  # fmt: skip


@kind()
def network_as_an_option(case: Case, rng: Random) -> Case | None:
    option = rng.choice(("--config", "-c", "--model", "--network", "--spec", "-m"))
    command, network, data, *rest = case.words
    said = (option, network) if rng.random() < 0.6 or option[1] != "-" else (f"{option}={network}",)
    return replace(case, words=(command, *rng.choice(((*said, data), (data, *said))), *rest))


@kind()
def delimiter_of_csvkit_or_cut(case: Case, rng: Random) -> Case | None:
    return _with_delimiter(
        case, rng.choice((("-d", ";"), ("-d;",), ("-s", ";"), ("-t", ";"), ("-F;",)))
    )


@kind()
def header_with_a_value(case: Case, rng: Random) -> Case | None:
    """As pandas has it."""
    words, meant = ("0", "true", "yes"), "--header"
    if case.table.names is None:
        words, meant = ("None", "false", "no"), "--no-header"
    said = rng.choice(("--header=", "--header ")) + rng.choice(words)
    return _instead(case, (meant,), said.split())


@kind()
def format_as_a_flag(case: Case, rng: Random) -> Case | None:
    said = ("--json", "-f json", "--to json", "--output-format json", "--format:json",
            "--as json", "-fjson", "--type json")  # fmt: skip
    return replace(case, words=(*case.words[:3], *rng.choice(said).split()))


@kind()
def columns_as_several_words(case: Case, rng: Random) -> Case | None:
    """`--columns age BMI`, as argparse takes them, or a blank in a name."""
    more = _with_label(case, rng)
    if more is None or case.table.names is None:
        return None
    names = case.table.names
    said = (" " if rng.random() < 0.6 else ",").join(names).split()
    if len(said) < 2:
        return None
    return _instead(more, ("--columns", ",".join(case.table.names)), ("--columns", *said))


@kind()
def last_column_from_the_end(case: Case, rng: Random) -> Case | None:
    more = _with_label(case, rng)
    if more is None or more.table.names is None:
        return None
    said = rng.choice((("--drop", "-1"), ("--drop=-1",), ("--drop", "last"), ("--columns", ":-1")))
    return _instead(more, ("--drop", more.table.names[-1]), said)


def _words(*forms: tuple[str, ...]) -> Kind:
    """Return the kind that writes command, network and data otherwise."""
    return Kind(lambda case, rng: replace(case, words=(*rng.choice(forms), *case.words[3:])))


files_with_signs_of_a_manual = _words(
    ("forward", "net.yaml,", "batch.csv"), ("forward", "<net.yaml>", "<batch.csv>"),
    ("forward", "'net.yaml'", "'batch.csv'"), ("forward", "[net.yaml]", "[batch.csv]"),
    ("forward", "CONFIG=net.yaml", "DATA=batch.csv"), ("forward", ".\\net.yaml", ".\\batch.csv"),
    ("forward", "net.yaml", "on", "batch.csv"), ("forward", "@net.yaml", "@batch.csv"),
)  # fmt: skip
