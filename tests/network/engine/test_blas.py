"""What is known of the BLAS library."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from threadpoolctl import threadpool_limits

from nncli.network.engine import blas


class Library:
    """An OpenBLAS as threadpoolctl shows it."""

    def __init__(self, architecture: str, num_threads: int) -> None:
        self.architecture = architecture
        self.num_threads = num_threads

    def info(self) -> dict[str, object]:
        return {"architecture": self.architecture}


@pytest.fixture(autouse=True)
def _asked_anew() -> Iterator[None]:
    blas.has_small_kernels.cache_clear()
    yield
    blas.has_small_kernels.cache_clear()


def libraries(monkeypatch: pytest.MonkeyPatch, *found: Library) -> None:
    monkeypatch.setattr(blas, "_libraries", lambda: found)


@pytest.mark.parametrize(
    ("core", "small"),
    [("SkylakeX", True), ("Cooperlake", True), ("SapphireRapids", True), ("Haswell", False)],
)
def test_openblas_has_small_kernels_on_some_cores(
    monkeypatch: pytest.MonkeyPatch, core: str, small: bool
) -> None:
    libraries(monkeypatch, Library(core, 1))
    assert blas.has_small_kernels() is small


def test_of_another_blas_nothing_is_expected(monkeypatch: pytest.MonkeyPatch) -> None:
    libraries(monkeypatch)
    assert not blas.has_small_kernels()
    assert blas.blas_thread_limit() == 1


def test_of_two_libraries_the_lesser_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Which of them is NumPy's cannot be told."""
    libraries(monkeypatch, Library("SkylakeX", 4), Library("Haswell", 2))
    assert not blas.has_small_kernels()
    assert blas.blas_thread_limit() == 2


def test_the_number_of_threads_is_the_callers() -> None:
    with threadpool_limits(1, user_api="blas"):
        assert blas.blas_thread_limit() == 1
