from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xdsi_sim.content import read_all
from xdsi_sim.errors import LimitExceeded, ProtocolViolation
from xdsi_sim.messages.mllp import FrameReader, frame, recorded

MESSAGES = st.binary(max_size=40).map(lambda data: bytes(set_ for set_ in data if set_ not in (0x0B, 0x1C)))
SEPARATED = st.sampled_from([b"", b"\r", b"\n", b"\r\n\r\n"])
STREAMS = st.lists(
    st.one_of(
        MESSAGES.map(frame), st.sampled_from([b"\x0b", b"\x1c", b"\r", b"\n", b"x", b"\x1c\r"]), MESSAGES
    ),
    max_size=8,
).map(b"".join)


def read(pieces: list[bytes], limit: int = 30) -> tuple[list[bytes], str | None]:
    """The messages, and what was wrong at the end."""
    reader, found = FrameReader(limit), []
    for piece in pieces:
        try:
            for message in reader.feed(piece):
                found.append(message)  # noqa: PERF402  those before the error count
        except ProtocolViolation as problem:
            return found, str(problem)
    return found, None


@given(st.lists(st.tuples(SEPARATED, MESSAGES), max_size=5))
def test_what_was_framed_is_read_again(messages: list[tuple[bytes, bytes]]) -> None:
    stream = b"".join(between + frame(message) for between, message in messages)
    assert read([stream], 100) == ([message for _, message in messages], None)


@given(STREAMS)
def test_however_a_stream_is_cut_it_says_the_same(stream: bytes) -> None:
    whole = read([stream])
    assert read([stream[at : at + 1] for at in range(len(stream))]) == whole
    for at in range(len(stream) + 1):
        assert read([stream[:at], stream[at:]]) == whole


@pytest.mark.parametrize(
    ("stream", "words"),
    [
        (b"MSH|", "begins with 0x0B, not with 0x4D"),
        (frame(b"a") + b"x", "begins with 0x0B, not with 0x78"),
        (b"\x0ba\x1cb", "0x1C is followed by 0x62"),
        (b"\x0ba\x0bb\x1c\r", "inside another"),
    ],
)
def test_what_is_not_framed_is_told(stream: bytes, words: str) -> None:
    assert words in (read([stream])[1] or "")


def test_a_message_has_a_limit_and_no_frame_more() -> None:
    assert read([frame(b"x" * 30)]) == ([b"x" * 30], None)
    with pytest.raises(LimitExceeded, match="max_message=30"):
        list(FrameReader(30).feed(b"\x0b" + b"x" * 31))


def test_a_message_is_recorded_with_its_type() -> None:
    kept = recorded("MLLP ACK", b"MSH|")
    assert (kept.start_line, read_all(kept.body)) == ("MLLP ACK", b"MSH|")
    assert kept.headers == (("Content-Type", "x-application/hl7-v2+er7"),)


def test_what_is_pending_is_shown() -> None:
    reader = FrameReader()
    assert list(reader.feed(frame(b"a") + b"\r\n\x0bhal")) == [b"a"]
    assert (reader.inside, reader.pending) == (True, b"\x0bhal")
