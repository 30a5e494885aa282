"""Tells pages that are open when something new is in the log, as events that the server sends.

The log is looked at twice a second while anybody listens, whoever writes it; what is new a page asks for
itself. So many messages that come at once cost no more than one.
"""

from __future__ import annotations

import json
import logging
from typing import Any, Final

from twisted.internet.interfaces import IPushProducer
from twisted.internet.task import LoopingCall
from zope.interface import implementer

from xdsi_sim.inspector.web.asked import Refused
from xdsi_sim.inspector.web.policy import headers_with
from xdsi_sim.server.http import FrontRequest, begin_answer
from xdsi_sim.server.threads import Threads
from xdsi_sim.store.exchange_reader import ExchangeReader

__all__ = ["Stream"]

_LOG: Final = logging.getLogger(__name__)
_PAUSE: Final = 0.5  # seconds between two looks
_QUIET: Final = 15.0  # seconds after which something is sent, so that a connection that is dead is noticed
_MOST: Final = 32
"""Pages that listen at a time."""
_HEADERS: Final = headers_with((("Content-Type", "text/event-stream"),))


class Stream:
    """Everybody who listens."""

    def __init__(self, reader: ExchangeReader | None, reactor: Any, threads: Threads) -> None:
        self._reader = reader
        self._threads = threads
        self._listeners: set[_Listener] = set()
        self._looking: Any = LoopingCall(self._look)
        self._looking.clock = reactor
        self._quiet = 0.0

    def serve(self, request: FrontRequest) -> None:
        """Let somebody listen from now on; raises Refused where too many do, or there is nothing to hear."""
        if self._reader is None:
            raise Refused(404, "Nothing is recorded here.")
        if len(self._listeners) >= _MOST:
            raise Refused(503, f"{_MOST} pages listen already.", "Close some of them.")
        begin_answer(request, 200, _HEADERS, ())
        listener = _Listener(request)
        self._listeners.add(listener)
        request.notifyFinish().addBoth(lambda _: self._listeners.discard(listener))
        request.registerProducer(listener, True)
        request.write(b"retry: 2000\n\n")
        if not self._looking.running:
            self._looking.start(_PAUSE)

    def close(self) -> None:
        """End all of it."""
        if self._looking.running:
            self._looking.stop()
        for listener in tuple(self._listeners):
            listener.end()

    def _look(self) -> Any:
        if self._listeners and self._reader is not None:
            return self._threads.run(self._reader.mark).addCallbacks(self._tell, self._blind)
        self._looking.stop()
        return None

    def _blind(self, failure: Any) -> None:
        """The log cannot be read, as nothing can be at its end."""
        _LOG.info("the log could not be looked at: %s", failure.value)

    def _tell(self, mark: int) -> None:
        self._quiet += _PAUSE
        for listener in tuple(self._listeners):
            listener.hear(mark)
        if self._quiet >= _QUIET:
            self._quiet = 0.0
            for listener in tuple(self._listeners):
                listener.write(b": still here\n\n")


@implementer(IPushProducer)
class _Listener:
    """One page, which is told of a mark once; nothing waits for a page that does not read."""

    def __init__(self, request: FrontRequest) -> None:
        self._request = request
        self._paused = False
        self._told: int | None = None

    def hear(self, mark: int) -> None:
        """Tell of news, if the page does not know of them yet."""
        if mark != self._told and not self._paused:
            self._told = mark
            self.write(f"event: news\ndata: {json.dumps({'mark': mark})}\n\n".encode())

    def write(self, data: bytes) -> None:
        """Send it, if somebody reads; what is not sent is not kept."""
        if not (self._paused or self._request.gone):
            self._request.write(data)

    def end(self) -> None:
        """Close the stream."""
        if not self._request.gone:
            self._request.unregisterProducer()
            self._request.finish()

    def pauseProducing(self) -> None:
        """Twisted: the page does not read as fast as it is told."""
        self._paused = True

    def resumeProducing(self) -> None:
        """Twisted: it has caught up."""
        self._paused = False

    def stopProducing(self) -> None:
        """Twisted: it is gone."""
        self._paused = True
