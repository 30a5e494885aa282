"""From the `mhd` of a community to what is behind its FHIR face."""

from __future__ import annotations

from collections.abc import Mapping

from xdsi_sim.actors.document_responder import DocumentResponder
from xdsi_sim.actors.fhir_recipient import FhirRecipient
from xdsi_sim.actors.flow import Flow
from xdsi_sim.actors.trace import Trace
from xdsi_sim.client.asynchronous import AsynchronousClient
from xdsi_sim.clock import now
from xdsi_sim.fhir.coding import Systems
from xdsi_sim.fhir.submission import Domain
from xdsi_sim.ids import new_uid, new_uuid
from xdsi_sim.mhd.face import Face
from xdsi_sim.server.drive import drive_here
from xdsi_sim.server.loop import Loop
from xdsi_sim.topology.addresses import Addresses
from xdsi_sim.topology.model import Community, Placed, Topology

__all__ = ["fhir_face", "systems_of"]


def systems_of(community: Community) -> Systems:
    """Names of coding systems, with those that the community's codes bring."""
    return Systems({} if community.codes is None else community.codes.systems)


def fhir_face(
    addresses: Addresses, placed: Placed, soap: AsynchronousClient, loop: Loop, *, strict: bool
) -> Face:
    """Grouped with the Initiating Gateway where there is one, else with registry and repositories."""
    community, id = placed.community, placed.actor.id
    taker = community.fhir_taker

    def perform(flow: Flow[object]) -> object:
        """Do what a request of FHIR asks for, with messages of this actor."""
        trace = Trace.current(id)
        return drive_here(flow, lambda call: soap.send(call, trace), loop)

    return Face(
        id=id,
        base=addresses.fhir_of(id),
        title=placed.actor.title or id,
        responder=_responder(addresses, community),
        recipient=None if taker is None else FhirRecipient(taker=addresses.url_of(taker)),
        domain=Domain(
            authority=community.patientAuthority,
            systems=systems_of(community),
            sourceId=community.homeCommunityId.removeprefix("urn:oid:"),
            new_uuid=new_uuid,
            new_uid=new_uid,
            now=now,
        ),
        perform=perform,
        limits=addresses.topology.limits,
        strict=strict,
    )


def _responder(addresses: Addresses, community: Community) -> DocumentResponder:
    registry, gateway = community.registry, community.initiatingGateway
    asked = gateway or registry
    return DocumentResponder(
        registry=addresses.url_of(asked.id) if asked is not None else "",
        homeCommunityId=community.homeCommunityId,
        sources=_documents(addresses, community),
        gateway=addresses.url_of(gateway.id) if gateway is not None else None,
        communities=_homes(addresses.topology, community),
        systems=systems_of(community),
    )


def _documents(addresses: Addresses, community: Community) -> Mapping[str, str]:
    """URLs of what has documents by repositoryUniqueId."""
    sources = (*community.repositories, *community.onDemandSources)
    return {source.metadata_oid or "": addresses.url_of(source.id) for source in sources}


def _homes(topology: Topology, community: Community) -> tuple[str, ...]:
    """The own community first, if it has a registry, then those that the gateway reaches."""
    own = community.homeCommunityId
    here = [own] if community.registry is not None else []
    others = [each.homeCommunityId for each in topology.communities if each.respondingGateway is not None]
    peers = [peer.homeCommunityId for peer in topology.peers if peer.role == "respondingGateway"]
    return tuple(dict.fromkeys((*here, *(each for each in (*others, *peers) if each and each != own))))
