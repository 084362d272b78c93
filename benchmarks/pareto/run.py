"""The front of the 300-shipment week against one solve to the same gap, in wall and processor seconds.

Usage: python benchmarks/pareto/run.py [--points 9] [--gap 0.25] [--scenario DIR] [--out DIR]

One solve to the gap comes first; the front then has ten times its wall time. Both are commands of their own, so that
reading, networks and loading of compiled code count on both sides.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import platform
import resource
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RESULTS = Path(__file__).resolve().parent / "results"
MOST_S = 600.0
TIMES = 10.0


def timed(arguments: list[str]) -> tuple[float, float, int]:
    """Wall and processor seconds of a command of cargopool, children included, and its exit code."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.monotonic()
    code = subprocess.run([sys.executable, "-m", "cargopool", *arguments], check=False).returncode
    wall = time.monotonic() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, code


def main() -> int:
    """Measure and write one row per point."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, default=9)
    parser.add_argument("--gap", type=float, default=0.25)
    parser.add_argument("--scenario", type=Path, default=ROOT / "scenarios" / "clusters20-week")
    parser.add_argument("--out", type=Path, default=Path("runs") / "pareto-benchmark")
    asked = parser.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    common = [str(asked.scenario), "--gap", str(asked.gap), "--quiet"]
    one = [*common, "--time-limit", str(MOST_S), "--no-baselines", "--out", str(asked.out / "one")]
    wall, cpu, code = timed(["solve", *one])
    record = json.loads((asked.out / "one" / "run.json").read_text())
    print(f"one solve: {wall:.1f} s, {cpu:.1f} s of processor, gap {record['gap']:.4f}, exit {code}", flush=True)
    place = asked.out / "front"
    more = ["--points", str(asked.points), "--time-limit", f"{TIMES * wall:.1f}", "--out", str(place)]
    resume = ["--resume"] if place.exists() else []
    if resume:
        print(f"remove {place} first: what is done there is not done again", file=sys.stderr)
        return 2
    front_wall, front_cpu, code = timed(["pareto", *common, *more])
    front = json.loads((place / "pareto.json").read_text())
    print(
        f"front: {len(front['points'])} points, {front['solves']} solves, {front_wall:.1f} s ({front_wall / wall:.1f} "
        f"times), "
        f"{front_cpu:.1f} s of processor ({front_cpu / cpu:.1f} times), exit {code}"
    )
    rows = [row_of(place, point) for point in front["points"]]
    for row in rows:
        print(row)
    write(asked, rows, (wall, cpu, record["gap"]), (front_wall, front_cpu))
    return code


def row_of(place: Path, point: dict[str, object]) -> dict[str, object]:
    """A point, and how its own solve ended."""
    run = json.loads((place / "points" / str(point["point"]) / "run.json").read_text())
    return {
        "point": point["point"],
        "cost_eur": point["cost_eur"],
        "co2e_kg": point["co2e_kg"],
        "price_eur_per_t": point["price_eur_per_t"],
        "solve_gap": run["gap"],
        "objective_gap": point["objective_gap"],
        "cost_gap": point["gap"],
        "termination": run["termination"],
        "seconds": run["seconds"]["total"],
    }


def write(
    asked: argparse.Namespace,
    rows: list[dict[str, object]],
    one: tuple[float, float, float],
    front: tuple[float, float],
) -> None:
    """One CSV per day: the points, with what was measured in every row."""
    RESULTS.mkdir(exist_ok=True)
    day = time.strftime("%Y-%m-%d")
    facts = {
        "day": day,
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 1),
        "python": platform.python_version(),
        "gap": asked.gap,
        "one_wall_s": round(one[0], 1),
        "one_cpu_s": round(one[1], 1),
        "one_gap": one[2],
        "front_wall_s": round(front[0], 1),
        "front_cpu_s": round(front[1], 1),
        "wall_ratio": round(front[0] / one[0], 2),
        "cpu_ratio": round(front[1] / one[1], 2),
    }
    with (RESULTS / f"{asked.scenario.name}-{day}.csv").open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, [*facts, *rows[0]])
        writer.writeheader()
        writer.writerows({**facts, **row} for row in rows)


if __name__ == "__main__":
    sys.exit(main())
