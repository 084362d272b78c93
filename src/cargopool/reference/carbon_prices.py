"""Carbon prices that somebody pays or reckons with today, to read a price per tonne against."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from cargopool.model.place import Provenance
from cargopool.reference.rows import provenance_of, read_rows


@dataclass(frozen=True, slots=True, kw_only=True)
class CarbonPrice:
    """One price of a tonne CO2.

    Attributes
    ----------
    year : int
        Year that the price is of.
    """

    id: str
    name: str
    eur_per_t: float
    year: int
    region: str
    provenance: Provenance


@cache
def carbon_prices() -> tuple[CarbonPrice, ...]:
    """The packaged carbon prices, the lowest first."""
    rows = (
        CarbonPrice(
            id=row["id"],
            name=row["name"],
            eur_per_t=float(row["eur_per_t"]),
            year=int(row["year"]),
            region=row["region"],
            provenance=provenance_of(row),
        )
        for row in read_rows("carbon_prices.csv")
    )
    return tuple(sorted(rows, key=lambda price: (price.eur_per_t, price.id)))
