"""Tables with documented columns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

Cell = str | int | float | None

_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its name, unit and meaning, as docs/run-folder.md lists them."""

    name: str
    unit: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under documented columns; ``name`` is the file name without ``.csv``."""

    name: str
    meaning: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...] = ()

    @property
    def names(self) -> list[str]:
        """Column names in order."""
        return [column.name for column in self.columns]

    def filled(self, rows: Iterable[Sequence[Cell]]) -> Table:
        """The same table with these rows, numbers to the millionth."""
        return Table(self.name, self.meaning, self.columns, tuple(tuple(map(_rounded, row)) for row in rows))

    def records(self) -> list[dict[str, Any]]:
        """The rows as mappings from column name to cell."""
        return [dict(zip(self.names, row, strict=True)) for row in self.rows]


def _rounded(cell: Cell) -> Cell:
    return round(cell, _DIGITS) if isinstance(cell, float) else cell
