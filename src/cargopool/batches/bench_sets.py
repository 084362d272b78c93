"""Sets of published instances in continuous time: which, run one by one, resumed, summed up by class."""

from __future__ import annotations

import csv
import json
import os
import platform
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cargopool.errors import Diagnostic, InputError
from cargopool.files.tables import write_csv

CLASSES = ("HCHF", "HCLF", "LCHF", "LCLF")
SOLVED_TOLERANCE = 1e-9
_COLUMNS = (
    "instance", "class", "solver", "status", "lower_bound", "upper_bound", "gap", "seconds", "time_limit", "target_gap",
    "seed", "machine",
)  # fmt: skip


@dataclass(frozen=True)
class Job:
    """One instance to solve by one solver.

    Attributes
    ----------
    instance, group : str
        Name, and class or network.
    path : Path
        File or folder.
    solver : str
        `cargopool`, or the name of a peer.
    """

    instance: str
    group: str
    path: Path
    solver: str = "cargopool"


def machine() -> str:
    """What the numbers were measured on."""
    try:
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    except (AttributeError, OSError, ValueError):
        return f"{os.cpu_count()} cores, {platform.machine()}"
    return f"{os.cpu_count()} cores, {round(memory)} GiB"


def read_classes(path: Path) -> dict[str, str]:
    """Class of each instance file."""
    with path.open(encoding="utf-8", newline="") as stream:
        return {row["instance"]: row["class"] for row in csv.DictReader(stream)}


def stratified(classes: Mapping[str, str], per_class: int = 6) -> tuple[str, ...]:
    """A fixed choice of instances, spread over each class.

    Names say network, spread of the release times and share of slack: ``c37_.1111_.5_1``. Within a class the pairs of
    spread and slack are taken in order, and from the j-th pair of n the instance at j / n of its networks in order,
    so that small and large networks occur alike.
    """
    chosen: list[str] = []
    for group in CLASSES:
        names = sorted(name for name, found in classes.items() if found == group)
        strata: dict[tuple[str, str], list[str]] = {}
        for name in names:
            _, spread, slack, _ = name.removesuffix(".txt").split("_")
            strata.setdefault((spread, slack), []).append(name)
        keys = sorted(strata)
        picked = []
        for j in range(min(per_class, len(names))):
            stratum = strata[keys[j % len(keys)]]
            free = [name for name in stratum if name not in picked]
            picked.append(free[min(len(free) - 1, j * len(free) // per_class)])
        chosen.extend(picked)
    return tuple(chosen)


def done_keys(path: Path) -> set[tuple[Any, ...]]:
    """What a results file already holds; lines that a crash cut short do not count."""
    return {_key(record) for record in read_results(path)}


def read_results(path: Path) -> list[dict[str, Any]]:
    """Records of a results file, the last of each key."""
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    if path.exists():
        for line in path.read_text(encoding="utf-8").splitlines():
            try:
                record = json.loads(line)
            except ValueError:
                continue
            found[_key(record)] = record
    return list(found.values())


def _key(record: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(record.get(name) for name in ("instance", "solver", "time_limit", "target_gap", "seed"))


def run_jobs(
    jobs: Iterable[Job],
    results: Path,
    solve: Callable[[Job], dict[str, Any]],
    *,
    settings: Mapping[str, Any],
    resume: bool,
    say: Callable[[str], None],
    warm_up: Callable[[Job], object] | None = None,
) -> list[dict[str, Any]]:
    """Solve jobs one after the other, each line written at once.

    Parameters
    ----------
    settings : mapping
        ``time_limit``, ``target_gap`` and ``seed``: part of what a line is known by.
    resume : bool
        Leave out what the file already holds; otherwise the file starts afresh.
    warm_up : callable, optional
        Called with the first job that is solved, before it: kernels are compiled once per installation, and that is
        not part of any measurement.
    """
    results.parent.mkdir(parents=True, exist_ok=True)
    if not resume and results.exists():
        results.unlink()
    done = done_keys(results)
    for job in jobs:
        record = {"instance": job.instance, "class": job.group, "solver": job.solver, **settings, "machine": machine()}
        if _key(record) in done:
            continue
        if warm_up is not None:
            warm_up(job)
            warm_up = None
        record.update(solve(job))
        with results.open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(record, allow_nan=False) + "\n")
        gap = "no gap" if record["gap"] is None else f"{record['gap']:.2%}"
        say(f"{job.group} {job.instance} {job.solver}: {record['status']}, {gap}, {record['seconds']:.1f} s")
    return read_results(results)


def solve_by_command(verb: str, job: Job, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Solve by ``cargopool bench`` in a process of its own, so that a crash costs one line."""
    command = [
        sys.executable, "-m", "cargopool", "bench", verb, str(job.path), "--json",
        "--time-limit", str(settings["time_limit"]), "--gap", str(settings["target_gap"]),
        "--seed", str(settings["seed"]),
    ]  # fmt: skip
    patience = float(settings["time_limit"]) * 1.2 + 120
    done = None
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=patience, check=False)
        record = json.loads(done.stdout)
        return {name: record[name] for name in ("status", "lower_bound", "upper_bound", "gap", "seconds", "stages")}
    except (subprocess.TimeoutExpired, ValueError, KeyError) as error:
        message = f"{type(error).__name__}: {getattr(error, 'stderr', None) or (done.stderr[-500:] if done else '')}"
        return {"status": "failed", "lower_bound": None, "upper_bound": None, "gap": None,
                "seconds": patience, "error": message}  # fmt: skip


def write_results(records: Sequence[Mapping[str, Any]], path: Path) -> None:
    """Results as one CSV table."""
    rows = [[record.get(name) for name in _COLUMNS] for record in sorted(records, key=_order)]
    write_csv(path, _COLUMNS, rows)


def _order(record: Mapping[str, Any]) -> tuple[str, str, str]:
    return str(record["class"]), str(record["solver"]), str(record["instance"])


def summary_table(records: Sequence[Mapping[str, Any]], published: Mapping[str, str]) -> str:
    """A markdown table by class and solver, beside the published figures.

    Means over all instances of a class; an instance without a gap counts as not solved and leaves the mean gap out.
    """
    lines = [
        "| class | solver | instances | within the target | mean gap | largest gap | mean s | median s | published |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    groups: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for record in sorted(records, key=_order):
        groups.setdefault((str(record["class"]), str(record["solver"])), []).append(record)
    for (group, solver), found in groups.items():
        gaps = [float(record["gap"]) for record in found if record["gap"] is not None]
        seconds = [float(record["seconds"]) for record in found]
        solved = sum(
            record["gap"] is not None and record["gap"] <= record["target_gap"] + SOLVED_TOLERANCE for record in found
        )
        mean = f"{statistics.fmean(gaps):.2%}" if gaps else "-"
        largest = f"{max(gaps):.2%}" if gaps else "-"
        beside = published.get(group, "") if solver == "cargopool" else ""
        lines.append(
            f"| {group} | {solver} | {len(found)} | {solved / len(found):.1%} | {mean} | {largest} "
            f"| {statistics.fmean(seconds):.1f} | {statistics.median(seconds):.1f} | {beside} |"
        )
    return "\n".join(lines) + "\n"


def update_best_known(path: Path, records: Sequence[Mapping[str, Any]]) -> int:
    """Keep the best lower and upper bound of each instance; how many values became better.

    Only records of `cargopool` count: their plans were checked, and their bounds hold for the instance itself.

    Raises
    ------
    InputError
        A bound lies above a plan: one of them is wrong, and the file stays as it is.
    """
    columns = ("instance", "class", "lower_bound", "upper_bound")
    best: dict[str, list[Any]] = {}
    if path.exists():
        with path.open(encoding="utf-8", newline="") as stream:
            for row in csv.DictReader(stream):
                best[row["instance"]] = [row["class"], _number(row["lower_bound"]), _number(row["upper_bound"])]
    better = 0
    for record in records:
        if record["solver"] != "cargopool":
            continue
        entry = best.setdefault(str(record["instance"]), [record["class"], None, None])
        lower, upper = record["lower_bound"], record["upper_bound"]
        if lower is not None and (entry[1] is None or lower > entry[1]):
            entry[1], better = lower, better + 1
        if upper is not None and (entry[2] is None or upper < entry[2]):
            entry[2], better = upper, better + 1
        if entry[1] is not None and entry[2] is not None and entry[1] > entry[2] * (1 + 1e-7):
            message = f"{record['instance']}: bound {entry[1]} above plan {entry[2]}"
            raise InputError(Diagnostic("E2110", message, str(path), "one of the two results is wrong"))
    write_csv(path, columns, [[name, *values] for name, values in sorted(best.items())])
    return better


def _number(text: str) -> float | None:
    return float(text) if text else None
