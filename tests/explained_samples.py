"""What `nncli explain` shows of every sample: the same numbers in each of its forms."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from commands import ROOT, run_here

# What the data of some samples needs said.
_OPTIONS = {"by_hand": ("--samples", "columns"), "three_inputs": ("--samples", "columns")}


def _files(config: Path) -> tuple[str, ...] | None:
    """Return a network and its data, None if it has none."""
    for name in (f"{config.stem}_test", config.stem):
        data = ROOT / "sample_data" / f"{name}.csv"
        if data.exists():
            return (str(config), str(data), *_OPTIONS.get(config.stem, ()))
    return None


# The arguments that explain every sample, by its name.
SAMPLES = {
    config.stem: files
    for config in sorted((ROOT / "configs").glob("*.yaml"))
    if (files := _files(config)) is not None
}
# A neuron's sum for a sample: the numbers of both and of the layer, z and a as they are printed.
Found = tuple[int, int, int, str, str]


@cache
def explained(name: str, form: str, *more: str) -> str:
    """Return what is written of a sample.  form: text, md, latex, json; more: options."""
    done = run_here("explain", *SAMPLES[name], *more, "--format", form, "--quiet")
    assert done.code == 0, done.err
    return done.out


def results(name: str, *more: str) -> list[Found]:
    """Return all results of a sample, as its JSON has them."""
    done = run_here("explain", *SAMPLES[name], *more, "--format", "json", "--quiet")
    steps: list[dict[str, Any]] = done.json["steps"]
    return [
        (s["sample"], s["layer"], s["neuron"], s["z"]["shown"], s["a"]["shown"])
        for s in steps
        if s["step"] == "neuron"
    ]
