"""What a result depends on besides its input: the program, the solvers and the machine; and digests of content."""

from __future__ import annotations

import hashlib
import json
import os
import platform
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

_SOLVERS = ("ortools", "numpy", "scipy", "numba", "llvmlite")
_SHIPPED = "_shipped"
_COMPILED = (".pyc", ".pyo", ".nbi", ".nbc")


def content_key(value: Any) -> str:
    """SHA-256 of a JSON value, however its mappings are ordered."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=True)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def environment() -> dict[str, Any]:
    """Digest of the installed package's files, versions of Python and the solvers, and the number of cores."""
    return {
        "package_sha256": package_digest(),
        "python": platform.python_version(),
        "solvers": {name: _version(name) for name in _SOLVERS},
        "cores": available_cores(),
    }


def machine() -> dict[str, Any]:
    """What a reader of results wants to know of the machine."""
    return {
        "system": platform.system(),
        "release": platform.release(),
        "processor": _processor(),
        "cores": available_cores(),
        "memory_gib": _memory_gib(),
    }


@cache
def package_digest() -> str:
    """SHA-256 over names and content of the package's files, without what is compiled from them or only shipped."""
    root = Path(__file__).resolve().parents[1]
    digest = hashlib.sha256()
    for path in sorted(root.rglob("*"), key=lambda one: one.relative_to(root).as_posix()):
        name = path.relative_to(root).as_posix()
        made_of_others = path.suffix in _COMPILED or "__pycache__" in path.parts or "/." in f"/{name}"
        if made_of_others or name.startswith(_SHIPPED) or not path.is_file():
            continue
        content = path.read_bytes()
        digest.update(f"{name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def available_cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1  # pragma: no cover


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _processor() -> str:
    """The processor's name, where Linux tells it; else its kind."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, "") or platform.machine()


def _memory_gib() -> float | None:
    try:
        return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1)
    except (AttributeError, ValueError, OSError):  # pragma: no cover
        return None
