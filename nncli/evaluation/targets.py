"""What the cells of target columns mean: the number of a class, a label, or a number."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from nncli.data.csv.numbers import is_number
from nncli.data.rows import CellPlace, Chunk, Faults, Rows, coded_texts, read_chunk
from nncli.data.stream import SampleStream
from nncli.evaluation.target_faults import class_problem, label_problem, number_problem
from nncli.evaluation.tasks import ClassTask, LabelTask, Task
from nncli.problems import KEPT_PROBLEMS, Problem

_LABELS = {"0": 0, "1": 1, "false": 0, "true": 1}


@dataclass(frozen=True)
class Targets:
    """Target columns of a file, and what their cells mean."""

    task: Task
    positions: tuple[int, ...]  # of the columns in the file, from 0
    as_numbers: bool  # whether they are the last features, rather than the last carried columns
    decimal: str = "."  # what stands before the decimals of a number that is carried

    def of(self, rows: Rows) -> tuple[Rows, list[_Column]]:
        """Return rows without their target columns, and these."""
        count = len(self.positions)
        own: Sequence[Any] = (rows.columns if self.as_numbers else rows.kept)[-count:]
        columns = [self._column(cells) for cells in own]
        found = tuple(column.values for column in columns)
        if self.as_numbers:
            return replace(rows, columns=rows.columns[:-count], targets=found), columns
        return replace(rows, kept=rows.kept[:-count], targets=found), columns

    def problem(self, text: str, column: _Column, where: CellPlace | None) -> Problem:
        """Word what is wrong with a cell.  where: None if its rows do not know."""
        if isinstance(self.task, ClassTask):
            return class_problem(text, self.task.rule, column.texts, where)
        return (label_problem if isinstance(self.task, LabelTask) else number_problem)(text, where)

    def _column(self, cells: Any) -> _Column:
        """Return what some cells mean: numbers, or texts of one column."""
        if not isinstance(self.task, ClassTask | LabelTask):
            given = np.asarray(cells, np.float64)
            return _Column(given, np.isfinite(given))
        if self.as_numbers:
            distinct, codes = np.unique(cells, return_inverse=True)
            texts = [_text_of(value) for value in distinct.tolist()]
        else:
            codes, texts = coded_texts(cells)
        numbers = np.array([self._number(text) for text in texts], np.intp)
        values = numbers[codes]
        return _Column(values, values >= 0, codes, texts)

    def _number(self, text: str) -> int:
        """Return the number of the class or label that a text means; -1 for none."""
        plain = text.strip(" \t")
        for name in (text, plain):
            if name in self._names:
                return self._names[name]
        pointed = plain.replace(self.decimal, ".")
        if not self._are_numbered or is_number(pointed) is None:
            return self._names.get(plain.lower(), -1) if isinstance(self.task, LabelTask) else -1
        value = float(pointed)
        return int(value) if value in range(self._count) else -1

    @property
    def _count(self) -> int:
        """How many values a target may have."""
        return len(self.task.names) if isinstance(self.task, ClassTask) else 2

    @property
    def _are_numbered(self) -> bool:
        """Whether numbers from 0 mean classes: not where some are named by numbers."""
        if not isinstance(self.task, ClassTask) or not self.task.rule.is_named:
            return True
        return not any(map(is_number, self.task.names))

    @cached_property
    def _names(self) -> dict[str, int]:
        if isinstance(self.task, ClassTask):
            return {name: number for number, name in enumerate(self.task.names)}
        return _LABELS


@dataclass(frozen=True, eq=False)
class _Column:
    """The cells of a target column in some rows."""

    values: npt.NDArray[Any]  # (rows,): what they mean
    is_right: npt.NDArray[np.bool_]  # (rows,)
    codes: npt.NDArray[np.intp] | None = None  # (rows,): of texts, which; None of numbers
    texts: Sequence[str] = ()  # the distinct ones

    def faults(self) -> Iterator[tuple[int, str]]:
        """Yield where cells are wrong, and what stands there: of equal texts the first."""
        wrong = np.flatnonzero(~self.is_right)
        if self.codes is None:
            yield from ((int(row), repr(float(self.values[row]))) for row in wrong[:KEPT_PROBLEMS])
            return
        _, first = np.unique(self.codes[wrong], return_index=True)
        for row in np.sort(wrong[first])[:KEPT_PROBLEMS].tolist():
            yield row, self.texts[self.codes[row]]


@dataclass(frozen=True, eq=False)
class TargetChunk:
    """Some rows of a source with target columns."""

    chunk: Chunk
    targets: Targets

    def read(self) -> Rows | Faults:
        """Read them, and what their targets mean."""
        rows = read_chunk(self.chunk)
        if isinstance(rows, Faults) or not len(rows):
            return rows
        found, columns = self.targets.of(rows)
        wrong = sum(int(np.count_nonzero(~column.is_right)) for column in columns)
        return self._faults(columns, wrong) if wrong else found

    def cell(self, row: int, position: int) -> CellPlace | None:
        """Return where a cell is.  row: of those that were read; position: of its column."""
        return None if isinstance(self.chunk, Rows | Faults) else self.chunk.cell(row, position)

    def _faults(self, columns: Sequence[_Column], wrong: int) -> Faults:
        """Return the first of each wrong text, in the order of the rows, and a count."""
        found = sorted(
            (row, number, text)
            for number, column in enumerate(columns)
            for row, text in column.faults()
        )
        problems = tuple(
            self.targets.problem(
                text, columns[number], self.cell(row, self.targets.positions[number])
            )
            for row, number, text in found[:KEPT_PROBLEMS]
        )
        return Faults(problems, wrong - len(problems))


def with_targets(samples: SampleStream, targets: Targets) -> SampleStream:
    """Return samples whose target columns, the last of those selected, are read as targets."""
    count = len(targets.positions)
    chunks = (TargetChunk(chunk, targets) for chunk in samples.chunks)
    if targets.as_numbers:
        return replace(samples, columns=samples.columns[:-count], chunks=chunks)
    return replace(samples, kept=samples.kept[:-count], chunks=chunks)


def _text_of(value: float) -> str:
    """Return a number as it would name a class: whole ones without a point."""
    return str(int(value)) if value.is_integer() else repr(value)
