"""How much of a quota test runs: a fixed-seed sample by default, the whole with CARGOPOOL_TEST_SCALE=full."""

import os
from typing import TypeVar

T = TypeVar("T")


def scaled(sample: T, full: T) -> T:
    return full if os.environ.get("CARGOPOOL_TEST_SCALE") == "full" else sample
