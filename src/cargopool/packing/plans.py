"""The fewest uses of a move that take a set of shipment parts, with the load plan that shows it."""

from __future__ import annotations

from collections.abc import Sequence

from cargopool.packing.exact import Answer, pack_exactly
from cargopool.packing.greedy import UseLoads, least_uses, pack_balanced, pack_greedily
from cargopool.packing.items import Packing, PackItem, Range, UnitLimits, veto_pairs

DEFAULT_WORK = 20_000
"""Deterministic limit of one question, in thousandths of a unit of CP-SAT's deterministic time."""


def pack(
    limits: UnitLimits, items: Sequence[PackItem], uses: int | None = None, work: int = DEFAULT_WORK
) -> Packing | None:
    """Pack shipment parts of one pooling class into the units of a move.

    Parameters
    ----------
    limits : UnitLimits
        Room of one use.
    items : sequence of PackItem
    uses : int or None
        Content with any plan of at most so many uses; None asks for the fewest.
    work : int
        Deterministic limit of each exact question.

    Returns
    -------
    Packing or None
        None when an atom (or a part that stays together) fits no unit, or when more than ``uses`` are needed as far
        as is known. The same input gives the same plan.
    """
    pairs = veto_pairs(items)
    least = least_uses(limits, items, pairs)
    if least is None or (uses is not None and least > uses):
        return None
    loads = pack_greedily(limits, items, pairs)
    if len(loads) > least:
        balanced = pack_balanced(limits, items, pairs)
        if balanced is not None and len(balanced) < len(loads):
            loads = balanced
    fewest = True
    enough = least if uses is None else max(least, uses)
    tried = least
    while tried < len(loads) and len(loads) > enough:
        answer, found = pack_exactly(limits, items, pairs, tried, work)
        if answer is Answer.FITS:
            loads = found
            break
        if answer is Answer.UNKNOWN:
            fewest = False
        elif fewest:
            least = tried + 1
        tried += 1
    if uses is not None and len(loads) > uses:
        return None
    fewest = least == len(loads)
    return Packing(_tidy(loads), fewest, least)


def _tidy(loads: UseLoads) -> tuple[tuple[tuple[Range, ...], ...], ...]:
    """Merge neighbouring ranges, put full units before empty ones, and drop uses without contents."""
    uses = []
    for use in loads:
        units = sorted((_merged(unit) for unit in use), key=lambda unit: not unit)
        if units[0]:
            uses.append(tuple(units))
    return tuple(uses)


def _merged(unit: list[Range]) -> tuple[Range, ...]:
    merged: list[Range] = []
    for piece in sorted(unit, key=lambda piece: (piece.item, piece.first)):
        last = merged[-1] if merged else None
        if last is not None and last.item == piece.item and last.first + last.atoms == piece.first:
            merged[-1] = Range(last.item, last.first, last.atoms + piece.atoms)
        else:
            merged.append(piece)
    return tuple(merged)
