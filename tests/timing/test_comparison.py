"""Two benchmarks compared: when a difference counts, what is paired, what is noted."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any

import pytest

from nncli.errors import UsageError
from nncli.problems import Note
from nncli.specs.reader import read_spec
from nncli.timing.advice import Timing
from nncli.timing.bench import BenchRun, MatmulRate, Result
from nncli.timing.comparison import (
    Change,
    Compared,
    Comparison,
    TimingDifference,
    check_comparable,
    compare,
    slower_than,
)
from nncli.timing.machine import Machine
from nncli.timing.names import BackendName
from nncli.timing.prepare import Request, Series
from nncli.timing.sampling import Measurements
from nncli.timing.saved import Key, SavedBench
from nncli.timing.statistics import Interval, Summary

SPEC = read_spec(b"{layer_sizes: [4, 3, 2], activations: [relu, softmax], seed: 0}", "net.yaml")
NUMPY = Series("numpy", "float64", 1)
VERSIONS = {"python": "3.11.7", "numpy": "2.0.0"}
KEY = Key("numpy", "float64", 1, 8)
TEN = (1.0, 1.1, 0.9, 1.0, 1.2, 0.8, 1.0, 1.0, 1.1, 0.95)


def machine() -> Machine:
    """Return a made-up machine."""
    made: dict[str, Any] = {
        "system": "CP/M",
        "processor": "Z80",
        "processors": 2,
        "versions": VERSIONS,
        "blas": ("openblas",),
        "load": 0.0,
        "clock_tick_seconds": 1e-9,
    }
    names = {field.name for field in fields(Machine)}
    return Machine(**{name: value for name, value in made.items() if name in names})


def result(seconds: Sequence[float], series: Series = NUMPY, batch_size: int = 8) -> Result:
    """Return a result; only its raw measurements and what it is of are meant to be looked at."""
    return Result(
        series=series,
        timing=Timing(batch_size, Summary(len(seconds), 1.0, 1.0, 1.0, 1.0)),
        measurements=Measurements(1, tuple(seconds)),
        verdict="stable",
        gflops=1.0,
        matmul_share=0.1,
        speedup=1.0,
        peak_bytes=None,
    )


def run_of(*results: Result) -> BenchRun:
    """Return a finished benchmark with these results."""
    made: dict[str, Any] = {
        "spec": SPEC,
        "source": None,
        "request": Request((1, 8)),
        "results": results,
        "advice": (),
        "layers": (),
        "matmuls": (),
        "machine": machine(),
        "rounds": 10,
        "tick_seconds": 1e-9,
        "elapsed_seconds": 1.0,
        "notes": (),
    }
    names = {field.name for field in fields(BenchRun)}
    return BenchRun(**{name: value for name, value in made.items() if name in names})


def saved_of(
    timings: dict[Key, tuple[float, ...]], gflops: dict[tuple[str, int], float] | None = None
) -> SavedBench:
    """Return a saved benchmark of the same network on the same machine."""
    network = {"name": "net", "layer_sizes": [4, 3, 2], "activations": ["relu", "softmax"]}
    there = {"processor": "Z80", "processors": 2, "versions": dict(VERSIONS)}
    return SavedBench("old.json", timings, gflops or {}, network, there)


def compared_as(
    one: Result,
    ratio: Interval,
    middle_halves: tuple[float, float] | None = None,
    machine_ratio: float = 1.0,
) -> Compared:
    """Return a comparison on a machine that did not change, its middle halves like its interval."""
    halves = (ratio.low, ratio.high) if middle_halves is None else middle_halves
    return Compared(one, TimingDifference(ratio, halves, machine_ratio, rounds=25))


# ------------------------------------------------------------------------------- thresholds

ABOVE, BELOW = math.inf, -math.inf


@pytest.mark.parametrize(
    ("low", "high", "change"),
    [
        (1.05, 9.0, "no significant difference"),
        (math.nextafter(1.05, ABOVE), 9.0, "slower"),
        (math.nextafter(1.05, BELOW), 9.0, "no significant difference"),
        (2.0, 3.0, "slower"),
        (0.1, 1 / 1.05, "no significant difference"),
        (0.1, math.nextafter(1 / 1.05, BELOW), "faster"),
        (0.1, math.nextafter(1 / 1.05, ABOVE), "no significant difference"),
        (0.2, 0.3, "faster"),
        (1.0, 1.0, "no significant difference"),
        (0.1, 9.0, "no significant difference"),
    ],
)
def test_a_difference_counts_if_the_whole_interval_is_beyond_5_percent(
    low: float, high: float, change: Change
) -> None:
    assert compared_as(result(TEN), Interval(1.0, low, high)).difference.change == change


@pytest.mark.parametrize(("low", "high"), [(1.06, 1.2), (2.0, 2.0), (1.01, 3.0), (1.04, 1.04)])
def test_what_is_slower_one_way_is_faster_the_other(low: float, high: float) -> None:
    there = compared_as(result(TEN), Interval(low, low, high)).difference.change
    back = compared_as(result(TEN), Interval(1 / low, 1 / high, 1 / low)).difference.change
    swapped = {"slower": "faster", "faster": "slower"}
    assert back == swapped.get(there, there)


@pytest.mark.parametrize(
    ("ratio", "middle_halves", "machine_ratio", "change"),
    [
        # a machine that became 1.2 times slower takes 1.2 times as long for everything
        (Interval(1.22, 1.2, 1.24), (1.21, 1.3), 1.2, "no significant difference"),
        (Interval(1.3, 1.27, 1.33), (1.21, 1.4), 1.2, "slower"),
        (Interval(1.3, 1.25, 1.33), (1.21, 1.4), 1.2, "no significant difference"),
        # one that became faster excuses nothing that is slower
        (Interval(1.1, 1.06, 1.12), (1.01, 1.2), 0.5, "slower"),
        (Interval(0.5, 0.49, 0.51), (0.4, 0.6), 0.5, "no significant difference"),
        (Interval(0.4, 0.39, 0.41), (0.35, 0.45), 0.5, "faster"),
        (Interval(0.8, 0.79, 0.81), (0.7, 0.9), 1.5, "faster"),
        # timings that are mostly alike are not told apart, however narrow the interval
        (Interval(1.2, 1.1, 1.3), (0.99, 1.5), 1.0, "no significant difference"),
        (Interval(1.2, 1.1, 1.3), (1.01, 1.5), 1.0, "slower"),
        (Interval(0.8, 0.7, 0.9), (0.6, 1.01), 1.0, "no significant difference"),
        (Interval(0.8, 0.7, 0.9), (0.6, 0.99), 1.0, "faster"),
    ],
)
def test_a_difference_counts_beyond_the_machine_s_and_if_middle_halves_are_apart(
    ratio: Interval, middle_halves: tuple[float, float], machine_ratio: float, change: Change
) -> None:
    one = compared_as(result(TEN), ratio, middle_halves, machine_ratio)
    assert one.difference.change == change


def test_the_middle_halves_are_compared_from_quartile_to_quartile() -> None:
    """1, 2, 3, 4, 5 has the quartiles 2 and 4; 10, 20, 30, 40, 50 has 20 and 40."""
    now, then = (10.0, 20.0, 30.0, 40.0, 50.0), (1.0, 2.0, 3.0, 4.0, 5.0)
    [one] = compare(run_of(result(now)), saved_of({KEY: then})).compared
    assert one.difference.middle_halves == (20 / 4, 40 / 2)
    assert one.difference.rounds == 5


def test_the_machine_is_compared_by_its_matrix_product_of_the_same_type_and_threads() -> None:
    """50 GFLOP/s then, 40 now: everything takes 1.25 times as long."""
    run = replace(run_of(result(TEN)), matmuls=(MatmulRate("float64", 1, 40.0),))
    known = saved_of({KEY: TEN}, {("float64", 1): 50.0, ("float32", 1): 99.0})
    assert compare(run, known).compared[0].difference.machine_ratio == 1.25
    unknown = saved_of({KEY: TEN}, {("float64", 2): 50.0})
    assert compare(run, unknown).compared[0].difference.machine_ratio == 1


# ------------------------------------------------------------------------- what is compared


def test_results_are_paired_by_backend_type_threads_and_batch_size() -> None:
    run = run_of(
        result([1.0] * 9, NUMPY, 1),
        result([2.0] * 9, NUMPY, 8),
        result([3.0] * 9, Series("loop", "float64", 1), 8),
        result([4.0] * 9, Series("numpy", "float32", 1), 8),
        result([5.0] * 9, Series("numpy", "float64", 2), 8),
        result([6.0] * 9, Series("numpy", "float64", 2), 16),
    )
    saved = saved_of(
        {
            Key("numpy", "float64", 2, 8): (50.0,) * 9,
            Key("numpy", "float32", 1, 8): (8.0,) * 9,
            Key("loop", "float64", 1, 8): (1.0,) * 9,
            Key("numpy", "float64", 1, 8): (2.0,) * 9,
            Key("numpy", "float64", 1, 16): (2.0,) * 9,
            Key("torch", "float64", 1, 1): (1.0,) * 9,
        }
    )
    compared = compare(run, saved).compared
    assert [one.result for one in compared] == list(run.results[1:5])
    assert [one.difference.ratio for one in compared] == [
        Interval(ratio, ratio, ratio) for ratio in (1.0, 3.0, 0.5, 0.1)
    ]
    changes = [one.difference.change for one in compared]
    assert changes == ["no significant difference", "slower", "faster", "faster"]


def test_nothing_left_to_compare_is_wrong_usage_with_the_reasons() -> None:
    run = replace(run_of(result(TEN)), notes=(Note("skipped", "python is left out"),))
    with pytest.raises(UsageError, match="nothing to compare") as caught:
        compare(run, saved_of({Key("numpy", "float64", 1, 9): TEN}))
    assert caught.value.problems[0].help == ("python is left out",)


def test_what_the_saved_run_lacks_is_noted() -> None:
    run = run_of(result(TEN, NUMPY, 1), result(TEN, NUMPY, 8), result(TEN, NUMPY, 16))
    [note] = compare(run, saved_of({KEY: TEN})).notes
    assert note.code == "not_compared"
    assert note.message == (
        "old.json has no measurement of batch size 1, 16 (numpy, float64, 1 thread)"
    )


def test_the_same_measurements_give_the_same_interval_each_time() -> None:
    """No two of them are equal, so that another draw would give another interval."""
    now = [1 + math.sin(number) / 3 for number in range(25)]
    then = [1 + math.cos(number) / 3 for number in range(25)]
    run, saved = run_of(result(now)), saved_of({KEY: tuple(then)})
    first, second = compare(run, saved), compare(run, saved)
    assert first.compared[0].difference.ratio == second.compared[0].difference.ratio
    ratio = first.compared[0].difference.ratio
    assert ratio.estimate == statistics.median(now) / statistics.median(then)
    assert ratio.low < ratio.estimate < ratio.high


@pytest.mark.parametrize("power", [-3, 1, 10])
def test_seconds_in_another_unit_scale_the_ratio_alone(power: int) -> None:
    """By a power of two, so that nothing is rounded."""
    saved = saved_of({KEY: TEN})
    [plain] = compare(run_of(result(TEN)), saved).compared
    [scaled] = compare(run_of(result([2.0**power * s for s in TEN])), saved).compared
    factor = 2.0**power
    assert scaled.difference.ratio == Interval(
        factor * plain.difference.ratio.estimate,
        factor * plain.difference.ratio.low,
        factor * plain.difference.ratio.high,
    )


def test_an_outlier_on_either_side_changes_little() -> None:
    """Medians are compared, not means."""
    steady = (1.0,) * 14
    [one] = compare(run_of(result((*steady, 1000.0))), saved_of({KEY: (*steady, 1e-3)})).compared
    assert one.difference.change == "no significant difference"
    assert one.difference.ratio == Interval(1.0, 1.0, 1.0)


@pytest.mark.parametrize("now", [1, 4, 20])
@pytest.mark.parametrize("then", [1, 4, 20])
def test_a_difference_needs_rounds_enough_on_both_sides(now: int, then: int) -> None:
    """Fewer than five rounds are too few to judge: so says the verdict `too short`."""
    [one] = compare(run_of(result([3.0] * now)), saved_of({KEY: (1.0,) * then})).compared
    enough = min(now, then) >= 5
    assert one.difference.change == ("slower" if enough else "no significant difference")


# -------------------------------------------------------------------------------- the limit


def comparison(*ratios: Interval) -> Comparison:
    """Return a comparison with these ratios, of batch sizes from 1 on."""
    compared = [
        compared_as(result(TEN, NUMPY, size), ratio) for size, ratio in enumerate(ratios, start=1)
    ]
    return Comparison("old.json", tuple(compared), ())


@pytest.mark.parametrize(
    ("ratio", "limit", "fails"),
    [
        (Interval(1.5, 1.4, 1.6), 0.1, True),
        (Interval(1.5, 1.4, 1.6), 0.5, False),
        (Interval(1.5, 1.4, 1.6), 0.49, True),
        (Interval(1.5, 1.4, 1.6), 0.0, True),
        (Interval(1.5, 1.05, 1.6), 0.1, False),
        (Interval(1.5, 0.9, 2.6), 0.0, False),
        (Interval(1.04, 1.03, 1.05), 0.0, False),
        (Interval(0.5, 0.4, 0.6), 0.0, False),
        (Interval(1.0, 1.0, 1.0), 0.0, False),
    ],
)
def test_a_result_fails_if_it_is_slower_by_more_than_the_limit_and_surely_slower(
    ratio: Interval, limit: float, fails: bool
) -> None:
    assert bool(slower_than(comparison(ratio), limit)) is fails


def test_each_failure_is_a_problem_that_names_itself() -> None:
    ratios = (Interval(2.0, 1.9, 2.1), Interval(1.0, 0.9, 1.1), Interval(1234.5, 1200.0, 1300.0))
    problems = slower_than(comparison(*ratios), 0.25)
    assert [problem.code for problem in problems] == ["N605", "N605"]
    first, second = (problem.message for problem in problems)
    assert first.startswith("batch size 1 (numpy, float64")
    assert " takes 2.00 × as long as in old.json (1.90 to 2.10 ×), 1.25 × is allowed" in first
    assert second.startswith("batch size 3 (numpy, float64")
    assert " takes 1234.50 × as long as in old.json " in second


def test_failures_that_differ_only_in_threads_can_be_told_apart() -> None:
    ratio = Interval(2.0, 2.0, 2.0)
    both = [compared_as(result(TEN, Series("numpy", "float64", n)), ratio) for n in (1, 2)]
    problems = slower_than(Comparison("old.json", tuple(both), ()), 0.1)
    assert len({problem.message for problem in problems}) == 2


# ---------------------------------------------------------------------------------- notes


def test_nothing_is_noted_if_nothing_else_differs() -> None:
    assert compare(run_of(result(TEN)), saved_of({KEY: TEN})).notes == ()


def noted(network: dict[str, Any] | None = None, there: dict[str, Any] | None = None) -> Any:
    """Return the notes of a comparison with a run saved under other circumstances."""
    saved = saved_of({KEY: TEN})
    saved = replace(
        saved,
        network={**saved.network, **(network or {})},
        machine={**saved.machine, **(there or {})},
    )
    return [(note.code, note.message) for note in compare(run_of(result(TEN)), saved).notes]


def test_another_network_is_noted_with_its_sizes() -> None:
    [(code, message)] = noted({"layer_sizes": [4, 30, 2]})
    assert (code, message) == ("other_network", "old.json is of another network: 4-30-2")


def test_other_activations_make_another_network_and_are_shown() -> None:
    [(code, message)] = noted({"activations": ["tanh", "softmax"]})
    assert code == "other_network"
    assert "tanh" in message


@pytest.mark.parametrize("sizes", [None, "4-3-2", 4, {}, [], ["\x1b"], [[4]], list(range(999))])
def test_sizes_of_any_kind_are_noted_in_a_short_line(sizes: object) -> None:
    [(code, message)] = noted({"layer_sizes": sizes})
    assert code == "other_network"
    assert len(message) < 120


def test_another_name_or_seed_is_no_other_network() -> None:
    """The same sizes and activations take the same time."""
    assert noted({"name": "other", "seed": 7, "dtype": "float32"}) == []


@pytest.mark.parametrize(
    ("there", "words"),
    [
        ({"processor": "6502"}, "6502, 2 processors"),
        ({"processors": 64}, "Z80, 64 processors"),
        ({"processor": "x" * 500}, "x" * 50),
    ],
)
def test_another_machine_is_noted(there: dict[str, Any], words: str) -> None:
    [(code, message)] = noted(there=there)
    assert code == "other_machine"
    assert message.startswith("old.json was measured on another machine: ")
    assert words in message
    assert len(message) < 120


def test_other_versions_are_noted_with_both() -> None:
    [(code, message)] = noted(there={"versions": {"python": "3.12.0", "numpy": "2.0.0"}})
    assert code == "other_versions"
    assert "python 3.12.0 → 3.11.7" in message
    assert "numpy" not in message


@pytest.mark.parametrize("versions", [{}, {"torch": "1.0"}, None, [], "text", 1])
def test_versions_that_were_not_noted_are_no_other_versions(versions: object) -> None:
    assert noted(there={"versions": versions}) == []


# ------------------------------------------------------------------------- before timing


@pytest.mark.parametrize(
    ("key", "fits"),
    [
        (Key("numpy", "float64", 1, 8), True),
        (Key("numpy", "float64", 1, 9), False),
        (Key("numpy", "float64", 2, 8), False),
        (Key("numpy", "float32", 1, 8), False),
        (Key("loop", "float64", 1, 8), False),
    ],
)
def test_before_timing_it_is_known_whether_something_can_be_compared(key: Key, fits: bool) -> None:
    saved = saved_of({key: TEN})
    if fits:
        check_comparable(saved, ["float64"], Request((1, 8)))
        return
    with pytest.raises(UsageError, match=r"nothing to compare: old\.json"):
        check_comparable(saved, ["float64"], Request((1, 8)))


@pytest.mark.parametrize(("backend", "fits"), [("python", True), ("numpy", False), ("loop", False)])
def test_plain_python_has_one_thread_whatever_is_asked_for(
    backend: BackendName, fits: bool
) -> None:
    saved = saved_of({Key(backend, "float64", 1, 8): TEN})
    request = Request((8,), threads=(2, 4), backends=(backend,))
    if fits:
        check_comparable(saved, ["float64"], request)
        return
    with pytest.raises(UsageError):
        check_comparable(saved, ["float64"], request)
