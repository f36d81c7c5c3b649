"""The picture of a benchmark: what is drawn, and that equal figures make equal pictures."""

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from nncli import read_spec
from nncli.render.bench_plot import bench_plot
from nncli.timing.advice import Timing, fit_line, recommend
from nncli.timing.bench import Advice, BenchRun, Result
from nncli.timing.machine import Machine
from nncli.timing.prepare import Request, Series
from nncli.timing.sampling import Measurements
from nncli.timing.statistics import Summary

pytest.importorskip("matplotlib", reason="needs matplotlib, of the extra `plot`")

SVG = "{http://www.w3.org/2000/svg}"


def series_results(series: Series, medians: dict[int, float]) -> list[Result]:
    return [
        Result(
            series=series,
            timing=Timing(size, Summary(15, median, median * 0.9, median * 1.2, median * 1.5)),
            measurements=Measurements(1, (median,) * 15),
            verdict="stable",
            gflops=1.0,
            matmul_share=0.1,
            speedup=1.0,
            peak_bytes=None,
        )
        for size, median in medians.items()
    ]


def bench_run(*medians: dict[int, float], name: str = "net") -> BenchRun:
    """Return a benchmark with a series for each mapping of batch sizes to median seconds."""
    groups = [
        series_results(Series("numpy", "float64", threads), of_series)
        for threads, of_series in enumerate(medians, start=1)
    ]
    timings = [[result.timing for result in group] for group in groups]
    return BenchRun(
        spec=replace_name(name),
        source=None,
        request=Request(tuple(medians[0])),
        results=tuple(result for group in groups for result in group),
        advice=tuple(
            Advice(group[0].series, fit_line(of_group), recommend(of_group), ())
            for group, of_group in zip(groups, timings, strict=True)
        ),
        layers=(),
        matmuls=(),
        machine=Machine("Linux", "Processor", 2, {}, (), None),
        rounds=15,
        tick_seconds=1e-9,
        elapsed_seconds=1.0,
        notes=(),
    )


def replace_name(name: str) -> Any:
    spec = read_spec(b"layer_sizes: [4, 2]\nseed: 0", "spec.yaml")
    return spec.model_copy(update={"name": name})


ONE = {1: 1e-4, 8: 2e-4, 64: 1e-3}


def test_a_png_is_one() -> None:
    content = bench_plot(bench_run(ONE), "png")
    assert content.startswith(b"\x89PNG\r\n")
    width, height = (int.from_bytes(content[at : at + 4], "big") for at in (16, 20))
    assert width > height > 400


def test_an_svg_is_well_formed_and_links_nothing() -> None:
    content = bench_plot(bench_run(ONE), "svg")
    assert ET.fromstring(content).tag == f"{SVG}svg"  # noqa: S314  # our own
    assert not re.search(rb'(href|src)="(?!#)', content)


@pytest.mark.parametrize("kind", ["svg", "png"])
def test_equal_figures_make_equal_pictures(kind: Any) -> None:
    assert bench_plot(bench_run(ONE), kind) == bench_plot(bench_run(ONE), kind)
    other = bench_plot(bench_run({**ONE, 64: 2e-3}), kind)
    assert bench_plot(bench_run(ONE), kind) != other


def comments(content: bytes) -> list[str]:
    """Return the texts that an SVG's glyphs stand for, as matplotlib notes them."""
    return [text.strip() for text in re.findall(r"<!--(.*?)-->", content.decode(), re.DOTALL)]


def test_axes_units_and_batch_sizes_are_named() -> None:
    texts = comments(bench_plot(bench_run(ONE), "svg"))
    for expected in ("samples per second", "time per batch", "batch size (circle: recommended)"):
        assert expected in texts
    assert {"1", "8", "64"} <= set(texts)
    assert "1 ms" in texts
    assert "net   4-2   Processor" in texts


def test_several_series_have_a_legend_with_what_sets_them_apart() -> None:
    texts = comments(bench_plot(bench_run(ONE, {1: 9e-5, 8: 1e-4, 64: 6e-4}), "svg"))
    assert {"1 thread", "2 threads"} <= set(texts)


def test_a_single_batch_size_and_many_can_be_drawn() -> None:
    assert bench_plot(bench_run({32: 1e-3}), "svg")
    texts = comments(bench_plot(bench_run({n: 1e-6 * n for n in range(1, 101)}), "svg"))
    assert len([text for text in texts if text.isdigit()]) <= 2 * 14


@pytest.mark.parametrize(
    "name", ["a$\\frac{x$ <b> -->", "$x^$", "网络 \U0001f600", "\x1b[31m\x00\n"]
)
def test_any_name_can_be_drawn_and_is_only_text(name: str) -> None:
    content = bench_plot(bench_run(ONE, name=name), "svg")
    ET.fromstring(content)  # noqa: S314  # our own
    assert bench_plot(bench_run(ONE, name=name), "png")
