"""Document Repository: keeps documents, registers their metadata, gives them back (ITI TF-2: 3.41, 3.43)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from xdsi_sim.actors.flow import Answer, Call, Flow, NoAnswer, Send, Wait
from xdsi_sim.actors.ports import DocumentStore, NewDocument, NewId, StoredDocument
from xdsi_sim.content import sha1_of
from xdsi_sim.ebrim.model import DocumentEntry, Slot
from xdsi_sim.ebrim.writer import new_uuid
from xdsi_sim.errors import DocumentNotFound, RegistryNotAvailable, UnknownRepositoryId, XdsError
from xdsi_sim.messages.query import OBJECT_REF, AdhocQueryRequest, AdhocQueryResponse
from xdsi_sim.messages.response import RegistryError, RegistryResponse, retrieve_status
from xdsi_sim.messages.retrieve import (
    DocumentRequest,
    DocumentResponse,
    RetrieveDocumentSetRequest,
    RetrieveDocumentSetResponse,
)
from xdsi_sim.messages.submit import ProvideAndRegisterDocumentSetRequest, SubmitObjectsRequest
from xdsi_sim.rules.subjects import Fingerprint
from xdsi_sim.rules.transactions import check_provision
from xdsi_sim.vocab import FAILURE, SUCCESS

__all__ = ["DocumentRepository"]

_GET_DOCUMENTS: Final = "urn:uuid:5c4f972b-d56b-40ac-a5fc-c8ca9b40b9d4"


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentRepository:
    """Answers ITI-41 / RAD-68 and ITI-43; sends ITI-42 to its registry."""

    oid: str
    """repositoryUniqueId."""
    registry: str
    """URL of the registry."""
    store: DocumentStore
    new_id: NewId = new_uuid

    def provide_and_register(self, request: ProvideAndRegisterDocumentSetRequest) -> Flow[RegistryResponse]:
        """Keep the documents, then register them; nothing stays of a submission that is refused.

        The documents can be retrieved before the registry hears of them (ITI TF-2: 3.41.4.1.3.2).
        """
        prints = {
            document.id: Fingerprint(
                id=document.id, hash=sha1_of(document.content), size=document.content.size
            )
            for document in request.documents
        }
        if errors := self._check(request, prints):
            return RegistryResponse(status=FAILURE, errors=errors)
        submission = self.new_id()
        try:
            yield Wait(self.store.keep(submission, _documents(request)))
        except XdsError as error:
            return RegistryResponse(status=FAILURE, errors=(RegistryError.of(error),))
        (answer,) = yield Send((self._registration(request, prints),))
        response = _registered(answer)
        yield Wait(self.store.settle(submission, registered=response.status == SUCCESS))
        return response

    def _check(
        self, request: ProvideAndRegisterDocumentSetRequest, prints: Mapping[str, Fingerprint]
    ) -> tuple[RegistryError, ...]:
        uniqueIds = [entry.uniqueId for entry in request.submission.objects.documentEntries if entry.uniqueId]
        stored = {
            uniqueId: Fingerprint(id=uniqueId, hash=document.hash, size=document.size)
            for uniqueId, document in self.store.find(uniqueIds).items()
        }
        # by document, not by id: two documents of one id are a finding
        documents = tuple(prints[document.id] for document in request.documents)
        verdict = check_provision(request.submission, documents, stored)
        return () if verdict.accepted else verdict.errors

    def _registration(
        self, request: ProvideAndRegisterDocumentSetRequest, prints: Mapping[str, Fingerprint]
    ) -> Call:
        """ITI-42 with repositoryUniqueId, hash and size put in and all else untouched."""
        objects = request.submission.objects
        entries = tuple(self._completed(entry, prints[entry.entryUUID]) for entry in objects.documentEntries)
        message = SubmitObjectsRequest(objects=replace(objects, documentEntries=entries))
        return Call(url=self.registry, transaction="ITI-42", message=message)

    def _completed(self, entry: DocumentEntry, print_: Fingerprint) -> DocumentEntry:
        own = ("repositoryUniqueId", "hash", "size")
        return replace(
            entry,
            repositoryUniqueId=self.oid,
            hash=print_.hash,
            size=str(print_.size),
            # an attribute given in a form that could not be read would be there twice
            extra=tuple(item for item in entry.extra if not (isinstance(item, Slot) and item.name in own)),
        )

    def retrieve(self, request: RetrieveDocumentSetRequest) -> RetrieveDocumentSetResponse:
        """Deliver what is here, with one error for each document that is not."""
        if not request.requests:
            nothing = XdsError("the request holds no DocumentRequest; rule=H01")
            return RetrieveDocumentSetResponse(status=FAILURE, errors=(RegistryError.of(nothing),))
        stored = self.store.find([item.documentUniqueId for item in request.requests])
        documents: list[DocumentResponse] = []
        errors: list[RegistryError] = []
        for item in request.requests:
            try:
                documents.append(self._one(item, stored))
            except XdsError as error:
                errors.append(RegistryError.of(error))
        return RetrieveDocumentSetResponse(
            status=retrieve_status(len(documents), errors), errors=tuple(errors), documents=tuple(documents)
        )

    def _one(self, item: DocumentRequest, stored: Mapping[str, StoredDocument]) -> DocumentResponse:
        uniqueId = item.documentUniqueId
        if item.repositoryUniqueId != self.oid:
            raise UnknownRepositoryId(
                f"repositoryUniqueId '{item.repositoryUniqueId}' is not this repository ('{self.oid}')",
                location=uniqueId,
            )
        document = stored.get(uniqueId)
        if document is None:
            raise DocumentNotFound(f"no document '{uniqueId}' in this repository", location=uniqueId)
        return DocumentResponse(request=item, mimeType=document.mimeType, content=document.content)

    def recover(self) -> Flow[int]:
        """Settle what a crash cut short, by what the registry knows; gives how many stay unsettled."""
        left = 0
        for submission, uniqueIds in self.store.unsettled().items():
            (answer,) = yield Send(
                (Call(url=self.registry, transaction="ITI-18", message=_known(uniqueIds)),)
            )
            if isinstance(answer, NoAnswer) or answer.status != SUCCESS:
                left += 1
                continue
            known = isinstance(answer, AdhocQueryResponse) and bool(answer.fragments)
            yield Wait(self.store.settle(submission, registered=known))
        return left


def _documents(request: ProvideAndRegisterDocumentSetRequest) -> tuple[NewDocument, ...]:
    entries = {entry.entryUUID: entry for entry in request.submission.objects.documentEntries}
    return tuple(
        NewDocument(uniqueId=entry.uniqueId or "", mimeType=entry.mimeType or "", content=document.content)
        for document in request.documents
        for entry in (entries[document.id],)
    )


def _registered(answer: Answer) -> RegistryResponse:
    """The registry's answer, errors and warnings unchanged (ITI TF-2: 3.41.4.1.3.2)."""
    if isinstance(answer, NoAnswer):
        error = RegistryError.of(RegistryNotAvailable(f"the registry gave no answer: {answer}"))
        return RegistryResponse(status=FAILURE, errors=(error,))
    return RegistryResponse(status=answer.status, errors=answer.errors)


def _known(uniqueIds: Sequence[str]) -> AdhocQueryRequest:
    quoted = ",".join("'" + uniqueId.replace("'", "''") + "'" for uniqueId in uniqueIds)
    return AdhocQueryRequest(
        id=_GET_DOCUMENTS,
        returnType=OBJECT_REF,
        parameters=(Slot("$XDSDocumentEntryUniqueId", (f"({quoted})",)),),
    )
