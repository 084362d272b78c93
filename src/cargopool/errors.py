"""Diagnostics and the exception tree: every error has a code, a place and a way out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding about an input, a plan or an output.

    Attributes
    ----------
    code : str
        Stable identifier such as ``E1203``; each code is described in docs/errors.md.
    message : str
        What is wrong, in one line of plain text.
    where : str
        Place: an object path (``shipments[S17].due``) or ``file:line:column``.
    help : str
        How to mend it; may be empty.
    severity : {'error', 'warning'}
        A warning never stops a run.
    """

    code: str
    message: str
    where: str = ""
    help: str = ""
    severity: Severity = "error"

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        way_out = f"  = help: {self.help}" if self.help else ""
        return f"{place}{self.severity}[{self.code}] {self.message}{way_out}"


class CargopoolError(Exception):
    """Base of all errors that cargopool raises on purpose.

    Attributes
    ----------
    diagnostics : tuple of Diagnostic
        Everything that was found, not only the first finding.
    """

    def __init__(self, diagnostics: Diagnostic | Iterable[Diagnostic]) -> None:
        found = (diagnostics,) if isinstance(diagnostics, Diagnostic) else tuple(diagnostics)
        self.diagnostics: tuple[Diagnostic, ...] = found
        super().__init__("\n".join(map(str, found)))

    def __reduce__(self) -> tuple[type[CargopoolError], tuple[Sequence[Diagnostic]]]:
        return type(self), (self.diagnostics,)


class InputError(CargopoolError):
    """The scenario, a file or an argument is wrong (exit code 2)."""


class OutputError(CargopoolError):
    """A result could not be written (exit code 7)."""


class RunLockedError(InputError):
    """Another process works on the same run folder (exit code 2)."""


class VerificationError(CargopoolError):
    """The verifier rejected a plan (exit code 6)."""


class EngineError(CargopoolError):
    """A solver failed or its process died."""
