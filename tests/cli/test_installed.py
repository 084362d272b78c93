"""The wheel, made from the sdist, used from an empty folder as somebody who only installed it would."""

import json
import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sdist and the wheel that was built from it."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(REPOSITORY)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def test_sdist_and_wheel_hold_everything(built: Path) -> None:
    (sdist,) = built.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        packed = {name.split("/", 1)[-1] for name in archive.getnames()}
    assert {"README.md", "LICENSE", "CHANGELOG.md", "constraints.txt", "docs/model.md"} <= packed
    assert {"scenarios/quickstart/scenario.yaml", "schemas/scenario.schema.json"} <= packed
    (wheel,) = built.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    for needed in (
        "cargopool/py.typed",
        "cargopool/_shipped/scenarios/quickstart/scenario.yaml",
        "cargopool/_shipped/schemas/scenario.schema.json",
        "cargopool/reporting/templates/report.html.j2",
        "cargopool/reference/data/hubs.csv",
        "cargopool/reference/data/basemap.json",
    ):
        assert needed in names
    assert not [name for name in names if name.startswith(("tests", "tools", "benchmarks"))]


def test_new_validate_solve_report_from_an_empty_folder(built: Path, tmp_path: Path) -> None:
    (wheel,) = built.glob("*.whl")
    site, empty = tmp_path / "site", tmp_path / "empty"
    empty.mkdir()
    install = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "-q",
        "--no-deps",
        "--no-index",
        "--target",
        str(site),
        str(wheel),
    ]
    subprocess.run(install, check=True, capture_output=True)
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"} | {"PYTHONPATH": str(site)}

    def cargopool(*arguments: str) -> str:
        command = [sys.executable, "-m", "cargopool", *arguments]
        done = subprocess.run(command, cwd=empty, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    where = [sys.executable, "-c", "import cargopool; print(cargopool.__file__)"]
    found = subprocess.run(where, cwd=empty, env=environment, capture_output=True, text=True, check=True)
    assert found.stdout.startswith(str(site))
    cargopool("new", "mine")
    assert "ok" in cargopool("validate", "mine")
    record = json.loads(cargopool("solve", "mine", "--time-limit", "30", "--no-baselines", "--json"))
    assert record["verified"]
    assert "Departures" in cargopool("report", "runs/mine")
    assert json.loads(cargopool("schema"))["$schema"]
    assert (empty / "runs" / "mine" / "report.html").stat().st_size > 20_000
