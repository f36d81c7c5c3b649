"""A dense network: built from a spec, run layer by layer, or by the engine for its output alone."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from nncli.data.frames import BatchLike, as_array, refuse_masked
from nncli.errors import FileError, ShapeError, SpecError
from nncli.formats.config import read_config
from nncli.machine import memory_bytes
from nncli.network.activations import Array
from nncli.network.dense import NO_TENSORS, Dense, LayerResult, LayerValues, build_dense
from nncli.network.prediction import ClassRule, Prediction, class_rule, predict
from nncli.network.scaling import (
    scaled_inputs,
    scales_inputs,
    scales_outputs,
    unscaled_outputs,
)
from nncli.network.shapes import shape_table
from nncli.problems import Problem
from nncli.specs.model import DType, NetworkSpec, Tensor
from nncli.specs.reader import Overrides, read_spec
from nncli.words import shorten

if TYPE_CHECKING:
    from nncli.network.engine.engine import Engine

# How many layers a network tells of itself.
_MAX_SHOWN = 8


@dataclass(frozen=True, eq=False, repr=False)
class Network:
    r"""A dense network that is ready to run.

    >>> network = Network.from_yaml_text("layer_sizes: [4, 5, 2]\nseed: 0")
    >>> network.forward([[1, 2, 3, 2.5]]).shape
    (1, 2)
    >>> network
    <Network 'network': 4 -> 5 linear -> 2 linear, float64>
    """

    spec: NetworkSpec  # what was asked for
    layers: tuple[Dense, ...]  # first to last

    def __repr__(self) -> str:
        """Return the network on one line: its sizes and activations."""
        layers = [f"{layer.neurons} {layer.activation.kind}" for layer in self.spec.layers]
        shown = (
            layers if len(layers) <= _MAX_SHOWN else [*layers[: _MAX_SHOWN - 2], "...", layers[-1]]
        )
        sizes = " -> ".join([str(self.spec.inputs.size), *shown])
        return f"<Network {shorten(self.spec.name)!r}: {sizes}, {self.spec.dtype}>"

    @classmethod
    def load(cls, path: str | os.PathLike[str], *, seed: int | None = None) -> Network:
        """Build the network that a file describes, whatever `nncli forward` takes as CONFIG.

        A spec, with the weights file that it names, or another program's model.
        seed: instead of the spec's.  Raises SpecError with every problem of the file, FileError if
        it cannot be read.
        """
        config = read_config(os.fspath(path), Overrides(seed=seed))
        return build_network(config.reading.fitting_spec(), config.tensors)

    @classmethod
    def from_yaml(cls, path: str | os.PathLike[str], *, seed: int | None = None) -> Network:
        """Build the network that a spec file describes, as `load` does."""
        return cls.load(path, seed=seed)

    @classmethod
    def from_yaml_text(cls, text: str) -> Network:
        """Build the network that a spec's text describes.  Raises SpecError."""
        return build_network(read_spec(text.encode(), "network"))

    @property
    def name(self) -> str:
        """The network's name."""
        return self.spec.name

    @property
    def dtype(self) -> DType:
        """The type that all arithmetic is done in."""
        return self.spec.dtype

    @property
    def layer_sizes(self) -> tuple[int, ...]:
        """The number of inputs, then the neurons of each layer."""
        return self.spec.layer_sizes

    def forward(self, batch: BatchLike) -> Array:
        """Return the network's outputs, in a new array, computed by the engine.

        Inputs are clipped and scaled as the spec says, and the outputs' scale is undone.  A table
        with names (of pandas, polars, Arrow, …) is matched by name if the spec names its inputs.
        The engine is a second forward loop, made for speed: the formulas of `run`, additions in
        another order.  So the last bits may differ from those of `trace`; a test holds the two to
        the bounds on rounding.  Threads may call it on one network at the same time.
        batch: (samples, inputs) → (samples, neurons of the last layer).
        Raises ShapeError if the batch is not 2-D or its width is not the network's, DataError for a
        table without a column that the spec names, and for missing and masked values.
        """
        engine = self._engine
        if self._takes_any and engine.takes(batch):
            return unscaled_outputs(engine.forward(batch), self.spec)
        x = np.ascontiguousarray(self._check_batch(batch))
        return unscaled_outputs(engine.forward(x), self.spec)

    def predict(self, batch: BatchLike) -> Prediction:
        """Return the class of each sample, and how probable it is.

        batch: as for `forward`, which computes the outputs.  The second class of one sigmoid is
        chosen above the threshold; otherwise the largest output, of equal ones the first.
        Raises SpecError, with what to write, if the network names no classes, and as `forward`.
        """
        return predict(self.forward(batch).T, self._rule)

    def trace(self, batch: BatchLike) -> tuple[LayerResult, ...]:
        """Return what every layer makes of the batch, first to last, computed by `run`.

        The first layer takes scaled inputs, and the last one's output is before the outputs' scale
        is undone.
        batch: as for `forward`; each result's arrays are (samples, neurons).
        Raises what `forward` does.
        """
        results = self.run(self._check_batch(batch).T)
        return tuple(
            LayerResult(number, layer.name, *values.map(np.transpose))
            for number, (layer, values) in enumerate(
                zip(self.layers, results, strict=True), start=1
            )
        )

    def run(self, x: Array) -> Iterator[LayerValues]:
        """Yield what each layer makes of samples, by its own `run`.

        This is the forward loop of `trace` and of the pipeline, and `bench --per-layer` times its
        steps; `forward` has another one, in the engine.  Inputs are scaled before, the outputs
        unscaled after it.
        x: (…, inputs, samples) of the network's dtype; the results: (…, neurons, samples).
        """
        for layer in self.layers:
            values = layer.run(x)
            yield values
            x = values.a

    def without_scaling(self) -> Network:
        """Return the layers alone: a network that takes scaled inputs and leaves outputs scaled."""
        if not scales_inputs(self.spec) and not scales_outputs(self.spec):
            return self
        changes: dict[str, Any] = {
            "inputs": self.spec.inputs.model_copy(update={"clip": None, "scale": None})
        }
        if self.spec.outputs is not None:
            changes["outputs"] = self.spec.outputs.model_copy(update={"scale": None})
        return Network(self.spec.model_copy(update=changes), self.layers)

    @cached_property
    def _engine(self) -> Engine:
        from nncli.network.engine.engine import Engine  # the command runs layer by layer

        return Engine(self.layers)

    @cached_property
    def _takes_any(self) -> bool:
        """Whether the first layer takes a batch as it is."""
        return not scales_inputs(self.spec)

    @cached_property
    def _rule(self) -> ClassRule:
        return class_rule(self.spec)

    def _check_batch(self, batch: BatchLike) -> Array:
        """Return a batch as the first layer takes it: (samples, inputs), scaled."""
        x = _numbers(as_array(batch, self.spec.inputs.columns))
        inputs = self.layer_sizes[0]
        if x.ndim != 2:
            help_line = "for a single sample, give x[None, :]" if x.ndim == 1 else "give 2-D data"
            message = f"a batch has the shape (samples, features), got {x.shape}"
            raise ShapeError(Problem("N204", message, help=(help_line,)))
        if x.shape[1] != inputs:
            message = f"the batch has {x.shape[1]} features, but the network takes {inputs}"
            hints = (
                ("the samples seem to stand in columns: give x.T",) if x.shape[0] == inputs else ()
            )
            raise ShapeError(Problem("N204", message, help=hints))
        if not self._takes_any:
            return scaled_inputs(x.astype(np.float64, copy=False), self.spec)
        with np.errstate(over="ignore"):
            return x.astype(self.dtype, copy=False)


def _numbers(batch: npt.ArrayLike) -> npt.NDArray[Any]:
    """Return a batch as an array of real numbers.  Raises ShapeError, DataError if it is none."""
    hint = ("give a 2-D array of real numbers",)
    try:
        x = np.asarray(batch)
    except ValueError:  # rows of different lengths
        message = "the batch is not homologous: its rows differ in length"
        raise ShapeError(Problem("N204", message, help=hint)) from None
    if x.dtype.kind not in "fiub":
        raise ShapeError(Problem("N204", f"the batch holds {x.dtype}, not numbers", help=hint))
    refuse_masked(batch)
    return x


def build_network(spec: NetworkSpec, tensors: Mapping[str, Array] = NO_TENSORS) -> Network:
    """Build a network; weights that the spec does not give are drawn layer by layer.

    tensors: what the `Tensor`s of the spec stand for, by name, in the shapes that they say.
    Raises ShapeError if the layers do not fit, SpecError if a weight is not finite or stands in a
    file that was not read, FileError if memory cannot hold the parameters.
    """
    table = shape_table(spec)
    if table.misfits:
        raise ShapeError([Problem(m.code, m.message) for m in table.misfits])
    if _lacks_arrays(spec, tensors):
        message = f"the weights are in {spec.weights_file or 'a file'}, which was not read"
        raise SpecError(Problem("N106", message, help=("give Network.load the path of the spec",)))
    if spec.seed is None and table.drawn_layers:
        numbers = ", ".join(map(str, table.drawn_layers))
        raise ShapeError(Problem("N109", f"layers {numbers} draw random numbers without a seed"))
    available = memory_bytes()
    if available is not None and table.parameter_bytes > available:
        raise _no_memory(table.parameter_bytes, available)
    generator = np.random.RandomState(spec.seed) if spec.seed is not None else None
    try:
        return Network(spec, _layers(spec, tensors, generator))
    except MemoryError:
        raise _no_memory(table.parameter_bytes, available) from None


def drawn_networks(
    spec: NetworkSpec, tensors: Mapping[str, Array], seeds: Iterable[int]
) -> Iterator[Network]:
    """Yield what `build_network` returns for the spec with each of some seeds, in less time.

    Arguments as there; raises what it does.
    """
    generator = np.random.RandomState()
    for number, seed in enumerate(seeds):
        seeded = spec.model_copy(update={"seed": seed})
        if number == 0:
            yield build_network(seeded, tensors)
            continue
        generator.seed(seed)  # a new one takes longer than all that it draws
        yield Network(seeded, _layers(seeded, tensors, generator))


def _layers(
    spec: NetworkSpec, tensors: Mapping[str, Array], generator: np.random.RandomState | None
) -> tuple[Dense, ...]:
    widths = zip(spec.layer_sizes, spec.layers, strict=False)
    return tuple(
        build_dense(layer, inputs, spec.dtype, generator, tensors) for inputs, layer in widths
    )


def _lacks_arrays(spec: NetworkSpec, tensors: Mapping[str, Array]) -> bool:
    """Whether weights that stand in a file are not at hand: they must not be drawn instead."""
    given = [values for layer in spec.layers for values in (layer.weights, layer.biases)]
    is_unread = spec.weights_file is not None and any(
        layer.weights is None for layer in spec.layers
    )
    return is_unread or any(
        isinstance(values, Tensor) and values.name not in tensors for values in given
    )


def _no_memory(needed: int, available: int | None) -> FileError:
    has = f", this machine has {available:,}" if available is not None else ""
    message = f"the network's parameters need {needed:,} bytes of memory{has}"
    help_line = "`nncli shapes` explains a network of any size without building it"
    return FileError(Problem("N508", message, help=(help_line,)))
