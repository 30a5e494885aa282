"""The body of an answer on its way out, at the pace of the peer.

Files go from the system's memory to the connection without a copy in ours, where the connection is plain;
whatever else there is goes in chunks. Nothing is read before there is room for it.
"""

from __future__ import annotations

import errno
import logging
import os
from collections.abc import Callable, Generator, Sequence
from contextlib import suppress
from typing import Any, Final

from twisted.internet.interfaces import IPushProducer
from twisted.internet.tcp import Connection
from zope.interface import implementer

from xdsi_sim.content import CHUNK, FileContent, Segment, body_size, pieces_in

__all__ = ["Sender"]

_LOG: Final = logging.getLogger(__name__)
_SMALL: Final = 64 * 1024
"""Octets of a file up to which it goes out with what stands around it."""
_AT_ONCE: Final = 1 << 20
"""Octets of a file that one connection may send before others have their turn."""


@implementer(IPushProducer)
class Sender:
    """Writes segments until the peer has enough, and goes on once it has taken them."""

    def __init__(self, request: Any, segments: Sequence[Segment], end: Callable[[], object]) -> None:
        """`end` is called when all of it is out."""
        self._request = request
        self._end = end
        self._transport = request.channel.transport
        self._stretches = _stretches(segments, direct=_is_plain(self._transport))
        self._promised = body_size(segments)
        self._file: _OpenFile | None = None
        self._paused = False

    def start(self) -> None:
        """Begin; nothing else is to be written to the request from now on."""
        self._request.registerProducer(self, True)
        self._request.write(b"")  # status and headers: a file may be the first thing to follow them
        self.resumeProducing()

    def pauseProducing(self) -> None:
        """The peer has enough for now."""
        self._paused = True

    def resumeProducing(self) -> None:
        """The peer can take more."""
        self._paused = False
        try:
            while not self._paused:
                self._go_on()
        except ConnectionError:
            self._abort()  # the reactor has yet to see that the peer is gone
        except OSError:
            # the status is out already: an aborted connection is the only honest end
            _LOG.exception("a content could not be read while it was sent")
            self._abort()

    def stopProducing(self) -> None:
        """The peer is gone."""
        self._paused = True
        self._stretches.close()
        if self._file is not None:
            self._file.close()

    def _abort(self) -> None:
        self.stopProducing()
        self._transport.abortConnection()

    # --- what comes next

    def _go_on(self) -> None:
        if self._file is not None:
            self._send_file(self._file)
            return
        stretch = next(self._stretches, None)
        if stretch is None:
            self._finish()
        elif isinstance(stretch, FileContent):
            self._file = _OpenFile(stretch)
            self._wait_for_room()  # what was written before it has to be out
        else:
            self._count(len(stretch))
            self._request.write(stretch)

    def _send_file(self, file: _OpenFile) -> None:
        with suppress(BlockingIOError):
            self._count(file.send(self._transport.fileno()))
        if file.left:
            self._wait_for_room()
        else:
            file.close()
            self._file = None

    def _wait_for_room(self) -> None:
        """Go on once the transport's own buffer is empty and the system takes more."""
        self._paused = self._transport.producerPaused = True
        self._transport.startWriting()

    def _count(self, octets: int) -> None:
        self._promised -= octets
        if self._promised < 0:
            raise _wrong_size()
        self._request.channel.sent(octets)

    def _finish(self) -> None:
        if self._promised:
            raise _wrong_size()
        self._paused = True
        self._request.unregisterProducer()
        self._end()


class _OpenFile:
    """A file of which a part is out; raises OSError where it has gone, or is not of its size."""

    def __init__(self, content: FileContent) -> None:
        self.left = content.size
        self._descriptor = os.open(content.path, os.O_RDONLY)
        self._at = 0
        if os.fstat(self._descriptor).st_size != content.size:
            self.close()
            raise _wrong_size()

    def send(self, connection: int) -> int:
        """Send what the system takes, some at a time; gives how many octets. Raises BlockingIOError."""
        sent = os.sendfile(connection, self._descriptor, self._at, min(self.left, _AT_ONCE))
        if not sent:
            raise _wrong_size()
        self._at += sent
        self.left -= sent
        return sent

    def close(self) -> None:
        """Nothing more is sent of it."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


def _is_plain(transport: Any) -> bool:
    """Whether octets go out as they are: TLS has to see them."""
    return isinstance(transport, Connection) and not transport.TLS and hasattr(os, "sendfile")


def _wrong_size() -> OSError:
    return OSError(errno.EIO, "a content is not of the size that it said")


def _stretches(segments: Sequence[Segment], *, direct: bool) -> Generator[bytes | FileContent, None, None]:
    """Files by themselves where they go out directly; all else in writes of about one chunk."""
    gathered: list[bytes] = []
    size = 0
    for segment in segments:
        if direct and isinstance(segment, FileContent) and segment.size > _SMALL:
            if gathered:
                yield b"".join(gathered)
                gathered, size = [], 0
            yield segment
            continue
        for piece in pieces_in((segment,)):
            gathered.append(piece)
            size += len(piece)
            if size >= CHUNK:
                yield b"".join(gathered)
                gathered, size = [], 0
    if gathered:
        yield b"".join(gathered)
