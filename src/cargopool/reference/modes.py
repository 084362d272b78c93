"""The one alias table for mode words."""

from __future__ import annotations

from cargopool.model.place import Mode

ALIASES: dict[str, Mode] = {
    "rail": "rail",
    "train": "rail",
    "rail motorway": "rail",
    "rolling motorway": "rail",
    "barge": "barge",
    "iww": "barge",
    "iwt": "barge",
    "inland_waterway": "barge",
    "inland waterway": "barge",
    "sea": "sea",
    "sss": "sea",
    "short sea": "sea",
    "short-sea": "sea",
    "deep-sea": "sea",
    "deep sea": "sea",
    "ro-ro": "sea",
    "ro-pax": "sea",
    "lo-lo": "sea",
    "ferry": "sea",
    "feeder": "sea",
    "road": "road",
    "truck": "road",
}
"""Product word of every mode word that the sources use."""


def mode_of(word: str) -> Mode:
    """Product word (rail, barge, sea, road) of a mode word.

    Raises
    ------
    KeyError
        When the word is not in `ALIASES`.
    """
    return ALIASES[word.strip().lower()]
