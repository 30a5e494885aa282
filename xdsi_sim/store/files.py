"""What the stores ask of the file system beyond reading and writing."""

from __future__ import annotations

import os
from pathlib import Path

from xdsi_sim.content import Content, FileContent, chunks_of

__all__ = ["link", "put", "sync_folder"]


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


def sync_folder(folder: Path) -> None:
    """Force new names to disk: else a file may be there after a power cut, but not be found."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
