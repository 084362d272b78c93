"""Studies: instances x solver settings x seeds, described in one file and checked before anything runs."""

from __future__ import annotations

import hashlib
import os
import tempfile
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cargopool.batches.matrix import Case, Cell, Limits, duplicate_problems, make_cells, read_case
from cargopool.batches.ranges import parse_seeds
from cargopool.errors import CargopoolError, Diagnostic, InputError

if TYPE_CHECKING:
    from cargopool.optimiser.params import SolveParams

STUDY_FORMAT = "cargopool-study/1"
_TYPES: Mapping[str, tuple[type, ...]] = {
    "format": (str,),
    "name": (str,),
    "notes": (str,),
    "seeds": (str, int),
    "time_limit": (int, float),
    "work_limit": (int,),
    "gap": (int, float),
    "solved_gap": (int, float),
    "baselines": (bool,),
    "best_known": (str,),
    "instances": (list,),
    "settings": (dict,),
}
_REQUIRED = ("format", "name", "instances", "settings")
_KINDS = ("scenario", "generate", "published")
_INSTANCE_KEYS = {
    "scenario": {"scenario", "name", "variants", "set"},
    "generate": {"generate", "name"},
    "published": {"published", "name", "path"},
}
_PUBLISHED = ("ctsndp", "sndrr")


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """A study, read and expanded.

    Attributes
    ----------
    solved_gap : float
        A run counts as solved when it is proven to within this gap.
    best_known : Path
        File of best known solutions and bounds.
    settings : tuple of str
        Names of the solver settings, in the order of the file.
    """

    name: str
    notes: str
    path: Path
    limits: Limits
    solved_gap: float
    best_known: Path
    settings: tuple[str, ...]
    cells: tuple[Cell, ...]


def read_study(file: str | os.PathLike[str], facts: Mapping[str, Any] | None = None) -> Study:
    """Read a study file, and every scenario, generated week and published instance that it names.

    Raises
    ------
    InputError
        With everything that is wrong.
    """
    return _Reading(Path(file)).study(facts)


@dataclass(slots=True)
class _Reading:
    path: Path

    def study(self, facts: Mapping[str, Any] | None) -> Study:
        problems: list[Diagnostic] = []
        values = self._values()
        problems += self._wrong_keys(values)
        if problems:
            raise InputError(problems)
        seeds = parse_seeds(str(values.get("seeds", 1)))
        limits = self._limits(values)
        settings = self._settings(values["settings"], problems)
        cases = [case for entry in values["instances"] for case in self._cases(entry, problems)]
        problems += self._limit_problems(cases, limits)
        drafts = [(case, name, params, seed) for case in cases for name, params in settings.items() for seed in seeds]
        cells = make_cells(drafts, limits, facts)
        problems += duplicate_problems(cells)
        if not cells and not problems:
            problems.append(self._problem("has no run", "give instances, settings and seeds"))
        if problems:
            raise InputError(list(dict.fromkeys(problems)))
        return Study(
            name=values["name"],
            notes=values.get("notes", ""),
            path=self.path,
            limits=limits,
            solved_gap=float(values.get("solved_gap", 1e-6)),
            best_known=self.path.parent / values.get("best_known", "best-known.json"),
            settings=tuple(settings),
            cells=cells,
        )

    def _values(self) -> dict[str, Any]:
        try:
            return tomllib.loads(self.path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise InputError(Diagnostic("E2040", f"cannot read the study: {error}", str(self.path))) from error

    def _wrong_keys(self, values: Mapping[str, Any]) -> Iterator[Diagnostic]:
        for key, value in values.items():
            if key not in _TYPES:
                near = get_close_matches(key, _TYPES, n=1)
                way_out = f"did you mean {near[0]!r}?" if near else f"one of {', '.join(_TYPES)}"
                yield self._problem(f"unknown key {key!r}", way_out)
            elif not isinstance(value, _TYPES[key]) or (isinstance(value, bool) and bool not in _TYPES[key]):
                yield self._problem(f"{key} must be {' or '.join(kind.__name__ for kind in _TYPES[key])}", "")
        for key in _REQUIRED:
            if key not in values:
                yield self._problem(f"{key} is missing", "docs/studies.md shows a study")
        if values.get("format", STUDY_FORMAT) != STUDY_FORMAT:
            yield self._problem(f"format is {values['format']!r}", f"write {STUDY_FORMAT!r}")

    def _limits(self, values: Mapping[str, Any]) -> Limits:
        work = values.get("work_limit")
        seconds = values.get("time_limit", None if work is not None else 60.0)
        return Limits(
            time_limit=None if seconds is None else float(seconds),
            gap=float(values.get("gap", 0.0)),
            work_limit=work,
            baselines=bool(values.get("baselines", False)),
        )

    def _limit_problems(self, cases: list[Case], limits: Limits) -> Iterator[Diagnostic]:
        if limits.time_limit is None and any(case.published is not None for case in cases):
            yield self._problem("published instances end by time only", "give a time_limit")

    def _settings(self, sections: Mapping[str, Any], problems: list[Diagnostic]) -> dict[str, SolveParams]:
        from cargopool.optimiser.params import SolveParams

        found: dict[str, SolveParams] = {}
        for name, values in sections.items():
            if not isinstance(values, dict):
                problems.append(self._problem(f"settings.{name} is a section", f"write [settings.{name}]"))
                continue
            try:
                found[name] = SolveParams.from_mapping(values, f"{self.path}:settings.{name}")
            except CargopoolError as error:
                problems += error.diagnostics
        return found

    def _cases(self, entry: Any, problems: list[Diagnostic]) -> Iterator[Case]:
        kinds = [kind for kind in _KINDS if isinstance(entry, dict) and kind in entry]
        if len(kinds) != 1:
            problems.append(self._problem("an instance has one of scenario, generate or published", ""))
            return
        foreign = sorted(set(entry) - _INSTANCE_KEYS[kinds[0]])
        if foreign:
            allowed = ", ".join(sorted(_INSTANCE_KEYS[kinds[0]]))
            problems.append(self._problem(f"unknown key {foreign[0]!r} of an instance", f"one of {allowed}"))
            return
        readers: Mapping[str, Callable[[Mapping[str, Any], list[Diagnostic]], Iterator[Case]]] = {
            "scenario": self._scenarios,
            "generate": self._generated,
            "published": self._published,
        }
        try:
            yield from readers[kinds[0]](entry, problems)
        except CargopoolError as error:
            problems += error.diagnostics

    def _scenarios(self, entry: Mapping[str, Any], problems: list[Diagnostic]) -> Iterator[Case]:
        chosen = [(path, str(value), value) for path, value in entry.get("set", {}).items()]
        for variant in entry.get("variants", ["base"]):
            file = self.path.parent / str(entry["scenario"])
            case = read_case(file, str(variant), chosen, problems, str(entry.get("name", "")))
            if case is not None:
                yield case

    def _generated(self, entry: Mapping[str, Any], problems: list[Diagnostic]) -> Iterator[Case]:
        from cargopool.batches.week_params import read_week_params
        from cargopool.batches.weeks import write_week

        params = read_week_params(None, dict(entry["generate"]))
        label = str(entry.get("name") or f"week{params.shipments}-{params.seed}")
        with tempfile.TemporaryDirectory(prefix="cargopool-week-") as place:
            folder = write_week(params, Path(place) / "week", name=label).folder
            case = read_case(folder, "base", (), problems, label)
        if case is not None:
            yield case

    def _published(self, entry: Mapping[str, Any], _problems: list[Diagnostic]) -> Iterator[Case]:
        from cargopool.batches import continuous_readers

        kind = entry["published"]
        if kind not in _PUBLISHED or not isinstance(entry.get("path"), str):
            raise InputError(self._problem("published is ctsndp or sndrr, with a path", ""))
        path = self.path.parent / entry["path"]
        read = continuous_readers.read_ctsndp if kind == "ctsndp" else continuous_readers.read_sndrr
        instance = read(path)
        yield Case(
            label=str(entry.get("name") or instance.name),
            file=path,
            variant="base",
            overrides={},
            written={},
            scenario=None,
            published=instance,
            input_sha256=_digest_of(path),
        )

    def _problem(self, message: str, way_out: str) -> Diagnostic:
        return Diagnostic("E2041", message, str(self.path), way_out)


def _digest_of(path: Path) -> str:
    """SHA-256 over the content of a file, or of every file of a folder."""
    digest = hashlib.sha256()
    files = sorted(path.rglob("*")) if path.is_dir() else [path]
    for file in files:
        if file.is_file():
            digest.update(f"{file.relative_to(path).as_posix()}\0".encode())
            digest.update(file.read_bytes())
    return digest.hexdigest()
