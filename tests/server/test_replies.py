from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from wire import get, post, send

from xdsi_sim.content import read_all
from xdsi_sim.server.loop import running_loop
from xdsi_sim.server.replies import RepliesResource
from xdsi_sim.server.site import ActorSite
from xdsi_sim.soap.addressing import write_addressing
from xdsi_sim.soap.envelope import read_envelope, write_envelope
from xdsi_sim.soap.faults import read_fault
from xdsi_sim.soap.letters import Letter, Mailbox
from xdsi_sim.store.exchanges import ExchangeLog

LARGE = bytes(200_000)
SOAP = "application/soap+xml"


@pytest.fixture
def mailbox(site: ActorSite, log: ExchangeLog) -> Mailbox:
    opened = Mailbox()
    site.put("replies", RepliesResource(opened, log))
    return opened


@pytest.fixture
def url(site: ActorSite) -> str:
    return f"http://127.0.0.1:{site.port}/replies"


def expect(mailbox: Mailbox, take: Callable[[Letter], None], message_id: str = "urn:uuid:1") -> None:
    running_loop().call(mailbox.expect, message_id, take)


def envelope(relates_to: str = "urn:uuid:1") -> bytes:
    header = write_addressing(action="urn:a", message_id="urn:uuid:2", relates_to=relates_to, to="http://us/")
    return b"".join(write_envelope(header, (b"<x/>",)))


OTHER_VERSION = envelope().replace(b"2003/05/soap-envelope", b"2003/06/soap-envelope")


@pytest.fixture
def packed() -> tuple[str, bytes]:
    body = b"--b\r\n\r\n" + envelope() + b"\r\n--b\r\nContent-ID: <d>\r\n\r\n" + LARGE + b"\r\n--b--"
    return "multipart/related; boundary=b", body


def test_an_answer_is_given_to_whoever_waits_for_it_and_its_files_with_it(
    mailbox: Mailbox, url: str, spool: Path, log: ExchangeLog, packed: tuple[str, bytes]
) -> None:
    taken: list[Letter] = []
    expect(mailbox, taken.append)
    answer = send(url, post(url, *packed, "Xdsi-Trace: cafe;vendor"))
    (letter,) = taken
    assert (answer.status, answer.body) == (202, b"")
    assert answer.headers["xdsi-exchange"] == f"{log.name}/{letter.exchange.id}"
    assert letter.envelope.addressing.relatesTo == "urn:uuid:1"
    assert read_all(letter.package.parts["d"]) == LARGE
    assert (letter.exchange.sender, letter.exchange.conversation) == ("vendor", "cafe")
    assert read_all(letter.exchange.request.body) == packed[1]
    assert log.exchanges() == ()  # whoever has the letter records it
    letter.package.discard()
    assert list(spool.iterdir()) == []


@pytest.mark.parametrize(
    ("content_type", "body", "status", "code"),
    [
        (SOAP, envelope("urn:uuid:9"), 400, "Sender"),
        (SOAP, b"".join(write_envelope("", (b"<x/>",))), 400, "Sender"),
        (SOAP, b"<cut", 400, "Sender"),
        (SOAP, b"", 400, "Sender"),
        (SOAP + "; charset=UTF-16", envelope(), 400, "Sender"),
        ("text/html", b"<html/>", 415, "Sender"),
        (
            SOAP,
            envelope().replace(b"2003/05/soap-envelope", b"2003/06/soap-envelope"),
            500,
            "VersionMismatch",
        ),
    ],
)
def test_what_nobody_waits_for_is_refused_and_recorded(
    mailbox: Mailbox, url: str, log: ExchangeLog, content_type: str, body: bytes, status: int, code: str
) -> None:
    expect(mailbox, lambda _letter: None)
    answer = send(url, post(url, content_type, body))
    (exchange,) = log.exchanges()
    assert (answer.status, exchange.status) == (status, f"Fault {code}")
    assert read_fault(read_envelope(answer.body).body).code == code
    assert exchange.receiver == "replies"
    assert read_all(exchange.request.body) == body


def test_files_of_what_is_refused_do_not_stay(
    mailbox: Mailbox, url: str, spool: Path, packed: tuple[str, bytes]
) -> None:
    assert mailbox.claim("urn:uuid:1") is None
    assert send(url, post(url, *packed)).status == 400
    assert list(spool.iterdir()) == []


@pytest.mark.usefixtures("mailbox")
def test_answers_are_posted(url: str) -> None:
    answer = get(url)
    assert (answer.status, answer.headers["allow"]) == (405, "POST")
