import re
from pathlib import Path

from cargopool.files import read_document, read_scenario
from cargopool.files.cells import columns_of
from cargopool.files.entities import SECTION_KINDS
from cargopool.files.schema.document import ScenarioDocument

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "scenario.md").read_text(encoding="utf-8")
EXAMPLE = re.findall(r"```(?:yaml|csv) (\S+)\n(.*?)```", PAGE, flags=re.DOTALL)


def _folder(folder: Path) -> Path:
    for name, text in EXAMPLE:
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_the_example_reads_without_a_finding(tmp_path: Path) -> None:
    assert len(EXAMPLE) == 4
    for variant in ("base", "dear-and-full"):
        scenario, found = read_document(_folder(tmp_path), variant)
        assert scenario is not None and found == ()


def test_the_example_can_be_solved(tmp_path: Path) -> None:
    import cargopool as cp

    scenario = read_scenario(_folder(tmp_path))
    result = cp.solve(scenario, stop=cp.TimeLimit(20), seed=1, baselines=False)
    assert result.plan is not None and result.plan.unserved == ()
    assert cp.verify(scenario, result.plan).ok


def test_every_key_and_column_is_described() -> None:
    for key in ScenarioDocument.model_fields:
        assert f"`{key}`" in PAGE or key in ("resolved_variant",), key
    sections = dict(re.findall(r"\n### (\S+)\n(.*?)(?=\n### |\Z)", PAGE, flags=re.DOTALL))
    assert set(sections) == set(SECTION_KINDS)
    for name, kind in SECTION_KINDS.items():
        described = re.findall(r"^\| `([^`]+)` \|", sections[name], flags=re.MULTILINE)
        expected = list(columns_of(kind.row_type))[:-4]
        assert described == expected, name
