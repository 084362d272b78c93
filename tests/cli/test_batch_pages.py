"""The examples of the pages on batches, studies and executors run; their tables are those of the program."""

import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

from cargopool.batches.result_tables import FIGURES, HEAD

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"


def python_blocks(page: str) -> list[str]:
    return re.findall(r"^```python\n(.*?)^```", (DOCS / page).read_text(encoding="utf-8"), re.S | re.M)


def run_it(arguments: list[str], folder: Path) -> str:
    done = subprocess.run([sys.executable, *arguments], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{arguments}\n{done.stderr}"
    return done.stdout


def test_the_examples_of_batches_run_in_order(tmp_path: Path) -> None:
    text = (DOCS / "batches.md").read_text(encoding="utf-8")
    commands = [line.strip() for line in text.splitlines() if line.startswith("    cargopool ")]
    assert len(commands) == 5
    for line in commands:
        run_it(["-m", "cargopool", *shlex.split(line)[1:]], tmp_path)
    blocks = python_blocks("batches.md")
    assert len(blocks) == 2
    outputs = [run_it(["-c", block], tmp_path) for block in blocks]
    assert "no-train-to-bologna" in outputs[0]
    assert outputs[1] == "1 of 1\n"
    runs = tmp_path / "batches"
    assert_byte_equal(runs / "first" / "runs" / "first__s1", runs / "from-python" / "runs" / "first__s1")


def assert_byte_equal(two_jobs: Path, one_job: Path) -> None:
    """Runs limited by work repeat exactly, however many run beside them."""
    names = {path.name for path in two_jobs.glob("*.csv")} - {"progress.csv"} | {"plan.json", "params.toml"}
    assert names >= {"plan.json", "params.toml", "itineraries.csv", "load_units.csv", "costs.csv", "emission_sheet.csv"}
    for name in names:
        assert (two_jobs / name).read_bytes() == (one_job / name).read_bytes(), name


def test_the_examples_of_executors_run(tmp_path: Path) -> None:
    tasks, together, by_region = python_blocks("executors.md")
    assert sorted(run_it(["-c", tasks], tmp_path).splitlines())[0] == "task-0 True 0.01"
    assert re.match(r"[\d.]+ ", run_it(["-c", together], ROOT))
    assert re.match(r"1 [\d.]+ 0 ", run_it(["-c", by_region], ROOT))


def test_result_columns_are_those_of_the_page() -> None:
    text = (DOCS / "batches.md").read_text(encoding="utf-8").partition("## results.csv")[2]
    listed = re.findall(r"^\| `(\w+)` \| (.*?) \| (.*) \|$", text.partition("## Queries")[0], re.M)
    assert [tuple(part.strip() for part in row) for row in listed] == [
        (column.name, column.unit, column.meaning) for column in (*HEAD, *FIGURES)
    ]


def test_the_study_of_the_page_is_read(tmp_path: Path) -> None:
    from cargopool.batches.study import read_study

    (block,) = re.findall(r"^```toml\n(.*?)^```", (DOCS / "studies.md").read_text(encoding="utf-8"), re.S | re.M)
    assert tomllib.loads(block)["name"] == "engines"
    folder = tmp_path / "benchmarks" / "studies" / "mine"
    folder.mkdir(parents=True)
    for name in ("scenarios", "benchmarks/ctsndp"):
        (tmp_path / name).symlink_to(ROOT / name, target_is_directory=True)
    (folder / "study.toml").write_text(block)
    study = read_study(folder / "study.toml")
    assert study.settings == ("highs", "cpsat")
    assert len(study.cells) == 4 * 2 * 3


def test_every_code_of_batches_and_executors_is_documented() -> None:
    page = (DOCS / "errors.md").read_text(encoding="utf-8")
    ranges = [(int(a), int(b)) for a, b in re.findall(r"E(\d{4}) to E(\d{4})", page)]
    for room in ("batches", "executors"):
        for path in (ROOT / "src" / "cargopool" / room).rglob("*.py"):
            for code in re.findall(r'"E(\d{4})"', path.read_text(encoding="utf-8")):
                inside = any(first <= int(code) <= last for first, last in ranges)
                assert f"E{code}" in page or inside, f"E{code} of {path.name}"
