"""The bodies of an exchange, numbered from 1: each part of a multipart body, and any other whole."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from xdsi_sim.content import Content, SliceContent
from xdsi_sim.exchange import Exchange, HttpMessage
from xdsi_sim.scenario.reports.parts import parts_of
from xdsi_sim.soap.media import Headers, header, parse_media_type

__all__ = ["SIDES", "Piece", "message_of", "pieces_of"]

SIDES: Final = ("request", "response")


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One body, as it was on the wire."""

    number: int
    side: str
    headers: Headers
    """Of the part; of the message where the body is whole."""
    body: Content
    whole: bool
    """Whether it is all that its message carried."""

    @property
    def type(self) -> str:
        """Its media type; empty where the sender gave none."""
        return parse_media_type(header(self.headers, "content-type")).type


def message_of(exchange: Exchange, side: str) -> HttpMessage | None:
    """The message of a side; None for an answer that did not come."""
    return exchange.request if side == "request" else exchange.response


def pieces_of(exchange: Exchange) -> tuple[Piece, ...]:
    """All bodies that are not empty, those of the request first."""
    found = [(side, *piece) for side in SIDES for piece in _pieces(message_of(exchange, side))]
    return tuple(
        Piece(number=number, side=side, headers=headers, body=body, whole=whole)
        for number, (side, headers, body, whole) in enumerate(found, start=1)
    )


def _pieces(message: HttpMessage | None) -> Iterator[tuple[Headers, Content, bool]]:
    if message is None or not message.body.size:
        return
    try:
        parts = parts_of(message.body, _parted(message))
    except OSError:  # the log has lost it, as whoever reads it is told
        parts = ()
    for part in parts:
        yield part.headers, SliceContent(message.body, part.start, part.size), False
    if not parts:
        yield message.headers, message.body, True


def _parted(message: HttpMessage) -> str:
    """The Content-Type; empty where the body has no parts that could be seen, as it is compressed."""
    headers = message.headers
    plain = header(headers, "content-encoding").strip().lower() in ("", "identity")
    return header(headers, "content-type") if plain else ""
