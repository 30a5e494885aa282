from __future__ import annotations

import errno
import gzip
import socket
import zlib
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from wire import connect, message, post, read_answer, send

from xdsi_sim.content import BytesContent, read_all
from xdsi_sim.messages.query import AdhocQueryRequest, AdhocQueryResponse
from xdsi_sim.server.http import _pieces
from xdsi_sim.soap.envelope import read_envelope
from xdsi_sim.soap.faults import read_fault
from xdsi_sim.store.exchanges import ExchangeLog

SOAP = "application/soap+xml; charset=UTF-8"


def test_small_segments_are_gathered_and_large_ones_cut() -> None:
    segments = [b"a", BytesContent(b"b" * 600_000), b"c", BytesContent(b"")]
    pieces = list(_pieces(segments))
    assert b"".join(pieces) == b"a" + b"b" * 600_000 + b"c"
    assert max(map(len, pieces)) < 600_000
    assert len(pieces) < 5


class Registry:
    """Finds nothing, whatever is asked."""

    def query(self, _request: AdhocQueryRequest) -> AdhocQueryResponse:
        return AdhocQueryResponse()


PACKAGE = b"--b\r\n\r\n<x/>\r\n--b\r\nContent-ID: <d>\r\n\r\n" + bytes(200_000) + b"\r\n--b--"
MULTIPART = "multipart/related; boundary=b"


def damaged(url: str, name: str) -> bytes:
    """What arrives, by name."""
    content_type, body = message(url)
    sound = post(url, content_type, body)
    return {
        "no HTTP": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        "half a head": sound[:60],
        "a header without end": b"POST / HTTP/1.1\r\nX: " + b"x" * 100_000,
        "half a body": sound[:-5],
        "a length that is none": sound.replace(b"Content-Length: ", b"Content-Length: x"),
        "a chunk that is none": sound.replace(b"Content-Length", b"Transfer-Encoding: chunked\r\nX"),
        "no body": post(url, content_type, b""),
        "no media type": sound.replace(b"Content-Type", b"X-Type"),
        "a header that is no UTF-8": sound.replace(b"application/soap+xml", b"application/\xff\xfe"),
        "an address that is no UTF-8": sound.replace(b" HTTP/1.1", b"?\xff\xfe HTTP/1.1", 1),
        "a trace that is no UTF-8": post(url, content_type, body, "Xdsi-Trace: \xff;\x85"),
        "not XML": post(url, content_type, b"\x00" * 1000),
        "a document type": post(url, content_type, b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>'),
        "deep XML": post(url, content_type, b"<a>" * 10_000),
        "wide XML": post(url, content_type, b"<r>" + b"<a/>" * 300_000 + b"</r>"),
        "a package of something else": post(url, MULTIPART, PACKAGE),
        "a package for nobody": post(f"{url}/nobody", MULTIPART, PACKAGE),
        "a package by PUT": post(url, MULTIPART, PACKAGE).replace(b"POST", b"PUT", 1),
        "a package by GET": post(url, MULTIPART, PACKAGE).replace(b"POST", b"GET", 1),
        "a package that is cut": post(url, MULTIPART, PACKAGE[:-5]),
        "a delimiter without end": post(url, MULTIPART, b"--b" + b" " * 100_000),
    }[name]


def outcome(url: str, data: bytes, *, more: bool) -> int | None:
    """Status of the answer, None where the connection was closed; `more` may be waited for in vain."""
    with connect(url) as connection:
        try:
            connection.sendall(data)
            if more:
                connection.shutdown(socket.SHUT_WR)
            return read_answer(connection).status
        except ConnectionError:
            return None
        except OSError as error:
            if error.errno == errno.ENOTCONN:
                return None
            raise


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("no HTTP", {400, None}),
        ("half a head", {None}),
        ("a header without end", {400, 431, None}),
        ("half a body", {None}),
        ("a length that is none", {400}),
        ("a chunk that is none", {400, None}),
        ("no body", {400}),
        ("no media type", {415}),
        ("a header that is no UTF-8", {415}),
        ("an address that is no UTF-8", {400}),
        ("a trace that is no UTF-8", {200}),
        ("not XML", {400}),
        ("a document type", {400}),
        ("deep XML", {413}),
        ("wide XML", {413}),
        ("a package of something else", {400}),
        ("a package for nobody", {404}),
        ("a package by PUT", {405}),
        ("a package by GET", {405}),
        ("a package that is cut", {400}),
        ("a delimiter without end", {413}),
    ],
)
def test_whatever_arrives_ends_in_an_answer_or_a_closed_connection_and_leaves_nothing(
    serve: Callable[..., str],
    spool: Path,
    caplog: pytest.LogCaptureFixture,
    name: str,
    status: set[int | None],
) -> None:
    url = serve("registry", Registry())
    assert outcome(url, damaged(url, name), more=None in status) in status
    assert send(url, post(url, *message(url))).status == 200  # and the next one is served
    assert list(spool.iterdir()) == []
    assert caplog.text == ""


# --- framing ----------------------------------------------------------------------------------


def framed(url: str, *headers: str, version: str = "1.1") -> bytes:
    """The head of a POST whose body a test frames by itself."""
    path, host = urlsplit(url).path, urlsplit(url).netloc
    lines = "".join(f"{header}\r\n" for header in (f"Content-Type: {SOAP}", *headers))
    return f"POST {path} HTTP/{version}\r\nHost: {host}\r\n{lines}\r\n".encode()


def chunks(body: bytes, size: int, extension: bytes = b"", trailer: bytes = b"") -> bytes:
    pieces = (body[at : at + size] for at in range(0, len(body), size))
    coded = b"".join(b"%X%s\r\n%s\r\n" % (len(piece), extension, piece) for piece in pieces)
    return coded + b"0\r\n" + trailer + b"\r\n"


def test_a_body_ends_by_its_length_or_its_last_chunk(serve: Callable[..., str]) -> None:
    url = serve("registry", Registry())
    _, body = message(url)
    chunked = framed(url, "Transfer-Encoding: chunked")
    for data in (
        framed(url, f"Content-Length: {len(body)}") + body,
        chunked + chunks(body, len(body)),
        chunked + chunks(body, 1),
        chunked + chunks(body, 100, extension=b";name=value", trailer=b"X-Sum: 1\r\n"),
    ):
        answer = send(url, data)
        assert (answer.status, int(answer.headers["content-length"])) == (200, len(answer.body))
        assert "transfer-encoding" not in answer.headers


def test_whoever_waits_to_be_told_to_go_on_is_told_before_the_body(serve: Callable[..., str]) -> None:
    url = serve("registry", Registry())
    _, body = message(url)
    with connect(url) as connection:
        connection.sendall(framed(url, f"Content-Length: {len(body)}", "Expect: 100-continue"))
        assert read_answer(connection).status == 100
        connection.sendall(body)
        assert read_answer(connection).status == 200


@pytest.mark.parametrize("coding", ["gzip", "x-gzip", "GZIP"])
def test_a_gzip_body_is_served_and_recorded_as_it_came(
    serve: Callable[..., str], log: ExchangeLog, coding: str
) -> None:
    url = serve("registry", Registry())
    wire = gzip.compress(message(url)[1])
    for data in (
        framed(url, f"Content-Length: {len(wire)}", f"Content-Encoding: {coding}") + wire,
        framed(url, "Transfer-Encoding: chunked", f"Content-Encoding: {coding}") + chunks(wire, 7),
    ):
        assert send(url, data).status == 200
        assert read_all(log.exchanges()[-1].request.body) == wire


@pytest.mark.parametrize(
    ("coding", "wire", "status", "words"),
    [
        ("deflate", zlib.compress(b"<x/>"), 415, "Content-Encoding 'deflate' is not understood"),
        ("br", b"x", 415, "Content-Encoding 'br' is not understood"),
        ("gzip", b"<x/>", 400, "the body is not gzip"),
        ("gzip", gzip.compress(bytes(1 << 24), mtime=0), 413, "limits.inflated_ratio=100"),
    ],
)
def test_a_coding_that_is_not_taken_is_a_fault_that_says_so(
    serve: Callable[..., str], spool: Path, coding: str, wire: bytes, status: int, words: str
) -> None:
    url = serve("registry", Registry())
    data = framed(url, f"Content-Length: {len(wire)}", f"Content-Encoding: {coding}") + wire
    answer = send(url, data)
    assert answer.status == status
    assert words in read_fault(read_envelope(answer.body).body).reason
    assert list(spool.iterdir()) == []


@pytest.mark.parametrize("method", [b"POST", b"PUT"])
def test_a_body_that_cannot_be_spooled_is_answered_recorded_and_logged(
    serve: Callable[..., str], spool: Path, log: ExchangeLog, caplog: pytest.LogCaptureFixture, method: bytes
) -> None:
    url = serve("registry", Registry())
    spool.rmdir()
    with connect(url) as connection:
        root_is_to_come = f'{MULTIPART}; start="<later>"'
        connection.sendall(post(url, root_is_to_come, PACKAGE).replace(b"POST", method, 1))
        answer = read_answer(connection)
        spool.mkdir()
        connection.sendall(post(url, *message(url)))
        assert read_answer(connection).status == 200
    first, _ = log.exchanges()
    if method == b"PUT":
        assert (answer.status, first.status) == (405, "HTTP 405")
        return
    fault = read_fault(read_envelope(answer.body).body)
    assert (answer.status, first.status, fault.code) == (500, "Fault Receiver", "Receiver")
    assert fault.reason == f"internal error, logged as exchange {first.id}"
    assert "FileNotFoundError" in caplog.text
    assert first.id in caplog.text
    assert PACKAGE.startswith(read_all(first.request.body))


def test_requests_follow_each_other_on_a_connection_waiting_or_not(serve: Callable[..., str]) -> None:
    url = serve("registry", Registry())
    _, body = message(url)
    one = framed(url, f"Content-Length: {len(body)}") + body
    other = framed(url, "Transfer-Encoding: chunked") + chunks(body, 50)
    with connect(url) as connection:
        for data in (one, other, one):
            connection.sendall(data)
            assert read_answer(connection).status == 200
        connection.sendall((one + other) * 10)
        rest = bytearray()
        assert [read_answer(connection, rest).status for _ in range(20)] == [200] * 20


@pytest.mark.parametrize("start", ["http://sim.test:8080", "HTTPS://sim.test"])
def test_a_target_may_be_a_whole_address_as_through_a_proxy(serve: Callable[..., str], start: str) -> None:
    url = serve("registry", Registry())
    sound = post(url, *message(url))
    told = send(url, sound.replace(b"POST ", b"POST " + start.encode(), 1))
    described = send(url, f"GET {start}{urlsplit(url).path}?wsdl HTTP/1.1\r\nHost: h\r\n\r\n".encode())
    nothing = send(url, f"GET {start} HTTP/1.1\r\nHost: h\r\n\r\n".encode())
    assert (told.status, described.status, nothing.status) == (200, 200, 404)


def test_the_host_of_the_target_goes_before_the_header(serve: Callable[..., str], log: ExchangeLog) -> None:
    url = serve("registry", Registry())
    sound = post(url, *message(f"http://sim.test{urlsplit(url).path}"))
    for target in (b"POST ", b"POST http://sim.test"):
        assert send(url, sound.replace(b"POST ", target, 1)).status == 200
    found = [{finding.rule for finding in exchange.findings} for exchange in log.exchanges()]
    assert [("A14" in rules) for rules in found] == [True, False]


def test_an_old_client_needs_no_host(serve: Callable[..., str]) -> None:
    url = serve("registry", Registry())
    assert send(url, f"GET {urlsplit(url).path}?wsdl HTTP/1.0\r\n\r\n".encode()).status == 200


@pytest.mark.parametrize(
    ("version", "header"), [("1.0", "X: 1"), ("1.0", "Connection: keep-alive"), ("1.1", "Connection: close")]
)
def test_a_connection_that_is_not_kept_is_closed_after_the_answer(
    serve: Callable[..., str], version: str, header: str
) -> None:
    url = serve("registry", Registry())
    _, body = message(url)
    with connect(url) as connection:
        connection.sendall(framed(url, f"Content-Length: {len(body)}", header, version=version) + body)
        received = b"".join(iter(lambda: connection.recv(65536), b""))
    assert received.startswith(f"HTTP/{version} 200 OK".encode())
    assert b"Transfer-Encoding" not in received
    assert received.endswith(b"</soap:Envelope>")


@pytest.mark.parametrize("query", ["%ff%fe=%ff", "wsdl=%ff", "%", "&&=&;"])
def test_an_address_may_hold_any_octets(serve: Callable[..., str], query: str) -> None:
    url = serve("registry", Registry())
    request = f"GET {urlsplit(url).path}?{query} HTTP/1.1\r\nHost: h\r\n\r\n"
    assert send(url, request.encode()).status in (200, 405)
