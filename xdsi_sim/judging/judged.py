"""From the octets of a saved message to its transaction, its value and all that is wrong with it.

The readers and the rules are those of the actors; nothing here opens a socket, and nothing that is wrong
with a message raises: what cannot be read is a finding, and what is behind it is looked at as far as it goes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from xdsi_sim.content import BytesContent, Content
from xdsi_sim.ebrim.xml import Element, child_of, parse
from xdsi_sim.errors import Finding, ProtocolViolation, Severity
from xdsi_sim.judging.requests import Found, check_request, found_in
from xdsi_sim.messages.adt import read_ack, read_adt, read_header
from xdsi_sim.rules.answers import check_answer
from xdsi_sim.rules.protocol import PROTOCOL_RULES, finding
from xdsi_sim.rules.registry import RULES
from xdsi_sim.soap.addressing import Addressing
from xdsi_sim.soap.answered import answer_dialect, fault_dialect
from xdsi_sim.soap.codecs import CODECS
from xdsi_sim.soap.dispatch import dispatch
from xdsi_sim.soap.envelope import Envelope, read_envelope
from xdsi_sim.soap.faults import is_fault, read_fault
from xdsi_sim.soap.known import answers, asks
from xdsi_sim.soap.media import NO_MEDIA_TYPE, parse_media_type
from xdsi_sim.soap.mtom import Package
from xdsi_sim.soap.peers import Peers
from xdsi_sim.soap.saved import Form, Saved
from xdsi_sim.soap.schema import schema_findings
from xdsi_sim.soap.unpacking import unpacked
from xdsi_sim.vocab import ANONYMOUS, NS, TRANSACTIONS, Transaction

__all__ = ["Asked", "Judged", "judge_message"]

_INCLUDE: Final = f"{{{NS.XOP}}}Include"
_ENVELOPE: Final = "Envelope"
_MOST_TRIES: Final = 5  # one for each way in which headers are refused
_SOME_ID: Final = "urn:uuid:00000000-0000-4000-8000-000000000000"
_UNREADABLE: Final = {Form.HL7V2: "K01"}
_NO_BODY: Final = (202, 204)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The request of an answer."""

    transaction: Transaction
    value: Any
    message_id: str | None
    mtom: bool | None


@dataclass(slots=True, kw_only=True)
class Judged:
    """What became of one message."""

    saved: Saved
    content: Content | None = None
    """The body, where it is too large for `saved` to hold."""
    transaction: Transaction | None = None
    name: str | None = None
    """Of the transaction, as people call it; None where it is not known."""
    side: str = "message"
    """`request`, `answer`, `fault`, or `message` where nobody can tell."""
    assumed: bool = False
    """Whether other transactions have messages like this one, and it does not say which it is of."""
    value: Any = None
    envelope: Envelope | None = None
    mtom: bool | None = None
    root: bytes = b""
    """The XML."""
    body: Element | None = None
    found: list[Found] = field(default_factory=list)
    whole: bool = True
    """Whether all parts are there that the XML refers to."""

    @property
    def asked(self) -> Asked | None:
        """This message as the request of an answer; None where it is none that could be read."""
        if self.transaction is None or self.side != "request" or self.value is None:
            return None
        headers = self.envelope.addressing if self.envelope is not None else Addressing()
        return Asked(
            transaction=self.transaction, value=self.value, message_id=headers.messageID, mtom=self.mtom
        )

    def add(self, *findings: Finding) -> None:
        """Findings that name their place themselves."""
        self.found += ((one, None) for one in findings)

    def refuse(self, problem: ProtocolViolation) -> None:
        """A problem for which an actor refuses the message."""
        rule = problem.rule or _UNREADABLE.get(self.saved.form, "A03")
        known = PROTOCOL_RULES.get(rule) or RULES.get(rule)
        self.add(
            Finding(
                rule=rule,
                severity=Severity.ERROR,
                text=problem.reason,
                location=problem.detail,
                cites=known.cites if known is not None else None,
            )
        )


def judge_message(
    saved: Saved,
    folder: Path,
    *,
    transaction: Transaction | None = None,
    asked: Asked | None = None,
    strict: bool = False,
    content: Content | None = None,
) -> Judged:
    """Judge one message; parts of it are spooled to `folder` for as long as it is needed.

    `transaction` is said by whoever knows better than the message, `asked` is the request of an answer.
    `content` stands for the body of `saved`, and is never held as a whole.
    """
    judged = Judged(saved=saved, content=content)
    try:
        if saved.form is Form.HL7V2:
            _judge_hl7(judged, strict=strict)
        else:
            _judge_soap(judged, folder, transaction, asked, strict=strict)
    except ProtocolViolation as problem:
        judged.refuse(problem)
    return judged


def _judge_hl7(judged: Judged, *, strict: bool) -> None:
    judged.name, data = "ITI-8", judged.saved.body
    if read_header(data).kind[0] == "ACK":
        judged.side, judged.value = "answer", read_ack(data)
        return
    judged.side = "request"
    judged.value = read_adt(data)
    judged.found += check_request("ITI-8", judged.value, strict=strict, whole=True)


# --- SOAP ------------------------------------------------------------------------------------


def _judge_soap(
    judged: Judged, folder: Path, said: Transaction | None, asked: Asked | None, *, strict: bool
) -> None:
    saved = judged.saved
    if saved.method not in (None, "POST"):
        judged.add(finding("A01", f"the method is {saved.method}, POST is expected", saved.start_line))
    if saved.status in _NO_BODY and not saved.body.strip() and not (judged.content and judged.content.size):
        judged.side = "answer"
        return
    package = _package(judged, folder)
    judged.root = package.root
    judged.body = tree = parse(package.root, package.limits)
    if str(tree.tag).rpartition("}")[2] == _ENVELOPE:
        judged.envelope = read_envelope(package.root, package.limits, charset=package.charset)
        judged.body = judged.envelope.body
    elif saved.packaged:
        read_envelope(package.root, package.limits)  # raises what is wrong with it
    _judge_body(judged, package, said, asked, strict=strict)


def _package(judged: Judged, folder: Path) -> Package:
    saved = judged.saved
    if not saved.packaged:
        return Package(root=saved.body, parts={}, mtom=False, raw=(), media=NO_MEDIA_TYPE)
    package = unpacked(saved.headers, judged.content or BytesContent(saved.body), folder)
    judged.mtom = package.mtom
    judged.add(*package.findings)
    return package


def _judge_body(
    judged: Judged, package: Package, said: Transaction | None, asked: Asked | None, *, strict: bool
) -> None:
    body = judged.body
    if body is None:
        return
    if is_fault(body):
        _judge_fault(judged, body, asked)
        return
    judged.transaction, judged.side = said, _side(body, said)
    if judged.side == "request":
        _judge_request(judged, body, package, strict=strict)
    elif judged.side == "answer":
        _judge_answer(judged, body, package, asked)
    else:
        judged.add(finding("C01", f"{body.tag} is no message of a known transaction"))


def _side(body: Element, said: Transaction | None) -> str:
    if said is not None and body.tag in (said.request, said.response):
        return "request" if body.tag == said.request else "answer"
    if next(asks(body), None) is not None:
        return "request"
    return "answer" if next(answers(body), None) is not None else "message"


def _judge_fault(judged: Judged, body: Element, asked: Asked | None) -> None:
    judged.side, fault = "fault", read_fault(body)
    judged.value = fault
    judged.name = _to_people(asked.transaction) if asked else None
    if judged.envelope is not None and asked is not None:
        judged.add(*fault_dialect(judged.envelope, message_id=asked.message_id, location="wsa:RelatesTo"))


# --- requests --------------------------------------------------------------------------------


def _judge_request(judged: Judged, body: Element, package: Package, *, strict: bool) -> None:
    candidates = list(asks(body))
    judged.transaction = transaction = _dispatched(judged, candidates)
    codec = CODECS[transaction.name]
    judged.name = codec.subject(package.root) or transaction.name
    judged.add(*schema_findings(body))
    read = codec.read_request(body, _content_of(judged, package))
    judged.value = codec.read_header(read, _header(judged))
    judged.add(*codec.dialect(judged.value), *package.unreferenced())
    judged.found += check_request(transaction.name, judged.value, strict=strict, whole=judged.whole)


def _dispatched(judged: Judged, candidates: list[Transaction]) -> Transaction:
    """The transaction; each problem of the headers is reported and then put right to find the next one."""
    said, envelope = judged.transaction, judged.envelope
    guess = said or candidates[0]
    silent = envelope is None or envelope.addressing.action is None
    judged.assumed = said is None and silent and len(candidates) > 1
    if envelope is None:
        return guess
    served = (said,) if said is not None else tuple(dict.fromkeys((guess, *TRANSACTIONS.values())))
    for _ in range(_MOST_TRIES):
        headers = envelope.addressing
        try:
            return _dispatch(judged, envelope, served)
        except ProtocolViolation as problem:
            judged.refuse(problem if problem.rule != "A08" else _unknown(headers.action, said))
            envelope = replace(envelope, addressing=_put_right(headers, problem, guess))
    return guess


def _put_right(headers: Addressing, problem: ProtocolViolation, guess: Transaction) -> Addressing:
    """The headers without the problem that was just reported."""
    if headers.problem is not None:
        return replace(headers, problem=None)
    if problem.rule == "A13":  # an address that no peer can have
        return replace(headers, replyTo=ANONYMOUS, faultTo=None)
    if problem.rule == "A10":  # an address that the answer could not be related to
        return replace(headers, messageID=_SOME_ID)
    understood = headers.mustUnderstand | {"Action"} if headers.action is None else headers.mustUnderstand
    return replace(headers, action=guess.action, mustUnderstand=understood)


def _dispatch(judged: Judged, envelope: Envelope, served: tuple[Transaction, ...]) -> Transaction:
    headers = envelope.addressing
    anywhere = Peers(tuple(address for address in (headers.replyTo, headers.faultTo) if address))
    media = parse_media_type(judged.saved.header("content-type"))
    transaction = next((one for one in served if one.action == headers.action), None)
    mtom = judged.mtom if judged.mtom is not None else (transaction or served[0]).mtom
    dispatched = dispatch(
        envelope,
        served,
        mtom=mtom,
        strict=False,
        peers=anywhere,
        http_action=media.parameters.get("action"),
    )
    judged.add(*dispatched.findings)
    return dispatched.transaction


def _unknown(action: str | None, said: Transaction | None) -> ProtocolViolation:
    """The problem of an action without the list of those that are served: nobody serves a file."""
    expected = "that of no known transaction" if said is None else f"not {said.action!r}"
    return ProtocolViolation(f"wsa:Action {action!r} is {expected}", rule="A08", detail="wsa:Action")


def _header(judged: Judged) -> Element | None:
    return None if judged.envelope is None else judged.envelope.header


def _content_of(judged: Judged, package: Package) -> Callable[[Element], Content]:
    """Contents of documents; of a message that was saved without its parts, nothing stands for each."""

    def content_of(element: Element) -> Content:
        """The content that an element refers to; notes that the message is not whole where it was lost."""
        if judged.saved.packaged or child_of(element, _INCLUDE) is None:
            return package.content_of(element)
        judged.whole = False
        return BytesContent(b"")

    return content_of


# --- answers ---------------------------------------------------------------------------------


def _judge_answer(judged: Judged, body: Element, package: Package, asked: Asked | None) -> None:
    candidates = _answering(judged, body, asked)
    judged.assumed = len(candidates) > 1
    judged.name = _to_people(candidates[0])
    judged.add(*schema_findings(body))
    codec = CODECS[candidates[0].name]
    read = codec.read_response(body, _content_of(judged, package))
    value = judged.value = codec.read_header(read, _header(judged))
    judged.add(*package.unreferenced())
    request = asked.value if asked is not None else None
    verdicts = [check_answer(one.name, body, value, request, objects=True) for one in candidates]
    best = min(range(len(verdicts)), key=lambda number: len(verdicts[number].findings))
    judged.transaction = candidates[best]
    judged.name = _to_people(judged.transaction)
    _judge_headers(judged, judged.transaction, asked)
    judged.found += found_in(verdicts[best])


def _to_people(transaction: Transaction) -> str:
    """Its name without the event of ITI-44."""
    return transaction.name.partition(" ")[0]


def _answering(judged: Judged, body: Element, asked: Asked | None) -> list[Transaction]:
    """The transactions that the answer may be of; one, where anything says which."""
    said = judged.transaction or (asked.transaction if asked is not None else None)
    if said is not None and said.response == body.tag:
        return [said]
    fitting = list(answers(body))
    action = judged.envelope.addressing.action if judged.envelope is not None else None
    return [one for one in fitting if action in (one.response_action, *one.other_response_actions)] or fitting


def _judge_headers(judged: Judged, transaction: Transaction, asked: Asked | None) -> None:
    envelope = judged.envelope
    if envelope is None:
        return
    if envelope.addressing.problem is not None:
        judged.refuse(envelope.addressing.problem)
    expected = transaction if asked is None or asked.mtom is None else replace(transaction, mtom=asked.mtom)
    judged.add(
        *answer_dialect(
            expected,
            envelope,
            mtom=judged.mtom,
            message_id=asked.message_id if asked is not None else None,
            location="wsa:Action",
        )
    )
