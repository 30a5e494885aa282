from __future__ import annotations

from xdsi_sim.content import BytesContent
from xdsi_sim.deviations.deviation import Message
from xdsi_sim.deviations.octets import edited, is_multipart, spliced, with_body

CONTENT = BytesContent(b"b streamed b")


def of(*segments: object) -> Message:
    return Message(status=200, headers=(("Content-Type", "text/plain"),), segments=segments)  # type: ignore[arg-type]


def test_the_first_match_alone_is_replaced() -> None:
    assert edited(of(b"a b", CONTENT, b"b b"), b"b", b"X").segments == (b"a X", CONTENT, b"b b")
    assert edited(of(b"a", CONTENT, b"b b"), b"b", b"X").segments == (b"a", CONTENT, b"X b")


def test_all_matches_are_replaced_but_in_what_is_streamed() -> None:
    assert edited(of(b"a b", CONTENT, b"b b"), b"b", b"X", 0).segments == (b"a X", CONTENT, b"X X")


def test_without_a_match_it_is_the_same_message() -> None:
    message = of(b"a", CONTENT)
    assert edited(message, b"z", b"X") is message
    assert with_body(message, b"X") is message


def test_segments_are_put_between_octets() -> None:
    assert spliced(of(b"a-b-c"), b"-", lambda _match: (CONTENT,)).segments == (
        b"a",
        CONTENT,
        b"b",
        CONTENT,
        b"c",
    )


def test_a_body_is_replaced_over_all_its_segments() -> None:
    message = of(b"head <soap:Body>one", CONTENT, b"two</soap:Body> tail", b"part")
    assert with_body(message, b"X").segments == (b"head <soap:Body>X</soap:Body> tail", b"part")


def test_what_is_packed_says_so() -> None:
    packed = Message(status=200, headers=(("Content-Type", "multipart/related; x=y"),), segments=())
    assert is_multipart(packed)
    assert not is_multipart(of())
