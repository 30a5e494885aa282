"""Documents; what images change is in `test_imaging_gateways`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from told import told, uids

from xdsi_sim.actors.flow import Answer, Call, NoAnswer, run
from xdsi_sim.actors.gateways import InitiatingGateway, RespondingGateway
from xdsi_sim.content import BytesContent
from xdsi_sim.messages.response import RegistryError
from xdsi_sim.messages.retrieve import (
    DocumentRequest,
    DocumentResponse,
    RetrieveDocumentSetRequest,
    RetrieveDocumentSetResponse,
)
from xdsi_sim.vocab import FAILURE, PARTIAL_SUCCESS, SEVERITY_WARNING, SUCCESS

OWN, NORTH, SOUTH = "urn:oid:2.999.1", "urn:oid:2.999.2", "urn:oid:2.999.3"
SOURCES = {"2.999.1.3": "http://own/repository", "2.999.1.4": "http://own/summaries"}
IG = InitiatingGateway(
    homeCommunityId=OWN, sources=SOURCES, gateways={NORTH: "http://north/rg", SOUTH: "http://south/rg"}
)
RG = RespondingGateway(homeCommunityId=OWN, sources=SOURCES, registry="http://own/registry")
Gateway = InitiatingGateway | RespondingGateway


def item(uid: str, home: str | None = NORTH, repository: str = "2.999.9") -> DocumentRequest:
    return DocumentRequest(homeCommunityId=home, repositoryUniqueId=repository, documentUniqueId=uid)


def own(uid: str, repository: str = "2.999.1.3") -> DocumentRequest:
    return item(uid, OWN, repository)


def delivered(request: DocumentRequest, **more: str) -> DocumentResponse:
    return DocumentResponse(
        request=request, mimeType="application/dicom", content=BytesContent(b"kos"), **more
    )


def everything(call: Call) -> RetrieveDocumentSetResponse:
    return RetrieveDocumentSetResponse(documents=tuple(map(delivered, call.message.requests)))


def ask(
    gateway: Gateway, *items: DocumentRequest, peers: Callable[[Call], Answer] = everything
) -> RetrieveDocumentSetResponse:
    return run(gateway.retrieve(RetrieveDocumentSetRequest(requests=items)), peers)


def test_items_are_grouped_by_community_and_those_of_the_own_one_by_repository() -> None:
    calls: list[tuple[str, str, list[str]]] = []

    def peers(call: Call) -> RetrieveDocumentSetResponse:
        asked = [request.documentUniqueId for request in call.message.requests]
        calls.append((call.url, call.transaction, asked))
        return everything(call)

    items = (
        *(item("1"), own("2"), item("3", SOUTH), own("4", "2.999.1.4")),
        *(item("5", NORTH, "2.999.8"), own("6")),
    )
    answer = ask(IG, *items, peers=peers)
    assert (answer.status, answer.errors, sorted(uids(answer))) == (SUCCESS, (), list("123456"))
    assert calls == [
        ("http://north/rg", "ITI-39", ["1", "5"]),
        ("http://own/repository", "ITI-43", ["2", "6"]),
        ("http://south/rg", "ITI-39", ["3"]),
        ("http://own/summaries", "ITI-43", ["4"]),
    ]


WRONG = [
    (IG, item("9", None), "XDSMissingHomeCommunityId", "9"),
    (IG, item("9", ""), "XDSMissingHomeCommunityId", "9"),
    (IG, item("9", "urn:oid:2.999.77"), "XDSUnknownCommunity", "9 urn:oid:2.999.77"),
    (IG, own("9", "2.999.1.99"), "XDSUnknownRepositoryId", f"9 {OWN}"),
    (IG, item("9", NORTH, ""), "XDSRepositoryError", f"9 {NORTH}"),
    (RG, item("9", None), "XDSMissingHomeCommunityId", f"9 {OWN}"),
    (RG, item("9", NORTH), "XDSUnknownCommunity", f"9 {OWN}"),
    (RG, own("9", "2.999.1.99"), "XDSUnknownRepositoryId", f"9 {OWN}"),
    (RG, own("", "2.999.1.3"), "XDSRepositoryError", OWN),
]


@pytest.mark.parametrize(("gateway", "wrong", "code", "location"), WRONG)
def test_what_concerns_nobody_costs_its_own_item(
    gateway: Gateway, wrong: DocumentRequest, code: str, location: str
) -> None:
    answer = ask(gateway, own("1"), wrong)
    assert (answer.status, uids(answer), told(answer)) == (PARTIAL_SUCCESS, ["1"], [(code, location)])
    assert ask(gateway, wrong).status == FAILURE


@pytest.mark.parametrize(
    ("gateway", "items", "code", "home"),
    [
        (IG, (item("1"), item("2")), "XDSUnavailableCommunity", NORTH),
        (IG, (own("1"), own("2")), "XDSRepositoryError", OWN),
        (RG, (own("1"), own("2")), "XDSRepositoryError", OWN),
    ],
)
def test_a_silent_member_costs_an_error_for_each_document(
    gateway: Gateway, items: tuple[DocumentRequest, ...], code: str, home: str
) -> None:
    def silent(call: Call) -> Answer:
        return everything(call) if "summaries" in call.url else NoAnswer("time-out after 5 s")

    answer = ask(gateway, *items, own("3", "2.999.1.4"), peers=silent)
    assert (answer.status, uids(answer)) == (PARTIAL_SUCCESS, ["3"])
    assert told(answer) == [(code, f"1 {home}"), (code, f"2 {home}")]
    assert all("time-out after 5 s" in error.codeContext for error in answer.errors)


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({"homeCommunityId": None}, ["XDSMissingHomeCommunityId"]),
        ({"homeCommunityId": SOUTH}, ["XDSRepositoryError"]),
        ({"repositoryUniqueId": "2.999.66"}, ["XDSRepositoryError"]),
        ({"documentUniqueId": "66"}, ["XDSRepositoryError", "XDSRepositoryError"]),
    ],
)
def test_what_is_not_said_to_be_what_was_asked_for_is_not_passed_on(
    changes: dict[str, str | None], codes: list[str]
) -> None:
    def lying(call: Call) -> RetrieveDocumentSetResponse:
        return RetrieveDocumentSetResponse(
            documents=(delivered(replace(call.message.requests[0], **changes)),)
        )  # type: ignore[arg-type]

    answer = ask(IG, item("1"), peers=lying)
    assert (answer.status, uids(answer)) == (FAILURE, [])
    assert [code for code, _ in told(answer)] == codes


def test_what_nothing_is_said_of_is_an_error() -> None:
    answer = ask(IG, item("1"), peers=lambda _call: RetrieveDocumentSetResponse())
    assert (answer.status, told(answer)) == (FAILURE, [("XDSRepositoryError", f"1 {NORTH}")])


def test_ids_of_what_was_made_on_demand_are_passed_on() -> None:
    def made(call: Call) -> RetrieveDocumentSetResponse:
        (asked,) = call.message.requests
        document = delivered(asked, newDocumentUniqueId="2.999.5", newRepositoryUniqueId="2.999.1.4")
        return RetrieveDocumentSetResponse(documents=(document,))

    for gateway, asked in ((IG, item("1")), (RG, own("1", "2.999.1.4"))):
        (document,) = ask(gateway, asked, peers=made).documents
        assert (document.newDocumentUniqueId, document.newRepositoryUniqueId) == ("2.999.5", "2.999.1.4")


def test_an_initiating_gateway_passes_errors_and_warnings_on_as_they_are() -> None:
    error = RegistryError(errorCode="XDSDocumentUniqueIdError", codeContext="no 2", location=f"2 {NORTH}")
    warning = RegistryError(
        errorCode="X", codeContext="old", severity=SEVERITY_WARNING, location=f"1 {NORTH}"
    )

    def north(call: Call) -> RetrieveDocumentSetResponse:
        return RetrieveDocumentSetResponse(
            documents=(delivered(call.message.requests[0]),), errors=(error, warning)
        )

    answer = ask(IG, item("1"), item("2"), peers=north)
    assert (answer.status, answer.errors) == (PARTIAL_SUCCESS, (error, warning))


@pytest.mark.parametrize(
    ("location", "placed"), [("2", f"2 {OWN}"), (None, OWN), ("", OWN), (f"2 {OWN}", f"2 {OWN}")]
)
def test_a_responding_gateway_adds_its_community_to_each_location(location: str | None, placed: str) -> None:
    error = RegistryError(errorCode="XDSDocumentUniqueIdError", codeContext="no 2", location=location)
    answer = ask(RG, own("2"), peers=lambda _call: RetrieveDocumentSetResponse(errors=(error,)))
    assert told(answer) == [("XDSDocumentUniqueIdError", placed)]
