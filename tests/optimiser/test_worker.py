"""The worker ends at stop, with its parent, and never writes to the parent's output."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy.sparse import csr_array

from cargopool.errors import EngineError
from cargopool.optimiser.engines import EngineLimits, EngineStatus, MipModel
from cargopool.optimiser.worker import StoppedError, Worker, Workers
from timing import HANG_S, within

SOLVE = "cargopool.optimiser.engines:solve_model"


def hard_model(n: int = 220, rows: int = 70) -> MipModel:
    rng = np.random.default_rng(2)
    a = rng.integers(0, 40, (rows, n)).astype(float)
    return MipModel(
        c=-rng.integers(10, 60, n).astype(float),
        a=csr_array(a),
        row_lower=np.full(rows, -np.inf),
        row_upper=a.sum(axis=1) // 3,
        lower=np.zeros(n),
        upper=np.ones(n),
        integer=np.ones(n, dtype=bool),
    )


def easy_model() -> MipModel:
    return hard_model(5, 2)


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    with open(f"/proc/{pid}/stat", encoding="utf-8") as stat:
        return stat.read().rsplit(")", 1)[1].split()[0] != "Z"


def gone(pid: int, seconds: float) -> bool:
    until = time.monotonic() + seconds + HANG_S
    while time.monotonic() < until:
        if not alive(pid):
            return True
        time.sleep(0.02)
    return False


def test_calls_follow_one_another_in_one_child() -> None:
    with Worker() as worker:
        worker.start("scipy.optimize")
        first = worker.process_id
        for name in ("highs", "scip"):
            found = worker.call(SOLVE, name, easy_model(), EngineLimits())
            assert found.status is EngineStatus.OPTIMAL
        assert worker.process_id == first
    assert worker.process_id is None
    assert first is not None
    assert gone(first, 2.0)


@pytest.mark.parametrize("name", ["highs", "scip", "cpsat"])
def test_a_stop_ends_the_child_at_once_and_the_next_call_works(name: str) -> None:
    with Worker() as worker:
        worker.call(SOLVE, name, easy_model(), EngineLimits())
        child = worker.process_id
        flag = threading.Event()
        threading.Timer(0.3, flag.set).start()
        with within(0.3 + 0.7), pytest.raises(StoppedError):
            worker.call(SOLVE, name, hard_model(), EngineLimits(), stop=flag.is_set)
        assert child is not None
        assert gone(child, 1.0)
        assert worker.call(SOLVE, "highs", easy_model(), EngineLimits()).status is EngineStatus.OPTIMAL


def test_a_hard_limit_ends_a_call() -> None:
    with Worker() as worker, pytest.raises(StoppedError):
        worker.call(SOLVE, "scip", hard_model(), EngineLimits(), seconds=1.5)


def test_errors_come_back_and_leave_no_child() -> None:
    with Worker() as worker:
        with pytest.raises(EngineError, match="no engine 'x'"):
            worker.call(SOLVE, "x", easy_model(), EngineLimits())
        with pytest.raises(EngineError, match="not a function of cargopool"):
            worker.call("os:getpid")


def test_a_killed_child_is_an_error_and_is_replaced() -> None:
    with Worker() as worker:
        worker.start()
        child = worker.process_id
        assert child is not None
        threading.Timer(0.4, os.kill, (child, signal.SIGKILL)).start()
        with pytest.raises(EngineError, match="died"):
            worker.call(SOLVE, "scip", hard_model(), EngineLimits())
        assert worker.call(SOLVE, "highs", easy_model(), EngineLimits()).status is EngineStatus.OPTIMAL


def run_script(text: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", text], stdout=subprocess.PIPE, stderr=subprocess.PIPE)


PARENT = """
import sys, threading, time
sys.path.insert(0, {tests!r})
import test_worker_models as models
from cargopool.optimiser.engines import EngineLimits
from cargopool.optimiser.worker import Worker
worker = Worker()
worker.start()
call = lambda: worker.call({solve!r}, {name!r}, models.hard_model(), EngineLimits())
threading.Thread(target=call, daemon=True).start()
time.sleep(1.2)
print(worker.process_id, flush=True)
time.sleep(30)
"""


@pytest.mark.parametrize("name", ["highs", "scip"])
def test_the_child_ends_with_a_killed_parent(name: str, tmp_path: Any) -> None:
    (tmp_path / "test_worker_models.py").write_text(_source_of_models(), encoding="utf-8")
    parent = run_script(PARENT.format(tests=str(tmp_path), solve=SOLVE, name=name))
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    assert alive(child)
    parent.send_signal(signal.SIGKILL)
    parent.wait(5)
    parent.stdout.close()
    assert parent.stderr is not None
    parent.stderr.close()
    assert gone(child, 2.0)


def _source_of_models() -> str:
    import inspect

    head = "import numpy as np\nfrom scipy.sparse import csr_array\nfrom cargopool.optimiser.engines import MipModel\n"
    return head + inspect.getsource(hard_model)


def test_nothing_reaches_the_parents_output(capfd: pytest.CaptureFixture[str]) -> None:
    with Worker() as worker:
        for name in ("highs", "scip", "cpsat"):
            worker.call(SOLVE, name, hard_model(), EngineLimits(seconds=0.5))
    captured = capfd.readouterr()
    assert captured.out == ""
    assert captured.err == ""


def test_threads_share_a_pool_of_workers() -> None:
    found: list[Any] = []

    def one(workers: Workers) -> None:
        with workers.borrow() as worker:
            found.append(worker.call(SOLVE, "highs", easy_model(), EngineLimits()).objective)

    with Workers() as workers:
        threads = [threading.Thread(target=one, args=(workers,)) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(found) == 3
    assert len(set(found)) == 1


def test_messages_arrive_in_the_callers_thread() -> None:
    seen: list[tuple[Any, int]] = []

    def note(message: Any) -> None:
        seen.append((message, threading.get_ident()))

    keep: Callable[[Any], None] = note
    with Worker() as worker, pytest.raises(EngineError, match="emit"):
        # The function takes no emit: the worker hands it over only when somebody listens.
        worker.call(SOLVE, "highs", easy_model(), EngineLimits(), on_message=keep)
    assert seen == []
