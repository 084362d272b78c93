"""Solver parameters: common ones, and one section per method and engine."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, is_dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cargopool.errors import Diagnostic, InputError

if TYPE_CHECKING:
    from cargopool.optimiser.engines.base import EngineSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class ExactParams:
    """The full model over enumerated columns.

    Attributes
    ----------
    max_columns : int
        Above this many columns over all shipments the large-case methods take over.
    max_shipments : int
        Above this many shipments the large-case methods work on reduced networks from the start.
    max_pairs : int
        Above this many (shipment, usable move) pairs they take over without listing columns.
    share : float
        Part of the time left that the exact way may take before they go on with what it found.
    max_columns_per_shipment : int
        Enumeration of one shipment ends here; the list is then incomplete.
    max_cut_rounds : int
        Rounds of packing cuts before the bound is taken as it is.
    link_rows : int
        Most strengthening rows (a shipment's use of a move needs units of it).
    cutoff_by_reduced_cost : bool
        Leave out columns that the relaxation proves dearer than the incumbent.
    """

    max_columns: int = 20_000
    max_shipments: int = 40
    max_pairs: int = 60_000
    share: float = 0.6
    max_columns_per_shipment: int = 20_000
    max_cut_rounds: int = 200
    link_rows: int = 60_000
    cutoff_by_reduced_cost: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class StartParams:
    """Greedy insertion.

    Attributes
    ----------
    columns_per_shipment : int
        Columns that it looks at for each shipment.
    rounds : int
        Passes over the shipments, each re-inserting every shipment at its marginal cost.
    """

    columns_per_shipment: int = 2_000
    rounds: int = 3


CHANCES = ("random", "lane", "same_move", "trunk", "shipper", "worst", "departure", "pool", "meeting")
"""The removal operators of `SearchParams` in the order of the kernels."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchParams:
    """Ruin-and-recreate for large cases.

    Attributes
    ----------
    enabled : bool
        Without it plans come from insertion and restricted models alone.
    event_depth, max_departures : int
        Event depth and departures per move of the network that is searched (the bound covers the whole of P).
    grid_min : int
        Road moves leave at ready times and at multiples of this many minutes in the network that is searched; 0
        chooses by the number of shipments: 180 up to 2,000, 360 above, where a finer one costs more than it brings.
    dearer : float
        Shipments take only moves whose cheapest way, at the cost of full units, is at most this share dearer than the
        direct truck, plus 50 EUR.
    start_temperature, end_temperature : float
        Annealing, as a share of the mean cost of a shipment.
    largest_ruin : int
        Most shipments taken out by one removal.
    blink : float
        Chance that a move is overlooked in a re-insertion.
    random, lane, same_move, trunk, shipper, worst, departure, pool, meeting : float
        Chances of the removal operators: at random; same lane and time; riders of one move; open a trunk for those who
        could ride it; one shipper; dearest for their size; riders of one departure; those who would meet if each paid
        only for the room it takes; those who meet in the bound.
    adaptive : bool
        Let operators that gain more have larger chances.
    polish : bool
        Solve restricted models over the itineraries met, neighbourhood by neighbourhood, beside the search.
    polish_after : float
        Part of the time after which they begin.
    polish_shipments : int
        Above this many shipments there are no restricted models.
    polish_columns : int
        Itineraries of a shipment that such a model may choose from.
    """

    enabled: bool = True
    event_depth: int = 1
    max_departures: int = 3
    grid_min: int = 0
    dearer: float = 0.6
    start_temperature: float = 0.4
    end_temperature: float = 0.002
    largest_ruin: int = 20
    blink: float = 0.01
    random: float = 1.0
    lane: float = 3.0
    same_move: float = 2.0
    trunk: float = 3.0
    shipper: float = 0.5
    worst: float = 1.0
    departure: float = 2.0
    pool: float = 3.0
    meeting: float = 3.0
    adaptive: bool = True
    polish: bool = True
    polish_after: float = 0.9
    polish_shipments: int = 500
    polish_columns: int = 40

    @property
    def weights(self) -> tuple[float, ...]:
        """Operator weights in the order of the kernels."""
        return tuple(getattr(self, name) for name in CHANCES)

    def polishes(self, shipments: int) -> bool:
        """Whether restricted models are solved beside the search of so many shipments."""
        return self.polish and 0 < shipments <= self.polish_shipments


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundParams:
    """Lower bound by ascent over the charges on load units.

    Attributes
    ----------
    enabled : bool
    step, last_step : float
        Part of the gap to the best plan that a step aims at, at first and at the end of the time or of ``iterations``;
        in between it shrinks by the same factor in equal times. A ``step`` of 0 chooses by the number of shipments: 30
        over its root, at most 4.
    memory : float
        Weight of the last direction.
    iterations : int
        After so many the bound has settled, whatever time is left.
    bucket_h : int
        Hours of departure time within which the load units of a line are counted together; fewer are tighter, slower.
        0 chooses by the number of shipments: 8 up to 1,500, 12 up to 5,000, then 24.
    timetable_h : int
        The same of moves with a timetable, which are few enough to be told apart more finely.
    covers : bool
        Count the load units of whole ways too, rounded up (`cargopool.optimiser.bound_covers`).
    """

    enabled: bool = True
    step: float = 0.0
    last_step: float = 0.06
    memory: float = 0.75
    iterations: int = 3_000
    bucket_h: int = 0
    timetable_h: int = 2
    covers: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class PackingParams:
    """Exact packing of one move.

    Attributes
    ----------
    work : int
        Deterministic limit of one packing question, in thousandths of a unit of CP-SAT's deterministic time.
    """

    work: int = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class HighsParams:
    """HiGHS, through scipy, which passes little on.

    Attributes
    ----------
    presolve : bool
    """

    presolve: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ScipParams:
    """SCIP.

    Attributes
    ----------
    presolve, cuts : bool
    settings : tuple of str
        In SCIP's own words, such as ``"heuristics/rins/freq = 10"``.
    """

    presolve: bool = True
    cuts: bool = True
    settings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CpSatParams:
    """CP-SAT as an integer engine (packing questions keep their own settings).

    Attributes
    ----------
    presolve, cuts : bool
    settings : tuple of str
        Fields of its parameters, such as ``"linearization_level: 2"``.
    """

    presolve: bool = True
    cuts: bool = True
    settings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SolveParams:
    """Everything that a solve can be told besides the scenario, the stop and the seed.

    Attributes
    ----------
    method : {'auto', 'exact', 'search'}
        ``auto`` takes the exact path when the columns are few enough.
    engine : {'auto', 'highs', 'scip', 'cpsat'}
        Mixed-integer engine; ``auto`` takes SCIP inside the process for tiny models and HiGHS in a worker above.
    lp_engine : {'glop', 'highs'}
        Engine of linear relaxations.
    threads : int
        Threads of an engine; never taken from the machine.
    inline_entries : int
        Largest model (matrix entries) that an engine solves inside the process.
    engine_gap : float
        Relative gap at which an engine call ends, above what the stop asks for; proofs need 0.
    """

    method: str = "auto"
    engine: str = "auto"
    lp_engine: str = "highs"
    threads: int = 1
    inline_entries: int = 4_000
    engine_gap: float = 0.0
    exact: ExactParams = field(default_factory=ExactParams)
    start: StartParams = field(default_factory=StartParams)
    search: SearchParams = field(default_factory=SearchParams)
    bound: BoundParams = field(default_factory=BoundParams)
    packing: PackingParams = field(default_factory=PackingParams)
    highs: HighsParams = field(default_factory=HighsParams)
    scip: ScipParams = field(default_factory=ScipParams)
    cpsat: CpSatParams = field(default_factory=CpSatParams)

    def __post_init__(self) -> None:
        problems = list(_wrong_choices(self))
        if problems:
            raise InputError(problems)

    @classmethod
    def from_toml(cls, path: str | Path) -> SolveParams:
        """Read parameters; unknown keys and wrong types are errors, all reported at once."""
        where = str(path)
        try:
            values = tomllib.loads(Path(path).read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            way_out = "a UTF-8 text in TOML, with keys as in docs/solver.md"
            raise InputError(Diagnostic("E1901", f"cannot read parameters: {error}", where, way_out)) from error
        return cls.from_mapping(values, where)

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any], where: str = "params") -> SolveParams:
        """Make parameters from nested mappings, as `as_mapping` gives them."""
        problems: list[Diagnostic] = []
        made = _build(cls, values, where, problems)
        if problems:
            raise InputError(problems)
        return made  # type: ignore[no-any-return]

    def engine_settings(self, name: str) -> EngineSettings:
        """How the engine of that name works."""
        from cargopool.optimiser.engines.base import EngineSettings

        mine = getattr(self, name, None)
        if isinstance(mine, ScipParams | CpSatParams):
            return EngineSettings(presolve=mine.presolve, cuts=mine.cuts, lines=mine.settings)
        return EngineSettings(presolve=mine.presolve if isinstance(mine, HighsParams) else True)

    def as_mapping(self) -> dict[str, Any]:
        """Nested plain values, for run.json."""
        return asdict(self)

    def to_toml(self) -> str:
        """The parameters as TOML text that `from_toml` reads back."""
        values = self.as_mapping()
        lines = [f"{key} = {_toml(value)}" for key, value in values.items() if not isinstance(value, dict)]
        for section, inner in values.items():
            if isinstance(inner, dict):
                lines += ["", f"[{section}]", *(f"{key} = {_toml(value)}" for key, value in inner.items())]
        return "\n".join(lines) + "\n"


_CHOICES = {
    "method": ("auto", "exact", "search"),
    "engine": ("auto", "highs", "scip", "cpsat"),
    "lp_engine": ("glop", "highs"),
}


def _wrong_choices(params: SolveParams) -> Any:
    for name, choices in _CHOICES.items():
        value = getattr(params, name)
        if value not in choices:
            message = f"{name} must be one of {', '.join(choices)}, not {value!r}"
            yield Diagnostic("E1904", message, f"params.{name}")
    if params.threads < 1:
        yield Diagnostic("E1904", "threads must be at least 1", "params.threads")
    for section, rules in (("bound", _bound_rules(params.bound)), ("search", _search_rules(params.search))):
        for name, value, holds, rule in rules:
            if not holds:
                yield Diagnostic("E1904", f"{name} must be {rule}, not {value!r}", f"params.{section}.{name}")
    if not 0.0 <= params.engine_gap < 1.0:
        yield Diagnostic("E1904", "engine_gap must be at least 0 and below 1", "params.engine_gap")


def _bound_rules(bound: BoundParams) -> Any:
    """Name, value, whether it holds, and the rule."""
    yield "step", bound.step, bound.step >= 0.0, "at least 0"
    yield "last_step", bound.last_step, bound.last_step > 0.0, "above 0"
    yield "memory", bound.memory, 0.0 <= bound.memory < 1.0, "at least 0 and below 1"
    yield "iterations", bound.iterations, bound.iterations >= 1, "at least 1"
    yield "bucket_h", bound.bucket_h, bound.bucket_h >= 0, "at least 0"
    yield "timetable_h", bound.timetable_h, bound.timetable_h >= 1, "at least 1"


def _search_rules(search: SearchParams) -> Any:
    """The same of the search."""
    for name in ("event_depth", "grid_min", "dearer", *CHANCES, "polish_shipments"):
        value = getattr(search, name)
        yield name, value, 0 <= value < float("inf"), "at least 0"
    for name in ("max_departures", "largest_ruin", "polish_columns"):
        value = getattr(search, name)
        yield name, value, value >= 1, "at least 1"
    for name in ("start_temperature", "end_temperature"):
        value = getattr(search, name)
        yield name, value, 0.0 < value < float("inf"), "above 0"
    yield "blink", search.blink, 0.0 <= search.blink <= 1.0, "at least 0 and at most 1"
    yield "polish_after", search.polish_after, 0.0 <= search.polish_after <= 1.0, "at least 0 and at most 1"


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return f"[{', '.join(map(_toml, value))}]"
    return json.dumps(value) if isinstance(value, str) else repr(value)


_WORDS = {bool: "true or false", int: "a whole number", float: "a number", str: "a text", tuple: "a list"}
"""How the types of parameters are called."""


def _build(kind: type, values: Mapping[str, Any], where: str, problems: list[Diagnostic]) -> Any:
    known = {entry.name: entry for entry in fields(kind)}
    defaults = kind()
    given: dict[str, Any] = {}
    for key, value in values.items():
        place = f"{where}:{key}"
        if key not in known:
            near = get_close_matches(key, known, n=1)
            help_text = f"did you mean {near[0]!r}?" if near else f"one of {', '.join(known)}"
            problems.append(Diagnostic("E1902", f"unknown parameter {key!r}", place, help_text))
            continue
        default = getattr(defaults, key)
        if is_dataclass(default):
            if isinstance(value, Mapping):
                given[key] = _build(type(default), value, f"{place}", problems)
            else:
                problems.append(Diagnostic("E1903", f"{key} is a section", place, f"write [{key}]"))
        elif not _fits(value, default):
            wanted, way_out = _WORDS[type(default)], f"such as {key} = {_toml(default)}, which is the default"
            problems.append(Diagnostic("E1903", f"{key} must be {wanted}, not {_toml(value)}", place, way_out))
        else:
            given[key] = type(default)(value)
    if problems:
        return defaults
    return kind(**given)


def _fits(value: object, default: object) -> bool:
    if isinstance(default, bool) or isinstance(value, bool):
        return isinstance(value, bool) and isinstance(default, bool)
    if isinstance(default, float):
        return isinstance(value, int | float)
    if isinstance(default, tuple):
        example = default[0] if default else ""
        return isinstance(value, list | tuple) and all(_fits(item, example) for item in value)
    return isinstance(value, type(default))
