"""Reads damaged scenarios in a process of its own, with limits, and reports one line per seed.

Usage: fuzz_child.py FIRST COUNT FOLDER
"""

import resource
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from cargopool.errors import CargopoolError
from cargopool.files import input_sha256, read_document, read_scenario, write_scenario
from files.mutations import damaged

MEMORY_LIMIT = 1_000_000_000


def main() -> None:
    first, count, folder = int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))
    for seed in range(first, first + count):
        case = folder / str(seed)
        case.mkdir()
        for name, data in damaged(seed).items():
            (case / name).write_bytes(data)
        began = time.process_time()  # not the wall clock: other work on the machine is no hang
        outcome = _read(case)
        print(seed, outcome, f"{time.process_time() - began:.3f}", flush=True)


def _read(case: Path) -> str:
    scenario, found = read_document(case)
    for finding in found:
        text = str(finding)
        if not finding.help or any(not (character.isprintable() or character == " ") for character in text):
            return f"bad-message:{finding.code}"
    if scenario is None:
        try:
            read_scenario(case)
        except CargopoolError:
            return "refused" if any(finding.severity == "error" for finding in found) else "refused-silently"
        return "inconsistent"
    write_scenario(scenario, case / "out")
    same = input_sha256(read_scenario(case / "out")) == input_sha256(scenario)
    return "read" if same else "changed"


if __name__ == "__main__":
    main()
