"""A benchmark as JSON, JSON Lines and columns: every raw measurement, at full precision."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any

import numpy as np

from nncli.evaluation.spread import LossSpread
from nncli.problems import Problem
from nncli.render.bench import recommendation_reason
from nncli.render.json_output import document, network_object, note_objects, problem_objects
from nncli.render.spread import batch_losses
from nncli.results.json_values import json_array
from nncli.timing.bench import Advice, BenchRun, LayerShare, Result
from nncli.timing.comparison import Compared, Comparison
from nncli.timing.saved import FORMAT


def bench_json(
    run: BenchRun,
    comparison: Comparison | None = None,
    failures: Iterable[Problem] = (),
    spread: LossSpread | None = None,
) -> str:
    """Return a benchmark as one JSON document, which `read_saved` reads back.

    failures: of checks against the compared run; spread: of the losses of batches, if it is known.
    """
    about_losses = spread.notes if spread is not None else ()
    about_others = comparison.notes if comparison is not None else ()
    first = run.advice[0]
    content: dict[str, Any] = {
        "format": FORMAT,
        "network": {**network_object(run.spec), "activations": run.spec.activations},
        "data": {"source": run.source},
        "plan": {**asdict(run.request.plan), "rounds": run.rounds},
        "elapsed_seconds": run.elapsed_seconds,
        "clock_tick_seconds": run.tick_seconds,
        "results": [_result(result) for result in run.results],
        "fit": _fit(first),
        "recommendation": _recommendation(run, first),
        "series": [_series(run, advice) for advice in run.advice],
        "layers": [_layer(share) for share in run.layers],
        "machine": {**asdict(run.machine), "matmul": [asdict(rate) for rate in run.matmuls]},
        "notes": note_objects((*run.notes, *about_losses, *about_others)),
        "problems": problem_objects(failures),
    }
    if spread is not None:
        (content["loss"],) = json_array(np.array([spread.loss]))
        content["batch_losses"] = batch_losses(spread)
    if comparison is not None:
        compared = [_compared(one) for one in comparison.compared]
        content["comparison"] = {"source": comparison.source, "results": compared}
    return document(content)


def bench_jsonl(
    run: BenchRun, comparison: Comparison | None = None, spread: LossSpread | None = None
) -> Iterator[bytes]:
    """Yield a benchmark's results as JSON Lines, each with what it compares with."""
    for row in _rows(run, comparison, spread):
        yield document(row).encode()


def bench_columns(
    run: BenchRun, comparison: Comparison | None = None, spread: LossSpread | None = None
) -> dict[str, list[Any]]:
    """Return a benchmark's results column by column, without the raw measurements."""
    rows = _rows(run, comparison, spread)
    return {name: [row[name] for row in rows] for name in rows[0] if name != "timings_seconds"}


def _rows(
    run: BenchRun, comparison: Comparison | None, spread: LossSpread | None
) -> list[dict[str, Any]]:
    """Return the results; with a spread or a comparison also these, null where there is nothing."""
    rows = [_result(result) for result in run.results]
    if spread is not None:
        stds = {one["batch_size"]: one["std"] for one in batch_losses(spread)}
        rows = [row | {"loss_std": stds.get(row["batch_size"])} for row in rows]
    if comparison is None:
        return rows
    ratios = {(one.result.series, one.result.batch_size): one for one in comparison.compared}
    return [
        row | _ratio(ratios.get((result.series, result.batch_size)))
        for row, result in zip(rows, run.results, strict=True)
    ]


def _result(result: Result) -> dict[str, Any]:
    """Return one result; times are of one call, in seconds."""
    return {
        **asdict(result.series),
        "batch_size": result.batch_size,
        "verdict": result.verdict,
        "peak_bytes": result.peak_bytes,
        "calls": result.measurements.calls,
        "median_seconds": result.summary.median,
        "iqr_seconds": result.summary.iqr,
        "p95_seconds": result.summary.p95,
        "per_sample_seconds": result.timing.seconds_per_sample,
        "samples_per_second": result.timing.rate,
        "gflops": result.gflops,
        "matmul_share": result.matmul_share,
        "speedup": result.speedup,
        "timings_seconds": list(result.measurements.seconds),
    }


def _fit(advice: Advice) -> dict[str, float] | None:
    return None if advice.line is None else asdict(advice.line)


def _recommendation(run: BenchRun, advice: Advice) -> dict[str, Any]:
    reason = recommendation_reason(run, advice)
    return {"batch_size": advice.recommendation.batch_size, "reason": reason}


def _series(run: BenchRun, advice: Advice) -> dict[str, Any]:
    return {
        **asdict(advice.series),
        "fit": _fit(advice),
        "recommendation": _recommendation(run, advice),
        "cliffs": [asdict(cliff) for cliff in advice.cliffs],
    }


def _layer(share: LayerShare) -> dict[str, Any]:
    return {
        **asdict(share.candidate.series),
        "batch_size": share.candidate.batch_size,
        "layer": share.candidate.layer,
        "name": share.candidate.name,
        "median_seconds": share.seconds,
        "share": share.share,
    }


def _compared(one: Compared) -> dict[str, Any]:
    return {
        **asdict(one.result.series),
        "batch_size": one.result.batch_size,
        **_ratio(one),
    }


def _ratio(one: Compared | None) -> dict[str, Any]:
    if one is None:
        return dict.fromkeys(("ratio", "low", "high", "machine_ratio", "change"))
    difference = one.difference
    return {
        "ratio": difference.ratio.estimate,
        "low": difference.ratio.low,
        "high": difference.ratio.high,
        "machine_ratio": difference.machine_ratio,
        "change": difference.change,
    }
