"""A load of prepared HTTP requests over kept connections, cheap enough not to be what is measured."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Iterator, Sequence
from typing import Final

__all__ = ["Answer", "play", "time_each"]

Answer = bytes

_END_OF_HEAD: Final = b"\r\n\r\n"


def play(
    address: tuple[str, int],
    requests: Sequence[bytes],
    connections: int,
    secured: ssl.SSLContext | None = None,
) -> tuple[float, list[Answer]]:
    """Send all requests, each connection one after the other; gives requests per second and the bodies.

    With `secured` the connections are TLS; their hand-shakes are not counted, as plain connects are not.
    """
    took, timed = asyncio.run(_play(address, requests, connections, secured))
    return len(requests) / took, [answer for _, answer in timed]


def time_each(address: tuple[str, int], requests: Sequence[bytes]) -> list[float]:
    """Seconds of each request, one after the other on one connection."""
    _, timed = asyncio.run(_play(address, requests, 1, None))
    return [seconds for seconds, _ in timed]


_Timed = tuple[float, Answer]


async def _play(
    address: tuple[str, int], requests: Sequence[bytes], connections: int, secured: ssl.SSLContext | None
) -> tuple[float, list[_Timed]]:
    pending, timed = iter(requests), list[_Timed]()
    loop = asyncio.get_running_loop()
    opened = [
        await loop.create_connection(lambda: _Connection(pending, timed), *address, ssl=secured)
        for _ in range(connections)
    ]
    began = time.perf_counter()
    for _, connection in opened:
        connection.send_next()
    try:
        await asyncio.gather(*(connection.done for _, connection in opened))
        return time.perf_counter() - began, timed
    finally:
        for transport, _ in opened:
            transport.close()


class _Connection(asyncio.Protocol):
    """Sends the next request when the one before is answered: no streams and no tasks, which cost more."""

    def __init__(self, pending: Iterator[bytes], timed: list[_Timed]) -> None:
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._pending = pending
        self._timed = timed
        self._sent = 0.0
        self._received = bytearray()
        self._whole: int | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def send_next(self) -> None:
        request = next(self._pending, None)
        if request is None:
            self.done.set_result(None)
            return
        self._received.clear()
        self._whole = None
        self._sent = time.perf_counter()
        self._transport.write(request)  # type: ignore[attr-defined]  # it is one that writes

    def data_received(self, data: bytes) -> None:
        self._received += data
        if self._whole is None:
            end = self._received.find(_END_OF_HEAD)
            if end < 0:
                return
            try:
                self._whole = end + len(_END_OF_HEAD) + _length(bytes(self._received[:end]))
            except RuntimeError as error:
                self._fail(error)
                return
        if len(self._received) >= self._whole:
            body = bytes(self._received[self._received.find(_END_OF_HEAD) + len(_END_OF_HEAD) :])
            self._timed.append((time.perf_counter() - self._sent, body))
            self.send_next()

    def connection_lost(self, error: Exception | None) -> None:
        self._fail(error or RuntimeError("the connection was closed before the answer"))

    def _fail(self, error: Exception) -> None:
        if not self.done.done():
            self.done.set_exception(error)


def _length(head: bytes) -> int:
    """Octets of the body; raises RuntimeError where the answer is none that was hoped for."""
    _, told, rest = head.lower().partition(b"content-length:")
    if not head.startswith(b"HTTP/1.1 200") or not told:
        raise RuntimeError(f"not answered: {head[:100]!r}")
    return int(rest.partition(b"\r\n")[0])
