"""Outgoing HTTP over Twisted: bodies go out in segments and come in as a stream."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from twisted.internet import error as twisted_error
from twisted.internet.abstract import isIPAddress
from twisted.internet.defer import Deferred, maybeDeferred
from twisted.internet.endpoints import HostnameEndpoint, TCP4ClientEndpoint
from twisted.internet.interfaces import IStreamClientEndpoint
from twisted.internet.protocol import Protocol
from twisted.internet.task import TaskFinished, TaskStopped, cooperate
from twisted.python.failure import Failure
from twisted.web.client import Agent, HTTPConnectionPool, ResponseDone
from twisted.web.error import SchemeNotSupported
from twisted.web.http import PotentialDataLoss
from twisted.web.http_headers import Headers
from twisted.web.iweb import IAgentEndpointFactory, IBodyProducer
from zope.interface import implementer

from xdsi_sim.actors.flow import NoAnswer, Unreached
from xdsi_sim.actors.trace import EXCHANGE_HEADER
from xdsi_sim.content import CHUNK, Segment, body_size, pieces_in
from xdsi_sim.tls.settings import Tls

if TYPE_CHECKING:
    from xdsi_sim.client.tls import TlsCaller

__all__ = ["MAX_ANSWER", "Head", "HttpClient", "Timeouts", "caller_of", "recorded_in", "request_line"]

_POOL: Final = 32  # connections kept for one peer
MAX_ANSWER: Final = 8_000_000_000
"""Octets of an answer; its parts are on disk, and a disk has an end."""
_KEPT: Final = 15  # seconds; shorter than most peers keep them, so that none is used as it is being closed


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """How long peers are waited for; all in seconds."""

    connect: float = 5
    """Until a peer counts as unreachable."""
    first_byte: float = 30
    """Until it counts as silent, once it has the request."""
    total: float = 300
    """Until it counts as endless, from the first octet of the request to the last of the answer."""
    reply: float = 300
    """Until the answer to an asynchronous request must have come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """Status and headers of an answer whose body is about to come."""

    status: int
    phrase: str
    headers: tuple[tuple[str, str], ...]

    def header(self, name: str) -> str | None:
        """A header's value; the first, where it is there several times."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


def recorded_in(log: str, head: Head | None) -> str | None:
    """Id of the exchange where the receiver shares the log of this name and has recorded it there."""
    header = head.header(EXCHANGE_HEADER) if head is not None else None
    theirs, _, exchange = (header or "").partition("/")
    return exchange if exchange and theirs == log else None


class HttpClient:
    """Connections to peers, kept alive and shared by everything that is sent from here."""

    def __init__(
        self,
        reactor: Any,
        timeouts: Timeouts = Timeouts(),
        *,
        tls: Tls | None = None,
        max_answer: int = MAX_ANSWER,
    ) -> None:
        """Without `tls` only peers at http addresses are called; raises UsageError for its files."""
        self.reactor = reactor
        self.timeouts = timeouts
        self._max_answer = max_answer
        self._tls = caller_of(tls, reactor)
        pool = HTTPConnectionPool(reactor, persistent=True)
        pool.maxPersistentPerHost = _POOL
        pool.cachedConnectionTimeout = _KEPT
        pool.retryAutomatically = False  # a submission must not go out twice
        self._pool = pool
        endpoints = _Endpoints(reactor, timeouts.connect, self._tls)
        self._agent = Agent.usingEndpointFactory(reactor, endpoints, pool)

    def request(
        self,
        method: str,
        url: str,
        headers: Sequence[tuple[str, str]],
        segments: Sequence[Segment] | None,
        receive: Callable[[Head], Callable[[bytes], object]],
    ) -> Deferred[Head]:
        """Send a request; `receive` is given the head and says who takes the body.

        Either may raise NoAnswer, which ends the connection at once. A redirect is an answer like any other.
        Fires when the body has come; fails with NoAnswer, saying in words why there is none.
        """
        out = Headers()
        for name, value in headers:
            out.addRawHeader(name, value)
        body = None if segments is None else _Body(segments)
        asked: Deferred[Any] = maybeDeferred(self._agent.request, method.encode(), url.encode(), out, body)
        patience = _Patience(self.reactor, self.timeouts.first_byte, asked)
        if body is not None:
            body.sent = patience.renew
        whole: Deferred[Head] = asked.addBoth(patience.end).addCallback(self._receive, receive)
        whole.addTimeout(self.timeouts.total, self.reactor, self._too_long)
        whole.addErrback(self._no_answer, url)
        return whole

    def _receive(self, response: Any, receive: Callable[[Head], Callable[[bytes], object]]) -> Deferred[Head]:
        head = Head(
            status=response.code,
            phrase=response.phrase.decode("latin-1"),
            headers=tuple(
                (name.decode("latin-1"), value.decode("latin-1"))
                for name, values in response.headers.getAllRawHeaders()
                for value in values
            ),
        )
        receiver = _Receiver(receive, head, self._max_answer)
        response.deliverBody(receiver)
        return receiver.done

    def _no_answer(self, failure: Failure, url: str) -> None:
        """Say in words why there is no answer."""
        error = failure.value
        if isinstance(error, NoAnswer):
            raise type(error)(f"{url}: {error}") from error
        words = self._why_unreached(error)
        if words is not None:
            raise Unreached(f"{url}: {words}") from error
        raise NoAnswer(f"{url}: the connection broke ({type(error).__name__})") from error

    def _why_unreached(self, error: BaseException | None) -> str | None:
        """In words; None where there was a connection."""
        reasons: tuple[tuple[Any, str], ...] = (
            (twisted_error.TimeoutError, f"no connection within {self.timeouts.connect:g} s"),
            (twisted_error.DNSLookupError, "its name is not known"),
            (twisted_error.ConnectionRefusedError, "the connection was refused"),
            (twisted_error.ConnectError, f"no connection ({error})"),
            ((SchemeNotSupported, ValueError), f"this is no address of a peer ({error})"),
        )
        secured = self._tls.trouble(error) if self._tls is not None else None
        return next((words for kind, words in reasons if isinstance(error, kind)), secured)

    def _too_long(self, _outcome: Any, seconds: float) -> Any:
        raise NoAnswer(f"not all of it within {seconds:g} s")

    def close(self) -> Deferred[Any]:
        """Close the connections that are kept."""
        closed: Deferred[Any] = self._pool.closeCachedConnections()
        return closed


def caller_of(tls: Tls | None, reactor: Any) -> TlsCaller | None:
    """Who calls peers over TLS; None where that is not spoken. Raises UsageError for the files."""
    if tls is None:
        return None
    from xdsi_sim.client.tls import TlsCaller  # noqa: PLC0415  costs what nobody without TLS should pay

    return TlsCaller(tls, reactor)


class _Patience:
    """Ends a request when its peer is silent; that it takes what is sent is a sign of life."""

    def __init__(self, reactor: Any, seconds: float, asked: Deferred[Any]) -> None:
        self._seconds = seconds
        self._call = reactor.callLater(seconds, asked.cancel)

    def renew(self) -> None:
        """The peer has taken something."""
        if self._call.active():
            self._call.reset(self._seconds)

    def end(self, outcome: Any) -> Any:
        """What came in time; raises NoAnswer where nothing did."""
        if not self._call.active():
            raise NoAnswer(f"no answer within {self._seconds:g} s")
        self._call.cancel()
        return outcome


def request_line(method: str, url: str) -> str:
    """The first line of a request for `url`, as it goes on the wire."""
    split = urlsplit(url)
    return f"{method} {split.path or '/'}{'?' + split.query if split.query else ''} HTTP/1.1"


@implementer(IAgentEndpointFactory)
class _Endpoints:
    """Where peers listen; made once for each, since checking a name costs more than a small message."""

    def __init__(self, reactor: Any, timeout: float, tls: TlsCaller | None) -> None:
        self._reactor = reactor
        self._timeout = timeout
        self._tls = tls
        self._made: dict[tuple[bytes, bytes, int], Any] = {}

    def endpointForURI(self, uri: Any) -> Any:
        """The endpoint of a URL's host and port; raises SchemeNotSupported for what is not spoken here."""
        key = (uri.scheme, uri.host, uri.port)
        if key not in self._made:
            self._made[key] = self._spoken(uri.scheme, uri.host.decode(), uri.port)
        return self._made[key]

    def _spoken(self, scheme: bytes, host: str, port: int) -> Any:
        plain = self._endpoint(host, port)
        if scheme == b"http":
            return plain
        if scheme != b"https":
            raise SchemeNotSupported(f"{scheme.decode()} is not spoken here, http and https are")
        if self._tls is None:
            raise SchemeNotSupported("https is spoken where the topology has the setting tls")
        return self._tls.endpoint(plain, host)

    def _endpoint(self, host: str, port: int) -> Any:
        # an address is tried once and its refusal heard at once; names may stand for several
        direct = isIPAddress(host)
        kind = TCP4ClientEndpoint if direct else HostnameEndpoint
        return _Wide(kind(self._reactor, host, port, timeout=self._timeout))


@implementer(IStreamClientEndpoint)
class _Wide:
    """An endpoint whose connections are read in large pieces: images come in no small ones."""

    def __init__(self, endpoint: Any) -> None:
        self._endpoint = endpoint

    def connect(self, factory: Any) -> Deferred[Any]:
        """Connect as the endpoint does."""
        connected: Deferred[Any] = self._endpoint.connect(factory)
        return connected.addCallback(self._widen)

    def _widen(self, protocol: Any) -> Any:
        protocol.transport.bufferSize = CHUNK
        return protocol


class _Receiver(Protocol):
    """Hands the body on as it comes."""

    def __init__(self, receive: Callable[[Head], Callable[[bytes], object]], head: Head, limit: int) -> None:
        self._receive = receive
        self._head = head
        self._limit = limit
        self._left = limit
        self.done: Deferred[Head] = Deferred(lambda _deferred: self._abort())

    def _abort(self) -> None:
        transport: Any = self.transport
        if transport is not None:
            transport.loseConnection()

    def connectionMade(self) -> None:
        """The body is about to come."""
        self._guarded(self._begin)

    def _begin(self) -> None:
        self._feed = self._receive(self._head)

    def dataReceived(self, data: bytes) -> None:
        """The next piece."""
        if not self.done.called:  # else the peer has sent more before it saw that the connection ends
            self._guarded(self._take, data)

    def _take(self, data: bytes) -> None:
        self._left -= len(data)
        if self._left < 0:
            raise NoAnswer(f"it exceeds max_answer={self._limit} octets")
        self._feed(data)

    def _guarded(self, step: Callable[..., None], *args: bytes) -> None:
        try:
            step(*args)
        except Exception:  # noqa: BLE001  whatever it is, the asker must hear of it
            self.done.errback(Failure())
            self._abort()

    def connectionLost(self, reason: Failure) -> None:  # type: ignore[override]
        """The body is over, or the connection broke."""
        if self.done.called:
            return
        # an answer without a length ends with its connection: whoever takes it apart sees a cut
        if reason.check(ResponseDone, PotentialDataLoss):
            self.done.callback(self._head)
        else:
            self.done.errback(reason)


@implementer(IBodyProducer)
class _Body:
    """The body of a request, read while it is sent; `sent` is called as the peer takes it."""

    def __init__(self, segments: Sequence[Segment]) -> None:
        self.length = body_size(segments)
        self.sent: Callable[[], None] = lambda: None
        self._segments = segments
        self._task: Any = None

    def startProducing(self, consumer: Any) -> Deferred[None]:
        """Write everything, one piece an iteration."""
        if all(isinstance(segment, bytes) for segment in self._segments):
            consumer.write(b"".join(self._segments))  # type: ignore[arg-type]  # the line above has looked
            done: Deferred[None] = Deferred()
            done.callback(None)
            return done
        self._task = cooperate(self._write(consumer))
        finished: Deferred[None] = self._task.whenDone().addCallbacks(lambda _task: None, _stopped)
        return finished

    def _write(self, consumer: Any) -> Generator[None, None, None]:
        for piece in pieces_in(self._segments):
            consumer.write(piece)
            self.sent()
            yield None

    def pauseProducing(self) -> None:
        """The peer is slower than we are."""
        if self._task is not None:
            self._task.pause()

    def resumeProducing(self) -> None:
        """The peer can take more."""
        if self._task is not None:
            self._task.resume()

    def stopProducing(self) -> None:
        """The connection is gone."""
        if self._task is not None:
            with suppress(TaskFinished):
                self._task.stop()


def _stopped(failure: Failure) -> Deferred[None]:
    """A producer that was stopped is never done, by the contract of IBodyProducer."""
    failure.trap(TaskStopped)
    return Deferred()
