"""WADO-RS as a client: one GET, the parts of the answer as contents (PS3.18: 10.4)."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from xdsi_sim.actors.flow import NoAnswer
from xdsi_sim.actors.trace import EXCHANGE_HEADER, TRACE_HEADER, Trace, new_exchange_id
from xdsi_sim.client.http import Head, HttpClient
from xdsi_sim.content import BytesContent, Content, SegmentsContent
from xdsi_sim.errors import ProtocolViolation
from xdsi_sim.exchange import Exchange, HttpMessage
from xdsi_sim.soap.media import parse_media_type
from xdsi_sim.soap.multipart import MultipartReader, is_identity
from xdsi_sim.soap.spool import Spool, SpooledBody
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
    """Takes a body in pieces and makes parts of it; what is wrong with it is raised by `finish`."""

    def __init__(self, head: Head, spool: Path) -> None:
        self._body = SpooledBody(spool)
        self._parts: list[tuple[Mapping[str, str], Spool]] = []
        self._multipart: MultipartReader | None = None
        self._problem: ProtocolViolation | None = None
        self._feed = self._choose_feed(head)

    def _choose_feed(self, head: Head) -> Callable[[bytes], object]:
        media = parse_media_type(head.header("content-type") or "")
        if media.type != "multipart/related" or head.status not in (200, 206):
            return self._open({}).write
        try:
            boundary = media.parameters.get("boundary", "")
            self._multipart = MultipartReader(boundary, self._open, self._body.record)
        except ProtocolViolation as problem:
            return self._refuse(problem)
        return self._multipart.feed

    def _open(self, headers: Mapping[str, str]) -> Spool:
        spool = self._body.open(encoded=not is_identity(headers))
        self._parts.append((headers, spool))
        return spool

    def _refuse(self, problem: ProtocolViolation) -> Callable[[bytes], object]:
        self._problem = problem
        self._body.discard()
        return lambda _data: None

    def feed(self, data: bytes) -> None:
        """The next piece."""
        try:
            self._feed(data)
        except ProtocolViolation as problem:
            self._feed = self._refuse(problem)

    def finish(self) -> tuple[tuple[Part, ...], Content]:
        """The parts, and the body as it travelled; raises the first ProtocolViolation met in it."""
        if self._problem is None and self._multipart is not None:
            try:
                self._multipart.close()
            except ProtocolViolation as problem:
                self._refuse(problem)
        if self._problem is not None:
            raise self._problem
        parts = tuple(Part(headers=headers, content=spool.finish()) for headers, spool in self._parts)
        return parts, SegmentsContent(self._body.finish())

    def abandon(self) -> None:
        """The rest will not come: remove what was spooled."""
        self._body.discard()


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

        def broken(failure: Failure) -> HttpReply:
            if body:
                body[0].abandon()
            return read(None, _words(failure.value))

        return self._http.request("GET", url, headers, None, receive).addCallbacks(read, broken)

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


def _words(error: BaseException | None) -> str:
    if not isinstance(error, NoAnswer):
        raise error or RuntimeError("a failure without an error")
    return str(error)
