from datetime import UTC, datetime, timedelta, timezone

import pytest

from cargopool.errors import InputError
from cargopool.model.builder import ScenarioBuilder
from cargopool.model.place import CrossDock
from cargopool.model.scenario import Carrier, Factors
from cargopool.reference import load_reference
from cargopool.rules import road_link


def builder() -> ScenarioBuilder:
    made = ScenarioBuilder(
        "two hubs", start="2026-10-19T00:00", end=datetime(2026, 10, 26), timezone="Europe/Berlin", synthetic=True
    )
    place = {"lat": 51.4, "lon": 6.7}
    made.add_hub(
        "A", country="DE", timezone="Europe/Berlin", cross_dock=True, modes=["rail", "road"], lift_h=0.5, **place
    )
    dock = CrossDock(eur_per_pallet=4, handling_min=60)
    made.add_hub(
        "B",
        country="GB",
        timezone="Europe/London",
        customs_territory="GB",
        road_region="britain",
        cross_dock=dock,
        opening=["Mo-Fr 06:00-22:00"],
        modes="rail",
        **place,
    )
    made.add_door("D", country="DE", timezone="Europe/Berlin", loading_h=0.75, **place)
    made.add_load_unit("box", pallets=33, payload_kg=25_000, volume_m3=85.5, tare_kg=4_500, teu=2.25)
    made.add_vehicle("truck", unit_types=["box"], eur_per_km=1.1)
    made.add_road_link("A", "D", km=30, drive_h=0.5, countries={"DE": 30})
    made.add_crossing("EU", "GB", eur=60, hours=0.75)
    made.add_service(
        "S",
        mode="rail",
        stops=[("A", None, "20:00"), ("B", "1+17:00", None)],
        legs=[900],
        days="Mo-Fr",
        closing_h=4,
        pick_up_ready_h=3,
        capacity={"units": 30, "teu": 60.5},
        tariff={"eur_per_unit": 500},
        charter=None,
    )
    made.add_surcharge("peak", mode="rail", start="2026-10-20T00:00", percent=10)
    made.add(
        Factors(
            id="own",
            carriers={"diesel": Carrier(id="diesel", wtt_g_per_mj=17, ttw_g_per_mj=72)},
            grid_g_per_kwh={"default": 250},
        )
    )
    made.set_objective(carbon_price_eur_per_t=90)
    made.set_scope(event_depth=1)
    return made


def shipment(made: ScenarioBuilder, **changes: object) -> None:
    given: dict[str, object] = {
        "shipper": "Acme",
        "origin": "D",
        "destination": "B",
        "pallets": 10.5,
        "kg": 4_000,
        "ready": "2026-10-20T08:00",
        "due": datetime(2026, 10, 24, 18, 0),
    }
    made.add_shipment("K", **{**given, **changes})  # type: ignore[arg-type]


def test_numbers_are_given_as_people_say_them() -> None:
    made = builder()
    shipment(made, veto_shippers=["Beta"])
    scenario = made.build()
    assert scenario.hubs["A"].lift_min == 30 and scenario.hubs["B"].cross_dock == CrossDock(
        eur_per_pallet=4, handling_min=60
    )
    assert scenario.hubs["B"].opening is not None and scenario.hubs["B"].opening.days[0] == ((360, 1320),)
    assert scenario.doors["D"].loading_min == 45
    assert scenario.load_units["box"].volume_m3_milli == 85_500 and scenario.load_units["box"].teu_milli == 2_250
    assert scenario.road_links[0].drive_min == 30 and scenario.road_links[0].countries == (("DE", 30),)
    assert scenario.crossings[0].minutes == 45
    service = scenario.services["S"]
    assert service.capacity.teu_milli == 60_500 and service.weekdays == frozenset(range(5))
    assert service.stops[0].closing_min == 240 and service.stops[1].pick_up_ready_min == 180
    assert service.stops[1].arrival == (1, 1020)
    assert (scenario.surcharges[0].start_min, scenario.surcharges[0].end_min) == (1440, scenario.horizon.minutes)
    kept = scenario.shipments["K"]
    assert kept.pallets_milli == 10_500 and kept.veto_shippers == frozenset({"Beta"})
    assert (kept.ready_min, kept.due_min) == ((24 + 8) * 60, (5 * 24 + 19) * 60)
    assert scenario.drayage.vehicle == "truck" and scenario.scope.event_depth == 1
    assert scenario.horizon.start == datetime(2026, 10, 18, 22, tzinfo=UTC)


def test_moments_with_an_offset_and_across_the_clock_change() -> None:
    made = builder()
    aware = datetime(2026, 10, 24, 12, 0, tzinfo=timezone(timedelta(hours=2)))
    shipment(made, ready=aware, due="2026-10-25T12:00")
    kept = made.build().shipments["K"]
    assert kept.ready_min == (5 * 24 + 12) * 60
    assert kept.due_min - kept.ready_min == 26 * 60, "an hour of the change, an hour between the zones"


def test_rows_of_the_reference_set_can_be_added() -> None:
    reference = load_reference()
    made = ScenarioBuilder("r", start="2026-11-23T00:00", end="2026-11-30T00:00", timezone="Europe/Brussels")
    made.add(*(reference.hubs[name] for name in ("DEDUI", "ITBLQ")), *reference.vehicles.values())
    made.add(*reference.load_units.values(), *reference.crossings, *reference.bans)
    made.add(reference.default_factors, reference.drayage)
    made.add(*(link for link in reference.road_links if {link.origin, link.destination} <= {"DEDUI", "ITBLQ"}))
    made.add_shipment(
        "K",
        shipper="Acme",
        origin="DEDUI",
        destination="ITBLQ",
        pallets=10,
        kg=4000,
        ready="2026-11-23T10:00",
        due="2026-11-26T10:00",
    )
    assert made.build().drayage == reference.drayage


def test_own_distances_come_before_links() -> None:
    made = builder()
    shipment(made)
    made.set_road_matrix(["D", "A"], [[0, 31.5], [float("nan"), 0]])
    scenario = made.build()
    there, back = road_link(scenario, "D", "A"), road_link(scenario, "A", "D")
    assert there is not None and back is not None
    assert (there.km, back.km, scenario.road_links[0].km) == (31.5, 30, 30)


def test_own_distances_are_checked() -> None:
    made = builder()
    shipment(made)
    made.set_road_matrix(
        ["A", "B", "X"], [[0, float("inf"), 1], [-3, 0, 2], [1, 1, 0]], minutes=[[float("nan")] * 3] * 3
    )
    with pytest.raises(InputError) as caught:
        made.build()
    found = {(one.code, one.where) for one in caught.value.diagnostics}
    assert found == {("E0205", "road.matrix.km[A-B]"), ("E1010", "road.matrix.km[B-A]"), ("E1501", "road.matrix[X]")}
    for places, km in ((["A", "B"], [[1, 2, 3]]), (["A", "A"], [[0, 1], [1, 0]]), (["A"], [["far"]])):
        made = builder()
        made.set_road_matrix(places, km)
        with pytest.raises(InputError) as caught:
            made.build()
        assert ("E0203", "road.matrix") in {(one.code, one.where) for one in caught.value.diagnostics}


def test_everything_that_is_wrong_is_raised_at_once() -> None:
    made = builder()
    shipment(made, palets=3, ready="2026-03-29T02:30", due="2026-10-25T01:30", kg=float("nan"))
    made.add_hub("A", country="DE", timezone="Europe/Berlin", lat=float("inf"), lon=500)
    made.add_hub("C", country="DE", timezone="Nowhere", lat="north", opening=["Mo to Fr"])
    made.add_service("T", mode="rail", stops=[("A", None, "8pm"), ("Z", "1+17:00", None)], legs=[900], days="Daily")
    made.add_load_unit("odd", pallets=float("nan"))
    made.add(object())
    with pytest.raises(InputError) as caught:
        made.build()
    codes = {finding.code for finding in caught.value.diagnostics}
    expected = {"E0201", "E0202", "E0203", "E0205", "E0207", "E0501", "E0502", "E0503", "E0504", "E0505", "E0507"}
    assert expected | {"E1010", "E1304"} <= codes
    assert all(finding.help and finding.where for finding in caught.value.diagnostics)


def test_seconds_are_refused() -> None:
    made = builder()
    shipment(made, ready=datetime(2026, 10, 20, 8, 0, 30))
    with pytest.raises(InputError, match="E0501"):
        made.build()


def test_a_broken_horizon_is_said() -> None:
    with pytest.raises(InputError) as caught:
        ScenarioBuilder("x", start="soon", end="2026-10-26T00:00").build()
    assert caught.value.diagnostics[0].code == "E0501"
