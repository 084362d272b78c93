# fmt: off
# ruff: noqa: E731
"""Brute-force optimum of a tiny scenario: own clock, own prices, every choice enumerated on a 15-minute clock.

Reads a Scenario by docs/model.md and nothing of rules, network, optimiser, footprint or packing. The world is UTC and
starts at midnight; truck bans, the shuttle, carbon inside prices, pallet places and CO2e caps are left to other tests.
"""
from __future__ import annotations

from collections import defaultdict, namedtuple
from datetime import timedelta
from functools import cache
from itertools import pairwise, product

from cargopool.model.quantity import quantity_of
from cargopool.units import carbon_cents, ceil_div, cents, round_half_even, started_days
from oracle.brute_packing import trucks_needed
from oracle.dominance import without_worse_moves

STEP, DAY, NEVER, TIE = 15, 1440, 10**8, 1e-6
DRIVER = {"single": (270, 45, 540, 780, 660), "double": (NEVER, 45, 1080, 1260, 540)}
Ride = namedtuple("Ride", "service run i j closing depart ready")  # stop i to stop j; run "" on a headway service
# One use. grams: (ambient, powered); per_kg: (MJ per kg of cargo, carrier, countries, external group, km); rows: (row,
# amount, limit).
MOVE = "key origin destination unit latest available per unit_kg truck_kg money grams per_kg modes"
Move = namedtuple("Move", MOVE + " hubs services rows rows_powered runs", defaults=((), (), (), (), ()))
# A part on an itinerary, with the money and grams that are its own.
Column = namedtuple("Column", "shipment first atoms tours moves money grams rows")
# The columns of a shipment's parts, none when unserved. pallets: by resource (move of a class, or charter run).
Option = namedtuple("Option", "money grams pallets columns")
Optimum = namedtuple("Optimum", "objective_cents co2e_grams columns unserved nodes")


class World:
    """The moves, columns and prices of one scenario."""
    def __init__(self, scenario):
        self.s = s = scenario
        self.bucket, self.slack = s.scope.bucket_min, s.scope.hub_slack_h * 60
        self.cross = {(c.origin, c.destination): (c.eur, c.minutes) for c in s.crossings}
        self.links = {(k.destination, k.origin): k for k in s.road_links if k.both_ways}
        self.links |= {(k.origin, k.destination): k for k in s.road_links}
        self.near = {ends for ends, link in self.links.items() if link.km <= s.drayage.radius_km}
        self.end = max(k.latest_min for k in s.shipments.values())
        self.doors = sorted({d for k in s.shipments.values() for d in (k.origin, k.destination) if d in s.doors})
        self.periods, self.road = cache(self._periods), cache(self._road)
        self.trucks = cache(lambda u, *limits: trucks_needed(s.load_units[u], *limits, s.shipments))
        self.leaving = defaultdict(list)
        for move in self.scheduled():
            self.leaving[move.origin].append(move)
    # ---- clock
    def _periods(self, place):
        opening, found = self.s.place(place).opening, []
        for day in range(-8, 22) if opening else ():
            date = self.s.horizon.start.date() + timedelta(days=day)
            for s, e in () if date.isoformat() in opening.closed_dates else opening.days[date.weekday()]:
                joined = found and found[-1][1] == day * DAY + s
                found.append((found.pop()[0] if joined else day * DAY + s, day * DAY + e))
        return found if opening else [(-NEVER, NEVER)]
    def earliest(self, place, at, duration):
        return next((max(at, s) for s, e in self.periods(place) if max(at, s) + duration <= e), NEVER)
    def latest_open(self, place, by):
        return max((min(by, e) for s, e in self.periods(place) if s <= by), default=-NEVER)
    def trip(self, drive, vehicle, origin):  # elapsed minutes; live loading before it is duty
        before_break, pause, in_shift, span, rest = DRIVER[vehicle.manning]
        door = self.s.doors.get(origin)
        now, shift, since, driven = 0, -door.loading_min if door and door.loading == "live" else 0, 0, 0
        while drive > 0:
            if driven >= in_shift or now - shift >= span:
                now, shift, since, driven = now + rest, now + rest, 0, 0
            elif since >= before_break:
                now, since = now + pause, 0
            else:
                now, since, driven, drive = now + STEP, since + STEP, driven + STEP, drive - STEP
        return now
    # ---- money and grams
    def priced(self, lines):
        return sum(round_half_even(cents(eur) * self.s.objective.weights.get(kind, 1.0)) for kind, eur in lines)
    def co2(self, mj, carrier, countries=()):
        if carrier == "electricity":
            grid, lands = self.s.factors.grid_g_per_kwh, countries or (("", 1),)
            mean = sum(km * grid.get(c, grid.get("default", 0.0)) for c, km in lands) / sum(km for _, km in lands)
            return round_half_even(mj / 3.6 * mean)
        c = self.s.factors.carriers[carrier] if mj else None
        return round_half_even(mj * c.wtt_g_per_mj) + round_half_even(mj * c.ttw_g_per_mj) if c else 0
    def outside(self, group, km, vehicle_km=0.0):
        """External costs that the objective counts: EUR per tonne of cargo, and per use of a truck."""
        f, price, total = self.s.factors, self.s.objective.carbon_price_eur_per_t, [0.0, 0.0]
        for side, table in enumerate((f.external_cents_per_tkm, f.external_cents_per_vkm)):
            for key, value in table.items():
                counted = not price or not key.endswith(("climate", "well_to_tank"))
                if self.s.objective.external_costs == "internalise" and key.startswith(group + "_") and counted:
                    total[side] += value * f.external_uplift / 100
        return total[0] * km, total[1] * vehicle_km
    def stage(self, what, v, link, unit, per, door):
        """Lines, grams and cargo element of a truck: a road move (no door) or a haulage."""
        drop = bool(door and door.loading == "drop")
        factor = v.haulage_empty_km_factor + 2 * drop if door else v.empty_km_factor
        hours = (link.drive_min * (1 + factor * bool(door)) + (door.loading_min if door and not drop else 0)) / 60
        lines = [(what + "_fixed", (1 + drop) * v.eur_fixed), (what + "_km", link.km * v.eur_per_km),
                 (what + "_empty_km", link.km * factor * v.eur_per_empty_km), (what + "_hours", hours * v.eur_per_h),
                 *(("toll", km * v.toll_eur_per_km.get(c, 0.0)) for c, km in link.countries)]
        lines.append((what + "_minimum", max(0.0, v.min_eur - sum(cents(eur) for _, eur in lines) / 100)))
        slope = (v.mj_per_km_full - v.mj_per_km_empty) / v.full_load_kg
        tare = 0 if unit.kind == "trailer" else unit.tare_kg * per
        grams = self.co2(link.km * ((1 + factor) * v.mj_per_km_empty + slope * tare), v.carrier)
        lines.append(("external", self.outside("road", link.km, link.km * (1 + factor))[1]))
        return lines, grams, (link.km * slope, v.carrier, (), "road", link.km)
    def border(self, a, b):  # EUR and minutes
        ends = self.s.place(a).customs_territory, self.s.place(b).customs_territory
        return self.cross.get(ends, (0.0, 0)) if ends[0] != ends[1] else (0.0, 0)
    def close(self, unit, units, lines, grams, latest, end):  # with rental and cooling
        days = started_days(end - latest) + unit.return_days
        cooling = self.co2(self.s.factors.reefer_mj_per_h * (end - latest) / 60 * units, "diesel")
        return self.priced([*lines, ("rental", days * unit.rental_eur_day * units)]), (grams, grams + cooling)
    # ---- moves
    def _road(self, vehicle, unit_id, a, b, t):
        v, unit, link = self.s.vehicles[vehicle], self.s.load_units[unit_id], self.links[a, b]
        end, per = t + self.trip(link.drive_min, v, a) + self.border(a, b)[1], unit.per_truck
        lines, grams, load = self.stage("road", v, link, unit, per, None)
        key, price = (vehicle, unit_id, a, b, t), self.close(unit, per, lines, grams, t, end)
        truck_kg = v.gross_limit_kg - v.tractor_kg - per * unit.tare_kg
        return Move(key, a, b, unit, t, end, per, unit.payload_kg, truck_kg, *price, (load,), {"road"})
    def rides(self):
        at = lambda time: time[0] * DAY + time[1]
        for x, day in product(self.s.services.values(), range(-1, self.s.horizon.minutes // DAY + 1)):
            date = self.s.horizon.start.date() + timedelta(days=day)
            runs = (date.weekday() in x.weekdays or date.isoformat() in x.added_dates) and x.headway_min is None
            inside = 0 <= day * DAY + at(x.stops[0].departure) < self.s.horizon.minutes
            pairs = [(i, j) for j in range(len(x.stops)) for i in range(j)]
            for i, j in pairs if runs and inside and date.isoformat() not in x.removed_dates else ():
                a, b, leave = x.stops[i], x.stops[j], day * DAY + at(x.stops[i].departure)
                if leave >= a.booking_close_min:
                    ready = day * DAY + at(b.arrival) + b.pick_up_ready_min
                    yield Ride(x, date.isoformat(), i, j, leave - a.closing_min, leave, ready)
            for i, j in pairs if x.headway_min is not None and day == 0 else ():  # as if handed over at minute 0
                wait, ride = ceil_div(x.headway_min, 2), at(x.stops[j].arrival) - at(x.stops[i].departure)
                yield Ride(x, "", i, j, 0, wait, wait + ride + x.stops[j].pick_up_ready_min)
    def chains(self):
        """Rides one after another, timed, and the hubs that they join."""
        rides = [(r, r.service.stops[r.i].hub, r.service.stops[r.j].hub) for r in self.rides()]
        grown = [([r], [a, b]) for r, a, b in rides]
        shift = lambda r, t: r._replace(closing=t, depart=r.depart + t, ready=r.ready + t)
        for chain, hubs in grown:  # the list grows while it is read
            lift = [self.s.hubs[h].lift_min for h in hubs]
            fixed = next((n for n, r in enumerate(chain) if r.run), -1)
            for t in range(0, self.end, STEP) if fixed < 0 else (0,):
                timed = list(chain) if fixed >= 0 else [shift(chain[0], t), *chain[1:]]
                for n in range(fixed - 1, -1, -1):  # as late as possible before a departure
                    timed[n] = shift(chain[n], timed[n + 1].closing - lift[n + 1] - chain[n].ready)
                for n in range(max(0, fixed) + 1, len(chain)):  # as early as possible after a ride
                    timed[n] = chain[n] if chain[n].run else shift(chain[n], timed[n - 1].ready + lift[n])
                if all(a.ready + m <= b.closing for (a, b), m in zip(pairwise(timed), lift[1:], strict=False)):
                    yield timed, hubs
            if len(chain) < self.s.scope.max_departures:
                grown += [([*chain, r], [*hubs, b]) for r, a, b in rides if a == hubs[-1] and b not in hubs]
    def choices(self, hub, by, sign):
        """Minutes of hand-in (sign -1: by or before) or collection (sign 1); several where the hub is limited."""
        h, size = self.s.hubs[hub], self.bucket
        found = [self.latest_open(hub, by) if sign < 0 else self.earliest(hub, by, 0)]
        limited = (h.lifts_per_hour, h.yard_places, h.reefer_plugs) != (None, None, None) and abs(found[0]) < NEVER
        for b in (found[0] // size + sign * n for n in range(1, self.slack // size + 2) if limited):
            t = self.latest_open(hub, (b + 1) * size - 1) if sign < 0 else self.earliest(hub, b * size, 0)
            if t // size == b and abs(t - by) <= self.slack:
                found.append(t)
        return found
    def scheduled(self):
        for chain, hubs in self.chains():
            near = [["", *(d for d in self.doors if (d, h) in self.near)] for h in (hubs[0], hubs[-1])]
            times = [self.choices(hubs[0], chain[0].closing, -1), self.choices(hubs[-1], chain[-1].ready, 1)]
            services, kinds = [r.service for r in chain], []
            for x in services:
                sold = ["allotment"] * (x.allotment_units > 0) + ["spot"] * (x.spot_units != 0)
                kinds.append(["charter"] if x.charter else ["headway"] if x.headway_min is not None else sold)
            classes = [[w.up_to_kg for w in x.tariff.weight_classes] or [NEVER] for x in services]
            for unit in self.s.load_units.values() if times[1][0] <= self.end else ():
                gauge = all(x.mode != "rail" or not unit.gauge or unit.gauge in x.gauges for x in services)
                listed = all(x.unit_types is None or unit.id in x.unit_types for x in services)
                masses = sorted({min(m) for m in product(*classes) if min(m) > unit.tare_kg})
                if gauge and listed and {x.mode for x in services} <= unit.modes:
                    for slots, *choice in product(product(*kinds), masses, *times, *near):
                        yield self.move(chain, hubs, unit, slots, *choice)
    def tariff(self, r, kind, unit, mass):
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
    def move(self, chain, hubs, unit, slots, mass, hand_in, collect, out, into):  # out, into: doors of haulage, or ""
        rows, powered, lines, grams, per_kg = [], [], [("one_way", unit.one_way_eur)], 0, []
        gross = mass if mass < NEVER else unit.tare_kg + unit.payload_kg
        for r, slot in zip(chain, slots, strict=True):
            x, cap, legs, run = r.service, r.service.capacity, r.service.legs[r.i : r.j], (r.service.id, r.run)
            lines += self.tariff(r, slot, unit, mass)
            km, traction = sum(leg.km for leg in legs), "electric" if x.carrier == "electricity" else "diesel"
            group = f"rail_{traction}" if x.mode == "rail" else x.mode
            mj = km * x.mj_per_gross_tkm / 1000 if slot != "charter" else 0.0
            per_kg.append((mj, x.carrier, tuple(c for leg in legs for c in leg.countries), group, km))
            grams += self.co2(unit.tare_kg * mj, *per_kg[-1][1:3]) if mj else 0
            for n in range(r.i, r.j) if r.run else ():
                sold = {"allotment": x.allotment_units, "spot": x.spot_units}.get(slot)
                kg, cm = cap.gross_tonnes and cap.gross_tonnes * 1000, cap.length_m and cap.length_m * 100
                rows += [((run, n, "teu"), unit.teu_milli, cap.teu_milli), ((run, n, "units"), 1, cap.units),
                         ((run, n, "kg"), gross, kg), ((run, n, "cm"), round_half_even(unit.length_m * 100), cm),
                         ((run, n, slot), 1, sold)]
                powered.append(((run, n, "plugs"), 1, cap.plugs))
        readies, departs = [hand_in, *(r.ready for r in chain)], [*(r.depart for r in chain), collect]
        for h, lift, s, e in zip(hubs, [*readies[:-1], collect], readies, departs, strict=True):
            hub, days = self.s.hubs[h], max(0, started_days(e - s) - self.s.hubs[h].free_storage_days)
            lines += [("lift", hub.lift_eur), ("storage_unit", days * hub.storage_eur_per_unit_day)]
            grams += self.co2(hub.lift_diesel_mj, "diesel")
            grams += self.co2(hub.lift_kwh * 3.6, "electricity", ((hub.country, 1),))
            per_bucket = hub.lifts_per_hour and hub.lifts_per_hour * self.bucket // 60
            rows.append((("lifts", h, lift // self.bucket), 1, per_bucket))
            for b in range(s // self.bucket, max(s, e - 1) // self.bucket + 1):
                rows.append((("yard", h, b), 1, hub.yard_places))
                powered.append((("plugs", h, b), 1, hub.reefer_plugs))
        latest, end = hand_in, collect + self.s.hubs[hubs[-1]].lift_min
        unit_kg, v = min(unit.payload_kg, gross - unit.tare_kg), self.s.vehicles.get(self.s.drayage.vehicle)
        for a, b, door in [(out, hubs[0], out)] * bool(out) + [(hubs[-1], into, into)] * bool(into):
            trip = self.trip(self.links[a, b].drive_min, v, a)
            latest, end = (latest - trip, end) if door == a else (latest, end + trip)
            more, g, load = self.stage("haulage", v, self.links[a, b], unit, 1, self.s.doors[door])
            lines, grams, per_kg = lines + more, grams + g, [*per_kg, load]
            unit_kg = min(unit_kg, v.combined_limit_kg - v.tractor_kg - unit.tare_kg)
        a, b = out or hubs[0], into or hubs[-1]
        end += self.border(a, b)[1]
        rides, services = tuple((r.service.id, r.run, r.i, r.j, r.depart) for r in chain), [r.service for r in chain]
        runs = {x[:2] for x, slot in zip(rides, slots, strict=True) if slot == "charter"}
        kept = [[x for x in some if x[2] is not None] for some in (rows, powered)]
        key = rides, unit.id, slots, mass, hand_in, collect, a, b
        price = self.close(unit, 1, lines, grams, latest, end)
        return Move(key, a, b, unit, latest, end, 1, unit_kg, unit_kg, *price, per_kg, {x.mode for x in services}, hubs,
                    services, *kept, runs)
    # ---- columns
    def columns(self, k, first, atoms):
        """Every itinerary in time of a part of shipment k."""
        loose, part, size = not k.load_units, (k.id, first, atoms), quantity_of(k, first, atoms)
        hubs, doors, dray, pallets = self.s.hubs, self.s.doors, self.s.drayage, size.pallets_milli / 1000
        accepts = lambda x: not k.adr_class or x.adr_classes is None or k.adr_class in x.adr_classes
        minutes = lambda p: loose and (doors[p].loading_min if p in doors else hubs[p].cross_dock.handling_min)
        tour_min = lambda *ends: dray.collection_min_fixed - int(-60 * self.links[ends].km // dray.collection_speed_kmh)
        serves = lambda hub: accepts(hub) and (hub.cross_dock is not None or not loose)
        stops = lambda p: serves(hubs[p]) if p in hubs else p in (k.origin, k.destination)
        def usable(m):
            fits = k.temperature in m.unit.temperatures and (loose or m.unit.id == k.load_unit)
            fits &= m.modes <= k.modes and all(map(accepts, [*m.services, *(hubs[h] for h in m.hubs)]))
            return fits and stops(m.destination) and self.trucks(m.unit.id, m.per, m.unit_kg, m.truck_kg, (part,))
        @cache
        def onward(place, ready):
            found = [m for m in self.leaving[place] if m.latest >= ready and usable(m)]
            for (a, b), v in product(self.links, self.s.vehicles.values()):
                for u in v.unit_types if a == place else ():
                    t = ceil_div(ready, STEP) * STEP
                    while "road" in self.s.load_units[u].modes and usable(m := self.road(v.id, u, a, b, t)):
                        if m.available > k.latest_min:
                            break
                        found.append(m)
                        t += STEP
            return [m for m in found if m.available <= k.latest_min]
        def go(place, there, tours, moves, seen):
            begin = [self.earliest(place, there, minutes(place))]
            if loose and place in hubs and hubs[place].cross_dock.pallets_per_hour is not None:
                later = range((begin[0] // self.bucket + 1) * self.bucket, begin[0] + self.slack + 1, self.bucket)
                begin += [t for t in later if self.earliest(place, t, minutes(place)) == t]
            for t in begin:
                end, last = t + minutes(place), (*seen, (place, there, t, t + minutes(place)))
                if moves and place == k.destination:
                    yield from finish(end, tours, moves, last)
                elif moves and loose and k.destination in doors and (k.destination, place) in self.near:
                    at = self.earliest(k.destination, end + tour_min(k.destination, place), minutes(k.destination))
                    yield from finish(at + minutes(k.destination), (*tours, (k.destination, place)), moves, last)
                for m in onward(place, end) if len(moves) < self.s.scope.max_moves and end <= k.latest_min else ():
                    if m.destination not in [k.origin, *(x[0] for x in last)]:
                        left = (*seen, (place, there, t, m.latest))
                        yield from go(m.destination, m.available, tours, (*moves, m), left)
        def finish(done, tours, moves, seen):
            lines, rows, grams = [("part_fee", k.part_eur if first else 0.0)], [], 0
            for n, (place, there, t, leave) in enumerate(seen):
                if (hub := hubs.get(place)) and n < len(moves):
                    each = pallets * hub.storage_eur_per_pallet_day if loose else atoms * hub.storage_eur_per_unit_day
                    lines.append(("storage_pallet", max(0, started_days(leave - there) - hub.free_storage_days) * each))
                if hub and loose:
                    lines.append(("cross_dock", pallets * hub.cross_dock.eur_per_pallet))
                    grams += self.co2(pallets * hub.cross_dock.kwh_per_pallet * 3.6, "electricity", ((hub.country, 1),))
                    at, left, per_h = t, size.pallets_milli, hub.cross_dock.pallets_per_hour
                    while per_h is not None and left > 0:  # from the start at the hub's full rate
                        until = (at // self.bucket + 1) * self.bucket
                        used = min(left, per_h * 1000 * (until - at) // 60)
                        rows.append((("pallets", place, until), used, per_h * 1000 * self.bucket // 60))
                        at, left = until, left - used
            for m in moves:
                grams += sum(self.co2(size.kg * mj, carrier, lands) for mj, carrier, lands, _, _ in m.per_kg if mj)
                lines += [("external", self.outside(group, km)[0] * size.kg / 1000) for _, _, _, group, km in m.per_kg]
                lines.append(("crossing", self.border(m.origin, m.destination)[0] * (k.customs_status != "transit")))
            for door, hub in tours:
                km, v = self.links[door, hub].km, self.s.vehicles[dray.vehicle]
                each = dray.collection_eur_per_pallet + km * dray.collection_eur_per_pallet_km
                lines.append(("tour", dray.collection_eur_fixed + pallets * each))
                mj = v.mj_per_km_empty * (1 + v.haulage_empty_km_factor) / dray.collection_load_share
                mj += v.mj_per_km_full - v.mj_per_km_empty
                grams += self.co2(size.kg * km * mj / v.full_load_kg, v.carrier)
                per_t, truck = self.outside("road", km, km * (1 + v.haulage_empty_km_factor))
                usual_t = v.full_load_kg * dray.collection_load_share / 1000
                lines.append(("external", (per_t + truck / usual_t) * size.kg / 1000))
            money, share = self.priced(lines), atoms / k.atoms / 60
            money += cents(k.late_eur_per_h * max(0, done - k.due_min) * share)
            money += cents(k.value_of_time_eur_per_h * (done - k.ready_min) * share)
            if done <= k.latest_min:
                yield Column(*part, tours, moves, money, grams, tuple(rows))
        if stops(k.origin):
            yield from go(k.origin, k.ready_min, (), (), ())
        for hub in hubs if loose and k.origin in doors else ():
            if (k.origin, hub) in self.near and stops(hub):
                load = self.earliest(k.origin, k.ready_min, minutes(k.origin)) + minutes(k.origin)
                yield from go(hub, load + tour_min(k.origin, hub), ((k.origin, hub),), (), ())


class Both(tuple):
    """Money and grams, no more than others when neither is."""
    def __new__(cls, money, grams):
        return super().__new__(cls, (money, grams))
    def __le__(self, other):
        return self[0] <= other[0] and self[1] <= other[1]


class Search:
    """Branch and bound over the shipments' options."""
    def __init__(self, world, unserved, keeps=None):
        self.keeps = keeps(self) if keeps else lambda state: True
        self.early = self.keeps if getattr(keeps, "early", False) else lambda state: True
        self.w, self.s, self.nodes, self.best, self.result, self.things = world, world.s, 0, float("inf"), None, {}
        self.exact = lambda money, grams: money + grams * self.s.objective.carbon_price_eur_per_t / 10_000
        splits = {k.id: list(self.splits(k)) for k in self.s.shipments.values()}
        ranges = {(k, part) for k, some in splits.items() for split in some for part in split}
        by_part, options = defaultdict(list), {}
        columns = [c for k, part in sorted(ranges) for c in world.columns(self.s.shipments[k], *part)]
        for c in without_worse_moves(columns, Both if keeps else self.exact):
            by_part[c[:3]].append(c)
        for k in self.s.shipments.values():
            chosen = (x for split in splits[k.id] for x in product(*(by_part[k.id, *part] for part in split)))
            options[k.id] = [self.option(k, x) for x in chosen]
            if self.s.objective.unserved_allowed and not k.must_serve:
                options[k.id].append(Option(unserved(k), 0, {}, ()))
        for width in (1, 2, NEVER):  # two quick dives for a good incumbent, then everything
            self.node((0, 0, {}, {}, ()), options, width)
    def splits(self, k):
        """Divisions of a shipment into consecutive parts (first atom, atoms)."""
        for parts in range(1, k.max_parts + 1):
            for sizes in product(range(k.min_part_pallets if parts > 1 else 1, k.atoms + 1), repeat=parts):
                if sum(sizes) == k.atoms:
                    yield [(sum(sizes[:n]), size) for n, size in enumerate(sizes)]
    def option(self, k, columns):
        pallets, powered = defaultdict(int), k.temperature != "ambient"
        for c, m in [(x, m) for x in columns for m in x.moves]:
            q, room = quantity_of(k, c.first, c.atoms).pallets_milli, m.per * m.unit.pallets_milli
            self.things[m.key, k.pooling_class] = m.money, m.grams[powered], room, m, powered
            pallets[m.key, k.pooling_class] += q
            for run in m.runs:
                x = self.s.services[run[0]]
                mj = x.run_gross_t * sum(leg.km for leg in x.legs) * x.mj_per_gross_tkm
                grams = self.w.co2(mj, x.carrier, tuple(land for leg in x.legs for land in leg.countries))
                self.things[run] = self.w.priced([("charter", x.charter.eur_per_run)]), grams, NEVER, None, False
                pallets[run] += q
        return Option(sum(x.money for x in columns), sum(x.grams for x in columns), dict(pallets), columns)
    def low(self, option, held, rest):
        """Least cost of an option: what it takes beyond the room left in the moves held, or its share of a new one."""
        total = self.exact(option.money, option.grams)
        for key, q in option.pallets.items():
            money, grams, cap, *_ = self.things[key]
            _, n, pallets = held.get(key, ((), 0, 0))
            total += self.exact(money, grams) * (max(0.0, (pallets + q) / cap - n) if n else q / min(cap, rest[key]))
        return total
    def node(self, state, options, width):
        self.nodes += 1
        cost, held = self.exact(*state[:2]), state[2]
        if not options and cost < self.best - TIE and self.keeps(state):
            self.best, self.result = cost, state
        rest = defaultdict(int)  # the most that undecided shipments can bring to a resource together
        for some in options.values():
            for key in {key for x in some for key in x.pallets}:
                rest[key] += max(x.pallets.get(key, 0) for x in some)
        lows = {k: sorted((self.low(x, held, rest), n) for n, x in enumerate(some)) for k, some in options.items()}
        if not options or not all(lows.values()):
            return
        total = cost + sum(x[0][0] for x in lows.values())
        alive = {k: [(total - x[0][0] + v, options[k][n]) for v, n in x if total - x[0][0] + v < self.best - TIE]
                 for k, x in lows.items()}
        k = min(alive, key=lambda k: (len(alive[k]), -lows[k][0][0]))
        left = {o: [option for _, option in some] for o, some in alive.items() if o != k}
        for bound, option in alive[k][:width]:
            if bound < self.best - TIE and (child := self.taken(state, option)):
                self.node(child, left, width)
    def taken(self, state, option):
        """The state after an option, or None when a capacity row breaks."""
        money, grams, held, rows = state[0] + option.money, state[1] + option.grams, dict(state[2]), dict(state[3])
        more = [row for c in option.columns for row in c.rows]
        for key, q in option.pallets.items():
            price, co2, _, m, powered = self.things[key]
            parts, n, pallets = held.get(key, ((), 0, 0))
            parts += tuple(c[:3] for c in option.columns if m and m.key in [x.key for x in c.moves])
            now = self.w.trucks(m.unit.id, m.per, m.unit_kg, m.truck_kg, parts) if m else 1
            held[key], money, grams = (parts, now, pallets + q), money + (now - n) * price, grams + (now - n) * co2
            uses = (*m.rows, *(m.rows_powered if powered else ())) if m else ()
            more += [(row, amount * (now - n), limit) for row, amount, limit in uses]
        for row, amount, limit in more:
            rows[row] = rows.get(row, 0) + amount
            if rows[row] > limit:
                return None
        state = money, grams, held, rows, state[4] + option.columns
        return state if self.early(state) else None


def solve(scenario, unserved, keeps=None):
    """The least objective, None where must-serve cannot be met; ``unserved`` gives a shipment's constant in cents.

    ``keeps`` makes, of a Search, a judge of complete states (with ``early``, of all); None takes them all.
    """
    search = Search(World(scenario), unserved, keeps)
    if search.result is None:
        return None
    money, grams, _, _, columns = search.result
    total = money + carbon_cents(grams, scenario.objective.carbon_price_eur_per_t)
    return Optimum(total, grams, columns, sorted(set(scenario.shipments) - {c.shipment for c in columns}), search.nodes)
