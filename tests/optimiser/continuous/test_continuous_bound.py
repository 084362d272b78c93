"""The bound in continuous time: below the optimum whatever happens, and met by a plan in the end."""

import threading
import time
from functools import partial
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from cargopool.optimiser.continuous import clock, settings, solving
from cargopool.optimiser.continuous.engine_calls import EngineCalls
from cargopool.optimiser.continuous.evaluate import evaluate
from cargopool.optimiser.continuous.grid import Columns, expand, initial_grid, refine
from cargopool.optimiser.continuous.instance import ContinuousInstance
from cargopool.optimiser.continuous.paths import list_paths, with_rest
from cargopool.optimiser.continuous.pricing import Priced, solve_relaxation
from cargopool.optimiser.continuous.relaxation import Relaxation, relax, to_model
from cargopool.optimiser.continuous.rounding import choose, learn
from cargopool.optimiser.continuous.solving import solve_continuous
from cargopool.optimiser.engines import EngineLimits, solve_model
from optimiser.continuous.continuous_cases import one_arc, optimum, options_of, tiny_instance
from scale import scaled
from timing import within

SEEDS = range(scaled(25, 1000))
CLOSE = 1e-6
ALLOWANCE_SECONDS = 2.0


def priced(relaxation: Relaxation, tolerance: float = 1e-6, target: float = np.inf) -> Priced:
    found = solve_relaxation(
        relaxation, tolerance=tolerance, target=target, halt=lambda: False, stopped=np.zeros(1, dtype=np.int64)
    )
    assert found is not None
    return found


def relaxed(instance: ContinuousInstance) -> tuple[Relaxation, Columns]:
    table = list_paths(instance)
    grid = initial_grid(table)
    columns = expand(instance, table, grid)
    assert columns is not None
    return relax(instance, table, grid, columns), columns


@pytest.mark.parametrize(("quantity", "vehicles"), [(3.0, 1), (4.0, 2), (11.0, 2), (12.0, 3)])
def test_what_must_ride_together_takes_whole_vehicles(quantity: float, vehicles: int) -> None:
    relaxation, _ = relaxed(one_arc([5.0, quantity], [0, 0], [4, 4]))
    assert priced(relaxation).bound == pytest.approx(10.0 * vehicles)
    linear = solve_model("highs", to_model(relaxation, integer=False), EngineLimits())
    assert linear.objective == pytest.approx(10.0 * vehicles)


def larger(seed: int) -> ContinuousInstance:
    return tiny_instance(seed, commodities=8, nodes=5, horizon=9)


@pytest.mark.parametrize("seed", SEEDS)
def test_bound_optimum_plan(seed: int) -> None:
    instance = tiny_instance(seed)
    best = optimum(instance)
    seen: list[float] = []
    result = solve_continuous(
        instance, time_limit=None, gap=0.0, work_limit=100, on_progress=lambda lower, upper, _: seen.append(lower)
    )
    assert all(lower <= best + CLOSE for lower in seen)
    assert result.lower_bound <= best + CLOSE <= result.upper_bound + 2 * CLOSE
    assert result.status == "optimal"
    assert result.upper_bound == pytest.approx(best, abs=CLOSE)
    assert evaluate(instance, result.paths) == pytest.approx(result.upper_bound)


@pytest.mark.parametrize("seed", range(scaled(6, 60)))
def test_against_paths_and_times_solved_directly(seed: int) -> None:
    instance = larger(seed)
    best = solved_directly(instance)
    result = solve_continuous(instance, time_limit=30.0, gap=1e-7)
    assert result.lower_bound <= best + 1e-4
    assert result.upper_bound >= best - 1e-4
    assert result.status == "optimal"


@pytest.mark.parametrize("seed", range(scaled(8, 200)))
def test_first_order_bounds_enclose_the_linear_optimum(seed: int) -> None:
    relaxation, _ = relaxed(larger(seed))
    exact = solve_model("highs", to_model(relaxation, integer=False), EngineLimits())
    assert exact.objective is not None
    for tolerance in (0.1, 1e-5):
        found = priced(relaxation, tolerance)
        assert found.bound <= exact.objective + CLOSE
        assert found.value >= exact.objective - CLOSE
        assert found.value - found.bound <= tolerance * found.value + CLOSE


def test_sifting_proves_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    from cargopool.optimiser.continuous import pricing

    relaxation, _ = relaxed(tiny_instance(3, commodities=15, nodes=6, horizon=12))
    exact = solve_model("highs", to_model(relaxation, integer=False), EngineLimits())
    assert exact.objective is not None
    monkeypatch.setattr(pricing, "SIFT", 0)
    monkeypatch.setattr(pricing, "KEEP_PER_COMMODITY", 2)
    found = priced(relaxation, 1e-4)
    assert exact.objective * (1 - 2e-4) <= found.bound <= exact.objective + CLOSE
    assert exact.objective - CLOSE <= found.value <= exact.objective * (1 + 2e-4)


@pytest.mark.parametrize("target_share", [np.inf, 1.01])
def test_reduced_costs_hold_for_every_column(target_share: float) -> None:
    relaxation, _ = relaxed(larger(1))
    first = priced(relaxation, 1e-2)
    found = priced(relaxation, 1e-2, target=first.value * target_share)
    model = to_model(relaxation, integer=False)
    for column in range(0, relaxation.plain.size, max(1, relaxation.plain.size // 25)):
        lower = model.lower.copy()
        lower[column] = 1.0
        forced = solve_model(
            "highs",
            type(model)(
                c=model.c, a=model.a, row_lower=model.row_lower, row_upper=model.row_upper, lower=lower,
                upper=model.upper, integer=model.integer,
            ),
            EngineLimits(),
        )  # fmt: skip
        assert forced.objective is None or found.bound + found.reduced[column] <= forced.objective + CLOSE


@pytest.mark.parametrize("seed", range(scaled(5, 100)))
def test_every_way_to_travel_keeps_a_column_when_points_are_added(seed: int) -> None:
    instance = tiny_instance(seed)
    table = list_paths(instance)
    grid = initial_grid(table)
    columns = expand(instance, table, grid)
    assert columns is not None
    rng = np.random.default_rng(seed)
    for _ in range(3):
        held = {
            (int(p), tuple(row[row >= 0].tolist())) for p, row in zip(columns.path, columns.interval, strict=True)
        }  # fmt: skip
        assert len(held) == columns.size
        for k in range(instance.origin.size):
            for option in options_of(instance, k):
                path = next(
                    p
                    for p in range(table.path_ptr[k], table.path_ptr[k + 1])
                    if np.array_equal(table.arcs[table.step_ptr[p] : table.step_ptr[p + 1]], option.arcs)
                )
                assert (path, tuple(grid.find(option.arcs, option.departures).tolist())) in held
        chosen = rng.integers(0, grid.size, 3)
        grid, columns = refine(
            instance, table, grid, columns, grid.arc[chosen], grid.minute[chosen] + rng.integers(0, 4, 3)
        )  # fmt: skip
        assert columns is not None


@pytest.mark.parametrize("seed", range(scaled(10, 200)))
def test_points_name_what_does_not_fit(seed: int) -> None:
    instance = larger(seed)
    table = list_paths(instance)
    relaxation, columns = relaxed(instance)
    rng = np.random.default_rng(seed)
    for _ in range(5):
        chosen = choose(relaxation, np.full(relaxation.plain.size, 0.5), rng)
        rounded = learn(instance, table, relaxation, columns, chosen)
        cost = evaluate(instance, rounded.paths)
        as_relaxed = float(relaxation.plain[chosen].sum()) + vehicles_cost(relaxation, chosen)
        if not rounded.points:
            assert cost <= as_relaxed + CLOSE
        else:
            points = np.asarray(sorted(rounded.points))
            finer, _ = refine(instance, table, initial_grid(table), columns, points[:, 0], points[:, 1])
            assert finer.size > initial_grid(table).size


def vehicles_cost(relaxation: Relaxation, chosen: np.ndarray) -> float:
    load = np.zeros(relaxation.row_fixed.size)
    for column in chosen:
        rows = relaxation.row[column]
        load[rows[rows >= 0]] += relaxation.quantity[relaxation.commodity[column]]
    return float((np.ceil(load / relaxation.row_capacity - 1e-9) * relaxation.row_fixed).sum())


def test_a_listing_cut_short_only_weakens_the_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(solving, "list_paths", partial(list_paths, path_cap=1))
    cut = 0
    for seed in range(scaled(10, 100)):
        instance = tiny_instance(seed)
        best = optimum(instance)
        cut += not list_paths(instance, path_cap=1).complete.all()
        result = solve_continuous(instance, time_limit=None, gap=0.0, work_limit=6)
        assert result.lower_bound <= best + CLOSE
        assert result.upper_bound >= best - CLOSE
    assert cut > 0


def test_rest_path_costs_no_more_than_any_path() -> None:
    instance = larger(2)
    whole = list_paths(instance)
    table = with_rest(instance, list_paths(instance, path_cap=1))
    for k in range(instance.origin.size):
        if table.path_ptr[k + 1] - table.path_ptr[k] == 2:
            rest = table.path_ptr[k + 1] - 1
            assert table.variable[rest] <= whole.variable[whole.path_ptr[k] : whole.path_ptr[k + 1]].min() + CLOSE


def test_work_limit_reads_no_clock_and_repeats(monkeypatch: pytest.MonkeyPatch) -> None:
    instance = tiny_instance(5, commodities=15, nodes=6, horizon=20)

    def refuse() -> float:
        raise AssertionError("a clock was read")

    monkeypatch.setattr(clock.time, "monotonic", refuse)
    first, second = (solve_continuous(instance, time_limit=5.0, gap=0.0, work_limit=4) for _ in range(2))
    assert first.lower_bound == second.lower_bound
    for one, other in zip(first.paths, second.paths, strict=True):
        assert one.arcs.tobytes() == other.arcs.tobytes()
        assert one.departures.tobytes() == other.departures.tobytes()


@pytest.mark.parametrize("horizon", [12, 40])
def test_time_limit_and_stop(horizon: int) -> None:
    instance = tiny_instance(7, commodities=50, nodes=7, horizon=horizon)
    solve_continuous(tiny_instance(0), time_limit=60.0, gap=0.0)
    with within(2.0 + ALLOWANCE_SECONDS):
        result = solve_continuous(instance, time_limit=2.0, gap=0.0)
    assert result.lower_bound <= result.upper_bound
    begun = time.monotonic()
    with within(1.0 + ALLOWANCE_SECONDS):
        solve_continuous(instance, time_limit=1000.0, gap=0.0, stop=lambda: time.monotonic() - begun > 1.0)


def test_a_stop_ends_the_engine_in_its_call(monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine has time left then: by the clock alone it would work on."""
    called = threading.Event()

    def work_on(engine: EngineCalls, name: str, model: object, limits: EngineLimits, seconds: float) -> None:
        called.set()
        begun = time.monotonic()
        while not engine.to_end():
            assert time.monotonic() - begun < 20.0, "the engine works on"
            time.sleep(0.01)

    monkeypatch.setattr(EngineCalls, "call", work_on)
    monkeypatch.setattr(settings, "STALL", 1.0)
    instance = tiny_instance(7, commodities=50, nodes=7, horizon=12)
    solve_continuous(instance, time_limit=1000.0, gap=0.0, stop=called.is_set)
    assert called.is_set()


def test_one_thread_reaches_the_gap_too() -> None:
    result = solve_continuous(larger(4), time_limit=20.0, gap=0.01, threads=1)
    assert result.status == "optimal"
    assert result.gap <= 0.01 + 1e-6


def test_edges() -> None:
    base = tiny_instance(0)
    late = ContinuousInstance(**{**vars(base), "deadline": base.release})
    assert solve_continuous(late, time_limit=5.0).status == "infeasible"
    none = ContinuousInstance(
        **{
            **vars(base),
            **{name: getattr(base, name)[:0] for name in ("origin", "destination", "quantity", "release", "deadline")},
            "arc_variable": base.arc_variable[:0],
        }
    )
    empty = solve_continuous(none, time_limit=5.0)
    assert (empty.status, empty.lower_bound, empty.upper_bound, empty.paths) == ("optimal", 0.0, 0.0, ())
    home = ContinuousInstance(**{**vars(base), "destination": base.origin})
    still = solve_continuous(home, time_limit=5.0)
    assert (still.status, still.upper_bound) == ("optimal", 0.0)
    assert all(path.arcs.size == 0 for path in still.paths)


def test_loads_larger_than_a_vehicle() -> None:
    for seed in range(scaled(5, 50)):
        base = tiny_instance(seed)
        instance = ContinuousInstance(**{**vars(base), "quantity": base.quantity * 3})
        result = solve_continuous(instance, time_limit=None, gap=0.0, work_limit=100)
        assert result.upper_bound == pytest.approx(optimum(instance))
        assert result.status == "optimal"


def solved_directly(instance: ContinuousInstance) -> float:
    """Optimum by CP-SAT over paths and minutes, without intervals."""
    from ortools.sat.python import cp_model

    table = list_paths(instance)
    model = cp_model.CpModel()
    rides: dict[tuple[int, int], list[tuple[int, object]]] = {}
    terms = []
    for k in range(instance.origin.size):
        uses = []
        for p in range(table.path_ptr[k], table.path_ptr[k + 1]):
            use = model.new_bool_var("")
            uses.append(use)
            terms.append(round(table.variable[p]) * use)
            before = None
            for s in range(table.step_ptr[p], table.step_ptr[p + 1]):
                arc, minutes = int(table.arcs[s]), range(int(table.earliest[s]), int(table.latest[s]) + 1)
                at = {minute: model.new_bool_var("") for minute in minutes}
                model.add(sum(at.values()) == use)
                for minute, literal in at.items():
                    rides.setdefault((arc, minute), []).append((int(instance.quantity[k]), literal))
                if before is not None:
                    arc_before, when = before
                    travel = int(instance.arc_minutes[arc_before])
                    for (m, a), (n, b) in product(when.items(), at.items()):
                        if n < m + travel:
                            model.add_bool_or(a.negated(), b.negated())
                before = (arc, at)
        model.add_exactly_one(uses)
    for (arc, _), loads in rides.items():
        most = -(-sum(q for q, _ in loads) // int(instance.arc_capacity[arc]))
        vehicles = model.new_int_var(0, most, "")
        model.add(sum(q * literal for q, literal in loads) <= int(instance.arc_capacity[arc]) * vehicles)
        terms.append(round(instance.arc_fixed[arc]) * vehicles)
    model.minimize(sum(terms))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.catch_sigint_signal = False
    assert solver.solve(model) == cp_model.OPTIMAL
    return solver.objective_value


def test_the_example_of_the_page(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    root = Path(__file__).resolve().parents[3]
    page = (root / "docs" / "continuous-time.md").read_text(encoding="utf-8")
    monkeypatch.chdir(root)
    exec(page.split("```python\n")[1].split("```")[0], {})
    assert capsys.readouterr().out.startswith("optimal ")


@pytest.mark.parametrize("seed", range(scaled(12, 300)))
def test_the_tree_alone_proves_the_optimum(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "MIP_COLUMNS", 0)
    monkeypatch.setattr(settings, "STALL", 1.0)
    instance = tiny_instance(seed, commodities=4)
    best = optimum(instance)
    seen: list[float] = []
    result = solve_continuous(
        instance, time_limit=None, gap=1e-3, work_limit=300, on_progress=lambda lower, upper, _: seen.append(lower)
    )
    assert all(lower <= best + CLOSE for lower in seen)
    assert result.lower_bound <= best + CLOSE
    assert result.upper_bound >= best - CLOSE
    assert result.status == "optimal"
