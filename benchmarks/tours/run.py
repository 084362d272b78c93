"""Measure tours on published instances: OR-Tools as one would first write it, cargopool's search, pyvrp.

    python benchmarks/tours/run.py --seconds 30 [--only lr1_4_1 ...] [--solvers first,search,pyvrp] [--name full]
    [--resume]

One thread and the same seconds of *processor* time for each, so that other work on the machine does not decide;
compiling is not counted. Every solution is evaluated from the file by `check_routes`, which knows no solver. Cost =
distance + 300 per vehicle; the gap is over the best known solution, whose makers minimise vehicles first, so a gap
may be negative.

The set: all files in instances/, which are instance 1 of each class of Li and Lim with 200, 400 and 800 places (100,
200, 400 requests) and of Gehring and Homberger with 200 and 400 customers, as far as they are at hand, and two others
(lr112, r2_2_1).

Writes results/NAME.jsonl (a line per run; --resume goes on after an interruption), NAME.csv and NAME.md.
"""

from __future__ import annotations

import argparse
import csv
import json
import time
from pathlib import Path
from typing import Any

from cargopool.batches.bench_routing import RoutingResult, evaluated, read_instance, solve_routing
from cargopool.batches.tour_readers import RoutingInstance
from cargopool.executors import machine
from cargopool.executors.worker import Worker
from cargopool.tours import solve

HERE = Path(__file__).resolve().parent
SOLVERS = ("first", "search", "pyvrp")
TITLES = {
    "first": "OR-Tools, parallel cheapest insertion + guided local search",
    "search": "cargopool (search)",
    "pyvrp": "pyvrp",
}


def best_known() -> dict[str, tuple[int, float]]:
    with (HERE / "best_known.csv").open(encoding="utf-8") as file:
        return {row["instance"]: (int(row["routes"]), float(row["distance"])) for row in csv.DictReader(file)}


def load(name: str) -> RoutingInstance:
    return read_instance(HERE / "instances" / f"{name}.txt", "pdptw" if name.startswith("l") else "vrptw")


def solve_first(instance: RoutingInstance, seconds: float) -> RoutingResult:
    """The model of the engine with the settings that everybody tries first, and nothing after."""
    messages: list[Any] = []
    with Worker() as worker:
        worker.call(
            "cargopool.tours.engines.routing_model:route",
            instance.problem,
            seconds_inside=seconds,
            solutions=None,
            processor_time=True,
            on_message=messages.append,
        )
    solutions, routes = messages[-1]
    return evaluated(instance, routes, "first", solutions, seconds, 1)


def run_one(name: str, solver: str, seconds: float) -> dict[str, Any]:
    instance = load(name)
    began = time.perf_counter()
    if solver == "first":
        result = solve_first(instance, seconds)
    else:
        solve(instance.problem, work=1, engine=solver)  # imports and compiles before the clock starts
        result = solve_routing(instance, engine=solver, seconds=seconds, processor=True)
    vehicles, distance = best_known()[name]
    best = distance + instance.vehicle_cost * vehicles
    record = {**result.record(), "solver": solver, "requests": len(instance.problem.jobs), "pairs": instance.pairs}
    gap = None if result.unserved else round(result.cost / best - 1.0, 6)
    return record | {"best_known": best, "gap": gap, "wall_s": round(time.perf_counter() - began, 1)}


def group_of(row: dict[str, Any]) -> str:
    kind = "pickup and delivery" if row["pairs"] else "one-way loads"
    size = min((100, 200, 400), key=lambda size: abs(size - row["requests"]))
    return f"{kind}, about {size} requests"


def write_tables(rows: list[dict[str, Any]], name: str, seconds: float) -> None:
    rows = sorted(rows, key=lambda row: (not row["pairs"], row["requests"], row["instance"], row["solver"]))
    with (HERE / "results" / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    solvers = [solver for solver in TITLES if any(row["solver"] == solver for row in rows)]
    lines = [
        f"# Tours, {seconds:g} s of processor time, one thread",
        "",
        f"Machine: {machine()['processor']}, {machine()['cores']} cores, shared with other work while measured.",
        "Cost = distance + 300 per vehicle, above best known; `-`: requests left out.",
        "",
        "| instance | requests | " + " | ".join(TITLES[solver] for solver in solvers) + " |",
        "|---|---|" + "---|" * len(solvers),
    ]
    for instance in dict.fromkeys(row["instance"] for row in rows):
        mine = {row["solver"]: row for row in rows if row["instance"] == instance}
        cells = " | ".join(cell(mine.get(solver)) for solver in solvers)
        lines.append(f"| {instance} | {next(iter(mine.values()))['requests']} | {cells} |")
    for group in dict.fromkeys(map(group_of, rows)):
        means = []
        for solver in solvers:
            gaps = [row["gap"] for row in rows if group_of(row) == group and row["solver"] == solver]
            whole = gaps and all(gap is not None for gap in gaps)
            means.append(f"{sum(gaps) / len(gaps):+.2%}" if whole else "-")
        lines.append(f"| **mean: {group}** | | " + " | ".join(means) + " |")
    (HERE / "results" / f"{name}.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


def cell(row: dict[str, Any] | None) -> str:
    if row is None:
        return ""
    return "-" if row["gap"] is None else f"{row['gap']:+.2%} ({row['vehicles']} vehicles)"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--only", nargs="*")
    parser.add_argument("--solvers", default=",".join(SOLVERS))
    parser.add_argument("--name", default="full")
    parser.add_argument("--resume", action="store_true")
    options = parser.parse_args()
    path = HERE / "results" / f"{options.name}.jsonl"
    path.parent.mkdir(exist_ok=True)
    rows: list[dict[str, Any]] = []
    if options.resume and path.exists():
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    done = {(row["instance"], row["solver"]) for row in rows}
    names = options.only or sorted(file.stem for file in (HERE / "instances").glob("*.txt"))
    with path.open("a" if options.resume else "w", encoding="utf-8") as file:
        for name in names:
            for solver in options.solvers.split(","):
                if (name, solver) in done:
                    continue
                rows.append(run_one(name, solver, options.seconds))
                file.write(json.dumps(rows[-1]) + "\n")
                file.flush()
                print(name, TITLES[solver], cell(rows[-1]), rows[-1]["iterations"], flush=True)
    write_tables(rows, options.name, options.seconds)


if __name__ == "__main__":
    main()
