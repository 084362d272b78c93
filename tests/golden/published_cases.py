"""Published figures through the whole of pricing: each case is a move and a part of the golden world."""

from __future__ import annotations

from dataclasses import replace

from cargopool.footprint import price_move, price_part, price_run
from cargopool.model.energy import ServiceEnergy, TruckClass, VehicleEnergy
from cargopool.model.place import RoadLink
from cargopool.model.plan import DepartureStage, Handling, Itinerary, Move, RoadStage
from cargopool.model.scenario import Scenario
from cargopool.model.service import ServiceLeg
from cargopool.reference import load_reference
from golden.energy_world import RUNS, _chain, _ride
from golden.golden_world import WORLD, _road, _service

REFERENCE = load_reference()
DEFAULT, GLEC = REFERENCE.factors["cargopool-2026"], REFERENCE.factors["glec-v3"]
TRUCK = replace(
    REFERENCE.vehicles["truck_artic_40t"], id="truck", empty_km_factor=0.0, unit_types=frozenset({"trailer"})
)


def _sealed(scenario: Scenario, kg: int, unit: str) -> Scenario:
    shipment = replace(scenario.shipments["SEALED"], kg=kg, load_units=1, load_unit=unit)
    return replace(scenario, shipments={**scenario.shipments, "SEALED": shipment})


def _part(*moves: Move) -> Itinerary:
    handling = Handling(place="DUI", kind="load", start_min=0, end_min=0)
    return Itinerary(shipment="SEALED", part=1, first_atom=0, atoms=1, moves=tuple(m.id for m in moves),
                     handlings=(handling,) * (len(moves) + 1), delivered_min=9_000)  # fmt: skip


def grams_of(scenario: Scenario, *moves: Move) -> tuple[int, int]:
    """Well-to-tank and tank-to-wheel grams of a sealed unit on moves."""
    tces = [tce for move in moves for tce in price_move(scenario, move, "ambient").tces]
    tces += price_part(scenario, _part(*moves), {move.id: move for move in moves}).tces
    return sum(tce.wtt_grams for tce in tces), sum(tce.ttw_grams for tce in tces)


def truck(case: str, share: str) -> float:
    """Grams per km of the reference truck at a load share, by the default set."""
    scenario = replace(WORLD, vehicles={"truck": TRUCK}, factors=DEFAULT)
    move = _road("m", "DUI", "MIL", "truck", "trailer", 0, 1_545)
    wtt, ttw = grams_of(_sealed(scenario, round(25_000 * float(share)), "trailer"), move)
    return (ttw if case.endswith("tank-to-wheel") else wtt + ttw) / 900


def train(case: str, gross_t: str) -> float:
    """Wh per tonne-km of a train, by the default set, with the share of its mass that is counted."""
    share = float(case.split(", ")[1].split(maxsplit=1)[0]) if case.startswith("net") else 1.0
    energy = ServiceEnergy(train_gross_t=float(gross_t), unit_share=share)
    service = replace(WORLD.services["C1"], id="train-run", mj_per_gross_tkm=0.0, energy=energy, run_gross_t=100.0)
    scenario = replace(WORLD, services={**WORLD.services, "train-run": service}, factors=DEFAULT)
    (tce,) = price_run(scenario, RUNS["run"]).tces
    return tce.energy_mj / 0.0036 / (100.0 * tce.km)


def barge(case: str, what: str) -> float:
    """Grams per tonne-km of 10 t of cargo in 12 t gross on a class of barges of the attributed set."""
    wtt, ttw = _vessel("barge", case, "diesel", "tkm")
    return (ttw if what == "ttw" else wtt + ttw) / (10 * 650)


def sea(case: str, _what: str) -> float:
    """Grams per TEU-km, or per tonne-km of 12 t gross, on a class of ships of the attributed set."""
    by_teu = bool(GLEC.vessels[case].mj_per_teu_km)
    grams = sum(_vessel("sea", case, "ship_mix" if by_teu else "ship_vlsfo", "teu_km" if by_teu else "tkm"))
    return grams / (650 if by_teu else 12 * 650)


def _vessel(mode: str, case: str, carrier: str, allocation: str) -> tuple[int, int]:
    legs = (ServiceLeg(km=650.0, countries=(("DE", 650.0),)),)
    line = _service("V", mode, ("DUI", "BAS"), legs, carrier=carrier, energy=ServiceEnergy(vessel=case))
    unit = replace(WORLD.load_units["pw45"], id="teu", tare_kg=2_000, teu_milli=1_000)
    hubs = {name: replace(hub, lift_kwh=0.0, lift_diesel_mj=0.0) for name, hub in WORLD.hubs.items()}
    scenario = replace(WORLD, services={"V": line}, load_units={"teu": unit}, hubs=hubs,
                       factors=replace(GLEC, allocation=allocation))  # fmt: skip
    move = _chain("m", "teu", (_ride("V", "DUI", "BAS", "spot", 3_000, 6_000),), 2_880, 6_180)
    return grams_of(_sealed(scenario, 10_000, "teu"), move)


def chain(case: str, _what: str) -> float:
    """Kilograms of a chain of truck, hub, train, hub and truck."""
    return (_operator_chain() if case == "operator" else _default_chain()) / 1000


def _door_to_door(scenario: Scenario, vehicle: str) -> Move:
    """50 km by truck, 600 km by train, 30 km by truck."""
    ride: DepartureStage = _ride("T", "DUI", "MIL", "spot", 3_000, 6_000)
    out = RoadStage(purpose="haulage_out", vehicle=vehicle, origin="FAC", destination="DUI",
                    depart_min=2_800, arrive_min=2_880)  # fmt: skip
    home = RoadStage(purpose="haulage_in", vehicle=vehicle, origin="MIL", destination="LIVE",
                     depart_min=6_180, arrive_min=6_230)  # fmt: skip
    return _chain("m", "pw45", (ride,), 2_880, 6_180, None, out, home)


def _world_of_chain() -> Scenario:
    links = (
        RoadLink(origin="FAC", destination="DUI", km=50.0, drive_min=60, countries=(("DE", 50.0),)),
        RoadLink(origin="MIL", destination="LIVE", km=30.0, drive_min=40, countries=(("IT", 30.0),)),
    )
    doors = {**WORLD.doors, "LIVE": replace(WORLD.doors["SHOP"], id="LIVE", loading="live")}
    return replace(WORLD, road_links=links, doors=doors)


def _operator_chain() -> float:
    """A container by an operator's figures: 1,085 and 836 g/km full and empty, 2,927 g a handling, 120 g/km by rail."""
    scenario = _world_of_chain()
    per_mj = 17.02 + 72.17
    # cargo and tare together are the load at which the truck counts as full
    known = TruckClass(id="drayage", mj_per_km_empty=836 / per_mj, mj_per_km_full=1085 / per_mj, full_load_kg=24_800)
    vehicle = replace(TRUCK, energy=VehicleEnergy(truck_class="drayage"), haulage_empty_km_factor=1.0)
    hubs = {name: replace(hub, lift_kwh=0.0, lift_diesel_mj=2927 / per_mj) for name, hub in WORLD.hubs.items()}
    grid = DEFAULT.grid_g_per_kwh["DE"] / 3.6
    # per container-km, so for 24.8 t gross
    line = _service("T", "rail", ("DUI", "MIL"), (ServiceLeg(km=600.0, countries=(("DE", 600.0),)),),
                    mj_per_gross_tkm=120 / grid / 24.8)  # fmt: skip
    factors = replace(DEFAULT, trucks={"drayage": known})
    made = replace(scenario, vehicles={"truck": vehicle}, hubs=hubs, services={"T": line}, factors=factors)
    return sum(grams_of(_sealed(made, 20_000, "pw45"), _door_to_door(made, "truck")))


def _default_chain() -> float:
    """25 t by the default set and the reference's hubs, the truck empty one way, a train of 1,000 t."""
    scenario = _world_of_chain()
    unit = replace(WORLD.load_units["pw45"], tare_kg=0)
    lifts = REFERENCE.hubs["DEDUI"]
    hubs = {
        name: replace(hub, country="DE", lift_kwh=lifts.lift_kwh, lift_diesel_mj=lifts.lift_diesel_mj)
        for name, hub in WORLD.hubs.items()
    }
    energy = ServiceEnergy(train_gross_t=1_000.0, unit_share=0.5155)
    line = _service("T", "rail", ("DUI", "MIL"), (ServiceLeg(km=600.0, countries=(("DE", 600.0),)),), energy=energy)
    vehicle = replace(TRUCK, haulage_empty_km_factor=1.0)
    made = replace(scenario, vehicles={"truck": vehicle}, hubs=hubs, services={"T": line}, factors=DEFAULT,
                   load_units={**WORLD.load_units, "pw45": unit})  # fmt: skip
    return sum(grams_of(_sealed(made, 25_000, "pw45"), _door_to_door(made, "truck")))


CASES = {"truck": truck, "train": train, "barge": barge, "sea": sea, "chain": chain}
