"""Answers that travel as messages of their own, and who waits for them (ITI TF-2: V.5).

An answer belongs to a request by its wsa:RelatesTo alone, never by the time at which it comes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from xdsi_sim.content import Segment
from xdsi_sim.exchange import Exchange
from xdsi_sim.soap.envelope import Envelope
from xdsi_sim.soap.mtom import Package

__all__ = ["Letter", "Mailbox", "OutgoingLetter"]


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingLetter:
    """An answer that is to be sent to an address."""

    url: str
    content_type: str
    segments: Sequence[Segment]
    transaction: str
    outcome: str
    """What it says in one word or two, for the exchange log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """An answer that has come to an address of ours."""

    package: Package
    """Its files belong to whoever takes the letter."""
    envelope: Envelope
    exchange: Exchange
    """What is known of its way here; whoever takes it completes and records it."""


Take = Callable[[Letter], None]


class Mailbox:
    """Who waits for the answer to which message; used in one thread only."""

    def __init__(self) -> None:
        self._waiting: dict[str, Take] = {}

    def expect(self, message_id: str, take: Take) -> None:
        """Let the answer to this message be given to `take`, once."""
        self._waiting[message_id] = take

    def forget(self, message_id: str) -> None:
        """Nobody waits for it any more."""
        self._waiting.pop(message_id, None)

    def claim(self, relates_to: str | None) -> Take | None:
        """Who waits for the answer to that message, for the first answer alone; else None."""
        return self._waiting.pop(relates_to or "", None)
