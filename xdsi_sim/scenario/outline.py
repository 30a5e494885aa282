"""A topology in the terminal: a frame for each community, its actors, their OIDs, and whom each calls."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from rich.console import Console
from rich.panel import Panel
from rich.table import Table

from xdsi_sim.scenario.printing import plain
from xdsi_sim.topology.model import Actor, Community, Topology
from xdsi_sim.topology.ways import Way, ways
from xdsi_sim.topology.written import sessions_at

__all__ = ["print_outline"]

_FEW: Final = 3
"""Actors that are named in one line; of more it tells the number."""


def print_outline(output: Console, topology: Topology) -> None:
    """All communities, where sessions are, then the peers that play nobody."""
    found = ways(topology)
    output.print(f"[bold]{plain(topology.title or topology.name)}[/bold]")
    for community in topology.communities:
        output.print(_community(topology, community, found))
    if below := sessions_at(topology):
        output.print(plain(f"Sessions are {topology.sessions}: all of it once more below {', '.join(below)}"))
    outside = [peer for peer in topology.peers if peer.plays is None]
    if outside:
        table = _table()
        for peer in outside:
            table.add_row(*map(plain, (peer.id, peer.role or "", peer.homeCommunityId or "", peer.url)))
        output.print(Panel(table, title="Outside", title_align="left", border_style="dim"))


def _community(topology: Topology, community: Community, found: Sequence[Way]) -> Panel:
    table = _table()
    own = {actor.id for _, actor in community.actors()}
    for _, actor in community.actors():
        sent = [(way.transactions, way.receiver) for way in found if way.sender == actor.id]
        got = [(way.transactions, way.sender) for way in found if way.receiver == actor.id]
        calls = (*_told("→", sent), *_told("←", (each for each in got if each[1] not in own)))
        table.add_row(*map(plain, _named(topology, actor)), "\n".join(map(plain, calls)))
    ids = f"{community.homeCommunityId}, patients of {community.patientAuthority}"
    title = f"[bold]{plain(community.title or community.id)}[/bold] ({plain(community.id)})"
    return Panel(table, title=title, title_align="left", subtitle=plain(ids), subtitle_align="left")


def _table() -> Table:
    table = Table.grid(padding=(0, 2))
    for ratio in (3, 3, 2, 6):
        table.add_column(overflow="fold", ratio=ratio)
    return table


def _named(topology: Topology, actor: Actor) -> Iterator[str]:
    peer = topology.played_by(actor.id)
    yield actor.id if peer is None else f"{actor.id}, played by {peer.id}"
    yield actor.role
    yield actor.metadata_oid or ""


def _told(arrow: str, ends: Iterable[tuple[tuple[str, ...], str]]) -> Iterator[str]:
    """Who is at the other end, by transactions: those of the own community call all that they can."""
    kinds: dict[tuple[str, ...], list[str]] = {}
    for transactions, who in ends:
        kinds.setdefault(transactions, []).append(who)
    for transactions, those in kinds.items():
        who = ", ".join(those) if len(those) <= _FEW else f"{len(those)} actors"
        yield f"{arrow} {who}: {', '.join(transactions)}"
