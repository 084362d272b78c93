"""External costs: what transport does to people who do not pay for it, by tonne-km and vehicle-km.

They are no money of the plan. One amount per stage and owner is rounded once; the report shares it over the
categories, the objective counts it whole where it is asked to (`Objective.external_costs`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from cargopool.footprint.carriers import ELECTRICITY
from cargopool.footprint.items import Group, number
from cargopool.model.scenario import Objective, Scenario
from cargopool.model.service import Service
from cargopool.rules.index import index_of
from cargopool.units import KG_PER_TONNE, round_half_even, share_out

CATEGORIES: dict[str, str] = {
    "accidents": "Accidents",
    "air_pollution": "Air pollution",
    "noise": "Noise",
    "congestion": "Congestion",
    "habitat": "Habitat damage",
    "climate": "Climate",
    "well_to_tank": "Well-to-tank",
}
"""Category to its meaning, in the order of reports."""

CLIMATE = frozenset({"climate", "well_to_tank"})
"""Categories that a carbon price pays already, well-to-wheel: they count only while it is 0."""

ROAD = "road"
GROUPS = (ROAD, "rail_electric", "rail_diesel", "barge", "sea")
"""Modes by which rates are known; trains by their traction."""

_WORDS = ("verified", "derived", "own", "memory", "synthetic", "inconsistent")
_SHARES = 10**9


@dataclass(frozen=True, slots=True, kw_only=True)
class ExternalLine:
    """External costs of one stage, by one owner: a use of a move for its vehicle-km, a part for its tonne-km.

    Attributes
    ----------
    owner : str
        ``move:<id>``, ``tour:<id>`` or ``part:<shipment>/<part>``, as of cost lines.
    what : str
        The formula in words and numbers.
    group : str
        Mode by which the rates are known, such as ``rail_electric``.
    km : float
        Kilometres of one use; of vehicles, empty ones included, where ``mass_kg`` is 0.
    cents : int
        Of one use, rounded once.
    by_category : mapping of category to cents
        ``cents`` shared in proportion to the rates by largest remainder.
    confidence : str
        Of the weakest rate.
    """

    owner: str
    what: str
    group: str
    km: float
    mass_kg: int
    cents: int
    count: int
    by_category: Mapping[str, int]
    confidence: str


class Rate(NamedTuple):
    """Rate of a stage, the categories that count added up.

    Attributes
    ----------
    group : str
    km : float
        Of the cargo.
    vehicle_km : float
        Of the vehicle, empty ones included.
    per_kg, per_use : float
        Cents per kg of cargo, and per use of the move, not rounded.
    internalised : bool
        Whether the objective counts them.
    """

    group: str
    km: float
    vehicle_km: float
    per_kg: float
    per_use: float
    internalised: bool

    def load_cents(self, kg: int) -> int:
        """Cents of so much cargo."""
        return round_half_even(self.per_kg * kg)

    @property
    def use_cents(self) -> int:
        """Cents of one use of the move."""
        return round_half_even(self.per_use)

    @property
    def objective_per_kg(self) -> float:
        """Cents per kg that the objective counts."""
        return self.per_kg if self.internalised else 0.0

    @property
    def objective_use_cents(self) -> int:
        """Cents per use that the objective counts."""
        return self.use_cents if self.internalised else 0


def counted_categories(objective: Objective) -> tuple[str, ...]:
    """Categories that are reported; none without external costs, no climate and well-to-tank under a carbon price."""
    if objective.external_costs == "none":
        return ()
    priced = objective.carbon_price_eur_per_t > 0
    return tuple(name for name in CATEGORIES if not (priced and name in CLIMATE))


def counted_cents(objective: Objective, lines: Iterable[ExternalLine]) -> int:
    """What the objective counts of these lines."""
    return sum(line.cents * line.count for line in lines) if objective.external_costs == "internalise" else 0


def service_group(service: Service) -> str:
    """Group of a scheduled service."""
    if service.mode == "rail":
        return "rail_electric" if service.carrier == ELECTRICITY else "rail_diesel"
    return service.mode


def _cents(scenario: Scenario, group: str, categories: Iterable[str], *, vehicle: bool) -> dict[str, float]:
    factors = scenario.factors
    table = factors.external_cents_per_vkm if vehicle else factors.external_cents_per_tkm
    found = {name: table.get(f"{group}_{name}", 0.0) * factors.external_uplift for name in categories}
    return {name: value for name, value in found.items() if value}


def _sums(scenario: Scenario, group: str) -> tuple[float, float, bool]:
    """Cents per tonne-km and per vehicle-km of a group, and whether the objective counts them."""
    memo = index_of(scenario).memo
    key = ("external", group)
    if key not in memo:
        names = counted_categories(scenario.objective)
        memo[key] = (
            sum(_cents(scenario, group, names, vehicle=False).values()),
            sum(_cents(scenario, group, names, vehicle=True).values()),
            scenario.objective.external_costs == "internalise",
        )
    found: tuple[float, float, bool] = memo[key]
    return found


def stage_rate(scenario: Scenario, group: str, km: float, vehicle_km: float = 0.0) -> Rate:
    """Rate of a stage over so many kilometres; vehicle-km count for trucks."""
    per_tkm, per_vkm, internalised = _sums(scenario, group)
    return Rate(group, km, vehicle_km, per_tkm * km / KG_PER_TONNE, per_vkm * vehicle_km, internalised)


def attach(scenario: Scenario, made: Group, group: str, km: float, vehicle_km: float = 0.0) -> Group:
    """The group of a stage with its external costs, where there are any."""
    rate = stage_rate(scenario, group, km, vehicle_km)
    if not rate.per_kg and not rate.per_use:
        return made
    return replace(made, external=(rate,), weighted_cents=made.weighted_cents + rate.objective_use_cents)


def pooled_rate(scenario: Scenario, km: float, empty_factor: float, usual_kg: float) -> Rate:
    """Rate of cargo that shares a truck usually laden with ``usual_kg``: its tonne-km and its part of the truck's."""
    per_tkm, per_vkm, internalised = _sums(scenario, ROAD)
    vehicle_km = km * (1 + empty_factor)
    per_kg = per_tkm * km / KG_PER_TONNE + (per_vkm * vehicle_km / usual_kg if usual_kg else 0.0)
    return Rate(ROAD, km, vehicle_km, per_kg, 0.0, internalised)


def worst_per_km(scenario: Scenario) -> tuple[float, float]:
    """Highest cents per tonne-km and per vehicle-km of any mode at any carbon price; 0 unless internalised."""
    if scenario.objective.external_costs != "internalise":
        return 0.0, 0.0
    groups = [_cents(scenario, group, CATEGORIES, vehicle=False) for group in GROUPS]
    return (
        max(sum(rates.values()) for rates in groups),
        sum(_cents(scenario, ROAD, CATEGORIES, vehicle=True).values()),
    )


def load_line(scenario: Scenario, rate: Rate, owner: str, kg: int) -> ExternalLine | None:
    """Line of a part on a stage; None where it comes to nothing."""
    cents = rate.load_cents(kg)
    if not cents:
        return None
    names = counted_categories(scenario.objective)
    rates = _cents(scenario, rate.group, names, vehicle=False)
    what = f"{kg} kg x 0.001 t/kg x {number(rate.km)} km x {_formula(scenario, rates)} ct/tkm"
    shares = {name: value * rate.km for name, value in rates.items()}
    if not rate.per_use and rate.vehicle_km and (trucks := _cents(scenario, rate.group, names, vehicle=True)):
        what += f" + its part of {number(rate.vehicle_km)} km of a shared truck x {_formula(scenario, trucks)} ct/km"
        whole = rate.per_kg * KG_PER_TONNE - sum(shares.values())
        for name, value in trucks.items():
            shares[name] = shares.get(name, 0.0) + whole * value / sum(trucks.values())
    return _line(scenario, rate, owner, what, rate.km, kg, cents, 1, shares)


def use_line(scenario: Scenario, rate: Rate, owner: str, count: int) -> ExternalLine | None:
    """Line of the vehicle-km of one use of a move; None where they come to nothing."""
    if not rate.use_cents:
        return None
    rates = _cents(scenario, rate.group, counted_categories(scenario.objective), vehicle=True)
    what = f"{number(rate.vehicle_km)} km x {_formula(scenario, rates)} ct/km"
    return _line(scenario, rate, owner, what, rate.vehicle_km, 0, rate.use_cents, count, rates)


def _formula(scenario: Scenario, rates: Mapping[str, float]) -> str:
    uplift = scenario.factors.external_uplift
    raw = " + ".join(f"{number(value / uplift)} {name.replace('_', ' ')}" for name, value in rates.items())
    return f"({raw}) x {number(uplift)}"


def _line(
    scenario: Scenario,
    rate: Rate,
    owner: str,
    what: str,
    km: float,
    kg: int,
    cents: int,
    count: int,
    shares: Mapping[str, float],
) -> ExternalLine:
    table = scenario.factors.provenance
    rows = [table[key].confidence for name in shares if (key := f"external.{rate.group}_{name}") in table]
    return ExternalLine(
        owner=owner,
        what=what,
        group=rate.group,
        km=km,
        mass_kg=kg,
        cents=cents,
        count=count,
        by_category=share_out(cents, {name: round(_SHARES * share) for name, share in shares.items()}),
        confidence=max(rows, key=lambda word: _WORDS.index(word) if word in _WORDS else len(_WORDS), default="own"),
    )
