"""A recorded request sent again, its body byte for byte: to see whether a peer has been mended."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from xdsi_sim.actors.trace import EXCHANGE_HEADER, TRACE_HEADER
from xdsi_sim.client.http import Head, HttpClient
from xdsi_sim.content import SegmentsContent
from xdsi_sim.ebrim.xml import Element
from xdsi_sim.errors import ProtocolViolation
from xdsi_sim.exchange import HttpMessage
from xdsi_sim.messages.response import status_name
from xdsi_sim.server.loop import Loop
from xdsi_sim.soap.envelope import read_envelope
from xdsi_sim.soap.faults import is_fault, read_fault
from xdsi_sim.soap.mtom import PackageReader
from xdsi_sim.tls.settings import Tls

__all__ = ["Resent", "resend"]

_OF_THE_CONNECTION: Final = frozenset(  # RFC 9110: 7.6.1, and what the client writes itself
    ("host", "content-length", "transfer-encoding", "connection", "keep-alive", "expect", "upgrade")
)
_OURS: Final = frozenset((TRACE_HEADER.lower(), EXCHANGE_HEADER.lower()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Resent:
    """What came of it."""

    status: int
    """Of HTTP."""
    outcome: str
    """`Success`, `Failure`, `Fault Sender: …`; `HTTP 404` where the answer is no SOAP message."""
    errors: tuple[str, ...]
    """Code and text of each RegistryError."""
    seconds: float

    @property
    def good(self) -> bool:
        """Whether the peer did what it was asked for."""
        return self.status < 300 and self.outcome in ("Success", f"HTTP {self.status}")


def resend(request: HttpMessage, url: str, loop: Loop, tls: Tls | None = None) -> Resent:
    """Send the request to `url`, https by `tls`, and wait.

    Raises NoAnswer, in words, where nothing comes of it.
    """
    http = HttpClient(loop.reactor, tls=tls)
    try:
        with tempfile.TemporaryDirectory(prefix="xdsi-sim-") as spool:
            return _resend(request, url, loop.call, http, Path(spool))
    finally:
        loop.call(http.close)


def _resend(
    request: HttpMessage, url: str, call: Callable[..., Any], http: HttpClient, spool: Path
) -> Resent:
    readers: list[PackageReader] = []

    def receive(head: Head) -> Callable[[bytes], object]:
        readers.append(PackageReader(head.header("content-type") or "", spool))
        return readers[0].feed

    method = request.start_line.partition(" ")[0]
    headers = [pair for pair in request.headers if pair[0].lower() not in _OF_THE_CONNECTION | _OURS]
    body = request.body
    segments = body.segments if isinstance(body, SegmentsContent) else (body,)
    began = time.perf_counter()
    head = call(http.request, method, url, headers, segments if body.size else None, receive)
    outcome, errors = _outcome(head, readers[0])
    seconds = time.perf_counter() - began
    return Resent(status=head.status, outcome=outcome, errors=errors, seconds=seconds)


def _outcome(head: Head, reader: PackageReader) -> tuple[str, tuple[str, ...]]:
    try:
        body = read_envelope(reader.finish().root).body
    except ProtocolViolation:
        return f"HTTP {head.status}", ()
    if is_fault(body):
        fault = read_fault(body)
        return f"Fault {fault.code}: {fault.reason}", ()
    statuses = [element.get("status") for element in body.iter() if element.get("status")]
    errors = (element for element in body.iter() if element.get("errorCode"))
    return status_name(statuses[0] or "") if statuses else f"HTTP {head.status}", tuple(map(_words, errors))


def _words(error: Element) -> str:
    return f"{error.get('errorCode')}: {error.get('codeContext') or 'no text'}"
