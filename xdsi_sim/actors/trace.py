"""The thread that ties the hops of one user action together, as one HTTP header carries it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final, TypeVar

from xdsi_sim.ids import new_token

__all__ = ["EXCHANGE_HEADER", "TRACE_HEADER", "Trace", "serving", "within"]

T = TypeVar("T")

TRACE_HEADER: Final = "Xdsi-Trace"
"""In requests: `{conversation};{sender}`, then `;{token},{token}` of those that it came through."""
EXCHANGE_HEADER: Final = "Xdsi-Exchange"
"""In answers: `{log}/{exchange}`, where the receiver has recorded the exchange."""

_LONGEST: Final = 64
_LONGEST_WAY: Final = 16
"""Endpoints that a message may come through; the longest way of a sound one has four."""


@dataclass(frozen=True, slots=True)
class Trace:
    """Which user action a message belongs to, who sends it, and for whose sake."""

    conversation: str
    sender: str
    way: tuple[str, ...] = ()
    """Tokens of the endpoints that wait for its answer, the first one first."""

    @classmethod
    def begin(cls, sender: str) -> Trace:
        """The first message of a new user action."""
        return cls(new_token(), sender)

    @classmethod
    def parse(cls, header: str | None, peer: str) -> Trace:
        """From the header; a message without one begins a conversation, and `peer` is its sender."""
        conversation, _, rest = (header or "").partition(";")
        sender, _, way = rest.partition(";")
        if not (conversation.isalnum() and sender.isprintable() and sender):
            return cls.begin(peer)
        if len(conversation) + len(sender) > 2 * _LONGEST:
            return cls.begin(peer)
        return cls(conversation, sender, tuple(way.split(",")[: _LONGEST_WAY + 1]) if way else ())

    @classmethod
    def current(cls, sender: str) -> Trace:
        """Of what `sender` sends while it serves a message; where it serves none a new user action begins."""
        served = _SERVED.get()
        return cls.begin(sender) if served is None else cls(served.conversation, sender, served.way)

    def onward(self, sender: str, token: str) -> Trace:
        """Of what an endpoint sends before it answers."""
        return Trace(self.conversation, sender, (*self.way, token))

    def loops(self, token: str) -> bool:
        """Whether the endpoint waits for itself, or the way leads nowhere else."""
        return token in self.way or len(self.way) > _LONGEST_WAY

    def __str__(self) -> str:
        way = f";{','.join(self.way)}" if self.way else ""
        return f"{self.conversation};{self.sender}{way}"


_SERVED: ContextVar[Trace | None] = ContextVar("served", default=None)
"""The message that is served, for those who ask others for it and do not see it."""


@contextmanager
def serving(trace: Trace) -> Iterator[None]:
    """Whoever asks for `Trace.current` meanwhile sends for the sake of that message."""
    token = _SERVED.set(trace)
    try:
        yield
    finally:
        _SERVED.reset(token)


def within(trace: Trace, work: Callable[[], T]) -> Callable[[], T]:
    """The same while some work is done, in whatever thread that is."""

    def done() -> T:
        """The work, traced; whatever thread calls this."""
        with serving(trace):
            return work()

    return done
