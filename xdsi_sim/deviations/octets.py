"""Changes to the octets of a message that our own writers have made: their form is known to the letter."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from xdsi_sim.content import Segment
from xdsi_sim.deviations.deviation import Message

__all__ = ["edited", "is_multipart", "spliced", "with_body"]


def edited(
    message: Message, pattern: bytes, text: bytes | Callable[[re.Match[bytes]], bytes], count: int = 1
) -> Message:
    """The first `count` matches replaced, all for 0; contents that are streamed are left alone.

    Where nothing matches it is the same message.
    """
    segments, left = list(message.segments), count
    for place, segment in enumerate(segments):
        if isinstance(segment, bytes) and left >= 0:
            segments[place], made = re.subn(pattern, text, segment, count=left, flags=re.DOTALL)
            left = (left - made or -1) if count else 0
    return message if tuple(segments) == message.segments else replace(message, segments=tuple(segments))


def spliced(
    message: Message, pattern: bytes, put: Callable[[re.Match[bytes]], tuple[Segment, ...]]
) -> Message:
    """Each match replaced by segments of any kind."""
    return replace(message, segments=tuple(_spliced(message, pattern, put)))


def _spliced(
    message: Message, pattern: bytes, put: Callable[[re.Match[bytes]], tuple[Segment, ...]]
) -> Iterator[Segment]:
    for segment in message.segments:
        if not isinstance(segment, bytes):
            yield segment
            continue
        at = 0
        for match in re.finditer(pattern, segment, re.DOTALL):
            yield segment[at : match.start()]
            yield from put(match)
            at = match.end()
        yield segment[at:]


def with_body(message: Message, body: bytes) -> Message:
    """The envelope with another content of its Body; parts beside it stay."""
    opened, closed = b"<soap:Body>", b"</soap:Body>"
    at_hand = [(place, one) for place, one in enumerate(message.segments) if isinstance(one, bytes)]
    first = next(((place, one) for place, one in at_hand if opened in one), None)
    last = next(((place, one) for place, one in at_hand if closed in one), None)
    if first is None or last is None:
        return message
    text = first[1].partition(opened)[0] + opened + body + closed + last[1].partition(closed)[2]
    return replace(message, segments=(*message.segments[: first[0]], text, *message.segments[last[0] + 1 :]))


def is_multipart(message: Message) -> bool:
    """Whether the message is packed as MTOM."""
    return dict(message.headers).get("Content-Type", "").startswith("multipart/")
