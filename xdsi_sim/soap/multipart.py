"""A streaming reader of MIME multipart bodies (RFC 2046: 5.1).

Fed with pieces of any size, it hands each part's bytes on as they come and holds back only what might
be the beginning of a delimiter. Preamble and epilogue are passed over.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Callable, Mapping
from typing import Final, Protocol

from xdsi_sim.errors import LimitExceeded, ProtocolViolation
from xdsi_sim.limits import Limits
from xdsi_sim.soap.transfer import DECODERS, IDENTITY, Decoder

__all__ = ["MultipartReader", "PartSink", "is_identity"]

_LINE_END: Final = re.compile(rb"--|[ \t]*\r\n")
"""What stands after a delimiter; with anything else it is content."""
_UNDECIDED: Final = re.compile(rb"(?:-|[ \t]*\r?)\Z")
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

    def __init__(
        self,
        boundary: str,
        open_part: OpenPart,
        between: Callable[[bytes], object],
        limits: Limits = Limits(),
    ) -> None:
        """Raises ProtocolViolation where `boundary` cannot delimit anything."""
        if not 0 < len(boundary) <= _BOUNDARY_LIMIT:
            raise ProtocolViolation("multipart without a usable boundary parameter", rule="B03")
        self.parts = 0
        self._limits = limits
        self._around = 0
        """Octets before the first part and after the last one."""
        self._open_part = open_part
        self._between = between
        self._delimiter = b"\r\n--" + boundary.encode("utf-8")
        self._buffer = b"\r\n"  # so that a delimiter at the very start is one like the others
        self._at = 0
        """Where the octets of the buffer begin that are still to be looked at."""
        self._invented = len(self._buffer)
        self._sink: PartSink | None = None
        self._pending: Mapping[str, str] | None = None
        """Headers of a part of which nothing has come yet."""
        self._step = MultipartReader._body

    def feed(self, data: bytes) -> None:
        """Take the next piece; raises ProtocolViolation where a part cannot be read."""
        self._buffer = self._buffer[self._at :] + data if self._at < len(self._buffer) else data
        self._at = 0
        while self._step(self):
            pass

    def close(self) -> None:
        """The body is over; raises ProtocolViolation where it ended before the closing delimiter."""
        if self._step is not MultipartReader._epilogue:
            raise ProtocolViolation("the multipart body ends before its closing delimiter", rule="B03")

    # Each step consumes what it can of the buffer and says whether another step may go on at once. The next
    # one is kept as a function: a bound method would keep the reader, and what it holds, for the collector.

    def _body(self) -> bool:
        found = self._buffer.find(self._delimiter, self._at)
        while found >= 0:
            end = found + len(self._delimiter)
            if line := _LINE_END.match(self._buffer, end):
                self._emit(found)
                self._delimit(line)
                return True
            if _UNDECIDED.match(self._buffer, end):
                self._wait(found)
                return False
            found = self._buffer.find(self._delimiter, end)  # that one was only how a text begins
        self._emit(self._undecided())
        return False

    def _undecided(self) -> int:
        """Where the octets begin that may be the first of a delimiter: mostly there are none to keep back."""
        at = self._buffer.find(b"\r", max(self._at, len(self._buffer) - len(self._delimiter) + 1))
        while at >= 0 and not self._delimiter.startswith(self._buffer[at:]):
            at = self._buffer.find(b"\r", at + 1)
        return len(self._buffer) if at < 0 else at

    def _wait(self, found: int) -> None:
        """The octets to come tell whether a delimiter is at `found`."""
        if len(self._buffer) - found > len(self._delimiter) + self._limits.part_line:
            self._exceeds("a delimiter line", "part_line")
        self._emit(found)

    def _delimit(self, line: re.Match[bytes]) -> None:
        """A part is over; the next one's headers follow, or the end."""
        self._end_part()
        if line[0] == b"--":
            self._drop(line.end())
            self._step = MultipartReader._epilogue
        else:
            self._drop(line.end() - 2)  # this line end may be that of the empty line, too
            self._step = MultipartReader._headers

    def _emit(self, end: int) -> None:
        """Hand what stands before `end` to the part, or pass over it before the first one."""
        if self._pending is not None and end >= self._at + 2:  # there is content, so the CRLF is none of it
            self._drop(self._at + 2)
            self._begin_part(self._pending)
        if end <= self._at or self._pending is not None:
            return
        if self._sink is None:
            self._pass_over(end)
            return
        piece = memoryview(self._buffer)[self._at : end]
        self._at = end
        self._sink.write(piece)

    def _pass_over(self, end: int) -> None:
        """Preamble or epilogue: of no meaning, but recorded."""
        self._around += end - self._at
        if self._around > self._limits.soap_root:
            self._exceeds("what stands around the parts", "soap_root")
        self._drop(end)

    def _exceeds(self, what: str, limit: str) -> None:
        raise LimitExceeded(f"{what} exceeds {self._limits.named(limit)}", rule="A23")

    def _drop(self, end: int) -> None:
        start, self._at = self._at, end
        self._between(self._buffer[start + min(end - start, self._invented) : end])
        self._invented = max(0, self._invented - (end - start))

    def _headers(self) -> bool:
        end = self._buffer.find(b"\r\n\r\n", self._at)
        if (end if end >= 0 else len(self._buffer)) - self._at > self._limits.part_headers + 4:
            self._exceeds("the size of a part's headers", "part_headers")
        if end < 0:
            return False
        self._pending = _read_headers(self._buffer[self._at : end])
        self._drop(end + 2)  # the empty line's own CRLF stays: in an empty part it begins the next delimiter
        self._step = MultipartReader._body
        return True

    def _epilogue(self) -> bool:
        self._pass_over(len(self._buffer))
        return False

    def _begin_part(self, headers: Mapping[str, str]) -> None:
        self._pending = None
        self.parts += 1
        if self.parts > self._limits.parts:
            self._exceeds("the number of parts", "parts")
        encoding = _encoding(headers)
        if encoding not in IDENTITY and encoding not in DECODERS:
            raise ProtocolViolation(f"Content-Transfer-Encoding {encoding!r} is not known", rule="B13")
        self._sink = self._open_part(headers)
        if encoding in DECODERS:
            self._sink = _Decoded(DECODERS[encoding](), self._sink, self._between, self._limits)

    def _end_part(self) -> None:
        if self._pending is not None:
            self._begin_part(self._pending)
        if isinstance(self._sink, _Decoded):
            self._sink.end()
        self._sink = None


def is_identity(headers: Mapping[str, str]) -> bool:
    """Whether the part travels as it is, by its Content-Transfer-Encoding."""
    return _encoding(headers) in IDENTITY


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


class _Decoded:
    """Sink of an encoded part: undoes its encoding, and has what travelled recorded apart."""

    def __init__(
        self, decoder: Decoder, sink: PartSink, between: Callable[[bytes], object], limits: Limits
    ) -> None:
        self._decoder = decoder
        self._sink = sink
        self._between = between
        self._limits = limits

    def write(self, data: bytes | memoryview) -> None:
        """The next octets as they travelled; raises LimitExceeded for a line without an end."""
        octets = bytes(data)
        self._between(octets)  # what travelled is not what the part holds
        self._pass_on(self._decoder.feed, octets)
        if self._decoder.waiting > self._limits.part_line:
            raise LimitExceeded(
                f"a line of an encoded part exceeds {self._limits.named('part_line')}", rule="A23"
            )

    def end(self) -> None:
        """The part is over; raises ProtocolViolation where its encoding is not."""
        self._pass_on(self._decoder.end)

    def _pass_on(self, decode: Callable[..., bytes], *data: bytes) -> None:
        try:
            decoded = decode(*data)
        except binascii.Error as error:
            raise ProtocolViolation(
                f"a part is not what its transfer encoding says: {error}", rule="B13"
            ) from None
        self._sink.write(decoded)
