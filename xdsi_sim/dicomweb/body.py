"""The body of a request or an answer, taken in while it arrives: its parts go to files and are never held."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from xdsi_sim.dicomweb.messages import Body, Part
from xdsi_sim.errors import ProtocolViolation
from xdsi_sim.limits import Limits
from xdsi_sim.soap.coding import Inflater
from xdsi_sim.soap.media import parse_media_type
from xdsi_sim.soap.multipart import MultipartReader, is_identity
from xdsi_sim.soap.spool import Spool, SpooledBody

__all__ = ["PartsReader"]


class PartsReader:
    """Takes a body in pieces; `finish` gives it.

    The first thing that is wrong is kept and raised by `finish`, so that the rest of the body can be let
    through without work: whoever sends it gets an answer, whoever has asked for it hears what it was.
    """

    def __init__(
        self,
        content_type: str,
        folder: Path,
        limits: Limits = Limits(),
        *,
        coding: str | None = None,
        whole: bool = False,
    ) -> None:
        """`coding` is the Content-Encoding of the body, where it has one; `whole` leaves it in one piece."""
        self._content_type = content_type
        self._limits = limits
        self._body = SpooledBody(folder, limits, recorded=coding is None)
        self._coded = None if coding is None else SpooledBody(folder)
        self._parts: list[tuple[Mapping[str, str], Spool]] = []
        self._multipart: MultipartReader | None = None
        self._inflater: Inflater | None = None
        self._problem: ProtocolViolation | OSError | None = None
        self.beginning = bytearray()
        """Nothing: a body that cannot be taken apart is too large to be shown."""
        try:
            self._feed = self._choose(coding, whole=whole)
        except ProtocolViolation as problem:
            self._feed = self._refuse(problem)

    def _choose(self, coding: str | None, *, whole: bool) -> Callable[[bytes], object]:
        media = parse_media_type(self._content_type)
        take: Callable[[bytes], object]
        if media.type.startswith("multipart/") and not whole:
            boundary = media.parameters.get("boundary", "")
            self._multipart = MultipartReader(boundary, self._open, self._body.record, self._limits)
            take = self._multipart.feed
        else:
            take = self._open({"content-type": self._content_type}).write
        if coding is None or self._coded is None:
            return take
        self._inflater = Inflater(coding, take, self._limits)
        return self._recorded(self._inflater, self._coded)

    @staticmethod
    def _recorded(inflater: Inflater, wire: SpooledBody) -> Callable[[bytes], object]:
        def feed(data: bytes) -> None:
            """The next piece as it travelled: recorded so, and inflated."""
            wire.record(data)
            inflater.feed(data)

        return feed

    def _open(self, headers: Mapping[str, str]) -> Spool:
        spool = self._body.open(apart=not is_identity(headers))
        self._parts.append((headers, spool))
        return spool

    def _refuse(self, problem: ProtocolViolation | OSError) -> Callable[[bytes], object]:
        self._problem = problem
        self.abandon()
        return lambda _data: None

    def feed(self, data: bytes) -> None:
        """The next piece."""
        try:
            self._feed(data)
        except (ProtocolViolation, OSError) as problem:
            self._feed = self._refuse(problem)

    def finish(self) -> Body:
        """The whole; raises the first ProtocolViolation or OSError met while taking it in."""
        try:
            if self._problem is None:
                for end in (self._inflater, self._multipart):
                    if end is not None:
                        end.close()
        except (ProtocolViolation, OSError) as problem:
            self._refuse(problem)
        if self._problem is not None:
            raise self._problem
        return Body(
            media_type=self._content_type,
            parts=tuple(Part(headers, spool.finish()) for headers, spool in self._parts),
            raw=(self._body if self._coded is None else self._coded).finish(),
        )

    def abandon(self) -> None:
        """It is not wanted any more: remove what was spooled."""
        self._body.discard()
        if self._coded is not None:
            self._coded.discard()
