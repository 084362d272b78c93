"""Small synthetic instances in continuous time, and their optimum by trying everything."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise, product
from math import ceil

import numpy as np

from cargopool.optimiser.continuous.instance import ContinuousInstance, TimedPath


def tiny_instance(seed: int, commodities: int = 3, nodes: int = 4, horizon: int = 7) -> ContinuousInstance:
    """A random synthetic instance; every commodity has a way."""
    rng = np.random.default_rng(seed)
    pairs = [(i, j) for i in range(nodes) for j in range(nodes) if i != j]
    kept = [pair for pair in pairs if rng.random() < 0.6]
    ring = [(i, (i + 1) % nodes) for i in range(nodes)]
    arcs = sorted(set(kept) | set(ring))
    minutes = rng.integers(1, 3, len(arcs))
    ends = [rng.choice(nodes, 2, replace=False) for _ in range(commodities)]
    release = rng.integers(0, 3, commodities)
    least = np.full((nodes, nodes), 10**6)
    for (tail, head), length in zip(arcs, minutes, strict=True):
        least[tail, head] = length
    for via in range(nodes):
        least = np.minimum(least, least[:, [via]] + least[[via], :])
    direct = np.array([least[a, b] for a, b in ends])
    return ContinuousInstance(
        name=f"tiny-{seed}",
        nodes=nodes,
        arc_tail=np.array([a for a, _ in arcs]),
        arc_head=np.array([b for _, b in arcs]),
        arc_minutes=minutes.astype(np.int64),
        arc_fixed=rng.integers(5, 30, len(arcs)).astype(np.float64),
        arc_capacity=rng.integers(4, 9, len(arcs)).astype(np.float64),
        arc_variable=rng.integers(0, 3, (commodities, len(arcs))).astype(np.float64),
        origin=np.array([a for a, _ in ends]),
        destination=np.array([b for _, b in ends]),
        quantity=rng.integers(1, 7, commodities).astype(np.float64),
        release=release.astype(np.int64),
        deadline=(release + direct + rng.integers(0, max(1, horizon - 3), commodities)).astype(np.int64),
    )


def one_arc(quantity: list[float], release: list[int], deadline: list[int]) -> ContinuousInstance:
    """Commodities that have one arc of a minute to go, and vehicles of 8 on it at 10 each."""
    count = len(quantity)
    return ContinuousInstance(
        name="one-arc",
        nodes=2,
        arc_tail=np.array([0]),
        arc_head=np.array([1]),
        arc_minutes=np.array([1]),
        arc_fixed=np.array([10.0]),
        arc_capacity=np.array([8.0]),
        arc_variable=np.zeros((count, 1)),
        origin=np.zeros(count, dtype=np.int64),
        destination=np.ones(count, dtype=np.int64),
        quantity=np.array(quantity),
        release=np.array(release),
        deadline=np.array(deadline),
    )


def options_of(instance: ContinuousInstance, k: int) -> list[TimedPath]:
    """Every simple path of a commodity with every choice of minutes."""
    found: list[TimedPath] = []

    def extend(node: int, minute: int, arcs: list[int], times: list[int], seen: set[int]) -> None:
        if node == instance.destination[k]:
            found.append(TimedPath(np.array(arcs, dtype=np.int64), np.array(times, dtype=np.int64)))
            return
        for arc in np.flatnonzero(instance.arc_tail == node).tolist():
            head = int(instance.arc_head[arc])
            if head in seen:
                continue
            for leave in range(minute, int(instance.deadline[k] - instance.arc_minutes[arc]) + 1):
                extend(head, leave + int(instance.arc_minutes[arc]), [*arcs, arc], [*times, leave], seen | {head})

    start = int(instance.origin[k])
    extend(start, int(instance.release[k]), [], [], {start})
    return found


def optimum(instance: ContinuousInstance) -> float:
    """The least cost over all combinations of options."""
    choices = []
    for k in range(len(instance.origin)):
        unit = np.broadcast_to(instance.arc_variable, (len(instance.origin), len(instance.arc_tail)))[k]
        choices.append(
            [
                (
                    float((unit[path.arcs] * instance.quantity[k]).sum()),
                    tuple(zip(path.arcs.tolist(), path.departures.tolist(), strict=True)),
                )
                for path in options_of(instance, k)
            ]
        )
    best = float("inf")
    for combination in product(*choices):
        cost = sum(own for own, _ in combination)
        if cost >= best:
            continue
        loads: Counter[tuple[int, int]] = Counter()
        for k, (_, rides) in enumerate(combination):
            for ride in rides:
                loads[ride] += int(instance.quantity[k])
        cost += sum(
            ceil(load / int(instance.arc_capacity[arc])) * float(instance.arc_fixed[arc])
            for (arc, _), load in loads.items()
        )
        best = min(best, cost)
    return best


def joined(instance: ContinuousInstance, arcs: list[int]) -> bool:
    """Whether arcs follow one another."""
    return all(instance.arc_head[a] == instance.arc_tail[b] for a, b in pairwise(arcs))
