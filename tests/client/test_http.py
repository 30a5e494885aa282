from __future__ import annotations

import socket
import threading
import tracemalloc
from contextlib import suppress
from pathlib import Path

import pytest
from a_peer import Peer

from xdsi_sim.actors.flow import NoAnswer, Unreached
from xdsi_sim.client.http import Head, HttpClient, Timeouts, recorded_in, request_line
from xdsi_sim.content import BytesContent, FileContent
from xdsi_sim.server.loop import running_loop


def request(http: HttpClient, url: str, *segments: bytes | BytesContent) -> tuple[Head, bytes]:
    body = bytearray()
    headers = (("X-Test", "1"),)
    head = running_loop().call(http.request, "POST", url, headers, segments, lambda _head: body.extend)
    return head, bytes(body)


def test_segments_go_out_in_order_and_the_answer_comes_in(http: HttpClient, peer: Peer) -> None:
    seen: list[bytes] = []

    def answer(data: bytes) -> bytes:
        seen.append(data)
        return b"HTTP/1.1 201 Made\r\nX-A: 1\r\nContent-Length: 2\r\n\r\nok"

    head, body = request(http, peer(answer), b"one ", BytesContent(b"two " * 100_000), b"three")
    assert (head.status, head.phrase, head.header("x-a"), head.header("x-b"), body) == (
        201,
        "Made",
        "1",
        None,
        b"ok",
    )
    sent_head, _, sent_body = seen[0].partition(b"\r\n\r\n")
    assert sent_body == b"one " + b"two " * 100_000 + b"three"
    assert b"X-Test: 1" in sent_head


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (None, "no answer within 0.2 s"),
        (b"", "the connection broke"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", "the connection broke"),
        (b"this is not HTTP\r\n\r\n", "the connection broke"),
    ],
)
def test_why_there_is_no_answer_is_said_in_words(
    http: HttpClient, peer: Peer, data: bytes | None, words: str
) -> None:
    calls: list[bytes] = []

    def answer(request_: bytes) -> bytes | None:
        calls.append(request_)
        return data

    with pytest.raises(NoAnswer, match=words):
        request(http, peer(answer), b"x")
    assert len(calls) == 1  # a submission must not go out twice


def test_a_refused_connection_is_said_to_be_one(http: HttpClient) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(NoAnswer, match="refused"):
        request(http, f"http://127.0.0.1:{port}/", b"x")


def test_an_answer_may_come_before_all_of_the_request_is_out(http: HttpClient) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def refuse() -> None:
            connection, _ = server.accept()
            connection.recv(1000)
            connection.sendall(b"HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno")
            while connection.recv(1_000_000):
                pass
            connection.close()

        thread = threading.Thread(target=refuse)
        thread.start()
        url = f"http://127.0.0.1:{server.getsockname()[1]}/"
        head, body = request(http, url, b"one ", BytesContent(bytes(20_000_000)))
        thread.join(10)
    assert (head.status, body) == (413, b"no")


def test_memory_does_not_grow_with_what_is_sent(http: HttpClient, tmp_path: Path) -> None:
    path = tmp_path / "large"
    with path.open("wb") as file:
        file.truncate(64_000_000)
    received: list[int] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def drain() -> None:
            connection, _ = server.accept()
            count = 0
            while count < 64_000_000:
                count += len(connection.recv(1_000_000))
            received.append(count)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            connection.close()

        thread = threading.Thread(target=drain)
        thread.start()
        tracemalloc.start()
        head, _ = request(http, f"http://127.0.0.1:{server.getsockname()[1]}/", FileContent.of(path))
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        thread.join(10)
    assert head.status == 200
    assert received[0] > 64_000_000
    assert peak < 16_000_000


@pytest.mark.parametrize(
    "url", ["", "ftp://127.0.0.1/", "https://127.0.0.1/", "http://[", "http://127.0.0.1:1/\u20ac", "nonsense"]
)
def test_an_address_that_is_none_is_no_answer_either(http: HttpClient, url: str) -> None:
    with pytest.raises(NoAnswer, match="no address of a peer"):
        request(http, url, b"x")


def test_a_peer_that_takes_its_time_with_the_request_is_not_silent() -> None:
    loop = running_loop()
    patient = HttpClient(loop.reactor, Timeouts(first_byte=0.4, total=30))
    size, pause = 32_000_000, threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)

        def take() -> None:
            connection, _ = server.accept()
            for _ in range(16):  # in all twice as long as it may be silent
                pause.wait(0.05)
                connection.recv(size // 16, socket.MSG_WAITALL)
            connection.recv(10_000)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            connection.close()

        thread = threading.Thread(target=take)
        thread.start()
        url = f"http://127.0.0.1:{server.getsockname()[1]}/"
        head, _ = request(patient, url, BytesContent(bytes(size)))
        thread.join(10)
    loop.call(patient.close)
    assert head.status == 200


def test_a_line_of_a_request_is_as_it_goes_on_the_wire() -> None:
    assert request_line("GET", "http://x:1") == "GET / HTTP/1.1"
    assert request_line("POST", "http://x/a?b=c") == "POST /a?b=c HTTP/1.1"


def test_connections_are_kept_and_used_again() -> None:
    loop = running_loop()
    http, accepted = HttpClient(loop.reactor), list[int]()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _ = server.accept()
            accepted.append(1)
            with connection:
                while b"\r\n\r\nx" in connection.recv(65536):
                    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

        thread = threading.Thread(target=serve)
        thread.start()
        url = f"http://127.0.0.1:{server.getsockname()[1]}/"
        assert [request(http, url, b"x")[1] for _ in range(5)] == [b"ok"] * 5
        loop.call(http.close)
        thread.join(10)
    assert accepted == [1]


def test_a_peer_that_takes_no_connection_is_given_up() -> None:
    loop = running_loop()
    http = HttpClient(loop.reactor, Timeouts(connect=0.2))
    with socket.create_server(("127.0.0.1", 0), backlog=0) as server, socket.socket() as filling:
        filling.connect(server.getsockname())  # nobody accepts, and no other fits into the queue
        with pytest.raises(Unreached, match=r"no connection within 0.2 s"):
            request(http, f"http://127.0.0.1:{server.getsockname()[1]}/", b"x")
    loop.call(http.close)


@pytest.mark.parametrize("chunked", [True, False])
def test_an_endless_answer_ends_at_its_limit(peer: Peer, chunked: bool) -> None:
    loop = running_loop()
    http = HttpClient(loop.reactor, max_answer=100_000)
    head = b"Transfer-Encoding: chunked\r\n\r\n" if chunked else b"\r\n"
    data = b"10000\r\n" + bytes(0x10000) + b"\r\n" if chunked else bytes(0x10000)
    with pytest.raises(NoAnswer, match="it exceeds max_answer=100000 octets"):
        request(http, peer(lambda _data: b"HTTP/1.1 200 OK\r\n" + head + 5 * data), b"x")
    loop.call(http.close)


@pytest.mark.parametrize(
    "said", [b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", b"HTTP/1.1 200 OK\r\nX: "]
)
def test_an_answer_that_stops_in_the_middle_is_given_up_in_time(said: bytes) -> None:
    loop = running_loop()
    http = HttpClient(loop.reactor, Timeouts(first_byte=0.2, total=0.3))
    with socket.create_server(("127.0.0.1", 0)) as server:
        closed = threading.Event()

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(said)
                with suppress(ConnectionResetError):
                    assert connection.recv(1) == b""
                closed.set()

        threading.Thread(target=serve, daemon=True).start()
        with pytest.raises(NoAnswer, match=r"not all of it within 0.3 s|no answer within 0.2 s"):
            request(http, f"http://127.0.0.1:{server.getsockname()[1]}/", b"x")
        assert closed.wait(10)  # the connection is not left open, and not used again
    loop.call(http.close)


def test_what_comes_before_an_answer_is_none(http: HttpClient, peer: Peer) -> None:
    said = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n"
    ok = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
    head, body = request(http, peer(lambda _data: said + ok), b"x")
    assert (head.status, body) == (200, b"ok")


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_an_answer_and_is_not_followed(http: HttpClient, peer: Peer, status: int) -> None:
    followed: list[bytes] = []

    def other(data: bytes) -> bytes:
        followed.append(data)
        return b""

    redirect = f"HTTP/1.1 {status} There\r\nLocation: {peer(other)}\r\nContent-Length: 0\r\n\r\n"
    assert request(http, peer(lambda _data: redirect.encode()), b"x")[0].status == status
    assert followed == []


def test_what_goes_wrong_in_taking_the_answer_reaches_the_asker(http: HttpClient, peer: Peer) -> None:
    def full(_data: bytes) -> None:
        raise OSError("the disk is full")

    url = peer(lambda _data: b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
    with pytest.raises(NoAnswer, match="OSError") as caught:
        running_loop().call(http.request, "POST", url, (), [b"x"], lambda _head: full)
    assert "the disk is full" in str(caught.value.__cause__)


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/", "ftp://127.0.0.1/"])
def test_who_was_never_reached_has_seen_nothing(http: HttpClient, url: str) -> None:
    with pytest.raises(Unreached):
        request(http, url, b"x")


def test_who_was_reached_may_have_seen_all_of_it(http: HttpClient, peer: Peer) -> None:
    with pytest.raises(NoAnswer) as caught:
        request(http, peer(lambda _data: b""), b"x")
    assert not isinstance(caught.value, Unreached)


@pytest.mark.parametrize(
    ("value", "exchange"),
    [("log/e1", "e1"), ("other/e1", None), ("log/", None), ("log", None), ("", None), (None, None)],
)
def test_an_exchange_is_recorded_where_the_receiver_shares_the_log(
    value: str | None, exchange: str | None
) -> None:
    headers = () if value is None else (("xdsi-exchange", value),)
    assert recorded_in("log", Head(status=200, phrase="OK", headers=headers)) == exchange


def test_what_no_log_records_is_recorded_nowhere() -> None:
    assert recorded_in("", None) is None
    assert recorded_in("", Head(status=200, phrase="OK", headers=())) is None
