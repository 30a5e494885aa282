from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from told import told

from xdsi_sim.actors.flow import Answer, Call, NoAnswer, run
from xdsi_sim.actors.gateways import TARGETS, InitiatingGateway, RespondingGateway
from xdsi_sim.content import SegmentsContent, read_all
from xdsi_sim.ebrim.model import Slot
from xdsi_sim.ebrim.writer import write_object_ref
from xdsi_sim.ebrim.xml import parse
from xdsi_sim.messages.query import AdhocQueryRequest, AdhocQueryResponse
from xdsi_sim.messages.response import RegistryError
from xdsi_sim.messages.stored_queries import FIND_DOCUMENTS, GET_DOCUMENTS, STORED_QUERIES, encode
from xdsi_sim.vocab import APPROVED, FAILURE, NS, PARTIAL_SUCCESS, SEVERITY_WARNING, SUCCESS

OWN, NORTH, SOUTH = "urn:oid:2.999.1", "urn:oid:2.999.2", "urn:oid:2.999.3"
REGISTRY = "http://own/registry"
URLS = {NORTH: "http://north/rg", SOUTH: "http://south/rg"}
IG = InitiatingGateway(homeCommunityId=OWN, registry=REGISTRY, sources={}, gateways=URLS)
RG = RespondingGateway(homeCommunityId=OWN, registry=REGISTRY, sources={})
HOME_OF = {REGISTRY: None, **{url: home for home, url in URLS.items()}}

PATIENT_ID = FIND_DOCUMENTS.by_name["$XDSDocumentEntryPatientId"]
HERE, THERE = "P1^^^&2.999.1.1&ISO", "S7^^^&2.999.3.1&ISO"
UNKNOWN_PATIENT = RegistryError(errorCode="XDSUnknownPatientId", codeContext="P1", location=NORTH)
ODD = RegistryError(errorCode="XDSRegistryError", codeContext="odd", location=NORTH)

BY_PATIENT = {
    "FindDocuments",
    "FindSubmissionSets",
    "FindFolders",
    "GetAll",
    "FindDocumentsByReferenceId",
}


def find(*more: Slot, home: str | None = None) -> AdhocQueryRequest:
    slots = (
        encode(PATIENT_ID, HERE),
        encode(FIND_DOCUMENTS.by_name["$XDSDocumentEntryStatus"], APPROVED),
        *more,
    )
    return AdhocQueryRequest(id=FIND_DOCUMENTS.id, parameters=slots, home=home)


def get(home: str | None = None) -> AdhocQueryRequest:
    ids = GET_DOCUMENTS.by_name["$XDSDocumentEntryUniqueId"]
    return AdhocQueryRequest(id=GET_DOCUMENTS.id, parameters=(encode(ids, "2.999.7"),), home=home)


def found(*ids: str, home: str | None = None, **more: Any) -> AdhocQueryResponse:
    return AdhocQueryResponse(fragments=tuple(write_object_ref(id_, home) for id_ in ids), **more)


def one_each(call: Call) -> AdhocQueryResponse:
    """Everybody has one object, and gateways say where."""
    return found(call.url, home=HOME_OF[call.url])


def ask(
    request: AdhocQueryRequest,
    peers: Mapping[str, Answer] | Callable[[Call], Answer] = one_each,
    gateway: InitiatingGateway | RespondingGateway = IG,
) -> tuple[AdhocQueryResponse, list[Call]]:
    calls: list[Call] = []

    def send(call: Call) -> Answer:
        calls.append(call)
        if callable(peers):
            return peers(call)
        return peers.get(call.url) or one_each(call)

    return run(gateway.query(request), send), calls


def objects(answer: AdhocQueryResponse) -> list[tuple[str | None, str | None]]:
    data = read_all(SegmentsContent((b"<a>", *answer.fragments, b"</a>")))
    return [(child.get("id"), child.get("home")) for child in parse(data)]


# --- Initiating Gateway: whom it asks --------------------------------------------------------


def test_a_query_by_patient_goes_to_everybody_with_all_its_parameters() -> None:
    more = (Slot("$odd", ("'x'",)), Slot("Other", ("(",)))
    answer, calls = ask(find(*more))
    assert [(call.url, call.transaction) for call in calls] == [
        (REGISTRY, "ITI-18"),
        (URLS[NORTH], "ITI-38"),
        (URLS[SOUTH], "ITI-38"),
    ]
    assert all(call.message == find(*more) for call in calls)
    assert (answer.status, answer.errors) == (SUCCESS, ())
    assert objects(answer) == [(REGISTRY, OWN), (URLS[NORTH], NORTH), (URLS[SOUTH], SOUTH)]


@pytest.mark.parametrize("query", STORED_QUERIES.values(), ids=lambda query: query.name)
def test_who_is_asked_without_home_depends_on_the_query(query: Any) -> None:
    answer, calls = ask(AdhocQueryRequest(id=query.id.upper().replace("URN:UUID", "urn:uuid")))
    if query.name in BY_PATIENT:
        assert len(calls) == 3
    elif query.transaction == "ITI-51":
        assert told(answer) == [("XDSUnknownStoredQuery", None)]
    else:
        assert [error.errorCode for error in answer.errors] == ["XDSMissingHomeCommunityId"]
        assert query.id in answer.errors[0].codeContext.lower()


@pytest.mark.parametrize(
    ("home", "asked", "sent"),
    [(NORTH, URLS[NORTH], NORTH), (SOUTH, URLS[SOUTH], SOUTH), (OWN, REGISTRY, None)],
)
@pytest.mark.parametrize("request_for", [get, lambda home: find(home=home)])
def test_a_query_with_home_goes_there_alone(
    request_for: Callable[[str], AdhocQueryRequest], home: str, asked: str, sent: str | None
) -> None:
    answer, (call,) = ask(request_for(home))
    assert (call.url, call.message.home) == (asked, sent)
    assert objects(answer) == [(asked, home)]


@pytest.mark.parametrize(
    ("request_", "code", "location"),
    [
        (get(), "XDSMissingHomeCommunityId", GET_DOCUMENTS.id),
        (get(""), "XDSMissingHomeCommunityId", GET_DOCUMENTS.id),
        (get("urn:oid:2.999.77"), "XDSUnknownCommunity", "urn:oid:2.999.77"),
        (AdhocQueryRequest(id="urn:uuid:none"), "XDSUnknownStoredQuery", None),
    ],
)
def test_a_query_for_nobody_is_refused(request_: AdhocQueryRequest, code: str, location: str | None) -> None:
    answer, calls = ask(request_)
    assert (answer.status, told(answer), calls) == (FAILURE, [(code, location)], [])


def test_a_query_that_is_not_known_goes_where_its_home_says() -> None:
    _, (call,) = ask(AdhocQueryRequest(id="urn:uuid:none", home=SOUTH))
    assert (call.url, call.message.id) == (URLS[SOUTH], "urn:uuid:none")


@pytest.mark.parametrize(
    ("values", "homes"),
    [
        ((f"('{SOUTH}')",), [SOUTH]),
        ((f"('{SOUTH}','{OWN}')", f"('{SOUTH}')"), [SOUTH, None]),
        ((SOUTH,), [SOUTH]),
    ],
)
def test_a_list_of_communities_is_for_the_gateway(values: tuple[str, ...], homes: list[str | None]) -> None:
    _, calls = ask(find(Slot(TARGETS, values)))
    assert [HOME_OF[call.url] for call in calls] == homes
    assert all(call.message == find() for call in calls)


@pytest.mark.parametrize("value", ["('urn:oid:2.999.77')", "('urn:oid:2.999.77"])
def test_a_listed_community_that_is_not_known_costs_its_own_error(value: str) -> None:
    answer, calls = ask(find(Slot(TARGETS, (f"('{SOUTH}')", value))))
    assert ([call.url for call in calls], answer.status) == ([URLS[SOUTH]], PARTIAL_SUCCESS)
    assert [error.errorCode for error in answer.errors] == ["XDSUnknownCommunity"]
    assert f"attribute={TARGETS}" in answer.errors[0].codeContext


def test_a_community_that_lacks_its_prefix_is_told_so() -> None:
    answer, _ = ask(get(NORTH.removeprefix("urn:oid:")))
    assert "home lacks urn:oid: before the OID" in answer.errors[0].codeContext


@pytest.mark.parametrize("location", [None, ""])
def test_an_error_that_says_nothing_of_its_place_has_the_community_that_gave_it(location: str | None) -> None:
    odd = RegistryError(errorCode="Odd", codeContext="odd", location=location)
    answer, _ = ask(find(), {URLS[NORTH]: found("1", home=NORTH, status=PARTIAL_SUCCESS, errors=(odd,))})
    assert told(answer) == [("Odd", NORTH)]
    answer, _ = ask(find(), {REGISTRY: AdhocQueryResponse(status=FAILURE, errors=(odd,))})
    assert told(answer) == [("Odd", OWN)]


def test_a_community_without_registry_asks_the_others() -> None:
    gateway = InitiatingGateway(homeCommunityId=OWN, sources={}, gateways=URLS)
    assert [call.url for call in ask(find(), gateway=gateway)[1]] == list(URLS.values())
    answer, calls = ask(get(OWN), gateway=gateway)
    assert (told(answer), calls) == ([("XDSUnknownCommunity", OWN)], [])


@pytest.mark.parametrize("value", [f"'{HERE}'", HERE, f"('{HERE}')"])
def test_a_patient_has_the_id_that_the_other_community_uses(value: str) -> None:
    gateway = InitiatingGateway(
        homeCommunityId=OWN,
        registry=REGISTRY,
        sources={},
        gateways=URLS,
        patientIds={SOUTH: {HERE: THERE}, NORTH: {"P2^^^&2.999.1.1&ISO": "N2^^^&2.999.2.1&ISO"}},
    )
    request = AdhocQueryRequest(
        id=FIND_DOCUMENTS.id,
        parameters=(Slot(PATIENT_ID.name, (value,)), Slot("$other", (f"'{HERE}'",))),
    )
    _, calls = ask(request, gateway=gateway)
    asked = {call.url: call.message.parameters for call in calls}
    assert asked[REGISTRY] == asked[URLS[NORTH]] == request.parameters
    assert asked[URLS[SOUTH]] == (Slot(PATIENT_ID.name, (f"'{THERE}'",)), request.parameters[1])


# --- Initiating Gateway: what it makes of answers --------------------------------------------

SILENT = NoAnswer("no answer within 5 s")
REFUSED = AdhocQueryResponse(status=FAILURE, errors=(ODD,))
UNKNOWN = AdhocQueryResponse(status=FAILURE, errors=(UNKNOWN_PATIENT,))
JOINED: list[tuple[dict[str, Answer], str, list[tuple[str, str | None]], int]] = [
    ({URLS[NORTH]: SILENT}, PARTIAL_SUCCESS, [("XDSUnavailableCommunity", NORTH)], 2),
    ({REGISTRY: SILENT}, PARTIAL_SUCCESS, [("XDSRegistryError", OWN)], 2),
    ({URLS[NORTH]: REFUSED}, PARTIAL_SUCCESS, [("XDSRegistryError", NORTH)], 2),
    ({url: found() for url in HOME_OF}, SUCCESS, [], 0),
    (
        {url: found() for url in HOME_OF} | {URLS[NORTH]: SILENT},
        PARTIAL_SUCCESS,
        [("XDSUnavailableCommunity", NORTH)],
        0,
    ),
    (
        dict.fromkeys(HOME_OF, SILENT),
        FAILURE,
        [("XDSRegistryError", OWN), ("XDSUnavailableCommunity", NORTH), ("XDSUnavailableCommunity", SOUTH)],
        0,
    ),
    ({URLS[NORTH]: UNKNOWN}, SUCCESS, [], 2),
    ({REGISTRY: found(), URLS[NORTH]: UNKNOWN, URLS[SOUTH]: UNKNOWN}, SUCCESS, [], 0),
    ({REGISTRY: UNKNOWN}, PARTIAL_SUCCESS, [("XDSUnknownPatientId", NORTH)], 2),
    (
        {URLS[NORTH]: AdhocQueryResponse(status=FAILURE, errors=(UNKNOWN_PATIENT, ODD))},
        PARTIAL_SUCCESS,
        [("XDSRegistryError", NORTH)],
        2,
    ),
    ({URLS[NORTH]: AdhocQueryResponse(status=FAILURE)}, PARTIAL_SUCCESS, [("XDSRegistryError", NORTH)], 2),
    ({URLS[NORTH]: AdhocQueryResponse(status="")}, PARTIAL_SUCCESS, [("XDSRegistryError", NORTH)], 2),
    (
        {URLS[NORTH]: found("1", home=NORTH, status=PARTIAL_SUCCESS, errors=(ODD,))},
        PARTIAL_SUCCESS,
        [("XDSRegistryError", NORTH)],
        3,
    ),
    (
        {URLS[NORTH]: found("1", home=NORTH, status=FAILURE, errors=(ODD,))},
        PARTIAL_SUCCESS,
        [("XDSRegistryError", NORTH)],
        2,
    ),
]


@pytest.mark.parametrize(("peers", "status", "errors", "count"), JOINED)
def test_objects_and_errors_are_joined(
    peers: dict[str, Answer], status: str, errors: list[tuple[str, str | None]], count: int
) -> None:
    answer, _ = ask(find(), peers)
    assert (answer.status, told(answer), len(objects(answer))) == (status, errors, count)


def test_all_that_do_not_know_the_patient_have_nothing() -> None:
    gateway = InitiatingGateway(homeCommunityId=OWN, sources={}, gateways=URLS)
    answer, _ = ask(find(), dict.fromkeys(URLS.values(), UNKNOWN), gateway)
    assert (answer.status, answer.errors, answer.fragments) == (SUCCESS, (), ())


def test_a_warning_spoils_no_success() -> None:
    warning = RegistryError(errorCode="X", codeContext="slow", severity=SEVERITY_WARNING, location=NORTH)
    answer, _ = ask(find(), {URLS[NORTH]: found("1", home=NORTH, errors=(warning,))})
    assert (answer.status, answer.errors) == (SUCCESS, (warning,))


def test_why_there_is_no_answer_is_told() -> None:
    answer, _ = ask(find(), {URLS[NORTH]: SILENT})
    assert (
        answer.errors[0].codeContext == f"{NORTH} gives no answer to ITI-38: no answer within 5 s; rule=H16"
    )


def test_what_does_not_name_its_community_is_not_passed_on() -> None:
    fragments = (
        *(write_object_ref("mine", NORTH), write_object_ref("lost"), write_object_ref("theirs", SOUTH)),
        b'<rim:Association xmlns:rim="%s" id="a"/>' % NS.RIM.encode(),
        b'<rim:Association xmlns:rim="%s" id="b" home="%s"/>' % (NS.RIM.encode(), SOUTH.encode()),
    )
    answer, _ = ask(get(NORTH), {URLS[NORTH]: AdhocQueryResponse(fragments=fragments)})
    assert objects(answer) == [("mine", NORTH), ("a", None)]
    assert answer.status == PARTIAL_SUCCESS
    assert told(answer) == [("XDSMissingHomeCommunityId", NORTH)] * 3
    assert [error.codeContext.partition(";")[0] for error in answer.errors] == [
        f"{NORTH} gave ObjectRef without home",
        f"{NORTH} gave ObjectRef that names another community",
        f"{NORTH} gave Association that names another community",
    ]
    pairs = zip(("lost", "theirs", "b"), answer.errors, strict=True)
    assert all(f"object={id_};" in error.codeContext for id_, error in pairs)


def test_a_community_of_whose_objects_none_can_be_passed_on_has_not_answered() -> None:
    answer, _ = ask(get(NORTH), {URLS[NORTH]: found(*map(str, range(50)))})
    assert (answer.status, answer.fragments, len(answer.errors)) == (FAILURE, (), 21)
    assert "30 more objects" in answer.errors[-1].codeContext


# --- Responding Gateway ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "request_", [find(), find(home=OWN), get(OWN), AdhocQueryRequest(id="urn:uuid:none")]
)
def test_a_responding_gateway_asks_its_registry_and_names_its_community(request_: AdhocQueryRequest) -> None:
    answer, (call,) = ask(request_, {REGISTRY: found("1", home=SOUTH)}, RG)
    assert (call.url, call.transaction, call.message.home) == (REGISTRY, "ITI-18", None)
    assert call.message.parameters == request_.parameters
    assert (answer.status, objects(answer)) == (SUCCESS, [("1", OWN)])


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        (get(), "XDSMissingHomeCommunityId"),
        (AdhocQueryRequest(id=GET_DOCUMENTS.id.upper()), "XDSMissingHomeCommunityId"),
        (get(NORTH), "XDSUnknownCommunity"),
        (find(home=NORTH), "XDSUnknownCommunity"),
    ],
)
def test_a_query_for_another_community_is_refused(request_: AdhocQueryRequest, code: str) -> None:
    answer, calls = ask(request_, gateway=RG)
    assert (answer.status, told(answer), calls) == (FAILURE, [(code, OWN)], [])


def test_every_error_of_a_responding_gateway_is_placed_in_its_community() -> None:
    errors = (
        RegistryError(errorCode="A", codeContext="bad"),
        RegistryError(errorCode="B", codeContext="bad", location="urn:uuid:1"),
    )
    answer, _ = ask(find(), {REGISTRY: AdhocQueryResponse(status=FAILURE, errors=errors)}, RG)
    assert (answer.status, told(answer)) == (FAILURE, [("A", OWN), ("B", OWN)])
    assert [error.codeContext for error in answer.errors] == ["bad", "bad; object=urn:uuid:1"]


def test_a_registry_that_gives_no_answer_is_an_error() -> None:
    answer, _ = ask(find(), {REGISTRY: SILENT}, RG)
    assert (answer.status, told(answer)) == (FAILURE, [("XDSRegistryError", OWN)])
    assert "no answer within 5 s" in answer.errors[0].codeContext
