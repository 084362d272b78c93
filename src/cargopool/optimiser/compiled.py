"""How the optimiser's kernels are compiled and where the compiled code is kept."""

from __future__ import annotations

from pathlib import Path

from cargopool.kernels import KernelCompiler

SOURCES = (
    "kernel_data.py",
    "kernels.py",
    "kernels_book.py",
    "kernels_lanes.py",
    "kernels_insert.py",
    "kernels_removal.py",
    "kernels_ruin.py",
    "search_lanes.py",
    "bound_charges.py",
    "bound_ways.py",
    "bound_kernels.py",
    "bound_gauge.py",
    "bound_shares.py",
    "bound_cover_kernels.py",
    "search_state.py",
    "bound_state.py",
    "bound_lines.py",
    "continuous/upper_kernels.py",
    "continuous/upper_state.py",
    "continuous/upper_anneal.py",
    "continuous/saddle_kernels.py",
    "continuous/cover_kernels.py",
)
"""Kernels call each other across these files and take the tables that they define: a change of one makes the compiled
code of all of them old."""

_COMPILER = KernelCompiler(Path(__file__).parent, SOURCES)
kernel = _COMPILER.kernel
inner_kernel = _COMPILER.inner_kernel


def cache_directory() -> str | None:
    """A writable folder for compiled code of these very sources, None when there is none."""
    return _COMPILER.directory
