"""A first row of numbers that may be a header: refused where all other rows hold a fraction."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest

from nncli.data.columns import Selection
from nncli.data.csv.format import CsvFormat
from nncli.data.csv.source import open_csv
from nncli.data.opened import DataOptions, OpenedSource
from nncli.data.source_bytes import LOOK_BYTES, Content
from nncli.errors import DataError

ROWS = "5.1,3.5,1.4\n4.9,3.0,1.3\n"


def names_of(content: str, header: bool | None = None, encoding: str = "utf-8") -> tuple[str, ...]:
    stream = Content(io.BytesIO(content.encode(encoding)), "batch.csv")
    options = DataOptions(header=header, encoding=encoding).for_source("batch.csv")
    return OpenedSource("batch.csv", stream, options).header.names


@pytest.mark.parametrize(
    "content",
    [
        "0,1,2\n" + ROWS,
        " 0,1 ,2\r\n" + ROWS,
        "\n\n0,1,2\n\n" + ROWS,
        "1990,1991,1992\n" + ROWS,
        "2098,2099,2100\n" + ROWS,
        "0,1\n1e-3,2\n",
        "0,1\n5.0,x\n",
        # what stands behind the first look does not count
        "0,1\n" + "0.5,1\n" * (LOOK_BYTES // 6 + 1) + "3,4\n",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_first_row_that_counts_columns_or_years_above_fractions_is_doubtful(
    content: str, encoding: str
) -> None:
    with pytest.raises(DataError) as caught:
        names_of(content, encoding=encoding)
    [problem] = caught.value.problems
    assert problem.code == "N410"
    assert "--header" in problem.help[0]
    assert "--no-header" in problem.help[0]
    assert names_of(content, header=True, encoding=encoding)[0] in {"0", "1990", "2098"}
    assert names_of(content, header=False, encoding=encoding)[0] == "column_1"


@pytest.mark.parametrize(
    "content",
    [
        "0,1,2\n5.1,3.5,1.4\n5,3,1\n",  # a row without a fraction
        "0,1,2\n",  # no other row
        "0\n0.5\n",  # a single column
        "1,2,3\n" + ROWS,
        "0,2,1\n" + ROWS,
        "00,1,2\n" + ROWS,
        "0.0,1.0,2.0\n" + ROWS,
        "1990,1991\n0.5,1.5\n",  # two years
        "2099,2100,2101\n" + ROWS,
        "1799,1800,1801\n" + ROWS,
        "0,1\nnan,inf\n",
    ],
)
def test_other_first_rows_of_numbers_are_samples(content: str) -> None:
    assert names_of(content)[0] == "column_1"


class _Pipe(Content):
    """A source that has a few bytes at a time."""

    def chunks(self) -> Iterator[bytes]:
        content = b"".join(super().chunks())
        yield from (content[start : start + 8] for start in range(0, len(content), 8))

    def is_ready(self) -> bool:
        return False


@pytest.mark.parametrize("last", ["3,4", "0.5,4"])
def test_a_pipe_is_judged_by_as_many_rows_as_a_file(last: str) -> None:
    content = ("0,1\n" + "0.5,1\n" * 200 + last + "\n").encode()
    csv = CsvFormat("<stdin>")
    if "." in last:
        with pytest.raises(DataError):
            open_csv(_Pipe(io.BytesIO(content), "<stdin>"), csv, listed=False)
        return
    source = open_csv(_Pipe(io.BytesIO(content), "<stdin>"), csv, listed=False)
    samples = source.samples(Selection((0, 1)))
    assert sum(map(len, samples.rows_in_order())) == 202
