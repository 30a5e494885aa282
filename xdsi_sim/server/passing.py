"""Answers that are passed on while they come: their length is not known, so they go out in chunks.

The status is out before the last document is in. Where one then fails to come, what has come whole goes
out and the connection ends without a last chunk: by that HTTP tells the peer that the answer is cut
(RFC 9112: 8), and nothing shorter passes for a document.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import replace
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IPushProducer
from zope.interface import implementer

from xdsi_sim.actors.flow import NoAnswer
from xdsi_sim.content import CHUNK, Segment, SegmentsContent, chunks_of
from xdsi_sim.exchange import HttpMessage
from xdsi_sim.server.http import FrontRequest, begin_answer
from xdsi_sim.soap.arriving import ArrivingContent, when_whole

__all__ = ["pass_on"]


def pass_on(
    request: FrontRequest, status: int, headers: Sequence[tuple[str, str]], segments: Sequence[Segment]
) -> Deferred[HttpMessage]:
    """Send an answer of which contents are still `ArrivingContent`.

    Fires with it when all is out; fails with what has kept a content from coming, or NoAnswer where the peer
    has left before.
    """
    message = begin_answer(request, status, headers, segments)
    request.channel.passing()
    sender = _Passing(request, segments)
    request.registerProducer(sender, True)
    sender.resumeProducing()
    return sender.done.addCallback(lambda _done: replace(message, body=SegmentsContent(when_whole(segments))))


@implementer(IPushProducer)
class _Passing:
    """Writes segments as they come, no faster than the peer takes them."""

    def __init__(self, request: FrontRequest, segments: Sequence[Segment]) -> None:
        self.done: Deferred[None] = Deferred()
        self._request: Any = request
        self._pieces = _as_they_come(segments)
        self._paused = True
        self._writing = False
        for segment in segments:
            if isinstance(segment, ArrivingContent):
                segment.told = self._write

    def resumeProducing(self) -> None:
        """The peer can take more."""
        self._paused = False
        self._write()

    def pauseProducing(self) -> None:
        """What the peer has not taken yet is enough."""
        self._paused = True

    def stopProducing(self) -> None:
        """The peer is gone."""
        self._fail(NoAnswer("the sender left before all of it was sent"))

    def _write(self) -> None:
        """Write what there is; a write may call this again, and is then seen to here."""
        if self._writing:
            return
        self._writing = True
        try:
            while not (self._paused or self.done.called) and self._step():
                pass
        except (NoAnswer, OSError) as trouble:
            self._fail(trouble)
            self._request.unregisterProducer()
            self._request.loseConnection()  # without the last chunk
        finally:
            self._writing = False

    def _step(self) -> bool:
        """Write one piece; False where there is none yet, or none left."""
        piece = next(self._pieces, None)
        if piece is None:
            self._request.unregisterProducer()
            self._request.finish()
            self.done.callback(None)
        elif piece:
            self._request.channel.sent(len(piece))
            self._request.write(piece)
        else:
            self._request.channel.waiting()
        return bool(piece)

    def _fail(self, trouble: Exception) -> None:
        self._pieces.close()
        if not self.done.called:
            self.done.errback(trouble)


def _as_they_come(segments: Sequence[Segment]) -> Generator[bytes, None, None]:
    """The bytes of all segments in pieces; an empty one where more is to be waited for."""
    for segment in segments:
        if isinstance(segment, bytes):
            yield segment
        elif isinstance(segment, ArrivingContent):
            yield from _as_it_comes(segment)
        else:
            yield from chunks_of(segment)


def _as_it_comes(content: ArrivingContent) -> Generator[bytes, None, None]:
    at = 0
    with closing(content):
        while content.whole is None or at < content.size:
            if content.trouble is not None:
                raise content.trouble
            piece = content.read(at, CHUNK)
            at += len(piece)
            yield piece
