"""CSV files whose lines are the features and whose columns are the samples: read at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nncli.data.columns import Header, Selection
from nncli.data.csv.exact import CellReader, FoundFaults, add_ragged
from nncli.data.csv.first_row import CsvFrame, empty_file, is_header, names_in, positions
from nncli.data.csv.format import CsvFormat
from nncli.data.csv.numbers import is_missing, is_number, looks_like_a_number
from nncli.data.csv.records import Record, RecordReader, place_of
from nncli.data.rows import Faults, Rows
from nncli.data.source_bytes import Content
from nncli.data.stream import SampleStream
from nncli.errors import DataError
from nncli.problems import Problem


@dataclass(frozen=True, eq=False)
class TransposedCsv:
    """A file of which the lines are known, and which of them hold names."""

    csv: CsvFormat
    records: list[Record]
    named: bool  # whether the first line names the samples
    labelled: bool  # whether the first column names the features
    blank_lines: int
    listed: bool  # whether somebody wants a list of all that is refused

    @property
    def _body(self) -> list[Record]:
        return self.records[1:] if self.named else self.records

    @property
    def header(self) -> Header:
        """The names of the features."""
        body = self._body
        labels = tuple(record.cells[0].strip(" \t") for record in body)
        names = labels if self.labelled else positions(len(body))
        place = place_of(self.csv, body[0])
        return Header(names, self.labelled, place, not self.labelled, transposed=True)

    def samples(self, selection: Selection) -> SampleStream:
        """Return the samples, in one chunk."""
        first, header = self.records[0], self.header
        labels = names_in(first, named=self.named)
        # the file's own columns, which are the samples
        columns = Header(labels, self.named, header.place)
        frame = CsvFrame(columns, selection, self.listed, self.csv, first)
        start = 1 if self.labelled else 0
        return SampleStream(
            columns=header.names_at(selection.features),
            chunks=iter([self._read(frame, range(start, len(first.cells)))]),
            sample_names=labels[start:] if self.named else None,
            remarks=selection.notes,
        )

    def _read(self, frame: CsvFrame, samples: range) -> Rows | Faults:
        found = FoundFaults(listed=frame.listed)
        numbers = CellReader(frame, found)
        for position in frame.selection.features:
            numbers.read(self._body[position], samples)
        matrix = np.frombuffer(numbers.values).reshape(len(frame.selection.features), -1)
        return found.faults() or Rows(tuple(matrix), (), self.blank_lines)


def open_transposed(content: Content, csv: CsvFormat, *, listed: bool) -> TransposedCsv | Faults:
    """Read the lines of a file.

    listed: whether somebody wants a list of all that is refused.
    An all-text first line names the samples, an all-text first column the features.
    Raises DataError for what is no table, and returns the faults of lines of another width.
    """
    reader = RecordReader(content.chunks(), csv)
    records = list(reader)
    if not records:
        raise empty_file(csv, reader.blank_lines)
    first = records[0]
    width = len(first.cells)
    ragged = FoundFaults(listed=listed)
    for record in records[1:]:
        if len(record.cells) != width:
            add_ragged(ragged, record, first, csv)
    if (faults := ragged.faults()) is not None:
        return faults
    # The corner belongs to neither the names of the samples nor to those of the features.
    named = is_header(first, csv, corner=width > 1)
    body = records[1:] if named else records
    if not body:
        hint = ("write a line for each feature",)
        message = "there is a header, but no data"
        raise DataError(Problem("N402", message, place_of(csv, first), hint))
    labelled = width > 1 and _is_label_column(body, csv)
    return TransposedCsv(csv, records, named, labelled, reader.blank_lines, listed)


def _is_label_column(body: list[Record], csv: CsvFormat) -> bool:
    """Whether the first column names the features: none of its cells is a number."""
    cells = [record.cells[0] for record in body]
    pointed = csv.pointed(cells)
    if any(map(is_number, pointed)):
        return False
    pairs = zip(cells, pointed, strict=True)
    if all(is_missing(cell) or looks_like_a_number(point) for cell, point in pairs):
        message = "the first column is neither names nor numbers"
        hint = "write a name for each feature, or mend the numbers"
        raise DataError(Problem("N410", message, place_of(csv, body[0], 0), (hint,)))
    return True
