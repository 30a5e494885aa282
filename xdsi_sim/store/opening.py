"""What a store opens in its folder is open as a whole or not at all."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from xdsi_sim.errors import CannotRun

__all__ = ["opening"]


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
