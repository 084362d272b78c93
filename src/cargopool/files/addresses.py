"""Coordinates of doors that have only an address: looked up on request, kept beside the scenario, never guessed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cargopool.errors import InputError
from cargopool.files.documents import read_yaml
from cargopool.files.entities import DOORS
from cargopool.files.entries import Entry, Key, SectionReader
from cargopool.files.findings import FilePlace, Findings, shown, shown_path
from cargopool.files.tables import read_csv, write_csv

CACHE = "geocoded.csv"
COLUMNS = ("address", "country", "lat", "lon", "found", "source", "licence")


@dataclass(frozen=True, slots=True)
class Found:
    """Where an address is, and who says so."""

    address: str
    country: str
    lat: float
    lon: float
    found: str
    source: str
    licence: str


Addresses = Mapping[tuple[str, str], Found]
"""By address and country."""


def read_addresses(folder: Path) -> dict[tuple[str, str], Found]:
    """What was looked up before; rows that make no sense are left out, and looked up again."""
    path = folder / CACHE
    if not path.is_file():
        return {}
    header, rows = read_csv(path)
    found = {}
    for cells in rows:
        row = dict(zip(header, cells, strict=False))
        try:
            lat, lon = float(row["lat"]), float(row["lon"])
        except (KeyError, ValueError):
            continue
        if -90 <= lat <= 90 and -180 <= lon <= 180:
            key = row.get("address", ""), row.get("country", "")
            found[key] = Found(*key, lat, lon, row.get("found", ""), row.get("source", ""), row.get("licence", ""))
    return found


def write_addresses(folder: Path, found: Addresses) -> Path:
    """Write the cache, in order of country and address."""
    path = folder / CACHE
    rows = sorted(found.values(), key=lambda one: (one.country, one.address))
    write_csv(path, COLUMNS, ((r.address, r.country, r.lat, r.lon, r.found, r.source, r.licence) for r in rows))
    return path


def lacking(values: Mapping[str, object]) -> bool:
    """Whether a door has an address and no coordinates."""
    return bool(values.get("address")) and ("lat" not in values or "lon" not in values)


def place_doors(entries: Mapping[Key, Entry], folder: Path, findings: Findings) -> None:
    """Give doors that have only an address the coordinates that were looked up; say which have none yet."""
    doors = [entry for entry in entries.values() if lacking(entry.own)]
    known = read_addresses(folder) if doors else {}
    for entry in doors:
        key = str(entry.own["address"]).strip(), str(entry.own.get("country", ""))
        hit = known.get(key)
        if hit is None:
            place = entry.locator.locate(("address",))
            message = f"doors[{shown(entry.key[0])}]: there are no coordinates of {shown(key[0])!r}"
            findings.add(
                place, "E1108", message, "look it up with cargopool geocode FILE (network), or give lat and lon"
            )
            entry.wrong = entry.wrong | {"lat", "lon"}
            continue
        note = f"geocoded: {hit.found}" if hit.found else "geocoded"
        given = {"source": hit.source, "licence": hit.licence, "confidence": "derived", "note": note}
        entry.own = {**given, **entry.own, "lat": hit.lat, "lon": hit.lon}


def doors_without_place(path: Path) -> tuple[Path, list[tuple[str, str]]]:
    """Folder of a scenario, and (address, country) of its doors without coordinates, each once.

    Findings about anything else in the scenario are left to `cargopool validate`.
    """
    file = path / "scenario.yaml" if path.is_dir() else path
    findings = Findings()
    document = read_yaml(file, shown_path(file), findings) if file.is_file() else None
    if document is None:
        if not file.is_file():
            help_text = "name a scenario folder, or a .yaml file"
            findings.add(FilePlace(shown_path(path)), "E0101", "there is no such scenario", help_text)
        raise InputError(findings.diagnostics())
    entries = SectionReader(document, file.parent, findings).read(DOORS).entries
    wanted = [
        (str(entry.own["address"]).strip(), str(entry.own.get("country", "")))
        for entry in entries.values()
        if lacking(entry.own)
    ]
    return file.parent, list(dict.fromkeys(wanted))
