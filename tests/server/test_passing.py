"""What a gateway passes on while it comes, from a peer that sends as a test wants."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from a_domain import provide, provision
from a_federation import HOMES, answering, community, federation, oid
from a_peer import Peer, peers
from a_wait import emptied
from wire import connect, message, post, send

from xdsi_sim.content import BytesContent, read_all
from xdsi_sim.exchange import Exchange
from xdsi_sim.limits import Limits
from xdsi_sim.messages.response import status_name
from xdsi_sim.messages.retrieve import (
    DocumentRequest,
    DocumentResponse,
    RetrieveDocumentSetRequest,
    RetrieveDocumentSetResponse,
    read_retrieve_response,
)
from xdsi_sim.soap.envelope import read_envelope
from xdsi_sim.soap.mtom import PackageReader
from xdsi_sim.topology.build import RunningTopology, start
from xdsi_sim.topology.model import Listen

NORTH, VENDOR = HOMES["north"], "urn:oid:2.999.79"
LARGE = 6 << 20
"""Octets of a document of which an answer is passed on before all is there."""


def document(uid: str, content: bytes) -> DocumentResponse:
    request = DocumentRequest(homeCommunityId=VENDOR, repositoryUniqueId="2.999.1", documentUniqueId=uid)
    return DocumentResponse(request=request, mimeType="application/dicom", content=BytesContent(content))


FIRST, SECOND, STRANGE = (document(uid, os.urandom(LARGE)) for uid in ("1", "2", "3"))
OWN = DocumentRequest(homeCommunityId=NORTH, repositoryUniqueId=oid("north", 3), documentUniqueId="2.999.2.1")


def said(request: bytes, *documents: DocumentResponse) -> bytes:
    return answering("ITI-39", request, RetrieveDocumentSetResponse(documents=documents))


@contextmanager
def gateway(
    folder: Path, answer: Callable[[bytes], bytes | Iterable[bytes] | None]
) -> Iterator[RunningTopology]:
    """The north with a document of its own, and a foreign gateway."""
    with ExitStack() as opened:
        peer: Peer = opened.enter_context(peers())
        here = federation(community("north"), gateways={VENDOR: peer(answer)})
        running = opened.enter_context(start(here, folder, Listen("127.0.0.1", 0)))
        assert b":Success" in provide(running.url_of("north-repository"), provision(1, b"own")).body
        yield running


def asking(running: RunningTopology, *requests: DocumentRequest) -> bytes:
    url = running.url_of("north-ig")
    kind, body = message(url, "ITI-43", RetrieveDocumentSetRequest(requests=requests))
    return post(url, kind, body, "Connection: close")


def rest_of(connection: socket.socket) -> bytes:
    data = bytearray()
    while piece := connection.recv(1 << 20):
        data += piece
    return bytes(data)


def joined(chunked: bytes) -> bytes | None:
    """The body; None where its last chunk has not come."""
    body, at = bytearray(), 0
    while at < len(chunked):
        line = chunked.index(b"\r\n", at)
        size = int(chunked[at:line], 16)
        if size == 0:
            return bytes(body)
        body += chunked[line + 2 : line + 2 + size]
        at = line + 2 + size + 2
    return None


def read(folder: Path, kind: str, body: bytes) -> RetrieveDocumentSetResponse:
    reader = PackageReader(kind, folder)
    reader.feed(body)
    package = reader.finish()
    return read_retrieve_response(read_envelope(package.root, Limits()).body, package.content_of)


def fetch(
    running: RunningTopology, folder: Path, *requests: DocumentRequest
) -> RetrieveDocumentSetResponse | None:
    """What comes in chunks or with a length; None where it is cut short."""
    with connect(running.url_of("north-ig")) as connection:
        connection.sendall(asking(running, *requests))
        head, _, body = rest_of(connection).partition(b"\r\n\r\n")
    fields = dict(line.lower().split(": ", 1) for line in head.decode().split("\r\n")[1:])
    whole = joined(body) if "transfer-encoding" in fields else body
    kind = head.decode().partition("Content-Type: ")[2].partition("\r\n")[0]
    return None if whole is None else read(folder, kind, whole)


def contents(answer: RetrieveDocumentSetResponse | None) -> dict[str, bytes]:
    assert answer is not None
    return {each.request.documentUniqueId: read_all(each.content) for each in answer.documents}


def recorded(running: RunningTopology, receiver: str) -> Exchange:
    (exchange,) = (
        each for each in running.exchanges() if each.receiver == receiver and "43" in each.transaction
    )
    return exchange


def test_documents_go_out_before_all_of_them_have_come(tmp_path: Path) -> None:
    arrived = threading.Event()

    def slow(request: bytes) -> Iterator[bytes]:
        whole = said(request, FIRST, SECOND)
        yield whole[: LARGE + 100_000]
        assert arrived.wait(10)
        yield whole[LARGE + 100_000 :]

    with gateway(tmp_path, slow) as running, connect(running.url_of("north-ig")) as connection:
        connection.sendall(asking(running, FIRST.request, SECOND.request))
        begun = bytearray()
        while len(begun) < LARGE:
            begun += connection.recv(1 << 20)
        arrived.set()
        head, _, body = (bytes(begun) + rest_of(connection)).partition(b"\r\n\r\n")
        kind = head.decode().partition("Content-Type: ")[2].partition("\r\n")[0]
        answer = read(tmp_path, kind, joined(body) or b"")
        exchange = recorded(running, "north-ig")
    assert status_name(answer.status) == "Success"
    assert contents(answer) == {
        each.request.documentUniqueId: read_all(each.content) for each in (FIRST, SECOND)
    }
    assert exchange.status == "Success"
    assert exchange.response is not None
    assert exchange.response.body.size == len(joined(body) or b"")
    assert emptied(tmp_path / "spool")


def test_what_was_not_asked_for_is_dropped_while_the_rest_is_passed_on(tmp_path: Path) -> None:
    with gateway(tmp_path, lambda request: said(request, STRANGE, FIRST)) as running:
        answer = fetch(running, tmp_path, FIRST.request)
    assert list(contents(answer)) == ["1"]
    assert answer is not None
    assert [(each.errorCode, each.location) for each in answer.errors] == [
        ("XDSRepositoryError", f"3 {VENDOR}")
    ]


def test_a_member_that_dies_when_half_is_out_cuts_the_answer(tmp_path: Path) -> None:
    with gateway(tmp_path, lambda request: said(request, FIRST, SECOND)[: LARGE + (1 << 20)]) as running:
        answer = fetch(running, tmp_path, FIRST.request, SECOND.request)
        exchange = recorded(running, "north-ig")
    assert answer is None
    assert exchange.response is None
    assert exchange.status.startswith("no answer: cut short, http")
    assert emptied(tmp_path / "spool")


def test_a_part_that_never_comes_cuts_the_answer(tmp_path: Path) -> None:
    """The envelope promises two documents; the body ends well after one."""

    def short(request: bytes) -> bytes:
        whole = said(request, FIRST, SECOND)
        boundary = whole[: whole.index(b"\r\n\r\n")].partition(b'boundary="')[2].partition(b'"')[0]
        second = whole.rindex(b"\r\n--" + boundary, 0, len(whole) - 200)
        head, _, body = (whole[:second] + b"\r\n--" + boundary + b"--\r\n").partition(b"\r\n\r\n")
        return head.partition(b"\r\nContent-Length")[0] + b"\r\nContent-Length: %d\r\n\r\n" % len(body) + body

    with gateway(tmp_path, short) as running:
        assert fetch(running, tmp_path, FIRST.request, SECOND.request) is None
        assert "names no part of this message" in recorded(running, "north-ig").status


def test_who_shares_an_answer_with_a_member_that_dies_loses_nothing(tmp_path: Path) -> None:
    """Nothing goes out before all members have said what they have."""
    with gateway(tmp_path, lambda request: said(request, FIRST, SECOND)[: LARGE + (1 << 20)]) as running:
        answer = fetch(running, tmp_path, OWN, FIRST.request)
    assert answer is not None
    assert (status_name(answer.status), contents(answer)) == ("PartialSuccess", {"2.999.2.1": b"own"})
    assert [(each.errorCode, each.location) for each in answer.errors] == [
        ("XDSUnavailableCommunity", f"1 {VENDOR}")
    ]


def test_a_member_need_not_wait_for_a_slow_client(tmp_path: Path) -> None:
    over = threading.Event()

    def hasty(request: bytes) -> Iterator[bytes]:
        yield said(request, FIRST, SECOND)
        over.set()

    with gateway(tmp_path, hasty) as running, connect(running.url_of("north-ig")) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        connection.sendall(asking(running, FIRST.request, SECOND.request))
        assert over.wait(10)
        _, _, body = rest_of(connection).partition(b"\r\n\r\n")
    assert len(joined(body) or b"") > 2 * LARGE


def test_a_client_that_leaves_costs_nothing_more(tmp_path: Path) -> None:
    left = threading.Event()

    def slow(request: bytes) -> Iterator[bytes]:
        whole = said(request, FIRST, SECOND)
        yield whole[:LARGE]
        assert left.wait(10)
        yield whole[LARGE:]

    with gateway(tmp_path, slow) as running:
        with connect(running.url_of("north-ig")) as connection:
            connection.sendall(asking(running, FIRST.request, SECOND.request))
            connection.recv(1 << 20)
        left.set()
        again = fetch(running, tmp_path, OWN)
    assert contents(again) == {"2.999.2.1": b"own"}
    assert emptied(tmp_path / "spool")


@pytest.mark.parametrize("version", [b"HTTP/1.0", b"HTTP/1.1"])
def test_who_knows_no_chunks_is_told_the_length(tmp_path: Path, version: bytes) -> None:
    with gateway(tmp_path, lambda request: said(request, FIRST)) as running:
        answer = send(
            running.url_of("north-ig"),
            asking(running, FIRST.request).replace(b"HTTP/1.1", version, 1),
        )
    assert (answer.headers.get("transfer-encoding") == "chunked") is (version == b"HTTP/1.1")
    assert (len(answer.body) > LARGE) is (version == b"HTTP/1.0")
