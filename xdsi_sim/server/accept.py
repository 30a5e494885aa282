"""Accept negotiation of DICOMweb, read leniently (PS3.18: 8.7)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from xdsi_sim.soap.media import MediaType, parse_media_type

__all__ = ["ANY", "Range", "read_accept"]

ANY: Final = "*/*"
_ITEM: Final = re.compile(r'(?:[^",]|"[^"]*"?)+')


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

    def takes(self, media: str, part: str | None = None) -> bool:
        """Whether it covers `media`, whose parts are of type `part` if it is multipart."""
        if self.type == ANY or (part is None and self.type == media.partition("/")[0] + "/*"):
            return True
        if self.type != media:
            return False
        return part is None or self._part.type in (part, ANY)


def read_accept(header: str | None, query: str | None = None) -> Sequence[Range]:
    """Ranges by preference: the `accept` query parameter before the header; none given is anything."""
    text = ", ".join(part for part in (query, header) if part) or ANY
    ranges = []
    for item in filter(None, map(str.strip, _ITEM.findall(text))):
        media = parse_media_type(item)
        ranges.append(Range(media.type, media.parameters, _quality(media.parameters.get("q", "1"))))
    return sorted((item for item in ranges if item.q > 0), key=lambda item: -item.q)


def _quality(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0
