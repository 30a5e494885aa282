"""The DICOMweb face of an imaging source on the wire: what is quick is done at once, the rest in a thread."""

from __future__ import annotations

import logging
from functools import partial
from pathlib import Path
from typing import Any, Final, Protocol
from urllib.parse import parse_qsl

from twisted.internet.defer import Deferred
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET

from xdsi_sim.actors.trace import EXCHANGE_HEADER, Trace, within
from xdsi_sim.deviations.deviation import Sending
from xdsi_sim.deviations.switches import Desk
from xdsi_sim.dicomweb.body import PartsReader
from xdsi_sim.dicomweb.messages import Answer, Body, WebRequest
from xdsi_sim.dicomweb.service import Plan
from xdsi_sim.errors import ProtocolViolation
from xdsi_sim.exchange import Exchange
from xdsi_sim.limits import Limits
from xdsi_sim.server.deviating import Delivered, deliver, meet_on_the_web, settle
from xdsi_sim.server.http import FrontRequest
from xdsi_sim.server.served import Served
from xdsi_sim.server.threads import Threads
from xdsi_sim.services.host import Reply
from xdsi_sim.store.exchanges import Recorder

__all__ = ["DicomWebResource", "WebService"]

_LOG: Final = logging.getLogger(__name__)
_NO_UPLOAD: Final = Body(media_type="")


class WebService(Protocol):
    """A request to an answer."""

    def plan(self, request: WebRequest) -> Plan:
        """What is to be done."""
        ...

    def refusal(self, request: WebRequest, status: int, reason: str) -> Answer:
        """The answer to what is not even looked at."""
        ...


class DicomWebResource(Resource):
    """Everything at and below the address of a service."""

    isLeaf = True
    stopped = False
    """Whether it says 503 to everybody."""

    def __init__(
        self,
        *,
        actor_id: str,
        service: WebService,
        recorder: Recorder,
        reactor: Any,
        threads: int | None = None,
        desk: Desk | None = None,
    ) -> None:
        """`threads` as those of `Threads`."""
        super().__init__()
        self._actor_id = actor_id
        self._service = service
        self._recorder = recorder
        self._threads = Threads(reactor, threads)
        self._reactor = reactor
        self._desk = desk or Desk()

    @staticmethod
    def body_reader(content_type: str, folder: Path, limits: Limits, *, coding: str | None) -> PartsReader:
        """What takes the body of a request here."""
        return PartsReader(content_type, folder, limits, coding=coding)

    def render(self, request: FrontRequest) -> int:
        """Serve one request."""
        served = _Served(request, self._actor_id)
        if self.stopped:
            self._answer(served, self._refusal(request, 503, f"{self._actor_id} is stopped"))
            return NOT_DONE_YET
        try:
            served.upload = request.body(_NO_UPLOAD)
        except ProtocolViolation as problem:
            self._answer(served, self._refusal(request, problem.http, problem.reason))
            return NOT_DONE_YET
        plan = self._service.plan(_web_request(request, served.upload))
        served.transaction = plan.transaction
        served.meeting = meet_on_the_web(self._desk, plan.transaction, request)
        if served.meeting is not None and served.meeting.unasked:
            self._answer(served, Answer())
            return NOT_DONE_YET
        self._run(plan, served.trace).addCallbacks(
            lambda done: self._answer(served, done),
            lambda failure: self._failed(served, failure.value),
        )
        return NOT_DONE_YET

    def _run(self, plan: Plan, trace: Trace) -> Deferred[Answer]:
        if not plan.quick:
            return self._threads.run(within(trace, plan.run))
        done: Deferred[Answer] = Deferred()
        try:
            done.callback(plan.run())
        except Exception as error:  # noqa: BLE001  the client gets an answer, whatever it is
            done.errback(error)
        return done

    def _failed(self, served: _Served, error: BaseException) -> None:
        _LOG.error("exchange %s of %s failed", served.exchange_id, self._actor_id, exc_info=error)
        reason = f"internal error, logged as exchange {served.exchange_id}"
        self._answer(served, self._refusal(served.request, 500, reason))

    def _refusal(self, request: FrontRequest, status: int, reason: str) -> Answer:
        return self._service.refusal(_web_request(request, _NO_UPLOAD), status, reason)

    def _answer(self, served: _Served, done: Answer) -> None:
        reply = Reply(
            status=done.status,
            content_type=done.media_type if done.segments else "",
            segments=list(done.segments),
            outcome=f"HTTP {done.status}",
            headers=tuple(done.headers),
        )
        settle(served.meeting, reply, self._reactor, partial(self._give, served))

    def _give(self, served: _Served, reply: Reply, sending: Sending) -> None:
        told = Delivered(outcome=reply.outcome, message=None)
        if not served.request.gone:
            on = self._recorder.on
            header = (EXCHANGE_HEADER, f"{self._recorder.name}/{served.exchange_id}")
            told = deliver(served.request, reply, (header,) if on else (), sending, self._reactor)
        if self._recorder.on:
            self._recorder.record(served.exchange(told))
        served.upload.discard()


def _web_request(request: FrontRequest, upload: Body) -> WebRequest:
    query = request.uri.partition(b"?")[2].decode("latin-1")
    return WebRequest(
        method=request.method.decode("latin-1"),
        path=tuple(part.decode("utf-8", "replace") for part in request.postpath or () if part),
        query=tuple(parse_qsl(query, keep_blank_values=True, errors="replace")),
        headers={
            name.decode("latin-1").lower(): request.header(name.decode("latin-1")) or ""
            for name, _ in request.requestHeaders.getAllRawHeaders()
        },
        upload=upload,
        spool=request.channel.site.spool,
    )


class _Served(Served):
    """What is known of one request while it is served."""

    def __init__(self, request: FrontRequest, receiver: str) -> None:
        super().__init__(request, receiver)
        self.upload = _NO_UPLOAD
        self.transaction = "DICOMweb"

    def exchange(self, told: Delivered) -> Exchange:
        """What is recorded; without a response where the client has not waited for it."""
        gone = f"no answer: the client left before it ({told.outcome})"
        status = gone if self.request.gone else told.outcome
        return self.recorded(self.transaction, self.upload.raw, told.message, status)
