from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path

import pytest
from submissions import AUTHORITY, a_submission, an_entry, uuid

from xdsi_sim.actors.flow import run
from xdsi_sim.actors.ports import NewDocument
from xdsi_sim.actors.registry import DocumentRegistry
from xdsi_sim.actors.removal import remove_documents
from xdsi_sim.content import BytesContent
from xdsi_sim.errors import StoreFull
from xdsi_sim.messages.remove import RemoveDocumentsRequest, RemoveObjectsRequest
from xdsi_sim.messages.response import RegistryResponse, status_name
from xdsi_sim.messages.retrieve import DocumentRequest
from xdsi_sim.messages.submit import SubmitObjectsRequest
from xdsi_sim.rules.removal import DELETE_ALL
from xdsi_sim.store.registry import SqliteRegistryStore
from xdsi_sim.store.repository import SqliteDocumentStore

OID = "2.999.10.3"
HM = "urn:uuid:00000000-0000-4000-8000-000000000901"


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[DocumentRegistry]:
    store = SqliteRegistryStore(tmp_path)
    yield DocumentRegistry(store=store, patientAuthority=AUTHORITY)
    store.close()


@pytest.fixture
def documents(tmp_path: Path) -> Iterator[SqliteDocumentStore]:
    store = SqliteDocumentStore(tmp_path)
    store.keep("s", [_document("1.1"), _document("1.2")]).result()
    store.settle("s", registered=True)
    store.keep("under way", [_document("1.3")]).result()
    yield store
    store.close()


def _document(uniqueId: str) -> NewDocument:
    return NewDocument(uniqueId=uniqueId, mimeType="a/b", content=BytesContent(b"text"))


def sent() -> SubmitObjectsRequest:
    """One entry in a set, all under ids of their own."""
    request = a_submission(entries=(an_entry(),))
    (member,) = request.objects.associations
    objects = replace(request.objects, associations=(replace(member, entryUUID=HM),))
    return SubmitObjectsRequest(objects=objects)


def remove(registry: DocumentRegistry, *ids: str, **more: str) -> RegistryResponse:
    return run(registry.remove(RemoveObjectsRequest(ids=ids, **more)), lambda _call: None)  # type: ignore[arg-type]


def codes(response: RegistryResponse) -> list[str]:
    return sorted(error.errorCode for error in response.errors)


def test_a_submission_goes_as_a_whole_and_can_be_sent_again(registry: DocumentRegistry) -> None:
    for _ in range(2):
        assert run(registry.register(sent()), lambda _call: None) == RegistryResponse()
        assert (
            remove(registry, uuid(1).upper().replace("URN:UUID", "urn:uuid"), uuid(100), HM)
            == RegistryResponse()
        )


@pytest.mark.parametrize(
    ("ids", "expected"),
    [
        ((uuid(100),), ["ReferencesExistException"]),
        ((uuid(1), HM), ["XDSUnreferencedObjectException"]),
        ((HM,), ["XDSUnreferencedObjectException"] * 2),
        ((uuid(1), uuid(100), HM, uuid(77)), ["UnresolvedReferenceException"]),
        ((uuid(77), uuid(1)), ["ReferencesExistException", "UnresolvedReferenceException"]),
        ((), ["XDSRegistryError"]),
    ],
)
def test_what_is_refused_changes_nothing(
    registry: DocumentRegistry, ids: tuple[str, ...], expected: list[str]
) -> None:
    run(registry.register(sent()), lambda _call: None)
    response = remove(registry, *ids)
    assert (status_name(response.status), codes(response)) == ("Failure", expected)
    assert remove(registry, uuid(1), uuid(100), HM) == RegistryResponse()


def test_a_removal_that_is_wrong_in_itself_is_judged_whole(registry: DocumentRegistry) -> None:
    response = remove(registry, uuid(77), deletionScope=DELETE_ALL)
    assert codes(response) == ["UnresolvedReferenceException", "XDSRegistryError"]


# --- documents


def removal(store: SqliteDocumentStore, *uniqueIds: str, oid: str = OID) -> RegistryResponse:
    requests = tuple(DocumentRequest(repositoryUniqueId=oid, documentUniqueId=id) for id in uniqueIds)
    flow = remove_documents(RemoveDocumentsRequest(requests=requests), store, oid=OID)
    return run(flow, lambda _call: None)


@pytest.mark.parametrize(
    ("uniqueIds", "status", "failed"),
    [
        (["1.1", "1.2"], "Success", {}),
        (["1.1", "1.1"], "Success", {}),
        (["1.1", "1.9"], "PartialSuccess", {"1.9": "XDSDocumentUniqueIdError"}),
        (["1.3", "1.2"], "PartialSuccess", {"1.3": "XDSRemoveDocumentsError"}),
        (["1.9"], "Failure", {"1.9": "XDSDocumentUniqueIdError"}),
    ],
)
def test_one_document_that_stays_keeps_no_other(
    documents: SqliteDocumentStore, uniqueIds: list[str], status: str, failed: dict[str, str]
) -> None:
    response = removal(documents, *uniqueIds)
    assert status_name(response.status) == status
    assert {error.location: error.errorCode for error in response.errors} == failed
    assert set(documents.find(uniqueIds)) == set(failed) - {"1.9"}


def test_a_document_that_was_removed_is_unknown_from_then_on(documents: SqliteDocumentStore) -> None:
    assert removal(documents, "1.1") == RegistryResponse()
    assert codes(removal(documents, "1.1")) == ["XDSDocumentUniqueIdError"]


def test_another_repository_is_not_asked_for(documents: SqliteDocumentStore) -> None:
    response = removal(documents, "1.1", oid="1.2.3")
    assert (status_name(response.status), codes(response)) == ("Failure", ["XDSUnknownRepositoryId"])
    assert documents.find(["1.1"])


def test_a_store_that_cannot_is_told_for_each_document(
    documents: SqliteDocumentStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    failed: Future[None] = Future()
    failed.set_exception(StoreFull("the disk is full"))
    monkeypatch.setattr(documents, "remove", lambda _ids: failed)
    assert codes(removal(documents, "1.1", "1.2")) == ["XDSRemoveDocumentsError"] * 2
