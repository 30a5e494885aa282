"""Answers that are sent to an address of their own, in asynchronous exchange (ITI TF-2: V.5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.task import deferLater

from xdsi_sim.actors.flow import NoAnswer, Unreached
from xdsi_sim.actors.trace import TRACE_HEADER, Trace
from xdsi_sim.client.asking import Asking
from xdsi_sim.client.http import Head, HttpClient
from xdsi_sim.content import SegmentsContent
from xdsi_sim.errors import Finding, Severity
from xdsi_sim.soap.letters import OutgoingLetter
from xdsi_sim.store.exchanges import Recorder

__all__ = ["RETRIES", "Delivery"]

RETRIES: Final = (1.0, 5.0)
"""Seconds before the second and the third attempt to reach a peer; there is no fourth. What may have
arrived is never sent again."""

_KEPT: Final = 64 * 1024  # octets of what the peer answers; it should be nothing


@dataclass(slots=True, kw_only=True)
class _Posted(Asking):
    """One letter on its way."""

    letter: OutgoingLetter
    attempts: int = 0
    body: bytearray = field(default_factory=bytearray)

    @classmethod
    def of(cls, letter: OutgoingLetter, trace: Trace) -> _Posted:
        """One that was not tried yet."""
        return cls(
            letter=letter,
            url=letter.url,
            headers=(("Content-Type", letter.content_type), (TRACE_HEADER, str(trace))),
            segments=letter.segments,
            transaction=letter.transaction,
            trace=trace,
        )

    def begin(self, head: Head, recorder: Recorder) -> Any:
        """The peer answers; what it says is kept for the log, up to a limit."""
        self.arrived(head, recorder)
        return lambda data: self.body.extend(data[: _KEPT - len(self.body)])


class Delivery:
    """Posts answers; each is recorded once, with what became of it."""

    def __init__(self, http: HttpClient, recorder: Recorder, retries: Sequence[float] = RETRIES) -> None:
        self._http = http
        self._recorder = recorder
        self._retries = tuple(retries)
        self._pausing: set[Deferred[None]] = set()
        self._closed = False

    def post(self, letter: OutgoingLetter, trace: Trace) -> Deferred[None]:
        """Send `letter` as part of the conversation; never fails: trouble is in the exchange log."""
        return Deferred.fromCoroutine(self._deliver(_Posted.of(letter, trace)))

    def close(self) -> None:
        """Make no further attempt."""
        self._closed = True
        for pause in tuple(self._pausing):
            pause.cancel()

    async def _deliver(self, posted: _Posted) -> None:
        for pause in (*self._retries, None):
            posted.attempts += 1
            try:
                await self._http.request(
                    posted.method,
                    posted.url,
                    posted.headers,
                    posted.segments,
                    lambda head: posted.begin(head, self._recorder),
                )
            except Unreached as trouble:
                if pause is not None and await self._wait(pause):
                    continue
                tried = f" ({posted.attempts} attempts)" if posted.attempts > 1 else ""
                self._record(posted, f"no answer: {trouble}{tried}")
            except NoAnswer as trouble:  # it may have arrived
                self._record(posted, f"no answer: {trouble}")
            else:
                self._record(posted, _outcome(posted))
            return

    async def _wait(self, seconds: float) -> bool:
        """Whether the time has passed, and nobody has closed this meanwhile."""
        if self._closed:
            return False
        pause: Deferred[None] = deferLater(self._http.reactor, seconds)
        self._pausing.add(pause)
        try:
            await pause
        except CancelledError:
            return False
        finally:
            self._pausing.discard(pause)
        return True

    def _record(self, posted: _Posted, status: str) -> None:
        body = SegmentsContent((bytes(posted.body),))
        posted.record(self._recorder, status, body, _dialect(posted))


def _outcome(posted: _Posted) -> str:
    """What the letter says, where it was taken; else how it was refused."""
    if posted.head is None:
        raise RuntimeError("an answer without a head")
    taken = 200 <= posted.head.status < 300
    return posted.letter.outcome if taken else f"HTTP {posted.head.status}, {posted.letter.outcome} not taken"


def _dialect(posted: _Posted) -> tuple[Finding, ...]:
    head = posted.head
    if head is None or (head.status == 202 and not posted.body):
        return ()
    text = (
        f"an answer was taken with HTTP {head.status} and {len(posted.body)} octets, 202 without is expected"
    )
    return (
        Finding(
            rule="A21",
            severity=Severity.WARNING,
            text=text,
            location=posted.url,
            cites="ITI TF-2: V.5",
        ),
    )
