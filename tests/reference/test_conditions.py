from dataclasses import replace
from datetime import UTC, datetime

import pytest

from cargopool.model.scenario import Horizon, Scenario
from cargopool.reference import kaub_capacity_share, load_reference, passes_kaub


@pytest.fixture(scope="module")
def rhine_week():
    reference = load_reference()
    names = ("S104", "S106", "S106R", "S100", "S142", "S113", "S066")
    horizon = Horizon(start=datetime(2026, 11, 23, tzinfo=UTC), end=datetime(2026, 11, 30, tzinfo=UTC))
    return Scenario(
        name="rhine", horizon=horizon, hubs=reference.hubs, services={name: reference.services[name] for name in names}
    )


@pytest.mark.parametrize(
    ("gauge", "share"),
    [(39.9, 0.0), (40, 0.12), (60, 0.20), (80, 0.28), (150, 0.56), (200, 0.76), (260, 1.0), (400, 1.0)],
)
def test_capacity_share_follows_the_published_points(gauge, share):
    assert kaub_capacity_share(gauge) == pytest.approx(share)


def test_only_barges_between_the_sides_pass_kaub(rhine_week):
    rhine = load_reference().rhine
    passing = {name for name, service in rhine_week.services.items() if passes_kaub(service, rhine)}
    assert passing == {"S106", "S106R", "S100", "S142"}


def test_low_water_shrinks_slots_and_adds_the_surcharge(rhine_week):
    before = rhine_week.services
    dry = load_reference().apply_conditions(rhine_week, kaub_gauge_cm=60)
    assert list(dry.services) == list(before)
    assert dry.services["S106"].capacity.teu_milli == 41_600
    assert dry.services["S106"].allotment_units == int(before["S106"].allotment_units * 0.2)
    assert dry.services["S106"].spot_units == int(before["S106"].spot_units * 0.2 + 1e-9)
    assert dry.services["S104"] == before["S104"] and dry.services["S066"] == before["S066"]
    (surcharge,) = dry.surcharges
    assert surcharge.services == {"S106", "S106R", "S100", "S142"}
    assert surcharge.eur_per_unit + 1 * surcharge.eur_per_teu == 248
    assert surcharge.eur_per_unit + 2 * surcharge.eur_per_teu == 293
    assert surcharge.provenance.confidence == "derived"


def test_below_forty_the_lines_stop(rhine_week):
    stopped = load_reference().apply_conditions(rhine_week, kaub_gauge_cm=30)
    assert set(stopped.services) == {"S104", "S113", "S066"} and stopped.surcharges == ()


def test_high_water_changes_nothing(rhine_week):
    assert load_reference().apply_conditions(rhine_week, kaub_gauge_cm=260) == rhine_week


def test_closed_services_are_left_out(rhine_week):
    closed = load_reference().apply_conditions(rhine_week, closed=("S066",))
    assert closed == replace(rhine_week, services={k: v for k, v in rhine_week.services.items() if k != "S066"})


@pytest.mark.parametrize("gauge", range(40, 151))
def test_bands_leave_no_gap(gauge):
    hits = [band for band in load_reference().low_water if band.from_cm <= gauge <= band.to_cm]
    assert len(hits) == 1
