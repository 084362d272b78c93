"""Tours around hubs: which vehicle fetches and brings what, in which order, at what time and price."""

from __future__ import annotations

from cargopool.tours.checks import check_problem
from cargopool.tours.jobs import collection, delivery, unit_chain
from cargopool.tours.problem import (
    ALWAYS,
    Amount,
    Charger,
    Tour,
    TourCost,
    TourJob,
    TourProblem,
    TourSolution,
    TourStop,
    TourVehicle,
    TourVisit,
)
from cargopool.tours.schedule import make_tour, may_carry
from cargopool.tours.solving import solve

__all__ = [
    "ALWAYS",
    "Amount",
    "Charger",
    "Tour",
    "TourCost",
    "TourJob",
    "TourProblem",
    "TourSolution",
    "TourStop",
    "TourVehicle",
    "TourVisit",
    "check_problem",
    "collection",
    "delivery",
    "make_tour",
    "may_carry",
    "solve",
    "unit_chain",
]
