"""Who calls whom in a topology, and by which transactions: what a drawing of it shows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from xdsi_sim.topology.discovery import OTHERS
from xdsi_sim.topology.model import Actor, Community, InitiatingGateway, Peer, Topology

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
    ("consumers", "sources", ("RAD-69", "RAD-55", "WADO-RS", "QIDO-RS")),
    ("consumers", "mhd", ("ITI-66", "ITI-67", "ITI-68")),
    ("sources", "mhd", ("ITI-65",)),
    ("sources", "registry", ("ITI-57",)),
    ("sources", "initiatingGateway", _PUBLISHES),
    ("consumers", "initiatingGateway", ("ITI-18", "ITI-43", "ITI-92")),
    ("consumers", "initiatingImagingGateway", ("RAD-69", "XC-WADO")),
    ("initiatingGateway", "registry", ("ITI-18", "ITI-92")),
    ("initiatingGateway", "repositories", ("ITI-43",)),
    ("initiatingGateway", "onDemandSources", ("ITI-43",)),
    ("respondingGateway", "registry", ("ITI-18", "ITI-92")),
    ("respondingGateway", "repositories", ("ITI-43",)),
    ("respondingGateway", "onDemandSources", ("ITI-43",)),
    ("initiatingImagingGateway", "sources", ("RAD-69", "WADO-RS")),
    ("respondingImagingGateway", "sources", ("RAD-69", "WADO-RS")),
)
"""Between the actors of one community, by their keys in the file."""
_ACROSS: Final = (
    ("initiatingGateway", "respondingGateway", ("ITI-38", "ITI-39", "ITI-80", "ITI-92")),
    ("initiatingImagingGateway", "respondingImagingGateway", ("RAD-75", "XC-WADO")),
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
    yield from _provided(community)
    yield from _by_fhir(community)
    for senders, receivers, transactions in _WITHIN:
        for sender in _actors(community, senders):
            for receiver in _actors(community, receivers):
                yield Way(sender.id, receiver.id, transactions)


def _provided(community: Community) -> Iterator[Way]:
    """Documents that come through a gateway have one receiver."""
    for key in ("initiatingGateway", "respondingGateway"):
        for gateway in _actors(community, key):
            if community.taker is not None:
                yield Way(gateway.id, community.taker, _PUBLISHES)


def _by_fhir(community: Community) -> Iterator[Way]:
    """The FHIR face asks the Initiating Gateway, if there is one, in place of registry and repositories."""
    face = community.mhd
    if face is None:
        return
    sent: dict[str, tuple[str, ...]] = {}
    if community.fhir_taker is not None:
        sent[community.fhir_taker] = ("ITI-41",)
    grouped = community.initiatingGateway is not None
    for key, transactions in _GROUPED if grouped else _ALONE:
        for actor in _actors(community, key):
            sent[actor.id] = (*sent.get(actor.id, ()), *transactions)
    yield from (Way(face.id, receiver, transactions) for receiver, transactions in sent.items())


_GROUPED: Final = (("initiatingGateway", ("ITI-18", "ITI-43")),)
_ALONE: Final = (("registry", ("ITI-18",)), ("repositories", ("ITI-43",)), ("onDemandSources", ("ITI-43",)))
"""Whom a FHIR face asks, with an Initiating Gateway in its community and without."""


def _across(topology: Topology, community: Community) -> Iterator[Way]:
    for senders, receivers, transactions in _ACROSS:
        others = [each for each in topology.communities if each is not community]
        known = [actor.id for each in others for actor in _actors(each, receivers)]
        own = community.homeCommunityId
        peers = [peer for peer in topology.peers if peer.role == receivers and peer.homeCommunityId != own]
        for sender in _actors(community, senders):
            yield from (Way(sender.id, receiver, transactions) for receiver in known)
            yield from (Way(sender.id, peer.id, _served(peer, transactions)) for peer in peers)
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


def _served(peer: Peer, transactions: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(each for each in transactions if each != "XC-WADO" or peer.xcWado is not None)


def _actors(community: Community, key: str) -> Iterator[Actor]:
    return (actor for place, actor in community.actors() if place[0] == key)
