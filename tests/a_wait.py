"""Waiting for what comes at its own time: as long as a busy machine needs, and no longer."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from pathlib import Path

__all__ = ["PATIENCE", "emptied", "until"]

PATIENCE = 30.0
"""Seconds in which what is expected must have come."""
_PAUSE = 0.01


def until(true: Callable[[], bool]) -> None:
    """Wait until it is so; fails where it never is."""
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, f"not within {PATIENCE:g} s"
        time.sleep(_PAUSE)


def emptied(folder: Path) -> bool:
    """Whether nothing is in it, once whoever is about to let go of a file has done so."""
    end = time.monotonic() + PATIENCE
    while any(folder.iterdir()) and time.monotonic() < end:
        gc.collect()
        time.sleep(_PAUSE)
    return not any(folder.iterdir())
