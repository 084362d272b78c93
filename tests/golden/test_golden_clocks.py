"""Clocks, opening hours, calendars, driver hours, bans and roads against a sheet worked out by hand."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from cargopool import rules
from cargopool.model.scenario import Scenario
from golden.clock_world import PLACES, SERVICES, clock_scenario, road
from golden.sheets import read_sheet, work_out

SHEET = read_sheet("clocks.csv")


def given(row: dict[str, str]) -> dict[str, str]:
    return dict(pair.split("=", 1) for pair in row["given"].split())


def local(scenario: Scenario, g: dict[str, str]) -> int:
    day, clock = g["at"].split("T")
    hours, minutes = clock.split(":")
    return rules.local_minute(scenario.horizon.start, g["zone"], day, int(hours) * 60 + int(minutes))


def trip_options(g: dict[str, str]) -> dict[str, Any]:
    return {"bans": g.get("bans") == "yes", "duty_before_min": int(g.get("duty", 0))}


def trip(scenario: Scenario, g: dict[str, str], *, latest: bool = False) -> int | None:
    link = road(int(g["drive"]), g.get("countries", ""), g.get("shuttle", ""))
    manning = g.get("manning", "single")
    if latest:
        return rules.latest_trip_departure(scenario, link, int(g["by"]), manning, **trip_options(g))  # type: ignore[arg-type]
    arrival = rules.trip_arrival(scenario, link, int(g["leave"]), manning, **trip_options(g))  # type: ignore[arg-type]
    log = rules.trip_log(scenario, link, int(g["leave"]), manning, **trip_options(g))  # type: ignore[arg-type]
    assert arrival == (log[-1].end_min if log else int(g["leave"]))
    return arrival


def link_countries(scenario: Scenario, g: dict[str, str]) -> str:
    link = rules.road_link(scenario, g["origin"], g["destination"])
    assert link is not None
    return " ".join(f"{country}:{km}" for country, km in link.countries)


def answer(row: dict[str, str]) -> object:
    g = given(row)
    scenario = clock_scenario(row["start"], g.get("end", "2026-12-31T00:00+00:00"))
    start = scenario.horizon.start
    ends = (g.get("origin", ""), g.get("destination", ""))
    match row["rule"]:
        case "local":
            return local(scenario, g)
        case "is_open":
            return rules.is_open(PLACES[g["place"]], start, int(g["s"]), int(g["e"]))
        case "earliest_start":
            return rules.earliest_start(PLACES[g["place"]], start, int(g["from"]), int(g["duration"]))
        case "latest_open":
            return rules.latest_open_minute(PLACES[g["place"]], start, int(g["by"]))
        case "dates":
            return " ".join(rules.operating_dates(SERVICES[g["service"]], scenario.horizon, PLACES))
        case "departure":
            return rules.stop_minutes(SERVICES[g["service"]], g["date"], start, PLACES)[0][1]
        case "arrival":
            return rules.stop_minutes(SERVICES[g["service"]], g["date"], start, PLACES)[1][0]
        case "ride":
            return rules.ride_minutes(SERVICES[g["service"]], *ends, start, PLACES)
        case "trip" | "latest":
            return trip(scenario, g, latest=row["rule"] == "latest")
        case "great_circle":
            return round(rules.great_circle_km(PLACES[ends[0]], PLACES[ends[1]]), 6)
        case "link_km":
            link = rules.road_link(scenario, *ends)
            return link and link.km
        case "link_min":
            link = rules.road_link(scenario, *ends)
            return link and link.drive_min
        case "link_countries":
            return link_countries(scenario, g)
        case "collection":
            return rules.collection_minutes(scenario, float(g["km"]))
    raise ValueError(row["rule"])


def test_sheet_is_large_enough_and_names_its_sources():
    assert len(SHEET) >= 40
    assert all(row["source"] for row in SHEET)


@pytest.mark.parametrize("row", [row for row in SHEET if row["arithmetic"]], ids=lambda row: row["given"])
def test_sheet_adds_up_on_paper(row):
    digits = len(row["expected"].partition(".")[2])
    assert round(float(work_out(row["arithmetic"])), digits) == float(row["expected"])


@pytest.mark.parametrize("row", SHEET, ids=lambda row: f"{row['rule']} {row['start']} {row['given']}")
def test_rules_equal_the_sheet(row):
    expected = row["expected"]
    if expected.endswith("Error"):
        with pytest.raises(ValueError) as raised:
            answer(row)
        assert type(raised.value).__name__ == expected
    elif expected.replace(".", "").lstrip("-").isdigit():
        assert answer(row) == float(expected)
    else:
        assert str(answer(row)) == expected


def test_moment_of_inverts_minute_of():
    start = datetime.fromisoformat("2026-03-28T00:00+01:00")
    moment = rules.moment_of(start, 1560)
    assert moment.isoformat() == "2026-03-29T01:00:00+00:00"
    assert rules.minute_of(start, moment) == 1560
    assert rules.local_moment(start, "Europe/Berlin", 1560).isoformat() == "2026-03-29T03:00:00+02:00"
