"""Files of a store that somebody reads while they are to go: each goes with the last handle to it."""

from __future__ import annotations

import threading
import weakref
from dataclasses import dataclass
from pathlib import Path

from xdsi_sim.content import FileContent, discard

__all__ = ["LentContent", "LentFiles"]


@dataclass(frozen=True, slots=True, weakref_slot=True)
class LentContent(FileContent):
    """Content in a file of the store, there as long as the handle is."""


class LentFiles:
    """The files of a folder by name."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._lent: weakref.WeakValueDictionary[str, LentContent] = weakref.WeakValueDictionary()
        """One handle for a file, whoever reads it."""

    def lend(self, name: str, size: int, sha1: str) -> LentContent | None:
        """A handle to a file; None where it has gone since it was looked up."""
        with self._lock:
            lent = self._lent.get(name)
            if lent is None and (path := self._folder / name).exists():
                lent = self._lent[name] = LentContent(path, size, sha1)
            return lent

    def remove(self, name: str) -> None:
        """Let the file go, now or when nobody has a handle to it any more."""
        path = self._folder / name
        with self._lock:
            lent = self._lent.get(name)
            if lent is None:
                discard(path)
            else:
                weakref.finalize(lent, discard, path)
