"""The pieces of the exact way: pools, cuts, reduction, quick start, bounds of relaxations."""

import random
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy.sparse import csr_array

from cargopool.model.place import CrossDock, RoadLink, WeekHours
from cargopool.model.plan import Plan
from cargopool.model.scenario import Objective, Scenario
from cargopool.network import build
from cargopool.network.columns import enumerate_columns
from cargopool.optimiser import FirstFeasible, SolveParams, exact
from cargopool.optimiser import columns as listing
from cargopool.optimiser.assembly import ShortfallError, assemble
from cargopool.optimiser.columns import columns_of, part_ranges
from cargopool.optimiser.cuts import find_shortages, make_cuts
from cargopool.optimiser.engines import EngineLimits, MipModel, solve_model
from cargopool.optimiser.exact import lp_bound, relaxation
from cargopool.optimiser.loading import LoadPlanner
from cargopool.optimiser.polishing import polish
from cargopool.optimiser.pool import make_pool
from cargopool.optimiser.reduction import reduced
from cargopool.optimiser.rows import build_model
from cargopool.optimiser.session import Session
from cargopool.optimiser.start import Greedy, insertion_order
from cargopool.optimiser.stop import NEVER
from cargopool.optimiser.worker import Worker
from cargopool.verifier import verify
from optimiser.tiny_world import H, capacity, hub, load, plan_of, solved, train, trains_and_trucks, world
from scale import scaled


def random_world(seed: int) -> Scenario:
    rng = random.Random(seed)
    slow = CrossDock(eur_per_pallet=2.0, handling_min=30, pallets_per_hour=rng.choice([None, None, 8]))
    day = WeekHours(days=(((6 * H, 20 * H),),) * 7)
    hubs = {
        "A": hub("A", storage_eur_per_pallet_day=rng.choice([0, 3]), lifts_per_hour=rng.choice([None, 1])),
        "B": hub("B", cross_dock=slow, opening=rng.choice([None, day])),
        "C": hub("C", opening=rng.choice([None, day])),
    }
    legs = [("A", "B", 180.0), ("B", "C", 160.0), ("A", "C", 300.0)]
    links = tuple(
        RoadLink(origin=a, destination=b, km=km, drive_min=round(km), countries=(("DE", km),)) for a, b, km in legs
    )
    services = {
        name: train(name, a, b, rng.choice([10, 12, 15]) * H, 200, rng.choice([60, 120]), spot_units=rng.choice([1, 3]))
        for name, a, b in (("T1", "A", "B"), ("T2", "B", "C"), ("T3", "A", "C"))
    }
    loads = []
    for n in range(rng.choice([2, 3, 4])):
        ready = rng.choice([5, 6, 7, 8, 9]) * H
        a, b, _ = legs[rng.choice([0, 1, 2, 2])]
        loads.append(
            load(
                f"S{n}",
                rng.choice([1, 2, 2.5, 4]),
                a,
                b,
                ready_min=ready,
                due_min=ready + rng.choice([10, 20]) * H,
                latest_min=ready + 30 * H,
                late_eur_per_h=rng.choice([0, 4]),
                value_of_time_eur_per_h=rng.choice([0, 0, 2]),
                keep_together=rng.random() < 0.3,
                max_parts=rng.choice([1, 1, 2]),
                part_eur=2.0,
                segregation=rng.choice(["", "", "x"]),
            )
        )
    price = rng.choice([0.0, 120.0])
    return world(
        loads, hubs=hubs, road_links=links, services=services, objective=Objective(carbon_price_eur_per_t=price)
    )


def test_leaving_moves_out_changes_no_optimum(monkeypatch: pytest.MonkeyPatch) -> None:
    saved = 0
    for seed in range(scaled(14, 150)):
        scenario = random_world(seed)
        network = build(scenario)
        small = reduced(network)
        saved += sum(u.size for u in network.usable) - sum(u.size for u in small.usable)
        assert all(set(a.tolist()) <= set(b.tolist()) for a, b in zip(small.usable, network.usable, strict=True))
        with_reduction = plan_of(scenario).totals.objective_cents
        with monkeypatch.context() as patch:
            patch.setattr(listing, "reduced", lambda network: network)
            assert plan_of(scenario).totals.objective_cents == with_reduction, seed
    assert saved > 20


def test_prices_of_the_model_are_those_of_the_plan() -> None:
    for seed in range(scaled(8, 60)):
        scenario = random_world(100 + seed)
        result = solved(scenario)
        assert result.plan is not None
        assert result.bound_eur is not None
        # The bound is the model's optimum: it meets the plan's totals, which footprint computes, to the cent.
        assert result.bound_eur * 100 == pytest.approx(result.plan.totals.objective_cents, abs=1.01)


def prepared(scenario: Scenario) -> tuple[Any, Any, LoadPlanner]:
    network = build(scenario)
    found = [column for k in range(len(network.shipment_ids)) for column in columns_of(network, k, 10_000)[0]]
    pool = make_pool(network, found, np.ones(len(network.shipment_ids), dtype=np.bool_))
    return network, pool, LoadPlanner(network)


def test_every_greedy_plan_is_feasible_and_rows_are_kept_in_step() -> None:
    for seed in range(scaled(10, 80)):
        scenario = random_world(200 + seed)
        network, pool, planner = prepared(scenario)
        greedy = Greedy(network, pool, planner)
        order = insertion_order(network)
        greedy.insert_all(order)
        previous = None
        for _ in range(3):
            plan = assemble(network, greedy.columns(), planner=planner)
            report = verify(scenario, plan)
            assert report.ok, report.violations
            cents = plan.totals.objective_cents
            assert previous is None or cents <= previous + 1
            previous = cents
            greedy.reinsert_all(order)
        for k in list(greedy.chosen):
            greedy._remove(k)
        assert not greedy._used.any()
        assert not greedy._counts.any()
        assert not greedy._load.any()
        assert greedy._grams == 0


def test_columns_taken_over_at_once_leave_what_adopting_one_by_one_leaves() -> None:
    gave_way = 0
    for seed in range(scaled(10, 80)):
        scenario = random_world(300 + seed)
        network, pool, planner = prepared(scenario)
        whole = pool.atoms == network.shipment_atoms[pool.shipment]
        rng = random.Random(seed)
        shipments = range(len(network.shipment_ids))
        some = [rng.choice(mine) for k in shipments if (mine := np.flatnonzero((pool.shipment == k) & whole).tolist())]
        at_once, one_by_one = Greedy(network, pool, planner), Greedy(network, pool, planner)
        assert at_once.take_over(some, insertion_order(network))
        left = [c for mine in at_once.chosen.values() for c in mine]
        gave_way += len(some) - len(left)
        one_by_one.adopt(left)
        assert one_by_one.chosen == at_once.chosen
        assert (one_by_one._counts == at_once._counts).all() and (one_by_one._load == at_once._load).all()
        assert (one_by_one._used == at_once._used).all() and (at_once._used <= network.row_limit).all()
        assert (one_by_one._open == at_once._open).all() and one_by_one._grams == at_once._grams
        report = verify(scenario, assemble(network, at_once.columns(), planner=planner))
        assert report.ok, report.violations
        for k in list(at_once.chosen):
            at_once._remove(k)
        assert not at_once._used.any() and not at_once._load.any() and at_once._grams == 0
    assert gave_way > 0


def test_packing_cuts_cut_the_answer_and_no_plan() -> None:
    # Four parts of 4 pallets that stay together: rows say three boxes of six, packing says four.
    scenario = world([load(f"S{n}", 4, keep_together=True) for n in range(4)], services={})
    network, pool, planner = prepared(scenario)
    model = build_model(network, pool)
    loose = solve_model("scip", model.model, EngineLimits())
    assert loose.x is not None
    layout = model.layout
    chosen = np.flatnonzero(loose.x[: layout.columns] > 0.5).tolist()
    counts = np.round(loose.x[layout.n : layout.y]).astype(np.int64)
    short, needs = find_shortages(planner, pool, chosen, counts)
    assert short
    assert needs is not None
    assert short[0].needed > counts[short[0].slot]
    cuts = make_cuts(network, planner, pool, layout, short)
    tighter = model.with_rows(cuts)
    assert tighter.model.largest_violation(loose.x) >= 1 - 1e-9
    truth = loose.x.copy()
    for slot, need in needs.items():
        truth[layout.n + slot] = need
    assert tighter.model.largest_violation(truth) <= 1e-9


def test_cuts_hold_for_every_packed_choice() -> None:
    rng = random.Random(4)
    for seed in range(scaled(6, 40)):
        loads = [
            load(f"S{n}", rng.choice([1, 2, 3, 4]), kg=rng.randint(100, 5000), keep_together=rng.random() < 0.6)
            for n in range(5)
        ]
        network, pool, planner = prepared(world(loads, services={}))
        model = build_model(network, pool)
        layout = model.layout
        all_cuts = []
        for _ in range(6):
            picked = [
                rng.choice(np.flatnonzero(pool.shipment == k).tolist()) for k in range(5) if (pool.shipment == k).any()
            ]
            counts = np.zeros(pool.slots, dtype=np.int64)
            short, _ = find_shortages(planner, pool, picked, counts)
            all_cuts += make_cuts(network, planner, pool, layout, short)
        for _ in range(25):
            picked = [rng.choice(np.flatnonzero(pool.shipment == k).tolist()) for k in range(5)]
            picked = [c for c in picked if rng.random() < 0.8]
            _, needs = find_shortages(planner, pool, picked, np.full(pool.slots, 99))
            assert needs is not None
            x = np.zeros(layout.size)
            x[picked] = 1
            for slot, need in needs.items():
                x[layout.n + slot] = need
            for cut in all_cuts:
                value = sum(a * x[i] for i, a in zip(cut.index, cut.amount, strict=True))
                assert cut.lower - 1e-9 <= value <= cut.upper + 1e-9, seed


def test_the_bound_of_a_relaxation_holds_for_any_duals() -> None:
    rng = np.random.default_rng(9)
    for seed in range(10):
        a = rng.integers(-3, 8, (4, 7)).astype(float)
        model = MipModel(
            c=rng.normal(0, 5, 7), a=csr_array(a), row_lower=np.array([-np.inf, 1.0, -np.inf, 2.0]),
            row_upper=np.array([9.0, np.inf, 7.0, 2.0]), lower=np.zeros(7), upper=np.full(7, 3.0),
            integer=np.ones(7, dtype=bool),
        )  # fmt: skip
        best = solve_model("highs", model, EngineLimits())
        if best.objective is None:
            continue
        for _ in range(5):
            bound, _ = lp_bound(model, rng.normal(0, 3, 4))
            assert bound <= best.objective + 1e-9, seed
        relaxed = solve_model("glop", relaxation(model), EngineLimits())
        assert relaxed.duals is not None
        tight, reduced_costs = lp_bound(model, relaxed.duals)
        assert tight == pytest.approx(relaxed.objective, abs=1e-6)
        assert (tight + np.maximum(reduced_costs, 0) >= tight).all()


def lattice() -> Scenario:
    """Two lanes over a middle hub, two trains on each, trucks with many departure times."""
    hubs = {name: hub(name) for name in "ABC"}
    legs = [("A", "B", 300.0), ("B", "C", 200.0), ("A", "C", 420.0)]
    links = tuple(
        RoadLink(origin=a, destination=b, km=km, drive_min=round(km), countries=(("DE", km),)) for a, b, km in legs
    )
    services = {
        f"T{a}{b}{h}": train(f"T{a}{b}{h}", a, b, h * H, 300, 60 + km / 5) for a, b, km in legs for h in (12, 18)
    }
    loads = [load(f"S{n}", 6 - n % 2, *legs[n % 3][:2], ready_min=(6 + n % 4) * H) for n in range(9)]
    return world(loads, hubs=hubs, road_links=links, services=services)


def test_reduced_costs_leave_out_only_what_cannot_improve(monkeypatch: pytest.MonkeyPatch) -> None:
    scenario = lattice()
    whole = plan_of(scenario)
    sizes: list[int] = []

    def spy(*args: Any, **options: Any) -> Any:
        pool = make_pool(*args, **options)
        sizes.append(pool.count)
        return pool

    monkeypatch.setattr(exact, "_SMALLEST", 0)
    monkeypatch.setattr(exact, "make_pool", spy)
    result = solved(scenario)
    assert result.plan is not None
    assert result.status == "optimal"
    assert sizes
    assert sizes[0] < max(p.columns for p in result.history)
    assert result.plan.totals.objective_cents == whole.totals.objective_cents


def test_loads_that_fit_no_unit_close_their_columns() -> None:
    network, pool, _ = prepared(world([load("S", 2), load("T", 2)], services={}))
    layout = build_model(network, pool).layout
    column = int(np.flatnonzero(pool.shipment == 0)[0])
    slot = int(pool.rides.tocsc()[:, [column]].indices[0])

    class Refusing(LoadPlanner):
        def pack(self, move: int, loads: Any) -> Any:
            return None if any(k == 0 for k, _, _ in loads) else super().pack(move, loads)

    strict = Refusing(network)
    short, needs = find_shortages(strict, pool, [column], np.full(pool.slots, 9))
    assert needs is None
    rows = make_cuts(network, strict, pool, layout, short)
    closed = {i for row in rows for i in row.index}
    assert column in closed
    assert all(pool.shipment[c] == 0 and pool.rides[slot, c] for c in closed)
    assert all(row.upper == 0.0 for row in rows)


def test_the_polish_finds_the_best_plan_over_its_columns() -> None:
    scenario = world([load(f"S{n}", 4, keep_together=n < 3) for n in range(5)])
    truth = plan_of(scenario)
    with Worker() as worker:
        session = Session(
            scenario,
            stop=NEVER,
            seed=1,
            params=SolveParams(),
            accept=lambda plan: verify(scenario, plan).ok,
            worker=worker,
        )
        session.set_network(build(scenario))
        network = session.network
        columns = [c for k in range(5) for c in columns_of(network, k, 1000)[0]]
        best = polish(session, range(5), columns, None)
        assert best is not None
        assert assemble(network, best).totals.objective_cents <= truth.totals.objective_cents * 1.001
        assert polish(session, range(5), columns, 0.0) is None


def test_part_ranges_tile_the_shipment() -> None:
    two = load("S", 6, max_parts=2, min_part_pallets=2)
    assert part_ranges(two) == [(0, 2), (0, 3), (0, 4), (2, 4), (3, 3), (4, 2)]
    three = load("S", 6, max_parts=3, min_part_pallets=2)
    assert (2, 2) in part_ranges(three)
    assert all(first + atoms <= 6 and atoms >= 2 for first, atoms in part_ranges(three))


def test_columns_of_parts_cost_what_the_plan_says() -> None:
    scenario = world([load("S", 5, max_parts=2, part_eur=7.0)])
    network = build(scenario)
    found, complete = columns_of(network, 0, 10_000)
    assert complete
    whole, _ = enumerate_columns(network, 0, 10_000)
    assert len(found) == len(whole) * 9
    assert not columns_of(network, 0, len(whole) + 1)[1]
    first = next(c for c in found if (c.first_atom, c.atoms) == (0, 2))
    second = next(c for c in found if (c.first_atom, c.atoms) == (2, 3) and c.moves == first.moves)
    plan = assemble(network, [second, first])
    assert [(i.part, i.first_atom, i.atoms) for i in plan.itineraries] == [(1, 0, 2), (2, 2, 3)]
    assert sum(line.cents for line in plan.cost_lines if line.kind == "part_fee") == 700
    assert verify(scenario, plan).ok


def test_assembling_too_few_units_is_an_error() -> None:
    network = build(world([load("S", 8)]))
    column = enumerate_columns(network, 0, 10)[0][0]
    group = int(network.shipment_class[0])
    assert isinstance(assemble(network, [column], {(column.moves[0], group): 2}), Plan)
    with pytest.raises(ShortfallError):
        assemble(network, [column], {(column.moves[0], group): 1})


def offered(scenario: Scenario, columns_of_network: Any) -> Any:
    """What a session makes of columns that somebody chose by load totals."""

    def accept(plan: Plan) -> bool:
        report = verify(scenario, plan)
        assert report.ok, report.violations
        return True

    with Worker() as worker:
        session = Session(scenario, stop=NEVER, seed=1, params=SolveParams(), accept=accept, worker=worker)
        session.set_network(build(scenario))
        taken = session.offer(columns_of_network(session.network))
        return taken, session.state.plan


def by_train(network: Any) -> list[Any]:
    found = []
    for k in range(len(network.shipment_ids)):
        columns = columns_of(network, k, 1000)[0]
        found.append(next(c for c in columns if network.describe(c.moves[0]).kind == "scheduled"))
    return found


def test_columns_that_do_not_pack_are_made_to_fit() -> None:
    two = {"T": train("T", "A", "B", 13 * H, 300, 100.0, capacity=capacity(units=2))}
    scenario = world([load(f"S{n}", 4, keep_together=True) for n in range(3)], services=two)
    taken, plan = offered(scenario, by_train)
    assert taken
    assert plan.unserved == ()
    assert trains_and_trucks(plan) == (2, 1)


def test_must_serve_shipments_that_lose_their_place_make_no_plan() -> None:
    one = {"T": train("T", "A", "B", 13 * H, 300, 100.0, capacity=capacity(units=1))}
    loads = [load(f"S{n}", 6, modes=frozenset({"rail"}), must_serve=n == 1) for n in range(2)]
    taken, plan = offered(world(loads, services=one), by_train)
    assert not taken
    assert plan is None


def test_shipments_that_were_left_out_are_tried_again() -> None:
    scenario = world([load(f"S{n}", 3) for n in range(3)])
    taken, plan = offered(scenario, lambda network: by_train(network)[:1])
    assert taken
    assert plan.unserved == ()


def test_the_cap_is_part_of_what_must_fit() -> None:
    loads = [load(f"S{n}", 6) for n in range(2)]
    free = world(loads, truck={"eur_per_km": 0.1})
    dirty = plan_of(free).totals.co2e_grams
    taken, plan = offered(
        replace(free, objective=Objective(co2e_cap_kg=(dirty - 1) / 1000)),
        lambda n: [
            next(c for c in columns_of(n, k, 1000)[0] if n.describe(c.moves[0]).kind == "road") for k in range(2)
        ],
    )
    assert taken
    assert plan.totals.co2e_grams < dirty
    assert plan.unserved == ()
    assert trains_and_trucks(plan) == (1, 1)


def test_parts_are_adopted_all_or_none() -> None:
    one = {"T": train("T", "A", "B", 13 * H, 300, 100.0, capacity=capacity(units=1))}
    scenario = world([load("S", 8, max_parts=2, part_eur=5.0), load("T", 3)], services=one)
    best = plan_of(scenario)
    assert any(i.part == 2 for i in best.itineraries)
    warm = solved(scenario, warm_start=best, stop=FirstFeasible())
    assert warm.plan is not None
    assert warm.plan.totals.objective_cents == best.totals.objective_cents
    network, pool, planner = prepared(scenario)
    greedy = Greedy(network, pool, planner)
    half = next(c for c in range(pool.count) if pool.shipment[c] == 0 and pool.atoms[c] < 8)
    greedy.adopt([half])
    assert greedy.chosen == {}
    assert not greedy._counts.any()
