"""Tasks in child processes: results, errors, lost workers, cancelling, no orphans."""

import os
import signal
import time
from pathlib import Path

import pytest

from cargopool.errors import InputError
from cargopool.executors import ProcessExecutor, SerialExecutor, Task, Window, content_key, environment
from cargopool.executors.addresses import Certificates, check_scheduler, is_loopback
from cargopool.executors.environment import package_digest
from scale import scaled

KEY = "cargopool.executors.environment:content_key"
SLEEP = "cargopool.executors.trials:sleep"
PID = "cargopool.executors.trials:process_id"


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def gone_within(pid: int, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while alive(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not alive(pid)


@pytest.mark.parametrize(
    "executor",
    [SerialExecutor(), ProcessExecutor(2), ProcessExecutor(2, fresh=True)],
    ids=["serial", "processes", "fresh processes"],
)
def test_every_task_ends_once_with_its_result(executor) -> None:
    tasks = [Task(f"t{number}", KEY, (number,)) for number in range(scaled(5, 40))]
    with executor:
        found = {done.key: done for done in Window(executor).run(tasks)}
    assert len(found) == len(tasks)
    assert {done.value for done in found.values()} == {content_key(number) for number in range(len(tasks))}
    assert all(done.ok and done.attempts == 1 for done in found.values())


@pytest.mark.parametrize("executor", [SerialExecutor(), ProcessExecutor(1)], ids=["serial", "processes"])
def test_errors_come_back_as_text_and_the_rest_goes_on(executor) -> None:
    tasks = [
        Task("raises", "cargopool.executors.tasks:call_target", ("os:getcwd", ())),
        Task("foreign", "os:getcwd"),
        Task("missing", "cargopool.nowhere:nothing"),
        Task("good", KEY, (1,)),
    ]
    with executor:
        found = {done.key: done for done in Window(executor).run(tasks)}
    assert found["raises"].kind == found["foreign"].kind == "EngineError"
    assert "not a function of cargopool" in found["foreign"].error
    assert found["missing"].kind == "ModuleNotFoundError"
    assert found["good"].ok


def test_what_cannot_be_pickled_is_an_error_of_its_task() -> None:
    with ProcessExecutor(1) as executor:
        executor.submit(Task("argument", KEY, (lambda: 1,)))
        executor.submit(Task("result", "cargopool.executors.trials:unpicklable"))
        found = {done.key: done for done in (executor.next(), executor.next()) if done}
    assert set(found) == {"argument", "result"}
    assert not any(done.ok for done in found.values())


def test_a_lost_worker_costs_one_repetition() -> None:
    with ProcessExecutor(1, retries=2) as executor:
        executor.submit(Task("slow", SLEEP, (1.0,)))
        os.kill(executor.process_ids[0], signal.SIGKILL)
        done = executor.next(timeout=20)
    assert done is not None
    assert done.ok
    assert done.attempts == 2


def test_a_task_that_kills_every_worker_fails_alone() -> None:
    with ProcessExecutor(2, retries=1) as executor:
        executor.submit(Task("deadly", "cargopool.executors.trials:die"))
        executor.submit(Task("good", KEY, (1,)))
        found = {done.key: done for done in (executor.next(20), executor.next(20)) if done}
    assert found["good"].ok
    assert found["deadly"].kind == "LostWorker"
    assert found["deadly"].attempts == 2
    assert "signal 9" in found["deadly"].error


def test_cancel_and_close_end_processes() -> None:
    executor = ProcessExecutor(1)
    executor.submit(Task("running", SLEEP, (60.0,)))
    executor.submit(Task("waiting", SLEEP, (60.0,)))
    first = executor.process_ids[0]
    executor.cancel("waiting")
    executor.cancel("running")
    kinds = [done.kind for done in (executor.next(5), executor.next(5)) if done]
    assert kinds == ["Cancelled", "Cancelled"]
    assert gone_within(first, 5)
    executor.submit(Task("again", SLEEP, (60.0,)))
    second = executor.process_ids[0]
    assert executor.next(timeout=0.1) is None
    executor.close()
    assert gone_within(second, 5)
    assert executor.next() is None


def test_kept_processes_serve_many_tasks_and_fresh_ones_only_one() -> None:
    with ProcessExecutor(1) as kept, ProcessExecutor(1, fresh=True) as fresh:
        tasks = [Task(f"t{number}", PID) for number in range(3)]
        assert len({done.value for done in Window(kept).run(tasks)}) == 1
        assert len({done.value for done in Window(fresh).run(tasks)}) == 3


def test_a_task_that_leaves_threads_behind_takes_its_process_with_it() -> None:
    with ProcessExecutor(1) as executor:
        executor.submit(Task("leaves", "cargopool.executors.trials:leave_thread", (60.0,)))
        first = executor.next(20)
        executor.submit(Task("next", PID))
        second = executor.next(20)
    assert first is not None
    assert second is not None
    assert first.value != second.value


def test_the_digest_is_of_content_not_of_order() -> None:
    assert content_key({"a": 1, "b": [1, 2]}) == content_key({"b": [1, 2], "a": 1})
    assert content_key({"a": 1}) != content_key({"a": 2})
    facts = environment()
    assert facts["package_sha256"] == package_digest()
    assert facts["cores"] >= 1
    assert facts["solvers"]["ortools"]


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("tcp://192.0.2.7:8786", "E2022"),
        ("192.0.2.7:8786", "E2022"),
        ("tcp://0.0.0.0:8786", "E2022"),
        ("tls://192.0.2.7:8786", "E2022"),
        ("tls://127.0.0.1:8786", "E2022"),
        ("tcp://192.0.2.7", "E2021"),
        ("http://127.0.0.1:8786", "E2021"),
        ("tcp://:8786", "E2021"),
        ("tcp://127.0.0.1:99999", "E2021"),
        ("", "E2021"),
    ],
)
def test_schedulers_that_others_reach_need_tls_and_certificates(address: str, code: str) -> None:
    with pytest.raises(InputError) as caught:
        check_scheduler(address, Certificates())
    assert [finding.code for finding in caught.value.diagnostics] == [code]


def test_certificates_must_exist_and_be_complete(tmp_path: Path) -> None:
    pem = tmp_path / "a.pem"
    pem.write_text("x")
    check_scheduler("tls://192.0.2.7:8786", Certificates(str(pem), str(pem), str(pem)))
    for given in (Certificates(str(pem), str(pem), ""), Certificates(str(pem), str(pem), str(tmp_path / "no.pem"))):
        with pytest.raises(InputError):
            check_scheduler("tls://192.0.2.7:8786", given)


def test_loopback_is_this_machine_only() -> None:
    assert is_loopback("127.0.0.1")
    assert is_loopback("127.8.9.1")
    assert is_loopback("::1")
    assert is_loopback("localhost")
    assert not is_loopback("0.0.0.0")
    assert not is_loopback("192.0.2.7")
    check_scheduler("tcp://[::1]:8786", Certificates())
    check_scheduler("localhost:8786", Certificates())
