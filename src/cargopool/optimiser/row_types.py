"""Where the variables of the full model are, and single rows over them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the variables are: columns x, unserved z, uses n of slots, charter runs y, in this order."""

    columns: int
    shipments: int
    slots: int
    runs: int

    @property
    def z(self) -> int:
        """First unserved variable."""
        return self.columns

    @property
    def n(self) -> int:
        """First slot variable."""
        return self.columns + self.shipments

    @property
    def y(self) -> int:
        """First charter variable."""
        return self.n + self.slots

    @property
    def size(self) -> int:
        """Number of variables."""
        return self.y + self.runs


@dataclass(frozen=True, slots=True)
class Row:
    """One row over variables of the layout."""

    index: tuple[int, ...]
    amount: tuple[float, ...]
    lower: float
    upper: float
