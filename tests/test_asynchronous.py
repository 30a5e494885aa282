"""Asynchronous exchange over sockets: with our own client, and with a peer that is a raw socket."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path

import pytest
from a_domain import provide, provision, topology
from submissions import PATIENT
from wire import QUERY, Answer, Vendor, message, post, send

from xdsi_sim.actors.flow import Call, NoAnswer
from xdsi_sim.client.answers import Reply
from xdsi_sim.client.soap import SoapFault
from xdsi_sim.content import read_all
from xdsi_sim.dicom.samples import write_sample
from xdsi_sim.ebrim.model import Slot
from xdsi_sim.exchange import Exchange
from xdsi_sim.messages.imaging import ImagingDocumentRequest, RetrieveImagingDocumentSetRequest
from xdsi_sim.messages.query import AdhocQueryResponse, write_query_response
from xdsi_sim.messages.response import status_name
from xdsi_sim.messages.retrieve import DocumentRequest, RetrieveDocumentSetRequest
from xdsi_sim.soap.envelope import Envelope, read_envelope, write_envelope
from xdsi_sim.soap.faults import read_fault
from xdsi_sim.soap.mtom import PackageReader
from xdsi_sim.topology.build import RunningTopology, start
from xdsi_sim.topology.model import Listen, Patience, Peer
from xdsi_sim.vocab import ANONYMOUS, APPROVED, NO_REPLY, NS, TRANSACTIONS

FIND = replace(
    QUERY,
    parameters=(
        Slot("$XDSDocumentEntryPatientId", (f"'{PATIENT}'",)),
        Slot("$XDSDocumentEntryStatus", (f"('{APPROVED}')",)),
    ),
)
FETCH = RetrieveDocumentSetRequest(
    requests=(DocumentRequest(repositoryUniqueId="2.999.1.3", documentUniqueId="2.999.2.1"),)
)
LARGE = bytes(range(256)) * 1000


def started(folder: Path, *peers: str, asynchronous: bool = True, reply: float = 10) -> RunningTopology:
    """The domain, with all its actors asynchronous and these peers."""
    given = topology()
    (community,) = given.communities
    on = {"asynchronous": asynchronous}
    changed = community.model_copy(
        update={
            "registry": community.registry.model_copy(update=on),
            "repositories": tuple(value.model_copy(update=on) for value in community.repositories),
            "sources": tuple(value.model_copy(update=on) for value in community.sources),
        }
    )
    update = {
        "communities": (changed,),
        "peers": tuple(Peer(id=f"peer{number}", url=url) for number, url in enumerate(peers)),
        "timeouts": Patience(connect=1, reply=reply),
    }
    return start(given.model_copy(update=update), folder, Listen("127.0.0.1", 0))


@pytest.fixture
def vendor() -> Iterator[Vendor]:
    with Vendor() as opened:
        yield opened


@pytest.fixture
def running(tmp_path: Path, vendor: Vendor) -> Iterator[RunningTopology]:
    with started(tmp_path / "data", vendor.url) as opened:
        provide(opened.url_of("repository"), provision(1, LARGE))
        yield opened


def request(
    url: str, transaction: str, value: object, reply_to: str | None, fault_to: str | None = None
) -> bytes:
    """A message as a vendor sends it, as the bytes of a POST."""
    content_type, body = message(url, transaction, value)
    blocks = "".join(
        f"<wsa:{name}><wsa:Address>{address}</wsa:Address></wsa:{name}>"
        for name, address in (("ReplyTo", reply_to), ("FaultTo", fault_to))
        if address is not None
    )
    ours = f"<wsa:ReplyTo><wsa:Address>{ANONYMOUS}</wsa:Address></wsa:ReplyTo>"
    assert ours.encode() in body
    return post(url, content_type, body.replace(ours.encode(), blocks.encode()), "Xdsi-Trace: cafe;vendor")


def opened(answer: Answer, folder: Path) -> tuple[Envelope, bool, list[bytes]]:
    """Envelope, whether it came as MTOM, and the parts."""
    reader = PackageReader(answer.headers["content-type"], folder)
    reader.feed(answer.body)
    package = reader.finish()
    return read_envelope(package.root), package.mtom, [read_all(part) for part in package.parts.values()]


def hops(running: RunningTopology) -> list[tuple[str, str, str, str]]:
    return [
        (exchange.sender, exchange.receiver, exchange.transaction, exchange.status)
        for exchange in running.exchanges("cafe")
    ]


# --- actors of ours, a peer that is none -----------------------------------------------------


@pytest.mark.parametrize(
    ("actor", "transaction", "value", "parts"),
    [("registry", "ITI-18", FIND, 0), ("repository", "ITI-43", FETCH, 1)],
)
def test_an_answer_is_posted_where_the_request_says(
    running: RunningTopology,
    vendor: Vendor,
    tmp_path: Path,
    actor: str,
    transaction: str,
    value: object,
    parts: int,
) -> None:
    url, reply_to = running.url_of(actor), f"{vendor.url}/replies"
    at_once = send(url, request(url, transaction, value, reply_to))
    assert (at_once.status, at_once.body, at_once.headers.get("content-type")) == (202, b"", None)
    envelope, mtom, documents = opened(vendor.received(), tmp_path)
    kind = TRANSACTIONS[transaction]
    headers = envelope.addressing
    assert (headers.action, headers.relatesTo, headers.to) == (
        kind.response_action,
        "urn:uuid:asked",
        reply_to,
    )
    assert (headers.messageID or "").startswith("urn:uuid:")
    assert headers.messageID != headers.relatesTo
    assert (headers.replyTo, headers.mustUnderstand) == (None, {"Action"})
    assert (envelope.body.tag, mtom) == (kind.response, kind.mtom)
    assert documents == [LARGE] * parts


def test_both_legs_are_in_the_log_under_one_conversation(running: RunningTopology, vendor: Vendor) -> None:
    url = running.url_of("repository")
    send(url, request(url, "ITI-43", FETCH, vendor.url))
    vendor.received()
    first, second = both_legs(running)
    peer = vendor.url.split("/")[2]
    assert (first.sender, first.receiver, first.transaction, first.status) == (
        "vendor",
        "repository",
        "ITI-43",
        "HTTP 202",
    )
    assert (second.sender, second.receiver, second.transaction, second.status) == (
        "repository",
        peer,
        "ITI-43",
        "Success",
    )
    assert second.request.start_line == "POST /vendor HTTP/1.1"
    assert LARGE in read_all(second.request.body)
    assert second.response is not None
    assert second.findings == ()


def both_legs(running: RunningTopology) -> tuple[Exchange, Exchange]:
    """Waits for the second one: the vendor has it before we know that he has."""
    pause = threading.Event()
    for _ in range(1000):
        if len(running.exchanges("cafe")) > 1:
            break
        pause.wait(0.01)
    first, second = running.exchanges("cafe")
    return first, second


@pytest.mark.parametrize(
    ("reply_to", "fault_to", "status", "asked"),
    [
        ("{}/replies", "{}/faults", 202, "{}/faults"),
        ("{}/replies", None, 202, "{}/replies"),
        (ANONYMOUS, "{}/faults", 202, "{}/faults"),
        (None, "{}/faults", 202, "{}/faults"),
        ("{}/replies", ANONYMOUS, 400, None),
        ("{}/replies", NO_REPLY, 202, None),
    ],
)
def test_a_fault_goes_to_fault_to_else_to_reply_to(
    running: RunningTopology,
    vendor: Vendor,
    tmp_path: Path,
    reply_to: str | None,
    fault_to: str | None,
    status: int,
    asked: str | None,
) -> None:
    url = running.url_of("pacs")
    nothing = RetrieveImagingDocumentSetRequest(requests=(), transferSyntaxUIDs=("1.2",))
    addresses = [None if value is None else value.format(vendor.url) for value in (reply_to, fault_to)]
    at_once = send(url, request(url, "RAD-69", nothing, *addresses))
    assert at_once.status == status
    if asked is None:
        assert bool(at_once.body) is (status != 202)
        return
    assert at_once.body == b""
    envelope, _, _ = opened(vendor.received(), tmp_path)
    assert envelope.addressing.to == asked.format(vendor.url)
    assert envelope.addressing.relatesTo == "urn:uuid:asked"
    assert read_fault(envelope.body).code == "Sender"
    assert both_legs(running)[1].status == "Fault Sender"


def test_what_succeeds_is_answered_on_the_connection_where_faults_alone_go_elsewhere(
    running: RunningTopology, vendor: Vendor
) -> None:
    url = running.url_of("registry")
    assert send(url, request(url, "ITI-18", FIND, ANONYMOUS, vendor.url)).status == 200


def test_what_is_refused_before_it_is_dispatched_is_refused_on_the_connection(
    running: RunningTopology, vendor: Vendor
) -> None:
    url = running.url_of("registry")
    answer = send(url, request(url, "ITI-43", FETCH, vendor.url))
    assert answer.status == 400
    assert read_fault(read_envelope(answer.body).body).subcode == "ActionNotSupported"


@pytest.mark.parametrize("where", ["http://127.0.0.1:9/", "{}s/", "http://user@127.0.0.1/", "urn:me"])
@pytest.mark.parametrize("fault", [False, True])
def test_who_is_not_configured_is_sent_nothing_and_the_setting_is_named(
    running: RunningTopology, vendor: Vendor, where: str, fault: bool
) -> None:
    url, address = running.url_of("registry"), where.format(vendor.url)
    addresses = (ANONYMOUS, address) if fault else (address, None)
    answer = send(url, request(url, "ITI-18", FIND, *addresses))
    found = read_fault(read_envelope(answer.body).body)
    assert (answer.status, found.subcode) == (400, "InvalidAddressingHeader")
    assert "`peers`" in found.reason
    assert address in found.reason


def test_asynchronous_exchange_is_off_unless_it_is_asked_for(tmp_path: Path, vendor: Vendor) -> None:
    with started(tmp_path / "data", vendor.url, asynchronous=False) as running:
        url = running.url_of("registry")
        answer = send(url, request(url, "ITI-18", FIND, vendor.url))
        assert read_fault(read_envelope(answer.body).body).subcode == "OnlyAnonymousAddressSupported"


def test_who_wants_no_answer_gets_none(running: RunningTopology) -> None:
    url = running.url_of("registry")
    answer = send(url, request(url, "ITI-18", FIND, NO_REPLY))
    assert (answer.status, answer.body) == (202, b"")
    assert hops(running) == [("vendor", "registry", "ITI-18", "HTTP 202, Success")]


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (
            b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9/\r\nContent-Length: 0\r\n\r\n",
            "HTTP 302, Success not taken",
        ),
        (b"HTTP/1.1 500 Oops\r\nContent-Length: 2\r\n\r\nno", "HTTP 500, Success not taken"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", "Success"),
        (b"", "no answer: "),
    ],
)
def test_what_the_peer_makes_of_an_answer_is_recorded_and_nothing_is_sent_again(
    tmp_path: Path, answer: bytes, status: str
) -> None:
    with Vendor(answer) as vendor, started(tmp_path / "data", vendor.url) as running:
        url = running.url_of("registry")
        send(url, request(url, "ITI-18", FIND, vendor.url))
        vendor.received()
        second = both_legs(running)[1]
        assert second.status.startswith(status)
        rules = [] if not answer else ["A21"]
        assert [finding.rule for finding in second.findings] == rules
        assert len(running.exchanges("cafe")) == 2


# --- our client ------------------------------------------------------------------------------


def ask(running: RunningTopology, url: str, transaction: str, value: object) -> Reply:
    call = Call(url=url, transaction=transaction, message=value)
    return running.client.call(call, sender="tester", conversation="cafe", asynchronous=True)


def test_our_client_and_our_actors_do_it_both_ways(running: RunningTopology, tmp_path: Path) -> None:
    store = running.store_of("pacs")
    store.add_all(write_sample("cr-chest", tmp_path / "cr"))
    images = store.instances(store.studies()[0])
    imaging = RetrieveImagingDocumentSetRequest(
        requests=tuple(
            ImagingDocumentRequest(
                studyInstanceUID=image.studyInstanceUID,
                seriesInstanceUID=image.seriesInstanceUID,
                document=DocumentRequest(
                    repositoryUniqueId="2.999.1.21", documentUniqueId=image.sopInstanceUID
                ),
            )
            for image in images
        ),
        transferSyntaxUIDs=("1.2.840.10008.1.2.1",),
    )
    found = ask(running, running.url_of("registry"), "ITI-18", FIND)
    fetched = ask(running, running.url_of("repository"), "ITI-43", FETCH)
    shown = ask(running, running.url_of("pacs"), "RAD-69", imaging)
    for reply in (found, fetched, shown):
        assert (status_name(reply.answer.status), reply.findings) == ("Success", ())
    assert len(found.answer.fragments) == 1
    assert read_all(fetched.answer.documents[0].content) == LARGE
    assert [read_all(document.content) for document in shown.answer.documents] == [
        read_all(image.content) for image in images
    ]
    assert hops(running) == [
        ("tester", "registry", "ITI-18", "HTTP 202"),
        ("registry", "tester", "ITI-18", "Success"),
        ("tester", "repository", "ITI-43", "HTTP 202"),
        ("repository", "tester", "ITI-43", "Success"),
        ("tester", "pacs", "RAD-69", "HTTP 202"),
        ("pacs", "tester", "RAD-69", "Success"),
    ]
    exchanges = {exchange.id: exchange for exchange in running.exchanges("cafe")}
    assert exchanges[found.exchange].sender == "registry"


def test_a_fault_of_our_actors_comes_back_the_same_way(running: RunningTopology) -> None:
    nothing = RetrieveImagingDocumentSetRequest(requests=(), transferSyntaxUIDs=("1.2",))
    reply = ask(running, running.url_of("pacs"), "RAD-69", nothing)
    assert isinstance(reply.answer, SoapFault)
    assert (reply.answer.code, reply.findings) == ("Sender", ())
    assert hops(running)[-1] == ("pacs", "tester", "RAD-69", "Fault Sender")


def test_a_peer_without_asynchronous_exchange_says_so_at_once(tmp_path: Path) -> None:
    with started(tmp_path / "data", asynchronous=False) as running:
        reply = ask(running, running.url_of("registry"), "ITI-18", FIND)
        assert isinstance(reply.answer, SoapFault)
        assert reply.answer.subcode == "OnlyAnonymousAddressSupported"
        ((sender, receiver, _, status),) = hops(running)
        assert (sender, receiver, status) == ("tester", "registry", "Fault Sender")


def test_an_answer_that_nobody_waits_for_is_refused_and_recorded(
    running: RunningTopology, vendor: Vendor
) -> None:
    url = running.url_of("registry")
    replies = replies_of(running)
    send(url, request(url, "ITI-18", FIND, vendor.url))
    came = vendor.received()
    answer = send(replies, post(replies, came.headers["content-type"], came.body, "Xdsi-Trace: beef;v"))
    found = read_fault(read_envelope(answer.body).body)
    assert (answer.status, found.subcode) == (400, "InvalidAddressingHeader")
    assert "urn:uuid:asked" in found.reason
    (exchange,) = running.exchanges("beef")
    assert (exchange.sender, exchange.receiver, exchange.status) == ("v", "replies", "Fault Sender")


def replies_of(running: RunningTopology) -> str:
    return running.url_of("registry").replace("/c/registry", "/replies")


def letter(running: RunningTopology, asked: Answer, **changes: str | None) -> bytes:
    """What a vendor answers to one of our queries; `changes` replace headers, None leaves one out."""
    headers = {
        "Action": TRANSACTIONS["ITI-18"].response_action,
        "MessageID": "urn:uuid:v",
        "To": replies_of(running),
        "RelatesTo": read_envelope(asked.body).addressing.messageID,
    } | changes
    must = f' xmlns:soap="{NS.SOAP}" soap:mustUnderstand="1"'
    blocks = "".join(
        f"<wsa:{name}{must if name == 'Action' else ''}>{value}</wsa:{name}>"
        for name, value in headers.items()
        if value
    )
    return b"".join(write_envelope(blocks, write_query_response(AdhocQueryResponse())))


def post_letter(running: RunningTopology, asked: Answer, **changes: str | None) -> Answer:
    replies = replies_of(running)
    return send(replies, post(replies, "application/soap+xml", letter(running, asked, **changes)))


def asked_meanwhile(running: RunningTopology, vendor: Vendor) -> tuple[Future[Reply], Answer]:
    """A query of ours on its way, and how it came to the vendor."""
    future: Future[Reply] = Future()

    def wait() -> None:
        future.set_result(ask(running, vendor.url, "ITI-18", FIND))

    threading.Thread(target=wait, daemon=True).start()
    return future, vendor.received()


def test_an_answer_is_taken_once(running: RunningTopology, vendor: Vendor) -> None:
    future, asked = asked_meanwhile(running, vendor)
    first = post_letter(running, asked)
    reply = future.result(10)
    again = post_letter(running, asked)
    assert (first.status, first.body, again.status) == (202, b"", 400)
    assert (reply.answer, reply.findings) == (AdhocQueryResponse(), ())


def test_the_answer_of_another_does_not_end_the_waiting(running: RunningTopology, vendor: Vendor) -> None:
    future, asked = asked_meanwhile(running, vendor)
    assert post_letter(running, asked, RelatesTo="urn:uuid:another").status == 400
    assert post_letter(running, asked, RelatesTo=None).status == 400
    assert not future.done()
    post_letter(running, asked)
    assert future.result(10).answer == AdhocQueryResponse()


@pytest.mark.parametrize(
    ("changes", "rule"),
    [({"Action": "urn:x"}, "A18"), ({"MessageID": None}, "A10"), ({"To": "http://other/"}, "A14")],
)
def test_headers_of_a_late_answer_are_looked_at_as_well(
    running: RunningTopology, vendor: Vendor, changes: dict[str, str | None], rule: str
) -> None:
    future, asked = asked_meanwhile(running, vendor)
    post_letter(running, asked, **changes)
    assert [finding.rule for finding in future.result(10).findings] == [rule]
    (_, second) = both_legs(running)
    assert [finding.rule for finding in second.findings] == [rule]


def test_a_request_taken_with_something_else_than_202_is_a_finding(tmp_path: Path) -> None:
    said = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nok"
    with Vendor(said) as vendor, started(tmp_path / "data") as running:
        future, asked = asked_meanwhile(running, vendor)
        post_letter(running, asked)
        reply = future.result(10)
        assert reply.answer == AdhocQueryResponse()
        assert [finding.rule for finding in reply.findings] == ["A21"]
        assert both_legs(running)[0].status == "HTTP 200"


def test_an_answer_on_the_connection_is_taken_with_a_finding(tmp_path: Path) -> None:
    with started(tmp_path / "data", asynchronous=False) as running:
        body = b"".join(write_envelope("", write_query_response(AdhocQueryResponse())))
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/soap+xml\r\nContent-Length: {len(body)}\r\n\r\n"
        with Vendor(head.encode() + body) as vendor:
            reply = ask(running, vendor.url, "ITI-18", FIND)
    assert reply.answer == AdhocQueryResponse()
    assert [finding.rule for finding in reply.findings] == ["A21", "A18", "A19"]


def test_a_request_that_is_never_answered_is_given_up_and_its_late_answer_refused(
    tmp_path: Path, vendor: Vendor
) -> None:
    with started(tmp_path / "data", reply=0.2) as running:
        reply = ask(running, vendor.url, "ITI-18", FIND)
        assert isinstance(reply.answer, NoAnswer)
        assert f"no answer at {replies_of(running)} within 0.2 s" in str(reply.answer)
        assert post_letter(running, vendor.received()).status == 400
        assert hops(running) == [("tester", vendor.url.split("/")[2], "ITI-18", "HTTP 202")]


def test_a_peer_that_is_dead_is_told_without_waiting(running: RunningTopology) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    reply = ask(running, f"http://127.0.0.1:{port}/", "ITI-18", FIND)
    assert "the connection was refused" in str(reply.answer)
