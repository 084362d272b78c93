"""A Dask scheduler and workers on loopback, as processes of their own that a test may kill."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

START_S = 40.0


@dataclass
class Cluster:
    folder: Path
    address: str = ""
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)
    tls: tuple[str, ...] = ()

    def start_worker(self) -> subprocess.Popen[bytes]:
        worker = launch(
            "worker", self.address, "--nthreads", "1", "--no-nanny", "--no-dashboard", *self.tls, cwd=self.folder
        )
        self.workers.append(worker)
        return worker


def launch(kind: str, *arguments: str, cwd: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "dask", kind, *arguments]
    return subprocess.Popen(command, cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


@contextmanager
def cluster(folder: Path, workers: int = 2, tls: tuple[str, ...] = ()) -> Iterator[Cluster]:
    told = folder / "scheduler.json"
    arguments = ("--host", ("tls" if tls else "tcp") + "://127.0.0.1", "--port", "0", "--no-dashboard", *tls)
    scheduler = launch("scheduler", *arguments, "--scheduler-file", str(told), cwd=folder)
    made = Cluster(folder, tls=tls)
    try:
        deadline = time.monotonic() + START_S
        while not told.exists() or not told.read_text().rstrip().endswith("}"):
            assert scheduler.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.05)
        made.address = json.loads(told.read_text())["address"]
        for _ in range(workers):
            made.start_worker()
        yield made
    finally:
        for process in (*made.workers, scheduler):
            process.kill()
            process.wait()
