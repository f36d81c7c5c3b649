"""What target cells mean, and where it is said that they mean nothing."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from nncli import Network
from nncli.data.columns import ColumnChoice, WantedInputs, choose_with_targets, find_column
from nncli.data.opened import DataOptions
from nncli.data.rows import Rows
from nncli.data.several_sources import open_sources
from nncli.errors import DataError
from nncli.evaluation.evaluation import Evaluation
from nncli.evaluation.figures import Result
from nncli.evaluation.targets import Targets, with_targets
from nncli.evaluation.tasks import ClassTask, LabelTask, NumberTask, Task, task_of
from nncli.network.prediction import ClassRule
from nncli.pipeline.run import RunPlan, run_forward

ABC = ("a", "b", "c")


def task_for(classes: tuple[str, ...], *, is_named: bool = True) -> ClassTask:
    return ClassTask(ClassRule(classes, "probabilities", is_named=is_named), "float64")


def targets_in(
    paths: Sequence[Path],
    task: Task,
    names: Sequence[str] = ("y",),
    *,
    keep: tuple[str, ...] = (),
    as_numbers: bool | None = None,
    **options: Any,
) -> Rows:
    """Return all rows of CSV files with one input x, or of NPY files."""
    with open_sources(list(map(str, paths)), DataOptions(**options)) as opened:
        header = opened.header
        numbers = isinstance(task, NumberTask) if as_numbers is None else as_numbers
        # a Parquet file of several columns finds its input by name
        wanted, choice = WantedInputs(1, ("x",) if header.kinds else None), ColumnChoice(keep=keep)
        selection = choose_with_targets(header, choice, names, wanted, as_numbers=numbers)
        positions = tuple(find_column(name, header, "--target") for name in names)
        targets = Targets(task, positions, numbers, options.get("decimal", "."))
        stream = with_targets(opened.samples(selection), targets)
        assert (len(stream.columns), stream.kept) == (1, keep)
        parts = list(stream.rows_in_order())
    assert all((len(rows.columns), len(rows.kept)) == (1, len(keep)) for rows in parts)
    joined = (np.concatenate(column) for column in zip(*(r.targets for r in parts), strict=True))
    return Rows((np.empty(0),), targets=tuple(joined))


def meant(tmp_path: Path, cells: Sequence[str], task: Task, **options: Any) -> list[Any]:
    path = tmp_path / "data.csv"
    path.write_text("x;y\n" + "".join(f"1;{cell}\n" for cell in cells), encoding="utf-8")
    found: list[Any] = targets_in([path], task, delimiter=";", **options).targets[0].tolist()
    return found


def refused(tmp_path: Path, cells: Sequence[str], task: Task, **options: Any) -> str:
    with pytest.raises(DataError) as caught:
        meant(tmp_path, cells, task, **options)
    assert {problem.code for problem in caught.value.problems} == {"N420"}
    more = f"\n{caught.value.more} more" if caught.value.more else ""
    return str(caught.value).replace(str(tmp_path / "data.csv"), "data.csv") + more


# --------------------------------------------------------------------- what they mean


def test_a_class_goes_by_its_name_or_its_number_from_0(tmp_path: Path) -> None:
    cells = ["a", "c", " b ", "0", "2", "1.0", " 1"]
    assert meant(tmp_path, cells, task_for(ABC)) == [0, 2, 1, 0, 2, 1, 1]
    assert meant(tmp_path, ["1,0", "2"], task_for(ABC), decimal=",") == [1, 2]


def test_classes_named_by_numbers_go_by_their_names_alone(tmp_path: Path) -> None:
    task = task_for(("3", "5", "8"))
    assert meant(tmp_path, ["3", "8", "5"], task) == [0, 2, 1]
    assert "'0' in column 2 ('y') is none of the classes" in refused(tmp_path, ["0"], task)


def test_classes_without_names_are_numbers(tmp_path: Path) -> None:
    task = task_for(("0", "1"), is_named=False)
    assert meant(tmp_path, ["0", "1.0", "1"], task) == [0, 1, 1]


def test_a_name_is_a_name_whatever_it_looks_like(tmp_path: Path) -> None:
    assert meant(tmp_path, ["NA", " x", ""], task_for(("NA", " x", ""))) == [0, 1, 2]


def test_a_label_is_there_or_not(tmp_path: Path) -> None:
    cells = ["1", "0", "true", "False", "1.0", " 0 "]
    assert meant(tmp_path, cells, LabelTask(("y",), "float64")) == [1, 0, 1, 0, 1, 0]


def test_numbers_are_read_as_features_are(tmp_path: Path) -> None:
    assert meant(tmp_path, ["1,5", "-2e3"], NumberTask(("y",)), decimal=",") == [1.5, -2000]


def test_targets_of_an_npy_file_are_found_by_position(tmp_path: Path) -> None:
    path = tmp_path / "data.npy"
    np.save(path, [[0.5, 2.0], [0.25, 1.0]])
    for task in (task_for(ABC), task_for(("0", "2", "1"))):
        found = targets_in([path], task, ["2"], as_numbers=True).targets[0].tolist()
        assert found == ([2, 1] if task.names == ABC else [1, 2])
    np.save(path, [[0.5, 2.0], [0.25, 2.5]])
    with pytest.raises(DataError, match=r"'2.5' in column 2, row 2 is none of the classes"):
        targets_in([path], task_for(ABC), ["2"], as_numbers=True)


def test_targets_of_a_parquet_file_are_texts_or_numbers(tmp_path: Path) -> None:
    path = tmp_path / "data.parquet"
    columns = {"x": [1.0, 2.0], "kind": ["b", None], "number": [2, 0], "y": [0.5, math.inf]}
    parquet.write_table(pa.table(columns), path)
    assert targets_in([path], task_for(ABC), ["number"]).targets[0].tolist() == [2, 0]
    with pytest.raises(DataError, match="empty value in column 'kind', row 2, the target"):
        targets_in([path], task_for(ABC), ["kind"])
    with pytest.raises(DataError, match="'inf' in column 'y', row 2 is not finite"):
        targets_in([path], NumberTask(("y",)), ["y"])


def test_arrow_and_the_exact_reader_give_the_same(tmp_path: Path) -> None:
    cells = [ABC[number % 3] for number in range(80_000)]  # enough for the fast lane
    assert meant(tmp_path, cells, task_for(ABC)) == [number % 3 for number in range(80_000)]


def test_targets_may_be_carried_along_as_well(tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    path.write_text("x,id,y\n1,p,a\n", encoding="utf-8")
    found = targets_in([path], task_for(ABC), keep=("id", "y"))
    assert found.targets[0].tolist() == [0]


# ------------------------------------------------------------------------ what is wrong


def test_labels_from_1_are_refused_with_the_line_that_names_them(tmp_path: Path) -> None:
    task = task_for(("0", "1", "2"), is_named=False)
    assert refused(tmp_path, ["1", "2", "3", "3", "1"], task) == (
        "data.csv:4:2: '3' in column 2 ('y') is no class: the network does not name them, so they "
        "are the numbers 0 to 2\n"
        'help: if the labels count from 1, name the classes so: `outputs: {classes: ["1", "2", '
        '"3"]}`\n1 more'
    )
    told = refused(tmp_path, ["1", "2"], task_for(("no", "yes")))
    assert "data.csv:3:2: '2' in column 2 ('y') is none of the classes, which are no, yes" in told
    assert 'name the classes so: `outputs: {classes: ["1", "2"]}`' in told


def test_unknown_classes_are_refused_at_the_first_line_of_each(tmp_path: Path) -> None:
    task = task_for(("0", "1", "2"), is_named=False)
    told = refused(tmp_path, ["sun", "rain", "sun", "snow"], task)
    places = [line.split(" ")[0] for line in told.splitlines() if line.startswith("data.csv")]
    assert places == ["data.csv:2:2:", "data.csv:3:2:", "data.csv:5:2:"]
    assert told.endswith("1 more")
    assert "order that scikit-learn has: `outputs: {classes: [rain, snow, sun]}`" in told
    signs = task_for(("0", "1"), is_named=False)
    assert '`outputs: {classes: ["-1", "1"]}`' in refused(tmp_path, ["1", "-1"], signs)


def test_a_misspelt_class_is_told_from_the_others(tmp_path: Path) -> None:
    told = refused(tmp_path, ["setosa", "Virginica"], task_for(("setosa", "virginica")))
    assert "help: did you mean `virginica`?" in told
    told = refused(tmp_path, ["x"], task_for(ABC))
    assert "in the order of the outputs: `outputs: {classes: [NAME_1, NAME_2, NAME_3]}`" in told


def test_many_labels_from_1_are_not_listed(tmp_path: Path) -> None:
    task = task_for(tuple(map(str, range(30))), is_named=False)
    told = refused(tmp_path, list(map(str, range(1, 31))), task)
    assert 'name the classes "1" to "30": outputs.classes' in told
    assert "{classes: [NAME_1, NAME_2, NAME_3, …]}" in refused(tmp_path, ["x"], task)


@pytest.mark.parametrize("task", [task_for(ABC), LabelTask(("y",), "float64")])
def test_a_missing_target_is_told_at_its_line(tmp_path: Path, task: Task) -> None:
    good = "a" if isinstance(task, ClassTask) else "1"
    told = refused(tmp_path, [good, "", "NA"], task)
    assert "data.csv:3:2: empty value in column 2 ('y'), the target" in told
    assert "data.csv:4:2: 'NA' in column 2 ('y'), the target, is a missing value" in told


def test_a_label_of_another_kind_is_told(tmp_path: Path) -> None:
    told = refused(tmp_path, ["2"], LabelTask(("y",), "float64"))
    assert "'2' in column 2 ('y') does not say whether the label is there" in told


def test_numbers_that_are_not_finite_are_told_at_their_lines(tmp_path: Path) -> None:
    told = refused(tmp_path, ["1", "nan", "2", "-inf"], NumberTask(("y",)))
    assert "data.csv:3:2: 'nan' in column 2 ('y') is not finite" in told
    assert "data.csv:5:2: '-inf' in column 2 ('y') is not finite" in told


def test_the_line_is_right_below_blank_lines_and_quoted_line_ends(tmp_path: Path) -> None:
    first, path = tmp_path / "first.csv", tmp_path / "second.csv"
    first.write_text("x,id,y\n" + "1,p,a\n" * 90_000, encoding="utf-8")
    path.write_bytes(b'x,id,y\r\n\r\n1,"p\r\nq",a\r\n' + b"1,p,b\r\n" * 90_000 + b"2,p,d\r\n")
    with pytest.raises(DataError) as caught:
        targets_in([first, path], task_for(ABC), keep=("id",))
    place = caught.value.problems[0].place
    assert place is not None
    assert (place.file, place.line, place.column) == (str(path), 90_005, 3)
    assert (place.excerpt, place.caret) == ("2,p,d", 4)


def test_a_target_is_never_an_input() -> None:
    with pytest.raises(DataError, match="--target names 'x', which is one of the network's inputs"):
        _chosen(ColumnChoice(columns=("x",)), None)
    with pytest.raises(DataError, match="--target names 'x', which is one of the network's inputs"):
        _chosen(ColumnChoice(), ("x",))
    assert _chosen(ColumnChoice(), None) == ((1,), (0,))
    assert _chosen(ColumnChoice(columns=("y",)), ("x",)) == ((1,), (0,))


def test_a_target_that_is_no_number_is_not_to_be_dropped(tmp_path: Path) -> None:
    table = {"x": [1.0, 2.0], "y": [True, False]}
    parquet.write_table(pa.table(table), tmp_path / "data.parquet")
    with pytest.raises(DataError, match="holds bool, not numbers") as caught:
        targets_in([tmp_path / "data.parquet"], NumberTask(("y",)))
    (hint,) = caught.value.problems[0].help
    assert hint == "this network puts numbers out: --target is to name columns of numbers"


def _chosen(choice: ColumnChoice, columns: tuple[str, ...] | None) -> tuple[Any, Any]:
    from nncli.data.columns import Header
    from nncli.problems import Place

    header = Header(("x", "y"), True, Place("data.csv", 1))
    wanted = WantedInputs(1, columns)
    found = choose_with_targets(header, choice, ["x"], wanted, as_numbers=False)
    return found.features, found.kept


# ----------------------------------------------------------------------------- a whole run

SPEC = """
inputs: [x]
layers: [{neurons: 2, activation: softmax, weights: [[0, 1]]}]
outputs: {classes: [low, high]}
"""


@pytest.mark.parametrize(("threads", "batch_size"), [(1, None), (2, 256), (2, 1000), (1, 5000)])
def test_a_run_is_evaluated(tmp_path: Path, threads: int, batch_size: int | None) -> None:
    random = np.random.RandomState(0)
    x = np.round(random.standard_normal(30_000), 2)
    names = np.where(x + random.standard_normal(30_000) > 0, "high", "low")
    path = tmp_path / "data.csv"
    rows = "".join(f"{one},{name}\n" for one, name in zip(x, names, strict=True))
    path.write_text("x,kind\n" + rows, encoding="utf-8")
    found = _run(path, RunPlan(threads=threads, batch_size=batch_size))
    expected = _run(path, RunPlan())
    assert found == expected
    figures = found.figures
    predicted = np.where(x > 0, "high", "low")
    assert getattr(figures, "accuracy", None) == np.count_nonzero(predicted == names) / 30_000
    assert len(found.greatest) == 1000


def _run(path: Path, plan: RunPlan) -> Result:
    network = Network.from_yaml_text(SPEC)
    task = task_of(network.spec, 1)
    with open_sources([str(path)], DataOptions()) as opened:
        wanted = WantedInputs(1, ("x",))
        header, names = opened.header, ["kind"]
        selection = choose_with_targets(header, ColumnChoice(), names, wanted, as_numbers=False)
        samples = with_targets(opened.samples(selection), Targets(task, (1,), as_numbers=False))
        evaluation = Evaluation(task)
        run_forward(network, samples, plan, [evaluation])
    return evaluation.finished()
