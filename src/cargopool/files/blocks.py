"""The blocks of scenario.yaml that are no tables: header, horizon, objective, drayage, factors, scope, execution,
conditions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

from pydantic import BaseModel

from cargopool.files.checking import checked
from cargopool.files.codecs import Codec
from cargopool.files.documents import Document, Node, NodeLocator, place_of, plain
from cargopool.files.entities import DRAYAGE, EXECUTION, FACTOR_ROWS, FACTORS, OBJECTIVE, SCOPE
from cargopool.files.entries import marked_own, merged
from cargopool.files.findings import Findings, did_you_mean, shown
from cargopool.files.schema.document import (
    ConditionsBlock,
    DrayageBlock,
    ExecutionBlock,
    HorizonBlock,
    ObjectiveBlock,
    ScenarioDocument,
    ScopeBlock,
)
from cargopool.files.schema.factors import FactorsBlock
from cargopool.model.execution import ExecutionRules
from cargopool.model.scenario import Drayage, Factors, Horizon, ModelScope, Objective
from cargopool.model.texts import FieldError, utc_moment
from cargopool.model.wallclock import zone_of

T = TypeVar("T")
FORMAT = "cargopool/1"
_STAND_IN = Horizon(start=datetime(2000, 1, 1, tzinfo=UTC), end=datetime(2000, 1, 2, tzinfo=UTC))


@dataclass(frozen=True, slots=True)
class Header:
    """Simple values at the top of the document."""

    name: str
    synthetic: bool
    notes: str
    resolved_variant: str


class BlockReader:
    """Reads the blocks of one document."""

    def __init__(self, document: Document, findings: Findings) -> None:
        self.document, self.findings = document, findings
        root = document.root.value
        self.root: dict[str, Node] = root if isinstance(root, dict) else {}

    def check_document(self) -> bool:
        """Check that the document is a mapping of known keys in a known format."""
        place = place_of(self.document.file, self.document.root.line, self.document.root.column)
        if not isinstance(self.document.root.value, dict):
            self.findings.add(place, "E0203", "the document is not a mapping", "start with: format: cargopool/1")
            return False
        known = ScenarioDocument.model_fields
        keys = self.document.root.keys or {}
        for key in self.root:
            if key not in known:
                where = place_of(self.document.file, *keys[key])
                self.findings.add(
                    where, "E0201", f"unknown key {shown(key)!r}", did_you_mean(key, known) or "remove it"
                )
        for key in ("format", "name", "horizon"):
            if key not in self.root:
                self.findings.add(place, "E0202", f"{key}: is missing", f"give {key}")
        value = self.root["format"].value if "format" in self.root else FORMAT
        if value != FORMAT:
            message = f"format: {shown(value)!r} is not {FORMAT}"
            self.findings.add(self.document.locate(("format",)), "E0208", message, f"write format: {FORMAT}")
        self._check_road()
        self._check_changes()
        return True

    def _check_road(self) -> None:
        node = self.root.get("road")
        if node is None or node.value is None:
            return
        known = ("vehicles", "fleet", "links", "matrix", "bans", "crossings")
        if not isinstance(node.value, dict):
            self.findings.add(self.document.locate(("road",)), "E0203", "road: is not a mapping", "give vehicles:")
            return
        for key, place in (node.keys or {}).items():
            if key not in known:
                where = place_of(self.document.file, *place)
                help_text = did_you_mean(key, known) or f"one of: {', '.join(known)}"
                self.findings.add(where, "E0201", f"road: unknown key {shown(key)!r}", help_text)

    def _check_changes(self) -> None:
        for key in ("overrides", "variants"):
            node = self.root.get(key)
            if node is not None and node.value is not None and not isinstance(node.value, dict):
                self.findings.add(
                    self.document.locate((key,)), "E0203", f"{key}: is not a mapping", "give names and values"
                )
                continue
            inner = node.value if node is not None and node.value is not None else {}
            wanted = dict if key == "overrides" else list
            for name, child in inner.items():
                if not isinstance(child.value, wanted):
                    word = "a mapping of paths to values" if wanted is dict else "a list of overrides"
                    place = place_of(self.document.file, child.line, child.column)
                    self.findings.add(place, "E0203", f"{key}.{shown(name)}: is not {word}", f"give {word}")

    def header(self) -> Header:
        """Name, notes and flags."""

        class _Header(BaseModel):
            model_config = ScenarioDocument.model_config
            name: str = ""
            synthetic: bool = False
            notes: str = ""
            resolved_variant: str = ""

        given = {key: self._header_value(key) for key in _Header.model_fields if key in self.root}
        values, _ = checked(_Header, given, "", self.document, self.findings)
        return Header(**{"name": "", "synthetic": False, "notes": "", "resolved_variant": "", **(values or {})})

    def _header_value(self, key: str) -> Any:
        value = plain(self.root[key])
        return getattr(value, "raw", value)

    def block(
        self, name: str, schema: type[BaseModel]
    ) -> tuple[dict[str, Any], frozenset[str], NodeLocator | Document]:
        """Given values of a block, refused fields, and where it stands."""
        node = self.root.get(name)
        if node is None or node.value is None:
            return {}, frozenset(), self.document
        locator = NodeLocator(self.document.file, node)
        self.findings.register(name, locator)
        values, wrong = checked(schema, plain(node), name, locator, self.findings)
        return values or {}, wrong, locator

    def horizon(self) -> tuple[Horizon, bool]:
        """Horizon, and whether it could be read; else a stand-in."""
        values, wrong, locator = self.block("horizon", HorizonBlock)
        zone = values.get("timezone", "UTC")
        if zone_of(zone) is None:
            message = f"horizon.timezone: unknown time zone {shown(zone)!r}"
            self.findings.add(locator.locate(("timezone",)), "E0504", message, zone_help(zone))
            return _STAND_IN, False
        moments: dict[str, datetime] = {}
        for name in ("start", "end"):
            if name in values:
                try:
                    moments[name] = utc_moment(values[name], zone)
                except FieldError as problem:
                    place = locator.locate((name,))
                    self.findings.add(place, problem.code, f"horizon.{name}: {problem}", problem.help_text)
        if len(moments) < 2 or wrong:
            return _STAND_IN, False
        if moments["end"] <= moments["start"]:
            place = locator.locate(("end",))
            self.findings.add(place, "E1001", "horizon.end: is not after the start", "give a later end")
            return _STAND_IN, False
        return Horizon(start=moments["start"], end=moments["end"], timezone=zone), True

    def _whole(self, name: str, schema: type[BaseModel], codec: Codec[T], base: T | None) -> T | None:
        values, _, locator = self.block(name, schema)
        if base is not None:
            below = codec.encode(base)
            provenance = getattr(base, "provenance", None)
            if codec.provenance and provenance is not None:
                values = marked_own(provenance, values, ())
            values = merged(below, values)
        return codec.decode(values, name, locator, self.findings)

    def objective(self) -> Objective:
        """Objective."""
        return self._whole("objective", ObjectiveBlock, OBJECTIVE, None) or Objective()

    def scope(self) -> ModelScope:
        """Parameters of the reference model P."""
        return self._whole("scope", ScopeBlock, SCOPE, None) or ModelScope()

    def execution(self) -> ExecutionRules:
        """Execution layers on top of the plan."""
        return self._whole("execution", ExecutionBlock, EXECUTION, None) or ExecutionRules()

    def drayage(self, base: Drayage | None) -> Drayage:
        """Drayage over the reference's, or over the defaults."""
        return self._whole("drayage", DrayageBlock, DRAYAGE, base or Drayage()) or base or Drayage()

    def conditions(self) -> dict[str, Any]:
        """State of the world, as given."""
        return self.block("conditions", ConditionsBlock)[0]

    factors_broken: bool = False

    def factors(self, sets: Mapping[str, Factors], default: str) -> Factors:
        """Factor set: a reference one with own values over it, or an own one."""
        values, wrong, locator = self.block("factors", FactorsBlock)
        self.factors_broken = bool(wrong)
        own_id, chosen = values.get("id"), values.pop("set", None)
        if own_id is not None and chosen is not None:
            message = "factors: give set: or id:, not both"
            self.findings.add(locator.locate(("id",)), "E0203", message, "set: names a reference set, id: an own one")
        if own_id is None or chosen is not None:
            chosen = chosen or default
            base = sets.get(chosen)
            if base is None:
                if wrong or (not values and "factors" not in self.root):
                    return Factors(id="none")
                help_text = did_you_mean(chosen, sets) or "give id: and own values"
                place = locator.locate(("set",))
                self.factors_broken = True
                self.findings.add(place, "E0401", f"factors.set: there is no set {shown(chosen)!r}", help_text)
                return Factors(id="none")
            values = _over_factors(base, values)
        made = FACTORS.decode(values, "factors", locator, self.findings)
        self.factors_broken = self.factors_broken or made is None
        return made or Factors(id="none")


_NOT_FACTORS = ("provenance", "version", "base", "overridden")
_PROVENANCE_NAMES = {
    "grid_g_per_kwh": "grid",
    "external_cents_per_tkm": "external",
    "external_cents_per_vkm": "external",
}
"""Provenance of a block of factors by another name than the block's."""


def _over_factors(base: Factors, own: dict[str, Any]) -> dict[str, Any]:
    """Values of a factor set with own ones over them, rows by id; what is own is said to be."""
    rows: dict[str, list[dict[str, Any]]] = {}
    for name, codec in FACTOR_ROWS.items():
        known = getattr(base, name)
        merged_rows = {row_id: codec.encode(row) for row_id, row in known.items()}
        for row in own.get(name, []):
            below = known.get(row["id"])
            marked = row if below is None else marked_own(below.provenance, row, ("id",))
            merged_rows[row["id"]] = merged(merged_rows.get(row["id"], {}), marked)
        rows[name] = list(merged_rows.values())
    replaced = _replaced(own)
    values = merged(FACTORS.encode(base), own)
    origins = {
        **values.get("provenance", {}),
        **{name: {"source": "own value of the scenario"} for _, name in replaced if name},
        **own.get("provenance", {}),
    }
    return {
        **values,
        **rows,
        "provenance": origins,
        "base": base.id,
        "overridden": [path for path, _ in replaced],
    }


def _replaced(own: dict[str, Any]) -> list[tuple[str, str]]:
    """Paths of the factors that own values replace, and the names of their provenance (empty: in the row)."""
    found: list[tuple[str, str]] = []
    for name, value in own.items():
        if name in FACTOR_ROWS:
            found += [(f"{name}.{row['id']}", "") for row in value]
        elif isinstance(value, Mapping) and name not in _NOT_FACTORS:
            block = _PROVENANCE_NAMES.get(name, name)
            found += [(f"{name}.{key}", f"{block}.{key}") for key in value]
        elif name not in _NOT_FACTORS:
            found.append((name, name))
    return found


def zone_help(zone: str) -> str:
    """Help for an unknown zone."""
    from zoneinfo import available_timezones

    return did_you_mean(zone, available_timezones()) or "use an IANA zone such as Europe/Brussels"
