"""Load units and road vehicles."""

from refbuild import tables

RAIL, BARGE, SEA, ROAD = "rail", "barge", "sea", "road"
BOX = (RAIL, BARGE, SEA, ROAD)

# id: kind, TEU, modes, gauge, temperatures, per truck, rental EUR/day, return days, one-way EUR
TRAITS = {
    "iso20": ("container", 1.0, BOX, "", "ambient", 1, 2.0, 2, 10),
    "iso40": ("container", 2.0, BOX, "", "ambient", 1, 4.0, 2, 15),
    "iso40hc": ("container", 2.0, BOX, "", "ambient", 1, 4.0, 2, 15),
    "pw40": ("container", 2.0, BOX, "", "ambient", 1, 4.5, 2, 15),
    "pw45hc": ("container", 2.25, BOX, "", "ambient", 1, 5.0, 2, 15),
    "reefer45": ("container", 2.25, BOX, "", "ambient chilled frozen", 1, 28.0, 2, 35),
    "c715": ("swap_body", 1.25, (RAIL, ROAD), "", "ambient", 2, 4.0, 1, 10),
    "c745": ("swap_body", 1.25, (RAIL, ROAD), "", "ambient", 2, 4.0, 1, 10),
    "c782": ("swap_body", 1.25, (RAIL, ROAD), "", "ambient", 2, 4.5, 1, 10),
    "a1360": ("swap_body", 2.25, (RAIL, ROAD), "", "ambient", 1, 8.0, 1, 15),
    "trailer_tautliner": ("trailer", 2.25, (RAIL, SEA, ROAD), "lohr", "ambient", 1, 18.0, 1, 20),
    "trailer_reefer": ("trailer", 2.25, (RAIL, SEA, ROAD), "lohr", "ambient chilled frozen", 1, 38.0, 1, 30),
    "trailer_crane": ("trailer", 2.25, (RAIL, SEA, ROAD), "P400", "ambient", 1, 22.0, 1, 20),
    "trailer_mega": ("trailer", 2.25, (SEA, ROAD), "", "ambient", 1, 22.0, 1, 20),
}
REEFER45 = {
    "id": "reefer45",
    "unit": "45 ft pallet-wide reefer container",
    "euro_pallets": "33",
    "payload_t": "26.0",
    "volume_m3": "78",
    "loading_metres": "13.2",
    "tare_t": "7.2",
    "ext_length_m": "13.716",
    "confidence": "synthetic",
    "source": "cargopool",
    "notes": "33 EUR pallets or 29 of 1.2 x 1.0 m; powered; tare and payload invented",
}


def unit_rows() -> list[dict]:
    facts = {r["id"]: r for r in tables.read("load_units.csv")} | {"reefer45": REEFER45}
    rows = []
    for unit_id, traits in TRAITS.items():
        kind, teu, modes, gauge, temperatures, per_truck, rental, days, one_way = traits
        r = facts[unit_id]
        ldm = float(r["loading_metres"] or float(r.get("int_length_m") or 0))
        word = tables.confidence(r["confidence"])
        note = "; ".join(
            filter(
                None,
                (
                    f"{r['confidence']}: {r['notes']}" if r["notes"] else r["confidence"],
                    f"from memory: {r['memory_fields'].replace(';', ' ')}" if r.get("memory_fields") else "",
                    "rental from memory, one-way surcharge and return days synthetic",
                    "TEU of a trailer: the room of a 45 ft container" if kind == "trailer" else "",
                ),
            )
        )
        rows.append(
            {
                "id": unit_id,
                "name": r["unit"].strip(),
                "kind": kind,
                "pallets": r["euro_pallets"],
                "payload_kg": round(float(r["payload_t"]) * 1000),
                "volume_m3": r["volume_m3"],
                "loading_metres": f"{ldm:g}",
                "tare_kg": round(float(r["tare_t"]) * 1000),
                "teu": f"{teu:g}",
                "length_m": r["ext_length_m"],
                "modes": " ".join(modes),
                "gauge": gauge,
                "temperatures": temperatures,
                "per_truck": per_truck,
                "rental_eur_day": f"{rental:g}",
                "return_days": days,
                "one_way_eur": one_way,
                "source": r["source"],
                "confidence": "synthetic" if word == "synthetic" else "memory",
                "licence": tables.OWN if word == "synthetic" else tables.FACT,
                "note": note,
            }
        )
    return rows


TOLLS = {
    "DE": 0.348,
    "FR": 0.26,
    "IT": 0.19,
    "AT": 0.40,
    "CH": 0.92,
    "BE": 0.20,
    "NL": 0.17,
    "ES": 0.08,
    "PL": 0.09,
    "CZ": 0.24,
    "HU": 0.33,
    "SI": 0.34,
    "SK": 0.22,
    "LU": 0.02,
    "GB": 0.02,
    "PT": 0.15,
    "HR": 0.20,
    "BG": 0.10,
    "RO": 0.03,
    "RS": 0.15,
    "GR": 0.15,
    "DK": 0.15,
    "SE": 0.03,
    "IE": 0.08,
    "MA": 0.06,
}
TOLL_CARBON = {"DE": 0.454, "AT": 0.10}

TRAILERS = "trailer_tautliner trailer_reefer trailer_crane trailer_mega"
BOXES = "iso20 iso40 iso40hc pw40 pw45hc reefer45 a1360"
SWAPS = "c715 c745 c782"
SOURCE = "recalled"

# id, name, units, gross, combined, tractor, fixed, km, empty km, hour, minimum, truck class, manning
VEHICLES = (
    (
        "truck_artic_40t",
        "Tractor and semi-trailer, 40 t",
        TRAILERS,
        40_000,
        40_000,
        8_000,
        60,
        0.5,
        0.45,
        38,
        150,
        "artic_33t",
        "single",
    ),
    (
        "truck_artic_40t_double",
        "Tractor and semi-trailer, 40 t, two drivers",
        TRAILERS,
        40_000,
        40_000,
        8_000,
        75,
        0.5,
        0.45,
        62,
        180,
        "artic_33t",
        "double",
    ),
    (
        "truck_container_40t",
        "Tractor and container chassis, 40 t",
        BOXES,
        40_000,
        44_000,
        13_000,
        60,
        0.5,
        0.45,
        38,
        150,
        "artic_33t",
        "single",
    ),
    (
        "truck_roadtrain",
        "Rigid and drawbar, two swap bodies",
        SWAPS,
        40_000,
        40_000,
        12_000,
        60,
        0.52,
        0.47,
        38,
        150,
        "roadtrain",
        "single",
    ),
    (
        "truck_artic_44t_ct",
        "3-axle tractor, chassis or semi-trailer in combined transport, 44 t",
        f"{BOXES} {SWAPS} {TRAILERS}",
        40_000,
        44_000,
        13_500,
        80,
        0.75,
        0.75,
        42,
        120,
        "artic_33t",
        "single",
    ),
)


def vehicle_rows() -> list[dict]:
    rows = []
    for v in VEHICLES:
        rows.append(
            {
                "id": v[0],
                "name": v[1],
                "unit_types": v[2],
                "gross_limit_kg": v[3],
                "combined_limit_kg": v[4],
                "tractor_kg": v[5],
                "eur_fixed": v[6],
                "eur_per_km": v[7],
                "eur_per_empty_km": v[8],
                "eur_per_h": v[9],
                "min_eur": v[10],
                "toll_eur_per_km": " ".join(f"{c}={t:g}" for c, t in TOLLS.items()),
                "toll_carbon_share": " ".join(f"{c}={t:g}" for c, t in TOLL_CARBON.items()),
                "empty_km_factor": 0.25,
                "haulage_empty_km_factor": 1.0,
                "carrier": "diesel",
                "truck_class": v[11],
                "manning": v[12],
                "source": SOURCE,
                "confidence": "memory",
                "licence": tables.OWN,
                "note": "energy by its class of the factor set; prices, kerb masses and tolls from memory "
                "(German toll: sources 0.348-0.354 EUR/km, 0.158 of it for CO2)"
                + ("; trailers: kerb mass overstated by the chassis" if v[0] == "truck_artic_44t_ct" else ""),
            }
        )
    return rows
