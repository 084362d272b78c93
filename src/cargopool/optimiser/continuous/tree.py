"""Branch and bound over states, until nothing cheaper than the target is left or the time is over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from cargopool.optimiser.continuous.branching import branch

if TYPE_CHECKING:
    from cargopool.optimiser.continuous.instance import IntArray
    from cargopool.optimiser.continuous.paths import PathTable
    from cargopool.optimiser.continuous.pricing import Priced
    from cargopool.optimiser.continuous.states import Space, State

CLOSED = 1e-7
"""Relative distance of bound and target that engines leave open."""

OPEN_COLUMNS = 3_000_000
"""Columns over all open nodes from which on the tree is searched depth first: about 200 bytes each."""

NODE_REFINEMENTS = 2
"""Times that a node adds time points before it branches."""

REFINE_COLUMNS = 1.3
"""A node is not refined any more once it has this many times the columns that it began with."""


class Host(Protocol):
    """The solve that a tree works for."""

    stopped: IntArray

    @property
    def target(self) -> float:
        """Bound that ends the solve."""
        ...

    def price(self, state: State) -> Priced | None:
        """Solve a state's relaxation; None when a commodity has no column left."""
        ...

    def prune(self, state: State, priced: Priced) -> State:
        """Leave out what is proven to cost the target at least."""
        ...

    def learn(self, state: State, samples: int) -> frozenset[tuple[int, int]]:
        """Round a state's shares to plans; time points that rule out what did not fit."""
        ...

    def ask(self, state: State) -> tuple[float, frozenset[tuple[int, int]]]:
        """Let an engine look for a cheaper choice, where few columns are left: a bound, and time points."""
        ...

    def rule_out(self, bound: float) -> None:
        """Something was left out that costs at least this."""
        ...

    def claim(self, bound: float) -> None:
        """Everything not yet ruled out costs at least this."""
        ...

    def finished(self) -> bool:
        """Whether the gap is closed or the solve must end."""
        ...


@dataclass(eq=False)
class _Node:
    state: State
    bound: float
    depth: int


class Tree:
    """Nodes still open; the one with the least bound comes first.

    Parameters
    ----------
    host : Host
    space : Space
    table : PathTable
    root : State
        Solved: it has a point.
    bound : float
        Of the root.
    """

    def __init__(self, host: Host, space: Space, table: PathTable, root: State, bound: float) -> None:
        self.host, self.space, self.table = host, space, table
        self.open = [_Node(root, bound, 0)]
        self.nodes = 0

    def run(self) -> bool:
        """Work until all nodes are closed (True) or the solve is finished (False)."""
        while self.open and not self.host.finished():
            node = self._next()
            children = self._process(node)
            if self.host.finished() and children is None:
                return False
            self.open.extend(children or ())
            self.nodes += 1
            if self.open:
                self.host.claim(min(node.bound for node in self.open))
        return not self.open

    def _next(self) -> _Node:
        held = sum(node.state.columns.size for node in self.open)
        pick = min if held < OPEN_COLUMNS else max
        node = pick(self.open, key=lambda node: (node.bound, -node.depth))
        self.open.remove(node)
        return node

    def _process(self, node: _Node) -> list[_Node] | None:
        """Children of a node; empty when it is closed, None when the work on it was cut off."""
        host, state = self.host, node.state
        size = state.columns.size
        for turn in range(NODE_REFINEMENTS + 1):
            priced = host.price(state)
            if priced is None:
                return []
            node.bound = max(node.bound, priced.bound)
            if node.bound >= host.target:
                return self._close(node)
            state = host.prune(state, priced)
            if state.point is None:
                return []
            points = host.learn(state, 2)
            if node.bound >= host.target:
                return self._close(node)
            if host.finished():
                self.open.append(node)
                return None
            if not points or turn == NODE_REFINEMENTS or state.columns.size > REFINE_COLUMNS * size:
                break
            state = self.space.refined(state, points, None) or state
        bound, points = host.ask(state)
        node.bound = max(node.bound, bound)
        if node.bound >= host.target - CLOSED * abs(host.target):
            return self._close(node)
        finer = self.space.refined(state, points, None) if points else None
        if finer is not None:
            return [_Node(finer, node.bound, node.depth)]
        return self._split(_Node(state, node.bound, node.depth))

    def _close(self, node: _Node) -> list[_Node]:
        self.host.rule_out(node.bound)
        return []

    def _split(self, node: _Node) -> list[_Node]:
        host = self.host
        found = branch(node.state, self.table, host.target, host.stopped, host.finished)
        if found is None:
            return self._halve(node)
        return [
            _Node(self.space.part(node.state, keep), node.bound, node.depth + 1)
            for keep in found.keep
            if _complete(node.state, keep)
        ]

    def _halve(self, node: _Node) -> list[_Node]:
        """Shares are whole, yet the bound is short of the target: split the commodity with the most columns."""
        commodity = node.state.relaxation.commodity
        counts = np.bincount(commodity)
        most = int(counts.argmax())
        if counts[most] == 1:
            points = self.host.learn(node.state, 1)
            finer = self.space.refined(node.state, points, None) if points else None
            return [] if finer is None else [_Node(finer, node.bound, node.depth)]
        members = np.flatnonzero(commodity == most)
        keep = np.ones(commodity.size, dtype=bool)
        keep[members[: members.size // 2]] = False
        other = np.ones(commodity.size, dtype=bool)
        other[members[members.size // 2 :]] = False
        return [_Node(self.space.part(node.state, half), node.bound, node.depth + 1) for half in (keep, other)]


def _complete(state: State, keep: np.ndarray) -> bool:
    left = np.bincount(state.relaxation.commodity[keep], minlength=state.relaxation.quantity.size)
    return bool(left.min() > 0)
