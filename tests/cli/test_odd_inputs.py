"""Bad and odd specs and data, as a user meets them: what is refused, where, and what would help.

One entry for each input; its id starts with a number that only orders the table.
"""

from __future__ import annotations

import bz2
import gzip
import lzma
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from conftest import Done, RunCli

Write = Callable[[str, str | bytes], Path]
# a problem's code, line and column; None where it has no such place
Located = tuple[str, int | None, int | None]
# one text or several
Words = str | tuple[str, ...]


@dataclass(frozen=True)
class Refused:
    """An input that is refused with *exit*, and with exactly these problems of *file*.

    says, helps: words that stand in its messages and in its help lines; misleads: words that stand
    in none of its help lines, because who followed them would be no further.
    """

    id: str
    spec: str | bytes
    data: str | bytes
    problems: tuple[Located, ...]
    exit: int
    file: str
    says: Words = ()
    helps: Words = ()
    misleads: Words = ()
    options: tuple[str, ...] = ()
    config: str = "spec.yaml"
    source: str = "data.csv"


@dataclass(frozen=True)
class Taken:
    """An input that is accepted: the rows of its result as CSV, and words of each of its notes."""

    id: str
    spec: str | bytes
    data: str | bytes
    rows: str
    notes: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    config: str = "spec.yaml"
    source: str = "data.csv"


def bad_spec(name: str, spec: str | bytes, *problems: Located, **more: Any) -> Refused:
    fields: dict[str, Any] = {"exit": 3, "file": "spec.yaml", "data": "1,2\n"} | more
    return Refused(name, spec, problems=problems, **fields)


def good_spec(name: str, spec: str | bytes, data: str, rows: str) -> Taken:
    return Taken(name, spec, data, rows)


def bad_data(name: str, data: str | bytes, *problems: Located, **more: Any) -> Refused:
    fields: dict[str, Any] = {"exit": 4, "file": "data.csv"} | more
    return Refused(name, IDENTITY, data, problems, **fields)


def good_data(name: str, data: str | bytes, rows: str, *notes: str, **more: Any) -> Taken:
    return Taken(name, IDENTITY, data, rows, notes, **more)


# ------------------------------------------------------------------------------------- the specs

SIZES = "layer_sizes: [2, 1]\n"
SEEDED = SIZES + "seed: 0\n"
LAYER = "seed: 0\ninputs: 2\nlayers:\n  - neurons: 1\n"
EIGHT = "[1, 2, 3, 4, 5, 6, 7, 8]"
NINES = "9" * 5000
# What a layer of one neuron makes of the sample (1, 0): its first weight, which is a tenth of
# numpy.random.RandomState(seed).randn().
BY_SEED_0 = "0.1764052345967664\n"
BY_SEED_8 = "0.009120471661981978\n"
BY_LARGEST_SEED = "0.06484086742306527\n"


def weights(first: str) -> str:
    """Return a spec of one neuron, whose first weight this is: at 5:16."""
    return f"{LAYER}    weights: [[{first}], [0]]\n"


SPECS: list[Refused | Taken] = [
    # -------- the file
    bad_spec(
        "001 a missing file with a similar name beside it",
        SEEDED,
        ("N501", None, None),
        exit=5,
        config="spce.yaml",
        file="spce.yaml",
        says="no such file",
        helps="`spec.yaml`",
    ),
    bad_spec(
        "001 a missing file with another suffix",
        SEEDED,
        ("N501", None, None),
        exit=5,
        config="spec.yml",
        file="spec.yml",
        helps="`spec.yaml`",
    ),
    bad_spec(
        "001 a missing folder",
        SEEDED,
        ("N501", None, None),
        exit=5,
        config="nowhere/spec.yaml",
        file="nowhere",
        says="no such folder",
    ),
    bad_spec(
        "002 a folder",
        SEEDED,
        ("N502", None, None),
        exit=5,
        config=".",
        file=".",
        says="is a directory",
    ),
    bad_spec("003 nothing", "", ("N106", 1, 1), says="empty", helps=("layer_sizes: [", "seed")),
    bad_spec(
        "003 comments only", "# one\n# two\n", ("N106", 1, 1), says="empty", helps="layer_sizes: ["
    ),
    bad_spec("003 blank lines only", "\n \n\n", ("N106", 1, 1), says="empty"),
    bad_spec("003 a byte-order mark only", b"\xef\xbb\xbf", ("N106", 1, 1), says="empty"),
    bad_spec("003 a document mark only", "---\n", ("N106", 1, 1), says="empty"),
    bad_spec("003 an end mark only", "...\n", ("N106", 1, 1), says="empty"),
    bad_spec("003 null", "null\n", ("N106", 1, 1), says="empty"),
    bad_spec("003 empty braces", "{}\n", ("N106", 1, 1), says="no layers"),
    bad_spec("004 a list", "[1, 2]\n", ("N105", 1, 1), says=("mapping", "a list"), helps="seed"),
    bad_spec("004 a list in lines", "# x\n- a\n", ("N105", 2, 1), says=("mapping", "a list")),
    bad_spec("004 a number", "42\n", ("N105", 1, 1), says=("mapping", "42")),
    bad_spec("004 a word", "hello\n", ("N105", 1, 1), says=("mapping", "hello")),
    bad_spec("004 a quoted text", '"seed: 0"\n', ("N105", 1, 1), says=("mapping", '"seed: 0"')),
    bad_spec("004 a CSV file", "a,b\n1,2\n", ("N105", 1, 1), says=("mapping", "a,b")),
    # -------- keys
    bad_spec(
        "005 a misspelt key",
        SEEDED + "activatons: relu\n",
        ("N101", 3, 1),
        says="activatons",
        helps=("`activations`", "layer_sizes", "outputs"),
    ),
    bad_spec(
        "005 a misspelt key of a layer",
        LAYER + "    activaton: relu\n",
        ("N101", 5, 5),
        says=("activaton", "layer 1"),
        helps=("`activation`", "neurons"),
    ),
    bad_spec(
        "005 a misspelt key of the inputs",
        "seed: 0\ninputs: {siz: 2}\nlayers: [{neurons: 1}]\n",
        ("N101", 2, 10),
        says=("siz", "inputs"),
        helps=("`size`", "columns"),
    ),
    bad_spec(
        "005 an unknown key that is like no other",
        SEEDED + "lr: 1e-3\n",
        ("N101", 3, 1),
        says="lr",
        helps=("layer_sizes", "seed"),
        misleads="did you mean",
    ),
    bad_spec("005 a number as a key", SEEDED + "1: 2\n", ("N101", 3, 1), says="1", helps="seed"),
    bad_spec(
        "006 a key in another case",
        "seed: 0\ninputs: 2\nLayers:\n  - neurons: 1\n",
        ("N101", 3, 1),
        says="Layers",
        helps="`layers`",
    ),
    bad_spec(
        "006 a layer's key in another case",
        LAYER.replace("neurons", "Neurons"),
        ("N101", 4, 5),
        helps="`neurons`",
    ),
    bad_spec(
        "006 a key in camel case",
        "layerSizes: [2, 1]\nseed: 0\n",
        ("N101", 1, 1),
        helps="`layer_sizes`",
    ),
    bad_spec("007 a repeated key", SEEDED + "seed: 1\n", ("N102", 3, 1), says=("seed", "2:1")),
    bad_spec(
        "007 a key repeated in quotes", SEEDED + '"seed": 1\n', ("N102", 3, 1), says=("seed", "2:1")
    ),
    bad_spec(
        "007 a key repeated twice",
        SEEDED + "seed: 1\nseed: 2\n",
        ("N102", 3, 1),
        ("N102", 4, 1),
        says="2:1",
    ),
    bad_spec(
        "008 a repeated key of a layer",
        LAYER + "    neurons: 2\n",
        ("N102", 5, 5),
        says=("neurons", "4:5"),
    ),
    bad_spec(
        "008 a repeated key in braces",
        "seed: 0\ninputs: {size: 2, size: 3}\nlayers: [{neurons: 1}]\n",
        ("N102", 2, 19),
        says=("size", "2:10"),
    ),
    bad_spec(
        "008 a repeated parameter",
        SEEDED + "activations: {elu: {alpha: 1, alpha: 2}}\n",
        ("N102", 3, 31),
        says=("alpha", "3:21"),
    ),
    bad_spec(
        "009 a merge key beside all that is needed",
        "seed: 0\ninputs: 2\nlayers:\n  - &a {neurons: 2}\n  - {<<: *a, neurons: 1}\n",
        ("N103", 5, 6),
        says="merge",
        helps="alias",
    ),
    bad_spec(
        "009 a merge key that brings what is needed",
        "seed: 0\ninputs: 2\nlayers:\n  - &a {neurons: 2}\n  - {<<: *a, activation: relu}\n",
        ("N103", 5, 6),
        says="merge",
    ),
    # -------- numbers that look like something else
    good_spec("010 exponents without a point", weights("1e-3"), "1000,1\n", "1\n"),
    good_spec(
        "010 an exponent as a parameter",
        weights("-1") + "    activation: {elu: {alpha: 1e3}}\n",
        "1000,0\n",  # elu(-1000) is -alpha
        "-1000\n",
    ),
    good_spec(
        "011 numbers that start with a point",
        LAYER + "    weights: [[-.5], [0]]\n    biases: [+.5]\n",
        "3,0\n",
        "-1\n",
    ),
    bad_spec(
        "012 a seed with a leading zero",
        SIZES + "seed: 010\n",
        ("N105", 2, 7),
        says="`010`",
        helps=("octal", "10 or 0o10"),
    ),
    bad_spec(
        "012 a leading zero that cannot be octal",
        SIZES + "seed: 08\n",
        ("N105", 2, 7),
        helps="write 8",
        misleads="0o8",
    ),
    bad_spec(
        "012 a size with a leading zero",
        "layer_sizes: [010, 1]\nseed: 0\n",
        ("N105", 1, 15),
        helps="10 or 0o10",
    ),
    bad_spec(
        "012 a weight with a leading zero", weights("010"), ("N302", 5, 16), helps="10 or 0o10"
    ),
    good_spec("013 an octal seed", SIZES + "seed: 0o10\n", "1,0\n", BY_SEED_8),
    bad_spec(
        "014 a base-60 seed", SIZES + "seed: 1:30\n", ("N105", 2, 7), says="`1:30`", helps="base-60"
    ),
    bad_spec("014 a base-60 weight", weights("1:30.5"), ("N302", 5, 16), helps="base-60"),
    bad_spec(
        "015 an underscore in a seed",
        SIZES + "seed: 1_000\n",
        ("N105", 2, 7),
        says="`1_000`",
        helps=("1000", "underscore"),
    ),
    bad_spec("015 an underscore in a weight", weights("1_000.5"), ("N302", 5, 16), helps="1000.5"),
    bad_spec(
        "016 a seed with a point",
        SIZES + "seed: 1.0\n",
        ("N105", 2, 7),
        says=("`1.0`", "whole number"),
        helps="point",
    ),
    bad_spec(
        "016 a seed with an exponent",
        SIZES + "seed: 1e3\n",
        ("N105", 2, 7),
        says="`1e3`",
        helps="whole number",
    ),
    bad_spec(
        "017 a negative seed",
        SIZES + "seed: -1\n",
        ("N107", 2, 7),
        says=("`-1`", "0", "4294967295"),
    ),
    bad_spec(
        "018 a seed too large",
        SIZES + "seed: 4294967296\n",
        ("N107", 2, 7),
        says=("`4294967296`", "0 to 4294967295"),
        helps="smaller",
    ),
    good_spec("018 the largest seed", SIZES + "seed: 4294967295\n", "1,0\n", BY_LARGEST_SEED),
    bad_spec(
        "019 true as a seed",
        SIZES + "seed: true\n",
        ("N105", 2, 7),
        says=("`true`", "whole number"),
    ),
    bad_spec("019 yes as a seed", SIZES + "seed: yes\n", ("N105", 2, 7), says="`yes`"),
    bad_spec(
        "020 a quoted seed",
        SIZES + 'seed: "42"\n',
        ("N105", 2, 7),
        says=('"42"', "whole number"),
        helps=("text", "quotes"),
    ),
    bad_spec(
        "020 a seed of empty quotes",
        SIZES + 'seed: ""\n',
        ("N105", 2, 7),
        misleads="remove the quotes",
    ),
    bad_spec(
        "020 a word in quotes as a seed",
        SIZES + 'seed: "random"\n',
        ("N105", 2, 7),
        misleads="remove the quotes",
    ),
    bad_spec("020 a word as a seed", SIZES + "seed: random\n", ("N105", 2, 7), says="`random`"),
    bad_spec(
        "021 a seed without a value",
        SIZES + "seed:\n",
        ("N105", 2, 1),
        says=("seed", "empty"),
        helps="seed: 0",
        misleads="remove the key",
    ),
    bad_spec("021 null as a seed", SIZES + "seed: ~\n", ("N105", 2, 1), says=("seed", "empty")),
    bad_spec(
        "021 no seed at all",
        SIZES,
        ("N109", 1, 18),
        says=("layer 1", "no seed"),
        helps=("seed: 0", "--seed"),
    ),
    bad_spec("022 a seed of 5,000 digits", f"{SIZES}seed: {NINES}\n", ("N105", 2, 7)),
    bad_spec(
        "022 a size of 5,000 digits", f"seed: 0\nlayer_sizes: [2, {NINES}]\n", ("N105", 2, 18)
    ),
    bad_spec("022 a weight of 5,000 digits", weights(NINES), ("N303", 5, 16), says="finite"),
    bad_spec(
        "023 a date that does not exist",
        "seed: 0\nlayer_sizes: [2, 2024-13-45]\n",
        ("N105", 2, 18),
        says=("`2024-13-45`", "whole number"),
        helps="date",
    ),
    bad_spec(
        "024 a date as a size",
        "seed: 0\ninputs: {size: 2024-01-01}\nlayers: [{neurons: 1}]\n",
        ("N105", 2, 16),
        says=("`2024-01-01`", "whole number"),
        helps="date",
    ),
    bad_spec("024 a date as a weight", weights("2024-01-01"), ("N302", 5, 16), helps="date"),
    # -------- YAML itself
    bad_spec(
        "025 a bracket open to the end",
        "seed: 0\nlayer_sizes: [4, 8, 3\n",
        ("N100", 2, 14),
        says=("`[`", "end of the file"),
        helps="`]`",
    ),
    bad_spec(
        "025 a bracket open before the next key",
        "layer_sizes: [4, 8, 3\nseed: 0\n",
        ("N100", 1, 14),
        says=("`[`", "line 2"),
        helps="`]`",
    ),
    bad_spec(
        "025 an inner bracket open",
        LAYER + "    weights: [[1, 2], [3, 4]\n  - neurons: 2\n",
        ("N100", 5, 14),
        says=("`[`", "line 6"),
    ),
    bad_spec(
        "025 a brace open",
        "seed: 0\ninputs: {size: 3\n",
        ("N100", 2, 9),
        says=("`{`", "end of the file"),
        helps="`}`",
    ),
    bad_spec(
        "025 a bracket closed by a brace",
        "layer_sizes: [4, 8}\nseed: 0\n",
        ("N100", 1, 14),
        says=("`[`", "`}`"),
    ),
    bad_spec("025 a quote open", SEEDED + 'name: "abc\n', ("N100", 3, 7), helps="quote"),
    bad_spec(
        "026 a tab as an indent",
        "seed: 0\ninputs:\n\tsize: 2\n",
        ("N100", 3, 1),
        says="tab",
        helps="spaces",
    ),
    bad_spec(
        "026 a tab behind spaces",
        LAYER + "  \tactivation: relu\n",
        ("N100", 5, 3),
        says="tab",
        helps="spaces",
    ),
    bad_spec(
        "026 a tab behind a dash",
        "seed: 0\ninputs: 2\nlayers:\n  -\tneurons: 1\n",
        ("N100", 4, 4),
        says="tab",
        helps="space",
    ),
    good_spec("026 a tab before a value", SIZES + "seed:\t0\n", "1,0\n", BY_SEED_0),
    bad_spec("027 one key without a space", "seed:1\n", ("N105", 1, 1), helps="space after"),
    bad_spec("027 the first of two", "seed:1\n" + SIZES, ("N100", 1, 6), helps="space after"),
    bad_spec("027 the last of two", SIZES + "seed:1\n", ("N100", 2, 6), helps="space after"),
    bad_spec(
        "027 a layer's only key",
        "seed: 0\ninputs: 2\nlayers:\n  - neurons:3\n",
        ("N105", 4, 5),
        helps="space after",
    ),
    bad_spec(
        "027 a key in braces",
        "seed: 0\ninputs: 2\nlayers: [{neurons:3}]\n",
        ("N100", 3, 19),
        helps="space after",
        misleads="remove the key",
    ),
    bad_spec(
        "028 a list without a space",
        "seed: 0\nlayer_sizes:[4,8]\n",
        ("N100", 2, 13),
        helps="space after",
    ),
    bad_spec(
        "028 only a list without a space",
        "layer_sizes:[4,8]\n",
        ("N105", 1, 1),
        helps="space after",
    ),
    bad_spec(
        "028 weights without a space",
        LAYER + "    weights:[[1],[1]]\n",
        ("N100", 5, 13),
        helps="space after",
    ),
    # -------- sizes
    bad_spec(
        "029 a size of 0",
        "seed: 0\nlayer_sizes: [2, 0]\n",
        ("N107", 2, 18),
        says="`0`",
        helps="neuron",
    ),
    bad_spec(
        "029 no inputs in the sizes",
        "seed: 0\nlayer_sizes: [0, 2]\n",
        ("N107", 2, 15),
        says="`0`",
        helps="feature",
    ),
    bad_spec(
        "029 no neurons",
        LAYER.replace("neurons: 1", "neurons: 0"),
        ("N107", 4, 14),
        says=("`neurons`", "`0`"),
    ),
    bad_spec(
        "029 no inputs",
        LAYER.replace("inputs: 2", "inputs: 0"),
        ("N107", 2, 9),
        says=("`inputs`", "`0`"),
        helps="feature",
    ),
    bad_spec(
        "030 a negative size", "seed: 0\nlayer_sizes: [2, -3]\n", ("N107", 2, 18), says="`-3`"
    ),
    bad_spec(
        "031 a size with a fraction",
        "seed: 0\nlayer_sizes: [2, 2.5]\n",
        ("N105", 2, 18),
        says=("`2.5`", "whole number"),
    ),
    bad_spec(
        "032 words as sizes",
        "seed: 0\nlayer_sizes: [2, true, yes, on]\n",
        ("N105", 2, 18),
        ("N105", 2, 24),
        ("N105", 2, 29),
        says=("`true`", "`yes`", "`on`", "whole number"),
    ),
    bad_spec(
        "032 a word as neurons",
        LAYER.replace("neurons: 1", "neurons: yes"),
        ("N105", 4, 14),
        says=("`neurons`", "`yes`", "whole number"),
    ),
    # -------- activations
    bad_spec(
        "033 no",
        SEEDED + "activations: no\n",
        ("N107", 3, 14),
        says="'no'",
        helps=("write `linear`", "softmax"),
    ),
    bad_spec(
        "033 off in a list",
        SEEDED + "activations: [off]\n",
        ("N107", 3, 15),
        says="'off'",
        helps="write `linear`",
    ),
    bad_spec("033 none", SEEDED + "activations: none\n", ("N107", 3, 14), helps="write `linear`"),
    bad_spec("033 false", SEEDED + "activations: false\n", ("N105", 3, 14), helps="write `linear`"),
    bad_spec("033 null", SEEDED + "activations: null\n", ("N105", 3, 1), helps="write `linear`"),
    bad_spec("033 nothing", SEEDED + "activations:\n", ("N105", 3, 1), helps="write `linear`"),
    bad_spec("033 a tilde", LAYER + "    activation: ~\n", ("N105", 5, 5), helps="write `linear`"),
    bad_spec(
        "034 a misspelt activation",
        SEEDED + "activations: sigmod\n",
        ("N107", 3, 14),
        says="'sigmod'",
        helps=("`sigmoid`", "softmax"),
    ),
    bad_spec(
        "034 a misspelt activation of a layer",
        LAYER + "    activation: sofmax\n",
        ("N107", 5, 17),
        helps="`softmax`",
    ),
    bad_spec(
        "034 a misspelt activation with parameters",
        SEEDED + "activations: {LeakyReLU: {negative_slope: 0.1}}\n",
        ("N107", 3, 15),
        helps="`leaky_relu`",
    ),
    bad_spec(
        "035 too few activations",
        "seed: 0\nlayer_sizes: [2, 3, 1]\nactivations: [relu]\n",
        ("N111", 3, 14),
        says=("1 activation", "2 layers", "2:1"),
        helps="2",
    ),
    bad_spec(
        "035 too many activations",
        SEEDED + "activations: [relu, linear]\n",
        ("N111", 3, 14),
        says=("2 activations", "1 layer", "1:1"),
        helps="one",
    ),
    bad_spec(
        "036 only inputs in the sizes",
        "seed: 0\nlayer_sizes: [4]\n",
        ("N107", 2, 14),
        says="1 size",
        helps="[4, 5, 2]",
    ),
    bad_spec("036 no sizes", "seed: 0\nlayer_sizes: []\n", ("N107", 2, 14), helps="[4, 5, 2]"),
    bad_spec(
        "036 inputs and no layers",
        "inputs: 4\nseed: 0\n",
        ("N106", 1, 1),
        says="no layers",
        helps="`layers:`",
    ),
    bad_spec("036 a list of no layers", "inputs: 4\nlayers: []\n", ("N107", 2, 9), helps="neurons"),
    bad_spec(
        "036 layers without a value",
        "inputs: 4\nlayers:\n",
        ("N105", 2, 1),
        says=("`layers`", "empty"),
        helps="neurons",
    ),
    bad_spec(
        "037 a layer of 10^9 × 10^9",
        "seed: 0\nlayer_sizes: [2, 1000000000, 1000000000]\n",
        ("N508", None, None),
        exit=5,
        file="",
        says="8,000,000,032,000,000,000 bytes",  # 8 · (2·10^9 + 10^9 + 10^18 + 10^9)
        helps="shapes",
    ),
    # -------- weights
    bad_spec(
        "038 transposed weights",
        f"inputs: 4\nlayers:\n  - neurons: 8\n    weights: [{', '.join([EIGHT] * 4)}]\n"
        f"  - neurons: 3\n    weights: [{', '.join([EIGHT] * 3)}]\n",
        ("N201", 6, 14),
        says=("layer 2", "(3, 8)", "(8, 3)", "transpose"),
        helps="layout: neurons_by_inputs",
        data="1,2,3,4\n",
    ),
    bad_spec(
        "038 weights of the wrong shape",
        "inputs: 4\nlayers:\n  - neurons: 2\n    weights: [[1, 2], [3, 4]]\n",
        ("N201", 4, 14),
        says=("layer 1", "2 inputs", "4 inputs"),
        helps="inputs: 2",
        data="1,2,3,4\n",
    ),
    bad_spec(
        "039 a long row of weights",
        LAYER + "    weights:\n      - [1]\n      - [2, 3]\n",
        ("N301", 7, 9),
        says=("row 2", "2 numbers", "row 1"),
    ),
    bad_spec(
        "039 a first row that is too short",
        "inputs: 3\nlayers:\n  - neurons: 2\n    weights: [[1], [2, 3], [4, 5]]\n",
        ("N301", 4, 15),
        says=("row 1", "1 number"),
    ),
    bad_spec(
        "039 an empty first row",
        LAYER + "    weights: [[], [1]]\n",
        ("N302", 5, 15),
        says="an empty list",
    ),
    bad_spec(
        "039 a number instead of a row",
        LAYER + "    weights: [[1], 2]\n",
        ("N302", 5, 20),
        says="`2`",
        helps="brackets",
    ),
    bad_spec(
        "039 one flat list",
        LAYER + "    weights: [1, 2]\n",
        ("N302", 5, 14),
        says="flat list",
        helps="brackets",
    ),
    bad_spec("040 a text", weights("a"), ("N302", 5, 16), says=("`a`", "number")),
    bad_spec("040 a null", weights("null"), ("N302", 5, 16), says="`null`"),
    bad_spec("040 a mapping", weights("{a: 1}"), ("N302", 5, 16), says="a mapping"),
    bad_spec("040 a list", weights("[1]"), ("N302", 5, 16), says="a list"),
    bad_spec("040 a quoted number", weights('"1"'), ("N302", 5, 16), helps="quotes"),
    bad_spec("040 an empty row", LAYER + "    weights: [[1], []]\n", ("N302", 5, 20)),
    bad_spec("041 not a number", weights(".nan"), ("N303", 5, 16), says=("`.nan`", "finite")),
    bad_spec("041 infinity", weights("-.inf"), ("N303", 5, 16), says=("`-.inf`", "finite")),
    bad_spec("041 a number too large", weights("1e400"), ("N303", 5, 16), says="`1e400`"),
    bad_spec("041 a bias", LAYER + "    biases: [.nan]\n", ("N303", 5, 14), says="`.nan`"),
    bad_spec(
        "042 NaN as the book writes it",
        weights("NaN"),
        ("N302", 5, 16),
        says="`NaN`",
        helps="finite",
    ),
    bad_spec("042 inf", weights("-inf"), ("N302", 5, 16), says="`-inf`", helps="finite"),
    bad_spec(
        "043 weights in the spec and in a file",
        weights("1") + "weights_file: model.npz\n",
        ("N108", 6, 1),
        says=("weights_file", "5"),
    ),
    # -------- what YAML offers and a spec does not
    bad_spec(
        "044 a second document",
        SEEDED + "---\n" + SEEDED,
        ("N103", 3, 1),
        says="second",
        helps="`---`",
    ),
    bad_spec("044 a last mark", SEEDED + "---\n", ("N103", 3, 1), helps="`---`"),
    bad_spec("044 more behind an end mark", SEEDED + "...\nname: x\n", ("N103", 4, 1)),
    good_spec("044 one document with marks", f"%YAML 1.2\n---\n{SEEDED}...\n", "1,0\n", BY_SEED_0),
    bad_spec(
        "045 a tag that calls",
        SEEDED + 'name: !!python/object/apply:os.system ["touch x"]\n',
        ("N103", 3, 7),
        says=("!!python/object/apply:os.system", "not allowed"),
        helps="tag",
    ),
    bad_spec(
        "045 a tag without a value",
        SEEDED + "name: !!python/name:os.system\n",
        ("N103", 3, 7),
        says="!!python/name:os.system",
    ),
    bad_spec("045 a tag on all", "!!python/object:x\n" + SEEDED, ("N103", 1, 1), helps="tag"),
    bad_spec("045 a harmless tag", SIZES + "seed: !!int 3\n", ("N103", 2, 7), says="!!int"),
    bad_spec(
        "045 a tag that was not introduced",
        SEEDED + "name: !e!x 1\n",
        ("N103", 3, 7),
        helps="tag",
        misleads="indentation",
    ),
    good_spec(
        "046 an alias",
        "inputs: 1\nlayers:\n  - &a {neurons: 1, weights: [[2]], biases: [1]}\n  - *a\n",
        "3\n",
        "15\n",  # 2 · (2 · 3 + 1) + 1
    ),
    bad_spec(
        "046 a faulty value, repeated",
        "seed: 0\ninputs: 2\nlayers:\n  - &a {neurons: 0}\n  - *a\n  - *a\n",
        ("N107", 4, 18),
    ),
    bad_spec(
        "046 an alias of nothing",
        "seed: *x\n" + SIZES,
        ("N100", 1, 7),
        says="alias",
        helps="&x",
        misleads="indentation",
    ),
    bad_spec("046 a cycle", "seed: 0\ninputs: 2\nlayers: &a [*a]\n", ("N104", 3, 13), says="*a"),
    bad_spec("046 a longer cycle", "inputs: &a\n  size: [*a]\n", ("N104", 2, 10), says="*a"),
    bad_spec(
        "047 500 mappings",
        "".join(" " * level + "a:\n" for level in range(500)),
        ("N104", 65, 65),
        says="64",
    ),
    bad_spec("047 500 lists on a line", "- " * 500 + "\n", ("N104", 1, 129), says="64"),
    # -------- bytes and characters
    bad_spec(
        "048 Latin-1",
        "seed: 0\nname: größe\n".encode("latin-1"),
        ("N110", 2, 9),
        says="0xF6",
        helps="UTF-8",
    ),
    bad_spec("048 a NUL", SEEDED + "name: a\0b\n", ("N110", 3, 8), says="U+0000", helps="UTF-8"),
    bad_spec("048 a Ctrl-Z", SEEDED + "\x1a", ("N110", 3, 1), says="U+001A", helps="remove"),
    bad_spec(
        "048 UTF-16 without its mark",
        SEEDED.encode("utf-16-le"),
        ("N110", 1, 2),
        says="U+0000",
        helps="UTF-16",
    ),
    bad_spec("048 half a character of UTF-16", b"\xff\xfes\0e", ("N110", 1, 2), helps="UTF-8"),
    good_spec("048 UTF-16 LE", b"\xff\xfe" + SEEDED.encode("utf-16-le"), "1,0\n", BY_SEED_0),
    good_spec("048 UTF-16 BE", b"\xfe\xff" + SEEDED.encode("utf-16-be"), "1,0\n", BY_SEED_0),
    good_spec("048 a byte-order mark", "\ufeff" + SEEDED, "1,0\n", BY_SEED_0),
    good_spec("048 CRLF", SEEDED.replace("\n", "\r\n"), "1,0\n", BY_SEED_0),
    good_spec("048 CR", SEEDED.replace("\n", "\r"), "1,0\n", BY_SEED_0),
    good_spec("048 no line end", SEEDED.rstrip("\n"), "1,0\n", BY_SEED_0),
    good_spec("048 all sorts of letters", SEEDED + "name: größe 😀\n", "1,0\n", BY_SEED_0),
    bad_spec(
        "048 a byte-order mark inside", SEEDED + "\ufeffname: x\n", ("N110", 3, 1), says="U+FEFF"
    ),
    bad_spec(
        "048 NEL as a line end", "seed: 0\x85" + SIZES, ("N110", 1, 8), says="U+0085", helps="line"
    ),
    bad_spec("048 a line separator", "seed: 0\n\u2028" + SIZES, ("N110", 2, 1), says="U+2028"),
    bad_spec(
        "048 a no-break space as an indent",
        SEEDED + "\xa0name: x\n",
        ("N101", 3, 1),
        helps="U+00A0 NO-BREAK SPACE",
    ),
    bad_spec(
        "048 no-break spaces as a layer's indent",
        LAYER + "\xa0\xa0\xa0\xa0activation: relu\n",
        ("N101", 5, 1),
        helps="U+00A0",
        misleads="`activations`",
    ),
    bad_spec(
        "048 a no-break space in a value", SIZES + "seed: \xa00\n", ("N105", 2, 7), helps="U+00A0"
    ),
    bad_spec(
        "048 a no-break space behind a colon",
        "seed:\xa00\n" + SIZES,
        ("N100", 1, 6),
        helps=("U+00A0", "space after"),
    ),
    bad_spec(
        "048 curly quotes",
        SEEDED + "activations: \u201crelu\u201d\n",
        ("N107", 3, 14),
        helps=("U+201C LEFT DOUBLE QUOTATION MARK", "`relu`"),
    ),
    bad_spec(
        "048 a key in curly quotes", "\u201cseed\u201d: 0\n" + SIZES, ("N101", 1, 1), helps="U+201C"
    ),
]

# -------------------------------------------------------------------------------------- the data

# Its output is its input, so that a result shows what was read.
IDENTITY = """\
inputs: 3
layers:
  - {neurons: 3, weights: [[1, 0, 0], [0, 1, 0], [0, 0, 1]], biases: [0, 0, 0]}
"""
ABC = "a,b,c\n"
ONE = ABC + "1,2,3\n"
NAMES = ",".join(f"n{number}" for number in range(10_000)) + "\n" + ",".join(["1"] * 10_000)
EXCEL = b"PK\x03\x04\x14\0\x06\0" + b"\0" * 22 + b"xl/workbook.xml"


def cell(text: str) -> str:
    """Return a table whose only odd cell this is: at 2:3."""
    return f"{ABC}1,2,{text}\n"


DATA: list[Refused | Taken] = [
    # -------- header or data
    good_data("049 a header and rows", ONE + "4,5,6\n7,8,9\n", "1,2,3\n4,5,6\n7,8,9\n"),
    good_data("050 numbers only", "1,2.5,3\n4,5,6\n", "1,2.5,3\n4,5,6\n"),
    good_data(
        "051 years above", "2019,2020,2021\n1,2.5,3\n", "2019,2020,2021\n1,2.5,3\n", "--header"
    ),
    good_data("051 positions above", "0,1,2\n1.5,2,3\n", "0,1,2\n1.5,2,3\n", "--header"),
    good_data("051 whole numbers all over", "0,1,2\n5,6,7\n", "0,1,2\n5,6,7\n"),
    good_data(
        "051 whole numbers and nan", "1,2,3\n4,nan,6\n", "1,2,3\nnan,nan,nan\n", "non-finite"
    ),
    good_data(
        "051 years, said to be a header",
        "2019,2020,2021\n1,2.5,3\n",
        "1,2.5,3\n",
        options=("--header",),
    ),
    bad_data(
        "052 numbers and a typo",
        "1.0,2.O,3.0\n1,2,3\n",
        ("N410", 1, 2),
        says=("'2.O'", "header"),
        helps=("--header", "digits"),
    ),
    bad_data(
        "052 numbers and an empty cell", "1,,3\n1,2,3\n", ("N410", 1, 2), helps=("fill", "--header")
    ),
    bad_data(
        "052 typos only", "1.O,2.O,3.O\n1,2,3\n", ("N410", 1, 1), says="'1.O'", helps="digits"
    ),
    bad_data("053 a header only", ABC, ("N402", 1, 1), says="no data rows", misleads="--no-header"),
    bad_data(
        "053 numbers, said to be a header",
        "1,2,3\n",
        ("N402", 1, 1),
        options=("--header",),
        helps="--no-header",
    ),
    bad_data("054 nothing", "", ("N401", 1, None), says="empty", helps="line"),
    bad_data("055 a line end", "\n", ("N401", 1, None), says="blank lines", helps="line"),
    bad_data("055 blank lines", "\r\n\r\n \n", ("N401", 1, None), says="blank lines"),
    bad_data("055 a byte-order mark", "\ufeff", ("N401", 1, None), says="empty"),
    # -------- line ends and blank lines
    good_data("056 a byte-order mark before names", "\ufeff" + ONE, "1,2,3\n"),
    good_data("056 a byte-order mark before numbers", "\ufeff1,2,3\n", "1,2,3\n"),
    good_data(
        "056 a byte-order mark before a name that is chosen",
        "\ufeffid,a,b,c\n9,1,2,3\n",
        "1,2,3\n",
        options=("--drop", "id"),
    ),
    bad_data("056 a bad cell behind a byte-order mark", "\ufeff" + ABC + "1,x,3\n", ("N404", 2, 2)),
    bad_data(
        "057 a byte-order mark between joined files",
        ONE + "\ufeff" + ONE,
        ("N406", 3, 1),
        says="byte-order mark",
        helps=("concatenated", "remove"),
    ),
    bad_data(
        "057 a byte-order mark in a row", ABC + "1,\ufeff2,3\n", ("N406", 2, 2), helps="remove"
    ),
    bad_data("057 two byte-order marks", "\ufeff\ufeff" + ONE, ("N406", 1, 1), helps="remove"),
    good_data("058 CRLF", "a,b,c\r\n1,2,3\r\n", "1,2,3\n"),
    good_data("058 CR", "a,b,c\r1,2,3\r", "1,2,3\n"),
    good_data("058 mixed line ends", "a,b,c\r1,2,3\r\n4,5,6\n7,8,9", "1,2,3\n4,5,6\n7,8,9\n"),
    bad_data("058 a bad cell behind CRLF", "a,b,c\r\n1,2,3\r\n\r\n4,x,6\r\n", ("N404", 4, 2)),
    bad_data("058 a bad cell behind CR", "a,b,c\r1,2,3\r\r4,x,6\r", ("N404", 4, 2)),
    bad_data("058 a bad cell behind all of them", "a,b,c\r1,2,3\r\n\n4,x,6", ("N404", 4, 2)),
    good_data("059 no line end at the end", ABC + "1,2,3", "1,2,3\n"),
    bad_data(
        "060 a file cut within a row",
        ONE + "4,5",
        ("N403", 3, 1),
        says=("2 fields", "3"),
        helps="cut off",
    ),
    bad_data("060 a file cut within its first row", "a,b,c\n1,2", ("N403", 2, 1), helps="cut off"),
    bad_data("060 a file cut within quotes", ABC + '1,2,"3', ("N405", 2, 3), says="never closed"),
    bad_data(
        "061 a file cut within a character",
        (ONE + "4,5,é").encode()[:-1],
        ("N406", 3, 3),
        says=("0xC3", "offset 16"),
        helps="cut off",
    ),
    good_data(
        "062 blank lines all over",
        "\n\n" + ABC + "\n1,2,3\n\n4,5,6\n\n",
        "1,2,3\n4,5,6\n",
        "5 blank lines",
    ),
    bad_data("062 a bad cell behind blank lines", "\n" + ABC + "\n1,x,3\n", ("N404", 4, 2)),
    good_data("063 a line of blanks", ABC + " \t \n1,2,3\n", "1,2,3\n", "1 blank line"),
    bad_data("063 a bad cell behind a line of blanks", ABC + "  \t\n1,x,3\n", ("N404", 3, 2)),
    bad_data(
        "063 a line of a no-break space", ONE + "\u00a0\n4,5,6\n", ("N403", 3, 1), helps="U+00A0"
    ),
    # -------- too many and too few
    bad_data(
        "064 a line of commas",
        ONE + ",,\n",
        ("N404", 3, 1),
        says="empty value in column 1",
        helps="remove it",
    ),
    bad_data("064 a first line of commas", ",,\n1,2,3\n", ("N410", 1, 1)),
    bad_data(
        "065 a comma behind every line",
        "a,b,c,\n1,2,3,\n",
        ("N407", 1, 1),
        says=("4 feature columns", "3"),
        helps="--drop 4",
    ),
    bad_data(
        "065 a comma behind every line of numbers",
        "1,2,3,\n4,5,6,\n",
        ("N410", 1, 4),
        helps="--drop 4",
    ),
    good_data(
        "065 a comma behind every line, dropped",
        "a,b,c,\n1,2,3,\n",
        "1,2,3\n",
        options=("--drop", "4"),
    ),
    bad_data(
        "066 a comma behind a row",
        ABC + "1,2,3,\n",
        ("N403", 2, 1),
        says=("4 fields", "3"),
        helps="end of the line",
    ),
    bad_data(
        "067 a short row",
        ONE + "1,2\n4,5,6\n",
        ("N403", 3, 1),
        says=("2 fields", "expected 3", "line 1"),
    ),
    bad_data(
        "067 a long row",
        ONE + "1,2,3,4\n",
        ("N403", 3, 1),
        says=("4 fields", "expected 3"),
        helps="quoted",
    ),
    bad_data(
        "068 a name too few", "a,b\n1,2,3\n4,5,6\n", ("N407", 1, 1), says=("2", "3"), helps="name"
    ),
    bad_data(
        "068 a name too few for a network that takes as many",
        "a,b,c\n1,2,3,4\n4,5,6,7\n",
        ("N403", 2, 1),
        says=("4 fields", "3"),
        helps="name",
    ),
    bad_data(
        "068 a name too many",
        "a,b,c,d\n1,2,3\n4,5,6\n",
        ("N407", 1, 1),
        says=("4", "3"),
        helps="name",
        misleads="--drop",
    ),
    bad_data(
        "068 a name too many for a network that takes as many",
        "a,b,c\n1,2\n",
        ("N403", 2, 1),
        says=("2 fields", "expected 3"),
    ),
    bad_data(
        "069 a column too many",
        "a,b,c,label\n1,2,3,0\n",
        ("N407", 1, 1),
        says=("4 feature columns", "takes 3"),
        helps=("--drop label", "--keep label"),
    ),
    bad_data(
        "069 two columns too many",
        "a,b,c,label,z\n1,2,3,x,4\n",
        ("N407", 1, 1),
        says=("5 feature columns", "takes 3"),
        helps="--drop label,z",
    ),
    bad_data(
        "069 a column too few", "a,b\n1,2\n", ("N407", 1, 1), says=("2 feature columns", "takes 3")
    ),
    good_data(
        "069 a column too many, dropped",
        "a,b,c,label\n1,2,3,x\n",
        "1,2,3\n",
        options=("--drop", "label"),
    ),
    bad_data(
        "069 an index without a name",
        ",a,b,c\n0,1,2,3\n1,4,5,6\n",
        ("N407", 1, 1),
        helps="--drop 1",
    ),
    # -------- quotes
    good_data("070 quoted numbers", ABC + '"1","2"," 3 "\n', "1,2,3\n"),
    bad_data(
        "071 a blank before a quote", ABC + '1, "2",3\n', ("N405", 2, 2), helps="remove the blank"
    ),
    bad_data(
        "071 a blank behind a quote", ABC + '"1" ,2,3\n', ("N405", 2, 1), helps="remove the blank"
    ),
    bad_data("072 a quote in a cell", ABC + '1,2"3,4\n', ("N405", 2, 2), helps='""'),
    bad_data("072 text behind a quote", ABC + '"1"x,2,3\n', ("N405", 2, 1), says="after"),
    bad_data("072 a quote in a name", 'size 5",b,c\n1,2,3\n', ("N405", 1, 1), helps='""'),
    bad_data(
        "073 a quote that is never closed",
        ONE + "4,5,6\n" * 3 + '1,"2,3\n' + "4,5,6\n" * 9,
        ("N405", 6, 2),
        says="never closed",
    ),
    bad_data("073 a name's quote that is never closed", '"a,b,c\n1,2,3\n', ("N405", 1, 1)),
    good_data("074 a line break in a name", 'a,"b\nb",c\n1,2,3\n', "1,2,3\n"),
    bad_data(
        "074 a bad cell behind a line break in a name",
        'a,"b\nb",c\n1,2,3\n1,x,3\n',
        ("N404", 4, 2),
        helps="decimal number",
    ),
    bad_data(
        "075 a line break in a number", ABC + '1,"2\n",3\n', ("N404", 2, 2), helps="line break"
    ),
    bad_data(
        "076 single quotes", ABC + "1,'2',3\n", ("N404", 2, 2), says="'2'", helps="single quotes"
    ),
    bad_data(
        "076 single quotes in a first row", "'1','2','3'\n4,5,6\n", ("N410", 1, 1), helps="quotes"
    ),
    # -------- bytes
    bad_data(
        "077 a NUL", ONE + "1,2\0,3\n", ("N406", 3, 2), says="NUL", helps=("binary", "UTF-16")
    ),
    bad_data(
        "078 a Ctrl-Z at the end", ONE + "\x1a", ("N403", 3, 1), helps=("Ctrl-Z", "end of the file")
    ),
    bad_data("078 a Ctrl-Z on the last line", ABC + "1,2,3\x1a", ("N404", 2, 3), helps="Ctrl-Z"),
    bad_data(
        "079 UTF-16",
        ONE.encode("utf-16"),
        ("N411", 1, None),
        says="UTF-16",
        helps="--encoding utf-16",
    ),
    good_data(
        "079 UTF-16, said to be so",
        ONE.encode("utf-16"),
        "1,2,3\n",
        options=("--encoding", "utf-16"),
    ),
    bad_data(
        "080 UTF-16 LE without its mark",
        ONE.encode("utf-16-le"),
        ("N406", 1, 1),
        says="NUL",
        helps="--encoding utf-16-le",
    ),
    bad_data(
        "080 UTF-16 BE without its mark",
        ONE.encode("utf-16-be"),
        ("N406", 1, 1),
        helps="--encoding utf-16-be",
    ),
    bad_data(
        "080 UTF-16 without its mark, said to have one",
        ONE.encode("utf-16-le"),
        ("N406", 1, None),
        options=("--encoding", "utf-16"),
        helps="utf-16-le",
    ),
    good_data(
        "080 UTF-16 without its mark, said to be so",
        ONE.encode("utf-16-le"),
        "1,2,3\n",
        options=("--encoding", "utf-16-le"),
    ),
    bad_data(
        "081 Latin-1",
        "größe,b,c\n1,2,3\n".encode("latin-1"),
        ("N406", 1, 1),
        says=("0xF6", "offset 2"),
        helps="--encoding latin-1",
    ),
    bad_data(
        "081 Latin-1 behind a byte-order mark",
        b"\xef\xbb\xbfa,b,c\n1,2,\xf6\n",
        ("N406", 2, 3),
        says="0xF6",
        helps="--encoding latin-1",
    ),
    good_data(
        "081 Latin-1, said to be so",
        "größe,b,c\n1,2,3\n".encode("latin-1"),
        "1,2,3\n",
        options=("--encoding", "latin-1"),
    ),
    # -------- other delimiters
    bad_data("082 semicolons", "a;b;c\n1;2;3\n", ("N407", 1, 1), helps="--delimiter ';'"),
    bad_data("082 semicolons between numbers", "1;2;3\n", ("N410", 1, 1), helps="--delimiter ';'"),
    good_data("082 semicolons, said", "a;b;c\n1;2;3\n", "1,2,3\n", options=("--delimiter", ";")),
    bad_data("082 tabs", "a\tb\tc\n1\t2\t3\n", ("N407", 1, 1), helps="--delimiter tab"),
    bad_data("082 tabs between numbers", "1\t2\t3\n", ("N410", 1, 1), helps="--delimiter tab"),
    good_data("082 tabs, said", "a\tb\tc\n1\t2\t3\n", "1,2,3\n", options=("--delimiter", "tab")),
    good_data("082 tabs in a .tsv file", "1\t2\t3\n", "1,2,3\n", source="data.tsv"),
    good_data("082 tabs in a .TSV file", "1\t2\t3\n", "1,2,3\n", source="data.TSV"),
    good_data(
        "082 tabs in a .tsv.gz file", gzip.compress(b"1\t2\t3\n"), "1,2,3\n", source="data.tsv.gz"
    ),
    bad_data(
        "082 commas in a .tsv file",
        ONE,
        ("N407", 1, 1),
        source="data.tsv",
        file="data.tsv",
        helps="--delimiter ,",
    ),
    bad_data("082 bars", "a|b|c\n1|2|3\n", ("N407", 1, 1), helps="--delimiter '|'"),
    bad_data(
        "083 semicolons and decimal commas",
        "1,5;2,5;3,5\n",
        ("N410", 1, 2),
        helps=("--delimiter ';'", "decimal"),
    ),
    bad_data(
        "083 semicolons and decimal commas below names",
        "a;b;c\n1,5;2,5;3,5\n",
        ("N407", 1, 1),
        helps="--delimiter ';'",
    ),
    bad_data(
        "083 decimal commas, semicolons said",
        "a;b;c\n1;2,5;3\n",
        ("N404", 2, 2),
        options=("--delimiter", ";"),
        says="'2,5'",
        helps="decimal point",
    ),
    bad_data("084 blanks", "1 2 3\n", ("N410", 1, 1), helps="--delimiter ' '"),
    bad_data("084 blanks below names", "a b c\n1 2 3\n", ("N407", 1, 1), helps="--delimiter ' '"),
    bad_data(
        "084 several blanks", "a    b   c\n1    2   3\n", ("N407", 1, 1), misleads="--delimiter ' '"
    ),
    good_data("084 blanks, said", "a b c\n1 2 3\n", "1,2,3\n", options=("--delimiter", " ")),
    good_data("084 blanks behind commas", "a, b, c\n1, 2, 3\n", "1,2,3\n"),
    # -------- cells that are no numbers
    bad_data(
        "085 a thousands comma",
        cell('"1,000"'),
        ("N404", 2, 3),
        says="'1,000'",
        helps="thousands separator",
    ),
    bad_data("085 a thousands blank", cell("1 000"), ("N404", 2, 3), helps="thousands separator"),
    bad_data(
        "085 a thousands apostrophe", cell("1'000"), ("N404", 2, 3), helps="thousands separator"
    ),
    bad_data(
        "085 a thousands underscore", cell("1_000"), ("N404", 2, 3), helps="thousands separator"
    ),
    bad_data("085 thousands points", cell("1.000.000"), ("N404", 2, 3), helps="thousands"),
    bad_data("085 a thousands point", cell('"1.000,5"'), ("N404", 2, 3), helps="thousands"),
    bad_data("085 a lakh", cell('"1,00,000"'), ("N404", 2, 3), helps="thousands"),
    bad_data(
        "086 a bare thousands comma",
        ABC + "1,000,2,3\n",
        ("N403", 2, 1),
        says=("4 fields", "3"),
        helps="thousands",
    ),
    bad_data(
        "087 an empty cell",
        ABC + "1,,3\n",
        ("N404", 2, 2),
        says=("empty value", "column 2", "'b'"),
        helps=("fill the cell in", "leave the row out"),
    ),
    bad_data("087 a cell of blanks", cell("  "), ("N404", 2, 3), says="empty value"),
    bad_data("087 empty quotes", cell('""'), ("N404", 2, 3), says="empty value"),
    *[
        bad_data(
            f"088 {word}",
            cell(word),
            ("N404", 2, 3),
            says=(f"'{word}'", "missing value", "column 3", "'c'"),
            helps=("fill the cell in", "leave the row out"),
        )
        for word in ("NA", "N/A", "NULL", "None", "#N/A", "-", "?", "null", "n/a", "--", ".")
    ],
    bad_data(
        "088 #N/A in the first column",
        ABC + "#N/A,2,3\n",
        ("N404", 2, 1),
        says="missing value",
        misleads="comment",
    ),
    good_data(
        "089 nan",
        "nan,NaN,-nan\n",
        "nan,nan,nan\n",
        "3 non-finite values, the first (nan) at sample 1, column 1",
    ),
    good_data(
        "089 inf",
        "1,3,2\ninf,Infinity,+inf\n",
        "1,3,2\nnan,nan,nan\n",  # infinity times 0 is nan
        "3 non-finite values, the first (inf) at sample 2, column 1",
    ),
    bad_data(
        "090 a number too large",
        cell("1e400"),
        ("N415", 2, 3),
        says=("'1e400'", "too large for float64"),
        helps="leave the row out",
    ),
    bad_data("090 a number too small", cell("-1e400"), ("N415", 2, 3), says="'-1e400'"),
    bad_data("090 a first number too large", "1e400,2,3\n", ("N415", 1, 1)),
    bad_data(
        "090 a number too large for float32",
        cell("3.5e38"),
        ("N415", 2, 3),
        options=("--dtype", "float32"),
        says="too large for float32",
    ),
    good_data("091 tiny numbers", "1e-400,4.9e-324,1\n", "0,5e-324,1\n"),
    good_data(
        "092 a whole number between two floats",
        "9007199254740993,0,1\n",
        "9.007199254740992e+15,0,1\n",
    ),
    good_data(
        "092 ids beyond all floats",
        "id,a,b,c\n9007199254740993,1,2,3\n1e999,4,5,6\n",
        "9007199254740993,1,2,3\n1e999,4,5,6\n",
        options=("--keep", "id"),
    ),
    good_data(
        "093 more than a thousand digits",
        f"1{'0' * 1100}e-1100,0.{'1' * 1024},-3.{'0' * 1022}1\n",
        "1,0.1111111111111111,-3\n",
    ),
    bad_data("094 0x10", cell("0x10"), ("N404", 2, 3), says="'0x10'", helps="decimal"),
    bad_data("094 0x1p3", cell("0x1p3"), ("N404", 2, 3), says="'0x1p3'", helps="decimal"),
    bad_data("094 0b1", cell("0b1"), ("N404", 2, 3), says="'0b1'", helps="decimal"),
    *[
        bad_data(f"094 {text}", cell(text), ("N404", 2, 3), says=f"'{text}'")
        for text in ("1e", "--1", "1.2.3")
    ],
    bad_data("094 1d3", cell("1d3"), ("N404", 2, 3), says="'1d3'", helps="1e3"),
    bad_data("094 1f", cell("1f"), ("N404", 2, 3), says="'1f'", helps="letter for its type"),
    bad_data(
        "095 a minus sign of typographers",
        cell("\u22121"),
        ("N404", 2, 3),
        helps=("U+2212 MINUS SIGN", "'-'"),
    ),
    bad_data(
        "095 an Arabic digit", cell("\u0661"), ("N404", 2, 3), helps="U+0661 ARABIC-INDIC DIGIT ONE"
    ),
    bad_data("095 fullwidth digits", cell("\uff11\uff12"), ("N404", 2, 3), helps="U+FF11"),
    bad_data("095 a superscript", cell("1²"), ("N404", 2, 3), helps="U+00B2 SUPERSCRIPT TWO"),
    bad_data(
        "095 minus signs of typographers in a first row",
        "\u22121,\u22122,\u22123\n4,5,6\n",
        ("N410", 1, 1),
        helps="U+2212",
    ),
    bad_data(
        "095 Arabic digits in a first row",
        "\u0661,\u0662,\u0663\n4,5,6\n",
        ("N410", 1, 1),
        helps="U+0661",
    ),
    good_data("096 plain blanks around numbers", " 1,2\t, 3 \n", "1,2,3\n"),
    bad_data(
        "096 a no-break space", cell("\u00a01"), ("N404", 2, 3), helps="U+00A0 NO-BREAK SPACE"
    ),
    bad_data("096 a narrow no-break space", cell("1\u202f"), ("N404", 2, 3), helps="U+202F"),
    bad_data(
        "096 no-break spaces in a first row",
        "\u00a01,\u00a02,\u00a03\n4,5,6\n",
        ("N410", 1, 1),
        helps="U+00A0",
    ),
    *[
        bad_data(f"097 {word}", cell(word), ("N404", 2, 3), says=f"'{word}'", helps=("1", "0"))
        for word in ("true", "TRUE", "yes")
    ],
    bad_data("098 a currency", cell("$5"), ("N404", 2, 3), says="'$5'", helps="5"),
    bad_data("098 a percentage", cell("5%"), ("N404", 2, 3), says="'5%'", helps="0.05"),
    bad_data("098 parentheses", cell("(5)"), ("N404", 2, 3), says="'(5)'", helps="-5"),
    bad_data("098 a fraction", cell("1/2"), ("N404", 2, 3), says="'1/2'", helps="0.5"),
    bad_data("098 a time", cell("1:30"), ("N404", 2, 3), says="'1:30'", helps="a time"),
    bad_data("098 a date", cell("2020-01-01"), ("N404", 2, 3), helps="date"),
    bad_data("098 a complex number", cell("1j"), ("N404", 2, 3), says="'1j'", helps="decimal"),
    bad_data(
        "098 a letter for a digit",
        cell("2.O"),
        ("N404", 2, 3),
        says="'2.O'",
        helps="letters",
    ),
    bad_data("098 currencies in a first row", "$5,$6,$7\n4,5,6\n", ("N410", 1, 1)),
    bad_data("098 parentheses in a first row", "(5),(6),(7)\n4,5,6\n", ("N410", 1, 1)),
    # -------- rows and columns that are not samples and features
    bad_data("100 the header again", ONE + ONE, ("N404", 3, 1), says="header", helps="remove"),
    bad_data(
        "101 a row of units",
        ABC + "cm,cm,cm\n1,2,3\n",
        ("N404", 2, 1),
        says="'cm'",
        helps="remove",
        misleads="--drop",
    ),
    bad_data(
        "101 a row of totals",
        ONE + "total,2,3\n",
        ("N404", 3, 1),
        says="'total'",
        helps="remove",
        misleads="--drop",
    ),
    bad_data("101 a comment above", "# by hand\n" + ONE, ("N407", 1, 1), helps=("#", "remove")),
    bad_data(
        "101 a comment with commas above",
        "# made, by, hand\n" + ONE,
        ("N404", 2, 1),
        helps="#",
        misleads="--drop",
    ),
    bad_data("101 a comment between rows", ONE + "# half time\n4,5,6\n", ("N403", 3, 1), helps="#"),
    bad_data("101 a title above", "My data\n" + ONE, ("N407", 1, 1), misleads="--delimiter"),
    bad_data("101 a line for Excel", "sep=,\n" + ONE, ("N411", 1, None), helps="remove the line"),
    bad_data(
        "102 a column of texts at the start",
        "id,a,b,c\nx,1,2,3\n",
        ("N407", 1, 1),
        helps="--keep id",
        misleads="--keep c",
    ),
    bad_data(
        "102 a column of texts at the end",
        "a,b,c,label\n1,2,3,x\n",
        ("N407", 1, 1),
        helps=("--keep label", "--drop label"),
    ),
    bad_data(
        "102 a column of texts instead of a feature",
        "id,b,c\nx,2,3\ny,4,5\n",
        ("N404", 2, 1),
        says=("'x'", "'id'"),
        helps="text in every row",
    ),
    bad_data("102 a text with an umlaut", cell("München"), ("N404", 2, 3), helps="decimal number"),
    bad_data(
        "102 a column of texts without a name",
        "x,1,2,3\ny,4,5,6\n",
        ("N410", 1, 1),
        helps=("--no-header", "--keep 1"),
    ),
    good_data(
        "102 texts, kept",
        'id,a,b,c\n007,1,2,3\n"x, ""y""",4,5,6\n NA ,7,8,9\n',
        '007,1,2,3\n"x, ""y""",4,5,6\n NA ,7,8,9\n',
        options=("--keep", "id"),
    ),
    good_data(
        "102 texts without a name, kept",
        "x,1,2,3\n",
        "x,1,2,3\n",
        options=("--no-header", "--keep", "1"),
    ),
    good_data("103 a name twice and an empty one", "a,a,\n1,2,3\n", "1,2,3\n"),
    bad_data(
        "103 a name twice, chosen",
        "a,a,b,c\n1,2,3,4\n",
        ("N409", 1, 1),
        options=("--drop", "a"),
        says=("'a'", "columns 1 and 2"),
        helps="position",
    ),
    bad_data(
        "103 a name that is not there, chosen",
        "width,b,c,d\n1,2,3,4\n",
        ("N408", 1, 1),
        options=("--drop", "widht"),
        says="'widht'",
        helps="`width`",
    ),
    good_data("103 a very long name", "a" * 100_000 + ",b,c\n1,2,3\n", "1,2,3\n"),
    good_data("103 10,000 names", NAMES, "1,1,1\n", options=("--columns", "n1,n2,n9999")),
    bad_data(
        "105 100,000 columns",
        ",".join(["1"] * 100_000) + "\n",
        ("N407", 1, 1),
        says=("100,000 feature columns", "3"),
    ),
    # -------- files that are something else
    good_data("106 gzip", gzip.compress(ONE.encode()), "1,2,3\n", source="data.csv.gz"),
    bad_data(
        "106 bzip2", bz2.compress(ONE.encode()), ("N411", 1, None), says="bzip2", helps="bunzip2"
    ),
    bad_data("106 xz", lzma.compress(ONE.encode()), ("N411", 1, None), says="xz", helps="unxz"),
    bad_data(
        "106 Zstandard",
        b"\x28\xb5\x2f\xfd" + b"\0" * 30,
        ("N411", 1, None),
        says="Zstandard",
        helps="unzstd",
    ),
    good_data("107 gzip named .csv", gzip.compress(ONE.encode()), "1,2,3\n"),
    good_data("107 text named .gz", ONE, "1,2,3\n", source="data.csv.gz"),
    bad_data(
        "108 gzip cut off",
        gzip.compress((ABC + "1,2,3\n" * 1000).encode())[:-20],
        ("N416", 1, None),
        says=("ends early", "after line"),
        helps="again",
    ),
    bad_data(
        "108 the start of a gzip header", b"\x1f\x8b", ("N416", None, None), says="ends early"
    ),
    good_data(
        "109 gzip in several parts",
        gzip.compress(b"a,b,c\n1,") + gzip.compress(b"2,3\n4,5,6\n"),
        "1,2,3\n4,5,6\n",
    ),
    good_data("109 gzip and zeros behind", gzip.compress(ONE.encode()) + b"\0" * 700, "1,2,3\n"),
    bad_data("109 gzip and junk behind", gzip.compress(ONE.encode()) + b"junk", ("N416", 2, None)),
    bad_data(
        "109 gzip with a wrong checksum",
        gzip.compress(ONE.encode())[:-8] + b"\0" * 4 + gzip.compress(ONE.encode())[-4:],
        ("N416", 2, None),
        helps="again",
    ),
    bad_data(
        "109 gzip in gzip",
        gzip.compress(gzip.compress(ONE.encode())),
        ("N411", 1, None),
        says="gzip",
        helps="twice",
    ),
    bad_data("111 HTML", "<!DOCTYPE html>\n<html>", ("N411", 1, None), says="HTML"),
    bad_data("111 a JSON object", '{"a": [1, 2]}', ("N411", 1, None), says="JSON", helps="CSV"),
    bad_data("111 a JSON list", "[\n  [1, 2, 3]\n]\n", ("N411", 1, None), says="JSON", helps="CSV"),
    bad_data("111 PDF", b"%PDF-1.7\n\xe2\xe3", ("N411", 1, None), says="PDF", helps="CSV"),
    bad_data("111 Excel", EXCEL, ("N411", 1, None), says="Excel", helps=("export", "CSV")),
    bad_data("111 Arrow", b"ARROW1\0\0", ("N411", 1, None), says="Arrow", helps="CSV"),
    bad_data(
        "111 a Git LFS pointer",
        "version https://git-lfs.github.com/spec/v1\n",
        ("N411", 1, None),
        says="Git LFS",
        helps="git lfs pull",
    ),
    bad_data(
        "112 an empty standard input",
        "",
        ("N401", 1, None),
        source="-",
        file="<stdin>",
        says="empty",
    ),
    bad_data(
        "112 a binary standard input",
        bytes(range(256)) * 40,
        ("N406", 1, 1),
        source="-",
        file="<stdin>",
        helps="binary",
    ),
]

CASES = SPECS + DATA
BAD_SPECS = [case for case in SPECS if isinstance(case, Refused)]
GOOD_SPECS = [case for case in SPECS if isinstance(case, Taken)]
BAD_DATA = [case for case in DATA if isinstance(case, Refused)]
# As far as a pipe can hold it: it has no name.
PIPED = [case for case in DATA if case.source == "data.csv"]
BAD_TEXTS = [
    case for case in BAD_DATA if case in PIPED and all(code != "N416" for code, *_ in case.problems)
]


def as_bytes(content: str | bytes) -> bytes:
    return content.encode() if isinstance(content, str) else content


def each(words: Words) -> tuple[str, ...]:
    return (words,) if isinstance(words, str) else words


def named(cases: list[Any]) -> list[Any]:
    return [pytest.param(case, id=case.id) for case in cases]


def forward(cli: RunCli, write: Write, case: Refused | Taken) -> Done:
    """Run the case's files, as a user in their folder would, with CSV as the result."""
    data = as_bytes(case.data)
    folder = write("spec.yaml", case.spec).parent
    if case.source != "-":
        write(case.source, data)
    options = ("--format", "csv", *case.options)
    return cli("forward", case.config, case.source, *options, stdin=data, cwd=folder)


# ---------------------------------------------------------------------------------- what is told

_HEAD = re.compile(
    r"(?:(?P<file>.*?)(?::(?P<line>\d+))?(?::(?P<column>\d+))?: )?"
    r"error\[(?P<code>N\d{3})\]: (?P<message>.*)"
)


@dataclass(frozen=True)
class Told:
    """A problem as it is printed: its head, the line and the caret below it, its help lines."""

    file: str
    place: Located
    message: str
    excerpt: tuple[str, ...]
    helps: tuple[str, ...]


def problems(text: str) -> list[Told]:
    """Return the problems that were told; a drawing of clashing shapes may stand before them."""
    blocks = text.removesuffix("\n").split("\n\n")
    start = next(i for i, block in enumerate(blocks) if _HEAD.fullmatch(block.split("\n")[0]))
    told_in = [block for block in blocks[start:] if block and not block.startswith("…")]
    return [told(block.splitlines()) for block in told_in]


def told(lines: list[str]) -> Told:
    head = _HEAD.fullmatch(lines[0])
    assert head, lines
    line, column = (int(head[key]) if head[key] else None for key in ("line", "column"))
    helps = tuple(line.removeprefix("help: ") for line in lines if line.startswith("help: "))
    excerpt = tuple(lines[1 : len(lines) - len(helps)])
    return Told(head["file"] or "", (head["code"], line, column), head["message"], excerpt, helps)


def assert_refused_as_expected(done: Done, case: Refused) -> None:
    assert (done.code, done.out) == (case.exit, ""), done.err
    found = problems(done.err)
    assert {problem.file for problem in found} == {case.file}
    assert tuple(problem.place for problem in found) == case.problems, done.err
    for problem in found:
        assert problem.helps, done.err
    messages = "\n".join(problem.message for problem in found)
    helps = "\n".join(line for problem in found for line in problem.helps)
    for words in each(case.says):
        assert words in messages
    for words in each(case.helps):
        assert words in helps
    for words in each(case.misleads):
        assert words not in helps


def assert_taken_as_expected(done: Done, case: Taken) -> None:
    assert done.code == 0, done.err
    _, _, rows = done.out.partition("\n")
    assert rows == case.rows
    notes = done.err.splitlines()
    assert len(notes) == len(case.notes), done.err
    for note, words in zip(notes, case.notes, strict=True):
        assert note.startswith("note: ")
        assert words in note


def assert_fit_for_a_screen(text: str) -> None:
    """Check that no line is endless, and that none steers the terminal or hides something."""
    for line in text.split("\n"):
        assert len(line) < 300
        assert not {unicodedata.category(c) for c in line} & {"Cc", "Cf", "Cs", "Zl", "Zp"}


# --------------------------------------------------------------------------------------- the table


@pytest.mark.parametrize("case", named(CASES))
def test_bad_and_odd_inputs_are_answered_as_the_table_says(
    cli: RunCli, write: Write, case: Refused | Taken
) -> None:
    done = forward(cli, write, case)
    assert "Traceback" not in done.err
    if isinstance(case, Refused):
        assert_refused_as_expected(done, case)
        assert_fit_for_a_screen(done.err)
    else:
        assert_taken_as_expected(done, case)


def test_the_table_is_in_order_and_names_each_case_once() -> None:
    ids = [case.id for case in CASES]
    assert len(set(ids)) == len(ids)
    numbers = [int(name.partition(" ")[0]) for name in ids]
    assert numbers == sorted(numbers)


# --------------------------------------------------------------------------- all specs of the table

# Every command validates alike; only `forward` builds a network, which needs memory.
REFUSED_BY_ALL = [case for case in BAD_SPECS if ("N508", None, None) not in case.problems]


@pytest.mark.parametrize("case", named(REFUSED_BY_ALL))
def test_a_bad_spec_is_refused_alike_by_every_command(
    cli: RunCli, write: Write, case: Refused
) -> None:
    folder = write("spec.yaml", case.spec).parent
    write("data.csv", case.data)
    commands = [("shapes",), ("forward", "data.csv"), ("shapes", "data.csv"), ("bench",)]
    runs = [cli(command, case.config, *data, cwd=folder) for command, *data in commands]
    assert {done.code for done in runs} == {case.exit}
    told_by = [problems(done.err) for done in runs]
    assert all(found == told_by[0] for found in told_by)


@pytest.mark.parametrize("case", named([case for case in BAD_SPECS if case.exit == 3]))
def test_every_problem_of_a_spec_is_shown_with_its_line_and_a_caret(
    cli: RunCli, write: Write, case: Refused
) -> None:
    for problem in problems(forward(cli, write, case).err):
        code, line, column = problem.place
        assert column is not None
        text, caret = problem.excerpt
        assert re.fullmatch(rf" *{line} \|( .*)?", text)
        assert re.fullmatch(r" +\| +\^", caret)
        # a refused character is shown as an escape, which is wider; a long line is cut
        if code != "N110" and "…" not in text:
            assert caret.index("^") - caret.index("|") - 2 == column - 1


@pytest.mark.parametrize("case", named(GOOD_SPECS))
def test_a_good_spec_is_taken_by_every_command(cli: RunCli, write: Write, case: Taken) -> None:
    folder = write("spec.yaml", case.spec).parent
    write("data.csv", case.data)
    for data in ((), ("data.csv",)):
        done = cli("shapes", case.config, *data, cwd=folder)
        assert (done.code, done.err) == (0, "")
        assert done.out != ""


LINE_ENDS = {"LF": "\n", "CRLF": "\r\n", "CR": "\r"}
ENCODINGS = {
    "UTF-8": ("utf-8", b""),
    "UTF-8 with a mark": ("utf-8", b"\xef\xbb\xbf"),
    "UTF-16 LE with a mark": ("utf-16-le", b"\xff\xfe"),
    "UTF-16 BE with a mark": ("utf-16-be", b"\xfe\xff"),
}


@pytest.mark.parametrize("line_end", LINE_ENDS.values(), ids=LINE_ENDS)
@pytest.mark.parametrize(("encoding", "mark"), ENCODINGS.values(), ids=ENCODINGS)
def test_places_in_a_spec_are_right_for_every_line_end_and_encoding(
    cli: RunCli, write: Write, line_end: str, encoding: str, mark: bytes
) -> None:
    """Row 48."""
    lines = ["seed: -1", "# größe 😀", "", "inputs: 2", "layers:", "  - {name: 😀, neurons: 0}", ""]
    path = write("spec.yaml", mark + line_end.join(lines).encode(encoding))
    found = [problem.place for problem in problems(cli("shapes", path).err)]
    assert found == [("N107", 1, 7), ("N107", 6, 24)]


# ---------------------------------------------------------------------------- all data of the table


@pytest.mark.parametrize("case", named(PIPED))
def test_a_file_and_a_pipe_are_answered_the_same(
    cli: RunCli, write: Write, case: Refused | Taken
) -> None:
    from_file = forward(cli, write, case)
    options = ("--format", "csv", *case.options)
    folder = write("spec.yaml", case.spec).parent
    from_pipe = cli("forward", "spec.yaml", "-", *options, stdin=as_bytes(case.data), cwd=folder)
    assert (from_pipe.code, from_pipe.out) == (from_file.code, from_file.out)
    assert from_pipe.err == from_file.err.replace("data.csv:", "<stdin>:")


@pytest.mark.parametrize("case", named(BAD_TEXTS))
def test_gzip_changes_neither_the_place_nor_the_words(
    cli: RunCli, write: Write, case: Refused
) -> None:
    plain = forward(cli, write, case)
    packed = gzip.compress(as_bytes(case.data))
    folder = write("data.csv", packed).parent
    options = ("--format", "csv", *case.options)
    assert cli("forward", "spec.yaml", "data.csv", *options, cwd=folder) == plain


@pytest.mark.parametrize("case", named(BAD_TEXTS))
def test_the_caret_is_under_the_field_that_is_named(
    cli: RunCli, write: Write, case: Refused
) -> None:
    """As many delimiters stand before a caret as there are fields before its own."""
    delimiter = case.options[1] if "--delimiter" in case.options else ","
    for problem in problems(forward(cli, write, case).err):
        column = problem.place[2]
        # only a line without quotes, wide characters and cuts can be counted so simply
        plain = [line for line in problem.excerpt if line.isascii() and '"' not in line]
        if column is not None and len(plain) == 2 and problem.place[0] != "N410":
            text, caret = plain
            assert text[: caret.index("^")].count(delimiter) == column - 1


def test_a_value_that_is_not_finite_fails_a_strict_run(cli: RunCli, write: Write) -> None:
    """Row 89."""
    spec, data = write("spec.yaml", IDENTITY), write("data.csv", "1,2,3\n4,nan,6\n")
    done = cli("forward", spec, data, "--strict", "--quiet")
    assert done.code == 1
    assert "error[N603]" in done.err
    assert "sample 2, column 2" in done.err
