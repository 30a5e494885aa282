"""The XC-WADO face of an imaging gateway: each request is sent on, and the answer passes through as it comes.

The body is never held: the peer that sends it waits for the client that takes it. Only where something is to
be wrong with an answer on purpose, all of it comes first, and is on disk.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, Protocol

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IPushProducer
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET
from zope.interface import implementer

from xdsi_sim.actors.flow import NoAnswer, TooLate, Unreached
from xdsi_sim.actors.trace import EXCHANGE_HEADER, TRACE_HEADER, Trace
from xdsi_sim.content import BytesContent, Segment
from xdsi_sim.deviations.deviation import Sending
from xdsi_sim.deviations.meeting import Meeting
from xdsi_sim.deviations.switches import Desk
from xdsi_sim.dicomweb.messages import PLAIN, Headers, Refused
from xdsi_sim.dicomweb.renaming import Renamed, Renaming
from xdsi_sim.dicomweb.xc_wado import CrossAddress, CrossGateway, Onward
from xdsi_sim.exchange import Exchange, HttpMessage
from xdsi_sim.ids import new_token
from xdsi_sim.server.deviating import Delivered, deliver, meet_on_the_web, settle
from xdsi_sim.server.http import FrontRequest, headers_of
from xdsi_sim.services.host import Reply
from xdsi_sim.soap.spool import IN_MEMORY, Recording, Tape
from xdsi_sim.store.exchanges import Recorder

__all__ = ["XcWadoResource"]

_LOG: Final = logging.getLogger(__name__)
_TRANSACTION: Final = "XC-WADO"
_METHODS: Final = "GET, HEAD, OPTIONS"
_HANDED_ON: Final = (
    *("accept", "accept-charset", "accept-language", "authorization", "range", "origin", "user-agent"),
    *("if-match", "if-none-match", "if-modified-since", "if-unmodified-since", "if-range"),
)
"""What the image source has to know of the client."""
_OWN: Final = ("content-length", "server", "date", EXCHANGE_HEADER.lower())
"""What each hop says for itself."""
_ADDRESS: Final = "content-location"
_CORS: Final = (("Access-Control-Allow-Origin", "*"), ("Cross-Origin-Resource-Policy", "cross-origin"))
_PREFLIGHT: Final = (
    ("Allow", _METHODS),
    ("Access-Control-Allow-Methods", _METHODS),
    ("Access-Control-Allow-Headers", "accept, authorization, range, if-none-match, if-range"),
    ("Access-Control-Max-Age", "86400"),
)


class Arriving(Protocol):
    """The head of an answer whose body is about to come."""

    @property
    def status(self) -> int:
        """HTTP status."""
        ...

    @property
    def headers(self) -> Headers:
        """Without those of the connection."""
        ...

    @property
    def length(self) -> int | None:
        """Octets of the body, where that is told."""
        ...

    @property
    def pace(self) -> Any:
        """Twisted's IPushProducer of the body."""
        ...

    def header(self, name: str) -> str | None:
        """A header's value."""
        ...


class Ask(Protocol):
    """Sends a request on; fires when the body has come, fails with NoAnswer."""

    def __call__(
        self,
        method: str,
        url: str,
        headers: Headers,
        *,
        transaction: str,
        trace: Trace,
        begin: Callable[[Any], Callable[[bytes], object]],
    ) -> Deferred[Any]:
        """`begin` is given what is Arriving."""
        ...


class XcWadoResource(Resource):
    """Everything below a gateway's address of XC-WADO, with everything recorded."""

    isLeaf = True
    stopped = False
    """Whether the gateway is down, as somebody wants it to be."""

    def __init__(
        self,
        *,
        actor_id: str,
        gateway: CrossGateway,
        ask: Ask,
        recorder: Recorder,
        spool: Path,
        reactor: Any,
        desk: Desk | None = None,
    ) -> None:
        super().__init__()
        self._actor_id = actor_id
        self.gateway = gateway
        """Where requests go; another one takes its place where an archive has moved."""
        self._ask = ask
        self._recorder = recorder
        self._spool = spool
        self._reactor = reactor
        self._desk = desk or Desk()
        # what names this address in traces: whoever serves it, in whatever process, knows it again
        self._token = sha256(f"{recorder.name} {gateway.base}".encode()).hexdigest()[:32]

    def render(self, request: FrontRequest) -> int:
        """Serve one request."""
        passing = _Passing(request, self._actor_id, self._recorder, self._spool, self._reactor)
        try:
            if request.method == b"OPTIONS" and not self.stopped:
                passing.tell(204, "", _PREFLIGHT)
                return NOT_DONE_YET
            self._check(request, passing.trace)
            query = request.uri.partition(b"?")[2].decode("latin-1")
            address = CrossAddress.read(_segments(request), query)
            passing.meeting = meet_on_the_web(self._desk, _TRANSACTION, address)
            if passing.meeting is not None and passing.meeting.unasked:
                passing.tell(200, "")
                return NOT_DONE_YET
            onward = self.gateway.onward(address)
        except Refused as refused:
            passing.tell(refused.status, refused.reason, refused.headers)
            return NOT_DONE_YET
        self._pass_on(request, passing, onward)
        return NOT_DONE_YET

    def _check(self, request: FrontRequest, trace: Trace) -> None:
        if self.stopped:
            raise Refused(503, f"{self._actor_id} is stopped.")
        if request.method not in (b"GET", b"HEAD"):
            method = request.method.decode("latin-1")
            text = f"{method[:20]} is not passed on here; {_METHODS} are"
            raise Refused(405, text, (("Allow", _METHODS),))
        if trace.loops(self._token):
            text = f"{self._actor_id} would wait for its own answer: the request came back to it"
            raise Refused(508, text)

    def _pass_on(self, request: FrontRequest, passing: _Passing, onward: Onward) -> None:
        asked = self._ask(
            request.method.decode("latin-1"),
            onward.url,
            tuple((name, value) for name in _HANDED_ON if (value := request.header(name)) is not None),
            transaction=onward.transaction,
            trace=passing.trace.onward(self._actor_id, self._token),
            begin=lambda head: passing.begin(head, Renaming(onward.renamed, onward.url)),
        )
        passing.stop = asked.cancel
        request.notifyFinish().addErrback(lambda _gone: asked.cancel())
        asked.addCallbacks(lambda _head: passing.end(), lambda failure: passing.fail(failure.value))


def _segments(request: FrontRequest) -> tuple[str, ...]:
    return tuple(part.decode("utf-8", "replace") for part in request.postpath or () if part)


@implementer(IPushProducer)
class _Passing:
    """One request, and its answer while it passes through."""

    def __init__(
        self, request: FrontRequest, receiver: str, recorder: Recorder, spool: Path, reactor: Any
    ) -> None:
        self.request = request
        self.meeting: Meeting | None = None
        """What is to be wrong with the answer."""
        self.trace = Trace.parse(request.header(TRACE_HEADER), request.peer)
        self.stop: Callable[[], object] = lambda: None
        self._receiver = receiver
        self._recorder = recorder
        self._spool = spool
        self._reactor = reactor
        self._exchange_id = new_token()
        self._started = time.time()
        self._clock = time.perf_counter()
        self._head: Arriving | None = None
        """Of an answer that is passed on, once that has begun."""
        self._headers: dict[str, list[str]] = {}
        """Of such an answer, as they go out."""
        self._held: Tape | None = None
        """Such an answer, where something is to be wrong with it, which needs all of it."""
        self._renamed: Renamed | None = None
        self._recording: Recording | None = None

    # --- an answer of this gateway

    def tell(self, status: int, text: str, headers: Headers = ()) -> None:
        """Say something short instead of passing anything on."""
        body: list[Segment] = [f"{text}\n".encode()] if text else []
        self._answer(status, PLAIN if text else "", (*headers, *_CORS), body)

    def _answer(self, status: int, content_type: str, headers: Headers, body: list[Segment]) -> None:
        reply = Reply(
            status=status,
            content_type=content_type,
            segments=body,
            outcome=f"HTTP {status}",
            headers=headers,
        )
        settle(self.meeting, reply, self._reactor, self._give)

    def _give(self, reply: Reply, sending: Sending) -> None:
        told = Delivered(outcome=reply.outcome, message=None)
        if not self.request.gone:
            told = deliver(self.request, reply, self._mark(), sending, self._reactor)
        self._record(told.outcome, told.message)

    def _mark(self) -> Headers:
        if not self._recorder.on:
            return ()
        return ((EXCHANGE_HEADER, f"{self._recorder.name}/{self._exchange_id}"),)

    # --- an answer that is passed on

    def begin(self, head: Arriving, renaming: Renaming) -> Callable[[bytes], object]:
        """The head is there: send it on; gives who takes the body."""
        request = self.request
        if request.gone:
            raise NoAnswer("nobody waits for it any more")
        self._head = head
        if head.header("content-range") is None:  # a stretch of something has no beginning to be told by
            self._renamed = renaming.body(head.header("content-type") or "")
        self._headers = _by_name(head.headers, renaming)
        if self.meeting is not None:
            self._held = Tape(self._spool, IN_MEMORY)
            return self._take
        request.setResponseCode(head.status)
        for name, values in self._headers.items():
            request.responseHeaders.setRawHeaders(name, values)
        for name, value in self._mark():
            request.responseHeaders.setRawHeaders(name, [value])
        if head.length is not None and self._renamed is None and request.method != b"HEAD":
            request.responseHeaders.setRawHeaders("Content-Length", [str(head.length)])
        if self._recorder.on:
            self._recording = Recording(self._spool)
        request.channel.passing()
        request.registerProducer(self, True)
        return self._take

    def _take(self, data: bytes) -> None:
        self._send(data if self._renamed is None else self._renamed.feed(data))

    def _send(self, data: bytes) -> None:
        if self._held is not None:
            self._hold(data, self._held)
        elif data and not self.request.gone:
            self.request.write(data)
            if self._recording is not None:
                self._recording.write(data)

    def _hold(self, data: bytes, held: Tape) -> None:
        try:
            held.write(data)
        except OSError:
            _LOG.exception("an answer that is to be wrong does not fit the disk")
            self.stop()

    def end(self) -> None:
        """The body is over."""
        if self._head is None or self.request.gone:
            self.fail(NoAnswer("nobody waits for it any more"))
            return
        if self._renamed is not None:
            self._send(self._renamed.end())
        if self._held is not None:
            kept = [(name, value) for name, values in self._headers.items() for value in values]
            typed = [value for name, value in kept if name.lower() == "content-type"]
            rest = [pair for pair in kept if pair[0].lower() != "content-type"]
            body: list[Segment] = [self._held.finish()]
            self._answer(self._head.status, typed[0] if typed else "", tuple(rest), body)
            return
        self.request.unregisterProducer()
        self.request.finish()
        self._record(f"HTTP {self._head.status}", self._message())

    def fail(self, error: BaseException | None) -> None:
        """There is no answer, or not all of it; what is no NoAnswer is a defect of ours."""
        if not isinstance(error, NoAnswer):
            _LOG.error("exchange %s of %s failed", self._exchange_id, self._receiver, exc_info=error)
            error = NoAnswer(f"internal error, logged as exchange {self._exchange_id}")
        if self._held is not None:
            self._held.discard()
        if self._head is None or self._held is not None:  # nothing has gone out yet
            self.tell(504 if isinstance(error, Unreached | TooLate) else 502, str(error))
            return
        # the status is out already: an aborted connection is the only honest end
        self._record(f"HTTP {self._head.status}, cut short: {error}", self._message())
        if not self.request.gone:
            self.request.unregisterProducer()
            self.request.transport.abortConnection()

    # --- pace

    def pauseProducing(self) -> None:
        """The client is slower than the peer."""
        if self._head is not None:
            self._head.pace.pauseProducing()

    def resumeProducing(self) -> None:
        """The client can take more."""
        if self._head is not None:
            self._head.pace.resumeProducing()

    def stopProducing(self) -> None:
        """The client is gone; a peer that waits could not hear of it."""
        self.resumeProducing()
        self.stop()

    # --- record

    def _message(self) -> HttpMessage:
        request = self.request
        return HttpMessage(
            start_line=(
                f"{request.clientproto.decode('latin-1')} {request.code} {request.code_message.decode()}"
            ),
            headers=headers_of(request.responseHeaders),
            body=BytesContent(b"") if self._recording is None else self._recording.finish(),
        )

    def _record(self, outcome: str, response: HttpMessage | None) -> None:
        traced = self.request.header(TRACE_HEADER) is not None
        if not self._recorder.on or (response is None and traced and self.meeting is None):
            return  # a client of ours that has no answer has recorded it, and knows nothing of deviations
        left = response is None and self.request.gone
        self._recorder.record(
            Exchange(
                id=self._exchange_id,
                conversation=self.trace.conversation,
                sender=self.trace.sender,
                receiver=self._receiver,
                transaction=_TRANSACTION,
                started=self._started,
                duration=time.perf_counter() - self._clock,
                request=self.request.message(()),
                response=response,
                status=f"no answer: the client left before it ({outcome})" if left else outcome,
                deviations=self.meeting.applied if self.meeting is not None else (),
            )
        )


def _by_name(headers: Headers, renaming: Renaming) -> dict[str, list[str]]:
    """The header fields that are passed on; several of one name stay several."""
    found: dict[str, list[str]] = {}
    for name, value in headers:
        if name.lower() not in _OWN:
            changed = renaming.address(value) if name.lower() == _ADDRESS else value
            found.setdefault(name, []).append(changed)
    return found
