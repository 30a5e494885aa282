"""The exchanges of rounds that are under way, in memory: a log on disk would be half of the work."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Final

from xdsi_sim.exchange import Exchange
from xdsi_sim.ids import new_token

__all__ = ["RoundsLog"]

_CONVERSATIONS: Final = 10_000
_OTHERS: Final = 2_000
_PAGE: Final = 500


class RoundsLog:
    """Realises `store.exchanges.Log`; what a round no longer needs is taken from it."""

    on = True

    def __init__(self) -> None:
        self.name = new_token()
        self._lock = threading.Lock()
        self._of: dict[str, list[Exchange]] = {}
        self._recent: deque[tuple[int, Exchange]] = deque(maxlen=_OTHERS)
        self._count = 0

    def record(self, exchange: Exchange) -> None:
        """Keep it until its round is over, or until many others have come."""
        with self._lock:
            self._of.setdefault(exchange.conversation, []).append(exchange)
            self._count += 1
            self._recent.append((self._count, exchange))
            if len(self._of) > _CONVERSATIONS:
                self._of.pop(next(iter(self._of)))

    def exchanges(self, conversation: str | None = None) -> Sequence[Exchange]:
        """Of one conversation; or the last ones of all."""
        with self._lock:
            found = (
                [exchange for _, exchange in self._recent]
                if conversation is None
                else list(self._of.get(conversation, ()))
            )
        return sorted(found, key=lambda exchange: exchange.started)

    def take(self, conversations: Iterable[str]) -> list[Exchange]:
        """All of some conversations, which are forgotten."""
        with self._lock:
            found = [each for conversation in conversations for each in self._of.pop(conversation, ())]
        return sorted(found, key=lambda exchange: exchange.started)

    def mark(self) -> int:
        """Stands behind all that was recorded so far."""
        return self._count

    def heard(self, since: int) -> list[tuple[int, Exchange]]:
        """What was recorded after a mark, and has not been forgotten."""
        with self._lock:
            return list(islice((pair for pair in self._recent if pair[0] > since), _PAGE))
