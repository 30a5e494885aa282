from __future__ import annotations

import contextlib
import select
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET
from wire import Answer, connect, message, post, read_answer, send

from xdsi_sim.content import Content, FileContent
from xdsi_sim.limits import Limits
from xdsi_sim.messages.query import AdhocQueryRequest, AdhocQueryResponse
from xdsi_sim.messages.retrieve import (
    DocumentRequest,
    DocumentResponse,
    RetrieveDocumentSetRequest,
    RetrieveDocumentSetResponse,
)
from xdsi_sim.server.channel import Connections
from xdsi_sim.server.http import Front, FrontRequest, answer
from xdsi_sim.server.loop import running_loop
from xdsi_sim.server.site import ActorSite, Folder

LIMITS = Limits(
    header_line=300,
    headers=500,
    header_count=8,
    header_time=1,
    idle=1,
    body_grace=1,
    connections=60,
    connections_per_address=55,
)


@pytest.fixture
def site(spool: Path) -> Iterator[ActorSite]:
    opened = ActorSite(running_loop(), "127.0.0.1", 0, spool, LIMITS)
    yield opened
    opened.close()


class Registry:
    """Finds nothing, whatever is asked."""

    def query(self, _request: AdhocQueryRequest) -> AdhocQueryResponse:
        return AdhocQueryResponse()


class Repository:
    """Gives one document, whatever is asked."""

    def __init__(self, content: Content) -> None:
        self._content = content

    def retrieve(self, request: RetrieveDocumentSetRequest) -> RetrieveDocumentSetResponse:
        document = DocumentResponse(request=request.requests[0], mimeType="x/y", content=self._content)
        return RetrieveDocumentSetResponse(documents=(document,))


def until_closed(connection: socket.socket) -> bytes:
    received = bytearray()
    with contextlib.suppress(ConnectionError):
        while piece := connection.recv(65536):
            received += piece
    return bytes(received)


@pytest.fixture
def url(serve: Callable[..., str]) -> str:
    return serve("registry", Registry())


def served(url: str) -> bool:
    return send(url, post(url, *message(url))).status == 200


REFUSED = [
    ("a line", b"GET / HTTP/1.1\r\nX: " + b"x" * 300 + b"\r\n\r\n", 431, "limits.header_line=300"),
    ("a line without end", b"GET / HTTP/1.1\r\nX: " + b"x" * 100_000, 431, "limits.header_line=300"),
    ("an address", b"GET /" + b"x" * 300 + b" HTTP/1.1\r\n\r\n", 431, "limits.header_line=300"),
    ("the headers", b"GET / HTTP/1.1\r\n" + (b"X: " + b"x" * 200 + b"\r\n") * 4, 431, "limits.headers=500"),
    ("their number", b"GET / HTTP/1.1\r\n" + b"X: 1\r\n" * 10 + b"\r\n", 431, "limits.header_count=8"),
    ("headers that stop", b"GET / HTTP/1.1\r\nHost:", 408, "limits.header_time=1"),
    ("a first line that stops", b"GET", 408, "limits.header_time=1"),
    (
        "a body that stops",
        b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nx",
        408,
        "limits.body_rate=1000",
    ),
    ("no HTTP", b"\x16\x03\x01\x02\x00\r\n\r\n", 400, "RFC 9112"),
    ("no method", b"/\r\nHost: x\r\n\r\n", 400, "RFC 9112"),
    (
        "a length beyond all",
        b"POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: " + b"9" * 20 + b"\r\n\r\n<a",
        413,
        "limits.document=4000000000",
    ),
    (
        "a chunk beyond all",
        b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n<a\r\n" + b"f" * 18 + b"\r\n<",
        413,
        "limits.document=4000000000",
    ),
    ("no host", b"GET / HTTP/1.1\r\n\r\n", 400, "one header Host"),
    ("no host of a body", b"POST / HTTP/1.1\r\nContent-Length: 1\r\n\r\nx", 400, "one header Host"),
    ("two hosts", b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400, "one header Host"),
    ("a header that is none", b"GET / HTTP/1.1\r\nno colon\r\n\r\n", 400, "RFC 9112"),
    ("a length that is none", b"POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n", 400, "RFC 9112"),
    (
        "two framings",
        b"POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        400,
        "RFC 9112",
    ),
    ("no chunk", b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", 400, "RFC 9112"),
]


@pytest.mark.parametrize(
    ("data", "status", "words"), [row[1:] for row in REFUSED], ids=[r[0] for r in REFUSED]
)
def test_what_is_too_much_or_too_slow_gets_an_answer_that_says_so(
    url: str, data: bytes, status: int, words: str
) -> None:
    with connect(url) as connection:
        connection.sendall(data)
        answer = read_answer(connection)
        rest = until_closed(connection)
    assert (answer.status, rest) == (status, b"")
    assert words in answer.body.decode()
    assert served(url)


def test_a_peer_that_goes_on_sending_still_gets_its_answer(url: str) -> None:
    with connect(url) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nX: " + b"x" * 1000)
        for _ in range(50):
            with contextlib.suppress(ConnectionError):
                connection.sendall(bytes(10_000))
        assert read_answer(connection).status == 431


def test_a_connection_without_a_request_is_closed_after_a_while(url: str) -> None:
    with connect(url) as fresh, connect(url) as used:
        used.sendall(post(url, *message(url)))
        assert read_answer(used).status == 200
        assert (until_closed(fresh), until_closed(used)) == (b"", b"")


class HalfCloseable(StringTransport):
    said_all = False

    def loseWriteConnection(self) -> None:
        self.said_all = True


def test_a_body_may_be_slow_but_not_stop(spool: Path) -> None:
    clock, transport = Clock(), HalfCloseable()
    channel = Front(Folder(), spool, Limits(body_grace=10, body_rate=100)).buildProtocol(None)
    channel.callLater = clock.callLater
    channel.makeConnection(transport)
    channel.dataReceived(b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\n")
    for _ in range(60):
        channel.dataReceived(bytes(200))
        clock.advance(1)
    assert not transport.said_all
    channel.dataReceived(bytes(999))
    clock.advance(10)
    assert transport.value().endswith(b"limits.body_rate=100\n")
    assert transport.said_all
    clock.advance(2)
    assert transport.disconnected


class Patient(Resource):
    """Answers when it is told to."""

    isLeaf = True

    def render(self, request: FrontRequest) -> int:
        self.asked = request
        return NOT_DONE_YET


def test_the_time_in_which_an_answer_is_made_is_not_the_peers(spool: Path) -> None:
    clock, transport, patient = Clock(), HalfCloseable(), Patient()
    channel = Front(patient, spool, Limits(header_time=10, idle=60)).buildProtocol(None)
    channel.callLater = clock.callLater
    channel.makeConnection(transport)
    for _ in range(2):
        channel.dataReceived(b"GET / HTTP/1.1\r\n")  # its time begins
        channel.dataReceived(b"Host: h\r\n\r\n")
        clock.advance(1000)
        assert transport.value() == b""
        answer(patient.asked, 200, (), [b"late"])
        assert transport.value().endswith(b"\r\n\r\nlate")
        transport.clear()
        clock.advance(59)
        assert not transport.disconnecting
    clock.advance(1)
    assert transport.disconnecting


def test_too_many_connections_from_one_address_are_told_so(url: str) -> None:
    with contextlib.ExitStack() as opened:
        others = [opened.enter_context(connect(url)) for _ in range(LIMITS.connections_per_address)]
        with connect(url) as more:
            answer = read_answer(more)
        assert answer.status == 503
        assert answer.body == b"there are too many connections: limits.connections_per_address=55\n"
        others[0].sendall(post(url, *message(url)))
        assert read_answer(others[0]).status == 200
        for other in others:
            other.shutdown(socket.SHUT_RDWR)
    while (answer := try_to(url)).status != 200:
        assert answer.status == 503


def try_to(url: str) -> Answer:
    try:
        return send(url, post(url, *message(url)))
    except ConnectionError:
        return Answer(503, {}, b"")


def test_connections_are_counted_in_all_and_by_address() -> None:
    connections = Connections(Limits(connections=3, connections_per_address=2))
    assert [connections.enter(host) for host in "aab"] == [None, None, None]
    assert connections.enter("a") == "connections"
    connections.leave("a")
    connections.leave("b")
    assert connections.enter("a") == "connections_per_address"
    assert connections.enter("b") == "connections"


def test_stalled_peers_in_both_directions_cost_nobody_else_and_are_ended(
    serve: Callable[..., str], url: str, tmp_path: Path
) -> None:
    path = tmp_path / "large"
    with path.open("wb") as file:
        file.truncate(64 << 20)  # more than the sockets on the way can hold, and no block of the disk
    repository = serve("repository", Repository(FileContent.of(path)))
    asked = RetrieveDocumentSetRequest(
        requests=(DocumentRequest(repositoryUniqueId="1", documentUniqueId="2"),)
    )
    with contextlib.ExitStack() as opened:
        writers = [opened.enter_context(connect(url)) for _ in range(25)]
        readers = [opened.enter_context(connect(url)) for _ in range(25)]
        for connection in writers:
            connection.sendall(post(url, *message(url))[:-10])
        for connection in readers:
            connection.sendall(post(repository, *message(repository, "ITI-43", asked)))
        assert all(served(url) for _ in range(50))
        assert {read_answer(connection).status for connection in writers} == {408}
        gone = select.poll()
        for connection in readers:
            gone.register(connection, 0)  # not that there is something to read, but that it is over
        ended: set[int] = set()
        while len(ended) < len(readers):
            for descriptor, _event in gone.poll(10_000):
                gone.unregister(descriptor)
                ended.add(descriptor)
    assert served(url)
