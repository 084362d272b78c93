"""How kernels are compiled and where the compiled code is kept; any room may use it."""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
from functools import cached_property
from pathlib import Path
from typing import Any

from numba import config, njit

_OWN_SOURCES = (Path(__file__), Path(__file__).with_name("kernel_tables.py"))


class KernelCompiler:
    """Compiles the kernels of one room; the code is kept between runs where there is a folder for it.

    Parameters
    ----------
    room : Path
        Folder of the sources.
    sources : tuple of str
        Files whose kernels call each other or share tables: a change of one makes the compiled code of all of them old.

    Kernels make no arrays: they count no references, which makes them faster, and quicker to compile.
    """

    def __init__(self, room: Path, sources: tuple[str, ...]) -> None:
        self.room = room
        self.sources = sources

    @cached_property
    def directory(self) -> str | None:
        """A writable folder for compiled code of these very sources, None when there is none."""
        files = [*(self.room / name for name in self.sources), *_OWN_SOURCES]
        sources = b"".join(file.read_bytes() for file in files)
        digest = hashlib.sha256(sources).hexdigest()[:16]
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

    def kernel(self, function: Any) -> Any:
        """Compile a function on first call without the interpreter lock."""
        return self._compiled(function, nogil=True)

    def inner_kernel(self, function: Any) -> Any:
        """As `kernel`, for functions that only kernels call: no entry from Python, which takes long to compile."""
        return self._compiled(function, nogil=True, no_cpython_wrapper=True, no_cfunc_wrapper=True)

    def _compiled(self, function: Any, **options: Any) -> Any:
        options["_nrt"] = False
        folder = self.directory
        if folder is None:
            return njit(**options)(function)
        before = config.CACHE_DIR
        config.CACHE_DIR = folder
        try:
            return njit(cache=True, **options)(function)
        finally:
            config.CACHE_DIR = before


def _posix() -> bool:
    return hasattr(os, "getuid")


def _user_cache() -> Path:
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
