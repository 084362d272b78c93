"""Single or double manning is a choice of the plan, truck by truck, and elapsed time depends on the departure."""

from dataclasses import replace

import cargopool as cp
from cargopool.model.execution import ExecutionRules
from cargopool.model.scenario import TruckBan
from cargopool.model.shipment import Shipment
from cargopool.rules import road_link, trip_arrival
from execution_case import DAY, HOUR, empty_scenario


def _two_mannings():
    base = empty_scenario()
    single = base.vehicles["artic"]
    double = replace(single, id="double", manning="double", eur_per_h=34.0)
    countries = (("DE", 550.0), ("FR", 550.0))
    links = tuple(
        replace(link, km=1100.0, drive_min=960, countries=countries)
        for link in base.road_links
        if (link.origin, link.destination) == ("A", "B")
    )
    vehicles = {"artic": single, "double": double}
    hubs = {name: base.hubs[name] for name in "AB"}  # no relay with another driver at a third hub
    rules = ExecutionRules()
    return replace(base, hubs=hubs, vehicles=vehicles, road_links=links, services={}, doors={}, execution=rules)


def test_the_hurried_load_gets_two_drivers_and_the_other_one():
    scenario = _two_mannings()
    common = {"shipper": "Acme", "origin": "A", "destination": "B", "pallets_milli": 20_000, "kg": 9_000}
    # 960 min of driving: alone 960 + two breaks + a rest of 11 h, by two without a stop
    shipments = {
        "fast": Shipment(id="fast", ready_min=8 * HOUR, due_min=27 * HOUR, latest_min=27 * HOUR, **common),
        "slow": Shipment(id="slow", ready_min=80 * HOUR, due_min=6 * DAY, latest_min=6 * DAY, **common),
    }
    scenario = replace(scenario, shipments=shipments)
    result = cp.solve(scenario, stop=cp.TimeLimit(30), baselines=False)
    assert result.plan is not None and result.plan.unserved == ()
    by_shipment = {one.shipment: one.moves[0] for one in result.plan.itineraries}
    vehicles = {use.move.id: use.move.stages[0].vehicle for use in result.plan.moves}
    assert (vehicles[by_shipment["fast"]], vehicles[by_shipment["slow"]]) == ("double", "artic")


def test_elapsed_time_depends_on_the_departure_and_on_manning():
    scenario = _two_mannings()
    ban = TruckBan(country="FR", timezone="Europe/Paris", weekday=5, start_min=22 * HOUR, end_min=24 * HOUR)
    sunday = replace(ban, weekday=6, start_min=0, end_min=22 * HOUR)
    scenario = replace(scenario, bans=(ban, sunday))
    link = road_link(scenario, "A", "B")

    def elapsed(depart, manning):
        return trip_arrival(scenario, link, depart, manning, bans=True) - depart

    assert elapsed(8 * HOUR, "single") == 960 + 45 + 660 + 45
    assert elapsed(8 * HOUR, "double") == 960
    # Saturday 18:00: half of the way is French, and France opens on Sunday at 22:00
    saturday = 5 * DAY + 18 * HOUR
    assert elapsed(saturday, "double") == 28 * HOUR + 480
    assert elapsed(saturday, "single") > elapsed(saturday + 20 * HOUR, "single")
