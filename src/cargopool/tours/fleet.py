"""The vehicles of a scenario as a tour problem sees them."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise

from cargopool.footprint.carriers import intensity
from cargopool.footprint.energy import vehicle_line
from cargopool.footprint.external import ROAD, stage_rate
from cargopool.model.energy import distance_factor
from cargopool.model.equipment import FleetVehicle
from cargopool.model.place import Hub
from cargopool.model.scenario import Scenario
from cargopool.rules.clocks import local_moment, minute_of
from cargopool.rules.fleets import MANY, bans_hold
from cargopool.rules.opening import open_periods
from cargopool.rules.roads import road_link
from cargopool.tours.problem import Amount, TourVehicle
from cargopool.units import CENTS_PER_EUR, MILLI, MINUTES_PER_DAY, MJ_PER_KWH, cents

UNIT_PLACES_MILLI = MILLI
_NO_LIMIT = 10**9
_GRAMS_PER_T = 1_000_000


class _Hours:
    """A fleet row as a place with opening hours."""

    def __init__(self, row: FleetVehicle, timezone: str) -> None:
        self.opening, self.timezone = row.opening, timezone


def shifts_of(scenario: Scenario, row: FleetVehicle, low: int, high: int) -> tuple[tuple[int, int], ...]:
    """Shifts of a fleet row that touch [low, high]: its opening hours, else the days of its depot.

    Opening hours that are longer than a day are cut at the depot's midnights: a vehicle makes one tour in a shift, so
    a row that is open round the clock has a shift each day. Shorter ones may lie across midnight. Tours of hired
    trucks begin on any day and may run into the next.
    """
    depot = scenario.place(row.depot)
    start = scenario.horizon.start
    if row.opening is not None:
        hours = _Hours(row, depot.timezone)
        periods = open_periods(hours, start, low, high) or ()  # type: ignore[arg-type]
        shifts = (shift for period in periods for shift in _by_day(start, depot.timezone, period))
        return tuple((begins, ends) for begins, ends in shifts if ends >= low and begins <= high)
    over = MINUTES_PER_DAY // 2 if row.count == MANY else -1
    return tuple((begins, ends + over) for begins, ends in pairwise(_midnights(start, depot.timezone, low, high)))


def _by_day(start: datetime, timezone: str, period: tuple[int, int]) -> list[tuple[int, int]]:
    """An open period as shifts: whole where it is no longer than a day, else cut at midnights."""
    opens, closes = period
    if closes - opens <= MINUTES_PER_DAY:
        return [period]
    inside = [minute for minute in _midnights(start, timezone, opens, closes) if opens < minute < closes]
    return list(pairwise((opens, *inside, closes)))


def _midnights(start: datetime, timezone: str, low: int, high: int) -> list[int]:
    """Local midnights from the last one at or before ``low`` to the first one after ``high``."""
    day = local_moment(start, timezone, low).replace(hour=0, minute=0)
    found = [minute_of(start, day)]
    while found[-1] <= high:
        day = (day.replace(tzinfo=None) + timedelta(days=1)).replace(tzinfo=day.tzinfo)
        found.append(minute_of(start, day))
    return found


def tour_vehicle(
    scenario: Scenario,
    row: FleetVehicle,
    name: str,
    places: dict[str, int],
    shifts: tuple[tuple[int, int], ...],
    count: int,
    *,
    chassis: bool,
    overnight: bool = False,
) -> TourVehicle:
    """A row of the fleet (or a hired truck) as a vehicle of a tour problem, at the objective's prices."""
    vehicle = scenario.vehicles[row.vehicle]
    country = scenario.place(row.depot).country
    grams_per_mj = sum(intensity(scenario, vehicle.carrier, ((country, 1.0),)))
    line, driven = vehicle_line(scenario, vehicle), distance_factor(scenario.factors, "road")
    carbon = scenario.objective.carbon_price_eur_per_t / _GRAMS_PER_T * CENTS_PER_EUR
    toll = vehicle.toll_eur_per_km.get(country, 0.0)
    outside = stage_rate(scenario, ROAD, 1.0, 1.0)
    counted = float(outside.internalised)
    room = Amount(
        pallets_milli=0 if chassis else row.pallets_milli,
        kg=_NO_LIMIT if chassis else row.payload_kg,
        volume_m3_milli=0 if chassis else row.volume_m3_milli or _NO_LIMIT,
        loading_metres_milli=0 if chassis else _NO_LIMIT,
        unit_places_milli=UNIT_PLACES_MILLI if chassis else 0,
    )
    return TourVehicle(
        id=name,
        capacity=room,
        shifts=shifts,
        count=count,
        start_place=places[row.depot],
        end_place=None if row.open_tours else places[row.depot],
        temperatures=row.temperatures,
        tail_lift=row.tail_lift,
        unit_types=vehicle.unit_types if chassis else frozenset(),
        fixed_cents=cents(vehicle.eur_fixed),
        cents_per_km=(vehicle.eur_per_km + toll) * CENTS_PER_EUR + counted * outside.per_use,
        # of a load unit its own mass counts for energy alone, so its cargo is left to the vehicle's kilometres
        cents_per_km_kg=0.0 if chassis else counted * outside.per_kg,
        cents_per_hour=vehicle.eur_per_h * CENTS_PER_EUR,
        manning=vehicle.manning,
        overnight=overnight,
        bans=bans_hold(scenario, row, units=chassis),
        mj_per_km_empty=line.mj_per_km_empty * driven,
        mj_per_km_kg=line.slope * driven,
        cents_per_mj=grams_per_mj * carbon,
        battery_mj=None if row.battery_kwh is None else row.battery_kwh * MJ_PER_KWH,
        charge_mj_per_min=row.charge_kw * MJ_PER_KWH / 60,
    )


def rows_near(scenario: Scenario, hubs: list[Hub]) -> dict[str, list[FleetVehicle]]:
    """Rows of the fleet by the hub around which they drive: their depot, or the nearest of these hubs by road."""
    found: dict[str, list[FleetVehicle]] = {hub.id: [] for hub in hubs}
    for row in scenario.fleet.values():
        if row.depot in found:
            found[row.depot].append(row)
            continue
        links = [(link.km, hub.id) for hub in hubs if (link := road_link(scenario, row.depot, hub.id)) is not None]
        near = [pair for pair in links if pair[0] <= scenario.drayage.radius_km]
        if near:
            found[min(near)[1]].append(row)
    return found
