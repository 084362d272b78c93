"""A resolved scenario as an ordinary scenario folder: YAML for structure, CSV for rows, nothing external."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from cargopool.errors import Diagnostic, OutputError
from cargopool.files.blocks import FORMAT
from cargopool.files.cells import Column, columns_of, encode_cell, flatten, used_columns
from cargopool.files.entities import (
    BANS,
    CROSSINGS,
    DOORS,
    DRAYAGE,
    EXECUTION,
    FACTORS,
    FLEETS,
    HUBS,
    LINKS,
    LOAD_UNITS,
    OBJECTIVE,
    SCOPE,
    SERVICES,
    SHIPMENTS,
    SURCHARGES,
    VEHICLES,
)
from cargopool.files.entries import SectionKind
from cargopool.files.road_matrix import write_matrix
from cargopool.files.tables import write_csv
from cargopool.model.execution import ExecutionRules
from cargopool.model.scenario import Scenario
from cargopool.model.texts import moment_text


def write_scenario(scenario: Scenario, folder: str | Path) -> None:
    """Write a scenario into a folder; reading it gives the same ``input_sha256``.

    Parameters
    ----------
    scenario : Scenario
        A closed scenario.
    folder : str or Path
        Made when it is not there; files of the same names are replaced.

    Raises
    ------
    OutputError
        When a file cannot be written.
    """
    target = Path(folder)
    try:
        target.mkdir(parents=True, exist_ok=True)
        names = {kind.path: _write_section(target, kind, rows) for kind, rows in _sections(scenario)}
        matrix = write_matrix(scenario.road_matrix, target)
        text = "\n".join(_lines(_document(scenario, names, matrix))) + "\n"
        (target / "scenario.yaml").write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise OutputError(Diagnostic("E0701", f"the scenario cannot be written: {error}", str(target))) from error


def _sections(scenario: Scenario) -> Iterable[tuple[SectionKind, list[dict[str, Any]]]]:
    plain_kinds: list[tuple[SectionKind, Iterable[Any]]] = [
        (HUBS, scenario.hubs.values()),
        (DOORS, scenario.doors.values()),
        (LINKS, scenario.road_links),
        (CROSSINGS, scenario.crossings),
        (BANS, scenario.bans),
        (VEHICLES, scenario.vehicles.values()),
        (FLEETS, scenario.fleet.values()),
        (LOAD_UNITS, scenario.load_units.values()),
        (SERVICES, scenario.services.values()),
    ]
    for kind, things in plain_kinds:
        yield kind, [kind.codec.encode(thing) for thing in things]
    yield SURCHARGES, [_surcharge(scenario, thing) for thing in scenario.surcharges]
    yield SHIPMENTS, [_shipment(scenario, thing) for thing in scenario.shipments.values()]


def _moment(scenario: Scenario, minute: int, zone: str) -> str:
    return moment_text(scenario.horizon.start + timedelta(minutes=minute), zone)


def _surcharge(scenario: Scenario, surcharge: Any) -> dict[str, Any]:
    zone = scenario.horizon.timezone
    times = {
        "start": _moment(scenario, surcharge.start_min, zone),
        "end": _moment(scenario, surcharge.end_min, zone),
    }
    return {**SURCHARGES.codec.encode(surcharge), **times}


def _shipment(scenario: Scenario, shipment: Any) -> dict[str, Any]:
    here, there = (
        place.timezone if (place := scenario.hubs.get(name) or scenario.doors.get(name)) else scenario.horizon.timezone
        for name in (shipment.origin, shipment.destination)
    )
    return {
        **SHIPMENTS.codec.encode(shipment),
        "ready": _moment(scenario, shipment.ready_min, here),
        "due": _moment(scenario, shipment.due_min, there),
        "latest": _moment(scenario, shipment.latest_min, there),
    }


def _write_section(folder: Path, kind: SectionKind, rows: list[dict[str, Any]]) -> str | None:
    name = kind.path.replace("road.", "road_") + ".csv"
    path = folder / name
    if not rows:
        path.unlink(missing_ok=True)
        return None
    columns = columns_of(kind.row_type)
    flat = [flatten(row, columns) for row in rows]
    used = used_columns(flat, columns)
    write_csv(
        path,
        used,
        ([_cell(row[name], columns[name]) if name in row else None for name in used] for row in flat),
    )
    return name


def _cell(value: Any, column: Column) -> object:
    """Numbers stay numbers, so that no writer takes a minus sign for a formula."""
    if column.kind in ("number", "whole") and value is not None:
        whole = float(value).is_integer() and abs(value) < 1e15
        return int(value) if whole else float(value)
    return encode_cell(value, column)


def _document(scenario: Scenario, names: Mapping[str, str | None], matrix: Mapping[str, str]) -> dict[str, Any]:
    horizon = scenario.horizon
    zone = horizon.timezone
    document: dict[str, Any] = {
        "format": FORMAT,
        "name": scenario.name,
        "resolved_variant": scenario.variant,
        "synthetic": scenario.synthetic,
        "notes": scenario.notes,
        "horizon": {
            "start": moment_text(horizon.start, zone),
            "end": moment_text(horizon.end, zone),
            "timezone": zone,
        },
    }
    road = {
        path.removeprefix("road."): {"table": name} if name else []
        for path, name in names.items()
        if path.startswith("road.")
    }
    sections = {path: {"table": name} for path, name in names.items() if name and not path.startswith("road.")}
    return {
        **document,
        **sections,
        "road": {**road, **({"matrix": matrix} if matrix else {})},
        "drayage": {
            **DRAYAGE.encode(scenario.drayage),
            "confidence": scenario.drayage.provenance.confidence,
            "note": scenario.drayage.provenance.note,
        },
        "objective": OBJECTIVE.encode(scenario.objective),
        "factors": FACTORS.encode(scenario.factors),
        "scope": SCOPE.encode(scenario.scope),
        **({} if scenario.execution == ExecutionRules() else {"execution": EXECUTION.encode(scenario.execution)}),
    }


def _lines(value: Mapping[str, Any], indent: str = "") -> Iterable[str]:
    """YAML lines of a mapping: blocks for mappings, flow for everything else."""
    for key, item in value.items():
        name = key if key.replace("_", "a").isalnum() and key.isascii() and not key[0].isdigit() else quoted(key)
        if isinstance(item, Mapping) and item:
            yield f"{indent}{name}:"
            yield from _lines(item, indent + "  ")
        elif isinstance(item, list) and item and isinstance(item[0], Mapping):
            yield f"{indent}{name}:"
            yield from (f"{indent}  - {_flow(row)}" for row in item)
        else:
            yield f"{indent}{name}: {_flow(item)}"


def _flow(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{quoted(str(key))}: {_flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_flow, value)) + "]"
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    return repr(value) if isinstance(value, int | float) else quoted(str(value))


def quoted(text: str) -> str:
    """A double-quoted YAML scalar; everything that does not print is escaped."""
    return '"' + "".join(map(_escaped, text)) + '"'


def _escaped(character: str) -> str:
    if character in '"\\':
        return "\\" + character
    if character.isprintable() and character != "\ufeff":
        return character
    code = ord(character)
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
