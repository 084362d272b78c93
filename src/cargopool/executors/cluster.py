"""Tasks on the workers of a Dask scheduler; Dask is imported only here and only when used."""

from __future__ import annotations

import contextlib
import queue
import time
import uuid
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

from cargopool.errors import Diagnostic, EngineError, InputError
from cargopool.executors.addresses import Certificates, check_scheduler
from cargopool.executors.environment import environment
from cargopool.executors.processes import ProcessExecutor
from cargopool.executors.tasks import Done, Task, failed

_POLL_S = 0.5
_SLOTS_FOR_S = 2.0
_CONNECT_S = 15.0
_ABANDONED = ("cancelled", "released", "forgotten", "error")


class DaskExecutor:
    """Runs tasks on a cluster; each in a child process of a worker, so that a crash or a leak stays there.

    Dask gives the tasks of a lost worker to others; one that has lost `distributed.scheduler.allowed-failures` workers
    (3 unless the scheduler says otherwise) ends as ``LostWorker``.

    Parameters
    ----------
    scheduler : str
        ``tls://host:8786``; ``tcp://`` only on this machine.
    certificates : Certificates
        For TLS; those of Dask's own configuration where left out.

    Raises
    ------
    InputError
        When the address is not allowed, nobody answers, or no worker has the same program.
    """

    def __init__(
        self, scheduler: str, certificates: Certificates | None = None, *, connect_s: float = _CONNECT_S
    ) -> None:
        _require_dask()
        chosen = completed(certificates or Certificates())
        check_scheduler(scheduler, chosen)
        self._scheduler = scheduler
        self._client = _connected(scheduler, chosen, connect_s)
        self._session = uuid.uuid4().hex[:12]
        self._futures: dict[str, Any] = {}
        self._cancelled: set[str] = set()
        self._ended: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._slots = (0.0, 1)
        try:
            self.environments = self._same_program(connect_s)
        except BaseException:
            self.close()
            raise

    @property
    def slots(self) -> int:
        """Threads of all workers, at least 1."""
        asked, slots = self._slots
        if time.monotonic() - asked > _SLOTS_FOR_S:
            with contextlib.suppress(Exception):  # a scheduler that is gone is reported by `next`
                slots = max(1, sum(self._client.nthreads().values()))
            self._slots = (time.monotonic(), slots)
        return slots

    def submit(self, task: Task) -> None:
        """Hand a task to the scheduler."""
        future = self._client.submit(
            run_on_worker, task, key=f"cargopool-{self._session}-{task.key}", pure=False, retries=0
        )
        self._futures[task.key] = future
        future.add_done_callback(self._told(task.key))

    def next(self, timeout: float | None = None) -> Done | None:
        """The next task that ended; see `Executor.next`.

        Raises
        ------
        EngineError
            When the scheduler is gone; what was under way is then unfinished.
        """
        deadline = None if timeout is None else time.monotonic() + timeout
        while self._futures:
            left = _POLL_S if deadline is None else min(_POLL_S, max(0.0, deadline - time.monotonic()))
            try:
                key = self._ended.get(timeout=left)
            except queue.Empty:
                self._refuse_lost_scheduler()
                if deadline is not None and time.monotonic() >= deadline:
                    return None
                continue
            future = self._futures.pop(key, None)
            if future is not None:
                return self._outcome(key, future)
        return None

    def cancel(self, key: str) -> None:
        """Cancel a task; the worker ends its process."""
        future = self._futures.get(key)
        if future is not None:
            self._cancelled.add(key)
            future.cancel()

    def close(self) -> None:
        """Release everything and leave the scheduler."""
        with contextlib.suppress(Exception):
            self._client.cancel(list(self._futures.values()))
        with contextlib.suppress(Exception):
            self._client.close(timeout=_POLL_S * 4)
        self._futures.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _told(self, key: str) -> Callable[[Any], None]:
        return lambda _future: self._ended.put(key)

    def _outcome(self, key: str, future: Any) -> Done:
        if future.status == "finished":
            done: Done = future.result()
            return done
        if key in self._cancelled:
            return Done(key, error="cancelled", kind="Cancelled", attempts=0)
        if future.status == "error":
            error = future.exception()
            kind = "LostWorker" if type(error).__name__ == "KilledWorker" else type(error).__name__
            return Done(key, error=str(error), kind=kind)
        raise self._lost()

    def _refuse_lost_scheduler(self) -> None:
        if self._client.status not in ("running", "connecting"):
            raise self._lost()

    def _lost(self) -> EngineError:
        return EngineError(
            Diagnostic("E2026", "the connection to the scheduler is lost", self._scheduler, "start it and use --resume")
        )

    def _same_program(self, seconds: float) -> dict[str, dict[str, Any]]:
        """The environment of each worker; all must have this program and these solvers."""
        try:
            self._client.wait_for_workers(1, timeout=seconds)
        except TimeoutError:
            way_out = "start one with dask worker; docs/executors.md shows how"
            raise InputError(Diagnostic("E2024", "the scheduler has no worker", self._scheduler, way_out)) from None
        try:
            found: dict[str, dict[str, Any]] = self._client.run(environment)
        except Exception as error:
            way_out = "install the same cargopool on every worker"
            message = f"a worker cannot run cargopool: {type(error).__name__}: {error}"
            raise InputError(Diagnostic("E2025", message, self._scheduler, way_out)) from None
        problems = [_difference(worker, theirs) for worker, theirs in sorted(found.items())]
        if any(problems):
            raise InputError([problem for problem in problems if problem])
        return found


def run_on_worker(task: Task) -> Done:
    """On a worker: run a task in a child process, and end that when nobody wants the result any more."""
    from distributed import get_worker

    worker, key = get_worker(), _current_key()
    try:
        with ProcessExecutor(1, fresh=True) as executor:
            executor.submit(task)
            while True:
                done = executor.next(timeout=_POLL_S)
                if done is not None:
                    return done
                state = worker.state.tasks.get(key)
                if state is None or state.state in _ABANDONED:
                    return Done(task.key, error="cancelled", kind="Cancelled")
    except Exception as error:
        return failed(task.key, error)


def completed(given: Certificates) -> Certificates:
    """Certificates with what is missing taken from Dask's configuration."""
    import dask.config
    import distributed  # noqa: F401  # its defaults are part of the configuration

    def configured(name: str) -> str:
        return str(dask.config.get(f"distributed.comm.tls.{name}", None) or "")

    return Certificates(
        given.ca or configured("ca-file"),
        given.cert or configured("client.cert"),
        given.key or configured("client.key") or (given.cert or configured("client.cert")),
    )


def _current_key() -> Any:
    from distributed.worker import thread_state

    return thread_state.key


def _require_dask() -> None:
    try:
        import dask  # noqa: F401
        import distributed  # noqa: F401
    except ImportError:
        way_out = 'install it with pip install "cargopool[cluster]"'
        raise InputError(Diagnostic("E2020", "Dask is not installed", "--executor dask", way_out)) from None


def _connected(scheduler: str, certificates: Certificates, seconds: float) -> Any:
    from distributed import Client
    from distributed.security import Security

    security = None
    if scheduler.startswith("tls://"):
        security = Security(
            tls_ca_file=certificates.ca,
            tls_client_cert=certificates.cert,
            tls_client_key=certificates.key,
            require_encryption=True,
        )
    try:
        return Client(scheduler, security=security, timeout=seconds, set_as_default=False)
    except Exception as error:
        message = f"the scheduler does not answer: {type(error).__name__}: {error}"
        way_out = "start it, or correct the address and the certificates"
        raise InputError(Diagnostic("E2024", message, scheduler, way_out)) from None


def _difference(worker: str, theirs: dict[str, Any]) -> Diagnostic | None:
    mine = environment()
    differing = [name for name in ("package_sha256", "python", "solvers") if mine[name] != theirs.get(name)]
    if not differing:
        return None
    way_out = "install the same cargopool, Python and constraints.txt on every worker"
    return Diagnostic("E2025", f"a worker has another {', '.join(differing)}", worker, way_out)
