"""The state of the world upon services: low water on the Rhine, closed lines."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from cargopool.model.energy import ServiceEnergy
from cargopool.model.place import Provenance
from cargopool.model.scenario import Scenario
from cargopool.model.service import LegCapacity, Service, Surcharge
from cargopool.units import MINUTES_PER_WEEK

SHARE_PER_CM, SHARE_AT_ZERO = 0.004, -0.04
"""Barge capacity share of full load = 0.004 x Kaub gauge (cm) - 0.04: a line through published points."""

NO_DUTY_UP_TO_CM = 80
"""Up to this gauge at Kaub operators have no duty to carry: contracted slots lapse, what is left is sold."""

SUSPENDED_BELOW_CM = 40
"""Below this gauge at Kaub container lines do not pass."""

LAST_ARRIVAL_WEEKS = 8
"""Surcharges hold so many weeks beyond the horizon."""


class WaterFacts(Protocol):
    """What the reference set knows of low water."""

    @property
    def rhine(self) -> Mapping[str, str]:
        """``above_kaub`` or ``below_kaub`` by hub id."""

    @property
    def low_water(self) -> Sequence[Band]:
        """Surcharge bands of the Kaub gauge."""


class Band(Protocol):
    """A band of the surcharge table."""

    @property
    def from_cm(self) -> int:
        """Lower end of the band."""

    @property
    def to_cm(self) -> int:
        """Upper end of the band."""

    @property
    def eur_20ft(self) -> float:
        """EUR per 20 ft container."""

    @property
    def eur_40ft(self) -> float:
        """EUR per 40 ft container."""

    @property
    def provenance(self) -> Provenance:
        """Source of the band."""


def kaub_capacity_share(gauge_cm: float) -> float:
    """Share of a full load that a Rhine barge carries past Kaub, from 0 (suspended) to 1."""
    if gauge_cm < SUSPENDED_BELOW_CM:
        return 0.0
    return min(1.0, max(0.0, SHARE_PER_CM * gauge_cm + SHARE_AT_ZERO))


def passes_kaub(service: Service, rhine: Mapping[str, str]) -> bool:
    """Whether a barge service calls on both sides of Kaub."""
    sides = {rhine.get(stop.hub, "") for stop in service.stops}
    return service.mode == "barge" and {"above_kaub", "below_kaub"} <= sides


def apply_conditions(
    scenario: Scenario, facts: WaterFacts, *, kaub_gauge_cm: float | None = None, closed: Collection[str] = ()
) -> Scenario:
    """Scenario under low water and with closed services.

    Parameters
    ----------
    scenario : Scenario
        Its services keep their order.
    facts : WaterFacts
        The reference set.
    kaub_gauge_cm : float or None
        Gauge at Kaub; scales capacity, allotments, and all slots together, of barge services that pass it (rounded
        down), and adds the low-water surcharge of its band. Up to 80 cm there is no duty to carry: paid slots lapse,
        and what room is left is sold with the spot slots. The vessels take more energy per tonne-km
        (`cargopool.model.energy`). Below 40 cm the services do not run.
    closed : collection of str
        Ids of services that do not run.
    """
    services = {name: service for name, service in scenario.services.items() if name not in closed}
    if kaub_gauge_cm is None:
        return replace(scenario, services=services)
    share = kaub_capacity_share(kaub_gauge_cm)
    passing = {name for name, service in services.items() if passes_kaub(service, facts.rhine)}
    bound = kaub_gauge_cm > NO_DUTY_UP_TO_CM
    kept = {
        name: _loaded_to(service, share, bound=bound) if name in passing else service
        for name, service in services.items()
        if share > 0 or name not in passing
    }
    extra = _surcharge(scenario, facts.low_water, kaub_gauge_cm, frozenset(passing & kept.keys()))
    told = _noted(scenario.notes, kaub_gauge_cm, share, len(passing)) if passing and share < 1 else scenario.notes
    return replace(scenario, services=kept, surcharges=(*scenario.surcharges, *extra), notes=told)


def _noted(notes: str, gauge_cm: float, share: float, lines: int) -> str:
    """The notes with what low water does, so that a run folder still says it."""
    what = f"Kaub at {gauge_cm:g} cm: {lines} barge services past it "
    if share <= 0:
        what += "do not run."
    else:
        what += f"at {100 * share:.0f} % of a full load"
        what += ", no duty to carry." if gauge_cm <= NO_DUTY_UP_TO_CM else "."
    return f"{notes} {what}".strip()


def _loaded_to(service: Service, share: float, *, bound: bool) -> Service:
    def part(value: int | None) -> int | None:
        return None if value is None else int(value * share + 1e-9)

    capacity = service.capacity
    scaled = LegCapacity(
        teu_milli=part(capacity.teu_milli),
        units=part(capacity.units),
        gross_tonnes=part(capacity.gross_tonnes),
        length_m=capacity.length_m,
        plugs=capacity.plugs,
    )
    allotment = int(service.allotment_units * share + 1e-9) if bound else 0
    spot = service.spot_units
    if spot is not None:
        spot = int((service.allotment_units + spot) * share + 1e-9) - allotment
    energy = replace(service.energy or ServiceEnergy(), water_share=share) if share < 1 else service.energy
    return replace(service, capacity=scaled, allotment_units=allotment, spot_units=spot, energy=energy)


def _surcharge(
    scenario: Scenario, bands: Sequence[Band], gauge_cm: float, services: frozenset[str]
) -> tuple[Surcharge, ...]:
    band = next((band for band in bands if band.from_cm <= gauge_cm < band.to_cm + 1), None)
    if band is None or not services:
        return ()
    per_teu = band.eur_40ft - band.eur_20ft
    return (
        Surcharge(
            id="low-water-kaub",
            mode="barge",
            services=services,
            start_min=0,
            end_min=scenario.horizon.minutes + LAST_ARRIVAL_WEEKS * MINUTES_PER_WEEK,
            eur_per_unit=band.eur_20ft - per_teu,
            eur_per_teu=per_teu,
            provenance=band.provenance,
        ),
    )
