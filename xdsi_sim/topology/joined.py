"""What processes that answer for one topology hand to each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from socket import socket

__all__ = ["Joined"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """What the first process of a topology hands to another one."""

    sockets: Mapping[str, socket]
    """Those that are listened on, by the names of `Ports`."""
    log: str
    """Name of the exchange log; empty where nothing is recorded."""

    def close(self) -> None:
        """Give the sockets up, on the side that has handed them over."""
        for one in self.sockets.values():
            one.close()
