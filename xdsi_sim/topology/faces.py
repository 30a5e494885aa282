"""From a source of a topology to its faces on the wire, beside SOAP: DICOMweb and WADO-URI."""

from __future__ import annotations

from typing import Any, Final

from xdsi_sim.actors.imaging_source import ImagingDocumentSource
from xdsi_sim.actors.ports import InstanceStore
from xdsi_sim.dicomweb.archive import Archive
from xdsi_sim.dicomweb.service import DicomWeb
from xdsi_sim.server.dicomweb import DicomWebResource
from xdsi_sim.server.wado_uri import WadoUriResource
from xdsi_sim.store.exchanges import Recorder
from xdsi_sim.topology.model import Source

__all__ = ["dicomweb_face", "wado_face"]

_THREADS: Final = 6
"""Requests at a face that wait for an archive at a time."""


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
        threads=_threads(store),
    )


def wado_face(
    source: Source, actor: ImagingDocumentSource, recorder: Recorder, reactor: Any
) -> WadoUriResource:
    """The WADO-URI of a source."""
    return WadoUriResource(actor, source.id, recorder, reactor, _threads(actor.store))


def _threads(store: InstanceStore) -> int | None:
    return None if store.at_hand else _THREADS
