"""Peak memory of a run: its own and that of its largest child, whatever the parent had when it started the child."""

from __future__ import annotations

import subprocess
import sys

import pytest

TAKES_400_MB = """
import sys
from cargopool.memory import peak_memory_mb
from cargopool.optimiser.worker import Worker
before = peak_memory_mb()
taken = bytearray(400 * 2**20)
for worker in (Worker(), Worker()):
    with worker:
        worker.call("cargopool.memory:peak_memory_mb")
print(before, peak_memory_mb())
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="what a finished child had is told by Linux alone")
def test_a_small_child_of_a_large_parent_counts_with_its_own_peak() -> None:
    done = subprocess.run([sys.executable, "-c", TAKES_400_MB], capture_output=True, text=True, check=True)
    before, after = map(int, done.stdout.split())
    assert 400 <= after - before < 600  # with the parent's peak again for the child it would be 800
    assert after > before + 405  # and the child is in it
