from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest
from a_peer import Peer
from answer_examples import found, ref
from lxml import etree
from submissions import a_submission, an_entry, an_on_demand_entry
from wire import QUERY

from xdsi_sim.actors.flow import Call, NoAnswer
from xdsi_sim.actors.trace import Trace
from xdsi_sim.client.answers import Reply
from xdsi_sim.client.http import HttpClient
from xdsi_sim.client.soap import MOST_JUDGED, SoapClient, SoapFault
from xdsi_sim.content import BytesContent, SegmentsContent, read_all
from xdsi_sim.ebrim.writer import write_object_ref
from xdsi_sim.errors import ActionNotSupported
from xdsi_sim.messages.query import AdhocQueryResponse, write_query_response
from xdsi_sim.messages.response import RegistryResponse, write_registry_response
from xdsi_sim.messages.retrieve import (
    DocumentRequest,
    DocumentResponse,
    RetrieveDocumentSetRequest,
    RetrieveDocumentSetResponse,
    write_retrieve_response,
)
from xdsi_sim.server.loop import running_loop
from xdsi_sim.soap.addressing import write_addressing
from xdsi_sim.soap.envelope import write_envelope
from xdsi_sim.soap.faults import write_fault
from xdsi_sim.soap.mtom import Attachments
from xdsi_sim.store.exchanges import ExchangeLog
from xdsi_sim.vocab import TRANSACTIONS

RETRIEVE = RetrieveDocumentSetRequest(
    requests=(DocumentRequest(repositoryUniqueId="1", documentUniqueId="2"),)
)


def message_id(request: bytes) -> str:
    return request.partition(b"<wsa:MessageID>")[2].partition(b"<")[0].decode()


def http(body: bytes, *headers: str, status: str = "200 OK", kind: str = "application/soap+xml") -> bytes:
    lines = "".join(f"{header}\r\n" for header in headers)
    head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n{lines}\r\n"
    return head.encode() + body


def envelope(
    request: bytes, body: bytes, *, action: str | None = None, relates_to: str | None = None
) -> bytes:
    header = write_addressing(
        action=action or TRANSACTIONS["ITI-18"].response_action,
        message_id="urn:uuid:answer",
        relates_to=relates_to or message_id(request),
    )
    return b"".join(write_envelope(header, (body,)))


EMPTY = b"".join(write_query_response(AdhocQueryResponse()))


def call(soap: SoapClient, url: str, transaction: str = "ITI-18", message: object = QUERY) -> Reply:
    asked = Call(url=url, transaction=transaction, message=message)
    reply: Reply = running_loop().call(soap.call, asked, Trace("cafe", "tester"))
    return reply


def test_an_answer_that_cannot_be_spooled_is_none_and_recorded_as_such(
    soap: SoapClient, peer: Peer, log: ExchangeLog, spool: Path
) -> None:
    spool.rmdir()
    package = b"--b\r\n\r\n<r/>\r\n--b\r\nContent-ID: <d>\r\n\r\n" + bytes(100_000) + b"\r\n--b--"
    reply = call(soap, peer(lambda _request: http(package, kind="multipart/related; boundary=b")))
    (exchange,) = log.exchanges("cafe")
    assert isinstance(reply.answer, NoAnswer)
    assert "No such file or directory" in exchange.status


def test_a_sound_answer_is_a_value_without_findings(soap: SoapClient, peer: Peer, log: ExchangeLog) -> None:
    reply = call(soap, peer(lambda request: http(envelope(request, EMPTY))))
    (exchange,) = log.exchanges("cafe")
    assert reply.answer == AdhocQueryResponse()
    assert (reply.findings, reply.exchange) == ((), exchange.id)
    assert (exchange.sender, exchange.transaction, exchange.status) == ("tester", "ITI-18", "Success")
    assert exchange.response is not None
    assert EMPTY in read_all(exchange.response.body)


@pytest.mark.parametrize(
    ("changes", "rule"), [({"action": "urn:other"}, "A18"), ({"relates_to": "urn:uuid:somebody"}, "A19")]
)
def test_headers_of_an_answer_that_are_wrong_are_findings(
    soap: SoapClient, peer: Peer, changes: dict[str, str], rule: str
) -> None:
    reply = call(soap, peer(lambda request: http(envelope(request, EMPTY, **changes))))
    assert reply.answer == AdhocQueryResponse()
    assert [finding.rule for finding in reply.findings] == [rule]


@pytest.mark.parametrize(("validating", "held"), [((), 1), (("tester",), 1000)])
def test_objects_of_a_large_answer_are_cut_out_unless_they_are_to_be_judged(
    soap: SoapClient, peer: Peer, log: ExchangeLog, spool: Path, validating: tuple[str, ...], held: int
) -> None:
    soap = SoapClient(soap._http, log, spool, validating=validating)
    many = AdhocQueryResponse(fragments=(write_object_ref("urn:uuid:1"),) * 1000)
    body = b"".join(piece for piece in write_query_response(many) if isinstance(piece, bytes))
    url = peer(lambda request: http(envelope(request, body)))
    asked = Call(url=url, transaction="ITI-18", message=QUERY)
    answer = running_loop().call(soap.send, asked, Trace("cafe", "tester"))
    assert len(answer.fragments) == held
    assert answer.objects.objectRefs == ("urn:uuid:1",) * 1000


def test_metadata_are_judged_for_whoever_reads_them_and_recorded_so(
    soap: SoapClient, peer: Peer, log: ExchangeLog
) -> None:
    body = etree.tostring(found(an_entry(), status="odd"))  # an entry without a status, and no status URI
    url = peer(lambda request: http(envelope(request, body)))
    assert [finding.rule for finding in call(soap, url).findings] == ["J01", "I24"]
    (exchange,) = log.exchanges("cafe")
    assert [finding.rule for finding in exchange.findings] == ["J01", "I24"]
    asked = Call(url=url, transaction="ITI-18", message=QUERY)
    running_loop().call(soap.send, asked, Trace("beef", "gateway"))  # passes them on
    (exchange,) = log.exchanges("beef")
    assert [finding.rule for finding in exchange.findings] == ["J01"]


def test_of_very_many_objects_none_is_judged(soap: SoapClient, peer: Peer) -> None:
    body = etree.tostring(found(*(ref(number) for number in range(MOST_JUDGED + 1))))
    url = peer(lambda request: http(envelope(request, body)))
    assert call(soap, url).findings == ()


def test_another_action_that_peers_are_known_to_answer_with_is_none_the_worse(
    soap: SoapClient, peer: Peer
) -> None:
    transaction = TRANSACTIONS["ITI-61"]
    for action in (transaction.response_action, *transaction.other_response_actions):
        answer = write_registry_response(RegistryResponse())
        url = peer(lambda request, a=action, body=answer: http(envelope(request, body, action=a)))
        reply = call(soap, url, "ITI-61", a_submission(entries=(an_on_demand_entry(),)))
        assert (reply.answer, reply.findings) == (RegistryResponse(), ())


def test_a_plain_answer_to_mtom_is_a_finding(soap: SoapClient, peer: Peer) -> None:
    body = b"".join(write_retrieve_response(RetrieveDocumentSetResponse(), lambda _content: b""))
    action = TRANSACTIONS["ITI-43"].response_action
    reply = call(soap, peer(lambda request: http(envelope(request, body, action=action))), "ITI-43", RETRIEVE)
    assert [finding.rule for finding in reply.findings] == ["A20", "H08", "H09"]  # nor is anything in it


@pytest.mark.parametrize(("validating", "rules"), [((), []), (("tester",), ["C01"]), (("other",), [])])
def test_answers_are_held_against_the_schemas_for_those_who_ask_for_it(
    soap: SoapClient, peer: Peer, log: ExchangeLog, validating: tuple[str, ...], rules: list[str]
) -> None:
    soap = SoapClient(soap._http, log, soap._spool, validating=validating)
    bare = EMPTY.replace(b"<query:AdhocQueryResponse", b'<query:AdhocQueryResponse odd="1"')
    reply = call(soap, peer(lambda request: http(envelope(request, bare))))
    (exchange,) = log.exchanges("cafe")
    assert reply.answer == AdhocQueryResponse()
    assert [finding.rule for finding in reply.findings] == rules
    assert exchange.findings == reply.findings


@pytest.mark.parametrize("status", ["200 OK", "400 Bad Request", "500 Internal Server Error"])
def test_a_fault_is_no_answer_whatever_its_http_status(
    soap: SoapClient, peer: Peer, log: ExchangeLog, status: str
) -> None:
    fault = b"".join(write_fault(ActionNotSupported("no", detail="urn:a")))
    reply = call(soap, peer(lambda _request: http(fault, status=status)))
    assert isinstance(reply.answer, SoapFault)
    assert (reply.answer.code, reply.answer.subcode, reply.answer.reason) == (
        "Sender",
        "ActionNotSupported",
        "no",
    )
    assert log.exchanges("cafe")[0].status == "Fault Sender"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (
            lambda _request: http(b"<html/>", kind="text/html", status="502 Bad Gateway"),
            "HTTP 502 Bad Gateway, and no SOAP",
        ),
        (lambda request: http(envelope(request, b"<x/>")), "x is no answer to ITI-18"),
        (lambda _request: http(b"cut <", kind="application/soap+xml"), "no SOAP answer"),
        (lambda _request: None, "no answer within"),
    ],
)
def test_what_is_no_answer_is_said_to_be_none_and_recorded(
    soap: SoapClient, peer: Peer, log: ExchangeLog, answer: Callable[[bytes], bytes | None], words: str
) -> None:
    reply = call(soap, peer(answer))
    (exchange,) = log.exchanges("cafe")
    assert isinstance(reply.answer, NoAnswer)
    assert words in str(reply.answer)
    assert words in exchange.status


def test_what_cannot_be_taken_apart_is_recorded_as_it_came(
    soap: SoapClient, peer: Peer, log: ExchangeLog
) -> None:
    call(soap, peer(lambda _request: http(b"<html/>", kind="text/html")))
    (exchange,) = log.exchanges("cafe")
    assert exchange.response is not None
    assert read_all(exchange.response.body) == b"<html/>"


def test_an_answer_with_a_header_that_must_be_understood_is_none(soap: SoapClient, peer: Peer) -> None:
    token = b'<soap:Header><t:T xmlns:t="urn:t" soap:mustUnderstand="1"/>'
    reply = call(soap, peer(lambda request: http(envelope(request, EMPTY).replace(b"<soap:Header>", token))))
    assert isinstance(reply.answer, NoAnswer)
    assert "must be understood" in str(reply.answer)


def test_what_the_receiver_has_recorded_in_our_log_is_not_recorded_twice(
    soap: SoapClient, peer: Peer, log: ExchangeLog
) -> None:
    reply = call(soap, peer(lambda request: http(envelope(request, EMPTY), f"Xdsi-Exchange: {log.name}/abc")))
    assert (reply.exchange, log.exchanges()) == ("abc", ())
    call(soap, peer(lambda request: http(envelope(request, EMPTY), "Xdsi-Exchange: another/abc")))
    assert len(log.exchanges()) == 1


@pytest.mark.parametrize("fault", [True, False])
@pytest.mark.parametrize("end", [b"\r\n--b--", b"\r\n--b-", None])
def test_files_of_what_is_no_answer_do_not_stay(
    soap: SoapClient, peer: Peer, log: ExchangeLog, spool: Path, fault: bool, end: bytes | None
) -> None:
    root = b"".join(write_fault(ActionNotSupported("no"))) if fault else b"<x/>"
    body = b"--b\r\n\r\n" + root + b"\r\n--b\r\nContent-ID: <d>\r\n\r\n" + bytes(200_000)
    whole = http(body + (end or b""), kind="multipart/related; boundary=b")
    data = whole if end is not None else whole.replace(b"Content-Length: ", b"Content-Length: 9")
    reply = call(soap, peer(lambda _request: data), "ITI-43", RETRIEVE)
    assert isinstance(reply.answer, NoAnswer)
    assert len(log.exchanges("cafe")) == 1
    assert list(spool.iterdir()) == []


def test_an_envelope_that_is_read_leaves_no_file(
    soap: SoapClient, peer: Peer, log: ExchangeLog, spool: Path
) -> None:
    comment = b"<!--" + b"x" * 2_000_000 + b"-->"

    def answer(request: bytes) -> bytes:
        return http(envelope(request, EMPTY).replace(b"<soap:Body>", b"<soap:Body>" + comment))

    reply = call(soap, peer(answer))
    assert reply.answer == AdhocQueryResponse()
    assert list(spool.iterdir()) == []
    (exchange,) = log.exchanges("cafe")
    assert exchange.response is not None
    assert comment in read_all(exchange.response.body)


def test_documents_of_an_answer_are_the_askers(soap: SoapClient, peer: Peer) -> None:
    delivered = RetrieveDocumentSetResponse(
        documents=(
            DocumentResponse(
                request=RETRIEVE.requests[0], mimeType="a/b", content=BytesContent(bytes(200_000))
            ),
        )
    )

    def answer(request: bytes) -> bytes:
        attachments = Attachments(mtom=True)
        body = write_retrieve_response(delivered, attachments.attach)
        header = write_addressing(
            action=TRANSACTIONS["ITI-43"].response_action, message_id="urn:1", relates_to=message_id(request)
        )
        segments = attachments.body(write_envelope(header, body))
        return http(read_all(SegmentsContent(tuple(segments))), kind=attachments.content_type)

    reply = call(soap, peer(answer), "ITI-43", RETRIEVE)
    assert reply.findings == ()
    assert read_all(reply.answer.documents[0].content) == bytes(200_000)


ENDLESS = b"HTTP/1.1 200 OK\r\nContent-Type: %s\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (
            b"HTTP/1.1 302 Found\r\nLocation: http://other/\r\nContent-Length: 0\r\n\r\n",
            "HTTP 302, a redirect to http://other/; redirects are not followed",
        ),
        (
            http(b"<html><h1>Bad Gateway</h1>", kind="text/html", status="502 Bad Gateway"),
            "nor multipart/related [A02]; it begins: <html><h1>Bad Gateway</h1>",
        ),
        (
            http(gzip.compress(b"<x/>"), "Content-Encoding: gzip"),
            "HTTP 200, and the answer has Content-Encoding gzip, which was not asked",
        ),
        (http(b"<soap:Envelope").replace(b"Content-Length: ", b"Content-Length: 9"), "the connection broke"),
        (http(b"", status="202 Accepted"), "HTTP 202 Accepted, and no SOAP answer"),
        (ENDLESS % b"text/html" + (b"10000\r\n" + bytes(0x10000) + b"\r\n") * 4, "no SOAP answer"),
        (
            http(b"<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'><s:Body/></s:Envelope>"),
            "the envelope is SOAP 1.1",
        ),
    ],
)
def test_how_a_peer_misbehaves_is_said_in_words_and_recorded(
    soap: SoapClient, peer: Peer, log: ExchangeLog, spool: Path, answer: bytes, words: str
) -> None:
    reply = call(soap, peer(lambda _request: answer))
    assert isinstance(reply.answer, NoAnswer)
    assert words in str(reply.answer)
    assert log.exchanges("cafe")[0].status == f"no answer: {reply.answer}"
    assert list(spool.iterdir()) == []


def test_an_endless_part_leaves_nothing_on_the_disk(peer: Peer, log: ExchangeLog, spool: Path) -> None:
    limited = HttpClient(running_loop().reactor, max_answer=1_000_000)
    begins = b"--b\r\n\r\n<x/>\r\n--b\r\nContent-ID: <d>\r\n\r\n"
    piece = b"10000\r\n" + bytes(0x10000) + b"\r\n"
    answer = ENDLESS % b"multipart/related; boundary=b" + b"%x\r\n%s\r\n" % (len(begins), begins) + piece * 20
    reply = call(SoapClient(limited, log, spool), peer(lambda _request: answer), "ITI-43", RETRIEVE)
    assert "it exceeds max_answer=1000000 octets" in str(reply.answer)
    assert list(spool.iterdir()) == []
    running_loop().call(limited.close)


def test_all_that_a_fault_says_is_at_hand(soap: SoapClient, peer: Peer) -> None:
    fault = b"".join(write_fault(ActionNotSupported("no", detail="urn:a")))
    fault = fault.replace(
        b"<soap:Detail>", b"<soap:Node>http://n</soap:Node><soap:Role>r</soap:Role><soap:Detail>"
    )
    answer = call(soap, peer(lambda _request: http(fault, status="500 Oops"))).answer
    assert isinstance(answer, SoapFault)
    assert (answer.node, answer.role) == ("http://n", "r")
    assert "urn:a" in (answer.detail or "")


def test_a_fault_of_soap_1_1_is_a_fault_with_a_finding(
    soap: SoapClient, peer: Peer, log: ExchangeLog
) -> None:
    fault = b"<s:Fault><faultcode>s:Client</faultcode><faultstring>no</faultstring></s:Fault>"
    old = b'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>%s</s:Body></s:Envelope>'
    reply = call(soap, peer(lambda _request: http(old % fault, kind="text/xml", status="500 Oops")))
    assert isinstance(reply.answer, SoapFault)
    assert (reply.answer.code, reply.answer.reason) == ("Sender", "no")
    assert [finding.rule for finding in reply.findings] == ["A04"]
    assert log.exchanges("cafe")[0].findings == reply.findings


def test_a_fault_for_another_request_is_a_finding(soap: SoapClient, peer: Peer) -> None:
    fault = b"".join(write_fault(ActionNotSupported("no"), relates_to="urn:uuid:another"))
    reply = call(soap, peer(lambda _request: http(fault)))
    assert isinstance(reply.answer, SoapFault)
    assert [finding.rule for finding in reply.findings] == ["A19"]


def test_an_mtom_answer_to_a_plain_request_is_a_finding(soap: SoapClient, peer: Peer) -> None:
    def answer(request: bytes) -> bytes:
        root = b'Content-Type: application/xop+xml; type="application/soap+xml"'
        body = b"--b\r\n" + root + b"\r\n\r\n" + envelope(request, EMPTY) + b"\r\n--b--"
        kind = 'multipart/related; boundary=b; type="application/xop+xml"; start-info="application/soap+xml"'
        return http(body, kind=kind)

    reply = call(soap, peer(answer))
    assert reply.answer == AdhocQueryResponse()
    assert [finding.rule for finding in reply.findings] == ["A20"]
