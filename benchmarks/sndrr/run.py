"""Measure cargopool on published hub-and-spoke service network design in continuous time.

    python benchmarks/sndrr/run.py --time-limit 600 --gap 0.01 [--resume]

Writes results/NAME.jsonl (one line per instance, so that an interrupted run goes on with --resume), NAME.csv, NAME.md
and, with --best-known, better bounds into best_known.csv.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from cargopool.batches.bench_sets import (
    Job,
    machine,
    run_jobs,
    solve_by_command,
    summary_table,
    update_best_known,
    write_results,
)

HERE = Path(__file__).resolve().parent
GROUP = "hub_and_spoke"
PUBLISHED = {GROUP: "0.62 %, 6.7 s, 100 %"}


def warm_up(job: Job) -> None:
    solve_by_command("sndrr", job, {"time_limit": 60.0, "target_gap": 0.05, "seed": 1})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--time-limit", type=float, default=600.0)
    parser.add_argument("--gap", type=float, default=0.01)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--best-known", action="store_true", help="update best_known.csv")
    parser.add_argument("--name", default=None, help="of the results files")
    parser.add_argument("--out", type=Path, default=HERE / "results", help="folder of the results files")
    parser.add_argument("--only", action="append", default=None, metavar="INSTANCE", help="may be repeated")
    given = parser.parse_args()
    settings = {"time_limit": given.time_limit, "target_gap": given.gap, "seed": given.seed}
    folders = sorted((HERE / "instances").glob("*/*"))
    jobs = [Job("/".join(folder.parts[-2:]), GROUP, folder) for folder in folders]
    jobs = [job for job in jobs if not given.only or job.instance in given.only]
    stem = given.name or f"gap{given.gap:g}"
    base = given.out / stem
    records = run_jobs(
        jobs,
        base.with_name(stem + ".jsonl"),
        lambda job: solve_by_command("sndrr", job, settings),
        settings=settings,
        resume=given.resume,
        say=lambda text: print(text, flush=True),
        warm_up=warm_up,
    )
    write_results(records, base.with_name(stem + ".csv"))
    text = (
        f"{machine()}; {given.time_limit:g} s per instance, stop at {given.gap:.1%}, seed {given.seed}. "
        "Published: mean gap, seconds, share solved of all 192 with Gurobi 12 on 12 cores.\n\n"
        + summary_table(records, PUBLISHED)
    )
    base.with_name(stem + ".md").write_text(text, encoding="utf-8")
    print(text)
    if given.best_known:
        print(f"{update_best_known(HERE / 'best_known.csv', records)} bounds became better")


if __name__ == "__main__":
    main()
