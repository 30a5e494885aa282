"""Requests of DICOMweb that are passed on: the answer is handed over while it comes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from twisted.internet.defer import Deferred

from xdsi_sim.actors.trace import TRACE_HEADER, Trace
from xdsi_sim.client.answers import refuse_head
from xdsi_sim.client.asking import Asking
from xdsi_sim.client.http import Head, HttpClient
from xdsi_sim.content import BytesContent
from xdsi_sim.soap.spool import Recording
from xdsi_sim.store.exchanges import Recorder

__all__ = ["PassingClient"]

_NOT_MODIFIED: Final = 304
_UNCODED: Final = ("Accept-Encoding", "identity")
"""Addresses in what is coded could not be found."""

Begin = Callable[[Head], Callable[[bytes], object]]


@dataclass(slots=True, kw_only=True)
class _Passed(Asking):
    """One request while it is under way."""

    recording: Recording | None = None
    """Of an answer that its sender does not record for us."""


class PassingClient:
    """Asks for whoever hands the answer on; an exchange that the peer does not record is recorded here."""

    def __init__(self, http: HttpClient, recorder: Recorder, spool: Path) -> None:
        self._http = http
        self._recorder = recorder
        self._spool = spool

    def ask(
        self,
        method: str,
        url: str,
        headers: tuple[tuple[str, str], ...],
        *,
        transaction: str,
        trace: Trace,
        begin: Begin,
    ) -> Deferred[Head]:
        """Send a request; `begin` is given the head of the answer and says who takes the body.

        Fires when the body has come, fails with NoAnswer: also for a redirect, which is not followed, and for
        an answer that is coded. Cancelled, it ends the connection.
        """
        sent = (*headers, _UNCODED, (TRACE_HEADER, str(trace)))
        passed = _Passed(method=method, url=url, headers=sent, transaction=transaction, trace=trace)
        asked = self._http.request(method, url, sent, None, lambda head: self._begin(passed, head, begin))
        return asked.addCallbacks(
            lambda head: self._done(passed, f"HTTP {head.status}", head),
            lambda failure: self._failed(passed, failure.value),
        )

    def _begin(self, passed: _Passed, head: Head, begin: Begin) -> Callable[[bytes], object]:
        passed.arrived(head, self._recorder)
        if head.status != _NOT_MODIFIED:
            refuse_head(head)
        take = begin(head)
        if not self._recorder.on or passed.recorded:
            return take
        recording = passed.recording = Recording(self._spool)

        def both(data: bytes) -> None:
            """The next piece: recorded, and handed on."""
            recording.write(data)
            take(data)

        return both

    def _done(self, passed: _Passed, outcome: str, head: Head) -> Head:
        self._record(passed, outcome)
        return head

    def _failed(self, passed: _Passed, error: BaseException | None) -> Head:
        self._record(passed, f"no answer: {error}")
        raise error or RuntimeError("a failure without an error")

    def _record(self, passed: _Passed, outcome: str) -> None:
        body = BytesContent(b"") if passed.recording is None else passed.recording.finish()
        passed.record(self._recorder, outcome, body)
