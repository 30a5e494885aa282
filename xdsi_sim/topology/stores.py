"""From an imaging source of a topology to where its instances are."""

from __future__ import annotations

from collections.abc import Callable

from xdsi_sim.client.archive import DicomWebArchive
from xdsi_sim.client.archive_requests import ArchiveRequests
from xdsi_sim.client.dicomweb import DicomWebClient, HttpReply
from xdsi_sim.errors import CannotRun
from xdsi_sim.store.instances import SqliteInstanceStore
from xdsi_sim.topology.model import Actor, Source

__all__ = ["SourceStore", "store_of"]

SourceStore = SqliteInstanceStore | DicomWebArchive


def store_of(
    model: Actor,
    own: SqliteInstanceStore,
    *,
    itself: str,
    client: DicomWebClient,
    wait: Callable[..., HttpReply],
) -> SourceStore:
    """The source's `own` store, or the archive behind it, for which `own` keeps what is not there.

    `itself` is the address of its DICOMweb face; raises CannotRun where that is the archive, or where the
    password for it is not there.
    """
    backend = model.backend if isinstance(model, Source) else None
    if backend is None:
        return own
    if backend.dicomweb == itself:
        raise CannotRun(f"the backend of {model.id} is {model.id} itself.", hint="Name another archive.")
    requests = ArchiveRequests(
        backend.dicomweb, client, wait, sender=model.id, authorization=backend.authorization()
    )
    return DicomWebArchive(requests, own)
