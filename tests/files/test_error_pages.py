import re
from pathlib import Path

from files.defects import DEFECTS

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
DOCUMENTED = set(re.findall(r"\b[EW]\d{4}\b", PAGE))


def _used(*rooms: str) -> set[str]:
    sources = [path for room in rooms for path in (ROOT / "src" / "cargopool" / room).rglob("*.py")]
    return {code for path in sources for code in re.findall(r'"([EW]\d{4})"', path.read_text(encoding="utf-8"))}


def test_every_code_of_scenarios_and_plans_is_documented() -> None:
    used = _used("files", "model")
    assert len(used) > 100
    assert used - DOCUMENTED == set()


def test_no_documented_code_is_dead() -> None:
    ours = {code for code in DOCUMENTED if code < "E1900" or code.startswith("W")}
    assert ours - _used("files", "model", "reporting") == set()


def test_every_row_has_a_wrong_and_a_right_sample() -> None:
    for line in PAGE.splitlines():
        if re.match(r"\| [EW]\d{4}", line) and not re.match(r"\| E(19|20|70)", line):
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            assert len(cells) == 4 and all(cells), line


def test_seeded_defects_cover_most_codes_of_files() -> None:
    file_codes = {
        code for code in _used("files", "model") if code.startswith("E") and not code.startswith(("E06", "E07"))
    }
    assert len({defect.code for defect in DEFECTS} & file_codes) >= 0.75 * len(file_codes)
