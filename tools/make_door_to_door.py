"""Make the shipped scenario door-to-door: 400 synthetic shipments between 120 synthetic doors around five hubs.

Usage: python tools/make_door_to_door.py [FOLDER]

Everything but the hubs' places is invented: doors lie at random around each hub, lines run every working day between all
pairs of hubs at 0.60 EUR per unit-km, fleets are alike. The seed is fixed, so the files come out the same.
"""

from __future__ import annotations

import csv
import math
import random
import sys
from datetime import datetime, timedelta
from pathlib import Path

from cargopool.reference import load_reference

SEED = 20261123
SHIPMENTS, DOORS_PER_HUB, SHIPPERS = 400, 24, 20
START = datetime(2026, 11, 23)
HUBS = {"DEDUI": "Duisburg", "ESZAZ": "Zaragoza", "ITBLQ": "Bologna", "FRDGS": "Dourges", "GBBKG": "London"}
DETOUR_RAIL, RAIL_KMH, EUR_PER_KM = 1.4, 42.0, 0.60
KM_PER_DEGREE = 111.2


def great_circle_km(a, b) -> float:
    lat_a, lat_b = math.radians(a.lat), math.radians(b.lat)
    half = (lat_b - lat_a) / 2, math.radians(b.lon - a.lon) / 2
    h = math.sin(half[0]) ** 2 + math.cos(lat_a) * math.cos(lat_b) * math.sin(half[1]) ** 2
    return 2 * 6371.0088 * math.asin(math.sqrt(h))


def doors(rng: random.Random, hubs: dict) -> list[dict]:
    rows = []
    for hub_id, town in HUBS.items():
        hub = hubs[hub_id]
        for n in range(1, DOORS_PER_HUB + 1):
            km, angle = 4 + 46 * rng.random() ** 0.8, rng.uniform(0, 2 * math.pi)
            hours = rng.choices(
                ("Mo-Fr 07:00-17:00", "Mo-Fr 06:00-20:00; Sa 06:00-12:00", "Mo-Fr 07:00-12:00,13:00-18:00"), (5, 3, 2)
            )[0]
            rows.append(
                {
                    "id": f"{hub_id}-{n:02}",
                    "name": f"Door {n} near {town}",
                    "country": hub.country,
                    "lat": round(hub.lat + km / KM_PER_DEGREE * math.sin(angle), 4),
                    "lon": round(hub.lon + km / KM_PER_DEGREE / math.cos(math.radians(hub.lat)) * math.cos(angle), 4),
                    "timezone": hub.timezone,
                    "customs_territory": hub.customs_territory,
                    "road_region": hub.road_region,
                    "opening": hours,
                    "loading_min": rng.choice((20, 30, 30, 45)),
                    "loading": "drop" if n % 8 == 0 else "live",
                    "tail_lift": "true" if n % 9 == 4 else "false",
                    "source": "invented",
                    "confidence": "synthetic",
                }
            )
    return rows


def services(rng: random.Random, hubs: dict) -> list[dict]:
    rows = []
    for a, from_town in HUBS.items():
        for b, to_town in HUBS.items():
            if a == b:
                continue
            km = round(great_circle_km(hubs[a], hubs[b]) * DETOUR_RAIL)
            leaves = 18 * 60 + 30 * rng.randrange(6)
            arrives = leaves + round(60 * km / RAIL_KMH / 15) * 15
            if arrives % 1440 < 240:  # no arrivals in the hours that clock changes skip or repeat
                arrives += 240 - arrives % 1440
            rows.append(
                {
                    "id": f"{a}-{b}",
                    "name": f"{from_town}-{to_town}",
                    "operator": "Example Rail",
                    "mode": "rail",
                    "stops": f"hub={a} departure=0+{leaves // 60:02}:{leaves % 60:02} closing_min=180;"
                    f"hub={b} arrival={arrives // 1440}+{arrives % 1440 // 60:02}:{arrives % 60:02} pick_up_ready_min=120",
                    "legs": f"km={km}",
                    "weekdays": "Mo-Fr",
                    "unit_types": "pw45hc;reefer45",
                    "capacity.units": 30,
                    "spot_units": 4,
                    "tariff.eur_per_unit": round(40 + EUR_PER_KM * km),
                    "mj_per_gross_tkm": 0.08,
                    "carrier": "electricity",
                    "source": "invented",
                    "confidence": "synthetic",
                }
            )
    return rows


def fleets() -> list[dict]:
    rows = []
    for hub in HUBS:
        common = {"depot": hub, "source": "invented", "confidence": "synthetic", "opening": "Mo-Sa 05:00-21:00"}
        rows += [
            {"id": f"{hub}-lorry", "vehicle": "lorry18", "count": 4, "pallets": 18, "payload_kg": 9500, **common},
            {
                "id": f"{hub}-lift",
                "vehicle": "lorry18",
                "count": 2,
                "pallets": 15,
                "payload_kg": 8500,
                "temperatures": "ambient;chilled",
                "tail_lift": "true",
                **common,
            },
            {"id": f"{hub}-chassis", "vehicle": "truck_container_40t", "count": 3, "carries": "units", **common},
        ]
    rows.append(
        {
            "id": "DEDUI-electric",
            "vehicle": "lorry18e",
            "count": 2,
            "pallets": 16,
            "payload_kg": 8000,
            "battery_kwh": 280,
            "charge_kw": 150,
            "depot": "DEDUI",
            "opening": "Mo-Sa 05:00-21:00",
            "source": "invented",
            "confidence": "synthetic",
        }
    )
    return rows


def shipments(rng: random.Random) -> list[dict]:
    hubs, rows = list(HUBS), []
    shippers = [f"Shipper {n:02}" for n in range(1, SHIPPERS + 1)]
    homes = {name: [(rng.choice(hubs), rng.randint(1, DOORS_PER_HUB)) for _ in range(3)] for name in shippers}
    for n in range(1, SHIPMENTS + 1):
        shipper = rng.choices(shippers, [1 / (i + 1) ** 0.5 for i in range(SHIPPERS)])[0]
        hub, door = rng.choice(homes[shipper])
        to_hub, to_door = rng.choice([h for h in hubs if h != hub]), rng.randint(1, DOORS_PER_HUB)
        full = rng.random() < 0.10
        pallets = rng.randint(24, 33) if full else max(1, min(14, round(rng.lognormvariate(math.log(4), 0.6))))
        ready = START + timedelta(days=rng.choices(range(4), (30, 28, 24, 18))[0], hours=rng.randint(7, 14))
        days = rng.choice((3, 3, 4, 5))
        due = (ready + timedelta(days=days)).replace(hour=17, minute=0)
        while due.weekday() >= 5:
            due += timedelta(days=1)
        chilled = not full and rng.random() < 0.04
        rows.append(
            {
                "id": f"D{n:03}",
                "shipper": shipper,
                "origin": f"{hub}-{door:02}",
                "destination": f"{to_hub}-{to_door:02}",
                "pallets": pallets,
                "kg": pallets * rng.randint(280, 560),
                "ready": ready.isoformat(timespec="minutes"),
                "due": due.isoformat(timespec="minutes"),
                "latest": (due + timedelta(days=1)).isoformat(timespec="minutes"),
                "late_eur_per_h": 4,
                "goods_class": rng.choice(("04", "08", "10", "11")),
                "temperature": "chilled" if chilled else "",
                "source": "invented",
                "confidence": "synthetic",
            }
        )
    return rows


def write(folder: Path, name: str, rows: list[dict]) -> None:
    columns = list(dict.fromkeys(key for row in rows for key in row))
    with (folder / name).open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def main() -> None:
    default = Path(__file__).resolve().parents[1] / "scenarios" / "door-to-door"
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else default
    folder.mkdir(parents=True, exist_ok=True)
    rng = random.Random(SEED)
    hubs = load_reference().hubs
    write(folder, "doors.csv", doors(rng, hubs))
    write(folder, "services.csv", services(rng, hubs))
    write(folder, "fleet.csv", fleets())
    write(folder, "shipments.csv", shipments(rng))


if __name__ == "__main__":
    main()
