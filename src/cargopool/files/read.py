"""From a scenario folder to a closed Scenario, with all findings of all files in one pass."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from cargopool.errors import Diagnostic, InputError
from cargopool.files.addresses import place_doors
from cargopool.files.assembly import Assembler
from cargopool.files.blocks import BlockReader
from cargopool.files.conditions import apply_conditions, facts_of_entry
from cargopool.files.documents import Document, plain, read_yaml
from cargopool.files.entities import (
    BANS,
    CROSSINGS,
    DOORS,
    FLEETS,
    HUBS,
    LINKS,
    LOAD_UNITS,
    SERVICES,
    SHIPMENTS,
    SURCHARGES,
    VEHICLES,
)
from cargopool.files.entries import Entry, Key, Section, SectionKind, SectionReader
from cargopool.files.findings import FilePlace, Findings, one_of, shown, shown_path
from cargopool.files.overrides import RowOverrides, apply_to_document, check_unused, settings_of
from cargopool.files.road_matrix import read_matrix
from cargopool.files.schema.document import DrayageBlock
from cargopool.files.shelf import DEFAULT_FACTORS, Shelf, countries_of, territories_of
from cargopool.model.scenario import Scenario
from cargopool.model.validate import check_scenario

_FOLLOW_UPS: Mapping[str, frozenset[str]] = {
    "hubs": frozenset({"E1401", "E1304", "E1501", "E1103", "W1509", "W1662"}),
    "doors": frozenset({"E1401", "E1501", "E1103"}),
    "load_units": frozenset({"E1204", "E1408", "E1405", "W1406", "W1419", "W1203", "W1314", "E1661"}),
    "road.vehicles": frozenset({"E1207", "E1210", "E1212"}),
    "road.crossings": frozenset({"E1507"}),
    "road.matrix": frozenset({"E1511"}),
    "services": frozenset({"E1702"}),
    "shipments": frozenset({"W1400"}),
    "factors": frozenset({"E1506", "E1603", "E1604"}),
}
"""Findings about missing things that say nothing new when a section could not be read."""

SCENARIO_FILE = "scenario.yaml"


def read_scenario(path: str | Path, variant: str = "base", overrides: Mapping[str, Any] | None = None) -> Scenario:
    """Read a scenario folder (or its scenario.yaml).

    Parameters
    ----------
    path : str or Path
        Folder or file.
    variant : str
        Name under ``variants``; ``base`` needs none.
    overrides : mapping of path to value
        As ``--set``; they win over the variant.

    Raises
    ------
    InputError
        With everything that is wrong.
    """
    scenario, diagnostics = read_document(path, variant, overrides)
    errors = [finding for finding in diagnostics if finding.severity == "error"]
    if scenario is None or errors:
        raise InputError(errors)
    return scenario


def read_document(
    path: str | Path, variant: str = "base", overrides: Mapping[str, Any] | None = None
) -> tuple[Scenario | None, tuple[Diagnostic, ...]]:
    """Read a scenario and say everything that is wrong with it.

    Returns
    -------
    scenario : Scenario or None
        None when there are errors.
    diagnostics : tuple of Diagnostic
        Errors and warnings by file, line and column.
    """
    findings = Findings()
    file, shown_as = _scenario_file(Path(path), findings)
    document = read_yaml(file, shown_as, findings) if file is not None else None
    if document is None:
        return None, findings.diagnostics()
    scenario = _Reading(document, file.parent if file else Path(), variant, overrides or {}, findings).run()
    return (None if findings.failed else scenario), findings.diagnostics()


def variant_names(path: str | Path) -> tuple[str, ...]:
    """Names of a scenario's variants, ``base`` first; only ``base`` when the file cannot be read."""
    findings = Findings()
    file, shown_as = _scenario_file(Path(path), findings)
    document = read_yaml(file, shown_as, findings) if file is not None else None
    root = None if document is None else plain(document.root)
    variants = root.get("variants") if isinstance(root, dict) else None
    named = tuple(map(str, variants)) if isinstance(variants, dict) else ()
    return ("base", *(name for name in named if name != "base"))


def _scenario_file(path: Path, findings: Findings) -> tuple[Path | None, str]:
    try:
        if path.is_dir():
            path = path / SCENARIO_FILE
        if not path.is_file():
            place = FilePlace(shown_path(path))
            help_text = "name a scenario folder, or a .yaml file; cargopool new DIR makes one"
            findings.add(place, "E0101", "there is no such scenario", help_text)
            return None, ""
    except (OSError, ValueError) as error:
        findings.add(FilePlace(shown_path(path)), "E0101", f"it cannot be read: {shown(error)}", "check the path")
        return None, ""
    return path, shown_path(path)


class _Reading:
    """One reading of one scenario."""

    def __init__(
        self, document: Document, folder: Path, variant: str, extra: Mapping[str, Any], findings: Findings
    ) -> None:
        self.document, self.folder, self.variant, self.extra = document, folder, variant, extra
        self.findings = findings
        self.shelf = Shelf(findings)
        self.follow_ups: set[str] = set()
        self.top = FilePlace(document.file)

    def run(self) -> Scenario | None:
        """Read everything; None when no scenario can be made of it."""
        blocks = BlockReader(self.document, self.findings)
        if not blocks.check_document():
            return None
        settings = settings_of(self.document, self.variant, self.extra, self.findings)
        apply_to_document(self.document, settings, self.findings)
        self.rows = RowOverrides(settings, self.findings)
        self.rows.check_paths()
        check_unused(self.document, settings, self.findings)
        header = blocks.header()
        horizon, horizon_known = blocks.horizon()
        self.made = Assembler(self.findings, horizon)
        parts = self._sections()
        conditions = blocks.conditions()
        hubs_used = self.hubs_used
        objective, scope = blocks.objective(), blocks.scope()
        drayage = blocks.drayage(self.shelf.drayage(hubs_used=hubs_used))
        if drayage.vehicle not in parts["vehicles"] and "vehicle" not in blocks.block("drayage", DrayageBlock)[0]:
            drayage = replace(drayage, vehicle=next(iter(parts["vehicles"]), ""))
        sets = {} if self._own_factors() else self.shelf.factor_sets()
        factors = blocks.factors(sets, DEFAULT_FACTORS)
        parts["vehicles"] = self.shelf.pinned(parts["vehicles"], factors)
        variant = header.resolved_variant or self.variant if self.variant == "base" else self.variant
        scenario = Scenario(
            name=header.name,
            horizon=horizon,
            variant=variant,
            objective=objective,
            drayage=drayage,
            factors=factors,
            scope=scope,
            execution=blocks.execution(),
            synthetic=header.synthetic,
            notes=header.notes,
            **parts,
        )
        scenario = apply_conditions(scenario, conditions, self.shelf, self.findings, self.document)
        if horizon_known:
            if blocks.factors_broken:
                self.follow_ups |= _FOLLOW_UPS["factors"]
            meaning = check_scenario(scenario, frozenset(self.made.broken))
            self.findings.add_meaning((found for found in meaning if found.code not in self.follow_ups), self.top)
        return scenario

    def _own_factors(self) -> bool:
        node = self.document.root.value.get("factors")
        return node is not None and isinstance(node.value, dict) and "id" in node.value and "set" not in node.value

    def _read(self, kind: SectionKind) -> Section:
        section = self.sections.read(kind)
        self.findings.register(kind.path, _SectionLocator(self.document, tuple(kind.path.split("."))))
        if section.unread:
            self.follow_ups |= _FOLLOW_UPS.get(kind.path, frozenset())
        return section

    def _change(self, kind: SectionKind, entries: dict[Key, Entry], facts: dict[Key, frozenset[str]]) -> None:
        self.rows.apply(kind, entries, facts)

    def _sections(self) -> dict[str, Any]:
        self.sections = SectionReader(self.document, self.folder, self.findings)
        hubs_section = self._read(HUBS)
        self.hubs_used = hubs_section.use == "reference" or isinstance(hubs_section.use, list)
        hub_entries = self.shelf.simple(hubs_section, "hubs")
        door_entries = overlay_own(self._read(DOORS))
        place_doors(door_entries, self.folder, self.findings)
        self._change(HUBS, hub_entries, {})
        self._change(DOORS, door_entries, {})
        hubs, doors = self.made.hubs(hub_entries), self.made.doors(door_entries)
        place_ids = {key[0] for key in (*hub_entries, *door_entries)}
        parts: dict[str, Any] = {"hubs": hubs, "doors": doors}
        parts.update(self._equipment())
        self._check_stock(hub_entries, parts["load_units"])
        fleet = overlay_own(self._read(FLEETS))
        self._change(FLEETS, fleet, {})
        parts["fleet"] = self.made.places(FLEETS, fleet)
        parts.update(self._road(hubs, doors, place_ids))
        parts.update(self._services({key[0] for key in hub_entries}))
        shipments = overlay_own(self._read(SHIPMENTS))
        self._change(SHIPMENTS, shipments, {})
        parts["shipments"] = self.made.shipments(shipments, {**doors, **hubs})
        return parts

    def _equipment(self) -> dict[str, Any]:
        parts: dict[str, Any] = {}
        for name, kind in (("load_units", LOAD_UNITS), ("vehicles", VEHICLES)):
            entries = self.shelf.simple(self._read(kind), name)
            self._change(kind, entries, {})
            parts[name] = {key[0]: thing for key, thing in self.made.objects(kind, entries).items()}
        return parts

    def _check_stock(self, hub_entries: dict[Key, Entry], load_units: Mapping[str, Any]) -> None:
        """Types that a scenario's own stock of a reference hub names; hubs of its own are checked with the scenario."""
        for key, entry in hub_entries.items():
            below = entry.thing or entry.base
            own = entry.own.get("depot_stock")
            if below is None or not isinstance(own, Mapping) or "E1204" in self.follow_ups:
                continue
            for unit in (unit for unit in own if unit not in load_units and unit not in below.depot_stock):
                message = f"{HUBS.label(key)}.depot_stock: there is no load unit {shown(unit)!r}"
                help_text = one_of(unit, load_units) or "define it, or correct the id"
                self.findings.add(entry.locator.locate(("depot_stock",)), "E1204", message, help_text)

    def _road(self, hubs: dict[str, Any], doors: dict[str, Any], place_ids: set[str]) -> dict[str, Any]:
        link_entries = self.shelf.links(self._read(LINKS), place_ids, hubs_used=self.hubs_used)
        self._change(LINKS, link_entries, {})
        links = tuple(self.made.objects(LINKS, link_entries).values())
        matrix, refused = read_matrix(self.document, self.folder, self.findings)
        if refused:
            self.follow_ups |= _FOLLOW_UPS["road.matrix"]
        territories = territories_of(hubs.values(), doors.values())
        crossing_entries = self.shelf.crossings(self._read(CROSSINGS), territories, hubs_used=self.hubs_used)
        self._change(CROSSINGS, crossing_entries, {})
        countries = countries_of((*hubs.values(), *doors.values()), links)
        ban_entries = self.shelf.bans(self._read(BANS), countries)
        self._change(BANS, ban_entries, {})
        return {
            "road_links": links,
            "road_matrix": matrix,
            "crossings": tuple(self.made.objects(CROSSINGS, crossing_entries).values()),
            "bans": tuple(self.made.objects(BANS, ban_entries).values()),
        }

    def _services(self, hub_ids: set[str]) -> dict[str, Any]:
        entries = self.shelf.services(self._read(SERVICES), hub_ids)
        self._change(SERVICES, entries, {key: facts_of_entry(entry) for key, entry in entries.items()})
        surcharges = self.shelf.simple(self._read(SURCHARGES), "surcharges")
        self._change(SURCHARGES, surcharges, {})
        return {"services": self.made.services(entries), "surcharges": tuple(self.made.surcharges(surcharges))}


class _SectionLocator:
    """Place of a section's key."""

    def __init__(self, document: Document, steps: tuple[str, ...]) -> None:
        self.document, self.steps = document, steps

    def locate(self, field_path: tuple[str | int, ...]) -> FilePlace:
        """Place of the section, whatever the field."""
        return self.document.locate(self.steps)


def overlay_own(section: Section) -> dict[Key, Entry]:
    """Entries of a section that takes nothing from the reference."""
    return dict(section.entries)
