"""Tours: driver hours, what is on board, who may carry it, how many vehicles are out at once, the battery."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise

from cargopool.footprint.tours import leg_mj
from cargopool.model.equipment import FleetVehicle
from cargopool.model.plan import PlannedUnit
from cargopool.model.quantity import quantity_of
from cargopool.model.shipment import Shipment
from cargopool.model.tours import HIRED, TourTask, VehicleTour
from cargopool.rules.bans import stretches_of, touched
from cargopool.rules.drayage import tour_loads
from cargopool.rules.fleets import bans_hold
from cargopool.rules.index import index_of
from cargopool.rules.opening import is_open
from cargopool.rules.roads import road_link
from cargopool.rules.tours import check_hours
from cargopool.units import MJ_PER_KWH
from cargopool.verifier.case import Case
from cargopool.verifier.tours import TourCase, tour_path

_HOURS = {"break": "V312", "driving": "V313", "span": "V314", "rest": "V315", "gap": "V307"}
_TINY_MJ = 1e-6


def check_tour_loads(tours: TourCase) -> None:
    """Check drivers, vehicles and loads of the tours."""
    units = {unit.id: unit for unit in tours.case.plan.units}
    for tour in tours.tours:
        _check_driver(tours, tour)
        _check_bans(tours, tour)
        _check_board(tours, tour, units)
        _check_away(tours.case, tour, tours.rows[tour.id])
        _check_battery(tours, tour)
    _check_counts(tours)


def _check_driver(tours: TourCase, tour: VehicleTour) -> None:
    manning = tours.case.scenario.vehicles[tour.vehicle].manning
    log = [(segment.kind, segment.start_min, segment.end_min) for segment in tour.log]
    for found in check_hours(log, manning, overnight=True):
        where = f"{tour_path(tour)}.log"
        tours.case.say(_HOURS[found.rule], where, f"{found.found_min} min at {found.minute}, limit {found.limit_min}")


def _check_bans(tours: TourCase, tour: VehicleTour) -> None:
    """No driving on a way while one of the countries in which it lies bans the vehicle."""
    case, row = tours.case, tours.rows[tour.id]
    units = any(stop.task.unit for stop in tour.stops if stop.task is not None)
    if not case.scenario.bans or not bans_hold(case.scenario, row, units=units):
        return
    index = index_of(case.scenario)
    for i, (here, there) in enumerate(pairwise(tour.stops)):
        link = None if here.place == there.place else road_link(case.scenario, here.place, there.place)
        if link is None:
            continue
        for segment in tour.log:
            begins, ends = max(segment.start_min, here.end_min), min(segment.end_min, there.arrive_min)
            if segment.kind == "drive" and begins < ends and touched(stretches_of(index, link), begins, ends):
                countries = " ".join(country for country, _ in link.countries)
                where = f"{tour_path(tour)}.stops[{i + 1}].arrive_min"
                case.say("V325", where, f"drives from {begins} to {ends} in a ban of {countries}")


def _check_board(tours: TourCase, tour: VehicleTour, units: dict[str, PlannedUnit]) -> None:
    """Room, mass, classes and vetoes of what is on board at once; pallets in a body, or one unit on a chassis."""
    case, row = tours.case, tours.rows[tour.id]
    board: dict[TourTask, TourTask] = {}
    hauled: str = ""
    for i, stop in enumerate(tour.stops):
        task, where = stop.task, f"{tour_path(tour)}.stops[{i}]"
        if task is None:
            continue
        if task.unit:
            hauled = _check_unit(case, tour, row, units[task.unit], (hauled, task.kind), where)
            continue
        _check_carries(case, tour, row, case.scenario.shipments[task.shipment], stop.place, where)
        key = TourTask(
            kind="pick_up", shipment=task.shipment, part=task.part, first_atom=task.first_atom, atoms=task.atoms
        )
        if task.kind == "pick_up":
            board[key] = task
        else:
            board.pop(key, None)
        _check_room(case, row, list(board), where)
    if hauled or board:
        case.say("V308", tour_path(tour), f"ends with {hauled or len(board)} on board")
    kinds = {bool(stop.task.unit) for stop in tour.stops if stop.task is not None}
    if len(kinds) > 1 or (row.id != HIRED and kinds and kinds != {row.carries == "units"}):
        case.say("V319", tour_path(tour), "a body carries pallets, a chassis carries units")


def _check_unit(
    case: Case, tour: VehicleTour, row: FleetVehicle, unit: PlannedUnit, state: tuple[str, str], where: str
) -> str:
    """What is on the chassis after the task."""
    hauled, kind = state
    if unit.unit_type not in case.scenario.vehicles[row.vehicle].unit_types:
        case.say("V319", where, f"{tour.vehicle} takes no {unit.unit_type}")
    if kind in ("take_empty", "take_full"):
        if hauled:
            case.say("V316", where, f"{hauled} is on the chassis")
        return unit.id
    if hauled != unit.id:
        case.say("V308", where, f"{kind} of {unit.id} with {hauled or 'nothing'} on the chassis")
    return unit.id if kind in ("load", "unload") else ""


def _check_carries(
    case: Case, tour: VehicleTour, row: FleetVehicle, shipment: Shipment, place: str, where: str
) -> None:
    if shipment.temperature not in row.temperatures:
        case.say("V317", where, f"{shipment.id} is {shipment.temperature}, {tour.fleet} takes {set(row.temperatures)}")
    door = case.scenario.doors.get(place)
    if door is not None and door.tail_lift and not row.tail_lift:
        case.say("V318", where, f"{door.id} needs a tail-lift")


def _check_room(case: Case, row: FleetVehicle, board: list[TourTask], where: str) -> None:
    shipments = case.scenario.shipments
    sizes = [quantity_of(shipments[t.shipment], t.first_atom, t.atoms) for t in board]
    for total, limit, what in (
        (sum(q.pallets_milli for q in sizes), row.pallets_milli, "thousandths of a pallet"),
        (sum(q.kg for q in sizes), row.payload_kg, "kg"),
        (sum(q.volume_m3_milli for q in sizes), row.volume_m3_milli or 10**12, "litres"),
    ):
        if total > limit:
            case.say("V316", where, f"{total} {what} > {limit}")
    together = {t.shipment: shipments[t.shipment] for t in board}
    classes = {shipment.pooling_class for shipment in together.values()}
    if len(classes) > 1:
        case.say("V320", where, f"classes {sorted(classes)} on board together")
    for one in together.values():
        for other in together.values():
            if one is not other and (other.shipper in one.veto_shippers or other.goods_class in one.veto_goods):
                case.say("V320", where, f"{one.id} does not travel with {other.id}")


def _check_away(case: Case, tour: VehicleTour, row: FleetVehicle) -> None:
    """A vehicle of the fleet is out only in its hours."""
    if row.opening is None:
        return
    depot = case.scenario.place(row.depot)
    hours = _Hours(row, depot.timezone)
    begins, ends = tour.log[0].start_min, tour.log[-1].end_min
    if not is_open(hours, case.scenario.horizon.start, begins, ends):  # type: ignore[arg-type]
        case.say("V321", tour_path(tour), f"{row.id} is out from {begins} to {ends}")


class _Hours:
    """A fleet row as a place with opening hours."""

    def __init__(self, row: FleetVehicle, timezone: str) -> None:
        self.opening, self.timezone = row.opening, timezone


def _check_counts(tours: TourCase) -> None:
    """No vehicle is out twice at once, and none has a number beyond the fleet's."""
    out: dict[tuple[str, int], list[VehicleTour]] = defaultdict(list)
    for tour in tours.tours:
        row = tours.rows[tour.id]
        if not 1 <= tour.number <= row.count:
            tours.case.say("V322", f"{tour_path(tour)}.number", f"{row.id or 'hired'} has {row.count}")
        out[tour.fleet, tour.number].append(tour)
    for (fleet, number), found in out.items():
        found.sort(key=lambda tour: (tour.log[0].start_min, tour.id))
        for earlier, later in pairwise(found):
            if later.log[0].start_min < earlier.log[-1].end_min:
                name = f"{fleet or 'hired'} number {number}"
                tours.case.say("V323", tour_path(later), f"{name} is out on {earlier.id} until then")


def _check_battery(tours: TourCase, tour: VehicleTour) -> None:
    """Energy used never exceeds the battery's, with at most one charge, at the depot of an electric vehicle."""
    case, row = tours.case, tours.rows[tour.id]
    charges = [stop for stop in tour.stops if stop.charge_mj != 0]
    if row.battery_kwh is None:
        if charges:
            case.say("V324", tour_path(tour), "a vehicle without a battery does not charge")
        return
    depots = {other.depot for other in case.scenario.fleet.values() if other.battery_kwh is not None}
    vehicle, full = case.scenario.vehicles[row.vehicle], row.battery_kwh * MJ_PER_KWH
    left = full
    for i, ((here, there), kg) in enumerate(
        zip(pairwise(tour.stops), tour_loads(case.scenario, case.plan, tour), strict=False)
    ):
        link = None if here.place == there.place else road_link(case.scenario, here.place, there.place)
        left -= leg_mj(case.scenario, vehicle, link.km if link else 0.0, kg)
        if left < -_TINY_MJ:
            case.say("V324", f"{tour_path(tour)}.stops[{i + 1}]", f"{-left:.1f} MJ more than the battery holds")
            return
        if there.charge_mj > 0:
            left += there.charge_mj
            power = row.charge_kw * MJ_PER_KWH / 60
            enough = there.charge_mj <= power * (there.end_min - there.start_min) + _TINY_MJ
            if left > full + _TINY_MJ or not enough or there.place not in depots:
                case.say("V324", f"{tour_path(tour)}.stops[{i + 1}]", f"charges {there.charge_mj:.1f} MJ here")
    if len(charges) > 1:
        case.say("V324", tour_path(tour), f"{len(charges)} charging stops")
