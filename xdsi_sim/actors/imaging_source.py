"""Imaging Document Source: images by RAD-69 from an instance store (RAD TF: 4.69)."""

from __future__ import annotations

from dataclasses import dataclass

from xdsi_sim.actors.ports import InstanceStore
from xdsi_sim.errors import DocumentNotFound, UnknownRepositoryId, XdsError
from xdsi_sim.messages.imaging import ImagingDocumentRequest, RetrieveImagingDocumentSetRequest
from xdsi_sim.messages.response import RegistryError, retrieve_status
from xdsi_sim.messages.retrieve import DocumentResponse, RetrieveDocumentSetResponse, incomplete

__all__ = ["ImagingDocumentSource", "TransferSyntaxNotAvailable"]

_DICOM = "application/dicom"


class TransferSyntaxNotAvailable(XdsError):
    """The instance cannot be given in any transfer syntax that the asker takes (RAD TF: 4.69)."""

    code = "XDSRepositoryError"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImagingDocumentSource:
    """Answers RAD-69; a bad item never hides the good ones."""

    oid: str
    """Retrieve Location UID, which RAD-69 calls RepositoryUniqueId."""
    store: InstanceStore

    def retrieve(self, request: RetrieveImagingDocumentSetRequest) -> RetrieveDocumentSetResponse:
        """Deliver what is here, with one error for each instance that is not."""
        documents: list[DocumentResponse] = []
        errors: list[RegistryError] = []
        for item in request.requests:
            try:
                documents.append(self._one(item, request.transferSyntaxUIDs))
            except XdsError as error:
                errors.append(RegistryError.of(error))
        return RetrieveDocumentSetResponse(
            status=retrieve_status(len(documents), errors), errors=tuple(errors), documents=tuple(documents)
        )

    def _one(self, item: ImagingDocumentRequest, syntaxes: tuple[str, ...]) -> DocumentResponse:
        sop = item.document.documentUniqueId
        if item.missing is not None:
            raise incomplete(item.missing, sop)
        if item.document.repositoryUniqueId != self.oid:
            raise UnknownRepositoryId(
                f"repositoryUniqueId '{item.document.repositoryUniqueId}' is not this source ('{self.oid}'); "
                "attribute=RepositoryUniqueId; rule=H02",
                location=sop,
            )
        image = self.store.find(sop)
        if image is None:
            raise DocumentNotFound(
                f"no instance '{sop}' at this source; attribute=DocumentUniqueId; rule=H03", location=sop
            )
        for level, asked, stored in (
            ("study", item.studyInstanceUID, image.studyInstanceUID),
            ("series", item.seriesInstanceUID, image.seriesInstanceUID),
        ):
            if asked != stored:
                raise DocumentNotFound(
                    f"instance '{sop}' is not in {level} '{asked}'; attribute={level}InstanceUID; rule=H18",
                    location=sop,
                )
        # the list is about pixels; what has none is given as it is stored
        if image.frames is not None and image.transferSyntaxUID not in syntaxes:
            raise TransferSyntaxNotAvailable(
                f"instance '{sop}' is stored in transfer syntax '{image.transferSyntaxUID}', "
                f"TransferSyntaxUIDList holds {', '.join(syntaxes) or 'none'}; "
                "attribute=TransferSyntaxUIDList; rule=H18",
                location=sop,
            )
        return DocumentResponse(request=item.document, mimeType=_DICOM, content=image.content)
