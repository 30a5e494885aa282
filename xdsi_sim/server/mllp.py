"""The port of a patient identity feed by ITI-8: HL7 v2 over MLLP, one answer a message, in their order."""

from __future__ import annotations

import logging
import time
from collections import deque
from typing import Any, Final, Protocol

from twisted.internet.defer import Deferred
from twisted.internet.protocol import Factory
from twisted.internet.protocol import Protocol as Connection

from xdsi_sim.actors.flow import Call, Flow
from xdsi_sim.actors.trace import Trace
from xdsi_sim.clock import dtm_of, now
from xdsi_sim.errors import Finding, ProtocolViolation, Severity
from xdsi_sim.exchange import Exchange
from xdsi_sim.ids import new_mark, new_token
from xdsi_sim.messages.adt import Header, read_adt, read_header, write_ack
from xdsi_sim.messages.mllp import MAX_MESSAGE, FrameReader, frame, recorded
from xdsi_sim.messages.patient_feed import Acknowledgement, Ii, PatientFeed
from xdsi_sim.server.drive import drive
from xdsi_sim.server.loop import Loop
from xdsi_sim.server.ports import Ports
from xdsi_sim.store.exchanges import NOT_RECORDED, Recorder
from xdsi_sim.tls.settings import Tls

__all__ = ["FeedTaker", "MllpPort"]

_LOG: Final = logging.getLogger(__name__)
_IDLE: Final = 60.0  # seconds without an octet
_MOST_CONNECTIONS: Final = 64  # a feed has few sources, and each may send 16 MB before anything is read


class FeedTaker(Protocol):
    """The actor behind the port."""

    def feed(self, message: PatientFeed) -> Flow[Acknowledgement]:
        """Take one message in, or refuse it."""
        ...


class MllpPort:
    """Listens for the feed of one registry."""

    def __init__(
        self,
        loop: Loop,
        host: str,
        port: int,
        *,
        actor_id: str,
        actor: FeedTaker,
        recorder: Recorder,
        traces: dict[str, Trace] | None = None,
        tls: Tls | None = None,
        ports: Ports | None = None,
        max_message: int = MAX_MESSAGE,
        idle: float = _IDLE,
    ) -> None:
        """Listen on `port`, or on any free one for 0; raises CannotRun where that cannot be done.

        `traces` has the conversation of each `host:port` that is a client of ours: MLLP has no header for it.
        With `tls` the port speaks MLLP over TLS alone; raises UsageError for its files.
        """
        self.loop = loop
        self.actor_id = actor_id
        self.actor = actor
        self.recorder = recorder
        self.traces = traces if traces is not None else {}
        self.max_message = max_message
        self.idle = idle
        self.connections: set[Any] = set()
        factory: Any = Factory.forProtocol(_Connection)
        factory.noisy = False
        factory.port = self  # for the connections
        if tls is not None:
            from xdsi_sim.server.tls import secured  # noqa: PLC0415  costs what nobody without TLS should pay

            factory = secured(factory, tls, loop.reactor)
        self._port = (ports or Ports(loop)).listen(
            f"feed of {actor_id}", host, port, factory, setting="under feed: mllp"
        )
        self.port: int = self._port.getHost().port

    def close(self) -> None:
        """Take no new connection and end those that are there; what was acknowledged is durable."""
        self.loop.call(self._close)

    def _close(self) -> Any:
        self.recorder = NOT_RECORDED  # the log may be closed before the last answer is given
        for connection in self.connections.copy():
            connection.transport.loseConnection()
        return self._port.stopListening()


class _Connection(Connection):
    """One connection; while a message is served, no more is read."""

    factory: Any
    transport: Any

    def connectionMade(self) -> None:
        """Twisted: octets may come from here on; one connection too many is closed."""
        self._port: MllpPort = self.factory.port
        if len(self._port.connections) >= _MOST_CONNECTIONS:
            self.transport.abortConnection()
            return
        self._port.connections.add(self)
        peer = self.transport.getPeer()
        self._peer = f"{peer.host}:{peer.port}"
        self._frames = FrameReader(self._port.max_message)
        self._waiting: deque[bytes | ProtocolViolation] = deque()
        self._busy = False
        self._timer = self._port.loop.reactor.callLater(self._port.idle, self._idle)

    def connectionLost(self, reason: Any = None) -> None:  # noqa: ARG002  Twisted's signature
        """Twisted: no more will come; a message that is being served is served to its end."""
        if self in self._port.connections:
            self._port.connections.discard(self)
            if self._timer.active():
                self._timer.cancel()

    def dataReceived(self, data: bytes) -> None:
        """Twisted: the next octets; whole messages in them are served one after the other."""
        if self not in self._port.connections or self.transport.disconnecting:
            return
        self._timer.reset(self._port.idle)
        try:
            for message in self._frames.feed(data):
                self._waiting.append(message)
        except ProtocolViolation as problem:
            self._waiting.append(problem)
        self._next()

    def _idle(self) -> None:
        """Nothing came for too long; a message that was begun is told so."""
        if self._busy:  # it is we who keep the peer waiting
            self._timer = self._port.loop.reactor.callLater(self._port.idle, self._idle)
        elif self._frames.inside:
            self._waiting.append(ProtocolViolation(f"MLLP: no octet for {self._port.idle:g} s in a message"))
            self._next()
        else:
            self.transport.loseConnection()

    def _next(self) -> None:
        if self._busy or not self._waiting:
            return
        self._busy = True
        self.transport.pauseProducing()
        exchange = _Exchange(self._port, self._peer, self._waiting.popleft(), self._frames.pending)
        Deferred.fromCoroutine(exchange.serve()).addCallback(self._answer, exchange)

    def _answer(self, answer: bytes, exchange: _Exchange) -> None:
        self._busy = False
        gone = self not in self._port.connections
        if not gone:
            self.transport.write(frame(answer))
        exchange.record(None if gone else answer)
        if exchange.broken or gone:
            self.transport.loseConnection()
            return
        self.transport.resumeProducing()
        self._next()


class _Exchange:
    """One message, from what was received to what is answered and recorded."""

    def __init__(
        self, port: MllpPort, peer: str, received: bytes | ProtocolViolation, pending: bytes
    ) -> None:
        self._port = port
        self._problem = received if isinstance(received, ProtocolViolation) else None
        self._message = pending if isinstance(received, ProtocolViolation) else received
        self.broken = self._problem is not None
        """Whether the stream has no next message."""
        trace = port.traces.pop(peer, None)
        self._trace = Trace.begin(peer) if trace is None else trace
        self._id = new_token()
        self._started = time.time()
        self._clock = time.perf_counter()
        self._header = Header()
        self._status = ""

    async def serve(self) -> bytes:
        """The ACK, whatever happens."""
        try:
            acknowledgement = await self._acknowledgement()
        except ProtocolViolation as problem:
            self._problem = problem
            acknowledgement = self._rejected(str(problem))
        except Exception:  # noqa: BLE001  the peer gets an answer, whatever it is
            _LOG.exception("exchange %s of %s failed", self._id, self._port.actor_id)
            acknowledgement = self._rejected(f"internal error, logged as exchange {self._id}")
        self._status = acknowledgement.status.rpartition(":")[2]
        return write_ack(acknowledgement, self._header, self._problem)

    async def _acknowledgement(self) -> Acknowledgement:
        if self._problem is not None:
            raise self._problem
        self._header = read_header(self._message)
        flow = self._port.actor.feed(read_adt(self._message))
        acknowledgement: Acknowledgement = await drive(flow, _to_nobody, self._port.loop.reactor)
        return acknowledgement

    def _rejected(self, text: str) -> Acknowledgement:
        return Acknowledgement(
            code="AR",
            target=Ii("", self._header.field(10)),
            texts=(text,),
            id=Ii("", new_mark()[:20]),
            time=dtm_of(now()),
        )

    def record(self, answer: bytes | None) -> None:
        """Keep the exchange; without an answer where the sender has not waited for it."""
        if not self._port.recorder.on:
            return
        self._port.recorder.record(
            Exchange(
                id=self._id,
                conversation=self._trace.conversation,
                sender=self._trace.sender,
                receiver=self._port.actor_id,
                transaction="ITI-8",
                started=self._started,
                duration=time.perf_counter() - self._clock,
                request=recorded(f"MLLP {self._header.name}", self._message),
                response=None if answer is None else recorded("MLLP ACK", answer),
                status=self._status if answer is not None else "no answer: the sender left before it",
                findings=_findings(self._problem),
            )
        )


def _findings(problem: ProtocolViolation | None) -> tuple[Finding, ...]:
    if problem is None or problem.rule is None:
        return ()
    cites = "ITI TF-2: 3.8.4.1.2"
    return (Finding(rule=problem.rule, severity=Severity.ERROR, text=str(problem), cites=cites),)


def _to_nobody(_call: Call) -> Any:
    raise RuntimeError("a feed sends no messages")
