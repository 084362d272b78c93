"""Measure cargopool on published continuous-time service network design, class by class.

    python benchmarks/ctsndp/run.py --set stratified24 --time-limit 600 --gap 0.01 [--peers] [--resume]

Writes results/NAME.jsonl (one line per instance, so that an interrupted run goes on with --resume), NAME.csv, NAME.md
and, with --best-known, better bounds into best_known.csv.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from cargopool.batches.bench_sets import (
    CLASSES,
    Job,
    machine,
    read_classes,
    run_jobs,
    solve_by_command,
    stratified,
    summary_table,
    update_best_known,
    write_results,
)
from cargopool.batches.continuous_readers import read_ctsndp

HERE = Path(__file__).resolve().parent
PUBLISHED = {
    "HCHF": "1.04 %, 577 s, 92.7 %",
    "HCLF": "0.83 %, 61 s, 100 %",
    "LCHF": "0.55 %, 0.04 s, 100 %",
    "LCLF": "0.69 %, 0.45 s, 100 %",
}
PEERS = ("highs", "scip", "cpsat")


def chosen_instances(which: str, group: str | None) -> list[tuple[str, str]]:
    classes = read_classes(HERE / "classes.csv")
    names = stratified(classes) if which == "stratified24" else sorted(classes)
    order = {name: i for i, name in enumerate(reversed(CLASSES))}
    found = [(name, classes[name]) for name in names if group in (None, classes[name])]
    return sorted(found, key=lambda item: (order[item[1]], item[0]))


def solve_by_peer(job: Job, settings: dict[str, Any], tick_minutes: int) -> dict[str, Any]:
    """The grid model; its bound holds for the grid only, so it is kept apart and no gap is claimed from it."""
    from cargopool.optimiser.continuous.grid_model import solve_grid

    instance = read_ctsndp(job.path)
    engine = job.solver.split("-")[0]
    found = solve_grid(
        instance, engine, time_limit=settings["time_limit"], gap=settings["target_gap"], tick_minutes=tick_minutes
    )
    finite = {
        name: value if abs(value) != float("inf") else None
        for name, value in (("bound", found.grid_bound), ("cost", found.grid_cost), ("true", found.true_cost))
    }
    has_both = finite["bound"] is not None and finite["cost"] is not None
    gap = max(0.0, (finite["cost"] - finite["bound"]) / finite["cost"]) if has_both and finite["cost"] else None
    return {
        "status": found.status,
        "lower_bound": None,
        "upper_bound": finite["true"],
        "gap": gap,
        "seconds": round(found.seconds, 3),
        "grid_bound": finite["bound"],
        "grid_cost": finite["cost"],
        "columns": found.columns,
        "rows": found.rows,
        "alone": found.alone,
    }


def peer_table(records: list[dict[str, Any]]) -> str:
    """How much dearer the peers' plans are than ours, in true minutes."""
    ours = {r["instance"]: r["upper_bound"] for r in records if r["solver"] == "cargopool" and r["upper_bound"]}
    lines = ["| class | peer | instances | with a plan | plan above ours | mean s |", "|---|---|---|---|---|---|"]
    solvers = sorted({r["solver"] for r in records} - {"cargopool"})
    for group in CLASSES:
        for solver in solvers:
            found = [r for r in records if r["class"] == group and r["solver"] == solver]
            if not found:
                continue
            above = [
                r["upper_bound"] / ours[r["instance"]] - 1 for r in found if r["upper_bound"] and r["instance"] in ours
            ]
            mean = f"{sum(above) / len(above):+.2%}" if above else "-"
            seconds = sum(r["seconds"] for r in found) / len(found)
            lines.append(f"| {group} | {solver} | {len(found)} | {len(above)} | {mean} | {seconds:.1f} |")
    return "\n".join(lines) + "\n"


def warm_up(job: Job) -> None:
    solve_by_command("ctsndp", job, {"time_limit": 60.0, "target_gap": 0.05, "seed": 1})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--set", choices=("stratified24", "all"), default="stratified24", dest="which")
    parser.add_argument("--class", choices=CLASSES, default=None, dest="group")
    parser.add_argument("--time-limit", type=float, default=600.0)
    parser.add_argument("--gap", type=float, default=0.01)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--peers", action="store_true", help="also the grid model in HiGHS, SCIP and CP-SAT")
    parser.add_argument("--tick-minutes", type=int, default=15)
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--best-known", action="store_true", help="update best_known.csv")
    parser.add_argument("--name", default=None, help="of the results files; the set's when left out")
    parser.add_argument("--out", type=Path, default=HERE / "results", help="folder of the results files")
    parser.add_argument("--only", action="append", default=None, metavar="INSTANCE", help="may be repeated")
    given = parser.parse_args()
    settings = {"time_limit": given.time_limit, "target_gap": given.gap, "seed": given.seed}
    jobs = []
    chosen = chosen_instances("all" if given.only else given.which, given.group)
    for name, group in chosen:
        if given.only and name.removesuffix(".txt") not in given.only:
            continue
        job = Job(name.removesuffix(".txt"), group, HERE / "instances" / name)
        jobs.append(job)
        if given.peers:
            jobs += [Job(job.instance, group, job.path, f"{peer}-grid{given.tick_minutes}") for peer in PEERS]
    stem = given.name or f"{given.which}-gap{given.gap:g}"
    base = given.out / stem

    def solve(job: Job) -> dict[str, Any]:
        if job.solver == "cargopool":
            return solve_by_command("ctsndp", job, settings)
        return solve_by_peer(job, settings, given.tick_minutes)

    records = run_jobs(
        jobs,
        base.with_name(stem + ".jsonl"),
        solve,
        settings=settings,
        resume=given.resume,
        say=lambda text: print(text, flush=True),
        warm_up=warm_up,
    )
    write_results(records, base.with_name(stem + ".csv"))
    text = (
        f"{machine()}; {given.time_limit:g} s per instance, stop at {given.gap:.1%}, seed {given.seed}. "
        "Published: mean gap, seconds, share solved with Gurobi 12 on 12 cores, 1 h.\n\n"
        + summary_table(records, PUBLISHED)
    )
    if any(record["solver"] != "cargopool" for record in records):
        text += "\nPeers' gaps are to their own grid model, not to the problem in minutes.\n\n" + peer_table(records)
    base.with_name(stem + ".md").write_text(text, encoding="utf-8")
    print(text)
    if given.best_known:
        print(f"{update_best_known(HERE / 'best_known.csv', records)} bounds became better")


if __name__ == "__main__":
    main()
