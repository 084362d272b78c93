"""Load plans per move and class, remembered within one solve."""

from __future__ import annotations

from collections.abc import Sequence

from cargopool.network.arrays import Network
from cargopool.packing import Packing, PackItem, UnitLimits, item_of, limits_of, pack

Load = tuple[int, int, int]
"""A shipment part on a move: shipment index, first atom, atoms."""


class LoadPlanner:
    """Packs shipment parts onto moves and remembers what it found; one per solve and thread."""

    def __init__(self, network: Network, work: int = 20_000) -> None:
        self._network = network
        self._work = work
        self._limits: dict[int, UnitLimits] = {}
        self._items: dict[Load, PackItem] = {}
        self._packed: dict[tuple[UnitLimits, tuple[Load, ...]], Packing | None] = {}
        self._shipments = [network.scenario.shipments[name] for name in network.shipment_ids]

    def hurry(self, work: int) -> None:
        """Spend at most this much work on one question from now on."""
        self._work = min(self._work, work)

    def limits(self, move: int) -> UnitLimits:
        """Room of one use of a move."""
        if move not in self._limits:
            self._limits[move] = limits_of(self._network.scenario, self._network.describe(move))
        return self._limits[move]

    def item(self, load: Load) -> PackItem:
        """Packing item of a load."""
        if load not in self._items:
            shipment, first, atoms = load
            self._items[load] = item_of(self._shipments[shipment], 0, first, atoms)
        return self._items[load]

    def pack(self, move: int, loads: Sequence[Load]) -> Packing | None:
        """Fewest uses of a move for these loads, in sorted order; None when one of them fits no unit."""
        key = (self.limits(move), tuple(sorted(loads)))
        if key not in self._packed:
            self._packed[key] = pack(key[0], [self.item(load) for load in key[1]], work=self._work)
        return self._packed[key]
