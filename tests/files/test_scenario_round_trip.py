from dataclasses import replace
from pathlib import Path

import pytest

from cargopool.files import input_sha256, read_document, read_scenario, write_scenario
from cargopool.model.place import Provenance, WeekHours
from cargopool.model.scenario import Drayage, Scenario
from cargopool.reference import load_reference
from files.defect_base import FILES, write_base
from golden.energy_world import WORLDS
from oracle.instances import FEATURES, instance

ATTACKS = [
    "<script>alert(1)</script>",
    "=cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(A1)",
    "+1",
    "\tTab",
    "\rReturn",
    "two\nlines",
    "two\r\nlines",
    "\x1b[31mred\x1b[0m",
    "\x07\x85\u2028\u2029\u202e\ufeff\u0000"[:-1],
    "../../etc/passwd",
    "a;b,c=d e\\f",
    ";",
    "\\",
    "none",
    "all",
    "  spaced  ",
    "'quoted",
    "''",
    '"double"',
    "&amp;",
    "Ünïcödé 漢字 🚂",
    "010",
    "1.5",
    "true",
    "NO",
    "12:30",
    "~",
    "null",
    "#hash",
    "- item",
    "{a: b}",
    "*alias",
    "%s%n",
]


def same_again(scenario: Scenario, folder: Path) -> Scenario:
    write_scenario(scenario, folder)
    found = read_document(folder)
    assert [finding for finding in found[1] if finding.severity == "error"] == []
    assert found[0] is not None
    assert input_sha256(found[0]) == input_sha256(scenario)
    return found[0]


@pytest.mark.parametrize("variant", ["base", "dear", "lifts"])
def test_resolved_scenarios_read_back_as_they_were(variant: str, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    scenario = read_scenario(write_base(tmp_path / "in"), variant)
    again = same_again(scenario, tmp_path / "out")
    assert again == scenario and again.variant == variant


def test_reference_rows_are_written_out(tmp_path: Path) -> None:
    text = """
format: cargopool/1
name: reference
horizon: {start: 2026-11-23T00:00, end: 2026-11-30T00:00, timezone: Europe/Brussels}
hubs: {use: [DEDUI, ESZAZ, ITBLQ, FRDGS, GBLHR, CHBSL], rows: [{id: DEDUI, lift_eur: 41}]}
services: {use: reference}
load_units: {use: [pw45hc, c745, trailer_tautliner]}
road: {vehicles: [truck_artic_40t], bans: true}
conditions: {kaub_gauge_cm: 60}
shipments:
  - {id: K1, shipper: A, origin: DEDUI, destination: ESZAZ, pallets: 20, kg: 8000, ready: 2026-11-23T10:00,
     due: 2026-11-26T10:00, adr_class: 3}
"""
    (tmp_path / "scenario.yaml").write_text(text)
    scenario = read_scenario(tmp_path)
    assert scenario.shipments["K1"].adr_class == "3"
    assert scenario.hubs["DEDUI"].lift_eur == 41
    assert "own values: lift_eur" in scenario.hubs["DEDUI"].provenance.note
    assert scenario.road_links and scenario.bans and scenario.services
    assert same_again(scenario, tmp_path / "out") == scenario
    written = (tmp_path / "out" / "scenario.yaml").read_text()
    assert "use:" not in written and "set:" not in written


@pytest.mark.parametrize("feature", sorted(FEATURES))
def test_every_feature_survives(feature: str, tmp_path: Path) -> None:
    scenario = instance(7, (feature,))
    assert same_again(scenario, tmp_path) == scenario


def test_hostile_texts_survive_every_text_field(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    base = read_scenario(write_base(tmp_path / "in"))
    for number, attack in enumerate(ATTACKS):
        scenario = _attacked(base, attack)
        again = same_again(scenario, tmp_path / str(number))
        assert again == scenario, attack


def _attacked(base: Scenario, attack: str) -> Scenario:
    """The scenario with an attack in every free text; ids cannot have control characters."""
    proven = Provenance(source=attack, confidence=attack, licence=attack, note=attack)
    key = "".join(character for character in attack if ord(character) > 31 and ord(character) != 127).strip() or "x"
    hub = replace(base.hubs["DUI"], name=attack, cluster=attack, role=attack, depot_stock={key: 3}, provenance=proven)
    service = replace(
        base.services["R1"], name=attack, operator=attack, provenance=proven, gauges=frozenset({attack}), status=attack
    )
    shipment = replace(
        base.shipments["K1"],
        id=key,
        shipper=attack if attack.strip() else "x",
        veto_shippers=frozenset({attack + "!", key + ";"}),
        segregation=attack,
        provenance=proven,
    )
    return replace(
        base,
        name=attack,
        notes=attack,
        hubs={**base.hubs, "DUI": hub},
        services={**base.services, "R1": service},
        shipments={**base.shipments, key: shipment},
        load_units={**base.load_units, key: replace(base.load_units["box"], id=key)},
    )


def test_opening_hours_survive(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    base = read_scenario(write_base(tmp_path / "in"))
    week = (((0, 1440),), ((1, 2), (3, 1439)), (), (), ((360, 720), (780, 1080)), ((360, 720), (780, 1080)), ())
    for opening in (None, WeekHours(days=week), WeekHours(days=week, closed_dates=frozenset({"2026-12-25"}))):
        hub = replace(base.hubs["LIL"], opening=opening)
        scenario = replace(base, hubs={**base.hubs, "LIL": hub})
        assert same_again(scenario, tmp_path / "out").hubs["LIL"].opening == opening


def test_the_digest_is_over_the_data_only(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    scenario = read_scenario(write_base(tmp_path / "a"))
    reordered = "\n".join([*FILES["shipments.csv"].splitlines()[:1], *FILES["shipments.csv"].splitlines()[:0:-1]])
    other = read_scenario(write_base(tmp_path / "b", {"shipments.csv": reordered + "\n"}))
    assert input_sha256(other) == input_sha256(scenario)
    assert input_sha256(replace(scenario, variant="x")) == input_sha256(scenario)
    dearer = replace(scenario, objective=replace(scenario.objective, carbon_price_eur_per_t=91))
    assert input_sha256(dearer) != input_sha256(scenario)
    later = replace(scenario.shipments["K1"], due_min=scenario.shipments["K1"].due_min + 1)
    assert input_sha256(replace(scenario, shipments={**scenario.shipments, "K1": later})) != input_sha256(scenario)


def test_elapsed_minutes_across_the_clock_change(tmp_path: Path) -> None:
    scenario = read_scenario(write_base(tmp_path))
    k2 = scenario.shipments["K2"]
    assert k2.ready_min == (1 * 24 + 10) * 60
    k4 = scenario.shipments["K4"]
    assert k4.due_min == (7 * 24 + 18) * 60 + 60, "one hour more, summer time ended"
    assert scenario.shipments["K3"].due_min == (8 * 24 + 18) * 60 + 120, "London is an hour behind"
    assert scenario.horizon.minutes == 12 * 24 * 60 + 60


@pytest.mark.parametrize("world", sorted(WORLDS))
def test_physical_inputs_come_back(world: str, tmp_path: Path) -> None:
    again = same_again(WORLDS[world], tmp_path)
    assert again.services["convoy"].energy == WORLDS[world].services["convoy"].energy
    assert again.vehicles["hvo"].energy == WORLDS[world].vehicles["hvo"].energy
    assert again.factors == WORLDS[world].factors


def test_what_was_replaced_in_a_factor_set_comes_back(tmp_path: Path) -> None:
    factors = replace(
        load_reference().factors["glec-v3"], overridden=("carriers.diesel", "grid_g_per_kwh.DE"), allocation="teu_km"
    )
    bare = replace(WORLDS[""], doors={}, shipments={}, road_links=(), vehicles={}, services={}, surcharges=())
    scenario = replace(bare, factors=factors, drayage=Drayage())
    assert same_again(scenario, tmp_path).factors == factors
