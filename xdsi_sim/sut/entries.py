"""Which addresses of ours have to be entered in the system under test, and which of its own we call."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from xdsi_sim.topology import whereabouts
from xdsi_sim.topology.listen import Listen
from xdsi_sim.topology.model import Topology
from xdsi_sim.topology.ways import ways

__all__ = ["Entry", "entries_of", "listens_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An actor of ours that the system calls."""

    receiver: str
    """Id of the actor."""
    role: str
    community: str
    home: str
    oid: str | None
    url: str
    transactions: tuple[str, ...]


def entries_of(topology: Topology, role: str) -> tuple[Entry, ...]:
    """What the vendor enters, for the tests of a role; actors that the system plays itself are left out."""
    return tuple(_entries(topology, role))


def _entries(topology: Topology, role: str) -> Iterator[Entry]:
    for way in ways(topology):
        if way.sender != role or topology.played_by(way.receiver) is not None:
            continue
        placed = next((each for each in topology.actors() if each.actor.id == way.receiver), None)
        if placed is not None:
            yield Entry(
                receiver=way.receiver,
                role=placed.actor.role,
                community=placed.community.id,
                home=placed.community.homeCommunityId,
                oid=placed.actor.metadata_oid,
                url=whereabouts.url_of(topology, placed),
                transactions=way.transactions,
            )


def listens_of(topology: Topology) -> tuple[Listen, ...]:
    """Where our own actors answer."""
    ours = (
        placed
        for placed in topology.actors()
        if not placed.address_less and topology.played_by(placed.actor.id) is None
    )
    return tuple(dict.fromkeys(whereabouts.listen_of(topology, placed) for placed in ours))
