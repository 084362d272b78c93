"""Garbage in any field of a plan yields violations, never an exception."""

import math
import random
from dataclasses import fields, is_dataclass, replace

import numpy as np
import pytest

from cargopool.model.plan import Plan
from cargopool.verifier import verify
from scale import scaled
from verifier.verifier_plans import everything
from verifier.verifier_world import world

GARBAGE = (
    None,
    True,
    -1,
    0,
    1,
    10**6,
    10**12,
    10**30,
    -(10**30),
    math.nan,
    math.inf,
    1.5,
    "",
    "x",
    "DU",
    "2026-13-45",
    "\ud800",
    "<script>",
    b"x",
    (),
    (None,),
    ((),),
    [],
    {},
    object(),
    int,
    np.int64(3),
    np.float64("nan"),
)


@pytest.fixture(scope="module")
def case():
    scenario = world()
    return scenario, everything(scenario)


def _spots(value, path=()):
    """Paths to every field and element of a plan."""
    if is_dataclass(value):
        for field in fields(value):
            yield (*path, field.name)
            yield from _spots(getattr(value, field.name), (*path, field.name))
    elif isinstance(value, tuple):
        for i, item in enumerate(value):
            yield (*path, i)
            yield from _spots(item, (*path, i))


def _put(value, path, new):
    if not path:
        return new
    head, *rest = path
    if isinstance(head, int):
        return (*value[:head], _put(value[head], rest, new), *value[head + 1 :])
    return replace(value, **{head: _put(getattr(value, head), rest, new)})


def _changes_nothing_that_counts(path):
    return path[-1] in ("what", "confidence", "text", "reason")


def test_garbage_anywhere_is_a_violation_and_never_an_exception(case):
    scenario, plan = case
    rng = random.Random(7)
    spots = [path for path in _spots(plan) if not _changes_nothing_that_counts(path)]
    by_kind = {}
    for path in spots:
        by_kind.setdefault(tuple("#" if isinstance(p, int) else p for p in path), []).append(path)
    kinds = sorted(by_kind)
    assert len(kinds) > 80
    for i in range(scaled(300, 6000)):
        path = rng.choice(by_kind[kinds[i % len(kinds)]])
        garbage = rng.choice(GARBAGE)
        old = plan
        for step in path:
            old = old[step] if isinstance(step, int) else getattr(old, step)
        report = verify(scenario, _put(plan, path, garbage))
        assert not report.ok or _harmless(path, garbage, old), (path, garbage)
        assert "V299" not in report.codes, (path, garbage, report.violations)


def _harmless(path, garbage, old):
    """The same value again, or another name of a unit that nobody refers to."""
    if (type(garbage) is type(old) or (type(garbage) is int and type(old) is float)) and garbage == old:
        return True
    return path[0] == "units" and path[-1] == "id" and isinstance(garbage, str)


def test_several_faults_at_once(case):
    scenario, plan = case
    rng = random.Random(8)
    spots = list(_spots(plan))
    for _ in range(scaled(40, 800)):
        broken = plan
        for path in rng.sample(spots, 6):
            try:
                broken = _put(broken, path, rng.choice(GARBAGE))
            except (TypeError, AttributeError, IndexError):
                continue
        assert "V299" not in verify(scenario, broken).codes


@pytest.mark.parametrize("thing", [None, 7, "plan", object(), {}, Plan])
def test_what_is_not_a_plan(case, thing):
    report = verify(case[0], thing)
    assert report.codes == {"V101"}


def test_empty_plan_leaves_every_shipment(case):
    scenario, plan = case
    empty = dict.fromkeys(("moves", "units", "itineraries", "charters", "unserved", "cost_lines", "tces"), ())
    report = verify(scenario, replace(plan, **empty))
    assert sum(v.code == "V110" for v in report.violations) == len(scenario.shipments)


def test_numpy_numbers_are_not_plain_integers(case):
    scenario, plan = case
    first = replace(plan.itineraries[0], delivered_min=np.int64(plan.itineraries[0].delivered_min))
    report = verify(scenario, replace(plan, itineraries=(first, *plan.itineraries[1:])))
    assert "V101" in report.codes
