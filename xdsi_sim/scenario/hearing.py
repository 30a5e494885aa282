"""What the log of a running topology holds from a mark on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from xdsi_sim.exchange import Exchange

if TYPE_CHECKING:
    from xdsi_sim.topology.world import World

__all__ = ["all_since"]


def all_since(running: World, mark: int) -> tuple[Exchange, ...]:
    """All that was recorded after a mark, in the order in which it began."""
    return tuple(sorted(_pages(running, mark), key=lambda exchange: exchange.started))


def _pages(running: World, mark: int) -> Iterator[Exchange]:
    while page := running.heard(mark):
        yield from (exchange for _, exchange in page)
        mark = page[-1][0]
