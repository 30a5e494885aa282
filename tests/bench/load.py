"""A load of prepared HTTP requests over kept connections, cheap enough not to be what is measured."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence

__all__ = ["Answer", "play"]

Answer = bytes


def play(address: tuple[str, int], requests: Sequence[bytes], connections: int) -> tuple[float, list[Answer]]:
    """Send all requests, each connection one after the other; gives requests per second and the bodies."""
    return asyncio.run(_play(address, requests, connections))


async def _play(
    address: tuple[str, int], requests: Sequence[bytes], connections: int
) -> tuple[float, list[Answer]]:
    pending = iter(requests)
    answers: list[Answer] = []
    began = time.perf_counter()
    await asyncio.gather(*(_connection(address, pending, answers) for _ in range(connections)))
    return len(requests) / (time.perf_counter() - began), answers


async def _connection(address: tuple[str, int], pending: Iterator[bytes], answers: list[Answer]) -> None:
    reader, writer = await asyncio.open_connection(*address, limit=1 << 20)
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
