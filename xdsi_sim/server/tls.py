"""The HTTP front behind TLS: who does not get through the hand-shake is told of in the log."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any, Final

from twisted.internet.interfaces import IHandshakeListener, IOpenSSLServerConnectionCreator
from twisted.protocols.tls import TLSMemoryBIOFactory, TLSMemoryBIOProtocol
from zope.interface import implementer

from xdsi_sim.limits import Limits
from xdsi_sim.server.channel import Channel
from xdsi_sim.server.http import Front
from xdsi_sim.tls.context import Listener, handshake_words
from xdsi_sim.tls.settings import Tls

__all__ = ["secured"]

_LOG: Final = logging.getLogger(__name__)


def secured(root: Any, spool: Path, limits: Limits, tls: Tls, reactor: Any) -> Any:
    """A factory that serves `root` over TLS; raises UsageError where a file of `tls` cannot be used."""
    front: Any = _SecureFront(root, spool, limits)
    front.reactor, front.handshake = reactor, tls.handshake
    accepting: Any = _Accepting(Listener(tls))
    return _Direct(accepting, False, front, reactor)


class _Direct(TLSMemoryBIOFactory):
    """Encrypts what is written at once; Twisted's own gathers it, for an iteration of the reactor more.

    Our writes are few and large.
    """

    protocol = TLSMemoryBIOProtocol


@implementer(IOpenSSLServerConnectionCreator)
class _Accepting:
    def __init__(self, listener: Listener) -> None:
        self._listener = listener

    def serverConnectionForTLS(self, _protocol: Any) -> Any:
        """The server's end of a new connection."""
        return self._listener.connection()


@implementer(IHandshakeListener)
class _SecureChannel(Channel):
    """Ends a connection whose hand-shake takes too long, or fails."""

    site: Any
    transport: Any
    _patience: Any = None

    def connectionMade(self) -> None:
        """TCP is there, TLS is not yet."""
        super().connectionMade()
        self._patience = self.site.reactor.callLater(self.site.handshake, self._too_long)

    def _too_long(self) -> None:
        self._told(f"no hand-shake within {self.site.handshake:g} s")
        self.transport.abortConnection()

    def handshakeCompleted(self) -> None:
        """TLS is there."""
        self._patience.cancel()

    def connectionLost(self, reason: Any) -> None:  # type: ignore[override]
        """The connection is over; in TLS 1.3 a client may refuse us after we think that all is well."""
        if self._patience.active():
            self._patience.cancel()
        words = handshake_words(reason.value)
        if words is not None:
            self._told(words)
        super().connectionLost(reason)

    def loseConnection(self) -> None:
        """Say that this is the end; when the port closes, no answer to it is waited for."""
        super().loseConnection()
        if self._over is not None:
            self.transport.transport.loseConnection()

    def _told(self, words: str) -> None:
        _LOG.warning("TLS with %s failed: %s", self.transport.getPeer().host, words)


class _SecureFront(Front):
    """The site of one port, behind TLS."""

    protocol: Any = _SecureChannel
    reactor: Any
    handshake: float
