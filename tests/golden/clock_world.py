"""Synthetic places, roads, bans and services of the clock sheet."""

from __future__ import annotations

from datetime import datetime

from cargopool.model.place import Hub, RoadLink, WeekHours
from cargopool.model.scenario import Drayage, Factors, Horizon, Scenario, TruckBan
from cargopool.model.service import Service, ServiceLeg, ServiceStop

Period = tuple[int, int]


def _hub(
    hub_id: str, zone: str, days: tuple[tuple[Period, ...], ...] | None, closed: frozenset[str] = frozenset()
) -> Hub:
    opening = None if days is None else WeekHours(days=days, closed_dates=closed)
    return Hub(id=hub_id, name=hub_id, country="DE", lat=0.0, lon=0.0, timezone=zone, opening=opening)


WEEKDAY = ((360, 1320),)
PLACES = {
    hub.id: hub
    for hub in (
        _hub("DOCK", "Europe/Berlin", (WEEKDAY,) * 5 + (((360, 720),), ()), frozenset({"2026-12-25"})),
        _hub("NIGHT", "Europe/Berlin", (((0, 1440),), ((0, 1440),), (), (), (), (), ())),
        _hub("SPLIT", "Europe/London", (((480, 720), (780, 1020)),) * 7),
        _hub("EARLY", "Europe/Berlin", (((150, 600),),) * 7),
        _hub("LATE", "Europe/Berlin", (((0, 150), (1080, 1440)),) * 7),
        _hub("ALWAYS", "Europe/Berlin", None),
        Hub(id="LONDON", name="London", country="GB", lat=51.5, lon=0.0, timezone="Europe/London"),
        Hub(id="BERLIN", name="Berlin", country="DE", lat=52.5, lon=13.4, timezone="Europe/Berlin"),
        Hub(id="EQ0", name="Equator 0", country="AA", lat=0.0, lon=0.0, timezone="UTC", road_region="equator"),
        Hub(id="EQ1", name="Equator 1", country="BB", lat=0.0, lon=1.0, timezone="UTC", road_region="equator"),
        Hub(id="EQ2", name="Equator 2", country="AA", lat=0.0, lon=2.0, timezone="UTC", road_region="equator"),
        Hub(id="POLE", name="Pole", country="AA", lat=90.0, lon=0.0, timezone="UTC", road_region="pole"),
    )
}

SUNDAY = 6
BANS = (
    TruckBan(country="DE", timezone="Europe/Berlin", weekday=SUNDAY, start_min=0, end_min=1320),
    TruckBan(country="FR", timezone="Europe/Paris", weekday=5, start_min=1320, end_min=1440),
    TruckBan(country="FR", timezone="Europe/Paris", weekday=SUNDAY, start_min=0, end_min=1320),
    TruckBan(country="AT", timezone="Europe/Vienna", weekday=0, start_min=60, end_min=100),
    TruckBan(country="IT", timezone="Europe/Rome", weekday=0, start_min=120, end_min=180),
    TruckBan(
        country="PL", timezone="Europe/Warsaw", weekday=-1, start_min=480, end_min=1320, dates=frozenset({"2026-11-24"})
    ),
)

SHUTTLES = {"tunnel": 95, "ferry35": 35, "ferry300": 300, "ferry700": 700}


def clock_scenario(start: str, end: str = "2026-12-31T00:00+00:00") -> Scenario:
    return Scenario(
        name="clocks",
        horizon=Horizon(start=datetime.fromisoformat(start), end=datetime.fromisoformat(end)),
        hubs=PLACES,
        bans=BANS,
        factors=Factors(id="clocks", shuttle_min=SHUTTLES, detour_road=1.27, road_speed_kmh=62.0),
        drayage=Drayage(collection_min_fixed=120, collection_speed_kmh=50.0),
    )


def road(drive_min: int, countries: str, shuttle: str) -> RoadLink:
    """A road; ``countries`` such as ``DE:300,FR:300``."""
    rows = tuple((row.split(":")[0], float(row.split(":")[1])) for row in countries.split(",") if row)
    return RoadLink(
        origin="A", destination="B", km=sum(km for _, km in rows), drive_min=drive_min, countries=rows, shuttle=shuttle
    )


def _line(
    line: str, hubs: tuple[str, str], leaves: tuple[int, int], arrives: tuple[int, int], **more: object
) -> Service:
    return Service(
        id=line, name=line, operator="synthetic", mode="rail", legs=(ServiceLeg(km=1.0),),
        stops=(ServiceStop(hub=hubs[0], departure=leaves), ServiceStop(hub=hubs[1], arrival=arrives)), **more,  # type: ignore[arg-type]
    )  # fmt: skip


SERVICES = {
    row.id: row
    for row in (
        _line("MWF", ("BERLIN", "LONDON"), (0, 1200), (1, 600), weekdays=frozenset({0, 2, 4}),
              removed_dates=frozenset({"2026-11-25"}), added_dates=frozenset({"2026-11-28"})),
        _line("DAILY", ("LONDON", "BERLIN"), (0, 30), (1, 600), weekdays=frozenset(range(7))),
        _line("EASTERN", ("BERLIN", "LONDON"), (0, 30), (1, 600), weekdays=frozenset(range(7))),
        _line("NIGHTLY", ("BERLIN", "LONDON"), (0, 150), (0, 1200), weekdays=frozenset({SUNDAY})),
        _line("FERRY", ("LONDON", "BERLIN"), (0, 600), (0, 755), headway_min=120, weekdays=frozenset(range(7))),
    )
}  # fmt: skip
