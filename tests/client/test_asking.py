from __future__ import annotations

from typing import Any

from an_exchange import FINDING

from xdsi_sim.actors.trace import Trace
from xdsi_sim.client.asking import Asking
from xdsi_sim.client.http import Head
from xdsi_sim.content import BytesContent, read_all
from xdsi_sim.store.exchanges import NOT_RECORDED, ExchangeLog, Recorder

BODY = BytesContent(b"answer")


def asking(log: Recorder = NOT_RECORDED, answer: Head | None = None, **given: Any) -> Asking:
    sent = Asking(
        url="http://peer:8080/a?b=c",
        headers=(("Content-Type", "text/plain"),),
        transaction="ITI-18",
        trace=Trace("cafe", "viewer", ()),
        **given,
    )
    if answer is not None:
        sent.arrived(answer, log)
    return sent


def head(*headers: tuple[str, str]) -> Head:
    return Head(status=202, phrase="Accepted", headers=headers)


def test_what_came_of_it_is_recorded(log: ExchangeLog) -> None:
    sent = asking(log, head(("Server", "x")), segments=[b"as", BytesContent(b"ked")])
    sent.record(log, "Success", BODY, (FINDING,))
    assert sent.id == sent.exchange_id
    (exchange,) = log.exchanges("cafe")
    assert (exchange.id, exchange.sender, exchange.receiver) == (sent.exchange_id, "viewer", "peer:8080")
    assert (exchange.transaction, exchange.status) == ("ITI-18", "Success")
    assert exchange.findings == (FINDING,)
    assert (exchange.started, exchange.duration > 0) == (sent.started, True)
    assert exchange.request.start_line == "POST /a?b=c HTTP/1.1"
    assert exchange.request.headers == (("Content-Type", "text/plain"),)
    assert read_all(exchange.request.body) == b"asked"
    assert exchange.response is not None
    assert exchange.response.head == b"HTTP/1.1 202 Accepted\r\nServer: x\r\n\r\n"
    assert read_all(exchange.response.body) == b"answer"


def test_without_an_answer_there_is_no_message_of_one(log: ExchangeLog) -> None:
    asking(method="GET").record(log, "no answer: silent", BODY)
    (exchange,) = log.exchanges("cafe")
    assert (exchange.request.start_line, exchange.request.body.size) == ("GET /a?b=c HTTP/1.1", 0)
    assert (exchange.response, exchange.status) == (None, "no answer: silent")


def test_what_the_receiver_has_recorded_in_our_log_is_not_recorded_twice(log: ExchangeLog) -> None:
    theirs = asking(log, head(("Xdsi-Exchange", f"{log.name}/theirs")))
    theirs.record(log, "Success", BODY)
    assert theirs.id == "theirs"
    assert log.exchanges("cafe") == ()
    another = asking(log, head(("Xdsi-Exchange", "another/theirs")))
    another.record(log, "Success", BODY)
    assert another.id == another.exchange_id
    assert len(log.exchanges("cafe")) == 1


def test_without_a_log_it_has_an_id_all_the_same() -> None:
    sent = asking()
    sent.record(NOT_RECORDED, "Success", BODY)
    assert sent.id == sent.exchange_id
