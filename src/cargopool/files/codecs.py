"""Row values to model objects and back, field by field.

A codec knows a model class; every field that is not named in its parts is the same in the file and in the model.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from typing import Any, Generic, TypeVar, cast

from cargopool.files.findings import Findings, Locator, did_you_mean
from cargopool.model.place import Provenance
from cargopool.model.texts import FieldError
from cargopool.units import from_milli, milli

T = TypeVar("T")
Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Part:
    """How one model field is written in files.

    Attributes
    ----------
    row : str
        Field of the row.
    decode, encode : callable
        File value to model value and back; decode may raise FieldError.
    """

    row: str
    decode: Callable[[Any], Any]
    encode: Callable[[Any], Any]


def same(row: str) -> Part:
    """A field under another name."""
    return Part(row, lambda value: value, lambda value: value)


def thousandths(row: str) -> Part:
    """A number that the model counts in thousandths; None stays None."""
    return Part(
        row,
        lambda value: None if value is None else milli(value),
        lambda value: None if value is None else from_milli(value),
    )


def text_set(row: str) -> Part:
    """A set that files write as a list; None (all) stays None."""
    return Part(
        row,
        lambda value: None if value is None else frozenset(value),
        lambda value: None if value is None else sorted(value),
    )


def nested(row: str, codec: Codec[Any]) -> Part:
    """A block of its own."""
    return Part(
        row,
        lambda value: None if value is None else codec.decode_or_raise(value),
        lambda value: None if value is None else codec.encode(value),
    )


def nested_list(row: str, codec: Codec[Any]) -> Part:
    """A list of blocks."""

    def decode(value: list[Values]) -> tuple[Any, ...]:
        made = []
        for number, item in enumerate(value):
            try:
                made.append(codec.decode_or_raise(item))
            except FieldError as problem:
                raise problem.below(number) from None
        return tuple(made)

    return Part(
        row,
        decode,
        lambda value: [codec.encode(item) for item in value],
    )


def country_km(texts: list[str]) -> tuple[tuple[str, float], ...]:
    """Kilometres by country of texts such as ``DE=120.5``."""
    pairs = []
    for text in texts:
        country, _, km = text.rpartition("=")
        try:
            pairs.append((country.strip(), float(km)))
            if not country.strip() or not 0 <= float(km) < 1e6:
                raise ValueError
        except ValueError:
            raise FieldError("E0306", f"{text!r} is not country=km", "write DE=120.5") from None
    return tuple(pairs)


def country_km_texts(pairs: tuple[tuple[str, float], ...]) -> list[str]:
    """Texts that `country_km` reads back."""
    return [f"{country}={km!r}" for country, km in pairs]


COUNTRIES = Part("countries", country_km, country_km_texts)


@dataclass(frozen=True)
class Codec(Generic[T]):
    """Both directions between row values and objects of one model class.

    Attributes
    ----------
    model : type
        Model dataclass.
    parts : mapping of model field to Part
        Fields that differ between file and model.
    provenance : bool
        Whether the row carries source, confidence, licence and note.
    name_is_id : bool
        Whether a missing name is the id.
    derived : frozenset of str
        Model fields that no single row field makes; the caller gives them.
    derived_values : callable or None
        Row values of the derived fields that need no context.
    defaults : mapping of model field to value
        Values of fields that rows may leave out although the model has no default.
    """

    model: type[T]
    parts: Mapping[str, Part] = field(default_factory=dict)
    provenance: bool = True
    name_is_id: bool = False
    derived: frozenset[str] = frozenset()
    derived_values: Callable[[T], Values] | None = None
    defaults: Mapping[str, Any] = field(default_factory=dict)

    def decode(
        self,
        values: Values,
        label: str,
        locator: Locator,
        findings: Findings,
        extra: Values | None = None,
        wrong: frozenset[str] = frozenset(),
    ) -> T | None:
        """Object of row values; None, with the reasons among the findings, when it cannot be made.

        ``wrong`` are fields that were refused before: then nothing is made, but the other fields are still checked.
        """
        arguments, problems = self._arguments(values)
        problems = [problem for problem in problems if problem[0] not in wrong]
        for row_field, problem in problems:
            steps = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in problem.path)
            place = locator.locate((row_field, *problem.path))
            findings.add(place, problem.code, f"{label}.{row_field}{steps}: {problem}", problem.help_text)
        if problems or wrong:
            return None
        return self.model(**arguments, **(extra or {}))

    def decode_or_raise(self, values: Values) -> T:
        """Object of the values of a nested block.

        Raises
        ------
        FieldError
            For the first field that has no meaning.
        """
        arguments, problems = self._arguments(values)
        for row_field, problem in problems:
            raise problem.below(row_field)
        return self.model(**arguments)

    def _arguments(self, values: Values) -> tuple[Values, list[tuple[str, FieldError]]]:
        arguments: Values = {}
        problems: list[tuple[str, FieldError]] = []
        for info in fields(cast(Any, self.model)):
            name = info.name
            if name == "provenance" and self.provenance:
                arguments[name] = provenance_of(values)
            elif name not in self.derived:
                part = self.parts.get(name)
                row_field = part.row if part else name
                if row_field in values:
                    try:
                        arguments[name] = part.decode(values[row_field]) if part else values[row_field]
                    except FieldError as problem:
                        problems.append((row_field, problem))
                elif name == "name" and self.name_is_id:
                    arguments[name] = values["id"]
                elif name in self.defaults:
                    arguments[name] = self.defaults[name]
                elif info.default is MISSING and info.default_factory is MISSING:
                    help_text = f"give {row_field}"
                    near = did_you_mean(row_field, [key for key in values if key not in self._row_fields()])
                    problems.append((row_field, FieldError("E0202", "is missing", near or help_text)))
        return arguments, problems

    def _row_fields(self) -> set[str]:
        names = {part.row for part in self.parts.values()}
        return names | {info.name for info in fields(cast(Any, self.model)) if info.name not in self.parts}

    def encode(self, thing: T) -> Values:
        """Row values of an object; fields at their default are left out."""
        values: Values = {}
        for info in fields(cast(Any, self.model)):
            name = info.name
            if name in self.derived or (name == "provenance" and self.provenance):
                continue
            value = getattr(thing, name)
            if info.default is not MISSING and value == info.default:
                continue
            if info.default_factory is not MISSING and value == info.default_factory():
                continue
            if name == "name" and self.name_is_id and value == values.get("id"):
                continue
            part = self.parts.get(name)
            encoded = part.encode(value) if part else value
            values[part.row if part else name] = dict(encoded) if isinstance(encoded, Mapping) else encoded
        if self.derived_values is not None:
            values.update(self.derived_values(thing))
        if self.provenance:
            values.update(provenance_values(getattr(thing, "provenance", Provenance())))
        return values


def provenance_of(values: Values) -> Provenance:
    """Provenance columns of a row."""
    own = Provenance()
    return Provenance(
        source=values.get("source", own.source),
        confidence=values.get("confidence", own.confidence),
        licence=values.get("licence", own.licence),
        note=values.get("note", own.note),
    )


def provenance_values(provenance: Provenance) -> Values:
    """Row columns of a provenance, defaults left out."""
    own = Provenance()
    pairs = {
        "source": (provenance.source, own.source),
        "confidence": (provenance.confidence, own.confidence),
        "licence": (provenance.licence, own.licence),
        "note": (provenance.note, own.note),
    }
    return {name: value for name, (value, default) in pairs.items() if value != default}
