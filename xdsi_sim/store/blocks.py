"""A file that only grows, in whole blocks that go past the cache of the system.

What is written once and seldom read would fill that cache: finding it memory, copying into it and taking it
back from there costs several times what the writing does. The disk takes blocks out of a buffer of ours.
"""

from __future__ import annotations

import errno
import mmap
import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final

__all__ = ["BUFFER", "BlockFile"]

BUFFER: Final = 16 * 2**20
"""Octets in one write: so many that what goes with it, threads that wake and a commit, costs little."""
_BLOCK: Final = 4096  # octets; disks and file systems want places, sizes and memory in multiples of it
_PAST: Final = getattr(os, "O_DIRECT", 0)  # not everywhere


class BlockFile:
    """Octets one after the other; until `close`, their last block is filled up. One thread writes."""

    def __init__(self, path: Path, buffer: mmap.mmap | memoryview) -> None:
        """Create the file; the buffer is lent for each `append`. Raises OSError."""
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
        self._buffer = buffer
        self._past = False
        self.size = 0
        """Octets of all appends that have succeeded."""
        self._tail = b""
        """Those of them that do not fill a block."""

    def append(self, pieces: Iterable[bytes], *, past: bool) -> None:
        """Write them behind the others, or raise OSError and have written nothing.

        They wait for the disk; unless they go `past` the cache, for memory only, as long as there is some.
        """
        self._go(past=past)
        buffer, at, filled = self._buffer, self.size - len(self._tail), 0
        for piece in (self._tail, *pieces):
            rest = memoryview(piece)
            while len(rest) >= len(buffer) - filled:
                some = len(buffer) - filled
                buffer[filled:] = rest[:some]
                self._write(len(buffer), at)
                at, filled, rest = at + len(buffer), 0, rest[some:]
            buffer[filled : filled + len(rest)] = rest
            filled += len(rest)
        end = filled + -filled % _BLOCK
        buffer[filled:end] = bytes(end - filled)
        self._write(end, at)
        self._tail = bytes(buffer[filled - filled % _BLOCK : filled])
        self.size = at + filled

    def _go(self, *, past: bool) -> None:
        """Past the cache from now on, or into it."""
        if past != self._past and _PAST:
            import fcntl  # noqa: PLC0415 - not everywhere

            with suppress(OSError):  # a file system that lives in memory has no way past it
                fcntl.fcntl(self._file, fcntl.F_SETFL, _PAST if past else 0)
            self._past = past

    def _write(self, size: int, at: int) -> None:
        with memoryview(self._buffer) as view, view[:size] as some:
            try:
                written = os.pwrite(self._file, some, at)
            except OSError as error:
                if not self._past or error.errno != errno.EINVAL:
                    raise
                self._go(past=False)  # the disk wants other blocks than ours
                written = os.pwrite(self._file, some, at)
            if written != size:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def close(self) -> None:
        """End with the last octet."""
        with suppress(OSError):  # nobody reads what fills up the block
            os.ftruncate(self._file, self.size)
        os.close(self._file)
