"""The exact path: the full model over all columns, with packing cuts until the load plans hold."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cargopool.model.caps import all_caps, cap_text
from cargopool.model.scenario import EmissionCap
from cargopool.network.arrays import Float64, Int64
from cargopool.network.columns import Column
from cargopool.optimiser.assembly import assemble
from cargopool.optimiser.capped import alone_above_caps, broken_caps, cap_cuts
from cargopool.optimiser.cuts import find_shortages, loads_by_slot, make_cuts
from cargopool.optimiser.engines import EngineResult, EngineStatus, MipModel
from cargopool.optimiser.pool import Pool, column_prices, make_pool, slot_prices, slot_rows, units_needed
from cargopool.optimiser.reasons import CAPACITY, CO2E_CAP, NO_ITINERARY, PRICE
from cargopool.optimiser.rows import ExactModel, build_model
from cargopool.optimiser.session import Session

_SAFETY_CENTS = 2.0
_SMALLEST = 2_000
"""Models with fewer variables are solved as they are."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Integer values of a model's variables, read by meaning."""

    chosen: tuple[int, ...]
    counts: Int64

    @classmethod
    def of(cls, model: ExactModel, x: Float64) -> Answer:
        """Read an engine's point."""
        layout = model.layout
        whole = np.round(x).astype(np.int64)
        chosen = np.flatnonzero(whole[: layout.columns] > 0).tolist()
        return cls(tuple(chosen), whole[layout.n : layout.y])


class Exact:
    """Solves a pool exactly; a bound counts for P only when the pool is complete."""

    def __init__(self, session: Session, pool: Pool, share: float = 1.0) -> None:
        self._session = session
        left = session.remaining_seconds
        self._until = None if left is None or share >= 1.0 else session.elapsed + share * left
        self._whole_pool = pool
        self._pool = pool
        self._complete = bool(pool.complete.all())
        self._floor = -math.inf

    def run(self) -> None:
        """Solve, offer incumbents, raise the bound; ends by proof, by `Ended`, or out of cut rounds."""
        session = self._session
        session.enter("exact")
        model = build_model(session.network, self._pool, link_rows=session.params.exact.link_rows)
        model = self._reduced(model)
        for _ in range(session.params.exact.max_cut_rounds):
            left = None if self._until is None else self._until - session.elapsed
            if left is not None and left <= 0.0:
                return
            result = session.call_engine(model.model, hint=hint_of(session, model), seconds=left)
            self._learn(result)
            if result.status is EngineStatus.INFEASIBLE:
                self._nothing_left()
                return
            if result.x is None:
                return
            answer = Answer.of(model, result.x)
            short, needs = find_shortages(session.planner, self._pool, answer.chosen, answer.counts)
            self._offer(answer, needs)
            broken = () if short or needs is None else self._broken(answer)
            if broken:
                model = self._forbid(model, answer, broken)
                continue
            if not short:
                if result.status is not EngineStatus.OPTIMAL:
                    return
                self._close()
                return
            cuts = make_cuts(session.network, session.planner, self._pool, model.layout, short)
            model = model.with_rows(cuts)

    def _broken(self, answer: Answer) -> tuple[EmissionCap, ...]:
        """Caps that the answer's plan breaks, although the model's rows hold."""
        session = self._session
        if not session.scenario.objective.caps:
            return ()
        chosen = [self._pool.columns[c] for c in answer.chosen]
        return broken_caps(session.network, assemble(session.network, chosen, planner=session.planner))

    def _forbid(self, model: ExactModel, answer: Answer, broken: tuple[EmissionCap, ...]) -> ExactModel:
        """The model without the answer; it proves nothing more when another load plan might have kept the caps."""
        session = self._session
        cuts = cap_cuts(session.network, session.planner, self._pool, model.layout, answer.chosen, broken)
        if not cuts.proven and self._complete:
            self._complete = False
            session.state.note = (
                "a cap on a shipper or a lane may be kept by load plans that were not looked at; nothing more is proven"
            )
        return model.with_rows(cuts.rows)

    def _learn(self, result: EngineResult) -> None:
        if self._complete and math.isfinite(result.bound):
            self._session.raise_bound(min(result.bound, self._ceiling()))

    def _ceiling(self) -> float:
        """Columns left out by reduced cost are only known to be no better than this."""
        return self._floor if math.isfinite(self._floor) else math.inf

    def _nothing_left(self) -> None:
        """The model holds no plan: none better than the incumbent, or none at all."""
        session = self._session
        if self._complete and session.state.objective_cents is None and not session.state.rejected:
            session.declare_infeasible(infeasible_text(session, self._whole_pool))
        self._close()

    def _close(self) -> None:
        """The model holds nothing better than the incumbent."""
        best = self._session.state.objective_cents
        if self._complete and best is not None and math.isfinite(self._floor):
            self._session.raise_bound(min(float(best), self._ceiling()))

    def _offer(self, answer: Answer, needs: dict[int, int] | None) -> None:
        """Offer the answer with the uses that packing needs, if the rows still hold."""
        if needs is None or not rows_hold(self._session, self._pool, answer.chosen, needs):
            return
        chosen = [self._pool.columns[c] for c in answer.chosen]
        self._session.offer(chosen)

    def _reduced(self, model: ExactModel) -> ExactModel:
        """Leave out columns whose relaxation is dearer than the incumbent: nothing better can use them."""
        session = self._session
        best = session.state.objective_cents
        if not session.params.exact.cutoff_by_reduced_cost or model.model.columns < _SMALLEST:
            return model
        relaxed = session.call_engine(relaxation(model.model), name=session.params.lp_engine)
        if relaxed.status is not EngineStatus.OPTIMAL or relaxed.duals is None:
            return model
        bound, reduced = lp_bound(model.model, relaxed.duals)
        if self._complete:
            session.raise_bound(bound)
        if best is None:
            return model
        keep = bound + np.maximum(reduced[: self._pool.count], 0.0) <= best + _SAFETY_CENTS
        if keep.mean() > 0.9:
            return model
        self._floor = best + _SAFETY_CENTS
        kept = [column for column, stays in zip(self._pool.columns, keep.tolist(), strict=True) if stays]
        self._pool = make_pool(session.network, kept, self._pool.complete)
        return build_model(session.network, self._pool, link_rows=session.params.exact.link_rows)


def hint_of(session: Session, model: ExactModel, columns: Sequence[Column] | None = None) -> Float64 | None:
    """The incumbent (or other columns) as a point of the model, None when it does not lie in it."""
    columns = session.incumbent if columns is None else columns
    if columns is None:
        return None
    pool, layout, network = model.pool, model.layout, session.network
    index = {column: c for c, column in enumerate(pool.columns)}
    if any(column not in index for column in columns):
        return None
    chosen = [index[column] for column in columns]
    x = np.zeros(layout.size)
    x[chosen] = 1.0
    served = {column.shipment for column in columns}
    x[[layout.z + k for k in range(layout.shipments) if k not in served]] = 1.0
    for slot, loads in loads_by_slot(pool, chosen).items():
        packing = session.planner.pack(int(pool.slot_move[slot]), loads)
        x[layout.n + slot] = 0 if packing is None else packing.count
    used = slot_rows(network, pool) @ x[layout.n : layout.y]
    opened = {int(run) for run in network.row_run[used > 0] if run >= 0}
    x[[layout.y + run for run in opened]] = 1.0
    return x if model.model.largest_violation(x) <= 1e-6 else None


def relaxation(model: MipModel) -> MipModel:
    """The same model without integrality."""
    return MipModel(
        c=model.c,
        a=model.a,
        row_lower=model.row_lower,
        row_upper=model.row_upper,
        lower=model.lower,
        upper=model.upper,
        integer=np.zeros(model.columns, dtype=np.bool_),
        offset=model.offset,
    )


def lp_bound(model: MipModel, duals: Float64) -> tuple[float, Float64]:
    """A bound that holds whatever an engine's duals are worth, and the reduced costs that go with it.

    Duals are cut to the sign that their row allows; then weak duality holds exactly.
    """
    free_lower, free_upper = ~np.isfinite(model.row_lower), ~np.isfinite(model.row_upper)
    safe = np.where(free_lower, np.minimum(duals, 0.0), duals)
    safe = np.where(free_upper, np.maximum(safe, 0.0), safe)
    reduced = model.c - model.a.T @ safe
    finite_lower, finite_upper = np.where(free_lower, 0.0, model.row_lower), np.where(free_upper, 0.0, model.row_upper)
    side = np.where(safe > 0, finite_lower, finite_upper)
    corner = np.where(reduced > 0, model.lower, model.upper)
    return float(safe @ side + reduced @ corner) + model.offset, reduced


def rows_hold(session: Session, pool: Pool, chosen: Sequence[int], needs: dict[int, int]) -> bool:
    """True when the capacity rows and the CO2e cap hold with these uses; charter runs are opened as needed."""
    network = session.network
    counts = np.zeros(pool.slots)
    for slot, need in needs.items():
        counts[slot] = need
    mask = np.zeros(pool.count)
    mask[list(chosen)] = 1.0
    used = slot_rows(network, pool) @ counts + pool.uses @ mask
    return bool((used <= network.row_limit + 1e-6).all())


def why_unserved(session: Session, pool: Pool) -> dict[int, str]:
    """Reason code of each shipment, should it be left out: derived from its columns taken alone."""
    network = session.network
    cheapest = np.full(len(network.shipment_ids), np.inf)
    prices = alone_prices(session, pool)
    np.minimum.at(cheapest, pool.shipment, prices)
    reasons = {}
    forbidden = alone_above_caps(network, pool)
    for k, price in enumerate(cheapest.tolist()):
        if not math.isfinite(price):
            reasons[k] = NO_ITINERARY
        else:
            reasons[k] = PRICE if price >= network.unserved_cost[k] else CO2E_CAP if forbidden[k] else CAPACITY
    return reasons


def alone_prices(session: Session, pool: Pool) -> Float64:
    """Objective cents of each column alone in its units."""
    need = units_needed(session.network, pool)
    return np.asarray(column_prices(session.network, pool) + need.T @ slot_prices(session.network, pool))


def infeasible_text(session: Session, pool: Pool) -> str:
    """Why no plan exists, in the words of the domain."""
    network = session.network
    forced = [
        k
        for k, name in enumerate(network.shipment_ids)
        if network.scenario.shipments[name].must_serve or not network.scenario.objective.unserved_allowed
    ]
    without = [network.shipment_ids[k] for k in forced if not (pool.shipment == k).any()]
    if without:
        return f"must be served but have no itinerary: {', '.join(without)}"
    caps = " and ".join(f"the CO2e cap of {cap_text(cap)}" for cap in all_caps(network.scenario))
    rules = f"capacity rows and {caps}" if caps else "capacity rows"
    fits = f"{len(forced)} shipments that must be served do not fit together"
    alone = "one shipment that must be served does not fit"
    return f"the {fits if len(forced) > 1 else alone} within the {rules}; proven"
