"""How the kernels of tours are compiled and where the compiled code is kept."""

from __future__ import annotations

from pathlib import Path

from cargopool.kernels import KernelCompiler

SOURCES = (
    "compiled.py",
    "kernel_data.py",
    "kernels_drive.py",
    "kernels_route.py",
    "kernels_insert.py",
    "kernels_search.py",
)

_COMPILER = KernelCompiler(Path(__file__).parent, SOURCES)
kernel = _COMPILER.kernel
inner_kernel = _COMPILER.inner_kernel


def cache_directory() -> str | None:
    """A writable folder for compiled code of these very sources, None when there is none."""
    return _COMPILER.directory
