from pathlib import Path

import pytest

from cargopool.files import read_document
from cargopool.reference import load_reference

SCENARIOS = Path(__file__).resolve().parents[2] / "scenarios"
VARIANTS = {
    "quickstart": ("base", "carbon-0", "carbon-200", "no-train-to-bologna"),
    "clusters20-week": ("base", "carbon-0", "carbon-200", "dry", "dry-carbon", "gotthard-closed", "fewer-slots"),
    "rhine-low-water": ("base", "normal", "shallow", "dry", "stopped", "dry-2030"),
    "morocco-brazil": ("base", "carbon-200", "strait-closed", "no-brazil-relay"),
}
CLUSTERS = {"DEDUI", "ESZAZ", "ITBLQ", "FRDGS", "GBLHR"}


@pytest.fixture(scope="module")
def read():
    cache = {}

    def reading(name, variant="base"):
        if (name, variant) not in cache:
            scenario, findings = read_document(SCENARIOS / name, variant)
            assert scenario is not None, [str(finding) for finding in findings]
            assert not findings, [str(finding) for finding in findings]
            cache[name, variant] = scenario
        return cache[name, variant]

    return reading


@pytest.mark.parametrize(("name", "variant"), [(name, v) for name, variants in VARIANTS.items() for v in variants])
def test_every_variant_reads_without_a_finding(read, name, variant):
    scenario = read(name, variant)
    assert scenario.variant == variant and scenario.synthetic
    assert set(scenario.hubs) >= CLUSTERS or name == "rhine-low-water"
    assert (SCENARIOS / name / "README.md").is_file()


def test_the_week_is_as_large_as_promised(read):
    week = read("clusters20-week")
    shipments = week.shipments.values()
    assert len(week.shipments) == 300 and len({one.shipper for one in shipments}) >= 20
    assert len(set(week.hubs) - CLUSTERS) >= 20 and len(week.services) >= 80
    assert sum(service.charter is not None for service in week.services.values()) == 2
    assert sum(one.load_units > 0 for one in shipments) >= 15
    assert sum(one.temperature == "chilled" for one in shipments) >= 10
    assert sum(one.adr_class != "" for one in shipments) >= 10
    assert sum(one.max_parts > 1 for one in shipments) >= 5
    assert sum(one.latest_min > one.due_min for one in shipments) >= 50
    assert sum(one.origin in week.doors or one.destination in week.doors for one in shipments) >= 50
    assert week.hubs["DEDUI"].cross_dock.pallets_per_hour == 30
    assert all(one.provenance.confidence == "synthetic" for one in shipments)


def test_the_dry_week_has_less_room_on_the_rhine(read):
    wet, dry = read("clusters20-week"), read("clusters20-week", "dry")
    assert dry.services["S106"].capacity.units < wet.services["S106"].capacity.units
    assert dry.services["S104"] == wet.services["S104"]
    assert [surcharge.id for surcharge in dry.surcharges] == ["low-water-kaub"] and not wet.surcharges


def test_closed_corridors_take_trains_out(read):
    week, closed = read("clusters20-week"), read("clusters20-week", "gotthard-closed")
    gone = set(week.services) - set(closed.services)
    assert gone and all(any(c == "CH" for c, _ in week.services[s].legs[0].countries) for s in gone)
    strait = read("morocco-brazil", "strait-closed")
    assert not {"S130", "S130R"} & set(strait.services)


def test_overseas_shipments_have_a_way_in_services(read):
    scenario = read("morocco-brazil")
    reached = {stop.hub for service in scenario.services.values() for stop in service.stops}
    assert {"MACAS", "BRSSZ", "MAPTM"} <= reached
    assert {"MACAS", "BRSSZ"} & {one.origin for one in scenario.shipments.values()}
    territories = {(crossing.origin, crossing.destination) for crossing in scenario.crossings}
    assert {("EU", "MA"), ("BR", "EU"), ("GB", "BR")} <= territories
    assert {one.customs_status for one in scenario.shipments.values()} == {"free", "bonded"}


def test_packaged_services_are_used_as_they_are(read):
    reference, week = load_reference(), read("clusters20-week")
    changed = {"allotment_units", "spot_units"}
    for name in ("S001", "S104R", "S139"):
        packaged, used = reference.services[name], week.services[name]
        fields = [field for field in packaged.__dataclass_fields__ if field not in changed]
        assert all(getattr(packaged, field) == getattr(used, field) for field in fields if field != "provenance")
        assert used.provenance.source == packaged.provenance.source


def test_quickstart_costs_what_its_page_works_out(read):
    from cargopool.optimiser import TimeLimit
    from cargopool.optimiser.solving import solve

    result = solve(read("quickstart"), stop=TimeLimit(60), accept=lambda plan: True)
    assert result.status == "optimal"
    assert result.plan.totals.cost_cents == 786_440
    assert result.plan.totals.objective_cents == 806_798
