from pathlib import Path
from typing import Any

import pytest
import yaml

from cargopool.files import read_document, read_scenario, write_scenario
from cargopool.footprint.energy import Evidence, service_rate
from cargopool.model.energy import truck_line
from cargopool.reference import load_reference
from cargopool.rules.fleets import hired_truck
from files.defect_base import FILES, write_base

BASE: dict[str, Any] = {
    "format": "cargopool/1",
    "name": "reference",
    "horizon": {"start": "2026-11-23T00:00", "end": "2026-11-30T00:00", "timezone": "Europe/Brussels"},
    "hubs": {"use": ["DEDUI", "ITBLQ", "GBLHR"]},
    "services": {"use": "reference"},
    "load_units": {"use": ["pw45hc"]},
    "road": {"vehicles": ["truck_container_40t"], "bans": True},
    "shipments": [
        {
            "id": "K1",
            "shipper": "A",
            "origin": "DEDUI",
            "destination": "ITBLQ",
            "pallets": 10,
            "kg": 4000,
            "ready": "2026-11-23T10:00",
            "due": "2026-11-26T10:00",
        }
    ],
}


def folder(path: Path, **changes: Any) -> Path:
    (path / "scenario.yaml").write_text(yaml.safe_dump({**BASE, **changes}, sort_keys=False))
    return path


def codes(path: Path) -> list[str]:
    return [finding.code for finding in read_document(path)[1]]


def test_what_a_hub_of_the_reference_brings_along(tmp_path: Path) -> None:
    reference = load_reference()
    scenario = read_scenario(folder(tmp_path))
    places = {"DEDUI", "ITBLQ", "GBLHR"}
    assert set(scenario.hubs) == places
    assert scenario.hubs["ITBLQ"] == reference.hubs["ITBLQ"]
    assert set(scenario.road_links) == {
        link for link in reference.road_links if {link.origin, link.destination} <= places
    }
    assert {(row.origin, row.destination) for row in scenario.crossings} == {("EU", "GB"), ("GB", "EU")}
    assert all({stop.hub for stop in service.stops} <= places for service in scenario.services.values())
    assert scenario.services.keys() <= reference.base_services
    assert {ban.country for ban in scenario.bans} <= {
        country for link in scenario.road_links for country, _ in link.countries
    }
    assert scenario.bans
    assert scenario.factors == reference.default_factors
    assert scenario.drayage.vehicle == "truck_container_40t"
    assert scenario.drayage.radius_km == reference.drayage.radius_km


def test_what_can_be_turned_off_or_named(tmp_path: Path) -> None:
    road = {"vehicles": ["truck_container_40t"], "links": {"use": "none"}, "crossings": False, "bans": False}
    scenario = read_scenario(folder(tmp_path, road=road, services=["S001"], hubs=["DEDUI", "FRDGS", "ITBLQ"]))
    assert scenario.road_links == scenario.crossings == scenario.bans == ()
    assert list(scenario.services) == ["S001"]


def test_own_links_lie_over_reference_links_in_either_direction(tmp_path: Path) -> None:
    plain = read_scenario(folder(tmp_path))
    below = next(link for link in plain.road_links if {link.origin, link.destination} == {"DEDUI", "ITBLQ"})
    own = {"origin": below.destination, "destination": below.origin, "drive_min": below.drive_min + 60}
    road = {**BASE["road"], "links": [own]}
    scenario = read_scenario(folder(tmp_path, road=road))
    found = [link for link in scenario.road_links if {link.origin, link.destination} == {"DEDUI", "ITBLQ"}]
    assert len(found) == 1 and found[0].drive_min == below.drive_min + 60 and found[0].km == below.km
    assert found[0].countries == tuple(reversed(below.countries))
    one_way = {**own, "km": below.km, "both_ways": False}
    scenario = read_scenario(folder(tmp_path, road={**BASE["road"], "links": [one_way]}))
    assert len(scenario.road_links) == len(plain.road_links) + 1


def test_an_own_stock_of_a_reference_hub_names_units_of_the_scenario(tmp_path: Path) -> None:
    """The reference stocks more types than a scenario uses; what somebody writes is checked."""
    stocked = load_reference().hubs["DEDUI"].depot_stock
    assert read_scenario(folder(tmp_path)).hubs["DEDUI"].depot_stock == stocked and "c745" in stocked
    rows = [{"id": "DEDUI", "depot_stock": {"pw45hc": 9, "pw45": 3}}]
    hubs = {"use": ["DEDUI", "ITBLQ", "GBLHR"], "rows": rows}
    (found,) = [one for one in read_document(folder(tmp_path, hubs=hubs))[1] if one.severity == "error"]
    assert found.code == "E1204" and "'pw45'" in found.message and "pw45hc" in found.help
    rows[0]["depot_stock"] = {"pw45hc": 9}
    lifted = read_scenario(folder(tmp_path, hubs=hubs), overrides={"hubs[*].lift_min": 7})
    assert lifted.hubs["DEDUI"].depot_stock == {"pw45hc": 9}
    write_scenario(lifted, tmp_path / "out")
    assert read_scenario(tmp_path / "out").hubs["ITBLQ"].depot_stock == lifted.hubs["ITBLQ"].depot_stock


def test_factors_of_the_reference_with_own_values(tmp_path: Path) -> None:
    factors = {
        "set": "cargopool-2026",
        "grid_g_per_kwh": {"DE": 1},
        "carriers": [{"id": "diesel", "ttw_g_per_mj": 70}],
    }
    made = read_scenario(folder(tmp_path, factors=factors)).factors
    below = load_reference().default_factors
    assert made.grid_g_per_kwh == {**below.grid_g_per_kwh, "DE": 1}
    assert made.carriers["diesel"].ttw_g_per_mj == 70
    assert made.carriers["diesel"].wtt_g_per_mj == below.carriers["diesel"].wtt_g_per_mj
    assert "own values: ttw_g_per_mj" in made.carriers["diesel"].provenance.note
    assert made.carriers["lng"] == below.carriers["lng"]


def test_what_a_scenario_replaces_in_a_factor_set_is_told(tmp_path: Path) -> None:
    factors = {
        "set": "glec-v3",
        "grid_g_per_kwh": {"DE": 1},
        "carriers": [{"id": "diesel", "ttw_g_per_mj": 70}],
        "vessels": [{"id": "rhine_110m", "mj_per_tkm": 0.3}],
        "train_exponent": -0.6,
    }
    made = read_scenario(folder(tmp_path, factors=factors)).factors
    assert (made.id, made.base, made.version) == ("glec-v3", "glec-v3", "3.0 (2 Apr 2024 update)")
    assert set(made.overridden) == {
        "grid_g_per_kwh.DE", "carriers.diesel", "vessels.rhine_110m", "train_exponent"
    }  # fmt: skip
    assert made.provenance["grid.DE"].source == "own value of the scenario"
    assert made.provenance["grid.DE"].confidence == "own"
    assert made.vessels["rhine_110m"].cemt == "Va" and made.vessels["rhine_110m"].mj_per_tkm == 0.3
    assert made.trucks == load_reference().factors["glec-v3"].trucks


def test_own_energy_over_a_reference_row_is_own(tmp_path: Path) -> None:
    hubs = {"use": ["DEDUI", "ITBLQ", "GBLHR", "FRDGS"], "rows": [{"id": "DEDUI", "lift_kwh": 3}]}
    services = {"use": ["S001", "S001R"], "rows": [{"id": "S001", "mj_per_gross_tkm": 0.07}]}
    scenario = read_scenario(folder(tmp_path, hubs=hubs, services=services))
    lines = scenario.services
    assert lines["S001"].energy is not None and lines["S001"].energy.confidence == "own"
    assert lines["S001"].provenance.confidence == "synthetic" and lines["S001R"].energy is not None
    assert service_rate(scenario, lines["S001"]).evidence == Evidence("primary", "own value of the scenario")
    assert service_rate(scenario, lines["S001R"]).evidence.data == "default"
    assert (scenario.hubs["DEDUI"].energy_confidence, scenario.hubs["ITBLQ"].energy_confidence) == ("own", "derived")
    changed = read_scenario(
        tmp_path, overrides={"services[S001R].mj_per_gross_tkm": 0.08, "hubs[ITBLQ].lift_diesel_mj": 9}
    )
    assert service_rate(changed, changed.services["S001R"]).evidence.data == "primary"
    assert changed.hubs["ITBLQ"].energy_confidence == "own"


def test_a_hired_truck_takes_the_full_load_of_its_class(tmp_path: Path) -> None:
    road = {"vehicles": ["truck_roadtrain"]}
    scenario = read_scenario(folder(tmp_path, road=road, load_units={"use": ["c745"]}, services=[]))
    assert hired_truck(scenario, "DEDUI").payload_kg == 24_000


def test_the_default_set_has_no_row_of_the_attributed_one() -> None:
    default, glec = (load_reference().factors[name] for name in ("cargopool-2026", "glec-v3"))
    for block in ("carriers", "trucks", "vessels"):
        rows = [row.provenance for row in getattr(default, block).values()]
        assert rows and not any("GLEC" in row.source or "Smart Freight" in row.licence for row in rows)
    assert not any("GLEC" in row.source or "Smart Freight" in row.licence for row in default.provenance.values())
    attributed = [row.provenance for row in (*glec.carriers.values(), *glec.vessels.values())]
    assert all("GLEC" in row.source and "Smart Freight" in row.licence for row in attributed)


def test_vehicles_of_the_reference_keep_their_energy_under_an_own_set(tmp_path: Path) -> None:
    own = {"id": "mine", "carriers": [{"id": "diesel", "wtt_g_per_mj": 17, "ttw_g_per_mj": 72}],
           "grid_g_per_kwh": {"default": 250}, "shuttle_min": {"tunnel": 35}, "shuttle_eur": {"tunnel": 190},
           "shuttle_kwh": {"tunnel": 300}, "shuttle_km": {"tunnel": 50}}  # fmt: skip
    scenario = read_scenario(folder(tmp_path, factors=own, services=[]))
    below = load_reference()
    line = truck_line(below.default_factors, below.vehicles["truck_container_40t"])
    assert truck_line(scenario.factors, scenario.vehicles["truck_container_40t"]) == line


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"hubs": {"use": ["DEDUX"]}}, "E0401"),
        ({"hubs": {"use": ["DEDUI", "DEDUI", "ITBLQ"]}}, "E0207"),
        ({"hubs": {"use": [7]}}, "E0401"),
        ({"hubs": {"use": [True]}}, "E0203"),
        ({"hubs": {"use": 7}}, "E0203"),
        ({"hubs": True}, "E0203"),
        ({"hubs": {"table": 7}}, "E0203"),
        ({"hubs": {"rows": 7}}, "E0203"),
        ({"services": {"use": ["S999"]}}, "E0401"),
        ({"shipments": ["K1"]}, "E0203"),
        ({"shipments": {"use": "reference"}}, "E0203"),
        ({"doors": {"use": ["D1"]}}, "E0203"),
        ({"road": {**BASE["road"], "links": {"use": ["A-B"]}}}, "E0203"),
        ({"road": {**BASE["road"], "links": ["A-B"]}}, "E0203"),
        ({"road": []}, "E0203"),
        ({"factors": {"set": "cargopool-1926"}}, "E0401"),
        ({"factors": {"set": "cargopool-2026", "id": "own"}}, "E0203"),
        ({"overrides": []}, "E0203"),
        ({"conditions": {"closed_links": ["X-Y"]}}, "E0404"),
    ],
)
def test_wrong_uses(changes: dict[str, Any], code: str, tmp_path: Path) -> None:
    assert code in codes(folder(tmp_path, **changes))


def test_low_water_and_closures(tmp_path: Path) -> None:
    every = {"hubs": {"use": "reference"}, "load_units": {"use": ["pw45hc"]}}
    base = read_scenario(folder(tmp_path, **every))
    conditions = {"kaub_gauge_cm": 60, "closed_services": ["country=CH"]}
    dry = read_scenario(folder(tmp_path, **every, conditions=conditions))
    assert len(dry.services) < len(base.services)
    assert [surcharge.id for surcharge in dry.surcharges] == ["low-water-kaub"]
    crossing_alps = [s for s in dry.services.values() for leg in s.legs if "CH" in dict(leg.countries)]
    assert crossing_alps == []


def test_a_closed_road_within_a_region_is_warned_of(tmp_path: Path) -> None:
    text = FILES["scenario.yaml"].replace(
        "  closed_services: [OLD]", "  closed_services: [OLD]\n  closed_links: [LIL-DUI]"
    )
    write_base(tmp_path, {"scenario.yaml": text})
    scenario, found = read_document(tmp_path)
    assert scenario is not None and len(scenario.road_links) == 1
    assert [(finding.code, finding.severity) for finding in found] == [("W0409", "warning")]


def test_empty_columns_at_the_end_do_no_harm(tmp_path: Path) -> None:
    padded = "\n".join(line + ",," for line in FILES["doors.csv"].splitlines()) + "\n,,,,,,,,,,,,\n"
    assert read_scenario(write_base(tmp_path, {"doors.csv": padded})).doors.keys() == {"D1", "D2"}
    nameless = padded.replace("live,,", "live,,x")
    scenario, found = read_document(write_base(tmp_path, {"doors.csv": nameless}))
    column = len(FILES["doors.csv"].splitlines()[0]) + 3
    assert scenario is None
    assert [(finding.code, finding.where) for finding in found] == [("E0303", f"{tmp_path}/doors.csv:1:{column}")]


def test_words_of_other_data_sets(tmp_path: Path) -> None:
    write_base(tmp_path, {"hubs.csv": FILES["hubs.csv"].replace("rail;barge;road", "train;iww;truck")})
    assert read_scenario(tmp_path).hubs["DUI"].modes == frozenset({"rail", "barge", "road"})
