"""What passes through to somebody else and back: its transaction, how it came out, what is wrong with it."""

from __future__ import annotations

import logging
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from xdsi_sim.content import BytesContent
from xdsi_sim.errors import Finding
from xdsi_sim.exchange import HttpMessage
from xdsi_sim.judging.judged import Asked, Judged, judge_message
from xdsi_sim.messages.response import status_name
from xdsi_sim.soap.faults import Fault
from xdsi_sim.soap.media import header, parse_media_type
from xdsi_sim.soap.mtom import SOAP_MEDIA_TYPE
from xdsi_sim.soap.saved import Form, Saved

__all__ = ["Passed", "judge_passed", "looks_like_soap"]

_LOG: Final = logging.getLogger(__name__)
_SOAP: Final = (SOAP_MEDIA_TYPE, "text/xml", "application/xml")
_SOAP_PACKAGE: Final = "application/xop+xml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    """A request and its answer as the log tells of them."""

    transaction: str | None
    """As people call it; None where it is none of SOAP, or cannot be known."""
    outcome: str
    """`Success`, `Fault Sender`, `HTTP 404`."""
    of_request: tuple[Finding, ...] = ()
    of_answer: tuple[Finding, ...] = ()


def looks_like_soap(message: HttpMessage) -> bool:
    """Whether the Content-Type is one in which SOAP travels, 1.1 included."""
    media = parse_media_type(header(message.headers, "content-type"))
    if media.type == "multipart/related":
        return media.parameters.get("type", _SOAP_PACKAGE).lower() in (_SOAP_PACKAGE, *_SOAP)
    return media.type in _SOAP


def judge_passed(request: HttpMessage, response: HttpMessage | None, spool: Path) -> Passed:
    """Hold both against all rules; large parts are read from where they are, and kept in `spool` meanwhile.

    Never raises: a defect of ours must not keep a message from going where it is going.
    """
    outcome = "" if response is None else f"HTTP {response.start_line.split()[1]}"
    if not (request.start_line.startswith("POST ") and looks_like_soap(request)):
        return Passed(transaction=None, outcome=outcome)
    try:
        with tempfile.TemporaryDirectory(dir=spool) as folder:
            asked = _judged(request, Form.HTTP_REQUEST, Path(folder), None)
            answered = None
            if response is not None and looks_like_soap(response):
                answered = _judged(response, Form.HTTP_RESPONSE, Path(folder), asked.asked)
    except Exception:  # noqa: BLE001  whatever it is, the message goes on
        _LOG.exception("a message that passes could not be judged")
        return Passed(transaction=None, outcome=outcome)
    return Passed(
        transaction=asked.name,
        outcome=outcome if answered is None else _outcome(answered, outcome),
        of_request=_findings(asked),
        of_answer=() if answered is None else _findings(answered),
    )


def _judged(message: HttpMessage, form: Form, spool: Path, asked: Asked | None) -> Judged:
    saved = Saved(form=form, start_line=message.start_line, headers=message.headers, body=b"")
    content = message.body if message.body.size else BytesContent(b"")
    return judge_message(saved, spool, asked=asked, content=content)


def _outcome(answered: Judged, otherwise: str) -> str:
    value = answered.value
    if isinstance(value, Fault):
        return f"Fault {value.code}"
    status = getattr(value, "status", None)
    return status_name(status) if isinstance(status, str) and status else otherwise


def _findings(judged: Judged) -> tuple[Finding, ...]:
    """With the object that each is about, as far as its rule tells it."""
    return tuple(
        finding if place is None or finding.location else replace(finding, location=place.object)
        for finding, place in judged.found
    )
