"""Whether anything listens at an address."""

from __future__ import annotations

import socket
from urllib.parse import urlsplit

__all__ = ["host_and_port", "trouble_at"]

_PORTS = {"http": 80, "https": 443}


def host_and_port(url: str) -> tuple[str, int]:
    """Where the address leads to."""
    split = urlsplit(url)
    return split.hostname or "", split.port or _PORTS.get(split.scheme.lower(), 80)


def trouble_at(host: str, port: int, seconds: float) -> str | None:
    """Why no connection comes about, in words; None where one does."""
    try:
        socket.create_connection((host, port), seconds).close()
    except TimeoutError:
        return f"no connection to {host}:{port} within {seconds:g} s"
    except socket.gaierror:
        return f"the name {host} is not known"
    except OSError as error:
        refused = isinstance(error, ConnectionRefusedError)
        return f"nothing listens at {host}:{port}" if refused else f"{host}:{port}: {error.strerror or error}"
    return None
