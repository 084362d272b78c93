"""Meaning of services and surcharges."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from cargopool.model.checks.base import Checker, Range, plain, thousandths
from cargopool.model.checks.energy import check_service_energy
from cargopool.model.place import MODES
from cargopool.model.scenario import Horizon
from cargopool.model.service import Service, ServiceStop, Surcharge
from cargopool.model.wallclock import WallClockError, utc_of_local, zone_of
from cargopool.units import MINUTES_PER_DAY

_STOP = (
    Range("closing_min", 0, 60 * MINUTES_PER_DAY),
    Range("pick_up_ready_min", 0, 60 * MINUTES_PER_DAY),
    Range("booking_close_min", 0, 365 * MINUTES_PER_DAY),
)
_SERVICE = (
    Range("headway_min", 1, 504),
    Range("allotment_units", 0, 1e5),
    Range("spot_units", 0, 1e5),
    Range("cancel_before_min", 0, 365 * MINUTES_PER_DAY),
    Range("cancel_eur", 0, 1e6),
    Range("mj_per_gross_tkm", 0, 100),
    Range("run_gross_t", 0, 1e6),
)
_CAPACITY = (
    thousandths("teu_milli", 0, 50_000),
    Range("units", 0, 50_000),
    Range("gross_tonnes", 0, 1e6),
    Range("length_m", 0, 100_000),
    Range("plugs", 0, 50_000),
)
_TARIFF = (Range("eur_per_unit", 0, 1e6), Range("eur_per_teu", 0, 1e6), Range("min_eur", 0, 1e6))
_SURCHARGE = (
    Range("eur_per_unit", -1e5, 1e5),
    Range("eur_per_teu", -1e5, 1e5),
    Range("percent", -100, 1000),
    Range("carbon_share", 0, 1),
)
_MAX_DAYS = 120


def check_services(case: Checker) -> None:
    """Check services."""
    for key, service in case.scenario.services.items():
        where = f"services[{plain(key)}]"
        case.identity(key, service, where)
        case.word(service.mode, f"{where}.mode", tuple(mode for mode in MODES if mode != "road"))
        case.numbers(service, where, _SERVICE)
        case.numbers(service.capacity, f"{where}.capacity", _CAPACITY)
        check_service_energy(case, service, where)
        if _check_stops(case, service, where):
            _check_clock(case, service, where)
            _check_tariff(case, service, where)
        _check_calendar(case, service, where)
        _check_room(case, service, where)


def _check_stops(case: Checker, service: Service, where: str) -> bool:
    before = len(case.found)
    hubs = [stop.hub for stop in service.stops]
    if len(hubs) < 2:
        case.error("E1301", f"{where}.stops", "has fewer than two stops", "give every call, first to last")
        return False
    if len(service.legs) != len(hubs) - 1:
        message = f"has {len(service.legs)} legs for {len(hubs)} stops"
        case.error("E1302", f"{where}.legs", message, f"give {len(hubs) - 1}")
    if len(set(hubs)) < len(hubs):
        case.error("E1303", f"{where}.stops", "calls twice at one hub", "make two services of it")
    for number, stop in enumerate(service.stops):
        place = f"{where}.stops[{number}]"
        case.numbers(stop, place, _STOP)
        case.known(stop.hub, f"{place}.hub", case.scenario.hubs, "hub", "E1304")
        _check_times_given(case, stop, place, first=number == 0, last=number == len(hubs) - 1)
    for number, leg in enumerate(service.legs):
        case.number(leg.km, f"{where}.legs[{number}].km", Range("km", 0.1, 50_000))
        case.country_km(leg.countries, leg.km, f"{where}.legs[{number}].countries")
        if leg.shortest_km is not None:
            place = f"{where}.legs[{number}].shortest_km"
            case.number(leg.shortest_km, place, Range("shortest_km", 0.1, leg.km))
    return len(case.found) == before


def _check_times_given(case: Checker, stop: ServiceStop, where: str, *, first: bool, last: bool) -> None:
    for name, value, wanted in (("arrival", stop.arrival, not first), ("departure", stop.departure, not last)):
        if wanted and value is None:
            case.error("E1305", f"{where}.{name}", f"{name} is missing", "give it as DAY+HH:MM")
        elif not wanted and value is not None:
            end = "first" if first else "last"
            case.error("E1305", f"{where}.{name}", f"the {end} stop has no {name}", f"remove the {name}")
        elif value is not None and not (0 <= value[0] <= _MAX_DAYS and 0 <= value[1] < MINUTES_PER_DAY):
            message = f"day {value[0]}, minute {value[1]} is not a time of a run"
            case.error("E1305", f"{where}.{name}", message, "count days from the operating day, from 0 to 120")


def _offset_min(timezone: str, moment: datetime) -> int:
    zone = zone_of(timezone)
    offset = moment.astimezone(zone).utcoffset() if zone is not None else None
    return int(offset.total_seconds() // 60) if offset is not None else 0


def _check_clock(case: Checker, service: Service, where: str) -> None:
    """Stops in order of time, and times that exist on every run date."""
    moment = case.scenario.horizon.start
    previous: int | None = None
    for number, stop in enumerate(service.stops):
        zone = case.scenario.hubs[stop.hub].timezone if stop.hub in case.scenario.hubs else "UTC"
        for name, value in (("arrival", stop.arrival), ("departure", stop.departure)):
            if value is None:
                continue
            minute = value[0] * MINUTES_PER_DAY + value[1] - _offset_min(zone, moment)
            place = f"{where}.stops[{number}].{name}"
            if previous is not None and minute < previous + (name == "arrival"):
                message = f"the {name} at {plain(stop.hub)} is before the time at the stop before it"
                case.error("E1306", place, message, "check days and clock times; they are local to each hub")
            previous = minute
            if service.headway_min is None:
                _check_exists(case, service, place, zone, value)


def _check_exists(case: Checker, service: Service, where: str, zone: str, value: tuple[int, int]) -> None:
    for run_date in sorted(_changing_dates(zone, case.scenario.horizon)):
        run = date.fromisoformat(run_date) - timedelta(days=value[0])
        if not _runs_on(service, run):
            continue
        local = datetime.fromisoformat(run_date) + timedelta(minutes=value[1])
        try:
            utc_of_local(local, zone)
        except WallClockError as error:
            code = "E0502" if error.problem == "nonexistent" else "E0503"
            help_text = "move the time, or take the run out with removed_dates"
            case.error(code, where, f"{error} (run of {run.isoformat()})", help_text)


def _runs_on(service: Service, day: date) -> bool:
    text = day.isoformat()
    return text in service.added_dates or (day.weekday() in service.weekdays and text not in service.removed_dates)


@lru_cache(maxsize=256)
def _changing_dates(timezone: str, horizon: Horizon) -> frozenset[str]:
    """Local dates around the horizon on which the zone's clocks change."""
    zone = zone_of(timezone)
    if zone is None:
        return frozenset()
    day = horizon.start.astimezone(UTC).date() - timedelta(days=1)
    last = horizon.end.astimezone(UTC).date() + timedelta(days=_MAX_DAYS)
    dates = set()
    while day <= last:
        midnight = datetime(day.year, day.month, day.day, tzinfo=zone)
        following = day + timedelta(days=1)
        if midnight.utcoffset() != datetime(following.year, following.month, following.day, tzinfo=zone).utcoffset():
            dates.add(day.isoformat())
        day = following
    return frozenset(dates)


def _check_calendar(case: Checker, service: Service, where: str) -> None:
    case.dates(service.added_dates, f"{where}.added_dates")
    case.dates(service.removed_dates, f"{where}.removed_dates")
    for text in sorted(service.added_dates & service.removed_dates):
        case.error("E1308", f"{where}.added_dates", f"{plain(text)} is added and removed", "keep one of them")
    if not service.weekdays <= set(range(7)):
        case.error("E1307", f"{where}.weekdays", "has days beyond Monday to Sunday", "count from 0, Monday, to 6")
    if service.headway_min is None and not service.weekdays and not service.added_dates:
        message = "runs on no day"
        case.warning("W1315", f"{where}.weekdays", message, "give weekdays, added_dates or headway_min")
    if service.headway_min is not None and service.charter is not None:
        message = "a headway line cannot be a charter"
        case.error("E1309", f"{where}.charter", message, "remove headway_min or charter")


def _check_tariff(case: Checker, service: Service, where: str) -> None:
    case.numbers(service.tariff, f"{where}.tariff", _TARIFF)
    hubs = [stop.hub for stop in service.stops]
    for (origin, destination), share in service.tariff.by_stops.items():
        place = f"{where}.tariff.by_stops"
        case.number(share, place, Range("share", 0, 10))
        if origin not in hubs or destination not in hubs or hubs.index(origin) >= hubs.index(destination):
            message = f"{plain(origin)} to {plain(destination)} is no ride of the service"
            case.error("E1310", place, message, f"its stops are {', '.join(map(plain, hubs))}, in this order")
    last = 0
    for weight_class in service.tariff.weight_classes:
        place = f"{where}.tariff.weight_classes"
        case.number(weight_class.factor, place, Range("factor", 0, 100))
        case.number(weight_class.up_to_kg, place, Range("up_to_kg", 1, 200_000))
        if weight_class.up_to_kg <= last:
            case.error("E1311", place, "weight classes are not ascending", "order them by up_to_kg")
        last = weight_class.up_to_kg


def _check_room(case: Checker, service: Service, where: str) -> None:
    units = case.scenario.load_units.keys() | set(case.assumed)
    if service.charter is not None:
        case.number(service.charter.eur_per_run, f"{where}.charter.eur_per_run", Range("eur_per_run", 0, 1e8))
        if service.allotment_units:
            message = "a charter has no allotment: all its slots are the charter's"
            case.error("E1312", f"{where}.allotment_units", message, "remove allotment_units or charter")
    room = service.capacity.units
    if room is not None and service.allotment_units > room:
        message = f"has {service.allotment_units} allotment slots but room for {room} units"
        case.warning("W1313", f"{where}.allotment_units", message, "check both")
    own = service.provenance.confidence == "own"
    if own and service.unit_types is not None and units and not service.unit_types & units:
        message = "takes none of the scenario's load units"
        case.warning("W1314", f"{where}.unit_types", message, "add a unit type that it takes, or leave it out")


def check_surcharges(case: Checker) -> None:
    """Check surcharges."""
    seen: set[str] = set()
    for surcharge in case.scenario.surcharges:
        where = f"surcharges[{plain(surcharge.id)}]"
        if surcharge.id in seen:
            case.error("E1503", where, "is there twice", "rename one of them")
        seen.add(surcharge.id)
        _check_surcharge(case, surcharge, where, case.scenario.services)


def _check_surcharge(case: Checker, surcharge: Surcharge, where: str, services: Iterable[str]) -> None:
    case.numbers(surcharge, where, _SURCHARGE)
    known = set(services)
    for name in sorted(surcharge.services):
        case.known(name, f"{where}.services", known, "service", "E1702")
    if surcharge.mode is not None:
        case.word(surcharge.mode, f"{where}.mode", tuple(mode for mode in MODES if mode != "road"))
    elif not surcharge.services:
        case.error("E1701", where, "applies to no service", "give a mode or services")
    if surcharge.end_min <= surcharge.start_min:
        case.error("E1703", f"{where}.end", "ends before it starts", "give a later end")
