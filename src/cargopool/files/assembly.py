"""Sections and blocks to a closed Scenario."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from cargopool.files.blocks import zone_help
from cargopool.files.checking import checked
from cargopool.files.codecs import Codec
from cargopool.files.entities import DOORS, HUBS, SERVICES, SHIPMENTS
from cargopool.files.entities import SURCHARGES as SURCHARGE_KIND
from cargopool.files.entries import Entry, Key, SectionKind
from cargopool.files.findings import Findings, shown
from cargopool.model.place import Door, Hub, Place, WeekHours
from cargopool.model.scenario import Horizon
from cargopool.model.service import LegCapacity, Service, Surcharge
from cargopool.model.shipment import Shipment
from cargopool.model.texts import FieldError, minute_of, utc_moment, week_hours
from cargopool.model.wallclock import zone_of

Entries = Mapping[Key, Entry]


@dataclass(slots=True)
class Assembler:
    """Makes model objects of entries; what cannot be made is remembered as broken.

    Attributes
    ----------
    broken : set of str
        Ids of things that are in the files but could not be made; other rows may name them without a finding.
    zones : dict of str to str
        Time zones of broken places, so that the times of their shipments are still checked.
    """

    findings: Findings
    horizon: Horizon
    horizon_known: bool = True
    broken: set[str] = field(default_factory=set)
    zones: dict[str, str] = field(default_factory=dict)

    def objects(self, kind: SectionKind, entries: Entries) -> dict[Key, Any]:
        """Objects of a section whose rows need no context."""
        made: dict[Key, Any] = {}
        for key, entry in entries.items():
            label = self._register(kind, key, entry)
            if entry.thing is not None and not entry.own:
                made[key] = entry.thing
                continue
            values = self._values(kind, entry, label)
            thing = self._decode(kind.codec, values, label, entry)
            if thing is not None:
                made[key] = thing
        return made

    def _register(self, kind: SectionKind, key: Key, entry: Entry) -> str:
        label = kind.label(key)
        self.findings.register(label, entry.locator)
        return label

    def _values(self, kind: SectionKind, entry: Entry, label: str) -> dict[str, Any]:
        values = entry.values(kind.codec)
        if not entry.overridden:
            return values
        good, wrong = checked(kind.row_type, values, label, entry.locator, self.findings)
        entry.wrong = entry.wrong | wrong
        return good or {}

    def _decode(
        self, codec: Codec[Any], values: dict[str, Any], label: str, entry: Entry, extra: dict[str, Any] | None = None
    ) -> Any:
        thing = codec.decode(values, label, entry.locator, self.findings, extra, entry.wrong)
        if thing is None:
            self.broken.add(entry.key[0])
        return thing

    def places(self, kind: SectionKind, entries: Entries) -> dict[str, Any]:
        """Hubs or doors, with their opening hours."""
        made: dict[str, Any] = {}
        for key, entry in entries.items():
            label = self._register(kind, key, entry)
            if entry.thing is not None and not entry.own:
                made[key[0]] = entry.thing
                continue
            values = self._values(kind, entry, label)
            hours = self._opening(values, label, entry)
            self._check_zone(values, label, entry)
            thing = self._decode(kind.codec, values, label, entry, {"opening": hours})
            if thing is None and zone_of(values.get("timezone", "")) is not None:
                self.zones[key[0]] = values["timezone"]
            if thing is not None:
                made[key[0]] = thing
        return made

    def _opening(self, values: dict[str, Any], label: str, entry: Entry) -> WeekHours | None:
        texts, closed = values.get("opening"), values.get("closed_dates", [])
        if texts is None and not closed:
            return None
        try:
            return week_hours(["24/7"] if texts is None else texts, closed)
        except FieldError as problem:
            name = "closed_dates" if problem.code == "E0506" else "opening"
            self._refuse(entry, label, name, problem)
            return None

    def _check_zone(self, values: dict[str, Any], label: str, entry: Entry) -> None:
        zone = values.get("timezone")
        if zone is not None and zone_of(zone) is None:
            problem = FieldError("E0504", f"unknown time zone {shown(zone)!r}", zone_help(zone))
            self._refuse(entry, label, "timezone", problem)

    def _refuse(self, entry: Entry, label: str, name: str, problem: FieldError) -> None:
        place = entry.locator.locate((name,))
        self.findings.add(place, problem.code, f"{label}.{name}: {problem}", problem.help_text)
        entry.wrong = entry.wrong | {name}

    def hubs(self, entries: Entries) -> dict[str, Hub]:
        """Hubs by id."""
        return self.places(HUBS, entries)

    def doors(self, entries: Entries) -> dict[str, Door]:
        """Doors by id."""
        return self.places(DOORS, entries)

    def services(self, entries: Entries) -> dict[str, Service]:
        """Services by id, with capacity factors applied."""
        made: dict[str, Service] = {}
        for key, entry in entries.items():
            label = self._register(SERVICES, key, entry)
            if entry.thing is not None and not entry.own:
                made[key[0]] = entry.thing
                continue
            values = dict(self._values(SERVICES, entry, label))
            factor = values.pop("capacity_factor", 1.0)
            if not 0 <= factor <= 10:
                problem = FieldError("E0204", f"{factor} is not between 0 and 10", "1 is the capacity as it stands")
                self._refuse(entry, label, "capacity_factor", problem)
            thing = self._decode(SERVICES.codec, values, label, entry)
            if thing is not None:
                made[key[0]] = scaled_service(thing, factor) if factor != 1 else thing
        return made

    def surcharges(self, entries: Entries) -> list[Surcharge]:
        """Surcharges; without dates they hold over the whole horizon."""
        made: list[Surcharge] = []
        for key, entry in entries.items():
            label = self._register(SURCHARGE_KIND, key, entry)
            if entry.thing is not None and not entry.own:
                made.append(entry.thing)
                continue
            values = self._values(SURCHARGE_KIND, entry, label)
            start = self._minute(values, "start", self.horizon.timezone, label, entry)
            end = self._minute(values, "end", self.horizon.timezone, label, entry)
            below = entry.thing or entry.base
            extra = {
                "start_min": start if start is not None else below.start_min if below else 0,
                "end_min": end if end is not None else below.end_min if below else self.horizon.minutes,
            }
            thing = self._decode(SURCHARGE_KIND.codec, values, label, entry, extra)
            if thing is not None:
                made.append(thing)
        return made

    def _minute(self, values: dict[str, Any], name: str, zone: str, label: str, entry: Entry) -> int | None:
        if name not in values or name in entry.wrong:
            return None
        try:
            moment: datetime = utc_moment(values[name], zone)
        except FieldError as problem:
            self._refuse(entry, label, name, problem)
            return None
        return minute_of(self.horizon.start, moment)

    def shipments(self, entries: Entries, places: Mapping[str, Place]) -> dict[str, Shipment]:
        """Shipments by id; ready is local at the origin, due and latest at the destination."""
        made: dict[str, Shipment] = {}
        for key, entry in entries.items():
            label = self._register(SHIPMENTS, key, entry)
            values = dict(self._values(SHIPMENTS, entry, label))
            forbidden = values.pop("forbidden_modes", [])
            if forbidden:
                allowed = values.get("modes", ["rail", "barge", "sea", "road"])
                values["modes"] = [mode for mode in allowed if mode not in forbidden]
            extra = self._shipment_times(values, label, entry, places)
            thing = self._decode(SHIPMENTS.codec, values, label, entry, extra)
            if thing is not None:
                made[key[0]] = thing
        return made

    def _shipment_times(
        self, values: dict[str, Any], label: str, entry: Entry, places: Mapping[str, Place]
    ) -> dict[str, Any]:
        zones = {}
        for end in ("origin", "destination"):
            name = values.get(end, "")
            place = places.get(name)
            zones[end] = place.timezone if place is not None else self.zones.get(name, self.horizon.timezone)
        for name in ("ready", "due"):
            if name not in values and name not in entry.wrong:
                self._refuse(entry, label, name, FieldError("E0202", "is missing", f"give {name}"))
        ready = self._minute(values, "ready", zones["origin"], label, entry)
        due = self._minute(values, "due", zones["destination"], label, entry)
        latest = self._minute(values, "latest", zones["destination"], label, entry)
        return {
            "ready_min": ready or 0,
            "due_min": due or 0,
            "latest_min": latest if latest is not None else due or 0,
        }


def scaled_service(service: Service, factor: float) -> Service:
    """The service with capacity and spot units times a factor, rounded down; allotments stay."""

    def scaled(value: int | None) -> int | None:
        return None if value is None else int(value * factor + 1e-9)

    capacity = service.capacity
    return replace(
        service,
        capacity=LegCapacity(
            teu_milli=scaled(capacity.teu_milli),
            units=scaled(capacity.units),
            gross_tonnes=scaled(capacity.gross_tonnes),
            length_m=scaled(capacity.length_m),
            plugs=scaled(capacity.plugs),
        ),
        spot_units=scaled(service.spot_units),
    )
