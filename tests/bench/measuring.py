"""What figures are made of: an answer taken into nothing, the middle of rounds, a row that cannot be had."""

from __future__ import annotations

import socket
import time
from dataclasses import dataclass

from tests.bench.running import Row

__all__ = ["Fetched", "fetch", "middle", "missing"]


def missing(what: str, program: str, must: str) -> Row:
    """A row that cannot be measured, since what it stands beside is not installed."""
    return Row(what, "n/a", f"no {program}", 0, must, good=True)


def middle(rounds: list[tuple[float, float]]) -> tuple[float, float]:
    """Figure and floor of the round whose ratio is the median; they were measured side by side."""
    return sorted(rounds, key=lambda pair: pair[0] / pair[1])[len(rounds) // 2]


@dataclass(frozen=True)
class Fetched:
    size: int
    first: float
    """Seconds to the first octet."""
    whole: float


def fetch(address: tuple[str, int], request: bytes) -> Fetched:
    """Send a request and take its answer into nothing, as cheaply as can be."""
    buffer = memoryview(bytearray(1 << 20))
    with socket.create_connection(address) as connection:
        began = time.perf_counter()
        connection.sendall(request)
        got = connection.recv_into(buffer)
        first = time.perf_counter() - began
        head, _, _ = bytes(buffer[:got]).partition(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
        size = len(head) + 4 + length
        while got < size:
            received = connection.recv_into(buffer)
            if not received:
                raise RuntimeError("cut short")
            got += received
    return Fetched(length, first, time.perf_counter() - began)
