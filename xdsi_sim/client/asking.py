"""A message while it is under way, and what the log has of it when it is over."""

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

__all__ = ["Asking", "UnderWay"]


@dataclass(slots=True, kw_only=True)
class UnderWay:
    """A message that is sent, by whatever protocol."""

    trace: Trace
    exchange_id: str = field(default_factory=new_token)
    started: float = field(default_factory=time.time)
    """Seconds since the epoch."""
    clock: float = field(default_factory=time.perf_counter)

    def exchange(
        self,
        *,
        receiver: str,
        transaction: str,
        request: HttpMessage,
        response: HttpMessage | None,
        status: str,
        findings: tuple[Finding, ...] = (),
    ) -> Exchange:
        """What the log has of it, now that it is over."""
        return Exchange(
            id=self.exchange_id,
            conversation=self.trace.conversation,
            sender=self.trace.sender,
            receiver=receiver,
            transaction=transaction,
            started=self.started,
            duration=time.perf_counter() - self.clock,
            request=request,
            response=response,
            status=status,
            findings=findings,
        )


@dataclass(slots=True, kw_only=True)
class Asking(UnderWay):
    """A request of HTTP; who sends it adds what they read of the answer."""

    method: str = "POST"
    url: str
    headers: tuple[tuple[str, str], ...]
    """As the log has them."""
    segments: Sequence[Segment] | None = None
    """Its body; None where it has none."""
    transaction: str
    head: Head | None = None
    """Of the answer, once it has begun to come."""
    recorded: str | None = None
    """Id of the exchange in our log, where the receiver shares it and has recorded the exchange there."""

    def arrived(self, head: Head, recorder: Recorder) -> None:
        """The head of the answer is there."""
        self.head, self.recorded = head, recorded_in(recorder.name, head)

    @property
    def id(self) -> str:
        """Of the exchange in the log."""
        return self.recorded or self.exchange_id

    @property
    def name(self) -> str:
        """Of the transaction, as people call it."""
        return self.transaction

    def record(
        self, recorder: Recorder, status: str, body: Content, findings: tuple[Finding, ...] = ()
    ) -> None:
        """Record it with the body of the answer, unless the receiver shares our log and has done so."""
        if self.recorded is not None or not recorder.on:
            return
        sent = BytesContent(b"") if self.segments is None else SegmentsContent(tuple(self.segments))
        recorder.record(
            self.exchange(
                receiver=urlsplit(self.url).netloc,
                transaction=self.name,
                request=HttpMessage(
                    start_line=request_line(self.method, self.url), headers=self.headers, body=sent
                ),
                response=self._response(body),
                status=status,
                findings=findings,
            )
        )

    def _response(self, body: Content) -> HttpMessage | None:
        if self.head is None:
            return None
        start_line = f"HTTP/1.1 {self.head.status} {self.head.phrase}"
        return HttpMessage(start_line=start_line, headers=self.head.headers, body=body)
