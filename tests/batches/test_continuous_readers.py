"""Reading published instances: truthful arrays, and every fault at its place."""

import csv
from pathlib import Path

import numpy as np
import pytest

from cargopool.batches.continuous_readers import read_ctsndp, read_sndrr
from cargopool.errors import InputError

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"
GOOD = """NODES,3
1,1,-,-
2,2,-,-
7,7,-,-
ARCS,2
0,1,2,0.5,100,40,60.0,60,60.0
1,2,7,2,50,30,15.0,15,15.0
COMMODITIES,2
0,1,7,12,5,100.0,5,100.0
1,2,7,40,0,90,0,90
horizon=90
"""


def codes(error: InputError) -> list[tuple[str, str]]:
    return [(finding.code, finding.where.rsplit("/", 1)[-1]) for finding in error.diagnostics]


def faults_of(tmp_path: Path, text: str) -> list[tuple[str, str]]:
    (tmp_path / "x.txt").write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as raised:
        read_ctsndp(tmp_path / "x.txt")
    return codes(raised.value)


def test_a_good_file(tmp_path: Path) -> None:
    (tmp_path / "good.txt").write_text(GOOD, encoding="utf-8")
    instance = read_ctsndp(tmp_path / "good.txt")
    assert instance.name == "good" and instance.nodes == 3
    assert instance.arc_tail.tolist() == [0, 1] and instance.arc_head.tolist() == [1, 2]
    assert instance.arc_minutes.tolist() == [60, 15]
    assert instance.arc_variable.tolist() == [0.5, 2.0] and instance.arc_fixed.tolist() == [100.0, 50.0]
    assert instance.arc_capacity.tolist() == [40.0, 30.0]
    assert instance.origin.tolist() == [0, 1] and instance.destination.tolist() == [2, 2]
    assert instance.quantity.tolist() == [12.0, 40.0]
    assert instance.release.tolist() == [5, 0] and instance.deadline.tolist() == [100, 90]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("NODES,3", "", ("E2101", "x.txt:2:1")),
        ("NODES,3", "NODES,4", ("E2103", "x.txt:1:1")),
        ("NODES,3", "NODES,x", ("E2103", "x.txt:1:1")),
        ("ARCS,2", "COMMODITIES,2", ("E2101", "x.txt:5:1")),
        ("15.0,15,15.0", "15.5,15,15.0", ("E2104", "x.txt:7:15")),
        ("15.0,15,15.0", "nan", ("E2104", "x.txt:7:15")),
        ("100,40", "100,0", ("E2105", "x.txt:6:15")),
        ("0,1,2,0.5", "0,1,9,0.5", ("E2106", "x.txt:6:5")),
        ("1,2,7,2,50", "0,2,7,2,50", ("E2107", "x.txt:7:1")),
        ("1,2,7,40,0,90,0,90", "1,2,7,40,95,90", ("E2105", "x.txt:10:13")),
        ("0,1,7,12,5,100.0,5,100.0", "0,1,7", ("E2102", "x.txt:9:1")),
        ("0,1,2,0.5", "0,1,1,0.5", ("E2105", "x.txt:6:5")),
    ],
)
def test_one_fault_has_one_finding_at_its_place(tmp_path: Path, old: str, new: str, expected: tuple[str, str]) -> None:
    assert faults_of(tmp_path, GOOD.replace(old, new, 1))[0] == expected


def test_all_faults_come_at_once(tmp_path: Path) -> None:
    broken = GOOD.replace("0.5", "x").replace("1,2,7,40", "1,2,8,-1").replace("ARCS,2", "ARCS,3")
    assert [code for code, _ in faults_of(tmp_path, broken)] == ["E2103", "E2104", "E2106", "E2105"]


def test_files_that_are_none(tmp_path: Path) -> None:
    assert faults_of(tmp_path, "") == [("E2101", "x.txt:1:1")]
    with pytest.raises(InputError, match="E0101"):
        read_ctsndp(tmp_path / "nowhere.txt")
    with pytest.raises(InputError, match="E0101"):
        read_ctsndp(tmp_path)
    (tmp_path / "latin.txt").write_bytes(b"NODES,1\n\xe9")
    with pytest.raises(InputError, match="E0102"):
        read_ctsndp(tmp_path / "latin.txt")


def test_all_published_files_are_read() -> None:
    files = sorted((BENCHMARKS / "ctsndp" / "instances").glob("*.txt"))
    with (BENCHMARKS / "ctsndp" / "classes.csv").open(encoding="utf-8") as stream:
        classes = {row["instance"]: row["class"] for row in csv.DictReader(stream)}
    assert len(files) == 186 and set(classes) == {file.name for file in files}
    for file in files[::15]:
        instance = read_ctsndp(file)
        rows = file.read_text(encoding="utf-8").count("\n") - 3
        assert instance.nodes + instance.arc_tail.size + instance.origin.size in (rows, rows - 1)


def write_sndrr(home: Path, **tables: str) -> Path:
    files = {
        "nodes": "id,hub,region_hub\na,False,h\nh,True,h\ng,True,g\nb,False,g\nc,False,x\nx,True,x\n",
        "arcs": "id,origin,destination,transit_time,capacity,fixed_cost,variable_cost\n"
        "e0,a,h,3,10.5,7,\ne1,h,g,4,10,8,\ne2,g,b,5,10,9,\ne3,c,x,5,10,9,\n",
        "commodities": "id,origin,destination,demand,release_time,deadline\nk0,a,b,2,0,20\nk1,h,b,3,1,20\n",
        "variable_costs": "commodity,e0,e2,e1,e3\nk1,1,2,3,4\nk0,5,6,7,8\n",
        "parameters": "parameter_name,value\nREGIONAL,True\nDP,False\n",
    }
    home.mkdir(exist_ok=True)
    for name, text in {**files, **tables}.items():
        (home / f"{name}.csv").write_text(text, encoding="utf-8")
    return home


def test_a_good_folder_keeps_regions_and_costs_by_name(tmp_path: Path) -> None:
    instance = read_sndrr(write_sndrr(tmp_path / "net"))
    assert instance.arc_variable.tolist() == [[5.0, 7.0, 6.0, np.inf], [1.0, 3.0, 2.0, np.inf]]
    assert instance.arc_capacity[0] == 10.5 and instance.quantity.tolist() == [2.0, 3.0]
    free = read_sndrr(write_sndrr(tmp_path / "free", parameters="parameter_name,value\nREGIONAL,False\n"))
    assert np.isfinite(free.arc_variable).all()


@pytest.mark.parametrize(
    ("table", "text", "code"),
    [
        ("nodes", "id,region_hub\na,h\n", "E2101"),
        ("nodes", "id,hub,region_hub\na,perhaps,h\n", "E2104"),
        ("arcs", "id,origin,destination,transit_time,capacity,fixed_cost\ne0,a,zz,3,10,7\n", "E2106"),
        ("arcs", "id,origin,destination,transit_time,capacity,fixed_cost\ne0,a,h,3,10\n", "E2102"),
        ("commodities", "id,origin,destination,demand,release_time,deadline\n", "E2103"),
        ("commodities", "id,origin,destination,demand,release_time,deadline\nk0,a,b,0,0,20\n", "E2105"),
        ("variable_costs", "commodity,e0,e2,e1,e3\nk1,1,2,3,4\n", "E2103"),
        ("variable_costs", "commodity,e0,e2,e1\nk1,1,2,3\n", "E2101"),
        ("variable_costs", "commodity,e0,e2,e1,e3\nk1,1,2,3,4\nk1,1,2,3,4\n", "E2107"),
        ("parameters", "parameter_name,value\nDP,True\n", "E2108"),
    ],
)
def test_broken_folders(tmp_path: Path, table: str, text: str, code: str) -> None:
    with pytest.raises(InputError) as raised:
        read_sndrr(write_sndrr(tmp_path / "net", **{table: text}))
    assert code in {finding.code for finding in raised.value.diagnostics}


def test_a_missing_table(tmp_path: Path) -> None:
    home = write_sndrr(tmp_path / "net")
    (home / "arcs.csv").unlink()
    with pytest.raises(InputError, match=r"arcs\.csv"):
        read_sndrr(home)


def test_all_published_folders_are_read() -> None:
    folders = sorted((BENCHMARKS / "sndrr" / "instances").glob("*/*"))
    assert len(folders) == 30
    for folder in folders[::10]:
        instance = read_sndrr(folder)
        assert instance.origin.size == 100
        assert instance.name == "/".join(folder.parts[-2:])
