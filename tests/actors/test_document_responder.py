from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from submissions import a_set, an_association, an_entry, uuid

from xdsi_sim.actors.document_responder import DocumentResponder, Found
from xdsi_sim.actors.flow import Call, NoAnswer, run
from xdsi_sim.content import BytesContent
from xdsi_sim.ebrim.model import RegistryObjectList
from xdsi_sim.ebrim.writer import write_object_list
from xdsi_sim.ebrim.xml import parse
from xdsi_sim.fhir.search import Search, read_document_search
from xdsi_sim.messages.query import AdhocQueryResponse, read_query_response
from xdsi_sim.messages.response import RegistryError
from xdsi_sim.messages.retrieve import DocumentRequest, DocumentResponse, RetrieveDocumentSetResponse
from xdsi_sim.messages.stored_queries import GET_ASSOCIATIONS, GET_SUBMISSION_SETS
from xdsi_sim.vocab import APPROVED, FAILURE, PARTIAL_SUCCESS, Association

OWN, OTHER = "urn:oid:2.999.1", "urn:oid:2.999.2"
ALONE = DocumentResponder(
    registry="http://registry", homeCommunityId=OWN, sources={"2.999.1.3": "http://repository"}
)
GROUPED = replace(ALONE, registry="http://gateway", gateway="http://gateway", communities=(OWN, OTHER))
ENTRY = an_entry(1, availabilityStatus=APPROVED)
UNREACHED = RegistryError(errorCode="XDSUnavailableCommunity", codeContext="nobody there", location=OTHER)


def response(*objects: Any, **changes: Any) -> AdhocQueryResponse:
    """What a registry would answer with objects of any kind."""
    kinds = {
        "DocumentEntry": "documentEntries",
        "SubmissionSet": "submissionSets",
        "Association": "associations",
    }
    lists: dict[str, tuple[Any, ...]] = {}
    for each in objects:
        name = kinds[type(each).__name__]
        lists[name] = (*lists.get(name, ()), each)
    body = write_object_list(RegistryObjectList(**lists))
    head = b'<q:AdhocQueryResponse xmlns:q="urn:oasis:names:tc:ebxml-regrep:xsd:query:3.0" status="S">'
    read = read_query_response(parse(head + body + b"</q:AdhocQueryResponse>"))
    status = "urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:Success"
    return replace(read, **{"status": status, **changes})


def searched(responder: DocumentResponder, answer: Callable[[Call], Any], *pairs: tuple[str, str]) -> Found:
    given = {"patient.identifier": "urn:oid:2.999.1.1|P1", "status": "current", **dict(pairs)}
    search: Search = read_document_search(given.items(), authority=None)
    return run(responder.search(search), answer)


def answering(call: Call) -> AdhocQueryResponse:
    links = (an_association(uuid(1), uuid(2), Association.RPLC), an_association(uuid(9), uuid(1)))
    known = {
        GET_ASSOCIATIONS.id: response(*links),
        GET_SUBMISSION_SETS.id: response(a_set(9), an_association(uuid(9), uuid(1))),
    }
    return known.get(call.message.id, response(ENTRY, an_entry(3, availabilityStatus=APPROVED, title=None)))


def test_a_page_has_its_objects_with_what_belongs_to_them() -> None:
    found = searched(ALONE, answering)
    assert (found.total, [each.entryUUID for each in found.objects]) == (2, [uuid(1), uuid(3)])
    assert [link.targetObject for link in found.associations] == [uuid(2)]
    assert found.dates == {uuid(1): "20240212090000"}
    assert not found.errors


def test_one_of_several_communities_that_is_silent_is_told_beside_the_others() -> None:
    def partly(call: Call) -> AdhocQueryResponse:
        answer = answering(call)
        return (
            replace(answer, status=PARTIAL_SUCCESS, errors=(UNREACHED,))
            if call.message.home is None
            else answer
        )

    found = searched(GROUPED, partly)
    assert not found.failed
    assert found.errors == (UNREACHED,)


def test_what_fails_altogether_says_why() -> None:
    refusing = searched(ALONE, lambda _call: response(status=FAILURE, errors=(UNREACHED,)))
    assert (refusing.failed, refusing.errors) == (True, (UNREACHED,))
    silent = searched(ALONE, lambda _call: NoAnswer("refused"))
    assert (silent.failed, silent.errors[0].errorCode) == (True, "XDSRegistryNotAvailable")
    mute = searched(ALONE, lambda _call: response(status=FAILURE))
    assert "does not say why" in mute.errors[0].codeContext


def test_what_cannot_be_learnt_beside_the_objects_is_a_warning() -> None:
    def forgetful(call: Call) -> Any:
        more = call.message.id in (GET_ASSOCIATIONS.id, GET_SUBMISSION_SETS.id)
        return NoAnswer("late") if more else answering(call)

    found = searched(ALONE, forgetful)
    assert found.total == 2
    assert {error.severity.rpartition(":")[2] for error in found.errors} == {"Warning"}


def test_queries_by_id_are_put_to_each_community_by_name() -> None:
    calls: list[Call] = []

    def noting(call: Call) -> AdhocQueryResponse:
        calls.append(call)
        return response()

    searched(GROUPED, noting, ("identifier", "urn:oid:2.999.2.1"))
    assert [call.message.home for call in calls] == [OWN, OTHER]
    calls.clear()
    searched(GROUPED, noting, ("identifier", "urn:oid:2.999.2.1"), ("targetCommunityIdList", OTHER))
    assert [call.message.home for call in calls] == [OTHER]
    calls.clear()
    searched(ALONE, noting, ("targetCommunityIdList", OTHER))
    assert calls == []  # nobody of them is known here
    searched(ALONE, noting, ("targetCommunityIdList", OWN))
    assert all("target" not in slot.name for slot in calls[0].message.parameters)  # that is for gateways


def request(**changes: Any) -> DocumentRequest:
    return DocumentRequest(**{"repositoryUniqueId": "2.999.1.3", "documentUniqueId": "2.999.2.1", **changes})


def delivered(call: Call) -> RetrieveDocumentSetResponse:
    (asked,) = call.message.requests
    document = DocumentResponse(request=asked, mimeType="text/plain", content=BytesContent(b"text"))
    return RetrieveDocumentSetResponse(documents=(document,))


def test_a_document_comes_from_its_repository_or_through_the_gateway() -> None:
    assert run(ALONE.retrieve(request()), delivered).documents[0].mimeType == "text/plain"
    assert run(GROUPED.retrieve(request()), delivered).documents[0].request.homeCommunityId == OWN
    other = request(homeCommunityId=OTHER, repositoryUniqueId="2.999.2.3")
    assert run(GROUPED.retrieve(other), delivered).documents[0].request == other


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"repositoryUniqueId": "2.999.8"}, "XDSUnknownRepositoryId"),
        ({"homeCommunityId": OTHER}, "XDSUnknownCommunity"),
        ({}, "XDSRepositoryError"),
    ],
)
def test_a_document_that_cannot_be_had(changes: dict[str, str], code: str) -> None:
    answer = run(ALONE.retrieve(request(**changes)), lambda _call: NoAnswer("down"))
    assert [error.errorCode for error in answer.errors] == [code]


def test_of_many_only_what_the_pages_hold_is_kept_and_all_are_counted() -> None:
    many = [
        an_entry(number, availabilityStatus=APPROVED, creationTime=f"2024{number % 12 + 1:02}01")
        for number in range(600)
    ]
    answers = response(*many)

    def given(call: Call) -> AdhocQueryResponse:
        more = call.message.id in (GET_ASSOCIATIONS.id, GET_SUBMISSION_SETS.id)
        return response() if more else answers

    found = searched(ALONE, given, ("_count", "3"), ("_offset", "2"), ("_sort", "-creation,_id"))
    expected = sorted(many, key=lambda each: each.entryUUID)
    expected.sort(key=lambda each: each.creationTime or "", reverse=True)
    assert found.total == 600
    assert [each.entryUUID for each in found.objects] == [each.entryUUID for each in expected[2:5]]
