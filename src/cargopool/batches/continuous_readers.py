"""Published instances of service network design in continuous time: the text files and the CSV folders."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from cargopool.errors import InputError
from cargopool.files.documents import read_text
from cargopool.files.findings import FilePlace, Findings, did_you_mean, shown, shown_path
from cargopool.optimiser.continuous.instance import ContinuousInstance

if TYPE_CHECKING:
    from cargopool.optimiser.continuous.instance import FloatArray

MAX_NODES = 100_000
MAX_MINUTE = 10**9
MAX_AMOUNT = 1e12
_SECTIONS = {"NODES": 2, "ARCS": 7, "COMMODITIES": 6}
_INTEGER = re.compile(r"[-+]?\d{1,15}")
_ARC_COLUMNS = ("id", "origin", "destination", "transit_time", "capacity", "fixed_cost")
_COMMODITY_COLUMNS = ("id", "origin", "destination", "demand", "release_time", "deadline")
_YES, _NO = frozenset({"true", "1"}), frozenset({"false", "0", ""})


@dataclass(slots=True)
class _Row:
    """One line: its cells by name or position, with findings at their places."""

    findings: Findings
    file: str
    line: int
    cells: Sequence[str]
    columns: dict[str, int]

    def text(self, column: str) -> str:
        return self.cells[self.columns[column]].strip()

    def fault(self, column: str, code: str, message: str, help_text: str = "") -> None:
        place = 1 + sum(len(cell) + 1 for cell in self.cells[: self.columns[column]])
        self.findings.add(FilePlace(self.file, self.line, place), code, message, help_text)

    def amount(self, column: str, *, positive: bool = False) -> float:
        """A finite number that is not negative; 1 after a finding."""
        try:
            value = float(self.text(column))
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            self.fault(column, "E2104", f"{column} is {shown(self.text(column))!r}, not a number")
            return 1.0
        if value < 0 or value > MAX_AMOUNT or (positive and value == 0):
            bound = "above 0" if positive else "0 or more"
            self.fault(column, "E2105", f"{column} is {value:g}", f"{column} is {bound}, and at most {MAX_AMOUNT:g}")
            return 1.0
        return value

    def minutes(self, column: str) -> int:
        """A whole number of minutes; 0 after a finding."""
        value = self.amount(column)
        if value != int(value):
            self.fault(column, "E2104", f"{column} is {value:g}, not a whole number", "times are whole minutes")
            return 0
        if value > MAX_MINUTE:
            self.fault(column, "E2105", f"{column} is {value:g}", f"at most {MAX_MINUTE}")
            return 0
        return int(value)

    def node(self, column: str, nodes: dict[str, int]) -> int:
        """Position of a node; 0 after a finding."""
        name = self.text(column)
        found = nodes.get(name)
        if found is None:
            help_text = did_you_mean(name, nodes) or "nodes are named in the list of nodes"
            self.fault(column, "E2106", f"{column} is {shown(name)!r}: no such node", help_text)
            return 0
        return found


@dataclass(slots=True)
class _Collected:
    """Columns of arcs and commodities while they are read."""

    arcs: list[tuple[int, int, int, float, float, float]] = field(default_factory=list)
    commodities: list[tuple[int, int, float, int, int]] = field(default_factory=list)

    def add_arc(self, row: _Row, nodes: dict[str, int], variable: float) -> None:
        tail, head = row.node("origin", nodes), row.node("destination", nodes)
        if row.text("origin") == row.text("destination"):
            row.fault("destination", "E2105", "the arc ends where it starts", "waiting needs no arc")
        minutes = row.minutes("transit_time")
        self.arcs.append(
            (tail, head, minutes, row.amount("fixed_cost"), row.amount("capacity", positive=True), variable)
        )

    def add_commodity(self, row: _Row, nodes: dict[str, int]) -> None:
        release, deadline = row.minutes("release_time"), row.minutes("deadline")
        if deadline < release:
            row.fault("deadline", "E2105", f"the deadline {deadline} is before the release {release}")
        ends = row.node("origin", nodes), row.node("destination", nodes)
        self.commodities.append((*ends, row.amount("demand", positive=True), release, deadline))

    def instance(self, name: str, nodes: int, variable: FloatArray | None) -> ContinuousInstance:
        arcs = list(zip(*self.arcs, strict=True)) if self.arcs else [()] * 6
        commodities = list(zip(*self.commodities, strict=True)) if self.commodities else [()] * 5
        whole = [np.asarray(column, dtype=np.int64) for column in (*arcs[:3], *commodities[:2], *commodities[3:])]
        amounts = [np.asarray(column, dtype=np.float64) for column in (*arcs[3:], commodities[2])]
        tail, head, minutes, origin, destination, release, deadline = whole
        fixed, capacity, plain, quantity = amounts
        return ContinuousInstance(
            name=name,
            nodes=nodes,
            arc_tail=tail,
            arc_head=head,
            arc_minutes=minutes,
            arc_fixed=fixed,
            arc_capacity=capacity,
            arc_variable=plain if variable is None else variable,
            origin=origin,
            destination=destination,
            quantity=quantity,
            release=release,
            deadline=deadline,
        )


def read_ctsndp(path: str | Path) -> ContinuousInstance:
    """Read a text file of continuous-time service network design (Boland et al. 2017, Marshall et al. 2021).

    Sections ``NODES,n``, ``ARCS,m`` (id, origin, destination, variable cost, fixed cost per vehicle, capacity, travel
    time) and ``COMMODITIES,k`` (id, origin, destination, quantity, release, deadline); further cells of a line, lines
    that begin with ``INDEX`` and what follows ``horizon=`` are not read. Times are whole minutes.

    Raises
    ------
    InputError
        With every finding and its place in the file.
    """
    file = Path(path)
    findings = Findings()
    text = read_text(file, shown_path(file), findings)
    collected, nodes = _Collected(), dict[str, int]()
    if text is not None:
        _read_sections(text, shown_path(file), findings, collected, nodes)
    _raise(findings)
    return collected.instance(file.name.removesuffix(".txt"), len(nodes), None)


def _read_sections(text: str, file: str, findings: Findings, collected: _Collected, nodes: dict[str, int]) -> None:
    wanted = list(_SECTIONS)
    section, announced, seen, opened = "", 0, 0, 0
    ids: dict[str, int] = {}

    def close() -> None:
        if section and seen != announced:
            message = f"{section} announces {announced} lines, {seen} follow"
            findings.add(FilePlace(file, opened), "E2103", message, "correct the number, or complete the file")

    for number, line in enumerate(text.splitlines(), 1):
        cells = line.split(",")
        word = cells[0].strip()
        if not line.strip() or word.upper() == "INDEX":
            continue
        if word.startswith(("horizon", "cost")):
            break
        if word in _SECTIONS:
            close()
            if not wanted or word != wanted[0]:
                findings.add(FilePlace(file, number), "E2101", f"{word} is not expected here", _order_help())
                return
            wanted.pop(0)
            section, seen, opened, ids = word, 0, number, {}
            announced = _announced(cells, FilePlace(file, number), findings)
            continue
        if not section:
            findings.add(FilePlace(file, number), "E2101", "the file does not begin with NODES,n", _order_help())
            return
        seen += 1
        columns = _columns_of(section)
        if len(cells) < _SECTIONS[section]:
            message = f"{len(cells)} cells where {section} needs {_SECTIONS[section]}"
            findings.add(FilePlace(file, number), "E2102", message, ", ".join(columns))
            continue
        row = _Row(findings, file, number, cells, {name: i for i, name in enumerate(columns)})
        _check_twice(row, ids)
        if section == "NODES":
            nodes.setdefault(word, len(nodes))
        elif section == "ARCS":
            collected.add_arc(row, nodes, row.amount("variable_cost"))
        else:
            collected.add_commodity(row, nodes)
    close()
    if wanted:
        findings.add(FilePlace(file), "E2101", f"there is no section {wanted[0]}", _order_help())


def _columns_of(section: str) -> tuple[str, ...]:
    if section == "NODES":
        return ("id", "name")
    if section == "ARCS":
        return ("id", "origin", "destination", "variable_cost", "fixed_cost", "capacity", "transit_time")
    return _COMMODITY_COLUMNS


def _order_help() -> str:
    return "a file has NODES,n and n lines, ARCS,m and m lines, COMMODITIES,k and k lines, in this order"


def _announced(cells: Sequence[str], place: FilePlace, findings: Findings) -> int:
    text = cells[1].strip() if len(cells) > 1 else ""
    if not _INTEGER.fullmatch(text) or not 0 < int(text) <= MAX_NODES * 100:
        findings.add(
            place, "E2103", f"{cells[0]} announces {shown(text)!r}", "the number of lines that follow, 1 or more"
        )
        return 0
    return int(text)


def _check_twice(row: _Row, ids: dict[str, int]) -> None:
    name = row.text("id")
    if name in ids:
        row.fault("id", "E2107", f"the id {shown(name)!r} stands twice, first in line {ids[name]}", "rename one")
    else:
        ids[name] = row.line


def read_sndrr(folder: str | Path) -> ContinuousInstance:
    """Read a folder of service network design with restricted routes (Van Dyk and Koenemann).

    Tables ``nodes.csv``, ``arcs.csv``, ``commodities.csv``, ``variable_costs.csv`` (commodity x arc, cost of one unit
    of demand) and ``parameters.csv``. With ``REGIONAL`` true (hub and spoke) a commodity may use an arc between two
    hubs, or an arc whose origin lies in the region of its own origin or destination; other arcs are closed to it (inf).

    Raises
    ------
    InputError
        With every finding and its place in the files.
    """
    home = Path(folder)
    findings = Findings()
    collected, nodes, arcs = _Collected(), dict[str, int](), dict[str, int]()
    regional = _read_regional(home, findings)
    regions: list[str] = []
    hubs: list[bool] = []

    def node(row: _Row) -> None:
        nodes[row.text("id")] = len(nodes)
        if regional:
            hubs.append(_flag(row, "hub"))
            regions.append(row.text("region_hub"))

    def arc(row: _Row) -> None:
        arcs[row.text("id")] = len(arcs)
        collected.add_arc(row, nodes, 0.0)

    commodities: dict[str, int] = {}

    def commodity(row: _Row) -> None:
        commodities[row.text("id")] = len(commodities)
        collected.add_commodity(row, nodes)

    _read_table(home / "nodes.csv", ("id", "hub", "region_hub") if regional else ("id",), findings, node)
    _read_table(home / "arcs.csv", _ARC_COLUMNS, findings, arc)
    _read_table(home / "commodities.csv", _COMMODITY_COLUMNS, findings, commodity)
    costs = np.full((len(commodities), len(arcs)), np.nan)
    if arcs and commodities:
        _read_costs(home / "variable_costs.csv", findings, costs, commodities, arcs)
    _raise(findings)
    instance = collected.instance(_name_of(home), len(nodes), costs)
    if regional:
        costs[~_open_arcs(instance, np.asarray(hubs), np.asarray(regions))] = np.inf
    return instance


def _name_of(home: Path) -> str:
    parts = home.resolve().parts[-2:]
    return "/".join(parts)


def _open_arcs(instance: ContinuousInstance, hubs: np.ndarray, regions: np.ndarray) -> np.ndarray:
    """(K, A) which arcs a commodity may use in a hub-and-spoke network."""
    national = hubs[instance.arc_tail] & hubs[instance.arc_head]
    region = regions[instance.arc_tail]
    own = (region[None, :] == regions[instance.origin][:, None]) | (
        region[None, :] == regions[instance.destination][:, None]
    )
    opened: np.ndarray = national[None, :] | own
    return opened


def _read_regional(home: Path, findings: Findings) -> bool:
    values: dict[str, tuple[_Row, str]] = {}

    def parameter(row: _Row) -> None:
        values[row.text("parameter_name")] = (row, row.text("value"))

    _read_table(home / "parameters.csv", ("parameter_name", "value"), findings, parameter, key="parameter_name")
    fixed = values.get("DP")
    if fixed is not None and _flag(fixed[0], "value"):
        fixed[0].fault("value", "E2108", "instances with designated paths (DP) are not read", "hub-and-spoke ones are")
    found = values.get("REGIONAL")
    return found is not None and _flag(found[0], "value")


def _flag(row: _Row, column: str) -> bool:
    text = row.text(column).lower()
    if text not in _YES | _NO:
        row.fault(column, "E2104", f"{column} is {shown(row.text(column))!r}, not True or False")
    return text in _YES


def _read_costs(
    path: Path, findings: Findings, costs: FloatArray, commodities: dict[str, int], arcs: dict[str, int]
) -> None:
    def cost(row: _Row) -> None:
        k = commodities.get(row.text("commodity"))
        if k is None:
            row.fault("commodity", "E2106", f"no such commodity: {shown(row.text('commodity'))!r}")
            return
        for name, arc in arcs.items():
            costs[k, arc] = row.amount(name)

    _read_table(path, ("commodity", *arcs), findings, cost, key="commodity")
    if not findings.failed and np.isnan(costs).any():
        missing = next(name for name, k in commodities.items() if np.isnan(costs[k]).any())
        findings.add(
            FilePlace(shown_path(path)), "E2103", f"commodity {shown(missing)!r} has no line", "one line for each"
        )


def _read_table(
    path: Path, wanted: Sequence[str], findings: Findings, take: Callable[[_Row], None], key: str = "id"
) -> None:
    """Read a CSV table with a header and hand every row to ``take``."""
    file = shown_path(path)
    text = read_text(path, file, findings)
    if text is None:
        return
    lines = csv.reader(io.StringIO(text, newline=""))
    try:
        header = [name.strip() for name in next(lines, [])]
        missing = [name for name in wanted if name not in header]
        if missing:
            message = f"{len(missing)} columns are missing, the first is {shown(missing[0])!r}"
            findings.add(FilePlace(file), "E2101", message, "the header names " + shown(", ".join(wanted)))
            return
        columns = {name: header.index(name) for name in wanted}
        ids: dict[str, int] = {}
        for cells in lines:
            row = _Row(findings, file, lines.line_num, cells, columns)
            if not cells:
                continue
            if len(cells) != len(header):
                message = f"{len(cells)} cells where the header has {len(header)}"
                findings.add(FilePlace(file, lines.line_num), "E2102", message)
                continue
            if row.text(key) in ids:
                row.fault(key, "E2107", f"{shown(row.text(key))!r} stands twice, first in line {ids[row.text(key)]}")
                continue
            ids[row.text(key)] = row.line
            take(row)
        if not ids:
            findings.add(FilePlace(file), "E2103", "the table has no rows")
    except csv.Error as error:
        findings.add(FilePlace(file, lines.line_num), "E2102", f"the line cannot be read: {shown(str(error))}")


def _raise(findings: Findings) -> None:
    if findings.failed:
        raise InputError(findings.diagnostics())
