from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from a_peer import Peer

from xdsi_sim.actors.flow import NoAnswer, TooLate, Unreached
from xdsi_sim.actors.trace import Trace
from xdsi_sim.client.http import Head, HttpClient
from xdsi_sim.client.passing import PassingClient
from xdsi_sim.content import read_all
from xdsi_sim.server.loop import running_loop
from xdsi_sim.store.exchanges import ExchangeLog

TRACE = Trace("cafe", "iig", ("token",))


@pytest.fixture
def client(http: HttpClient, log: ExchangeLog, spool: Path) -> PassingClient:
    return PassingClient(http, log, spool)


def ask(client: PassingClient, url: str) -> tuple[list[Head], bytes]:
    """Heads and body that were handed over."""
    heads: list[Head] = []
    body = bytearray()

    def begin(head: Head) -> Callable[[bytes], object]:
        heads.append(head)
        return body.extend

    running_loop().call(
        client.ask, "GET", url, (("Accept", "*/*"),), transaction="XC-WADO", trace=TRACE, begin=begin
    )
    return heads, bytes(body)


def test_the_answer_is_handed_over_and_recorded(client: PassingClient, peer: Peer, log: ExchangeLog) -> None:
    data = b"HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\ngone"
    (head,), body = ask(client, peer(lambda _request: data))
    assert (head.status, head.length, body) == (404, 4, b"gone")
    (exchange,) = log.exchanges("cafe")
    assert (exchange.sender, exchange.transaction, exchange.status) == ("iig", "XC-WADO", "HTTP 404")
    assert dict(exchange.request.headers)["Xdsi-Trace"] == "cafe;iig;token"
    assert exchange.response is not None
    assert read_all(exchange.response.body) == b"gone"


def test_what_shares_the_log_has_recorded_it(client: PassingClient, peer: Peer, log: ExchangeLog) -> None:
    data = f"HTTP/1.1 200 OK\r\nXdsi-Exchange: {log.name}/theirs\r\nContent-Length: 1\r\n\r\nx".encode()
    assert ask(client, peer(lambda _request: data))[1] == b"x"
    assert log.exchanges("cafe") == ()


def test_an_unchanged_answer_is_no_redirect(client: PassingClient, peer: Peer) -> None:
    (head,), _ = ask(client, peer(lambda _request: b"HTTP/1.1 304 Not Modified\r\nETag: x\r\n\r\n"))
    assert (head.status, head.header("etag")) == (304, "x")


@pytest.mark.parametrize(
    ("data", "kind", "told"),
    [
        (b"HTTP/1.1 307 X\r\nLocation: /y\r\nContent-Length: 0\r\n\r\n", NoAnswer, "a redirect to /y"),
        (
            b"HTTP/1.1 200 X\r\nContent-Encoding: br\r\nContent-Length: 1\r\n\r\nx",
            NoAnswer,
            "br, which was not",
        ),
        (b"HTTP/1.1 200 X\r\nContent-Length: 9\r\n\r\nx", NoAnswer, "the connection broke"),
        (None, TooLate, "no answer within 0.2 s"),
    ],
)
def test_what_is_no_answer_is_told_and_recorded(
    client: PassingClient, peer: Peer, log: ExchangeLog, data: bytes | None, kind: type[NoAnswer], told: str
) -> None:
    with pytest.raises(kind, match=told):
        ask(client, peer(lambda _request: data))
    (exchange,) = log.exchanges("cafe")
    assert exchange.status.startswith("no answer: ")
    assert told in exchange.status


def test_nobody_there_is_another_thing_than_silence(client: PassingClient) -> None:
    with pytest.raises(Unreached):
        ask(client, "http://127.0.0.1:1/x")
