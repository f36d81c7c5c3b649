"""A benchmark as a view: its timings, what they advise, and how they compare."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from nncli.evaluation.spread import LossSpread
from nncli.files import source_name
from nncli.network.shapes import shape_table
from nncli.render.layout.view import (
    BLANK,
    Align,
    Block,
    Column,
    Field,
    Grid,
    Line,
    Span,
    Style,
    View,
    line,
    table,
)
from nncli.render.numbers import format_bytes, format_numbers, format_percent
from nncli.render.quantities import (
    bar,
    certain_digits,
    format_rate,
    format_seconds,
    format_significant,
)
from nncli.render.spread import drawn_from, spread_sentence, strays_by
from nncli.timing.advice import CostLine
from nncli.timing.bench import Advice, BenchRun, LayerShare, Result
from nncli.timing.comparison import BETWEEN_RUNS, Compared, Comparison
from nncli.timing.prepare import Series
from nncli.timing.statistics import MIN_ROUNDS, MIN_TICKS, NOISY_SPREAD, Interval, Verdict
from nncli.words import count_of, shorten

_BAR_WIDTH = 10
# On a terminal, a gap of two still sets columns apart.
_NARROW_GAP = 2
# Of timings that cannot be judged no more is shown.
_DOUBTFUL_DIGITS = 2
# Beyond this error the line is no description of the times, and that is said.
_POOR_FIT = 0.10
_NAMED_SERIES = 5
# With the spread of losses, what is beside it counts for more than the rate.
_DROPPED_BESIDE = {"per sample": 0, "samples/s": 6, "IQR": 7, "per batch": 8}
_ADVICE_DIGITS = 3
_LOSS_DECIMALS = 4
# Backends that never see a batch.
_ONE_BY_ONE = ("loop", "python")

_WIDE = format_percent(NOISY_SPREAD)
_RULES: dict[Verdict, str] = {
    "stable": f"the middle half of the timings spreads less than {_WIDE} of the median",
    "noisy": f"the middle half spreads {_WIDE} of the median or more: close other programs and run "
    "it again",
    "too short": f"fewer than {MIN_ROUNDS} rounds, or under {MIN_TICKS:,} clock steps: "
    "try --repetitions",
}
_STYLES: dict[str, Style] = {
    "stable": "dim",
    "noisy": "note",
    "too short": "note",
    "slower": "error",
    "faster": "accent",
    "no significant difference": "dim",
}


def bench_view(
    run: BenchRun,
    comparison: Comparison | None,
    width: int | None,
    spread: LossSpread | None = None,
) -> View:
    """Return everything that a benchmark shows.

    width: of the terminal, None for no limit; spread: of the losses of batches, if it is known.
    """
    blocks: list[Block] = [*_title(run), BLANK, *_timings(run, spread, width), *_rules(run)]
    if spread is not None:
        blocks += _spread_rule(spread)
    for advice in run.advice:
        blocks += [BLANK, *_advice(run, advice)]
        if spread is not None:
            blocks += _cost_and_gain(run, advice, spread)
    if len(run.advice) > 1:
        blocks += _between_series(run)
    for series in dict.fromkeys(share.candidate.series for share in run.layers):
        blocks += [BLANK, *_layer_shares(run, series)]
    if comparison is not None:
        blocks += [BLANK, *_comparison(run, comparison)]
    return blocks


def _title(run: BenchRun) -> list[Line]:
    spec, machine = run.spec, run.machine
    dtypes = ", ".join(dict.fromkeys(advice.series.dtype for advice in run.advice))
    sizes = shorten(" → ".join(map(str, spec.layer_sizes)))
    operations = count_of(shape_table(spec).total_multiply_adds, "multiply–add")
    multiply_adds = f"{operations} per sample"
    inputs = "random inputs" if run.source is None else source_name(run.source)
    versions = [f"{name} {version}" for name, version in machine.versions.items()]
    software = ", ".join([*versions, *machine.blas])
    rates = "   ".join(
        f"{format_rate(rate.gflops * 1e9)}FLOP/s as a {rate.dtype} matrix product "
        f"on {count_of(rate.threads, 'thread')}"
        for rate in run.matmuls
    )
    return [
        line(Span(spec.name, "accent"), f"   {dtypes}   {sizes}   {multiply_adds}   {inputs}"),
        line(Span(f"{machine.processor}, {count_of(machine.processors, 'processor')}", "dim")),
        line(Span(software, "dim")),
        line(Span(rates, "dim")),
    ]


# ------------------------------------------------------------------------------- the timings


@dataclass(frozen=True)
class _Field(Field[Result]):
    """A column of the timings, and how soon a narrow screen drops it."""

    align: Align = "right"
    dropped: int = 0  # 0 never, 1 first


def _timings(run: BenchRun, spread: LossSpread | None, width: int | None) -> list[Block]:
    fields = [*_series_fields(run), *_timing_fields(run)]
    if spread is not None:
        fields = _beside_spread(fields, spread)
    hidden: list[str] = []
    grid = table(fields, run.results)
    while width is not None and replace(grid, gap=_NARROW_GAP).width() > width:
        candidates = [field for field in fields if field.dropped]
        if not candidates:
            break
        first = min(candidates, key=lambda field: field.dropped)
        fields.remove(first)
        hidden.append(first.heading or "bars")
        grid = table(fields, run.results)
    blocks: list[Block] = [grid]
    if hidden:
        listed = ", ".join(hidden)
        blocks.append(line(Span(f" {listed} not shown; --format json for all", "dim")))
    return blocks


def _series_fields(run: BenchRun) -> list[_Field]:
    """Return columns for what differs between the series."""
    fields = [
        _Field("backend", lambda r: Span(r.series.backend), "left"),
        _Field("dtype", lambda r: Span(r.series.dtype), "left"),
        _Field("threads", lambda r: Span(str(r.series.threads))),
    ]
    return [f for f in fields if len({f.cell(result) for result in run.results}) > 1]


def _timing_fields(run: BenchRun) -> list[_Field]:
    best = max(result.timing.rate for result in run.results)
    smallest = run.request.batch_sizes[0]
    return [
        _Field("batch size", lambda r: Span(f"{r.batch_size:,}")),
        _Field("per batch", lambda r: Span(_per_batch(r))),
        _Field("IQR", lambda r: Span(_spread(r), "dim")),
        _Field("p95", lambda r: Span(format_seconds(r.summary.p95, _digits(r))), dropped=2),
        _Field(
            "per sample",
            lambda r: Span(format_seconds(r.timing.seconds_per_sample, _digits(r))),
            dropped=6,
        ),
        _Field("samples/s", lambda r: Span(format_rate(r.timing.rate, _digits(r)))),
        _Field(
            "GFLOP/s", lambda r: Span(format_significant(r.gflops, min(_digits(r), 3))), dropped=4
        ),
        _Field("of matmul", lambda r: Span(format_percent(r.matmul_share)), dropped=3),
        _Field(f"vs {smallest:,}", lambda r: Span(f"{format_significant(r.speedup, 2)} ×")),
        _Field(
            "memory",
            lambda r: Span("" if r.peak_bytes is None else format_bytes(r.peak_bytes)),
            dropped=1,
        ),
        _Field("verdict", lambda r: Span(r.verdict, _STYLES[r.verdict]), "left"),
        _Field(
            "",
            lambda r: Span(bar(r.timing.rate / best, _BAR_WIDTH), "accent"),
            "left",
            dropped=5,
        ),
    ]


def _beside_spread(fields: Sequence[_Field], spread: LossSpread) -> list[_Field]:
    """Return columns with one for the spread, behind the time per sample, which then stays."""
    found = []
    for field in fields:
        found.append(replace(field, dropped=_DROPPED_BESIDE.get(field.heading, field.dropped)))
        if field.heading == "per sample":
            found.append(_Field("strays by", lambda r: Span(_strays(spread, r.batch_size))))
    return found


def _strays(spread: LossSpread, batch_size: int) -> str:
    return strays_by(spread, batch_size) or "–"


def _per_batch(result: Result) -> str:
    return format_seconds(result.summary.median, _digits(result))


def _spread(result: Result) -> str:
    return format_percent(result.summary.spread) if result.summary.count > 1 else "–"


def _digits(result: Result) -> int:
    if result.verdict == "too short":
        return _DOUBTFUL_DIGITS
    return certain_digits(result.summary.median, result.summary.uncertainty)


def _rules(run: BenchRun) -> list[Line]:
    """Return how it was measured, and what the verdicts mean."""
    how = f"{count_of(run.rounds, 'round')} in random order, {format_seconds(run.elapsed_seconds)}"
    equal = "all outputs equal, within rounding"
    verdicts = dict.fromkeys(result.verdict for result in run.results)
    return [
        BLANK,
        line(Span(f" {how}; {equal}", "dim")),
        *(line(Span(f" {verdict}: {_RULES[verdict]}", "dim")) for verdict in verdicts),
    ]


def _spread_rule(spread: LossSpread) -> list[Line]:
    """Return what the column of the spread means, if there is anything in it."""
    if not any(strays_by(spread, one.batch_size) for one in spread.sizes):
        return []
    (loss,) = format_numbers([spread.loss], _LOSS_DECIMALS)
    what = f"how far the loss of a random batch lies from {loss}, that of {drawn_from(spread)}"
    return [line(Span(f" strays by: {what}", "dim"))]


# -------------------------------------------------------------------------------- the advice


def _advice(run: BenchRun, advice: Advice) -> list[Line]:
    of_series = run.results_of(advice.series)
    lines = [line(Span(series_label(run, advice.series), "accent"))] if len(run.advice) > 1 else []
    digits = min(_ADVICE_DIGITS, *(_digits(result) for result in of_series))
    if advice.series.backend in _ONE_BY_ONE:
        each = format_seconds(of_series[-1].timing.seconds_per_sample, digits)
        return [*lines, line(f" samples one by one, {each} each: the batch size changes nothing")]
    if advice.line is not None:
        lines += _cost_lines(advice.line, of_series, digits)
    lines.append(line(f" {recommendation_reason(run, advice)}"))
    for cliff in advice.cliffs:
        slowdown = format_significant(cliff.slowdown, digits)
        text = f"a sample takes {slowdown} × as long as at batch size {cliff.smaller:,}"
        lines.append(line(Span(f" cliff at batch size {cliff.larger:,}", "note"), f": {text}"))
    return lines


def _cost_and_gain(run: BenchRun, advice: Advice, spread: LossSpread) -> list[Line]:
    """Return what a sample costs in batches, and how steady their loss is, in one sentence.

    It is told of the recommended batch size, or the largest below it that has batches, and of the
    smallest; of no size if none has batches.
    """
    of_series = run.results_of(advice.series)
    known = [result for result in of_series if strays_by(spread, result.batch_size) is not None]
    if not known or advice.series.backend in _ONE_BY_ONE:
        return [line(f" {spread_sentence(spread)}")] if spread.sizes else []
    below = [one for one in known if one.batch_size <= advice.recommendation.batch_size]
    smallest, told = known[0], below[-1] if below else known[0]
    strays = f"its loss strays by {_strays(spread, told.batch_size)}"
    parts = [f"{_sample_cost(told)} a sample, and {strays}"]
    if smallest is not told:
        parts.append(f"{_sample_cost(smallest)}, and by {_strays(spread, smallest.batch_size)}")
    return [line(f" {'; '.join(parts)}")]


def _sample_cost(result: Result) -> str:
    digits = min(_ADVICE_DIGITS, _digits(result))
    each = format_seconds(result.timing.seconds_per_sample, digits)
    return f"batch size {result.batch_size:,}: {each}"


def _cost_lines(cost: CostLine, results: Sequence[Result], digits: int) -> list[Line]:
    """Return the line that describes the times, and what it means."""
    smallest = results[0].batch_size
    overhead = format_seconds(cost.overhead_seconds, digits)
    each = format_seconds(cost.seconds_per_sample, digits)
    share = format_percent(cost.overhead_share(smallest))
    cautions = []
    if cost.largest_error > _POOR_FIT:
        cautions.append(f"off by up to {format_percent(cost.largest_error)}")
    if any(result.verdict == "too short" for result in results):
        cautions.append("measured too shortly to rely on")
    caution = f" ({', '.join(cautions)})" if cautions else ""
    return [
        line(f" time ≈ {overhead} + {each} × batch size{caution}"),
        line(f" at batch size {smallest:,}, {share} of the time is call overhead"),
    ]


def recommendation_reason(run: BenchRun, advice: Advice) -> str:
    """Return why a batch size is recommended, in a sentence."""
    results = run.results_of(advice.series)
    found = advice.recommendation
    chosen = next(result for result in results if result.batch_size == found.batch_size)
    size = f"batch size {found.batch_size:,}"
    takes = format_seconds(chosen.summary.median, _digits(chosen))
    if chosen.peak_bytes is not None:
        takes += f" and {format_bytes(chosen.peak_bytes)}"
    if len(results) == 1:
        return f"{size} takes {takes}; compare several with --batch-sizes"
    if found.still_rising:
        return f"{size} is the fastest, in {takes}; the rate still rises: try larger ones"
    share = format_percent(found.share)
    is_smallest = found.batch_size == results[0].batch_size
    if found.batch_size == found.best_batch_size:
        smallest = ", the smallest," if is_smallest else ""
        return f"{size}{smallest} is the fastest, in {takes}: larger batches are no faster"
    if is_smallest:
        what = "batching buys" if found.batch_size == 1 else "larger batches buy"
        return f"{size}, the smallest, reaches {share} of the best rate, in {takes}: {what} little"
    return f"{size} reaches {share} of the best rate, in {takes}: larger batches buy little"


def series_label(run: BenchRun, series: Series) -> str:
    """Return what sets a series apart from the others."""
    varied = [field.heading for field in _series_fields(run)]
    parts = {
        "backend": series.backend,
        "dtype": series.dtype,
        "threads": count_of(series.threads, "thread"),
    }
    return ", ".join(parts[heading] for heading in varied)


def _between_series(run: BenchRun) -> list[Line]:
    """Return how the series compare at the largest batch size that all of them ran."""
    sizes = [
        {result.batch_size for result in run.results if result.series == advice.series}
        for advice in run.advice
    ]
    common = set.intersection(*sizes)
    if not common:
        return []
    size = max(common)
    medians = {r.series: r.summary.median for r in run.results if r.batch_size == size}
    fastest, *others = sorted(medians, key=lambda series: medians[series])
    best = f"at batch size {size:,} {series_label(run, fastest)} is the fastest"
    ratios = [
        f"{series_label(run, other)} {format_significant(medians[other] / medians[fastest], 3)} ×"
        for other in others[:_NAMED_SERIES]
    ]
    more = len(others) - len(ratios)
    rest = f", and {count_of(more, 'other')} longer" if more else ""
    return [BLANK, line(f" {best}; the others take {', '.join(ratios)} as long{rest}")]


# ------------------------------------------------------------------- layers and comparisons


def _layer_shares(run: BenchRun, series: Series) -> list[Block]:
    by_layer: dict[tuple[int, str], list[LayerShare]] = {}
    sums: dict[int, float] = {}
    for share in run.layers:
        key = share.candidate
        if key.series == series:
            by_layer.setdefault((key.layer, key.name), []).append(share)
            sums[key.batch_size] = sums.get(key.batch_size, 0.0) + share.share
    label = series_label(run, series)
    columns = (
        Column("#", "right"),
        Column("layer"),
        *(Column(f"batch size {size:,}", "right") for size in sums),
    )
    rows = [
        (Span(str(number), "dim"), Span(name), *(Span(format_percent(s.share)) for s in shares))
        for (number, name), shares in by_layer.items()
    ]
    total = (Span(""), Span("sum", "dim"), *(Span(f"{s * 100:.0f} %") for s in sums.values()))
    caveat = " each layer was timed by itself: the parts need not add up to the whole"
    return [
        line(Span(f"share of each layer{f', {label}' if label else ''}", "accent")),
        Grid(columns, (*rows, total)),
        line(Span(caveat, "dim")),
    ]


def _comparison(run: BenchRun, comparison: Comparison) -> list[Block]:
    fields: list[Field[Compared]] = [
        *map(_of_result, _series_fields(run)),
        Field("batch size", lambda one: Span(f"{one.result.batch_size:,}"), "right"),
        Field("per batch", lambda one: Span(_per_batch(one.result)), "right"),
        Field("ratio", lambda one: Span(f"{one.difference.ratio.estimate:.3f} ×"), "right"),
        Field("95 % interval", lambda one: Span(_interval(one.difference.ratio), "dim")),
        Field("machine", lambda one: Span(f"{one.difference.machine_ratio:.3f} ×", "dim"), "right"),
        Field("change", lambda one: Span(one.difference.change, _STYLES[one.difference.change])),
    ]
    counts = f"a difference counts beyond that and {format_percent(BETWEEN_RUNS)} more"
    return [
        line(Span(f"against {comparison.source}", "accent"), "   how many times as long it takes"),
        table(fields, comparison.compared),
        line(Span(f" machine: the same for a matrix product; {counts}", "dim")),
    ]


def _of_result(field: Field[Result]) -> Field[Compared]:
    return Field(field.heading, lambda one: field.cell(one.result), field.align)


def _interval(ratio: Interval) -> str:
    return f"{ratio.low:.3f} to {ratio.high:.3f}"
