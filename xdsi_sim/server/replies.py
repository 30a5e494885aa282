"""The address at which answers arrive that travel as messages of their own (ITI TF-2: V.5)."""

from __future__ import annotations

import logging
from typing import Final

from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET

from xdsi_sim.actors.trace import EXCHANGE_HEADER
from xdsi_sim.errors import InvalidAddressingHeader, ProtocolViolation
from xdsi_sim.exchange import Exchange
from xdsi_sim.server.http import NO_BODY, FrontRequest, answer
from xdsi_sim.server.served import Served
from xdsi_sim.soap.envelope import Envelope, read_envelope
from xdsi_sim.soap.faults import InternalError, write_fault
from xdsi_sim.soap.letters import Letter, Mailbox
from xdsi_sim.soap.mtom import SOAP_MEDIA_TYPE, Package
from xdsi_sim.store.exchanges import Recorder

__all__ = ["RepliesResource"]

_LOG: Final = logging.getLogger(__name__)
_TEXT: Final = (("Content-Type", "text/plain; charset=UTF-8"), ("Allow", "POST"))


class RepliesResource(Resource):
    """Gives each answer to whoever waits for it; what nobody waits for is refused and recorded."""

    def __init__(self, mailbox: Mailbox, recorder: Recorder) -> None:
        super().__init__()
        self._mailbox = mailbox
        self._recorder = recorder

    def render(self, request: FrontRequest) -> int:
        """POST an answer."""
        if request.method == b"POST":
            self._take(request)
        else:
            answer(request, 405, _TEXT, [b"Answers of asynchronous exchange are POSTed here.\n"])
        return NOT_DONE_YET

    def _take(self, request: FrontRequest) -> None:
        came = _Came(request)
        try:
            came.package = request.package()
            came.envelope = read_envelope(
                came.package.root, came.package.limits, charset=came.package.charset
            )
            relates_to = came.envelope.addressing.relatesTo
            take = self._mailbox.claim(relates_to)
            if take is None:
                raise InvalidAddressingHeader(
                    f"wsa:RelatesTo {relates_to} is no message whose answer is waited for here",
                    rule="A19",
                    detail="wsa:RelatesTo",
                )
        except Exception as error:  # noqa: BLE001  the peer gets a fault, whatever it is
            self._refuse(came, error)
            return
        exchange = self._answer(came, 202, (), b"", "HTTP 202")
        take(Letter(package=came.package, envelope=came.envelope, exchange=exchange))

    def _refuse(self, came: _Came, error: Exception) -> None:
        if not isinstance(error, ProtocolViolation):
            _LOG.error("an answer could not be taken, exchange %s", came.exchange_id, exc_info=error)
            error = InternalError(f"internal error, logged as exchange {came.exchange_id}")
        addressing = came.envelope.addressing if came.envelope is not None else None
        fault = write_fault(error, relates_to=addressing.messageID if addressing else None)
        content_type = (("Content-Type", f"{SOAP_MEDIA_TYPE}; charset=UTF-8"),)
        exchange = self._answer(came, error.http, content_type, b"".join(fault), f"Fault {error.code}")
        if self._recorder.on:
            self._recorder.record(exchange)
        came.package.discard()

    def _answer(
        self, came: _Came, status: int, headers: tuple[tuple[str, str], ...], body: bytes, outcome: str
    ) -> Exchange:
        if self._recorder.on:
            headers = (*headers, (EXCHANGE_HEADER, f"{self._recorder.name}/{came.exchange_id}"))
        message = answer(came.request, status, headers, [body])
        raw = came.package.raw or (came.request.beginning,)
        return came.recorded("SOAP", raw, message, outcome)


class _Came(Served):
    """What is known of one answer while it is looked at."""

    def __init__(self, request: FrontRequest) -> None:
        super().__init__(request, "replies")
        self.package: Package = NO_BODY
        self.envelope: Envelope | None = None
