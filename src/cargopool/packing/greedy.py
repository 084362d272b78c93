"""First-fit-decreasing load plans, and lower bounds that often prove them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cargopool.packing.items import KG, PackItem, Range, UnitLimits
from cargopool.units import ceil_div

UseLoads = list[list[list[Range]]]


def least_uses(limits: UnitLimits, items: Sequence[PackItem], pairs: Sequence[tuple[int, int]]) -> int | None:
    """Lower bound on the uses of a move; None when some atom or part fits nowhere."""
    totals = [0, 0, 0, 0]
    sealed = 0
    for item in items:
        for d in range(4):
            totals[d] += item.total[d]
        sealed += item.atoms if item.sealed else 0
        pieces = [item.total] if item.together else [group.size for group in item.groups]
        if any(not _fits(limits, piece) for piece in pieces):
            return None
    units = sealed
    for d in range(4):
        if totals[d]:
            units = max(units, ceil_div(totals[d], limits.size[d]))
    units = max(units, _big_parts(limits, items), _clique(len(items), pairs))
    uses = ceil_div(units, limits.units)
    if totals[KG]:
        uses = max(uses, ceil_div(totals[KG], limits.use_kg))
    return max(uses, 1 if items else 0)


def _fits(limits: UnitLimits, size: Sequence[int]) -> bool:
    return size[KG] <= limits.use_kg and all(size[d] <= limits.size[d] for d in range(4) if size[d])


def _big_parts(limits: UnitLimits, items: Sequence[PackItem]) -> int:
    """Parts that stay together and fill more than half a unit in one dimension need a unit each."""
    return max(sum(item.together and 2 * item.total[d] > limits.size[d] for item in items) for d in range(4))


def _clique(size: int, pairs: Sequence[tuple[int, int]]) -> int:
    """Size of a set of items that all veto each other, found greedily."""
    if not pairs:
        return 0
    foes: list[set[int]] = [set() for _ in range(size)]
    for i, j in pairs:
        foes[i].add(j)
        foes[j].add(i)
    best = 0
    for start in sorted(range(size), key=lambda i: (-len(foes[i]), i))[:8]:
        clique = {start}
        for other in sorted(foes[start], key=lambda i: (-len(foes[i]), i)):
            if clique <= foes[other]:
                clique.add(other)
        best = max(best, len(clique))
    return best


def pack_balanced(limits: UnitLimits, items: Sequence[PackItem], pairs: Sequence[tuple[int, int]]) -> UseLoads | None:
    """Units filled one by one with the heaviest atoms that leave the lightest enough mass for the other places.

    First fit puts heavy pallets together until the mass is used up and places stay empty; here both run out together.

    Returns
    -------
    list or None
        None where parts stay together, veto each other or are sealed, or where a use has several units.
    """
    if pairs or limits.units > 1 or any(item.together or item.sealed for item in items):
        return None
    place = max((d for d in range(4) if d != KG), key=lambda d: sum(item.total[d] for item in items) / limits.size[d])
    atoms: list[list[Any]] = [
        [index, group.first, group.count, group.size] for index, item in enumerate(items) for group in item.groups
    ]
    atoms.sort(key=lambda entry: -entry[3][KG])
    loads: UseLoads = []
    while atoms:
        loads.append([_fill_unit(limits, atoms, place)])
        atoms = [entry for entry in atoms if entry[2]]
    return loads


def _fill_unit(limits: UnitLimits, atoms: list[list[Any]], place: int) -> list[Range]:
    """Fill one unit from atoms (item, first, count, size), heaviest first, and take off what it takes."""
    room = [*limits.size]
    room[KG] = min(room[KG], limits.use_kg)
    unit: list[Range] = []
    for at, (index, first, count, size) in enumerate(atoms):
        taken = min([count, *(room[d] // size[d] for d in range(4) if size[d])])
        while (
            taken and size[KG] * taken + _lightest(atoms[at + 1 :], room[place] - size[place] * taken, place) > room[KG]
        ):
            taken -= 1
        if taken:
            unit.append(Range(index, first, taken))
            atoms[at][1:3] = first + taken, count - taken
            for d in range(4):
                room[d] -= size[d] * taken
    if not unit:  # nothing leaves the lightest enough: the heaviest goes as it is
        index, first, count, size = atoms[0]
        unit.append(Range(index, first, 1))
        atoms[0][1:3] = first + 1, count - 1
    return unit


def _lightest(atoms: list[list[Any]], room: int, place: int) -> int:
    """Least kg of atoms, heaviest first, that fill this room, or of all of them when they do not."""
    kg = 0
    for _, _, count, size in reversed(atoms):
        if room <= 0:
            break
        taken = min(count, room // size[place]) if size[place] else count
        kg += taken * size[KG]
        room -= taken * size[place]
        if taken < count:
            break
    return int(kg)


def pack_greedily(limits: UnitLimits, items: Sequence[PackItem], pairs: Sequence[tuple[int, int]]) -> UseLoads:
    """Best of a few first-fit-decreasing runs; the items are known to fit one by one."""
    foes: list[set[int]] = [set() for _ in items]
    for i, j in pairs:
        foes[i].add(j)
        foes[j].add(i)
    best: UseLoads | None = None
    seen: set[tuple[int, ...]] = set()
    for order in _orders(limits, items, foes):
        if tuple(order) in seen:
            continue
        seen.add(tuple(order))
        loads = _FirstFit(limits, items, foes).run(order)
        if best is None or len(loads) < len(best):
            best = loads
    return best or []


def _orders(limits: UnitLimits, items: Sequence[PackItem], foes: Sequence[set[int]]) -> list[list[int]]:
    def share(size: Sequence[int], d: int) -> float:
        return size[d] / limits.size[d] if size[d] else 0.0

    def largest(size: Sequence[int]) -> float:
        return max(share(size, d) for d in range(4))

    indices = range(len(items))
    keys = [
        lambda i: (not items[i].together, -len(foes[i]), -largest(items[i].total), i),
        lambda i: (not items[i].together, -share(items[i].groups[0].size, KG), i),
        lambda i: (-largest(items[i].groups[0].size), i),
        lambda i: (-share(items[i].total, KG), i),
    ]
    return [sorted(indices, key=key) for key in keys]


class _FirstFit:
    """One run over units opened use by use."""

    def __init__(self, limits: UnitLimits, items: Sequence[PackItem], foes: Sequence[set[int]]) -> None:
        self.limits = limits
        self.items = items
        self.foes = foes
        self.room: list[list[int]] = []
        self.use_room: list[int] = []
        self.inside: list[set[int]] = []
        self.sealed: list[bool] = []
        self.loads: list[list[Range]] = []

    def run(self, order: Sequence[int]) -> UseLoads:
        for index in order:
            item = self.items[index]
            if item.together:
                self._place_together(index, item)
            else:
                for group in item.groups:
                    self._spread(index, group.first, group.count, group.size)
        size = self.limits.units
        return [self.loads[start : start + size] for start in range(0, len(self.loads), size)]

    def _place_together(self, index: int, item: PackItem) -> None:
        unit = next((u for u in range(len(self.loads)) if self._most(u, index, item.total)), None)
        while unit is None:
            opened = self._open_use()
            unit = opened if self._most(opened, index, item.total) else None
        self._put(unit, Range(index, item.groups[0].first, item.atoms), item.total, 1)

    def _spread(self, index: int, first: int, count: int, size: Sequence[int]) -> None:
        unit = 0
        while count:
            if unit == len(self.loads):
                self._open_use()
            taken = min(count, self._most(unit, index, size))
            if taken:
                self._put(unit, Range(index, first, taken), size, taken)
                first, count = first + taken, count - taken
            unit += 1

    def _most(self, unit: int, index: int, size: Sequence[int]) -> int:
        """Atoms of a size that a unit still takes."""
        item = self.items[index]
        if (
            self.sealed[unit]
            or (item.sealed and self.inside[unit])
            or not self.foes[index].isdisjoint(self.inside[unit])
        ):
            return 0
        room = self.room[unit]
        most = 1 if item.sealed else 2**31
        for d in range(4):
            if size[d]:
                most = min(most, room[d] // size[d])
        if size[KG]:
            most = min(most, self.use_room[unit // self.limits.units] // size[KG])
        return most

    def _put(self, unit: int, piece: Range, size: Sequence[int], times: int) -> None:
        for d in range(4):
            self.room[unit][d] -= size[d] * times
        self.use_room[unit // self.limits.units] -= size[KG] * times
        self.inside[unit].add(piece.item)
        self.sealed[unit] = self.items[piece.item].sealed
        self.loads[unit].append(piece)

    def _open_use(self) -> int:
        unit = len(self.loads)
        for _ in range(self.limits.units):
            self.room.append(list(self.limits.size))
            self.inside.append(set())
            self.sealed.append(False)
            self.loads.append([])
        self.use_room.append(self.limits.use_kg)
        return unit
