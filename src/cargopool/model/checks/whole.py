"""Meaning of the scenario as a whole: horizon, objective, factors, scope."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cargopool.model.caps import lane_ends, members
from cargopool.model.checks.base import Checker, Range, plain, thousandths
from cargopool.model.checks.energy import check_energy_classes
from cargopool.model.scenario import EmissionCap

COST_KINDS = frozenset(
    {
        "road_fixed",
        "road_km",
        "road_empty_km",
        "road_hours",
        "toll",
        "shuttle",
        "road_standing",
        "road_minimum",
        "haulage_fixed",
        "haulage_km",
        "haulage_empty_km",
        "haulage_hours",
        "haulage_toll",
        "haulage_shuttle",
        "haulage_minimum",
        "tariff",
        "tariff_minimum",
        "surcharge",
        "lift",
        "storage_unit",
        "rental",
        "one_way",
        "cross_dock",
        "crossing",
        "storage_pallet",
        "collection",
        "delivery",
        "part_fee",
        "charter",
    }
)
"""Kinds of cost lines that ``objective.weights`` may name; a test keeps them in step with the footprint."""

_MAX_HORIZON_DAYS = 366
_SCOPE = (
    Range("event_depth", 0, 5),
    Range("max_departures", 1, 3),
    Range("max_moves", 1, 3),
    Range("bucket_min", 5, 1440),
    Range("hub_slack_h", 0, 168),
)
_OBJECTIVE = (
    Range("carbon_price_eur_per_t", 0, 1e5),
    Range("max_carbon_price_eur_per_t", 0, 1e5),
    Range("co2e_cap_kg", 0, 1e12),
)
_FACTORS = (
    Range("reefer_mj_per_h", 0, 1e4),
    Range("detour_road", 1, 5),
    Range("road_speed_kmh", 5, 140),
    Range("external_uplift", 0, 100),
    Range("train_wh_per_gross_tkm", 0, 1e5),
    Range("train_exponent", -2, 0),
    Range("diesel_train_ratio", 0.1, 20),
    Range("gross_t_per_teu", 0.1, 100),
)
_EXTERNAL_MODES = ("none", "report", "internalise")
EXTERNAL_KEYS = frozenset(
    f"{group}_{category}"
    for group in ("road", "rail_electric", "rail_diesel", "barge", "sea")
    for category in ("accidents", "air_pollution", "noise", "congestion", "habitat", "climate", "well_to_tank")
)
"""Keys that external costs may have; a test keeps them in step with the footprint."""

_CAP = (Range("co2e_kg", 0, 1e12), Range("g_per_tkm", 0, 1e6))
_EXECUTION = (
    Range("max_loaded_legs", 2, 4),
    Range("max_empty_km", 0, 5000),
    Range("max_standing_h", 0, 168),
    Range("standing_eur_per_h", 0, 1000),
    Range("max_eccentricity", 0, 0.5),
    Range("kingpin_kg", 1, 50_000),
    Range("bogie_kg", 1, 100_000),
    Range("shortage_eur", 0, 1e6),
)
_GROUPAGE = (
    thousandths("up_to_ldm_milli", 0, 1000),
    Range("up_to_kg", 0, 1e6),
    Range("eur_per_ldm_km", 0, 1000),
    Range("min_eur", 0, 1e5),
)


def check_horizon(case: Checker) -> None:
    """Check the horizon."""
    horizon = case.scenario.horizon
    case.zone(horizon.timezone, "horizon.timezone")
    if horizon.start.tzinfo is None or horizon.end.tzinfo is None:
        case.error("E1002", "horizon.start", "start and end need a time zone", "give aware datetimes")
    elif horizon.end <= horizon.start:
        case.error("E1001", "horizon.end", "is not after the start", "give a later end")
    elif (horizon.end - horizon.start).days > _MAX_HORIZON_DAYS:
        message = f"the horizon is longer than {_MAX_HORIZON_DAYS} days"
        case.error("E1003", "horizon.end", message, "plan days to weeks; arrivals may lie after the end")


def check_objective(case: Checker) -> None:
    """Check the objective and the parameters of the reference model."""
    objective = case.scenario.objective
    case.numbers(objective, "objective", _OBJECTIVE)
    if objective.carbon_price_eur_per_t > objective.max_carbon_price_eur_per_t:
        message = "the carbon price is above max_carbon_price_eur_per_t"
        help_text = "raise max_carbon_price_eur_per_t: serving comes first at every price up to it"
        case.error("E1601", "objective.carbon_price_eur_per_t", message, help_text)
    for kind, weight in objective.weights.items():
        case.known(kind, "objective.weights", COST_KINDS, "kind of cost line", "E1602")
        case.number(weight, "objective.weights", Range("weights", 0, 1000))
    case.known(objective.external_costs, "objective.external_costs", _EXTERNAL_MODES, "way of external costs", "E1621")
    case.numbers(case.scenario.scope, "scope", _SCOPE)
    for number, cap in enumerate(objective.caps):
        _check_cap(case, cap, f"objective.caps[{number}]")


def _check_cap(case: Checker, cap: EmissionCap, where: str) -> None:
    case.numbers(cap, where, _CAP)
    if (cap.co2e_kg is None) == (cap.g_per_tkm is None):
        message = "a cap needs exactly one of co2e_kg and g_per_tkm"
        case.error("E1641", where, message, "give one of them; write two caps for both")
    shippers = {shipment.shipper for shipment in case.scenario.shipments.values()}
    if cap.shipper and not case.known(cap.shipper, f"{where}.shipper", shippers, "shipper", "E1642"):
        return
    if cap.lane and not any(lane_ends(case.scenario, cap.lane)):
        message = f"{plain(cap.lane)!r} does not name two ends"
        help_text = (
            "write ORIGIN-DESTINATION, each the id, the country or the road region of a place: DEDUI-ITBLQ, DE-IT"
        )
        if not case.assumed:
            case.error("E1643", f"{where}.lane", message, help_text)
    elif (cap.shipper or cap.lane) and not members(case.scenario, cap):
        case.warning("W1644", where, "no shipment counts under this cap", "check its shipper and lane, or remove it")


def check_execution(case: Checker) -> None:
    """Check the execution layers."""
    rules = case.scenario.execution
    case.numbers(rules, "execution", _EXECUTION)
    known = case.scenario.load_units.keys() | {"default"}
    for unit, price in rules.imbalance_eur.items():
        case.known(unit, "execution.imbalance_eur", known, "load-unit type", "E1661")
        case.number(price, "execution.imbalance_eur", Range("imbalance_eur", 0, 1e6))
    if rules.empty_units and not any(hub.depot_stock for hub in case.scenario.hubs.values()):
        case.warning(
            "W1662",
            "execution.empty_units",
            "no hub has depot_stock, so no type of empty units is balanced",
            "give depot_stock to the hubs that have a depot",
        )


def check_factors(case: Checker) -> None:
    """Check the factor set, and that it has what the scenario uses."""
    factors = case.scenario.factors
    case.numbers(factors, "factors", _FACTORS)
    for name, carrier in factors.carriers.items():
        where = f"factors.carriers[{plain(name)}]"
        case.numbers(carrier, where, (Range("wtt_g_per_mj", -1000, 2000), Range("ttw_g_per_mj", 0, 2000)))
    tables: Mapping[str, Mapping[str, float]] = {
        "grid_g_per_kwh": factors.grid_g_per_kwh,
        "shuttle_eur": factors.shuttle_eur,
        "shuttle_kwh": factors.shuttle_kwh,
        "shuttle_min": factors.shuttle_min,
        "shuttle_km": factors.shuttle_km,
        "external_cents_per_tkm": factors.external_cents_per_tkm,
        "external_cents_per_vkm": factors.external_cents_per_vkm,
        "truck_energy_ratio": factors.truck_energy_ratio,
    }
    for key in factors.external_cents_per_tkm:
        case.known(key, "factors.external_cents_per_tkm", EXTERNAL_KEYS, "key of external costs", "E1622")
    of_trucks = {key for key in EXTERNAL_KEYS if key.startswith("road_")}
    for key in factors.external_cents_per_vkm:
        case.known(key, "factors.external_cents_per_vkm", of_trucks, "key of trucks' external costs", "E1622")
    for name, table in tables.items():
        for value in table.values():
            case.number(value, f"factors.{name}", Range(name, 0, 1e5))
    check_energy_classes(case)
    _check_groupage(case)
    _check_carriers(case)
    _check_grid(case)


def _check_groupage(case: Checker) -> None:
    last = (0, 0)
    for band in case.scenario.factors.groupage:
        case.numbers(band, "factors.groupage", _GROUPAGE)
        if band.up_to_ldm_milli < last[0] or band.up_to_kg < last[1]:
            case.error("E1605", "factors.groupage", "groupage bands are not ascending", "order them by size")
        last = (band.up_to_ldm_milli, band.up_to_kg)


def _carriers_used(case: Checker) -> Iterator[tuple[str, str]]:
    scenario = case.scenario
    for key, vehicle in scenario.vehicles.items():
        yield vehicle.carrier, f"road.vehicles[{plain(key)}].carrier"
    for key, service in scenario.services.items():
        if service.mj_per_gross_tkm or service.energy is not None:
            yield service.carrier, f"services[{plain(key)}].carrier"
    for key, hub in scenario.hubs.items():
        if hub.lift_diesel_mj or hub.lift_diesel_mj_per_tonne:
            yield "diesel", f"hubs[{plain(key)}].lift_diesel_mj"


def _check_carriers(case: Checker) -> None:
    known = case.scenario.factors.carriers.keys() | {"electricity"}
    for carrier, where in _carriers_used(case):
        case.known(carrier, where, known, "energy carrier in the factors", "E1603")


def _countries_drawing(case: Checker) -> Iterator[tuple[str, str]]:
    scenario = case.scenario
    for key, hub in scenario.hubs.items():
        dock = hub.cross_dock
        docks = dock is not None and (dock.kwh_per_pallet or dock.kwh_per_tonne)
        if hub.lift_kwh or hub.lift_kwh_per_tonne or docks:
            yield hub.country, f"hubs[{plain(key)}].country"
    for key, service in scenario.services.items():
        if service.carrier == "electricity" and (service.mj_per_gross_tkm or service.energy is not None):
            for number, leg in enumerate(service.legs):
                rows = leg.countries or (("default", leg.km),)
                yield from ((country, f"services[{plain(key)}].legs[{number}].countries") for country, _ in rows)


def _check_grid(case: Checker) -> None:
    grid = case.scenario.factors.grid_g_per_kwh
    if "default" in grid:
        return
    missing: dict[str, str] = {}
    for country, where in _countries_drawing(case):
        if country not in grid:
            missing.setdefault(country, where)
    for country, where in missing.items():
        message = f"the factors have no electricity grid for {plain(country)}"
        case.error("E1604", where, message, "add it, or default, to factors.grid_g_per_kwh")
