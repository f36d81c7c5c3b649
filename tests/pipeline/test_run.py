"""The same bits for a row wherever it stands, and a run with everything that is to be said of it.

Bits are compared with one BLAS thread, as the command has it: so the comparisons of many sizes run
in a process of their own, which sets the variables before NumPy is imported.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_streams import Floats, in_pieces, network_of, rows_of, stream_of

from nncli.data.rows import Faults
from nncli.errors import DataError, FileError
from nncli.network.network import Network
from nncli.pipeline.run import ForwardRun, RunPlan, run_forward
from nncli.pipeline.shown import SamplesToShow
from nncli.pipeline.units import BLOCK_SAMPLES
from nncli.problems import Note, Problem
from nncli.results.listeners import UnitOutputs
from nncli.specs.model import ACTIVATIONS

HERE = Path(__file__).resolve().parent


def bits(network: Network, x: Floats, **plan: Any) -> list[tuple[bytes, ...]]:
    """Return, for each row, the bits of every layer's z and a."""
    layers = run_of(network, x, **plan).shown.layers
    return [
        tuple(
            values[row].tobytes()
            for result in layers
            for values in (result.pre_activation, result.output)
        )
        for row in range(len(x))
    ]


def run_of(network: Network, x: Any, **plan: Any) -> ForwardRun:
    return run_forward(network, stream_of(x), RunPlan(**plan))


# ------------------------------------------------------------------- the same bits everywhere

activations = st.sampled_from(sorted(ACTIVATIONS))
widths = st.lists(st.integers(1, 12), min_size=2, max_size=4)


@given(sizes=widths, activation=activations, position=st.integers(0, 600), seed=st.integers(0, 99))
def test_a_row_alone_has_the_bits_that_it_has_anywhere(
    sizes: list[int], activation: str, position: int, seed: int
) -> None:
    network = network_of(sizes, activation, seed)
    x = rows_of(601, sizes[0])
    assert bits(network, x[position : position + 1]) == [bits(network, x)[position]]


@given(sizes=widths, activation=activations, cut=st.integers(1, 519))
def test_a_batch_in_two_parts_has_the_bits_of_the_whole(
    sizes: list[int], activation: str, cut: int
) -> None:
    network = network_of(sizes, activation)
    x = rows_of(520, sizes[0])
    assert bits(network, x[:cut]) + bits(network, x[cut:]) == bits(network, x)


@given(sizes=widths, activation=activations, seed=st.integers(0, 2**32 - 1))
def test_permuted_rows_give_the_permuted_bits(sizes: list[int], activation: str, seed: int) -> None:
    network = network_of(sizes, activation)
    x = rows_of(300, sizes[0])
    order = np.random.RandomState(seed).permutation(len(x))
    before, after = bits(network, x), bits(network, x[order])
    assert after == [before[row] for row in order]


@given(sizes=widths, activation=activations)
def test_non_finite_neighbours_change_no_bit(sizes: list[int], activation: str) -> None:
    network = network_of(sizes, activation)
    x = rows_of(9, sizes[0])
    before = bits(network, x)
    x[1::2] = [[np.nan], [np.inf], [-np.inf], [1e308]]
    assert bits(network, x)[::2] == before[::2]


COMPARE_ALL_POSITIONS = """
import sys
sys.path[:0] = {tests!r}
from test_run import differing_positions
print(differing_positions())
"""


# Widths at which matrix kernels change: with 256 rows a block, AVX-512 kernels of OpenBLAS round
# the last four of them in another order once a layer has about 200 neurons.
WIDTHS = (
    [1, 1],
    [3, 1],
    [4, 5, 2],
    [17, 33, 9],
    [100, 1],
    [64, 100, 10],
    [16, 193, 1],
    [8, 500, 3],
    [300, 257, 31],
    [784, 128, 10],
)


def differing_positions() -> list[tuple[list[int], int]]:
    """Return where a row has other bits alone than among 5,000 rows, over many networks."""
    near_the_ends_of_blocks = range(BLOCK_SAMPLES - 9, BLOCK_SAMPLES + 3)
    positions = [0, 1, 2, 3, 5, 8, 127, *near_the_ends_of_blocks, 4863, 4998, 4999]
    wrong: list[tuple[list[int], int]] = []
    for sizes in WIDTHS:
        network = network_of(sizes)
        x = rows_of(5000, sizes[0])
        together = bits(network, x)
        wrong += [
            (sizes, row) for row in positions if bits(network, x[row : row + 1]) != [together[row]]
        ]
    return wrong


@pytest.mark.parametrize("kernels", ["", "Nehalem"], ids=["own kernels", "old kernels"])
def test_one_row_alone_has_the_bits_that_it_has_among_5000_at_every_width(kernels: str) -> None:
    """Wide layers take other paths through BLAS than narrow ones, and single columns yet others."""
    code = COMPARE_ALL_POSITIONS.format(tests=[str(HERE), str(HERE.parent)])
    threads = {f"{name}_NUM_THREADS": "1" for name in ("OPENBLAS", "MKL", "OMP", "BLIS")}
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, **threads, **({"OPENBLAS_CORETYPE": kernels} if kernels else {})},
        capture_output=True,
        check=False,
        encoding="utf-8",
        timeout=120,
    )
    assert (done.returncode, done.stdout) == (0, "[]\n"), done.stderr


def forward_output(*arguments: str | Path, stdin: bytes = b"", **environment: str) -> bytes:
    """Return what the command writes as CSV, with its own choice of BLAS threads."""
    done = subprocess.run(
        [sys.executable, "-m", "nncli", "forward", *map(str, arguments), "--format", "csv"],
        cwd=HERE,
        input=stdin,
        env={**os.environ, **environment},
        capture_output=True,
        check=False,
        timeout=120,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    return done.stdout


def test_the_command_gives_the_same_bits_in_any_part_of_a_file_and_from_a_pipe(
    tmp_path: Path,
) -> None:
    config, data, part = tmp_path / "net.yaml", tmp_path / "all.csv", tmp_path / "part.csv"
    config.write_text(
        "{layer_sizes: [40, 300, 9], activations: [silu, softmax], seed: 3}", encoding="utf-8"
    )
    lines = [",".join(map(repr, row)) for row in rows_of(700, 40).tolist()]
    data.write_text("\n".join(lines) + "\n", encoding="utf-8")
    part.write_text("\n".join(lines[383:]) + "\n", encoding="utf-8")
    header, *rows = forward_output(config, data).splitlines()
    assert len(rows) == 700
    assert forward_output(config, part).splitlines() == [header, *rows[383:]]
    for row in (255, 511):
        piped = forward_output(config, "-", stdin=lines[row].encode(), OPENBLAS_NUM_THREADS="2")
        assert piped.splitlines() == [header, rows[row]]


def test_in_float32_the_same_file_gives_the_same_bits_whatever_the_threads(tmp_path: Path) -> None:
    config, data = tmp_path / "net.yaml", tmp_path / "all.csv"
    config.write_text("{layer_sizes: [40, 300, 9], dtype: float32, seed: 3}", encoding="utf-8")
    lines = [",".join(map(repr, row)) for row in rows_of(300, 40).tolist()]
    data.write_text("\n".join(lines) + "\n", encoding="utf-8")
    outputs = {forward_output(config, data, OPENBLAS_NUM_THREADS=number) for number in "12"}
    assert len(outputs) == 1


@given(
    sizes=st.lists(st.integers(0, 700), max_size=6),
    batch_size=st.sampled_from([None, 1, 2, 3, 7, 64, 1000, 5000]),
    threads=st.integers(1, 4),
    activation=activations,
)
def test_neither_pieces_nor_batch_size_nor_threads_change_a_bit(
    sizes: list[int], batch_size: int | None, threads: int, activation: str
) -> None:
    network = network_of([3, 5, 2], activation)
    x = rows_of(1500, 3)
    plan = RunPlan(batch_size=batch_size, threads=threads)
    run = run_forward(network, in_pieces(x, sizes), plan)
    assert (
        run.shown.layers[-1].output.tobytes() == np.ascontiguousarray(WHOLE(network, x)).tobytes()
    )
    assert run.shown.numbers == tuple(range(1, 1501))


def WHOLE(network: Network, x: Floats) -> Floats:  # noqa: N802  # what all others are compared with
    return run_of(network, x).shown.layers[-1].output


# ------------------------------------------------------------------------------- the stream


class Recorder:
    """A sink that keeps what it is given."""

    def __init__(self, layer: int | None = None) -> None:
        self.layer = layer
        self.blocks: list[tuple[int, list[list[str]], Floats]] = []
        self.finished = False

    def prepare(self, outputs: UnitOutputs) -> Any:
        texts = [list(column) for column in outputs.kept]
        return outputs.first, texts, np.stack(outputs.values, axis=1)

    def take(self, prepared: Any) -> None:
        self.blocks.append(prepared)

    def finish(self) -> None:
        self.finished = True


@pytest.mark.parametrize("threads", [1, 3])
def test_a_sink_gets_every_sample_once_and_in_order(threads: int) -> None:
    network, x = network_of([2, 3]), rows_of(3000, 2)
    texts = [str(number) for number in range(3000)]
    sink = Recorder()
    plan = RunPlan(SamplesToShow(0), threads=threads)
    done: list[int] = []
    stream = in_pieces(x, [10, 900, 0, 5, 700], texts)
    run_forward(network, stream, plan, [sink], done.append)
    assert sink.finished
    assert done[-1] == 3000
    assert done == sorted(done)
    first = 1
    for number, kept, outputs in sink.blocks:
        assert number == first
        assert len(kept[0]) == len(outputs)
        first += len(outputs)
    assert [text for _, (column,), _ in sink.blocks for text in column] == texts
    together = np.concatenate([outputs for _, _, outputs in sink.blocks])
    assert together.tobytes() == np.ascontiguousarray(WHOLE(network, x)).tobytes()


@pytest.mark.parametrize("threads", [1, 2])
def test_a_fault_ends_the_results_and_all_faults_are_told(threads: int) -> None:
    network, x = network_of([2, 3]), rows_of(900, 2)
    stream = in_pieces(x, [300, 300])
    first, *others = list(stream.chunks)
    faults = [Faults((Problem("N404", f"fault {n}"),), more=n) for n in (1, 2)]
    stream = replace(stream, chunks=iter([first, faults[0], *others, faults[1]]))
    sink = Recorder()
    with pytest.raises(DataError) as caught:
        run_forward(network, stream, RunPlan(threads=threads), [sink])
    assert [problem.message for problem in caught.value.problems] == ["fault 1", "fault 2"]
    assert caught.value.more == 3
    assert not sink.finished
    assert sum(len(outputs) for _, _, outputs in sink.blocks) <= 300


@pytest.mark.parametrize(
    "samples", [1, 2, BLOCK_SAMPLES - 1, BLOCK_SAMPLES, BLOCK_SAMPLES + 1, 1000]
)
def test_every_row_has_exactly_one_result(samples: int) -> None:
    run = run_of(network_of([3, 4, 2]), rows_of(samples, 3))
    results = run.shown.layers
    assert [result.output.shape for result in results] == [(samples, 4), (samples, 2)]
    assert [(result.layer, result.name) for result in results] == [(1, "layer_1"), (2, "layer_2")]


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_blocks_compute_what_the_network_computes(dtype: str) -> None:
    network = network_of([3, 4, 2], "softmax", dtype=dtype)
    x = rows_of(600, 3, dtype)
    tolerance = 20 * float(np.finfo(dtype).eps)
    for block, whole in zip(run_of(network, x).shown.layers, network.trace(x), strict=True):
        assert block.output.dtype == dtype
        np.testing.assert_allclose(block.output, whole.output, rtol=tolerance, atol=tolerance)
        np.testing.assert_allclose(
            block.pre_activation, whole.pre_activation, rtol=tolerance, atol=tolerance
        )


@pytest.mark.parametrize("layers", [False, True])
def test_samples_on_their_way_take_bounded_memory(layers: bool) -> None:
    """3 inputs and 2 outputs are 5 numbers a sample; what all layers make is 9 + 2 more."""
    sink, kept = Recorder(), [Recorder(1), Recorder(2)] if layers else []
    network, x = network_of([3, 9, 2]), rows_of(3000, 3)
    plan = RunPlan(SamplesToShow(0), unit_bytes=5 * 8 * 600)
    writers = [sink, *kept]
    run_forward(network, in_pieces(x, []), plan, writers)
    lengths = [len(outputs) for _, _, outputs in sink.blocks]
    assert sum(lengths) == 3000
    assert max(lengths) == (256 if layers else 512)
    for recorder in kept:
        assert recorder.finished
        assert sum(len(outputs) for _, _, outputs in recorder.blocks) == 3000


@given(
    sizes=st.lists(st.integers(0, 700), max_size=6),
    unit_bytes=st.integers(1, 10**5),
    threads=st.integers(1, 3),
)
def test_every_layer_is_heard_whole_and_with_the_bits_that_are_shown(
    sizes: list[int], unit_bytes: int, threads: int
) -> None:
    network, x = network_of([3, 5, 2]), rows_of(1300, 3)
    layers = [Recorder(1), Recorder(2)]
    plan = RunPlan(threads=threads, unit_bytes=unit_bytes)
    run = run_forward(network, in_pieces(x, sizes), plan, layers)
    for recorder, shown in zip(layers, run.shown.layers, strict=True):
        together = np.concatenate([outputs for _, _, outputs in recorder.blocks])
        assert together.tobytes() == np.ascontiguousarray(shown.output).tobytes()
        assert recorder.finished


class Waiting:
    """A listener that says when it is told what."""

    layer = None

    def __init__(self, name: str, told: list[str]) -> None:
        self.name, self.told = name, told

    def prepare(self, outputs: UnitOutputs) -> None:
        assert outputs.first == 1

    def take(self, prepared: None) -> None:
        assert prepared is None
        self.told.append(f"{self.name} takes")

    def finish(self) -> None:
        self.told.append(f"{self.name} ends")


def test_listeners_hear_in_their_order_and_the_last_ends_first() -> None:
    """A check behind a result can fail before the result gets its end."""
    told: list[str] = []
    listeners = [Waiting(name, told) for name in ("result", "check")]
    run_forward(network_of([2, 3]), stream_of([[1, 2]]), RunPlan(), listeners)
    assert told == ["result takes", "check takes", "check ends", "result ends"]


def test_a_pool_that_is_given_computes_and_is_left_open() -> None:
    network, x = network_of([2, 3]), rows_of(3000, 2)
    with ThreadPoolExecutor(2, thread_name_prefix="given") as pool:
        for _ in range(2):
            names: set[str] = set()

            class Named(Waiting):
                def prepare(self, outputs: UnitOutputs) -> None:
                    del outputs
                    names.add(threading.current_thread().name[:5])  # noqa: B023

            run = run_forward(network, in_pieces(x, [700]), RunPlan(), [Named("", [])], pool=pool)
            assert names == {"given"}
            assert run.samples == 3000


# ---------------------------------------------------------------------------------- the run


def test_a_run_keeps_what_went_in_and_what_came_out() -> None:
    network = network_of([3, 4, 2], "linear")
    run = run_of(network, [[1, 2, 3], [4, 5, 6]])
    assert run.network is network
    assert (run.samples, run.columns) == (2, ("column_1", "column_2", "column_3"))
    assert [row.layer for row in run.statistics] == [1, 2]
    assert (run.nonfinite, run.notes) == ((), ())


def test_notes_stand_in_the_order_of_the_data_and_the_run() -> None:
    spec = {
        "inputs": 1,
        "layers": [{"neurons": 1, "weights": [[-1]], "activation": "relu"}],
    }
    network = Network.from_yaml_text(json.dumps(spec))
    stream = stream_of([[1], [2], [np.inf]], (Note("blank_lines", "two blank lines"),))
    run = run_forward(network, stream, RunPlan())
    assert [note.code for note in run.notes] == ["blank_lines", "non_finite", "dead"]
    assert [note.layer for note in run.notes] == [None, None, 1]


def test_a_non_finite_layer_is_noted_once_with_its_number() -> None:
    layer = {"neurons": 1, "weights": [[1e200]]}
    network = Network.from_yaml_text(json.dumps({"inputs": 1, "layers": [layer] * 3}))
    run = run_of(network, [[0], [1]])
    noted = [note for note in run.notes if note.code == "non_finite"]
    assert [(note.layer, note.message) for note in noted] == [
        (2, "layer 2: 1 non-finite value, the first (inf) at sample 2, neuron 1")
    ]


def test_memory_that_does_not_suffice_is_a_file_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_memory(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr("nncli.pipeline.work.as_blocks", no_memory)
    with pytest.raises(FileError, match="not enough memory") as caught:
        run_of(network_of([1, 1]), [[1], [2]])
    assert caught.value.problems[0].code == "N508"
