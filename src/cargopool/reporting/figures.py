"""Key figures of a plan: one calculation for run.json, kpis.json, terminal and report."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from cargopool.footprint.executing import road_km
from cargopool.model.plan import CostLine, Plan, RoadStage, Tce
from cargopool.model.scenario import Scenario
from cargopool.reporting.loads import leg_loads, mode_of, stage_km, unit_loads
from cargopool.units import GRAMS_PER_KG, KG_PER_TONNE, eur

INTERMODAL = ("rail", "barge", "sea")


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What a planner counts.

    Attributes
    ----------
    served, unserved, late : int
        Shipments.
    load_units, trucks, haulages : int
        Planned units that carry cargo, trucks on road moves, unit-haulage trips of door moves.
    load_factor : float
        Mean fill of the fullest dimension over loose-freight units, 0 when there are none.
    tkm_by_mode : mapping of mode to tonne-km
        Cargo tonne-km of main runs, haulage included under road, collection tours left out.
    intermodal_share_tkm : float
        Share of these on rail, barge and sea.
    departures, full_departures, charters : int
        Departures ridden, those of them with a leg that takes no further unit, charter runs operated.
    loaded_km, empty_km : float
        Kilometres of road trucks and unit haulage; with round trips and empty moves where there are any.
    """

    served: int
    unserved: int
    late: int
    load_units: int
    trucks: int
    haulages: int
    load_factor: float
    tkm_by_mode: Mapping[str, float]
    intermodal_share_tkm: float
    departures: int
    full_departures: int
    charters: int
    pooled_units: int
    loaded_km: float
    empty_km: float

    def as_dict(self) -> dict[str, float | int | dict[str, float]]:
        """The figures under the names of kpis.json."""
        return {
            "served": self.served,
            "unserved": self.unserved,
            "late": self.late,
            "load_units": self.load_units,
            "pooled_units": self.pooled_units,
            "trucks": self.trucks,
            "haulages": self.haulages,
            "load_factor": round(self.load_factor, 6),
            "intermodal_share_tkm": round(self.intermodal_share_tkm, 6),
            "tkm_by_mode": {mode: round(value, 3) for mode, value in sorted(self.tkm_by_mode.items())},
            "departures": self.departures,
            "full_departures": self.full_departures,
            "charters": self.charters,
            "loaded_km": self.loaded_km,
            "empty_km": self.empty_km,
        }


def count(scenario: Scenario, plan: Plan) -> Figures:
    """Count the key figures of a plan."""
    loads = [load for load in unit_loads(scenario, plan) if load.unit.contents]
    fills = [load.fill for load in loads if not load.sealed]
    tkm: dict[str, float] = defaultdict(float)
    for load in loads:
        for stage in load.move.stages:
            tkm[mode_of(scenario, stage)] += stage_km(scenario, stage) * load.kg / KG_PER_TONNE
    total_tkm = sum(tkm.values())
    loaded_km, empty_km = road_km(scenario, plan)
    legs = leg_loads(scenario, plan)
    runs = {(leg.service, leg.run_date) for leg in legs if leg.run_date}
    full = {(leg.service, leg.run_date) for leg in legs if leg.fill is not None and leg.fill >= 1}
    shippers = [{scenario.shipments[c.shipment].shipper for c in load.unit.contents} for load in loads]
    return Figures(
        served=len({itinerary.shipment for itinerary in plan.itineraries}),
        unserved=len(plan.unserved),
        late=len({itinerary.shipment for itinerary in plan.itineraries if itinerary.late_min > 0}),
        load_units=len(loads),
        pooled_units=sum(len(found) > 1 for found in shippers),
        trucks=sum(use.count for use in plan.moves if use.move.kind == "road"),
        haulages=sum(
            use.count
            for use in plan.moves
            for stage in use.move.stages
            if isinstance(stage, RoadStage) and stage.purpose != "main"
        ),
        load_factor=sum(fills) / len(fills) if fills else 0.0,
        tkm_by_mode=dict(tkm),
        intermodal_share_tkm=sum(tkm[mode] for mode in INTERMODAL) / total_tkm if total_tkm else 0.0,
        departures=len(runs),
        full_departures=len(full),
        charters=len(plan.charters),
        loaded_km=loaded_km,
        empty_km=empty_km,
    )


def eur_by_kind(lines: tuple[CostLine, ...]) -> dict[str, float]:
    """Cost lines added up by kind, the dearest first."""
    totals: dict[str, int] = defaultdict(int)
    for line in lines:
        totals[line.kind] += line.cents * line.count
    return {kind: eur(amount) for kind, amount in sorted(totals.items(), key=lambda item: (-item[1], item[0]))}


def co2e_kg_by_kind(elements: tuple[Tce, ...]) -> dict[str, float]:
    """Transport chain elements added up by kind, the largest first."""
    totals: dict[str, int] = defaultdict(int)
    for element in elements:
        totals[element.kind] += element.grams * element.count
    return {k: grams / GRAMS_PER_KG for k, grams in sorted(totals.items(), key=lambda item: (-item[1], item[0]))}


def co2e_kg_by_mode(elements: tuple[Tce, ...]) -> dict[str, float]:
    """Transport chain elements added up by mode, the largest first."""
    totals: dict[str, int] = defaultdict(int)
    for element in elements:
        totals[element.mode or "hub"] += element.grams * element.count
    return {k: grams / GRAMS_PER_KG for k, grams in sorted(totals.items(), key=lambda item: (-item[1], item[0]))}
