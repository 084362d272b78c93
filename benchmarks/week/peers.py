"""Compare cargopool with the models that a user would write, on the same presolved network and greedy start.

    python benchmarks/week/peers.py [--sizes 100,300,1000] [--seeds 1] [--time-limit 60] [--resume]

Peers: the flow of each shipment over its moves with whole load units (arc model) in HiGHS, SCIP and CP-SAT, and the
choice among each shipment's cheapest itineraries (path model) in HiGHS. Each gets both cores and the time limit for its
engine alone, from a greedy plan; its plan is packed, priced and verified by the same code. cargopool gets the same time
in all. Writes results/peers.jsonl, .csv and .md.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from cargopool.batches.bench_sets import machine
from cargopool.files import read_scenario
from cargopool.files.tables import write_csv
from cargopool.model.plan import Plan
from cargopool.model.scenario import Scenario
from cargopool.optimiser.column_store import columns_of
from cargopool.optimiser.params import SolveParams
from cargopool.optimiser.polishing import polish
from cargopool.optimiser.reduced import search_network
from cargopool.optimiser.search import Search
from cargopool.optimiser.search_data import make_data
from cargopool.optimiser.session import Session
from cargopool.optimiser.solving import solve as optimise
from cargopool.optimiser.stop import FirstFeasible, TimeLimit
from cargopool.runs import solve as run_solve
from cargopool.verifier import verify

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
from arcs import arc_model, short_itineraries  # noqa: E402
from run import generated, numbers  # noqa: E402
from tables import add_line, read_lines  # noqa: E402

PEERS = ("cargopool", "arc-highs", "arc-scip", "arc-cpsat", "path-highs")
ITINERARIES = 25
_BUILDING_S = 1_200.0
COLUMNS = (
    *("instance", "shipments", "seed", "peer", "time_limit", "objective_eur", "start_eur", "own_plan", "columns"),
    *("rows", "build_s", "engine_s", "status", "verified", "machine"),
)


def by_cargopool(scenario: Scenario, limit: float, seed: int) -> dict[str, Any]:
    result = run_solve(scenario, stop=TimeLimit(limit), seed=seed, baselines=False)
    plan = result.plan
    return {
        "objective_eur": None if plan is None else plan.totals.objective_cents / 100,
        "verified": plan is not None and verify(scenario, plan).ok,
        "status": str(result.status),
        "own_plan": plan is not None,
        "engine_s": limit,
    }


def by_peer(scenario: Scenario, peer: str, limit: float, seed: int) -> dict[str, Any]:
    """The peer's plan from a greedy start; the greedy plan where it finds no better one."""
    kind, engine = peer.split("-")
    facts: dict[str, Any] = {"start_eur": None, "own_plan": False, "status": "no plan", "columns": None, "rows": None}

    def phase(session: Session) -> None:
        began = time.monotonic()
        network = search_network(session.scenario, session.params.search)
        session.set_network(network)
        data = make_data(network, session.seed)
        search = Search(network, data, session.seed, session.params.search, session.halt)
        search.construct()
        start = columns_of(network, data, search.best)
        session.offer(start)
        facts["start_eur"] = session.state.objective_cents / 100
        if kind == "path":
            pool = [
                c for k in range(len(network.shipment_ids)) for c in short_itineraries(network, data, k, ITINERARIES)
            ]
            facts["columns"], facts["build_s"] = len(pool), round(time.monotonic() - began, 2)
            found = polish(session, range(len(network.shipment_ids)), pool, limit)
        else:
            built = arc_model(network, data)
            facts["columns"], facts["rows"] = built.model.columns, built.model.rows
            facts["build_s"] = round(time.monotonic() - began, 2)
            hint = built.point(network, data, session.incumbent or ())
            facts["start_holds"] = built.model.largest_violation(hint) < 0.5
            asked = time.monotonic()
            result = session.call_engine(built.model, hint=hint, seconds=limit, name=engine)
            facts["engine_bound_eur"] = result.bound / 100 if np.isfinite(result.bound) else None
            facts["engine_s"] = round(time.monotonic() - asked, 2)
            found = None if result.x is None else built.columns(network, data, result.x)
        if found is not None:
            facts["status"] = "plan"
            facts["own_plan"] = session.offer(found)

    plans: list[Plan] = []

    def accept(plan: Plan) -> bool:
        report = verify(scenario, plan)
        if report.ok:
            plans.append(plan)
        return report.ok

    params = replace(SolveParams(), threads=2, engine=engine)
    optimise(scenario, stop=TimeLimit(limit + _BUILDING_S), seed=seed, params=params, accept=accept, phases=[phase])
    objective = plans[-1].totals.objective_cents / 100 if plans else None
    return {**facts, "objective_eur": objective, "verified": bool(plans)}


def table(records: list[dict[str, Any]]) -> str:
    lines = [
        "| shipments | seed | solver | objective EUR | above cargopool | found a better plan | columns | build s |"
    ]
    lines.append("|---|---|---|---|---|---|---|---|")
    ours = {r["instance"]: r["objective_eur"] for r in records if r["peer"] == "cargopool"}
    for r in sorted(records, key=lambda r: (r["shipments"], r["seed"], PEERS.index(r["peer"]))):
        base, own = ours.get(r["instance"]), "yes" if r.get("own_plan") else "no: the greedy start"
        above = f"{r['objective_eur'] / base - 1:+.2%}" if base and r["objective_eur"] else "-"
        objective = f"{r['objective_eur']:,.0f}" if r["objective_eur"] else "no plan"
        many = f"{r['columns']:,}" if r.get("columns") else "-"
        lines.append(
            f"| {r['shipments']:,} | {r['seed']} | {r['peer']} | {objective} | {above} | {own} | {many} | "
            f"{r.get('build_s', '-')} |"
        )
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=numbers, default=[100, 300, 1000])
    parser.add_argument("--seeds", type=numbers, default=[1])
    parser.add_argument("--time-limit", type=float, default=60.0)
    parser.add_argument("--peers", default=",".join(PEERS))
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--out", type=Path, default=HERE / "results")
    given = parser.parse_args()
    lines = given.out / "peers.jsonl"
    if not given.resume:
        lines.unlink(missing_ok=True)
    done = {(r["instance"], r["peer"], r["time_limit"]) for r in read_lines(lines)}
    with tempfile.TemporaryDirectory() as temporary:
        # kernels are compiled once per installation; that is not part of any measurement
        small = read_scenario(generated(Path(temporary), 60, 1))
        run_solve(small, stop=TimeLimit(120.0) | FirstFeasible(), baselines=False)
        for size in given.sizes:
            for seed in given.seeds:
                name = f"w{size}-s{seed}"
                scenario = read_scenario(generated(Path(temporary), size, seed))
                for peer in given.peers.split(","):
                    if (name, peer, given.time_limit) in done:
                        continue
                    solve = by_cargopool if peer == "cargopool" else None
                    found = (
                        solve(scenario, given.time_limit, seed)
                        if solve
                        else by_peer(scenario, peer, given.time_limit, seed)
                    )
                    record = {
                        **{"instance": name, "shipments": size, "seed": seed, "peer": peer},
                        **{"time_limit": given.time_limit, **found, "machine": machine()},
                    }
                    add_line(lines, record)
                    print(f"{name} {peer}: {record['objective_eur']} EUR, {record['status']}", flush=True)
    records = read_lines(lines)
    write_csv(given.out / "peers.csv", COLUMNS, [[r.get(c) for c in COLUMNS] for r in records])
    text = f"Synthetic weeks; {machine()}, {given.time_limit:g} s each.\n\n{table(records)}"
    (given.out / "peers.md").write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
