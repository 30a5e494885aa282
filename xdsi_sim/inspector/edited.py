"""A recorded request with another envelope: its other parts and its headers stay as they were."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from xdsi_sim.content import Segment, SegmentsContent, SliceContent, read_all
from xdsi_sim.exchange import HttpMessage
from xdsi_sim.scenario.reports.media import SNIFFED, Kind, head_of, kind_of
from xdsi_sim.scenario.reports.parts import parts_of
from xdsi_sim.soap.media import header

__all__ = ["envelope_of", "with_envelope"]

_MOST: Final = 2_000_000
"""Octets of an envelope that somebody edits."""
_EDITED: Final = (Kind.XML, Kind.JSON, Kind.TEXT)


def envelope_of(message: HttpMessage) -> str | None:
    """The text that can be edited; None where there is none, it is compressed, or far too large."""
    place = _place(message)
    if place is None:
        return None
    start, size = place
    try:
        return read_all(SliceContent(message.body, start, size)).decode("utf-8")
    except (OSError, UnicodeDecodeError):
        return None


def with_envelope(message: HttpMessage, text: str) -> HttpMessage:
    """The request with `text` in the place of what `envelope_of` gives; itself where that is the same."""
    place = _place(message)
    if place is None or text == envelope_of(message):
        return message
    (start, size), body = place, message.body
    segments: tuple[Segment, ...] = (
        SliceContent(body, 0, start),
        text.encode("utf-8", "replace"),
        SliceContent(body, start + size, body.size - start - size),
    )
    kept = (one for one in segments if isinstance(one, bytes) or one.size)
    return replace(message, body=SegmentsContent(tuple(kept)))


def _place(message: HttpMessage) -> tuple[int, int] | None:
    """Where the envelope begins in the body, and its size."""
    headers, body = message.headers, message.body
    if not body.size or header(headers, "content-encoding").strip().lower() not in ("", "identity"):
        return None
    try:
        kind = kind_of(headers, head_of(body, SNIFFED))
        if kind is Kind.MULTIPART:
            parts = parts_of(body, header(headers, "content-type"))
            found = parts[0] if parts else None
            if found is None or kind_of(found.headers, head_of(body, SNIFFED, found.start)) not in _EDITED:
                return None
            place = found.start, found.size
        else:
            place = 0, body.size
    except OSError:
        return None
    return place if place[1] <= _MOST and (kind is Kind.MULTIPART or kind in _EDITED) else None
