"""The trained samples give what scikit-learn gives, and are as good as their page says."""

from __future__ import annotations

import csv
import io
import math
import re
from typing import TYPE_CHECKING

import pytest
from commands import ROOT

if TYPE_CHECKING:
    from conftest import RunCli

CLASSIFIERS = {"iris": "species", "digits": "digit", "cancer": "diagnosis"}
REGRESSIONS = {"diabetes": "progression", "sine": "y"}
PAGE = (ROOT / "docs" / "samples.md").read_text(encoding="utf-8")
# In its table of samples: name, what the network tells of how many rows.
LISTED = dict(re.findall(r"^\| `configs/(\w+)\.yaml` \|.*\| ([^|]+) \|$", PAGE, re.MULTILINE))


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


@pytest.mark.parametrize("name", [*CLASSIFIERS, *REGRESSIONS])
def test_a_sample_gives_what_scikit_learn_gives(cli: RunCli, name: str) -> None:
    """Its file of expected values holds eight digits."""
    expected = (
        "--expect",
        f"sample_data/{name}_test_expected.csv",
        "--rtol",
        "1e-6",
        "--atol",
        "0",
    )
    done = cli("forward", f"configs/{name}.yaml", f"sample_data/{name}_test.csv", *expected)
    assert done.code == 0, done.err


@pytest.mark.parametrize("name", [*CLASSIFIERS, *REGRESSIONS])
def test_a_sample_gives_the_same_in_float32(cli: RunCli, name: str) -> None:
    expected = ("--expect", f"sample_data/{name}_test_expected.csv", "--rtol", "1e-4")
    files = (f"configs/{name}.yaml", f"sample_data/{name}_test.csv")
    done = cli("forward", *files, "--dtype", "float32", *expected)
    assert done.code == 0, done.err


@pytest.mark.parametrize(("name", "label"), CLASSIFIERS.items())
def test_a_sample_is_right_as_often_as_its_page_says(cli: RunCli, name: str, label: str) -> None:
    files = (f"configs/{name}.yaml", f"sample_data/{name}_test.csv")
    done = cli("forward", *files, "--predict", "class", "--keep", label, "-o", "-")
    rows = rows_of(done.out)
    right = sum(row["class"] == row[label] for row in rows)
    assert LISTED[name] == f"{right} of {len(rows)} right ({right / len(rows):.1%})"


@pytest.mark.parametrize(("name", "label"), REGRESSIONS.items())
def test_a_sample_of_a_number_is_off_by_as_much_as_its_page_says(
    cli: RunCli, name: str, label: str
) -> None:
    files = (f"configs/{name}.yaml", f"sample_data/{name}_test.csv")
    outputs = rows_of(cli("forward", *files, "-o", "-").out)
    labels = rows_of((ROOT / files[1]).read_text(encoding="utf-8"))
    pairs = zip(outputs, labels, strict=True)
    error = sum(abs(float(a[label]) - float(b[label])) for a, b in pairs) / len(labels)
    assert LISTED[name] == f"off by {error:.3g} on average"


def test_the_points_of_the_wave_are_512_around_a_sine() -> None:
    rows = rows_of((ROOT / "sample_data" / "sine_test.csv").read_text(encoding="utf-8"))
    strayed = [float(row["y"]) - math.sin(float(row["x"])) for row in rows]
    assert len(rows) == 512
    assert math.sqrt(sum(value**2 for value in strayed) / 512) == pytest.approx(0.1, rel=0.1)


def test_the_weights_of_the_samples_are_small() -> None:
    sizes = {path.name: path.stat().st_size for path in (ROOT / "configs").glob("*.safetensors")}
    assert set(sizes) == {f"{name}.safetensors" for name in (*CLASSIFIERS, *REGRESSIONS)}
    assert max(sizes.values()) < 100_000
