"""The resource of a SOAP address: POST is a message, GET with `?wsdl` its description."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Generator
from contextlib import suppress
from dataclasses import replace
from functools import partial
from hashlib import sha256
from typing import Any, Final

from twisted.internet.defer import Deferred
from twisted.python.failure import Failure
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET

from xdsi_sim.actors.flow import Answer, Call
from xdsi_sim.actors.trace import EXCHANGE_HEADER, TRACE_HEADER, Trace, serving
from xdsi_sim.deviations.deviation import Sending
from xdsi_sim.deviations.switches import Desk
from xdsi_sim.errors import LoopDetected, ProtocolViolation, StoreTrouble
from xdsi_sim.exchange import Exchange, HttpMessage
from xdsi_sim.resources import wsdl
from xdsi_sim.server.deviating import deliver, meet, settle
from xdsi_sim.server.drive import drive
from xdsi_sim.server.http import NO_BODY, FrontRequest, answer, nothing_at
from xdsi_sim.server.passing import pass_on
from xdsi_sim.server.served import Served
from xdsi_sim.services.host import Endpoint, Invocation, Reply
from xdsi_sim.soap.addressing import elsewhere
from xdsi_sim.soap.arriving import still_arriving
from xdsi_sim.soap.faults import InternalError
from xdsi_sim.soap.letters import OutgoingLetter
from xdsi_sim.soap.mtom import SOAP_MEDIA_TYPE
from xdsi_sim.store.exchanges import Recorder
from xdsi_sim.vocab import ANONYMOUS, NO_REPLY

__all__ = ["Post", "SendFrom", "SoapResource"]

_LOG: Final = logging.getLogger(__name__)
_LOCATION: Final = re.compile(r'(<soap12:address[^>]*location=")[^"]*(")')
_IMPORT: Final = re.compile(r'((?:schemaLocation|<(?:wsdl:)?import[^>]*location)=")([^":]+)(")')

SendFrom = Callable[[Call, Trace], Deferred[Answer]]
Post = Callable[[OutgoingLetter, Trace], Deferred[None]]
"""Sends an answer to an address of its own; never fails."""


class SoapResource(Resource):
    """One actor's endpoint on the wire, with everything recorded."""

    stopped = False
    """Whether the actor is down, as somebody wants it to be."""

    def __init__(
        self,
        *,
        actor_id: str,
        endpoint: Endpoint,
        url: str,
        send: SendFrom,
        post: Post,
        recorder: Recorder,
        reactor: Any,
        desk: Desk | None = None,
    ) -> None:
        super().__init__()
        self._actor_id = actor_id
        self._desk = desk or Desk()
        self._endpoint = endpoint
        self._url = url
        self._send = send
        self._post = post
        self._recorder = recorder
        self._reactor = reactor
        # what names this address in traces: whoever serves it, in whatever process, knows it again
        self._token = sha256(f"{recorder.name} {url}".encode()).hexdigest()[:32]

    def getChild(self, path: bytes, _request: Any) -> Any:
        """A closing slash does not matter; other paths below the address lead nowhere."""
        return self if path == b"" else _Below(self)

    def render(self, request: FrontRequest) -> bytes | int:
        """POST a message, or GET the description."""
        if self.stopped:
            return self.refuse(request, 503, f"{self._actor_id} is stopped.\n".encode())
        if request.method == b"POST":
            return self.render_POST(request)
        if request.method in (b"GET", b"HEAD"):
            return self.render_GET(request)
        return self._not_allowed(request)

    def _not_allowed(self, request: FrontRequest) -> int:
        request.setHeader("Allow", "POST")
        text = b"This is a SOAP address: POST a SOAP 1.2 envelope, or GET ?wsdl.\n"
        return self.refuse(request, 405, text)

    def refuse(self, request: FrontRequest, status: int, text: bytes) -> int:
        """Answer in plain text what is no message, and record it."""
        served = self._served(request)
        with suppress(ProtocolViolation, OSError):
            served.package = request.package()
        reply = Reply(status=status, content_type=_PLAIN, segments=[text], outcome=f"HTTP {status}")
        self._answer(served, reply, ANONYMOUS)
        return NOT_DONE_YET

    def _served(self, request: FrontRequest) -> _Served:
        return _Served(request, self._actor_id)

    # --- description

    def render_GET(self, request: FrontRequest) -> bytes | int:
        """The WSDL, or a schema that it imports."""
        names = {key.decode("latin-1").lower(): values[0] for key, values in request.args.items()}
        if "wsdl" in names:
            return self._file(request, self._endpoint.port_type.wsdl)
        if "xsd" in names:
            return self._file(request, names["xsd"].decode("latin-1"))
        return self._not_allowed(request)

    def _file(self, request: FrontRequest, name: str) -> int:
        folder = wsdl()
        known = {str(path.relative_to(folder)): path for path in folder.rglob("*.[wx]s[d]*")}
        if name not in known:
            answer(request, 404, _TEXT, [f"no file {name[:80]!r} here\n".encode()])
            return NOT_DONE_YET
        text = known[name].read_text(encoding="utf-8")
        text = _LOCATION.sub(lambda match: f"{match[1]}{self._url}{match[2]}", text)
        below = name.rpartition("/")[0]
        prefix = f"{self._url}?xsd={below + '/' if below else ''}"
        text = _IMPORT.sub(lambda match: f"{match[1]}{prefix}{match[2]}{match[3]}", text)
        answer(request, 200, (("Content-Type", "text/xml; charset=UTF-8"),), [text.encode()])
        return NOT_DONE_YET

    # --- messages

    def render_POST(self, request: FrontRequest) -> int:
        """Serve one message."""
        served = self._served(request)
        try:
            served.package = request.package()
            self._refuse_loop(served.trace)
            served.invocation = self._endpoint.invocation(
                served.package, peer=request.client.host, addresses=self._addresses(request)
            )
            if self._desk.switches:
                served.meeting = meet(self._desk, served.invocation)
            with serving(served.trace):
                operation = self._endpoint.begin(served.invocation)
        except Exception as error:  # noqa: BLE001  the peer gets a fault, whatever it is
            self._failed(served, error)
            return NOT_DONE_YET
        if ANONYMOUS not in (served.invocation.reply_address, served.invocation.fault_address):
            self._accept(served)
        if not isinstance(operation, Generator):
            self._finish(served, operation)
            return NOT_DONE_YET
        onward = served.trace.onward(self._actor_id, self._token)
        send = self._send if _can_pass_on(served) else _whole(self._send)
        flow = drive(operation, lambda call: send(call, onward), self._reactor)
        Deferred.fromCoroutine(flow).addCallbacks(
            lambda response: self._finish(served, response),
            lambda failure: self._failed(served, failure.value),
        )
        return NOT_DONE_YET

    def _refuse_loop(self, trace: Trace) -> None:
        """Gateways that ask each other in a circle would ask for ever."""
        if trace.loops(self._token):
            raise LoopDetected(f"{self._actor_id} would wait for its own answer: the message came back to it")

    def _addresses(self, request: FrontRequest) -> tuple[str, ...]:
        """Ours, and the one that the peer has used: the host has names that we do not know."""
        scheme = self._url.partition(":")[0]
        return self._url, f"{scheme}://{(request.host + request.path).decode('latin-1')}"

    def _finish(self, served: _Served, response: Any) -> None:
        try:
            reply = self._reply(served, response)
        except Exception as error:  # noqa: BLE001  the peer gets a fault, whatever it is
            self._failed(served, error)
        else:
            self._answer(served, reply, served.the_invocation.reply_address)

    def _reply(self, served: _Served, response: Any) -> Reply:
        meeting = served.meeting
        if meeting is None:
            return self._endpoint.finish(served.the_invocation, response)
        if meeting.written:
            return _UNWRITTEN
        return self._endpoint.finish(served.the_invocation, meeting.answer(response))

    def _failed(self, served: _Served, error: BaseException) -> None:
        if isinstance(error, StoreTrouble) and served.invocation is not None:
            _LOG.error("exchange %s of %s: %s", served.exchange_id, self._actor_id, error)
            if (reply := self._endpoint.refuse(served.invocation, error)) is not None:
                self._answer(served, reply, served.invocation.reply_address)
                return
        if not isinstance(error, ProtocolViolation):
            _LOG.error("exchange %s of %s failed", served.exchange_id, self._actor_id, exc_info=error)
            error = InternalError(f"internal error, logged as exchange {served.exchange_id}")
        invocation = served.invocation
        address = invocation.fault_address if invocation is not None else ANONYMOUS
        envelope = invocation.envelope if invocation is not None else None
        self._answer(served, self._endpoint.fail(error, envelope, elsewhere(address)), address)

    def _answer(self, served: _Served, reply: Reply, address: str) -> None:
        if still_arriving(reply.segments) and not served.request.gone:
            self._pass_on(served, reply)
            return
        settle(served.meeting, reply, self._reactor, partial(self._give, served, address))

    def _give(self, served: _Served, address: str, reply: Reply, sending: Sending) -> None:
        try:
            if address != ANONYMOUS:
                self._answer_elsewhere(served, reply, address)
            elif not served.request.gone:
                told = deliver(served.request, reply, self._exchange_header(served), sending, self._reactor)
                self._record(served, told.outcome if told.message else _left(told.outcome), told.message)
            elif served.meeting is not None or served.request.header(TRACE_HEADER) is None:
                # else a client of ours has recorded it, who knows nothing of deviations
                self._record(served, _left(reply.outcome), None)
        finally:
            served.close()

    def _pass_on(self, served: _Served, reply: Reply) -> None:
        """Send an answer whose documents still come; what became of it is known, and recorded, at the end."""

        def over(outcome: HttpMessage | Failure) -> None:
            """Record how the answer went out: whole, or cut short."""
            try:
                if isinstance(outcome, Failure):
                    _LOG.warning("exchange %s of %s: %s", served.exchange_id, self._actor_id, outcome.value)
                    self._record(served, f"no answer: cut short, {outcome.value}", None)
                else:
                    self._record(served, reply.outcome, outcome)
            finally:
                served.close()

        headers = self._headers(served, reply)
        pass_on(served.request, reply.status, headers, reply.segments).addBoth(over)

    def _headers(self, served: _Served, reply: Reply) -> list[tuple[str, str]]:
        return [("Content-Type", reply.content_type), *self._exchange_header(served)]

    def _exchange_header(self, served: _Served) -> list[tuple[str, str]]:
        if not self._recorder.on:
            return []
        return [(EXCHANGE_HEADER, f"{self._recorder.name}/{served.exchange_id}")]

    # --- asynchronous exchange (ITI TF-2: V.5)

    def _accept(self, served: _Served) -> None:
        """The message has been read; its answer does not come on this connection."""
        if not served.request.gone:
            served.accepted = answer(served.request, 202, self._exchange_header(served), [])
        served.took = time.perf_counter() - served.clock

    def _answer_elsewhere(self, served: _Served, reply: Reply, address: str) -> None:
        if served.took is None:  # what is no fault, or what is one, was to go out on this connection
            self._accept(served)
        nobody = address == NO_REPLY
        status = f"HTTP 202, {reply.outcome}" if nobody else "HTTP 202"
        self._record(served, status if served.accepted else _left(status), served.accepted)
        if not nobody:
            letter = OutgoingLetter(
                url=address,
                content_type=reply.content_type,
                segments=reply.segments,
                transaction=served.transaction,
                outcome=reply.outcome,
            )
            self._post(letter, Trace(served.trace.conversation, self._actor_id))

    def _record(self, served: _Served, status: str, response: HttpMessage | None) -> None:
        if self._recorder.on:
            self._recorder.record(served.exchange(status, response))


def _left(outcome: str) -> str:
    """The status of an exchange whose sender has not waited for the answer."""
    return f"no answer: the sender left before it ({outcome})"


_UNWRITTEN: Final = Reply(status=200, content_type=SOAP_MEDIA_TYPE, segments=[], outcome="Success")
"""In the place of what the actor was not asked for."""


def _can_pass_on(served: _Served) -> bool:
    """Whether the answer goes out on this connection, in parts, without saying first how long it is."""
    return (
        served.meeting is None  # what is to be wrong needs all of it
        and served.package.mtom
        and served.the_invocation.reply_address == ANONYMOUS
        and served.request.clientproto == b"HTTP/1.1"
    )


def _whole(send: SendFrom) -> SendFrom:
    """Waits for all of each answer."""
    return lambda call, trace: send(replace(call, passing=False) if call.passing else call, trace)


_PLAIN: Final = "text/plain; charset=UTF-8"
_TEXT: Final = (("Content-Type", _PLAIN),)


class _Below(Resource):
    """Any path below a SOAP address."""

    isLeaf = True

    def __init__(self, above: SoapResource) -> None:
        super().__init__()
        self._above = above

    def render(self, request: FrontRequest) -> int:
        """404, as a fault."""
        return self._above.refuse(request, 404, nothing_at(request))


class _Served(Served):
    """What is known of one message while it is served."""

    def __init__(self, request: FrontRequest, receiver: str) -> None:
        super().__init__(request, receiver)
        self.package = NO_BODY
        self.invocation: Invocation | None = None
        self.accepted: HttpMessage | None = None
        """The answer 202 of an asynchronous exchange."""
        self.took: float | None = None
        """Seconds until then."""

    def close(self) -> None:
        """It is answered and recorded."""
        self.package.discard()
        if self.invocation is not None:
            self.invocation.close()

    @property
    def the_invocation(self) -> Invocation:
        """That of the message; raises RuntimeError before it is read."""
        if self.invocation is None:
            raise RuntimeError("no message has been read")
        return self.invocation

    @property
    def transaction(self) -> str:
        """Its name, or what stands for it in a message that names none."""
        return self.invocation.name if self.invocation is not None else "SOAP"

    def exchange(self, status: str, response: HttpMessage | None) -> Exchange:
        """What is recorded; without a response where the sender has not waited for it."""
        return self.recorded(
            self.transaction,
            self.package.raw or (self.request.beginning,),
            response,
            status,
            findings=self.invocation.findings if self.invocation is not None else (),
            took=self.took,
        )
