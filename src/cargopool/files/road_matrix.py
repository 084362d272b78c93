"""The own distance matrix of a scenario: square tables in, with the place of every cell, and out."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cargopool.files.cells import CellError, decode_number
from cargopool.files.checking import checked
from cargopool.files.documents import Document, Node, NodeLocator, place_of, plain
from cargopool.files.findings import FilePlace, Findings, shown
from cargopool.files.schema.document import MatrixBlock
from cargopool.files.tables import TextTable, read_table, write_csv
from cargopool.model.road_matrix import Cells, RoadMatrix

PATH = "road.matrix"
NAMES = {"km": "road_matrix_km.csv", "minutes": "road_matrix_minutes.csv"}
"""Tables of a resolved scenario by their key."""

_PLAIN = str.maketrans("", "", "0123456789.,")


@dataclass(slots=True)
class _Square:
    """A table as a matrix, and where its rows and columns stand.

    Attributes
    ----------
    rows : dict of id to line
    columns : dict of id to number of the column, from 0
    """

    table: TextTable
    rows: dict[str, int]
    columns: dict[str, int]
    values: Cells

    def locate(self, field_path: tuple[str | int, ...]) -> FilePlace:
        """Place of the cell ``ORIGIN-DESTINATION``."""
        text = ".".join(map(str, field_path))
        for at in (i for i, character in enumerate(text) if character == "-"):
            if text[:at] in self.rows and text[at + 1 :] in self.columns:
                return self.table.cell_place(self.rows[text[:at]], self.columns[text[at + 1 :]])
        return FilePlace(self.table.file)

    def place_of_id(self, name: str) -> FilePlace | None:
        """Where an id heads a row, or else a column."""
        if name in self.rows:
            return self.table.cell_place(self.rows[name], 0)
        if name in self.columns:
            return self.table.cell_place(self.table.header_line, self.columns[name])
        return None


@dataclass(slots=True)
class _Ids:
    """Locator of ids in the tables of the matrix."""

    squares: list[_Square]
    place: FilePlace

    def locate(self, field_path: tuple[str | int, ...]) -> FilePlace:
        name = ".".join(map(str, field_path))
        return next((found for square in self.squares if (found := square.place_of_id(name))), self.place)


def read_matrix(document: Document, folder: Path, findings: Findings) -> tuple[RoadMatrix | None, bool]:
    """The matrix that ``road.matrix`` names, None without one; and whether some of it could not be read.

    Cells that are no numbers are findings and count as not given; what numbers and ids mean is checked with the
    scenario.
    """
    node = _find(document.root, ("road", "matrix"))
    if node is None or node.value is None:
        return None, False
    before = len(findings.found) + findings.left_out
    matrix = _read(document, node, folder, findings)
    return matrix, len(findings.found) + findings.left_out > before


def _read(document: Document, node: Node, folder: Path, findings: Findings) -> RoadMatrix | None:
    locator = NodeLocator(document.file, node)
    values, wrong = checked(MatrixBlock, plain(node), PATH, locator, findings)
    here = place_of(document.file, node.line, node.column)
    squares: dict[str, _Square] = {}
    for name, table_name in (values or {}).items():
        table = read_table(folder, table_name, locator.locate((name,)), findings) if table_name else None
        square = None if table is None else _square(table, findings)
        if square is not None:
            squares[name] = square
            findings.register(f"{PATH}.{name}", square)
    findings.register(PATH, _Ids(list(squares.values()), here))
    distances, times = squares.get("km"), squares.get("minutes")
    if values is not None and not values.get("km") and "km" not in wrong:
        findings.add(here, "E0202", f"{PATH}.km: is missing", "give km: and a CSV file; minutes: stands beside it")
    if distances is None:
        return None
    matrix = RoadMatrix.of(tuple(distances.rows), tuple(distances.columns), distances.values)
    return matrix if times is None else matrix.with_minutes(tuple(times.rows), tuple(times.columns), times.values)


def _find(node: Node | None, steps: Iterable[str]) -> Node | None:
    for step in steps:
        if node is None or not isinstance(node.value, dict):
            return None
        node = node.value.get(step)
    return node


def _square(table: TextTable, findings: Findings) -> _Square | None:
    """A table as a matrix; None when it has no columns, with ragged rows and repeated ids left out."""
    columns: dict[str, int] = {}
    width = len(table.header)
    if width < 2:
        place = table.cell_place(table.header_line, 0)
        findings.add(place, "E0202", "the matrix has no columns", "the first row holds the ids of the destinations")
        return None
    for index, name in enumerate(table.header[1:], start=1):
        if name and name not in columns:
            columns[name] = index
        elif name or any(len(cells) > index and cells[index] for _, cells in table.rows):
            _wrong_id(name, table.cell_place(table.header_line, index), "column", findings)
    rows: dict[str, int] = {}
    values: list[list[float]] = []
    for line, cells in table.rows:
        name = cells[0].strip()
        if len(cells) != width:
            where = table.cell_place(line, min(len(cells), width))
            message = f"the row of {shown(name)!r} has {len(cells)} cells, the first row {width}"
            findings.add(where, "E0305", message, "every row needs a cell for each column; leave it empty if not known")
        elif not name or name in rows:
            _wrong_id(name, table.cell_place(line, 0), "row", findings)
        else:
            rows[name] = line
            values.append(_numbers(table, line, cells, findings))
    kept = [index - 1 for index in columns.values()]
    return _Square(table, rows, columns, np.array(values, np.float64).reshape(len(rows), width - 1)[:, kept])


def _wrong_id(name: str, place: FilePlace, what: str, findings: Findings) -> None:
    if name:
        findings.add(place, "E0207", f"the {what} {shown(name)!r} is there twice", "remove one of them")
    else:
        findings.add(place, "E0202", f"a {what} has no id", "name its place, or remove it")


def _numbers(table: TextTable, line: int, cells: list[str], findings: Findings) -> list[float]:
    """Numbers of a row, NaN for empty cells and the diagonal; a row of plain digits is not looked at cell by cell."""
    texts = cells[1:]
    if not ",".join(texts).translate(_PLAIN):
        try:
            return [float(text) if text else math.nan for text in texts]
        except ValueError:
            pass
    return [_number(table, line, cells[0].strip(), i, text, findings) for i, text in enumerate(texts, start=1)]


def _number(table: TextTable, line: int, row: str, index: int, text: str, findings: Findings) -> float:
    text = text.strip()
    if not text or table.header[index] == row:
        return math.nan
    try:
        return decode_number(text)
    except CellError as error:
        message = f"{shown(row)} to {shown(table.header[index])}: {shown(text)!r} {shown(str(error))}"
        findings.add(table.cell_place(line, index), "E0306", message, error.help_text)
        return math.nan


def write_matrix(matrix: RoadMatrix | None, folder: Path) -> dict[str, str]:
    """Write the matrix of a resolved scenario: names of the files by key; files of an earlier one go."""
    written: dict[str, str] = {}
    for key, name in NAMES.items():
        cells = None if matrix is None else matrix.km if key == "km" else matrix.minutes
        if matrix is None or cells is None or (key == "minutes" and np.isnan(cells).all()):
            (folder / name).unlink(missing_ok=True)
            continue
        lines = ([place, *map(_cell, row)] for place, row in zip(matrix.places, cells.tolist(), strict=True))
        write_csv(folder / name, ["from", *matrix.places], lines)
        written[key] = name
    return written


def _cell(value: float) -> float | int | None:
    if math.isnan(value):
        return None
    return int(value) if value.is_integer() else value
