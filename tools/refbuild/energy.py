"""Truck and vessel classes, energy constants and versions of the factor sets."""

from refbuild import tables
from refbuild.factors import DEFAULT, DERIVED, GLEC_SET, MEMORY, UK

GLEC_DIESEL_TTW = 74.1
"""g/MJ tank-to-wheel of fossil diesel, GLEC Framework v3: the printed barge rows have its ratio of well-to-wheel."""
SHIP_TTW = 78.2
"""g/MJ tank-to-wheel of ship fuel, recalled; the printed sea rows give grams only."""
CARGO_PER_GROSS = 0.833333
"""10 t of cargo on 12 t gross per TEU."""
OPENTNSIM = "draughts: OpenTNSim ship types (TU Delft; Rijkswaterstaat fleet data), verified"
COLUMNS = ("source", "confidence", "licence", "note")

SETS = (
    {
        "set": DEFAULT,
        "version": "2026.1",
        "source": "UK Government GHG conversion factors 2025 and own derivations",
        "confidence": DERIVED,
        "licence": tables.OGL,
        "note": "default",
    },
    {
        "set": GLEC_SET,
        "version": "3.0 (2 Apr 2024 update)",
        "source": "GLEC Framework v3, Smart Freight Centre",
        "confidence": DERIVED,
        "licence": tables.GLEC,
        "note": "attributed, replaceable, never the default",
    },
)

# id, name, empty, full (MJ/km on diesel), at kg
TRUCKS = (
    ("artic_33t", "Articulated truck > 33 t", 8.96, 14.825, 25_000, "capacity of 25 t assumed"),
    ("roadtrain", "Rigid and drawbar", 8.96, 14.825, 24_000, "as the articulated truck"),
)

# id, name, mode, CEMT, MJ per gross tkm, loading, draught empty / loaded, source, confidence, note
VESSELS = (
    ("small_barge", "Small vessel, up to 80 m", "barge", "III", 0.4, 0.75, 0.385, "recalled", MEMORY, "1.0 / 2.6 m"),
    (
        "canal_85m",
        "Canal vessel of 85 m, up to 160 TEU",
        "barge",
        "IV",
        0.26,
        0.75,
        0.414,
        "recalled",
        MEMORY,
        "1.2 / 2.9 m",
    ),
    ("rhine_110m", "Large Rhine vessel of 110 m", "barge", "Va", 0.19, 0.75, 0.4, "recalled", MEMORY, "1.4 / 3.5 m"),
    ("rhine_135m", "Large Rhine vessel of 135 m", "barge", "VIa", 0.17, 0.75, 0.4, "recalled", MEMORY, "1.4 / 3.5 m"),
    ("coupled", "Coupled convoy", "barge", "Vb", 0.16, 0.75, 0.429, "recalled", MEMORY, "1.5 / 3.5 m"),
    (
        "ro_ro",
        "Ro-ro ferry",
        "sea",
        "",
        0.502,
        0.7,
        0.6,
        UK,
        DERIVED,
        "63.3 g/tkm over 89.6 g/MJ, per gross tonne of trailer (16/22.5)",
    ),
    ("ro_pax", "Ro-pax ferry", "sea", "", 0.9, 0.7, 0.7, "recalled", MEMORY, "published values differ by four times"),
    (
        "feeder",
        "Container feeder",
        "sea",
        "",
        0.25,
        0.7,
        0.5,
        "recalled",
        MEMORY,
        "published values range from 0.16 to 0.40",
    ),
    ("deep_sea", "Deep-sea container ship", "sea", "", 0.09, 0.7, 0.4, "recalled", MEMORY, ""),
)

# fact id, id, CEMT, loading, draught empty / loaded
GLEC_BARGES = (
    ("iwt_mv_50m", "mv_50m", "II", 0.5, 0.385),
    ("iwt_mv_50_80m", "mv_80m", "III", 0.55, 0.385),
    ("iwt_mv_85_110m", "mv_110m", "Va", 0.52, 0.4),
    ("iwt_mv_135m", "mv_135m", "Va", 0.5, 0.4),
    ("iwt_coupled_convoy", "convoy", "Vb", 0.61, 0.429),
    ("iwt_pushed_2", "pushed_2", "Vb", 0.7, 0.54),
    ("iwt_pushed_4_5", "pushed_4", "VIb", 0.7, 0.45),
    ("iwt_pushed_6", "pushed_6", "VIc", 0.7, 0.45),
    ("iwt_container_110m", "rhine_110m", "Va", 0.75, 0.4),
    ("iwt_container_135m", "rhine_135m", "VIa", 0.75, 0.4),
    ("iwt_container_coupled", "coupled", "Vb", 0.68, 0.429),
)
GLEC_SHIPS = (
    ("sea_roro_0_4999dwt", "ro_ro_5k"),
    ("sea_roro_5000_9999dwt", "ro_ro_10k"),
    ("sea_roro_10000_14999dwt", "ro_ro_15k"),
    ("sea_roro_15000dwt", "ro_ro"),
    ("sea_ropax_2000_4999gt", "ro_pax_5k"),
    ("sea_ropax_5000_9999gt", "ro_pax_10k"),
    ("sea_ropax_10000_19999gt", "ro_pax_20k"),
    ("sea_ropax_20000gt", "ro_pax"),
    ("sea_container_intra_north_europe_dry", "feeder"),
    ("sea_container_intra_med_dry", "feeder_med"),
    ("sea_container_northeurope_med_dry", "container_north_med"),
)

RATIO_MEMORY = "recalled: consumption of the same truck on this carrier against diesel"
RATIO_GLEC = "GLEC Framework v3 (2 Apr 2024 update), Module 2, p.92-93: MJ/tkm over that of the diesel truck, 0.984"
STREAM = "Contargo IRIS Co2Calculator.java (2022): 310 g/container-km up, 170 down, full; over their mean"
DIESEL_TRAIN = "recalled: engine and transmission of a diesel locomotive at 37 %"
TRAIN = "EcoTransIT World Methodology and Data, 15 Jul 2010, table 23: fits at 500, 1000, 1500 and 2000 t"

# key, value, unit, source, confidence, licence, note
BOTH = (
    ("train_wh_per_gross_tkm", 1200, "Wh/gross-tkm", TRAIN, "verified", tables.FACT, "x W ^ train_exponent"),
    ("train_exponent", -0.62, "-", TRAIN, "verified", tables.FACT, ""),
    ("diesel_train_ratio", 2.7, "-", DIESEL_TRAIN, MEMORY, tables.OWN, "fuel over electricity of the same train"),
    ("barge_direction.up", 1.291667, "-", STREAM, DERIVED, tables.FACT, "reports to customers take the round trip"),
    ("barge_direction.down", 0.708333, "-", STREAM, DERIVED, tables.FACT, "reports to customers take the round trip"),
    (
        "gross_t_per_teu",
        12,
        "t/TEU",
        "10 t of cargo per TEU where mass is unknown, and 2 t of tare",
        MEMORY,
        tables.OWN,
        "",
    ),
    ("truck_energy_ratio.diesel", 1, "-", "definition", "verified", tables.OWN, ""),
    ("truck_energy_ratio.diesel_b7", 1, "-", "same engine", DERIVED, tables.OWN, "per MJ"),
    ("truck_energy_ratio.hvo", 1, "-", "same engine", DERIVED, tables.OWN, "per MJ"),
)
RATIOS = {
    DEFAULT: {"cng": 1.15, "lng": 1.18, "bio_lng": 1.18, "electricity": 0.4, "hydrogen": 0.8},
    GLEC_SET: {"cng": 1.150, "lng": 1.197, "bio_lng": 1.169, "electricity": 0.622},
}

CARRIERS = (
    (
        DEFAULT,
        "diesel_b7",
        18.5,
        69.3,
        "recalled: 7 % biodiesel by volume in mineral diesel (74.1 g/MJ)",
        MEMORY,
        tables.OWN,
        "",
    ),
    (DEFAULT, "cng", 15.0, 56.6, "recalled", MEMORY, tables.OWN, "without methane slip"),
)


def set_rows() -> list[dict]:
    return [dict(row) for row in SETS]


def carrier_rows() -> list[dict]:
    names = ("set", "id", "wtt_g_per_mj", "ttw_g_per_mj", *COLUMNS)
    rows = [dict(zip(names, row, strict=True)) for row in CARRIERS]
    facts = {r["id"]: r for r in tables.read("emission_factors.csv")}
    for name, fact_id in (("ship_mix", "sea_container_intra_north_europe_dry"), ("ship_vlsfo", "sea_roro_15000dwt")):
        fact = facts[fact_id]
        wtt = round(SHIP_TTW * float(fact["wtt"]) / float(fact["ttw"]), 2)
        note = "the printed ratio of well-to-tank and tank-to-wheel; 78.2 g/MJ tank-to-wheel recalled"
        rows.append(
            dict(zip(names, (GLEC_SET, name, wtt, SHIP_TTW, fact["source"], DERIVED, tables.GLEC, note), strict=True))
        )
    return rows


def truck_rows() -> list[dict]:
    return [
        {
            "set": factor_set,
            "id": name,
            "name": text,
            "mj_per_km_empty": empty,
            "mj_per_km_full": full,
            "full_load_kg": kg,
            "source": f"{UK}, articulated > 33 t: 799.1 + 523.0 x load share g/km, over 89.19 g/MJ",
            "confidence": DERIVED,
            "licence": tables.OGL,
            "note": note,
        }
        for factor_set in (DEFAULT, GLEC_SET)
        for name, text, empty, full, kg, note in TRUCKS
    ]


def _vessel(factor_set, name, text, mode, cemt, tkm, teu_km, cargo, load, light, *origin) -> dict:
    values = (factor_set, name, text, mode, cemt, tkm, teu_km, cargo, load, light, *origin)
    names = (
        "set",
        "id",
        "name",
        "mode",
        "cemt",
        "mj_per_tkm",
        "mj_per_teu_km",
        "cargo_share",
        "load_share",
        "light_share",
    )
    return dict(zip((*names, *COLUMNS), values, strict=True))


def vessel_rows() -> list[dict]:
    rows = []
    for name, text, mode, cemt, mj, load, light, source, confidence, note in VESSELS:
        licence = tables.OGL if source == UK else tables.OWN
        told = f"{note}; {OPENTNSIM}" if mode == "barge" else note
        rows.append(_vessel(DEFAULT, name, text, mode, cemt, mj, 0, 1, load, light, source, confidence, licence, told))
    facts = {r["id"]: r for r in tables.read("emission_factors.csv")}
    for fact_id, name, cemt, load, light in GLEC_BARGES:
        fact = facts[fact_id]
        mj = round(float(fact["ttw"]) / GLEC_DIESEL_TTW, 6)
        note = f"printed {fact['ttw']} g/tkm tank-to-wheel over {GLEC_DIESEL_TTW} g/MJ; {OPENTNSIM}"
        origin = (fact["source"], DERIVED, tables.GLEC, note)
        rows.append(
            _vessel(GLEC_SET, name, fact["category"], "barge", cemt, mj, 0, CARGO_PER_GROSS, load, light, *origin)
        )
    grams = {row["id"]: row["wtt_g_per_mj"] + row["ttw_g_per_mj"] for row in carrier_rows()}
    for fact_id, name in GLEC_SHIPS:
        fact = facts[fact_id]
        per_teu = fact["unit"] == "gCO2e/TEU-km"
        carrier = "ship_mix" if per_teu else "ship_vlsfo"
        mj = round(float(fact["wtw"]) / grams[carrier], 6)
        note = f"printed {fact['wtw']} {fact['unit']} well-to-wheel over {grams[carrier]:g} g/MJ of {carrier}"
        origin = (fact["source"], DERIVED, tables.GLEC, note)
        tkm, teu_km = (0, mj) if per_teu else (mj, 0)
        rows.append(_vessel(GLEC_SET, name, fact["category"], "sea", "", tkm, teu_km, 1, 0.7, 0.5, *origin))
    return rows


def constant_rows() -> list[dict]:
    names = ("set", "key", "value", "unit", *COLUMNS)
    rows = []
    for factor_set in (DEFAULT, GLEC_SET):
        rows += [
            dict(zip(names, (factor_set, key, value, unit, source, word, licence, note), strict=True))
            for key, value, unit, source, word, licence, note in BOTH
        ]
        own = factor_set == DEFAULT
        origin = (RATIO_MEMORY, MEMORY, tables.OWN, "") if own else (RATIO_GLEC, DERIVED, tables.GLEC, "")
        for carrier, ratio in RATIOS[factor_set].items():
            key = f"truck_energy_ratio.{carrier}"
            rows.append(dict(zip(names, (factor_set, key, ratio, "-", *origin), strict=True)))
    return rows
