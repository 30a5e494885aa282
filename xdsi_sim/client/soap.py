"""One client for all SOAP transactions (ITI TF-2: V)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from xdsi_sim.actors.flow import Answer, Call, NoAnswer
from xdsi_sim.actors.trace import TRACE_HEADER, Trace
from xdsi_sim.client.answers import (
    Reply,
    SoapFault,
    no_soap,
    old_soap,
    refuse_head,
    ruled,
    take_while_soap,
)
from xdsi_sim.client.asking import Asking
from xdsi_sim.client.http import Head, HttpClient
from xdsi_sim.content import BytesContent, Content, Segment, SegmentsContent
from xdsi_sim.errors import Finding, ProtocolViolation, VersionMismatch
from xdsi_sim.ids import new_uuid
from xdsi_sim.limits import Limits
from xdsi_sim.rules.answers import check_answer
from xdsi_sim.soap.addressing import write_addressing
from xdsi_sim.soap.answered import answer_dialect, fault_dialect
from xdsi_sim.soap.codecs import CODECS
from xdsi_sim.soap.coding import coding_of
from xdsi_sim.soap.envelope import Envelope, read_envelope, write_envelope
from xdsi_sim.soap.faults import Fault, is_fault, read_fault, read_old_fault
from xdsi_sim.soap.inline import InlineCutter
from xdsi_sim.soap.letters import Letter
from xdsi_sim.soap.mtom import Attachments, NewCutter, Package, PackageReader
from xdsi_sim.soap.schema import schema_findings
from xdsi_sim.store.exchanges import Recorder
from xdsi_sim.vocab import ANONYMOUS, TRANSACTIONS

__all__ = ["MOST_JUDGED", "Sent", "SoapClient", "SoapFault"]

_WAITED_FOR: Final = 4 << 20
"""Octets of an answer up to which nothing of it is passed on before all is there, so that whatever is wrong
with it can be told."""
MOST_JUDGED: Final = 1_000
"""Objects of a query answer that are held against their rules, since nobody else is served meanwhile: about
0.1 s. Of more, status and errors alone are judged."""


@dataclass(slots=True, kw_only=True)
class Sent(Asking):
    """One call while it is under way."""

    call: Call
    message_id: str
    segments: Sequence[Segment]
    judged: bool = True
    """Whether metadata in the answer are held against their rules."""
    begun: Deferred[Answer] | None = None
    """Who takes the answer before all of it is there; None once it is theirs, or cannot be."""
    reader: PackageReader | None = None
    package: Package | None = None
    letter: Letter | None = None
    """The answer, where it came as a message of its own."""
    findings: tuple[Finding, ...] = ()
    """What is wrong with the way that the answer came."""

    @property
    def id(self) -> str:
        """Of the exchange in the log that has the answer."""
        return self.letter.exchange.id if self.letter is not None else self.recorded or self.exchange_id

    @property
    def name(self) -> str:
        """Of the transaction, as people call it: without the event of ITI-44, which the body tells."""
        first = self.segments[0]
        subject = CODECS[self.transaction].subject(first) if isinstance(first, bytes) else None
        return subject or self.transaction


class SoapClient:
    """Sends messages to peers and reads what they answer; every exchange is recorded once."""

    def __init__(
        self,
        http: HttpClient,
        recorder: Recorder,
        spool: Path,
        limits: Limits = Limits(),
        *,
        validating: Collection[str] = (),
        addresses: Mapping[tuple[str, str], str] = MappingProxyType({}),
    ) -> None:
        """`validating` are the senders whose answers are held against the schemas.

        `addresses` has, by the address of a peer and a transaction, where that goes instead.
        """
        self._http = http
        self._recorder = recorder
        self._spool = spool
        self._limits = limits
        self._validating = validating
        self._addresses = addresses

    def send(self, call: Call, trace: Trace) -> Deferred[Answer]:
        """The answer alone, for actors; metadata in it are passed on and not judged.

        Documents of a `passing` call may be `ArrivingContent`; what becomes of them is recorded at the end.
        """
        sent = self._prepare(call, trace, judged=False)
        whole = self._call(sent).addCallback(lambda reply: reply.answer)
        if not call.passing:
            return whole
        begun: Deferred[Answer] = Deferred()
        sent.begun = begun
        whole.addBoth(_last, sent, begun)
        return begun

    def call(self, call: Call, trace: Trace) -> Deferred[Reply]:
        """Send `call` as part of the conversation; never fails: trouble is a NoAnswer in the reply."""
        return self._call(self._prepare(call, trace))

    def _call(self, sent: Sent) -> Deferred[Reply]:
        return self._post(sent).addCallbacks(
            lambda _head: self._read(sent), lambda failure: self._nothing(sent, failure.value)
        )

    def _post(self, sent: Sent) -> Deferred[Head]:
        def receive(head: Head) -> Any:
            """The head is there; gives who takes the body."""
            sent.arrived(head, self._recorder)
            sent.reader = PackageReader(
                head.header("content-type") or "",
                self._spool,
                self._limits,
                coding=coding_of(head.header("content-encoding")),
                cutter=self._cutter(sent),
                hashed=not sent.call.passing,
            )
            take = take_while_soap(head, sent.reader)
            return take if sent.begun is None else partial(self._pass, sent, take)

        return self._http.request("POST", sent.call.url, sent.headers, sent.segments, receive)

    def _pass(self, sent: Sent, take: Callable[[bytes], None], data: bytes) -> None:
        """Take the next piece; give the answer once the envelope is there and what follows is large."""
        take(data)
        if sent.begun is None or sent.head is None or sent.reader is None or sent.reader.size < _WAITED_FOR:
            return
        package = sent.reader.begun()
        if package is None:
            return
        begun, sent.begun = sent.begun, None
        try:
            refuse_head(sent.head)
            envelope = read_envelope(package.root, self._limits)
            answer = _answer_in(sent, envelope, package)
        except (NoAnswer, ProtocolViolation):
            return  # it is told at the end, with all that there is
        begun.callback(answer)

    def _cutter(self, sent: Sent) -> NewCutter:
        """An answer that is held against schemas or rules has to be whole."""
        whole = sent.judged or sent.trace.sender in self._validating
        return InlineCutter if whole else CODECS[sent.call.transaction].cutter

    def _prepare(self, call: Call, trace: Trace, reply_to: str = ANONYMOUS, *, judged: bool = True) -> Sent:
        diverted = self._addresses.get((call.url, call.transaction))
        if diverted is not None:
            call = replace(call, url=diverted)
        transaction = TRANSACTIONS[call.transaction]
        attachments = Attachments(mtom=transaction.mtom)
        codec = CODECS[call.transaction]
        body = codec.write_request(call.message, attachments.attach)
        message_id = new_uuid()
        header = write_addressing(
            action=transaction.action, message_id=message_id, to=call.url, reply_to=reply_to
        )
        return Sent(
            call=call,
            url=call.url,
            transaction=call.transaction,
            trace=trace,
            message_id=message_id,
            headers=(("Content-Type", attachments.content_type), (TRACE_HEADER, str(trace))),
            segments=attachments.body(write_envelope(header + codec.write_header(call.message), body)),
            judged=judged,
        )

    def _read(self, sent: Sent) -> Reply:
        if sent.reader is None or sent.head is None:
            raise RuntimeError("an answer without a head")
        try:
            refuse_head(sent.head)
            sent.package = sent.reader.finish()
            envelope = read_envelope(sent.package.root, self._limits, charset=sent.package.charset)
        except NoAnswer as trouble:
            return self._nothing(sent, trouble)
        except (ProtocolViolation, OSError) as problem:  # the spool may be full
            fault = _old_fault(problem, sent.package)
            if fault is not None:
                return self._fault(sent, fault, (old_soap(sent.call.url),))
            return self._nothing(sent, no_soap(sent.head, sent.reader, problem))
        return self._understand(sent, envelope, sent.package)

    def _fault(self, sent: Sent, fault: Fault, findings: tuple[Finding, ...]) -> Reply:
        return self._nothing(sent, SoapFault(fault), f"Fault {fault.code}", findings)

    def _understand(self, sent: Sent, envelope: Envelope, package: Package) -> Reply:
        asked = {"message_id": sent.message_id, "location": sent.call.url}
        if is_fault(envelope.body):
            findings = (*sent.findings, *fault_dialect(envelope, **asked))
            return self._fault(sent, read_fault(envelope.body), findings)
        transaction = TRANSACTIONS[sent.call.transaction]
        found = schema_findings(envelope.body) if sent.trace.sender in self._validating else ()
        try:
            answer: Any = _answer_in(sent, envelope, package)
        except NoAnswer as trouble:
            return self._nothing(sent, trouble)
        findings = (
            *sent.findings,
            *package.findings,
            *package.unreferenced(),
            *answer_dialect(transaction, envelope, mtom=package.mtom, **asked),
            *found,
            *_judge(sent, envelope, answer),
        )
        self._record(sent, answer.status.rpartition(":")[2], findings)
        package.discard_envelope()
        return Reply(answer=answer, exchange=sent.id, findings=findings)

    def _nothing(
        self,
        sent: Sent,
        trouble: BaseException,
        status: str | None = None,
        findings: tuple[Finding, ...] = (),
    ) -> Reply:
        """Trouble as an answer; what is no NoAnswer is a defect of ours and stays an exception."""
        if not isinstance(trouble, NoAnswer):
            raise trouble
        self._record(sent, status or f"no answer: {trouble}", findings)
        if sent.reader is not None:
            sent.reader.fail(trouble)
        if sent.package is not None and sent.call.passing:  # what has come whole may be on its way out
            sent.package.discard_envelope()
        elif sent.package is not None:
            sent.package.discard()
        elif sent.reader is not None:
            sent.reader.abandon()
        return Reply(answer=trouble, exchange=sent.id, findings=findings)

    def _record(self, sent: Sent, status: str, findings: tuple[Finding, ...]) -> None:
        """Record the exchange, unless the receiver shares our log and has done so."""
        if sent.letter is not None:
            self._record_letter(sent, sent.letter, status, findings)
        else:
            sent.record(self._recorder, status, _body(sent), findings)

    def _record_letter(self, sent: Sent, letter: Letter, status: str, findings: tuple[Finding, ...]) -> None:
        """Record how the answer came, which whoever took it in has left to us."""
        self._recorder.record(
            replace(
                letter.exchange,
                conversation=sent.trace.conversation,
                receiver=sent.trace.sender,
                transaction=sent.call.transaction,
                status=status,
                findings=findings,
            )
        )


def _last(outcome: Any, sent: Sent, begun: Deferred[Answer]) -> Any:
    """Give the answer to who waits for it, unless that was done when it had begun."""
    if not begun.called:
        begun.callback(outcome)
    elif isinstance(outcome, Failure):  # a defect of ours: nobody is to wait for what does not come
        if sent.reader is not None:
            sent.reader.fail(NoAnswer(f"internal error: {outcome.value}"))
        return outcome
    return None


def _answer_in(sent: Sent, envelope: Envelope, package: Package) -> Answer:
    """The response value; raises NoAnswer where what has come is none."""
    transaction = TRANSACTIONS[sent.call.transaction]
    if envelope.addressing.problem is not None:
        raise _unread(envelope.addressing.problem)
    if envelope.body.tag != transaction.response:
        raise NoAnswer(f"{envelope.body.tag} is no answer to {transaction.name}")
    try:
        codec = CODECS[transaction.name]
        return codec.read_header(codec.read_response(envelope.body, package.content_of), envelope.header)
    except ProtocolViolation as problem:
        raise _unread(problem) from problem


def _judge(sent: Sent, envelope: Envelope, answer: Answer) -> tuple[Finding, ...]:
    """What the rules find in the answer itself."""
    few = len(getattr(answer, "fragments", ())) <= MOST_JUDGED
    call = sent.call
    verdict = check_answer(call.transaction, envelope.body, answer, call.message, objects=sent.judged and few)
    return verdict.findings


def _unread(problem: ProtocolViolation) -> NoAnswer:
    return NoAnswer(f"the answer cannot be read: {ruled(problem)}")


def _old_fault(problem: Exception, package: Package | None) -> Fault | None:
    """The fault of an answer that is SOAP 1.1, for it says why."""
    return read_old_fault(package.root) if isinstance(problem, VersionMismatch) and package else None


def _body(sent: Sent) -> Content:
    """The body of the answer as it travelled, or its beginning; empty where none came."""
    if sent.package is not None:
        return SegmentsContent(sent.package.raw)
    return BytesContent(bytes(sent.reader.beginning) if sent.reader is not None else b"")
