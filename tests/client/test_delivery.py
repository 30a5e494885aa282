from __future__ import annotations

import socket
import threading

import pytest
from a_peer import Peer
from a_port import free_port
from twisted.internet.defer import Deferred

from xdsi_sim.actors.trace import Trace
from xdsi_sim.client.delivery import RETRIES, Delivery
from xdsi_sim.client.http import HttpClient
from xdsi_sim.content import BytesContent, read_all
from xdsi_sim.server.loop import running_loop
from xdsi_sim.soap.letters import OutgoingLetter
from xdsi_sim.store.exchanges import ExchangeLog

ACCEPTED = b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n"


def letter(url: str) -> OutgoingLetter:
    return OutgoingLetter(
        url=url,
        content_type="application/soap+xml",
        segments=[b"<envelope/>", BytesContent(b"document")],
        transaction="ITI-43",
        outcome="Success",
    )


def deliver(delivery: Delivery, url: str) -> None:
    running_loop().call(delivery.post, letter(url), Trace("cafe", "repository"))


def test_a_letter_goes_out_once_and_is_recorded_once(http: HttpClient, log: ExchangeLog, peer: Peer) -> None:
    seen: list[bytes] = []

    def answer(data: bytes) -> bytes:
        seen.append(data)
        return ACCEPTED

    deliver(Delivery(http, log), peer(answer))
    (data,) = seen
    (exchange,) = log.exchanges("cafe")
    assert data.endswith(b"<envelope/>document")
    assert b"Xdsi-Trace: cafe;repository" in data
    assert (exchange.sender, exchange.transaction, exchange.status) == ("repository", "ITI-43", "Success")
    assert read_all(exchange.request.body) == b"<envelope/>document"
    assert exchange.findings == ()


def test_a_peer_that_shares_our_log_has_recorded_it(http: HttpClient, log: ExchangeLog, peer: Peer) -> None:
    header = f"Xdsi-Exchange: {log.name}/abc\r\n\r\n".encode()
    deliver(Delivery(http, log), peer(lambda _data: ACCEPTED.replace(b"\r\n\r\n", b"\r\n" + header)))
    assert log.exchanges() == ()


def test_a_dead_address_is_tried_a_few_times_and_then_told_to_be_dead(
    http: HttpClient, log: ExchangeLog
) -> None:
    deliver(Delivery(http, log, retries=(0, 0)), f"http://127.0.0.1:{free_port()}/")
    (exchange,) = log.exchanges("cafe")
    assert exchange.status.startswith("no answer: ")
    assert "the connection was refused (3 attempts)" in exchange.status
    assert exchange.response is None
    assert len(RETRIES) == 2


def test_a_peer_that_comes_back_gets_it(http: HttpClient, log: ExchangeLog) -> None:
    seen: list[bytes] = []
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))  # bound and deaf: refused until it listens

        def take() -> None:
            connection, _ = server.accept()
            with connection:
                seen.append(connection.recv(65536))
                connection.sendall(ACCEPTED)

        class BackMeanwhile(Delivery):
            async def _wait(self, seconds: float) -> bool:
                server.listen()
                threading.Thread(target=take, daemon=True).start()
                return await super()._wait(seconds)

        url = f"http://127.0.0.1:{server.getsockname()[1]}/"
        deliver(BackMeanwhile(http, log, retries=(0, 0)), url)
    assert len(seen) == 1
    assert log.exchanges("cafe")[0].status == "Success"


@pytest.mark.parametrize("data", [b"", b"HTTP/1.1 2", None])
def test_what_may_have_arrived_is_not_sent_again(
    http: HttpClient, log: ExchangeLog, peer: Peer, data: bytes | None
) -> None:
    seen: list[bytes] = []

    def answer(request: bytes) -> bytes | None:
        seen.append(request)
        return data

    deliver(Delivery(http, log, retries=(0, 0)), peer(answer))
    assert len(seen) == 1
    assert log.exchanges("cafe")[0].status.startswith("no answer: ")


def test_nothing_is_tried_any_more_when_it_is_closed(http: HttpClient, log: ExchangeLog) -> None:
    delivery, loop = Delivery(http, log, retries=(600,)), running_loop()
    url = f"http://127.0.0.1:{free_port()}/"
    done = threading.Event()

    def begin() -> None:
        delivery.post(letter(url), Trace("cafe", "repository")).addCallback(lambda _none: done.set())

    loop.call(begin)
    for _ in range(1000):
        if done.is_set():
            break
        loop.call(delivery.close)
        done.wait(0.01)
    assert log.exchanges("cafe")[0].status.endswith("the connection was refused")


def test_a_letter_that_is_out_when_it_is_closed_is_tried_no_more(http: HttpClient, log: ExchangeLog) -> None:
    delivery, url = Delivery(http, log, retries=(0, 0)), f"http://127.0.0.1:{free_port()}/"

    def post_and_close() -> Deferred[None]:
        posted = delivery.post(letter(url), Trace("cafe", "repository"))
        delivery.close()
        return posted

    running_loop().call(post_and_close)
    assert log.exchanges("cafe")[0].status.endswith("the connection was refused")


def test_what_a_peer_says_is_kept_up_to_a_limit_and_is_a_finding(
    http: HttpClient, log: ExchangeLog, peer: Peer
) -> None:
    deliver(
        Delivery(http, log),
        peer(lambda _data: b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + bytes(100_000)),
    )
    (exchange,) = log.exchanges("cafe")
    assert exchange.response is not None
    assert exchange.response.body.size == 65536
    assert [finding.rule for finding in exchange.findings] == ["A21"]
