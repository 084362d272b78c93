"""Compiled copy of `cargopool.rules.tours.tour_log` and of the choice of starts in `cargopool.tours.schedule`.

Tests compare both on random tours; every tour that leaves the search is made again by `schedule.make_tour`.
"""

from __future__ import annotations

import numpy as np

from cargopool.tours.compiled import inner_kernel
from cargopool.tours.kernel_data import (
    BAN,
    BANS,
    BATTERY,
    BREAK,
    CENTS_MJ,
    CHARGE,
    DRIVE,
    DRIVE_BREAK,
    DRIVE_SHIFT,
    EARLIEST,
    END,
    FIXED,
    INF,
    IS_CHARGE,
    JOB,
    KG,
    LATEST_END,
    MAX_TRIPS,
    MJ_KM,
    MJ_KM_KG,
    NEVER,
    OVERNIGHT,
    PER_KM,
    PER_KM_KG,
    PER_MIN,
    PLACE,
    REST,
    RULES,
    SERVICE,
    SHIFT,
    START,
    VEHICLE,
    WINDOW,
    WINDOW_END,
    WINDOW_FIRST,
    WORK,
)


@inner_kernel
def window_at(stop, windows, s, minute):
    """First minute not before ``minute`` at which stop ``s`` may begin, NEVER when none is left."""
    for w in range(stop[s, WINDOW_FIRST], stop[s, WINDOW_END]):
        if minute <= windows[w, 1]:
            return max(minute, windows[w, 0])
    return NEVER


@inner_kernel
def ban_wait(ban_ptr, bans, ban, now):
    """Minutes until a ban that holds now ends."""
    for b in range(ban_ptr[ban], ban_ptr[ban + 1]):
        if bans[b, 0] <= now < bans[b, 1]:
            return bans[b, 1] - now
    return 0


@inner_kernel
def ban_clear(ban_ptr, bans, ban, now, leg):
    """The part of ``leg`` before the next ban starts."""
    for b in range(ban_ptr[ban], ban_ptr[ban + 1]):
        if bans[b, 0] > now:
            return min(leg, bans[b, 0] - now)
    return leg


@inner_kernel
def simulate(stop, windows, ban_ptr, bans, steps, n, start, rules, overnight, span):
    """End of the tour and the minutes by which it may start later without ending later; (-1, 0) when it breaks a
    rule.
    """
    now = start
    shift_start = start
    shift_driven = 0
    since_break = 0
    ruled = rules[DRIVE_SHIFT] < NEVER
    waited = 0
    slack = NEVER
    for i in range(n):
        left = steps[i, DRIVE]
        ban = steps[i, BAN]
        if ban >= 0 and left > 0:
            waited += ban_wait(ban_ptr, bans, ban, now)
        while left > 0:
            may = left
            if ruled:
                may = min(
                    rules[DRIVE_SHIFT] - shift_driven, shift_start + span - now, rules[DRIVE_BREAK] - since_break, left
                )
                if may <= 0:
                    if shift_driven >= rules[DRIVE_SHIFT] or now >= shift_start + span:
                        if not overnight:
                            return -1, 0
                        now += rules[REST]
                        shift_start = now
                        shift_driven = 0
                    else:
                        now += rules[BREAK]
                    since_break = 0
                    continue
            if ban >= 0:
                wait = ban_wait(ban_ptr, bans, ban, now)
                if wait > 0:
                    now += wait
                    if ruled and overnight and wait >= rules[REST]:
                        shift_start = now
                        shift_driven = 0
                        since_break = 0
                    elif ruled and wait >= rules[BREAK]:
                        since_break = 0
                    continue
                may = ban_clear(ban_ptr, bans, ban, now, may)
            now += may
            shift_driven += may
            since_break += may
            left -= may
        s = steps[i, WINDOW]
        arrive = now
        begin = now
        if s >= 0:
            begin = window_at(stop, windows, s, now)
            if begin >= NEVER:
                return -1, 0
        work = steps[i, WORK]
        if steps[i, IS_CHARGE] > 0:
            now += work
            if ruled and overnight and work >= rules[REST]:
                shift_start = now
                shift_driven = 0
                since_break = 0
            elif ruled and work >= rules[BREAK]:
                since_break = 0
            continue
        if ruled and not overnight:
            if begin + work > shift_start + span:
                return -1, 0
        elif ruled and begin - now < rules[REST] and begin + work > shift_start + span:
            begin = now + rules[REST]
            if s >= 0:
                begin = window_at(stop, windows, s, begin)
                if begin >= NEVER:
                    return -1, 0
        wait = begin - now
        now = begin
        if ruled and overnight and wait >= rules[REST]:
            shift_start = now
            shift_driven = 0
            since_break = 0
        elif ruled and wait >= rules[BREAK]:
            since_break = 0
        if ruled and now + work > shift_start + span:
            return -1, 0
        now += work
        waited += begin - arrive
        if s >= 0:
            for w in range(stop[s, WINDOW_FIRST], stop[s, WINDOW_END]):
                if windows[w, 0] <= begin <= windows[w, 1]:
                    slack = min(slack, waited + windows[w, 1] - begin)
                    break
    return now, min(waited, slack)


@inner_kernel
def try_base(d, g, v, steps, n, base):
    """Duration of the tour by the best start at or after ``base``, -1 when there is none."""
    rules = d.rules[d.vehicle_i[v, RULES]]
    overnight = d.vehicle_i[v, OVERNIGHT] > 0
    span = rules[SHIFT]
    end, late = simulate(d.stop, d.windows, d.ban_ptr, d.bans, steps, n, base, rules, overnight, NEVER)
    if end < 0:
        return -1
    for trial in range(3):
        start = base + late
        if trial == 1:
            start = base + late // 2
        elif trial == 2:
            start = base
        end, _ = simulate(d.stop, d.windows, d.ban_ptr, d.bans, steps, n, start, rules, overnight, span)
        if 0 <= end <= d.group_i[g, LATEST_END]:
            return end - start
    return -1


@inner_kernel
def duration(d, g, v, steps, n):
    """Minutes from start to end of a tour of these steps, -1 when it cannot be driven."""
    earliest = d.group_i[g, EARLIEST]
    found = try_base(d, g, v, steps, n, earliest)
    if found >= 0:
        return found
    ahead = 0
    for i in range(n):
        ahead += steps[i, DRIVE]
        s = steps[i, WINDOW]
        if s >= 0:
            for w in range(d.stop[s, WINDOW_FIRST], d.stop[s, WINDOW_END]):
                base = d.windows[w, 0] - ahead
                if base > earliest:
                    found = try_base(d, g, v, steps, n, base)
                    if found >= 0:
                        return found
            return -1
        ahead += steps[i, WORK]
    return -1


@inner_kernel
def set_step(d, x, v, i, before, place, work, window):
    """Write line ``i`` of the steps: the way from a place (-1: none) and the work."""
    x.steps[i, DRIVE] = d.minutes[before, place] if before >= 0 else 0
    x.steps[i, WORK] = work
    x.steps[i, WINDOW] = window
    x.steps[i, BAN] = -1
    if before >= 0 and d.vehicle_i[v, BANS] > 0 and d.ban_of.shape[0] > 0:
        x.steps[i, BAN] = d.ban_of[before, place]
    x.steps[i, IS_CHARGE] = 0


@inner_kernel
def drive(d, x, g, seq, n):
    """Cost of a tour of group ``g`` through stops ``seq[:n]``, INF when it cannot be driven."""
    v = d.group_i[g, VEHICLE]
    rates = d.vehicle_f[v]
    before = d.vehicle_i[v, START]
    lines = 0
    km = 0.0
    kg_km = 0.0
    mj = 0.0
    kg = 0
    on_board = 0
    trips = 0
    if before >= 0:
        set_step(d, x, v, 0, -1, before, 0, -1)
        x.lines[0] = before
        x.mj[0] = 0.0
        lines = 1
    previous = -1
    for i in range(n):
        s = seq[i]
        p = d.stop[s, PLACE]
        work = d.stop[s, SERVICE]
        if previous < 0 or d.stop[previous, PLACE] != p:
            work += d.visit[p]
        set_step(d, x, v, lines, before, p, work, s)
        x.mj[lines] = 0.0
        if before >= 0:
            way = d.km[before, p]
            x.mj[lines] = way * (rates[MJ_KM] + rates[MJ_KM_KG] * kg)
            km += way
            kg_km += way * kg
        mj += x.mj[lines]
        kg += d.stop[s, KG]
        x.lines[lines] = p
        lines += 1
        # a job is on board from its first stop to its last
        j = d.stop[s, JOB]
        if s == d.first[j]:
            trips += on_board == 0
            on_board += 1
        if s == d.first[j + 1] - 1 and d.stays[j] == 0:
            on_board -= 1
        before = p
        previous = s
    if d.vehicle_i[v, MAX_TRIPS] >= 0 and trips > d.vehicle_i[v, MAX_TRIPS]:
        return INF
    end = d.vehicle_i[v, END]
    if end >= 0:
        set_step(d, x, v, lines, before, end, 0, -1)
        way = d.km[before, end]
        x.mj[lines] = way * (rates[MJ_KM] + rates[MJ_KM_KG] * kg)
        km += way
        kg_km += way * kg
        mj += x.mj[lines]
        x.lines[lines] = end
        lines += 1
    fixed = rates[FIXED]
    if rates[BATTERY] >= 0 and mj > rates[BATTERY]:
        return fixed + charge_where_cheapest(d, x, g, v, lines, km, kg_km, mj, seq, n)
    minutes = duration(d, g, v, x.steps, lines)
    if minutes < 0:
        return INF
    return fixed + km * rates[PER_KM] + kg_km * rates[PER_KM_KG] + mj * rates[CENTS_MJ] + minutes * rates[PER_MIN]


@inner_kernel
def charge_where_cheapest(d, x, g, v, lines, km, kg_km, mj, seq, n):
    """Cost without the fixed part of a tour with one charging stop, the cheapest there is; INF for none."""
    rates = d.vehicle_f[v]
    best = INF
    head = 0.0
    for at in range(1, lines):
        before, after = x.lines[at - 1], x.lines[at]
        way = d.km[before, after]
        kg = load_before(d, v, seq, n, at)
        per_km = x.mj[at] / way if way > 0 else rates[MJ_KM] + rates[MJ_KM_KG] * kg
        for c in range(d.charger.shape[0]):
            power = min(rates[CHARGE], d.charger_mj[c])
            p = d.charger[c]
            to, onward = d.km[before, p], d.km[p, after]
            used = head + to * per_km
            rest = mj - head - x.mj[at] + onward * per_km
            if power <= 0 or used > rates[BATTERY] or rest > rates[BATTERY]:
                continue
            amount = max(0.0, used + rest - rates[BATTERY])
            total_km = km - way + to + onward
            cost = total_km * rates[PER_KM] + (used + rest) * rates[CENTS_MJ]
            cost += (kg_km + (to + onward - way) * kg) * rates[PER_KM_KG]
            if cost >= best:
                continue
            for i in range(lines):
                for column in range(5):
                    x.charged[i if i < at else i + 1, column] = x.steps[i, column]
            step = x.charged[at]
            step[DRIVE] = d.minutes[before, p]
            step[WORK] = -(-np.int64(np.rint(amount * 1000)) // np.int64(np.rint(power * 1000)))
            step[WINDOW] = -1
            step[IS_CHARGE] = 1
            step[BAN] = -1
            follow = x.charged[at + 1]
            follow[DRIVE] = d.minutes[p, after]
            follow[BAN] = -1
            if d.vehicle_i[v, BANS] > 0 and d.ban_of.shape[0] > 0:
                step[BAN] = d.ban_of[before, p]
                follow[BAN] = d.ban_of[p, after]
            s = follow[WINDOW]
            if s >= 0 and before == after and at - 1 >= (1 if d.vehicle_i[v, START] >= 0 else 0):
                follow[WORK] = d.stop[s, SERVICE] + d.visit[after]
            minutes = duration(d, g, v, x.charged, lines + 1)
            if minutes >= 0:
                best = min(best, cost + minutes * rates[PER_MIN])
        head += x.mj[at]
    return best


@inner_kernel
def load_before(d, v, seq, n, at):
    """Kg on board on the way to line ``at``."""
    kg = 0
    first = 1 if d.vehicle_i[v, START] >= 0 else 0
    for i in range(min(n, at - first)):
        kg += d.stop[seq[i], KG]
    return kg
