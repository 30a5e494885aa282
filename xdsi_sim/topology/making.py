"""Federations of any size, as the text of a topology file: the same words give the same file.

OIDs are below one root: `{root}.{number}` is the homeCommunityId of a community, and what its actors are
called begins with that.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from textwrap import fill
from typing import Final

from xdsi_sim.topology.listen import Listen

__all__ = ["LONGEST_ROOT", "Plan", "written"]

LONGEST_ROOT: Final = 64 - len(".200.1050")
"""Below it the longest OID is that of the last repository in the last of 200 communities."""
_TREES: Final = """
aspen birch cedar elder hazel juniper larch maple rowan willow alder beech cherry cypress fir hemlock holly
linden locust magnolia mulberry oak olive palm pine plum poplar quince spruce walnut
"""
_NAMES: Final = tuple(_TREES.split())


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to be made."""

    communities: int
    sources: int = 1
    """Imaging sources of each community."""
    name: str = ""
    """Empty is `federated-{communities}`."""
    per_site: bool = False
    """Whether each source has a repository of its own, in place of one for the community."""
    listen: Listen = field(default_factory=Listen)
    apart: bool = False
    """Whether each community has a port of its own, the first that of `listen`."""
    root: str = "2.999.40"
    authority: str = "2.999.10.1"
    """Assigning authority of the patient ids, one for all."""

    @property
    def called(self) -> str:
        """Name of the topology."""
        return self.name or f"federated-{self.communities}"


@dataclass(frozen=True, slots=True)
class _Community:
    plan: Plan
    number: int

    @property
    def id(self) -> str:
        """A tree; there are more communities than names, so they come again with a number."""
        times, place = divmod(self.number - 1, len(_NAMES))
        return _NAMES[place] if times == 0 else f"{_NAMES[place]}-{times + 1}"

    @property
    def title(self) -> str:
        """Its id for people."""
        return self.id.replace("-", " ").capitalize()

    @property
    def oid(self) -> str:
        """Below the root of the plan, by its number."""
        return f"{self.plan.root}.{self.number}"

    def sites(self) -> Iterator[tuple[int, str]]:
        """Number and the rest of the id of each source; a single one needs no number."""
        for number in range(1, self.plan.sources + 1):
            yield number, f"-{number}" if self.plan.sources > 1 else ""


def written(plan: Plan) -> str:
    """The text of the file, which tells the command that makes it again."""
    communities = [_Community(plan, number) for number in range(1, plan.communities + 1)]
    listen = [] if plan.apart else [f"listen: {plan.listen}", ""]
    lines = [*_head(plan), *listen, "communities:"]
    for community in communities:
        lines += [*_community(community), ""]
    return "\n".join(lines)


def _command(plan: Plan) -> str:
    usual = Plan(communities=plan.communities)
    names = ("communities", "sources", "name", "listen", "root")
    changed = (name for name in names if getattr(plan, name) != getattr(usual, name) or name == "communities")
    valued = (f"--{name} {getattr(plan, name)}" for name in changed)
    switches = (("--per-site", plan.per_site), ("--apart", plan.apart))
    return " ".join(("xdsi-sim topology make", *valued, *(option for option, on in switches if on)))


def _head(plan: Plan) -> Iterator[str]:
    archives = "an image archive" if plan.sources == 1 else f"{plan.sources} image archives"
    repositories = "a repository beside each archive" if plan.per_site else "a repository"
    text = (
        f"Communities, each with a registry, {repositories}, {archives} and a workstation of its own, and "
        f"with gateways to all others. One query by patient at a gateway becomes {plan.communities - 1} of "
        "ITI-38, all at once. Patients have one national id, which all communities use."
    )
    yield f"# Architecture B. Made by: {_command(plan)}"
    yield f"name: {plan.called}"
    yield f"title: {plan.communities} communities, joined by gateways"
    yield "description: >"
    yield fill(text, 108, initial_indent="  ", subsequent_indent="  ")
    yield ""


def _community(community: _Community) -> Iterator[str]:
    plan, id_, title = community.plan, community.id, community.title
    yield f"  - id: {id_}"
    yield f"    title: {title}"
    yield f"    homeCommunityId: urn:oid:{community.oid}"
    yield f"    patientAuthority: {plan.authority}"
    if plan.apart:
        yield f"    listen: {Listen(plan.listen.host, plan.listen.port + community.number - 1)}"
    yield ""
    yield f"    registry: {{id: {id_}-registry, title: Registry of {title}}}"
    yield "    repositories:"
    yield from _repositories(community)
    yield "    sources:"
    for number, suffix in community.sites():
        yield from _source(community, number, suffix)
    yield "    consumers:"
    yield f"      - {{id: {id_}-workstation, title: Workstation in {title}}}"
    yield ""
    yield f'    initiatingGateway: {{id: {id_}-ig, title: "From {title}, documents"}}'
    yield f'    respondingGateway: {{id: {id_}-rg, title: "To {title}, documents"}}'
    yield f'    initiatingImagingGateway: {{id: {id_}-iig, title: "From {title}, images"}}'
    yield f'    respondingImagingGateway: {{id: {id_}-rig, title: "To {title}, images"}}'


def _repositories(community: _Community) -> Iterator[str]:
    """OIDs from `.3` for the only one, from `.1001` for those of sites."""
    line = "      - {{id: {}, title: {}, repositoryUniqueId: {}}}"
    id_, title, oid = f"{community.id}-repository", f"Repository of {community.title}", community.oid
    if not community.plan.per_site:
        yield line.format(id_, title, f"{oid}.3")
        return
    for number, suffix in community.sites():
        at = f"{title}{suffix.replace('-', ', site ')}"
        yield line.format(f"{id_}{suffix}", f'"{at}"' if suffix else at, f"{oid}.{1000 + number}")


def _source(community: _Community, number: int, suffix: str) -> Iterator[str]:
    site = f"{community.title}{suffix.replace('-', ' ')}"
    shared = f"{community.id}-repository"
    yield f"      - id: {community.id}-pacs{suffix}"
    yield f"        title: Image archive of {site}"
    yield f"        institution: {site}"
    yield f"        oid: {community.oid}.{9 + number}"
    yield f"        aeTitle: {_ae_title(community, suffix)}"
    yield f"        publishesTo: {shared}{suffix if community.plan.per_site else ''}"


def _ae_title(community: _Community, suffix: str) -> str:
    """At most 16 characters (PS3.5: Table 6.2-1)."""
    end = suffix.replace("-", "_")
    return f"PACS_{community.id.upper().replace('-', '_')}"[: 16 - len(end)] + end
