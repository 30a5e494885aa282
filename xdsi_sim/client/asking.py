"""A request of HTTP while it is under way, and what the log has of it when it is over."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from xdsi_sim.actors.trace import Trace
from xdsi_sim.client.http import Head, recorded_in, request_line
from xdsi_sim.content import BytesContent, Content, Segment, SegmentsContent
from xdsi_sim.errors import Finding
from xdsi_sim.exchange import Exchange, HttpMessage
from xdsi_sim.ids import new_token
from xdsi_sim.store.exchanges import Recorder

__all__ = ["Asking"]


@dataclass(slots=True, kw_only=True)
class Asking:
    """One of them; who sends it adds what they read of the answer."""

    method: str = "POST"
    url: str
    headers: tuple[tuple[str, str], ...]
    """As the log has them."""
    segments: Sequence[Segment] | None = None
    """Its body; None where it has none."""
    transaction: str
    trace: Trace
    exchange_id: str = field(default_factory=new_token)
    started: float = field(default_factory=time.time)
    """Seconds since the epoch."""
    clock: float = field(default_factory=time.perf_counter)
    head: Head | None = None
    """Of the answer, once it has begun to come."""

    def record(
        self, recorder: Recorder, status: str, body: Content, findings: tuple[Finding, ...] = ()
    ) -> str:
        """Record it, unless the receiver shares our log and has done so; gives its id there."""
        theirs = recorded_in(recorder.name, self.head)
        if theirs is None and recorder.on:
            recorder.record(self._exchange(status, body, findings))
        return theirs or self.exchange_id

    def _exchange(self, status: str, body: Content, findings: tuple[Finding, ...]) -> Exchange:
        sent = BytesContent(b"") if self.segments is None else SegmentsContent(tuple(self.segments))
        return Exchange(
            id=self.exchange_id,
            conversation=self.trace.conversation,
            sender=self.trace.sender,
            receiver=urlsplit(self.url).netloc,
            transaction=self.transaction,
            started=self.started,
            duration=time.perf_counter() - self.clock,
            request=HttpMessage(
                start_line=request_line(self.method, self.url), headers=self.headers, body=sent
            ),
            response=self._response(body),
            status=status,
            findings=findings,
        )

    def _response(self, body: Content) -> HttpMessage | None:
        if self.head is None:
            return None
        start_line = f"HTTP/1.1 {self.head.status} {self.head.phrase}"
        return HttpMessage(start_line=start_line, headers=self.head.headers, body=body)
