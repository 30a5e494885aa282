"""Where work is done that takes time: in threads of the reactor."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from twisted.internet.defer import Deferred, DeferredSemaphore
from twisted.internet.threads import deferToThreadPool

__all__ = ["Threads"]

T = TypeVar("T")


class Threads:
    """Threads for one kind of work.

    Work that may wait for another machine has a number of its own, lest all threads wait for that one.
    """

    def __init__(self, reactor: Any, own: int | None = None) -> None:
        """With `own`, so many threads are added to those of the reactor, and never more are used."""
        self._reactor = reactor
        self._pool = reactor.getThreadPool()
        self._turns = None if own is None else DeferredSemaphore(own)
        if own is not None:
            self._pool.adjustPoolsize(self._pool.min, self._pool.max + own)

    def run(self, work: Callable[[], T]) -> Deferred[T]:
        """Do it as soon as a thread is free; fires with what it gives, fails with what it raises."""
        if self._turns is None:
            return deferToThreadPool(self._reactor, self._pool, work)
        return self._turns.run(deferToThreadPool, self._reactor, self._pool, work)
