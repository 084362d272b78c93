"""What a scenario takes from the reference set, loaded only when something is used."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any

from cargopool.files.entries import Entry, Key, Section, overlay
from cargopool.files.findings import FilePlace, Findings, did_you_mean, shown
from cargopool.model.energy import VehicleEnergy, truck_line
from cargopool.model.equipment import RoadVehicle
from cargopool.model.place import Hub, Place, RoadLink
from cargopool.model.scenario import Drayage, Factors

DEFAULT_FACTORS = "cargopool-2026"


class Shelf:
    """The reference set as sections use it."""

    def __init__(self, findings: Findings) -> None:
        self.findings = findings

    @cached_property
    def reference(self) -> Any:
        """The packaged reference set."""
        from cargopool.reference import load_reference

        return load_reference()

    def used_by_id(self, section: Section, available: Mapping[str, Any]) -> dict[Key, tuple[Any, FilePlace]]:
        """Reference rows that a section names, or all of them."""
        if section.use == "reference":
            return {(name,): (thing, section.place) for name, thing in available.items()}
        used: dict[Key, tuple[Any, FilePlace]] = {}
        for name, place in section.use if isinstance(section.use, list) else []:
            if (name,) in used:
                message = f"{section.kind.path}.use: {shown(name)} is there twice"
                self.findings.add(place, "E0207", message, "remove one of them")
            elif name in available:
                used[(name,)] = (available[name], place)
            elif (name,) not in section.entries:
                message = f"{section.kind.path}.use: the reference set has no {shown(name)!r}"
                self.findings.add(
                    place, "E0401", message, did_you_mean(name, available) or "give it as a row of your own"
                )
        return used

    def simple(self, section: Section, attribute: str) -> dict[Key, Entry]:
        """Entries of a section whose reference rows are used by id."""
        uses = section.use == "reference" or isinstance(section.use, list)
        available = self._by_id(getattr(self.reference, attribute, {})) if uses else {}
        return overlay(section, self.used_by_id(section, available))

    @staticmethod
    def _by_id(rows: Any) -> Mapping[str, Any]:
        return rows if isinstance(rows, Mapping) else {row.id: row for row in rows}

    def services(self, section: Section, hub_ids: set[str]) -> dict[Key, Entry]:
        """Service entries; ``reference`` takes its base ones all of whose stops are hubs of the scenario."""
        if section.use != "reference":
            return self.simple(section, "services")
        fitting = {
            name: service
            for name, service in self._by_id(self.reference.services).items()
            if name in self.reference.base_services and all(stop.hub in hub_ids for stop in service.stops)
        }
        return overlay(section, self.used_by_id(section, fitting))

    def links(self, section: Section, place_ids: set[str], *, hubs_used: bool) -> dict[Key, Entry]:
        """Road links between places of the scenario, own rows over them in either direction."""
        used: dict[Key, tuple[Any, FilePlace]] = {}
        if section.use == "reference" or (section.use == "default" and hubs_used):
            for link in self.reference.road_links:
                if link.origin in place_ids and link.destination in place_ids:
                    used[(link.origin, link.destination)] = (link, section.place)
        for origin, destination in section.entries:
            below = used.get((destination, origin))
            if (origin, destination) not in used and below is not None and below[0].both_ways:
                own = section.entries[(origin, destination)].own
                if own.get("both_ways", True):
                    del used[(destination, origin)]
                    used[(origin, destination)] = (reversed_link(below[0]), below[1])
        return overlay(section, used)

    def crossings(self, section: Section, territories: set[str], *, hubs_used: bool) -> dict[Key, Entry]:
        """Crossings between territories of the scenario."""
        used: dict[Key, tuple[Any, FilePlace]] = {}
        if section.use == "reference" or (section.use == "default" and hubs_used):
            for crossing in self._listed(self.reference.crossings):
                if crossing.origin in territories and crossing.destination in territories:
                    used[(crossing.origin, crossing.destination)] = (crossing, section.place)
        return overlay(section, used)

    def bans(self, section: Section, countries: set[str]) -> dict[Key, Entry]:
        """Truck bans of countries on the scenario's roads; own rows are added."""
        used: dict[Key, tuple[Any, FilePlace]] = {}
        if section.use == "reference":
            for number, ban in enumerate(self._listed(self.reference.bans)):
                if ban.country in countries:
                    used[(f"reference {number + 1}",)] = (ban, section.place)
        return overlay(section, used)

    @staticmethod
    def _listed(rows: Any) -> Iterable[Any]:
        return rows.values() if isinstance(rows, Mapping) else rows

    def factor_sets(self) -> Mapping[str, Factors]:
        """Reference factor sets by id."""
        factors = self.reference.factors
        return {factors.id: factors} if isinstance(factors, Factors) else dict(factors)

    def pinned(self, vehicles: Mapping[str, RoadVehicle], factors: Factors) -> dict[str, RoadVehicle]:
        """Vehicles whose class an own factor set does not know keep the energy of the default set's class."""
        return {name: self._pinned(vehicle, factors) for name, vehicle in vehicles.items()}

    def _pinned(self, vehicle: RoadVehicle, factors: Factors) -> RoadVehicle:
        named = vehicle.energy.truck_class if vehicle.energy is not None else ""
        if not named or named in factors.trucks or factors.base:
            return vehicle
        known = self.factor_sets()[DEFAULT_FACTORS]
        if named not in known.trucks:
            return vehicle
        line, row = truck_line(known, vehicle), known.trucks[named].provenance
        return replace(
            vehicle,
            mj_per_km_empty=line.mj_per_km_empty,
            mj_per_km_full=line.mj_per_km_full,
            full_load_kg=line.full_load_kg,
            energy=VehicleEnergy(source=row.source, confidence=row.confidence),
        )

    def drayage(self, *, hubs_used: bool) -> Drayage | None:
        """Drayage defaults of the reference, for scenarios that use its hubs."""
        found = self.reference.drayage if hubs_used else None
        return found if isinstance(found, Drayage) else None


def reversed_link(link: RoadLink) -> RoadLink:
    """The same link in the other direction."""
    return replace(link, origin=link.destination, destination=link.origin, countries=tuple(reversed(link.countries)))


def countries_of(places: Iterable[Place], links: Iterable[RoadLink]) -> set[str]:
    """Countries of places and on roads."""
    return {place.country for place in places} | {country for link in links for country, _ in link.countries}


def territories_of(hubs: Iterable[Hub], doors: Iterable[Place]) -> set[str]:
    """Customs territories of all places."""
    return {place.customs_territory for place in (*hubs, *doors)}
