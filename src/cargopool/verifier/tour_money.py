"""Tours: their cost lines, elements and the plan's totals with them."""

from __future__ import annotations

from math import isclose

from cargopool.footprint.tours import price_tour, totals_with_tours
from cargopool.model.plan import CostLine, Tce
from cargopool.model.tours import LEAST_RATE, MOST_RATE, NEVER_MIN, VehicleTour
from cargopool.verifier.case import Case
from cargopool.verifier.money import compare_elements, compare_lines
from cargopool.verifier.tours import TourCase, tour_path

_CLOSE = 1e-9


def check_tour_money(case: Case, tours: TourCase | None, totals_sound: bool) -> None:
    """Price every tour again; compare lines, elements and totals."""
    lines: list[CostLine] = []
    tces: list[Tce] = []
    whole = True
    for tour in [] if tours is None else tours.tours:
        whole &= _price(case, tour, lines, tces)
    compare_lines(case, "tour_lines", case.plan.tour_lines, lines, ("V330", "V331", "V332"))
    compare_elements(case, "tour_tces", case.plan.tour_tces, tces, ("V333", "V334", "V335"))
    claimed = case.plan.tour_totals
    if claimed is None:
        if case.plan.tours:
            case.say("V336", "tour_totals", "a plan with tours has totals with them")
        return
    if not (totals_sound and whole and case.complete):
        return
    real = totals_with_tours(case.scenario, case.plan, lines, tces)
    for name in (
        "cost_cents",
        "weighted_cost_cents",
        "co2e_grams",
        "carbon_cents",
        "lateness_cents",
        "time_value_cents",
        "unserved_cents",
        "external_cents",
    ):
        if getattr(claimed, name) != getattr(real, name):
            case.say("V336", f"tour_totals.{name}", f"{getattr(claimed, name)}, not {getattr(real, name)}")
    if not isclose(claimed.energy_mj, real.energy_mj, rel_tol=_CLOSE, abs_tol=1e-6):
        case.say("V336", "tour_totals.energy_mj", f"{claimed.energy_mj}, not {real.energy_mj}")


def _price(case: Case, tour: VehicleTour, lines: list[CostLine], tces: list[Tce]) -> bool:
    try:
        priced = price_tour(case.scenario, case.plan, tour)
    except (KeyError, ValueError, IndexError, ZeroDivisionError, TypeError, AttributeError) as problem:
        case.say("V229", tour_path(tour), str(problem)[:200])
        return False
    lines += priced.lines
    tces += priced.tces
    return True


def check_rates(case: Case) -> None:
    """Rates and lead times are of known doors, hubs and shipments, once each, and numbers that rounds give.

    Rounds give them with the tours that they rest on, so a plan without tours has none.
    """
    for name, given in (("drayage_rates", case.plan.drayage_rates), ("lead_times", case.plan.lead_times)):
        if given and not case.plan.tours:
            case.say("V337", name, f"{len(given)} in a plan without tours")
    seen: set[tuple[str, ...]] = set()
    for i, rate in enumerate(case.plan.drayage_rates):
        where = f"drayage_rates[{i}]"
        key: tuple[str, ...] = (rate.kind, rate.door, rate.hub)
        if rate.door not in case.scenario.doors or rate.hub not in case.scenario.hubs:
            case.say("V104", where, f"{rate.door[:60]} or {rate.hub[:60]}")
        if key in seen:
            case.say("V103", where, "this rate is listed twice")
        if not LEAST_RATE <= rate.factor <= MOST_RATE:
            case.say("V337", f"{where}.factor", f"{rate.factor}, not from {LEAST_RATE} to {MOST_RATE}")
        seen.add(key)
    for i, lead in enumerate(case.plan.lead_times):
        where = f"lead_times[{i}]"
        key = (lead.way, lead.shipment, lead.hub)
        if lead.shipment not in case.scenario.shipments or lead.hub not in case.scenario.hubs:
            case.say("V104", where, f"{lead.shipment[:60]} or {lead.hub[:60]}")
        if key in seen:
            case.say("V103", where, "this lead time is listed twice")
        if not 0 < lead.minutes <= NEVER_MIN:
            case.say("V337", f"{where}.minutes", f"{lead.minutes}, not from 1 to {NEVER_MIN}")
        seen.add(key)
