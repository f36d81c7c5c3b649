"""How far batches stray, on the screen, as JSON and drawn."""

from __future__ import annotations

import importlib.util
import json
import math
import re
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from nncli.evaluation.spread import BatchSpread, LossSpread, spread_of
from nncli.render.layout.plain import to_plain
from nncli.render.spread import batch_losses, spread_plot, spread_sentence, spread_view

needs_matplotlib = pytest.mark.skipif(
    importlib.util.find_spec("matplotlib") is None, reason="needs matplotlib, of the extra `plot`"
)


def spread(*sizes: BatchSpread, loss: float = 0.5, samples: int = 512, **more: Any) -> LossSpread:
    return LossSpread(samples, more.pop("held", samples), loss, sizes, **more)


def straying(*stds: tuple[int, float], loss: float = 0.5, **more: Any) -> LossSpread:
    """Return a spread of batch sizes with their standard deviations."""
    sizes = (BatchSpread(size, std, loss - std, loss + std, std) for size, std in stds)
    return spread(*sizes, loss=loss, **more)


SINE = spread(
    BatchSpread(1, 0.018609, 0.0000465, 0.052793, 0.018609),
    BatchSpread(4, 0.0093353, 0.0028225, 0.032031, 0.0093045),
    BatchSpread(16, 0.0046015, 0.0072226, 0.02218, 0.0046523),
    BatchSpread(32, 0.0031834, 0.0090467, 0.019487, 0.0032897),
    BatchSpread(128, 0.0014304, 0.0116367, 0.01632, 0.0016448),
    loss=0.013931,
)
AT_100 = """\
 the loss of a random batch, beside 0.01393 of all 512 samples
 batch size   strays by              5–95 %      σ/√n
          1     0.01861   0.00005 … 0.05279   0.01861 ████████████████
          4     0.00934   0.00282 … 0.03203   0.00930 ████████
         16     0.00460   0.00722 … 0.02218   0.00465 ████
         32     0.00318   0.00905 … 0.01949   0.00329 ██▊
        128     0.00143   0.01164 … 0.01632   0.00164 █▎
 a batch of 32 strays by 23 % of the loss, a single sample by 134 %
 σ/√n is of data without an end: a batch that holds much of 512 samples strays by less
"""
AT_60 = """\
 the loss of a random batch, beside 0.01393 of all 512 samples
 batch size  strays by             5–95 %     σ/√n
          1    0.01861  0.00005 … 0.05279  0.01861 █████████
          4    0.00934  0.00282 … 0.03203  0.00930 ████▌
         16    0.00460  0.00722 … 0.02218  0.00465 ██▎
         32    0.00318  0.00905 … 0.01949  0.00329 █▌
        128    0.00143  0.01164 … 0.01632  0.00164 ▊
 a batch of 32 strays by 23 % of the loss, a single sample by 134 %
 σ/√n is of data without an end: a batch that holds much of 512 samples strays by less
"""


def shown(found: LossSpread, width: int | None = 100) -> str:
    return to_plain(spread_view(found, width))


@pytest.mark.parametrize(("width", "expected"), [(100, AT_100), (None, AT_100), (60, AT_60)])
def test_the_table_has_bars_as_long_as_there_is_room(width: int | None, expected: str) -> None:
    assert shown(SINE, width) == expected
    table = expected.splitlines()[1:-2]
    assert width is None or max(map(len, table)) <= width


def test_on_a_very_narrow_screen_there_are_no_bars() -> None:
    assert "█" not in shown(SINE, 50)
    assert "0.00143" in shown(SINE, 50)


def test_the_longest_bar_is_that_of_the_largest_spread_and_others_are_in_proportion() -> None:
    table = shown(straying((1, 0.4), (4, 0.2), (16, 0.1), (64, 0.05))).splitlines()[2:6]
    assert [line.count("█") for line in table] == [16, 8, 4, 2]


def test_nothing_is_shown_where_no_size_has_batches() -> None:
    assert spread_view(spread(too_large=(1024,)), 100) == []


def test_of_small_batches_nothing_is_said_of_data_without_an_end() -> None:
    assert "σ/√n is" not in shown(spread_of(np.random.RandomState(0).random_sample(512), [1, 32]))


def test_a_sample_of_the_samples_is_not_called_all() -> None:
    text = shown(straying((1, 0.1), samples=30_000_000, held=1_000_000))
    assert "beside 0.5 of 1,000,000 samples" in text


@pytest.mark.parametrize("scale", [1e-12, 1e-4, 1.0, 1e5, 1e12])
def test_every_spread_has_three_digits_or_more(scale: float) -> None:
    text = shown(straying((1, 0.1234567 * scale), (100, 0.01234567 * scale), loss=scale))
    for line in text.splitlines()[2:4]:
        mantissa = line.split()[1].partition("e")[0]
        digits = mantissa.replace(".", "").lstrip("0")
        assert digits.startswith("123")


# ----------------------------------------------------------------------------- the sentence


@pytest.mark.parametrize(
    ("stds", "expected"),
    [
        (
            ((1, 0.125), (32, 0.02), (128, 0.01)),
            "a batch of 32 strays by 4 % of the loss, a single sample by 25 %",
        ),
        (
            ((1, 1.0), (4, 0.5)),
            "a batch of 4 strays by 100 % of the loss, a single sample by 200 %",
        ),
        (((64, 0.05), (256, 0.025)), "a batch of 256 strays by 5 % of the loss, of 64 by 10 %"),
        (
            ((1, 0.5), (1024, 0.001)),
            "a batch of 1,024 strays by 0.2 % of the loss, a single sample by 100 %",
        ),
        (((32, 0.02),), "a batch of 32 strays by 4 % of the loss"),
        (((1, 0.02),), "a single sample strays by 4 % of the loss"),
        (((1, 0.0), (2, 0.0)), "a batch of 2 strays by 0 % of the loss, a single sample by 0 %"),
    ],
)
def test_one_sentence_says_what_it_means(stds: Any, expected: str) -> None:
    assert spread_sentence(straying(*stds)) == expected


def test_losses_of_0_and_losses_that_are_not_finite_have_their_own() -> None:
    assert spread_sentence(spread_of(np.zeros(5), [1, 2])) == "every loss is 0: no batch strays"
    assert spread_sentence(spread_of(np.array([1, math.nan]), [1])) == (
        "not every loss is finite: how far batches stray cannot be said"
    )


# ------------------------------------------------------------------------------------- JSON


def test_json_has_every_figure_of_every_size() -> None:
    assert batch_losses(SINE)[1] == {
        "batch_size": 4,
        "std": 0.0093353,
        "p05": 0.0028225,
        "p95": 0.032031,
        "theory_std": 0.0093045,
    }
    assert [one["batch_size"] for one in batch_losses(SINE)] == [1, 4, 16, 32, 128]
    found = batch_losses(spread_of(np.array([1, math.nan]), [1]))
    words = dict.fromkeys(("std", "p05", "p95", "theory_std"), "nan")
    assert json.loads(json.dumps(found, allow_nan=False)) == [{"batch_size": 1, **words}]


# -------------------------------------------------------------------------------- a picture


@needs_matplotlib
def test_the_picture_names_what_it_shows() -> None:
    content = spread_plot(SINE, "svg")
    assert ET.fromstring(content).tag.endswith("svg")  # noqa: S314  # our own
    texts = {text.strip() for text in re.findall(r"<!--(.*?)-->", content.decode(), re.DOTALL)}
    assert {"loss of a batch", "how far it strays", "batch size", "σ/√n"} <= texts
    assert {"5–95 % of batches", "all 512 samples", "batches of the data"} <= texts
    assert {"1", "4", "16", "32", "128"} <= texts
    assert not any("mathdefault" in text for text in texts)


@needs_matplotlib
@pytest.mark.parametrize("kind", ["svg", "png"])
def test_equal_figures_make_equal_pictures(kind: Any) -> None:
    assert spread_plot(SINE, kind) == spread_plot(SINE, kind)
    assert spread_plot(SINE, kind) != spread_plot(straying((1, 0.1), (4, 0.05)), kind)


@needs_matplotlib
@pytest.mark.parametrize("losses", [[0, 0, 0], [1, math.nan, 2], [0.5, 0.5, 0.5], [1e-300, 1e250]])
def test_any_losses_can_be_drawn(losses: list[float]) -> None:
    for sizes in ([1], [1, 2]):
        assert spread_plot(spread_of(np.array(losses), sizes), "svg")
