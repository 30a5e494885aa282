"""One HTTP connection and what it may cost: sizes of headers, time, rate, and how many there are.

A refusal is a whole HTTP answer that names the limit; then what the peer still sends is let run out, since
closing at once could take the answer from it.
"""

from __future__ import annotations

from collections import Counter
from enum import Enum, auto
from http import HTTPStatus
from typing import Any, Final

from twisted.internet.defer import Deferred
from twisted.internet.protocol import connectionDone
from twisted.protocols.basic import LineReceiver
from twisted.web.http import HTTPChannel
from twisted.web.http_headers import Headers

from xdsi_sim.content import CHUNK
from xdsi_sim.limits import Limits

__all__ = ["Channel", "Connections"]

_LARGE: Final = 1 << 20
"""Octets of a body from which on it is read in larger pieces, and of what is passed on that may wait."""
_LINGER: Final = 2
"""Seconds in which a peer that was refused may stop sending."""


class Connections:
    """Who is connected to one port."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._of: Counter[str] = Counter()

    def enter(self, host: str) -> str | None:
        """Count a connection; gives the name of the limit that it exceeds, if it does."""
        self._of[host] += 1
        if self._of.total() > self._limits.connections:
            return "connections"
        return "connections_per_address" if self._of[host] > self._limits.connections_per_address else None

    def leave(self, host: str) -> None:
        """One connection fewer."""
        self._of[host] -= 1
        if not self._of[host]:
            del self._of[host]


class _Stage(Enum):
    """What a connection is at."""

    IDLE = auto()
    HEADERS = auto()
    BODY = auto()
    SERVING = auto()
    SENDING = auto()
    LEAVING = auto()


class Channel(HTTPChannel):
    """Twisted's channel under limits. Its one timer is set anew when the stage changes, not for each read."""

    site: Any
    transport: Any
    _stage = _timed = _Stage.IDLE
    _peer: Any = None
    _here: Any = None
    _over: Deferred[None] | None = None
    """Told of the end, once the port closes."""
    _moved = 0
    """Octets of the body since the timer was set."""

    @property
    def _limits(self) -> Limits:
        limits: Limits = self.site.limits
        return limits

    def connectionMade(self) -> None:
        """Somebody has connected."""
        limits = self._limits
        self.MAX_LENGTH = limits.header_line
        self.totalHeadersSize = limits.headers
        self.maxHeaders = limits.header_count
        super().connectionMade()
        self.site.channels.add(self)
        exceeded = self.site.connections.enter(self._host())
        if exceeded:
            self._refuse(HTTPStatus.SERVICE_UNAVAILABLE, "there are too many connections", exceeded)

    def getPeer(self) -> Any:
        """The other end; every request asks for it, and it is the same for all of a connection."""
        if self._peer is None:
            self._peer = super().getPeer()
        return self._peer

    def getHost(self) -> Any:
        """Our end, in the same way: the system would be asked for it each time."""
        if self._here is None:
            self._here = super().getHost()
        return self._here

    @property
    def target(self) -> bytes:
        """What the request is for whose headers have come, as it stands in its first line."""
        target: Any = self._path  # Twisted keeps the octets here until the request is whole
        return bytes(target)

    def _host(self) -> str:
        return str(getattr(self.getPeer(), "host", ""))

    def connectionLost(self, reason: Any = connectionDone) -> None:
        """Nobody is connected any more."""
        self.site.connections.leave(self._host())
        self.site.channels.discard(self)
        try:
            super().connectionLost(reason)
        finally:
            if self._over is not None:
                self._over.callback(None)

    def end(self) -> Deferred[None]:
        """Serve no further request; done when the connection is over, after the answer under way."""
        self._over = Deferred()
        if self._stage in (_Stage.IDLE, _Stage.HEADERS):
            self.loseConnection()
        else:
            self.persistent = False
        return self._over

    def loseConnection(self) -> None:
        """End the connection; when the port closes, TLS does not wait for the peer's farewell."""
        super().loseConnection()
        if self._over is not None and self.isSecure():
            self.transport.transport.loseConnection()

    # --- stages

    def dataReceived(self, data: bytes) -> None:
        """The next octets of a request, or of several."""
        if self._stage is _Stage.LEAVING:
            return
        self._moved += len(data)
        LineReceiver.dataReceived(self, data)
        if self._stage is _Stage.IDLE and (self.requests or self._buffer):
            self._stage = _Stage.HEADERS
        elif self._stage is _Stage.BODY and self._moved > _LARGE:
            self.transport.bufferSize = CHUNK
        if self._stage is not self._timed:
            self._set_timer()

    def _set_timer(self) -> None:
        self._timed = self._stage
        if self._stage is _Stage.HEADERS:
            self.setTimeout(self._limits.header_time)
        elif self._stage in (_Stage.BODY, _Stage.SENDING):
            self.setTimeout(self._limits.body_grace)

    def allHeadersReceived(self) -> None:
        """A body follows, or none."""
        self._stage = _Stage.BODY
        hosts = self.requests[-1].requestHeaders.getRawHeaders(b"host", ())
        if len(hosts) > 1 or (not hosts and self._version == b"HTTP/1.1"):
            self._refuse(HTTPStatus.BAD_REQUEST, "a request has one header Host (RFC 9112: 3.2)")
        elif (self.length or 0) > self._limits.body:
            self._refuse_body()
        else:
            super().allHeadersReceived()

    def rawDataReceived(self, data: bytes) -> None:
        """Octets of a body; a chunk tells its length before it comes."""
        super().rawDataReceived(data)
        if self.length is None and getattr(self._transferDecoder, "length", 0) > self._limits.body:
            self._refuse_body()

    def allContentReceived(self) -> None:
        """The request is whole and is served, unless its headers were refused."""
        if self._stage is _Stage.LEAVING:
            return
        self._stage = self._timed = _Stage.SERVING
        vars(self.transport).pop("bufferSize", None)
        self.timeOut = None  # the timer runs on, since another for each request would cost more than its end
        super().allContentReceived()

    def sent(self, octets: int) -> None:
        """That much of a streamed answer has been taken."""
        if self._stage is not _Stage.SENDING:
            self._stage = _Stage.SENDING
            self._moved = 0
            self._set_timer()
        self._moved += octets

    def passing(self) -> None:
        """An answer begins that is sent while it comes: some pieces of it may wait for the peer."""
        self.transport.bufferSize = _LARGE

    def waiting(self) -> None:
        """All that there is to send has been taken; that more is yet to come is not the peer's doing."""
        self._stage = self._timed = _Stage.SERVING
        self.setTimeout(None)

    def requestDone(self, request: Any) -> None:
        """The answer is out."""
        vars(self.transport).pop("bufferSize", None)
        if self.persistent:
            self._stage = self._timed = _Stage.IDLE
            self._moved = 0
            self._savedTimeOut = self._limits.idle
        else:
            self._stage = self._timed = _Stage.LEAVING
            self.setTimeout(self._limits.body_grace)
        super().requestDone(request)

    def writeHeaders(self, version: bytes, code: bytes, reason: bytes, headers: Headers) -> None:
        """The head of an answer, in one piece: of Twisted's own thirty the transport looks at each."""
        lines = [b"%b %b %b" % (version, code, reason)]
        for name, values in headers.getAllRawHeaders():
            lines += [b"%b: %b" % (name, value) for value in values]
        self.transport.write(b"\r\n".join((*lines, b"", b"")))

    # --- refusals

    def timeoutConnection(self) -> None:
        """The time of a stage is over."""
        if self._stage is _Stage.SERVING:
            return  # the time that our own work takes is not the peer's
        if self._stage is _Stage.IDLE:
            super().timeoutConnection()
        elif self._stage is _Stage.HEADERS:
            self._refuse(HTTPStatus.REQUEST_TIMEOUT, "the headers have not come in time", "header_time")
        elif self._stage is _Stage.LEAVING:
            self.transport.abortConnection()
        elif self._moved >= self._limits.body_rate * self._limits.body_grace:
            self._moved = 0
            self._set_timer()
        elif self._stage is _Stage.BODY:
            self._refuse(HTTPStatus.REQUEST_TIMEOUT, "the body comes too slowly", "body_rate")
        else:
            self.transport.abortConnection()  # half of an answer is out: this is the only honest end

    def _refuse_body(self) -> None:
        """It has only told its length, so that nothing of it is waited for."""
        words = "no body of so many octets is within the limits"
        self._refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, words, "document")

    def lineLengthExceeded(self, _line: bytes) -> None:
        """A header, or what should be one, has no end."""
        self._refuse(
            HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "a line of the headers is too long", "header_line"
        )

    def _respondToBadRequestAndDisconnect(self) -> None:
        """What Twisted calls for all that it does not take, which is a limit or bad HTTP."""
        too_large = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
        if self._receivedHeaderSize > self.totalHeadersSize:
            self._refuse(too_large, "the headers are too large", "headers")
        elif self._receivedHeaderCount > self.maxHeaders:
            self._refuse(too_large, "there are too many headers", "header_count")
        else:
            self._refuse(HTTPStatus.BAD_REQUEST, "this is not HTTP/1.1 as RFC 9112 has it")

    def _refuse(self, status: HTTPStatus, words: str, limit: str | None = None) -> None:
        if self._stage is _Stage.LEAVING:
            return
        text = f"{words}{f': {self._limits.named(limit)}' if limit else ''}\n"
        head = (
            f"HTTP/1.1 {status.value} {status.phrase}\r\nContent-Type: text/plain; charset=UTF-8\r\n"
            f"Content-Length: {len(text)}\r\nConnection: close\r\n\r\n"
        )
        self.transport.write((head + text).encode())
        self._leave()

    def _leave(self) -> None:
        self._stage = self._timed = _Stage.LEAVING
        self.clearLineBuffer()
        self.setTimeout(_LINGER)
        if self.isSecure():  # TLS knows no half of a connection
            self.loseConnection()
        else:
            self.transport.loseWriteConnection()
