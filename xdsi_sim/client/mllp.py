"""Sends messages of ITI-8 to whoever takes a patient identity feed: HL7 v2 over MLLP."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from twisted.internet.defer import Deferred
from twisted.internet.endpoints import HostnameEndpoint
from twisted.internet.protocol import Factory, Protocol, connectionDone

from xdsi_sim.actors.flow import Answer, NoAnswer
from xdsi_sim.actors.trace import Trace
from xdsi_sim.client.answers import Reply
from xdsi_sim.client.asking import UnderWay
from xdsi_sim.client.http import caller_of
from xdsi_sim.errors import ProtocolViolation
from xdsi_sim.messages.adt import read_ack, read_header
from xdsi_sim.messages.mllp import FrameReader, frame, recorded
from xdsi_sim.messages.patient_feed import Acknowledgement
from xdsi_sim.store.exchanges import Recorder
from xdsi_sim.tls.settings import Tls

__all__ = ["MllpClient"]

_CONNECT: Final = 5.0  # seconds
_ANSWER: Final = 30.0


@dataclass(slots=True, kw_only=True)
class _Sent(UnderWay):
    """One message of HL7 v2."""

    message: bytes
    to: str
    local: str = ""
    """Our end of the connection, `host:port`."""


class MllpClient:
    """A connection for each message; every exchange is recorded once."""

    def __init__(
        self, reactor: Any, recorder: Recorder, traces: dict[str, Trace], tls: Tls | None = None
    ) -> None:
        """`traces` is shared with the ports of this process, which take from it what is of ours.

        With `tls` all peers are called by MLLP over TLS; raises UsageError for its files.
        """
        self._reactor = reactor
        self._tls = caller_of(tls, reactor)
        self._recorder = recorder
        self._traces = traces

    def send(self, host: str, port: int, message: bytes, trace: Trace) -> Deferred[Reply]:
        """Send one message; never fails: trouble is a NoAnswer in the reply."""
        return Deferred.fromCoroutine(self._send(host, port, message, trace))

    async def _send(self, host: str, port: int, message: bytes, trace: Trace) -> Reply:
        sent = _Sent(message=message, to=f"{host}:{port}", trace=trace)
        received: bytes | None = None
        answer: Answer
        try:
            received = await self._exchange(host, port, sent)
            answer = _own(read_ack(received), message)
        except ProtocolViolation as problem:
            answer = NoAnswer(f"the answer cannot be read: {problem}")
        except NoAnswer as trouble:
            answer = trouble
        self._record(sent, received, answer)
        return Reply(answer=answer, exchange=sent.exchange_id)

    async def _exchange(self, host: str, port: int, sent: _Sent) -> bytes:
        factory: Any = Factory.forProtocol(_Asking)
        factory.noisy = False
        factory.trouble = self._trouble
        endpoint: Any = HostnameEndpoint(self._reactor, host, port, timeout=_CONNECT)
        if self._tls is not None:
            endpoint = self._tls.endpoint(endpoint, host)
        try:
            connection = await endpoint.connect(factory)
        except Exception as error:  # noqa: BLE001  whatever stands between us and the peer
            raise NoAnswer(f"cannot connect to {sent.to}: {self._trouble(error) or error}") from None
        own = connection.transport.getHost()
        sent.local = f"{own.host}:{own.port}"
        self._traces[sent.local] = sent.trace  # before the first octet: then the receiver finds it
        try:
            answer: bytes = await connection.ask(sent.message, self._reactor)
        finally:
            connection.transport.abortConnection()
        return answer

    def _trouble(self, error: BaseException | None) -> str | None:
        """What TLS has to say about it, if it is at fault."""
        return self._tls.trouble(error) if self._tls is not None else None

    def _record(self, sent: _Sent, received: bytes | None, answer: Answer) -> None:
        """Record the exchange, unless the receiver shares our log and has done so."""
        ours = not sent.local or self._traces.pop(sent.local, None) is not None
        if not ours or not self._recorder.on:
            return
        status = f"no answer: {answer}" if isinstance(answer, NoAnswer) else answer.status.rpartition(":")[2]
        self._recorder.record(
            sent.exchange(
                receiver=sent.to,
                transaction="ITI-8",
                request=recorded("MLLP ADT", sent.message),
                response=None if received is None else recorded("MLLP ACK", received),
                status=status,
            )
        )


def _own(answer: Acknowledgement, message: bytes) -> Acknowledgement:
    """The answer, if it is to this message; a refusal may be of one that could not be read."""
    asked, answered = read_header(message).field(10), answer.target.extension
    if answered != asked and (answered or answer.code != "AR"):
        raise ProtocolViolation(f"MSA-2 is {answered!r}, not {asked!r}")
    return answer


class _Asking(Protocol):
    """A connection that waits for one answer."""

    factory: Any
    transport: Any

    def connectionMade(self) -> None:
        """Twisted: octets may be sent from here on."""
        self._frames = FrameReader()
        self._answer: Deferred[bytes] = Deferred()

    def ask(self, message: bytes, reactor: Any) -> Deferred[bytes]:
        """Send, and give what comes back; fails with NoAnswer or ProtocolViolation."""
        self.transport.write(frame(message))
        return self._answer.addTimeout(_ANSWER, reactor, onTimeoutCancel=_too_late)

    def dataReceived(self, data: bytes) -> None:
        """Twisted: the next octets; the first whole message of them is the answer."""
        try:
            messages = list(self._frames.feed(data))
        except ProtocolViolation as problem:
            self._done(problem)
        else:
            self._done(messages[0] if messages else None)

    def connectionLost(self, reason: Any = connectionDone) -> None:
        """Twisted: without an answer so far, there is none."""
        trouble = self.factory.trouble(reason.value)
        self._done(NoAnswer(trouble or "the peer closed the connection without an answer"))

    def _done(self, outcome: bytes | Exception | None) -> None:
        if outcome is None or self._answer.called:
            return
        if isinstance(outcome, bytes):
            self._answer.callback(outcome)
        else:
            self._answer.errback(outcome)


def _too_late(_outcome: Any, timeout: float) -> Any:
    raise NoAnswer(f"no answer within {timeout:g} s")
