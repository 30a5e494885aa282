"""An actor's address as a proxy: what comes is passed on to a real system, or answered from a recording."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from twisted.internet.defer import Deferred, gatherResults
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET

from xdsi_sim.content import Content
from xdsi_sim.limits import Limits
from xdsi_sim.server.behind import Stand
from xdsi_sim.server.http import FrontRequest
from xdsi_sim.server.passage import IN_MEMORY, Passage
from xdsi_sim.soap.spool import Tape

__all__ = ["ProxyResource"]

_FAREWELL: Final = 2  # seconds; a real system that takes longer is not waited for at the end


class _TapeReader:
    """Takes the body of a request as it is; nothing in it could make it no message."""

    def __init__(self, _content_type: str, folder: Path, _limits: Limits, *, coding: str | None) -> None:
        del coding  # it goes on as it came
        self.beginning = bytearray()
        self._tape = Tape(folder, IN_MEMORY)
        self._trouble: OSError | None = None

    def feed(self, data: bytes) -> None:
        """The next piece; what the disk does not take is told at the end."""
        if self._trouble is None:
            try:
                self._tape.write(data)
            except OSError as trouble:
                self._trouble = trouble
                self.abandon()

    def finish(self) -> Content:
        """The whole; raises OSError."""
        if self._trouble is not None:
            raise self._trouble
        return self._tape.finish()

    def abandon(self) -> None:
        """It is not wanted any more."""
        self._tape.discard()


class ProxyResource(Resource):
    """Everything at and below the address of an actor that a real system plays, or a recording."""

    isLeaf = True
    body_reader = _TapeReader

    def __init__(self, stand: Stand, reactor: Any) -> None:
        super().__init__()
        self._reactor = reactor
        self._stand = stand
        self._under_way: set[Deferred[None]] = set()

    def render(self, request: FrontRequest) -> int:
        """Serve one request."""
        done = Passage(self._stand, request).run()
        if not done.called:
            self._under_way.add(done)
            done.addBoth(lambda _done: self._under_way.discard(done))
        return NOT_DONE_YET

    def close(self) -> Deferred[Any]:
        """Done when all that was passed on is recorded, or has taken too long."""
        over = gatherResults([_after(each) for each in self._under_way.copy()])
        over.addTimeout(_FAREWELL, self._reactor)
        return over.addErrback(lambda _late: None)


def _after(passage: Deferred[None]) -> Deferred[None]:
    """Fires when the other has."""
    after: Deferred[None] = Deferred()
    passage.addBoth(lambda _done: after.callback(None))
    return after
