from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cargopool.model.energy import mj_per_gross_tkm
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
    slots = before["S106"].allotment_units + before["S106"].spot_units
    assert (dry.services["S106"].allotment_units, dry.services["S106"].spot_units) == (0, int(slots * 0.2 + 1e-9))
    factors = load_reference().default_factors
    # (0.4 + 0.6 x 0.2 over 0.4 + 0.6 x 0.75) ^ 2/3 x 0.75 / 0.2
    assert mj_per_gross_tkm(factors, dry.services["S106"]).value == pytest.approx(0.19 * 2.702429, abs=1e-6)
    assert dry.services["S104"] == before["S104"] and dry.services["S066"] == before["S066"]
    (surcharge,) = dry.surcharges
    assert surcharge.services == {"S106", "S106R", "S100", "S142"}
    assert surcharge.eur_per_unit + 1 * surcharge.eur_per_teu == 248
    assert surcharge.eur_per_unit + 2 * surcharge.eur_per_teu == 293
    assert surcharge.provenance.confidence == "derived"


@pytest.mark.parametrize(("gauge", "duty"), [(80, False), (80.5, True), (81, True), (150, True)])
def test_up_to_eighty_there_is_no_duty_to_carry(rhine_week, gauge, duty):
    before = rhine_week.services["S106"]
    after = load_reference().apply_conditions(rhine_week, kaub_gauge_cm=gauge).services[before.id]
    share = kaub_capacity_share(gauge)
    if duty:
        assert after.allotment_units == int(before.allotment_units * share + 1e-9)
        slots = before.allotment_units + before.spot_units
        assert after.allotment_units + after.spot_units == int(slots * share + 1e-9)
    else:
        assert after.allotment_units == 0
        assert after.spot_units == int((before.allotment_units + before.spot_units) * share + 1e-9)


@given(st.floats(0, 400), st.floats(0, 400))
@settings(deadline=None, max_examples=60)
def test_less_water_never_gives_more_room_nor_a_lower_surcharge(low, high):
    low, high = sorted((low, high))
    reference = load_reference()
    names = ("S104", "S106", "S100", "S142")
    horizon = Horizon(start=datetime(2026, 11, 23, tzinfo=UTC), end=datetime(2026, 11, 30, tzinfo=UTC))
    services = {name: reference.services[name] for name in names}
    week = Scenario(name="rhine", horizon=horizon, hubs=reference.hubs, services=services)
    dry, wet = (reference.apply_conditions(week, kaub_gauge_cm=gauge) for gauge in (low, high))
    assert set(dry.services) <= set(wet.services)
    for name, service in dry.services.items():
        other = wet.services[name]
        assert service.allotment_units + service.spot_units <= other.allotment_units + other.spot_units
        assert service.allotment_units <= other.allotment_units
        assert (service.capacity.teu_milli or 0) <= (other.capacity.teu_milli or 0)
        factors = reference.default_factors
        assert mj_per_gross_tkm(factors, service).value >= mj_per_gross_tkm(factors, other).value
    extra = [sum(row.eur_per_unit + 2 * row.eur_per_teu for row in case.surcharges) for case in (dry, wet)]
    assert extra[0] >= extra[1] or low < 40


def test_the_notes_say_what_the_water_does(rhine_week):
    dry = load_reference().apply_conditions(rhine_week, kaub_gauge_cm=60)
    assert dry.notes == "Kaub at 60 cm: 4 barge services past it at 20 % of a full load, no duty to carry."


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
