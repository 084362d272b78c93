"""Tables with documented columns, and their CSV files."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

Cell = str | int | float | None

_ACTS = re.compile(r"'*[=+\-@\t\r]")
_QUOTED = re.compile(r"'+[=+\-@\t\r]")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its name, unit and meaning, as docs/run-folder.md lists them.

    Attributes
    ----------
    kind : {'text', 'number'}
        Text cells are neutralised on the way out and restored on the way in; numbers are not touched.
    """

    name: str
    unit: str
    meaning: str
    kind: str = "text"


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under documented columns; ``name`` is the file name without ``.csv``."""

    name: str
    meaning: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...] = ()

    def filled(self, rows: Iterable[Sequence[Cell]]) -> Table:
        """The same table with these rows."""
        return Table(self.name, self.meaning, self.columns, tuple(tuple(row) for row in rows))


def neutralised(text: str) -> str:
    """A text cell that no spreadsheet takes for a formula: a quote goes before ``= + - @`` tab and CR."""
    return f"'{text}" if _ACTS.match(text) else text


def restored(text: str) -> str:
    """The text that `neutralised` was given."""
    return text[1:] if _QUOTED.match(text) else text


def to_csv(table: Table) -> str:
    """CSV text: comma, LF, header row, text neutralised, empty cells for None."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow([column.name for column in table.columns])
    for row in table.rows:
        writer.writerow(
            [_cell(column, value) for column, value in zip(table.columns, row, strict=True)],
        )
    return stream.getvalue()


def from_csv(table: Table, text: str) -> Table:
    """Read rows written by `to_csv` back, all cells as text.

    Raises
    ------
    ValueError
        When the header is not that of the table.
    """
    reader = csv.reader(io.StringIO(text, newline=""))
    header = next(reader, [])
    if header != [column.name for column in table.columns]:
        raise ValueError(f"{table.name}.csv has other columns: {', '.join(header)}")
    return table.filled(
        [restored(value) if column.kind == "text" else value for column, value in zip(table.columns, row, strict=True)]
        for row in reader
    )


def _cell(column: Column, value: Cell) -> str:
    if value is None:
        return ""
    if column.kind == "text":
        return neutralised(str(value))
    if isinstance(value, float):
        return f"{value:.6f}".rstrip("0").rstrip(".") or "0"
    return str(value)
