from __future__ import annotations

from email import message_from_bytes
from email.message import Message

import pytest
from a_faulty_domain import FaultyDomain
from wire import Answer, message, post, send

from xdsi_sim.content import read_all


def answered(faulty: FaultyDomain, deviation: str | None) -> Answer:
    url = faulty.running.url_of("north-repository")
    sent = post(url, *message(url, "ITI-43", faulty.message("ITI-43")))
    if deviation is None:
        return send(url, sent)
    with faulty.deviating("north-repository", deviation):
        return send(url, sent)


def parts(answer: Answer) -> list[Message]:
    """As the mail library of Python sees them."""
    head = f"Content-Type: {answer.headers['content-type']}\r\n\r\n".encode()
    payload = message_from_bytes(head + answer.body).get_payload()
    assert isinstance(payload, list)
    return payload  # type: ignore[return-value]  # of a multipart message


def test_a_sound_answer_has_its_root_and_its_document(faulty: FaultyDomain) -> None:
    root, document = parts(answered(faulty, None))
    assert root.get_content_type() == "application/xop+xml"
    assert document["Content-ID"] == "<document-1@xdsi-sim>"


@pytest.mark.parametrize(
    ("deviation", "count"),
    [("part-missing", 1), ("part-unreferenced", 3), ("part-unnamed", 3), ("base64-in-envelope", 1)],
)
def test_parts_are_too_many_or_too_few(faulty: FaultyDomain, deviation: str, count: int) -> None:
    found = parts(answered(faulty, deviation))
    assert len(found) == count
    assert b"</soap:Envelope>" in (found[0].get_payload(decode=True) or b"")  # type: ignore[operator]


@pytest.mark.parametrize(
    ("deviation", "text"),
    [
        ("cid-wrong", b'href="cid:not-document-1@xdsi-sim"'),
        ("cid-without-scheme", b'href="document-1@xdsi-sim"'),
        ("include-not-alone", b"<xds:Document>text<xop:Include"),
        ("root-type-wrong", b"Content-Type: text/xml"),
        ("transfer-encoding-unknown", b"Content-Transfer-Encoding: x-unknown"),
        ("base64-broken", b"<xds:Document>%no*base64%</xds:Document>"),
    ],
)
def test_octets_are_wrong(faulty: FaultyDomain, deviation: str, text: bytes) -> None:
    assert text not in answered(faulty, None).body
    assert text in answered(faulty, deviation).body


@pytest.mark.parametrize("deviation", ["base64-in-envelope", "plain-for-packed"])
def test_what_is_packed_otherwise_is_the_same_document(faulty: FaultyDomain, deviation: str) -> None:
    right = faulty.ask("ITI-43").answer.documents[0].content
    expected = read_all(right)
    with faulty.deviating("north-repository", deviation):
        seen = faulty.ask("ITI-43")
    assert read_all(seen.answer.documents[0].content) == expected


def test_a_cut_part_has_no_end(faulty: FaultyDomain) -> None:
    assert len(answered(faulty, "part-cut").body) < len(answered(faulty, None).body)
    assert not answered(faulty, "boundary-unclosed").body.endswith(b"--\r\n")
