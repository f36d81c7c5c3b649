"""`nncli shapes` with data: samples are counted, and none of them is held."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from nncli.data.rows import Rows
from nncli.data.stream import SampleStream

if TYPE_CHECKING:
    from conftest import RunCli

Write = Callable[[str, str | bytes], Path]

NET = "layer_sizes: [3, 1]\nseed: 0\n"


@pytest.mark.parametrize("samples", [1, 700, 60_000])
@pytest.mark.parametrize("suffix", [".csv", ".npy"])
def test_the_samples_of_a_file_of_any_length_are_counted(
    cli: RunCli, write: Write, samples: int, suffix: str
) -> None:
    """60,000 are more than a block of text, and than a piece of an array in small pieces."""
    folder = write("net.yaml", NET).parent
    if suffix == ".csv":
        write("data.csv", "a,b,c\n" + "1.25,-2.5,1000.125\n" * samples)
    else:
        np.save(folder / "data.npy", np.ones((samples, 3)))
    done = cli("shapes", "net.yaml", f"data{suffix}", "--format", "json", cwd=folder)
    assert (done.code, done.err) == (0, "")
    assert done.json["batch_size"] == samples
    assert done.json["layers"][0]["input_shape"] == [samples, 3]


def test_samples_are_let_go_as_soon_as_they_are_counted(
    cli: RunCli, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    alive: weakref.WeakSet[Rows] = weakref.WeakSet()
    most = 0

    def read() -> Rows:
        nonlocal most
        rows = Rows((np.zeros(10),) * 3)
        alive.add(rows)
        most = max(most, len(alive))
        return rows

    @contextmanager
    def opened(*_: object) -> Iterator[SampleStream]:
        yield SampleStream(("a", "b", "c"), (read() for _ in range(50)))

    monkeypatch.setattr("nncli.cli.shapes.opened_samples", opened)
    folder = write("net.yaml", NET).parent
    done = cli("shapes", "net.yaml", "data.csv", "--format", "json", cwd=folder)
    assert done.json["batch_size"] == 500
    assert most <= 2  # one that is counted, and the next


def test_drawings_are_shown_on_request_also_of_a_file_of_weights(cli: RunCli) -> None:
    """What clashes is drawn unasked."""
    for config in ("configs/iris.yaml", "configs/iris.safetensors"):
        assert "x @ W" not in cli("shapes", config).out
        as_held = cli("shapes", config, "--draw").out
        assert as_held == cli("shapes", config, "--draw", "--notation", "torch").out
        turned = "a row per neuron, and transposed: (8, 4)ᵀ → (4, 8)"
        for notation, product, times in (
            ("torch", "│ x @ Wᵀ │", 1),
            ("rows", "│ x @ W │", 1),
            ("columns", "W · x", 0),
        ):
            done = cli("shapes", config, "--draw", "--notation", notation)
            assert product in done.out
            assert done.out.count(turned) == times
    broken = cli("shapes", "configs/broken.yaml", "--draw")
    assert broken.code == 3
    assert broken.out.index("\n1 hidden\n") < broken.out.index("✗ 3 ≠ 5")
