"""What a part itself costs, emits and takes of the rows, exactly as its itinerary is priced."""

from __future__ import annotations

from cargopool.footprint.items import weigh
from cargopool.footprint.moves import load_rates, stage_groups
from cargopool.footprint.parts import cross_dock_items, part_items, part_rates, storage_charge
from cargopool.model.place import Hub
from cargopool.model.plan import Itinerary, Tour
from cargopool.model.quantity import Quantity, quantity_of
from cargopool.model.shipment import Shipment
from cargopool.network.arrays import Network
from cargopool.network.schedules import Schedule, place_at
from cargopool.units import MILLI, MINUTES_PER_HOUR, cents, started_days


def own_price(
    network: Network,
    goods: Shipment,
    path: tuple[int, ...],
    clock: Schedule,
    size: Quantity,
    atoms: int,
    first_atom: int,
) -> tuple[int, int]:
    """Objective cents (carbon left out) and grams of the part's own lines and elements, piece by piece."""
    scenario, memo = network.scenario, network.memo
    objective = scenario.objective
    money = grams = 0
    external = objective.external_costs == "internalise"
    for tour in (clock.collection, clock.delivery):
        if tour is not None:
            ends = ("tour", tour.kind, tour.door, tour.hub, size)
            found = memo.get(ends)
            if found is None:
                found = memo[ends] = _tour_price(network, goods, tour, atoms, first_atom)
            money, grams = money + found[0], grams + found[1]
    if not goods.load_units:
        for index in clock.places:
            docked = ("dock", index, size.pallets_milli, size.kg)
            found = memo.get(docked)
            if found is None:
                found = memo[docked] = _dock_price(network, index, size)
            money, grams = money + found[0], grams + found[1]
    for n, m in enumerate(path):
        if goods.customs_status != "transit":
            money += int(network.move_crossing_cents[m])
        grams += load_grams(network, m, size.kg)
        if external:
            money += load_external(network, m, size.kg)
        hub = scenario.hubs.get(network.place_ids[clock.places[n]])
        if hub is not None:
            days = started_days(int(network.move_latest[m]) - clock.there[n])
            storage = storage_charge(hub, goods, atoms, size.pallets_milli, days)
            money += weigh(objective, storage.kind, storage.cents, storage.carbon_cents)
    if first_atom > 0:
        money += weigh(objective, "part_fee", cents(goods.part_eur), 0)
    return money, grams


def _tour_price(network: Network, goods: Shipment, tour: Tour, atoms: int, first_atom: int) -> tuple[int, int]:
    bare = Itinerary(
        shipment=goods.id,
        part=1,
        first_atom=first_atom,
        atoms=atoms,
        moves=(),
        handlings=(),
        collection=tour if tour.kind == "collection" else None,
        delivery=tour if tour.kind == "delivery" else None,
        delivered_min=0,
    )
    charges, elements = part_items(network.scenario, bare, {})
    objective = network.scenario.objective
    money = sum(weigh(objective, c.kind, c.cents, c.carbon_cents) for c in charges)
    if objective.external_costs == "internalise":
        kg = quantity_of(goods, first_atom, atoms).kg
        money += sum(rate.load_cents(kg) for rate in part_rates(network.scenario, bare, {}))
    return money, sum(e.grams for e in elements)


def _dock_price(network: Network, index: int, size: Quantity) -> tuple[int, int]:
    docked = cross_dock_items(network.scenario, network.place_ids[index], size.pallets_milli, size.kg)
    if docked is None:
        return 0, 0
    charge, element = docked
    return weigh(network.scenario.objective, charge.kind, charge.cents, charge.carbon_cents), element.grams


def load_grams(network: Network, move: int, kg: int) -> int:
    """Grams that so many kg of cargo add to a move, each stage rounded as in the report."""
    rates = network.memo.get(("rates", move))
    if rates is None:
        rates = network.memo["rates", move] = tuple(load_rates(network.scenario, network.describe(move)))
    total = 0
    for rate in rates:
        found = network.memo.get((rate, kg))
        if found is None:
            found = network.memo[rate, kg] = rate.element(kg).grams
        total += int(found)
    return total


def load_external(network: Network, move: int, kg: int) -> int:
    """Cents of external costs that so many kg of cargo add to a move, each stage rounded as in the report."""
    rates = network.memo.get(("external", move))
    if rates is None:
        groups = stage_groups(network.scenario, network.describe(move))
        rates = network.memo["external", move] = tuple(rate for group in groups for rate in group.external)
    return sum(rate.load_cents(kg) for rate in rates)


def row_use(
    network: Network, goods: Shipment, path: tuple[int, ...], clock: Schedule, size: Quantity
) -> list[tuple[int, int]] | None:
    """Cross-docked pallets and pallet places; None when the hub cannot handle the part at all."""
    if goods.load_units or not (network.pallet_row or network.place_row):
        return []
    bucket = network.scenario.scope.bucket_min
    used: list[tuple[int, int]] = []
    for n, index in enumerate(clock.places):
        place = place_at(network, index)
        if not isinstance(place, Hub):
            continue
        if place.cross_dock is not None and place.cross_dock.pallets_per_hour is not None:
            spread = spread_pallets(clock.starts[n], size.pallets_milli, place.cross_dock.pallets_per_hour, bucket)
            if spread is None:
                return None
            used += [(network.pallet_row[index, b], amount) for b, amount in spread]
        if place.pallet_places is not None:
            until = int(network.move_latest[path[n]]) if n < len(path) else clock.ends[n]
            first = clock.there[n] // bucket
            last = max(first, (until - 1) // bucket)
            used += [(network.place_row[index, b], size.pallets_milli) for b in range(first, last + 1)]
    return used


def spread_pallets(start: int, pallets_milli: int, rate: int, bucket_min: int) -> list[tuple[int, int]] | None:
    """Milli-pallets per bucket of one operation at the hub's full rate; None when the rate is 0."""
    if rate <= 0:
        return None
    found = []
    left, minute = pallets_milli, start
    while left > 0:
        bucket = minute // bucket_min
        end = (bucket + 1) * bucket_min
        amount = min(left, rate * MILLI * (end - minute) // MINUTES_PER_HOUR)
        if amount:
            found.append((bucket, amount))
        left -= amount
        minute = end
    return found
