"""Endpoints that count as connected when their TLS hand-shake is done."""

from __future__ import annotations

from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import (
    IHandshakeListener,
    IOpenSSLClientConnectionCreator,
    IStreamClientEndpoint,
)
from twisted.protocols.policies import ProtocolWrapper, WrappingFactory
from twisted.protocols.tls import TLSMemoryBIOFactory, TLSMemoryBIOProtocol
from twisted.python.failure import Failure
from zope.interface import implementer

from xdsi_sim.actors.flow import NoAnswer
from xdsi_sim.tls.context import Caller, handshake_words
from xdsi_sim.tls.settings import Tls

__all__ = ["TlsCaller"]


class TlsCaller:
    """Puts TLS round the endpoints of peers, with one certificate and one trust list."""

    def __init__(self, tls: Tls, reactor: Any) -> None:
        """Read the files; raises UsageError where one cannot be used."""
        self._caller = Caller(tls)
        self._seconds = tls.handshake
        self._reactor = reactor

    def endpoint(self, plain: Any, host: str) -> Any:
        """The endpoint of `host` over TLS, reached by `plain`."""
        return _TlsEndpoint(plain, _Calling(self._caller, host), self._seconds, self._reactor)

    def trouble(self, error: BaseException | None) -> str | None:
        """Why TLS failed, in words; None where it is not at fault.

        In TLS 1.3 a server refuses our certificate when we think that the hand-shake is done; Twisted
        then wraps the error in its own.
        """
        for cause in (error, *(reason.value for reason in getattr(error, "reasons", ()))):
            words = handshake_words(cause)
            if words is not None:
                return f"TLS failed: {words}"
            if isinstance(cause, NoAnswer):
                return str(cause)
        return None


@implementer(IOpenSSLClientConnectionCreator)
class _Calling:
    def __init__(self, caller: Caller, host: str) -> None:
        self._caller = caller
        self._host = host

    def clientConnectionForTLS(self, _protocol: Any) -> Any:
        """The client's end of a new connection."""
        return self._caller.connection(self._host)


class _Direct(TLSMemoryBIOFactory):
    """Encrypts what is written at once; Twisted's own gathers it, for an iteration of the reactor more.

    Our writes are few and large.
    """

    protocol = TLSMemoryBIOProtocol


@implementer(IStreamClientEndpoint)
class _TlsEndpoint:
    def __init__(self, plain: Any, calling: Any, seconds: float, reactor: Any) -> None:
        self._plain = plain
        self._calling = calling
        self._seconds = seconds
        self._reactor = reactor

    def connect(self, factory: Any) -> Deferred[Any]:
        """Fires with the protocol when the hand-shake is done, fails when it fails or takes too long."""
        gates: Any = _Gates(factory, self._seconds, self._reactor)
        tls = _Direct(self._calling, True, gates, self._reactor)
        connected: Deferred[Any] = self._plain.connect(tls)
        return connected.addCallback(lambda secured: secured.wrappedProtocol.done)


@implementer(IHandshakeListener)
class _Gate(ProtocolWrapper):
    """Stands between TLS and HTTP and waits for the hand-shake."""

    factory: Any
    _heard = False

    def makeConnection(self, transport: Any) -> None:
        """TCP is there, TLS is not yet."""
        self._patience = self.factory.reactor.callLater(self.factory.seconds, self._too_long)
        self.done: Deferred[Any] = Deferred(lambda _deferred: self.abortConnection())
        super().makeConnection(transport)

    def _too_long(self) -> None:
        self._fail(NoAnswer(f"no TLS hand-shake within {self.factory.seconds:g} s"))
        self.abortConnection()

    def _fail(self, error: Any) -> None:
        if not self.done.called:
            self.done.errback(error)

    def handshakeCompleted(self) -> None:
        """TLS is there."""
        self._patience.cancel()
        self.done.callback(self.wrappedProtocol)

    def dataReceived(self, data: bytes) -> None:
        """The peer speaks to us: it has taken our certificate."""
        self._heard = True
        super().dataReceived(data)

    def connectionLost(self, reason: Failure) -> None:  # type: ignore[override]
        """The connection is over, perhaps before it was secured."""
        if self._patience.active():
            self._patience.cancel()
        elif not self._heard and handshake_words(reason.value) is None:
            # the alert that tells why is lost where what we sent had not been read
            reason = Failure(
                NoAnswer("the peer left right after the TLS hand-shake: does it take our certificate?")
            )
        self._fail(reason)
        super().connectionLost(reason)


class _Gates(WrappingFactory[_Gate]):
    """Makes the gate of one connection."""

    protocol = _Gate
    noisy = False

    def __init__(self, wrapped: Any, seconds: float, reactor: Any) -> None:
        super().__init__(wrapped)
        self.seconds = seconds
        self.reactor = reactor
