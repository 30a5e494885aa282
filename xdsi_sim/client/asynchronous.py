"""Calls whose answer comes later, to an address of ours (ITI TF-2: V.5)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from twisted.internet.defer import Deferred

from xdsi_sim.actors.flow import Call, NoAnswer
from xdsi_sim.actors.trace import Trace
from xdsi_sim.client.answers import Reply
from xdsi_sim.client.http import HttpClient
from xdsi_sim.client.soap import Sent, SoapClient
from xdsi_sim.errors import Finding, Severity
from xdsi_sim.limits import Limits
from xdsi_sim.soap.letters import Letter, Mailbox
from xdsi_sim.soap.media import parse_media_type
from xdsi_sim.soap.mtom import SOAP_MEDIA_TYPE
from xdsi_sim.store.exchanges import Recorder

__all__ = ["AsynchronousClient"]

_CITES: Final = "ITI TF-2: V.5"
_SOAP: Final = (SOAP_MEDIA_TYPE, "multipart/related", "text/xml", "application/xml")


class AsynchronousClient(SoapClient):
    """A client that can also wait for its answers at an address of its own."""

    def __init__(
        self,
        http: HttpClient,
        recorder: Recorder,
        spool: Path,
        limits: Limits = Limits(),
        *,
        validating: Collection[str] = (),
        addresses: Mapping[tuple[str, str], str] = MappingProxyType({}),
        mailbox: Mailbox,
        reply_to: str,
    ) -> None:
        """What is POSTed to `reply_to` comes out of the mailbox."""
        super().__init__(http, recorder, spool, limits, validating=validating, addresses=addresses)
        self._mailbox = mailbox
        self._reply_to = reply_to

    def call_asynchronously(self, call: Call, trace: Trace) -> Deferred[Reply]:
        """Send `call` and wait for the answer that relates to it; never fails, as `call`.

        Findings A21: what the peer says at once is not HTTP 202 without a body.
        """
        return Deferred.fromCoroutine(self._call_asynchronously(call, trace))

    async def _call_asynchronously(self, call: Call, trace: Trace) -> Reply:
        sent = self._prepare(call, trace, self._reply_to)
        came: Deferred[Letter] = Deferred()
        self._mailbox.expect(sent.message_id, came.callback)  # it may be here before the peer says 202
        try:
            await self._post(sent)
        except NoAnswer as trouble:
            if not came.called:
                return self._give_up(sent, trouble)
        if not came.called and _answered(sent):
            self._mailbox.forget(sent.message_id)
            sent.findings = _at_once(sent)
            return self._read(sent)
        return await self._open(sent, came)

    def _give_up(self, sent: Sent, trouble: NoAnswer) -> Reply:
        self._mailbox.forget(sent.message_id)
        return self._nothing(sent, trouble)

    async def _open(self, sent: Sent, came: Deferred[Letter]) -> Reply:
        """The peer has the request: wait for the letter and read it as any other answer."""
        findings = _at_once(sent)
        self._record(sent, f"HTTP {sent.head.status}" if sent.head else "no answer but a letter", findings)
        if sent.reader is not None:
            sent.reader.abandon()
        came.addTimeout(self._http.timeouts.reply, self._http.reactor, self._too_late)
        try:
            letter = await came
        except NoAnswer as trouble:
            self._mailbox.forget(sent.message_id)
            return Reply(answer=trouble, exchange=sent.id, findings=findings)
        arrived = replace(sent, letter=letter, package=letter.package, findings=self._of_the_letter(letter))
        reply = self._understand(arrived, letter.envelope, letter.package)
        return replace(reply, findings=(*findings, *reply.findings))

    def _of_the_letter(self, letter: Letter) -> tuple[Finding, ...]:
        headers = letter.envelope.addressing
        checks = (
            ("A10", bool(headers.messageID), "wsa:MessageID of the answer is missing"),
            ("A14", headers.to == self._reply_to, f"wsa:To of the answer is {headers.to!r}, not ReplyTo"),
        )
        return tuple(_finding(rule, text, self._reply_to) for rule, kept, text in checks if not kept)

    def _too_late(self, _outcome: Any, seconds: float) -> Any:
        raise NoAnswer(f"no answer at {self._reply_to} within {seconds:g} s")


def _answered(sent: Sent) -> bool:
    """Whether the peer has sent SOAP, or has refused; anything else leaves the answer to come."""
    if sent.head is None or sent.reader is None:
        return False
    media = parse_media_type(sent.head.header("content-type") or "").type
    return not 200 <= sent.head.status < 300 or (bool(sent.reader.beginning) and media in _SOAP)


def _at_once(sent: Sent) -> tuple[Finding, ...]:
    """What the peer said on the connection of the request, where it is not what it should say."""
    if sent.head is None or sent.reader is None or not 200 <= sent.head.status < 300:
        return ()
    octets = len(sent.reader.beginning)
    if sent.head.status == 202 and not octets:
        return ()
    text = f"the request was taken with HTTP {sent.head.status} and a body of {octets or 'no'} octets"
    return (_finding("A21", f"{text}, 202 without one is expected", sent.call.url),)


def _finding(rule: str, text: str, location: str) -> Finding:
    return Finding(rule=rule, severity=Severity.ERROR, text=text, location=location, cites=_CITES)
