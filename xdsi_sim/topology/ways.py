"""Who calls whom in a topology, and by which transactions: what a drawing of it shows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from xdsi_sim.topology.discovery import OTHERS
from xdsi_sim.topology.model import Actor, Community, InitiatingGateway, Topology

__all__ = ["Way", "ways"]


@dataclass(frozen=True, slots=True)
class Way:
    """Messages that one actor sends to another."""

    sender: str
    """Id of the actor."""
    receiver: str
    """Id of the actor, or of the peer."""
    transactions: tuple[str, ...]


_PUBLISHES: Final = ("ITI-41", "RAD-68")
_WITHIN: Final = (
    ("sources", "recipients", _PUBLISHES),
    ("repositories", "registry", ("ITI-42",)),
    ("onDemandSources", "registry", ("ITI-18", "ITI-42", "ITI-61")),
    ("consumers", "registry", ("ITI-18",)),
    ("consumers", "repositories", ("ITI-43",)),
    ("consumers", "onDemandSources", ("ITI-43",)),
    ("consumers", "sources", ("RAD-69", "WADO-RS")),
    ("consumers", "initiatingGateway", ("ITI-18", "ITI-43")),
    ("consumers", "initiatingImagingGateway", ("RAD-69",)),
    ("initiatingGateway", "registry", ("ITI-18",)),
    ("initiatingGateway", "repositories", ("ITI-43",)),
    ("initiatingGateway", "onDemandSources", ("ITI-43",)),
    ("respondingGateway", "registry", ("ITI-18",)),
    ("respondingGateway", "repositories", ("ITI-43",)),
    ("respondingGateway", "onDemandSources", ("ITI-43",)),
    ("initiatingImagingGateway", "sources", ("RAD-69",)),
    ("respondingImagingGateway", "sources", ("RAD-69",)),
)
"""Between the actors of one community, by their keys in the file."""
_ACROSS: Final = (
    ("initiatingGateway", "respondingGateway", ("ITI-38", "ITI-39")),
    ("initiatingImagingGateway", "respondingImagingGateway", ("RAD-75",)),
    ("sources", "recipients", _PUBLISHES),
    ("consumers", "sources", ("RAD-69", "WADO-RS")),  # as the manifest says, past all gateways
)
"""From one community to every other."""


def ways(topology: Topology) -> tuple[Way, ...]:
    """All ways, those within communities first, each in the order of the file.

    Which of them a consumer or a source takes is up to the scenario; all that it can take are here.
    """
    within = (way for community in topology.communities for way in _within(community))
    across = (way for community in topology.communities for way in _across(topology, community))
    return (*within, *across)


def _within(community: Community) -> Iterator[Way]:
    repositories = {repository.id for repository in community.repositories}
    for source in community.sources:
        if source.publishesTo in repositories:  # else it is a recipient, and these take from any source
            yield Way(source.id, source.publishesTo, _PUBLISHES)
    for senders, receivers, transactions in _WITHIN:
        for sender in _actors(community, senders):
            for receiver in _actors(community, receivers):
                yield Way(sender.id, receiver.id, transactions)


def _across(topology: Topology, community: Community) -> Iterator[Way]:
    for senders, receivers, transactions in _ACROSS:
        others = [each for each in topology.communities if each is not community]
        known = [actor.id for each in others for actor in _actors(each, receivers)]
        own = community.homeCommunityId
        known += [
            peer.id for peer in topology.peers if peer.role == receivers and peer.homeCommunityId != own
        ]
        for sender in _actors(community, senders):
            for receiver in known:
                yield Way(sender.id, receiver, transactions)
    yield from _discovering(topology, community)


def _discovering(topology: Topology, community: Community) -> Iterator[Way]:
    """To the gateways that are asked for patients."""
    gateway = community.initiatingGateway
    for receiver, home in _responding(topology) if gateway is not None else ():
        if gateway is not None and home != community.homeCommunityId and _way(gateway, home) == "xcpd":
            yield Way(gateway.id, receiver, ("ITI-55",))


def _responding(topology: Topology) -> Iterator[tuple[str, str]]:
    """The Responding Gateways, each with its homeCommunityId."""
    for each in topology.communities:
        if each.respondingGateway is not None:
            yield each.respondingGateway.id, each.homeCommunityId
    for peer in topology.peers:
        if peer.role == "respondingGateway" and peer.homeCommunityId is not None:
            yield peer.id, peer.homeCommunityId


def _way(gateway: InitiatingGateway, home: str) -> str:
    return gateway.patients.get(home, gateway.patients.get(OTHERS, "same"))


def _actors(community: Community, key: str) -> Iterator[Actor]:
    return (actor for place, actor in community.actors() if place[0] == key)
