"""Everything that a generated week depends on: parameters, their file, their checks."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, is_dataclass
from datetime import date
from difflib import get_close_matches
from importlib import resources
from pathlib import Path
from typing import Any

from cargopool.batches.generate import reference_regions
from cargopool.batches.recipe import RECIPES, DemandRecipe, SegmentRecipe
from cargopool.batches.week_checks import week_problems
from cargopool.errors import Diagnostic, InputError

PROFILES = ("plain", "fmcg-peak", "harvest", "promotion")
"""Named profiles: files of parameters beside this module; ``plain`` changes nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionWeights:
    """Relative supply and demand of a region, per segment."""

    supply: Mapping[str, float] = field(default_factory=dict)
    demand: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorParams:
    """Shippers' own places around the hubs.

    Attributes
    ----------
    share : float
        Chance that an end of a shipment of loose freight lies at a door instead of at the hub: with 0.2, a third of all
        shipments have a door.
    per_core_hub, per_region : int
        Doors around a core cluster, and around any other region.
    nearest_km, farthest_km : float
        Distance from the hub, drawn between.
    drop_share : float
        Share of doors at which units are dropped; at the others the truck waits.
    loading_min : int
    opening : str
    """

    share: float = 0.2
    per_core_hub: int = 2
    per_region: int = 1
    nearest_km: float = 10.0
    farthest_km: float = 60.0
    drop_share: float = 0.25
    loading_min: int = 60
    opening: str = "Mo-Fr 06:00-20:00;Sa 06:00-12:00"


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotParams:
    """What the pool may book of every departure.

    Attributes
    ----------
    least_share, most_share : float
        Share of a departure's slots, drawn per line between the two; at least one slot.
    paid_lines : float
        Share of the lines whose slots are an allotment, paid beforehand; the other lines sell them at their tariff.
    """

    least_share: float = 0.03
    most_share: float = 0.10
    paid_lines: float = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class EquipmentParams:
    """Ids of the reference set."""

    load_units: tuple[str, ...] = ("pw45hc", "reefer45", "trailer_tautliner", "trailer_reefer")
    vehicles: tuple[str, ...] = ("truck_artic_40t", "truck_container_40t")
    haulage_vehicle: str = "truck_container_40t"
    bans: bool = True


def _regions() -> dict[str, RegionWeights]:
    return {one.hub: RegionWeights(supply=one.supply, demand=one.demand) for one in reference_regions()}


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekParams:
    """Parameters of generated weeks.

    Attributes
    ----------
    shipments : int
        Shipments of the first week.
    weeks : int
    growth_per_week : float
        Each week has so much more than the one before; 0.05 is five per cent.
    seed : int
    monday : str
        ISO date of the first day.
    hubs : str
        ``core`` (five clusters and the London terminals), ``core+N`` (and N more regions, then other hubs), ``all``,
        ``all+N`` (and N invented depots that trucks alone serve), or ids with commas between.
    profile : str
        One of `PROFILES`.
    od_matrix : str
        CSV file ``origin,destination,weight`` with an optional column ``segment``; empty for the gravity recipe. In a
        file of parameters it is relative to that file.
    days_after : int
        Days of the horizon after the last week, so that what is ready on its last day can still go by a service.
    carbon_price_eur_per_t : float
    """

    shipments: int = 1000
    weeks: int = 1
    growth_per_week: float = 0.0
    seed: int = 1
    monday: str = "2026-11-23"
    hubs: str = "core+20"
    profile: str = "plain"
    od_matrix: str = ""
    days_after: int = 7
    carbon_price_eur_per_t: float = 90.0
    demand: DemandRecipe = field(default_factory=DemandRecipe)
    doors: DoorParams = field(default_factory=DoorParams)
    slots: SlotParams = field(default_factory=SlotParams)
    equipment: EquipmentParams = field(default_factory=EquipmentParams)
    segments: Mapping[str, SegmentRecipe] = field(default_factory=lambda: dict(RECIPES))
    regions: Mapping[str, RegionWeights] = field(default_factory=_regions)

    @property
    def counts(self) -> tuple[int, ...]:
        """Shipments of each week."""
        return tuple(max(1, round(self.shipments * (1 + self.growth_per_week) ** week)) for week in range(self.weeks))

    def to_toml(self) -> str:
        """The parameters as TOML text that `read_week_params` reads back."""
        lines: list[str] = []
        _write("", asdict(self), lines)
        return "\n".join(lines).strip() + "\n"


_TABLES: Mapping[str, type] = {"segments": SegmentRecipe, "regions": RegionWeights}


def read_week_params(path: str | Path | None = None, given: Mapping[str, Any] | None = None) -> WeekParams:
    """Defaults, then the profile, then a file, then single values.

    Parameters
    ----------
    path : str, Path or None
        TOML file.
    given : mapping or None
        Nested values that win over the file.

    Raises
    ------
    InputError
        With everything that is wrong: E2050 unreadable, E2051 unknown, E2052 of the wrong type, E2053 out of range.
    """
    where = str(path) if path is not None else "generate"
    values = _merged(_toml_file(Path(path)) if path is not None else {}, given or {})
    own = values.get("od_matrix")
    if path is not None and isinstance(own, str) and own and "od_matrix" not in (given or {}):
        values["od_matrix"] = str(Path(path).parent / own)
    profile = values.get("profile", "plain")
    if not isinstance(profile, str) or profile not in PROFILES:
        way_out = f"one of {', '.join(PROFILES)}"
        raise InputError(Diagnostic("E2053", f"there is no profile {profile!r}", f"{where}:profile", way_out))
    values = _merged(_profile(profile), values)
    problems: list[Diagnostic] = []
    made: WeekParams = _build(WeekParams(), values, where, problems)
    found = week_problems(made)
    problems.extend(Diagnostic("E2053", text, f"{where}:{key}", way_out) for key, text, way_out in found)
    if problems:
        raise InputError(problems)
    return made


def _toml_file(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise InputError(Diagnostic("E2050", f"cannot read parameters: {error}", str(path))) from error


def _profile(name: str) -> dict[str, Any]:
    if name == "plain":
        return {}
    text = resources.files("cargopool.batches").joinpath("profiles", f"{name}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def _merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    found = dict(below)
    for key, value in above.items():
        under = found.get(key)
        both = isinstance(value, Mapping) and isinstance(under, Mapping)
        found[key] = _merged(under, value) if both and isinstance(under, Mapping) else value
    return found


def _build(default: Any, values: Mapping[str, Any], where: str, problems: list[Diagnostic]) -> Any:
    """The default with other values; what is wrong goes to ``problems``."""
    known = [entry.name for entry in fields(default)]
    changed: dict[str, Any] = {}
    for key, value in values.items():
        place = f"{where}:{key}"
        if key not in known:
            near = get_close_matches(key, known, n=1)
            help_text = f"did you mean {near[0]!r}?" if near else f"one of {', '.join(known)}"
            problems.append(Diagnostic("E2051", f"unknown parameter {key!r}", place, help_text))
            continue
        changed[key] = _value(getattr(default, key), value, key, place, problems)
    return type(default)(**{name: changed.get(name, getattr(default, name)) for name in known})


def _value(default: Any, value: Any, key: str, place: str, problems: list[Diagnostic]) -> Any:
    section = is_dataclass(default) or isinstance(default, Mapping)
    if section and not isinstance(value, Mapping):
        problems.append(Diagnostic("E2052", f"{key} is a section", place, f"write [{key}]"))
        return default
    if is_dataclass(default):
        return _build(default, value, place, problems)
    if isinstance(default, Mapping) and key in _TABLES:
        kind = _TABLES[key]
        rows = dict(default)
        for name, row in value.items():
            if isinstance(row, Mapping):
                rows[name] = _build(rows.get(name, kind()), row, f"{place}.{name}", problems)
            else:
                way_out = f"write [{key}.{name}]"
                problems.append(Diagnostic("E2052", f"{name} is a section", f"{place}.{name}", way_out))
        return rows
    if isinstance(default, Mapping):
        wrong = [name for name, number in value.items() if not _is_number(number)]
        for name in wrong:
            problems.append(Diagnostic("E2052", f"{name} must be a number, not {value[name]!r}", f"{place}.{name}"))
        return default if wrong else {**default, **{name: float(number) for name, number in value.items()}}
    if isinstance(value, date) and isinstance(default, str):
        value = value.isoformat()[:10]
    if not _fits(value, default):
        problems.append(Diagnostic("E2052", f"{key} must be {_kind(default)}, not {value!r}", place))
        return default
    if isinstance(default, tuple):
        return tuple(float(item) if _is_number(item) else item for item in value)
    return type(default)(value)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _fits(value: object, default: object) -> bool:
    if isinstance(default, bool) or isinstance(value, bool):
        return isinstance(value, bool) and isinstance(default, bool)
    if isinstance(default, float):
        return _is_number(value) and abs(float(value)) <= 1e12  # type: ignore[arg-type]
    if isinstance(default, int):
        return isinstance(value, int) and abs(value) <= 10**12
    if isinstance(default, tuple):
        texts = bool(default) and isinstance(default[0], str)
        return isinstance(value, list | tuple) and all(
            isinstance(item, str) if texts else _is_number(item) for item in value
        )
    return isinstance(value, type(default))


def _kind(default: object) -> str:
    if isinstance(default, tuple):
        return "a list of texts" if default and isinstance(default[0], str) else "a list of numbers"
    names = {bool: "true or false", int: "a whole number", float: "a number", str: "a text"}
    return names.get(type(default), "a section")


_INLINE = ("supply", "demand", "supply_factors")


def _write(prefix: str, values: Mapping[str, Any], lines: list[str]) -> None:
    plain = {
        key: value for key, value in values.items() if not isinstance(value, Mapping) or (prefix and key in _INLINE)
    }
    if prefix and plain:
        lines += ["", f"[{prefix}]"]
    lines += [f"{_key(key)} = {_toml(value)}" for key, value in plain.items()]
    for key, value in values.items():
        if key not in plain:
            _write(f"{prefix}.{_key(key)}" if prefix else _key(key), value, lines)


def _key(key: str) -> str:
    bare = bool(key) and key.isascii() and key.replace("_", "a").replace("-", "a").isalnum()
    return key if bare else _toml(key)


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_key(key)} = {_toml(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_toml, value))}]"
    if isinstance(value, float):
        return repr(value)
    return _quoted(value) if isinstance(value, str) else repr(value)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else f"\\U{ord(c):08X}" for c in escaped) + '"'
