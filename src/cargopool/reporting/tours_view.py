"""Tours as the report shows them: the rounds, and around each hub a map, the stops and the driver's time."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cargopool.footprint.tours import battery_mj
from cargopool.model.plan import Plan
from cargopool.model.scenario import Scenario
from cargopool.model.tours import HIRED, VehicleTour
from cargopool.reporting.moments import short_local
from cargopool.reporting.tour_tables import by_tail_lift, task_word, tour_km
from cargopool.rules.drayage import tour_loads
from cargopool.units import MJ_PER_KWH, eur

_SIDE, _MARGIN = 460.0, 26.0
_COLOURS = 6
_CSS = {"drive": "drive", "work": "work", "break": "break", "rest": "rest", "charge": "shuttle", "ban": "ban"}


@dataclass(frozen=True, slots=True)
class TourLine:
    """A tour on the map of its hub."""

    path: str
    colour: int
    title: str


@dataclass(frozen=True, slots=True)
class TourDot:
    """A door or hub on the map."""

    x: float
    y: float
    kind: str
    title: str


@dataclass(frozen=True, slots=True)
class Stretch:
    """A piece of the driver's bar, in percent of the tour's time."""

    css: str
    start: float
    width: float
    title: str


@dataclass(frozen=True, slots=True)
class StopLine:
    """A stop as a planner reads it; what is in the battery when it drives on, empty without one."""

    place: str
    task: str
    what: str
    arrive: str
    start: str
    end: str
    on_board_kg: int
    tail_lift: bool
    battery: str


@dataclass(frozen=True, slots=True)
class TourRow:
    """A tour with its driver's bar and its stops; of the vehicle what a tail-lift and a battery have to do with it."""

    id: str
    vehicle: str
    tail_lift: str
    battery: str
    begins: str
    ends: str
    hours: str
    km: float
    jobs: int
    cost_eur: float
    bar: tuple[Stretch, ...]
    stops: tuple[StopLine, ...]


@dataclass(frozen=True, slots=True)
class HubTours:
    """The tours around one hub, and whether any of them has to do with a tail-lift or a battery."""

    id: str
    name: str
    lines: tuple[TourLine, ...]
    dots: tuple[TourDot, ...]
    rows: tuple[TourRow, ...]
    cost_eur: float
    km: float

    @property
    def tail_lifts(self) -> bool:
        """Whether a vehicle has a tail-lift."""
        return any(row.tail_lift for row in self.rows)

    @property
    def batteries(self) -> bool:
        """Whether a vehicle has a battery."""
        return any(row.battery for row in self.rows)


@dataclass(frozen=True, slots=True)
class ToursView:
    """Everything that the report says of tours."""

    side: float
    hubs: tuple[HubTours, ...]
    rounds: tuple[Mapping[str, Any], ...]


def make_tours_view(scenario: Scenario, plan: Plan, record: Mapping[str, Any]) -> ToursView | None:
    """The tours of a plan by hub; None for a plan without tours."""
    if not plan.tours:
        return None
    by_hub: dict[str, list[VehicleTour]] = defaultdict(list)
    for tour in plan.tours:
        by_hub[hub_of(scenario, tour)].append(tour)
    costs: dict[str, int] = defaultdict(int)
    for line in plan.tour_lines:
        costs[line.owner] += line.cents * line.count
    hubs = tuple(_hub_tours(scenario, plan, hub, tours, costs) for hub, tours in sorted(by_hub.items()))
    return ToursView(_SIDE, hubs, tuple(record.get("rounds") or ()))


def hub_of(scenario: Scenario, tour: VehicleTour) -> str:
    """The hub that a tour goes around: the first one where something is done."""
    places = [stop.place for stop in tour.stops if stop.task is not None and stop.place in scenario.hubs]
    return places[0] if places else tour.stops[0].place


def _hub_tours(
    scenario: Scenario, plan: Plan, hub: str, tours: Sequence[VehicleTour], costs: Mapping[str, int]
) -> HubTours:
    names = list(dict.fromkeys(stop.place for tour in tours for stop in tour.stops))
    at = _positions(scenario, names)
    lines = tuple(
        TourLine(_path([at[stop.place] for stop in tour.stops]), n % _COLOURS, tour.id) for n, tour in enumerate(tours)
    )
    dots = tuple(
        TourDot(*at[name], "hub" if name in scenario.hubs else "door", scenario.place(name).name) for name in names
    )
    rows = tuple(_row(scenario, plan, tour, costs) for tour in tours)
    return HubTours(
        hub, scenario.place(hub).name, lines, dots, rows, sum(r.cost_eur for r in rows), sum(r.km for r in rows)
    )


def _path(points: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)


def _positions(scenario: Scenario, names: Sequence[str]) -> dict[str, tuple[float, float]]:
    places = [scenario.place(name) for name in names]
    lat = sum(place.lat for place in places) / len(places)
    xs = [place.lon * math.cos(math.radians(lat)) for place in places]
    ys = [-place.lat for place in places]
    span = max(max(xs) - min(xs), max(ys) - min(ys)) or 1.0
    scale = (_SIDE - 2 * _MARGIN) / span
    middle = (min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2
    return {
        name: (round(_SIDE / 2 + (x - middle[0]) * scale, 1), round(_SIDE / 2 + (y - middle[1]) * scale, 1))
        for name, x, y in zip(names, xs, ys, strict=True)
    }


def _row(scenario: Scenario, plan: Plan, tour: VehicleTour, costs: Mapping[str, int]) -> TourRow:
    first, last = tour.log[0].start_min, tour.log[-1].end_min
    whole = max(1, last - first)
    bar = tuple(
        Stretch(
            _CSS.get(s.kind, "stand"),
            round(100 * (s.start_min - first) / whole, 2),
            round(100 * (s.end_min - s.start_min) / whole, 2),
            f"{s.kind} {s.end_min - s.start_min} min",
        )
        for s in tour.log
    )
    driven = sum(s.end_min - s.start_min for s in tour.log if s.kind == "drive")
    return TourRow(
        id=tour.id,
        vehicle=f"{tour.fleet if tour.fleet != HIRED else 'hired ' + tour.vehicle} {tour.number}",
        tail_lift=_tail_lift(scenario, tour),
        battery=_battery(scenario, plan, tour),
        begins=short_local(scenario, tour.stops[0].place, first) or "",
        ends=short_local(scenario, tour.stops[-1].place, last) or "",
        hours=f"{_hours(last - first)}, {_hours(driven)} driving",
        km=tour_km(scenario, tour),
        jobs=len({_load(stop.task) for stop in tour.stops if stop.task is not None}),
        cost_eur=eur(costs[f"tour:{tour.id}"]),
        bar=bar,
        stops=_stops(scenario, plan, tour),
    )


def _tail_lift(scenario: Scenario, tour: VehicleTour) -> str:
    """Whether the vehicle has one and how many stops need it; a hired truck has one when it is ordered with one."""
    needed = sum(by_tail_lift(scenario, stop) for stop in tour.stops)
    row = scenario.fleet.get(tour.fleet)
    if needed:
        return f"yes, {needed} {'stop' if needed == 1 else 'stops'}"
    return "yes" if row is not None and row.tail_lift else ""


def _battery(scenario: Scenario, plan: Plan, tour: VehicleTour) -> str:
    left = battery_mj(scenario, plan, tour)
    if left is None:
        return ""
    lowest = min(mj - stop.charge_mj for mj, stop in zip(left, tour.stops, strict=True))
    charged = sum(stop.charge_mj for stop in tour.stops)
    text = f"{_kwh(left[0])}, least {_kwh(lowest)}"
    return f"{text}, {_kwh(charged)} charged" if charged else text


def _kwh(mj: float) -> str:
    return f"{mj / MJ_PER_KWH:.0f} kWh"


def _load(task: Any) -> tuple[object, ...]:
    return (task.unit,) if task.unit else (task.shipment, task.part, task.first_atom)


def _hours(minutes: int) -> str:
    return f"{minutes // 60}:{minutes % 60:02} h"


def _stops(scenario: Scenario, plan: Plan, tour: VehicleTour) -> tuple[StopLine, ...]:
    found, battery = [], battery_mj(scenario, plan, tour)
    for n, (stop, kg) in enumerate(zip(tour.stops, tour_loads(scenario, plan, tour), strict=True)):
        task = stop.task
        what = "" if task is None else task.unit or f"{task.shipment}/{task.part}, {task.atoms} pallets"
        arrive, start, end = (
            short_local(scenario, stop.place, m) or "" for m in (stop.arrive_min, stop.start_min, stop.end_min)
        )
        name, word = scenario.place(stop.place).name, task_word(tour, n).replace("_", " ")
        left = "" if battery is None else _kwh(battery[n])
        found.append(StopLine(name, word, what, arrive, start, end, kg, by_tail_lift(scenario, stop), left))
    return tuple(found)
