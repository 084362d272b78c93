"""Cost lines, transport chain elements and totals, made again and compared to the cent and the gram."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from math import isclose
from typing import TypeVar

from cargopool.footprint import (
    ExternalLine,
    Priced,
    allocate,
    counted_cents,
    lateness_cents,
    limit_grams,
    price_move,
    price_part,
    price_run,
    time_value_cents,
    unserved_cents,
    weighted_cents,
)
from cargopool.model.caps import all_caps, cap_text, is_whole, members
from cargopool.model.plan import CostLine, Tce, Totals
from cargopool.units import carbon_cents
from cargopool.verifier.case import Case, part_path

T = TypeVar("T", CostLine, Tce)
Tally = dict[tuple[str, str], Counter[tuple[str | int, ...]]]
"""Owner and kind to amounts."""
_CLOSE = 1e-9
_TINY_MJ = 1e-6


def check_money(case: Case, totals_sound: bool) -> None:
    """Price everything again; compare lines, elements, totals, and the CO2e cap."""
    lines, tces, external, priced_whole = _price(case)
    compare_lines(case, "cost_lines", case.plan.cost_lines, lines, ("V220", "V221", "V222"))
    compare_elements(case, "tces", case.plan.tces, tces, ("V223", "V224", "V225"))
    grams = sum(tce.grams * tce.count for tce in tces)
    _check_caps(case, grams, sound=priced_whole and case.complete)
    if totals_sound and priced_whole and case.complete:
        _check_totals(case, _totals(case, lines, tces, external))


def _check_caps(case: Case, grams: int, *, sound: bool) -> None:
    """Every cap: of the whole plan on the grams priced here, of others on the footprints of their shipments."""
    scenario = case.scenario
    served = [shipment for shipment, _part in case.itineraries]
    caps = all_caps(scenario)
    groups = [cap for cap in caps if not is_whole(cap)]
    shares = allocate(scenario, case.plan) if groups and sound else {}
    for number, cap in enumerate(caps):
        place = number - (len(caps) - len(scenario.objective.caps))
        where = "totals.co2e_grams" if place < 0 else f"objective.caps[{place}]"
        counted = members(scenario, cap)
        limit = limit_grams(scenario, cap, set(counted).intersection(served))
        if is_whole(cap):
            if grams > limit:
                case.say("V213", where, f"{grams} g > {limit} g, {cap_text(cap)}")
            continue
        used = sum(shares[name].co2e_grams for name in counted if name in shares)
        if used > limit:
            case.say("V216", where, f"{used} g > {limit} g, {cap_text(cap)}")


def _price(case: Case) -> tuple[list[CostLine], list[Tce], list[ExternalLine], bool]:
    """Lines, elements and external costs of every owner that can be priced, and whether all can."""
    scenario = case.scenario
    jobs: list[tuple[str, Callable[[], Priced]]] = []
    for use in case.uses.values():
        jobs.append((f"moves[{use.move.id}]", lambda u=use: price_move(scenario, u.move, u.temperature, u.count)))  # type: ignore[misc]
    for itinerary in case.itineraries.values():
        jobs.append((part_path(itinerary), lambda i=itinerary: price_part(scenario, i, case.moves)))  # type: ignore[misc]
    for run in case.runs.values():
        jobs.append((f"charters[{run.service}/{run.run_date}]", lambda r=run: price_run(scenario, r)))  # type: ignore[misc]
    lines: list[CostLine] = []
    tces: list[Tce] = []
    external: list[ExternalLine] = []
    whole = True
    for where, job in jobs:
        try:
            priced = job()
        except (
            KeyError,
            ValueError,
            IndexError,
            ZeroDivisionError,
            StopIteration,
            TypeError,
            AttributeError,
        ) as problem:
            whole = False
            case.say("V229", where, str(problem)[:200])
            continue
        lines += priced.lines
        tces += priced.tces
        external += priced.external
    return lines, tces, external, whole


def compare_lines(
    case: Case, name: str, claimed: Sequence[CostLine], real: Sequence[CostLine], codes: tuple[str, str, str]
) -> None:
    """Report cost lines that are missing, that have no cause, and that differ."""
    _compare(case, name, claimed, real, _money_of, codes)


def compare_elements(
    case: Case, name: str, claimed: Sequence[Tce], real: Sequence[Tce], codes: tuple[str, str, str]
) -> None:
    """Report elements that are missing, that have no cause, and that differ, in energy and distance too."""
    _compare(case, name, claimed, real, _greenhouse_of, codes)
    _compare_energy(case, name, claimed, real, codes[2])


def _money_of(line: CostLine) -> tuple[int, ...]:
    return line.cents, line.count, line.carbon_cents


def _greenhouse_of(tce: Tce) -> tuple[str | int, ...]:
    return tce.mode, tce.carrier, tce.mass_kg, tce.wtt_grams, tce.ttw_grams, tce.count


def _grouped(items: Iterable[T], amounts: Callable[[T], tuple[str | int, ...]]) -> Tally:
    found: Tally = defaultdict(Counter)
    for item in items:
        found[item.owner, item.kind][amounts(item)] += 1
    return found


def _compare(
    case: Case,
    name: str,
    claimed: Sequence[T],
    real: Sequence[T],
    amounts: Callable[[T], tuple[str | int, ...]],
    codes: tuple[str, str, str],
) -> None:
    """Report what is missing, what has no cause, and what differs, per owner and kind."""
    missing_code, extra_code, wrong_code = codes
    said: Tally = _grouped(claimed, amounts)
    made: Tally = _grouped(real, amounts)
    for key in dict.fromkeys([*made, *said]):
        missing, extra = made[key] - said[key], said[key] - made[key]
        where = f"{name}[{key[0]}].{key[1]}"
        wrong = min(missing.total(), extra.total())
        if wrong:
            case.say(wrong_code, where, f"{_shown(extra)}, not {_shown(missing)}")
        if missing.total() > wrong:
            case.say(missing_code, where, f"{_shown(missing)}")
        if extra.total() > wrong:
            case.say(extra_code, where, f"{_shown(extra)}")


def _shown(amounts: Counter[tuple[str | int, ...]]) -> str:
    return "; ".join(str(item) for item in sorted(amounts.elements(), key=str))[:200]


def _compare_energy(case: Case, name: str, claimed: Sequence[Tce], real: Sequence[Tce], code: str) -> None:
    """Energy and distance are not integers: compared within binary noise, per owner and kind."""
    said: dict[tuple[str, str], list[tuple[float, float]]] = defaultdict(list)
    made: dict[tuple[str, str], list[tuple[float, float]]] = defaultdict(list)
    for tce in claimed:
        said[tce.owner, tce.kind].append((tce.energy_mj, tce.km))
    for tce in real:
        made[tce.owner, tce.kind].append((tce.energy_mj, tce.km))
    for key, pairs in made.items():
        others = said.get(key, [])
        if len(others) == len(pairs) and not all(
            isclose(a, b, rel_tol=_CLOSE, abs_tol=_TINY_MJ)
            for one, other in zip(sorted(pairs), sorted(others), strict=True)
            for a, b in zip(one, other, strict=True)
        ):
            case.say(code, f"{name}[{key[0]}].{key[1]}", f"(MJ, km) {sorted(others)}, not {sorted(pairs)}"[:300])


def _totals(case: Case, lines: Sequence[CostLine], tces: Sequence[Tce], external: Sequence[ExternalLine]) -> Totals:
    """Totals by this room's own additions."""
    scenario = case.scenario
    late = waited = 0
    for itinerary in case.itineraries.values():
        shipment = scenario.shipments[itinerary.shipment]
        late += lateness_cents(shipment, itinerary.atoms, itinerary.late_min)
        waited += time_value_cents(shipment, itinerary.atoms, itinerary.delivered_min - shipment.ready_min)
    grams = sum(tce.grams * tce.count for tce in tces)
    return Totals(
        cost_cents=sum(line.cents * line.count for line in lines),
        weighted_cost_cents=sum(weighted_cents(scenario.objective, line) * line.count for line in lines),
        co2e_grams=grams,
        energy_mj=sum(tce.energy_mj * tce.count for tce in tces),
        carbon_cents=carbon_cents(grams, scenario.objective.carbon_price_eur_per_t),
        lateness_cents=late,
        time_value_cents=waited,
        unserved_cents=sum(unserved_cents(scenario, scenario.shipments[key]) for key in case.unserved),
        external_cents=counted_cents(scenario.objective, external),
    )


_TOTAL_CODES = {
    "cost_cents": "V226",
    "weighted_cost_cents": "V226",
    "co2e_grams": "V227",
    "carbon_cents": "V228",
    "lateness_cents": "V228",
    "time_value_cents": "V228",
    "unserved_cents": "V228",
    "external_cents": "V228",
}


def _check_totals(case: Case, real: Totals) -> None:
    claimed = case.plan.totals
    for name, code in _TOTAL_CODES.items():
        if getattr(claimed, name) != getattr(real, name):
            case.say(code, f"totals.{name}", f"{getattr(claimed, name)}, not {getattr(real, name)}")
    if not isclose(claimed.energy_mj, real.energy_mj, rel_tol=_CLOSE, abs_tol=_TINY_MJ):
        case.say("V227", "totals.energy_mj", f"{claimed.energy_mj}, not {real.energy_mj}")
