"""The thread that ties the hops of one user action together, as one HTTP header carries it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from xdsi_sim.ids import new_token

__all__ = ["EXCHANGE_HEADER", "TRACE_HEADER", "Trace"]

TRACE_HEADER: Final = "Xdsi-Trace"
"""In requests: `{conversation};{sender}`."""
EXCHANGE_HEADER: Final = "Xdsi-Exchange"
"""In answers: `{log}/{exchange}`, where the receiver has recorded the exchange."""

_LONGEST: Final = 64


@dataclass(frozen=True, slots=True)
class Trace:
    """Which user action a message belongs to, and who sends it."""

    conversation: str
    sender: str

    @classmethod
    def begin(cls, sender: str) -> Trace:
        """The first message of a new user action."""
        return cls(new_token(), sender)

    @classmethod
    def parse(cls, header: str | None, peer: str) -> Trace:
        """From the header; a message without one begins a conversation, and `peer` is its sender."""
        conversation, _, sender = (header or "").partition(";")
        if (
            not (conversation.isalnum() and sender.isprintable() and sender)
            or len(header or "") > 2 * _LONGEST
        ):
            return cls.begin(peer)
        return cls(conversation, sender)

    def __str__(self) -> str:
        return f"{self.conversation};{self.sender}"
