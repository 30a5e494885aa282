"""Which addresses may be sent to on the word of a message: those that somebody has configured.

A message that names an address of its own (ReplyTo, FaultTo) would else make this program send whatever it
answers to whomever the sender likes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final
from urllib.parse import unquote

__all__ = ["PORTS", "Peers", "Place", "is_address"]

# written out, since two readers of URLs seldom agree on what is odd: no user, fragment, blank or backslash
_URL: Final = re.compile(
    r"(?P<scheme>https?)://(?P<host>[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::(?P<port>\d{1,5}))?"
    r"(?P<path>/[!$%&'()*+,./0-9:;=@A-Z_a-z~-]*)?(?:\?[!$%&'()*+,./0-9:;=?@A-Z_a-z~-]*)?",
    re.IGNORECASE,
)
PORTS: Final = {"http": 80, "https": 443}
"""Of the schemes that are spoken, where an address names none."""
_HIGHEST_PORT: Final = 65535


@dataclass(frozen=True, slots=True)
class Place:
    """Where a URL leads: scheme, host and port, and the segments of its path."""

    authority: tuple[str, str, int]
    segments: tuple[str, ...]

    @classmethod
    def of(cls, url: str) -> Place | None:
        """None for what is no plain http or https URL, or goes up in its path."""
        found = _URL.fullmatch(url)
        if found is None:
            return None
        scheme = found["scheme"].lower()
        segments = tuple(unquote(found["path"] or "").strip("/").split("/"))
        port = int(found["port"] or PORTS[scheme])
        if {".", ".."} & set(segments) or port > _HIGHEST_PORT or not _is_host(found["host"]):
            return None
        return cls(
            authority=(scheme, found["host"].lower(), port),
            segments=segments if segments != ("",) else (),
        )


def _is_host(text: str) -> bool:
    """Whether what stands in brackets, if anything does, is an address of IPv6."""
    try:
        return not text.startswith("[") or ip_address(text.strip("[]")).version == 6
    except ValueError:
        return False


def is_address(url: str) -> bool:
    """Whether `url` can be a peer: a plain http or https URL without user, fragment and dot segments."""
    return Place.of(url) is not None


@dataclass(frozen=True, slots=True)
class Peers:
    """Addresses that may be sent to, each with all that is below it."""

    urls: tuple[str, ...]

    def allow(self, url: str | None) -> bool:
        """Whether `url` is one of them or below one: the same scheme, host and port, whole path segments."""
        place = Place.of(url or "")
        return place is not None and any(_below(place, Place.of(peer)) for peer in self.urls)


def _below(place: Place, peer: Place | None) -> bool:
    return (
        peer is not None
        and place.authority == peer.authority
        and place.segments[: len(peer.segments)] == peer.segments
    )
