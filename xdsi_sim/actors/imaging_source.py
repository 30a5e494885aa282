"""Imaging Document Source: images by RAD-69 from an instance store (RAD TF: 4.69)."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Final

from xdsi_sim.actors.flow import Flow, Wait
from xdsi_sim.actors.ports import BackendFailed, InstanceStore, StoredImage, Transcoder
from xdsi_sim.content import Content
from xdsi_sim.dicom.errors import DicomError
from xdsi_sim.dicom.transfer_syntax import chosen
from xdsi_sim.errors import DocumentNotFound, UnknownRepositoryId, XdsError
from xdsi_sim.messages.imaging import ImagingDocumentRequest, RetrieveImagingDocumentSetRequest
from xdsi_sim.messages.response import RegistryError, retrieve_status
from xdsi_sim.messages.retrieve import DocumentResponse, RetrieveDocumentSetResponse, incomplete
from xdsi_sim.vocab import FAILURE

__all__ = ["ArchiveNotAvailable", "ImagingDocumentSource", "TransferSyntaxNotAvailable"]

_DICOM: Final = "application/dicom"


class TransferSyntaxNotAvailable(XdsError):
    """The instance cannot be given in any transfer syntax that the asker takes (RAD TF: 4.69)."""

    code = "XDSRepositoryError"


class ArchiveNotAvailable(XdsError):
    """The archive behind the source gave no answer for the instance, or a wrong one."""

    code = "XDSRepositoryError"


@dataclass(frozen=True, slots=True)
class _Fetched:
    """An instance that is on its way from the store."""

    item: ImagingDocumentRequest
    image: Future[StoredImage | None]


@dataclass(frozen=True, slots=True)
class _Transcoded:
    """An instance that is on its way into another transfer syntax."""

    item: ImagingDocumentRequest
    image: StoredImage
    content: Future[Content]


_Found = DocumentResponse | _Transcoded | RegistryError


@dataclass(frozen=True, slots=True, kw_only=True)
class ImagingDocumentSource:
    """Answers RAD-69; a bad item never hides the good ones."""

    oid: str
    """Retrieve Location UID, which RAD-69 calls RepositoryUniqueId."""
    store: InstanceStore
    transcoder: Transcoder

    def retrieve(
        self, request: RetrieveImagingDocumentSetRequest
    ) -> RetrieveDocumentSetResponse | Flow[RetrieveDocumentSetResponse]:
        """Deliver what is here, with one error for each instance that is not.

        Waits for what the store has to fetch, and for what has to be transcoded.
        """
        if not request.transferSyntaxUIDs:
            return _NO_SYNTAX
        return self._retrieve([self._asked(item) for item in request.requests], request.transferSyntaxUIDs)

    def _retrieve(
        self, asked: Sequence[_Fetched | RegistryError], syntaxes: tuple[str, ...]
    ) -> Flow[RetrieveDocumentSetResponse]:
        found: list[_Found] = []
        for one in asked:
            if isinstance(one, RegistryError):
                found.append(one)
                continue
            try:
                image = yield Wait(one.image)
            except BackendFailed as error:
                found.append(RegistryError.of(_unreached(one.item.document.documentUniqueId, error)))
            else:
                found.append(self._found(one.item, image, syntaxes))
        return (yield from self._transcoded(found, syntaxes))

    def _transcoded(
        self, found: Sequence[_Found], syntaxes: tuple[str, ...]
    ) -> Flow[RetrieveDocumentSetResponse]:
        settled: list[_Found] = []
        for one in found:
            if not isinstance(one, _Transcoded):
                settled.append(one)
                continue
            try:
                content = yield Wait(one.content)
            except (DicomError, OSError) as error:
                why = f"{error}" if isinstance(error, DicomError) else "there is no room to transcode it"
                settled.append(RegistryError.of(_not_available(one.image, syntaxes, f": {why}")))
            else:
                settled.append(_delivered(one.item, content))
        return _response(settled)

    def _asked(self, item: ImagingDocumentRequest) -> _Fetched | RegistryError:
        """Begin to fetch an instance, unless the request itself says that it cannot be had here."""
        sop = item.document.documentUniqueId
        if item.missing is not None:
            return RegistryError.of(incomplete(item.missing, sop))
        if item.document.repositoryUniqueId != self.oid:
            told = (
                f"repositoryUniqueId '{item.document.repositoryUniqueId}' is not this source ('{self.oid}')"
            )
            return RegistryError.of(
                UnknownRepositoryId(f"{told}; attribute=RepositoryUniqueId; rule=H02", location=sop)
            )
        return _Fetched(item, self.store.fetch(item.studyInstanceUID, item.seriesInstanceUID, sop))

    def _found(
        self, item: ImagingDocumentRequest, fetched: StoredImage | None, syntaxes: tuple[str, ...]
    ) -> _Found:
        try:
            image = self._image(item, fetched)
            syntax = chosen(image.transferSyntaxUID, syntaxes, pixels=image.frames is not None)
            if syntax is None:
                raise _not_available(image, syntaxes)
        except XdsError as error:
            return RegistryError.of(error)
        if syntax == image.transferSyntaxUID:
            return _delivered(item, image.content)
        return _Transcoded(item, image, self.transcoder.transcode(image.content, syntax))

    def _image(self, item: ImagingDocumentRequest, image: StoredImage | None) -> StoredImage:
        """The instance that is asked for; raises XdsError where it is not here, or not there."""
        sop = item.document.documentUniqueId
        if image is None:
            raise self._not_found(sop)
        for level, asked, stored in (
            ("study", item.studyInstanceUID, image.studyInstanceUID),
            ("series", item.seriesInstanceUID, image.seriesInstanceUID),
        ):
            if asked != stored:
                raise DocumentNotFound(
                    f"instance '{sop}' is not in {level} '{asked}'; attribute={level}InstanceUID; rule=H18",
                    location=sop,
                )
        return image

    def _not_found(self, sop: str) -> XdsError:
        """A rejected instance has the code of one that was never here; the context tells them apart."""
        note = self.store.rejection(sop)
        why = (
            f"no instance '{sop}' at this source" if note is None else f"instance '{sop}' is rejected: {note}"
        )
        return DocumentNotFound(f"{why}; attribute=DocumentUniqueId; rule=H03", location=sop)


_NO_SYNTAX: Final = RetrieveDocumentSetResponse(
    status=FAILURE,
    errors=(
        RegistryError.of(
            XdsError(
                "TransferSyntaxUIDList names no transfer syntax; attribute=TransferSyntaxUIDList; rule=H18"
            )
        ),
    ),
)


def _not_available(image: StoredImage, syntaxes: Sequence[str], why: str = "") -> XdsError:
    return TransferSyntaxNotAvailable(
        f"instance '{image.sopInstanceUID}' is stored in transfer syntax '{image.transferSyntaxUID}' and "
        f"cannot be given in any of TransferSyntaxUIDList, {', '.join(syntaxes)}{why}; "
        "attribute=TransferSyntaxUID; rule=H18",
        location=image.sopInstanceUID,
    )


def _unreached(sop: str, error: BackendFailed) -> XdsError:
    return ArchiveNotAvailable(
        f"instance '{sop}' cannot be had: {error}; attribute=DocumentUniqueId; rule=H19", location=sop
    )


def _delivered(item: ImagingDocumentRequest, content: Content) -> DocumentResponse:
    return DocumentResponse(request=item.document, mimeType=_DICOM, content=content)


def _response(found: Sequence[_Found]) -> RetrieveDocumentSetResponse:
    documents = tuple(one for one in found if isinstance(one, DocumentResponse))
    errors = tuple(one for one in found if isinstance(one, RegistryError))
    return RetrieveDocumentSetResponse(
        status=retrieve_status(len(documents), errors), errors=errors, documents=documents
    )
