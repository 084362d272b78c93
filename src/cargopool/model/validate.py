"""Meaning of a scenario: what syntax and types cannot say.

The same checks hold for scenarios from files and for those built in memory; `where` is an object path in the words of
the files, such as ``shipments[S17].due``. Codes are described in docs/errors.md.
"""

from __future__ import annotations

from cargopool.errors import Diagnostic
from cargopool.model.checks.base import Checker
from cargopool.model.checks.equipment import check_drayage, check_equipment
from cargopool.model.checks.matrix import check_matrix
from cargopool.model.checks.places import check_doors_reach, check_places, check_roads
from cargopool.model.checks.services import check_services, check_surcharges
from cargopool.model.checks.shipments import check_shipments
from cargopool.model.checks.tours import check_doors_work, check_fleet
from cargopool.model.checks.whole import check_execution, check_factors, check_horizon, check_objective
from cargopool.model.scenario import Scenario

_CHECKS = (
    check_places,
    check_equipment,
    check_drayage,
    check_fleet,
    check_roads,
    check_matrix,
    check_doors_reach,
    check_doors_work,
    check_services,
    check_surcharges,
    check_shipments,
    check_objective,
    check_execution,
    check_factors,
)


def check_scenario(scenario: Scenario, assume_known: frozenset[str] = frozenset()) -> tuple[Diagnostic, ...]:
    """Check the meaning of a scenario.

    Parameters
    ----------
    scenario : Scenario
        From files or built in memory.
    assume_known : frozenset of str
        Ids that count as known although the scenario lacks them.

    Returns
    -------
    tuple of Diagnostic
        Errors and warnings; a scenario without errors can be solved.
    """
    case = Checker(scenario, assume_known)
    check_horizon(case)
    if case.found:
        return tuple(case.found)
    for check in _CHECKS:
        check(case)
    return tuple(case.found)
