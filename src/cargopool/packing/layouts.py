"""Loading layouts: where each pallet of a load unit stands, so that it is balanced and unloads in order.

Cells (pallet places with what stands on them) fill the grid from the front in one block, the last stop first. Balance
is found by the order of masses inside the stops and by the free length before the block; between the two extreme
orders, heavy in front and heavy at the door, the centre of gravity moves in steps of one exchange.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cargopool.model.equipment import LoadUnitType
from cargopool.model.execution import ExecutionRules, PalletPlace, UnitLayout
from cargopool.rules.loading import Grid, balance_of, gravity_range, grid_of, pallet_height_mm
from cargopool.units import MILLI, ceil_div


@dataclass(frozen=True, slots=True)
class Pallet:
    """One atom to be placed.

    Attributes
    ----------
    milli : int
        Share of a pallet place, in thousandths.
    stop : int
        Order of unloading, from 1.
    loading_metres_milli : int
        Of the pallet; those on the floor count.
    """

    shipment: str
    part: int
    atom: int
    milli: int
    kg: int
    volume_m3_milli: int
    stackable: bool
    stop: int
    loading_metres_milli: int = 0


@dataclass(slots=True)
class _Cell:
    """A pallet place with what stands on it: several started pallets, or one pallet and one on top."""

    floor: list[Pallet]
    top: list[Pallet]
    stop: int

    @property
    def kg(self) -> int:
        return sum(pallet.kg for pallet in (*self.floor, *self.top))


@dataclass(frozen=True, slots=True)
class _Range:
    """Where the centre of gravity may lie, and where it had best lie."""

    least: float
    most: float
    best: float


def arrange(unit: LoadUnitType, rules: ExecutionRules, name: str, pallets: Sequence[Pallet]) -> UnitLayout:
    """Arrange the pallets of a unit.

    Returns
    -------
    UnitLayout
        ``refused`` with the reason when the pallets do not fit on the grid, or when no order of them within a block
        keeps the centre of gravity in its range.
    """
    grid = grid_of(unit)
    if grid is None:
        return _refused(name, f"{unit.id} has no loading metres or no pallet places, so no grid")
    cells = _cells(pallets)
    places = min(grid.rows * grid.lanes, unit.pallets_milli // MILLI)
    if not _stacked(cells, places, unit.loading_metres_milli, grid):
        needed = f"{len(cells)} pallet places and {_floor_metres(cells) / MILLI:g} m"
        room = f"{places} and {unit.loading_metres_milli / MILLI:g} m"
        return _refused(name, f"{needed} needed, {room} there, and no further pallets may be stacked")
    kg = sum(pallet.kg for pallet in pallets)
    least, most = gravity_range(unit, rules, kg)
    if least > most:
        return _refused(name, f"{kg} kg are too heavy for kingpin and axle group together, wherever they stand")
    found = _balanced(cells, grid, _Range(least, most, least if unit.kind == "trailer" else grid.length_mm / 2))
    if isinstance(found, str):
        return _refused(name, found)
    order, gap = found
    balance = balance_of(unit, grid, gap, [(row, cell.kg) for row, cell in _rows(order, grid)])
    return UnitLayout(
        unit=name,
        status="arranged",
        gap_mm=gap,
        gravity_mm=balance.gravity_mm,
        kingpin_kg=balance.kingpin_kg,
        bogie_kg=balance.bogie_kg,
        places=tuple(_places(order, grid)),
    )


def _refused(name: str, problem: str) -> UnitLayout:
    return UnitLayout(unit=name, status="refused", problem=problem)


def _cells(pallets: Sequence[Pallet]) -> list[_Cell]:
    """One cell for each whole pallet; started ones of a stop share cells, first fit decreasing."""
    cells = [_Cell([pallet], [], pallet.stop) for pallet in pallets if pallet.milli >= MILLI or pallet.milli <= 0]
    shared: list[_Cell] = []
    started = [pallet for pallet in pallets if 0 < pallet.milli < MILLI]
    for pallet in sorted(started, key=lambda p: (-p.milli, p.shipment, p.atom)):
        for cell in shared:
            if cell.stop == pallet.stop and sum(p.milli for p in cell.floor) + pallet.milli <= MILLI:
                cell.floor.append(pallet)
                break
        else:
            shared.append(_Cell([pallet], [], pallet.stop))
    return cells + shared


def may_stack(upper: Pallet, lower: Pallet, grid: Grid) -> bool:
    """Both stackable, of known height and together not too high, the lighter and smaller on top, of one stop."""
    if not (upper.stackable and lower.stackable) or min(upper.volume_m3_milli, lower.volume_m3_milli) <= 0:
        return False
    height = pallet_height_mm(upper.volume_m3_milli, grid) + pallet_height_mm(lower.volume_m3_milli, grid)
    whole = upper.milli <= lower.milli
    return whole and height <= grid.height_mm and upper.kg <= lower.kg and upper.stop == lower.stop


def _floor_metres(cells: Sequence[_Cell]) -> int:
    return sum(pallet.loading_metres_milli for cell in cells for pallet in cell.floor)


def _stacked(cells: list[_Cell], places: int, metres: int, grid: Grid) -> bool:
    """Stack pallets until places and loading metres fit, the lightest first; False when they never do."""
    while len(cells) > places or _floor_metres(cells) > metres:
        free = sorted((c for c in cells if len(c.floor) == 1 and not c.top), key=lambda c: (c.kg, -c.stop))
        pair = next(
            ((up, low) for up in free for low in reversed(free) if up is not low and _on(up, low, grid)),
            None,
        )
        if pair is None:
            return False
        pair[1].top.append(pair[0].floor[0])
        cells.remove(pair[0])
    return True


def _on(upper: _Cell, lower: _Cell, grid: Grid) -> bool:
    return may_stack(upper.floor[0], lower.floor[0], grid)


def _rows(order: Sequence[_Cell], grid: Grid) -> Iterator[tuple[int, _Cell]]:
    for n, cell in enumerate(order):
        yield n // grid.lanes + 1, cell


def _balanced(cells: Sequence[_Cell], grid: Grid, wanted: _Range) -> tuple[list[_Cell], int] | str:
    """An order of the cells and the gap before them, or why there is none."""
    front = sorted(cells, key=lambda c: (-c.stop, -c.kg))
    door = sorted(cells, key=lambda c: (-c.stop, c.kg))
    for order in (_heavy_in_the_middle(front), front, door):
        gap = _gap(order, grid, wanted)
        if gap is not None:
            return list(order), gap
    slack = grid.slack_mm(ceil_div(len(cells), grid.lanes))
    nearest, farthest = _gravity(front, grid), _gravity(door, grid) + slack
    span = f"{wanted.least:.0f} to {wanted.most:.0f} mm"
    if nearest > wanted.most:
        return f"centre of gravity at least {nearest:.0f} mm from the front wall, {span} allowed"
    if farthest < wanted.least:
        return f"centre of gravity at most {farthest:.0f} mm from the front wall, {span} allowed"
    for order in _exchanges(front):
        gap = _gap(order, grid, wanted)
        if gap is not None:
            return list(order), gap
    return f"no order of the pallets brings the centre of gravity into {span}"


def _heavy_in_the_middle(front: Sequence[_Cell]) -> list[_Cell]:
    """Inside each stop, the heaviest in the middle of its block."""
    found: list[_Cell] = []
    for stop in dict.fromkeys(cell.stop for cell in front):
        block = [cell for cell in front if cell.stop == stop]
        found += [*block[1::2][::-1], *block[::2]]
    return found


def _gravity(order: Sequence[_Cell], grid: Grid) -> float:
    kg = sum(cell.kg for cell in order)
    return sum(grid.centre_mm(row, 0) * cell.kg for row, cell in _rows(order, grid)) / kg if kg else grid.length_mm / 2


def _gap(order: Sequence[_Cell], grid: Grid, wanted: _Range) -> int | None:
    """Gap before the block that brings the centre of gravity nearest to its best place; None when out of range."""
    if not any(cell.kg for cell in order):
        return 0
    gravity = _gravity(order, grid)
    slack = grid.slack_mm(ceil_div(len(order), grid.lanes))
    gap = min(slack, max(0, ceil_div(int(wanted.best - gravity), 1)))
    for candidate in (gap, min(slack, gap + 1)):
        if wanted.least <= gravity + candidate <= wanted.most:
            return candidate
    return None


def _exchanges(front: Sequence[_Cell]) -> Iterator[list[_Cell]]:
    """From heavy in front to heavy at the door, one exchange of neighbours inside a stop at a time."""
    order = list(front)
    moved = True
    while moved:
        moved = False
        for n in range(len(order) - 1):
            if order[n].stop == order[n + 1].stop and order[n].kg > order[n + 1].kg:
                order[n], order[n + 1] = order[n + 1], order[n]
                moved = True
                yield order


def _places(order: Sequence[_Cell], grid: Grid) -> Iterator[PalletPlace]:
    """Sides: the heaviest of a row in the middle, the others where they even out left and right."""
    tilt = 0
    for row in range(1, ceil_div(len(order), grid.lanes) + 1):
        cells = sorted(order[(row - 1) * grid.lanes : row * grid.lanes], key=lambda c: -c.kg)
        sides = _sides(len(cells), grid.lanes, tilt)
        for cell, side in zip(cells, sides, strict=True):
            tilt += cell.kg * (2 * side - grid.lanes - 1)
            for level, pallets in ((1, cell.floor), (2, cell.top)):
                for p in pallets:
                    yield PalletPlace(
                        shipment=p.shipment, part=p.part, atom=p.atom, row=row, side=side, level=level, stop=p.stop
                    )


def _sides(count: int, lanes: int, tilt: int) -> list[int]:
    """Sides for the cells of a row, heaviest first; ``tilt`` is positive when the right side is the heavier."""
    outer = [1, lanes] if tilt > 0 else [lanes, 1]
    if lanes == 1:
        return [1]
    if lanes == 2:
        return outer[:count]
    return {1: [2], 2: outer, 3: [2, *outer]}[count]
