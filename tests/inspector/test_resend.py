from __future__ import annotations

import gzip
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from a_domain import a_query, domain, provide, provision
from a_peer import Peer, peers
from feeds import merged, tell
from wire import message, post, send

from xdsi_sim.actors.flow import NoAnswer
from xdsi_sim.content import BytesContent, read_all
from xdsi_sim.exchange import Exchange, HttpMessage
from xdsi_sim.inspector.resend import resend
from xdsi_sim.messages.response import RegistryError, RegistryResponse, write_registry_response
from xdsi_sim.server.loop import running_loop
from xdsi_sim.soap.envelope import write_envelope
from xdsi_sim.topology.build import RunningTopology
from xdsi_sim.vocab import FAILURE


@pytest.fixture
def running(tmp_path: Path) -> Iterator[RunningTopology]:
    with domain(tmp_path / "data") as started:
        yield started


@pytest.fixture
def peer() -> Iterator[Peer]:
    with peers() as listen:
        yield listen


def last(running: RunningTopology, transaction: str) -> Exchange:
    return [item for item in running.exchanges() if item.transaction == transaction][-1]


@pytest.mark.parametrize("size", [10, 100_000])
def test_a_request_goes_out_again_byte_for_byte(running: RunningTopology, size: int) -> None:
    provide(running.url_of("repository"), provision(1, bytes(size)))
    first = last(running, "ITI-41")
    resent = resend(first.request, running.url_of("repository"), running_loop())
    assert (resent.status, resent.outcome, resent.good) == (200, "Failure", False)
    assert resent.errors[0].startswith("XDSRegistryMetadataError: ")
    second = last(running, "ITI-41")
    assert second.id != first.id
    assert second.conversation != first.conversation
    assert read_all(second.request.body) == read_all(first.request.body)


def test_what_is_good_is_told_as_good(running: RunningTopology) -> None:
    url = running.url_of("registry")
    send(url, post(url, *message(url, "ITI-18", a_query())))
    resent = resend(last(running, "ITI-18").request, url, running_loop())
    assert (resent.outcome, resent.errors, resent.good) == ("Success", (), True)


def test_a_fault_is_told_with_its_reason(running: RunningTopology) -> None:
    url = running.url_of("registry")
    send(url, post(url, *message(url, "ITI-18", a_query())))
    resent = resend(last(running, "ITI-18").request, running.url_of("repository"), running_loop())
    assert resent.outcome.startswith("Fault Sender: wsa:Action")
    assert not resent.good


def test_an_answer_that_is_no_soap_is_told_by_its_status(running: RunningTopology) -> None:
    request = replace(last_get(running), start_line="GET /elsewhere HTTP/1.1")
    resent = resend(request, f"{running.dicomweb_of('pacs')}/studies/1.2", running_loop())
    assert (resent.status, resent.outcome, resent.good) == (404, "HTTP 404", False)


def last_get(running: RunningTopology) -> HttpMessage:
    url = f"{running.dicomweb_of('pacs')}/studies/1.2"
    running.client.get(url, accept="*/*", transaction="WADO-RS", sender="x", conversation="c")
    return running.exchanges()[-1].request


def test_a_peer_that_is_not_there_is_told_in_words(running: RunningTopology) -> None:
    url = running.url_of("registry")
    send(url, post(url, *message(url, "ITI-18", a_query())))
    request = last(running, "ITI-18").request
    with pytest.raises(NoAnswer, match="refused"):
        resend(request, "http://127.0.0.1:1/", running_loop())


def an_answer(peer: Peer, body: bytes, *headers: str) -> str:
    """Where `body` is answered to everything."""
    lines = "".join(f"{header}\r\n" for header in headers)
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n{lines}\r\n"
    return peer(lambda _request: head.encode() + body)


def a_request() -> HttpMessage:
    return HttpMessage(
        start_line="POST / HTTP/1.1",
        headers=(("Content-Type", "application/soap+xml"), ("Accept-Encoding", "gzip, br")),
        body=BytesContent(b"<a/>"),
    )


SOAP = "Content-Type: application/soap+xml"


@pytest.mark.parametrize("coded", [False, True])
def test_a_refusal_is_one_however_it_is_coded(peer: Peer, coded: bool) -> None:
    refusal = RegistryResponse(status=FAILURE, errors=(RegistryError(errorCode="XDSA", codeContext="b"),))
    body = b"".join(write_envelope("", (write_registry_response(refusal),)))
    if coded:
        url = an_answer(peer, gzip.compress(body), SOAP, "Content-Encoding: gzip")
    else:
        url = an_answer(peer, body, SOAP)
    resent = resend(a_request(), url, running_loop())
    assert (resent.outcome, resent.errors, resent.good) == ("Failure", ("XDSA: b",), False)


def test_only_codings_that_are_read_here_are_asked_for(peer: Peer) -> None:
    asked: list[bytes] = []

    def answer(request: bytes) -> bytes:
        asked.append(request)
        return b""

    url = peer(answer)
    with pytest.raises(NoAnswer):
        resend(a_request(), url, running_loop())
    assert b"content-type" in asked[0].lower()
    assert b"accept-encoding" not in asked[0].lower()


@pytest.mark.parametrize("body", [b"<html/>", b"".join(write_envelope("", (b"<other/>",)))])
def test_a_page_is_no_good_answer_to_a_soap_message(peer: Peer, body: bytes) -> None:
    resent = resend(a_request(), an_answer(peer, body, SOAP), running_loop())
    assert resent.outcome.startswith("HTTP 200, and the answer cannot be read: ")
    assert not resent.good


def test_a_message_of_the_feed_that_is_refused_is_told_so(running: RunningTopology) -> None:
    url = running.url_of("registry")
    assert tell(url, merged("P1", "P1")).code == "CE"
    resent = resend(last(running, "ITI-44").request, url, running_loop())
    assert (resent.outcome, resent.good) == ("Failure", False)
    assert resent.errors[0].startswith("CE: ")
