"""The wsa:MessageIDs that an endpoint has seen, as far back as it remembers."""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

__all__ = ["MOST", "Repeats"]

MOST: Final = 10_000
"""Ids remembered; the oldest are forgotten first."""


class Repeats:
    """Tells a message that is sent twice from two messages.

    Hashes are kept, not ids: those may have any length.
    """

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._seen: OrderedDict[int, None] = OrderedDict()

    def seen(self, peer: str, messageID: str) -> bool:
        """Whether `peer` has used the id before; it has from now on."""
        key = hash((peer, messageID))
        if key in self._seen:
            return True
        if len(self._seen) >= self._most:
            self._seen.popitem(last=False)
        self._seen[key] = None
        return False
