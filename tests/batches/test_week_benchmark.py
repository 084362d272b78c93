"""The week benchmark's tables and peer models, on numbers and cases small enough to check."""

import importlib.util
import json
import sys
from pathlib import Path

import numpy as np
import pytest

from cargopool.optimiser.engines import EngineLimits, solve_model
from cargopool.optimiser.params import SearchParams
from cargopool.optimiser.reduced import search_network
from cargopool.optimiser.search_data import make_data
from network.network_week import week

FOLDER = Path(__file__).resolve().parents[2] / "benchmarks" / "week"
if not FOLDER.is_dir():
    pytest.skip("the benchmarks are not part of a source distribution", allow_module_level=True)


def module(name: str):
    spec = importlib.util.spec_from_file_location(f"week_benchmark_{name}", FOLDER / f"{name}.py")
    found = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = found
    spec.loader.exec_module(found)
    return found


tables, arcs = module("tables"), module("arcs")


def record(size: int, seed: int = 1, **other):
    found = {
        **{"instance": f"w{size}-s{seed}", "shipments": size, "seed": seed, "time_limit": 60.0, "verified": True},
        **{"status": "feasible", "objective_eur": 10.0 * size, "bound_eur": 9.0 * size, "gap": 0.1},
        **{"over_limit_s": 0.0, "after_solve_s": 1.0, "peak_memory_mb": 100, "input_sha256": "a", "cargopool": "0"},
        **{"seconds": {"network": size / 1000, "read": 0.001 * size**2}, "progress": []},
    }
    return found | other


def test_growth_is_the_exponent():
    records = [record(size) for size in (100, 1000, 10_000)]
    assert tables.growth(records, "network") == pytest.approx(1.0)
    assert tables.growth(records, "read") == pytest.approx(2.0)
    assert tables.growth(records[:1], "read") is None


def test_lines_survive_a_kill(tmp_path):
    path = tmp_path / "week.jsonl"
    tables.add_line(path, record(100))
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(record(300))[:40])
    tables.add_line(path, record(1000))
    assert [r["shipments"] for r in tables.read_lines(path)] == [100, 1000]


def test_only_better_verified_plans_and_bounds_are_best_known(tmp_path):
    path = tmp_path / "best_known.csv"
    assert tables.update_best(path, [record(100)]) == 2
    assert tables.update_best(path, [record(100, objective_eur=900.0, verified=False)]) == 0
    assert tables.update_best(path, [record(100, objective_eur=1100.0, bound_eur=800.0)]) == 0
    assert tables.update_best(path, [record(100, objective_eur=950.0, bound_eur=940.0)]) == 2
    best = tables.read_best(path)["w100-s1"]
    assert float(best["objective_eur"]) == 950.0 and float(best["bound_eur"]) == 940.0
    assert tables.update_best(path, [record(100, input_sha256="b")]) == 2
    text = tables.markdown([record(100), record(300, gap=None, bound_eur=None)], tables.read_best(path))
    assert "10.00%" in text and "| 8% |" in text


@pytest.fixture(scope="module")
def case():
    scenario = week(hubs=6, services=12, shipments=6, seed=4)
    network = search_network(scenario, SearchParams())
    return network, make_data(network)


def test_the_arc_model_prices_its_plans_as_we_do(case):
    network, data = case
    built = arcs.arc_model(network, data)
    result = solve_model("scip", built.model, EngineLimits(seconds=60.0))
    columns = built.columns(network, data, result.x)
    assert len(columns) >= 4
    again = built.point(network, data, columns)
    assert built.model.largest_violation(again) < 0.5
    assert built.model.objective(again) == pytest.approx(result.objective, abs=300)
    left_out = built.model.objective(built.point(network, data, ()))
    assert left_out == pytest.approx(float(data.k_unserved.sum()), abs=10) and left_out > result.objective


def test_short_itineraries_are_in_order_and_real(case):
    network, data = case
    for k in range(len(network.shipment_ids)):
        found = arcs.short_itineraries(network, data, k, 5)
        assert found and len({(c.moves, c.collection_hub, c.delivery_hub) for c in found}) == len(found)
        assert all(c.shipment == k and np.isin(c.moves, network.usable[k]).all() for c in found)
