"""What was made of a network is run before it is put in place, by all who can read it."""

from __future__ import annotations

import csv
import io
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from nncli.errors import SpecError
from nncli.files import file_error
from nncli.formats.config import read_config
from nncli.formats.saving import SavedFile, SavingForm
from nncli.network.activations import Array
from nncli.network.network import Network, build_network
from nncli.network.rounding import Float64Array, agree_within, rounding_bounds
from nncli.network.scaling import scaled_inputs, unscaled_outputs
from nncli.specs.model import InputsSpec, MinMax, NetworkSpec, Numbers, Standard

TRIED_SAMPLES = 64
# Wide samples are fewer: so many numbers are tried, or two samples.
_TRIED_NUMBERS = 2**20


class OtherNumbers(Exception):  # noqa: N818  # nobody can mend it: it is a bug of nncli
    """What was written does not give the network's outputs, or does not say what it is."""


@dataclass(frozen=True)
class Trial:
    """What running some files showed."""

    samples: int
    difference: float  # of outputs, at most, as a share of the largest output: it is rounding


def try_files(
    network: Network, files: Sequence[SavedFile], form: SavingForm, weights: str | None = None
) -> Trial:
    """Run what some files hold on random samples, from a folder of their own.

    weights: the path of the file that the first one names, where it is in its place already.
    Raises OtherNumbers if an output differs by more than rounding, or a name is another one;
    FileError if there is no room for the trial.
    """
    batch = random_batch(network.spec)
    expected = network.forward(batch)
    with TemporaryDirectory(prefix="nncli-") as folder:
        paths = [Path(folder, os.path.basename(file.path)) for file in files]
        try:
            for path, file in zip(paths, files, strict=True):
                path.write_bytes(file.content)
            if weights is not None:
                _put_beside(weights, Path(folder, os.path.basename(weights)))
        except OSError as error:
            raise file_error(error, folder, "writing") from None
        outputs = _outputs(network, paths[0], files[0].content, form, batch)
    bounds = _bounds(network, batch)
    for runner, output in outputs.items():
        if not agree_within(output, expected, bounds):
            raise OtherNumbers(f"{runner} gives other outputs for {files[0].path}")
    largest = max(_difference(output, expected) for output in outputs.values())
    return Trial(len(batch), largest)


def _put_beside(file: str, place: Path) -> None:
    """Let a file be found at another place, without a copy if the system has links."""
    try:
        place.symlink_to(os.path.abspath(file))
    except OSError:
        shutil.copyfile(file, place)


def random_batch(spec: NetworkSpec) -> Array:
    """Return samples such as a network takes, the same ones each time: (samples, inputs)."""
    generator = np.random.RandomState(0)
    count = max(2, min(TRIED_SAMPLES, _TRIED_NUMBERS // max(spec.layer_sizes)))
    samples = generator.standard_normal((count, spec.inputs.size))
    center, spread = _usual(spec.inputs)
    with np.errstate(over="ignore"):
        return np.asarray(center + spread * samples, dtype=spec.dtype)


def _usual(inputs: InputsSpec) -> tuple[Float64Array, Float64Array]:
    """Return where the values of inputs lie and how far they spread, as far as a spec says it."""
    match inputs.scale:
        case Standard(mean=mean, std=std):
            return _array(mean), _array(std)
        case MinMax(min=low, max=high):
            return (_array(low) + _array(high)) / 2, (_array(high) - _array(low)) / 2
    return np.zeros(()), np.ones(())


def _array(numbers: Numbers) -> Float64Array:
    return np.asarray(numbers, np.float64)


def _outputs(
    network: Network, path: Path, content: bytes, form: SavingForm, batch: Array
) -> dict[str, Array]:
    """Return what each one who reads a file makes of a batch, by who it is."""
    if form == "py":
        return {"Python": _of_script(path, network.spec, batch)}
    loaded = _loaded(path)
    _check_said(network.spec, loaded.spec, path.name)
    outputs = {"nncli": loaded.forward(batch)}
    if form == "onnx":
        from nncli.formats.onnx_model import evaluate_onnx

        outputs["onnx's reference evaluator"] = evaluate_onnx(content, batch)
    return outputs


def _loaded(path: Path) -> Network:
    """Return the network that a file holds.  Raises OtherNumbers if it holds none."""
    try:
        config = read_config(str(path))
        return build_network(config.reading.fitting_spec(), config.tensors)
    except SpecError as error:
        raise OtherNumbers(f"{path.name} is refused: {error.problems[0].message}") from None


def _check_said(spec: NetworkSpec, loaded: NetworkSpec, name: str) -> None:
    """Check that a network is called what it was called, and does what it did, layer by layer."""
    for what in ("name", "dtype", "inputs", "outputs", "activations"):
        if getattr(spec, what) != getattr(loaded, what):
            raise OtherNumbers(f"{name} has other {what}")
    for before, after in zip(spec.layers, loaded.layers, strict=True):
        if (before.name, before.activation) != (after.name, after.activation):
            raise OtherNumbers(f"{name} has another layer than {before.name!r}")


def _of_script(path: Path, spec: NetworkSpec, batch: Array) -> Array:
    """Return what a script prints for a batch."""
    data = path.with_suffix(".csv")
    with data.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(spec.inputs.columns or map("x{}".format, range(spec.inputs.size)))
        writer.writerows(batch.astype(np.float64).tolist())
    done = subprocess.run(  # noqa: S603  # a script of ours, by the Python that runs us
        [sys.executable, path, data],
        capture_output=True,
        check=False,
        encoding="utf-8",
        env={**os.environ, "PYTHONUTF8": "1"},
    )
    if done.returncode:
        last = done.stderr.strip().rpartition("\n")[2]
        raise OtherNumbers(f"{path.name} does not run: {last}")
    names, *rows = csv.reader(io.StringIO(done.stdout, newline=""))
    if tuple(names) != spec.output_columns:
        raise OtherNumbers(f"{path.name} names its outputs otherwise")
    return np.array(rows, np.float64).astype(spec.dtype)


def _bounds(network: Network, batch: Array) -> Float64Array:
    """Return how far two ways to compute a network's outputs may differ by rounding."""
    spec = network.spec
    inputs, outputs = InputsSpec(size=spec.inputs.size), None
    bare = Network(spec.model_copy(update={"inputs": inputs, "outputs": outputs}), network.layers)
    x = scaled_inputs(batch.astype(np.float64), spec)
    bounds = rounding_bounds(bare, x)
    if any(layer.activation.parameters() == {"approximate": "none"} for layer in spec.layers):
        # the error function of onnx's evaluator is in single precision, whatever the model's is
        bounds = bounds + float(np.finfo(np.float32).eps)
    a = bare.forward(x)
    with np.errstate(all="ignore"):
        y = unscaled_outputs(a, spec)
        scaled = np.abs(unscaled_outputs(bounds, spec) - unscaled_outputs(0 * bounds, spec))
        return scaled + 4 * float(np.finfo(spec.dtype).eps) * np.abs(y)


def _difference(output: Array, expected: Array) -> float:
    """Return how much outputs differ at most, as a share of the largest one that is finite."""
    outputs, wanted = output.astype(np.float64), expected.astype(np.float64)
    finite = np.isfinite(outputs) & np.isfinite(wanted)
    with np.errstate(all="ignore"):
        largest = np.max(np.abs(wanted), initial=0.0, where=finite)
        found = np.max(np.abs(outputs - wanted), initial=0.0, where=finite)
    return float(found / largest) if largest else float(found)
