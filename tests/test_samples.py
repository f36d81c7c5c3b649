"""The trained samples give what scikit-learn gives, and are as good as their page says."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING

import pytest
from commands import ROOT

if TYPE_CHECKING:
    from conftest import RunCli

CLASSIFIERS = {"iris": "species", "digits": "digit", "cancer": "diagnosis"}
PAGE = (ROOT / "docs" / "samples.md").read_text(encoding="utf-8")
# In its table of samples: name, what the network tells of how many rows.
LISTED = dict(re.findall(r"^\| `configs/(\w+)\.yaml` \|.*\| ([^|]+) \|$", PAGE, re.MULTILINE))


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


@pytest.mark.parametrize("name", [*CLASSIFIERS, "diabetes"])
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


@pytest.mark.parametrize("name", [*CLASSIFIERS, "diabetes"])
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


def test_the_sample_of_a_number_is_off_by_as_much_as_its_page_says(cli: RunCli) -> None:
    files = ("configs/diabetes.yaml", "sample_data/diabetes_test.csv")
    outputs = rows_of(cli("forward", *files, "-o", "-").out)
    labels = rows_of((ROOT / files[1]).read_text(encoding="utf-8"))
    pairs = zip(outputs, labels, strict=True)
    errors = [abs(float(a["progression"]) - float(b["progression"])) for a, b in pairs]
    assert LISTED["diabetes"] == f"off by {sum(errors) / len(errors):.1f} on average"


def test_the_weights_of_the_samples_are_small() -> None:
    sizes = {path.name: path.stat().st_size for path in (ROOT / "configs").glob("*.safetensors")}
    assert set(sizes) == {f"{name}.safetensors" for name in (*CLASSIFIERS, "diabetes")}
    assert max(sizes.values()) < 100_000
