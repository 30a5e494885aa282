"""One request at a proxy: passed on to the real system and its answer back, or answered from a recording.

Bodies go on byte for byte. A request is kept on disk until all of it is there; an answer is sent on while it
comes, and its sender waits for who takes it. The last piece of an answer is held back until the exchange is
judged, recorded and logged, so that whoever has the whole answer can look at what became of it.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any, Final
from urllib.parse import urlsplit

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IPushProducer
from zope.interface import implementer

from xdsi_sim.actors.flow import NoAnswer, TooLate, Unreached
from xdsi_sim.actors.trace import EXCHANGE_HEADER, TRACE_HEADER, Trace
from xdsi_sim.content import BytesContent, Content
from xdsi_sim.dicomweb.messages import PLAIN
from xdsi_sim.errors import Finding
from xdsi_sim.exchange import Exchange, HttpMessage
from xdsi_sim.ids import new_token
from xdsi_sim.judging.passed import Passed, judge_passed, looks_like_soap
from xdsi_sim.judging.replays import replayed
from xdsi_sim.server.behind import Arriving, Stand
from xdsi_sim.server.http import FrontRequest, headers_of, stream
from xdsi_sim.soap.faults import InternalError, write_fault
from xdsi_sim.soap.likeness import Likeness, likeness_of
from xdsi_sim.soap.mtom import SOAP_MEDIA_TYPE
from xdsi_sim.soap.saved import OF_THE_CONNECTION
from xdsi_sim.soap.spool import Tape

__all__ = ["IN_MEMORY", "Passage"]

_LOG: Final = logging.getLogger(__name__)
IN_MEMORY: Final = 64 * 1024
"""Octets of a body up to which there is no file."""
_OURS: Final = frozenset((TRACE_HEADER.lower(), EXCHANGE_HEADER.lower()))
_NOT_PASSED: Final = OF_THE_CONNECTION | _OURS | {"te", "trailer", "proxy-connection"}
"""Header fields that are of one hop alone (RFC 9110: 7.6.1)."""
_NO_BODY: Final = (204, 304)
_UNKNOWN: Final = "HTTP"
_PHRASES: Final = {404: "Not Found", 500: "Internal Server Error", 502: "Bad Gateway", 504: "Gateway Timeout"}


@implementer(IPushProducer)
class Passage:
    """One request, and what comes of it."""

    def __init__(self, proxy: Stand, request: FrontRequest) -> None:
        self._proxy = proxy
        self._request = request
        self._trace = Trace.parse(request.header(TRACE_HEADER), request.peer)
        self._id = new_token()
        self._started, self._clock = time.time(), time.perf_counter()
        self._passed_on: tuple[float, float] | None = None
        """When the request went on, by both clocks."""
        rest = request.uri.decode("latin-1")
        rest = rest[rest.index("://") :].partition("/")[2] if "://" in rest.partition("?")[0] else rest
        rest = ("/" + rest.lstrip("/")).removeprefix(proxy.path)
        below = tuple(part.decode("utf-8", "replace") for part in request.postpath or () if part)
        self._url, self._name = proxy.behind.target(below, rest)
        self._received = request.message(())
        self._head: Arriving | None = None
        self._tape: Tape | None = None
        self._held = b""
        """The last piece that has come, which goes out when all else is done."""
        self._abort: Callable[[], object] = lambda: None

    async def _serve(self) -> None:
        request, proxy = self._request, self._proxy
        try:
            body: Content = request.body(BytesContent(b""))
        except OSError as trouble:
            await self._refuse(500, f"the request could not be kept: {trouble.strerror or trouble}")
            return
        self._received = replace(self._received, body=body)
        if (replays := proxy.replays) is None:
            await self._pass_on(body, None)
            return
        asked = await proxy.threads.run(lambda: replays.likeness(self._received))
        if (known := replays.find(asked)) is not None:
            await self._give(replayed(known, asked))
        elif proxy.ask is None:
            await self._refuse(404, f"{proxy.actor_id} is replayed: {replays.miss(asked)}.", asked)
        else:
            await self._pass_on(body, asked)

    def run(self) -> Deferred[None]:
        """Fires when the exchange is over and recorded; never fails."""
        done: Deferred[None] = Deferred.fromCoroutine(self._serve())
        return done.addErrback(self._failed)

    def _failed(self, failure: Any) -> None:
        _LOG.error("exchange %s of %s failed", self._id, self._proxy.actor_id, exc_info=failure.value)
        if not self._request.gone:
            self._request.transport.abortConnection()

    # --- passing on

    async def _pass_on(self, body: Content, asked: Likeness | None) -> None:
        proxy, request = self._proxy, self._request
        if proxy.ask is None:
            raise RuntimeError("nobody is to be asked")
        if proxy.behind.addresses and self._url == proxy.behind.url and request.method == b"POST":
            asked = asked or await self._related()
            self._url = proxy.behind.addresses.get(asked.what.partition(" ")[0], self._url)
        self._passed_on = (time.time(), time.perf_counter())
        going = proxy.ask(
            request.method.decode("latin-1"),
            self._url,
            self._passed_headers(),
            (body,) if body.size or request.method in (b"POST", b"PUT") else None,
            self._begin,
        )
        self._abort = going.cancel
        request.notifyFinish().addErrback(lambda _gone: going.cancel())
        try:
            await going
        except NoAnswer as trouble:
            await self._no_answer(trouble, asked)
        else:
            await self._whole()

    def _passed_headers(self) -> tuple[tuple[str, str], ...]:
        named = {each.strip().lower() for each in (self._request.header("connection") or "").split(",")}
        return tuple(
            (name, value)
            for name, value in self._received.headers
            if name.lower() not in _NOT_PASSED and name.lower() not in named
        )

    def _begin(self, head: Arriving) -> Callable[[bytes], object]:
        """The head is there: send it on; gives who takes the body."""
        request = self._request
        if request.gone:
            raise NoAnswer("the sender left before it was answered")
        self._head, self._tape = head, Tape(self._proxy.spool, IN_MEMORY)
        _set_head(request, head.status, head.phrase, head.headers, self._marked())
        if head.length is not None and request.method != b"HEAD" and head.status not in _NO_BODY:
            request.responseHeaders.setRawHeaders("Content-Length", [str(head.length)])
        request.channel.passing()
        request.registerProducer(self, True)
        return self._take

    def _marked(self) -> tuple[tuple[str, str], ...]:
        """For a client of ours alone: that it need not record the exchange again."""
        if not self._proxy.recorder.on or self._request.header(TRACE_HEADER) is None:
            return ()
        return ((EXCHANGE_HEADER, f"{self._proxy.recorder.name}/{self._id}"),)

    def _take(self, data: bytes) -> None:
        if self._tape is None or self._request.gone:
            return
        try:
            self._tape.write(data)
        except OSError as trouble:
            raise NoAnswer(f"the answer could not be kept: {trouble.strerror or trouble}") from None
        before, self._held = self._held, data
        if before:
            self._request.channel.sent(len(before))
            self._request.write(before)

    async def _whole(self) -> None:
        """All of the answer has come."""
        head, tape, request = self._head, self._tape, self._request
        if head is None or tape is None:
            raise RuntimeError("an answer without a head")
        if not request.gone:
            request.unregisterProducer()
        answer = HttpMessage(
            start_line=f"HTTP/1.1 {head.status} {head.phrase}", headers=_with_length(head), body=tape.finish()
        )
        passed = await self._judged(answer)
        self._record_passed(passed, answer, passed.outcome)
        await self._keep(passed, answer)
        self._record(passed, self._as_sent(answer), passed.outcome)
        if not request.gone:
            request.write(self._held)
            request.finish()

    def _as_sent(self, answer: HttpMessage) -> HttpMessage | None:
        """The answer as the peer gets it; None where it has left."""
        return None if self._request.gone else _sent(self._request, answer.body)

    async def _keep(self, passed: Passed, answer: HttpMessage) -> None:
        """Put it into the recording; where the disk takes no more of it, it goes on all the same."""
        proxy = self._proxy
        if (recordings := proxy.recordings) is None:
            return
        exchange = self._exchange(passed, answer, passed.outcome, passed.of_request + passed.of_answer)
        exchange = replace(exchange, request=_without(exchange.request, _OURS))
        try:
            recorded = await proxy.threads.run(lambda: recordings.keep(exchange))
        except OSError as trouble:
            _LOG.error("exchange %s is not in the recording %s: %s", self._id, recordings.folder, trouble)
            return
        if (replays := proxy.replays) is not None:
            await proxy.threads.run(lambda: replays.learn(recorded))

    # --- trouble

    async def _no_answer(self, trouble: NoAnswer, asked: Likeness | None) -> None:
        """There is no answer, or not all of it."""
        if self._tape is not None:
            self._tape.discard()
        passed = await self._judged(None)
        self._record_passed(passed, None, f"no answer: {trouble}")
        if self._head is None:
            words = f"{self._proxy.actor_id} is a proxy, and what is behind it gave no answer: {trouble}"
            await self._refuse(504 if isinstance(trouble, Unreached | TooLate) else 502, words, asked)
            return
        cut = f"no answer: cut short, {trouble}"
        self._record(passed, None, cut)
        if not self._request.gone:  # the status is out already: an aborted connection is the only honest end
            self._request.unregisterProducer()
            self._request.transport.abortConnection()

    async def _refuse(self, status: int, text: str, asked: Likeness | None = None) -> None:
        """An answer of our own: a fault to who speaks SOAP, else a line of text."""
        if looks_like_soap(self._received) and self._received.start_line.startswith("POST "):
            related = asked or await self._related()
            fault = write_fault(
                InternalError(text),
                relates_to=related.message_id,
                addressed=related.message_id is not None,
            )
            own = HttpMessage(
                start_line="HTTP/1.1 500 Internal Server Error",
                headers=(("Content-Type", f"{SOAP_MEDIA_TYPE}; charset=UTF-8"),),
                body=BytesContent(b"".join(fault)),
            )
        else:
            own = HttpMessage(
                start_line=f"HTTP/1.1 {status} {_PHRASES[status]}",
                headers=(("Content-Type", PLAIN),),
                body=BytesContent(f"{text}\n".encode()),
            )
        await self._give(own)

    async def _related(self) -> Likeness:
        return await self._proxy.threads.run(
            lambda: likeness_of(self._received, self._proxy.path, self._proxy.spool)
        )

    async def _give(self, answer: HttpMessage) -> None:
        """Send an answer that is all there: of the recording, or of our own."""
        request = self._request
        passed = await self._judged(answer)
        _, status, *phrase = answer.start_line.split(" ", 2)
        if not request.gone:
            headers = tuple(pair for pair in answer.headers if pair[0].lower() not in _NOT_PASSED)
            _set_head(request, int(status), "".join(phrase), headers, self._marked())
            if int(status) not in _NO_BODY:
                request.responseHeaders.setRawHeaders("Content-Length", [str(answer.body.size)])
        self._record(passed, self._as_sent(answer), passed.outcome, passed.of_answer)
        if not request.gone:
            if request.method == b"HEAD" or not answer.body.size:
                request.finish()
            else:
                stream(request, [answer.body], request.finish)

    # --- record

    async def _judged(self, answer: HttpMessage | None) -> Passed:
        received, spool = self._received, self._proxy.spool
        return await self._proxy.threads.run(lambda: judge_passed(received, answer, spool))

    def _record(
        self,
        passed: Passed,
        answer: HttpMessage | None,
        outcome: str,
        beside: tuple[Finding, ...] = (),
    ) -> None:
        """How the request came, and the answer went out."""
        if answer is None and not outcome.startswith("no answer"):
            outcome = f"no answer: the client left before it ({outcome})"
        self._log(self._exchange(passed, answer, outcome, passed.of_request + beside))

    def _record_passed(self, passed: Passed, answer: HttpMessage | None, outcome: str) -> None:
        """How the request went on, and the answer came in."""
        if self._passed_on is None:
            return
        started, clock = self._passed_on
        came = self._exchange(passed, answer, outcome, passed.of_answer)
        target = urlsplit(self._url)
        line = f"{self._request.method.decode('latin-1')} {target.path or '/'}"
        sent = HttpMessage(
            start_line=f"{line}{'?' + target.query if target.query else ''} HTTP/1.1",
            headers=(("Host", target.netloc), *self._passed_headers()),
            body=self._received.body,
        )
        self._log(
            replace(
                came,
                id=new_token(),
                sender=self._proxy.actor_id,
                receiver=target.netloc,
                started=started,
                duration=time.perf_counter() - clock,
                request=sent,
            )
        )

    def _exchange(
        self, passed: Passed, answer: HttpMessage | None, outcome: str, findings: tuple[Finding, ...]
    ) -> Exchange:
        return Exchange(
            id=self._id,
            conversation=self._trace.conversation,
            sender=self._trace.sender,
            receiver=self._proxy.actor_id,
            transaction=passed.transaction or self._name or _UNKNOWN,
            started=self._started,
            duration=time.perf_counter() - self._clock,
            request=self._received,
            response=answer,
            status=outcome,
            findings=findings,
        )

    def _log(self, exchange: Exchange) -> None:
        if self._proxy.recorder.on:
            self._proxy.recorder.record(exchange)

    # --- pace

    def pauseProducing(self) -> None:
        """The peer is slower than the real system."""
        if self._head is not None:
            with suppress(AttributeError):
                self._head.pace.pauseProducing()

    def resumeProducing(self) -> None:
        """The peer can take more."""
        if self._head is not None:
            with suppress(AttributeError):
                self._head.pace.resumeProducing()

    def stopProducing(self) -> None:
        """The peer is gone; a system that waits could not hear of it."""
        self.resumeProducing()
        self._abort()


def _set_head(
    request: FrontRequest,
    status: int,
    phrase: str,
    headers: Sequence[tuple[str, str]],
    ours: Sequence[tuple[str, str]],
) -> None:
    """The head of an answer as somebody else has it, and nothing of what Twisted would add."""
    request.setResponseCode(status, phrase.encode("latin-1", "replace"))
    request.defaultContentType = None  # Twisted would name one
    for name in ("server", "date"):
        request.responseHeaders.removeHeader(name)
    for name, value in (*headers, *ours):
        if name.lower() not in _NOT_PASSED or (name, value) in ours:
            request.responseHeaders.addRawHeader(name, value)


def _sent(request: FrontRequest, body: Content) -> HttpMessage:
    """The answer as it goes out."""
    phrase = request.code_message.decode("latin-1")
    return HttpMessage(
        start_line=f"{request.clientproto.decode('latin-1')} {request.code} {phrase}",
        headers=headers_of(request.responseHeaders),
        body=body,
    )


def _with_length(head: Arriving) -> tuple[tuple[str, str], ...]:
    length = () if head.length is None else (("Content-Length", str(head.length)),)
    return (*head.headers, *length)


def _without(message: HttpMessage, names: frozenset[str]) -> HttpMessage:
    return replace(message, headers=tuple(pair for pair in message.headers if pair[0].lower() not in names))
