"""Documents of other communities through gateways: by a foreign stack, from peers of all kinds."""

from __future__ import annotations

import gc
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from a_domain import ask, provide, provision
from a_federation import HOMES, answering, community, entries, federation, oid, register
from a_peer import Peer, Said, peers
from submissions import PATIENT
from told import told
from wire import message, post, send
from zeep.plugins import HistoryPlugin

from xdsi_sim.actors.flow import Call
from xdsi_sim.actors.trace import TRACE_HEADER
from xdsi_sim.client.zeep_mtom import connect
from xdsi_sim.content import BytesContent, read_all
from xdsi_sim.ebrim.writer import write_object_ref
from xdsi_sim.ebrim.xml import parse
from xdsi_sim.limits import Limits
from xdsi_sim.messages.query import AdhocQueryRequest, AdhocQueryResponse, read_query_response
from xdsi_sim.messages.response import RegistryError, status_name
from xdsi_sim.messages.retrieve import (
    DocumentRequest,
    DocumentResponse,
    RetrieveDocumentSetRequest,
    RetrieveDocumentSetResponse,
    read_retrieve_response,
)
from xdsi_sim.messages.stored_queries import FIND_DOCUMENTS, GET_DOCUMENTS, encode
from xdsi_sim.messages.submit import SubmitObjectsRequest
from xdsi_sim.soap.envelope import read_envelope
from xdsi_sim.soap.mtom import PackageReader
from xdsi_sim.topology.build import RunningTopology, start
from xdsi_sim.topology.model import Listen
from xdsi_sim.vocab import APPROVED, FAILURE, NS, ON_DEMAND, TRANSACTIONS

FREE = Listen("127.0.0.1", 0)
NORTH, SOUTH, VENDOR = HOMES["north"], HOMES["south"], "urn:oid:2.999.79"
OTHER = "urn:oid:2.999.80"
OTHER_PATIENT = PATIENT.replace("P1", "P9")
OF_PATIENT = {"XDSDocumentEntryPatientId": PATIENT, "XDSDocumentEntryStatus": APPROVED}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningTopology]:
    """Two communities with a document each, and an On-Demand entry in the south."""
    south = community("south")
    south["onDemandSources"][0]["offers"] = [OTHER_PATIENT]
    with start(federation(community("north"), south), tmp_path_factory.mktemp("two"), FREE) as started:
        for number, name in enumerate(HOMES, start=1):
            request = provision(number, name.encode())
            assert b":Success" in provide(started.url_of(f"{name}-repository"), request).body
        yield started


@pytest.fixture
def peer() -> Iterator[Peer]:
    with peers() as listen:
        yield listen


def find(running: RunningTopology, actor: str = "north-ig", **more: Any) -> AdhocQueryResponse:
    return ask(running.url_of(actor), "FindDocuments", **{**OF_PATIENT, **more})


# --- by a stack that is not ours -------------------------------------------------------------


def slot(name: str, value: str) -> dict[str, Any]:
    return {"name": name, "ValueList": {"Value": [value]}}


@pytest.mark.parametrize(
    ("actor", "transaction", "home", "found"),
    [
        ("north-ig", "ITI-18", None, [NORTH, SOUTH]),
        ("north-ig", "ITI-18", SOUTH, [SOUTH]),
        ("south-rg", "ITI-38", None, [SOUTH]),
        ("south-rg", "ITI-38", SOUTH, [SOUTH]),
    ],
)
@pytest.mark.parametrize("returnType", ["LeafClass", "ObjectRef"])
def test_zeep_asks_gateways(
    running: RunningTopology,
    actor: str,
    transaction: str,
    home: str | None,
    found: list[str],
    returnType: str,
) -> None:
    query = {
        "id": FIND_DOCUMENTS.id,
        **({"home": home} if home else {}),
        "Slot": [slot(f"${name}", f"('{value}')") for name, value in OF_PATIENT.items()],
    }
    query["Slot"][0] = slot("$XDSDocumentEntryPatientId", f"'{PATIENT}'")
    history = HistoryPlugin()
    client = connect(running.url_of(actor), plugins=[history])
    answer = client.service[TRANSACTIONS[transaction].operation](
        ResponseOption={"returnType": returnType, "returnComposedObjects": True}, AdhocQuery=query
    )
    assert status_name(answer.status) == "Success"
    (objects,) = history.last_received["envelope"].iter(f"{{{NS.RIM}}}RegistryObjectList")
    assert [each.get("home") for each in objects] == found


@pytest.mark.parametrize(
    ("actor", "transaction", "names"),
    [("north-ig", "ITI-43", ["north", "south"]), ("south-rg", "ITI-39", ["south"])],
)
def test_zeep_gets_documents_from_gateways(
    running: RunningTopology, actor: str, transaction: str, names: list[str]
) -> None:
    answer = connect(running.url_of(actor)).service[TRANSACTIONS[transaction].operation](
        DocumentRequest=[
            {
                "HomeCommunityId": HOMES[name],
                "RepositoryUniqueId": oid(name, 3),
                "DocumentUniqueId": f"2.999.2.{list(HOMES).index(name) + 1}",
            }
            for name in names
        ]
    )
    assert status_name(answer.RegistryResponse.status) == "Success"
    assert {
        each.HomeCommunityId: bytes(getattr(each.Document, "_value_1", each.Document))
        for each in answer.DocumentResponse
    } == {HOMES[name]: name.encode() for name in names}


# --- what passes ------------------------------------------------------------------------------


def retrieve(running: RunningTopology, *requests: DocumentRequest, actor: str = "north-ig") -> Any:
    call = Call(
        url=running.url_of(actor),
        transaction="ITI-43",
        message=RetrieveDocumentSetRequest(requests=requests),
    )
    return running.client.call(call, sender="tester", conversation="cafe").answer


def fetch(running: RunningTopology, *requests: DocumentRequest) -> RetrieveDocumentSetResponse:
    """The same by a client that is more patient than the topology."""
    url = running.url_of("north-ig")
    body = RetrieveDocumentSetRequest(requests=requests)
    answer = send(url, post(url, *message(url, "ITI-43", body)))
    reader = PackageReader(answer.headers["content-type"], running.folder)
    reader.feed(answer.body)
    package = reader.finish()
    return read_retrieve_response(read_envelope(package.root, Limits()).body, package.content_of)


def test_what_is_made_on_demand_comes_through_both_gateways(running: RunningTopology) -> None:
    found = find(running, XDSDocumentEntryPatientId=OTHER_PATIENT, XDSDocumentEntryType=ON_DEMAND)
    (entry,) = found.objects.documentEntries
    assert entry.homeCommunityId == SOUTH
    asked = DocumentRequest(
        homeCommunityId=SOUTH,
        repositoryUniqueId=entry.repositoryUniqueId or "",
        documentUniqueId=entry.uniqueId or "",
    )
    answer = retrieve(running, asked)
    (document,) = answer.documents
    assert document.request == asked
    assert document.newRepositoryUniqueId == oid("south", 4)
    assert document.newDocumentUniqueId not in (None, asked.documentUniqueId)
    snapshot = replace(asked, documentUniqueId=document.newDocumentUniqueId)
    assert read_all(retrieve(running, snapshot).documents[0].content) == read_all(document.content)


def test_what_is_not_there_is_told_item_by_item(running: RunningTopology) -> None:
    def item(home: str | None, repository: str, uid: str) -> DocumentRequest:
        return DocumentRequest(homeCommunityId=home, repositoryUniqueId=repository, documentUniqueId=uid)

    answer = retrieve(
        running,
        item(NORTH, oid("north", 3), "2.999.2.1"),
        item(SOUTH, oid("south", 3), "1"),
        item(SOUTH, "2.999.99", "2"),
        item(NORTH, "2.999.99", "3"),
        item(VENDOR, "2.999.99", "4"),
        item(None, "2.999.99", "5"),
    )
    assert (status_name(answer.status), len(answer.documents)) == ("PartialSuccess", 1)
    assert sorted(told(answer)) == [
        ("XDSDocumentUniqueIdError", f"1 {SOUTH}"),
        ("XDSMissingHomeCommunityId", "5"),
        ("XDSUnknownCommunity", f"4 {VENDOR}"),
        ("XDSUnknownRepositoryId", f"2 {SOUTH}"),
        ("XDSUnknownRepositoryId", f"3 {NORTH}"),
    ]


def test_errors_of_a_registry_come_through_both_gateways(running: RunningTopology) -> None:
    request = AdhocQueryRequest(id=GET_DOCUMENTS.id, home=SOUTH)
    url = running.url_of("north-ig")
    answer = read_query_response(parse(send(url, post(url, *message(url, "ITI-18", request))).body)[1][0])
    assert status_name(answer.status) == "Failure"
    assert told(answer) == [("XDSStoredQueryMissingParam", SOUTH)]
    assert "rule=I05" in answer.errors[0].codeContext


def test_an_answer_that_no_tree_could_hold_passes_and_leaves_nothing_behind(tmp_path: Path) -> None:
    here = federation(community("north"), community("south"), limits={"elements": 3000})
    with start(here, tmp_path, FREE) as running:
        for first in range(1, 61, 15):
            register(running, "south", entries(first, 15))
        answer = find(running)
        assert (status_name(answer.status), answer.errors) == ("Success", ())
        assert len(answer.objects.documentEntries) == 60
        assert {entry.homeCommunityId for entry in answer.objects.documentEntries} == {SOUTH}
        kept = {entry.entryUUID for entry in find(running, "south-registry").objects.documentEntries}
        assert {entry.entryUUID for entry in answer.objects.documentEntries} == kept
        del answer
    gc.collect()
    assert list((tmp_path / "spool").iterdir()) == []


def test_a_patient_is_asked_for_by_the_id_that_each_community_has(tmp_path: Path) -> None:
    ids = [{"here": "P1", "homeCommunityId": SOUTH, "there": "S7"}]
    north = community("north", initiatingGateway={"id": "north-ig", "patientIds": ids})
    south = community("south", patientAuthority="2.999.8")
    with start(federation(north, south), tmp_path, FREE) as running:
        register(running, "north", entries(1, 1))
        theirs = "S7^^^&2.999.8&ISO"
        request = entries(2, 1, patientId=theirs)
        sets = tuple(replace(each, patientId=theirs) for each in request.objects.submissionSets)
        changes = replace(request.objects, submissionSets=sets)
        register(running, "south", SubmitObjectsRequest(objects=changes))
        found = find(running).objects.documentEntries
    assert [(entry.homeCommunityId, entry.patientId) for entry in found] == [
        (NORTH, PATIENT),
        (SOUTH, theirs),
    ]


# --- peers of all kinds ----------------------------------------------------------------------


CALM = {"connect": 5, "firstByte": 20}
HASTE = {"connect": 5, "firstByte": 1}
"""For a peer that is waited for in vain; all others have this long, too."""


def alone(folder: Path, gateways: dict[str, str], timeouts: Mapping[str, float] = CALM) -> RunningTopology:
    """The north with a document of its own, and foreign gateways."""
    here = federation(community("north"), gateways=gateways, timeouts=timeouts)
    running = start(here, folder, FREE)
    assert b":Success" in provide(running.url_of("north-repository"), provision(1, b"own")).body
    return running


Answer = Callable[[bytes], Said]


def saying(response: AdhocQueryResponse) -> Answer:
    return lambda request: answering("ITI-38", request, response)


def changed(old: bytes, new: bytes, response: AdhocQueryResponse) -> Answer:
    return lambda request: _resized(answering("ITI-38", request, response).replace(old, new))


def _resized(answer: bytes) -> bytes:
    head, _, body = answer.partition(b"\r\n\r\n")
    kept = b"\r\n".join(line for line in head.split(b"\r\n") if not line.startswith(b"Content-Length"))
    return kept + b"\r\nContent-Length: %d\r\n\r\n" % len(body) + body


SOUND = AdhocQueryResponse(fragments=(write_object_ref("urn:uuid:1", VENDOR),))
MANY = AdhocQueryResponse(fragments=(write_object_ref("urn:uuid:1", VENDOR),) * 1000)
LARGE = b'<rim:ObjectRef xmlns:rim="%s" id="a" home="%s">%%s</rim:ObjectRef>' % (
    NS.RIM.encode(),
    VENDOR.encode(),
)
NO_ANSWERS: dict[str, Answer] = {
    "silent": lambda _request: None,
    "hanging up": lambda _request: b"",
    "half an answer": lambda request: answering("ITI-38", request, SOUND)[:-40],
    "half a large answer": lambda request: answering("ITI-38", request, MANY)[:-40000],
    "no SOAP": lambda _request: b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi",
    "HTTP 404": lambda _request: b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
    "another answer": lambda request: answering("ITI-39", request, RetrieveDocumentSetResponse()),
    "broken XML": changed(b"<rim:ObjectRef", b"<rim:ObjectRef x=", SOUND),
    "broken XML in a large answer": changed(b"<rim:ObjectRef", b"<rim:ObjectRef x=", MANY),
    "a prefix of nobody": changed(b"<rim:ObjectRef", b"<odd:ObjectRef", MANY),
    "one object without end": saying(AdhocQueryResponse(fragments=(LARGE % (b"<rim:Slot/>" * 200_001),))),
}


@pytest.mark.parametrize("peer_is", NO_ANSWERS)
def test_a_gateway_that_gives_no_answer_costs_its_own_share(tmp_path: Path, peer: Peer, peer_is: str) -> None:
    gateways = {VENDOR: peer(NO_ANSWERS[peer_is]), "urn:oid:2.999.80": peer(saying(replace_home(SOUND)))}
    with alone(tmp_path, gateways, HASTE if peer_is == "silent" else CALM) as running:
        answer = find(running)
    assert status_name(answer.status) == "PartialSuccess"
    assert told(answer) == [("XDSUnavailableCommunity", VENDOR)]
    assert answer.errors[0].codeContext.startswith(f"{VENDOR} gives no answer to ITI-38: ")
    assert [entry.homeCommunityId for entry in answer.objects.documentEntries] == [NORTH]
    assert answer.objects.objectRefs == ("urn:uuid:1",)


def replace_home(response: AdhocQueryResponse) -> AdhocQueryResponse:
    fragments = tuple(
        fragment.replace(VENDOR.encode(), b"urn:oid:2.999.80")
        for fragment in response.fragments
        if isinstance(fragment, bytes)
    )
    return replace(response, fragments=fragments)


def test_a_gateway_that_nobody_listens_for_is_named(tmp_path: Path) -> None:
    with alone(tmp_path, {VENDOR: "http://127.0.0.1:1/rg"}) as running:
        answer = find(running)
        asked = DocumentRequest(homeCommunityId=VENDOR, repositoryUniqueId="2.999.1", documentUniqueId="9")
        documents = retrieve(running, asked)
    assert (status_name(answer.status), told(answer)) == (
        "PartialSuccess",
        [("XDSUnavailableCommunity", VENDOR)],
    )
    assert (status_name(documents.status), told(documents)) == (
        "Failure",
        [("XDSUnavailableCommunity", f"9 {VENDOR}")],
    )


@pytest.mark.parametrize("count", [1, 1000])
@pytest.mark.parametrize(("home", "words"), [(None, "without home"), (SOUTH, "names another community")])
def test_objects_of_nobody_or_of_somebody_else_are_refused(
    tmp_path: Path, peer: Peer, count: int, home: str | None, words: str
) -> None:
    """In answers small and large; what is sound among them passes."""
    fragments = (write_object_ref("urn:uuid:1", VENDOR), *(write_object_ref("urn:uuid:2", home),) * count)
    with alone(tmp_path, {VENDOR: peer(saying(AdhocQueryResponse(fragments=fragments)))}) as running:
        answer = find(running)
    assert status_name(answer.status) == "PartialSuccess"
    assert answer.objects.objectRefs == ("urn:uuid:1",)
    assert told(answer) == [("XDSMissingHomeCommunityId", VENDOR)] * min(count, 21)
    assert f"{VENDOR} gave ObjectRef {'without home' if home is None else 'that ' + words}" in str(
        answer.errors
    )


def test_what_a_foreign_stack_declares_around_its_objects_comes_along(tmp_path: Path, peer: Peer) -> None:
    """Its prefixes are not ours; each object passes with what it needs."""

    def foreign(request: bytes) -> bytes:
        sound = answering("ITI-38", request, MANY).replace(b' xmlns:rim="%s"' % NS.RIM.encode(), b"")
        renamed = sound.replace(b"rim:", b"ns4:")
        return _resized(
            renamed.replace(b"<soap:Envelope", b'<soap:Envelope xmlns:ns4="%s"' % NS.RIM.encode())
        )

    with alone(tmp_path, {VENDOR: peer(foreign)}) as running:
        answer = find(running)
    assert (status_name(answer.status), len(answer.objects.objectRefs)) == ("Success", 1000)


def test_all_are_asked_at_once(tmp_path: Path, peer: Peer) -> None:
    """No peer answers before all of them have been asked."""
    homes = [f"urn:oid:2.999.90.{number}" for number in range(8)]
    barrier = threading.Barrier(len(homes))

    def gateway(home: str) -> Answer:
        def answer(request: bytes) -> bytes:
            barrier.wait(30)
            fragments = (write_object_ref(home, home),)
            return answering("ITI-38", request, AdhocQueryResponse(fragments=fragments))

        return answer

    here = federation(community("north"), gateways={home: peer(gateway(home)) for home in homes})
    with start(here, tmp_path, FREE) as running:
        answer = find(running)
    assert (status_name(answer.status), list(answer.objects.objectRefs)) == ("Success", homes)


def test_a_patient_whom_another_community_does_not_know_is_no_error(tmp_path: Path, peer: Peer) -> None:
    unknown = RegistryError(errorCode="XDSUnknownPatientId", codeContext="P1", location=VENDOR)
    refusal = AdhocQueryResponse(
        status=AdhocQueryResponse().status.replace("Success", "Failure"), errors=(unknown,)
    )
    with alone(tmp_path, {VENDOR: peer(saying(refusal))}) as running:
        answer = find(running)
    assert (status_name(answer.status), answer.errors) == ("Success", ())


def test_a_query_that_comes_back_to_its_gateway_is_refused(tmp_path: Path, peer: Peer) -> None:
    """A peer that asks for every query the gateway which has asked it, and hands the header on."""
    asked: list[str] = []

    def back(request: bytes) -> bytes:
        head = request.partition(b"\r\n\r\n")[0].decode()
        (trace,) = (line for line in head.split("\r\n") if line.startswith(TRACE_HEADER))
        asked.append(trace)
        url = running.url_of("north-ig")
        answer = send(url, post(url, *message(url, "ITI-18", a_query()), trace))
        assert answer.status == 500
        assert b"would wait for its own answer" in answer.body
        line = b"HTTP/1.1 500 Internal Server Error\r\nContent-Type: application/soap+xml\r\n"
        return line + b"Content-Length: %d\r\n\r\n" % len(answer.body) + answer.body

    with alone(tmp_path, {VENDOR: peer(back)}) as running:
        answer = find(running)
    assert len(asked) == 1
    assert told(answer) == [("XDSUnavailableCommunity", VENDOR)]
    assert "SOAP fault Receiver: north-ig would wait for its own answer" in answer.errors[0].codeContext


def a_query() -> AdhocQueryRequest:
    slots = tuple(encode(FIND_DOCUMENTS.by_name[f"${name}"], value) for name, value in OF_PATIENT.items())
    return AdhocQueryRequest(id=FIND_DOCUMENTS.id, parameters=slots)


def dripping(transaction: str, response: Any) -> Answer:
    """A peer that begins as it should and never comes to an end."""

    def answer(request: bytes) -> Iterator[bytes]:
        sound = answering(transaction, request, response)
        yield sound[:900].replace(b"Content-Length: ", b"Content-Length: 9")
        while True:
            time.sleep(0.02)
            yield b" "

    return answer


def test_a_gateway_without_end_costs_its_own_share(tmp_path: Path, peer: Peer) -> None:
    gateways = {VENDOR: peer(dripping("ITI-38", SOUND)), OTHER: peer(dripping("ITI-39", given()))}
    timeouts = {"connect": 5, "firstByte": 1, "total": 1}
    with alone(tmp_path, gateways, timeouts) as running:
        answer, documents = find(running), fetch(running, OWN, replace(ASKED, homeCommunityId=OTHER))
    assert told(answer) == [("XDSUnavailableCommunity", VENDOR), ("XDSUnavailableCommunity", OTHER)]
    assert [entry.homeCommunityId for entry in answer.objects.documentEntries] == [NORTH]
    assert told(documents) == [("XDSUnavailableCommunity", f"9 {OTHER}")]
    assert [each.request for each in documents.documents] == [OWN]
    errors = (*answer.errors, *documents.errors)
    assert all("not all of it within 1 s" in error.codeContext for error in errors)


ASKED = DocumentRequest(homeCommunityId=VENDOR, repositoryUniqueId="2.999.1", documentUniqueId="9")
OWN = DocumentRequest(homeCommunityId=NORTH, repositoryUniqueId=oid("north", 3), documentUniqueId="2.999.2.1")


def given(*changes: dict[str, str | None], **more: Any) -> RetrieveDocumentSetResponse:
    """An answer with what was asked for, changed in each of these ways."""
    documents = tuple(
        DocumentResponse(request=replace(ASKED, **each), mimeType="text/plain", content=BytesContent(b"x"))  # type: ignore[arg-type]
        for each in changes
    )
    return RetrieveDocumentSetResponse(documents=documents, **more)


MUTE = ("XDSRepositoryError", f"9 {VENDOR}")
LIARS: dict[str, tuple[RetrieveDocumentSetResponse, list[tuple[str, str]]]] = {
    "of another community": (given({"homeCommunityId": SOUTH}), [MUTE]),
    "of no community": (given({"homeCommunityId": None}), [("XDSMissingHomeCommunityId", f"9 {VENDOR}")]),
    "of another repository": (given({"repositoryUniqueId": "2.999.3"}), [MUTE]),
    "of another document": (
        given({"documentUniqueId": "8"}),
        [("XDSRepositoryError", f"8 {VENDOR}"), MUTE],
    ),
    "nothing, and calls it Success": (given(), [MUTE]),
    "nothing, and calls it Failure": (given(status=FAILURE), [MUTE]),
}


@pytest.mark.parametrize("gives", LIARS)
def test_a_gateway_that_gives_something_else_costs_its_own_share(
    tmp_path: Path, peer: Peer, gives: str
) -> None:
    response, errors = LIARS[gives]
    liar = peer(lambda request: answering("ITI-39", request, response))
    with alone(tmp_path, {VENDOR: liar}) as running:
        answer = retrieve(running, OWN, ASKED)
    assert (status_name(answer.status), told(answer)) == ("PartialSuccess", errors)
    assert [each.request for each in answer.documents] == [OWN]


def test_a_document_that_is_given_more_often_than_asked_for_is_given_once(tmp_path: Path, peer: Peer) -> None:
    twice = peer(lambda request: answering("ITI-39", request, given({}, {})))
    with alone(tmp_path, {VENDOR: twice}) as running:
        answer = retrieve(running, OWN, ASKED)
    assert [each.request for each in answer.documents] == [OWN, ASKED]
    assert told(answer) == [MUTE]


# --- samples of others -----------------------------------------------------------------------

PLAIN = "application/soap+xml; charset=UTF-8"


def sample(shared_data: Path, name: str) -> bytes:
    return (shared_data / "nist" / "soap" / name).read_bytes()


def http(body: bytes) -> bytes:
    return _resized(b"HTTP/1.1 200 OK\r\nContent-Type: %s\r\n\r\n%s" % (PLAIN.encode(), body))


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("soap-xcq-req.xml", [b"ResponseStatusType:Success"]),
        (
            "soap-xcr-req.xml",
            [b"ResponseStatusType:Failure", b"XDSUnknownCommunity", b"1.3.6.1.4.2301 " + SOUTH.encode()],
        ),
    ],
)
def test_requests_of_another_toolkit_are_understood(
    running: RunningTopology, shared_data: Path, name: str, words: list[bytes]
) -> None:
    url = running.url_of("south-rg")
    answer = send(url, post(url, PLAIN, sample(shared_data, name)))
    assert [word for word in words if word not in answer.body] == []


def test_an_answer_of_another_toolkit_is_passed_on(tmp_path: Path, peer: Peer, shared_data: Path) -> None:
    answered = http(sample(shared_data, "soap-xcq-resp.xml"))
    with alone(tmp_path, {"urn:oid:2.3.4": peer(lambda _request: answered)}) as running:
        answer = find(running)
    homes = {entry.homeCommunityId for entry in answer.objects.documentEntries}
    assert (status_name(answer.status), homes) == ("Success", {NORTH, "urn:oid:2.3.4"})


def test_documents_without_home_are_not_passed_on(tmp_path: Path, peer: Peer, shared_data: Path) -> None:
    answered = http(sample(shared_data, "soap-xret-resp-homeless.xml"))
    asked = DocumentRequest(
        homeCommunityId=VENDOR, repositoryUniqueId="1.3.6.1.4.1000", documentUniqueId="1.3.6.1.4.2300"
    )
    with alone(tmp_path, {VENDOR: peer(lambda _request: answered)}) as running:
        answer = retrieve(running, asked)
    assert (status_name(answer.status), answer.documents) == ("Failure", ())
    assert ("XDSMissingHomeCommunityId", f"1.3.6.1.4.2300 {VENDOR}") in told(answer)
