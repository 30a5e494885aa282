"""A request of HTTP while it is served, and what the log has of it when it is over."""

from __future__ import annotations

import time
from collections.abc import Sequence

from xdsi_sim.actors.trace import TRACE_HEADER, Trace
from xdsi_sim.content import Segment
from xdsi_sim.deviations.meeting import Meeting
from xdsi_sim.errors import Finding
from xdsi_sim.exchange import Exchange, HttpMessage
from xdsi_sim.ids import new_token
from xdsi_sim.server.http import FrontRequest

__all__ = ["Served"]


class Served:
    """One of them; who serves it adds what they read of it."""

    def __init__(self, request: FrontRequest, receiver: str) -> None:
        """`receiver` is the actor to whom it came; who sent it says so, or is known by host and port."""
        self.request = request
        self.receiver = receiver
        self.trace = Trace.parse(request.header(TRACE_HEADER), request.peer)
        self.exchange_id = new_token()
        self.started = time.time()
        """Seconds since the epoch."""
        self.clock = time.perf_counter()
        self.meeting: Meeting | None = None
        """What is to be wrong with the answer."""

    def recorded(
        self,
        transaction: str,
        raw: Sequence[Segment],
        response: HttpMessage | None,
        status: str,
        *,
        findings: tuple[Finding, ...] = (),
        took: float | None = None,
    ) -> Exchange:
        """What is recorded: its body as it travelled, `raw`, and what came of it, after so many seconds.

        Without a response where the client has not waited for it; `took` is until now, unless it is said.
        """
        return Exchange(
            id=self.exchange_id,
            conversation=self.trace.conversation,
            sender=self.trace.sender,
            receiver=self.receiver,
            transaction=transaction,
            started=self.started,
            duration=time.perf_counter() - self.clock if took is None else took,
            request=self.request.message(raw),
            response=response,
            status=status,
            findings=findings,
            deviations=self.meeting.applied if self.meeting is not None else (),
        )
