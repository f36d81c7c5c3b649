"""Suggestions are changes that work: each is made as a reader of the JSON would make it, and run.

A table of broken specs and data; the places, the changes and the results were worked out by hand.
"""

from __future__ import annotations

import gzip
import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

Cli = Callable[..., Any]

# Pieces of a file, each standing in it once, and what stands there after the change.
Changes = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Case:
    """A run that fails, where its first problem is, and the change that should be proposed first.

    at: line and column; adds: options to add; in_spec, in_data: what changes in the files;
    output: of the mended run, a row for each sample.
    """

    spec: str
    data: str | bytes
    exit_code: int
    code: str
    at: tuple[int | None, int | None]
    adds: tuple[str, ...] = ()
    in_spec: Changes = ()
    in_data: Changes = ()
    output: Sequence[Sequence[float]] = ()
    options: tuple[str, ...] = ()
    file: str = "data.csv"


def npy(rows: Sequence[Sequence[float]]) -> bytes:
    stream = io.BytesIO()
    np.save(stream, np.array(rows, dtype=float))
    return stream.getvalue()


# Networks whose output is their input.
TWO = """\
inputs: 2
layers:
  - neurons: 2
    weights: [[1, 0], [0, 1]]
"""
THREE = """\
inputs: 3
layers:
  - neurons: 3
    weights: [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
"""
FOUR = """\
inputs: 4
layers:
  - neurons: 4
    weights: [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]]
"""
# One whose output is the sum of its inputs, as many as it is told.
SUM = """\
inputs: {size}
init: {{weights: ones}}
layers:
  - neurons: 1
"""
BY_NAME = """\
inputs: {columns: [temperature, pressure]}
layers:
  - neurons: 2
    weights: [[1, 0], [0, 1]]
"""
TURNED = "layout: neurons_by_inputs"
ROWS_OF_TWO = "1,2\n3,4\n"
ROWS_OF_THREE = "1,2,3\n4,5,6\n"
AS_TWO = [[1, 2], [3, 4]]
# x1 + x3 and x2 + x3 of the rows of three
PAIRS = [[4, 5], [10, 11]]
# 1 times the first of the pairs, 10 times the second
PAIRS_SUMMED = [[54], [120]]

SHAPES = {
    "layer 1 transposed, rows in brackets": Case(
        spec="""\
inputs: 3
layers:
  - neurons: 2
    weights: [[1, 0, 1], [0, 1, 1]]
    biases: [0, 0]
""",
        data=ROWS_OF_THREE,
        exit_code=3,
        code="N201",
        at=(4, 14),
        in_spec=(("    weights:", f"    {TURNED}\n    weights:"),),
        output=PAIRS,
    ),
    "layer 1 transposed, a line per row": Case(
        spec="""\
inputs: 3
layers:
  - neurons: 2
    weights:
      - [1, 0, 1]
      - [0, 1, 1]
""",
        data=ROWS_OF_THREE,
        exit_code=3,
        code="N201",
        at=(5, 7),
        in_spec=(("    weights:", f"    {TURNED}\n    weights:"),),
        output=PAIRS,
    ),
    "layer 1 transposed, a line per number": Case(
        spec="""\
inputs: 3
layers:
- weights:
  - - 1
    - 0
    - 1
  - - 0
    - 1
    - 1
  neurons: 2
""",
        data=ROWS_OF_THREE,
        exit_code=3,
        code="N201",
        at=(4, 3),
        in_spec=(("- weights:", f"- {TURNED}\n  weights:"),),
        output=PAIRS,
    ),
    "layer 1 transposed, a layer in braces": Case(
        spec="inputs: 3\nlayers: [{neurons: 2, weights: [[1, 0, 1], [0, 1, 1]]}]\n",
        data=ROWS_OF_THREE,
        exit_code=3,
        code="N201",
        at=(2, 32),
        in_spec=(("weights:", f"{TURNED}, weights:"),),
        output=PAIRS,
    ),
    "layer 1 transposed, in braces behind characters of two and four bytes": Case(
        spec="""\
inputs: 3
layers:
- {name: "größe 😀", weights: [[1, 0, 1], [0, 1, 1]], neurons: 2}
""",
        data=ROWS_OF_THREE,
        exit_code=3,
        code="N201",
        at=(3, 30),
        in_spec=(("weights:", f"{TURNED}, weights:"),),
        output=PAIRS,
    ),
    "layer 1 transposed by a layout of its own": Case(
        spec="""\
inputs: 3
layers:
  - neurons: 2
    layout: neurons_by_inputs
    weights: [[1, 0], [0, 1], [1, 1]]
""",
        data=ROWS_OF_THREE,
        exit_code=3,
        code="N201",
        at=(5, 14),
        in_spec=(("neurons_by_inputs", "inputs_by_neurons"),),
        output=PAIRS,
    ),
    "layer 1 transposed by a layout in braces": Case(
        spec="""\
inputs: 3
layers:
  - {weights: [[1, 0, 1], [0, 1, 1]], layout: inputs_by_neurons, neurons: 2}
""",
        data=ROWS_OF_THREE,
        exit_code=3,
        code="N201",
        at=(3, 15),
        in_spec=(("inputs_by_neurons", "neurons_by_inputs"),),
        output=PAIRS,
    ),
    "layer 2 transposed": Case(
        spec="""\
inputs: 3
layers:
  - neurons: 2
    weights: [[1, 0], [0, 1], [1, 1]]
  - neurons: 1
    biases: [0]
    weights: [[1, 10]]
""",
        data=ROWS_OF_THREE,
        exit_code=3,
        code="N201",
        at=(7, 14),
        in_spec=(("    weights: [[1, 10]]", f"    {TURNED}\n    weights: [[1, 10]]"),),
        output=PAIRS_SUMMED,
    ),
    "layer 2 of three transposed, in braces": Case(
        spec="""\
inputs: 3
layers:
  - {neurons: 2, weights: [[1, 0], [0, 1], [1, 1]]}
  - {neurons: 1, weights: [[1, 10]]}
  - {neurons: 2, weights: [[1, 2]]}
""",
        data=ROWS_OF_THREE,
        exit_code=3,
        code="N201",
        at=(4, 27),
        in_spec=(("weights: [[1, 10]]", f"{TURNED}, weights: [[1, 10]]"),),
        output=[[54, 108], [120, 240]],
    ),
    "all layers transposed": Case(
        spec="""\
inputs: 3
layers:
  - neurons: 2
    weights: [[1, 0, 1], [0, 1, 1]]
  - neurons: 1
    weights: [[1, 10]]
""",
        data=ROWS_OF_THREE,
        exit_code=3,
        code="N201",
        at=(4, 14),
        in_spec=(("layers:", f"{TURNED}\nlayers:"),),
        output=PAIRS_SUMMED,
    ),
    "all layers transposed, the whole spec in braces": Case(
        spec=(
            "{inputs: 3, layers: [{neurons: 2, weights: [[1, 0, 1], [0, 1, 1]]}, "
            "{neurons: 1, weights: [[1, 10]]}]}\n"
        ),
        data=ROWS_OF_THREE,
        exit_code=3,
        code="N201",
        at=(1, 44),
        in_spec=(("layers:", f"{TURNED}, layers:"),),
        output=PAIRS_SUMMED,
    ),
    "all layers transposed by the layout at the top": Case(
        spec="""\
layout: neurons_by_inputs  # as in PyTorch
inputs: 3
layers:
  - {neurons: 2, weights: [[1, 0], [0, 1], [1, 1]]}
  - {neurons: 1, weights: [[1], [10]]}
""",
        data=ROWS_OF_THREE,
        exit_code=3,
        code="N201",
        at=(4, 27),
        in_spec=(("neurons_by_inputs", "inputs_by_neurons"),),
        output=PAIRS_SUMMED,
    ),
    "the layout at the top fits layer 2 only": Case(
        spec="""\
inputs: 3
layout: neurons_by_inputs
layers:
  - neurons: 2
    weights: [[1, 0], [0, 1], [1, 1]]
  - neurons: 1
    weights: [[1, 10]]
""",
        data=ROWS_OF_THREE,
        exit_code=3,
        code="N201",
        at=(5, 14),
        in_spec=(("    weights: [[1, 0]", "    layout: inputs_by_neurons\n    weights: [[1, 0]"),),
        output=PAIRS_SUMMED,
    ),
    "one input too many": Case(
        spec="""\
inputs: 4
layers:
  - neurons: 2
    weights: [[1, 0], [0, 1], [1, 1]]
""",
        data=ROWS_OF_THREE,
        exit_code=3,
        code="N201",
        at=(4, 14),
        in_spec=(("inputs: 4", "inputs: 3"),),
        output=PAIRS,
    ),
    "one input too few, in a mapping": Case(
        spec="""\
inputs: {size: 2}
layers:
  - neurons: 2
    weights: [[1, 0], [0, 1], [1, 1]]
""",
        data=ROWS_OF_THREE,
        exit_code=3,
        code="N201",
        at=(4, 14),
        in_spec=(("size: 2", "size: 3"),),
        output=PAIRS,
    ),
    "one input too many, the lines ending in CRLF, a mark in front": Case(
        spec="\ufeffinputs: 4\r\nlayers:\r\n- {neurons: 2, weights: [[1, 0], [0, 1], [1, 1]]}\r\n",
        data=ROWS_OF_THREE,
        exit_code=3,
        code="N201",
        at=(3, 25),
        in_spec=(("inputs: 4", "inputs: 3"),),
        output=PAIRS,
    ),
    "the neurons of the layer in front": Case(
        spec="""\
inputs: 3
init: {weights: ones}
layers:
  - neurons: 4
  - neurons: 1
    weights: [[1], [10]]
""",
        data=ROWS_OF_THREE,
        exit_code=3,
        code="N201",
        at=(6, 14),
        in_spec=(("neurons: 4", "neurons: 2"),),
        output=[[66], [165]],
    ),
    "the neurons of the layer in front, whose own weights agree with the next ones": Case(
        spec="""\
inputs: 3
layers:
  - neurons: 4
    weights: [[1, 0], [0, 1], [1, 1]]
  - neurons: 1
    weights: [[1], [10]]
""",
        data=ROWS_OF_THREE,
        exit_code=3,
        code="N202",
        at=(4, 14),
        in_spec=(("neurons: 4", "neurons: 2"),),
        output=PAIRS_SUMMED,
    ),
    "own neurons, and the biases say so": Case(
        spec="""\
inputs: 3
layers:
  - neurons: 3
    weights: [[1, 0], [0, 1], [1, 1]]
    biases: [0, 0]
""",
        data=ROWS_OF_THREE,
        exit_code=3,
        code="N202",
        at=(4, 14),
        in_spec=(("neurons: 3", "neurons: 2"),),
        output=PAIRS,
    ),
    "own neurons, without biases, in braces": Case(
        spec="inputs: 3\nlayers:\n- {neurons: 1, weights: [[1, 0], [0, 1], [1, 1]]}\n",
        data=ROWS_OF_THREE,
        exit_code=3,
        code="N202",
        at=(3, 25),
        in_spec=(("neurons: 1", "neurons: 2"),),
        output=PAIRS,
    ),
    "own neurons, a row of weights per neuron": Case(
        spec="""\
layout: neurons_by_inputs
inputs: 3
layers:
  - weights:
      - [1, 0, 1]
      - [0, 1, 1]
    neurons: 4
""",
        data=ROWS_OF_THREE,
        exit_code=3,
        code="N202",
        at=(5, 7),
        in_spec=(("neurons: 4", "neurons: 2"),),
        output=PAIRS,
    ),
    "a bias too few": Case(
        spec=TWO + "    biases: [7]\n",
        data=ROWS_OF_TWO,
        exit_code=3,
        code="N203",
        at=(5, 13),
        in_spec=(("[7]", "[7, 0]"),),
        output=[[8, 2], [10, 4]],
    ),
    "two biases too few, a line for each": Case(
        spec=THREE + "    biases:\n      - 7\n",
        data=ROWS_OF_THREE,
        exit_code=3,
        code="N203",
        at=(6, 7),
        in_spec=(("- 7", "- 7\n      - 0\n      - 0"),),
        output=[[8, 2, 3], [11, 5, 6]],
    ),
    "a bias too many": Case(
        spec=TWO + "    biases: [1, 2, 3]  # one for each\n",
        data=ROWS_OF_TWO,
        exit_code=3,
        code="N203",
        at=(5, 13),
        in_spec=((", 3]", "]"),),
        output=[[2, 4], [4, 6]],
    ),
    "a bias too many, a line for each": Case(
        spec=TWO + "    biases:\n    - 1\n    - 2\n    - 3\n",
        data=ROWS_OF_TWO,
        exit_code=3,
        code="N203",
        at=(6, 5),
        in_spec=(("- 2\n    - 3", "- 2"),),
        output=[[2, 4], [4, 6]],
    ),
    "more biases than neurons, and weights that are not given": Case(
        spec=SUM.format(size=2) + "    biases: [0, 100]\n",
        data=ROWS_OF_TWO,
        exit_code=3,
        code="N203",
        at=(5, 13),
        in_spec=(("neurons: 1", "neurons: 2"),),
        output=[[3, 103], [7, 107]],
    ),
    "biases as a row of a matrix": Case(
        spec=TWO + "    biases: [[10, 20]]\n",
        data=ROWS_OF_TWO,
        exit_code=3,
        code="N203",
        at=(5, 13),
        in_spec=(("[[10, 20]]", "[10, 20]"),),
        output=[[11, 22], [13, 24]],
    ),
    "biases as a column of a matrix": Case(
        spec=TWO + "    biases: [[10], [20]]\n",
        data=ROWS_OF_TWO,
        exit_code=3,
        code="N203",
        at=(5, 13),
        in_spec=(("[[10], [20]]", "[10, 20]"),),
        output=[[11, 22], [13, 24]],
    ),
    "biases as a column of a matrix, a line for each": Case(
        spec=TWO + "    biases:\n      - - 10\n      - - 20\n",
        data=ROWS_OF_TWO,
        exit_code=3,
        code="N203",
        at=(6, 7),
        in_spec=(("- - 10\n      - - 20", "[10, 20]"),),
        output=[[11, 22], [13, 24]],
    ),
    "weights in one flat list, for one neuron": Case(
        spec="inputs: 3\nlayers:\n  - neurons: 1\n    weights: [1, 10, 100]\n",
        data=ROWS_OF_THREE,
        exit_code=3,
        code="N302",
        at=(4, 14),
        in_spec=(("[1, 10, 100]", "[[1], [10], [100]]"),),
        output=[[321], [654]],
    ),
    "weights in one flat list, a line for each": Case(
        spec="inputs: 2\nlayers:\n  - neurons: 1\n    weights:\n      - 1\n      - 10\n",
        data=ROWS_OF_TWO,
        exit_code=3,
        code="N302",
        at=(5, 7),
        in_spec=(("- 1\n      - 10", "[[1], [10]]"),),
        output=[[21], [43]],
    ),
    "neurons missing beside weights": Case(
        spec="inputs: 3\nlayers:\n  - weights: [[1, 0], [0, 1], [1, 1]]\n",
        data=ROWS_OF_THREE,
        exit_code=3,
        code="N106",
        at=(3, 5),
        in_spec=(("weights:", "neurons: 2\n    weights:"),),
        output=PAIRS,
    ),
    "neurons missing beside weights with a row per neuron, in braces": Case(
        spec="""\
inputs: 3
layout: neurons_by_inputs
layers: [{name: pairs, weights: [[1, 0, 1], [0, 1, 1]]}]
""",
        data=ROWS_OF_THREE,
        exit_code=3,
        code="N106",
        at=(3, 10),
        in_spec=(("weights:", "neurons: 2, weights:"),),
        output=PAIRS,
    ),
    "inputs missing beside weights": Case(
        spec="layers:\n  - neurons: 2\n    weights: [[1, 0], [0, 1], [1, 1]]\n",
        data=ROWS_OF_THREE,
        exit_code=3,
        code="N106",
        at=(1, 1),
        in_spec=(("layers:", "inputs: 3\nlayers:"),),
        output=PAIRS,
    ),
    "data narrower than a network without weights": Case(
        spec=SUM.format(size=4),
        data="a,b,c\n" + ROWS_OF_THREE,
        exit_code=4,
        code="N407",
        at=(1, 1),
        in_spec=(("inputs: 4", "inputs: 3"),),
        output=[[6], [15]],
    ),
    "data wider than a network without weights": Case(
        spec=SUM.format(size=2),
        data="a,b,c\n1.5,2,3\n4,5,6.5\n",
        exit_code=4,
        code="N407",
        at=(1, 1),
        in_spec=(("inputs: 2", "inputs: 3"),),
        output=[[6.5], [15.5]],
    ),
    "data narrower than a network in its short form": Case(
        spec="init: {weights: ones}\nlayer_sizes: [4, 5, 2]\n",
        data="a,b,c\n" + ROWS_OF_THREE,
        exit_code=4,
        code="N407",
        at=(1, 1),
        in_spec=(("[4, 5, 2]", "[3, 5, 2]"),),
        output=[[30, 30], [75, 75]],
    ),
    "data wider than a network in its short form, a line for each size": Case(
        spec="layer_sizes:\n- 2\n- 2\ninit: {weights: ones}\n",
        data="a,b,c\n1.5,2,3\n4,5,6.5\n",
        exit_code=4,
        code="N407",
        at=(1, 1),
        in_spec=(("layer_sizes:\n- 2", "layer_sizes:\n- 3"),),
        output=[[6.5, 6.5], [15.5, 15.5]],
    ),
}

FORMS = {
    "a label of texts": Case(
        spec=TWO,
        data="a,b,species\n1,2,setosa\n3,4,virginica\n",
        exit_code=4,
        code="N407",
        at=(1, 1),
        adds=("--drop", "species"),
        output=AS_TWO,
    ),
    "a label of texts in the middle": Case(
        spec=TWO,
        data="a,kind,b\n1,x,2\n3,y,4\n5,x,6\n",
        exit_code=4,
        code="N407",
        at=(1, 1),
        adds=("--drop", "kind"),
        output=[[1, 2], [3, 4], [5, 6]],
    ),
    "a label of a few whole numbers at the end": Case(
        spec=TWO,
        data="a,b,c\n.5,1.5,0\n2.5,3.5,1\n1.5,.5,0\n4.5,1,1\n",
        exit_code=4,
        code="N407",
        at=(1, 1),
        adds=("--drop", "c"),
        output=[[0.5, 1.5], [2.5, 3.5], [1.5, 0.5], [4.5, 1]],
    ),
    "a label by its name": Case(
        spec=TWO,
        data="target,a,b\n8.5,1,2\n7.5,3,4\n",
        exit_code=4,
        code="N407",
        at=(1, 1),
        adds=("--drop", "target"),
        output=AS_TWO,
    ),
    "a label whose name starts with a dash": Case(
        spec=TWO,
        data="a,b,-class\n1,2,x\n3,4,y\n",
        exit_code=4,
        code="N407",
        at=(1, 1),
        adds=("--drop", "-class"),
        output=AS_TWO,
    ),
    "a label whose name holds a comma": Case(
        spec=TWO,
        data='a,b,"class, species"\n1,2,x\n3,4,y\n',
        exit_code=4,
        code="N407",
        at=(1, 1),
        adds=("--drop", "3"),
        output=AS_TWO,
    ),
    "a label, whose width a network without weights would take": Case(
        spec=SUM.format(size=2),
        data="a,b,label\n1,2,0\n3,4,1\n",
        exit_code=4,
        code="N407",
        at=(1, 1),
        adds=("--drop", "label"),
        output=[[3], [7]],
    ),
    "an identifier first": Case(
        spec=TWO,
        data="id,a,b\n17,1,2\n23,3,4\n",
        exit_code=4,
        code="N407",
        at=(1, 1),
        adds=("--keep", "id"),
        output=AS_TWO,
    ),
    "an identifier of texts": Case(
        spec=TWO,
        data="flower,a,b\nf1,1,2\nf2,3,4\n",
        exit_code=4,
        code="N407",
        at=(1, 1),
        adds=("--keep", "flower"),
        output=AS_TWO,
    ),
    "the index that pandas writes": Case(
        spec=TWO,
        data=",a,b\n0,1,2\n1,3,4\n",
        exit_code=4,
        code="N407",
        at=(1, 1),
        adds=("--keep", "1"),
        output=AS_TWO,
    ),
    "numbers of the rows without a header": Case(
        spec=TWO,
        data="1,.5,6\n2,.7,8\n3,.9,1\n",
        exit_code=4,
        code="N407",
        at=(1, 1),
        adds=("--keep", "1"),
        output=[[0.5, 6], [0.7, 8], [0.9, 1]],
    ),
    "an identifier first, a label last": Case(
        spec=TWO,
        data="id,a,b,species\n1,1.5,2,x\n2,3.5,4,y\n",
        exit_code=4,
        code="N407",
        at=(1, 1),
        adds=("--keep", "id", "--drop", "species"),
        output=[[1.5, 2], [3.5, 4]],
    ),
    "semicolons": Case(
        spec=TWO,
        data="a;b\n1;2\n3;4\n",
        exit_code=4,
        code="N407",
        at=(1, 1),
        adds=("--delimiter", ";"),
        output=AS_TWO,
    ),
    "semicolons without a header": Case(
        spec=TWO,
        data="1;2\n3;4\n",
        exit_code=4,
        code="N410",
        at=(1, 1),
        adds=("--delimiter", ";"),
        output=AS_TWO,
    ),
    "semicolons and a label": Case(
        spec=TWO,
        data="a;b;species\n1;2;x\n3;4;y\n",
        exit_code=4,
        code="N407",
        at=(1, 1),
        adds=("--delimiter", ";", "--drop", "species"),
        output=AS_TWO,
    ),
    "tabs": Case(
        spec=TWO,
        data="a\tb\n1\t2\n3\t4\n",
        exit_code=4,
        code="N407",
        at=(1, 1),
        adds=("--delimiter", "tab"),
        output=AS_TWO,
    ),
    "bars": Case(
        spec=TWO,
        data="1.5|2\n3|4\n",
        exit_code=4,
        code="N410",
        at=(1, 1),
        adds=("--delimiter", "|"),
        output=[[1.5, 2], [3, 4]],
    ),
    "blanks": Case(
        spec=TWO,
        data="a b\n1 2\n3 4\n",
        exit_code=4,
        code="N407",
        at=(1, 1),
        adds=("--delimiter", " "),
        output=AS_TWO,
    ),
    "commas in a .tsv": Case(
        spec=TWO,
        data="a,b\n1,2\n3,4\n",
        file="data.tsv",
        exit_code=4,
        code="N407",
        at=(1, 1),
        adds=("--delimiter", ","),
        output=AS_TWO,
    ),
    "semicolons, compressed": Case(
        spec=TWO,
        data=gzip.compress(b"a;b\n1;2\n3;4\n", mtime=0),
        file="data.csv.gz",
        exit_code=4,
        code="N407",
        at=(1, 1),
        adds=("--delimiter", ";"),
        output=AS_TWO,
    ),
    "--header for a lone row of data": Case(
        spec=TWO,
        data="1,2\n",
        options=("--header",),
        exit_code=4,
        code="N402",
        at=(1, 1),
        adds=("--no-header",),
        output=[[1, 2]],
    ),
    "--no-header for a header": Case(
        spec=TWO,
        data="a,b\n1,2\n3,4\n",
        options=("--no-header",),
        exit_code=4,
        code="N404",
        at=(1, 1),
        adds=("--header",),
        output=AS_TWO,
    ),
    "a header with a year in it": Case(
        spec=TWO,
        data="2019,change\n1,2\n3,4\n",
        exit_code=4,
        code="N410",
        at=(1, 2),
        adds=("--header",),
        output=AS_TWO,
    ),
    "a first row with a typing error": Case(
        spec=TWO,
        data="1,2.O\n3,4\n",
        exit_code=4,
        code="N410",
        at=(1, 2),
        in_data=(("2.O", "2.0"),),
        output=AS_TWO,
    ),
    "samples in columns": Case(
        spec=THREE,
        data="1,2\n3,4\n5,6\n",
        exit_code=4,
        code="N407",
        at=(1, 1),
        adds=("--samples", "columns"),
        output=[[1, 3, 5], [2, 4, 6]],
    ),
    "samples in columns, lines and columns named, as many columns as inputs": Case(
        spec=THREE,
        data="feature,s1,s2\na,1,2\nb,3,4\nc,5,6\n",
        exit_code=4,
        code="N404",
        at=(2, 1),
        adds=("--samples", "columns"),
        output=[[1, 3, 5], [2, 4, 6]],
    ),
    "--samples columns for samples in rows": Case(
        spec=TWO,
        data="a,b\n1,2\n3,4\n5,6\n",
        options=("--samples", "columns"),
        exit_code=4,
        code="N407",
        at=(2, 1),
        adds=("--samples", "rows"),
        output=[[1, 2], [3, 4], [5, 6]],
    ),
    "latin-1": Case(
        spec=TWO,
        data="a,größe\n1,2\n3,4\n".encode("latin-1"),
        exit_code=4,
        code="N406",
        at=(1, 2),
        adds=("--encoding", "latin-1"),
        output=AS_TWO,
    ),
    "a euro sign of Windows": Case(
        spec=TWO,
        data="price (€),b\n1,2\n3,4\n".encode("cp1252"),
        exit_code=4,
        code="N406",
        at=(1, 1),
        adds=("--encoding", "cp1252"),
        output=AS_TWO,
    ),
    "UTF-16 with a mark": Case(
        spec=TWO,
        data="a,b\n1,2\n3,4\n".encode("utf-16"),
        exit_code=4,
        code="N411",
        at=(1, None),
        adds=("--encoding", "utf-16"),
        output=AS_TWO,
    ),
    "UTF-16 without a mark": Case(
        spec=TWO,
        data="a,b\n1,2\n3,4\n".encode("utf-16-le"),
        exit_code=4,
        code="N406",
        at=(1, 1),
        adds=("--encoding", "utf-16-le"),
        output=AS_TWO,
    ),
    "UTF-16, the high byte first, without a mark": Case(
        spec=TWO,
        data="a,b\n1,2\n3,4\n".encode("utf-16-be"),
        exit_code=4,
        code="N406",
        at=(1, 1),
        adds=("--encoding", "utf-16-be"),
        output=AS_TWO,
    ),
    "Excel's line for semicolons": Case(
        spec=TWO,
        data="sep=;\na;b\n1;2\n3;4\n",
        exit_code=4,
        code="N411",
        at=(1, None),
        adds=("--delimiter", ";"),
        in_data=(("sep=;\n", ""),),
        output=AS_TWO,
    ),
    "Excel's line for commas": Case(
        spec=TWO,
        data="sep=,\r\na,b\r\n1,2\r\n3,4\r\n",
        exit_code=4,
        code="N411",
        at=(1, None),
        in_data=(("sep=,\r\n", ""),),
        output=AS_TWO,
    ),
    "a comment above the header": Case(
        spec=TWO,
        data="# measured in May\na,b\n1,2\n3,4\n",
        exit_code=4,
        code="N407",
        at=(1, 1),
        in_data=(("# measured in May\n", ""),),
        output=AS_TWO,
    ),
    "a comment above data without a header": Case(
        spec=TWO,
        data="# measured in May\n1,2\n3,4\n",
        exit_code=4,
        code="N407",
        at=(1, 1),
        in_data=(("# measured in May\n", ""),),
        output=AS_TWO,
    ),
    "a title above the header": Case(
        spec=TWO,
        data="Measurements of May\na,b\n1,2\n3,4\n",
        exit_code=4,
        code="N407",
        at=(1, 1),
        in_data=(("Measurements of May\n", ""),),
        output=AS_TWO,
    ),
    "a comment between the rows": Case(
        spec=TWO,
        data="a,b\n1,2\n# another day\n3,4\n",
        exit_code=4,
        code="N403",
        at=(3, 1),
        in_data=(("# another day\n", ""),),
        output=AS_TWO,
    ),
    "units below the header": Case(
        spec=TWO,
        data="a,b\ncm,kg\n1,2\n3,4\n",
        exit_code=4,
        code="N404",
        at=(2, 1),
        in_data=(("cm,kg\n", ""),),
        output=AS_TWO,
    ),
    "the header again in the middle": Case(
        spec=TWO,
        data="a,b\n1,2\na,b\n3,4\n",
        exit_code=4,
        code="N404",
        at=(3, 1),
        in_data=(("1,2\na,b\n", "1,2\n"),),
        output=AS_TWO,
    ),
    "a Ctrl-Z on a line of its own": Case(
        spec=TWO,
        data="a,b\r\n1,2\r\n3,4\r\n\x1a",
        exit_code=4,
        code="N403",
        at=(4, 1),
        in_data=(("\x1a", ""),),
        output=AS_TWO,
    ),
    "a Ctrl-Z behind the last number": Case(
        spec=TWO,
        data="1,2\n3,4\x1a",
        exit_code=4,
        code="N404",
        at=(2, 2),
        in_data=(("\x1a", ""),),
        output=AS_TWO,
    ),
    "a delimiter at the end of one row": Case(
        spec=TWO,
        data="a,b\n1,2\n3,4,\n",
        exit_code=4,
        code="N403",
        at=(3, 1),
        in_data=(("3,4,", "3,4"),),
        output=AS_TWO,
    ),
    "a delimiter at the end of every line": Case(
        spec=TWO,
        data="a,b,\n1,2,\n3,4,\n",
        exit_code=4,
        code="N407",
        at=(1, 1),
        adds=("--drop", "3"),
        output=AS_TWO,
    ),
    "a name too few": Case(
        spec=THREE,
        data="a,b\n1,2,3\n4,5,6\n",
        exit_code=4,
        code="N407",
        at=(1, 1),
        in_data=(("a,b", "a,b,column_3"),),
        output=[[1, 2, 3], [4, 5, 6]],
    ),
    "a name too many": Case(
        spec=TWO,
        data="a;b;c\r\n1;2\r\n3;4\r\n",
        options=("--delimiter", ";"),
        exit_code=4,
        code="N407",
        at=(1, 1),
        in_data=(("a;b;c", "a;b"),),
        output=AS_TWO,
    ),
    "inputs named in other letters": Case(
        spec=BY_NAME,
        data="day,Pressure,Temperature\n1,2,1\n2,4,3\n",
        exit_code=4,
        code="N408",
        at=(1, 1),
        adds=("--columns", "Temperature,Pressure"),
        output=AS_TWO,
    ),
    "inputs with a name misspelt": Case(
        spec=BY_NAME,
        data="pressure,temprature\n2,1\n4,3\n",
        exit_code=4,
        code="N408",
        at=(1, 1),
        adds=("--columns", "temprature,pressure"),
        output=AS_TWO,
    ),
    "inputs by name, and no header": Case(
        spec=BY_NAME,
        data="1,2\n3,4\n",
        exit_code=4,
        code="N408",
        at=(1, 1),
        adds=("--columns", "1,2"),
        output=AS_TWO,
    ),
    "inputs by name, separated by semicolons": Case(
        spec=BY_NAME,
        data="pressure;temperature\n2;1\n4;3\n",
        exit_code=4,
        code="N408",
        at=(1, 1),
        adds=("--delimiter", ";"),
        output=AS_TWO,
    ),
    "a label whose name holds blanks, a quote and parentheses": Case(
        spec=TWO,
        data="a,b,the flower's class (true)\n1,2,x\n3,4,y\n",
        exit_code=4,
        code="N407",
        at=(1, 1),
        adds=("--drop", "the flower's class (true)"),
        output=AS_TWO,
    ),
    "a label without a name, as another column has the same": Case(
        spec=TWO,
        data="a,b,b\n1,2,x\n3,4,x\n",
        exit_code=4,
        code="N407",
        at=(1, 1),
        adds=("--drop", "3"),
        output=AS_TWO,
    ),
    "a label of whole numbers without a header": Case(
        spec=TWO,
        data="1.5,2,0\n3.5,4,1\n2.5,3,0\n5,1.5,1\n",
        exit_code=4,
        code="N407",
        at=(1, 1),
        adds=("--drop", "3"),
        output=[[1.5, 2], [3.5, 4], [2.5, 3], [5, 1.5]],
    ),
    "a label, the other columns named by numbers": Case(
        spec=TWO,
        data="label,1,2\n5,1,2\n0,3,4\n5,6,7\n",
        exit_code=4,
        code="N410",
        at=(1, 1),
        adds=("--header", "--drop", "label"),
        output=[[1, 2], [3, 4], [6, 7]],
    ),
    "dates": Case(
        spec=TWO,
        data="date,a,b\n2024-01-01,1,2\n2024-01-02,3,4\n",
        exit_code=4,
        code="N407",
        at=(1, 1),
        adds=("--keep", "date"),
        output=AS_TWO,
    ),
    "an identifier of texts without a header": Case(
        spec=TWO,
        data="x1,1,2\nx2,3,4\nx3,5,6\n",
        exit_code=4,
        code="N410",
        at=(1, 1),
        adds=("--no-header", "--keep", "1"),
        output=[[1, 2], [3, 4], [5, 6]],
    ),
    "another delimiter than the one given": Case(
        spec=TWO,
        data="a,b\n1,2\n3,4\n",
        exit_code=4,
        code="N407",
        at=(1, 1),
        options=("--delimiter", ";"),
        adds=("--delimiter", ","),
        output=AS_TWO,
    ),
    "Excel's line for semicolons above commas": Case(
        spec=TWO,
        data="sep=;\na,b\n1,2\n3,4\n",
        exit_code=4,
        code="N411",
        at=(1, None),
        in_data=(("sep=;\n", ""),),
        output=AS_TWO,
    ),
    "a title and a blank line above the header": Case(
        spec=TWO,
        data="May\n\na,b\n1,2\n3,4\n",
        exit_code=4,
        code="N407",
        at=(1, 1),
        in_data=(("May\n", ""),),
        output=AS_TWO,
    ),
    "a source below the rows": Case(
        spec=TWO,
        data="a,b\n1,2\n3,4\nSource: a friend\n",
        exit_code=4,
        code="N403",
        at=(4, 1),
        in_data=(("Source: a friend\n", ""),),
        output=AS_TWO,
    ),
    "a delimiter at the end of the header only": Case(
        spec=TWO,
        data="a,b,\n1,2\n3,4\n",
        exit_code=4,
        code="N407",
        at=(1, 1),
        in_data=(("a,b,", "a,b"),),
        output=AS_TWO,
    ),
    "an NPY file with its samples in columns": Case(
        spec=THREE,
        data=npy([[1, 2], [3, 4], [5, 6]]),
        file="data.npy",
        exit_code=4,
        code="N407",
        at=(None, None),
        adds=("--samples", "columns"),
        output=[[1, 3, 5], [2, 4, 6]],
    ),
}


def cell(typed: str, meant: str, value: float) -> Case:
    """Return the case of a cell in another form than a number's."""
    return Case(
        spec=TWO,
        data=f"a,b\n1,{typed}\n3,4\n",
        exit_code=4,
        code="N404",
        at=(2, 2),
        in_data=((f"1,{typed}\n", f"1,{meant}\n"),),
        output=[[1, value], [3, 4]],
    )


CELLS = {
    "thousands behind a comma": cell('"1,234"', "1234", 1234),
    "millions behind commas, and a fraction": cell('"-1,234,567.5"', "-1234567.5", -1234567.5),
    "thousands behind an apostrophe": cell("1'234", "1234", 1234),
    "thousands behind a blank": cell("1 234", "1234", 1234),
    "thousands behind a narrow no-break space": cell("1\u202f234", "1234", 1234),
    "thousands behind an underscore": cell("1_234", "1234", 1234),
    "thousands behind points, and a decimal comma": cell('"1.234,5"', "1234.5", 1234.5),
    "a lakh behind commas": cell('"1,00,000"', "100000", 100000),
    "a decimal comma in quotes": cell('"2,5"', "2.5", 2.5),
    "a minus sign beyond ASCII": cell("\u22122.5", "-2.5", -2.5),
    "an en dash": cell("\u20132", "-2", -2),
    "full-width digits": cell("\uff11\uff12", "12", 12),
    "Arabic digits": cell("\u0664\u0662", "42", 42),
    "a no-break space in front": cell("\u00a07", "7", 7),
    "single quotes": cell("'7'", "7", 7),
    "hexadecimal": cell("0x1F", "31", 31),
    "binary": cell("0b101", "5", 5),
    "a percentage": cell("12.5%", "0.125", 0.125),
    "a percentage behind a blank": cell("50 %", "0.5", 0.5),
    "a letter instead of 0": cell("2.O", "2.0", 2),
    "a letter instead of 1": cell("l2", "12", 12),
    "dollars": cell("$5", "5", 5),
    "euros": cell("5 €", "5", 5),
    "a unit": cell("12 cm", "12", 12),
    "a loss in parentheses": cell("(5)", "-5", -5),
    "an exponent of Fortran": cell("1d3", "1e3", 1000),
    "a float of C": cell("1.5f", "1.5", 1.5),
    "a fraction": cell("1/4", "0.25", 0.25),
    "a truth value": cell("true", "1", 1),
    "a decimal comma among semicolons": Case(
        spec=TWO,
        data="a;b\n1;2\n3;4,5\n",
        options=("--delimiter", ";"),
        exit_code=4,
        code="N404",
        at=(3, 2),
        in_data=(("4,5", "4.5"),),
        output=[[1, 2], [3, 4.5]],
    ),
    "an apostrophe behind umlauts in latin-1": Case(
        spec=TWO,
        data="größe,b,ort\n1,2,Köln\n1'234,4,Nürnberg\n".encode("latin-1"),
        options=("--encoding", "latin-1", "--keep", "ort"),
        exit_code=4,
        code="N404",
        at=(3, 1),
        in_data=(("1'234", "1234"),),
        output=[[1, 2], [1234, 4]],
    ),
    "a cell behind quoted ones": Case(
        spec=THREE,
        data='a,b,c\n"1","2",(3)\n4,5,6\n',
        exit_code=4,
        code="N404",
        at=(2, 3),
        in_data=(("(3)", "-3"),),
        output=[[1, 2, -3], [4, 5, 6]],
    ),
}

LANGUAGE = {
    "a misspelt key at the top": Case(
        spec="input: 2\nlayers:\n  - {neurons: 2, weights: [[1, 0], [0, 1]]}\n",
        data=ROWS_OF_TWO,
        exit_code=3,
        code="N101",
        at=(1, 1),
        in_spec=(("input:", "inputs:"),),
        output=AS_TWO,
    ),
    "the key of the layers misspelt": Case(
        spec="inputs: 2\nlayer:\n  - {neurons: 2, weights: [[1, 0], [0, 1]]}\n",
        data=ROWS_OF_TWO,
        exit_code=3,
        code="N101",
        at=(2, 1),
        in_spec=(("layer:", "layers:"),),
        output=AS_TWO,
    ),
    "the key of the short form misspelt": Case(
        spec="layers_sizes: [2, 1]\ninit: {weights: ones}\n",
        data=ROWS_OF_TWO,
        exit_code=3,
        code="N101",
        at=(1, 1),
        in_spec=(("layers_sizes:", "layer_sizes:"),),
        output=[[3], [7]],
    ),
    "a misspelt key of a layer": Case(
        spec=TWO.replace("weights", "wieghts"),
        data=ROWS_OF_TWO,
        exit_code=3,
        code="N101",
        at=(4, 5),
        in_spec=(("wieghts", "weights"),),
        output=AS_TWO,
    ),
    "a required key of a layer misspelt": Case(
        spec=TWO.replace("neurons", "neuron"),
        data=ROWS_OF_TWO,
        exit_code=3,
        code="N101",
        at=(3, 5),
        in_spec=(("neuron:", "neurons:"),),
        output=AS_TWO,
    ),
    "bias for biases, in braces": Case(
        spec="inputs: 2\nlayers:\n- {neurons: 2, bias: [7, 8], weights: [[1, 0], [0, 1]]}\n",
        data=ROWS_OF_TWO,
        exit_code=3,
        code="N101",
        at=(3, 16),
        in_spec=(("bias:", "biases:"),),
        output=[[8, 10], [10, 12]],
    ),
    "a misspelt activation": Case(
        spec=TWO + "    activation: rleu\n",
        data="-1,2\n3,4\n",
        exit_code=3,
        code="N107",
        at=(5, 17),
        in_spec=(("rleu", "relu"),),
        output=[[0, 2], [3, 4]],
    ),
    "an activation in other letters, in the short form": Case(
        spec="layer_sizes: [2, 1, 1]\nactivations: [linear, ReLU]\ninit: {weights: ones}\n",
        data="-1,-2\n3,4\n",
        exit_code=3,
        code="N107",
        at=(2, 23),
        in_spec=(("ReLU", "relu"),),
        output=[[0], [7]],
    ),
    "a misspelt activation with a parameter": Case(
        spec=TWO + "    activation: {leaky_rely: {negative_slope: 0.5}}\n",
        data="-1,2\n3,4\n",
        exit_code=3,
        code="N107",
        at=(5, 18),
        in_spec=(("leaky_rely", "leaky_relu"),),
        output=[[-0.5, 2], [3, 4]],
    ),
    "a misspelt parameter": Case(
        spec=TWO + "    activation:\n      leaky_relu:\n        negativ_slope: 0.5\n",
        data="-1,2\n3,4\n",
        exit_code=3,
        code="N101",
        at=(7, 9),
        in_spec=(("negativ_slope", "negative_slope"),),
        output=[[-0.5, 2], [3, 4]],
    ),
    "no activation": Case(
        spec=TWO + "    activation: none\n",
        data=ROWS_OF_TWO,
        exit_code=3,
        code="N107",
        at=(5, 17),
        in_spec=(("none", "linear"),),
        output=AS_TWO,
    ),
    "a misspelt initializer": Case(
        spec="init: {weights: one}\nlayer_sizes: [2, 1]\n",
        data=ROWS_OF_TWO,
        exit_code=3,
        code="N107",
        at=(1, 17),
        in_spec=(("one}", "ones}"),),
        output=[[3], [7]],
    ),
    "a misspelt dtype": Case(
        spec="dtype: Float-32\n" + TWO,
        data=ROWS_OF_TWO,
        exit_code=3,
        code="N107",
        at=(1, 8),
        in_spec=(("Float-32", "float32"),),
        output=AS_TWO,
    ),
    "a misspelt layout": Case(
        spec="""\
inputs: 3
layers:
  - neurons: 2
    layout: neuron_by_inputs
    weights: [[1, 0, 1], [0, 1, 1]]
""",
        data=ROWS_OF_THREE,
        exit_code=3,
        code="N107",
        at=(4, 13),
        in_spec=(("neuron_by_inputs", "neurons_by_inputs"),),
        output=PAIRS,
    ),
    "a whole number in quotes": Case(
        spec=TWO.replace("neurons: 2", 'neurons: "2"'),
        data=ROWS_OF_TWO,
        exit_code=3,
        code="N105",
        at=(3, 14),
        in_spec=(('"2"', "2"),),
        output=AS_TWO,
    ),
    "a weight in quotes": Case(
        spec=TWO.replace("[0, 1]", '[0, "1.5"]'),
        data=ROWS_OF_TWO,
        exit_code=3,
        code="N302",
        at=(4, 27),
        in_spec=(('"1.5"', "1.5"),),
        output=[[1, 3], [3, 6]],
    ),
    "a whole number with a point": Case(
        spec=TWO.replace("neurons: 2", "neurons: 2.0"),
        data=ROWS_OF_TWO,
        exit_code=3,
        code="N105",
        at=(3, 14),
        in_spec=(("2.0", "2"),),
        output=AS_TWO,
    ),
    "leading zeros": Case(
        spec=TWO.replace("inputs: 2", "inputs: 002"),
        data=ROWS_OF_TWO,
        exit_code=3,
        code="N105",
        at=(1, 9),
        in_spec=(("002", "2"),),
        output=AS_TWO,
    ),
    "a bias with a leading zero": Case(
        spec=TWO + "    biases:\n      - 09\n      - 0\n",
        data=ROWS_OF_TWO,
        exit_code=3,
        code="N302",
        at=(6, 9),
        in_spec=(("09", "9"),),
        output=[[10, 2], [12, 4]],
    ),
    "an underscore in a number": Case(
        spec=TWO + "    biases: [1_000, 0]\n",
        data=ROWS_OF_TWO,
        exit_code=3,
        code="N302",
        at=(5, 14),
        in_spec=(("1_000", "1000"),),
        output=[[1001, 2], [1003, 4]],
    ),
    "a number for a name": Case(
        spec="name: 2024\n" + TWO,
        data=ROWS_OF_TWO,
        exit_code=3,
        code="N105",
        at=(1, 7),
        in_spec=(("2024", '"2024"'),),
        output=AS_TWO,
    ),
    # numpy.random.RandomState(0).normal(0, 0.1) starts with 0.176405…
    "no seed": Case(
        spec="inputs: 1\nlayers:\n  - neurons: 1\n",
        data="1\n2\n",
        exit_code=3,
        code="N109",
        at=(3, 5),
        in_spec=(("inputs:", "seed: 0\ninputs:"),),
        output=[[0.1764052345967664], [0.3528104691935328]],
    ),
    "no seed for the short form in braces": Case(
        spec="{layer_sizes: [1, 1]}\n",
        data="1\n2\n",
        exit_code=3,
        code="N109",
        at=(1, 19),
        in_spec=(("{layer_sizes:", "{seed: 0, layer_sizes:"),),
        output=[[0.1764052345967664], [0.3528104691935328]],
    ),
    "an empty seed": Case(
        spec="seed:  # any\nlayer_sizes: [1, 1]\n",
        data="1\n2\n",
        exit_code=3,
        code="N105",
        at=(1, 1),
        in_spec=(("seed:", "seed: 0"),),
        output=[[0.1764052345967664], [0.3528104691935328]],
    ),
    "no space after a colon": Case(
        spec=TWO.replace("neurons: 2", "neurons:2"),
        data=ROWS_OF_TWO,
        exit_code=3,
        code="N100",
        at=(3, 13),
        in_spec=(("neurons:2", "neurons: 2"),),
        output=AS_TWO,
    ),
    "no space after the first colon": Case(
        spec=TWO.replace("inputs: 2", "inputs:2"),
        data=ROWS_OF_TWO,
        exit_code=3,
        code="N100",
        at=(1, 8),
        in_spec=(("inputs:2", "inputs: 2"),),
        output=AS_TWO,
    ),
    "no space after a colon in braces": Case(
        spec="inputs: 2\nlayers:\n- {neurons:2, weights: [[1, 0], [0, 1]]}\n",
        data=ROWS_OF_TWO,
        exit_code=3,
        code="N100",
        at=(3, 12),
        in_spec=(("neurons:2", "neurons: 2"),),
        output=AS_TWO,
    ),
    "indented with tabs": Case(
        spec="inputs: 2\nlayers:\n\t- neurons: 2\n\t  weights: [[1, 0], [0, 1]]\n",
        data=ROWS_OF_TWO,
        exit_code=3,
        code="N100",
        at=(3, 1),
        in_spec=(("\t- ", "  - "), ("\t  ", "    ")),
        output=AS_TWO,
    ),
    "indented with no-break spaces": Case(
        spec=TWO.replace("  - ", "- ").replace("    ", "  ") + "\u00a0\u00a0biases: [7, 8]\n",
        data=ROWS_OF_TWO,
        exit_code=3,
        code="N101",
        at=(5, 1),
        in_spec=(("\u00a0\u00a0", "  "),),
        output=[[8, 10], [10, 12]],
    ),
    "a line end of another kind": Case(
        spec="inputs: 2\u2028layers:\n  - {neurons: 2, weights: [[1, 0], [0, 1]]}\n",
        data=ROWS_OF_TWO,
        exit_code=3,
        code="N110",
        at=(1, 10),
        in_spec=(("\u2028", "\n"),),
        output=AS_TWO,
    ),
    "an unclosed bracket": Case(
        spec=TWO.replace("1]]", "1]  # the unit matrix") + "    biases: [0, 0]\n",
        data=ROWS_OF_TWO,
        exit_code=3,
        code="N100",
        at=(4, 14),
        in_spec=(("1]  #", "1]]  #"),),
        output=AS_TWO,
    ),
    "an unclosed bracket at the end of the file": Case(
        spec="init: {weights: ones}\nlayer_sizes: [2, 1",
        data=ROWS_OF_TWO,
        exit_code=3,
        code="N100",
        at=(2, 14),
        in_spec=(("[2, 1", "[2, 1]"),),
        output=[[3], [7]],
    ),
    "an unclosed brace": Case(
        spec="inputs: 2\ninit: {weights: ones\nlayers:\n  - neurons: 1\n",
        data=ROWS_OF_TWO,
        exit_code=3,
        code="N100",
        at=(2, 7),
        in_spec=(("ones", "ones}"),),
        output=[[3], [7]],
    ),
    "an unclosed quote": Case(
        spec='name: "my network\n' + TWO,
        data=ROWS_OF_TWO,
        exit_code=3,
        code="N100",
        at=(1, 7),
        in_spec=(("my network", 'my network"'),),
        output=AS_TWO,
    ),
    "a bracket closed by a brace": Case(
        spec=TWO + "    biases: [7, 8}\n",
        data=ROWS_OF_TWO,
        exit_code=3,
        code="N100",
        at=(5, 13),
        in_spec=(("8}", "8]"),),
        output=[[8, 10], [10, 12]],
    ),
    "a brace closed by a bracket": Case(
        spec="inputs: 2\ninit: {weights: ones]\nlayers:\n  - neurons: 1\n",
        data=ROWS_OF_TWO,
        exit_code=3,
        code="N100",
        at=(2, 7),
        in_spec=(("ones]", "ones}"),),
        output=[[3], [7]],
    ),
    "a bracket too many": Case(
        spec=TWO + "    biases: [7, 8]]\n",
        data=ROWS_OF_TWO,
        exit_code=3,
        code="N100",
        at=(5, 19),
        in_spec=(("8]]", "8]"),),
        output=[[8, 10], [10, 12]],
    ),
    "a tag": Case(
        spec=TWO.replace("neurons: 2", "neurons: !!int 2"),
        data=ROWS_OF_TWO,
        exit_code=3,
        code="N103",
        at=(3, 14),
        in_spec=(("!!int ", ""),),
        output=AS_TWO,
    ),
    "a key in capitals": Case(
        spec=TWO.replace("inputs", "Inputs"),
        data=ROWS_OF_TWO,
        exit_code=3,
        code="N101",
        at=(1, 1),
        in_spec=(("Inputs:", "inputs:"),),
        output=AS_TWO,
    ),
    "a size of the short form in quotes": Case(
        spec='init: {weights: ones}\nlayer_sizes: [2,  "1"]\n',
        data=ROWS_OF_TWO,
        exit_code=3,
        code="N105",
        at=(2, 19),
        in_spec=(('"1"', "1"),),
        output=[[3], [7]],
    ),
    "a seed with a point": Case(
        spec="seed: 0.0\nlayer_sizes: [1, 1]\n",
        data="1\n2\n",
        exit_code=3,
        code="N105",
        at=(1, 7),
        in_spec=(("0.0", "0"),),
        output=[[0.1764052345967664], [0.3528104691935328]],
    ),
    "a number for the name of an output": Case(
        spec=TWO + "outputs: {columns: [1, b]}\n",
        data=ROWS_OF_TWO,
        exit_code=3,
        code="N105",
        at=(5, 21),
        in_spec=(("[1, b]", '["1", b]'),),
        output=AS_TWO,
    ),
    "an unclosed single quote": Case(
        spec="name: 'my network\n" + TWO,
        data=ROWS_OF_TWO,
        exit_code=3,
        code="N100",
        at=(1, 7),
        in_spec=(("my network", "my network'"),),
        output=AS_TWO,
    ),
    "one activation in a list for two layers": Case(
        spec="layer_sizes: [2, 1, 1]\nactivations: [relu]\ninit: {weights: ones}\n",
        data="-1,-2\n3,4\n",
        exit_code=3,
        code="N111",
        at=(2, 14),
        in_spec=(("[relu]", "relu"),),
        output=[[0], [7]],
    ),
}

CASES = {
    f"{table}: {name}": case
    for table, cases in (
        ("shapes", SHAPES),
        ("forms", FORMS),
        ("cells", CELLS),
        ("language", LANGUAGE),
    )
    for name, case in cases.items()
}


@dataclass
class Run:
    """The files of a case in a folder of their own, and the command that reads them."""

    cli: Cli
    folder: Path
    file: str
    options: tuple[str, ...]

    def __call__(self, *more: str) -> Any:
        """Run `forward`, with more options."""
        command = ("forward", "spec.yaml", self.file, *self.options, *more, "--format", "json")
        return self.cli(*command, cwd=self.folder)

    def encoding(self, file: str) -> str:
        """Return the encoding of a file; a byte-order mark does not count as a column."""
        given = "--encoding" in self.options and file == self.file
        return self.options[self.options.index("--encoding") + 1] if given else "utf-8-sig"

    def apply(self, *suggestions: Any) -> tuple[str, ...]:
        """Make the edits of suggestions, and return the options that they add."""
        edits = [edit for suggestion in suggestions for edit in suggestion["edits"]]
        for file in {edit["file"] for edit in edits}:
            assert file in ("spec.yaml", self.file)
            path, encoding = self.folder / file, self.encoding(file)
            content = path.read_bytes()
            mark = b"\xef\xbb\xbf" if content.startswith(b"\xef\xbb\xbf") else b""
            text = with_edits(content.decode(encoding), [e for e in edits if e["file"] == file])
            path.write_bytes(mark + text.encode(encoding.removesuffix("-sig")))
        return tuple(option for suggestion in suggestions for option in suggestion["options"])


def with_edits(text: str, edits: Sequence[Any]) -> str:
    """Return a text with edits made in it, the last one first so that no place moves."""
    for edit in sorted(edits, key=lambda edit: (edit["line"], edit["column"]), reverse=True):
        lines = [*re.findall(r"[^\r\n]*(?:\r\n|\r|\n|\Z)", text), ""]
        first, last = lines[edit["line"] - 1], lines[edit["end_line"] - 1]
        assert edit["column"] - 1 <= len(first.rstrip("\r\n"))
        assert edit["end_column"] - 1 <= len(last.rstrip("\r\n"))
        before = "".join(lines[: edit["line"] - 1]) + first[: edit["column"] - 1]
        behind = last[edit["end_column"] - 1 :] + "".join(lines[edit["end_line"] :])
        text = before + edit["text"] + behind
    return text


def changed(content: str | bytes, changes: Changes, encoding: str) -> bytes:
    """Return the content of a file as it should be after a change."""
    if not changes:
        return content.encode() if isinstance(content, str) else content
    text = content.decode(encoding) if isinstance(content, bytes) else content
    for piece, better in changes:
        assert text.count(piece) == 1, piece
        text = text.replace(piece, better)
    return text.encode(encoding.removesuffix("-sig"))


@pytest.fixture
def prepare(cli: Cli, tmp_path: Path) -> Callable[[Case], Run]:
    """Write the files of a case, afresh each time."""

    def write_files(case: Case) -> Run:
        for file, content in (("spec.yaml", case.spec), (case.file, case.data)):
            (tmp_path / file).write_bytes(changed(content, (), "utf-8"))
        return Run(cli, tmp_path, case.file, case.options)

    return write_files


def problems_of(done: Any) -> list[Any]:
    """Return the problems of a failed run."""
    document = done.json
    assert document["format"] == "nncli.problems/1"
    problems: list[Any] = document["problems"]
    assert problems
    return problems


all_cases = pytest.mark.parametrize("case", CASES.values(), ids=CASES)


@all_cases
def test_the_first_suggestion_is_the_likeliest_change_and_mends_the_run(
    case: Case, prepare: Callable[[Case], Run]
) -> None:
    run = prepare(case)
    broken = run()
    first = problems_of(broken)[0]
    found = (broken.code, first["code"], (first["line"], first["column"]))
    assert found == (case.exit_code, case.code, case.at)
    assert first["suggestions"], first
    suggestion = first["suggestions"][0]
    assert tuple(suggestion["options"]) == case.adds
    options = run.apply(suggestion)
    for file, content, changes in (
        ("spec.yaml", case.spec, case.in_spec),
        (case.file, case.data, case.in_data),
    ):
        expected = changed(content, changes, run.encoding(file))
        assert (run.folder / file).read_bytes() == expected
    mended = run(*options)
    assert mended.code == 0, mended.err
    values = mended.json["output"]["values"]
    assert len(values) == len(case.output) > 0
    assert values == [pytest.approx(row) for row in case.output]


@all_cases
def test_no_suggestion_is_offered_that_does_not_work(
    case: Case, prepare: Callable[[Case], Run]
) -> None:
    first = problems_of(prepare(case)())[0]
    for suggestion in first["suggestions"]:
        run = prepare(case)
        options = run.apply(suggestion)
        if not options and not suggestion["edits"]:
            continue  # to be done by hand
        done = run(*options)
        if done.code:
            assert done.code in (3, 4), suggestion  # not a wrong command line
            left = [(problem["code"], problem["message"]) for problem in problems_of(done)]
            assert (first["code"], first["message"]) not in left, suggestion


@dataclass(frozen=True)
class Cluster:
    """A run that fails for several reasons, and what it gives once each is mended."""

    spec: str
    data: str
    codes: tuple[str, ...]
    output: Sequence[Sequence[float]]


CLUSTERS = {
    "biases of two layers": Cluster(
        spec="""\
inputs: 2
layers:
  - neurons: 2
    weights: [[1, 0], [0, 1]]
    biases: [7]
  - neurons: 1
    weights: [[1], [10]]
    biases: [1, 2]
""",
        data=ROWS_OF_TWO,
        codes=("N203", "N203"),
        output=[[8 + 20 + 1], [10 + 40 + 1]],
    ),
    "layer 1 transposed, the neurons of layer 3": Cluster(
        spec="""\
inputs: 3
layers:
  - neurons: 2
    weights: [[1, 0, 1], [0, 1, 1]]
  - neurons: 2
    weights: [[1, 0], [0, 1]]
  - {neurons: 2, weights: [[1], [10]]}
""",
        data=ROWS_OF_THREE,
        codes=("N201", "N202"),
        output=PAIRS_SUMMED,
    ),
    "inputs and biases": Cluster(
        spec="""\
inputs: 5
layers:
  - neurons: 2
    weights: [[1, 0], [0, 1], [1, 1]]
    biases: [1, 2, 3]
""",
        data=ROWS_OF_THREE,
        codes=("N201", "N203", "N407"),
        output=[[5, 7], [11, 13]],
    ),
    "biases, and a label in the data": Cluster(
        spec=TWO + "    biases: [1, 2, 3]\n",
        data="a,b,label\n1,2,x\n3,4,y\n",
        codes=("N203", "N407"),
        output=[[2, 4], [4, 6]],
    ),
    "three files joined, each with its header": Cluster(
        spec=TWO,
        data="a,b\n1,2\na,b\n3,4\na,b\n5,6\n",
        codes=("N404", "N404"),
        output=[[1, 2], [3, 4], [5, 6]],
    ),
    "cells of one line and of several": Cluster(
        spec=THREE,
        data="a,b,c\n$1,(2),3\n4,5,6\n'7',8,90%\n",
        codes=("N404", "N404", "N404", "N404"),
        output=[[1, -2, 3], [4, 5, 6], [7, 8, 0.9]],
    ),
    "a delimiter at the end of two rows of three": Cluster(
        spec=TWO,
        data="a,b\n1,2,\n3,4\n5,6,\n",
        codes=("N403", "N403"),
        output=[[1, 2], [3, 4], [5, 6]],
    ),
    "a misspelt key, a quoted number, a tag": Cluster(
        spec="""\
input: 2
layers:
  - neurons: "2"
    weights: !!seq [[1, 0], [0, 1]]
""",
        data=ROWS_OF_TWO,
        codes=("N101", "N105", "N103"),
        output=AS_TWO,
    ),
}


@pytest.mark.parametrize("cluster", CLUSTERS.values(), ids=CLUSTERS)
def test_the_first_suggestions_of_all_problems_go_together(
    cluster: Cluster, prepare: Callable[[Case], Run]
) -> None:
    case = Case(cluster.spec, cluster.data, 3, cluster.codes[0], (None, None))
    run = prepare(case)
    problems = problems_of(run())
    assert tuple(problem["code"] for problem in problems) == cluster.codes
    first = [problem["suggestions"][0] for problem in problems if problem["suggestions"]]
    assert len(first) >= 2
    mended = run(*run.apply(*first))
    assert mended.code == 0, mended.err
    values = mended.json["output"]["values"]
    assert values == [pytest.approx(row) for row in cluster.output]


def test_data_that_no_change_makes_fit_is_said_to_be_such(
    prepare: Callable[[Case], Run],
) -> None:
    random = np.random.default_rng(20)
    data = "".join(",".join(map(str, row)) + "\n" for row in random.normal(size=(7, 30)))
    done = prepare(Case(TWO, data, 4, "N407", (1, 1)))()
    [problem] = problems_of(done)
    assert (done.code, problem["code"], problem["line"], problem["column"]) == (4, "N407", 1, 1)
    assert problem["suggestions"] == []
    assert any(text.startswith("no option or size that was tried") for text in problem["help"])


@pytest.mark.parametrize("expected", ["5\n1O\n", "1O\n"])
def test_a_faulty_cell_of_expected_outputs_is_told_how_to_be_mended(
    cli: Cli, tmp_path: Path, expected: str
) -> None:
    (tmp_path / "net.yaml").write_text("inputs: 1\nlayers: [{neurons: 1}]\nseed: 0\n")
    (tmp_path / "batch.csv").write_text("1\n2\n")
    (tmp_path / "expected.csv").write_text(expected)
    done = cli("forward", "net.yaml", "batch.csv", "--expect", "expected.csv", cwd=tmp_path)
    line = expected.count("\n")
    words = "help: write digits instead of the letters that look like them"
    assert done.code == 4
    assert f"{words}   expected.csv:{line}   10\n{words}\n" in done.err


@pytest.mark.parametrize("command", ["forward", "shapes"])
@pytest.mark.parametrize("option", ["--drop", "--keep"])
def test_data_without_a_single_feature_does_not_fit(
    cli: Cli, tmp_path: Path, command: str, option: str
) -> None:
    (tmp_path / "net.yaml").write_text("inputs: 2\nlayers: [{neurons: 1}]\nseed: 0\n")
    (tmp_path / "batch.csv").write_text("a\n1\n2\n")
    done = cli(command, "net.yaml", "batch.csv", option, "1", cwd=tmp_path)
    assert done.code == 4
    assert "batch.csv:1:1: error[N407]: the file has 0 feature columns" in done.err


def test_layers_that_no_single_change_makes_fit_are_said_to_be_such(
    prepare: Callable[[Case], Run],
) -> None:
    spec = """\
inputs: 2
layers:
  - neurons: 3
    weights: [[1, 2, 3], [4, 5, 6]]
  - neurons: 2
    weights: [[1, 2], [3, 4], [5, 6], [7, 8], [9, 10]]
  - neurons: 1
    weights: [[1], [2]]
"""
    done = prepare(Case(spec, ROWS_OF_TWO, 3, "N201", (6, 14)))()
    [problem] = problems_of(done)
    assert (done.code, problem["code"], problem["line"], problem["column"]) == (3, "N201", 6, 14)
    assert problem["suggestions"] == []
    assert any(text.startswith("no single change") for text in problem["help"])
