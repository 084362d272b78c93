"""CSV and XLSX tables in and out: bounded, strict, and harmless to spreadsheet programs."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cargopool.files.documents import MAX_BYTES, read_text
from cargopool.files.findings import FilePlace, Findings, shown, shown_path

_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_ESCAPED_FORMULA = re.compile(r"'+[=+\-@\t\r]")
_QUOTED = re.compile(r'[",\r\n]|^\s|\s$')
_ROW_MARK = re.compile(r'"|,|\r\n|\n|\r')
_PACKED = frozenset({".gz", ".bz2", ".xz", ".zip", ".zst", ".lzma", ".7z", ".tar"})
_REMOTE = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:")


def neutralised(text: str) -> str:
    """Text that no spreadsheet program takes for a formula: an apostrophe goes before = + - @ tab and CR."""
    return "'" + text if _FORMULA.match(text) else text


def restored(text: str) -> str:
    """Undo `neutralised`."""
    return text[1:] if _ESCAPED_FORMULA.match(text) else text


def cell_text(value: object) -> str:
    """Text of a cell; only text is neutralised, numbers stay numbers, None is empty."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    return neutralised(str(value))


def write_csv(path: Path, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a CSV table: UTF-8, LF, a header, text cells neutralised.

    Parameters
    ----------
    path : Path
        File to write.
    columns : sequence of str
        Header.
    rows : iterable of sequences
        Text, numbers, bools or None.
    """
    with path.open("w", encoding="utf-8", newline="") as stream:
        stream.write(_line([neutralised(name) for name in columns]))
        for row in rows:
            stream.write(_line([cell_text(value) for value in row]))


def _line(texts: Sequence[str]) -> str:
    """One row; the csv module would leave a lone CR unquoted, and an only empty cell invisible."""
    if len(texts) == 1 and not texts[0]:
        return '""\n'
    return ",".join('"' + text.replace('"', '""') + '"' if _QUOTED.search(text) else text for text in texts) + "\n"


def read_csv(path: Path) -> tuple[list[str], list[list[str]]]:
    """Read a table that `write_csv` wrote: header and rows of text, neutralised cells restored."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        lines = [[restored(cell) for cell in row] for row in csv.reader(stream, strict=True) if row]
    return (lines[0], lines[1:]) if lines else ([], [])


@dataclass(slots=True)
class TextTable:
    """A table as text.

    Attributes
    ----------
    file : str
        Name shown to the user, with ``#sheet`` for a workbook.
    header : list of str
        Column names.
    rows : list of (line, cells)
        Line on which the row starts, from 1.
    text : str
        The whole file, to find columns; empty for workbooks.
    """

    file: str
    header: list[str]
    rows: list[tuple[int, list[str]]]
    text: str = ""
    header_line: int = 1
    _starts: list[int] = field(default_factory=list)
    _row: tuple[int, list[tuple[int, int]]] = (0, [])

    def cell_place(self, line: int, index: int) -> FilePlace:
        """Where a cell of the row that starts at a line stands; in workbooks the column is its number."""
        if not self.text:
            return FilePlace(self.file, line, index + 1)
        if self._row[0] != line:
            self._row = (line, self._cell_places(line))
        return FilePlace(self.file, *self._row[1][min(index, len(self._row[1]) - 1)])

    def _cell_places(self, line: int) -> list[tuple[int, int]]:
        """Line and column of every cell of the row that starts at a line."""
        if not self._starts:
            self._starts = [0, *(match.end() for match in re.finditer(r"\r\n|\n|\r", self.text))]
        row_start = self._starts[line - 1] if line <= len(self._starts) else len(self.text)
        places = [(line, 1)]
        quoted = False
        for match in _ROW_MARK.finditer(self.text, row_start):
            mark = match.group()
            if mark == '"':
                quoted = not quoted
            elif mark == ",":
                if not quoted:
                    places.append((line, match.end() - row_start + 1))
            elif quoted:
                line, row_start = line + 1, match.end()
            else:
                break
        return places


def table_path(folder: Path, name: str, place: FilePlace, findings: Findings) -> tuple[Path, str] | None:
    """File and sheet of a ``table:`` value; None, with the reason among the findings, when it is not allowed."""
    file_name, _, sheet = name.partition("#")
    reason = ""
    if not file_name.strip() or "\x00" in name:
        reason = "names no file"
    elif _REMOTE.match(file_name) or file_name.startswith("/") or "\\" in file_name or Path(file_name).is_absolute():
        reason = "is not a relative path"
    elif Path(file_name).suffix.lower() in _PACKED:
        reason = "is a compressed file"
    elif Path(file_name).suffix.lower() not in (".csv", ".xlsx"):
        reason = "is neither .csv nor .xlsx"
    if reason:
        findings.add(place, "E0301", f"the table {shown(name)!r} {reason}", "name a .csv file in the scenario's folder")
        return None
    try:
        inside = folder.resolve(strict=True)
        path = (folder / file_name).resolve()
        if not path.is_relative_to(inside):
            findings.add(
                place, "E0301", f"the table {shown(name)!r} is outside the scenario's folder", "copy it into the folder"
            )
            return None
        if not path.is_file():
            findings.add(place, "E0302", f"there is no table {shown(name)!r}", "check the name")
            return None
    except (OSError, ValueError, RuntimeError):
        findings.add(place, "E0302", f"the table {shown(name)!r} cannot be found", "check the name")
        return None
    return path, sheet


def read_table(folder: Path, name: str, place: FilePlace, findings: Findings) -> TextTable | None:
    """Read the table that a ``table:`` value names."""
    located = table_path(folder, name, place, findings)
    if located is None:
        return None
    path, sheet = located
    shown_as = shown_path(Path(place.file).parent / name)
    if path.suffix.lower() == ".xlsx":
        return _read_workbook(path, name, sheet, place, findings, shown_as)
    if sheet:
        findings.add(place, "E0301", f"the table {shown(name)!r}: only workbooks have sheets", "remove the #sheet")
        return None
    text = read_text(path, shown_as, findings)
    return None if text is None else parse_csv(text, shown_as, findings)


def parse_csv(text: str, file: str, findings: Findings) -> TextTable | None:
    """Split a CSV text into a table; None, with the reason among the findings, when that is not possible."""
    if "\x00" in text:
        before = text[: text.index("\x00")]
        place = FilePlace(file, before.count("\n") + 1, len(before) - before.rfind("\n"))
        findings.add(place, "E0308", "the table holds a null byte", "save it as plain text, UTF-8")
        return None
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[tuple[int, list[str]]] = []
    line = 1
    try:
        for cells in reader:
            if any(cells):
                rows.append((line, [restored(cell) if cell[:1] == "'" else cell for cell in cells]))
            line = reader.line_num + 1
    except csv.Error as error:
        help_text = "double the quotes inside a quoted cell, and close it"
        findings.add(FilePlace(file, line), "E0308", f"the table cannot be read: {shown(error)}", help_text)
        return None
    if not rows:
        findings.add(FilePlace(file), "E0309", "the table is empty", "the first line names the columns")
        return None
    header_line, header = rows[0]
    if len(header) == 1 and re.search(r"[;\t|]", header[0]):
        help_text = "save it with commas between the cells and points in the numbers"
        findings.add(FilePlace(file, header_line), "E0307", "the cells are not separated by commas", help_text)
        return None
    return TextTable(file, [name.strip() for name in header], rows[1:], text, header_line)


def _read_workbook(
    path: Path, name: str, sheet: str, place: FilePlace, findings: Findings, shown_as: str
) -> TextTable | None:
    try:
        import openpyxl  # type: ignore[import-untyped,unused-ignore]
    except ImportError:
        help_text = "install cargopool[excel], or save the sheet as CSV"
        findings.add(place, "E0310", f"the workbook {shown(name)!r} needs openpyxl", help_text)
        return None
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > MAX_BYTES:
                findings.add(place, "E0107", f"the workbook {shown(name)!r} is too large", "save the sheet as CSV")
                return None
        workbook = openpyxl.load_workbook(path, read_only=True, data_only=True)
        try:
            return _sheet_table(workbook, name, sheet, place, findings, shown_as)
        finally:
            workbook.close()
    except Exception as error:  # openpyxl raises what it likes on broken files
        message = f"the workbook {shown(name)!r} cannot be read: {shown(str(error) or type(error).__name__)}"
        findings.add(place, "E0311", message, "save the sheet as CSV")
        return None


def _sheet_table(
    workbook: Any, name: str, sheet: str, place: FilePlace, findings: Findings, shown_as: str
) -> TextTable | None:
    if sheet and sheet not in workbook.sheetnames:
        help_text = f"it has: {', '.join(map(shown, workbook.sheetnames[:12]))}"
        findings.add(place, "E0312", f"the workbook {shown(name)!r} has no such sheet", help_text)
        return None
    chosen = workbook[sheet] if sheet else workbook[workbook.sheetnames[0]]
    rows = []
    for number, cells in enumerate(chosen.iter_rows(values_only=True), start=1):
        texts = [_sheet_text(value) for value in cells]
        while texts and not texts[-1]:
            texts.pop()
        if texts:
            rows.append((number, texts))
    if not rows:
        findings.add(place, "E0309", f"the sheet {shown(name)!r} is empty", "the first line names the columns")
        return None
    header = [text.strip() for text in rows[0][1]]
    padded = [(line, texts + [""] * (len(header) - len(texts))) for line, texts in rows[1:]]
    return TextTable(shown_as, header, padded, "", rows[0][0])


def _sheet_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if hasattr(value, "isoformat"):
        return str(value.isoformat(timespec="minutes") if hasattr(value, "hour") else value.isoformat())
    return restored(str(value))
