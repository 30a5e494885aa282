"""From the actors of a topology to their faces on the web, and a viewer with the ways to it."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from xdsi_sim.actors.imaging_source import ImagingDocumentSource
from xdsi_sim.actors.ports import InstanceStore
from xdsi_sim.client.passing import PassingClient
from xdsi_sim.deviations.switches import Desk
from xdsi_sim.dicomweb.archive import Archive
from xdsi_sim.dicomweb.image_display import ImageDisplay
from xdsi_sim.dicomweb.ohif import Face, app_config, study_link
from xdsi_sim.dicomweb.service import DicomWeb
from xdsi_sim.dicomweb.xc_wado import CrossGateway
from xdsi_sim.mhd.face import Face as FhirFace
from xdsi_sim.mhd.service import MhdService
from xdsi_sim.server.dicomweb import DicomWebResource
from xdsi_sim.server.viewer import ViewerResource
from xdsi_sim.server.wado_uri import WadoUriResource
from xdsi_sim.server.xc_wado import XcWadoResource
from xdsi_sim.store.exchanges import Recorder
from xdsi_sim.topology.model import Actor, Source

__all__ = ["dicomweb_face", "fhir_resource", "image_display", "viewer_face", "wado_face", "xc_wado_face"]

_THREADS: Final = 6
"""Requests at a face that wait for an archive at a time."""


def dicomweb_face(
    source: Source,
    store: InstanceStore,
    base: str,
    recorder: Recorder,
    reactor: Any,
    *,
    viewer: str | None,
    desk: Desk,
) -> DicomWebResource:
    """The face of a source whose instances are in `store`; addresses that it hands out begin with `base`.

    Pages of the viewer, where there is one, may always read what it answers.
    """
    settings = source.dicomweb
    archive = Archive(store=store, base=base, most=settings.mostResults, deletes=settings.delete)
    own = () if viewer is None else ("{0.scheme}://{0.netloc}".format(urlsplit(viewer)),)
    service = DicomWeb(archive=archive, origins=(*settings.origins, *own))
    return DicomWebResource(
        actor_id=source.id,
        service=service,
        recorder=recorder,
        reactor=reactor,
        threads=_threads(store),
        desk=desk,
    )


def image_display(
    source: Source, store: InstanceStore, viewer: str, recorder: Recorder, reactor: Any, *, desk: Desk
) -> DicomWebResource:
    """RAD-106 of a source: opens `viewer` on the studies that an address asks for."""
    archive = Archive(store=store, base="", most=source.dicomweb.mostResults)
    service = ImageDisplay(archive=archive, link=partial(study_link, viewer, source.id))
    return DicomWebResource(
        actor_id=source.id,
        service=service,
        recorder=recorder,
        reactor=reactor,
        threads=_threads(store),
        desk=desk,
    )


def viewer_face(folder: Path, faces: Iterable[tuple[Source, str, str]], path: str = "/") -> ViewerResource:
    """The viewer at `path` of sources, each with the addresses of its DICOMweb face and its WADO-URI."""
    known = [
        Face(id=source.id, title=source.title or source.id, dicomweb=dicomweb, wado=wado)
        for source, dicomweb, wado in faces
    ]
    return ViewerResource(folder, app_config(known, path), path)


def xc_wado_face(
    model: Actor,
    gateway: CrossGateway,
    client: PassingClient,
    recorder: Recorder,
    reactor: Any,
    *,
    spool: Path,
    desk: Desk,
) -> XcWadoResource:
    """The face of an imaging gateway that asks by `client`."""
    return XcWadoResource(
        actor_id=model.id,
        gateway=gateway,
        ask=client.ask,
        recorder=recorder,
        spool=spool,
        reactor=reactor,
        desk=desk,
    )


def wado_face(
    source: Source, actor: ImagingDocumentSource, recorder: Recorder, reactor: Any, *, desk: Desk
) -> WadoUriResource:
    """The WADO-URI of a source."""
    return WadoUriResource(actor, source.id, recorder, reactor, _threads(actor.store), desk)


def fhir_resource(face: FhirFace, recorder: Recorder, reactor: Any, *, desk: Desk) -> DicomWebResource:
    """The FHIR face of a community on the wire."""
    return DicomWebResource(
        actor_id=face.id,
        service=MhdService(face=face),
        recorder=recorder,
        reactor=reactor,
        threads=_THREADS,  # each waits for other actors
        desk=desk,
    )


def _threads(store: InstanceStore) -> int | None:
    return None if store.at_hand else _THREADS
