"""YAML 1.2 in: limited before it is composed, with the place of every key and value.

Resolution follows the core schema of YAML 1.2.2, section 10.3.2: ``NO`` and ``12:30`` stay text, ``010`` is 10.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from cargopool.files.findings import FilePlace, Findings, shown

MAX_BYTES = 200_000_000
MAX_DEPTH = 64
MAX_NODES = 2_000_000
MAX_ALIASES = 1_000
MAX_DIGITS = 400
COMMAND_LINE = "--set"

_ALIAS_HELP = "write the value out, or quote a text that begins with *"
_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_TRUE = frozenset({"true", "True", "TRUE"})
_FALSE = frozenset({"false", "False", "FALSE"})
_INTEGER = re.compile(r"[-+]?[0-9]+\Z")
_OCTAL = re.compile(r"0o[0-7]+\Z")
_HEX = re.compile(r"0x[0-9a-fA-F]+\Z")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")
_INFINITE = re.compile(r"([-+]?)\.(inf|Inf|INF)\Z")
_NAN = frozenset({".nan", ".NaN", ".NAN"})
_TEXT_TAGS = frozenset({"!", "tag:yaml.org,2002:str"})


class PlainInt(int):
    """An integer that remembers how it was written, for fields that are text (``010``, ``3``)."""

    raw: str


class PlainFloat(float):
    """A number that remembers how it was written."""

    raw: str


@dataclass(slots=True)
class Node:
    """A value of a document with its place.

    Attributes
    ----------
    value : scalar, list of Node, or dict of str to Node
        What it is.
    line, column : int
        From 1.
    keys : dict of str to (line, column)
        Places of the keys of a mapping.
    size, height : int
        Nodes in it and levels of collections in it, aliases expanded.
    """

    value: Any
    line: int
    column: int
    keys: dict[str, tuple[int, int]] | None = None
    size: int = 1
    height: int = 0


@dataclass(slots=True)
class Document:
    """A YAML file that could be read."""

    file: str
    root: Node

    def locate(self, field_path: tuple[str | int, ...]) -> FilePlace:
        """Place of a value, or of the nearest thing around it; a key's own place when it is the last step."""
        return locate_in(self.file, self.root, field_path)


@dataclass(frozen=True, slots=True)
class NodeLocator:
    """Locator of one block of a document."""

    file: str
    node: Node

    def locate(self, field_path: tuple[str | int, ...]) -> FilePlace:
        """Place of a value of the block."""
        return locate_in(self.file, self.node, field_path)


class _StopReadingError(Exception):
    """The document cannot be read further."""

    def __init__(self, code: str, line: int, column: int, message: str, help_text: str) -> None:
        super().__init__(message)
        self.code, self.line, self.column, self.help_text = code, line, column, help_text


@dataclass(slots=True)
class _Open:
    """A collection that is being composed."""

    node: Node
    anchor: str | None
    key: str | None = None
    key_place: tuple[int, int] = (1, 1)
    has_key: bool = False


def locate_in(file: str, node: Node, field_path: tuple[str | int, ...], *, key: bool = False) -> FilePlace:
    """Walk a path through nodes as far as it goes; steps that are not there are skipped.

    The last step gives the place of its key when its value is a collection, or when ``key`` asks for it.
    """
    for position, step in enumerate(field_path):
        if isinstance(node.value, dict) and node.keys is not None and str(step) in node.value:
            is_collection = isinstance(node.value[str(step)].value, dict | list)
            if position == len(field_path) - 1 and (key or is_collection):
                return place_of(file, *node.keys[str(step)])
            node = node.value[str(step)]
        elif isinstance(node.value, list) and isinstance(step, int) and 0 <= step < len(node.value):
            node = node.value[step]
    return place_of(file, node.line, node.column)


def place_of(file: str, line: int, column: int) -> FilePlace:
    """A place in a file; values that came from the command line stand in line 0 and in no file."""
    return FilePlace(file, line, column) if line else FilePlace(COMMAND_LINE)


def read_text(path: Path, shown_as: str, findings: Findings) -> str | None:
    """Read a UTF-8 text file of bounded size; findings instead of exceptions."""
    start = FilePlace(shown_as)
    try:
        if not path.is_file():
            wanted = "; a scenario needs scenario.yaml" if path.name == "scenario.yaml" else ""
            findings.add(start, "E0101", "there is no such file", f"check the name{wanted}")
            return None
        if path.stat().st_size > MAX_BYTES:
            findings.add(start, "E0107", f"the file is larger than {MAX_BYTES // 1_000_000} MB", "split it up")
            return None
        data = path.read_bytes()
    except (OSError, ValueError) as error:
        findings.add(start, "E0101", f"the file cannot be read: {shown(error)}", "check its permissions")
        return None
    return decode_text(data, shown_as, findings)


def decode_text(data: bytes, shown_as: str, findings: Findings) -> str | None:
    """UTF-8 bytes (with or without byte-order mark) as text."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        findings.add(FilePlace(shown_as), "E0102", "the file is UTF-16, not UTF-8", "save it as UTF-8")
        return None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        line = before.count(b"\n") + 1
        column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8", "replace")) + 1
        message = f"the byte 0x{data[error.start]:02x} is not UTF-8"
        findings.add(FilePlace(shown_as, line, column), "E0102", message, "save the file as UTF-8")
        return None


def read_yaml(path: Path, shown_as: str, findings: Findings) -> Document | None:
    """Read one YAML document; None when it cannot be read, with the reason among the findings."""
    text = read_text(path, shown_as, findings)
    return None if text is None else parse_yaml(text, shown_as, findings)


def parse_yaml(text: str, shown_as: str, findings: Findings) -> Document | None:
    """Compose one YAML document from text."""
    try:
        root = _Composer(shown_as, findings).compose(text)
    except _StopReadingError as stop:
        findings.add(FilePlace(shown_as, stop.line, stop.column), stop.code, str(stop), stop.help_text)
        return None
    except yaml.YAMLError as error:
        findings.add(*_syntax_error(error, text, shown_as))
        return None
    return Document(shown_as, root)


def plain(node: Node) -> Any:
    """The value without places: dicts, lists and scalars."""
    if isinstance(node.value, dict):
        return {key: plain(child) for key, child in node.value.items()}
    if isinstance(node.value, list):
        return [plain(child) for child in node.value]
    return node.value


@dataclass(slots=True)
class _Composer:
    file: str
    findings: Findings
    nodes: int = 0
    aliases: int = 0
    anchors: dict[str, Node | None] = field(default_factory=dict)
    stack: list[_Open] = field(default_factory=list)
    root: Node | None = None
    documents: int = 0

    def compose(self, text: str) -> Node:
        for event in _events(text):
            self._take(event)
        if self.root is None:
            raise _StopReadingError("E0110", 1, 1, "the file is empty", "start with: format: cargopool/1")
        return self.root

    def _take(self, event: yaml.Event) -> None:
        mark: Any = event.start_mark
        line, column = mark.line + 1, mark.column + 1
        if type(event) is yaml.ScalarEvent:
            self._count(line, column)
            self._scalar(event, line, column)
        elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            self._count(line, column)
            self._start(event, line, column)
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            self._end()
        elif isinstance(event, yaml.AliasEvent):
            self._alias(str(event.anchor), line, column)
        elif isinstance(event, yaml.DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                raise _StopReadingError(
                    "E0110", line, column, "a second document starts here", "one file, one document"
                )

    def _count(self, line: int, column: int, amount: int = 1) -> None:
        self.nodes += amount
        if self.nodes > MAX_NODES:
            message = f"more than {MAX_NODES:,} values, aliases expanded"
            raise _StopReadingError("E0105", line, column, message, "put bulk rows into CSV tables")

    def _start(self, event: yaml.CollectionStartEvent, line: int, column: int) -> None:
        if len(self.stack) >= MAX_DEPTH:
            raise _StopReadingError("E0104", line, column, f"nested deeper than {MAX_DEPTH} levels", "flatten it")
        self._check_tag(event.tag, line, column)
        is_mapping = isinstance(event, yaml.MappingStartEvent)
        node = Node({}, line, column, keys={}, height=1) if is_mapping else Node([], line, column, height=1)
        if self.stack and self.stack[-1].node.keys is not None and not self.stack[-1].has_key:
            raise _StopReadingError("E0103", line, column, "a key must be plain text", "write the key as one word")
        if event.anchor is not None:
            self.anchors[event.anchor] = None
        self.stack.append(_Open(node, event.anchor))

    def _end(self) -> None:
        done = self.stack.pop()
        if done.anchor is not None:
            self.anchors[done.anchor] = done.node
        self._put(done.node)

    def _alias(self, anchor: str, line: int, column: int) -> None:
        self.aliases += 1
        if self.aliases > MAX_ALIASES:
            raise _StopReadingError("E0106", line, column, f"more than {MAX_ALIASES:,} aliases", "repeat the values")
        if anchor not in self.anchors:
            raise _StopReadingError("E0103", line, column, f"the alias *{shown(anchor)} has no anchor", _ALIAS_HELP)
        node = self.anchors[anchor]
        if node is None:
            raise _StopReadingError("E0111", line, column, f"*{shown(anchor)} contains itself", "write the value out")
        if len(self.stack) + node.height > MAX_DEPTH:
            message = f"nested deeper than {MAX_DEPTH} levels, aliases expanded"
            raise _StopReadingError("E0104", line, column, message, "flatten it")
        self._count(line, column, node.size)
        top = self.stack[-1] if self.stack else None
        if top is not None and top.node.keys is not None and not top.has_key:
            raise _StopReadingError("E0103", line, column, "an alias cannot be a key", "write the key as text")
        self._put(Node(node.value, line, column, node.keys, node.size, node.height))

    def _scalar(self, event: yaml.ScalarEvent, line: int, column: int) -> None:
        text = str(event.value)
        top = self.stack[-1] if self.stack else None
        self._check_tag(event.tag, line, column)
        if top is not None and top.node.keys is not None and not top.has_key:
            self._key(top, text, line, column)
            return
        is_text = event.tag in _TEXT_TAGS or not event.implicit[0] or bool(event.style)
        value = text if is_text else resolve_scalar(text)
        if value is None and not is_text and text and text not in _NULL:
            raise _StopReadingError("E0204", line, column, "the number has too many digits", "write a smaller number")
        node = Node(value, line, column)
        if event.anchor is not None:
            self.anchors[event.anchor] = node
        self._put(node)

    def _key(self, top: _Open, key: str, line: int, column: int) -> None:
        keys = top.node.keys
        assert keys is not None
        if key in keys:
            first = FilePlace(self.file, *keys[key])
            message = f"the key {shown(key)!r} is here twice (first at {first})"
            self.findings.add(FilePlace(self.file, line, column), "E0108", message, "remove or rename one of them")
        elif key == "<<":
            place = FilePlace(self.file, line, column)
            self.findings.add(place, "E0109", "YAML 1.2 has no merge key '<<'", "write the fields out")
        top.key, top.key_place, top.has_key = key, (line, column), True

    def _put(self, node: Node) -> None:
        if not self.stack:
            self.root = node
            return
        top = self.stack[-1]
        top.node.size += node.size
        if node.height >= top.node.height:
            top.node.height = node.height + 1
        if top.node.keys is None:
            top.node.value.append(node)
            return
        assert top.key is not None
        if top.key not in top.node.keys and top.key != "<<":
            top.node.keys[top.key] = top.key_place
            top.node.value[top.key] = node
        top.key, top.has_key = None, False

    def _check_tag(self, tag: str | None, line: int, column: int) -> None:
        if tag is not None and tag not in _TEXT_TAGS:
            message = f"the tag {shown(tag)} is not allowed"
            raise _StopReadingError("E0109", line, column, message, "remove the tag; quote a value to keep it text")


def resolve_scalar(text: str) -> Any:
    """Value of a plain scalar under the core schema; None is null, or a number of more than 400 digits."""
    if text in _NULL:
        return None
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    first = text[0]
    if not (first.isdigit() or first in "+-."):
        return text
    if _INTEGER.match(text):
        return _remember(PlainInt(text), text) if len(text) <= MAX_DIGITS else None
    if _OCTAL.match(text) or _HEX.match(text):
        return _remember(PlainInt(text, 0), text) if len(text) <= MAX_DIGITS else None
    if _FLOAT.match(text):
        return _remember(PlainFloat(text), text)
    infinite = _INFINITE.match(text)
    if infinite:
        return _remember(PlainFloat(infinite.group(1) + "inf"), text)
    return _remember(PlainFloat("nan"), text) if text in _NAN else text


def _remember(number: PlainInt | PlainFloat, raw: str) -> PlainInt | PlainFloat:
    number.raw = raw
    return number


def _events(text: str) -> Iterator[yaml.Event]:
    """Events of the fastest parser there is; both are loops, so nesting costs no stack."""
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return iter(yaml.parse(text, Loader=loader))


def _syntax_error(error: yaml.YAMLError, text: str, file: str) -> tuple[FilePlace, str, str, str]:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "this is not YAML"
    context = getattr(error, "context", None)
    if mark is not None:
        place = FilePlace(file, mark.line + 1, mark.column + 1)
    else:
        position = getattr(error, "position", None) or 0
        before = text[:position]
        place = FilePlace(file, before.count("\n") + 1, len(before) - before.rfind("\n"))
    message = f"{shown(problem)} ({shown(context)})" if context else shown(problem)
    return place, "E0103", message, "check indentation, quotes and brackets; tabs must not indent"
