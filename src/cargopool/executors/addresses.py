"""Which schedulers may be used: on this machine, or by TLS with client certificates."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from cargopool.errors import Diagnostic, InputError

_PROTOCOLS = ("tls", "tcp")


@dataclass(frozen=True, slots=True)
class Certificates:
    """PEM files for TLS with a Dask scheduler.

    Attributes
    ----------
    ca : str
        Authority that signed the certificates of scheduler and workers.
    cert, key : str
        The client's own certificate and its private key.
    """

    ca: str = ""
    cert: str = ""
    key: str = ""

    @property
    def complete(self) -> bool:
        """Whether a client can show who it is and see who answers."""
        return bool(self.ca and self.cert and self.key)


def check_scheduler(address: str, certificates: Certificates) -> None:
    """Refuse a scheduler that others could reach, or listen to, without certificates.

    Whoever reaches a Dask scheduler runs code on its workers.

    Raises
    ------
    InputError
        With everything that is wrong.
    """
    problems = tuple(_problems(address, certificates))
    if problems:
        raise InputError(problems)


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine's own and reached by nobody else."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        pass
    try:
        found = {str(entry[4][0]) for entry in socket.getaddrinfo(host, None)}
    except OSError:
        return False
    return bool(found) and all(ipaddress.ip_address(one.partition("%")[0]).is_loopback for one in found)


def _problems(address: str, certificates: Certificates) -> Iterator[Diagnostic]:
    parts = urlsplit(address if "://" in address else f"tcp://{address}")
    try:
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if parts.scheme not in _PROTOCOLS or not host or port is None:
        yield Diagnostic("E2021", f"{address!r} is not a scheduler's address", "--scheduler", "as tls://host:8786")
        return
    for path in filter(None, (certificates.ca, certificates.cert, certificates.key)):
        if not Path(path).is_file():
            yield Diagnostic("E2023", "there is no such certificate or key", path, "name a PEM file")
    if parts.scheme == "tls" and not certificates.complete:
        yield _missing(certificates)
    if parts.scheme != "tls" and not is_loopback(host):
        message = f"{host} is not this machine, so its scheduler must be reached by TLS with client certificates"
        way_out = "use tls://HOST:PORT with --tls-ca, --tls-cert and --tls-key; docs/executors.md shows how"
        yield Diagnostic("E2022", message, "--scheduler", way_out)


def _missing(certificates: Certificates) -> Diagnostic:
    names = {"--tls-ca": certificates.ca, "--tls-cert": certificates.cert, "--tls-key": certificates.key}
    missing = ", ".join(name for name, given in names.items() if not given)
    way_out = "name the PEM files, or set them in Dask's own configuration; docs/executors.md shows how"
    return Diagnostic("E2022", f"TLS needs client certificates: {missing} missing", "--scheduler", way_out)
