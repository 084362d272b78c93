"""The own distance matrix in files: what it holds, what is refused and where, what a run folder keeps of it."""

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cargopool.errors import Diagnostic
from cargopool.files import input_sha256, read_document, read_scenario, write_scenario
from cargopool.model.scenario import Scenario
from cargopool.rules import road_link
from files.defect_base import FILES, write_base
from timing import within

BOTH = "{km: km.csv, minutes: min.csv}"
KM = """\
from,DUI,LIL,D1,LON
DUI,0,333.5,40,
LIL,340,0,,270
D1,41,,0,
LON,,,,0
"""
MINUTES = """\
from,D1,DUI,LIL
DUI,35,,280.2
LIL,,300,0
D1,,36,
"""


def folder(path: Path, matrix: str = BOTH, km: str = KM, minutes: str = MINUTES, **files: str) -> Path:
    text = FILES["scenario.yaml"].replace("  crossings:\n", f"  matrix: {matrix}\n  crossings:\n", 1)
    changes = {name.replace("_csv", ".csv"): content for name, content in files.items()}
    return write_base(path, {"scenario.yaml": text, "km.csv": km, "min.csv": minutes, **changes})


def read(path: Path, *args: Any, **changes: str) -> Scenario:
    return read_scenario(folder(path, **changes), *args)


def errors(path: Path, **changes: str) -> list[Diagnostic]:
    return [found for found in read_document(folder(path, **changes))[1] if found.severity == "error"]


def places(path: Path, **changes: str) -> list[tuple[str, str]]:
    return [(found.code, found.where.rpartition("/")[2]) for found in errors(path, **changes)]


def test_cells_come_before_links_and_estimates(tmp_path: Path) -> None:
    scenario = read(tmp_path)

    def road(a: str, b: str) -> tuple[float, int] | None:
        link = road_link(scenario, a, b)
        return None if link is None else (link.km, link.drive_min)

    assert road("DUI", "LIL") == (333.5, 281)
    assert road("LIL", "DUI") == (340, 300), "its own direction, not the other one's"
    assert (road("DUI", "D1"), road("D1", "DUI")) == ((40, 35), (41, 36))
    assert road("LIL", "LON") == (270, 232), "minutes follow the km at the speed of the link row"
    assert road("LON", "LIL") == (280, 240), "an empty cell leaves the link row"
    bare = read_scenario(write_base(tmp_path))
    assert road_link(scenario, "LIL", "D1") == road_link(bare, "LIL", "D1"), "and the estimate where there is none"
    assert road("DUI", "LON") is None


def test_countries_and_shuttle_are_those_of_the_row(tmp_path: Path) -> None:
    scenario = read(tmp_path, km="x,LON,D1\nLIL,560,\nDUI,,30\n", matrix="{km: km.csv}")
    through = road_link(scenario, "LIL", "LON")
    assert through is not None and through.shuttle == "tunnel"
    assert through.countries == (("FR", 220), ("GB", 340)) and through.drive_min == 480
    near = road_link(scenario, "DUI", "D1")
    assert near is not None and near.countries == (("DE", 30),) and near.drive_min == 30


def test_a_matrix_joins_regions_that_no_row_joins(tmp_path: Path) -> None:
    scenario = read(tmp_path, km="x,D2\nDUI,801\n", minutes="x,D2\nDUI,700\n")
    link = road_link(scenario, "DUI", "D2")
    assert link is not None and link.countries == (("DE", 400), ("GB", 401)) and link.drive_min == 700
    assert road_link(scenario, "D2", "DUI") is None


def test_a_run_folder_keeps_it(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    scenario = read(tmp_path / "in")
    write_scenario(scenario, tmp_path / "out")
    again = read_scenario(tmp_path / "out")
    assert again.road_matrix == scenario.road_matrix and input_sha256(again) == input_sha256(scenario)
    sent = pickle.loads(pickle.dumps(scenario)).road_matrix
    assert sent == scenario.road_matrix and not sent.km.flags.writeable
    write_scenario(read_scenario(write_base(tmp_path / "in")), tmp_path / "out")
    assert not list((tmp_path / "out").glob("road_matrix*"))
    assert read_scenario(tmp_path / "out").road_matrix is None


def test_the_order_of_rows_and_columns_is_no_part_of_the_data(tmp_path: Path) -> None:
    mixed = "from,LON,D1,LIL,DUI\nD1,,,,41\nLON,7,,,\nLIL,270,,,340.0\nDUI,,4e1,333.5,-\n"
    first, second = read(tmp_path), read(tmp_path, km=mixed)
    assert input_sha256(first) == input_sha256(second) and first.road_matrix == second.road_matrix
    other = read(tmp_path, km=KM.replace("333.5", "333.6"))
    assert input_sha256(other) != input_sha256(first)
    assert input_sha256(read(tmp_path, matrix="{km: km.csv}")) != input_sha256(first)


def test_overrides_choose_another_matrix(tmp_path: Path) -> None:
    other = folder(tmp_path, other_csv="x,LIL\nDUI,400\n")
    scenario = read_scenario(other, "base", {"road.matrix.km": "other.csv", "road.matrix.minutes": None})
    link = road_link(scenario, "DUI", "LIL")
    assert link is not None and (link.km, link.drive_min) == (400, 328)


def test_a_closed_road_is_closed_in_the_matrix_too(tmp_path: Path) -> None:
    text = FILES["scenario.yaml"].replace("  crossings:\n", "  matrix: {km: km.csv}\n  crossings:\n", 1)
    text = text.replace("closed_services: [OLD]", "closed_services: [OLD]\n  closed_links: [LON-LIL, D1-DUI]")
    write_base(tmp_path, {"scenario.yaml": text, "km.csv": KM})
    scenario, found = read_document(tmp_path)
    assert scenario is not None and [one.code for one in found] == ["W0409"]
    assert road_link(scenario, "LIL", "LON") is None and road_link(scenario, "LON", "LIL") is None
    assert {road_link(scenario, *pair).km for pair in (("D1", "DUI"), ("DUI", "D1"))} == {34.8}  # type: ignore[union-attr]


WRONG = [
    ("unknown id", {"km": KM.replace("LON,,,,0", "LONDON,,,,0")}, [("E1501", "km.csv:5:1")]),
    ("unknown column", {"km": KM.replace("D1,LON\n", "D1,LONDON\n")}, [("E1501", "km.csv:1:17")]),
    ("unknown in minutes", {"minutes": MINUTES.replace("D1,,36,", "D9,,,36")},
     [("E1501", "min.csv:4:1"), ("E1511", "min.csv:4:6")]),
    ("row twice", {"km": KM.replace("\nD1,", "\nDUI,")}, [("E0207", "km.csv:4:1")]),
    ("column twice", {"km": KM.replace("LIL,D1", "LIL,DUI")}, [("E0207", "km.csv:1:14")]),
    ("a row without id", {"km": KM.replace("\nLON,", "\n,").replace("\n,,,,0", "\n,,,1,0")}, [("E0202", "km.csv:5:1")]),
    ("a column without id", {"km": KM.replace("D1,LON", "D1,")}, [("E0202", "km.csv:1:17")]),
    ("no number", {"km": KM.replace("333.5", "far")}, [("E0306", "km.csv:2:7")]),
    ("nan", {"km": KM.replace(",270", ",nan")}, [("E0306", "km.csv:3:12")]),
    ("inf", {"minutes": MINUTES.replace("300", "inf")}, [("E0306", "min.csv:3:6")]),
    ("decimal comma", {"km": KM.replace(",270", ',"270,5"')}, [("E0306", "km.csv:3:12")]),
    ("negative", {"km": KM.replace("270", "-270")}, [("E1010", "km.csv:3:12")]),
    ("metres", {"km": KM.replace("270", "270000")}, [("E1010", "km.csv:3:12")]),
    ("seconds", {"minutes": MINUTES.replace("280.2", "16812")}, [("E1505", "min.csv:2:9")]),
    ("hours", {"minutes": MINUTES.replace("280.2", "4.67")}, [("E1505", "min.csv:2:9")]),
    ("ragged, short", {"km": KM.replace("340,0,,270", "340,0,270")}, [("E0305", "km.csv:3:11")]),
    ("ragged, long", {"km": KM.replace("LON,,,,0", "LON,,,,0,")}, [("E0305", "km.csv:5:10")]),
    ("minutes alone", {"km": KM.replace("333.5", "")}, [("E1511", "min.csv:2:9")]),
    ("no columns", {"km": "from\nDUI\n"}, [("E0202", "km.csv:1:1")]),
    ("semicolons", {"km": KM.replace(",", ";")}, [("E0307", "km.csv:1:1")]),
    ("no km", {"matrix": "{minutes: min.csv}"}, [("E0202", "scenario.yaml:28:11")]),
    ("another key", {"matrix": "{km: km.csv, hours: min.csv}"}, [("E0201", "scenario.yaml:28:24")]),
    ("no mapping", {"matrix": "km.csv"}, [("E0203", "scenario.yaml:28:11")]),
    ("no such file", {"matrix": "{km: kms.csv}"}, [("E0302", "scenario.yaml:28:16")]),
    ("outside", {"matrix": "{km: ../km.csv}"}, [("E0301", "scenario.yaml:28:16")]),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "expected"), [row[1:] for row in WRONG], ids=[row[0] for row in WRONG])
def test_what_is_wrong_is_found_at_its_cell(
    changes: dict[str, str], expected: list[tuple[str, str]], tmp_path: Path
) -> None:
    assert sorted(places(tmp_path, **changes)) == sorted(expected)


def test_all_of_it_comes_in_one_pass(tmp_path: Path) -> None:
    km = KM.replace("333.5", "far").replace("41", "-41").replace("LON,,,,0", "XX,,,,0")
    found = places(tmp_path, km=km, minutes=MINUTES.replace("35,", "3,").replace("300", "3e9"))
    assert {code for code, _ in found} == {"E0306", "E1010", "E1501", "E1505"} and len(found) == 5


def test_a_matrix_wrong_all_over_does_not_drown_the_rest(tmp_path: Path) -> None:
    names = [f"P{i}" for i in range(60)]
    doors = FILES["doors.csv"] + "".join(
        f"{name},,DE,51,{7 + i / 100},Europe/Berlin,EU,continent,,60,live\n" for i, name in enumerate(names)
    )
    km = "x," + ",".join(names) + "\n" + "".join(name + ",-1" * 60 + "\n" for name in names)
    found = errors(
        tmp_path, doors_csv=doors, km=km, matrix="{km: km.csv}", shipments_csv=FILES["shipments.csv"] + "K5\n"
    )
    assert "3340 more cells" in "".join(one.message for one in found)
    assert "E0305" in {one.code for one in found} and len(found) == 202


def test_empty_rows_and_columns_of_a_spreadsheet_are_none(tmp_path: Path) -> None:
    padded = "".join(line + ",,\n" for line in KM.splitlines()) + ",,,,,,\n"
    assert read(tmp_path, km=padded).road_matrix == read(tmp_path).road_matrix


def test_a_thousand_places_are_read_in_about_a_second(tmp_path: Path) -> None:
    """Cell by cell through the row schema takes half a minute."""
    count = 1000
    names = [f"P{i:04}" for i in range(count)]
    doors = FILES["doors.csv"] + "".join(
        f"{name},,DE,{48 + i / 400},{7 + i / 300},Europe/Berlin,EU,continent,,60,live\n" for i, name in enumerate(names)
    )
    at = np.arange(count)
    km = (np.abs(at[:, None] - at) * 0.7 + 0.3).round(1)
    text = "x," + ",".join(names) + "\n"
    text += "".join(f"{name},{','.join(map(str, row))}\n" for name, row in zip(names, km.tolist(), strict=True))
    where = folder(tmp_path, doors_csv=doors, km=text, matrix="{km: km.csv}")
    with within(6.0):
        scenario = read_scenario(where)
    link = road_link(scenario, "P0003", "P0997")
    assert link is not None and link.km == 696.1
