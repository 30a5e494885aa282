"""How many exchanges there were, of whom, how they came out: counted once, and then only what is new.

Actors are those that are in no session.
"""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from xdsi_sim.scenario.reports.sequence import Tone, participant, tone_of
from xdsi_sim.store.exchange_reader import ExchangeReader, Outline

__all__ = ["Counts", "Tally"]

_MOST_NAMES: Final = 200
"""Of who is told apart: a peer may call itself what it likes."""


@dataclass(slots=True)
class Counts:
    """What an actor has received and sent."""

    received: int = 0
    sent: int = 0
    bad: int = 0
    """Those received that did not come out well."""
    found: int = 0
    """Those received with findings."""
    last: float | None = None
    """When the last one began, received or sent; seconds since the epoch."""


@dataclass(slots=True)
class _State:
    mark: int = 0
    total: int = 0
    actors: dict[str, Counts] = field(default_factory=dict)
    transactions: Counter[str] = field(default_factory=Counter)


class Tally:
    """Counts the exchanges of a log; any thread may ask."""

    def __init__(self, reader: ExchangeReader | None) -> None:
        """Without a reader there is nothing to count."""
        self._reader = reader
        self._lock = threading.Lock()
        self._state = _State()

    def of(self, actor: str) -> Counts:
        """Those of an actor."""
        return self._counted().actors.get(actor, Counts())

    def total(self) -> int:
        """All of them, also those that the log has forgotten meanwhile."""
        return self._counted().total

    def transactions(self) -> tuple[str, ...]:
        """Those that there were, in the order of their names."""
        return tuple(sorted(self._counted().transactions))

    def _counted(self) -> _State:
        with self._lock:
            if self._reader is not None and (end := self._reader.mark()) > self._state.mark:
                for alike in self._reader.outlines(self._state.mark, end):
                    self._add(alike)
                self._state.mark = end
        return self._state

    def _add(self, alike: Outline) -> None:
        state = self._state
        state.total += alike.number
        state.transactions[alike.transaction] += alike.number
        if alike.session is not None:
            return  # those have actors of their own, by the same names
        receiver = self._of(participant(alike.receiver, ()))
        receiver.received += alike.number
        receiver.bad += alike.number if tone_of(alike.status) is not Tone.OK else 0
        receiver.found += alike.found
        sender = self._of(participant(alike.sender, ()))
        sender.sent += alike.number
        for one in (sender, receiver):
            one.last = alike.last if one.last is None else max(one.last, alike.last)

    def _of(self, name: str) -> Counts:
        actors = self._state.actors
        if name not in actors and len(actors) >= _MOST_NAMES:
            return Counts()  # counted in the total alone
        return actors.setdefault(name, Counts())
