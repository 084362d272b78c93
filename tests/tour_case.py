"""A small world for tests of tours: a hub and doors on a line, one kilometre a minute."""

from __future__ import annotations

from typing import Any

import numpy as np

from cargopool.tours import Amount, TourJob, TourProblem, TourVehicle, collection, delivery

DAY = (360, 1320)


def line_problem(
    kms: tuple[int, ...], jobs: tuple[TourJob, ...], vehicles: tuple[TourVehicle, ...], **more: Any
) -> TourProblem:
    """Places on a line at the given km, the hub first; a km is a minute."""
    at = np.array(kms)
    gaps = np.abs(at[:, None] - at[None, :])
    more.setdefault("visit_min", np.zeros(len(kms), np.int64))
    return TourProblem(
        places=tuple(f"P{i}" for i in range(len(kms))),
        km=gaps.astype(float),
        drive_min=gaps.astype(np.int64),
        jobs=jobs,
        vehicles=vehicles,
        **more,
    )


def truck(**more: Any) -> TourVehicle:
    """A truck at the hub for 10 pallets and 5 t, one cent a km, fixed one euro."""
    fields: dict[str, Any] = {
        "id": "truck",
        "capacity": Amount(pallets_milli=10_000, kg=5_000, volume_m3_milli=20_000, loading_metres_milli=6_000),
        "shifts": (DAY,),
        "start_place": 0,
        "end_place": 0,
        "fixed_cents": 100,
        "cents_per_km": 1.0,
    }
    return TourVehicle(**{**fields, **more})


def pallets(count: int, kg: int = 100) -> Amount:
    return Amount(pallets_milli=count * 1000, kg=kg)


def fetch(name: str, door: int, load: Amount | None = None, **more: Any) -> TourJob:
    return collection(name, door=door, hub=0, load=load or pallets(1), **{"unserved_cents": 100_000, **more})


def bring(name: str, door: int, load: Amount | None = None, **more: Any) -> TourJob:
    return delivery(name, hub=0, door=door, load=load or pallets(1), **{"unserved_cents": 100_000, **more})
