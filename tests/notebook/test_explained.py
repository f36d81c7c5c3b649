"""`nncli.explain`: what the command writes, for a batch at hand."""

from __future__ import annotations

import json
import re
import sys
from dataclasses import replace
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from commands import run_apart

import nncli
from nncli import Network

if TYPE_CHECKING:
    from conftest import RunCli

BATCH = np.array([[1, 2, 3, 2.5], [2, 5, -1, 2], [-1.5, 2.7, 3.3, -0.8]])


def numbers(name: str) -> Any:
    return np.genfromtxt(f"sample_data/{name}_test.csv", delimiter=",", skip_header=1)


def batch() -> Network:
    return Network.load("configs/batch.yaml")


# What the command is given, then what Python is.
CASES: list[tuple[str, dict[str, Any]]] = [
    ("batch", {}),
    ("batch --neuron 3 --sample all --ones", {"neuron": 3, "sample": "all", "ones": True}),
    ("batch --layer 1 --neuron 1,2 --sample 3", {"layer": 1, "neuron": [1, 2], "sample": [3]}),
    ("batch --notation columns --precision 2", {"notation": "columns", "precision": 2}),
    ("iris --layer last --neuron virginica", {"layer": "last", "neuron": "virginica"}),
    ("iris --sample 1,40 --precision 6", {"sample": (40, 1), "precision": 6}),
    ("digits --neuron 2 --terms 3", {"neuron": [2], "terms": 3}),
    ("digits --neuron 2 --layer 1 --terms all", {"neuron": "2", "layer": ["1"], "terms": "all"}),
    ("diabetes", {}),
]


@pytest.mark.parametrize("form", ["text", "md", "latex", "html", "json"])
@pytest.mark.parametrize(("command", "arguments"), CASES)
def test_python_gets_what_the_command_writes(
    cli: RunCli, command: str, arguments: dict[str, Any], form: str
) -> None:
    name, *options = command.split()
    data = f"sample_data/{name}.csv" if name == "batch" else f"sample_data/{name}_test.csv"
    done = cli("explain", f"configs/{name}.yaml", data, *options, "--format", form, "-q")
    network = Network.load(f"configs/{name}.yaml")
    x = BATCH if name == "batch" else numbers(name)[:, : network.layer_sizes[0]]
    found = nncli.explain(network, x, **arguments)
    if name != "batch":  # the command reads no further than it needs, and cannot know how many
        found = replace(found, run=replace(found.run, total=None))
    if form != "json":
        made = {"md": found.to_markdown, "latex": found.to_latex, "html": found.to_html}
        assert made.get(form, found.to_text)() == done.out
        return
    own, other = json.loads(found.to_json()), done.json
    for each in (own, other):
        # a command knows its files, and has notes of its own
        del each["data"], each["notes"]
    assert own == other


def test_it_shows_itself_as_text() -> None:
    found = nncli.explain(batch(), BATCH.tolist(), neuron=3)
    assert str(found) == repr(found) == found.to_text().rstrip("\n")
    assert str(found).endswith("      =  1.885 + 0.5\n      =  2.385")
    assert max(map(len, found.to_text(50).splitlines())) <= 50


class Elements(HTMLParser):
    """The elements of a page, with their attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def test_a_notebook_gets_the_page_in_a_frame_of_its_own() -> None:
    found = nncli.explain(batch(), BATCH)
    [(tag, attributes)] = Elements(found._repr_html_()).found
    assert tag == "iframe"
    assert attributes["sandbox"] == ""  # no script would run
    page = attributes["srcdoc"] or ""
    # links to layers stay in the frame
    assert page.replace('<base href="about:srcdoc">', "") == found.to_html()
    assert page.index("<base ") < page.index("<body")
    assert "2.385" in page


def test_a_frame_is_as_high_as_its_layers_need_up_to_a_bound() -> None:
    heights = []
    for layers in (1, 2, 9):
        sizes = [1] * (layers + 1)
        network = Network.from_yaml_text(f"layer_sizes: {sizes}\nseed: 0")
        frame = nncli.explain(network, [[1]])._repr_html_()
        [height] = re.findall(r'style="width:100%;height:(\d+)px', frame)
        heights.append(int(height))
    assert heights == sorted(heights)
    assert heights[0] < heights[-1]
    assert heights[-1] <= 900


def test_names_of_features_come_from_a_table_the_spec_or_the_caller() -> None:
    table = Table({"a": [1.0], "b": [2], "c": [3], "d": [2.5]})
    assert "x₁ a 1 · x₂ b 2 · x₃ c 3 · x₄ d 2.5" in str(nncli.explain(batch(), table))
    named = nncli.explain(batch(), BATCH, columns=["p", "q", "r", "s"])
    assert "x₁ p 1 · x₂ q 2" in str(named)
    assert "x₁ " not in str(nncli.explain(batch(), BATCH))
    iris = Network.load("configs/iris.yaml")
    assert "sepal length (cm)" in str(nncli.explain(iris, np.ones((1, 4))))


class Table:
    """A table as pandas has it."""

    def __init__(self, columns: dict[str, list[float]]) -> None:
        self._columns = columns
        self.columns = list(columns)

    def __getitem__(self, name: str) -> Any:
        return np.array(self._columns[name])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"sample": 4}, "sample 4: there are 3 samples, numbered from 1"),
        ({"sample": [1, 0]}, "sample 0: there are 3 samples, numbered from 1"),
        ({"sample": -1}, "sample -1: there are 3 samples, numbered from 1"),
        ({"sample": []}, "sample: none is chosen"),
        ({"layer": 2}, "layer 2: the network has 1 layer"),
        ({"layer": "x"}, "layer: there is no layer 'x', and the network has 1 layer"),
        ({"neuron": [3, 4]}, "neuron 4: layer 1 has 3 neurons"),
        ({"notation": "keras"}, "notation 'keras': it is one of rows, torch, columns"),
        ({"precision": 0}, "precision 0: it is from 1 to 17"),
        ({"terms": 0}, "terms 0: it is a number from 1, or 'all'"),
        ({"columns": ["a"]}, "columns: the batch has 4 features to be named"),
        ({"columns": "abcd"}, "columns: the batch has 4 features to be named"),
    ],
)
def test_what_there_is_not_is_a_value_error(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}"):
        nncli.explain(batch(), BATCH, **arguments)


def test_a_batch_without_samples_has_nothing_to_explain() -> None:
    with pytest.raises(ValueError, match="the batch has no samples"):
        nncli.explain(batch(), np.empty((0, 4)), sample="all")


def test_a_batch_is_refused_as_forward_refuses_it() -> None:
    for wrong in ([1, 2, 3, 4], [[1, 2]], [["a"] * 4]):
        with pytest.raises(nncli.ShapeError) as told:
            nncli.explain(batch(), wrong)
        with pytest.raises(nncli.ShapeError) as other:
            batch().forward(wrong)
        assert str(told.value) == str(other.value)


def test_a_whole_table_is_not_run_for_some_of_its_samples() -> None:
    """Numbers are those of the sample alone, whatever surrounds it."""
    many = np.tile(BATCH, (1000, 1))
    found = nncli.explain(batch(), many, sample=2999, neuron=3)
    assert found.found.samples == (*range(1, 9), 2999)
    assert str(found).endswith("=  0.2")
    assert "9 samples of 3,000" in str(found)


ORDERS = [
    "import nncli; f = nncli.explain; import nncli.explanation.steps",
    "import nncli.explanation.steps; import nncli; f = nncli.explain",
    "from nncli import explain as f; from nncli.explanation.steps import NeuronStep",
    "import nncli.cli.explain; import nncli; f = nncli.explain",
]


@pytest.mark.parametrize("order", ORDERS)
def test_its_name_is_no_room_s_whatever_was_imported(order: str) -> None:
    code = f"{order}\nimport nncli\nassert f is nncli.explain and f.__name__ == 'explain', f"
    done = run_apart((sys.executable, "-c", code))
    assert (done.code, done.err) == (0, "")
