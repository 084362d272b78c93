"""Hand-written valid plans of the world; every minute is written out, prices come from footprint."""

from collections.abc import Sequence
from dataclasses import replace

from cargopool.footprint import price_plan
from cargopool.model.plan import (
    CharterRun,
    Content,
    DepartureStage,
    Handling,
    Itinerary,
    Move,
    MoveUse,
    Plan,
    PlannedUnit,
    RoadStage,
    Tour,
    Unserved,
)
from cargopool.model.scenario import Scenario
from verifier.verifier_world import at


def ride(service: str, date: str, ends: tuple[str, str], slot: str, *times: int) -> DepartureStage:
    closing, depart, arrive, ready = times
    return DepartureStage(
        service=service,
        run_date=date,
        origin=ends[0],
        destination=ends[1],
        slot=slot,
        closing_min=closing,
        depart_min=depart,
        arrive_min=arrive,
        pick_up_ready_min=ready,
    )


def drive(purpose: str, vehicle: str, ends: tuple[str, str], depart: int, arrive: int) -> RoadStage:
    return RoadStage(
        purpose=purpose, vehicle=vehicle, origin=ends[0], destination=ends[1], depart_min=depart, arrive_min=arrive
    )


def road(name: str, unit: str, stage: RoadStage, *, crossing: int = 0, units: int = 1) -> Move:
    return Move(
        id=name,
        kind="road",
        origin=stage.origin,
        destination=stage.destination,
        unit_type=unit,
        stages=(stage,),
        latest_min=stage.depart_min,
        available_min=stage.arrive_min + crossing,
        units_per_move=units,
    )


def chain(name: str, unit: str, stages: Sequence, hand_in: int, collect: int, available: int, **more) -> Move:
    out = stages[0] if isinstance(stages[0], RoadStage) else None
    return Move(
        id=name,
        kind="door" if any(isinstance(stage, RoadStage) for stage in stages) else "scheduled",
        origin=stages[0].origin,
        destination=stages[-1].destination,
        unit_type=unit,
        stages=tuple(stages),
        latest_min=out.depart_min if out else hand_in,
        available_min=available,
        hand_in_min=hand_in,
        collect_min=collect,
        **more,
    )


R1_FRIDAY = (at(0, 16), at(0, 18), at(2, 17), at(2, 19))
R1_MONDAY = (at(3, 17), at(3, 19), at(5, 17), at(5, 19))


def all_moves() -> dict[str, Move]:
    """Departures at local times: Duisburg 20:00 is 18:00 UTC on Friday and 19:00 UTC after the clocks went back."""
    duza = ("DU", "ZA")
    moves = (
        chain(
            "pool", "pw45", [ride("R1", "2026-10-23", duza, "allotment", *R1_FRIDAY)],
            at(0, 16), at(3, 6), at(3, 6, 20), max_gross_kg=20_000,
        ),
        chain(
            "full", "pw45",
            [
                drive("haulage_out", "art", ("D1", "DU"), at(0, 13, 10), at(0, 13, 50)),
                ride("R1", "2026-10-23", duza, "spot", *R1_FRIDAY),
                drive("haulage_in", "art", ("ZA", "D3"), at(3, 6, 20), at(3, 7, 10)),
            ],
            at(0, 14), at(3, 6), at(3, 7, 10), max_gross_kg=36_000,
        ),
        chain(
            "sea", "reef45",
            [
                ride("B1", "2026-10-23", ("DU", "RO"), "spot", at(0, 9), at(0, 12), at(1, 8), at(1, 10)),
                ride("S1", "2026-10-24", ("RO", "LO"), "spot", at(1, 11), at(1, 16), at(2, 9), at(2, 12)),
            ],
            at(0, 9), at(2, 12), at(2, 13, 50),
        ),
        # 840 min of driving: 270 + 45 + 270, 660 rest, 270 + 45 + 30
        road("adr", "tilt", drive("main", "art", ("DU", "BO"), at(0, 10), at(1, 12, 30))),
        # waits for the end of the Sunday ban at 22:00 CET, which is a rest; then 585 + 660 + 585 + 660 + 240
        road("ban", "tilt", drive("main", "art", duza, at(2, 6), at(4, 18, 30))),
        road("swap", "c745", drive("main", "art", ("DU", "BO"), at(3, 10), at(4, 12, 30)), units=2),
        chain(
            "shuttle", "pw45",
            [ride("H1", "", ("BO", "ZA"), "headway", at(4, 14), at(4, 16), at(5, 4), at(5, 5))],
            at(4, 14), at(5, 6), at(5, 6, 20),
        ),
        chain(
            "charter", "pw45",
            [ride("C1", "2026-10-27", duza, "charter", at(4, 4), at(4, 5), at(5, 11), at(5, 12))],
            at(3, 21), at(5, 12), at(5, 12, 20),
        ),
        chain(
            "sealed", "pw45",
            [
                drive("haulage_out", "art", ("D2", "DU"), at(3, 16), at(3, 16, 30)),
                ride("R1", "2026-10-26", duza, "spot", *R1_MONDAY),
            ],
            at(3, 17), at(5, 19), at(5, 19, 20), max_gross_kg=36_000,
        ),
        # two drivers: 1080 of driving, 540 rest, 300
        road("direct", "tilt", drive("main", "duo", ("D2", "D3"), at(3, 8, 30), at(4, 16, 30))),
        # 240 of driving, 60 on the shuttle (a break), 240; then the crossing
        road("tunnel", "tilt", drive("main", "art", ("DU", "LO"), at(3, 10), at(3, 19)), crossing=90),
    )  # fmt: skip
    return {move.id: move for move in moves}


CLASSES = {"sea": ("chilled", "general"), "adr": ("ambient", "adr"), "sealed": ("ambient", "unit:K11")}
COUNTS = {"charter": 2, "sealed": 2}


def _part(key: str, moves: str, *starts: int, part: int = 1, atoms: tuple[int, int] | None = None, **more):
    return key, part, atoms, moves.split(), starts, more


def _itineraries(scenario: Scenario, moves: dict[str, Move]) -> tuple[Itinerary, ...]:
    collected = Tour(kind="collection", door="D1", hub="DU", start_min=at(0, 7), end_min=at(0, 10, 36))
    delivered = Tour(kind="delivery", door="D4", hub="LO", start_min=at(2, 14, 50), end_min=at(2, 18, 5))
    rows = (
        _part("K1", "pool", at(0, 8), at(3, 6, 20)),
        _part("K2", "pool", at(0, 12), at(3, 6, 20)),
        _part("K3", "pool", at(0, 10, 36), at(3, 6, 20), collection=collected),
        _part("K4", "full", at(0, 12), at(3, 7, 10)),
        _part("K5", "sea", at(0, 6), at(2, 13, 50)),
        _part("K6", "adr", at(0, 8, 30), at(1, 12, 30)),
        _part("K7", "ban", at(2, 5), at(4, 18, 30)),
        _part("K8", "swap shuttle", at(3, 8), at(4, 12, 30), at(5, 6, 20)),
        _part("K9", "charter", at(3, 12), at(5, 12, 20), atoms=(0, 24)),
        _part("K9", "charter", at(3, 14), at(5, 12, 20), part=2, atoms=(24, 16)),
        _part("K10", "charter", at(3, 16), at(5, 12, 20)),
        _part("K11", "sealed", at(3, 9), at(5, 19, 20)),
        _part("K12", "direct", at(3, 8), at(5, 7)),
        _part("K13", "sea", at(0, 7, 40), at(2, 13, 50), delivery=delivered),
        _part("K14", "tunnel", at(3, 9), at(4, 6)),
    )
    found = []
    for key, part, atoms, ridden, starts, more in rows:
        shipment = scenario.shipments[key]
        places = [moves[ridden[0]].origin, *(moves[name].destination for name in ridden)]
        kinds = ["load", *["transfer"] * (len(ridden) - 1), "unload"]
        handlings = tuple(
            Handling(place=place, kind=kind, start_min=start, end_min=start + _minutes(scenario, key, place))
            for place, kind, start in zip(places, kinds, starts, strict=True)
        )
        done = more["delivery"].end_min if "delivery" in more else handlings[-1].end_min
        found.append(
            Itinerary(
                shipment=key,
                part=part,
                first_atom=atoms[0] if atoms else 0,
                atoms=atoms[1] if atoms else shipment.atoms,
                moves=tuple(ridden),
                handlings=handlings,
                delivered_min=done,
                late_min=max(0, done - shipment.due_min),
                **more,
            )
        )
    return tuple(found)


MINUTES = {"DU": 60, "ZA": 60, "BO": 45, "LO": 60, "D1": 60, "D2": 30, "D3": 60}


def _minutes(scenario: Scenario, key: str, place: str) -> int:
    return 0 if scenario.shipments[key].load_units else MINUTES[place]


def _units() -> tuple[PlannedUnit, ...]:
    rows = (
        ("pool", 1, ("K1", 1, 0, 10), ("K2", 1, 0, 13), ("K3", 1, 0, 6)),
        ("full", 1, ("K4", 1, 0, 33)),
        ("sea", 1, ("K5", 1, 0, 20), ("K13", 1, 0, 5)),
        ("adr", 1, ("K6", 1, 0, 8)),
        ("ban", 1, ("K7", 1, 0, 14)),
        ("swap", 1, ("K8", 1, 0, 18)),
        ("swap", 1, ("K8", 1, 18, 12)),
        ("shuttle", 1, ("K8", 1, 0, 30)),
        ("charter", 1, ("K9", 1, 0, 24), ("K10", 1, 0, 9)),
        ("charter", 2, ("K9", 2, 24, 16), ("K10", 1, 9, 11)),
        ("sealed", 1, ("K11", 1, 0, 1)),
        ("sealed", 2, ("K11", 1, 1, 1)),
        ("direct", 1, ("K12", 1, 0, 26)),
        ("tunnel", 1, ("K14", 1, 0, 4)),
    )
    kinds = {move.id: move.unit_type for move in all_moves().values()}
    return tuple(
        PlannedUnit(
            id=f"u{i}",
            move=move,
            truck=truck,
            unit_type=kinds[move],
            temperature=CLASSES.get(move, ("ambient", "general"))[0],
            segregation=CLASSES.get(move, ("ambient", "general"))[1],
            contents=tuple(Content(shipment=k, part=p, first_atom=f, atoms=n) for k, p, f, n in contents),
        )
        for i, (move, truck, *contents) in enumerate(rows)
    )


def priced(scenario: Scenario, plan: Plan) -> Plan:
    """The plan with the lines, elements and totals that footprint gives to it."""
    money = price_plan(scenario, plan.moves, plan.itineraries, plan.charters, plan.unserved)
    return replace(plan, cost_lines=money.lines, tces=money.tces, totals=money.totals)


def everything(scenario: Scenario) -> Plan:
    """Every kind of move in one plan: 14 shipments served, one left out."""
    moves = all_moves()
    uses = tuple(
        MoveUse(
            move=move,
            temperature=CLASSES.get(name, ("ambient", "general"))[0],
            segregation=CLASSES.get(name, ("ambient", "general"))[1],
            count=COUNTS.get(name, 1),
        )
        for name, move in moves.items()
    )
    itineraries = _itineraries(scenario, moves)
    runs = (CharterRun(service="C1", run_date="2026-10-27"),)
    left = (Unserved(shipment="K15", reason="no_itinerary", text="No way reaches London in time."),)
    money = price_plan(scenario, uses, itineraries, runs, left)
    return Plan(
        scenario=scenario.name,
        variant=scenario.variant,
        moves=uses,
        units=_units(),
        itineraries=itineraries,
        charters=runs,
        unserved=left,
        cost_lines=money.lines,
        tces=money.tces,
        totals=money.totals,
    )
