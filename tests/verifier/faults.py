"""Faults that an implementation could have, injected by patching the rooms that make and price plans.

Each fault patches names in the modules that use them, never the rules or the verifier.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pytest

from cargopool.footprint.items import group
from cargopool.network.capacities import RowBook
from cargopool.network.trips import Trips
from cargopool.packing.items import WITHOUT_LIMIT

MAKING = ("cargopool.network", "cargopool.packing", "cargopool.optimiser")
PRICING = ("cargopool.footprint",)

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


def swap(patch: pytest.MonkeyPatch, name: str, make: Callable, rooms: tuple[str, ...] = MAKING) -> None:
    """Put ``make(real)`` wherever modules of the rooms know the function of that name."""
    found = [
        module
        for key, module in sorted(sys.modules.items())
        if key.startswith(rooms) and callable(module.__dict__.get(name))
    ]
    assert found, f"no module of {rooms} knows {name} any more: name the function that took its place"
    real = getattr(found[0], name)
    faulty = make(real)
    for module in found:
        if getattr(module, name) is real:
            patch.setattr(module, name, faulty)


def fault(where: list[Fault], catches: str) -> Callable[[Patch], Patch]:
    def keep(patch: Patch) -> Patch:
        where.append(Fault(patch.__name__, catches, patch))
        return patch

    return keep


def _rows(patch: pytest.MonkeyPatch, change: Callable) -> None:
    """Change every row (service, run, ends, legs, closing, depart, arrive, ready) of the timetable."""
    swap(patch, "_departure_rows", lambda real: lambda *args: [change(row) for row in real(*args)])


@fault(IN_PLANS, "V145")
def closing_one_minute_late(patch):
    _rows(patch, lambda row: (*row[:6], row[6] + 1, *row[7:]))


@fault(IN_PLANS, "V145")
def pick_up_ready_forgotten(patch):
    _rows(patch, lambda row: (*row[:9], row[8]))


@fault(IN_PLANS, "V145")
def zone_of_the_first_stop_for_all(patch):
    def make(real):
        def faulty(service, date, start, hubs):
            zone = hubs[service.stops[0].hub].timezone
            return real(service, date, start, {key: replace(hub, timezone=zone) for key, hub in hubs.items()})

        return faulty

    swap(patch, "stop_minutes", make)


@fault(IN_PLANS, "V145")
def clock_change_forgotten(patch):
    """Arrivals by wall clock from the departure of the first stop."""

    def make(real):
        def faulty(service, date, start, hubs):
            first = real(service, date, start, hubs)[0][1]
            begin = service.stops[0].departure

            def minute(reading):
                return None if reading is None else first + (reading[0] - begin[0]) * 1440 + reading[1] - begin[1]

            return tuple((minute(stop.arrival), minute(stop.departure)) for stop in service.stops)

        return faulty

    swap(patch, "stop_minutes", make)


@fault(IN_PLANS, "V146")
def booking_close_ignored(patch):
    def make(real):
        def faulty(scenario, places, s, service, date, run):
            stops = tuple(replace(stop, booking_close_min=0) for stop in service.stops)
            return real(scenario, places, s, replace(service, stops=stops), date, run)

        return faulty

    swap(patch, "_departure_rows", make)


@fault(IN_PLANS, "V145")
def headway_without_waiting(patch):
    def make(real):
        def faulty(*args):
            return [(*row[:7], 0, row[8] - row[7], row[9] - row[7]) for row in real(*args)]

        return faulty

    swap(patch, "_headway_rows", make)


@fault(IN_PLANS, "V152")
def lift_omitted_at_transfers(patch):
    def make(real):
        def faulty(chains, every, places, head, tail):
            return real(chains, every, replace(places, lift_min=np.zeros_like(places.lift_min)), head, tail)

        return faulty

    swap(patch, "_joins", make)


@fault(IN_PLANS, "V156")
def lift_omitted_at_collection(patch):
    def make(real):
        def faulty(places, chains, which, hand_in, collect):
            made = real(places, chains, which, hand_in, collect)
            return replace(made, available=made.available - places.lift_min[made.destination])

        return faulty

    swap(patch, "scheduled_passages", make)


def _places(patch: pytest.MonkeyPatch, change: Callable) -> None:
    swap(patch, "places_of", lambda real: lambda *args: change(real(*args)))


@fault(IN_PLANS, "V156")
def crossing_minutes_forgotten(patch):
    _places(patch, lambda places: replace(places, crossing_min=np.zeros_like(places.crossing_min)))


@fault(IN_PLANS, "V154")
def opening_hours_of_gates_ignored(patch):
    _places(patch, lambda places: replace(places, open_ptr=np.zeros_like(places.open_ptr)))


@fault(IN_PLANS, "V158")
def breaks_and_rests_forgotten(patch):
    swap(patch, "trip_arrival", lambda real: lambda scenario, link, depart, *args, **more: depart + link.drive_min)


@fault(IN_PLANS, "V158")
def truck_bans_forgotten(patch):
    nothing = np.zeros(0, dtype=np.int64)
    patch.setattr(Trips, "bans_on", lambda self, link: (nothing, nothing))


@fault(IN_PLANS, "V147")
def gauge_ignored(patch):
    swap(patch, "rides_unit", lambda real: lambda service, unit: service.mode in unit.modes)


@fault(IN_PLANS, "V125")
def adr_classes_of_hubs_ignored(patch):
    swap(patch, "accepts_adr", lambda real: lambda hub, adr_class: True)


@fault(IN_PLANS, "V124")
def modes_ignored(patch):
    swap(patch, "mode_mask", lambda real: lambda modes: 15)


@fault(IN_PLANS, "V160")
def radius_ignored(patch):
    def make(real):
        def faulty(scenario, *args, **more):
            return real(replace(scenario, drayage=replace(scenario.drayage, radius_km=10_000.0)), *args, **more)

        return faulty

    swap(patch, "_reach", make)


@fault(IN_PLANS, "V135")
def tour_takes_no_time(patch):
    swap(patch, "collection_minutes", lambda real: lambda *_: 0)


@fault(IN_PLANS, "V182")
def tare_forgotten_in_the_gross_limit(patch):
    def make(real):
        def faulty(scenario, move):
            limits = real(scenario, move)
            tare = scenario.load_units[move.unit_type].tare_kg * move.units_per_move
            return limits if limits.use_kg == WITHOUT_LIMIT else replace(limits, use_kg=limits.use_kg + tare)

        return faulty

    swap(patch, "limits_of", make)


@fault(IN_PLANS, "V183")
def vetoes_ignored(patch):
    swap(patch, "veto_pairs", lambda real: lambda items: [])


@fault(IN_PLANS, "V184")
def keeping_together_ignored(patch):
    def make(real):
        return lambda shipment, *args: real(replace(shipment, keep_together=False), *args)

    swap(patch, "_in_one_unit", lambda real: lambda network, moves, *args: np.ones(moves.size, np.bool_))
    swap(patch, "item_of", make)


@fault(IN_PLANS, "V138")
def lateness_forgotten(patch):
    swap(patch, "to_itinerary", lambda real: lambda *args: replace(real(*args), late_min=0))


@fault(IN_PLANS, "V214")
def charter_not_ordered(patch):
    swap(patch, "_runs_of", lambda real: lambda moves: ())


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
    real = RowBook.row

    def faulty(self, label, limit, run=-1):
        return real(self, label, 10**9 if label.endswith(name) else limit, run)

    patch.setattr(RowBook, "row", faulty)


@fault(IN_PRICES, "departure")
def tare_forgotten_on_the_train(patch):
    def make(real):
        def faulty(scenario, service, origin, destination, slot, unit, *args):
            return real(scenario, service, origin, destination, slot, replace(unit, tare_kg=0), *args)

        return faulty

    swap(patch, "departure_group", make, PRICING)


@fault(IN_PRICES, "lift")
def lift_not_paid(patch):
    swap(patch, "lift_group", lambda real: lambda scenario, hub: group(scenario.objective, ()), PRICING)


@fault(IN_PRICES, "storage_unit")
def free_days_forgotten(patch):
    def make(real):
        return lambda scenario, hub, days: real(scenario, replace(hub, free_storage_days=0), days)

    swap(patch, "storage_group", make, PRICING)


@fault(IN_PRICES, "road_empty_km")
def empty_kilometres_forgotten(patch):
    def make(real):
        def faulty(scenario, *args):
            empty = {key: replace(v, empty_km_factor=0.0) for key, v in scenario.vehicles.items()}
            return real(replace(scenario, vehicles=empty), *args)

        return faulty

    swap(patch, "road_group", make, PRICING)


@fault(IN_PRICES, "tariff")
def weight_class_ignored(patch):
    swap(patch, "weight_class", lambda real: lambda service, mass: None, PRICING)


@fault(IN_PRICES, "surcharge")
def percentage_surcharge_forgotten(patch):
    def make(real):
        return lambda *args: tuple(replace(row, percent=0.0) for row in real(*args))

    swap(patch, "matching_surcharges", make, PRICING)


@fault(IN_PRICES, "crossing")
def crossing_not_paid(patch):
    swap(patch, "crossing_between", lambda real: lambda *args: None, PRICING)


@fault(IN_PRICES, "road")
def well_to_tank_forgotten(patch):
    swap(patch, "intensity", lambda real: lambda *args: (0.0, real(*args)[1]), PRICING)


@fault(IN_PRICES, "departure")
def one_grid_for_all_countries(patch):
    swap(patch, "grid", lambda real: lambda scenario, country: scenario.factors.grid_g_per_kwh["default"], PRICING)


@fault(IN_PRICES, "any")
def cents_cut_off(patch):
    swap(patch, "cents", lambda real: lambda eur: int(eur * 100), PRICING)


@fault(IN_PRICES, "rental")
def days_ended_instead_of_begun(patch):
    swap(patch, "started_days", lambda real: lambda minutes: max(0, minutes // 1440), PRICING)


@fault(IN_OPTIMA, "allotment")
def allotment_forgotten(patch):
    def make(real):
        def faulty(service):
            return real(replace(service, allotment_units=0))

        return faulty

    swap(patch, "slot_options", make)


@fault(IN_OPTIMA, "lifts")
def only_the_latest_hand_in(patch):
    swap(patch, "earlier_minutes", lambda real: lambda *args: [])
    swap(patch, "later_minutes", lambda real: lambda *args: [])


@fault(IN_OPTIMA, "weight_classes")
def only_the_heaviest_class(patch):
    swap(patch, "_weight_classes", lambda real: lambda *args: real(*args)[-1:])
