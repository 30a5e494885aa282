"""Bytes that may be too large to hold: documents, images, message bodies.

A content is a handle (size and a way to read it); whoever needs the bytes streams them.
Nothing here knows what the bytes mean.
"""

from __future__ import annotations

import binascii
import errno
import hashlib
import io
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final, NamedTuple, Protocol

__all__ = [
    "CHUNK",
    "Base64Content",
    "BytesContent",
    "Content",
    "Edit",
    "FileContent",
    "PassingContent",
    "Segment",
    "SegmentsContent",
    "SliceContent",
    "body_size",
    "chunks_of",
    "discard",
    "edited",
    "head_of",
    "pieces_in",
    "read_all",
    "sha1_of",
]

CHUNK: Final = 256 * 1024  # one read: large enough that the loop costs nothing, small enough to keep many


class Content(Protocol):
    """A run of bytes of known size that can be read from its start any number of times."""

    @property
    def size(self) -> int:
        """Number of octets."""
        ...

    def open(self) -> BinaryIO:
        """A fresh reader at the first octet; the caller closes it."""
        ...


Segment = bytes | Content
"""A stretch of a body: bytes at hand, or a content that is streamed."""


@dataclass(frozen=True, slots=True)
class BytesContent:
    """Content that is in memory already: envelopes, small parts, texts."""

    data: bytes
    sha1: str | None = None
    """Where it is known already, from writing it."""

    @property
    def size(self) -> int:
        """Number of octets."""
        return len(self.data)

    def open(self) -> BinaryIO:
        """A fresh reader at the first octet."""
        return io.BytesIO(self.data)


@dataclass(frozen=True, slots=True)
class FileContent:
    """Content kept in a file that does not change while the handle is in use."""

    path: Path
    size: int
    sha1: str | None = None
    """Where it is known already, from writing it."""

    @classmethod
    def of(cls, path: Path) -> FileContent:
        """The whole file at `path`; raises FileNotFoundError where there is none."""
        return cls(path, path.stat().st_size)

    def open(self) -> BinaryIO:
        """A fresh reader at the first octet."""
        return self.path.open("rb", buffering=0)


@dataclass(frozen=True, slots=True)
class PassingContent(FileContent):
    """Content in a file that goes with the handle; a file that was moved away stays where it is."""

    def __del__(self) -> None:
        discard(self.path)


@dataclass(frozen=True, slots=True)
class SliceContent:
    """A stretch of another content; reading raises OSError where that one ends before it."""

    source: Content
    offset: int
    size: int

    def open(self) -> BinaryIO:
        """A fresh reader at the first octet, which ends after the last one."""
        return io.BufferedReader(_SliceReader(self))


class _Seekable(io.RawIOBase):
    """What readers of a known size have in common: where they are."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._at = 0

    def readable(self) -> bool:
        """Always, as `io.RawIOBase` asks."""
        return True

    def seekable(self) -> bool:
        """Always: any octet may be read next."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to an octet; one behind the end reads as empty."""
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, start + offset)
        return self._at


class _SliceReader(_Seekable):
    def __init__(self, slice_: SliceContent) -> None:
        super().__init__(slice_.size)
        self._offset = slice_.offset
        self._source = slice_.source.open()

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer as far as the slice goes; raises OSError where its source ends before it."""
        wanted = min(len(buffer), max(0, self._size - self._at))
        self._source.seek(self._offset + self._at)
        piece = self._source.read(wanted)
        if wanted and not piece:
            raise OSError(errno.EIO, "the content ends before the stretch of it that was asked for")
        buffer[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)

    def close(self) -> None:
        """Give up the source, too."""
        self._source.close()
        super().close()


@dataclass(frozen=True, slots=True)
class SegmentsContent:
    """Bytes and contents one after the other: a message body whose documents stay where they are."""

    segments: tuple[Segment, ...]

    @property
    def size(self) -> int:
        """Number of octets."""
        return body_size(self.segments)

    def open(self) -> BinaryIO:
        """A fresh reader at the first octet."""
        return io.BufferedReader(_SegmentsReader(self.segments))


class _SegmentsReader(_Seekable):
    def __init__(self, segments: tuple[Segment, ...]) -> None:
        super().__init__(body_size(segments))
        self._segments = segments
        self._readers = iter(segments)
        self._current: BinaryIO = io.BytesIO()

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to an octet; opens the segment that it is in."""
        rest = super().seek(offset, whence)
        self._current.close()
        self._current, self._readers = io.BytesIO(), iter(self._segments)
        for segment in self._readers:
            if rest < body_size((segment,)):
                self._current = _open(segment)
                self._current.seek(rest)
                break
            rest -= body_size((segment,))
        return self._at

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer from one segment: what is left of this one, or the next that is not empty."""
        while not (piece := self._current.read(len(buffer))):
            self._current.close()
            following = next(self._readers, None)
            if following is None:
                self._current = io.BytesIO()  # it may be asked again
                return 0
            self._current = _open(following)
        buffer[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)

    def close(self) -> None:
        """Give up the segment that is being read, too."""
        self._current.close()
        super().close()


@dataclass(frozen=True, slots=True)
class Base64Content:
    """A content as base64, on one line, encoded while it is read."""

    content: Content

    @property
    def size(self) -> int:
        """Number of octets of the base64."""
        return (self.content.size + 2) // 3 * 4

    def open(self) -> BinaryIO:
        """A fresh reader at the first octet."""
        return io.BufferedReader(_PiecesReader(_encoded(self.content)), CHUNK)


def _encoded(content: Content) -> Iterator[bytes]:
    rest = b""
    for piece in chunks_of(content, CHUNK // 4 * 3):
        data = rest + piece
        end = len(data) // 3 * 3
        yield binascii.b2a_base64(data[:end], newline=False)
        rest = data[end:]
    yield binascii.b2a_base64(rest, newline=False)


class Edit(NamedTuple):
    """One change to a run of bytes: at `at`, `cut` octets are left out and `text` stands there."""

    at: int
    cut: int
    text: bytes


def edited(source: Content, edits: Sequence[Edit]) -> Content:
    """`source` with changes, in the order of their places, made while it is read."""
    if not edits:
        return source
    size = source.size + sum(len(edit.text) - edit.cut for edit in edits)
    return _EditedContent(source, tuple(edits), size)


@dataclass(frozen=True, slots=True)
class _EditedContent:
    source: Content
    edits: tuple[Edit, ...]
    size: int

    def open(self) -> BinaryIO:
        """A fresh reader at the first octet; it cannot seek."""
        return io.BufferedReader(_PiecesReader(_changed(self)), CHUNK)


def _changed(content: _EditedContent) -> Iterator[bytes]:
    with content.source.open() as raw, io.BufferedReader(raw, CHUNK) as source:  # type: ignore[type-var]  # any reader will do
        at = 0
        for edit in content.edits:
            yield from _pieces_of(source, edit.at - at)
            yield edit.text
            at = source.seek(edit.at + edit.cut)
        while piece := source.read(CHUNK):
            yield piece


def _pieces_of(source: io.BufferedReader[Any], octets: int) -> Iterator[bytes]:
    while octets:
        piece = source.read(min(CHUNK, octets))
        if not piece:
            raise OSError(errno.EIO, "the content ends before a change to it")
        octets -= len(piece)
        yield piece


class _PiecesReader(io.RawIOBase):
    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._piece = memoryview(b"")

    def readable(self) -> bool:
        """Always, as `io.RawIOBase` asks."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer from one piece: what is left of this one, or the next that is not empty."""
        while not self._piece:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._piece = memoryview(piece)
        size = min(len(buffer), len(self._piece))
        buffer[:size] = self._piece[:size]
        self._piece = self._piece[size:]
        return size


def discard(path: Path) -> None:
    """Remove a file that nobody needs; one that cannot be removed now goes when its folder is next swept."""
    with suppress(OSError):
        path.unlink(missing_ok=True)


def _open(segment: Segment) -> BinaryIO:
    return io.BytesIO(segment) if isinstance(segment, bytes) else segment.open()


def body_size(segments: Iterable[Segment]) -> int:
    """Number of octets of a body, for Content-Length."""
    return sum(len(segment) if isinstance(segment, bytes) else segment.size for segment in segments)


def chunks_of(content: Content, size: int = CHUNK) -> Iterator[bytes]:
    """The bytes in pieces of at most `size` octets."""
    with content.open() as source:
        while piece := source.read(size):
            yield piece


def head_of(content: Content, size: int) -> bytes:
    """The first `size` octets, or all where there are fewer."""
    if isinstance(content, BytesContent):
        return content.data[:size]
    with content.open() as source:
        return source.read(size)


def pieces_in(segments: Iterable[Segment]) -> Iterator[bytes]:
    """The bytes of all segments, one after the other; contents in chunks, bytes at hand as they are."""
    for segment in segments:
        if isinstance(segment, bytes):
            yield segment
        else:
            yield from chunks_of(segment)


def read_all(content: Content) -> bytes:
    """All bytes at once: for contents that are known to be small."""
    if isinstance(content, BytesContent):
        return content.data
    with content.open() as source:
        return source.read()


def sha1_of(content: Content) -> str:
    """SHA-1 in lower-case hex, the form of DocumentEntry.hash (ITI TF-3: 4.2.3.2.10)."""
    if known := getattr(content, "sha1", None):
        return str(known)
    digest = hashlib.sha1(usedforsecurity=False)
    for piece in chunks_of(content):
        digest.update(piece)
    return digest.hexdigest()
