"""What somebody at a terminal sees."""

import os
import pty
import subprocess
import sys
from pathlib import Path

QUICKSTART = Path(__file__).parents[2] / "scenarios" / "quickstart"


def on_a_terminal(arguments: list[str], folder: Path, **environment: str) -> tuple[int, bytes]:
    """Run with stderr on a pseudo-terminal; what came there."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "cargopool", *arguments]
    settings = os.environ | {"TERM": "xterm-256color", "COLUMNS": "100"} | environment
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=theirs, env=settings)
    os.close(theirs)
    seen = b""
    while True:
        try:
            chunk = os.read(ours, 65536)
        except OSError:  # the other end is closed
            break
        if not chunk:
            break
        seen += chunk
    os.close(ours)
    process.communicate()
    return process.returncode, seen


def test_a_progress_bar_on_a_terminal_only(tmp_path: Path) -> None:
    solve = ["solve", str(QUICKSTART), "--out", "r", "--time-limit", "20", "--no-baselines"]
    code, seen = on_a_terminal(solve, tmp_path)
    assert code == 0
    assert b"reading" in seen or b"EUR" in seen or b"no plan yet" in seen
    code, seen = on_a_terminal([*solve, "--quiet"], tmp_path)
    assert (code, seen) == (0, b"")


def test_no_color(tmp_path: Path) -> None:
    code, coloured = on_a_terminal(["validate", "missing"], tmp_path)
    assert code == 2
    assert b"\x1b[1;31m" in coloured
    code, plain = on_a_terminal(["validate", "missing"], tmp_path, NO_COLOR="1")
    assert code == 2
    assert b"\x1b[1;31m" not in plain
