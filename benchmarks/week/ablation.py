"""Which part of the methods for large cases earns its place: the same weeks without one part after the other.

    python benchmarks/week/ablation.py [--sizes 300,1000] [--seeds 1,2] [--time-limit 30] [--cpu 20] [--resume]

Two measurements, as plain as they get:

* *operators*: the search alone, in this process, for --cpu seconds of its own processor time, so that other load on the
  machine does not count; all removal rules, then all but one, then none adapted.
* *parts*: `cargopool solve` for --time-limit seconds each: everything; search without restricted models; models from
  half time on whatever the size, with and without linking rows; models without search; without the rule that needs the
  bound; without the bound, whose core then searches.

Writes results/NAME.jsonl (one line per run; an interrupted measurement goes on with --resume) and NAME.md: objective
against that of everything, mean (least to most) over the seeds; above 0 the part earns its place.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

import cargopool as cp
from cargopool.batches.bench_sets import machine
from cargopool.optimiser.params import SearchParams, SolveParams
from cargopool.optimiser.reduced import search_network
from cargopool.optimiser.search import Search
from cargopool.optimiser.search_data import make_data

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
from run import commit, generated, numbers, solved  # noqa: E402
from tables import add_line, read_lines  # noqa: E402

RULES = ("random", "lane", "same_move", "departure", "shipper", "worst", "trunk", "pool")
EVERYTHING = "everything"
OPERATORS: dict[str, dict[str, Any]] = {
    EVERYTHING: {},
    **{f"without {rule}": {rule: 0.0} for rule in RULES},
    "without adapting": {"adaptive": False},
}
MODELS = {"polish_after": 0.5, "polish_shipments": 1_000_000}
PARTS: dict[str, dict[str, Any]] = {
    EVERYTHING: {},
    "search only": {"search": {"polish": False}},
    "models from half time on": {"search": MODELS},
    "the same without linking rows": {"search": MODELS, "exact": {"link_rows": 0}},
    "models only": {"search": MODELS | {"enabled": False}},
    "without meeting": {"search": {"meeting": 0.0}},
    "without bound": {"bound": {"enabled": False}},
}
STEP = 100
"""Iterations between two looks at the clock."""


@cache
def world(week: Path) -> tuple[Any, Any]:
    """The searched network and its arrays."""
    network = search_network(cp.load_scenario(week), SearchParams())
    return network, make_data(network)


def searched(week: Path, cpu_s: float, changes: dict[str, Any]) -> dict[str, Any]:
    """Objective of the search alone after some seconds of its own processor time."""
    params = replace(SearchParams(), **changes)
    search = Search(*world(week), 1, params, np.zeros(1, np.int64))
    search.construct()
    search.advance(1, 1.0, 1.0)  # compiles
    began = time.thread_time()
    while (used := time.thread_time() - began) < cpu_s:
        heat = 1.0 - used / cpu_s
        search.advance(STEP, heat, heat)
    inserted = int(search.stats[:, 3].sum())
    return {
        "objective_eur": round(search.best_cents / 100.0, 2),
        "iterations": search.iterations,
        "us_per_insertion": round(1e6 * used / max(1, inserted), 1),
    }


def part(week: Path, folder: Path, limit: float, changes: dict[str, Any]) -> dict[str, Any]:
    """Objective and bound of a whole solve with some parameters changed."""
    toml = folder / "params.toml"
    toml.write_text(SolveParams.from_mapping(changes).to_toml(), encoding="utf-8")
    given = argparse.Namespace(gap=0.0, params=toml, baselines=False)
    found = solved(week, folder / "run", given, limit)
    return {name: found[name] for name in ("verified", "objective_eur", "bound_eur", "gap")}


def markdown(records: list[dict[str, Any]]) -> str:
    base = {(r["kind"], r["instance"]): r["objective_eur"] for r in records if r["variant"] == EVERYTHING}
    sizes = sorted({r["shipments"] for r in records})
    text = ""
    for kind, variants in (("operators", OPERATORS), ("parts", PARTS)):
        text += f"| {kind} | {' | '.join(f'{size:,}' for size in sizes)} |\n|---|{'---|' * len(sizes)}\n"
        for variant in variants:
            cells = [_cell(records, base, (kind, variant, size)) for size in sizes]
            text += f"| {variant} | {' | '.join(cells)} |\n"
        text += "\n"
    return text


def _cell(records: list[dict[str, Any]], base: dict[Any, Any], key: tuple[str, str, int]) -> str:
    kind, variant, _ = key
    mine = [r for r in records if (r["kind"], r["variant"], r["shipments"]) == key and r["objective_eur"]]
    if not mine:
        return "-"
    if variant == EVERYTHING:
        return f"{statistics.fmean(r['objective_eur'] for r in mine) / 1000:.1f} kEUR"
    worse = [r["objective_eur"] / base[kind, r["instance"]] - 1 for r in mine if base.get((kind, r["instance"]))]
    return f"{statistics.fmean(worse):+.2%} ({min(worse):+.2%} to {max(worse):+.2%})" if worse else "-"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=numbers, default=[300, 1000])
    parser.add_argument("--seeds", type=numbers, default=[1, 2])
    parser.add_argument("--time-limit", type=float, default=30.0, help="of each whole solve; 0 leaves the parts out")
    parser.add_argument("--cpu", type=float, default=20.0, help="of each search alone; 0 leaves the operators out")
    parser.add_argument("--resume", action="store_true", help="leave out what the results hold already")
    parser.add_argument("--weeks", type=Path, default=None, help="folder to keep the generated weeks in")
    parser.add_argument("--name", default="ablation")
    parser.add_argument("--out", type=Path, default=HERE / "results", help="folder of the results files")
    given = parser.parse_args()
    lines = given.out / f"{given.name}.jsonl"
    if not given.resume:
        lines.unlink(missing_ok=True)
    done = {(r["kind"], r["variant"], r["instance"]) for r in read_lines(lines)}
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        for size in given.sizes:
            for seed in given.seeds:
                week, name = generated(given.weeks or folder, size, seed), f"w{size}-s{seed}"
                wanted = [("operators", variant) for variant in OPERATORS if given.cpu > 0]
                wanted += [("parts", variant) for variant in PARTS if given.time_limit > 0]
                for kind, variant in wanted:
                    if (kind, variant, name) in done:
                        continue
                    if kind == "operators":
                        found = searched(week, given.cpu, OPERATORS[variant])
                    else:
                        found = part(week, folder, given.time_limit, PARTS[variant])
                    limit = given.cpu if kind == "operators" else given.time_limit
                    record = {"kind": kind, "variant": variant, "instance": name, "shipments": size, "seed": seed}
                    add_line(lines, {**record, "seconds": limit, **found, "machine": machine(), "commit": commit()})
                    print(f"{name} {kind} {variant}: {found['objective_eur']} EUR", flush=True)
    text = (
        f"Synthetic weeks, {given.cpu:g} s of processor time for each search alone, {given.time_limit:g} s for each "
        f"solve; {machine()}, cargopool {commit()}.\n\n{markdown(read_lines(lines))}"
    )
    (given.out / f"{given.name}.md").write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
