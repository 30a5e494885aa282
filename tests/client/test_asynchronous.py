"""What tests/test_asynchronous.py cannot provoke: an answer that overtakes what the peer says at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from a_peer import Peer
from wire import QUERY

from xdsi_sim.actors.flow import Call, NoAnswer
from xdsi_sim.actors.trace import Trace
from xdsi_sim.client.answers import Reply
from xdsi_sim.client.asynchronous import AsynchronousClient
from xdsi_sim.client.http import HttpClient
from xdsi_sim.content import BytesContent
from xdsi_sim.exchange import Exchange, HttpMessage
from xdsi_sim.messages.query import AdhocQueryResponse, write_query_response
from xdsi_sim.server.loop import running_loop
from xdsi_sim.soap.addressing import write_addressing
from xdsi_sim.soap.envelope import read_envelope, write_envelope
from xdsi_sim.soap.letters import Letter, Mailbox
from xdsi_sim.soap.mtom import Package
from xdsi_sim.store.exchanges import ExchangeLog
from xdsi_sim.vocab import TRANSACTIONS

REPLIES = "http://127.0.0.1:1/replies"


def letter(relates_to: str) -> Letter:
    header = write_addressing(
        action=TRANSACTIONS["ITI-18"].response_action, message_id="urn:2", relates_to=relates_to, to=REPLIES
    )
    root = b"".join(write_envelope(header, write_query_response(AdhocQueryResponse())))
    nothing = HttpMessage(start_line="POST / HTTP/1.1", headers=(), body=BytesContent(root))
    exchange: dict[str, Any] = dict.fromkeys(
        ("conversation", "sender", "receiver", "transaction", "status"), "x"
    )
    return Letter(
        package=Package(root=root, parts={}, mtom=False, raw=(root,)),
        envelope=read_envelope(root),
        exchange=Exchange(id="e", started=0, duration=0, request=nothing, response=nothing, **exchange),
    )


@pytest.mark.parametrize(
    ("said", "first"),
    [
        (b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n", "HTTP 202"),
        (b"", "no answer but a letter"),
        (None, "no answer but a letter"),
    ],
)
def test_an_answer_may_come_before_the_peer_has_said_that_it_will(
    http: HttpClient, log: ExchangeLog, spool: Path, peer: Peer, said: bytes | None, first: str
) -> None:
    mailbox, loop = Mailbox(), running_loop()
    client = AsynchronousClient(http, log, spool, mailbox=mailbox, reply_to=REPLIES)

    def overtaken(request: bytes) -> bytes | None:
        headers = read_envelope(request.partition(b"\r\n\r\n")[2]).addressing
        assert headers.replyTo == REPLIES
        take = mailbox.claim(headers.messageID)
        assert take is not None
        loop.call(take, letter(headers.messageID or ""))
        return said

    call = Call(url=peer(overtaken), transaction="ITI-18", message=QUERY)
    reply: Reply = loop.call(client.call_asynchronously, call, Trace("cafe", "tester"))
    assert (reply.answer, reply.findings, reply.exchange) == (AdhocQueryResponse(), (), "e")
    statuses = {exchange.id: exchange.status for exchange in log.exchanges("cafe")}
    assert statuses.pop("e") == "Success"
    assert [*statuses.values()] == [first]


@pytest.mark.parametrize("said", [b"", None, b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"])
def test_a_peer_that_does_not_take_the_request_is_not_waited_for(
    http: HttpClient, log: ExchangeLog, spool: Path, peer: Peer, said: bytes | None
) -> None:
    mailbox, asked = Mailbox(), list[str]()
    client = AsynchronousClient(http, log, spool, mailbox=mailbox, reply_to=REPLIES)

    def refuse(request: bytes) -> bytes | None:
        asked.append(read_envelope(request.partition(b"\r\n\r\n")[2]).addressing.messageID or "")
        return said

    call = Call(url=peer(refuse), transaction="ITI-18", message=QUERY)
    reply: Reply = running_loop().call(client.call_asynchronously, call, Trace("cafe", "tester"))
    assert isinstance(reply.answer, NoAnswer)
    assert mailbox.claim(asked[0]) is None
    assert len(log.exchanges("cafe")) == 1
