"""The interpreter as Python sets it up, so that a test sees who sets it up otherwise."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["as_python_has_it", "is_tuned"]


@contextmanager
def as_python_has_it() -> Iterator[None]:
    """Set the collector and the turns of threads as Python does, and back in the end."""
    interval, thresholds = sys.getswitchinterval(), gc.get_threshold()
    try:
        sys.setswitchinterval(5e-3)
        gc.set_threshold(700, 10, 10)
        yield
    finally:
        sys.setswitchinterval(interval)
        gc.set_threshold(*thresholds)


def is_tuned() -> bool:
    """Whether the collector waits longer, and a thread that commits less, than Python has it."""
    return gc.get_threshold()[0] > 10_000 and sys.getswitchinterval() < 5e-3
