from __future__ import annotations

import errno
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from wire import connect, message, post, read_answer, send

from xdsi_sim.content import BytesContent
from xdsi_sim.messages.query import AdhocQueryRequest, AdhocQueryResponse
from xdsi_sim.server.http import _pieces


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
