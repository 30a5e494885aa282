from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future

import pytest
from a_wait import until
from feeds import adt, ask, ask_raw, patient

from xdsi_sim.actors.flow import Flow, Wait
from xdsi_sim.actors.trace import Trace
from xdsi_sim.content import read_all
from xdsi_sim.errors import CannotRun
from xdsi_sim.messages.adt import read_ack
from xdsi_sim.messages.mllp import frame
from xdsi_sim.messages.patient_feed import Acknowledgement, Ii, PatientFeed
from xdsi_sim.server.loop import running_loop
from xdsi_sim.server.mllp import MllpPort
from xdsi_sim.store.exchanges import ExchangeLog
from xdsi_sim.topology.model import Listen


class Taker:
    """Accepts everything, in the order in which it comes, once `durable` is done."""

    def __init__(self) -> None:
        self.taken: list[str] = []
        self.durable: Future[None] = Future()
        self.durable.set_result(None)
        self.asked = threading.Event()

    def feed(self, message: PatientFeed) -> Flow[Acknowledgement]:
        self.asked.set()
        yield Wait(self.durable)
        if message.patientIds[0].extension == "BROKEN":
            raise ZeroDivisionError("a secret")
        self.taken.append(message.id.extension)
        return message.acknowledged("A", (), id=Ii("", "A1"), time="2024")


Serve = Callable[..., tuple[Listen, Taker]]


@pytest.fixture
def serve(log: ExchangeLog) -> Iterator[Serve]:
    with contextlib.ExitStack() as stack:

        def start(**settings: object) -> tuple[Listen, Taker]:
            taker = Taker()
            port = MllpPort(
                *(running_loop(), "127.0.0.1", 0), actor_id="registry", actor=taker, recorder=log, **settings
            )
            stack.callback(port.close)
            return Listen("127.0.0.1", port.port), taker

        yield start


def test_messages_on_one_connection_are_answered_in_their_order(serve: Serve, log: ExchangeLog) -> None:
    at, taker = serve()
    answers = ask_raw(at, b"\r\n".join(frame(adt(id=f"M{n}")) for n in range(20)), count=20)
    assert [read_ack(answer).target.extension for answer in answers] == taker.taken
    assert taker.taken == [f"M{n}" for n in range(20)]
    assert [exchange.status for exchange in log.exchanges()] == ["Success"] * 20


def test_a_message_may_come_octet_by_octet(serve: Serve) -> None:
    at, taker = serve()
    with socket.create_connection((at.host, at.port), timeout=10) as connection:
        for octet in frame(adt()):
            connection.sendall(bytes([octet]))
        assert read_ack(connection.recv(65536)[1:-2]).code == "AA"
    assert taker.taken == ["M1"]


@pytest.mark.parametrize(
    ("stream", "words"),
    [
        (b"GET / HTTP/1.1\r\n\r\n", "begins with 0x0B, not with 0x47"),
        (b"\x16\x03\x01\x02\x00", "begins with 0x0B, not with 0x16"),
        (b"\x0bMSH|\x1cX", "0x1C is followed by 0x58"),
        (b"\x0bMSH|\x0bMSH|", "0x0B begins a message inside another"),
        (b"\x0b" + b"x" * 2000, "max_message=1000"),
    ],
)
def test_what_is_not_framed_is_told_and_the_connection_ends(
    serve: Serve, log: ExchangeLog, stream: bytes, words: str
) -> None:
    at, taker = serve(max_message=1000)
    answers = ask_raw(at, frame(adt()) + stream, count=9)
    assert [read_ack(answer).code for answer in answers] == ["AA", "AR"]
    assert words in read_ack(answers[1]).texts[0]
    assert ask(at, adt(id="M2")).code == "AA"  # the next source is served as before
    assert taker.taken == ["M1", "M2"]
    assert [exchange.status for exchange in log.exchanges()] == ["Success", "Failure", "Success"]


@pytest.mark.parametrize(
    ("message", "words"),
    [
        (b"", "begins with MSH"),
        (b"\xff\xfe\x00", "begins with MSH"),
        (adt(type="ORU^R01"), "MSH-9 ORU^R01 is none of"),
        (adt(charset="KLINGON"), "MSH-18"),
    ],
)
def test_what_is_no_message_of_the_transaction_is_rejected_and_the_connection_goes_on(
    serve: Serve, log: ExchangeLog, message: bytes, words: str
) -> None:
    at, _ = serve()
    rejected, served = map(read_ack, ask_raw(at, frame(message) + frame(adt()), count=2))
    assert (rejected.code, served.code) == ("AR", "AA")
    assert words in rejected.texts[0]
    assert [finding.rule for finding in log.exchanges()[0].findings] == ["K01"]


@pytest.mark.parametrize(
    ("message", "condition"),
    [
        (b"x", b"100^Segment sequence error"),
        (adt().replace(b"\r", b"\n"), b"100^Segment sequence error"),
        (adt(id=""), b"101^Required field missing"),
        (adt(charset="KLINGON"), b"103^Table value not found"),
        (adt(type="ORU^R01"), b"200^Unsupported message type"),
        (adt(type="ADT^A99"), b"201^Unsupported event code"),
        (adt(pid3="BROKEN"), b"207^Application internal error"),
    ],
)
def test_err_3_is_the_code_of_what_is_wrong(serve: Serve, message: bytes, condition: bytes) -> None:
    at, _ = serve()
    (answer,) = ask_raw(at, frame(message))
    assert b"ERR|||" + condition + b"^HL70357|E|" in answer


def test_line_feeds_alone_end_no_segment_and_are_not_echoed(serve: Serve) -> None:
    at, taker = serve()
    (answer,) = ask_raw(at, frame(adt().replace(b"\r", b"\n")))
    told = read_ack(answer)
    assert (told.code, told.target.extension, taker.taken) == ("AR", "M1", [])
    assert "segments end with CR" in told.texts[0]
    assert b"\n" not in answer


def test_a_defect_of_ours_is_rejected_and_tells_nothing_private(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    at, _ = serve()
    answer = ask(at, adt(pid3="BROKEN"))
    assert (answer.code, answer.target.extension) == ("AR", "M1")
    assert "internal error, logged as exchange" in answer.texts[0]
    assert "secret" not in answer.texts[0]
    assert "a secret" in caplog.text


@pytest.mark.parametrize(("begun", "codes"), [(b"", []), (b"\x0bMSH|", ["AR"])])
def test_a_silent_source_is_let_go(serve: Serve, begun: bytes, codes: list[str]) -> None:
    at, _ = serve(idle=0.5)
    assert [read_ack(answer).code for answer in ask_raw(at, begun, count=9)] == codes


def test_a_source_that_we_keep_waiting_is_not_silent(serve: Serve) -> None:
    at, taker = serve(idle=0.3)
    taker.durable = Future()
    with socket.create_connection((at.host, at.port), timeout=10) as connection:
        connection.sendall(frame(adt()))
        connection.settimeout(0.8)
        with pytest.raises(TimeoutError):
            connection.recv(1)  # neither an answer before it is durable nor an end
        connection.settimeout(10)
        taker.durable.set_result(None)
        assert read_ack(connection.recv(65536)[1:-2]).code == "AA"


def test_a_source_that_has_left_is_recorded(serve: Serve, log: ExchangeLog) -> None:
    at, taker = serve()
    taker.durable = Future()
    connection = socket.create_connection((at.host, at.port), timeout=10)
    connection.sendall(frame(adt()))
    assert taker.asked.wait(10)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
    connection.close()  # by reset: reading is paused, so that an orderly end would not be seen
    taker.durable.set_result(None)
    until(lambda: bool(log.exchanges()))
    assert taker.taken == ["M1"]


def test_connections_have_a_limit(serve: Serve) -> None:
    at, _ = serve()
    with contextlib.ExitStack() as stack:
        for _ in range(64):
            connection = stack.enter_context(socket.create_connection((at.host, at.port), timeout=10))
            connection.sendall(frame(adt()))
            assert connection.recv(65536)
        with pytest.raises(ConnectionResetError):
            ask_raw(at, b"")
    answers: list[bytes] = []
    while not answers:  # until the ends of the others have been seen
        with contextlib.suppress(ConnectionResetError):
            answers = ask_raw(at, frame(adt()))
    assert read_ack(answers[0]).code == "AA"


def test_what_is_recorded_is_what_was_on_the_wire(serve: Serve, log: ExchangeLog) -> None:
    at, _ = serve()
    (answer,) = ask_raw(at, frame(adt(pid3=patient("P7"))))
    (exchange,) = log.exchanges()
    assert (exchange.transaction, exchange.receiver) == ("ITI-8", "registry")
    assert exchange.request.start_line == "MLLP ADT^A01"
    assert read_all(exchange.request.body) == adt(pid3=patient("P7"))
    assert exchange.response is not None
    assert read_all(exchange.response.body) == answer


def test_a_client_of_ours_keeps_its_conversation(serve: Serve, log: ExchangeLog) -> None:
    traces: dict[str, Trace] = {}
    at, _ = serve(traces=traces)
    with socket.create_connection((at.host, at.port), timeout=10) as connection:
        host, port = connection.getsockname()
        traces[f"{host}:{port}"] = Trace("c1", "source")
        connection.sendall(frame(adt()))
        assert connection.recv(65536)
    (exchange,) = log.exchanges()
    assert (exchange.conversation, exchange.sender, traces) == ("c1", "source", {})


def test_a_port_that_is_taken_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(CannotRun, match="feed: mllp"):
            MllpPort(
                *(running_loop(), "127.0.0.1", port),
                actor_id="registry",
                actor=Taker(),
                recorder=None,  # type: ignore[arg-type]
            )
