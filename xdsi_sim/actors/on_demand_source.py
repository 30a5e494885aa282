"""On-Demand Document Source: offers a document, and makes it when it is asked for (ITI TF-2: 3.61, 3.43).

What it offers is an imaging summary of a patient. It remembers nothing of what it has offered: what the
registry says of an entry at that moment holds, its status and, after merges, its patient.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Final

from xdsi_sim.actors.flow import Call, Flow, NoAnswer, Send
from xdsi_sim.actors.ports import Clock, NewId, utc_now
from xdsi_sim.actors.repository import DocumentRepository
from xdsi_sim.clock import dtm_of
from xdsi_sim.content import BytesContent, Content
from xdsi_sim.dicom.imaging_metadata import submission
from xdsi_sim.dicom.imaging_summary import summary_entry, write_summary
from xdsi_sim.dicom.publisher import Publisher
from xdsi_sim.ebrim.model import Association, DocumentEntry, Slot
from xdsi_sim.errors import DocumentNotFound, XdsError
from xdsi_sim.ids import new_uid, new_uuid
from xdsi_sim.messages.patient_feed import patient_id, read_patient_id
from xdsi_sim.messages.query import AdhocQueryRequest
from xdsi_sim.messages.response import RegistryError, RegistryResponse, retrieve_status
from xdsi_sim.messages.retrieve import (
    DocumentRequest,
    DocumentResponse,
    RetrieveDocumentSetRequest,
    RetrieveDocumentSetResponse,
)
from xdsi_sim.messages.stored_queries import FIND_DOCUMENTS, GET_DOCUMENTS, StoredQuery, encode
from xdsi_sim.messages.submit import Document, ProvideAndRegisterDocumentSetRequest, SubmitObjectsRequest
from xdsi_sim.vocab import APPROVED, FAILURE, ON_DEMAND, STABLE, SUCCESS
from xdsi_sim.vocab import Association as AssociationType

__all__ = ["OnDemandDocumentSource", "Registration"]

_FIND: Final = FIND_DOCUMENTS.by_name
_GET: Final = GET_DOCUMENTS.by_name


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """What was offered, and what the registry says to it."""

    entry: DocumentEntry
    response: RegistryResponse


@dataclass(frozen=True, slots=True, kw_only=True)
class OnDemandDocumentSource:
    """Answers ITI-43 with what it makes for the occasion; sends ITI-61, ITI-18 and, for snapshots, ITI-42."""

    snapshots: DocumentRepository
    """Keeps what was made, if it is kept. Its OID and its registry are those of the source."""
    publisher: Publisher
    persists: bool = False
    """Whether what is made is kept, and registered as a snapshot."""
    clock: Clock = utc_now
    new_id: NewId = new_uuid
    new_uid: NewId = new_uid

    # --- ITI-61

    def patientId(self, text: str) -> str:
        """The CX of a patient, from a CX or a bare id of the affinity domain; raises ValueError otherwise."""
        id = read_patient_id(text, self.publisher.patient_authority)
        return patient_id(id, id.root)

    def register(self, patientId: str, *, anew: bool = True) -> Flow[Registration]:
        """Offer the summary of a patient; it replaces what the source has offered of the patient before.

        Unless `anew`, what is offered already stays.
        """
        entry = self._entry(patientId)
        try:
            former = yield from self._entries(patientId, ON_DEMAND)
            own = [each for each in former if self._is_own(each)]
            if own and not anew:
                return Registration(entry=own[-1], response=RegistryResponse())
            request = self._submission(entry, AssociationType.RPLC, own)
            response = yield from self._sent("ITI-61", request)
        except XdsError as error:
            response = RegistryResponse(status=FAILURE, errors=(RegistryError.of(error),))
        return Registration(entry=entry, response=response)

    def _entry(self, patientId: str) -> DocumentEntry:
        return summary_entry(
            patientId,
            self.publisher,
            entryUUID=self.new_id(),
            uniqueId=self.new_uid(),
            repositoryUniqueId=self.snapshots.oid,
        )

    def _submission(
        self, entry: DocumentEntry, type_: str, targets: Iterable[DocumentEntry]
    ) -> SubmitObjectsRequest:
        """A submission of one entry with its relationship to registered ones."""
        objects = submission(
            (entry,),
            self.publisher,
            entryUUID="submission-set",
            uniqueId=self.new_uid(),
            submissionTime=self.clock(),
        )
        relationships = (
            Association(
                entryUUID=f"relationship-{number}",
                associationType=type_,
                sourceObject=entry.entryUUID,
                targetObject=target.entryUUID,
            )
            for number, target in enumerate(targets, start=1)
        )
        return SubmitObjectsRequest(
            objects=replace(objects, associations=(*objects.associations, *relationships))
        )

    # --- ITI-43

    def retrieve(self, request: RetrieveDocumentSetRequest) -> Flow[RetrieveDocumentSetResponse]:
        """Make each document that is asked for, with one error for each that cannot be made.

        A document that is asked for twice is made twice.
        """
        documents: list[DocumentResponse] = []
        errors: list[RegistryError] = []
        for item in request.requests:
            try:
                documents.append((yield from self._one(item)))
            except XdsError as error:
                errors.append(replace(RegistryError.of(error), location=item.documentUniqueId or None))
        return RetrieveDocumentSetResponse(
            status=retrieve_status(len(documents), errors), errors=tuple(errors), documents=tuple(documents)
        )

    def _one(self, item: DocumentRequest) -> Flow[DocumentResponse]:
        try:
            return self.snapshots.deliver(item, self.snapshots.store.find((item.documentUniqueId,)))
        except DocumentNotFound:
            offered = yield from self._asked_for(item.documentUniqueId)
        registered = yield from self._entries(offered.patientId or "", STABLE)
        return (yield from self._made(item, offered, registered))

    def _asked_for(self, uniqueId: str) -> Flow[DocumentEntry]:
        """The Approved On-Demand entry of that uniqueId, the last if there are several."""
        found = yield from self._found(GET_DOCUMENTS, encode(_GET["$XDSDocumentEntryUniqueId"], uniqueId))
        own = [entry for entry in found if entry.objectType == ON_DEMAND and self._is_own(entry)]
        approved = [entry for entry in own if entry.availabilityStatus == APPROVED]
        if approved:
            return approved[-1]
        trouble = (
            f"the On-Demand entry is deprecated; object={own[-1].entryUUID}"
            if own
            else f"no document '{uniqueId}' at this source"
        )
        raise DocumentNotFound(f"{trouble}; attribute=DocumentUniqueId; rule=H03")

    def _is_own(self, entry: DocumentEntry) -> bool:
        return entry.repositoryUniqueId == self.snapshots.oid

    def _made(
        self, item: DocumentRequest, offered: DocumentEntry, registered: Iterable[DocumentEntry]
    ) -> Flow[DocumentResponse]:
        """The document as of now; where it is kept, it is registered before anybody has it."""
        made = self.clock()
        snapshot = replace(
            self._entry(offered.patientId or ""),
            objectType=STABLE,
            creationTime=dtm_of(made),
            sourcePatientId=offered.sourcePatientId,
        )
        listed = [entry for entry in registered if not self._is_own(entry)]
        content = BytesContent(write_summary(offered.patientId or "", listed, made=made))
        if self.persists:
            yield from self._keep(snapshot, content, offered)
        return DocumentResponse(
            request=item,
            mimeType=snapshot.mimeType or "",
            content=content,
            newRepositoryUniqueId=self.snapshots.oid if self.persists else None,
            newDocumentUniqueId=snapshot.uniqueId,
        )

    def _keep(self, snapshot: DocumentEntry, content: Content, offered: DocumentEntry) -> Flow[None]:
        request = ProvideAndRegisterDocumentSetRequest(
            submission=self._submission(snapshot, AssociationType.IS_SNAPSHOT_OF, (offered,)),
            documents=(Document(id=snapshot.entryUUID, content=content),),
        )
        response = yield from self.snapshots.provide_and_register(request)
        if response.status != SUCCESS:
            raise XdsError(f"the snapshot is not registered: {_told(response.errors)}")

    def recover(self) -> Flow[int]:
        """Settle the snapshots that a crash cut short; gives how many stay unsettled."""
        return self.snapshots.recover()

    # --- what the registry says

    def _entries(self, patientId: str, objectType: str) -> Flow[tuple[DocumentEntry, ...]]:
        """The Approved entries of a patient, Stable or On-Demand, in the order of their registration."""
        return self._found(
            FIND_DOCUMENTS,
            encode(_FIND["$XDSDocumentEntryPatientId"], patientId),
            encode(_FIND["$XDSDocumentEntryStatus"], APPROVED),
            encode(_FIND["$XDSDocumentEntryType"], objectType),
        )

    def _found(self, query: StoredQuery, *parameters: Slot) -> Flow[tuple[DocumentEntry, ...]]:
        answer = yield from self._sent("ITI-18", AdhocQueryRequest(id=query.id, parameters=parameters))
        if answer.status != SUCCESS:
            raise XdsError(f"the registry has refused {query.name}: {_told(answer.errors)}")
        entries: tuple[DocumentEntry, ...] = answer.objects.documentEntries
        return entries

    def _sent(self, transaction: str, message: object) -> Flow[Any]:
        call = Call(url=self.snapshots.registry, transaction=transaction, message=message)
        (answer,) = yield Send((call,))
        if isinstance(answer, NoAnswer):
            raise XdsError(f"the registry gave no answer: {answer}")
        return answer


def _told(errors: Iterable[RegistryError]) -> str:
    return "; ".join(f"{error.errorCode} ({error.codeContext})" for error in errors)
