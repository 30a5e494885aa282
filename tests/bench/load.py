"""A load of prepared HTTP requests over kept connections, cheap enough not to be what is measured."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Iterator, Sequence

__all__ = ["Answer", "play", "time_each"]

Answer = bytes


def play(
    address: tuple[str, int],
    requests: Sequence[bytes],
    connections: int,
    secured: ssl.SSLContext | None = None,
) -> tuple[float, list[Answer]]:
    """Send all requests, each connection one after the other; gives requests per second and the bodies.

    With `secured` the connections are TLS; their hand-shakes are not counted, as plain connects are not.
    """
    return asyncio.run(_play(address, requests, connections, secured))


_Ends = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def _play(
    address: tuple[str, int], requests: Sequence[bytes], connections: int, secured: ssl.SSLContext | None
) -> tuple[float, list[Answer]]:
    pending = iter(requests)
    answers: list[Answer] = []
    opened = await asyncio.gather(
        *(asyncio.open_connection(*address, limit=1 << 20, ssl=secured) for _ in range(connections))
    )
    began = time.perf_counter()
    await asyncio.gather(*(_connection(ends, pending, answers) for ends in opened))
    return len(requests) / (time.perf_counter() - began), answers


async def _connection(ends: _Ends, pending: Iterator[bytes], answers: list[Answer]) -> None:
    reader, writer = ends
    try:
        for request in pending:
            writer.write(request)
            answers.append(await _answer(reader))
    finally:
        writer.close()


async def _answer(reader: asyncio.StreamReader) -> Answer:
    head = await reader.readuntil(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200"):
        raise RuntimeError(f"not answered: {head[:100]!r}")
    length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
    return await reader.readexactly(length)


def time_each(address: tuple[str, int], requests: Sequence[bytes]) -> list[float]:
    """Seconds of each request, one after the other on one connection."""
    return asyncio.run(_time_each(address, requests))


async def _time_each(address: tuple[str, int], requests: Sequence[bytes]) -> list[float]:
    reader, writer = await asyncio.open_connection(*address, limit=1 << 20)
    times = []
    for request in requests:
        began = time.perf_counter()
        writer.write(request)
        await _answer(reader)
        times.append(time.perf_counter() - began)
    writer.close()
    return times
