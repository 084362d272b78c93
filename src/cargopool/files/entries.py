"""Sections of a scenario: reference rows, own rows, tables, merged by id."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cargopool.files.cells import CellError, columns_of, decode_cell, nest
from cargopool.files.checking import checked
from cargopool.files.codecs import Codec
from cargopool.files.documents import Document, Node, NodeLocator, place_of, plain
from cargopool.files.findings import FilePlace, Findings, FixedPlace, Locator, did_you_mean, one_of, shown
from cargopool.files.schema.base import Row
from cargopool.files.tables import TextTable, read_table
from cargopool.model.checks.base import plain as plain_text
from cargopool.model.place import Provenance

Key = tuple[str, ...]

_SWITCHES = frozenset({"road.bans", "road.crossings"})
"""Sections that may be just true or false."""

_OWN_ONLY = frozenset({"doors", "road.fleet", "shipments"})
"""Sections of which the reference set has no rows."""


@dataclass(slots=True)
class Entry:
    """One row of a section, from the reference, from the files, or both.

    Attributes
    ----------
    key : tuple of str
        Id, or origin and destination.
    thing : object or None
        The reference object, as long as no own value lies over it.
    own : dict
        Own values in file words.
    wrong : frozenset of str
        Fields that were refused.
    locator : Locator
        Where it stands.
    overridden : bool
        Whether an override has set a field; its values are then checked again.
    base : object or None
        The reference object below the values of an overridden row.
    blocks : frozenset of str or None
        Fields that merge with the reference field by field.
    """

    key: Key
    thing: Any
    own: dict[str, Any]
    wrong: frozenset[str]
    locator: Locator
    overridden: bool = False
    base: Any = None
    blocks: frozenset[str] | None = None

    def values(self, codec: Codec[Any]) -> dict[str, Any]:
        """All values in file words."""
        if self.thing is None:
            return self.own
        return merged(codec.encode(self.thing), self.own, self.blocks)

    def put(self, codec: Codec[Any], path: tuple[str, ...], value: Any, locator: Locator) -> None:
        """Set one field, as an override does."""
        whole = self.values(codec)
        target = whole
        for step in path[:-1]:
            inner = target.get(step)
            target[step] = dict(inner) if isinstance(inner, Mapping) else {}
            target = target[step]
        target[path[-1]] = value
        if self.thing is not None:
            given = value
            for step in reversed(path[1:]):
                given = {step: given}
            whole = merged(whole, own_energy({path[0]: given}))
        self.base = self.base or self.thing
        self.thing, self.own, self.overridden = None, whole, True
        self.wrong = self.wrong - {path[0]}
        self.locator = _Overridden(self.locator, path, locator)


@dataclass(frozen=True, slots=True)
class _Overridden:
    """A locator of a row one field of which an override has set."""

    row: Locator
    path: tuple[str, ...]
    override: Locator

    def locate(self, field_path: tuple[str | int, ...]) -> FilePlace:
        hit = field_path[: len(self.path)] == self.path or (field_path and field_path == self.path[: len(field_path)])
        return self.override.locate(()) if hit else self.row.locate(field_path)


@dataclass(frozen=True, slots=True)
class TableLocator:
    """Where the cells of one table row stand."""

    table: TextTable
    line: int

    def locate(self, field_path: tuple[str | int, ...]) -> FilePlace:
        """Place of the cell of a field."""
        names = [str(step) for step in field_path if not isinstance(step, int)]
        while names:
            if ".".join(names) in self.table.header:
                return self.table.cell_place(self.line, self.table.header.index(".".join(names)))
            names.pop()
        return self.table.cell_place(self.line, 0)


@dataclass(frozen=True, slots=True)
class SectionKind:
    """What is known of a section before it is read.

    Attributes
    ----------
    path : str
        ``hubs`` or ``road.links``.
    row_type : type
        Row schema.
    codec : Codec
        Row values to objects.
    key_fields : tuple of str
        Fields that identify a row; empty for rows without identity.
    """

    path: str
    row_type: type[Row]
    codec: Codec[Any]
    key_fields: tuple[str, ...] = ("id",)

    @property
    def blocks(self) -> frozenset[str]:
        """Fields that are blocks."""
        return frozenset(name for name, column in columns_of(self.row_type).items() if column.kind == "block")

    def label(self, key: Key) -> str:
        """Object path of a row."""
        return f"{self.path}[{'-'.join(map(plain_text, key))}]"


@dataclass(slots=True)
class Section:
    """A section as read: what it uses of the reference, its own rows, and whether some could not be read at all."""

    kind: SectionKind
    use: str | list[tuple[str, FilePlace]] = "default"
    entries: dict[Key, Entry] = field(default_factory=dict)
    place: FilePlace = FilePlace("scenario.yaml")
    given: bool = False
    unread: bool = False


def merged(base: Mapping[str, Any], over: Mapping[str, Any], blocks: frozenset[str] | None = None) -> dict[str, Any]:
    """Values with others laid over them; blocks merge field by field, all other values are replaced whole.

    Without ``blocks`` every mapping merges.
    """
    result = dict(base)
    for key, value in over.items():
        below = result.get(key)
        merges = blocks is None or key in blocks
        both = merges and isinstance(value, Mapping) and isinstance(below, Mapping)
        result[key] = merged(below, value) if both else value  # type: ignore[arg-type]
    return result


class SectionReader:
    """Reads sections of one scenario document."""

    def __init__(self, document: Document, folder: Path, findings: Findings) -> None:
        self.document, self.folder, self.findings = document, folder, findings

    def read(self, kind: SectionKind) -> Section:
        """Read one section: its use, its tables, its rows."""
        steps = tuple(kind.path.split("."))
        node = self._find(steps)
        section = Section(kind, place=self.document.locate(steps))
        if node is None or node.value is None:
            return section
        section.given = True
        if isinstance(node.value, bool) and kind.path in _SWITCHES:
            section.use = "reference" if node.value else "none"
        elif isinstance(node.value, list):
            self._rows(section, node)
        elif isinstance(node.value, dict):
            self._block(section, node)
        elif node.value == "reference":
            self._use(section, node)
        else:
            self._wrong(node, f"{kind.path}: {shown(node.value)!r} is not a section")
        return section

    def _find(self, steps: tuple[str, ...]) -> Node | None:
        node: Node | None = self.document.root
        for step in steps:
            if node is None or not isinstance(node.value, dict):
                return None
            node = node.value.get(step)
        return node

    def _wrong(self, node: Node, message: str) -> None:
        place = place_of(self.document.file, node.line, node.column)
        self.findings.add(place, "E0203", message, "give a list of rows, or use:, table: and rows:")

    def _block(self, section: Section, node: Node) -> None:
        known = ("use", "table", "rows")
        for key, child in node.value.items():
            if key == "use":
                self._use(section, child)
            elif key == "table":
                for name in child.value if isinstance(child.value, list) else [child]:
                    self._table(section, name)
            elif key == "rows" and isinstance(child.value, list):
                self._rows(section, child)
            elif key == "rows":
                if child.value is not None:
                    self._wrong(child, f"{section.kind.path}.rows: is not a list")
            else:
                keys = node.keys or {}
                place = place_of(self.document.file, *keys[key])
                message = f"{section.kind.path}: unknown key {shown(key)!r}"
                self.findings.add(place, "E0201", message, did_you_mean(key, known) or f"one of: {', '.join(known)}")

    def _use(self, section: Section, node: Node) -> None:
        value = node.value
        by_id = section.kind.key_fields == ("id",)
        if section.kind.path in _OWN_ONLY:
            self._wrong(node, f"{section.kind.path}.use: the reference set has no {section.kind.path}")
        elif value in ("reference", "none"):
            section.use = str(value)
        elif isinstance(value, list) and by_id:
            for item in value:
                self._use_id(section, item)
        elif value is not None:
            self._wrong(node, f"{section.kind.path}.use: {shown(value)!r} is neither reference nor a list of ids")

    def _use_id(self, section: Section, node: Node) -> None:
        value = getattr(node.value, "raw", node.value)
        if not isinstance(value, str):
            self._wrong(node, f"{section.kind.path}.use: {shown(value)} is not an id")
            return
        if not isinstance(section.use, list):
            section.use = []
        section.use.append((value, place_of(self.document.file, node.line, node.column)))

    def _rows(self, section: Section, node: Node) -> None:
        for number, item in enumerate(node.value):
            by_id = section.kind.key_fields == ("id",) and section.kind.path not in _OWN_ONLY
            if not isinstance(item.value, dict) and by_id:
                self._use_id(section, item)
                continue
            locator = NodeLocator(self.document.file, item)
            self._row(section, plain(item), frozenset(), locator, f"{section.kind.path}[{number}]")

    def _table(self, section: Section, node: Node) -> None:
        place = place_of(self.document.file, node.line, node.column)
        if not isinstance(node.value, str):
            self._wrong(node, f"{section.kind.path}.table: is not a file name")
            return
        table = read_table(self.folder, node.value, place, self.findings)
        if table is None or not self._header(section, table):
            section.unread = True
            return
        columns = columns_of(section.kind.row_type)
        names = table.header
        for line, cells in table.rows:
            if len(cells) != len(names):
                where = table.cell_place(line, min(len(cells), len(names)))
                message = f"the row has {len(cells)} cells, the header {len(names)}"
                self.findings.add(where, "E0305", message, "quote cells that hold commas")
                section.unread = True
                continue
            flat: dict[str, Any] = {}
            wrong: set[str] = set()
            for name, text in zip(names, cells, strict=True):
                if not text or name not in columns:
                    continue
                try:
                    flat[name] = decode_cell(text, columns[name])
                except CellError as error:
                    wrong.add(name.partition(".")[0])
                    where = table.cell_place(line, names.index(name))
                    message = f"{name}: {shown(text)!r} {shown(str(error))}"
                    self.findings.add(where, "E0306", message, error.help_text)
            values = {key: value for key, value in nest(flat).items() if key not in wrong}
            self._row(section, values, frozenset(wrong), TableLocator(table, line), f"{section.kind.path}")

    def _header(self, section: Section, table: TextTable) -> bool:
        columns = columns_of(section.kind.row_type)
        seen: set[str] = set()
        for index, name in enumerate(table.header):
            where = table.cell_place(table.header_line, index)
            if not name:
                if any(len(cells) > index and cells[index] for _, cells in table.rows):
                    self.findings.add(where, "E0303", "a column has no name", "name it, or remove its cells")
                continue
            if name in seen:
                message = f"the column {shown(name)!r} is there twice"
                self.findings.add(where, "E0304", message, "remove one of them")
            elif name not in columns:
                self.findings.add(
                    where, "E0303", f"unknown column {shown(name)!r}", one_of(name, columns) or "remove it"
                )
            seen.add(name)
        missing = [name for name in section.kind.key_fields if name not in seen]
        for name in missing:
            where = table.cell_place(table.header_line, 0)
            self.findings.add(where, "E0202", f"the column {name!r} is missing", f"add a column {name}")
        return not missing and len(seen) == sum(map(bool, table.header))

    def _row(self, section: Section, raw: Any, wrong: frozenset[str], locator: Locator, label: str) -> None:
        kind = section.kind
        if not isinstance(raw, Mapping):
            section.unread = True
            self.findings.add(locator.locate(()), "E0203", f"{label}: is not a mapping", "give fields and values")
            return
        key = tuple(str(getattr(raw.get(name), "raw", raw.get(name))) for name in kind.key_fields)
        if kind.key_fields and all(isinstance(raw.get(name), str | int | float) for name in kind.key_fields):
            label = kind.label(key)
        values, refused = checked(kind.row_type, raw, label, locator, self.findings)
        if not kind.key_fields:
            key = (str(len(section.entries) + 1),)
        if values is None:
            if kind.key_fields and all(isinstance(raw.get(name), str) for name in kind.key_fields):
                values = {name: raw[name] for name in kind.key_fields}
            else:
                section.unread = True
                return
        first = section.entries.get(key)
        if first is not None:
            message = f"{label} is there twice (first at {first.locator.locate(kind.key_fields[:1])})"
            place = locator.locate(kind.key_fields[:1])
            self.findings.add(place, "E0207", message, "remove or rename one of them")
            return
        section.entries[key] = Entry(key, None, values, wrong | refused, locator)


def overlay(section: Section, used: Mapping[Key, tuple[Any, FilePlace]]) -> dict[Key, Entry]:
    """Used reference rows with the own rows laid over them, used ones first.

    Parameters
    ----------
    section : Section
        Own rows.
    used : mapping of key to (object, place)
        Reference objects that the section uses, and where it says so.
    """
    entries = {key: Entry(key, thing, {}, frozenset(), FixedPlace(place)) for key, (thing, place) in used.items()}
    for key, own in section.entries.items():
        base = entries.get(key)
        if base is not None and base.thing is not None:
            marked = marked_own(base.thing.provenance, own.own, section.kind.key_fields)
            marked = merged(marked, own_energy(own.own))
            entries[key] = Entry(key, base.thing, marked, own.wrong, own.locator, blocks=section.kind.blocks)
        else:
            entries[key] = own
    return entries


_OWN = "own value of the scenario"
_MJ = frozenset({"mj_per_gross_tkm", "mj_per_km_empty", "mj_per_km_full"})
_LIFTS = frozenset({"lift_kwh", "lift_diesel_mj", "lift_kwh_per_tonne", "lift_diesel_mj_per_tonne"})


def own_energy(own: Mapping[str, Any]) -> dict[str, Any]:
    """What energy figures that lie over a reference row rest on, unless they name a source of their own."""
    marks: dict[str, Any] = {}
    if _MJ & own.keys() and "energy" not in own:
        marks["energy"] = {"source": _OWN, "confidence": "own"}
    if _LIFTS & own.keys() and not {"energy_source", "energy_confidence"} & own.keys():
        marks.update(energy_source=_OWN, energy_confidence="own")
    dock = own.get("cross_dock")
    if isinstance(dock, Mapping) and {"kwh_per_pallet", "kwh_per_tonne"} & dock.keys() and "energy_source" not in dock:
        marks["cross_dock"] = {"energy_source": _OWN, "energy_confidence": "own"}
    return marks


def marked_own(below: Provenance, own: dict[str, Any], key_fields: tuple[str, ...]) -> dict[str, Any]:
    """Own values with a note on what they change, unless they name a source of their own."""
    changed = [name for name in own if name not in key_fields and name not in ("licence", "confidence")]
    if not changed or any(name in own for name in ("source", "note")):
        return own
    note = f"own values: {', '.join(changed)}"
    return {**own, "note": f"{below.note}; {note}" if below.note else note}
