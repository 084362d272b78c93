"""Factor sets, groupage bands, crossings, truck bans, drayage and low-water surcharges."""

from refbuild import tables

DEFAULT, GLEC_SET = "cargopool-2026", "glec-v3"
UK = "UK Government GHG conversion factors 2025"
FUELEU = "Regulation (EU) 2023/1805 (FuelEU Maritime) Annex II default values, recalled"
MEMORY, SYNTHETIC, DERIVED = "memory", "synthetic", "derived"
LHV_MJ_PER_L = 35.9
WTT_KG_PER_L = 0.611
TTW_KG_PER_L = WTT_KG_PER_L * 858.3 / 202.4

# set, carrier, WTT, TTW (g/MJ), source, confidence, licence, note
CARRIERS = (
    (
        DEFAULT,
        "diesel",
        round(WTT_KG_PER_L * 1000 / LHV_MJ_PER_L, 2),
        round(TTW_KG_PER_L * 1000 / LHV_MJ_PER_L, 2),
        UK,
        DERIVED,
        tables.OGL,
        "average biofuel blend: 0.611 kg/l well-to-tank; tank-to-wheel in the ratio of the articulated truck (858.3 to 202.4 g/km); 35.9 MJ/l from memory",
    ),
    (
        DEFAULT,
        "hvo",
        20.0,
        0.0,
        "recalled: waste-oil HVO",
        MEMORY,
        tables.OWN,
        "replace with the supplier's certificate",
    ),
    (DEFAULT, "lng", 18.5, 57.9, FUELEU, MEMORY, tables.OWN, "without methane slip"),
    (DEFAULT, "bio_lng", 25.0, 1.5, "recalled", MEMORY, tables.OWN, "depends on the feedstock"),
    (
        DEFAULT,
        "mgo",
        14.4,
        76.4,
        FUELEU,
        MEMORY,
        tables.OWN,
        "marine gas oil; 3.206 kg CO2/kg over 42.7 MJ/kg plus CH4 and N2O",
    ),
    (DEFAULT, "vlsfo", 13.2, 78.2, FUELEU, MEMORY, tables.OWN, "very low sulphur fuel oil"),
    (DEFAULT, "hydrogen", 132.0, 0.0, FUELEU, MEMORY, tables.OWN, "from natural gas"),
)
GLEC_ROWS = {
    "diesel": "diesel_100",
    "diesel_b7": "diesel_b7",
    "hvo": "hvo",
    "cng": "cng",
    "lng": "lng",
    "bio_lng": "bio_lng",
    "mgo": "lfo",
    "vlsfo": "hfo",
    "hydrogen": "h2_smr",
}
EXTRA_GRID = {
    "GR": 330,
    "BG": 420,
    "RS": 700,
    "BA": 650,
    "AL": 30,
    "MK": 550,
    "ME": 400,
    "MA": 700,
    "BR": 100,
    "LI": 37,
    "MC": 40,
    "AD": 120,
}


def carrier_rows() -> list[dict]:
    names = ("set", "id", "wtt_g_per_mj", "ttw_g_per_mj", "source", "confidence", "licence", "note")
    rows = [dict(zip(names, row, strict=True)) for row in CARRIERS]
    facts = {r["id"]: r for r in tables.read("fuel_factors.csv")}
    for carrier, fact_id in GLEC_ROWS.items():
        r = facts[fact_id]
        wtw, ttw = float(r["wtw_g_per_mj"]), float(r["ttw_g_per_mj"])
        rows.append(
            dict(
                zip(
                    names,
                    (
                        GLEC_SET,
                        carrier,
                        round(wtw - ttw, 2),
                        ttw,
                        r["source"],
                        "verified",
                        tables.GLEC,
                        r["energy_carrier"],
                    ),
                    strict=True,
                )
            )
        )
    return rows


def grid_rows() -> list[dict]:
    rows = []
    for r in tables.read("fuel_factors.csv"):
        code = r["id"].removeprefix("elec_").upper()
        if r["id"].startswith("elec_") and len(code) == 2 and code != "UK":
            rows.append(
                _grid(
                    DEFAULT,
                    code,
                    r["wtw_g_per_kwh"],
                    r["source"].replace("; REPLACE with downloaded table", ""),
                    MEMORY,
                    tables.OWN,
                    r["notes"],
                )
            )
        if r["id"] == "elec_eu27":
            rows.append(
                _grid(
                    DEFAULT,
                    "default",
                    r["wtw_g_per_kwh"],
                    r["source"].replace("; REPLACE with downloaded table", ""),
                    MEMORY,
                    tables.OWN,
                    "EU-27; for countries without a row",
                )
            )
        if r["id"] == "elec_eu27_glec":
            rows.append(
                _grid(
                    GLEC_SET,
                    "default",
                    r["wtw_g_per_kwh"],
                    r["source"],
                    "verified",
                    tables.GLEC,
                    "EU-27 of 2019, every country",
                )
            )
    rows += [
        _grid(DEFAULT, code, value, "recalled", MEMORY, tables.OWN, "order of magnitude")
        for code, value in EXTRA_GRID.items()
    ]
    return rows


GRID_YEARS = {2030: 0.62, 2035: 0.40, 2040: 0.25}
GRID_FLOOR = 20
"""Grams per kWh that remain of wind, water, sun and nuclear power over their life."""


def grid_year_rows() -> list[dict]:
    """Later grids: what is above the floor shrinks by the same share everywhere. A rule of thumb, not a forecast."""
    base = [row for row in grid_rows() if row["set"] == DEFAULT]
    rows = []
    for year, share in GRID_YEARS.items():
        for row in base:
            now = float(row["g_per_kwh"])
            later = round(GRID_FLOOR + (now - GRID_FLOOR) * share) if now > GRID_FLOOR else now
            note = f"{GRID_FLOOR} + ({now:g} - {GRID_FLOOR}) x {share}: the same path for every country"
            rows.append(
                {"year": year, **_grid(DEFAULT, row["country"], later, "cargopool", SYNTHETIC, tables.OWN, note)}
            )
    return rows


def _grid(factor_set, country, value, source, confidence, licence, note) -> dict:
    return {
        "set": factor_set,
        "country": country,
        "g_per_kwh": value,
        "source": source,
        "confidence": confidence,
        "licence": licence,
        "note": note,
    }


# key, value, unit, source, confidence, note
CONSTANTS = (
    ("shuttle_eur.tunnel", 450, "EUR/truck", "LeShuttle Freight accompanied truck, recalled (350-600)", MEMORY, ""),
    (
        "shuttle_kwh.tunnel",
        72,
        "kWh/truck",
        "operator: 9 kg CO2e per truck crossing (2023, location-based), over the mean of the FR and GB grids (125.5 g/kWh)",
        DERIVED,
        "grid factors from memory",
    ),
    (
        "shuttle_min.tunnel",
        150,
        "min",
        "35 min crossing (verified) and about 2 h of terminal and border",
        MEMORY,
        "the road table's +2.5 h",
    ),
    ("shuttle_km.tunnel", 50, "km", "Eurotunnel truck shuttle", MEMORY, ""),
    ("reefer_mj_per_h", 90, "MJ/h", "2.5 l of diesel per hour of the unit's cooling, recalled", MEMORY, ""),
    ("detour_road", 1.27, "-", "median of the road table over the great circle", DERIVED, ""),
    (
        "detour_rail",
        1.40,
        "-",
        "median of the rail table over the great circle",
        DERIVED,
        "for own services without a distance",
    ),
    ("external_uplift", 1.33, "-", "HICP of the EU from 2016 to 2025, recalled", MEMORY, "order of magnitude"),
    (
        "road_speed_kmh",
        62,
        "km/h",
        "verified range of articulated trucks 60-70 km/h; shorter trips are slower",
        DERIVED,
        "",
    ),
)


def constant_rows() -> list[dict]:
    rows = []
    for factor_set in (DEFAULT, GLEC_SET):
        for key, value, unit, source, confidence, note in CONSTANTS:
            rows.append(
                {
                    "set": factor_set,
                    "key": key,
                    "value": value,
                    "unit": unit,
                    "source": source,
                    "confidence": confidence,
                    "licence": tables.OWN,
                    "note": note,
                }
            )
    return rows


EXTERNAL_GROUPS = {
    "road HGV": "road",
    "rail electric": "rail_electric",
    "rail diesel": "rail_diesel",
    "inland waterway": "barge",
}
# The fact table has no rows of the sea; without any it would look free of pollution.
EXTERNAL_SEA = (("sea_air_pollution", 0.4), ("sea_climate", 0.15), ("sea_well_to_tank", 0.05))


def external_rows() -> list[dict]:
    rows = [
        {
            "key": f"{EXTERNAL_GROUPS[r['mode']]}_{r['category']}",
            "ct_per_tkm": r["value"],
            "price_year": r["price_year"],
            "region": r["region"],
            "source": "Handbook on the external costs of transport 2019 v1.1 (EC/CE Delft), average costs EU-28, recalled",
            "confidence": tables.confidence(r["confidence"]),
            "licence": tables.OWN,
            "note": "",
        }
        for r in tables.read("external_costs.csv")
        if r["mode"] in EXTERNAL_GROUPS and r["category"] != "total" and float(r["value"])
    ]
    rows += [
        {
            "key": key,
            "ct_per_tkm": value,
            "price_year": 2016,
            "region": "EU-28",
            "source": "cargopool",
            "confidence": SYNTHETIC,
            "licence": tables.OWN,
            "note": "stand-in: no source at hand; without it the sea would look free",
        }
        for key, value in EXTERNAL_SEA
    ]
    return rows


def groupage_rows() -> list[dict]:
    bands = (
        (0.8, 800, 0.34, 70),
        (2.0, 2500, 0.26, 95),
        (4.0, 6000, 0.20, 150),
        (8.0, 13000, 0.155, 260),
        (13.6, 24000, 0.125, 380),
    )
    return [
        {
            "up_to_ldm": ldm,
            "up_to_kg": kg,
            "eur_per_ldm_km": rate,
            "min_eur": low,
            "source": "cargopool",
            "confidence": SYNTHETIC,
            "licence": tables.OWN,
            "note": "a full trailer by band costs about 1.2 times a full truck",
        }
        for ldm, kg, rate, low in bands
    ]


def crossing_rows() -> list[dict]:
    pairs = (
        ("EU", "GB", 65, 60),
        ("EU", "CH", 35, 60),
        ("EU", "MA", 120, 360),
        ("EU", "BR", 180, 1440),
        ("GB", "CH", 90, 120),
        ("GB", "MA", 160, 480),
        ("GB", "BR", 200, 1440),
        ("CH", "MA", 150, 420),
        ("CH", "BR", 210, 1500),
        ("MA", "BR", 200, 1440),
    )
    rows = []
    for a, b, eur, minutes in pairs:
        for origin, destination in ((a, b), (b, a)):
            rows.append(
                {
                    "origin": origin,
                    "destination": destination,
                    "eur": eur,
                    "minutes": minutes,
                    "source": "cargopool",
                    "confidence": SYNTHETIC,
                    "licence": tables.OWN,
                    "note": "formalities per consignment; a move through Switzerland that ends in the EU is transit and pays nothing"
                    if "CH" in (a, b)
                    else "formalities per consignment, orders of magnitude",
                }
            )
    return rows


ZONES = {
    "DE": "Europe/Berlin",
    "FR": "Europe/Paris",
    "IT": "Europe/Rome",
    "AT": "Europe/Vienna",
    "CH": "Europe/Zurich",
    "CZ": "Europe/Prague",
    "HU": "Europe/Budapest",
    "SK": "Europe/Bratislava",
    "SI": "Europe/Ljubljana",
    "LU": "Europe/Luxembourg",
}
WEEKLY_BANS = (
    ("DE", "Su", "00:00", "22:00", "Sunday ban"),
    ("FR", "Sa", "22:00", "24:00", "Saturday evening"),
    ("FR", "Su", "00:00", "22:00", "Sunday"),
    ("IT", "Su", "09:00", "22:00", "winter hours; 07:00-22:00 from June to September"),
    ("AT", "Sa", "15:00", "24:00", "weekend ban"),
    ("AT", "Su", "00:00", "22:00", "weekend ban; night ban for noisy trucks left out"),
    ("CH", "Su", "00:00", "24:00", "Sunday ban"),
    *(("CH", day, "00:00", "05:00", "night ban") for day in ("Mo", "Tu", "We", "Th", "Fr", "Sa")),
    *(("CH", day, "22:00", "24:00", "night ban") for day in ("Mo", "Tu", "We", "Th", "Fr", "Sa")),
    ("CZ", "Su", "13:00", "22:00", "Sunday ban"),
    ("HU", "Sa", "22:00", "24:00", "winter hours"),
    ("HU", "Su", "00:00", "22:00", "winter hours"),
    ("SK", "Su", "00:00", "22:00", "Sunday ban"),
    ("SI", "Su", "08:00", "21:00", "Sunday ban"),
    ("LU", "Su", "00:00", "21:45", "transit towards Germany and France"),
)
HOLIDAYS = {
    "DE": (
        "2026-12-25 2026-12-26 2027-01-01 2027-03-26 2027-03-29 2027-05-01 2027-05-06 2027-05-17 2027-10-03",
        "00:00",
        "22:00",
    ),
    "FR": ("2026-12-25 2027-01-01 2027-03-29 2027-05-06 2027-05-17 2027-07-14", "00:00", "22:00"),
    "IT": ("2026-12-08 2026-12-25 2026-12-26 2027-01-01 2027-01-06 2027-03-29", "09:00", "22:00"),
    "AT": ("2026-12-08 2026-12-25 2026-12-26 2027-01-01 2027-01-06 2027-03-29", "00:00", "22:00"),
    "CH": ("2026-12-25 2026-12-26 2027-01-01 2027-03-29", "00:00", "24:00"),
}


def ban_rows() -> list[dict]:
    fixed = {"source": "recalled national driving bans", "confidence": MEMORY, "licence": tables.OWN}
    rows = [
        {
            "country": c,
            "timezone": ZONES[c],
            "weekday": day,
            "start": start,
            "end": end,
            "dates": "",
            **fixed,
            "note": note,
        }
        for c, day, start, end, note in WEEKLY_BANS
    ]
    rows += [
        {
            "country": c,
            "timezone": ZONES[c],
            "weekday": "",
            "start": start,
            "end": end,
            "dates": dates,
            **fixed,
            "note": "national holidays; regional ones left out",
        }
        for c, (dates, start, end) in HOLIDAYS.items()
    ]
    return rows


def drayage_rows() -> list[dict]:
    return [
        {
            "radius_km": 150,
            "vehicle": "truck_artic_44t_ct",
            "max_doors": 1,
            "collection_eur_fixed": 25,
            "collection_eur_per_pallet": 6,
            "collection_eur_per_pallet_km": 0.08,
            "collection_min_fixed": 120,
            "collection_speed_kmh": 50,
            "collection_load_share": 0.6,
            "source": "cargopool",
            "confidence": SYNTHETIC,
            "licence": tables.OWN,
            "note": "estimate of collection and delivery tours; 44 t in combined transport recalled",
        }
    ]


# Kaub gauge from, to (cm), EUR per 20 ft and 40 ft loaded container, newest row with both values
LOW_WATER = (
    (131, 150, 25, 30, "contargo.net 10 Sep 2015", "verified"),
    (111, 130, 45, 60, "binnenschifffahrt-online 2019-09", "verified"),
    (100, 110, 60, 75, "binnenschifffahrt-online 2019-09", "verified"),
    (81, 99, 75, 100, "contargo.net 10 Sep 2015 (81-95), binnenschifffahrt-online 2021-11 (91-100)", "verified"),
    (71, 80, 175, 225, "contargo.net 31 Jul 2018", "verified"),
    (61, 70, 180, 220, "contargo.net 10 Sep 2015", "verified"),
    (51, 60, 248, 293, "mean of the neighbouring bands", "derived"),
    (40, 50, 315, 365, "contargo.net 12 Nov 2015 (41-50)", "verified"),
)


def low_water_rows() -> list[dict]:
    return [
        {
            "gauge": "Kaub",
            "from_cm": low,
            "to_cm": high,
            "eur_20ft": a,
            "eur_40ft": b,
            "source": source,
            "confidence": word,
            "licence": tables.FACT,
            "note": "loaded containers; years differ; a 45 ft unit extends the line from 20 to 40 ft",
        }
        for low, high, a, b, source, word in LOW_WATER
    ]


CARBON_PRICES = {
    "co2_ets1_dec2026": "EU ETS allowance, December 2026 contract",
    "co2_ets2_start": "EU ETS 2 at its start in 2028, expected",
    "co2_de_behg": "German fuel emission price 2026",
    "co2_toll_de": "CO2 part of the German truck toll",
    "co2_eib_2025": "EIB shadow cost of carbon 2025 (2016 prices)",
    "co2_eib_2030": "EIB shadow cost of carbon 2030 (2016 prices)",
}


def carbon_price_rows() -> list[dict]:
    return [
        {
            "id": r["id"],
            "name": CARBON_PRICES[r["id"]],
            "eur_per_t": r["value"],
            "year": r["year"],
            "region": r["region"],
            "source": r["source"],
            "confidence": tables.confidence(r["confidence"]),
            "licence": tables.OWN if tables.confidence(r["confidence"]) == MEMORY else tables.FACT,
            "note": "",
        }
        for r in tables.read("cost_factors.csv")
        if r["id"] in CARBON_PRICES
    ]
