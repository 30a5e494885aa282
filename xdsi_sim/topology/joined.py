"""What processes that answer for one topology hand to each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from socket import socket

from xdsi_sim.store.exchange_reader import FOLDER
from xdsi_sim.store.exchanges import ExchangeLog, Retention
from xdsi_sim.store.opening import Share
from xdsi_sim.topology.model import Log

__all__ = ["Joined", "exchange_log"]


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


def exchange_log(keep: Log, data: Path, share: Share, joined: Joined | None) -> ExchangeLog:
    """The log of a data folder, which all processes of a topology write; to be closed."""
    return ExchangeLog(
        data / FOLDER,
        Retention(exchanges=keep.exchanges, size=keep.size),
        share=share,
        name=joined.log if joined else None,
    )
