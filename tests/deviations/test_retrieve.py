from __future__ import annotations

import pytest
from a_faulty_domain import HOME, FaultyDomain

from xdsi_sim.content import read_all
from xdsi_sim.deviations.retrieve import with_first
from xdsi_sim.messages.retrieve import DocumentResponse, RetrieveDocumentSetResponse


def documents(
    faulty: FaultyDomain, deviation: str | None = None, transaction: str = "ITI-43"
) -> tuple[DocumentResponse, ...]:
    if deviation is None:
        found: tuple[DocumentResponse, ...] = faulty.ask(transaction).answer.documents
        return found
    with faulty.deviating("north-rg" if transaction == "ITI-39" else "north-repository", deviation):
        return documents(faulty, transaction=transaction)


@pytest.mark.parametrize(
    ("deviation", "attribute", "value"),
    [
        ("home-unasked", "homeCommunityId", "urn:oid:2.999.9.9"),
        ("document-repository-wrong", "repositoryUniqueId", "2.999.9.9.2"),
        ("document-repository-missing", "repositoryUniqueId", ""),
        ("document-id-wrong", "documentUniqueId", "2.999.9.9.1"),
    ],
)
def test_an_id_is_not_that_of_the_request(
    faulty: FaultyDomain, deviation: str, attribute: str, value: str
) -> None:
    assert getattr(documents(faulty, deviation)[0].request, attribute) == value


def test_a_gateway_does_not_name_its_community(faulty: FaultyDomain) -> None:
    assert documents(faulty, transaction="ITI-39")[0].request.homeCommunityId == HOME
    assert documents(faulty, "home-missing", "ITI-39")[0].request.homeCommunityId is None


def test_documents_are_too_many_or_too_few(faulty: FaultyDomain) -> None:
    right = len(documents(faulty))
    assert len(documents(faulty, "document-unasked")) == right + 1
    assert len(documents(faulty, "document-twice")) == right + 1
    assert len(documents(faulty, "document-left-out")) == right - 1


def test_octets_are_others(faulty: FaultyDomain) -> None:
    right = read_all(documents(faulty)[0].content)
    assert read_all(documents(faulty, "document-cut")[0].content) == right[: len(right) // 2]
    assert read_all(documents(faulty, "document-empty")[0].content) == b""
    assert read_all(documents(faulty, "document-page")[0].content).startswith(b"<html>")
    assert b"not the octets" in read_all(documents(faulty, "document-changed")[0].content)


def test_a_stable_document_is_said_to_be_made_on_demand(faulty: FaultyDomain) -> None:
    assert documents(faulty, "new-id-for-stable")[0].newDocumentUniqueId == "2.999.9.9.3"


def test_an_answer_without_documents_stays_as_it_is() -> None:
    answer = RetrieveDocumentSetResponse()
    assert with_first(answer, mimeType="text/plain") is answer
