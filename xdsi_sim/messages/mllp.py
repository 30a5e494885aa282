"""The frames of MLLP: 0x0B, a message, 0x1C 0x0D. Read from a stream, however it is cut.

Between frames only line ends are read past; whatever else stands there, or a frame that does not end
as it should, ends the stream: nobody could tell where the next message begins.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from xdsi_sim.content import BytesContent
from xdsi_sim.errors import LimitExceeded, ProtocolViolation
from xdsi_sim.exchange import HttpMessage
from xdsi_sim.messages.adt import MEDIA_TYPE

__all__ = ["MAX_MESSAGE", "FrameReader", "frame", "recorded"]

MAX_MESSAGE: Final = 16 * 1024 * 1024
"""Octets of one message."""

_START: Final = 0x0B
_END: Final = 0x1C
_CR: Final = 0x0D
_BETWEEN: Final = b"\r\n"


def frame(message: bytes) -> bytes:
    """The message in its frame."""
    return b"\x0b" + message + b"\x1c\r"


def recorded(line: str, message: bytes) -> HttpMessage:
    """The message as a log keeps it, which knows the form of HTTP."""
    return HttpMessage(start_line=line, headers=(("Content-Type", MEDIA_TYPE),), body=BytesContent(message))


class FrameReader:
    """The messages of one connection."""

    def __init__(self, max_message: int = MAX_MESSAGE) -> None:
        self._max_message = max_message
        self._buffer = bytearray()
        self._searched = 0
        """Octets of the buffer in which no end of the frame was found."""

    @property
    def inside(self) -> bool:
        """Whether a message has begun and not ended."""
        return bool(self._buffer)

    @property
    def pending(self) -> bytes:
        """What is here of a message that has not ended, its beginning at most."""
        return bytes(self._buffer[: 64 * 1024])

    def feed(self, data: bytes) -> Iterator[bytes]:
        """The messages that end in `data`.

        Raises ProtocolViolation where the stream is not framed, LimitExceeded where a message is too
        large, both after the messages before that place were given; nothing may be fed then any more.
        """
        self._buffer += data
        while (message := self._next()) is not None:
            yield message

    def _next(self) -> bytes | None:
        if not self._searched:
            self._begin()
        end = self._buffer.find(_END, self._searched)
        self._check(len(self._buffer) if end < 0 else end)
        if end < 0 or end + 1 == len(self._buffer):
            self._searched = len(self._buffer) if end < 0 else end
            return None
        if self._buffer[end + 1] != _CR:
            raise ProtocolViolation(f"MLLP: 0x1C is followed by 0x{self._buffer[end + 1]:02X}, not by 0x0D")
        message = bytes(self._buffer[1:end])
        del self._buffer[: end + 2]
        self._searched = 0
        return message

    def _begin(self) -> None:
        """Read past what may stand before a frame."""
        rest = self._buffer.lstrip(_BETWEEN)
        if rest and rest[0] != _START:
            raise ProtocolViolation(f"MLLP: a message begins with 0x0B, not with 0x{rest[0]:02X}")
        self._buffer = rest

    def _check(self, end: int) -> None:
        """Whether what is new of the message, up to `end`, can belong to one."""
        if self._buffer.find(_START, max(self._searched, 1), min(end, self._max_message + 1)) >= 0:
            raise ProtocolViolation("MLLP: 0x0B begins a message inside another")
        if end - 1 > self._max_message:
            raise LimitExceeded(f"MLLP: the message exceeds the limit max_message={self._max_message}")
