"""Where arriving bytes go: memory while they are few, a file from there on.

`Spool` is one content, `SpooledBody` a whole body with the contents of its parts.
"""

from __future__ import annotations

import errno
import hashlib
import os
from pathlib import Path
from typing import BinaryIO, Final

from xdsi_sim.content import BytesContent, FileContent, Segment
from xdsi_sim.ids import new_token

__all__ = ["IN_MEMORY", "Spool", "SpooledBody"]

IN_MEMORY: Final = 64 * 1024


class Spool:
    """A content that is being written, with its SHA-1; the files have names of our own making."""

    __slots__ = ("_content", "_data", "_file", "_folder", "_path", "_sha1", "size")

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._data = bytearray()
        self._content: BytesContent | FileContent | None = None
        self._file: BinaryIO | None = None
        self._path: Path | None = None
        self._sha1 = hashlib.sha1(usedforsecurity=False)
        self.size = 0

    def write(self, data: bytes | memoryview) -> None:
        """Append `data`."""
        self.size += len(data)
        self._sha1.update(data)
        if self._file is not None:
            _write(self._file, data)
            return
        self._data += data
        if self.size > IN_MEMORY:
            self._path = self._folder / new_token()
            self._file = self._path.open("wb", buffering=0)
            _write(self._file, self._data)
            self._data = bytearray()

    def finish(self) -> BytesContent | FileContent:
        """What was written; a file belongs to the caller, who moves or discards it."""
        if self._content is None:
            self._content = self._finished()
        return self._content

    def _finished(self) -> BytesContent | FileContent:
        if self._file is None or self._path is None:
            return BytesContent(bytes(self._data), self._sha1.hexdigest())
        self._file.close()
        return FileContent(self._path, self.size, self._sha1.hexdigest())

    def discard(self) -> None:
        """Let go of everything; harmless where the file has been moved away."""
        if self._file is not None and self._path is not None:
            self._file.close()
            self._path.unlink(missing_ok=True)


def _write(file: BinaryIO, data: bytes | bytearray | memoryview) -> None:
    """All of `data`: an unbuffered file takes less of it when the disk becomes full."""
    if file.write(data) != len(data):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


class SpooledBody:
    """A multipart body as it travels; the contents of its parts are in it where they stood."""

    __slots__ = ("_contents", "_encoded", "_folder", "_raw")

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._raw: list[bytearray | Spool] = [bytearray()]
        self._encoded: Spool | None = None
        self._contents: list[Spool] = []

    def record(self, data: bytes | memoryview) -> None:
        """Keep what belongs to no part's content."""
        last = self._raw[-1]
        if isinstance(last, bytearray):
            last += data
        elif last is self._encoded:
            last.write(data)
        else:
            self._raw.append(bytearray(data))

    def open(self, *, encoded: bool = False) -> Spool:
        """Where the content of the next part goes; an encoded one is recorded apart, as it travels."""
        content = Spool(self._folder)
        self._contents.append(content)
        self._encoded = Spool(self._folder) if encoded else None
        self._raw.append(self._encoded or content)
        return content

    def finish(self) -> tuple[Segment, ...]:
        """The body as it was on the wire; files belong to the caller."""
        return tuple(bytes(item) if isinstance(item, bytearray) else item.finish() for item in self._raw)

    def discard(self) -> None:
        """Let go of everything."""
        for item in (*self._contents, *self._raw):
            if isinstance(item, Spool):
                item.discard()
        self._contents.clear()
        self._raw = [bytearray()]
