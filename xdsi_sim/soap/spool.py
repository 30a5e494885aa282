"""Where arriving bytes go: memory while they are few, a file from there on."""

from __future__ import annotations

import hashlib
import secrets
from pathlib import Path
from typing import BinaryIO, Final

from xdsi_sim.content import BytesContent, FileContent

__all__ = ["IN_MEMORY", "Spool"]

IN_MEMORY: Final = 64 * 1024


class Spool:
    """A content that is being written, with its SHA-1; the files have names of our own making."""

    __slots__ = ("_data", "_file", "_folder", "_path", "_sha1", "size")

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._data = bytearray()
        self._file: BinaryIO | None = None
        self._path: Path | None = None
        self._sha1 = hashlib.sha1(usedforsecurity=False)
        self.size = 0

    def write(self, data: bytes | memoryview) -> None:
        """Append `data`."""
        self.size += len(data)
        self._sha1.update(data)
        if self._file is not None:
            self._file.write(data)
            return
        self._data += data
        if self.size > IN_MEMORY:
            self._path = self._folder / secrets.token_hex(16)
            self._file = self._path.open("wb", buffering=0)
            self._file.write(self._data)
            self._data.clear()

    def finish(self) -> BytesContent | FileContent:
        """What was written; a file belongs to the caller, who moves or discards it."""
        if self._file is None or self._path is None:
            return BytesContent(bytes(self._data), self._sha1.hexdigest())
        self._file.close()
        return FileContent(self._path, self.size, self._sha1.hexdigest())

    def discard(self) -> None:
        """Let go of everything; harmless where the file has been moved away."""
        if self._file is not None and self._path is not None:
            self._file.close()
            self._path.unlink(missing_ok=True)
