"""Meaning is checked in memory as it is checked in files: same codes, object paths in file words."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from cargopool.files import read_scenario
from cargopool.footprint.kinds import COST_KINDS
from cargopool.model.checks import whole
from cargopool.model.place import WeekHours
from cargopool.model.scenario import Horizon, Scenario, TruckBan
from cargopool.model.service import LegCapacity
from cargopool.model.validate import check_scenario
from files.defect_base import write_base


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    folder: Path = tmp_path_factory.mktemp("base")
    return read_scenario(write_base(folder))


def put(scenario: Scenario, table: str, key: str, **changes: Any) -> Scenario:
    rows = dict(getattr(scenario, table))
    rows[key] = replace(rows[key], **changes)
    return replace(scenario, **{table: rows})


def found(scenario: Scenario) -> list[tuple[str, str]]:
    return [(finding.code, finding.where) for finding in check_scenario(scenario)]


def test_the_base_is_clean(base: Scenario) -> None:
    assert check_scenario(base) == ()


@pytest.mark.parametrize(
    ("table", "key", "changes", "code", "where"),
    [
        ("hubs", "DUI", {"lat": float("nan")}, "E0205", "hubs[DUI].lat"),
        ("hubs", "DUI", {"lat": float("inf")}, "E0205", "hubs[DUI].lat"),
        ("hubs", "DUI", {"lat": 91.0}, "E1010", "hubs[DUI].lat"),
        ("hubs", "DUI", {"lon": "6.7"}, "E0203", "hubs[DUI].lon"),
        ("hubs", "DUI", {"lift_min": -1}, "E1010", "hubs[DUI].lift_min"),
        ("hubs", "DUI", {"timezone": "Mars/Base"}, "E0504", "hubs[DUI].timezone"),
        ("hubs", "DUI", {"timezone": "../etc/passwd"}, "E0504", "hubs[DUI].timezone"),
        ("hubs", "DUI", {"modes": frozenset({"air"})}, "E0206", "hubs[DUI].modes"),
        ("hubs", "DUI", {"id": "DUX"}, "E1101", "hubs[DUI]"),
        ("hubs", "DUI", {"country": "de"}, "E1111", "hubs[DUI].country"),
        ("hubs", "DUI", {"opening": WeekHours(days=())}, "E1105", "hubs[DUI].opening"),
        ("hubs", "DUI", {"opening": WeekHours(days=(((5, 5),),) * 7)}, "E1105", "hubs[DUI].opening"),
        ("hubs", "DUI", {"opening": WeekHours(days=(((0, 600), (600, 700)),) * 7)}, "E1105", "hubs[DUI].opening"),
        ("hubs", "DUI", {"opening": WeekHours(days=((),) * 7)}, "W1106", "hubs[DUI].opening"),
        ("hubs", "DUI", {"depot_stock": {"box": -4}}, "E1010", "hubs[DUI].depot_stock"),
        ("hubs", "DUI", {"depot_stock": {"bax": 4}}, "E1204", "hubs[DUI].depot_stock"),
        ("doors", "D1", {"loading": "fast"}, "E0206", "doors[D1].loading"),
        ("doors", "D1", {"road_region": "atlantis"}, "W1509", "doors[D1].road_region"),
        ("load_units", "box", {"payload_kg": 0}, "E1010", "load_units[box].payload_kg"),
        ("load_units", "box", {"pallets_milli": -1}, "E1010", "load_units[box].pallets"),
        ("load_units", "box", {"temperatures": frozenset()}, "E1202", "load_units[box].temperatures"),
        ("vehicles", "truck", {"carrier": "petrol"}, "E1603", "road.vehicles[truck].carrier"),
        ("vehicles", "truck", {"toll_eur_per_km": {"Germany": 0.1}}, "E1111", "road.vehicles[truck].toll_eur_per_km"),
        ("vehicles", "truck", {"toll_carbon_share": {"DE": 1.5}}, "E1010", "road.vehicles[truck].toll_carbon_share"),
        ("services", "R1", {"mode": "road"}, "E0206", "services[R1].mode"),
        ("services", "R1", {"weekdays": frozenset({7})}, "E1307", "services[R1].weekdays"),
        ("services", "R1", {"weekdays": frozenset(), "added_dates": frozenset()}, "W1315", "services[R1].weekdays"),
        ("services", "R1", {"removed_dates": frozenset({"2026-10-24"})}, "E1308", "services[R1].added_dates"),
        ("services", "CH", {"headway_min": 60}, "E1309", "services[CH].charter"),
        ("services", "R1", {"capacity": LegCapacity(units=2)}, "W1313", "services[R1].allotment_units"),
        ("services", "R1", {"unit_types": frozenset({"crate"})}, "W1314", "services[R1].unit_types"),
        ("services", "R1", {"mj_per_gross_tkm": float("inf")}, "E0205", "services[R1].mj_per_gross_tkm"),
        ("shipments", "K1", {"kg": 10**9}, "E1010", "shipments[K1].kg"),
        ("shipments", "K1", {"pallets_milli": 0}, "E1404", "shipments[K1].pallets"),
        ("shipments", "K1", {"due_min": 0}, "E1411", "shipments[K1].due"),
        ("shipments", "K1", {"ready_min": -1}, "E1410", "shipments[K1].ready"),
        ("shipments", "K1", {"modes": frozenset()}, "E1414", "shipments[K1].modes"),
        ("shipments", "K1", {"temperature": "hot"}, "E0206", "shipments[K1].temperature"),
        ("shipments", "K1", {"kg": 900_000}, "E1405", "shipments[K1].kg"),
        ("shipments", "K1", {"keep_together": True, "pallets_milli": 40_000}, "W1419", "shipments[K1].keep_together"),
        ("shipments", "K1", {"max_parts": 0}, "E1010", "shipments[K1].max_parts"),
        ("shipments", "K1", {"shipper": " "}, "E1403", "shipments[K1].shipper"),
        ("shipments", "K3", {"load_unit": ""}, "E1407", "shipments[K3].load_unit"),
    ],
)
def test_one_wrong_field(base: Scenario, table: str, key: str, changes: dict[str, Any], code: str, where: str) -> None:
    assert (code, where) in found(put(base, table, key, **changes))


@pytest.mark.parametrize(
    ("changes", "code", "where"),
    [
        ({"crossings": ()}, "E1507", "shipments[K2]"),
        ({"crossings": ()}, "W1510", "road.crossings"),
        ({"hubs": {}, "doors": {}}, "E1103", "hubs"),
        ({"shipments": {}}, "W1400", "shipments"),
        ({"vehicles": {}}, "E1207", "drayage.vehicle"),
    ],
)
def test_wholes(base: Scenario, changes: dict[str, Any], code: str, where: str) -> None:
    assert (code, where) in found(replace(base, **changes))


def test_horizons(base: Scenario) -> None:
    start = datetime(2026, 10, 19, tzinfo=UTC)
    assert found(replace(base, horizon=Horizon(start=start, end=start)))[0][0] == "E1001"
    naive = Horizon(start=datetime(2026, 10, 19), end=datetime(2026, 10, 20))
    assert found(replace(base, horizon=naive))[0][0] == "E1002"
    long = Horizon(start=start, end=start + timedelta(days=400))
    assert found(replace(base, horizon=long))[0][0] == "E1003"


def test_a_horizon_counts_elapsed_minutes_even_in_a_local_zone() -> None:
    brussels = ZoneInfo("Europe/Brussels")
    horizon = Horizon(start=datetime(2026, 10, 25, tzinfo=brussels), end=datetime(2026, 10, 26, tzinfo=brussels))
    assert horizon.minutes == 25 * 60


def test_clock_changes_hit_only_the_runs_of_that_night(base: Scenario) -> None:
    stops = base.services["R1"].stops
    last = replace(stops[1], arrival=(1, 150))
    clashing = put(base, "services", "R1", stops=(stops[0], last))
    assert ("E0503", "services[R1].stops[1].arrival") in found(clashing)
    spared = put(clashing, "services", "R1", removed_dates=frozenset({"2026-10-24"}), added_dates=frozenset())
    assert found(spared) == []


def test_weights_name_kinds_of_cost_lines(base: Scenario) -> None:
    assert frozenset(COST_KINDS) == whole.COST_KINDS
    wrong = replace(base, objective=replace(base.objective, weights={"tolls": 1.0}))
    assert found(wrong) == [("E1602", "objective.weights")]


def test_every_finding_has_help(base: Scenario) -> None:
    broken = replace(
        put(put(base, "hubs", "DUI", lat=1e9, timezone="x"), "shipments", "K1", origin="?", due_min=-5),
        crossings=(),
        vehicles={},
    )
    findings = check_scenario(broken)
    assert len(findings) >= 6
    assert all(finding.help and finding.where and finding.message for finding in findings)


def test_what_takes_no_energy_is_told_as_its_co2e_counts_as_nothing(base: Scenario) -> None:
    train = next(name for name, service in base.services.items() if service.energy is None)
    still = put(base, "services", train, mj_per_gross_tkm=0.0)
    truck = next(iter(base.vehicles))
    still = put(still, "vehicles", truck, mj_per_km_empty=0.0, mj_per_km_full=0.0, energy=None)
    told = {one.where: one for one in check_scenario(still) if one.code == "W1611"}
    assert set(told) == {"services", "road.vehicles"}
    assert train in told["services"].message
    assert truck in told["road.vehicles"].message
    assert all(one.severity == "warning" for one in told.values())


def bans(country: str, zone: str, *spans: tuple[int, int, int]) -> tuple[TruckBan, ...]:
    """Weekly bans of (weekday, start, end)."""
    return tuple(
        TruckBan(country=country, timezone=zone, weekday=day, start_min=begin, end_min=end) for day, begin, end in spans
    )


def banned(base: Scenario, *rows: TruckBan) -> list[tuple[str, str]]:
    return found(replace(base, bans=rows))


WEEK = tuple((day, 0, 1440) for day in range(7))


def test_bans_that_never_leave_a_country_open_are_refused_country_by_country(base: Scenario) -> None:
    german, french = bans("DE", "Europe/Berlin", *WEEK), bans("FR", "Europe/Paris", *WEEK)
    assert banned(base, *german) == [("E1512", "road.bans[1]")]
    assert banned(base, *french, *german) == [("E1512", "road.bans[1]"), ("E1512", "road.bans[8]")]
    halves = bans("DE", "Europe/Berlin", *((d, 0, 700) for d in range(7)), *((d, 600, 1440) for d in range(7)))
    assert banned(base, *halves) == [("E1512", "road.bans[1]")]
    assert banned(base, *bans("DE", "Europe/Berlin", *WEEK[:6]), *bans("FR", "Europe/Paris", WEEK[6])) == []


def test_the_longest_open_stretch_counts_over_midnight_and_over_the_end_of_the_week(base: Scenario) -> None:
    def left(before: int, after: int) -> list[tuple[str, str]]:
        spans = ((0, after, 1440), *WEEK[1:6], (6, 0, 1440 - before))
        return banned(base, *bans("DE", "Europe/Berlin", *spans))

    assert left(0, 1) == left(1, 0) == left(30, 29) == [("W1513", "road.bans[1]")]
    assert left(30, 30) == left(0, 60) == []


def test_bans_of_one_country_in_two_zones_leave_what_neither_covers(base: Scenario) -> None:
    # Lisbon is an hour behind Madrid: what one leaves open on Sunday night the other may cover.
    early = bans("ES", "Europe/Madrid", *WEEK[:6], (6, 0, 1380))
    assert banned(base, *early) == []
    assert banned(base, *early, *bans("ES", "Atlantic/Canary", (6, 1320, 1380))) == [("E1512", "road.bans[1]")]
    assert banned(base, *early, *bans("ES", "Atlantic/Canary", (6, 1380, 1440))) == []


def test_a_country_closed_on_dates_only_is_open_in_other_weeks(base: Scenario) -> None:
    days = frozenset(f"2026-10-{day:02d}" for day in range(1, 32))
    closed = TruckBan(country="DE", timezone="Europe/Berlin", weekday=-1, start_min=0, end_min=1440, dates=days)
    assert banned(base, closed) == []
