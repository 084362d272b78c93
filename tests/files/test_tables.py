import datetime
import os
import tempfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cargopool.files import tables
from cargopool.files.findings import FilePlace, Findings
from cargopool.files.tables import neutralised, parse_csv, read_csv, read_table, restored, write_csv

TOP = FilePlace("scenario.yaml")
FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "'=1", "''=1", "'", "''", "'a", "=", "a=b", "", " =1"]


@pytest.mark.parametrize("text", FORMULAS)
def test_no_text_cell_begins_like_a_formula(text: str, tmp_path: Path) -> None:
    assert not neutralised(text).startswith(("=", "+", "-", "@", "\t", "\r"))
    assert restored(neutralised(text)) == text
    write_csv(tmp_path / "t.csv", ["a", text or "b"], [[text, "z"]])
    header, rows = read_csv(tmp_path / "t.csv")
    assert header == ["a", text or "b"] and rows == [[text, "z"]]


@settings(deadline=None, derandomize=True)
@given(st.lists(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=2, max_size=2), max_size=5))
def test_written_cells_are_read_back_unchanged(rows: list[list[str]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "t.csv"
        write_csv(path, ["a", "b"], rows)
        assert read_csv(path) == (["a", "b"], rows)


def test_numbers_stay_numbers(tmp_path: Path) -> None:
    write_csv(tmp_path / "t.csv", ["a", "b", "c", "d"], [[-1, -0.5, True, None]])
    assert (tmp_path / "t.csv").read_bytes() == b"a,b,c,d\n-1,-0.5,true,\n"


def test_rows_of_one_empty_cell_are_kept(tmp_path: Path) -> None:
    write_csv(tmp_path / "t.csv", ["a"], [[""], ["x"]])
    assert read_csv(tmp_path / "t.csv") == (["a"], [[""], ["x"]])


def test_places_of_cells_in_quoted_rows() -> None:
    findings = Findings()
    table = parse_csv('id,note,kg\r\nA,"one, ""two""\r\nlines",5\r\nB,,6\r\n', "t.csv", findings)
    assert table is not None and next(cells for _, cells in table.rows)[1] == 'one, "two"\r\nlines'
    first, second = (line for line, _ in table.rows)
    assert str(table.cell_place(first, 1)) == "t.csv:2:3"
    assert str(table.cell_place(first, 2)) == "t.csv:3:8"
    assert str(table.cell_place(second, 2)) == "t.csv:4:4"


def _codes(folder: Path, name: str) -> list[str]:
    findings = Findings()
    table = read_table(folder, name, TOP, findings)
    codes = [finding.code for finding in findings.diagnostics()]
    assert (table is None) == bool(codes)
    return codes


@pytest.mark.parametrize(
    "name",
    [
        "../outside.csv",
        "sub/../../outside.csv",
        "/etc/passwd",
        "C:\\data.csv",
        "\\\\host\\share.csv",
        "//host/share.csv",
        "http://localhost/x.csv",
        "file:///etc/passwd",
        "s3://bucket/x.csv",
        "data:text/csv,a",
        "in.csv.gz",
        "in.zip",
        "in.txt",
        "in",
        "",
        "in.csv#sheet",
        "link.csv",
        "a\x00.csv",
    ],
)
def test_tables_come_from_inside_the_folder_only(name: str, tmp_path: Path) -> None:
    folder = tmp_path / "case"
    folder.mkdir()
    (tmp_path / "outside.csv").write_text("id\nA\n")
    for inside in ("in.csv", "in.csv.gz", "in.zip", "in.txt", "in"):
        (folder / inside).write_text("id\nA\n")
    (folder / "link.csv").symlink_to(tmp_path / "outside.csv")
    assert _codes(folder, name) == ["E0301"]


def test_links_and_folders_inside_are_fine_but_pipes_and_missing_files_are_not(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "in.csv").write_text("id\nA\n")
    (tmp_path / "link.csv").symlink_to("sub/in.csv")
    (tmp_path / "folder.csv").mkdir()
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "loop.csv").symlink_to("loop.csv")
    assert _codes(tmp_path, "sub/in.csv") == [] == _codes(tmp_path, "link.csv")
    for name in ("none.csv", "folder.csv", "pipe.csv", "loop.csv"):
        assert _codes(tmp_path, name) == ["E0302"]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "E0309"),
        (b"\n\n", "E0309"),
        (b"id;kg\nA;5\n", "E0307"),
        (b"id\tkg\nA\t5\n", "E0307"),
        (b'id\n"A\n', "E0308"),
        (b'id\n"A"x\n', "E0308"),
        (b"id\nA\x00\n", "E0308"),
        (b"id\n" + b"x" * 200_000 + b"\n", "E0308"),
        ("id\né\n".encode("latin-1"), "E0102"),
        ("id\nA\n".encode("utf-16"), "E0102"),
    ],
)
def test_tables_that_are_refused(data: bytes, code: str, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(data)
    assert _codes(tmp_path, "t.csv") == [code]


def test_bom_and_any_line_end_are_read(tmp_path: Path) -> None:
    for end in (b"\n", b"\r\n", b"\r"):
        (tmp_path / "t.csv").write_bytes(b"\xef\xbb\xbfid,kg" + end + b"A,5" + end)
        table = read_table(tmp_path, "t.csv", TOP, Findings())
        assert table is not None and table.header == ["id", "kg"] and table.rows == [(2, ["A", "5"])]


def test_sheets_of_workbooks(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.title = "loads"
    sheet.append(["id", "kg", "late", "when"])
    sheet.append(["A", 1200.0, True, datetime.datetime(2026, 11, 23, 6, 0)])
    sheet.append(["'=B", None, False])
    workbook.save(tmp_path / "w.xlsx")
    table = read_table(tmp_path, "w.xlsx#loads", TOP, Findings())
    assert table is not None and table.header == ["id", "kg", "late", "when"]
    assert table.rows == [(2, ["A", "1200", "true", "2026-11-23T06:00"]), (3, ["=B", "", "false", ""])]
    assert str(table.cell_place(3, 1)) == "w.xlsx#loads:3:2"
    assert _codes(tmp_path, "w.xlsx") == []
    assert _codes(tmp_path, "w.xlsx#other") == ["E0312"]
    (tmp_path / "broken.xlsx").write_bytes(b"PK\x03\x04 nonsense")
    assert _codes(tmp_path, "broken.xlsx") == ["E0311"]


def test_workbooks_that_unpack_too_far_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "MAX_BYTES", 2_000_000)
    with zipfile.ZipFile(tmp_path / "bomb.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(3):
            archive.writestr(f"xl/{number}.xml", b"0" * 800_000)
    assert _codes(tmp_path, "bomb.xlsx") == ["E0107"]
