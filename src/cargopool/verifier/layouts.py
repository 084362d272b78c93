"""Loading layouts: every pallet on a place of its own, stacked and in order as the rules say, in balance."""

from __future__ import annotations

from collections import Counter, defaultdict

from cargopool.model.equipment import LoadUnitType
from cargopool.model.execution import PalletPlace, UnitLayout
from cargopool.model.plan import PlannedUnit
from cargopool.model.quantity import Quantity, quantity_of
from cargopool.rules.loading import LEVELS, Grid, balance_of, gravity_range, grid_of, pallet_height_mm, stop_numbers
from cargopool.units import MILLI
from cargopool.verifier.case import Case


def check_layouts(case: Case) -> None:
    """Check every layout, and that each unit with loose freight has one when any has."""
    if not case.plan.layouts:
        return
    wanted = {unit.id for unit in case.units.values() if _loose(case, unit)}
    listed = Counter(layout.unit for layout in case.plan.layouts)
    for name, times in listed.items():
        if name not in wanted or times > 1:
            case.say("V270", f"layouts[{name[:60]}]", "no unit with loose freight, or twice")
    for name in sorted(wanted - set(listed)):
        case.say("V270", f"units[{name}]", "has no layout")
    for layout in case.plan.layouts:
        if layout.unit in wanted:
            _check_layout(case, layout, case.units[layout.unit])


def _loose(case: Case, unit: PlannedUnit) -> bool:
    return bool(unit.contents) and not any(case.scenario.shipments[c.shipment].load_units for c in unit.contents)


def _check_layout(case: Case, layout: UnitLayout, unit: PlannedUnit) -> None:
    at = f"layouts[{layout.unit}]"
    if layout.status == "refused":
        if not layout.problem or layout.places:
            case.say("V270", at, "refused needs a problem and has no places")
        return
    kind = case.scenario.load_units[unit.unit_type]
    grid = grid_of(kind)
    if grid is None:
        case.say("V270", at, f"{kind.id} has no grid")
        return
    wanted = Counter((c.shipment, c.part, c.first_atom + n) for c in unit.contents for n in range(c.atoms))
    placed = Counter((p.shipment, p.part, p.atom) for p in layout.places)
    if wanted != placed:
        case.say("V271", at, f"{sum((wanted - placed).values())} missing, {sum((placed - wanted).values())} too many")
        return
    pallets = {p: quantity_of(case.scenario.shipments[p.shipment], p.atom, 1) for p in layout.places}
    _check_places(case, layout, kind, grid, pallets, at)
    _check_order(case, layout, unit, at)
    _check_balance(case, layout, kind, grid, pallets, at)


def _check_places(
    case: Case,
    layout: UnitLayout,
    kind: LoadUnitType,
    grid: Grid,
    pallets: dict[PalletPlace, Quantity],
    at: str,
) -> None:
    """Inside the grid; on the floor one pallet place's worth, on top of it at most one pallet that may stand there."""
    cells: dict[tuple[int, int], dict[int, list[PalletPlace]]] = defaultdict(lambda: defaultdict(list))
    for place in layout.places:
        if place.row > grid.rows or place.side > grid.lanes or place.level > LEVELS:
            case.say("V272", at, f"row {place.row}, side {place.side}, level {place.level}")
        cells[place.row, place.side][place.level].append(place)
    if len(cells) > kind.pallets_milli // MILLI:
        case.say("V272", at, f"{len(cells)} places > {kind.pallets_milli // MILLI}")
    metres = sum(size.loading_metres_milli for place, size in pallets.items() if place.level == 1)
    if metres > kind.loading_metres_milli:
        case.say("V272", at, f"{metres} > {kind.loading_metres_milli} thousandths of a loading metre on the floor")
    rows = max((row for row, _ in cells), default=0)
    if layout.gap_mm > grid.slack_mm(rows):
        case.say("V272", at, f"{rows} rows do not fit behind a gap of {layout.gap_mm} mm")
    for (row, side), levels in cells.items():
        floor, top = levels.get(1, []), levels.get(2, [])
        sizes = [pallets[place].pallets_milli for place in floor]
        if len(floor) > 1 and (sum(sizes) > MILLI or min(sizes) <= 0):
            case.say("V272", at, f"row {row}, side {side} holds {sum(sizes)} thousandths of a pallet place")
        if top and (len(floor) != 1 or len(top) > 1 or not _may_stack(case, top[0], floor[0], grid, pallets)):
            case.say("V273", at, f"{top[0].shipment}/{top[0].atom} in row {row}, side {side}")


def _may_stack(
    case: Case, upper: PalletPlace, lower: PalletPlace, grid: Grid, pallets: dict[PalletPlace, Quantity]
) -> bool:
    above, below = pallets[upper], pallets[lower]
    if not all(case.scenario.shipments[place.shipment].stackable for place in (upper, lower)):
        return False
    volumes = (above.volume_m3_milli, below.volume_m3_milli)
    height = sum(pallet_height_mm(volume, grid) for volume in volumes)
    lighter = above.kg <= below.kg and above.pallets_milli <= below.pallets_milli
    return min(volumes) > 0 and height <= grid.height_mm and lighter and upper.stop == lower.stop


def _check_order(case: Case, layout: UnitLayout, unit: PlannedUnit, at: str) -> None:
    """Stops as the handlings say; what leaves earlier stands no farther from the door."""
    stops = stop_numbers(unit, case.itineraries)
    nearest: dict[int, int] = {}
    farthest: dict[int, int] = {}
    for place in layout.places:
        real = stops[place.shipment, place.part]
        if place.stop != real:
            case.say("V274", at, f"{place.shipment} is stop {real}, not {place.stop}")
        nearest[real] = min(nearest.get(real, place.row), place.row)
        farthest[real] = max(farthest.get(real, place.row), place.row)
    for early, near in nearest.items():
        for late, far in farthest.items():
            if early < late and near < far:
                case.say("V274", at, f"stop {early} in row {near}, stop {late} in row {far}")


def _check_balance(
    case: Case, layout: UnitLayout, kind: LoadUnitType, grid: Grid, pallets: dict[PalletPlace, Quantity], at: str
) -> None:
    loads = [(place.row, size.kg) for place, size in pallets.items()]
    kg = sum(mass for _, mass in loads)
    real = balance_of(kind, grid, layout.gap_mm, loads)
    claimed = (layout.gravity_mm, layout.kingpin_kg, layout.bogie_kg)
    if claimed != (real.gravity_mm, real.kingpin_kg, real.bogie_kg):
        case.say("V276", at, f"{claimed}, not {(real.gravity_mm, real.kingpin_kg, real.bogie_kg)}")
    least, most = gravity_range(kind, case.scenario.execution, kg)
    exact = sum(grid.centre_mm(row, layout.gap_mm) * mass for row, mass in loads) / kg if kg else None
    if exact is not None and not least <= exact <= most:
        case.say("V275", at, f"{exact:.0f} mm from the front wall, {least:.0f} to {most:.0f} mm allowed")
