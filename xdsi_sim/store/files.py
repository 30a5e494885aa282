"""What the stores ask of the file system beyond reading and writing."""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["link", "sync_folder"]


def link(source: Path, path: Path) -> bool:
    """Give a file a second name instead of copying it; False where that cannot be done here."""
    try:
        os.link(source, path)
    except OSError:  # another file system, or one without links
        return False
    return True


def sync_folder(folder: Path) -> None:
    """Force new names to disk: else a file may be there after a power cut, but not be found."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
