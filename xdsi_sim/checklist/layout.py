"""Which architecture a topology is: its communities, their archives, and who joins them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from xdsi_sim.topology.model import Community, Topology

__all__ = ["DECLARED", "Layout", "Member", "Site", "layout_of"]

DECLARED: Final = ("A", "B", "C", "mixed")
"""What a deployment may call itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """An imaging source, or the archive of several."""

    id: str
    oid: str
    community: str
    ours: bool
    """Whether it is simulated here."""
    keeps: bool = True
    """Whether images are at the source itself."""
    archive: str = ""
    """Id of the source that keeps its images."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A community."""

    id: str
    homeCommunityId: str
    registry: bool
    respondingGateway: str | None = None
    """Id of the gateway through which others reach its documents."""
    archives: tuple[str, ...] = ()
    """OIDs of its sources that keep images."""

    @property
    def kind(self) -> str:
        """`A` where images are in several archives, `C` where they are in one."""
        return "A" if len(self.archives) > 1 else "C"


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """All of them."""

    members: tuple[Member, ...]
    sites: tuple[Site, ...] = ()

    @property
    def name(self) -> str:
        """`A`, `B`, `C`, or `mixed` where a federation joins both kinds."""
        kinds = {member.kind for member in self._peopled}
        if len(self.members) == 1:
            return self.members[0].kind
        return "mixed" if len(kinds) > 1 else "B"

    @property
    def _peopled(self) -> tuple[Member, ...]:
        """Those that have images."""
        return tuple(member for member in self.members if member.archives)


def layout_of(topology: Topology) -> Layout:
    """What the file says of who there is."""
    return Layout(
        members=tuple(map(_member, topology.communities)),
        sites=tuple(
            Site(
                id=source.id,
                oid=source.oid,
                community=community.id,
                ours=topology.played_by(source.id) is None,
                keeps=source.imagesAt is None,
                archive=source.imagesAt or source.id,
            )
            for community in topology.communities
            for source in community.sources
        ),
    )


def _member(community: Community) -> Member:
    gateway = community.respondingGateway
    return Member(
        id=community.id,
        homeCommunityId=community.homeCommunityId,
        registry=community.registry is not None,
        respondingGateway=gateway.id if gateway is not None else None,
        archives=tuple(source.oid for source in community.sources if source.imagesAt is None),
    )
