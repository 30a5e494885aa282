"""Where arriving bytes go: memory while they are few, a file from there on.

`Spool` is one content, `SpooledBody` a whole body with the contents of its parts, `Recording` a body that is
only for the log.
"""

from __future__ import annotations

import errno
import hashlib
import logging
import os
from pathlib import Path
from typing import BinaryIO, Final

from xdsi_sim.content import BytesContent, FileContent, PassingContent, Segment, discard
from xdsi_sim.errors import LimitExceeded
from xdsi_sim.ids import new_token
from xdsi_sim.limits import Limits
from xdsi_sim.soap.arriving import ArrivingContent

__all__ = ["IN_MEMORY", "Recording", "Spool", "SpooledBody", "Tape"]

_LOG: Final = logging.getLogger(__name__)
IN_MEMORY: Final = 64 * 1024
"""Octets of a content up to which there is no file."""
_TAPE_IN_MEMORY: Final = 1 << 20  # an envelope of any usual size is recorded without a file
_MANY: Final = 128  # contents of one body; those that follow find less memory
_OF_MANY_IN_MEMORY: Final = 4096


class Tape:
    """Bytes that are being written; the files have names of our own making."""

    __slots__ = ("_content", "_data", "_file", "_folder", "_in_memory", "_path", "size")

    def __init__(self, folder: Path, in_memory: int = _TAPE_IN_MEMORY) -> None:
        self._folder = folder
        self._in_memory = in_memory
        self._data = bytearray()
        self._content: BytesContent | FileContent | None = None
        self._file: BinaryIO | None = None
        self._path: Path | None = None
        self.size = 0

    def write(self, data: bytes | memoryview) -> None:
        """Append `data`."""
        self.size += len(data)
        if self._file is not None:
            _write(self._file, data)
            return
        self._data += data
        if self.size > self._in_memory:
            self._path = self._folder / new_token()
            self._file = self._path.open("w+b", buffering=0)
            _write(self._file, self._data)
            self._data = bytearray()

    def finish(self) -> BytesContent | FileContent:
        """What was written; a file goes with the last handle to it, unless it is moved away."""
        if self._content is None:
            self._content = self._finished()
        return self._content

    def _finished(self) -> BytesContent | FileContent:
        if self._file is None or self._path is None:
            return BytesContent(bytes(self._data), self.sha1())
        self._file.close()
        return PassingContent(self._path, self.size, self.sha1())

    def segment(self) -> Segment:
        """The same as part of a body."""
        return self.finish() if self._file is not None else bytes(self._data)

    def sha1(self) -> str | None:
        """In hex, where it was made while writing."""
        return None

    def discard(self) -> None:
        """Let go of everything; harmless where the file has been moved away.

        The file of what was finished goes with the last handle: somebody may be passing it on.
        """
        if self._content is not None:
            self._content = None
        elif self._file is not None and self._path is not None:
            self._file.close()
            discard(self._path)


class Spool(Tape):
    """A document that is being written, with its SHA-1 unless nobody will ask for it.

    Raises LimitExceeded above `limits.document`.
    """

    __slots__ = ("_followed", "_limits", "_sha1")

    def __init__(
        self,
        folder: Path,
        limits: Limits = Limits(),
        in_memory: int = IN_MEMORY,
        *,
        hashed: bool = True,
    ) -> None:
        super().__init__(folder, in_memory)
        self._limits = limits
        self._sha1 = hashlib.sha1(usedforsecurity=False) if hashed else None
        self._followed: ArrivingContent | None = None

    def follow(self, arriving: ArrivingContent) -> None:
        """Tell `arriving` what comes, and what has come already."""
        if self._content is not None:
            arriving.end(self._content)
        else:
            arriving.begin(self)
            self._followed = arriving

    def read(self, at: int, size: int) -> bytes:
        """Up to `size` of the octets that have been written, from `at` on."""
        if self._file is None:
            return bytes(self._data[at : at + size])
        return os.pread(self._file.fileno(), size, at)

    def finish(self) -> BytesContent | FileContent:
        """What was written; whoever has followed it has that, too."""
        content = super().finish()
        if self._followed is not None:
            followed, self._followed = self._followed, None
            followed.end(content)
        return content

    def write(self, data: bytes | memoryview) -> None:
        """Append `data`."""
        if self.size + len(data) > self._limits.document:
            raise LimitExceeded(f"a document exceeds {self._limits.named('document')}", rule="A23")
        if self._sha1 is not None:
            self._sha1.update(data)
        super().write(data)
        if self._followed is not None:
            self._followed.more(data, self.size - len(data))

    def segment(self) -> Segment:
        """The content, which knows its SHA-1."""
        return self.finish()

    def sha1(self) -> str | None:
        """In hex."""
        return None if self._sha1 is None else self._sha1.hexdigest()


class Recording:
    """A body as it passes; where the disk takes no more of it, it is not recorded and passes all the same."""

    __slots__ = ("_tape",)

    def __init__(self, folder: Path) -> None:
        self._tape: Tape | None = Tape(folder, IN_MEMORY)

    def write(self, data: bytes) -> None:
        """What has passed."""
        if self._tape is None:
            return
        try:
            self._tape.write(data)
        except OSError:
            _LOG.exception("a body is not recorded")
            self._tape.discard()
            self._tape = None

    def finish(self) -> BytesContent | FileContent:
        """All of it, or nothing; a file goes with the last handle to it."""
        return BytesContent(b"") if self._tape is None else self._tape.finish()


def _write(file: BinaryIO, data: bytes | bytearray | memoryview) -> None:
    """All of `data`: an unbuffered file takes less of it when the disk becomes full."""
    if file.write(data) != len(data):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


class SpooledBody:
    """A body as it travels; the contents of its parts are in it where they stood.

    One that is not `recorded` keeps the contents alone; contents that are not `hashed` have no SHA-1.
    """

    __slots__ = ("_contents", "_folder", "_hashed", "_limits", "_raw", "_recorded", "_tape")

    def __init__(
        self, folder: Path, limits: Limits = Limits(), *, recorded: bool = True, hashed: bool = True
    ) -> None:
        self._folder = folder
        self._limits = limits
        self._recorded = recorded
        self._hashed = hashed
        self._raw: list[Tape] = []
        self._tape: Tape | None = None
        self._contents: list[Spool] = []

    def record(self, data: bytes | memoryview) -> None:
        """Keep what belongs to no part's content."""
        if not self._recorded:
            return
        if self._tape is None:
            self._tape = Tape(self._folder, self._memory(_TAPE_IN_MEMORY))
            self._raw.append(self._tape)
        self._tape.write(data)

    def open(self, *, apart: bool = False, in_memory: int = IN_MEMORY, hashed: bool = True) -> Spool:
        """Where the next content goes; one `apart` is recorded as it travels, not as what it holds.

        It has a SHA-1 if it is to be `hashed` and those of this body are.
        """
        if self._contents:
            self._contents[-1].finish()  # one file is open at a time, however many there are
        content = Spool(self._folder, self._limits, self._memory(in_memory), hashed=hashed and self._hashed)
        self._contents.append(content)
        if not apart and self._recorded:
            if self._tape is not None:
                self._tape.finish()
            self._raw.append(content)
            self._tape = None
        return content

    def _memory(self, octets: int) -> int:
        return octets if len(self._contents) < _MANY else _OF_MANY_IN_MEMORY

    def finish(self) -> tuple[Segment, ...]:
        """The body as it was on the wire; its files go with the handles to them."""
        for content in self._contents:
            content.finish()
        return tuple([item.segment() for item in self._raw])

    def discard(self) -> None:
        """Let go of everything."""
        for item in (*self._contents, *self._raw):
            item.discard()
        self._contents.clear()
        self._raw.clear()
        self._tape = None
