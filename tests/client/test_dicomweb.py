from __future__ import annotations

from pathlib import Path

import pytest
from a_peer import Peer

from xdsi_sim.actors.trace import Trace
from xdsi_sim.client.dicomweb import DicomWebClient, HttpReply
from xdsi_sim.client.http import HttpClient
from xdsi_sim.content import BytesContent, read_all
from xdsi_sim.server.loop import running_loop
from xdsi_sim.store.exchanges import ExchangeLog

MULTIPART = (
    b'HTTP/1.1 200 OK\r\nContent-Type: multipart/related; type="application/dicom"; boundary=b\r\n'
    b"Connection: close\r\n\r\n"
    b"--b\r\nContent-Type: application/dicom\r\n\r\none\r\n"
    b"--b\r\nContent-Type: application/dicom\r\n\r\ntwo\r\n--b--"
)


def test_the_record_has_the_whole_address(dicomweb: DicomWebClient, peer: Peer, log: ExchangeLog) -> None:
    url = peer(lambda _request: MULTIPART)
    fetch(dicomweb, f"{url}?accept=a%2Fb")
    (exchange,) = log.exchanges("cafe")
    assert exchange.request.start_line == "GET /peer?accept=a%2Fb HTTP/1.1"
    assert url == f"http://{exchange.receiver}/peer"


def fetch(client: DicomWebClient, url: str) -> HttpReply:
    reply: HttpReply = running_loop().call(
        client.get, url, accept="*/*", transaction="WADO-RS", trace=Trace("cafe", "viewer")
    )
    return reply


def test_the_parts_of_an_answer_are_contents(dicomweb: DicomWebClient, peer: Peer, log: ExchangeLog) -> None:
    reply = fetch(dicomweb, peer(lambda _request: MULTIPART))
    (exchange,) = log.exchanges("cafe")
    assert [read_all(part.content) for part in reply.parts] == [b"one", b"two"]
    assert reply.parts[0].headers["content-type"] == "application/dicom"
    assert (reply.status, reply.trouble, reply.exchange) == (200, None, exchange.id)
    assert exchange.response is not None
    assert read_all(exchange.response.body) == MULTIPART.partition(b"\r\n\r\n")[2]


def test_an_answer_that_is_not_multipart_is_one_part(dicomweb: DicomWebClient, peer: Peer) -> None:
    data = b"HTTP/1.1 404 Not Found\r\nContent-Type: text/plain\r\nContent-Length: 4\r\n\r\ngone"
    reply = fetch(dicomweb, peer(lambda _request: data))
    assert (reply.status, read_all(reply.parts[0].content)) == (404, b"gone")


def test_an_answer_that_is_cut_short_is_trouble(dicomweb: DicomWebClient, peer: Peer) -> None:
    cut = MULTIPART[:-10]
    reply = fetch(dicomweb, peer(lambda _request: cut))
    assert "before its closing delimiter" in (reply.trouble or "")


def test_an_answer_that_cannot_be_kept_is_trouble_and_recorded(
    http: HttpClient, peer: Peer, log: ExchangeLog, tmp_path: Path
) -> None:
    large = b"HTTP/1.1 200 OK\r\nContent-Length: 200000\r\n\r\n" + bytes(200_000)
    reply = fetch(DicomWebClient(http, log, tmp_path / "nowhere"), peer(lambda _request: large))
    (exchange,) = log.exchanges("cafe")
    assert (reply.status, reply.parts) == (200, ())
    assert "No such file or directory" in (reply.trouble or "")
    assert exchange.status == f"HTTP 200, {reply.trouble}"


def test_no_answer_is_status_0_with_the_reason(
    dicomweb: DicomWebClient, peer: Peer, log: ExchangeLog
) -> None:
    reply = fetch(dicomweb, peer(lambda _request: None))
    assert (reply.status, reply.parts) == (0, ())
    assert "no answer within" in (reply.trouble or "")
    assert log.exchanges("cafe")[0].status.startswith("no answer")


def test_an_encoded_part_is_decoded_and_recorded_as_it_came(
    dicomweb: DicomWebClient, peer: Peer, log: ExchangeLog
) -> None:
    header = b"Content-Type: application/dicom\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    data = MULTIPART.replace(b"Content-Type: application/dicom\r\n\r\none", header + b"b25l")
    reply = fetch(dicomweb, peer(lambda _request: data))
    (exchange,) = log.exchanges("cafe")
    assert [read_all(part.content) for part in reply.parts] == [b"one", b"two"]
    assert exchange.response is not None
    assert read_all(exchange.response.body) == data.partition(b"\r\n\r\n")[2]


LARGE = MULTIPART.replace(b"two", bytes(200_000))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (LARGE[:-10], "before its closing delimiter"),
        (LARGE.replace(b"boundary=b", b"x=y"), "without a usable boundary"),
        (LARGE.replace(b"--b--", b"--b\r\nContent-Transfer-Encoding: x\r\n\r\nx\r\n--b--"), "is not known"),
        (LARGE.replace(b"Connection: close", b"Content-Length: 900000"), "the connection broke"),
    ],
)
def test_an_answer_that_is_broken_is_told_in_words_and_leaves_no_file(
    dicomweb: DicomWebClient, peer: Peer, log: ExchangeLog, spool: Path, data: bytes, words: str
) -> None:
    reply = fetch(dicomweb, peer(lambda _request: data))
    assert words in (reply.trouble or "")
    assert reply.parts == ()
    assert len(log.exchanges("cafe")) == 1
    assert list(spool.iterdir()) == []


def test_any_message_is_sent_as_it_is_and_recorded(
    dicomweb: DicomWebClient, peer: Peer, log: ExchangeLog
) -> None:
    heard: list[bytes] = []

    def answer(request: bytes) -> bytes:
        heard.append(request)
        return b"HTTP/1.1 418 No\r\nContent-Length: 2\r\n\r\nno"

    reply: HttpReply = running_loop().call(
        dicomweb.ask,
        "PATCH",
        peer(answer),
        headers=(("Content-Type", "a/b"),),
        body=(BytesContent(b"<broken"),),
        transaction="HTTP",
        trace=Trace("cafe", "viewer"),
    )
    assert (reply.status, [read_all(part.content) for part in reply.parts]) == (418, [b"no"])
    assert heard[0].startswith(b"PATCH /peer HTTP/1.1\r\n")
    assert b"Content-Type: a/b\r\n" in heard[0]
    (exchange,) = log.exchanges("cafe")
    assert (exchange.id, exchange.status, read_all(exchange.request.body)) == (
        reply.exchange,
        "HTTP 418",
        b"<broken",
    )
