"""A benchmark that was saved before: read back from its JSON, to be compared with."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Annotated, Any, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from nncli.errors import DataError
from nncli.files import read_at_most
from nncli.problems import Place, Problem

FORMAT = "nncli.bench/2"
# What a result's timings were called in each format that is still read.
_TIMINGS_KEYS = {"nncli.bench/1": "samples_seconds", FORMAT: "timings_seconds"}
_MAX_BYTES = 64 * 2**20


class Key(NamedTuple):
    """Which measurement it is: saved ones are found again by all of these."""

    backend: str
    dtype: str
    threads: int
    batch_size: int


@dataclass(frozen=True)
class SavedBench:
    """What was measured, on which network and machine."""

    source: str
    timings: dict[Key, tuple[float, ...]]  # seconds per call, for each measurement
    matmul_gflops: dict[tuple[str, int], float]  # of a matrix product, by type and threads
    network: dict[str, Any]  # as it was written
    machine: dict[str, Any]  # as it was written


class _Model(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True)


# No call is timed as shorter or longer, no machine has other rates; beyond, ratios would leave the
# range of a float.
_Seconds = Annotated[float, Field(ge=1e-12, le=1e9)]
_Gflops = Annotated[float, Field(ge=1e-12, le=1e12)]
_Count = Annotated[int, Field(ge=1)]


class _Rate(_Model):
    dtype: str
    threads: _Count
    gflops: _Gflops


class _Machine(_Model):
    matmul: list[_Rate] = []


class _Result(_Model):
    backend: str
    dtype: str
    threads: _Count
    batch_size: _Count
    timings_seconds: Annotated[list[_Seconds], Field(min_length=1)]


class _Document(_Model):
    results: list[_Result]
    network: dict[str, Any]
    machine: _Machine


# What each key holds, in the words of a message.
_KINDS = {
    "results": "a list",
    "network": "an object",
    "machine": "an object",
    "matmul": "a list of rates",
    "backend": "a text",
    "dtype": "a text",
    "threads": "a whole number",
    "batch_size": "a whole number",
    "timings_seconds": "a list of seconds",
}


class _Unfit(Exception):  # noqa: N818  # caught in this file, where the place is known
    """The content is not what was saved; the text says where and what."""


def read_saved(path: str) -> SavedBench:
    """Read a file that `--save` wrote, in this format or an earlier one.

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
    if document.get("format") not in list(_TIMINGS_KEYS):
        raise _Unfit(f"its `format` is not {FORMAT!r}")
    return document


def _saved(document: dict[str, Any], path: str) -> SavedBench:
    timings_key = _TIMINGS_KEYS[document["format"]]
    try:
        checked = _Document.model_validate(_with_current_key(document, timings_key))
    except ValidationError as error:
        raise _Unfit(_worded(error, timings_key)) from None
    timings: dict[Key, tuple[float, ...]] = {}
    for number, result in enumerate(checked.results, start=1):
        key = Key(result.backend, result.dtype, result.threads, result.batch_size)
        if key in timings:
            raise _Unfit(f"results[{number}] is of the same measurement as one before it")
        timings[key] = tuple(result.timings_seconds)
    gflops = {(rate.dtype, rate.threads): rate.gflops for rate in checked.machine.matmul}
    return SavedBench(path, timings, gflops, checked.network, document["machine"])


def _with_current_key(document: dict[str, Any], timings_key: str) -> dict[str, Any]:
    """Return a document whose results have their timings under today's key."""
    results = document.get("results")
    if not isinstance(results, list):
        return document
    renamed = [
        {("timings_seconds" if key == timings_key else key): value for key, value in one.items()}
        if isinstance(one, dict)
        else one
        for one in results
    ]
    return {**document, "results": renamed}


def _worded(error: ValidationError, timings_key: str) -> str:
    """Say what the first fault is, with its place counted from 1 and the file's own keys."""
    fault = error.errors(include_url=False, include_input=False, include_context=False)[0]
    where = [step for step in fault["loc"] if step != "timings_seconds"]
    keys = [step for step in fault["loc"] if isinstance(step, str)]
    if "matmul" in keys:  # one wrong rate makes it no list of rates
        return "machine.matmul is not a list of rates"
    name = f"results[{int(where[1]) + 1}]" if len(where) > 1 else str(where[0])
    if keys[-1:] == ["results"] and len(where) > 1:
        return f"{name} is not an object"
    key = keys[-1]
    if len(keys) > 1:
        name += f".{timings_key if key == 'timings_seconds' else key}"
    return f"{name} is missing" if fault["type"] == "missing" else f"{name} is not {_KINDS[key]}"
