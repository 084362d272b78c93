"""Overhead of the batch layer against a shell loop, and throughput of two jobs against one.

    python benchmarks/batches/run.py [--runs 8] [--repeats 3] [--scenario scenarios/quickstart] [--work 20000]

Each way makes the same runs of one scenario. Ways take turns and the best repeat counts, so that other work on
the machine disturbs all of them alike. CPU seconds are those of all processes of a way.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from cargopool.executors import machine

QUICKSTART = Path(__file__).parents[2] / "scenarios" / "quickstart"


def cargopool(*arguments: str) -> None:
    subprocess.run([sys.executable, "-m", "cargopool", *arguments], check=True, stdout=subprocess.DEVNULL)


def shell_loop(case: Sequence[str], runs: int, place: Path) -> None:
    for seed in range(1, runs + 1):
        cargopool("solve", *case, "--seed", str(seed), "--out", str(place / f"s{seed}"))


def batch(jobs: int) -> Callable[[Sequence[str], int, Path], None]:
    def run(case: Sequence[str], runs: int, place: Path) -> None:
        cargopool("batch", *case, "--seeds", f"1..{runs}", "--jobs", str(jobs), "--out", str(place / "batch"))

    return run


def measured(way: Callable[[Sequence[str], int, Path], None], case: Sequence[str], runs: int) -> tuple[float, float]:
    """Wall and CPU seconds."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begin = time.monotonic()
    with tempfile.TemporaryDirectory() as place:
        way(case, runs, Path(place))
    wall = time.monotonic() - begin
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=8)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--scenario", type=Path, default=QUICKSTART)
    parser.add_argument("--work", type=int, default=20_000)
    given = parser.parse_args()
    case = [str(given.scenario), "--work-limit", str(given.work), "--no-baselines", "--quiet"]
    ways = {"shell loop": shell_loop, "batch, 1 job": batch(1), "batch, 2 jobs": batch(2)}
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
    for _ in range(given.repeats):
        for name, way in ways.items():
            found[name].append(measured(way, case, given.runs))
    best = {name: (min(wall for wall, _ in times), min(cpu for _, cpu in times)) for name, times in found.items()}
    here = machine()
    print(f"{here['cores']} cores, {here['memory_gib']} GiB, {here['processor']}; load {os.getloadavg()[1]:.1f}")
    print(f"{given.runs} runs of {given.scenario.name}, best of {given.repeats}")
    for name, (wall, cpu) in best.items():
        print(f"{name:14} {wall:7.1f} s wall {cpu:7.1f} s CPU")
    for place, what in enumerate(("wall", "CPU")):
        overhead = best["batch, 1 job"][place] / best["shell loop"][place] - 1
        print(f"overhead of the batch layer, {what}: {100 * overhead:+.1f} %")
    print(f"throughput of two jobs over one: {best['batch, 1 job'][0] / best['batch, 2 jobs'][0]:.2f}")


if __name__ == "__main__":
    main()
