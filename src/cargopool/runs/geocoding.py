"""Coordinates of addresses, from a public service, only when asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cargopool.errors import Diagnostic, InputError, OutputError

SOURCE = "Nominatim, OpenStreetMap"
LICENCE = "ODbL, (c) OpenStreetMap contributors"
_SECONDS_BETWEEN = 1.1
"""The service's terms: at most one question a second."""
_TIMEOUT_S = 10

Lookup = Callable[[str, str], tuple[float, float, str] | None]
"""From an address and a country code to latitude, longitude and the name of what was found; None for nothing."""


@dataclass(frozen=True, slots=True)
class Geocoded:
    """What a request came to.

    Attributes
    ----------
    path : Path
        The cache beside the scenario.
    found, kept : int
        Addresses looked up now, and known before.
    missing : tuple of str
        Addresses that the service does not know.
    """

    path: Path
    found: int
    kept: int
    missing: tuple[str, ...]


def geocode(file: str | Path, lookup: Lookup | None = None) -> Geocoded:
    """Look up the addresses of a scenario's doors that have no coordinates, and keep them beside it.

    Parameters
    ----------
    file : path
        Scenario folder or its scenario.yaml.
    lookup : callable, optional
        Instead of the public service.

    Raises
    ------
    InputError
        When the scenario cannot be read, or the service cannot be reached (E2091); what was found until then is kept.
    OutputError
        When the cache cannot be written.
    """
    from cargopool.files.addresses import Found, doors_without_place, read_addresses, write_addresses

    folder, wanted = doors_without_place(Path(file))
    known = read_addresses(folder)
    new = [key for key in wanted if key not in known]
    missing: list[str] = []
    try:
        ask = lookup or (_nominatim() if new else _nobody)
        for address, country in new:
            hit = ask(address, country)
            if hit is None:
                missing.append(address)
                continue
            known[address, country] = Found(address, country, hit[0], hit[1], hit[2], SOURCE, LICENCE)
    except OSError as error:
        _save(folder, known, write_addresses)
        message = f"the geocoding service cannot be reached: {error}"
        raise InputError(
            Diagnostic("E2091", message, str(file), "try again with a network, or give lat and lon")
        ) from None
    path = _save(folder, known, write_addresses)
    return Geocoded(path, len(new) - len(missing), len(wanted) - len(new), tuple(missing))


def _save(folder: Path, known: object, write: Callable[..., Path]) -> Path:
    try:
        return write(folder, known)
    except OSError as error:
        raise OutputError(Diagnostic("E7001", f"cannot write the addresses: {error}", str(folder))) from error


def _nobody(_address: str, _country: str) -> None:
    return None


def _nominatim() -> Lookup:
    """The public service through geopy; what goes wrong with the network is an OSError."""
    from geopy.exc import GeopyError
    from geopy.extra.rate_limiter import RateLimiter
    from geopy.geocoders import Nominatim

    service = RateLimiter(
        Nominatim(user_agent="cargopool geocode", timeout=_TIMEOUT_S).geocode,
        min_delay_seconds=_SECONDS_BETWEEN,
        max_retries=0,
        swallow_exceptions=False,
    )

    def lookup(address: str, country: str) -> tuple[float, float, str] | None:
        try:
            hit = service(address, country_codes=country.lower() or None)
        except GeopyError as error:
            raise OSError(str(error) or type(error).__name__) from error
        return None if hit is None else (round(hit.latitude, 6), round(hit.longitude, 6), str(hit.address))

    return lookup
