from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from submissions import AUTHORITY, PATIENT, a_set, a_submission, an_entry, an_on_demand_entry
from told import told

from xdsi_sim.actors.flow import Call, Unreached, run
from xdsi_sim.actors.on_demand_source import OnDemandDocumentSource, Registration
from xdsi_sim.actors.registry import DocumentRegistry
from xdsi_sim.actors.registry_port import PatientChange
from xdsi_sim.actors.repository import DocumentRepository
from xdsi_sim.content import read_all, sha1_of
from xdsi_sim.dicom.publisher import Publisher
from xdsi_sim.ebrim.model import DocumentEntry, RegistryObjectList
from xdsi_sim.messages.query import AdhocQueryRequest
from xdsi_sim.messages.response import status_name
from xdsi_sim.messages.retrieve import (
    DocumentRequest,
    RetrieveDocumentSetRequest,
    RetrieveDocumentSetResponse,
)
from xdsi_sim.messages.stored_queries import GET_ALL, encode
from xdsi_sim.store.registry import SqliteRegistryStore
from xdsi_sim.store.repository import SqliteDocumentStore
from xdsi_sim.vocab import APPROVED, DEPRECATED, ON_DEMAND, STABLE, Association

OID = "2.999.1.4"
NOW = datetime(2026, 2, 14, 10, 15, tzinfo=UTC)


@dataclass
class Domain:
    """A registry, and how a source reaches it: `calls` has what came there, `trouble` says what does not."""

    registry: DocumentRegistry
    documents: SqliteDocumentStore
    calls: list[Call] = field(default_factory=list)
    trouble: Callable[[Call], bool] = lambda _call: False

    def send(self, call: Call) -> Any:
        if self.trouble(call):
            return Unreached("connection refused")
        self.calls.append(call)
        answers: dict[str, Callable[[Any], Any]] = {
            "ITI-18": self.registry.query,
            "ITI-42": self.registry.register,
            "ITI-61": lambda message: self.registry.register(message, "ITI-61"),
        }
        return run(answers[call.transaction](call.message), self.send)

    def source(self, *, persists: bool = False, oid: str = OID) -> OnDemandDocumentSource:
        return OnDemandDocumentSource(
            snapshots=DocumentRepository(oid=oid, registry="http://registry", store=self.documents),
            publisher=Publisher(sourceId=oid, patient_authority=AUTHORITY, institution="Index"),
            persists=persists,
            clock=lambda: NOW,
        )

    def offer(self, source: OnDemandDocumentSource, patientId: str = PATIENT) -> DocumentEntry:
        registration: Registration = run(source.register(patientId), self.send)
        assert registration.response.errors == ()
        return registration.entry

    def retrieve(
        self, source: OnDemandDocumentSource, *uniqueIds: str | None, oid: str = OID
    ) -> RetrieveDocumentSetResponse:
        asked = [DocumentRequest(repositoryUniqueId=oid, documentUniqueId=id or "") for id in uniqueIds]
        return run(source.retrieve(RetrieveDocumentSetRequest(requests=tuple(asked))), self.send)

    def everything(self, patientId: str = PATIENT) -> RegistryObjectList:
        known, both = GET_ALL.by_name, (APPROVED, DEPRECATED)
        statuses = [encode(known[name], *both) for name in known if name.endswith("Status")]
        parameters = (
            encode(known["$patientId"], patientId),
            encode(known["$XDSDocumentEntryType"], STABLE, ON_DEMAND),
            *statuses,
        )
        return self.registry.query(AdhocQueryRequest(id=GET_ALL.id, parameters=parameters)).objects

    def transactions(self) -> list[str]:
        return [call.transaction for call in self.calls]


@pytest.fixture
def domain(tmp_path: Path) -> Iterator[Domain]:
    metadata = SqliteRegistryStore(tmp_path / "registry")
    documents = SqliteDocumentStore(tmp_path / "documents")
    yield Domain(DocumentRegistry(store=metadata, patientAuthority=AUTHORITY), documents)
    documents.close()
    metadata.close()


def text_of(response: RetrieveDocumentSetResponse) -> str:
    (document,) = response.documents
    return read_all(document.content).decode()


# --- offering --------------------------------------------------------------------------------


def test_what_is_offered_is_an_on_demand_entry_without_a_document(domain: Domain) -> None:
    entry = domain.offer(domain.source())
    (offered,) = domain.everything().documentEntries
    assert offered.uniqueId == entry.uniqueId
    assert (offered.objectType, offered.availabilityStatus) == (ON_DEMAND, APPROVED)
    assert (offered.creationTime, offered.hash, offered.size) == (None, None, None)
    assert offered.repositoryUniqueId == OID


def test_a_new_offer_replaces_the_former_of_the_source_and_of_nobody_else(domain: Domain) -> None:
    source, other = domain.source(), domain.source(oid="2.999.1.5")
    first, foreign, second = domain.offer(source), domain.offer(other), domain.offer(source)
    objects = domain.everything()
    status = {entry.entryUUID: entry.availabilityStatus for entry in objects.documentEntries}
    assert [status[each.entryUUID] for each in (first, foreign, second)] == [DEPRECATED, APPROVED, APPROVED]
    replacements = [each for each in objects.associations if each.associationType == Association.RPLC]
    assert [(each.sourceObject, each.targetObject) for each in replacements] == [
        (second.entryUUID, first.entryUUID)
    ]


def test_an_offer_that_the_registry_does_not_take_is_told(domain: Domain) -> None:
    source = domain.source()
    refused: Registration = run(source.register("P1^^^&2.999.9.9&ISO"), domain.send)
    assert [error.errorCode for error in refused.response.errors] == ["XDSUnknownPatientId"]
    domain.trouble = lambda _call: True
    unreached: Registration = run(source.register(PATIENT), domain.send)
    assert status_name(unreached.response.status) == "Failure"
    assert "connection refused" in unreached.response.errors[0].codeContext


# --- making ----------------------------------------------------------------------------------


def test_each_document_is_made_when_it_is_asked_for_and_has_an_id_of_its_own(domain: Domain) -> None:
    source = domain.source()
    offered = domain.offer(source)
    before = domain.retrieve(source, offered.uniqueId)
    run(domain.registry.register(a_submission(entries=(an_entry(),))), domain.send)
    after = domain.retrieve(source, offered.uniqueId)
    assert "Documents    0\n" in text_of(before)
    assert "Documents    1\n" in text_of(after)
    (first,), (second,) = before.documents, after.documents
    assert len({offered.uniqueId, first.newDocumentUniqueId, second.newDocumentUniqueId, None}) == 4
    assert (first.request.documentUniqueId, first.mimeType) == (offered.uniqueId, "text/plain")


def test_a_source_that_keeps_nothing_registers_nothing(domain: Domain) -> None:
    source = domain.source()
    offered = domain.offer(source)
    domain.calls.clear()
    (document,) = domain.retrieve(source, offered.uniqueId).documents
    assert document.newRepositoryUniqueId is None
    assert domain.transactions() == ["ITI-18", "ITI-18"]
    again = domain.retrieve(source, document.newDocumentUniqueId)
    assert told(again) == [("XDSDocumentUniqueIdError", document.newDocumentUniqueId)]


def test_a_snapshot_is_registered_before_the_answer_and_retrieved_by_its_new_id(domain: Domain) -> None:
    source = domain.source(persists=True)
    offered = domain.offer(source)
    response = domain.retrieve(source, offered.uniqueId)
    (document,) = response.documents
    assert domain.transactions()[-1] == "ITI-42"
    assert document.newRepositoryUniqueId == OID
    objects = domain.everything()
    (snapshot,) = [each for each in objects.documentEntries if each.objectType == STABLE]
    assert (snapshot.uniqueId, snapshot.repositoryUniqueId) == (document.newDocumentUniqueId, OID)
    assert (snapshot.hash, snapshot.size) == (sha1_of(document.content), str(document.content.size))
    assert snapshot.creationTime == "20260214101500"
    (link,) = [each for each in objects.associations if each.associationType == Association.IS_SNAPSHOT_OF]
    assert (link.sourceObject, link.targetObject) == (snapshot.entryUUID, offered.entryUUID)
    kept = domain.retrieve(source, snapshot.uniqueId)
    assert text_of(kept) == text_of(response)
    assert (kept.documents[0].newDocumentUniqueId, kept.documents[0].newRepositoryUniqueId) == (None, None)


def test_a_summary_does_not_list_earlier_ones(domain: Domain) -> None:
    source = domain.source(persists=True)
    offered = domain.offer(source)
    domain.retrieve(source, offered.uniqueId)
    assert "Documents    0\n" in text_of(domain.retrieve(source, offered.uniqueId))


def test_the_document_of_a_deprecated_entry_is_not_made_but_its_snapshot_stays(domain: Domain) -> None:
    source = domain.source(persists=True)
    former = domain.offer(source)
    (made,) = domain.retrieve(source, former.uniqueId).documents
    latest = domain.offer(source)
    response = domain.retrieve(source, former.uniqueId, made.newDocumentUniqueId, latest.uniqueId)
    assert told(response) == [("XDSDocumentUniqueIdError", former.uniqueId)]
    assert "is deprecated" in response.errors[0].codeContext
    assert status_name(response.status) == "PartialSuccess"
    assert [each.request.documentUniqueId for each in response.documents] == [
        made.newDocumentUniqueId,
        latest.uniqueId,
    ]


def by_hand(domain: Domain, number: int, uniqueId: str = "2.999.8", **changes: Any) -> DocumentEntry:
    """An On-Demand entry of the source that somebody else has registered."""
    given = {"repositoryUniqueId": OID, "uniqueId": uniqueId, **changes}
    entry = an_on_demand_entry(number, **given)
    set_ = a_set(100 + number, patientId=entry.patientId)
    request = a_submission(entries=(entry,), set_=set_)
    assert run(domain.registry.register(request, "ITI-61"), domain.send).errors == ()
    return entry


def test_of_several_entries_of_one_unique_id_the_last_has_the_snapshot(domain: Domain) -> None:
    by_hand(domain, 1)
    last = by_hand(domain, 2, sourcePatientId="L2^^^&2.999.20.1&ISO")
    assert domain.retrieve(domain.source(persists=True), "2.999.8").errors == ()
    objects = domain.everything()
    (link,) = [each for each in objects.associations if each.associationType == Association.IS_SNAPSHOT_OF]
    (snapshot,) = [each for each in objects.documentEntries if each.objectType == STABLE]
    assert link.targetObject == last.entryUUID
    assert snapshot.sourcePatientId == last.sourcePatientId


def test_after_a_merge_the_summary_is_that_of_the_survivor(domain: Domain) -> None:
    source, survivor = domain.source(), f"P2^^^&{AUTHORITY}&ISO"
    offered = domain.offer(source)
    merged = PatientChange(announced=(survivor, PATIENT), merged=(survivor, PATIENT))
    domain.registry.store.feed((survivor, PATIENT), lambda _known: merged).result()
    assert f"Patient      {survivor}\n" in text_of(domain.retrieve(source, offered.uniqueId))


# --- refusing --------------------------------------------------------------------------------


@pytest.mark.parametrize("nth", [1, 2, 3])
def test_where_the_registry_gives_no_answer_each_document_has_its_error(domain: Domain, nth: int) -> None:
    """The registry is asked twice, and then told of the snapshot."""
    source = domain.source(persists=True)
    offered = domain.offer(source)
    (made,) = domain.retrieve(source, offered.uniqueId).documents
    domain.calls.clear()
    domain.trouble = lambda _call: len(domain.calls) >= nth - 1
    response = domain.retrieve(source, offered.uniqueId, made.newDocumentUniqueId)
    assert told(response) == [("XDSRepositoryError", offered.uniqueId)]
    assert "connection refused" in response.errors[0].codeContext
    assert [each.request.documentUniqueId for each in response.documents] == [made.newDocumentUniqueId]
    assert status_name(response.status) == "PartialSuccess"


def test_a_snapshot_that_the_registry_refuses_is_neither_given_nor_kept(domain: Domain) -> None:
    source = domain.source(persists=True)
    offered = domain.offer(source)
    strangers = DocumentRegistry(store=domain.registry.store, patientAuthority="2.999.9.9")
    domain.registry = strangers
    response = domain.retrieve(source, offered.uniqueId)
    assert told(response) == [("XDSRepositoryError", offered.uniqueId)]
    assert "XDSUnknownPatientId" in response.errors[0].codeContext
    assert domain.documents.unsettled() == {}
    assert len(domain.everything().documentEntries) == 1


def test_where_the_registry_refuses_to_tell_the_document_has_its_error(domain: Domain) -> None:
    by_hand(domain, 1)
    by_hand(domain, 2, patientId=f"P2^^^&{AUTHORITY}&ISO")
    response = domain.retrieve(domain.source(), "2.999.8")
    assert told(response) == [("XDSRepositoryError", "2.999.8")]
    assert "XDSResultNotSinglePatient" in response.errors[0].codeContext


def test_what_another_source_offers_is_not_made(domain: Domain) -> None:
    by_hand(domain, 1, repositoryUniqueId="2.999.1.5")
    assert told(domain.retrieve(domain.source(), "2.999.8")) == [("XDSDocumentUniqueIdError", "2.999.8")]


@pytest.mark.parametrize(
    ("oid", "uniqueId", "code"),
    [
        ("2.999.9", "u", "XDSUnknownRepositoryId"),
        (OID, "u", "XDSDocumentUniqueIdError"),
        (OID, "2.999.2.1", "XDSDocumentUniqueIdError"),
        (OID, "", "XDSRepositoryError"),
    ],
)
def test_what_is_not_offered_has_its_code(domain: Domain, oid: str, uniqueId: str, code: str) -> None:
    run(domain.registry.register(a_submission(entries=(an_entry(repositoryUniqueId=OID),))), domain.send)
    response = domain.retrieve(domain.source(), uniqueId, oid=oid)
    assert told(response) == [(code, uniqueId or None)]
    assert status_name(response.status) == "Failure"


def test_a_crash_between_keeping_and_registering_is_settled_by_what_the_registry_knows(
    domain: Domain,
) -> None:
    source = domain.source(persists=True)
    offered = domain.offer(source)
    asked = DocumentRequest(repositoryUniqueId=OID, documentUniqueId=offered.uniqueId or "")
    flow = source.retrieve(RetrieveDocumentSetRequest(requests=(asked,)))
    effect = next(flow)
    while not hasattr(effect, "future"):  # the document is kept, and then all is over
        effect = flow.send(tuple(map(domain.send, effect.calls)))
    effect.future.result()
    flow.close()
    ((unsettled,),) = domain.documents.unsettled().values()
    assert run(source.recover(), domain.send) == 0
    assert domain.documents.find((unsettled,)) == {}
