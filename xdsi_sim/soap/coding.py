"""Content-Encoding of a body: gzip, inflated while it comes (RFC 9110: 8.4)."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import Final

from xdsi_sim.content import CHUNK
from xdsi_sim.errors import LimitExceeded, ProtocolViolation, UnsupportedMediaType
from xdsi_sim.limits import Limits

__all__ = ["Inflater", "coding_of"]

_GZIP: Final = frozenset({"gzip", "x-gzip"})
_GZIP_WINDOW: Final = 16 + zlib.MAX_WBITS


def coding_of(header: str | None) -> str | None:
    """The coding that a Content-Encoding header names; None where the body is as it is."""
    coding = (header or "").strip().lower()
    return None if coding in ("", "identity") else coding


class Inflater:
    """Hands the inflated bytes on to `take`, a chunk at a time, whatever a few octets become."""

    def __init__(self, coding: str, take: Callable[[bytes], object], limits: Limits = Limits()) -> None:
        """Raises UnsupportedMediaType where `coding` is not gzip."""
        if coding not in _GZIP:
            raise UnsupportedMediaType(
                f"Content-Encoding {coding!r} is not understood; gzip is, and no coding at all", rule="A02"
            )
        self._take = take
        self._limits = limits
        self._member = zlib.decompressobj(_GZIP_WINDOW)
        self._sent = 0
        self._inflated = 0

    def feed(self, data: bytes) -> None:
        """The next piece; raises ProtocolViolation for what is no gzip, LimitExceeded for a bomb."""
        self._sent += len(data)
        while data:
            if self._member.eof:  # another member follows (RFC 1952: 2.2)
                self._member = zlib.decompressobj(_GZIP_WINDOW)
            try:
                inflated = self._member.decompress(data, CHUNK)
            except zlib.error as error:
                raise ProtocolViolation(f"the body is not gzip: {error}", rule="A02") from None
            self._count(len(inflated))
            self._take(inflated)
            data = self._member.unused_data if self._member.eof else self._member.unconsumed_tail

    def _count(self, octets: int) -> None:
        self._inflated += octets
        free = self._inflated <= self._limits.inflated_free
        if not free and self._inflated > self._sent * self._limits.inflated_ratio:
            limit = self._limits.named("inflated_ratio")
            raise LimitExceeded(f"{self._sent} octets inflate to more than {limit} times as many", rule="A23")

    def close(self) -> None:
        """All has come; raises ProtocolViolation where it ended too early."""
        if not self._member.eof:
            raise ProtocolViolation("the gzip body ends too early", rule="A02")
