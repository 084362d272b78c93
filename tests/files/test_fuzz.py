import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

import pytest

from scale import scaled
from timing import HANG_S

CHILD = Path(__file__).with_name("fuzz_child.py")
FILES = scaled(160, 5000)
BATCH = scaled(80, 250)
SLOWEST_S = 5.0 + HANG_S


@pytest.mark.parametrize("first", range(0, FILES, BATCH))
def test_damaged_files_are_refused_or_read_without_harm(first: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, str(CHILD), str(first), str(BATCH), folder],
            capture_output=True,
            text=True,
            timeout=BATCH * SLOWEST_S,
            check=False,
        )
    lines = [line.split() for line in done.stdout.splitlines()]
    last = f"after seed {lines[-1][0] if lines else 'none'}: {done.stderr[-2000:]}"
    assert done.returncode == 0, last
    assert done.stderr == "", last
    assert len(lines) == BATCH
    outcomes = Counter(outcome for _, outcome, _ in lines)
    strange = [line for line in lines if line[1] not in ("refused", "read")]
    assert not strange, strange[:10]
    assert outcomes["refused"] >= BATCH // 4
    slow = [line for line in lines if float(line[2]) > SLOWEST_S]
    assert not slow, slow
