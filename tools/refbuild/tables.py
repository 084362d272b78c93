"""Reading fact tables and writing packaged tables."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
FACTS = ROOT / "tools" / "facts"
DATA = ROOT / "src" / "cargopool" / "reference" / "data"

OSM = "ODbL 1.0, (c) OpenStreetMap contributors"
OGL = "Open Government Licence v3.0"
OWN = "MIT"
GLEC = "(c) Smart Freight Centre; educational and non-profit use with acknowledgement"
FACT = "facts read in the named text"


def read(name: str) -> list[dict[str, str]]:
    with (FACTS / name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def write(name: str, rows: Iterable[Mapping[str, Any]], columns: Sequence[str] | None = None) -> int:
    rows = list(rows)
    DATA.mkdir(parents=True, exist_ok=True)
    with (DATA / name).open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns or list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return len(rows)


def countries_text(runs: Sequence[tuple[str, float]]) -> str:
    return " ".join(f"{code}={km:g}" for code, km in runs)


CONFIDENCE = {
    "verified": "verified",
    "calculated": "derived",
    "derived": "derived",
    "checked": "derived",
    "memory": "memory",
    "memory-good": "memory",
    "memory (time verified)": "memory",
    "low": "memory",
    "known": "memory",
    "override from memory": "memory",
    "low (poor snap to graph)": "derived",
    "synthetic": "synthetic",
    "inconsistent": "inconsistent",
    "CHECK": "inconsistent",
}


def confidence(word: str) -> str:
    """Product confidence word of a fact file's word."""
    for key, value in CONFIDENCE.items():
        if word.strip() == key:
            return value
    return "memory"
