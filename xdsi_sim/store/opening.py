"""What a store opens in its folder is open as a whole or not at all, by one process or by several."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from enum import Enum, auto
from pathlib import Path

from xdsi_sim.errors import CannotRun

__all__ = ["Share", "opening"]


class Share(Enum):
    """Who else may have a folder open."""

    ALONE = auto()
    """Nobody."""
    FIRST = auto()
    """Nobody while it is opened and set in order; from then on the others of the same topology."""
    JOINING = auto()
    """One of those others: what the first has set in order, it leaves as it is."""


@contextmanager
def opening(folder: Path) -> Iterator[ExitStack]:
    """Where opening fails, what was entered into the stack is closed; else it stays open.

    Raises CannotRun where the system or SQLite refuses a file of `folder`.
    """
    with ExitStack() as opened:
        try:
            yield opened
        except (OSError, sqlite3.OperationalError) as error:
            raise CannotRun(
                f"the data folder cannot be used: {error}.",
                file=str(folder),
                hint="Remove what stands in the way, or name another folder.",
            ) from None
        opened.pop_all()
