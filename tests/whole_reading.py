"""Reading a file at once, for tests of what is read."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from nncli.data.batch import Batch, gathered, whole_batch
from nncli.data.columns import (
    ColumnChoice,
    Header,
    Selection,
    WantedInputs,
    choose,
    choose_outputs,
)
from nncli.data.csv.exact import read_rows
from nncli.data.csv.first_row import (
    CsvFrame,
    empty_file,
    header_of,
    holds_a_fraction,
    may_number_columns,
    no_rows,
    numeric_header_note,
    unclear_header,
)
from nncli.data.csv.format import CsvFormat
from nncli.data.csv.records import RecordReader
from nncli.data.opened import DataOptions, open_source
from nncli.data.rejects import OnReject
from nncli.data.rows import Rows
from nncli.data.several_sources import open_sources
from nncli.data.stream import SampleStream
from nncli.problems import Note

Select = Callable[[Header], Selection]


@contextmanager
def open_samples(
    sources: Sequence[str],
    options: DataOptions,
    choice: ColumnChoice,
    wanted: WantedInputs,
    stdin: BinaryIO | None = None,
) -> Iterator[SampleStream]:
    """Open the samples for a network, to be read within the block.  Raises DataError, FileError."""
    with open_sources(sources, options, stdin) as opened:
        yield opened.samples(choose(opened.header, choice, wanted))


def read_batch(
    source: str, options: DataOptions, choice: ColumnChoice, wanted: WantedInputs
) -> Batch:
    """Read all samples of a file at once.  Raises DataError, FileError."""
    with open_samples([source], options, choice, wanted) as samples:
        return whole_batch(samples)


def read_expected(
    source: str, options: DataOptions, names: tuple[str, ...]
) -> npt.NDArray[np.float64]:
    """Read expected outputs: (samples, outputs).  Raises DataError, FileError."""
    with open_source(source, options) as opened:
        samples = opened.samples(choose_outputs(opened.header, names))
        return np.transpose(gathered(samples).columns)


@dataclass(frozen=True, eq=False)
class Table:
    """What was read.  values: (rows, features) float64; kept: name → a text for each row."""

    names: tuple[str, ...]
    values: npt.NDArray[np.float64]
    kept: dict[str, tuple[str, ...]] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()


def samples_of(table: Table, source: str = "data.csv") -> SampleStream:
    """Return the samples of a table in memory."""
    rows = Rows(tuple(table.values.T), tuple(table.kept.values()))
    names = tuple(table.kept)
    return SampleStream(table.names, iter([rows]), names, sources=(source,), remarks=table.notes)


def read_table(
    chunks: Iterable[bytes],
    csv: CsvFormat,
    select: Select,
    largest: float = math.inf,
    on_reject: OnReject | None = None,
) -> Table:
    """Read a CSV file with the exact reader alone, uncut.  Raises DataError."""
    reader = RecordReader(chunks, csv)
    records = iter(reader)
    first = next(records, None)
    if first is None:
        raise empty_file(csv, reader.blank_lines)
    header = header_of(first, csv)
    if may_number_columns(first, csv):
        others = list(records)
        if others and all(holds_a_fraction(record, csv) for record in others):
            raise unclear_header(first, csv)
        records = iter(others)
    selection = replace(select(header), largest=largest)
    frame = CsvFrame(header, selection, on_reject is not None, csv, first)
    read = read_rows(records if header.named else chain([first], records), frame)
    if isinstance(read, Rows):
        read = replace(read, blank_lines=reader.blank_lines)
    stream = SampleStream(
        frame.features,
        iter([read]),
        frame.kept,
        sources=(csv.file,),
        remarks=selection.notes,
        if_fraction=numeric_header_note(frame),
        if_empty=no_rows(header),
        on_reject=on_reject,
    )
    batch = whole_batch(stream)
    return Table(batch.columns, batch.values, batch.kept, batch.notes)
