"""The reference set: everything packaged, loaded once."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from cargopool.model.equipment import LoadUnitType, RoadVehicle
from cargopool.model.place import Crossing, Hub, Mode, Provenance, RoadLink
from cargopool.model.scenario import Drayage, Factors, Scenario, TruckBan
from cargopool.model.service import Service
from cargopool.reference import build, conditions
from cargopool.reference.modes import mode_of
from cargopool.reference.rows import Row, provenance_of, read_rows

DEFAULT_FACTORS = "cargopool-2026"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A published line behind one or more services.

    Attributes
    ----------
    id : str
        Line id of the reference set, such as ``S001``; its services are ``S001``, ``S001R``, ``S001b``, ...
    kind : str
        Finer word than the mode: ``ro-ro``, ``ro-pax``, ``lo-lo``, ``deep-sea``, ``tunnel``, ...
    status : str
        What the source says: ``active``, ``unknown``, ``synthetic``, ``seasonal``, ``discontinued``, ``planned``,
        ``pilot``, ``road_link``.
    in_base : bool
        Whether ``use: reference`` takes it; then the service's own status is ``active``.
    runs_per_week : int
        Of this direction and wave.
    evidence, verified_fields : str
        What of the line itself was read in the source.
    """

    id: str
    kind: str
    status: str
    in_base: bool
    runs_per_week: int
    evidence: str
    verified_fields: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ModeLink:
    """Distance and hours of a pair of hubs by rail, water or sea; hours differ by direction on rivers."""

    mode: Mode
    origin: str
    destination: str
    km: float
    hours: float
    hours_back: float
    provenance: Provenance


@dataclass(frozen=True, slots=True, kw_only=True)
class LowWaterBand:
    """Low-water surcharge of loaded containers in a band of the Kaub gauge."""

    from_cm: int
    to_cm: int
    eur_20ft: float
    eur_40ft: float
    provenance: Provenance


@dataclass(frozen=True, slots=True, kw_only=True)
class GridRow:
    """Electricity of a country in a year, well-to-wheel."""

    g_per_kwh: float
    provenance: Provenance


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """Packaged facts as model objects; every row carries its provenance.

    Attributes
    ----------
    services : mapping of service id to Service
        Both directions of every line, whatever its status.
    base_services : frozenset of str
        Services that ``use: reference`` takes: lines that run, may run, or are invented to close a gap.
    lines : mapping of service id to Line
        What is known of the line behind a service.
    factors : mapping of id to Factors
        ``cargopool-2026`` is the default, ``glec-v3`` an attributed alternative.
    hub_fields : mapping of (hub id, field) to Provenance
        Where a single field of a hub comes from.
    rhine : mapping of hub id to str
        ``above_kaub`` or ``below_kaub`` for hubs on the connected waterways.
    grid_years : mapping of (factor set id, year) to mapping of country to GridRow
        Electricity of other years than the set's own.
    """

    hubs: Mapping[str, Hub]
    road_links: tuple[RoadLink, ...]
    mode_links: tuple[ModeLink, ...]
    services: Mapping[str, Service]
    base_services: frozenset[str]
    lines: Mapping[str, Line]
    load_units: Mapping[str, LoadUnitType]
    vehicles: Mapping[str, RoadVehicle]
    crossings: tuple[Crossing, ...]
    bans: tuple[TruckBan, ...]
    drayage: Drayage
    factors: Mapping[str, Factors]
    low_water: tuple[LowWaterBand, ...]
    hub_fields: Mapping[tuple[str, str], Provenance]
    rhine: Mapping[str, str]
    grid_years: Mapping[tuple[str, int], Mapping[str, GridRow]]

    @property
    def default_factors(self) -> Factors:
        """The factor set that scenarios take when they name none."""
        return self.factors[DEFAULT_FACTORS]

    def apply_conditions(
        self, scenario: Scenario, *, kaub_gauge_cm: float | None = None, closed: Collection[str] = ()
    ) -> Scenario:
        """Scenario under low water and with closed services; see `cargopool.reference.conditions`."""
        return conditions.apply_conditions(scenario, self, kaub_gauge_cm=kaub_gauge_cm, closed=closed)

    def years_of_grid(self, factor_set: str) -> tuple[int, ...]:
        """Years whose electricity is known beside the set's own."""
        return tuple(sorted(year for name, year in self.grid_years if name == factor_set))

    def apply_grid_year(self, scenario: Scenario, year: int) -> Scenario:
        """Scenario with the electricity of another year; values that the scenario itself gave stay.

        Raises
        ------
        KeyError
            When the factor set is not of the reference, or has no such year.
        """
        factors = scenario.factors
        rows = self.grid_years[factors.id, year]
        own = set(factors.overridden)
        taken = {country: row for country, row in rows.items() if f"grid_g_per_kwh.{country}" not in own}
        grid = {**factors.grid_g_per_kwh, **{country: row.g_per_kwh for country, row in taken.items()}}
        known = {**factors.provenance, **{f"grid.{country}": row.provenance for country, row in taken.items()}}
        made = replace(factors, grid_g_per_kwh=grid, provenance=known)
        words = "/".join(sorted({row.provenance.confidence for row in taken.values()}))
        notes = f"{scenario.notes} Electricity of {year} ({words}).".strip()
        return replace(scenario, factors=made, notes=notes)


def _line_of(row: Row) -> Line:
    return Line(
        id=row["line"],
        kind=row["kind"],
        status=row["status"],
        in_base=row["base"] == "yes",
        runs_per_week=int(row["runs_per_week"]),
        evidence=row["evidence"],
        verified_fields=row["verified_fields"],
    )


def _mode_links() -> tuple[ModeLink, ...]:
    tables: tuple[tuple[str, str], ...] = (
        ("rail", "links_rail.csv"),
        ("barge", "links_water.csv"),
        ("sea", "links_sea.csv"),
    )
    return tuple(
        ModeLink(
            mode=mode_of(mode),
            origin=row["origin"],
            destination=row["destination"],
            km=float(row["km"]),
            hours=float(row["hours"]),
            hours_back=float(row["hours_back"]),
            provenance=provenance_of(row),
        )
        for mode, name in tables
        for row in read_rows(name)
    )


def _low_water() -> tuple[LowWaterBand, ...]:
    return tuple(
        LowWaterBand(
            from_cm=int(row["from_cm"]),
            to_cm=int(row["to_cm"]),
            eur_20ft=float(row["eur_20ft"]),
            eur_40ft=float(row["eur_40ft"]),
            provenance=provenance_of(row),
        )
        for row in read_rows("low_water.csv")
    )


def _grid_years() -> dict[tuple[str, int], dict[str, GridRow]]:
    found: dict[tuple[str, int], dict[str, GridRow]] = {}
    for row in read_rows("grid_years.csv"):
        table = found.setdefault((row["set"], int(row["year"])), {})
        table[row["country"]] = GridRow(g_per_kwh=float(row["g_per_kwh"]), provenance=provenance_of(row))
    return found


@lru_cache(maxsize=1)
def load_reference() -> Reference:
    """Load the packaged reference set; the same object on every call."""
    hub_rows, service_rows = read_rows("hubs.csv"), read_rows("services.csv")
    lines = {row["id"]: _line_of(row) for row in service_rows}
    hub_fields = {
        (row["hub"], row["field"]): Provenance(row["source"], row["confidence"]) for row in read_rows("hub_fields.csv")
    }
    return Reference(
        hubs={row["id"]: build.hub_of(row, hub_fields) for row in hub_rows},
        road_links=tuple(map(build.road_link_of, read_rows("links_road.csv"))),
        mode_links=_mode_links(),
        services={row["id"]: build.service_of(row) for row in service_rows},
        base_services=frozenset(service_id for service_id, line in lines.items() if line.in_base),
        lines=lines,
        load_units={row["id"]: build.load_unit_of(row) for row in read_rows("load_units.csv")},
        vehicles={row["id"]: build.vehicle_of(row) for row in read_rows("vehicles.csv")},
        crossings=tuple(map(build.crossing_of, read_rows("crossings.csv"))),
        bans=tuple(map(build.ban_of, read_rows("bans.csv"))),
        drayage=build.drayage_of(read_rows("drayage.csv")[0]),
        factors=build.factor_sets(),
        low_water=_low_water(),
        hub_fields=hub_fields,
        rhine={row["id"]: row["rhine"] for row in hub_rows if row["rhine"]},
        grid_years=_grid_years(),
    )
