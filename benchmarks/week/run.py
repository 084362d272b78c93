"""Measure cargopool on generated (synthetic) weeks, size by size and seed by seed.

    python benchmarks/week/run.py [--sizes 100,300,1000,3000,10000] [--seeds 1,2,3] [--time-limit 60] [--resume]
    python benchmarks/week/run.py --long                      an hour each: best known plans and bounds

Every run is `cargopool generate` and `cargopool solve` in processes of their own. Writes results/NAME.jsonl (one line
per run, so that an interrupted measurement goes on with --resume), NAME.csv, NAME.md and NAME-progress.csv (objective
and bound over time); with --best-known verified better plans and better bounds go into best_known.csv.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from cargopool.batches.bench_sets import machine
from cargopool.files.tables import write_csv

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
from tables import add_line, markdown, read_best, read_lines, update_best, write_results  # noqa: E402

SIZES = (100, 300, 1000, 3000, 10000)
LONG_S = 3600.0
LARGE, LARGE_S, USUAL_S = 10_000, 180.0, 60.0


def commit() -> str:
    done = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=HERE, capture_output=True, text=True, check=False
    )
    return done.stdout.strip() if done.returncode == 0 else ""


def command(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "cargopool", *map(str, arguments)]


def generated(folder: Path, size: int, seed: int) -> Path:
    week = folder / f"w{size}-s{seed}"
    if not (week / "scenario.yaml").exists():
        shutil.rmtree(week, ignore_errors=True)
        subprocess.run(command("generate", "--shipments", size, "--seed", seed, "--out", week, "--quiet"), check=True)
    return week


def solved(week: Path, out: Path, given: argparse.Namespace, limit: float) -> dict[str, Any]:
    """Run one solve and take what its run folder says."""
    shutil.rmtree(out, ignore_errors=True)
    arguments = ["solve", week, "--out", out, "--time-limit", limit, "--gap", given.gap, "--quiet"]
    arguments += ["--params", given.params] if given.params else []
    arguments += [] if given.baselines else ["--no-baselines"]
    begin = time.monotonic()
    done = subprocess.run(command(*arguments), capture_output=True, text=True, check=False)
    wall = time.monotonic() - begin
    if not (out / "run.json").exists():
        return {"status": f"exit {done.returncode}", "verified": False, "wall_s": round(wall, 2), **NOTHING}
    record = json.loads((out / "run.json").read_text(encoding="utf-8"))
    seconds = record["seconds"]
    to_plan = sum(seconds.get(stage, 0.0) for stage in ("read", "network", "compile", "optimise", "verify"))
    return {
        "status": record["status"],
        "verified": record["verified"],
        "objective_eur": record["objective_eur"],
        "bound_eur": record["bound_eur"],
        "gap": record["gap"],
        "gap_controllable": record["gap_controllable"],
        **{name: record["shipments"][name] for name in ("served", "unserved", "late")},
        "over_limit_s": round(max(0.0, to_plan - limit), 2),
        "after_solve_s": round(wall - to_plan, 2),
        "peak_memory_mb": record["peak_memory_mb"],
        "seconds": seconds,
        "wall_s": round(wall, 2),
        "input_sha256": record["input_sha256"],
        "cargopool": record["cargopool"],
    }


NOTHING: dict[str, Any] = {
    **dict.fromkeys(("objective_eur", "bound_eur", "gap", "gap_controllable", "served", "unserved", "late")),
    **dict.fromkeys(("over_limit_s", "after_solve_s", "peak_memory_mb")),
    "seconds": {},
    "input_sha256": "",
    "cargopool": "",
}


def progress_rows(out: Path, name: str) -> list[list[str]]:
    path = out / "progress.csv"
    if not path.exists():
        return []
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    step = max(1, len(rows) // 200)
    kept = [row for n, row in enumerate(rows) if n % step == 0 or n == len(rows) - 1]
    return [[name, row["seconds"], row["objective_eur"], row["bound_eur"]] for row in kept]


def numbers(text: str) -> list[int]:
    return [int(part) for part in text.split(",") if part]


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=numbers, default=list(SIZES))
    parser.add_argument("--seeds", type=numbers, default=[1, 2, 3])
    parser.add_argument("--time-limit", type=float, default=None, help="60 s, from 10,000 shipments on 180 s")
    parser.add_argument("--gap", type=float, default=0.0, help="stop at this gap; 0 uses the whole time")
    parser.add_argument("--params", type=Path, default=None, help="solver parameters (TOML)")
    parser.add_argument("--long", action="store_true", help="an hour each, for best_known.csv")
    parser.add_argument("--only", action="append", default=None, metavar="wSIZE-sSEED", help="may be repeated")
    parser.add_argument("--no-baselines", dest="baselines", action="store_false")
    parser.add_argument("--resume", action="store_true", help="leave out what the results hold already")
    parser.add_argument("--best-known", action="store_true", help="update best_known.csv")
    parser.add_argument("--weeks", type=Path, default=None, help="folder to keep the generated weeks in")
    parser.add_argument("--keep-runs", type=Path, default=None, help="folder to keep the run folders in")
    parser.add_argument("--name", default=None, help="of the results files; week, or long")
    parser.add_argument("--out", type=Path, default=HERE / "results", help="folder of the results files")
    return parser.parse_args()


def main() -> None:
    given = parsed()
    stem = given.name or ("long" if given.long else "week")
    lines, history = given.out / f"{stem}.jsonl", given.out / f"{stem}-progress.csv"
    if not given.resume:
        lines.unlink(missing_ok=True)
    done = {(r["instance"], r["time_limit"]) for r in read_lines(lines)}
    with tempfile.TemporaryDirectory() as temporary:
        weeks, runs = given.weeks or Path(temporary) / "weeks", given.keep_runs or Path(temporary) / "runs"
        warm = False
        for size in given.sizes:
            for seed in given.seeds:
                name = f"w{size}-s{seed}"
                usual = LONG_S if given.long else LARGE_S if size >= LARGE else USUAL_S
                limit = given.time_limit or usual
                if (given.only and name not in given.only) or (name, limit) in done:
                    continue
                if not warm:  # kernels are compiled once per installation; that is not part of any measurement
                    small = generated(weeks, 60, 1)
                    subprocess.run(
                        command("solve", small, "--out", runs / "warm", "--time-limit", 40, "--no-baselines", "-q"),
                        check=False,
                        capture_output=True,
                    )
                    warm = True
                out = runs / name
                record = {
                    **{"instance": name, "shipments": size, "seed": seed, "time_limit": limit},
                    **solved(generated(weeks, size, seed), out, given, limit),
                    **{"machine": machine(), "commit": commit(), "load_before": round(os.getloadavg()[0], 2)},
                    "progress": progress_rows(out, name),
                }
                add_line(lines, record)
                gap = "no gap" if record["gap"] is None else f"gap {record['gap']:.2%}"
                print(f"{name}: {record['status']}, {record['objective_eur']} EUR, {gap}", flush=True)
    records = read_lines(lines)
    if given.best_known:
        print(f"{update_best(HERE / 'best_known.csv', records)} values of best_known.csv became better")
    best = read_best(HERE / "best_known.csv")
    write_results(given.out / f"{stem}.csv", records, best)
    columns = ("instance", "seconds", "objective_eur", "bound_eur")
    write_csv(history, columns, [row for record in records for row in record["progress"]])
    text = f"Synthetic weeks; {machine()}, cargopool {commit()}.\n\n{markdown(records, best)}"
    (given.out / f"{stem}.md").write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
