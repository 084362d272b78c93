"""What is wrong and where: collected over all files, reported once."""

from __future__ import annotations

import difflib
import re
import reprlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Protocol

from cargopool.errors import Diagnostic, Severity

_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_SHOWN = 80
MAX_FINDINGS = 1000
_SHORT = reprlib.Repr()
_SHORT.maxlevel = 4
_SHORT.maxstring = _SHORT.maxother = _SHORT.maxlong = _SHOWN


@dataclass(frozen=True, slots=True, order=True)
class FilePlace:
    """A place in a file; lines and columns count from 1."""

    file: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


class Locator(Protocol):
    """Finds the place of a field inside one row or block."""

    def locate(self, field_path: tuple[str | int, ...]) -> FilePlace:
        """Place of the field, or of the nearest thing around it."""
        ...


@dataclass(frozen=True, slots=True)
class FixedPlace:
    """A locator that knows one place only."""

    place: FilePlace

    def locate(self, field_path: tuple[str | int, ...]) -> FilePlace:
        """The one place, whatever the field."""
        return self.place


@dataclass(slots=True)
class Findings:
    """Collector of diagnostics with the map from object paths to file places.

    Attributes
    ----------
    failed : bool
        Whether anything but warnings was found.
    """

    found: list[tuple[FilePlace, Diagnostic]] = field(default_factory=list)
    locators: dict[str, Locator] = field(default_factory=dict)
    left_out: int = 0
    failed: bool = False

    def add(self, place: FilePlace, code: str, message: str, help_text: str = "", severity: Severity = "error") -> None:
        """Record one finding at a place; beyond some number they are only counted."""
        self.failed = self.failed or severity == "error"
        if self.full:
            self.left_out += 1
            return
        self.found.append((place, Diagnostic(code, message, str(place), help_text, severity)))

    @property
    def full(self) -> bool:
        """Whether further findings are only counted."""
        return len(self.found) >= MAX_FINDINGS

    def register(self, object_path: str, locator: Locator) -> None:
        """Say where an object of that path stands in the files."""
        self.locators[object_path] = locator

    def add_meaning(self, diagnostics: Iterable[Diagnostic], fallback: FilePlace) -> None:
        """Record findings whose place is an object path."""
        for finding in diagnostics:
            place = self.place_of(finding.where, fallback)
            message = f"{finding.where}: {finding.message}" if finding.where else finding.message
            self.add(place, finding.code, message, finding.help, finding.severity)

    def place_of(self, object_path: str, fallback: FilePlace) -> FilePlace:
        """File place of an object path such as ``shipments[S17].due``."""
        prefix = object_path
        while prefix:
            locator = self.locators.get(prefix)
            if locator is not None:
                return locator.locate(_steps(object_path[len(prefix) :]))
            prefix = prefix[: max(prefix.rfind("."), prefix.rfind("["), 0)]
        return fallback

    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """Everything found, by file and place, each once."""
        ordered = sorted(self.found, key=lambda item: (item[0], item[1].code, item[1].message))
        different = tuple(dict.fromkeys(finding for _, finding in ordered))
        return (*different, not_shown(self.left_out)) if self.left_out else different


def not_shown(count: int) -> Diagnostic:
    """Diagnostic that stands for the findings beyond the number that is shown."""
    return Diagnostic("E0001", f"{count} more findings are not shown", "", "mend the ones above first")


def _steps(rest: str) -> tuple[str | int, ...]:
    """Split ``.stops[0].hub`` into its steps."""
    steps: list[str | int] = []
    for step in re.findall(r"[^.\[\]]+", rest):
        steps.append(int(step) if step.isdigit() else step)
    return tuple(steps)


def shown(value: object) -> str:
    """A value as safe, short text for a message, however long or deeply nested it is."""
    if isinstance(value, list | tuple | dict):
        text = _SHORT.repr(value)
    elif isinstance(value, bool | int | float):
        text = repr(value)
    else:
        text = str(value)
    text = _UNSAFE.sub(lambda match: match.group().encode("unicode_escape").decode("ascii"), text[: _SHOWN * 2])
    return text if len(text) <= _SHOWN else text[: _SHOWN - 3] + "..."


def shown_path(path: object) -> str:
    """A file name as safe text, whole, so that editors find it."""
    return _UNSAFE.sub(lambda match: match.group().encode("unicode_escape").decode("ascii"), str(path)[:4096])


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Help text that names the nearest known word; empty when none is near."""
    return _nearest(word, tuple(sorted(known))) if len(word) <= _SHOWN else ""


@lru_cache(maxsize=1024)
def _nearest(word: str, known: tuple[str, ...]) -> str:
    candidates = {name.lower(): name for name in known}
    near = difflib.get_close_matches(word.lower(), candidates, n=1, cutoff=0.6)
    return f"did you mean {shown(candidates[near[0]])!r}?" if near else ""


def one_of(word: str, known: Mapping[str, object] | Iterable[str]) -> str:
    """Help text with the nearest known word, or the list of words when it is short."""
    names = sorted(known)
    near = did_you_mean(word, names)
    if near:
        return near
    return f"one of: {', '.join(map(shown, names))}" if 0 < len(names) <= 12 else ""
