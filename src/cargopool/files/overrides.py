"""Named changes: paths, filters, variants.

A path is dotted schema keys; ``section[filter].field`` addresses rows by id, by ``*``, or by ``field=value`` pairs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from cargopool.files.cells import Column, columns_of, encode_cell
from cargopool.files.documents import COMMAND_LINE, Document, Node, parse_yaml, place_of, plain, resolve_scalar
from cargopool.files.entities import SECTION_KINDS
from cargopool.files.entries import Entry, Key, SectionKind
from cargopool.files.findings import FilePlace, Findings, did_you_mean, one_of, shown
from cargopool.files.schema.document import ScenarioDocument

_ROW_PATH = re.compile(r"([a-z_.]+)\[([^\[\]]*)\]\.([a-z_0-9.]+)\Z")
_BLOCK_PATH = re.compile(r"[A-Za-z_0-9-]+(\.[A-Za-z_0-9-]+)*\Z")
_PATH_HELP = "write a path such as objective.carbon_price_eur_per_t or services[mode=rail].capacity_factor"


@dataclass(frozen=True, slots=True)
class Setting:
    """One value that an override or the command line sets.

    Attributes
    ----------
    path : str
        As written.
    node : Node
        The value with its place.
    file : str
        File of the place.
    by : str
        Name of the override; empty for the command line, which wins.
    """

    path: str
    node: Node
    file: str
    by: str

    def locate(self, field_path: tuple[str | int, ...]) -> FilePlace:
        """Place of the value, whatever the field."""
        return place_of(self.file, self.node.line, self.node.column)


def parse_setting(text: str) -> tuple[str, Any]:
    """Path and value of ``path=value`` as the command line gives it; the value is YAML.

    Raises
    ------
    ValueError
        When there is no path or no value.
    """
    depth = 0
    for index, character in enumerate(text):
        depth += (character == "[") - (character == "]")
        if character == "=" and depth == 0:
            path, value = text[:index].strip(), text[index + 1 :].strip()
            if path:
                return path, _setting_value(value)
    raise ValueError(f"{shown(text)!r} is not path=value")


def _setting_value(text: str) -> Any:
    if not text.startswith(("[", "{", '"', "'")):
        return resolve_scalar(text)
    findings = Findings()
    document = parse_yaml(text, "--set", findings)
    if document is None or findings.failed:
        raise ValueError(f"{shown(text)!r} is not a value")
    return plain(document.root)


def settings_of(document: Document, variant: str, extra: Mapping[str, Any], findings: Findings) -> list[Setting]:
    """All settings of a variant and of the command line, in order; conflicts and unknown names are findings."""
    root = document.root.value
    variants = _child(root, "variants")
    overrides = _child(root, "overrides")
    named = overrides.value if overrides is not None and isinstance(overrides.value, dict) else {}
    chosen: list[str] = []
    if variants is not None and isinstance(variants.value, dict):
        chosen = _chosen(document, variants, variant, named, findings)
    elif variant != "base":
        place = FilePlace(document.file, document.root.line, document.root.column)
        findings.add(place, "E0402", f"there is no variant {shown(variant)!r}", "the scenario has only base")
    settings: list[Setting] = []
    for name in chosen:
        block = named.get(name)
        if block is not None and isinstance(block.value, dict):
            settings += [Setting(path, node, document.file, name) for path, node in block.value.items()]
    settings += [Setting(path, _node(value), COMMAND_LINE, "") for path, value in extra.items()]
    return settings


def check_unused(document: Document, used: Iterable[Setting], findings: Findings) -> None:
    """Report paths of overrides that the variant does not use and that lead nowhere."""
    overrides = _child(document.root.value, "overrides")
    named = overrides.value if overrides is not None and isinstance(overrides.value, dict) else {}
    taken = {setting.by for setting in used}
    for name, block in named.items():
        if name in taken or not isinstance(block.value, dict):
            continue
        settings = [Setting(path, node, document.file, name) for path, node in block.value.items()]
        RowOverrides(settings, findings).check_paths()
        for setting in settings:
            if not is_row_path(setting.path):
                _check_block_path(setting, findings)


def _check_block_path(setting: Setting, findings: Findings) -> bool:
    first = setting.path.split(".")[0]
    if not _BLOCK_PATH.match(setting.path) or first in ("overrides", "variants", "format"):
        message = f"{shown(setting.path)!r} is not a path that can be set"
        findings.add(setting.locate(()), "E0407", message, _PATH_HELP)
        return False
    if first not in ScenarioDocument.model_fields:
        message = f"there is no block {shown(first)!r}"
        findings.add(setting.locate(()), "E0403", message, one_of(first, ScenarioDocument.model_fields) or _PATH_HELP)
        return False
    return True


def _child(root: Any, name: str) -> Node | None:
    return root.get(name) if isinstance(root, dict) else None


def _chosen(
    document: Document, variants: Node, variant: str, named: Mapping[str, Node], findings: Findings
) -> list[str]:
    for name, node in variants.value.items():
        for item in node.value if isinstance(node.value, list) else []:
            if isinstance(item.value, str) and item.value not in named:
                place = place_of(document.file, item.line, item.column)
                message = f"variant {shown(name)}: there is no override {shown(item.value)!r}"
                findings.add(place, "E0406", message, one_of(item.value, named) or "define it under overrides")
    if variant not in variants.value:
        if variant != "base":
            place = document.locate(("variants",))
            message = f"there is no variant {shown(variant)!r}"
            findings.add(place, "E0402", message, one_of(variant, variants.value))
        return []
    items = variants.value[variant].value
    names = [item.value for item in items if isinstance(item.value, str)] if isinstance(items, list) else []
    return list(dict.fromkeys(names))


def _node(value: Any) -> Node:
    if isinstance(value, Mapping):
        return Node({str(key): _node(item) for key, item in value.items()}, 0, 0, {str(key): (0, 0) for key in value})
    if isinstance(value, list | tuple):
        return Node([_node(item) for item in value], 0, 0)
    return Node(value, 0, 0)


def is_row_path(path: str) -> bool:
    """Whether a path addresses rows of a section."""
    return "[" in path


def apply_to_document(document: Document, settings: Iterable[Setting], findings: Findings) -> None:
    """Set the values of paths that address no rows."""
    done: dict[str, Setting] = {}
    for setting in settings:
        if is_row_path(setting.path):
            continue
        if not _check_block_path(setting, findings):
            continue
        block = setting.path.split(".")[0]
        if block not in ScenarioDocument.model_fields:
            message = f"{shown(setting.path)!r}: a scenario has no {shown(block)!r}"
            findings.add(setting.locate(()), "E0403", message, one_of(block, ScenarioDocument.model_fields))
            continue
        clash = _clash(setting, done)
        if clash is not None:
            _report_clash(setting, clash, setting.path, findings)
            continue
        done[setting.path] = setting
        _set_node(document.root, setting, findings)


def _clash(setting: Setting, done: Mapping[str, Setting]) -> Setting | None:
    if not setting.by:
        return None
    for path, earlier in done.items():
        if path == setting.path and plain(earlier.node) != plain(setting.node):
            return earlier
        if path.startswith(setting.path + ".") or setting.path.startswith(path + "."):
            return earlier
    return None


def _report_clash(setting: Setting, earlier: Setting, what: str, findings: Findings) -> None:
    message = f"{shown(setting.by)} and {shown(earlier.by)} both set {shown(what)} (first at {earlier.locate(())})"
    findings.add(setting.locate(()), "E0405", message, "leave one of them out of the variant")


def _set_node(root: Node, setting: Setting, findings: Findings) -> None:
    node = root
    steps = setting.path.split(".")
    place = (setting.node.line, setting.node.column)
    for step in steps[:-1]:
        if not isinstance(node.value, dict) or node.keys is None:
            break
        child = node.value.get(step)
        if child is None or child.value is None:
            child = Node({}, *place, keys={})
            node.value[step] = child
            node.keys.setdefault(step, place)
        node = child
    if not isinstance(node.value, dict) or node.keys is None:
        message = f"{shown(setting.path)!r} leads into a value that is no block"
        findings.add(setting.locate(()), "E0403", message, _PATH_HELP)
        return
    node.value[steps[-1]] = setting.node
    node.keys[steps[-1]] = place


class RowOverrides:
    """Applies the settings that address rows."""

    def __init__(self, settings: Iterable[Setting], findings: Findings) -> None:
        self.findings = findings
        self.settings = [setting for setting in settings if is_row_path(setting.path)]
        self.done: dict[tuple[str, Key, str], Setting] = {}

    def check_paths(self) -> None:
        """Report paths that lead to no section."""
        for setting in self.settings:
            match = _ROW_PATH.match(setting.path)
            if match is None:
                message = f"{shown(setting.path)!r} is not a path"
                self.findings.add(setting.locate(()), "E0407", message, _PATH_HELP)
            elif match.group(1) not in SECTION_KINDS:
                message = f"there is no section {shown(match.group(1))!r} with rows"
                help_text = one_of(match.group(1), SECTION_KINDS) or _PATH_HELP
                self.findings.add(setting.locate(()), "E0403", message, help_text)
            else:
                self._check_field(setting, SECTION_KINDS[match.group(1)], match.group(3))

    def _check_field(self, setting: Setting, kind: SectionKind, field_name: str) -> None:
        columns = columns_of(kind.row_type)
        if field_name not in columns or field_name in kind.key_fields:
            message = f"rows of {kind.path} have no field {shown(field_name)!r} that can be set"
            help_text = one_of(field_name, columns) or "name a column of the section's table"
            self.findings.add(setting.locate(()), "E0403", message, help_text)

    def apply(self, kind: SectionKind, entries: Mapping[Key, Entry], facts: Mapping[Key, frozenset[str]]) -> None:
        """Set values in the rows of one section.

        Parameters
        ----------
        kind : SectionKind
            Section.
        entries : mapping
            Its rows.
        facts : mapping of key to words
            ``country=CH`` and ``via=DEMAN`` words that hold for a row besides its fields.
        """
        columns = columns_of(kind.row_type)
        for setting in self.settings:
            match = _ROW_PATH.match(setting.path)
            if match is None or match.group(1) != kind.path:
                continue
            field_name = match.group(3)
            if field_name not in columns or field_name in kind.key_fields:
                continue
            hits = [entry for entry in entries.values() if matches(match.group(2), kind, entry, facts)]
            if not hits:
                self._no_hit(setting, match.group(2), kind, entries)
            for entry in hits:
                self._put(setting, kind, entry, field_name)

    def _no_hit(self, setting: Setting, text: str, kind: SectionKind, entries: Mapping[Key, Entry]) -> None:
        near = did_you_mean(text, ["-".join(key) for key in entries]) if "=" not in text else ""
        message = f"no row of {kind.path} matches [{shown(text)}]"
        self.findings.add(setting.locate(()), "E0404", message, near or "check the ids and values of the filter")

    def _put(self, setting: Setting, kind: SectionKind, entry: Entry, field_name: str) -> None:
        mark = (kind.path, entry.key, field_name)
        for (path, key, name), earlier in self.done.items():
            if (path, key) != mark[:2] or not setting.by or not earlier.by:
                continue
            same_field = name == field_name and plain(earlier.node) != plain(setting.node)
            if same_field or name.startswith(field_name + ".") or field_name.startswith(name + "."):
                _report_clash(setting, earlier, f"{kind.label(key)}.{field_name}", self.findings)
                return
        self.done[mark] = setting
        entry.put(kind.codec, tuple(field_name.split(".")), plain(setting.node), setting)


def matches(text: str, kind: SectionKind, entry: Entry, facts: Mapping[Key, frozenset[str]]) -> bool:
    """Whether a filter selects a row: ``*``, an id, or ``field=value`` pairs that all hold."""
    if text == "*" or text == "-".join(entry.key):
        return True
    if "=" not in text:
        return False
    columns = columns_of(kind.row_type)
    values = entry.values(kind.codec)
    return all(_holds(pair, columns, values, facts.get(entry.key, frozenset())) for pair in text.split(","))


def _holds(pair: str, columns: Mapping[str, Column], values: Mapping[str, Any], facts: frozenset[str]) -> bool:
    name, _, wanted = (part.strip() for part in pair.partition("="))
    if f"{name}={wanted}" in facts:
        return True
    column = columns.get(name)
    if column is None:
        return False
    value: Any = values
    for step in name.split("."):
        value = value.get(step) if isinstance(value, Mapping) else None
    if isinstance(value, list):
        return wanted in map(str, value)
    return value is not None and encode_cell(value, column) == wanted
