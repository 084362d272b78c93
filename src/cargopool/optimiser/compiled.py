"""How kernels are compiled and where the compiled code is kept."""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
from functools import lru_cache
from pathlib import Path
from typing import Any

from numba import config, njit

SOURCES = (
    "kernel_data.py",
    "kernels.py",
    "kernels_book.py",
    "kernels_lanes.py",
    "kernels_insert.py",
    "kernels_ruin.py",
    "search_lanes.py",
    "bound_kernels.py",
    "bound_shares.py",
    "search_state.py",
    "bound.py",
    "bound_lines.py",
    "continuous/upper_kernels.py",
    "continuous/upper_anneal.py",
    "continuous/saddle_kernels.py",
)
"""Kernels call each other across these files and take the tuples that they define: a change of one makes the compiled
code of all of them old."""


@lru_cache(maxsize=1)
def cache_directory() -> str | None:
    """A writable folder for compiled code of these very sources, None when there is none."""
    here = Path(__file__).parent
    digest = hashlib.sha256(b"".join((here / name).read_bytes() for name in SOURCES)).hexdigest()[:16]
    for base in (_user_cache(), Path(tempfile.gettempdir()) / f"cargopool-{os.getuid() if _posix() else 'user'}"):
        folder = base / "cargopool" / f"kernels-{digest}"
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            if _posix() and folder.stat().st_uid != os.getuid():
                continue  # code that somebody else could have put there is not loaded
            with tempfile.TemporaryFile(dir=folder):
                return str(folder)
        except OSError:
            continue
    return None


def _posix() -> bool:
    return hasattr(os, "getuid")


def _user_cache() -> Path:
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")


def kernel(function: Any) -> Any:
    """Compile a function on first call without the interpreter lock; the code is kept between runs where it can be."""
    return _compiled(function, nogil=True)


def inner_kernel(function: Any) -> Any:
    """As `kernel`, for functions that only kernels call: no entry from Python, which takes long to compile."""
    return _compiled(function, nogil=True, no_cpython_wrapper=True, no_cfunc_wrapper=True)


def _compiled(function: Any, **options: bool) -> Any:
    folder = cache_directory()
    if folder is None:
        return njit(**options)(function)
    before = config.CACHE_DIR
    config.CACHE_DIR = folder
    try:
        return njit(cache=True, **options)(function)
    finally:
        config.CACHE_DIR = before
