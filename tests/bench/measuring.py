"""What figures are made of: rows beside a floor, an answer taken into nothing, the memory of a process."""

from __future__ import annotations

import socket
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.bench.running import Row

__all__ = ["MB", "Fetched", "Peak", "at_least", "at_most", "fetch", "middle", "missing"]

MB: Final = 1_000_000


def at_least(what: str, figure: float, floor: float, unit: str, least: float) -> Row:
    ratio = figure / floor
    return Row(what, f"{figure:.0f}{unit}", f"{floor:.0f}{unit}", ratio, f"≥ {least:g}", ratio >= least)


def at_most(what: str, figure: str, floor: str, ratio: float, most: float) -> Row:
    return Row(what, figure, floor, ratio, f"≤ {most:g}", ratio <= most)


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


class Peak:
    """The most memory that a process has taken since it was looked at first."""

    def __init__(self, pid: int) -> None:
        self._status = Path(f"/proc/{pid}/status")
        self._before = self._read("VmRSS")
        Path(f"/proc/{pid}/clear_refs").write_text("5", encoding="ascii")

    def _read(self, name: str) -> float:
        """Megabytes."""
        line = self._status.read_text(encoding="ascii").partition(f"{name}:")[2]
        return int(line.split()[0]) * 1024 / MB

    def row(self, what: str) -> Row:
        grown = self._read("VmHWM") - self._before
        return at_most(what, f"{grown:.0f} MB", f"{self._before:.0f} MB", grown, 64)
