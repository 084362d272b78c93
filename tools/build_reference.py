"""Build the packaged reference tables from tools/facts.

Usage: python tools/build_reference.py path/to/world-atlas/countries-50m.json [STEP...]

Steps: links, equipment, hubs, services, factors, basemap (default: all).
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from refbuild import basemap, energy, equipment, factors, hubs, links, regions, services, tables
from refbuild.geometry import World


def build_links(atlas: Path) -> None:
    splitter = links.Splitter(World(atlas))
    tables.write("links_road.csv", links.road_rows(splitter))
    tables.write("links_rail.csv", links.rail_rows(splitter))
    tables.write("links_water.csv", links.water_rows())
    tables.write("links_sea.csv", links.sea_rows())


def build_equipment(_: Path) -> None:
    tables.write("load_units.csv", equipment.unit_rows())
    tables.write("vehicles.csv", equipment.vehicle_rows())


def build_hubs(_: Path) -> None:
    rows, fields = hubs.hub_rows()
    tables.write("hubs.csv", rows, hubs.COLUMNS)
    tables.write("hub_fields.csv", fields)


def build_services(_: Path) -> None:
    facts = tables.read("hubs.csv")
    rows = services.service_rows(
        {r["hub_id"]: r["timezone"] for r in facts}, {r["hub_id"]: r["country"] for r in facts}
    )
    tables.write("services.csv", rows)


def by_set(rows: list[dict]) -> list[dict]:
    """Rows of the default set first, each set's in the order given."""
    return sorted(rows, key=lambda row: row["set"])


def build_factors(_: Path) -> None:
    tables.write("factor_sets.csv", energy.set_rows())
    tables.write("carriers.csv", by_set(factors.carrier_rows() + energy.carrier_rows()))
    tables.write("trucks.csv", energy.truck_rows())
    tables.write("vessels.csv", energy.vessel_rows())
    tables.write("grid.csv", factors.grid_rows())
    tables.write("constants.csv", by_set(factors.constant_rows() + energy.constant_rows()))
    tables.write("grid_years.csv", factors.grid_year_rows())
    tables.write("external.csv", factors.external_rows())
    tables.write("carbon_prices.csv", factors.carbon_price_rows())
    tables.write("groupage.csv", factors.groupage_rows())
    tables.write("crossings.csv", factors.crossing_rows())
    tables.write("bans.csv", factors.ban_rows())
    tables.write("drayage.csv", factors.drayage_rows())
    tables.write("low_water.csv", factors.low_water_rows())
    tables.write("regions.csv", regions.region_rows())


def build_basemap(atlas: Path) -> None:
    size = basemap.build(World(atlas))
    if size > 80_000:
        raise SystemExit(f"basemap.json has {size} bytes; simplify more")


STEPS = {
    "links": build_links,
    "equipment": build_equipment,
    "hubs": build_hubs,
    "services": build_services,
    "factors": build_factors,
    "basemap": build_basemap,
}


def main() -> None:
    atlas = Path(sys.argv[1])
    for name in sys.argv[2:] or STEPS:
        STEPS[name](atlas)


if __name__ == "__main__":
    main()
