import csv
import itertools
import pickle
import sys
from datetime import datetime, timedelta
from importlib.resources import files
from subprocess import run

import pytest

from cargopool.model.energy import truck_line
from cargopool.model.place import MODES
from cargopool.model.wallclock import utc_of_local
from cargopool.reference import ALIASES, load_basemap, load_reference, mode_of, timetable
from cargopool.reference.rows import read_rows

CLUSTERS = ("DEDUI", "ESZAZ", "ITBLQ", "FRDGS", "GBLHR")
LONDON_TERMINALS = {"GBBKG", "GBLGP", "GBTIL", "GBPFT", "GBDVY"}
WORDS = {"verified", "derived", "memory", "synthetic", "inconsistent"}
TABLES = sorted(
    entry.name for entry in (files("cargopool.reference") / "data").iterdir() if entry.name.endswith(".csv")
)


@pytest.fixture(scope="module")
def reference():
    return load_reference()


def test_counts(reference):
    published = {line.id for line in reference.lines.values() if line.id.startswith("S")}
    assert len(reference.hubs) == 74
    assert published == {f"S{n:03d}" for n in range(1, 143)}
    assert all(f"{line}R" in reference.services and line in reference.services for line in published)
    assert len(reference.road_links) == 2220
    assert len([link for link in reference.mode_links if link.mode == "rail"]) == 2145
    assert set(reference.factors) == {"cargopool-2026", "glec-v3"}
    assert len(reference.load_units) == 14 and len(reference.vehicles) == 5


@pytest.mark.parametrize("table", TABLES)
def test_every_row_says_where_it_comes_from(table):
    rows = read_rows(table)
    assert rows
    for row in rows:
        assert row["source"].strip(), row
        assert row["confidence"] in WORDS, row
        assert table == "hub_fields.csv" or row["licence"].strip(), row


@pytest.mark.parametrize("table", TABLES)
def test_tables_are_rectangular(table):
    text = (files("cargopool.reference") / "data" / table).read_text(encoding="utf-8")
    rows = list(csv.reader(text.splitlines()))
    assert {len(row) for row in rows} == {len(rows[0])}


def test_objects_carry_their_provenance(reference):
    things = [
        *reference.hubs.values(),
        *reference.road_links,
        *reference.mode_links,
        *reference.services.values(),
        *reference.load_units.values(),
        *reference.vehicles.values(),
        *reference.crossings,
        *reference.bans,
        *reference.low_water,
        reference.drayage,
        *(carrier for factors in reference.factors.values() for carrier in factors.carriers.values()),
    ]
    for thing in things:
        assert thing.provenance.source and thing.provenance.licence, thing
        assert thing.provenance.confidence in WORDS


def test_invented_values_are_marked(reference):
    for service in reference.services.values():
        assert service.provenance.confidence == "synthetic"
        assert "synthetic:" in service.provenance.note
    assert all(crossing.provenance.confidence == "synthetic" for crossing in reference.crossings)
    assert all(ban.provenance.confidence == "memory" for ban in reference.bans)
    marked = list(reference.default_factors.grid_g_per_kwh)
    assert all(reference.default_factors.provenance[f"grid.{key}"].confidence == "memory" for key in marked)


def test_glec_rows_stay_in_their_own_set(reference):
    assert all("GLEC" in carrier.provenance.source for carrier in reference.factors["glec-v3"].carriers.values())
    assert all("Smart Freight" in c.provenance.licence for c in reference.factors["glec-v3"].carriers.values())
    for table in TABLES:
        for row in read_rows(table):
            if row.get("set") != "glec-v3":
                assert "GLEC" not in row["source"], (table, row)


def test_mode_words():
    assert {mode_of(word) for word in ALIASES} == set(MODES)
    for word in ("iww", "inland_waterway", "barge"):
        assert mode_of(word) == "barge"
    for word in ("sss", "ro-ro", "ro-pax", "deep-sea", "Sea"):
        assert mode_of(word) == "sea"
    with pytest.raises(KeyError):
        mode_of("airship")


def test_no_dead_ends(reference):
    hubs = reference.hubs
    for service in reference.services.values():
        assert len(service.legs) == len(service.stops) - 1
        assert service.unit_types is None or service.unit_types <= set(reference.load_units)
        for stop in service.stops:
            assert service.mode in hubs[stop.hub].modes or reference.lines[service.id].status == "road_link", service.id
        carrier = service.carrier
        assert carrier == "electricity" or carrier in reference.default_factors.carriers
    for link in (*reference.road_links, *reference.mode_links):
        assert link.origin in hubs and link.destination in hubs and link.origin != link.destination
    for vehicle in reference.vehicles.values():
        assert vehicle.unit_types <= set(reference.load_units)
        assert vehicle.carrier in reference.default_factors.carriers
    for hub in hubs.values():
        assert set(hub.depot_stock) <= set(reference.load_units)
    assert reference.drayage.vehicle in reference.vehicles


def test_every_unit_type_has_a_truck_and_a_line(reference):
    for unit in reference.load_units.values():
        assert any(unit.id in vehicle.unit_types for vehicle in reference.vehicles.values())
        rideable = [
            service
            for service in reference.services.values()
            if service.mode in unit.modes
            and (service.unit_types is None or unit.id in service.unit_types)
            and (service.mode != "rail" or not unit.gauge or unit.gauge in service.gauges)
        ]
        assert rideable, unit.id


def test_kilometres_by_country_add_up(reference):
    grid = reference.default_factors.grid_g_per_kwh
    for link in reference.road_links:
        assert sum(km for _, km in link.countries) == pytest.approx(link.km, abs=0.051)
        assert all(km > 0 for _, km in link.countries)
        ends = {reference.hubs[link.origin].country, reference.hubs[link.destination].country}
        assert ends <= {country for country, _ in link.countries}
        assert link.countries[0][0] == reference.hubs[link.origin].country
        assert link.countries[-1][0] == reference.hubs[link.destination].country
    for service in reference.services.values():
        if service.carrier == "electricity":
            leg = service.legs[0]
            assert sum(km for _, km in leg.countries) == pytest.approx(leg.km, abs=0.051), service.id
            assert {country for country, _ in leg.countries} <= set(grid), service.id


def test_roads_to_britain_take_the_shuttle(reference):
    for link in reference.road_links:
        ends = {reference.hubs[link.origin].customs_territory, reference.hubs[link.destination].customs_territory}
        assert (link.shuttle == "tunnel") == (len(ends) == 2 and "GB" in ends)
    heathrow = next(x for x in reference.road_links if {x.origin, x.destination} == {"GBLHR", "FRDGS"})
    assert heathrow.km == 256 and heathrow.drive_min == 222
    assert reference.default_factors.shuttle_min["tunnel"] == 150
    shuttle = reference.services["S134"]
    assert shuttle.unit_types == frozenset() and "S134" not in reference.base_services


def test_base_selection(reference):
    for service_id, service in reference.services.items():
        in_base = service_id in reference.base_services
        assert in_base == (service.status == "active")
        assert in_base == (reference.lines[service_id].status in {"active", "unknown", "synthetic"})
    assert {"S004", "S005", "S015", "S082"}.isdisjoint(reference.base_services)
    assert len(reference.base_services) > 280


def test_cluster_models(reference):
    for hub_id in CLUSTERS:
        hub = reference.hubs[hub_id]
        assert hub.cluster and hub.cross_dock is not None and hub.cross_dock.pallets_per_hour
        assert hub.yard_places and hub.reefer_plugs and hub.pallet_places
        assert all((hub_id, name) in reference.hub_fields for name in ("cross_dock_eur", "opening", "yard_places"))
    assert reference.hubs["GBLHR"].modes == {"road"} and reference.hubs["GBLHR"].lifts_per_hour is None
    assert {h.id for h in reference.hubs.values() if h.cluster == "London"} == LONDON_TERMINALS | {"GBLHR"}
    roads = {frozenset((x.origin, x.destination)) for x in reference.road_links}
    assert all(frozenset(("GBLHR", terminal)) in roads for terminal in LONDON_TERMINALS)
    assert reference.hub_fields["DEDUI", "free_storage_days"].confidence == "verified"
    assert reference.hubs["DEDUI"].free_storage_days == 4
    assert all(reference.hubs[hub].cross_dock is None for hub in ("GBLGP", "GBPFT", "BEZEE", "DEBRV", "ITSPE"))


def test_unaccompanied_trailers_have_ro_ro_lines(reference):
    ro_ro = [s for s in reference.base_services if reference.lines[s].kind == "ro-ro"]
    assert len(ro_ro) >= 30
    for service_id in ro_ro:
        assert "trailer_tautliner" in (reference.services[service_id].unit_types or ())


def test_casablanca_and_santos_are_reached(reference):
    ends = {tuple(stop.hub for stop in reference.services[s].stops) for s in reference.base_services}
    assert ("MAPTM", "MACAS") in ends and ("MACAS", "MAPTM") in ends and ("BRSSZ", "NLRTM") in ends
    assert any({link.origin, link.destination} == {"MAPTM", "MACAS"} for link in reference.road_links)
    territories = {(crossing.origin, crossing.destination) for crossing in reference.crossings}
    assert {("EU", "GB"), ("GB", "EU"), ("EU", "CH"), ("EU", "MA"), ("BR", "EU")} <= territories


def test_truck_factors_give_the_published_grams(reference):
    diesel = reference.default_factors.carriers["diesel"]
    truck = truck_line(reference.default_factors, reference.vehicles["truck_artic_40t"])
    grams_per_mj = diesel.wtt_g_per_mj + diesel.ttw_g_per_mj
    assert truck.mj_per_km_empty * grams_per_mj == pytest.approx(799.1, rel=1e-3)
    assert truck.mj_per_km_full * grams_per_mj == pytest.approx(1322.2, rel=1e-3)
    assert truck.mj_per_km_full * diesel.ttw_g_per_mj == pytest.approx(1069.2, rel=2e-3)


def test_train_energy_follows_the_published_curve(reference):
    wh = 1200 * 1600**-0.62
    assert reference.services["S018"].mj_per_gross_tkm == pytest.approx(wh * 3.6e-3 / (1020 / 1600) * 1.10, rel=1e-3)


def test_timetable_is_deterministic_and_packaged(reference):
    known = {
        "S004",
        "S011",
        "S013",
        "S016",
        "S023",
        "S024",
        "S028",
        "S061",
        "S076",
        "S100",
        "S118",
        "S122",
        "S126",
        "S128",
    }
    for row in read_rows("services.csv"):
        if row["line"] in known or row["headway_min"]:
            continue
        first, last = (reference.hubs[row[end]] for end in ("origin", "destination"))
        service = reference.services[row["id"]]
        departure, arrival = service.stops[0].departure, service.stops[1].arrival
        transit = arrival[0] * 1440 + arrival[1] - departure[1]
        transit += timetable.utc_offset_min(first.timezone) - timetable.utc_offset_min(last.timezone)
        wave = "bc".find(row["id"].rstrip("R")[-1]) + 1
        again = timetable.generate(
            row["id"], service.mode, len(service.weekdays), transit, (first.timezone, last.timezone), wave
        )
        assert again == timetable.Timetable(service.weekdays, departure[1], arrival), row["id"]


def test_timetable_spreads_days():
    for runs in range(1, 7):
        days = timetable.weekdays_of("anything", runs)
        assert len(days) == runs and max(days) <= 5
    assert timetable.weekdays_of("x", 7) == frozenset(range(7))
    assert timetable.waves_of(10) == (5, 5) and timetable.waves_of(19) == (7, 6, 6) and timetable.waves_of(1) == (1,)
    gaps = sorted(timetable.weekdays_of("S003", 3))
    assert {b - a for a, b in itertools.pairwise(gaps)} == {2}


def test_runs_per_week_are_kept(reference):
    for line_id, runs in (("S012", 10), ("S067", 11), ("S078", 19), ("S114", 18), ("S001", 3)):
        outward = [
            s for s in reference.services.values() if reference.lines[s.id].id == line_id and not s.id.endswith("R")
        ]
        assert sum(len(service.weekdays) for service in outward) == runs


def test_busy_lines_are_headway_services(reference):
    headway = {reference.lines[s.id].id for s in reference.services.values() if s.headway_min}
    assert headway == {"S048", "S069", "S130", "S131", "S134"}
    assert reference.services["S130"].headway_min == 80


def test_clock_rules_by_mode(reference):
    for service in reference.services.values():
        if service.headway_min or reference.lines[service.id].id in {"S013", "S023"}:
            continue
        assert service.stops[0].closing_min == {"rail": 240, "barge": 360, "sea": 120}[service.mode]
        assert service.stops[1].pick_up_ready_min == 180
        closes = service.stops[0].departure[1] - service.stops[0].booking_close_min
        assert closes == -360, "18:00 of the evening before"


@pytest.mark.parametrize("monday", ["2026-03-23", "2026-10-19", "2026-11-23"])
def test_clock_times_exist_in_weeks_of_clock_change(reference, monday):
    start = datetime.fromisoformat(monday)
    for service in reference.services.values():
        for day in service.weekdays or range(7):
            for stop in service.stops:
                zone = reference.hubs[stop.hub].timezone
                for offset, minute in filter(None, (stop.arrival, stop.departure)):
                    utc_of_local(start + timedelta(days=day + offset, minutes=minute), zone)


def test_arrivals_are_later_than_departures(reference):
    for service in reference.services.values():
        zones = [reference.hubs[stop.hub].timezone for stop in service.stops]
        departure, arrival = service.stops[0].departure, service.stops[1].arrival
        elapsed = arrival[0] * 1440 + arrival[1] - departure[1]
        elapsed += timetable.utc_offset_min(zones[0]) - timetable.utc_offset_min(zones[1])
        speed = service.legs[0].km / (elapsed / 60)
        assert elapsed > 0 and 3 < speed < 110, (service.id, speed)


def test_slots_are_a_small_share(reference):
    for service in reference.services.values():
        if service.headway_min:
            continue
        places = service.capacity.units
        if service.capacity.teu_milli and service.capacity.teu_milli < places * 2250:
            places = service.capacity.teu_milli / 2250
        assert 1 <= service.allotment_units <= max(1, round(0.105 * places + 0.5)), service.id
        assert service.spot_units >= 1


def test_reference_is_cached_and_pickles(reference):
    assert load_reference() is reference
    assert pickle.loads(pickle.dumps(reference)) == reference


def test_loading_stays_light():
    heavy = "('pandas', 'numpy', 'pydantic', 'ortools')"
    heavy = ("pandas", "numpy", "pydantic", "ortools")
    code = f"import sys, cargopool.reference as r; r.load_reference(); print([m for m in {heavy} if m in sys.modules])"
    assert run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"


def test_basemap_is_small_closed_and_covers_the_hubs(reference):
    size = len((files("cargopool.reference") / "data" / "basemap.json").read_bytes())
    assert size <= 80_000
    basemap = load_basemap()
    assert "Natural Earth" in basemap.source and basemap.licence == "public domain"
    for rings in basemap.countries.values():
        assert all(ring[0] == ring[-1] and len(ring) >= 3 for ring in rings)
    for hub in reference.hubs.values():
        rings = basemap.countries[hub.country]
        assert any(
            min(x for x, _ in ring) - 0.6 <= hub.lon <= max(x for x, _ in ring) + 0.6
            and min(y for _, y in ring) - 0.6 <= hub.lat <= max(y for _, y in ring) + 0.6
            for ring in rings
        ), hub.id
