"""Bytes that may be too large to hold: documents, images, message bodies.

A content is a handle (size and a way to read it); whoever needs the bytes streams them.
Nothing here knows what the bytes mean.
"""

from __future__ import annotations

import binascii
import hashlib
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final, Protocol

__all__ = [
    "CHUNK",
    "Base64Content",
    "BytesContent",
    "Content",
    "FileContent",
    "Segment",
    "SegmentsContent",
    "body_size",
    "chunks_of",
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


class _SegmentsReader(io.RawIOBase):
    def __init__(self, segments: tuple[Segment, ...]) -> None:
        self._readers = (_open(segment) for segment in segments)
        self._current: BinaryIO = io.BytesIO()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not (piece := self._current.read(len(buffer))):
            self._current.close()
            following = next(self._readers, None)
            if following is None:
                self._current = io.BytesIO()  # it may be asked again
                return 0
            self._current = following
        buffer[: len(piece)] = piece
        return len(piece)

    def close(self) -> None:
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


class _PiecesReader(io.RawIOBase):
    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._piece = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._piece:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._piece = memoryview(piece)
        size = min(len(buffer), len(self._piece))
        buffer[:size] = self._piece[:size]
        self._piece = self._piece[size:]
        return size


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
