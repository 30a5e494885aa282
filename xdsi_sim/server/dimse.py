"""The DIMSE face of an imaging source: C-ECHO, C-STORE, C-GET and C-MOVE (PS3.4: Annex B, Annex C).

Needs pynetdicom, which the extra `xdsi-sim[dimse]` brings. It serves each association in a thread of its
own, beside the reactor. What is sent to the source comes into the same store as by any other way.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, Protocol

from xdsi_sim.actors.ports import BackendFailed, InstanceStore, StoredImage
from xdsi_sim.content import Content, FileContent
from xdsi_sim.dicom.errors import ConflictingInstance, DicomError
from xdsi_sim.errors import CannotRun

__all__ = ["DimsePort", "DimseStore"]

_LOG: Final = logging.getLogger(__name__)

SUCCESS: Final = 0x0000
PENDING: Final = 0xFF00
CANCELLED: Final = 0xFE00
PROCESSING_FAILURE: Final = 0x0110
OUT_OF_RESOURCES: Final = 0xA700
DOES_NOT_MATCH: Final = 0xA900
CANNOT_UNDERSTAND: Final = 0xC000

_LEVELS: Final = ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID")
_MOST_CONTEXTS: Final = 128  # that one association may have


class DimseStore(InstanceStore, Protocol):
    """What the port serves from, and stores to."""

    def add(self, content: Content) -> StoredImage:
        """Store one DICOM file; raises DicomError, OSError, BackendFailed."""
        ...


class DimsePort:
    """Listens from the start. Close it to take no new association and to end those that are open."""

    def __init__(
        self,
        host: str,
        port: int,
        *,
        ae_title: str,
        store: DimseStore,
        destinations: Mapping[str, tuple[str, int]],
        strict: bool = False,
    ) -> None:
        """Listen on `port`, or on any free one for 0; raises CannotRun where that cannot be done.

        `destinations` are those to which C-MOVE may send, by AE title. If `strict`, a caller must know the
        AE title.
        """
        try:
            import pynetdicom  # noqa: PLC0415  an extra brings it
            from pynetdicom import _config  # noqa: PLC0415  documented, for all its underscore
        except ImportError:
            raise CannotRun("dimse: pynetdicom is missing.", hint="Install xdsi-sim[dimse].") from None
        _config.STORE_RECV_CHUNKED_DATASET = True  # what arrives goes to a file, not to memory
        self._store = store
        self._destinations = destinations
        events = pynetdicom.evt
        handlers = [
            (events.EVT_C_ECHO, lambda _event: SUCCESS),
            (events.EVT_C_STORE, self._stored),
            (events.EVT_C_GET, self._got),
            (events.EVT_C_MOVE, self._moved),
        ]
        self._entity = _entity(pynetdicom, ae_title, strict=strict)
        try:
            server = self._entity.start_server((host, port), block=False, evt_handlers=handlers)
        except OSError as error:
            raise CannotRun(
                f"cannot listen on {host}:{port}: {error.strerror}.",
                hint="Stop what listens there, or name another port under dimse.",
            ) from None
        self.port = int(server.server_address[1])

    def close(self) -> None:
        """Take no new association and end those that are open."""
        self._entity.shutdown()

    # --- C-STORE

    def _stored(self, event: Any) -> int:
        """Keep an object; the status says what became of it (PS3.4: Table B.2-1)."""
        try:
            stored = self._store.add(FileContent.of(event.dataset_path))
        except ConflictingInstance as error:
            return _refused(PROCESSING_FAILURE, error)
        except DicomError as error:
            return _refused(CANNOT_UNDERSTAND, error)
        except BackendFailed as error:
            return _refused(PROCESSING_FAILURE, error)
        except OSError as error:
            return _refused(OUT_OF_RESOURCES, error)
        announced = str(event.request.AffectedSOPInstanceUID)
        return SUCCESS if stored.sopInstanceUID == announced else DOES_NOT_MATCH

    # --- C-GET and C-MOVE

    def _got(self, event: Any) -> Iterator[Any]:
        yield from self._sent(event, self._asked(event.identifier))

    def _moved(self, event: Any) -> Iterator[Any]:
        from pynetdicom.presentation import build_context  # noqa: PLC0415  an extra brings it

        address = self._destinations.get(str(event.move_destination))
        if address is None:
            yield None, None  # it is answered with "move destination unknown"
            return
        images = self._asked(event.identifier)
        kinds = dict.fromkeys((image.sopClassUID, image.transferSyntaxUID) for image in images)
        contexts = [build_context(*kind) for kind in list(kinds)[:_MOST_CONTEXTS]]
        yield (*address, {"contexts": contexts})
        yield from self._sent(event, images)

    def _asked(self, identifier: Any) -> Sequence[Any]:
        """The instances that an identifier names; none where it names no study."""
        studies, series, sops = (_uids(identifier, keyword) for keyword in _LEVELS)
        images = [image for study in studies for image in self._store.instances(study)]
        within = [image for image in images if not series or image.seriesInstanceUID in series]
        return [image for image in within if not sops or image.sopInstanceUID in sops]

    def _sent(self, event: Any, images: Sequence[StoredImage]) -> Iterator[Any]:
        """How many, then each object; what comes of each is counted by the library."""
        from xdsi_sim.dicom.part10 import read  # noqa: PLC0415  brings pydicom

        if not _uids(event.identifier, _LEVELS[0]):
            yield 1
            yield DOES_NOT_MATCH, None
            return
        yield len(images)
        for image in images:
            if event.is_cancelled:
                yield CANCELLED, None
                return
            yield PENDING, read(image.content)


def _entity(pynetdicom: Any, ae_title: str, *, strict: bool) -> Any:
    """What offers the services, with every storage class in every transfer syntax and both roles."""
    entity = pynetdicom.AE(ae_title=ae_title)
    entity.require_called_aet = strict
    entity.add_supported_context("1.2.840.10008.1.1")
    for context in pynetdicom.AllStoragePresentationContexts:
        entity.add_supported_context(
            context.abstract_syntax, pynetdicom.ALL_TRANSFER_SYNTAXES, scu_role=True, scp_role=True
        )
    for model in ("Patient", "Study"):
        for service in ("Get", "Move"):
            name = f"{model}RootQueryRetrieveInformationModel{service}"
            entity.add_supported_context(getattr(pynetdicom.sop_class, name))
    return entity


def _refused(status: int, error: Exception) -> int:
    _LOG.warning("C-STORE refused with %04XH: %s", status, error)
    return status


def _uids(identifier: Any, keyword: str) -> tuple[str, ...]:
    value = identifier.get(keyword)
    if not value:
        return ()
    return (str(value),) if isinstance(value, str) else tuple(map(str, value))
