"""Progress of a batch on stderr: a bar on a terminal, nothing in a pipe."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cargopool.batches.batch import BatchProgress


@contextmanager
def shown_batch(total: int, *, quiet: bool) -> Iterator[Callable[[BatchProgress], None] | None]:
    """Show progress while the block runs; None when nobody looks."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    from cargopool.cli.output import notes

    columns = (BarColumn(), TextColumn("{task.fields[standing]}", markup=False), TimeElapsedColumn())
    with Progress(*columns, console=notes(), transient=True) as bar:
        task = bar.add_task("batch", total=total, standing="starting")

        def show(progress: BatchProgress) -> None:
            bar.update(task, completed=progress.done + progress.failed, standing=standing(progress))

        yield show


def standing(progress: BatchProgress, now: datetime | None = None) -> str:
    """One line: done, failed, left, best gap of the runs under way, and when the end is expected."""
    parts = [f"{progress.done} done", f"{progress.failed} failed", f"{progress.left} left"]
    if progress.gap is not None:
        parts.append(f"best gap now {100 * progress.gap:.1f} %")
    if progress.seconds_left is not None and progress.left:
        end = (now or datetime.now().astimezone()) + timedelta(seconds=progress.seconds_left)
        parts.append(f"end about {end:%d %b %H:%M}")
    return ", ".join(parts)
