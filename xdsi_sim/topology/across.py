"""What has to fit together across a topology: an id names one thing, and whoever is named is there."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from xdsi_sim.topology.checked import did_you_mean, wrong
from xdsi_sim.topology.discovery import check_ways
from xdsi_sim.topology.federation import check_parts
from xdsi_sim.topology.yaml import Place

if TYPE_CHECKING:
    from xdsi_sim.topology.model import Source, Topology

__all__ = ["GATEWAYS", "check_across"]

GATEWAYS: Final = (
    "initiatingGateway",
    "respondingGateway",
    "initiatingImagingGateway",
    "respondingImagingGateway",
)


def check_across(topology: Topology) -> None:
    """Raises what a validator raises, for the first thing that does not fit."""
    for check in _CHECKS:
        check(topology)


def _has_a_community(topology: Topology) -> None:
    if not topology.communities:
        raise wrong("a topology has at least one community", at=("communities",))


def _ids_are_unique(topology: Topology) -> None:
    seen: dict[tuple[str, str], Place] = {}
    for place, kind, value in _identifiers(topology):
        if (kind, value) in seen:
            raise wrong(f"{kind} '{value}' is taken already", at=place)
        seen[kind, value] = place


def _identifiers(topology: Topology) -> Iterator[tuple[Place, str, str]]:
    """Place, kind and value of everything that names one thing only."""
    for number, peer in enumerate(topology.peers):
        yield ("peers", number, "id"), "the id of a peer", peer.id
        if peer.homeCommunityId is not None:
            yield ("peers", number, "homeCommunityId"), f"the {peer.role} of", peer.homeCommunityId
        if peer.plays is not None:
            yield ("peers", number, "plays"), "the part of", peer.plays
    for number, community in enumerate(topology.communities):
        top: Place = ("communities", number)
        yield (*top, "id"), "the id of a community", community.id
        yield (*top, "homeCommunityId"), "homeCommunityId", community.homeCommunityId
        for place, actor in community.actors():
            yield (*top, *place, "id"), "the id of an actor", actor.id
            if place[0] in GATEWAYS:
                yield (*top, *place), f"the {place[0]} of", community.homeCommunityId
            if actor.oid_key and actor.metadata_oid:
                yield (*top, *place, actor.oid_key), "the OID", actor.metadata_oid


def _somebody_answers(topology: Topology) -> None:
    if all(placed.address_less for placed in topology.actors()):
        hint = "Name a registry, a source or a recipient."
        raise wrong("no actor of the topology has an address.", hint=hint, at=("communities",))


def _peers_play_actors(topology: Topology) -> None:
    answering = (placed.actor for placed in topology.actors() if not placed.address_less)
    roles = {actor.id: actor.role for actor in answering}
    check_parts(topology.peers, roles, secured=topology.tls is not None)


def _what_registers_has_a_registry(topology: Topology) -> None:
    for number, community in enumerate(topology.communities):
        needing = community.repositories or community.onDemandSources or community.respondingGateway
        if needing and community.registry is None:
            who = "repositories, On-Demand sources or a Responding Gateway"
            raise wrong(f"a community with {who} has a registry", at=("communities", number))
        if community.mhd and community.registry is None and community.initiatingGateway is None:
            text = "mhd finds documents by a registry or an Initiating Gateway of its community"
            raise wrong(text, at=("communities", number, "mhd"))


def _gateways_provide_to_somebody(topology: Topology) -> None:
    for number, community in enumerate(topology.communities):
        known = [each.id for each in (*community.repositories, *community.recipients)]
        gateway, mhd = community.respondingGateway, community.mhd
        for name, at in (
            (gateway.providesTo if gateway is not None else None, ("respondingGateway", "providesTo")),
            (mhd.publishesTo if mhd is not None else None, ("mhd", "publishesTo")),
        ):
            if name is not None and name not in known:
                raise wrong(
                    f"no repository or recipient '{name}' in community '{community.id}'",
                    hint=did_you_mean(name, known),
                    at=("communities", number, *at),
                )


def _patients_are_correlated_with_communities(topology: Topology) -> None:
    authorities = {each.homeCommunityId: each.patientAuthority for each in topology.communities}
    known = {*authorities, *(peer.homeCommunityId for peer in topology.peers if peer.homeCommunityId)}
    for number, community in enumerate(topology.communities):
        gateway = community.initiatingGateway
        if gateway is None:
            continue
        at: Place = ("communities", number, "initiatingGateway")
        for index, each in enumerate(gateway.patientIds):
            each.check(known, authorities, (*at, "patientIds", index))
        table = {each.homeCommunityId for each in gateway.patientIds}
        check_ways(gateway.patients, table, known - {community.homeCommunityId}, at)


def _sources_publish_to_somebody(topology: Topology) -> None:
    recipients = [recipient.id for community in topology.communities for recipient in community.recipients]
    for number, community in enumerate(topology.communities):
        known = [*(repository.id for repository in community.repositories), *recipients]
        _check_sources(community.sources, known, community.id, ("communities", number, "sources"))


def _check_sources(sources: Sequence[Source], takers: Collection[str], community: str, place: Place) -> None:
    """Raises what a validator raises where a source of a community names somebody who cannot be meant."""
    archives = {source.id: source.imagesAt for source in sources}
    for index, source in enumerate(sources):
        _check_destination(source.publishesTo, takers, community, (*place, index))
        _check_archive(source.id, archives, community, (*place, index))


def _check_destination(name: str, known: Collection[str], community: str, place: Place) -> None:
    if name not in known:
        raise wrong(
            f"no repository '{name}' in community '{community}', nor a recipient",
            hint=did_you_mean(name, known),
            at=(*place, "publishesTo"),
        )


def _check_archive(source: str, archives: Mapping[str, str | None], community: str, place: Place) -> None:
    """`archives` gives of each source of the community where its images are; None is with itself."""
    name, at = archives[source], (*place, "imagesAt")
    if name is None:
        return
    others = [other for other, elsewhere in archives.items() if other != source and elsewhere is None]
    if name not in archives:
        raise wrong(f"no source '{name}' in community '{community}'", hint=did_you_mean(name, others), at=at)
    if name not in others:
        raise wrong(f"'{name}' does not keep the images of others", hint=did_you_mean(name, others), at=at)


_CHECKS: Final[tuple[Callable[[Topology], None], ...]] = (
    _has_a_community,
    _ids_are_unique,
    _somebody_answers,
    _peers_play_actors,
    _what_registers_has_a_registry,
    _gateways_provide_to_somebody,
    _patients_are_correlated_with_communities,
    _sources_publish_to_somebody,
)
"""In the order in which they are told."""
