"""Tables of the week benchmark: results as CSV and markdown, growth with size, best known."""

from __future__ import annotations

import csv
import json
import math
import statistics
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from cargopool.files.tables import write_csv

Row = dict[str, Any]
STAGES = ("read", "network", "compile", "optimise", "verify", "baselines", "report")
GAP_TARGETS = {100: 0.08, 300: 0.10, 1000: 0.07, 3000: 0.05}
COLUMNS = (
    *("instance", "shipments", "seed", "time_limit", "verified", "status", "objective_eur", "bound_eur", "gap"),
    *("gap_controllable", "served", "unserved", "late", "over_limit_s", "after_solve_s", "peak_memory_mb"),
    *(f"{stage}_s" for stage in STAGES),
    *("total_s", "to_best_known", "machine", "cargopool", "commit", "input_sha256"),
)
BEST_COLUMNS = ("instance", "objective_eur", "bound_eur", "gap", "objective_from", "bound_from", "input_sha256")


def read_lines(path: Path) -> list[Row]:
    """Records of a JSON-lines file; a last line cut off by a kill is dropped."""
    if not path.exists():
        return []
    found = []
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            found.append(json.loads(line))
        except json.JSONDecodeError:
            continue
    return found


def add_line(path: Path, record: Mapping[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    cut = path.exists() and not path.read_bytes().endswith(b"\n") and path.stat().st_size
    with path.open("a", encoding="utf-8") as file:
        file.write(("\n" if cut else "") + json.dumps(record, allow_nan=False) + "\n")


def write_results(path: Path, records: Sequence[Row], best: Mapping[str, Row]) -> None:
    rows = []
    for record in sorted(records, key=lambda r: (r["shipments"], r["seed"], r["time_limit"])):
        known = best.get(record["instance"])
        flat = {**record, **{f"{stage}_s": record["seconds"].get(stage) for stage in STAGES}}
        flat["total_s"] = record["seconds"].get("total")
        if known and known["objective_eur"] and record["objective_eur"]:
            flat["to_best_known"] = round(record["objective_eur"] / float(known["objective_eur"]) - 1, 6)
        rows.append([flat.get(name) for name in COLUMNS])
    write_csv(path, COLUMNS, rows)


def growth(records: Sequence[Row], value: str) -> float | None:
    """Exponent p of a least-squares fit value ~ shipments^p over means by size; None with fewer than two sizes."""
    points: dict[int, list[float]] = {}
    for record in records:
        found = record["seconds"].get(value) if value in (*STAGES, "total") else record.get(value)
        if found:
            points.setdefault(record["shipments"], []).append(float(found))
    if len(points) < 2:
        return None
    xs = [math.log(size) for size in points]
    ys = [math.log(statistics.fmean(values)) for values in points.values()]
    mean_x, mean_y = statistics.fmean(xs), statistics.fmean(ys)
    spread = sum((x - mean_x) ** 2 for x in xs)
    return sum((x - mean_x) * (y - mean_y) for x, y in zip(xs, ys, strict=True)) / spread


def markdown(records: Sequence[Row], best: Mapping[str, Row]) -> str:
    lines = [
        "| shipments | seeds | limit s | verified | gap | target | objective kEUR | to best known | network s | "
        "over limit s | after s | memory MB |",
        "|---|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for (size, limit), group in sorted(_grouped(records).items()):
        gaps = [r["gap"] for r in group if r["gap"] is not None]
        target = GAP_TARGETS.get(size)
        behind = [
            r["objective_eur"] / float(best[r["instance"]]["objective_eur"]) - 1
            for r in group
            if r["objective_eur"] and best.get(r["instance"], {}).get("objective_eur")
        ]
        lines.append(
            f"| {size:,} | {len(group)} | {limit:g} | {sum(bool(r['verified']) for r in group)} of {len(group)} | "
            f"{_percents(gaps)} | {f'{target:.0%}' if target else '-'} | "
            f"{_mean([r['objective_eur'] / 1000 for r in group if r['objective_eur']], '.1f')} | {_percents(behind)} | "
            f"{_mean([r['seconds'].get('network') for r in group], '.2f')} | "
            f"{_largest([r['over_limit_s'] for r in group])} | {_largest([r['after_solve_s'] for r in group])} | "
            f"{_largest([r['peak_memory_mb'] for r in group])} |"
        )
    text = "\n".join(lines) + "\n\n| measured | growth exponent in shipments |\n|---|---|\n"
    for name in ("read", "network", "verify", "baselines", "report", "peak_memory_mb"):
        exponent = growth(records, name)
        text += f"| {name} | {'-' if exponent is None else f'{exponent:.2f}'} |\n"
    return text


def _grouped(records: Sequence[Row]) -> dict[tuple[int, float], list[Row]]:
    groups: dict[tuple[int, float], list[Row]] = {}
    for record in records:
        groups.setdefault((record["shipments"], record["time_limit"]), []).append(record)
    return groups


def _percents(values: Sequence[float]) -> str:
    if not values:
        return "-"
    return f"{statistics.fmean(values):.2%} ({min(values):.2%} to {max(values):.2%})"


def _mean(values: Iterable[float | None], form: str) -> str:
    known = [value for value in values if value is not None]
    return format(statistics.fmean(known), form) if known else "-"


def _largest(values: Iterable[float | None]) -> str:
    known = [value for value in values if value is not None]
    return f"{max(known):.4g}" if known else "-"


def read_best(path: Path) -> dict[str, Row]:
    if not path.exists():
        return {}
    with path.open(newline="", encoding="utf-8") as file:
        return {row["instance"]: dict(row) for row in csv.DictReader(file)}


def update_best(path: Path, records: Sequence[Row]) -> int:
    """Take over verified better plans and better bounds of the same input; the number of changes."""
    best, changes = read_best(path), 0
    for record in records:
        name, origin = record["instance"], f"cargopool {record['cargopool']}, {record['time_limit']:g} s"
        row = best.get(name)
        if row is None or row["input_sha256"] != record["input_sha256"]:
            row = best[name] = dict.fromkeys(BEST_COLUMNS, "")
            row["instance"], row["input_sha256"] = name, record["input_sha256"]
        objective, bound = record["objective_eur"], record["bound_eur"]
        if record["verified"] and objective and (not row["objective_eur"] or objective < float(row["objective_eur"])):
            row["objective_eur"], row["objective_from"] = objective, origin
            changes += 1
        if bound and (not row["bound_eur"] or bound > float(row["bound_eur"])):
            row["bound_eur"], row["bound_from"] = bound, origin
            changes += 1
        if row["objective_eur"] and row["bound_eur"]:
            row["gap"] = round(1 - float(row["bound_eur"]) / float(row["objective_eur"]), 6)
    if changes:
        ordered = sorted(best.values(), key=lambda r: (len(r["instance"]), r["instance"]))
        temporary = path.with_suffix(".partial")
        write_csv(temporary, BEST_COLUMNS, [[row[name] for name in BEST_COLUMNS] for row in ordered])
        temporary.replace(path)
    return changes
