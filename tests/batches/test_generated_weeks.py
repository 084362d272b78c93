"""Generated weeks as scenario folders: what they promise, and what is said of parameters that make no sense."""

import csv
import filecmp
import json
from collections import Counter
from pathlib import Path

import pytest

from cargopool.batches.recipe import RECIPES
from cargopool.batches.week_due import minutes_too_early
from cargopool.batches.week_params import PROFILES, WeekParams, read_week_params
from cargopool.batches.weeks import write_week
from cargopool.cli import main
from cargopool.errors import InputError
from cargopool.files import read_document, read_scenario
from cargopool.reference import load_reference


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def week(tmp_path_factory):
    folder = tmp_path_factory.mktemp("weeks") / "plain"
    write_week(read_week_params(None, {"shipments": 400, "seed": 5}), folder, name="w")
    return folder


def problems(given: dict, path: Path | None = None) -> list[tuple[str, str]]:
    with pytest.raises(InputError) as caught:
        read_week_params(path, given)
    return [(one.code, one.where.rsplit(":", 1)[-1]) for one in caught.value.diagnostics]


def test_a_week_reads_without_a_finding(week):
    scenario, findings = read_document(week)
    assert scenario is not None and not [one for one in findings if one.severity == "error"]
    assert scenario.synthetic and len(scenario.shipments) == 400
    assert "synthetic" in scenario.notes.lower() and "**Synthetic.**" in (week / "README.md").read_text("utf-8")
    tables = [rows(week / name) for name in ("shipments.csv", "hubs.csv", "doors.csv")]
    assert all(row["confidence"] == "synthetic" for table in tables for row in table)


def test_equal_parameters_make_equal_bytes(week, tmp_path):
    again = tmp_path / "again"
    write_week(read_week_params(week / "parameters.toml"), again, name="w")
    names = sorted(path.name for path in week.iterdir())
    assert names == sorted(path.name for path in again.iterdir()) and len(names) == 7
    assert filecmp.cmpfiles(week, again, names, shallow=False)[0] == names
    other = tmp_path / "other"
    write_week(read_week_params(week / "parameters.toml", {"seed": 6}), other, name="w")
    assert rows(other / "shipments.csv") != rows(week / "shipments.csv")


def test_the_pool_may_book_a_small_share_of_the_slots(week):
    reference, found = load_reference(), rows(week / "services.csv")
    hubs = set(read_scenario(week).hubs)
    between = {
        service_id
        for service_id in reference.base_services
        if {stop.hub for stop in reference.services[service_id].stops} <= hubs
    }
    assert {row["id"] for row in found} == between and len(between) > 100
    paid = []
    for row in found:
        service = reference.services[row["id"]]
        if service.headway_min is not None:
            continue
        slots = min(x for x in (service.capacity.units, (service.capacity.teu_milli or 10**9) / 2250) if x)
        booked = int(row["allotment_units"]) + int(row["spot_units"])
        assert booked == 1 or 0.03 * slots - 0.5 <= booked <= 0.10 * slots + 0.5
        assert min(int(row["allotment_units"]), int(row["spot_units"])) == 0
        paid.append(int(row["allotment_units"]) > 0)
    assert 0.15 < sum(paid) / len(paid) < 0.45


def test_a_third_of_the_shipments_have_a_door_and_every_one_can_go_by_truck(week):
    shipments = rows(week / "shipments.csv")
    with_door = [row for row in shipments if row["origin"].startswith("D-") or row["destination"].startswith("D-")]
    assert 0.25 < len(with_door) / len(shipments) < 0.45
    hub_of = {row["id"]: row["id"].split("-")[1] for row in rows(week / "doors.csv")}
    assert minutes_too_early(read_scenario(week), hub_of) == {}


@pytest.mark.parametrize("profile", [name for name in PROFILES if name != "plain"])
def test_profiles_change_the_mix(profile, week, tmp_path):
    write_week(read_week_params(None, {"shipments": 400, "seed": 5, "profile": profile}), tmp_path / "w")
    plain, found = (Counter(row["note"] for row in rows(p / "shipments.csv")) for p in (week, tmp_path / "w"))
    assert sum(found.values()) == 400 and found != plain
    assert read_document(tmp_path / "w")[0] is not None
    if profile == "fmcg-peak":
        assert found["fmcg"] > plain["fmcg"] * 1.15
    else:
        assert found["produce" if profile == "harvest" else "promotion"] > 50


def test_weeks_grow(tmp_path):
    params = read_week_params(None, {"shipments": 100, "weeks": 3, "growth_per_week": 0.2})
    assert params.counts == (100, 120, 144)
    write_week(params, tmp_path / "w")
    by_week = Counter(
        (int(row["ready"][8:10]) - 23) // 7 if row["ready"] < "2026-12" else 1 + (int(row["ready"][8:10]) >= 7)
        for row in rows(tmp_path / "w" / "shipments.csv")
    )
    assert by_week == {0: 100, 1: 120, 2: 144}
    assert read_scenario(tmp_path / "w").horizon.minutes == 28 * 1440


def test_hubs_are_chosen_by_word_number_or_name(tmp_path):
    counts = {}
    for choice in ("core", "core+20", "core+40", "all+30", "DEDUI,ITBLQ,ESZAZ"):
        made = write_week(read_week_params(None, {"shipments": 20, "hubs": choice}), tmp_path / choice)
        counts[choice] = made.hubs
        assert len(read_scenario(tmp_path / choice).hubs) == made.hubs
    everything = len(load_reference().hubs)
    assert list(counts.values()) == [10, 30, 50, everything + 30, 3]


def test_an_own_matrix_is_followed(tmp_path):
    matrix = tmp_path / "od.csv"
    matrix.write_text("origin,destination,weight,segment\nDEDUI,ESZAZ,3,\nITBLQ,FRDGS,1,\n", encoding="utf-8")
    params = read_week_params(None, {"shipments": 400, "od_matrix": str(matrix), "doors": {"share": 0.0}})
    write_week(params, tmp_path / "w")
    found = Counter((row["origin"], row["destination"]) for row in rows(tmp_path / "w" / "shipments.csv"))
    assert set(found) == {("DEDUI", "ESZAZ"), ("ITBLQ", "FRDGS")}
    write_week(read_week_params(tmp_path / "w" / "parameters.toml"), tmp_path / "again")
    assert filecmp.cmp(tmp_path / "w" / "shipments.csv", tmp_path / "again" / "shipments.csv", shallow=False)


def test_everything_wrong_is_said_at_once(tmp_path):
    path = tmp_path / "p.toml"
    path.write_text(
        'shipmnts = 5\nshipments = -1\nweeks = "two"\nmonday = 2026-11-24\n[slots]\nleast_share = 2.0\n'
        "[segments.fmcg]\ngoods = 5\nwindow_h = [9]\n[segments.new]\nshare = 0.1\n[doors]\nshare = nan\n",
        encoding="utf-8",
    )
    assert set(problems({}, path)) >= {
        ("E2051", "shipmnts"),
        ("E2052", "weeks"),
        ("E2052", "goods"),
        ("E2052", "share"),
        ("E2053", "shipments"),
        ("E2053", "monday"),
        ("E2053", "slots.least_share"),
        ("E2053", "segments.fmcg.window_h"),
        ("E2053", "segments.new.weights"),
    }


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"profile": "winter"}, "E2053"),
        ({"segments": {"fmcg": {"share": 0}, "automotive": {"share": 0}, "chemicals": {"share": 0}}}, "E2053"),
        ({"demand": {"day_shares": []}}, "E2053"),
        ({"demand": 5}, "E2052"),
        ({"regions": {"DEDUI": {"supply": {"fmcg": "many"}}}}, "E2052"),
        ({"growth_per_week": 9.0, "weeks": 50}, "E2053"),
    ],
)
def test_values_that_no_week_can_have(given, code):
    assert {found for found, _ in problems(given)} == {code}


@pytest.mark.parametrize(
    "given",
    [
        {"hubs": "nowhere"},
        {"hubs": "core+x"},
        {"hubs": "core+900"},
        {"hubs": "DEDUI"},
        {"hubs": "DEDUI,DECGN"},
        {"equipment": {"load_units": ["zeppelin"]}},
        {"regions": {"XXXXX": {"supply": {"fmcg": 1.0}}}},
        {"od_matrix": "nowhere.csv"},
    ],
)
def test_places_and_equipment_that_are_not_there(given, tmp_path):
    with pytest.raises(InputError) as caught:
        write_week(read_week_params(None, {"shipments": 10, **given}), tmp_path / "w")
    assert {one.code for one in caught.value.diagnostics} <= {"E2050", "E2053"}
    assert not (tmp_path / "w").exists()


def test_wrong_rows_of_a_matrix_are_all_named(tmp_path):
    matrix = tmp_path / "od.csv"
    matrix.write_text("origin,destination,weight\nDEDUI,ES,3\nITBLQ,FRDGS,-2\nDEDUI,DEDUI,1\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        write_week(read_week_params(None, {"od_matrix": str(matrix)}), tmp_path / "w")
    assert [one.where.rsplit(":", 1)[-1] for one in caught.value.diagnostics] == ["2", "3", "4"]


def test_parameters_come_back_from_their_text(tmp_path):
    (tmp_path / "p.toml").write_text(WeekParams().to_toml(), encoding="utf-8")
    assert read_week_params(tmp_path / "p.toml") == read_week_params() == WeekParams()
    assert set(WeekParams().segments) == set(RECIPES)


def test_the_command(tmp_path, capsys):
    folder = tmp_path / "w"
    assert main(["generate", "--shipments", "30", "--seed", "2", "--out", str(folder), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["synthetic"] is True and said["shipments"] == 30
    assert main(["validate", str(folder)]) == 0
    assert main(["generate", "--shipments", "30", "--out", str(folder)]) == 2
    assert main(["generate", "--shipments", "many", "--out", str(tmp_path / "x")]) == 2
    assert main(["generate", "--shipments", "0", "--out", str(tmp_path / "x")]) == 2
    capsys.readouterr()
    assert main(["generate", "--profile", "harvest", "--show-params"]) == 0
    assert "[segments.produce]" in capsys.readouterr().out
    assert main(["generate"]) == 2
