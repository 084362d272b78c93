"""The verifier on valid plans: no false alarm, legal choices beyond the model, speed, imports, documentation."""

import ast
import pickle
import random
import re
from dataclasses import replace
from pathlib import Path

import pytest

import cargopool.verifier
from cargopool.model.plan import DepartureStage, Handling
from cargopool.model.scenario import Scenario
from cargopool.verifier import CODES, verify
from scale import scaled
from timing import within
from verifier.mutant_tools import with_itinerary, with_move, with_row, without
from verifier.verifier_plans import drive, everything, priced, road
from verifier.verifier_world import at, world

ROOM = Path(cargopool.verifier.__file__).parent


@pytest.fixture(scope="module")
def case():
    scenario = world()
    return scenario, everything(scenario)


def part_of(plan, shipment, part=1):
    return next(i for i in plan.itineraries if (i.shipment, i.part) == (shipment, part))


def move_of(plan, name):
    return next(use.move for use in plan.moves if use.move.id == name)


def accepted(scenario, plan):
    return verify(scenario, priced(scenario, plan)).violations


def test_hand_written_plan_is_accepted(case):
    report = verify(*case)
    assert report.violations == ()
    assert report.ok


def test_plan_has_every_feature(case):
    scenario, plan = case
    moves = {use.move.id: use.move for use in plan.moves}
    stages = [stage for move in moves.values() for stage in move.stages]
    rides = [stage for stage in stages if isinstance(stage, DepartureStage)]
    assert {stage.slot for stage in rides} == {"allotment", "spot", "charter", "headway"}
    assert {move.kind for move in moves.values()} == {"scheduled", "road", "door"}
    assert {scenario.services[stage.service].mode for stage in rides} == {"rail", "barge", "sea"}
    assert any(len(i.moves) == 2 for i in plan.itineraries)
    assert any(i.part == 2 for i in plan.itineraries)
    assert any(i.collection for i in plan.itineraries) and any(i.delivery for i in plan.itineraries)
    assert any(i.late_min for i in plan.itineraries)
    assert any(move.units_per_move == 2 for move in moves.values())
    assert any(scenario.shipments[i.shipment].load_units == 2 for i in plan.itineraries)


def test_any_subset_of_the_shipments_is_a_valid_plan(case):
    scenario, plan = case
    rng = random.Random(5)
    for _ in range(scaled(10, 200)):
        gone = rng.sample(sorted(scenario.shipments), rng.randint(1, 14))
        kept = Scenario(
            **{name: getattr(scenario, name) for name in scenario.__dataclass_fields__ if name != "shipments"},
            shipments={key: s for key, s in scenario.shipments.items() if key not in gone},
        )
        less = plan
        for key in gone:
            less = without(less, key)
        less = replace(less, unserved=tuple(u for u in less.unserved if u.shipment not in gone))
        assert accepted(kept, less) == ()


def test_legal_choices_outside_the_reference_model(case):
    """Any legal start may be chosen, not only the earliest or the bucket starts."""
    scenario, plan = case
    first = part_of(plan, "K1")
    later = tuple(
        replace(h, start_min=h.start_min + 17, end_min=h.end_min + 17) if h.kind == "load" else h
        for h in first.handlings
    )
    assert accepted(scenario, with_itinerary(plan, first, handlings=later)) == ()
    # 1.5 h of barge waiting: collection at London an hour later, at 13:00 GMT
    late = with_move(plan, "sea", collect_min=at(2, 13), available_min=at(2, 14, 50))
    moved = late
    for key in ("K5", "K13"):
        old = part_of(moved, key)
        handlings = (old.handlings[0], replace(old.handlings[1], start_min=at(2, 14, 50), end_min=at(2, 15, 50)))
        changes: dict = {"handlings": handlings, "delivered_min": at(2, 15, 50)}
        if old.delivery:
            tour = replace(old.delivery, start_min=at(2, 15, 50), end_min=at(2, 19, 5))
            changes |= {"delivery": tour, "delivered_min": at(2, 19, 5)}
        moved = with_itinerary(moved, old, **changes)
    assert accepted(scenario, moved) == ()
    codes = verify(scenario, priced(scenario, late)).codes
    assert codes == {"V133"}


def test_waiting_at_the_door_before_unloading_is_legal(case):
    scenario, plan = case
    old = part_of(plan, "K13")
    waits = replace(old.delivery, end_min=old.delivery.end_min + 30)
    changed = with_itinerary(plan, old, delivery=waits, delivered_min=waits.end_min)
    assert accepted(scenario, changed) == ()


def test_loose_freight_does_not_change_at_a_door(case):
    """Iris' pallets go on from the store to Zaragoza with another truck: a door has no cross-dock."""
    scenario, plan = case
    scenario = with_row(scenario, "shipments", "K12", destination="ZA")
    old = part_of(plan, "K12")
    hop = road("hop", "tilt", drive("main", "art", ("D3", "ZA"), at(5, 9), at(5, 9, 50)))
    changed = with_itinerary(
        plan,
        old,
        moves=("direct", "hop"),
        handlings=(
            old.handlings[0],
            replace(old.handlings[1], kind="transfer"),
            Handling(place="ZA", kind="unload", start_min=at(5, 9, 50), end_min=at(5, 10, 50)),
        ),
        delivered_min=at(5, 10, 50),
        late_min=650,
    )
    use = next(use for use in plan.moves if use.move.id == "direct")
    unit = next(unit for unit in plan.units if unit.move == "direct")
    changed = replace(
        changed,
        moves=(*changed.moves, replace(use, move=hop)),
        units=(*changed.units, replace(unit, id="hopper", move="hop")),
    )
    assert {v.code for v in accepted(scenario, changed)} == {"V123"}


def test_clock_change_is_elapsed_time(case):
    """The Friday train arrives on Sunday at 18:00 CET, 48 local hours and 47 elapsed hours less than it seems."""
    scenario, plan = case
    move = move_of(plan, "pool")
    stage = move.stages[0]
    assert stage.arrive_min - stage.depart_min == 47 * 60
    as_if_summer = replace(stage, arrive_min=stage.arrive_min - 60, pick_up_ready_min=stage.pick_up_ready_min - 60)
    changed = with_move(plan, "pool", stages=(as_if_summer,))
    assert verify(scenario, priced(scenario, changed)).codes == {"V145"}


def test_all_violations_are_reported(case):
    scenario, plan = case
    wrong = with_move(plan, "pool", hand_in_min=at(0, 16, 1), latest_min=at(0, 16, 1))
    wrong = with_move(wrong, "sea", available_min=at(2, 13, 49))
    wrong = without(wrong, "K6")
    report = verify(scenario, priced(scenario, wrong))
    assert {"V150", "V156", "V110"} <= report.codes
    assert any(v.where == "moves[pool].hand_in_min" for v in report.violations)
    assert any("1 > 0" in str(v) or "961 > 960" in str(v) for v in report.violations)


def test_report_pickles_and_names_its_codes(case):
    scenario, plan = case
    report = verify(scenario, replace(plan, itineraries=()))
    assert pickle.loads(pickle.dumps(report)) == report
    assert report.codes <= set(CODES)


def repeated(scenario, plan, times):
    """The same case many times over in one: every id gets a suffix, shared capacities grow."""
    moves, units, itineraries, unserved, shipments = [], [], [], [], {}
    for i in range(times):
        tag = f".{i}"

        def group(name, tag=tag):
            return name + tag if name.startswith("unit:") else name

        for use in plan.moves:
            move = replace(use.move, id=use.move.id + tag)
            moves.append(replace(use, move=move, segregation=group(use.segregation)))
        for unit in plan.units:
            contents = tuple(replace(c, shipment=c.shipment + tag) for c in unit.contents)
            changes = {"id": unit.id + tag, "move": unit.move + tag, "contents": contents}
            units.append(replace(unit, segregation=group(unit.segregation), **changes))
        for one in plan.itineraries:
            ridden = tuple(name + tag for name in one.moves)
            itineraries.append(replace(one, shipment=one.shipment + tag, moves=ridden))
        unserved += [replace(u, shipment=u.shipment + tag) for u in plan.unserved]
        shipments |= {key + tag: replace(s, id=key + tag) for key, s in scenario.shipments.items()}
    hubs = {
        key: replace(
            hub,
            lifts_per_hour=hub.lifts_per_hour and hub.lifts_per_hour * times,
            yard_places=hub.yard_places and hub.yard_places * times,
            reefer_plugs=hub.reefer_plugs and hub.reefer_plugs * times,
            pallet_places=hub.pallet_places and hub.pallet_places * times,
            cross_dock=hub.cross_dock
            and replace(
                hub.cross_dock,
                pallets_per_hour=hub.cross_dock.pallets_per_hour and hub.cross_dock.pallets_per_hour * times,
            ),
        )
        for key, hub in scenario.hubs.items()
    }
    services = {
        key: replace(
            service,
            allotment_units=service.allotment_units * times,
            spot_units=service.spot_units and service.spot_units * times,
            capacity=replace(
                service.capacity,
                **{
                    name: value * times
                    for name in service.capacity.__dataclass_fields__
                    if (value := getattr(service.capacity, name)) is not None
                },
            ),
        )
        for key, service in scenario.services.items()
    }
    big = replace(scenario, hubs=hubs, services=services, shipments=shipments)
    tables = {"moves": tuple(moves), "units": tuple(units), "itineraries": tuple(itineraries)}
    return big, priced(big, replace(plan, unserved=tuple(unserved), **tables))


def test_three_hundred_shipments_are_checked_in_well_under_a_second(case):
    big, plan = repeated(*case, 20)
    assert len(big.shipments) == 300
    verify(big, plan)
    with within(1.0):
        report = verify(big, plan)
    assert report.violations == ()


def test_verifier_knows_nothing_of_how_plans_are_made():
    allowed = {"model", "rules", "footprint", "errors", "units", "verifier"}
    for path in ROOM.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            for name in names:
                if name.startswith("cargopool"):
                    assert name.split(".")[1] in allowed, (path.name, name)


def test_every_code_is_used_and_documented():
    source = "".join(path.read_text() for path in ROOM.glob("*.py") if path.name != "codes.py")
    assert set(re.findall(r'"(V\d{3})"', source)) == set(CODES)
    page = Path(__file__).parents[2] / "docs" / "verifier.md"
    documented = re.findall(r"^\| (V\d{3}) \|", page.read_text(), flags=re.MULTILINE)
    assert sorted(documented) == sorted(CODES)
    assert len(documented) == len(set(documented))
