"""Write the generated tables of the shipped scenarios clusters20-week and morocco-brazil.

Usage: python tools/make_scenarios.py
"""

import csv
import random
from datetime import datetime, timedelta
from pathlib import Path

from cargopool.batches.generate import Demand, Region, generate_week, reference_regions
from cargopool.reference import load_reference
from cargopool.reference.timetable import seeded

ROOT = Path(__file__).resolve().parents[1]
SEED = 2033
SHIPMENTS = 300
MONDAY = datetime(2026, 11, 23)
CLUSTERS = ("DEDUI", "ESZAZ", "ITBLQ", "FRDGS", "GBLHR")
DOORS = {
    # door: hub, name, lat, lon, loading minutes, loading
    "D-DUI-1": ("DEDUI", "Works in Wesel", 51.66, 6.62, 60, "live"),
    "D-DUI-2": ("DEDUI", "Warehouse in Neuss", 51.20, 6.69, 60, "drop"),
    "D-ZAZ-1": ("ESZAZ", "Works in Figueruelas", 41.77, -1.17, 60, "live"),
    "D-BLQ-1": ("ITBLQ", "Works in Modena", 44.65, 10.93, 60, "live"),
    "D-DGS-1": ("FRDGS", "Works in Valenciennes", 50.36, 3.52, 60, "live"),
    "D-LHR-1": ("GBLHR", "Warehouse in Slough", 51.51, -0.59, 60, "live"),
}
PARTNERS = ("BEANR", "NLRTM", "DECGN", "DELUH", "DEHAM", "FRLIO", "FRVTN", "ITSGE", "ESBCN", "ESMAD", "PLPOZ", "CZPRG")
"""Partner regions with demand of their own; the other hubs of the scenario are terminals on the way."""

DOOR_SHARE = 0.35
"""Share of a cluster's shipments that start or end at one of its doors."""

LINES = [
    "S001",
    "S008",
    "S009",
    "S010",
    "S012",
    "S016",
    "S018",
    "S019",
    "S021",
    "S022",
    "S026",
    "S027",
    "S028",
    "S033",
    "S035",
    "S038",
    "S039",
    "S040",
    "S042",
    "S045",
    "S049",
    "S054",
    "S056",
    "S062",
    "S065",
    "S066",
    "S067",
    "S070",
    "S078",
    "S081",
    "S083",
    "S087",
    "S089",
    "S090",
    "S091",
    "S092",
    "S104",
    "S105",
    "S106",
    "S108",
    "S114",
    "S116",
    "S117",
    "S135",
    "S136",
    "S137",
    "S138",
    "S139",
]
"""Lines of the week, both directions, first departure of the day only."""

SPOT = {"rail": 1, "barge": 2, "sea": 2}
"""Slots on sale per departure: few, so that departures fill up."""

WITH_ALLOTMENT = 3
"""Of ten lines, so many have a paid slot per departure as well (seeded by the line)."""

CHARTERS = (
    (
        *("C1", "Charter Bologna-Dourges", "ITBLQ", "FRDGS", "0+19:00", "2+04:00", 1240, "IT=280 CH=290 FR=670"),
        *("Tu;Th", 3, 800, "a group of wagons; priced to be worth choosing"),
    ),
    (
        *(
            "C2",
            "Charter Duisburg-Zaragoza",
            "DEDUI",
            "ESZAZ",
            "0+17:00",
            "2+12:00",
            1721,
            "DE=90 BE=220 FR=1090 ES=321",
        ),
        *("Th", 10, 26000, "a short train of its own; priced to be refused"),
    ),
)
"""id, name, origin, destination, departure, arrival, km, countries, weekday, units, EUR per run, note."""

SHIPMENT_COLUMNS = [
    "id",
    "shipper",
    "origin",
    "destination",
    "pallets",
    "kg",
    "load_unit",
    "load_units",
    "ready",
    "due",
    "latest",
    "late_eur_per_h",
    "goods_class",
    "temperature",
    "adr_class",
    "max_parts",
    "min_part_pallets",
    "source",
    "confidence",
    "note",
]


def road_km():
    reference = load_reference()
    table = {}
    for link in reference.road_links:
        table[link.origin, link.destination] = table[link.destination, link.origin] = link.km
    return lambda a, b: table.get((a, b), float("inf"))


def write_csv(path: Path, columns: list[str], rows: list[dict]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def door_of(hub: str, draw: random.Random) -> str:
    doors = [name for name, row in DOORS.items() if row[0] == hub]
    return draw.choice(doors) if doors and draw.random() < DOOR_SHARE else hub


def open_by(moment: datetime) -> datetime:
    """Monday evening for what falls due when doors are closed for the weekend."""
    closed = (moment.weekday() == 5 and moment.hour >= 12) or moment.weekday() == 6
    if moment.weekday() == 0 and moment.hour < 12:
        return moment.replace(hour=18, minute=0)
    if not closed:
        return moment
    return (moment + timedelta(days=7 - moment.weekday())).replace(hour=18, minute=0)


def shipment_row(demand: Demand, draw: random.Random) -> dict:
    origin, destination = demand.origin, demand.destination
    if not demand.load_units:
        origin, destination = door_of(origin, draw), door_of(destination, draw)
    due, latest = demand.due, demand.latest
    if destination in DOORS:
        due, latest = open_by(due), open_by(latest)
    return {
        "id": demand.id,
        "shipper": demand.shipper,
        "origin": origin,
        "destination": destination,
        "pallets": demand.pallets,
        "kg": demand.kg,
        "load_unit": demand.load_unit,
        "load_units": demand.load_units or "",
        "ready": demand.ready.isoformat(timespec="minutes"),
        "due": due.isoformat(timespec="minutes"),
        "latest": latest.isoformat(timespec="minutes") if latest > due else "",
        "late_eur_per_h": f"{demand.late_eur_per_h:g}" if demand.late_eur_per_h else "",
        "goods_class": demand.goods_class,
        "temperature": demand.temperature if demand.temperature != "ambient" else "",
        "adr_class": demand.adr_class,
        "max_parts": demand.max_parts if demand.max_parts > 1 else "",
        "min_part_pallets": demand.min_part_pallets if demand.max_parts > 1 else "",
        "source": "generated",
        "confidence": "synthetic",
        "note": demand.segment,
    }


def emphasised(region: Region) -> Region:
    """The five clusters weigh six times as much as in the packaged regions."""
    if region.hub not in CLUSTERS:
        return region
    return Region(
        region.hub,
        {name: 6 * weight for name, weight in region.supply.items()},
        {name: 6 * weight for name, weight in region.demand.items()},
    )


def slot_rows() -> list[dict]:
    services = load_reference().services
    rows = []
    for line in LINES:
        for service_id in (line, f"{line}R"):
            allotment = int(seeded(line, "allotment here", 10) < WITH_ALLOTMENT)
            spot = SPOT[services[service_id].mode]
            rows.append({"id": service_id, "allotment_units": allotment, "spot_units": spot})
    return rows


def charter_rows() -> list[dict]:
    rows = []
    for name, text, origin, destination, departure, arrival, km, countries, day, units, price, note in CHARTERS:
        rows.append(
            {
                "id": name,
                "name": text,
                "operator": "Example Rail",
                "mode": "rail",
                "stops": f"hub={origin} departure={departure} closing_min=240 booking_close_min=1440;"
                f"hub={destination} arrival={arrival} pick_up_ready_min=180",
                "legs": f"km={km} countries={countries.replace(' ', ',')}",
                "weekdays": day,
                "unit_types": "pw45hc;reefer45",
                "capacity.units": units,
                "capacity.plugs": 2,
                "charter.eur_per_run": price,
                "mj_per_gross_tkm": 0.0769,
                "carrier": "electricity",
                "run_gross_t": 30 * units,
                "source": "cargopool",
                "confidence": "synthetic",
                "note": note,
            }
        )
    return rows


def write_clusters20() -> None:
    folder = ROOT / "scenarios" / "clusters20-week"
    folder.mkdir(parents=True, exist_ok=True)
    draw = random.Random(SEED + 1)
    regions = [emphasised(region) for region in reference_regions() if region.hub in (*CLUSTERS, *PARTNERS)]
    week = generate_week(regions, road_km(), shipments=SHIPMENTS, seed=SEED, monday=MONDAY)
    write_csv(folder / "shipments.csv", SHIPMENT_COLUMNS, [shipment_row(demand, draw) for demand in week])
    write_csv(folder / "services.csv", SERVICE_COLUMNS, [*slot_rows(), *charter_rows()])
    hubs = load_reference().hubs
    doors = [
        {
            "id": name,
            "name": row[1],
            "country": hubs[row[0]].country,
            "lat": row[2],
            "lon": row[3],
            "timezone": hubs[row[0]].timezone,
            "customs_territory": hubs[row[0]].customs_territory,
            "road_region": hubs[row[0]].road_region,
            "opening": "Mo-Fr 06:00-20:00;Sa 06:00-12:00",
            "loading_min": row[4],
            "loading": row[5],
            "source": "cargopool",
            "confidence": "synthetic",
        }
        for name, row in DOORS.items()
    ]
    write_csv(folder / "doors.csv", list(doors[0]), doors)


SERVICE_COLUMNS = [
    "id",
    "name",
    "operator",
    "mode",
    "stops",
    "legs",
    "weekdays",
    "unit_types",
    "capacity.units",
    "capacity.plugs",
    "allotment_units",
    "spot_units",
    "charter.eur_per_run",
    "mj_per_gross_tkm",
    "carrier",
    "run_gross_t",
    "source",
    "confidence",
    "note",
]

OVERSEAS = {
    # place: days from ready to due to and from Europe
    "MACAS": (6, 9),
    "BRSSZ": (24, 30),
}
OVERSEAS_SHIPPERS = {
    "MACAS": ("Atlas Citrus", "Rif Textiles", "Sahel Cables", "Souss Foods"),
    "BRSSZ": ("Santos Coffee", "Cerrado Pulp", "Paulista Parts"),
}
EXPORTERS = ("Ruhr Machines", "Ebro Ceramics", "Emilia Packaging", "Lys Textiles", "Thames Care")
OVERSEAS_SHIPMENTS = 40


def overseas_row(number: int, draw: random.Random) -> dict:
    far = draw.choices(("MACAS", "BRSSZ"), (0.6, 0.4))[0]
    cluster = draw.choice(CLUSTERS)
    outbound = draw.random() < 0.5
    low, high = OVERSEAS[far]
    ready = MONDAY + timedelta(days=draw.randrange(0, 10), hours=draw.randrange(8, 17))
    due = ready + timedelta(days=draw.uniform(low, high))
    due = due.replace(hour=18, minute=0, second=0, microsecond=0)
    sealed = draw.random() < 0.35
    pallets = draw.choice((24, 25)) if sealed and far == "BRSSZ" else 33 if sealed else draw.randrange(3, 19)
    unit = ("iso40hc" if far == "BRSSZ" else draw.choice(("trailer_tautliner", "pw45hc"))) if sealed else ""
    kg = min(20_000, pallets * draw.randrange(350, 800, 10))
    chilled = not sealed and not outbound and far == "MACAS" and draw.random() < 0.2
    return {
        "id": f"M{number:03d}",
        "shipper": draw.choice(EXPORTERS if outbound else OVERSEAS_SHIPPERS[far]),
        "origin": cluster if outbound else far,
        "destination": far if outbound else cluster,
        "pallets": pallets,
        "kg": kg,
        "load_unit": unit,
        "load_units": 1 if sealed else "",
        "ready": ready.isoformat(timespec="minutes"),
        "due": due.isoformat(timespec="minutes"),
        "latest": (due + timedelta(days=2)).isoformat(timespec="minutes"),
        "late_eur_per_h": "6",
        "goods_class": draw.choice(("01", "04", "05", "11")),
        "temperature": "chilled" if chilled else "",
        "customs_status": draw.choices(("free", "bonded"), (0.8, 0.2))[0],
        "source": "generated",
        "confidence": "synthetic",
        "note": "export" if outbound else "import",
    }


def write_overseas() -> None:
    folder = ROOT / "scenarios" / "morocco-brazil"
    folder.mkdir(parents=True, exist_ok=True)
    draw = random.Random(SEED + 2)
    rows = [overseas_row(number, draw) for number in range(1, OVERSEAS_SHIPMENTS + 1)]
    write_csv(folder / "shipments.csv", list(rows[0]), rows)


if __name__ == "__main__":
    write_clusters20()
    write_overseas()
