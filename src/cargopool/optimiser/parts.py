"""A plan improved part by part: changes of some shipments while the others stay, and changes of parts put together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from cargopool.model.plan import Itinerary, Move, Plan
from cargopool.model.scenario import Scenario
from cargopool.network.arrays import Network
from cargopool.network.columns import Column
from cargopool.optimiser.assembly import assemble
from cargopool.optimiser.loading import LoadPlanner
from cargopool.optimiser.params import SolveParams
from cargopool.optimiser.pool import make_pool
from cargopool.optimiser.reduced import network_of
from cargopool.optimiser.repair import holds
from cargopool.optimiser.session import Session
from cargopool.optimiser.solving import build_network, solve
from cargopool.optimiser.stop import StoppingCriterion
from cargopool.optimiser.warm import columns_of_itineraries, columns_of_plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What changes in one part of a plan.

    Attributes
    ----------
    shipments : tuple of str
        Those that travel otherwise than before; the ones without itinerary are not served any more.
    gain_cents : int
        By how much the objective falls when nothing else changes.
    itineraries : tuple of Itinerary
    moves : tuple of Move
        Ridden by them.
    """

    shipments: tuple[str, ...]
    gain_cents: int
    itineraries: tuple[Itinerary, ...]
    moves: tuple[Move, ...]


def improve_part(
    scenario: Scenario,
    plan: Plan,
    shipments: Iterable[str],
    *,
    stop: StoppingCriterion,
    seed: int,
    params: SolveParams,
    accept: Callable[[Plan], bool],
) -> Changes | None:
    """Search for better ways of some shipments; all others keep theirs, and the room and the units that they take.

    Returns
    -------
    Changes or None
        None when nothing better was found, or when the network does not hold the plan.
    """
    before: list[int] = []
    movable = frozenset(shipments)

    def begin(session: Session) -> None:
        from cargopool.optimiser.large import Part, solve_large  # numba is not for those who never need it

        network = session.network
        known = columns_of_plan(network, plan)
        if not _is_whole(network, plan, known) or not session.offer(known):
            return
        before.append(session.state.objective_cents or 0)
        numbers = frozenset(k for k, name in enumerate(network.shipment_ids) if name in movable)
        solve_large(session, Part(tuple(known), numbers))

    found = solve(scenario, stop=stop, seed=seed, params=params, accept=accept, phases=[build_network, begin]).plan
    if found is None or not before:
        return None
    changes = _changes(plan, found, movable, before[0] - found.totals.objective_cents)
    return changes if changes.shipments and changes.gain_cents > 0 else None


class Merger:
    """Puts changes of parts into a plan, one after the other, each priced, packed and verified."""

    def __init__(self, scenario: Scenario, params: SolveParams, accept: Callable[[Plan], bool]) -> None:
        self._network = network_of(scenario, params)
        self._planner = LoadPlanner(self._network, params.packing.work)
        self._numbers = {name: k for k, name in enumerate(self._network.shipment_ids)}
        self._accept = accept

    def knows(self, plan: Plan) -> bool:
        """Whether the network holds every itinerary of a plan; only such a plan can be changed part by part."""
        return _is_whole(self._network, plan, columns_of_plan(self._network, plan))

    def merge(self, plan: Plan, changes: Sequence[Changes]) -> tuple[Plan, int]:
        """The plan with the changes that still fit and gain, largest gain first; and how many did."""
        columns, merged = columns_of_plan(self._network, plan), 0
        for change in sorted(changes, key=lambda change: (-change.gain_cents, change.shipments)):
            tried = self._with(columns, change)
            better = None if tried is None else self._plan_of(tried)
            if tried is None or better is None or better.totals.objective_cents >= plan.totals.objective_cents:
                continue
            if self._accept(better):
                plan, columns, merged = better, tried, merged + 1
        return plan, merged

    def _with(self, columns: Sequence[Column], change: Changes) -> list[Column] | None:
        """The columns with a change; None when the network does not hold it."""
        mine = columns_of_itineraries(self._network, change.itineraries, change.moves)
        if {column.shipment for column in mine} != {self._numbers[part.shipment] for part in change.itineraries}:
            return None
        changed = {self._numbers[name] for name in change.shipments}
        return [*(column for column in columns if column.shipment not in changed), *mine]

    def _plan_of(self, columns: Sequence[Column]) -> Plan | None:
        network = self._network
        pool = make_pool(network, columns, np.zeros(len(network.shipment_ids), dtype=np.bool_))
        if not holds(network, self._planner, pool):
            return None
        return assemble(network, columns, planner=self._planner)


def _is_whole(network: Network, plan: Plan, columns: Iterable[Column]) -> bool:
    found = {network.shipment_ids[column.shipment] for column in columns}
    return found == {itinerary.shipment for itinerary in plan.itineraries}


def _changes(before: Plan, after: Plan, movable: frozenset[str], gain_cents: int) -> Changes:
    old, new = _ways(before), _ways(after)
    changed = {name for name in movable if old.get(name) != new.get(name)}
    itineraries = tuple(itinerary for itinerary in after.itineraries if itinerary.shipment in changed)
    ridden = {name for itinerary in itineraries for name in itinerary.moves}
    return Changes(
        shipments=tuple(sorted(changed)),
        gain_cents=gain_cents,
        itineraries=itineraries,
        moves=tuple({use.move.id: use.move for use in after.moves if use.move.id in ridden}.values()),
    )


def _ways(plan: Plan) -> dict[str, list[object]]:
    """How each shipment travels, whatever the moves are called."""
    moves = {use.move.id: replace(use.move, id="") for use in plan.moves}
    found: dict[str, list[object]] = {}
    for itinerary in plan.itineraries:
        way = (replace(itinerary, moves=()), tuple(moves[name] for name in itinerary.moves))
        found.setdefault(itinerary.shipment, []).append(way)
    return found
