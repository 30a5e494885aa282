from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from time import process_time

import pytest
from told import told, uids

from xdsi_sim.actors.flow import Answer, Call, NoAnswer, run
from xdsi_sim.actors.imaging_gateways import InitiatingImagingGateway, RespondingImagingGateway
from xdsi_sim.content import BytesContent
from xdsi_sim.messages.imaging import ImagingDocumentRequest, RetrieveImagingDocumentSetRequest
from xdsi_sim.messages.response import RegistryError, status_name
from xdsi_sim.messages.retrieve import DocumentRequest, DocumentResponse, RetrieveDocumentSetResponse
from xdsi_sim.vocab import FAILURE, PARTIAL_SUCCESS, SEVERITY_WARNING

OWN, NORTH, SOUTH = "urn:oid:2.999.1", "urn:oid:2.999.2", "urn:oid:2.999.3"
SOURCES = {"2.999.1.20": "http://own/one", "2.999.1.21": "http://own/two"}
IIG = InitiatingImagingGateway(
    homeCommunityId=OWN, sources=SOURCES, gateways={NORTH: "http://north/rig", SOUTH: "http://south/rig"}
)
RIG = RespondingImagingGateway(homeCommunityId=OWN, sources=SOURCES)
Peer = Callable[[Call], Answer]


def item(uid: str, home: str | None = NORTH, repository: str = "2.999.9") -> ImagingDocumentRequest:
    document = DocumentRequest(homeCommunityId=home, repositoryUniqueId=repository, documentUniqueId=uid)
    return ImagingDocumentRequest(studyInstanceUID="1.1", seriesInstanceUID="1.2", document=document)


def asking(*items: ImagingDocumentRequest) -> RetrieveImagingDocumentSetRequest:
    return RetrieveImagingDocumentSetRequest(requests=items, transferSyntaxUIDs=("1.2.840.10008.1.2.1",))


def delivered(document: DocumentRequest) -> DocumentResponse:
    return DocumentResponse(request=document, mimeType="application/dicom", content=BytesContent(b"image"))


def everything(call: Call) -> RetrieveDocumentSetResponse:
    return RetrieveDocumentSetResponse(
        documents=tuple(delivered(each.document) for each in call.message.requests)
    )


def test_each_member_gets_its_share_in_one_message_with_all_transfer_syntaxes() -> None:
    calls: list[Call] = []

    def peers(call: Call) -> RetrieveDocumentSetResponse:
        calls.append(call)
        return everything(call)

    own = item("5", OWN, "2.999.1.20")
    answer = run(IIG.retrieve(asking(item("1"), item("2", SOUTH), item("3"), own)), peers)
    assert status_name(answer.status) == "Success"
    assert sorted(uids(answer)) == ["1", "2", "3", "5"]
    assert [(call.url, call.transaction, len(call.message.requests)) for call in calls] == [
        ("http://north/rig", "RAD-75", 2),
        ("http://south/rig", "RAD-75", 1),
        ("http://own/one", "RAD-69", 1),
    ]
    assert {call.message.transferSyntaxUIDs for call in calls} == {("1.2.840.10008.1.2.1",)}


@pytest.mark.parametrize(
    ("wrong", "code", "location"),
    [
        (item("9", None), "XDSMissingHomeCommunityId", "9"),
        (item("9", "urn:oid:2.999.77"), "XDSUnknownCommunity", "9 urn:oid:2.999.77"),
        (item("9", OWN, "2.999.1.99"), "XDSUnknownRepositoryId", f"9 {OWN}"),
        (item("9", NORTH, ""), "XDSRepositoryError", f"9 {NORTH}"),
    ],
)
def test_what_concerns_nobody_costs_its_own_item(
    wrong: ImagingDocumentRequest, code: str, location: str
) -> None:
    answer = run(IIG.retrieve(asking(item("1"), wrong)), everything)
    assert (answer.status, uids(answer), told(answer)) == (PARTIAL_SUCCESS, ["1"], [(code, location)])
    alone = run(IIG.retrieve(asking(wrong)), everything)
    assert (alone.status, told(alone)) == (FAILURE, [(code, location)])


def test_a_silent_community_costs_one_error() -> None:
    def north_is_down(call: Call) -> Answer:
        return NoAnswer("time-out after 5 s") if "north" in call.url else everything(call)

    answer = run(IIG.retrieve(asking(item("1"), item("2"), item("3", SOUTH))), north_is_down)
    assert (answer.status, uids(answer)) == (PARTIAL_SUCCESS, ["3"])
    assert told(answer) == [("XDSUnavailableCommunity", NORTH)]
    assert "time-out after 5 s" in answer.errors[0].codeContext


def test_every_error_and_every_warning_of_a_member_is_passed_on() -> None:
    error = RegistryError(errorCode="XDSDocumentUniqueIdError", codeContext="no instance 2", location=NORTH)
    warning = RegistryError(errorCode="X", codeContext="slow", severity=SEVERITY_WARNING, location=NORTH)

    def north(call: Call) -> RetrieveDocumentSetResponse:
        return RetrieveDocumentSetResponse(
            status=PARTIAL_SUCCESS,
            documents=(delivered(call.message.requests[0].document),),
            errors=(error, warning),
        )

    answer = run(IIG.retrieve(asking(item("1"), item("2"))), north)
    assert (answer.status, answer.errors) == (PARTIAL_SUCCESS, (error, warning))


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({"homeCommunityId": None}, {"XDSMissingHomeCommunityId"}),
        ({"homeCommunityId": SOUTH}, {"XDSRepositoryError"}),
        ({"documentUniqueId": "66"}, {"XDSRepositoryError"}),
    ],
)
def test_what_a_member_gives_that_is_not_what_it_was_asked_for_is_not_passed_on(
    changes: dict[str, str], codes: set[str]
) -> None:
    def lying(call: Call) -> RetrieveDocumentSetResponse:
        document = replace(call.message.requests[0].document, **changes)
        return RetrieveDocumentSetResponse(documents=(delivered(document),))

    answer = run(IIG.retrieve(asking(item("1"))), lying)
    assert (answer.status, uids(answer)) == (FAILURE, [])
    assert {code for code, _ in told(answer)} == codes
    # the one who lies is named, not whom he names
    assert all((location or "").endswith(NORTH) for _, location in told(answer))
    assert answer.errors[0].codeContext.startswith(f"{NORTH} gave ")


def test_what_a_member_says_nothing_of_is_an_error() -> None:
    def mute(_call: Call) -> RetrieveDocumentSetResponse:
        return RetrieveDocumentSetResponse()

    answer = run(IIG.retrieve(asking(item("1"))), mute)
    assert (answer.status, told(answer)) == (FAILURE, [("XDSRepositoryError", f"1 {NORTH}")])
    assert "rule=H08" in answer.errors[0].codeContext
    assert answer.errors[0].codeContext.startswith(f"{NORTH} said nothing of ")
    answer = run(IIG.retrieve(asking(item("1", OWN, "2.999.1.20"))), mute)
    assert answer.errors[0].codeContext.startswith("the imaging source 2.999.1.20 said nothing of ")


def test_a_member_that_refuses_all_of_a_request_has_said_why() -> None:
    refusal = RegistryError(errorCode="XDSRepositoryError", codeContext="TransferSyntaxUIDList is empty")

    def peers(call: Call) -> RetrieveDocumentSetResponse:
        error = refusal if call.url == "http://own/one" else replace(refusal, location=NORTH)
        return RetrieveDocumentSetResponse(status=FAILURE, errors=(error,))

    answer = run(IIG.retrieve(asking(item("1"), item("2"), item("3", OWN, "2.999.1.20"))), peers)
    assert answer.status == FAILURE
    assert sorted(told(answer)) == [("XDSRepositoryError", OWN), ("XDSRepositoryError", NORTH)]


def test_an_id_that_is_the_beginning_of_another_one_is_not_told_by_that() -> None:
    def source(_call: Call) -> RetrieveDocumentSetResponse:
        context = "no instance '2.999.11'; attribute=DocumentUniqueId"
        error = RegistryError(errorCode="XDSDocumentUniqueIdError", codeContext=context, location=NORTH)
        return RetrieveDocumentSetResponse(status=FAILURE, errors=(error,))

    answer = run(IIG.retrieve(asking(item("2.999.1"), item("2.999.11"))), source)
    assert told(answer) == [("XDSDocumentUniqueIdError", NORTH), ("XDSRepositoryError", f"2.999.1 {NORTH}")]


def test_a_thousand_errors_are_not_held_against_a_thousand_images_each() -> None:
    def source(call: Call) -> RetrieveDocumentSetResponse:
        uids = [request.document.documentUniqueId for request in call.message.requests]
        errors = (
            RegistryError(errorCode="XDSDocumentUniqueIdError", codeContext=f"no instance '{uid}'; rule=H03")
            for uid in uids
        )
        return RetrieveDocumentSetResponse(status=FAILURE, errors=tuple(errors))

    items = [item(f"2.999.76.1.{number}") for number in range(20_000)]
    began = process_time()
    answer = run(IIG.retrieve(asking(*items)), source)
    assert len(answer.errors) == len(items)
    assert process_time() - began < 3  # by the square of them it takes ten seconds and more


def test_a_responding_gateway_places_every_error_in_its_community() -> None:
    error = RegistryError(errorCode="XDSDocumentUniqueIdError", codeContext="not here", location="2")

    def source(call: Call) -> Answer:
        if call.url.endswith("two"):
            return NoAnswer("refused")
        first, *_ = call.message.requests
        return RetrieveDocumentSetResponse(documents=(delivered(first.document),), errors=(error,))

    answer = run(
        RIG.retrieve(
            asking(
                *(item(uid, OWN, "2.999.1.20") for uid in ("1", "2")),
                item("3", OWN, "2.999.1.21"),
                item("4", OWN, "2.999.9"),
                item("5", None),
                item("6", NORTH),
            )
        ),
        source,
    )
    assert (answer.status, uids(answer)) == (PARTIAL_SUCCESS, ["1"])
    assert {location for _, location in told(answer)} == {OWN}
    assert sorted(code for code, _ in told(answer)) == [
        "XDSDocumentUniqueIdError",
        "XDSMissingHomeCommunityId",
        "XDSRepositoryError",
        "XDSUnknownCommunity",
        "XDSUnknownRepositoryId",
    ]
    assert "not here; object=2" in {error.codeContext for error in answer.errors}
