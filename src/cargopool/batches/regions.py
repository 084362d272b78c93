"""A large scenario cut into parts by region: each worker improves one, the changes that fit together are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from cargopool.model.plan import Plan
    from cargopool.model.scenario import Scenario
    from cargopool.optimiser.params import SolveParams
    from cargopool.optimiser.parts import Changes, Merger

REGION = "cargopool.batches.regions:search_region"


def divide(scenario: Scenario, parts: int, *, seed: tuple[int, ...]) -> tuple[tuple[str, ...], ...]:
    """Cut the shipments into parts of about the same size, by where they come from and where they go.

    Lanes stay whole. Every cut is across a direction drawn from the seed, so another seed moves the borders.

    Parameters
    ----------
    parts : int
        Most parts; fewer come when there are fewer lanes.

    Returns
    -------
    tuple of tuple of str
        Shipments of each part, in scenario order.
    """
    lanes: dict[tuple[str, str], list[str]] = {}
    for name, shipment in scenario.shipments.items():
        lanes.setdefault((shipment.origin, shipment.destination), []).append(name)
    if not lanes:
        return ()
    points = np.array([[*_direction(scenario, origin), *_direction(scenario, end)] for origin, end in lanes])
    sizes = np.array([len(names) for names in lanes.values()])
    cuts = _bisected(np.arange(len(lanes)), parts, points, sizes, np.random.default_rng(seed))
    names = list(lanes.values())
    place = {name: n for n, name in enumerate(scenario.shipments)}
    return tuple(tuple(sorted((name for lane in cut for name in names[lane]), key=place.__getitem__)) for cut in cuts)


def _direction(scenario: Scenario, place: str) -> tuple[float, float, float]:
    """Unit vector from the centre of the earth."""
    at = scenario.hubs.get(place) or scenario.doors[place]
    lat, lon = np.radians(at.lat), np.radians(at.lon)
    return float(np.cos(lat) * np.cos(lon)), float(np.cos(lat) * np.sin(lon)), float(np.sin(lat))


def _bisected(lanes: Any, parts: int, points: Any, sizes: Any, rng: np.random.Generator) -> list[list[int]]:
    if parts <= 1 or len(lanes) <= 1:
        return [lanes.tolist()]
    along = points[lanes] @ rng.normal(size=points.shape[1])
    order = lanes[np.argsort(along, kind="stable")]
    left = parts // 2
    filled = np.cumsum(sizes[order])
    cut = 1 + int(np.argmin(np.abs(filled[:-1] - filled[-1] * left / parts)))
    return [
        *_bisected(order[:cut], left, points, sizes, rng),
        *_bisected(order[cut:], parts - left, points, sizes, rng),
    ]


def make_merger(scenario: Scenario, params: SolveParams) -> Merger:
    """What puts the parts' changes together, each merged plan verified."""
    from cargopool.optimiser.parts import Merger
    from cargopool.verifier import verify

    return Merger(scenario, params, lambda plan: verify(scenario, plan).ok)


def search_region(
    scenario: Scenario,
    work: int | None,
    seconds: float | None,
    seed: int,
    params: SolveParams,
    plan: Plan,
    shipments: tuple[str, ...],
) -> Changes | None:
    """On a worker: better ways of one part's shipments, None without."""
    from cargopool.optimiser.parts import improve_part
    from cargopool.optimiser.stop import StoppingCriterion, TimeLimit, WorkLimit
    from cargopool.verifier import verify

    stop: StoppingCriterion = WorkLimit(work) if work is not None else TimeLimit(float(seconds or 0.0))
    return improve_part(
        scenario,
        plan,
        shipments,
        stop=stop,
        seed=seed,
        params=params,
        accept=lambda found: verify(scenario, found).ok,
    )
