"""How verbs print: results on stdout, everything else on stderr, user text never as commands to the terminal."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from cargopool.errors import Diagnostic
from cargopool.reporting.text import printable

if TYPE_CHECKING:
    from rich.console import Console

_PIPE_WIDTH = 120


def results() -> Console:
    """The console for results."""
    return _console(stderr=False)


def notes() -> Console:
    """The console for progress and logs."""
    return _console(stderr=True)


def _console(*, stderr: bool) -> Console:
    from rich.console import Console

    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() or "COLUMNS" in os.environ else _PIPE_WIDTH
    return Console(stderr=stderr, markup=False, emoji=False, highlight=False, soft_wrap=False, width=width)


def print_json(value: object) -> None:
    """Print JSON without NaN."""
    from cargopool.runs import to_json

    sys.stdout.write(to_json(value))


def findings_as_json(findings: Iterable[Diagnostic]) -> str:
    """Diagnostics as JSON."""
    return json.dumps({"diagnostics": [finding_record(finding) for finding in findings]}, indent=2, ensure_ascii=False)


def finding_record(finding: Diagnostic) -> dict[str, Any]:
    """One diagnostic as plain values."""
    return {
        "severity": finding.severity,
        "code": finding.code,
        "where": finding.where,
        "message": finding.message,
        "help": finding.help,
    }


def print_findings(findings: Sequence[Diagnostic]) -> None:
    """Print diagnostics on stderr, one line each."""
    from rich.text import Text

    console = notes()
    for finding in findings:
        style = "bold red" if finding.severity == "error" else "bold yellow"
        line = Text(printable(f"{finding.where}: ") if finding.where else "")
        line.append(f"{finding.severity}[{printable(finding.code)}]", style)
        line.append(f" {printable(finding.message)}")
        if finding.help:
            line.append(f"  = help: {printable(finding.help)}", "dim")
        console.print(line, soft_wrap=True)


def note(text: str, *, quiet: bool = False) -> None:
    """Print one line on stderr."""
    if not quiet:
        print(printable(text), file=sys.stderr)
