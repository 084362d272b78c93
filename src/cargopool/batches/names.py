"""Run names from coordinates: plain, unique on every file system, and short enough to be a folder."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Sequence

_PLAIN = re.compile(r"[^a-z0-9._]+")
_LONGEST_PART = 40
_LONGEST_NAME = 120
_JOIN = "__"


def run_name(parts: Sequence[str]) -> str:
    """Folder name of a run; parts that do not survive as they are carry a hash, so that two never meet."""
    name = _JOIN.join(plain_part(part) for part in parts)
    if len(name) <= _LONGEST_NAME:
        return name
    return f"{name[: _LONGEST_NAME - 12]}--{_hash(_JOIN.join(parts))}"


def plain_part(text: str) -> str:
    """A part in lower-case letters, digits, dots, hyphens and underscores; with a hash when that lost something."""
    folded = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"__+", "_", _PLAIN.sub("-", folded)).strip("-._")
    if slug and slug == text and len(slug) <= _LONGEST_PART:
        return slug
    return f"{slug[:_LONGEST_PART].rstrip('-._') or 'x'}-{_hash(text)}"


def setting_part(path: str, text: str, *, alone: bool) -> str:
    """``price-200`` for a setting; the whole path is hashed in when its last word does not tell it from others."""
    tail = path.rpartition(".")[2].replace("_", "-")
    part = plain_part(f"{tail}-{text}".lower() if _is_number(text) or text.isalnum() else f"{tail}-{text}")
    return part if alone else f"{part}-{_hash(path)}"


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]
