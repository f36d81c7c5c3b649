"""Words of the command line that are misspelt, or are those of other programs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from random import Random

from slips.first_words import doubled, dropped, swapped
from slips.intact import Case
from slips.kinds import Kind, kind


def _other_word(at: int, words: Sequence[str]) -> Kind:
    """Return the kind that writes a word of the command line otherwise."""

    def slip(case: Case, rng: Random) -> Case:
        return replace(case, words=(*case.words[:at], rng.choice(words), *case.words[at + 1 :]))

    return Kind(slip)


def _options(pairs: Sequence[tuple[str, str]]) -> Kind:
    """Return the kind that adds words, one of these pairs: as they are said, and as is meant."""

    def slip(case: Case, rng: Random) -> Case:
        said, meant = (tuple(words.split()) for words in rng.choice(pairs))
        words = case.words
        if rng.random() < 0.5:  # before the arguments, or behind them
            return replace(
                case,
                words=(words[0], *said, *words[1:]),
                meant=replace(case, words=(words[0], *meant, *words[1:])),
            )
        return replace(case, words=(*words, *said), meant=replace(case, words=(*words, *meant)))

    return Kind(slip)


command_misspelt = _other_word(0, ("foward", "forwrad", "forwards", "farward", "Forward", "forwar"))
command_of_others = _other_word(0, ("run", "predict", "infer", "inference", "eval_forward"))
format_misspelt = _other_word(4, ("jsn", "JSON", "Json", "jsno", "json5", ".json"))
format_option_misspelt = _other_word(3, ("--fromat", "--formt", "--Format", "-format", "--fmt"))
dtype_of_others = _options(
    [
        (f"--dtype {said}", f"--dtype {meant}")
        for meant, words in {
            "float64": ("double", "np.float64", "f64", "FLOAT64", "fp64", "64", "flaot64"),
            "float32": ("single", "fp32", "f32", "Float32", "torch.float32", "32"),
        }.items()
        for said in words
    ]
)
limit_of_others = _options(
    [(f"{said} 2", "--limit 2") for said in ("--head", "--nrows", "--limt", "--max-rows", "-n")]
)
samples_of_others = _options(
    [(f"--samples {said}", "--samples rows") for said in ("row", "lines", "rws", "Rows")]
)
encoding_of_others = _options(
    [(f"--encoding {said}", "--encoding utf-8") for said in ("uft-8", "UTF-8-BOM", "utff-8")]
)
number_with_a_decimal_point = _options([("--rows 5.0", "--rows 5"), ("--limit 2.0", "--limit 2")])
dash_of_another_kind = _options(
    [(f"{dash}{word}", f"--{word}") for dash in "\u2013\u2014" for word in ("quiet", "rows 5")]
)
quiet_option_otherwise = _options([("--quite", "--quiet"), ("--silent", "--quiet")])


@kind()
def delimiter_option_of_others(case: Case, rng: Random) -> Case | None:
    option = rng.choice(("--sep", "--separator", "--delim", "--delimeter", "--field-separator"))
    return _with_delimiter(case, (option, ";"))


def _with_delimiter(case: Case, said: tuple[str, ...], delimiter: str = ";") -> Case:
    case = replace(case, data=case.table.text(delimiter))
    meant = replace(case, words=(*case.words, "--delimiter", delimiter))
    return replace(case, words=(*case.words, *said), meant=meant)


@kind()
def delimiter_as_a_word(case: Case, rng: Random) -> Case | None:
    said, delimiter = rng.choice(
        (("semicolon", ";"), ("';'", ";"), ("\\t", "\t"), ("tabs", "\t"), ("TAB", "\t"),
         ("pipe", "|"), ("comma", ","), ("semi-colon", ";"), (";;", ";"), ("bar", "|"))
    )  # fmt: skip
    return _with_delimiter(case, ("--delimiter", said), delimiter)


@kind()
def header_said_otherwise(case: Case, rng: Random) -> Case | None:
    if case.table.names is None:
        said, meant = rng.choice(("--no_header", "--noheader", "--no-headers")), "--no-header"
    else:
        said, meant = rng.choice(("--headers", "--has-header", "--heder")), "--header"
    return replace(case, words=(*case.words, said), meant=replace(case, words=(*case.words, meant)))


def _with_label(case: Case, rng: Random) -> Case | None:
    """Return the case with a column of texts behind the others."""
    table = case.table
    if table.names is None or isinstance(case.document.get("inputs"), dict):
        return None
    cells = tuple(rng.choice(("setosa", "virginica")) for _ in table.rows)
    name = rng.choice(("species", "diagnosis", "category"))
    return case.with_table(table.with_column(len(table.names), name, cells))


def _instead(case: Case, meant: Sequence[str], said: Sequence[str]) -> Case:
    words = case.words
    return replace(case, words=(*words, *said), meant=replace(case, words=(*words, *meant)))


@kind()
def drop_or_keep_of_others(case: Case, rng: Random) -> Case | None:
    more = _with_label(case, rng)
    if more is None or more.table.names is None:
        return None
    option = rng.choice(("--exclude", "--ignore", "--drop-columns", "--dorp", "--skip-columns"))
    name = more.table.names[-1]
    return _instead(more, ("--drop", name), (option, name))


@kind()
def name_of_a_column_misspelt(case: Case, rng: Random) -> Case | None:
    more = _with_label(case, rng)
    if more is None or more.table.names is None:
        return None
    option = rng.choice(("--drop", "--keep"))
    name = more.table.names[-1]
    change = rng.choice((lambda word, _: word.title(), dropped, doubled, swapped))
    said = change(name, rng)
    if rng.random() < 0.3:
        return _instead(more, (f"{option}={name}",), (f"{option}={said}",))
    return _instead(more, (option, name), (option, said))


@kind()
def positions_from_zero(case: Case, rng: Random) -> Case | None:
    more = _with_label(case, rng)
    if more is None:
        return None
    width = len(case.table.rows[0])
    one, zero = (",".join(str(n + start) for n in range(width)) for start in (1, 0))
    return _instead(more, ("--columns", one), ("--columns", zero))


@kind()
def positions_as_a_range(case: Case, rng: Random) -> Case | None:
    more = _with_label(case, rng)
    if more is None:
        return None
    width = len(case.table.rows[0])
    numbers = [str(n + 1) for n in range(width)]
    said = rng.choice((f"1-{width}", f"1:{width}", ";".join(numbers), f"1..{width}"))
    return _instead(more, ("--columns", ",".join(numbers)), ("--columns", said))


@kind()
def blanks_between_positions(case: Case, rng: Random) -> Case | None:
    more = _with_label(case, rng)
    if more is None:
        return None
    numbers = [str(n + 1) for n in range(len(case.table.rows[0]))]
    said = rng.choice((", ".join(numbers), " ".join(numbers)))
    return _instead(more, ("--columns", ",".join(numbers)), ("--columns", said))


@kind()
def network_and_data_swapped(case: Case, _rng: Random) -> Case | None:
    command, network, data, *rest = case.words
    return replace(case, words=(command, data, network, *rest))


@kind()
def command_left_out(case: Case, _rng: Random) -> Case | None:
    return replace(case, words=case.words[1:])


@kind()
def command_behind_the_network(case: Case, _rng: Random) -> Case | None:
    command, network, *rest = case.words
    return replace(case, words=(network, command, *rest))


@kind()
def name_of_a_file_misspelt(case: Case, rng: Random) -> Case | None:
    at, names = rng.choice(
        ((1, ("net.yml", "ent.yaml", "nets.yaml", "Net.yaml", "net", "net.yaml.txt")),
         (2, ("bacth.csv", "batches.csv", "batch.cvs", "batch", "Batch.csv")))
    )  # fmt: skip
    words = list(case.words)
    words[at] = rng.choice(names)
    return replace(case, words=tuple(words))


@kind()
def arguments_as_options(case: Case, rng: Random) -> Case | None:
    option = rng.choice(("--data", "--input", "--batch", "--csv"))
    command, network, data, *rest = case.words
    return replace(case, words=(command, network, option, data, *rest))


@kind(0, "only the user knows the seed")
def seed_that_is_no_number(case: Case, rng: Random) -> Case | None:
    said = rng.choice(("abc", "1.5", "-1", "none", "random", "4294967296"))
    return replace(case, words=(*case.words, "--seed", said))


@kind(0, "only the user knows the file")
def data_left_out(case: Case, _rng: Random) -> Case | None:
    return replace(case, words=(*case.words[:2], *case.words[3:]))
