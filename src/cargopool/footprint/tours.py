"""Price of tours: every kilometre, hour and megajoule of the vehicles, and what that makes of a plan's totals."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from cargopool.footprint.carriers import intensity, link_countries
from cargopool.footprint.energy import vehicle_evidence, vehicle_line
from cargopool.footprint.external import counted_cents
from cargopool.footprint.items import Charge, Element, charge, element, group, number
from cargopool.footprint.objective import lateness_cents, time_value_cents, weighted_cents
from cargopool.footprint.outside_tours import estimated_external_lines, tour_external_lines
from cargopool.footprint.pricing import Priced, PricedPlan
from cargopool.footprint.road import distance_text, slope_text
from cargopool.model.energy import distance_factor
from cargopool.model.equipment import RoadVehicle
from cargopool.model.place import RoadLink
from cargopool.model.plan import CostLine, Move, Plan, PlannedUnit, Tce, Totals
from cargopool.model.quantity import quantity_of
from cargopool.model.scenario import Scenario
from cargopool.model.tours import TourTask, VehicleTour
from cargopool.rules.drayage import delivered_by_tours, tour_loads
from cargopool.rules.roads import road_link
from cargopool.units import KG_PER_TONNE, METRES_PER_KM, MINUTES_PER_HOUR, MJ_PER_KWH, carbon_cents, cents, share_out

ESTIMATED_COSTS = frozenset(
    {
        "collection",
        "delivery",
        "haulage_fixed",
        "haulage_km",
        "haulage_empty_km",
        "haulage_hours",
        "haulage_toll",
        "haulage_shuttle",
        "haulage_minimum",
    }
)
"""Cost lines in whose place those of the tours stand."""

ESTIMATED_TCES = frozenset({"collection", "delivery", "haulage", "haulage_load"})
"""Elements in whose place those of the tours stand."""


def tour_legs(scenario: Scenario, tour: VehicleTour) -> list[RoadLink | None]:
    """The road from each stop to the next; None where the vehicle stays.

    Raises
    ------
    ValueError
        When no road joins two stops.
    """
    found: list[RoadLink | None] = []
    for here, there in pairwise(tour.stops):
        link = None if here.place == there.place else road_link(scenario, here.place, there.place)
        if link is None and here.place != there.place:
            raise ValueError(f"no road from {here.place} to {there.place}")
        found.append(link)
    return found


def leg_mj(scenario: Scenario, vehicle: RoadVehicle, km: float, kg: int) -> float:
    """Energy of so many kilometres with so much on board."""
    line, driven = vehicle_line(scenario, vehicle), distance_factor(scenario.factors, "road")
    return km * driven * (line.mj_per_km_empty + line.slope * kg)


def battery_mj(scenario: Scenario, plan: Plan, tour: VehicleTour) -> list[float] | None:
    """MJ in the battery when the vehicle leaves each of its stops; None without a battery that may run out."""
    row = scenario.fleet.get(tour.fleet)
    if row is None or row.battery_kwh is None:
        return None
    vehicle, left = scenario.vehicles[tour.vehicle], [row.battery_kwh * MJ_PER_KWH]
    for link, kg, stop in zip(
        tour_legs(scenario, tour), tour_loads(scenario, plan, tour), tour.stops[1:], strict=False
    ):
        used = leg_mj(scenario, vehicle, link.km, kg) if link is not None else 0.0
        left.append(left[-1] - used + stop.charge_mj)
    return left


def price_tour(scenario: Scenario, plan: Plan, tour: VehicleTour) -> Priced:
    """Cost lines and the element of one tour, owner ``tour:<id>``.

    Raises
    ------
    KeyError, ValueError
        When the tour names a thing that scenario or plan has not, or a road that does not exist.
    """
    vehicle = scenario.vehicles[tour.vehicle]
    legs = list(zip(tour_legs(scenario, tour), tour_loads(scenario, plan, tour), strict=False))
    ways = [(link, kg) for link, kg in legs if link is not None]
    made = group(scenario.objective, _charges(scenario, tour, vehicle, ways), (_element(scenario, vehicle, ways),))
    owner = f"tour:{tour.id}"
    return Priced(tuple(c.line(owner) for c in made.charges), tuple(e.tce(owner) for e in made.elements))


def _charges(
    scenario: Scenario, tour: VehicleTour, vehicle: RoadVehicle, ways: Sequence[tuple[RoadLink, int]]
) -> list[Charge]:
    trust = vehicle.provenance.confidence
    loaded = round(sum(link.km for link, kg in ways if kg > 0), 1)
    empty = round(sum(link.km for link, kg in ways if kg <= 0), 1)
    minutes = tour.stops[-1].end_min - tour.log[0].start_min if tour.log else 0
    found = [
        charge("tour_fixed", f"1 x {number(vehicle.eur_fixed)} EUR", vehicle.eur_fixed, confidence=trust),
        charge(
            "tour_km",
            f"{number(loaded)} km x {number(vehicle.eur_per_km)} EUR/km",
            loaded * vehicle.eur_per_km,
            carbon_share=vehicle.km_carbon_share,
            confidence=trust,
        ),
        charge(
            "tour_empty_km",
            f"{number(empty)} km x {number(vehicle.eur_per_empty_km)} EUR/km",
            empty * vehicle.eur_per_empty_km,
            carbon_share=vehicle.km_carbon_share,
            confidence=trust,
        ),
        charge(
            "tour_hours",
            f"{minutes} min/60 x {number(vehicle.eur_per_h)} EUR/h",
            minutes / MINUTES_PER_HOUR * vehicle.eur_per_h,
            confidence=trust,
        ),
        *_tolls(scenario, vehicle, ways),
    ]
    for link, _ in ways:
        if link.shuttle:
            fare = scenario.factors.shuttle_eur[link.shuttle]
            found.append(charge("tour_shuttle", f"{link.shuttle} fare {number(fare)} EUR", fare, confidence=trust))
    so_far, least = sum(c.cents for c in found), cents(vehicle.min_eur)
    if so_far < least:
        what = f"{number(vehicle.min_eur)} EUR minimum - {number(so_far / 100)} EUR"
        found.append(Charge("tour_minimum", what, least - so_far, 0, trust))
    return found


def _countries(scenario: Scenario, ways: Sequence[tuple[RoadLink, int]]) -> dict[str, float]:
    found: dict[str, float] = defaultdict(float)
    for link, _ in ways:
        for country, km in link_countries(scenario, link):
            found[country] += km
    return {country: round(km, 1) for country, km in sorted(found.items())}


def _tolls(scenario: Scenario, vehicle: RoadVehicle, ways: Sequence[tuple[RoadLink, int]]) -> list[Charge]:
    """Tolls of every kilometre, empty ones too: a tour knows them."""
    return [
        charge(
            "tour_toll",
            f"{country}: {number(km)} km x {number(rate)} EUR/km",
            km * rate,
            carbon_share=vehicle.toll_carbon_share.get(country, 0.0),
            confidence=vehicle.provenance.confidence,
        )
        for country, km in _countries(scenario, ways).items()
        if (rate := vehicle.toll_eur_per_km.get(country, 0.0))
    ]


def _element(scenario: Scenario, vehicle: RoadVehicle, ways: Sequence[tuple[RoadLink, int]]) -> Element:
    km = round(sum(link.km for link, _ in ways), 1)
    kg_km = sum(link.km * kg for link, kg in ways)
    line, driven = vehicle_line(scenario, vehicle), distance_factor(scenario.factors, "road")
    countries = tuple(_countries(scenario, ways).items())
    return element(
        "tour",
        f"({number(km)} km x {number(line.mj_per_km_empty)} MJ/km + {number(kg_km)} kg-km x {slope_text(line)})"
        f"{distance_text(driven)}",
        mode="road",
        carrier=vehicle.carrier,
        km=km,
        energy_mj=sum(leg_mj(scenario, vehicle, link.km, kg) for link, kg in ways),
        intensity=intensity(scenario, vehicle.carrier, countries),
        confidence=vehicle.provenance.confidence,
        evidence=vehicle_evidence(scenario, vehicle),
        countries=countries,
        tkm=kg_km / KG_PER_TONNE,
    )


def price_tours(scenario: Scenario, plan: Plan) -> PricedPlan:
    """Lines and elements of a plan's tours, and the plan's totals with them in the place of the estimates.

    Lateness and value of time are those of the real deliveries, external costs those of the tours' kilometres and
    loads; what is unserved costs as before.
    """
    priced = [price_tour(scenario, plan, tour) for tour in plan.tours]
    lines = tuple(line for one in priced for line in one.lines)
    tces = tuple(tce for one in priced for tce in one.tces)
    return PricedPlan(lines, tces, totals_with_tours(scenario, plan, lines, tces))


def totals_with_tours(scenario: Scenario, plan: Plan, lines: Sequence[CostLine], tces: Sequence[Tce]) -> Totals:
    """Totals of a plan whose estimates give way to these lines and elements."""
    money = [*(line for line in plan.cost_lines if line.kind not in ESTIMATED_COSTS), *lines]
    gases = [*(tce for tce in plan.tces if tce.kind not in ESTIMATED_TCES), *tces]
    grams = sum(tce.grams * tce.count for tce in gases)
    delivered = delivered_by_tours(scenario, plan)
    late = waited = 0
    for one in plan.itineraries:
        shipment = scenario.shipments[one.shipment]
        end = delivered.get((one.shipment, one.part), one.delivered_min)
        late += lateness_cents(shipment, one.atoms, max(0, end - shipment.due_min))
        waited += time_value_cents(shipment, one.atoms, end - shipment.ready_min)
    return Totals(
        cost_cents=sum(line.cents * line.count for line in money),
        weighted_cost_cents=sum(weighted_cents(scenario.objective, line) * line.count for line in money),
        co2e_grams=grams,
        energy_mj=sum(tce.energy_mj * tce.count for tce in gases),
        carbon_cents=carbon_cents(grams, scenario.objective.carbon_price_eur_per_t),
        lateness_cents=late,
        time_value_cents=waited,
        unserved_cents=plan.totals.unserved_cents,
        external_cents=plan.totals.external_cents + _external_change(scenario, plan),
    )


def _external_change(scenario: Scenario, plan: Plan) -> int:
    """Cents by which what the objective counts of external costs is more with the tours than by the estimates."""
    if scenario.objective.external_costs != "internalise":
        return 0
    real, thought = tour_external_lines(scenario, plan), estimated_external_lines(scenario, plan)
    return counted_cents(scenario.objective, real) - counted_cents(scenario.objective, thought)


def with_tours(scenario: Scenario, plan: Plan, tours: tuple[VehicleTour, ...]) -> Plan:
    """The plan with tours and their prices."""
    bare = replace(plan, tours=tours)
    priced = price_tours(scenario, bare)
    return replace(bare, tour_lines=priced.lines, tour_tces=priced.tces, tour_totals=priced.totals)


def at_plan_rates(scenario: Scenario, plan: Plan) -> Scenario:
    """The scenario as the plan took it: estimates of drayage at the plan's rates, tours with its lead times."""
    if not plan.drayage_rates and not plan.lead_times:
        return scenario
    rates = {(str(rate.kind), rate.door, rate.hub): rate.factor for rate in plan.drayage_rates}
    leads: dict[str, dict[tuple[str, str], int]] = {"pallets": {}, "units": {}}
    for lead in plan.lead_times:
        leads[lead.way][lead.shipment, lead.hub] = lead.minutes
    drayage = replace(scenario.drayage, rates=rates, lead_min=leads["pallets"], haulage_lead_min=leads["units"])
    return replace(scenario, drayage=drayage)


@dataclass(frozen=True, slots=True)
class TourShare:
    """What a part bears of a tour that carries it, by mass x shortest road between door and hub.

    Attributes
    ----------
    kind, door, hub : str
        Collection, delivery or unit haulage that the tour carries out for it.
    unit : str
        The load unit hauled; empty for pallets.
    cents, grams : int
        Shares of a tour add up to its money and CO2e.
    """

    tour: str
    kind: str
    door: str
    hub: str
    shipment: str
    part: int
    unit: str
    cents: int
    grams: int


def share_tours(scenario: Scenario, plan: Plan) -> tuple[TourShare, ...]:
    """Share money and CO2e of every tour among the parts that it carries."""
    moves = {use.move.id: use.move for use in plan.moves}
    units = {unit.id: (unit, moves[unit.move]) for unit in plan.units}
    spent: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for line in plan.tour_lines:
        spent[line.owner][0] += line.cents * line.count
    for tce in plan.tour_tces:
        spent[tce.owner][1] += tce.grams * tce.count
    found: list[TourShare] = []
    for tour in plan.tours:
        weights: dict[str, int] = defaultdict(int)
        legs: dict[str, tuple[str, str, str, str, int, str]] = {}
        for leg, kg in _carried(scenario, tour, units):
            key = "\t".join(map(str, leg))
            link = road_link(scenario, leg[1], leg[2])
            legs[key] = leg
            weights[key] += max(1, kg) * round((link.km if link else 0.0) * METRES_PER_KM)
        money, grams = spent[f"tour:{tour.id}"]
        cents_of, grams_of = share_out(money, weights), share_out(grams, weights)
        found += [TourShare(tour.id, *legs[key], cents_of[key], grams_of[key]) for key in weights]
    return tuple(found)


def _carried(
    scenario: Scenario, tour: VehicleTour, units: Mapping[str, tuple[PlannedUnit, Move]]
) -> Iterator[tuple[tuple[str, str, str, str, int, str], int]]:
    """(kind, door, hub, shipment, part, unit) of what a tour carries, with its kg, once for each load."""
    ends: dict[str | tuple[str, int, int], list[str]] = defaultdict(list)
    tasks: dict[str | tuple[str, int, int], TourTask] = {}
    for stop in tour.stops:
        if stop.task is not None:
            key: str | tuple[str, int, int] = stop.task.unit or (
                stop.task.shipment,
                stop.task.part,
                stop.task.first_atom,
            )
            tasks.setdefault(key, stop.task)
            ends[key].append(stop.place)
    for load, task in tasks.items():
        door = next((place for place in ends[load] if place in scenario.doors), "")
        hub = next((place for place in ends[load] if place in scenario.hubs), "")
        if not task.unit:
            kind = "collection" if ends[load][0] == door else "delivery"
            size = quantity_of(scenario.shipments[task.shipment], task.first_atom, task.atoms)
            yield (kind, door, hub, task.shipment, task.part, ""), size.kg
            continue
        unit, move = units[task.unit]
        kind = "haulage_out" if move.origin == door else "haulage_in"
        for content in unit.contents:
            size = quantity_of(scenario.shipments[content.shipment], content.first_atom, content.atoms)
            yield (kind, door, hub, content.shipment, content.part, unit.id), size.kg
