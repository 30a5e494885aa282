"""How much memory some work takes at the most."""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Callable
from typing import TypeVar

__all__ = ["peak_of"]

T = TypeVar("T")

_ROUNDS = 3


def peak_of(work: Callable[[], T], enough: int) -> tuple[T, int]:
    """What the work gives, and its peak in octets: the least of some rounds, or the first below `enough`.

    All threads of the process count, be it one that belongs to another test and is about to end. Work that
    itself holds too much does so in each round.
    """
    least = None
    for _ in range(_ROUNDS):
        gc.collect()
        tracemalloc.start()
        try:
            done = work()
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        least = peak if least is None else min(least, peak)
        if least < enough:
            break
    assert least is not None
    return done, least
