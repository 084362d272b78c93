"""Published routing instances with time windows: Li and Lim (pairs), Gehring and Homberger, Solomon (one-way loads).

The published values are Euclidean distances in double precision. Here a kilometre is a unit of distance, a "minute"
is a thousandth of a unit of time, ways rounded up, so that tours that are in time here are in time there.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cargopool.errors import Diagnostic, InputError
from cargopool.tours.problem import Amount, TourJob, TourProblem, TourStop, TourVehicle

TIME_SCALE = 1000
"""Ticks of a unit of time."""
CENTS_PER_UNIT = 100
UNSERVED_CENTS = 10**9


@dataclass(frozen=True, slots=True)
class RoutingInstance:
    """A published instance.

    Attributes
    ----------
    name : str
    problem : TourProblem
    pairs : bool
        Pickup and delivery pairs (Li and Lim) or single customers.
    vehicle_cost : float
        Cost of a vehicle in units of distance.
    rows : tuple of RoutingRow
        The file's places, the depot first.
    vehicles, capacity : int
    """

    name: str
    problem: TourProblem
    pairs: bool
    vehicle_cost: float
    rows: tuple[RoutingRow, ...]
    vehicles: int
    capacity: int


@dataclass(frozen=True, slots=True)
class RoutingRow:
    """A place of the file; ``pickup`` and ``delivery`` are the row of the other half of its pair, 0 for none."""

    x: float
    y: float
    demand: int
    ready: int
    due: int
    service: int
    pickup: int = 0
    delivery: int = 0


def _row(line: list[float]) -> RoutingRow:
    return RoutingRow(line[1], line[2], *(int(value) for value in line[3:]))


def read_pdptw(path: Path | str, *, vehicle_cost: float = 300.0) -> RoutingInstance:
    """Read a Li and Lim file: ``vehicles capacity speed``, then nine numbers a place, tab-separated.

    Raises
    ------
    InputError
        The file is no such file (E2070).
    """
    numbers = _numbers(Path(path))
    if len(numbers[0]) != 3 or any(len(line) != 9 for line in numbers[1:]) or len(numbers) < 2:
        raise _wrong(Path(path), "a line of three numbers, then lines of nine")
    vehicles, capacity, _ = (int(value) for value in numbers[0])
    rows = [_row(line) for line in numbers[1:]]
    jobs = []
    for i, row in enumerate(rows):
        if row.delivery:
            if not 0 < row.delivery < len(rows) or row.demand <= 0:
                raise _wrong(Path(path), f"a delivery place of pickup {i}")
            jobs.append(_job(str(i), ((i, row), (row.delivery, rows[row.delivery]))))
    return _instance(Path(path), rows, jobs, vehicles, capacity, vehicle_cost, pairs=True)


def read_vrptw(path: Path | str, *, vehicle_cost: float = 300.0) -> RoutingInstance:
    """Read a Solomon or Gehring and Homberger file: name, ``VEHICLE``, ``CUSTOMER``, seven numbers a place.

    Raises
    ------
    InputError
        The file is no such file (E2070).
    """
    numbers = _numbers(Path(path))
    fleet = [line for line in numbers if len(line) == 2]
    lines = [line for line in numbers if len(line) == 7]
    if len(fleet) != 1 or len(lines) < 2:
        raise _wrong(Path(path), "a line of two numbers under VEHICLE, and lines of seven under CUSTOMER")
    rows = [_row(line) for line in lines]
    jobs = [_job(str(i), ((i, row),)) for i, row in enumerate(rows) if i]
    return _instance(Path(path), rows, jobs, int(fleet[0][0]), int(fleet[0][1]), vehicle_cost, pairs=False)


def _numbers(path: Path) -> list[list[float]]:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(Diagnostic("E2070", f"cannot be read: {error}", str(path))) from error
    found = []
    for line in text.splitlines():
        try:
            values = [float(word) for word in line.split()]
        except ValueError:
            continue
        if values and all(np.isfinite(values)):
            found.append(values)
    if not found:
        raise _wrong(path, "numbers")
    return found


def _wrong(path: Path, expected: str) -> InputError:
    return InputError(
        Diagnostic(
            "E2070",
            f"not a routing instance: expected {expected}",
            str(path),
            help="`bench pdptw` reads Li and Lim files, `bench vrptw` those of Solomon and of Gehring and Homberger",
        )
    )


def _job(name: str, stops: tuple[tuple[int, RoutingRow], ...]) -> TourJob:
    return TourJob(
        id=name,
        unserved_cents=UNSERVED_CENTS,
        stops=tuple(
            TourStop(
                place=place,
                change=Amount(pallets_milli=row.demand),
                windows=((row.ready * TIME_SCALE, row.due * TIME_SCALE),),
                service_min=row.service * TIME_SCALE,
            )
            for place, row in stops
        ),
    )


def _instance(
    path: Path,
    rows: list[RoutingRow],
    jobs: list[TourJob],
    vehicles: int,
    capacity: int,
    vehicle_cost: float,
    *,
    pairs: bool,
) -> RoutingInstance:
    at = np.array([(row.x, row.y) for row in rows])
    km = np.sqrt(((at[:, None, :] - at[None, :, :]) ** 2).sum(axis=2))
    vehicle = TourVehicle(
        id="vehicle",
        capacity=Amount(pallets_milli=capacity),
        shifts=((rows[0].ready * TIME_SCALE, rows[0].due * TIME_SCALE),),
        count=vehicles,
        start_place=0,
        end_place=0,
        fixed_cents=round(vehicle_cost * CENTS_PER_UNIT),
        cents_per_km=CENTS_PER_UNIT,
        manning=None,
        bans=False,
    )
    problem = TourProblem(
        places=tuple(str(i) for i in range(len(rows))),
        km=km,
        drive_min=np.ceil(km * TIME_SCALE - 1e-9).astype(np.int64),
        jobs=tuple(jobs),
        vehicles=(vehicle,),
        visit_min=np.zeros(len(rows), np.int64),
        coordinates=at,
    )
    return RoutingInstance(path.stem, problem, pairs, vehicle_cost, tuple(rows), vehicles, capacity)
