"""WADO-RS as a client: one GET, the parts of the answer as contents (PS3.18: 10.4)."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from twisted.internet.defer import Deferred

from xdsi_sim.actors.flow import NoAnswer
from xdsi_sim.actors.trace import EXCHANGE_HEADER, TRACE_HEADER, Trace, new_exchange_id
from xdsi_sim.client.http import Head, HttpClient
from xdsi_sim.content import BytesContent, Content, Segment, SegmentsContent
from xdsi_sim.errors import ProtocolViolation
from xdsi_sim.exchange import Exchange, HttpMessage
from xdsi_sim.soap.media import parse_media_type
from xdsi_sim.soap.multipart import MultipartReader
from xdsi_sim.soap.spool import Spool
from xdsi_sim.store.exchanges import Recorder

__all__ = ["DicomWebClient", "HttpReply", "Part"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One body part; of an answer that is not multipart, the whole body."""

    headers: Mapping[str, str]
    """Names in lower case."""
    content: Content


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpReply:
    """What came of a GET; status 0 where nothing came, the reason is then in `trouble`."""

    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    parts: tuple[Part, ...]
    exchange: str
    """Id of the exchange in the log."""
    trouble: str | None = None


class _Body:
    """Takes a body in pieces and makes parts of it."""

    def __init__(self, head: Head, spool: Path) -> None:
        self._spool = spool
        self._spools: list[tuple[Mapping[str, str], Spool]] = []
        self._raw: list[bytes | Spool] = []
        media = parse_media_type(head.header("content-type") or "")
        self._multipart: MultipartReader | None = None
        if media.type == "multipart/related" and head.status in (200, 206):
            self._multipart = MultipartReader(
                media.parameters.get("boundary", ""), self._open, self._raw.append
            )
        self.feed: Callable[[bytes], object] = (
            self._multipart.feed if self._multipart else self._open({}).write
        )

    def _open(self, headers: Mapping[str, str]) -> Spool:
        spool = Spool(self._spool)
        self._spools.append((headers, spool))
        self._raw.append(spool)
        return spool

    def finish(self) -> tuple[tuple[Part, ...], Content]:
        """The parts, and the body as it travelled; raises ProtocolViolation where it is cut short."""
        if self._multipart is not None:
            self._multipart.close()
        contents = {spool: spool.finish() for _, spool in self._spools}
        parts = tuple(Part(headers=headers, content=contents[spool]) for headers, spool in self._spools)
        raw: tuple[Segment, ...] = tuple(
            contents[item] if isinstance(item, Spool) else item for item in self._raw
        )
        return parts, SegmentsContent(raw)


class DicomWebClient:
    """Fetches images; every exchange is recorded once."""

    def __init__(self, http: HttpClient, recorder: Recorder, spool: Path) -> None:
        self._http = http
        self._recorder = recorder
        self._spool = spool

    def get(self, url: str, *, accept: str, transaction: str, trace: Trace) -> Deferred[HttpReply]:
        """GET `url`; never fails: trouble is in the reply."""
        body: list[_Body] = []
        headers = (("Accept", accept), (TRACE_HEADER, str(trace)))
        started, clock = time.time(), time.perf_counter()

        def receive(head: Head) -> Callable[[bytes], object]:
            body.append(_Body(head, self._spool))
            return body[0].feed

        def read(head: Head | None, trouble: str | None = None) -> HttpReply:
            parts: tuple[Part, ...] = ()
            raw: Content = BytesContent(b"")
            try:
                if head is not None:
                    parts, raw = body[0].finish()
            except ProtocolViolation as problem:
                trouble = str(problem)
            reply = _reply(head, parts, trouble, self._recorder.name)
            if self._recorder.on and reply.exchange == "":
                return self._record(reply, head, raw, url, headers, transaction, trace, started, clock)
            return reply

        done = self._http.request("GET", url, headers, None, receive)
        return done.addCallbacks(read, lambda failure: read(None, _words(failure.value)))

    def _record(
        self,
        reply: HttpReply,
        head: Head | None,
        raw: Content,
        url: str,
        headers: Any,
        transaction: str,
        trace: Trace,
        started: float,
        clock: float,
    ) -> HttpReply:
        exchange_id = new_exchange_id()
        split = urlsplit(url)
        self._recorder.record(
            Exchange(
                id=exchange_id,
                conversation=trace.conversation,
                sender=trace.sender,
                receiver=split.netloc,
                transaction=transaction,
                started=started,
                duration=time.perf_counter() - clock,
                request=HttpMessage(
                    start_line=f"GET {split.path} HTTP/1.1", headers=headers, body=BytesContent(b"")
                ),
                response=None
                if head is None
                else HttpMessage(
                    start_line=f"HTTP/1.1 {head.status} {head.phrase}", headers=head.headers, body=raw
                ),
                status=f"no answer: {reply.trouble}" if head is None else f"HTTP {head.status}",
            )
        )
        return HttpReply(
            status=reply.status,
            headers=reply.headers,
            parts=reply.parts,
            exchange=exchange_id,
            trouble=reply.trouble,
        )


def _reply(head: Head | None, parts: tuple[Part, ...], trouble: str | None, log: str) -> HttpReply:
    recorded = head.header(EXCHANGE_HEADER) if head is not None else None
    owner, _, exchange = (recorded or "").partition("/")
    return HttpReply(
        status=head.status if head is not None else 0,
        headers={name.lower(): value for name, value in (head.headers if head is not None else ())},
        parts=parts,
        exchange=exchange if owner == log else "",
        trouble=trouble,
    )


def _words(error: BaseException) -> str:
    if not isinstance(error, NoAnswer):
        raise error
    return str(error)
