"""Hub buckets: lifts, yard, plugs, cross-dock throughput, pallet places."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

from cargopool.model.place import Hub
from cargopool.model.plan import Handling, Itinerary, MoveUse
from cargopool.model.quantity import quantity_of
from cargopool.units import MILLI, MINUTES_PER_HOUR
from cargopool.verifier.case import Case, departures_of
from cargopool.verifier.itineraries import there_minutes

BucketKey = tuple[str, str, int]
"""What is counted, hub id, bucket."""
_CODES = {"lifts": "V208", "yard": "V209", "plugs": "V210", "pallets": "V211", "pallet_places": "V212"}


def buckets_touched(begins: int, ends: int, bucket_min: int) -> range:
    """Buckets that [begins, ends) touches; an empty interval touches the bucket of its minute."""
    return range(begins // bucket_min, max(begins, ends - 1) // bucket_min + 1)


def check_hubs(case: Case) -> None:
    """Check every bucket of every hub that the plan uses."""
    used: Counter[BucketKey] = Counter()
    for use in case.uses.values():
        if departures_of(use.move) and use.move.hand_in_min is not None and use.move.collect_min is not None:
            _count_units(case, use, used)
    for itinerary in case.itineraries.values():
        _count_pallets(case, itinerary, used)
    for key, amount in sorted(used.items()):
        what, hub_id, bucket = key
        limit = _limit(case.scenario.hubs[hub_id], what, case.scenario.scope.bucket_min)
        if limit is not None and amount > limit:
            where = f"hubs[{hub_id}].buckets[{bucket}].{what}"
            case.say(_CODES[what], where, f"{amount} > {limit}")


def _limit(hub: Hub, what: str, bucket_min: int) -> int | None:
    if what == "lifts":
        return None if hub.lifts_per_hour is None else hub.lifts_per_hour * bucket_min // MINUTES_PER_HOUR
    if what == "pallets":
        rate = hub.cross_dock.pallets_per_hour if hub.cross_dock else None
        return None if rate is None else rate * MILLI * bucket_min // MINUTES_PER_HOUR
    if what == "pallet_places":
        return None if hub.pallet_places is None else hub.pallet_places * MILLI
    return hub.yard_places if what == "yard" else hub.reefer_plugs


def _count_units(case: Case, use: MoveUse, used: Counter[BucketKey]) -> None:
    """Lifts, yard places and plugs of the units of a scheduled or door move."""
    move = use.move
    rides = departures_of(move)
    assert move.hand_in_min is not None and move.collect_min is not None
    stays = [(rides[0].origin, move.hand_in_min, rides[0].depart_min)]
    lifts = [(rides[0].origin, move.hand_in_min)]
    for inbound, outbound in pairwise(rides):
        stays.append((inbound.destination, inbound.pick_up_ready_min, outbound.depart_min))
        lifts.append((inbound.destination, inbound.pick_up_ready_min))
    stays.append((rides[-1].destination, rides[-1].pick_up_ready_min, move.collect_min))
    lifts.append((rides[-1].destination, move.collect_min))
    units = use.count * move.units_per_move
    size = case.scenario.scope.bucket_min
    for hub_id, minute in lifts:
        used["lifts", hub_id, minute // size] += units
    for hub_id, begins, ends in stays:
        hub = case.scenario.hubs[hub_id]
        if hub.yard_places is None and hub.reefer_plugs is None:
            continue
        for bucket in buckets_touched(begins, ends, size):
            used["yard", hub_id, bucket] += units
            if use.temperature != "ambient":
                used["plugs", hub_id, bucket] += units


def _count_pallets(case: Case, itinerary: Itinerary, used: Counter[BucketKey]) -> None:
    """Throughput and places of a part of loose freight."""
    shipment = case.scenario.shipments[itinerary.shipment]
    last = itinerary.first_atom + itinerary.atoms
    moves = case.moves_of(itinerary)
    if shipment.load_units or not moves or last > shipment.atoms or len(itinerary.handlings) != len(moves) + 1:
        return
    pallets = quantity_of(shipment, itinerary.first_atom, itinerary.atoms).pallets_milli
    size = case.scenario.scope.bucket_min
    leaves = [*(move.latest_min for move in moves), itinerary.handlings[-1].end_min]
    there = there_minutes(itinerary, shipment, moves)
    for handling, begins, ends in zip(itinerary.handlings, there, leaves, strict=True):
        hub = case.hub(handling.place)
        if hub is None:
            continue
        _spread(hub, handling, pallets, size, used)
        if hub.pallet_places is not None:
            for bucket in buckets_touched(begins, ends, size):
                used["pallet_places", hub.id, bucket] += pallets


def _spread(hub: Hub, handling: Handling, pallets: int, size: int, used: Counter[BucketKey]) -> None:
    """Deal milli-pallets to buckets at the hub's full rate, from the start of the handling."""
    rate = hub.cross_dock.pallets_per_hour if hub.cross_dock else None
    if rate is None:
        return
    bucket = handling.start_min // size
    if rate < 1:
        used["pallets", hub.id, bucket] += pallets
        return
    begins = handling.start_min
    while pallets > 0:
        ends = (bucket + 1) * size
        amount = min(pallets, rate * MILLI * (ends - begins) // MINUTES_PER_HOUR)
        used["pallets", hub.id, bucket] += amount
        pallets -= amount
        bucket, begins = bucket + 1, ends
