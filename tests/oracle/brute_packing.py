"""Exact packing by trying everything: how many trucks or units some parts need."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from cargopool.model.equipment import LoadUnitType
from cargopool.model.quantity import quantity_of
from cargopool.model.shipment import Shipment
from cargopool.units import ceil_div

Part = tuple[str, int, int]
"""Shipment, first atom, atoms."""


def trucks_needed(
    unit: LoadUnitType,
    per: int,
    unit_kg: int,
    truck_kg: int,
    parts: tuple[Part, ...],
    shipments: Mapping[str, Shipment],
) -> int:
    """Fewest trucks of ``per`` units each that take the parts of one pooling class; 0 when no number does."""
    room = (unit.pallets_milli, unit_kg, unit.volume_m3_milli, unit.loading_metres_milli)
    items = []
    for name, first, atoms in parts:
        k = shipments[name]
        step = atoms if k.keep_together and not k.load_units else 1
        for atom in range(first, first + atoms, step):
            size = quantity_of(k, atom, step).as_tuple()
            # a sealed unit fills its own, whatever its pallets
            items.append((size if not k.load_units else (unit.pallets_milli, size[1], 0, 0), name))
    items.sort(reverse=True)

    def inside(small: tuple[int, ...], big: tuple[int, ...]) -> bool:
        return all(x <= y for x, y in zip(small, big, strict=True))

    def vetoed(a: str, b: str) -> bool:
        x, y = shipments[a], shipments[b]
        return a != b and (y.shipper in x.veto_shippers or y.goods_class in x.veto_goods)

    @cache
    def fits(n: int, trucks: tuple) -> bool:
        """Whether the items from n on go into trucks of (kg left, units); a unit is (room left, shipments inside)."""
        if n == len(items):
            return True
        size, name = items[n]
        for i, (kg, units) in enumerate(trucks):
            for j, (free, there) in enumerate(units) if size[1] <= kg else ():
                if inside(size, free) and not any(vetoed(name, other) or vetoed(other, name) for other in there):
                    left = tuple(y - x for x, y in zip(size, free, strict=True)), tuple(sorted({*there, name}))
                    truck = kg - size[1], tuple(sorted((*units[:j], left, *units[j + 1 :])))
                    if fits(n + 1, tuple(sorted((*trucks[:i], truck, *trucks[i + 1 :])))):
                        return True
        return False

    if not all(inside(size, room) and size[1] <= truck_kg for size, _ in items):
        return 0
    total = [sum(size[d] for size, _ in items) for d in range(4)]
    n = max(ceil_div(total[1], truck_kg), *(ceil_div(x, c * per) for x, c in zip(total, room, strict=True) if x))
    while not fits(0, ((truck_kg, ((room, ()),) * per),) * n):
        n += 1
    return n
