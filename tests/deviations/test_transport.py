from __future__ import annotations

import socket
import time

import pytest
from a_faulty_domain import FaultyDomain, a_query
from wire import connect, message, post, read_answer

URL = "north-registry"


def sent(faulty: FaultyDomain) -> socket.socket:
    """A connection on which a sound query has gone out."""
    url = faulty.running.url_of(URL)
    connection = connect(url)
    connection.sendall(post(url, *message(url, "ITI-18", a_query())))
    return connection


def received(connection: socket.socket, seconds: float = 10) -> tuple[bytes, str]:
    """All that comes, and how it ends."""
    connection.settimeout(seconds)
    data = b""
    try:
        while piece := connection.recv(65536):
            data += piece
    except TimeoutError:
        return data, "open"
    except ConnectionResetError:
        return data, "reset"
    return data, "closed"


def length_of(head: bytes) -> int:
    return int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])


@pytest.mark.parametrize(
    ("deviation", "octets", "end"),
    [("stall", 100, "open"), ("reset", 100, "reset"), ("closed-early", 100, "closed")],
)
def test_an_answer_ends_after_as_many_octets_as_are_asked(
    faulty: FaultyDomain, deviation: str, octets: int, end: str
) -> None:
    with (
        faulty.deviating(URL, deviation, parameters={"octets": octets}),
        sent(faulty) as connection,
    ):
        data, ended = received(connection, 0.5)
    head, _, body = data.partition(b"\r\n\r\n")
    assert ended == end
    assert len(body) == octets < length_of(head)


@pytest.mark.parametrize(
    ("deviation", "end"),
    [("no-answer", "open"), ("reset-unanswered", "reset"), ("closed-unanswered", "closed")],
)
def test_nothing_at_all_comes(faulty: FaultyDomain, deviation: str, end: str) -> None:
    with faulty.deviating(URL, deviation), sent(faulty) as connection:
        assert received(connection, 0.5) == (b"", end)


@pytest.mark.parametrize(("deviation", "by"), [("content-length-long", 10), ("content-length-short", -10)])
def test_content_length_is_not_true(faulty: FaultyDomain, deviation: str, by: int) -> None:
    with faulty.deviating(URL, deviation), sent(faulty) as connection:
        data, end = received(connection)
    head, _, body = data.partition(b"\r\n\r\n")
    assert (length_of(head) - len(body), end) == (by, "closed")


def test_a_cut_that_nobody_notices_is_sound_http(faulty: FaultyDomain) -> None:
    with faulty.deviating(URL, "cut-unnoticed"), sent(faulty) as connection:
        answer = read_answer(connection)
    assert answer.status == 200
    assert b"</soap:Envelope>" not in answer.body


def test_a_dribble_comes_in_pieces(faulty: FaultyDomain) -> None:
    with (
        faulty.deviating(URL, "dribble", parameters={"octets": 4000, "pause": 0.03}),
        sent(faulty) as connection,
    ):
        began = time.monotonic()
        answer = read_answer(connection)
        took = time.monotonic() - began
    assert took > 0.03 * (len(answer.body) // 4000 - 1)


def test_a_delayed_answer_is_late_and_right(faulty: FaultyDomain) -> None:
    with faulty.deviating(URL, "delay", parameters={"seconds": 0.3}), sent(faulty) as connection:
        began = time.monotonic()
        answer = read_answer(connection)
        took = time.monotonic() - began
    assert answer.body.endswith(b"</soap:Envelope>")
    assert took > 0.25


def test_a_random_delay_is_within_its_bounds(faulty: FaultyDomain) -> None:
    bounds = {"least": 0.1, "most": 0.2}
    with faulty.deviating(URL, "delay-random", parameters=bounds), sent(faulty) as connection:
        began = time.monotonic()
        read_answer(connection)
        assert time.monotonic() - began > 0.09
