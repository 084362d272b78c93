"""Faults that an implementation could have, injected by patching the rooms that make and price plans.

Each fault patches names in the modules that use them, never the rules or the verifier.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pytest

from cargopool.footprint import carriers, items, moves, parts, road, scheduled
from cargopool.network import building, capacities, columns, freight, passages, rides, trips, variants
from cargopool.network.trips import Trips
from cargopool.optimiser import assemble, loading
from cargopool.packing import plans
from cargopool.packing.items import WITHOUT_LIMIT

Patch = Callable[[pytest.MonkeyPatch], None]


@dataclass(frozen=True)
class Fault:
    """A fault and how it is to be caught.

    Attributes
    ----------
    catches : str
        Violation code, or kind of golden row, or feature of the oracle's instances.
    """

    name: str
    catches: str
    patch: Patch


IN_PLANS: list[Fault] = []
"""Caught by the verifier in a plan made under the fault."""
IN_CAPACITIES: list[Fault] = []
"""Caught by the verifier on instances of the feature where that capacity binds."""
IN_PRICES: list[Fault] = []
"""Caught by the golden sheets."""
IN_OPTIMA: list[Fault] = []
"""Plans stay valid but are no longer the best: caught by the oracle."""


def fault(where: list[Fault], catches: str) -> Callable[[Patch], Patch]:
    def keep(patch: Patch) -> Patch:
        where.append(Fault(patch.__name__, catches, patch))
        return patch

    return keep


def _rows(patch: pytest.MonkeyPatch, change: Callable) -> None:
    """Change every row (service, run, ends, legs, closing, depart, arrive, ready) of the timetable."""
    real = rides._departure_rows
    patch.setattr(rides, "_departure_rows", lambda *args: [change(row) for row in real(*args)])


@fault(IN_PLANS, "V145")
def closing_one_minute_late(patch):
    _rows(patch, lambda row: (*row[:6], row[6] + 1, *row[7:]))


@fault(IN_PLANS, "V145")
def pick_up_ready_forgotten(patch):
    _rows(patch, lambda row: (*row[:9], row[8]))


@fault(IN_PLANS, "V145")
def zone_of_the_first_stop_for_all(patch):
    real = rides.stop_minutes

    def faulty(service, date, start, hubs):
        zone = hubs[service.stops[0].hub].timezone
        return real(service, date, start, {key: replace(hub, timezone=zone) for key, hub in hubs.items()})

    patch.setattr(rides, "stop_minutes", faulty)


@fault(IN_PLANS, "V145")
def clock_change_forgotten(patch):
    """Arrivals by wall clock from the departure of the first stop."""
    real = rides.stop_minutes

    def faulty(service, date, start, hubs):
        first = real(service, date, start, hubs)[0][1]
        begin = service.stops[0].departure

        def minute(reading):
            return None if reading is None else first + (reading[0] - begin[0]) * 1440 + reading[1] - begin[1]

        return tuple((minute(stop.arrival), minute(stop.departure)) for stop in service.stops)

    patch.setattr(rides, "stop_minutes", faulty)


@fault(IN_PLANS, "V146")
def booking_close_ignored(patch):
    real = rides._departure_rows

    def faulty(scenario, places, s, service, date, run):
        stops = tuple(replace(stop, booking_close_min=0) for stop in service.stops)
        return real(scenario, places, s, replace(service, stops=stops), date, run)

    patch.setattr(rides, "_departure_rows", faulty)


@fault(IN_PLANS, "V145")
def headway_without_waiting(patch):
    patch.setattr(rides, "ceil_div", lambda a, b: 0)


@fault(IN_PLANS, "V152")
def lift_omitted_at_transfers(patch):
    real = rides._joins

    def faulty(chains, every, places, head, tail):
        return real(chains, every, replace(places, lift_min=np.zeros_like(places.lift_min)), head, tail)

    patch.setattr(rides, "_joins", faulty)


@fault(IN_PLANS, "V156")
def lift_omitted_at_collection(patch):
    real = passages.scheduled_passages

    def faulty(places, chains, which, hand_in, collect):
        made = real(places, chains, which, hand_in, collect)
        return replace(made, available=made.available - places.lift_min[made.destination])

    patch.setattr(passages, "scheduled_passages", faulty)


def _places(patch: pytest.MonkeyPatch, change: Callable) -> None:
    real = building.places_of
    patch.setattr(building, "places_of", lambda *args: change(real(*args)))


@fault(IN_PLANS, "V156")
def crossing_minutes_forgotten(patch):
    _places(patch, lambda places: replace(places, crossing_min=np.zeros_like(places.crossing_min)))


@fault(IN_PLANS, "V154")
def opening_hours_of_gates_ignored(patch):
    _places(patch, lambda places: replace(places, open_ptr=np.zeros_like(places.open_ptr)))


@fault(IN_PLANS, "V158")
def breaks_and_rests_forgotten(patch):
    patch.setattr(trips, "trip_arrival", lambda scenario, link, depart, *args, **more: depart + link.drive_min)


@fault(IN_PLANS, "V158")
def truck_bans_forgotten(patch):
    nothing = np.zeros(0, dtype=np.int64)
    patch.setattr(Trips, "bans_on", lambda self, link: (nothing, nothing))


@fault(IN_PLANS, "V147")
def gauge_ignored(patch):
    patch.setattr(variants, "rides_unit", lambda service, unit: service.mode in unit.modes)


@fault(IN_PLANS, "V125")
def adr_classes_of_hubs_ignored(patch):
    patch.setattr(freight, "accepts_adr", lambda hub, adr_class: True)


@fault(IN_PLANS, "V124")
def modes_ignored(patch):
    patch.setattr(freight, "mode_mask", lambda modes: 15)


@fault(IN_PLANS, "V160")
def radius_ignored(patch):
    real = freight._reach

    def faulty(scenario, *args, **more):
        return real(replace(scenario, drayage=replace(scenario.drayage, radius_km=10_000.0)), *args, **more)

    patch.setattr(freight, "_reach", faulty)


@fault(IN_PLANS, "V135")
def tour_takes_no_time(patch):
    patch.setattr(columns, "collection_minutes", lambda scenario, km: 0)


@fault(IN_PLANS, "V182")
def tare_forgotten_in_the_gross_limit(patch):
    real = loading.limits_of

    def faulty(scenario, move):
        limits = real(scenario, move)
        tare = scenario.load_units[move.unit_type].tare_kg * move.units_per_move
        return limits if limits.use_kg == WITHOUT_LIMIT else replace(limits, use_kg=limits.use_kg + tare)

    patch.setattr(loading, "limits_of", faulty)


@fault(IN_PLANS, "V183")
def vetoes_ignored(patch):
    patch.setattr(plans, "veto_pairs", lambda items: [])


@fault(IN_PLANS, "V184")
def keeping_together_ignored(patch):
    real = loading.item_of
    patch.setattr(columns, "_fits_one_unit", lambda *args: True)
    patch.setattr(loading, "item_of", lambda shipment, *args: real(replace(shipment, keep_together=False), *args))


@fault(IN_PLANS, "V138")
def lateness_forgotten(patch):
    real = assemble.to_itinerary
    patch.setattr(assemble, "to_itinerary", lambda *args: replace(real(*args), late_min=0))


@fault(IN_PLANS, "V214")
def charter_not_ordered(patch):
    patch.setattr(assemble, "_runs_of", lambda moves: ())


@fault(IN_CAPACITIES, "lifts V208")
def lifts_not_counted(patch):
    _without_rows(patch, ".lifts")


@fault(IN_CAPACITIES, "yard V209")
def yard_not_counted(patch):
    _without_rows(patch, ".yard")


@fault(IN_CAPACITIES, "throughput V211")
def cross_dock_rate_not_counted(patch):
    _without_rows(patch, ".pallets")


@fault(IN_CAPACITIES, "plugs V205 V210")
def plugs_not_counted(patch):
    _without_rows(patch, ".plugs")


@fault(IN_CAPACITIES, "spot V207")
def spot_slots_not_counted(patch):
    _without_rows(patch, ".spot")


@fault(IN_CAPACITIES, "capacity V201 V202 V203 V204")
def train_never_full(patch):
    for name in (".teu", ".units", ".gross_kg", ".length_cm"):
        _without_rows(patch, name)


def _without_rows(patch: pytest.MonkeyPatch, name: str) -> None:
    """Rows of a name get a limit that nothing reaches."""
    real = capacities.RowBook.row

    def faulty(self, label, limit, run=-1):
        return real(self, label, 10**9 if label.endswith(name) else limit, run)

    patch.setattr(capacities.RowBook, "row", faulty)


@fault(IN_PRICES, "departure")
def tare_forgotten_on_the_train(patch):
    real = moves.departure_group

    def faulty(scenario, service, origin, destination, slot, unit, *args):
        return real(scenario, service, origin, destination, slot, replace(unit, tare_kg=0), *args)

    patch.setattr(moves, "departure_group", faulty)


@fault(IN_PRICES, "lift")
def lift_not_paid(patch):
    patch.setattr(moves, "lift_group", lambda scenario, hub: items.group(scenario.objective, ()))


@fault(IN_PRICES, "storage_unit")
def free_days_forgotten(patch):
    real = moves.storage_group
    patch.setattr(
        moves, "storage_group", lambda scenario, hub, days: real(scenario, replace(hub, free_storage_days=0), days)
    )


@fault(IN_PRICES, "road_empty_km")
def empty_kilometres_forgotten(patch):
    real = moves.road_group

    def faulty(scenario, *args):
        empty = {key: replace(v, empty_km_factor=0.0) for key, v in scenario.vehicles.items()}
        return real(replace(scenario, vehicles=empty), *args)

    patch.setattr(moves, "road_group", faulty)


@fault(IN_PRICES, "tariff")
def weight_class_ignored(patch):
    patch.setattr(scheduled, "weight_class", lambda service, mass: None)


@fault(IN_PRICES, "surcharge")
def percentage_surcharge_forgotten(patch):
    real = moves.matching_surcharges
    patch.setattr(moves, "matching_surcharges", lambda *args: tuple(replace(row, percent=0.0) for row in real(*args)))


@fault(IN_PRICES, "crossing")
def crossing_not_paid(patch):
    patch.setattr(parts, "crossing_between", lambda *args: None)


@fault(IN_PRICES, "road")
def well_to_tank_forgotten(patch):
    patch.setattr(road, "intensity", lambda *args: (0.0, carriers.intensity(*args)[1]))


@fault(IN_PRICES, "departure")
def one_grid_for_all_countries(patch):
    patch.setattr(carriers, "grid", lambda scenario, country: scenario.factors.grid_g_per_kwh["default"])


@fault(IN_PRICES, "any")
def cents_cut_off(patch):
    patch.setattr(items, "cents", lambda eur: int(eur * 100))


@fault(IN_PRICES, "rental")
def days_ended_instead_of_begun(patch):
    patch.setattr(moves, "started_days", lambda minutes: max(0, minutes // 1440))


@fault(IN_OPTIMA, "allotment")
def allotment_forgotten(patch):
    real = variants._slot_options

    def faulty(service):
        return real(replace(service, allotment_units=0))

    patch.setattr(variants, "_slot_options", faulty)


@fault(IN_OPTIMA, "lifts")
def only_the_latest_hand_in(patch):
    patch.setattr(passages, "earlier_minutes", lambda *args: [])
    patch.setattr(passages, "later_minutes", lambda *args: [])


@fault(IN_OPTIMA, "weight_classes")
def only_the_heaviest_class(patch):
    real = variants._weight_classes
    patch.setattr(variants, "_weight_classes", lambda *args: real(*args)[-1:])
