"""One client for all SOAP transactions (ITI TF-2: V)."""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from twisted.internet.defer import Deferred

from xdsi_sim.actors.flow import Answer, Call, NoAnswer
from xdsi_sim.actors.trace import EXCHANGE_HEADER, TRACE_HEADER, Trace
from xdsi_sim.client.http import Head, HttpClient, request_line
from xdsi_sim.content import Segment, SegmentsContent
from xdsi_sim.errors import Finding, ProtocolViolation
from xdsi_sim.exchange import Exchange, HttpMessage
from xdsi_sim.ids import new_token, new_uuid
from xdsi_sim.rules.protocol import finding
from xdsi_sim.soap.addressing import write_addressing
from xdsi_sim.soap.codecs import CODECS
from xdsi_sim.soap.envelope import Envelope, read_envelope, write_envelope
from xdsi_sim.soap.faults import is_fault, read_fault
from xdsi_sim.soap.mtom import Attachments, Package, PackageReader
from xdsi_sim.soap.schema import schema_findings
from xdsi_sim.store.exchanges import Recorder
from xdsi_sim.vocab import TRANSACTIONS

__all__ = ["SoapClient", "SoapFault", "SoapReply"]


class SoapFault(NoAnswer):
    """The peer answered with a SOAP fault."""

    def __init__(self, code: str, subcode: str | None, reason: str) -> None:
        super().__init__(f"SOAP fault {code}{f'/{subcode}' if subcode else ''}: {reason}")
        self.code = code
        self.subcode = subcode
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class SoapReply:
    """What came of a call."""

    answer: Answer
    exchange: str
    """Id of the exchange in the log."""
    findings: tuple[Finding, ...] = ()


@dataclass(slots=True, kw_only=True)
class _Sent:
    """One call while it is under way."""

    call: Call
    trace: Trace
    message_id: str
    headers: tuple[tuple[str, str], ...]
    segments: Sequence[Segment]
    exchange_id: str = field(default_factory=new_token)
    started: float = field(default_factory=time.time)
    clock: float = field(default_factory=time.perf_counter)
    reader: PackageReader | None = None
    package: Package | None = None
    head: Head | None = None


class SoapClient:
    """Sends messages to peers and reads what they answer; every exchange is recorded once."""

    def __init__(
        self, http: HttpClient, recorder: Recorder, spool: Path, *, validating: Collection[str] = ()
    ) -> None:
        """`validating` are the senders whose answers are held against the schemas."""
        self._http = http
        self._recorder = recorder
        self._spool = spool
        self._validating = validating

    def send(self, call: Call, trace: Trace) -> Deferred[Answer]:
        """The answer alone, for actors."""
        return self.call(call, trace).addCallback(lambda reply: reply.answer)

    def call(self, call: Call, trace: Trace) -> Deferred[SoapReply]:
        """Send `call` as part of the conversation; never fails: trouble is a NoAnswer in the reply."""
        sent = self._prepare(call, trace)

        def receive(head: Head) -> Any:
            sent.head = head
            sent.reader = PackageReader(head.header("content-type") or "", self._spool)
            return sent.reader.feed

        done = self._http.request("POST", call.url, sent.headers, sent.segments, receive)
        return done.addCallbacks(
            lambda _head: self._read(sent), lambda failure: self._nothing(sent, failure.value)
        )

    def _prepare(self, call: Call, trace: Trace) -> _Sent:
        transaction = TRANSACTIONS[call.transaction]
        attachments = Attachments(mtom=transaction.mtom)
        body = CODECS[call.transaction].write_request(call.message, attachments.attach)
        message_id = new_uuid()
        header = write_addressing(action=transaction.action, message_id=message_id, to=call.url)
        return _Sent(
            call=call,
            trace=trace,
            message_id=message_id,
            headers=(("Content-Type", attachments.content_type), (TRACE_HEADER, str(trace))),
            segments=attachments.body(write_envelope(header, body)),
        )

    def _read(self, sent: _Sent) -> SoapReply:
        if sent.reader is None or sent.head is None:
            raise RuntimeError("an answer without a head")
        try:
            sent.package = sent.reader.finish()
            envelope = read_envelope(sent.package.root, sent.package.charset)
        except ProtocolViolation as problem:
            return self._nothing(sent, NoAnswer(f"HTTP {sent.head.status}, and no SOAP answer: {problem}"))
        if is_fault(envelope.body):
            fault = read_fault(envelope.body)
            return self._nothing(
                sent, SoapFault(fault.code, fault.subcode, fault.reason), f"Fault {fault.code}"
            )
        return self._understand(sent, envelope, sent.package)

    def _understand(self, sent: _Sent, envelope: Envelope, package: Package) -> SoapReply:
        transaction = TRANSACTIONS[sent.call.transaction]
        if envelope.addressing.problem is not None:
            return self._nothing(sent, NoAnswer(f"the answer cannot be read: {envelope.addressing.problem}"))
        if envelope.body.tag != transaction.response:
            return self._nothing(sent, NoAnswer(f"{envelope.body.tag} is no answer to {transaction.name}"))
        found = schema_findings(envelope.body) if sent.trace.sender in self._validating else ()
        try:
            answer = CODECS[transaction.name].read_response(envelope.body, package.content_of)
        except ProtocolViolation as problem:
            return self._nothing(sent, NoAnswer(f"the answer cannot be read: {problem}"))
        findings = (*package.findings, *_dialect(envelope, package, sent), *found)
        self._record(sent, answer.status.rpartition(":")[2], findings)
        return SoapReply(answer=answer, exchange=self._exchange_id(sent), findings=findings)

    def _nothing(self, sent: _Sent, trouble: BaseException, status: str | None = None) -> SoapReply:
        """Trouble as an answer; what is no NoAnswer is a defect of ours and stays an exception."""
        if not isinstance(trouble, NoAnswer):
            raise trouble
        self._record(sent, status or f"no answer: {trouble}", ())
        if sent.package is not None:
            sent.package.discard()
        elif sent.reader is not None:
            sent.reader.abandon()
        return SoapReply(answer=trouble, exchange=self._exchange_id(sent))

    def _exchange_id(self, sent: _Sent) -> str:
        recorded = sent.head.header(EXCHANGE_HEADER) if sent.head is not None else None
        log, _, exchange = (recorded or "").partition("/")
        return exchange if log == self._recorder.name else sent.exchange_id

    def _record(self, sent: _Sent, status: str, findings: tuple[Finding, ...]) -> None:
        """Record the exchange, unless the receiver shares our log and has done so."""
        if not self._recorder.on or self._exchange_id(sent) != sent.exchange_id:
            return
        self._recorder.record(
            Exchange(
                id=sent.exchange_id,
                conversation=sent.trace.conversation,
                sender=sent.trace.sender,
                receiver=urlsplit(sent.call.url).netloc,
                transaction=sent.call.transaction,
                started=sent.started,
                duration=time.perf_counter() - sent.clock,
                request=HttpMessage(
                    start_line=request_line("POST", sent.call.url),
                    headers=sent.headers,
                    body=SegmentsContent(tuple(sent.segments)),
                ),
                response=_message(sent),
                status=status,
                findings=findings,
            )
        )


def _message(sent: _Sent) -> HttpMessage | None:
    if sent.head is None or sent.reader is None:
        return None
    raw = sent.package.raw if sent.package is not None else (bytes(sent.reader.beginning),)
    body = SegmentsContent(raw)
    return HttpMessage(
        start_line=f"HTTP/1.1 {sent.head.status} {sent.head.phrase}", headers=sent.head.headers, body=body
    )


def _dialect(envelope: Envelope, package: Package, sent: _Sent) -> tuple[Finding, ...]:
    """What the standards ask of an answer, and this one does not keep."""
    transaction = TRANSACTIONS[sent.call.transaction]
    packaging = "MTOM" if package.mtom else "plain SOAP"
    checks = (
        ("A18", envelope.addressing.action, transaction.response_action, "wsa:Action of the answer"),
        ("A19", envelope.addressing.relatesTo, sent.message_id, "wsa:RelatesTo of the answer"),
        ("A20", packaging, "MTOM" if transaction.mtom else "plain SOAP", "packaging of the answer"),
    )
    return tuple(
        finding(rule, f"{what} is {found!r}, {expected!r} is expected", sent.call.url)
        for rule, found, expected, what in checks
        if found != expected
    )
