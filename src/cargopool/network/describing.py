"""Move objects from the arrays, on demand."""

from __future__ import annotations

from dataclasses import dataclass

from cargopool.model.plan import DepartureStage, Move, MoveKind, RoadStage, Stage
from cargopool.model.scenario import Scenario
from cargopool.network.arrays import DOOR, ROAD
from cargopool.network.passages import Passages
from cargopool.network.rides import Chains, Rides
from cargopool.network.times import RideTimes
from cargopool.network.variants import SLOTS, Moves
from cargopool.rules import crossing_between

KINDS: tuple[MoveKind, ...] = ("scheduled", "road", "door")


@dataclass(frozen=True, slots=True)
class Describer:
    """Makes the `Move` of a move index; id ``m<index>``."""

    scenario: Scenario
    place_ids: tuple[str, ...]
    rides: Rides
    chains: Chains
    passages: Passages
    moves: Moves
    times: RideTimes

    def __call__(self, m: int) -> Move:
        """Describe move m."""
        passages, moves = self.passages, self.moves
        p = int(moves.passage[m])
        origin, destination = (self.place_ids[int(a[p])] for a in (passages.origin, passages.destination))
        kind = int(passages.kind[p])
        units = tuple(self.scenario.load_units)
        on_road = kind == ROAD
        return Move(
            id=f"m{m}",
            kind=KINDS[kind],
            origin=origin,
            destination=destination,
            unit_type=units[int(moves.unit[m])],
            stages=self._road(m, p, origin, destination) if on_road else self._chain(m, p, origin, destination),
            latest_min=int(passages.latest[p]),
            available_min=int(passages.available[p]),
            hand_in_min=None if on_road else int(passages.hand_in[p]),
            collect_min=None if on_road else int(passages.collect[p]),
            units_per_move=int(moves.units[m]),
            max_gross_kg=None if moves.gross[m] < 0 else int(moves.gross[m]),
        )

    def _road(self, m: int, p: int, origin: str, destination: str) -> tuple[Stage, ...]:
        return (
            RoadStage(
                purpose="main",
                vehicle=tuple(self.scenario.vehicles)[int(self.moves.vehicle[m])],
                origin=origin,
                destination=destination,
                depart_min=int(self.passages.latest[p]),
                arrive_min=int(self.passages.available[p]) - self._crossing(origin, destination),
            ),
        )

    def _crossing(self, origin: str, destination: str) -> int:
        row = crossing_between(self.scenario, origin, destination)
        return 0 if row is None else row.minutes

    def _chain(self, m: int, p: int, origin: str, destination: str) -> tuple[Stage, ...]:
        rides, vehicle = self._rides(m, p), self.scenario.drayage.vehicle
        stages: list[Stage] = []
        hand_in, collect = int(self.passages.hand_in[p]), int(self.passages.collect[p])
        if self.passages.kind[p] == DOOR and rides[0].origin != origin:
            stages.append(
                RoadStage(
                    purpose="haulage_out",
                    vehicle=vehicle,
                    origin=origin,
                    destination=rides[0].origin,
                    depart_min=int(self.passages.latest[p]),
                    arrive_min=hand_in,
                )
            )
        stages += rides
        if self.passages.kind[p] == DOOR and rides[-1].destination != destination:
            stages.append(
                RoadStage(
                    purpose="haulage_in",
                    vehicle=vehicle,
                    origin=rides[-1].destination,
                    destination=destination,
                    depart_min=collect + self.scenario.hubs[rides[-1].destination].lift_min,
                    arrive_min=int(self.passages.available[p]) - self._crossing(origin, destination),
                )
            )
        return tuple(stages)

    def _rides(self, m: int, p: int) -> list[DepartureStage]:
        chain = int(self.passages.chain[p])
        shift = int(self.passages.hand_in[p]) if self.chains.flexible[chain] else 0
        found = []
        for n in range(3):
            ride = int(self.chains.rides[chain, n])
            if ride < 0:
                break
            run = int(self.rides.run[ride])
            found.append(
                DepartureStage(
                    service=self.rides.services[int(self.rides.service[ride])].id,
                    run_date=self.rides.run_dates[run] if run >= 0 else "",
                    origin=self.place_ids[int(self.rides.origin[ride])],
                    destination=self.place_ids[int(self.rides.destination[ride])],
                    slot=SLOTS[int(self.moves.slots[m, n])],
                    closing_min=int(self.times.closing[chain, n]) + shift,
                    depart_min=int(self.times.depart[chain, n]) + shift,
                    arrive_min=int(self.times.arrive[chain, n]) + shift,
                    pick_up_ready_min=int(self.times.ready[chain, n]) + shift,
                )
            )
        return found
