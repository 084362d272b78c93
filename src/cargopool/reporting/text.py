"""User text on its way out: nothing that a terminal, a spreadsheet, a file system or a browser would act on."""

from __future__ import annotations

import hashlib
import re
import unicodedata

_UNSEEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}
_SLUG = re.compile(r"[^a-z0-9]+")


def printable(text: object) -> str:
    """One line of plain text: control, formatting and direction characters become visible escapes."""
    return "".join(_escape(c) if unicodedata.category(c) in _UNSEEN else c for c in str(text))


def _escape(character: str) -> str:
    code = ord(character)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def file_name(identifier: str) -> str:
    """A file name for any id: a short slug for people and a hash that keeps two ids apart."""
    plain = unicodedata.normalize("NFKD", identifier).encode("ascii", "ignore").decode().lower()
    slug = _SLUG.sub("-", plain).strip("-")[:40] or "id"
    return f"{slug}-{hashlib.sha256(identifier.encode('utf-8', 'surrogatepass')).hexdigest()[:10]}"


def thousands(value: float, digits: int = 0) -> str:
    """A number with thin grouping that no locale misreads: ``12,345.6``."""
    return f"{value:,.{digits}f}"


def counted(number: int, what: str) -> str:
    """A number of things: ``1 truck``, ``2 trucks``."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def percent(share: float | None, digits: int = 1) -> str:
    """A share as a percentage, or an en dash when unknown."""
    return "–" if share is None else f"{100 * share:.{digits}f} %"
