"""The lines that a planner reads first; terminal and report.html print the same ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cargopool.reporting.outside import external_note
from cargopool.reporting.text import counted, percent, thousands

Record = Mapping[str, Any]

BASELINE_NAMES = {"road_alone": "each shipper alone by road", "intermodal_alone": "each shipper alone, all modes"}
_STATUS = {
    "optimal": "proven optimal",
    "feasible": "feasible",
    "infeasible": "proven infeasible",
    "no_plan": "no plan found",
}
_TERMINATION = {
    "proven": "search complete",
    "gap": "gap reached",
    "time": "time limit",
    "work": "work limit",
    "first_feasible": "first plan taken",
    "interrupted": "interrupted",
    "error": "error",
}
_WORTH_TELLING_S = 1.0
"""Seconds of compiling from which on they are told."""


@dataclass(frozen=True, slots=True)
class Headline:
    """A label, its figure, and what puts it in proportion."""

    label: str
    value: str
    note: str = ""


def status_text(record: Record) -> str:
    """Status, why it ended and whether it was verified, in words."""
    status = _STATUS.get(record["status"], str(record["status"]))
    if record["status"] == "optimal" and record.get("rounds"):
        status += " at its estimates of drayage"
    ended = _TERMINATION.get(record["termination"], str(record["termination"]))
    checked = "verified" if record["verified"] else "not verified"
    return f"{status} · {ended} · {checked}"


def headlines(record: Record) -> tuple[Headline, ...]:
    """Cost, CO2e, shipments, fill, modes, bound and time of a run."""
    if record["cost_eur"] is None:
        return _without_plan(record)
    kpis = record["kpis"]
    return (
        Headline("Cost", f"{thousands(record['cost_eur'], 2)} EUR", _objective(record)),
        Headline("Saving", *_saving(record)),
        Headline("CO2e", f"{thousands(record['co2e_kg'])} kg", _changes(record, "co2e_kg")),
        *_data(record),
        *_external(record),
        Headline("Shipments", _served(record), _late(record)),
        Headline(
            "Fill",
            percent(kpis["load_factor"]),
            f"of {kpis['load_units']} load units, {kpis['pooled_units']} of them shared by several shippers",
        ),
        Headline(
            "Modes",
            f"{percent(kpis['intermodal_share_tkm'])} intermodal",
            f"{_modes(kpis['tkm_by_mode'])}; {counted(kpis['departures'], 'departure')}, "
            f"{counted(kpis['trucks'], 'road truck')}",
        ),
        *_toured(record),
        *_capped(record),
        *_executed(record),
        *_first_aim(record),
        Headline("Bound", *_bound(record)),
        _time(record),
    )


def _data(record: Record) -> tuple[Headline, ...]:
    """What the CO2e rests on; runs of older versions do not say."""
    found, factors = record.get("co2e_by_data"), record.get("factors")
    if not found or not factors:
        return ()
    notes = [f"factors {factors['set']} {factors['version']}".rstrip()]
    if factors["overridden"]:
        notes.append(f"{len(factors['overridden'])} of them replaced")
    carbon = record.get("carbon_in_prices") or {}
    if carbon.get("eur"):
        left = "left out of the objective" if carbon["excluded_from_objective"] else "counted in the objective"
        notes.append(f"{thousands(carbon['eur'], 2)} EUR of the cost already prices carbon, {left}")
    shares = ", ".join(f"{percent(share, 0)} {word}" for word, share in found.items() if share)
    return (Headline("CO2e data", shares or "none", "; ".join(notes)),)


def _external(record: Record) -> tuple[Headline, ...]:
    found = record.get("external_costs")
    if not found:
        return ()
    return (Headline("External", f"{thousands(found['eur'], 2)} EUR", external_note(found)),)


def _executed(record: Record) -> tuple[Headline, ...]:
    """What the execution layers add; nothing when none was asked for."""
    found = record.get("execution")
    if not found:
        return ()
    notes = []
    if found["round_trips"] is not None:
        trips = counted(found["round_trips"], "round trip")
        notes.append(f"{trips} save {thousands(found['round_trip_gain_eur'], 2)} EUR")
    if found["layouts"] is not None:
        whole = found["layouts"]["arranged"] + found["layouts"]["refused"]
        emptied = f", {found['units_emptied']} emptied by stacking" if found["units_emptied"] else ""
        notes.append(f"{found['layouts']['arranged']} of {whole} load units arranged{emptied}")
    if found["empty_units_moved"] is not None:
        notes.append(f"{counted(found['empty_units_moved'], 'empty unit')} moved, {found['units_missing']} missing")
    kilometres = f"{thousands(found['loaded_km'])} km loaded, {thousands(found['empty_km'])} km empty"
    return (Headline("Executed", f"{thousands(found['cost_eur'], 2)} EUR", "; ".join([*notes, kilometres])),)


def _toured(record: Record) -> tuple[Headline, ...]:
    """What the plan costs with its tours, and what the rounds came to; nothing when no tours were asked for."""
    rounds = record.get("rounds")
    if not rounds:
        return ()
    kept = next((one for one in rounds if one["kept"]), None)
    if kept is None:
        return (Headline("Tours", "none", "no round had tours for everything; all figures are of the estimates"),)
    tours = f"{counted(kept['tours'], 'tour')} for {counted(kept['jobs'], 'job')}"
    notes = [
        f"objective with the tours' real cost; {tours} cost {thousands(kept['tours_eur'], 2)} EUR",
        f"a truck for each alone {thousands(kept['alone_eur'], 2)} EUR",
        f"round {kept['number']} of {len(rounds)}",
    ]
    return (Headline("Tours", f"{thousands(record['total_with_tours_eur'], 2)} EUR", "; ".join(notes)),)


def _capped(record: Record) -> tuple[Headline, ...]:
    """How the caps on CO2e stand with the tours' real emissions; nothing without tours or caps."""
    found = record.get("caps_with_tours")
    if not found:
        return ()
    broken = [
        f"{one['cap']}: {thousands(one['with_tours_kg'])} kg with the tours, allowed {thousands(one['limit_kg'])} kg"
        for one in found
        if not one["kept"]
    ]
    notes = ["caps bind the estimates of drayage", *broken]
    value = "all kept with the tours" if not broken else f"{len(broken)} of {len(found)} broken by the tours"
    return (Headline("CO2e caps", value, "; ".join(notes)),)


def _first_aim(record: Record) -> tuple[Headline, ...]:
    """What came first under ``--lexicographic``, its least value, and what it leaves the other."""
    found = record.get("lexicographic")
    if not found:
        return ()
    proven = "proven least" if found["least_proven"] else "least found"
    within = f"{found['percent']:g} %"
    cap = f"{thousands(found['cap_co2e_kg'])} kg"
    if found["first"] == "co2e":
        least = f"{thousands(found['least_co2e_kg'])} kg CO2e"
        return (Headline("First aim", least, f"{proven}; then the cheapest plan within {within} of it, {cap}"),)
    least = f"{thousands(found['least_cost_eur'], 2)} EUR"
    after = f"{thousands(found['limit_cost_eur'], 2)} EUR can pay for, {cap}"
    return (Headline("First aim", least, f"{proven}; then the least CO2e that {within} more, {after}"),)


def savings(record: Record, what: str) -> dict[str, tuple[float, bool]]:
    """Saving against each baseline as a share, and whether it is an upper value.

    A baseline that came from a search may have a better plan, so the true saving lies between nothing and the figure.
    """
    found = {}
    for name in BASELINE_NAMES:
        baseline = (record.get("baseline") or {}).get(name)
        if baseline and baseline[what]:
            found[name] = (1 - record[what] / baseline[what], bool(baseline["heuristic"]))
    return found


def change(share: float, heuristic: bool) -> str:
    """A saving as a change in per cent, minus for less; ``up to`` when the baseline came from a search."""
    return f"{'up to ' if heuristic and share > 0 else ''}{-100 * share:+.1f} %"


def _saving(record: Record) -> tuple[str, str]:
    """The least saving against a baseline first: it is the one that pooling can claim."""
    found = sorted(savings(record, "cost_eur").items(), key=lambda item: item[1])
    missing = {name: why for name, why in ((record.get("baseline") or {}).get("reason") or {}).items() if why}
    notes = [f"{_share(*other)} against {BASELINE_NAMES[name]}" for name, other in found[1:]]
    notes += [f"{BASELINE_NAMES.get(name, name)}: {why}" for name, why in missing.items()]
    if not found:
        return "not known", "; ".join(notes)
    name, least = found[0]
    return _share(*least), "; ".join([f"against {BASELINE_NAMES[name]}", *notes])


def _share(share: float, heuristic: bool) -> str:
    return f"{'up to ' if heuristic and share > 0 else ''}{100 * share:.1f} %"


def _changes(record: Record, what: str) -> str:
    found = savings(record, what)
    return "; ".join(f"{change(*share)} against {BASELINE_NAMES[name]}" for name, share in found.items())


def _objective(record: Record) -> str:
    parts = (
        ("carbon price", "carbon_eur"),
        ("lateness", "lateness_eur"),
        ("time", "time_value_eur"),
        ("unserved", "unserved_eur"),
        ("external costs", "external_eur"),
    )
    used = [label for label, name in parts if record.get(name)]
    return f"objective {thousands(record['objective_eur'], 2)} EUR{' with ' if used else ''}{', '.join(used)}"


def _served(record: Record) -> str:
    shipments = record["shipments"]
    return f"{shipments['served']} of {shipments['total']} served"


def _late(record: Record) -> str:
    shipments = record["shipments"]
    return f"{shipments['unserved']} unserved, {shipments['late']} late"


def _modes(tkm: Mapping[str, float]) -> str:
    whole = sum(tkm.values())
    if not whole:
        return "no tonne-km"
    return ", ".join(f"{mode} {100 * value / whole:.0f} %" for mode, value in sorted(tkm.items(), key=lambda i: -i[1]))


def _bound(record: Record) -> tuple[str, str]:
    model = record["bound_scope"]["model"]
    if record["bound_eur"] is None or record["gap"] is None:
        return "no bound", "nothing is proven about the distance from the optimum"
    if record["status"] == "optimal":
        return "proven optimal", f"objective {thousands(record['objective_eur'], 2)} EUR, in model {model}{_of(record)}"
    over = record["objective_eur"] - record["bound_eur"]
    controllable = record["gap_controllable"]
    note = f"at most {thousands(over)} EUR above the optimum of model {model}{_of(record)}"
    if controllable is not None:
        note += f"; {percent(controllable)} of what a plan can change"
    return f"gap {percent(record['gap'])}", note


def _of(record: Record) -> str:
    """What a bound does not speak of: tours come after the plan."""
    return " at its estimates of drayage, not of the tours" if record.get("rounds") else ""


def _time(record: Record) -> Headline:
    seconds = record["seconds"]
    memory = f", peak {record['peak_memory_mb']} MB" if record["peak_memory_mb"] is not None else ""
    repeat = "repeats exactly" if record["reproducible"] else "time-limited, so not reproducible"
    parts = f"optimise {seconds['optimise']:.1f} s"
    if (compiling := seconds.get("compile") or 0.0) >= _WORTH_TELLING_S:
        parts += f", compiling {compiling:.0f} s (first run of an installation)"
    return Headline("Time", f"{seconds['total']:.1f} s", f"{parts}{memory}; {repeat}")


def _without_plan(record: Record) -> tuple[Headline, ...]:
    bound = record["bound_eur"]
    proven = "no bound" if bound is None else f"any plan costs at least {thousands(bound, 2)} EUR"
    return (
        Headline("Shipments", f"{record['shipments']['total']} to plan", record.get("detail", "")),
        Headline("Bound", proven),
        _time(record),
    )
