"""Single violations made by hand, where a mutation operator would be too blunt."""

from dataclasses import replace

import pytest

from cargopool.model.plan import CharterRun, Tour, Unserved
from cargopool.verifier import check, verify
from verifier.mutant_tools import with_itinerary, with_move, with_place, with_row, with_stage
from verifier.verifier_plans import everything, priced, ride
from verifier.verifier_world import at, world


@pytest.fixture(scope="module")
def case():
    scenario = world()
    return scenario, everything(scenario)


def move_of(plan, name):
    return next(use.move for use in plan.moves if use.move.id == name)


def part_of(plan, shipment):
    return next(i for i in plan.itineraries if i.shipment == shipment)


def codes(scenario, plan):
    return verify(scenario, priced(scenario, plan)).codes


def toured(plan, shipment, **changes):
    one = part_of(plan, shipment)
    name = "collection" if one.collection else "delivery"
    return with_itinerary(plan, one, **{name: replace(getattr(one, name), **changes)})


def test_collection_at_another_door(case):
    scenario, plan = case
    assert "V127" in codes(scenario, toured(plan, "K3", door="D2"))


def test_collection_to_another_hub_than_the_move_begins(case):
    scenario, plan = case
    assert "V120" in verify(scenario, toured(plan, "K3", hub="BO")).codes


def test_tours_of_a_wrong_kind(case):
    scenario, plan = case
    assert "V127" in codes(scenario, toured(plan, "K3", kind="delivery"))


def test_sealed_units_take_no_tours(case):
    scenario, plan = case
    tour = Tour(kind="collection", door="D2", hub="DU", start_min=at(3, 8), end_min=at(3, 10, 54))
    assert "V127" in codes(scenario, with_itinerary(plan, part_of(plan, "K11"), collection=tour))


@pytest.mark.parametrize(("start", "hits"), [(at(0, 14), set()), (at(0, 14, 1), {"V135"})])
def test_collection_loads_while_the_door_is_open(case, start, hits):
    """D1 closes at 17:00 CEST, 15:00 UTC; loading takes an hour. Then the pallets come too late for the train."""
    scenario, plan = case
    late = toured(plan, "K3", start_min=start, end_min=start + 216)
    assert codes(scenario, late) - {"V133"} == hits


def test_delivery_unloads_while_the_door_is_open(case):
    """D4 closes at 20:00 GMT."""
    scenario, plan = case
    for end, hits in ((at(2, 20), set()), (at(2, 20, 1), {"V135"})):
        changed = toured(plan, "K13", end_min=end)
        changed = with_itinerary(changed, part_of(changed, "K13"), delivered_min=end)
        assert codes(scenario, changed) == hits


def test_delivery_a_minute_faster_than_the_road(case):
    scenario, plan = case
    end = at(2, 18, 4)
    changed = toured(plan, "K13", end_min=end)
    assert codes(scenario, with_itinerary(changed, part_of(changed, "K13"), delivered_min=end)) == {"V135"}


def test_run_of_a_headway_service(case):
    scenario, plan = case
    changed = with_stage(plan, move_of(plan, "shuttle"), 0, run_date="2026-10-27")
    assert codes(scenario, changed) == {"V143"}


def test_stop_time_that_the_clock_skips_or_shows_twice(case):
    """02:30 on the Sunday of the clock change happens twice: such a run has no time, and no plan may use it."""
    scenario, plan = case
    service = scenario.services["R1"]
    stops = (*service.stops[:2], replace(service.stops[2], arrival=(2, 150)))
    odd = with_row(scenario, "services", "R1", stops=stops)
    assert "V143" in codes(odd, plan)


def test_charter_on_a_day_that_the_clock_has_twice(case):
    scenario, plan = case
    stops = (replace(scenario.services["C1"].stops[0], departure=(0, 150)), scenario.services["C1"].stops[1])
    odd = with_row(scenario, "services", "C1", stops=stops, weekdays=frozenset({6}))
    found = codes(odd, replace(plan, charters=(CharterRun(service="C1", run_date="2026-10-25"),)))
    assert {"V143", "V215"} <= found


def test_unit_haulage_between_hubs(case):
    """Haulage from a hub: no door is there, whatever the stages say."""
    scenario, plan = case
    move = move_of(plan, "sealed")
    changed = with_stage(plan, move, 0, {"origin": "BO"}, origin="BO")
    assert {"V141", "V160"} <= verify(scenario, changed).codes


def test_road_from_a_place_to_itself(case):
    scenario, plan = case
    changed = with_stage(plan, move_of(plan, "adr"), 0, {"destination": "DU"}, destination="DU")
    assert "V157" in verify(scenario, changed).codes


def test_weight_class_of_a_road_move(case):
    scenario, plan = case
    assert "V149" in codes(scenario, with_move(plan, "direct", max_gross_kg=40_000))


def test_weight_class_that_is_lighter_than_the_empty_unit(case):
    scenario, plan = case
    assert "V149" in codes(with_row(scenario, "load_units", "pw45", tare_kg=20_000), plan)


@pytest.mark.parametrize(("limit", "hits"), [(30_000, set()), (19_999, {"V149"})])
def test_chain_of_tariffs_with_classes_takes_what_all_admit(case, limit, hits):
    """A class of 20 t is legal on a chain when the other tariff's heaviest class admits it."""
    scenario, plan = case
    tariff = scenario.services["R1"].tariff
    classes = (replace(tariff.weight_classes[0], up_to_kg=limit),)
    scenario = with_row(
        scenario, "services", "H1", tariff=replace(scenario.services["H1"].tariff, weight_classes=classes)
    )
    train = ride("R1", "2026-10-26", ("DU", "BO"), "spot", at(3, 17), at(3, 19), at(4, 11), at(4, 12, 30))
    rolling = move_of(plan, "shuttle").stages[0]
    move = replace(
        move_of(plan, "shuttle"),
        id="long",
        origin="DU",
        stages=(train, rolling),
        hand_in_min=at(3, 17),
        latest_min=at(3, 17),
        max_gross_kg=20_000,
    )
    changed = with_move(plan, "shuttle", max_gross_kg=limit)
    use = next(use for use in plan.moves if use.move.id == "shuttle")
    found = verify(scenario, replace(changed, moves=(*changed.moves, replace(use, move=move))))
    assert {v.code for v in found.violations if v.where == "moves[long].max_gross_kg"} == hits


def test_dock_without_any_throughput(case):
    scenario, plan = case
    dock = replace(scenario.hubs["ZA"].cross_dock, pallets_per_hour=0)
    assert codes(with_place(scenario, "ZA", cross_dock=dock), plan) == {"V211"}


def test_unknown_and_repeated_extras(case):
    scenario, plan = case
    run = plan.charters[0]
    left = Unserved(shipment="nobody", reason="price", text="")
    runs = (run, run, CharterRun(service="none", run_date=""))
    found = verify(scenario, replace(plan, charters=runs, unserved=(*plan.unserved, *plan.unserved, left)))
    assert sum(v.code == "V103" for v in found.violations) == 2
    assert sum(v.code == "V104" for v in found.violations) == 2


@pytest.mark.parametrize("name", ["make_case", "check_hubs"])
def test_check_that_breaks_off_rejects_the_plan(case, name, monkeypatch):
    def broken(*args):
        raise RuntimeError("a fault of the verifier itself")

    monkeypatch.setattr(check, name, broken)
    report = verify(*case)
    assert report.codes == {"V299"}
    assert not report.ok
