"""The cross product of scenario files, variants, settings, parameter files and seeds, checked before anything runs."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cargopool.batches.names import run_name, setting_part
from cargopool.errors import CargopoolError, Diagnostic, InputError
from cargopool.executors import content_key, environment

if TYPE_CHECKING:
    from cargopool.model.scenario import Scenario
    from cargopool.optimiser.continuous.instance import ContinuousInstance
    from cargopool.optimiser.params import SolveParams

ALL_VARIANTS = "all"
DEFAULT_PARAMS = "default"
Axis = tuple[str, tuple[tuple[str, Any], ...]]
"""Dotted path, and its values as written and as meant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """When each run ends, and what it leaves out.

    Attributes
    ----------
    time_limit : float or None
        Wall seconds of one run up to its verified plan.
    """

    time_limit: float | None = 60.0
    gap: float | None = 0.01
    work_limit: int | None = None
    baselines: bool = True

    def as_mapping(self) -> dict[str, Any]:
        """Plain values."""
        return {name: getattr(self, name) for name in ("time_limit", "gap", "work_limit", "baselines")}


@dataclass(frozen=True, slots=True, kw_only=True)
class MatrixRequest:
    """What is to be crossed.

    Attributes
    ----------
    variants : tuple of str
        ``("all",)`` for every variant of each file.
    settings : tuple of Axis
        One axis for each path, each with one value or more.
    """

    files: tuple[str | os.PathLike[str], ...]
    variants: tuple[str, ...] = ("base",)
    settings: tuple[Axis, ...] = ()
    params: tuple[str | os.PathLike[str], ...] = ()
    seeds: tuple[int, ...] = (1,)
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One scenario of a matrix or study, read and resolved.

    Attributes
    ----------
    label : str
        Its name in tables and run names.
    written : mapping of path to str
        The settings as written.
    scenario : Scenario or None
        None for a published instance, which is in ``published`` then.
    """

    label: str
    file: Path
    variant: str
    overrides: Mapping[str, Any]
    written: Mapping[str, str]
    scenario: Scenario | None
    input_sha256: str
    published: ContinuousInstance | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One run of a matrix.

    Attributes
    ----------
    name : str
        Name of its folder, unique in the matrix.
    key : str
        Digest of all that its result depends on; two cells with one key have the same result.
    params_label : str
        Name of the parameter file, or of the setting of a study.
    """

    name: str
    case: Case
    params: SolveParams
    params_label: str
    seed: int
    limits: Limits
    key: str

    @property
    def coordinates(self) -> dict[str, Any]:
        """Where the cell is in its matrix, as run.json and results.csv say it."""
        return {
            "scenario": self.case.label,
            "variant": self.case.variant,
            "set": dict(self.case.overrides),
            "params": self.params_label,
            "seed": self.seed,
        }

    def record(self) -> dict[str, Any]:
        """What run.json says of the cell."""
        return {"name": self.name, "key": self.key, **self.coordinates}


def expand(request: MatrixRequest, facts: Mapping[str, Any] | None = None) -> tuple[Cell, ...]:
    """Every run of a matrix, in the order of the request.

    Parameters
    ----------
    facts : mapping, optional
        What results depend on besides the input; `executors.environment` of this machine when left out.

    Raises
    ------
    InputError
        With everything that is wrong in any file, parameter file, path, variant or name.
    """
    problems: list[Diagnostic] = []
    params = _read_params(request.params, problems)
    cases = list(_cases(request, problems))
    drafts = [(case, *labelled, seed) for case in cases for labelled in params for seed in request.seeds]
    cells = make_cells(drafts, request.limits, facts, settings=[path for path, _ in request.settings])
    problems += duplicate_problems(cells)
    if not cells and not problems:
        problems.append(Diagnostic("E2030", "the matrix has no run", "FILE", "name at least one scenario and one seed"))
    if problems:
        raise InputError(_distinct(problems))
    return cells


def make_cells(
    drafts: Sequence[tuple[Case, str, SolveParams, int]],
    limits: Limits,
    facts: Mapping[str, Any] | None = None,
    settings: Sequence[str] = (),
) -> tuple[Cell, ...]:
    """Name and key each draft of a run."""
    surroundings = dict(environment() if facts is None else facts)
    tails = [path.rpartition(".")[2] for path in settings]
    several_params = len({label for _, label, _, _ in drafts}) > 1
    return tuple(
        Cell(
            name=run_name(tuple(_parts(case, label if several_params else DEFAULT_PARAMS, seed, tails))),
            case=case,
            params=params,
            params_label=label,
            seed=seed,
            limits=limits,
            key=cell_key(case.input_sha256, params, seed, limits, surroundings),
        )
        for case, label, params, seed in drafts
    )


def rekeyed(cells: Sequence[Cell], facts: Mapping[str, Any]) -> tuple[Cell, ...]:
    """The same cells for another place to run: results depend on the program, the solvers and the cores there."""
    return tuple(
        replace(cell, key=cell_key(cell.case.input_sha256, cell.params, cell.seed, cell.limits, facts))
        for cell in cells
    )


def cell_key(input_sha256: str, params: SolveParams, seed: int, limits: Limits, surroundings: Mapping[str, Any]) -> str:
    """Digest of resolved input, parameters, seed, limits, program, solvers and cores."""
    return content_key(
        {
            "input_sha256": input_sha256,
            "params": params.as_mapping(),
            "seed": seed,
            "limits": limits.as_mapping(),
            "environment": dict(surroundings),
        }
    )


def duplicate_problems(cells: Sequence[Cell]) -> Iterator[Diagnostic]:
    """Names that two runs would share."""
    seen: dict[str, int] = {}
    for cell in cells:
        seen[cell.name] = seen.get(cell.name, 0) + 1
    for name, times in seen.items():
        if times > 1:
            way_out = "name every file, variant, value, parameter file and seed once; folders need names of their own"
            yield Diagnostic("E2031", f"{times} runs would have the name {name!r}", "batch", way_out)


def scenario_label(file: str | os.PathLike[str]) -> str:
    """Name of a scenario in tables: its folder's, or the file's own when that is not scenario.yaml."""
    path = Path(file).resolve()
    if path.is_file() and path.name != "scenario.yaml":
        return path.stem
    return path.parent.name if path.is_file() else path.name


def _parts(case: Case, params_label: str, seed: int, tails: Sequence[str]) -> Iterator[str]:
    yield case.label
    if case.variant != "base":
        yield case.variant
    for path, text in case.written.items():
        yield setting_part(path, text, alone=tails.count(path.rpartition(".")[2]) == 1)
    if params_label != DEFAULT_PARAMS:
        yield params_label
    yield f"s{seed}"


def _read_params(files: Sequence[str | os.PathLike[str]], problems: list[Diagnostic]) -> list[tuple[str, SolveParams]]:
    from cargopool.optimiser.params import SolveParams

    if not files:
        return [(DEFAULT_PARAMS, SolveParams())]
    found: list[tuple[str, SolveParams]] = []
    for file in files:
        try:
            found.append((Path(file).stem, SolveParams.from_toml(Path(file))))
        except CargopoolError as error:
            problems += error.diagnostics
    return found


def _cases(request: MatrixRequest, problems: list[Diagnostic]) -> Iterator[Case]:
    from cargopool.files.read import variant_names

    crossed = list(itertools.product(*([(path, *value) for value in values] for path, values in request.settings)))
    paths = [path for path, _ in request.settings]
    for path in sorted({path for path in paths if paths.count(path) > 1}):
        problems.append(Diagnostic("E2030", f"{path} is set twice", "--set", "give all values of a path in one --set"))
    for file in request.files:
        variants = variant_names(Path(file)) if request.variants == (ALL_VARIANTS,) else request.variants
        for variant, chosen in itertools.product(variants, crossed):
            case = read_case(file, variant, chosen, problems)
            if case is not None:
                yield case


def read_case(
    file: str | os.PathLike[str],
    variant: str,
    chosen: Sequence[tuple[str, str, Any]],
    problems: list[Diagnostic],
    label: str = "",
) -> Case | None:
    """Read one scenario; what is wrong goes to ``problems``.

    Parameters
    ----------
    chosen : sequence of (path, value as written, value)
    """
    from cargopool.files import input_sha256, read_document

    overrides = {path: value for path, _, value in chosen}
    scenario, findings = read_document(Path(file), variant, overrides)
    errors = [finding for finding in findings if finding.severity == "error"]
    problems += errors
    if scenario is None or errors:
        return None
    return Case(
        label=label or scenario_label(file),
        file=Path(file),
        variant=variant,
        overrides=overrides,
        written={path: text for path, text, _ in chosen},
        scenario=scenario,
        input_sha256=input_sha256(scenario),
    )


def _distinct(problems: Sequence[Diagnostic]) -> list[Diagnostic]:
    """Each problem once: runs share files, so they share what is wrong with them."""
    return list(dict.fromkeys(problems))
