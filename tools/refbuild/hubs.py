"""The 74 hubs: mode defaults, five full cluster models, and where each field comes from."""

from refbuild import tables

MODES = {"rail": "rail", "iww": "barge", "sss": "sea", "road": "road"}
TERRITORY = {"GB": "GB", "CH": "CH", "MA": "MA", "BR": "BR"}
REGION = {"GB": "great_britain", "IE": "ireland", "MA": "morocco", "BR": "brazil", "SE": "scandinavia"}
ABOVE_KAUB = {"DEMHG", "DELUH", "FRSXB", "CHBSL", "DENUE", "DEREG", "ATVIE", "HUBUD"}
CROSS_DOCK = {
    "DEDUI",
    "ESZAZ",
    "ITBLQ",
    "FRDGS",
    "GBLHR",
    "GBDVY",
    "GBTIL",
    "BEBRU",
    "ITTRS",
    "GRPIR",
    "SETRG",
    "BEANR",
    "BELGG",
    "NLRTM",
    "NLVEN",
    "DEHAM",
    "DECGN",
    "DELUH",
    "DENUE",
    "DEREG",
    "DELEJ",
    "CHBSL",
    "FRSXB",
    "FRLIO",
    "FRVTN",
    "FRFOS",
    "FRPGF",
    "LUBET",
    "ITVRN",
    "ITPDA",
    "ITSGE",
    "ITTRN",
    "ITLIV",
    "ITNVR",
    "ESBCN",
    "ESVLC",
    "ESMAD",
    "ESBIO",
    "PLPOZ",
    "PLWAW",
    "ATVIE",
    "HUBUD",
    "CZPRG",
    "IEDUB",
    "MAPTM",
    "MACAS",
    "BRSSZ",
    "BGSOF",
    "ESLPA",
}
CLUSTER = {
    "DEDUI": "Duisburg",
    "ESZAZ": "Zaragoza",
    "ITBLQ": "Bologna",
    "FRDGS": "Lille/Dourges",
    "GBLHR": "London",
    "GBBKG": "London",
    "GBLGP": "London",
    "GBTIL": "London",
    "GBPFT": "London",
    "GBDVY": "London",
}
ALWAYS = "Mo-Su 00:00-24:00"
WEEK = "Mo-Fr 05:00-22:00; Sa 06:00-14:00"
PLATFORM_ADR = "2 3 4.1 5.1 6.1 8 9"

# Values of the cluster models: (value, confidence, source).
S, M, V, D = "synthetic", "memory", "verified", "derived"
CLUSTERS: dict[str, dict[str, tuple[object, str, str]]] = {
    "DEDUI": {
        "opening": ("Mo-Fr 00:00-24:00; Sa 06:00-18:00", M, ""),
        "cross_dock_eur": (6.2, S, ""),
        "cross_dock_min": (120, S, ""),
        "cross_dock_per_hour": (60, S, ""),
        "cross_dock_kwh": (0.9, S, ""),
        "lift_eur": (35, M, "recalled range 25-45; the 2023 tariff's other handling lines agree in size"),
        "lift_min": (30, M, ""),
        "lifts_per_hour": (8, S, "the pool's share of the terminals"),
        "free_storage_days": (4, V, "Hutchison Ports Duisburg tariff 2023"),
        "storage_eur_per_unit_day": (
            18,
            D,
            "Hutchison Ports Duisburg tariff 2023: 8 EUR/TEU-day from day 5, x 2.25 TEU; 13 from day 11 and 18 from day 17 not modelled",
        ),
        "storage_eur_per_pallet_day": (0.9, S, ""),
        "yard_places": (60, S, "the pool's share"),
        "pallet_places": (600, S, ""),
        "reefer_plugs": (12, S, ""),
        "adr_classes": ("all", M, "dangerous-goods terminals at logport"),
        "depot_stock": ("pw45hc=60 iso40hc=40 c745=40 trailer_crane=15 reefer45=8", S, ""),
    },
    "ESZAZ": {
        "opening": ("Mo-Fr 06:00-22:00; Sa 07:00-14:00", M, ""),
        "cross_dock_eur": (4.8, S, ""),
        "cross_dock_min": (120, S, ""),
        "cross_dock_per_hour": (50, S, ""),
        "cross_dock_kwh": (0.8, S, ""),
        "lift_eur": (32, M, ""),
        "lift_min": (30, M, ""),
        "lifts_per_hour": (6, S, "the pool's share of PLAZA and tmZ"),
        "free_storage_days": (3, M, ""),
        "storage_eur_per_unit_day": (10, M, ""),
        "storage_eur_per_pallet_day": (0.6, S, ""),
        "yard_places": (40, S, ""),
        "pallet_places": (500, S, ""),
        "reefer_plugs": (10, S, ""),
        "adr_classes": (PLATFORM_ADR, S, ""),
        "depot_stock": ("pw45hc=30 iso40hc=30 c745=10 reefer45=6", S, ""),
    },
    "ITBLQ": {
        "opening": ("Mo-Fr 05:30-21:30; Sa 06:00-13:00", M, ""),
        "cross_dock_eur": (5.5, S, ""),
        "cross_dock_min": (120, S, ""),
        "cross_dock_per_hour": (50, S, ""),
        "cross_dock_kwh": (0.9, S, ""),
        "lift_eur": (34, M, ""),
        "lift_min": (30, M, ""),
        "lifts_per_hour": (6, S, "the pool's share"),
        "free_storage_days": (3, M, ""),
        "storage_eur_per_unit_day": (11, M, ""),
        "storage_eur_per_pallet_day": (0.7, S, ""),
        "yard_places": (40, S, ""),
        "pallet_places": (500, S, ""),
        "reefer_plugs": (8, S, ""),
        "adr_classes": (PLATFORM_ADR, S, ""),
        "depot_stock": ("pw45hc=40 iso40hc=20 c745=30 trailer_crane=15 reefer45=6", S, ""),
    },
    "FRDGS": {
        "opening": ("Mo-Fr 05:00-21:00; Sa 05:00-13:00", M, ""),
        "cross_dock_eur": (6.0, S, ""),
        "cross_dock_min": (120, S, ""),
        "cross_dock_per_hour": (55, S, ""),
        "cross_dock_kwh": (0.9, S, ""),
        "lift_eur": (36, M, ""),
        "lift_min": (30, M, ""),
        "lifts_per_hour": (6, S, "the pool's share of LDCT"),
        "free_storage_days": (3, M, ""),
        "storage_eur_per_unit_day": (12, M, ""),
        "storage_eur_per_pallet_day": (0.8, S, ""),
        "yard_places": (40, S, ""),
        "pallet_places": (500, S, ""),
        "reefer_plugs": (8, S, ""),
        "adr_classes": (PLATFORM_ADR, S, ""),
        "depot_stock": ("pw45hc=40 iso40hc=20 c745=20 trailer_crane=10 reefer45=6", S, ""),
    },
    "GBLHR": {
        "opening": (ALWAYS, M, "air cargo round the clock"),
        "cross_dock_eur": (8.5, S, ""),
        "cross_dock_min": (120, S, ""),
        "cross_dock_per_hour": (40, S, ""),
        "cross_dock_kwh": (1.0, S, ""),
        "lift_eur": (0, M, "no rail or water terminal: no lifts"),
        "lift_min": (0, M, ""),
        "lifts_per_hour": ("", M, ""),
        "free_storage_days": (1, S, ""),
        "storage_eur_per_unit_day": (25, S, ""),
        "storage_eur_per_pallet_day": (1.5, S, ""),
        "yard_places": (20, S, ""),
        "pallet_places": (300, S, ""),
        "reefer_plugs": (6, S, ""),
        "adr_classes": ("3 8 9", S, ""),
        "depot_stock": ("", S, ""),
    },
    "GBBKG": {
        "opening": (ALWAYS, M, ""),
        "lift_eur": (38, M, ""),
        "lifts_per_hour": (6, S, ""),
        "yard_places": (30, S, ""),
        "reefer_plugs": (6, S, ""),
        "adr_classes": ("3 8 9", M, "Channel Tunnel rules"),
        "depot_stock": ("pw45hc=20 reefer45=4", S, ""),
    },
    "GBLGP": {
        "opening": (ALWAYS, M, ""),
        "lift_eur": (60, M, ""),
        "yard_places": (60, S, ""),
        "reefer_plugs": (20, S, ""),
        "depot_stock": ("pw45hc=20 iso40hc=40", S, ""),
    },
    "GBTIL": {
        "opening": (ALWAYS, M, ""),
        "cross_dock_eur": (7.5, S, ""),
        "yard_places": (60, S, ""),
        "reefer_plugs": (20, S, ""),
        "depot_stock": ("trailer_tautliner=20", S, ""),
    },
    "GBPFT": {
        "opening": (ALWAYS, M, ""),
        "yard_places": (60, S, ""),
        "reefer_plugs": (20, S, ""),
        "depot_stock": ("trailer_tautliner=20", S, ""),
    },
    "GBDVY": {
        "opening": (ALWAYS, M, ""),
        "lift_eur": (36, M, ""),
        "cross_dock_eur": (6.8, S, ""),
        "cross_dock_per_hour": (60, S, ""),
        "lifts_per_hour": (8, S, ""),
        "yard_places": (60, S, ""),
        "reefer_plugs": (10, S, ""),
        "depot_stock": ("pw45hc=20 iso40hc=20", S, ""),
    },
}

LIFT_ENERGY = "2.9 kg CO2 per handling (derived default): 2 kWh and 27 MJ of diesel"
COLUMNS = [
    "id",
    "name",
    "city",
    "country",
    "unlocode",
    "lat",
    "lon",
    "timezone",
    "modes",
    "customs_territory",
    "road_region",
    "cluster",
    "role",
    "opening",
    "cross_dock_eur",
    "cross_dock_min",
    "cross_dock_per_hour",
    "cross_dock_kwh",
    "lift_eur",
    "lift_min",
    "lift_kwh",
    "lift_diesel_mj",
    "lifts_per_hour",
    "free_storage_days",
    "storage_eur_per_unit_day",
    "storage_eur_per_pallet_day",
    "yard_places",
    "pallet_places",
    "reefer_plugs",
    "adr_classes",
    "depot_stock",
    "rhine",
    "throughput",
    "source",
    "confidence",
    "licence",
    "note",
]


def _defaults(r: dict[str, str], modes: list[str]) -> dict[str, tuple[object, str, str]]:
    port = "sea" in modes
    dock = r["hub_id"] in CROSS_DOCK
    return {
        "opening": (ALWAYS if port else WEEK, M, "mode default"),
        "cross_dock_eur": (6.0 if dock else "", S, "platform default" if dock else "pure terminal"),
        "cross_dock_min": (120 if dock else "", S, ""),
        "cross_dock_per_hour": ("", S, ""),
        "cross_dock_kwh": (0.9 if dock else "", S, ""),
        "lift_eur": (50 if port else 35, M, "recalled: 25-45 inland, 40-90 in seaports"),
        "lift_min": (45 if port else 30, M, ""),
        "lift_kwh": (2, D, LIFT_ENERGY),
        "lift_diesel_mj": (27, D, LIFT_ENERGY),
        "lifts_per_hour": ("", S, ""),
        "free_storage_days": (3, M, ""),
        "storage_eur_per_unit_day": (14 if port else 10, M, ""),
        "storage_eur_per_pallet_day": (0.8 if dock else 0, S, ""),
        "yard_places": ("", S, ""),
        "pallet_places": ("", S, ""),
        "reefer_plugs": ("", S, ""),
        "adr_classes": ("all", M, "mode default"),
        "depot_stock": ("", S, ""),
    }


def hub_rows() -> tuple[list[dict], list[dict]]:
    """Rows of hubs.csv, and one row per field in hub_fields.csv."""
    hubs, fields = [], []
    for r in tables.read("hubs.csv"):
        hub_id = r["hub_id"]
        modes = [MODES[m] for m in r["modes"].split(";") if m in MODES]
        values = {**_defaults(r, modes), **CLUSTERS.get(hub_id, {})}
        if hub_id == "GBLHR":
            values |= {"lift_kwh": (0, M, ""), "lift_diesel_mj": (0, M, "")}
        for name, (value, word, source) in values.items():
            if value != "":
                fields.append(
                    {"hub": hub_id, "field": name, "value": value, "confidence": word, "source": source or "cargopool"}
                )
        fields.append(
            {
                "hub": hub_id,
                "field": "coordinates",
                "value": f"{r['lat']} {r['lon']}",
                "confidence": tables.confidence(r["coord_confidence"]),
                "source": r["coord_source"],
            }
        )
        if r["capacity_value"]:
            fields.append(
                {
                    "hub": hub_id,
                    "field": "throughput",
                    "value": f"{r['capacity_value']} {r['capacity_unit']}",
                    "confidence": tables.confidence(r["capacity_confidence"]),
                    "source": r["capacity_source"],
                }
            )
        hubs.append(
            {
                "id": hub_id,
                "name": r["name"],
                "city": r["city"],
                "country": r["country"],
                "unlocode": r["unlocode"],
                "lat": r["lat"],
                "lon": r["lon"],
                "timezone": r["timezone"],
                "modes": " ".join(modes),
                "customs_territory": TERRITORY.get(r["country"], "EU"),
                "road_region": "canary" if hub_id == "ESLPA" else REGION.get(r["country"], "continent"),
                "cluster": CLUSTER.get(hub_id, ""),
                "role": r["role"],
                **{name: value for name, (value, _, _) in values.items()},
                "rhine": ("above_kaub" if hub_id in ABOVE_KAUB else "below_kaub")
                if "barge" in modes and _on_rhine(r)
                else "",
                "throughput": f"{r['capacity_value']} {r['capacity_unit']}".strip(),
                "source": f"coordinates: {r['coord_source']}; {r['unlocode_source']}",
                "confidence": "memory",
                "licence": f"{tables.FACT}; UN/LOCODE free re-use",
                "note": "; ".join(
                    filter(
                        None,
                        (
                            f"coordinates {tables.confidence(r['coord_confidence'])}",
                            "handling prices, times and hours from memory, pool shares synthetic: see hub_fields.csv",
                            r["note"],
                        ),
                    )
                ),
            }
        )
    return hubs, fields


def _on_rhine(r: dict[str, str]) -> bool:
    return r["country"] in {"DE", "NL", "BE", "CH", "AT", "HU"} or r["hub_id"] in {"FRSXB", "FRDGS", "FRDKK"}
