"""Scenarios without files: the words of the files, the same checks.

>>> builder = ScenarioBuilder("two hubs", start="2026-11-23T00:00", end="2026-11-30T00:00", timezone="Europe/Berlin")
>>> builder.add_hub("A", country="DE", lat=51.4, lon=6.7, timezone="Europe/Berlin", cross_dock=True).id
'A'
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import MISSING, fields
from datetime import UTC, datetime
from typing import Any, TypeVar, cast

from numpy.typing import ArrayLike

from cargopool.errors import Diagnostic, InputError
from cargopool.model.equipment import LoadUnitType, RoadVehicle
from cargopool.model.execution import ExecutionRules
from cargopool.model.place import CrossDock, Crossing, Door, Hub, Place, RoadLink, WeekHours
from cargopool.model.road_matrix import RoadMatrix
from cargopool.model.scenario import Drayage, Factors, Horizon, ModelScope, Objective, Scenario, TruckBan
from cargopool.model.service import Charter, LegCapacity, Service, ServiceLeg, ServiceStop, Surcharge, Tariff
from cargopool.model.shipment import Shipment
from cargopool.model.texts import FieldError, date_set, day_time, minute_of, utc_moment, week_hours, weekday_set
from cargopool.model.validate import check_scenario
from cargopool.model.wallclock import WallClockError, utc_of_local
from cargopool.units import MINUTES_PER_HOUR, milli, round_half_even

T = TypeVar("T")
Moment = str | datetime
Opening = WeekHours | Sequence[str] | None
Stop = tuple[str, str | None, str | None]

_SETS = frozenset({"modes", "temperatures", "unit_types", "gauges", "adr_classes", "veto_shippers", "veto_goods"})
_BLOCKS: Mapping[str, type] = {"capacity": LegCapacity, "tariff": Tariff, "charter": Charter}
_TABLES: Mapping[type, str] = {
    Hub: "hubs",
    Door: "doors",
    LoadUnitType: "load_units",
    RoadVehicle: "vehicles",
    Service: "services",
    Shipment: "shipments",
}
_LISTS: Mapping[type, str] = {RoadLink: "road_links", Crossing: "crossings", TruckBan: "bans", Surcharge: "surcharges"}
_PATHS = {"vehicles": "road.vehicles", "road_links": "road.links", "crossings": "road.crossings", "bans": "road.bans"}


class ScenarioBuilder:
    """Makes a Scenario step by step; `build` checks it as a scenario from files is checked.

    Numbers are given as people say them: ``pallets``, ``volume_m3``, ``loading_metres`` and ``teu`` in their own unit,
    times of a duration either in minutes (``lift_min``) or in hours (``lift_h``), moments as datetimes or texts, local
    to their place unless they carry an offset. Whatever is wrong is kept, and raised by `build` all at once.

    Parameters
    ----------
    name : str
        Name of the scenario.
    start, end : str or datetime
        Planning horizon, local to ``timezone`` unless they carry an offset.
    timezone : str
        IANA zone of the horizon.
    synthetic : bool
        Whether demand is invented.
    """

    def __init__(
        self, name: str, *, start: Moment, end: Moment, timezone: str = "UTC", synthetic: bool = False, notes: str = ""
    ) -> None:
        self._found: list[Diagnostic] = []
        self._name, self._synthetic, self._notes = name, synthetic, notes
        first = self._moment(start, timezone, "horizon.start")
        last = self._moment(end, timezone, "horizon.end")
        self._horizon = Horizon(start=first, end=last, timezone=timezone)
        self._tables: dict[str, dict[str, Any]] = {table: {} for table in _TABLES.values()}
        self._lists: dict[str, list[Any]] = {name: [] for name in _LISTS.values()}
        self._objective, self._drayage, self._scope = Objective(), Drayage(), ModelScope()
        self._execution = ExecutionRules()
        self._factors = Factors(id="none")
        self._matrix: RoadMatrix | None = None

    def add(self, *things: Any) -> ScenarioBuilder:
        """Add ready-made model objects, such as rows of the reference set; a factor set replaces the present one."""
        for thing in things:
            kind = type(thing)
            if kind in _TABLES:
                self._keep(_TABLES[kind], thing)
            elif kind in _LISTS:
                self._lists[_LISTS[kind]].append(thing)
            elif kind is Factors:
                self._factors = thing
            elif kind is Drayage:
                self._drayage = thing
            elif kind is RoadMatrix:
                self._matrix = thing
            else:
                self._wrong("E0203", "scenario", f"a {kind.__name__} is no part of a scenario", "add model objects")
        return self

    def add_hub(self, id: str, *, cross_dock: bool | CrossDock = False, opening: Opening = None, **values: Any) -> Hub:
        """Add a hub; ``cross_dock=True`` is one without cost; opening as ``["Mo-Fr 06:00-22:00"]``."""
        where = f"hubs[{id}]"
        dock = cross_dock if isinstance(cross_dock, CrossDock) else CrossDock() if cross_dock else None
        extra = {"cross_dock": dock, "opening": self._opening(opening, where)}
        return self._add(Hub, where, {"id": id, "name": id, "country": "", "timezone": "", **values}, extra)

    def add_door(self, id: str, *, opening: Opening = None, **values: Any) -> Door:
        """Add a shipper's or consignee's own place."""
        where = f"doors[{id}]"
        given = {"id": id, "name": id, "country": "", "timezone": "", **values}
        return self._add(Door, where, given, {"opening": self._opening(opening, where)})

    def add_road_link(
        self,
        origin: str,
        destination: str,
        *,
        km: float,
        countries: Mapping[str, float] | Iterable[tuple[str, float]] = (),
        **values: Any,
    ) -> RoadLink:
        """Add a road, with ``drive_h`` or ``drive_min``; countries in driving order with their km."""
        split = tuple(countries.items()) if isinstance(countries, Mapping) else tuple(countries)
        given = {"origin": origin, "destination": destination, "km": km, **values}
        return self._add(RoadLink, f"road.links[{origin}-{destination}]", given, {"countries": split})

    def set_road_matrix(
        self, places: Sequence[str], km: ArrayLike, *, minutes: ArrayLike | None = None
    ) -> RoadMatrix | None:
        """Set own distances, which stand before links and estimates.

        Parameters
        ----------
        places : sequence of str
            Ids of rows and columns.
        km, minutes : array-like of float, [places, places]
            Driven from row to column; NaN is not given. Minutes without breaks, rests, crossings and shuttle.
        """
        try:
            self._matrix = RoadMatrix.of(tuple(places), tuple(places), km, minutes)
        except (TypeError, ValueError) as problem:
            self._wrong("E0203", "road.matrix", str(problem), "give a square of numbers, one row and column per place")
        return self._matrix

    def add_crossing(
        self, origin: str, destination: str, *, eur: float = 0.0, hours: float | None = None, minutes: int = 0
    ) -> Crossing:
        """Add a customs crossing of one direction."""
        spent = round_half_even(hours * MINUTES_PER_HOUR) if hours is not None else minutes
        given = {"origin": origin, "destination": destination, "eur": eur, "minutes": spent}
        return self._add(Crossing, f"road.crossings[{origin}-{destination}]", given)

    def add_load_unit(self, id: str, *, kind: str = "container", **values: Any) -> LoadUnitType:
        """Add a load-unit type: pallets, payload_kg, volume_m3, loading_metres, tare_kg, teu, length_m, ..."""
        sizes = {"volume_m3": 0.0, "loading_metres": 0.0, "teu": 0.0, "length_m": 0.0}
        return self._add(LoadUnitType, f"load_units[{id}]", {"id": id, "name": id, "kind": kind, **sizes, **values})

    def add_vehicle(self, id: str, *, unit_types: Iterable[str], **values: Any) -> RoadVehicle:
        """Add a truck; the first one serves haulage and tours unless the drayage names another."""
        given = {"id": id, "name": id, "unit_types": unit_types, **values}
        vehicle = self._add(RoadVehicle, f"road.vehicles[{id}]", given)
        if not self._drayage.vehicle:
            self.set_drayage(vehicle=id)
        return vehicle

    def add_service(
        self,
        id: str,
        *,
        mode: str,
        stops: Sequence[Stop | ServiceStop],
        legs: Sequence[float | ServiceLeg],
        days: str | Sequence[str] = (),
        closing_h: float = 0.0,
        pick_up_ready_h: float = 0.0,
        **values: Any,
    ) -> Service:
        """Add a service.

        Parameters
        ----------
        id, mode : str
            Identifier; rail, barge or sea.
        stops : sequence
            (hub, arrival, departure), times as ``"0+20:00"``, None where there is none; or ServiceStop.
        legs : sequence
            Kilometres of each leg, or ServiceLeg.
        days : str or sequence of str
            Operating days such as ``"Mo-Fr"``; empty for headway services.
        closing_h, pick_up_ready_h : float
            Of stops given as tuples.
        **values
            Further fields; capacity, tariff and charter as mappings or as their own classes.
        """
        where = f"services[{id}]"
        names = [days] if isinstance(days, str) else list(days)
        closing, ready = (round_half_even(hours * MINUTES_PER_HOUR) for hours in (closing_h, pick_up_ready_h))
        extra: dict[str, Any] = {
            "stops": tuple(self._stop(stop, closing, ready, f"{where}.stops[{n}]") for n, stop in enumerate(stops)),
            "legs": tuple(leg if isinstance(leg, ServiceLeg) else ServiceLeg(km=leg) for leg in legs),
            "weekdays": self._text(weekday_set, [name for name in names if name], f"{where}.weekdays", frozenset()),
        }
        for name in ("added_dates", "removed_dates"):
            extra[name] = self._text(date_set, list(values.pop(name, ())), f"{where}.{name}", frozenset())
        return self._add(Service, where, {"id": id, "name": id, "operator": "", "mode": mode, **values}, extra)

    def add_surcharge(
        self,
        id: str,
        *,
        start: Moment | None = None,
        end: Moment | None = None,
        services: Iterable[str] = (),
        **values: Any,
    ) -> Surcharge:
        """Add a dated surcharge; without dates it holds over the whole horizon."""
        where, zone = f"surcharges[{id}]", self._horizon.timezone
        extra = {
            "services": frozenset(services),
            "start_min": self._minute(start, zone, f"{where}.start", 0),
            "end_min": self._minute(end, zone, f"{where}.end", self._horizon.minutes),
        }
        return self._add(Surcharge, where, {"id": id, **values}, extra)

    def add_shipment(
        self,
        id: str,
        *,
        shipper: str,
        origin: str,
        destination: str,
        ready: Moment,
        due: Moment,
        latest: Moment | None = None,
        **values: Any,
    ) -> Shipment:
        """Add a shipment; its places come first. Ready is local at the origin, due and latest at the destination."""
        where = f"shipments[{id}]"
        here, there = self._zone(origin), self._zone(destination)
        due_min = self._minute(due, there, f"{where}.due", 0)
        extra = {
            "ready_min": self._minute(ready, here, f"{where}.ready", 0),
            "due_min": due_min,
            "latest_min": self._minute(latest, there, f"{where}.latest", due_min),
        }
        given = {"id": id, "shipper": shipper, "origin": origin, "destination": destination}
        return self._add(Shipment, where, {**given, "pallets": 0, "kg": 0, **values}, extra)

    def set_objective(self, **values: Any) -> Objective:
        """Set fields of the objective, such as ``carbon_price_eur_per_t``."""
        self._objective = self._make(Objective, "objective", values, {}, self._objective)
        return self._objective

    def set_drayage(self, **values: Any) -> Drayage:
        """Set fields of pre- and on-carriage, such as ``radius_km``."""
        self._drayage = self._make(Drayage, "drayage", values, {}, self._drayage)
        return self._drayage

    def set_scope(self, **values: Any) -> ModelScope:
        """Set parameters of the reference model."""
        self._scope = self._make(ModelScope, "scope", values, {}, self._scope)
        return self._scope

    def set_execution(self, **values: Any) -> ExecutionRules:
        """Switch on execution layers, such as ``round_trips=True``."""
        self._execution = self._make(ExecutionRules, "execution", values, {}, self._execution)
        return self._execution

    def build(self) -> Scenario:
        """The scenario.

        Raises
        ------
        InputError
            With everything that is wrong.
        """
        parts: dict[str, Any] = {name: dict(rows) for name, rows in self._tables.items()}
        parts.update({name: tuple(rows) for name, rows in self._lists.items()})
        scenario = Scenario(
            name=self._name,
            horizon=self._horizon,
            objective=self._objective,
            drayage=self._drayage,
            factors=self._factors,
            scope=self._scope,
            execution=self._execution,
            synthetic=self._synthetic,
            notes=self._notes,
            road_matrix=self._matrix,
            **parts,
        )
        errors = [*self._found, *(found for found in check_scenario(scenario) if found.severity == "error")]
        if errors:
            raise InputError(errors)
        return scenario

    def _wrong(self, code: str, where: str, message: str, help_text: str) -> None:
        self._found.append(Diagnostic(code, message, where, help_text))

    def _keep(self, table: str, thing: Any) -> None:
        if thing.id in self._tables[table]:
            path = _PATHS.get(table, table)
            self._wrong("E0207", f"{path}[{thing.id}]", "is there twice", "remove or rename one of them")
        self._tables[table][thing.id] = thing

    def _add(self, kind: type[T], where: str, given: Mapping[str, Any], extra: Mapping[str, Any] | None = None) -> T:
        thing = self._make(kind, where, given, extra or {}, None)
        self.add(thing)
        return thing

    def _make(self, kind: type[T], where: str, given: Mapping[str, Any], extra: Mapping[str, Any], base: T | None) -> T:
        infos = {info.name: info for info in fields(cast(Any, kind))}
        values: dict[str, Any] = {name: getattr(base, name) for name in infos} if base is not None else {}
        for name, value in given.items():
            field_name, converted = self._converted(name, value, infos, where)
            if field_name:
                values[field_name] = converted
        values.update(extra)
        for name, info in infos.items():
            if name not in values and info.default is MISSING and info.default_factory is MISSING:
                shown = name.removesuffix("_milli")
                self._wrong("E0202", f"{where}.{shown}", "is missing", f"give {shown}")
                values[name] = "" if info.type == "str" else 0
        return kind(**values)

    def _converted(self, name: str, value: Any, infos: Mapping[str, Any], where: str) -> tuple[str, Any]:
        stem = name.removesuffix("_h")
        try:
            if f"{name}_milli" in infos:
                return f"{name}_milli", milli(value)
            if name != stem and name not in infos and f"{stem}_min" in infos:
                return f"{stem}_min", round_half_even(value * MINUTES_PER_HOUR)
            if name in _SETS and name in infos and value is not None:
                return name, frozenset([value] if isinstance(value, str) else value)
            if name in _BLOCKS and isinstance(value, Mapping) and name in infos:
                return name, self._make(_BLOCKS[name], f"{where}.{name}", value, {}, None)
        except (TypeError, ValueError, OverflowError):
            self._wrong("E0203", f"{where}.{name}", f"{value!r} does not fit", "give a finite number")
            return "", None
        if name in infos:
            return name, value
        near = difflib.get_close_matches(name, [info.removesuffix("_milli") for info in infos], n=1)
        self._wrong("E0201", f"{where}.{name}", "unknown field", f"did you mean {near[0]!r}?" if near else "remove it")
        return "", None

    def _zone(self, place_id: str) -> str:
        place: Place | None = self._tables["hubs"].get(place_id) or self._tables["doors"].get(place_id)
        return place.timezone if place is not None and place.timezone else self._horizon.timezone

    def _moment(self, moment: Moment, timezone: str, where: str) -> datetime:
        try:
            if isinstance(moment, str):
                return utc_moment(moment, timezone)
            if moment.second or moment.microsecond:
                raise FieldError("E0501", f"{moment} is not in whole minutes", "round it to the minute")
            return utc_of_local(moment, timezone) if moment.tzinfo is None else moment.astimezone(UTC)
        except FieldError as problem:
            self._wrong(problem.code, where, str(problem), problem.help_text)
        except WallClockError as problem:
            code = "E0502" if problem.problem == "nonexistent" else "E0503"
            self._wrong(code, where, str(problem), "give the time with its offset")
        except ValueError as problem:
            self._wrong("E0504", where, str(problem), "use an IANA zone such as Europe/Brussels")
        return datetime(2000, 1, 1, tzinfo=UTC)

    def _minute(self, moment: Moment | None, timezone: str, where: str, default: int) -> int:
        if moment is None:
            return default
        before = len(self._found)
        minute = minute_of(self._horizon.start, self._moment(moment, timezone, where))
        return minute if len(self._found) == before else default

    def _text(self, read: Any, texts: list[str], where: str, default: Any) -> Any:
        try:
            return read(texts)
        except FieldError as problem:
            self._wrong(problem.code, where, str(problem), problem.help_text)
            return default

    def _opening(self, opening: Opening, where: str) -> WeekHours | None:
        if opening is None or isinstance(opening, WeekHours):
            return opening
        texts = [opening] if isinstance(opening, str) else list(opening)
        hours: WeekHours | None = self._text(lambda lines: week_hours(lines, ()), texts, f"{where}.opening", None)
        return hours

    def _stop(self, stop: Stop | ServiceStop, closing_min: int, ready_min: int, where: str) -> ServiceStop:
        if isinstance(stop, ServiceStop):
            return stop
        hub, arrival, departure = stop
        return ServiceStop(
            hub=hub,
            arrival=self._text(day_time, cast(Any, arrival), f"{where}.arrival", None) if arrival else None,
            departure=self._text(day_time, cast(Any, departure), f"{where}.departure", None) if departure else None,
            closing_min=closing_min if departure else 0,
            pick_up_ready_min=ready_min if arrival else 0,
        )
