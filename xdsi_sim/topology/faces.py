"""From a source or a gateway of a topology to its face on the web."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from xdsi_sim.actors.ports import InstanceStore
from xdsi_sim.client.passing import PassingClient
from xdsi_sim.dicomweb.archive import Archive
from xdsi_sim.dicomweb.service import DicomWeb
from xdsi_sim.dicomweb.xc_wado import CrossGateway
from xdsi_sim.server.dicomweb import DicomWebResource
from xdsi_sim.server.xc_wado import XcWadoResource
from xdsi_sim.store.exchanges import Recorder
from xdsi_sim.topology.model import Actor, Source

__all__ = ["dicomweb_face", "xc_wado_face"]


def dicomweb_face(
    source: Source, store: InstanceStore, base: str, recorder: Recorder, reactor: Any
) -> DicomWebResource:
    """The face of a source whose instances are in `store`; addresses that it hands out begin with `base`."""
    settings = source.dicomweb
    archive = Archive(store=store, base=base, most=settings.mostResults, deletes=settings.delete)
    return DicomWebResource(
        actor_id=source.id,
        service=DicomWeb(archive=archive, origins=settings.origins),
        recorder=recorder,
        reactor=reactor,
    )


def xc_wado_face(
    model: Actor, gateway: CrossGateway, client: PassingClient, recorder: Recorder, spool: Path
) -> XcWadoResource:
    """The face of an imaging gateway that asks by `client`."""
    return XcWadoResource(actor_id=model.id, gateway=gateway, ask=client.ask, recorder=recorder, spool=spool)
