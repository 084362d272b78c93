"""Solvers of tours behind one protocol, one file each; heavy imports happen when one is asked."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import cast

from cargopool.errors import Diagnostic, InputError
from cargopool.tours.engines.protocol import Engine, EngineName, Found, Limits

_MODULES = {
    "search": "cargopool.tours.engines.search_engine",
    "ortools": "cargopool.tours.engines.routing_engine",
    "pyvrp": "cargopool.tours.engines.pyvrp_engine",
}


def chosen_engine(engine: str) -> str:
    """Name of the engine meant: ``auto`` is the compiled search, with and without pyvrp, as measured in docs/tours.md.

    Raises
    ------
    InputError
        An unknown name (E2071), or one whose package is not installed (E2072).
    """
    if engine == "auto":
        return "search"
    if engine not in _MODULES:
        names = ", ".join(("auto", *_MODULES))
        raise InputError(Diagnostic("E2071", f"unknown tour engine {engine!r}", help=f"one of {names}"))
    if engine == "pyvrp" and find_spec("pyvrp") is None:
        raise InputError(
            Diagnostic("E2072", "the tour engine pyvrp is not installed", help="pip install 'cargopool[tours]'")
        )
    return engine


def engine_of(name: str) -> Engine:
    """The function of an engine."""
    return cast(Engine, import_module(_MODULES[name]).find_routes)


__all__ = ["Engine", "EngineName", "Found", "Limits", "chosen_engine", "engine_of"]
