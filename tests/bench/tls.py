"""What TLS costs on a connection that is kept."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Final

from tests.bench import load, messages
from tests.bench.running import Row, Up, up

__all__ = ["tls_rows"]

_PATIENT: Final = "none^^^&2.999.10.1&ISO"
_QUERIES: Final = 200  # short rounds: what else the machine does then meets both of a pair
_PAIRS: Final = 41
_CONNECTIONS: Final = 16
_MUST: Final = 1.5


def tls_rows(work: Path) -> Iterator[Row]:
    """An ITI-18 that finds nothing, over mutual TLS against plain HTTP: time, in pairs that take turns."""
    folder = work / "tls"
    folder.mkdir()
    topology = folder / "secured.yaml"
    shipped = Path(__file__).parents[2] / "scenarios" / "topologies" / "central.yaml"
    topology.write_text(f"{shipped.read_text('utf-8')}\ntls: true\n", encoding="utf-8")
    with up(folder / "plain") as plain, up(folder / "secured", topology=str(topology)) as secured:
        context = _context(folder / "secured" / "tls")
        ends = ((plain, None), (secured, context))
        _pair(ends, turned=False)  # warms up
        pairs = [_pair(ends, turned=bool(number % 2)) for number in range(_PAIRS)]
    floor, figure = (median(times) for times in zip(*pairs, strict=True))
    ratio = median(over / under for under, over in pairs)
    yield Row(
        "empty ITI-18 over TLS",
        f"{figure * 1e3:.2f} ms",
        f"{floor * 1e3:.2f} ms",
        ratio,
        f"≤ {_MUST:.2f}",
        ratio <= _MUST,
    )


_End = tuple[Up, ssl.SSLContext | None]


def _pair(ends: tuple[_End, _End], *, turned: bool) -> list[float]:
    """Seconds a query at either end, one right after the other, `turned` in the other order."""
    times = [
        _round(running.urls["registry"], running.address("registry"), security)
        for running, security in (reversed(ends) if turned else ends)
    ]
    return times[::-1] if turned else times


def _context(folder: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=str(folder / "authority.pem"))
    context.load_cert_chain(folder / "node.pem", folder / "node.key")
    return context


def _round(url: str, address: tuple[str, int], security: ssl.SSLContext | None) -> float:
    """Seconds a query."""
    queries = [messages.find_documents(url, _PATIENT)] * _QUERIES
    rate, _ = load.play(address, queries, _CONNECTIONS, security)
    return 1 / rate
