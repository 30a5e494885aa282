"""Which failures of SQLite and of the file system are troubles of the store, and no defects of ours."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from xdsi_sim.errors import NO_SPACE, StoreBusy, StoreFull, StoreTrouble

__all__ = ["troubles", "understood"]

_OF_SQLITE: Final[dict[int, type[StoreTrouble]]] = {
    sqlite3.SQLITE_FULL: StoreFull,
    sqlite3.SQLITE_BUSY: StoreBusy,
    sqlite3.SQLITE_LOCKED: StoreBusy,
    **dict.fromkeys(
        (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PROTOCOL),
        StoreTrouble,
    ),
}
"""By primary result code; any other is a defect, or says so of the file."""


def understood(error: BaseException) -> BaseException:
    """The trouble that the error is, with the error as its cause, or the error itself."""
    kind: type[StoreTrouble] | None = None
    if isinstance(error, sqlite3.Error):
        kind = _OF_SQLITE.get(getattr(error, "sqlite_errorcode", 0) & 0xFF)
    elif isinstance(error, OSError):
        kind = StoreFull if error.errno in NO_SPACE else StoreTrouble
    if kind is None:
        return error
    # without the path: this is told to peers
    words = (error.strerror if isinstance(error, OSError) else None) or str(error)
    trouble = kind(words)
    trouble.__cause__ = error
    return trouble


@contextmanager
def troubles() -> Iterator[None]:
    """What goes wrong inside is raised as the trouble that it is."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        if (trouble := understood(error)) is error:
            raise
        raise trouble from error
