"""Who takes part in a run: every actor of the topology, with the address where it answers."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from xdsi_sim.scenario.record import ActorInfo
from xdsi_sim.topology.gateways import XC_WADO
from xdsi_sim.topology.model import Recipient, Source

if TYPE_CHECKING:
    from xdsi_sim.topology.world import World

__all__ = [
    "actors_of",
    "description_of",
    "dicomweb_of",
    "dimse_of",
    "feeds_of",
    "inboxes_of",
    "sessions_of",
    "viewers_of",
    "wado_of",
    "xc_wado_of",
]


def actors_of(running: World) -> tuple[ActorInfo, ...]:
    """Everybody in the topology, in the order of its file."""
    faces = dicomweb_of(running)
    return tuple(
        ActorInfo(
            id=placed.actor.id,
            role=placed.actor.role,
            url=None if placed.address_less else running.url_of(placed.actor.id),
            dicomweb=faces.get(placed.actor.id),
            oid=placed.actor.metadata_oid,
            home=placed.community.homeCommunityId,
            patientAuthority=placed.community.patientAuthority,
            community=placed.community.id,
        )
        for placed in running.topology.actors()
    )


def dicomweb_of(running: World) -> Mapping[str, str]:
    """Base URI of each imaging source's DICOMweb face, by the id of the source."""
    sources = (placed.actor for placed in running.topology.actors() if isinstance(placed.actor, Source))
    return {source.id: base for source in sources if (base := running.dicomweb_of(source.id))}


def wado_of(running: World) -> Mapping[str, str]:
    """Address of each imaging source's WADO-URI, by the id of the source."""
    sources = (placed.actor.id for placed in running.topology.actors() if isinstance(placed.actor, Source))
    return {id: address for id in sources if (address := running.wado_of(id))}


def xc_wado_of(running: World) -> Mapping[str, str]:
    """Base of each imaging gateway's addresses of XC-WADO, by the id of the gateway."""
    actors = (placed.actor for placed in running.topology.actors() if type(placed.actor) in XC_WADO)
    return {gateway.id: base for gateway in actors if (base := running.xc_wado_of(gateway.id))}


def viewers_of(running: World) -> Mapping[str, tuple[str, str]]:
    """Of each imaging source that a viewer shows, by its id: the list of its studies, and its RAD-106."""
    found = ((id, running.viewer_of(id), running.image_display_of(id)) for id in dicomweb_of(running))
    return {id: (viewer, display) for id, viewer, display in found if viewer and display}


def dimse_of(running: World) -> Mapping[str, str]:
    """`AETITLE@host:port` of each imaging source that speaks DIMSE, by the id of the source."""
    sources = (placed.actor for placed in running.topology.actors() if isinstance(placed.actor, Source))
    return {
        source.id: f"{source.aeTitle}@{urlsplit(running.url_of(source.id)).hostname}:{source.dimse.port}"
        for source in sources
        if source.dimse is not None and running.topology.played_by(source.id) is None
    }


def feeds_of(running: World) -> Mapping[str, str]:
    """`host:port` at which registries take a feed by ITI-8, by the id of the registry."""
    ids = (placed.actor.id for placed in running.topology.actors())
    return {id: str(listen) for id in ids if (listen := running.mllp_of(id)) is not None}


def inboxes_of(running: World) -> Mapping[str, Path]:
    """Folder in which each recipient keeps what it gets, by the id of the recipient."""
    actors = (placed.actor for placed in running.topology.actors())
    ids = (actor.id for actor in actors if isinstance(actor, Recipient) and actor.id not in running.elsewhere)
    return {id: running.inbox_of(id) for id in ids}


def sessions_of(running: World) -> tuple[str, ...]:
    """Below which addresses sessions are, NAME standing for the name of one: one for each host and port."""
    if running.sessions is None:
        return ()
    ids = (placed.actor.id for placed in running.topology.actors() if not placed.address_less)
    here = (urlsplit(running.url_of(id)) for id in ids if id not in running.elsewhere)
    path = urlsplit(running.sessions).path
    return tuple(dict.fromkeys(f"{url.scheme}://{url.netloc}{path}NAME/" for url in here))


def description_of(running: World) -> dict[str, Any]:
    """What `up --json` prints: the CA to trust, each actor with its addresses and ids."""
    faces, feeds, inboxes = dicomweb_of(running), feeds_of(running), inboxes_of(running)
    wado, cross, dimse = wado_of(running), xc_wado_of(running), dimse_of(running)
    viewers = viewers_of(running)
    return {
        "topology": running.topology.name,
        "authority": str(running.trust) if running.trust is not None else None,
        "faults": running.admin,
        "sessions": running.sessions,
        "actors": [
            {
                "id": actor.id,
                "role": actor.role,
                "community": actor.community,
                "url": actor.url,
                "here": actor.id not in running.elsewhere,
                "dicomweb": faces.get(actor.id),
                "wado": wado.get(actor.id),
                "xcWado": cross.get(actor.id),
                "viewer": viewers[actor.id][0] if actor.id in viewers else None,
                "imageDisplay": viewers[actor.id][1] if actor.id in viewers else None,
                "dimse": dimse.get(actor.id),
                "mllp": feeds.get(actor.id),
                "received": str(inboxes[actor.id]) if actor.id in inboxes else None,
                "oid": actor.oid,
                "home": actor.home,
            }
            for actor in actors_of(running)
        ],
    }
