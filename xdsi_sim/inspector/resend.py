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
from xdsi_sim.errors import ProtocolViolation
from xdsi_sim.exchange import HttpMessage
from xdsi_sim.messages.response import RegistryError, status_name
from xdsi_sim.server.loop import Loop
from xdsi_sim.soap.codecs import CODECS
from xdsi_sim.soap.coding import coding_of
from xdsi_sim.soap.envelope import read_envelope
from xdsi_sim.soap.faults import is_fault, read_fault
from xdsi_sim.soap.mtom import PackageReader
from xdsi_sim.soap.saved import OF_THE_CONNECTION
from xdsi_sim.tls.settings import Tls
from xdsi_sim.vocab import TRANSACTIONS

__all__ = ["LEFT_OUT", "Resent", "resend"]

_OURS: Final = frozenset((TRACE_HEADER.lower(), EXCHANGE_HEADER.lower()))
_ACCEPTED: Final = 202  # the answer comes elsewhere (ITI TF-2: V.5)
_CODED: Final = "accept-encoding"
"""The recorded client may have taken codings that are not read here."""
LEFT_OUT: Final = OF_THE_CONNECTION | _OURS | {_CODED}
_READERS: Final = {one.response: CODECS[one.name].read_response for one in TRANSACTIONS.values()}
"""By the element of the answer; transactions that share one share its reader."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resent:
    """What came of it."""

    status: int
    """Of HTTP."""
    outcome: str
    """`Success`, `Failure`, `Fault Sender: …`; `HTTP 404` where no SOAP message comes."""
    errors: tuple[str, ...]
    """Code and text of each RegistryError, or of what the acknowledgement of a feed says."""
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
        """A reader of the answer, coded as its head says."""
        coding = coding_of(head.header("content-encoding"))
        readers.append(PackageReader(head.header("content-type") or "", spool, coding=coding))
        return readers[0].feed

    method = request.start_line.partition(" ")[0]
    headers = [pair for pair in request.headers if pair[0].lower() not in LEFT_OUT]
    body = request.body
    segments = body.segments if isinstance(body, SegmentsContent) else (body,)
    began = time.perf_counter()
    head = call(http.request, method, url, headers, segments if body.size else None, receive)
    outcome, errors = _outcome(head, readers[0], soap=method == "POST" and head.status != _ACCEPTED)
    seconds = time.perf_counter() - began
    return Resent(status=head.status, outcome=outcome, errors=errors, seconds=seconds)


def _outcome(head: Head, reader: PackageReader, *, soap: bool) -> tuple[str, tuple[str, ...]]:
    if not soap:
        return f"HTTP {head.status}", ()
    try:
        package = reader.finish()
        body = read_envelope(package.root, package.limits, charset=package.charset).body
        if is_fault(body):
            fault = read_fault(body)
            return f"Fault {fault.code}: {fault.reason}", ()
        if body.tag not in _READERS:
            raise ProtocolViolation(f"{body.tag} is no answer to any transaction")
        answer = _READERS[body.tag](body, package.content_of)
    except ProtocolViolation as problem:
        return f"HTTP {head.status}, and the answer cannot be read: {problem}", ()
    return status_name(answer.status), tuple(map(_words, answer.errors))


def _words(error: RegistryError) -> str:
    return f"{error.errorCode}: {error.codeContext or 'no text'}"
