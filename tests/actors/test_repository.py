from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from submissions import a_provision, an_entry

from xdsi_sim.actors.flow import Call, NoAnswer, run
from xdsi_sim.actors.repository import DocumentRepository
from xdsi_sim.content import BytesContent, read_all, sha1_of
from xdsi_sim.ebrim.model import Slot
from xdsi_sim.messages.query import AdhocQueryResponse
from xdsi_sim.messages.response import RegistryError, RegistryResponse, status_name
from xdsi_sim.messages.retrieve import DocumentRequest, RetrieveDocumentSetRequest
from xdsi_sim.messages.submit import ProvideAndRegisterDocumentSetRequest, SubmitObjectsRequest
from xdsi_sim.store.repository import SqliteDocumentStore
from xdsi_sim.vocab import FAILURE, SEVERITY_WARNING

OID = "2.999.10.3"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteDocumentStore]:
    opened = SqliteDocumentStore(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def repository(store: SqliteDocumentStore) -> DocumentRepository:
    return DocumentRepository(oid=OID, registry="http://registry", store=store)


class Registry:
    """The other side of ITI-42: keeps what it was sent, answers as it is told."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer
        self.calls: list[Call] = []

    def __call__(self, call: Call) -> Any:
        self.calls.append(call)
        return self.answer


def provide(
    repository: DocumentRepository,
    request: ProvideAndRegisterDocumentSetRequest,
    registry: Callable[[Call], Any],
) -> RegistryResponse:
    return run(repository.provide_and_register(request), registry)


def ask(repository: DocumentRepository, uniqueId: str, oid: str = OID) -> Any:
    asked = DocumentRequest(repositoryUniqueId=oid, documentUniqueId=uniqueId)
    return repository.retrieve(RetrieveDocumentSetRequest(requests=(asked,)))


def test_metadata_is_completed_and_all_else_untouched(repository: DocumentRepository) -> None:
    entry = replace(an_entry(hash=None, size=None, repositoryUniqueId="9.9"), extra=(Slot("urn:x", ("1",)),))
    request = a_provision(entries=(entry,), content=b"the bytes")
    registry = Registry(RegistryResponse())
    assert provide(repository, request, registry) == RegistryResponse()
    (call,) = registry.calls
    assert isinstance(call.message, SubmitObjectsRequest)
    (sent,) = call.message.objects.documentEntries
    completed = {"repositoryUniqueId": OID, "hash": sha1_of(BytesContent(b"the bytes")), "size": "9"}
    assert sent == replace(entry, **completed)
    assert replace(call.message.objects, documentEntries=(entry,)) == request.submission.objects


def test_a_document_can_be_retrieved_before_the_registry_hears_of_it(repository: DocumentRepository) -> None:
    request = a_provision(content=b"early")
    uniqueId = request.submission.objects.documentEntries[0].uniqueId or ""

    def registry(_call: Call) -> RegistryResponse:
        assert read_all(ask(repository, uniqueId).documents[0].content) == b"early"
        return RegistryResponse()

    assert status_name(provide(repository, request, registry).status) == "Success"


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (RegistryResponse(status=FAILURE, errors=(RegistryError(errorCode="XDSUnknownPatientId", codeContext="p"),)),
         "XDSUnknownPatientId"),
        (NoAnswer("refused"), "XDSRegistryNotAvailable"),
    ],
)  # fmt: skip
def test_what_the_registry_does_not_take_is_gone(
    repository: DocumentRepository, answer: Any, code: str
) -> None:
    request = a_provision()
    response = provide(repository, request, Registry(answer))
    uniqueId = request.submission.objects.documentEntries[0].uniqueId or ""
    assert [error.errorCode for error in response.errors] == [code]
    assert status_name(response.status) == "Failure"
    assert [error.errorCode for error in ask(repository, uniqueId).errors] == ["XDSDocumentUniqueIdError"]


def test_warnings_of_the_registry_are_passed_up(repository: DocumentRepository) -> None:
    warning = RegistryError(
        errorCode="XDSExtraMetadataNotSaved", codeContext="urn:x", severity=SEVERITY_WARNING
    )
    answer = RegistryResponse(errors=(warning,))
    assert provide(repository, a_provision(), Registry(answer)) == answer


def test_what_the_repository_refuses_never_reaches_the_registry(repository: DocumentRepository) -> None:
    registry = Registry(RegistryResponse())
    response = provide(repository, a_provision(entries=(an_entry(hash="0" * 40),)), registry)
    assert [error.errorCode for error in response.errors] == ["XDSRepositoryMetadataError"]
    assert registry.calls == []


def test_other_bytes_under_a_known_id_are_refused(repository: DocumentRepository) -> None:
    registry = Registry(RegistryResponse())
    provide(repository, a_provision(content=b"one"), registry)
    response = provide(repository, a_provision(content=b"two"), registry)
    assert "XDSNonIdenticalHash" in [error.errorCode for error in response.errors]


def test_a_wrong_repository_and_an_unknown_document_have_their_codes(repository: DocumentRepository) -> None:
    for oid, uniqueId, code in (
        ("1.2", "u", "XDSUnknownRepositoryId"),
        (OID, "u", "XDSDocumentUniqueIdError"),
    ):
        response = ask(repository, uniqueId, oid)
        (error,) = response.errors
        assert (error.errorCode, error.location, status_name(response.status)) == (code, uniqueId, "Failure")


@pytest.mark.parametrize(
    ("answer", "left", "there"),
    [
        (AdhocQueryResponse(fragments=(b"<known/>",)), 0, True),
        (AdhocQueryResponse(), 0, False),
        (NoAnswer("down"), 1, True),
    ],
)
def test_what_a_crash_cut_short_is_settled_by_what_the_registry_knows(
    repository: DocumentRepository, store: SqliteDocumentStore, answer: Any, left: int, there: bool
) -> None:
    request = a_provision()
    flow = repository.provide_and_register(request)
    next(flow).future.result()  # type: ignore[union-attr]  # kept, and then the power fails
    assert run(repository.recover(), lambda _call: answer) == left
    uniqueId = request.submission.objects.documentEntries[0].uniqueId or ""
    assert bool(store.find([uniqueId])) is there
