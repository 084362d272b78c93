"""One scenario on one worker and on several: the same work for each worker, in rounds that exchange the best plan.

    python benchmarks/batches/together.py [--work 3000] [--rounds 3] [--split regions] [--scenario FOLDER]

Runs end by work, so the objectives repeat exactly whatever else the machine does; the seconds do not.
"""

from __future__ import annotations

import argparse
import os
import time
from pathlib import Path

import cargopool as cp
from cargopool.batches.together import solve_together
from cargopool.executors import ProcessExecutor, available_cores, machine

SCENARIO = Path(__file__).parents[2] / "scenarios" / "clusters20-week"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=int, default=3000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--split", choices=("none", "regions"), default="none")
    parser.add_argument("--scenario", type=Path, default=SCENARIO)
    given = parser.parse_args()
    scenario = cp.load_scenario(given.scenario)
    here = machine()
    print(f"{here['cores']} cores, {here['memory_gib']} GiB, {here['processor']}; load {os.getloadavg()[1]:.1f}")
    print(f"{scenario.name}, {len(scenario.shipments)} shipments, split: {given.split}")
    plans = [(1, 1, given.work * given.rounds), *((n, given.rounds, given.work) for n in (1, 2, 4))]
    for workers, rounds, work in plans:
        begin = time.monotonic()
        with ProcessExecutor(min(workers, available_cores())) as executor:
            found = solve_together(scenario, executor, rounds=rounds, workers=workers, work=work, split=given.split)
        seconds = time.monotonic() - begin
        way = f"{workers} worker{'s' * (workers > 1)}, {rounds} round{'s' * (rounds > 1)} of {work} units"
        print(f"{way:32} objective {found.objective_eur:12,.2f} EUR   {seconds:6.1f} s", flush=True)


if __name__ == "__main__":
    main()
