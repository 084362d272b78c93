"""Where tasks run: in this process, in children of it, or on a cluster. Knows no freight."""

from cargopool.executors.addresses import Certificates
from cargopool.executors.environment import available_cores, content_key, environment, machine
from cargopool.executors.processes import ProcessExecutor
from cargopool.executors.serial import SerialExecutor
from cargopool.executors.tasks import Done, Executor, Task, Window

__all__ = [
    "Certificates",
    "Done",
    "Executor",
    "ProcessExecutor",
    "SerialExecutor",
    "Task",
    "Window",
    "available_cores",
    "content_key",
    "environment",
    "machine",
]
