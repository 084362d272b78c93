"""The rooms of the house import one another in one direction only, as docs/rooms.md says."""

from __future__ import annotations

import ast
from pathlib import Path

import cargopool

HOUSE = Path(cargopool.__file__).parent
BASE = {"errors", "units", "memory", "kernels", "kernel_tables"}
NEXT = {
    "model": set(),
    "rules": {"model"},
    "footprint": {"rules"},
    "network": {"footprint"},
    "packing": {"network"},
    "executors": set(),
    "tours": {"network", "executors"},
    "optimiser": {"packing", "tours"},
    "reference": {"model"},
    "files": {"reference"},
    "verifier": {"footprint"},
    "sharing": {"optimiser", "verifier"},
    "operations": {"optimiser", "verifier"},
    "reporting": {"sharing", "operations"},
    "runs": {"reporting", "files"},
    "batches": {"runs"},
    "cli": {"batches"},
}
"""Room to the rooms just below it; what is below these may be imported too."""
MAP = ("reporting/view.py", "reference")
"""The one way around: borders of countries to draw on, no fact of a scenario."""


def below(room: str) -> set[str]:
    return BASE.union(NEXT[room], *(below(other) for other in NEXT[room]))


def imports_of(path: Path) -> set[str]:
    """Rooms that a module imports anywhere, in functions too."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, path
            names.add(node.module or "")
    return {name.split(".")[1] for name in names if name.startswith("cargopool.")}


def test_every_room_is_on_the_plan_of_the_house() -> None:
    rooms = {path.name for path in HOUSE.iterdir() if path.is_dir() and (path / "__init__.py").exists()}
    assert rooms == set(NEXT)


def test_imports_follow_the_arrows() -> None:
    wrong = []
    for room in NEXT:
        for path in (HOUSE / room).rglob("*.py"):
            place = path.relative_to(HOUSE).as_posix()
            wrong += [
                f"{place} imports {other}"
                for other in sorted(imports_of(path) - below(room) - {room})
                if (place, other) != MAP
            ]
    assert wrong == []
