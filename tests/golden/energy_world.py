"""The golden world with a class of truck, train, barge and ship for each way to work energy out; round figures."""

from __future__ import annotations

from dataclasses import replace

from cargopool.model.energy import ServiceEnergy, TruckClass, VehicleEnergy, VesselClass
from cargopool.model.equipment import RoadVehicle
from cargopool.model.plan import CharterRun, Handling, Itinerary, Move
from cargopool.model.scenario import Carrier
from cargopool.model.service import Service, ServiceLeg
from golden.golden_world import FACTORS, HUBS, WORLD, _chain, _ride, _road, _service

CARRIERS = {
    # wtt, ttw g/MJ; energy of a truck against diesel
    "diesel": (20.0, 80.0, 1.0),
    "diesel_b7": (18.5, 69.3, 1.0),
    "hvo": (20.0, 0.0, 1.0),
    "cng": (15.0, 56.6, 1.15),
    "lng": (18.5, 57.9, 1.18),
    "bio_lng": (25.0, 1.5, 1.18),
    "electricity": (0.0, 0.0, 0.4),
}

ENERGY_FACTORS = replace(
    FACTORS,
    carriers={
        **FACTORS.carriers,
        **{
            name: Carrier(id=name, wtt_g_per_mj=wtt, ttw_g_per_mj=ttw)
            for name, (wtt, ttw, _) in CARRIERS.items()
            if name != "electricity"
        },
    },
    trucks={
        "artic": TruckClass(id="artic", mj_per_km_empty=8.96, mj_per_km_full=14.825, full_load_kg=25_000),
    },
    truck_energy_ratio={name: ratio for name, (_, _, ratio) in CARRIERS.items()},
    vessels={
        "rhine": VesselClass(
            id="rhine", mode="barge", cemt="Va", mj_per_tkm=0.3, cargo_share=0.8, load_share=0.75, light_share=0.4
        ),
        "canal": VesselClass(
            id="canal", mode="barge", cemt="IV", mj_per_tkm=0.26, cargo_share=1.0, load_share=0.75, light_share=0.4
        ),
        "convoy": VesselClass(
            id="convoy", mode="barge", cemt="Vb", mj_per_tkm=0.2, cargo_share=1.0, load_share=0.6, light_share=0.5
        ),
        "ro_ro": VesselClass(id="ro_ro", mode="sea", mj_per_tkm=0.5, load_share=0.7, light_share=0.6),
        "feeder": VesselClass(id="feeder", mode="sea", mj_per_teu_km=1.92, load_share=0.7, light_share=0.5),
    },
    barge_direction={"up": 1.3, "down": 0.7},
    gross_t_per_teu=12.0,
    diesel_train_ratio=2.5,
)

_RHINE = (ServiceLeg(km=650.0, countries=(("DE", 600.0), ("FR", 50.0))),)
_ALPS = (ServiceLeg(km=880.0, countries=(("DE", 540.0), ("CH", 260.0), ("IT", 80.0))),)
_SEA = (ServiceLeg(km=400.0, shortest_km=360.0),)


def _line(
    name: str, mode: str, ends: tuple[str, str], legs: tuple[ServiceLeg, ...], carrier: str, **energy: object
) -> Service:
    physical = ServiceEnergy(**energy)  # type: ignore[arg-type]
    return _service(name, mode, ends, legs, carrier=carrier, energy=physical)


LINES: dict[str, Service] = {
    row.id: row
    for row in (
        _line("electric", "rail", ("DUI", "MIL"), _ALPS, "electricity",
              train_gross_t=1_000.0, unit_share=0.64, empty_km_factor=0.1),
        _line("diesel", "rail", ("DUI", "MIL"), _ALPS, "diesel", train_gross_t=1_000.0, unit_share=0.64),
        _line("rhine", "barge", ("DUI", "BAS"), _RHINE, "gasoil", vessel="rhine"),
        _line("up", "barge", ("DUI", "BAS"), _RHINE, "gasoil", vessel="rhine", direction="up"),
        _line("down", "barge", ("DUI", "BAS"), _RHINE, "gasoil", vessel="rhine", direction="down"),
        _line("low", "barge", ("DUI", "BAS"), _RHINE, "gasoil", vessel="rhine", water_share=0.3),
        _line("full", "barge", ("DUI", "BAS"), _RHINE, "gasoil", vessel="rhine", load_share=1.0),
        _line("canal", "barge", ("DUI", "BAS"), _RHINE, "gasoil", vessel="canal"),
        _line("convoy", "barge", ("DUI", "BAS"), _RHINE, "gasoil", vessel="convoy", direction="up", water_share=0.4),
        replace(_line("own", "barge", ("DUI", "BAS"), _RHINE, "gasoil", vessel="rhine", water_share=0.3),
                mj_per_gross_tkm=0.35),
        _line("ro_ro", "sea", ("DUI", "LGW"), _SEA, "gasoil", vessel="ro_ro"),
        _line("feeder", "sea", ("DUI", "LGW"), _SEA, "gasoil", vessel="feeder"),
    )
}  # fmt: skip
LINES["train-run"] = replace(LINES["electric"], id="train-run", charter=WORLD.services["C1"].charter, run_gross_t=640.0)

TRUCKS = {
    name: RoadVehicle(
        id=name, name=name, unit_types=frozenset({"trailer", "pw45"}), carrier=name,
        energy=VehicleEnergy(truck_class="artic"), empty_km_factor=0.25,
    )
    for name in CARRIERS
}  # fmt: skip
TRUCKS["own-full"] = replace(TRUCKS["lng"], id="own-full", mj_per_km_full=20.0, full_load_kg=24_000)

ENERGY_WORLD = replace(
    WORLD,
    hubs={
        **HUBS,
        "MIL": replace(HUBS["MIL"], lift_kwh_per_tonne=0.25, lift_diesel_mj_per_tonne=1.5),
        "BAS": replace(
            HUBS["BAS"],
            cross_dock=replace(HUBS["DUI"].cross_dock, kwh_per_pallet=0.5, kwh_per_tonne=1.25),  # type: ignore[type-var]
        ),
    },
    services={**WORLD.services, **LINES},
    vehicles={**WORLD.vehicles, **TRUCKS},
    factors=ENERGY_FACTORS,
)
BY_TEU = replace(ENERGY_WORLD, factors=replace(ENERGY_FACTORS, allocation="teu_km"))
LONGER = replace(
    ENERGY_WORLD, factors=replace(ENERGY_FACTORS, distance_adjustment={"road": 1.05, "rail": 1.1, "sea": 1.15})
)
WORLDS = {"": ENERGY_WORLD, "teu": BY_TEU, "longer": LONGER}


def _ends(service: Service) -> tuple[str, str]:
    return service.stops[0].hub, service.stops[-1].hub


MOVES: dict[str, Move] = {
    **{f"truck-{name}": _road(f"truck-{name}", "DUI", "MIL", name, "trailer", 0, 1_545) for name in TRUCKS},
    "box": _road("box", "DUI", "MIL", "hvo", "pw45", 0, 1_545),
    **{
        f"line-{name}": _chain(
            f"line-{name}", "pw45", (_ride(name, *_ends(service), "spot", 3_000, 6_000),), 2_880, 6_180
        )
        for name, service in LINES.items()
        if service.charter is None
    },
}
PARTS: dict[str, Itinerary] = {
    f"load-{name}": Itinerary(
        shipment="HUBBED", part=1, first_atom=0, atoms=10, moves=(name,), delivered_min=7_000,
        handlings=(Handling(place=move.origin, kind="load", start_min=0, end_min=0),
                   Handling(place=move.destination, kind="unload", start_min=0, end_min=0)),
    )
    for name, move in MOVES.items()
}  # fmt: skip
"""4,500 kg on 10 pallets, on each move."""
RUNS = {"run": CharterRun(service="train-run", run_date="2026-11-24")}
