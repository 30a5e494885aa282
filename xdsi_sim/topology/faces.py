"""From a source of a topology to its DICOMweb face on the wire."""

from __future__ import annotations

from typing import Any

from xdsi_sim.actors.ports import InstanceStore
from xdsi_sim.deviations.switches import Desk
from xdsi_sim.dicomweb.archive import Archive
from xdsi_sim.dicomweb.service import DicomWeb
from xdsi_sim.server.dicomweb import DicomWebResource
from xdsi_sim.store.exchanges import Recorder
from xdsi_sim.topology.model import Source

__all__ = ["dicomweb_face"]


def dicomweb_face(
    source: Source, store: InstanceStore, base: str, recorder: Recorder, reactor: Any, desk: Desk
) -> DicomWebResource:
    """The face of a source whose instances are in `store`; addresses that it hands out begin with `base`."""
    settings = source.dicomweb
    archive = Archive(store=store, base=base, most=settings.mostResults, deletes=settings.delete)
    return DicomWebResource(
        actor_id=source.id,
        service=DicomWeb(archive=archive, origins=settings.origins),
        recorder=recorder,
        reactor=reactor,
        desk=desk,
    )
