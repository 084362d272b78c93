"""The Network: the reference model's moves and rows as numpy arrays."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cargopool.model.plan import CharterRun, Move
from cargopool.model.scenario import Scenario

Int32 = NDArray[np.int32]
Int64 = NDArray[np.int64]
Float64 = NDArray[np.float64]
Bool = NDArray[np.bool_]

DIMENSIONS = ("pallets_milli", "kg", "volume_m3_milli", "loading_metres_milli")

SCHEDULED, ROAD, DOOR = 0, 1, 2
"""Values of ``Network.move_kind``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Capacity rows and how much of each a thing uses, in compressed sparse rows over things.

    Attributes
    ----------
    indptr : int64[T + 1], index : int32[nnz], amount : int64[nnz]
        Thing t uses ``amount[p]`` of row ``index[p]`` for p in ``indptr[t]:indptr[t + 1]``.
    """

    indptr: Int64
    index: Int32
    amount: Int64


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """Moves (M), capacity rows (R), charter runs (Y), shipments (K), places (P) and pooling classes (G).

    Attributes
    ----------
    scenario : Scenario
    place_ids, unit_ids, vehicle_ids, shipment_ids : tuple of str
        Index to id; hubs come before doors; shipments in scenario order.
    class_keys : tuple of (temperature, segregation)
    move_kind : int8[M]
    move_origin, move_destination : int32[M]
        Place indices.
    move_latest, move_available : int64[M]
        Minutes: loading must have ended by ``latest``; unloading may start at ``available``.
    move_unit : int32[M]
        Load-unit type index.
    move_units : int64[M]
        Units per move use (2 for two swap bodies on a truck).
    move_cost, move_grams, move_grams_powered : int64[M]
        Objective-weighted cents of one use; grams of one use for ambient, and for powered classes (the same in unit
        types that keep ambient goods only).
    move_grams_per_kg : float64[M]
        Cargo-dependent grams per kg (unrounded; exact values come from footprint).
    move_cents_per_kg : float64[M]
        External costs of cargo that the objective counts, cents per kg (unrounded).
    move_capacity : int64[M, 4]
        Per use, over its units, in the order of ``DIMENSIONS``; rows (2) of problem.md.
    move_modes : uint8[M]
        Bit mask of modes ridden: 1 rail, 2 barge, 4 sea, 8 road (main road stage only).
    move_crossing_cents : int64[M]
        Objective-weighted cents per consignment that is not in customs transit.
    move_rows, move_rows_powered : Rows over M
        Row use of one move use; ``powered`` holds the additional use (plugs) of a powered class.
    row_limit : int64[R]
    row_label : tuple of str
        Object path, such as ``services[S001].runs[2026-11-24].legs[0].teu``.
    row_run : int32[R]
        Charter run whose choice opens the row (limit x y), -1 for none.
    run_cost, run_grams : int64[Y]
    runs : tuple of CharterRun
    shipment_class, shipment_origin, shipment_destination : int32[K]
    shipment_size : int64[K, 4]
        Whole shipment in the order of ``DIMENSIONS``; for sealed shipments only kg is not 0.
    shipment_units : int64[K]
        Sealed units, 0 for loose freight.
    shipment_atoms, shipment_ready, shipment_due, shipment_latest, shipment_max_parts, shipment_min_part : int64[K]
    shipment_modes : uint8[K]
        Bit mask as ``move_modes``.
    unserved_cost : int64[K]
        Cents.
    usable : tuple of int32 arrays, one per shipment
        Sorted indices of the moves that the shipment can use on some itinerary in time (class, temperature, unit
        type, modes, ADR, weight of one atom, place reach, time windows all considered; a superset is allowed).
    pallet_row : dict (hub index, bucket) -> row
        Rows of cross-docked pallets and of pallet places (``place_row``), where limited.
    describe : callable
        ``describe(m)`` gives the `Move` object of move index m, id ``m<index>``.
    memo : dict
        Results of pure functions of this network, kept so that they are computed once; may be emptied at any time.
    """

    scenario: Scenario
    place_ids: tuple[str, ...]
    unit_ids: tuple[str, ...]
    vehicle_ids: tuple[str, ...]
    shipment_ids: tuple[str, ...]
    class_keys: tuple[tuple[str, str], ...]
    class_powered: Bool
    move_kind: NDArray[np.int8]
    move_origin: Int32
    move_destination: Int32
    move_latest: Int64
    move_available: Int64
    move_unit: Int32
    move_units: Int64
    move_cost: Int64
    move_grams: Int64
    move_grams_powered: Int64
    move_grams_per_kg: Float64
    move_cents_per_kg: Float64
    move_capacity: Int64
    move_modes: NDArray[np.uint8]
    move_crossing_cents: Int64
    move_rows: Rows
    move_rows_powered: Rows
    row_limit: Int64
    row_label: tuple[str, ...]
    row_run: Int32
    run_cost: Int64
    run_grams: Int64
    runs: tuple[CharterRun, ...]
    shipment_class: Int32
    shipment_origin: Int32
    shipment_destination: Int32
    shipment_size: Int64
    shipment_units: Int64
    shipment_atoms: Int64
    shipment_ready: Int64
    shipment_due: Int64
    shipment_latest: Int64
    shipment_max_parts: Int64
    shipment_min_part: Int64
    shipment_modes: NDArray[np.uint8]
    unserved_cost: Int64
    usable: tuple[Int32, ...]
    pallet_row: dict[tuple[int, int], int]
    place_row: dict[tuple[int, int], int]
    describe: Callable[[int], Move]
    memo: dict[Hashable, Any] = field(default_factory=dict, compare=False, repr=False)

    @property
    def moves(self) -> int:
        """Number of moves M."""
        return int(self.move_latest.size)
