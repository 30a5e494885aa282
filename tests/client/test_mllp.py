from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from a_tls_peer import listening, serving, tls_peer, workshop
from feeds import adt

from xdsi_sim.actors.flow import NoAnswer
from xdsi_sim.actors.trace import Trace
from xdsi_sim.client.answers import Reply
from xdsi_sim.client.mllp import MllpClient
from xdsi_sim.messages.adt import read_header, write_ack
from xdsi_sim.messages.mllp import frame
from xdsi_sim.messages.patient_feed import Acknowledgement, Ii
from xdsi_sim.server.loop import running_loop
from xdsi_sim.store.exchanges import ExchangeLog

Send = Callable[[bytes | None], Reply]


def ack(target: str = "M1", code: str = "AA") -> bytes:
    return frame(write_ack(Acknowledgement(code=code, target=Ii("", target)), read_header(adt())))


@pytest.fixture
def log(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ExchangeLog]:
    opened = ExchangeLog(tmp_path_factory.mktemp("log"))
    yield opened
    opened.close()


@pytest.fixture
def send(log: ExchangeLog) -> Iterator[Send]:
    """`send(answer)` sends a message to a peer that answers with these octets and closes; None: to nobody."""
    loop = running_loop()
    client = MllpClient(loop.reactor, log, {})
    with ExitStack() as stack:

        def ask(answer: bytes | None) -> Reply:
            server = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
            port = server.getsockname()[1]
            if answer is None:
                server.close()
            else:
                threading.Thread(target=_serve, args=(server, answer), daemon=True).start()
            reply: Reply = loop.call(client.send, "127.0.0.1", port, adt(), Trace("c1", "source"))
            return reply

        yield ask


def test_a_peer_without_tls_is_told_as_one(log: ExchangeLog, tmp_path: Path) -> None:
    loop = running_loop()
    client = MllpClient(loop.reactor, log, {}, workshop(tmp_path).tls())
    with listening(lambda connection: connection.sendall(ack()) or connection.recv(1)) as port:
        reply = loop.call(client.send, "127.0.0.1", port, adt(), Trace("c1", "source"))
    assert isinstance(reply.answer, NoAnswer)
    assert "TLS failed: " in str(reply.answer)


def test_a_peer_that_refuses_our_certificate_is_told_as_one(log: ExchangeLog, tmp_path: Path) -> None:
    loop, certificates = running_loop(), workshop(tmp_path / "theirs")
    context = serving(certificates.issue(), trust=workshop(tmp_path / "strangers").trust)
    client = MllpClient(loop.reactor, log, {}, certificates.tls())
    with tls_peer(context) as port:
        reply = loop.call(client.send, "127.0.0.1", port, adt(), Trace("c1", "source"))
    assert isinstance(reply.answer, NoAnswer)
    assert "certificate" in str(reply.answer)


def _serve(server: socket.socket, answer: bytes) -> None:
    connection, _ = server.accept()
    with connection:
        while b"\x1c\r" not in connection.recv(65536):
            pass
        connection.sendall(answer)


def test_the_answer_comes_back_and_the_exchange_is_recorded(send: Send, log: ExchangeLog) -> None:
    reply = send(ack())
    assert isinstance(reply.answer, Acknowledgement)
    assert (reply.answer.code, reply.answer.target) == ("AA", Ii("", "M1"))
    (exchange,) = log.exchanges()
    assert (exchange.id, exchange.conversation, exchange.sender) == (reply.exchange, "c1", "source")
    assert (exchange.transaction, exchange.status) == ("ITI-8", "Success")


def test_a_refusal_of_what_could_not_be_read_names_no_message(send: Send) -> None:
    assert send(ack("", "AR")).answer.code == "AR"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (None, "cannot connect to 127.0.0.1"),
        (b"", "closed the connection without an answer"),
        (ack()[:-5], "closed the connection without an answer"),
        (b"hello", "begins with 0x0B"),
        (frame(b"hello"), "begins with MSH"),
        (frame(adt()), "is no ACK"),
        (ack("M2"), "MSA-2 is 'M2', not 'M1'"),
    ],
)
def test_what_is_no_answer_is_told(send: Send, log: ExchangeLog, answer: bytes | None, words: str) -> None:
    reply = send(answer)
    assert isinstance(reply.answer, NoAnswer)
    assert words in str(reply.answer)
    assert log.exchanges()[0].status.startswith("no answer: ")
