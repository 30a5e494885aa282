"""DICOMweb as a client: one request, and the parts of its answer as contents (PS3.18: 10.4, 10.5, 10.6).

Whoever has a message of HTTP already, whatever it holds, sends it the same way.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from twisted.internet.defer import Deferred
from twisted.internet.error import TimeoutError as ConnectTimeout

from xdsi_sim.actors.flow import NoAnswer, TooLate
from xdsi_sim.actors.trace import TRACE_HEADER, Trace
from xdsi_sim.client.asking import Asking
from xdsi_sim.client.http import Head, HttpClient
from xdsi_sim.content import Segment, SegmentsContent
from xdsi_sim.dicomweb.body import PartsReader
from xdsi_sim.dicomweb.messages import Body, Part
from xdsi_sim.errors import ProtocolViolation
from xdsi_sim.limits import Limits
from xdsi_sim.soap.media import parse_media_type
from xdsi_sim.store.exchanges import Recorder

__all__ = ["DicomWebClient", "HttpReply"]

_NOTHING: Final = Body(media_type="")
_PARTED: Final = (200, 206)
"""Statuses whose answers are looked into."""
_HIDDEN: Final = "(not recorded)"
"""What the log has of a secret."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpReply:
    """What came of a request; status 0 where nothing came, the reason is then in `trouble`."""

    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    parts: tuple[Part, ...]
    exchange: str
    """Id of the exchange in the log."""
    trouble: str | None = None
    late: bool = False
    """Whether the trouble is that the peer was waited for in vain."""


@dataclass(slots=True, kw_only=True)
class _Fetch(Asking):
    """One request while it is under way."""

    reader: PartsReader | None = None
    body: Body = _NOTHING
    trouble: str | None = None
    late: bool = False

    def begin(self, head: Head, recorder: Recorder, spool: Path, limits: Limits) -> Callable[[bytes], object]:
        """The head is there; gives who takes the body."""
        content_type = head.header("content-type") or ""
        parted = head.status in _PARTED and parse_media_type(content_type).type == "multipart/related"
        self.arrived(head, recorder)
        self.reader = PartsReader(content_type, spool, limits, whole=not parted)
        return self.reader.feed

    def finish(self) -> None:
        """The body is there."""
        try:
            if self.reader is not None:
                self.body = self.reader.finish()
        except (ProtocolViolation, OSError) as problem:  # the spool may be full
            self.trouble = str(problem)

    def fail(self, error: BaseException | None) -> None:
        """It will not come; what is no NoAnswer is a defect of ours and stays an exception."""
        if not isinstance(error, NoAnswer):
            raise error or RuntimeError("a failure without an error")
        if self.reader is not None:
            self.reader.abandon()
        self.head = self.recorded = None
        self.trouble = str(error)
        self.late = isinstance(error, TooLate) or isinstance(error.__cause__, ConnectTimeout)

    @property
    def outcome(self) -> str:
        """What is recorded of it."""
        if self.head is None:
            return f"no answer: {self.trouble}"
        return f"HTTP {self.head.status}" + (f", {self.trouble}" if self.trouble else "")


class DicomWebClient:
    """Fetches images; every exchange is recorded once."""

    def __init__(self, http: HttpClient, recorder: Recorder, spool: Path, limits: Limits = Limits()) -> None:
        self._http = http
        self._recorder = recorder
        self._spool = spool
        self._limits = limits

    def get(self, url: str, *, accept: str, transaction: str, trace: Trace) -> Deferred[HttpReply]:
        """GET `url`; never fails: trouble is in the reply."""
        return self.request("GET", url, accept=accept, transaction=transaction, trace=trace)

    def request(
        self,
        method: str,
        url: str,
        *,
        accept: str,
        transaction: str,
        trace: Trace,
        content_type: str | None = None,
        body: Sequence[Segment] | None = None,
        authorization: str | None = None,
    ) -> Deferred[HttpReply]:
        """Send any request, its body in segments; never fails: trouble is in the reply.

        Of `authorization` the log has no more than that it was sent.
        """
        typed = () if content_type is None else (("Content-Type", content_type),)
        headers = (("Accept", accept), *typed)
        secret = () if authorization is None else (("Authorization", authorization),)
        return self.ask(
            method, url, headers=headers, body=body, transaction=transaction, trace=trace, secret=secret
        )

    def ask(
        self,
        method: str,
        url: str,
        *,
        headers: Sequence[tuple[str, str]],
        body: Sequence[Segment] | None,
        transaction: str,
        trace: Trace,
        secret: Sequence[tuple[str, str]] = (),
    ) -> Deferred[HttpReply]:
        """Send a message as it is, but for what belongs to the connection; never fails.

        Headers that are `secret` are sent after the others, and recorded without their values.
        """
        sent = (*headers, (TRACE_HEADER, str(trace)), *secret)
        fetch = _Fetch(
            method=method,
            url=url,
            transaction=transaction,
            trace=trace,
            headers=(*headers, (TRACE_HEADER, str(trace)), *((name, _HIDDEN) for name, _ in secret)),
            segments=body,
        )
        asked = self._http.request(
            method, url, sent, body, lambda head: fetch.begin(head, self._recorder, self._spool, self._limits)
        )
        return asked.addCallbacks(
            lambda _head: fetch.finish(), lambda failure: fetch.fail(failure.value)
        ).addCallback(lambda _none: self._reply(fetch))

    def _reply(self, fetch: _Fetch) -> HttpReply:
        head = fetch.head
        fetch.record(self._recorder, fetch.outcome, SegmentsContent(fetch.body.raw))
        return HttpReply(
            status=head.status if head is not None else 0,
            headers={name.lower(): value for name, value in (head.headers if head is not None else ())},
            parts=fetch.body.parts,
            exchange=fetch.id,
            trouble=fetch.trouble,
            late=fetch.late,
        )
