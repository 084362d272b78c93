"""The texts of a generated week: scenario.yaml and README.md."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from cargopool.batches.generate import Demand
from cargopool.batches.week_params import WeekParams
from cargopool.batches.week_places import Places
from cargopool.files.write import quoted

PARAMETERS = "parameters.toml"
"""File of a generated week that holds all its parameters."""

OD_MATRIX = "od_matrix.csv"
"""Copy of an own matrix in a generated week."""


def scenario_text(params: WeekParams, places: Places, services: Sequence[Mapping[str, object]], title: str) -> str:
    """The scenario.yaml of a week."""
    monday = datetime.fromisoformat(params.monday)
    end = monday + timedelta(days=7 * params.weeks + params.days_after)
    equipment = params.equipment
    doors = any(places.doors.values())
    lines = [
        "format: cargopool/1",
        f"name: {quoted(title)}",
        "synthetic: true",
        f"notes: {quoted(_summary(params))}",
        f"horizon: {{start: {monday:%Y-%m-%d}T00:00, end: {end:%Y-%m-%d}T00:00, timezone: Europe/Brussels}}",
        *("", "hubs:", *_used(places.hubs), "  table: hubs.csv"),
        *(["doors: {table: doors.csv}"] if doors else []),
        *("", "services:", *_used([str(row["id"]) for row in services]), "  table: services.csv"),
        f"load_units: {{use: [{', '.join(equipment.load_units)}]}}",
        "road:",
        f"  vehicles: {{use: [{', '.join(equipment.vehicles)}]}}",
        f"  bans: {'true' if equipment.bans else 'false'}",
        *("", "shipments: {table: shipments.csv}"),
        f"drayage: {{vehicle: {equipment.haulage_vehicle}}}",
        f"objective: {{carbon_price_eur_per_t: {params.carbon_price_eur_per_t:g}, unserved: allowed}}",
        "factors: {set: cargopool-2026}",
    ]
    return "\n".join(lines) + "\n"


def _used(ids: Sequence[str]) -> Iterable[str]:
    per_line = 12
    for first in range(0, len(ids), per_line):
        start = "  use: [" if first == 0 else "        "
        end = "]" if first + per_line >= len(ids) else ","
        yield start + ", ".join(ids[first : first + per_line]) + end
    if not ids:
        yield "  use: []"


def _summary(params: WeekParams) -> str:
    span = "A synthetic week" if params.weeks == 1 else f"{params.weeks} synthetic weeks"
    profile = "" if params.profile == "plain" else f", profile {params.profile}"
    return (
        f"{span} of demand, {sum(params.counts)} shipments{profile}, seed {params.seed}: generated, nothing of it "
        "observed; README.md says how."
    )


def readme_text(
    params: WeekParams,
    places: Places,
    demand: Sequence[Demand],
    services: Sequence[Mapping[str, object]],
    title: str,
) -> str:
    """The README.md of a week."""
    doors, regions, hubs = sum(map(len, places.doors.values())), len(places.regions), len(places.hubs)
    shippers = len({one.shipper for one in demand})
    recipe = (
        "the own matrix that `parameters.toml` names"
        if params.od_matrix
        else "flow ~ supply x demand x exp(-decay x km) between regions"
    )
    slots = params.slots
    paid, bought = f"{slots.paid_lines:.0%}", "the others sell them at their tariff"
    return f"""# {title}

**Synthetic.** {_summary(params).removesuffix("; README.md says how.")}.
Made by `cargopool generate`; `{PARAMETERS}` holds every parameter, and
`cargopool generate --params {PARAMETERS} --out DIR` makes the same files again.

{len(demand)} shipments of {shippers} invented shippers, {regions} regions, {hubs + len(places.depots)} hubs,
{doors} invented doors and {len(services)} services of the reference set.

* Demand: {recipe}; Zipf volumes of shippers,
  lognormal sizes, full loads, due times from road time plus a window (later where no lone truck could keep them).
  All judgement, nothing fitted.
* Services, distances, tariffs and factors: the packaged reference set, with its sources and confidence words.
* Slots: the pool may book {slots.least_share:.0%} to {slots.most_share:.0%} of each departure's slots (drawn per line,
  at least one); {paid} of the lines hold them as an allotment that is paid already, {bought}.
* Hubs' lifts, yards and halls are not limited.
"""
