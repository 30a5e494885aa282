from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from submissions import a_provision, a_set, a_submission, an_association, an_entry, uuid

from xdsi_sim.actors.acceptance import Acceptance
from xdsi_sim.actors.flow import Wait, run
from xdsi_sim.actors.recipient import DocumentRecipient
from xdsi_sim.content import read_all
from xdsi_sim.ebrim.limited import limited
from xdsi_sim.messages.response import RegistryResponse, status_name
from xdsi_sim.messages.submit import ProvideAndRegisterDocumentSetRequest, SubmitObjectsRequest
from xdsi_sim.rules.code_sets import AllowedCode, CodeSets
from xdsi_sim.store.inbox import FolderInbox
from xdsi_sim.vocab import Association

NOW = datetime(2024, 2, 12, 9, tzinfo=UTC)


@pytest.fixture
def inbox(tmp_path: Path) -> Iterator[FolderInbox]:
    opened = FolderInbox(tmp_path)
    yield opened
    opened.close()


def provide(
    inbox: FolderInbox, request: ProvideAndRegisterDocumentSetRequest, **acceptance: object
) -> RegistryResponse:
    set_up = Acceptance(**acceptance)  # type: ignore[arg-type]
    recipient = DocumentRecipient(inbox=inbox, acceptance=set_up, clock=lambda: NOW)
    return run(recipient.provide_and_register(request), lambda _call: None)


def codes(response: RegistryResponse) -> list[str]:
    return [error.errorCode for error in response.errors]


def a_limited(**changes: object) -> ProvideAndRegisterDocumentSetRequest:
    request = a_provision()
    objects = replace(limited(request.submission.objects), **changes)  # type: ignore[arg-type]
    return replace(request, submission=SubmitObjectsRequest(objects=objects))


def test_what_it_takes_it_keeps_as_it_came(inbox: FolderInbox) -> None:
    request = a_provision(content=b"the bytes")
    request = replace(request, submission=SubmitObjectsRequest(element=request.submission.element))
    assert provide(inbox, request) == RegistryResponse()
    (kept,) = inbox.received()
    assert kept.metadata == request.submission
    assert kept.received == NOW
    (document,) = kept.documents
    assert (document.entryUUID, document.uniqueId, document.mimeType) == (
        uuid(1),
        "2.999.2.1",
        "application/octet-stream",
    )
    assert read_all(document.content) == b"the bytes"


def test_it_judges_the_codes_of_its_affinity_domain(inbox: FolderInbox) -> None:
    table = CodeSets.of((AllowedCode(attribute="mimeType", code="text/plain"),))
    recipient = DocumentRecipient(inbox=inbox, acceptance=Acceptance(), codes=lambda: table)
    answer = run(recipient.provide_and_register(a_provision()), lambda _call: None)
    assert codes(answer) == ["XDSRepositoryMetadataError"]
    assert "rule=D27" in answer.errors[0].codeContext


def test_it_answers_when_the_submission_is_durable(inbox: FolderInbox) -> None:
    recipient = DocumentRecipient(inbox=inbox, acceptance=Acceptance())
    flow = recipient.provide_and_register(a_provision())
    effect = next(flow)
    assert isinstance(effect, Wait)
    effect.future.result()
    assert len(inbox.received()) == 1
    with pytest.raises(StopIteration):
        flow.send(None)


def test_everything_that_is_wrong_is_told_at_once_and_nothing_is_kept(inbox: FolderInbox) -> None:
    entry = an_entry(typeCode=None, creationTime="x", hash="0" * 40)
    request = a_provision(entries=(entry,))
    set_ = a_set(intendedRecipient=("Nobody",))
    objects = replace(request.submission.objects, submissionSets=(set_,))
    request = replace(request, submission=SubmitObjectsRequest(objects=objects))
    response = provide(inbox, request, known=("Somebody",), ignored=("folders",), queued=True)
    assert status_name(response.status) == "Failure"
    assert {"D01", "D08", "G04"} <= {finding.rule for finding in response.findings}
    assert {*codes(response)} == {"XDSRepositoryMetadataError", "UnknownRecipient"}
    assert inbox.received() == ()


def test_it_judges_by_no_more_than_the_request_tells(inbox: FolderInbox) -> None:
    replaces = an_association(uuid(1), uuid(7), Association.RPLC)
    request = a_provision()
    objects = a_submission(entries=request.submission.objects.documentEntries, more=(replaces,)).objects
    request = replace(request, submission=SubmitObjectsRequest(objects=objects))
    assert provide(inbox, request) == RegistryResponse()
    assert provide(inbox, a_provision(content=b"other bytes of the same uniqueId")) == RegistryResponse()


def test_limited_metadata_is_taken_by_who_has_the_option(inbox: FolderInbox) -> None:
    assert provide(inbox, a_limited()) == RegistryResponse()
    assert len(inbox.received()) == 1


def test_who_has_not_the_option_tells_each_label_and_all_that_is_missing(inbox: FolderInbox) -> None:
    response = provide(inbox, a_limited(), limited=False)
    assert {*codes(response)} == {"XDSRepositoryMetadataError"}
    told = [(finding.rule, finding.text) for finding in response.findings]
    assert told.count(("D04", "limitedMetadata is not allowed here")) == 2
    assert {("D01", "classCode is missing"), ("D02", "contentTypeCode is missing")} <= {*told}
    assert inbox.received() == ()


def test_with_limited_metadata_the_label_and_little_else_is_required_of_each(inbox: FolderInbox) -> None:
    entry = an_entry(uniqueId=None, hash=None, size=None)
    response = provide(inbox, a_limited(documentEntries=(entry,)))
    assert [(finding.rule, finding.text) for finding in response.findings] == [
        ("D05", "limitedMetadata is missing"),
        ("D05", "uniqueId is missing"),
    ]
    assert "; attribute=limitedMetadata; rule=D05" in response.errors[0].codeContext
    assert codes(response) == ["XDSRepositoryMetadataError"] * 2


def test_a_warning_refuses_nothing(inbox: FolderInbox) -> None:
    response = provide(inbox, a_provision(), queued=True)
    assert (status_name(response.status), codes(response)) == ("Success", ["DocumentQueued"])
    assert len(inbox.received()) == 1


def test_an_inbox_that_fails_ends_the_operation(inbox: FolderInbox, monkeypatch: pytest.MonkeyPatch) -> None:
    failed: Future[None] = Future()
    failed.set_exception(OSError("the disk is full"))
    monkeypatch.setattr(inbox, "keep", lambda _submission: failed)
    with pytest.raises(OSError, match="the disk is full"):
        provide(inbox, a_provision())
