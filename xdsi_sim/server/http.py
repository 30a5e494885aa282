"""The HTTP front: bodies are taken apart while they arrive, answers are streamed in segments."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Protocol, TypeVar
from urllib.parse import parse_qsl, unquote_to_bytes

from twisted.web.server import Request, Site

from xdsi_sim.content import Segment, SegmentsContent, body_size
from xdsi_sim.exchange import HttpMessage
from xdsi_sim.limits import Limits
from xdsi_sim.server.channel import Channel, Connections
from xdsi_sim.server.sending import Sender
from xdsi_sim.soap.coding import coding_of
from xdsi_sim.soap.mtom import Package, PackageReader
from xdsi_sim.visible import visible_line

__all__ = [
    "NO_BODY",
    "BodyReader",
    "Front",
    "FrontRequest",
    "MakeReader",
    "Manners",
    "answer",
    "begin_answer",
    "headers_of",
    "nothing_at",
    "stream",
]

NO_BODY: Final = Package(root=b"", parts={}, mtom=False, raw=())

T = TypeVar("T")

_NO_CONTENT: Final = (204, 304)
_PHRASES: Final = {429: (b"Too Many Requests",)}
"""What Twisted does not know."""
_ABSOLUTE: Final = re.compile(rb"https?://([^/?#]+)", re.IGNORECASE)


class BodyReader(Protocol):
    """Takes a body in pieces."""

    beginning: bytearray
    """For the record of a body that cannot be taken apart."""

    def feed(self, data: bytes) -> None:
        """The next piece."""
        ...

    def finish(self) -> Any:
        """The whole; raises ProtocolViolation, OSError."""
        ...

    def abandon(self) -> None:
        """It is not wanted any more."""
        ...


Later = Callable[..., object]
MakeReader = Callable[..., BodyReader]
"""Called as PackageReader is."""


class FrontRequest(Request):
    """A request whose body goes through a reader, that of SOAP unless told else, and is never held whole."""

    channel: Any
    transport: Any
    _reader: BodyReader | None = None
    beginning = b""
    """Of the body, for the record of one that cannot be taken apart."""
    host = b""
    """Name and port by which the peer has called us."""
    gone = False
    """Whether the peer has left before it got its answer."""

    def gotLength(self, length: int | None) -> None:
        """The headers are there and the body is about to come."""
        self.content = None
        if length != 0:
            site = self.channel.site
            self._reader = site.reader_of(self.channel.target)(
                self.header("content-type") or "",
                site.spool,
                site.limits,
                coding=coding_of(self.header("content-encoding")),
            )

    def handleContentChunk(self, data: bytes) -> None:
        """The next piece of the body."""
        if self._reader is not None:
            self._reader.feed(data)

    def package(self) -> Package:
        """The body as a SOAP message, once: its files are the caller's. Raises ProtocolViolation, OSError."""
        reader: Any = self._taken()
        if reader is None:
            return NO_BODY
        package: Package = reader.finish(answerable=True)
        return package

    def body(self, nothing: T) -> T:
        """The same as another reader gives it; `nothing` where there is none."""
        reader = self._taken()
        body: T = nothing if reader is None else reader.finish()
        return body

    def _taken(self) -> BodyReader | None:
        """The reader, once."""
        reader, self._reader = self._reader, None
        if reader is not None:
            self.beginning = bytes(reader.beginning)
        return reader

    def parseCookies(self) -> None:
        """Nobody asks for any."""

    def requestReceived(self, command: bytes, path: bytes, version: bytes) -> None:
        """All of it is there: Twisted's own would read the body again to look for form fields."""
        self.method, self.uri, self.clientproto = command, path, version
        absolute = _ABSOLUTE.match(path)
        if absolute is not None:  # as through a proxy (RFC 9112: 3.2.2)
            self.host = absolute[1]
            path = path[absolute.end() :]
            path = path if path.startswith(b"/") else b"/" + path
        else:
            self.host = self.requestHeaders.getRawHeaders(b"host", [b""])[0]
        self.path, _, query = path.partition(b"?")
        self.args = _arguments(query) if query else {}
        if delay := self.channel.site.delay_of(self.path):
            self.channel.site.later(delay, self._process_late)
        else:
            self.process()

    def _process_late(self) -> None:
        """Who was kept waiting may have left."""
        if not self.gone:
            self.process()

    def connectionLost(self, reason: Any) -> None:
        """The peer is gone; what it sent goes, too, unless somebody has it already."""
        self.gone = True
        self._abandon()
        super().connectionLost(reason)

    def finish(self) -> None:
        """The answer is out; a body that nobody wanted goes."""
        self._abandon()
        super().finish()

    def _abandon(self) -> None:
        if self._reader is not None:
            self._reader.abandon()
            self._reader = None

    def header(self, name: str) -> str | None:
        """A header's value as text, several joined by commas."""
        values = self.requestHeaders.getRawHeaders(name.encode())
        return b", ".join(values).decode("utf-8", "replace") if values else None

    @property
    def peer(self) -> str:
        """`host:port` of the other end."""
        address = self.getClientAddress()
        return f"{address.host}:{address.port}"

    def message(self, segments: Sequence[Segment]) -> HttpMessage:
        """The request as it was on the wire."""
        return HttpMessage(
            start_line=b" ".join((self.method, self.uri, self.clientproto)).decode("latin-1"),
            headers=headers_of(self.requestHeaders),
            body=SegmentsContent(tuple(segments)),
        )


def _arguments(query: bytes) -> dict[bytes, list[bytes]]:
    """The parameters of an address, whatever octets they hold: the parser takes ASCII alone as octets."""
    arguments: dict[bytes, list[bytes]] = {}
    for name, value in parse_qsl(query.decode("latin-1"), keep_blank_values=True, encoding="latin-1"):
        arguments.setdefault(name.encode("latin-1"), []).append(value.encode("latin-1"))
    return arguments


def headers_of(headers: Any) -> tuple[tuple[str, str], ...]:
    """Twisted's Headers as names and values, in their order."""
    pairs = [
        (name.decode("latin-1"), value.decode("latin-1"))
        for name, values in headers.getAllRawHeaders()
        for value in values
    ]
    return tuple(pairs)


@dataclass(slots=True)
class Manners:
    """How requests are taken, by what their paths begin with."""

    readers: dict[bytes, MakeReader] = field(default_factory=dict)
    """What takes the bodies at and below a path, where that is no SOAP."""
    delays: dict[bytes, float] = field(default_factory=dict)
    """Seconds for which requests at and below a path are kept waiting."""

    def reader_of(self, path: bytes) -> MakeReader:
        """What takes the body of a request for `path`."""
        below = (make for start, make in self.readers.items() if (path + b"/").startswith(start + b"/"))
        return next(below, PackageReader)

    def delay_of(self, path: bytes) -> float:
        """Seconds for which a request for `path` is kept waiting."""
        below = (delay for start, delay in self.delays.items() if (path + b"/").startswith(start + b"/"))
        return next(below, 0.0)


class Front(Site):
    """The site of one port: a resource tree and the folder in which large parts are spooled."""

    requestFactory = FrontRequest
    protocol: Any = Channel  # no HTTP/2 negotiation: SOAP stacks speak 1.1

    def __init__(
        self,
        root: Any,
        spool: Path,
        limits: Limits = Limits(),
        *,
        later: Later | None = None,
        manners: Manners | None = None,
    ) -> None:
        super().__init__(root, timeout=limits.idle)
        self.later: Any = later
        """What calls a function when so many seconds have passed."""
        self.spool = spool
        self.limits = limits
        self.connections = Connections(limits)
        self.channels: set[Channel] = set()
        """The connections that are open."""
        self.manners = manners or Manners()
        self.divided: tuple[bytes, Mapping[bytes, Manners]] | None = None
        """Where paths begin that have manners of their own, and these by the segment that follows."""

    def reader_of(self, target: bytes) -> MakeReader:
        """What takes the body of a request for `target`."""
        if not self.manners.readers:
            return PackageReader
        absolute = _ABSOLUTE.match(target)
        path = unquote_to_bytes(target[absolute.end() if absolute else 0 :].partition(b"?")[0])
        manners, path = self._manners_of(path)
        return manners.reader_of(path)

    def delay_of(self, path: bytes) -> float:
        """Seconds for which a request for `path` is kept waiting."""
        manners, path = self._manners_of(path)
        return manners.delay_of(path) if manners.delays else 0.0

    def _manners_of(self, path: bytes) -> tuple[Manners, bytes]:
        """Those for a path, and the path as they know it."""
        if self.divided is None or not path.startswith(self.divided[0]):
            return self.manners, path
        start, below = self.divided
        name, _, rest = path[len(start) :].partition(b"/")
        return below.get(name, self.manners), b"/" + rest

    def log(self, request: Any) -> None:
        """No access log: the exchange log has more."""


def nothing_at(request: FrontRequest) -> bytes:
    """What is said where nobody answers."""
    path = visible_line(request.path.decode("utf-8", "replace"))
    return f"no actor is at {path}: xdsi-sim up lists the addresses\n".encode()


def begin_answer(
    request: FrontRequest, status: int, headers: Sequence[tuple[str, str]], segments: Sequence[Segment]
) -> HttpMessage:
    """Set the head of an answer, which goes out with the first octets of its body."""
    request.setResponseCode(status, *_PHRASES.get(status, ()))
    for name, value in headers:
        request.responseHeaders.setRawHeaders(name, [value])
    return HttpMessage(
        start_line=f"{request.clientproto.decode('latin-1')} {status} {request.code_message.decode()}",
        headers=headers_of(request.responseHeaders),
        body=SegmentsContent(tuple(segments)),
    )


def answer(
    request: FrontRequest, status: int, headers: Sequence[tuple[str, str]], segments: Sequence[Segment]
) -> HttpMessage:
    """Send an answer; contents are read while they are sent. Gives the answer as it goes on the wire."""
    length = () if status in _NO_CONTENT else (("Content-Length", str(body_size(segments))),)
    message = begin_answer(request, status, (*headers, *length), segments)
    if request.method == b"HEAD":
        request.finish()
    elif all(isinstance(segment, bytes) for segment in segments):
        request.write(b"".join(segments))  # type: ignore[arg-type]  # the line above has looked
        request.finish()
    else:
        stream(request, segments, request.finish)
    return message


def stream(request: FrontRequest, segments: Sequence[Segment], end: Callable[[], object]) -> None:
    """Write a body at the pace of the peer, then call `end`."""
    Sender(request, segments, end).start()
