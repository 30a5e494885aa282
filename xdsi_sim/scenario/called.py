"""Foreign systems under the names of the actors whose parts they play, as reports show them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from urllib.parse import urlsplit

from xdsi_sim.exchange import Exchange
from xdsi_sim.topology.model import Topology

__all__ = ["named"]


def named(topology: Topology, exchanges: Iterable[Exchange]) -> tuple[Exchange, ...]:
    """The exchanges, with the actor as receiver where the log has host and port of the peer that plays it."""
    parts = sorted(_parts(topology), key=lambda part: -len(part[1]))  # the most exact address first
    return tuple(_named(exchange, parts) for exchange in exchanges)


def _parts(topology: Topology) -> Iterator[tuple[str, str, str]]:
    """Host and port, the beginning of the target of a request, and the actor."""
    for peer in topology.peers:
        if peer.plays is not None and peer.proxy is None:  # what a proxy passes on is not what it was sent
            for url in (peer.url, *peer.addresses.values(), peer.dicomweb, peer.xcWado):
                if url is not None:
                    split = urlsplit(url)
                    yield split.netloc, split.path or "/", peer.plays


def _named(exchange: Exchange, parts: list[tuple[str, str, str]]) -> Exchange:
    target = exchange.request.start_line.partition(" ")[2]
    for netloc, path, actor in parts:
        if exchange.receiver == netloc and target.startswith(path):
            return replace(exchange, receiver=actor)
    return exchange
