"""Document Repository: keeps documents, registers their metadata, gives them back (ITI TF-2: 3.41, 3.43)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from xdsi_sim.actors.flow import Answer, Call, Flow, NoAnswer, Send, Unreached, Wait
from xdsi_sim.actors.ports import DocumentStore, NewId, StoredDocument
from xdsi_sim.actors.provided import Provided
from xdsi_sim.actors.removal import remove_documents
from xdsi_sim.content import sha1_of
from xdsi_sim.ebrim.described import complete
from xdsi_sim.ebrim.model import Slot
from xdsi_sim.errors import (
    DocumentNotFound,
    RegistryNotAvailable,
    UnknownRepositoryId,
    XdsError,
)
from xdsi_sim.ids import new_uuid
from xdsi_sim.messages.query import OBJECT_REF, AdhocQueryRequest, AdhocQueryResponse
from xdsi_sim.messages.remove import RemoveDocumentsRequest
from xdsi_sim.messages.response import RegistryError, RegistryResponse, retrieve_status
from xdsi_sim.messages.retrieve import (
    DocumentRequest,
    DocumentResponse,
    RetrieveDocumentSetRequest,
    RetrieveDocumentSetResponse,
    incomplete,
)
from xdsi_sim.messages.submit import ProvideAndRegisterDocumentSetRequest, SubmitObjectsRequest
from xdsi_sim.rules.code_sets import CodesNow, any_code
from xdsi_sim.rules.registry import Profile, Verdict
from xdsi_sim.rules.subjects import Fingerprint
from xdsi_sim.rules.transactions import check_provision
from xdsi_sim.vocab import FAILURE, SEVERITY_WARNING, SUCCESS

__all__ = ["DocumentRepository"]

_GET_DOCUMENTS: Final = "urn:uuid:5c4f972b-d56b-40ac-a5fc-c8ca9b40b9d4"


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentRepository:
    """Answers ITI-41 / RAD-68, ITI-43 and ITI-86; sends ITI-42 to its registry."""

    oid: str
    """repositoryUniqueId."""
    registry: str
    """URL of the registry."""
    store: DocumentStore
    codes: CodesNow = any_code
    """Gives the codes of the affinity domain, of which a refusal tells too."""
    profile: Profile = field(default_factory=dict)
    """What the rules weigh here."""
    new_id: NewId = new_uuid

    def provide_and_register(self, request: ProvideAndRegisterDocumentSetRequest) -> Flow[RegistryResponse]:
        """Keep the documents, then register them; nothing stays of a submission that is refused.

        The documents can be retrieved before the registry hears of them (ITI TF-2: 3.41.4.1.3.2).
        """
        provided = Provided.of(request)
        verdict = check_provision(request.submission, provided.objects, provided.prints, profile=self.profile)
        if not verdict.accepted:
            return _refused(self._judged_whole(request, provided))
        submission = self.new_id()
        try:
            yield Wait(self.store.keep(submission, [document for _, document in provided.pairs()]))
        except XdsError as error:
            judged = self._judged_whole(request, provided)
            return _refused(judged, (RegistryError.of(error),) if judged.accepted else ())
        (answer,) = yield Send((self._registration(request, provided),))
        if isinstance(answer, NoAnswer) and not isinstance(answer, Unreached):
            return _noting(verdict, (yield from self._unanswered(submission, answer)))
        response = _registered(answer)
        yield Wait(self.store.settle(submission, registered=response.status == SUCCESS))
        return _noting(verdict, response)

    def _unanswered(self, submission: str, trouble: NoAnswer) -> Flow[RegistryResponse]:
        """The registry has the submission, or has not: it is asked, and what it knows stays."""
        known = yield from self._known(self.store.unsettled().get(submission, ()))
        if known is None:  # `recover` settles it at the next start
            return _not_available(f"{trouble}; whether it has registered the submission cannot be told yet")
        yield Wait(self.store.settle(submission, registered=known))
        if not known:
            return _not_available(f"{trouble}; asked again, it does not know the documents")
        warning = replace(
            RegistryError.of(
                RegistryNotAvailable(
                    f"the registry gave no answer: {trouble}; asked again, it has the documents"
                )
            ),
            severity=SEVERITY_WARNING,
        )
        return RegistryResponse(status=SUCCESS, errors=(warning,))

    def _known(self, uniqueIds: Sequence[str]) -> Flow[bool | None]:
        """Whether the registry knows the documents; None where it does not say, or nothing is to be asked."""
        if not uniqueIds:
            return None
        (answer,) = yield Send((Call(url=self.registry, transaction="ITI-18", message=_query(uniqueIds)),))
        if isinstance(answer, NoAnswer) or answer.status != SUCCESS:
            return None
        return isinstance(answer, AdhocQueryResponse) and bool(answer.fragments)

    def _judged_whole(self, request: ProvideAndRegisterDocumentSetRequest, provided: Provided) -> Verdict:
        """All that is wrong with what is refused, also beside what is stored already."""
        stored = {
            uniqueId: Fingerprint(id=uniqueId, hash=document.hash, size=document.size)
            for uniqueId, document in self.store.find(provided.uniqueIds()).items()
        }
        return check_provision(
            request.submission,
            provided.objects,
            provided.prints,
            stored,
            self.codes(),
            profile=self.profile,
        )

    def _registration(self, request: ProvideAndRegisterDocumentSetRequest, provided: Provided) -> Call:
        """ITI-42 with repositoryUniqueId, hash and size put in and all else untouched.

        What came is sent on: the request is not looked at any more.
        """
        slots = {
            entryUUID: {
                "repositoryUniqueId": self.oid,
                "hash": sha1_of(document.content),
                "size": str(document.content.size),
            }
            for entryUUID, document in provided.pairs()
        }
        submission = request.submission.element
        complete(submission, slots)
        message = SubmitObjectsRequest(element=submission)
        return Call(url=self.registry, transaction="ITI-42", message=message)

    def retrieve(self, request: RetrieveDocumentSetRequest) -> RetrieveDocumentSetResponse:
        """Deliver what is here, with one error for each document that is not."""
        stored = self.store.find([item.documentUniqueId for item in request.requests])
        documents: list[DocumentResponse] = []
        errors: list[RegistryError] = []
        for item in request.requests:
            try:
                documents.append(self.deliver(item, stored))
            except XdsError as error:
                errors.append(RegistryError.of(error))
        return RetrieveDocumentSetResponse(
            status=retrieve_status(len(documents), errors), errors=tuple(errors), documents=tuple(documents)
        )

    def deliver(self, item: DocumentRequest, stored: Mapping[str, StoredDocument]) -> DocumentResponse:
        """One of the documents that are stored; raises XdsError where it is not this that is asked for."""
        uniqueId = item.documentUniqueId
        if item.missing is not None:
            raise incomplete(item.missing, uniqueId)
        if item.repositoryUniqueId != self.oid:
            raise UnknownRepositoryId(
                f"repositoryUniqueId '{item.repositoryUniqueId}' is not this repository ('{self.oid}'); "
                "attribute=RepositoryUniqueId; rule=H02",
                location=uniqueId,
            )
        document = stored.get(uniqueId)
        if document is None:
            raise DocumentNotFound(
                f"no document '{uniqueId}' in this repository; attribute=DocumentUniqueId; rule=H03",
                location=uniqueId,
            )
        return DocumentResponse(request=item, mimeType=document.mimeType, content=document.content)

    def remove(self, request: RemoveDocumentsRequest) -> Flow[RegistryResponse]:
        """Take documents out, each by itself; what the registry has of them stays."""
        return remove_documents(request, self.store, oid=self.oid)

    def recover(self) -> Flow[int]:
        """Settle what a crash cut short, by what the registry knows; gives how many stay unsettled."""
        left = 0
        for submission, uniqueIds in self.store.unsettled().items():
            known = yield from self._known(uniqueIds)
            if known is None:
                left += 1
            else:
                yield Wait(self.store.settle(submission, registered=known))
        return left


def _noting(verdict: Verdict, response: RegistryResponse) -> RegistryResponse:
    """The answer with what the repository itself found in what it accepted."""
    if not verdict.findings:
        return response
    return replace(response, errors=verdict.errors + response.errors, findings=verdict.findings)


def _refused(verdict: Verdict, more: tuple[RegistryError, ...] = ()) -> RegistryResponse:
    return RegistryResponse(status=FAILURE, errors=verdict.errors + more, findings=verdict.findings)


def _registered(answer: Answer) -> RegistryResponse:
    """The registry's answer, errors and warnings unchanged (ITI TF-2: 3.41.4.1.3.2)."""
    if isinstance(answer, NoAnswer):
        return _not_available(str(answer))
    return RegistryResponse(status=answer.status, errors=answer.errors)


def _not_available(trouble: str) -> RegistryResponse:
    error = RegistryError.of(RegistryNotAvailable(f"the registry gave no answer: {trouble}"))
    return RegistryResponse(status=FAILURE, errors=(error,))


def _query(uniqueIds: Sequence[str]) -> AdhocQueryRequest:
    quoted = ",".join("'" + uniqueId.replace("'", "''") + "'" for uniqueId in uniqueIds)
    return AdhocQueryRequest(
        id=_GET_DOCUMENTS,
        returnType=OBJECT_REF,
        parameters=(Slot("$XDSDocumentEntryUniqueId", (f"({quoted})",)),),
    )
