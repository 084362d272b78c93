from pathlib import Path

import pytest

from cargopool.errors import Diagnostic
from cargopool.files import read_document
from files.defect_base import FILES, write_base
from files.defects import DEFECTS, Defect, place_of


def _broken(defect: Defect) -> tuple[str, str]:
    text = FILES[defect.file]
    assert defect.old in text, defect
    changed_at = text.index(defect.old)
    mutated = text[:changed_at] + defect.new + text[changed_at + len(defect.old) :]
    line, column = place_of(mutated, changed_at, defect.at)
    return mutated, f"{line}:{column}"


def _write(folder: Path, name: str, text: str) -> None:
    (folder / name).write_bytes(text.encode("utf-8", "surrogateescape"))


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: f"{defect.code}-{defect.new[:24]!r}")
def test_defect_is_found_at_its_place(defect: Defect, tmp_path: Path) -> None:
    write_base(tmp_path)
    mutated, place = _broken(defect)
    place = f"{tmp_path / defect.file}:{place}"
    _write(tmp_path, defect.file, mutated)
    scenario, found = read_document(tmp_path, defect.variant)
    assert scenario is None
    errors = [finding for finding in found if finding.severity == "error"]
    assert (defect.code, place) in [(finding.code, finding.where) for finding in errors], "\n".join(map(str, errors))
    assert all(finding.help for finding in errors if finding.code == defect.code), errors


def test_base_is_clean(tmp_path: Path) -> None:
    for variant in ("base", "dear", "lifts"):
        scenario, found = read_document(write_base(tmp_path), variant)
        assert scenario is not None and found == ()


def test_there_are_enough_defects_over_all_files() -> None:
    assert len(DEFECTS) >= 80
    assert {defect.file for defect in DEFECTS} == set(FILES)
    assert len({defect.code for defect in DEFECTS}) >= 60


def test_many_defects_are_reported_in_one_pass(tmp_path: Path) -> None:
    chosen = [defect for defect in DEFECTS if _combines(defect)]
    texts = dict(FILES)
    applied: list[Defect] = []
    rows: set[tuple[str, int]] = set()
    for defect in chosen:
        row = (defect.file, FILES[defect.file].count("\n", 0, FILES[defect.file].index(defect.old)))
        if row not in rows and defect.old in texts[defect.file]:
            texts[defect.file] = texts[defect.file].replace(defect.old, defect.new, 1)
            applied.append(defect)
            rows.add(row)
    assert len(applied) >= 20 and len({defect.file for defect in applied}) >= 6
    write_base(tmp_path, texts)
    _, found = read_document(tmp_path)
    codes = [(finding.code, Path(finding.where.split(":")[0]).name) for finding in found]
    for defect in applied:
        assert (defect.code, defect.file) in codes, (defect, "\n".join(map(str, found)))


_ONE_BY_ONE = ("E01", "E02", "E03", "E04")


def _combines(defect: Defect) -> bool:
    """Defects that leave the file readable and the rows of others in place."""
    hides_rows = {
        "E0504",
        "E1001",
        "E1003",
        "E1301",
        "E1302",
        "E1303",
        "E1305",
        "E1304",
        "E1501",
        "E1504",
        "E1401",
        "E1407",
    }
    horizon = defect.code.startswith("E05") and defect.file == "scenario.yaml"
    return not defect.code.startswith(_ONE_BY_ONE) and defect.code not in hides_rows and not horizon


def test_syntax_type_and_meaning_errors_come_together(tmp_path: Path) -> None:
    write_base(
        tmp_path,
        {
            "scenario.yaml": FILES["scenario.yaml"]
            .replace("  radius_km: 120", "  radius: 120")
            .replace("unserved: allowed", "unserved: maybe"),
            "shipments.csv": FILES["shipments.csv"]
            .replace("20,9000", "20,9 t")
            .replace("K4,Beta,DUI,LIL", "K4,Beta,DUI,NOWHERE"),
            "hubs.csv": FILES["hubs.csv"].replace("51.51", "951.51"),
            "vehicles.csv": FILES["vehicles.csv"].replace("9,14.8", "15,14.8"),
        },
    )
    _, found = read_document(tmp_path)
    assert {"E0201", "E0206", "E0306", "E1401", "E1010", "E1206"} == {finding.code for finding in found}


def test_a_refused_row_does_not_cause_follow_up_errors(tmp_path: Path) -> None:
    write_base(tmp_path, {"hubs.csv": FILES["hubs.csv"].replace("DE,51.43", "DE,fifty")})
    _, found = read_document(tmp_path)
    assert [finding.code for finding in found] == ["E0306"]


def test_messages_say_what_is_meant() -> None:
    finding = Diagnostic("E0201", "unknown key 'radius'", "scenario.yaml:3:1", "did you mean 'radius_km'?")
    expected = "scenario.yaml:3:1: error[E0201] unknown key 'radius'  = help: did you mean 'radius_km'?"
    assert str(finding) == expected
