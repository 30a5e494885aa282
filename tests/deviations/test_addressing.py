from __future__ import annotations

import re

import pytest
from a_faulty_domain import FaultyDomain, a_query
from wire import message, post, send

from xdsi_sim.vocab import TRANSACTIONS


def header(faulty: FaultyDomain, deviation: str | None) -> bytes:
    """The header blocks of an answer."""
    url = faulty.running.url_of("north-registry")
    sent = post(url, *message(url, "ITI-18", a_query()))
    if deviation is None:
        answer = send(url, sent)
    else:
        with faulty.deviating("north-registry", deviation):
            answer = send(url, sent)
    return answer.body.partition(b"<soap:Body>")[0]


def test_a_sound_answer_has_all_headers_once(faulty: FaultyDomain) -> None:
    found = re.findall(rb"<wsa:(\w+)", header(faulty, None))
    assert sorted(found) == [b"Action", b"MessageID", b"RelatesTo"]


@pytest.mark.parametrize(
    ("deviation", "names"),
    [
        ("relates-to-missing", [b"Action", b"MessageID"]),
        ("relates-to-twice", [b"Action", b"MessageID", b"RelatesTo", b"RelatesTo"]),
        ("action-missing", [b"MessageID", b"RelatesTo"]),
        ("action-twice", [b"Action", b"Action", b"MessageID", b"RelatesTo"]),
        ("message-id-missing", [b"Action", b"RelatesTo"]),
        ("addressing-missing", []),
        ("to-twice", [b"Action", b"MessageID", b"RelatesTo", b"To", b"To"]),
    ],
)
def test_headers_are_missing_or_there_twice(faulty: FaultyDomain, deviation: str, names: list[bytes]) -> None:
    assert sorted(re.findall(rb"<wsa:(\w+)", header(faulty, deviation))) == names


@pytest.mark.parametrize(
    ("deviation", "text"),
    [
        ("action-wrong", b">urn:x-unknown:Response<"),
        ("action-of-request", f">{TRANSACTIONS['ITI-18'].action}<".encode()),
        ("action-empty", b'mustUnderstand="true"></wsa:Action>'),
        ("action-optional", b"<wsa:Action>"),
        ("addressing-2004", b"2004/08/addressing"),
        ("relates-to-wrong", b"<wsa:RelatesTo>urn:uuid:00000000-"),
    ],
)
def test_headers_are_wrong(faulty: FaultyDomain, deviation: str, text: bytes) -> None:
    assert text not in header(faulty, None)
    assert text in header(faulty, deviation)


def test_a_request_without_addressing_meets_nothing_to_change(faulty: FaultyDomain) -> None:
    url = faulty.running.url_of("north-registry")
    content_type, data = message(url, "ITI-18", a_query())
    bare = re.sub(rb"<soap:Header>.*?</soap:Header>", b"", data)
    with faulty.deviating("north-registry", "relates-to-wrong") as switch:
        assert send(url, post(url, content_type, bare)).status == 200
    assert (switch.met, switch.fired) == (1, 0)
