"""A benchmark that was saved before: read back from its JSON, to be compared with."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from nncli.errors import DataError
from nncli.files import read_at_most
from nncli.problems import Place, Problem

FORMAT = "nncli.bench/1"
_MAX_BYTES = 64 * 2**20
# No call is timed as shorter or longer, no machine has other rates; beyond, ratios would leave the
# range of a float.
_SHORTEST_SECONDS, _LONGEST_SECONDS = 1e-12, 1e9
_SLOWEST_GFLOPS, _FASTEST_GFLOPS = 1e-12, 1e12


class Key(NamedTuple):
    """Which measurement it is: saved ones are found again by all of these."""

    backend: str
    dtype: str
    threads: int
    batch_size: int


@dataclass(frozen=True)
class SavedBench:
    """What was measured, on which network and machine.

    timings: seconds per call, for each measurement; matmul_gflops: the rate of the machine's own
    matrix product by type and threads; network and machine: as they were written.
    """

    source: str
    timings: dict[Key, tuple[float, ...]]
    matmul_gflops: dict[tuple[str, int], float]
    network: dict[str, Any]
    machine: dict[str, Any]


class _Unfit(Exception):  # noqa: N818  # caught in this file, where the place is known
    """The content is not what was saved; the text says where and what."""


def read_saved(path: str) -> SavedBench:
    """Read a file that `--save` wrote.

    Raises FileError if it cannot be read, DataError if it is no saved benchmark.
    """
    content = read_at_most(path, _MAX_BYTES)
    try:
        if content is None:
            raise _Unfit(f"is larger than {_MAX_BYTES // 2**20} MiB")
        return _saved(_document(content), path)
    except _Unfit as unfit:
        message = f"not a saved benchmark: {unfit}"
        hint = "save one first: nncli bench CONFIG --save FILE"
        raise DataError(Problem("N417", message, Place(path), (hint,))) from None


def _document(content: bytes) -> dict[str, Any]:
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):  # a UnicodeDecodeError is a ValueError
        raise _Unfit("it is not JSON") from None
    if not isinstance(document, dict):
        raise _Unfit("it is not a JSON object")
    if document.get("format") != FORMAT:
        raise _Unfit(f"its `format` is not {FORMAT!r}")
    return document


def _saved(document: dict[str, Any], path: str) -> SavedBench:
    results = _checked(document, "results", lambda value: isinstance(value, list), "a list")
    timings = {}
    for number, result in enumerate(results, start=1):
        where = f"results[{number}]"
        if not isinstance(result, dict):
            raise _Unfit(f"{where} is not an object")
        key = Key(
            backend=_checked(result, "backend", _is_text, "a text", where),
            dtype=_checked(result, "dtype", _is_text, "a text", where),
            threads=_checked(result, "threads", _is_count, "a whole number", where),
            batch_size=_checked(result, "batch_size", _is_count, "a whole number", where),
        )
        seconds = _checked(result, "samples_seconds", _are_seconds, "a list of seconds", where)
        if key in timings:
            raise _Unfit(f"{where} is of the same measurement as one before it")
        timings[key] = tuple(map(float, seconds))
    network = _checked(document, "network", lambda value: isinstance(value, dict), "an object")
    machine = _checked(document, "machine", lambda value: isinstance(value, dict), "an object")
    rates = []
    if "matmul" in machine:
        rates = _checked(machine, "matmul", _are_rates, "a list of rates", "machine")
    gflops = {(rate["dtype"], rate["threads"]): float(rate["gflops"]) for rate in rates}
    return SavedBench(path, timings, gflops, network, machine)


def _checked(
    mapping: dict[str, Any], key: str, fits: Callable[[Any], bool], kind: str, where: str = ""
) -> Any:
    """Return a value that is of the right kind."""
    name = f"{where}.{key}" if where else key
    if key not in mapping:
        raise _Unfit(f"{name} is missing")
    if not fits(mapping[key]):
        raise _Unfit(f"{name} is not {kind}")
    return mapping[key]


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _are_rates(value: Any) -> bool:
    return isinstance(value, list) and all(
        isinstance(rate, dict)
        and _is_text(rate.get("dtype"))
        and _is_count(rate.get("threads"))
        and _is_between(rate.get("gflops"), _SLOWEST_GFLOPS, _FASTEST_GFLOPS)
        for rate in value
    )


def _is_between(value: Any, low: float, high: float) -> bool:
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return is_number and low <= value <= high


def _are_seconds(value: Any) -> bool:
    return (
        isinstance(value, list)
        and bool(value)
        and all(_is_between(item, _SHORTEST_SECONDS, _LONGEST_SECONDS) for item in value)
    )
