"""Trained networks as their authors published them: inputs scaled, outputs scaled back.

Every expected value is printed in the source, or was worked out from the printed weights by its
readers.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from commands import RunCli

HERE = Path(__file__).resolve().parent
Write = Callable[[str, str | bytes], Path]


@dataclass(frozen=True)
class Published:
    """A network, some samples, and what it gives for them."""

    source: str
    spec: str
    data: str
    outputs: list[float]
    tolerance: float  # half a unit of the last digit, or what its weights' digits leave open


MATHEMATICA = Published(
    source="mathematica.stackexchange.com/q/84592: `Standardize` on input and target",
    spec="""
inputs: {size: 1, scale: {standard: {mean: 2.5, std: 1.2909944487358056}}}
layers:
  - {neurons: 1, weights: [[-0.9752752696739045]], biases: [-5.738324013344273e-17]}
  - {neurons: 1, weights: [[-0.9752752696739043]], biases: [-1.5516692498423558e-17]}
outputs: {scale: {standard: {mean: 4.75, std: 2.753785273643051}}}
""",
    data="2\n",
    outputs=[3.73555],
    tolerance=5e-6,
)
MATLAB = Published(
    source="stackoverflow.com/q/2417716: tansig layers, mapminmax of inputs and targets",
    spec="""
inputs: {size: 2, scale: {min_max: {min: 0, max: 1, to: [-1, 1]}}}
layout: neurons_by_inputs
layers:
  - neurons: 2
    activation: tanh
    weights: [[-2.162, 2.1706], [2.1565, -2.1688]]
    biases: [2.001, 2.0033]
  - {neurons: 1, activation: tanh, weights: [[-3.9174, -3.9183]], biases: [3.8093]}
outputs: {scale: {min_max: {min: 0, max: 1, to: [-1, 1]}}}
""",
    data="1,1\n0,1\n",
    outputs=[0.00055875, 0.99943],
    tolerance=5e-6,
)
WEKA_SUM = Published(
    source="list.waikato.ac.nz wekalist 2008/7, Understanding MLP for numeric prediction",
    spec="""
inputs: {columns: [x, y]}
layers:
  - neurons: 1
    activation: sigmoid
    weights: [[-0.893661993055382], [-0.894017186952782]]
    biases: [0.87709507261667]
  - {neurons: 1, weights: [[-4.91766646527907]], biases: [2.47073476737811]}
outputs: {columns: [z], scale: {min_max: {min: 0, max: 2, to: [-1, 1]}}}
""",
    data="x,y\n0,0\n0.5,0.5\n1,1\n0.2,0.7\n",
    outputs=[-0.002219, 1.032487, 2.059953, 0.922746],
    tolerance=5e-7,
)
SPREADSHEET = Published(
    source="microcortex.com GuideEasy/GEANNinSheet: biases in the last column, ranges of the data",
    spec="""
layout: neurons_by_inputs
inputs:
  columns: [a, b, random1, random2]
  scale: {min_max: {min: [0, 0, 0.009, 0.002], max: [9, 9, 1.0, 0.993]}}
layers:
  - neurons: 5
    activation: tanh
    weights:
      - [5.0821, 5.0035, 0.20477, 0.20516, 0.20974]
      - [-0.81814, -1.0164, -0.13978, -0.10229, 0.76539]
      - [2.7179, 3.1205, 0.32192, 0.2587, -6.5849]
      - [-0.58223, -0.20484, 0.2816, 0.20965, 0.12049]
      - [0.3077, 0.4859, -0.90346, -1.5403, -1.8878]
    biases: {within_weights: last}
  - neurons: 1
    activation: sigmoid
    weights: [[5.3086, -1.9415, 4.5629, -0.99264, -0.15679, -1.4462]]
    biases: {within_weights: last}
outputs: {columns: [a_plus_b], scale: {min_max: {min: 0, max: 18}}}
""",
    data="a,b,random1,random2\n0.0,0.0,0.554,0.511\n0.0,1.0,0.802,0.951\n0.0,2.0,0.136,0.631\n"
    "0.0,3.0,0.286,0.845\n4.0,5.0,0.5,0.5\n9.0,9.0,0.5,0.5\n",
    outputs=[0.102220, 0.994850, 1.900013, 3.120662, 9.041400, 17.698598],
    tolerance=5e-7,
)


@pytest.mark.parametrize(
    "published",
    [MATHEMATICA, MATLAB, WEKA_SUM, SPREADSHEET],
    ids=["mathematica", "matlab", "weka", "spreadsheet"],
)
def test_a_published_network_gives_the_published_numbers(
    cli: RunCli, write: Write, published: Published
) -> None:
    config, data = write("net.yaml", published.spec), write("data.csv", published.data)
    done = cli("forward", config, data, "--format", "json")
    assert done.code == 0, done.err
    found = [row[0] for row in done.json["output"]["values"]]
    np.testing.assert_allclose(found, published.outputs, rtol=0, atol=published.tolerance)


# Stack Overflow 34313994: the printout of Weka's MultilayerPerceptron for the iris data.  Weka
# scales each attribute to [-1, 1] and does not print the ranges; they are those of the data.
WEKA_IRIS = """
layout: neurons_by_inputs
inputs:
  columns: [sepallength, sepalwidth, petallength, petalwidth]
  scale: {min_max: {min: [4.3, 2.0, 1.0, 0.1], max: [7.9, 4.4, 6.9, 2.5], to: [-1, 1]}}
outputs: {columns: [Iris-setosa, Iris-versicolor, Iris-virginica]}
layers:
  - neurons: 3
    activation: sigmoid
    weights:
      - [0.9099827458022276, 1.5675138827531276, -5.037338107319895, -4.915469682506087]
      - [-1.1116750023770083, 3.125009686667653, -4.133137022912305, -4.079589727871456]
      - [-1.2158878822058787, -3.5332821317534897, 8.401834252274096, 9.460215580472827]
    biases: [3.382485556685675, -3.330573592291832, -7.496091023618089]
  - neurons: 3
    activation: sigmoid
    weights:
      - [-1.0058110853859945, 9.07503844669134, -4.107780453339234]
      - [3.8988736877894024, -9.768910360340264, -8.599134493151348]
      - [-4.2184061338270356, -3.626059686321118, 8.805122981737854]
    biases: [-3.5015971588434014, 1.0692845992273177, -1.007176238343649]
"""


def test_a_printed_iris_network_of_weka_is_right_about_148_of_150(
    cli: RunCli, write: Write
) -> None:
    """The class is Weka's: the largest of three sigmoids."""
    data = HERE.parent / "published" / "iris.csv"
    done = cli("forward", write("net.yaml", WEKA_IRIS), data, "--keep", "class", "--format", "csv")
    header, *rows = csv.reader(done.out.splitlines())
    assert (done.code, header[0], len(rows)) == (0, "class", 150)
    outputs = np.array([[float(cell) for cell in row[1:]] for row in rows])
    np.testing.assert_allclose(outputs[0], [0.98929241, 0.00852667, 0.00014553], atol=5e-9)
    largest = [header[1 + position] for position in outputs.argmax(axis=1)]
    assert sum(row[0] == name for row, name in zip(rows, largest, strict=True)) == 148
