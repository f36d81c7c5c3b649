"""The drawing of a network: a line for each weight, a circle for each number."""

from __future__ import annotations

import numpy as np
import pytest
from html_tree import Tag, read_page
from parse_back import explained

from nncli.explanation.explanation import WantedLayer, Wish
from nncli.explanation.steps import Explanation
from nncli.network.network import Network
from nncli.render.page.document import explain_page

SPEC = """\
inputs: 2
layers:
- {weights: [[0.5, -1, 0], [0.25, 2, 1]], biases: [0, 1, -2.5], activation: relu}
- {weights: [[1], [-0.25], [3]]}
"""
BATCH = np.array([[1.0, 2.0], [3.0, -0.5]])


def explanation(spec: str = SPEC, most_sums: int | None = None) -> Explanation:
    network = Network.from_yaml_text(spec)
    layers = tuple(WantedLayer(n + 1) for n, _ in enumerate(network.layers))
    batch = np.resize(BATCH, (2, network.layer_sizes[0]))
    return explained(network, batch, Wish((1, 2), layers, most_sums=most_sums))


def drawing(found: Explanation) -> Tag | None:
    pictures = [
        tag for tag in read_page(explain_page(found)).named("svg") if "role" in tag.attributes
    ]
    return pictures[0] if pictures else None


def test_each_weight_but_0_is_a_line_as_thick_as_it_is_far_from_0() -> None:
    drawn = drawing(explanation())
    assert drawn is not None
    lines = {tag.text: tag for tag in drawn.named("path")}
    weights = ("0.5", "−1", "0.25", "2", "1", "−0.25", "3")  # of which 1 stands there twice
    assert set(lines) == {f"weight {each}" for each in weights}
    assert len(drawn.named("path")) == 8
    thick = {text: float(tag.attributes["stroke-width"]) for text, tag in lines.items()}
    assert thick["weight −0.25"] < thick["weight 0.5"] < thick["weight 2"] < thick["weight 3"]
    assert thick["weight 0.25"] == thick["weight −0.25"]
    negative = {text for text, tag in lines.items() if tag.classes == {"neg"}}
    assert negative == {"weight −1", "weight −0.25"}


def test_each_number_of_a_sample_stands_in_a_circle_and_0_in_a_dashed_one() -> None:
    drawn = drawing(explanation())
    assert drawn is not None
    of_samples = [tag for tag in drawn.named("g") if "d" in tag.classes]
    # by hand: relu of (1·0.5 + 2·0.25, −1 + 4 + 1, 2 − 2.5), and what the last layer adds up
    texts = [[tag.text for tag in each.named("text")] for each in of_samples]
    assert texts == [["1", "2", "1", "4", "0", "0"], ["3", "−0.5", "1.375", "0", "0", "1.375"]]
    zeros = [tag for tag in of_samples[0].named("circle") if "zero" in tag.classes]
    assert len(zeros) == 2
    hrefs = [tag.attributes["href"] for tag in of_samples[0].named("a")]
    assert hrefs == ["#L1", "#L2"]


@pytest.mark.parametrize(
    ("weight", "shown", "whole"),
    [("0.12345", "0.123", "0.12345"), ("123456.5", "1.23e5", "123456.5"), ("2.385", "2.385", "")],
)
def test_a_long_number_is_rounded_in_its_circle_and_whole_beside_it(
    weight: str, shown: str, whole: str
) -> None:
    drawn = drawing(explanation(f"inputs: 1\nlayers:\n- {{weights: [[{weight}]]}}\n"))
    assert drawn is not None
    circle = drawn.named("a")[0].named("g")[0]
    assert [tag.text for tag in circle.named("text")] == [shown]
    assert "".join(tag.text for tag in circle.named("title")) == whole


def test_a_network_is_drawn_only_if_all_of_its_layers_are_small() -> None:
    assert drawing(explanation("layer_sizes: [12, 12]\nseed: 0\n")) is not None
    assert drawing(explanation("layer_sizes: [12, 13]\nseed: 0\n")) is None
    assert drawing(explanation("layer_sizes: [13, 1]\nseed: 0\n")) is None


def test_layers_beyond_so_many_sums_are_left_out_and_the_page_says_so() -> None:
    deep = "layer_sizes: [2, 3, 3, 3]\nseed: 0\n"
    for most, layers in ((18, (1, 2, 3)), (17, (1, 2)), (12, (1, 2)), (1, (1,)), (11, (1,))):
        found = explanation(deep, most)
        assert found.layers == layers
        said = [note.message for note in found.notes]
        assert len(said) == (layers != (1, 2, 3))
        assert all(message in read_page(explain_page(found)).text for message in said)
    assert said == [
        "layers 2 and 3 are left out: at most 11 sums are shown; --layer N chooses others"
    ]
