from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from submissions import a_provision, an_entry

from xdsi_sim.actors.flow import Call, NoAnswer, Unreached, run
from xdsi_sim.actors.ports import NewDocument
from xdsi_sim.actors.repository import DocumentRepository
from xdsi_sim.content import BytesContent, read_all, sha1_of
from xdsi_sim.ebrim.model import Slot
from xdsi_sim.messages.query import AdhocQueryResponse
from xdsi_sim.messages.response import RegistryError, RegistryResponse, status_name
from xdsi_sim.messages.retrieve import DocumentRequest, RetrieveDocumentSetRequest
from xdsi_sim.messages.submit import ProvideAndRegisterDocumentSetRequest, SubmitObjectsRequest
from xdsi_sim.store.repository import SqliteDocumentStore
from xdsi_sim.vocab import FAILURE, SEVERITY_ERROR, SEVERITY_WARNING, SUCCESS

OID = "2.999.10.3"
UNKNOWN_PATIENT = RegistryError(errorCode="XDSUnknownPatientId", codeContext="p")


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
    came = SubmitObjectsRequest(element=request.submission.element)
    entry = came.objects.documentEntries[0]
    request = replace(request, submission=came)
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
        (RegistryResponse(status=FAILURE, errors=(UNKNOWN_PATIENT,)), "XDSUnknownPatientId"),
        (Unreached("refused"), "XDSRegistryNotAvailable"),
    ],
)
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
    ("oid", "uniqueId", "missing"), [("", "u", "RepositoryUniqueId"), (OID, "", "DocumentUniqueId")]
)
def test_a_request_that_lacks_an_id_is_told_which(
    repository: DocumentRepository, oid: str, uniqueId: str, missing: str
) -> None:
    (error,) = ask(repository, uniqueId, oid).errors
    text = f"{missing} of a DocumentRequest is missing; attribute={missing}; rule=H01"
    assert (error.errorCode, error.codeContext) == ("XDSRepositoryError", text)
    assert error.location == (uniqueId or None)


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


@pytest.mark.parametrize(
    ("asked", "status", "missing"),
    [
        (["2.999.2.1", "2.999.2.2"], "Success", []),
        (["2.999.2.2", "1.1", "2.999.2.1", "1.2"], "PartialSuccess", ["1.1", "1.2"]),
        (["1.1"], "Failure", ["1.1"]),
    ],
)
def test_one_that_is_missing_hides_no_other(
    repository: DocumentRepository, asked: list[str], status: str, missing: list[str]
) -> None:
    entries = tuple(an_entry(number, hash=None, size=None) for number in (1, 2))
    provide(repository, a_provision(entries=entries, content=b"both"), Registry(RegistryResponse()))
    requests = tuple(
        DocumentRequest(repositoryUniqueId=OID, documentUniqueId=uniqueId, homeCommunityId="urn:oid:1.2")
        for uniqueId in asked
    )
    answer = repository.retrieve(RetrieveDocumentSetRequest(requests=requests))
    assert status_name(answer.status) == status
    assert [error.location for error in answer.errors] == missing
    assert [document.request for document in answer.documents] == [
        request for request in requests if request.documentUniqueId not in missing
    ]
    assert all(read_all(document.content) == b"both" for document in answer.documents)


def test_a_store_that_fails_ends_the_operation_and_nothing_is_registered(
    repository: DocumentRepository, store: SqliteDocumentStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    failed: Future[None] = Future()
    failed.set_exception(OSError("the disk is full"))
    monkeypatch.setattr(store, "keep", lambda *_args: failed)
    registry = Registry(RegistryResponse())
    with pytest.raises(OSError, match="the disk is full"):
        provide(repository, a_provision(), registry)
    assert registry.calls == []


def test_each_submission_a_crash_cut_short_is_asked_for_by_its_own_ids(
    repository: DocumentRepository, store: SqliteDocumentStore
) -> None:
    document = {"mimeType": "a/b", "content": BytesContent(b"")}
    for submission, uniqueIds in (("s1", ["1.1", "o'1"]), ("s2", ["2.1"])):
        store.keep(
            submission, [NewDocument(uniqueId=uniqueId, **document) for uniqueId in uniqueIds]
        ).result()
    registry = Registry(AdhocQueryResponse(fragments=(b"<known/>",)))
    assert run(repository.recover(), registry) == 0
    assert [call.message.parameters[0].values for call in registry.calls] == [
        ("('1.1','o''1')",),
        ("('2.1')",),
    ]
    assert registry.calls[0].transaction == "ITI-18"


class Silent:
    """Gives no answer to ITI-42, and this one to ITI-18."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer
        self.asked: list[str] = []

    def __call__(self, call: Call) -> Any:
        self.asked.append(call.transaction)
        return NoAnswer("the connection broke") if call.transaction == "ITI-42" else self.answer


@pytest.mark.parametrize(
    ("answer", "status", "severity", "there", "unsettled"),
    [
        (AdhocQueryResponse(fragments=(b"<known/>",)), SUCCESS, SEVERITY_WARNING, True, 0),
        (AdhocQueryResponse(), FAILURE, SEVERITY_ERROR, False, 0),
        (NoAnswer("down"), FAILURE, SEVERITY_ERROR, True, 1),
        (AdhocQueryResponse(status=FAILURE), FAILURE, SEVERITY_ERROR, True, 1),
    ],
)
def test_a_registry_that_gave_no_answer_is_asked_what_it_knows(
    repository: DocumentRepository, answer: Any, status: str, severity: str, there: bool, unsettled: int
) -> None:
    request, registry = a_provision(), Silent(answer)
    response = provide(repository, request, registry)
    uniqueId = request.submission.objects.documentEntries[0].uniqueId or ""
    (error,) = response.errors
    assert (response.status, error.errorCode) == (status, "XDSRegistryNotAvailable")
    assert (error.severity, registry.asked) == (severity, ["ITI-42", "ITI-18"])
    assert "the connection broke" in error.codeContext
    assert bool(ask(repository, uniqueId).documents) is there
    repository.store.keep("other", []).result()  # writes down what was registered
    assert len(repository.store.unsettled()) == unsettled


def test_documents_that_were_there_before_prove_no_registration(repository: DocumentRepository) -> None:
    request = a_provision()
    provide(repository, request, Registry(RegistryResponse()))
    repository.store.keep("other", []).result()  # writes down what was registered
    registry = Silent(AdhocQueryResponse(fragments=(b"<known/>",)))
    response = provide(repository, request, registry)
    uniqueId = request.submission.objects.documentEntries[0].uniqueId or ""
    assert (response.status, registry.asked) == (FAILURE, ["ITI-42"])
    assert ask(repository, uniqueId).documents


def test_a_document_of_two_submissions_at_once_goes_when_both_are_refused(
    repository: DocumentRepository,
) -> None:
    request = a_provision()
    uniqueId = request.submission.objects.documentEntries[0].uniqueId or ""
    refused = RegistryResponse(status=FAILURE, errors=(UNKNOWN_PATIENT,))

    def registry(_call: Call) -> RegistryResponse:
        assert provide(repository, request, lambda _call: refused) == refused
        assert ask(repository, uniqueId).documents
        return refused

    assert provide(repository, request, registry) == refused
    assert not ask(repository, uniqueId).documents
