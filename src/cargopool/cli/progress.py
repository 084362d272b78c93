"""Progress of a solve on stderr: a bar on a terminal, log lines when asked, else nothing."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from cargopool.cli.exits import Exit
from cargopool.model.result import Progress

if TYPE_CHECKING:
    from rich.progress import Progress as Bar
    from rich.progress import TaskID


class ShownProgress:
    """Where a run's progress and log go."""

    def __init__(self, bar: Bar | None, task: TaskID | None, *, verbose: bool) -> None:
        self._bar = bar
        self._task = task
        self._verbose = verbose

    def progress(self, progress: Progress) -> None:
        """Move the bar."""
        if self._bar is None or self._task is None:
            return
        objective = "no plan yet" if progress.objective_eur is None else f"{progress.objective_eur:,.0f} EUR"
        gap = "" if progress.gap is None else f", gap {100 * progress.gap:.1f} %"
        self._bar.update(
            self._task, completed=progress.seconds, standing=f"{progress.stage or 'solve'}: {objective}{gap}"
        )

    def log(self, line: str) -> None:
        """Print a line of the log when asked to; it is printable already."""
        if self._verbose:
            print(line, file=sys.stderr, flush=True)

    def leave_at_once(self) -> None:
        """End the process on a second Ctrl-C; the working folder keeps the newest verified plan."""
        os._exit(Exit.INTERRUPTED)


@contextmanager
def shown_progress(time_limit: float | None, *, quiet: bool, verbose: bool) -> Iterator[ShownProgress]:
    """Show progress while the block runs."""
    if quiet or verbose or not sys.stderr.isatty():
        yield ShownProgress(None, None, verbose=verbose)
        return
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    from cargopool.cli.output import notes

    columns = (SpinnerColumn(), TextColumn("{task.fields[standing]}", markup=False), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=notes(), transient=True) as bar:
        task = bar.add_task("solve", total=time_limit, standing="reading")
        yield ShownProgress(bar, task, verbose=verbose)
