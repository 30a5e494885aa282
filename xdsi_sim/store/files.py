"""What the stores ask of the file system beyond reading and writing."""

from __future__ import annotations

import hashlib
import os
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Final

from xdsi_sim.content import Content, FileContent, PassingContent, chunks_of

__all__ = ["Disk", "Turn", "link", "put", "sync_folder", "take"]


class Turn:
    """`with turn:` waits until no other process is inside; threads of one process must agree by themselves.

    The system wakes who waits, and ends the turn of a process that dies in it.
    """

    def __init__(self, path: Path) -> None:
        """All who take turns name the same file, which is made and stays empty. Raises OSError."""
        if os.name != "posix":
            raise OSError("only a POSIX system lets several processes share it")
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)

    def __enter__(self) -> None:
        import fcntl  # noqa: PLC0415 - not everywhere, and only several processes need it

        fcntl.flock(self._file, fcntl.LOCK_EX)

    def __exit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        import fcntl  # noqa: PLC0415

        fcntl.flock(self._file, fcntl.LOCK_UN)

    def close(self) -> None:
        """Take no more turns."""
        os.close(self._file)


def link(source: Path, path: Path) -> bool:
    """Give a file a second name instead of copying it; False where that cannot be done here."""
    try:
        os.link(source, path)
    except OSError:  # another file system, or one without links
        return False
    return True


def put(content: Content, path: Path) -> None:
    """Bring the bytes to a new file and force them to disk; of a file it may be another name."""
    if not (isinstance(content, FileContent) and link(content.path, path)):
        with path.open("xb") as file:
            file.writelines(chunks_of(content))
    with path.open("rb") as file:
        os.fsync(file.fileno())


def take(content: Content, path: Path) -> str:
    """Bring the bytes to a new file, which nobody forces to disk yet, and give their SHA-256 in hex.

    A file that would go with its handle gets another name there, instead of a copy.
    """
    digest = hashlib.sha256()
    if isinstance(content, PassingContent) and link(content.path, path):
        for piece in chunks_of(content):
            digest.update(piece)
        return digest.hexdigest()
    with path.open("xb") as target:
        for piece in chunks_of(content):
            digest.update(piece)
            target.write(piece)
    return digest.hexdigest()


class Disk:
    """Forces files and folders to disk in threads: those that wait at the same time it writes together."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="sync")

    def sync(self, path: Path) -> Future[None]:
        """Force a file that is written, or the names in a folder; done when a power cut cannot undo it.

        The file may get another name, or go, meanwhile. Raises OSError, or fails with it.
        """
        return self._threads.submit(_sync, os.open(path, os.O_RDONLY))

    def close(self) -> None:
        """Finish what was begun."""
        self._threads.shutdown()


_AT_ONCE: Final = 8


def _sync(descriptor: int) -> None:
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_folder(folder: Path) -> None:
    """Force new names to disk: else a file may be there after a power cut, but not be found."""
    _sync(os.open(folder, os.O_RDONLY))
