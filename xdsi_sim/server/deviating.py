"""Answers that are to be wrong: which deviations a message meets, and an answer sent as they say."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from xdsi_sim.content import Segment, SegmentsContent, SliceContent, body_size, chunks_of
from xdsi_sim.deviations.deviation import Case, End, Message, Sending
from xdsi_sim.deviations.meeting import Meeting, StandIn
from xdsi_sim.deviations.switches import Desk
from xdsi_sim.exchange import HttpMessage
from xdsi_sim.server.http import FrontRequest, answer, begin_answer, stream
from xdsi_sim.services.host import Invocation, Reply
from xdsi_sim.soap.arriving import when_whole

__all__ = ["Delivered", "deliver", "meet", "meet_on_the_web", "settle"]

_FLUSH: Final = 0.05
"""Seconds for what was written before a reset: it takes with it what has not gone out."""
_USUAL: Final = Sending()
Headers = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """An answer as it goes on the wire, for the log."""

    outcome: str
    message: HttpMessage | None
    """None where nothing goes out."""


def meet(desk: Desk, invocation: Invocation) -> Meeting:
    """The deviations of a message of SOAP; its actor is asked through a stand-in from here on."""
    meeting = Meeting(desk)

    def begin(request: Any) -> Meeting:
        """What is to be wrong with the answer to this request, now that it is read."""
        transaction, envelope = invocation.transaction, invocation.envelope
        if transaction is not None and envelope is not None:
            headers = envelope.addressing
            case = Case(
                transaction=transaction.name,
                request=request,
                message_id=headers.messageID,
                addressed=headers.present,
            )
            meeting.begin(case, transaction.name, invocation.name)
        return meeting

    invocation.actor = StandIn(invocation.actor, begin)
    return meeting


def meet_on_the_web(desk: Desk, transaction: str, request: Any) -> Meeting | None:
    """The deviations of a request to a face on the web; None where none concern it."""
    if not desk.switches:
        return None
    meeting = Meeting(desk)
    meeting.begin(Case(transaction=transaction, request=request), transaction)
    return meeting if meeting.concerned else None


def settle(
    meeting: Meeting | None, reply: Reply, reactor: Any, give: Callable[[Reply, Sending], None]
) -> None:
    """Have a reply given, with all that is to be wrong with it, at the time that is told."""
    if meeting is None:
        give(reply, _USUAL)
        return
    reply, sending = _deviated(meeting, reply)
    if sending.delay:
        reactor.callLater(sending.delay, give, reply, sending)
    else:
        give(reply, sending)


def _deviated(meeting: Meeting, reply: Reply) -> tuple[Reply, Sending]:
    """The reply with what is to be wrong with it, and how it is to be sent."""
    right = Message(status=reply.status, headers=_headers(reply), segments=tuple(reply.segments))
    message = meeting.message(right)
    kept = {name.lower(): value for name, value in message.headers}
    wrong = replace(
        reply,
        status=message.status,
        content_type=kept.get("content-type", ""),
        segments=list(message.segments),
        outcome=message.outcome or reply.outcome,
        headers=tuple(pair for pair in message.headers if pair[0].lower() != "content-type"),
    )
    return wrong, meeting.sending()


def _headers(reply: Reply) -> tuple[tuple[str, str], ...]:
    typed = (("Content-Type", reply.content_type),) if reply.content_type else ()
    return (*typed, *reply.headers)


def deliver(
    request: FrontRequest, reply: Reply, headers: Headers, sending: Sending, reactor: Any
) -> Delivered:
    """Send a reply in the way that is told; `headers` come beside its own."""
    headers, segments = (*_headers(reply), *headers), when_whole(reply.segments)
    if not reply.content_type:
        request.defaultContentType = None  # Twisted would name one
    if sending is _USUAL or sending == replace(_USUAL, delay=sending.delay):
        told = answer(request, reply.status, headers, segments)
        return Delivered(outcome=reply.outcome, message=told)
    outcome = reply.outcome if sending.end is End.FINISH else f"no answer: {sending.end.value}"
    message = _send(request, reply.status, headers, segments, sending, reactor)
    return Delivered(outcome=outcome, message=message)


def _send(
    request: FrontRequest,
    status: int,
    headers: Headers,
    segments: Sequence[Segment],
    sending: Sending,
    reactor: Any,
) -> HttpMessage | None:
    def end() -> None:
        """How the connection is left."""
        _ENDS[sending.end](request, reactor)

    if not sending.head:
        end()
        return None
    whole = body_size(segments)
    segments = _part(segments, whole, sending)
    told = [("Content-Length", str(max(0, whole + sending.claims)))]
    if sending.end is not End.FINISH:  # the next call of a peer is not to meet this fault, too
        told.append(("Connection", "close"))
    message = begin_answer(request, status, (*headers, *told), segments)
    request.write(b"")  # the head goes out, also where nothing follows
    if sending.piece is None:
        stream(request, segments, end)
    else:
        _Slowly(request, _pieces(segments, sending.piece), sending.pause, end, reactor).go_on()
    return message


def _part(segments: Sequence[Segment], whole: int, sending: Sending) -> Sequence[Segment]:
    size = int(whole * sending.share) if sending.octets is None else min(sending.octets, whole)
    return segments if size == whole else (SliceContent(SegmentsContent(tuple(segments)), 0, size),)


def _pieces(segments: Sequence[Segment], size: int) -> Iterator[bytes]:
    return chunks_of(SegmentsContent(tuple(segments)), size)


class _Slowly:
    """Writes piece by piece, with pauses; not faster than anybody can take it."""

    def __init__(
        self,
        request: FrontRequest,
        pieces: Iterator[bytes],
        pause: float,
        end: Callable[[], None],
        reactor: Any,
    ) -> None:
        self._request = request
        self._pieces = pieces
        self._pause = pause
        self._end = end
        self._reactor = reactor

    def go_on(self) -> None:
        """The next piece."""
        if self._request.gone:
            return
        piece = next(self._pieces, None)
        if piece is None:
            self._end()
            return
        self._request.write(piece)
        self._reactor.callLater(self._pause, self.go_on)


def _finish(request: FrontRequest, _reactor: Any) -> None:
    request.finish()


def _close(request: FrontRequest, _reactor: Any) -> None:
    request.loseConnection()


def _reset(request: FrontRequest, reactor: Any) -> None:
    reactor.callLater(_FLUSH, request.transport.abortConnection)


def _stall(_request: FrontRequest, _reactor: Any) -> None:
    """Nothing: who waits has to give up."""


_ENDS: Final[dict[End, Callable[[FrontRequest, Any], None]]] = {
    End.FINISH: _finish,
    End.CLOSE: _close,
    End.RESET: _reset,
    End.STALL: _stall,
}
