"""Addresses are looked up on request only, once each, kept with their source, and never guessed."""

from __future__ import annotations

from pathlib import Path

import pytest

from cargopool.errors import InputError
from cargopool.files import read_document, read_scenario
from cargopool.runs.geocoding import LICENCE, SOURCE, geocode
from files.defect_base import FILES, write_base

ROWS = """doors:
  table: doors.csv
  rows:
    - {id: D8, address: "Hafen 1, Duisburg", country: DE, timezone: Europe/Berlin}
    - {id: D9, address: Nowhere 7, country: DE, timezone: Europe/Berlin}"""


def folder(tmp_path: Path) -> Path:
    text = FILES["scenario.yaml"].replace("doors: {table: doors.csv}", ROWS)
    return write_base(tmp_path, {"scenario.yaml": text})


def test_addresses_are_looked_up_once_and_kept_with_their_source(tmp_path: Path) -> None:
    asked: list[tuple[str, str]] = []

    def lookup(address: str, country: str) -> tuple[float, float, str] | None:
        asked.append((address, country))
        return (51.45, 6.75, "Hafen 1, Ruhrort, Duisburg") if address.startswith("Hafen") else None

    done = geocode(folder(tmp_path), lookup)
    assert (done.found, done.kept, done.missing) == (1, 0, ("Nowhere 7",))
    assert asked == [("Hafen 1, Duisburg", "DE"), ("Nowhere 7", "DE")]
    again = geocode(tmp_path, lambda address, country: (50.0, 7.0, address))
    assert (again.found, again.kept, again.missing) == (1, 1, ())
    scenario = read_scenario(tmp_path)
    door = scenario.doors["D8"]
    assert (door.lat, door.lon, door.address) == (51.45, 6.75, "Hafen 1, Duisburg")
    assert (door.provenance.source, door.provenance.licence, door.provenance.confidence) == (SOURCE, LICENCE, "derived")
    assert scenario.doors["D1"].provenance.confidence == "own"


def test_without_a_look_up_every_such_door_is_an_error_at_its_place(tmp_path: Path) -> None:
    scenario, found = read_document(folder(tmp_path))
    errors = [finding for finding in found if finding.severity == "error"]
    assert scenario is None and [finding.code for finding in errors] == ["E1108", "E1108"]
    assert "cargopool geocode" in errors[0].help


def test_a_network_that_fails_is_an_error_in_words_and_loses_nothing(tmp_path: Path) -> None:
    def lookup(address: str, country: str) -> tuple[float, float, str] | None:
        if address.startswith("Nowhere"):
            raise OSError("no route to host")
        return 51.45, 6.75, "Hafen 1"

    with pytest.raises(InputError) as caught:
        geocode(folder(tmp_path), lookup)
    assert [finding.code for finding in caught.value.diagnostics] == ["E2091"]
    assert "Hafen 1, Duisburg" in (tmp_path / "geocoded.csv").read_text(encoding="utf-8")


def test_nothing_to_look_up_asks_nobody(tmp_path: Path) -> None:
    def lookup(address: str, country: str) -> tuple[float, float, str] | None:
        raise AssertionError

    done = geocode(write_base(tmp_path), lookup)
    assert (done.found, done.kept, done.missing) == (0, 0, ())
