"""The distribution: what a wheel holds, and that all version numbers are one."""

from __future__ import annotations

import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

import nncli

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def wheel_names(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT]
    subprocess.run([str(part) for part in command], check=True, capture_output=True, timeout=300)
    [wheel] = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        return archive.namelist()


def test_a_wheel_holds_the_package_and_nothing_else(wheel_names: list[str]) -> None:
    tops = {name.split("/")[0] for name in wheel_names}
    assert tops == {"nncli", f"nncli_forward-{nncli.__version__}.dist-info"}


def test_a_wheel_holds_every_module_the_lessons_and_the_type_marker(wheel_names: list[str]) -> None:
    modules = {path.relative_to(ROOT).as_posix() for path in (ROOT / "nncli").rglob("*.py")}
    # every table beside the modules that read it
    beside = [each for kind in ("*.toml", "*.css") for each in (ROOT / "nncli").rglob(kind)]
    others = {"nncli/py.typed", *(path.relative_to(ROOT).as_posix() for path in beside)}
    assert modules | others == {n for n in wheel_names if n.startswith("nncli/")}


def test_the_version_is_the_same_everywhere() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == nncli.__version__
    assert project["name"] == "nncli-forward"


def test_every_name_of_the_python_interface_can_be_imported() -> None:
    for name in nncli.__all__:
        assert getattr(nncli, name) is not None
    assert set(nncli.__all__) - {"__version__"} == set(nncli._HOMES)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Netwrok'"):
        _ = nncli.Netwrok
