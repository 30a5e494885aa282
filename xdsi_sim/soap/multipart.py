"""A streaming reader of MIME multipart bodies (RFC 2046: 5.1).

Fed with pieces of any size, it hands each part's bytes on as they come and holds back only what might
be the beginning of a delimiter. Preamble and epilogue are passed over.
"""

from __future__ import annotations

import binascii
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Final, Protocol

from xdsi_sim.errors import LimitExceeded, ProtocolViolation

__all__ = [
    "MAX_LINE",
    "MAX_PADDING",
    "MAX_PARTS",
    "MAX_PART_HEADERS",
    "MultipartReader",
    "PartSink",
    "is_identity",
]

_IDENTITY_ENCODINGS: Final = frozenset({"binary", "8bit", "7bit"})
MAX_PARTS: Final = 10_000
MAX_PART_HEADERS: Final = 16 * 1024
MAX_PADDING: Final = 1024
"""White space after a boundary."""
MAX_LINE: Final = 16 * 1024
"""A line of quoted-printable; RFC 2045 says 76."""
_UNDECIDED: Final = (b"-", b"\r")  # the next octet tells whether a delimiter goes on
_BOUNDARY_LIMIT: Final = 70 + 200  # RFC 2046 says 70; stacks exceed it, none by far


class PartSink(Protocol):
    """Takes the bytes of one part."""

    def write(self, data: bytes | memoryview) -> object:
        """The next bytes."""
        ...


OpenPart = Callable[[Mapping[str, str]], PartSink]
"""Called with a part's headers (names in lower case); gives where its bytes go."""


class MultipartReader:
    """Splits a multipart body; `feed` it all pieces, then call `close`.

    `between` gets, in order, every byte that belongs to no part's content.
    """

    def __init__(self, boundary: str, open_part: OpenPart, between: Callable[[bytes], object]) -> None:
        """Raises ProtocolViolation where `boundary` cannot delimit anything."""
        if not 0 < len(boundary) <= _BOUNDARY_LIMIT:
            raise ProtocolViolation("multipart without a usable boundary parameter", rule="B03")
        self.parts = 0
        self._open_part = open_part
        self._between = between
        self._delimiter = b"\r\n--" + boundary.encode("utf-8")
        self._buffer = b"\r\n"  # so that a delimiter at the very start is one like the others
        self._not_sent = len(self._buffer)
        self._sink: PartSink | None = None
        self._pending: Mapping[str, str] | None = None
        """Headers of a part of which nothing has come yet."""
        self._step = self._body

    def feed(self, data: bytes) -> None:
        """Take the next piece; raises ProtocolViolation where a part cannot be read."""
        self._buffer = self._buffer + data if self._buffer else data
        while self._step():
            pass

    def close(self) -> None:
        """The body is over; raises ProtocolViolation where it ended before the closing delimiter."""
        if self._step != self._epilogue:
            raise ProtocolViolation("the multipart body ends before its closing delimiter", rule="B03")

    # Each step consumes what it can of the buffer and says whether another step may go on at once.

    def _body(self) -> bool:
        at = self._buffer.find(self._delimiter)
        if at < 0:
            self._emit(len(self._buffer) - len(self._delimiter))
            return False
        self._emit(at)
        self._step = self._after_delimiter
        return True

    def _emit(self, end: int) -> None:
        """Hand the first `end` octets to the part, or pass over them before the first one."""
        if end <= 0:
            return
        if self._sink is None:
            self._drop(end)
        else:
            self._sink.write(memoryview(self._buffer)[:end])
            self._buffer = self._buffer[end:]

    def _drop(self, end: int) -> None:
        self._between(self._buffer[min(end, self._not_sent) : end])
        self._not_sent = max(0, self._not_sent - end)
        self._buffer = self._buffer[end:]

    def _after_delimiter(self) -> bool:
        delimiter = len(self._delimiter)
        if self._buffer.startswith(b"--", delimiter):
            self._end_part()
            self._step = self._epilogue
            return True
        line_end = self._buffer.find(b"\r\n", delimiter)
        ends_here = line_end >= 0
        padding = self._buffer[delimiter : line_end if ends_here else None].strip(b" \t")
        if padding and (ends_here or padding not in _UNDECIDED):  # the boundary is only how this text begins
            self._step = self._body
            if not self._begin_pending():
                self._emit(delimiter)
            return True
        if (line_end if ends_here else len(self._buffer)) > delimiter + MAX_PADDING:
            raise LimitExceeded(f"a delimiter line exceeds padding={MAX_PADDING}", rule="A23")
        if not ends_here:
            return False
        self._end_part()
        self._drop(line_end)  # this line end may be the empty line, too
        self._step = self._headers
        return True

    def _headers(self) -> bool:
        end = self._buffer.find(b"\r\n\r\n")
        if (end if end >= 0 else len(self._buffer)) > MAX_PART_HEADERS + 4:
            raise LimitExceeded(f"the headers of a part exceed part_headers={MAX_PART_HEADERS}", rule="A23")
        if end < 0:
            return False
        self._pending = _read_headers(self._buffer[:end])
        self._drop(end + 2)
        # the empty line's own CRLF stays: in an empty part it begins the next delimiter
        self._step = self._first_bytes
        return True

    def _first_bytes(self) -> bool:
        if len(self._buffer) < 2 + len(self._delimiter):
            return False
        if self._buffer.startswith(self._delimiter):
            self._step = self._after_delimiter
        else:
            self._begin_pending()
            self._step = self._body
        return True

    def _begin_pending(self) -> bool:
        """Begin the part whose headers are over and that has content; false where there is none."""
        if self._pending is None:
            return False
        self._drop(2)
        self._begin_part(self._pending)
        return True

    def _epilogue(self) -> bool:
        self._drop(len(self._buffer))
        return False

    def _begin_part(self, headers: Mapping[str, str]) -> None:
        self._pending = None
        self.parts += 1
        if self.parts > MAX_PARTS:
            raise LimitExceeded(f"more parts than parts={MAX_PARTS}", rule="A23")
        encoding = _encoding(headers)
        if encoding not in _DECODERS:
            raise ProtocolViolation(f"Content-Transfer-Encoding {encoding!r} is not known", rule="B13")
        self._sink = _DECODERS[encoding](self._open_part(headers), self._between)

    def _end_part(self) -> None:
        if self._pending is not None:
            self._begin_part(self._pending)
        if isinstance(self._sink, _Decoder):
            self._sink.end()
        self._sink = None


def is_identity(headers: Mapping[str, str]) -> bool:
    """Whether the part travels as it is, by its Content-Transfer-Encoding."""
    return _encoding(headers) in _IDENTITY_ENCODINGS


def _encoding(headers: Mapping[str, str]) -> str:
    return headers.get("content-transfer-encoding", "binary").strip().lower()


def _read_headers(raw: bytes) -> dict[str, str]:
    headers: dict[str, str] = {}
    text = raw.decode("utf-8", "replace").replace("\r\n ", " ").replace("\r\n\t", " ")
    for line in text.split("\r\n"):
        name, colon, value = line.partition(":")
        if colon:
            headers.setdefault(name.strip().lower(), value.strip())
    return headers


class _Decoder(ABC):
    """Undoes a transfer encoding while the bytes come; keeps back what is no whole unit yet."""

    def __init__(self, sink: PartSink, between: Callable[[bytes], object]) -> None:
        self._sink = sink
        self._between = between
        self._rest = b""

    def write(self, data: bytes | memoryview) -> None:
        self._between(bytes(data))  # what travelled is not what the part holds
        whole, self._rest = self.whole_units(self._rest + bytes(data))
        if len(self._rest) > MAX_LINE:
            raise LimitExceeded(f"a line of an encoded part exceeds line={MAX_LINE}", rule="A23")
        self._pass_on(whole)

    def end(self) -> None:
        self._pass_on(self._rest)
        self._rest = b""

    def _pass_on(self, data: bytes) -> None:
        try:
            self._sink.write(self.decode(data))
        except binascii.Error as error:
            raise ProtocolViolation(
                f"a part is not what its transfer encoding says: {error}", rule="B13"
            ) from None

    @abstractmethod
    def whole_units(self, data: bytes) -> tuple[bytes, bytes]:
        """What can be decoded now, and what must wait."""

    @abstractmethod
    def decode(self, data: bytes) -> bytes:
        """The bytes that whole units stand for."""


class _Base64(_Decoder):
    _padded = False

    def whole_units(self, data: bytes) -> tuple[bytes, bytes]:
        data = data.translate(None, b" \t\r\n")
        end = len(data) // 4 * 4
        return data[:end], data[end:]

    def decode(self, data: bytes) -> bytes:
        if data and self._padded:
            raise binascii.Error("data after the padding")
        self._padded = data.endswith(b"=")
        return binascii.a2b_base64(data, strict_mode=True)


class _QuotedPrintable(_Decoder):
    def whole_units(self, data: bytes) -> tuple[bytes, bytes]:
        end = data.rfind(b"\n") + 1
        return data[:end], data[end:]

    def decode(self, data: bytes) -> bytes:
        return binascii.a2b_qp(data)


def _as_it_is(sink: PartSink, _between: object) -> PartSink:
    return sink


_DECODERS: Final[dict[str, Callable[[PartSink, Callable[[bytes], object]], PartSink]]] = {
    **dict.fromkeys(_IDENTITY_ENCODINGS, _as_it_is),
    "base64": _Base64,
    "quoted-printable": _QuotedPrintable,
}
