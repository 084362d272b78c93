"""From a scenario to the Network of its reference model."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from cargopool.footprint import price_run, unserved_cents, weighted_cents
from cargopool.memory import uncollected
from cargopool.model.equipment import Temperature
from cargopool.model.quantity import quantity_of
from cargopool.model.scenario import Scenario
from cargopool.network.arrays import Bool, Int64, Network
from cargopool.network.capacities import RowBook, finished, move_rows, pallet_rows
from cargopool.network.coefficients import Priceable, coefficients, crossing_cents
from cargopool.network.describing import Describer
from cargopool.network.events import Setting
from cargopool.network.expansion import expanded
from cargopool.network.freight import Freight, freight_of, mode_mask
from cargopool.network.gridded import gridded
from cargopool.network.hauling import in_time_for_trucks
from cargopool.network.passages import MANNINGS, Passages, Users, door_passages, fixed_passages, joined
from cargopool.network.places import NEVER, Places, places_of
from cargopool.network.rides import MODE_BIT, Chains, Rides, extended, rides_of, single_rides
from cargopool.network.thinning import FULL, Thinning, road_units_left_out
from cargopool.network.times import chain_times, passage_times
from cargopool.network.trips import Trips
from cargopool.network.variants import moves_of, road_fits, unit_fits, usable_of
from cargopool.network.windows import (
    Windows,
    any_in_time,
    first_windows,
    road_mannings,
    road_minutes,
    rough_windows,
    timetable_of,
    windows_of,
)
from cargopool.network.worth import worth_of
from cargopool.units import MINUTES_PER_DAY


@uncollected()
def build(
    scenario: Scenario,
    *,
    depth: int | None = None,
    deadline: Callable[[], bool] | None = None,
    thinning: Thinning = FULL,
) -> Network:
    """Build the Network of a scenario.

    Parameters
    ----------
    scenario : Scenario
        Checked; past this point its data is trusted.
    depth : int, optional
        Event depth D of road and headway moves; None takes the scenario's own scope.
    deadline : callable, optional
        Asked between stages; when it says True the build is given up.
    thinning : Thinning
        Leaves out a part of P; the default none.

    Raises
    ------
    TimeoutError
        When ``deadline`` said so.
    """
    stop = deadline or (lambda: False)
    lo, hi = _range(scenario)
    places = places_of(scenario, lo, hi)
    trips = Trips(scenario, places, lo, hi)
    freight = freight_of(scenario, places, trips)
    rides = rides_of(scenario, places)
    road = road_minutes(scenario, places, freight, trips)
    if thinning.dearer is not None and freight.count:
        freight = replace(
            freight,
            worth=worth_of(
                *(scenario, places, freight, rides, trips, road),
                dearer=thinning.dearer,
                dearer_eur=thinning.dearer_eur,
                most_ways=thinning.most_ways,
            ),
        )
    first = first_windows(places, freight)
    _give_up(stop, "chains")
    longest = min(scenario.scope.max_departures, thinning.max_departures or scenario.scope.max_departures)
    chains = _chains(longest, places, freight, rides, road, first)
    fixed = fixed_passages(scenario, places, chains)
    windows = _windows(scenario, places, freight, chains, fixed, road, first)
    _give_up(stop, "passages")
    setting = Setting(
        scenario=scenario,
        places=places,
        freight=freight,
        trips=trips,
        windows=windows,
        chains=chains,
        chain_profiles=_chain_profiles(scenario, rides, chains, freight),
        road=road,
        mannings=tuple(sorted(MANNINGS.index(manning) for manning in road_mannings(scenario))),
    )
    doors = door_passages(scenario, places, freight, windows, trips, fixed)
    level = scenario.scope.event_depth if depth is None else depth
    if thinning.grid_min and not thinning.backward:
        passages, users = gridded(setting, joined([fixed, doors]), thinning)
    else:
        passages, users = expanded(setting, joined([fixed, doors]), level, thinning)
    users = in_time_for_trucks(scenario, places, freight, chains, passages, users)
    _give_up(stop, "moves")
    left_out = road_units_left_out(scenario) if thinning.best_road_units else {}
    return _assembled(_Parts(scenario, places, freight, rides, chains, passages, users, windows, left_out), lo, hi)


def _give_up(stop: Callable[[], bool], stage: str) -> None:
    if stop():
        raise TimeoutError(f"no time left to build the {stage} of the network")


def _range(scenario: Scenario) -> tuple[int, int]:
    """First and last minute that can matter to any shipment."""
    shipments = scenario.shipments.values()
    lo = min((s.ready_min for s in shipments), default=0)
    hi = max((s.latest_min for s in shipments), default=scenario.horizon.minutes)
    return min(lo, 0) - MINUTES_PER_DAY, max(hi, scenario.horizon.minutes) + MINUTES_PER_DAY


def _chains(
    longest: int,
    places: Places,
    freight: Freight,
    rides: Rides,
    road: Int64,
    first: tuple[Int64, Int64, Int64, Int64],
) -> Chains:
    """Chains that some shipment may use, by least travel times."""
    grown = single_rides(rides)
    ready, useful = rough_windows(places, freight, grown, road, first)
    found: list[Chains] = []
    for length in range(1, longest + 1):
        if length > 1:
            grown = extended(grown, rides, places, length - 1)
        grown = grown.chosen(any_in_time(ready, useful, grown))
        found.append(grown)
        if freight.worth is not None:
            found[-1] = grown.chosen(freight.worth.chains_pay(grown, extend=False))
            grown = grown.chosen(freight.worth.chains_pay(grown, extend=length < longest))
    return Chains(
        rides=np.concatenate([c.rides for c in found]),
        origin=np.concatenate([c.origin for c in found]),
        destination=np.concatenate([c.destination for c in found]),
        closing=np.concatenate([c.closing for c in found]),
        ready=np.concatenate([c.ready for c in found]),
        flexible=np.concatenate([c.flexible for c in found]),
    )


def _windows(
    scenario: Scenario,
    places: Places,
    freight: Freight,
    chains: Chains,
    fixed: Passages,
    road: Int64,
    first: tuple[Int64, Int64, Int64, Int64],
) -> Windows:
    hand_in = np.full(chains.count, -NEVER, dtype=np.int64)
    collect = np.full(chains.count, NEVER, dtype=np.int64)
    np.maximum.at(hand_in, fixed.chain, fixed.hand_in)
    np.minimum.at(collect, fixed.chain, fixed.collect)
    timetable = timetable_of(places, chains, hand_in, collect + places.lift_min[chains.destination])
    return windows_of(places, freight, timetable, road, first, scenario.scope.max_moves)


def _chain_profiles(scenario: Scenario, rides: Rides, chains: Chains, freight: Freight) -> Bool:
    """Whether a chain suits the modes and ADR class of a profile, bool[C + 1, F]; the last row is no chain."""
    hubs = tuple(scenario.hubs.values())
    found = np.ones((chains.count + 1, len(freight.profiles)), dtype=np.bool_)
    found[-1] = False
    for f, (modes, adr, _) in enumerate(freight.profiles):
        service_ok = [
            bool(MODE_BIT[s.mode] & modes) and (not adr or s.adr_classes is None or adr in s.adr_classes)
            for s in rides.services
        ]
        hub_ok = np.array([not adr or h.adr_classes is None or adr in h.adr_classes for h in hubs], dtype=np.bool_)
        ride_ok = np.array(service_ok, dtype=np.bool_)[rides.service]
        ride_ok &= hub_ok[rides.origin] & hub_ok[rides.destination]
        padded = np.append(ride_ok, True)
        found[:-1, f] = padded[chains.rides].all(axis=1)
    return found


@dataclass(frozen=True, slots=True)
class _Parts:
    scenario: Scenario
    places: Places
    freight: Freight
    rides: Rides
    chains: Chains
    passages: Passages
    users: Users
    windows: Windows
    left_out: Mapping[Temperature, frozenset[str]]


def _assembled(parts: _Parts, lo_min: int, hi_min: int) -> Network:
    scenario, places, freight, passages = parts.scenario, parts.places, parts.freight, parts.passages
    fits = unit_fits(scenario, freight)
    by_road = road_fits(scenario, freight, fits, parts.left_out)
    moves = moves_of(scenario, parts.rides, parts.chains, passages, parts.users, freight, fits, by_road)
    times = chain_times(parts.chains, parts.rides, places)
    on_chain = np.flatnonzero(passages.chain[moves.passage] >= 0)
    case = Priceable(
        scenario=scenario,
        places=places,
        rides=parts.rides,
        chains=parts.chains,
        passages=passages,
        moves=moves,
        on_chain=on_chain,
        times=passage_times(times, parts.chains, passages, moves.passage[on_chain].astype(np.int64)),
    )
    sums = coefficients(case)
    book = RowBook()
    rows, rows_powered = move_rows(case, book)
    docked, placed = pallet_rows(case, book, lo_min, hi_min)
    limit, label, run = finished(book)
    p = moves.passage
    classes = list(dict.fromkeys(s.pooling_class for s in freight.shipments))
    runs = [price_run(scenario, chosen) for chosen in book.runs]
    return Network(
        scenario=scenario,
        place_ids=places.ids,
        unit_ids=tuple(scenario.load_units),
        vehicle_ids=tuple(scenario.vehicles),
        shipment_ids=tuple(scenario.shipments),
        class_keys=tuple((str(temperature), segregation) for temperature, segregation in classes),
        class_powered=np.array([temperature != "ambient" for temperature, _ in classes], dtype=np.bool_),
        move_kind=passages.kind[p],
        move_origin=passages.origin[p],
        move_destination=passages.destination[p],
        move_latest=passages.latest[p],
        move_available=passages.available[p],
        move_unit=moves.unit,
        move_units=moves.units,
        move_cost=sums.cost,
        move_grams=sums.grams,
        move_grams_powered=sums.powered,
        move_grams_per_kg=sums.per_kg,
        move_cents_per_kg=sums.cents_per_kg,
        move_capacity=moves.capacity,
        move_modes=_modes(parts.rides, parts.chains, passages)[p],
        move_crossing_cents=crossing_cents(scenario, places, passages)[p],
        move_rows=rows,
        move_rows_powered=rows_powered,
        row_limit=limit,
        row_label=label,
        row_run=run,
        run_cost=np.array(
            [sum(weighted_cents(scenario.objective, line) for line in found.lines) for found in runs], dtype=np.int64
        ),
        run_grams=np.array([found.grams for found in runs], dtype=np.int64),
        runs=tuple(book.runs),
        **_shipment_fields(scenario, freight, classes),
        usable=usable_of(passages, parts.users, moves, freight, fits, by_road),
        pallet_row=docked,
        place_row=placed,
        describe=Describer(scenario, places.ids, parts.rides, parts.chains, passages, moves, times),
    )


def _shipment_fields(scenario: Scenario, freight: Freight, classes: list[tuple[Temperature, str]]) -> dict[str, Any]:
    """The fields of the Network over shipments."""
    shipments = freight.shipments
    return {
        "shipment_class": np.array([classes.index(s.pooling_class) for s in shipments], dtype=np.int32),
        "shipment_origin": freight.origin,
        "shipment_destination": freight.destination,
        "shipment_size": _sizes(freight),
        "shipment_units": np.array([s.load_units for s in shipments], dtype=np.int64),
        "shipment_atoms": np.array([s.atoms for s in shipments], dtype=np.int64),
        "shipment_ready": freight.ready,
        "shipment_due": freight.due,
        "shipment_latest": freight.latest,
        "shipment_max_parts": np.array([s.max_parts for s in shipments], dtype=np.int64),
        "shipment_min_part": np.array([s.min_part_pallets for s in shipments], dtype=np.int64),
        "shipment_modes": np.array([mode_mask(frozenset(s.modes)) for s in shipments], dtype=np.uint8),
        "unserved_cost": np.array([unserved_cents(scenario, s) for s in shipments], dtype=np.int64),
    }


def _sizes(freight: Freight) -> Int64:
    found = np.array([quantity_of(s).as_tuple() for s in freight.shipments], dtype=np.int64)
    found = found.reshape(freight.count, 4)
    found[freight.sealed] *= np.array([0, 1, 0, 0])
    return found


def _modes(rides: Rides, chains: Chains, passages: Passages) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """Modes of each passage's main run."""
    bits = np.array([MODE_BIT[service.mode] for service in rides.services], dtype=np.uint8)
    ride = np.append(bits[rides.service], 0).astype(np.uint8)
    of_chain = np.append(np.bitwise_or.reduce(ride[chains.rides], axis=1), MODE_BIT["road"]).astype(np.uint8)
    return of_chain[passages.chain]
