"""Checks of a run that the user asked for, and the words for their failure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from nncli.data.rows import Rows, sliced, text_list
from nncli.data.stream import SampleStream
from nncli.files import source_name
from nncli.network.activations import Array
from nncli.network.statistics import nonfinite_message
from nncli.pipeline.compare import (
    Difference,
    Floats,
    Tolerance,
    find_difference,
    half_of_last_digit,
    largest_difference,
)
from nncli.pipeline.run import ForwardRun
from nncli.problems import Note, Place, Problem
from nncli.results.listeners import UnitOutputs
from nncli.specs.model import DType
from nncli.words import count_of, quoted

# How far outputs may be from their expected values unless the user says so, as a share of these.
_DEFAULT_RTOL: dict[DType, float] = {"float64": 1e-9, "float32": 1e-5}


def tolerance_for(dtype: DType, rtol: float | None, atol: float) -> Tolerance:
    """Return the tolerance of outputs in *dtype*.  rtol: None for that type's default."""
    return Tolerance(_DEFAULT_RTOL[dtype] if rtol is None else rtol, atol)


class ExpectedOutputs:
    """A listener that compares a network's outputs with expected ones, in bounded memory."""

    layer = None  # the network's own outputs

    def __init__(
        self,
        expected: SampleStream,
        tolerance: Tolerance,
        decimal: str | None = None,
        *,
        is_text: bool = True,
    ) -> None:
        """Take opened values, whose columns are the outputs in their order.

        decimal: the point of the cells' texts, which are carried too, if they count to the digits
        that they show; is_text: whether they could count so.
        """
        self._neurons = len(expected.columns)
        self._source = source_name(expected.sources[0])
        self._tolerance = tolerance
        self._decimal = decimal
        self._is_text = is_text
        self._rows = expected.rows_in_order()
        self._next: Rows | None = None
        self._found = 0  # rows of expected values that were read
        self._samples = 0  # whose outputs were compared
        self._first: Difference | None = None
        self._count = 0  # values that differ
        self._largest = 0.0  # difference, allowed or not

    def prepare(self, outputs: UnitOutputs) -> Sequence[Array]:
        """Return the outputs: they are compared in the samples' order."""
        return outputs.values

    def take(self, outputs: Sequence[Array]) -> None:
        """Compare the outputs of the next samples: for each neuron an array (samples,).

        Raises DataError, FileError for the expected values.
        """
        start, samples = 0, len(outputs[0])
        while len(outputs) == self._neurons and start < samples:
            rows = self._take(samples - start)
            if rows is None:
                break
            self._compare(outputs, rows, start)
            start += len(rows)
        self._samples += samples

    def finish(self) -> None:
        """Count the expected values that are left.  Raises DataError, FileError."""
        while self._take(None) is not None:
            pass

    def _compare(self, outputs: Sequence[Array], rows: Rows, start: int) -> None:
        """Compare some rows with the outputs from a position on."""
        actual = np.stack([column[start : start + len(rows)] for column in outputs], axis=1)
        expected = np.transpose(rows.columns)
        self._largest = max(self._largest, largest_difference(actual, expected))
        found = find_difference(actual, expected, self._tolerance, self._halves(rows))
        if found is None:
            return
        if self._first is None:
            self._first = replace(found, sample=found.sample + self._samples + start)
        self._count += found.count

    def _halves(self, rows: Rows) -> Floats | float:
        """Return half of what the last digit of each expected value counts, if that is allowed."""
        if self._decimal is None or not rows.kept:
            return 0.0
        shown = [
            [half_of_last_digit(text.replace(self._decimal, ".")) for text in text_list(texts)]
            for texts in rows.kept
        ]
        return np.transpose(np.array(shown))

    def notes(self) -> tuple[Note, ...]:
        """Return what was compared, if nothing differs."""
        if self._first is not None:
            return ()
        values = count_of(self._samples * self._neurons, "value")
        message = f"{values} {'agrees' if values == '1 value' else 'agree'} with {self._source}"
        return (Note("compared", f"{message}: {self._most()}"),)

    def _most(self) -> str:
        return f"the largest difference is {self._largest:.2g}"

    def problems(self, run: ForwardRun) -> list[Problem]:
        """Return what came of it once all samples were compared: no problem, or one."""
        place = Place(self._source)
        neurons = run.network.layer_sizes[-1]
        if (self._found, self._neurons) != (self._samples, neurons):
            shapes = (self._found, self._neurons), (self._samples, neurons)
            message = "expected values of shape {}, the output is {}".format(*shapes)
            hint = "rows are samples, columns are output neurons"
            return [Problem("N602", message, place, (hint,))]
        difference = self._first
        if difference is None:
            return []
        name = run.network.spec.output_columns[difference.neuron - 1]
        values = count_of(self._samples * neurons, "value")
        verb = "differs" if self._samples * neurons == 1 else "differ"
        message = (
            f"sample {difference.sample}, neuron {difference.neuron} ({quoted(name)}): "
            f"expected {difference.expected!r}, got {difference.actual!r}; "
            f"{self._count:,} of {values} {verb}; {self._most()}"
        )
        tolerance = self._tolerance
        hint = f"allowed was {tolerance.atol:g} + {tolerance.rtol:g} · |expected|: --atol, --rtol"
        digits = "if the expected values are rounded, --digits compares the digits that they show"
        hints = (hint, digits) if self._is_text else (hint,)
        if self._decimal is not None:
            hints = (f"{hint}, and half a last digit",)
        return [Problem("N601", message, place, hints)]

    def _take(self, most: int | None) -> Rows | None:
        """Return the next expected rows, None at their end.  most: how many; None: all at hand."""
        rows = self._next if self._next is not None else next(self._rows, None)
        if rows is None:
            return None
        count = len(rows) if most is None else min(most, len(rows))
        self._next = sliced(rows, count, len(rows)) if count < len(rows) else None
        self._found += count
        return sliced(rows, 0, count)


def check_finite(run: ForwardRun) -> list[Problem]:
    """Return a problem for each place where non-finite values come from."""
    hint = ("without --strict they are shown and counted",)
    return [
        Problem("N603", nonfinite_message(found, run.columns, run.network.spec), help=hint)
        for found in run.nonfinite
    ]
