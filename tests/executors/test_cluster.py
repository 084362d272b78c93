"""Two real worker processes on loopback: a lost one's tasks are repeated on the other, certificates are asked for."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cargopool.errors import EngineError, InputError
from cargopool.executors import Certificates, Task, Window
from cluster_case import START_S, Cluster, cluster

pytest.importorskip("distributed")
from cargopool.executors.cluster import DaskExecutor

SLEEP = "cargopool.executors.trials:sleep"


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with cluster(tmp_path_factory.mktemp("cluster")) as made:
        yield made


def test_tasks_run_on_both_workers_and_errors_come_back(shared: Cluster) -> None:
    with DaskExecutor(shared.address, connect_s=START_S) as executor:
        executor._client.wait_for_workers(2, timeout=START_S)
        tasks = [Task(f"t{number}", "cargopool.executors.environment:content_key", (number,)) for number in range(6)]
        tasks.append(Task("wrong", "cargopool.nowhere:nothing"))
        found = {done.key: done for done in Window(executor).run(tasks)}
        assert executor.slots == 2
        assert executor.next(timeout=0.1) is None
    assert found["wrong"].kind == "ModuleNotFoundError"
    assert sum(done.ok for done in found.values()) == 6


def test_cancelling_ends_the_task_on_the_worker(shared: Cluster, tmp_path: Path) -> None:
    with DaskExecutor(shared.address, connect_s=START_S) as executor:
        executor.submit(Task("long", SLEEP, (60.0,)))
        assert executor.next(timeout=1.0) is None
        executor.cancel("long")
        done = executor.next(timeout=10)
        assert done is not None
        assert done.kind == "Cancelled"
        # Both workers are free again, else these would have to wait for a minute.
        quick = [Task(f"quick{number}", SLEEP, (0.0,)) for number in range(4)]
        assert all(one.ok for one in Window(executor).run(quick))


def test_a_killed_worker_loses_nothing(tmp_path: Path) -> None:
    with cluster(tmp_path) as own, DaskExecutor(own.address, connect_s=START_S) as executor:
        executor._client.wait_for_workers(2, timeout=START_S)
        tasks = [Task(f"t{number}", SLEEP, (0.8,)) for number in range(4)]
        found = []
        for done in Window(executor, ahead=4).run(tasks):
            found.append(done)
            if len(found) == 1:
                own.workers[0].kill()
    assert sorted(done.key for done in found) == [task.key for task in tasks]
    assert all(done.ok for done in found)


def test_a_lost_scheduler_is_an_error_not_a_wait(tmp_path: Path) -> None:
    with cluster(tmp_path, workers=1) as own:
        executor = DaskExecutor(own.address, connect_s=START_S)
        executor.submit(Task("long", SLEEP, (60.0,)))
    with executor, pytest.raises(EngineError, match="scheduler is lost"):
        for _ in range(60):
            executor.next(timeout=0.5)


def test_nobody_there_and_no_worker_are_input_errors(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="does not answer"):
        DaskExecutor("tcp://127.0.0.1:9", connect_s=1.0)
    with cluster(tmp_path, workers=0) as own, pytest.raises(InputError, match="no worker"):
        DaskExecutor(own.address, connect_s=2.0)


def make_certificate(folder: Path, name: str) -> tuple[str, str]:
    """A self-signed certificate, which is its own authority."""
    key, cert = folder / f"{name}-key.pem", folder / f"{name}.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={name}"]
    subprocess.run([*command, "-keyout", key, "-out", cert], check=True, capture_output=True)
    return str(cert), str(key)


@pytest.mark.skipif(shutil.which("openssl") is None, reason="makes certificates with the openssl command")
@pytest.mark.skipif(sys.platform == "win32", reason="process handling")
def test_tls_with_client_certificates(tmp_path: Path) -> None:
    cert, key = make_certificate(tmp_path, "cluster")
    other, other_key = make_certificate(tmp_path, "stranger")
    flags = ("--tls-ca-file", cert, "--tls-cert", cert, "--tls-key", key)
    with cluster(tmp_path, workers=1, tls=flags) as own:
        assert own.address.startswith("tls://")
        with DaskExecutor(own.address, Certificates(cert, cert, key), connect_s=START_S) as executor:
            executor.submit(Task("t", SLEEP, (0.0,)))
            done = executor.next(timeout=20)
        assert done is not None
        assert done.ok
        with pytest.raises(InputError, match="does not answer"):
            DaskExecutor(own.address, Certificates(cert, other, other_key), connect_s=3.0)
        with pytest.raises(InputError, match="missing"):
            DaskExecutor(own.address, connect_s=3.0)
        with pytest.raises(InputError, match="does not answer"):
            DaskExecutor(own.address.replace("tls", "tcp"), connect_s=3.0)
