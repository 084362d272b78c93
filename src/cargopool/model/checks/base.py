"""What every check needs: a collector, the case, and checks of single values."""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from cargopool.errors import Diagnostic
from cargopool.model.place import Place, WeekHours
from cargopool.model.scenario import Scenario
from cargopool.model.wallclock import zone_of
from cargopool.units import MILLI, MINUTES_PER_DAY

_COUNTRY = re.compile(r"[A-Z]{2}\Z")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_SHOWN_WORDS = 12


def plain(value: object) -> str:
    """A value as short text without control characters."""
    text = _CONTROL.sub(" ", str(value))
    return text if len(text) <= 60 else text[:57] + "..."


def near(word: str, known: Iterable[str]) -> str:
    """Help text with the nearest known word, or all of them when they are few."""
    names = sorted(known)
    close = difflib.get_close_matches(word, names[:5000], n=1, cutoff=0.6) if len(word) < 100 else []
    if close:
        return f"did you mean {plain(close[0])!r}?"
    return (
        f"one of: {', '.join(map(plain, names))}" if 0 < len(names) <= _SHOWN_WORDS else "define it, or correct the id"
    )


@dataclass(frozen=True, slots=True)
class Range:
    """Bounds of a number.

    Attributes
    ----------
    attribute : str
        Attribute of the model object.
    low, high : float
        Both allowed; beyond them lie typing errors and absurd values.
    shown_as : str
        Field in file words; the attribute when empty.
    scale : int
        The model counts in so many parts of the file's unit.
    """

    attribute: str
    low: float = 0.0
    high: float = 1e6
    shown_as: str = ""
    scale: int = 1


def thousandths(attribute: str, low: float = 0.0, high: float = 1e5) -> Range:
    """Range of a number that the model counts in thousandths."""
    return Range(attribute, low, high, attribute.removesuffix("_milli"), MILLI)


@dataclass
class Checker:
    """Collects findings on one scenario.

    Attributes
    ----------
    scenario : Scenario
        What is checked.
    assumed : collection of str
        Ids that count as known although the scenario has no such thing (their rows were refused before).
    """

    scenario: Scenario
    assumed: Collection[str] = frozenset()
    found: list[Diagnostic] = field(default_factory=list)

    def error(self, code: str, where: str, message: str, help_text: str) -> None:
        """Record an error."""
        self.found.append(Diagnostic(code, message, where, help_text))

    def warning(self, code: str, where: str, message: str, help_text: str) -> None:
        """Record a warning; it never stops a run."""
        self.found.append(Diagnostic(code, message, where, help_text, "warning"))

    def numbers(self, thing: Any, where: str, ranges: Iterable[Range]) -> None:
        """Check that numbers are finite and within their ranges."""
        for bounds in ranges:
            value = getattr(thing, bounds.attribute)
            if value is not None:
                self.number(value, f"{where}.{bounds.shown_as or bounds.attribute}", bounds)

    def number(self, value: Any, where: str, bounds: Range) -> None:
        """Check one number."""
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.error("E0203", where, f"{plain(value)!r} is not a number", "give a number")
        elif isinstance(value, float) and not math.isfinite(value):
            self.error("E0205", where, f"{value} is not a finite number", "give a number, or leave the field out")
        elif not bounds.low * bounds.scale <= value <= bounds.high * bounds.scale:
            shown = value if bounds.scale == 1 else value / bounds.scale
            message = f"{shown:g} is not between {bounds.low:g} and {bounds.high:g}"
            self.error("E1010", where, message, "check the number and its unit")

    def word(self, value: Any, where: str, words: Collection[str]) -> None:
        """Check that a value is one of some words."""
        if value not in words:
            message = f"{plain(value)!r} is not one of {', '.join(sorted(words))}"
            self.error("E0206", where, message, near(str(value), words))

    def known(self, word: str, where: str, known: Collection[str], what: str, code: str) -> bool:
        """Check that an id exists."""
        if word in known:
            return True
        if word not in self.assumed:
            self.error(code, where, f"there is no {what} {plain(word)!r}", near(word, known))
        return False

    def identity(self, key: str, thing: Any, where: str) -> None:
        """Check that a thing has an id, and is kept under it."""
        if not isinstance(key, str) or not key.strip():
            self.error("E1101", where, "the id is empty", "give an id")
        elif thing.id != key:
            self.error("E1101", where, f"is kept under {plain(key)!r} but has the id {plain(thing.id)!r}", "use its id")
        elif _CONTROL.search(key) or len(key) > 200:
            self.error("E1101", where, "the id has control characters or is longer than 200", "give a plain, short id")

    def dates(self, dates: Iterable[str], where: str) -> None:
        """Check ISO dates."""
        for text in sorted(dates):
            try:
                date.fromisoformat(text)
            except ValueError:
                self.error("E0506", where, f"{plain(text)!r} is not a date", "write dates as 2026-12-25")

    def zone(self, timezone: str, where: str) -> bool:
        """Check that a time zone exists."""
        if zone_of(timezone) is not None:
            return True
        message = f"unknown time zone {plain(timezone)!r}"
        self.error("E0504", where, message, "use an IANA zone such as Europe/Brussels")
        return False

    def country(self, country: str, where: str) -> None:
        """Check the form of a country code."""
        if not _COUNTRY.match(country):
            message = f"{plain(country)!r} is not a country code"
            self.error("E1111", where, message, "use two capital letters, ISO 3166 alpha-2, such as DE")

    def country_km(self, pairs: Iterable[tuple[str, float]], km: float, where: str) -> None:
        """Check that kilometres by country add up to the whole."""
        rows = list(pairs)
        for country, part in rows:
            self.country(country, where)
            self.number(part, where, Range("km", 0, 50_000))
        total = sum(part for _, part in rows)
        if rows and abs(total - km) > max(1.0, 0.01 * km):
            message = f"the kilometres by country add up to {total:g}, not to {km:g}"
            self.error("E1502", where, message, "correct the split or the km")

    def opening(self, hours: WeekHours, where: str) -> None:
        """Check opening hours."""
        self.dates(hours.closed_dates, f"{where}.closed_dates")
        if len(hours.days) != 7:
            self.error("E1105", f"{where}.opening", "opening hours need seven days", "Monday comes first")
            return
        for periods in hours.days:
            ends = [-1]
            for start, end in periods:
                if not 0 <= start < end <= MINUTES_PER_DAY:
                    message = f"a period from minute {start} to {end} of the day does not lie in one day"
                    self.error("E1105", f"{where}.opening", message, "end a period at 24:00, and go on the next day")
                elif start <= ends[-1]:
                    message = "periods of one day touch, overlap or are out of order"
                    self.error("E1105", f"{where}.opening", message, "join them, and put them in order")
                ends.append(end)
        if not any(hours.days):
            self.warning("W1106", f"{where}.opening", "is never open", "leave opening out for always open")

    @cached_property
    def places(self) -> Mapping[str, Place]:
        """Hubs and doors by id."""
        return {**self.scenario.doors, **self.scenario.hubs}
