import shutil
from pathlib import Path
from typing import Any

import pytest

from cargopool.errors import InputError
from cargopool.files import parse_setting, read_document, read_scenario
from files.defect_base import FILES, write_base


def codes(folder: Path, variant: str = "base", overrides: dict[str, Any] | None = None) -> list[str]:
    return [finding.code for finding in read_document(folder, variant, overrides)[1]]


def with_overrides(folder: Path, overrides: str, variants: str) -> Path:
    head = FILES["scenario.yaml"][: FILES["scenario.yaml"].index("overrides:")]
    return write_base(folder, {"scenario.yaml": f"{head}overrides:\n{overrides}\nvariants:\n{variants}\n"})


def test_variants_and_the_command_line(tmp_path: Path) -> None:
    write_base(tmp_path)
    assert read_scenario(tmp_path).objective.carbon_price_eur_per_t == 90
    dear = read_scenario(tmp_path, "dear")
    assert dear.objective.carbon_price_eur_per_t == 200 and dear.variant == "dear"
    assert dear.services["R1"].capacity.units == 27 and dear.services["R1"].spot_units == 16
    assert dear.services["R1"].allotment_units == 4 and dear.services["R1"].capacity.teu_milli == 64_000
    assert dear.services["FERRY"] == read_scenario(tmp_path).services["FERRY"]
    set_by_hand = read_scenario(tmp_path, "dear", {"objective.carbon_price_eur_per_t": 30})
    assert set_by_hand.objective.carbon_price_eur_per_t == 30
    row = read_scenario(tmp_path, "dear", {"services[mode=rail].capacity_factor": 0.5})
    assert row.services["R1"].capacity.units == 17


@pytest.mark.parametrize(
    ("path", "value", "get", "expected"),
    [
        ("hubs[LON].cross_dock", None, lambda s: s.hubs["LON"].cross_dock, None),
        ("hubs[*].lift_min", 25, lambda s: {hub.lift_min for hub in s.hubs.values()}, {25}),
        ("hubs[DUI].opening", ["24/7"], lambda s: s.hubs["DUI"].opening.days[6], ((0, 1440),)),
        ("hubs[country=FR].cross_dock.eur_per_pallet", 9, lambda s: s.hubs["LIL"].cross_dock.eur_per_pallet, 9),
        ("services[via=LON].tariff.eur_per_unit", 1, lambda s: s.services["R2"].tariff.eur_per_unit, 1),
        ("services[country=GB,mode=rail].cancel_eur", 7, lambda s: s.services["R2"].cancel_eur, 7),
        ("services[operator=Charter Co].charter", None, lambda s: s.services["CH"].charter, None),
        ("services[FERRY].unit_types", "all", lambda s: s.services["FERRY"].unit_types, None),
        ("shipments[K1].due", "2026-10-23T12:00", lambda s: s.shipments["K1"].due_min, 4 * 1440 + 720),
        ("shipments[shipper=Acme].must_serve", True, lambda s: s.shipments["K1"].must_serve, True),
        ("shipments[K1].forbidden_modes", ["road"], lambda s: "road" in s.shipments["K1"].modes, False),
        ("road.links[DUI-LIL].km", 331, lambda s: s.road_links[0].km, 331),
        ("road.vehicles[truck].eur_per_km", 2, lambda s: s.vehicles["truck"].eur_per_km, 2),
        ("road.crossings[EU-GB].eur", 1, lambda s: s.crossings[0].eur, 1),
        ("load_units[box].rental_eur_day", 0, lambda s: s.load_units["box"].rental_eur_day, 0),
        ("surcharges[peak].percent", 0, lambda s: s.surcharges[0].percent, 0),
        ("factors.grid_g_per_kwh.DE", 1, lambda s: s.factors.grid_g_per_kwh, {"default": 250, "DE": 1}),
        ("objective.weights.lift", 2, lambda s: s.objective.weights, {"toll": 1, "lift": 2}),
        ("conditions.closed_services", ["mode=rail"], lambda s: list(s.services), ["FERRY"]),
        ("conditions.closed_links", ["LON-LIL"], lambda s: len(s.road_links), 1),
        ("road.bans", False, lambda s: s.bans, ()),
        ("scope.event_depth", 1, lambda s: s.scope.event_depth, 1),
        ("drayage.radius_km", 10, lambda s: s.drayage.radius_km, 10),
        ("horizon.end", "2026-10-30T00:00", lambda s: s.horizon.minutes, 11 * 1440 + 60),
        ("name", "other", lambda s: s.name, "other"),
    ],
)
def test_paths_reach_every_section(path: str, value: Any, get: Any, expected: Any, tmp_path: Path) -> None:
    scenario = read_scenario(write_base(tmp_path), overrides={path: value})
    assert get(scenario) == expected


def test_a_table_may_be_exchanged(tmp_path: Path) -> None:
    write_base(tmp_path)
    few = "\n".join(FILES["shipments.csv"].splitlines()[:2]) + "\n"
    (tmp_path / "few.csv").write_text(few)
    assert list(read_scenario(tmp_path, overrides={"shipments.table": "few.csv"}).shipments) == ["K1"]


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        ("objective.carbon_prize", 1, "E0201"),
        ("objectives.carbon_price_eur_per_t", 1, "E0403"),
        ("objective.carbon_price_eur_per_t", "high", "E0203"),
        ("name.first", "x", "E0403"),
        ("hubs[DUI].lift_euro", 1, "E0403"),
        ("hubs[DUI].id", "X", "E0403"),
        ("hubs[DUI].lift_eur", "x", "E0203"),
        ("hubs[DUI].lift_eur", -1, "E1010"),
        ("hubs[DUI]", 1, "E0407"),
        ("hubs[].lift_eur", 1, "E0404"),
        ("hubs[mode=rail].lift_eur", 1, "E0404"),
        ("yards[DUI].lift_eur", 1, "E0403"),
        ("shipments[K1].due", "soon", "E0501"),
        ("format", "x", "E0407"),
        ("variants.base", [], "E0407"),
        ("", 1, "E0407"),
        ("a b", 1, "E0407"),
    ],
)
def test_paths_that_lead_nowhere(path: str, value: Any, code: str, tmp_path: Path) -> None:
    assert code in codes(write_base(tmp_path), overrides={path: value})


def test_conflicts_within_a_variant(tmp_path: Path) -> None:
    with_overrides(
        tmp_path,
        """
  a: {"services[mode=rail].capacity_factor": 0.5}
  b: {"services[R1].capacity_factor": 0.6}
  c: {"services[R1].capacity_factor": 0.5}
  d: {objective.weights: {}}
  e: {objective.weights.toll: 2}
  f: {"hubs[DUI].cross_dock": null}
  g: {"hubs[DUI].cross_dock.eur_per_pallet": 2}""",
        """
  filter-and-id: [a, b]
  same-value: [a, c]
  parent-and-child: [d, e]
  row-parent-and-child: [f, g]
  twice: [a, a]""",
    )
    assert codes(tmp_path, "filter-and-id") == ["E0405"]
    assert codes(tmp_path, "same-value") == [] == codes(tmp_path, "twice")
    assert codes(tmp_path, "parent-and-child") == ["E0405"]
    assert codes(tmp_path, "row-parent-and-child") == ["E0405"]
    won = read_scenario(tmp_path, "same-value", {"services[R1].capacity_factor": 1})
    assert won.services["R1"].capacity.units == 34


def test_unused_overrides_are_checked_too(tmp_path: Path) -> None:
    with_overrides(tmp_path, '  a: {"hub[DUI].lift_eur": 5}\n  b: {objectiv.carbon_price_eur_per_t: 5}', "  base: []")
    assert codes(tmp_path) == ["E0403", "E0403"]


def test_unknown_variants_name_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read_scenario(write_base(tmp_path), "deer")
    assert [(finding.code, finding.help) for finding in caught.value.diagnostics] == [("E0402", "did you mean 'dear'?")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("objective.carbon_price_eur_per_t=200", ("objective.carbon_price_eur_per_t", 200)),
        ("services[mode=rail].capacity_factor=0.8", ("services[mode=rail].capacity_factor", 0.8)),
        ("road.bans=false", ("road.bans", False)),
        ("hubs[A].cross_dock=null", ("hubs[A].cross_dock", None)),
        ("hubs[A].modes=[rail, road]", ("hubs[A].modes", ["rail", "road"])),
        ("name=a=b: c", ("name", "a=b: c")),
        ("horizon.end=2026-10-30T00:00", ("horizon.end", "2026-10-30T00:00")),
    ],
)
def test_settings_of_the_command_line(text: str, expected: tuple[str, Any]) -> None:
    assert parse_setting(text) == expected


@pytest.mark.parametrize("text", ["", "name", "=5", "hubs[mode=rail]", "hubs[A].modes=[rail"])
def test_settings_that_are_none(text: str) -> None:
    with pytest.raises(ValueError, match=r"path=value|is not a value"):
        parse_setting(text)


@pytest.mark.parametrize(
    "path, value",
    [
        ("objective.carbon_price_eur_per_t", -3),
        ("objective.caps", [{"shiper": "Nova", "co2e_kg": 5}]),
        ("execution.round_trips", 3),
        ("conditions.grid_year", 1999),
        ("conditions.kaub_gauge_cm", -5),
        ("conditions.kaub_gauge_cm", 1e9),
        ("horizon.timezone", "Mars/Base"),
    ],
)
def test_what_the_command_line_sets_wrong_stands_at_the_command_line(path: str, value: object) -> None:
    with pytest.raises(InputError) as caught:
        read_scenario("scenarios/quickstart", overrides={path: value})
    assert {one.where for one in caught.value.diagnostics} == {"--set:1:1"}


def test_a_gauge_that_no_river_has_is_named_where_it_stands(tmp_path: Path) -> None:
    shutil.copytree("scenarios/rhine-low-water", tmp_path / "case")
    document = tmp_path / "case" / "scenario.yaml"
    text = document.read_text(encoding="utf-8")
    assert "conditions.kaub_gauge_cm: 60" in text
    document.write_text(text.replace("conditions.kaub_gauge_cm: 60", "conditions.kaub_gauge_cm: -60"), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_scenario(tmp_path / "case", "dry")
    (found,) = caught.value.diagnostics
    assert found.code == "E1010"
    line = document.read_text(encoding="utf-8").splitlines()[int(found.where.split(":")[-2]) - 1]
    assert "kaub_gauge_cm: -60" in line
