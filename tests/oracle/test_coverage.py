"""The cases of the oracle cover every feature, and it matters in them."""

from __future__ import annotations

import pytest

from oracle.cases import CASES
from oracle.coverage import binding_features, count
from oracle.instances import FEATURES
from scale import scaled

FULL = scaled(False, True)


def test_every_feature_is_on_in_twenty_cases() -> None:
    assert len(CASES) >= 300
    assert len({seed for seed, _ in CASES}) == len(CASES)
    for name in FEATURES:
        assert sum(name in names for _, names in CASES) >= 20, name


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.skipif(not FULL, reason="full scale only")
def test_every_feature_binds_in_ten_cases() -> None:
    _, binding = count(CASES)
    assert {name: binding[name] for name in FEATURES if binding[name] < 10} == {}


def test_some_feature_binds_in_each_sampled_case() -> None:
    assert all(binding_features(case) for case in scaled(CASES[7::60], CASES[::30]))
