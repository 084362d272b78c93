"""The packaged coastline and borders, as lines."""

from __future__ import annotations

from collections.abc import Sequence

Line = Sequence[tuple[float, float]]


def coastline() -> Sequence[Line]:
    """Lines of longitude and latitude pairs; empty when the reference data has no map."""
    from cargopool import reference

    found = getattr(reference, "basemap", None)
    return [] if found is None else list(found())
