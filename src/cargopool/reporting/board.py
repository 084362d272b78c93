"""The KPI board: what the CLUSTERS 2.0 project promised, beside what a plan reaches against its baselines."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from cargopool.model.plan import Plan
from cargopool.model.scenario import Scenario
from cargopool.reporting.figures import INTERMODAL, count
from cargopool.reporting.loads import unit_loads
from cargopool.reporting.text import percent, thousands
from cargopool.sharing import Baseline, Baselines
from cargopool.units import CENTS_PER_EUR, KG_PER_TONNE

TRANSHIPMENT = frozenset({"lift", "storage_unit", "cross_dock", "storage_pallet"})
"""Kinds of cost lines that transhipment is made of."""

BASELINES = ("road_alone", "intermodal_alone")
SOURCE = "targets promised by the CLUSTERS 2.0 project (Horizon 2020)"
_DIGITS = 6
_NOISE = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A promised figure.

    Attributes
    ----------
    name : str
        Field of `Measures`.
    target : float
        Relative change against a baseline, or the level to reach.
    level : bool
        True where the target is a level.
    nothing : str
        What is said where there is nothing to measure.
    """

    name: str
    label: str
    unit: str
    target: float
    level: bool = False
    nothing: str = "nothing to measure"


TARGETS = (
    Target(name="cost_eur", label="Cost", unit="EUR", target=-0.20),
    Target(name="co2e_kg", label="CO2e", unit="kg", target=-0.30),
    Target(name="energy_mj", label="Energy", unit="MJ", target=-0.30),
    Target(
        name="intermodal_share_tkm", label="Intermodal share", unit="share", target=0.40, nothing="no tonne-km to share"
    ),
    Target(
        name="transhipment_eur_per_t",
        label="Transhipment cost",
        unit="EUR/t",
        target=-0.30,
        nothing="nothing on rail, barge or sea",
    ),
    Target(
        name="load_factor",
        label="Load factor",
        unit="share",
        target=0.75,
        level=True,
        nothing="no load unit with loose freight",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """What the targets are about; None where there is nothing to measure.

    Attributes
    ----------
    transhipment_eur_per_t : float or None
        Lifts, cross-docking and storage, per tonne of cargo on rail, barge and sea.
    load_factor : float or None
        Mean fill of the fullest dimension over loose-freight units.
    """

    cost_eur: float
    co2e_kg: float
    energy_mj: float
    intermodal_share_tkm: float | None
    transhipment_eur_per_t: float | None
    load_factor: float | None


def measures(scenario: Scenario, plans: Iterable[Plan], *, cost_eur: float, co2e_kg: float, **more: float) -> Measures:
    """Measures of one plan, or of the lone plans of all shippers together.

    Parameters
    ----------
    more : float
        ``energy_mj`` and ``road_tkm`` of freight beside the plans, such as groupage.
    """
    energy, road_tkm = more.get("energy_mj", 0.0), more.get("road_tkm", 0.0)
    tkm: dict[str, float] = defaultdict(float, {"road": road_tkm})
    transhipment = 0
    tonnes = 0.0
    fills: list[float] = []
    for plan in plans:
        energy += plan.totals.energy_mj
        for mode, value in count(scenario, plan).tkm_by_mode.items():
            tkm[mode] += value
        transhipment += sum(line.cents * line.count for line in plan.cost_lines if line.kind in TRANSHIPMENT)
        for load in unit_loads(scenario, plan):
            tonnes += load.kg / KG_PER_TONNE if load.move.kind != "road" else 0.0
            if load.unit.contents and not load.sealed:
                fills.append(load.fill)
    whole = sum(tkm.values())
    return Measures(
        cost_eur=cost_eur,
        co2e_kg=co2e_kg,
        energy_mj=energy,
        intermodal_share_tkm=sum(tkm[mode] for mode in INTERMODAL) / whole if whole else None,
        transhipment_eur_per_t=transhipment / CENTS_PER_EUR / tonnes if tonnes else None,
        load_factor=sum(fills) / len(fills) if fills else None,
    )


def make_board(
    scenario: Scenario, plan: Plan | None, baselines: Baselines | None, reasons: Mapping[str, str]
) -> list[dict[str, Any]] | None:
    """The ``board`` of run.json and kpis.json; None without a plan.

    Parameters
    ----------
    reasons : mapping of baseline name to str
        Why a baseline has no figures.

    Returns
    -------
    list of dict
        One row per target: ``kpi``, ``label``, ``unit``, ``target``, ``target_is`` (``change`` or ``level``),
        ``value``, ``reached`` (of a level), and per baseline ``value``, ``change``, ``reached``, ``heuristic`` (the
        baseline came from a search, so a better lone plan may exist) and ``reason`` where something is null.
    """
    if plan is None:
        return None
    totals = plan.totals
    mine = measures(scenario, [plan], cost_eur=totals.cost_cents / 100, co2e_kg=totals.co2e_grams / 1000)
    others = {name: _others(scenario, baselines, name) for name in BASELINES}
    return [
        {
            "kpi": target.name,
            "label": target.label,
            "unit": target.unit,
            "target": target.target,
            "target_is": "level" if target.level else "change",
            "value": _rounded(getattr(mine, target.name)),
            "reached": _reached(target, getattr(mine, target.name)) if target.level else None,
            "against": {
                name: _against(target, mine, others[name], reasons.get(name) or "not computed") for name in BASELINES
            },
        }
        for target in TARGETS
    ]


def _others(scenario: Scenario, baselines: Baselines | None, name: str) -> tuple[Measures, bool] | None:
    found: Baseline | None = getattr(baselines, name, None)
    if found is None or found.cost_eur is None or found.co2e_kg is None:
        return None
    more = {"energy_mj": found.groupage_mj, "road_tkm": found.groupage_tkm}
    return measures(scenario, found.plans, cost_eur=found.cost_eur, co2e_kg=found.co2e_kg, **more), found.heuristic


def _against(target: Target, mine: Measures, other: tuple[Measures, bool] | None, reason: str) -> dict[str, Any]:
    if other is None:
        return _null(reason)
    value = getattr(other[0], target.name)
    found: dict[str, Any] = {
        "value": _rounded(value),
        "change": None,
        "reached": None,
        "heuristic": other[1],
        "reason": "",
    }
    own = getattr(mine, target.name)
    if own is None:
        return found | {"reason": f"this plan: {target.nothing}"}
    if value is None:
        return found | {"reason": f"the baseline: {target.nothing}"}
    if target.level:
        return found | {"reason": "a level: compare the values"}
    if not value:
        return found | {"reason": "the baseline has none, so there is no relative change"}
    change = own / value - 1
    return found | {"change": _rounded(change), "reached": _reached(target, change)}


def _null(reason: str) -> dict[str, Any]:
    return {"value": None, "change": None, "reached": None, "heuristic": None, "reason": reason}


def _reached(target: Target, value: float | None) -> bool | None:
    if value is None:
        return None
    return value <= target.target + _NOISE if target.target < 0 else value >= target.target - _NOISE


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, _DIGITS)


@dataclass(frozen=True, slots=True)
class BoardCell:
    """A comparison of the board in words; ``css`` colours the verdict."""

    change: str
    verdict: str
    css: str
    value: str
    reason: str


@dataclass(frozen=True, slots=True)
class BoardRow:
    """A row of the board in words."""

    label: str
    target: str
    value: str
    verdict: str
    css: str
    cells: tuple[BoardCell, ...]


def board_row(row: Mapping[str, Any]) -> BoardRow:
    """A row of run.json's ``board`` as people read it."""
    verdict, css = _verdict(row["reached"])
    return BoardRow(
        row["label"],
        target_text(row),
        value_text(row, row["value"]),
        verdict,
        css,
        tuple(_cell(row, row["against"][name]) for name in BASELINES),
    )


def _cell(row: Mapping[str, Any], found: Mapping[str, Any]) -> BoardCell:
    value = "" if found["value"] is None else value_text(row, found["value"])
    if found["change"] is None:
        return BoardCell("", "", "", value, "" if value and row["target_is"] == "level" else found["reason"])
    verdict, css = _verdict(found["reached"])
    hedge = "" if not found["heuristic"] else "at best " if row["kpi"] == "cost_eur" else "about "
    return BoardCell(f"{hedge}{100 * found['change']:+.1f} %", verdict, css, value, "")


def _verdict(reached: bool | None) -> tuple[str, str]:
    if reached is None:
        return "", ""
    return ("reached", "good") if reached else ("missed", "warn")


def target_text(row: Mapping[str, Any]) -> str:
    """A target in words: ``-20 %``, or ``75 %`` for a level."""
    sign = "" if row["target_is"] == "level" else "+"
    return f"{100 * row['target']:{sign}.0f} %"


def value_text(row: Mapping[str, Any], value: float | None) -> str:
    """A measured value with its unit."""
    if value is None:
        return "–"
    if row["unit"] == "share":
        return percent(value)
    return f"{thousands(value, 2 if row['unit'] == 'EUR/t' else 0)} {row['unit']}"
