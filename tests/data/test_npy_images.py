"""NPY arrays whose samples are arrays: read as rows, if the network takes so many values."""

from __future__ import annotations

import io

import numpy as np
import numpy.typing as npt
import pytest

from nncli.data.batch import whole_batch
from nncli.data.columns import ColumnChoice, WantedInputs, choose, choose_outputs
from nncli.data.npy_header import first_samples
from nncli.data.opened import DataOptions, OpenedSource
from nncli.data.source_bytes import Content
from nncli.errors import DataError

IMAGES = np.arange(5 * 3 * 4, dtype=np.uint8).reshape(5, 3, 4)


def saved(array: npt.NDArray[np.uint8]) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array)
    return stream.getvalue()


def opened(content: bytes, samples: str = "rows") -> OpenedSource:
    options = DataOptions(samples="columns" if samples == "columns" else "rows")
    return OpenedSource("x.npy", Content(io.BytesIO(content), "x.npy"), options)


@pytest.mark.parametrize("shape", [(5, 3, 4), (5, 3, 4, 1), (5, 1, 12)])
def test_images_are_rows_of_all_their_values_with_a_note(shape: tuple[int, ...]) -> None:
    source = opened(saved(IMAGES.reshape(shape)))
    batch = whole_batch(source.samples(choose(source.header, ColumnChoice(), WantedInputs(12))))
    assert batch.values.tolist() == IMAGES.reshape(len(IMAGES), -1).tolist()
    assert [note.code for note in batch.notes] == ["images"]


@pytest.mark.parametrize(
    ("size", "samples", "remedy"),
    [
        # rows of all their values would not fit, either
        (3, "rows", "trained on"),
        (13, "rows", "trained on"),
        (5, "columns", "x.reshape(len(x), -1)"),
    ],
)
def test_images_of_another_size_are_refused_with_what_helps(
    size: int, samples: str, remedy: str
) -> None:
    with pytest.raises(DataError) as caught:
        choose(opened(saved(IMAGES), samples).header, ColumnChoice(), WantedInputs(size))
    [problem] = caught.value.problems
    assert problem.code == "N414"
    assert "3 × 4" in problem.message
    assert remedy in problem.help[0]


def test_expected_outputs_are_no_images() -> None:
    with pytest.raises(DataError, match="each sample is a row"):
        choose_outputs(opened(saved(IMAGES)).header, ["y"])


def test_images_in_fortran_order_are_refused() -> None:
    with pytest.raises(DataError, match="a batch is"):
        _ = opened(saved(np.asfortranarray(IMAGES))).header


def test_the_beginning_of_images_is_images() -> None:
    content = saved(IMAGES)
    found = np.load(io.BytesIO(first_samples(content[:-20], transposed=False)))
    assert found.tolist() == IMAGES[:3].tolist()
