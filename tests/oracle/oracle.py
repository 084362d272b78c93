"""Brute-force optimum of a tiny scenario: own clock, own prices, every choice enumerated on a 15-minute clock.

Reads a Scenario by docs/model.md and nothing of network, optimiser, footprint or packing. It has no truck bans, tunnel
shuttle, clock change, carbon inside prices or CO2e cap: instances go without them.
"""

from __future__ import annotations

from collections import defaultdict, namedtuple
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import cache
from itertools import pairwise, product
from typing import Any
from zoneinfo import ZoneInfo

from cargopool.model.place import Door
from cargopool.model.quantity import quantity_of
from cargopool.model.scenario import Scenario
from cargopool.units import carbon_cents, ceil_div, cents, round_half_even, started_days

STEP, DAY, NEVER, TIE = 15, 1440, 10**8, 1e-6
DRIVER = {"single": (270, 45, 540, 780, 660), "double": (NEVER, 45, 1080, 1260, 540)}

# A service from stop i to stop j; run is empty for a headway ride.
Ride = namedtuple("Ride", "service run i j closing depart ready", defaults=(0, 0, 0))
# One use: a truck on a road move, else a unit. base: key without a truck's departure; grams: (ambient, powered);
# per_kg: (MJ per kg, carrier, countries) of what the cargo causes; rows: (row, amount, limit).
MOVE = "key base origin destination unit latest available per unit_kg truck_kg money grams per_kg modes"
Move = namedtuple("Move", MOVE + " hubs services rows rows_powered runs", defaults=((), (), (), (), ()))
# A part on an itinerary, with the money and grams that are its own.
Column = namedtuple("Column", "shipment first atoms tours moves money grams rows")
Optimum = namedtuple("Optimum", "objective_cents co2e_grams columns unserved nodes")


class World:
    """The moves, columns and prices of one scenario."""

    def __init__(self, scenario: Scenario) -> None:
        self.s = s = scenario
        self.bucket, self.slack = s.scope.bucket_min, s.scope.hub_slack_h * 60
        self.cross = {(c.origin, c.destination): c for c in s.crossings}
        self.links = {(k.destination, k.origin): k for k in s.road_links if k.both_ways}
        self.links |= {(k.origin, k.destination): k for k in s.road_links}
        self.end = max((k.latest_min for k in s.shipments.values()), default=0)
        self.doors = sorted({d for k in s.shipments.values() for d in (k.origin, k.destination) if d in s.doors})
        self.periods, self.road, self.trucks = cache(self._periods), cache(self._road), cache(self._trucks)
        self.leaving: dict[str, list[Move]] = defaultdict(list)
        for move in self.scheduled():
            self.leaving[move.origin].append(move)

    # ---- clock
    def midnight(self, timezone: str) -> int:
        local = self.s.horizon.start.astimezone(ZoneInfo(timezone))
        return -(local.hour * 60 + local.minute)

    def _periods(self, place: str) -> list[list[int]]:
        p, found = self.s.place(place), []
        if p.opening is None:
            return [[-NEVER, NEVER]]
        base, start = self.midnight(p.timezone), self.s.horizon.start.astimezone(ZoneInfo(p.timezone)).date()
        for day in range(-8, 22):
            date, zero = start + timedelta(days=day), base + day * DAY
            for s, e in () if date.isoformat() in p.opening.closed_dates else p.opening.days[date.weekday()]:
                if found and found[-1][1] == zero + s:
                    found[-1][1] = zero + e
                else:
                    found.append([zero + s, zero + e])
        return found

    def earliest(self, place: str, at: int, duration: int) -> int:
        return next((max(at, s) for s, e in self.periods(place) if max(at, s) + duration <= e), NEVER)

    def latest_open(self, place: str, by: int) -> int:
        return max((min(by, e) for s, e in self.periods(place) if s <= by), default=-NEVER)

    def trip(self, link: Any, vehicle: Any, origin: Any) -> int:
        """Elapsed minutes of a drive with a fresh driver; live loading before it is duty."""
        before_break, pause, in_shift, span, rest = DRIVER[vehicle.manning]
        live = isinstance(origin, Door) and origin.loading == "live"
        now, shift, since, driven, drive = 0, -origin.loading_min if live else 0, 0, 0, link.drive_min
        while drive > 0:
            go = max(0, min(drive, before_break - since, in_shift - driven, shift + span - now))
            now, since, driven, drive = now + go, since + go, driven + go, drive - go
            if drive and (driven >= in_shift or now - shift >= span):
                now += rest
                shift, since, driven = now, 0, 0
            elif drive and since >= before_break:
                now, since = now + pause, 0
        return now

    # ---- money and grams
    def priced(self, lines: list[tuple[str, float]]) -> int:
        return sum(round_half_even(cents(eur) * self.s.objective.weights.get(kind, 1.0)) for kind, eur in lines)

    def co2(self, mj: float, carrier: str, countries: tuple = ()) -> int:
        if carrier == "electricity":
            grid, whole = self.s.factors.grid_g_per_kwh, sum(km for _, km in countries)
            mean = sum(km * grid.get(c, grid.get("default", 0.0)) for c, km in countries) / whole if whole else 0.0
            return round_half_even(mj / 3.6 * mean)
        c = self.s.factors.carriers[carrier] if mj else None
        return round_half_even(mj * c.wtt_g_per_mj) + round_half_even(mj * c.ttw_g_per_mj) if c else 0

    def stage(self, what: str, v: Any, link: Any, unit: Any, per: int, door: Any) -> tuple[list, int, tuple]:
        """Lines, grams and cargo element of a truck: a road move (no door) or a haulage."""
        factor, times, loading, drop = v.empty_km_factor, 1.0, 0, bool(door and door.loading == "drop")
        if door:
            factor = v.haulage_empty_km_factor + 2 * drop
            times, loading = 1 + factor, 0 if drop else door.loading_min
        lines = [
            (what + "_fixed", (1 + drop) * v.eur_fixed),
            (what + "_km", link.km * v.eur_per_km),
            (what + "_empty_km", link.km * factor * v.eur_per_empty_km),
            (what + "_hours", (link.drive_min * times + loading) / 60 * v.eur_per_h),
            *((what + "_toll", km * v.toll_eur_per_km.get(c, 0.0)) for c, km in link.countries),
        ]
        lines.append((what + "_minimum", max(0.0, v.min_eur - sum(cents(eur) for _, eur in lines) / 100)))
        slope = (v.mj_per_km_full - v.mj_per_km_empty) / v.full_load_kg
        tare = 0 if unit.kind == "trailer" else unit.tare_kg * per
        mj = link.km * (1 + factor) * v.mj_per_km_empty + link.km * slope * tare
        return lines, self.co2(mj, v.carrier), (link.km * slope, v.carrier, ())

    def border(self, a: str, b: str) -> tuple[float, int]:
        """EUR and minutes of the crossing between two places."""
        ends = self.s.place(a).customs_territory, self.s.place(b).customs_territory
        return (
            (self.cross[ends].eur, self.cross[ends].minutes) if ends[0] != ends[1] and ends in self.cross else (0.0, 0)
        )

    def close(self, unit: Any, units: int, lines: list, grams: int, latest: int, end: int) -> tuple[int, tuple]:
        """Money and (ambient, powered) grams of a move, with rental and cooling."""
        days = started_days(end - latest) + unit.return_days
        cooling = self.co2(self.s.factors.reefer_mj_per_h * (end - latest) / 60 * units, "diesel")
        return self.priced([*lines, ("rental", days * unit.rental_eur_day * units)]), (grams, grams + cooling)

    # ---- moves
    def _road(self, base: tuple, t: int) -> Move:
        v, unit, a, b = self.s.vehicles[base[0]], self.s.load_units[base[1]], *base[2:]
        link, per = self.links[a, b], unit.per_truck
        end = t + self.trip(link, v, self.s.place(a)) + self.border(a, b)[1]
        lines, grams, load = self.stage("road", v, link, unit, per, None)
        truck_kg = v.gross_limit_kg - v.tractor_kg - per * unit.tare_kg
        money = self.close(unit, per, lines, grams, t, end)
        return Move((*base, t), base, a, b, unit, t, end, per, unit.payload_kg, truck_kg, *money, (load,), {"road"})

    def minute(self, service: Any, stop: int, time: tuple[int, int], day: int) -> int:
        return self.midnight(self.s.hubs[service.stops[stop].hub].timezone) + (day + time[0]) * DAY + time[1]

    def rides(self) -> Iterator[Ride]:
        for x in self.s.services.values():
            pairs = [(i, j) for j in range(len(x.stops)) for i in range(j)]
            if x.headway_min is not None:
                yield from (Ride(x, "", i, j) for i, j in pairs)
                continue
            start = self.s.horizon.start.astimezone(ZoneInfo(self.s.hubs[x.stops[0].hub].timezone)).date()
            for day in range(-1, self.s.horizon.minutes // DAY + 2):
                date = start + timedelta(days=day)
                runs = date.weekday() in x.weekdays or date.isoformat() in x.added_dates
                inside = 0 <= self.minute(x, 0, x.stops[0].departure, day) < self.s.horizon.minutes
                for i, j in pairs if runs and inside and date.isoformat() not in x.removed_dates else ():
                    leave = self.minute(x, i, x.stops[i].departure, day)
                    ready = self.minute(x, j, x.stops[j].arrival, day) + x.stops[j].pick_up_ready_min
                    if leave >= x.stops[i].booking_close_min:
                        yield Ride(x, date.isoformat(), i, j, leave - x.stops[i].closing_min, leave, ready)

    def headway(self, r: Ride, t: int) -> Ride:
        stops, leave = r.service.stops, t + ceil_div(r.service.headway_min, 2)
        minutes = self.minute(r.service, r.j, stops[r.j].arrival, 0) - self.minute(
            r.service, r.i, stops[r.i].departure, 0
        )
        return r._replace(closing=t, depart=leave, ready=leave + minutes + stops[r.j].pick_up_ready_min)

    def chains(self) -> Iterator[tuple[list[Ride], list[str]]]:
        """Rides one after another, timed, and the hubs that they join."""
        rides = [(r, r.service.stops[r.i].hub, r.service.stops[r.j].hub) for r in self.rides()]
        grown = [([r], [a, b]) for r, a, b in rides]
        for chain, hubs in grown:  # the list grows while it is read
            lift = [self.s.hubs[h].lift_min for h in hubs]
            fixed = next((n for n, r in enumerate(chain) if r.run), -1)
            for t in range(0, self.end, STEP) if fixed < 0 else (0,):
                timed = list(chain) if fixed >= 0 else [self.headway(chain[0], t), *chain[1:]]
                for n in range(fixed - 1, -1, -1):  # as late as possible before a departure
                    timed[n] = self.headway(
                        chain[n], timed[n + 1].closing - lift[n + 1] - self.headway(chain[n], 0).ready
                    )
                for n in range(max(0, fixed) + 1, len(chain)):  # as early as possible after a ride
                    timed[n] = chain[n] if chain[n].run else self.headway(chain[n], timed[n - 1].ready + lift[n])
                if all(a.ready + m <= b.closing for (a, b), m in zip(pairwise(timed), lift[1:], strict=False)):
                    yield timed, hubs
            if len(chain) < self.s.scope.max_departures:
                grown += [([*chain, r], [*hubs, b]) for r, a, b in rides if a == hubs[-1] and b not in hubs]

    def choices(self, hub: str, by: int, sign: int) -> list[int]:
        """Minutes of hand-in (sign -1: by or before) or collection (sign 1); several where the hub is limited."""
        h, size = self.s.hubs[hub], self.bucket
        found = [self.latest_open(hub, by) if sign < 0 else self.earliest(hub, by, 0)]
        limited = (h.lifts_per_hour, h.yard_places, h.reefer_plugs) != (None, None, None)
        for n in range(1, self.slack // size + 2) if limited and abs(found[0]) < NEVER else ():
            b = found[0] // size + sign * n
            t = self.latest_open(hub, (b + 1) * size - 1) if sign < 0 else self.earliest(hub, b * size, 0)
            if t // size == b and abs(t - found[0]) <= self.slack:
                found.append(t)
        return found

    def scheduled(self) -> Iterator[Move]:
        for chain, hubs in self.chains():
            near = [["", *(d for d in self.doors if self.near(d, h))] for h in (hubs[0], hubs[-1])]
            times = [self.choices(hubs[0], chain[0].closing, -1), self.choices(hubs[-1], chain[-1].ready, 1)]
            slots = [self.slots(r.service) for r in chain]
            classes = [[w.up_to_kg for w in r.service.tariff.weight_classes] or [NEVER] for r in chain]
            for unit in self.s.load_units.values() if times[1][0] <= self.end else ():
                masses = sorted({min(m) for m in product(*classes) if min(m) > unit.tare_kg})
                if all(self.takes(r.service, unit) for r in chain):
                    for kinds, *choice in product(product(*slots), masses, *times, *near):
                        yield self.move(chain, hubs, unit, kinds, *choice)

    def takes(self, service: Any, unit: Any) -> bool:
        gauge = service.mode != "rail" or not unit.gauge or unit.gauge in service.gauges
        return service.mode in unit.modes and (service.unit_types is None or unit.id in service.unit_types) and gauge

    def slots(self, service: Any) -> list[str]:
        if service.headway_min is not None or service.charter:
            return ["charter" if service.charter else "headway"]
        return ["allotment"] * (service.allotment_units > 0) + ["spot"] * (service.spot_units != 0)

    def near(self, door: str, hub: str) -> bool:
        return (door, hub) in self.links and self.links[door, hub].km <= self.s.drayage.radius_km

    def tariff(self, r: Ride, kind: str, unit: Any, mass: int) -> list[tuple[str, float]]:
        x, teu, lines, eur = r.service, unit.teu_milli / 1000, [], 0.0
        if kind in ("spot", "headway"):
            share = sum(leg.km for leg in x.legs[r.i : r.j]) / sum(leg.km for leg in x.legs)
            share = x.tariff.by_stops.get((x.stops[r.i].hub, x.stops[r.j].hub), share)
            factor = min((w.factor for w in x.tariff.weight_classes if w.up_to_kg >= mass), default=1.0)
            eur = cents((x.tariff.eur_per_unit + teu * x.tariff.eur_per_teu) * share * factor) / 100
            lines = [("tariff", eur), ("tariff_minimum", max(0.0, x.tariff.min_eur - eur))]
        for f in self.s.surcharges if kind != "charter" else ():
            applies = x.id in f.services if f.services else f.mode == x.mode
            if applies and f.start_min <= r.depart < f.end_min:
                lines.append(("surcharge", f.eur_per_unit + teu * f.eur_per_teu + f.percent / 100 * eur))
        return lines

    def move(self, chain: list, hubs: list, unit: Any, kinds: tuple, mass: int, hand_in: int, collect: int, out: str,
             into: str) -> Move:  # fmt: skip
        rows, powered, lines, grams, per_kg = [], [], [("one_way", unit.one_way_eur)], 0, []
        gross = mass if mass < NEVER else unit.tare_kg + unit.payload_kg
        for r, kind in zip(chain, kinds, strict=True):
            x, run, cap, legs = r.service, (r.service.id, r.run), r.service.capacity, r.service.legs[r.i : r.j]
            lines += self.tariff(r, kind, unit, mass)
            if kind != "charter":
                lands = tuple(c for leg in legs for c in leg.countries)
                per_kg.append((sum(leg.km for leg in legs) * x.mj_per_gross_tkm / 1000, x.carrier, lands))
                grams += self.co2(unit.tare_kg * per_kg[-1][0], x.carrier, lands)
            for leg in range(r.i, r.j) if r.run else ():
                rows += [((run, leg, "teu"), unit.teu_milli, cap.teu_milli), ((run, leg, "units"), 1, cap.units)]
                rows += [((run, leg, "kg"), gross, cap.gross_tonnes and cap.gross_tonnes * 1000)]
                rows += [((run, leg, "m"), round_half_even(unit.length_m * 100), cap.length_m and cap.length_m * 100)]
                rows += [((run, leg, kind), 1, {"allotment": x.allotment_units, "spot": x.spot_units}.get(kind))]
                powered += [((run, leg, "plugs"), 1, cap.plugs)]
        readies, departs = [hand_in, *(r.ready for r in chain)], [*(r.depart for r in chain), collect]
        lifts = [hand_in, *readies[1:-1], collect]
        for h, lift, s, e in zip(hubs, lifts, readies, departs, strict=True):
            hub, days = self.s.hubs[h], max(0, started_days(e - s) - self.s.hubs[h].free_storage_days)
            lines += [("lift", hub.lift_eur), ("storage_unit", days * hub.storage_eur_per_unit_day)]
            grams += self.co2(hub.lift_kwh * 3.6, "electricity", ((hub.country, 1.0),))
            grams += self.co2(hub.lift_diesel_mj, "diesel")
            limit = hub.lifts_per_hour and hub.lifts_per_hour * self.bucket // 60
            rows.append((("lifts", h, lift // self.bucket), 1, limit))
            for b in self.touched(s, e):
                rows.append((("yard", h, b), 1, hub.yard_places))
                powered.append((("plugs", h, b), 1, hub.reefer_plugs))
        latest, end, unit_kg = (
            hand_in,
            collect + self.s.hubs[hubs[-1]].lift_min,
            min(unit.payload_kg, gross - unit.tare_kg),
        )
        for a, b in [(out, hubs[0])] * bool(out) + [(hubs[-1], into)] * bool(into):
            door, v = self.s.doors[out if b == hubs[0] else into], self.s.vehicles[self.s.drayage.vehicle]
            trip = self.trip(self.links[a, b], v, self.s.place(a))
            latest, end = (latest - trip, end) if door.id == a else (latest, end + trip)
            more, g, load = self.stage("haulage", v, self.links[a, b], unit, 1, door)
            lines, grams, per_kg = lines + more, grams + g, [*per_kg, load]
            unit_kg = min(unit_kg, v.combined_limit_kg - v.tractor_kg - unit.tare_kg)
        a, b = out or hubs[0], into or hubs[-1]
        end += self.border(a, b)[1]
        key = (
            tuple((r.service.id, r.run, r.i, r.j, r.depart) for r in chain),
            unit.id,
            kinds,
            mass,
            hand_in,
            collect,
            a,
            b,
        )
        runs = {(r.service.id, r.run) for r, kind in zip(chain, kinds, strict=True) if kind == "charter"}
        money = self.close(unit, 1, lines, grams, latest, end)
        kept = [tuple(x for x in some if x[2] is not None) for some in (rows, powered)]
        services = [r.service for r in chain]
        return Move(key, (), a, b, unit, latest, end, 1, unit_kg, unit_kg, *money, tuple(per_kg),
                    {x.mode for x in services}, hubs, services, *kept, runs)  # fmt: skip

    def touched(self, s: int, e: int) -> range:
        return range(s // self.bucket, max(s, e - 1) // self.bucket + 1)

    # ---- columns
    def usable(self, k: Any, m: Move, part: tuple) -> bool:
        owners = [*m.services, *(self.s.hubs[h] for h in m.hubs)]
        adr = not k.adr_class or all(x.adr_classes is None or k.adr_class in x.adr_classes for x in owners)
        fits = k.temperature in m.unit.temperatures and (not k.load_units or m.unit.id == k.load_unit)
        return adr and fits and m.modes <= k.modes and self.trucks(m.unit.id, *m[7:10], (part,)) > 0

    def columns(self, k: Any, first: int, atoms: int) -> Iterator[Column]:
        """Every itinerary in time of a part of shipment k."""
        loose, part, size = not k.load_units, (k.id, first, atoms), quantity_of(k, first, atoms)
        hubs, doors, dray, pallets = self.s.hubs, self.s.doors, self.s.drayage, size.pallets_milli / 1000

        def stops(place: str) -> bool:
            h = hubs.get(place)
            adr = not h or not k.adr_class or h.adr_classes is None or k.adr_class in h.adr_classes
            return adr and (h.cross_dock is not None or not loose if h else place in (k.origin, k.destination))

        def minutes(place: str) -> int:
            return (
                0 if not loose else doors[place].loading_min if place in doors else hubs[place].cross_dock.handling_min
            )

        def tour(hub: str, door: str) -> int:
            return dray.collection_min_fixed + ceil_div(round(600 * self.links[door, hub].km), round(10 * dray.collection_speed_kmh))  # fmt: skip

        def starts(place: str, there: int) -> Iterator[int]:
            yield (t := self.earliest(place, there, minutes(place)))
            if loose and place in hubs and hubs[place].cross_dock.pallets_per_hour is not None:
                for b in range(t // self.bucket + 1, (t + self.slack) // self.bucket + 1):
                    if self.earliest(place, b * self.bucket, minutes(place)) == b * self.bucket:
                        yield b * self.bucket

        @cache
        def onward(place: str, ready: int) -> list[Move]:
            found = [m for m in self.leaving[place] if m.latest >= ready and self.usable(k, m, part)]
            for (a, b), (v, vehicle) in product(self.links, self.s.vehicles.items()):
                for u in vehicle.unit_types if a == place and stops(b) else ():
                    base, t = (v, u, a, b), ceil_div(ready, STEP) * STEP
                    while "road" in self.s.load_units[u].modes and self.usable(k, m := self.road(base, t), part):
                        if m.available > k.latest_min:
                            break
                        found.append(m)
                        t += STEP
            return [m for m in found if m.available <= k.latest_min and stops(m.destination)]

        def go(place: str, there: int, tours: tuple, moves: tuple, seen: tuple) -> Iterator[Column]:
            for t in starts(place, there):
                end = t + minutes(place)
                if moves and place == k.destination:
                    yield from finish(end, tours, moves, (*seen, (place, there, t, end)))
                elif moves and loose and k.destination in doors and place in hubs and self.near(k.destination, place):
                    at = self.earliest(k.destination, end + tour(place, k.destination), minutes(k.destination))
                    done, ends = at + minutes(k.destination), (*tours, (place, k.destination))
                    yield from finish(done, ends, moves, (*seen, (place, there, t, end)))
                for m in onward(place, end) if len(moves) < self.s.scope.max_moves and end <= k.latest_min else ():
                    if m.destination not in [k.origin, place, *(x[0] for x in seen)]:
                        yield from go(
                            m.destination, m.available, tours, (*moves, m), (*seen, (place, there, t, m.latest))
                        )

        def finish(done: int, tours: tuple, moves: tuple, seen: tuple) -> Iterator[Column]:
            lines, rows, grams = [("part_fee", k.part_eur if first else 0.0)], [], 0
            for n, (place, there, t, leave) in enumerate(seen if done <= k.latest_min else ()):
                if hub := hubs.get(place):
                    days = max(0, started_days(leave - there) - hub.free_storage_days) * (n < len(moves))
                    price = pallets * hub.storage_eur_per_pallet_day if loose else atoms * hub.storage_eur_per_unit_day
                    lines.append(("storage_pallet", days * price))
                    if loose:
                        lines.append(("cross_dock", pallets * hub.cross_dock.eur_per_pallet))
                        mj = pallets * hub.cross_dock.kwh_per_pallet * 3.6
                        grams += self.co2(mj, "electricity", ((hub.country, 1.0),))
                        rows += self.rate(hub, t, size.pallets_milli)
                        limit = hub.pallet_places and hub.pallet_places * 1000
                        rows += [(("places", place, b), size.pallets_milli, limit) for b in self.touched(there, leave)]
            for m in moves:
                grams += sum(self.co2(size.kg * mj, carrier, lands) for mj, carrier, lands in m.per_kg)
                lines.append(("crossing", self.border(m.origin, m.destination)[0] * (k.customs_status != "transit")))
            for a, b in tours:
                km, v = self.links[a, b].km, self.s.vehicles[dray.vehicle]
                each = dray.collection_eur_per_pallet + km * dray.collection_eur_per_pallet_km
                lines.append(("delivery" if b in doors else "collection", dray.collection_eur_fixed + pallets * each))
                empty = v.mj_per_km_empty * (1 + v.haulage_empty_km_factor) / dray.collection_load_share
                grams += self.co2(
                    size.kg * km * (empty + v.mj_per_km_full - v.mj_per_km_empty) / v.full_load_kg, v.carrier
                )
            if done <= k.latest_min:
                late, share = max(0, done - k.due_min), atoms / k.atoms / 60
                money = self.priced(lines) + cents(k.late_eur_per_h * late * share)
                money += cents(k.value_of_time_eur_per_h * (done - k.ready_min) * share)
                yield Column(*part, tours, moves, money, grams, tuple(x for x in rows if x[2] is not None))

        if stops(k.origin):
            yield from go(k.origin, k.ready_min, (), (), ())
        for hub in hubs if loose and k.origin in doors else ():
            if self.near(k.origin, hub) and stops(hub):
                there = (
                    self.earliest(k.origin, k.ready_min, minutes(k.origin)) + minutes(k.origin) + tour(hub, k.origin)
                )
                yield from go(hub, there, ((k.origin, hub),), (), ())

    def rate(self, hub: Any, t: int, left: int) -> Iterator[tuple]:
        """Cross-docked pallets per bucket, from the start at the hub's full rate."""
        per_h = hub.cross_dock.pallets_per_hour
        while per_h is not None and left > 0:
            b = t // self.bucket
            used = min(left, per_h * 1000 * ((b + 1) * self.bucket - t) // 60)
            yield ("pallets", hub.id, b), used, per_h * 1000 * self.bucket // 60
            t, left = (b + 1) * self.bucket, left - used

    # ---- packing
    def _trucks(self, unit_id: str, per: int, unit_kg: int, truck_kg: int, parts: tuple) -> int:
        """Fewest trucks (units of a scheduled move) that take the parts; 0 when no number does."""
        u, atoms, ships = self.s.load_units[unit_id], [], self.s.shipments
        room = (u.pallets_milli, unit_kg, u.volume_m3_milli, u.loading_metres_milli)
        for k, first, n in parts:
            step = n if ships[k].keep_together and not ships[k].load_units else 1
            for a in range(first, first + n, step):
                size = quantity_of(ships[k], a, step).as_tuple()
                atoms.append((k, size if not ships[k].load_units else (u.pallets_milli, size[1], 0, 0)))
        total = [sum(size[d] for _, size in atoms) for d in range(4)]
        if (
            any(x > c for _, size in atoms for x, c in zip(size, room, strict=True))
            or max(a[1][1] for a in atoms) > truck_kg
        ):
            return 0
        least = [ceil_div(x, c * per) for x, c in zip(total, room, strict=True) if x]

        def friends(a: str, b: str) -> bool:
            both = ((ships[a], ships[b]), (ships[b], ships[a]))
            return a == b or not any(y.shipper in x.veto_shippers or y.goods_class in x.veto_goods for x, y in both)

        @cache
        def fits(n: int, trucks: tuple) -> bool:
            if n == len(atoms):
                return True
            k, size = atoms[n]
            for i, (kg, units) in enumerate(trucks):
                for j, (free, inside) in enumerate(units) if size[1] <= kg else ():
                    if all(x <= y for x, y in zip(size, free, strict=True)) and all(friends(k, o) for o in inside):
                        unit = tuple(y - x for x, y in zip(size, free, strict=True)), tuple(sorted({*inside, k}))
                        some = tuple(sorted((*units[:j], unit, *units[j + 1 :])))
                        if fits(n + 1, tuple(sorted((*trucks[:i], (kg - size[1], some), *trucks[i + 1 :])))):
                            return True
            return False

        n = max(*least, ceil_div(total[1], truck_kg))
        while not fits(0, ((truck_kg, ((room, ()),) * per),) * n):
            n += 1
        return n


class Search:
    """Branch and bound: each shipment takes one option, that is a column for each of its parts, or none (unserved)."""

    def __init__(self, world: World, unserved: Callable[[Any], int]) -> None:
        self.w, self.s, self.nodes, self.best, self.result = world, world.s, 0, float("inf"), None
        self.carbon = self.s.objective.carbon_price_eur_per_t / 10_000
        self.things: dict[tuple, tuple] = {}
        columns = [c for k in self.s.shipments.values() for part in self.ranges(k) for c in world.columns(k, *part)]
        by_part, options = defaultdict(list), {}
        for c in self.reduced(columns):
            by_part[c[:3]].append(c)
        for k in self.s.shipments.values():
            splits = [[by_part[k.id, *part] for part in split] for split in self.splits(k)]
            options[k.id] = [self.option(k, x) for split in splits for x in product(*split)]
            if self.s.objective.unserved_allowed and not k.must_serve:
                options[k.id].append((unserved(k), 0, {}, ()))
        for width in (1, 2, NEVER):
            self.node((0, 0, {}, {}, ()), options, width)

    def splits(self, k: Any) -> Iterator[list]:
        """Divisions of a shipment into consecutive parts."""
        for parts in range(1, k.max_parts + 1):
            least = k.min_part_pallets if parts > 1 else 1
            for sizes in product(range(least, k.atoms + 1), repeat=parts):
                if sum(sizes) == k.atoms:
                    yield [(sum(sizes[:n]), size) for n, size in enumerate(sizes)]

    def ranges(self, k: Any) -> set:
        return {part for split in self.splits(k) for part in split}

    def exact(self, money: int, grams: int) -> float:
        return money + self.carbon * grams

    def reduced(self, columns: list[Column]) -> list[Column]:
        """Drop a move when every column with it exists, no dearer, with one like it that costs and uses no more."""

        def where(c: Column, old: Any = None, new: Any = None) -> tuple:
            return *c[:4], tuple(new if m.key == old else m.key for m in c.moves), c.rows

        def better(x: Move, m: Move) -> bool:
            costs = all(self.exact(x.money, a) <= self.exact(m.money, b) for a, b in zip(x.grams, m.grams, strict=True))
            room = x.per == m.per and x.unit_kg >= m.unit_kg and x.truck_kg >= m.truck_kg and set(x.runs) <= set(m.runs)
            used = {row: amount for row, amount, _ in (*m.rows, *m.rows_powered)}
            return costs and room and all(used.get(row, 0) >= amount for row, amount, _ in (*x.rows, *x.rows_powered))

        pool, by, alike = {}, defaultdict(list), defaultdict(dict)
        for c in sorted(columns, key=lambda c: -self.exact(c.money, c.grams)):
            pool[where(c)] = c
        for c in pool.values():
            for m in c.moves:
                by[m.key].append(c)
                alike[m.origin, m.destination, m.unit.id][m.key] = m
        for group in alike.values():
            for m in sorted(group.values(), key=lambda m: (-m.available, m.latest)):
                mine = [c for c in by[m.key] if where(c) in pool]
                for x in group.values():
                    subs = (pool.get(where(c, m.key, x.key)) for c in mine)
                    if x is not m and better(x, m) and all(y and y[5] + self.carbon * y[6] <= self.exact(*c[5:7]) for c, y in zip(mine, subs, strict=True)):
                        for c in mine:
                            del pool[where(c)]
                        break
        return list(pool.values())

    def option(self, k: Any, columns: tuple) -> tuple:
        """(money, grams, pallets by resource, columns); a resource is a move of a class, or a charter run."""
        uses: dict[tuple, int] = defaultdict(int)
        powered = k.temperature != "ambient"
        for c in columns:
            for m in c.moves:
                room = m.unit.pallets_milli
                q = c.atoms * room if k.load_units else quantity_of(k, c.first, c.atoms).pallets_milli
                self.things[m.key, k.pooling_class] = m.money, m.grams[powered], m.per * room, m, powered
                uses[m.key, k.pooling_class] += q
                for run in m.runs:
                    self.things[run] = (*self.run(run[0]), NEVER * 1000, None, False)
                    uses[run] += q
        return sum(c.money for c in columns), sum(c.grams for c in columns), dict(uses), columns

    def run(self, service: str) -> tuple[int, int]:
        x = self.s.services[service]
        lands = tuple(c for leg in x.legs for c in leg.countries)
        mj = x.run_gross_t * sum(leg.km for leg in x.legs) * x.mj_per_gross_tkm
        return self.w.priced([("charter", x.charter.eur_per_run)]), self.w.co2(mj, x.carrier, lands)

    def low(self, option: tuple, held: dict, rest: dict) -> float:
        """Least cost of an option: what it takes beyond the room left in the moves held, or its share of a new one."""
        total = self.exact(*option[:2])
        for key, q in option[2].items():
            money, grams, cap, *_ = self.things[key]
            _, n, pallets = held.get(key, ((), 0, 0))
            units = max(0.0, (pallets + q) / cap - n) if n else q / min(cap, rest[key])
            total += self.exact(money, grams) * units
        return total

    def node(self, state: tuple, options: dict, width: int) -> None:
        self.nodes += 1
        cost, held = self.exact(*state[:2]), state[2]
        if not options and cost < self.best - TIE:
            self.best, self.result = cost, state
        rest: dict[tuple, int] = defaultdict(int)
        for some in options.values():
            most: dict[tuple, int] = {}
            for _, _, uses, _ in some:
                for key, q in uses.items():
                    most[key] = max(q, most.get(key, 0))
            for key, q in most.items():
                rest[key] += q
        lows = {k: sorted((self.low(o, held, rest), n) for n, o in enumerate(some)) for k, some in options.items()}
        if not options or not all(lows.values()):
            return
        total = cost + sum(x[0][0] for x in lows.values())
        alive = {k: [(total - x[0][0] + v, options[k][n]) for v, n in x] for k, x in lows.items()}
        alive = {k: [x for x in some if x[0] < self.best - TIE] for k, some in alive.items()}
        k = min(alive, key=lambda k: (len(alive[k]), -lows[k][0][0]))
        left = {o: [option for _, option in some] for o, some in alive.items() if o != k}
        for bound, option in alive[k][:width]:
            if bound < self.best - TIE and (child := self.taken(state, option)):
                self.node(child, left, width)

    def taken(self, state: tuple, option: tuple) -> tuple | None:
        """The state after an option, or None when a capacity row breaks."""
        money, grams, held, rows, chosen = state
        money, grams, held, rows = money + option[0], grams + option[1], dict(held), dict(rows)
        more = [row for c in option[3] for row in c.rows]
        for key, q in option[2].items():
            price, co2, _, m, powered = self.things[key]
            parts, n, pallets = held.get(key, ((), 0, 0))
            parts += tuple(c[:3] for c in option[3] if m and any(x.key == m.key for x in c.moves))
            now = self.w.trucks(m.unit.id, *m[7:10], parts) if m else 1
            held[key], money, grams = (parts, now, pallets + q), money + (now - n) * price, grams + (now - n) * co2
            for row, amount, limit in (*m.rows, *(m.rows_powered if powered else ())) if m else ():
                more.append((row, amount * (now - n), limit))
        for row, amount, limit in more:
            rows[row] = rows.get(row, 0) + amount
            if rows[row] > limit:
                return None
        return money, grams, held, rows, chosen + option[3]


def solve(scenario: Scenario, unserved: Callable[[Any], int]) -> Optimum | None:
    """The least objective in cents, or None when the shipments that must be served cannot be."""
    search = Search(World(scenario), unserved)
    if search.result is None:
        return None
    money, grams, _, _, columns = search.result
    left = sorted(set(scenario.shipments) - {c.shipment for c in columns})
    total = money + carbon_cents(grams, scenario.objective.carbon_price_eur_per_t)
    return Optimum(total, grams, columns, left, search.nodes)
