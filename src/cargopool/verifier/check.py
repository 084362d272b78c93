"""The door of the verifier."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cargopool.footprint.tours import at_plan_rates
from cargopool.model.plan import Plan
from cargopool.model.scenario import Scenario
from cargopool.verifier.case import Case, make_case
from cargopool.verifier.departures import check_departures
from cargopool.verifier.execution import check_execution
from cargopool.verifier.hubs import check_hubs
from cargopool.verifier.itineraries import check_coverage, check_itineraries
from cargopool.verifier.loads import check_loads
from cargopool.verifier.money import check_money
from cargopool.verifier.moves import check_moves
from cargopool.verifier.report import Findings, Report
from cargopool.verifier.shape import sound_part
from cargopool.verifier.timetable import Timetable
from cargopool.verifier.tour_loads import check_tour_loads
from cargopool.verifier.tour_money import check_rates, check_tour_money
from cargopool.verifier.tours import check_tours


def verify(scenario: Scenario, plan: Plan) -> Report:
    """Check every rule of docs/model.md on a plan, from scenario and plan alone.

    Parameters
    ----------
    scenario : Scenario
        A checked scenario; the verifier trusts it.
    plan : Plan
        Trusted in nothing: wrong types, unknown ids and absurd numbers are violations, never exceptions.

    Returns
    -------
    Report
        All violations that were found; docs/verifier.md explains the codes.
    """
    findings = Findings()
    if not isinstance(plan, Plan):
        findings.add("V101", "plan", f"a Plan is needed, not {type(plan).__name__}")
        return findings.report()
    prepared = _guarded(findings, "shape", lambda: _prepare(scenario, plan, findings))
    if prepared is None:
        return findings.report()
    case, totals_sound = prepared
    timetable = Timetable(scenario)
    checks: list[tuple[str, Callable[[], Any]]] = [
        ("coverage", lambda: check_coverage(case)),
        ("itineraries", lambda: check_itineraries(case)),
        ("moves", lambda: check_moves(case, timetable)),
        ("units", lambda: check_loads(case)),
        ("departures", lambda: check_departures(case, timetable)),
        ("hubs", lambda: check_hubs(case)),
        ("money", lambda: check_money(case, totals_sound)),
        ("execution", lambda: check_execution(case, timetable, totals_sound)),
        ("tours", lambda: _check_all_tours(case, totals_sound)),
    ]
    for name, check in checks:
        _guarded(findings, name, check)
    return findings.report()


def _prepare(scenario: Scenario, plan: Plan, findings: Findings) -> tuple[Case, bool]:
    sound, totals_sound = sound_part(scenario, plan, findings)
    return make_case(at_plan_rates(scenario, sound), plan, sound, findings), totals_sound


def _check_all_tours(case: Case, totals_sound: bool) -> None:
    check_rates(case)
    tours = check_tours(case)
    if tours is not None:
        check_tour_loads(tours)
    check_tour_money(case, tours, totals_sound)


def _guarded(findings: Findings, name: str, check: Callable[[], Any]) -> Any:
    """A plan whose check breaks off is rejected; it must not take the program down with it."""
    try:
        return check()
    except Exception as problem:
        findings.add("V299", name, f"{type(problem).__name__}: {problem}"[:200])
        return None
