"""`send`: a message as it is, right or wrong: a file, a text, or one that was captured before."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final
from urllib.parse import urlsplit

from pydantic import BeforeValidator, WithJsonSchema, model_validator

from xdsi_sim.actors.trace import EXCHANGE_HEADER, TRACE_HEADER
from xdsi_sim.content import BytesContent, Content, SegmentsContent, read_all
from xdsi_sim.ebrim.xml import Element, escape, parse, serialise
from xdsi_sim.errors import ProtocolViolation, UsageError
from xdsi_sim.exchange import HttpMessage
from xdsi_sim.ids import new_uuid
from xdsi_sim.messages.response import status_name
from xdsi_sim.scenario.filling import changed
from xdsi_sim.scenario.kind import FileName, ServerId, StepKind
from xdsi_sim.scenario.message import Message
from xdsi_sim.scenario.stage import Answered, Outcome, Stage, StepFailed, details_of
from xdsi_sim.scenario.variables import Later
from xdsi_sim.soap.addressing import write_addressing
from xdsi_sim.soap.envelope import read_envelope, write_envelope
from xdsi_sim.soap.faults import Fault
from xdsi_sim.soap.known import asks, named
from xdsi_sim.soap.media import Headers, header
from xdsi_sim.soap.mtom import SOAP_MEDIA_TYPE, Attachments
from xdsi_sim.soap.saved import OF_THE_CONNECTION, Form, Saved, Unrecognised, read_saved
from xdsi_sim.topology.checked import Checked, did_you_mean, wrong
from xdsi_sim.topology.whereabouts import foreign
from xdsi_sim.vocab import ACTIONS, NS, Transaction

__all__ = ["SEND", "status_of"]

_LEFT_OUT: Final = OF_THE_CONNECTION | {TRACE_HEADER.lower(), EXCHANGE_HEADER.lower(), "accept-encoding"}
_ENVELOPE: Final = (f"{{{NS.SOAP}}}Envelope", f"{{{NS.SOAP11}}}Envelope")
_SOURCES: Final = ("file", "text", "message")
_SUCCESS: Final = "Success"


class Template(Later):
    """A text whose references are replaced when it is known what it is: in XML, values are escaped."""

    text: str


def _as_template(value: Any) -> Any:
    return {"text": value} if isinstance(value, str) else value


class Send(Checked):
    """What is sent to whom."""

    file: Annotated[str | None, FileName()] = None
    """An HTTP capture (`.http`), an envelope, a bare body, HL7 v2; recognised by its content."""
    text: Annotated[Template | None, BeforeValidator(_as_template), WithJsonSchema({"type": "string"})] = None
    """The same, written here."""
    message: Any = None
    """One that `wait` or `received` has saved: `${asked}`, `${got.messages[0]}`."""
    to: ServerId | None = None
    """The actor that gets it; a GET goes to the path that it names, at the actor's host."""
    url: str | None = None
    """Or any address."""
    sender: str = "sender"
    """Who the reports say has sent it."""
    transaction: str | None = None
    """For a bare body that several transactions have."""
    fill: bool = False
    """Whether `${…}` in a file or message is replaced, too; in XML, values are escaped."""
    headers: dict[str, str] = {}
    """Header fields in place of its own; an empty one is left out."""

    @model_validator(mode="after")
    def _says_what_and_where(self) -> Send:
        if sum(getattr(self, name) is not None for name in _SOURCES) != 1:
            raise wrong("one message is sent.", hint=f"It takes one of: {', '.join(_SOURCES)}.")
        if (self.to is None) == (self.url is None):
            raise wrong("a message goes either to an actor by `to`, or to a `url`")
        if self.transaction is not None and named(self.transaction) is None:
            raise wrong(
                f"no SOAP transaction '{self.transaction}'.",
                hint=did_you_mean(self.transaction, [one.name for one in ACTIONS.values()]),
                at=("transaction",),
            )
        return self


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ready:
    """A message that only has to go out."""

    method: str = "POST"
    target: str = ""
    """Path of a capture; empty goes to the address of the actor."""
    headers: Headers
    body: Content
    transaction: str


def play(step: Send, stage: Stage) -> Outcome:
    """Send it, and read what comes back as far as it can be read."""
    saved = _saved(step, stage)
    if isinstance(saved, Saved) and saved.form is Form.HL7V2:
        return _by_mllp(step, stage, saved.body)
    url = step.url or stage.running.url_of(step.to or "")
    ready = _ready(step, saved, url)
    peer = foreign(stage.running.topology, step.to or "")
    if peer is not None:
        url = peer.address_of(ready.transaction)
    if step.to is not None and ready.method != "POST":
        url = f"{urlsplit(url).scheme}://{urlsplit(url).netloc}{ready.target}"
    reply = stage.ask(
        ready.method,
        url,
        headers=_replaced(ready.headers, step.headers),
        body=ready.body,
        sender=step.sender,
        transaction=ready.transaction,
    )
    if reply.status == 0:
        raise StepFailed(f"no answer: {reply.trouble}")
    return _outcome(step, stage, url)


def _outcome(step: Send, stage: Stage, url: str) -> Outcome:
    # a feed by MLLP has the id that its receiver gave it: there is nothing else in the conversation
    sent = stage.running.exchanges(stage.conversation)
    exchange = next((one for one in sent if one.id == stage.sent[-1]), sent[-1])
    message = Message(exchange, stage.spool)
    response = exchange.response
    answer = Answered(
        receiver=step.to or urlsplit(url).netloc,
        transaction=message.transaction,
        status=status_of(message, response),
        errors=message.errors,
    )
    return Outcome(
        text=answer.status,
        value=message,
        count=1,
        answers=(answer,),
        findings=exchange.findings,
        details=details_of(
            {
                "Sent": exchange.request.start_line,
                "Answered": response.start_line if response is not None else "",
                "Fault": message.fault or "",
            }
        ),
    )


def status_of(message: Message, response: HttpMessage | None) -> str:
    """In the words of SOAP where the answer is SOAP; else any good status of HTTP is success."""
    if isinstance(message.answer, Fault):
        return f"Fault {message.answer.code}"
    if getattr(message.answer, "status", None):
        return status_name(message.answer.status)
    status = response.start_line.split()[1] if response is not None else "0"
    return _SUCCESS if status.startswith("2") else f"HTTP {status}"


def _by_mllp(step: Send, stage: Stage, data: bytes) -> Outcome:
    listen = stage.running.mllp_of(step.to) if step.to is not None else None
    if listen is None:
        raise StepFailed(
            f"{step.to or step.url} takes no HL7 v2: only a registry with 'feed: {{mllp: PORT}}' does"
        )
    reply = stage.running.client.send_mllp(listen, data, sender=step.sender, conversation=stage.conversation)
    stage.sent.append(reply.exchange)
    return _outcome(step, stage, "")


# --- what is sent ----------------------------------------------------------------------------


def _saved(step: Send, stage: Stage) -> Saved | HttpMessage | bytes:
    """The message, recognised; octets where it cannot be, and headers say what they are."""
    if step.message is not None:
        return _captured(step, stage)
    written, fill = step.text, step.fill or step.text is not None
    data = written.text.encode() if written is not None else (stage.folder / (step.file or "")).read_bytes()
    try:
        saved = read_saved(data, any_method=True)
        return read_saved(_filled(data, saved, stage), any_method=True) if fill else saved
    except Unrecognised as problem:
        if header(tuple(step.headers.items()), "content-type"):
            return _filled(data, None, stage) if fill else data
        raise UsageError(
            f"{step.file or 'the text'} is {problem}", hint="With a header Content-Type it is sent as it is."
        ) from None


def _captured(step: Send, stage: Stage) -> HttpMessage:
    if not isinstance(step.message, Message):
        raise UsageError("`message` is none that `wait`, `received` or `send` has saved.")
    request = step.message.exchange.request
    if not step.fill:
        return request
    kind = header(request.headers, "content-type")
    data = _text_filled(read_all(request.body), kind, stage, escape if "xml" in kind else str)
    return HttpMessage(start_line=request.start_line, headers=request.headers, body=BytesContent(data))


def _filled(data: bytes, saved: Saved | None, stage: Stage) -> bytes:
    xml = saved is not None and (
        saved.form in (Form.XML, Form.MULTIPART) or "xml" in saved.header("content-type")
    )
    kind = "" if saved is None else saved.header("content-type")
    return _text_filled(data, kind, stage, escape if xml else str)


def _text_filled(data: bytes, kind: str, stage: Stage, encode: Callable[[str], str]) -> bytes:
    return changed(data, kind, lambda text: stage.company.fill(text, encode))


def _replaced(headers: Headers, others: Mapping[str, str]) -> Headers:
    taken = {name.lower() for name in others} | _LEFT_OUT
    kept = tuple(pair for pair in headers if pair[0].lower() not in taken)
    return (*kept, *((name, value) for name, value in others.items() if value))


def _ready(step: Send, saved: Saved | HttpMessage | bytes, url: str) -> _Ready:
    name = step.transaction or "HTTP"
    if isinstance(saved, bytes):
        return _Ready(headers=(), body=BytesContent(saved), transaction=name)
    if isinstance(saved, Saved) and saved.form is Form.XML:
        return _xml(step, saved.body, url)
    if isinstance(saved, Saved) and saved.form is Form.HTTP_RESPONSE:
        raise UsageError(f"{step.file or 'the text'} is an answer; a request is expected.")
    body = BytesContent(saved.body) if isinstance(saved, Saved) else saved.body
    method, target, *_ = [*saved.start_line.split(" "), ""] if saved.start_line else ["POST", ""]
    return _Ready(method=method, target=target, headers=saved.headers, body=body, transaction=name)


def _xml(step: Send, data: bytes, url: str) -> _Ready:
    """An envelope goes out as it is; a bare body gets one, with the addressing of its transaction."""
    try:
        root = parse(data)
    except ProtocolViolation:  # so it is to be sent
        return _Ready(
            headers=(("Content-Type", SOAP_MEDIA_TYPE),), body=BytesContent(data), transaction="HTTP"
        )
    transaction = _transaction(step, root, data)
    attachments = Attachments(mtom=transaction is not None and transaction.mtom)
    if root.tag in _ENVELOPE or transaction is None:
        pieces = attachments.body([data])
    else:
        head = write_addressing(action=transaction.action, message_id=new_uuid(), to=url)
        pieces = attachments.body(write_envelope(head, [serialise(root)]))
    return _Ready(
        headers=(("Content-Type", attachments.content_type),),
        body=SegmentsContent(tuple(pieces)),
        transaction=transaction.name if transaction is not None else "HTTP",
    )


def _transaction(step: Send, root: Element, data: bytes) -> Transaction | None:
    if step.transaction is not None:
        return named(step.transaction)
    if root.tag not in _ENVELOPE:
        return next(asks(root), None)
    try:
        envelope = read_envelope(data)
    except ProtocolViolation:
        return None
    return ACTIONS.get(envelope.addressing.action or "") or next(asks(envelope.body), None)


SEND: Final = StepKind(
    key="send",
    parameters=Send,
    play=play,
    counts="messages",
    answers=True,
    fills=lambda step: step.file if step.fill else None,
)
