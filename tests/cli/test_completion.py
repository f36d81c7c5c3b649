"""What a shell offers at Tab, asked as bash and zsh ask."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from commands import NNCLI, ROOT, environment, run_apart

IRIS = "nncli forward configs/iris.yaml sample_data/iris.csv"
EVALUATE = IRIS.replace("forward", "evaluate")


def offered(line: str, folder: Path = ROOT) -> list[str]:
    """Return what bash is offered at the end of a line."""
    words = environment(
        COMP_WORDS=line,
        COMP_CWORD=str(len(line.split(" ")) - 1),
        _NNCLI_COMPLETE="complete_bash",
    )
    return run_apart(NNCLI, env=words, cwd=folder).out.splitlines()


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("nncli explain-error N20", ["N201", "N202", "N203", "N204"]),
        (f"{IRIS} --drop sp", ["species"]),
        (f"{EVALUATE} --target sp", ["species"]),
        (f"{EVALUATE} --by sp", ["species"]),
        (f"{EVALUATE} --fail-below accuracy=1,macro_f", ["accuracy=1,macro_f1="]),
        (f"{IRIS} --columns species,petal", [r"species,petal\ length\ \(cm\)"]),
        (f"{IRIS} --layers ", ["all", "last", "1", "2"]),
        ("nncli forward configs/three_inputs.yaml x.csv --layers 1,h", ["1,hidden"]),
        ("nncli bench configs/iris.yaml --backend numpy,l", ["numpy,loop"]),
        ("nncli forward configs/iris.yaml x.csv --format j", ["json", "jsonl"]),
        ("nncli shapes configs/two", ["configs/two_layers.yaml"]),
    ],
)
def test_tab_offers_what_may_stand_there(line: str, wanted: list[str]) -> None:
    assert offered(line)[: len(wanted)] == wanted


def test_config_offers_specs_and_models_and_data_the_other_files(tmp_path: Path) -> None:
    for name in ("a.yaml", "b.onnx", "c.csv", "d.py", "nets/e.yml", "nets/f.npy", ".g.yaml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    assert offered("nncli shapes ", tmp_path) == ["a.yaml", "b.onnx", "nets/e.yml"]
    assert offered("nncli shapes a.yaml ", tmp_path) == ["c.csv", "nets/f.npy"]


def test_in_zsh_the_first_tab_is_answered() -> None:
    shell = environment(SHELL="/bin/zsh", _TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION="1")
    script = run_apart([sys.executable, "-m", "nncli", "--show-completion", "zsh"], env=shell).out
    # zsh loads the file as the function `_nncli` and calls that: it must pass the call on
    assert script.splitlines()[0] == "#compdef nncli"
    assert script.rstrip().endswith('_nncli_completion "$@"\nfi')
