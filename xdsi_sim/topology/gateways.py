"""The gateways of a topology as actors: whom each knows, and where these answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from xdsi_sim.actors import gateways, imaging_gateways
from xdsi_sim.actors.gateway_patients import Way
from xdsi_sim.actors.patient_directory import PatientDirectory
from xdsi_sim.actors.patient_discovery import DiscoveryPolicy
from xdsi_sim.dicomweb.xc_wado import CrossGateway, Location
from xdsi_sim.messages.patient_feed import patient_id, read_patient_id
from xdsi_sim.topology.discovery import OTHERS
from xdsi_sim.topology.model import (
    Actor,
    Community,
    InitiatingGateway,
    InitiatingImagingGateway,
    OnDemandSource,
    Placed,
    Repository,
    RespondingGateway,
    RespondingImagingGateway,
    Topology,
)

__all__ = ["XC_WADO", "cross_gateway_of", "gateway_of"]

Role = Literal["respondingGateway", "respondingImagingGateway"]

XC_WADO: Final[Mapping[type[Actor], str]] = {
    InitiatingImagingGateway: "wado",
    RespondingImagingGateway: "wado-rs",
}
"""Path of a gateway's XC-WADO, below its address."""


def gateway_of(
    topology: Topology,
    placed: Placed,
    url_of: Callable[[str], str],
    directory: PatientDirectory | None = None,
) -> Any:
    """The actor behind a gateway of the topology; `url_of` says where an actor answers, by its id.

    `directory` has the patients of the gateway's community.
    """
    return _MAKE[type(placed.actor)](_Federation(topology, placed, url_of, directory))


def cross_gateway_of(
    topology: Topology,
    placed: Placed,
    *,
    base_of: Callable[[str], str],
    dicomweb_of: Callable[[str], str],
    public_of: Callable[[str], str],
) -> CrossGateway:
    """Where an imaging gateway passes WADO-RS on to.

    By the id of an actor, `base_of` says where the XC-WADO of a gateway is, `dicomweb_of` where the DICOMweb
    face of a source is, and `public_of` where others know it to be.
    """
    federation = _Federation(topology, placed, base_of, None)
    others: dict[str, str | None] = {}
    if isinstance(placed.actor, InitiatingImagingGateway):
        known = federation.others("respondingImagingGateway")
        others.update((home, base or None) for home, base in known.items())
        others.update(
            (peer.homeCommunityId or "", peer.xcWado)
            for peer in topology.peers
            if peer.homeCommunityId in others and peer.role == "respondingImagingGateway"
        )
    return CrossGateway(
        homeCommunityId=federation.own.homeCommunityId,
        base=base_of(placed.actor.id),
        locations=tuple(
            Location(uid=source.oid, base=dicomweb_of(source.id), public=public_of(source.id))
            for source in federation.own.sources
            if dicomweb_of(source.id)
        ),
        gateways=others,
    )


@dataclass(frozen=True, slots=True)
class _Federation:
    """The topology, as one of its gateways sees it."""

    topology: Topology
    placed: Placed
    url_of: Callable[[str], str]
    directory: PatientDirectory | None = None

    @property
    def own(self) -> Community:
        """The community of the gateway."""
        return self.placed.community

    @property
    def registry(self) -> str | None:
        """URL of the own registry; None where there is none."""
        registry = self.own.registry
        return self.url_of(registry.id) if registry is not None else None

    @property
    def taker(self) -> str | None:
        """URL of who takes documents that come through a gateway; None where nobody can."""
        taker = self.own.taker
        return self.url_of(taker) if taker is not None else None

    def others(self, role: Role) -> dict[str, str]:
        """URLs of the gateways of other communities by homeCommunityId: those of the topology, and peers."""
        here = {
            community.homeCommunityId: self.url_of(gateway.id)
            for community in self.topology.communities
            if (gateway := getattr(community, role)) is not None and community is not self.own
        }
        peers = {
            peer.homeCommunityId or "": peer.url
            for peer in self.topology.peers
            if peer.role == role and peer.homeCommunityId not in (None, self.own.homeCommunityId)
        }
        return {**here, **peers}

    def documents(self) -> dict[str, str]:
        """URLs of what has documents of the own community by repositoryUniqueId."""
        sources: tuple[Repository | OnDemandSource, ...] = (
            *self.own.repositories,
            *self.own.onDemandSources,
        )
        return {source.repositoryUniqueId: self.url_of(source.id) for source in sources}

    def images(self) -> dict[str, str]:
        """URLs of the own imaging sources by Retrieve Location UID."""
        return {source.oid: self.url_of(source.id) for source in self.own.sources}

    def patient_ids(self) -> dict[str, dict[str, str]]:
        """By homeCommunityId: ids there by ids here."""
        model = self.placed.actor
        ids: dict[str, dict[str, str]] = {}
        for each in model.patientIds if isinstance(model, InitiatingGateway) else ():
            here = _cx(each.here, self.own.patientAuthority)
            ids.setdefault(each.homeCommunityId, {})[here] = _cx(
                each.there, self._authority(each.homeCommunityId)
            )
        return ids

    def ways(self) -> dict[str, Way]:
        """How patients are found in other communities, where it is not by the same id."""
        model = self.placed.actor
        said = model.patients if isinstance(model, InitiatingGateway) else {}
        others = said.get(OTHERS, "same")
        ways = {home: said.get(home, others) for home in self.others("respondingGateway")}
        return {home: way for home, way in ways.items() if way != "same"}

    def _authority(self, home: str) -> str | None:
        communities = (each for each in self.topology.communities if each.homeCommunityId == home)
        return next((each.patientAuthority for each in communities), None)


def _cx(text: str, authority: str | None) -> str:
    id = read_patient_id(text, authority)
    return patient_id(id, id.root)


def _initiating(federation: _Federation) -> gateways.InitiatingGateway:
    return gateways.InitiatingGateway(
        homeCommunityId=federation.own.homeCommunityId,
        registry=federation.registry,
        sources=federation.documents(),
        gateways=federation.others("respondingGateway"),
        ways=federation.ways(),
        patientIds=federation.patient_ids(),
        taker=federation.taker,
        directory=federation.directory,
    )


def _responding(federation: _Federation) -> gateways.RespondingGateway:
    return gateways.RespondingGateway(
        homeCommunityId=federation.own.homeCommunityId,
        registry=federation.registry or "",
        sources=federation.documents(),
        taker=federation.taker,
        directory=federation.directory,
        policy=_policy(federation.placed.actor),
    )


def _policy(model: Actor) -> DiscoveryPolicy:
    if not isinstance(model, RespondingGateway):
        return DiscoveryPolicy()
    said = model.discovery
    return DiscoveryPolicy(
        several=said.several,
        most=said.most,
        requires=said.requires,
        refuses=said.refuses,
        timeToLive=said.timeToLive,
    )


def _initiating_imaging(federation: _Federation) -> imaging_gateways.InitiatingImagingGateway:
    return imaging_gateways.InitiatingImagingGateway(
        homeCommunityId=federation.own.homeCommunityId,
        sources=federation.images(),
        gateways=federation.others("respondingImagingGateway"),
    )


def _responding_imaging(federation: _Federation) -> imaging_gateways.RespondingImagingGateway:
    return imaging_gateways.RespondingImagingGateway(
        homeCommunityId=federation.own.homeCommunityId, sources=federation.images()
    )


_MAKE: Final[dict[type[Actor], Callable[[_Federation], Any]]] = {
    InitiatingGateway: _initiating,
    RespondingGateway: _responding,
    InitiatingImagingGateway: _initiating_imaging,
    RespondingImagingGateway: _responding_imaging,
}
