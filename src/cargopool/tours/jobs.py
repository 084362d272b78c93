"""The common kinds of jobs: collections, deliveries, load units."""

from __future__ import annotations

from typing import Any

from cargopool.tours.problem import ALWAYS, Amount, Periods, TourJob, TourStop


def collection(
    job_id: str,
    *,
    door: int,
    hub: int,
    load: Amount,
    unserved_cents: int,
    door_windows: Periods = ALWAYS,
    hub_windows: Periods = ALWAYS,
    door_min: int = 0,
    hub_min: int = 0,
    **needs: Any,
) -> TourJob:
    """Make the job of freight fetched at a door and handed in at a hub; ``needs`` are further fields of `TourJob`."""
    stops = (
        TourStop(place=door, change=load, windows=door_windows, service_min=door_min),
        TourStop(place=hub, change=-load, windows=hub_windows, service_min=hub_min),
    )
    return TourJob(id=job_id, stops=stops, unserved_cents=unserved_cents, **needs)


def delivery(
    job_id: str,
    *,
    hub: int,
    door: int,
    load: Amount,
    unserved_cents: int,
    hub_windows: Periods = ALWAYS,
    door_windows: Periods = ALWAYS,
    hub_min: int = 0,
    door_min: int = 0,
    **needs: Any,
) -> TourJob:
    """Make the job of freight taken over at a hub and brought to a door; ``needs`` are further fields of `TourJob`."""
    return collection(
        job_id,
        door=hub,
        hub=door,
        load=load,
        unserved_cents=unserved_cents,
        door_windows=hub_windows,
        hub_windows=door_windows,
        door_min=hub_min,
        hub_min=door_min,
        **needs,
    )


def unit_chain(
    job_id: str,
    *,
    fetch: TourStop | None,
    doors: tuple[TourStop, ...],
    hand_in: TourStop | None,
    tare_kg: int,
    unit_places_milli: int,
    unit_type: str,
    unserved_cents: int,
    **needs: Any,
) -> TourJob:
    """Make the job of a load unit: fetched (empty or full), loaded or emptied at doors, handed in.

    Parameters
    ----------
    fetch, hand_in : TourStop
        Their ``change`` is the cargo of the unit alone when it is fetched (0 when empty) and handed in (negative, 0
        when returned empty); tare and unit places are added here.
    doors : tuple of TourStop
        Their ``change`` is cargo loaded (positive) or unloaded (negative).
    fetch or hand_in None
        A drop: the first door keeps the unit that was brought (its stop then takes tare and places off), or the last
        door's unit is fetched there; then ``doors`` has that door alone beside the other end.
    """
    unit = Amount(kg=tare_kg, unit_places_milli=unit_places_milli)
    stops = ([fetch] if fetch else []) + list(doors) + ([hand_in] if hand_in else [])
    first, last = stops[0], stops[-1]
    stops[0] = TourStop(
        place=first.place, change=first.change + unit, windows=first.windows, service_min=first.service_min
    )
    stops[-1] = TourStop(
        place=last.place, change=last.change + -unit, windows=last.windows, service_min=last.service_min
    )
    return TourJob(
        id=job_id,
        stops=tuple(stops),
        unserved_cents=unserved_cents,
        unit_type=unit_type,
        **needs,
    )
