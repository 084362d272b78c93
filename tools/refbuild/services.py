"""The 142 lines as services per direction, with what is not known filled in and marked."""

import math
import re
from dataclasses import dataclass, field

from refbuild import tables

from cargopool.reference import timetable

MODE_OF = {
    "rail": "rail",
    "rail motorway": "rail",
    "rail+sea pooling pilot": "rail",
    "tunnel shuttle": "rail",
    "barge": "barge",
    "ro-ro": "sea",
    "ro-pax": "sea",
    "deep-sea": "sea",
    "lo-lo": "sea",
}
BASE_STATUS = ("active", "unknown", "synthetic")

BOXES = "iso20 iso40 iso40hc pw40 pw45hc reefer45"
SWAPS = "c715 c745 c782 a1360"
RAIL_ADR = "2 3 4.1 4.2 4.3 5.1 5.2 6.1 8 9"
ADR = {"rail": RAIL_ADR, "barge": RAIL_ADR, "ro-ro": "2 3 4.1 5.1 6.1 8 9", "ro-pax": "3 8 9", "lo-lo": RAIL_ADR}
TUNNEL_ADR = "3 8 9"

RAIL_GROSS_T = 1600
WH_PER_GROSS_TKM = 1200 * RAIL_GROSS_T**-0.62
UNIT_SHARE = (RAIL_GROSS_T - 580) / RAIL_GROSS_T
"""Mass of loaded units over the trailing mass of the train: 26 wagons of about 22 t are not units."""
EMPTY_SHARE = 1.10
RAIL_MJ = round(WH_PER_GROSS_TKM * 3.6e-3 / UNIT_SHARE * EMPTY_SHARE, 4)
UK_DIESEL_RAIL_MJ = round(34.7 / 89.188 * 14 / 19, 3)
RORO_MJ = round(63.3 / 89.6 * 16 / 22.5, 3)
ENERGY = {
    "rail": (
        RAIL_MJ,
        "electricity",
        "train energy 1200 x 1600^-0.62 Wh/gross-tkm (verified), over the units' 64 % of the gross mass, +10 % empty running (synthetic)",
    ),
    "uk rail": (
        UK_DIESEL_RAIL_MJ,
        "diesel",
        "UK freight train average 34.7 g/tkm (verified, OGL), per gross tonne of unit (14/19)",
    ),
    "barge": (0.19, "diesel", "large Rhine vessel, from memory"),
    "small barge": (0.26, "diesel", "canal vessel under 160 TEU, from memory"),
    "ro-ro": (
        RORO_MJ,
        "mgo",
        "UK ro-ro ferry average 63.3 g/tkm (verified, OGL), per gross tonne of trailer (16/22.5)",
    ),
    "ro-pax": (0.9, "mgo", "from memory"),
    "lo-lo": (0.25, "mgo", "feeder vessel, from memory; published values range from 0.16 to 0.40"),
    "deep-sea": (0.09, "vlsfo", "from memory"),
}


@dataclass
class Line:
    """One line of the fact table, or a row added here."""

    id: str
    fact: dict[str, str]
    kind: str
    mode: str
    status: str
    runs: float
    runs_note: str = ""
    synthetic: list[str] = field(default_factory=list)
    derived: list[str] = field(default_factory=list)


# Clock times and days that the notes give: (line, direction): fields that replace generated ones.
KNOWN: dict[tuple[str, str], dict] = {
    ("S004", "out"): {"departure": 1054, "arrival": (1, 17)},
    ("S004", "back"): {"departure": 255, "arrival": (0, 660)},
    ("S011", "out"): {"weekdays": {0, 2, 4}},
    ("S011", "back"): {"weekdays": {1, 3, 5}},
    ("S013", "out"): {"weekdays": {0, 1, 2, 3, 4}, "departure": 1439, "arrival": (2, 30), "closing": 59, "ready": 210},
    ("S013", "back"): {"weekdays": {0, 1, 2, 3, 4}, "departure": 1320, "arrival": (2, 30), "closing": 60, "ready": 300},
    ("S016", "out"): {"weekdays": {0, 2, 4}},
    ("S016", "back"): {"weekdays": {0, 2, 4}},
    ("S023", "out"): {"weekdays": {1}, "departure": 1020, "arrival": (1, 900), "closing": 240, "ready": 180},
    ("S024", "out"): {"departure": 540, "arrival": (1, 360)},
    ("S028", "out"): {"departure": 1260, "closing": 240},
    ("S061", "out"): {"departure": 990, "arrival": (1, 195)},
    ("S076", "out"): {"weekdays": {3}},
    ("S100", "out"): {"weekdays": {2, 5}},
    ("S118", "out"): {"arrive_at": 300},
    ("S122", "out"): {"weekdays": {2, 4, 6}},
    ("S126", "out"): {"weekdays": {0, 1, 2, 3, 4, 5}, "departure": 1439, "arrival": (1, 1140)},
    ("S128", "out"): {"weekdays": {3, 6}},
}
RUNS_UNKNOWN = {"S005": 5.0, "S037": 2.0, "S082": 3.0}
ADDED = (
    {
        "service_id": "X001",
        "mode": "lo-lo",
        "operator": "SYNTHETIC feeder",
        "origin": "MAPTM",
        "destination": "MACAS",
        "freq_per_week_each_way": "3",
        "transit_h": "19",
        "capacity_per_departure": "200",
        "capacity_unit": "TEU",
    },
    {
        "service_id": "X002",
        "mode": "lo-lo",
        "operator": "SYNTHETIC feeder",
        "origin": "ESALG",
        "destination": "MACAS",
        "freq_per_week_each_way": "2",
        "transit_h": "19",
        "capacity_per_departure": "200",
        "capacity_unit": "TEU",
    },
    {
        "service_id": "X003",
        "mode": "lo-lo",
        "operator": "SYNTHETIC short sea",
        "origin": "NLRTM",
        "destination": "MAPTM",
        "freq_per_week_each_way": "2",
        "transit_h": "93",
        "capacity_per_departure": "400",
        "capacity_unit": "TEU",
    },
    {
        "service_id": "X004",
        "mode": "deep-sea",
        "operator": "SYNTHETIC relay",
        "origin": "BRSSZ",
        "destination": "MAPTM",
        "freq_per_week_each_way": "1",
        "transit_h": "292",
        "capacity_per_departure": "1500",
        "capacity_unit": "TEU",
    },
    {
        "service_id": "X005",
        "mode": "lo-lo",
        "operator": "SYNTHETIC short sea",
        "origin": "NLRTM",
        "destination": "GBLGP",
        "freq_per_week_each_way": "4",
        "transit_h": "13",
        "capacity_per_departure": "300",
        "capacity_unit": "TEU",
    },
)


def lines() -> list[Line]:
    found = []
    for r in tables.read("services.csv"):
        found.append(_line(r))
    for extra in ADDED:
        r = {
            "status": "synthetic",
            "as_of": "-",
            "evidence": "synthetic",
            "source": "cargopool",
            "notes": "added to reach Casablanca, Santos and London by sea",
            "verified_fields": "none",
        }
        found.append(_line({**r, **extra}))
    return found


def _line(r: dict[str, str]) -> Line:
    line = Line(r["service_id"], r, r["mode"], MODE_OF[r["mode"]], _status(r), 0.0)
    if r["freq_per_week_each_way"]:
        line.runs = float(r["freq_per_week_each_way"])
    else:
        line.runs = RUNS_UNKNOWN[line.id]
        line.synthetic.append("frequency")
    return line


def _status(r: dict[str, str]) -> str:
    if r["mode"] == "tunnel shuttle":
        return "road_link"
    word = r["status"].split()[0].rstrip("?")
    return {
        "active": "active",
        "unknown": "unknown",
        "synthetic": "synthetic",
        "discontinued": "discontinued",
        "planned": "planned",
        "pilot": "pilot",
        "seasonal": "seasonal",
    }[word]


class Links:
    """Rows of the packaged link tables by pair, in either direction."""

    def __init__(self) -> None:
        self.rows: dict[tuple[str, str, str], dict[str, str]] = {}
        for mode, name in (("rail", "links_rail.csv"), ("barge", "links_water.csv"), ("sea", "links_sea.csv")):
            for r in _packaged(name):
                self.rows[mode, r["origin"], r["destination"]] = r
                turned = {**r, "hours": r["hours_back"], "hours_back": r["hours"]}
                if r.get("countries"):
                    turned["countries"] = " ".join(reversed(r["countries"].split()))
                self.rows[mode, r["destination"], r["origin"]] = turned

    def get(self, mode: str, origin: str, destination: str) -> dict[str, str]:
        if (origin, destination) in {("FRCQF", "GBFOL"), ("GBFOL", "FRCQF")}:
            mode = "sea"
        return self.rows[mode, origin, destination]


def _packaged(name: str) -> list[dict[str, str]]:
    import csv

    with (tables.DATA / name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _transit_min(line: Line, link: dict[str, str], back: bool) -> int:
    published = line.fact["transit_h"]
    if published:
        hours = float(published)
        if back and link["hours"] != link["hours_back"]:
            hours *= float(link["hours"]) / float(link["hours_back"])
    else:
        extra = 1.0 + (6.0 if link.get("gauge_break") else 0.0) + (3.0 if _crosses_tunnel(line) else 0.0)
        hours = float(link["hours"]) + extra
        if "transit" not in line.derived:
            line.derived.append("transit")
    return math.ceil(hours * 4) * 15


def _crosses_tunnel(line: Line) -> bool:
    return line.mode == "rail" and line.fact["origin"].startswith("GB") != line.fact["destination"].startswith("GB")


def _capacity(line: Line, link: dict[str, str]) -> dict[str, object]:
    value, unit = line.fact["capacity_per_departure"], line.fact["capacity_unit"]
    if not value:
        line.synthetic.append("capacity")
        value, unit = (
            ("34", "load units") if line.mode == "rail" else (str(min(200, int(link.get("teu") or 200))), "TEU")
        )
    count = float(value)
    if unit.startswith("wagons"):
        count, unit = (38.0 if count == 22 else 2 * count), "load units"
    teu: object = ""
    if unit.startswith("TEU"):
        teu, units = count, int(count)
    else:
        units = int(count)
        teu = round(count * 2.25, 2) if line.mode == "rail" else ""
    tonnes: object = ""
    if line.mode == "rail":
        tonnes = round(1020 * (units if not unit.startswith("TEU") else count / 2.25) / 34)
    elif unit.startswith("TEU"):
        tonnes = round(count * 13)
    plugs = {"rail": 4, "barge": max(6, int(count * 0.06)), "ro-ro": 40, "ro-pax": 12, "lo-lo": 60, "deep-sea": 200}
    return {
        "teu": f"{teu:g}" if teu != "" else "",
        "units": units,
        "gross_tonnes": tonnes,
        "length_m": "",
        "plugs": plugs.get(line.kind, plugs.get(line.mode, 12)),
        "places": count / 2.25 if unit.startswith("TEU") else count,
    }


def _units_and_gauges(line: Line) -> tuple[str, str]:
    text = f"{line.fact['capacity_unit']} {line.fact['notes']} {line.fact['operator']}"
    if line.kind == "tunnel shuttle":
        return "none", ""
    if line.kind == "deep-sea":
        return "iso20 iso40 iso40hc", ""
    if line.kind == "lo-lo" or line.mode == "barge":
        return BOXES, ""
    if line.kind == "ro-ro":
        return "trailer_tautliner trailer_reefer trailer_crane trailer_mega pw45hc reefer45", ""
    if line.kind == "ro-pax":
        return "trailer_tautliner trailer_reefer trailer_crane trailer_mega", ""
    if "no semitrailers" in text:
        return f"{BOXES} {SWAPS}", "C45"
    if re.search(r"VIIA|Lorry-Rail|Tramesa|rail motorway|Adif", text) or line.kind == "rail motorway":
        boxes = f" {BOXES}" if "containers" in text else ""
        return f"trailer_tautliner trailer_reefer trailer_crane{boxes}", "C45 P386 P400 lohr"
    if ("45ft" in line.fact["capacity_unit"] and "semi-trailers" not in text) or "45ft containers" in text:
        return "pw45hc reefer45", "C45"
    if "semi-trailers or 45ft" in text:
        return "trailer_crane pw45hc reefer45", "C45 P386 P400"
    if "semi-trailers P400" in text:
        return f"trailer_crane {BOXES} {SWAPS}", "C45 P386 P400"
    if "P400" in text:
        return f"{BOXES} {SWAPS} trailer_crane", "C45 P386 P400"
    if "P386" in text:
        return f"{BOXES} {SWAPS}", "C45 P386"
    if "TEU" in line.fact["capacity_unit"]:
        return BOXES, "C45"
    return f"{BOXES} {SWAPS}", "C45"


def _tariff(line: Line, service_id: str, km: float) -> tuple[float, float, float]:
    """(EUR per unit, EUR per TEU, minimum) from memory rates, with a seeded spread of +-12 %."""
    spread = 0.88 + timetable.seeded(line.id, "price", 25) / 100
    if line.mode == "rail":
        unit, teu, low = 20 + 0.35 * km, 0.20 * km, 140.0
    elif line.mode == "barge":
        unit, teu, low = 10.0, 40 + 0.18 * km, 60.0
    elif line.kind == "ro-pax":
        unit, teu, low = 250 + 0.55 * km, 0.0, 150.0
    elif line.kind == "ro-ro":
        unit, teu, low = 320 + 0.50 * km, 0.0, 250.0
    elif line.kind == "deep-sea":
        unit, teu, low = 150.0, 300 + 0.06 * km, 300.0
    else:
        unit, teu, low = 60.0, 90 + 0.09 * km, 120.0
    return round(unit * spread, 2), round(teu * spread, 2), low


def _slots(line: Line, places: float) -> tuple[int, int]:
    low, high = (3, 10) if line.mode == "rail" else (3, 5)
    share = low + timetable.seeded(line.id, "allotment", 10 * (high - low) + 1) / 10
    spot = 3 + timetable.seeded(line.id, "spot", 41) / 10
    return max(1, round(places * share / 100)), max(1, round(places * spot / 100))


def _energy(line: Line) -> tuple[float, str, str]:
    if line.mode == "rail":
        domestic = line.fact["origin"].startswith("GB") and line.fact["destination"].startswith("GB")
        return ENERGY["uk rail" if domestic else "rail"]
    if line.mode == "barge":
        small = line.fact["capacity_unit"] == "TEU" and float(line.fact["capacity_per_departure"] or 200) < 160
        return ENERGY["small barge" if small else "barge"]
    return ENERGY[line.kind]


def service_rows(zones: dict[str, str], countries: dict[str, str]) -> list[dict]:
    links = Links()
    rows = []
    for line in lines():
        for back in (False, True):
            rows += _direction(line, back, links, zones, countries)
    return rows


def _runs_of(line: Line, back: bool) -> int:
    if line.runs == int(line.runs):
        return int(line.runs)
    return math.floor(line.runs) if back else math.ceil(line.runs)


def _direction(line: Line, back: bool, links: Links, zones: dict[str, str], countries: dict[str, str]) -> list[dict]:
    origin, destination = line.fact["origin"], line.fact["destination"]
    if back:
        origin, destination = destination, origin
    link = links.get(line.mode, origin, destination)
    transit = _transit_min(line, link, back)
    known = KNOWN.get((line.id, "back" if back else "out"), {})
    capacity = _capacity(line, link)
    headway = line.runs >= timetable.HEADWAY_RUNS
    waves = (int(line.runs),) if headway else timetable.waves_of(_runs_of(line, back))
    rows = []
    for wave, runs in enumerate(waves):
        service_id = f"{line.id}{'abc'[wave] if wave else ''}{'R' if back else ''}"
        times = timetable.generate(
            service_id, line.mode, min(runs, 7), transit, (zones[origin], zones[destination]), wave
        )
        departure, arrival = known.get("departure", times.departure), known.get("arrival", times.arrival)
        weekdays = known.get("weekdays", times.weekdays)
        if "departure" in known and "arrival" not in known:
            arrival = timetable.arrival_of(departure, transit, zones[origin], zones[destination])
        if "arrive_at" in known:
            departure = (
                known["arrive_at"]
                - transit
                + timetable.utc_offset_min(zones[origin])
                - timetable.utc_offset_min(zones[destination])
            ) % 1440
            arrival = timetable.arrival_of(departure, transit, zones[origin], zones[destination])
        rows.append(
            _row(
                line,
                service_id,
                origin,
                destination,
                link,
                capacity,
                headway,
                runs,
                weekdays,
                departure,
                arrival,
                known,
                countries,
            )
        )
    return rows


def _row(
    line, service_id, origin, destination, link, capacity, headway, runs, weekdays, departure, arrival, known, countries
) -> dict:
    unit_types, gauges = _units_and_gauges(line)
    per_unit, per_teu, minimum = _tariff(line, service_id, float(link["km"]))
    allotment, spot = _slots(line, capacity["places"])
    mj, carrier, energy_note = _energy(line)
    closing = known.get("closing", timetable.CLOSING_MIN[line.mode])
    classes = "16500=0.9 25000=1 36000=1.15" if "Kombiverkehr" in line.fact["operator"] else ""
    adr = TUNNEL_ADR if _crosses_tunnel(line) else ADR.get(line.kind, ADR.get(line.mode, RAIL_ADR))
    km_by_country = link.get("countries") or ""
    if line.kind == "tunnel shuttle":
        km_by_country = "FR=31 GB=19" if origin == "FRCQF" else "GB=19 FR=31"
    verified = (
        line.fact["verified_fields"].replace("+", ", ")
        if line.fact["verified_fields"] not in ("none", "existence at most")
        else ""
    )
    read = (
        "days"
        if "weekdays" in known and "departure" not in known
        else "days and clock times"
        if "weekdays" in known
        else "clock times"
        if known
        else ""
    )
    note = "; ".join(
        filter(
            None,
            (
                f"verified: {verified}"
                if verified
                else (
                    "line from memory"
                    if line.fact["evidence"] == "memory"
                    else "line invented"
                    if line.status == "synthetic"
                    else ""
                ),
                f"from the notes: {read}" if read else "",
                f"derived: {', '.join(line.derived)}" if line.derived else "",
                "synthetic: "
                + ", ".join(
                    filter(
                        None,
                        (
                            "" if "clock times" in read else "clock times",
                            "" if "days" in read or headway else "days",
                            *dict.fromkeys(line.synthetic),
                            "allotment and spot slots",
                            "tariff",
                            "unit types and ADR by mode",
                        ),
                    )
                ),
                f"energy: {energy_note}",
                f"status in the source: {line.fact['status']} ({line.fact['as_of']})",
                line.fact["notes"]
                .replace("; use synthetic 5/wk", "")
                .replace("; transit suggestion 18-24 h (synthetic)", ""),
            ),
        )
    )
    return {
        "id": service_id,
        "line": line.id,
        "name": f"{_short(line.fact['operator'])} {origin}-{destination}",
        "operator": line.fact["operator"],
        "mode": line.mode,
        "kind": line.kind.split()[0] if line.mode != "sea" else line.kind,
        "origin": origin,
        "destination": destination,
        "status": line.status,
        "base": "yes" if line.status in BASE_STATUS else "no",
        "runs_per_week": runs,
        "weekdays": " ".join(_DAYS[d] for d in sorted(weekdays)) if not headway else "",
        "departure": _clock((0, departure)),
        "arrival": _clock(arrival),
        "closing_min": 0 if headway else closing,
        "pick_up_ready_min": 60 if headway and line.mode == "sea" else known.get("ready", timetable.PICK_UP_READY_MIN),
        "booking_close_min": 0 if headway else timetable.booking_close_min(departure),
        "headway_min": round(7 * 1440 / line.runs) if headway else "",
        "km": f"{float(link['km']):g}",
        "countries": km_by_country if carrier == "electricity" else "",
        "cap_teu": capacity["teu"],
        "cap_units": capacity["units"],
        "cap_gross_tonnes": capacity["gross_tonnes"],
        "cap_plugs": capacity["plugs"],
        "unit_types": unit_types,
        "gauges": gauges,
        "adr_classes": adr,
        "eur_per_unit": f"{per_unit:g}",
        "eur_per_teu": f"{per_teu:g}",
        "min_eur": f"{minimum:g}",
        "weight_classes": classes,
        "allotment_units": allotment if not headway else 0,
        "spot_units": spot if not headway else "",
        "cancel_before_min": 1440,
        "cancel_eur": f"{round((per_unit + 2 * per_teu) * 0.3):g}",
        "mj_per_gross_tkm": mj,
        "carrier": carrier,
        "run_gross_t": 1020
        if line.mode == "rail"
        else capacity["gross_tonnes"] or round(float(capacity["units"]) * 22),
        "energy_source": energy_note,
        "energy_confidence": _energy_word(energy_note),
        "evidence": line.fact["evidence"],
        "verified_fields": line.fact["verified_fields"],
        "source": line.fact["source"] or "cargopool",
        "confidence": "synthetic",
        "licence": tables.OWN
        if line.fact["source"] in ("", "cargopool")
        else f"{tables.FACT}; km {tables.OSM}"
        if line.mode == "rail"
        else tables.FACT,
        "note": note,
    }


def _energy_word(note: str) -> str:
    """Weakest word of an energy note."""
    return "memory" if "memory" in note else "synthetic" if "synthetic" in note else "derived"


_DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")


def _short(operator: str) -> str:
    return re.split(r"[,(/]", operator)[0].strip() or operator


def _clock(moment: tuple[int, int]) -> str:
    day, minute = moment
    return f"{day}+{minute // 60:02d}:{minute % 60:02d}"
