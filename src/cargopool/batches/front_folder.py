"""The folder of a front: a run folder per point is the truth, everything beside them is made from these."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import cargopool
from cargopool.batches.claiming import LOCK, claim, refuse_second
from cargopool.batches.front_request import Front, ParetoRequest, Solved, Solver
from cargopool.batches.running import finished_record
from cargopool.errors import CargopoolError, Diagnostic, InputError
from cargopool.executors import content_key
from cargopool.files import input_sha256
from cargopool.model.plan import Plan
from cargopool.model.result import Status, Termination
from cargopool.model.scenario import Scenario
from cargopool.reference.carbon_prices import carbon_prices
from cargopool.reporting.front_page import render_front
from cargopool.reporting.front_view import FrontFigures, FrontPoint, front_figures, front_tables
from cargopool.runs import RunRequest, atomic, load_plan, open_run, run, to_json
from cargopool.runs.folder import writing
from cargopool.runs.locking import FileLock

if TYPE_CHECKING:
    from cargopool.batches.front import Point

PARETO_FORMAT = "cargopool-pareto/1"
PARETO = "pareto.json"
POINTS = "points"
_LOCK_TEXT = b"cargopool-pareto/1 lock\n"


class ParetoFolder:
    """A front's folder that this process writes; nobody else may, while it is open."""

    def __init__(self, path: Path, lock: FileLock) -> None:
        self.path = path
        self._lock = lock
        self._texts: dict[str, str] = {}

    @classmethod
    def open(cls, name: str | os.PathLike[str], *, resume: bool) -> Self:
        """Claim a folder for a front.

        Raises
        ------
        InputError
            When it is not ours, or holds a front and nobody said to resume it.
        RunLockedError
            When another process works on it.
        OutputError
            When the disk does not let us.
        """
        path = Path(name).resolve()
        _refuse_stranger(path)
        if is_pareto_folder(path) and not resume:
            refuse_second(path, "front", "E2082")
        return cls(path, claim(path, POINTS, "front", _LOCK_TEXT))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._lock.release()

    def solver(self, request: ParetoRequest, *, leave: Any = None, on_log: Any = None) -> Solver:
        """A solver that makes a run folder of each case, or takes the one that is there."""

        def solve(name: str, case: Scenario, warm: Plan | None, seconds: float | None, gap_after: float) -> Solved:
            place = self.path / POINTS / name
            key = _key(case, request)
            record = finished_record(place, key)
            if record is not None:
                return _solved(record, open_run(place).plan, interrupted=False)
            outcome = run(
                RunRequest(
                    file=self.path,
                    out=place,
                    variant=case.variant,
                    time_limit=seconds,
                    gap=request.gap,
                    gap_after=gap_after,
                    work_limit=request.work_limit,
                    seed=request.seed,
                    params=request.params,
                    baselines=False,
                    tours=False,
                    batch={"key": key, "front": self.path.name, "point": name},
                ),
                scenario=case,
                warm=_newest(place, case) or warm,
                started=time.monotonic(),
                on_log=on_log,
                leave=leave,
            )
            return _solved(outcome.record, outcome.result.plan, interrupted=outcome.interrupted)

        return solve

    def publish(self, front: Front, request: ParetoRequest, *, finished: bool) -> None:
        """Replace pareto.json, the tables and report.html."""
        from cargopool.files.tables import write_csv

        figures = figures_of(front)
        record = front_record(front, request, figures, finished=finished)
        with writing(self.path):
            self._replace(PARETO, to_json(record))
            for table in front_tables(figures):
                target = self.path / f"{table.name}.csv"
                atomic.write_through(target, lambda path, table=table: write_csv(path, table.names, table.rows))  # type: ignore[misc]
            self._replace("report.html", render_front(figures))

    def _replace(self, name: str, text: str) -> None:
        if self._texts.get(name) != text:
            atomic.write_text(self.path / name, text)
            self._texts[name] = text


def is_pareto_folder(path: Path) -> bool:
    """Whether ``path`` holds a pareto.json of ours."""
    return read_record(path).get("format") == PARETO_FORMAT


def read_record(path: Path) -> dict[str, Any]:
    """pareto.json of a folder, empty when there is none."""
    try:
        value = json.loads((path / PARETO).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}


def figures_of(front: Front) -> FrontFigures:
    """The figures of a front: points, steps with their swaps, carbon prices beside them."""
    scenario = front.scenario
    prices = [(p.name, p.eur_per_t, p.year, p.provenance.source, p.provenance.confidence) for p in carbon_prices()]
    return front_figures(
        scenario,
        [_figure_of(point) for point in front.points],
        prices=prices,
        left_out=front.left_out,
        with_lateness=any(point.level for point in front.points),
        bounds=[
            (question.price_eur_per_t, answer.bound)
            for question, answer in front.questions
            if question.kind in ("cost", "price") and answer.bound is not None
        ],
        solves=len(front.questions),
        seconds=front.seconds,
    )


def _figure_of(point: Point) -> FrontPoint:
    question, answer = point.question, point.answer
    assert answer.plan is not None
    return FrontPoint(
        name=point.name,
        kind=question.kind,
        level=point.level,
        price_eur_per_t=question.price_eur_per_t if question.kind == "price" else None,
        cap_kg=question.cap_grams / 1000 if question.kind == "cap" else None,
        cost_cents=answer.cost_cents,
        grams=answer.grams,
        late_min=answer.late_min,
        proven=point.proven,
        gap=answer.gap if point.level else point.gap,
        co2e_gap=point.co2e_gap,
        objective_gap=answer.gap if point.level else point.objective_gap,
        status=str(answer.status),
        plan=answer.plan,
    )


def front_record(front: Front, request: ParetoRequest, figures: FrontFigures, *, finished: bool) -> dict[str, Any]:
    """The content of pareto.json."""
    return {
        "cargopool": cargopool.__version__,
        "format": PARETO_FORMAT,
        "scenario": front.scenario.name,
        "variant": front.scenario.variant,
        "synthetic": front.scenario.synthetic,
        "input_sha256": input_sha256(front.scenario),
        "finished": finished,
        "status": str(front.status),
        "detail": front.detail,
        "request": {
            "points": request.points,
            "time_limit": request.time_limit,
            "gap": request.gap,
            "work_limit": request.work_limit,
            "seed": request.seed,
            "with_lateness": request.with_lateness,
        },
        "seconds": round(front.seconds, 3),
        **figures.as_dict(),
    }


def _key(case: Scenario, request: ParetoRequest) -> str:
    from cargopool.optimiser.params import SolveParams

    params = SolveParams() if request.params is None else request.params
    facts = {
        "input_sha256": input_sha256(case),
        "gap": request.gap,
        "work_limit": request.work_limit,
        "seed": request.seed,
        "params": params.as_mapping(),
        "cargopool": cargopool.__version__,
    }
    return content_key(facts)


def _newest(place: Path, case: Scenario) -> Plan | None:
    """The plan that an interrupted run of the point left behind, if it can still be read."""
    partial = place.with_name(f"{place.name}.partial")
    if not (partial / "plan.json").exists():
        return None
    try:
        return load_plan(partial, case)
    except CargopoolError:
        return None


def _solved(record: Mapping[str, Any], plan: Plan | None, *, interrupted: bool) -> Solved:
    return Solved(
        plan=plan,
        bound_eur=record["bound_eur"],
        gap=record["gap"],
        status=Status(record["status"]),
        termination=Termination(record["termination"]),
        detail=str(record.get("detail") or ""),
        interrupted=interrupted,
    )


def _refuse_stranger(path: Path) -> None:
    """Refuse a folder that holds something else."""
    if not os.path.lexists(path):
        return
    if path.is_dir() and (is_pareto_folder(path) or not any(path.iterdir()) or _only_begun(path)):
        return
    message = "is not a front of cargopool, so nothing is written there"
    raise InputError(Diagnostic("E2083", message, str(path), "choose another --out"))


def _only_begun(path: Path) -> bool:
    try:
        return (path / LOCK).read_bytes().startswith(_LOCK_TEXT)
    except OSError:
        return False
