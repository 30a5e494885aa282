"""Ports behind TLS: who does not get through the hand-shake is told of in the log."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, Final

from twisted.internet.interfaces import IHandshakeListener, IOpenSSLServerConnectionCreator
from twisted.internet.protocol import Protocol as Connection
from twisted.internet.protocol import connectionDone
from twisted.protocols.tls import TLSMemoryBIOFactory, TLSMemoryBIOProtocol
from zope.interface import implementer

from xdsi_sim.tls.context import Listener, handshake_words
from xdsi_sim.tls.settings import Tls

__all__ = ["secured"]

_LOG: Final = logging.getLogger(__name__)


def secured(factory: Any, tls: Tls, reactor: Any, other: Callable[[], Tls | None] = lambda: None) -> Any:
    """What `factory` serves, over TLS; raises UsageError where a file of `tls` cannot be used.

    `other` is asked at each connection, and gives what stands there in the place of `tls`, if anything.
    """
    factory.protocol = type(
        "Secured", (_Watched, factory.protocol), {"reactor": reactor, "patience": tls.handshake}
    )
    accepting: Any = _Accepting(tls, other)
    return _Direct(accepting, False, factory, reactor)


class _Direct(TLSMemoryBIOFactory):
    """Encrypts what is written at once; Twisted's own gathers it, for an iteration of the reactor more.

    Our writes are few and large.
    """

    protocol = TLSMemoryBIOProtocol


@implementer(IOpenSSLServerConnectionCreator)
class _Accepting:
    def __init__(self, tls: Tls, other: Callable[[], Tls | None]) -> None:
        self._listener = Listener(tls)
        self._other = other

    def serverConnectionForTLS(self, _protocol: Any) -> Any:
        """The server's end of a new connection."""
        other = self._other()
        return (self._listener if other is None else Listener(other)).connection()


@implementer(IHandshakeListener)
class _Watched(Connection):
    """Ends a connection whose hand-shake takes too long, or fails; goes before the class that it watches."""

    transport: Any
    reactor: Any
    patience: float
    """Seconds that a hand-shake may take."""

    def connectionMade(self) -> None:
        """TCP is there, TLS is not yet."""
        self._patience = self.reactor.callLater(self.patience, self._too_long)
        super().connectionMade()

    def _too_long(self) -> None:
        self._told(f"no hand-shake within {self.patience:g} s")
        self.transport.abortConnection()

    def handshakeCompleted(self) -> None:
        """TLS is there."""
        self._patience.cancel()

    def connectionLost(self, reason: Any = connectionDone) -> None:
        """The connection is over; in TLS 1.3 a client may refuse us after we think that all is well."""
        if self._patience.active():
            self._patience.cancel()
        words = handshake_words(reason.value)
        if words is not None:
            self._told(words)
        super().connectionLost(reason)

    def _told(self, words: str) -> None:
        _LOG.warning("TLS with %s failed: %s", self.transport.getPeer().host, words)
