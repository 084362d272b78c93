"""Seeded defects: what is broken, the code that must be reported, and the text at which it must point."""

from dataclasses import dataclass

Y, H, D, U, V, L, S, K = (
    "scenario.yaml",
    "hubs.csv",
    "doors.csv",
    "load_units.csv",
    "vehicles.csv",
    "links.csv",
    "services.csv",
    "shipments.csv",
)

ONE_BAN = '    - {country: DE, timezone: Europe/Berlin, weekday: Su, start: "00:00", end: "22:00"}'
EVERY_DAY = [
    f'    - {{country: DE, timezone: Europe/Berlin, weekday: {day}, start: "00:00", end: "24:00"}}'
    for day in ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
]


@dataclass(frozen=True)
class Defect:
    """Replace ``old`` by ``new`` in ``file``; ``code`` must be found at the place of ``at``.

    ``at`` is looked for from the start of the line that the change is in, with ``^`` from the top of the file; empty
    means the very start.
    """

    code: str
    file: str
    old: str
    new: str
    at: str
    variant: str = "base"


def place_of(text: str, changed_at: int, at: str) -> tuple[int, int]:
    """Line and column of a text at or after the line of the change."""
    if not at:
        return 1, 1
    start = 0 if at.startswith("^") else text.rfind("\n", 0, changed_at) + 1
    position = text.index(at.removeprefix("^"), start)
    return text.count("\n", 0, position) + 1, position - text.rfind("\n", 0, position)


DEFECTS = [
    # YAML: syntax, limits, keys
    Defect("E0103", Y, "hubs: {table: hubs.csv}", "hubs: {table: hubs.csv", ": {table: doors"),
    Defect("E0103", Y, "  radius_km: 120", "\tradius_km: 120", "\tradius_km"),
    Defect("E0103", Y, "notes: all numbers are invented", "notes: *nothing", "*nothing"),
    Defect("E0103", Y, "notes: all", 'notes: "all', '00:00", end'),
    Defect("E0104", Y, "notes: all numbers are invented", "notes: " + "[" * 70, "[" * 7 + "\n"),
    Defect("E0108", Y, "synthetic: true", "synthetic: true\nname: other", "name: other"),
    Defect("E0108", Y, "  unserved: allowed", "  unserved: allowed\n  weights: {}", "weights: {}"),
    Defect("E0109", Y, "name: base for defects", "name: !!python/name:os.system x", "!!python"),
    Defect("E0109", Y, "synthetic: true", "<<: {synthetic: true}", "<<"),
    Defect("E0110", Y, "synthetic: true", "--- synthetic: true", "--- synthetic"),
    Defect("E0111", Y, "notes: all numbers are invented", "notes: &a [*a]", "*a"),
    Defect("E0102", Y, "notes: all", "notes: \udcff all", "\udcff"),
    Defect("E0201", Y, "synthetic: true", "synthetics: true", "synthetics"),
    Defect("E0201", Y, "  radius_km: 120", "  radius: 120", "radius"),
    Defect("E0201", Y, "  vehicles: {table", "  trucks: {table", "trucks"),
    Defect("E0201", Y, "doors: {table: doors.csv}", "doors: {tables: doors.csv}", "tables"),
    Defect("E0201", Y, "eur_per_unit: 250", "eur_per_box: 250", "eur_per_box"),
    Defect("E0202", Y, "name: base for defects\n", "", "^format"),
    Defect("E0203", Y, "synthetic: true", "synthetic: perhaps", "perhaps"),
    Defect("E0203", Y, "name: base for defects", "name: [base]", "name"),
    Defect("E0203", Y, "  radius_km: 120", "  radius_km: far", "far"),
    Defect("E0203", Y, "  weights: {toll: 1.0}", "  weights: {toll: cheap}", "cheap"),
    Defect("E0203", Y, "shipments: {table: shipments.csv}", "shipments: 12", "12"),
    Defect("E0203", Y, "  base: []", "  base: dear", "dear"),
    Defect("E0204", Y, "  radius_km: 120", "  radius_km: 1e99", "1e99"),
    Defect("E0204", Y, "  radius_km: 120", "  radius_km: " + "9" * 500, "999"),
    Defect("E0205", Y, "  radius_km: 120", "  radius_km: .nan", ".nan"),
    Defect("E0205", Y, "wtt_g_per_mj: 17", "wtt_g_per_mj: .inf", ".inf"),
    Defect("E0206", Y, "  unserved: allowed", "  unserved: maybe", "maybe"),
    Defect("E0206", Y, "      kind: container", "      kind: contaner", "contaner"),
    Defect("E0208", Y, "format: cargopool/1", "format: cargopool/9", "cargopool/9"),
    # times and the horizon
    Defect("E0501", Y, "  start: 2026-10-19T00:00", "  start: 19.10.2026", "19.10.2026"),
    Defect("E0501", Y, "  end: 2026-10-31T00:00", "  end: 2026-10-32T00:00", "2026-10-32"),
    Defect("E0504", Y, "  timezone: Europe/Brussels", "  timezone: Europe/Brusels", "Europe/Brusels"),
    Defect("E1001", Y, "  end: 2026-10-31T00:00", "  end: 2026-10-18T00:00", "2026-10-18"),
    Defect("E1003", Y, "  end: 2026-10-31T00:00", "  end: 2028-10-31T00:00", "2028-10-31"),
    Defect("E0502", K, "2026-10-20T10:00", "2026-03-29T02:30", "2026-03-29"),
    Defect("E0503", K, "2026-10-24T18:00,,0,10", "2026-10-25T01:30,,0,10", "2026-10-25T01:30"),
    Defect("E0501", K, "2026-10-21T08:00", "21/10/2026", "21/10/2026"),
    Defect("E0503", S, "hub=LIL arrival=1+03:30", "hub=LIL arrival=1+02:15", "hub=DUI departure=0+18:00"),
    # addresses
    Defect(
        "E1108",
        Y,
        "doors: {table: doors.csv}",
        "doors:\n  table: doors.csv\n  rows:\n    - {id: D9, address: Hafen 1, country: DE, timezone: Europe/Berlin}",
        "Hafen 1",
    ),
    # fleets
    Defect(
        "E1210",
        Y,
        "  links: {table: links.csv}",
        "  links: {table: links.csv}\n  fleet: [{id: f1, vehicle: lorry, depot: DUI}]",
        "lorry",
    ),
    Defect(
        "E1211",
        Y,
        "  links: {table: links.csv}",
        "  links: {table: links.csv}\n  fleet: [{id: f1, vehicle: truck, depot: DUX}]",
        "DUX",
    ),
    Defect(
        "E1212",
        Y,
        "  links: {table: links.csv}",
        "  links: {table: links.csv}\n  fleet: [{id: f1, vehicle: truck, depot: DUI, battery_kwh: 300}]",
        "300",
    ),
    # tables
    Defect("E0301", Y, "table: hubs.csv", "table: ../hubs.csv", "../hubs.csv"),
    Defect("E0301", Y, "table: hubs.csv", "table: https://example.org/hubs.csv", "https:"),
    Defect("E0301", Y, "table: hubs.csv", "table: /dev/zero", "/dev/zero"),
    Defect("E0301", Y, "table: hubs.csv", "table: hubs.csv.gz", "hubs.csv.gz"),
    Defect("E0302", Y, "table: hubs.csv", "table: hub.csv", "hub.csv"),
    Defect("E0303", K, "pallets,kg", "palets,kg", "palets"),
    Defect("E0303", H, "lift_eur,lift_min", "lift_eur,lift_hours", "lift_hours"),
    Defect("E0304", K, "volume_m3,loading_metres", "volume_m3,kg", "kg,load_unit"),
    Defect("E0305", D, "45,live", "45,live,extra", "extra"),
    Defect("E0306", K, "20,9000", "20,9 t", "9 t"),
    Defect("E0306", K, "12.5,5000", '"12,5",5000', '"12,5"'),
    Defect("E0306", K, "1,1,false,,false,free,Beta", "1,1,perhaps,,false,free,Beta", "perhaps"),
    Defect("E0306", H, "30,20,12,20", "nan,20,12,20", "nan"),
    Defect("E0306", V, "DE=0.348;FR=0.26", "DE=0.348;FR", "DE=0.348"),
    Defect("E0306", S, "up_to_kg=16500 factor=0.8", "upto=16500 factor=0.8", "upto=16500"),
    Defect(
        "E0307",
        D,
        "id,name,country,lat,lon,timezone,customs_territory,road_region,opening,loading_min,loading",
        "id;name;country",
        "",
    ),
    Defect("E0308", D, "D1,Plant", 'D1,"Plant"x', "D1"),
    Defect("E0207", K, "K4,Beta", "K1,Beta", "K1,Beta"),
    Defect("E0207", U, "swap,C 745", "box,C 745", "box,C"),
    Defect("E0202", U, "box,45 ft,container", "box,45 ft,", ",33,27000"),
    Defect("E0206", K, "rail;sea;road,true,free", "rail;plane,true,free", "rail;plane"),
    Defect("E0206", D, "45,live", "45,alive", "alive"),
    # overrides and variants
    Defect("E0402", Y, "name: base", "name: base", "variants", "drier"),
    Defect("E0403", Y, '"services[mode=rail].capacity_factor"', '"trains[mode=rail].capacity_factor"', "0.8", "dear"),
    Defect("E0403", Y, "[mode=rail].capacity_factor", "[mode=rail].capacty_factor", "0.8", "dear"),
    Defect("E0404", Y, "services[mode=rail]", "services[mode=barge]", "0.8", "dear"),
    Defect("E0404", Y, "hubs[DUI]", "hubs[DUX]", "55", "lifts"),
    Defect("E0406", Y, "dear: [carbon-200", "dear: [carbon-20", "carbon-20"),
    Defect("E0407", Y, "{objective.carbon_price_eur_per_t: 200}", "{'services[': 200}", "200}", "dear"),
    Defect(
        "E0203",
        Y,
        "{objective.carbon_price_eur_per_t: 200}",
        "{objective.carbon_price_eur_per_t: dear}",
        "dear}",
        "dear",
    ),
    Defect("E0404", Y, "closed_services: [OLD]", "closed_services: [OLE]", "OLE"),
    Defect("E0405", Y, "dear: [carbon-200,", "dear: [carbon-200, carbon-150,", "^150}", "dear"),
    # hubs and doors
    Defect("E1010", H, "DE,51.43", "DE,151.43", "151.43"),
    Defect("E1010", H, "4,60,28,20", "4,60,-28,20", "-28"),
    Defect("E0504", H, "Europe/Paris", "Europe/Pari", "Europe/Pari"),
    Defect("E0507", H, "Mo-Fr 06:00-22:00;", "Mo-Fr 6 to 22;", "Mo-Fr 6 to"),
    Defect("E0505", H, "Mo-Sa 00:00", "Mon-Sat 00:00", "Mon-Sat"),
    Defect("E0506", H, "2026-11-01", "2026-11-31", "2026-11-31"),
    Defect("E1105", D, "Mo-Fr 07:00-17:00", '"Mo-Fr 17:00-07:00"', '"Mo-Fr 17'),
    Defect("E1111", H, "Duisburg,DE", "Duisburg,Germany", "Germany"),
    Defect("E1102", D, "D1,Plant", "DUI,Plant", "DUI,Plant"),
    Defect("E1104", D, "Europe/Berlin,EU", "Europe/Berlin, ", " ,continent"),
    # equipment
    Defect("E1010", U, "container,33,27000", "container,33,-27000", "-27000"),
    Defect("E1010", V, "60,0.55", "60,5500", "5500"),
    Defect("E1204", H, "3;8,box=20", "3;8,bax=20", "bax"),
    Defect("E1205", V, "40000,44000,8500", "12000,44000,8500", "12000"),
    Defect("E1206", V, "9,14.8", "15,14.8", "14.8"),
    Defect("E1207", Y, "  vehicle: truck", "  vehicle: lorry", "lorry"),
    Defect("E1603", V, "0.25,diesel", "0.25,petrol", "petrol"),
    Defect(
        "E1606",
        Y,
        "  vehicles: {table: vehicles.csv}",
        "  vehicles: {table: vehicles.csv, rows: [{id: van, unit_types: [box], energy: {truck_class: cart}}]}",
        "cart}}",
    ),
    Defect("E1607", Y, "      mj_per_gross_tkm: 0.2", "      energy: {vessel: boat}", "boat"),
    Defect("E1608", Y, "  shuttle_km: {tunnel: 50}", "  vessels: [{id: tug, mj_per_tkm: 0, mode: sea}]", "[{id: tug"),
    Defect("E1609", Y, "      mj_per_gross_tkm: 0.2", "      energy: {train_gross_t: 900}", "900"),
    Defect("E0207", Y, "  shuttle_km: {tunnel: 50}", "  vessels: [{id: tug}, {id: tug}]", "tug}]"),
    # services and surcharges
    Defect(
        "E1301",
        S,
        "hub=LIL departure=0+10:00 closing_min=180; hub=DUI arrival=0+20:00 pick_up_ready_min=120,km=340,We",
        "hub=LIL departure=0+10:00 closing_min=180,km=340,We",
        "hub=LIL departure=0+10",
    ),
    Defect("E1302", S, "km=270 countries=FR=100,GB=170", "", '"km=340 countries=DE=70,BE=200,FR=70; "'),
    Defect("E1303", S, "hub=LON arrival=1+12:00", "hub=DUI arrival=1+12:00", "hub=DUI departure=0+18:00"),
    Defect("E1304", S, "hub=DUI departure=0+20:30", "hub=DUS departure=0+20:30", "hub=DUS"),
    Defect("E1305", S, "departure=0+20:30 closing", "arrival=0+19:00 departure=0+20:30 closing", "hub=DUI arrival"),
    Defect("E0501", Y, "departure: 0+00:00", "departure: 25:00", "25:00"),
    Defect("E1306", S, "hub=LIL arrival=1+05:00", "hub=LIL arrival=0+05:00", "hub=DUI departure=0+20:30"),
    Defect("E0505", S, "Tu;Th;Sa", "Tu;Thu;Sa", "Tu;Thu;Sa"),
    Defect("E0506", S, "2026-10-24", "24-10-2026", "24-10-2026"),
    Defect("E1310", S, "origin=DUI destination=LIL", "origin=LIL destination=DUI", "origin=LIL"),
    Defect("E1311", Y, "up_to_kg: 40000", "up_to_kg: 10000", "^weight_classes"),
    Defect("E1502", S, 'DE=70,BE=200,FR=70",Mo-Fr', 'DE=70,BE=100,FR=70",Mo-Fr', '"km=340'),
    Defect("E1312", S, ",,,9000,", ",3,,9000,", "3,,9000"),
    Defect("E1603", Y, "      carrier: mgo", "      carrier: coal", "coal"),
    Defect("E1703", Y, "end: 2026-10-25T12:00", "end: 2026-10-22T12:00", "2026-10-22T12"),
    Defect("E1701", Y, "{id: peak, mode: rail,", "{id: peak,", "{id: peak"),
    Defect("E1702", Y, "{id: peak, mode: rail,", "{id: peak, services: [R9],", "services"),
    # roads
    Defect("E1501", L, "DUI,LIL,330", "DUI,LYS,330", "LYS"),
    Defect("E1504", L, "DUI,LIL,330", "DUI,DUI,330", "DUI,DUI"),
    Defect("E1505", L, "330,270", "330,27", "27,"),
    Defect("E1502", L, "DE=60;BE=200;FR=70", "DE=60;BE=200", "DE=60"),
    Defect("E1506", L, "tunnel", "bridge", "bridge"),
    Defect("E1508", Y, 'start: "00:00", end: "22:00"', 'start: "23:00", end: "22:00"', '"23:00"'),
    Defect("E1512", Y, ONE_BAN, "\n".join(EVERY_DAY), "{country: DE, timezone: Europe/Berlin"),
    Defect(
        "E1504",
        Y,
        "{origin: GB, destination: EU, eur",
        "{origin: GB, destination: GB, eur",
        "{origin: GB, destination: GB",
    ),
    # shipments
    Defect("E1401", K, "K1,Acme,DUI,LIL", "K1,Acme,DUI,LILLE", "LILLE"),
    Defect("E1402", K, "K1,Acme,DUI,LIL", "K1,Acme,DUI,DUI", "DUI,20"),
    Defect("E1404", K, "20,9000", "0,9000", "0,9000"),
    Defect("E1404", K, "20,9000", "20,0", "0,30,8.4"),
    Defect("E1405", K, ",24000,,,box,2", ",64000,,,box,2", "64000"),
    Defect("E1407", K, "box,2,", "box,,", ",2026-10-21"),
    Defect("E1408", K, "box,2,", "bax,2,", "bax"),
    Defect("E1409", K, "08,ambient", "08,frozen", "box,2"),
    Defect("E1410", K, "2026-10-20T08:00", "2026-10-02T08:00", "2026-10-02"),
    Defect("E1411", K, "2026-10-23T18:00,", "2026-10-19T18:00,", "2026-10-19T18"),
    Defect("E1412", K, "2026-10-24T18:00,20", "2026-10-22T18:00,20", "2026-10-22T18:00,20"),
    Defect("E1413", K, "2026-10-27T18:00", "2027-10-27T18:00", "2027-10-27"),
    Defect("E1415", K, "ambient,8,1", "ambient,12,1", "12,1"),
    Defect("E1416", K, "20,04,ambient", "20,4,ambient", "4,ambient"),
    Defect("E1418", K, "chilled,,2,4", "chilled,,2,40", "40,"),
    Defect("E0206", K, "true,rail,false,free", "true,rail,false,duty", "duty"),
    # objective, factors, scope
    Defect("E1601", Y, "  carbon_price_eur_per_t: 90", "  carbon_price_eur_per_t: 900", "900"),
    Defect("E1641", Y, "  unserved: allowed", "  unserved: allowed\n  caps: [{lane: DE-FR}]", "^{lane: DE-FR"),
    Defect("E1641", Y, "  unserved: allowed", "  unserved: allowed\n  caps: [{co2e_kg: 1, g_per_tkm: 1}]", "^{co2e"),
    Defect("E1642", Y, "  unserved: allowed", "  unserved: allowed\n  caps: [{shipper: Nobody, co2e_kg: 1}]", "Nobody"),
    Defect("E1643", Y, "  unserved: allowed", "  unserved: allowed\n  caps: [{lane: NOWHERE, co2e_kg: 1}]", "NOWHERE"),
    Defect("E1010", Y, "  unserved: allowed", "  unserved: allowed\n  caps: [{co2e_kg: -1}]", "-1"),
    Defect("E1602", Y, "  weights: {toll: 1.0}", "  weights: {tolls: 1.0}", "weights"),
    Defect("E1010", Y, "bucket_min: 60", "bucket_min: 0", "0}"),
    Defect("E1010", Y, "collection_load_share: 0.5", "collection_load_share: 50", "50"),
    Defect("E0207", Y, "{id: mgo, wtt", "{id: diesel, wtt", "diesel, wtt_g_per_mj: 14"),
]
