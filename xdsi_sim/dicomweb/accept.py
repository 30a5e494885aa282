"""Accept negotiation of DICOMweb, read leniently (PS3.18: 8.7)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from xdsi_sim.dicomweb.messages import WebRequest
from xdsi_sim.soap.media import MediaType, parse_media_type

__all__ = ["ANY", "MULTIPART", "Offer", "Range", "accepted", "preferred", "read_accept", "stated"]

ANY: Final = "*/*"
MULTIPART: Final = "multipart/related"
_ANYTHING: Final = (ANY, "multipart/*")
_ITEM: Final = re.compile(r'(?:[^",]|"[^"]*"?)+')


@dataclass(frozen=True, slots=True)
class Offer:
    """One form in which a resource can be had."""

    media: str
    """Of the whole answer, or of its parts if it is multipart."""
    multipart: bool = False

    def __str__(self) -> str:
        return f'{MULTIPART}; type="{self.media}"' if self.multipart else self.media


@dataclass(frozen=True, slots=True)
class Range:
    """One media range that a client takes."""

    type: str
    parameters: Mapping[str, str]
    q: float = 1.0

    @property
    def transfer_syntax(self) -> str | None:
        """`*`, a UID, or None where it is not named."""
        own = self.parameters.get("transfer-syntax")
        return own or self._part.parameters.get("transfer-syntax")

    @property
    def _part(self) -> MediaType:
        """Of the parts; viewers have sent its parameters inside the quotes, too."""
        return parse_media_type(self.parameters.get("type", ANY))

    @property
    def is_any(self) -> bool:
        """Whether it takes what a resource gives unasked; multipart without a type says no more than that."""
        return self.type in _ANYTHING or (self.type == MULTIPART and self._part.type in (ANY, ""))

    def takes(self, offer: Offer) -> bool:
        """Whether it covers an offer, and does not refuse it."""
        return self.q > 0 and self.covers(offer)

    @property
    def refuses(self) -> bool:
        """Whether it stands for a form, in whatever syntax, that the client does not take."""
        return self.q <= 0 and not self.is_any and self.transfer_syntax is None

    def covers(self, offer: Offer) -> bool:
        """Whether it is about an offer."""
        if self.is_any:
            return True
        if self.type == MULTIPART:
            return offer.multipart and _covers(self._part.type, offer.media)
        # `application/*` does not cover multipart by the letter, but nobody who sends it means less
        return _covers(self.type, offer.media) and not (offer.multipart and self.type == offer.media)

    @property
    def media(self) -> str:
        """What it is about: the type of the parts where it is multipart."""
        return self._part.type if self.type == MULTIPART else self.type


def _covers(wanted: str, media: str) -> bool:
    return wanted in (media, f"{media.partition('/')[0]}/*")


def read_accept(header: str | None, query: str | None = None) -> Sequence[Range]:
    """Ranges by preference: the `accept` query parameter before the header; none given is anything.

    What a client refuses (`q=0`) is among them.
    """
    ranges = [*_ranges(query, 1.0), *_ranges(header, 0.0)]
    ranked = sorted(ranges, key=lambda item: (-item[0], -item[1].q))
    return [item for _, item in ranked] or [Range(ANY, {})]


def accepted(request: WebRequest) -> Sequence[Range]:
    """What the client takes, by its header or in the address."""
    return read_accept(request.header("accept"), request.parameters().get("accept"))


def stated(request: WebRequest) -> Sequence[Range]:
    """The same, but without the header where the address says it: browsers send one of their own."""
    query = request.parameters().get("accept")
    return read_accept(None if query else request.header("accept"), query)


def _ranges(text: str | None, rank: float) -> Iterator[tuple[float, Range]]:
    for item in filter(None, map(str.strip, _ITEM.findall(text or ""))):
        media = parse_media_type(item)
        yield rank, Range(media.type, media.parameters, _quality(media.parameters.get("q", "1")))


def _quality(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


def preferred(ranges: Sequence[Range], offers: Sequence[Offer]) -> Iterator[tuple[Range, Offer]]:
    """What can be had of what is wanted, the best first; an offer that stands earlier is the better one."""
    refusals = [item for item in ranges if item.refuses]
    left = [offer for offer in offers if not any(item.covers(offer) for item in refusals)]
    for item in ranges:
        yield from ((item, offer) for offer in left if item.takes(offer))
