"""Energy rates of a scenario's trucks and services, kept per scenario, with what they rest on."""

from __future__ import annotations

from typing import NamedTuple

from cargopool.model.energy import Derived, TruckLine, mj_per_gross_tkm, mj_per_teu_km, truck_line
from cargopool.model.equipment import RoadVehicle
from cargopool.model.place import Provenance
from cargopool.model.scenario import Factors, Scenario
from cargopool.model.service import Service
from cargopool.rules.index import index_of

DATA_WORDS: dict[str, str] = {
    "primary": "energy figures of the operator, or read in the text named as source",
    "modelled": "energy worked out from physical inputs and factors that have a source",
    "default": "energy from memory, invented, or contradicted by another source",
}
"""What the energy of an element rests on, best first."""

_DOUBTFUL = ("memory", "synthetic", "inconsistent")


class Evidence(NamedTuple):
    """What an energy figure rests on: a word of `DATA_WORDS`, and the source in words."""

    data: str
    source: str


OWN = Evidence("primary", "")


class ServiceRate(NamedTuple):
    """Energy of a service per unit of what is allocated by.

    Attributes
    ----------
    mj_per_gross_tkm, mj_per_teu_km : float
        The one that the factor set allocates by; the other is 0.
    what : str
        How it was worked out; empty when it was given.
    evidence : Evidence
    """

    mj_per_gross_tkm: float
    mj_per_teu_km: float
    what: str
    evidence: Evidence


def evidence_of(confidence: str, source: str, *, worked_out: bool = False) -> Evidence:
    """Word and source of an energy figure whose weakest input is known that well."""
    if confidence in _DOUBTFUL:
        return Evidence("default", source)
    return Evidence("modelled" if worked_out or confidence == "derived" else "primary", source)


def stated_evidence(row: Provenance, confidence: str, source: str) -> Evidence:
    """What a figure rests on that is given as it is: its own words, else those of its row."""
    if confidence or source:
        return evidence_of(confidence or row.confidence, source)
    return evidence_of(row.confidence, row.source)


def vehicle_line(scenario: Scenario, vehicle: RoadVehicle) -> TruckLine:
    """MJ per km of a vehicle."""
    memo = index_of(scenario).memo
    found: TruckLine | None = memo.get(("truck line", vehicle.id))
    if found is None:
        found = memo["truck line", vehicle.id] = truck_line(scenario.factors, vehicle)
    return found


def vehicle_evidence(scenario: Scenario, vehicle: RoadVehicle) -> Evidence:
    """What a vehicle's energy rests on."""
    factors, physical = scenario.factors, vehicle.energy
    known = factors.trucks.get(physical.truck_class) if physical is not None else None
    if known is None or (vehicle.mj_per_km_empty and vehicle.mj_per_km_full):
        return stated_evidence(
            vehicle.provenance, physical.confidence if physical else "", physical.source if physical else ""
        )
    rows = [known.provenance, *_rows(factors, f"truck_energy_ratio.{vehicle.carrier}")]
    return _worked_out(rows)


def service_rate(scenario: Scenario, service: Service) -> ServiceRate:
    """Energy of a service as the factor set allocates it."""
    memo = index_of(scenario).memo
    found: ServiceRate | None = memo.get(("service rate", service.id))
    if found is None:
        found = memo["service rate", service.id] = _service_rate(scenario.factors, service)
    return found


def run_rate(scenario: Scenario, service: Service) -> Derived:
    """MJ per gross tonne-km of a whole run, whatever energy is allocated by."""
    return mj_per_gross_tkm(scenario.factors, service)


def factor_evidence(scenario: Scenario, name: str, *, worked_out: bool = False) -> Evidence:
    """What one figure of the factor set rests on; without a row it is the scenario's own."""
    rows = _rows(scenario.factors, name)
    return evidence_of(rows[0].confidence, rows[0].source, worked_out=worked_out) if rows else OWN


def _service_rate(factors: Factors, service: Service) -> ServiceRate:
    rate = mj_per_gross_tkm(factors, service)
    evidence = _service_evidence(factors, service)
    if factors.allocation == "tkm":
        return ServiceRate(rate.value, 0.0, rate.what, evidence)
    what = f"{rate.what or f'{rate.value:g} MJ/tkm'} x {factors.gross_t_per_teu:g} t/TEU" if rate.value else ""
    return ServiceRate(0.0, mj_per_teu_km(factors, service), what, evidence)


def _service_evidence(factors: Factors, service: Service) -> Evidence:
    physical = service.energy
    if physical is None:
        return stated_evidence(service.provenance, "", "")
    if service.mj_per_gross_tkm:
        own = stated_evidence(service.provenance, physical.confidence, physical.source)
        return own if physical.water_share >= 1 or own.data != "primary" else Evidence("modelled", own.source)
    if physical.train_gross_t > 0:
        names = ["train_wh_per_gross_tkm"] + ([] if service.carrier == "electricity" else ["diesel_train_ratio"])
        return _worked_out([row for name in names for row in _rows(factors, name)])
    vessel = factors.vessels.get(physical.vessel)
    rows = [vessel.provenance] if vessel is not None else []
    if physical.direction != "both":
        rows += _rows(factors, f"barge_direction.{physical.direction}")
    return _worked_out(rows)


def _rows(factors: Factors, name: str) -> list[Provenance]:
    row = factors.provenance.get(name)
    return [] if row is None else [row]


def _worked_out(rows: list[Provenance]) -> Evidence:
    """Evidence of what rests on several rows: the weakest word, every source once."""
    weakest = next((row.confidence for row in rows if row.confidence in _DOUBTFUL), "derived")
    return evidence_of(weakest, "; ".join(dict.fromkeys(row.source for row in rows if row.source)), worked_out=True)
