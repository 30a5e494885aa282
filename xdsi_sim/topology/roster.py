"""Patients that foreign registries know already, each given to one test alone."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable

from xdsi_sim.topology.federation import Peer

__all__ = ["Roster"]


class Roster:
    """By registry, those that nobody was given yet; threads may take at once."""

    def __init__(self, peers: Iterable[Peer]) -> None:
        """Of the peers that play registries and name patients."""
        self._lock = threading.Lock()
        self._left = {
            peer.plays: deque(peer.patients)
            for peer in peers
            if peer.plays is not None and not isinstance(peer.patients, str)
        }

    def take(self, registry_id: str) -> str | None:
        """The next patient of a registry; None where none is left, or it names none."""
        with self._lock:
            left = self._left.get(registry_id)
            return left.popleft() if left else None

    def left(self, registry_id: str) -> tuple[str, ...]:
        """Those that are still to be given."""
        return tuple(self._left.get(registry_id, ()))
